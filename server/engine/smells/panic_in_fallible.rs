//! # Panic in fallible
//!
//! ## What it does
//! Finds `panic!`, `todo!` and `unimplemented!` in functions that return a `Result`.
//!
//! ## Why
//! The function can report an error, and its callers are prepared to handle it. A panic takes that away from them and ends a
//! thread or a program because of a single unhandled case.
//!
//! ## Example
//! ```rust before
//! fn decode(kind: u8, body: &[u8]) -> Result<Frame, Error> {
//!     if kind == COMPRESSED {
//!         unimplemented!("compressed frames");
//!     }
//!     Frame::read(body)
//! }
//! ```
//! ```rust after
//! fn decode(kind: u8, body: &[u8]) -> Result<Frame, Error> {
//!     if kind == COMPRESSED {
//!         return Err(Error::Unsupported("compressed frames"));
//!     }
//!     Frame::read(body)
//! }
//! ```
//!
//! ## What it leaves alone
//! - `unreachable!` and `assert!`, and panics whose message blames the program itself: "bug", "called after", "internal",
//!   "invariant".
//! - Functions that do nothing else, such as stubs for another platform, and functions that return `fmt::Result`, which
//!   carries no information.
//! - Panics with a comment on the same line, on the line above, or above the `if` that only contains the panic; functions
//!   with a "Panics" section in their documentation.
//! - Closures, and `async` and `const` blocks; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of panics in a function. 0 are fine; more are a warning, more than 2 a strong one. It fires 0.7
//! times in 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 15 of 26 findings were worth
//! acting on. There is no refactoring for it, since the error to return depends on the package.
//!
//! ## Sources
//! clippy's `panic_in_result_fn`; *The Rust Programming Language*, "To `panic!` or Not to `panic!`".

use ra_ap_syntax::{
    AstNode, AstToken,
    ast::{self, HasDocComments},
};

use super::unwrap_in_fallible::is_explained;
use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileNames, Function, Unit, fallible, flow, text_of},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} times",
    rate: Some(0.7),
    calm: Calm::Never,
    clippy: &["panic", "panic_in_result_fn", "todo", "unimplemented"],
    ..Smell::new(
        "panic-in-fallible",
        Limits::of(0, 2),
        Look::Function(look),
        say,
    )
};

const PANICS: [&str; 3] = ["panic", "todo", "unimplemented"];
/// Lowercase words of a message that blames a bug in the program.
const BLAMING: &[&str] = &[
    "bug",
    "called",
    "impossible",
    "internal",
    "invariant",
    "must",
    "never",
    "programming error",
    "should",
    "unreachable",
];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        // Few functions contain one of these.
        if may_panic(unit.slice(function.range())) && could_say(function) {
            look_at(function, unit, sightings);
        }
    }
}

/// Whether the source text contains such a macro. Searching for single characters is much faster than for words.
fn may_panic(text: &str) -> bool {
    let mut marks = text.match_indices('!');
    marks.any(|(at, _)| PANICS.iter().any(|name| text[..at].ends_with(name)))
}

