//! # Boolean parameters
//!
//! ## What it does
//! Finds functions with two parameters and more that are `bool`.
//!
//! ## Why
//! `open(path, true, false)` says nothing where it is called, and nobody notices when the two are exchanged. An enum for each
//! names what is meant, and a function for each of two ways needs no parameter.
//!
//! ## Example
//! ```rust before
//! fn open(path: &Path, is_new: bool, is_shared: bool) -> File {
//!     File::with(path, is_new, is_shared)
//! }
//! ```
//! ```rust after
//! fn open(path: &Path, creation: Creation, sharing: Sharing) -> File {
//!     File::with(path, creation, sharing)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of trait implementations, and functions that other languages call.
//! - Constructors that only fill a struct's fields: a body that is one struct literal.
//! - Functions whose parameters are all `bool`, which are tables of truth.
//! - Parameters that are not used, as `_is_new`.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! 1 such parameter is fine; more are a warning, more than 2 a strong one. It fires 3.4 times in 100,000 lines of well-kept
//! code. It is not shown by default.
//!
//! ## Sources
//! clippy's `fn_params_excessive_bools`, from 4 on; Martin Fowler, "Flag Argument".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell, too_many_parameters},
    syntax::Unit,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} flags",
    rate: Some(3.4),
    calm: Calm::Never,
    clippy: &["fn_params_excessive_bools"],
    ..Smell::new(
        "boolean-parameters",
        Limits::of(1, 2),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        let Some(name) = function.ast.name() else {
            continue;
        };
        let all = too_many_parameters::parameters(&function.ast);
        let flags: Vec<_> = all.iter().filter(|it| is_flag(it)).collect();
        let measure = u32::try_from(flags.len()).unwrap_or(u32::MAX);
        let is_table = flags.len() == all.len();
        if !sightings.keeps(measure)
            || is_table
            || too_many_parameters::is_dictated(&function.ast, function.owner)
            || too_many_parameters::is_plain_constructor(&function.ast)
        {
            continue;
        }
        let parts = flags.iter().map(|it| Part {
            at: it.syntax().text_range(),
            measure: 1,
        });
        sightings.push_with_parts(name.syntax().text_range(), measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` takes {} parameters of type `bool`; where it is called nobody sees which is which",
        sighting.measure
    )
}

fn is_flag(parameter: &ast::Param) -> bool {
    parameter
        .ty()
        .is_some_and(|ty| ty.syntax().text() == "bool")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    /// As `bat` 0.26.1 has in `src/terminal.rs`: `as_terminal_escaped`.
    #[test]
    fn two_flags_are_seen_at_the_name() {
        let text =
            "impl A { fn write(&self, to: &mut W, is_long: bool, is_colored: bool) { to.b() } }";
        assert_eq!(fired("boolean-parameters", text), [("write".to_owned(), 2)]);
    }

    #[test]
    fn what_is_dictated_or_a_table_is_left_alone() {
        for text in [
            "fn f(a: A, b: bool) { g() }",
            "fn xor(a: bool, b: bool) -> bool { a != b }",
            "impl T for A { fn f(&self, c: C, a: bool, b: bool) { g() } }",
            "impl A { fn new(c: C, a: bool, b: bool) -> Self { Self { a, b, c } } }",
            "fn f(c: C, a: bool, _b: bool) { g() }",
            "#[test]\nfn f(c: C, a: bool, b: bool) { g() }",
        ] {
            assert!(fired("boolean-parameters", text).is_empty(), "{text}");
        }
    }
}
