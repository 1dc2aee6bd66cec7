//! # Unwrap in fallible
//!
//! ## What it does
//! Finds `unwrap` on a `Result` in functions that return a `Result`.
//!
//! ## Why
//! The function can report an error, and its callers are prepared to handle it. A panic takes that away from them.
//!
//! ## Example
//! ```rust before
//! fn port(text: &str) -> Result<Port, Error> {
//!     let number: u16 = text.parse().unwrap();
//!     Port::new(number)
//! }
//! ```
//! ```rust after
//! fn port(text: &str) -> Result<Port, Error> {
//!     let number: u16 = text.parse()?;
//!     Port::new(number)
//! }
//! ```
//!
//! ## What it leaves alone
//! - `expect`, whose message says why nothing can go wrong, and an `unwrap` with a comment on the same line or on the line
//!   above.
//! - Values that may be an `Option`, locks, and values that are not known to be a `Result` from the file's own declarations
//!   or from common methods for parsing, reading and writing.
//! - Literals that are parsed, and writes to a `String`.
//! - Closures, and `async` and `const` blocks; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of such calls in a function. 0 are fine; more are a warning, more than 2 a strong one. It fires
//! 1.2 times in 100,000 lines of well-kept code. In a blind review 7 of 20 findings were worth acting on. Reported in the
//! `full` profile only.
//!
//! ## Sources
//! clippy's `unwrap_in_result`; *The Rust Programming Language*, "To `panic!` or Not to `panic!`".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileNames, Function, Unit, fallible, flow},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} times",
    rate: Some(1.2),
    answers: &["unwrap-to-question"],
    calm: Calm::Never,
    clippy: &["unwrap_in_result", "unwrap_used"],
    ..Smell::new(
        "unwrap-in-fallible",
        Limits::of(0, 2),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        // There are many calls, but rarely one of these.
        if !unit.slice(function.range()).contains("unwrap(") {
            continue;
        }
        let Some(ty) = function.ast.ret_type().and_then(|it| it.ty()) else {
            continue;
        };
        let declared = FileNames::around(&function.ast);
        if !fallible::is_result_type(&ty.syntax().text().to_string(), &declared) {
            continue;
        }
        let calls = function.body.syntax().descendants();
        let calls = calls.filter_map(ast::MethodCallExpr::cast);
        let found = calls.filter_map(|call| unwrapped(&call, function, unit));
        let found: Vec<_> = found.map(|at| Part { at, measure: 1 }).collect();
        let measure = u32::try_from(found.len()).unwrap_or(u32::MAX);
        if let Some(first) = found.first() {
            sightings.push_with_parts(first.at, measure, found);
        }
    }
}

fn say(_sighting: &Sighting, _text: &str) -> String {
    "`unwrap` in a function that returns `Result`; propagate the error with `?`".to_owned()
}

/// The name of a call that unwraps a `Result` directly in this function.
fn unwrapped(
    call: &ast::MethodCallExpr,
    function: &Function,
    unit: &Unit<'_>,
) -> Option<TextRange> {
    let name = call.name_ref().filter(|name| name.text() == "unwrap")?;
    let receiver = call.receiver()?;
    let scope = call.syntax().ancestors().find(flow::is_own_scope)?;
    let is_here = scope == *function.ast.syntax() && call.arg_list()?.args().next().is_none();
    let at = name.syntax().text_range();
    (is_here && fallible::is_result(&receiver) && !is_certain(&receiver) && !is_explained(unit, at))
        .then_some(at)
}

/// Whether the call can't fail: it parses a literal or writes to a `String`.
fn is_certain(receiver: &ast::Expr) -> bool {
    let ast::Expr::MethodCallExpr(call) = receiver else {
        return false;
    };
    let name = call.name_ref().map(|name| name.text().to_string());
    let value = call.receiver();
    matches!(value, Some(ast::Expr::Literal(_))) || name.as_deref() == Some("write_fmt")
}

/// Whether there is a comment on the same line or on the line above.
pub(super) fn is_explained(unit: &Unit<'_>, at: TextRange) -> bool {
    let before = &unit.text[..usize::from(at.start())];
    let behind = &unit.text[usize::from(at.start())..];
    let own = behind.lines().next().unwrap_or_default();
    let mut lines = before.lines().rev();
    let start = lines.next().unwrap_or_default();
    let above = lines.next().unwrap_or_default().trim_start();
    own.contains("//") || start.contains("/*") || above.starts_with("//") || above.ends_with("*/")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(ty: &str, body: &str) -> String {
        format!(
            "fn own() -> io::Result<u8> {{ g() }}\nfn f(a: &mut A) -> {ty} {{\n    {body}\n}}\n"
        )
    }

    /// As `broot` 1.62.0 has in `src/display/layout_instructions.rs`: a pattern's capture is parsed.
    #[test]
    fn a_panic_in_place_of_an_error_is_seen() {
        for body in [
            "let b = a.text.parse().unwrap(); Ok(b)",
            "a.write_all(b).unwrap(); Ok(1)",
            "let b = own().unwrap(); Ok(b)",
            "let b = fs::read(a).unwrap(); Ok(b)",
        ] {
            let found = fired("unwrap-in-fallible", &function("Result<u8, E>", body));
            assert_eq!(found, [("unwrap".to_owned(), 1)], "{body}");
        }
    }

    #[test]
    fn what_cannot_fail_or_is_explained_is_left_alone() {
        for body in [
            "let b = a.text.parse().expect(\"it is a number\"); Ok(b)",
            "let b = \"1\".parse().unwrap(); Ok(b)",
            "let b = a.lock().unwrap(); Ok(b)",
            "let b = a.get(1).unwrap(); Ok(b)",
            "// It was checked before.\n    let b = a.text.parse().unwrap(); Ok(b)",
            "a.each(|b| b.parse().unwrap()); Ok(1)",
        ] {
            let text = function("Result<u8, E>", body);
            assert!(fired("unwrap-in-fallible", &text).is_empty(), "{body}");
        }
        let text = function("u8", "a.text.parse().unwrap()");
        assert!(fired("unwrap-in-fallible", &text).is_empty());
    }
}
