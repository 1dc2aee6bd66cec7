//! Malformed files. Whatever they contain, there is a clear message, the other files are reported, and nothing panics or hangs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use crate::harness::{Place, Run, finish, paths};

const GOOD: &str = "fn good(a: bool, b: bool) { if a { if b { good(b, a) } } }\n";

/// A place with one good file, whose only finding every run must still show.
fn place() -> Place {
    let place = Place::new();
    place.write("good.rs", GOOD);
    place
}

fn assert_rest_is_done(run: &Run) {
    let report = run.report();
    let files = report["files"].as_array().unwrap();
    let good = files.iter().find(|file| file["path"] == "good.rs");
    let findings = good.unwrap_or_else(|| panic!("{run:#?}"))["findings"].as_array();
    assert_eq!(findings.unwrap().len(), 1, "{run:#?}");
}

#[test]
fn syntax_errors_anywhere() {
    let place = place();
    let whole = include_str!("fixtures/orders.rs");
    let cuts = whole.char_indices().map(|(at, _)| at).step_by(97);
    for (number, cut) in cuts.enumerate() {
        place.write(&format!("cut_{number}.rs"), &whole[..cut]);
        place.write(&format!("tail_{number}.rs"), &whole[cut..]);
    }
    place.write(
        "noise.rs",
        "fn ) } ]] match if => \"unterminated 'a' r#\" /* /* ",
    );
    let run = place.analyze(&["--metrics", "--offers", "."]).expect(0);
    assert_rest_is_done(&run);
}

#[test]
fn nesting_without_bounds() {
    let many = 100_000;
    let nested = |open: &str, close: &str| {
        format!("fn f() {{ {}1{} }}", open.repeat(many), close.repeat(many))
    };
    for (name, text) in [
        ("parens", nested("(", ")")),
        ("braces", nested("{", "}")),
        ("nots", nested("!", "")),
        ("else_ifs", nested("if a {} else ", "")),
        ("brackets", nested("[", "]")),
        (
            "modules",
            format!("{}{}", "mod m {".repeat(many), "}".repeat(many)),
        ),
        ("unclosed", "{".repeat(many)),
        ("chain", format!("fn f() {{ a{} }}", ".b()".repeat(many))),
        ("sum", format!("fn f() {{ a{} }}", " + a".repeat(many))),
    ] {
        let place = place();
        place.write("deep.rs", text);
        let run = place.analyze(&["--metrics", "--offers", "."]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        assert!(run.stderr.contains("deep.rs"), "{name}: {}", run.stderr);
        assert_eq!(paths(&run.report()), ["deep.rs", "good.rs"], "{name}");
        assert_rest_is_done(&run);
    }
}

#[test]
fn five_megabytes_in_one_line() {
    let place = place();
    let line = "fn f(a: bool, b: bool) { if a { if b { g(a) } } } ";
    place.write("long.rs", line.repeat(5_000_000 / line.len()));
    let run = place.analyze(&["."]).expect(0);
    assert_rest_is_done(&run);
    let report = run.report();
    assert_eq!(report["files"][1]["path"], "long.rs");
    assert_eq!(report["files"][1]["lines"], 1);

    let human = place.run(["refactor", "analyze", "long.rs"]).expect(0);
    let longest = human.stdout.lines().map(str::len).max().unwrap();
    assert!(longest < 2_000, "the line itself is not shown: {longest}");
}

#[test]
fn a_string_of_five_megabytes() {
    let place = place();
    place.write(
        "long.rs",
        format!("const A: &str = \"{}\";", "x".repeat(5_000_000)),
    );
    assert_rest_is_done(&place.analyze(&["."]).expect(0));
}

#[test]
fn invalid_utf8() {
    let place = place();
    place.write("latin1.rs", b"// gr\xfc\xdfe\nfn f() {}\n");
    let run = place
        .analyze(&["."])
        .expect(2)
        .says("latin1.rs")
        .says("UTF-8");
    assert_rest_is_done(&run);
}

#[test]
fn an_empty_file() {
    let place = place();
    place.write("empty.rs", "");
    let run = place.analyze(&["--metrics", "--offers", "."]).expect(0);
    assert_rest_is_done(&run);
    assert_eq!(run.report()["files"][0]["lines"], 0);
    assert_eq!(run.stderr, "");
}

#[test]
fn odd_line_ends_and_a_byte_order_mark() {
    let place = place();
    place.write("bom.rs", format!("\u{feff}{GOOD}"));
    place.write("crlf.rs", GOOD.replace('\n', "\r\n").repeat(2));
    place.write("cr.rs", GOOD.replace('\n', "\r").repeat(2));
    place.write("nul.rs", format!("{GOOD}// \0\u{1b}[31m\n"));
    let run = place.analyze(&["."]).expect(0);
    assert_rest_is_done(&run);
    let report = run.report();
    for at in [1, 2] {
        assert_eq!(report["files"][at]["lines"], 2);
        assert_eq!(
            report["files"][at]["findings"][1]["range"]["start"]["line"],
            2
        );
    }
    let human = place.run(["refactor", "analyze", "."]).expect(0);
    assert!(
        !human.stdout.contains('\u{1b}'),
        "no line steers the terminal"
    );
}

#[test]
fn a_directory_without_rust() {
    let place = Place::new();
    place.write("docs/readme.md", "# Hello\n");
    let run = place.analyze(&["docs"]).expect(0).says("docs");
    let report = run.report();
    assert!(paths(&report).is_empty());
    let human = place.run(["refactor", "analyze", "docs"]).expect(0);
    assert_eq!(human.stdout.lines().count(), 1, "{}", human.stdout);
}

#[test]
fn a_missing_path() {
    let run = place()
        .analyze(&["none.rs", "good.rs", "nowhere/none"])
        .expect(2)
        .says("none.rs")
        .says("nowhere/none");
    assert_rest_is_done(&run);
}

#[cfg(unix)]
#[test]
fn broken_links() {
    let place = place();
    std::os::unix::fs::symlink("gone.rs", place.path("broken.rs")).unwrap();
    std::os::unix::fs::symlink("circle.rs", place.path("circle.rs")).unwrap();
    std::os::unix::fs::symlink(".", place.path("round")).unwrap();
    // Named explicitly, it is an error; found during the walk, it isn't reported.
    let run = place
        .analyze(&["broken.rs", "circle.rs", "good.rs"])
        .expect(2)
        .says("broken.rs")
        .says("circle.rs");
    assert_rest_is_done(&run);
    let run = place.analyze(&["."]);
    assert_eq!(paths(&run.report()), ["good.rs"], "{run:#?}");
}

#[cfg(unix)]
#[test]
fn unreadable_files_and_directories() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.write("secret.rs", GOOD).write("closed/in.rs", GOOD);
    for name in ["secret.rs", "closed"] {
        let nothing = std::fs::Permissions::from_mode(0o000);
        std::fs::set_permissions(place.path(name), nothing).unwrap();
    }
    let mut command = place.command_of_somebody();
    command.args(["refactor", "analyze", "--format", "json", "."]);
    let run = finish(command).expect(2).says("secret.rs").says("closed");
    assert_rest_is_done(&run);
    assert_eq!(paths(&run.report()), ["good.rs"]);
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(place.path("closed"), all).unwrap();
}

