//! `preview`: shows what an offer does, and why it is correct.

use std::sync::Arc;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    answer::{Answer, Refused},
    offer_name::OfferName,
    project::Project,
};
use crate::{
    analysis::{
        Extraction, FileChange, Gain, InputFile, ShownOffer, agreed, extract_function,
        offers_at_place, texts_beside,
    },
    compiler::{Compiler, Stop, Texts},
    refactorings::Applicability,
    report::{self, Look},
    syntax::Source,
    text::{Edits, NewFile, TextRange},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    offer: String,
    name: Option<String>,
    #[serde(default)]
    skip: usize,
}

pub(super) async fn answer(
    project: &Arc<Project>,
    arguments: Arguments,
    cancel: &CancellationToken,
) -> Result<Answer, Refused> {
    let Arguments { offer, name, skip } = arguments;
    let offer: OfferName = offer.parse()?;
    let (read, named) = (offer.clone(), offer.clone());
    let input = project.run(move |project| fresh(project, &read)).await??;
    let (input, derived) = if offer.asks_rustc() {
        check_extraction(project, [&input])?;
        let asking = project.run_with_rustc(cancel, move |_, stop| {
            let others = Texts::new();
            let derived = if named.is_extraction() {
                extracted(&input, &named, name, &others, stop)
            } else {
                let derived = derived(&input, &named, Freshness::Exact);
                derived.and_then(|derived| derived.agreed(&input, &others, &stop))
            };
            Ok((input, derived?))
        });
        asking.await??
    } else {
        let derived = project.run(move |_| {
            let derived = derived(&input, &named, Freshness::Exact)?;
            Ok((input, derived))
        });
        derived.await??
    };
    told(input, derived, skip)
}

/// The result of applying an offer to a text.
pub(super) struct Derived {
    pub(super) title: String,
    pub(super) text: Arc<str>,
    pub(super) new_files: Vec<(NewFile, String)>,
    shown: Vec<String>,
    /// The edits that rustc must accept.
    asked: Option<(Edits, TextRange)>,
}

/// The proof line for changes that rustc has accepted.
const AGREED: &str = "proof: rustc reports no error and no new warning";

/// Whether the text is the one the offer was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Exact,
    /// Other offers were applied after its position.
    Below,
}

/// The file of an offer, if it is unchanged since the offer was made.
pub(super) fn fresh(project: &Project, offer: &OfferName) -> Result<InputFile, Refused> {
    let input = project.file(offer.file()?)?;
    offer.check(&input)?;
    Ok(input)
}

/// Whether rustc may be run for extractions in these files.
pub(super) fn check_extraction<'a>(
    project: &Project,
    inputs: impl IntoIterator<Item = &'a InputFile>,
) -> Result<(), Refused> {
    let inputs = inputs.into_iter();
    project.check_build(inputs.filter_map(|input| input.path.parent()))
}

/// Derives an offer again from the text it will change.
pub(super) fn derived(
    input: &InputFile,
    name: &OfferName,
    freshness: Freshness,
) -> Result<Derived, Refused> {
    let range = name.place.range(&input.text).map_err(Refused::because)?;
    let found = offers_at_place(input.clone(), range, None);
    let found = found.map_err(|why| Refused::Because(format!("`{}` is {why}.", input.shown)))?;
    let mut offers = found.offers.into_iter().filter(|offer| match freshness {
        Freshness::Exact => name.is(offer),
        Freshness::Below => offer.id == name.refactoring,
    });
    match (offers.next(), offers.next()) {
        (Some(offer), None) => Ok(Derived::of(offer)),
        (Some(_), Some(_)) => Err(Refused::Because(format!(
            "`{name}` now matches several changes. Apply it alone."
        ))),
        (None, _) => Err(Refused::Because(format!(
            "`{name}` is no longer offered. Call `offers` again."
        ))),
    }
}

/// Runs rustc for an extraction, with `others` as contents of other files.
pub(super) fn extracted(
    input: &InputFile,
    offer: &OfferName,
    name: Option<String>,
    others: &Texts,
    stop: Stop,
) -> Result<Derived, Refused> {
    let range = offer.place.range(&input.text).map_err(Refused::because)?;
    let source = Source::parse(Arc::clone(&input.text), input.context);
    let source = source.map_err(|why| Refused::Because(format!("`{}` is {why}.", input.shown)))?;
    let path = input.path.canonicalize().map_err(Refused::because)?;
    let wanted = Extraction {
        range,
        name,
        others: texts_beside(&path, others),
    };
    let mut compiler = Compiler::new(stop).beside(others.clone());
    let extracted = extract_function(&source, &path, &wanted, &mut compiler);
    let extracted =
        extracted.map_err(|why| Refused::Because(format!("`{offer}` can't be applied: {why}")))?;
    Ok(Derived {
        title: format!("Extract into `{}`", extracted.name),
        text: extracted.text,
        new_files: Vec::new(),
        shown: vec![AGREED.to_owned()],
        asked: None,
    })
}

impl Derived {
    fn of(offer: ShownOffer) -> Self {
        let mut shown = Vec::new();
        match offer.applicability {
            Applicability::Safe => {}
            Applicability::NeedsCheck => shown.push("needs review".to_owned()),
            Applicability::Draft => shown.push("needs completing".to_owned()),
        }
        if let Some(smell) = offer.answers {
            shown.push(format!("for: {smell}"));
        }
        let audited = ["the audit found the same words, comments and attributes before and after"];
        let checked = offer.checked.iter().copied().chain(audited);
        let checked: Vec<&str> = checked.collect();
        shown.push(format!("proof: {}", checked.join("; ")));
        if let Some(Gain { before, after }) = offer.gain {
            shown.push(format!("gain: complexity {before} → {after}"));
        }
        Self {
            title: offer.title,
            text: offer.text,
            new_files: offer.new_files,
            shown,
            asked: offer.asks_rustc.then_some((offer.edits, offer.target)),
        }
    }

    /// Returns the result after rustc has accepted it, if required, with `others` as contents of other files.
    pub(super) fn agreed(
        self,
        input: &InputFile,
        others: &Texts,
        stop: &Stop,
    ) -> Result<Self, Refused> {
        let Some((edits, target)) = &self.asked else {
            return Ok(self);
        };
        let source = Source::parse(Arc::clone(&input.text), input.context);
        let source = source.map_err(Refused::because)?;
        let path = input.path.canonicalize().map_err(Refused::because)?;
        let mut compiler = Compiler::new(stop.clone()).beside(others.clone());
        let text = agreed(&source, &path, (edits, *target), &mut compiler);
        let text = text
            .map_err(|why| Refused::Because(format!("`{}` can't be applied: {why}", self.title)))?;
        let mut shown = self.shown;
        shown.push(AGREED.to_owned());
        Ok(Self {
            text,
            shown,
            asked: None,
            ..self
        })
    }
}

fn told(input: InputFile, derived: Derived, skip: usize) -> Result<Answer, Refused> {
    let Derived {
        title,
        text,
        new_files,
        shown: mut lines,
        asked: _,
    } = derived;
    let text = input.laid_out(text);
    let change = FileChange::new(input, text, new_files, 1).map_err(Refused::because)?;
    let mut diff = Vec::new();
    let written = report::write_change(&mut diff, &change, Look::default());
    written.map_err(Refused::because)?;
    let diff = String::from_utf8_lossy(&diff);
    lines.extend(diff.lines().map(str::to_owned));
    Ok(Answer::new(title, lines, skip))
}
