//! Loads all layers.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
};

use super::{
    Config, ConfigProblem, Environment, SettingPlace,
    decode::{DecodedLayer, Setting, decode},
    environment::{UserVariable, expanded},
    files::{self, Unread},
    keys::{self, At, KEYS, OptionKey, Shape},
    problem::place_in,
    resolve::{LayerSettings, ProjectPlace, Resolved, resolve},
    source::{LayerFile, Source, SourceKind},
    tree::{self, KeyName, Node, Placed, Table},
    value::Value,
};
use crate::{
    os::USER_DIRECTORY,
    smells::{self, Smell},
};

/// The location and the layers to load the configuration for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The directory from which `rustassistant.toml` is searched for upwards.
    pub start: &'a Path,
    /// Files above this directory are ignored. Defaults to the repository of `start`, else the outermost directory with a
    /// manifest, else `start` itself.
    pub workspace: Option<&'a Path>,
    /// The editor's settings, as received through the protocol.
    pub editor: Option<&'a serde_json::Value>,
    /// Entries of the form `KEY=VALUE`: a dotted key and a TOML value, or a bare string.
    pub flags: &'a [String],
}

/// The loaded configuration, with problems and warnings.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub config: Config,
    /// Mistakes in the configuration. The command line refuses to continue; an editor shows a warning.
    pub problems: Vec<ConfigProblem>,
    /// Missing parts of the environment that nothing depends on.
    pub warnings: Vec<String>,
    /// Advice, shown on request.
    pub advice: Vec<String>,
    /// The files that were considered, from the lowest to the highest precedence.
    pub looked_at: Vec<LookedAt>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    pub path: PathBuf,
    pub found: FileState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    Read,
    Absent,
    /// It exists, but can't be read or isn't TOML.
    Refused,
}

impl<'a> Request<'a> {
    /// A request without editor settings and flags.
    pub fn new(start: &'a Path) -> Self {
        Self {
            start,
            workspace: None,
            editor: None,
            flags: &[],
        }
    }
}

/// Reads and resolves all layers. A mistake never affects the remaining settings.
pub fn load(request: &Request<'_>, environment: &Environment) -> Loaded {
    load_for(request, environment, smells::all())
}

pub(super) fn load_for(
    request: &Request<'_>,
    environment: &Environment,
    smells: &[Smell],
) -> Loaded {
    let start = files::absolute(request.start);
    let workspace = match request.workspace {
        Some(workspace) => files::absolute(workspace),
        None => files::workspace_of(&start),
    };
    let mut loader = Loader {
        start: &start,
        workspace: &workspace,
        here: environment.directory.as_deref().unwrap_or(&start),
        environment,
        smells,
        layers: Vec::new(),
        wrong: BTreeSet::new(),
        loaded: Loaded::default(),
    };
    loader.user_file();
    loader.project_file();
    loader.editor(request.editor);
    loader.variables();
    for flag in request.flags {
        loader.flag(flag);
    }
    loader.finish()
}

struct Loader<'a> {
    start: &'a Path,
    workspace: &'a Path,
    /// The base for displayed paths, and for paths in variables and flags.
    here: &'a Path,
    environment: &'a Environment,
    smells: &'a [Smell],
    layers: Vec<LayerSettings>,
    /// Paths of the keys that were dropped.
    wrong: BTreeSet<String>,
    loaded: Loaded,
}

#[derive(Clone, Copy)]
enum Whose {
    User,
    Project,
}

