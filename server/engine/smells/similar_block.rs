//! # Similar block
//!
//! ## What it does
//! Finds statements that are repeated in the same file with a few differences: literals, variables, fields, a called method,
//! or a statement in the middle. If whole functions are alike in this way, the functions are reported.
//!
//! ## Why
//! The reader has to compare the copies token by token to see what differs, and a fix to one is easily forgotten in another.
//! A function that takes the differences as parameters needs the common code only once.
//!
//! ## Example
//! ```rust before
//! fn open(shop: &mut Shop) {
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} in stock", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash(), 20);
//!     for article in shop.articles() {
//!         article.count(day);
//!     }
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} are left", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash(), 35);
//!     for article in shop.articles() {
//!         article.count(day);
//!     }
//! }
//! ```
//! ```rust after
//! fn open(shop: &mut Shop) {
//!     take_stock(shop, "in stock", 20);
//!     shop.unlock();
//! }
//!
//! fn close(shop: &mut Shop) {
//!     shop.lock();
//!     take_stock(shop, "are left", 35);
//! }
//!
//! fn take_stock(shop: &mut Shop, state: &str, fee: u32) {
//!     let day = shop.calendar().today();
//!     shop.log(format!("{day}: {} {state}", shop.stock().len()));
//!     shop.ledger_mut().entry(day).or_default().add(shop.cash(), fee);
//!     for article in shop.articles() {
//!         article.count(day);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tests, benchmarks, examples and generated code; the input of macros; code under `#[cfg]`; `unsafe` blocks.
//! - Identical functions, which are `duplicate-function`, and whole functions of trait implementations that resemble each
//!   other.
//! - A single plain statement, which is `repeated-statement`, and repetitions of one kind of statement.
//! - Code that mentions `Self`, which may be another type elsewhere; code that defines more than three variables that are
//!   used after it, unless it has at least 20 lines.
//! - More than five differences, more than two differences in called functions or types, or differences in a fifth of the
//!   tokens; code with different tokens in the middle if it has fewer than 60 tokens.
//! - Fewer than 40 tokens, 30 in one function and where nothing differs, 18 for identical whole blocks of one function.
//!
//! ## Limits
//! The measure is the number of tokens that would be saved if one copy and a call for each were left; a call counts two
//! tokens for each value it passes, and six for a field, a called function, a type, and different tokens in the middle. 11
//! are fine; more are a warning, more than 149 a strong one. It fires 72.8 times in 100,000 lines of code. By default it is
//! reported from a measure of 80 on if a copy has at least 60 tokens and at most two values and nothing else differ, and not
//! in files that declare themselves to be ports.
//!
//! If only values differ, up to four, one of which may be a called function of the file, `extract-repeated-block` extracts
//! the function.
//!
//! ## Sources
//! CPD, type 3. Martin Fowler, *Refactoring*, "Duplicated Code".

use ra_ap_syntax::SyntaxKind;

use super::{
    Calm, Cause, Limits, Look, Sightings, Smell,
    repeated_block::{in_words, parts_of},
};
use crate::{
    facts::Sighting,
    index::repeats,
    syntax::{
        FileUnit,
        alike::{Comparison, Differing, Kind, compare},
        runs::Repeat,
    },
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Repetition,
    rate: Some(72.8),
    calm: Calm::Chosen(is_long),
    answers: &["extract-repeated-block"],
    sees: &[SyntaxKind::STMT_LIST],
    measured: "{} redundant tokens",
    ..Smell::new("similar-block", Limits::of(11, 149), Look::File(look), say)
};

/// Whether a block is long enough to be worth unifying, with few enough values to pass to a function.
fn is_long(sighting: &Sighting) -> bool {
    const FEWEST_WORDS: u32 = 60;
    const MOST_VALUES: u32 = 2;
    let words = sighting.parts.iter().map(|part| part.measure).max();
    let words = words.unwrap_or_default();
    let places = sighting.parts.iter().filter(|part| part.measure == 0);
    let places = u32::try_from(places.count()).unwrap_or(u32::MAX);
    let values = Repeat::arguments(words, places, sighting.measure) / Repeat::ARGUMENT;
    sighting.measure >= 80 && words >= FEWEST_WORDS && values <= MOST_VALUES
}

