//! Code for tests of judgements.

use ra_ap_syntax::{AstNode, ast};

use super::{FileContext, Tree};

/// The last expression of a function with these parameters and this body.
pub(super) fn tail(parameters: &str, code: &str) -> ast::Expr {
    let text = format!("fn f({parameters}) {{ {code} }}");
    let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
    let body = tree.root().descendants().find_map(ast::BlockExpr::cast);
    body.and_then(|body| body.tail_expr()).unwrap()
}
