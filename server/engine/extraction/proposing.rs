//! Proposes extractions without a selection: the parts of a function that reduce an excessive measure most, and need the fewest
//! parameters.

mod candidates;
mod sized;
mod telling;

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasLoopBody},
};

use super::{
    Selection,
    exits::Leave,
    naming::{Ground, Wish},
    selection::LastFunction,
};
use crate::{
    syntax::{
        Source, Unit, flow, place_around,
        scopes::{self, Names},
    },
    text::TextRange,
};

use sized::{Part, Sized};

pub use telling::is_large;

/// The measure to reduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Cognitive complexity of the function.
    Complexity,
    /// Lines of code of the function.
    Lines,
    /// Levels of nesting in the function.
    Nesting,
    /// Lines of code of one `match` arm.
    ArmLines,
    /// Lines of code in a loop's body.
    LoopLines,
}

/// The purpose of an extraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    pub measure: Measure,
    /// Maximum acceptable measure.
    pub limit: u32,
    /// Maximum acceptable measure of the new function.
    pub limit_of_part: u32,
    pub naming: Naming,
}

/// The source of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The code suggests it. Parts without a name are skipped.
    Told,
    /// The user chooses it.
    Given,
}

/// A part of a function that could be extracted, if it compiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub range: TextRange,
    pub name: String,
    pub parameters: usize,
    pub before: u32,
    /// The measure without the part.
    pub after: u32,
}

/// A part that is one of several options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub proposal: Proposal,
    /// Whether the code suggests the name.
    pub is_named: bool,
}

/// How many parts are examined and listed.
#[derive(Debug, Clone, Copy)]
struct Breadth {
    /// Maximum number of parts to examine.
    looked_at: usize,
    /// Maximum number of parts to list.
    listed: usize,
    /// Divisor for the minimum share of the measure that a part has to remove.
    least_part: u32,
    /// Minimum worth of a part to be listed.
    least_worth: f64,
}

/// For proposals that are applied as they are.
const FEW: Breadth = Breadth {
    looked_at: 24,
    listed: 6,
    least_part: 10,
    least_worth: 0.0,
};
/// For options from which the user chooses, possibly several.
const MANY: Breadth = Breadth {
    looked_at: 64,
    listed: 20,
    least_part: 20,
    least_worth: -2.0,
};
/// Maximum number of parts to examine for a diagnostic, and in a large function, which is only reported with a part.
const MOST_TOLD: usize = 4;
const MOST_OF_LARGE: usize = 12;
/// Minimum number of lines of a part.
const FEWEST_LINES: u32 = 4;
/// Maximum share of its function's lines that a part may have, in percent.
const LARGEST_PART: u32 = 85;
/// Maximum number of parameters. Clippy allows more, but such a part isn't self-contained.
const MOST_PARAMETERS: usize = 5;
/// Maximum number of values to return.
const MOST_OUTPUTS: usize = 3;
/// Cost of a part with all lines of its function, so that the shorter of two parts with the same benefit is preferred.
const LEAST_COST: f64 = 0.05;

/// Returns the best extractions for a goal at the range of a diagnostic: the name of a function, the keyword of a loop or the
/// pattern of an arm. The best one comes first. They aren't compiled yet.
pub fn proposals(source: &Source, at: TextRange, goal: Goal) -> Vec<Proposal> {
    let listed = listed(source, at, goal, FEW).into_iter();
    listed.map(|choice| choice.proposal).collect()
}

/// Returns the extractions from which the user can choose one or several, in source order. Each is an improvement by itself.
pub fn choices(source: &Source, at: TextRange, goal: Goal) -> Vec<Choice> {
    let mut choices = listed(source, at, goal, MANY);
    choices.sort_by_key(|it| (it.proposal.range.start(), it.proposal.range.end()));
    choices
}

/// Whether a string is a function name in snake case, and not a keyword in any edition.
pub fn is_name(name: &str) -> bool {
    scopes::is_plain(name)
}

/// Whether a function name is unused, as far as the file shows.
pub fn is_free_name(source: &Source, name: &str) -> bool {
    Names::in_node(&source.root()).is_free(name)
}

/// The options, best first.
fn listed(source: &Source, at: TextRange, goal: Goal, breadth: Breadth) -> Vec<Choice> {
    let root = source.root();
    let Some(place) = place_around(&root, at) else {
        return Vec::new();
    };
    let unit = Unit::new(&source.text, &place, source.context);
    let Some(sized) = Sized::in_unit(source, &unit, at, (goal, breadth)) else {
        return Vec::new();
    };
    let parts = sized.parts();
    if parts.is_empty() {
        return Vec::new();
    }
    // The names in the file are collected only once.
    let names = Names::in_node(&root);
    let mut last = LastFunction::default();
    let mut ranked: Vec<Ranked> = Vec::new();
    for part in parts {
        // The worth is at most the benefit.
        let better = ranked.iter().filter(|it| it.worth >= part.benefit);
        if better.count() >= breadth.listed {
            break;
        }
        let selection = Selection::looked_at(source, &root, part.range, "Some", &mut last);
        let Ok(selection) = selection else {
            continue;
        };
        let may_have = |wish: &Wish| names.is_free(&wish.name);
        ranked.extend(sized.ranked(part, selection, may_have));
    }
    ranked.sort_by(|left, right| right.worth.total_cmp(&left.worth));
    let proposed = ranked.into_iter();
    let proposed = proposed.filter_map(|it| sized.choice(it));
    proposed.take(breadth.listed).collect()
}

