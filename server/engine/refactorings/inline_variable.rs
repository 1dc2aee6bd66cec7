//! # Inline variable
//!
//! ## What it does
//! Replaces the only use of a variable, in the next statement, with its value and removes the variable.
//!
//! ## Why
//!
//! A name that says no more than its value is one more thing to keep in mind.
//!
//! ## Example
//!
//! ```rust before
//! fn send(order: &Order, queue: &mut Vec<Message>) {
//!     let $0message = order.message();
//!     queue.push(message);
//! }
//! ```
//!
//! ```rust after
//! fn send(order: &Order, queue: &mut Vec<Message>) {
//!     queue.push(order.message());
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Variables with a type or `mut`, and those bound by a pattern.
//! - Variables used more than once, in a later statement, in a closure, a loop or a macro, or through a reference or a
//!   method call.
//! - Values of several lines.
//! - Variables that a comment describes.
//!
//! ## What it checks
//!
//! The value is computed at the same time as before: nothing is evaluated before it, or is only read while the value
//! only reads too. It has no temporaries and is moved to its use, so nothing is dropped at a different time.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::shapes::single_use::SingleUse;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "inline-variable",
    kind: Kind::Inline,
    at: &[SyntaxKind::LET_STMT],
    needs: Needs::Syntax,
    allows: Allows::of("", "let", &[Also::DropsPattern]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let at = find::token_at(context, target).ok_or(Refusal::NotHere)?;
    let statement = find::around::<ast::LetStmt>(context, target).next();
    let statement = statement.ok_or(Refusal::NotHere)?;
    let value = statement.initializer().ok_or(Refusal::NotHere)?;
    if at.text_range().start() >= value.syntax().text_range().start() {
        return Err(Refusal::NotHere);
    }
    let found = SingleUse::of(&statement).ok_or(Refusal::NotHere)?;
    let rewrites = found.rewrites(&source.text, source.context)?;
    let whole = found.whole();
    Plan::new(whole, move || {
        let title = match found.name().len() {
            0..=40 => format!("Inline `{}`", found.name()),
            _ => "Inline variable".to_owned(),
        };
        Ok(Change::new(title, whole, rewrites)?.checked(&[
            "it is used once, in the next statement",
            "the value is computed at the same time",
            "nothing is dropped at a different time",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };
    use crate::syntax::Hazard;

    static INLINE: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: &mut A, n: usize) -> usize {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&INLINE, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&INLINE, hazard, &inside(code));
    }

    #[test]
    fn what_a_pattern_leaves_is_kept_by_the_variable() {
        for taken in [
            "let S { b, .. } = x;",
            "let (b, _) = x;",
            "let _ = x;",
            "_ = x;",
        ] {
            refused(Hazard::Drops, &format!("let $0x = a.b();\n{taken}\nc(n)"));
        }
        refused(Hazard::Drops, "let $0x = b(3);\nlet c = [x; 0];\nc.d()");
    }

    #[test]
    fn what_clippy_would_ask_otherwise_is_refused() {
        for code in [
            "let $0x = a.b.len();\nif x == 0 {\n    c();\n}\nn",
            "let $0x = a.b.is_some();\nif x {\n    c();\n}\nn",
            "let $0x = 0;\nn + x",
            "let $0x = (n + 2);\nb(x)",
        ] {
            refused(Hazard::Text, code);
        }
    }

    #[test]
    fn the_value_takes_the_place() {
        becomes("let $0x = b(n);\nx", "b(n)");
        becomes("let $0x = b(n)?;\n\nc(x, n);\nn", "c(b(n)?, n);\nn");
        becomes(
            "let $0x = n as u8;\nc(2, a.b, x);\nn",
            "c(2, a.b, n as u8);\nn",
        );
        becomes("let $0x = b(n);\na.c = x;\nn", "a.c = b(n);\nn");
        becomes(
            "let $0x = n > 1;\nif x {\n    c();\n}\nn",
            "if n > 1 {\n    c();\n}\nn",
        );
        becomes("let $0x = n as u8;\na.c = x;\nn", "a.c = n as u8;\nn");
        becomes("let $0x = b(n);\na.push(x);\nn", "a.push(b(n));\nn");
    }

    #[test]
    fn operands_are_enclosed() {
        becomes("let $0x = n + 2;\nx * 2", "(n + 2) * 2");
        becomes("let $0x = n * 2;\nx + 2", "n * 2 + 2");
        becomes("let $0x = n % 2;\nc(x == 3);\nn", "c(n % 2 == 3);\nn");
        becomes("let $0x = n as u8;\nc(3 < x);\nn", "c(3 < (n as u8));\nn");
        becomes("let $0x = b(n);\nx + 2", "b(n) + 2");
    }

    #[test]
    fn what_is_evaluated_before_stays_before() {
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(d(), x);\nn");
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(n, x);\nn");
        refused(Hazard::Evaluation, "let $0x = a.b();\na.c(x);\nn");
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(n) + x");
        refused(Hazard::Evaluation, "let $0x = b(n);\nn > 1 && x");
        refused(Hazard::Evaluation, "let $0x = n.len();\nc(n, x);\na");
        refused(Hazard::Evaluation, "let $0x = n.len();\nn + x");
        refused(Hazard::Evaluation, "let $0x = c(n);\nc(x);\nn");
    }

    #[test]
    fn what_lives_to_the_end_of_the_block_is_refused() {
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(&x);\nn");
        refused(Hazard::Evaluation, "let $0x = b(n);\nx.c();\nn");
        refused(
            Hazard::Evaluation,
            "let $0x = b(n);\nmatch x {\n    _ => n,\n}",
        );
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(x == d);\nn");
        refused(
            Hazard::Temporaries,
            "let $0x = a.lock().unwrap().b;\nc(x);\nn",
        );
        refused(Hazard::Temporaries, "let $0x = &b(n);\nc(x);\nn");
    }

    #[test]
    fn other_scopes_are_refused() {
        refused(
            Hazard::Evaluation,
            "let $0x = b(n);\nlet y = S { x };\nc(y)",
        );
        refused(Hazard::Evaluation, "let $0x = b(n);\nc(|| x);\nn");
        refused(
            Hazard::Evaluation,
            "let $0x = b(n);\nif n > 1 {\n    c(x);\n}\nn",
        );
        refused(Hazard::Evaluation, "let $0x = b(n);\nloop {\n    c(x);\n}");
    }

    #[test]
    fn what_clippy_would_write_otherwise_is_refused() {
        refused(Hazard::Text, "let $0x = b(n)?;\nOk(x)");
        refused(
            Hazard::Text,
            "let $0x = a.iter();\nfor y in x {\n    c(y);\n}\nn",
        );
        refused(Hazard::Text, "let $0x = |y| c(y);\nd(x);\nn");
        refused(Hazard::Text, "let $0x = n + 1;\nc(3 >= x);\nn");
        refused(Hazard::Text, "let $0x = 0;\nc(a.get(x));\nn");
        refused(Hazard::Text, "let $0x = 1;\nc(a.repeat(x));\nn");
    }

    #[test]
    fn comments_are_refused() {
        refused(Hazard::Text, "let $0x = b(n); // Why.\nc(x);\nn");
        refused(Hazard::Text, "let $0x = b(n);\n// Why.\nc(x);\nn");
    }

    #[test]
    fn other_variables_are_left_alone() {
        for code in [
            "let $0x: u8 = b(n);\nc(x);\nn",
            "let mut $0x = b(n);\nc(x);\nn",
            "let ($0x, y) = b(n);\nc(x);\nn",
            "let $0x = b(n);\nc(x, x);\nn",
            "let $0x = b(n);\nc(x);\nd(x);\nn",
            "let $0x = b(n);\nd();\nc(x);\nn",
            "let $0x = b(n);\nprintln!(\"{x}\");\nn",
            "let $0x = b(n);\nc!(x);\nn",
            "let x = b($0n);\nc(x);\nn",
        ] {
            assert_not_here(&INLINE, &inside(code));
        }
    }
}
