//! # Repeated block
//!
//! ## What it does
//! Finds three or more statements in a row that stand again, word by word, in the same file. Comments and white space may
//! differ.
//!
//! ## Why
//! What is written twice is mended once. A function of its own would have a name, and one place to mend.
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
//! Tests, benchmarks, examples and generated code; the input of macros; what is compiled only under a condition; `unsafe` blocks;
//! functions that are equal as a whole; lists of one statement; lines of which another repetition says more; what names `Self`, which is
//! another type elsewhere; what leaves more than three names to the lines behind it, unless it has 20 lines and more. What stands again in other files, or with other names, is
//! `duplicate-block`.
//!
//! ## Limits
//! The measure is the words and signs that would go if all places became one. 39 are fine; more are a warning, more than 99 a
//! strong one. It fires 27.8 times in 100,000 lines of code. By default it is shown from a measure of 80 on, and not in files that
//! say that they are ports: of 32 such findings that readers saw who knew nothing of the rules 26 were worth doing.
//!
//! ## Sources
//! CPD and jscpd. Martin Fowler, *Refactoring*, "Duplicated Code".

use ra_ap_syntax::SyntaxKind;

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    index::longest,
    syntax::{
        FileUnit, Run,
        prints::{Names, Print, Words, are_equal},
        runs::{FEWEST_STATEMENTS, SHORTEST_RUN, Statement},
    },
    text::{TextRange, line_of, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Repetition,
    rate: Some(27.8),
    calm: Calm::Chosen(is_long),
    answers: &["extract-repeated-block"],
    sees: &[SyntaxKind::STMT_LIST],
    measured: "{} words and signs more than needed",
    ..Smell::new("repeated-block", Limits::of(39, 99), Look::File(look), say)
};

/// So many names are given back at most, of a block of fewer lines than that.
const MOST_LEFT: usize = 3;
const LONG: usize = 20;

/// Readers wanted most of these unified.
fn is_long(sighting: &Sighting) -> bool {
    sighting.measure >= 80
}

fn look(file: &FileUnit, sightings: &mut Sightings) {
    let mut told: Vec<TextRange> = Vec::new();
    for block in repeated(file) {
        let is_told = |place: &Place| told.iter().any(|it| it.intersect(place.range).is_some());
        if block.places.iter().any(is_told) {
            continue;
        }
        told.extend(block.places.iter().map(|place| place.range));
        if block.is_of_functions {
            continue;
        }
        // What a place adds, and its whole range, which adds nothing.
        let added = block.places.iter().skip(1).map(|place| Part {
            at: place.first,
            measure: block.words,
        });
        let ranges = block.places.iter().map(|place| Part {
            at: place.range,
            measure: 0,
        });
        let parts = added.chain(ranges).collect();
        sightings.push_with_parts(block.places[0].first, block.saves(), parts);
    }
}

/// Statements that stand several times.
struct Block {
    /// Whether it is all that the functions around do, so that they are equal themselves.
    is_of_functions: bool,
    /// Words and signs of one place.
    words: u32,
    /// In the order of the text.
    places: Vec<Place>,
}

struct Place {
    range: TextRange,
    /// The first word.
    first: TextRange,
}

impl Block {
    /// Words and signs that would go.
    fn saves(&self) -> u32 {
        let others = u32::try_from(self.places.len().saturating_sub(1));
        self.words.saturating_mul(others.unwrap_or(u32::MAX))
    }
}

/// Where a run begins: its list of statements, and the place in it.
type At = (usize, usize);

/// What stands several times, what saves most first.
fn repeated(file: &FileUnit) -> Vec<Block> {
    let runs = &file.share.runs;
    let mut starts: Vec<(Print, At)> = Vec::new();
    for (run, number) in runs.iter().zip(0..) {
        let windows = run.statements.windows(FEWEST_STATEMENTS).zip(0..);
        starts.extend(windows.map(|(window, at)| (print_of(window), (number, at))));
    }
    starts.sort_unstable();
    let print = |(run, at): At, behind: isize| {
        let at = at.checked_add_signed(behind)?;
        Some(runs[run].statements.get(at)?.print)
    };
    let mut blocks = Vec::new();
    for alike in starts.chunk_by(|one, next| one.0 == next.0) {
        if alike.len() > 1 {
            let places = alike.iter().map(|(_, at)| *at).collect();
            let found = longest(places, print).into_iter();
            blocks.extend(found.filter_map(|(places, length)| block(file, &places, length)));
        }
    }
    blocks.sort_by_key(|block| {
        (
            std::cmp::Reverse(block.saves()),
            block.places[0].range.start(),
        )
    });
    blocks
}

fn print_of(window: &[Statement]) -> Print {
    let prints = window.iter().map(|statement| statement.print);
    prints.fold(0, |all, print| all.rotate_left(21) ^ print)
}

