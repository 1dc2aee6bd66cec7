//! # Boolean arguments
//!
//! ## What it does
//! Finds calls that pass two or more `true` or `false` literals.
//!
//! ## Why
//! `open(path, true, false)` doesn't show what is switched on: readers have to look it up, and the compiler accepts the two
//! in either order. An `enum` with two named variants for each, or a struct of options, makes the call clear.
//!
//! ## Example
//! ```rust before
//! fn show(folder: &Folder) -> Vec<File> {
//!     folder.files(Order::Name, true, false)
//! }
//! ```
//! ```rust after
//! fn show(folder: &Folder) -> Vec<File> {
//!     folder.files(Order::Name, Depth::All, Hidden::Left)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tuple structs and enum variants, atomic operations, and macro input.
//! - Calls with a comment between their arguments, which may name them.
//! - Three or more calls of the same function with different literals in one function, which form a table.
//! - `unsafe` functions, most of which follow a foreign interface; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of `bool` literals in a call: 1 is fine, more is a warning, more than 3 a strong one. It fires
//! 13.8 times in 100,000 lines of well-kept code. In a blind review 11 of 20 findings were worth acting on. Reported in the
//! `full` profile only.
//!
//! ## Sources
//! Martin Fowler, "Flag Argument".

use std::collections::BTreeMap;

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasArgList},
};

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    syntax::{Function, Unit, layout},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(13.8),
    calm: Calm::Never,
    sees: &[SyntaxKind::CALL_EXPR, SyntaxKind::METHOD_CALL_EXPR],
    measured: "{} `bool` arguments",
    ..Smell::new(
        "boolean-arguments",
        Limits::of(1, 3),
        Look::Function(look),
        say,
    )
};

/// Minimum number of calls of one function with boolean literals that are treated as a table.
const TABLE: usize = 3;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let is_unsafe = |function: &Function| function.ast.unsafe_token().is_some();
    let text = unit.slice(unit.node.text_range());
    let has_flags = text.contains("true") || text.contains("false");
    if !has_flags || unit.is_for_tests() || unit.functions.iter().any(is_unsafe) {
        return;
    }
    let mut calls: BTreeMap<String, Vec<(TextRange, u32)>> = BTreeMap::new();
    let functions = unit.nodes::<ast::CallExpr>().filter_map(|call| {
        let flags = flags_of(&call)?;
        let ast::Expr::PathExpr(path) = call.expr()? else {
            return None;
        };
        let name = path.path()?.segment()?.name_ref()?;
        Some((name, flags))
    });
    let methods = unit.nodes::<ast::MethodCallExpr>().filter_map(|call| {
        let flags = flags_of(&call)?;
        Some((call.name_ref()?, flags))
    });
    for (name, flags) in functions.chain(methods) {
        let text = name.text().to_string();
        if !text.starts_with(char::is_uppercase) && !text.starts_with("compare_exchange") {
            let of_name = calls.entry(text).or_default();
            of_name.push((name.syntax().text_range(), flags));
        }
    }
    for calls in calls.into_values().filter(|calls| calls.len() < TABLE) {
        for (at, flags) in calls {
            sightings.push(at, flags);
        }
    }
}

/// The number of unnamed boolean literals among the arguments, if there are at least two.
fn flags_of(call: &impl HasArgList) -> Option<u32> {
    let list = call.arg_list()?;
    let is_flag = |argument: &ast::Expr| {
        let text = argument.syntax().text();
        matches!(argument, ast::Expr::Literal(_)) && (text == "true" || text == "false")
    };
    let count = list.args().filter(is_flag).count();
    if count < 2 || layout::has_comment(list.syntax()) {
        return None;
    }
    u32::try_from(count).ok()
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "this call passes {} `bool` literals to `{name}`; use an `enum` for each or a struct of options",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn found(body: &str) -> Vec<(String, u32)> {
        fired("boolean-arguments", &format!("fn f() {{ {body} }}"))
    }

    #[test]
    fn two_literals_are_seen_at_the_name() {
        for (body, name, count) in [
            ("a.files(N, None, false, false, true)", "files", 3),
            ("m::open(a, true, false)", "open", 2),
            ("a.b(true, true)?.c(1)", "b", 2),
            ("Self::open(true, false)", "open", 2),
        ] {
            assert_eq!(found(body), [(name.to_owned(), count)], "{body}");
        }
    }

    #[test]
    fn other_calls_are_left_alone() {
        for body in [
            "a.b(true, c, d)",
            "a.b(!true, c == false)",
            "Some(true, false)",
            "m::V(true, false)",
            "a.compare_exchange(false, true, b, c)",
            "a.b(/* deep */ true, /* hidden */ false)",
            "assert_eq!(true, false)",
            "a.b(true, false); a.b(false, false); a.b(true, true)",
            "a.b(c(true), false)",
        ] {
            assert!(found(body).is_empty(), "{body}");
        }
        for head in ["#[test] fn", "unsafe fn"] {
            let text = format!("{head} f() {{ a(true, false) }}");
            assert!(fired("boolean-arguments", &text).is_empty(), "{head}");
        }
    }
}
