//! Negates comparisons.
//!
//! A partial order has no negated operator. At the end of a type's range, the type decides: for unsigned `n`, `n > 0` is the
//! negation of `n == 0`; for signed `n`, of `n <= 0`, which clippy denies for unsigned types.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, CmpOp, LiteralKind, Ordering},
};

use crate::syntax::{
    FileNames,
    types_shown::{self, Sign},
};

/// The source text of the negated comparison.
pub(super) fn flipped(comparison: &ast::BinExpr) -> Option<String> {
    let (token, BinaryOp::CmpOp(operator)) = comparison.op_details()? else {
        return None;
    };
    let opposite = opposite_operator(operator, &comparison.lhs()?, &comparison.rhs()?)?;
    if opposite == "<" && ends_in_type(&comparison.lhs()?) {
        return None;
    }
    let whole = comparison.syntax().text().to_string();
    let start = token.text_range() - comparison.syntax().text_range().start();
    let (from, to) = (usize::from(start.start()), usize::from(start.end()));
    Some([&whole[..from], opposite, &whole[to..]].concat())
}

/// `asked() == Some(true)`: the idiomatic negation is `is_none_or`, not `!=`.
pub(super) fn asks_for_an_answer(comparison: &ast::BinExpr) -> bool {
    let is_answer = |operand: ast::Expr| {
        let text = operand.syntax().text().to_string();
        matches!(&*text, "Some(true)" | "Some(false)")
    };
    let is_equality = matches!(
        comparison.op_kind(),
        Some(BinaryOp::CmpOp(CmpOp::Eq { negated: false }))
    );
    is_equality
        && [comparison.lhs(), comparison.rhs()]
            .into_iter()
            .flatten()
            .any(is_answer)
}

fn opposite_operator(operator: CmpOp, left: &ast::Expr, right: &ast::Expr) -> Option<&'static str> {
    let (ordering, strict) = match operator {
        CmpOp::Eq { .. } if may_be_unequal_otherwise(left, right) => return None,
        CmpOp::Eq { negated: false } => return Some("!="),
        CmpOp::Eq { negated: true } => return Some("=="),
        CmpOp::Ord { ordering, strict } => (ordering, strict),
    };
    let signs = [left, right].map(types_shown::integer);
    if signs.contains(&None) && may_be_ordered_otherwise(left, right) {
        return None;
    }
    let sign = types_shown::sign_of_both(signs[0], signs[1])?;
    let (small, large) = match ordering {
        Ordering::Less => (left, right),
        Ordering::Greater => (right, left),
    };
    if strict && is_at_end(small, large, sign)? {
        return Some("==");
    }
    Some(match (ordering, strict) {
        (Ordering::Less, true) => ">=",
        (Ordering::Less, false) => ">",
        (Ordering::Greater, true) => "<=",
        (Ordering::Greater, false) => "<",
    })
}

/// Whether a type of the file with its own `!=` may be compared.
fn may_be_unequal_otherwise(left: &ast::Expr, right: &ast::Expr) -> bool {
    let mut operands = [left, right].into_iter();
    FileNames::around(left).has_method("ne")
        && !operands.any(|operand| types_shown::integer(operand).is_some())
}

/// Whether an integer may be compared with a partially ordered type of the file.
fn may_be_ordered_otherwise(left: &ast::Expr, right: &ast::Expr) -> bool {
    FileNames::around(left).implements_with_number("PartialOrd")
        || [left, right].into_iter().any(types_shown::is_of_other_type)
}

/// Whether `small` is the minimum or `large` the maximum of the type; `None` if only the type would decide.
fn is_at_end(small: &ast::Expr, large: &ast::Expr, sign: Sign) -> Option<bool> {
    const GREATEST: [u128; 10] = [
        i8::MAX as u128,
        u8::MAX as u128,
        i16::MAX as u128,
        u16::MAX as u128,
        i32::MAX as u128,
        u32::MAX as u128,
        i64::MAX as u128,
        u64::MAX as u128,
        i128::MAX as u128,
        u128::MAX,
    ];
    if is_limit(small, "MIN") || is_limit(large, "MAX") {
        return (sign != Sign::Unknown).then_some(true);
    }
    if value_of(small) == Some(0) {
        return match sign {
            Sign::Signed => Some(false),
            Sign::Unsigned => Some(true),
            Sign::Unknown => None,
        };
    }
    let may_be = value_of(large).is_some_and(|value| GREATEST.contains(&value));
    (!may_be).then_some(false)
}

