//! # Remove redundant `else`
//!
//! ## What it does
//! Removes an `else` after an `if` that always returns, breaks, continues or panics, or turns its `else if` into an
//! `if`.
//!
//! ## Why
//! After a `return` or a `continue`, the rest is already the `else`. Written out, it costs a level of indentation and
//! makes the main path look like a special case.
//!
//! ## Example
//! ```rust before
//! fn price(order: &Order) -> u32 {
//!     $0if order.is_free() {
//!         return 0;
//!     } else {
//!         // With the tax.
//!         let price = order.sum();
//!         price + price / 5
//!     }
//! }
//! ```
//! ```rust after
//! fn price(order: &Order) -> u32 {
//!     if order.is_free() {
//!         return 0;
//!     }
//!     // With the tax.
//!     let price = order.sum();
//!     price + price / 5
//! }
//! ```
//!
//! ## What it leaves alone
//! - An `else` after a block whose end can be reached.
//! - Blocks that declare items, and variables or macros that would stay in scope for the code after it.
//! - Lines that rustfmt would join one level further out.
//! - Values matched by a pattern whose temporaries the `else` may still need, such as a lock guard.
//!
//! ## What it checks
//! Every block before the `else` ends in `return`, `break`, `continue`, `panic!` or similar. Nothing that the block
//! declares becomes visible to other code. Temporaries are dropped before the variables that they borrow from.
//!
//! ## Sources
//! clippy's `redundant_else`; Martin Fowler, *Refactoring*, "Replace Nested Conditional with Guard Clauses".

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, ElseBranch, HasAttrs},
};

use super::{
    Allows, Applicability, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal,
    Target, find,
};
use crate::{
    shapes::guard_clause::{
        block_ended_by, check_joint, exit_of, has_comment_outside_blocks, has_no_items,
    },
    syntax::{
        FileNames,
        flow::{diverges, is_block_like},
        layout,
        moving_out::{self, MovedOut},
        paragraphs, temporaries,
    },
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "remove-redundant-else",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "else", &[]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    find::first_fit(&find::ifs_at(context, target), |choice| {
        let chain = Chain::of(choice).ok_or(Refusal::NotHere)?;
        chain.check(context)?;
        let change = change(context, &chain)?;
        Plan::new(change.target, move || Ok(change))
    })
}

fn change(context: &Context<'_>, chain: &Chain) -> Result<Change, Refusal> {
    let text = &context.source.text;
    let indent = layout::indentation(text, chain.top.syntax().text_range().start());
    let code = match &chain.rest {
        Rest::Block(other) => chain.hoisted(context, other, indent)?,
        Rest::If(next) => chain.moved_out(context, next)?,
    };
    let whole = chain.top.syntax().text_range();
    let behind = text.get(usize::from(whole.end())..).unwrap_or_default();
    check_joint(&code, behind)?;
    let ending = layout::first_line_ending(text);
    let is_parted = matches!(chain.rest, Rest::Block(_))
        && paragraphs::parts_guards(text, whole.start().into(), &code);
    let gap = if is_parted { ending } else { "" };
    let rewrite = context
        .rewrite(TextRange::new(chain.kept_end(), whole.end()))
        .text(&format!("{ending}{gap}{indent}"))
        .keep_as(chain.rest.range(), &code);
    let change = Change::new("Remove redundant `else`", whole, vec![rewrite])?;
    let change = match chain.applicability(context)? {
        Applicability::Safe => change,
        _ => change.to_check("drop order"),
    };
    Ok(change.checked(&[
        "every block before the `else` exits",
        "no name becomes visible to other code",
        "temporaries are dropped before variables",
    ]))
}

/// A chain of `if … else if …` up to an `else` that is redundant.
struct Chain {
    top: ast::IfExpr,
    /// The `if`s before the `else`, including the topmost; all of their blocks diverge.
    kept: Vec<ast::IfExpr>,
    rest: Rest,
}

