//! Lays out new source text for its destination.

pub(super) mod comment_places;
pub mod layout;
pub mod moving_out;
pub mod new_items;
pub mod paragraphs;
pub mod replacing;
pub(super) mod rewrite;
pub(super) mod witness;
