//! # Deep nesting
//!
//! ## What it does
//! Finds functions in which `if`, `match`, loops and closures stand deep inside each other. It draws the function's name; the
//! parts of the finding are the keywords on the way to the deepest place.
//!
//! ## Why
//! Every level is a condition that the reader has to remember to know when the innermost line runs. What leaves early, or has
//! a function of its own, needs no level.
//!
//! ## Example
//! ```rust before
//! fn total(groups: &[Group]) -> u32 {
//!     let mut sum = 0;
//!     for group in groups {
//!         for item in &group.items {
//!             for part in &item.parts {
//!                 match part.state {
//!                     State::Ready => sum += part.size,
//!                     State::Broken => sum += 1,
//!                 }
//!             }
//!         }
//!     }
//!     sum
//! }
//! ```
//! ```rust after
//! fn total(groups: &[Group]) -> u32 {
//!     let items = groups.iter().flat_map(|group| &group.items);
//!     let parts = items.flat_map(|item| &item.parts);
//!     parts.map(size).sum()
//! }
//!
//! fn size(part: &Part) -> u32 {
//!     match part.state {
//!         State::Ready => part.size,
//!         State::Broken => 1,
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - A chain of `else if` is as deep as its first `if`.
//! - A condition is not deeper than the `if` that it belongs to.
//! - A function inside another one starts anew, and what stands inside macro calls is not seen.
//!
//! ## Limits
//! 3 levels are fine; more are a warning, more than 5 a strong one. It fires 35.9 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! CodeScene's "Deeply Nested Logic"; clippy's `excessive_nesting`; *Linux kernel coding style*, section 1.

use crate::{
    facts::{Part, Sighting},
    smells::{Cause, FLATTENING, Limits, Look, Sightings, Smell},
    syntax::Unit,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::FunctionSize,
    survives_errors: true,
    rate: Some(35.9),
    answers: FLATTENING,
    clippy: &["excessive_nesting"],
    ..Smell::new("deep-nesting", Limits::of(3, 5), Look::Function(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for function in &unit.functions {
        let measure = function.metrics.nesting;
        if !sightings.keeps(measure) {
            continue;
        }
        let keywords = function.tally.deepest.iter();
        let parts = keywords.map(|at| Part {
            at: *at,
            measure: 1,
        });
        sightings.push_with_parts(function.name(), measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` nests its control flow {} deep", sighting.measure)
}

#[cfg(test)]
mod tests {
    use crate::{
        smells::fixture::{fired, seen},
        text::slice,
    };

    /// From `clap_builder` 4.6.7, `src/parser/parser.rs` (MIT OR Apache-2.0).
    const POSSIBLE_LONG_FLAG_SUBCOMMAND: &str = r#"
fn possible_long_flag_subcommand(&self, arg: &str) -> Option<&str> {
    debug!("Parser::possible_long_flag_subcommand: arg={arg:?}");
    if self.cmd.is_infer_subcommands_set() {
        let mut iter = self.cmd.get_subcommands().filter_map(|sc| {
            sc.get_long_flag().and_then(|long| {
                if long.starts_with(arg) {
                    Some(sc.get_name())
                } else {
                    sc.get_all_long_flag_aliases().find_map(|alias| {
                        if alias.starts_with(arg) {
                            Some(sc.get_name())
                        } else {
                            None
                        }
                    })
                }
            })
        });

        if let name @ Some(_) = iter.next() {
            if iter.next().is_none() {
                return name;
            }
        }
    }
    if let Some(sc_name) = self.cmd.find_long_subcmd(arg) {
        return Some(sc_name);
    }
    None
}
"#;

    #[test]
    fn closures_in_closures_are_seen() {
        let found = fired("deep-nesting", POSSIBLE_LONG_FLAG_SUBCOMMAND);
        assert_eq!(found, [("possible_long_flag_subcommand".to_owned(), 6)]);
    }

    #[test]
    fn the_parts_are_the_way_to_the_deepest_place() {
        let text = "fn f() { if a {} for b in c { match d { _ => loop { g(|x| if h {}) } } } }";
        let sighting = &seen("deep-nesting", text)[0];
        let parts = sighting.parts.iter();
        let keywords: Vec<_> = parts.map(|part| slice(text, part.at).unwrap()).collect();
        assert_eq!(keywords, ["for", "match", "loop", "|x|", "if"]);
    }

    #[test]
    fn a_long_chain_is_not_deep() {
        let chain = "if a {} else ".repeat(20);
        assert!(fired("deep-nesting", &format!("fn f() {{ {chain} {{}} }}")).is_empty());
    }

    #[test]
    fn blocks_that_decide_nothing_are_not_deep() {
        let text = "fn f() { unsafe { { async { { const { { if a { { } } } } } } } } }";
        assert!(fired("deep-nesting", text).is_empty());
    }

    #[test]
    fn a_function_inside_starts_anew() {
        let text = "fn f() { if a { for b in c { fn g() { if d { loop {} } } } } }";
        assert!(fired("deep-nesting", text).is_empty());
    }
}