enum Rest {
    Block(ast::BlockExpr),
    If(ast::IfExpr),
}

impl Rest {
    fn range(&self) -> TextRange {
        match self {
            Self::Block(other) => other.syntax().text_range(),
            Self::If(next) => next.syntax().text_range(),
        }
    }
}

impl Chain {
    /// The chain around `choice`, if one of its `else`s is redundant.
    fn of(choice: &ast::IfExpr) -> Option<Self> {
        let mut top = choice.clone();
        while let Some(around) = top.syntax().parent().and_then(ast::IfExpr::cast) {
            top = around;
        }
        if !is_statement(&top) {
            return None;
        }
        let mut kept = Vec::new();
        let mut here = top.clone();
        while diverges(&here.then_branch()?) {
            kept.push(here.clone());
            match here.else_branch()? {
                ElseBranch::Block(other) => {
                    let rest = Rest::Block(other);
                    return Some(Self { top, kept, rest });
                }
                ElseBranch::IfExpr(next) => here = next,
            }
        }
        let rest = Rest::If(here);
        (!kept.is_empty()).then_some(Self { top, kept, rest })
    }

    /// The end of the last remaining block.
    fn kept_end(&self) -> ra_ap_syntax::TextSize {
        let last = self.kept.last().and_then(ast::IfExpr::then_branch);
        last.map_or(self.top.syntax().text_range().end(), |block| {
            block.syntax().text_range().end()
        })
    }

    fn check(&self, context: &Context<'_>) -> Result<(), Refusal> {
        let text = &context.source.text;
        let at = self.top.syntax().text_range().start();
        if self.top.attrs().next().is_some() {
            return Err(Refusal::because(
                Hazard::Text,
                "The `if` has an attribute, which would apply to only part of it.",
            ));
        }
        if self.kept.iter().any(has_comment_outside_blocks) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment next to a condition or an `else` would be lost.",
            ));
        }
        if !layout::is_first_on_line(text, at) {
            return Err(moving_out::odd_indentation());
        }
        Ok(())
    }

    /// Before edition 2024, the scrutinee of an `if let` lives until the end of its `else`.
    fn applicability(&self, context: &Context<'_>) -> Result<Applicability, Refusal> {
        let mut applicability = self.order_at_end(context)?;
        if context.source.context.edition.at_least_2024() {
            return Ok(applicability);
        }
        let conditions = self.kept.iter().filter_map(ast::IfExpr::condition);
        let matched = conditions.flat_map(|condition| {
            let all = condition.syntax().descendants();
            all.filter_map(ast::LetExpr::cast).collect::<Vec<_>>()
        });
        for value in matched.filter_map(|matched| matched.expr()) {
            if !temporaries::makes_none(&value) {
                return Err(Refusal::because(
                    Hazard::Temporaries,
                    "Temporaries of the matched value would be dropped before the `else` instead of after it.",
                ));
            }
            if !temporaries::is_place(&value) && FileNames::around(&value).has_drop() {
                return Err(tail_temporaries());
            }
            if !temporaries::is_place(&value) {
                applicability = Applicability::NeedsCheck;
            }
        }
        Ok(applicability)
    }

    /// In a body without a value, the tail expression gets a `;`.
    fn order_at_end(&self, context: &Context<'_>) -> Result<Applicability, Refusal> {
        let is_exit = block_ended_by(&self.top).is_some_and(|block| exit_of(&block).is_some());
        let reorders = match &self.rest {
            Rest::Block(other) if is_exit => match other.tail_expr() {
                Some(tail) => {
                    moving_out::semicolon_reorders_drops(other, &tail, context.source.context)?
                }
                None => false,
            },
            _ => false,
        };
        Ok(if reorders {
            Applicability::NeedsCheck
        } else {
            Applicability::Safe
        })
    }

    /// The `if` after the `else` as a statement of its own. An `else` drops its temporaries at its end, but an `if` in tail
    /// position may keep them until after the variables they borrow from are dropped.
    fn moved_out(&self, context: &Context<'_>, next: &ast::IfExpr) -> Result<String, Refusal> {
        let tail = ast::Expr::IfExpr(next.clone());
        if block_ended_by(&self.top).is_some()
            && !moving_out::is_free_tail(&tail, context.source.context)
        {
            return Err(tail_temporaries());
        }
        let condition = next.condition().map(|it| it.syntax().text().to_string());
        let column = layout::column(&context.source.text, self.top.syntax().text_range().start());
        let is_short = layout::is_short_last_if(
            next,
            &condition.unwrap_or_default(),
            column,
            context.source.context,
        );
        if block_ended_by(&self.top).is_some() && is_short {
            return Err(Refusal::because(
                Hazard::Text,
                "On its own, the `if` after the `else` would be reformatted to one line.",
            ));
        }
        Ok(next.syntax().text().to_string())
    }

    /// The contents of the `else` block as written after the `if`.
    fn hoisted(
        &self,
        context: &Context<'_>,
        other: &ast::BlockExpr,
        indent: &str,
    ) -> Result<String, Refusal> {
        let file = context.source.context;
        if !has_no_items(other) {
            return Err(Refusal::because(
                Hazard::Hoisting,
                "Items declared in the `else` would be visible to the code before it.",
            ));
        }
        let body = MovedOut::new(&context.source.text, other, file)?;
        let tail = other.tail_expr();
        let needs_semicolon = match (block_ended_by(&self.top), &tail) {
            (None, _) => semicolon_in_the_middle(other)?,
            (Some(_), None) => false,
            (Some(block), Some(tail)) if exit_of(&block).is_some() => {
                moving_out::wants_semicolon(tail, file)?
            }
            (Some(_), Some(tail)) if moving_out::is_free_tail(tail, file) => false,
            (Some(_), Some(_)) => return Err(tail_temporaries()),
        };
        match &tail {
            Some(tail) if needs_semicolon => body.with_semicolon(tail, indent),
            _ => body.whole(indent),
        }
    }
}

