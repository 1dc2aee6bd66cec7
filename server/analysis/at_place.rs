//! Offers at a location in a file, prepared for display.

use std::sync::Arc;

use super::{
    Finding, Gain, InputFile, Memo, PlacedOffer, Seen, apart, gain, gain_in_words, judge,
    may_be_extracted, measure_and_survey, offers_among, proposals, title, unifying,
};
use crate::{
    compiler,
    refactorings::{Applicability, Context, Hazard, Refactoring, Refusal},
    syntax::{Source, Unparsable},
    text::{Edits, Encoding, Lines, NewFile, TextRange},
    workspace::place_of,
};

/// Error message if the user has disabled rustc.
pub const SWITCHED_OFF: &str = "`compiler.enabled` is `false` here, so rustc isn't asked";

/// Offers at a location of a file.
pub struct OffersAtPlace {
    pub input: InputFile,
    pub offers: Vec<ShownOffer>,
    pub refusals: Vec<(&'static Refactoring, String)>,
    /// Reason why rustc can't be run here, and the refactorings unavailable for it.
    without_rustc: Option<(String, Vec<&'static str>)>,
    /// Whether the selection can be extracted, or why not; `None` without a selection.
    pub extraction: Option<Result<(), String>>,
    /// Extractions that would reduce the findings there, if nothing is selected.
    pub extractions: Vec<ShownExtraction>,
    /// Functions that would replace repeated code.
    pub unifications: Vec<ShownExtraction>,
}

/// An extraction proposed without a selection.
pub struct ShownExtraction {
    /// `FILE:LINE-LINE` or `FILE:LINE:COLUMN`.
    pub place: String,
    pub title: String,
    pub answers: &'static str,
}

/// An offer prepared for display.
#[derive(Debug, Clone)]
pub struct ShownOffer {
    pub id: &'static str,
    pub title: String,
    pub answers: Option<&'static str>,
    pub applicability: Applicability,
    /// `FILE:LINE:COLUMN`.
    pub place: String,
    pub gain: Option<Gain>,
    /// Whether rustc must check the result before it is used.
    pub asks_rustc: bool,
    /// The complete range that is changed, in the current source text.
    pub target: TextRange,
    pub edits: Edits,
    /// Side effects that were shown to be absent or preserved.
    pub checked: Vec<&'static str>,
    pub text: Arc<str>,
    pub new_files: Vec<(NewFile, String)>,
}

/// Returns the offers in a range of a file or at a cursor, and whether the selection can be extracted.
pub fn offers_at_place(
    input: InputFile,
    range: TextRange,
    selection: Option<TextRange>,
) -> Result<OffersAtPlace, Unparsable> {
    let source = Source::parse(Arc::clone(&input.text), input.context)?;
    let measured = measure_and_survey(&source, &Memo::idle());
    let mut findings = judge(&measured.report, &source.text, &input.rules);
    findings.retain(|finding: &Finding| finding.at.intersect(range).is_some());
    // The location of modules depends on parent folders, which a relative path hides.
    let path = input.path.canonicalize();
    let path = path.unwrap_or_else(|_| input.path.clone());
    let context = Context::new(&source).placed(place_of(&path));
    let (mut offers, mut refusals) = offers_among(&context, range, &findings);
    let without_rustc = may_ask_rustc(&input).err().map(|why| {
        let ids = refuse_what_asks_rustc(&mut offers, &mut refusals, &why);
        (why, ids)
    });
    let lines = Lines::new(&source.text);
    let offers = offers.into_iter();
    let offers = offers.map(|offer| ShownOffer::of(&offer, &source, &lines, &input.shown));
    let offers = offers.flatten().collect();
    let reasons = refusals
        .into_iter()
        .filter_map(|(refactoring, refusal)| match refusal {
            Refusal::Because { why, .. } => Some((refactoring, why)),
            Refusal::NotHere => None,
        });
    let refusals = reasons.collect();
    let extraction = selection.map(|selection| may_be_extracted_here(&source, selection, &input));
    let (mut extractions, mut unifications) = (Vec::new(), Vec::new());
    if extraction.is_none() && may_ask_rustc(&input).is_ok() {
        let seen = Seen {
            report: &measured.report,
            survey: &measured.survey,
        };
        extractions = shown_extractions(&source, &findings, &lines, &input);
        unifications = shown_unifications(&context, seen, &findings, (&lines, &input));
    }
    Ok(OffersAtPlace {
        input,
        offers,
        refusals,
        without_rustc,
        extraction,
        extractions,
        unifications,
    })
}

impl OffersAtPlace {
    /// Returns why a refactoring that needs rustc isn't offered.
    pub fn without_rustc(&self, id: &str) -> Option<&str> {
        let (why, ids) = self.without_rustc.as_ref()?;
        ids.contains(&id).then_some(why.as_str())
    }
}

/// Removes offers that need rustc, and returns their ids.
fn refuse_what_asks_rustc(
    offers: &mut Vec<PlacedOffer>,
    refusals: &mut Vec<(&'static Refactoring, Refusal)>,
    why: &str,
) -> Vec<&'static str> {
    let asking = offers.extract_if(.., |it| it.offer.refactoring().asks_rustc());
    let refactorings: Vec<&'static Refactoring> = asking.map(|it| it.offer.refactoring()).collect();
    let refused = refactorings.iter().map(|refactoring| {
        let refusal = Refusal::because(Hazard::Types, why);
        (*refactoring, refusal)
    });
    refusals.extend(refused);
    refusals.sort_by_key(|(refactoring, _)| refactoring.id);
    refusals.dedup_by_key(|(refactoring, _)| refactoring.id);
    refactorings.iter().map(|it| it.id).collect()
}

fn shown_extractions(
    source: &Source,
    findings: &[Finding],
    lines: &Lines,
    input: &InputFile,
) -> Vec<ShownExtraction> {
    let mut shown = Vec::new();
    for finding in findings {
        let found = proposals(source, finding);
        shown.extend(apart(&found).into_iter().map(|it| ShownExtraction {
            place: lines_in_words(lines, it.range, &input.shown),
            title: format!(
                "Extract into `{}` ({})",
                it.name,
                gain_in_words(finding, it)
            ),
            answers: finding.smell.id,
        }));
    }
    shown
}

/// Returns functions that would replace repeated code.
fn shown_unifications(
    context: &Context<'_>,
    seen: Seen<'_>,
    findings: &[Finding],
    (lines, input): (&Lines, &InputFile),
) -> Vec<ShownExtraction> {
    let answered = findings.iter();
    let answered = answered.filter(|it| !unifying(context, seen, it).is_empty());
    let shown = answered.map(|finding| {
        let at = lines.position(&context.source.text, finding.at.start(), Encoding::Utf32);
        ShownExtraction {
            place: format!("{}:{}:{}", input.shown, at.line + 1, at.column + 1),
            title: "Extract the repeated block into a function".to_owned(),
            answers: finding.smell.id,
        }
    });
    shown.collect()
}

/// Formats `FILE:LINE-LINE`.
pub fn lines_in_words(lines: &Lines, range: TextRange, file: &str) -> String {
    let (first, last) = (lines.line(range.start()) + 1, lines.line(range.end()) + 1);
    format!("{file}:{first}-{last}")
}

/// Checks whether the selection can be extracted with rustc; otherwise returns the reason.
pub fn extraction_at_place(input: &InputFile, selection: TextRange) -> Result<(), String> {
    let source = Source::parse(Arc::clone(&input.text), input.context);
    let source = source.map_err(|why| format!("The file is {why}."))?;
    may_be_extracted_here(&source, selection, input)
}

fn may_be_extracted_here(
    source: &Source,
    selection: TextRange,
    input: &InputFile,
) -> Result<(), String> {
    may_be_extracted(source, selection).map_err(|why| why.to_string())?;
    may_ask_rustc(input)
}

/// Checks whether rustc may be run for a file; otherwise returns the reason.
fn may_ask_rustc(input: &InputFile) -> Result<(), String> {
    if !input.config.compiler {
        return Err(format!("{SWITCHED_OFF}."));
    }
    if !compiler::is_found() {
        return Err("There is no `cargo` on the PATH.".to_owned());
    }
    Ok(())
}

impl ShownOffer {
    fn of(placed: &PlacedOffer, source: &Source, lines: &Lines, file: &str) -> Option<Self> {
        let change = placed.offer.change();
        let at = lines.position(&source.text, placed.at, Encoding::Utf32);
        Some(Self {
            id: placed.offer.refactoring().id,
            title: title(source, &placed.offer),
            answers: placed.answers,
            applicability: change.applicability,
            place: format!("{file}:{}:{}", at.line + 1, at.column + 1),
            gain: gain(source, &placed.offer),
            asks_rustc: placed.offer.refactoring().asks_rustc(),
            target: change.target,
            edits: change.edits().clone(),
            checked: change.checked.clone(),
            text: change.edits().apply(&source.text)?.into(),
            new_files: change.steps.created().collect(),
        })
    }
}
