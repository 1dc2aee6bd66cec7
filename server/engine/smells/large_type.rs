//! # Large type
//!
//! ## What it does
//! Finds structs with many fields, and names the fields that start with the same word.
//!
//! ## Why
//! A struct with two dozen fields is several things under one name. Every method can change every field, so it is unclear
//! which fields belong together and which conditions hold between them. A nested struct makes that explicit, and can be
//! created and tested separately.
//!
//! ## Example
//! ```rust before
//! struct Session {
//!     user: User,
//!     started: Instant,
//!     cache_root: PathBuf,
//!     cache_size: u64,
//!     cache_age: Duration,
//!     cache_index: Index,
//!     socket: Socket,
//!     address: Address,
//!     codec: Codec,
//!     inbox: VecDeque<Message>,
//!     outbox: Vec<Message>,
//!     timer: Timer,
//!     attempts: usize,
//!     token: Option<Token>,
//!     keys: KeyRing,
//!     topics: HashSet<Topic>,
//!     filter: Filter,
//!     log: Log,
//!     metrics: Metrics,
//!     plugins: Registry,
//!     tasks: JoinSet,
//! }
//! ```
//! ```rust after
//! struct Session {
//!     user: User,
//!     started: Instant,
//!     cache: Cache,
//!     link: Link,
//!     login: Login,
//!     topics: HashSet<Topic>,
//!     filter: Filter,
//!     log: Log,
//!     metrics: Metrics,
//!     plugins: Registry,
//!     tasks: JoinSet,
//! }
//! ```
//!
//! ## What it leaves alone
//! - Types whose shape is given from outside: structs that derive `Serialize`, `Deserialize`, `Parser`, `Args` and similar
//!   traits, structs with `#[repr]`, and options by name, such as `Config` or `ClientBuilder`.
//! - Tables: structs in which most fields have the same type.
//! - Records: structs in which all fields are `pub`. Changing them affects every user.
//! - Enums and unions.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of fields. 20 are fine; more are a warning, more than 40 a strong one. It fires 0.6 times in
//! 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 4 of 7 findings were worth acting on.
//! There is no refactoring for it, since the code that uses the fields determines which of them belong together.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Large Class" and "Extract Class".

use std::collections::HashMap;

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName, HasVisibility},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, given},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} fields",
    rate: Some(0.6),
    calm: Calm::Never,
    ..Smell::new("large-type", Limits::of(20, 40), Look::Type(look), say)
};

/// Minimum number of fields sharing their first word that are named in the message.
const FEWEST_ALIKE: usize = 4;
/// First words that describe how a field is used rather than what it belongs to.
const COMMON: &[&str] = &[
    "allow", "can", "current", "default", "enable", "has", "in", "is", "last", "max", "min",
    "next", "no", "num", "on", "should", "total", "use", "with",
];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let Some(structure) = ast::Struct::cast(unit.node.clone()) else {
        return;
    };
    let (Some(name), Some(list)) = (structure.name(), structure.field_list()) else {
        return;
    };
    let ast::FieldList::RecordFieldList(fields) = &list else {
        return;
    };
    let fields: Vec<_> = fields.fields().collect();
    let measure = u32::try_from(fields.len()).unwrap_or(u32::MAX);
    let is_fine = || {
        given::is_options(name.text())
            || is_table(&fields)
            || is_record(&fields)
            || given::is_from_outside(&structure, &list)
    };
    if sightings.keeps(measure) && !is_fine() {
        let parts = alike(&fields).into_iter();
        let parts = parts.map(|at| Part { at, measure: 1 }).collect();
        sightings.push_with_parts(name.syntax().text_range(), measure, parts);
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let count = sighting.measure;
    let first = sighting.parts.first().and_then(|part| slice(text, part.at));
    match first.and_then(first_word) {
        Some(word) => {
            let alike = sighting.parts.len();
            format!(
                "`{name}` has {count} fields; move the {alike} that start with `{word}_` into a struct"
            )
        }
        None => {
            format!("`{name}` has {count} fields; group those that are used together in a struct")
        }
    }
}

