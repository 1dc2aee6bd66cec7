//! The command `refactor run extract-function`.

use std::{io::Write, path::Path, sync::Arc};

use anyhow::{Context as _, anyhow, bail};

use super::{
    ExitStatus, Output,
    agreed::{CHECKING, not_offered},
    changes::write,
    model,
    output::{look, say},
    place,
    settings::Settings,
    verify::until_stopped,
    work::Work,
};
use crate::{
    analysis::{
        Extracted, Extraction, FileChange, Finding, InputFile, Memo, NamedPlace, Nameless, Refused,
        SWITCHED_OFF, extract_function, is_for_extraction, judge, lines_in_words, may_be_extracted,
        measure, parts, texts_beside,
    },
    compiler::{Compiler, Stop, Texts},
    extraction::Naming,
    report::{EXTRACT_FUNCTION, write_change},
    syntax::{FileContext, Source},
    text::{Lines, TextRange},
};

pub(super) const ID: &str = EXTRACT_FUNCTION;

/// The request on the command line.
pub(super) struct Asked<'a> {
    pub(super) place: &'a NamedPlace,
    pub(super) name: NameFrom,
    pub(super) write: bool,
}

/// Source of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NameFrom {
    Person(String),
    Code,
    /// Falls back to a name from the code without an answer.
    Model,
}

impl NameFrom {
    pub(super) fn given(&self) -> Option<String> {
        match self {
            Self::Person(name) => Some(name.clone()),
            Self::Code | Self::Model => None,
        }
    }
}

pub(super) fn run(
    asked: &Asked<'_>,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some((input, range)) = place::read(asked.place, settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    if !input.config.compiler {
        bail!("{SWITCHED_OFF}.");
    }
    let mut selections = match selections(&input, range, asked)? {
        Ok(selections) => selections,
        Err(refused) => return not_offered(ID, asked.place.words(), refused),
    };
    let mut name = asked.name.given();
    if asked.name == NameFrom::Model {
        // A name only fits the lines it was proposed for.
        selections.truncate(1);
        if let Some(range) = selections.first() {
            name = proposed_name(&input, Nameless::Lines(*range), settings)?;
        }
    }
    say("note", CHECKING);
    let stop = Stop::default();
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be resolved")?;
    let (text, context) = (Arc::clone(&input.text), input.context);
    let work = Work::in_memory()?;
    let mut compiler = Compiler::new(stop.clone());
    let extracted = until_stopped(&work, &stop, move || {
        let source = parsed(text, context)?;
        let wanted = Extraction {
            range,
            name,
            others: texts_beside(&path, &Texts::new()),
        };
        first_that_holds(&source, &path, &wanted, &selections, &mut compiler)
    })?;
    work.finish();
    let place = asked.place.words();
    let (extracted, selection) = match extracted {
        Ok(extracted) => extracted,
        Err(refused) => return not_offered(ID, place, refused),
    };
    let from = if asked.place.is_selection() {
        String::new()
    } else {
        let lines = Lines::new(&input.text);
        let place = lines_in_words(&lines, selection, &input.shown);
        format!(" from {place}")
    };
    let done = format!("`{}` extracted{from}; it compiles.", extracted.name);
    carry_out(asked, (input, extracted.text, &done), out)
}

/// Returns the model's first unused name, and prints the others.
pub(super) fn proposed_name(
    input: &InputFile,
    nameless: Nameless,
    settings: &Settings,
) -> anyhow::Result<Option<String>> {
    let mut names = model::proposed_names(input, nameless, settings)?.into_iter();
    let first = names.next();
    let others: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if !others.is_empty() {
        let others = others.join(", ");
        say(
            "note",
            &format!("Other possible names: {others}. Choose one with `--name`."),
        );
    }
    Ok(first)
}

/// Prints the diff, and writes the file if requested; reports what was `done`.
pub(super) fn carry_out(
    asked: &Asked<'_>,
    (input, text, done): (InputFile, Arc<str>, &str),
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let shown = input.shown.clone();
    let change = FileChange::new(input, text, Vec::new(), 1);
    let change = change.map_err(|error| anyhow!("{error}; `{shown}` is unchanged"))?;
    write_change(out, &change, look()).context("The diff can't be written")?;
    out.flush().context("The diff can't be written")?;
    if asked.write && write(&[change]) > 0 {
        return Ok(ExitStatus::Trouble);
    }
    let what = if asked.write {
        "Applied"
    } else {
        "use `--write` to apply"
    };
    say("note", &format!("{what}: {done}"));
    Ok(ExitStatus::Fine)
}

pub(super) fn parsed(text: Arc<str>, context: FileContext) -> Result<Source, Refused> {
    Source::parse(text, context).map_err(|why| Refused::Because(format!("The file is {why}.")))
}

/// Returns the selection, or the parts that would reduce the findings at a location, best first; checks syntax before rustc is
/// run.
fn selections(
    input: &InputFile,
    range: TextRange,
    asked: &Asked<'_>,
) -> anyhow::Result<Result<Vec<TextRange>, Refused>> {
    let is_selection = asked.place.is_selection();
    let naming = match asked.name {
        NameFrom::Person(_) | NameFrom::Model => Naming::Given,
        NameFrom::Code => Naming::Told,
    };
    let (text, context, rules) = (Arc::clone(&input.text), input.context, input.rules.clone());
    let work = Work::in_memory()?;
    let found = work.block_on(work.engine.run(move || {
        let source = parsed(text, context)?;
        if is_selection {
            may_be_extracted(&source, range)?;
            return Ok(vec![range]);
        }
        let report = measure(&source, &Memo::default());
        let mut findings = judge(&report, &source.text, &rules);
        findings.retain(|finding| finding.at.intersect(range).is_some());
        findings.retain(|finding| is_for_extraction(finding.smell));
        if findings.is_empty() {
            may_be_extracted(&source, range)?;
            return Ok(vec![range]);
        }
        of_findings(&source, &findings, naming)
    }))?;
    work.finish();
    Ok(found)
}

/// Returns the parts that would reduce the findings, or the reason why there are none.
fn of_findings(
    source: &Source,
    findings: &[Finding],
    naming: Naming,
) -> Result<Vec<TextRange>, Refused> {
    let found = |naming: Naming| -> Vec<TextRange> {
        let found = findings.iter().flat_map(|it| parts(source, it, naming));
        found.map(|it| it.range).collect()
    };
    let told = found(naming);
    if !told.is_empty() {
        return Ok(told);
    }
    let why = if naming == Naming::Told && !found(Naming::Given).is_empty() {
        "The code doesn't suggest a name for the new function. Set one with `--name`."
    } else {
        "Extracting a function would not improve this finding."
    };
    Err(Refused::Because(why.to_owned()))
}

/// Returns the first extraction that rustc accepts and its selection; otherwise the objection to the best one.
fn first_that_holds(
    source: &Source,
    path: &Path,
    wanted: &Extraction,
    selections: &[TextRange],
    compiler: &mut Compiler,
) -> Result<(Extracted, TextRange), Refused> {
    let mut refused = None;
    for &range in selections {
        let wanted = Extraction {
            range,
            ..wanted.clone()
        };
        match extract_function(source, path, &wanted, compiler) {
            Ok(extracted) => return Ok((extracted, range)),
            Err(why @ Refused::Unjudged(_)) => return Err(why),
            Err(why) => {
                tracing::debug!("trying another part: {why}");
                refused.get_or_insert(why);
            }
        }
    }
    Err(refused.unwrap_or_else(|| Refused::Because("Nothing is selected.".to_owned())))
}
