//! Reads the earlier versions of files from git. Git only runs on request, and nothing that the repository configures is
//! executed.
//!
//! Files on disk are compared here, because git would run the filters, text converters and drivers that a repository
//! configures.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use crate::{
    os,
    programs::{self, NotRun, Said, Stop},
    text::{printable, shortened},
    workspace::is_rust,
};

/// Maximum number of file contents requested per call, which bounds the size of the output.
const FILES_AT_ONCE: usize = 500;
/// Maximum number of commits to examine.
const MOST_COMMITS: usize = 10_000;
/// Maximum length of git's error message in characters.
const LONGEST_WORDS: usize = 300;
/// Timeout of a call; repositories may be many gigabytes large.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, thiserror::Error)]
pub enum NoHistory {
    // The message already includes the cause, so it isn't marked as a source.
    #[error("{why}; git is needed to find changes, so install it and put it on PATH")]
    NotRun { why: NotRun },
    #[error("`{}` is not in a git repository, so changes are unknown", printable(&.0.to_string_lossy()))]
    NoRepository(PathBuf),
    #[error(
        "these paths are in different git repositories, `{}` and `{}`; pass paths of only one",
        printable(&one.to_string_lossy()),
        printable(&other.to_string_lossy())
    )]
    Several { one: PathBuf, other: PathBuf },
    #[error("`{}` is not a revision of this repository; pass a branch, a tag or a commit", printable(.0))]
    NoRevision(String),
    #[error("`{}` is not a revision of this repository, which has no commits yet", printable(.0))]
    NoCommit(String),
    #[error(
        "`{}` is not a revision of this shallow clone; `git fetch --unshallow` fetches older commits",
        printable(.0)
    )]
    Shallow(String),
    #[error(
        "the content of {count} file{} is missing in this partial clone; `git fetch --refetch` fetches it",
        if *count == 1 { "" } else { "s" }
    )]
    NoContent { count: usize },
    #[error("git failed: {0}")]
    Failed(String),
}

impl From<NotRun> for NoHistory {
    fn from(why: NotRun) -> Self {
        Self::NotRun { why }
    }
}

