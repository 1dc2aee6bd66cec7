//! The only door to the parser, and the judgements about code that smells and refactorings share.
//!
//! Nothing here judges whether code is good. Nothing here reads files, clocks or configuration: everything is a pure
//! function of the text and its [`FileContext`]. No input makes it overflow the stack, provided that it runs on a thread with
//! [`STACK_SIZE`] bytes of stack.

mod allowances;
pub mod attributes;
mod bounds;
pub mod conditions;
mod context;
#[cfg(test)]
mod fixture;
pub mod flow;
mod item;
pub mod layout;
pub mod leftovers;
mod metrics;
pub mod negation;
pub mod open_types;
pub mod patterns;
pub mod purity;
mod refusal;
pub mod scopes;
pub mod shapes;
pub mod shown;
mod source;
mod tokens;
mod tree;

pub use allowances::{Allowed, AllowedBy, allowances, is_generated};
pub use bounds::Unparsable;
pub use context::{FileContext, LineWidth, Role, RustVersion, Shares};
pub use item::{Function, Item, Owner, Place, inside, places};
pub use layout::LineEnding;
pub use metrics::{Increment, Metrics, Tally, is_else_if, keyword, operators};
pub use ra_ap_syntax::Edition;
pub use refusal::{Hazard, Refusal};
pub use source::Source;
pub use tokens::tokens;
pub use tree::Tree;

/// The stack that parsing and walking need at the bounds of nesting that [`Tree::parse`] lets through, in bytes.
pub const STACK_SIZE: usize = 16 * 1024 * 1024;
