//! # Repeated stanza
//!
//! ## What it does
//! Finds a few lines that occur four or more times in one function and differ only in consistently replaced names and
//! literals.
//!
//! ## Why
//! The reader has to compare all copies to see what differs, and a fix to one is easily forgotten in the others. A loop over
//! a table, or a function that takes the differences as parameters, states the pattern once.
//!
//! ## Example
//! ```rust before
//! fn print(sheet: &mut Sheet, order: &Order) {
//!     if let Some(name) = &order.name {
//!         let cell = Cell::new(name).with_width(24);
//!         sheet.push("name", cell);
//!     }
//!     if let Some(town) = &order.town {
//!         let cell = Cell::new(town).with_width(16);
//!         sheet.push("town", cell);
//!     }
//!     if let Some(road) = &order.road {
//!         let cell = Cell::new(road).with_width(32);
//!         sheet.push("road", cell);
//!     }
//!     if let Some(code) = &order.code {
//!         let cell = Cell::new(code).with_width(8);
//!         sheet.push("code", cell);
//!     }
//! }
//! ```
//! ```rust after
//! fn print(sheet: &mut Sheet, order: &Order) {
//!     for (title, text, width) in [
//!         ("name", &order.name, 24),
//!         ("town", &order.town, 16),
//!         ("road", &order.road, 32),
//!         ("code", &order.code, 8),
//!     ] {
//!         if let Some(text) = text {
//!             sheet.push(title, Cell::new(text).with_width(width));
//!         }
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tests and generated code, and functions for the instructions of one processor.
//! - Rows of calls, macros, assertions, assignments and fields, and tables that only choose a value.
//! - Differences that no value can express: other methods, macros, types and matched variants, a field of several values,
//!   and the contents of several variants.
//! - Code that exits for another reason than an error, that defines more than two variables that are used after it, or for
//!   which a function would need more than 6 arguments.
//! - Fewer than three lines or 15 tokens; without a condition or loop, fewer than four lines or 25 tokens.
//!
//! ## Limits
//! The measure is the number of tokens that would be saved if one copy and a short call for each were left. 59 are fine;
//! more are a warning, more than 199 a strong one. It fires 2.5 times in 100,000 lines of well-kept code. By default it is
//! reported from a measure of 75 on if at most 4 things differ, and not in files that declare themselves to be ports: in a
//! blind review 16 of 19 such findings were worth acting on.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Duplicated Code"; CPD and Qlty, type 2.

mod difference;
mod unifying;
mod windows;

use ra_ap_syntax::SyntaxKind;

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    syntax::Unit,
    text::{TextRange, slice},
};
use difference::Difference;

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Repetition,
    rate: Some(2.5),
    calm: Calm::Chosen(is_long),
    sees: &[SyntaxKind::MATCH_ARM, SyntaxKind::STMT_LIST],
    measured: "{} redundant tokens",
    ..Smell::new(
        "repeated-stanza",
        Limits::of(59, 199),
        Look::Function(look),
        say,
    )
};

/// Whether a stanza is long enough that most reviewers would unify it.
fn is_long(sighting: &Sighting) -> bool {
    const MOST_ARGUMENTS: u32 = 4;
    let words = sighting.parts.iter().map(|part| part.measure).max();
    let places = sighting.parts.iter().filter(|part| part.measure == 0);
    let places = u32::try_from(places.count()).unwrap_or(u32::MAX);
    let arguments = windows::arguments_of(words.unwrap_or_default(), places, sighting.measure);
    sighting.measure >= 75 && arguments <= MOST_ARGUMENTS
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for stanza in windows::repeated(unit) {
        if is_of_visitor(unit.slice(stanza.places[0].range)) {
            continue;
        }
        let ranges = stanza.places.iter().map(|place| place.range);
        // The size that a place adds, and its whole range with a measure of zero.
        let added = stanza.places.iter().skip(1).map(|place| Part {
            at: place.first,
            measure: stanza.words,
        });
        let parts = added.chain(ranges.map(|at| Part { at, measure: 0 }));
        sightings.push_with_parts(stanza.places[0].first, stanza.saves(), parts.collect());
    }
}

/// Maximum number of places compared to describe the differences.
const MOST_COMPARED: usize = 64;

/// Whether the code is the boilerplate of a serde visitor.
fn is_of_visitor(code: &str) -> bool {
    ["duplicate_field", "missing_field"]
        .iter()
        .any(|name| code.contains(name))
}

