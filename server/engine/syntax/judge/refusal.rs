//! Why code doesn't have a shape, or why a change can't be proven correct.

/// The reason for not reporting or offering anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The refactoring doesn't apply to the target; not reported.
    NotHere,
    /// It would apply, but its edit couldn't be proven correct.
    Because { hazard: Hazard, why: String },
}

/// The aspect that makes an edit doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hazard {
    Temporaries,
    TailTemporaries,
    Hoisting,
    Negation,
    ControlFlow,
    Evaluation,
    Borrows,
    Drops,
    Types,
    Generics,
    Constants,
    Unsafety,
    Scope,
    References,
    /// Comments, attributes, macros, generated code, syntax errors: preconditions of every edit.
    Text,
    /// The edition or the minimum supported Rust version lacks the syntax.
    Edition,
}

impl Refusal {
    pub fn because(hazard: Hazard, why: impl Into<String>) -> Self {
        Self::Because {
            hazard,
            why: why.into(),
        }
    }

    /// The layout around the target prevents inserting the new code.
    pub fn of_layout() -> Self {
        Self::because(
            Hazard::Text,
            "The layout of these lines can't be kept in the new code.",
        )
    }
}
