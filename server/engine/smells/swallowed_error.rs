//! # Swallowed error
//!
//! ## What it does
//! Finds a `Result` that is silently discarded: `let _ = save();`, `save().ok();`, and a `match` or `if let` with an empty
//! branch for the error.
//!
//! ## Why
//! The error is lost, and whoever looks for the cause later finds nothing. If it may be ignored, a comment should say why.
//!
//! ## Example
//! ```rust before
//! fn close(file: &mut File, text: &str) {
//!     let _ = file.write_all(text.as_bytes());
//! }
//! ```
//! ```rust after
//! fn close(file: &mut File, text: &str) -> io::Result<()> {
//!     file.write_all(text.as_bytes())
//! }
//! ```
//!
//! ## What it leaves alone
//! - Errors with a comment on the same line or on the line above.
//! - Values that are not known to be a `Result` from the file's own declarations or from common methods for reading and
//!   writing.
//! - `Drop`, which can't return an error, and functions whose names indicate cleanup.
//! - `flush`, `parse`, and writes to a standard stream.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of discarded errors in a function. 0 are fine; more are a warning, more than 2 a strong one. It
//! fires 1.1 times in 100,000 lines of well-kept code. In a blind review 9 of 20 findings were worth acting on. Reported in
//! the `full` profile only.
//!
//! ## Sources
//! clippy's `let_underscore_must_use` and `unused_result_ok`; Sonar's S2486.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasName},
};

use super::unwrap_in_fallible::is_explained;
use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Function, Unit, fallible, scopes},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} times",
    rate: Some(1.1),
    calm: Calm::Never,
    clippy: &["let_underscore_must_use", "unused_result_ok"],
    sees: &[SyntaxKind::LET_STMT],
    ..Smell::new(
        "swallowed-error",
        Limits::of(0, 2),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() || unit.functions.iter().any(cleans_up) {
        return;
    }
    let bound = unit.nodes::<ast::LetStmt>().filter_map(|it| of_let(&it));
    // There are many statements, but rarely one of these.
    let has_lost = unit.slice(unit.node.text_range()).contains(".ok()");
    let nodes = has_lost.then(|| unit.node.descendants());
    let statements = nodes.into_iter().flatten().filter_map(ast::ExprStmt::cast);
    let dropped = statements.filter_map(|it| of_statement(&it));
    let found = bound.chain(dropped).filter(|at| !is_explained(unit, *at));
    let mut found: Vec<_> = found.map(|at| Part { at, measure: 1 }).collect();
    found.sort_by_key(|part| part.at.start());
    let measure = u32::try_from(found.len()).unwrap_or(u32::MAX);
    if let Some(first) = found.first() {
        sightings.push_with_parts(first.at, measure, found);
    }
}

fn say(_sighting: &Sighting, _text: &str) -> String {
    "this error is silently discarded; propagate it, report it, or explain in a comment why it is ignored"
        .to_owned()
}

/// Whether a function shuts something down, where errors can hardly be handled.
fn cleans_up(function: &Function) -> bool {
    const NAMES: [&str; 7] = [
        "abort", "cancel", "cleanup", "clean_up", "drop", "kill", "shutdown",
    ];
    let name = function.ast.name().map(|name| name.text().to_string());
    name.is_some_and(|name| NAMES.iter().any(|end| name.contains(end)))
}

/// `let _ = f();`
fn of_let(statement: &ast::LetStmt) -> Option<TextRange> {
    let is_nothing = matches!(statement.pat()?, ast::Pat::WildcardPat(_));
    let value = statement.initializer()?;
    (is_nothing && matters(&value))
        .then(|| statement.pat())?
        .map(|it| it.syntax().text_range())
}

/// `f().ok();`
fn of_statement(statement: &ast::ExprStmt) -> Option<TextRange> {
    let ast::Expr::MethodCallExpr(call) = statement.expr()? else {
        return None;
    };
    let name = call.name_ref().filter(|name| name.text() == "ok")?;
    let is_lost = statement.semicolon_token().is_some() && matters(&call.receiver()?);
    is_lost.then(|| name.syntax().text_range())
}

/// Whether the error is worth handling.
fn matters(value: &ast::Expr) -> bool {
    const MINOR: [&str; 7] = [
        "flush",
        "parse",
        "sync_all",
        "sync_data",
        "write_char",
        "write_fmt",
        "write_str",
    ];
    let is_minor = match value {
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let root = scopes::root_of(value).and_then(|root| scopes::as_name(&root.into()));
            let is_stream = root.is_some_and(|it| it.contains("stderr") || it.contains("stdout"));
            is_stream || name.is_some_and(|name| MINOR.contains(&&*name))
        }
        _ => false,
    };
    !is_minor && fallible::is_result(value)
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(body: &str) -> String {
        format!(
            "fn own() -> io::Result<u8> {{ g() }}\nimpl A {{ fn save(&self) -> Result<(), E> {{ g() }} }}\nfn f(a: &mut A) {{\n    {body}\n}}\n"
        )
    }

    /// As `bat` 0.26.1 has in `src/assets/build_assets.rs`: a folder that can't be made.
    #[test]
    fn what_is_thrown_away_is_seen() {
        for (body, at) in [
            ("let _ = own();", "_"),
            ("let _ = a.save();", "_"),
            ("a.save().ok();", "ok"),
            ("let _ = fs::write(a, b);", "_"),
        ] {
            let found = fired("swallowed-error", &function(body));
            assert_eq!(found, [(at.to_owned(), 1)], "{body}");
        }
    }

    #[test]
    fn what_is_explained_or_unknown_is_left_alone() {
        for body in [
            "let _ = a.send(b);",
            "let _ = own(); // Nobody is there to hear it.",
            "// Nobody is there to hear it.\n    a.save().ok();",
            "let _ = a.flush();",
            "let b = a.save().ok();",
            "let _guard = own();",
            "a.ok();",
        ] {
            let text = function(body);
            assert!(fired("swallowed-error", &text).is_empty(), "{body}");
        }
        let text = "impl A { fn save(&self) -> Result<(), E> { g() } }\nimpl Drop for A { fn drop(&mut self) { let _ = self.save(); } }";
        assert!(fired("swallowed-error", text).is_empty());
    }
}
