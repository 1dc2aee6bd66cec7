//! # Merge identical branches
//!
//! ## What it does
//! Merges two nested conditions into one if a branch of the inner one is identical to a branch of the outer one.
//!
//! ## Why
//! The shared branch is written once, and one condition says when it doesn't run.
//!
//! ## Example
//! ```rust before
//! fn fee(order: &mut Order) -> Fee {
//!     $0if order.is_paid() {
//!         if order.sum() > order.limit() {
//!             order.note("free of charge");
//!             Fee::default()
//!         } else {
//!             Fee::flat(order.weight())
//!         }
//!     } else {
//!         Fee::flat(order.weight())
//!     }
//! }
//! ```
//! ```rust after
//! fn fee(order: &mut Order) -> Fee {
//!     if order.is_paid() && order.sum() > order.limit() {
//!         order.note("free of charge");
//!         Fee::default()
//!     } else {
//!         Fee::flat(order.weight())
//!     }
//! }
//! ```
//!
//! The same works for an `if` after an `else`, and for inner branches in the opposite order: then a condition is
//! negated.
//!
//! ## What it leaves alone
//! - Two adjacent identical branches, which clippy's `if_same_then_else` reports.
//! - Comments next to kept code, attributes, more than four conditions, and awkward negations.
//! - Patterns that aren't allowed in a chain, or whose bindings one of the branches may use.
//!
//! ## What it checks
//! The conditions are evaluated in the same order, the second only when it was before. The branches are identical.
//! Temporaries of the first condition are dropped before the second is evaluated, as before.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Consolidate Conditional Expression".

use ra_ap_syntax::SyntaxKind;

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::shared_answer::SharedAnswer, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "merge-identical-branches",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::DropsEqualCopies, Also::Negates]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let (shape, rewrite) = find::first_fit(&find::ifs_at(context, target), |choice| {
        SharedAnswer::of(choice, &source.text, source.context)
    })?;
    Plan::new(shape.whole, move || {
        let change = Change::new("Merge identical branches", shape.whole, vec![rewrite])?;
        let (change, types) = match shape.ground {
            Ground::Shown => (change, "every condition is a `bool`"),
            Ground::Likely => (
                change.to_check("the types"),
                "judging by its name, the negated operand is a `bool`",
            ),
        };
        let change = if shape.may_drop_earlier {
            change.to_check("drop order")
        } else {
            change
        };
        Ok(change.checked(&[
            types,
            "the conditions are evaluated in the same order, and only when they were before",
            "the branches are identical",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::REFACTORING;
    use crate::{
        refactorings::{
            Applicability,
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused,
                assert_refused_in, offered,
            },
        },
        syntax::{Edition, FileContext, Hazard, RustVersion},
    };

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: bool, b: bool, n: u8) {{\n{lines}    after();\n}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&REFACTORING, &inside(before), &inside(after));
    }

    const LAST: &str = "else {\n    other(n);\n}";

    #[test]
    fn an_inner_answer_that_is_the_outer_goes() {
        becomes(
            "$0if a {\n    if b {\n        own(n);\n        // Kept.\n        more();\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}",
            &format!("if a && b {{\n    own(n);\n    // Kept.\n    more();\n}} {LAST}"),
        );
        becomes(
            "$0if a {\n    if n == 1 {\n        other(n);\n    } else {\n        own(n);\n    }\n} else {\n    other(n);\n}",
            &format!("if a && n != 1 {{\n    own(n);\n}} {LAST}"),
        );
        for before in [
            "$0if a {\n    other(n);\n} else if b {\n    own(n);\n} else {\n    other(n);\n}",
            "$0if a {\n    other(n);\n} else {\n    if b {\n        own(n);\n    } else {\n        other(n);\n    }\n}",
        ] {
            becomes(before, &format!("if !a && b {{\n    own(n);\n}} {LAST}"));
        }
        becomes(
            "$0if a || b {\n    if n == 1 {\n        own(n);\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}",
            &format!("if (a || b) && n == 1 {{\n    own(n);\n}} {LAST}"),
        );
    }

    #[test]
    fn patterns_stand_in_chains_of_the_new_edition() {
        let before = "$0if let Some(c) = n {\n    if b {\n        own(c);\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}";
        let text = inside(before);
        assert_refused(&REFACTORING, Hazard::Edition, &text);
        let new = FileContext {
            edition: Edition::Edition2024,
            rust_version: Some(RustVersion(88)),
            ..FileContext::default()
        };
        let after = inside(&format!(
            "if let Some(c) = n\n    && b\n{{\n    own(c);\n}} {LAST}"
        ));
        assert_becomes_in(new, &REFACTORING, &text, &after);
    }

    #[test]
    fn what_is_held_while_the_answer_is_given_stays() {
        let new = FileContext {
            edition: Edition::Edition2024,
            rust_version: Some(RustVersion(88)),
            ..FileContext::default()
        };
        let of = |value: &str| {
            inside(&format!(
                "$0if let Some(c) = {value} {{\n    if b {{\n        own(c);\n    }} else {{\n        other(n);\n    }}\n}} else {{\n    other(n);\n}}"
            ))
        };
        assert_refused_in(
            new,
            &REFACTORING,
            Hazard::Temporaries,
            &of("lock.try_lock()"),
        );
        let level = |value: &str| {
            offered(new, &REFACTORING, &of(value))
                .unwrap()
                .change()
                .applicability
        };
        assert_eq!(level("s.get(1)"), Applicability::Safe);
        assert_eq!(level("next()"), Applicability::NeedsCheck);
    }

    #[test]
    fn what_would_be_lost_or_hard_to_read_is_refused() {
        for code in [
            "$0if a {\n    // Why.\n    if b {\n        own(n);\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}",
            "$0if a && b && n == 1 {\n    if b && n == 2 {\n        own(n);\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}",
        ] {
            assert_refused(&REFACTORING, Hazard::Text, &inside(code));
        }
        let either = "$0if a && n == 1 {\n    other(n);\n} else if b {\n    own(n);\n} else {\n    other(n);\n}";
        assert_refused(&REFACTORING, Hazard::Negation, &inside(either));
    }

    #[test]
    fn other_branches_are_left_alone() {
        for code in [
            "$0if a {\n    if b {\n        own(n);\n    } else {\n        more(n);\n    }\n} else {\n    other(n);\n}",
            "$0if a {\n    other(n);\n} else if b {\n    other(n);\n} else {\n    own(n);\n}",
            "$0if a {\n    d();\n    if b {\n        own(n);\n    } else {\n        other(n);\n    }\n} else {\n    other(n);\n}",
            "$0if a {\n    if b {\n        own(n);\n    } else {\n        // Why.\n        other(n);\n    }\n} else {\n    other(n);\n}",
            "$0if a {\n    if b {\n        own(n);\n    }\n} else {\n    other(n);\n}",
            "$0if a {\n    if b {\n        own(n);\n    } else {\n    }\n} else {\n}",
        ] {
            assert_not_here(&REFACTORING, &inside(code));
        }
    }
}
