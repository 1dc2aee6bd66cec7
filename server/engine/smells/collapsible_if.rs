//! # Collapsible if
//!
//! ## What it does
//! Finds an `if` that contains only another `if`, where neither has an `else`.
//!
//! ## Why
//! Both conditions guard the same block, so they are one condition. Nesting them costs a level of indentation and makes
//! readers look for code between them.
//!
//! ## Example
//! ```rust before
//! fn f(queue: &mut Vec<u8>, limit: usize) {
//!     if queue.len() > limit {
//!         if !queue.is_empty() {
//!             queue.clear();
//!         }
//!     }
//! }
//! ```
//! ```rust after
//! fn f(queue: &mut Vec<u8>, limit: usize) {
//!     if queue.len() > limit && !queue.is_empty() {
//!         queue.clear();
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Everything that `merge-nested-if` does not change: conditions with `let` where the edition or the declared
//!   `rust-version` has no let chains, an inner `if` with an attribute, and comments that would lose their place.
//! - A comment between the two.
//! - Two conditions that both are alternatives (`||`), and more than four parts in total.
//! - `cfg!`, `ref`, and multi-line string literals in the block.
//! - An inner condition that may exit (`?`, `.await`), changes an argument or does more than one thing.
//! - A pair next to another pair of the same form.
//! - Pairs that may both become guard clauses, which removes two levels.
//! - By default, let chains in files that have none yet.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of lines in the block that both conditions guard, which are indented one level too deep: 0 are
//! fine, more are a warning, more than 30 a strong one. It fires 35.5 times in 100,000 lines of well-kept code of edition
//! 2024.
//!
//! ## Sources
//! clippy's `collapsible_if`; Martin Fowler, *Refactoring*, "Consolidate Conditional Expression".

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell, guard_clause_opportunity};
use crate::{
    facts::{Part, Sighting},
    shapes::collapsible_if::CollapsibleIf,
    syntax::Unit,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(35.5),
    answers: &["merge-nested-if"],
    calm: Calm::Written("&& let "),
    clippy: &["collapsible_if"],
    sees: &[SyntaxKind::IF_EXPR],
    ..Smell::new(
        "collapsible-if",
        Limits::of(0, 30),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let mut inner = None;
    for outer in unit.nodes::<ast::IfExpr>() {
        let Ok((shape, _)) = CollapsibleIf::of(&outer, unit.text, unit.context) else {
            continue;
        };
        // The middle one of three is reported with the outer one.
        if inner.replace(shape.inner.clone()).as_ref() == Some(&outer) {
            continue;
        }
        if !shape.is_worthwhile() || guard_clause_opportunity::gains_more(unit, &outer) {
            continue;
        }
        let Some(keyword) = outer.if_token() else {
            continue;
        };
        let body = unit.slice(shape.body.syntax().text_range());
        let lines = body.lines().count().saturating_sub(2).max(1);
        let pattern = shape.pattern().map(|at| Part { at, measure: 0 });
        sightings.push_with_parts(
            keyword.text_range(),
            u32::try_from(lines).unwrap_or(u32::MAX),
            pattern.into_iter().collect(),
        );
    }
}

fn say(_sighting: &Sighting, _text: &str) -> String {
    "this `if` contains only another `if`; combine their conditions with `&&`".to_owned()
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn two_conditions_of_one_block_are_seen() {
        // From `regex-automata` 0.4.18, `src/util/look.rs` (MIT OR Apache-2.0).
        let text = "
fn matches_set_inline(&self, set: LookSet, haystack: &[u8], at: usize) -> bool {
    if set.contains(Look::Start) {
        if !self.is_start(haystack, at) {
            return false;
        }
    }
    true
}
";
        assert_eq!(fired("collapsible-if", text), [("if".to_owned(), 1)]);
    }

    #[test]
    fn the_case_between_may_be_wanted() {
        for code in [
            "if a { if b { c() } else { d() } }",
            "if a { if b { c() } } else { d() }",
            "if a { if b { c() } d() }",
            "if z {} else if a { if b { c() } } else {}",
        ] {
            let text = format!("fn f() {{ {code} }}");
            assert!(fired("collapsible-if", &text).is_empty(), "{code}");
        }
    }

    #[test]
    fn three_in_a_row_are_told_once() {
        let nested = |times| {
            format!(
                "fn f() {{ {} c() {} }}",
                "if a {".repeat(times),
                "}".repeat(times)
            )
        };
        for times in 2..4 {
            assert_eq!(fired("collapsible-if", &nested(times)).len(), 1, "{times}");
        }
    }

    #[test]
    fn a_comment_behind_the_inner_one_has_no_other_place() {
        let text = "fn f() {\n    if a {\n        if b {\n            c();\n        }\n        // else we wait\n    }\n}\n";
        assert!(fired("collapsible-if", text).is_empty());
    }

    #[test]
    fn other_control_flow_is_left_alone() {
        for code in [
            "while a { if b { c() } }",
            "if a { match b { _ => {} } }",
            "if a { m!(if b { c() }) }",
        ] {
            let text = format!("fn f() {{ {code} }}");
            assert!(fired("collapsible-if", &text).is_empty(), "{code}");
        }
    }
}
