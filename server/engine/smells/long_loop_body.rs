//! # Long loop body
//!
//! ## What it does
//! Finds `for`, `while` and `loop` with many lines of code in their bodies.
//!
//! ## Why
//! The body of a loop is a separate step and often deserves a name. Inside the loop it has to be read together with how the
//! loop continues and ends, and `continue` and `break` may occur anywhere in it.
//!
//! ## Example
//! ```rust before
//! fn import(rows: &[Row], table: &mut Table) {
//!     // … 10 more statements
//!     for row in rows {
//!         let mut entry = Entry::default();
//!         // … 40 more statements
//!         table.add(entry);
//!     }
//! }
//! ```
//! ```rust after
//! fn import(rows: &[Row], table: &mut Table) {
//!     // … 10 more statements
//!     for row in rows {
//!         table.add(entry_of(row));
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Loops whose body is a `match` with at most two statements before it, such as tables and state machines.
//! - Loops that make up nearly all of their function, which is long anyway.
//! - Loops inside one that is reported; tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of lines of code between the braces. 30 are fine; more are a warning, more than 60 a strong
//! one. It fires 14.4 times in 100,000 lines of well-kept code. Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function" and "Split Loop"; CodeScene's "Bumpy Road".

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasLoopBody},
};

use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, inside, tables},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(14.4),
    calm: Calm::Never,
    sees: &[
        SyntaxKind::FOR_EXPR,
        SyntaxKind::LOOP_EXPR,
        SyntaxKind::WHILE_EXPR,
    ],
    ..Smell::new(
        "long-loop-body",
        Limits::of(30, 60),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let mut all: Vec<Loop> = Vec::new();
    all.extend(
        unit.nodes::<ast::ForExpr>()
            .filter_map(|it| Loop::of(it.for_token(), &it)),
    );
    all.extend(
        unit.nodes::<ast::WhileExpr>()
            .filter_map(|it| Loop::of(it.while_token(), &it)),
    );
    all.extend(
        unit.nodes::<ast::LoopExpr>()
            .filter_map(|it| Loop::of(it.loop_token(), &it)),
    );
    for one in &all {
        let lines = unit.code_lines(inside(&one.body));
        let is_told = |other: &Loop| {
            let around = other.body.syntax().text_range();
            around != one.body.syntax().text_range()
                && around.contains_range(one.body.syntax().text_range())
        };
        if !sightings.keeps(lines) || all.iter().any(is_told) {
            continue;
        }
        if !tables::ends_in_match(&one.body)
            && !unit.is_most_of_function(one.body.syntax().text_range(), lines)
        {
            sightings.push(one.keyword, lines);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    format!(
        "the body of this `{keyword}` has {} lines of code; extract a function",
        sighting.measure
    )
}

struct Loop {
    keyword: TextRange,
    body: ast::BlockExpr,
}

impl Loop {
    fn of(keyword: Option<ra_ap_syntax::SyntaxToken>, node: &impl HasLoopBody) -> Option<Self> {
        Some(Self {
            keyword: keyword?.text_range(),
            body: node.loop_body()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(before: usize, head: &str, body: &str) -> String {
        let before = "    before();\n".repeat(before);
        format!("fn f(a: &A) {{\n{before}    {head} {{\n{body}    }}\n}}\n")
    }

    fn steps(count: usize) -> String {
        "        step();\n".repeat(count)
    }

    /// As `hyper` 1.12.0 has in `src/proto/h1/role.rs`, where headers are parsed.
    #[test]
    fn a_long_round_is_seen_at_its_keyword() {
        for (head, keyword) in [
            ("for b in a", "for"),
            ("while a.b()", "while"),
            ("loop", "loop"),
        ] {
            let text = function(9, head, &steps(31));
            assert_eq!(fired("long-loop-body", &text), [(keyword.to_owned(), 31)]);
        }
        assert!(fired("long-loop-body", &function(9, "loop", &steps(30))).is_empty());
    }

    #[test]
    fn tables_and_functions_that_are_one_loop_are_left_alone() {
        let arms = "            B => step(),\n".repeat(40);
        let table = format!("        let c = a.next();\n        match c {{\n{arms}        }}\n");
        for text in [
            function(9, "loop", &table),
            function(3, "for b in a", &steps(40)),
            format!("#[test]\n{}", function(9, "loop", &steps(40))),
        ] {
            assert!(fired("long-loop-body", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_outermost_of_two_is_told() {
        let inner = format!("        for c in b {{\n{}        }}\n", steps(40));
        let text = function(9, "for b in a", &inner);
        assert_eq!(fired("long-loop-body", &text), [("for".to_owned(), 42)]);
    }
}
