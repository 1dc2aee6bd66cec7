use std::{ffi::OsString, fs};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    config::{Entry, Judgement, LevelOverride, Origin, Profile},
    smells::{Family, Limits},
};

/// A home, a workspace, and smells that no release renames.
struct House {
    root: TempDir,
    variables: Vec<(&'static str, OsString)>,
    editor: Option<serde_json::Value>,
    flags: Vec<String>,
}

const SMELLS: [Smell; 3] = [
    smell("deep-nesting", 4, 6),
    smell("long-function", 70, 140),
    smell("too-many-parameters", 6, 8),
];

const fn smell(id: &'static str, warn: u32, strong: u32) -> Smell {
    Smell {
        id,
        limits: Limits { warn, strong },
        family: Family::Own,
        rate: None,
        answers: &[],
        clippy: &[],
        look: |_, _| {},
        say: |_, _| String::new(),
    }
}

impl House {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("home/.rustassistant")).unwrap();
        fs::create_dir_all(root.path().join("work/.git")).unwrap();
        let home = root.path().join("home").into_os_string();
        Self {
            root,
            variables: vec![(USER, home)],
            editor: None,
            flags: Vec::new(),
        }
    }

    fn user(self, text: &str) -> Self {
        self.file("home/.rustassistant/config.toml", text)
    }

    fn project(self, text: &str) -> Self {
        self.file("work/rustassistant.toml", text)
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn editor(mut self, options: serde_json::Value) -> Self {
        self.editor = Some(options);
        self
    }

    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    fn load(&self) -> Loaded {
        let environment = Environment::from_lookup(|name| {
            let found = self.variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        });
        let request = Request {
            start: &self.root.path().join("work"),
            workspace: None,
            editor: self.editor.as_ref(),
            flags: &self.flags,
        };
        load_for(&request, &environment, &SMELLS)
    }

    fn problems(&self) -> Vec<String> {
        let problems = self.load().problems;
        problems.iter().map(ToString::to_string).collect()
    }

    fn one_problem(&self) -> String {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.into_iter().next().unwrap()
    }
}

/// The configuration of a house in which nothing is wrong.
fn config(house: &House) -> Config {
    let loaded = house.load();
    assert_eq!(loaded.problems, []);
    loaded.config
}

fn limits(config: &Config, smell: usize) -> Option<(u32, u32)> {
    let judgement = config.rules.judgement(&SMELLS[smell])?;
    Some((judgement.limits.warn, judgement.limits.strong))
}

fn origin<'a>(config: &'a Config, key: &str) -> &'a Origin {
    let shown = config.shown().iter().find(|shown| shown.key == key);
    &shown.unwrap().origin
}

const DEEP: usize = 0;
const LONG: usize = 1;

#[test]
fn without_any_layer_the_defaults_hold() {
    let house = House::new();
    let loaded = house.load();
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let config = loaded.config;
    assert_eq!(config.rules.profile(), Profile::Calm);
    assert_eq!(limits(&config, LONG), Some((70, 140)));
    assert_eq!(config.max_files, 20_000);
    assert_eq!(config.cache.memory, 4 << 20);
    assert_eq!(config.cache.disk, 256 << 20);
    assert_eq!(config.cache.age.as_secs(), 30 * 24 * 60 * 60);
    let home = house.root.path().join("home/.rustassistant");
    assert_eq!(config.cache.path, Some(home.join("cache.db")));
    assert!(
        config
            .shown()
            .iter()
            .all(|shown| shown.origin == Origin::Default)
    );
    assert!(
        loaded
            .looked_at
            .iter()
            .all(|file| file.found == Found::Absent)
    );
}

