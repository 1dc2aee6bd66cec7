//! # Simplify boolean
//!
//! ## What it does
//! Replaces branches that only evaluate to `true` or `false` with the condition, or with `matches!`.
//!
//! ## Why
//!
//! `true` if a condition holds and `false` otherwise is the condition itself, and `b` if `a` holds and `false` otherwise
//! is `a && b`.
//!
//! ## Example
//!
//! ```rust before
//! fn is_known(names: &Names, name: &str) -> bool {
//!     let name = name.trim();
//!     $0if names.contains(name) {
//!         return true;
//!     }
//!     false
//! }
//! ```
//!
//! ```rust after
//! fn is_known(names: &Names, name: &str) -> bool {
//!     let name = name.trim();
//!     names.contains(name)
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An `if` after other guards.
//! - More than two guards or three conditions, and mixes of `&&` and `||`.
//! - Awkward negations.
//! - Two bounds of one value, for which clippy prefers a range.
//! - Code of which only a variable would be left.
//! - A `match` or `if` that is the only content of an arm, a branch or a closure.
//! - A `match` that names every case.
//! - `Some(_)` and similar patterns, which have their own methods.
//! - Comments and attributes.
//!
//! ## What it checks
//!
//! The conditions are evaluated in the same order, and each only when it was before. The function itself returns a
//! `bool`. Temporaries of the conditions are dropped before the variables of the function, as before.

use ra_ap_syntax::{AstNode, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{
    shapes::{boolean_choice::BooleanChoice, boolean_match::BooleanMatch},
    syntax::{Rewrite, types_shown::Ground},
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "simplify-boolean",
    kind: Kind::Rewrite,
    at: &find::CHOICES,
    needs: Needs::Syntax,
    allows: Allows::of(
        "matches",
        "_ else false if let match return true",
        &[Also::Negates],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).ok_or(Refusal::NotHere)?;
    match BooleanMatch::of(&node, &source.text, source.context) {
        Ok((shape, rewrite)) => return plan_match(shape.whole, rewrite),
        Err(refusal @ Refusal::Because { .. }) => return Err(refusal),
        Err(Refusal::NotHere) => {}
    }
    let found = ast::IfExpr::cast(node).ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = BooleanChoice::of(&found, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let change = Change::new(
            "Replace branches with the condition",
            shape.whole,
            vec![rewrite],
        )?;
        let (change, types) = match shape.ground {
            Ground::Shown => (change, "every condition is a `bool`"),
            Ground::Likely => (
                change.to_check("the types"),
                "judging by its name, the operand of the removed `!` is a `bool`",
            ),
        };
        Ok(change.checked(&[
            types,
            "the conditions are evaluated in the same order, and only when they were before",
            "nothing is dropped later than before",
        ]))
    })
}

