//! Adds comments that suppress all reported findings.

use std::sync::Arc;

use super::{
    super::{changes::write, output::say, work::Work},
    Arguments, told,
};
use crate::{
    analysis::{FileChange, Finding, InputFile, allowing, reason_in_comment, without_allowances},
    report::{ReportedFile, counted},
    text::{Encoding, TextRange, printable},
};

/// Maximum number of rounds, because suppressing a duplicate moves the finding to its next location.
const MOST_ROUNDS: usize = 50;
/// Maximum attempts to remove comments, because some smells ignore commented code, so a comment can make others idle.
const MOST_CLEARINGS: usize = 5;

/// Writes the comments and updates the files' source texts; returns the number of findings that couldn't be suppressed.
pub(super) fn add(
    work: &Work,
    arguments: &Arguments,
    inputs: &mut Vec<InputFile>,
    reason: &str,
) -> anyhow::Result<usize> {
    let reason = reason_in_comment(reason)?;
    let mut new = inputs.clone();
    let mut run = Run {
        work,
        arguments,
        reason,
        refused: Vec::new(),
        allowed: 0,
    };
    run.until_stable(&mut new)?;
    for _ in 0..MOST_CLEARINGS {
        if !run.clear_idle(inputs, &mut new)? {
            break;
        }
    }
    let changes: Vec<FileChange> = inputs
        .iter()
        .zip(&new)
        .filter(|(old, new)| old.text != new.text)
        .filter_map(|(old, new)| {
            FileChange::new(old.clone(), Arc::clone(&new.text), Vec::new(), 0).ok()
        })
        .collect();
    let unwritten = write(&changes);
    for words in &run.refused {
        say("error", words);
    }
    if unwritten == 0 {
        let (findings, files) = (
            counted(run.allowed, "finding"),
            counted(changes.len(), "file"),
        );
        say("note", &format!("{findings} allowed in {files}."));
        *inputs = new;
    }
    Ok(run.refused.len() + unwritten)
}

struct Run<'a> {
    work: &'a Work,
    arguments: &'a Arguments,
    reason: &'a str,
    /// Messages for findings that no comment suppresses.
    refused: Vec<String>,
    allowed: usize,
}

impl Run<'_> {
    fn until_stable(&mut self, inputs: &mut [InputFile]) -> anyhow::Result<()> {
        for _ in 0..MOST_ROUNDS {
            if !self.round(inputs)? {
                break;
            }
        }
        Ok(())
    }

    /// Removes new comments that suppress nothing, except those whose removal adds findings; returns whether fewer are left.
    fn clear_idle(&mut self, old: &[InputFile], new: &mut Vec<InputFile>) -> anyhow::Result<bool> {
        let told = told(self.work, self.arguments, new);
        let told = self.work.block_on(told)?;
        let mut cleared = new.clone();
        let mut gone = 0;
        for ((old, input), file) in old.iter().zip(&mut cleared).zip(&told.files) {
            let idle: Vec<TextRange> = file.idle.iter().map(|idle| idle.at).collect();
            let without = without_allowances(&old.text, &input.text, &idle);
            gone += idle.len() * usize::from(without != *input.text);
            input.text = Arc::from(without);
        }
        if gone == 0 {
            return Ok(false);
        }
        let allowed = self.allowed;
        self.allowed = allowed.saturating_sub(gone);
        self.until_stable(&mut cleared)?;
        let length = |inputs: &[InputFile]| inputs.iter().map(|it| it.text.len()).sum::<usize>();
        if length(&cleared) >= length(new) {
            self.allowed = allowed;
            return Ok(false);
        }
        *new = cleared;
        Ok(true)
    }

    /// Returns whether there may be more to write.
    fn round(&mut self, inputs: &mut [InputFile]) -> anyhow::Result<bool> {
        let told = told(self.work, self.arguments, inputs);
        let told = self.work.block_on(told)?;
        self.refused.clear();
        let mut goes_on = false;
        for (input, file) in inputs.iter_mut().zip(&told.files) {
            goes_on |= self.file(input, file);
        }
        Ok(goes_on)
    }

    fn file(&mut self, input: &mut InputFile, file: &ReportedFile) -> bool {
        if file.findings.is_empty() {
            return false;
        }
        let findings: Vec<&Finding> = file.findings.iter().map(|found| &found.finding).collect();
        let written = allowing(&input.text, input.context, &findings, self.reason);
        for (finding, is_allowed) in findings.into_iter().zip(&written.is_allowed) {
            if *is_allowed {
                self.allowed += 1;
            } else {
                self.refused.push(refusal(file, finding));
            }
        }
        let is_changed = *written.text != *input.text;
        input.text = Arc::from(written.text);
        is_changed
    }
}

fn refusal(file: &ReportedFile, finding: &Finding) -> String {
    let at = finding.at.start();
    let place = file.lines.position(&file.text, at, Encoding::Utf32);
    format!(
        "{}:{}:{}: no comment for `{}` can be placed here, because no item or statement around it starts a line; break the line, or \
         accept the finding with `--write-baseline`",
        printable(&file.path),
        place.line + 1,
        place.column + 1,
        finding.smell.id
    )
}
