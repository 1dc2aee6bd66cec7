//! Shapes of code that a smell sees and a refactoring changes. Both ask here, so that what is seen is also offered.

pub mod guard_clause;
pub mod hoist;
