//! What the declarations of a variable show about its type.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

/// How a declaration shows the requested property.
pub(super) struct Shows<T> {
    /// By the declared type.
    pub(super) in_type: fn(&str) -> Option<T>,
    /// By the initializer, if no type is declared.
    pub(super) in_value: fn(&ast::Expr) -> Option<T>,
}

/// What each declaration of a name shows; `None` if the name isn't a variable, or one of them shows nothing. All bindings of
/// the name in the function count, so that scopes don't matter.
pub(super) fn bindings_show<T>(path: &ast::PathExpr, shows: &Shows<T>) -> Option<Vec<T>> {
    let bindings = bindings_of(path);
    let found: Vec<T> = bindings
        .iter()
        .map(|binding| shown_by(binding, shows))
        .collect::<Option<_>>()?;
    (!found.is_empty()).then_some(found)
}

/// All bindings of the name in the function.
pub(crate) fn bindings_of(path: &ast::PathExpr) -> Vec<ast::IdentPat> {
    let name = path.path().and_then(|whole| whole.as_single_name_ref());
    let function = path.syntax().ancestors().find_map(ast::Fn::cast);
    let (Some(name), Some(function)) = (name, function) else {
        return Vec::new();
    };
    let bindings = function.syntax().descendants();
    let bindings = bindings.filter_map(ast::IdentPat::cast);
    let is_its = |binding: &ast::IdentPat| {
        let bound = binding.name();
        bound.is_some_and(|bound| bound.text() == name.text())
    };
    bindings.filter(is_its).collect()
}

fn shown_by<T>(binding: &ast::IdentPat, shows: &Shows<T>) -> Option<T> {
    if binding.ref_token().is_some() {
        return None;
    }
    let parent = binding.syntax().parent()?;
    let (ty, value) = match (
        ast::Param::cast(parent.clone()),
        ast::LetStmt::cast(parent.clone()),
    ) {
        (Some(parameter), _) => (parameter.ty(), None),
        (_, Some(statement)) => (statement.ty(), statement.initializer()),
        _ => return None,
    };
    match ty {
        Some(ty) => (shows.in_type)(&ty.syntax().text().to_string()),
        None => (shows.in_value)(&value?),
    }
}
