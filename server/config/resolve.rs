//! From the settings of all layers to one configuration.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ConfigProblem, Environment, Exclude, Judgement, LevelOverride, Origin, Place, Profile, Rules,
    decode::Setting,
    team::{self, Trouble},
    value::Value,
};
use crate::{
    cache::{CacheBackend, Namespace},
    smells::{self, Limits, Smell},
};

/// Every option, decided. Nobody changes it: other options make another one.
#[derive(Debug, Clone)]
pub struct Config {
    pub rules: Rules,
    pub exclude: Exclude,
    pub cache: CacheOptions,
    /// The number of files at which an editor's workspace is no longer read in the background.
    pub max_files: usize,
    /// Whether an editor shows the measures of functions above them.
    pub code_lens: bool,
    shown: Vec<Shown>,
}

/// Where reports are kept, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheOptions {
    /// The embedded cache's file; without one, reports are held in memory only.
    pub path: Option<PathBuf>,
    /// Bytes in memory.
    pub memory: u64,
    /// Bytes on disk.
    pub disk: u64,
    /// How long a report is kept that nobody asks for.
    pub age: Duration,
    /// What lies behind the file: a team's cache, never [`CacheBackend::Sqlite`].
    pub team: Option<CacheBackend>,
}

/// A value as `config show` prints it: TOML, and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Dotted.
    pub key: String,
    pub value: String,
    pub origin: Origin,
}

/// Settings of one layer, and the directory that its patterns are relative to.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) settings: Vec<Setting>,
    pub(super) base: PathBuf,
}

const MEMORY: u64 = 4 << 20;
const DISK: u64 = 256 << 20;
const AGE_IN_DAYS: u64 = 30;
const MAX_FILES: u64 = 20_000;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// The configuration, and what only shows when all layers are known.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) config: Config,
    pub(super) problems: Vec<ConfigProblem>,
    pub(super) warnings: Vec<String>,
}

/// `layers` from the weakest to the strongest; `wrong` are the paths of the keys that were lost.
pub(super) fn resolve(
    layers: Vec<Spoken>,
    wrong: &BTreeSet<String>,
    environment: &Environment,
    smells: &[Smell],
) -> Resolved {
    let mut exclude = Exclude::default();
    let mut excluded = Vec::new();
    let mut values = defaults(environment, smells);
    for Spoken { settings, base } in layers {
        for setting in settings {
            if let Value::List(patterns) = &setting.value {
                exclude.add(&base, patterns.iter().map(String::as_str));
                excluded.push(shown_patterns(patterns, &setting.place));
                continue;
            }
            values.set(&setting);
        }
    }
    let rules = rules(&values, smells);
    let (team, Trouble { problems, warnings }) = team::resolve(&mut values, wrong);
    let cache = cache(&values, team);
    let max_files = usize::try_from(values.number("workspace.max_files")).unwrap_or(usize::MAX);
    let code_lens = values.get("editor.code_lens") == Some(&Value::Flag(true));
    let mut shown = values.shown();
    shown.extend(excluded);
    shown.sort_by(|left, right| left.key.cmp(&right.key));
    let config = Config {
        rules,
        exclude,
        cache,
        max_files,
        code_lens,
        shown,
    };
    Resolved {
        config,
        problems,
        warnings,
    }
}

impl Config {
    /// Every value with its origin, by key. Patterns to leave out stand in the order of the layers.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }
}

impl Default for Config {
    /// What holds where nobody sets anything and there is no home.
    fn default() -> Self {
        let environment = Environment::default();
        resolve(Vec::new(), &BTreeSet::new(), &environment, smells::all()).config
    }
}

impl Default for CacheOptions {
    /// In memory only.
    fn default() -> Self {
        Self {
            path: None,
            memory: MEMORY,
            disk: DISK,
            age: days(AGE_IN_DAYS),
            team: None,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}  # {}", self.key, self.value, self.origin)
    }
}

/// The strongest value of each key, by its path, and its place unless it is a default.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<String, (Value, Option<Place>)>);

fn defaults(environment: &Environment, smells: &[Smell]) -> Values {
    let mut values = Values::default();
    let mut set = |key: &str, value| values.0.insert(key.to_owned(), (value, None));
    set("profile", Value::Choice("calm"));
    set("workspace.max_files", Value::Number(MAX_FILES));
    set("editor.code_lens", Value::Flag(false));
    set("cache.backend", Value::Choice("sqlite"));
    set("cache.limits.memory", Value::Number(MEMORY));
    set("cache.limits.disk", Value::Number(DISK));
    set("cache.limits.age", Value::Number(AGE_IN_DAYS));
    set(
        "cache.team.namespace",
        Value::Namespace(Namespace::default()),
    );
    set("cache.team.write", Value::Flag(false));
    set("cache.team.trusted_keys", Value::PublicKeys(Vec::new()));
    if let Some(file) = environment.cache_file() {
        set("cache.path", Value::Path(file));
    }
    for smell in smells {
        let Limits { warn, strong } = smell.limits;
        set(&of(smell.id, "enabled"), Value::Flag(true));
        set(&of(smell.id, "warn"), Value::Number(warn.into()));
        set(&of(smell.id, "strong"), Value::Number(strong.into()));
    }
    values
}

