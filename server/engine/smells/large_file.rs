//! # Large file
//!
//! ## What it does
//! Finds files with many lines of code. Blank lines, comments and test modules are not counted.
//!
//! ## Why
//! A large file usually covers several subjects, and only its author can tell them apart. All of its code can use all of its
//! private items, and unrelated changes conflict.
//!
//! ## Example
//! ```rust before
//! fn order(id: Id) -> Order { /* … */ }
//! fn customer(id: Id) -> Customer { /* … */ }
//! // … 1000 more functions
//! ```
//! ```rust after
//! mod customers;
//! mod orders;
//!
//! pub use customers::customer;
//! pub use orders::order;
//! ```
//!
//! ## What it leaves alone
//! - Modules under `#[cfg(test)]`, and the files of tests, benchmarks and examples.
//! - Tables: a constant counts as one line, however long, unless it is a block or a closure.
//! - Blank lines and comments, including documentation.
//! - Files that consist mostly of one `impl`.
//!
//! ## Limits
//! 1000 lines of code are fine; more are a warning, more than 2000 a strong one. It fires 6.1 times in 100,000 lines of
//! well-kept code. In a review 11 of 20 findings were worth acting on; the others were one type with a large interface, or
//! many short implementations of one trait. Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Large Class"; CodeScene's "lines of code in a single file"; Sonar S104.

use crate::{
    facts::Sighting,
    smells::{Calm, Drawn, Limits, Look, Sightings, Smell},
    syntax::{FileUnit, Role},
};

pub(super) const SMELL: Smell = Smell {
    survives_errors: true,
    rate: Some(6.1),
    calm: Calm::Never,
    answers: &["extract-child-module"],
    drawn: Drawn::Head,
    ..Smell::new("large-file", Limits::of(1000, 2000), Look::File(look), say)
};

/// Maximum percentage of a file's lines in a single `impl`; files with more have a single subject.
const LARGEST_SHARE: u32 = 60;

fn look(file: &FileUnit, sightings: &mut Sightings) {
    let is_product = matches!(file.context.role, Role::Library | Role::BuildScript);
    if is_product && !is_one_impl(file) {
        sightings.push(file.at, file.lines);
    }
}

/// Whether most of the file is one `impl`: such a file has one subject and no module to split off.
fn is_one_impl(file: &FileUnit) -> bool {
    let longest = file.impls.iter().map(|block| block.lines).max();
    let hundredths = longest.unwrap_or_default().saturating_mul(100);
    hundredths > file.lines.saturating_mul(LARGEST_SHARE)
}

fn say(sighting: &Sighting, _text: &str) -> String {
    format!(
        "this file has {} lines of code; split it into modules",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::{
        smells::fixture::{fired, seen_in},
        syntax::{FileContext, Role},
    };

    fn functions(count: usize) -> String {
        "fn f() {\n    g();\n}\n\n".repeat(count)
    }

    #[test]
    fn a_file_of_many_lines_is_seen_at_its_first_item() {
        let text = format!("//! Words.\n\nuse a::b;\n\n{}", functions(334));
        assert_eq!(fired("large-file", &text), [("use".to_owned(), 1003)]);
        let block = format!("impl S {{\n{}}}\n", functions(167));
        let blocks = format!("{block}{block}");
        assert_eq!(fired("large-file", &blocks), [("impl".to_owned(), 1006)]);
        let types = "struct S {\n    a: u8,\n}\n".repeat(400);
        assert_eq!(fired("large-file", &types), [("S".to_owned(), 1200)]);
    }

    #[test]
    fn a_thousand_lines_are_fine() {
        let text = format!("use a::b;\n{}", functions(333));
        assert!(fired("large-file", &text).is_empty());
    }

    #[test]
    fn tests_tables_and_comments_are_left_alone() {
        let tests = format!(
            "fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n",
            functions(900)
        );
        assert!(fired("large-file", &tests).is_empty());
        let table = format!("static T: &[S] = &[\n{}];\n", "S { a: 1 },\n".repeat(3000));
        assert!(fired("large-file", &table).is_empty());
        let words = "/// Words.\n// Words.\n\nfn f() {}\n".repeat(900);
        assert!(fired("large-file", &words).is_empty());
    }

    #[test]
    fn a_file_of_one_subject_is_left_alone() {
        let block = format!("impl S {{\n{}}}\n", functions(400));
        assert!(fired("large-file", &block).is_empty());
        let more = format!("{block}{}", functions(300));
        assert_eq!(fired("large-file", &more).len(), 1);
    }

    #[test]
    fn a_constant_with_code_is_no_table() {
        let text = format!("const F: () = {{\n{}}};\n", functions(400));
        assert_eq!(fired("large-file", &text).len(), 1);
    }

    #[test]
    fn only_what_is_built_into_the_product_is_seen() {
        let smell = crate::smells::by_name("large-file").unwrap();
        let seen = |role| {
            let context = FileContext {
                role,
                ..FileContext::default()
            };
            seen_in(smell, &functions(900), context).len()
        };
        assert_eq!(seen(Role::Library), 1);
        assert_eq!([Role::Test, Role::Bench, Role::Example].map(seen), [0; 3]);
    }
}
