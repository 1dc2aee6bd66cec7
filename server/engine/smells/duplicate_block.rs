//! # Duplicate block
//!
//! ## What it does
//! Finds three or more consecutive statements that are repeated exactly in other files of a workspace, or in one file with
//! other names and literals. Names and literals have to be replaced consistently; comments and whitespace may differ. Exact
//! repetitions in one file are reported by `repeated-block`, and repetitions there that differ in a few tokens by
//! `similar-block`.
//!
//! ## Why
//! Duplicated code is often fixed in only one place. A function has a name, and one place to fix.
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
//! - Tests, benchmarks, examples and generated code; macros.
//! - Code that is compiled only under a condition, its own or its module's.
//! - Blocks inside functions that are duplicates themselves.
//! - Lines that are part of a larger duplicate.
//! - Packages that are in the workspace twice, such as two checkouts of one.
//!
//! ## Limits
//! The measure is the number of tokens saved if all occurrences became one: 39 are fine, more are a warning, more than 99 a
//! strong one. In different files, and with other names, occurrences of fewer than 60 tokens are not compared, whatever the
//! limits are. With other names, neither are fewer than five lines, or fewer than three statements of different shapes. It
//! fires 24.1 times in 100,000 lines of well-kept code, and 16.3 times more with other names. Reported in the `full` profile
//! only.
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
