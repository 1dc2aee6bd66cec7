//! A mistake is reported with its position and affects only its own key.

use proptest::prelude::*;

use super::*;

#[test]
fn warn_above_strong_costs_warn() {
    let house = House::new().project("[smells.long-function]\nwarn = 50\nstrong = 40\n");
    let problem =
        "rustassistant.toml:2:8: smells.long-function.warn: 50 is above `strong`, which is 40";
    assert_eq!(house.one_problem(), problem);
    assert_eq!(limits(&house.load().config, LONG), Some((40, 40)));
}

#[test]
fn a_limit_below_what_is_measured_is_refused() {
    let house = House::new().project("[smells]\nlong-function = 35\n");
    assert_eq!(limits(&config(&house), LONG), Some((35, 140)));
    let house = House::new().project("[smells]\nlong-function = 34\n");
    let problem = "rustassistant.toml:2:17: smells.long-function.warn: expected a whole number from 35 to 1000000000, found 34";
    assert_eq!(house.one_problem(), problem);
}

#[test]
fn paths_are_shown_from_where_one_is() {
    let house = House::new()
        .project("profile = 1")
        .file("work/deep/a.rs", "");
    let at = |directory: &str| Environment {
        directory: Some(house.root.path().join(directory)),
        ..Environment::default()
    };
    let start = house.root.path().join("work");
    let place = |directory: &str| {
        let loaded = load_for(&Request::new(&start), &at(directory), &SMELLS);
        loaded.problems[0].place.to_string()
    };
    let whole = start.join("rustassistant.toml").display().to_string();
    assert_eq!(place("work/deep"), format!("{whole}:1:11"));
    let expected = Path::new("work")
        .join("rustassistant.toml")
        .display()
        .to_string();
    assert_eq!(place(""), format!("{expected}:1:11"));
}

#[test]
fn a_project_may_not_choose_where_data_goes() {
    let house = House::new().project("profile = 'full'\n[cache]\npath = '/tmp/x'\n");
    let problem = house.one_problem();
    assert!(
        problem.starts_with("rustassistant.toml:2:2: cache: refused: a project can't choose"),
        "{problem}"
    );
    let config = house.load().config;
    assert_eq!(*origin(&config, "cache.path"), Origin::Default);
    assert_eq!(config.rules.profile(), Profile::Full);
}

#[test]
fn neither_may_the_editor() {
    let house = House::new().editor(json!({"cache": {"path": "/tmp/x"}, "profile": "full"}));
    let problem = house.one_problem();
    assert!(
        problem.starts_with("editor settings: cache: refused: editor settings can't"),
        "{problem}"
    );
    assert_eq!(house.load().config.rules.profile(), Profile::Full);
}

#[test]
fn whoever_asks_the_compiler_can_be_stopped_by_everybody_and_allowed_by_the_user_alone() {
    for (project, editor) in [
        ("false", json!({})),
        ("true", json!({"compiler": {"enabled": false}})),
    ] {
        let house = House::new()
            .project(&format!("[compiler]\nenabled = {project}\n"))
            .editor(editor);
        assert!(!house.load().config.compiler);
    }
    let house = House::new()
        .user("[compiler]\nenabled = false\n")
        .project("[compiler]\nenabled = true\n");
    let problem =
        "rustassistant.toml:2:11: compiler.enabled: refused: a project can only set it to `false`";
    assert_eq!(house.one_problem(), problem);
    assert!(!house.load().config.compiler);
    let house = House::new()
        .user("[compiler]\nenabled = false\n")
        .editor(json!({"compiler": {"enabled": true}}));
    assert!(
        house
            .one_problem()
            .contains("refused: editor settings can only set it to `false`")
    );
    assert!(!house.load().config.compiler);
    assert!(House::new().load().config.compiler);
}

#[test]
fn one_wrong_key_costs_that_key_only() {
    let house = House::new().project(
        "profile = 'loud'\nsmels = 1\n[smells]\nlong-functoin = 3\ndeep-nesting = 9\n[workspace]\nmax_files = -1\n",
    );
    let expected = [
        "rustassistant.toml:1:11: profile: expected one of `calm`, `full`, found another string",
        "rustassistant.toml:2:1: unknown key `smels`; did you mean `smells`?",
        "rustassistant.toml:4:1: unknown smell `smells.long-functoin`; did you mean `long-function`?",
        "rustassistant.toml:7:13: workspace.max_files: expected a whole number from 0 to 1000000000, found -1",
    ];
    assert_eq!(house.problems(), expected);
    let config = house.load().config;
    assert_eq!(limits(&config, DEEP), Some((9, 9)));
    assert_eq!(config.max_files, 20_000);
}

