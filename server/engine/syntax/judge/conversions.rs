//! Values that may be coerced to another type where they are used, such as references, boxes and functions.
//!
//! A closure's result isn't coerced: its type is inferred before the expected type is known.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList},
};

use super::types_shown::{arguments_of, head_of};
use crate::syntax::{Constant, FileNames, TypeShape};

/// Whether a value of another type may be coerced to this type or to one of its type arguments.
pub fn is_target(ty: &str, declared: &FileNames) -> bool {
    const STARTS: [&str; 10] = [
        "&", "*", "<", "dyn ", "extern ", "fn(", "for<", "impl ", "unsafe ", "Self::",
    ];
    const POINTERS: [&str; 6] = ["Arc", "Box", "Cell", "Pin", "Rc", "RefCell"];
    // Their elements are added one at a time.
    const LISTS: [&str; 7] = [
        "BTreeMap", "BTreeSet", "HashMap", "HashSet", "String", "Vec", "VecDeque",
    ];
    let ty = ty.trim();
    let head = head_of(ty);
    let name = head.rsplit("::").next().unwrap_or(head);
    if STARTS.iter().any(|start| ty.starts_with(start)) || POINTERS.contains(&name) {
        return true;
    }
    if ty.contains("dyn ") || ty.contains("fn(") || stands_for_target(name, declared) {
        return true;
    }
    if let Some(inside) = ty.strip_prefix(['(', '[']) {
        let inside = inside.split(';').next().unwrap_or_default();
        let inside = inside.trim_end_matches([')', ']']);
        let parts = format!("T<{inside}>");
        return arguments_of(&parts)
            .iter()
            .any(|part| is_target(part, declared));
    }
    !LISTS.contains(&name)
        && arguments_of(ty)
            .iter()
            .any(|part| is_target(part, declared))
}

/// Whether a type contains a coercion target.
pub fn holds_target(ty: &str, declared: &FileNames) -> bool {
    let name = head_of(ty);
    stands_for_target(name, declared)
        || arguments_of(ty)
            .iter()
            .any(|inside| is_target(inside, declared))
}

/// Whether a type alias of the file has a coercion target anywhere in it.
fn stands_for_target(name: &str, declared: &FileNames) -> bool {
    const PARTS: [&str; 9] = [
        "&", "*", "Arc<", "Box<", "Pin<", "Rc<", "dyn ", "fn(", "impl ",
    ];
    let mut aliases = declared.aliases(name).iter();
    aliases.any(|ty| PARTS.iter().any(|part| ty.contains(part)))
}

/// Whether a value comes from a function of the file that returns a reference or another coercible type.
pub fn may_become_another(value: &ast::Expr) -> bool {
    let declared = FileNames::around(value);
    let gives = |name: &str| {
        let mut found = declared.called(name);
        found.any(|signature| signature.gives == "!" || is_target(&signature.gives, &declared))
    };
    match value {
        ast::Expr::ParenExpr(it) => it.expr().is_some_and(|it| may_become_another(&it)),
        ast::Expr::TupleExpr(it) => it.fields().any(|field| may_become_another(&field)),
        ast::Expr::MethodCallExpr(call) => call.name_ref().is_some_and(|it| gives(it.text())),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|it| it.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let name = callee.rsplit("::").next().unwrap_or_default();
            let mut arguments = call.arg_list().into_iter().flat_map(|list| list.args());
            let is_open = matches!(name, "Some" | "Ok" | "Err");
            gives(name) || (is_open && arguments.any(|it| may_become_another(&it)))
        }
        _ => false,
    }
}

/// Whether a value has the never type, because the called function of the file returns `!`.
pub fn is_never(value: &ast::Expr) -> bool {
    let name = match value {
        ast::Expr::CallExpr(call) => call.expr().map(|it| it.syntax().text().to_string()),
        ast::Expr::MethodCallExpr(call) => call.name_ref().map(|it| it.text().to_string()),
        _ => None,
    };
    let name = name.unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    let declared = FileNames::around(value);
    declared
        .called(name)
        .any(|signature| signature.gives == "!")
}

