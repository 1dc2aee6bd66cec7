//! # Swappable parameters
//!
//! ## What it does
//! Finds functions with three or more adjacent parameters of the same plain type, such as `&str` or `usize`.
//!
//! ## Why
//! If two such arguments are swapped, the call still compiles and does something else. The more of them there are, the
//! harder a call is to check. With a struct with named fields, or a type for each kind of value, the compiler checks it.
//!
//! ## Example
//! ```rust before
//! fn publish(owner: &str, repository: &str, branch: &str, draft: Draft) {
//!     draft.send(owner, repository, branch);
//! }
//! ```
//! ```rust after
//! fn publish(target: &Branch, draft: Draft) {
//!     draft.send(target);
//! }
//! ```
//!
//! ## What it leaves alone
//! - Names with a well-known order: `x, y, z`, `red, green, blue`, `year, month, day`, `old, new`, `from, to`, single
//!   letters, and names that differ in a number.
//! - `bool` parameters, which `boolean-parameters` reports.
//! - Signatures that are given from outside: methods of trait implementations and `extern` functions; constructors that only
//!   fill fields.
//! - Functions with more than 5 parameters, which are reported for that; unused parameters.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of adjacent parameters of one type. 2 are fine; more are a warning, more than 3 a strong one.
//! It fires 0.7 times in 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 18 of 37 findings
//! were worth acting on. There is no refactoring for it, since a new type changes every call.
//!
//! ## Sources
//! clang-tidy's `bugprone-easily-swappable-parameters`; Martin Fowler, *Refactoring*, "Primitive Obsession".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell, too_many_parameters},
    syntax::{
        Owner, Unit,
        signatures::{self, is_dictated, is_plain_constructor, name_of, parameters, type_of},
    },
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} parameters",
    rate: Some(0.7),
    calm: Calm::Never,
    ..Smell::new(
        "swappable-parameters",
        Limits::of(2, 3),
        Look::Function(look),
        say,
    )
};

/// Minimum number of adjacent parameters of one type.
const FEWEST: usize = 3;

/// Names that have a conventional order.
const ORDERED: &[&str] = &[
    "alpha",
    "blue",
    "bottom",
    "column",
    "count",
    "day",
    "days",
    "depth",
    "dst",
    "end",
    "first",
    "from",
    "green",
    "height",
    "hour",
    "hours",
    "hue",
    "key",
    "last",
    "left",
    "len",
    "length",
    "lhs",
    "lightness",
    "line",
    "lower",
    "major",
    "max",
    "micro",
    "milli",
    "min",
    "minor",
    "minute",
    "minutes",
    "month",
    "months",
    "nano",
    "nanos",
    "new",
    "offset",
    "old",
    "patch",
    "prefix",
    "red",
    "rhs",
    "right",
    "row",
    "saturation",
    "sec",
    "second",
    "seconds",
    "secs",
    "src",
    "start",
    "suffix",
    "to",
    "top",
    "upper",
    "value",
    "width",
    "year",
    "years",
];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for (function, owner) in signatures::all(unit) {
        // Few functions have this many.
        if signatures::written(&function) >= FEWEST {
            look_at(&function, owner, sightings);
        }
    }
}

fn look_at(function: &ast::Fn, owner: Owner, sightings: &mut Sightings) {
    let Some(name) = function.name() else {
        return;
    };
    let parameters = parameters(function);
    let most = usize::try_from(too_many_parameters::SMELL.limits.warn).unwrap_or(usize::MAX);
    let Some(run) = longest_run(&parameters).filter(|_| parameters.len() <= most) else {
        return;
    };
    if is_dictated(function, owner) || is_plain_constructor(function) || is_ordered(run) {
        return;
    }
    let part = |parameter: &ast::Param| Part {
        at: parameter.syntax().text_range(),
        measure: 1,
    };
    let measure = u32::try_from(run.len()).unwrap_or(u32::MAX);
    let parts = run.iter().map(part).collect();
    sightings.push_with_parts(name.syntax().text_range(), measure, parts);
}

