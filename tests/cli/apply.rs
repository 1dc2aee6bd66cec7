//! `refactor apply`: a diff that other tools can read, files that are replaced whole, and an end.

use std::process::{Command, Stdio};

use crate::harness::Place;

const ORDERS: &str = include_str!("fixtures/orders.rs");

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

#[test]
fn it_shows_a_diff_and_changes_nothing() {
    let place = shop();
    let run = place.run(["refactor", "apply", "src"]).expect(0);
    insta::assert_snapshot!("diff", run.stdout);
    assert!(run.stderr.contains("--write"), "{}", run.stderr);
    assert_eq!(place.read("src/orders.rs"), ORDERS);
}

#[test]
fn the_diff_is_what_is_written() {
    let shown = shop();
    let diff = shown.run(["refactor", "apply", "src"]).expect(0).stdout;
    let mut patch = Command::new("git")
        .args(["apply", "-"])
        .current_dir(shown.path(""))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut patch.stdin.take().unwrap(), diff.as_bytes()).unwrap();
    assert!(patch.wait().unwrap().success());

    let written = shop();
    written
        .run(["refactor", "apply", "--write", "src"])
        .expect(0);
    assert_eq!(shown.read("src/orders.rs"), written.read("src/orders.rs"));
    assert_ne!(written.read("src/orders.rs"), ORDERS);
}

#[test]
fn a_second_run_finds_nothing_left() {
    let place = shop();
    place.run(["refactor", "apply", "--write", "."]).expect(0);
    let after = place.read("src/orders.rs");
    let again = place.run(["refactor", "apply", "--write", "."]).expect(0);
    assert_eq!(again.stdout, "");
    assert_eq!(place.read("src/orders.rs"), after);
    // What was left to do is left to a person: no safe answer was forgotten.
    let shown = place.run(["refactor", "apply", "."]).expect(0);
    assert_eq!(shown.stdout, "");
}

#[test]
fn only_what_is_named_is_carried_out() {
    let place = shop();
    let run = place
        .run(["refactor", "apply", "--only", "let-else", "src"])
        .expect(0);
    assert!(
        run.stdout
            .contains("+    let Some(name) = &order.customer else {"),
        "{}",
        run.stdout
    );
    assert_eq!(run.stdout.matches("\n@@ ").count(), 1, "{}", run.stdout);

    place
        .run(["refactor", "apply", "--only", "let-elsse", "src"])
        .expect(2)
        .says("let-else");
}

#[test]
fn what_can_not_be_read_is_named_and_the_rest_is_done() {
    let place = shop();
    place.write("src/latin1.rs", b"// \xfc\n");
    place
        .run(["refactor", "apply", "--write", "src", "none.rs"])
        .expect(2)
        .says("latin1.rs")
        .says("none.rs");
    assert_ne!(place.read("src/orders.rs"), ORDERS);
}

#[cfg(unix)]
#[test]
fn mode_and_link_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let place = shop();
    let file = place.path("src/orders.rs");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("src/orders.rs", place.path("link.rs")).unwrap();
    place
        .run(["refactor", "apply", "--write", "link.rs"])
        .expect(0);
    assert_ne!(place.read("src/orders.rs"), ORDERS);
    let link = std::fs::symlink_metadata(place.path("link.rs")).unwrap();
    assert!(link.file_type().is_symlink());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn line_ends_are_kept() {
    let place = shop();
    place.write("src/orders.rs", ORDERS.replace('\n', "\r\n"));
    place.run(["refactor", "apply", "--write", "src"]).expect(0);
    let after = place.read("src/orders.rs");
    assert_ne!(after, ORDERS.replace('\n', "\r\n"));
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
}
