//! The smaller commands, and properties of all commands.

use crate::harness::{Place, finish};

#[test]
fn only_what_is_registered_is_explained() {
    let place = Place::new();
    for id in ["audit", "find", "wording", "fixture"] {
        let run = place.run(["explain", id]).expect(2);
        run.says(&format!("There is no `{id}`"));
    }
}

#[test]
fn bare_it_prints_help() {
    let place = Place::new();
    let bare = place.run([""; 0]).expect(0);
    let asked = place.run(["--help"]).expect(0);
    for run in [bare, asked] {
        for command in [
            "lsp",
            "refactor",
            "explain",
            "cache",
            "compiler",
            "config",
            "doctor",
            "completions",
        ] {
            assert!(run.stdout.contains(command), "{command}: {}", run.stdout);
        }
    }
    let version = place.run(["--version"]).expect(0);
    assert_eq!(
        version.stdout.trim(),
        concat!("rustassistant ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_is_two() {
    let place = Place::new();
    for arguments in [
        &["refactor", "analyze"][..],
        &["refactor", "analyze", ".", "--format", "xml"],
        &["refactor", "analyze", ".", "--fail-on", "sometimes"],
        &["frobnicate"],
        &["explain"],
    ] {
        let run = place.run(arguments).expect(2);
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.contains("Usage") || run.stderr.contains("--help"),
            "{run:#?}"
        );
    }
}

#[test]
fn everything_that_is_listed_can_be_explained() {
    let place = Place::new();
    let list = place.run(["refactor", "list"]).expect(0).stdout;
    let entries = list.lines().filter_map(|line| line.strip_prefix("  "));
    let ids: Vec<_> = entries
        .filter_map(|entry| entry.split(' ').next())
        .collect();
    assert!(
        ids.contains(&"cognitive-complexity") && ids.contains(&"guard-clause"),
        "{list}"
    );
    for line in list.lines().filter(|line| line.starts_with("  ")) {
        assert!(line.split_whitespace().count() > 4, "no sentence: {line}");
    }
    for id in ids {
        let explained = place.run(["explain", id]).expect(0);
        assert!(explained.stdout.len() > 200, "{id}: {}", explained.stdout);
        let is_smell = explained.stdout.contains("(smell)");
        let ending = format!("rustassistant: allow({id})");
        assert_eq!(explained.stdout.contains(&ending), is_smell, "{id}");
        assert!(
            !explained.stdout.contains("```"),
            "{id}: {}",
            explained.stdout
        );
        assert!(
            explained.stdout.is_ascii(),
            "the locale is C: {}",
            explained.stdout
        );
        let other_door = place.run(["refactor", "explain", id]).expect(0);
        assert_eq!(explained.stdout, other_door.stdout);
    }
    let generated = place.run(["explain", "generated"]).expect(0).stdout;
    assert!(
        generated.contains("// rustassistant: generated"),
        "{generated}"
    );
    place
        .run(["explain", "guard-claus"])
        .expect(2)
        .says("guard-clause");
    place
        .run(["explain", "xyzzy"])
        .expect(2)
        .says("refactor list");
}

#[test]
fn the_cache_tells_of_itself() {
    let place = Place::new();
    place.write("a.rs", "fn a() {}\n");
    let path = place.run(["cache", "path"]).expect(0).stdout;
    assert_eq!(
        path.trim_end(),
        place.home().join("cache.db").to_str().unwrap()
    );
    assert!(!place.home().exists(), "asking makes nothing");

    let cold = place.run(["cache", "key", "a.rs"]).expect(0).stdout;
    assert!(
        cold.contains("\nlocal: no\nteam: none is configured\n"),
        "{cold}"
    );
    place.analyze(&["a.rs"]).expect(0);
    let warm = place.run(["cache", "key", "a.rs"]).expect(0).stdout;
    assert!(warm.contains("\nlocal: yes\n"), "{warm}");

    let stats = place.run(["cache", "stats"]).expect(0).stdout;
    assert!(stats.contains("entries: 1"), "{stats}");
    let cleared = place.run(["cache", "clear"]).expect(0).stdout;
    assert!(cleared.contains('1'), "{cleared}");
    let stats = place.run(["cache", "stats"]).expect(0).stdout;
    assert!(stats.contains("entries: 0"), "{stats}");
    place
        .run(["cache", "key", "none.rs"])
        .expect(2)
        .says("none.rs");
}

#[test]
fn cargo_finds_it_as_a_command_of_its_own() {
    let place = Place::new();
    place.write("calm.rs", "fn f() {}\n");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-rustassistant"));
    let told = |arguments: &[&str]| {
        let mut command = place.command_for(program);
        command.args(arguments);
        finish(command)
    };
    let version = place.run(["--version"]).expect(0).stdout;
    assert_eq!(
        told(&["rustassistant", "--version"]).expect(0).stdout,
        version
    );
    assert_eq!(told(&["--version"]).expect(0).stdout, version);
    told(&["rustassistant", "refactor", "analyze", "none.rs"])
        .expect(2)
        .says("none.rs");

    let beside = program.parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(beside).chain(std::env::split_paths(&path));
    let mut command = place.command_for(std::path::Path::new(env!("CARGO")));
    command.env("PATH", std::env::join_paths(folders).unwrap());
    command.args(["rustassistant", "refactor", "analyze", "calm.rs"]);
    finish(command).expect(0);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let place = Place::new();
    place.run(["man", "pages"]).expect(0);
    let page = place.read("pages/rustassistant-refactor-analyze.1");
    assert!(
        page.contains(".TH rustassistant-refactor-analyze 1"),
        "{page}"
    );
    assert!(
        page.contains("Report findings in files and directories"),
        "{page}"
    );
    assert!(place.path("pages/rustassistant.1").exists());
    let help = place.run(["--help"]).expect(0).stdout;
    assert!(!help.contains("manual"), "{help}");
    place.write("file", "");
    place
        .run(["man", "file"])
        .expect(2)
        .says("file: can't write the manual pages");
}

#[test]
fn the_configuration_tells_of_itself() {
    let place = Place::new();
    let shown = place.run(["config", "show"]).expect(0).stdout;
    assert!(shown.contains("cognitive-complexity"), "{shown}");
    let schema = place.run(["config", "schema"]).expect(0).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert!(schema["$schema"].is_string());
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/server/book/src/rustassistant.schema.json"
    );
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(
        kept == schema,
        "`rustassistant config schema > server/book/src/rustassistant.schema.json` writes it anew"
    );
    place.run(["config", "path"]).expect(0);
    place.run(["config", "check"]).expect(0);

    std::fs::create_dir_all(place.home()).unwrap();
    std::fs::write(place.home().join("config.toml"), "[cach]\n").unwrap();
    place
        .run(["config", "check"])
        .expect(2)
        .says("config.toml:1");
}

