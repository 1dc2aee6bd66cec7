//! Errors that are propagated in a roundabout way.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, TextSize,
    ast::{self, BinaryOp, CmpOp, Ordering},
};

use super::{Found, Idiom};
use crate::{
    shapes::question_first::{QuestionFirst, only, type_given_around},
    syntax::Unit,
    text::TextRange,
};

/// Maximum distance in statements between a check and the cast of the checked value.
const REACH: usize = 4;

/// The first `try!(Err(e))` or `Err(e)?` of a function.
pub(super) fn first_error(unit: &Unit<'_>) -> Option<Found> {
    let at = unit.node.text_range();
    let text = unit.slice(at);
    let made = memchr::memmem::find_iter(text.as_bytes(), b"Err(").find_map(|offset| {
        let before = text.get(..offset)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_tried = before.ends_with("try!(");
        if !is_tried && !line.trim().is_empty() {
            return None;
        }
        let shift = if is_tried { "try!(".len() } else { 0 };
        let start = at.start() + TextSize::try_from(offset - shift).ok()?;
        error_at(unit, start, is_tried)
    })?;
    Some(Found {
        at: made,
        whole: made,
        beside: made,
        idiom: Idiom::Return,
    })
}

fn error_at(unit: &Unit<'_>, start: TextSize, is_tried: bool) -> Option<TextRange> {
    let token = unit.node.token_at_offset(start).right_biased()?;
    if is_tried {
        let is_its = matches!(token.text(), "try" | "r#try")
            && token
                .parent()
                .is_some_and(|it| it.kind() != SyntaxKind::TOKEN_TREE);
        return is_its.then(|| token.text_range());
    }
    let call = token.parent_ancestors().find_map(ast::CallExpr::cast)?;
    let tried = call.syntax().parent().and_then(ast::TryExpr::cast)?;
    let is_statement = tried
        .syntax()
        .parent()
        .is_some_and(|it| matches!(it.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST));
    let is_its = call.expr()?.syntax().text() == "Err" && is_statement;
    is_its.then(|| token.text_range())
}

/// `if x > u8::MAX as usize { return … }` with `x as u8` below.
pub(super) fn of_cast(choice: &ast::IfExpr) -> Option<Found> {
    let ast::Expr::BinExpr(compared) = choice.condition()? else {
        return None;
    };
    let is_larger = matches!(
        compared.op_kind()?,
        BinaryOp::CmpOp(CmpOp::Ord {
            ordering: Ordering::Greater,
            // `try_from` accepts the maximum too.
            strict: true,
        })
    );
    let ast::Expr::CastExpr(limit) = compared.rhs()? else {
        return None;
    };
    let most = limit.expr()?.syntax().text().to_string();
    let ty = most.strip_suffix("::MAX")?.rsplit("::").next()?.to_owned();
    let is_guard = choice.else_token().is_none() && returns(&choice.then_branch()?);
    if !is_larger || !is_guard {
        return None;
    }
    let checked = compared.lhs()?.syntax().text().to_string();
    let statement = choice.syntax().parent().and_then(ast::ExprStmt::cast)?;
    let below = statement
        .syntax()
        .siblings(Direction::Next)
        .skip(1)
        .take(REACH);
    let mut casts = below
        .flat_map(|it| it.descendants())
        .filter_map(ast::CastExpr::cast);
    let cast = casts.find(|it| {
        let is_type = it.ty().is_some_and(|it| it.syntax().text() == ty.as_str());
        is_type
            && it
                .expr()
                .is_some_and(|it| it.syntax().text() == checked.as_str())
    })?;
    Some(Found {
        at: choice.if_token()?.text_range(),
        whole: choice.syntax().text_range(),
        beside: cast.syntax().text_range(),
        idiom: Idiom::TryFrom,
    })
}

/// Whether a block only returns a value that is no success.
fn returns(block: &ast::BlockExpr) -> bool {
    let Some(ast::Expr::ReturnExpr(exit)) = only(block) else {
        return false;
    };
    exit.expr().is_some_and(|value| {
        let value = value.syntax().text().to_string();
        !value.starts_with("Ok(") && !value.starts_with("Some(")
    })
}

/// `match f() { Ok(A) => …, Ok(B) => …, Err(e) => return Err(e) }`
pub(super) fn of_arms(choice: &ast::MatchExpr) -> Option<Found> {
    let found = QuestionFirst::of(choice)?;
    Some(Found {
        at: found.keyword,
        // The arms may contain more code.
        whole: found.keyword,
        beside: found.error,
        idiom: Idiom::QuestionFirst,
    })
}

/// Whether the cast value is written to some output.
fn is_written(cast: &ast::CastExpr) -> bool {
    const WRITE: [&str; 6] = ["append", "emit", "encode", "put", "serialize", "write"];
    let list = cast.syntax().parent().and_then(ast::ArgList::cast);
    let call = list.and_then(|it| it.syntax().parent());
    let name = call.and_then(|call| match ast::MethodCallExpr::cast(call.clone()) {
        Some(call) => call.name_ref().map(|it| it.text().to_string()),
        None => Some(
            ast::CallExpr::cast(call)?
                .expr()?
                .syntax()
                .text()
                .to_string(),
        ),
    });
    name.is_some_and(|name| WRITE.iter().any(|it| name.contains(it)))
}

/// The first `x.len() as u16` in a function that returns a `Result` but never checks that the length fits.
pub(super) fn first_cut(unit: &Unit<'_>) -> Option<Found> {
    let text = unit.slice(unit.node.text_range());
    let find = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes());
    let is_asked = || {
        [
            "MAX", "try_from", "try_into", "assert", ".min(", "255", "0xFF", "0xff", "65535",
            "65_535",
        ]
    };
    let at = find(".len() as u8").or_else(|| find(".len() as u16"))?;
    if is_asked().into_iter().any(|word| find(word).is_some()) {
        return None;
    }
    let start = unit.node.text_range().start() + TextSize::try_from(at).ok()?;
    let token = unit.node.token_at_offset(start).right_biased()?;
    let cast = token.parent_ancestors().find_map(ast::CastExpr::cast)?;
    let gives = type_given_around(cast.syntax())?;
    let ty = cast.ty()?;
    let is_small = ty.syntax().text() == "u8" || ty.syntax().text() == "u16";
    (is_small && gives.contains("Result") && is_written(&cast)).then(|| Found {
        at: ty.syntax().text_range(),
        whole: cast.syntax().text_range(),
        beside: cast.syntax().text_range(),
        idiom: Idiom::Narrow,
    })
}