/// Whether a value has a type that is no source or target of coercions: a number, a structure, a variant.
pub fn stays_as_it_is(value: &ast::Expr) -> bool {
    let is_named = |path: Option<ast::Path>| {
        let name = path.and_then(|path| path.segment()?.name_ref());
        name.is_some_and(|name| {
            let name = name.text();
            name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
        })
    };
    match value {
        ast::Expr::Literal(it) => !matches!(
            it.kind(),
            ast::LiteralKind::String(_)
                | ast::LiteralKind::ByteString(_)
                | ast::LiteralKind::CString(_)
        ),
        ast::Expr::PrefixExpr(it) => it.expr().is_some_and(|it| stays_as_it_is(&it)),
        ast::Expr::TupleExpr(it) => it.fields().all(|field| stays_as_it_is(&field)),
        ast::Expr::RecordExpr(it) => is_named(it.path()),
        ast::Expr::PathExpr(it) => is_named(it.path()) || is_plain_constant(it),
        ast::Expr::CallExpr(it) => match it.expr() {
            Some(ast::Expr::PathExpr(callee)) => is_named(callee.path()),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a name is a constant of the file with such a type.
fn is_plain_constant(path: &ast::PathExpr) -> bool {
    let declared = FileNames::around(path);
    let Some(name) = path.path().and_then(|path| path.as_single_name_ref()) else {
        return false;
    };
    let constants = declared.constants(name.text());
    let is_plain = |constant: &Constant| match constant {
        Constant::Const(ty) | Constant::Static(ty) => !is_target(ty, &declared),
        Constant::Parameter(_) => false,
    };
    !constants.is_empty() && constants.iter().all(is_plain)
}

/// Whether the only field of a structure or variant isn't a coercion target; `None` if the file doesn't declare it.
pub fn takes_as_it_is(constructor: &ast::Expr) -> Option<bool> {
    let path = constructor.syntax().text().to_string();
    let name = path.rsplit("::").next().unwrap_or_default();
    if matches!(name, "Some" | "Ok" | "Err") {
        return Some(true);
    }
    let declared = FileNames::around(constructor);
    let is_type = declared.types(name).contains(&TypeShape::Struct);
    if !is_type && !declared.has_variant(name) {
        return None;
    }
    let root = constructor.syntax().ancestors().last()?;
    let fields = root.descendants().filter_map(ast::TupleFieldList::cast);
    let its = fields.filter(|list| {
        let owner = list.syntax().parent();
        let owner = owner.and_then(|it| it.children().find_map(ast::Name::cast));
        owner.is_some_and(|owner| owner.text() == name)
    });
    let mut types = its.flat_map(|list| list.fields()).map(|field| field.ty());
    Some(
        types.all(|ty| ty.is_some_and(|ty| !is_target(&ty.syntax().text().to_string(), &declared))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn declared() -> (std::rc::Rc<FileNames>, ast::SourceFile) {
        let items = "type Name = &'static str; struct W(Name); struct V<T>(T); enum E { A(u8), B(Box<u8>) }";
        let tree = Tree::parse(items, FileContext::default().edition).unwrap();
        let file = ast::SourceFile::cast(tree.root()).unwrap();
        (FileNames::around(&file), file)
    }

    #[test]
    fn references_and_what_may_be_one_are_targets() {
        let (declared, _file) = declared();
        for ty in [
            "&str",
            "Box<u8>",
            "std::sync::Arc<u8>",
            "Name",
            "(u8, &str)",
            "[&str; 2]",
            "Option<&'a str>",
            "fn(u8) -> u8",
            "impl Fn()",
            "Self::Item",
            "<A as B>::C",
            "Own<&str>",
        ] {
            assert!(is_target(ty, &declared), "{ty}");
        }
        for ty in ["u8", "String", "Vec<&str>", "Own<'a>", "(u8, String)", "E"] {
            assert!(!is_target(ty, &declared), "{ty}");
        }
        assert!(holds_target("Result<u8, Name>", &declared));
        assert!(!holds_target("Result<u8, E>", &declared));
    }

    #[test]
    fn constructors_take_what_they_declare() {
        let items = "struct W(&'static str); enum E { A(u8), B(Box<u8>) }";
        let takes = |code: &str| {
            let text = format!("{items} fn f() {{ {code} }}");
            let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
            let body = tree.root().descendants().find_map(ast::BlockExpr::cast);
            takes_as_it_is(&body.and_then(|body| body.tail_expr()).unwrap())
        };
        assert_eq!(takes("E::A"), Some(true));
        assert_eq!(takes("E::B"), Some(false));
        assert_eq!(takes("W"), Some(false));
        assert_eq!(takes("Some"), Some(true));
        assert_eq!(takes("Other"), None);
    }
}
