//! `refactor run extract-function`: each program in `fixtures/extract` is changed between its marks, and prints the same.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::harness::{Place, Run};

/// The lines between the marks, 1-based, and the program without the marks.
fn unmarked(marked: &str) -> (usize, usize, String) {
    let (mut first, mut last) = (0, 0);
    let mut lines = Vec::new();
    for line in marked.lines() {
        match line.trim() {
            "//{" => first = lines.len() + 1,
            "//}" => last = lines.len(),
            _ => lines.push(line),
        }
    }
    (first, last, lines.join("\n") + "\n")
}

fn extract(place: &Place, text: &str, more: &[&str]) -> Run {
    let (first, last, text) = unmarked(text);
    place.write("main.rs", text);
    let at = format!("main.rs:{first}-{last}");
    let words = ["refactor", "run", "extract-function", &at, "--write"];
    place.run([&words[..], more].concat())
}

/// The output of a program, and the number of its warnings.
fn printed(place: &Place, text: &str) -> (String, usize) {
    place.write("built.rs", text);
    let built = Command::new("rustc")
        .args(["--edition", "2021", "built.rs"])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}\n{text}");
    let output = Command::new(place.path("built")).output().unwrap();
    let warnings = said.matches("warning: ").count();
    (String::from_utf8(output.stdout).unwrap(), warnings)
}

fn is_formatted(text: &str) -> bool {
    let place = Place::new();
    place.write("a.rs", text);
    let check = Command::new("rustfmt")
        .args(["--edition", "2021", "--check", "a.rs"])
        .current_dir(place.path(""))
        .output();
    check.unwrap().status.success()
}

fn cases() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/fixtures/extract");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path));
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

#[test]
fn what_is_extracted_prints_the_same_or_is_refused() {
    let cases = cases();
    assert!(cases.len() > 20);
    for (name, path) in cases {
        let marked = fs::read_to_string(path).unwrap();
        let (.., before) = unmarked(&marked);
        let place = Place::new();
        let run = extract(&place, &marked, &[]);
        let after = place.read("main.rs");
        if name.starts_with("refused_") {
            run.expect(1).says("is not offered at main.rs:");
            assert_eq!(after, before, "{name}");
            continue;
        }
        run.expect(0);
        assert_ne!(after, before, "{name}");
        assert_eq!(printed(&place, &after), printed(&place, &before), "{name}");
        assert_eq!(
            is_formatted(&before),
            is_formatted(&after),
            "{name}: {after}"
        );
    }
}

const PROGRAM: &str = "\
use std::collections::HashMap;

pub fn f(names: &HashMap<String, u32>) -> u32 {
    let mut total = 0;
    //{
    // What all have.
    for count in names.values() {
        total += count;
    }
    //}
    total
}
";

#[test]
fn a_function_has_the_name_that_is_asked_for() {
    let place = Place::new();
    extract(&place, PROGRAM, &["--name", "add_all"])
        .expect(0)
        .says("Applied: `add_all` extracted; it compiles.");
    let text = place.read("main.rs");
    assert!(
        text.contains("    add_all(names, &mut total);\n    total\n"),
        "{text}"
    );
    let function = "\nfn add_all(names: &HashMap<String, u32>, total: &mut u32) {\n    // What all have.\n    for count";
    assert!(text.contains(function), "{text}");

    for taken in ["f", "total", "1a", "fn"] {
        extract(&place, PROGRAM, &["--name", taken])
            .expect(1)
            .says("isn't a valid function name here");
    }
}

#[test]
fn line_endings_stay() {
    let place = Place::new();
    extract(&place, &PROGRAM.replace('\n', "\r\n"), &[]).expect(0);
    let (.., before) = unmarked(PROGRAM);
    place.write("main.rs", before.replace('\n', "\r\n"));
    let at = "main.rs:5-8";
    place
        .run(["refactor", "run", "extract-function", at, "--write"])
        .expect(0);
    let text = place.read("main.rs");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn what_does_not_compile_is_no_ground_for_an_extraction() {
    let place = Place::new();
    let broken = format!("{PROGRAM}fn g() -> u8 {{\n    true\n}}\n");
    extract(&place, &broken, &[])
        .expect(2)
        .says("the code doesn't compile");
}

#[test]
fn a_package_is_checked_in_all_of_its_targets() {
    let place = Place::new();
    let (.., text) = unmarked(PROGRAM);
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .write("src/lib.rs", text)
        .write(
            "tests/t.rs",
            "#[path = \"../src/lib.rs\"]\nmod lib;\n#[test]\nfn t() {\n    assert_eq!(lib::f(&Default::default()), 0);\n}\n",
        );
    let words = ["refactor", "run", "extract-function", "src/lib.rs:5-8"];
    let run = place.run(words).expect(0);
    assert!(run.stdout.contains("+fn update_total("), "{run:#?}");
    place
        .run(["refactor", "run", "extract-function", "src/lib.rs:5-7"])
        .expect(1)
        .says("starts or ends inside a statement");
    place
        .run(["refactor", "run", "let-else", "src/lib.rs:5", "--name", "a"])
        .expect(2)
        .says("`--name` is for `extract-function`");
}

#[test]
fn a_package_of_the_first_edition_needs_no_std() {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\n",
        )
        .write(
            "src/lib.rs",
            "#![no_std]\n\npub fn f(names: &[u32]) -> u32 {\n    let mut total = 0;\n    for count in names {\n        total += *count;\n    }\n    total\n}\n",
        );
    let words = ["refactor", "run", "extract-function", "src/lib.rs:5-7"];
    place.run(words).expect(0).says("it compiles");
}

