//! Standard lists that are indexed by a number: slices, arrays, `Vec` and `VecDeque`.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasGenericArgs},
};

use super::{
    booleans::own_types,
    collections::{has_own_names, without_lifetime},
    owned::{arguments_of, head_of},
    variables::{Shows, bindings_of, bindings_show},
};
use crate::syntax::{Constant, FileNames};

/// What the syntax shows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub held: ListHeld,
    /// The type of its elements as written, or of a number literal among them.
    pub element: Option<String>,
}

/// How a list is accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListHeld {
    /// Owned and immutable.
    Frozen,
    /// Owned and mutable.
    Changing,
    Lent,
    LentMutably,
}

/// What the syntax shows of a variable or a field of `self` that is a list; `None` if it may be anything else.
pub fn list(place: &ast::Expr) -> Option<List> {
    let (found, may_change) = match place {
        ast::Expr::PathExpr(path) if bindings_of(path).is_empty() => (of_constant(path)?, false),
        ast::Expr::PathExpr(path) => {
            let shows = Shows {
                in_type: of_type,
                in_value: of_value,
            };
            let found = bindings_show(path, &shows)?;
            let mut bindings = bindings_of(path).into_iter();
            (found, bindings.any(|it| it.mut_token().is_some()))
        }
        ast::Expr::FieldExpr(field) => {
            let own = own_types(field)?;
            let found: Option<Vec<_>> = own.iter().map(|ty| of_type(ty)).collect();
            (found?, !is_self_lent(field))
        }
        _ => return None,
    };
    let first = found.first()?.clone();
    if has_own_names(place) || found.iter().any(|one| *one != first) {
        return None;
    }
    let held = match first.held {
        ListHeld::Frozen if may_change => ListHeld::Changing,
        // Data behind a shared `self` is immutable.
        ListHeld::LentMutably if matches!(place, ast::Expr::FieldExpr(_)) && !may_change => {
            return None;
        }
        held => held,
    };
    Some(List { held, ..first })
}

/// A constant of the file; a `static` may be mutable.
fn of_constant(path: &ast::PathExpr) -> Option<Vec<List>> {
    let name = path.path()?.as_single_name_ref()?;
    let declared = FileNames::around(path);
    let types = declared.constants(name.text()).iter();
    let found = types.map(|constant| match constant {
        Constant::Const(ty) => of_type(ty),
        Constant::Static(_) | Constant::Parameter(_) => None,
    });
    found.collect()
}

/// Whether the enclosing function takes `&self`.
pub fn is_self_lent(inside: &impl AstNode) -> bool {
    let function = inside.syntax().ancestors().find_map(ast::Fn::cast);
    let own = function.and_then(|it| it.param_list()?.self_param());
    own.is_some_and(|own| {
        own.amp_token().is_some() && own.mut_token().is_none() && own.ty().is_none()
    })
}

fn of_type(ty: &str) -> Option<List> {
    let ty = ty.trim();
    let (held, bare) = match ty.strip_prefix('&') {
        Some(lent) => {
            let lent = without_lifetime(lent);
            match lent.strip_prefix("mut ") {
                Some(rest) => (ListHeld::LentMutably, rest.trim_start()),
                None => (ListHeld::Lent, lent),
            }
        }
        None => (ListHeld::Frozen, ty),
    };
    let element = element_in(bare)?;
    let is_named = !element.is_empty() && element != "_";
    Some(List {
        held,
        element: is_named.then_some(element),
    })
}

fn element_in(bare: &str) -> Option<String> {
    if let Some(inside) = bare.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        // The length of an array follows the last semicolon; its elements may be arrays too.
        let element = match inside.rsplit_once(';') {
            Some((element, length)) if !length.contains(']') => element,
            _ => inside,
        };
        return Some(element.trim().to_owned());
    }
    let name = head_of(bare).rsplit("::").next()?;
    match arguments_of(bare).as_slice() {
        [only] if matches!(name, "Vec" | "VecDeque") => Some((*only).to_owned()),
        _ => None,
    }
}

