//! # Flag loop
//!
//! ## What it does
//! Finds `while` loops whose condition is a local flag that only the loop itself sets.
//!
//! ## Why
//! The end of the loop is decided in its body but tested at its head. Readers who see the flag set have to find out what it
//! causes, and whether the rest of the iteration still runs. `break` ends the loop where the decision is made.
//!
//! ## Example
//! ```rust before
//! fn serve(queue: &mut Queue) {
//!     let mut done = false;
//!     while !done {
//!         let job = queue.next();
//!         if job.is_last() {
//!             done = true;
//!         } else {
//!             job.run();
//!         }
//!     }
//! }
//! ```
//! ```rust after
//! fn serve(queue: &mut Queue) {
//!     loop {
//!         let job = queue.next();
//!         if job.is_last() {
//!             break;
//!         }
//!         job.run();
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - A flag that is computed (`changed |= step()`), is borrowed, or is read elsewhere in the loop.
//! - Loops that run until nothing changes, in which every iteration first resets the flag.
//! - Conditions that test more than the flag; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of assignments to the flag: 0 are fine, more are a warning, more than 2 a strong one. It fires
//! 0.2 times in 100,000 lines of well-kept code. Reported in the `full` profile only. `remove-control-flag` fixes it where
//! nothing else follows in the iteration.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Remove Control Flag".

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, HasLoopBody, HasName, UnaryOp},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, keyword, scopes, tokens_of},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} assignments",
    rate: Some(0.2),
    calm: Calm::Never,
    answers: &["remove-control-flag"],
    sees: &[SyntaxKind::WHILE_EXPR],
    ..Smell::new("flag-loop", Limits::of(0, 2), Look::Function(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for cycle in unit.nodes::<ast::WhileExpr>() {
        let Some(name) = cycle.condition().and_then(flag_in) else {
            continue;
        };
        let Some(body) = cycle
            .loop_body()
            .filter(|_| is_declared_before(&cycle, &name))
        else {
            continue;
        };
        let Some(sets) = sets_of(&body, &name) else {
            continue;
        };
        let measure = u32::try_from(sets.len()).unwrap_or(u32::MAX);
        let parts = sets.into_iter().map(|at| Part { at, measure: 1 });
        sightings.push_with_parts(keyword(cycle.syntax(), T![while]), measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let first = sighting.parts.first().and_then(|part| slice(text, part.at));
    let name = first.unwrap_or_default();
    format!("`{name}` only ends this loop; use `break`")
}

/// The flag in a condition: `done` for `!done`.
fn flag_in(condition: ast::Expr) -> Option<String> {
    let place = match condition {
        ast::Expr::PrefixExpr(not) if not.op_kind() == Some(UnaryOp::Not) => not.expr()?,
        other => other,
    };
    scopes::as_name(&place)
}

/// Whether a `bool` of this name is declared before the loop, in the same block.
fn is_declared_before(cycle: &ast::WhileExpr, name: &str) -> bool {
    let statement = cycle.syntax().ancestors().find(|it| {
        it.parent()
            .is_some_and(|around| around.kind() == SyntaxKind::STMT_LIST)
    });
    let before = statement
        .into_iter()
        .flat_map(|it| it.siblings(ra_ap_syntax::Direction::Prev));
    let mut before = before.skip(1).filter_map(ast::LetStmt::cast);
    before.any(|declared| {
        let Some(ast::Pat::IdentPat(pattern)) = declared.pat() else {
            return false;
        };
        let value = declared.initializer();
        pattern.name().is_some_and(|own| own.text() == name)
            && value.is_some_and(|value| is_bool(value.syntax()))
    })
}

fn is_bool(value: &SyntaxNode) -> bool {
    let text = value.text();
    text == "true" || text == "false"
}

/// The assignments of the flag in the body, if it has no other uses there and isn't reset by the first statement.
fn sets_of(body: &ast::BlockExpr, name: &str) -> Option<Vec<TextRange>> {
    let mut sets = Vec::new();
    for token in tokens_of(body.syntax())
        .filter(|token| token.text() == name || is_captured(token.text(), name))
    {
        let set = token.parent_ancestors().find_map(ast::BinExpr::cast)?;
        let is_set = matches!(set.op_kind(), Some(ast::BinaryOp::Assignment { op: None }));
        let place = set.lhs()?.syntax().text_range();
        if !is_set || place != token.text_range() || !is_bool(set.rhs()?.syntax()) {
            return None;
        }
        sets.push(place);
    }
    let first = body.statements().next();
    let is_taken_back = first.is_some_and(|first| {
        let at = first.syntax().text_range();
        sets.iter().any(|set| set.start() == at.start())
    });
    (!is_taken_back).then_some(sets)
}

/// Whether a token is a format string that may capture the flag.
fn is_captured(text: &str, name: &str) -> bool {
    text.starts_with('"') && text.contains(&format!("{{{name}"))
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn function(declared: &str, condition: &str, body: &str) -> String {
        format!("fn f(a: &mut A) {{ {declared} while {condition} {{ {body} }} }}")
    }

    #[test]
    fn a_flag_that_only_ends_its_loop_is_seen() {
        for (value, condition, body) in [
            ("false", "!done", "if a.b() { done = true; } a.c();"),
            (
                "true",
                "done",
                "a.c(); match a.b() { B => done = false, C => {} }",
            ),
        ] {
            let text = function(&format!("let mut done = {value}; a.d();"), condition, body);
            assert_eq!(
                fired("flag-loop", &text),
                [("while".to_owned(), 1)],
                "{text}"
            );
            let seen = seen("flag-loop", &text);
            assert_eq!(
                (by_name("flag-loop").unwrap().say)(&seen[0], &text),
                "`done` only ends this loop; use `break`"
            );
        }
    }

    #[test]
    fn a_flag_that_is_more_is_left_alone() {
        let declared = "let mut done = false;";
        for (condition, body) in [
            ("!done", "done = a.b();"),
            ("!done", "done |= a.b(); if a.c() { done = true; }"),
            ("!done", "if a.b() { done = true; } if done { a.c(); }"),
            ("!done", "if a.b() { done = true; } print!(\"{done}\");"),
            ("!done", "a.b(&mut done);"),
            ("!done", "done = true; if a.b() { done = false; }"),
            ("!done && a.b()", "if a.c() { done = true; }"),
            ("!a.done", "if a.c() { a.done = true; }"),
        ] {
            let text = function(declared, condition, body);
            assert!(fired("flag-loop", &text).is_empty(), "{text}");
        }
        let text = function("", "!done", "if a.b() { done = true; }");
        assert!(fired("flag-loop", &text).is_empty());
        let text = function(declared, "!done", "if a.b() { done = true; }");
        assert!(fired("flag-loop", &format!("#[test] {text}")).is_empty());
    }
}
