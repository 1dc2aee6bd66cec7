//! # Duplicate block
//!
//! ## What it does
//! Finds three or more statements in a row that stand again word by word in other files of a workspace, or in one file with other
//! names and literals, each for the same other throughout. Comments and white space may differ. What stands again word by word in
//! one file is `repeated-block`, and what stands again there but for a few words is `similar-block`.
//!
//! ## Why
//! What is written twice is mended once. A function of its own would have a name, and one place to mend.
//!
//! ## Example
//! ```rust before
//! fn open(shop: &mut Shop) {
//!     let day = shop.calendar().today();
//!     let stock = shop.stock();
//!     shop.log(format!("{day}: {} in stock", stock.len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash());
//!     for article in stock.articles() {
//!         article.count(day);
//!     }
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     let evening = shop.calendar().today();
//!     let rest = shop.stock();
//!     shop.log(format!("{evening}: {} are left", rest.len()));
//!     shop.ledger_mut().entry(evening).or_default().add(shop.cash());
//!     for article in rest.articles() {
//!         article.count(evening);
//!     }
//! }
//! ```
//! ```rust after
//! fn open(shop: &mut Shop) {
//!     take_stock(shop, "in stock");
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     take_stock(shop, "are left");
//! }
//!
//! fn take_stock(shop: &mut Shop, state: &str) {
//!     let day = shop.calendar().today();
//!     let stock = shop.stock();
//!     shop.log(format!("{day}: {} {state}", stock.len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash());
//!     for article in stock.articles() {
//!         article.count(day);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! Tests, benchmarks, examples and generated code; macros; what is compiled only under a condition, its own or its module's;
//! blocks inside functions that are duplicates themselves; lines of which another duplicate says more; packages that are in the
//! workspace twice, such as two checkouts of one.
//!
//! ## Limits
//! The measure is the words and signs that would go if all places became one. 39 are fine; more are a warning, more than 99 a
//! strong one. In different files, and with other names, fewer than 60 in one place are not compared, whatever the limits are;
//! nor are, with other names, fewer than five lines, or fewer than three statements of different shapes. It fires
//! 24.1 times in 100,000 lines of well-kept code, and 16.3 times more with other names. Only the full profile says it.
//!
//! ## Sources
//! CPD and jscpd. Martin Fowler, *Refactoring*, "Duplicated Code".

use super::{Calm, Limits, Look, Smell};
use crate::{facts::Sighting, index::DuplicateKind};

pub(super) const SMELL: Smell = Smell {
    rate: Some(24.1),
    calm: Calm::Never,
    measured: "{} redundant tokens",
    ..Smell::new(
        "duplicate-block",
        Limits::of(39, 99),
        Look::Workspace(DuplicateKind::Block),
        say,
    )
};

fn say(sighting: &Sighting, _: &str) -> String {
    let names = if sighting.parts.is_empty() {
        ""
    } else {
        " with other names"
    };
    format!("these statements are repeated{names}; extract a function")
}
