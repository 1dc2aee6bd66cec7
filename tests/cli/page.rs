//! The HTML page: nothing from a project is executed or disguises other content, and its size is bounded.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::Place;

const ORDERS: &str = include_str!("fixtures/orders.rs");
/// Consists of several folders because of the slash.
const HOSTILE: &str = "src/</script><script>alert(1)<!-- \u{202e}`${x}`\u{7}.rs";
const COLLAPSIBLE: &str = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g(\"</script><img src=x onerror=alert(1)>\u{202e}\u{2028}\");\n        }\n    }\n}\n";

fn place() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write("src/orders.rs", ORDERS)
        .write(HOSTILE, COLLAPSIBLE);
    place
}

fn page(place: &Place, arguments: &[&str]) -> String {
    let command = ["refactor", "analyze", "--format", "html", "."];
    let full = ["--config", "profile=full"];
    let run = place.run(command.iter().chain(&full).chain(arguments));
    run.expect(0).stdout
}

/// The text between two marks, each of which occurs once in the page.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    assert_eq!(page.matches(start).count(), 1, "{start}");
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

fn data_text(page: &str) -> &str {
    between(
        page,
        "<script type=\"application/json\" id=\"data\">",
        "</script>",
    )
}

fn data(page: &str) -> Value {
    serde_json::from_str(data_text(page)).unwrap()
}

/// The findings of the file whose path contains these words.
fn findings<'a>(data: &'a Value, words: &str) -> &'a Vec<Value> {
    let files = data["files"].as_array().unwrap();
    let mut files = files.iter();
    let file = files.find(|file| file["path"].as_str().unwrap().contains(words));
    file.unwrap()["findings"].as_array().unwrap()
}

#[test]
fn the_policy_names_the_script_and_the_style_alone() {
    let page = page(&place(), &[]);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let script = hash(between(&page, "<script type=\"module\">", "</script>"));
    let style = hash(between(&page, "<style>", "</style>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
        )
    );
    // Before any content that it applies to.
    assert!(page.find("Content-Security-Policy").unwrap() < page.find("<style>").unwrap());
    for word in ["http://", "https://", "src=\"", "<link", "@import", "url("] {
        let ours = page.replace(data_text(&page), "");
        assert!(!ours.contains(word), "{word}");
    }
}

#[test]
fn nothing_of_a_project_leaves_its_place() {
    let page = page(&place(), &["--offers"]);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
    let data_text = data_text(&page);
    assert!(!data_text.contains('<'));
    let is_seen = |character: char| {
        character == '\n'
            || !character.is_control() && !('\u{2028}'..='\u{202e}').contains(&character)
    };
    assert!(page.chars().all(is_seen));
    // Not even when displayed: invisible characters are escaped.
    let data = data(&page);
    let files = data["files"].as_array().unwrap();
    let hostile = files.iter().find(|file| file["path"] != "src/orders.rs");
    let hostile = hostile.unwrap();
    assert_eq!(
        hostile["path"],
        "src/</script><script>alert(1)<!-- \\u{202e}`${x}`\\u{7}.rs"
    );
    let code = hostile["code"][0][1].as_str().unwrap();
    assert!(
        code.contains("onerror=alert(1)>\\u{202e}\\u{2028}\""),
        "{code}"
    );
}

#[test]
fn equal_reports_give_equal_bytes() {
    let place = place();
    let without_time = || {
        let page = page(&place, &[]);
        let time = between(&page, "\"time\":{", "}");
        page.replace(time, "")
    };
    // The second one comes from the cache.
    assert_eq!(without_time(), without_time());
}

