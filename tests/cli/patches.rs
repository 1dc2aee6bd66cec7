//! `verify`: external changes are proven, need tests or are broken.

use std::{io::Write, process::Stdio, thread};

use crate::harness::{Place, Run};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
const LIB: &str = "\
pub mod prices;

/// A price with its tax.
pub fn taxed(price: Option<u32>, is_free: bool) -> u32 {
    let price = match price {
        Some(price) => price,
        None => return 0,
    };
    if is_free {
        return price;
    }
    price + price / 5
}
";
const PRICES: &str = "\
pub fn note(a: bool, b: bool, out: &mut Vec<u8>) {
    if a {
        if b {
            out.push(1);
        }
    }
}
";

fn shop() -> Place {
    let place = Place::new();
    place
        .write("Cargo.toml", MANIFEST)
        .write("src/lib.rs", LIB)
        .write("src/prices.rs", PRICES);
    place
}

/// A patch of one whole file in git's format.
fn patch(path: &str, before: &str, after: &str) -> String {
    let lines = |text: &str, sign: &str| -> String {
        let lines = text.lines().map(|line| format!("{sign}{line}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    let (old, new) = (before.lines().count(), after.lines().count());
    format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{}{}",
        lines(before, "-"),
        lines(after, "+")
    )
}

fn verify(place: &Place, patch: &str) -> Run {
    place.write("change.patch", patch);
    place.run(["verify", "--patch", "change.patch"])
}

/// Judges a change of `src/lib.rs`, and asserts that nothing is modified.
fn judged(from: &str, to: &str) -> Run {
    assert!(LIB.contains(from), "{from}");
    let place = shop();
    let run = verify(&place, &patch("src/lib.rs", LIB, &LIB.replace(from, to)));
    assert_eq!(place.read("src/lib.rs"), LIB);
    assert!(!place.path("Cargo.lock").exists());
    run
}

#[test]
fn what_our_refactorings_derive_is_proved() {
    let arms = "match price {\n        Some(price) => price,\n        None => return 0,\n    };";
    let run = judged(
        &format!("let price = {arms}"),
        "let Some(price) = price else {\n        return 0;\n    };",
    );
    let out = run.expect(0).stdout;
    assert!(out.starts_with("proved: "), "{out}");
    assert!(out.contains("src/lib.rs: let-else at line 5"), "{out}");
}

#[test]
fn layout_and_comments_are_proved() {
    let run = judged(
        "    if is_free {",
        "\n    // Nobody pays.\n    if is_free\n    {",
    );
    assert!(
        run.expect(0)
            .stdout
            .contains("src/lib.rs: whitespace and comments")
    );
    // Macros may read doc comments.
    let run = judged("/// A price with its tax.", "/// A price.");
    assert!(run.expect(1).stdout.starts_with("needs tests: "));
}

#[test]
fn other_behaviour_needs_tests_and_its_words_are_listed() {
    let out = judged("price / 5", "price / 4").expect(1).stdout;
    assert!(out.contains("src/lib.rs: drops `5`; adds `4`"), "{out}");
}

#[test]
fn errors_and_new_warnings_are_broken() {
    let out = judged("price / 5", "price / five").expect(2).stdout;
    assert!(out.starts_with("broken: "), "{out}");
    assert!(
        out.contains("error[E0425]") && out.contains("(src/lib.rs:12)"),
        "{out}"
    );
    let out = judged("price + price / 5", "let tax = 5;\n    price + price / 5")
        .expect(2)
        .stdout;
    assert!(out.contains("warning: unused variable: `tax`"), "{out}");
}

#[test]
fn several_files_are_one_change() {
    let merged = "pub fn note(a: bool, b: bool, out: &mut Vec<u8>) {\n    if a && b {\n        out.push(1);\n    }\n}\n";
    let place = shop();
    let both = [
        patch("src/prices.rs", PRICES, merged),
        patch("src/lib.rs", LIB, &format!("// The shop.\n\n{LIB}")),
    ];
    let run = verify(&place, &both.concat()).expect(0);
    assert!(
        run.stdout
            .contains("src/prices.rs: merge-nested-if at line 2"),
        "{}",
        run.stdout
    );
    // The reverse yields the same result.
    place.write("src/prices.rs", merged);
    let run = verify(&place, &patch("src/prices.rs", merged, PRICES)).expect(0);
    assert!(
        run.stdout.contains("merge-nested-if undone"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_verdict_is_read_by_programs_and_from_a_pipe() {
    let place = shop();
    let mut command = place.command();
    command.args(["verify", "--patch", "-", "--format", "json"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let after = LIB.replace("price / 5", "price / 4");
    let text = patch("src/lib.rs", LIB, &after);
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["verdict"], "needs-tests");
    assert_eq!(verdict["files"][0]["added"], serde_json::json!(["4"]));
}

#[test]
fn what_can_t_be_verified_is_refused_with_the_reason() {
    let place = shop();
    place
        .write("outside.rs", "")
        .write("image.bin", [0, 159, 146, 150]);
    let refused = |patch: &str, why: &str| {
        let run = verify(&place, patch).expect(2);
        assert!(run.stdout.is_empty());
        run.says("Nothing was verified").says(why);
    };
    refused("", "the patch contains no change");
    refused("hello\n", "is not a unified diff");
    refused(&patch("../a.rs", "a\n", "b\n"), "outside this directory");
    refused(
        &patch("/etc/passwd", "a\n", "b\n"),
        "outside this directory",
    );
    refused(
        &patch("Cargo.toml", MANIFEST, "[package]\n"),
        "which controls what runs",
    );
    refused(
        &patch("build.rs", "fn main() {}\n", "\n"),
        "which controls what runs",
    );
    refused(
        &patch("src/lib.rs", "fn other() {}\n", "\n"),
        "doesn't apply to `src/lib.rs`",
    );
    refused(&patch("src/none.rs", "a\n", "b\n"), "src/none.rs");
    refused(&patch("README.md", "a\n", "b\n"), "README.md");
    refused(
        "diff --git a/src/a.rs b/src/b.rs\nsimilarity index 100%\nrename from src/a.rs\nrename to src/b.rs\n",
        "renames or copies",
    );
    refused(
        "diff --git a/image.bin b/image.bin\nindex 1..2 100644\nBinary files a/image.bin and b/image.bin differ\n",
        "image.bin",
    );
    refused(
        "diff --git a/src/lib.rs b/src/lib.rs\ndeleted file mode 100644\n--- a/src/lib.rs\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
        "deletes `src/lib.rs`",
    );
    let off = [
        "verify",
        "--patch",
        "change.patch",
        "--config",
        "compiler.enabled=false",
    ];
    place.write("change.patch", patch("src/prices.rs", PRICES, "\n"));
    place.run(off).expect(2).says("so rustc isn't asked");
    place
        .run(["verify", "--patch", "none.patch"])
        .expect(2)
        .says("can't be read");
}

#[test]
fn a_package_that_is_broken_already_is_no_ground_for_a_verdict() {
    let place = shop();
    let broken = "pub mod prices;\npub fn f() -> u8 {\n    true\n}\n";
    place.write("src/lib.rs", broken);
    verify(
        &place,
        &patch("src/prices.rs", PRICES, &format!("\n{PRICES}")),
    )
    .expect(2)
    .says("Nothing was verified")
    .says("mismatched types");
}

#[test]
fn new_files_are_checked_with_the_rest() {
    let place = shop();
    let after = LIB.replace("pub mod prices;", "pub mod extra;\npub mod prices;");
    let text = "diff --git a/src/extra.rs b/src/extra.rs\nnew file mode 100644\n--- /dev/null\n+++ b/src/extra.rs\n@@ -0,0 +1 @@\n+pub fn extra() {}\n";
    let run = verify(&place, &[text, &patch("src/lib.rs", LIB, &after)].concat());
    assert!(
        run.expect(1)
            .stdout
            .contains("src/extra.rs: drops nothing; adds `pub fn extra")
    );
    assert!(!place.path("src/extra.rs").exists());
}

#[test]
fn what_uses_the_package_is_checked_with_it() {
    let place = shop();
    let user = "fn main() {\n    println!(\"{}\", shop::taxed(Some(1), true));\n}\n";
    place.write("src/main.rs", user);
    let other = LIB.replace("taxed(price", "with_tax(price");
    let out = verify(&place, &patch("src/lib.rs", LIB, &other))
        .expect(2)
        .stdout;
    assert!(
        out.contains("error[E0425]") && out.contains("src/main.rs:2"),
        "{out}"
    );

    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"shop\", \"till\"]\nresolver = \"2\"\n",
        )
        .write("shop/Cargo.toml", MANIFEST)
        .write("shop/src/lib.rs", LIB)
        .write("shop/src/prices.rs", PRICES)
        .write(
            "till/Cargo.toml",
            MANIFEST.replace("shop", "till") + "[dependencies]\nshop = { path = \"../shop\" }\n",
        )
        .write("till/src/main.rs", user);
    let out = verify(&place, &patch("shop/src/lib.rs", LIB, &other))
        .expect(2)
        .stdout;
    assert!(
        out.contains("error[E0425]") && out.contains("till/src/main.rs"),
        "{out}"
    );
    let fine = LIB.replace("if is_free", "if  is_free");
    verify(&place, &patch("shop/src/lib.rs", LIB, &fine)).expect(0);
    assert!(!place.path("Cargo.lock").exists());
}

/// The replacements of a table in `fixtures/patches`.
fn replacements(table: &str) -> Vec<(&str, &str)> {
    let pairs = table.split("====\n");
    pairs
        .map(|pair| pair.split_once("----\n").unwrap())
        .collect()
}

/// The number of changes to a loose program that are proven, need tests and are broken.
fn verdicts(table: &str) -> [usize; 3] {
    let base = include_str!("fixtures/patches/base.rs");
    let place = Place::new();
    place.write("main.rs", base);
    let mut counts = [0; 3];
    for (from, to) in replacements(table) {
        assert!(base.contains(from), "{from}");
        let after = base.replacen(from, to, 1);
        let run = verify(&place, &patch("main.rs", base, &after));
        let code = run.code.and_then(|code| usize::try_from(code).ok());
        assert!(!run.stdout.is_empty(), "{to}: {}", run.stderr);
        counts[code.unwrap()] += 1;
    }
    counts
}

#[test]
fn ninety_changes_get_the_verdict_that_they_deserve() {
    let tables = [
        include_str!("fixtures/patches/keeps.txt"),
        include_str!("fixtures/patches/changes.txt"),
        include_str!("fixtures/patches/breaks.txt"),
    ];
    let [keeps, changes, breaks] = tables
        .map(|table| thread::spawn(move || verdicts(table)))
        .map(|counted| counted.join().unwrap());
    assert_eq!(breaks, [0, 0, 30]);
    assert_eq!(changes, [0, 30, 0]);
    assert_eq!(keeps, [19, 11, 0]);
}

#[test]
fn a_change_of_two_packages_is_one_change() {
    let place = Place::new();
    let package = "[package]\nname = \"NAME\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let dependency = "[dev-dependencies]\nused = { path = \"../used\" }\n";
    let (library, test) = (
        "pub const OLD: u8 = 1;\n",
        "#[test]\nfn t() {\n    assert_eq!(used::OLD, 1);\n}\n",
    );
    place
        .write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"used\", \"user\"]\nresolver = \"3\"\n",
        )
        .write("used/Cargo.toml", package.replace("NAME", "used"))
        .write(
            "user/Cargo.toml",
            format!("{}{dependency}", package.replace("NAME", "user")),
        )
        .write("used/src/lib.rs", library)
        .write("user/src/lib.rs", "")
        .write("user/tests/t.rs", test);
    let renamed = |path, text: &str| patch(path, text, &text.replace("OLD", "NEW"));
    let (first, second) = (
        renamed("used/src/lib.rs", library),
        renamed("user/tests/t.rs", test),
    );
    let out = verify(&place, &format!("{first}{second}")).expect(1).stdout;
    assert!(out.starts_with("needs tests: "), "{out}");
    for alone in [first, second] {
        verify(&place, &alone).expect(2);
    }
}

#[test]
fn a_library_and_what_uses_it_in_its_package_are_one_change() {
    let place = shop();
    let test = "#[test]\nfn t() {\n    assert_eq!(shop::taxed(Some(5), false), 6);\n}\n";
    place.write("tests/t.rs", test);
    let renamed = |path, text: &str| patch(path, text, &text.replace("taxed", "with_tax"));
    let both = format!(
        "{}{}",
        renamed("src/lib.rs", LIB),
        renamed("tests/t.rs", test)
    );
    verify(&place, &both).expect(1);
    verify(&place, &renamed("src/lib.rs", LIB)).expect(2);
}

#[test]
fn one_change_leaves_nothing_to_the_next() {
    let place = shop();
    let test = "#[test]\nfn t() {\n    assert_eq!(shop::taxed(Some(5), false), 6);\n}\n";
    place.write("tests/t.rs", test);
    let more = format!("{LIB}\npub const MORE: u32 = 6;\n");
    verify(&place, &patch("src/lib.rs", LIB, &more)).expect(1);
    let uses = patch("tests/t.rs", test, &test.replace("6)", "shop::MORE)"));
    verify(&place, &uses).expect(2);
}

#[test]
fn what_a_test_includes_from_beside_it_is_the_new_text() {
    let place = shop();
    let test = "#[path = \"../src/prices.rs\"]\nmod prices;\n#[test]\nfn t() {\n    prices::note(true, true, &mut Vec::new());\n}\n";
    place.write("tests/t.rs", test);
    let other = PRICES.replace("pub fn note", "pub fn other");
    verify(&place, &patch("src/prices.rs", PRICES, &other)).expect(2);
}