fn block(file: &FileUnit, places: &[At], length: usize) -> Option<Block> {
    let runs = &file.share.runs;
    let statements = |(run, at): At| &runs[run].statements[at..at + length];
    let words: u32 = statements(places[0]).iter().map(|it| it.words).sum();
    let is_whole = |(run, _): &At| runs[*run].is_body && runs[*run].statements.len() == length;
    if words < SHORTEST_RUN || is_list(statements(places[0])) || overlap(places, length) {
        return None;
    }
    let text = |at: At| slice(&file.text, Place::of(statements(at)).range).unwrap_or_default();
    let first = text(places[0]);
    if is_of_its_type(first) {
        return None;
    }
    let leaves_many = |at: &At| leaves_many(file, &runs[at.0], statements(*at));
    if places.iter().any(leaves_many) {
        return None;
    }
    let is_of_functions = places.iter().all(is_whole);
    // What has equal prints is held against the text.
    let is_equal = |at: &At| {
        let other = text(*at);
        first == other || are_equal((first, None), (other, None), Names::Kept)
    };
    if !places.iter().all(is_equal) {
        return None;
    }
    let mut places: Vec<Place> = places.iter().map(|at| Place::of(statements(*at))).collect();
    places.sort_by_key(|place| place.range.start());
    Some(Block {
        is_of_functions,
        words,
        places,
    })
}

/// Whether it is about the type around, and means another one elsewhere.
fn is_of_its_type(block: &str) -> bool {
    let mut words = block.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "Self")
}

/// Whether a block leaves so many names to what follows that a function would have to give back a tuple of about its size.
fn leaves_many(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let block = Place::of(statements).range;
    let text = |range| slice(&file.text, range).unwrap_or_default();
    let patterns = statements.iter().filter_map(|statement| {
        let (pattern, _) = text(statement.range)
            .strip_prefix("let ")?
            .split_once('=')?;
        Some(pattern.matches(',').count() + 1)
    });
    // Most blocks give so few names that nothing has to be looked up.
    if patterns.sum::<usize>() <= MOST_LEFT || text(block).lines().count() >= LONG {
        return false;
    }
    let end = run
        .statements
        .last()
        .map_or(block.end(), |it| it.range.end());
    let words = Words::of(
        text(TextRange::new(block.start(), end)),
        file.context.edition,
    );
    let behind = TextRange::new(block.len(), end - block.start());
    words.given(TextRange::up_to(block.len()), behind) > MOST_LEFT
}

impl Place {
    fn of(statements: &[Statement]) -> Self {
        let (first, last) = (statements[0], statements[statements.len() - 1]);
        Self {
            range: first.range.cover(last.range),
            first: TextRange::new(first.range.start(), first.first_end),
        }
    }
}

/// Whether they are one or two statements again and again.
fn is_list(statements: &[Statement]) -> bool {
    let mut prints: Vec<Print> = statements.iter().map(|it| it.print).collect();
    prints.sort_unstable();
    prints.dedup();
    prints.len() < FEWEST_STATEMENTS
}

/// Whether two of the places share a statement: what repeats itself without a break is a list.
fn overlap(places: &[At], length: usize) -> bool {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .any(|pair| pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 < length)
}

fn say(sighting: &Sighting, text: &str) -> String {
    let whole = sighting.parts.iter().filter(|part| part.measure == 0);
    let mut ranges = whole.map(|part| part.at);
    let first = ranges.next().and_then(|range| slice(text, range));
    let count = first.map_or(0, |text| text.lines().count());
    let lines: Vec<usize> = ranges.map(|range| line_of(range.start(), text)).collect();
    let places = in_words(&lines);
    format!("these {count} lines stand again at {places}: a function would say them once")
}

/// "line 30", "lines 30 and 51", "lines 30, 51, 70 and 2 more"
fn in_words(lines: &[usize]) -> String {
    const NAMED: usize = 3;
    match lines {
        [line] => format!("line {line}"),
        [one, last] => format!("lines {one} and {last}"),
        _ => {
            let named: Vec<String> = lines.iter().take(NAMED).map(usize::to_string).collect();
            let more = lines.len().saturating_sub(NAMED);
            match (more, named.as_slice()) {
                (0, [first, second, third]) => format!("lines {first}, {second} and {third}"),
                _ => format!("lines {} and {more} more", named.join(", ")),
            }
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
            "these 3 lines stand again at lines 10 and 17: a function would say them once"
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
                     let (c, d) = shop.rest().parts(1, 2, 3);\n";
        let all = |uses: &str| {
            let body = format!("{block}g({uses});\n");
            text(&[&around(&body, 1), &around(&body.replace("g(", "h("), 2)])
        };
        assert!(fired("repeated-block", &all("a, b, c, d")).is_empty());
        assert_eq!(fired("repeated-block", &all("a, b, c")).len(), 1);
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
