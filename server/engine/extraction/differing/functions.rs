//! Functions in the file that are called in one place where another is called in the other, and can become a parameter.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasGenericParams, HasModuleItem, HasName},
};

use crate::syntax::attributes;

/// Attributes that don't affect how a function is called.
const HARMLESS: [&str; 5] = ["allow", "doc", "expect", "inline", "must_use"];

/// Whether a node is the name of a called function that the file declares in the same module and that coerces to a function
/// pointer: it is not `unsafe`, not generic, and needs nothing else that a pointer lacks.
pub(super) fn may_be_given(callee: &SyntaxNode) -> bool {
    let name = ast::PathExpr::cast(callee.clone()).and_then(|it| it.path()?.as_single_name_ref());
    let Some(name) = name.map(|it| it.text().to_string()) else {
        return false;
    };
    let is_variable = || {
        let function = callee.ancestors().filter_map(ast::Fn::cast).last();
        let inside = function
            .into_iter()
            .flat_map(|it| it.syntax().descendants());
        let mut names = inside.filter_map(ast::Name::cast);
        names.any(|it| it.text() == name)
    };
    pointer(callee, &name).is_some() && !is_variable()
}

/// The function pointer type for the only function of that name in the file, if both it and the node are at the top level.
pub(in crate::extraction) fn pointer(node: &SyntaxNode, name: &str) -> Option<String> {
    let root = node.ancestors().last()?;
    let is_in_module = node.ancestors().any(|it| it.kind() == SyntaxKind::MODULE);
    let file = ast::SourceFile::cast(root.clone()).filter(|_| !is_in_module)?;
    let functions = file.items().filter_map(|item| match item {
        ast::Item::Fn(it) => it.name().is_some_and(|it| it.text() == name).then_some(it),
        _ => None,
    });
    let mut functions: Vec<ast::Fn> = functions.collect();
    let (Some(function), true) = (functions.pop(), functions.is_empty()) else {
        return None;
    };
    type_of(&function)
}

fn type_of(function: &ast::Fn) -> Option<String> {
    let mut attributes = function.attrs();
    let says_more =
        attributes.any(|it| !HARMLESS.contains(&attributes::name(&attributes::bare(&it))));
    let is_special = function.unsafe_token().is_some()
        || function.async_token().is_some()
        || function.gen_token().is_some()
        || function.abi().is_some()
        || function.generic_param_list().is_some()
        || function.where_clause().is_some();
    let list = function.param_list()?;
    if says_more || is_special || list.self_param().is_some() {
        return None;
    }
    let types = list.params().map(|it| plain(&it.ty()?));
    let types = types.collect::<Option<Vec<_>>>()?.join(", ");
    match function.ret_type() {
        None => Some(format!("fn({types})")),
        Some(result) => Some(format!("fn({types}) -> {}", plain(&result.ty()?)?)),
    }
}

/// A type on one line, unless it is only valid in a function's signature.
fn plain(ty: &ast::Type) -> Option<String> {
    let text = ty.syntax().text().to_string();
    let mut inside = ty.syntax().descendants_with_tokens();
    let is_odd = inside.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::IMPL_TRAIT_TYPE | SyntaxKind::COMMENT | SyntaxKind::MACRO_CALL
        )
    });
    (!is_odd && !text.contains('\n')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    fn given(text: &str) -> bool {
        let root = Tree::parse(text, Edition::CURRENT).unwrap().root();
        let mut calls = root.descendants().filter_map(ast::CallExpr::cast);
        let callee = calls.next().and_then(|it| it.expr()).unwrap();
        may_be_given(callee.syntax())
    }

    #[test]
    fn functions_of_the_file_may_be_given() {
        for head in [
            "fn read(a: &str) -> Option<u8>",
            "pub(crate) fn read()",
            "/// Reads.\n#[inline]\nconst fn read(a: &mut [u8], mut b: u8)",
        ] {
            assert!(
                given(&format!("fn f() {{ read(1); }}\n{head} {{}}")),
                "{head}"
            );
        }
    }

    #[test]
    fn what_another_caller_calls_otherwise_is_not_given() {
        for head in [
            "unsafe fn read()",
            "async fn read()",
            "extern \"C\" fn read()",
            "fn read<T>(a: T)",
            "fn read<'a>(a: &'a str) -> &'a str",
            "fn read(a: impl Copy)",
            "#[track_caller]\nfn read()",
            "#[cfg(unix)]\nfn read()",
            "mod m { fn read() {} }\nfn other()",
            "fn read() {}\nfn read()",
            "impl S { fn read() {} }\nfn other()",
        ] {
            assert!(
                !given(&format!("fn f() {{ read(1); }}\n{head} {{}}")),
                "{head}"
            );
        }
        for text in [
            "fn f(read: R) { read(1); }\nfn read() {}",
            "mod m { fn f() { read(1); } }\nfn read() {}",
            "fn f() { m::read(1); }\nfn read() {}",
            "fn f() { read(1); fn read() {} }\nfn read() {}",
        ] {
            assert!(!given(text), "{text}");
        }
    }
}
