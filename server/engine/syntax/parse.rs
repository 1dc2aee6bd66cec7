//! Parses source text into trees, within bounds.

pub(super) mod bounds;
pub(super) mod context;
pub(super) mod source;
pub(super) mod tokens;
pub(super) mod tree;
