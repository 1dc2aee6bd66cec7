//! Code that is too large, and its measures without a part.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};

use super::{
    Breadth, Choice, FEWEST_LINES, Goal, LARGEST_PART, LEAST_COST, Measure, Naming, Proposal,
    Ranked, candidates, cost, cost_of_name,
};
use crate::{
    extraction::{
        Selection,
        exits::Leave,
        naming::{self, Ground, Wish},
    },
    syntax::{Function, Increment, Source, Tree, Unit, is_else_if, layout, places},
    text::{Edit, Edits, TextRange},
};

/// Code that is too large, and its measures.
pub(super) struct Sized<'a, 't> {
    pub(super) source: &'a Source,
    pub(super) goal: Goal,
    pub(super) breadth: Breadth,
    pub(super) unit: &'a Unit<'t>,
    pub(super) function: Function,
    /// The index of the function in its unit.
    pub(super) place: usize,
    /// The function, arm or loop.
    pub(super) scope: SyntaxNode,
    pub(super) before: u32,
}

/// A part, and the benefit of extracting it.
pub(super) struct Part {
    pub(super) range: TextRange,
    /// Share of the excess that it removes, at most 1.
    pub(super) benefit: f64,
    /// Share of the function's lines.
    pub(super) share: f64,
    /// Approximate reduction of the measure.
    pub(super) gain: u32,
}

impl<'a, 't> Sized<'a, 't> {
    pub(super) fn in_unit(
        source: &'a Source,
        unit: &'a Unit<'t>,
        at: TextRange,
        (goal, breadth): (Goal, Breadth),
    ) -> Option<Self> {
        let around = |function: &&Function| function.range().contains_range(at);
        let place = unit.functions.iter().rposition(|it| around(&it))?;
        let function = unit.functions[place].clone();
        let scope = scope(&function, at, goal.measure)?;
        let lines = |node: &SyntaxNode| unit.code_lines(node.text_range());
        let before = match goal.measure {
            Measure::Complexity => function.metrics.cognitive,
            Measure::Nesting => function.metrics.nesting,
            Measure::Lines => function.metrics.lines,
            Measure::ArmLines | Measure::LoopLines => lines(&scope).saturating_sub(2),
        };
        Some(Self {
            source,
            goal,
            breadth,
            unit,
            function,
            place,
            scope,
            before,
        })
    }

    /// The parts with the largest benefit, best first.
    pub(super) fn parts(&self) -> Vec<Part> {
        let candidates = candidates::candidates(self.source, &self.scope);
        let parts = candidates.into_iter().filter_map(|it| self.part(it));
        let mut parts: Vec<Part> = parts.collect();
        parts.sort_by(|left, right| right.benefit.total_cmp(&left.benefit));
        parts.truncate(self.breadth.looked_at);
        parts
    }

    /// Returns a part with the first name that is available. A part that isn't selected or named by the user needs a meaningful
    /// one.
    pub(super) fn ranked(
        &self,
        part: Part,
        selection: Selection,
        may_have: impl Fn(&Wish) -> bool,
    ) -> Option<Ranked> {
        let cost = cost(&selection)?;
        let is_given = self.goal.naming == Naming::Given;
        let telling = naming::wishes(self.source, &selection);
        let mut telling = telling.filter(|it| is_given || it.ground != Ground::Nothing);
        let wish = telling.find(may_have)?;
        drop(telling);
        let worth = part.benefit - part.share * LEAST_COST - (cost + cost_of_name(wish.ground));
        (worth > self.breadth.least_worth).then_some(Ranked {
            worth,
            part,
            selection,
            name: wish,
        })
    }

    /// Returns a part and its benefit, estimated without parsing the remaining source text, or `None` if it isn't worthwhile.
    pub(super) fn part(&self, range: TextRange) -> Option<Part> {
        if !layout::is_whole_lines(&self.source.text, range) {
            return None;
        }
        let lines = self.unit.code_lines(range);
        let all = self.function.metrics.lines;
        if lines < FEWEST_LINES || lines * 100 > all * LARGEST_PART {
            return None;
        }
        let after = match self.goal.measure {
            Measure::Complexity => self.complexity_without(range),
            Measure::Nesting => self.nesting(range).0,
            Measure::Lines | Measure::ArmLines | Measure::LoopLines => {
                (self.before + 1).saturating_sub(lines)
            }
        };
        if !self.is_gain(after) {
            return None;
        }
        let own = match self.goal.measure {
            Measure::Complexity => self.complexity_of(range),
            Measure::Nesting => self.nesting(range).1,
            Measure::Lines | Measure::ArmLines | Measure::LoopLines => lines,
        };
        let Goal {
            limit,
            limit_of_part,
            ..
        } = self.goal;
        let too_much = f64::from(self.before.saturating_sub(limit).max(1));
        let left = f64::from(after.saturating_sub(limit));
        let moved = f64::from(own.saturating_sub(limit_of_part));
        let benefit = (too_much - left - 1.1 * moved) / too_much;
        Some(Part {
            range,
            benefit,
            share: f64::from(lines) / f64::from(all.max(1)),
            gain: self.before.saturating_sub(after),
        })
    }

    /// The complexity of the function without a part.
    pub(super) fn complexity_without(&self, range: TextRange) -> u32 {
        let moved: u32 = self.increments_in(range).map(|it| it.amount).sum();
        self.before.saturating_sub(moved)
    }