/// The two states to compare.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// The files on disk with the merge base of `HEAD` and the revision.
    Revision(&'a str),
    /// The files on disk with the revision itself.
    Exactly(&'a str),
    /// The staged files with the last commit.
    Staged,
}

/// Source texts of Rust files, by their paths with links resolved.
type Texts = BTreeMap<PathBuf, Arc<str>>;

/// The state that changes are compared with.
#[derive(Debug, Default)]
pub struct Before {
    /// The old source texts; a file that isn't here is new.
    pub old: Texts,
    /// The staged source texts of files that differ, when comparing the index.
    pub staged: Option<Texts>,
    /// A remark for the user on how the comparison was made.
    pub note: Option<String>,
    /// The repository's root, with links resolved.
    pub root: PathBuf,
    /// Submodules, which have their own history.
    pub submodules: Vec<PathBuf>,
    /// Number of files whose content is missing from this clone.
    lacking: usize,
}

/// Returns the root of the repository around all of these folders, with links resolved.
pub fn repository(folders: &BTreeSet<PathBuf>) -> Result<PathBuf, NoHistory> {
    let mut roots = folders.iter().map(|folder| Git { folder }.root());
    let first = roots.next();
    let one = first.unwrap_or_else(|| Err(NoHistory::NoRepository(PathBuf::new())))?;
    for other in roots {
        let other = other?;
        if other != one {
            return Err(NoHistory::Several { one, other });
        }
    }
    Ok(one)
}

/// Returns the old state of the Rust files of the repository around `folder`.
pub fn before(folder: &Path, against: Against<'_>) -> Result<Before, NoHistory> {
    let root = Git { folder }.root()?;
    let git = Git { folder: &root };
    match against {
        Against::Revision(revision) => {
            let (base, note) = git.base(revision)?;
            Ok(Before {
                note,
                ..git.tree(&base)?
            })
        }
        Against::Exactly(revision) => {
            let before = git.tree(&git.commit(revision)?)?;
            match before.lacking {
                0 => Ok(before),
                count => Err(NoHistory::NoContent { count }),
            }
        }
        Against::Staged => {
            let arguments = [
                "diff-index",
                "--cached",
                "--raw",
                "-z",
                "--no-renames",
                "--no-abbrev",
            ];
            let base = git.head()?;
            let listed = git.ask(arguments.into_iter().chain([base.as_str()]))?;
            let (old, new) = index_entries(&listed);
            let (old, _) = git.texts(&root, &old)?;
            let (staged, _) = git.texts(&root, &new)?;
            Ok(Before {
                old,
                staged: Some(staged),
                root: root.clone(),
                ..Before::default()
            })
        }
    }
}

/// Commits that changed each file, by its path with links resolved.
#[derive(Debug, Default)]
pub struct Churn {
    /// Indices of commits, without duplicates.
    pub commits: BTreeMap<PathBuf, Vec<usize>>,
    /// A remark for the user on how the commits were counted.
    pub note: Option<String>,
}

/// Returns the commits of the last year that changed each Rust file of the repository around `folder`, without merges.
pub fn churn(folder: &Path) -> Result<Churn, NoHistory> {
    let root = Git { folder }.root()?;
    let git = Git { folder: &root };
    if git.head_commit()?.is_none() {
        return Ok(Churn::default());
    }
    let most = format!("--max-count={MOST_COMMITS}");
    let listed = git.ask([
        "rev-list",
        "--no-merges",
        "--since=1.year.ago",
        &most,
        "HEAD",
    ])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names: Vec<&str> = listed.lines().collect();
    let mut commits: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    let mut before = 0;
    for names in names.chunks(FILES_AT_ONCE) {
        for (commit, path) in git.changed_in(names)? {
            let commits = commits.entry(root.join(path)).or_default();
            commits.push(before + commit);
        }
        before += names.len();
    }
    let is_shallow = git.run(Vec::new(), ["rev-parse", "--is-shallow-repository"])?;
    let note = match line_of(&is_shallow.out).as_str() {
        "true" => Some("this clone is shallow, so only its own commits are counted".to_owned()),
        _ if names.len() >= MOST_COMMITS => {
            Some(format!("only the last {MOST_COMMITS} commits are counted"))
        }
        _ => None,
    };
    Ok(Churn { commits, note })
}

/// A path below the repository's root, and the object name of its content.
type Entry = (PathBuf, String);

/// Parses the Rust files from the output of `ls-tree -z`: mode, type and object name, then a tab and the path.
fn tree_entries(listed: &[u8]) -> Vec<Entry> {
    let entries = listed.split(|byte| *byte == 0);
    let entries = entries.filter_map(|entry| {
        let tab = entry.iter().position(|byte| *byte == b'\t')?;
        let head = std::str::from_utf8(&entry[..tab]).ok()?;
        let [mode, _, name] = head.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        entry_of(mode, name, &entry[tab + 1..])
    });
    entries.collect()
}

/// Parses the submodules from the output of `ls-tree -z`.
fn submodules(listed: &[u8]) -> Vec<PathBuf> {
    let entries = listed.split(|byte| *byte == 0);
    let submodules = entries.filter(|entry| entry.starts_with(b"160000 "));
    let paths = submodules.filter_map(|entry| {
        let tab = entry.iter().position(|byte| *byte == b'\t')?;
        Some(os::path_of(&entry[tab + 1..]))
    });
    paths.collect()
}

/// Parses the Rust files from the output of `diff-index --raw -z`, in their old and new states: modes, object names and a
/// status letter, then a null byte and the path.
fn index_entries(listed: &[u8]) -> (Vec<Entry>, Vec<Entry>) {
    let mut fields = listed.split(|byte| *byte == 0);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
        let head = String::from_utf8_lossy(head);
        let words: Vec<_> = head.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old_name, new_name, _] = words[..] else {
            continue;
        };
        old.extend(entry_of(old_mode, old_name, path));
        new.extend(entry_of(new_mode, new_name, path));
    }
    (old, new)
}

/// Returns `None` for links and submodules, which have no source text.
fn entry_of(mode: &str, name: &str, path: &[u8]) -> Option<Entry> {
    let path = os::path_of(path);
    (is_rust(&path) && mode.starts_with("100")).then(|| (path, name.to_owned()))
}

/// Runs git in a folder.
struct Git<'a> {
    folder: &'a Path,
}

