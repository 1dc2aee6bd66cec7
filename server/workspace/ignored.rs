//! Ignore files of git and `.ignore`, read level by level while descending.

use std::path::{Path, PathBuf};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use super::walk::WalkProblem;
use crate::{
    config::{EntryKind, excess},
    os,
};

/// Maximum size of an ignore file in bytes, far above any handwritten one.
const MOST_BYTES: u64 = 1 << 20;

/// Maximum number of patterns in all ignore files above an entry; each costs memory, and time for every entry.
const MOST_PATTERNS: u64 = 10_000;

/// The ignore files of all directories down to the current one. The deepest matching one decides; `.ignore` files take
/// precedence over git's, and the repository's private excludes come last. Git's files only apply inside their repository. All
/// of this follows ripgrep.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    levels: Vec<Level>,
    /// Number of levels above the walk's root.
    above: usize,
    /// Unreadable ignore files, and one pattern of each file that exceeds a limit.
    pub(super) problems: Vec<WalkProblem>,
}

#[derive(Debug)]
struct Level {
    dot_ignore: Gitignore,
    gitignore: Gitignore,
    /// `.git/info/exclude`, at a repository's root.
    private: Option<Gitignore>,
}

impl Ignored {
    /// Starts a walk at the directory `root`, whose ignore files are read when it is entered.
    pub(super) fn above(root: &Path) -> Self {
        let mut ignored = Self::default();
        let above: Vec<&Path> = root.ancestors().skip(1).collect();
        for directory in above.into_iter().rev() {
            ignored.push(directory);
        }
        ignored.above = ignored.levels.len();
        ignored
    }

    /// Enters `directory`, which is `depth` levels below the walk's root.
    pub(super) fn enter(&mut self, directory: &Path, depth: usize) {
        self.climb_to(depth);
        self.push(directory);
    }

    /// Leaves the levels that don't contain entries at `depth`.
    pub(super) fn climb_to(&mut self, depth: usize) {
        self.levels.truncate(self.above + depth);
    }

    /// Whether to skip the entry at the absolute `path`, which is in the directory entered last.
    pub(super) fn ignores(&self, path: &Path, entry: EntryKind) -> bool {
        let is_directory = entry == EntryKind::Directory;
        let by_dot_ignore = || {
            let mut levels = self.levels.iter().rev();
            levels.find_map(|level| verdict(&level.dot_ignore.matched(path, is_directory)))
        };
        let by_git = || {
            for level in self.levels.iter().rev() {
                let found = verdict(&level.gitignore.matched(path, is_directory));
                if found.is_some() {
                    return found;
                }
                if let Some(private) = &level.private {
                    return verdict(&private.matched(path, is_directory));
                }
            }
            None
        };
        by_dot_ignore().or_else(by_git).unwrap_or(false)
    }

    fn push(&mut self, directory: &Path) {
        let is_repository = is_repository(directory);
        let is_in_repository =
            is_repository || self.levels.iter().any(|level| level.private.is_some());
        let dot_ignore = self.read(directory, &directory.join(".ignore"));
        let gitignore = if is_in_repository {
            self.read(directory, &directory.join(".gitignore"))
        } else {
            Gitignore::empty()
        };
        let private = is_repository.then(|| {
            let file = private_excludes(directory);
            file.map_or_else(Gitignore::empty, |file| self.read(directory, &file))
        });
        self.levels.push(Level {
            dot_ignore,
            gitignore,
            private,
        });
    }

    /// Skips invalid lines, as git does, and lines beyond the limits, of which the first is reported.
    fn read(&mut self, directory: &Path, file: &Path) -> Gitignore {
        let text = match os::read_regular(file, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => {
                // Anything that isn't a file is ignored.
                if file.is_file() {
                    self.problems.push(WalkProblem::Unreadable {
                        path: file.to_path_buf(),
                        reason: error.to_string(),
                    });
                }
                return Gitignore::empty();
            }
        };
        let held: u64 = self.levels.iter().map(Level::len).sum();
        let mut reader = Reader {
            builder: GitignoreBuilder::new(directory),
            left: MOST_PATTERNS.saturating_sub(held),
            passed: None,
        };
        let text = String::from_utf8_lossy(&text);
        let lines = text.trim_start_matches('\u{feff}').lines();
        for (number, line) in (1..).zip(lines) {
            reader.line(number, line);
        }
        let (patterns, passed) = reader.finish();
        let problem = |Passed { line, reason }| WalkProblem::Pattern {
            path: file.to_path_buf(),
            line,
            reason,
        };
        self.problems.extend(passed.map(problem));
        patterns
    }
}

impl Level {
    fn len(&self) -> u64 {
        let count = |patterns: &Gitignore| patterns.num_ignores() + patterns.num_whitelists();
        count(&self.dot_ignore) + count(&self.gitignore) + self.private.as_ref().map_or(0, count)
    }
}

/// Reads the patterns of a file.
struct Reader {
    builder: GitignoreBuilder,
    /// Number of patterns that are still accepted.
    left: u64,
    passed: Option<Passed>,
}

/// The first line skipped because of a limit, starting at 1.
struct Passed {
    line: usize,
    reason: String,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let excess = match self.left {
            0 => Some(format!("there are more than {MOST_PATTERNS} patterns")),
            _ => excess(line),
        };
        if let Some(reason) = excess {
            self.pass_over(number, reason);
            return;
        }
        self.left -= 1;
        let _as_git_does = self.builder.add_line(None, line);
    }

    fn pass_over(&mut self, line: usize, reason: String) {
        self.passed.get_or_insert(Passed { line, reason });
    }

    fn finish(mut self) -> (Gitignore, Option<Passed>) {
        let patterns = self.builder.build().unwrap_or_else(|_| {
            let reason =
                "all patterns together are too large, so the whole file is ignored".to_owned();
            self.pass_over(1, reason);
            Gitignore::empty()
        });
        (patterns, self.passed)
    }
}

fn verdict<T>(found: &Match<T>) -> Option<bool> {
    match found {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

fn is_repository(directory: &Path) -> bool {
    directory.join(".git").exists() || directory.join(".jj").is_dir()
}

/// Returns `info/exclude` of git's directory; in a linked worktree or a submodule, `.git` is a file with its path.
fn private_excludes(repository: &Path) -> Option<PathBuf> {
    let git = repository.join(".git");
    if git.is_dir() {
        return Some(git.join("info/exclude"));
    }
    let text = short_text(&git)?;
    let named = repository.join(text.strip_prefix("gitdir:")?.trim());
    let common = match short_text(&named.join("commondir")) {
        Some(common) => named.join(common.trim()),
        None => named,
    };
    Some(common.join("info/exclude"))
}

/// Reads a file that contains one path.
fn short_text(file: &Path) -> Option<String> {
    const LONGEST: u64 = 8 << 10;
    let bytes = os::read_regular(file, LONGEST).ok()?;
    String::from_utf8(bytes).ok()
}
