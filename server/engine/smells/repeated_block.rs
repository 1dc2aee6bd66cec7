//! # Repeated block
//!
//! ## What it does
//! Finds three or more consecutive statements that are repeated exactly in the same file. Comments and white space may
//! differ.
//!
//! ## Why
//! A fix to one copy is easily forgotten in the others. A function has a name, and is fixed in one place.
//!
//! ## Example
//! ```rust before
//! fn open(shop: &mut Shop) {
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} in stock", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash());
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} in stock", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash());
//! }
//! ```
//! ```rust after
//! fn open(shop: &mut Shop) {
//!     take_stock(shop);
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     take_stock(shop);
//! }
//!
//! fn take_stock(shop: &mut Shop) {
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} in stock", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash());
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tests, benchmarks, examples and generated code; the input of macros; code under `#[cfg]`; `unsafe` blocks.
//! - Functions that are identical as a whole, lists of one kind of statement, rows of assertions, and lines that are part of
//!   a larger repetition.
//! - Code that mentions `Self`, which may be another type elsewhere.
//! - Code that defines more than three variables that are used after it, unless it has at least 20 lines; two or more
//!   mutable borrows that are used after it; a few `let`s with two or more variables that are used later.
//! - Code that returns anything but an error, or that exits a surrounding loop.
//! - Code that reads the binding of a `match` arm, or `self`, where another copy reads that of another arm or type.
//! - The last lines of one paragraph followed by the first lines of the next.
//! - Repetitions in other files, or with other names, which are `duplicate-block`.
//!
//! ## Limits
//! The measure is the number of tokens that would be saved if all copies became one. 39 are fine; more are a warning, more
//! than 99 a strong one. It fires 27.8 times in 100,000 lines of code. By default it is reported from a measure of 80 on,
//! and not in files that declare themselves to be ports: in a blind review 26 of 32 such findings were worth acting on.
//!
//! ## Sources
//! CPD and jscpd. Martin Fowler, *Refactoring*, "Duplicated Code".

use ra_ap_syntax::SyntaxKind;

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    index::repeats,
    syntax::{FileUnit, runs::Repeat},
    text::{TextRange, line_of, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Repetition,
    rate: Some(27.8),
    calm: Calm::Chosen(is_long),
    answers: &["extract-repeated-block"],
    sees: &[SyntaxKind::STMT_LIST],
    measured: "{} redundant tokens",
    ..Smell::new("repeated-block", Limits::of(39, 99), Look::File(look), say)
};

/// Whether a block is long enough that most reviewers would unify it.
fn is_long(sighting: &Sighting) -> bool {
    sighting.measure >= 80
}

fn look(file: &FileUnit, sightings: &mut Sightings) {
    let equal = repeats(file).iter().filter(|it| it.is_equal);
    for block in equal.filter(|block| !block.is_of_functions()) {
        sightings.push_with_parts(block.places[0].first, block.saves, parts_of(block));
    }
}

/// The size that each place after the first adds, and the whole range of each place with a measure of zero.
pub(super) fn parts_of(block: &Repeat) -> Vec<Part> {
    let is_of_functions = block.is_of_functions();
    let added = block.places.iter().skip(1).map(|place| Part {
        at: place
            .function
            .filter(|_| is_of_functions)
            .unwrap_or(place.first),
        measure: block.words,
    });
    let ranges = block.places.iter().map(|place| Part {
        at: place.range,
        measure: 0,
    });
    added.chain(ranges).collect()
}

fn say(sighting: &Sighting, text: &str) -> String {
    let whole = sighting.parts.iter().filter(|part| part.measure == 0);
    let mut ranges = whole.map(|part| part.at);
    let first = ranges.next().and_then(|range| slice(text, range));
    let count = first.map_or(0, |text| text.lines().count());
    let places = in_words(&ranges.collect::<Vec<_>>(), text);
    format!("these {count} lines are repeated at {places}; extract a function")
}

