//! SARIF 2.1.0, for code hosts and security dashboards.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    super::{Report, ReportedFile, ReportedFinding, explanation, write_json_line},
    Span, graded, uri,
};
use crate::{
    analysis::OtherPlace,
    text::{Encoding, TextRange},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    column_kind: &'static str,
    results: Vec<Value>,
}

/// Writes the findings as one run, with a rule for each smell that occurs.
pub fn write_sarif(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let ids = report.found().map(|(_, found)| found.finding.smell.id);
    let mut rules: BTreeMap<&'static str, usize> = ids.map(|id| (id, 0)).collect();
    for (index, place) in rules.values_mut().enumerate() {
        *place = index;
    }
    let results = report.found().map(|(file, found)| {
        let index = rules[found.finding.smell.id];
        result(file, found, index)
    });
    let results = results.collect();
    let driver = json!({
        "name": "rustassistant",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.keys().map(|id| rule(id)).collect::<Vec<_>>(),
    });
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": driver }),
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    write_json_line(out, &log)
}

fn rule(id: &str) -> Value {
    let markdown = explanation(id)
        .map(|explained| explained.markdown)
        .unwrap_or_default();
    let mut lines = markdown.lines();
    let title = lines.next().unwrap_or(id).trim_start_matches(['#', ' ']);
    let what = lines.find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    json!({
        "id": id,
        "name": title,
        "shortDescription": { "text": title },
        "fullDescription": { "text": what.unwrap_or(title) },
        "help": { "text": markdown, "markdown": markdown },
    })
}

fn result(file: &ReportedFile, found: &ReportedFinding, index: usize) -> Value {
    let finding = &found.finding;
    let mut result = json!({
        "ruleId": finding.smell.id,
        "ruleIndex": index,
        "level": graded(finding.level, "warning", "note"),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": physical(file, finding.at) }],
        "partialFingerprints": { "rustassistant/v1": found.identity },
    });
    if !finding.others.is_empty() {
        let others = finding.others.iter().enumerate();
        result["relatedLocations"] = others.map(|(id, other)| related(id, other)).collect();
    }
    if let Some(suggestion) = &found.suggestion {
        result["fixes"] = json!([{
            "description": { "text": suggestion.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(&file.path) },
                "replacements": [{
                    "deletedRegion": region(Span::of(file, suggestion.range, Encoding::Utf32)),
                    "insertedContent": { "text": suggestion.text },
                }],
            }],
        }]);
    }
    result
}

fn related(id: usize, other: &OtherPlace) -> Value {
    let file = &other.file;
    let at = |offset| {
        let position = file.lines.position(&file.text, offset, Encoding::Utf32);
        (position.line + 1, position.column + 1)
    };
    let span = Span {
        start: at(other.range.start()),
        end: at(other.range.end()),
    };
    json!({
        "id": id,
        "message": { "text": "repeated here" },
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.shown) },
            "region": region(span),
        },
    })
}

fn physical(file: &ReportedFile, range: TextRange) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&file.path) },
        "region": region(Span::of(file, range, Encoding::Utf32)),
    })
}

fn region(span: Span) -> Value {
    json!({
        "startLine": span.start.0,
        "startColumn": span.start.1,
        "endLine": span.end.0,
        "endColumn": span.end.1,
    })
}
