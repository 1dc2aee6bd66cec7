//! # Shared branch code
//!
//! ## What it does
//! Finds an `if` or a `match` whose branches all end in the same statements, but for those that leave.
//!
//! ## Why
//! What is done in any case reads as if it were a part of each. Whoever changes it has to change it in each branch, and the
//! reader has to compare the branches to learn that it doesn't depend on the choice.
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
//! What `hoist-shared-statement` would not change: statements that use what a branch declares, a guard that a branch holds,
//! comments beside them; a single short statement; branches that are equal as wholes, which is clippy's `if_same_then_else`.
//!
//! ## Limits
//! The measure is the lines that stand there again. 0 are fine; more are a warning, more than 12 a strong one. It fires 0.2 times in 100,000
//! lines of well-kept code. It is not shown by default:
//! there were 14 to read in 900 packages, and 11 of them were worth doing.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Consolidate Duplicate Conditional Fragments". Clippy's `branches_sharing_code` is not among
//! its defaults.

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
