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

#[cfg(test)]
mod tests {
    use super::super::{Goal, Measure, Naming, best_part};
    use crate::{
        syntax::{FileContext, Source, Unit, places},
        text::slice,
    };

    const PART: &str = "for line in lines {
        if line.is_open() {
            if line.is_long() {
                out.push(line.start());
                out.push(line.end());
            } else {
                out.push(line.whole());
            }
            out.flush();
        }
    }";

    /// The part that is told of, and how much goes with it.
    fn told(before: &str, part: &str, behind: &str) -> Option<(String, u32)> {
        let text = format!(
            "fn check(lines: &[Line], out: &mut Out) {{\n    {before}\n    {part}\n\n    {behind}\n    if out.a() {{\n        out.b();\n    }}\n    if out.c() {{\n        out.d();\n    }}\n}}\n"
        );
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        assert!(!source.tree.has_errors(), "{text}");
        let place = places(&source.root()).remove(0);
        let unit = Unit::new(&source.text, &place, source.context);
        let goal = Goal {
            measure: Measure::Complexity,
            limit: 3,
            limit_of_part: 3,
            naming: Naming::Told,
        };
        let (range, gain) = best_part(&source, &unit, unit.functions[0].name(), goal)?;
        Some((slice(&text, range).unwrap().to_owned(), gain))
    }

    #[test]
    fn what_a_loop_does_with_each_is_told_of() {
        let (part, gain) = told("out.start();", PART, "out.end();").unwrap();
        assert!(part.starts_with("if line.is_open() {"), "{part}");
        assert_eq!(gain, 6);
    }

    #[test]
    fn what_depends_on_what_is_around_is_left_alone() {
        let with = |from: &str, to: &str| PART.replace(from, to);
        let steering = with("for line in lines", "if let Some(line) = out.next()");
        let steering = steering.replace("out.flush()", "break");
        let arms = ["A", "B", "C"].map(|arm| format!("{arm} => {{\n{PART}\n}}\n"));
        for (before, part, behind, word) in [
            (
                "let flush = |out: &mut Out| out.flush();",
                with("out.flush()", "flush(out)"),
                "flush(out);",
                "flush(out)",
            ),
            ("", format!("loop {{\n{steering}\n}}"), "", "break"),
            (
                "let (mut seen, mut last) = (0, None);",
                with("out.flush()", "seen = 1;\nlast = line"),
                "out.end(seen, last);",
                "last = line",
            ),
            (
                "",
                format!("let _guard = out.lock();\n    {PART}"),
                "",
                "_guard",
            ),
            (
                "",
                format!("match out.kind() {{\n{}}}", arms.concat()),
                "",
                "for line",
            ),
        ] {
            let found = told(before, &part, behind);
            let is_told = |(part, _): &(String, u32)| {
                part.contains(word) && !part.starts_with("match") && !part.starts_with("loop")
            };
            assert!(!found.as_ref().is_some_and(is_told), "{part}: {found:?}");
        }
    }

    #[test]
    fn what_is_short_or_takes_little_is_left_alone() {
        let short = "for line in lines {\n        if line.is_open() {\n            out.flush();\n        }\n    }";
        assert_eq!(told("", short, ""), None);
        let many = "if out.a() {\n        if out.b() {\n            if out.c() {\n                if out.d() {\n                    return;\n                }\n            }\n        }\n    }\n    ".repeat(4);
        assert!(told("", PART, &many).is_none_or(|(part, _)| !part.starts_with("for")));
    }
}
