//! The contents of a file, without judgement.

pub mod alike;
pub(super) mod allowances;
pub mod attributes;
pub(super) mod declarations;
pub(super) mod generated;
pub(super) mod green;
pub(super) mod item_paths;
pub(super) mod kinds;
pub(super) mod metrics;
pub(super) mod outline;
pub mod prints;
pub mod runs;
pub(super) mod shares;
pub mod signatures;
pub(super) mod texts;
pub(super) mod units;
pub(super) mod words;