#[test]
fn a_later_layer_wins_key_by_key() {
    let house = House::new()
        .user("profile = 'full'\nworkspace.max_files = 1\n[smells.long-function]\nwarn = 10\nstrong = 20\n")
        .project("workspace.max_files = 2\n[smells.long-function]\nwarn = 11\n")
        .editor(json!({"workspace": {"max_files": 3}}));
    let three = config(&house);
    assert_eq!(three.rules.profile(), Profile::Full);
    assert_eq!(limits(&three, LONG), Some((11, 20)));
    assert_eq!(three.max_files, 3);
    assert_eq!(*origin(&three, "workspace.max_files"), Origin::Editor);
    let house = house.flag("workspace.max_files=4").flag("profile=calm");
    let four = config(&house);
    assert_eq!(four.max_files, 4);
    assert_eq!(four.rules.profile(), Profile::Calm);
    assert_eq!(
        *origin(&four, "profile"),
        Origin::Flag("profile=calm".to_owned())
    );
}

#[test]
fn a_value_names_the_file_and_line_that_set_it() {
    let house = House::new()
        .user("\nprofile = 'full'")
        .project("# one\n[smells]\nlong-function = 80\n");
    let config = config(&house);
    let user = house.root.path().join("home/.rustassistant/config.toml");
    let expected = Origin::File {
        shown: user.display().to_string(),
        line: 2,
    };
    assert_eq!(*origin(&config, "profile"), expected);
    let shown: Vec<String> = config.shown().iter().map(ToString::to_string).collect();
    let line = "smells.long-function.warn = 80  # rustassistant.toml:3".to_owned();
    assert!(shown.contains(&line), "{shown:#?}");
}

#[test]
fn what_is_shown_is_toml_that_means_the_same() {
    let house = House::new().project(
        "exclude = ['a \"b\"', '*.x']\n[smells]\nlong-function = false\ndeep-nesting = 9\n",
    );
    let config = config(&house);
    let lines: Vec<String> = config
        .shown()
        .iter()
        .filter(|shown| !shown.key.starts_with("cache"))
        .map(ToString::to_string)
        .collect();
    let again = House::new().project(&lines.join("\n"));
    assert_eq!(self::config(&again).rules, config.rules);
}

#[test]
fn a_smell_may_be_a_flag_or_a_limit_in_short() {
    let house = House::new().project("[smells]\nlong-function = false\ndeep-nesting = 5\n");
    let config = config(&house);
    assert_eq!(limits(&config, LONG), None);
    assert_eq!(limits(&config, DEEP), Some((5, 6)));
}

#[test]
fn a_smell_that_is_off_in_one_layer_may_be_on_in_the_next() {
    let house = House::new()
        .user("[smells]\nlong-function = false")
        .project("[smells.long-function]\nenabled = true");
    assert_eq!(limits(&config(&house), LONG), Some((70, 140)));
}

#[test]
fn a_level_is_shown_and_off_is_off() {
    let house = House::new().project(
        "[smells]\nlong-function = { level = 'warning' }\ndeep-nesting = { level = 'off' }\n",
    );
    let config = config(&house);
    let judgement = config.rules.judgement(&SMELLS[LONG]).unwrap();
    assert_eq!(judgement.level, Some(LevelOverride::Warning));
    assert_eq!(judgement.limits, SMELLS[LONG].limits);
    assert_eq!(config.rules.judgement(&SMELLS[DEEP]), None);
    assert_eq!(
        config.rules.judgement(&SMELLS[2]),
        Some(Judgement::of(&SMELLS[2]))
    );
}

#[test]
fn a_limit_drags_the_other_one_of_a_weaker_layer() {
    let raised = House::new().project("[smells]\nlong-function = 200");
    assert_eq!(limits(&config(&raised), LONG), Some((200, 200)));
    let lowered = House::new().project("[smells.long-function]\nstrong = 30");
    assert_eq!(limits(&config(&lowered), LONG), Some((30, 30)));
    let both = House::new().project("[smells.long-function]\nstrong = 300\nwarn = 200");
    assert_eq!(limits(&config(&both), LONG), Some((200, 300)));
}

