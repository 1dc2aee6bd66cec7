//! # Remove commented-out code
//!
//! ## What it does
//! Removes lines of commented-out code.
//!
//! ## Why
//!
//! Nobody compiles it, nobody dares to delete it, and version control keeps it anyway.
//!
//! ## Example
//!
//! ```rust before
//! fn send(orders: &mut Vec<Order>) {
//!     orders.sort();
//!
//!     $0// let first = orders.remove(0);
//!     // if first.is_paid {
//!     //     announce(&first);
//!     // }
//!
//!     // What was sent is kept elsewhere.
//!     orders.clear();
//! }
//! ```
//!
//! ```rust after
//! fn send(orders: &mut Vec<Order>) {
//!     orders.sort();
//!
//!     // What was sent is kept elsewhere.
//!     orders.clear();
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Documentation, and comments that mix words with code.
//! - A single line, and lines that aren't whole statements.
//! - Comments in macro input and inside statements.
//! - The only content of a block, or what is next to a single expression that would then be formatted differently.
//!
//! ## What it checks
//!
//! Only whole lines of comments are removed, and they parse as statements without the slashes. Whether they are still
//! wanted needs review, so the edit is never applied in a batch.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::shapes::dead_comment::{self, CommentLines};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "remove-dead-comment",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::STMT_LIST],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::DropsDeadComments]),
    plan,
};

/// Minimum number of lines; a single line may be an example.
const LEAST: usize = 2;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let (list, run) = comment_at(context, target).ok_or(Refusal::NotHere)?;
    let lines = run.count();
    let whole = run.whole;
    let rewrite = dead_comment::without(&run, &list, &source.text)?;
    Plan::new(whole, move || {
        let title = format!("Remove {lines} lines of commented-out code");
        Ok(Change::new(title, whole, vec![rewrite])?
            .to_check("the code")
            .checked(&[
                "every line is a comment, and together they parse as statements",
                "none of them is prose",
            ]))
    })
}

/// The comment at the target and the block that contains it.
fn comment_at<'a>(
    context: &Context<'a>,
    target: Target<'_>,
) -> Option<(ast::StmtList, CommentLines<'a>)> {
    let token = find::token_at(context, target)?;
    if token.kind() != SyntaxKind::COMMENT {
        return None;
    }
    let source = context.source;
    let list = find::around::<ast::StmtList>(context, target).next()?;
    let runs = CommentLines::in_range(&source.text, list.syntax().text_range());
    let run = runs
        .into_iter()
        .find(|run| run.whole.contains_range(token.text_range()))?;
    let is_dead =
        run.count() >= LEAST && run.are_code(source.context) && run.are_comments(&context.root);
    is_dead.then_some((list, run))
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

    static REMOVE: Refactoring = REFACTORING;

    const DEAD: &str = "// let b = 1;\n    // c(b);";

    fn becomes(before: &str, after: &str) {
        let whole = |code: &str| format!("fn f(a: &mut A) {{\n{code}}}\n");
        assert_becomes(
            &REMOVE,
            &whole(&before.replace("DEAD", DEAD)),
            &whole(after),
        );
    }

    #[test]
    fn one_blank_line_stays_between_statements_and_none_at_an_end() {
        becomes(
            "    a.d();\n    $0DEAD\n    a.e();\n",
            "    a.d();\n    a.e();\n",
        );
        becomes(
            "    a.d();\n\n    $0DEAD\n    a.e();\n",
            "    a.d();\n\n    a.e();\n",
        );
        becomes(
            "    a.d();\n    $0DEAD\n\n    a.e();\n",
            "    a.d();\n\n    a.e();\n",
        );
        becomes("    $0DEAD\n\n    a.e();\n", "    a.e();\n");
        becomes("    a.d();\n\n    $0DEAD\n", "    a.d();\n");
        becomes("    a.d(); // Why.\n\n    $0DEAD\n", "    a.d(); // Why.\n");
        becomes("    $0DEAD\n    a.e()\n", "    a.e()\n");
        becomes("    $0DEAD\n\n    // Why.\n", "    // Why.\n");
    }

    #[test]
    fn a_person_looks_at_it() {
        let text = format!("fn f() {{\n    a();\n    $0{DEAD}\n    d();\n}}\n");
        let offer = offered(FileContext::default(), &REMOVE, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn words_and_documentation_stay() {
        for comment in [
            "// let b = 1;\n    // Words stay.\n    // c(b);",
            "// See why:\n    // c(b);\n    // c(d);",
            "/// let b = 1;\n    /// c(b);",
            "// c(b);",
            "// if b {\n    //     c();",
        ] {
            let text = format!("fn f() {{\n    a();\n    $0{comment}\n    let d = 1;\n}}\n");
            assert_not_here(&REMOVE, &text);
        }
        let input = format!("fn f() {{\n    m! {{\n    $0{DEAD}\n    }}\n}}\n");
        assert_not_here(&REMOVE, &input);
        assert_not_here(&REMOVE, &format!("$0{DEAD}\nfn f() {{}}\n"));
    }

    #[test]
    fn a_block_keeps_its_form() {
        for code in [
            "if a {\n    $0DEAD\n    }",
            "if a {\n    $0DEAD\n    if b { c() }\n    }",
            "let d = if a {\n    $0DEAD\n    c\n    } else { e };",
            "a(|b| {\n    $0DEAD\n    c()\n    });",
            "let Some(d) = a else {\n    $0DEAD\n    return;\n    };",
            "a.b()\n    $0DEAD\n    .c();",
        ] {
            let code = code.replace("DEAD", DEAD);
            assert_refused(
                &REMOVE,
                Hazard::Text,
                &format!("fn f() {{\n    {code}\n    g();\n}}\n"),
            );
        }
    }
}
