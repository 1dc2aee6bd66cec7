//! Paths that the user excludes.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns of all layers. The last one that matches a path decides, as in a `.gitignore`.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    layers: Vec<Patterns>,
}

/// The type of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
}

#[derive(Debug, Clone)]
struct Patterns {
    base: PathBuf,
    /// `base` with symbolic links resolved, if that is a different path.
    real: Option<PathBuf>,
    globs: Gitignore,
}

impl Exclude {
    /// Adds patterns relative to the directory `base`. Invalid ones are skipped; the decoder has reported them.
    pub(super) fn add<'a>(&mut self, base: &Path, patterns: impl IntoIterator<Item = &'a str>) {
        let mut builder = builder(base);
        for pattern in patterns {
            let _named_by_the_decoder = builder.add_line(None, pattern);
        }
        let Ok(globs) = builder.build() else {
            return;
        };
        if globs.is_empty() {
            return;
        }
        let real = std::fs::canonicalize(base).ok();
        self.layers.push(Patterns {
            base: base.to_path_buf(),
            real: real.filter(|real| real != base),
            globs,
        });
    }

    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether the absolute `path` itself is excluded, regardless of its parent directories. For callers that walk down and
    /// have checked those already.
    pub fn matches(&self, path: &Path, entry: EntryKind) -> bool {
        self.decision(path, entry).unwrap_or(false)
    }

    /// Whether the absolute path of a file, or one of its parent directories, is excluded.
    pub fn covers(&self, file: &Path) -> bool {
        if self.is_empty() {
            return false;
        }
        let directories = file.ancestors().skip(1);
        self.matches(file, EntryKind::File)
            || directories
                .into_iter()
                .any(|directory| self.matches(directory, EntryKind::Directory))
    }

    fn decision(&self, path: &Path, entry: EntryKind) -> Option<bool> {
        self.layers
            .iter()
            .rev()
            .find_map(|layer| layer.decision(path, entry))
    }
}

impl Patterns {
    fn decision(&self, path: &Path, entry: EntryKind) -> Option<bool> {
        let relative = self.relative(path)?;
        if relative.as_os_str().is_empty() {
            return None;
        }
        let found = self.globs.matched(relative, entry == EntryKind::Directory);
        match (found.is_ignore(), found.is_whitelist()) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    fn relative<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let through_real = || path.strip_prefix(self.real.as_ref()?).ok();
        path.strip_prefix(&self.base).ok().or_else(through_real)
    }
}

/// Maximum length of a pattern in bytes; no path is longer.
const LONGEST_PATTERN: usize = 4_096;

/// Maximum number of braces; the pattern library recurses once for each opening one.
const MOST_BRACES: usize = 64;

/// Why a pattern exceeds the limits, if it does: the pattern library doesn't bound its cost.
pub(crate) fn excess(pattern: &str) -> Option<String> {
    if pattern.len() > LONGEST_PATTERN {
        return Some(format!("it is longer than {LONGEST_PATTERN} bytes"));
    }
    let braces = memchr::memchr_iter(b'{', pattern.as_bytes()).count();
    (braces > MOST_BRACES).then(|| format!("it has more than {MOST_BRACES} opening braces"))
}

/// What is invalid about a pattern, if anything.
pub(super) fn fault(pattern: &str) -> Option<String> {
    if let Some(excess) = excess(pattern) {
        return Some(excess);
    }
    let mut builder = builder(Path::new(""));
    let line = builder.add_line(None, pattern).map(drop);
    let error = line.and_then(|()| builder.build().map(drop)).err()?;
    let text = error.to_string();
    let reason = text
        .rsplit_once("': ")
        .map_or(text.as_str(), |(_, reason)| reason);
    Some(reason.to_owned())
}

/// Rejects `a[`, which Git accepts as a literal name but which is a mistake in a configuration.
fn builder(base: &Path) -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new(base);
    builder.allow_unclosed_class(false);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclude(patterns: &[&str]) -> Exclude {
        let mut exclude = Exclude::default();
        exclude.add(Path::new("/project"), patterns.iter().copied());
        exclude
    }

    #[test]
    fn what_matches_is_left_out() {
        let exclude = exclude(&["fixtures/", "*_generated.rs", "/one.rs"]);
        assert!(exclude.matches(Path::new("/project/a/fixtures"), EntryKind::Directory));
        assert!(exclude.covers(Path::new("/project/a/fixtures/b/c.rs")));
        assert!(exclude.covers(Path::new("/project/a/x_generated.rs")));
        assert!(exclude.covers(Path::new("/project/one.rs")));
    }

    #[test]
    fn what_does_not_match_is_kept() {
        let exclude = exclude(&["fixtures/", "*_generated.rs", "/one.rs"]);
        assert!(!exclude.matches(Path::new("/project/a/fixtures"), EntryKind::File));
        assert!(!exclude.covers(Path::new("/project/a/one.rs")));
        assert!(!exclude.covers(Path::new("/project/fixtures.rs")));
        assert!(!exclude.covers(Path::new("/elsewhere/fixtures/c.rs")));
        assert!(!exclude.covers(Path::new("/project")));
        assert!(!exclude.covers(Path::new("relative/one.rs")));
    }

    #[test]
    fn a_later_layer_takes_back() {
        let mut exclude = exclude(&["*.rs"]);
        exclude.add(Path::new("/project/kept"), ["!*.rs"]);
        assert!(exclude.covers(Path::new("/project/a.rs")));
        assert!(!exclude.covers(Path::new("/project/kept/a.rs")));
    }

    #[test]
    fn nothing_excludes_nothing() {
        let exclude = exclude(&["", "# a comment"]);
        assert!(exclude.is_empty());
        assert!(!exclude.covers(Path::new("/project/a.rs")));
    }

    #[test]
    fn a_pattern_is_bounded_before_it_is_read() {
        let nested = |depth| "{a,".repeat(depth) + &"}".repeat(depth);
        assert_eq!(fault(&nested(MOST_BRACES)), None);
        let reason = fault(&nested(60_000)).unwrap();
        assert_eq!(reason, "it is longer than 4096 bytes");
        let reason = fault(&nested(1_000)).unwrap();
        assert_eq!(reason, "it has more than 64 opening braces");
        // Braces count even when escaped or in a character class.
        assert!(fault(&"{[}]".repeat(65)).is_some());
        assert!(fault(&"{\\}".repeat(65)).is_some());
    }

    #[test]
    fn patterns_that_cannot_be_read_have_a_reason() {
        assert!(fault("a[").is_some());
        assert!(fault("a{b").is_some());
        assert_eq!(fault("**/*.rs"), None);
        assert_eq!(fault("!a"), None);
    }
}
