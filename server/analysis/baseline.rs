//! Accepted findings: a baseline suppresses them as long as they don't get worse.

mod file;
mod held;
mod home;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Finding, Functions, Level,
    identities::{hash, is_layout, place, words},
};
use crate::{
    smells::Look,
    text::{TextRange, slice},
};

pub use file::{BadBaseline, is_replaceable};
pub use held::{FileFindings, FoundInFiles, HeldBack, baselines_of};
pub use home::Home;

/// Identifies one smell of a finding, independently of changes elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    smell: &'static str,
    /// Names of the enclosing functions, outermost first.
    item: String,
    /// Of the finding's first words, or the function's name.
    fingerprint: Digest,
    /// Of the enclosing function, which distinguishes equal findings.
    body: Digest,
    /// Whether the measure only depends on the enclosing function.
    is_of_body: bool,
    level: Level,
    measure: u32,
}

/// An accepted finding in a file; paths are relative to the baseline's folder, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    pub path: String,
    smell: String,
    item: String,
    fingerprint: Digest,
    body: Digest,
    level: Grade,
    measure: u32,
}

/// Eight bytes of a hash in hexadecimal.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
struct Digest(String);

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Warn,
    Strong,
}

/// The accepted findings of a project.
#[derive(Debug)]
pub struct Baseline {
    /// For display.
    pub path: PathBuf,
    home: Home,
    files: HashMap<String, Arc<Accepted>>,
}

/// The accepted findings of one file.
#[derive(Debug, Default)]
pub struct Accepted {
    entries: Vec<Entry>,
    /// Indices of entries, smallest measure first.
    by_key: HashMap<blake3::Hash, Vec<usize>>,
}

/// Which findings of a file are suppressed, and by which entries.
#[derive(Debug, Default)]
pub struct Matched {
    pub is_held: Vec<bool>,
    is_used: Vec<bool>,
}

/// Returns the marks of a finding: one for itself, and one for each other smell of the same cause.
pub fn marks(text: &str, finding: &Finding, functions: &Functions) -> Vec<Mark> {
    let own = if finding.measure > finding.judgement.limits.strong {
        Level::Strong
    } else {
        Level::Warn
    };
    let lead = (finding.smell.id, own, finding.measure);
    let parts = finding.parts.iter();
    let parts = parts.filter_map(|part| Some((part.smell?, part.level?, part.measure)));
    let at = match finding.smell.look {
        Look::File(_) => None,
        _ => Some(finding.at),
    };
    let place = Place::of(text, at, functions);
    let smells = std::iter::once(lead).chain(parts);
    let is_of_body = !place.item.is_empty() && finding.others.is_empty();
    let marks = smells.map(|smell| Mark {
        is_of_body,
        ..place.mark(smell)
    });
    marks.collect()
}

/// Returns the marks of a finding at another of its locations.
fn marks_at(text: &str, at: TextRange, functions: &Functions, finding: &Finding) -> Vec<Mark> {
    let moved = Finding {
        at,
        ..finding.clone()
    };
    marks(text, &moved, functions)
}

/// The common part of marks at one location.
struct Place {
    item: String,
    fingerprint: Digest,
    body: Digest,
}

impl Place {
    /// Without a range, returns that of the whole file.
    fn of(text: &str, at: Option<TextRange>, functions: &Functions) -> Self {
        let Some(at) = at else {
            return Self {
                item: String::new(),
                fingerprint: Digest::of(""),
                body: Digest::of(""),
            };
        };
        let words = words(text, at, functions);
        let body = functions
            .around(at)
            .next()
            .and_then(|function| slice(text, function.range));
        Self {
            item: place(text, at, functions),
            fingerprint: Digest::of(&words),
            body: Digest::of(body.unwrap_or(&words)),
        }
    }

    fn mark(&self, (smell, level, measure): (&'static str, Level, u32)) -> Mark {
        Mark {
            smell,
            item: self.item.clone(),
            fingerprint: self.fingerprint.clone(),
            body: self.body.clone(),
            is_of_body: false,
            level,
            measure,
        }
    }
}

impl Digest {
    /// Ignores layout.
    fn of(text: &str) -> Self {
        const DIGITS: usize = 16;
        let words: String = text.chars().filter(|it| !is_layout(*it)).collect();
        Self(hash(&[&words]).to_hex()[..DIGITS].to_owned())
    }
}

impl From<Level> for Grade {
    fn from(level: Level) -> Self {
        match level {
            Level::Warn => Self::Warn,
            Level::Strong => Self::Strong,
        }
    }
}

fn key(smell: &str, item: &str, fingerprint: &Digest) -> blake3::Hash {
    hash(&[smell, item, &fingerprint.0])
}

impl Mark {
    fn key(&self) -> blake3::Hash {
        key(self.smell, &self.item, &self.fingerprint)
    }

