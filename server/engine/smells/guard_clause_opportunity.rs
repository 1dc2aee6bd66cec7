//! # Guard-clause opportunity
//!
//! ## What it does
//! Finds an `if` that wraps the rest of a function, closure or loop body and could be a guard clause. This is an `if` at the
//! end of the body that has no `else` and a long block; a long `if` whose short `else` diverges (`return`, `continue`,
//! `break`, a panic); or an `if` at the end of a function of which one branch is long and the other is only a plain value.
//!
//! ## Why
//! The main path is indented one level too deep, and readers learn only at the closing brace that nothing happens otherwise.
//! A guard clause handles the case without work first, with an early `return` or `continue`.
//!
//! ## Example
//! ```rust before
//! fn publish(posts: &mut Vec<Post>, draft: &Draft) {
//!     if draft.is_ready() {
//!         let post = draft.to_post();
//!         if post.is_empty() {
//!             return;
//!         }
//!         posts.push(post);
//!         posts.sort();
//!         for reader in &draft.readers {
//!             announce(reader);
//!         }
//!         archive(posts);
//!         log(draft);
//!         notify(draft);
//!         remember(draft);
//!         count(draft);
//!         draft.forget();
//!     }
//! }
//! ```
//! ```rust after
//! fn publish(posts: &mut Vec<Post>, draft: &Draft) {
//!     if !draft.is_ready() {
//!         return;
//!     }
//!     let post = draft.to_post();
//!     if post.is_empty() {
//!         return;
//!     }
//!     posts.push(post);
//!     posts.sort();
//!     for reader in &draft.readers {
//!         announce(reader);
//!     }
//!     archive(posts);
//!     log(draft);
//!     notify(draft);
//!     remember(draft);
//!     count(draft);
//!     draft.forget();
//! }
//! ```
//!
//! ## What it leaves alone
//! - An `if` with code after it in its body, or one whose `else` neither diverges nor is a plain value: a literal, a
//!   constant, `Err(…)`, or an empty collection.
//! - A block of fewer than 20 lines; of fewer than 12, or 15 in a loop, if it already contains guards or two levels are
//!   removed. Where the condition only compares by order, 20 lines always.
//! - A block with a multi-line string literal; a function of fewer than 18 lines.
//! - Twins: an `if` after another one without `else`, or in one of two such loops in a row, or whose condition the function
//!   tests again or an earlier guard has tested already.
//! - A condition of three parts, whose negation is hard to read; a block whose last `if` has an `else` that only continues.
//! - A block that ends with `return` or `break`, consists of one more `if` or of one call, or has fewer than four statements
//!   and no control flow.
//! - An `else` of more than four lines; a branch of fewer than 10 lines next to a plain value.
//! - Code that needs another change: parts of the condition that the block tests again, one after the other; a block that is
//!   one chain of four or more branches, or one `match` on what the condition binds; a comparison with a name that only the
//!   condition reads; `loop { if let … }`, which should be `while let` or have a `break`.
//! - A function next to one, or near two, that end in a shorter `if` of the same form.
//! - An `if` below a comment that describes the block and not the condition, which would be wrong above the guard; one below
//!   a numbered step, as in a specification.
//! - An `if` after other steps that is less than three quarters of its body, and a short one in a closure.
//! - One of two branches of the same form, if the other would stay unchanged.
//! - Error handling at the end (`if let Err(…)`, `is_err()`), and `Drop::drop`.
//! - What `collapsible-if` reports, unless both `if`s may become guards.
//! - Tests, benchmarks and examples.
//! - A condition that can't be negated safely, and everything else that `guard-clause` does not change.
//!
//! ## Limits
//! The measure is the number of lines of code between the braces of the `if`: 8 are fine, more are a warning, more than 25 a
//! strong one. It fires 7.34 times in 100,000 lines of well-kept code, and 3.1 times more next to plain values. By default it
//! is reported from 18 lines.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Nested Conditional with Guard Clauses"; the inspection "Invert 'if' to reduce nesting" of `IntelliJ`.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode, T,
    ast::{self, HasLoopBody, HasName},
};

use crate::{
    facts::{Part, Sighting},
    shapes::{collapsible_if::CollapsibleIf, guard_clause},
    smells::{Calm, Cause, Limits, Look, Sightings, Smell},
    syntax::{
        Owner, Unit,
        flow::{BodyOf, body_of, diverges, without_semicolon},
        inside, keyword,
    },
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(7.34),
    calm: Calm::Chosen(is_long),
    answers: &["guard-clause"],
    sees: &[SyntaxKind::IF_EXPR],
    ..Smell::new(
        "guard-clause-opportunity",
        Limits::of(8, 25),
        Look::Function(look),
        say,
    )
};

