//! `refactor run extract-repeated-block`: one function for statements that stand again, shown or written, or why not.

use crate::harness::Place;

const DOCUMENTATION: &str =
    include_str!("../../server/report/documentation/extract_repeated_block.md");
const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

/// The code of a fence of the documentation.
fn fenced(name: &str) -> &'static str {
    let (_, rest) = DOCUMENTATION
        .split_once(&format!("```rust {name}\n"))
        .unwrap();
    rest.split_once("```").unwrap().0
}

fn block(indent: &str) -> String {
    [
        "let width = names.iter().map(|it| it.len()).max().unwrap_or(0);\n",
        "let bar = \"-\".repeat(width + 4);\n",
        "println!(\"{bar} {names:?} {bar}\");\n",
        "*count += names.len() + width;\n",
    ]
    .map(|line| format!("{indent}{line}"))
    .concat()
}

/// A function whose block begins in its third line.
fn function(name: &str) -> String {
    let block = block("    ");
    format!(
        "pub fn {name}(names: &[&str], count: &mut usize) {{\n    // Begins.\n{block}    println!(\"{name} {{count}}\");\n}}\n"
    )
}

fn library(place: &Place, text: &str) {
    place
        .write("Cargo.toml", MANIFEST)
        .write("src/lib.rs", text);
}

fn words<'a>(at: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["refactor", "run", "extract-repeated-block", at], more].concat()
}

#[test]
fn the_example_of_the_documentation_holds() {
    let place = Place::new();
    let before = fenced("before");
    let line = before.lines().position(|it| it.contains("$0")).unwrap() + 1;
    place.write("main.rs", before.replace("$0", ""));
    let at = format!("main.rs:{line}");
    place.run(words(&at, &["--write"])).expect(0);
    assert_eq!(place.read("main.rs"), fenced("after"));
}

#[test]
fn all_places_call_it_and_the_diff_is_shown_first() {
    let place = Place::new();
    let text = [function("first"), function("second"), function("third")].join("\n");
    library(&place, &text);
    place
        .run(words("src/lib.rs:4", &[]))
        .expect(1)
        .says("The statements don't tell what a function of them would be called. Give it a name with `--name`.");
    let run = place
        .run(words("src/lib.rs:4", &["--name", "tell"]))
        .expect(0);
    run.says(
        "`--write` carries it out: `tell` is called at line 3, line 12 and line 21, and compiles.",
    );
    assert_eq!(place.read("src/lib.rs"), text);
    place
        .run(words("src/lib.rs:13", &["--name", "tell", "--write"]))
        .expect(0)
        .says("Carried out: `tell` is called at line 3, line 12 and line 21, and compiles.");
    let after = place.read("src/lib.rs");
    assert_eq!(
        after
            .matches("    // Begins.\n    tell(names, count);\n")
            .count(),
        3,
        "{after}"
    );
    assert_eq!(after.matches(&block("    ")).count(), 1, "{after}");
    place
        .run(words("src/lib.rs:3", &["--name", "tell_all"]))
        .expect(1)
        .says("No statements that stand again in the file are here.");
}

/// A function of four lines that differs in what it looks for, and in how much of that is enough.
fn reading(name: &str, values: (&str, u32)) -> String {
    let (key, most) = values;
    format!(
        "/// Reads it.\npub fn {name}(lines: &[&str]) -> Option<u32> {{\n    let line = lines.iter().find(|line| line.starts_with(\"{key}\"))?;\n    \
         let (_, text) = line.split_once('=')?;\n    let number = text.trim().parse::<u32>().ok()?;\n    (number < {most}).then_some(number)\n}}\n"
    )
}

#[test]
fn functions_that_differ_in_values_call_one() {
    let place = Place::new();
    let text = [
        reading("row_width", ("width", 80)),
        reading("row_height", ("height", 25)),
        reading("row_depth", ("depth", 3)),
    ];
    library(&place, &text.join("\n"));
    place
        .run(words("src/lib.rs:4", &["--name", "row", "--write"]))
        .expect(0)
        .says("Carried out: `row` is called at line 3, line 11 and line 19, and compiles.");
    let after = place.read("src/lib.rs");
    for (name, values) in [
        ("row_width", "\"width\", 80"),
        ("row_height", "\"height\", 25"),
        ("row_depth", "\"depth\", 3"),
    ] {
        let function = format!(
            "/// Reads it.\npub fn {name}(lines: &[&str]) -> Option<u32> {{\n    row(lines, {values})\n}}\n"
        );
        assert!(after.contains(&function), "{after}");
    }
    let head = "\nfn row(lines: &[&str], prefix: &str, limit: u32) -> Option<u32> {\n";
    assert_eq!(after.matches(head).count(), 1, "{after}");
}

#[test]
fn functions_that_differ_in_more_are_refused() {
    let place = Place::new();
    let first = reading("width", ("width", 80));
    for (from, to, why) in [
        (
            "split_once",
            "rsplit_once",
            "`split_once` in one is `rsplit_once` in another",
        ),
        (
            "parse::<u32>",
            "parse::<u8>",
            "`u32` in one is `u8` in another",
        ),
    ] {
        let second = reading("height", ("height", 90)).replace(from, to);
        library(&place, &[&*first, &second].join("\n"));
        place.run(words("src/lib.rs:4", &[])).expect(1).says(why);
    }
}

#[test]
fn line_endings_stay() {
    let place = Place::new();
    let text = [function("first"), function("second")].join("\n");
    library(&place, &text.replace('\n', "\r\n"));
    place
        .run(words("src/lib.rs:3", &["--name", "tell", "--write"]))
        .expect(0);
    let text = place.read("src/lib.rs");
    assert_eq!(text.matches("tell(names, count);").count(), 2, "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn a_place_that_it_cannot_serve_is_left_and_the_reason_said() {
    let place = Place::new();
    let other = function("third").replace("names: &[&str]", "names: &[String]");
    let text = [function("first"), other, function("second")].join("\n");
    library(&place, &text);
    let run = place
        .run(words("src/lib.rs:3", &["--name", "tell"]))
        .expect(0);
    let run = run.says("line 12 is left as it is: `names` is of another type there.");
    run.says("`tell` is called at line 3 and line 21, and compiles.");
    place
        .run(words("src/lib.rs:12", &["--name", "tell"]))
        .expect(1)
        .says("`names` is of another type there.");
}

#[test]
fn it_is_listed_and_explained() {
    let place = Place::new();
    let listed = place.run(["refactor", "list"]).expect(0).stdout;
    let ids: Vec<&str> = listed
        .lines()
        .filter_map(|it| it.split_whitespace().next())
        .collect();
    let at = |id: &str| ids.iter().position(|it| *it == id);
    assert_eq!(
        at("extract-repeated-block"),
        at("extract-function").map(|it| it + 1)
    );
    let run = place.run(["explain", "extract-repeated-block"]).expect(0);
    assert!(!run.stdout.contains("$0"), "{run:#?}");
    let smell = place.run(["explain", "repeated-block"]).expect(0).stdout;
    assert!(
        smell.contains("Refactorings that help: extract-repeated-block."),
        "{smell}"
    );
}

#[test]
fn whoever_switches_the_compiler_off_gets_none() {
    let place = Place::new();
    library(&place, &[function("first"), function("second")].join("\n"));
    place.write("rustassistant.toml", "[compiler]\nenabled = false\n");
    place
        .run(words("src/lib.rs:3", &["--name", "tell"]))
        .expect(2)
        .says("`compiler.enabled` is `false` here, so rustc isn't asked.");
}