impl Loader<'_> {
    fn user_file(&mut self) {
        let Some(path) = self.environment.config_file() else {
            return;
        };
        match files::read_own(&path) {
            Ok(text) => self.file(path, &text, Whose::User),
            Err(Unread::Absent) => self.looked_at(path, FileState::Absent),
            Err(Unread::Io(error)) if error.kind() == io::ErrorKind::NotADirectory => {
                let home = path.parent().unwrap_or(&path).display();
                let warning = format!("{home} is not a directory, so no options are read from it");
                self.loaded.warnings.push(warning);
                self.looked_at(path, FileState::Refused);
            }
            Err(error) => self.unread(path, &error),
        }
    }

    fn project_file(&mut self) {
        let Some(path) = files::nearest(self.start, self.workspace, files::PROJECT_FILE) else {
            self.looked_at(self.start.join(files::PROJECT_FILE), FileState::Absent);
            return;
        };
        match files::read(&path) {
            Ok(text) => self.file(path, &text, Whose::Project),
            Err(error) => self.unread(path, &error),
        }
    }

    fn file(&mut self, path: PathBuf, text: &str, whose: Whose) {
        let shown = self.shown(&path);
        let table = match tree::from_toml(text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.loaded.problems.push(ConfigProblem {
                    place: place_in(&shown, text, at),
                    key: None,
                    message: format!("{}; the file is ignored", error.message().trim()),
                    suggestion: None,
                });
                self.looked_at(path, FileState::Refused);
                return;
            }
        };
        let file = LayerFile {
            shown: &shown,
            text,
        };
        let kind = match whose {
            Whose::User => SourceKind::UserFile(file),
            Whose::Project => SourceKind::ProjectFile(file),
        };
        let literal = self.decode_layer(&table, kind, path.parent().unwrap_or(self.start));
        if let (Some(key), Whose::User, true) = (literal.first(), whose, files::is_open(&path)) {
            self.loaded.advice.push(format!(
                "{shown} contains a secret (`{key}`) and is readable by other users; run `chmod 600` on it, or use a \
                 variable, a file or a command instead"
            ));
        }
        self.looked_at(path, FileState::Read);
    }

    fn editor(&mut self, options: Option<&serde_json::Value>) {
        match options.map(tree::from_json) {
            None | Some(Node::Nothing) => {}
            Some(Node::Table(table)) => {
                self.decode_layer(&table, SourceKind::Editor, self.workspace);
            }
            Some(other) => self.loaded.problems.push(ConfigProblem {
                place: SettingPlace::Editor,
                key: None,
                message: format!("expected an object, found {}", other.kind()),
                suggestion: None,
            }),
        }
    }

    fn variables(&mut self) {
        for (UserVariable { name, key }, value) in self.environment.own.iter() {
            let Some(key) = KEYS.iter().find(|known| known.path == key) else {
                continue;
            };
            if key.shape == Shape::Path {
                self.path_variable(name, key, Path::new(value));
            } else {
                self.variable(name, key, value);
            }
        }
    }

    fn variable(&mut self, name: &'static str, key: &OptionKey, value: &OsStr) {
        let node = node_of_variable(key.shape, &value.to_string_lossy());
        let tree = key.path.rsplit('.').fold(node, |inner, segment| {
            let pair = (
                KeyName::without_place(segment),
                Placed::without_place(inner),
            );
            Node::Table(vec![pair])
        });
        if let Node::Table(table) = tree {
            self.decode_layer(&table, SourceKind::Variable(name), self.here);
        }
    }

    /// Sets a path without decoding it, as it may not be Unicode. Without a home directory, `~` is kept.
    fn path_variable(&mut self, name: &'static str, key: &'static OptionKey, path: &Path) {
        let user = self.environment.user.as_deref();
        let path = expanded(path, user).unwrap_or_else(|| path.to_path_buf());
        let setting = Setting {
            key,
            smell: None,
            value: Value::Path(self.here.join(path)),
            place: SettingPlace::Variable(name),
        };
        self.layers.push(LayerSettings {
            settings: vec![setting],
            base: self.workspace.to_path_buf(),
        });
    }

    fn flag(&mut self, flag: &str) {
        let shown = shown_flag(flag, self.smells);
        match flag_table(flag) {
            Ok(table) => {
                self.decode_layer(&table, SourceKind::Flag(&shown), self.here);
            }
            Err(message) => self.loaded.problems.push(ConfigProblem {
                place: SettingPlace::Flag(shown),
                key: None,
                message,
                suggestion: None,
            }),
        }
    }

    /// Decodes a layer whose paths are relative to `base`; patterns are relative to the project's file, or else to the
    /// workspace. Returns the paths of the keys whose secret is in plain text.
    fn decode_layer(&mut self, table: &Table, kind: SourceKind<'_>, base: &Path) -> Vec<String> {
        let source = Source {
            kind,
            base,
            user: self.environment.user.as_deref(),
            smells: self.smells,
        };
        let DecodedLayer {
            settings,
            problems,
            wrong,
            literal,
            ..
        } = decode(table, source);
        self.loaded.problems.extend(problems);
        self.wrong.extend(wrong);
        let base = match kind {
            SourceKind::ProjectFile(_) => base.to_path_buf(),
            _ => self.workspace.to_path_buf(),
        };
        self.layers.push(LayerSettings { settings, base });
        literal
    }

    fn unread(&mut self, path: PathBuf, error: &Unread) {
        self.loaded.problems.push(ConfigProblem {
            place: SettingPlace::File(self.shown(&path)),
            key: None,
            message: error.to_string(),
            suggestion: None,
        });
        self.looked_at(path, FileState::Refused);
    }

    fn looked_at(&mut self, path: PathBuf, found: FileState) {
        self.loaded.looked_at.push(LookedAt { path, found });
    }

    fn shown(&self, path: &Path) -> String {
        let shown = path.strip_prefix(self.here).unwrap_or(path);
        shown.display().to_string()
    }

    fn finish(mut self) -> Loaded {
        let Resolved {
            config,
            problems,
            warnings,
        } = resolve(
            self.layers,
            &self.wrong,
            self.environment,
            ProjectPlace {
                folder: self.workspace.to_path_buf(),
                baseline: files::nearest(self.start, self.workspace, files::BASELINE_FILE),
            },
            self.smells,
        );
        self.loaded.config = config;
        self.loaded.problems.extend(problems);
        self.loaded.warnings.extend(warnings);
        if self.loaded.config.cache.path.is_none() {
            let warning = format!(
                "neither RUSTASSISTANT_HOME nor {USER_DIRECTORY} is set: user options are not read, and reports are \
                 kept in memory only"
            );
            self.loaded.warnings.push(warning);
        }
        self.loaded
    }
}