impl Git<'_> {
    fn root(&self) -> Result<PathBuf, NoHistory> {
        let said = self.run(Vec::new(), ["rev-parse", "--show-toplevel"])?;
        if !said.is_success {
            return Err(match words_of(&said.err) {
                why if why.contains("not a git repository") => {
                    NoHistory::NoRepository(self.folder.to_path_buf())
                }
                why => NoHistory::Failed(why),
            });
        }
        let line = said.out.strip_suffix(b"\n").unwrap_or(&said.out);
        let root = os::path_of(line).canonicalize();
        root.map_err(|error| NoHistory::Failed(error.to_string()))
    }

    /// Returns all Rust files of a commit. The folder must be the root.
    fn tree(&self, commit: &str) -> Result<Before, NoHistory> {
        let listed = self.ask(["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let (old, lacking) = self.texts(self.folder, &tree_entries(&listed))?;
        let submodules = submodules(&listed).into_iter();
        Ok(Before {
            old,
            lacking,
            submodules: submodules.map(|path| self.folder.join(path)).collect(),
            root: self.folder.to_path_buf(),
            ..Before::default()
        })
    }

    /// Resolves a revision to its commit.
    fn commit(&self, revision: &str) -> Result<String, NoHistory> {
        let unknown = || NoHistory::NoRevision(revision.to_owned());
        // Some git commands would parse a leading dash as an option.
        if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
            return Err(unknown());
        }
        let commit = format!("{revision}^{{commit}}");
        let said = self.run(
            Vec::new(),
            [
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &commit,
            ],
        )?;
        if said.is_success {
            return Ok(line_of(&said.out));
        }
        if self.head_commit()?.is_none() {
            return Err(NoHistory::NoCommit(revision.to_owned()));
        }
        let is_shallow = self.run(Vec::new(), ["rev-parse", "--is-shallow-repository"])?;
        if line_of(&is_shallow.out) == "true" {
            return Err(NoHistory::Shallow(revision.to_owned()));
        }
        Err(unknown())
    }

    /// Returns the merge base of `HEAD` and `revision`, or the revision itself if there is none.
    fn base(&self, revision: &str) -> Result<(String, Option<String>), NoHistory> {
        let commit = self.commit(revision)?;
        let parted = self.run(Vec::new(), ["merge-base", &commit, "HEAD"])?;
        if parted.is_success {
            return Ok((line_of(&parted.out), None));
        }
        let note = format!(
            "the merge base of this branch and `{revision}` is unknown here, so files are compared with `{revision}` \
             itself"
        );
        Ok((commit, Some(note)))
    }

    /// Returns the last commit, or the empty tree if there is none yet.
    fn head(&self) -> Result<String, NoHistory> {
        if let Some(head) = self.head_commit()? {
            return Ok(head);
        }
        self.ask(["hash-object", "-t", "tree", "--stdin"])
            .map(|out| line_of(&out))
    }

    /// Returns the last commit, if there is one.
    fn head_commit(&self) -> Result<Option<String>, NoHistory> {
        let said = self.run(
            Vec::new(),
            ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
        )?;
        Ok(said.is_success.then(|| line_of(&said.out)))
    }

    /// Returns the Rust files that each of these commits changed, with the commit's index.
    fn changed_in(&self, commits: &[&str]) -> Result<Vec<(usize, PathBuf)>, NoHistory> {
        let said = self.run(
            (commits.join("\n") + "\n").into_bytes(),
            [
                "diff-tree",
                "--stdin",
                "--root",
                "-r",
                "-z",
                "--name-only",
                "--no-renames",
                "--ignore-submodules=all",
            ],
        )?;
        if !said.is_success {
            return Err(NoHistory::Failed(words_of(&said.err)));
        }
        let numbers = commits.iter().zip(0..);
        let numbers: HashMap<&[u8], usize> = numbers
            .map(|(name, number)| (name.as_bytes(), number))
            .collect();
        let mut commit = 0;
        let mut changed = Vec::new();
        // Each commit's name precedes its paths.
        for field in said.out.split(|byte| *byte == 0) {
            match numbers.get(field) {
                Some(number) => commit = *number,
                None => changed.push((commit, os::path_of(field))),
            }
        }
        changed.retain(|(_, path)| is_rust(path));
        Ok(changed)
    }

    /// Reads contents as source texts and counts those missing from this clone. Contents that aren't UTF-8 are skipped.
    fn texts(&self, root: &Path, entries: &[Entry]) -> Result<(Texts, usize), NoHistory> {
        let mut texts = Texts::new();
        let mut lacking = 0;
        for entries in entries.chunks(FILES_AT_ONCE) {
            let names: Vec<&str> = entries.iter().map(|(_, name)| &**name).collect();
            let names = names.join(
                "
",
            ) + "
";
            let said = self.run(names.into_bytes(), ["cat-file", "--batch"])?;
            let mut rest = said.out.as_slice();
            for (path, _) in entries {
                match next_content(&mut rest)? {
                    Content::Text(text) => {
                        texts.insert(root.join(path), text);
                    }
                    Content::Missing => lacking += 1,
                    Content::Other => {}
                }
            }
        }
        Ok((texts, lacking))
    }

    /// Returns git's output if it succeeds.
    fn ask<'s>(&self, arguments: impl IntoIterator<Item = &'s str>) -> Result<Vec<u8>, NoHistory> {
        let said = self.run(Vec::new(), arguments)?;
        if said.is_success {
            return Ok(said.out);
        }
        Err(NoHistory::Failed(words_of(&said.err)))
    }

    fn run<'s>(
        &self,
        input: Vec<u8>,
        arguments: impl IntoIterator<Item = &'s str>,
    ) -> Result<Said, NoHistory> {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.folder);
        // Settings by which a repository could start programs or read files elsewhere.
        for setting in [
            "core.fsmonitor=false",
            "core.hooksPath=",
            "core.excludesFile=",
            "core.attributesFile=",
            "core.untrackedCache=false",
        ] {
            git.args(["-c", setting]);
        }
        git.args(arguments)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C");
        Ok(programs::run_on(input, git, PATIENCE, &Stop::default())?)
    }
}

