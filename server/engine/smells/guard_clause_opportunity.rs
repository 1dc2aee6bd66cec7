//! # Guard-clause opportunity
//!
//! ## What it does
//! Finds an `if` that holds the rest of a body: it is the last thing in a function, closure or loop, has no `else`, and its
//! block is long. It also finds a long `if` whose `else` does nothing but leave.
//!
//! ## Why
//! The main story of the body is told one level too deep, and what happens otherwise, which is nothing, has to be looked for
//! behind the closing brace. A guard clause says first when there is nothing to do, and leaves.
//!
//! ## Example
//! ```rust before
//! fn publish(posts: &mut Vec<Post>, draft: &Draft) {
//!     if draft.is_ready() {
//!         let post = draft.to_post();
//!         posts.push(post);
//!         posts.sort();
//!         announce(posts);
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
//!     posts.push(post);
//!     posts.sort();
//!     announce(posts);
//!     draft.forget();
//! }
//! ```
//!
//! ## What it leaves alone
//! - An `if` with something behind it in its body, or one whose `else` goes on.
//! - A condition whose opposite can't be written down safely, and whatever else `guard-clause` would not change.
//!
//! ## Limits
//! The measure is the lines between the braces of the `if`. 4 are fine; more are a warning, more than 25 a strong one. It
//! fires 21.9 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Nested Conditional with Guard Clauses"; the inspection "Invert 'if' to reduce nesting" of `IntelliJ`.

use ra_ap_syntax::{SyntaxKind, ast};

use crate::{
    facts::Sighting,
    shapes::guard_clause::{self, LONG_BODY},
    smells::{Cause, Limits, Look, Sightings, Smell},
    syntax::Unit,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(21.9),
    answers: &["guard-clause"],
    sees: &[SyntaxKind::IF_EXPR],
    ..Smell::new(
        "guard-clause-opportunity",
        Limits::of(LONG_BODY, 25),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for choice in unit.nodes::<ast::IfExpr>() {
        let Ok(guard) = guard_clause::find(&choice, unit.text, unit.context) else {
            continue;
        };
        if let Some(keyword) = choice.if_token().filter(|_| !guard.is_awkward) {
            sightings.push(keyword.text_range(), guard.body_lines);
        }
    }
}

fn say(sighting: &Sighting, _text: &str) -> String {
    format!(
        "The last {} lines of the body stand inside this `if`; a guard clause would let them stand outside",
        sighting.measure
    )
}
