//! # Tuple return
//!
//! ## What it does
//! Finds functions that return three or more values in a tuple.
//!
//! ## Why
//! `.1` and `.2` don't tell what the values are, and every caller has to know their order. A struct with named fields takes
//! a few lines where it is declared, and none where it is used.
//!
//! ## Example
//! ```rust before
//! fn parse(text: &str) -> Result<(String, usize, usize), Error> {
//!     Parser::new(text).whole()
//! }
//! ```
//! ```rust after
//! fn parse(text: &str) -> Result<Heading, Error> {
//!     Parser::new(text).whole()
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of trait implementations, whose type the trait determines.
//! - Coordinates and colors: tuples of up to 4 numbers of the same type.
//! - Tuples of which at least two elements are type parameters, as in iterators.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! 2 values are fine; more are a warning, more than 4 a strong one. It fires 7.3 times in 100,000 lines of well-kept code.
//! Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Introduce Parameter Object"; clippy's `type_complexity`, which counts differently.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasGenericArgs, HasName},
};

use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileNames, Owner, Unit},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} values",
    rate: Some(7.3),
    calm: Calm::Never,
    ..Smell::new("tuple-return", Limits::of(2, 4), Look::Function(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        // Few functions return one.
        let Some(ty) =
            given(&function.ast).filter(|ty| unit.slice(ty.syntax().text_range()).contains('('))
        else {
            continue;
        };
        let (Some(name), Some(tuple)) = (function.ast.name(), tuple_in(&ty)) else {
            continue;
        };
        let parts: Vec<String> = tuple
            .fields()
            .map(|field| field.syntax().text().to_string())
            .collect();
        let measure = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let is_dictated = matches!(function.owner, Owner::TraitImpl);
        if sightings.keeps(measure) && !is_dictated && !is_vector(&parts) && !is_generic(&parts) {
            sightings.push(name.syntax().text_range(), measure);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` returns {} values in a tuple; return a struct with named fields",
        sighting.measure
    )
}

fn given(function: &ast::Fn) -> Option<ast::Type> {
    function.ret_type()?.ty()
}

/// The tuple that a type is, or that an `Option`, a `Result` or a list contains.
fn tuple_in(ty: &ast::Type) -> Option<ast::TupleType> {
    match ty {
        ast::Type::TupleType(tuple) => Some(tuple.clone()),
        ast::Type::PathType(path) => {
            let segment = path.path()?.segment()?;
            let name = segment.name_ref()?.text().to_string();
            let is_known =
                matches!(&*name, "Option" | "Vec" | "VecDeque") || name.ends_with("Result");
            let list = segment.generic_arg_list().filter(|_| is_known)?;
            let ast::GenericArg::TypeArg(argument) = list.generic_args().next()? else {
                return None;
            };
            let tuple = tuple_in(&argument.ty()?)?;
            // The file's declarations are checked last, since few types get this far.
            let declared = FileNames::around(path);
            let is_own = !declared.types(&name).is_empty() && declared.aliases(&name).is_empty();
            (!is_own).then_some(tuple)
        }
        _ => None,
    }
}

/// Whether all parts are numbers of one type: a point, a color, a version.
fn is_vector(parts: &[String]) -> bool {
    const MOST: usize = 4;
    let is_number = |ty: &String| {
        let mut letters = ty.chars();
        let begins = letters.next().is_some_and(|first| "fiu".contains(first));
        begins && (ty.ends_with("size") || letters.all(|letter| letter.is_ascii_digit()))
    };
    let is_even = parts.iter().all(|part| *part == parts[0]);
    parts.len() <= MOST && is_even && is_number(&parts[0])
}

/// Whether at least two types are generic parameters, chosen by the caller.
fn is_generic(parts: &[String]) -> bool {
    let short = parts.iter().filter(|part| part.len() == 1);
    short.count() > 1
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    /// As `reqwest` 0.13.5 has in `src/blocking/body.rs`: `into_async`.
    #[test]
    fn three_values_are_seen_at_the_name() {
        for ty in [
            "(String, usize, usize)",
            "Option<(Span, bool, Kind)>",
            "io::Result<Vec<(u8, u16, Kind)>>",
        ] {
            let text = format!("fn f(a: &A) -> {ty} {{ a.b() }}");
            assert_eq!(fired("tuple-return", &text), [("f".to_owned(), 3)], "{ty}");
        }
    }

    #[test]
    fn points_pairs_and_what_a_trait_wants_are_left_alone() {
        for text in [
            "fn f(a: &A) -> (String, usize) { a.b() }",
            "fn f(a: &A) -> (f32, f32, f32) { a.b() }",
            "fn f(a: &A) -> HashMap<u8, (u8, u16, Kind)> { a.b() }",
            "fn f<A, B>(a: &A) -> (A, B, usize) { a.b() }",
            "impl T for A { fn f(&self) -> (String, usize, usize) { a.b() } }",
            "#[test]\nfn f(a: &A) -> (String, usize, usize) { a.b() }",
        ] {
            assert!(fired("tuple-return", text).is_empty(), "{text}");
        }
    }
}