#[test]
fn wrong_types_say_what_was_expected() {
    let cases = [
        (
            "profile = 1",
            "profile: expected one of `calm`, `full`, found a number",
        ),
        (
            "exclude = 'a'",
            "exclude: expected a list of patterns, found a string",
        ),
        (
            "exclude = [1]",
            "exclude: expected a pattern, found a number",
        ),
        ("smells = 1", "smells: expected a table, found a number"),
        (
            "smells.long-function = 'x'",
            "smells.long-function: expected a table, true or false, or a limit, found a string",
        ),
        (
            "smells.long-function.warn = 1.5",
            "smells.long-function.warn: expected a whole number, found a fraction",
        ),
        (
            "smells.long-function.enabled = 1",
            "smells.long-function.enabled: expected true or false, found a number",
        ),
        (
            "workspace.max_files = 1979-05-27",
            "workspace.max_files: expected a whole number, found a date",
        ),
    ];
    for (text, expected) in cases {
        let problem = House::new().project(text).one_problem();
        assert!(problem.ends_with(expected), "{problem}");
    }
}

#[test]
fn a_pattern_that_cannot_be_read_costs_that_pattern() {
    let house = House::new().project("exclude = ['a[', 'b/']");
    let problem = house.one_problem();
    assert!(
        problem.starts_with("rustassistant.toml:1:12: exclude: invalid pattern `a[`: "),
        "{problem}"
    );
    let directory = house.root.path().join("work/b");
    assert!(
        house
            .load()
            .config
            .exclude
            .matches(&directory, EntryKind::Directory)
    );
}

#[test]
fn a_syntax_error_costs_the_file_and_has_a_place() {
    let house = House::new()
        .user("workspace.max_files = 7")
        .project("profile = 'full'\nexclude = [\n");
    let problem = house.one_problem();
    assert!(problem.starts_with("rustassistant.toml:2:"), "{problem}");
    assert!(problem.ends_with("the file is ignored"), "{problem}");
    let loaded = house.load();
    assert_eq!(loaded.config.rules.profile(), Profile::Calm);
    assert_eq!(loaded.config.max_files, 7);
    assert_eq!(loaded.looked_at[1].found, FileState::Refused);
}

#[test]
fn places_hold_with_a_byte_order_mark_and_carriage_returns() {
    let house = House::new().project("\u{feff}profile = 'full'\r\n# ä\r\n'ü' = 1\r\n");
    assert_eq!(
        house.one_problem(),
        "rustassistant.toml:3:1: unknown key `ü`; expected one of `profile`, `exclude`, `baseline`, `smells`, `workspace`, `editor`, `compiler`, `model`, `cache`"
    );
    assert_eq!(house.load().config.rules.profile(), Profile::Full);
    let first = House::new().project("\u{feff}prof = 'full'\r\n");
    assert!(first.one_problem().starts_with("rustassistant.toml:1:1: "));
}

