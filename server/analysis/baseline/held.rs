//! Applies baselines to many files.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use super::{Accepted, BadBaseline, Baseline, Entry, Mark, Matched, marks, marks_at};
use crate::analysis::{Finding, Functions, InputFile};

/// All findings of a file.
#[derive(Debug)]
pub struct FileFindings {
    pub findings: Vec<Finding>,
    pub functions: Functions,
}

/// Files with their findings.
#[derive(Debug, Clone, Copy)]
pub struct FoundInFiles<'a> {
    inputs: &'a [InputFile],
    found: &'a [FileFindings],
}

/// Suppressed findings.
#[derive(Debug)]
pub struct HeldBack {
    /// For each finding of each file, whether it is suppressed.
    pub is_held: Vec<Vec<bool>>,
    /// Number of stale entries of each baseline.
    pub stale: Vec<usize>,
}

/// The marks of each finding of a file.
type Marked = Vec<Vec<Mark>>;

/// Returns the baselines that the options of these files name, and errors for invalid ones.
pub fn baselines_of(inputs: &[InputFile]) -> (Vec<Arc<Baseline>>, Vec<BadBaseline>) {
    let configs = inputs.iter().map(|input| &input.config);
    let named: BTreeMap<&Path, &Path> = configs
        .filter_map(|config| Some((config.baseline.as_deref()?, &*config.project)))
        .collect();
    let (mut read, mut bad) = (Vec::new(), Vec::new());
    for (path, project) in named {
        match Baseline::of_project(path, project) {
            Ok(baseline) => read.push(Arc::new(baseline)),
            Err(why) => bad.push(why),
        }
    }
    (read, bad)
}

impl<'a> FoundInFiles<'a> {
    /// Both must be in the same order.
    pub fn new(inputs: &'a [InputFile], found: &'a [FileFindings]) -> Self {
        Self { inputs, found }
    }

    pub fn held_by(self, baselines: &[Arc<Baseline>]) -> HeldBack {
        let found = self.found.iter();
        let mut held = HeldBack {
            is_held: found.map(|it| vec![false; it.findings.len()]).collect(),
            stale: Vec::new(),
        };
        if baselines.is_empty() {
            return held;
        }
        let marked = self.marked();
        let others = self.at_other_places();
        for baseline in baselines {
            let stale = self.hold(baseline, (&marked, &others), &mut held.is_held);
            held.stale.push(stale);
        }
        held
    }

    /// Returns each file's name in a baseline; `None` if the baseline doesn't cover it.
    pub fn names(self, baseline: &Baseline) -> Vec<Option<String>> {
        let inputs = self.inputs.iter();
        inputs.map(|input| baseline.name_of(&input.path)).collect()
    }

    /// Returns the number of findings in files with a name.
    pub fn count(self, names: &[Option<String>]) -> usize {
        let files = self.found.iter().zip(names);
        let kept = files.filter(|(_, name)| name.is_some());
        kept.map(|(found, _)| found.findings.len()).sum()
    }

    /// Returns entries for all findings in files with a name.
    pub fn entries(self, names: &[Option<String>]) -> Vec<Entry> {
        let own = self.marked().into_iter().map(|marked| marked.concat());
        let own = own.enumerate().chain(self.at_other_places());
        let in_files = own.filter_map(|(number, marks)| Some((names[number].as_deref()?, marks)));
        let entries = in_files.flat_map(|(name, marks)| {
            let entries = marks.iter().map(|mark| mark.entry(name));
            entries.collect::<Vec<_>>()
        });
        entries.collect()
    }

    fn marked(self) -> Vec<Marked> {
        let files = self.inputs.iter().zip(self.found);
        let marked = files.map(|(input, found)| {
            let findings = found.findings.iter();
            findings
                .map(|finding| marks(&input.text, finding, &found.functions))
                .collect()
        });
        marked.collect()
    }

    /// Returns the file indices and marks of other locations that findings refer to.
    fn at_other_places(self) -> Vec<(usize, Vec<Mark>)> {
        let numbers = self.inputs.iter().zip(0..);
        let numbers: HashMap<&str, usize> = numbers
            .map(|(input, number)| (&*input.shown, number))
            .collect();
        let findings = self.found.iter().flat_map(|found| &found.findings);
        let others = findings.flat_map(|it| it.others.iter().map(move |other| (it, other)));
        let told = others.filter_map(|(finding, other)| {
            let number = *numbers.get(&*other.file.shown)?;
            let functions = &self.found[number].functions;
            let marks = marks_at(&other.file.text, other.at, functions, finding);
            Some((number, marks))
        });
        told.collect()
    }

    /// Marks findings that a baseline suppresses; returns the number of stale entries.
    fn hold(
        self,
        baseline: &Baseline,
        (marked, others): (&[Marked], &[(usize, Vec<Mark>)]),
        held: &mut [Vec<bool>],
    ) -> usize {
        let mut matched: HashMap<usize, (&Accepted, Matched)> = HashMap::new();
        let names = self.names(baseline);
        for (number, name) in names.iter().enumerate() {
            let Some(accepted) = name.as_deref().and_then(|name| baseline.accepted(name)) else {
                continue;
            };
            let marks: Vec<&[Mark]> = marked[number].iter().map(Vec::as_slice).collect();
            let found = accepted.matched(&marks);
            for (held, is_held) in held[number].iter_mut().zip(&found.is_held) {
                *held |= is_held;
            }
            matched.insert(number, (accepted, found));
        }
        for (number, marks) in others {
            if let Some((accepted, found)) = matched.get_mut(number) {
                accepted.use_for_other_place(marks, found);
            }
        }
        let unused = matched.iter().map(|(number, (_, found))| {
            match found.unused() {
                // The findings of a file with syntax errors are unknown.
                1.. if !self.inputs[*number].parses() => 0,
                unused => unused,
            }
        });
        let gone = baseline.files().filter(|(_, _, is_there)| !is_there);
        unused.sum::<usize>() + gone.map(|(_, entries, _)| entries).sum::<usize>()
    }
}
