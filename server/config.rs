//! Layers of options become one immutable configuration.
//!
//! Defaults, then `config.toml` in the user's home, then the nearest `rustassistant.toml` of the workspace, then the
//! editor, the environment and the command line; a later layer wins key by key. Each layer is read low, as a tree of values
//! that know their place, and checked against the one table of `keys`; all of them are resolved high, once, into a
//! [`Config`] that nobody changes. A wrong key costs that key only and becomes a [`ConfigProblem`]; whether that ends the
//! program is for the door to say.
//!
//! Nothing here reads the process's environment but [`Environment::of_process`]. Nothing here knows of the files that are
//! analysed.

mod decode;
mod environment;
mod exclude;
mod files;
mod keys;
mod load;
mod problem;
mod resolve;
mod rules;
mod schema;
mod team;
mod tree;
mod units;
mod value;

pub use environment::Environment;
pub(crate) use exclude::excess;
pub use exclude::{Entry, Exclude};
pub(crate) use files::absolute;
pub use load::{Found, Loaded, LookedAt, Request, load};
pub use problem::{ConfigProblem, Place, nearest};
pub use resolve::{CacheOptions, Config, Shown};
pub use rules::{Judgement, LevelOverride, Profile, Rules};
pub use schema::schema;
pub(crate) use units::bytes;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// A file, as it is shown to people, and the line of the value.
    File {
        shown: String,
        line: u32,
    },
    Editor,
    /// The variable's name.
    Environment(&'static str),
    /// The flag's text, without a value that may be secret.
    Flag(String),
}

impl From<&Place> for Origin {
    fn from(place: &Place) -> Self {
        match place {
            Place::At { file, line, .. } => Self::File {
                shown: file.clone(),
                line: *line,
            },
            Place::File(shown) => Self::File {
                shown: shown.clone(),
                line: 1,
            },
            Place::Editor => Self::Editor,
            Place::Variable(name) => Self::Environment(name),
            Place::Flag(text) => Self::Flag(text.clone()),
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