fn say(sighting: &Sighting, text: &str) -> String {
    let whole = sighting.parts.iter().filter(|part| part.measure == 0);
    let ranges: Vec<TextRange> = whole.map(|part| part.at).collect();
    let texts = ranges.iter().filter_map(|range| slice(text, *range));
    let texts: Vec<&str> = texts.collect();
    let lines = texts.first().map_or(0, |text| text.lines().count());
    let count = texts.len();
    let places = places_in_words(&ranges, text);
    let differ = Difference::of(&texts[..count.min(MOST_COMPARED)]).in_words();
    let gives_names = texts
        .iter()
        .any(|text| text.trim_start().starts_with("let "));
    let once = if are_in_a_row(&ranges, text) && !gives_names {
        "use a loop or extract a function"
    } else {
        "extract a function"
    };
    format!("these {lines} lines occur {count} times ({places}) and {differ}; {once}")
}

/// Formats places, for example "lines 10, 16, 22 and 3 more".
fn places_in_words(ranges: &[TextRange], text: &str) -> String {
    const NAMED: usize = 3;
    let line = |range: &TextRange| {
        let before = slice(text, TextRange::up_to(range.start())).unwrap_or_default();
        (before.matches('\n').count() + 1).to_string()
    };
    let named: Vec<String> = ranges.iter().take(NAMED).map(line).collect();
    let more = ranges.len().saturating_sub(NAMED);
    format!("lines {} and {more} more", named.join(", "))
}

