//! # Hoist shared statement
//!
//! ## What it does
//! Moves statements that all branches of an `if` or `match` end with out of the branches.
//!
//! ## Why
//!
//! Code that always runs is written once, and the branches contain only what differs.
//!
//! ## Example
//!
//! ```rust before
//! fn store(entry: Entry, log: &mut Log) -> bool {
//!     $0match entry.kind {
//!         Kind::New => {
//!             log.added(1);
//!             log.write_line(&entry.text);
//!             log.flush()
//!         }
//!         Kind::Old => {
//!             log.seen(1);
//!             log.write_line(&entry.text);
//!             log.flush()
//!         }
//!         Kind::Wrong => return false,
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn store(entry: Entry, log: &mut Log) -> bool {
//!     match entry.kind {
//!         Kind::New => {
//!             log.added(1);
//!         }
//!         Kind::Old => {
//!             log.seen(1);
//!         }
//!         Kind::Wrong => return false,
//!     }
//!     log.write_line(&entry.text);
//!     log.flush()
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An `if` or `match` whose value is used other than as the value of its block.
//! - Branches that aren't blocks, or would be empty.
//! - `let` statements in the shared code.
//! - A single shared statement of fewer than 25 tokens.
//! - Comments, attributes and multi-line strings in the shared code.
//!
//! ## What it checks
//!
//! The moved code uses no name that a branch or a pattern declares, and doesn't determine a type that a branch needs.
//! The scrutinee holds no temporaries to the end of the branches. If a branch has its own variables, which are then
//! dropped earlier, the edit needs review.

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::shared_tail::SharedTail, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "hoist-shared-statement",
    kind: Kind::Rewrite,
    at: &find::CHOICES,
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrites) = SharedTail::of(&node, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let title = format!("Move code shared by {} branches after them", shape.branches);
        let change = Change::new(title, shape.whole, rewrites)?;
        let (change, drops) = match shape.ground {
            Ground::Shown => (
                change,
                "no branch has a variable that would be dropped earlier",
            ),
            Ground::Likely => (
                change.to_check("drop order"),
                "judging by the names, no branch holds a guard",
            ),
        };
        Ok(change.checked(&[
            drops,
            "the moved code uses no names declared in a branch",
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

    static HOIST_SHARED_STATEMENT: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        let lines: String = lines.collect();
        format!("fn f(a: &mut A, n: usize) -> bool {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&HOIST_SHARED_STATEMENT, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&HOIST_SHARED_STATEMENT, hazard, &inside(code));
    }

    const SHARED: &str = "a.b(1);\na.c(2);";

    /// An `if` whose branches end with the same two statements.
    fn ending(condition: &str, one: &str, other: &str) -> String {
        let branch = |own: &str| {
            let code = format!("{own}\n{SHARED}").replace('\n', "\n    ");
            format!("{{\n    {code}\n}}")
        };
        format!("$0if {condition} {} else {}", branch(one), branch(other))
    }

    #[test]
    fn what_all_branches_end_in_stands_behind_them() {
        becomes(
            &format!("{}\na.g()", ending("a.d()", "a.e();", "a.h();")),
            &format!("if a.d() {{\n    a.e();\n}} else {{\n    a.h();\n}}\n{SHARED}\na.g()"),
        );
        becomes(
            "$0if n == 1 {\n    a.e();\n    a.b(1);\n    a.c(2)\n} else if n == 2 {\n    return false;\n} else {\n    a.h();\n    a.b(1);\n    a.c(2)\n}",
            "if n == 1 {\n    a.e();\n} else if n == 2 {\n    return false;\n} else {\n    a.h();\n}\na.b(1);\na.c(2)",
        );
        becomes(
            "$0match n {\n    1 => {\n        a.e();\n        a.b(1);\n        a.c(2);\n    }\n    2 => panic!(),\n    _ => {\n        a.h();\n        a.b(1);\n        a.c(2);\n    }\n}\na.g()",
            "match n {\n    1 => {\n        a.e();\n    }\n    2 => panic!(),\n    _ => {\n        a.h();\n    }\n}\na.b(1);\na.c(2);\na.g()",
        );
    }

    #[test]
    fn variables_of_a_branch_need_a_look() {
        let level = |one: &str| {
            let text = inside(&format!("{}\na.g()", ending("a.d()", one, "a.h();")));
            let offer = offered(FileContext::default(), &HOIST_SHARED_STATEMENT, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("a.e();"), Applicability::Safe);
        assert_eq!(level("let x = a.y();\na.e(x);"), Applicability::NeedsCheck);
    }

    #[test]
    fn what_belongs_to_a_branch_is_refused() {
        let with =
            |condition: &str, one: &str| format!("{}\na.g()", ending(condition, one, "a.h();"));
        for (hazard, code) in [
            (Hazard::Scope, with("a.d()", "let a = a.y();\na.e();")),
            (Hazard::Scope, with("let Some(a) = n.y", "a.e();")),
            (Hazard::Scope, with("a.d()", "use g::b;\na.e();")),
            (Hazard::Scope, with("a.d()", "declare!(a);\na.e();")),
            (Hazard::Drops, with("a.d()", "let x = n.lock();\na.e();")),
            (Hazard::Drops, with("a.d()", "a.e();\nlet x = n.y();")),
            (
                Hazard::Temporaries,
                with("let Some(x) = n.lock().y", "a.e();"),
            ),
            (Hazard::Text, with("a.d()", "a.e(); // Why.")),
            (Hazard::Text, with("a.d()", "if n == 1 {\n    a.e();\n}")),
        ] {
            refused(hazard, &code);
        }
        let open = format!(
            "let mut a = Vec::new();\n{}\na.g()",
            ending("n == 1", "n.e();", "n.h();")
        );
        refused(Hazard::Types, &open);
    }

    #[test]
    fn what_tells_when_it_is_dropped_is_refused() {
        let choice = ending("a.d()", "let x = a.y();\na.e(x);", "a.h();");
        let text = inside(&format!("{choice}\na.g()"));
        let own = "impl Drop for A {\n    fn drop(&mut self) {}\n}\n\n";
        let text = format!("{own}{text}");
        assert_refused(&HOIST_SHARED_STATEMENT, Hazard::Drops, &text);
    }

    #[test]
    fn other_choices_have_no_such_end() {
        for code in [
            "$0if n == 1 { a.e(); a.b(1); a.c(2); } a.g()",
            "$0if n == 1 { a.b(1); a.c(2); } else { a.b(1); a.c(2); } a.g()",
            "$0if n == 1 { a.e(); a.b(1); } else { a.h(); a.b(1); } a.g()",
            "$0if n == 1 { a.e(); a.b(1); a.c(2); } else { a.h(); a.b(1); a.c(3); } a.g()",
            "let x = $0if n == 1 { a.e(); a.b(1); a.c(2) } else { a.h(); a.b(1); a.c(2) }; x",
            "$0match n { 1 => { a.e(); a.b(1); a.c(2); } _ => a.h(), } a.g()",
        ] {
            assert_not_here(&HOIST_SHARED_STATEMENT, &inside(code));
        }
    }
}