#[test]
fn warn_above_strong_costs_warn() {
    let house = House::new().project("[smells.long-function]\nwarn = 50\nstrong = 40\n");
    let problem =
        "rustassistant.toml:2:8: smells.long-function.warn: 50 is above `strong`, which is 40";
    assert_eq!(house.one_problem(), problem);
    assert_eq!(limits(&house.load().config, LONG), Some((40, 40)));
}

#[test]
fn patterns_of_all_layers_count() {
    let house = House::new()
        .user("exclude = ['*.gen.rs']")
        .project("exclude = ['fixtures/']")
        .flag("exclude=['!kept.gen.rs']");
    let exclude = config(&house).exclude;
    let work = house.root.path().join("work");
    assert!(exclude.covers(&work.join("src/a.gen.rs")));
    assert!(exclude.matches(&work.join("fixtures"), Entry::Directory));
    assert!(!exclude.covers(&work.join("src/kept.gen.rs")));
    assert!(!exclude.covers(&work.join("src/a.rs")));
}

#[test]
fn a_project_may_not_choose_where_data_goes() {
    let house = House::new().project("profile = 'full'\n[cache]\npath = '/tmp/x'\n");
    let problem = house.one_problem();
    assert!(
        problem.starts_with("rustassistant.toml:2:2: cache: refused: a project may not choose"),
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
        problem.starts_with("editor settings: cache: refused: editor settings may not"),
        "{problem}"
    );
    assert_eq!(house.load().config.rules.profile(), Profile::Full);
}

#[test]
fn the_user_may() {
    let house = House::new().user(
        "[cache]\npath = '~/deep/c.db'\n[cache.limits]\nmemory = '1MiB'\ndisk = 5000\nage = 2\n",
    );
    let cache = config(&house).cache;
    assert_eq!(cache.path, Some(house.root.path().join("home/deep/c.db")));
    assert_eq!((cache.memory, cache.disk), (1 << 20, 5000));
    assert_eq!(cache.age.as_secs(), 2 * 24 * 60 * 60);
}

#[test]
fn a_relative_path_starts_at_the_file_that_says_it() {
    let house = House::new().user("cache.path = 'x.db'");
    let expected = house.root.path().join("home/.rustassistant/x.db");
    assert_eq!(config(&house).cache.path, Some(expected));
}

#[test]
fn variables_and_flags_may_too() {
    let house = House::new()
        .user("cache.path = 'x.db'")
        .variable(CACHE_PATH, "/y.db")
        .variable(CACHE_BACKEND, "sqlite");
    let by_variable = config(&house);
    assert_eq!(by_variable.cache.path, Some(PathBuf::from("/y.db")));
    assert_eq!(
        *origin(&by_variable, "cache.path"),
        Origin::Environment(CACHE_PATH)
    );
    let by_flag = config(&house.flag("cache.path=/z.db"));
    assert_eq!(by_flag.cache.path, Some(PathBuf::from("/z.db")));
}

#[test]
fn what_this_version_lacks_is_said() {
    let house = House::new().variable(CACHE_BACKEND, "postgres");
    let expected = "RUSTASSISTANT_CACHE_BACKEND: cache.backend: `postgres` is not available in this version, only `sqlite`";
    assert_eq!(house.one_problem(), expected);
    let house = House::new().user("[cache]\nurl = 'https://user:secret@host'\n");
    assert!(
        house
            .one_problem()
            .ends_with("config.toml:2:1: cache.url: not available in this version")
    );
}

#[test]
fn secrets_are_never_shown() {
    let house = House::new()
        .user("cache.url = 'postgres://u:hunter2@h'\ncache.api_key = 'hunter2'\ncache.backend = 'hunter2'\n")
        .variable(CACHE_URL, "https://hunter2")
        .variable(CACHE_API_KEY, "hunter2");
    let problems = house.problems().join("\n");
    assert_eq!(house.problems().len(), 5);
    assert!(!problems.contains("hunter2"), "{problems}");
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
        problem.starts_with("rustassistant.toml:1:12: exclude: the pattern `a[` can't be read: "),
        "{problem}"
    );
    let directory = house.root.path().join("work/b");
    assert!(
        house
            .load()
            .config
            .exclude
            .matches(&directory, Entry::Directory)
    );
}

