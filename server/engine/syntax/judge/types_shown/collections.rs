//! Standard collections whose elements are yielded by reference by `iter()`, as by a loop over a reference.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasGenericArgs},
};

use super::{
    booleans::own_types,
    owned::{arguments_of, head_of},
    variables::{Shows, bindings_of, bindings_show},
};
use crate::syntax::{Constant, FileNames};

/// How a collection is accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Itself,
    /// By a shared reference.
    Lent,
}

/// How a place contains such a collection; `None` if it may be anything else.
pub fn collection(place: &ast::Expr) -> Option<Held> {
    match place {
        ast::Expr::ParenExpr(inner) => collection(&inner.expr()?),
        ast::Expr::PathExpr(path) if !bindings_of(path).is_empty() => {
            let shows = Shows {
                in_type: of_type,
                in_value: of_value,
            };
            let found = bindings_show(path, &shows)?;
            agreed(&found).filter(|_| !has_own_names(place))
        }
        ast::Expr::PathExpr(path) => of_constant(path),
        ast::Expr::FieldExpr(field) => {
            let own = own_types(field)?;
            let own: Option<Vec<_>> = own.iter().map(|ty| of_type(ty)).collect();
            agreed(&own?).filter(|_| !has_own_names(place))
        }
        ast::Expr::IndexExpr(index) => {
            let is_range = matches!(index.index()?, ast::Expr::RangeExpr(_));
            let base = collection(&index.base()?);
            (is_range && base.is_some()).then_some(Held::Itself)
        }
        _ => None,
    }
}

fn agreed(all: &[Held]) -> Option<Held> {
    let first = *all.first()?;
    all.iter().all(|one| *one == first).then_some(first)
}

/// The element type of a `Vec` or a reference to one, by its declared type.
pub fn element_of_list(place: &ast::Expr) -> Option<String> {
    let declared = FileNames::around(place);
    let found = match place {
        ast::Expr::PathExpr(path) => {
            let shows = Shows {
                in_type: element_in,
                in_value: |_| None,
            };
            bindings_show(path, &shows)?
        }
        ast::Expr::FieldExpr(field) => {
            let own = own_types(field)?;
            own.iter().map(|ty| element_in(ty)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let first = found.first()?.clone();
    let is_same = found.iter().all(|one| *one == first);
    (is_same && declared.types("Vec").is_empty()).then_some(first)
}

fn element_in(ty: &str) -> Option<String> {
    let bare = ty.trim().strip_prefix('&').map_or(ty, without_lifetime);
    let bare = bare.trim().trim_start_matches("mut ").trim_start();
    let is_list = matches!(head_of(bare), "Vec" | "std::vec::Vec");
    match arguments_of(bare).as_slice() {
        [only] if is_list => Some((*only).to_owned()),
        _ => None,
    }
}

const NAMES: [&str; 7] = [
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "HashMap",
    "HashSet",
    "Vec",
    "VecDeque",
];

/// Whether the file declares a type with one of these names.
pub(super) fn has_own_names(node: &ast::Expr) -> bool {
    let declared = FileNames::around(node);
    NAMES.iter().any(|name| !declared.types(name).is_empty())
}

fn of_type(ty: &str) -> Option<Held> {
    let ty = ty.trim();
    let (held, bare) = match ty.strip_prefix('&') {
        Some(lent) => (Held::Lent, without_lifetime(lent)),
        None => (Held::Itself, ty),
    };
    let name = head_of(bare).rsplit("::").next()?;
    let is_slice = bare.starts_with('[');
    let is_named = bare.contains('<') && NAMES.contains(&name);
    (is_slice || is_named).then_some(held)
}

pub(super) fn without_lifetime(ty: &str) -> &str {
    let ty = ty.trim_start();
    if !ty.starts_with('\'') {
        return ty;
    }
    let end = ty.find(|c: char| c != '\'' && c != '_' && !c.is_alphanumeric());
    end.map_or(ty, |end| ty[end..].trim_start())
}

fn of_value(value: &ast::Expr) -> Option<Held> {
    let is_list = match value {
        ast::Expr::ArrayExpr(_) => true,
        ast::Expr::CallExpr(call) => {
            let callee = call.expr()?.syntax().text().to_string();
            matches!(&*callee, "Vec::new" | "Vec::with_capacity")
        }
        // With an explicit turbofish.
        ast::Expr::MethodCallExpr(call) => {
            let is_collect = call.name_ref()?.text() == "collect";
            let wanted = call.generic_arg_list()?.syntax().text().to_string();
            let ty = wanted.trim_start_matches("::").strip_prefix('<')?;
            is_collect && of_type(ty.strip_suffix('>')?) == Some(Held::Itself)
        }
        _ => false,
    };
    is_list.then_some(Held::Itself)
}

fn of_constant(path: &ast::PathExpr) -> Option<Held> {
    let name = path.path()?.as_single_name_ref()?;
    let declared = FileNames::around(path);
    let types = declared.constants(name.text()).iter();
    let found: Option<Vec<_>> = types
        .map(|constant| match constant {
            Constant::Const(ty) | Constant::Static(ty) => of_type(ty),
            Constant::Parameter(_) => None,
        })
        .collect();
    agreed(&found?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    fn shown(parameter: &str, code: &str) -> Option<Held> {
        collection(&fixture::tail(&format!("p: {parameter}"), code))
    }

    #[test]
    fn collections_are_shown_by_what_is_written() {
        for (parameter, held) in [
            ("Vec<u8>", Held::Itself),
            ("[u8; 4]", Held::Itself),
            ("&[u8]", Held::Lent),
            ("&'a std::vec::Vec<u8>", Held::Lent),
            ("&HashMap<u8, u8>", Held::Lent),
        ] {
            assert_eq!(shown(parameter, "p"), Some(held), "{parameter}");
        }
        assert_eq!(shown("u8", "let a = [1]; a"), Some(Held::Itself));
        assert_eq!(shown("&[u8]", "p[1..]"), Some(Held::Itself));
    }

    #[test]
    fn what_a_list_holds_is_written() {
        let element =
            |parameter: &str| element_of_list(&fixture::tail(&format!("p: {parameter}"), "p"));
        for ty in ["Vec<u8>", "&mut Vec<u8>", "&'a mut std::vec::Vec<u8>"] {
            assert_eq!(element(ty).as_deref(), Some("u8"), "{ty}");
        }
        for ty in ["VecDeque<u8>", "Vec<u8, A>", "&mut [u8]", "Vec"] {
            assert_eq!(element(ty), None, "{ty}");
        }
    }

    #[test]
    fn others_are_not() {
        for parameter in [
            "&mut [u8]",
            "&mut Vec<u8>",
            "&&[u8]",
            "Arena<u8>",
            "&Vec",
            "impl Iterator<Item = Vec<u8>>",
        ] {
            assert_eq!(shown(parameter, "p"), None, "{parameter}");
        }
        for code in ["a", "self.a", "p[0]", "let a = b(); a"] {
            assert_eq!(shown("&[u8]", code), None, "{code}");
        }
    }
}