fn plan_match(whole: TextRange, rewrite: Rewrite<'_>) -> Result<Plan<'_>, Refusal> {
    Plan::new(whole, move || {
        let change = Change::new("Replace with `matches!`", whole, vec![rewrite])?;
        Ok(change.checked(&[
            "the value is matched with the same patterns in the same order",
            "nothing is dropped later than before",
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

    static SIMPLIFY_BOOLEAN: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: &A, b: &[u8], n: usize, p: bool, s: S) -> bool {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&SIMPLIFY_BOOLEAN, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&SIMPLIFY_BOOLEAN, hazard, &inside(code));
    }

    fn guard(asked: &str, gives: bool, last: &str) -> String {
        format!("$0if {asked} {{\n    return {gives};\n}}\n{last}")
    }

    fn branches(asked: &str, then: &str, other: &str) -> String {
        format!("$0if {asked} {{\n    {then}\n}} else {{\n    {other}\n}}")
    }

    #[test]
    fn a_match_that_only_asks_is_a_macro() {
        for (choice, after) in [
            (
                "$0match a {\n        A::B(_) | A::C => true,\n        _ => false,\n    }",
                "matches!(a, A::B(_) | A::C)",
            ),
            (
                "$0match a {\n        A::B(n) if n > 1 => true,\n        _ => false,\n    }",
                "matches!(a, A::B(n) if n > 1)",
            ),
            (
                "$0match a.b()? {\n        A::B(..) => false,\n        _ => true,\n    }",
                "!matches!(a.b()?, A::B(..))",
            ),
            (
                "$0if let A::B = a {\n        true\n    } else {\n        false\n    }",
                "matches!(a, A::B)",
            ),
        ] {
            let of = |code: &str| format!("fn f(a: A) -> bool {{\n    {code}\n}}\n");
            assert_becomes(&SIMPLIFY_BOOLEAN, &of(choice), &of(after));
        }
        let of_two = "fn f(a: A) -> bool {\n    $0match a {\n        A::B => false,\n        A::C => false,\n        _ => true,\n    }\n}\n";
        assert_refused(&SIMPLIFY_BOOLEAN, Hazard::Text, of_two);
    }

    #[test]
    fn a_guard_before_a_literal_is_its_condition() {
        for (asked, gives, last, after) in [
            ("a.b()", true, "false", "a.b()"),
            ("a.b()", true, "return false;", "a.b()"),
            ("a.b()", false, "true", "!a.b()"),
            ("n == 1", false, "true", "n != 1"),
            ("!a.is_empty()", false, "true", "a.is_empty()"),
            ("p && n > 1 || a.b()", true, "false", "p && n > 1 || a.b()"),
            (
                "let S::T | S::U = s.c",
                true,
                "false",
                "matches!(s.c, S::T | S::U)",
            ),
        ] {
            becomes(&guard(asked, gives, last), after);
        }
    }

    #[test]
    fn a_guard_before_a_condition_is_joined_with_it() {
        for (asked, gives, last, after) in [
            ("a.b()", true, "a.c(n)", "a.b() || a.c(n)"),
            ("a.b()", false, "a.c(n)", "!a.b() && a.c(n)"),
            ("p", true, "n == 1", "p || n == 1"),
            ("n == 1", false, "a.b() && p", "n != 1 && a.b() && p"),
            ("a.b()", true, "return n == 1;", "a.b() || n == 1"),
            (
                "let S::T = s.c",
                true,
                "a.b()",
                "matches!(s.c, S::T) || a.b()",
            ),
        ] {
            becomes(&guard(asked, gives, last), after);
        }
        becomes(
            "$0if a.b() {\n    return true;\n}\n\nif n == 1 {\n    return true;\n}\nfalse",
            "a.b() || n == 1",
        );
        becomes(
            "$0if a.b() {\n    return false;\n}\nif n == 1 {\n    return false;\n}\ntrue",
            "!a.b() && n != 1",
        );
    }

    #[test]
    fn branches_are_joined() {
        for (asked, then, other, after) in [
            ("a.b()", "true", "false", "a.b()"),
            ("a.b()", "false", "true", "!a.b()"),
            ("a.b()", "a.c(n)", "false", "a.b() && a.c(n)"),
            ("a.b()", "true", "a.c(n)", "a.b() || a.c(n)"),
            ("a.b()", "false", "a.c(n)", "!a.b() && a.c(n)"),
        ] {
            becomes(&branches(asked, then, other), after);
            let value = branches(asked, then, other);
            becomes(
                &format!("let c = {value};\nd(c)"),
                &format!("let c = {after};\nd(c)"),
            );
        }
    }

    #[test]
    fn long_chains_get_lines() {
        let long = "a.the_first_of_some_long_names == n.the_second_of_some_long_names";
        becomes(
            &guard("a.the_third_of_some_long_names()", true, long),
            &format!("a.the_third_of_some_long_names()\n    || {long}"),
        );
    }

    #[test]
    fn what_would_be_hard_to_read_is_refused() {
        for code in [
            guard("a.b() && p", true, "a.c(n)"),
            guard("a.b()", true, "a.c(n) && p"),
            guard("a.b() || p", true, "a.c(n) || n == 1"),
            guard("a.b()", true, "match n { 1 => true, _ => a.b() }"),
            guard("n < 1", true, "n > 9"),
            guard("a.b()", true, "panic!()"),
            guard("p", true, "false"),
            guard("!p", false, "true"),
            guard("a.b() /* c */", true, "false"),
            guard("m! { a }", true, "false"),
            guard("a.b()", true, "#[allow(x)]\n(a.c() == 1)"),
        ] {
            refused(Hazard::Text, &code);
        }
        for code in [
            guard("a.c() < n.d()", false, "true"),
            guard("p && n > 1 && a.b() && a.c()", false, "true"),
        ] {
            refused(Hazard::Negation, &code);
        }
    }

    #[test]
    fn what_would_be_dropped_late_is_refused() {
        let kept = guard("a.lock().is_open()", true, "false");
        becomes(&kept, "a.lock().is_open()");
        refused(Hazard::TailTemporaries, &format!("let c = a.d();\n{kept}"));
        becomes(
            &format!("let c = a.d();\n{}", guard("c.lock().e()", true, "a.b()")),
            "let c = a.d();\nc.lock().e() || a.b()",
        );
    }

    #[test]
    fn a_block_that_would_hold_nothing_else_is_refused() {
        let inner = guard("a.b()", true, "false").replace('\n', "\n        ");
        refused(
            Hazard::Text,
            &format!("match n {{\n    1 => {{\n        {inner}\n    }}\n    _ => a.c(),\n}}"),
        );
    }

    #[test]
    fn other_code_has_no_such_shape() {
        for code in [
            "$0if a.b() { d(); return true; } false",
            "$0if a.b() { return true; } true",
            "$0if a.b() { return p; } false",
            "$0if a.b() { return true; } d(); false",
            "$0if let Some(c) = a.b() { return true; } false",
            "$0if let Some(_) = a { return true; } false",
            "$0if let S::T = a.b() { return true; } false",
            "if n == 1 { return true; } $0if a.b() { return true; } false",
            "let Some(c) = a.d() else { return false; }; $0if c.b() { return true; } false",
            "$0if a.b() { return true; } if p { return true; } if n == 1 { return true; } false",
            "$0if a.b() { return false; } if p { return true; } false",
            "$0if a.b() { a.c() } else if p { true } else { false }",
            "$0if a.b() { p } else { true }",
            "$0if a.b() { d(); p } else { false }",
            "d($0if a.b() { p } else { false })",
        ] {
            assert_not_here(&SIMPLIFY_BOOLEAN, &inside(code));
        }
        for (head, tail) in [
            ("fn f(a: &A) -> Option<bool> { g(|| 1);", "}"),
            ("fn f(a: &A) { let c = async {", "}; }"),
        ] {
            let text = format!("{head} $0if a.b() {{ return true; }} false {tail}");
            assert_not_here(&SIMPLIFY_BOOLEAN, &text);
        }
    }

    #[test]
    fn a_bool_by_its_name_needs_a_look() {
        let level = |asked: &str| {
            let text = inside(&guard(asked, false, "true"));
            let offer = offered(FileContext::default(), &SIMPLIFY_BOOLEAN, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("!a.is_empty()"), Applicability::Safe);
        assert_eq!(level("!a.b(n)"), Applicability::NeedsCheck);
    }
}
