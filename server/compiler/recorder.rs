//! Acts as a wrapper of rustc that records its arguments and calls rustc.

use std::{
    collections::HashMap,
    env,
    ffi::{OsStr, OsString},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use serde::{Deserialize, Serialize};

/// The folder of recordings; if set, this process acts as the wrapper.
const FOLDER: &str = "RUSTASSISTANT_RECORD";
/// The variables set before cargo added its own, with hashes of their values.
const KNOWN: &str = "RUSTASSISTANT_RECORD_KNOWN";
/// The wrapper that would be called otherwise.
const CHAINED: &str = "RUSTASSISTANT_RECORD_CHAINED";

/// Prefix of this program's name, followed by a hash, as a wrapper that records nothing.
pub(super) const ALIAS: &str = "as-";

/// Variables without meaning once cargo has ended: those of this program, and the files of the jobserver.
const OF_ITS_TIME: [&str; 7] = [
    FOLDER,
    KNOWN,
    CHAINED,
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_MAKEFLAGS",
    "MAKEFLAGS",
    "MFLAGS",
];

/// The call of rustc for one unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Recording {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    /// Variables that cargo and build scripts set or changed.
    pub(super) variables: Vec<(String, String)>,
    pub(super) directory: PathBuf,
}

/// Makes cargo call this program as the wrapper of rustc.
pub(super) fn record_with(
    cargo: &mut Command,
    folder: &Path,
    chained: Option<&OsStr>,
) -> io::Result<()> {
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?)
        .env(FOLDER, folder)
        .env(KNOWN, known());
    if let Some(chained) = chained {
        cargo.env(CHAINED, chained);
    }
    Ok(())
}

/// Acts as the wrapper if this process was started as one.
pub fn stand_in() -> Option<ExitCode> {
    let folder = env::var_os(FOLDER);
    let mut words = env::args_os();
    let own = words.next().unwrap_or_default();
    if folder.is_none() && !is_alias(Path::new(&own)) {
        return None;
    }
    let words: Vec<OsString> = env::var_os(CHAINED).into_iter().chain(&mut words).collect();
    let (program, arguments) = words.split_first()?;
    // A unit that isn't recorded gets no verdict.
    if let Some(folder) = folder
        && let Some(recording) = Recording::of(program, arguments)
    {
        let _ = recording.keep(Path::new(&folder));
    }
    let mut command = Command::new(program);
    command.args(arguments);
    for name in [FOLDER, KNOWN, CHAINED] {
        command.env_remove(name);
    }
    let status = command.status().ok()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Some(ExitCode::from(code.unwrap_or(101)))
}

/// Makes cargo call this program under another name, and then the user's wrapper. Other programs that cargo starts, such as
/// tests, see no variables of a recording.
pub(super) fn pass_through(cargo: &mut Command, alias: &Path, chained: Option<&OsStr>) {
    forget(cargo);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", alias);
    if let Some(chained) = chained {
        cargo.env(CHAINED, chained);
    }
}

