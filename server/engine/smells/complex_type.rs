//! # Complex type
//!
//! ## What it does
//! Finds fields, parameters and return values with long types.
//!
//! ## Why
//! Readers of a type with four brackets count them, and learn how a value is stored but not what it is. A type alias names it
//! everywhere and is written once.
//!
//! ## Example
//! ```rust before
//! struct Router {
//!     handlers: HashMap<String, Vec<Box<dyn Fn(&Request) -> Response + Send>>>,
//! }
//! ```
//! ```rust after
//! type Handlers = HashMap<String, Vec<Box<dyn Fn(&Request) -> Response + Send>>>;
//!
//! struct Router {
//!     handlers: Handlers,
//! }
//! ```
//!
//! ## What it leaves alone
//! - Types with fewer than three opening angle brackets, and types with `impl` or `_`, which an alias can't replace.
//! - Methods of trait implementations, whose types the trait dictates.
//! - Type aliases, variables, tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of characters of the type, without references to it and without an `Option` or `Result` around
//! it: 49 are fine, more are a warning, more than 100 a strong one. It fires 26.8 times in 100,000 lines of well-kept code.
//! Its findings have not been reviewed yet, so it is reported in the `full` profile only.
//!
//! ## Sources
//! Clippy's `type_complexity`, which counts differently.

use ra_ap_syntax::{AstNode, SyntaxNode, ast};

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    shapes::complex_type::{self, ComplexType, written_in},
    syntax::{Owner, Unit, UnitKind, signatures},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(26.8),
    calm: Calm::Never,
    answers: &["extract-type-alias"],
    clippy: &["type_complexity"],
    measured: "{} characters",
    ..Smell::new("complex-type", Limits::of(49, 100), Look::Item(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for item in items(unit) {
        if !complex_type::may_be_in(unit.slice(head_of(&item))) {
            continue;
        }
        for found in written_in(&item).iter().filter_map(ComplexType::within) {
            let measure = u32::try_from(found.length).unwrap_or(u32::MAX);
            if let Some(first) = found.ty.syntax().first_token() {
                sightings.push(first.text_range(), measure);
            }
        }
    }
}

/// The functions of a unit whose signatures aren't dictated by a trait, or the type that the unit consists of.
fn items(unit: &Unit<'_>) -> Vec<SyntaxNode> {
    if unit.kind == UnitKind::Type {
        return vec![unit.node.clone()];
    }
    let functions = signatures::all(unit).filter(|(_, owner)| *owner != Owner::TraitImpl);
    let items = functions.map(|(function, _)| function.syntax().clone());
    items.collect()
}

/// The range of a type, or of a function's signature; types in bodies aren't checked.
fn head_of(item: &SyntaxNode) -> TextRange {
    let range = item.text_range();
    let body = ast::Fn::cast(item.clone()).and_then(|function| function.body());
    body.map_or(range, |body| {
        TextRange::new(range.start(), body.syntax().text_range().start())
    })
}

fn say(sighting: &Sighting, _: &str) -> String {
    let length = sighting.measure;
    format!("this type is {length} characters long; use a type alias")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    const LONG: &str = "HashMap<String, Vec<Box<dyn Fn(&Request) -> Response>>>";

    fn measures(text: &str) -> Vec<u32> {
        let fired = fired("complex-type", text);
        fired.into_iter().map(|(_, measure)| measure).collect()
    }

    #[test]
    fn fields_parameters_and_results_are_seen_at_their_first_words() {
        let text = format!("struct S {{ a: {LONG} }}");
        assert_eq!(fired("complex-type", &text), [("HashMap".to_owned(), 55)]);
        for text in [
            format!("fn f(a: &{LONG}) {{}}"),
            format!("fn f() -> Option<{LONG}> {{ g() }}"),
            format!("trait T {{ fn f(&self) -> {LONG}; }}"),
            format!("enum E {{ A {{ b: {LONG} }} }}"),
        ] {
            assert_eq!(measures(&text), [55], "{text}");
        }
    }

    #[test]
    fn what_has_a_name_or_needs_none_is_left_alone() {
        for text in [
            format!("type A = {LONG};"),
            format!("impl T for A {{ fn f(&self) -> {LONG} {{ g() }} }}"),
            format!("fn f() {{ let a: {LONG} = g(); }}"),
            format!("#[test]\nfn f(a: {LONG}) {{}}"),
            "struct S { a: HashMap<SomeTypeWithALongName, Vec<AnotherTypeWithALongName>> }"
                .to_owned(),
            "struct S { a: HashMap<String, Vec<Box<dyn A>>> }".to_owned(),
            "fn f(a: impl Iterator<Item = Result<Option<SomeTypeWithALongName>, Error>>) {}"
                .to_owned(),
            "fn f(a: Arc<Mutex<HashMap<String, Vec<_>>>>, b: SomeTypeWithALongName) {}".to_owned(),
        ] {
            assert!(measures(&text).is_empty(), "{text}");
        }
    }
}
