//! `bool`s, as opposed to references to them and to other types that implement `Not`.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, HasArgList, HasName, LiteralKind, UnaryOp},
};

use super::{
    Ground,
    integers::structures_of,
    variables::{Shows, bindings_of, bindings_show},
};
use crate::syntax::{
    Constant, FileNames,
    known::{self, Fact, is_known},
};

/// How certain it is that an expression in a condition after `!` is itself a `bool`; `None` if it may well be a reference to
/// one, or a type with its own `Not`.
pub fn boolean(expr: &ast::Expr) -> Option<Ground> {
    match expr {
        ast::Expr::Literal(literal) => {
            matches!(literal.kind(), LiteralKind::Bool(_)).then_some(Ground::Shown)
        }
        ast::Expr::ParenExpr(inner) => boolean(&inner.expr()?),
        ast::Expr::BinExpr(operation) => matches!(
            operation.op_kind(),
            Some(BinaryOp::LogicOp(_) | BinaryOp::CmpOp(_))
        )
        .then_some(Ground::Shown),
        ast::Expr::PrefixExpr(prefix) => match prefix.op_kind()? {
            UnaryOp::Not => boolean(&prefix.expr()?),
            UnaryOp::Deref => of_referred(&prefix.expr()?),
            UnaryOp::Neg => None,
        },
        ast::Expr::MethodCallExpr(call) => of_method(call),
        ast::Expr::MacroExpr(call) => of_macro(call),
        ast::Expr::PathExpr(path) => of_path(path),
        ast::Expr::CallExpr(call) => of_function(call),
        ast::Expr::IndexExpr(index) => of_element(index),
        ast::Expr::FieldExpr(field) => of_field(field),
        _ => None,
    }
}

/// How certain the types are that the file declares under one name; `otherwise` if it declares none that may follow `!` in a
/// condition.
fn of_types<'a>(types: impl Iterator<Item = &'a str>, otherwise: Option<Ground>) -> Option<Ground> {
    let mut types = types.filter(|ty| !is_never_negated(ty)).peekable();
    if types.peek().is_none() {
        return otherwise;
    }
    types.all(|ty| ty == "bool").then_some(Ground::Shown)
}

/// Standard types that don't implement `Not`, or whose negation is no `bool`.
fn is_never_negated(ty: &str) -> bool {
    const HEADS: [&str; 26] = [
        "Arc", "Box", "BTreeMap", "Cell", "HashMap", "HashSet", "Option", "Path", "PathBuf", "Rc",
        "RefCell", "Result", "String", "Vec", "f32", "f64", "i32", "i64", "i8", "isize", "str",
        "u16", "u32", "u64", "u8", "usize",
    ];
    let bare = ty.trim_start_matches('&').trim_start_matches("mut ");
    let head = bare.split_once('<').map_or(bare, |(head, _)| head);
    ty == "()" || HEADS.contains(&head)
}

fn of_method(call: &ast::MethodCallExpr) -> Option<Ground> {
    let name = call.name_ref()?.text().to_string();
    if is_known(call, Fact::Bool) {
        return Some(Ground::Shown);
    }
    if known::tells(&name, Fact::HandsOut) {
        let mut arguments = call.arg_list()?.args();
        let has_bool = arguments.any(|argument| {
            matches!(&argument, ast::Expr::Literal(_)) && boolean(&argument).is_some()
        });
        return has_bool.then_some(Ground::Shown);
    }
    let declared = FileNames::around(call);
    let gives = declared.methods(&name).iter().map(|method| &*method.gives);
    of_types(gives, Some(Ground::Likely))
}

fn of_function(call: &ast::CallExpr) -> Option<Ground> {
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return Some(Ground::Likely);
    };
    if !bindings_of(&callee).is_empty() {
        return None;
    }
    let name = callee.path()?.segment()?.name_ref()?;
    let declared = FileNames::around(call);
    let functions = declared.functions(name.text()).iter();
    let functions = functions.chain(declared.methods(name.text()));
    let gives = functions.map(|function| &*function.gives);
    of_types(gives, Some(Ground::Likely))
}

fn of_macro(call: &ast::MacroExpr) -> Option<Ground> {
    let path = call.macro_call()?.path()?.syntax().text().to_string();
    let is_standard =
        matches!(&*path, "matches" | "cfg") && !FileNames::around(call).has_macro(&path);
    is_standard.then_some(Ground::Shown)
}

fn of_path(path: &ast::PathExpr) -> Option<Ground> {
    if !bindings_of(path).is_empty() {
        let shows = Shows {
            in_type: |ty| (ty == "bool").then_some(Ground::Shown),
            in_value: of_value,
        };
        return bindings_show(path, &shows)?.into_iter().max();
    }
    let name = path.path()?.segment()?.name_ref()?;
    let declared = FileNames::around(path);
    let types = declared.constants(name.text()).iter().map(|constant| {
        let (Constant::Const(ty) | Constant::Static(ty) | Constant::Parameter(ty)) = constant;
        &**ty
    });
    let is_capital = !name.text().chars().any(char::is_lowercase);
    of_types(types, is_capital.then_some(Ground::Likely))
}

