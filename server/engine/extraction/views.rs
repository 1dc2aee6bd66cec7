//! Parameter types that replace a reference to an owner, such as `&str` for `&String`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasGenericParams, HasName},
};

use crate::syntax::FileNames;

/// The parameter type that replaces a reference to an owner.
pub(super) fn view(text: &str) -> Option<String> {
    match text {
        "String" | "std::string::String" => return Some("str".to_owned()),
        "PathBuf" => return Some("Path".to_owned()),
        "std::path::PathBuf" => return Some("std::path::Path".to_owned()),
        _ => {}
    }
    if let Some(inner) = text.strip_prefix("Box<") {
        let inner = inner.strip_suffix('>')?;
        let is_several = inner.contains(" + ");
        return Some(if is_several {
            format!("({inner})")
        } else {
            inner.to_owned()
        });
    }
    let text = text.strip_prefix("std::vec::").unwrap_or(text);
    let inner = text.strip_prefix("Vec<")?.strip_suffix('>')?;
    Some(format!("[{inner}]"))
}

/// Whether a mention means the same for a view and its owner, as far as the file shows.
pub(super) fn means_same(place: &SyntaxNode, is_box: bool) -> bool {
    const ASKING_TYPES: [&str; 4] = ["align_of_val", "size_of_val", "type_id", "type_name_of_val"];
    let names = FileNames::around_node(place);
    let mut around = place.ancestors().skip(1);
    let Some(call) = around.find(|it| it.kind() != SyntaxKind::REF_EXPR) else {
        return true;
    };
    if let Some(call) = ast::MethodCallExpr::cast(call.clone()) {
        let name = call
            .name_ref()
            .map(|it| it.text().to_string())
            .unwrap_or_default();
        return (is_box || !names.has_method(&name)) && !ASKING_TYPES.contains(&&*name);
    }
    if call.kind() != SyntaxKind::ARG_LIST {
        return true;
    }
    let name = match call.parent().and_then(ast::Expr::cast) {
        Some(ast::Expr::CallExpr(call)) => match call.expr() {
            Some(ast::Expr::PathExpr(path)) => path.path().and_then(|it| it.segment()?.name_ref()),
            _ => None,
        },
        Some(ast::Expr::MethodCallExpr(call)) => call.name_ref(),
        _ => None,
    };
    let name = name.map(|it| it.text().to_string()).unwrap_or_default();
    let root = place.ancestors().last();
    let items = root.iter().flat_map(SyntaxNode::descendants);
    let mut declared = items
        .filter_map(ast::Fn::cast)
        .filter(|it| it.name().is_some_and(|it| it.text() == name));
    !declared.any(|it| takes_any_type(&it)) && !ASKING_TYPES.contains(&&*name)
}

fn takes_any_type(function: &ast::Fn) -> bool {
    let params = function.generic_param_list();
    let mut params = params
        .iter()
        .flat_map(ast::GenericParamList::type_or_const_params);
    let list = function.param_list();
    let has_impl = list.is_some_and(|list| {
        let mut types = list.syntax().descendants();
        types.any(|it| it.kind() == SyntaxKind::IMPL_TRAIT_TYPE)
    });
    params.next().is_some() || has_impl
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_looked_at_through_their_views() {
        assert_eq!(view("Vec<u8>").as_deref(), Some("[u8]"));
        assert_eq!(view("String").as_deref(), Some("str"));
        assert_eq!(
            view("std::path::PathBuf").as_deref(),
            Some("std::path::Path")
        );
        assert_eq!(view("std::vec::Vec<u8>").as_deref(), Some("[u8]"));
        assert_eq!(view("Option<Vec<u8>>"), None);
    }
}
