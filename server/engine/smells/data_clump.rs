//! # Data clump
//!
//! ## What it does
//! Finds three or more parameters that three or more functions of a file share, with the same names and types.
//!
//! ## Why
//! Values that are passed together are one thing that has no name yet. A struct names it, shortens the signatures and holds
//! the code about it. The next value that belongs to it changes one type instead of every function and call.
//!
//! ## Example
//! ```rust before
//! fn draw(canvas: &mut Canvas, style: &Style, area: Area, text: &str) {
//!     canvas.write(style, area, text);
//! }
//!
//! fn draw_line(canvas: &mut Canvas, style: &Style, area: Area) {
//!     canvas.line(style, area);
//! }
//!
//! fn draw_frame(canvas: &mut Canvas, style: &Style, area: Area) {
//!     canvas.frame(style, area);
//! }
//!
//! fn draw_title(canvas: &mut Canvas, style: &Style, area: Area) {
//!     canvas.title(style, area);
//! }
//! ```
//! ```rust after
//! struct Painter<'a> {
//!     canvas: &'a mut Canvas,
//!     style: &'a Style,
//!     area: Area,
//! }
//!
//! impl Painter<'_> {
//!     fn draw(&mut self, text: &str) {
//!         self.canvas.write(self.style, self.area, text);
//!     }
//!
//!     fn line(&mut self) {
//!         self.canvas.line(self.style, self.area);
//!     }
//!
//!     fn frame(&mut self) {
//!         self.canvas.frame(self.style, self.area);
//!     }
//!
//!     fn title(&mut self) {
//!         self.canvas.title(self.style, self.area);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Public functions, whose signatures callers rely on; trait methods and their implementations; exported, foreign and
//!   `unsafe` functions, and those under a `#[cfg]`; constructors that only fill fields.
//! - Fewer than 5 numbers, strings and lists of these, as algorithms take them.
//! - Two parameters, however often they occur together; three in three functions; types that the caller chooses.
//! - Functions that all take these parameters and no others, as a table of functions requires.
//! - Tests, benchmarks, examples and generated code.
//!
//! ## Limits
//! The measure is the number of functions that share the parameters: 2 are fine, more are a warning, more than 5 a strong
//! one. It fires 2.2 times in 100,000 lines of well-kept code. In a blind review 4 of 20 findings were worth acting on.
//! Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Data Clumps".

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileUnit, Parameters},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    survives_errors: true,
    rate: Some(2.2),
    calm: Calm::Never,
    measured: "{} functions",
    ..Smell::new("data-clump", Limits::of(2, 5), Look::File(look), say)
};

/// Minimum number of parameters in a clump.
const FEWEST: usize = 3;
/// Minimum number of parameters that form a clump whatever their types.
const MANY: usize = 5;
/// Minimum product of a clump's size and the number of functions that share it.
const LEAST: usize = 12;
/// Maximum number of functions with many parameters; files with more are likely bindings.
const MOST: usize = 200;

type Set = BTreeSet<u64>;

fn look(file: &FileUnit, sightings: &mut Sightings) {
    let mut functions: Vec<&Parameters> = file.share.functions.iter().collect();
    if functions.len() > MOST {
        return;
    }
    while let Some((clump, sharing)) = largest(&functions) {
        let Some(first) = sharing.first() else {
            return;
        };
        let own = first.all.iter().filter(|it| clump.contains(&it.hash));
        let own = own.map(|it| Part {
            at: it.at,
            measure: 0,
        });
        let places = sharing.iter().map(|function| Part {
            at: function.at,
            measure: 1,
        });
        let measure = u32::try_from(sharing.len()).unwrap_or(u32::MAX);
        sightings.push_with_parts(first.at, measure, places.chain(own).collect());
        let told: HashSet<_> = sharing.iter().map(|function| function.at).collect();
        functions.retain(|function| !told.contains(&function.at));
    }
}

