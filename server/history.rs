//! What git knows of a folder: the one room that asks it, and only what has changed.
//!
//! A repository may bring its own configuration, and nothing of it is run: git is asked with every filter, hook, watcher and
//! transport switched off.

use std::{
    collections::BTreeSet,
    env,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{
    os,
    text::{printable, shortened},
};

/// So long git may take for one answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// Characters of what git says of a failure.
const LONGEST_WORDS: usize = 300;
/// What a configuration could start.
const SWITCHED_OFF: [&str; 3] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "protocol.allow=never",
];

/// Why nothing is known of what has changed.
#[derive(Debug, thiserror::Error)]
pub enum NoHistory {
    #[error("there is no git on the PATH, and what has changed is asked of it")]
    NoGit,
    #[error("`{}` is no revision, as it begins with `-`", printable(.0))]
    LooksLikeOption(String),
    #[error("git doesn't tell: {0}")]
    Git(String),
    #[error("git was ended after {} seconds", PATIENCE.as_secs())]
    Late,
}

/// The files below a folder that are other ones than at a revision, or new; relative to the folder and sorted. Files that were
/// touched without a change may be among them.
pub fn changed_since(folder: &Path, revision: &str) -> Result<Vec<PathBuf>, NoHistory> {
    if revision.starts_with('-') {
        return Err(NoHistory::LooksLikeOption(revision.to_owned()));
    }
    if revision.contains('\0') {
        return Err(NoHistory::Git("a revision holds no zero byte".to_owned()));
    }
    let filters = filters(folder)?;
    let git = |arguments: &[&str]| git(folder, arguments, &filters);
    let commit = format!("{revision}^{{commit}}");
    let commit = git(&["rev-parse", "--verify", "--end-of-options", &commit])?;
    let commit = commit.trim().to_owned();
    let changed = [
        "diff-index",
        "--name-only",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--ignore-submodules=all",
        "--relative",
        "-z",
        "--end-of-options",
        &commit,
        "--",
    ];
    let new = ["ls-files", "--others", "--exclude-standard", "-z"];
    let mut files = BTreeSet::new();
    for names in [git(&changed)?, git(&new)?] {
        let names = names.split('\0').filter(|name| !name.is_empty());
        files.extend(names.map(PathBuf::from));
    }
    Ok(files.into_iter().collect())
}

/// The keys of the configuration that name programs which git has files pass through before it compares them, and whether it
/// must.
fn filters(folder: &Path) -> Result<Vec<String>, NoHistory> {
    let keys = r"^filter\..*\.(clean|smudge|process|required)$";
    let arguments = ["config", "--null", "--name-only", "--get-regexp", keys];
    match git(folder, &arguments, &[]) {
        Ok(names) => Ok(names.split_terminator('\0').map(str::to_owned).collect()),
        // There are none, or there is no repository, which the next question tells.
        Err(NoHistory::Git(_)) => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}

/// What git says on its standard output, where these keys of its configuration are empty.
fn git(folder: &Path, arguments: &[&str], emptied: &[String]) -> Result<String, NoHistory> {
    let mut command = Command::new("git");
    for option in SWITCHED_OFF {
        command.args(["-c", option]);
    }
    let known = env::var("GIT_CONFIG_COUNT").ok();
    let known: usize = known.and_then(|count| count.parse().ok()).unwrap_or(0);
    for (at, key) in (known..).zip(emptied) {
        command.env(format!("GIT_CONFIG_KEY_{at}"), key);
        command.env(format!("GIT_CONFIG_VALUE_{at}"), "");
    }
    command.env("GIT_CONFIG_COUNT", (known + emptied.len()).to_string());
    command
        .args(["--no-pager", "--literal-pathspecs"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    os::own_group(&mut command);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => NoHistory::NoGit,
        _ => NoHistory::Git(error.to_string()),
    })?;
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    let Ok(out) = out.recv_timeout(PATIENCE) else {
        os::end_group(child.id());
        let _ = child.kill();
        let _ = child.wait();
        return Err(NoHistory::Late);
    };
    let status = child
        .wait()
        .map_err(|error| NoHistory::Git(error.to_string()))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&out).into_owned());
    }
    let err = err.recv_timeout(PATIENCE).unwrap_or_default();
    let words = String::from_utf8_lossy(&err);
    let line = words.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or("it failed without a word");
    let words = printable(line.trim_start_matches("fatal: ")).into_owned();
    Err(NoHistory::Git(
        shortened(&words, LONGEST_WORDS).into_owned(),
    ))
}

