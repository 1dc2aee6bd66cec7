//! Why code doesn't have a shape, or why a change of it can't be shown to hold.

/// Why there is nothing to say or to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The refactoring has no meaning at the target; silent.
    NotHere,
    /// It would have a meaning, but its edit could not be shown to hold.
    Because { hazard: Hazard, why: String },
}

/// What makes an edit doubtful, by what it is about.
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
    /// Comments, attributes, macros, generated code, syntax errors: the conditions of every edit.
    Text,
    /// The edition or the promised compiler doesn't know the syntax.
    Edition,
}

impl Refusal {
    pub fn because(hazard: Hazard, why: impl Into<String>) -> Self {
        Self::Because {
            hazard,
            why: why.into(),
        }
    }

    /// What is written in the place of code is laid out by where that code stands.
    pub fn of_layout() -> Self {
        Self::because(
            Hazard::Text,
            "The layout of these lines can't be kept in the new code.",
        )
    }
}
