//! Values that live on in the background: temporaries, which are dropped where their statement or their block ends.
//!
//! Without types, the question is whether an expression can make a temporary at all. Places and values that are handed over
//! whole make none.

use ra_ap_syntax::ast::{self, BinaryOp, HasArgList, UnaryOp};

/// Whether an expression names a place in memory and makes no value.
pub fn is_place(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::PathExpr(_) => true,
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|inner| is_place(&inner)),
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_place(&inner)),
        ast::Expr::IndexExpr(index) => {
            index.base().is_some_and(|base| is_place(&base))
                && index.index().is_some_and(|index| makes_none(&index))
        }
        ast::Expr::PrefixExpr(prefix) => {
            prefix.op_kind() == Some(UnaryOp::Deref)
                && prefix.expr().is_some_and(|inner| is_place(&inner))
        }
        _ => false,
    }
}

/// Whether an expression makes no temporary beside its own value.
pub fn makes_none(expr: &ast::Expr) -> bool {
    let one = |part: Option<ast::Expr>| part.is_some_and(|part| makes_none(&part));
    match expr {
        _ if is_place(expr) => true,
        ast::Expr::Literal(_) | ast::Expr::ClosureExpr(_) => true,
        ast::Expr::ParenExpr(inner) => one(inner.expr()),
        ast::Expr::TryExpr(inner) => one(inner.expr()),
        ast::Expr::AwaitExpr(inner) => one(inner.expr()),
        ast::Expr::CastExpr(inner) => one(inner.expr()),
        ast::Expr::RefExpr(inner) => inner.expr().is_some_and(|inner| may_be_borrowed(&inner)),
        ast::Expr::PrefixExpr(inner) => {
            inner.op_kind() != Some(UnaryOp::Deref) && one(inner.expr())
        }
        ast::Expr::BinExpr(operation) => operation_makes_none(operation),
        ast::Expr::TupleExpr(tuple) => tuple.fields().all(|field| makes_none(&field)),
        ast::Expr::ReturnExpr(inner) => inner.expr().is_none_or(|inner| makes_none(&inner)),
        ast::Expr::CallExpr(call) => {
            call.expr().is_some_and(|callee| is_place(&callee)) && arguments_make_none(call)
        }
        ast::Expr::MethodCallExpr(call) => {
            call.receiver().is_some_and(|it| is_free_receiver(&it)) && arguments_make_none(call)
        }
        ast::Expr::RecordExpr(record) => record_makes_none(record),
        _ => false,
    }
}

fn arguments_make_none(call: &impl HasArgList) -> bool {
    call.arg_list()
        .is_some_and(|list| list.args().all(|argument| makes_none(&argument)))
}

fn operation_makes_none(operation: &ast::BinExpr) -> bool {
    let operands = [operation.lhs(), operation.rhs()];
    let mut operands = operands.into_iter().flatten();
    match operation.op_kind() {
        // Comparisons take their operands by reference.
        Some(BinaryOp::CmpOp(_)) => operands.all(|operand| may_be_borrowed(&operand)),
        Some(_) => operands.all(|operand| makes_none(&operand)),
        None => false,
    }
}

fn record_makes_none(record: &ast::RecordExpr) -> bool {
    let Some(list) = record.record_expr_field_list() else {
        return false;
    };
    list.spread().is_none()
        && list
            .fields()
            .all(|field| field.expr().is_some_and(|value| makes_none(&value)))
}

/// Whether a reference to the expression refers to something that lives on by itself.
fn may_be_borrowed(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Literal(_)) || is_place(expr)
}

/// A place, or a view into a place: what such a method returns has nothing to drop and hands out only what the place owns.
fn is_free_receiver(receiver: &ast::Expr) -> bool {
    if may_be_borrowed(receiver) {
        return true;
    }
    match receiver {
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_free_receiver(&inner)),
        ast::Expr::MethodCallExpr(call) => is_view(call) && makes_none(receiver),
        _ => false,
    }
}