/// The longest run of adjacent parameters of one plain type.
fn longest_run(parameters: &[ast::Param]) -> Option<&[ast::Param]> {
    let of_one_type = parameters.chunk_by(|one, other| type_of(one) == type_of(other));
    let plain =
        of_one_type.filter(|run| run.len() >= FEWEST && is_swapped_unnoticed(&type_of(&run[0])));
    plain.max_by_key(|run| run.len())
}

/// Whether values of the type are swapped unnoticed; `boolean-parameters` reports `bool`s.
fn is_swapped_unnoticed(ty: &str) -> bool {
    signatures::is_plain(ty) && ty != "bool"
}

/// Whether the order is conventional, or swapping makes no difference.
fn is_ordered(run: &[ast::Param]) -> bool {
    let names: Vec<String> = run.iter().map(name_of).collect();
    let stem = |name: &str| {
        name.trim_end_matches(|last: char| last.is_ascii_digit())
            .to_owned()
    };
    let is_numbered = names.iter().all(|name| stem(name) == stem(&names[0]));
    let is_known = |name: &&String| {
        let mut words = name.split('_');
        name.len() < 3 || words.any(|word| word.len() < 2 || ORDERED.contains(&word))
    };
    is_numbered || names.iter().filter(is_known).count() + 1 >= names.len()
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let first = sighting.parts.first().and_then(|part| slice(text, part.at));
    let ty = first
        .and_then(|first| first.split_once(':'))
        .map_or("", |(_, ty)| ty.trim());
    format!(
        "`{name}` has {} adjacent parameters of type `{ty}` that callers can swap by mistake; use a struct with named fields",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    #[test]
    fn three_neighbours_of_one_type_are_seen() {
        let text = "fn f(a: A, owner: &str, name: &str, branch: &str) {}";
        assert_eq!(fired("swappable-parameters", text), [("f".to_owned(), 3)]);
        let seen = seen("swappable-parameters", text);
        assert_eq!(
            (by_name("swappable-parameters").unwrap().say)(&seen[0], text),
            "`f` has 3 adjacent parameters of type `&str` that callers can swap by mistake; use a struct with named fields"
        );
        let text = "trait T { fn f(&self, user: u64, group: u64, project: u64, role: u64); }";
        assert_eq!(fired("swappable-parameters", text), [("f".to_owned(), 4)]);
    }

    #[test]
    fn what_has_a_known_order_is_left_alone() {
        for parameters in [
            "x: u8, y: u8, z: u8",
            "red: u8, green: u8, blue: u8, alpha: u8",
            "year: u32, month: u32, day: u32",
            "hours: i8, minutes: i8, seconds: i8",
            "row_start: usize, row_end: usize, count: usize",
            "old_index: usize, new_index: usize, count: usize",
            "open: bool, dirty: bool, stale: bool",
            "part1: &str, part2: &str, part3: &str",
        ] {
            let text = format!("fn f({parameters}) {{}}");
            assert!(fired("swappable-parameters", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_swapped_or_changed_is_left_alone() {
        let three = "owner: &str, name: &str, branch: &str";
        for text in [
            "fn f(owner: &str, name: &str, a: A, branch: &str) {}".to_owned(),
            "fn f(owner: Owner, name: Owner, branch: Owner) {}".to_owned(),
            "fn f(owner: &str, name: &str, _branch: &str) {}".to_owned(),
            format!("impl T for S {{ fn f({three}) {{}} }}"),
            format!("extern \"C\" fn f({three}) {{}}"),
            format!("fn f({three}, a: A, b: B, c: C) {{}}"),
            format!("impl S {{ fn new({three}) -> S {{ S {{ owner, name, branch }} }} }}"),
            format!("#[test] fn f({three}) {{}}"),
        ] {
            assert!(fired("swappable-parameters", &text).is_empty(), "{text}");
        }
    }
}
