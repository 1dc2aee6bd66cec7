//! # Derivable implementation
//!
//! ## What it does
//! Finds implementations of `Clone`, `Debug`, `Default`, `Hash` and `PartialEq` that do the same as `#[derive]`.
//!
//! ## Why
//! Readers look for what is special about the implementation and find nothing. A field that is added later has to be added to
//! it by hand.
//!
//! ## Example
//! ```rust before
//! struct Point {
//!     x: i32,
//!     y: i32,
//! }
//!
//! impl PartialEq for Point {
//!     fn eq(&self, other: &Self) -> bool {
//!         self.x == other.x && self.y == other.y
//!     }
//! }
//! ```
//! ```rust after
//! #[derive(PartialEq)]
//! struct Point {
//!     x: i32,
//!     y: i32,
//! }
//! ```
//!
//! ## What it leaves alone
//! - Everything that `derive-impl` does not change: a field that is treated differently or in another order, bounds that
//!   deriving would not write, and blocks with comments or attributes.
//! - `Default` in the `calm` profile, because clippy reports and fixes it.
//! - Tests.
//!
//! ## Limits
//! The measure is the number of lines of the block: 0 are fine, more are a warning, more than 30 a strong one. It fires 0.8
//! times in 100,000 lines of well-kept code, mostly for `Default`.
//!
//! ## Sources
//! Clippy's `derivable_impls`, which finds `Default` only.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::derivable_impl::DerivableImpl,
    syntax::{Owner, Unit},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.8),
    calm: Calm::Plain,
    answers: &["derive-impl"],
    clippy: &["derivable_impls"],
    sees: &[SyntaxKind::FN],
    ..Smell::new(
        "derivable-impl",
        Limits::of(0, 30),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.owner != Owner::TraitImpl || unit.is_for_tests() {
        return;
    }
    let block = unit.node.ancestors().find_map(ast::Impl::cast);
    let Some(block) = block else {
        return;
    };
    let Ok((shape, _)) = DerivableImpl::of(&block, unit.text, unit.context) else {
        return;
    };
    let Some(at) = shape.at else {
        return;
    };
    let lines = u32::try_from(shape.lines).unwrap_or(u32::MAX);
    // A part marks findings that clippy reports too, so that the calm profile omits them.
    let is_told = shape.name == "Default";
    let parts = is_told.then_some(Part { at, measure: lines });
    sightings.push_with_parts(at, lines, parts.into_iter().collect());
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let lines = sighting.measure;
    format!(
        "`{name}` does the same as the derived implementation; replace these {lines} lines with `#[derive]`"
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::{fired, seen};

    const EQ: &str = "impl PartialEq for S {\n    fn eq(&self, other: &Self) -> bool {\n        self.0 == other.0\n    }\n}\n";

    #[test]
    fn a_block_is_seen_at_its_function() {
        let text = format!("struct S(u8);\n{EQ}");
        assert_eq!(fired("derivable-impl", &text), [("eq".to_owned(), 5)]);
    }

    #[test]
    fn what_clippy_tells_has_a_part() {
        let block = "impl Default for S {\n    fn default() -> Self {\n        S(0)\n    }\n}\n";
        let parts = |text: &str| seen("derivable-impl", text)[0].parts.len();
        assert_eq!(parts(&format!("struct S(u8);\n{block}")), 1);
        assert_eq!(parts(&format!("struct S(u8);\n{EQ}")), 0);
    }

    #[test]
    fn other_implementations_are_left_alone() {
        for text in [
            format!("struct S(u8, u8);\n{EQ}"),
            format!("#[cfg(test)]\nmod tests {{\n    struct S(u8);\n{EQ}}}\n"),
            format!("union S {{ a: u8 }}\n{EQ}"),
            "struct S(u8);\nimpl S {\n    fn eq(&self, other: &Self) -> bool {\n        self.0 == other.0\n    }\n}\n".to_owned(),
        ] {
            assert!(fired("derivable-impl", &text).is_empty(), "{text}");
        }
    }
}