fn look(file: &FileUnit, sightings: &mut Sightings) {
    for block in repeats(file).iter().filter(|it| !it.is_equal) {
        let first = block.places[0];
        let name = first.function.filter(|_| block.is_of_functions());
        sightings.push_with_parts(name.unwrap_or(first.first), block.saves, parts_of(block));
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let whole = sighting.parts.iter().filter(|part| part.measure == 0);
    let ranges: Vec<TextRange> = whole.map(|part| part.at).collect();
    let texts = ranges.iter().filter_map(|range| slice(text, *range));
    let texts: Vec<&str> = texts.collect();
    let count = texts.first().map_or(0, |text| text.lines().count());
    let found = most_different(&texts);
    let places = in_words(ranges.get(1..).unwrap_or_default(), text);
    let differ = differing(&found);
    let way_out = way_out(&found, &ranges, text);
    let is_of_functions = ranges
        .first()
        .is_some_and(|first| !first.contains_range(sighting.at));
    let name = slice(text, sighting.at).unwrap_or_default();
    let of = if is_of_functions {
        format!(" of `{name}`")
    } else {
        String::new()
    };
    format!("these {count} lines{of} are repeated at {places}{differ}; {way_out}")
}

/// The comparison of the first place with the one least similar to it.
fn most_different<'a>(texts: &[&'a str]) -> Comparison<'a> {
    let Some((first, others)) = texts.split_first() else {
        return Comparison::default();
    };
    // `max_by_key` returns the last of equal elements, so the reversed order yields the first in the source.
    let all = others
        .iter()
        .rev()
        .filter_map(|other| compare(first, other));
    all.max_by_key(|it| (it.stretches, it.differing.len()))
        .unwrap_or_default()
}

/// Formats differences: ", with `b` instead of `a` and `2` instead of `1`"
fn differing(found: &Comparison<'_>) -> String {
    const NAMED: usize = 3;
    const LONGEST: usize = 24;
    let in_words = |it: &Differing<'_>| {
        let is_short = it.one.len().max(it.other.len()) <= LONGEST && !it.one.contains('\n');
        is_short.then(|| format!("`{}` instead of `{}`", it.other, it.one))
    };
    let all = found.differing.iter();
    let mut named: Vec<String> = all.filter_map(in_words).take(NAMED).collect();
    let more = found.differing.len() - named.len();
    if more > 0 {
        let what = if named.is_empty() { "" } else { "more " };
        let s = if more > 1 { "s" } else { "" };
        named.push(format!("{more} {what}difference{s}"));
    }
    if found.stretches > 0 {
        named.push("some other code in the middle".to_owned());
    }
    match &named[..] {
        [] => String::new(),
        [only] => format!(", with {only}"),
        [before @ .., last] => format!(", with {} and {last}", before.join(", ")),
    }
}

