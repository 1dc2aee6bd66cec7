//! # Large `impl`
//!
//! ## What it does
//! Finds inherent `impl` blocks with many lines of code.
//!
//! ## Why
//! A block that spans many screens has no structure: it is hard to see which functions belong together, and new ones are
//! added anywhere. Several blocks, one per theme, can each have a comment, be folded, and be moved to another file.
//!
//! ## Example
//! ```rust before
//! impl Table {
//!     // … 700 more functions
//! }
//! ```
//! ```rust after
//! /// How rows are found.
//! impl Table {
//!     // … 300 more functions
//! }
//!
//! /// How rows are changed.
//! impl Table {
//!     // … 300 more functions
//! }
//! ```
//!
//! ## What it leaves alone
//! - Implementations of traits, which can't be split.
//! - Blocks of fewer than 12 functions, and blocks in which one function is at least half of the code.
//! - Blank lines and comments, including documentation; tests, benchmarks, examples and generated code.
//!
//! ## Limits
//! The measure is the number of lines of code in the functions. 600 are fine; more are a warning, more than 1200 a strong
//! one. It fires 1.4 times in 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 9 of 20
//! findings were worth acting on, and most of the others were parsers, which cover one subject.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Large Class".

use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{FileUnit, ImplLines, Owner, Role},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    survives_errors: true,
    rate: Some(1.4),
    calm: Calm::Never,
    answers: &["split-impl"],
    ..Smell::new("large-impl", Limits::of(600, 1200), Look::File(look), say)
};

fn look(file: &FileUnit, sightings: &mut Sightings) {
    if !matches!(file.context.role, Role::Library | Role::BuildScript) {
        return;
    }
    for block in file.impls.iter().filter(|block| has_several_parts(block)) {
        sightings.push(block.at, block.lines);
    }
}

/// Whether an inherent `impl` has many functions, none of which makes up half of it.
fn has_several_parts(block: &ImplLines) -> bool {
    const FEWEST: u32 = 12;
    block.owner == Owner::InherentImpl
        && block.functions >= FEWEST
        && block.longest * 2 < block.lines
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "this `impl` of `{name}` has {} lines of code; split it into several `impl` blocks",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn functions(count: usize) -> String {
        "fn f() {\n    g();\n}\n\n".repeat(count)
    }

    #[test]
    fn a_long_block_is_seen_at_its_type() {
        let text = format!("impl<T> a::S<T> {{\n{}}}\n", functions(201));
        assert_eq!(fired("large-impl", &text), [("S".to_owned(), 603)]);
        let text = format!("impl S {{\n{}}}\n", functions(200));
        assert!(fired("large-impl", &text).is_empty());
    }

    #[test]
    fn what_cannot_be_split_is_left_alone() {
        let long = format!("fn h() {{\n{}}}\n", "g();\n".repeat(400));
        for text in [
            format!("impl T for S {{\n{}}}\n", functions(300)),
            format!("impl S {{\n{long}{}}}\n", functions(100)),
            format!("impl S {{\n{}}}\n", long.repeat(3)),
            format!("trait T {{\n{}}}\n", functions(300)),
            format!(
                "#[cfg(test)]\nmod tests {{ impl S {{\n{}}} }}\n",
                functions(300)
            ),
            format!("impl S {{\n{}}}\n", "/// Words.\nfn f() {}\n\n".repeat(400)),
        ] {
            assert!(fired("large-impl", &text).is_empty());
        }
    }
}
