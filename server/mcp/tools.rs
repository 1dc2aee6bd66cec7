//! The tools offered to a model, and the dispatch of calls.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    answer::{Answer, Refused},
    apply, explain, findings, offers, preview,
    project::{Allowed, Project},
    verify,
};
use crate::text::{printable, shortened};

/// Maximum characters of a model's input that are quoted back.
const LONGEST_NAME: usize = 60;

/// All tools; calling one that isn't allowed returns an explanation.
pub(super) fn all(allowed: Allowed) -> Vec<Tool> {
    let paths = json!({ "type": "array", "items": { "type": "string" }, "description": "Files and directories, \
                                                                                        relative to the root; \
                                                                                        everything if left out" });
    let offer =
        json!({ "type": "string", "description": "The complete first word of a line of `offers`" });
    let skip = json!({ "type": "integer", "minimum": 0, "description": "The number of lines to skip, already read" });
    let name = json!({ "type": "string", "description": "The name of the function for `extract-function`; chosen \
                                                         automatically if left out" });
    vec![
        reading(
            "findings",
            "Findings in Rust files, the most important first: `FILE:LINE:COLUMN: level[smell]: why`, and the \
             refactorings that fix them.",
            &json!({
                "paths": paths,
                "since": { "type": "string", "description": "A git revision: only files changed since, instead of \
                                                             `paths`" },
                "skip": skip,
            }),
            &[],
        ),
        reading(
            "offers",
            "The refactorings offered in a range of a file, each as an offer for `preview` and `apply`, and those \
             refused, with the reason.",
            &json!({
                "path": { "type": "string", "description": "A file, relative to the root" },
                "range": { "type": "string", "description": "LINE, LINE:COLUMN or a range of these, such as 12-20 or \
                                                             12:5-14:9; counted from 1" },
                "skip": skip,
            }),
            &["path", "range"],
        ),
        reading(
            "preview",
            "The diff of an offer, what was checked, and the gain. Changes nothing.",
            &json!({ "offer": offer, "name": name, "skip": skip }),
            &["offer"],
        ),
        Tool::new(
            "apply",
            told(
                "Applies offers, all of them or none. Refuses an offer whose file has changed since.",
                allowed.write,
                "--allow-write",
            ),
            schema(
                &json!({
                    "offers": { "type": "array", "items": offer, "minItems": 1 },
                    "name": name,
                }),
                &["offers"],
            ),
        )
        .with_annotations(
            ToolAnnotations::new()
                .read_only(false)
                .destructive(true)
                .idempotent(false)
                .open_world(false),
        ),
        Tool::new(
            "verify",
            told(
                "Checks a change that you have written, without applying it: proved to keep behaviour, needs tests, \
                 or broken.",
                allowed.build,
                "--allow-build",
            ),
            schema(
                &json!({ "patch": { "type": "string", "description": "A unified diff in the format of `git diff`, \
                                                                      with paths relative to the root" } }),
                &["patch"],
            ),
        )
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false)),
        reading(
            "explain",
            "The documentation of a smell or a refactoring, with an example and how to silence it.",
            &json!({ "id": { "type": "string" }, "skip": skip }),
            &["id"],
        ),
    ]
}

fn reading(name: &'static str, what: &'static str, properties: &Value, required: &[&str]) -> Tool {
    let hints = ToolAnnotations::new().read_only(true).open_world(false);
    Tool::new(name, what, schema(properties, required)).with_annotations(hints)
}

fn told(what: &str, is_allowed: bool, flag: &str) -> String {
    if is_allowed {
        what.to_owned()
    } else {
        format!("{what} Not allowed here: a person has to start the server with `{flag}`.")
    }
}

fn schema(properties: &Value, required: &[&str]) -> Arc<JsonObject> {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    match schema {
        Value::Object(schema) => Arc::new(schema),
        _ => Arc::default(),
    }
}

/// Calls a tool.
pub(super) async fn call(
    project: &Arc<Project>,
    name: &str,
    arguments: JsonObject,
    cancel: &CancellationToken,
) -> Result<Answer, Refused> {
    match name {
        "findings" => findings::answer(project, decoded(arguments)?).await,
        "offers" => offers::answer(project, decoded(arguments)?).await,
        "preview" => preview::answer(project, decoded(arguments)?, cancel).await,
        "apply" => apply::answer(project, decoded(arguments)?, cancel).await,
        "verify" => verify::answer(project, decoded(arguments)?, cancel).await,
        "explain" => explain::answer(&decoded(arguments)?),
        _ => Err(Refused::BadCall(format!(
            "There is no tool `{}`.",
            printable(&shortened(name, LONGEST_NAME))
        ))),
    }
}

fn decoded<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Refused> {
    let decoded = serde_json::from_value(Value::Object(arguments));
    decoded.map_err(|error| Refused::BadCall(format!("Invalid arguments: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_a_schema_and_says_what_it_needs() {
        let none = Allowed {
            write: false,
            build: false,
        };
        let tools = all(none);
        let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
        let expected = [
            "findings", "offers", "preview", "apply", "verify", "explain",
        ];
        assert_eq!(names, expected);
        for tool in &tools {
            assert_eq!(tool.input_schema["type"], "object");
            let what = tool.description.as_deref().unwrap();
            let needs = ["apply", "verify"].contains(&&*tool.name);
            assert_eq!(what.contains("--allow-"), needs, "{what}");
        }
    }
}
