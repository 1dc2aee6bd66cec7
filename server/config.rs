//! Merges layers of options into one immutable configuration.
//!
//! The layers are the defaults, `config.toml` in the user's home, the nearest `rustassistant.toml` of the workspace, the
//! editor, the environment and the command line; a later layer overrides earlier ones key by key. Each layer is parsed into a
//! tree of values with positions and checked against the table of `keys`; all layers are then resolved once into an immutable
//! [`Config`]. An invalid key is ignored and becomes a [`ConfigProblem`]; the command line and the language server decide
//! whether that is fatal.
//!
//! Only [`Environment::of_process`] reads the process's environment. Nothing here knows about the analysed files.

mod decode;
mod environment;
mod exclude;
mod files;
mod keys;
mod load;
mod model;
mod problem;
mod resolve;
mod rules;
mod schema;
mod source;
mod team;
mod tree;
mod units;
mod value;
mod values;

pub use environment::Environment;
pub(crate) use exclude::excess;
pub use exclude::{EntryKind, Exclude};
pub(crate) use files::{BASELINE_FILE, absolute, workspace_of};
pub use load::{FileState, Loaded, LookedAt, Request, load};
pub use model::{
    CHOOSE, HAS_MODEL, ModelBudget, ModelChoice, ModelOptions, ModelProvider, NAME, NO_MODEL,
    REWRITE, is_local,
};
pub use problem::{ConfigProblem, SettingPlace, nearest};
pub use resolve::{CacheOptions, Config, Shown};
pub use rules::{Judgement, LevelOverride, Profile, Rules};
pub use schema::schema;
pub(crate) use units::bytes;
#[cfg(feature = "team")]
pub(crate) use units::tokens;

/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// A file, as displayed to users, and the line of the value.
    File {
        shown: String,
        line: u32,
    },
    Editor,
    /// The variable's name.
    Environment(&'static str),
    /// The flag as written, without a value that may be secret.
    Flag(String),
}

impl From<&SettingPlace> for Origin {
    fn from(place: &SettingPlace) -> Self {
        match place {
            SettingPlace::At { file, line, .. } => Self::File {
                shown: file.clone(),
                line: *line,
            },
            SettingPlace::File(shown) => Self::File {
                shown: shown.clone(),
                line: 1,
            },
            SettingPlace::Editor => Self::Editor,
            SettingPlace::Variable(name) => Self::Environment(name),
            SettingPlace::Flag(text) => Self::Flag(text.clone()),
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { shown, line } => write!(f, "{shown}:{line}"),
            Self::Editor => f.write_str("editor"),
            Self::Environment(variable) => write!(f, "environment: {variable}"),
            Self::Flag(text) => write!(f, "command line: {text}"),
        }
    }
}