fn value_of(expr: &ast::Expr) -> Option<u128> {
    match expr {
        ast::Expr::Literal(literal) => match literal.kind() {
            LiteralKind::IntNumber(number) => number.value().ok(),
            _ => None,
        },
        _ => None,
    }
}

fn is_limit(expr: &ast::Expr, name: &str) -> bool {
    let ast::Expr::PathExpr(path) = expr else {
        return false;
    };
    let last = path.path().and_then(|path| path.segment()?.name_ref());
    last.is_some_and(|last| last.text() == name)
}

/// After the type of a cast, `<` would start generic arguments.
fn ends_in_type(expr: &ast::Expr) -> bool {
    let last = expr.syntax().last_token();
    let around = last.into_iter().flat_map(|last| last.parent_ancestors());
    let mut inside = around.take_while(|node| node != expr.syntax());
    ast::CastExpr::can_cast(expr.syntax().kind())
        || inside.any(|node| ast::CastExpr::can_cast(node.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    fn opposite(code: &str) -> Option<String> {
        match fixture::tail("n: usize, i: i8, x: f64", code) {
            ast::Expr::BinExpr(comparison) => flipped(&comparison),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn comparisons_have_these_opposites() {
        for (code, expected) in [
            ("a == b", "a != b"),
            ("a != 1.0", "a == 1.0"),
            ("a < 1", "a >= 1"),
            ("0 <= a", "0 > a"),
            ("n < m", "n >= m"),
            ("a > b.len()", "a <= b.len()"),
            ("a < b + 1", "a >= b + 1"),
            ("a >= b as u8", "a < b as u8"),
            ("a as u8 > 1", "a as u8 <= 1"),
            // What clippy denies is written in the form it suggests.
            ("n > 0", "n == 0"),
            ("0 < n", "0 == n"),
            ("a.len() > 0", "a.len() == 0"),
            ("n < usize::MAX", "n == usize::MAX"),
            ("i > i8::MIN", "i == i8::MIN"),
            ("i > 0", "i <= 0"),
            ("n > 1", "n <= 1"),
            ("n <= 0", "n > 0"),
            ("n >= usize::MAX", "n < usize::MAX"),
            ("n < 256", "n >= 256"),
            ("n > 255", "n <= 255"),
        ] {
            assert_eq!(opposite(code).as_deref(), Some(expected), "of {code}");
        }
    }

    #[test]
    fn some_comparisons_have_none_of_their_own() {
        for code in [
            "a < b",
            "x < 1.0",
            "x < y",
            "a < 1f32",
            "a as u8 >= b",
            "a + b as usize >= c.len()",
            // The negation depends on the type.
            "a > 0",
            "0 < a",
            "a < 255",
            "a < u8::MAX",
            "a - n > 0",
        ] {
            assert_eq!(opposite(code), None, "of {code}");
        }
    }

    #[test]
    fn types_of_the_file_may_be_ordered_in_part() {
        let opposite = |items: &str, code: &str| {
            let text = format!("{items} fn f(m: M) {{ if {code} {{}} }}");
            let tree = crate::syntax::Tree::parse(&text, crate::syntax::Edition::Edition2021);
            let found = tree
                .unwrap()
                .root()
                .descendants()
                .find_map(ast::IfExpr::cast);
            match found.and_then(|found| found.condition()) {
                Some(ast::Expr::BinExpr(comparison)) => flipped(&comparison),
                other => panic!("{other:?}"),
            }
        };
        for (items, code) in [
            ("impl V { fn len(&self) -> f32 {} }", "a.len() < b"),
            ("impl PartialOrd<usize> for V {}", "a < b.len()"),
            ("impl Add<i32> for V {}", "a + 1 > b"),
            ("", "m < 1"),
            ("struct V { a: f32 }", "b.a < 1 + c"),
            (
                "impl PartialEq for V { fn ne(&self, o: &V) -> bool {} }",
                "a == b",
            ),
        ] {
            assert_eq!(opposite(items, code), None, "{items} {code}");
        }
        let counting = "impl V { fn size(&self) -> u32 {} }";
        assert_eq!(
            opposite(counting, "a.size() < b").as_deref(),
            Some("a.size() >= b")
        );
    }
}
