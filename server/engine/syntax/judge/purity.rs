//! Whether an expression does nothing but give a value.
//!
//! Pure here means: evaluated once more, once less or at another time, with nothing written in between, nobody could tell.
//! Reading a place counts as pure although `Deref` may be a person's own; comparing counts as pure although `PartialEq` may be.
//! Arithmetic and indexing can panic, so they are not.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, HasArgList, UnaryOp},
};

use super::known::{Fact, is_known};

pub fn is_pure(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) => true,
        ast::Expr::ParenExpr(inner) => all_pure(inner.expr()),
        ast::Expr::FieldExpr(field) => all_pure(field.expr()),
        ast::Expr::RefExpr(reference) => {
            reference.mut_token().is_none() && all_pure(reference.expr())
        }
        ast::Expr::CastExpr(cast) => all_pure(cast.expr()),
        ast::Expr::TupleExpr(tuple) => tuple.fields().all(|field| is_pure(&field)),
        ast::Expr::PrefixExpr(prefix) => is_pure_prefix(prefix),
        ast::Expr::BinExpr(binary) => {
            let is_safe = matches!(
                binary.op_kind(),
                Some(BinaryOp::LogicOp(_) | BinaryOp::CmpOp(_))
            );
            is_safe && all_pure(binary.lhs()) && all_pure(binary.rhs())
        }
        ast::Expr::CallExpr(call) => is_constructor(call) && has_pure_arguments(call),
        ast::Expr::MethodCallExpr(call) => {
            is_known(call, Fact::Looks) && all_pure(call.receiver()) && has_pure_arguments(call)
        }
        ast::Expr::RecordExpr(record) => is_pure_record(record),
        _ => false,
    }
}

/// A name without a small letter at its start is the constructor of a tuple structure or variant.
fn is_constructor(call: &ast::CallExpr) -> bool {
    let Some(ast::Expr::PathExpr(path)) = call.expr() else {
        return false;
    };
    let segment = path.path().and_then(|path| path.segment());
    let name = segment.and_then(|segment| segment.name_ref());
    name.is_some_and(|name| name.text().starts_with(char::is_uppercase))
}

fn all_pure(expression: Option<ast::Expr>) -> bool {
    expression.is_some_and(|expression| is_pure(&expression))
}

fn has_pure_arguments(call: &impl HasArgList) -> bool {
    call.arg_list()
        .is_some_and(|list| list.args().all(|argument| is_pure(&argument)))
}

fn is_pure_prefix(prefix: &ast::PrefixExpr) -> bool {
    let Some(inner) = prefix.expr() else {
        return false;
    };
    match prefix.op_kind() {
        Some(UnaryOp::Not | UnaryOp::Deref) => is_pure(&inner),
        // The least number has no counterpart, but no literal is one.
        Some(UnaryOp::Neg) => matches!(inner, ast::Expr::Literal(_)),
        None => false,
    }
}

fn is_pure_record(record: &ast::RecordExpr) -> bool {
    let Some(list) = record.record_expr_field_list() else {
        return false;
    };
    list.spread().is_none()
        && list
            .fields()
            .all(|field| field.expr().is_some_and(|value| is_pure(&value)))
        && !crate::syntax::layout::has_comment(list.syntax())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    fn expression(text: &str) -> ast::Expr {
        let text = format!("const C: T = {text};");
        let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let item = tree.root().children().find_map(ast::Const::cast);
        item.unwrap().body().unwrap()
    }

    #[test]
    fn reading_is_pure() {
        for text in [
            "1",
            "a",
            "a.b.0",
            "*a.b",
            "&a",
            "!a && b == -1",
            "a as u8",
            "(a, b)",
            "Some(a)",
            "m::Variant(a, 1)",
            "S { a, b: 1 }",
            "a.b.is_empty()",
            "a.get(b)",
        ] {
            assert!(is_pure(&expression(text)), "{text}");
        }
    }

    #[test]
    fn what_may_panic_or_do_more_is_not_pure() {
        for text in [
            "a + b",
            "a[0]",
            "-a",
            "a / 2",
            "f()",
            "a.next()",
            "Some(f())",
            "a.get(f())",
            "m!(a)",
            "&mut a",
            "a = b",
            "S { ..a }",
            "a?",
            "{ a }",
            "|| a",
            "return",
        ] {
            assert!(!is_pure(&expression(text)), "{text}");
        }
    }
}
