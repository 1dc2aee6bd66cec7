//! Integers: their order is total, unlike that of floating-point numbers and possibly of other types.

use ra_ap_syntax::{
    AstNode,
    ast::{self, ArithOp, BinaryOp, HasGenericParams, HasName, LiteralKind, UnaryOp},
};

use super::variables::{Shows, bindings_show};
use crate::syntax::{
    FileNames,
    known::{Fact, is_known},
};

/// Whether an integer may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Signed,
    Unsigned,
    /// Not evident from the syntax.
    Unknown,
}

/// The integer type of an expression; `None` if it may be anything else.
pub fn integer(expr: &ast::Expr) -> Option<Sign> {
    integer_where(expr, of_variable)
}

/// The sign of two operands of the same type, at least one of which is an integer. If the other may be a custom type that
/// supports operations with integers, the sign is unknown.
pub fn sign_of_both(left: Option<Sign>, right: Option<Sign>) -> Option<Sign> {
    match (left, right) {
        (Some(Sign::Unknown), Some(known)) | (Some(known), Some(_)) => Some(known),
        (None, None) => None,
        _ => Some(Sign::Unknown),
    }
}

/// [`integer`] with a function that looks up variables.
fn integer_where(
    expr: &ast::Expr,
    of_variable: fn(&ast::PathExpr) -> Option<Sign>,
) -> Option<Sign> {
    let of = |expr: Option<ast::Expr>| integer_where(&expr?, of_variable);
    match expr {
        ast::Expr::Literal(literal) => of_literal(literal),
        ast::Expr::PathExpr(path) => of_limit(path).or_else(|| of_variable(path)),
        ast::Expr::ParenExpr(inner) => of(inner.expr()),
        ast::Expr::PrefixExpr(prefix) => match prefix.op_kind()? {
            UnaryOp::Neg => of(prefix.expr()).and(Some(Sign::Signed)),
            UnaryOp::Deref | UnaryOp::Not => of(prefix.expr()),
        },
        ast::Expr::BinExpr(operation) => match operation.op_kind()? {
            BinaryOp::ArithOp(ArithOp::Shl | ArithOp::Shr) => of(operation.lhs()),
            // Floating-point numbers and integers aren't mixed in arithmetic.
            BinaryOp::ArithOp(_) => match (of(operation.lhs()), of(operation.rhs())) {
                (None, _) | (_, None) if is_calculated_otherwise(operation) => None,
                (left, right) => sign_of_both(left, right),
            },
            _ => None,
        },
        ast::Expr::MethodCallExpr(call) => of_method(call),
        ast::Expr::CastExpr(cast) => of_type(&cast.ty()?.syntax().text().to_string()),
        ast::Expr::FieldExpr(field) => of_field(field),
        _ => None,
    }
}

fn of_literal(literal: &ast::Literal) -> Option<Sign> {
    match literal.kind() {
        LiteralKind::IntNumber(number) => number.suffix().map_or(Some(Sign::Unknown), of_type),
        LiteralKind::Char(_) | LiteralKind::Byte(_) => Some(Sign::Unsigned),
        _ => None,
    }
}

/// `u8::MAX` and the like.
fn of_limit(path: &ast::PathExpr) -> Option<Sign> {
    let path = path.path()?;
    let name = path.segment()?.name_ref()?;
    if !matches!(name.text(), "MAX" | "MIN" | "BITS") {
        return None;
    }
    let ty = path.qualifier()?.segment()?.name_ref()?;
    match of_type(ty.text())? {
        _ if name.text() == "BITS" => Some(Sign::Unsigned),
        sign => Some(sign),
    }
}

/// Whether another type of the file may implement arithmetic with integers.
fn is_calculated_otherwise(operation: &ast::BinExpr) -> bool {
    const TRAITS: [&str; 8] = [
        "Add", "Sub", "Mul", "Div", "Rem", "BitAnd", "BitOr", "BitXor",
    ];
    let declared = FileNames::around(operation);
    let mut operands = [operation.lhs(), operation.rhs()].into_iter().flatten();
    TRAITS.iter().any(|of| declared.implements_with_number(of))
        || operands.any(|operand| is_of_other_type(&operand))
}

