//! # Pull assignment up
//!
//! ## What it does
//! Replaces an assignment to the same variable in every branch of an `if` or `match` with one assignment of its value.
//!
//! ## Why
//!
//! The assigned variable is visible first, and no branch can forget it. If the variable was declared without a value
//! right before, it is initialized there.
//!
//! ## Example
//!
//! ```rust before
//! fn label(count: usize) -> String {
//!     let label;
//!     $0match count {
//!         0 => {
//!             label = "none";
//!         }
//!         1 => label = "one",
//!         _ => {
//!             // More are not counted.
//!             label = "many";
//!         }
//!     }
//!     label.to_owned()
//! }
//! ```
//!
//! ```rust after
//! fn label(count: usize) -> String {
//!     let label = match count {
//!         0 => "none",
//!         1 => "one",
//!         _ => {
//!             // More are not counted.
//!             "many"
//!         }
//!     };
//!     label.to_owned()
//! }
//! ```
//!
//! Branches that exit are left unchanged.
//!
//! ## What it leaves alone
//!
//! - Targets other than variables, their fields and what they point to.
//! - `+=` and similar operators.
//! - An `if` without an `else`.
//! - Values for which a comparison, `max` or `unwrap_or` is shorter.
//! - Several variables that are assigned side by side.
//! - Attributes.
//!
//! ## What it checks
//!
//! No branch shadows the target, or uses it before it is now assigned. No value borrows from a temporary, and the
//! scrutinee holds no temporaries. If a branch has its own variables, which are then dropped earlier, the edit needs
//! review.

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::pulled_assignment::PulledAssignment, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "pull-assignment-up",
    kind: Kind::Rewrite,
    at: &find::CHOICES,
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrites) = PulledAssignment::of(&node, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = match (shape.is_declared, shape.place.len()) {
            (true, _) => "Join declaration and assignment".to_owned(),
            (false, 0..=30) => format!("Pull up assignment to `{}`", shape.place),
            (false, _) => "Pull up assignment".to_owned(),
        };
        let change = Change::new(title, shape.whole, rewrites)?;
        let (change, drops) = match shape.ground {
            Ground::Shown => (
                change,
                "no branch has a variable that would be dropped earlier",
            ),
            Ground::Likely => (
                change.to_check("drop order"),
                "nothing in the file makes drops observable",
            ),
        };
        Ok(change.checked(&[
            drops,
            "the assigned place means the same outside the branches",
            "the scrutinee holds no temporaries",
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

    static PULL: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: &mut A, n: usize) {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&PULL, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&PULL, hazard, &inside(code));
    }

    #[test]
    fn a_variable_that_is_given_back_or_set_late_stays() {
        let choice = "if n > 2 {\n    x = b(1);\n} else {\n    x = c(2);\n}";
        refused(Hazard::Text, &format!("let x;\n$0{choice}\nx"));
        refused(Hazard::Text, &format!("let x;\nd();\n$0{choice}\ne(x);"));
    }

    #[test]
    fn a_short_choice_takes_one_line() {
        becomes(
            "$0if n == 1 {\n    a.b = 1;\n} else {\n    a.b = 2;\n}\na.c();",
            "a.b = if n == 1 { 1 } else { 2 };\na.c();",
        );
        becomes(
            "let x: u8;\n$0if n == 1 {\n    x = 1;\n} else {\n    x = 2;\n}\na.c(x);",
            "let x: u8 = if n == 1 { 1 } else { 2 };\na.c(x);",
        );
    }

    #[test]
    fn longer_branches_keep_their_lines() {
        becomes(
            "$0if n == 1 {\n    a.c();\n    a.b = 1; // Why.\n} else if n == 2 {\n    return;\n} else {\n    a.b = a.d(\n        \"a text that needs a line of its own because it is long\",\n        \"another one that is as long as the first one\",\n    );\n}",
            "a.b = if n == 1 {\n    a.c();\n    1 // Why.\n} else if n == 2 {\n    return;\n} else {\n    a.d(\n        \"a text that needs a line of its own because it is long\",\n        \"another one that is as long as the first one\",\n    )\n};",
        );
    }

    #[test]
    fn arms_of_one_value_need_no_braces() {
        becomes(
            "$0match n {\n    1 => {\n        a.b = 1;\n    }\n    2 => a.b = 2,\n    3 => return,\n    _ => {\n        a.c();\n        a.b = 3;\n    }\n}",
            "a.b = match n {\n    1 => 1,\n    2 => 2,\n    3 => return,\n    _ => {\n        a.c();\n        3\n    }\n};",
        );
    }

    #[test]
    fn variables_of_a_branch_need_a_look() {
        let level = |own: &str| {
            let code =
                format!("$0if n == 1 {{\n    {own}\n    a.b = 1;\n}} else {{\n    a.b = 2;\n}}");
            let offer = offered(FileContext::default(), &PULL, &inside(&code)).unwrap();
            offer.change().applicability
        };
        assert_eq!(level("a.c();"), Applicability::Safe);
        assert_eq!(level("let x = a.c();"), Applicability::NeedsCheck);
    }

    #[test]
    fn what_a_branch_declares_is_another_place() {
        let with = |own: &str| {
            format!("$0if n == 1 {{\n    {own}\n    a.b = 1;\n}} else {{\n    a.b = 2;\n}}")
        };
        refused(Hazard::Scope, &with("let a = &mut c();"));
        refused(Hazard::Scope, &with("declare!(a);"));
        refused(
            Hazard::Scope,
            "$0if let Some(a) = c() {\n    a.b = 1;\n} else {\n    a.b = 2;\n}",
        );
        refused(
            Hazard::Scope,
            "let x;\n$0if n == 1 {\n    x = 1;\n} else {\n    println!(\"{x}\");\n    x = 3;\n}",
        );
    }

    #[test]
    fn what_lives_longer_then_is_refused() {
        refused(
            Hazard::TailTemporaries,
            "$0if n == 1 {\n    let c = a.c();\n    a.b = c.lock().unwrap().len();\n} else {\n    a.b = 2;\n}",
        );
        refused(
            Hazard::Temporaries,
            "$0match a.lock().unwrap().c {\n    1 => a.b = 1,\n    _ => a.b = 2,\n}",
        );
        let own = "impl Drop for A {\n    fn drop(&mut self) {}\n}\n\n";
        let code =
            inside("$0if n == 1 {\n    let x = a.c();\n    a.b = 1;\n} else {\n    a.b = 2;\n}");
        assert_refused(&PULL, Hazard::Drops, &format!("{own}{code}"));
    }

    #[test]
    fn choices_that_are_written_shorter_are_refused() {
        for code in [
            "$0if n == 1 {\n    a.b = true;\n} else {\n    a.b = false;\n}",
            "$0if let Some(c) = a.c {\n    a.b = c;\n} else {\n    a.b = 2;\n}",
            "$0match a.c {\n    Some(c) => a.b = Some(c + 1),\n    None => a.b = None,\n}",
            "$0if n > a.c {\n    a.b = n - a.c;\n} else {\n    a.b = 0;\n}",
            "$0if n > a.c {\n    a.b = n;\n} else {\n    a.b = a.c;\n}",
        ] {
            refused(Hazard::Text, code);
        }
    }

    #[test]
    fn places_that_are_set_together_stay_together() {
        refused(
            Hazard::Text,
            "$0if n == 1 {\n    a.b = 1;\n    a.c = 2;\n} else {\n    a.b = 3;\n    a.c = 4;\n}",
        );
        refused(
            Hazard::Text,
            "$0if n == 1 {\n    a.b += 1;\n    a.b = a.b * 2;\n} else {\n    a.b = 3;\n}",
        );
    }

    #[test]
    fn other_branches_assign_something_else() {
        for code in [
            "$0if n == 1 {\n    a.b = 1;\n}",
            "$0if n == 1 {\n    a.b = 1;\n} else {\n    a.c = 2;\n}",
            "$0if n == 1 {\n    a.b += 1;\n} else {\n    a.b += 2;\n}",
            "$0if n == 1 {\n    a.b = 1;\n} else {\n    return;\n}",
            "$0if n == 1 {\n    a[n] = 1;\n} else {\n    a[n] = 2;\n}",
            "$0if n == 1 {\n    a.c().b = 1;\n} else {\n    a.c().b = 2;\n}",
            "$0if n == 1 {\n    (a.b, a.c) = d;\n} else {\n    (a.b, a.c) = e;\n}",
            "$0if n == 1 {\n    a.b = 1;\n    a.c();\n} else {\n    a.b = 2;\n}",
            "$0if n == 1 {\n    _ = a.b();\n} else {\n    _ = a.c();\n}",
        ] {
            assert_not_here(&PULL, &inside(code));
        }
    }
}
