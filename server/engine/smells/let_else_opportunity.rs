//! # Let-else opportunity
//!
//! ## What it does
//! Finds a `let` with a `match` or `if let` that only unwraps a value or diverges (`return`, `continue`, `break` or a
//! panic).
//!
//! ## Why
//! The expected pattern is hidden among the arms, and the value is named three times. `let … else` puts the pattern on the
//! first line and the early exit next to it.
//!
//! ## Example
//! ```rust before
//! fn f(names: &[String]) -> usize {
//!     let first = match names.first() {
//!         Some(name) => name,
//!         None => return 0,
//!     };
//!     first.len()
//! }
//! ```
//! ```rust after
//! fn f(names: &[String]) -> usize {
//!     let Some(first) = names.first() else {
//!         return 0;
//!     };
//!     first.len()
//! }
//! ```
//!
//! ## What it leaves alone
//! - A value that is only returned as `Ok(value)` or `Some(value)`; tests, benchmarks and examples.
//! - Code that needs another rewrite at the same time: `ref` in the pattern, `.ok()` after the value, redundant parentheses,
//!   a value that is bound in the preceding statement.
//! - An `Option` or a `Result` for which there is a shorter form: `is_some_and` for `return false` followed by one short
//!   expression, `expect` for a panic, `ok_or` or `map_err` with `?` for `return Err(…)`, `ok` with `?` for `return None`.
//! - A value that spans several lines; a diverging arm with a multi-line string or only branches; two arms that both have
//!   comments; one of two in a block if the other, at its end, would remain a `match`.
//! - A diverging arm whose pattern names a variant (`State::Done`), and a `loop` that starts with it and breaks, also in a
//!   nested block, for which `while let` is the better form.
//! - Code that `let-else` would not change: a diverging arm that uses a binding of its pattern, guards, a `let` with a type
//!   or with `mut`, packages that support Rust before 1.65.
//!
//! ## Limits
//! The measure is the number of lines of the statement. 0 are fine; more are a warning, more than 12 a strong one. It fires
//! 27.1 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! clippy's `manual_let_else`; RFC 3137.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    shapes::{let_else::LetElse, question_mark::QuestionMark},
    syntax::Unit,
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(27.1),
    answers: &["let-else"],
    clippy: &["manual_let_else"],
    sees: &[SyntaxKind::LET_STMT],
    ..Smell::new(
        "let-else-opportunity",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for statement in unit.nodes::<ast::LetStmt>() {
        let shape = LetElse::of(&statement, unit.text, unit.context);
        if is_last_word(&statement)
            || !shape.is_ok_and(|(shape, _)| shape.is_worthwhile())
            || is_question_mark(&statement, unit)
        {
            continue;
        }
        let Some(keyword) = keyword(&statement) else {
            continue;
        };
        let lines = unit.slice(statement.syntax().text_range()).lines().count();
        // Code on one line would take one line or three.
        if lines < 2 {
            continue;
        }
        sightings.push(keyword, u32::try_from(lines).unwrap_or(u32::MAX));
    }
}

/// Whether `?` is shorter, for which there is a separate smell.
fn is_question_mark(statement: &ast::LetStmt, unit: &Unit<'_>) -> bool {
    let value = statement.initializer();
    value.is_some_and(|it| QuestionMark::of(it.syntax(), unit.text, unit.context).is_ok())
}

/// Whether only `Ok(name)` or `Some(name)` follows: then the value itself, or `ok_or`, is a shorter expression.
fn is_last_word(statement: &ast::LetStmt) -> bool {
    let Some(ast::Pat::IdentPat(bound)) = statement.pat() else {
        return false;
    };
    let next = statement
        .syntax()
        .next_sibling()
        .and_then(ast::CallExpr::cast);
    let words = next.map(|call| call.syntax().text().to_string());
    words.is_some_and(|words| {
        let name = bound.syntax().text();
        words == format!("Ok({name})") || words == format!("Some({name})")
    })
}