/// Stricter than [`boolean`], since an inferred type may be a reference if the value is any call. Variables aren't followed, so
/// that the search terminates.
fn of_value(value: &ast::Expr) -> Option<Ground> {
    match value {
        ast::Expr::Literal(_) | ast::Expr::BinExpr(_) | ast::Expr::MacroExpr(_) => boolean(value),
        // A `!` whose result is negated again to form a condition yields a `bool`.
        ast::Expr::PrefixExpr(prefix) if prefix.op_kind() == Some(UnaryOp::Not) => {
            (!FileNames::around(value).implements("Not")).then_some(Ground::Shown)
        }
        ast::Expr::MethodCallExpr(call) => {
            let ground = of_method(call)?;
            let name = call.name_ref()?;
            (ground == Ground::Shown || known::is_question(name.text())).then_some(ground)
        }
        ast::Expr::CallExpr(_) => boolean(value).filter(|ground| *ground == Ground::Shown),
        _ => None,
    }
}

/// Named fields have their declared type; map iterators yield pairs of references.
fn of_field(field: &ast::FieldExpr) -> Option<Ground> {
    let own = own_types(field);
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        return of_types(own.iter().map(|ty| &**ty), None);
    }
    let name = field.name_ref()?.text().to_string();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        let base = field.expr()?.syntax().text().to_string();
        let is_own = base == "self" || base.starts_with("self.");
        return is_own.then_some(Ground::Likely);
    }
    let declared = FileNames::around(field);
    let types = declared.fields(&name).iter().map(|ty| &**ty);
    of_types(types, Some(Ground::Likely))
}

/// The types of a field of `self` in the structures that the surrounding `impl` may be for.
pub(super) fn own_types(field: &ast::FieldExpr) -> Option<Vec<String>> {
    if field.expr()?.syntax().text() != "self" {
        return None;
    }
    let name = field.name_ref()?.text().to_string();
    let owner = field.syntax().ancestors().find_map(ast::Impl::cast)?;
    let mut types = Vec::new();
    for structure in structures_of(&owner)? {
        match structure.field_list()? {
            ast::FieldList::RecordFieldList(list) => {
                let mut fields = list.fields();
                let own = fields.find(|own| own.name().is_some_and(|own| own.text() == name));
                types.extend(own.and_then(|own| own.ty()));
            }
            ast::FieldList::TupleFieldList(list) => {
                types.extend(
                    list.fields()
                        .nth(name.parse().ok()?)
                        .and_then(|own| own.ty()),
                );
            }
        }
    }
    Some(
        types
            .iter()
            .map(|ty| ty.syntax().text().to_string())
            .collect(),
    )
}

fn of_element(index: &ast::IndexExpr) -> Option<Ground> {
    match index.base()? {
        ast::Expr::PathExpr(base) if !bindings_of(&base).is_empty() => {
            let shows = Shows {
                in_type: |ty| has_bool_elements(ty).then_some(Ground::Shown),
                in_value: |value| repeats_bool(value).then_some(Ground::Shown),
            };
            bindings_show(&base, &shows)?.into_iter().max()
        }
        ast::Expr::FieldExpr(base) => {
            let name = base.name_ref()?.text().to_string();
            let declared = FileNames::around(index);
            let types = declared.fields(&name);
            let all = types.iter().all(|ty| has_bool_elements(ty));
            match types {
                [] => Some(Ground::Likely),
                _ => all.then_some(Ground::Shown),
            }
        }
        _ => Some(Ground::Likely),
    }
}

fn has_bool_elements(ty: &str) -> bool {
    let bare = ty.trim_start_matches('&');
    let bare = bare.strip_prefix("mut ").unwrap_or(bare);
    let inside = bare.split_once(['[', '<']).map_or("", |(_, inside)| inside);
    let inside = inside.trim_end_matches(['>', ']']);
    let element = inside.split(';').next().unwrap_or_default();
    element.rsplit(',').next().unwrap_or_default().trim() == "bool"
}