fn of_value(value: &ast::Expr) -> Option<List> {
    let frozen = |element: Option<String>| List {
        held: ListHeld::Frozen,
        element,
    };
    match value {
        ast::Expr::ArrayExpr(array) => {
            let first = array.exprs().next();
            Some(frozen(
                first.and_then(|it| of_number(it.syntax().first_token()?.kind())),
            ))
        }
        ast::Expr::MacroExpr(call) => {
            let call = call.macro_call()?;
            let is_vec = call.path()?.syntax().text() == "vec";
            if !is_vec || FileNames::around(value).has_macro("vec") {
                return None;
            }
            let tokens = call.token_tree()?.syntax().children_with_tokens();
            let mut solid = tokens.filter(|it| !it.kind().is_trivia()).skip(1);
            let first = solid.next().and_then(|it| of_number(it.kind()));
            let ends = solid.next().is_some_and(|it| {
                matches!(
                    it.kind(),
                    SyntaxKind::COMMA | SyntaxKind::SEMICOLON | SyntaxKind::R_BRACK
                )
            });
            Some(frozen(first.filter(|_| ends)))
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr()?.syntax().text().to_string();
            matches!(&*callee, "Vec::new" | "Vec::with_capacity").then(|| frozen(None))
        }
        // With an explicit turbofish.
        ast::Expr::MethodCallExpr(call) => {
            let wanted = call.generic_arg_list()?.syntax().text().to_string();
            let ty = wanted.trim_start_matches("::").strip_prefix('<')?;
            let found = of_type(ty.strip_suffix('>')?)?;
            let is_collect = call.name_ref()?.text() == "collect";
            (is_collect && found.held == ListHeld::Frozen).then_some(found)
        }
        _ => None,
    }
}

/// A possible type of such a number literal.
fn of_number(kind: SyntaxKind) -> Option<String> {
    match kind {
        SyntaxKind::INT_NUMBER => Some("i32".to_owned()),
        SyntaxKind::FLOAT_NUMBER => Some("f64".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    fn shown(parameter: &str, code: &str) -> Option<(ListHeld, Option<String>)> {
        let found = list(&fixture::tail(parameter, code))?;
        Some((found.held, found.element))
    }

    #[test]
    fn lists_are_shown_by_what_is_written() {
        let text = |element: &str| Some(element.to_owned());
        for (parameter, held, element) in [
            ("p: &[u8]", ListHeld::Lent, text("u8")),
            ("p: &'a [&str]", ListHeld::Lent, text("&str")),
            ("p: &'a mut [T]", ListHeld::LentMutably, text("T")),
            ("p: [[u8; 2]; 4]", ListHeld::Frozen, text("[u8; 2]")),
            ("p: &[[u8; 2]]", ListHeld::Lent, text("[u8; 2]")),
            ("mut p: Vec<A<B, C>>", ListHeld::Changing, text("A<B, C>")),
            ("p: &std::vec::Vec<_>", ListHeld::Lent, None),
        ] {
            assert_eq!(shown(parameter, "p"), Some((held, element)), "{parameter}");
        }
        for (code, held, element) in [
            ("let a = vec![0; n]; a", ListHeld::Frozen, text("i32")),
            ("let mut a = vec![b(); n]; a", ListHeld::Changing, None),
            ("let a = [1.5, 2.0]; a", ListHeld::Frozen, text("f64")),
            (
                "let a = b.collect::<Vec<char>>(); a",
                ListHeld::Frozen,
                text("char"),
            ),
        ] {
            assert_eq!(shown("", code), Some((held, element)), "{code}");
        }
    }

    #[test]
    fn others_are_not() {
        for parameter in [
            "p: &HashMap<u8, u8>",
            "p: Arena<u8>",
            "p: &&[u8]",
            "p: &str",
        ] {
            assert_eq!(shown(parameter, "p"), None, "{parameter}");
        }
        for code in [
            "a",
            "self.a",
            "let a = b(); a",
            "let a = Vec::new(); let a = c; a",
        ] {
            assert_eq!(shown("", code), None, "{code}");
        }
    }
}
