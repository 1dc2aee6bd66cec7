//! Types that the syntax shows by itself.

mod integers;
mod variables;

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, HasArgList, LiteralKind, UnaryOp},
};

pub use self::integers::{Sign, integer, sign_of_both};
use self::variables::{Shows, bindings_show};
use super::known::{self, Fact, is_known};

/// Whether an expression is a `bool` itself, neither a reference to one nor another type that `!` may be put before.
pub fn is_bool(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Literal(literal) => matches!(literal.kind(), LiteralKind::Bool(_)),
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_bool(&inner)),
        ast::Expr::BinExpr(operation) => matches!(
            operation.op_kind(),
            Some(BinaryOp::LogicOp(_) | BinaryOp::CmpOp(_))
        ),
        ast::Expr::PrefixExpr(prefix) => match prefix.op_kind() {
            Some(UnaryOp::Not) => prefix.expr().is_some_and(|inner| is_bool(&inner)),
            // Of `&bool`, which is by far the most common; a pattern binds no reference to a reference unasked.
            Some(UnaryOp::Deref) => true,
            _ => false,
        },
        ast::Expr::MethodCallExpr(call) => !may_return_reference(call),
        ast::Expr::MacroExpr(call) => is_macro_of_bool(call),
        ast::Expr::PathExpr(path) => is_bool_variable(path),
        // A call, a field and an element give what they have, and hardly anyone keeps references to `bool`.
        ast::Expr::CallExpr(_) | ast::Expr::IndexExpr(_) => true,
        ast::Expr::FieldExpr(field) => !may_be_element_of_item(field),
        _ => false,
    }
}

/// What iterators of maps give are pairs of references; in structures of one's own, numbered fields are as those with names.
fn may_be_element_of_item(field: &ast::FieldExpr) -> bool {
    let is_numbered = field.name_ref().is_some_and(|name| {
        name.text()
            .starts_with(|first: char| first.is_ascii_digit())
    });
    let base = field.expr().map(|base| base.syntax().text().to_string());
    is_numbered && base.is_none_or(|base| base != "self" && !base.starts_with("self."))
}

/// Methods that hand out what is inside another value, which may be a reference.
fn may_return_reference(call: &ast::MethodCallExpr) -> bool {
    let name = call.name_ref().map(|name| name.text().to_string());
    let has_bool_argument = call.arg_list().is_some_and(|list| {
        list.args()
            .any(|argument| matches!(&argument, ast::Expr::Literal(_)) && is_bool(&argument))
    });
    let is_listed = name.is_none_or(|name| known::tells(&name, Fact::HandsOut));
    is_listed && !has_bool_argument
}

fn is_macro_of_bool(call: &ast::MacroExpr) -> bool {
    let path = call.macro_call().and_then(|call| call.path());
    path.is_some_and(|path| matches!(path.syntax().text().to_string().as_str(), "matches" | "cfg"))
}

fn is_bool_variable(path: &ast::PathExpr) -> bool {
    let shows = Shows {
        in_type: |ty| (ty == "bool").then_some(()),
        in_value: |value| is_bool_value(value).then_some(()),
    };
    path.path().is_some_and(|whole| is_constant(&whole)) || bindings_show(path, &shows).is_some()
}

/// Whether an expression is an `Option` or a `Result`, so that it answers each of its questions both ways.
pub fn is_option_or_result(expr: &ast::Expr) -> bool {
    let shows = Shows {
        in_type: |ty| is_type_of_option_or_result(ty).then_some(()),
        in_value: |value| is_value_of_option_or_result(value).then_some(()),
    };
    match expr {
        ast::Expr::PathExpr(path) => bindings_show(path, &shows).is_some(),
        ast::Expr::ParenExpr(inner) => inner
            .expr()
            .is_some_and(|inner| is_option_or_result(&inner)),
        _ => is_value_of_option_or_result(expr),
    }
}