    /// Returns an entry for this mark in the file at `path`.
    pub fn entry(&self, path: &str) -> Entry {
        Entry {
            path: path.to_owned(),
            smell: self.smell.to_owned(),
            item: self.item.clone(),
            fingerprint: self.fingerprint.clone(),
            body: self.body.clone(),
            level: self.level.into(),
            measure: self.measure,
        }
    }
}

impl Entry {
    /// Whether a finding is no worse than the entry: of no higher level, and at most a tenth larger, which a formatter may
    /// cause by breaking lines.
    fn holds(&self, mark: &Mark) -> bool {
        let (now, then) = (u64::from(mark.measure), u64::from(self.measure));
        let is_as_it_was = mark.is_of_body && mark.body == self.body;
        Grade::from(mark.level) <= self.level && (is_as_it_was || now * 10 <= then * 11)
    }
}

impl Baseline {
    /// Creates a baseline of these entries, located at `path`.
    pub fn new(path: &Path, home: Home, mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        let mut files: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in entries {
            files.entry(entry.path.clone()).or_default().push(entry);
        }
        let files = files.into_iter();
        Self {
            path: path.to_path_buf(),
            home,
            files: files
                .map(|(path, entries)| (path, Arc::new(Accepted::of(entries))))
                .collect(),
        }
    }

    /// Returns all entries in order.
    pub fn entries(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.files.values().flat_map(|it| &it.entries).collect();
        entries.sort_unstable();
        entries
    }

    /// Returns a file's name in entries; `None` if it is outside of the project. Resolves links on disk.
    pub fn name_of(&self, path: &Path) -> Option<String> {
        self.home.name_of(path)
    }

    pub fn accepted(&self, name: &str) -> Option<&Arc<Accepted>> {
        self.files.get(name)
    }

    /// Iterates over files with entries: the name, the number of entries, and whether the file exists.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize, bool)> {
        self.files.iter().map(|(name, accepted)| {
            let is_there = self.home.has(name);
            (name.as_str(), accepted.entries.len(), is_there)
        })
    }
}

impl Accepted {
    fn of(entries: Vec<Entry>) -> Self {
        let mut by_key: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            let key = key(&entry.smell, &entry.item, &entry.fingerprint);
            by_key.entry(key).or_default().push(at);
        }
        for places in by_key.values_mut() {
            places.sort_by_key(|at| (entries[*at].level, entries[*at].measure));
        }
        Self { entries, by_key }
    }

    /// Matches each mark of each finding with an entry; a finding is suppressed if all of its marks have one. Each entry
    /// matches one mark, and equal ones are distinguished by their enclosing functions if those are unchanged.
    pub fn matched(&self, findings: &[&[Mark]]) -> Matched {
        let mut matched = Matched {
            is_held: vec![true; findings.len()],
            is_used: vec![false; self.entries.len()],
        };
        let marks = findings.iter().enumerate();
        let marks = marks.flat_map(|(number, marks)| marks.iter().map(move |mark| (number, mark)));
        let mut rest: Vec<(usize, &Mark)> = marks
            .filter(|(_, mark)| {
                let is_as_it_was = |entry: &Entry| entry.body == mark.body && entry.holds(mark);
                !self.take(mark, &mut matched, &is_as_it_was)
            })
            .collect();
        rest.sort_by_key(|(_, mark)| (mark.level, mark.measure));
        rest.retain(|(_, mark)| !self.take(mark, &mut matched, &|entry| entry.holds(mark)));
        for (number, mark) in rest {
            matched.is_held[number] = false;
            // A finding that got worse still exists, so its entry isn't stale.
            self.take(mark, &mut matched, &|_| true);
        }
        matched
    }

    /// Uses up the mark's smallest available entry.
    fn take(&self, mark: &Mark, matched: &mut Matched, may: &dyn Fn(&Entry) -> bool) -> bool {
        let places = self.by_key.get(&mark.key());
        let mut places = places.into_iter().flatten();
        let found = places.find(|at| {
            let entry = &self.entries[**at];
            !matched.is_used[**at] && may(entry)
        });
        if let Some(at) = found {
            matched.is_used[*at] = true;
        }
        found.is_some()
    }

    /// Uses up entries for a finding of another file that refers to this one.
    pub fn use_for_other_place(&self, marks: &[Mark], matched: &mut Matched) {
        for mark in marks {
            self.take(mark, matched, &|_| true);
        }
    }
}

impl Matched {
    /// Number of entries without a finding.
    pub fn unused(&self) -> usize {
        self.is_used.iter().filter(|is_used| !**is_used).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{OpenFile, judge},
        config::Rules,
        syntax::FileContext,
    };

