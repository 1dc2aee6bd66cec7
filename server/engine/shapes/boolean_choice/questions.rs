//! Conditions without side effects, judging by the names of their calls. A step that reports whether it was done isn't a test,
//! and is easily overlooked among tests.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, HasArgList},
};

use crate::syntax::known::{Fact, is_known, is_question};

/// Whether all calls sound like tests or getters.
pub(super) fn asks_only(expr: &ast::Expr) -> bool {
    let of = |part: Option<ast::Expr>| part.is_some_and(|part| asks_only(&part));
    match expr {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) | ast::Expr::ClosureExpr(_) => true,
        ast::Expr::FieldExpr(it) => of(it.expr()),
        ast::Expr::ParenExpr(it) => of(it.expr()),
        ast::Expr::PrefixExpr(it) => of(it.expr()),
        ast::Expr::CastExpr(it) => of(it.expr()),
        ast::Expr::RefExpr(it) => it.mut_token().is_none() && of(it.expr()),
        ast::Expr::IndexExpr(it) => of(it.base()) && of(it.index()),
        ast::Expr::TupleExpr(it) => it.fields().all(|field| asks_only(&field)),
        ast::Expr::BinExpr(it) => {
            let is_set = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            !is_set && of(it.lhs()) && of(it.rhs())
        }
        ast::Expr::MethodCallExpr(call) => {
            let is_look = is_known(call, Fact::Looks) || is_known(call, Fact::Views);
            let name = call.name_ref();
            let is_asked = name.is_some_and(|name| is_question(name.text()));
            (is_look || is_asked) && of(call.receiver()) && takes_only(call)
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let name = callee.rsplit("::").next().unwrap_or_default();
            is_question(name) && takes_only(call)
        }
        ast::Expr::MacroExpr(it) => {
            let call = it.macro_call().and_then(|call| call.path());
            let name = call.map(|path| path.syntax().text().to_string());
            matches!(name.as_deref(), Some("matches" | "cfg"))
        }
        _ => false,
    }
}

fn takes_only(call: &impl HasArgList) -> bool {
    call.arg_list()
        .is_some_and(|list| list.args().all(|argument| asks_only(&argument)))
}
