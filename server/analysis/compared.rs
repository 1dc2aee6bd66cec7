//! Compares two versions of code: matches functions and measures whether they improved or degraded.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

use super::{Finding, Functions, judge};
use crate::{
    config::Rules,
    facts::{FileReport, FunctionFacts},
    smells,
    syntax::{FileContext, Source, item_paths},
    text::{Lines, TextRange, slice},
};

/// A file in the old or new version.
#[derive(Debug, Clone)]
pub struct Version {
    /// For display.
    pub path: String,
    pub text: Arc<str>,
    pub context: FileContext,
    pub rules: Rules,
    pub report: Arc<FileReport>,
}

/// Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    Improved,
    Stable,
    Degraded,
}

/// Measures of a function, or of all functions of a file: the maximum nesting, and the sums of the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Numbers {
    pub complexity: u32,
    pub lines: u32,
    pub nesting: u32,
    pub findings: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedFunction {
    pub name: String,
    /// The old name, or the old file, if different.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Starting at 1, in the new version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub verdict: Trend,
    /// `None` for a new function.
    pub before: Option<Numbers>,
    /// `None` for a removed function.
    pub after: Option<Numbers>,
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparedFile {
    pub path: String,
    /// The old path, if different.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    pub verdict: Trend,
    pub before: Option<Numbers>,
    pub after: Option<Numbers>,
    /// Reasons that don't concern a function.
    pub reasons: Vec<String>,
    /// Functions that are new, removed or have other measures.
    pub functions: Vec<ComparedFunction>,
}

/// Compares changed files. Functions are matched by file and path, then by their bodies, and finally by path alone, so that
/// moved and renamed functions are recognised.
pub fn compared(old: &[Version], new: &[Version]) -> Vec<ComparedFile> {
    let (old, new) = (Side::of(old), Side::of(new));
    let matched = matched(&old, &new);
    let renamed = renamed(&old, &new, &matched);
    let files = new.files.iter().enumerate();
    let mut compared: Vec<ComparedFile> = files
        .map(|(number, file)| {
            let before = old.by_path.get(&*file.version.path);
            let before = before.or_else(|| renamed.get(&number)).copied();
            Comparing {
                old: &old,
                new: &new,
                matched: &matched,
            }
            .file(before, Some(number))
        })
        .collect();
    let taken: HashSet<usize> = renamed.into_values().collect();
    let gone = old.files.iter().enumerate();
    let gone = gone.filter(|(number, file)| {
        !new.by_path.contains_key(&*file.version.path) && !taken.contains(number)
    });
    compared.extend(gone.map(|(number, _)| {
        Comparing {
            old: &old,
            new: &new,
            matched: &matched,
        }
        .file(Some(number), None)
    }));
    compared.sort_by(|left, right| left.path.cmp(&right.path));
    compared
}

/// All files of one version.
struct Side<'a> {
    files: Vec<MeasuredFile<'a>>,
    by_path: HashMap<&'a str, usize>,
    functions: Vec<MeasuredFunction>,
}

struct MeasuredFile<'a> {
    version: &'a Version,
    /// Smells outside of functions.
    loose: Counts,
    numbers: Numbers,
}

struct MeasuredFunction {
    file: usize,
    /// The path, and the number of preceding functions with the same path.
    item: (String, usize),
    body: blake3::Hash,
    line: u32,
    parameters: u32,
    numbers: Numbers,
    smells: Counts,
}

type Counts = BTreeMap<&'static str, u32>;

impl<'a> Side<'a> {
    fn of(versions: &'a [Version]) -> Self {
        let mut side = Self {
            files: Vec::new(),
            by_path: HashMap::new(),
            functions: Vec::new(),
        };
        for (number, version) in versions.iter().enumerate() {
            side.by_path.insert(&version.path, number);
            side.add(number, version);
        }
        side
    }

