//! # Deep nesting
//!
//! ## What it does
//! Finds functions in which `if`, `match`, loops and closures are deeply nested. The finding is at the function's name; its
//! parts are the keywords on the way to the deepest point.
//!
//! ## Why
//! Every level is a condition to remember in order to know when the innermost line runs. An early `return` or `continue`, or
//! a separate function, removes a level.
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
//! - A chain of `else if`, which is as deep as its first `if`.
//! - Conditions, which are no deeper than their `if`.
//! - A closure that is the last argument of a call, which counts half; halves are rounded down.
//! - Functions that are mostly a `match` with many short arms.
//! - Functions inside functions, which are counted separately, and code inside macro calls, which is not counted.
//!
//! ## Limits
//! 3 levels are fine, more are a warning, more than 5 a strong one. By default only functions that are also complex and long
//! are reported, beside a part to extract; lists of steps are not. It fires 28.95 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! CodeScene's "Deeply Nested Logic"; clippy's `excessive_nesting`; *Linux kernel coding style*, section 1.

use ra_ap_syntax::{AstNode, ast};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Cause, FLATTENING, Limits, Look, Sightings, Smell},
    syntax::{Function, Unit, tables},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} levels",
    cause: Cause::FunctionSize,
    survives_errors: true,
    rate: Some(28.95),
    calm: Calm::Hard,
    answers: FLATTENING,
    clippy: &["excessive_nesting"],
    ..Smell::new("deep-nesting", Limits::of(3, 5), Look::Function(look), say)
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for function in &unit.functions {
        if !sightings.keeps(function.metrics.nesting) || tables::is_table(unit, function) {
            continue;
        }
        let parts = levels(function);
        let measure = parts.iter().map(|part| part.measure).sum();
        sightings.push_with_parts(function.name(), measure, parts);
    }
}

/// The keywords on the path to the deepest code. Closures required by a call count only every second time.
fn levels(function: &Function) -> Vec<Part> {
    let mut demanded = 0;
    let level = |at: &TextRange| {
        let is_demanded = is_demanded_by_call(function, *at);
        demanded += u32::from(is_demanded);
        let is_counted = !is_demanded || demanded % 2 == 0;
        Part {
            at: *at,
            measure: u32::from(is_counted),
        }
    };
    function.tally.deepest.iter().map(level).collect()
}

/// Whether the range is the parameter list of a closure that is the last argument of a call.
fn is_demanded_by_call(function: &Function, at: TextRange) -> bool {
    let around = function.ast.syntax().covering_element(at);
    let mut nodes = around
        .ancestors()
        .take_while(|node| !ast::Fn::can_cast(node.kind()));
    let Some(closure) = nodes.find_map(ast::ClosureExpr::cast) else {
        return false;
    };
    let is_its_head = closure
        .param_list()
        .is_some_and(|list| list.syntax().text_range() == at);
    let call = closure.syntax().parent().and_then(ast::ArgList::cast);
    let last = call.and_then(|list| list.args().last());
    is_its_head && last.is_some_and(|last| last.syntax() == closure.syntax())
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` nests control flow {} levels deep",
        sighting.measure
    )
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
        assert_eq!(found, [("possible_long_flag_subcommand".to_owned(), 4)]);
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
    fn code_in_the_signature_counts_too() {
        let text = "fn f(a: [u8; { if b { if c { if d { if e {} } } } 1 }]) { g(a); }";
        assert_eq!(fired("deep-nesting", text), [("f".to_owned(), 4)]);
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