#[test]
fn a_project_can_not_choose_where_data_goes() {
    let place = Place::new();
    place
        .write("a.rs", "fn a() {}\n")
        .write("rustassistant.toml", "[cache]\npath = \"elsewhere.db\"\n");
    place.analyze(&["a.rs"]).expect(2).says("cache");
    assert!(!place.path("elsewhere.db").exists());
}

#[test]
fn the_doctor_looks_at_everything() {
    let place = Place::new();
    let run = place.run(["doctor"]).expect(0);
    for word in [
        "OK",
        env!("CARGO_PKG_VERSION"),
        "home",
        "cache",
        "configuration",
    ] {
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
    assert!(!run.stdout.contains("PROBLEM"), "{}", run.stdout);

    let broken = Place::new();
    std::fs::write(broken.home(), "a file").unwrap();
    let run = broken.run(["doctor"]).expect(2);
    assert!(run.stdout.contains("PROBLEM"), "{}", run.stdout);
}

#[test]
fn completions_are_scripts() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(["completions", shell]).expect(0).stdout;
        assert!(script.contains("analyze"), "{shell}");
        if shell == "bash" {
            place.write("completions.bash", &script);
            let mut command = place.command_for(std::path::Path::new("bash"));
            command.args(["-n", "completions.bash"]);
            finish(command).expect(0);
        }
    }
}

#[test]
fn files_get_no_colour() {
    let place = Place::new();
    place.write("a.rs", include_str!("fixtures/orders.rs"));
    for arguments in [
        ["refactor", "analyze", "a.rs"],
        ["refactor", "apply", "a.rs"],
    ] {
        let run = place.run(arguments).expect(0);
        assert!(!run.stdout.contains('\u{1b}'), "{arguments:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn terminals_get_colour_unless_it_is_unwanted() {
    const STYLE: &str = "\u{1b}[1m";
    const GREEN: &str = "\u{1b}[32m+";
    let place = Place::new();
    place.write("a.rs", include_str!("fixtures/orders.rs"));
    let binary = env!("CARGO_BIN_EXE_rustassistant");
    let on_terminal = |arguments: &str, no_color: &str| {
        let mut command = place.command_for(std::path::Path::new("script"));
        command
            .env("TERM", "xterm")
            .env("NO_COLOR", no_color)
            .args(["-qec", &format!("'{binary}' {arguments}"), "/dev/null"]);
        finish(command).expect(0).stdout
    };
    for (arguments, style) in [
        ("refactor analyze a.rs", STYLE),
        ("refactor apply a.rs", GREEN),
        ("explain let-else", STYLE),
    ] {
        let coloured = on_terminal(arguments, "");
        assert!(coloured.contains(style), "{arguments}: {coloured}");
        let plain = on_terminal(arguments, "1");
        assert!(!plain.contains(style), "{arguments}: {plain}");
    }
}

#[test]
fn the_log_is_for_stderr() {
    let place = Place::new();
    place.write("a.rs", "fn a() {}\n");
    let mut command = place.command();
    command
        .env("RUSTASSISTANT_LOG", "trace")
        .args(["refactor", "analyze", "--format", "json", "a.rs"]);
    finish(command).expect(0).report();
}