fn is_alias(program: &Path) -> bool {
    let name = program.file_stem().and_then(OsStr::to_str);
    let hash = name.and_then(|name| name.strip_prefix(ALIAS));
    hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Removes irrelevant variables.
pub(super) fn forget(command: &mut Command) {
    for name in OF_ITS_TIME {
        command.env_remove(name);
    }
}

impl Recording {
    /// Returns `None` for a call that compiles no file or has arguments that aren't UTF-8.
    fn of(program: &OsStr, arguments: &[OsString]) -> Option<Self> {
        let text = |word: &OsStr| word.to_str().map(str::to_owned);
        let arguments: Option<Vec<String>> = arguments.iter().map(|word| text(word)).collect();
        let recording = Self {
            program: text(program)?,
            arguments: arguments?,
            variables: new_variables(),
            directory: env::current_dir().ok()?,
        };
        recording.root()?;
        Some(recording)
    }

    /// Returns the value of an option that is one or two arguments.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let words = self.arguments.iter().enumerate();
        let mut values = words.filter_map(|(at, word)| {
            let rest = word.strip_prefix(name)?;
            if rest.is_empty() {
                return self.arguments.get(at + 1).map(String::as_str);
            }
            rest.strip_prefix('=')
        });
        values.next()
    }

    /// Returns the value of `-C name=value`.
    pub(super) fn codegen(&self, name: &str) -> Option<&str> {
        let mut words = self.arguments.iter();
        words.find_map(|word| {
            let option = word.strip_prefix("-C").unwrap_or(word);
            option.strip_prefix(name)?.strip_prefix('=')
        })
    }

    /// Returns the index of the crate root among the arguments.
    pub(super) fn root(&self) -> Option<usize> {
        self.option("--crate-name")?;
        let is_rust = |word: &String| {
            let end = Path::new(word).extension();
            !word.starts_with('-') && end.is_some_and(|end| end == "rs")
        };
        self.arguments.iter().position(is_rust)
    }

    fn keep(&self, folder: &Path) -> io::Result<()> {
        let name = self.option("--crate-name").unwrap_or_default();
        let extra = self.codegen("extra-filename").unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        self.option("--out-dir").hash(&mut hasher);
        self.arguments
            .iter()
            .any(|word| word == "--test")
            .hash(&mut hasher);
        let file = folder.join(format!("{name}{extra}-{:016x}.json", hasher.finish()));
        let text = serde_json::to_vec(self)?;
        let mut kept = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut kept, &text)?;
        kept.persist(file)?;
        Ok(())
    }
}

/// Returns all recordings in a folder.
pub(super) fn recordings(folder: &Path) -> Vec<Recording> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| fs::read(path).ok());
    texts
        .filter_map(|text| serde_json::from_slice(&text).ok())
        .collect()
}

fn known() -> String {
    let variables = env::vars_os().map(|(name, value)| {
        let name = name.to_string_lossy();
        format!("{name}={:016x}\n", hash(&value))
    });
    variables.collect()
}

fn new_variables() -> Vec<(String, String)> {
    let known = env::var(KNOWN).unwrap_or_default();
    let lines = known.lines().filter_map(|line| line.rsplit_once('='));
    let known: HashMap<&str, &str> = lines.collect();
    let variables = env::vars().filter(|(name, value)| {
        let hash = format!("{:016x}", hash(OsStr::new(value)));
        !OF_ITS_TIME.contains(&name.as_str()) && known.get(name.as_str()) != Some(&hash.as_str())
    });
    variables.collect()
}

fn hash(value: &OsStr) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(words: &str) -> Recording {
        Recording {
            program: "rustc".to_owned(),
            arguments: words.split(' ').map(str::to_owned).collect(),
            variables: Vec::new(),
            directory: PathBuf::new(),
        }
    }

    #[test]
    fn what_cargo_asks_for_is_found_in_its_words() {
        let call = recording(
            "--crate-name a --edition=2021 src/lib.rs --out-dir /t -C extra-filename=-1 -Cincremental=/i",
        );
        assert_eq!(call.root(), Some(3));
        assert_eq!(call.option("--edition"), Some("2021"));
        assert_eq!(call.option("--out-dir"), Some("/t"));
        assert_eq!(call.codegen("extra-filename"), Some("-1"));
        assert_eq!(call.codegen("incremental"), Some("/i"));
        assert_eq!(call.codegen("metadata"), None);
    }

    #[test]
    fn only_our_own_names_stand_for_rustc() {
        for (program, expected) in [
            ("/t/as-0123456789abcdef", true),
            ("as-0123456789abcdef.exe", true),
            ("rustassistant", false),
            ("as-0123456789abcdeg", false),
            ("as-", false),
            ("", false),
        ] {
            assert_eq!(is_alias(Path::new(program)), expected, "{program}");
        }
    }

    #[test]
    fn questions_are_no_units() {
        assert_eq!(recording("-vV").root(), None);
        assert_eq!(
            recording("- --crate-name ___ --print=file-names").root(),
            None
        );
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let call = recording("--crate-name a src/lib.rs");
        call.keep(folder.path()).unwrap();
        call.keep(folder.path()).unwrap();
        fs::write(folder.path().join("junk.json"), "{").unwrap();
        let found = recordings(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].arguments, call.arguments);
    }
}
