//! # Long `else if` chain
//!
//! ## What it does
//! Finds chains of `if` and `else if` that test the same value again and again.
//!
//! ## Why
//! Every condition has to be read to see that it makes the same test on the same value. A `match` names the value once,
//! aligns the cases, and lets the compiler report missing and unreachable ones.
//!
//! ## Example
//! ```rust before
//! fn unit(size: u64) -> Unit {
//!     if size < KIBI {
//!         Unit::Byte
//!     } else if size < MEBI {
//!         Unit::Kibi
//!     } else if size < GIBI {
//!         Unit::Mebi
//!     } else if size < TEBI {
//!         Unit::Gibi
//!     } else {
//!         Unit::Tebi
//!     }
//! }
//! ```
//! ```rust after
//! fn unit(size: u64) -> Unit {
//!     match size {
//!         ..KIBI => Unit::Byte,
//!         KIBI..MEBI => Unit::Kibi,
//!         MEBI..GIBI => Unit::Mebi,
//!         GIBI..TEBI => Unit::Gibi,
//!         TEBI.. => Unit::Tebi,
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Chains with different tests, or tests of different values.
//! - Equality with constants, whose type may not be allowed in patterns.
//! - Conditions with `if let`; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of conditions. 3 are fine; more are a warning, more than 6 a strong one. It fires 0.3 times in
//! 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 5 of 12 findings were worth acting on;
//! the others count digits, where either form is fine. `if-chain-to-match` answers it if the compared values can be
//! patterns.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Conditional with Polymorphism"; clippy's `comparison_chain`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, T,
    ast::{self, HasArgList, LogicOp},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, conditions, is_else_if, keyword},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} conditions",
    rate: Some(0.3),
    calm: Calm::Never,
    answers: &["if-chain-to-match"],
    sees: &[SyntaxKind::IF_EXPR],
    ..Smell::new(
        "long-else-if-chain",
        Limits::of(3, 6),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for choice in unit.nodes::<ast::IfExpr>() {
        let is_chain = matches!(choice.else_branch(), Some(ast::ElseBranch::IfExpr(_)));
        if !is_chain || is_else_if(choice.syntax()) {
            continue;
        }
        let Some(subject) = choice.condition().and_then(|first| subject_of(&first)) else {
            continue;
        };
        let measure = conditions_about(&choice, &subject).unwrap_or_default();
        let part = Part {
            at: subject.place.syntax().text_range(),
            measure: 0,
        };
        let at = keyword(choice.syntax(), T![if]);
        sightings.push_with_parts(at, measure, vec![part]);
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let part = sighting.parts.first();
    let place = part
        .and_then(|part| slice(text, part.at))
        .unwrap_or_default();
    format!(
        "this `else if` chain tests `{place}` {} times; use a `match`",
        sighting.measure
    )
}

/// The value that a condition tests, and the kind of test.
struct Subject {
    place: ast::Expr,
    question: String,
}

impl Subject {
    fn is_that_of(&self, other: &Self) -> bool {
        self.question == other.question && self.place.syntax().text() == other.place.syntax().text()
    }
}

/// The number of conditions in a chain, if all of them test the same subject.
fn conditions_about(first: &ast::IfExpr, subject: &Subject) -> Option<u32> {
    let mut measure = 1;
    let mut next = first.clone();
    while let Some(ast::ElseBranch::IfExpr(other)) = next.else_branch() {
        let own = subject_of(&other.condition()?)?;
        if !own.is_that_of(subject) {
            return None;
        }
        measure += 1;
        next = other;
    }
    Some(measure)
}

/// The tested value: `size` for `size < 10` or `size == 1 || size == 2`; `path` for `path.starts_with("/a")`.
fn subject_of(condition: &ast::Expr) -> Option<Subject> {
    let mut parts = conditions::operands(condition, LogicOp::Or).into_iter();
    let first = asked(&parts.next()?)?;
    parts
        .all(|part| asked(&part).is_some_and(|own| own.is_that_of(&first)))
        .then_some(first)
}

/// String tests that a table of strings could replace.
const TEXT_QUESTIONS: [&str; 5] = [
    "contains",
    "ends_with",
    "eq",
    "eq_ignore_ascii_case",
    "starts_with",
];

fn asked(condition: &ast::Expr) -> Option<Subject> {
    let (place, question) = match condition {
        ast::Expr::BinExpr(comparison) => {
            let Some(ast::BinaryOp::CmpOp(how)) = comparison.op_kind() else {
                return None;
            };
            let is_equality = matches!(how, ast::CmpOp::Eq { .. });
            if is_equality && !may_be_pattern(&comparison.rhs()?) {
                return None;
            }
            (comparison.lhs()?, String::new())
        }
        ast::Expr::MethodCallExpr(call) => {
            let arguments = call.arg_list()?;
            let mut arguments = arguments.args();
            let is_of_text = matches!(arguments.next(), Some(ast::Expr::Literal(_)));
            let name = call.name_ref()?.text().to_string();
            let is_question = is_of_text && TEXT_QUESTIONS.contains(&&*name);
            (call.receiver().filter(|_| is_question)?, name)
        }
        _ => return None,
    };
    Some(Subject { place, question })
}

/// Whether a value is a literal or names an enum variant; other constants may not be usable as patterns.
fn may_be_pattern(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Literal(_) => true,
        ast::Expr::PrefixExpr(number) => matches!(number.expr(), Some(ast::Expr::Literal(_))),
        ast::Expr::PathExpr(_) => {
            let text = value.syntax().text().to_string();
            let last = text.rsplit_once("::").map_or("", |(_, last)| last);
            let is_variant = last.starts_with(char::is_uppercase);
            is_variant && last.contains(char::is_lowercase)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn chain(conditions: &[&str]) -> String {
        let branches: Vec<_> = conditions
            .iter()
            .map(|one| format!("if {one} {{ a() }}"))
            .collect();
        format!("fn f() {{ {} else {{ b() }} }}", branches.join(" else "))
    }

    #[test]
    fn one_question_asked_again_and_again_is_seen() {
        for conditions in [
            ["n == 1", "n == 2 || n == 3", "n == 4", "n == 5"],
            ["n < A", "n < 2", "n <= m", "n > 5"],
            [
                "n == A::Bc",
                "n == A::De || n == A::F1g",
                "n == A::Hi",
                "n == A::Jk",
            ],
            [
                "n.starts_with(\"a\")",
                "n.starts_with(\"b\")",
                "n.starts_with('c')",
                "n.starts_with(\"d\")",
            ],
        ] {
            let text = chain(&conditions);
            assert_eq!(fired("long-else-if-chain", &text), [("if".to_owned(), 4)]);
            let seen = seen("long-else-if-chain", &text);
            assert_eq!(
                (by_name("long-else-if-chain").unwrap().say)(&seen[0], &text),
                "this `else if` chain tests `n` 4 times; use a `match`"
            );
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for conditions in [
            &["n == 1", "n == 2", "n == 3"][..],
            &["n == 1", "n == 2", "m == 3", "n == 4"],
            &["n == 1", "n == 2 && m", "n == 3", "n == 4"],
            &["n == A", "n == B", "n == C", "n == D"],
            &["n.a()", "n.b()", "n.c()", "n.d()"],
            &["n.a(\"\")", "n.b(\"\")", "n.a(\"\")", "n.a(\"\")"],
            &["let Some(a) = n", "n == 2", "n == 3", "n == 4"],
        ] {
            let text = chain(conditions);
            assert!(fired("long-else-if-chain", &text).is_empty(), "{text}");
        }
        let test = format!(
            "#[test] {}",
            chain(&["n == 1", "n == 2", "n == 3", "n == 4"])
        );
        assert!(fired("long-else-if-chain", &test).is_empty());
    }
}