    fn add(&mut self, file: usize, version: &'a Version) {
        let source = Source::parse(Arc::clone(&version.text), version.context);
        let paths = source.map(|source| item_paths(&source)).unwrap_or_default();
        let functions = Functions::new(version.report.functions());
        let findings = judge(&version.report, &version.text, &version.rules);
        let (mut of_functions, loose) = by_function(&findings, &functions);
        let lines = Lines::new(&version.text);
        let mut turns: HashMap<String, usize> = HashMap::new();
        let mut whole = Numbers {
            findings: count(&findings),
            ..Numbers::default()
        };
        for fact in functions.all() {
            let name = slice(&version.text, fact.name).unwrap_or_default();
            let path = paths.get(&fact.name).cloned();
            let path = path.unwrap_or_else(|| name.to_owned());
            let turn = turns.entry(path.clone()).or_default();
            let smells = of_functions.remove(&fact.name).unwrap_or_default();
            let numbers = Numbers {
                complexity: fact.cognitive,
                lines: fact.lines,
                nesting: fact.nesting,
                findings: smells.values().sum(),
            };
            whole.complexity = whole.complexity.saturating_add(numbers.complexity);
            whole.lines = whole.lines.saturating_add(numbers.lines);
            whole.nesting = whole.nesting.max(numbers.nesting);
            self.functions.push(MeasuredFunction {
                file,
                item: (path, *turn),
                body: body(&version.text, fact),
                line: lines.line(fact.name.start()) + 1,
                parameters: fact.parameters,
                numbers,
                smells,
            });
            *turn += 1;
        }
        self.files.push(MeasuredFile {
            version,
            loose,
            numbers: whole,
        });
    }

    fn path_of(&self, function: usize) -> &str {
        &self.files[self.functions[function].file].version.path
    }
}

/// Hashes everything after the name, ignoring layout.
fn body(text: &str, function: &FunctionFacts) -> blake3::Hash {
    let range = TextRange::new(function.name.end(), function.range.end());
    let mut hasher = blake3::Hasher::new();
    for word in slice(text, range).unwrap_or_default().split_whitespace() {
        hasher.update(word.as_bytes());
        hasher.update(b"\0");
    }
    hasher.finalize()
}

/// Counts findings by smell, including those of the same cause.
fn count(findings: &[Finding]) -> u32 {
    let smells = findings.iter().map(|it| smells_of(it).count());
    u32::try_from(smells.sum::<usize>()).unwrap_or(u32::MAX)
}

fn smells_of(finding: &Finding) -> impl Iterator<Item = &'static str> + '_ {
    let parts = finding.parts.iter().filter_map(|part| part.smell);
    std::iter::once(finding.smell.id).chain(parts)
}

/// Groups findings by function, identified by the range of its name, and those outside of functions.
fn by_function(
    findings: &[Finding],
    functions: &Functions,
) -> (HashMap<TextRange, Counts>, Counts) {
    let mut of_functions: HashMap<TextRange, Counts> = HashMap::new();
    let mut loose = Counts::new();
    for finding in findings {
        let function = match finding.smell.look {
            // Located at the first line, regardless of what is there.
            smells::Look::File(_) => None,
            _ => functions.around(finding.at).next(),
        };
        let counts = match function {
            Some(function) => of_functions.entry(function.name).or_default(),
            None => &mut loose,
        };
        for smell in smells_of(finding) {
            *counts.entry(smell).or_default() += 1;
        }
    }
    (of_functions, loose)
}

/// Matched functions in both directions.
#[derive(Default)]
struct Pairs {
    old: HashMap<usize, usize>,
    new: HashMap<usize, usize>,
}

impl Pairs {
    /// Pairs unmatched functions with equal keys, in order.
    fn pair<'a, K: std::hash::Hash + Eq + 'a>(
        &mut self,
        (old, new): (&'a Side<'a>, &'a Side<'a>),
        key: impl Fn(&'a Side<'a>, usize) -> K,
    ) {
        let mut left: HashMap<K, Vec<usize>> = HashMap::new();
        for at in (0..old.functions.len()).rev() {
            if !self.old.contains_key(&at) {
                left.entry(key(old, at)).or_default().push(at);
            }
        }
        for at in 0..new.functions.len() {
            if self.new.contains_key(&at) {
                continue;
            }
            if let Some(was) = left.get_mut(&key(new, at)).and_then(Vec::pop) {
                self.old.insert(was, at);
                self.new.insert(at, was);
            }
        }
    }
}

