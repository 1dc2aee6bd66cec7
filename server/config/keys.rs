//! The table of options, from which the decoder, the schema and the documentation are derived.

use crate::smells::Smell;

/// An option.
#[derive(Debug)]
pub(super) struct OptionKey {
    /// Dotted path; [`ANY_SMELL`] stands for the id of any smell.
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    pub(super) reach: Reach,
    /// Description for users, in one or two sentences.
    pub(super) doc: &'static str,
}

impl OptionKey {
    /// The accepted values, for `smell` if the key belongs to one. A limit below the smallest stored measure would have no
    /// effect, so it is refused.
    pub(super) fn shape_for(&self, smell: Option<&Smell>) -> Shape {
        match (self.shape, smell) {
            (Shape::Number { most, .. }, Some(smell)) => Shape::Number {
                least: smell.limits.floor().saturating_sub(1).into(),
                most,
            },
            (shape, _) => shape,
        }
    }

    /// The last segment of the path.
    pub(super) fn name(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or(self.path, |(_, name)| name)
    }
}

/// The values a key accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Flag,
    /// An integer within these inclusive bounds.
    Number {
        least: u64,
        most: u64,
    },
    /// One of these names.
    Choice(&'static [&'static str]),
    /// Patterns as in `.gitignore`.
    Globs,
    /// May start with `~`; relative to the file that contains it.
    Path,
    /// A number of bytes, or a string with a unit.
    Size,
    /// The address of a database or server; may contain `${VARIABLES}` and a password.
    Address,
    /// A string, or where to read it: `{ file = "path" }` or `{ command = ["program", "argument"] }`.
    Secret,
    Namespace,
    PublicKeys,
    /// The address of an HTTP server; may contain `${VARIABLES}`.
    Server,
    /// A name defined elsewhere, such as a model's.
    Word,
    /// A number of tokens, or a string such as "200k".
    Tokens,
    /// A list of these names.
    Choices(&'static [&'static str]),
    /// A number of seconds, or a string with a unit.
    Seconds {
        most: u64,
    },
}

impl Shape {
    /// Whether its value may be displayed.
    pub(super) fn is_public(self) -> bool {
        !matches!(self, Self::Address | Self::Secret | Self::Server)
    }
}

/// The layers that may set a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Everyone,
    /// Every layer may switch it off, but only the user's may switch it on: neither a project nor its editor settings imply
    /// consent.
    EveryoneToSwitchOff,
    /// Only the user's layers: neither a project's file nor editor settings, which a project can ship.
    UserOnly,
}

pub(super) const ANY_SMELL: &str = "<id>";

/// The key that `<smell> = 80` sets.
pub(super) const SHORT: &str = "warn";

/// Keys of the table form of a secret.
pub(super) const FILE: &str = "file";
pub(super) const COMMAND: &str = "command";

