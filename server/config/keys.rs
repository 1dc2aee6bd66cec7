//! The one table of options: the decoder, the schema and the documentation are read from it.

use crate::smells::Smell;

/// An option.
#[derive(Debug)]
pub(super) struct OptionKey {
    /// Dotted; [`ANY_SMELL`] stands for the id of any smell.
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    pub(super) reach: Reach,
    /// Description for people, in one or two sentences.
    pub(super) doc: &'static str,
}

impl OptionKey {
    /// The values that it takes, for `smell` if the key is a smell's. A limit below the smallest measure that is kept would
    /// change nothing, so it is refused.
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

/// The values that a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Flag,
    /// A whole number within these bounds, both included.
    Number {
        least: u64,
        most: u64,
    },
    /// One of these names.
    Choice(&'static [&'static str]),
    /// Patterns as in `.gitignore`.
    Globs,
    /// May start with `~`; relative to the file that says it.
    Path,
    /// Bytes, as a number or as a string with a unit.
    Size,
    /// Of a database or a server; may name `${VARIABLES}` and hold a password.
    Address,
    /// A string, or where to read it: `{ file = "path" }` or `{ command = ["program", "argument"] }`.
    Secret,
    Namespace,
    PublicKeys,
    /// Of a server that is asked over http; may name `${VARIABLES}`.
    Server,
    /// Words that others gave, such as a model's name.
    Word,
    /// Tokens, as a number or as a string such as "200k".
    Tokens,
    /// Some of these names.
    Choices(&'static [&'static str]),
    /// A time, as a number of seconds or as a string with a unit.
    Seconds {
        most: u64,
    },
}

impl Shape {
    /// Whether its value may be shown to everybody.
    pub(super) fn is_public(self) -> bool {
        !matches!(self, Self::Address | Self::Secret | Self::Server)
    }
}

/// Whose layers may set a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Everyone,
    /// Everybody may switch it off, and the user alone on: neither a project nor its editor settings stand for consent.
    EveryoneToSwitchOff,
    /// The user alone: neither a project's file nor the editor's settings, which a project can ship.
    UserOnly,
}

pub(super) const ANY_SMELL: &str = "<id>";

/// The key that `<smell> = 80` sets.
pub(super) const SHORT: &str = "warn";

/// Keys of the table that may stand for a secret.
pub(super) const FILE: &str = "file";
pub(super) const COMMAND: &str = "command";