fn is_view(call: &ast::MethodCallExpr) -> bool {
    const VIEWS: [&str; 20] = [
        "as_bytes",
        "as_deref",
        "as_deref_mut",
        "as_mut",
        "as_path",
        "as_ref",
        "as_slice",
        "as_str",
        "bytes",
        "char_indices",
        "chars",
        "iter",
        "iter_mut",
        "keys",
        "len",
        "lines",
        "trim",
        "trim_end",
        "trim_start",
        "values",
    ];
    call.name_ref()
        .is_some_and(|name| VIEWS.iter().any(|view| name.text() == *view))
}

/// Whether matching `value` against `pattern` leaves nothing behind that would be dropped later: the value is a place, or all
/// of it goes into the pattern's variables. Then it makes no difference whether `if let` or `let … else` matches it.
pub fn leaves_nothing(pattern: &ast::Pat, value: &ast::Expr) -> bool {
    match value {
        _ if is_place(value) => true,
        ast::Expr::RefExpr(inner) => inner.expr().is_some_and(|inner| is_place(&inner)),
        ast::Expr::CallExpr(_)
        | ast::Expr::MethodCallExpr(_)
        | ast::Expr::AwaitExpr(_)
        | ast::Expr::TryExpr(_) => makes_none(value) && takes_all(pattern),
        _ => false,
    }
}

/// Whether all of a matched value goes into variables.
fn takes_all(pattern: &ast::Pat) -> bool {
    match pattern {
        ast::Pat::TupleStructPat(variant) => variant.fields().all(|field| takes_payload(&field)),
        _ => false,
    }
}

fn takes_payload(pattern: &ast::Pat) -> bool {
    match pattern {
        ast::Pat::IdentPat(variable) => variable.ref_token().is_none() && variable.pat().is_none(),
        ast::Pat::RefPat(inner) => inner.pat().is_some_and(|inner| takes_payload(&inner)),
        ast::Pat::TuplePat(tuple) => tuple.fields().all(|field| takes_payload(&field)),
        ast::Pat::LiteralPat(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::AstNode;

    use super::*;
    use crate::syntax::{FileContext, Tree, fixture};

    fn tail(code: &str) -> ast::Expr {
        fixture::tail("", code)
    }

    #[test]
    fn places_and_whole_values_make_no_temporaries() {
        for code in [
            "a",
            "self.a.b",
            "a[0].b",
            "*a",
            "&a",
            "&mut a.b",
            "Ok(a)",
            "a.b(&c, d.e())",
            "a::b(c)?",
            "a.b().await",
            "Some((a, 1))",
            "A { a, b: c }",
            "a.iter().next()",
            "a.as_ref().map(b)",
            "a + b",
            "a == 1",
            "f(|| g().h())",
        ] {
            assert!(makes_none(&tail(code)), "{code}");
        }
        for code in [
            "&a()",
            "a.lock().unwrap()",
            "a.borrow().b",
            "a(&b())",
            "a().b()",
            "a[b().c()]",
            "m!()",
            "match a {}",
            "A { ..b() }",
            "*a.borrow()",
            "a() == b",
            "&A {}",
            "a.len() == 0",
        ] {
            assert!(!makes_none(&tail(code)), "{code}");
        }
    }

    #[test]
    fn a_match_leaves_nothing_behind() {
        let leaves = |code: &str| {
            let text = format!("fn f() {{ if let {code} {{}} }}");
            let root = Tree::parse(&text, FileContext::default().edition)
                .unwrap()
                .root();
            let condition = root.descendants().find_map(ast::LetExpr::cast).unwrap();
            !leaves_nothing(&condition.pat().unwrap(), &condition.expr().unwrap())
        };
        for code in [
            "Some(a) = b",
            "A { a, .. } = self.b",
            "Some(_) = &mut a",
            "Some(a) = b.get(c)",
            "Ok(()) = a(b)",
            "Some((a, b)) = c.d()",
            "Some(&a) = b.iter().next()",
            "Ok(a) = b.c().await",
        ] {
            assert!(!leaves(code), "{code}");
        }
        for code in [
            "Some(_) = a.get(b)",
            "Some((a, _)) = b()",
            "Ok(a) = b.lock().unwrap().c()",
            "Some(ref a) = b()",
            "None = a()",
            "A { a } = b()",
            "Some(a) = m!()",
            "(a, b) = (c(), d())",
        ] {
            assert!(leaves(code), "{code}");
        }
    }
}
