//! Report formats for other tools: the required data is present, and no name or message escapes its context.

use serde_json::{Value, json};

use crate::harness::{Place, Run};

const ORDERS: &str = include_str!("fixtures/orders.rs");
const UNWRAPS: &str = "fn f(a: Option<u8>) -> u8 {\n    // \u{fc}\n    let b = match a {\n        Some(b) => b,\n        None => return 0,\n    };\n    b + 1\n}\n";
const HOSTILE: &str = "src/<b> & \"c\" 'd' |`e`,:%\u{1}::f.rs";

fn shop() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write("src/orders.rs", ORDERS);
    place
}

fn hostile() -> Place {
    let place = shop();
    place.write(HOSTILE, UNWRAPS);
    place
}

fn in_form(place: &Place, form: &str) -> Run {
    let run = place.run(["refactor", "analyze", "--no-cache", "--format", form, "."]);
    run.expect(0)
}

fn findings(place: &Place) -> Vec<Value> {
    let report = place.json(&["--no-cache", "."]);
    let files = report["files"].as_array().unwrap().clone();
    let with_path = |file: Value| {
        let path = file["path"].clone();
        let findings = file["findings"].as_array().unwrap().clone().into_iter();
        findings.map(move |mut finding| {
            finding["path"] = path.clone();
            finding
        })
    };
    files.into_iter().flat_map(with_path).collect()
}

#[test]
fn json_lines_are_the_findings_of_json() {
    let place = hostile();
    let lines = in_form(&place, "json-lines").stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let expected = findings(&place);
    assert!(expected.len() > 2);
    assert_eq!(lines, expected);
}

#[test]
fn sarif_has_rules_places_and_fixes() {
    let place = hostile();
    let log: Value = serde_json::from_str(&in_form(&place, "sarif").stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let expected = findings(&place);
    assert_eq!(results.len(), expected.len());
    for (result, finding) in results.iter().zip(&expected) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["ruleId"], finding["smell"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["region"]["startLine"],
            finding["range"]["start"]["line"]
        );
        assert_eq!(
            place["region"]["endColumn"],
            finding["range"]["end"]["column"]
        );
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"<>\"`|".contains(&byte)),
            "{uri}"
        );
    }
    let fixes = results
        .iter()
        .filter(|result| result["fixes"].is_array())
        .count();
    assert!(fixes > 0, "{log:#}");
}

/// Applies the suggestion of a format to the text.
fn replaced(text: &str, range: &Value, new: &str) -> String {
    let at = |position: &Value| {
        let number = |field: &str| usize::try_from(position[field].as_u64().unwrap()).unwrap();
        let before = text.split_inclusive('\n').take(number("line") - 1);
        before.map(str::len).sum::<usize>() + number("column") - 1
    };
    format!(
        "{}{new}{}",
        &text[..at(&range["start"])],
        &text[at(&range["end"])..]
    )
}

#[test]
fn a_suggestion_is_the_edit_that_apply_makes() {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"one\"\nedition = \"2021\"\n",
        )
        .write("src/lib.rs", UNWRAPS);
    let report: Value = serde_json::from_str(&in_form(&place, "rdjson").stdout).unwrap();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    assert_eq!(diagnostics.len(), 1, "{report:#}");
    let suggestion = &diagnostics[0]["suggestions"][0];
    let after = replaced(
        UNWRAPS,
        &suggestion["range"],
        suggestion["text"].as_str().unwrap(),
    );
    place
        .run(["refactor", "apply", "--write", "src/lib.rs"])
        .expect(0);
    assert_ne!(after, UNWRAPS);
    assert_eq!(after, place.read("src/lib.rs"));
}

#[test]
fn annotations_are_one_command_each() {
    let place = hostile();
    let annotations = in_form(&place, "github").stdout;
    assert_eq!(annotations.lines().count(), findings(&place).len());
    for line in annotations.lines() {
        assert!(
            line.starts_with("::warning file=") || line.starts_with("::notice file="),
            "{line}"
        );
        let (properties, _) = line["::".len()..].split_once("::").unwrap();
        assert_eq!(
            properties.matches(',').count(),
            properties.matches('=').count() - 1,
            "{line}"
        );
    }
    assert!(
        annotations.contains("%2C%3A%25\\u{1}%3A%3Af.rs"),
        "{annotations}"
    );
}