#[test]
fn files_that_cannot_be_read_are_problems() {
    let house = House::new().file("work/rustassistant.toml", b"a = '\xff'");
    assert_eq!(
        house.one_problem(),
        "rustassistant.toml: is not UTF-8, first in line 1"
    );
    let house = House::new();
    fs::create_dir(house.root.path().join("work/rustassistant.toml")).unwrap();
    assert_eq!(
        house.one_problem(),
        "rustassistant.toml: is not a regular file"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_write_is_not_believed() {
    use std::os::unix::fs::PermissionsExt;

    let house = House::new().user("[cache]\npath = '/elsewhere'\n");
    let file = house.root.path().join("home/.rustassistant/config.toml");
    let allow = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o644);
    assert_eq!(
        config(&house).cache.path.as_deref(),
        Some(Path::new("/elsewhere"))
    );
    for mode in [0o666, 0o646, 0o664] {
        allow(mode);
        let problem = house.one_problem();
        assert!(
            problem.contains("config.toml: ") && problem.contains("chmod go-w"),
            "{problem}"
        );
        let loaded = house.load();
        assert_ne!(
            loaded.config.cache.path.as_deref(),
            Some(Path::new("/elsewhere"))
        );
        assert_eq!(loaded.looked_at[0].found, FileState::Refused);
    }
}

#[cfg(unix)]
#[test]
fn a_broken_link_is_a_problem() {
    let house = House::new();
    let link = house.root.path().join("work/rustassistant.toml");
    std::os::unix::fs::symlink("nowhere", link).unwrap();
    assert_eq!(
        house.one_problem(),
        "rustassistant.toml: there is no such file"
    );
}

#[test]
fn a_home_that_is_a_file_is_a_warning() {
    let house = House::new()
        .file("home/file", "")
        .project("profile = 'full'");
    let home = house.root.path().join("home/file");
    let house = house.variable("RUSTASSISTANT_HOME", home.to_str().unwrap());
    let loaded = house.load();
    assert_eq!(loaded.problems, []);
    assert_eq!(
        loaded.warnings,
        [format!(
            "{} is not a directory, so no options are read from it",
            home.display()
        )]
    );
    assert_eq!(loaded.config.rules.profile(), Profile::Full);
}

#[test]
fn a_tilde_without_a_user_is_a_problem() {
    let mut house = House::new().flag("cache.path=~/x.db");
    house.variables.clear();
    assert_eq!(
        house.one_problem(),
        format!(
            "--config cache.path=~/x.db: cache.path: `~` can't be resolved, because {USER_DIRECTORY} is not set"
        )
    );
}

#[test]
fn flags_that_make_no_sense_are_problems() {
    for (flag, shown) in [
        ("profile", "profile"),
        ("=", "=…"),
        ("a b = 1", "a b =…"),
        ("profile = 'full", "profile = 'full"),
        ("x\ny=1", r"x\ny=…"),
    ] {
        let problem = House::new().flag(flag).one_problem();
        assert!(
            problem.starts_with(&format!("--config {shown}: ")),
            "{problem}"
        );
    }
}

#[test]
fn a_key_with_a_dot_is_no_path() {
    let house = House::new().project("'smells.long-function' = false");
    assert!(
        house
            .one_problem()
            .contains("unknown key `smells.long-function`")
    );
    assert_eq!(limits(&house.load().config, LONG), Some((70, 140)));
}

/// A table of known and unknown keys with values of every kind.
fn options() -> impl Strategy<Value = serde_json::Value> {
    let names = [
        "profile",
        "exclude",
        "smells",
        "long-function",
        "warn",
        "strong",
        "enabled",
        "level",
        "workspace",
        "max_files",
        "cache",
        "limits",
        "disk",
        "age",
        "path",
        "backend",
        "url",
        "api_key",
        "team",
        "trusted_keys",
        "file",
        "command",
        "",
        "a.b",
        "\u{0}",
    ];
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        "(off|full|256MB|~/x|a\\[|\\PC{0,5})".prop_map(serde_json::Value::from),
    ];
    let name = proptest::sample::select(names.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        let table = proptest::collection::btree_map(name.clone(), inner, 0..5);
        prop_oneof![
            list.prop_map(serde_json::Value::from),
            table.prop_map(|table| table.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// The number of non-null values in a tree.
fn values(tree: &serde_json::Value) -> usize {
    match tree {
        serde_json::Value::Null => 0,
        serde_json::Value::Object(table) => table.values().map(values).sum(),
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_that_is_said_is_lost(options in options()) {
        let Node::Table(table) = tree::from_json(&options) else {
            return Ok(());
        };
        let source = Source {
            kind: SourceKind::Flag("x"),
            base: Path::new("/"),
            user: None,
            smells: &SMELLS,
        };
        let layer = decode(&table, source);
        let heard = layer.settings.len() + layer.problems.len();
        prop_assert!(heard > 0 || values(&options) == 0);
    }

    #[test]
    fn no_file_makes_it_panic(text in "((profile|exclude|smells|long-function|warn|cache|path|=|\\.|\\[|\\]|\\{|\\}|'|\"|,|1|true)[ \n]?|\\PC){0,30}") {
        let lines = text.lines().count() + 1;
        for problem in House::new().project(&text).load().problems {
            let SettingPlace::At { line, .. } = problem.place else {
                return Err(TestCaseError::fail("a place without a line"));
            };
            prop_assert!(line as usize <= lines);
        }
    }
}
