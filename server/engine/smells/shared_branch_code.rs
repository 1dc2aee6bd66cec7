//! # Shared branch code
//!
//! ## What it does
//! Finds an `if` or `match` whose branches end in the same statements. Branches that diverge are not counted.
//!
//! ## Why
//! Code that always runs looks like a part of each case. It has to be changed in every branch, and the reader has to compare
//! the branches to see that it doesn't depend on the condition.
//!
//! ## Example
//! ```rust before
//! fn pay(bill: &mut Bill, is_member: bool) {
//!     if is_member {
//!         bill.reduce();
//!         bill.print(Paper::Thin, Language::Here);
//!         bill.send(Post::Fast, Language::Here);
//!     } else {
//!         bill.add_advertisement();
//!         bill.print(Paper::Thin, Language::Here);
//!         bill.send(Post::Fast, Language::Here);
//!     }
//! }
//! ```
//! ```rust after
//! fn pay(bill: &mut Bill, is_member: bool) {
//!     if is_member {
//!         bill.reduce();
//!     } else {
//!         bill.add_advertisement();
//!     }
//!     bill.print(Paper::Thin, Language::Here);
//!     bill.send(Post::Fast, Language::Here);
//! }
//! ```
//!
//! ## What it leaves alone
//! - Code that `hoist-shared-statement` would not change: statements that use a variable of the branch, a guard that the
//!   branch holds, comments next to the statements.
//! - A single short statement.
//! - Branches that are identical as a whole, which is clippy's `if_same_then_else`.
//!
//! ## Limits
//! The measure is the number of repeated lines. 0 are fine; more are a warning, more than 12 a strong one. It fires 0.2
//! times in 100,000 lines of well-kept code. Reported in the `full` profile only: of the 14 findings in 900 packages 11 were
//! worth acting on.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Consolidate Duplicate Conditional Fragments". Clippy's `branches_sharing_code` is not
//! enabled by default.

use ra_ap_syntax::SyntaxKind;

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{facts::Sighting, shapes::shared_tail::SharedTail, syntax::Unit, text::slice};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.2),
    calm: Calm::Never,
    answers: &["hoist-shared-statement"],
    clippy: &["branches_sharing_code"],
    sees: &[SyntaxKind::IF_EXPR, SyntaxKind::MATCH_EXPR],
    ..Smell::new(
        "shared-branch-code",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for node in unit.choices() {
        if let Ok((shape, _)) = SharedTail::of(&node, unit.text, unit.context) {
            let saved = u32::try_from(shape.saved).unwrap_or(u32::MAX);
            sightings.push(shape.keyword, saved);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    format!("the branches of this `{keyword}` end in the same statements; move them after it")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(one: &str, other: &str) -> String {
        format!(
            "fn f(a: &mut A) {{\n    if a.b() {{\n        {one}\n    }} else {{\n        {other}\n    }}\n}}\n"
        )
    }

    #[test]
    fn equal_ends_are_seen_at_the_keyword() {
        let text = function(
            "a.c();\n        a.d(1);\n        a.e(2);",
            "a.g();\n        a.d(1);\n        a.e(2);",
        );
        assert_eq!(fired("shared-branch-code", &text), [("if".to_owned(), 2)]);
    }

    #[test]
    fn other_branches_are_left_alone() {
        for (one, other) in [
            ("a.c();\n        a.d(1);", "a.g();\n        a.d(1);"),
            ("a.d(1);\n        a.e(2);", "a.d(1);\n        a.e(2);"),
            (
                "let h = 1;\n        a.c(h);\n        a.d(h);\n        a.e(2);",
                "let h = 2;\n        a.g(h);\n        a.d(h);\n        a.e(2);",
            ),
            (
                "a.c();\n        // Why.\n        a.d(1);\n        a.e(2);",
                "a.g();\n        a.d(1);\n        a.e(2);",
            ),
        ] {
            let text = function(one, other);
            assert!(fired("shared-branch-code", &text).is_empty(), "{one}");
        }
    }
}
