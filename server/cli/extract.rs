//! `refactor run extract-function`.

use std::{io::Write, path::Path, sync::Arc};

use anyhow::{Context as _, anyhow, bail};

use super::{
    ExitStatus, Output,
    changes::write,
    output::{look, say},
    place,
    settings::Settings,
    verify::until_stopped,
    work::Work,
};
use crate::{
    analysis::{
        Extracted, Extraction, FileChange, InputFile, Memo, NamedPlace, Refused, SWITCHED_OFF,
        extract_function, judge, lines_in_words, may_be_extracted, measure, proposals,
        texts_beside,
    },
    compiler::{Compiler, Stop, Texts, Unjudged},
    report::{EXTRACT_FUNCTION, write_change},
    syntax::{FileContext, Source},
    text::{Lines, TextRange},
};

pub(super) const ID: &str = EXTRACT_FUNCTION;

/// What a command line asks for.
pub(super) struct Asked<'a> {
    pub(super) place: &'a NamedPlace,
    pub(super) name: Option<String>,
    pub(super) write: bool,
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
    let selections = match selections(&input, range, asked.place)? {
        Ok(selections) => selections,
        Err(refused) => return not_offered(asked.place.words(), refused),
    };
    say(
        "note",
        "Checking with rustc, which runs build scripts and procedural macros.",
    );
    let stop = Stop::default();
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be followed")?;
    let (text, context) = (Arc::clone(&input.text), input.context);
    let name = asked.name.clone();
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
        Err(refused) => return not_offered(place, refused),
    };
    let name = extracted.name;
    let shown = input.shown.clone();
    let from = if asked.place.is_selection() {
        String::new()
    } else {
        let lines = Lines::new(&input.text);
        format!(" from {}", lines_in_words(&lines, selection, &shown))
    };
    let change = FileChange::new(input, extracted.text, Vec::new(), 1);
    let change = change.map_err(|error| anyhow!("{error}; `{shown}` is left as it is"))?;
    write_change(out, &change, look()).context("The diff can't be written")?;
    out.flush().context("The diff can't be written")?;
    if asked.write && write(&[change]) > 0 {
        return Ok(ExitStatus::Trouble);
    }
    let what = if asked.write {
        "Carried out"
    } else {
        "`--write` carries it out"
    };
    say(
        "note",
        &format!("{what}: `{name}` is extracted{from}, and compiles."),
    );
    Ok(ExitStatus::Fine)
}

fn parsed(text: Arc<str>, context: FileContext) -> Result<Source, Refused> {
    Source::parse(text, context).map_err(|why| Refused::Because(format!("The file is {why}.")))
}

/// What is selected, or the parts that would make the findings at a place smaller, the best first; what syntax refuses is nothing
/// to ask rustc about.
fn selections(
    input: &InputFile,
    range: TextRange,
    place: &NamedPlace,
) -> anyhow::Result<Result<Vec<TextRange>, Refused>> {
    let is_selection = place.is_selection();
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
        let found = findings.iter().flat_map(|it| proposals(&source, it));
        let found: Vec<TextRange> = found.map(|it| it.range).collect();
        if found.is_empty() {
            may_be_extracted(&source, range)?;
            return Ok(vec![range]);
        }
        Ok(found)
    }))?;
    work.finish();
    Ok(found)
}

/// The first extraction that rustc agrees with, and what it was made of; otherwise what stands against the best one.
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
                refused.get_or_insert(why);
            }
        }
    }
    Err(refused.unwrap_or_else(|| Refused::Because("Nothing is selected.".to_owned())))
}

fn not_offered(place: &str, refused: Refused) -> anyhow::Result<ExitStatus> {
    match refused {
        Refused::Unjudged(why @ Unjudged::Because(_)) => {
            bail!("`{ID}` can't be worked out at {place}: {why}")
        }
        Refused::Unjudged(Unjudged::Stopped) => bail!("stopped; nothing is changed"),
        Refused::Because(why) => {
            say("note", &format!("`{ID}` is not offered at {place}: {why}"));
            Ok(ExitStatus::Findings)
        }
    }
}
