//! Duplicates: found across files, reported once with their other places, and ignored where they should be.

use serde_json::Value;

use crate::harness::Place;

const FULL: [&str; 2] = ["--config", "profile=full"];

fn function(name: &str) -> String {
    format!(
        "/// Counts.\npub fn {name}(start: usize, rows: &[Row]) -> usize {{\n    let mut sum = start;\n    \
         for row in rows {{\n        if row.is_empty() {{\n            continue;\n        }}\n        \
         let size = row.len() + 1;\n        sum += size * weight(row);\n    }}\n    let rest = sum % 7;\n    \
         note(rest, sum);\n    if rest > 3 {{ sum - rest }} else {{ sum + rest }}\n}}\n"
    )
}

fn package(place: &Place, folder: &str, name: &str) {
    let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    place.write(&format!("{folder}/Cargo.toml"), manifest);
}

/// Id, path and line of each duplicate finding, and the paths and first lines of the other places.
fn found(place: &Place, arguments: &[&str]) -> Vec<(String, String, Vec<String>)> {
    let report = place.json(&[&FULL[..], arguments].concat());
    let mut found = Vec::new();
    for file in report["files"].as_array().unwrap() {
        for finding in file["findings"].as_array().unwrap() {
            let smell = finding["smell"].as_str().unwrap();
            if smell.contains("duplicate") {
                let own = at(&file["path"], &finding["range"]);
                found.push((smell.to_owned(), own, others(finding)));
            }
        }
    }
    found
}

fn others(finding: &Value) -> Vec<String> {
    let others = finding["others"].as_array().into_iter().flatten();
    others
        .map(|other| at(&other["path"], &other["range"]))
        .collect()
}

fn at(path: &Value, range: &Value) -> String {
    format!("{}:{}", path.as_str().unwrap(), range["start"]["line"])
}

fn expected(smell: &str, own: &str, others: &[&str]) -> (String, String, Vec<String>) {
    let others = others.iter().map(|it| (*it).to_owned());
    (smell.to_owned(), own.to_owned(), others.collect())
}

#[test]
fn what_stands_several_times_in_a_function_is_told_with_all_its_places_alone() {
    let stanza = |n: usize| {
        format!(
            "    let i{n} = x.next()?;\n    let v{n} = x.get(\"k{n}\", i{n}).parse()?;\n    if v{n} > 9 {{\n        \
             x.note(v{n}, \"much\", 7);\n        x.warn(v{n}, i{n});\n    }}\n    x.close(v{n}, i{n}, 3, 4);\n"
        )
    };
    let function = |count: usize| {
        let stanzas = (1..=count).map(stanza).collect::<Vec<_>>().concat();
        format!("pub fn f(x: &mut X) -> Option<()> {{\n{stanzas}    Some(())\n}}\n")
    };
    let place = Place::new();
    package(&place, ".", "shop");
    for (count, smell) in [(3, "similar-block"), (4, "repeated-stanza")] {
        place.write("src/lib.rs", function(count));
        assert_eq!(found(&place, &["src"]), []);
        let report = place.json(&[&FULL[..], &["src"]].concat());
        let findings = &report["files"][0]["findings"];
        assert_eq!(findings[0]["smell"], smell);
        assert_eq!(findings[1]["smell"], serde_json::Value::Null);
    }
}