/// Whether more than half of the fields have the same type.
fn is_table(fields: &[ast::RecordField]) -> bool {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for ty in fields.iter().filter_map(ast::RecordField::ty) {
        *counts.entry(ty.syntax().text().to_string()).or_default() += 1;
    }
    counts.values().any(|count| count * 2 > fields.len())
}

fn is_record(fields: &[ast::RecordField]) -> bool {
    let is_public = |field: &ast::RecordField| {
        let visibility = field.visibility();
        visibility.is_some_and(|it| it.syntax().text() == "pub")
    };
    fields.iter().all(is_public)
}

/// The names of the fields that share their first word, if there are several but not most of all.
fn alike(fields: &[ast::RecordField]) -> Vec<TextRange> {
    let mut by_word: HashMap<String, Vec<TextRange>> = HashMap::new();
    for name in fields.iter().filter_map(HasName::name) {
        let text = name.text();
        if let Some(word) = first_word(text).filter(|word| !COMMON.contains(word)) {
            let named = by_word.entry(word.to_owned()).or_default();
            named.push(name.syntax().text_range());
        }
    }
    let several = by_word
        .into_values()
        .filter(|named| named.len() >= FEWEST_ALIKE);
    let few = several.filter(|named| named.len() * 3 < fields.len() * 2);
    few.max_by_key(|named| (named.len(), std::cmp::Reverse(named[0].start())))
        .unwrap_or_default()
}

/// The first word of a name: `cache` for `cache_size`.
fn first_word(name: &str) -> Option<&str> {
    let (word, _) = name.split_once('_')?;
    (word.len() > 1).then_some(word)
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{counted, fired, seen},
    };

    fn fields(count: usize) -> String {
        counted(count, "f#: T#,")
    }

    #[test]
    fn many_fields_are_seen() {
        let text = format!("pub struct S<T> {{ {} }}", fields(21));
        assert_eq!(fired("large-type", &text), [("S".to_owned(), 21)]);
        let text = format!("struct S {{ {} }}", fields(20));
        assert!(fired("large-type", &text).is_empty());
    }

    #[test]
    fn fields_that_begin_alike_are_named() {
        let said = |more: &str| {
            let text = format!("struct S {{ {more} {} }}", fields(18));
            let seen = seen("large-type", &text);
            (by_name("large-type").unwrap().say)(&seen[0], &text)
        };
        assert_eq!(
            said("a_b: A, ab_c: B, ab_d: C, x: X, ab_e: D, ab_f: E,"),
            "`S` has 24 fields; move the 4 that start with `ab_` into a struct"
        );
        assert_eq!(
            said("is_a: A, is_b: B, is_c: C, is_d: D,"),
            "`S` has 22 fields; group those that are used together in a struct"
        );
    }

    #[test]
    fn what_is_given_from_outside_is_left_alone() {
        let fields = fields(30);
        for text in [
            format!("#[derive(Deserialize)] struct S {{ {fields} }}"),
            format!("#[repr(C)] struct S {{ {fields} }}"),
            format!("struct ParseOptions {{ {fields} }}"),
            format!("struct S {{ #[serde(skip)] {fields} }}"),
            format!("#[cfg(test)] mod tests {{ struct S {{ {fields} }} }}"),
        ] {
            assert!(fired("large-type", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn tables_records_and_enums_are_left_alone() {
        let table = counted(30, "f#: Color,");
        let record = counted(30, "pub f#: T#,");
        for text in [
            format!("struct S {{ a: A, b: B, {table} }}"),
            format!("struct S {{ {record} }}"),
            format!("enum E {{ V {{ {} }} }}", fields(30)),
            format!("union U {{ {} }}", fields(30)),
            format!("struct S({});", "A, B, C,".repeat(10)),
        ] {
            assert!(fired("large-type", &text).is_empty(), "{text}");
        }
        let text = format!("struct S {{ a: A, {record} }}");
        assert_eq!(fired("large-type", &text).len(), 1);
    }
}
