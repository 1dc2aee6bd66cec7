//! Whether an expression only computes a value.
//!
//! Pure means that evaluating it more often, less often or at another time, with no writes in between, is unobservable. Reading
//! a place counts as pure although `Deref` may be user-defined; so does comparing, although `PartialEq` may be. Arithmetic and
//! indexing can panic, so they aren't pure.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, BinaryOp, HasArgList, UnaryOp},
};

use super::known::{Fact, is_known};
use crate::syntax::{Constant, FileNames, holds};

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

/// A callee that doesn't start with a lowercase letter is the constructor of a tuple structure or variant.
fn is_constructor(call: &ast::CallExpr) -> bool {
    let Some(ast::Expr::PathExpr(path)) = call.expr() else {
        return false;
    };
    let segment = path.path().and_then(|path| path.segment());
    let name = segment.and_then(|segment| segment.name_ref());
    name.is_some_and(|name| {
        let is_function = !FileNames::around(call).functions(name.text()).is_empty();
        name.text().starts_with(char::is_uppercase) && !is_function
    })
}

/// Whether a value doesn't depend on anything that a drop could change: literals, variables, constants, and constructors of
/// only those.
pub fn is_silent(value: &ast::Expr) -> bool {
    let silent = |part: Option<ast::Expr>| part.is_some_and(|part| is_silent(&part));
    match value {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) => true,
        ast::Expr::ParenExpr(inner) => silent(inner.expr()),
        ast::Expr::FieldExpr(field) => silent(field.expr()),
        ast::Expr::CastExpr(cast) => silent(cast.expr()),
        ast::Expr::RefExpr(it) => {
            it.mut_token().is_none() && silent(it.expr()) && !may_be_made_on_use(value)
        }
        ast::Expr::PrefixExpr(prefix) => {
            matches!(prefix.expr(), Some(ast::Expr::Literal(_))) && is_pure_prefix(prefix)
        }
        ast::Expr::TupleExpr(tuple) => tuple.fields().all(|field| is_silent(&field)),
        ast::Expr::RecordExpr(record) => {
            let values = record.record_expr_field_list().into_iter();
            let mut values = values
                .flat_map(|list| list.fields())
                .map(|field| field.expr());
            is_pure_record(record) && values.all(silent)
        }
        ast::Expr::CallExpr(call) => {
            let arguments = call.arg_list().into_iter();
            let mut arguments = arguments.flat_map(|list| list.args());
            (is_constructor(call) && arguments.all(|argument| is_silent(&argument)))
                || makes_empty(call)
        }
        _ => false,
    }
}

fn is_primitive(ty: &str) -> bool {
    ty.starts_with(char::is_lowercase) && !ty.contains("::")
}

/// Whether a value is a reference to a `static` that may be initialized lazily, such as a `LazyLock`.
pub fn may_be_made_on_use(value: &ast::Expr) -> bool {
    let ast::Expr::RefExpr(reference) = value else {
        return false;
    };
    let Some(ast::Expr::PathExpr(path)) = reference.expr() else {
        return false;
    };
    let segment = path.path().and_then(|it| it.segment()?.name_ref());
    let Some(name) = segment.filter(|it| !it.text().contains(char::is_lowercase)) else {
        return false;
    };
    let declared = FileNames::around(&path);
    let all = declared.constants(name.text());
    // A type name may refer to anything, except for those of the language.
    let is_plain = |it: &Constant| match it {
        Constant::Const(_) | Constant::Parameter(_) => true,
        Constant::Static(ty) => ty.starts_with(['&', '[']) || is_primitive(ty),
    };
    all.is_empty() || !all.iter().all(is_plain)
}

/// `Vec::new()` and the like.
fn makes_empty(call: &ast::CallExpr) -> bool {
    const TYPES: [&str; 9] = [
        "BTreeMap", "BTreeSet", "HashMap", "HashSet", "OsString", "PathBuf", "String", "Vec",
        "VecDeque",
    ];
    let callee = call.expr().map(|callee| callee.syntax().text().to_string());
    let callee = callee.unwrap_or_default();
    let ty = callee.strip_suffix("::new");
    ty.is_some_and(|ty| TYPES.contains(&ty) && FileNames::around(call).types(ty).is_empty())
}

/// Whether code has its own state or reports its location, so that two copies of it aren't equivalent.
pub fn holds_state(code: &SyntaxNode) -> bool {
    const WORDS: [&str; 6] = [
        "static",
        "thread_local",
        "line",
        "column",
        "Once",
        "AtomicBool",
    ];
    let is_asked = |kind| ast::MacroCall::can_cast(kind) || ast::Static::can_cast(kind);
    if !is_asked(code.kind()) && !holds(code, is_asked) {
        return false;
    }
    let declared = FileNames::around_node(code);
    code.descendants().any(|node| {
        let Some(call) = ast::MacroCall::cast(node.clone()) else {
            return ast::Static::can_cast(node.kind());
        };
        let name = call.path().and_then(|path| path.segment()?.name_ref());
        let name = name.map(|name| name.text().to_string()).unwrap_or_default();
        let tells =
            matches!(&*name, "line" | "column" | "dbg" | "thread_local") || name.ends_with("_once");
        let input = call.token_tree().map(|input| input.syntax().to_string());
        let has_inside =
            input.is_some_and(|input| input.contains("line!(") || input.contains("column!("));
        tells || has_inside || declared.macro_mentions(&name, &WORDS)
    })
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
        // The smallest number has no negation, but no literal denotes it.
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
    fn silent_is_what_asks_nothing() {
        for text in [
            "1",
            "a",
            "-1",
            "Err(E::A(1))",
            "&a.b",
            "S { a }",
            "(a, None)",
            "Vec::new()",
        ] {
            assert!(is_silent(&expression(text)), "{text}");
        }
        for text in [
            "a.len()",
            "*a",
            "a == b",
            "f()",
            "&ALL",
            "Some(a.is_empty())",
            "m!()",
            "A::new()",
        ] {
            assert!(!is_silent(&expression(text)), "{text}");
        }
    }

    #[test]
    fn a_static_may_be_made_on_use() {
        let is_made = |items: &str| {
            let text = format!("{items} fn f() {{ g(&ALL) }}");
            let root = Tree::parse(&text, Edition::Edition2021).unwrap().root();
            let found = root.descendants().filter_map(ast::RefExpr::cast).last();
            may_be_made_on_use(&found.unwrap().into())
        };
        for items in ["", "static ALL: LazyLock<S> = S;", "static ALL: Alias = S;"] {
            assert!(is_made(items), "{items}");
        }
        for items in [
            "const ALL: S = S;",
            "static ALL: u8 = 1;",
            "static ALL: [S; 2] = [S; 2];",
        ] {
            assert!(!is_made(items), "{items}");
        }
    }

    #[test]
    fn two_copies_of_a_state_are_not_one() {
        let holds = |items: &str, body: &str| {
            let text = format!("{items} fn f() {{ {body} }}");
            holds_state(&Tree::parse(&text, Edition::Edition2021).unwrap().root())
        };
        let counting = "macro_rules! count { () => {{ static N: AtomicU8 = AtomicU8::new(0); }} }";
        for (items, body) in [
            ("", "{ static N: u8 = 0; }"),
            ("", "warn_once!()"),
            ("", "println!(\"{}\", line!())"),
            (counting, "count!()"),
        ] {
            assert!(holds(items, body), "{items} {body}");
        }
        assert!(!holds("", "println!(\"{}\", a.line())"));
        assert!(!holds("macro_rules! m { () => { 1 } }", "m!()"));
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
