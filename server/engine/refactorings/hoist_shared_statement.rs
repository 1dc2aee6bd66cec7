//! # Hoist shared statement
//!
//! ## What it does
//! Moves the statements that all branches of an `if` or a `match` end in behind it.
//!
//! ## Why
//!
//! What is done in any case stands there once, and the branches say only what is different.
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
//! A choice whose value is used by more than the end of a block; branches that are no blocks, or would be empty; `let` among
//! what is shared; a single statement of fewer than 25 words and signs; comments, attributes and texts of several lines in what
//! is shared.
//!
//! ## What it checks
//!
//! What is moved uses no name that a branch or a pattern declares, and settles no type that a branch needs. What is matched
//! keeps nothing alive to the end of the branches. Where a branch has variables of its own, which are dropped earlier then, a
//! person has to look.

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
        let title = format!("Move what {} branches share behind them", shape.branches);
        let change = Change::new(title, shape.whole, rewrites)?;
        let (change, drops) = match shape.ground {
            Ground::Shown => (change, "no branch has a variable that is dropped earlier"),
            Ground::Likely => (
                change.to_check("the drops"),
                "no branch holds a guard, by the names",
            ),
        };
        Ok(change.checked(&[
            drops,
            "what is moved uses no name of a branch",
            "what is matched keeps nothing alive",
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

    /// An `if` whose branches end in two statements.
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
