//! # Match to combinator
//!
//! ## What it does
//! Turns a `match` or `if let` that asks one question of what an `Option` or a `Result` holds into `is_some_and`, `is_none_or` or
//! `is_ok_and`.
//!
//! ## Why
//!
//! The method says what is given where nothing is held, so that only the question remains to be read.
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
//! A value that may be a reference, that is used again or that leaves temporaries behind; a question that leaves the function,
//! moves a variable or calls a method of one that may change it; `f(x)` and `x == y`, which have forms of their own; a choice
//! that is the only one in an arm, a branch or a closure; a form that would take as many lines; comments; `const fn`.
//!
//! ## What it checks
//!
//! The value is an `Option` or a `Result` by what makes it, or a reference to a place. The question only looks at what is held
//! and at variables. The file has no names of its own for what is called, and the promised compiler knows the method.

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::shapes::option_question::OptionQuestion;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "match-to-combinator",
    kind: Kind::Rewrite,
    at: &find::CHOICES,
    needs: Needs::Syntax,
    allows: Allows::of(
        "as_ref is_none_or is_ok_and is_some_and",
        "Err None Ok Some _ else false if let match true",
        &[Also::DropsPattern],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = OptionQuestion::of(&node, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Use `{}`", shape.method);
        let change = Change::new(title, shape.whole, vec![rewrite])?;
        Ok(change.checked(&[
            "the value is an `Option` or a `Result` itself, or a place",
            "the question only looks at what is held and at variables",
            "nothing is dropped later than before",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };
    use crate::syntax::Hazard;

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
        for value in ["a.lock().get(n)", "a.get(&b())", "own.b()?.get(n)"] {
            refused(Hazard::Temporaries, &asking(value, "b.c > 1"));
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
        for asked in ["d(b)", "b == n", "b", "*b", "n > 1"] {
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
        let own = "enum E { Some(u8) }\n";
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
}