/// Everything that a program says, once it has said it.
fn read(from: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // What was read until a fault counts.
            let _ = from.read_to_end(&mut bytes);
        }
        // Whoever waited may be gone.
        let _ = sender.send(bytes);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn run(folder: &Path, arguments: &[&str]) {
        let run = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
    }

    fn repository() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        for name in ["a.rs", "in/b.rs", "in/c.rs"] {
            fs::write(root.path().join(name), "fn f() {}\n").unwrap();
        }
        fs::write(root.path().join(".gitignore"), "left.rs\n").unwrap();
        run(root.path(), &["init", "-q"]);
        run(root.path(), &["add", "."]);
        run(root.path(), &["commit", "-q", "-m", "a"]);
        root
    }

    #[test]
    fn what_changed_and_what_is_new_is_told_from_the_folder() {
        let root = repository();
        let folder = root.path().join("in");
        assert!(changed_since(&folder, "HEAD").unwrap().is_empty());
        for (name, text) in [
            ("a.rs", "x"),
            ("in/b.rs", "x"),
            ("in/d e.rs", ""),
            ("in/left.rs", ""),
        ] {
            fs::write(root.path().join(name), text).unwrap();
        }
        let expected = [Path::new("b.rs"), Path::new("d e.rs")];
        assert_eq!(changed_since(&folder, "HEAD").unwrap(), expected);
        assert_eq!(changed_since(root.path(), "HEAD").unwrap().len(), 3);
    }

    #[test]
    fn what_is_no_revision_is_refused() {
        let root = repository();
        for revision in [
            "--output=x",
            "-h",
            "none",
            "",
            "HEAD\0",
            "HEAD:a.rs",
            "a b",
            "\u{1b}[31m",
        ] {
            let why = changed_since(root.path(), revision)
                .unwrap_err()
                .to_string();
            assert!(!why.contains('\u{1b}'), "{why:?}");
        }
        assert!(!root.path().join("x").exists());
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(changed_since(elsewhere.path(), "HEAD").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_that_a_repository_brings_along_is_run() {
        let root = repository();
        let trap = format!("touch {}/ran; cat", root.path().display());
        for (key, value) in [
            ("core.fsmonitor", trap.as_str()),
            ("core.pager", &trap),
            ("diff.external", &trap),
            ("filter.trap.clean", &trap),
            ("filter.trap.process", &trap),
            ("filter.trap.required", "true"),
            ("diff.trap.textconv", &trap),
            ("diff.trap.command", &trap),
            ("core.alternateRefsCommand", &trap),
        ] {
            run(root.path(), &["config", key, value]);
        }
        fs::write(
            root.path().join(".gitattributes"),
            "*.rs filter=trap diff=trap\n",
        )
        .unwrap();
        fs::write(root.path().join("a.rs"), "fn g() {}\n").unwrap();
        // Where the index is no younger than a file, git compares contents.
        let index = fs::File::options()
            .write(true)
            .open(root.path().join(".git/index"));
        let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        index.unwrap().set_modified(long_ago).unwrap();
        let changed = changed_since(root.path(), "HEAD").unwrap();
        assert_eq!(changed, [Path::new(".gitattributes"), Path::new("a.rs")]);
        assert!(!root.path().join("ran").exists());
    }
}