pub(super) static KEYS: [OptionKey; 37] = [
    OptionKey {
        path: "profile",
        shape: Shape::Choice(&["calm", "full"]),
        reach: Reach::Everyone,
        doc: "How much is shown: `calm` says what a reviewer would stop at, and everything of a smell whose first limit or level is set; `full` says everything above a limit.",
    },
    OptionKey {
        path: "exclude",
        shape: Shape::Globs,
        reach: Reach::Everyone,
        doc: "Files and directories to leave out, as patterns of a `.gitignore`, relative to the project's file that says it, elsewhere to the workspace. Those of all layers count, a later pattern before an earlier one; `!` takes back.",
    },
    OptionKey {
        path: "baseline",
        shape: Shape::Path,
        reach: Reach::Everyone,
        doc: "The file of findings that are accepted and not told as long as they get no worse, as `refactor analyze --write-baseline` writes it. It lies in the project; without it `.rustassistant-baseline.json` in the project counts where it is there.",
    },
    OptionKey {
        path: "smells.<id>.enabled",
        shape: Shape::Flag,
        reach: Reach::Everyone,
        doc: "Whether the smell is looked for.",
    },
    OptionKey {
        path: "smells.<id>.warn",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The largest measure that is still fine. Less than half of the smell's own limit is not measured and can't be set.",
    },
    OptionKey {
        path: "smells.<id>.strong",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The largest measure that is not yet strong; never below `warn`.",
    },
    OptionKey {
        path: "smells.<id>.level",
        shape: Shape::Choice(&["off", "hint", "information", "warning", "error"]),
        reach: Reach::Everyone,
        doc: "What findings of the smell are shown as, whatever they measure. Without it they are hints, and informations where strong.",
    },
    OptionKey {
        path: "workspace.max_files",
        shape: Shape::Number {
            least: 0,
            most: MOST,
        },
        reach: Reach::Everyone,
        doc: "The number of files at which an editor's workspace is no longer read in the background.",
    },
    OptionKey {
        path: "editor.code_lens",
        shape: Shape::Flag,
        reach: Reach::Everyone,
        doc: "Whether an editor shows complexity and length above functions with a finding.",
    },
    OptionKey {
        path: "compiler.ahead",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Whether rustc is asked ahead what the finding under a resting cursor would need, in a saved workspace, so that its action is there at once. That runs build scripts and procedural macros without anybody choosing an action. Unless it is set, it is so where the editor says that the workspace is trusted and the machine has four cores or more. A project's file and an editor's settings can only say `false`.",
    },
    OptionKey {
        path: "compiler.enabled",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Whether rustc may be asked where a person asks for it, as by extracting a function. It runs build scripts and procedural macros. A project's file and an editor's settings can only say `false`.",
    },
    OptionKey {
        path: "model.enabled",
        shape: Shape::Flag,
        reach: Reach::EveryoneToSwitchOff,
        doc: "Whether a language model may be asked, where `model.provider` names one and a person asks for it. A project's file and an editor's settings can only say `false`.",
    },
    OptionKey {
        path: "model.provider",
        shape: Shape::Choice(&["anthropic", "openai"]),
        reach: Reach::UserOnly,
        doc: "How a language model is spoken to: `anthropic`, or `openai` for any server with chat completions, as Ollama, vLLM, llama.cpp and LM Studio are. Without it nothing is sent anywhere. Only in the user's file, the environment or on the command line, as everything of `model` but `enabled`.",
    },
    OptionKey {
        path: "model.model",
        shape: Shape::Word,
        reach: Reach::UserOnly,
        doc: "The model's name, as its provider says it.",
    },
    OptionKey {
        path: "model.url",
        shape: Shape::Server,
        reach: Reach::UserOnly,
        doc: "The address of the model's server, as in `http://127.0.0.1:11434/v1`; without it the provider's own. It may name `${VARIABLES}` of the environment. Plain http is only for this machine.",
    },
    OptionKey {
        path: "model.api_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The provider's key, as in \"${ANTHROPIC_API_KEY}\". Written as `cache.api_key`; a server on this machine needs none.",
    },
    OptionKey {
        path: "model.budget.day",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "Tokens, in and out, that a day of UTC may cost, as a number or as \"200k\"; 0 spends nothing. A request that would cost more is not sent.",
    },
    OptionKey {
        path: "model.budget.month",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "The same for a month of UTC.",
    },
    OptionKey {
        path: "model.budget.request",
        shape: Shape::Tokens,
        reach: Reach::UserOnly,
        doc: "The same for one request with its answer.",
    },
    OptionKey {
        path: "model.tasks",
        shape: Shape::Choices(&["choose", "name", "rewrite"]),
        reach: Reach::UserOnly,
        doc: "What a model is asked for: `choose` picks and names the parts of a function that become functions, `name` finds names for what is extracted, `rewrite` writes a function anew, which is held against the old one, compiled and shown.",
    },
    OptionKey {
        path: "model.plans",
        shape: Shape::Number { least: 1, most: 3 },
        reach: Reach::UserOnly,
        doc: "How many plans are asked for.",
    },
    OptionKey {
        path: "model.effort",
        shape: Shape::Choice(&["low", "medium", "high"]),
        reach: Reach::UserOnly,
        doc: "How much a model that reasons is told to do so; without it nothing is said of it. Reasoning is paid for as what is answered.",
    },
    OptionKey {
        path: "model.context",
        shape: Shape::Number {
            least: 1_024,
            most: MOST,
        },
        reach: Reach::UserOnly,
        doc: "Tokens that the model reads at once, which is the server's own setting for a local one. What doesn't fit is not sent.",
    },
    OptionKey {
        path: "model.test",
        shape: Shape::Flag,
        reach: Reach::UserOnly,
        doc: "Whether the tests that name a function or its module are run, for two minutes at most, before it is shown as a model has written it.",
    },
    OptionKey {
        path: "model.timeout",
        shape: Shape::Seconds { most: 3_600 },
        reach: Reach::UserOnly,
        doc: "How long an answer may take, as a number of seconds or as \"60s\".",
    },
    OptionKey {
        path: "cache.backend",
        shape: Shape::Choice(&["sqlite", "postgres", "http"]),
        reach: Reach::UserOnly,
        doc: "Where reports are kept: `sqlite` is the local file alone; `postgres` and `http` add a team's cache behind it. Without it the address in `cache.url` decides. Only in the user's file, the environment or on the command line, as everything of `cache`.",
    },
    OptionKey {
        path: "cache.path",
        shape: Shape::Path,
        reach: Reach::UserOnly,
        doc: "The file that reports are kept in.",
    },
    OptionKey {
        path: "cache.url",
        shape: Shape::Address,
        reach: Reach::UserOnly,
        doc: "The address of the team's cache: a database as `postgresql://host/name`, or a server as `https://host/path`. It may name `${VARIABLES}` of the environment. Plain http is only for this machine.",
    },
    OptionKey {
        path: "cache.api_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The key that the team's server asks for, or the database's password. A string, in which `${VARIABLE}` stands for a variable of the environment, or the first line of a file or of what a program prints.",
    },
    OptionKey {
        path: "cache.team.namespace",
        shape: Shape::Namespace,
        reach: Reach::UserOnly,
        doc: "The part of the team's cache that is read and written: `main`, or one of a pull request's own.",
    },
    OptionKey {
        path: "cache.team.write",
        shape: Shape::Flag,
        reach: Reach::UserOnly,
        doc: "Whether what this machine computes goes to the team's cache. Needs `cache.team.signing_key`.",
    },
    OptionKey {
        path: "cache.team.trusted_keys",
        shape: Shape::PublicKeys,
        reach: Reach::UserOnly,
        doc: "The public keys of those whose entries are believed, as `rustassistant cache keygen` prints them.",
    },
    OptionKey {
        path: "cache.team.signing_key",
        shape: Shape::Secret,
        reach: Reach::UserOnly,
        doc: "The key that entries are signed with, as `rustassistant cache keygen` writes it. Written as `cache.api_key`.",
    },
    OptionKey {
        path: "cache.team.ca_file",
        shape: Shape::Path,
        reach: Reach::UserOnly,
        doc: "A file of certificates, in PEM, of authorities that are believed beside the system's.",
    },
    OptionKey {
        path: "cache.limits.memory",
        shape: Shape::Size,
        reach: Reach::UserOnly,
        doc: "Bytes of reports that are held in memory, as a number or as \"4MB\".",
    },
    OptionKey {
        path: "cache.limits.disk",
        shape: Shape::Size,
        reach: Reach::UserOnly,
        doc: "Bytes that the cache's file may take, as a number or as \"256MB\".",
    },
    OptionKey {
        path: "cache.limits.age",
        shape: Shape::Number {
            least: 1,
            most: 36_500,
        },
        reach: Reach::UserOnly,
        doc: "Days for which a report is kept that nobody asks for.",
    },
];

const MOST: u64 = 1_000_000_000;

/// The entry of the table at a path.
pub(super) enum At {
    Key(&'static OptionKey),
    /// More keys.
    Table,
    /// `smells.<id>`: a table, and in short also a flag or a number.
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

/// The names that may stand inside the table of `segments`.
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

/// Whether everything at and below the path is for the user alone.
pub(super) fn is_user_only(segments: &[&str]) -> bool {
    let is_below = |key: &&OptionKey| {
        let mut names = key.path.split('.');
        segments.iter().all(|segment| names.next() == Some(segment))
    };
    let mut below = KEYS.iter().filter(is_below).peekable();
    below.peek().is_some() && below.all(|key| key.reach == Reach::UserOnly)
}

/// The path with the smell's id, if it is one, left open.
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
