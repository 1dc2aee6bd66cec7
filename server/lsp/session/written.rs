//! Serialized diagnostics, by unit. A keystroke usually changes the diagnostics of one unit without moving lines, so all others
//! are reused.

use std::sync::{Arc, Mutex};

use lsp_types::Position;

use crate::{
    analysis::{Answers, Around, Mark},
    config::Rules,
    facts::UnitReport,
    lsp::locks::lock,
    text::{TextRange, TextSize},
};

/// A diagnostic as JSON.
#[derive(Debug)]
pub(crate) struct WrittenDiagnostic {
    /// Start relative to the unit.
    pub(crate) start: TextSize,
    pub(crate) smell: &'static str,
    pub(crate) json: Vec<u8>,
    pub(crate) hash: [u8; 8],
    /// Identifies the finding in a baseline.
    pub(crate) marks: Vec<Mark>,
}

/// All diagnostics of a unit.
#[derive(Debug)]
pub(crate) struct WrittenUnit {
    /// Within one document, equal units share one report as long as it is held.
    report: Arc<UnitReport>,
    at: Position,
    around: Around,
    pub(crate) diagnostics: Vec<WrittenDiagnostic>,
    /// Ranges of the findings of repeated code, relative to the unit.
    pub(crate) repeated: Vec<TextRange>,
}

/// Inputs of a unit's diagnostics, apart from the rules and the file's answers.
pub(crate) struct UnitInputs<'a> {
    pub(crate) report: &'a Arc<UnitReport>,
    pub(crate) at: Position,
    pub(crate) around: Around,
}

/// The last diagnostics of a document, shared by all its versions.
#[derive(Debug, Default)]
pub(crate) struct WrittenUnits(Mutex<Option<Arc<Previous>>>);

/// The units of one version.
#[derive(Debug)]
pub(crate) struct Previous {
    pub(crate) rules: Arc<Rules>,
    pub(crate) answers: Answers,
    /// Whether there was a baseline, so that all have their marks.
    pub(crate) is_marked: bool,
    /// In source order.
    pub(crate) units: Vec<Arc<WrittenUnit>>,
}

impl WrittenDiagnostic {
    pub(crate) fn new(start: TextSize, smell: &'static str, json: Vec<u8>) -> Self {
        let mut hash = [0; 8];
        hash.copy_from_slice(&blake3::hash(&json).as_bytes()[..8]);
        Self {
            start,
            smell,
            json,
            hash,
            marks: Vec::new(),
        }
    }

    pub(crate) fn marked(self, marks: Vec<Mark>) -> Self {
        Self { marks, ..self }
    }
}

impl WrittenUnit {
    pub(crate) fn new(
        inputs: UnitInputs<'_>,
        diagnostics: Vec<WrittenDiagnostic>,
        repeated: Vec<TextRange>,
    ) -> Self {
        Self {
            report: Arc::clone(inputs.report),
            at: inputs.at,
            around: inputs.around,
            diagnostics,
            repeated,
        }
    }

    fn is_of(&self, inputs: &UnitInputs<'_>) -> bool {
        Arc::ptr_eq(&self.report, inputs.report)
            && self.at == inputs.at
            && self.around == inputs.around
    }
}

impl WrittenUnits {
    pub(crate) fn last(&self) -> Option<Arc<Previous>> {
        lock(&self.0).clone()
    }

    pub(crate) fn keep(&self, last: Previous) {
        *lock(&self.0) = Some(Arc::new(last));
    }
}

/// Finds units in the previous version, which are mostly in the same order.
pub(crate) struct Earlier<'a> {
    units: &'a [Arc<WrittenUnit>],
    next: usize,
}

impl<'a> Earlier<'a> {
    pub(crate) fn of(units: &'a [Arc<WrittenUnit>]) -> Self {
        Self { units, next: 0 }
    }

    /// Must be called in source order.
    pub(crate) fn find(&mut self, inputs: &UnitInputs<'_>) -> Option<&'a Arc<WrittenUnit>> {
        let ahead = self.units[self.next..].iter();
        // Units never share a position, so those before this one are different.
        let passed = ahead.take_while(|unit| unit.at < inputs.at).count();
        self.next += passed;
        self.units.get(self.next).filter(|unit| unit.is_of(inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_where_they_stood() {
        let reports: Vec<Arc<UnitReport>> = (0..4).map(|_| Arc::default()).collect();
        let inputs = |report, line| UnitInputs {
            report,
            at: Position::new(line, 0),
            around: Around::default(),
        };
        let unit = |(report, line)| WrittenUnit::new(inputs(report, line), vec![], vec![]);
        let lines = [1, 5, 9, 20];
        let units: Vec<_> = reports.iter().zip(lines).map(unit).map(Arc::new).collect();
        let mut known = Earlier::of(&units);
        assert!(known.find(&inputs(&reports[0], 0)).is_none());
        assert!(known.find(&inputs(&reports[0], 1)).is_some());
        assert!(known.find(&inputs(&reports[1], 6)).is_none());
        assert!(known.find(&inputs(&reports[1], 9)).is_none());
        assert!(known.find(&inputs(&reports[2], 9)).is_some());
        assert!(known.find(&inputs(&reports[3], 20)).is_some());
        assert!(known.find(&inputs(&reports[3], 21)).is_none());
    }
}
