//! Names from the code of a value: how it is obtained, and what is constructed.

use ra_ap_syntax::{AstNode, SyntaxNode, T, ast};

use super::{phrases, subjects};
use crate::extraction::selection::tokens;

/// The reading or parsing verb anywhere in the code of a value.
pub(super) fn verb_inside(statements: &[SyntaxNode]) -> Option<&'static str> {
    let names = statements.iter().flat_map(tokens);
    let mut called = names.filter(|token| {
        let next = token.next_token().map(|it| it.kind());
        matches!(next, Some(T!['('] | T![!]))
    });
    called.find_map(|name| phrases::verb_of(name.text()).filter(|it| phrases::is_reading(it)))
}

/// Whether one arm only unwraps a value and the others diverge: `Ok(it) => it`.
pub(super) fn takes_out(choice: &ast::MatchExpr) -> bool {
    let arms = choice.match_arm_list();
    let arms = arms.iter().flat_map(ast::MatchArmList::arms);
    let mut bodies = arms.filter_map(|it| {
        let (ast::Expr::PathExpr(body), pattern) = (it.expr()?, it.pat()?) else {
            return None;
        };
        Some(subjects::bound(&pattern)? == body.syntax().text().to_string())
    });
    bodies.any(|it| it)
}

/// The verb for how a value is obtained, if its code suggests one.
pub(super) fn verb_of_value(value: &ast::Expr) -> Option<&'static str> {
    match value {
        ast::Expr::TryExpr(it) => verb_of_value(&it.expr()?),
        ast::Expr::AwaitExpr(it) => verb_of_value(&it.expr()?),
        ast::Expr::ParenExpr(it) => verb_of_value(&it.expr()?),
        ast::Expr::RefExpr(it) => verb_of_value(&it.expr()?),
        ast::Expr::MatchExpr(it) => verb_of_call(&it.expr()?),
        ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) => verb_of_call(value),
        ast::Expr::RecordExpr(_) | ast::Expr::ArrayExpr(_) => Some("build"),
        ast::Expr::MacroExpr(it) => {
            let name = it.macro_call()?.path()?.syntax().text().to_string();
            match &*name {
                "vec" => Some("collect"),
                "format" => Some("format"),
                _ => None,
            }
        }
        _ => None,
    }
}

pub(super) fn verb_of_call(value: &ast::Expr) -> Option<&'static str> {
    match value {
        ast::Expr::TryExpr(it) => verb_of_call(&it.expr()?),
        ast::Expr::AwaitExpr(it) => verb_of_call(&it.expr()?),
        ast::Expr::CallExpr(it) => {
            let name = subjects::callee(it)?;
            let path = it.expr()?.syntax().text().to_string();
            let makes = name == "new" || name == "with_capacity";
            if makes {
                let of_many =
                    path.starts_with("Vec::") || path.contains("Map::") || path.contains("Set::");
                return Some(if of_many { "collect" } else { "build" });
            }
            phrases::verb_of(&name).filter(|it| phrases::gives_something(it))
        }
        ast::Expr::MethodCallExpr(it) => {
            let name = it.name_ref()?.text().to_string();
            match &*name {
                "collect" => Some("collect"),
                "find" | "position" | "find_map" | "rposition" => Some("find"),
                _ => phrases::verb_of(&name)
                    .filter(|it| phrases::gives_something(it))
                    .or_else(|| verb_of_call(&it.receiver()?)),
            }
        }
        _ => None,
    }
}

/// The constructed type: `header` for `Ok(Header { .. })`.
pub(super) fn made(value: &ast::Expr) -> Option<String> {
    match value {
        ast::Expr::RecordExpr(it) => named_type(&it.path()?),
        ast::Expr::CallExpr(it) => {
            let ast::Expr::PathExpr(path) = it.expr()? else {
                return None;
            };
            let path = path.path()?;
            let name = path.segment()?.name_ref()?.text().to_string();
            match &*name {
                "Ok" | "Some" => made(&ast::HasArgList::arg_list(it)?.args().next()?),
                "new" => named_type(&path.qualifier()?),
                _ => None,
            }
        }
        _ => None,
    }
}

pub(super) fn named_type(path: &ast::Path) -> Option<String> {
    let name = path.segment()?.name_ref()?.text().to_string();
    let is_known = matches!(
        &*name,
        "Self" | "String" | "Vec" | "Box" | "Arc" | "Rc" | "Cow"
    );
    if is_known {
        None
    } else {
        subjects::of_type(&name)
    }
}
