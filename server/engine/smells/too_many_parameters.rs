//! # Too many parameters
//!
//! ## What it does
//! Finds functions with many parameters, not counting `self`.
//!
//! ## Why
//! Callers have to remember the order, and two arguments of the same type can be swapped without a compiler error.
//! Parameters that are always passed together are a type without a name.
//!
//! ## Example
//! ```rust before
//! fn draw(canvas: &mut Canvas, left: u32, top: u32, width: u32, height: u32, color: Color) {
//!     canvas.fill(left, top, width, height, color);
//! }
//! ```
//! ```rust after
//! fn draw(canvas: &mut Canvas, area: Rectangle, color: Color) {
//!     canvas.fill(area, color);
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of trait implementations, whose parameters the trait determines.
//! - Functions that other languages call: `extern "C"`, `#[no_mangle]`, `#[export_name]`.
//! - Constructors that only fill the fields of a struct, with a struct literal as the whole body; and with up to 7
//!   parameters, any constructor whose arguments can't be swapped because of their types.
//! - Wrappers of system calls with numbered parameters: `a0`, `arg1`.
//! - Alternatives of one parameter under different `#[cfg]`s, which count once.
//! - Unused parameters, such as `_options`.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! 5 parameters are fine; more are a warning, more than 7 a strong one. Clippy reports 8 and more, so it is reported in the
//! `full` profile only; in a review 8 of 23 findings with more than 12 were worth acting on. The parts of the finding are
//! three or more parameters of the same primitive type, or two of type `bool`. It fires 5.93 times in 100,000 lines of
//! well-kept code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Long Parameter List"; clippy's `too_many_arguments`; Qlty's "function parameters".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{
        Owner, Unit,
        signatures::{
            self, has_receiver, is_dictated, is_plain, is_plain_constructor, name_of, parameters,
            type_of,
        },
    },
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} parameters",
    rate: Some(5.93),
    calm: Calm::Never,
    clippy: &["too_many_arguments"],
    ..Smell::new(
        "too-many-parameters",
        Limits::of(5, 7),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for (function, owner) in signatures::all(unit) {
        // Few functions have this many.
        if sightings.keeps(count(signatures::written(&function))) {
            look_at(&function, owner, sightings);
        }
    }
}

