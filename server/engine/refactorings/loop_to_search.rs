//! # Loop to search
//!
//! ## What it does
//! Replaces a `for` loop that only searches for an element with `any`, `all`, `position` or `find`.
//!
//! ## Why
//!
//! The name of the method says what is searched for, so only the condition is left to read. There is no mutable variable
//! and no `return` from the middle of the function.
//!
//! ## Example
//!
//! ```rust before
//! fn is_known(names: &[Name], wanted: &str) -> bool {
//!     let wanted = wanted.trim();
//!     $0for name in names {
//!         if name.text == wanted {
//!             return true;
//!         }
//!     }
//!     false
//! }
//! ```
//!
//! ```rust after
//! fn is_known(names: &[Name], wanted: &str) -> bool {
//!     let wanted = wanted.trim();
//!     names.iter().any(|name| name.text == wanted)
//! }
//! ```
//!
//! A variable for the result is no longer mutable:
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     let mut first = None;
//!     $0for (at, line) in lines.iter().enumerate() {
//!         if line.is_wrong() {
//!             first = Some(at);
//!             break;
//!         }
//!     }
//!     log.tell(first);
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     let first = lines.iter().position(|line| line.is_wrong());
//!     log.tell(first);
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Loops with a label, an `else`, comments or more than one condition.
//! - Conditions that are a function called with only the element, or that compare the element itself, for which clippy
//!   prefers other forms.
//! - Loops that return the element, which clippy's `manual_find` reports.
//! - `const fn`.
//!
//! ## What it checks
//!
//! The condition neither exits the function nor sets a variable, and calls no macro except `matches!`. The iterated
//! expression is an iterator by its name, a range, or a collection by its type, and drops nothing later than before.
//! Nothing else changes the result variable.

