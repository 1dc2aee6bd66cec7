//! `refactor run extract-repeated-block`: one function for repeated statements, shown or written, or the reason against it.

use crate::harness::Place;

const DOCUMENTATION: &str =
    include_str!("../../server/report/documentation/extract_repeated_block.md");
const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

/// The code of a fenced block in the documentation.
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

/// A function whose block starts on its third line.
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
        .says("The code doesn't suggest a name for the new function. Set one with `--name`.");
    let run = place
        .run(words("src/lib.rs:4", &["--name", "tell"]))
        .expect(0);
    run.says("use `--write` to apply: `tell` called at line 3, line 12 and line 21; it compiles.");
    assert_eq!(place.read("src/lib.rs"), text);
    place
        .run(words("src/lib.rs:13", &["--name", "tell", "--write"]))
        .expect(0)
        .says("Applied: `tell` called at line 3, line 12 and line 21; it compiles.");
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
        .says("There are no statements here that are repeated in the file.");
}

/// A function of four lines that varies in the key it searches for and in its limit.
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
        .says("Applied: `row` called at line 3, line 11 and line 19; it compiles.");
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
fn what_is_called_is_given_if_that_is_all() {
    let place = Place::new();
    let helpers = "fn parse_width(text: &str) -> Option<u32> {\n    text.parse().ok()\n}\n\n\
                   fn parse_height(text: &str) -> Option<u32> {\n    text.len().try_into().ok()\n}\n\n";
    let function = |name: &str, parse: &str| {
        reading(name, ("width", 80)).replace(
            "text.trim().parse::<u32>().ok()?",
            &format!("{parse}(text)?"),
        )
    };
    let text = [
        function("row_width", "parse_width"),
        function("row_height", "parse_height"),
    ];
    library(&place, &format!("{helpers}{}", text.join("\n")));
    place
        .run(words("src/lib.rs:10", &["--name", "row", "--write"]))
        .expect(0);
    let after = place.read("src/lib.rs");
    assert!(after.contains("\n    row(lines, parse_width)\n"), "{after}");
    let head = "\nfn row(lines: &[&str], parse: fn(&str) -> Option<u32>) -> Option<u32> {\n";
    assert_eq!(after.matches(head).count(), 1, "{after}");
}

/// A method that passes its state along, on a separate type.
fn of_type(name: &str, names: [&str; 4]) -> String {
    let [row, sum, last, most] = names;
    format!(
        "pub struct {name};\n\nimpl {name} {{\n    pub fn of(rows: &[u32], count: u32) -> u32 {{\n        let mut {sum} = 0;\n        let mut {last} = 0;\n        \
         let mut {most} = count;\n        for {row} in rows {{\n            if *{row} > {last} {{\n                {last} = {row} + count;\n            }}\n            \
         {sum} += {row} % (count + 1);\n            {most} = {most}.max(*{row});\n            {sum} -= {last} % ({most} + 1);\n        }}\n        {sum} + {last} * {most} + rows.len() as u32\n    }}\n}}\n"
    )
}

#[test]
fn twins_of_two_types_call_one_function() {
    for names in [
        ["row", "sum", "last", "most"],
        ["line", "total", "known", "highest"],
    ] {
        let place = Place::new();
        let one = of_type("Sums", ["row", "sum", "last", "most"]);
        library(&place, &format!("{one}\n{}", of_type("Totals", names)));
        place
            .run(words("src/lib.rs:4", &["--name", "folded", "--write"]))
            .expect(0)
            .says("Applied: `folded` called at line 5 and line 24; it compiles.");
        let after = place.read("src/lib.rs");
        let call = "    pub fn of(rows: &[u32], count: u32) -> u32 {\n        folded(";
        assert_eq!(after.matches(call).count(), 2, "{after}");
    }
}

/// The answers in a JSON report to the findings of a smell.
fn answers(place: &Place, smell: &str, more: &[&str]) -> Vec<serde_json::Value> {
    let words = [
        "refactor",
        "analyze",
        "--config",
        "profile=full",
        "--format",
        "json",
    ];
    let run = place.run([&words, more].concat()).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let findings = files.flat_map(|it| it["findings"].as_array().unwrap().clone());
    let found = findings.filter(|it| it["smell"] == smell);
    found.map(|it| it["answers"].clone()).collect()
}

#[test]
fn reports_name_it_only_where_it_is_offered() {
    let place = Place::new();
    let second = reading("row_height", ("height", 25));
    for (second, is_offered) in [
        (second.clone(), true),
        (second.replace("split_once", "rsplit_once"), false),
    ] {
        let text = [reading("row_width", ("width", 80)), second];
        library(&place, &text.join("\n"));
        let expected = if is_offered {
            serde_json::json!(["extract-repeated-block"])
        } else {
            serde_json::json!([])
        };
        assert_eq!(
            answers(&place, "similar-block", &["--offers", "src"]),
            [expected]
        );
        // Without inspecting the places, this is unknown.
        let unknown = serde_json::json!([]);
        assert_eq!(answers(&place, "similar-block", &["src"]), [unknown]);
        let human = ["refactor", "analyze", "--config", "profile=full", "src"];
        let told = place.run(human).expect(0).stdout;
        assert_eq!(
            told.contains("= help: extract repeated block"),
            is_offered,
            "{told}"
        );
        let at = ["refactor", "at", "src/lib.rs:2", "--config", "profile=full"];
        let listed = place.run(at).expect(0).stdout;
        assert_eq!(
            listed.contains("extract-repeated-block"),
            is_offered,
            "{listed}"
        );
        place.write("rustassistant.toml", "[compiler]\nenabled = false\n");
        let told = place.run(human).expect(0).stdout;
        assert!(!told.contains("extract repeated block"), "{told}");
        place.write("rustassistant.toml", "");
    }
}

#[test]
fn duplicates_are_answered_by_a_call_or_by_a_function_for_both() {
    let place = Place::new();
    let names = ["row", "sum", "last", "most"];
    library(
        &place,
        &(of_type("Sums", names) + &of_type("Totals", names)),
    );
    let found = answers(&place, "duplicate-function", &["--offers", "src"]);
    assert_eq!(found, [serde_json::json!(["extract-repeated-block"])]);
    let twin = of_type("Sums", names).replace("pub fn of", "pub fn off");
    let twin = twin.split_once("impl Sums {\n").unwrap().1.to_owned();
    let one = of_type("Sums", names);
    let one = one.strip_suffix("}\n").unwrap();
    library(&place, &format!("{one}\n{twin}"));
    let found = answers(&place, "duplicate-function", &["--offers", "src"]);
    assert_eq!(found, [serde_json::json!(["replace-duplicate-with-call"])]);
}

#[test]
fn functions_that_differ_in_more_are_refused() {
    let place = Place::new();
    let first = reading("width", ("width", 80));
    for (from, to, why) in [
        (
            "split_once",
            "rsplit_once",
            "`split_once` in one, `rsplit_once` in another",
        ),
        (
            "parse::<u32>",
            "parse::<u8>",
            "`u32` in one, `u8` in another",
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
    let run = run.says("line 12 is unchanged: `names` has a different type there.");
    run.says("`tell` called at line 3 and line 21; it compiles.");
    place
        .run(words("src/lib.rs:12", &["--name", "tell"]))
        .expect(1)
        .says("`names` has a different type there.");
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
