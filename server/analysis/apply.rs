//! Applies safe fixes to a source text until none is left.

mod state;

use std::{collections::HashSet, ops::Range, sync::Arc};

use self::state::State;
use super::{difference::difference, offers::answers_in};
use crate::{
    config::Rules,
    refactorings::{Also, Context, Offer},
    smells::Cause,
    syntax::{FileContext, Source, Unparsable},
    text::{Edits, NewFile, TextRange},
};

/// The result of applying safe fixes.
#[derive(Debug)]
pub struct Applied {
    pub text: Arc<str>,
    /// New files that the source text needs, beside it.
    pub created: Vec<(NewFile, String)>,
    /// In the order in which they were applied.
    pub carried_out: Vec<CarriedOut>,
    /// Fixes that were reverted because `holds` rejected them, with the reasons.
    pub taken_back: Vec<(CarriedOut, String)>,
}

/// Checks a source text with its new files, and returns the reason if it is rejected.
pub type Holds<'a> = &'a mut dyn FnMut(&Arc<str>, &[(NewFile, String)]) -> Result<(), String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedOut {
    pub refactoring: &'static str,
    pub smell: &'static str,
    pub title: String,
    /// The line at that time, starting at 0.
    pub line: u32,
}

/// Which refactorings to apply.
#[derive(Debug, Clone, Copy)]
pub enum Only<'a> {
    All,
    These(&'a [String]),
}

/// What a step may change besides the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nothing,
    NewFiles,
}

/// Applies safe offers that address a finding, one after the other, provided that the finding disappears or shrinks and nothing
/// else exceeds a limit. Terminates, because every step reduces the findings.
pub fn apply_safe(
    text: &Arc<str>,
    context: FileContext,
    rules: &Rules,
    only: Only<'_>,
) -> Result<Applied, Unparsable> {
    apply_safe_if(text, context, rules, only, &mut |_, _| Ok(()))
}

/// Like [`apply_safe`], but reverts what `holds` rejects and applies the rest.
pub fn apply_safe_if(
    text: &Arc<str>,
    context: FileContext,
    rules: &Rules,
    only: Only<'_>,
    holds: Holds<'_>,
) -> Result<Applied, Unparsable> {
    let source = Source::parse(Arc::clone(text), context)?;
    let state = State::new(source, rules, Reach::NewFiles);
    let applied = carry_out(Run::new(state, rules, only, holds), &|| true);
    Ok(applied.unwrap_or_else(|| Applied::nothing(text)))
}

/// Like [`apply_safe_if`], but checks each fix separately.
pub fn apply_safe_one_by_one(
    text: &Arc<str>,
    context: FileContext,
    rules: &Rules,
    only: Only<'_>,
    holds: Holds<'_>,
) -> Result<Applied, Unparsable> {
    let source = Source::parse(Arc::clone(text), context)?;
    let state = State::new(source, rules, Reach::NewFiles);
    let mut run = Run::new(state, rules, only, holds);
    run.pace = Pace::OneByOne;
    let applied = carry_out(run, &|| true);
    Ok(applied.unwrap_or_else(|| Applied::nothing(text)))
}

/// Like [`apply_safe`], for a parsed source text and without new files; `None` if `goes_on` signals cancellation between two
/// steps.
pub fn apply_safe_while(
    source: Source,
    rules: &Rules,
    only: Only<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Option<Applied> {
    let state = State::new(source, rules, Reach::Nothing);
    carry_out(Run::new(state, rules, only, &mut |_, _| Ok(())), goes_on)
}

fn carry_out(mut run: Run<'_>, goes_on: &dyn Fn() -> bool) -> Option<Applied> {
    while run.round(goes_on)? == Round::Changed {}
    Some(Applied {
        text: run.state.source.text,
        created: run.state.created,
        carried_out: run.carried_out,
        taken_back: run.taken_back,
    })
}

impl Applied {
    fn nothing(text: &Arc<str>) -> Self {
        Self {
            text: Arc::clone(text),
            created: Vec::new(),
            carried_out: Vec::new(),
            taken_back: Vec::new(),
        }
    }

    /// Returns minimal edits from `before` to the result.
    pub fn edits(&self, before: &str) -> Edits {
        difference(before, &self.text)
    }
}

impl Only<'_> {
    fn allows(self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.iter().any(|one| one == id),
        }
    }
}

/// A source text on its way to having no safe fixes left. Units that a round doesn't change aren't searched again: a unit is
/// searched until it has no more offers, and then only after a change in it.
struct Run<'a> {
    state: State,
    rules: &'a Rules,
    only: Only<'a>,
    /// Offers that were tried without improving anything.
    refused: HashSet<blake3::Hash>,
    /// State of each unit, in order.
    units: Vec<Asked>,
    carried_out: Vec<CarriedOut>,
    taken_back: Vec<(CarriedOut, String)>,
    holds: Holds<'a>,
    pace: Pace,
}

