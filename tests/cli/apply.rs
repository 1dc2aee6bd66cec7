//! `refactor apply`: a standard diff, atomic replacement of files, and termination.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    process::{Command, Stdio},
};

use crate::{
    harness::{Place, finish},
    mounts::Mount,
};

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
    // What remains is for the user: no safe fix was missed.
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

    let nothing = ["refactor", "apply", "--only", "match-to-combinator", "src"];
    place.run(nothing).expect(0).says("profile=full");
    let full = ["--config", "profile=full"];
    let run = place.run([&nothing[..], &full].concat()).expect(0);
    assert!(!run.stderr.contains("profile"), "{}", run.stderr);

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

/// Fills `directory` with files that have findings, of `kilobytes` in total.
fn fill(place: &Place, directory: &str, kilobytes: usize) {
    let ballast = "// what takes room, and stays as it is\n".repeat(64 * 1_024 / 39);
    let wanting = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";
    for number in 0..kilobytes / 64 {
        place.write(
            &format!("{directory}/file_{number}.rs"),
            format!("{wanting}{ballast}"),
        );
    }
}

/// The names and contents of the files in a directory.
fn contents(place: &Place, directory: &str) -> BTreeMap<OsString, Vec<u8>> {
    let entries = std::fs::read_dir(place.path(directory)).unwrap();
    let content = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(content).collect()
}

#[test]
fn a_disk_that_fills_leaves_every_file_as_it_was() {
    let place = Place::new();
    std::fs::create_dir(place.path("disk")).unwrap();
    let Some(_mount) = Mount::tmpfs(&place.path("disk"), 1 << 20) else {
        // Only root may mount; the other tests here work for everyone.
        return;
    };
    fill(&place, "disk", 640);
    let before = contents(&place, "disk");
    place
        .run(["refactor", "apply", "--write", "disk"])
        .expect(2)
        .says("no file was changed");
    assert_eq!(contents(&place, "disk"), before);

    // Half of them have space for their new contents.
    for number in 5..10 {
        std::fs::remove_file(place.path(&format!("disk/file_{number}.rs"))).unwrap();
    }
    place
        .run(["refactor", "apply", "--write", "disk"])
        .expect(0);
    let after = contents(&place, "disk");
    assert_eq!(after.len(), 5);
    assert!(after.iter().all(|(name, text)| before[name] != *text));
}

#[test]
fn a_file_system_that_is_read_only_is_named() {
    let place = shop();
    std::fs::create_dir(place.path("disk")).unwrap();
    let Some(mount) = Mount::tmpfs(&place.path("disk"), 1 << 20) else {
        return;
    };
    fill(&place, "disk", 64);
    mount.make_read_only();
    let before = contents(&place, "disk");
    place
        .run(["refactor", "apply", "--write", "disk", "src"])
        .expect(2)
        .says("file_0.rs");
    assert_eq!(contents(&place, "disk"), before);
    assert_ne!(place.read("src/orders.rs"), ORDERS);
}

#[cfg(unix)]
#[test]
fn a_directory_that_takes_no_new_file_keeps_its_files_and_the_rest_is_done() {
    use std::os::unix::fs::PermissionsExt;
    let place = shop();
    fill(&place, "closed", 64);
    let open = |name: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(place.path(name), permissions).unwrap();
    };
    for name in ["", "src"] {
        open(name, 0o777);
    }
    open("src/orders.rs", 0o666);
    open("closed", 0o555);
    let before = contents(&place, "closed");
    let mut command = place.command_of_somebody();
    command.args(["refactor", "apply", "--write", "closed", "src"]);
    finish(command).expect(2).says("file_0.rs");
    assert_eq!(contents(&place, "closed"), before);
    assert_ne!(place.read("src/orders.rs"), ORDERS);
    open("closed", 0o755);
}

#[test]
fn a_package_from_an_archive_is_read_as_its_checkout() {
    let checkout = Place::new();
    checkout
        .write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"shop\"]\n[workspace.package]\nedition = \"2018\"\nrust-version = \"1.60\"\n",
        )
        .write(
            "shop/Cargo.toml",
            "[package]\nname = \"shop\"\nedition.workspace = true\nrust-version.workspace = true\n",
        )
        .write("shop/src/orders.rs", ORDERS);
    let unpacked = Place::new();
    unpacked
        .write(
            "shop/Cargo.toml",
            "[package]\nedition = \"2018\"\nrust-version = \"1.60\"\nname = \"shop\"\nversion = \"1.0.0\"\nbuild = false\nautolib = false\nreadme = false\n\n[lib]\nname = \"shop\"\npath = \"src/orders.rs\"\n",
        )
        .write(
            "shop/Cargo.toml.orig",
            "[package]\nname = \"shop\"\nedition.workspace = true\nrust-version.workspace = true\n",
        )
        .write("shop/.cargo_vcs_info.json", "{\"git\":{\"sha1\":\"0\"}}")
        .write("shop/.cargo-ok", "{\"v\":1}")
        .write("shop/src/orders.rs", ORDERS);
    let [of_checkout, of_archive] =
        [&checkout, &unpacked].map(|place| place.run(["refactor", "apply", "shop"]).expect(0));
    assert_eq!(of_checkout.stdout, of_archive.stdout);
    // Rust 1.60 has no `let … else`.
    let has_let_else = of_archive
        .stdout
        .contains("+    let Some(name) = &order.customer else {");
    assert!(!has_let_else, "{}", of_archive.stdout);
    assert!(!of_archive.stdout.is_empty());
}