/// Whether there are only comments between the ranges.
fn are_in_a_row(ranges: &[TextRange], text: &str) -> bool {
    ranges.windows(2).all(|pair| {
        let between = TextRange::new(pair[0].end(), pair[1].start().max(pair[0].end()));
        let between = slice(text, between).unwrap_or_default().trim_start();
        let mut lines = between.strip_prefix(';').unwrap_or(between).lines();
        lines.all(|line| line.trim().is_empty() || line.trim_start().starts_with("//"))
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        facts::Sighting,
        smells::{
            by_name,
            fixture::{fired, seen},
        },
    };

    fn function(stanza: impl Fn(usize) -> String, count: usize) -> String {
        let stanzas: String = (1..=count).map(stanza).collect();
        format!("fn f(x: &mut X, a: &A) {{\n{stanzas}}}\n")
    }

    /// One shape with a different number, name, field and string each.
    fn cell(number: usize) -> String {
        format!(
            "if let Some(n{number}) = &a.f{number} {{\nlet c = Cell::new(n{number}).wide({number});\n\
             x.push(\"t{number}\", c);\n}}\n"
        )
    }

    fn told(text: &str) -> Vec<String> {
        let say = by_name("repeated-stanza").unwrap().say;
        let seen = seen("repeated-stanza", text);
        seen.iter().map(|sighting| say(sighting, text)).collect()
    }

    fn counts(sighting: &Sighting) -> (usize, usize) {
        let added = sighting.parts.iter().filter(|part| part.measure > 0);
        let added = added.count();
        (added, sighting.parts.len() - added)
    }

    #[test]
    fn four_are_seen_at_the_first() {
        let text = function(cell, 4);
        assert_eq!(fired("repeated-stanza", &text), [("if".to_owned(), 75)]);
        let seen = seen("repeated-stanza", &text);
        assert_eq!(seen.iter().map(counts).collect::<Vec<_>>(), [(3, 4)]);
        assert_eq!(
            told(&text),
            [
                "these 4 lines occur 4 times (lines 2, 6, 10 and 1 more) and differ in 2 names, 1 number and 1 string; use \
                 a loop or extract a function"
            ]
        );
    }

    #[test]
    fn fields_that_a_visitor_asks_for_are_left_alone() {
        let field = |number: usize| cell(number).replace("Cell::new", "Error::missing_field");
        assert!(seen("repeated-stanza", &function(field, 5)).is_empty());
    }

    #[test]
    fn three_are_fine() {
        assert!(seen("repeated-stanza", &function(cell, 3)).is_empty());
    }

    #[test]
    fn what_stands_between_asks_for_a_helper() {
        let text = function(|number| format!("{}x.g{number}();\n", cell(number)), 5);
        let told = told(&text);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].ends_with("; extract a function") && !told[0].contains("loop"),
            "{told:?}"
        );
    }

    #[test]
    fn runs_of_statements_and_bodies_of_arms_are_stanzas() {
        let run = |n: usize| {
            format!(
                "let i{n} = x.next()?;\nlet v{n} = x.get(\"k{n}\", i{n}).parse()?;\nif v{n} > 9 {{\nx.note(v{n});\n}}\n"
            )
        };
        assert_eq!(fired("repeated-stanza", &function(run, 5)).len(), 1);
        let arm = |n: usize| format!("V{n} => {{\n{}}}\n", run(n));
        let arms: String = (1..=5).map(arm).collect();
        let text = format!("fn f(x: &mut X) -> Option<()> {{ match a {{\n{arms}\n_ => {{}} }} }}");
        assert_eq!(fired("repeated-stanza", &text).len(), 1);
    }

    #[test]
    fn what_no_value_can_stand_for_is_left_alone() {
        let many = |stanza: &dyn Fn(usize) -> String| function(stanza, 9);
        let plain = |n| format!("if a.is({n}) {{\nx.set(a.b, a.c, 1);\nx.note(a.b);\n}}\n");
        assert_eq!(told(&many(&plain)).len(), 1);
        let stanzas: [&dyn Fn(usize) -> String; 9] = [
            // A method, a type, a matched variant, a macro.
            &|n| format!("if a.is(\"k\") {{\nx.set{n}(a.b, a.c, 1);\nx.note(a.b);\n}}\n"),
            &|n| format!("if a.is(\"k\") {{\nx.set(T{n}::new(a.b, a.c, 1));\nx.note(a.b);\n}}\n"),
            &|n| format!("if let V{n}(v) = a.is(\"k\") {{\nx.set(v, a.c, 1);\nx.note(a.b);\n}}\n"),
            &|n| format!("if a.is(\"k\") {{\nm{n}!(x, a.b, a.c);\nx.note(a.b);\n}}\n"),
            // A field of two different owners, and of a value created here.
            &|n| format!("if a.f{n}.is(\"k\") {{\nx.f{n} = a.g(1, 2, 3);\nx.note(a.b);\n}}\n"),
            &|n| format!("if let Some(b) = a.is(\"k\") {{\nx.set(b.f{n}, 1);\nx.note(a.b);\n}}\n"),
            // A placeholder in a format string.
            &|n| format!("if a.is(\"k\") {{\nx.set(format!(\"{{n{n}}}\"), 1);\nx.note(a.b);\n}}\n"),
            // An early exit out of the extracted function.
            &|n| {
                format!(
                    "if a.is({n}) {{\nx.set(a.b, a.c, 1);\nreturn x.note(a.b);\n}}\nx.g{n}();\n"
                )
            },
            &|n| format!("if a.is({n}) {{\nx.set(a.b, a.c, 1);\nx.note(a.b);\nbreak;\n}}\n"),
        ];
        for stanza in stanzas {
            assert!(told(&many(stanza)).is_empty(), "{}", stanza(1));
        }
    }

    #[test]
    fn rows_are_left_alone() {
        let stanzas: [&dyn Fn(usize) -> String; 9] = [
            &|n| format!("x.set(\"k{n}\", a.f{n}, {n});\n"),
            &|n| format!("x.set(\"k{n}\",\na.f{n},\na.g(1, 2, 3, 4),\n{n});\n"),
            &|n| format!("x.set(\"k{n}\");\nx.get(a.f{n}, 1, 2, 3);\nx.go({n});\n"),
            &|n| format!("println!(\"k{n}\");\nassert_eq!(x.get(a.f{n}), 1);\nlog!({n});\n"),
            &|n| format!("x.a = a.f{n} + {n};\nx.b = x.a * {n} - 1;\nx.c = x.b - x.a;\n"),
            &|n| {
                format!(
                    "let c{n} = match a.b {{\n1 => Some({n}),\n2 => Some(2),\n_ => panic!(),\n}};\n"
                )
            },
            &|n| {
                let calls = "m.put(A, 7);\nm.put(B, 8);\nm.put(C, 9);\n";
                format!("let m = x.g({n}, 1);\n{calls}x.h(m);\n")
            },
            &|_| {
                "x.by(match a.cmp(&a.b) {\nLess => Greater,\nEqual => Equal,\nGreater => Less,\n});\n".to_owned()
            },
            &|n| format!("#[cfg(z)]\nif a.is({n}) {{\nx.set(a.b, a.c, 1);\nx.note(a.b);\n}}\n"),
        ];
        for stanza in stanzas {
            assert!(told(&function(stanza, 9)).is_empty(), "{}", stanza(1));
        }
    }

    #[test]
    fn tests_and_code_for_one_processor_are_left_alone() {
        for attribute in ["#[test]", "#[target_feature(enable = \"avx\")]"] {
            let text = format!("{attribute}\n{}", function(cell, 9));
            assert!(told(&text).is_empty(), "{attribute}");
        }
    }

    #[test]
    fn what_two_variants_hold_may_have_two_types() {
        let arms = |pattern: &dyn Fn(usize) -> String| {
            let body = "{\nif v.is(1) {\nx.set(v, 1, 2, 3);\nx.note(v, 4, 5);\n}\n}\n";
            let arms = (1..=9).map(|n| format!("{} => {body}", pattern(n)));
            let arms = arms.collect::<Vec<_>>().concat();
            told(&format!(
                "fn f(x: &mut X, a: A) {{ match a {{\n{arms}\n}} }}"
            ))
        };
        assert!(arms(&|n| format!("V{n}(v)")).is_empty());
        assert_eq!(arms(&|n| format!("(V(v), {n})")).len(), 1);
    }
}