#[test]
fn how_a_type_is_dropped_is_read_where_it_is_declared() {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .write(
            "src/bell.rs",
            "pub struct Bell(pub u8);\n\nimpl Drop for Bell {\n    fn drop(&mut self) {\n        println!(\"{}\", self.0);\n    }\n}\n",
        )
        .write(
            "src/lib.rs",
            "mod bell;\n\nuse bell::Bell;\n\npub fn f(a: u8) {\n    let bell = Bell(a);\n    let b = bell.0 + 1;\n    println!(\"{b}\");\n    println!(\"last\");\n}\n",
        );
    place
        .run(["refactor", "run", "extract-function", "src/lib.rs:6-8"])
        .expect(1)
        .says("`bell` would be dropped earlier, at the end of the new function");
}

const DOCUMENTATION: &str = include_str!("../../server/report/documentation/extract_function.md");

/// The code of a fenced block in the documentation.
fn fenced(name: &str) -> &'static str {
    let (_, rest) = DOCUMENTATION
        .split_once(&format!("```rust {name}\n"))
        .unwrap();
    rest.split_once("```").unwrap().0
}

/// The place between two marks, in command line syntax.
fn marked_place(text: &str) -> String {
    let mut places = Vec::new();
    for (line, words) in text.lines().enumerate() {
        let mut shift = 0;
        for (at, mark) in words.match_indices("$0") {
            places.push(format!("{}:{}", line + 1, at + 1 - shift));
            shift += mark.len();
        }
    }
    assert_eq!(places.len(), 2);
    format!("main.rs:{}", places.join("-"))
}

#[test]
fn the_example_of_the_documentation_holds() {
    let place = Place::new();
    let before = fenced("before");
    place.write("main.rs", before.replace("$0", ""));
    let at = marked_place(before);
    place
        .run(["refactor", "run", "extract-function", &at, "--write"])
        .expect(0);
    assert_eq!(place.read("main.rs"), fenced("after"));
}

#[test]
fn it_is_listed_and_explained() {
    let place = Place::new();
    let listed = place.run(["refactor", "list"]).expect(0).stdout;
    let is_it = |line: &&str| line.trim_start().starts_with("extract-function ");
    let line = listed.lines().find(is_it).unwrap();
    assert!(
        line.contains("Extracts statements or an expression into a new function or method"),
        "{line}"
    );
    for words in [&["explain"][..], &["refactor", "explain"]] {
        let run = place.run([words, &["extract-function"]].concat()).expect(0);
        assert!(
            run.stdout.starts_with("extract-function (refactoring)"),
            "{run:#?}"
        );
        assert!(
            run.stdout.contains("What it checks") && !run.stdout.contains("$0"),
            "{run:#?}"
        );
    }
    place
        .run(["refactor", "run", "extract-functoin", "a.rs:1"])
        .expect(2)
        .says("Did you mean `extract-function`?");
}

