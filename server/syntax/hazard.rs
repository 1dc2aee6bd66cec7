//! What can be wrong with an edit.

/// The hazards of refactoring, by what they are about.
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