#[test]
fn a_syntax_error_costs_the_file_and_has_a_place() {
    let house = House::new()
        .user("workspace.max_files = 7")
        .project("profile = 'full'\nexclude = [\n");
    let problem = house.one_problem();
    assert!(problem.starts_with("rustassistant.toml:2:"), "{problem}");
    assert!(
        problem.ends_with("nothing of this file counts"),
        "{problem}"
    );
    let loaded = house.load();
    assert_eq!(loaded.config.rules.profile(), Profile::Calm);
    assert_eq!(loaded.config.max_files, 7);
    assert_eq!(loaded.looked_at[1].found, Found::Refused);
}

#[test]
fn places_hold_with_a_byte_order_mark_and_carriage_returns() {
    let house = House::new().project("\u{feff}profile = 'full'\r\n# ä\r\n'ü' = 1\r\n");
    assert_eq!(
        house.one_problem(),
        "rustassistant.toml:3:1: unknown key `ü`; expected one of `profile`, `exclude`, `smells`, `workspace`, `cache`"
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
            "{} is no directory: no options are read from it",
            home.display()
        )]
    );
    assert_eq!(loaded.config.rules.profile(), Profile::Full);
}

#[test]
fn without_a_home_everything_is_in_memory_and_said_once() {
    let mut house = House::new().project("profile = 'full'");
    house.variables.clear();
    let loaded = house.load();
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.warnings.len(), 1);
    assert_eq!(loaded.config.cache.path, None);
    assert_eq!(loaded.config.rules.profile(), Profile::Full);
    let with_path = house.variable(CACHE_PATH, "/x.db").load();
    assert_eq!(with_path.warnings, Vec::<String>::new());
}

#[test]
fn a_tilde_without_a_user_is_a_problem() {
    let mut house = House::new().flag("cache.path=~/x.db");
    house.variables.clear();
    assert_eq!(
        house.one_problem(),
        format!(
            "--config cache.path=~/x.db: cache.path: `~` means nothing here, because {USER} is not set"
        )
    );
}

#[test]
fn editors_that_set_nothing_set_nothing() {
    for nothing in [
        json!(null),
        json!({}),
        json!({"rustassistant": null}),
        json!({"profile": null, "smells": {"long-function": null}}),
    ] {
        let config = config(&House::new().editor(nothing));
        assert!(
            config
                .shown()
                .iter()
                .all(|shown| shown.origin == Origin::Default)
        );
    }
}

#[test]
fn editors_are_unwrapped_and_warned() {
    let house = House::new().editor(
        json!({"rustassistant": {"profile": "full", "smells": {"long-function": {"warn": "x"}}}}),
    );
    assert_eq!(
        house.one_problem(),
        "editor settings: smells.long-function.warn: expected a whole number, found a string"
    );
    assert_eq!(house.load().config.rules.profile(), Profile::Full);
    let list = House::new().editor(json!([1]));
    assert_eq!(
        list.one_problem(),
        "editor settings: expected an object, found a list"
    );
}

#[test]
fn flags_are_toml_or_bare_strings() {
    let house = House::new()
        .flag("smells.long-function={ warn = 5, level = 'hint' }")
        .flag("profile=full");
    let config = config(&house);
    assert_eq!(limits(&config, LONG), Some((5, 140)));
    assert_eq!(config.rules.profile(), Profile::Full);
}

#[test]
fn flags_that_make_no_sense_are_problems() {
    for flag in ["profile", "=", "a b = 1", "profile = 'full", "x\ny=1"] {
        let problem = House::new().flag(flag).one_problem();
        assert!(
            problem.starts_with(&format!("--config {flag}: ")),
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
