//! How new text is written where it will stand.

pub mod layout;
pub mod moving_out;
pub(super) mod rewrite;
