//! Reports on a model's accepted rewrite of a function.

use std::io::{self, Write};

use serde::Serialize;

use super::{Look, SCHEMA, write_diff, write_json_line};
use crate::analysis::{HeldRewrite, InputFile, TestsRun};

/// Contents of the report.
pub struct RewriteReport<'a> {
    pub input: &'a InputFile,
    pub held: &'a HeldRewrite,
    pub model: &'a str,
    pub tokens: u64,
    /// Whether the answer was cached.
    pub is_kept: bool,
}

/// Formats a title like "Rewrite with `is_bright` (complexity 49 → 12)".
pub fn rewrite_title(held: &HeldRewrite) -> String {
    let names: Vec<String> = held
        .helpers
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let gain = &held.gain;
    match &names[..] {
        [] => format!("Rewrite ({gain})"),
        names => format!("Rewrite with {} ({gain})", names.join(", ")),
    }
}

/// Returns what the user should know before accepting it, one sentence each.
pub fn rewrite_notes(held: &HeldRewrite) -> Vec<String> {
    let mut notes = vec![
        "rustc reports no new error or warning. Review whether the behaviour is the same."
            .to_owned(),
        tests_in_words(&held.tests),
    ];
    if !held.gone.is_empty() {
        notes.push(format!("Removed: {}.", held.gone.join(", ")));
    }
    notes
}

fn tests_in_words(tests: &TestsRun) -> String {
    match tests {
        TestsRun::NotRun => "Tests were not run.".to_owned(),
        TestsRun::Passed(0) => "No test names the function or its module.".to_owned(),
        TestsRun::Passed(1) => {
            "The only test that names the function or its module passes.".to_owned()
        }
        TestsRun::Passed(count) => {
            format!("The {count} tests that name the function or its module pass.")
        }
        TestsRun::FailedBefore(why) => format!("With and without the change, {why}."),
        TestsRun::Late => "The tests did not finish within two minutes.".to_owned(),
    }
}

/// Writes the rewrite as one line of JSON.
pub fn write_rewrite_json(out: &mut dyn Write, report: &RewriteReport<'_>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: u32,
        path: &'a str,
        title: String,
        helpers: &'a [String],
        before: u32,
        after: u32,
        gone: &'a [String],
        tests: String,
        why: &'a str,
        diff: String,
        model: Model<'a>,
    }
    #[derive(Serialize)]
    struct Model<'a> {
        name: &'a str,
        tokens: u64,
        kept: bool,
    }
    let RewriteReport {
        input,
        held,
        model,
        tokens,
        is_kept,
    } = report;
    let mut diff = Vec::new();
    let texts = (&*input.text, &*held.text);
    write_diff(&mut diff, &input.shown, texts, Look::default())?;
    let document = Document {
        schema: SCHEMA,
        path: &input.shown,
        title: rewrite_title(held),
        helpers: &held.helpers,
        before: held.before,
        after: held.after,
        gone: &held.gone,
        tests: tests_in_words(&held.tests),
        why: &held.why,
        diff: String::from_utf8_lossy(&diff).into_owned(),
        model: Model {
            name: model,
            tokens: *tokens,
            kept: *is_kept,
        },
    };
    write_json_line(out, &document)
}