/// The JSON output of `refactor at`.
fn at(place: &Place, words: &str) -> serde_json::Value {
    let run = place
        .run(["refactor", "at", words, "--format", "json"])
        .expect(0);
    assert!(run.stderr.is_empty(), "{run:#?}");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_selection_is_told_whether_a_function_may_be_made_of_it() {
    let place = Place::new();
    let (first, last, text) = unmarked(PROGRAM);
    place.write("main.rs", text);
    let whole = format!("main.rs:{first}-{last}");
    let listed = at(&place, &whole);
    assert_eq!(listed["schema"], 1);
    let offers = listed["offers"].as_array().unwrap();
    let offer = offers
        .iter()
        .find(|it| it["refactoring"] == "extract-function");
    let offer = offer.unwrap();
    assert_eq!(offer["place"], whole.as_str());
    assert_eq!(
        (&offer["decided_by"], &offer["title"]),
        (&"rustc".into(), &"Extract into a function".into())
    );
    let run = place.run(["refactor", "at", &whole]).expect(0);
    assert!(
        run.stdout
            .contains("  Extract into a function, if rustc agrees\n"),
        "{run:#?}"
    );

    let why = |listed: &serde_json::Value| {
        let refused = listed["refused"].as_array().unwrap().iter();
        let mut refused = refused.filter(|it| it["refactoring"] == "extract-function");
        refused
            .next()
            .map(|it| it["why"].as_str().unwrap().to_owned())
    };
    let cut = at(&place, &format!("main.rs:{first}-{last}:3"));
    assert_eq!(
        why(&cut).as_deref(),
        Some("The selection starts or ends inside a statement.")
    );
    place.write("rustassistant.toml", "[compiler]\nenabled = false\n");
    let why_off = why(&at(&place, &whole)).unwrap();
    assert!(
        why_off.contains("`compiler.enabled` is `false` here"),
        "{why_off}"
    );
    place
        .run(["refactor", "run", "extract-function", &whole])
        .expect(2)
        .says("`compiler.enabled` is `false` here, so rustc isn't asked.");
    // A single line isn't a selection.
    assert_eq!(why(&at(&place, &format!("main.rs:{first}"))), None);
}

/// Two loops that are too much together.
const TALL: &str = "\
fn main() {
    println!(\"{}\", tally(&[\"a\", \"bb\", \"cccc\", \"\"], 2));
}

fn tally(words: &[&str], most: usize) -> usize {
    let mut seen = 0;
    // Count the long words.
    for word in words {
        if word.len() > most {
            if word.starts_with('c') || word.ends_with('b') {
                seen += 2;
            } else {
                seen += 1;
            }
        }
    }

    // Now the short words.
    for word in words {
        if word.len() < most {
            if word.starts_with('a') && word.is_ascii() {
                seen += 3;
            } else {
                seen += 4;
            }
        }
    }
    seen
}
";

/// The output of a command with every smell enabled.
fn shown(place: &Place, words: &[&str]) -> String {
    let full = ["--config", "profile=full"];
    place.run([words, &full].concat()).expect(0).stdout
}

#[test]
fn nothing_has_to_be_selected_where_a_finding_says_what() {
    let place = Place::new();
    place.write("main.rs", TALL);
    let analysed = shown(&place, &["refactor", "analyze", "main.rs"]);
    let help =
        "extract function (lines 7-16): `count_long_words` with 3 parameters, complexity 16 → 8";
    assert!(analysed.contains(help), "{analysed}");

    let json = [
        "refactor", "analyze", "main.rs", "--format", "json", "--offers",
    ];
    let json = shown(&place, &json);
    let named = "\"name\":\"count_long_words\",\"parameters\":3,\"before\":16,\"after\":8";
    assert!(json.contains(named), "{json}");

    let listed = shown(&place, &["refactor", "at", "main.rs:5"]);
    let offer = "extract-function  main.rs:7-16  Extract into `count_long_words` (complexity 16 → 8), for cognitive-complexity, if rustc agrees";
    assert!(listed.contains(offer), "{listed}");

    let full = ["--config", "profile=full", "--write"];
    let run = ["refactor", "run", "extract-function", "main.rs:5"];
    let run = place.run([&run[..], &full[..]].concat()).expect(0);
    run.says("Applied: `count_long_words` extracted from main.rs:7-16; it compiles.");
    let after = place.read("main.rs");
    assert_eq!(printed(&place, &after), printed(&place, TALL));
    let quiet = shown(&place, &["refactor", "analyze", "main.rs"]);
    assert!(!quiet.contains("cognitive-complexity"), "{quiet}");
}

#[test]
fn a_project_that_switches_rustc_off_gets_no_extractions() {
    let place = Place::new();
    place.write("main.rs", TALL);
    let off = ["--config", "compiler.enabled=false"];
    let analyze = ["refactor", "analyze", "main.rs"];
    let analysed = shown(&place, &[&analyze[..], &off].concat());
    assert!(!analysed.contains("extract function"), "{analysed}");
    let listed = shown(
        &place,
        &[&["refactor", "at", "main.rs:5"][..], &off].concat(),
    );
    assert!(!listed.contains("extract-function"), "{listed}");
}