fn keyword(statement: &ast::LetStmt) -> Option<TextRange> {
    let token = match statement.initializer()? {
        ast::Expr::MatchExpr(choice) => choice.match_token(),
        ast::Expr::IfExpr(choice) => choice.if_token(),
        _ => None,
    };
    token.map(|token| token.text_range())
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    format!("this `{keyword}` only unwraps a value or diverges; use `let … else`")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn a_value_that_is_only_handed_on_is_left_alone() {
        let text = |rest: &str| {
            format!(
                "fn f() -> Option<u8> {{\nlet a = match b() {{\nSome(a) => a,\n_ => return c(),\n}};\n{rest}\n}}\n"
            )
        };
        assert!(fired("let-else-opportunity", &text("Some(a)")).is_empty());
        assert_eq!(fired("let-else-opportunity", &text("Some(a + 1)")).len(), 1);
        assert_eq!(
            fired("let-else-opportunity", &text("g(a);\nSome(a)")).len(),
            1
        );
    }

    #[test]
    fn what_takes_as_many_lines_is_left_alone() {
        let text = |value: &str| {
            format!(
                "fn f() -> State {{\n    let haystack = match {value} {{\n        Some(haystack) => haystack,\n        None => return State::Continue,\n    }};\n    g(haystack);\n    h()\n}}\n"
            )
        };
        let long = "haystack_builder.build_from_what_the_walk_has_found_here(result_of_the_walk)";
        assert_eq!(
            fired("let-else-opportunity", &text("build(result)")).len(),
            1
        );
        assert!(fired("let-else-opportunity", &text(long)).is_empty());
    }

    #[test]
    fn a_second_case_is_no_way_out() {
        let text = |steps: usize| {
            let steps = "    c();\n".repeat(steps);
            format!(
                "fn f() {{\nlet a = match b() {{\nSome(a) => a,\nNone => {{\n{steps}    return;\n}}\n}};\ng(a);\nh();\n}}\n"
            )
        };
        assert_eq!(fired("let-else-opportunity", &text(4)).len(), 1);
        assert!(fired("let-else-opportunity", &text(20)).is_empty());
    }

    #[test]
    fn all_of_one_form_or_none() {
        let text = |name: &str| {
            let choice = |name: &str| {
                format!("let {name} = match b() {{\nSome(a) => a,\n_ => return c(),\n}};\n")
            };
            format!("fn f() -> u8 {{\n{}{}g(d)\n}}\n", choice(name), choice("d"))
        };
        assert_eq!(fired("let-else-opportunity", &text("a")).len(), 2);
        assert!(fired("let-else-opportunity", &text("mut a")).is_empty());
    }

    #[test]
    fn one_question_about_a_value_is_another_method_s() {
        let text = |answer: &str, rest: &str| {
            format!(
                "fn f() -> bool {{\nlet a = match b() {{\nSome(a) => a,\nNone => return {answer},\n}};\n{rest}\n}}\n"
            )
        };
        for (answer, rest) in [
            ("false", "g(a)"),
            ("true", "a != 1"),
            ("false", "matches!(\na,\n1)"),
        ] {
            assert!(
                fired("let-else-opportunity", &text(answer, rest)).is_empty(),
                "{rest}"
            );
        }
        for (answer, rest) in [
            ("c()", "g(a)"),
            ("false", "g(a)?"),
            ("false", "h(a);\ng(a)"),
            ("false", "if a {\nh();\n}\ntrue"),
        ] {
            assert_eq!(
                fired("let-else-opportunity", &text(answer, rest)).len(),
                1,
                "{rest}"
            );
        }
    }

    #[test]
    fn a_value_or_a_way_out_is_seen() {
        // From `clap_builder` 4.6.7, `src/parser/parser.rs` (MIT OR Apache-2.0).
        let text = r#"
fn resolve_pending(&self, matcher: &mut ArgMatcher) -> ClapResult<()> {
    let pending = match matcher.take_pending() {
        Some(pending) => pending,
        None => {
            return Ok(());
        }
    };

    debug!("Parser::resolve_pending: id={:?}", pending.id);
    Ok(())
}
"#;
        let seen = fired("let-else-opportunity", text);
        assert_eq!(seen, [("match".to_owned(), 6)]);
        let text = "fn f() { let a = if let Some(a) = b { a } else {\n    return\n}; }";
        let seen = fired("let-else-opportunity", text);
        assert_eq!(seen, [("if".to_owned(), 3)]);
        let text = "fn f() { let a = if let Some(a) = b { a } else { return }; }";
        assert_eq!(fired("let-else-opportunity", text), []);
    }

    #[test]
    fn a_way_out_that_uses_the_error_is_left_alone() {
        let text = "fn f() { let a = match b { Ok(a) => a, Err(e) => return Err(e.into()) }; }";
        assert!(fired("let-else-opportunity", text).is_empty());
    }

    #[test]
    fn a_default_is_no_way_out() {
        let text = "fn f() { let a = match b { Some(a) => a, None => 1 }; }";
        assert!(fired("let-else-opportunity", text).is_empty());
    }

    #[test]
    fn a_value_that_is_worked_on_is_left_alone() {
        for code in [
            "let a = match b { Some(a) => a + 1, None => return };",
            "let a = match b { Some(a) if c => a, _ => return };",
            "let Some(a) = b else { return };",
            "m!(let a = match b { Some(a) => a, None => return };);",
        ] {
            let text = format!("fn f() {{ {code} }}");
            assert!(fired("let-else-opportunity", &text).is_empty(), "{code}");
        }
    }
}
