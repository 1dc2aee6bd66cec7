//! Which refactorings are offered at a place.

use super::Finding;
use crate::{
    refactorings::{self, Context, Offer, Refactoring, Refusal, Target},
    syntax::Source,
    text::TextRange,
};

/// Offers and refusals at a place.
#[derive(Debug, Default)]
pub struct Offers {
    /// For each finding, in their order, the offers that answer it, the best first.
    pub answers: Vec<Vec<Offer>>,
    /// Offers that answer none of the findings.
    pub assists: Vec<Offer>,
    /// Refactorings that apply here but whose edit was refused.
    pub refusals: Vec<(&'static Refactoring, Refusal)>,
}

/// The offers in `range`, where `findings` are those that are drawn in it. An offer is in one list only.
pub fn offers_at(source: &Source, range: TextRange, findings: &[Finding]) -> Offers {
    let context = Context::new(source);
    let mut offers = Offers {
        answers: findings
            .iter()
            .map(|finding| answers_in(&context, finding))
            .collect(),
        ..Offers::default()
    };
    let target = if range.is_empty() {
        Target::Cursor(range.start())
    } else {
        Target::Selection(range)
    };
    for refactoring in refactorings::all() {
        match refactorings::offer(refactoring, &context, target) {
            Ok(offer) if offers.has(&offer) => {}
            Ok(offer) => offers.assists.push(offer),
            Err(Refusal::NotHere) => {}
            Err(refusal) => offers.refusals.push((refactoring, refusal)),
        }
    }
    offers
}

/// The offers that answer one finding, the best first.
pub fn answers_to(source: &Source, finding: &Finding) -> Vec<Offer> {
    answers_in(&Context::new(source), finding)
}

fn answers_in(context: &Context<'_>, finding: &Finding) -> Vec<Offer> {
    let answers = finding
        .smell
        .answers
        .iter()
        .filter_map(|id| refactorings::by_name(id));
    answers
        .filter_map(|refactoring| {
            refactorings::offer(refactoring, context, Target::Answer(&finding.sighting)).ok()
        })
        .collect()
}

impl Offers {
    fn has(&self, offer: &Offer) -> bool {
        self.answers.iter().flatten().any(|other| {
            other.refactoring().id == offer.refactoring().id
                && other.change().steps == offer.change().steps
        })
    }
}