/// Whether the file shows that an expression isn't an integer.
pub fn is_of_other_type(expr: &ast::Expr) -> bool {
    let are_others =
        |types: &[String]| !types.is_empty() && types.iter().all(|ty| of_type(ty).is_none());
    match expr {
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_of_other_type(&inner)),
        ast::Expr::PathExpr(path) => {
            let shows = Shows {
                in_type: |ty| Some(of_type(ty).is_none()),
                in_value: |_| None,
            };
            bindings_show(path, &shows).is_some_and(|found| found.contains(&true))
        }
        ast::Expr::FieldExpr(field) => field
            .name_ref()
            .is_some_and(|name| are_others(FileNames::around(field).fields(name.text()))),
        ast::Expr::MethodCallExpr(call) => call.name_ref().is_some_and(|name| {
            let declared = FileNames::around(call);
            let methods = declared.methods(name.text());
            are_others(
                &methods
                    .iter()
                    .map(|it| it.gives.clone())
                    .collect::<Vec<_>>(),
            )
        }),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let declared = FileNames::around(call);
            let functions = declared.functions(callee.rsplit("::").next().unwrap_or_default());
            are_others(
                &functions
                    .iter()
                    .map(|it| it.gives.clone())
                    .collect::<Vec<_>>(),
            )
        }
        _ => false,
    }
}

/// `len()` and the like, and methods declared in the file.
fn of_method(call: &ast::MethodCallExpr) -> Option<Sign> {
    if is_known(call, Fact::Length) {
        return Some(Sign::Unsigned);
    }
    let declared = FileNames::around(call);
    let methods = declared.methods(call.name_ref()?.text()).iter();
    let signs: Vec<_> = methods
        .map(|method| of_type(&method.gives))
        .collect::<Option<_>>()?;
    agreed(&signs)
}

fn of_variable(path: &ast::PathExpr) -> Option<Sign> {
    let shows = Shows {
        in_type: of_type,
        // Variables aren't followed, so that the search terminates.
        in_value: |value| integer_where(value, |_| None),
    };
    agreed(&bindings_show(path, &shows)?)
}

/// `self.count`, if the structure is declared next to the `impl`.
fn of_field(field: &ast::FieldExpr) -> Option<Sign> {
    let ast::Expr::PathExpr(base) = field.expr()? else {
        return None;
    };
    if base.syntax().text() != "self" {
        return None;
    }
    let name = field.name_ref()?;
    let owner = field.syntax().ancestors().find_map(ast::Impl::cast)?;
    let mut declared = Vec::new();
    for structure in structures_of(&owner)? {
        let ast::FieldList::RecordFieldList(fields) = structure.field_list()? else {
            return None;
        };
        // Several fields with one name have different `cfg`s.
        let is_asked_for =
            |field: &ast::RecordField| field.name().is_some_and(|own| own.text() == name.text());
        for field in fields.fields().filter(is_asked_for) {
            declared.push(of_type(&field.ty()?.syntax().text().to_string())?);
        }
    }
    agreed(&declared)
}

/// The structures that an `impl` may be for: several if each has its own `cfg`.
pub(super) fn structures_of(owner: &ast::Impl) -> Option<Vec<ast::Struct>> {
    let ast::Type::PathType(ty) = owner.self_ty()? else {
        return None;
    };
    let path = ty.path()?;
    if path.qualifier().is_some() {
        return None;
    }
    let name = path.segment()?.name_ref()?;
    let is_its = |bound: Option<ast::Name>| bound.is_some_and(|bound| bound.text() == name.text());
    let parameters = owner.generic_param_list();
    let mut parameters = parameters
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    if parameters.any(|parameter| is_its(parameter.name())) {
        return None;
    }
    let beside = owner.syntax().parent()?.children();
    Some(
        beside
            .filter_map(ast::Struct::cast)
            .filter(|structure| is_its(structure.name()))
            .collect(),
    )
}

fn agreed(signs: &[Sign]) -> Option<Sign> {
    let (first, others) = signs.split_first()?;
    let is_agreed = others.iter().all(|other| other == first);
    Some(if is_agreed { *first } else { Sign::Unknown })
}