/// An object's content.
enum Content {
    Text(Arc<str>),
    /// Missing from this clone.
    Missing,
    /// Not a text.
    Other,
}

/// Parses the next object from the output of `cat-file --batch`: a line with its name, type and size, the content, and a
/// newline.
fn next_content(rest: &mut &[u8]) -> Result<Content, NoHistory> {
    let broken = || NoHistory::Failed("its answer ended early".to_owned());
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let size = match head.rsplit_once(' ') {
        Some((_, size)) if !head.ends_with(" missing") => size.parse().map_err(|_| broken())?,
        _ => return Ok(Content::Missing),
    };
    let content: &[u8] = rest.get(..size).ok_or_else(broken)?;
    let text = std::str::from_utf8(content);
    let text = text.map_or(Content::Other, |text| Content::Text(Arc::from(text)));
    *rest = rest.get(size + 1..).ok_or_else(broken)?;
    Ok(text)
}

/// Returns the first line of git's error output.
fn words_of(err: &[u8]) -> String {
    let said = String::from_utf8_lossy(err);
    let line = said.lines().next().unwrap_or("no reason given");
    shortened(&printable(line), LONGEST_WORDS).into_owned()
}

fn line_of(out: &[u8]) -> String {
    String::from_utf8_lossy(out).trim().to_owned()
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
        for name in ["a.rs", "in/b c.rs", "in/\u{fc}.rs", "d.txt"] {
            fs::write(root.path().join(name), format!("// {name}\n")).unwrap();
        }
        run(root.path(), &["init", "-q"]);
        run(root.path(), &["add", "."]);
        run(root.path(), &["commit", "-q", "-m", "a"]);
        root
    }

    #[test]
    fn texts_are_told_as_they_were() {
        let root = repository();
        let real = root.path().canonicalize().unwrap();
        fs::write(root.path().join("a.rs"), "// new\n").unwrap();
        let told = before(&root.path().join("in"), Against::Revision("HEAD")).unwrap();
        let expected = ["a.rs", "in/b c.rs", "in/\u{fc}.rs"]
            .map(|name| (real.join(name), Arc::from(format!("// {name}\n"))));
        assert_eq!(told.old, Texts::from(expected));
        assert!(told.staged.is_none() && told.note.is_none());

        run(root.path(), &["add", "."]);
        let told = before(root.path(), Against::Staged).unwrap();
        let one = |text: &str| Texts::from([(real.join("a.rs"), Arc::from(text))]);
        assert_eq!(told.old, one("// a.rs\n"));
        assert_eq!(told.staged, Some(one("// new\n")));
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
            "a b",
            "\u{1b}[31m",
        ] {
            let why = before(root.path(), Against::Revision(revision))
                .unwrap_err()
                .to_string();
            assert!(!why.contains('\u{1b}'), "{why:?}");
        }
        assert!(!root.path().join("x").exists());
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(before(elsewhere.path(), Against::Staged).is_err());
    }
}
