//! `cache …` for the local cache, through the real binary.

use crate::harness::{Place, Run, finish};

pub(crate) const SECRET: &str = "hunter2";
pub(crate) const FILES: usize = 4;
const ENTRIES: u64 = FILES as u64;

/// A place with a few files.
pub(crate) fn place() -> Place {
    let place = Place::new();
    for number in 0..FILES {
        place.write(
            &format!("src/f{number}.rs"),
            format!("fn f(a: u32) -> bool {{ a > {number} }}\n"),
        );
    }
    place
}

/// Caches the reports of all files.
pub(crate) fn fill(place: &Place) {
    place.run(["refactor", "analyze", "src"]).expect(0);
}

/// Runs the command with these environment variables.
pub(crate) fn run(place: &Place, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = place.command();
    command.args(arguments).envs(variables.iter().copied());
    finish(command)
}

pub(crate) fn configure(place: &Place, text: &str) {
    std::fs::create_dir_all(place.home()).unwrap();
    std::fs::write(place.home().join("config.toml"), text).unwrap();
}

/// The number after `label` on a separate line.
pub(crate) fn number(run: &Run, label: &str) -> u64 {
    let line = run
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{label}: ")));
    line.unwrap_or_else(|| panic!("no `{label}` in {run:#?}"))
        .parse()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_may_read_is_said() {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};
    let place = place();
    configure(&place, "cache.api_key = 'hunter2'\n");
    let file = place.home().join("config.toml");
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    place.run(["config", "check"]).expect(0).says("chmod 600");
    assert!(place.run(["doctor"]).expect(0).stdout.contains("chmod 600"));
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(place.run(["config", "check"]).expect(0).stderr, "");
}

#[test]
fn what_was_backed_up_is_restored() {
    let place = place();
    place
        .run(["cache", "backup", "b.db"])
        .expect(2)
        .says("nothing to back up");
    fill(&place);
    place.run(["cache", "backup", "b.db"]).expect(0);
    place.run(["cache", "backup", "b.db"]).expect(2);
    let cleared = place.run(["cache", "clear"]).expect(0);
    assert_eq!(number(&cleared, "entries removed"), ENTRIES);
    for (copied, there) in [(ENTRIES, 0), (0, ENTRIES)] {
        let restored = place.run(["cache", "restore", "b.db"]).expect(0);
        assert_eq!(number(&restored, "entries copied"), copied);
        assert_eq!(number(&restored, "entries already there"), there);
    }
    for number in 0..FILES {
        let key = ["cache", "key", &format!("src/f{number}.rs")];
        let answer = place.run(key).expect(0);
        assert!(answer.stdout.contains("\nlocal: yes\n"), "{answer:#?}");
    }
    place
        .run(["cache", "restore", "none.db"])
        .expect(2)
        .says("none.db");
    place.write("garbage.db", "garbage");
    place
        .run(["cache", "restore", "garbage.db"])
        .expect(2)
        .says("garbage.db");
    assert_eq!(place.read("garbage.db"), "garbage");
}

#[test]
fn caches_in_files_are_migrated() {
    let place = place();
    fill(&place);
    let from = |from: &str, to: &str| place.run(["cache", "migrate", "--from", from, "--to", to]);
    assert_eq!(
        number(&from("local", "one.db").expect(0), "entries copied"),
        ENTRIES
    );
    assert_eq!(
        number(&from("one.db", "sqlite:two.db").expect(0), "entries copied"),
        ENTRIES
    );
    from("one.db", "./one.db").expect(2).says("both");
    from("none.db", "two.db").expect(2).says("none.db");
    assert!(!place.path("none.db").exists());
    let run = from("https://a:hunter2@127.0.0.1:1/c", "three.db").expect(2);
    assert!(!run.stderr.contains(SECRET), "{run:#?}");
    from("ftp://a:hunter2@b/c", "two.db")
        .expect(2)
        .says("postgresql://");
}

#[test]
fn the_local_file_is_checked_and_pruned() {
    let place = place();
    place
        .run(["cache", "check"])
        .expect(0)
        .says("nothing to check");
    assert!(!place.home().exists(), "asking makes nothing");
    fill(&place);
    let checked = place.run(["cache", "check"]).expect(0);
    assert!(
        checked.stdout.contains(&format!("{ENTRIES} entries, 0 ")),
        "{checked:#?}"
    );
    let prune = |arguments: &[&str]| {
        let run = place
            .run(["cache", "prune"].iter().chain(arguments))
            .expect(0);
        number(&run, "entries removed")
    };
    assert_eq!(prune(&[]), 0);
    assert_eq!(
        prune(&["--age", "3", "--size", "100MB", "--policy", "largest"]),
        0
    );
    assert_eq!(prune(&["--size", "0"]), ENTRIES);
    place
        .run(["cache", "prune", "--size", "many"])
        .expect(2)
        .says("100MB");

    let file = place.home().join("cache.db");
    std::fs::write(&file, "garbage").unwrap();
    place
        .run(["cache", "check"])
        .expect(1)
        .says("moves it aside");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "garbage",
        "a check changes nothing"
    );
}