/// How many fixes are applied at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    AllThatGoesTogether,
    OneByOne,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// May have offers; those that don't overlap may be applied together.
    Open,
    /// Like `Open`, but applying several together wasn't an improvement.
    OneByOne,
    /// Has no more wanted offers.
    Settled,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Changed,
    NothingLeft,
}

/// Offers to apply together, and the indices of the findings they address.
struct Attempt {
    /// The unit that contains all edits; without one, the attempt is made alone in its round.
    unit: Option<usize>,
    answers: Vec<(Offer, usize)>,
}

impl<'a> Run<'a> {
    fn new(state: State, rules: &'a Rules, only: Only<'a>, holds: Holds<'a>) -> Self {
        Self {
            state,
            rules,
            only,
            refused: HashSet::new(),
            units: Vec::new(),
            carried_out: Vec::new(),
            taken_back: Vec::new(),
            holds,
            pace: Pace::AllThatGoesTogether,
        }
    }

    /// Applies the first offers of every unit; `None` if cancelled.
    fn round(&mut self, goes_on: &dyn Fn() -> bool) -> Option<Round> {
        if self.units.len() != self.state.units.len() {
            self.units = vec![Asked::Open; self.state.units.len()];
        }
        let mut attempts = self.attempts(goes_on)?;
        if attempts.is_empty() {
            return Some(Round::NothingLeft);
        }
        if self.pace == Pace::OneByOne {
            attempts.truncate(1);
            attempts[0].answers.truncate(1);
        }
        while !attempts.is_empty() {
            let after = self.verified(&mut attempts);
            let after = after.filter(|after| self.is_held(after, &mut attempts));
            if let Some(after) = after {
                self.take_over(after, &attempts);
                break;
            }
            if !goes_on() {
                return None;
            }
        }
        Some(Round::Changed)
    }

    fn attempts(&mut self, goes_on: &dyn Fn() -> bool) -> Option<Vec<Attempt>> {
        let source = self.state.source.clone();
        let context = Context::new(&source);
        let mut attempts = Vec::new();
        let mut alone = Vec::new();
        let mut end = 0;
        for unit in 0..self.units.len() {
            let findings = self.state.findings_in(self.state.units[unit]);
            alone.extend(end..findings.start);
            end = findings.end;
            if self.units[unit] == Asked::Settled {
                continue;
            }
            match self.attempt_in(unit, findings, &context, goes_on).ok()? {
                // Changes beyond their unit wait until the units are done.
                Some(attempt) if attempt.unit.is_none() => {
                    alone.extend(attempt.answers.iter().map(|(_, at)| *at));
                }
                Some(attempt) => attempts.push(attempt),
                None => self.units[unit] = Asked::Settled,
            }
        }
        alone.extend(end..self.state.findings.len());
        if attempts.is_empty() {
            let offer = self.first_offer(&alone, &context, goes_on).ok()?;
            attempts.extend(offer.map(|answer| Attempt {
                unit: None,
                answers: vec![answer],
            }));
        }
        Some(attempts)
    }

    /// Returns the first attempt in a unit: all non-overlapping answers to its opportunities, or else one answer.
    fn attempt_in(
        &self,
        unit: usize,
        findings: Range<usize>,
        context: &Context<'_>,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<Attempt>, Stopped> {
        let range = self.state.units[unit];
        let is_opportunity =
            |at: &usize| self.state.findings[*at].smell.cause == Cause::Opportunity;
        let (opportunities, others): (Vec<_>, Vec<_>) = findings.partition(is_opportunity);
        let mut answers: Vec<(Offer, usize)> = Vec::new();
        let mut end = None;
        for at in opportunities {
            let Some((offer, at)) = self.first_offer(&[at], context, goes_on)? else {
                continue;
            };
            let span = offer.change().edits().span();
            let joins = is_within(&offer, range)
                && span.is_some_and(|span| end.is_none_or(|end| end < span.start()));
            if answers.is_empty() || (joins && may_be_joined(&offer)) {
                let is_single = !joins || !may_be_joined(&offer);
                end = span.map(TextRange::end);
                answers.push((offer, at));
                if is_single || self.units[unit] == Asked::OneByOne {
                    break;
                }
            }
        }
        if answers.is_empty() {
            answers.extend(self.first_offer(&others, context, goes_on)?);
        }
        let holds = |(offer, _): &(Offer, usize)| is_within(offer, range);
        Ok((!answers.is_empty()).then(|| Attempt {
            unit: answers.iter().all(holds).then_some(unit),
            answers,
        }))
    }

