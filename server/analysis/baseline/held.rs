//! What a baseline holds back of many files, and what is accepted of them.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use super::{Accepted, BadBaseline, Baseline, Entry, Mark, Matched, marks, marks_at};
use crate::analysis::{Finding, Functions, InputFile};

/// All that is found in a file.
#[derive(Debug)]
pub struct FileFindings {
    pub findings: Vec<Finding>,
    pub functions: Functions,
}

/// Files with what is found in them.
#[derive(Debug, Clone, Copy)]
pub struct FoundInFiles<'a> {
    inputs: &'a [InputFile],
    found: &'a [FileFindings],
}

/// What baselines hold back.
#[derive(Debug)]
pub struct HeldBack {
    /// Of each finding of each file whether it is.
    pub is_held: Vec<Vec<bool>>,
    /// How many entries of each baseline are not found any more.
    pub stale: Vec<usize>,
}

/// The marks of each finding of a file.
type Marked = Vec<Vec<Mark>>;

/// The baselines that the options of these files name, and why some of them don't count.
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
    /// Both in one order.
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

    /// How a baseline names each file; nothing for one that it says nothing of.
    pub fn names(self, baseline: &Baseline) -> Vec<Option<String>> {
        let inputs = self.inputs.iter();
        inputs.map(|input| baseline.name_of(&input.path)).collect()
    }

    /// How many findings are in the files that have a name.
    pub fn count(self, names: &[Option<String>]) -> usize {
        let files = self.found.iter().zip(names);
        let kept = files.filter(|(_, name)| name.is_some());
        kept.map(|(found, _)| found.findings.len()).sum()
    }

    /// Entries for all that is found in the files that have a name.
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

    /// What findings tell of other places, as the number of the file and the marks that they would have there.
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

    /// Marks what a baseline holds back; returns how many of its entries are not found any more.
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
                // Nobody knows what is in a file that is broken.
                1.. if !self.inputs[*number].parses() => 0,
                unused => unused,
            }
        });
        let gone = baseline.files().filter(|(_, _, is_there)| !is_there);
        unused.sum::<usize>() + gone.map(|(_, entries, _)| entries).sum::<usize>()
    }
}