impl Values {
    fn set(&mut self, setting: &Setting) {
        let key = match setting.smell {
            Some(id) => setting.key.path.replace(super::keys::ANY_SMELL, id),
            None => setting.key.path.to_owned(),
        };
        let value = (setting.value.clone(), Some(setting.place.clone()));
        if let (Some(id), Value::Number(number)) = (setting.smell, &setting.value) {
            self.drag_the_other_limit(id, setting, *number);
        }
        self.0.insert(key, value);
    }

    /// Whoever raises `warn` above the weaker layers' `strong`, or lowers `strong` below their `warn`, means both.
    fn drag_the_other_limit(&mut self, id: &str, setting: &Setting, number: u64) {
        let is_warn = setting.key.name() == "warn";
        let other = of(id, if is_warn { "strong" } else { "warn" });
        let limit = self.number(&other);
        let is_crossed = if is_warn {
            limit < number
        } else {
            limit > number
        };
        if is_crossed {
            let value = (Value::Number(number), Some(setting.place.clone()));
            self.0.insert(other, value);
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|(value, _)| value)
    }

    /// The place where a layer has set it, if one has.
    pub(super) fn place(&self, key: &str) -> Option<&Place> {
        self.0.get(key)?.1.as_ref()
    }

    /// Sets a key that nobody has set to what follows from another.
    pub(super) fn follow(&mut self, key: &str, value: Value, other: &str) {
        let place = self.place(other).cloned();
        self.0.insert(key.to_owned(), (value, place));
    }

    fn number(&self, key: &str) -> u64 {
        match self.get(key) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    pub(super) fn choice(&self, key: &str) -> Option<&'static str> {
        match self.get(key) {
            Some(Value::Choice(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn path(&self, key: &str) -> Option<&Path> {
        match self.get(key) {
            Some(Value::Path(path)) => Some(path),
            _ => None,
        }
    }

    fn shown(&self) -> Vec<Shown> {
        let shown = self.0.iter().map(|(key, (value, place))| Shown {
            key: key.clone(),
            value: value.to_string(),
            origin: place.as_ref().map_or(Origin::Default, Origin::from),
        });
        shown.collect()
    }
}

fn of(smell: &str, name: &str) -> String {
    format!("smells.{smell}.{name}")
}

fn shown_patterns(patterns: &[String], place: &Place) -> Shown {
    Shown {
        key: "exclude".to_owned(),
        value: Value::List(patterns.to_vec()).to_string(),
        origin: place.into(),
    }
}

fn rules(values: &Values, smells: &[Smell]) -> Rules {
    let profile = match values.choice("profile") {
        Some("full") => Profile::Full,
        _ => Profile::Calm,
    };
    let changed = smells.iter().filter_map(|smell| {
        let judgement = judgement(values, smell);
        (judgement != Some(Judgement::of(smell))).then_some((smell.id, judgement))
    });
    Rules::new(profile, changed.collect())
}

fn judgement(values: &Values, smell: &Smell) -> Option<Judgement> {
    let limit = |name: &str| u32::try_from(values.number(&of(smell.id, name))).unwrap_or(u32::MAX);
    let level = match values.choice(&of(smell.id, "level")) {
        Some("off") => return None,
        Some("hint") => Some(LevelOverride::Hint),
        Some("information") => Some(LevelOverride::Information),
        Some("warning") => Some(LevelOverride::Warning),
        Some("error") => Some(LevelOverride::Error),
        _ => None,
    };
    if values.get(&of(smell.id, "enabled")) == Some(&Value::Flag(false)) {
        return None;
    }
    let limits = Limits {
        warn: limit("warn"),
        strong: limit("strong"),
    };
    let mut names = ["enabled", "level", "warn"].into_iter();
    let is_chosen = names.any(|name| values.place(&of(smell.id, name)).is_some());
    Some(Judgement {
        limits,
        level,
        is_chosen,
    })
}

fn cache(values: &Values, team: Option<CacheBackend>) -> CacheOptions {
    CacheOptions {
        path: values.path("cache.path").map(Path::to_path_buf),
        memory: values.number("cache.limits.memory"),
        disk: values.number("cache.limits.disk"),
        age: days(values.number("cache.limits.age")),
        team,
    }
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days.saturating_mul(SECONDS_OF_A_DAY))
}
