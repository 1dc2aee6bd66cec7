//! The options as a JSON schema, for completion and validation of TOML in editors.

use serde_json::{Value as Json, json};

use super::{
    keys::{ANY_SMELL, COMMAND, FILE, KEYS, OptionKey, SHORT, Shape},
    units::{BYTES_PATTERN, SECONDS_PATTERN, TOKENS_PATTERN},
};
use crate::smells::{self, Smell};

const ADDRESS_PATTERN: &str = r"^(postgres(ql)?://|https?://|\$\{)";
const SERVER_PATTERN: &str = r"^(https?://|\$\{)";
const NAMESPACE_PATTERN: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";
const PUBLIC_KEY_PATTERN: &str = "^ed25519:[0-9a-fA-F]{64}$";

/// The schema of `config.toml` and `rustassistant.toml` (JSON schema, draft 7).
pub fn schema() -> Json {
    schema_for(smells::all())
}

pub(super) fn schema_for(smells: &[Smell]) -> Json {
    let mut root = object();
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("RustAssistant");
    for key in &KEYS {
        match key.path.split_once(ANY_SMELL) {
            None => insert(&mut root, key.path, of_key(key, None)),
            Some((table, rest)) => {
                let name = rest.trim_start_matches('.');
                for smell in smells {
                    let table = table.trim_end_matches('.');
                    let smells = table_at(&mut root, table);
                    insert_in_smell(smells, smell, (name, of_key(key, Some(smell))));
                }
            }
        }
    }
    root
}

fn of_key(key: &OptionKey, smell: Option<&Smell>) -> Json {
    let mut schema = of_shape(key.shape_for(smell));
    schema["description"] = json!(key.doc);
    schema
}

fn of_shape(shape: Shape) -> Json {
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Number { least, most } => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Choice(names) => json!({"type": "string", "enum": names}),
        Shape::Globs => json!({"type": "array", "items": {"type": "string"}}),
        Shape::Path | Shape::Word => json!({"type": "string", "minLength": 1}),
        Shape::Size => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": BYTES_PATTERN},
        ]}),
        Shape::Address => json!({"type": "string", "pattern": ADDRESS_PATTERN}),
        Shape::Secret => json!({"anyOf": [
            {"type": "string", "minLength": 1},
            one_of_one(FILE, &json!({"type": "string", "minLength": 1})),
            one_of_one(COMMAND, &json!({"type": "array", "items": {"type": "string"}, "minItems": 1})),
        ]}),
        Shape::Namespace => json!({"type": "string", "pattern": NAMESPACE_PATTERN}),
        Shape::Server => json!({"type": "string", "pattern": SERVER_PATTERN}),
        Shape::Tokens => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": TOKENS_PATTERN},
        ]}),
        Shape::Choices(names) => {
            json!({"type": "array", "items": {"type": "string", "enum": names}})
        }
        Shape::Seconds { most } => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": most},
            {"type": "string", "pattern": SECONDS_PATTERN},
        ]}),
        Shape::PublicKeys => {
            json!({"type": "array", "items": {"type": "string", "pattern": PUBLIC_KEY_PATTERN}})
        }
    }
}

/// A table with only this key.
fn one_of_one(name: &str, schema: &Json) -> Json {
    let mut table = object();
    table["properties"][name] = schema.clone();
    table["required"] = json!([name]);
    table
}

/// An empty table.
fn object() -> Json {
    json!({"type": "object", "additionalProperties": false, "properties": {}})
}

/// Inserts `schema` at a dotted path of tables.
fn insert(root: &mut Json, path: &str, schema: Json) {
    let Some((table, name)) = path.rsplit_once('.') else {
        root["properties"][path] = schema;
        return;
    };
    table_at(root, table)["properties"][name] = schema;
}

/// Inserts a key of a smell, which is a table, or in short form a flag or its first limit.
fn insert_in_smell(smells: &mut Json, smell: &Smell, (name, schema): (&str, Json)) {
    let known = &mut smells["properties"][smell.id];
    if known.is_null() {
        *known = json!({"anyOf": [of_shape(Shape::Flag), object()]});
    }
    known["anyOf"][1]["properties"][name] = schema.clone();
    if let (SHORT, Some(alternatives)) = (name, known["anyOf"].as_array_mut()) {
        alternatives.push(schema);
    }
}

fn table_at<'a>(root: &'a mut Json, path: &str) -> &'a mut Json {
    path.split('.').fold(root, |table, name| {
        let inner = &mut table["properties"][name];
        if inner.is_null() {
            *inner = object();
        }
        inner
    })
}

#[cfg(test)]
mod tests;
