//! Which refactorings are offered at a place.

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

/// What is asked at a place. Nothing else is derived.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub range: TextRange,
    /// Those to answer.
    pub findings: &'a [Finding],
    /// The kinds of refactorings that are wanted beside the answers.
    pub kinds: &'a [Kind],
    pub trigger: Trigger,
    pub place: FilePlace<'a>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A person, who may be kept waiting for a moment.
    Person,
    /// An editor by itself, whenever the cursor moves: only what syntax alone decides is worked out.
    Editor,
}

/// What can be carried out at a place, and what can't and why.
#[derive(Debug, Default)]
pub struct Offers {
    /// For each finding, in their order, the offers that answer it, the best first.
    pub answers: Vec<Vec<Offer>>,
    /// Offers that answer none of the findings; what changes least comes first.
    pub assists: Vec<Offer>,
    /// Refactorings that apply here but whose edit was refused.
    pub refusals: Vec<(&'static Refactoring, Refusal)>,
    /// How many changes were written and audited to know this.
    pub derived: usize,
}

/// The offers in `range`, where `findings` are those that are drawn in it.
pub fn offers_at(source: &Source, range: TextRange, findings: &[Finding]) -> Offers {
    let wanted = Wanted {
        findings,
        ..Wanted::of_person(range, FilePlace::Unknown)
    };
    offers(source, &wanted)
}

/// What is wanted at a place. An offer is in one list only, and no change is derived twice.
pub fn offers(source: &Source, wanted: &Wanted<'_>) -> Offers {
    offers_in(&Context::new(source).placed(wanted.place), wanted)
}

/// The same in a context that answers more than this, and derives nothing twice for all of it.
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

/// The offers at any token of `range`, and the answers to `findings`, each with a place where it is offered: its own, or that
/// of the finding that it answers. Refusals are of refactorings that are offered nowhere in it.
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

/// Where a cursor is given an answer: at what is drawn, if that is in what changes, else where that begins.
fn place_of(offer: &Offer, finding: &Finding) -> TextSize {
    let target = offer.change().target;
    if target.contains_range(finding.at) {
        finding.at.start()
    } else {
        target.start()
    }
}

/// An offer and where it is made.
#[derive(Debug)]
pub struct PlacedOffer {
    pub at: TextSize,
    /// The smell that it answers.
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

/// Where the tokens in a range start, white space and comments aside; a cursor stands for itself.
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

/// The offers that answer one finding, the best first. What a context has derived for another finding is not derived again.
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

/// Whether an answer to complexity takes a part of it away that is worth the change.
fn is_worth_it(source: &Source, offer: &Offer, finding: &Finding) -> bool {
    const LEAST_PART: u32 = 10;
    if finding.smell.id != "cognitive-complexity" {
        return true;
    }
    // Fewer lines than the smell of guards asks for are no gain, and the `if` itself takes two.
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

/// The lines of code in a range, without blank ones and comments.
fn lines(source: &Source, range: TextRange) -> u32 {
    let lines = source.slice(range).lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    u32::try_from(code.count()).unwrap_or(u32::MAX)
}

impl<'a> Wanted<'a> {
    /// Everything beside answers.
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