    /// Returns the first wanted offer for one of these findings that hasn't failed yet.
    fn first_offer(
        &self,
        findings: &[usize],
        context: &Context<'_>,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<(Offer, usize)>, Stopped> {
        for at in findings {
            if !goes_on() {
                return Err(Stopped);
            }
            let offers = answers_in(context, &self.state.findings[*at]).into_iter();
            let mut wanted = offers.filter(|offer| {
                self.state.wants(offer, self.only)
                    && !self.refused.contains(&self.state.identity(offer))
            });
            if let Some(offer) = wanted.next() {
                return Ok(Some((offer, *at)));
            }
        }
        Ok(None)
    }

    /// Returns the state after all attempts, if each improves its unit. Otherwise the others are reduced or dropped.
    fn verified(&mut self, attempts: &mut Vec<Attempt>) -> Option<State> {
        let after = self.state.after(attempts, self.rules);
        let after = after.filter(|after| {
            attempts[0].unit.is_none() || after.units.len() == self.state.units.len()
        });
        let mut is_good = after.is_some();
        let has_one_attempt = attempts.len() == 1;
        attempts.retain_mut(|attempt| {
            let is_better = match &after {
                Some(after) => after.is_better_than(&self.state, attempt),
                // Some attempts conflict; each is tried alone.
                None => !has_one_attempt && attempt.answers.len() == 1,
            };
            if is_better {
                return true;
            }
            is_good = false;
            self.make_smaller(attempt)
        });
        if after.is_none() {
            attempts.truncate(1);
        }
        after.filter(|_| is_good)
    }

    /// Whether `holds` accepts the improved source text. If not, keeps half of the attempts, and reverts the last remaining
    /// one.
    fn is_held(&mut self, after: &State, attempts: &mut Vec<Attempt>) -> bool {
        let Err(why) = (self.holds)(&after.source.text, &after.created) else {
            return true;
        };
        let half = attempts.len() / 2;
        attempts.truncate(half.max(1));
        if half == 0 && !self.make_smaller(&mut attempts[0]) {
            let taken_back = self.described(attempts).into_iter();
            let taken_back = taken_back.map(|what| (what, why.clone()));
            self.taken_back.extend(taken_back);
            attempts.clear();
        }
        false
    }

    /// Whether part of the attempt remains.
    fn make_smaller(&mut self, attempt: &mut Attempt) -> bool {
        if attempt.answers.len() > 1 {
            attempt.answers.truncate(1);
            if let Some(unit) = attempt.unit {
                self.units[unit] = Asked::OneByOne;
            }
            return true;
        }
        let refused = attempt.answers.iter();
        let refused: Vec<_> = refused
            .map(|(offer, _)| self.state.identity(offer))
            .collect();
        self.refused.extend(refused);
        false
    }

    fn take_over(&mut self, after: State, attempts: &[Attempt]) {
        let done = self.described(attempts);
        self.carried_out.extend(done);
        if attempts.iter().any(|attempt| attempt.unit.is_none()) {
            self.units.clear();
        }
        self.state = after;
    }

    fn described(&self, attempts: &[Attempt]) -> Vec<CarriedOut> {
        let answers = attempts.iter().flat_map(|attempt| &attempt.answers);
        let described = answers.map(|(offer, at)| {
            let finding = &self.state.findings[*at];
            self.state.carried_out(offer, finding)
        });
        described.collect()
    }
}

/// The run was cancelled.
struct Stopped;

/// Whether an offer may be applied together with others of its unit derived from the same source text. Two fresh names could be
/// the same.
fn may_be_joined(offer: &Offer) -> bool {
    !offer.refactoring().allows.has(Also::AddsFreshName)
}