fn look_at(function: &Function, unit: &Unit<'_>, sightings: &mut Sightings) {
    let body = function.body.syntax();
    let calls = body.descendants().filter_map(ast::MacroCall::cast);
    let found = calls.filter_map(|call| panicking(&call, function, unit));
    let found: Vec<_> = found.map(|at| Part { at, measure: 1 }).collect();
    let measure = u32::try_from(found.len()).unwrap_or(u32::MAX);
    if let Some(first) = found.first().filter(|_| gives_result(function)) {
        sightings.push_with_parts(first.at, measure, found);
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}!` in a function that returns `Result`; return an error instead")
}

/// Whether a function is not a stub and its return type can carry an error.
fn could_say(function: &Function) -> bool {
    let is_stub = function.metrics.lines <= 1;
    let ty = type_of(function).filter(|_| !is_stub);
    ty.is_some_and(|ty| ty.contains("Result") && !ty.ends_with("fmt::Result"))
}

fn gives_result(function: &Function) -> bool {
    let ty = type_of(function).unwrap_or_default();
    !tells_of_panics(function) && fallible::is_result_type(&ty, &FileNames::around(&function.ast))
}

fn type_of(function: &Function) -> Option<String> {
    let ty = function.ast.ret_type()?.ty()?;
    Some(text_of(ty.syntax()))
}

/// Whether the documentation has a section on panics.
pub(super) fn tells_of_panics(function: &Function) -> bool {
    let comments = function.ast.doc_comments();
    let mut lines = comments.map(|comment| comment.text().to_lowercase());
    lines.any(|line| line.contains("# panic"))
}

/// The name of a macro that panics directly in this function.
fn panicking(call: &ast::MacroCall, function: &Function, unit: &Unit<'_>) -> Option<TextRange> {
    let name = call.path()?.segment()?.name_ref()?;
    if !PANICS.contains(&name.text()) {
        return None;
    }
    let at = name.syntax().text_range();
    let scope = call.syntax().ancestors().find(flow::is_own_scope)?;
    let words = call
        .token_tree()?
        .syntax()
        .text()
        .to_string()
        .to_lowercase();
    let is_blaming = BLAMING.iter().any(|word| words.contains(word));
    let is_here = scope == *function.ast.syntax();
    let is_fine = is_blaming || is_explained(unit, at) || is_explained_branch(call, unit);
    (is_here && !is_fine).then_some(at)
}

/// Whether the call is the only code of a branch that has a comment above it.
fn is_explained_branch(call: &ast::MacroCall, unit: &Unit<'_>) -> bool {
    let mut around = call.syntax().ancestors();
    let list = around.find_map(ast::StmtList::cast);
    let Some(list) = list.filter(|list| list.syntax().children().count() == 1) else {
        return false;
    };
    let choice = list.syntax().ancestors().find_map(ast::IfExpr::cast);
    choice.is_some_and(|choice| is_explained(unit, choice.syntax().text_range()))
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(ty: &str, body: &str) -> String {
        format!("fn f(a: A) -> {ty} {{\n    a.start();\n    {body}\n}}\n")
    }

    #[test]
    fn a_panic_in_place_of_an_error_is_seen() {
        for (body, name) in [
            ("if a.b() { panic!(\"bad byte {}\", a.c()) } Ok(1)", "panic"),
            (
                "match a { A::B => Ok(1), _ => unimplemented!() }",
                "unimplemented",
            ),
            ("if a.b() { std::todo!(); } Ok(1)", "todo"),
        ] {
            let found = fired("panic-in-fallible", &function("Result<u8, E>", body));
            assert_eq!(found, [(name.to_owned(), 1)], "{body}");
        }
    }

    #[test]
    fn what_blames_the_program_or_is_explained_is_left_alone() {
        for body in [
            "if a.b() { panic!(\"BUG: a is empty\") } Ok(1)",
            "if a.b() { unreachable!() } Ok(1)",
            "assert!(a.b(), \"a\"); Ok(1)",
            "if a.b() { panic!(\"a() called before b()\") } Ok(1)",
            "// Nobody does so.\n    if a.b() {\n        panic!()\n    }\n    Ok(1)",
            "// Nobody calls it so.\n    if a.b() { panic!() } Ok(1)",
            "a.each(|b| panic!()); Ok(1)",
            "own!(panic!()); Ok(1)",
        ] {
            let text = function("Result<u8, E>", body);
            assert!(fired("panic-in-fallible", &text).is_empty(), "{body}");
        }
        let body = "if a.b() { panic!() } Ok(1)";
        for text in [
            function("u8", body),
            function("fmt::Result", body),
            "fn f() -> Result<u8, E> {\n    unimplemented!()\n}\n".to_owned(),
            format!(
                "/// Does.\n///\n/// # Panics\n///\n/// Where a is b.\n{}",
                function("Result<u8, E>", body)
            ),
            format!("#[test]\n{}", function("Result<u8, E>", body)),
        ] {
            assert!(fired("panic-in-fallible", &text).is_empty(), "{text}");
        }
    }
}
