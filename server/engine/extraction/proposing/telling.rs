//! Which parts are worth telling of where nobody has asked: what a reader would cut out just so. Drawn from verdicts of readers,
//! in `tests/worth`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::{Leave, Selection, Sized};
use crate::text::TextRange;

/// A shorter part is read at a glance.
const FEWEST_LINES: u32 = 9;
/// What takes fewer hundredths of the measure changes little.
const LEAST_GAIN: u32 = 20;
/// A part of an arm whose neighbour has so many hundredths of its lines is one of several.
const ALIKE: u32 = 60;

pub(super) fn is_long(lines: u32) -> bool {
    lines >= FEWEST_LINES
}

/// Whether so much less of a measure is worth it.
pub(super) fn is_enough(gain: u32, before: u32) -> bool {
    gain.saturating_mul(100) >= before.saturating_mul(LEAST_GAIN)
}

/// Whether a part can be thought of without what is around it.
pub(super) fn stands_alone(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let is_steered = || stops_loop(&selection.exits.leave);
    let takes_own = || selection.item.is_some() || takes_closure(selection);
    let is_data = || selection.statements.len() < 2 && !decides(sized, selection.range);
    !is_steered()
        && !takes_own()
        && !is_data()
        && changed(selection) < 2
        && !holds_guard(selection)
        && !is_one_of_several(sized, selection)
}

/// Whether a loop around it is ended, or goes on in more than one way.
fn stops_loop(leave: &Leave) -> bool {
    match leave {
        Leave::Never | Leave::Whole { .. } => false,
        Leave::Told { words, .. } => words.starts_with("break"),
        Leave::Carries { carried, .. } => carried.is_break,
        Leave::Several(_) => true,
    }
}

/// A closure of the function would have to be handed over.
fn takes_closure(selection: &Selection) -> bool {
    selection.captures.iter().any(|it| it.closure.is_some())
}

/// Whether something is asked or repeated in it.
fn decides(sized: &Sized<'_, '_>, range: TextRange) -> bool {
    let mut increments = sized.function.tally.increments.iter();
    increments.any(|it| range.contains_range(it.at))
}

/// How many variables of the function it sets that are looked at behind it.
fn changed(selection: &Selection) -> usize {
    let used = selection.captures.iter().filter(|it| it.is_used_after);
    let set = used.filter(|capture| {
        let mut mentions = capture.mentions.iter();
        mentions.any(|it| {
            it.parent_ancestors()
                .nth(3)
                .is_some_and(|path| is_set(&path))
        })
    });
    set.count()
}

/// Whether an expression is what an assignment sets.
fn is_set(path: &SyntaxNode) -> bool {
    let Some(parent) = path.parent().and_then(ast::BinExpr::cast) else {
        return false;
    };
    let is_assignment = matches!(parent.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
    is_assignment && parent.lhs().is_some_and(|set| set.syntax() == path)
}

/// What is named for its drop alone would be dropped with the part.
fn holds_guard(selection: &Selection) -> bool {
    let lets = selection.statements.iter().cloned();
    let mut patterns = lets.filter_map(|it| ast::LetStmt::cast(it)?.pat());
    patterns.any(|pattern| {
        let ast::Pat::IdentPat(name) = pattern else {
            return false;
        };
        name.name().is_some_and(|name| name.text().starts_with('_'))
    })
}

/// Whether it is the body of one of several arms that are as long.
fn is_one_of_several(sized: &Sized<'_, '_>, selection: &Selection) -> bool {
    let first = selection.statements.first();
    let around = first.and_then(|it| it.ancestors().find_map(ast::MatchArm::cast));
    let Some(arm) = around.filter(|arm| {
        sized
            .scope
            .text_range()
            .contains_range(arm.syntax().text_range())
    }) else {
        return false;
    };
    let lines = |node: &SyntaxNode| sized.unit.code_lines(node.text_range());
    let own = lines(arm.syntax());
    if sized.unit.code_lines(selection.range) * 100 < own * ALIKE {
        return false;
    }
    let list = arm.syntax().parent();
    let others = list.into_iter().flat_map(|list| list.children());
    let mut others = others.filter(|it| it.kind() == SyntaxKind::MATCH_ARM && it != arm.syntax());
    others.any(|other| lines(&other) * 100 >= own * ALIKE)
}