use ra_ap_syntax::SyntaxKind;

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::search_loop::SearchLoop, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "loop-to-search",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::FOR_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "all any char find iter let matches position",
        "None Some break else enumerate false for if in let mut return true",
        &[Also::DropsPattern, Also::Negates],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let found = find::loop_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = SearchLoop::of(&found, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Replace loop with `{}`", shape.method);
        let change = Change::new(title, shape.whole, vec![rewrite])?;
        let (change, types) = match shape.ground {
            Ground::Shown => (change, "the loop iterates over an iterator or a collection"),
            Ground::Likely => (
                change.to_check("the types"),
                "judging by the names, the loop iterates over an iterator and tests a `bool`",
            ),
        };
        Ok(change.checked(&[
            types,
            "the condition neither exits the function nor sets a variable",
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

    static LOOP_TO_SEARCH: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "fn f(a: &[u8], up: &Vec<S>, by: Vec<S>, n: usize, own: Own) -> bool {{\n{lines}}}\n"
        )
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&LOOP_TO_SEARCH, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&LOOP_TO_SEARCH, hazard, &inside(code));
    }

    fn returning(head: &str, asked: &str, value: &str, otherwise: &str) -> String {
        format!(
            "$0for {head} {{\n    if {asked} {{\n        return {value};\n    }}\n}}\n{otherwise}"
        )
    }

    fn setting(head: &str, asked: &str, value: &str, otherwise: &str) -> String {
        format!(
            "let mut found = {otherwise};\n$0for {head} {{\n    if {asked} {{\n        found = {value};\n        break;\n    }}\n}}\ng(found);"
        )
    }

    #[test]
    fn what_is_returned_for_one_is_any() {
        for (head, after) in [
            ("b in a", "a.iter().any(|b| b.c(n))"),
            ("b in &by", "by.iter().any(|b| b.c(n))"),
            ("b in &up[1..]", "up[1..].iter().any(|b| b.c(n))"),
            ("&b in a.iter()", "a.iter().any(|&b| b.c(n))"),
            ("b in 0..n", "(0..n).any(|b| b.c(n))"),
            ("b in (0..n).rev()", "(0..n).rev().any(|b| b.c(n))"),
            (
                "(b, c) in own.d.iter().zip(a)",
                "own.d.iter().zip(a).any(|(b, c)| b.c(n))",
            ),
            ("b in own.d.chars()", "own.d.chars().any(|b| b.c(n))"),
        ] {
            becomes(&returning(head, "b.c(n)", "true", "false"), after);
        }
        becomes(
            &returning("b in a", "b.c(n)", "true", "return false;"),
            "a.iter().any(|b| b.c(n))",
        );
        becomes(
            &returning("b in a", "let S::T(_) | S::U = b.c", "true", "false"),
            "a.iter().any(|b| matches!(b.c, S::T(_) | S::U))",
        );
    }

    #[test]
    fn a_question_of_each_character_is_called_by_its_name() {
        let text = |asked: &str, after: &str, ty: &str| {
            let around = |code: &str| format!("fn f(text: {ty}) -> bool {{\n{code}\n}}\n");
            let before = format!(
                "    $0for c in text.chars() {{\n        if {asked} {{\n            return true;\n        }}\n    }}\n    false"
            );
            let after = format!("    text.chars().any({after})");
            assert_becomes(&LOOP_TO_SEARCH, &around(&before), &around(&after));
        };
        text("c.is_uppercase()", "char::is_uppercase", "&str");
        text("c.is_whitespace()", "char::is_whitespace", "String");
        text("c.is_ascii_digit()", "|c| c.is_ascii_digit()", "&str");
        text("c.is_uppercase()", "|c| c.is_uppercase()", "Rope");
        text("c.is_digit(10)", "|c| c.is_digit(10)", "&str");
    }

    #[test]
    fn what_is_returned_for_none_is_all_or_not_any() {
        for (asked, after) in [
            ("b.c != n.d", "a.iter().all(|b| b.c == n.d)"),
            ("!b.is_empty()", "a.iter().all(|b| b.is_empty())"),
            ("b.is_empty()", "a.iter().all(|b| !b.is_empty())"),
            ("n == 1 || b.c == 2", "a.iter().all(|b| n != 1 && b.c != 2)"),
            ("!b.c(n)", "a.iter().all(|b| b.c(n))"),
            ("b.c && b.d(n)", "!a.iter().any(|b| b.c && b.d(n))"),
            ("let S::T(_) = b", "!a.iter().any(|b| matches!(b, S::T(_)))"),
        ] {
            becomes(&returning("b in a", asked, "false", "true"), after);
        }
    }

    #[test]
    fn a_variable_takes_the_result() {
        becomes(
            &setting("b in a", "b.c(n)", "true", "false"),
            "let found = a.iter().any(|b| b.c(n));\ng(found);",
        );
        becomes(
            &setting(
                "(i, b) in a.iter().enumerate()",
                "b.c(n)",
                "Some(i)",
                "None",
            ),
            "let found = a.iter().position(|b| b.c(n));\ng(found);",
        );
        becomes(
            &setting("b in a", "b.c == n", "Some(b)", "None"),
            "let found = a.iter().find(|&b| b.c == n);\ng(found);",
        );
        becomes(
            &setting("b in a", "b.c(n)", "true", "false").replace("g(found);", "found"),
            "a.iter().any(|b| b.c(n))",
        );
        becomes(
            &returning(
                "(i, b) in a.iter().enumerate()",
                "b.c(n)",
                "Some(i)",
                "None",
            ),
            "a.iter().position(|b| b.c(n))",
        );
    }

    #[test]
    fn a_branch_at_the_end_gives_the_result() {
        let inner = "for b in a {\n            if b.c(n) {\n                return true;\n            }\n        }\n        false";
        let function = |around: &str, inner: &str| {
            let body = around.replace("{}", inner);
            format!("fn f(a: &[u8], n: usize) -> bool {{\n    {body}\n}}\n")
        };
        for around in [
            "if n == 1 {\n        d();\n        {}\n    } else {\n        g()\n    }",
            "if n == 1 {\n        g()\n    } else if n == 2 {\n        d();\n        {}\n    } else {\n        g()\n    }",
        ] {
            assert_becomes(
                &LOOP_TO_SEARCH,
                &function(around, &format!("$0{inner}")),
                &function(around, "a.iter().any(|b| b.c(n))"),
            );
        }
        for around in [
            "if n == 1 {\n        {}\n    } else {\n        g()\n    }",
            "match n {\n    1 => {\n        {}\n    }\n    _ => g(),\n    }",
        ] {
            let text = function(around, &format!("$0{inner}"));
            assert_refused(&LOOP_TO_SEARCH, Hazard::Text, &text);
        }
    }

    #[test]
    fn long_chains_get_lines() {
        let long = "b.the_first_of_some_names == n.the_second_of_some_names";
        becomes(
            &returning("b in a", long, "true", "false"),
            &format!("a.iter()\n    .any(|b| {long})"),
        );
        let both = "b.the_first_of_some_names(n) && b.the_second_of_some_names(n)";
        becomes(
            &returning("b in a", both, "false", "true"),
            &format!("!a.iter()\n    .any(|b| {both})"),
        );
        let order = long.replace("==", "<");
        refused(
            Hazard::Negation,
            &returning("b in a", &order, "false", "true"),
        );
        becomes(
            &returning("b in &own.d[1..]", "b.c(n)", "true", "false")
                .replace("&own.d[1..]", "own.the_first.iter()"),
            "own.the_first.iter().any(|b| b.c(n))",
        );
        becomes(
            &setting("b in a", long, "true", "false"),
            &format!("let found = a\n    .iter()\n    .any(|b| {long});\ng(found);"),
        );
        let longer =
            "b.the_first_of_some_names_here == n.the_second_of_some_names && b.another_one_of(n)";
        becomes(
            &returning("b in a", longer, "true", "false"),
            &format!("a.iter().any(|b| {{\n    {longer}\n}})"),
        );
    }

    #[test]
    fn an_iterator_by_name_needs_a_look() {
        let level = |head: &str| {
            let text = inside(&returning(head, "b.c(n)", "true", "false"));
            let offer = offered(FileContext::default(), &LOOP_TO_SEARCH, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("b in own.lines()"), Applicability::NeedsCheck);
        assert_eq!(level("b in a"), Applicability::Safe);
        let text = inside(&returning("b in a", "!b.c(n)", "false", "true"));
        let offer = offered(FileContext::default(), &LOOP_TO_SEARCH, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn what_is_no_iterator_is_refused() {
        for head in [
            "b in own",
            "b in &own",
            "b in by",
            "b in &mut own.d",
            "b in own.children()",
            "b in g().iter()",
            "b in own.lock().iter()",
            "b in own.d.into_iter()",
            "b in n..",
        ] {
            refused(Hazard::Types, &returning(head, "b.c(n)", "true", "false"));
        }
    }

    #[test]
    fn what_a_closure_may_not_do_is_refused() {
        for asked in ["b.c()?", "b.c().await", "m!(b)", "matches!(b.c()?, 1)"] {
            refused(
                Hazard::ControlFlow,
                &returning("b in a", asked, "true", "false"),
            );
        }
        refused(
            Hazard::Evaluation,
            &returning("b in a", "{ n += 1; n } == b.c", "true", "false"),
        );
        let text = returning("b in a", "b.c(n)", "true", "false");
        let text = inside(&text).replacen("fn", "const fn", 1);
        assert_refused(&LOOP_TO_SEARCH, Hazard::Constants, &text);
    }

    #[test]
    fn a_condition_that_changes_something_is_no_search() {
        for asked in ["n.solve(&mut b.column)", "b.column_mut().c()"] {
            refused(
                Hazard::Evaluation,
                &returning("b in a", asked, "true", "false"),
            );
        }
    }

    #[test]
    fn what_clippy_would_write_otherwise_is_refused() {
        for asked in ["c(b)", "*b == n", "n == *b"] {
            refused(Hazard::Text, &returning("b in a", asked, "true", "false"));
        }
        refused(
            Hazard::Text,
            &returning("b in n.chars()", "!b.is_ascii()", "true", "false"),
        );
    }

    #[test]
    fn nothing_is_denied_twice() {
        let code = returning("b in a", "b.c && !b.d(n)", "false", "true");
        refused(Hazard::Negation, &code);
    }

    #[test]
    fn names_of_the_file_are_its_own() {
        let text = inside(&returning("b in a", "b.c(n)", "true", "false"));
        let own = "trait T { fn any(&self) -> bool; }\n";
        assert_refused(&LOOP_TO_SEARCH, Hazard::Scope, &format!("{own}{text}"));
        let own = "struct Vec<T>(T);\n";
        let text = inside(&returning("b in &by", "b.c(n)", "true", "false"));
        assert_refused(&LOOP_TO_SEARCH, Hazard::Types, &format!("{own}{text}"));
    }

    #[test]
    fn a_variable_that_is_gone_is_asked_for() {
        let code = setting("b in a", "found || b.c(n)", "true", "false");
        refused(Hazard::Scope, &code);
        let head = "(i, b) in a.iter().enumerate()";
        refused(Hazard::Scope, &setting(head, "b.c(i)", "Some(i)", "None"));
    }

    #[test]
    fn comments_have_no_place() {
        let code =
            "$0for b in a {\n    // Why.\n    if b.c(n) {\n        return true;\n    }\n}\nfalse";
        refused(Hazard::Text, code);
    }

    #[test]
    fn other_loops_are_left_alone() {
        for code in [
            "$0for b in a { if b.c() { return true; } else { d(); } } false",
            "$0for b in a { if b.c() { d(); return true; } } false",
            "$0for b in a { if b.c() { return true; } d(); } false",
            "$0for b in a { if b.c() { return n; } } false",
            "$0for b in a { if b.c() { return true; } } n",
            "$0for _ in a { if n.c() { return true; } } false",
            "$0'a: for b in a { if b.c() { return true; } } false",
            "$0for b in a { if let Some(c) = b.c() { return true; } } false",
            "$0for b in a { if b.c() { return Some(b); } } None",
            "let mut d = false; $0for b in a { if b.c() { d = true; } } e(d);",
            "let mut d = false; $0for b in a { if b.c() { d = true; break; } } d = e(d);",
            "let mut d = false; $0for b in a { if b.c() { d = true; break; } } e(&mut d);",
            "let mut d = n; $0for b in a { if b.c() { d = true; break; } } e(d);",
            "let mut d = false; e(); $0for b in a { if b.c() { d = true; break; } } e(d);",
            "if n { $0for b in a { if b.c() { return true; } } false } else { d() }; e()",
            "if { $0for b in a { if b.c() { return true; } } false } { d() } else { e() }",
            "match { $0for b in a { if b.c() { return true; } } false } { _ => d() }",
            "loop { if n { $0for b in a { if b.c() { return true; } } false } else { d() } }",
        ] {
            assert_not_here(&LOOP_TO_SEARCH, &inside(code));
        }
    }
}
