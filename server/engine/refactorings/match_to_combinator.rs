//! # Match to combinator
//!
//! ## What it does
//! Replaces a `match`, `if let` or `if` on an `Option`, `Result` or condition with a method such as `is_some_and`, `map`
//! or `unwrap_or`. A condition on the contained value becomes `is_some_and`, `is_none_or` or `is_ok_and`. A `match` that
//! computes another value becomes `ok`, `ok_or`, `ok_or_else`, `unwrap_or`, `unwrap_or_default`, `unwrap_or_else`,
//! `and_then`, `map`, `map_or` or `map_err`. An `if` that evaluates to `Some(…)` or `None` becomes `then` or
//! `then_some`.
//!
//! ## Why
//!
//! The method says what happens without a value, so only the condition is left to read.
//!
//! ## Example
//!
//! ```rust before
//! fn is_old(ages: &Ages, name: &str) -> bool {
//!     let name = name.trim();
//!     $0match ages.get(name) {
//!         Some(age) => age.years > 99,
//!         None => false,
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn is_old(ages: &Ages, name: &str) -> bool {
//!     let name = name.trim();
//!     ages.get(name).is_some_and(|age| age.years > 99)
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A value that may be a reference, is used again or has temporaries.
//! - A condition that exits the function, moves a variable or calls a method that may change one.
//! - `f(x)` and `x == y`, which have their own forms.
//! - A `match` or `if` that is the only content of an arm, a branch or a closure.
//! - New code that would take as many lines.
//! - Comments and `const fn`.
//! - A value that may be coerced where it is used, such as a `&String` next to a `&str`.
//!
//! ## What it checks
//!
//! The value is an owned `Option` or `Result`, judging by its expression, or a reference to a place expression. The
//! condition only reads the contained value and variables, and a moved variable is one whose block ends there. An
//! eagerly evaluated value is a literal, a variable, or built only from those. The file defines nothing with the same
//! names, and the minimum Rust version has the method.

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

use crate::{
    shapes::{option_question::OptionQuestion, option_value::OptionValue},
    syntax::types_shown::Ground,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "match-to-combinator",
    kind: Kind::Rewrite,
    at: &[
        SyntaxKind::IF_EXPR,
        SyntaxKind::LET_STMT,
        SyntaxKind::MATCH_EXPR,
    ],
    needs: Needs::Syntax,
    allows: Allows::of(
        "_ and_then as_ref is_none_or is_ok_and is_some_and map map_err map_or ok ok_or ok_or_else then then_some unwrap_or unwrap_or_default unwrap_or_else",
        "BTreeMap BTreeSet Default Err HashMap HashSet None Ok OsString PathBuf Some String Vec VecDeque _ default else false if let match new return true vec",
        &[Also::DropsPattern],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).or_else(|| find::let_else_at(context, target));
    let node = node.ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = match OptionQuestion::of(&node, &source.text, source.context) {
        Ok(question) => question,
        Err(Refusal::NotHere) if node.kind() != SyntaxKind::LET_STMT => {
            return plan_value(context, &node);
        }
        Err(refusal) => return Err(refusal),
    };
    Plan::new(shape.whole, move || {
        let title = format!("Replace with `{}`", shape.method);
        let change = Change::new(title, shape.whole, vec![rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the type of the value"),
        };
        Ok(change.checked(&[
            "the value is an owned `Option` or `Result`, or a place expression",
            "the condition only reads the contained value and variables",
            "nothing is dropped later than before",
        ]))
    })
}

fn plan_value<'a>(context: &'a Context<'_>, node: &SyntaxNode) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let (shape, rewrite) = OptionValue::of(node, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Replace with `{}`", shape.method);
        let change = Change::new(title, shape.whole, vec![rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the types"),
        };
        Ok(change.checked(&[
            "the value has the type whose method is called",
            "the closure only reads variables, or moves them at their last use",
            "the value isn't coerced to another type",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        *,
    };
    use crate::syntax::{FileContext, Hazard};

    static MATCH_TO_COMBINATOR: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "fn f(a: &A, up: Option<&S>, by: Option<S>, n: usize, own: Own) -> bool {{\n{lines}}}\n"
        )
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&MATCH_TO_COMBINATOR, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&MATCH_TO_COMBINATOR, hazard, &inside(code));
    }

    fn asking(value: &str, asked: &str) -> String {
        format!("$0match {value} {{\n    Some(b) => {asked},\n    None => false,\n}}")
    }

    #[test]
    fn a_question_is_a_method() {
        for before in [
            "$0match a.get(n) {\n    Some(b) => b.c(1),\n    None => false,\n}",
            "$0match a.get(n) {\n    None => false,\n    Some(b) => b.c(1),\n}",
            "$0match a.get(n) {\n    Some(b) => b.c(1),\n    _ => false,\n}",
            "$0match a.get(n) {\n    Some(b) => {\n        b.c(1)\n    }\n    _ => false,\n}",
            "$0if let Some(b) = a.get(n) {\n    b.c(1)\n} else {\n    false\n}",
        ] {
            becomes(before, "a.get(n).is_some_and(|b| b.c(1))");
        }
        becomes(
            "$0if let Some(b) = a.get(n) {\n    b.c(1)\n} else {\n    true\n}",
            "a.get(n).is_none_or(|b| b.c(1))",
        );
        becomes(
            "$0match u8::try_from(n) {\n    Ok(b) => b > 1,\n    Err(_) => false,\n}",
            "u8::try_from(n).is_ok_and(|b| b > 1)",
        );
        becomes(
            &asking("&by", "b.c > 1"),
            "by.as_ref().is_some_and(|b| b.c > 1)",
        );
        becomes(&asking("up", "b.c > n"), "up.is_some_and(|b| b.c > n)");
        becomes(
            &format!(
                "let c = {};\nd(c)",
                asking("a.get(n)", "matches!(b.c, 1 | 2)")
            ),
            "let c = a.get(n).is_some_and(|b| matches!(b.c, 1 | 2));\nd(c)",
        );
    }

    #[test]
    fn long_chains_get_lines() {
        let long = "b.the_first_of_some_names == own.the_second_of_some_names";
        becomes(
            &asking("a.get(n)", long),
            &format!("a.get(n)\n    .is_some_and(|b| {long})"),
        );
        becomes(
            &format!(
                "let c = $0if let Some(b) = own.b.get(n) {{\n    {long}\n}} else {{\n    false\n}};\nd(c)"
            ),
            &format!("let c = own\n    .b\n    .get(n)\n    .is_some_and(|b| {long});\nd(c)"),
        );
    }

    #[test]
    fn values_that_may_be_references_or_are_moved_are_refused() {
        for value in ["by", "own.b", "a.b()", "*up"] {
            refused(Hazard::Types, &asking(value, "b.c > 1"));
        }
        refused(Hazard::Temporaries, &asking("own.b()?.get(n)", "b.c > 1"));
        let choice = "$0if let Some(b) = a.lock().get(n) {\n    b.c > 1\n} else {\n    false\n}";
        refused(Hazard::Temporaries, choice);
    }

    #[test]
    fn the_last_guard_asks_with_the_last_line() {
        let guard = |gives: &str| {
            format!("$0let Some(b) = a.get(n) else {{\n    return {gives};\n}};\nb.c > 1")
        };
        becomes(&guard("false"), "a.get(n).is_some_and(|b| b.c > 1)");
        becomes(&guard("true"), "a.get(n).is_none_or(|b| b.c > 1)");
        let before = "if n == 1 {\n    return false;\n}\nlet d = 2;\n";
        becomes(
            &format!("{before}{}", guard("false")),
            &format!("{before}a.get(n).is_some_and(|b| b.c > 1)"),
        );
        let why = guard("false").replace(";\nb", ";\n// Why.\nb");
        refused(Hazard::Text, &why);
        refused(
            Hazard::Temporaries,
            &guard("false").replace("a.get(n)", "a.lock().get(n)"),
        );
        for code in [
            guard("n > 1"),
            guard("false").replace("b.c > 1", "d(1);\nb.c > 1"),
            format!(
                "let Some(d) = a.get(1) else {{\n    return false;\n}};\n{}",
                guard("false")
            ),
            format!("if n == 1 {{\n    return true;\n}}\n{}", guard("false")),
        ] {
            assert_not_here(&MATCH_TO_COMBINATOR, &inside(&code));
        }
    }

    #[test]
    fn a_call_keeps_what_a_match_keeps() {
        for value in ["a.lock().get(n)", "a.get(&b())"] {
            let after = format!("{value}.is_some_and(|b| b.c > 1)");
            becomes(&asking(value, "b.c > 1"), &after);
        }
    }

    #[test]
    fn questions_that_do_more_are_refused() {
        for asked in ["b.c()?", "b.c().await"] {
            refused(Hazard::ControlFlow, &asking("a.get(n)", asked));
        }
        for asked in [
            "own.c(b)",
            "b.c(own)",
            "b.c(&mut own)",
            "d!(b)",
            "b.c(|| 1)",
        ] {
            refused(Hazard::Borrows, &asking("a.get(n)", asked));
        }
        for asked in ["d(b)", "b == n", "*b", "n > 1"] {
            refused(Hazard::Text, &asking("a.get(n)", asked));
        }
    }

    #[test]
    fn a_form_that_is_no_shorter_is_refused() {
        let value = "own.the_first_of_some_names.the_second_of_some_names.get(n)";
        refused(
            Hazard::Text,
            &asking(value, "b.the_third_of_some_names > 1"),
        );
    }

    #[test]
    fn names_and_compilers_are_asked() {
        let text = inside(&asking("a.get(n)", "b.c > 1"));
        let own = "enum E { Some(u8) }\nuse E::*;\n";
        assert_refused(&MATCH_TO_COMBINATOR, Hazard::Scope, &format!("{own}{text}"));
        let constant = text.replacen("fn", "const fn", 1);
        assert_refused(&MATCH_TO_COMBINATOR, Hazard::Constants, &constant);
    }

    #[test]
    fn other_choices_are_left_alone() {
        for code in [
            "$0match a.get(n) { Some(b) => b.c(1), None => d() }",
            "$0match a.get(n) { Some(b) if n == 1 => b.c(1), _ => false }",
            "$0match a.get(n) { Some(b) => { d(); b.c(1) } None => false }",
            "$0match a.get(n) { Some((b, _)) => b.c(1), None => false }",
            "$0match a.get(n) { Some(ref b) => b.c(1), None => false }",
            "$0match a.get(n) { Some(1) => b.c(1), None => false }",
            "$0match a.get(n) { Some(b) => b.c(1), Some(d) => false }",
            "$0if let Some(b) = a.get(n) { b.c(1) } else if n { true } else { false }",
        ] {
            assert_not_here(&MATCH_TO_COMBINATOR, &inside(code));
        }
    }

    fn giving(ty: &str, code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "fn f(a: &A, b: bool, up: Option<S>, n: usize, s: &str, own: Own) -> {ty} {{\n    d();\n{lines}}}\n"
        )
    }

    fn gives(ty: &str, before: &str, after: &str) {
        assert_becomes(
            &MATCH_TO_COMBINATOR,
            &giving(ty, before),
            &giving(ty, after),
        );
    }

    fn gives_not(hazard: Hazard, ty: &str, code: &str) {
        assert_refused(&MATCH_TO_COMBINATOR, hazard, &giving(ty, code));
    }

    fn branching(condition: &str, value: &str) -> String {
        format!("$0if {condition} {{\n    Some({value})\n}} else {{\n    None\n}}")
    }

    #[test]
    fn a_condition_gives_a_value() {
        for (condition, value, after) in [
            ("b", "n", "b.then_some(n)"),
            ("b", "own", "b.then_some(own)"),
            ("s.is_empty()", "S::T(n)", "s.is_empty().then_some(S::T(n))"),
            ("b", "s.to_string()", "b.then(|| s.to_string())"),
            ("b", "own.run(n)", "b.then(|| own.run(n))"),
            (
                "b",
                "s.as_bytes().to_vec()",
                "b.then(|| s.as_bytes().to_vec())",
            ),
            ("!b", "n", "(!b).then_some(n)"),
            ("n > 1", "a.c(n)", "(n > 1).then(|| a.c(n))"),
            ("b", "format!(\"{n}\")", "b.then(|| format!(\"{n}\"))"),
        ] {
            gives("Option<T>", &branching(condition, value), after);
        }
        gives(
            "T",
            &format!("let c = {};\ne(c)", branching("b", "S::new(n)")),
            "let c = b.then(|| S::new(n));\ne(c)",
        );
        gives(
            "T",
            &format!("a.c = {};\ne(a)", branching("b", "n")),
            "a.c = b.then_some(n);\ne(a)",
        );
    }

    #[test]
    fn a_condition_stays_where_its_value_may_not_go() {
        for (hazard, ty, value) in [
            (Hazard::Types, "Option<&str>", "own.name()"),
            (Hazard::Types, "Option<Box<dyn T>>", "Box::new(g(n))"),
            (Hazard::Types, "Option<T>", "Box::new(g(n))"),
            (Hazard::Text, "Option<T>", "&a.c[n]"),
            (Hazard::Text, "Option<T>", "S::new()"),
            (Hazard::Text, "Option<T>", "CALL(n)"),
            (Hazard::Text, "Option<T>", "a[n]"),
            (Hazard::ControlFlow, "Option<T>", "a.c()?"),
            (Hazard::Borrows, "Option<T>", "m!(n)"),
        ] {
            gives_not(hazard, ty, &branching("b", value));
        }
        gives_not(
            Hazard::Temporaries,
            "Option<T>",
            &branching("a.lock().c()", "n"),
        );
        gives_not(Hazard::Types, "Option<T>", &branching("own.random()", "n"));
        let moves = format!("let c = {};\ne(c)", branching("b", "own"));
        gives_not(Hazard::Borrows, "T", &moves);
        let makes = giving("Option<T>", &branching("b", "S(n)"));
        let drops = "impl Drop for S {}\n";
        assert_refused(
            &MATCH_TO_COMBINATOR,
            Hazard::Drops,
            &format!("{drops}{makes}"),
        );
    }

    fn taking(value: &str, some: &str, none: &str) -> String {
        format!("$0match {value} {{\n    {some},\n    {none},\n}}")
    }

    #[test]
    fn what_may_be_missing_becomes_something_else() {
        for (value, some, none, after) in [
            (
                "a.get(n)",
                "Some(c) => Ok(c)",
                "None => Err(E::Gone)",
                "a.get(n).ok_or(E::Gone)",
            ),
            (
                "n.checked_add(1)",
                "Some(c) => Ok(c)",
                "_ => Err(E::new(s, 1))",
                "n.checked_add(1).ok_or_else(|| E::new(s, 1))",
            ),
            (
                "up",
                "Some(c) => c.next(n)",
                "None => None",
                "up.and_then(|c| c.next(n))",
            ),
            (
                "u8::try_from(n)",
                "Ok(c) => Ok(c)",
                "Err(e) => Err(E::Wide(e))",
                "u8::try_from(n).map_err(E::Wide)",
            ),
            (
                "u8::try_from(n)",
                "Ok(c) => Ok(c)",
                "Err(_) => Err(E::wide(s, 1))",
                "u8::try_from(n).map_err(|_| E::wide(s, 1))",
            ),
            (
                "u8::try_from(n)",
                "Ok(c) => Ok(c.wrapping_add(1))",
                "Err(e) => Err(e)",
                "u8::try_from(n).map(|c| c.wrapping_add(1))",
            ),
        ] {
            gives("Result<T, E>", &taking(value, some, none), after);
        }
        gives(
            "T",
            &format!(
                "let c = {};\ne(c)",
                taking("up", "Some(c) => c", "None => S::with_name(s, n)")
            ),
            "let c = up.unwrap_or_else(|| S::with_name(s, n));\ne(c)",
        );
    }

    #[test]
    fn what_may_be_converted_or_borrowed_stays() {
        for (hazard, ty, value, some, none) in [
            (
                Hazard::Types,
                "Result<&str, E>",
                "a.get(n)",
                "Some(c) => Ok(c)",
                "None => Err(E::Gone)",
            ),
            (
                Hazard::Borrows,
                "&str",
                "a.get(n)",
                "Some(c) => c",
                "None => own.name(n)",
            ),
            (
                Hazard::Types,
                "Result<T, E>",
                "own.c",
                "Some(c) => Ok(c)",
                "None => Err(E::Gone)",
            ),
            (
                Hazard::Borrows,
                "Result<T, E>",
                "a.get_mut(n)",
                "Some(c) => Ok(c)",
                "None => Err(E::new(a, n))",
            ),
            (
                Hazard::Borrows,
                "Result<T, E>",
                "a.next()",
                "Some(c) => Ok(c)",
                "None => Err(E::new(own, 1))",
            ),
        ] {
            gives_not(hazard, ty, &taking(value, some, none));
        }
    }

    #[test]
    fn a_default_is_named() {
        for (ty, value, some, none, after) in [
            (
                "u8",
                "a.get(n)",
                "Some(c) => c",
                "None => 3",
                "a.get(n).unwrap_or(3)",
            ),
            (
                "S",
                "up",
                "Some(c) => c",
                "_ => S::Tee",
                "up.unwrap_or(S::Tee)",
            ),
            (
                "S",
                "u8::try_from(n)",
                "Ok(c) => c",
                "Err(_) => u8::MAX",
                "u8::try_from(n).unwrap_or(u8::MAX)",
            ),
            (
                "&str",
                "s.strip_prefix('a')",
                "Some(c) => c",
                "None => s",
                "s.strip_prefix('a').unwrap_or(s)",
            ),
            (
                "String",
                "a.pop()",
                "Some(c) => c",
                "None => String::new()",
                "a.pop().unwrap_or_default()",
            ),
            (
                "usize",
                "up",
                "Some(c) => c.len()",
                "None => 0",
                "up.map_or(0, |c| c.len())",
            ),
            (
                "Option<S>",
                "a.get(n)",
                "Some(c) => Some(c.d())",
                "None => None",
                "a.get(n).map(|c| c.d())",
            ),
            (
                "Option<u8>",
                "u8::try_from(n)",
                "Ok(c) => Some(c)",
                "Err(_) => None",
                "u8::try_from(n).ok()",
            ),
        ] {
            gives(ty, &taking(value, some, none), after);
        }
        gives(
            "T",
            "let c = $0if let Some(c) = up { c } else { S::Tee };\ne(c)",
            "let c = up.unwrap_or(S::Tee);\ne(c)",
        );
        let returned = taking("up", "Some(c) => c", "None => S::Tee");
        gives(
            "T",
            &format!("return {returned};"),
            "return up.unwrap_or(S::Tee);",
        );
    }

    #[test]
    fn a_default_that_one_way_may_become_stays() {
        for (hazard, ty, value, some, none) in [
            (
                Hazard::Types,
                "&str",
                "a.get(n)",
                "Some(c) => c",
                "None => \"\"",
            ),
            (
                Hazard::Types,
                "&[u8]",
                "a.get(n)",
                "Some(c) => c",
                "None => EMPTY",
            ),
            (
                Hazard::Types,
                "&str",
                "up",
                "Some(c) => c.d()",
                "None => \"\"",
            ),
            (
                Hazard::Types,
                "S",
                "a.d(n)",
                "Some(c) => c",
                "None => S::Tee",
            ),
        ] {
            gives_not(hazard, ty, &taking(value, some, none));
        }
        // The variable is used later.
        let kept = taking("up", "Some(c) => c", "None => own");
        gives_not(Hazard::Borrows, "T", &format!("let c = {kept};\ne(c)"));
        let text = taking("a.get(n)", "Some(c) => c", "None => \"\"");
        gives_not(Hazard::Types, "T", &format!("let c = {text};\ne(c)"));
    }

    #[test]
    fn what_a_call_of_elsewhere_gives_is_for_a_person_to_check() {
        let text = giving(
            "T",
            &taking("File::find(n)", "Some(c) => c", "None => S::Tee"),
        );
        let offer = offered(FileContext::default(), &MATCH_TO_COMBINATOR, &text);
        assert!(offer.is_ok_and(|it| it.change().title.contains("(check ")));
    }

    #[test]
    fn other_ways_are_left_alone() {
        for (some, none) in [
            ("Some(c) => Some(c)", "None => None"),
            ("Some(c) => Ok(c.d())", "None => Err(E)"),
            ("Some(c) => c.d()", "None => S::new(n)"),
            ("Ok(c) => c.d()", "Err(e) => 3"),
            ("Some(c) => d(c)", "None => 3"),
        ] {
            assert_not_here(
                &MATCH_TO_COMBINATOR,
                &giving("T", &taking("a.get(n)", some, none)),
            );
        }
    }
}
