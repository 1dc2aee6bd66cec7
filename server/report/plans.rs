//! Reports on accepted plans of a model.

use std::io::{self, Write};

use serde::Serialize;

use super::{Look, SCHEMA, write_diff, write_json_line};
use crate::analysis::{InputFile, Outcome, Planned, Planning};

/// Contents of the report.
pub struct PlansReport<'a> {
    pub input: &'a InputFile,
    pub planning: &'a Planning,
    pub outcome: &'a Outcome,
    pub model: &'a str,
    pub tokens: u64,
    /// Whether the answer was cached.
    pub is_kept: bool,
}

/// Formats a title like "Extract `read_headers` and `check_length` (complexity 49 → 12)".
pub fn plan_title(planning: &Planning, planned: &Planned) -> String {
    let names: Vec<String> = planned
        .names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let names = match &names[..] {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    };
    format!("Extract {names} ({})", planning.gain_in_words(planned))
}

/// Writes plans as one line of JSON, best first.
pub fn write_plans_json(out: &mut dyn Write, report: &PlansReport<'_>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: u32,
        path: &'a str,
        plans: Vec<PlanLine<'a>>,
        left: &'a [String],
        model: Model<'a>,
    }
    #[derive(Serialize)]
    struct Model<'a> {
        name: &'a str,
        tokens: u64,
        kept: bool,
    }
    let PlansReport {
        input,
        planning,
        outcome,
        model,
        tokens,
        is_kept,
    } = report;
    let plans = outcome.planned.iter().map(|planned| {
        let mut diff = Vec::new();
        let texts = (&*input.text, &*planned.text);
        write_diff(&mut diff, &input.shown, texts, Look::default())?;
        Ok(PlanLine {
            title: plan_title(planning, planned),
            functions: &planned.names,
            before: planned.before,
            after: planned.after,
            largest: planned.largest,
            why: &planned.why,
            diff: String::from_utf8_lossy(&diff).into_owned(),
        })
    });
    write_json_line(
        out,
        &Document {
            schema: SCHEMA,
            path: &input.shown,
            plans: plans.collect::<io::Result<_>>()?,
            left: &outcome.left,
            model: Model {
                name: model,
                tokens: *tokens,
                kept: *is_kept,
            },
        },
    )
}

#[derive(Serialize)]
struct PlanLine<'a> {
    title: String,
    functions: &'a [String],
    before: u32,
    after: u32,
    largest: u32,
    why: &'a str,
    diff: String,
}
