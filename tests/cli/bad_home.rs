//! An unusable home directory or cache. The report is complete and the exit code is the usual one.

use crate::harness::{Place, Run, finish, paths};

const GOOD: &str = "fn good(a: bool, b: bool) { if a { if b { good(b, a) } } }\n";

fn prepare(place: Place) -> Place {
    place.write("good.rs", GOOD);
    place
}

fn assert_complete(run: Run) -> Run {
    let run = run.expect(0);
    let report = run.report();
    assert_eq!(paths(&report), ["good.rs"]);
    assert_eq!(report["files"][0]["findings"].as_array().unwrap().len(), 1);
    run
}

#[test]
fn a_home_that_does_not_exist_is_made() {
    let place = prepare(Place::with_home("fresh"));
    let run = assert_complete(place.analyze(&["."]));
    assert_eq!(run.stderr, "");
    let cache = place.home().join("cache.db");
    assert!(cache.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(place.home().to_path_buf()), 0o700);
        assert_eq!(mode(cache), 0o600);
    }
}

#[test]
fn a_home_in_a_directory_that_does_not_exist() {
    let place = prepare(Place::with_home("a/b/c"));
    let run = assert_complete(place.analyze(&["."]));
    assert_eq!(run.stderr.lines().count(), 1, "one warning: {}", run.stderr);
    assert!(
        !place.root().join("a").exists(),
        "what lies above is the user's business"
    );
}

#[test]
fn a_home_that_is_a_file() {
    let place = prepare(Place::new());
    std::fs::write(place.home(), "not a directory").unwrap();
    let run = assert_complete(place.analyze(&["."]));
    let warnings = run.stderr.lines().count();
    assert_eq!(warnings, 2, "no options and no cache: {}", run.stderr);
    assert_eq!(
        std::fs::read_to_string(place.home()).unwrap(),
        "not a directory"
    );
}

#[test]
fn no_home_at_all() {
    let place = prepare(Place::new());
    let mut command = place.command();
    command
        .env_remove("RUSTASSISTANT_HOME")
        .env_remove("HOME")
        .env_remove("USERPROFILE")
        .args(["refactor", "analyze", "--format", "json", "."]);
    let run = assert_complete(finish(command));
    assert_eq!(run.stderr.lines().count(), 1, "one warning: {}", run.stderr);
}

#[test]
fn a_cache_that_is_garbage() {
    for garbage in [
        b"garbage ".repeat(1_000),
        b"SQLite format 3\0".repeat(100),
        Vec::new(),
    ] {
        let place = prepare(Place::new());
        std::fs::create_dir(place.home()).unwrap();
        std::fs::write(place.home().join("cache.db"), &garbage).unwrap();
        assert_complete(place.analyze(&["."]));
        let warm = assert_complete(place.analyze(&["."]));
        assert_eq!(warm.report()["summary"]["parsed"], 0, "it was made anew");
    }
}

#[test]
fn a_cache_that_is_cut_in_half() {
    let place = prepare(Place::new());
    for at in 0..50 {
        place.write(&format!("many/file_{at}.rs"), format!("// {at}\n{GOOD}"));
    }
    place.analyze(&["many"]).expect(0);
    let cache = place.home().join("cache.db");
    let whole = std::fs::read(&cache).unwrap();
    std::fs::write(&cache, &whole[..whole.len() / 2]).unwrap();
    let run = place.analyze(&["many"]).expect(0);
    let report = run.report();
    assert_eq!(report["summary"]["findings"], 50, "{}", run.stderr);
    let warm = place.analyze(&["many"]).expect(0);
    assert_eq!(warm.report()["summary"]["findings"], 50);
}

#[cfg(unix)]
#[test]
fn a_home_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = prepare(Place::new());
    std::fs::create_dir(place.home()).unwrap();
    let read_only = std::fs::Permissions::from_mode(0o555);
    std::fs::set_permissions(place.home(), read_only).unwrap();
    let mut command = place.command_of_somebody();
    command.args(["refactor", "analyze", "--format", "json", "."]);
    let run = assert_complete(finish(command));
    assert_eq!(run.stderr.lines().count(), 1, "one warning: {}", run.stderr);
}

/// A file size limit simulates a full disk where none can be filled.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let place = prepare(Place::new());
    for at in 0..200 {
        place.write(&format!("many/file_{at}.rs"), format!("// {at}\n{GOOD}"));
    }
    for blocks in [0, 8, 64] {
        let mut command = place.command_for(std::path::Path::new("sh"));
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command
            .env(
                "RUSTASSISTANT_HOME",
                place.root().join(format!("home-{blocks}")),
            )
            .args(["-c", &script, env!("CARGO_BIN_EXE_rustassistant")])
            .args(["refactor", "analyze", "--format", "json", "many"]);
        let run = finish(command).expect(0);
        assert_eq!(run.report()["summary"]["findings"], 200, "{}", run.stderr);
    }
}

#[test]
fn a_cache_that_somebody_else_has_locked() {
    use sqlx::{Connection, Executor, SqliteConnection};
    let place = prepare(Place::new());
    place.analyze(&["."]).expect(0);
    place.write("new.rs", format!("// Not in the cache yet.\n{GOOD}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let address = format!("sqlite://{}", place.home().join("cache.db").display());
    let mut holder = runtime
        .block_on(SqliteConnection::connect(&address))
        .unwrap();
    runtime.block_on(holder.execute("BEGIN EXCLUSIVE")).unwrap();
    let run = place.analyze(&["."]).expect(0);
    assert_eq!(paths(&run.report()), ["good.rs", "new.rs"]);
    assert_eq!(run.report()["summary"]["findings"], 2, "{}", run.stderr);

    // Whatever couldn't be written is computed again; nothing was damaged.
    runtime.block_on(holder.execute("COMMIT")).unwrap();
    let after = place.analyze(&["."]).expect(0);
    assert_eq!(after.stable_report(), run.stable_report());
}

#[cfg(unix)]
#[test]
fn a_cache_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = prepare(Place::new());
    place.analyze(&["."]).expect(0);
    place.write("good.rs", format!("// Changed since.\n{GOOD}"));
    let read_only = |mode| {
        let cache = place.home().join("cache.db");
        std::fs::set_permissions(cache, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    read_only(0o400);
    assert_complete(place.analyze(&["."]));
    read_only(0o600);
    assert_complete(place.analyze(&["."]));
}
