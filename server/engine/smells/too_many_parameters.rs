//! # Too many parameters
//!
//! ## What it does
//! Finds functions with many parameters, `self` not counted.
//!
//! ## Why
//! Callers have to remember an order, and two arguments of one type are exchanged without the compiler's notice. Parameters
//! that always travel together are a type that has no name yet.
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
//! - Methods of trait implementations: the trait chose their parameters.
//! - Functions that other languages call: `extern "C"`, `#[no_mangle]`, `#[export_name]`.
//! - Constructors that only fill a struct's fields: a body that is one struct literal.
//!
//! ## Limits
//! 5 parameters are fine; more are a warning, more than 7 a strong one. It fires 7 times in 100,000 lines of well-kept
//! code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Long Parameter List"; clippy's `too_many_arguments`; Qlty's "function parameters".

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use crate::{
    facts::Sighting,
    smells::{Limits, Look, Sightings, Smell},
    syntax::{Function, Owner, Unit},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(7.0),
    clippy: &["too_many_arguments"],
    ..Smell::new(
        "too-many-parameters",
        Limits::of(5, 7),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for function in &unit.functions {
        let measure = function.metrics.parameters;
        if sightings.keeps(measure) && !is_dictated(function) && !is_plain_constructor(function) {
            sightings.push(function.name(), measure);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` has {} parameters", sighting.measure)
}

/// Whether something outside of the function has chosen its parameters.
fn is_dictated(function: &Function) -> bool {
    function.owner == Owner::TraitImpl || has_foreign_abi(&function.ast) || is_exported(function)
}

fn has_foreign_abi(function: &ast::Fn) -> bool {
    let Some(abi) = function.abi() else {
        return false;
    };
    let mut tokens = abi.syntax().children_with_tokens();
    // `extern` without a name is `extern "C"`.
    let name = tokens.find(|token| token.kind() == SyntaxKind::STRING);
    name.is_none_or(|name| name.to_string() != "\"Rust\"")
}

fn is_exported(function: &Function) -> bool {
    function.ast.attrs().any(|attribute| {
        let mut tokens = attribute.syntax().descendants_with_tokens();
        tokens.any(|token| {
            token
                .as_token()
                .is_some_and(|token| matches!(token.text(), "no_mangle" | "export_name"))
        })
    })
}

fn is_plain_constructor(function: &Function) -> bool {
    if has_receiver(&function.ast) || function.body.statements().next().is_some() {
        return false;
    }
    matches!(function.body.tail_expr(), Some(ast::Expr::RecordExpr(_)))
}

fn has_receiver(function: &ast::Fn) -> bool {
    let parameters = function.param_list();
    parameters.is_some_and(|list| list.self_param().is_some())
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

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
        assert_eq!(fired("too-many-parameters", &text).len(), 2);
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
        let text = format!("impl S {{ fn new{SIX} -> Self {{ a.check(); Self {{ a, b }} }} }}");
        assert_eq!(fired("too-many-parameters", &text).len(), 1);
    }

    #[test]
    fn the_receiver_is_no_parameter() {
        let text = "impl S { fn f(&mut self, a: A, b: B, c: C, d: D, e: E) {} }";
        assert!(fired("too-many-parameters", text).is_empty());
    }
}
