//! Temporaries, which are dropped at the end of their statement or block.
//!
//! Without types, the check is whether an expression can create a temporary at all. Place expressions and moved values create
//! none.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, HasArgList, UnaryOp},
};

use super::known::{Fact, is_known};
use crate::syntax::{Constant, FileNames, TypeShape};

/// Whether an expression is a place expression and creates no value.
pub fn is_place(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::PathExpr(path) => !makes_value(path),
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

/// Whether a path is a constant or a unit structure that may be dropped where it is used.
fn makes_value(path: &ast::PathExpr) -> bool {
    let name = path.path().and_then(|path| path.segment()?.name_ref());
    let Some(name) = name else {
        return false;
    };
    let declared = FileNames::around(path);
    let is_dropped = |constant: &Constant| match constant {
        Constant::Const(ty) => declared.has_drop() && !is_plain(ty),
        Constant::Static(_) | Constant::Parameter(_) => false,
    };
    declared.constants(name.text()).iter().any(is_dropped)
        || (declared.types(name.text()).contains(&TypeShape::UnitStruct)
            && declared.drops(name.text()))
}

/// Whether a type, as written, has nothing to drop.
fn is_plain(ty: &str) -> bool {
    const TYPES: [&str; 16] = [
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16",
        "u32", "u64", "u8", "usize",
    ];
    let element = ty
        .trim_start_matches('[')
        .split(';')
        .next()
        .unwrap_or_default();
    ty.starts_with('&') || TYPES.contains(&element)
}

/// Whether an expression creates no temporary besides its own value.
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

/// Whether a reference to the expression refers to something that outlives the statement.
fn may_be_borrowed(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Literal(_)) || is_place(expr)
}

/// Whether the receiver is a place expression or a view into one: the result of such a method has nothing to drop and exposes
/// only what the place owns.
fn is_free_receiver(receiver: &ast::Expr) -> bool {
    if may_be_borrowed(receiver) {
        return true;
    }
    match receiver {
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_free_receiver(&inner)),
        ast::Expr::MethodCallExpr(call) => is_known(call, Fact::Views) && makes_none(receiver),
        _ => false,
    }
}

/// Whether matching `value` against `pattern` leaves nothing to be dropped later: the value is a place, or all of it moves into
/// bindings. Then `if let` and `let … else` are equivalent.
pub fn leaves_nothing(pattern: &ast::Pat, value: &ast::Expr) -> bool {
    match value {
        _ if is_place(value) => true,
        ast::Expr::RefExpr(inner) => inner.expr().is_some_and(|inner| is_place(&inner)),
        ast::Expr::CallExpr(_)
        | ast::Expr::MethodCallExpr(_)
        | ast::Expr::AwaitExpr(_)
        | ast::Expr::TryExpr(_) => {
            makes_none(value)
                && takes_all(pattern)
                && (is_of_std(pattern) || !FileNames::around(value).has_drop())
        }
        _ => false,
    }
}

/// Whether a pattern is of an `Option` or a `Result`: neither implements `Drop`, so moving a value out is allowed.
pub fn is_of_std(pattern: &ast::Pat) -> bool {
    let ast::Pat::TupleStructPat(variant) = pattern else {
        return false;
    };
    let path = variant.path().map(|path| path.syntax().text().to_string());
    let declared = FileNames::around(pattern);
    let is_known = |path: String| {
        let name = path.rsplit("::").next().unwrap_or_default();
        let is_bare = name == path && !declared.imports(name) && declared.types(name).is_empty();
        matches!(name, "Some" | "Ok" | "Err") && is_bare
    };
    path.is_some_and(is_known)
}

/// Whether a value that matches the pattern has nothing to drop: `None`, or a variant without fields of an `enum` in the file.
pub fn is_bare_variant(pattern: &ast::Pat) -> bool {
    let declared = FileNames::around(pattern);
    match pattern {
        ast::Pat::IdentPat(name) => name.syntax().text() == "None" && !declared.imports("None"),
        ast::Pat::PathPat(path) => {
            let owner = path
                .path()
                .and_then(|path| path.qualifier()?.segment()?.name_ref());
            owner.is_some_and(|owner| {
                let own = owner.text();
                let shapes = declared.types(own);
                let is_enum = |shape: &TypeShape| matches!(shape, TypeShape::Enum { .. });
                own == "Option"
                    || (!shapes.is_empty() && shapes.iter().all(is_enum) && !declared.drops(own))
            })
        }
        _ => false,
    }
}

/// Whether a pattern takes everything out of an `Option`, so that a value that doesn't match is `None` and has nothing to drop.
pub fn takes_whole_some(pattern: &ast::Pat) -> bool {
    let ast::Pat::TupleStructPat(variant) = pattern else {
        return false;
    };
    let is_some = variant
        .path()
        .is_some_and(|path| path.syntax().text() == "Some");
    let mut fields = variant.fields();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let is_variable = match &field {
        ast::Pat::RefPat(inner) => matches!(inner.pat(), Some(ast::Pat::IdentPat(_))),
        field => matches!(field, ast::Pat::IdentPat(_)),
    };
    is_some && is_variable && takes_payload(&field)
}

/// Whether a `let` with this pattern would extend temporaries of the value to the end of its block. A `match` drops them at the
/// end of the statement; for a lock guard, that difference can be a deadlock.
pub fn are_prolonged_by_let(pattern: &ast::Pat, value: &ast::Expr) -> bool {
    let mut bindings = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let borrows = bindings.any(|binding| binding.ref_token().is_some());
    (borrows && !lives_on(value)) || borrows_temporary(value)
}

