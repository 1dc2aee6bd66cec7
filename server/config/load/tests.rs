use std::{ffi::OsString, fs};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{
    config::{EntryKind, Judgement, LevelOverride, Origin, Profile},
    smells::{Limits, Look},
};

mod mistakes;
#[cfg(feature = "model")]
mod model;
#[cfg(not(feature = "model"))]
mod no_model;
#[cfg(not(feature = "team"))]
mod no_team;
#[cfg(feature = "team")]
mod team;

/// A home, a workspace, and smells whose names are independent of releases.
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
    Smell::new(
        id,
        Limits::of(warn, strong),
        Look::Function(|_, _| {}),
        |_, _| String::new(),
    )
}

impl House {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("home/.rustassistant")).unwrap();
        fs::create_dir_all(root.path().join("work/.git")).unwrap();
        let home = root.path().join("home").into_os_string();
        Self {
            root,
            variables: vec![(USER_DIRECTORY, home)],
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
        self.load_at("work")
    }

    fn load_at(&self, start: &str) -> Loaded {
        let environment = Environment::from_lookup(|name| {
            let found = self.variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        });
        let request = Request {
            start: &self.root.path().join(start),
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

/// The configuration of a house without mistakes.
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

const CACHE_BACKEND: &str = "RUSTASSISTANT_CACHE_BACKEND";
const CACHE_PATH: &str = "RUSTASSISTANT_CACHE_PATH";

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
            .all(|file| file.found == FileState::Absent)
    );
}

#[test]
fn a_later_layer_wins_key_by_key() {
    let house = House::new()
        .user("profile = 'full'\nworkspace.max_files = 1\n[smells.long-function]\nwarn = 40\nstrong = 50\n")
        .project("workspace.max_files = 2\n[smells.long-function]\nwarn = 41\n")
        .editor(json!({"workspace": {"max_files": 3}}));
    let three = config(&house);
    assert_eq!(three.rules.profile(), Profile::Full);
    assert_eq!(limits(&three, LONG), Some((41, 50)));
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
        .filter(|shown| shown.origin != Origin::Default)
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
fn a_smell_that_somebody_asks_for_is_chosen() {
    let is_chosen = |text: &str| {
        let rules = config(&House::new().project(text)).rules;
        rules.judgement(&SMELLS[LONG]).unwrap().is_chosen
    };
    for text in ["warn = 40", "level = 'hint'", "enabled = true"] {
        assert!(
            is_chosen(&format!("[smells.long-function]\n{text}")),
            "{text}"
        );
    }
    for text in [
        "",
        "profile = 'full'",
        "smells.long-function.strong = 200",
        "smells.deep-nesting = 9",
    ] {
        assert!(!is_chosen(text), "{text}");
    }
}

#[test]
fn a_limit_drags_the_other_one_of_a_weaker_layer() {
    let raised = House::new().project("[smells]\nlong-function = 200");
    assert_eq!(limits(&config(&raised), LONG), Some((200, 200)));
    let lowered = House::new().project("[smells.long-function]\nstrong = 40");
    assert_eq!(limits(&config(&lowered), LONG), Some((40, 40)));
    let both = House::new().project("[smells.long-function]\nstrong = 300\nwarn = 200");
    assert_eq!(limits(&config(&both), LONG), Some((200, 300)));
}

#[test]
fn patterns_that_no_project_says_are_about_the_workspace() {
    let house = House::new()
        .user("exclude = ['/one/']")
        .editor(json!({"exclude": ["/two/"]}))
        .flag("exclude=['/three/']")
        .file("work/deep/rustassistant.toml", "exclude = ['/four/']");
    let work = house.root.path().join("work");
    let loaded = house.load_at("work/deep");
    assert_eq!(loaded.problems, []);
    let exclude = loaded.config.exclude;
    for path in ["one/a.rs", "two/a.rs", "three/a.rs", "deep/four/a.rs"] {
        assert!(exclude.covers(&work.join(path)), "{path}");
    }
    for path in ["deep/one/a.rs", "four/a.rs"] {
        assert!(!exclude.covers(&work.join(path)), "{path}");
    }
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
    assert!(exclude.matches(&work.join("fixtures"), EntryKind::Directory));
    assert!(!exclude.covers(&work.join("src/kept.gen.rs")));
    assert!(!exclude.covers(&work.join("src/a.rs")));
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
        .flag("smells.long-function={ warn = 45, level = 'hint' }")
        .flag("profile=full");
    let config = config(&house);
    assert_eq!(limits(&config, LONG), Some((45, 140)));
    assert_eq!(config.rules.profile(), Profile::Full);
}