#[test]
fn a_function_of_two_files_is_told_once_with_its_other_place() {
    let place = Place::new();
    package(&place, ".", "shop");
    place.write("src/a.rs", function("one")).write(
        "src/b.rs",
        format!("fn first() {{}}\n\n{}", function("other")),
    );
    let function = expected("duplicate-function", "src/a.rs:2", &["src/b.rs:4"]);
    assert_eq!(found(&place, &["src"]), [function]);
    let arguments = ["refactor", "analyze", "--config", "profile=full", "src"];
    let run = place.run(arguments).expect(0);
    assert!(
        run.stdout
            .contains("`one` is duplicated at src/b.rs:4; keep only one copy"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("repeated in src/b.rs:4-16"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_warm_run_parses_nothing_and_says_the_same() {
    let place = Place::new();
    place
        .write("src/a.rs", function("one"))
        .write("src/b.rs", function("other"));
    let parsed = || place.json(&[&FULL[..], &["src"]].concat())["summary"]["parsed"].clone();
    let cold = found(&place, &["src"]);
    assert_eq!(cold.len(), 1);
    assert_eq!(parsed(), 0);
    assert_eq!(found(&place, &["src"]), cold);
    assert_eq!(found(&place, &["--no-cache", "src"]), cold);
}

#[test]
fn what_was_surveyed_before_is_compared_with_what_is_new() {
    let place = Place::new();
    place.write("src/a.rs", function("one"));
    assert_eq!(found(&place, &["src"]), []);
    place.write("src/b.rs", format!("\n{}", function("other")));
    let report = place.json(&[&FULL[..], &["src"]].concat());
    assert_eq!(report["summary"]["parsed"], 1);
    let expected = expected("duplicate-function", "src/a.rs:2", &["src/b.rs:3"]);
    assert_eq!(found(&place, &["src"]), [expected]);
    let calm = place.analyze(&["src"]).expect(0).report();
    assert_eq!(calm["summary"]["parsed"], 0);
}

#[test]
fn what_is_allowed_at_one_place_is_no_place() {
    let place = Place::new();
    let allowed = format!(
        "// rustassistant: allow(duplicate-function) on purpose\n{}",
        function("one")
    );
    place
        .write("src/a.rs", allowed)
        .write("src/b.rs", function("other"));
    assert_eq!(found(&place, &["src"]), []);
    let run = place.analyze(&[&FULL[..], &["src"]].concat()).expect(0);
    assert_eq!(run.stderr, "", "nobody knows that it allows nothing");
    place.write("src/c.rs", function("third"));
    let rest = expected("duplicate-function", "src/b.rs:2", &["src/c.rs:2"]);
    assert_eq!(found(&place, &["src"]), [rest]);
}

#[test]
fn two_checkouts_of_one_package_are_no_duplicates() {
    let place = Place::new();
    for folder in ["old", "new"] {
        package(&place, folder, "shop");
        place.write(&format!("{folder}/src/lib.rs"), function("one"));
    }
    assert_eq!(found(&place, &["."]), []);
    package(&place, "new", "market");
    assert_eq!(found(&place, &["."]).len(), 1);
}

#[test]
fn modules_under_conditions_are_alternatives() {
    let place = Place::new();
    package(&place, ".", "shop");
    place
        .write(
            "src/lib.rs",
            "#[cfg(unix)]\nmod a;\n#[cfg(not(unix))]\nmod b;\n",
        )
        .write("src/a.rs", function("one"))
        .write("src/b/mod.rs", "mod inner;\n")
        .write("src/b/inner.rs", function("one"));
    assert_eq!(found(&place, &["src"]), []);
    place.write("src/lib.rs", "mod a;\nmod b;\n");
    assert_eq!(found(&place, &["src"]).len(), 1);
    place.write("src/lib.rs", "mod a;\n#[cfg(unix)]\nmod b;\n");
    place.write("src/b/inner.rs", function("other"));
    assert_eq!(found(&place, &["src"]).len(), 1);
}

#[test]
fn tests_and_what_programs_wrote_are_left_alone() {
    let place = Place::new();
    package(&place, ".", "shop");
    place
        .write("src/a.rs", function("one"))
        .write("tests/b.rs", function("other"))
        .write("src/c.rs", format!("// @generated\n{}", function("third")))
        .write(
            "src/d.rs",
            format!("#[cfg(test)]\nmod tests {{\n{}\n}}\n", function("fourth")),
        );
    assert_eq!(found(&place, &["."]), []);
}

#[test]
fn a_file_that_is_named_twice_is_there_once() {
    let place = Place::new();
    place.write("src/a.rs", function("one")).write(
        "src/lib.rs",
        "#[path = \"a.rs\"] mod b;\n#[path = \"a.rs\"] mod c;\n",
    );
    assert_eq!(found(&place, &["src", "src/a.rs", "."]), []);
}

#[test]
fn each_place_of_a_stanza_is_marked_as_the_same() {
    let stanza = |part: &str| {
        format!(
            "    if s.{part}.len() > 3 {{\n        a.push(s.{part}[0]);\n        note(a, s.{part}.len());\n    }}\n"
        )
    };
    let stanzas: String = ["one", "two", "three", "four", "five"].map(stanza).concat();
    let place = Place::new();
    place.write(
        "a.rs",
        format!("fn f(a: &mut Vec<u8>, s: &S) {{\n{stanzas}    g();\n}}\n"),
    );
    let arguments = ["refactor", "analyze", "--config", "profile=full", "a.rs"];
    let said = place.run(arguments).expect(0).stdout;
    assert!(said.contains("these 4 lines occur 5 times"), "{said}");
    assert!(said.contains("-- repeated here"), "{said}");
    assert!(!said.contains("nested"), "{said}");
}