fn matched(old: &Side<'_>, new: &Side<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    let sides = (old, new);
    pairs.pair(sides, |side, at| {
        let function = &side.functions[at];
        (side.path_of(at), &function.item.0, function.item.1)
    });
    pairs.pair(sides, |side, at| {
        (side.path_of(at), side.functions[at].body)
    });
    pairs.pair(sides, |side, at| side.functions[at].body);
    pairs.pair(sides, |side, at| &side.functions[at].item);
    pairs
}

/// Returns new files, with the removed files that most of their functions come from.
fn renamed(old: &Side<'_>, new: &Side<'_>, matched: &Pairs) -> HashMap<usize, usize> {
    let mut votes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, was) in &matched.new {
        let pair = (new.functions[*at].file, old.functions[*was].file);
        *votes.entry(pair).or_default() += 1;
    }
    let is_new = |file: usize| !old.by_path.contains_key(&*new.files[file].version.path);
    let is_gone = |file: usize| !new.by_path.contains_key(&*old.files[file].version.path);
    for (file, is) in new.files.iter().enumerate() {
        let mut was = old.files.iter();
        let was = was.position(|was| was.version.text == is.version.text);
        if let Some(was) = was {
            votes.insert((file, was), usize::MAX);
        }
    }
    let mut votes: Vec<_> = votes.into_iter().collect();
    votes.retain(|((new, old), _)| is_new(*new) && is_gone(*old));
    votes.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
    let (mut renamed, mut taken) = (HashMap::new(), HashSet::new());
    for ((new, old), _) in votes {
        if !renamed.contains_key(&new) && taken.insert(old) {
            renamed.insert(new, old);
        }
    }
    renamed
}

#[derive(Clone, Copy)]
struct Comparing<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    matched: &'a Pairs,
}

impl Comparing<'_> {
    /// At least one of the two must be given.
    fn file(self, before: Option<usize>, after: Option<usize>) -> ComparedFile {
        let (was, is) = (
            before.map(|at| &self.old.files[at]),
            after.map(|at| &self.new.files[at]),
        );
        let named = is.or(was).map(|file| file.version.path.clone());
        let path = named.unwrap_or_default();
        let none = Counts::new();
        let counts =
            |file: Option<&MeasuredFile<'_>>| file.map_or(none.clone(), |it| it.loose.clone());
        let (verdict, reasons) = of_counts(&counts(was), &counts(is));
        let mut functions = Vec::new();
        let mut verdicts = vec![verdict];
        for (at, function) in self.new.functions.iter().enumerate() {
            if after == Some(function.file) {
                let compared = self.function(at, function);
                verdicts.push(compared.verdict);
                let is_listed =
                    compared.before != compared.after || compared.verdict != Trend::Stable;
                functions.extend(is_listed.then_some(compared));
            }
        }
        for (at, function) in self.old.functions.iter().enumerate() {
            if before == Some(function.file) && !self.matched.old.contains_key(&at) {
                let compared = gone(function);
                verdicts.push(compared.verdict);
                functions.push(compared);
            }
        }
        let was_called = was.map(|file| file.version.path.clone());
        ComparedFile {
            was: was_called.filter(|was| *was != path),
            path,
            verdict: overall(&verdicts),
            before: was.map(|file| file.numbers),
            after: is.map(|file| file.numbers),
            reasons,
            functions,
        }
    }

    fn function(self, at: usize, is: &MeasuredFunction) -> ComparedFunction {
        let rules = &self.new.files[is.file].version.rules;
        let was = self.matched.new.get(&at);
        let before = was.map(|was| &self.old.functions[*was]);
        let none = Counts::new();
        let smells = before.map_or(&none, |before| &before.smells);
        let (of_smells, mut reasons) = of_counts(smells, &is.smells);
        let mut verdicts = vec![of_smells];
        for (smell, word, measure) in MEASURES {
            let Some(before) = before else {
                // New functions are judged by their findings.
                break;
            };
            let Some(limit) = limit(rules, smell) else {
                continue;
            };
            let (then, now) = (measure(before), measure(is));
            let verdict = of_measure(then, now, limit);
            if verdict != Trend::Stable {
                reasons.push(format!("{word} {then} → {now} (limit {limit})"));
            }
            verdicts.push(verdict);
        }
        let called = was.map(|was| {
            let function = &self.old.functions[*was];
            match self.old.path_of(*was) {
                path if path == self.new.path_of(at) => function.item.0.clone(),
                path => format!("{path}: {}", function.item.0),
            }
        });
        ComparedFunction {
            name: is.item.0.clone(),
            was: called.filter(|called| *called != is.item.0),
            line: Some(is.line),
            verdict: overall(&verdicts),
            before: before.map(|before| before.numbers),
            after: Some(is.numbers),
            reasons,
        }
    }
}

