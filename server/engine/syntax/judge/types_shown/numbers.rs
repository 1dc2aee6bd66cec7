//! The numeric type of an expression.

use ra_ap_syntax::{AstNode, ast};

use super::variables::{Shows, bindings_show};
use crate::syntax::{
    FileNames,
    known::{Fact, is_known},
};

/// The numeric type of an expression; `None` if it isn't evident, or if the file suggests several.
pub fn number_type(expr: &ast::Expr) -> Option<String> {
    number_where(expr, of_variable)
}

/// [`number_type`] with a function that looks up variables.
fn number_where(
    expr: &ast::Expr,
    of_variable: fn(&ast::PathExpr) -> Option<String>,
) -> Option<String> {
    // Chains of operators may be deep enough to overflow the stack.
    const LONGEST: u32 = 200;
    if u32::from(expr.syntax().text_range().len()) > LONGEST {
        return None;
    }
    let of = |expr: &ast::Expr| number_where(expr, of_variable);
    match expr {
        ast::Expr::ParenExpr(inner) => of(&inner.expr()?),
        ast::Expr::MethodCallExpr(call) => is_known(call, Fact::Length).then(|| "usize".to_owned()),
        ast::Expr::BinExpr(operation) => match operation.op_kind()? {
            ast::BinaryOp::ArithOp(ast::ArithOp::Shl | ast::ArithOp::Shr) => None,
            // Both operands have one type if both are known, or if one is a literal.
            ast::BinaryOp::ArithOp(_) => match (operation.lhs()?, operation.rhs()?) {
                (ast::Expr::Literal(_), other) | (other, ast::Expr::Literal(_)) => of(&other),
                (left, right) => agreed(&[of(&left)?, of(&right)?]),
            },
            _ => None,
        },
        ast::Expr::CastExpr(cast) => bare_number(&cast.ty()?.syntax().text().to_string()),
        ast::Expr::PathExpr(path) => of_variable(path),
        ast::Expr::FieldExpr(field) => {
            let declared = FileNames::around(field);
            let types = declared.fields(field.name_ref()?.text());
            let all: Option<Vec<String>> = types.iter().map(|ty| bare_number(ty)).collect();
            agreed(&all?)
        }
        _ => None,
    }
}

fn of_variable(path: &ast::PathExpr) -> Option<String> {
    let shows = Shows {
        in_type: bare_number,
        // Variables aren't followed, so that the search terminates.
        in_value: |value| number_where(value, |_| None),
    };
    agreed(&bindings_show(path, &shows)?)
}

/// Whether a type, as written, is numeric.
pub fn is_number(ty: &str) -> bool {
    const NUMBERS: [&str; 14] = [
        "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64",
        "u8", "usize",
    ];
    NUMBERS.contains(&ty)
}

fn bare_number(ty: &str) -> Option<String> {
    is_number(ty).then(|| ty.to_owned())
}

fn agreed(all: &[String]) -> Option<String> {
    let first = all.first()?.clone();
    all.iter().all(|one| *one == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    #[test]
    fn a_number_is_shown_by_its_declaration() {
        for (code, ty) in [
            ("n", Some("u8")),
            ("a.len()", Some("usize")),
            ("a as i64", Some("i64")),
            ("let b: f32 = c(); b", Some("f32")),
            ("let b = a.len(); (b)", Some("usize")),
            ("r", None),
            ("a", None),
            ("n + 1", Some("u8")),
            ("a + 1", None),
            ("1 << n", None),
            ("let b = 1 as u8; let b = b + 1; b", None),
            ("let n = a(); n", None),
        ] {
            let shown = number_type(&fixture::tail("n: u8, r: &u8", code));
            assert_eq!(shown.as_deref(), ty, "{code}");
        }
    }
}