pub(super) static KEYS: [OptionKey; 37] = [
    OptionKey {
        path: "profile",
        shape: Shape::Choice(&["calm", "full"]),
        reach: Reach::Everyone,
        doc: "Which findings are reported. `calm`: those that a reviewer would stop at, and all findings of a smell \
              whose first limit or level is set. `full`: all findings above a limit.",
    },
    OptionKey {
        path: "exclude",
        shape: Shape::Globs,
        reach: Reach::Everyone,
        doc: "Files and directories to exclude, as `.gitignore` patterns, relative to the project's file that sets \
              them, otherwise to the workspace. Patterns of all layers apply; later patterns override earlier ones, \
              and `!` includes again.",
    },
    OptionKey {
        path: "baseline",
        shape: Shape::Path,
        reach: Reach::Everyone,
        doc: "The baseline: a file of accepted findings, written by `refactor analyze --write-baseline`. They are \
              not reported unless they become worse. The file has to be in the project; the default is the project's \
              `.rustassistant-baseline.json`, if it exists.",
    },
    OptionKey {
        path: "smells.<id>.enabled",
        shape: Shape::Flag,
        reach: Reach::Everyone,
        doc: "Report this smell.",
    },
    OptionKey {
        path: "smells.<id>.warn",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The limit above which the smell is reported. It can't be less than half of the default limit, because \
              smaller measures are not recorded.",
    },
    OptionKey {
        path: "smells.<id>.strong",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The limit above which a finding is strong; never below `warn`.",
    },
    OptionKey {
        path: "smells.<id>.level",
        shape: Shape::Choice(&["off", "hint", "information", "warning", "error"]),
        reach: Reach::Everyone,
        doc: "The severity of the smell's findings, whatever their measure. By default they are hints, and strong \
              ones are informations.",
    },
    OptionKey {
        path: "workspace.max_files",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The number of files from which on an editor's workspace is no longer analysed in the background.",
    },
    OptionKey {
        path: "editor.code_lens",
        shape: Shape::Flag,
        reach: Reach::Everyone,
        doc: "Show complexity and length above functions with a finding, in editors.",
    },
    OptionKey {
        path: "compiler.ahead",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Check the finding at the cursor with rustc in advance, in a saved workspace, so that its action is \
              available at once. This runs build scripts and procedural macros without choosing an action. By \
              default it is enabled if the editor reports the workspace as trusted and the machine has four or more \
              cores. A project's file and an editor's settings can only set it to `false`.",
    },
    OptionKey {
        path: "compiler.enabled",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Allow checks with rustc on request, such as when extracting a function. They run build scripts and \
              procedural macros. A project's file and an editor's settings can only set it to `false`.",
    },
    OptionKey {
        path: "model.enabled",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Allow requests to the language model set in `model.provider`, when a user asks for it. A project's \
              file and an editor's settings can only set it to `false`.",
    },
    OptionKey {
        path: "model.provider",
        shape: Shape::Choice(&["anthropic", "openai"]),
        reach: Reach::UserOnly,
        doc: "The protocol of the language model: `anthropic`, or `openai` for any server with chat completions, \
              such as Ollama, vLLM, llama.cpp and LM Studio. If unset, nothing is sent. Like every option of `model` \
              except `enabled`, it is read only from the user's file, the environment and the command line.",
    },
    OptionKey {
        path: "model.model",
        shape: Shape::Word,
        reach: Reach::UserOnly,
        doc: "The provider's name for the model.",
    },
    OptionKey {
        path: "model.url",
        shape: Shape::Server,
        reach: Reach::UserOnly,
        doc: "The address of the model's server, such as `http://127.0.0.1:11434/v1`; the default is the provider's \
              own. It may contain `${VARIABLES}` of the environment. Plain http is allowed only for this machine.",
    },
    OptionKey {
        path: "model.api_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The provider's key, such as \"${ANTHROPIC_API_KEY}\", in the same forms as `cache.api_key`. A server \
              on this machine needs none.",
    },
    OptionKey {
        path: "model.budget.day",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "The daily budget of input and output tokens (UTC), as a number or as \"200k\"; 0 allows none. A \
              request that would exceed it is not sent.",
    },
    OptionKey {
        path: "model.budget.month",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "The monthly budget of tokens (UTC).",
    },
    OptionKey {
        path: "model.budget.request",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "The budget of tokens for one request with its answer.",
    },
    OptionKey {
        path: "model.tasks",
        shape: Shape::Choices(&["choose", "name", "rewrite"]),
        reach: Reach::UserOnly,
        doc: "The tasks of the model. `choose` selects and names the parts of a function to extract, `name` proposes \
              names for extracted code, and `rewrite` rewrites a function; the result is checked against the \
              original, compiled and shown.",
    },
    OptionKey {
        path: "model.plans",
        shape: Shape::Number { least: 1, most: 3 },
        reach: Reach::UserOnly,
        doc: "The number of plans to request.",
    },
    OptionKey {
        path: "model.effort",
        shape: Shape::Choice(&["low", "medium", "high"]),
        reach: Reach::UserOnly,
        doc: "The effort requested of a reasoning model; if unset, the request does not specify it. Reasoning counts as output tokens.",
    },
    OptionKey {
        path: "model.context",
        shape: Shape::Number {
            least: 1_024,
            most: MOST,
        },
        reach: Reach::UserOnly,
        doc: "The model's context length in tokens; for a local model this is a setting of its server. A request \
              that doesn't fit is not sent.",
    },
    OptionKey {
        path: "model.test",
        shape: Shape::Flag,
        reach: Reach::UserOnly,
        doc: "Run the tests that name the function or its module, for at most two minutes, before a model's rewrite \
              is shown.",
    },
    OptionKey {
        path: "model.timeout",
        shape: Shape::Seconds { most: 3_600 },
        reach: Reach::UserOnly,
        doc: "The timeout for an answer, as a number of seconds or as \"60s\".",
    },
    OptionKey {
        path: "cache.backend",
        shape: Shape::Choice(&["sqlite", "postgres", "http"]),
        reach: Reach::UserOnly,
        doc: "Where reports are cached: `sqlite` uses only the local file; `postgres` and `http` add a team's cache. \
              By default the address in `cache.url` decides. Like every option of `cache`, it is read only from the \
              user's file, the environment and the command line.",
    },
    OptionKey {
        path: "cache.path",
        shape: Shape::Path,
        reach: Reach::UserOnly,
        doc: "The path of the cache file.",
    },
    OptionKey {
        path: "cache.url",
        shape: Shape::Address,
        reach: Reach::UserOnly,
        doc: "The address of the team's cache: a database (`postgresql://host/name`) or a server \
              (`https://host/path`). It may contain `${VARIABLES}` of the environment. Plain http is allowed only \
              for this machine.",
    },
    OptionKey {
        path: "cache.api_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The key for the team's server, or the database's password. Either a string, which may contain \
              `${VARIABLES}` of the environment, or a file or a command whose first line is used.",
    },
    OptionKey {
        path: "cache.team.namespace",
        shape: Shape::Namespace,
        reach: Reach::UserOnly,
        doc: "The namespace of the team's cache to read and write: `main`, or one for a pull request.",
    },
    OptionKey {
        path: "cache.team.write",
        shape: Shape::Flag,
        reach: Reach::UserOnly,
        doc: "Upload this machine's results to the team's cache. Requires `cache.team.signing_key`.",
    },
    OptionKey {
        path: "cache.team.trusted_keys",
        shape: Shape::PublicKeys,
        reach: Reach::UserOnly,
        doc: "The public keys whose entries are trusted, as printed by `rustassistant cache keygen`.",
    },
    OptionKey {
        path: "cache.team.signing_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The key for signing entries, as written by `rustassistant cache keygen`, in the same forms as \
              `cache.api_key`.",
    },
    OptionKey {
        path: "cache.team.ca_file",
        shape: Shape::Path,
        reach: Reach::UserOnly,
        doc: "A PEM file of certificate authorities to trust in addition to the system's.",
    },
    OptionKey {
        path: "cache.limits.memory",
        shape: Shape::Size,
        reach: Reach::UserOnly,
        doc: "The largest size of cached reports in memory, in bytes or as \"4MB\".",
    },
    OptionKey {
        path: "cache.limits.disk",
        shape: Shape::Size,
        reach: Reach::UserOnly,
        doc: "The largest size of the cache file, in bytes or as \"256MB\".",
    },
    OptionKey {
        path: "cache.limits.age",
        shape: Shape::Number {
            least: 1,
            most: 36_500,
        },
        reach: Reach::UserOnly,
        doc: "The number of days after which unused reports are removed.",
    },
];

