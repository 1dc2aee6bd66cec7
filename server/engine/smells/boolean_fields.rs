//! # Boolean fields
//!
//! ## What it does
//! Finds structs with many `bool` fields.
//!
//! ## Why
//! Four flags make sixteen states, of which only a few are valid. Nothing says which, so every reader has to work it out. An
//! enum names each valid state and rules out the others.
//!
//! ## Example
//! ```rust before
//! struct Connection {
//!     address: Address,
//!     is_opening: bool,
//!     is_open: bool,
//!     is_closing: bool,
//!     has_failed: bool,
//! }
//! ```
//! ```rust after
//! struct Connection {
//!     address: Address,
//!     state: State,
//! }
//!
//! enum State {
//!     Opening,
//!     Open,
//!     Closing,
//!     Failed,
//! }
//! ```
//!
//! ## What it leaves alone
//! - Structs that are read from or written to a command line or a file: those that derive `Serialize`, `Deserialize`,
//!   `Parser`, `Args` and the like, or whose fields have such attributes. Their flags are set from outside, independently of
//!   each other.
//! - Structs of options, recognised by name: `Config`, `ParseOptions`, `ClientBuilder`, `Settings`, `Args`, `Flags` and the
//!   like. Their flags are independent, and every combination is valid.
//! - Structs with `#[repr]`, whose layout other code relies on.
//! - Fields of enum variants, and fields that only contain a `bool`, such as `Option<bool>`.
//!
//! ## Limits
//! The measure is the number of such fields: 3 are fine, more are a warning, more than 6 a strong one. It fires 1.8 times in
//! 100,000 lines of well-kept code. In a review 7 of 20 findings were worth acting on; the others were sets of independent
//! facts. Reported in the `full` profile only.
//!
//! ## Sources
//! clippy's `struct_excessive_bools`; Martin Fowler, *Refactoring*, "Primitive Obsession"; Yaron Minsky, "Make illegal states
//! unrepresentable".

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, given},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} `bool` fields",
    rate: Some(1.8),
    calm: Calm::Never,
    clippy: &["struct_excessive_bools"],
    ..Smell::new("boolean-fields", Limits::of(3, 6), Look::Type(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let Some(structure) = ast::Struct::cast(unit.node.clone()) else {
        return;
    };
    let (Some(name), Some(fields)) = (structure.name(), structure.field_list()) else {
        return;
    };
    let flags = flags(&fields);
    let measure = u32::try_from(flags.len()).unwrap_or(u32::MAX);
    if !sightings.keeps(measure)
        || given::is_options(name.text())
        || given::is_from_outside(&structure, &fields)
    {
        return;
    }
    let parts = flags.into_iter().map(|at| Part { at, measure: 1 });
    sightings.push_with_parts(name.syntax().text_range(), measure, parts.collect());
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` has {} `bool` fields; use enums to name the valid states",
        sighting.measure
    )
}

/// The names of the `bool` fields, or the types of unnamed ones.
fn flags(fields: &ast::FieldList) -> Vec<TextRange> {
    let is_flag = |ty: &Option<ast::Type>| match ty {
        Some(ast::Type::PathType(path)) => path.syntax().text() == "bool",
        _ => false,
    };
    match fields {
        ast::FieldList::RecordFieldList(list) => {
            let flags = list.fields().filter(|field| is_flag(&field.ty()));
            let names = flags.filter_map(|field| field.name());
            names.map(|name| name.syntax().text_range()).collect()
        }
        ast::FieldList::TupleFieldList(list) => {
            let types = list.fields().map(|field| field.ty());
            let flags = types.filter(is_flag).flatten();
            flags.map(|ty| ty.syntax().text_range()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::{fired, seen};

    const FLAGS: &str = "a: bool, b: bool, c: bool, d: bool";

    #[test]
    fn four_flags_are_seen_and_named() {
        let text = "pub struct S<T> { x: T, a: bool, b: u8, pub c: bool, r#d: bool, e: bool }";
        assert_eq!(fired("boolean-fields", text), [("S".to_owned(), 4)]);
        let parts = seen("boolean-fields", text).remove(0).parts.into_iter();
        let names = parts.map(|part| crate::text::slice(text, part.at).unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "c", "r#d", "e"]);
        let tuple = "struct S(bool, pub bool, u8, bool, bool);";
        assert_eq!(fired("boolean-fields", tuple), [("S".to_owned(), 4)]);
        let inside = "mod m { struct S { a: bool, b: bool, c: bool, d: bool } }";
        assert_eq!(fired("boolean-fields", inside).len(), 1);
    }

    #[test]
    fn what_is_given_from_outside_is_left_alone() {
        for front in [
            "#[derive(Debug, Deserialize)]",
            "#[derive(serde::Serialize)]",
            "#[cfg_attr(feature = \"serde\", derive(Deserialize))]",
            "#[derive(Parser)]",
            "#[command(version)]",
            "#[repr(C)]",
        ] {
            let text = format!("{front} struct S {{ {FLAGS} }}");
            assert!(fired("boolean-fields", &text).is_empty(), "{front}");
        }
        let text = format!("struct S {{ #[arg(long)] {FLAGS} }}");
        assert!(fired("boolean-fields", &text).is_empty());
        let text =
            format!("#[derive(Debug, Default)] #[must_use] struct S {{ #[doc(hidden)] {FLAGS} }}");
        assert_eq!(fired("boolean-fields", &text).len(), 1);
    }

    #[test]
    fn options_are_left_alone() {
        for name in [
            "Config",
            "ParseOptions",
            "client_options",
            "Builder",
            "CliArgs",
        ] {
            let text = format!("struct {name} {{ {FLAGS} }}");
            assert!(fired("boolean-fields", &text).is_empty(), "{name}");
        }
        let text = format!("struct OptionsOfParser {{ {FLAGS} }}");
        assert_eq!(fired("boolean-fields", &text).len(), 1);
    }

    #[test]
    fn what_is_no_flag_of_a_struct_is_left_alone() {
        for text in [
            "struct S { a: bool, b: bool, c: bool }",
            "struct S { a: bool, b: bool, c: bool, d: Option<bool>, e: [bool; 4], f: &'static bool }",
            "enum E { A { a: bool, b: bool, c: bool, d: bool } }",
            "union U { a: bool, b: bool, c: bool, d: bool }",
            "fn f(a: bool, b: bool, c: bool, d: bool) {}",
            "m! { struct S { a: bool, b: bool, c: bool, d: bool } }",
            "struct S;",
        ] {
            assert!(fired("boolean-fields", text).is_empty(), "{text}");
        }
    }
}