/// The clump that covers the most parameters, and the functions that share it.
fn largest<'a>(functions: &[&'a Parameters]) -> Option<(Set, Vec<&'a Parameters>)> {
    let sets: Vec<Set> = functions.iter().map(|it| set_of(it)).collect();
    let mut clumps: HashMap<Set, usize> = HashMap::new();
    for (at, one) in sets.iter().enumerate() {
        for other in &sets[at + 1..] {
            let common: Set = one.intersection(other).copied().collect();
            if common.len() >= FEWEST {
                clumps.entry(common).or_default();
            }
        }
    }
    for (clump, count) in &mut clumps {
        *count = sets.iter().filter(|set| clump.is_subset(set)).count();
    }
    let shared = clumps
        .into_iter()
        .filter(|(clump, count)| *count > 2 && clump.len() * count >= LEAST)
        .filter(|(clump, _)| !are_equal(&sets, clump) && has_subject(functions, clump));
    let (clump, _) = shared.max_by_key(|(clump, count)| (clump.len() * count, clump.clone()))?;
    let sharing = functions.iter().zip(&sets);
    let sharing = sharing.filter(|(_, set)| clump.is_subset(set));
    let sharing = sharing.map(|(function, _)| *function).collect();
    Some((clump, sharing))
}

/// Whether the functions have no other parameters. Then a common function type has probably dictated these.
fn are_equal(sets: &[Set], clump: &Set) -> bool {
    let mut sharing = sets.iter().filter(|set| clump.is_subset(set));
    sharing.all(|set| set == clump)
}

/// Whether one of the parameters has a named type, or there are very many of them.
fn has_subject(functions: &[&Parameters], clump: &Set) -> bool {
    let mut all = functions.iter().flat_map(|function| &function.all);
    clump.len() >= MANY || all.any(|it| it.is_of_named_type && clump.contains(&it.hash))
}

fn set_of(function: &Parameters) -> Set {
    function.all.iter().map(|it| it.hash).collect()
}

fn say(sighting: &Sighting, text: &str) -> String {
    let own = sighting.parts.iter().filter(|part| part.measure == 0);
    let names: Vec<&str> = own.filter_map(|part| slice(text, part.at)).collect();
    let (last, before) = names.split_last().unwrap_or((&"", &[]));
    format!(
        "{} functions take `{}` and `{last}` together; group them in a struct",
        sighting.measure,
        before.join("`, `")
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    const CLUMP: &str = "a: &Aa, b: Bb, c: &mut Cc, d: Dd";

    #[test]
    fn three_parameters_of_three_functions_are_seen() {
        let text = format!(
            "fn f({CLUMP}) {{}} impl S {{ fn g(&self, {CLUMP}) {{}} }} fn h(e: Ee, {CLUMP}) {{}}"
        );
        assert_eq!(fired("data-clump", &text), [("f".to_owned(), 3)]);
        let seen = seen("data-clump", &text);
        assert_eq!(
            (by_name("data-clump").unwrap().say)(&seen[0], &text),
            "3 functions take `a`, `b`, `c` and `d` together; group them in a struct"
        );
    }

    #[test]
    fn fewer_and_other_ones_are_left_alone() {
        for text in [
            format!("fn f({CLUMP}) {{}} fn g({CLUMP}) {{}}"),
            format!("fn f({CLUMP}) {{}} fn g({CLUMP}) {{}} fn h(a: Aa, b: Bb, c: Cc, d: &Dd) {{}}"),
            format!("fn f({CLUMP}) {{}} fn g({CLUMP}) {{}} fn h({CLUMP}) {{}}"),
            format!("pub fn f({CLUMP}) {{}} pub fn g({CLUMP}) {{}} pub fn h({CLUMP}, e: Ee) {{}}"),
            "fn f(a: A, b: B) {} fn g(a: A, b: B) {} fn h(a: A, b: B) {}".to_owned(),
            format!(
                "impl T for S {{ fn f({CLUMP}) {{}} fn g({CLUMP}) {{}} fn h(e: Ee, {CLUMP}) {{}} }}"
            ),
            format!(
                "#[cfg(test)] mod t {{ fn f({CLUMP}) {{}} fn g({CLUMP}) {{}} fn h(e: Ee, {CLUMP}) {{}} }}"
            ),
        ] {
            assert!(fired("data-clump", &text).is_empty(), "{text}");
        }
    }
}