/// Formats line numbers: "line 30", "lines 30 and 51", "lines 30, 51, 70 and 2 more". Only the named ones are computed, since
/// a file may have thousands.
pub(super) fn in_words(ranges: &[TextRange], text: &str) -> String {
    const NAMED: usize = 3;
    let named = ranges.iter().take(NAMED);
    let named: Vec<usize> = named.map(|it| line_of(it.start(), text)).collect();
    let more = ranges.len().saturating_sub(NAMED);
    match (more, &*named) {
        (_, [line]) => format!("line {line}"),
        (_, [one, last]) => format!("lines {one} and {last}"),
        (0, [first, second, third]) => format!("lines {first}, {second} and {third}"),
        _ => {
            let named: Vec<String> = named.iter().map(usize::to_string).collect();
            format!("lines {} and {more} more", named.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    const BLOCK: &str = "let day = shop.calendar().today();\nshop.log(day, shop.stock().len() + shop.rest().len());\n\
                         shop.ledger().entry(day).or_default().add(shop.cash());\n";

    fn text(bodies: &[&str]) -> String {
        let functions = bodies.iter().zip(0..);
        let functions =
            functions.map(|(body, n)| format!("fn f{n}(shop: &mut Shop) {{\n{body}}}\n"));
        functions.collect()
    }

    fn around(block: &str, n: u32) -> String {
        format!("before{n}();\n{block}after{n}();\n")
    }

    #[test]
    fn a_block_is_said_at_its_first_place() {
        let all = text(&[&around(BLOCK, 1), &around(BLOCK, 2), &around(BLOCK, 3)]);
        assert_eq!(fired("repeated-block", &all), [("let".to_owned(), 128)]);
        let say = by_name("repeated-block").unwrap().say;
        let told = say(&seen("repeated-block", &all)[0], &all);
        assert_eq!(
            told,
            "these 3 lines are repeated at lines 10 and 17; extract a function"
        );
    }

    #[test]
    fn comments_and_layout_may_differ() {
        let other = BLOCK
            .replace("; ", ";  ")
            .replace("let day", "// Today.\nlet  day");
        let all = text(&[&around(BLOCK, 1), &around(&other, 2)]);
        assert_eq!(fired("repeated-block", &all), [("let".to_owned(), 64)]);
    }

    #[test]
    fn the_longest_is_said_and_nothing_inside_it() {
        let longer = format!("{BLOCK}shop.unlock(day);\n");
        let all = text(&[&around(&longer, 1), &around(&longer, 2)]);
        assert_eq!(fired("repeated-block", &all), [("let".to_owned(), 71)]);
    }

    #[test]
    fn other_names_whole_functions_and_lists_are_left_alone() {
        let other = BLOCK.replace("stock", "store");
        let nested = format!("for a in b {{\n{BLOCK}}}\nlet c = d;\nlet e = f;\n");
        let wholes = text(&[&nested, &nested]);
        let own = BLOCK.replace("shop.cash", "Self::cash");
        let list = around(
            &"shop.log(day, shop.stock().len() + shop.rest().len());\n".repeat(9),
            1,
        );
        let short = "a();\nb();\nc();\n";
        for all in [
            text(&[&around(BLOCK, 1), &around(&other, 2)]),
            wholes,
            text(&[&around(&own, 1), &around(&own, 2)]),
            text(&[&list]),
            text(&[&list, &list]),
            text(&[&around(short, 1), &around(short, 2)]),
        ] {
            assert!(fired("repeated-block", &all).is_empty(), "{all}");
        }
    }

    #[test]
    fn what_would_give_back_a_large_tuple_is_left_alone() {
        let block = "let a = shop.calendar().today(1, 2, 3);\nlet b = shop.stock().len(1, 2, 3);\n\
                     let (c, d) = shop.rest().parts(1, 2, 3);\nshop.unlock();\n";
        let all = |uses: &str| {
            let body = format!("{block}g({uses});\n");
            text(&[&around(&body, 1), &around(&body.replace("g(", "h("), 2)])
        };
        assert!(fired("repeated-block", &all("a, b, c, d")).is_empty());
        assert_eq!(fired("repeated-block", &all("a, b, c")).len(), 1);
    }

    #[test]
    fn what_borrows_checks_or_returns_is_left_alone() {
        let borrowing = "let a = &mut shop.first.second.third.fourth(1, 2, 3);\nlet b = shop.rest.fourth_mut(1, 2, 3, 4);\n\
                         a.check(b.len(), 1, 2, 3, 4, 5, 6);\n";
        let all = |block: &str, uses: &str| {
            let body = format!("{block}g({uses});\n");
            text(&[&around(&body, 1), &around(&body.replace("g(", "h("), 2)])
        };
        assert!(fired("repeated-block", &all(borrowing, "a, b")).is_empty());
        assert_eq!(fired("repeated-block", &all(borrowing, "a")).len(), 1);
        let checks = "assert_eq!(a.rows(), b.columns(), \"rows of one and columns\");\nassert_eq!(a.columns(), b.rows(), \"columns of one\");\n\
                      assert!(a.is_square() && b.is_square() && c.is_square(), \"square\");\n";
        assert!(fired("repeated-block", &all(checks, "")).is_empty());
        for (way_out, count) in [
            ("return shop.next();", 0),
            ("return Err(a);", 1),
            ("break;", 0),
            ("continue 'all;", 0),
            ("for a in b {\nif c {\nbreak;\n}\n}", 1),
            ("for a in b {\nc(a);\n}\nbreak;", 0),
        ] {
            let block = format!("{BLOCK}if shop.is_empty() {{\n{way_out}\n}}\n");
            let seen = fired(
                "repeated-block",
                &text(&[&around(&block, 1), &around(&block, 2)]),
            );
            assert_eq!(seen.len(), count, "{way_out}");
        }
    }

    #[test]
    fn what_reads_self_in_two_types_is_left_alone() {
        let code = |second: &str| {
            let of = |ty: &str, name: &str| {
                let block = BLOCK.replace("shop.", "self.");
                let body = around(&block, u32::from(name == "f"));
                let body = body.replace('\n', "\n        ");
                format!(
                    "impl<A, B> Encode for {ty}\nwhere\n    A: Encode,\n{{\n    fn {name}(&self, to: &mut To) {{\n        {body}\n    }}\n}}\n"
                )
            };
            format!("use a::B;\n\n{}{}", of("(A, B)", "f"), of(second, "g"))
        };
        assert_eq!(fired("repeated-block", &code("(A, B)")).len(), 1);
        assert!(fired("repeated-block", &code("(A, B, C)")).is_empty());
    }

    #[test]
    fn a_few_lines_that_take_many_variables_are_left_alone() {
        let block = |third: &str| {
            format!(
                "let name = entry.name.as_ref().unwrap().clone().trim();\nwriteln!(writer, \"const {{}}: {{}};\", name, first.of(second))?;\n\
                 names.push(Entry {{ name, first: first.clone(), third: {third}.clone().into() }});\n"
            )
        };
        let all = |block: &str| text(&[&around(block, 1), &around(block, 2)]);
        assert!(fired("repeated-block", &all(&block("third"))).is_empty());
        assert_eq!(fired("repeated-block", &all(&block("first"))).len(), 0);
        let fewer = block("first")
            .replace("second", "first")
            .replace("names.", "writer.");
        assert_eq!(fired("repeated-block", &all(&fewer)).len(), 1);
    }

    #[test]
    fn what_only_prepares_is_left_alone() {
        let block = "assert!(shop.calendar().today() < shop.calendar().last(), \"too late\");\nlet day = shop.calendar().today();\n\
                     let stock = shop.stock().of(day, shop.rest().len());\n";
        let all = |uses: &str| {
            let body = format!("{block}g({uses});\n");
            text(&[&around(&body, 1), &around(&body.replace("g(", "h("), 2)])
        };
        assert!(fired("repeated-block", &all("day, stock")).is_empty());
        assert_eq!(fired("repeated-block", &all("stock")).len(), 1);
    }

    #[test]
    fn what_reads_another_self_is_left_alone() {
        let block = BLOCK.replace("shop.", "self.shop.");
        let of = |second: &str| {
            let method = |head: &str, n: u32| {
                let body = around(&block, n).replace('\n', "\n        ");
                format!("{head} {{\n    fn f{n}(&mut self) {{\n        {body}}}\n}}\n")
            };
            let all = format!("\n{}{}", method("impl<'a> Inn<'a>", 1), method(second, 2));
            fired("repeated-block", &all).len()
        };
        assert_eq!(of("impl Pub"), 0);
        assert_eq!(of("impl<'b> Open for Inn<'b>"), 1);
    }

    #[test]
    fn what_reads_another_case_is_left_alone() {
        let block = BLOCK.replace("shop.cash()", "shop.cash(item)");
        let of = |first: &str, second: &str| {
            let arm = |case: &str, n: u32| {
                let body = around(&block, n);
                format!(
                    "match shop.next() {{\n{case}(item) => {{\n{body}}}\n_ => {{}}\n}}\nend{n}();\n"
                )
            };
            fired("repeated-block", &text(&[&arm(first, 1), &arm(second, 2)])).len()
        };
        assert_eq!(of("Item::Bread", "Item::Wine"), 0);
        assert_eq!(of("Item::Bread", "Item::Bread"), 1);
    }

    #[test]
    fn a_paragraph_is_said_without_the_end_of_the_one_before() {
        let seen_behind = |end: &str| {
            let body = |n: u32| around(&format!("{end}{BLOCK}"), n);
            fired("repeated-block", &text(&[&body(1), &body(2)]))
        };
        let whole = seen_behind("");
        assert_eq!(whole, [("let".to_owned(), 64)]);
        assert_eq!(seen_behind("let shade = shop.shade(1);\n\n"), whole);
        assert_ne!(seen_behind("let shade = shop.shade(1);\n"), whole);
    }

    #[test]
    fn tests_conditions_and_unsafe_blocks_are_left_alone() {
        let all = text(&[&around(BLOCK, 1), &around(BLOCK, 2)]);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{all}}}\n");
        let systems = all.replace("fn f1", "#[cfg(unix)]\nfn f1");
        assert!(fired("repeated-block", &tests).is_empty());
        assert!(fired("repeated-block", &systems).is_empty());
        let calls = format!("unsafe {{\n{BLOCK}i();\n}}\n");
        let unsafe_code = text(&[&around(&calls, 1), &around(&calls, 2)]);
        assert!(fired("repeated-block", &unsafe_code).is_empty());
    }
}
