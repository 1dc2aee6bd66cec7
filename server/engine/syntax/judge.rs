//! Analyses of code based on its syntax alone. Each errs on one side only, and documents which.

pub mod beside;
pub mod changes;
pub mod closures;
pub mod conditions;
pub mod conversions;
pub mod fallible;
pub mod flow;
pub mod given;
pub mod inference_order;
pub mod known;
pub mod meanings;
pub mod mentions;
pub mod negation;
pub mod patterns;
pub mod plurals;
pub mod purity;
pub(super) mod refusal;
pub mod scopes;
pub mod tables;
pub mod temporaries;
pub mod types_shown;
pub mod uses;
