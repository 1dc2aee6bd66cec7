//! # Unwrap density
//!
//! ## What it does
//! Finds functions that call `unwrap` on many `Option`s or `Result`s.
//!
//! ## Why
//! Each `unwrap` is an unstated assumption. One may be obvious, but with five of them a reader has to find five proofs, and
//! a panic reports only the line. A function that returns a `Result`, or an `expect` with a reason, makes the assumption
//! explicit.
//!
//! ## Example
//! ```rust before
//! fn area(text: &str) -> u32 {
//!     let mut parts = text.split('x');
//!     let width: u32 = parts.next().unwrap().parse().unwrap();
//!     let height: u32 = parts.next().unwrap().parse().unwrap();
//!     let depth: u32 = parts.next().unwrap().parse().unwrap();
//!     width * height * depth
//! }
//! ```
//! ```rust after
//! fn area(text: &str) -> Option<u32> {
//!     let mut parts = text.split('x').map(|part| part.parse::<u32>().ok());
//!     let width = parts.next()??;
//!     let height = parts.next()??;
//!     let depth = parts.next()??;
//!     Some(width * height * depth)
//! }
//! ```
//!
//! ## What it leaves alone
//! - `expect`, whose message says why nothing can go wrong; locks, `try_into`, and writes to a `String`; values made of
//!   literals, such as `Regex::new("…")`.
//! - An `unwrap` with a comment on the same line or on the line above; functions with a "Panics" section in their
//!   documentation.
//! - Constants, tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of `unwrap`s in a function. 4 are fine; more are a warning, more than 8 a strong one. It fires
//! 1.5 times in 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 5 of 18 findings were
//! worth acting on; the others had a reason that the reader had to find. `unwrap-to-expect` and `unwrap-to-question` answer
//! it.
//!
//! ## Sources
//! clippy's `unwrap_used`; *The Rust Programming Language*, "To `panic!` or Not to `panic!`".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList},
};

use super::{panic_in_fallible::tells_of_panics, unwrap_in_fallible::is_explained};
use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Function, Unit},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} times",
    rate: Some(1.5),
    calm: Calm::Never,
    answers: &["unwrap-to-question", "unwrap-to-expect"],
    clippy: &["unwrap_used"],
    ..Smell::new(
        "unwrap-density",
        Limits::of(4, 8),
        Look::Function(look),
        say,
    )
};

/// Calls whose `unwrap` is accepted: locks, writes to a `String`, and slices of a known length.
const KNOWN: [&str; 8] = [
    "borrow",
    "join",
    "lock",
    "read",
    "try_into",
    "write",
    "write_fmt",
    "write_str",
];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        // Few functions have this many.
        let written = written_in(unit.slice(function.range()));
        if !sightings.keeps(count(written)) || tells_of_panics(function) {
            continue;
        }
        let calls = function.body.syntax().descendants();
        let calls = calls.filter_map(ast::MethodCallExpr::cast);
        let found = calls.filter_map(|call| unwrapped(&call, function, unit));
        let found: Vec<_> = found.map(|at| Part { at, measure: 1 }).collect();
        if let Some(first) = found.first() {
            sightings.push_with_parts(first.at, count(found.len()), found);
        }
    }
}

/// An upper bound for the number of `unwrap` calls. Searching for single characters is much faster than for words.
fn written_in(text: &str) -> usize {
    let letters = text.match_indices('w');
    let is_one = |at: usize| text[..at].ends_with("un") && text[at..].starts_with("wrap()");
    letters.filter(|(at, _)| is_one(*at)).count()
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn say(sighting: &Sighting, _text: &str) -> String {
    format!(
        "this function calls `unwrap` {} times without an explanation; use `expect` with a reason, or return a `Result`",
        sighting.measure
    )
}

/// The name of a call that unwraps a value directly in this function.
fn unwrapped(
    call: &ast::MethodCallExpr,
    function: &Function,
    unit: &Unit<'_>,
) -> Option<TextRange> {
    let name = call.name_ref().filter(|name| name.text() == "unwrap")?;
    let receiver = call.receiver()?;
    let around = call.syntax().ancestors().find_map(ast::Fn::cast)?;
    let is_here = around == function.ast && call.arg_list()?.args().next().is_none();
    let at = name.syntax().text_range();
    (is_here && !is_certain(&receiver) && !is_explained(unit, at)).then_some(at)
}

/// Whether the receiver is a lock, a write to a string, or made of literals only.
fn is_certain(receiver: &ast::Expr) -> bool {
    let name = match receiver {
        ast::Expr::MethodCallExpr(call) => call.name_ref().map(|name| name.text().to_string()),
        ast::Expr::MacroExpr(_) => return true,
        _ => None,
    };
    let is_known = name.is_some_and(|name| KNOWN.contains(&&*name));
    is_known || is_of_literals(receiver)
}

fn is_of_literals(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Literal(_) => true,
        ast::Expr::MethodCallExpr(call) => {
            call.receiver().is_some_and(|it| is_of_literals(&it)) && has_literals(call)
        }
        ast::Expr::CallExpr(call) => has_literals(call),
        _ => false,
    }
}

fn has_literals(call: &impl HasArgList) -> bool {
    let mut arguments = call.arg_list().into_iter().flat_map(|list| list.args());
    arguments.all(|argument| is_of_literals(&argument))
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(unwraps: usize, one: &str) -> String {
        format!(
            "fn f(a: &mut A) {{\n{}}}\n",
            format!("    {one}\n").repeat(unwraps)
        )
    }

    #[test]
    fn many_of_them_are_seen_at_the_first() {
        let text = function(5, "a.b().unwrap();");
        assert_eq!(fired("unwrap-density", &text), [("unwrap".to_owned(), 5)]);
        let closures = function(5, "a.each(|b| b.c().unwrap());");
        assert_eq!(
            fired("unwrap-density", &closures),
            [("unwrap".to_owned(), 5)]
        );
        assert!(fired("unwrap-density", &function(4, "a.b().unwrap();")).is_empty());
    }

    #[test]
    fn what_is_certain_or_explained_is_left_alone() {
        for one in [
            "a.b().expect(\"it is there\");",
            "a.lock().unwrap();",
            "a[1..5].try_into().unwrap();",
            "a.write_fmt(b).unwrap();",
            "write!(a, \"b\").unwrap();",
            "Regex::new(\"a\").unwrap();",
            "\"1\".parse().unwrap();",
            "a.b().unwrap(); // It was asked for.",
            "fn g(a: A) { a.b().unwrap(); }",
        ] {
            let text = function(9, one);
            assert!(fired("unwrap-density", &text).is_empty(), "{text}");
        }
        let many = function(9, "a.b().unwrap();");
        for front in ["#[test]", "/// Does.\n///\n/// # Panics\n///\n/// Always."] {
            let text = format!("{front}\n{many}");
            assert!(fired("unwrap-density", &text).is_empty(), "{text}");
        }
    }
}