/// Returns the part to report without a request, and how much it reduces the measure. Only the unit is taken into account:
/// another item may have the same name. Facts about the function are cached for the next call.
pub fn best_part(
    source: &Source,
    unit: &Unit<'_>,
    at: TextRange,
    goal: Goal,
    last: &mut LastFunction,
) -> Option<(TextRange, u32)> {
    let root = unit.node.tree_top();
    let sized = Sized::in_unit(source, unit, at, (goal, FEW))?;
    if telling::is_list(&sized) {
        return None;
    }
    let is_large = telling::is_large(&sized.function.metrics);
    let mut alone: Option<Ranked> = None;
    let mut any: Option<Ranked> = None;
    let parts = sized.parts().into_iter();
    let large = parts.filter(|part| {
        telling::is_long(unit.code_lines(part.range)) && telling::is_enough(part.gain, sized.before)
    });
    for part in large.take(if is_large { MOST_OF_LARGE } else { MOST_TOLD }) {
        if alone.as_ref().is_some_and(|it| it.worth >= part.benefit) {
            break;
        }
        let selection = Selection::looked_at(source, &root, part.range, "Some", last);
        let Ok(selection) = selection else {
            continue;
        };
        let stands_alone = telling::stands_alone(&sized, &selection);
        // Determining a name is costlier than this.
        if cost(&selection).is_none() || !(stands_alone || is_large) {
            continue;
        }
        let best = if stands_alone { &mut alone } else { &mut any };
        let ranked = sized.ranked(part, selection, |_| true);
        let is_better = |it: &Ranked| best.as_ref().is_none_or(|best| it.worth > best.worth);
        *best = ranked.filter(is_better).or(best.take());
    }
    let best = alone.or(any);
    let best = best?;
    let after = sized.measured_without(&best.selection)?;
    let gain = sized.before.saturating_sub(after);
    telling::is_enough(gain, sized.before).then_some((best.part.range, gain))
}

/// A part that may be proposed.
struct Ranked {
    worth: f64,
    part: Part,
    selection: Selection,
    name: Wish,
}

/// The cost of an extraction, excluding its name, relative to a benefit of at most 1. Returns `None` if too many values are
/// passed.
fn cost(selection: &Selection) -> Option<f64> {
    let parameters = selection.parameters();
    let outputs = selection.outputs.len();
    if parameters > MOST_PARAMETERS || outputs > MOST_OUTPUTS {
        return None;
    }
    if would_nest(selection) || would_search(selection) {
        return None;
    }
    let of_parameters = [0.0, 0.0, 0.02, 0.04, 0.08, 0.16][parameters];
    let of_outputs = [0.0, 0.0, 0.12, 0.3][outputs];
    let of_exits = match &selection.exits.leave {
        Leave::Never | Leave::Whole { .. } => 0.0,
        Leave::Told { .. } => 0.08,
        Leave::Carries { .. } => 0.12,
        Leave::Several(_) => 0.2,
    };
    // Conditionally compiled code can seldom be verified.
    let of_gates = if selection.gates.is_empty() { 0.0 } else { 0.1 };
    Some(of_parameters + of_outputs + of_exits + of_gates)
}

fn cost_of_name(ground: Ground) -> f64 {
    match ground {
        Ground::Comment => 0.0,
        Ground::Code => 0.03,
        Ground::Subject => 0.06,
        Ground::Nothing => 0.12,
    }
}

/// Whether a branch would contain only a check of the call: `if a { if part() { return; } }`.
fn would_nest(selection: &Selection) -> bool {
    let asks = match &selection.exits.leave {
        Leave::Told { is_certain, .. } | Leave::Carries { is_certain, .. } => !is_certain,
        Leave::Never | Leave::Whole { .. } | Leave::Several(_) => false,
    };
    let block = selection.statements.first().and_then(SyntaxNode::parent);
    let fills = block.is_some_and(|it| it.children().count() == selection.statements.len());
    let branch = selection
        .statements
        .first()
        .and_then(|it| it.ancestors().nth(3));
    let branch = branch.and_then(ast::IfExpr::cast);
    asks && fills && branch.is_some_and(|it| it.else_branch().is_none())
}