fn gone(function: &MeasuredFunction) -> ComparedFunction {
    let (verdict, reasons) = of_counts(&function.smells, &Counts::new());
    ComparedFunction {
        name: function.item.0.clone(),
        was: None,
        line: None,
        verdict,
        before: Some(function.numbers),
        after: None,
        reasons,
    }
}

/// Returns the worst verdict; an improvement only counts if nothing degraded.
fn overall(verdicts: &[Trend]) -> Trend {
    let worst = verdicts.iter().max().copied();
    match worst.unwrap_or(Trend::Stable) {
        Trend::Degraded => Trend::Degraded,
        _ if verdicts.contains(&Trend::Improved) => Trend::Improved,
        _ => Trend::Stable,
    }
}

/// A smell, the name of its measure, and the measure.
type Measure = (&'static str, &'static str, fn(&MeasuredFunction) -> u32);

const MEASURES: [Measure; 4] = [
    ("cognitive-complexity", "complexity", |it| {
        it.numbers.complexity
    }),
    ("long-function", "lines", |it| it.numbers.lines),
    ("deep-nesting", "nesting", |it| it.numbers.nesting),
    ("too-many-parameters", "parameters", |it| it.parameters),
];

/// Returns the limit of a smell; `None` if the smell is off.
fn limit(rules: &Rules, id: &str) -> Option<u32> {
    let smell = smells::all().iter().find(|smell| smell.id == id)?;
    Some(rules.judgement(smell)?.limits.warn)
}

/// Changes within the limit don't count; above it, changes by more than a tenth do.
fn of_measure(then: u32, now: u32, limit: u32) -> Trend {
    let (was, is) = (u64::from(then), u64::from(now));
    if now > limit && (then <= limit || is * 10 > was * 11) {
        return Trend::Degraded;
    }
    if then > limit && (now <= limit || is * 10 < was * 9) {
        return Trend::Improved;
    }
    Trend::Stable
}

/// More findings of any smell count as worse, even if there are fewer of another one.
fn of_counts(then: &Counts, now: &Counts) -> (Trend, Vec<String>) {
    let of = |counts: &Counts, smell| counts.get(smell).copied().unwrap_or_default();
    let smells: std::collections::BTreeSet<_> = then.keys().chain(now.keys()).copied().collect();
    let mut verdicts = Vec::new();
    let mut reasons = Vec::new();
    for smell in smells {
        let (was, is) = (of(then, smell), of(now, smell));
        if is > was {
            verdicts.push(Trend::Degraded);
            reasons.push(format!("new: {smell}"));
        } else if is < was {
            verdicts.push(Trend::Improved);
            reasons.push(format!("gone: {smell}"));
        }
    }
    (overall(&verdicts), reasons)
}

#[cfg(test)]
mod tests;
