//! The message of a build without support for a team's cache.

use crate::{
    cache::{configure, fill, place, run},
    harness::Run,
};

const NO_TEAM: &str = "this build doesn't support team caches; install it with the feature `team`";

fn says_so(run: Run) {
    let run = run.expect(2).says(NO_TEAM);
    assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
}

#[test]
fn its_commands_are_known_and_say_so() {
    let place = place();
    for arguments in [
        &["cache", "serve"][..],
        &["cache", "serve", "--listen", "127.0.0.1:0"],
        &["cache", "serve", "add-key", "--name", "ci"],
        &["cache", "setup", "--url", "postgresql://a/b"],
        &["cache", "keygen"],
        &["cache", "warm", "src", "--require-remote"],
        &["cache", "check", "--team"],
        &["cache", "clear", "--team"],
        &["cache", "prune", "--team", "--age", "3"],
        &["cache", "migrate", "--from", "local", "--to", "team"],
    ] {
        says_so(place.run(arguments));
    }
    assert!(!place.home().exists(), "nothing was made");
}

#[test]
fn its_options_are_refused_by_name() {
    let place = place();
    for variable in [
        ("RUSTASSISTANT_CACHE_URL", "https://a.b"),
        ("RUSTASSISTANT_CACHE_BACKEND", "postgres"),
    ] {
        says_so(run(&place, &[variable], &["refactor", "analyze", "src"]));
        says_so(run(&place, &[variable], &["cache", "stats"]));
    }
    configure(&place, "cache.backend = 'http'\n");
    says_so(place.run(["refactor", "analyze", "src"]));
    configure(&place, "cache.backend = 'sqlite'\n");
    fill(&place);
}

#[test]
fn migrating_to_an_address_says_so() {
    let place = place();
    fill(&place);
    let migrate = ["cache", "migrate", "--from", "local", "--to", "https://a.b"];
    says_so(place.run(migrate));
}

#[test]
fn the_doctor_says_so() {
    let place = place();
    let doctor = place.run(["doctor"]).expect(0);
    let line = format!("NOTE     team's cache: {NO_TEAM}");
    assert!(doctor.stdout.contains(&line), "{doctor:#?}");
}
