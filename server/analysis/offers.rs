//! Finds the refactorings offered at a location.

use super::{
    Finding,
    gain::{Gain, gain},
};
use crate::{
    refactorings::{self, Context, FilePlace, Kind, Needs, Offer, Refactoring, Refusal, Target},
    smells,
    syntax::{Source, tokens},
    text::{TextRange, TextSize},
};

/// Parameters of a request for offers. Nothing else is derived.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub range: TextRange,
    /// Findings to address.
    pub findings: &'a [Finding],
    /// Kinds of refactorings to offer in addition to the answers.
    pub kinds: &'a [Kind],
    pub trigger: Trigger,
    pub place: FilePlace<'a>,
}

/// Origin of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The user, who may wait for a moment.
    Person,
    /// The editor, whenever the cursor moves: only what can be decided from syntax is derived.
    Editor,
}

/// Refactorings at a location, and reasons for those that aren't possible.
#[derive(Debug, Default)]
pub struct Offers {
    /// For each finding in order, the offers that address it, best first.
    pub answers: Vec<Vec<Offer>>,
    /// Offers that address none of the findings; smallest change first.
    pub assists: Vec<Offer>,
    /// Refactorings that apply here but whose edit was refused.
    pub refusals: Vec<(&'static Refactoring, Refusal)>,
    /// Number of changes that were derived and audited.
    pub derived: usize,
}

/// Returns the offers in `range`; `findings` must be those located in it.
pub fn offers_at(source: &Source, range: TextRange, findings: &[Finding]) -> Offers {
    let wanted = Wanted {
        findings,
        ..Wanted::of_person(range, FilePlace::Unknown)
    };
    offers(source, &wanted)
}

/// Returns the requested offers. Each offer is in only one list, and no change is derived twice.
pub fn offers(source: &Source, wanted: &Wanted<'_>) -> Offers {
    offers_in(&Context::new(source).placed(wanted.place), wanted)
}

/// Like [`offers`], in a context that can be shared between requests to derive nothing twice.
pub fn offers_in(context: &Context<'_>, wanted: &Wanted<'_>) -> Offers {
    let findings = wanted.findings.iter();
    let mut offers = Offers {
        answers: findings
            .map(|finding| answers_in(context, finding))
            .collect(),
        ..Offers::default()
    };
    let target = if wanted.range.is_empty() {
        Target::Cursor(wanted.range.start())
    } else {
        Target::Selection(wanted.range)
    };
    let all = refactorings::all().iter();
    for refactoring in all.filter(|one| wanted.includes(one)) {
        match refactorings::offer(refactoring, context, target) {
            Ok(offer) if offers.has(&offer) => {}
            Ok(offer) => offers.assists.push(offer),
            Err(Refusal::NotHere) => {}
            Err(refusal) => offers.refusals.push((refactoring, refusal)),
        }
    }
    let weight = |offer: &Offer| (offer.change().target.len(), offer.refactoring().kind);
    offers.assists.sort_by_key(weight);
    offers.derived = context.derived();
    offers
}

/// Returns the offers at any token of `range` and the answers to `findings`, each with a location at which it is offered.
/// Refusals are of refactorings that aren't offered anywhere in the range.
pub fn offers_among(
    context: &Context<'_>,
    range: TextRange,
    findings: &[Finding],
) -> (Vec<PlacedOffer>, Vec<(&'static Refactoring, Refusal)>) {
    let mut offers: Vec<PlacedOffer> = Vec::new();
    for finding in findings {
        let answers = answers_in(context, finding).into_iter();
        add(
            &mut offers,
            answers.map(|offer| PlacedOffer {
                at: place_of(&offer, finding),
                answers: Some(finding.smell.id),
                offer,
            }),
        );
    }
    let mut refusals: Vec<(&'static Refactoring, Refusal)> = Vec::new();
    for at in token_starts(context.source, range) {
        let wanted = Wanted::of_person(TextRange::empty(at), context.place);
        let found = offers_in(context, &wanted);
        let assists = found.assists.into_iter();
        add(
            &mut offers,
            assists.map(|offer| PlacedOffer {
                at,
                answers: None,
                offer,
            }),
        );
        refusals.extend(found.refusals);
    }
    let is_offered = |id| offers.iter().any(|one| one.offer.refactoring().id == id);
    refusals.retain(|(refactoring, _)| !is_offered(refactoring.id));
    refusals.sort_by_key(|(refactoring, _)| refactoring.id);
    refusals.dedup_by_key(|(refactoring, _)| refactoring.id);
    (offers, refusals)
}

/// Returns where an answer is offered: at the finding, if it is inside the changed range, otherwise at the beginning of that
/// range.
fn place_of(offer: &Offer, finding: &Finding) -> TextSize {
    let target = offer.change().target;
    if target.contains_range(finding.at) {
        finding.at.start()
    } else {
        target.start()
    }
}

/// An offer and its location.
#[derive(Debug)]
pub struct PlacedOffer {
    pub at: TextSize,
    /// The smell that it addresses.
    pub answers: Option<&'static str>,
    pub offer: Offer,
}

fn add(offers: &mut Vec<PlacedOffer>, more: impl Iterator<Item = PlacedOffer>) {
    for one in more {
        if !offers.iter().any(|other| is_same(&other.offer, &one.offer)) {
            offers.push(one);
        }
    }
}

fn is_same(one: &Offer, other: &Offer) -> bool {
    one.refactoring().id == other.refactoring().id && one.change().steps == other.change().steps
}

/// Returns the starts of tokens in a range, except white space and comments; a cursor represents itself.
fn token_starts(source: &Source, range: TextRange) -> Vec<TextSize> {
    if range.is_empty() {
        return vec![range.start()];
    }
    let mut at = range.start();
    let mut starts = Vec::new();
    for (kind, text) in tokens(source.slice(range), source.context.edition) {
        if !kind.is_trivia() {
            starts.push(at);
        }
        at += TextSize::of(text);
    }
    starts
}

/// Returns the offers that address one finding, best first. Changes derived for other findings in the context are reused.
pub fn answers_in(context: &Context<'_>, finding: &Finding) -> Vec<Offer> {
    let answers = finding
        .smell
        .answers
        .iter()
        .filter_map(|id| refactorings::by_name(id));
    answers
        .filter_map(|refactoring| {
            refactorings::offer(refactoring, context, Target::Answer(&finding.sighting)).ok()
        })
        .filter(|offer| is_worth_it(context.source, offer, finding))
        .collect()
}

/// Whether an answer reduces complexity enough to be worth the change.
fn is_worth_it(source: &Source, offer: &Offer, finding: &Finding) -> bool {
    const LEAST_PART: u32 = 10;
    if finding.smell.id != "cognitive-complexity" {
        return true;
    }
    // The smell's minimum number of guarded lines, plus the lines of the `if` itself.
    let guarded = smells::by_name("guard-clause-opportunity").map_or(0, |smell| smell.limits.warn);
    if offer.refactoring().id == "guard-clause"
        && lines(source, offer.change().target) < 3 + guarded
    {
        return false;
    }
    gain(source, offer).is_none_or(|Gain { before, after }| {
        after <= finding.limit || (before - after) * LEAST_PART >= before
    })
}

/// Counts lines of code in a range, without blank lines and comments.
fn lines(source: &Source, range: TextRange) -> u32 {
    let lines = source.slice(range).lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    u32::try_from(code.count()).unwrap_or(u32::MAX)
}

impl<'a> Wanted<'a> {
    /// Everything except answers.
    fn of_person(range: TextRange, place: FilePlace<'a>) -> Self {
        Self {
            range,
            findings: &[],
            kinds: Kind::ALL,
            trigger: Trigger::Person,
            place,
        }
    }

    fn includes(&self, refactoring: &Refactoring) -> bool {
        let is_cheap = refactoring.needs == Needs::Syntax;
        self.kinds.contains(&refactoring.kind) && (is_cheap || self.trigger == Trigger::Person)
    }
}

impl Offers {
    fn has(&self, offer: &Offer) -> bool {
        let mut answers = self.answers.iter().flatten();
        answers.any(|other| is_same(other, offer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{Memo, judge, measure},
        config::Rules,
        syntax::FileContext,
    };

    const TEXT: &str = "fn f(a: bool, b: bool) {\n    if a {\n        if b && a {\n            g();\n            h();\n            i();\n            j();\n            k();\n        }\n    }\n}\n";

    fn asked(kinds: &[Kind], findings: &[Finding]) -> Offers {
        let source = Source::parse(TEXT, FileContext::default()).unwrap();
        let at = TextSize::try_from(TEXT.find("if a").unwrap()).unwrap();
        let wanted = Wanted {
            range: TextRange::empty(at),
            findings,
            kinds,
            trigger: Trigger::Person,
            place: FilePlace::Unknown,
        };
        offers(&source, &wanted)
    }

    fn findings() -> Vec<Finding> {
        let source = Source::parse(TEXT, FileContext::default()).unwrap();
        let report = measure(&source, &Memo::default());
        judge(&report, &source.text, &Rules::default())
    }

    #[test]
    fn only_what_is_asked_for_is_derived() {
        assert_eq!(asked(&[], &[]).derived, 0);
        assert_eq!(asked(&[Kind::Extract, Kind::Inline], &[]).derived, 0);
        assert!(asked(&[Kind::Rewrite], &[]).derived > 0);
    }

    #[test]
    fn nothing_is_derived_twice() {
        let findings = findings();
        assert!(!findings.is_empty());
        let answers = asked(&[], &findings);
        let all = asked(Kind::ALL, &findings);
        let offers = all.answers.iter().flatten().chain(&all.assists);
        let mut ids: Vec<_> = offers.map(|offer| offer.refactoring().id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(all.derived, ids.len() + all.refusals.len(), "{all:?}");
        assert!(answers.derived > 0 && answers.derived <= all.derived);
    }

    #[test]
    fn nothing_is_asked_where_it_has_no_meaning() {
        let source = Source::parse("struct S;\nconst A: u8 = 1;\n", FileContext::default());
        let offers = offers_at(&source.unwrap(), TextRange::empty(8.into()), &[]);
        assert_eq!((offers.derived, offers.refusals.len()), (0, 0));
    }
}