/// Whether the part is a search loop for the first match, which would become a `find` as a function.
fn would_search(selection: &Selection) -> bool {
    let only = |node: &SyntaxNode| {
        let mut children = node.children();
        children.next().filter(|_| children.next().is_none())
    };
    let inside = |block: Option<ast::BlockExpr>| only(block?.stmt_list()?.syntax());
    let found = || {
        let [statement] = &*selection.statements else {
            return None;
        };
        let each = ast::ForExpr::cast(flow::without_semicolon(statement.clone()))?;
        let branch = inside(each.loop_body()).map(flow::without_semicolon)?;
        let branch = ast::IfExpr::cast(branch).filter(|it| it.else_branch().is_none())?;
        let last = inside(branch.then_branch()).map(flow::without_semicolon)?;
        let given = ast::ReturnExpr::cast(last)?.expr()?;
        Some(given.syntax().text() == each.pat()?.syntax().text())
    };
    found().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    fn proposed(text: &str, at: &str, measure: Measure, limit: u32) -> Vec<(String, Proposal)> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let start = TextSize::try_from(text.find(at).unwrap()).unwrap();
        let at = TextRange::at(start, TextSize::of(at));
        let goal = Goal {
            measure,
            limit,
            limit_of_part: limit.max(7),
            naming: Naming::Told,
        };
        let proposals = proposals(&source, at, goal).into_iter();
        proposals
            .map(|it| (source.slice(it.range).to_owned(), it))
            .collect()
    }

    #[test]
    fn a_branch_that_would_only_ask_for_the_call_keeps_its_block() {
        let text = "fn find(all: &[Item]) -> Option<u8> {
    start();
    if is_open() {
        for item in all {
            if item.is_it() && item.is_new() {
                return Some(item.id);
            }
        }
    }
    if let Some(it) = end() {
        for other in it {
            other.end();
        }
    }
    None
}
";
        let found = proposed(text, "find", Measure::Complexity, 1);
        assert!(!found.is_empty());
        let (inner, whole) = ("for item", "if is_open");
        assert!(
            found.iter().all(|(text, _)| !text.starts_with(inner)),
            "{found:?}"
        );
        assert!(
            found.iter().any(|(text, _)| text.starts_with(whole)),
            "{found:?}"
        );
    }

    #[test]
    fn what_would_be_a_find_is_no_loop_of_its_own() {
        let found = |given: &str| {
            let text = format!(
                "fn find(all: &[Entry]) -> Entry {{
    start();
    for entry in all {{
        if entry.is_it() && (entry.is_new() || entry.is_old()) {{
            return {given};
        }}
    }}
    other(all);
    end(all)
}}
"
            );
            proposed(&text, "find", Measure::Complexity, 1)
        };
        assert!(found("entry").is_empty());
        assert!(!found("entry.clone()").is_empty());
    }

    const LOOPS: &str = "fn check(lines: &[Line], out: &mut Out) {
    if !out.is_open() {
        out.open();
    }
    let mut seen = 0;
    // Count what is visible.
    for line in lines {
        if line.is_visible() {
            if line.is_long() {
                seen += 2;
            } else {
                seen += 1;
            }
        }
    }

    out.push(seen);
    out.flush();
    out.end();
}
";

    #[test]
    fn the_part_that_takes_the_excess_is_proposed() {
        let found = proposed(LOOPS, "check", Measure::Complexity, 6);
        let (text, best) = &found[0];
        assert!(text.starts_with("// Count what"), "{text}");
        assert_eq!(best.name, "count_visible");
        assert_eq!((best.parameters, best.before, best.after), (2, 8, 1));
        assert!(found.iter().all(|(_, it)| it.after < it.before));
    }

    #[test]
    fn levels_go_with_the_block_that_has_them() {
        let found = proposed(LOOPS, "check", Measure::Nesting, 2);
        assert!(
            found.iter().all(|(_, it)| it.before == 3 && it.after < 3),
            "{found:?}"
        );
        assert!(!found.is_empty());
    }

    #[test]
    fn what_takes_nothing_is_no_proposal() {
        assert!(proposed("fn f() {\n    a();\n    b();\n}\n", "f", Measure::Lines, 1).is_empty());
        let flat = format!("fn f() {{\n{}}}\n", "    let a = g(a);\n".repeat(9));
        assert!(proposed(&flat, "f", Measure::Complexity, 3).is_empty());
    }

    #[test]
    fn the_body_of_an_arm_is_proposed() {
        let text = format!(
            "fn on(event: Event) {{\n    match event {{\n        Event::Key(key) => {{\n{}        }}\n        _ => {{}}\n    }}\n{}}}\n",
            "            press(key);\n".repeat(6),
            "    wait();\n".repeat(3),
        );
        let found = proposed(&text, "Event::Key", Measure::ArmLines, 3);
        let (_, best) = &found[0];
        assert_eq!(
            (best.name.as_str(), best.before, best.after),
            ("handle_key", 6, 1)
        );
    }
}
