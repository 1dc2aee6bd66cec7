//! # Repeated statement
//!
//! ## What it does
//! Finds a long statement, or the chain of calls that it begins with, that stands again in the same file but for a few names
//! and literals.
//!
//! ## Why
//! The reader compares the places to learn what differs, and what is mended in one is forgotten in the other. A helper that
//! takes what differs has a name that says what is done, and says once how.
//!
//! ## Example
//! ```rust before
//! impl File {
//!     fn size(&self) -> Option<Size> {
//!         if self.is_link() && self.follows_links {
//!             return match self.target() {
//!                 Target::File(file) if !file.is_broken() => file.size(),
//!                 _ => None,
//!             };
//!         }
//!         self.metadata.size()
//!     }
//!
//!     fn owner(&self) -> Option<Owner> {
//!         if self.is_link() && self.follows_links {
//!             return match self.target() {
//!                 Target::File(file) if !file.is_broken() => file.owner(),
//!                 _ => None,
//!             };
//!         }
//!         self.users.get(self.metadata.owner())
//!     }
//! }
//! ```
//! ```rust after
//! impl File {
//!     fn size(&self) -> Option<Size> {
//!         if let Some(target) = self.followed() {
//!             return target?.size();
//!         }
//!         self.metadata.size()
//!     }
//!
//!     fn owner(&self) -> Option<Owner> {
//!         if let Some(target) = self.followed() {
//!             return target?.owner();
//!         }
//!         self.users.get(self.metadata.owner())
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tests, benchmarks, examples and generated code; the input of macros; functions of a trait's implementation, which are often
//!   twins because the trait asks for them; what is compiled only under a condition.
//! - Lists: structures, arrays, tuples, single calls with their arguments, and what is mostly literals.
//! - What differs in more than two names and literals, or four where it has 40 words and signs and more; in types, which no
//!   value can stand for; in what is called, but for one call in a condition or a loop of 30
//!   words and signs and more.
//! - A `let` whose value leaves the function otherwise than with an error.
//! - What is `unsafe` or has an attribute.
//! - What is told of as a duplicate function, block or stanza.
//!
//! ## Limits
//! The measure is the words and signs that would go if all places became one. 39 are fine; more are a warning, more than 149 a
//! strong one. Fewer than 25 in one place are not compared, and fewer than 40 only where they stand three times and more,
//! whatever the limits are. It fires 36 times in 100,000 lines of well-kept code. Of 25 findings that somebody read
//! who knew nothing of the rules 12 were worth doing. Only the full profile says it.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Duplicated Code"; CPD and jscpd, type 2.

use super::{Calm, Limits, Look, Smell};
use crate::{facts::Sighting, index::DuplicateKind};

pub(super) const SMELL: Smell = Smell {
    rate: Some(36.0),
    calm: Calm::Never,
    measured: "{} redundant tokens",
    ..Smell::new(
        "repeated-statement",
        Limits::of(39, 149),
        Look::Workspace(DuplicateKind::Statement),
        say,
    )
};

fn say(_: &Sighting, _: &str) -> String {
    "this statement is repeated with a few different names or literals".to_owned()
}
