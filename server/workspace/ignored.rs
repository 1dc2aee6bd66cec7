//! Ignore files of git and `.ignore`, level by level on the way down.

use std::path::{Path, PathBuf};

use ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::config::EntryKind;

/// The ignore files of all directories down to where a walk stands. Of those that match a path the deepest decides; `.ignore`
/// files come before git's, and the repository's private excludes last. Git's files count inside their own repository only.
/// All this is as ripgrep has it.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    levels: Vec<Level>,
    /// Levels that lie above the walk.
    above: usize,
    /// Ignore files that are there and can't be read, with the reason.
    pub(super) unread: Vec<(PathBuf, String)>,
}

#[derive(Debug)]
struct Level {
    dot_ignore: Gitignore,
    gitignore: Gitignore,
    /// Of a repository's root: `.git/info/exclude`.
    private: Option<Gitignore>,
}

impl Ignored {
    /// For a walk that starts at the directory `root`, whose own ignore files are read when it is entered.
    pub(super) fn above(root: &Path) -> Self {
        let mut ignored = Self::default();
        let above: Vec<&Path> = root.ancestors().skip(1).collect();
        for directory in above.into_iter().rev() {
            ignored.push(directory);
        }
        ignored.above = ignored.levels.len();
        ignored
    }

    /// Goes down into `directory`, which is `depth` levels below the walk's root.
    pub(super) fn enter(&mut self, directory: &Path, depth: usize) {
        self.climb_to(depth);
        self.push(directory);
    }

    /// Forgets the levels that entries at `depth` don't lie in.
    pub(super) fn climb_to(&mut self, depth: usize) {
        self.levels.truncate(self.above + depth);
    }

    /// Whether the entry at the absolute `path`, which lies in the directory that was entered last, is left out.
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

    /// Lines that aren't patterns are passed over, as git does.
    fn read(&mut self, directory: &Path, file: &Path) -> Gitignore {
        // What isn't a file is no list of patterns; opening a pipe would wait for somebody to write to it.
        if !file.is_file() {
            return Gitignore::empty();
        }
        let text = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unread.push((file.to_path_buf(), error.to_string()));
                return Gitignore::empty();
            }
        };
        let mut builder = GitignoreBuilder::new(directory);
        for line in String::from_utf8_lossy(&text)
            .trim_start_matches('\u{feff}')
            .lines()
        {
            let _as_git_does = builder.add_line(None, line);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
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

/// `info/exclude` of git's directory; in a linked worktree and in a submodule `.git` is a file that names it.
fn private_excludes(repository: &Path) -> Option<PathBuf> {
    let git = repository.join(".git");
    if git.is_dir() {
        return Some(git.join("info/exclude"));
    }
    let text = std::fs::read_to_string(&git).ok()?;
    let named = repository.join(text.strip_prefix("gitdir:")?.trim());
    let common = match std::fs::read_to_string(named.join("commondir")) {
        Ok(common) => named.join(common.trim()),
        Err(_) => named,
    };
    Some(common.join("info/exclude"))
}
