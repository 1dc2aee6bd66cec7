//! # Large `impl`
//!
//! ## What it does
//! Finds `impl` blocks of a type with many lines of code.
//!
//! ## Why
//! A block of many screens is a list without headings: nobody sees which functions belong together, and what is added lands
//! anywhere. A block for each theme can have a sentence above it, can be folded, and can move to a file of its own as a whole.
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
//! - Blocks of fewer than 12 functions, or of which one is half: their length is the matter.
//! - Blank lines and comments, documentation too; tests, benchmarks, examples and generated code.
//!
//! ## Limits
//! The measure is the lines with code in the functions. 600 are fine; more are a warning, more than 1200 a strong one. It fires 1.4
//! times in 100,000 lines of well-kept code. It is not shown by default: of 20 findings that were read from a list 9
//! were worth doing, most others were parsers, which are one subject.
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

/// Whether a block of a type itself has many functions, none of which is half of it.
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
