//! Declared types of places.

use ra_ap_syntax::{AstNode, ast};

use super::variables::bindings_of;
use crate::syntax::{FileNames, scopes};

/// Whether a place is declared as `&str`.
pub fn is_text(place: &ast::Expr) -> bool {
    has_type(place, |ty| lent(ty) == Some("str"))
}

/// Whether a place is declared as a `&str` or a `String`, or a reference to one.
pub fn is_text_or_string(place: &ast::Expr) -> bool {
    let own = FileNames::around(place);
    let is_own = |name: &str| !own.types(name).is_empty() || own.imports(name);
    has_type(place, |ty| match lent(ty) {
        Some(ty) => ty == "str" || ty == "String" && !is_own("String"),
        None => ty == "String" && !is_own("String"),
    })
}

/// The referent of a shared reference, without its lifetime.
fn lent(ty: &str) -> Option<&str> {
    let rest = ty.strip_prefix('&')?.trim_start();
    let rest = match rest.strip_prefix('\'') {
        Some(lifetime) => lifetime.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
        None => rest,
    };
    Some(rest.trim_start())
}

/// Whether a place, or what it is dereferenced from, is declared with the wanted type.
pub fn is_written_as(place: &ast::Expr, wanted: &str) -> bool {
    match place {
        ast::Expr::PrefixExpr(it) => it.expr().is_some_and(|it| {
            has_type(&it, |ty| {
                let bare = ty.trim_start_matches('&').trim_start();
                ty.starts_with('&') && bare.trim_start_matches("mut ") == wanted
            })
        }),
        _ => has_type(place, |ty| ty == wanted),
    }
}

/// Whether all declarations that a place may refer to have an accepted type.
fn has_type(place: &ast::Expr, is_wanted: impl Fn(&str) -> bool) -> bool {
    match place {
        ast::Expr::PathExpr(path) => {
            let bindings = bindings_of(path);
            let is_its = |binding: &ast::IdentPat| {
                let parent = binding.syntax().parent();
                let ty = parent.and_then(|parent| {
                    let parameter = ast::Param::cast(parent.clone()).and_then(|it| it.ty());
                    parameter.or_else(|| ast::LetStmt::cast(parent)?.ty())
                });
                ty.is_some_and(|ty| is_wanted(&ty.syntax().text().to_string()))
            };
            !bindings.is_empty() && bindings.iter().all(is_its)
        }
        ast::Expr::FieldExpr(field) => {
            let is_own = field
                .expr()
                .is_some_and(|owner| scopes::as_name(&owner).is_some());
            let name = field.name_ref().map(|name| name.text().to_string());
            let declared = FileNames::around(field);
            let types = name.map(|name| declared.fields(&name).to_vec());
            is_own
                && types
                    .is_some_and(|types| !types.is_empty() && types.iter().all(|ty| is_wanted(ty)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    /// The result for `p` in `g(p)`.
    fn says(declared: &str, is_so: impl Fn(&ast::Expr) -> bool) -> bool {
        let text = format!("{declared} {{ g(p) }}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let call = source.root().descendants().find_map(ast::CallExpr::cast);
        let arguments = ast::HasArgList::arg_list(&call.unwrap()).unwrap();
        is_so(&arguments.args().next().unwrap())
    }

    #[test]
    fn text_at_hand_and_lent() {
        for (ty, is_text_, is_either) in [
            ("&str", true, true),
            ("&'a str", true, true),
            ("&'static str", true, true),
            ("String", false, true),
            ("&String", false, true),
            ("&mut String", false, false),
            ("&&str", false, false),
            ("Rope", false, false),
        ] {
            let declared = format!("fn f(p: {ty})");
            assert_eq!(says(&declared, is_text), is_text_, "{ty}");
            assert_eq!(says(&declared, is_text_or_string), is_either, "{ty}");
        }
        let own = "struct String; fn f(p: String)";
        assert!(!says(own, is_text_or_string));
        assert!(!says("use a::String; fn f(p: String)", is_text_or_string));
    }

    #[test]
    fn a_type_that_is_named() {
        assert!(says("fn f(p: A)", |place| is_written_as(place, "A")));
        assert!(!says("fn f(p: &A)", |place| is_written_as(place, "A")));
    }
}