const MOST: u64 = 1_000_000_000;

/// The meaning of a path in the table of options.
pub(super) enum At {
    Key(&'static OptionKey),
    /// A table with more keys.
    Table,
    /// `smells.<id>`: a table, or in short form a flag or a number.
    Smell,
    Nothing,
}

/// Looks up the path of `segments`.
pub(super) fn at(segments: &[&str], smells: &[Smell]) -> At {
    let Some(pattern) = pattern(segments, smells) else {
        return At::Nothing;
    };
    if let Some(key) = KEYS.iter().find(|key| key.path == pattern) {
        return At::Key(key);
    }
    let inner = format!("{pattern}.");
    if !KEYS.iter().any(|key| key.path.starts_with(&inner)) {
        return At::Nothing;
    }
    match segments {
        ["smells", _] => At::Smell,
        _ => At::Table,
    }
}

/// The names allowed in the table at `segments`.
pub(super) fn names_in<'a>(segments: &[&str], smells: &'a [Smell]) -> Vec<&'a str> {
    if segments == ["smells"] {
        return smells.iter().map(|smell| smell.id).collect();
    }
    let prefix = pattern(segments, smells).map(|pattern| match pattern.as_str() {
        "" => pattern,
        _ => format!("{pattern}."),
    });
    let Some(prefix) = prefix else {
        return Vec::new();
    };
    let mut names: Vec<&str> = KEYS
        .iter()
        .filter_map(|key| key.path.strip_prefix(&prefix)?.split('.').next())
        .collect();
    names.dedup();
    names
}

/// Whether everything at and below the path is restricted to the user's layers.
pub(super) fn is_user_only(segments: &[&str]) -> bool {
    let is_below = |key: &&OptionKey| {
        let mut names = key.path.split('.');
        segments.iter().all(|segment| names.next() == Some(segment))
    };
    let mut below = KEYS.iter().filter(is_below).peekable();
    below.peek().is_some() && below.all(|key| key.reach == Reach::UserOnly)
}

/// The path with the smell's id, if it has one, replaced by the placeholder.
fn pattern(segments: &[&str], smells: &[Smell]) -> Option<String> {
    let mut segments = segments.to_vec();
    if segments.iter().any(|segment| segment.contains('.')) {
        return None;
    }
    if let ["smells", id, ..] = segments.as_mut_slice() {
        smells.iter().find(|smell| smell.id == *id)?;
        *id = ANY_SMELL;
    }
    Some(segments.join("."))
}