#[cfg(unix)]
#[test]
fn what_is_not_a_file() {
    let place = place();
    std::fs::create_dir(place.path("directory.rs")).unwrap();
    let status = std::process::Command::new("mkfifo")
        .arg(place.path("pipe.rs"))
        .status();
    assert!(status.unwrap().success());
    let run = place.analyze(&["."]);
    assert_rest_is_done(&run);
    let run = place
        .analyze(&["pipe.rs", "good.rs"])
        .expect(2)
        .says("pipe.rs");
    assert_rest_is_done(&run);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_words() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let place = place();
    let odd = place
        .path("")
        .join(OsStr::from_bytes(b"odd\xff\x1b[31m\n.rs"));
    std::fs::write(odd, GOOD).unwrap();
    let run = place.analyze(&["."]).expect(0);
    assert_rest_is_done(&run);
    assert_eq!(run.report()["summary"]["files"], 2);
    let human = place.run(["refactor", "analyze", "."]).expect(0);
    assert!(!human.stdout.contains('\u{1b}'), "{:?}", human.stdout);
}

/// Replaces a file repeatedly as editors do, so that it is always in one of two states, until this is dropped.
struct Mover {
    is_done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    fn start(place: &Place, name: &str, texts: [String; 2]) -> Self {
        let is_done = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_done);
        let (new, file) = (place.path("moving.new"), place.path(name));
        std::fs::write(&file, &texts[0]).unwrap();
        let replace = move || {
            for text in texts.iter().cycle() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                std::fs::write(&new, text).unwrap();
                std::fs::rename(&new, &file).unwrap();
            }
        };
        let thread = Some(std::thread::spawn(replace));
        Self { is_done, thread }
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn a_file_that_changes_while_it_is_read() {
    let place = place();
    let texts = [GOOD.repeat(2_000), "fn f() {}\n".repeat(7)];
    let _mover = Mover::start(&place, "moving.rs", texts);
    for _ in 0..20 {
        let run = place.analyze(&["good.rs", "moving.rs"]);
        assert_rest_is_done(&run);
        let report = run.report();
        match run.code {
            Some(0) => {
                let lines = report["files"][1]["lines"].as_u64().unwrap();
                assert!([2_000, 7].contains(&lines), "torn: {lines}");
            }
            _ => assert!(run.stderr.contains("moving.rs"), "{run:#?}"),
        }
    }
}