    fn found(text: &str) -> Vec<Vec<Mark>> {
        let file = OpenFile::new(text, FileContext::default());
        let functions = Functions::new(file.report().functions());
        let findings = judge(file.report(), text, &Rules::default());
        let findings = findings.iter();
        findings.map(|it| marks(text, it, &functions)).collect()
    }

    fn accepted(text: &str) -> Accepted {
        let marks = found(text).concat();
        Accepted::of(marks.iter().map(|mark| mark.entry("a.rs")).collect())
    }

    /// Returns whether each finding of `now` is suppressed by the findings of `then`, and the number of stale entries.
    fn held(then: &str, now: &str) -> (Vec<bool>, usize) {
        let found = found(now);
        let marks: Vec<&[Mark]> = found.iter().map(Vec::as_slice).collect();
        let matched = accepted(then).matched(&marks);
        let unused = matched.unused();
        (matched.is_held, unused)
    }

    /// Returns a function with one finding, whose arm has this many lines.
    fn unwraps(name: &str, lines: usize) -> String {
        let calls = "        g();\n".repeat(lines);
        format!(
            "fn {name}(a: Option<u8>) -> u8 {{\n    let b = match a {{\n        Some(b) => b,\n        None => {{\n{calls}            return 0;\n        }}\n    }};\n    b + 1\n}}\n"
        )
    }

    #[test]
    fn lines_above_and_other_functions_change_nothing() {
        let then = format!("{}{}", unwraps("f", 3), unwraps("other", 3));
        let now = format!("{}{then}", "// above\n".repeat(100)).replace("other", "renamed");
        assert_eq!(held(&then, &then), (vec![true, true], 0));
        assert_eq!(held(&then, &now), (vec![true, false], 1));
        let layout = then.replace("    ", "\t");
        assert_eq!(held(&then, &layout), (vec![true, true], 0));
    }

    #[test]
    fn what_is_new_or_gone_is_told_apart() {
        let then = unwraps("f", 3);
        assert_eq!(
            held(&then, &(then.clone() + &unwraps("g", 3))).0,
            [true, false]
        );
        assert_eq!(held(&then, "fn f() {}\n"), (vec![], 1));
    }

    #[test]
    fn of_equals_the_one_that_is_as_it_was_is_held() {
        let then = format!("mod m {{\n{}}}\n", unwraps("f", 3));
        let other = unwraps("f", 3).replace("b + 1", "b + 2");
        let before = format!("mod n {{\n{other}}}\n{then}");
        let behind = format!("{then}mod n {{\n{other}}}\n");
        assert_eq!(held(&then, &before).0, [false, true]);
        assert_eq!(held(&then, &behind).0, [true, false]);
    }

    fn mark(level: Level, measure: u32) -> Mark {
        Place::of("", None, &Functions::new(Vec::new())).mark(("long-function", level, measure))
    }

    #[test]
    fn what_got_worse_is_shown_again() {
        let holds = |then: (Level, u32), now: (Level, u32)| {
            let entry = mark(then.0, then.1).entry("a.rs");
            entry.holds(&mark(now.0, now.1))
        };
        let (warn, strong) = (Level::Warn, Level::Strong);
        assert!(holds((warn, 100), (warn, 110)));
        assert!(!holds((warn, 100), (warn, 111)));
        assert!(!holds((warn, 100), (strong, 100)));
        assert!(holds((strong, 100), (warn, 20)));
        assert!(!holds((warn, 9), (warn, 10)));
        assert!(holds((strong, u32::MAX), (strong, u32::MAX)));
    }

    #[test]
    fn a_finding_is_held_with_all_of_its_parts_only() {
        let one =
            |smell| Place::of("", None, &Functions::new(Vec::new())).mark((smell, Level::Warn, 80));
        let both = [one("long-function"), one("cognitive-complexity")];
        let entries =
            |marks: &[Mark]| Accepted::of(marks.iter().map(|it| it.entry("a.rs")).collect());
        assert_eq!(entries(&both).matched(&[&both[1..]]).is_held, [true]);
        assert_eq!(entries(&both[..1]).matched(&[&both]).is_held, [false]);
    }

    #[test]
    fn ten_thousand_equals_are_matched_at_once() {
        let marks: Vec<Mark> = (0..10_000)
            .map(|at| mark(Level::Warn, 100 + at % 7))
            .collect();
        let accepted = Accepted::of(marks.iter().map(|it| it.entry("a.rs")).collect());
        let findings: Vec<&[Mark]> = marks.iter().map(std::slice::from_ref).collect();
        let matched = accepted.matched(&findings);
        assert!(matched.is_held.iter().all(|is_held| *is_held));
        assert_eq!(matched.unused(), 0);
    }
}
