//! # If chain to match
//!
//! ## What it does
//! Converts an `if` chain that compares one expression with different values into a `match`.
//!
//! ## Why
//!
//! A `match` names the compared expression once, so nobody has to read every condition to see that it is always the
//! same. The values are aligned, and the compiler reports duplicates.
//!
//! ## Example
//!
//! ```rust before
//! fn speed(gear: u8) -> u32 {
//!     $0if gear == 0 {
//!         0
//!     } else if gear == 1 || gear == 2 {
//!         // There is no second gear.
//!         let slow = 20;
//!         slow + 5
//!     } else {
//!         100
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn speed(gear: u8) -> u32 {
//!     match gear {
//!         0 => 0,
//!         1 | 2 => {
//!             // There is no second gear.
//!             let slow = 20;
//!             slow + 5
//!         }
//!         _ => 100,
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Fewer than three branches.
//! - Values other than integers, characters, strings and variants of an `enum` in the file that derives its equality.
//! - A `String`, which string literals don't match.
//! - Conditions that check anything else.
//! - Comments between the branches.
//!
//! ## What it checks
//!
//! The compared expression is a place expression, and the values are distinct and of one kind, so the order of the
//! branches doesn't matter. If the type isn't known, the edit needs review.

use ra_ap_syntax::SyntaxKind;

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::value_chain::ValueChain, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "if-chain-to-match",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("match", "else if contains", &[Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let choice = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = ValueChain::of(&choice, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Convert {} comparisons to `match`", shape.branches);
        let change = Change::new(title, shape.whole, vec![rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the type"),
        };
        Ok(change.checked(&[
            "the compared value is a place expression",
            "the values are distinct and of one kind",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::{FileContext, Hazard};

    static TO_MATCH: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(n: u8, s: &str, o: O) {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&TO_MATCH, &inside(before), &inside(after));
    }

    #[test]
    fn statements_keep_their_braces() {
        becomes(
            "$0if n == 1 {\n    a();\n} else if n == b'x' {\n    // Why.\n    b();\n\n    c(\"\n\");\n} else if n == 3 {\n} else {\n    d();\n}\ne();",
            "match n {\n    1 => {\n        a();\n    }\n    b'x' => {\n        // Why.\n        b();\n\n        c(\"\n\");\n    }\n    3 => {}\n    _ => {\n        d();\n    }\n}\ne();",
        );
    }

    #[test]
    fn nothing_is_done_without_an_else() {
        becomes(
            "$0if s == \"a\" {\n    a()\n} else if s == \"b\" {\n    return;\n} else if s == \"c\" || s == \"d\" {\n    b();\n}",
            "match s {\n    \"a\" => a(),\n    \"b\" => return,\n    \"c\" | \"d\" => {\n        b();\n    }\n    _ => {}\n}",
        );
    }

    #[test]
    fn values_are_values_of_arms() {
        becomes(
            "let x = $0if n == 1 {\n    \"one\"\n} else if n == 2 {\n    \"two\"\n} else {\n    \"many\"\n};",
            "let x = match n {\n    1 => \"one\",\n    2 => \"two\",\n    _ => \"many\",\n};",
        );
    }

    #[test]
    fn variants_of_the_file_are_values() {
        let own = "#[derive(PartialEq)]\nenum O {\n    A,\n    B,\n    C,\n}\n\n";
        let chain = |last: &str| {
            format!(
                "{own}{}",
                inside(&format!(
                    "$0if o == O::A {{\n    a();\n}} else if o == O::B {{\n    b();\n}} else{last} {{\n    c();\n}}"
                ))
            )
        };
        let after = "match o {\n    O::A => {\n        a();\n    }\n    O::B => {\n        b();\n    }\n    _ => {\n        c();\n    }\n}";
        assert_becomes(&TO_MATCH, &chain(""), &format!("{own}{}", inside(after)));
        assert_refused(&TO_MATCH, Hazard::Text, &chain(" if o == O::C"));
    }

    #[test]
    fn a_type_that_is_not_shown_is_looked_at() {
        let level = |place: &str| {
            let code = format!(
                "$0if {place} == 1 {{\n    a();\n}} else if {place} == 2 {{\n    b();\n}} else {{\n    c();\n}}"
            );
            let offer = offered(FileContext::default(), &TO_MATCH, &inside(&code)).unwrap();
            offer.change().applicability
        };
        assert_eq!(level("n"), Applicability::Safe);
        assert_eq!(level("o.x"), Applicability::NeedsCheck);
    }

    fn chain(first: &str, second: &str, third: &str) -> String {
        inside(&format!(
            "$0if {first} {{\n    a();\n}} else if {second} {{\n    b();\n}} else if {third} {{\n    c();\n}}"
        ))
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (hazard, [first, second, third]) in [
            (
                Hazard::Types,
                ["o.t == \"a\"", "o.t == \"b\"", "o.t == \"c\""],
            ),
            (Hazard::Evaluation, ["g() == 1", "g() == 2", "g() == 3"]),
            (Hazard::Text, ["n == 1", "n == 2", "n == 1"]),
            (Hazard::Text, ["n == 1", "n == '2'", "n == 3"]),
        ] {
            assert_refused(&TO_MATCH, hazard, &chain(first, second, third));
        }
        let next =
            "$0if n == 1 {\n    a();\n// Two.\n} else if n == 2 {\n    b();\n} else {\n    c();\n}";
        assert_refused(&TO_MATCH, Hazard::Text, &inside(next));
        let comments = "$0if n == 1 {\n    a();\n}\n// Why.\nelse if n == 2 {\n    b();\n} else {\n    c();\n}";
        assert_refused(&TO_MATCH, Hazard::Text, &inside(comments));
    }

    #[test]
    fn questions_and_ranges_are_left_alone() {
        let bools = "$0if n == 0 {\n    true\n} else if n == 4 {\n    true\n} else {\n    false\n}";
        assert_refused(&TO_MATCH, Hazard::Text, &inside(bools));
        let range = "$0if n == 0 || n == 1 || n == 2 {\n    a()\n} else if n == 5 {\n    b()\n} else {\n    c()\n}";
        assert_refused(&TO_MATCH, Hazard::Text, &inside(range));
    }

    #[test]
    fn other_chains_ask_more_than_one_thing() {
        for [first, second, third] in [
            ["n == 1", "n == 2", "n > 3"],
            ["n == 1", "n == 2 && s == \"a\"", "n == 3"],
            ["n == 1.0", "n == 2.0", "n == 3.0"],
            ["n == 1", "m == 2", "n == 3"],
            ["n == A", "n == B", "n == C"],
            ["n != 1", "n != 2", "n != 3"],
            ["let 1 = n", "n == 2", "n == 3"],
        ] {
            assert_not_here(&TO_MATCH, &chain(first, second, third));
        }
        let short = "$0if n == 1 {\n    a();\n} else {\n    b();\n}";
        assert_not_here(&TO_MATCH, &inside(short));
        let nested = "$0if n == 1 {\n    a();\n} else if n == 2 {\n    b();\n}";
        assert_not_here(&TO_MATCH, &inside(nested));
    }
}