#[test]
fn it_tells_what_json_tells() {
    let place = place();
    let data = data(&page(&place, &[]));
    let report = place.json(&["--config", "profile=full", "--metrics", "."]);
    for (file, expected) in data["files"]
        .as_array()
        .unwrap()
        .iter()
        .zip(report["files"].as_array().unwrap())
    {
        assert_eq!(file["lines"], expected["lines"]);
        let findings = expected["findings"].as_array().unwrap();
        let told = file["findings"].as_array().unwrap();
        assert_eq!(told.len(), findings.len());
        for (told, expected) in told.iter().zip(findings) {
            let smell = usize::try_from(told["smell"].as_u64().unwrap()).unwrap();
            assert_eq!(data["smells"][smell]["id"], expected["smell"]);
            assert_eq!(told["message"], expected["message"]);
            assert_eq!(told["line"], expected["range"]["start"]["line"]);
            assert_eq!(told["strong"] == true, expected["level"] == "strong");
        }
        let functions = file["functions"].as_array().unwrap().iter();
        let functions: Vec<_> = functions.map(|it| (&it[0], &it[3], &it[6])).collect();
        let expected = expected["functions"].as_array().unwrap().iter();
        let expected: Vec<_> = expected
            .map(|it| (&it["name"], &it["cognitive"], &it["parameters"]))
            .collect();
        assert_eq!(functions, expected);
    }
}

#[test]
fn edits_are_shown_where_offers_are_asked_for() {
    let place = place();
    let edits = |arguments: &[&str]| -> Vec<Value> {
        let data = data(&page(&place, arguments));
        let findings = findings(&data, "alert").iter();
        let edits = findings.map(|finding| finding["edit"].clone());
        edits.filter(|edit| !edit.is_null()).collect()
    };
    assert_eq!(edits(&[]), [] as [Value; 0]);
    let edit = &edits(&["--offers"])[0];
    assert_eq!(edit["lines"], serde_json::json!([2, 5]));
    assert_eq!(edit["text"][0], "    if a && b {");
    assert_eq!(edit["text"].as_array().unwrap().len(), 2);
}

#[test]
fn what_stands_again_is_shown_with_its_places() {
    let place = Place::new();
    let twin = |name: &str| {
        let body = "    let mut sum = 0;\n    for price in prices {\n        if *price > 10 {\n            sum += price * 2 - fee(*price);\n        } else {\n            sum += price + fee(*price) * 3;\n        }\n    }\n    log(sum, prices.len());\n    sum\n";
        format!("pub fn {name}(prices: &[u64]) -> u64 {{\n{body}}}\n")
    };
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"twins\"\nedition = \"2021\"\n",
        )
        .write("src/lib.rs", "mod one;\nmod two;\n")
        .write("src/one.rs", twin("total"))
        .write("src/two.rs", format!("// Above.\n{}", twin("sum_of")));
    let data = data(&page(&place, &[]));
    let found = &findings(&data, "one.rs")[0];
    assert_eq!(
        found["places"],
        serde_json::json!([[1, 1, 12], [2, 2, 13]]),
        "{data:#}"
    );
    assert_eq!(found["places_in_all"], 2);
    let code = data["files"][2]["code"][0][1].as_str().unwrap();
    assert!(code.starts_with("pub fn sum_of"), "{code}");
}

#[test]
fn a_page_is_no_larger_than_its_bounds_and_says_so() {
    let place = Place::new();
    place.write(
        "Cargo.toml",
        "[package]\nname = \"big\"\nedition = \"2021\"\n",
    );
    let wide = format!("// {}\n", "w".repeat(280));
    let function = |at: usize| {
        format!(
            "{wide}fn f{at}(a: bool, b: bool) {{\n    if a {{\n        if b {{\n            g();\n        }}\n    }}\n}}\n{wide}{wide}{wide}{wide}"
        )
    };
    for file in 0..20 {
        let functions: String = (0..150).map(function).collect();
        place.write(&format!("src/m{file}.rs"), functions);
    }
    let page = page(&place, &["--offers", "-o", "page.html"]);
    assert_eq!(page, "");
    let page = place.read("page.html");
    assert!(page.len() < 4_500_000, "{}", page.len());
    let data = data(&page);
    let left_out = data["left_out"].as_u64().unwrap();
    assert!((1..3_000).contains(&left_out), "{left_out}");
    let files = data["files"].as_array().unwrap().iter();
    let findings = files.flat_map(|file| file["findings"].as_array().unwrap());
    let without = findings
        .filter(|finding| finding["around"].is_null())
        .count();
    assert_eq!(without as u64, left_out);
}