fn look_at(function: &ast::Fn, owner: Owner, sightings: &mut Sightings) {
    let Some(name) = function.name() else {
        return;
    };
    let parameters = parameters(function);
    let measure = count(parameters.len());
    if !sightings.keeps(measure) || is_dictated(function, owner) || has_numbered_names(&parameters)
    {
        return;
    }
    let is_fine = is_plain_constructor(function)
        || measure <= SMELL.limits.strong && is_constructor_of_unlike(function, &parameters);
    if !is_fine {
        let parts = easily_exchanged(&parameters);
        sightings.push_with_parts(name.syntax().text_range(), measure, parts);
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Whether all names but one are numbered, as in system calls: `a0`, `arg1`.
fn has_numbered_names(parameters: &[ast::Param]) -> bool {
    let is_numbered = |parameter: &&ast::Param| {
        let name = name_of(parameter);
        let word = name.trim_end_matches(|last: char| last.is_ascii_digit());
        word.len() < name.len() && (word.len() == 1 || word == "arg")
    };
    parameters.iter().filter(is_numbered).count() + 1 >= parameters.len()
}

/// Parameters that could be swapped without a compile error: three or more of one primitive type, or two `bool`s.
fn easily_exchanged(parameters: &[ast::Param]) -> Vec<Part> {
    let types: Vec<_> = parameters.iter().map(type_of).collect();
    let is_often = |ty: &String| {
        let least = if ty == "bool" { 2 } else { 3 };
        is_plain(ty) && types.iter().filter(|one| *one == ty).count() >= least
    };
    let found = parameters.iter().zip(&types).filter(|(_, ty)| is_often(ty));
    let part = |(parameter, _): (&ast::Param, _)| Part {
        at: parameter.syntax().text_range(),
        measure: 1,
    };
    found.map(part).collect()
}

/// Whether it is a constructor whose arguments are distinguishable by their types.
fn is_constructor_of_unlike(function: &ast::Fn, parameters: &[ast::Param]) -> bool {
    !has_receiver(function) && returns_own_type(function) && easily_exchanged(parameters).is_empty()
}

fn returns_own_type(function: &ast::Fn) -> bool {
    let Some(returned) = function.ret_type().and_then(|it| it.ty()) else {
        return false;
    };
    let block = function.syntax().ancestors().find_map(ast::Impl::cast);
    let own = match block.and_then(|block| block.self_ty()) {
        Some(ast::Type::PathType(path)) => path.path().and_then(|it| it.segment()?.name_ref()),
        _ => None,
    };
    let own = own.map(|name| name.text().to_string());
    let mut names = returned
        .syntax()
        .descendants()
        .filter_map(ast::NameRef::cast);
    names.any(|name| name.text() == "Self" || own.as_deref() == Some(name.text()))
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` has {} parameters; group related ones in a struct",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::{fired, seen};

    /// The signature of a function of `quick-xml` 0.42.0, `src/escape.rs` (MIT).
    const NORMALIZE_ATTR_STEPS: &str = r"
fn normalize_attr_steps<'entity, C, E, F>(
    normalized: &mut String,
    iter: &mut Iter<u8>,
    input: &str,
    mut pos: usize,
    depth: usize,
    is_normalization_char: &C,
    normalize_eol_step: &E,
    resolve_entity: &mut F,
) -> Result<(), EscapeError>
where
    C: Fn(&u8) -> bool,
    E: Fn(&mut String, &str, usize, char) -> usize,
    // the lifetime of the output comes from a capture or is `'static`
    F: FnMut(&str) -> Option<&'entity str>,
{
    Ok(())
}
";

    #[test]
    fn eight_parameters_are_seen() {
        assert_eq!(
            fired("too-many-parameters", NORMALIZE_ATTR_STEPS),
            [("normalize_attr_steps".to_owned(), 8)]
        );
    }

    const SIX: &str = "(a: A, b: B, c: C, d: D, e: E, f: F)";

    #[test]
    fn what_a_trait_dictates_is_left_alone() {
        let text = format!("impl T for S {{ fn f{SIX} {{}} }}");
        assert!(fired("too-many-parameters", &text).is_empty());
        let text = format!("impl S {{ fn f{SIX} {{}} }} trait T {{ fn g{SIX} {{}} fn h{SIX}; }}");
        assert_eq!(fired("too-many-parameters", &text).len(), 3);
    }

    #[test]
    fn what_other_languages_call_is_left_alone() {
        for front in [
            "pub extern \"C\"",
            "extern",
            "#[no_mangle] pub",
            "#[unsafe(no_mangle)] pub",
            "#[export_name = \"x\"]",
        ] {
            let text = format!("{front} fn f{SIX} {{}}");
            assert!(fired("too-many-parameters", &text).is_empty(), "{front}");
        }
        let text = format!("extern \"Rust\" fn f{SIX} {{}}");
        assert_eq!(fired("too-many-parameters", &text).len(), 1);
    }

    #[test]
    fn a_plain_constructor_is_left_alone() {
        let text =
            format!("impl S {{ pub fn new{SIX} -> Self {{ Self {{ a, b, c, d, e, f }} }} }}");
        assert!(fired("too-many-parameters", &text).is_empty());
    }

    #[test]
    fn a_constructor_of_unlike_types_is_left_alone_up_to_the_strong_limit() {
        let seen = |parameters: &str, ty: &str| {
            let text = format!("impl S {{ fn new({parameters}) -> {ty} {{ a.check(); b }} }}");
            fired("too-many-parameters", &text).len()
        };
        let six = "a: A, b: B, c: C, d: D, e: E, f: F";
        assert_eq!(
            ["Self", "S", "Result<Self, E>"].map(|ty| seen(six, ty)),
            [0; 3]
        );
        assert_eq!(seen(six, "T"), 1);
        assert_eq!(seen(&format!("{six}, g: G, h: H"), "Self"), 1);
        assert_eq!(seen("a: u8, b: u8, c: u8, d: D, e: E, f: F", "Self"), 1);
    }

    #[test]
    fn numbered_parameters_are_left_alone() {
        let text = "fn f(n: N, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize) {}";
        assert!(fired("too-many-parameters", text).is_empty());
    }

    #[test]
    fn alternatives_of_one_parameter_count_once() {
        let text = "fn f(#[cfg(a)] x: A, #[cfg(not(a))] _x: B, c: C, d: D, e: E, f: F) {}";
        assert!(fired("too-many-parameters", text).is_empty());
    }

    #[test]
    fn what_is_easily_exchanged_is_a_part() {
        let parts = |text: &str| seen("too-many-parameters", text).remove(0).parts.len();
        assert_eq!(
            parts("fn f(a: bool, b: B, c: C, d: bool, e: E, f: F) {}"),
            2
        );
        assert_eq!(parts("fn f(a: u8, b: u8, c: C, d: D, e: E, f: u8) {}"), 3);
        assert_eq!(parts("fn f(a: u8, b: u8, c: C, d: D, e: E, f: F) {}"), 0);
    }

    #[test]
    fn tests_are_left_alone() {
        for front in ["#[test]", "#[tokio::test]", "#[rstest]", "#[cfg(test)]"] {
            let text = format!("{front} fn f{SIX} {{}}");
            assert!(fired("too-many-parameters", &text).is_empty(), "{front}");
        }
        let text = format!("#[cfg(test)] mod tests {{ fn f{SIX} {{}} }}");
        assert!(fired("too-many-parameters", &text).is_empty());
    }

    #[test]
    fn the_receiver_is_no_parameter() {
        let text = "impl S { fn f(&mut self, a: A, b: B, c: C, d: D, e: E) {} }";
        assert!(fired("too-many-parameters", text).is_empty());
    }
}