/// Parses a variable's value for a key of this shape.
fn node_of_variable(shape: Shape, text: &str) -> Node {
    match (shape, text.trim()) {
        (Shape::Flag, "true" | "1") => Node::Flag(true),
        (Shape::Flag, "false" | "0") => Node::Flag(false),
        (Shape::PublicKeys | Shape::Choices(_), text) => {
            let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
            let key = |key: &str| Placed::without_place(Node::Text(key.to_owned()));
            Node::List(keys.map(key).collect())
        }
        _ => Node::Text(text.to_owned()),
    }
}

/// Displays a flag, omitting its value if the key may contain a secret.
fn shown_flag(flag: &str, smells: &[Smell]) -> String {
    let Some((name, _)) = flag.split_once('=') else {
        return flag.split(':').next().unwrap_or_default().to_owned();
    };
    let segments: Vec<&str> = name.trim().split('.').map(str::trim).collect();
    let is_public = match keys::at(&segments, smells) {
        At::Key(key) => key.shape.is_public(),
        At::Smell => true,
        At::Table => ![&["cache"][..], &["cache", "team"], &["model"]].contains(&&*segments),
        At::Nothing => false,
    };
    if is_public {
        return flag.to_owned();
    }
    let name = name.split([':', '@']).next().unwrap_or_default();
    format!("{name}=…")
}

/// Parses a flag, whose value is TOML or a string whose quotes were removed by the shell.
fn flag_table(flag: &str) -> Result<Table, String> {
    let Some((key, value)) = flag.split_once('=') else {
        return Err("expected KEY=VALUE".to_owned());
    };
    let quoted = || format!("{key} = {}", toml::Value::from(value));
    tree::from_toml(&format!("{key} = {value}"))
        .or_else(|_| tree::from_toml(&quoted()))
        .map_err(|error| error.message().trim().to_owned())
}

#[cfg(test)]
mod tests;
