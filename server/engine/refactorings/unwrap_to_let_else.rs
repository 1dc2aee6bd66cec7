//! # Unwrap to let-else
//!
//! ## What it does
//! Replaces a check for a value and the `unwrap` after it with `let … else`, `if let` or `?`. Requires rustc to agree.
//!
//! ## Why
//!
//! An `unwrap` that can't fail looks like one that can. The reader has to find the check and see that nothing has
//! changed since. A pattern needs no such search, and stays correct when the code moves.
//!
//! ## Example
//!
//! ```rust before
//! fn greet(users: &Users, name: &str) -> usize {
//!     let user = users.find_by(name);
//!     if $0user.is_none() {
//!         users.miss(name);
//!         return 0;
//!     }
//!     let user = user.unwrap();
//!     user.greet()
//! }
//! ```
//!
//! ```rust after
//! fn greet(users: &Users, name: &str) -> usize {
//!     let user = users.find_by(name);
//!     let Some(user) = user else {
//!         users.miss(name);
//!         return 0;
//!     };
//!     user.greet()
//! }
//! ```
//!
//! If the value is unwrapped in the branch that has it:
//!
//! ```rust before
//! fn draw(page: &Page, out: &mut Out) {
//!     if $0page.title.is_some() {
//!         out.line(page.title.as_ref().unwrap());
//!         out.rule(page.title.as_ref().unwrap().len());
//!     }
//!     out.text(page);
//! }
//! ```
//!
//! ```rust after
//! fn draw(page: &Page, out: &mut Out) {
//!     if let Some(title) = page.title.as_ref() {
//!         out.line(title);
//!         out.rule(title.len());
//!     }
//!     out.text(page);
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A value with any other use between the check and its `unwrap`, in the branch without a value, or in a macro.
//! - Values other than variables and fields.
//! - A `let` with a type.
//! - `unwrap`s that borrow in different ways.
//! - Comments that would be lost.
//! - One check among several.
//! - A branch that is only the `unwrap`, for which there are methods.
//! - Packages that support Rust versions before 1.65.
//!
//! ## What it checks
//!
//! Nothing between the check and the `unwrap` mentions the value, so the result is the same. Rustc decides whether it is
//! an `Option` or a `Result`, and whether it can be moved there.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasAttrs},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{
        FileNames, Rewrite,
        attributes::has_condition_inside,
        layout::{self},
        scopes::{self},
        temporaries, tokens_of,
    },
    text::TextRange,
};

mod branch;
mod guard;

use branch::branch;
use guard::Guard;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "unwrap-to-let-else",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Verdict,
    allows: Allows::of(
        "? Ok Some else let",
        "None if is_err is_none is_ok is_some return unwrap",
        &[super::Also::AddsCopies, super::Also::DropsPattern],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let choice = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let asked = Asked::of(&choice).ok_or(Refusal::NotHere)?;
    if asked.holds && is_all_of_loop(&choice, &asked) {
        return Err(Refusal::because(
            Hazard::Text,
            "The loop only uses elements that are present; `flatten` is shorter.",
        ));
    }
    if asked.holds {
        let (title, rewrites) = branch(&choice, &asked, context)?;
        return written(choice.syntax().text_range(), title, rewrites);
    }
    let guard = Guard::of(&choice, &asked).ok_or(Refusal::NotHere)?;
    guard.check(&choice, &asked, context)?;
    let rewrites = guard.rewrites(&choice, &asked, context);
    let (title, rewrites) = rewrites.ok_or_else(Refusal::of_layout)?;
    written(choice.syntax().text_range(), title, rewrites)
}

/// Whether a loop's body consists only of the choice.
fn is_all_of_loop(choice: &ast::IfExpr, asked: &Asked) -> bool {
    let statement = choice
        .syntax()
        .parent()
        .filter(|it| it.kind() == SyntaxKind::EXPR_STMT);
    let statement = statement.unwrap_or_else(|| choice.syntax().clone());
    let list = statement.parent();
    let is_alone = list.is_some_and(|it| it.children().count() == 1);
    let around = statement.ancestors().nth(3).and_then(ast::ForExpr::cast);
    let element = around.and_then(|it| it.pat());
    is_alone && element.is_some_and(|it| it.syntax().text() == asked.text.as_str())
}