    /// The complexity of a part by itself.
    fn complexity_of(&self, range: TextRange) -> u32 {
        let depth = self.depth(range);
        let alone = |it: &Increment| it.amount.saturating_sub(depth).max(1);
        self.increments_in(range).map(alone).sum()
    }

    fn increments_in(&self, range: TextRange) -> impl Iterator<Item = &Increment> {
        let increments = self.function.tally.increments.iter();
        increments.filter(move |it| range.contains_range(it.at))
    }

    /// The nesting of the function without a part, and of the part by itself.
    pub(super) fn nesting(&self, range: TextRange) -> (u32, u32) {
        let depth = self.depth(range);
        let increments = self.function.tally.increments.iter();
        let (inside, outside): (Vec<_>, Vec<_>) =
            increments.partition(|it| range.contains_range(it.at));
        let deepest = |of: &[&Increment]| of.iter().map(|it| it.amount).max().unwrap_or_default();
        let own = deepest(&inside).saturating_sub(depth);
        (deepest(&outside).max(depth), own)
    }

    /// The nesting depth of a part.
    pub(super) fn depth(&self, range: TextRange) -> u32 {
        let covering = self.scope.covering_element(range);
        let body = self.function.ast.syntax().text_range();
        let around = covering
            .ancestors()
            .take_while(|it| it.text_range() != body);
        let raising = around.filter(|it| {
            it.text_range() != range
                && it.text_range().contains_range(range)
                && matches!(
                    it.kind(),
                    SyntaxKind::IF_EXPR
                        | SyntaxKind::MATCH_EXPR
                        | SyntaxKind::WHILE_EXPR
                        | SyntaxKind::LOOP_EXPR
                        | SyntaxKind::FOR_EXPR
                        | SyntaxKind::CLOSURE_EXPR
                )
                && !is_else_if(it)
        });
        u32::try_from(raising.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_gain(&self, after: u32) -> bool {
        after < self.before
            && (after <= self.goal.limit
                || (self.before - after) * self.breadth.least_part >= self.before)
    }

    /// The part with its name, measured on the remaining source text.
    pub(super) fn choice(&self, ranked: Ranked) -> Option<Choice> {
        let Ranked {
            part,
            selection,
            name,
            ..
        } = ranked;
        let after = self.measured_without(&selection)?;
        if !self.is_gain(after) {
            return None;
        }
        let proposal = Proposal {
            range: part.range,
            name: name.name,
            parameters: selection.parameters(),
            before: self.before,
            after,
        };
        Some(Choice {
            proposal,
            is_named: name.ground != Ground::Nothing,
        })
    }

    pub(super) fn measured_without(&self, selection: &Selection) -> Option<u32> {
        if let Measure::ArmLines | Measure::LoopLines = self.goal.measure {
            let lines = self.unit.code_lines(selection.replaced);
            return Some((self.before + lines_of_call(selection)).saturating_sub(lines));
        }
        let unit = self.unit.node.text_range();
        let edit = Edit::replace(selection.replaced, call(selection));
        let edits = Edits::new(vec![edit]).ok()?.relative_to(unit.start())?;
        let text = edits.apply(self.source.slice(unit))?;
        let tree = Tree::parse(&text, self.source.context.edition).ok()?;
        let mut place = places(&tree.root()).into_iter().next()?;
        place.owner = self.unit.owner;
        let left = Unit::new(&text, &place, self.source.context);
        let metrics = left.functions.get(self.place)?.metrics;
        Some(match self.goal.measure {
            Measure::Complexity => metrics.cognitive,
            Measure::Nesting => metrics.nesting,
            _ => metrics.lines,
        })
    }
}

/// A placeholder call for measuring.
fn call(selection: &Selection) -> &'static str {
    match &selection.exits.leave {
        Leave::Never if selection.value.is_none() => "part();",
        Leave::Never | Leave::Whole { .. } => "part()",
        Leave::Told { is_certain, .. } | Leave::Carries { is_certain, .. } if *is_certain => {
            "return part();"
        }
        Leave::Told { .. } => "if part() {\nreturn;\n}",
        Leave::Carries { .. } => "if let Some(value) = part() {\nreturn value;\n}",
        Leave::Several(_) => "match part() {\nA => {}\nB => return,\nC => break,\n}",
    }
}

fn lines_of_call(selection: &Selection) -> u32 {
    u32::try_from(call(selection).lines().count()).unwrap_or(u32::MAX)
}

/// The code that a goal applies to at a location.
fn scope(function: &Function, at: TextRange, measure: Measure) -> Option<SyntaxNode> {
    let node = function.ast.syntax();
    let is_meant = |it: &SyntaxNode| match measure {
        Measure::ArmLines => it.kind() == SyntaxKind::MATCH_ARM,
        Measure::LoopLines => matches!(
            it.kind(),
            SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
        ),
        Measure::Complexity | Measure::Lines | Measure::Nesting => false,
    };
    match measure {
        Measure::Complexity | Measure::Lines | Measure::Nesting => Some(node.clone()),
        Measure::ArmLines | Measure::LoopLines => {
            let covering = node.covering_element(at);
            covering.ancestors().find(is_meant)
        }
    }
}