fn is_type_of_option_or_result(ty: &str) -> bool {
    let bare = ty
        .trim_start_matches('&')
        .trim_start_matches("mut ")
        .trim_start();
    ["Option<", "Result<", "io::Result<"]
        .iter()
        .any(|start| bare.starts_with(start))
}

/// Calls of the standard library's methods whose names hardly anyone uses for another type.
fn is_value_of_option_or_result(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::MethodCallExpr(call) => is_known(call, Fact::Optional),
        _ => false,
    }
}

/// Constants are written in capitals, and hardly anyone keeps a reference to a `bool` in one.
fn is_constant(path: &ast::Path) -> bool {
    let name = path.segment().and_then(|segment| segment.name_ref());
    name.is_some_and(|name| {
        name.text()
            .chars()
            .all(|character| character.is_uppercase() || matches!(character, '_' | '0'..='9'))
    })
}

/// Stricter than [`is_bool`], since an inferred type may be a reference where the value is any call. Variables are not
/// followed, so that the search can't go in circles.
fn is_bool_value(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Literal(_) | ast::Expr::BinExpr(_) | ast::Expr::MacroExpr(_) => is_bool(value),
        // What is a condition after `!` again is a `bool` after the first.
        ast::Expr::PrefixExpr(prefix) => prefix.op_kind() == Some(UnaryOp::Not),
        ast::Expr::MethodCallExpr(call) => is_question(call),
        _ => false,
    }
}

/// Methods whose names ask a question, and that answer with a `bool`.
fn is_question(call: &ast::MethodCallExpr) -> bool {
    const PREFIXES: [&str; 4] = ["is_", "has_", "contains", "starts_with"];
    const NAMES: [&str; 4] = ["any", "all", "ends_with", "eq"];
    call.name_ref().is_some_and(|name| {
        let name = name.text();
        PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    fn tail(code: &str) -> ast::Expr {
        fixture::tail("p: bool, q: &bool", code)
    }

    #[test]
    fn a_bool_is_shown_by_what_makes_it() {
        for code in [
            "a == b",
            "a && b",
            "p",
            "self.a",
            "a.is_empty()",
            "f(a)",
            "*a",
            "matches!(a, b)",
            "let a = false; a",
            "let mut a: bool = b(); a",
            "a::ENABLED",
            "ENABLED",
            "let a = !b; a",
            "a.unwrap_or(false)",
            "let a = b.is_empty(); a",
            "self.0",
            "self.a.0",
        ] {
            assert!(is_bool(&tail(code)), "{code}");
        }
        for code in [
            "q",
            "a",
            "a.unwrap()",
            "for a in b {} a",
            "let a = b(); a",
            "a!()",
            "a & b",
            "-a",
            "1",
            "let p = q; p",
            "let (a, b) = c; a",
            "if let Some(a) = b {} a",
            "let ref a = true; a",
            "a::b",
            "a.borrow()",
            "a.1",
            "a.get_unchecked(1)",
        ] {
            assert!(!is_bool(&tail(code)), "{code}");
        }
    }

    #[test]
    fn an_option_is_shown_by_its_declaration_or_by_what_makes_it() {
        let shown = |code: &str, parameter: &str| {
            is_option_or_result(&fixture::tail(&format!("p: {parameter}"), code))
        };
        for parameter in ["Option<u8>", "&mut Option<u8>", "io::Result<()>"] {
            assert!(shown("p", parameter), "{parameter}");
        }
        for code in [
            "a.get(b)",
            "let a = b.next(); a",
            "a.checked_add(1)",
            "let a: Option<u8> = b(); a",
        ] {
            assert!(shown(code, "u8"), "{code}");
        }
        for code in [
            "p",
            "a",
            "a.matched()",
            "self.a",
            "let a = b.matched(); a",
            "b()",
        ] {
            assert!(!shown(code, "Match<u8>"), "{code}");
        }
    }
}