/// Whether a value borrows from a temporary in a way that extends its lifetime in a `let`.
fn borrows_temporary(value: &ast::Expr) -> bool {
    let inner = |inner: Option<ast::Expr>| inner.is_some_and(|inner| borrows_temporary(&inner));
    match value {
        ast::Expr::RefExpr(reference) => reference
            .expr()
            .is_some_and(|inner| !lives_on(&inner) || borrows_temporary(&inner)),
        ast::Expr::ParenExpr(it) => inner(it.expr()),
        ast::Expr::CastExpr(it) => inner(it.expr()),
        ast::Expr::BlockExpr(block) => inner(block.tail_expr()),
        ast::Expr::TupleExpr(tuple) => tuple.fields().any(|field| borrows_temporary(&field)),
        ast::Expr::ArrayExpr(array) => array.exprs().any(|element| borrows_temporary(&element)),
        // The callee may be a structure or variant.
        ast::Expr::CallExpr(call) => call
            .arg_list()
            .is_some_and(|list| list.args().any(|argument| borrows_temporary(&argument))),
        ast::Expr::RecordExpr(record) => record.record_expr_field_list().is_some_and(|list| {
            let mut values = list.fields().filter_map(|field| field.expr());
            values.any(|value| borrows_temporary(&value))
        }),
        // Either may hide a reference in its branches.
        ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_) | ast::Expr::MacroExpr(_) => true,
        _ => false,
    }
}

/// Whether the root of an expression outlives the statement.
fn lives_on(expr: &ast::Expr) -> bool {
    let inner = |inner: Option<ast::Expr>| inner.is_some_and(|inner| lives_on(&inner));
    match expr {
        ast::Expr::FieldExpr(field) => inner(field.expr()),
        ast::Expr::IndexExpr(index) => inner(index.base()),
        ast::Expr::ParenExpr(it) => inner(it.expr()),
        ast::Expr::PrefixExpr(prefix) => {
            prefix.op_kind() == Some(UnaryOp::Deref) && inner(prefix.expr())
        }
        _ => is_free_receiver(expr),
    }
}

/// Whether all of a matched value moves into bindings.
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
            let (pattern, value) = matched(code);
            !leaves_nothing(&pattern, &value)
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

    fn matched(code: &str) -> (ast::Pat, ast::Expr) {
        let text = format!("fn f() {{ if let {code} {{}} }}");
        let root = Tree::parse(&text, FileContext::default().edition)
            .unwrap()
            .root();
        let condition = root.descendants().find_map(ast::LetExpr::cast).unwrap();
        (condition.pat().unwrap(), condition.expr().unwrap())
    }

    #[test]
    fn a_let_prolongs_what_its_value_borrows() {
        let are_prolonged = |code: &str| {
            let (pattern, value) = matched(code);
            are_prolonged_by_let(&pattern, &value)
        };
        for code in [
            "&Some(a) = &*b.lock().unwrap()",
            "Some(a) = &mut b().c[1]",
            "(&Some(a), 1) = (&b(), 1)",
            "Some(&a) = Some(&b())",
            "A { a: &a } = (A { a: &b() })",
            "Some(ref a) = b()",
            "Some(&a) = { &b() }",
            "Some(a) = &[b, c]",
            "Some(a) = pin!(b)",
        ] {
            assert!(are_prolonged(code), "{code}");
        }
        for code in [
            "Some(a) = &b.c[d()]",
            "Some(a) = b.lock().unwrap().take()",
            "Some(ref a) = *b",
            "Some(a) = b(&c, &d.e)",
            "[a] = &b.as_slice()[1..]",
            "Some(a) = &*b",
        ] {
            assert!(!are_prolonged(code), "{code}");
        }
    }

    #[test]
    fn nothing_but_none_is_left_of_a_whole_some() {
        let takes = |code: &str| takes_whole_some(&matched(&format!("{code} = a")).0);
        for code in ["Some(a)", "Some(&a)", "Some(mut a)"] {
            assert!(takes(code), "{code}");
        }
        for code in [
            "Ok(a)",
            "Some(1)",
            "Some((a, b))",
            "Some(_)",
            "None",
            "Some(a @ 1)",
        ] {
            assert!(!takes(code), "{code}");
        }
    }

    #[test]
    fn what_the_file_drops_is_told_by_its_declarations() {
        let root = |items: &str, code: &str| {
            let text = format!("{items} fn f() {{ if let {code} {{}} }}");
            Tree::parse(&text, FileContext::default().edition)
                .unwrap()
                .root()
        };
        let part = |items: &str, code: &str| {
            let found = root(items, code).descendants().find_map(ast::LetExpr::cast);
            let found = found.unwrap();
            (found.pat().unwrap(), found.expr().unwrap())
        };
        let dropping = "struct U; impl Drop for U {} const C: U = U; const N: u8 = 1; static S: U = U; enum E { A, B(u8) }";
        for (code, expected) in [
            ("a = U", false),
            ("a = C", false),
            ("a = N", true),
            ("a = S", true),
        ] {
            assert_eq!(is_place(&part(dropping, code).1), expected, "{code}");
        }
        assert!(is_bare_variant(&part(dropping, "E::A = a").0));
        assert!(!is_bare_variant(
            &part("enum E { A } impl Drop for E {}", "E::A = a").0
        ));
        assert!(!is_bare_variant(&part("", "E::A = a").0));
        assert!(is_of_std(&part("", "Some(a) = b").0));
        assert!(!is_of_std(&part("use m::Some;", "Some(a) = b").0));
        let (pattern, value) = part(dropping, "E::B(a) = b()");
        assert!(!leaves_nothing(&pattern, &value));
    }
}
