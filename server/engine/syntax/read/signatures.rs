//! Parameters of functions.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use super::{attributes, outline::Owner, units::Unit};

/// The functions of a unit with their owners, including required trait methods.
pub fn all(unit: &Unit<'_>) -> impl Iterator<Item = (ast::Fn, Owner)> {
    let functions = unit.functions.iter();
    let functions = functions.map(|function| (function.ast.clone(), function.owner));
    let required = ast::Fn::cast(unit.node.clone()).filter(|method| method.body().is_none());
    functions.chain(required.map(|method| (method, unit.owner)))
}

/// Whether the parameters are dictated from outside the function.
pub fn is_dictated(function: &ast::Fn, owner: Owner) -> bool {
    owner == Owner::TraitImpl || has_foreign_abi(function) || is_exported(function)
}

fn has_foreign_abi(function: &ast::Fn) -> bool {
    let Some(abi) = function.abi() else {
        return false;
    };
    let mut tokens = abi.syntax().children_with_tokens();
    // `extern` without an ABI is `extern "C"`.
    let name = tokens.find(|token| token.kind() == SyntaxKind::STRING);
    name.is_none_or(|name| name.to_string() != "\"Rust\"")
}

fn is_exported(function: &ast::Fn) -> bool {
    function.attrs().any(|attribute| {
        let mut tokens = attribute.syntax().descendants_with_tokens();
        tokens.any(|token| {
            token
                .as_token()
                .is_some_and(|token| matches!(token.text(), "no_mangle" | "export_name"))
        })
    })
}

/// Whether a function only moves its parameters into fields.
pub fn is_plain_constructor(function: &ast::Fn) -> bool {
    let Some(body) = function.body().filter(|_| !has_receiver(function)) else {
        return false;
    };
    let has_statements = body.statements().next().is_some();
    !has_statements && matches!(body.tail_expr(), Some(ast::Expr::RecordExpr(_)))
}

pub fn has_receiver(function: &ast::Fn) -> bool {
    let parameters = function.param_list();
    parameters.is_some_and(|list| list.self_param().is_some())
}

/// The number of declared parameters without `self`, at minimal cost.
pub fn written(function: &ast::Fn) -> usize {
    let list = function.syntax().green().children().find_map(|child| {
        let list = child.into_node()?;
        (list.kind().0 == SyntaxKind::PARAM_LIST as u16).then_some(list)
    });
    let parameters = list.into_iter().flat_map(|list| list.children());
    let is_parameter = |kind: u16| kind == SyntaxKind::PARAM as u16;
    parameters.filter(|it| is_parameter(it.kind().0)).count()
}

/// The parameters without `self` and unused ones. Of parameters that alternate under different `#[cfg]`s, one is included.
pub fn parameters(function: &ast::Fn) -> Vec<ast::Param> {
    let list = function.param_list().into_iter();
    let mut conditional = BTreeSet::new();
    let all = list.flat_map(|list| list.params());
    let kept = all.filter(|parameter| {
        let is_conditional = parameter.attrs().any(|it| attributes::is_conditional(&it));
        let is_unused = is_unused(parameter);
        !is_unused && (!is_conditional || conditional.insert(name_of(parameter)))
    });
    kept.collect()
}

/// Whether the parameter is marked as unused, such as `_options`: it should be removed rather than grouped.
fn is_unused(parameter: &ast::Param) -> bool {
    let pattern = parameter.pat();
    pattern.is_some_and(|pattern| pattern.syntax().text().to_string().starts_with('_'))
}

/// The name without `mut` and leading underscores.
pub fn name_of(parameter: &ast::Param) -> String {
    let pattern = parameter.pat();
    let name = pattern.map(|pattern| pattern.syntax().to_string());
    let name = name.unwrap_or_default();
    name.trim_start_matches("mut ")
        .trim_start_matches('_')
        .to_owned()
}

/// The type as written.
pub fn type_of(parameter: &ast::Param) -> String {
    let ty = parameter.ty();
    ty.map(|ty| ty.syntax().to_string()).unwrap_or_default()
}

/// Whether a type, as written, is a number, a string, a `bool` or a `char`, which doesn't show its purpose.
pub fn is_plain(ty: &str) -> bool {
    const PLAIN: &[&str] = &[
        "&str", "String", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize",
        "u128", "u16", "u32", "u64", "u8", "usize",
    ];
    PLAIN.contains(&ty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    fn function(text: &str) -> ast::Fn {
        let source = Source::parse(text, FileContext::default()).unwrap();
        source.root().descendants().find_map(ast::Fn::cast).unwrap()
    }

    #[test]
    fn what_is_unused_or_an_alternative_is_no_parameter() {
        let names = |text: &str| -> Vec<String> {
            let parameters = parameters(&function(text));
            parameters.iter().map(name_of).collect()
        };
        assert_eq!(names("fn f(&self, mut a: A, b: B, _c: C) {}"), ["a", "b"]);
        let alternatives = "fn f(#[cfg(unix)] a: A, #[cfg(windows)] a: B, #[cfg(unix)] b: B) {}";
        assert_eq!(names(alternatives), ["a", "b"]);
    }

    #[test]
    fn others_have_chosen_the_parameters() {
        let dictated = |text: &str| is_dictated(&function(text), Owner::Module);
        assert!(dictated("extern fn f() {}"));
        assert!(dictated("#[unsafe(no_mangle)] fn f() {}"));
        assert!(!dictated("extern \"Rust\" fn f() {}"));
        assert!(!dictated("#[inline] fn f() {}"));
        assert!(is_dictated(&function("fn f() {}"), Owner::TraitImpl));
    }

    #[test]
    fn a_constructor_only_fills_fields() {
        let is_plain = |body: &str, receiver: &str| {
            is_plain_constructor(&function(&format!(
                "fn f({receiver}a: A) -> S {{ {body} }}"
            )))
        };
        assert!(is_plain("S { a }", ""));
        assert!(!is_plain("S { a }", "&self, "));
        assert!(!is_plain("let a = g(a); S { a }", ""));
        assert!(!is_plain("g(a)", ""));
    }
}
