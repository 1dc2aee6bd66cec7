//! `refactor at` and `refactor run`: offers at a position, and applying one of them, with its new files or not at all.

use std::{collections::BTreeMap, fs, path::PathBuf};

use walkdir::WalkDir;

use crate::{
    harness::{Place, finish},
    mounts::Mount,
};

const NESTED: &str =
    "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";

const MANIFEST: &str = "[package]\nname = \"stack\"\nedition = \"2024\"\n";

fn nested() -> Place {
    let place = Place::new();
    place.write("a.rs", NESTED);
    place
}

#[test]
fn what_is_offered_is_listed_with_its_places() {
    let place = nested();
    let run = place.run(["refactor", "at", "a.rs:2"]).expect(0);
    let line = run
        .stdout
        .lines()
        .find(|line| line.starts_with("merge-nested-if"));
    let line = line.unwrap_or_else(|| panic!("{run:#?}"));
    assert!(line.contains("  a.rs:2:5  Merge nested `if`"), "{line}");
    run.says("rustassistant refactor run ");
    place
        .run(["refactor", "at", "a.rs:4:13"])
        .expect(0)
        .says("No refactoring is offered at a.rs:4:13.");
    // A column stands for itself alone: the condition is not where the `fn` is.
    let at_fn = place.run(["refactor", "at", "a.rs:1:1"]).expect(0);
    assert!(!at_fn.stdout.contains("merge-nested-if"), "{at_fn:#?}");
}

#[test]
fn what_answers_a_finding_is_listed_with_it() {
    let place = Place::new();
    let body = "        if b {\n            if a {\n                g();\n                h();\n                i();\n                j();\n                k();\n            }\n        }\n";
    place.write(
        "a.rs",
        format!("fn f(a: bool, b: bool) {{\n    if a {{\n{body}    }}\n}}\n"),
    );
    let run = place.run(["refactor", "at", "a.rs:2"]).expect(0);
    assert!(run.stdout.contains(", for "), "{run:#?}");
}

#[test]
fn an_answer_is_listed_where_it_can_be_had() {
    let place = Place::new();
    let text = "fn f(a: &[u8], b: u8) -> Option<usize> {\n    let mut at = None;\n    for (n, it) in a.iter().enumerate() {\n        if *it == b {\n            at = Some(n);\n            break;\n        }\n    }\n    at\n}\n";
    place.write("a.rs", text);
    let listed = place.run(["refactor", "at", "a.rs:3"]).expect(0);
    assert!(
        listed.stdout.contains("loop-to-search  a.rs:3:5"),
        "{listed:#?}"
    );
    place
        .run(["refactor", "run", "loop-to-search", "a.rs:3:5"])
        .expect(0);
}

#[test]
fn one_is_shown_and_then_carried_out() {
    let place = nested();
    let shown = place
        .run(["refactor", "run", "merge-nested-if", "a.rs:2"])
        .expect(0)
        .says("use `--write` to apply at a.rs:2:5: Merge nested `if`");
    assert!(shown.stdout.contains("+    if a && b {"), "{shown:#?}");
    assert_eq!(place.read("a.rs"), NESTED);

    let written = place
        .run(["refactor", "run", "merge-nested-if", "a.rs:3:9", "--write"])
        .expect(0)
        .says("Applied");
    assert_eq!(written.stdout, shown.stdout);
    let after = "fn f(a: bool, b: bool) {\n    if a && b {\n        g();\n    }\n}\n";
    assert_eq!(place.read("a.rs"), after);
    place
        .run(["refactor", "run", "merge-nested-if", "a.rs:2", "--write"])
        .expect(2)
        .says("`merge-nested-if` doesn't apply at a.rs:2");
    assert_eq!(place.read("a.rs"), after);
}

#[test]
fn a_selection_is_a_place() {
    let place = nested();
    let run = place.run(["refactor", "run", "merge-nested-if", "a.rs:2:5-6:6"]);
    assert!(run.expect(0).stdout.contains("+    if a && b {"));
    place
        .run(["refactor", "at", "a.rs:3:1-2:1"])
        .expect(2)
        .says("ends before it starts");
}

#[test]
fn what_can_not_be_meant_is_said() {
    let place = nested();
    place
        .write("folder/b.rs", "")
        .write("deep.rs", "(".repeat(9_000));
    for (id, at, words) in [
        (
            "merge-nested-iff",
            "a.rs:2",
            "Did you mean `merge-nested-if`?",
        ),
        ("frobnicate", "a.rs:2", "`rustassistant refactor list`"),
        (
            "merge-nested-if",
            "a.rs:8",
            "There is no line 8; the last one is 7.",
        ),
        (
            "merge-nested-if",
            "a.rs:2:40",
            "There is no column 40 in line 2; it ends at column 11.",
        ),
        ("merge-nested-if", "a.rs", "FILE:LINE"),
        ("merge-nested-if", "a.rs:0", "FILE:LINE"),
        ("merge-nested-if", "none.rs:1", "No such file: `none.rs`"),
        ("merge-nested-if", "folder:1", "`folder` is a directory"),
        ("merge-nested-if", "folder/b.rs:1", "the last one is 0"),
        ("merge-nested-if", "deep.rs:1", "`deep.rs` is "),
        ("invert-if", "a.rs:4", "doesn't apply at a.rs:4"),
    ] {
        let run = place.run(["refactor", "run", id, at]).expect(2).says(words);
        assert_eq!(run.stdout, "", "{id} {at}");
    }
}

