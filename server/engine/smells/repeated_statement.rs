//! # Repeated statement
//!
//! ## What it does
//! Finds a long statement, or the chain of calls at its start, that is repeated in the same file except for a few names and
//! literals.
//!
//! ## Why
//! The reader has to compare the copies to see what differs, and a fix to one is easily forgotten in the other. A function
//! that takes the differences as parameters has a name and a single implementation.
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
//! - Tests, benchmarks, examples and generated code; the input of macros; functions in trait implementations, which are
//!   often alike because the trait requires them; code under `#[cfg]`.
//! - Lists: struct literals, arrays, tuples, single calls with their arguments, and code that consists mostly of literals.
//! - Differences in more than two names and literals, or four in statements of at least 40 tokens; in types, which no value
//!   can express; in called functions, except one call in a condition or loop of at least 30 tokens.
//! - A `let` whose value exits the function for another reason than an error.
//! - `unsafe` code and code with an attribute.
//! - Code that is reported as a duplicate function, block or stanza.
//!
//! ## Limits
//! The measure is the number of tokens that would be saved if all copies became one. 39 are fine; more are a warning, more
//! than 149 a strong one. Statements of fewer than 25 tokens are not compared, and those of fewer than 40 only if they occur
//! at least three times, whatever the limits are. It fires 36 times in 100,000 lines of well-kept code. In a blind review 12
//! of 25 findings were worth acting on. Reported in the `full` profile only.
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