fn way_out(found: &Comparison<'_>, ranges: &[TextRange], text: &str) -> &'static str {
    if found.stretches > 0 {
        return "extract a function for the common code";
    }
    if found.differing.is_empty() {
        return "extract a function";
    }
    if found.count(Kind::Path) > 0 {
        return "extract a generic function";
    }
    if found.count(Kind::Called) > 0 {
        return "extract a function that takes the call as a closure";
    }
    if ranges.len() > 2 && are_in_a_row(ranges, text) {
        return "use a loop over the differences";
    }
    if found.differing.len() == 1 {
        "extract a function that takes the difference as a parameter"
    } else {
        "extract a function that takes the differences as parameters"
    }
}

/// Whether there is only whitespace between the ranges.
fn are_in_a_row(ranges: &[TextRange], text: &str) -> bool {
    ranges.windows(2).all(|pair| {
        let between = TextRange::new(pair[0].end(), pair[1].start().max(pair[0].end()));
        let between = slice(text, between).unwrap_or_default();
        between.trim().is_empty()
    })
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn told(text: &str) -> Vec<String> {
        let say = by_name("similar-block").unwrap().say;
        let seen = seen("similar-block", text);
        seen.iter().map(|sighting| say(sighting, text)).collect()
    }

    /// Two functions that contain these lines and a little more.
    fn text(one: &str, other: &str) -> String {
        format!(
            "fn f(shop: &mut Shop) {{\nbefore();\n{one}after(1, 2);\n}}\n\
             fn g(shop: &mut Shop) {{\nlet x = before2();\n{other}}}\n"
        )
    }

    const BLOCK: &str = "let day = shop.calendar().today();\nshop.log(day, shop.stock().len() + shop.rest().len());\n\
                         if day.is_late() {\nshop.ledger(\"a\").entry(day).or_default().add(shop.cash(), 20);\n}\n";

    #[test]
    fn what_differs_is_said_with_a_way_out() {
        let other = BLOCK.replace("20", "35");
        assert_eq!(
            told(&text(BLOCK, &other)),
            [
                "these 5 lines are repeated at line 12, with `35` instead of `20`; extract a function that takes the difference as a parameter"
            ]
        );
        let other = BLOCK.replace("today", "evening").replace("20", "x");
        let all = told(&text(&BLOCK.replace("20", "y"), &other));
        assert!(all[0].ends_with(
            "with `evening` instead of `today` and `x` instead of `y`; extract a function that takes the call as a closure"
        ));
        let other = BLOCK.replace("day", "night");
        assert!(told(&text(BLOCK, &other)).len() == 1);
    }

    #[test]
    fn the_place_that_is_least_like_the_first_is_told_of() {
        let with = |text: &str| BLOCK.replace("stock", text);
        let all = format!(
            "{}fn h(shop: &mut Shop) {{\nlet y = before3();\n{}}}\n",
            text(BLOCK, &with("store")),
            with("goods").replace("rest", "left")
        );
        let said = told(&all);
        assert!(
            said.iter()
                .any(|it| it.contains("`left` instead of `rest`")),
            "{said:?}"
        );
    }

    #[test]
    fn one_line_in_their_midst_may_differ() {
        let lines: Vec<&str> = BLOCK.lines().collect();
        let with = |line: &str| format!("{}\n{line}\n{}\n{BLOCK}", lines[0], lines[1..].join("\n"));
        let all = text(
            &with("shop.open(3);"),
            &with("for a in shop.articles() {\na.count();\n}"),
        );
        let told = told(&all);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0]
                .contains("some other code in the middle; extract a function for the common code"),
            "{told:?}"
        );
        assert!(fired("repeated-block", &all).is_empty());
    }

    #[test]
    fn functions_are_drawn_at_their_names() {
        let other = BLOCK.replace("\"a\"", "\"b\"");
        let all = format!(
            "fn one(shop: &mut Shop) {{\n{BLOCK}}}\nfn two(shop: &mut Shop) {{\n{other}}}\nfn three(shop: &mut Shop) {{\n{}}}\n",
            BLOCK.replace("\"a\"", "\"c\"")
        );
        let fired = fired("similar-block", &all);
        assert_eq!(fired.len(), 1);
        assert_eq!(fired[0].0, "one");
        assert!(
            told(&all)[0].starts_with(
                "these 5 lines of `one` are repeated at lines 9 and 16, with `\"b\"` instead of `\"a\"`"
            ),
            "{:?}",
            told(&all)
        );
    }

    #[test]
    fn rows_say_that_a_loop_would_do() {
        let row = |n: u32| {
            BLOCK
                .replace("20", &n.to_string())
                .replace("today", "now")
                .replace("day", &format!("d{n}"))
        };
        let all = format!(
            "fn f(shop: &mut Shop) {{\n{}{}{}}}\n",
            row(1),
            row(2),
            row(3)
        );
        let told = told(&all);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].ends_with("use a loop over the differences"),
            "{told:?}"
        );
    }

    #[test]
    fn short_blocks_of_one_function_are_told_where_they_are_equal() {
        let block = "{\nif shop_of_the_day.is_open(now) {\n        shop_of_the_day.close(now, 3);\n        closed_this_evening = true;\n}\n}";
        let all = format!(
            "fn f(shop: &mut Shop) {{\nmatch a {{\nA => {block}\nB(c) => {{ c.go(); }}\n_ => {block}\n}}\n}}\n"
        );
        assert_eq!(told(&all).len(), 1);
        let apart = all.replace("_ =>", "_ => {}\n}\n}\nfn g() {\nmatch b {\n_ =>");
        assert!(told(&apart).is_empty());
    }

    #[test]
    fn what_nobody_would_unify_is_left_alone() {
        let many = BLOCK
            .replace("20", "x.y")
            .replace("calendar", "c")
            .replace("stock", "s")
            .replace("rest", "r");
        let own = BLOCK.replace("shop.cash", "Self::cash");
        let row = "shop.set(1, day, day.next(), shop.stock().len());\n";
        let rows = |n: &str| row.repeat(4).replace('1', n);
        let call = |n: u32| {
            format!(
                "let x = Shop::of(day, {n}, shop.stock().len(), shop.rest().len(), shop.cash().of(day).sum());\n"
            )
        };
        let given = "let a = shop.calendar().today(1, 2, 3);\nlet b = shop.stock().len(1, 2, 3);\n\
                     let (c, d) = shop.rest().parts(1, 2, X);\n";
        let uses = "h(a, b, c, d);\n";
        for all in [
            text(BLOCK, &many),
            text(&own, &own.replace("20", "35")),
            text(&rows("1"), &rows("2")),
            text(&call(1), &call(2)),
            text(
                &format!("{given}{uses}"),
                &format!(
                    "{}{}",
                    given.replace('X', "Y"),
                    "for x in [a, b, c, d] {}\n"
                ),
            ),
            text("a();\nb(1);\nc();\n", "a();\nb(2);\nc();\n"),
        ] {
            assert!(told(&all).is_empty(), "{:?}\n{all}", told(&all));
        }
    }

    #[test]
    fn twins_that_traits_ask_for_and_tests_are_left_alone() {
        let other = BLOCK.replace("20", "35");
        let twins = format!(
            "impl T for A {{ fn f(shop: &mut Shop) {{\n{BLOCK}}} }}\nimpl T for B {{ fn f(shop: &mut Shop) {{\n{other}}} }}\n"
        );
        assert!(told(&twins).is_empty());
        let all = text(BLOCK, &other);
        assert_eq!(told(&all).len(), 1);
        assert!(told(&format!("#[cfg(test)]\nmod tests {{\n{all}}}\n")).is_empty());
        assert!(told(&all.replace("fn g", "#[cfg(unix)]\nfn g")).is_empty());
        let equal =
            format!("fn f(shop: &mut Shop) {{\n{BLOCK}}}\nfn g(shop: &mut Shop) {{\n{BLOCK}}}\n");
        assert!(told(&equal).is_empty());
    }
}
