//! Resolves all layers into one configuration.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ConfigProblem, Environment, Exclude, Judgement, LevelOverride, ModelChoice, Origin, Profile,
    Rules, SettingPlace,
    decode::Setting,
    model,
    team::{self, Trouble},
    value::Value,
    values::{Values, of},
};
use crate::{
    cache::{CacheBackend, Namespace},
    smells::{self, Limits, Smell},
};

/// All options, resolved and immutable.
#[derive(Debug, Clone)]
pub struct Config {
    pub rules: Rules,
    pub exclude: Exclude,
    pub cache: CacheOptions,
    /// Maximum number of workspace files that are read in the background for an editor.
    pub max_files: usize,
    /// Whether an editor shows the metrics of functions above them.
    pub code_lens: bool,
    /// Whether rustc may be run on request.
    pub compiler: bool,
    /// Whether rustc is also run ahead of requests, if set.
    pub compiler_ahead: Option<bool>,
    /// Whether a language model may be used on request.
    pub model: ModelChoice,
    /// The file of accepted findings, if configured or present.
    pub baseline: Option<PathBuf>,
    /// The project's folder.
    pub project: PathBuf,
    shown: Vec<Shown>,
}

/// Options of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheOptions {
    /// The cache's file; without one, reports are kept in memory only.
    pub path: Option<PathBuf>,
    /// Maximum size in memory, in bytes.
    pub memory: u64,
    /// Maximum size on disk, in bytes.
    pub disk: u64,
    /// Maximum time that an unused report is kept.
    pub age: Duration,
    /// The team's cache in addition to the file; never [`CacheBackend::Sqlite`].
    pub team: Option<CacheBackend>,
}

/// A value as printed by `config show`: TOML, and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Dotted path.
    pub key: String,
    pub value: String,
    pub origin: Origin,
}

/// Settings of one layer, and the directory that its patterns are relative to.
#[derive(Debug)]
pub(super) struct LayerSettings {
    pub(super) settings: Vec<Setting>,
    pub(super) base: PathBuf,
}

/// What was found in the project besides its configuration.
#[derive(Debug, Default)]
pub(super) struct ProjectPlace {
    pub(super) folder: PathBuf,
    /// A baseline at the default location.
    pub(super) baseline: Option<PathBuf>,
}

const MEMORY: u64 = 4 << 20;
const DISK: u64 = 256 << 20;
const AGE_IN_DAYS: u64 = 30;
const MAX_FILES: u64 = 20_000;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// The configuration, and the problems that are apparent only across layers.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) config: Config,
    pub(super) problems: Vec<ConfigProblem>,
    pub(super) warnings: Vec<String>,
}

/// Resolves `layers`, from the lowest to the highest precedence; `wrong` are the paths of dropped keys.
pub(super) fn resolve(
    layers: Vec<LayerSettings>,
    wrong: &BTreeSet<String>,
    environment: &Environment,
    project: ProjectPlace,
    smells: &[Smell],
) -> Resolved {
    let mut exclude = Exclude::default();
    let mut excluded = Vec::new();
    let mut values = defaults(environment, smells);
    if let Some(baseline) = project.baseline {
        values.set_default("baseline", Value::Path(baseline));
    }
    for LayerSettings { settings, base } in layers {
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
    let (
        team,
        Trouble {
            mut problems,
            warnings,
        },
    ) = team::resolve(&mut values, wrong);
    let (model, problem) = model::resolve(&values, wrong);
    problems.extend(problem);
    let cache = cache(&values, team);
    let max_files = usize::try_from(values.number("workspace.max_files")).unwrap_or(usize::MAX);
    let code_lens = values.get("editor.code_lens") == Some(&Value::Flag(true));
    let compiler = values.get("compiler.enabled") == Some(&Value::Flag(true));
    let compiler_ahead = values.get("compiler.ahead");
    let compiler_ahead = compiler_ahead.map(|it| *it == Value::Flag(true));
    let mut shown = values.shown();
    shown.extend(excluded);
    shown.sort_by(|left, right| left.key.cmp(&right.key));
    let config = Config {
        rules,
        exclude,
        cache,
        max_files,
        code_lens,
        compiler,
        compiler_ahead,
        model,
        baseline: values.path("baseline").map(Path::to_path_buf),
        project: project.folder,
        shown,
    };
    Resolved {
        config,
        problems,
        warnings,
    }
}

impl Config {
    /// All values with their origins, by key. Exclusion patterns are in the order of the layers.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }
}

impl Default for Config {
    /// The options without any layer and without a home directory.
    fn default() -> Self {
        let environment = Environment::default();
        let project = ProjectPlace::default();
        let smells = smells::all();
        resolve(Vec::new(), &BTreeSet::new(), &environment, project, smells).config
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

fn defaults(environment: &Environment, smells: &[Smell]) -> Values {
    let mut values = Values::default();
    let mut set = |key: &str, value| values.set_default(key, value);
    set("profile", Value::Choice("calm"));
    set("workspace.max_files", Value::Number(MAX_FILES));
    set("editor.code_lens", Value::Flag(false));
    set("compiler.enabled", Value::Flag(true));
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
    model::set_defaults(&mut set);
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

fn shown_patterns(patterns: &[String], place: &SettingPlace) -> Shown {
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