fn tail_temporaries() -> Refusal {
    Refusal::because(
        Hazard::TailTemporaries,
        "One level further out, temporaries of the last expression might be dropped too early.",
    )
}

/// Refuses variables, which would stay in scope for the statements that follow. Returns whether the tail needs a `;`.
fn semicolon_in_the_middle(other: &ast::BlockExpr) -> Result<bool, Refusal> {
    let mut statements = other.statements();
    if statements.any(|statement| matches!(statement, ast::Stmt::LetStmt(_))) {
        return Err(Refusal::because(
            Hazard::Hoisting,
            "Variables of the `else` would stay in scope for the code after it.",
        ));
    }
    if moving_out::has_macro_that_may_declare(other) {
        return Err(Refusal::because(
            Hazard::Hoisting,
            "A macro in the `else` may declare variables, which would stay in scope for the code after it.",
        ));
    }
    match other.tail_expr() {
        Some(ast::Expr::MacroExpr(call)) if call.to_string().ends_with('}') => {
            Err(Refusal::because(
                Hazard::TailTemporaries,
                "The last expression is a macro call with braces, and it is unclear whether it needs a `;`.",
            ))
        }
        Some(tail) => Ok(!is_block_like(&tail)),
        None => Ok(false),
    }
}

/// Whether the `if` is a statement without a `;`.
fn is_statement(choice: &ast::IfExpr) -> bool {
    let Some(parent) = choice.syntax().parent() else {
        return false;
    };
    match ast::ExprStmt::cast(parent.clone()) {
        Some(statement) => statement.semicolon_token().is_none(),
        None => ast::StmtList::can_cast(parent.kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::REFACTORING;
    use crate::{
        refactorings::{
            Applicability, Hazard,
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused, offered,
            },
        },
        syntax::{Edition, FileContext},
    };

    const EDITION_2024: FileContext = FileContext {
        edition: Edition::Edition2024,
        rust_version: None,
        role: crate::syntax::Role::Library,
        width: crate::syntax::LineWidth::DEFAULT,
    };

    #[test]
    fn the_else_of_a_block_that_leaves_goes() {
        for leaves in ["return;", "panic!(\"a\")", "std::process::exit(1);"] {
            assert_becomes(
                &REFACTORING,
                &format!(
                    "fn f() {{\n    if $0a {{\n        {leaves}\n    }} else {{\n        b();\n        c()\n    }}\n}}\n"
                ),
                &format!(
                    "fn f() {{\n    if a {{\n        {leaves}\n    }}\n    b();\n    c();\n}}\n"
                ),
            );
        }
    }

    #[test]
    fn a_chain_loses_its_last_else() {
        assert_becomes(
            &REFACTORING,
            "fn f() -> u8 {\n    $0if a {\n        return 1;\n    } else if b {\n        return 2;\n    } else {\n        3\n    }\n}\n",
            "fn f() -> u8 {\n    if a {\n        return 1;\n    } else if b {\n        return 2;\n    }\n    3\n}\n",
        );
    }

    #[test]
    fn a_chain_is_cut_where_it_goes_on() {
        let after = "fn f() -> u8 {\n    if a {\n        return 1;\n    }\n    if b {\n        2\n    } else {\n        3\n    }\n}\n";
        for before in [
            "fn f() -> u8 {\n    $0if a {\n        return 1;\n    } else if b {\n        2\n    } else {\n        3\n    }\n}\n",
            "fn f() -> u8 {\n    if a {\n        return 1;\n    $0} else if b {\n        2\n    } else {\n        3\n    }\n}\n",
        ] {
            assert_becomes(&REFACTORING, before, after);
        }
    }

    #[test]
    fn the_cursor_may_be_on_the_else() {
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    for a in b {\n        if a {\n            continue;\n        $0} else {\n            // 1\n            c(\"x\n        y\");\n            // 2\n        }\n    }\n}\n",
            "fn f() {\n    for a in b {\n        if a {\n            continue;\n        }\n        // 1\n        c(\"x\n        y\");\n        // 2\n    }\n}\n",
        );
    }

    #[test]
    fn code_may_follow_what_declares_nothing() {
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    $0if a {\n        return;\n    } else {\n        b();\n        c()\n    }\n    d();\n}\n",
            "fn f() {\n    if a {\n        return;\n    }\n    b();\n    c();\n    d();\n}\n",
        );
        assert_refused(
            &REFACTORING,
            Hazard::Hoisting,
            "fn f() {\n    $0if a {\n        return;\n    } else {\n        let b = c.lock();\n        b.d();\n    }\n    d();\n}\n",
        );
    }

    #[test]
    fn a_macro_may_declare_what_code_behind_it_would_see() {
        let of = |statement: &str, behind: &str| {
            format!(
                "fn f() {{\n    $0if a {{\n        return;\n    }} else {{\n        b();\n        {statement}\n    }}{behind}\n}}\n"
            )
        };
        for statement in ["pin_mut!(x);", "m!(x)", "a::m! { x }"] {
            assert_refused(&REFACTORING, Hazard::Hoisting, &of(statement, "\n    d();"));
        }
        for (statement, behind) in [("println!(\"{x}\");", "\n    d();"), ("pin_mut!(x);", "")] {
            let offer = offered(FileContext::default(), &REFACTORING, &of(statement, behind));
            assert!(offer.is_ok(), "{statement}");
        }
    }

    #[test]
    fn an_if_of_its_own_keeps_its_temporaries_in_order() {
        let text = "fn f() {\n    let b = c();\n    $0if a {\n        return;\n    } else if let Some(d) = b.borrow().d() {\n        e(d);\n    }\n}\n";
        assert_refused(&REFACTORING, Hazard::TailTemporaries, text);
        let after = "fn f() {\n    let b = c();\n    if a {\n        return;\n    }\n    if let Some(d) = b.borrow().d() {\n        e(d);\n    }\n}\n";
        assert_becomes_in(EDITION_2024, &REFACTORING, text, after);
        let end = "    }\n}\n";
        let more = "    }\n    g();\n}\n";
        assert_becomes(
            &REFACTORING,
            &text.replace(end, more),
            &after.replace(end, more),
        );
    }

    #[test]
    fn values_keep_their_temporaries_in_order() {
        let text = "fn f() -> u8 {\n    let b = c();\n    $0if a {\n        return 1;\n    } else {\n        b.borrow().d()\n    }\n}\n";
        assert_refused(&REFACTORING, Hazard::TailTemporaries, text);
        assert_becomes_in(
            EDITION_2024,
            &REFACTORING,
            text,
            "fn f() -> u8 {\n    let b = c();\n    if a {\n        return 1;\n    }\n    b.borrow().d()\n}\n",
        );
    }

    #[test]
    fn patterns_may_hold_something_through_the_else() {
        let of = |value: &str| {
            format!(
                "fn f() {{\n    $0if let Some(b) = {value} {{\n        return;\n    }} else {{\n        c();\n    }}\n}}\n"
            )
        };
        assert_refused(
            &REFACTORING,
            Hazard::Temporaries,
            &of("a.lock().unwrap().b()"),
        );
        let applicability = |context, value: &str| {
            let offer = offered(context, &REFACTORING, &of(value)).unwrap();
            offer.change().applicability
        };
        let edition_2021 = FileContext::default();
        assert_eq!(applicability(edition_2021, "a.b"), Applicability::Safe);
        assert_eq!(
            applicability(edition_2021, "a.b()"),
            Applicability::NeedsCheck
        );
        assert_eq!(
            applicability(EDITION_2024, "a.lock().b()"),
            Applicability::Safe
        );
    }

    #[test]
    fn what_would_have_no_place_is_refused() {
        for text in [
            "fn f() {\n    $0if a {\n        return;\n    } // 1\n    else {\n        b();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    } else /* 1 */ {\n        b();\n    }\n}\n",
            "fn f() {\n    #[allow(x)]\n    $0if a {\n        return;\n    } else {\n        b();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    } else {\n        #[cfg(unix)]\n        b();\n    }\n}\n",
            "fn f() {\n    $0if a { return; } else { b(); }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    } else {\n        b(); // 1\n    } // 2\n}\n",
        ] {
            assert_refused(&REFACTORING, Hazard::Text, text);
        }
        assert_refused(
            &REFACTORING,
            Hazard::Hoisting,
            "fn f() {\n    $0if a {\n        return;\n    } else {\n        use b::c;\n        c();\n    }\n}\n",
        );
    }

    #[test]
    fn an_else_that_says_something_is_left_alone() {
        for text in [
            "fn f() {\n    $0if a {\n        b();\n    } else {\n        c();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    }\n}\n",
            "fn f() {\n    $0if a {\n        b();\n    } else if c {\n        return;\n    } else {\n        d();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    } else {\n    }\n}\n",
            "fn f() {\n    let b = $0if a {\n        return;\n    } else {\n        c()\n    };\n}\n",
            "fn f() {\n    match b {\n        _ => $0if a {\n            return;\n        } else {\n            c()\n        },\n    }\n}\n",
            "fn f() {\n    $0if a {\n        || return;\n    } else {\n        c()\n    }\n}\n",
        ] {
            let result = offered(FileContext::default(), &REFACTORING, text);
            assert!(result.is_err(), "{text}");
        }
        assert_not_here(
            &REFACTORING,
            "fn f() {\n    $0if a {\n        b();\n    } else {\n        c();\n    }\n}\n",
        );
    }
}
