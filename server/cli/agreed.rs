//! Checks offers with rustc before they are applied.

use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::{ExitStatus, output::say, verify::until_stopped, work::Work};
use crate::{
    analysis::{InputFile, Refused, ShownOffer, agreed},
    compiler::{Compiler, Stop, Unjudged},
    syntax::Source,
};

/// Message before anything is built.
pub(super) const CHECKING: &str =
    "Checking with rustc, which runs build scripts and procedural macros.";

/// Returns the result of an offer if rustc accepts it.
pub(super) fn ask(
    input: &InputFile,
    offer: &ShownOffer,
) -> anyhow::Result<Result<Arc<str>, Refused>> {
    say("note", CHECKING);
    let stop = Stop::default();
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be resolved")?;
    let (text, context) = (Arc::clone(&input.text), input.context);
    let (edits, target) = (offer.edits.clone(), offer.target);
    let work = Work::in_memory()?;
    let mut compiler = Compiler::new(stop.clone());
    let told = until_stopped(&work, &stop, move || {
        let source = Source::parse(text, context);
        let source = source.map_err(|why| Refused::Because(format!("The file is {why}.")))?;
        agreed(&source, &path, (&edits, target), &mut compiler)
    })?;
    work.finish();
    Ok(told)
}

/// Reports why a refactoring isn't applied.
pub(super) fn not_offered(id: &str, place: &str, refused: Refused) -> anyhow::Result<ExitStatus> {
    match refused {
        Refused::Unjudged(why @ Unjudged::Because(_)) => {
            bail!("`{id}` can't be checked at {place}: {why}")
        }
        Refused::Unjudged(Unjudged::Stopped) => bail!("stopped; nothing was changed"),
        Refused::Because(why) => {
            say("note", &format!("`{id}` is not offered at {place}: {why}"));
            Ok(ExitStatus::Findings)
        }
    }
}
