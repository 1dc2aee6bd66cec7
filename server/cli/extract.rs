//! `refactor run extract-function`.

use std::{io::Write, sync::Arc};

use anyhow::{Context as _, anyhow, bail};

use super::{
    ExitStatus, Output,
    changes::{FileChange, write},
    output::say,
    place::NamedPlace,
    settings::Settings,
    verify::{SWITCHED_OFF, until_stopped},
    work::Work,
};
use crate::{
    analysis::{Extraction, Refused, extract_function, may_be_extracted, texts_beside},
    compiler::{Compiler, Stop, Texts, Unjudged},
    report::EXTRACT_FUNCTION,
    syntax::Source,
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
    let Some((input, range)) = asked.place.read(settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    if !input.config.compiler {
        bail!("{SWITCHED_OFF}.");
    }
    let source = Source::parse(Arc::clone(&input.text), input.context);
    let source = source.map_err(|why| Refused::Because(format!("The file is {why}.")));
    if let Err(refused) = source.and_then(|it| may_be_extracted(&it, range)) {
        return not_offered(asked.place.words(), refused);
    }
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
        let source = Source::parse(text, context);
        let source = source.map_err(|why| Refused::Because(format!("The file is {why}.")))?;
        let others = texts_beside(&path, &Texts::new());
        let wanted = Extraction {
            range,
            name,
            others,
        };
        extract_function(&source, &path, &wanted, &mut compiler)
    })?;
    work.finish();
    let place = asked.place.words();
    let extracted = match extracted {
        Ok(extracted) => extracted,
        Err(refused) => return not_offered(place, refused),
    };
    let name = extracted.name;
    let shown = input.shown.clone();
    let change = FileChange::new(input, extracted.text, Vec::new(), 1);
    let change = change.map_err(|error| anyhow!("{error}; `{shown}` is left as it is"))?;
    change.show(out).context("The diff can't be written")?;
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
        &format!("{what}: `{name}` is extracted, and compiles."),
    );
    Ok(ExitStatus::Fine)
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
