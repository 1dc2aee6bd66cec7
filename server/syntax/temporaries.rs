//! Temporaries: values without a name, and when they are dropped.
//!
//! What a `match` or `if let` takes apart keeps its temporaries until its end; a `let … else` drops them before its `else`. The
//! difference is seen only where a temporary does something when it is dropped: a guard of a lock, above all.

use ra_ap_syntax::ast::{self, HasArgList, UnaryOp};

use super::purity;

/// Methods of the standard library whose value is all that they leave behind, whatever they are called on.
const LEAVING_NOTHING: [&str; 32] = [
    "as_bytes",
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_ref",
    "as_str",
    "bytes",
    "char_indices",
    "chars",
    "checked_add",
    "checked_mul",
    "checked_sub",
    "chunks",
    "find",
    "first",
    "get",
    "get_mut",
    "iter",
    "last",
    "len",
    "next",
    "next_back",
    "parse",
    "peek",
    "pop",
    "position",
    "rfind",
    "split_first",
    "split_last",
    "split_once",
    "to_string",
    "trim",
];

/// Whether evaluating the expression leaves no temporary that does anything when it is dropped. Not whether the value itself
/// does.
pub fn leaves_none(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) => true,
        ast::Expr::ParenExpr(inner) => all(inner.expr()),
        ast::Expr::FieldExpr(field) => all(field.expr()),
        ast::Expr::RefExpr(reference) => all(reference.expr()),
        ast::Expr::CastExpr(cast) => all(cast.expr()),
        ast::Expr::IndexExpr(index) => all(index.base()) && all(index.index()),
        ast::Expr::TupleExpr(tuple) => tuple.fields().all(|field| leaves_none(&field)),
        ast::Expr::PrefixExpr(prefix) => {
            prefix.op_kind() != Some(UnaryOp::Neg) && all(prefix.expr())
        }
        ast::Expr::CallExpr(call) => purity::is_constructor(call) && arguments_leave_none(call),
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let is_known = |name: String| LEAVING_NOTHING.binary_search(&name.as_str()).is_ok();
            name.is_some_and(is_known) && all(call.receiver()) && arguments_leave_none(call)
        }
        _ => false,
    }
}

fn all(expression: Option<ast::Expr>) -> bool {
    expression.is_some_and(|expression| leaves_none(&expression))
}

/// A closure that is handed over is gone when the call is.
fn arguments_leave_none(call: &impl HasArgList) -> bool {
    call.arg_list().is_some_and(|list| {
        list.args()
            .all(|argument| matches!(argument, ast::Expr::ClosureExpr(_)) || leaves_none(&argument))
    })
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::AstNode;

    use super::*;
    use crate::syntax::{Edition, Tree};

    fn leaves_none_in(text: &str) -> bool {
        let text = format!("const C: T = {text};");
        let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let item = tree.root().children().find_map(ast::Const::cast);
        leaves_none(&item.unwrap().body().unwrap())
    }

    #[test]
    fn methods_are_sorted_to_be_found() {
        assert!(LEAVING_NOTHING.is_sorted());
    }

    #[test]
    fn places_and_known_calls_leave_nothing() {
        for text in [
            "a",
            "self.a.b",
            "&mut a[i]",
            "*a",
            "a.get(i)",
            "a.b.iter().next()",
            "a.iter().find(|x| x.y())",
            "a.first()",
            "(a, b)",
        ] {
            assert!(leaves_none_in(text), "{text}");
        }
    }

    #[test]
    fn whatever_may_be_a_guard_is_left() {
        for text in [
            "a.lock().unwrap()",
            "a.borrow().get(i)",
            "f()",
            "f(a).get(i)",
            "a.get(f())",
            "a.await",
            "a?",
            "m!(a)",
            "{ a }",
        ] {
            assert!(!leaves_none_in(text), "{text}");
        }
    }
}