/// References are ordered like their referents.
fn of_type(ty: &str) -> Option<Sign> {
    let bare = ty.trim_start_matches('&').trim_start();
    match bare.strip_prefix("mut ").unwrap_or(bare) {
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "char" => Some(Sign::Unsigned),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => Some(Sign::Signed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree, fixture};

    fn shown(code: &str) -> Option<Sign> {
        integer(&fixture::tail("n: u8, i: &mut i64, x: f64", code))
    }

    #[test]
    fn an_integer_is_shown_by_what_makes_it() {
        for (code, sign) in [
            ("1", Sign::Unknown),
            ("0xff_u8", Sign::Unsigned),
            ("1i8", Sign::Signed),
            ("-1", Sign::Signed),
            ("(1)", Sign::Unknown),
            ("a.len()", Sign::Unsigned),
            ("a as usize", Sign::Unsigned),
            ("a as i8", Sign::Signed),
            ("'a'", Sign::Unsigned),
            ("b'a'", Sign::Unsigned),
            ("n", Sign::Unsigned),
            ("*i", Sign::Signed),
            ("n + 1", Sign::Unsigned),
            ("1 + n", Sign::Unsigned),
            // An operand in arithmetic with integers may be a custom signed type.
            ("a - n", Sign::Unknown),
            ("a + 1", Sign::Unknown),
            ("31 * (a - 1)", Sign::Unknown),
            ("a[b] & 0xff", Sign::Unknown),
            ("1 << a", Sign::Unknown),
            ("u8::MAX", Sign::Unsigned),
            ("std::i32::MIN", Sign::Signed),
            ("i32::BITS", Sign::Unsigned),
            ("let a: usize = b(); a", Sign::Unsigned),
            ("let mut a = b.len() - 1; a", Sign::Unsigned),
            ("let a = 0; a * b", Sign::Unknown),
            ("let a = 0; { let a: u8 = b(); } a", Sign::Unknown),
        ] {
            assert_eq!(shown(code), Some(sign), "{code}");
        }
        for code in [
            "1.0",
            "1f32",
            "-1f64",
            "a",
            "x",
            "a as f32",
            "a.len(b)",
            "a.length()",
            "a + b",
            "a << 1",
            "a < 1",
            "a = 1",
            "a - 1.0",
            "f64::MAX",
            "MAX",
            "a::MAX",
            "let a: f32 = b(); a",
            "let a: Wrapping<u8> = b(); a",
            "let a = b; a",
            "let a = n; a",
            "let a = 1; let a = b; a",
            "let a = 1; let b = a; b",
            "let (a, b) = (1, 2); a",
            "let n = n.b(); n",
            "for a in 0..2 {} a",
        ] {
            assert_eq!(shown(code), None, "{code}");
        }
    }

    #[test]
    fn a_field_is_shown_by_the_structure_beside() {
        let shown = |items: &str, tail: &str| {
            let text = format!("{items} {{ fn f(&self) {{ {tail} }} }}");
            let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
            let body = tree.root().descendants().find_map(ast::BlockExpr::cast);
            integer(&body.and_then(|body| body.tail_expr()).unwrap())
        };
        let owner = "struct S<T> { a: usize, b: i8, c: f32, d: T }";
        for header in ["impl<T> S<T>", "impl<T> Display for S<T>"] {
            let items = format!("{owner} {header}");
            assert_eq!(shown(&items, "self.a"), Some(Sign::Unsigned));
            assert_eq!(shown(&items, "self.b"), Some(Sign::Signed));
            for tail in [
                "self.c", "self.d", "self.e", "other.a", "self.a.a", "self.0",
            ] {
                assert_eq!(shown(&items, tail), None, "{tail}");
            }
        }
        let twice =
            "#[cfg(a)] struct S { a: u8, b: u8 } #[cfg(b)] struct S { a: i8, b: f32 } impl S";
        assert_eq!(shown(twice, "self.a"), Some(Sign::Unknown));
        assert_eq!(shown(twice, "self.b"), None);
        let fields = "struct S { #[cfg(a)] a: u8, #[cfg(b)] a: i8, #[cfg(a)] b: u8, #[cfg(b)] b: f32 } impl S";
        assert_eq!(shown(fields, "self.a"), Some(Sign::Unknown));
        assert_eq!(shown(fields, "self.b"), None);
        for items in [
            "impl S",
            "struct S(u8); impl S",
            "struct S { a: u8 } impl a::S",
            "struct S { a: u8 } impl<S> A for S",
            "struct S { a: u8 } trait T",
        ] {
            assert_eq!(shown(items, "self.a"), None, "{items}");
        }
    }
}