#[test]
fn a_reason_is_given_where_one_is_known() {
    let place = Place::new();
    let text = NESTED.replace("        if b", "        /* Why. */\n        if b");
    place.write("a.rs", &text);
    place
        .run(["refactor", "run", "merge-nested-if", "a.rs:2", "--write"])
        .expect(2)
        .says("`merge-nested-if` is not offered at a.rs:2: A comment between the two conditions would have no place.");
    assert_eq!(place.read("a.rs"), text);
    let at = place.run(["refactor", "at", "a.rs:2"]).expect(0);
    assert!(at.stdout.contains("not offered: A comment"), "{at:#?}");
}

#[test]
fn of_two_in_a_line_one_has_to_be_named() {
    let place = Place::new();
    let text =
        "fn f(a: bool, b: bool) {\n    let c = if a { 1 } else { 2 } + if b { 3 } else { 4 };\n}\n";
    place.write("a.rs", text);
    place
        .run(["refactor", "run", "invert-if", "a.rs:2", "--write"])
        .expect(2)
        .says("`invert-if` is offered 2 times at a.rs:2. Choose one: a.rs:2:13, a.rs:2:37.");
    assert_eq!(place.read("a.rs"), text);
    let run = place.run(["refactor", "run", "invert-if", "a.rs:2:37"]);
    assert!(run.expect(0).stdout.contains("if !b { 4 } else { 3 }"));
}

/// A package with a module of tests that can be moved to `src/stack/tests.rs`; `more` follows the tests.
fn stack(more: &str) -> Place {
    let place = Place::new();
    place
        .write("Cargo.toml", MANIFEST)
        .write("src/lib.rs", "mod stack;\n")
        .write("src/stack.rs", stack_text(more));
    place
}

fn stack_text(more: &str) -> String {
    let tests =
        "    #[test]\n    fn of_one() {\n        assert_eq!(double(1), 2);\n    }\n\n".repeat(9);
    format!(
        "fn double(a: u32) -> u32 {{\n    a * 2\n}}\n\n#[cfg(test)]\nmod tests {{\n    use super::double;\n\n{tests}    #[test]\n    fn of_none() {{}}\n}}\n{more}"
    )
}

/// The position of the tests in `src/stack.rs`.
const TESTS: &str = "src/stack.rs:6:5";

const MOVE: [&str; 5] = ["refactor", "run", "move-tests-to-file", TESTS, "--write"];

/// All files and folders below the place, with the contents of files.
fn tree(place: &Place) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let entries = WalkDir::new(place.path("")).into_iter().map(Result::unwrap);
    entries
        .map(|entry| {
            let content = entry
                .file_type()
                .is_file()
                .then(|| fs::read(entry.path()).unwrap());
            (entry.into_path(), content)
        })
        .collect()
}

/// Asserts that the command fails with these words and changes nothing.
fn refuses(place: &Place, words: &str) {
    let before = tree(place);
    let run = place.run(MOVE).expect(2).says(words);
    assert_eq!(tree(place), before, "{run:#?}");
}

#[test]
fn a_new_file_is_shown_and_then_created() {
    let place = stack("");
    let before = tree(&place);
    let shown = place.run(&MOVE[..4]).expect(0);
    assert_eq!(tree(&place), before);
    let header = "--- /dev/null\n+++ b/src/stack/tests.rs\n";
    assert!(shown.stdout.starts_with(header), "{shown:#?}");
    place.run(MOVE).expect(0).says("Applied");
    let left = place.read("src/stack.rs");
    assert!(left.ends_with("#[cfg(test)]\nmod tests;\n"), "{left}");
    let moved = place.read("src/stack/tests.rs");
    assert!(
        moved.starts_with("use super::double;\n\n#[test]\nfn of_one() {\n"),
        "{moved}"
    );
    // From the file's own folder, the location of its modules is the same.
    let inside = stack("");
    let mut command = inside.command();
    command.current_dir(inside.path("src")).args([
        "refactor",
        "run",
        "move-tests-to-file",
        "stack.rs:6:5",
        "--write",
    ]);
    finish(command).expect(0);
    assert_eq!(inside.read("src/stack/tests.rs"), moved);
}

