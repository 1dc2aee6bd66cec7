//! Outlines of code that a smell points at and a refactoring changes. Both ask here, so that a smell is seen exactly where the
//! change is offered.

use super::Hazard;

pub mod collapsible_if;
pub mod let_else;

/// Why code is not of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It doesn't look like it at all.
    Absent,
    /// It looks like it, but could not be changed as the shape promises.
    Because(Hazard, &'static str),
}
