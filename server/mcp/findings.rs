//! `findings`: lists code worth refactoring.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    answer::{Answer, Refused},
    project::{Gathered, Project},
};
use crate::{
    analysis::{
        FileFindings, Finding, FoundInFiles, Functions, InputFile, Level, analysed, baselines_of,
        judge_with_copies,
    },
    facts::{FileReport, Problem},
    history::{Against, before},
    report::{answers, counted, level_word},
    text::{Encoding, Lines, printable},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    paths: Option<Vec<String>>,
    since: Option<String>,
    #[serde(default)]
    skip: usize,
}

pub(super) async fn answer(
    project: &Arc<Project>,
    arguments: Arguments,
) -> Result<Answer, Refused> {
    let Arguments { paths, since, skip } = arguments;
    let gathered = project.run(move |project| gathered(project, paths, since));
    let Gathered { files, notes } = gathered.await??;
    let analysed = analysed(&project.engine, &files, &|_| {}).await;
    let analysed = analysed.map_err(Refused::because)?;
    let count = files.len();
    let said = project.run(move |_| {
        let mut notes = notes;
        let reports = analysed.reports.iter().zip(&analysed.copies);
        let found = files
            .iter()
            .zip(reports)
            .map(|(input, ((report, _), copies))| {
                notes.extend(problem(input, report));
                FileFindings {
                    findings: judge_with_copies(report, copies, &input.text, &input.rules),
                    functions: Functions::new(report.functions()),
                }
            });
        let found: Vec<FileFindings> = found.collect();
        let (baselines, bad) = baselines_of(&files);
        notes.extend(
            bad.iter()
                .map(|why| format!("{why}; all findings are reported")),
        );
        let held = FoundInFiles::new(&files, &found)
            .held_by(&baselines)
            .is_held;
        let (mut said, mut accepted) = (Vec::new(), 0);
        for ((input, found), held) in files.iter().zip(&found).zip(&held) {
            let all = said_of(input, found, held);
            accepted += all.accepted;
            said.extend(all.said);
        }
        (said, accepted, notes)
    });
    let (mut said, accepted, notes) = said.await?;
    let strong = said.iter().filter(|it| it.level == Level::Strong).count();
    // The largest weight comes first; the sort is stable, so files stay together where weights are equal.
    said.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    let accepted = match accepted {
        0 => String::new(),
        more => format!(", {more} more in the baseline"),
    };
    let first = format!(
        "{} ({strong} strong){accepted} in {}",
        counted(said.len(), "finding"),
        counted(count, "file")
    );
    let lines = said.into_iter().map(|it| it.words);
    let notes = notes.into_iter().map(|note| format!("note: {note}"));
    Ok(Answer::new(first, lines.chain(notes).collect(), skip))
}

fn gathered(
    project: &Project,
    paths: Option<Vec<String>>,
    since: Option<String>,
) -> Result<Gathered, Refused> {
    let Some(revision) = since else {
        let paths = paths.unwrap_or_default();
        if paths.is_empty() {
            return project.gather(&[project.root().to_path_buf()]);
        }
        let paths = paths.iter().map(|path| project.inside(path));
        return project.gather(&paths.collect::<Result<Vec<_>, _>>()?);
    };
    if paths.is_some() {
        return Err(Refused::BadCall(
            "Pass either `paths` or `since`, not both.".to_owned(),
        ));
    }
    let before = before(project.root(), Against::Revision(&revision)).map_err(Refused::because)?;
    project.gather_changed(&before)
}

/// A finding in words.
struct Said {
    weight: f64,
    level: Level,
    words: String,
}

/// The reported findings of a file, and how many a baseline suppresses.
struct SaidOfFile {
    said: Vec<Said>,
    accepted: usize,
}

fn said_of(input: &InputFile, found: &FileFindings, held: &[bool]) -> SaidOfFile {
    let lines = Lines::new(&input.text);
    let findings = found.findings.iter().zip(held);
    let told = findings.filter(|(finding, _)| input.tells(finding, found.functions.all(), &lines));
    let (accepted, told): (Vec<_>, Vec<_>) = told.partition(|(_, is_held)| **is_held);
    let said = told.iter().map(|(finding, _)| Said {
        weight: weight(finding),
        level: finding.level,
        words: words(finding, input, &lines),
    });
    SaidOfFile {
        said: said.collect(),
        accepted: accepted.len(),
    }
}

/// The potential gain: the measure relative to the strong limit.
fn weight(finding: &Finding) -> f64 {
    let strong = finding.judgement.limits.strong.max(1);
    f64::from(finding.measure) / f64::from(strong)
}

fn words(finding: &Finding, input: &InputFile, lines: &Lines) -> String {
    let at = lines.position(&input.text, finding.at.start(), Encoding::Utf32);
    let place = format!(
        "{}:{}:{}",
        printable(&input.shown),
        at.line + 1,
        at.column + 1
    );
    let (level, id) = (level_word(finding.level), finding.smell.id);
    let said = format!("{place}: {level}[{id}]: {}", finding.message);
    let answers = answers(finding);
    if answers.is_empty() {
        return said;
    }
    format!("{said} (fixed by: {})", answers.join(", "))
}

fn problem(input: &InputFile, report: &FileReport) -> Option<String> {
    let why = match report.problem? {
        Problem::TooDeep => "is nested too deeply to be analysed safely",
        Problem::TooLarge => "is too large to be analysed",
    };
    Some(format!("{} {why}; it is skipped", input.shown))
}