/// Code that moves outwards may fit on one line.
#[test]
fn a_new_file_is_as_rustfmt_writes_it() {
    let place = stack("");
    let filler = "    pub const NONE: u64 = 0;\n".repeat(20);
    let head = "pub fn sum_of(first_number: u32, second_number: u32, third_number: u32, fourth: u32, fifth: u32)";
    let broken = "    pub fn sum_of(\n        first_number: u32,\n        second_number: u32,\n        third_number: u32,\n        fourth: u32,\n        fifth: u32,\n    ) {\n    }\n";
    let module = |name: &str| format!("pub mod {name} {{\n{filler}{broken}}}\n");
    place.write("src/stack.rs", module("sums"));
    let arguments = [
        "refactor",
        "run",
        "extract-child-module",
        "src/stack.rs:1:5",
        "--write",
    ];
    place.run(arguments).expect(0);
    assert_eq!(place.read("src/stack.rs"), "pub mod sums;\n");
    let moved = place.read("src/stack/sums.rs");
    assert!(moved.contains(&format!("\n{head} {{}}\n")), "{moved}");
    // If the file is formatted differently, so is the new one.
    place.write(
        "src/stack.rs",
        format!("fn  f() {{}}\n{}", module("others")),
    );
    let arguments = [
        "refactor",
        "run",
        "extract-child-module",
        "src/stack.rs:2:5",
        "--write",
    ];
    place.run(arguments).expect(0);
    let moved = place.read("src/stack/others.rs");
    assert!(
        moved.contains("\npub fn sum_of(\n    first_number: u32,\n"),
        "{moved}"
    );
}

#[test]
fn a_name_that_is_taken_is_left_to_who_has_it() {
    let place = stack("");
    place.write("src/stack/tests.rs", "// Mine.\n");
    refuses(&place, "exists already; `src/stack.rs` is unchanged");
    let place = stack("");
    place.write("src/stack", "a file in the place of the folder");
    refuses(&place, "exists already; `src/stack.rs` is unchanged");
}

#[test]
fn a_name_that_differs_in_case_only_is_taken() {
    let place = stack("");
    place.write("src/stack/Tests.rs", "// Mine.\n");
    refuses(&place, "differs from `Tests.rs` only in case");
    let place = stack("");
    place.write("src/Stack/other.rs", "// Mine.\n");
    refuses(&place, "differs from `Stack` only in case");
}

#[cfg(unix)]
#[test]
fn nothing_is_created_behind_a_link() {
    let place = stack("");
    let elsewhere = place.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.path("src/stack")).unwrap();
    refuses(
        &place,
        "is a symbolic link, and no file is created through one",
    );
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    let place = stack("");
    std::os::unix::fs::symlink("nowhere.rs", place.path("src/stack")).unwrap();
    refuses(&place, "is a symbolic link");
}

#[test]
fn a_module_that_another_path_leads_to_is_left_alone() {
    let place = stack("");
    place.write("src/lib.rs", "#[path = \"stack.rs\"]\nmod stack;\n");
    refuses(
        &place,
        "`move-tests-to-file` is not offered at src/stack.rs:6:5: ",
    );
    let place = stack("");
    place.write("src/lib.rs", "// Declares nothing.\n");
    refuses(
        &place,
        "`move-tests-to-file` is not offered at src/stack.rs:6:5: ",
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_new_file_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let open = |place: &Place, name: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.path(name), permissions).unwrap();
    };
    // The folder of the file, and only the folder of the new file.
    for closed in ["src", "src/stack"] {
        let place = stack("");
        fs::create_dir(place.path("src/stack")).unwrap();
        for (name, mode) in [
            ("", 0o777),
            ("src", 0o777),
            ("src/stack.rs", 0o666),
            (closed, 0o555),
        ] {
            open(&place, name, mode);
        }
        let before = tree(&place);
        let mut command = place.command_of_somebody();
        command.args(MOVE);
        finish(command).expect(2).says("src/stack");
        assert_eq!(tree(&place), before, "{closed}");
        open(&place, closed, 0o755);
    }
}

#[test]
fn a_disk_that_fills_leaves_both_files_as_they_were() {
    // Enough code remains that there is space for the new file alone, but not for the new contents of the old one.
    let code = "fn g() {}\n".repeat(12_000);
    for ballast in [0, 64 << 10, 96 << 10, 110 << 10] {
        let place = stack("");
        fs::create_dir(place.path("disk")).unwrap();
        let Some(_mount) = Mount::tmpfs(&place.path("disk"), 256 << 10) else {
            // Only root may mount.
            return;
        };
        place
            .write("disk/Cargo.toml", MANIFEST)
            .write("disk/src/lib.rs", "mod stack;\n")
            .write("disk/src/stack.rs", stack_text(&code));
        let filled = fs::write(place.path("disk/ballast"), vec![1; ballast]);
        assert!(filled.is_ok(), "{ballast} bytes have room");
        let before = tree(&place);
        let arguments = [
            "refactor",
            "run",
            "move-tests-to-file",
            "disk/src/stack.rs:6:5",
            "--write",
        ];
        let run = place.run(arguments);
        if ballast == 0 {
            run.expect(0);
            assert!(place.path("disk/src/stack/tests.rs").exists());
        } else {
            run.expect(2).says("no file was changed");
            assert_eq!(tree(&place), before, "{ballast}");
        }
    }
}