fn repeats_bool(value: &ast::Expr) -> bool {
    let text = value.syntax().text().to_string();
    ["vec![false", "vec![true", "[false", "[true"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// The type behind a reference.
fn of_referred(reference: &ast::Expr) -> Option<Ground> {
    match reference {
        ast::Expr::ParenExpr(inner) => of_referred(&inner.expr()?),
        ast::Expr::PathExpr(path) => {
            let shows = Shows {
                in_type: |ty| {
                    (ty.starts_with('&') && ty.ends_with("bool")).then_some(ty.matches('&').count())
                },
                in_value: |_| None,
            };
            if let Some(depths) = bindings_show(path, &shows) {
                return depths
                    .iter()
                    .all(|depth| *depth == 1)
                    .then_some(Ground::Shown);
            }
            let mut bindings = bindings_of(path).into_iter();
            (!bindings.any(|binding| is_of_item_by_reference(&binding))).then_some(Ground::Likely)
        }
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref()?.text().to_string();
            let declared = FileNames::around(call);
            let mut methods = declared.methods(&name).iter();
            let is_double = |gives: &str| gives.matches('&').count() > 1;
            (!methods.any(|method| is_double(&method.gives))).then_some(Ground::Likely)
        }
        _ => Some(Ground::Likely),
    }
}

/// Predicate closures receive a reference to an item, which is a reference itself if the items are borrowed.
fn is_of_item_by_reference(binding: &ast::IdentPat) -> bool {
    const METHODS: [&str; 5] = ["filter", "find", "partition", "skip_while", "take_while"];
    let closure = binding.syntax().parent().and_then(ast::Param::cast);
    let closure = closure.and_then(|it| it.syntax().ancestors().find_map(ast::ClosureExpr::cast));
    let call = closure.and_then(|it| it.syntax().ancestors().find_map(ast::MethodCallExpr::cast));
    let name = call.and_then(|call| call.name_ref());
    name.is_some_and(|name| METHODS.contains(&name.text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree, fixture};

    fn ground(code: &str) -> Option<Ground> {
        boolean(&fixture::tail(
            "p: bool, q: &bool, r: &[bool], s: &[&bool]",
            code,
        ))
    }

    #[test]
    fn a_bool_is_shown_by_what_makes_it() {
        for code in [
            "a == b",
            "a && b",
            "p",
            "a.is_empty()",
            "*q",
            "r[0]",
            "matches!(a, b)",
            "let a = false; a",
            "let mut a: bool = b(); a",
            "let a = !b; a",
            "a.unwrap_or(false)",
            "let a = b.is_empty(); a",
            "let a = vec![false; 2]; a[1]",
        ] {
            assert_eq!(ground(code), Some(Ground::Shown), "{code}");
        }
        for code in [
            "self.a",
            "f(a)",
            "*a",
            "a::ENABLED",
            "ENABLED",
            "self.0",
            "self.a.0",
            "a.is_ready()",
            "let a = b.is_ready(); a",
            "a.b[1]",
        ] {
            assert_eq!(ground(code), Some(Ground::Likely), "{code}");
        }
        for code in [
            "q",
            "a",
            "s[0]",
            "a.unwrap()",
            "for a in b {} a",
            "let a = b(); a",
            "let a = |b| c; a(1)",
            "a!()",
            "a & b",
            "-a",
            "1",
            "let p = q; p",
            "let (a, b) = c; a",
            "if let Some(a) = b {} a",
            "let ref a = true; a",
            "a::b",
            "a.borrow()",
            "a.1",
            "a.get_unchecked(1)",
            "b.filter(|a| a); *a",
        ] {
            assert_eq!(ground(code), None, "{code}");
        }
    }

    #[test]
    fn what_the_file_declares_is_believed() {
        let ground = |items: &str, code: &str| {
            let text = format!("{items} fn f() {{ {code} }}");
            let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
            assert!(!tree.has_errors(), "{text}");
            let bodies = tree.root().descendants().filter_map(ast::Fn::cast);
            let body = bodies.last().and_then(|last| last.body());
            boolean(&body.and_then(|body| body.tail_expr()).unwrap())
        };
        for (items, code) in [
            ("impl A { fn ready(&self) -> bool {} }", "a.ready()"),
            ("fn ready() -> bool {}", "m::ready()"),
            ("struct A { b: bool } struct B { b: Option<bool> }", "a.b"),
            ("struct A { b: Vec<bool> }", "a.b[0]"),
            ("const ON: bool = true;", "ON"),
        ] {
            assert_eq!(ground(items, code), Some(Ground::Shown), "{items} {code}");
        }
        for (items, code) in [
            ("impl A { fn is_empty(&self) -> &bool {} }", "a.is_empty()"),
            ("impl A { fn ready(&self) -> Mask {} }", "a.ready()"),
            ("fn ready() -> &'static bool {}", "ready()"),
            ("struct A { b: &'static bool }", "a.b"),
            ("struct A { b: Vec<&'static bool> }", "a.b[0]"),
            ("static ON: &bool = &true;", "ON"),
            ("macro_rules! matches { () => {} }", "matches!(a, b)"),
            ("impl std::ops::Not for A {}", "let a = !b; a"),
            ("impl A { fn ready(&self) -> &&bool {} }", "*a.ready()"),
        ] {
            assert_eq!(ground(items, code), None, "{items} {code}");
        }
    }
}