#[test]
fn issues_keep_their_fingerprint_when_lines_move() {
    let place = hostile();
    let fingerprints = || -> Vec<Value> {
        let issues: Value = serde_json::from_str(&in_form(&place, "gitlab").stdout).unwrap();
        let issues = issues.as_array().unwrap().clone().into_iter();
        issues.map(|issue| issue["fingerprint"].clone()).collect()
    };
    let before = fingerprints();
    assert_eq!(before.len(), findings(&place).len());
    place.write(
        "src/orders.rs",
        format!("{}{ORDERS}", "// above\n".repeat(100)),
    );
    assert_eq!(fingerprints(), before);
}

#[test]
fn xml_has_no_markup_of_ours() {
    let place = hostile();
    for form in ["checkstyle", "junit"] {
        let text = in_form(&place, form).stdout;
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        assert!(
            text.contains("src/&lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; |`e`,:%\\u{1}::f.rs"),
            "{text}"
        );
        assert!(!text.contains("<b>"), "{text}");
        assert!(
            text.chars()
                .all(|character| character == '\n' || !character.is_control())
        );
        let opened = text.matches('<').count() - text.matches("<?").count();
        let alone = text.matches("/>").count();
        let closed = text.matches("</").count();
        assert_eq!(opened, alone + 2 * closed, "{text}");
    }
}

#[test]
fn markdown_keeps_its_table() {
    let place = hostile();
    let text = in_form(&place, "markdown").stdout;
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 4, "{row}");
    }
    assert!(!text.contains("<b>"), "{text}");
    let calm = Place::new();
    calm.write("src/lib.rs", "fn f() {}\n");
    assert_eq!(
        in_form(&calm, "markdown").stdout,
        "## RustAssistant\n\nNo findings in 1 file.\n"
    );
}

#[test]
fn a_report_goes_into_a_file_as_a_whole() {
    let place = shop();
    place.write("report.json", "old");
    let to = |path: &str| {
        place.run([
            "refactor",
            "analyze",
            "--format",
            "json",
            "--output-file",
            path,
            "src",
        ])
    };
    let run = to("report.json").expect(0);
    assert_eq!(run.stdout, "");
    let report: Value = serde_json::from_str(&place.read("report.json")).unwrap();
    assert_eq!(report["schema"], 1);
    to("no/such/folder.json")
        .expect(2)
        .says("Can't write the report to `no/such/folder.json`");
    let source = place.read("src/orders.rs");
    for same in ["src/orders.rs", "src/../src/orders.rs"] {
        to(same).expect(2).says("which is being analysed");
    }
    assert_eq!(place.read("src/orders.rs"), source);
    let told: Value = serde_json::from_str(&to("-").expect(0).stdout).unwrap();
    assert!(told["files"].is_array() && !place.path("-").exists());
    let names = std::fs::read_dir(place.path("")).unwrap();
    assert_eq!(
        names
            .filter(|name| name
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .ends_with(".part"))
            .count(),
        0
    );
}

#[test]
fn the_environment_chooses_where_nobody_did() {
    let place = shop();
    let with = |variable: (&str, &str), more: &[&str]| {
        let mut command = place.command();
        command
            .env(variable.0, variable.1)
            .args(["refactor", "analyze", "src"])
            .args(more);
        crate::harness::finish(command)
    };
    let short = place
        .run(["refactor", "analyze", "--format", "short", "src"])
        .expect(0)
        .stdout;
    let json = with(("RUSTASSISTANT_FORMAT", "json"), &[])
        .expect(0)
        .report();
    assert_eq!(json["schema"], json!(1));
    assert_eq!(
        with(("RUSTASSISTANT_FORMAT", "json"), &["--format", "short"]).stdout,
        short
    );
    with(("RUSTASSISTANT_FORMAT", "yaml"), &[])
        .expect(2)
        .says("`RUSTASSISTANT_FORMAT` is `yaml`, which is not a format. Set it to one of: human, short, json,");
    assert_eq!(with(("AI_AGENT", "1"), &[]).expect(0).stdout, short);
    assert_ne!(with(("AI_AGENT", ""), &[]).expect(0).stdout, short);
}

#[test]
fn a_summary_is_the_table_alone() {
    let run = shop()
        .run(["refactor", "analyze", "--summary", "src"])
        .expect(0);
    assert!(run.stdout.starts_with("By smell\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("orders.rs"), "{}", run.stdout);
}