/// Whether a block is long enough for a clear benefit; for shorter ones, reviewers disagreed.
fn is_long(sighting: &Sighting) -> bool {
    sighting.measure >= 18
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for choice in unit.nodes::<ast::IfExpr>() {
        let Some((lines, levels)) = wanted(unit, &choice) else {
            continue;
        };
        if levels < 2 && is_collapsible(unit, &choice) {
            continue;
        }
        if let Some(keyword) = choice.if_token() {
            let parts = around(&choice).map(|at| Part { at, measure: 0 });
            sightings.push_with_parts(keyword.text_range(), lines, parts.into_iter().collect());
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let lines = sighting.measure;
    let body = sighting.parts.first().and_then(|part| slice(text, part.at));
    if body == Some("else") {
        return format!(
            "this `if` wraps {lines} lines and has a short `else`; handle the `else` case first and unindent them"
        );
    }
    if body == Some("{") {
        return format!(
            "the `else` of this `if` wraps {lines} lines; return early from the short branch and unindent them"
        );
    }
    let (body, exit) = match body {
        Some("fn") => ("function", "return"),
        Some("for" | "while" | "loop") => ("loop body", "`continue`"),
        Some(_) => ("closure", "return"),
        None => ("block", "return or continue"),
    };
    format!("this `if` wraps the last {lines} lines of the {body}; {exit} early and unindent them")
}

/// Whether a guard clause removes more nesting than merging the conditions of two `if`s would.
pub(super) fn gains_more(unit: &Unit<'_>, choice: &ast::IfExpr) -> bool {
    let wanted = wanted(unit, choice);
    wanted.is_some_and(|(lines, levels)| levels >= 2 && lines > SMELL.limits.warn)
}

/// The lines of code in the block and the number of `if`s that would become guards. Returns `None` if it isn't worthwhile.
fn wanted(unit: &Unit<'_>, choice: &ast::IfExpr) -> Option<(u32, usize)> {
    let rest = guard_clause::rest_of(choice)?;
    let lines = unit.code_lines(inside(&rest));
    if unit.is_for_tests() || lines <= SMELL.limits.floor() {
        return None;
    }
    if handles_error(choice) || is_twin(choice) || ends_drop(unit, choice) {
        return None;
    }
    let guard = guard_clause::find(choice, unit.text, unit.context).ok()?;
    (!guard.is_awkward).then_some((lines, guard.levels))
}

/// The range to show besides the `if`: the brace after its `else`, if that holds the rest of the body; its `else`; or the
/// keyword of the body.
fn around(choice: &ast::IfExpr) -> Option<TextRange> {
    let Some(other) = choice.else_token() else {
        return body_keyword(choice);
    };
    let rest =
        guard_clause::rest_of(choice).filter(|rest| choice.then_branch().as_ref() != Some(rest));
    let brace = rest.and_then(|rest| rest.stmt_list()?.l_curly_token());
    Some(brace.unwrap_or(other).text_range())
}

fn is_collapsible(unit: &Unit<'_>, choice: &ast::IfExpr) -> bool {
    let shape = CollapsibleIf::of(choice, unit.text, unit.context);
    shape.is_ok_and(|(shape, _)| shape.is_worthwhile())
}

/// Whether the block handles an error; such code belongs after the success path.
fn handles_error(choice: &ast::IfExpr) -> bool {
    match choice.condition() {
        Some(ast::Expr::LetExpr(matched)) => matched.pat().is_some_and(|pattern| {
            let mut names = pattern.syntax().descendants_with_tokens();
            names.any(|name| {
                let name = name.as_token().map(|token| token.text().to_owned());
                name.is_some_and(|name| matches!(name.as_str(), "Err" | "err" | "error"))
            })
        }),
        Some(ast::Expr::MethodCallExpr(call)) => {
            call.name_ref().is_some_and(|name| name.text() == "is_err")
        }
        _ => false,
    }
}

/// Whether a preceding sibling, or a direct neighbour of the loop that consists of it, is an `if` of the same shape.
fn is_twin(choice: &ast::IfExpr) -> bool {
    let mut before = choice.syntax().siblings(Direction::Prev).skip(1);
    if before.any(|before| is_plain_if(&without_semicolon(before))) {
        return true;
    }
    let around = guard_clause::block_ended_by(choice).and_then(|block| body_of(&block));
    let Some(BodyOf::Loop(cycle)) = around else {
        return false;
    };
    let cycle = &cycle;
    consists_of_if(cycle)
        && [Direction::Prev, Direction::Next]
            .into_iter()
            .any(|way| neighbour(cycle, way).is_some_and(|other| consists_of_if(&other)))
}

/// The sibling of an expression statement, without its semicolon.
fn neighbour(expression: &SyntaxNode, way: Direction) -> Option<SyntaxNode> {
    let around = expression
        .parent()
        .filter(|node| ast::ExprStmt::can_cast(node.kind()));
    let own = around.unwrap_or_else(|| expression.clone());
    Some(without_semicolon(own.siblings(way).nth(1)?))
}

/// Whether a node is an `if` without `else` whose block doesn't diverge, unlike a guard.
fn is_plain_if(node: &SyntaxNode) -> bool {
    let Some(choice) = ast::IfExpr::cast(node.clone()) else {
        return false;
    };
    let goes_on = choice.then_branch().is_some_and(|then| !diverges(&then));
    choice.else_token().is_none() && goes_on
}

fn consists_of_if(cycle: &SyntaxNode) -> bool {
    let body = match ast::Expr::cast(cycle.clone()) {
        Some(ast::Expr::ForExpr(cycle)) => cycle.loop_body(),
        Some(ast::Expr::WhileExpr(cycle)) => cycle.loop_body(),
        Some(ast::Expr::LoopExpr(cycle)) => cycle.loop_body(),
        _ => None,
    };
    body.is_some_and(|body| is_only_if(&body))
}

fn is_only_if(body: &ast::BlockExpr) -> bool {
    let has_statements = body.statements().next().is_some();
    !has_statements && matches!(body.tail_expr(), Some(ast::Expr::IfExpr(_)))
}

fn ends_drop(unit: &Unit<'_>, choice: &ast::IfExpr) -> bool {
    let around = guard_clause::block_ended_by(choice).and_then(|block| body_of(&block));
    let Some(BodyOf::Function(function)) = around else {
        return false;
    };
    unit.owner == Owner::TraitImpl && function.name().is_some_and(|name| name.text() == "drop")
}

/// The first keyword of the loop, function or closure that ends with the `if`.
fn body_keyword(choice: &ast::IfExpr) -> Option<TextRange> {
    let block = guard_clause::block_ended_by(choice)?;
    match body_of(&block)? {
        BodyOf::Loop(cycle) => {
            let kinds = [T![for], T![while], T![loop]];
            let mut tokens = cycle.children_with_tokens();
            let token = tokens.find(|token| kinds.contains(&token.kind()))?;
            Some(token.text_range())
        }
        BodyOf::Function(function) => Some(keyword(function.syntax(), T![fn])),
        BodyOf::Closure(closure) => Some(closure.param_list()?.syntax().text_range()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        facts::Sighting,
        smells::fixture::{fired, seen},
    };

    const ID: &str = "guard-clause-opportunity";
    const LONG: &str = "a();\nb();\nc();\nd();\ne();\nf();\ng();\nh();\na();\nb();\nc();\nd();\ne();\nf();\ng();\nh();\na();\nb();\nc();\nd();\ne();\nf();\ng();\n";

    /// A block with `head` and indented `lines`.
    fn block(head: &str, lines: &str) -> String {
        let indented = lines.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        format!("{head} {{\n{}}}\n", indented.collect::<String>())
    }

    fn function(lines: &str) -> String {
        block("fn f()", lines)
    }

    fn count(text: &str) -> usize {
        fired(ID, text).len()
    }

    fn words(text: &str) -> String {
        let sighting: Sighting = seen(ID, text).remove(0);
        super::say(&sighting, text)
    }

    #[test]
    fn the_body_that_is_wrapped_is_named() {
        let code = format!("s();\n{}", block("if x > 1", LONG));
        assert_eq!(
            words(&function(&code)),
            "this `if` wraps the last 23 lines of the function; return early and unindent them"
        );
        let in_loop = words(&function(&block("for a in b", &code)));
        let end = "of the loop body; `continue` early and unindent them";
        assert!(in_loop.ends_with(end), "{in_loop}");
    }

    #[test]
    fn lines_of_code_count() {
        let ends_with = |lines: &str| {
            let choice = block("if x == 1", lines);
            let variables = "let s = t();\n".repeat(4);
            count(&function(&format!("{variables}{choice}")))
        };
        assert_eq!(ends_with(LONG), 1);
        let comments = "// a\n\n".repeat(9);
        assert_eq!(ends_with(&format!("{comments}a();\n")), 0);
        assert_eq!(ends_with(&LONG[20..]), 0);
        assert_eq!(ends_with(&LONG[15..]), 1);
    }

    #[test]
    fn a_plain_value_beside_a_long_branch_is_returned() {
        let gives = |then: &str, other: &str| {
            let choice = format!(
                "{} {}",
                block("if x == 1", then).trim_end(),
                block("else", other).trim_end()
            );
            block("fn f() -> R", &choice)
        };
        let long = format!("let s = t();\nif s {{\n    u();\n}}\n{LONG}v()\n");
        let end = "and has a short `else`; handle the `else` case first and unindent them";
        for value in ["None", "Ok(())", "Err(e(x))", "Vec::new()", "R::EMPTY", "0"] {
            let said = words(&gives(&long, &format!("{value}\n")));
            assert!(said.ends_with(end), "{value}: {said}");
        }
        assert_eq!(
            words(&gives("None\n", &long)),
            "the `else` of this `if` wraps 28 lines; return early from the short branch and unindent them"
        );
        for value in ["w(x)", "s", "x + 1", "Ok(s)"] {
            assert_eq!(count(&gives(&long, &format!("{value}\n"))), 0, "{value}");
        }
        assert_eq!(count(&gives("a();\nb();\nv()\n", "None\n")), 0);
    }

    #[test]
    fn what_happens_seldom_stays_in_its_block() {
        let in_loop =
            |lines: &str| count(&function(&block("for a in b", &block("if x == 1", lines))));
        assert_eq!(in_loop(LONG), 1);
        assert_eq!(in_loop(&format!("{LONG}break;\n")), 0);
        assert_eq!(in_loop(&format!("{LONG}return;\n")), 0);
    }

    #[test]
    fn one_more_if_inside_is_no_rest_of_a_body() {
        let inner = block(
            "if let Some(y) = z()",
            "return Err(Bad {\n    a,\n    b,\n    c,\n    d,\n    e,\n    f,\n    g,\n    h,\n    i,\n});\n",
        );
        let in_loop =
            |lines: &str| count(&function(&block("for a in b", &block("if x == 1", lines))));
        assert_eq!(in_loop(&inner), 0);
        assert_eq!(in_loop(&format!("{inner}c();\nd();\n")), 1);
    }

    #[test]
    fn twins_are_left_alone() {
        let code = block("if x == 1", LONG);
        let behind = |before: &str| count(&function(&format!("{}{code}", block("if y", before))));
        assert_eq!([behind("z();"), behind("return;")], [0, 1]);
        let cycle = block("for a in b", &code);
        assert_eq!(count(&function(&format!("{cycle}{cycle}"))), 0);
        assert_eq!(count(&function(&cycle)), 1);
    }

    #[test]
    fn handling_of_errors_is_left_alone() {
        for condition in ["let Err(e) = g", "let Some(err) = g", "g.is_err()"] {
            let choice = block(&format!("if {condition}"), LONG);
            assert_eq!(
                count(&function(&format!("s();\n{choice}"))),
                0,
                "{condition}"
            );
        }
    }

    #[test]
    fn one_of_several_passes_is_left_alone() {
        let pass = block("for a in b", &block("if x == 1", LONG));
        let other = block("for a in c", &block("if y", "z();\n"));
        assert_eq!(count(&function(&format!("{other}w();\n{pass}"))), 1);
        assert_eq!(
            count(&function(&format!("{other}w();\n{other}w();\n{pass}"))),
            0
        );
    }

    #[test]
    fn a_case_of_which_nothing_is_taken_is_left_alone() {
        let of = |asked: &str| count(&function(&block(&format!("if {asked}"), LONG)));
        assert_eq!(of("let A::B = b"), 0);
        assert_eq!(of("let A::B(c) = b"), 1);
    }

    #[test]
    fn three_questions_are_not_turned_around() {
        let of = |asked: &str| count(&function(&block(&format!("if {asked}"), LONG)));
        assert_eq!(of("x == 1 && y"), 1);
        assert_eq!(of("x == 1 && y && z != 2"), 0);
    }

    #[test]
    fn what_would_end_in_an_idle_jump_is_left_alone() {
        let cycle = |other: &str| {
            let last = format!("{LONG}{}", block("if let Ok(y) = b.c()", "d(y);\ne(y);\n"));
            let last = format!("{} else {{\n{other}\n}}\n", last.trim_end());
            count(&function(&block("for a in b", &block("if x == 1", &last))))
        };
        assert_eq!(cycle("continue;"), 0);
        assert_eq!(cycle("f();"), 1);
    }

    #[test]
    fn drops_and_tests_are_left_alone() {
        let code = block("if x == 1", LONG);
        assert_eq!(count(&function(&code)), 1);
        let dropped = block("impl Drop for S", &block("fn drop(&mut self)", &code));
        assert_eq!(count(&dropped), 0);
        assert_eq!(count(&format!("#[test]\n{}", function(&code))), 0);
    }

    #[test]
    fn one_if_is_one_finding() {
        for (lines, smell) in [(LONG, ID), ("a();\nb();\n", "collapsible-if")] {
            let choice = block("if x == 1", &block("if y == 1", lines));
            let text = function(&format!("s();\n{choice}"));
            let both = [ID, "collapsible-if"].map(|id| fired(id, &text).len());
            assert_eq!(both.iter().sum::<usize>(), 1, "{text}");
            assert_eq!(fired(smell, &text).len(), 1, "{text}");
        }
    }
}