fn written<'a>(
    whole: TextRange,
    title: &'static str,
    rewrites: Vec<Rewrite<'a>>,
) -> Result<Plan<'a>, Refusal> {
    Plan::new(whole, move || {
        Ok(Change::new(title, whole, rewrites)?.checked(&[
            "nothing between the check and the `unwrap` mentions the value",
            "the value is a variable or a field",
        ]))
    })
}

/// `place.is_some()`
struct Asked {
    place: ast::Expr,
    text: String,
    /// The variable at the root of the place expression.
    root: String,
    variant: &'static str,
    /// Whether the condition tests that there is a contained value.
    holds: bool,
}

impl Asked {
    fn of(choice: &ast::IfExpr) -> Option<Self> {
        let ast::Expr::MethodCallExpr(call) = choice.condition()? else {
            return None;
        };
        let (variant, holds) = match call.name_ref()?.text() {
            "is_some" => ("Some", true),
            "is_none" => ("Some", false),
            "is_ok" => ("Ok", true),
            "is_err" => ("Ok", false),
            _ => return None,
        };
        let place = call.receiver()?;
        let is_place = matches!(place, ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_))
            && temporaries::is_place(&place);
        let root = scopes::as_name(&scopes::root_of(&place)?.into())?;
        is_place.then(|| Self {
            text: place.syntax().text().to_string(),
            place,
            root,
            variant,
            holds,
        })
    }

    fn is_mentioned_in(&self, code: &SyntaxNode) -> bool {
        mentions(code, &self.root)
    }

    /// The range from the end of the place to the `unwrap`, if the call unwraps the place.
    fn unwrapped(&self, call: &ast::Expr) -> Option<TextRange> {
        let ast::Expr::MethodCallExpr(call) = call else {
            return None;
        };
        let name = call.name_ref()?;
        let is_unwrap = name.text() == "unwrap" && call.arg_list()?.args().next().is_none();
        let receiver = call.receiver().filter(|_| is_unwrap)?;
        let place = match &receiver {
            ast::Expr::MethodCallExpr(view) => {
                let is_view = matches!(
                    view.name_ref()?.text(),
                    "as_deref" | "as_deref_mut" | "as_mut" | "as_ref" | "take"
                );
                view.receiver().filter(|_| is_view)?
            }
            other => other.clone(),
        };
        let end = receiver.syntax().text_range().end();
        let is_its = place.syntax().text() == self.text.as_str();
        is_its.then(|| TextRange::new(place.syntax().text_range().end(), end))
    }

    fn check(choice: &ast::IfExpr, context: &Context<'_>) -> Result<(), Refusal> {
        let declared = FileNames::around(choice);
        if declared.has_own_some_or_ok() {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `Some`, `None`, `Ok` or `Err`.",
            ));
        }
        if has_condition_inside(choice.syntax()) || choice.attrs().next().is_some() {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the code is behind a `#[cfg]` or has other attributes.",
            ));
        }
        let head = find::head(choice).ok_or(Refusal::NotHere)?;
        if !layout::comments_in(&context.root, head).is_empty() {
            return Err(comment());
        }
        Ok(())
    }
}

fn mentions(code: &SyntaxNode, name: &str) -> bool {
    tokens_of(code).any(|token| is_name(token.text(), name))
}

/// Whether a token is the name, or a format string that may capture it.
fn is_name(text: &str, name: &str) -> bool {
    text == name || text.contains('{') && scopes::captures(text).any(|it| it == name)
}

fn shorter() -> Refusal {
    Refusal::because(Hazard::Text, "There is a shorter form with a method.")
}

fn mentioned() -> Refusal {
    Refusal::because(
        Hazard::Borrows,
        "The value has other uses, or is unwrapped in different ways.",
    )
}