/// Whether an offer only changes part of one unit.
fn is_within(offer: &Offer, unit: TextRange) -> bool {
    let steps = &offer.change().steps;
    let span = offer.change().edits().span();
    steps.files.is_empty() && span.is_some_and(|span| unit.contains_range(span))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Memo, judge, measure},
        *,
    };
    use crate::syntax::tokens_parsed;

    fn nested(name: &str) -> String {
        format!(
            "fn {name}(a: bool, b: bool) {{\n    if a {{\n        if b {{\n            g();\n        }}\n    }}\n}}\n"
        )
    }

    fn applied(text: &str) -> Applied {
        let context = FileContext::default();
        apply_safe(&text.into(), context, &Rules::default(), Only::All).unwrap()
    }

    #[test]
    fn equal_code_at_several_places_is_changed_at_each() {
        let text = [nested("f"), nested("g"), nested("f")].concat();
        let applied = applied(&text);
        assert_eq!(applied.carried_out.len(), 3);
        assert_eq!(applied.text.matches("if a && b {").count(), 3);
        let edits = applied.edits(&text);
        assert_eq!(edits.apply(&text).as_deref(), Some(&*applied.text));
    }

    /// Returns how many findings were checked for offers until none was left, and how many tokens were parsed.
    fn cost(text: &str) -> (usize, u64) {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let asked = std::cell::Cell::new(0);
        let goes_on = || {
            asked.set(asked.get() + 1);
            true
        };
        let before = tokens_parsed();
        let applied = apply_safe_while(source, &Rules::default(), Only::All, &goes_on).unwrap();
        assert!(!applied.carried_out.is_empty(), "{text}");
        (asked.get(), tokens_parsed() - before)
    }

    fn assert_linear(text: impl Fn(usize) -> String) {
        let ((asked, parsed), (twice_asked, twice_parsed)) = (cost(&text(40)), cost(&text(80)));
        assert!(asked >= 40, "{asked}");
        assert!(
            twice_asked <= 2 * asked + 40,
            "{asked} became {twice_asked}"
        );
        assert!(
            twice_parsed * 10 <= parsed * 22,
            "{parsed} became {twice_parsed}: {}",
            text(1)
        );
    }

    #[test]
    fn what_a_step_did_not_touch_is_not_asked_again() {
        const NESTED: &str =
            "if a {\n            if b {\n                c();\n            }\n        }\n";
        let in_one = |line: &str, times| format!("fn f() {{\n{}}}\n", line.repeat(times));
        let each = |of: fn(usize) -> String, times| (0..times).map(of).collect::<String>();
        assert_linear(|times| in_one("    while d { if a { if b { c(); } } }\n", times));
        assert_linear(|times| {
            in_one(
                "    while d {\n        if a {\n            if b {\n                c();\n            }\n        }\n    }\n",
                times,
            )
        });
        assert_linear(|times| in_one(&format!("    g(|| {{\n        {NESTED}    }});\n"), times));
        assert_linear(|times| {
            let arms = each(
                |at| format!("        {at} => {{\n        {NESTED}        }}\n"),
                times,
            );
            format!("fn f() {{\n    match x {{\n{arms}        _ => {{}}\n    }}\n}}\n")
        });
        assert_linear(|times| {
            let line = |at| {
                format!(
                    "    let v{at} = match g() {{\n        Some(x) => x,\n        None => return,\n    }};\n"
                )
            };
            format!("fn f() {{\n{}}}\n", each(line, times))
        });
        assert_linear(|times| {
            let line = |at| {
                format!("    'l{at}: loop {{\n        {NESTED}        break 'l{at};\n    }}\n")
            };
            format!("fn f() {{\n{}}}\n", each(line, times))
        });
        assert_linear(|times| each(|at| nested(&format!("f{at}")), times));
    }

    #[test]
    fn what_is_offered_for_all_findings_costs_what_the_text_is_long() {
        let cost = |times| {
            let line = "    while d { if a { if b { c(); } } }\n";
            let text = format!("fn f() {{\n{}}}\n", line.repeat(times));
            let source = Source::parse(text, FileContext::default()).unwrap();
            let report = measure(&source, &Memo::default());
            let context = Context::new(&source);
            let before = tokens_parsed();
            let findings = judge(&report, &source.text, &Rules::default());
            let offers = findings.iter().map(|it| answers_in(&context, it).len());
            assert!(offers.sum::<usize>() >= times);
            tokens_parsed() - before
        };
        let (once, twice) = (cost(40), cost(80));
        assert!(twice * 10 <= once * 22, "{once} became {twice}");
    }

    #[test]
    fn what_does_not_hold_is_taken_back_alone() {
        let names = ["f", "g", "h", "i", "j"];
        let text: String = names.into_iter().map(nested).collect();
        let mut asked = 0;
        let mut holds = |text: &Arc<str>, _: &[(NewFile, String)]| {
            asked += 1;
            let is_nested = text.contains("fn h(a: bool, b: bool) {\n    if a {\n        if b");
            is_nested
                .then_some(())
                .ok_or_else(|| "h is flat".to_owned())
        };
        let applied = apply_safe_if(
            &text.as_str().into(),
            FileContext::default(),
            &Rules::default(),
            Only::All,
            &mut holds,
        )
        .unwrap();
        assert_eq!(applied.carried_out.len(), 4);
        assert_eq!(applied.text.matches("if a && b {").count(), 4);
        let [(what, why)] = &*applied.taken_back else {
            panic!("{:?}", applied.taken_back);
        };
        assert_eq!(
            (what.refactoring, why.as_str()),
            ("merge-nested-if", "h is flat")
        );
        assert!(asked <= 10, "{asked}");
    }

    #[test]
    fn nothing_comes_of_work_that_nobody_wants() {
        let source = Source::parse(nested("f"), FileContext::default()).unwrap();
        let applied = apply_safe_while(source, &Rules::default(), Only::All, &|| false);
        assert!(applied.is_none());
    }
}