fn comment() -> Refusal {
    Refusal::because(Hazard::Text, "A comment has no place in the new code.")
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static UNWRAP: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        let lines: String = lines.collect();
        format!("fn f(&mut self, a: A, x: Option<B>) -> Option<usize> {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&UNWRAP, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&UNWRAP, hazard, &inside(code));
    }

    #[test]
    fn a_guard_takes_what_it_asks_for() {
        for (before, after) in [
            (
                "if $0x.is_none() {\n    return a.b();\n}\nlet y = x.unwrap();\ny.c()",
                "let Some(y) = x else {\n    return a.b();\n};\ny.c()",
            ),
            (
                "if $0x.is_none() {\n    return a.b();\n};\nlet y = x.as_mut().unwrap();\ny.c()",
                "let Some(y) = x.as_mut() else {\n    return a.b();\n};\ny.c()",
            ),
            (
                "if $0x.is_none() {\n    return None;\n}\na.b();\nlet mut y = x.unwrap();\ny.c()",
                "let mut y = x?;\na.b();\ny.c()",
            ),
            (
                "if $0a.x.is_err() {\n    // Why.\n    return d.b();\n}\n// What.\n\nlet y = a.x.as_ref().unwrap();\ny.c()",
                "let Ok(y) = a.x.as_ref() else {\n    // Why.\n    return d.b();\n};\n// What.\n\ny.c()",
            ),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn a_branch_takes_what_it_asks_for() {
        for (before, after) in [
            (
                "if $0x.is_some() {\n    let y = x.unwrap();\n\n    a.b(y);\n}\nNone",
                "if let Some(y) = x {\n    a.b(y);\n}\nNone",
            ),
            (
                "if $0x.is_ok() {\n    a.b(x.unwrap());\n} else {\n    a.c();\n}\nNone",
                "if let Ok(x) = x {\n    a.b(x);\n} else {\n    a.c();\n}\nNone",
            ),
            (
                "if $0self.next.is_some() {\n    let next = self.next.take().unwrap();\n    a.d(next);\n}\nNone",
                "if let Some(next) = self.next.take() {\n    a.d(next);\n}\nNone",
            ),
            (
                "if $0self.next.is_some() {\n    let next = self.next.unwrap();\n    self.b();\n    a.d(next);\n}\nNone",
                "if let Some(next) = self.next {\n    self.b();\n    a.d(next);\n}\nNone",
            ),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn what_is_asked_again_stays() {
        for code in [
            "if $0x.is_none() {\n    return x.b();\n}\nlet y = x.unwrap();\ny.c()",
            "if $0self.x.is_some() {\n    self.b();\n    a.b(self.x.unwrap());\n}\nNone",
            "if $0x.is_some() {\n    a.b(x.unwrap());\n} else {\n    a.b(x);\n}\nNone",
            "if $0x.is_some() {\n    a.b(x.unwrap());\n    println!(\"{x}\");\n}\nNone",
            "if $0a.x.is_some() {\n    a.x.as_mut().unwrap().b();\n    a.x.as_ref().unwrap().c();\n}\nNone",
            "if $0self.x.is_some() {\n    let x = b();\n    c(self.x.unwrap(), x);\n}\nNone",
        ] {
            refused(Hazard::Borrows, code);
        }
    }

    #[test]
    fn what_flattens_stays() {
        let inside = "if $0b.is_some() {\n        a.c(b.unwrap());\n    }\n";
        refused(
            Hazard::Text,
            &format!("for b in a.all() {{\n    {inside}}}\nNone"),
        );
    }

    #[test]
    fn what_would_mean_something_else_stays() {
        for (hazard, code) in [
            (
                Hazard::Drops,
                "if $0x.is_none() {\n    return a.b();\n}\nlet z = a.c();\nlet y = x.unwrap();\ny.c(z)",
            ),
            (
                Hazard::Scope,
                "if $0x.is_none() {\n    return a.b();\n}\ny.d();\nlet y = x.unwrap();\ny.c()",
            ),
            (
                Hazard::Evaluation,
                "if $0self.x.is_some() {\n    a.b()?;\n    a.d(self.x.take().unwrap());\n}\nNone",
            ),
            (
                Hazard::Text,
                "if $0x.is_none() {\n    return a.b();\n}\nlet y = x.unwrap(/* why */);\ny.c()",
            ),
            (
                Hazard::Text,
                "if $0x.is_some() {\n    x.unwrap()\n} else {\n    a.b()\n}",
            ),
        ] {
            refused(hazard, code);
        }
    }

    #[test]
    fn what_is_no_question_and_answer_is_not_here() {
        for code in [
            "if $0x.is_none() {\n    a.b();\n}\nlet y = x.unwrap();\ny.c()",
            "if $0x.is_none() {\n    return a.b();\n}\nx.c();\nlet y = x.unwrap();\ny.c()",
            "if $0x.is_none() {\n    return a.b();\n}\nlet y: B = x.unwrap();\ny.c()",
            "if $0a.x().is_some() {\n    a.b(a.x().unwrap());\n}\nNone",
            "if $0x.is_some() && a.b() {\n    a.c(x.unwrap());\n}\nNone",
            "if $0x.is_some() {\n    a.c(x);\n}\nNone",
        ] {
            assert_not_here(&UNWRAP, &inside(code));
        }
    }
}
