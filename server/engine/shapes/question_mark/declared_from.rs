//! Errors that the file makes of others by a `From` of its own, which `?` calls.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasGenericArgs, HasGenericParams, HasModuleItem, HasName},
};

/// Whether `E::V(e)` is what the file's own `From` for `E` makes of `e`: an `impl` that does nothing else, or the `#[from]` of a
/// variant that `thiserror` writes it for.
pub(super) fn wraps_as_from(value: &ast::Expr, error: &str) -> bool {
    let ast::Expr::CallExpr(call) = value else {
        return false;
    };
    let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
    let arguments: Vec<_> = arguments.collect();
    let [only] = &arguments[..] else {
        return false;
    };
    let path = match call.expr() {
        Some(ast::Expr::PathExpr(callee)) => callee.path(),
        _ => None,
    };
    let Some((owner, variant)) = path.and_then(|path| owner_and_name(&path)) else {
        return false;
    };
    let is_error = only.syntax().text() == error;
    is_error && file_converts(value.syntax(), &owner, &variant)
}

/// `E` and `V` of `E::V`.
fn owner_and_name(path: &ast::Path) -> Option<(String, String)> {
    let owner = path.qualifier()?;
    let is_single = owner.qualifier().is_none() && owner.segment()?.generic_arg_list().is_none();
    let owner = owner.segment()?.name_ref()?.text().to_string();
    let name = path.segment()?.name_ref()?.text().to_string();
    is_single.then_some((owner, name))
}

fn file_converts(node: &SyntaxNode, owner: &str, variant: &str) -> bool {
    let module = node.ancestors().filter_map(ast::SourceFile::cast).last();
    let items = module.iter().flat_map(HasModuleItem::items);
    let items: Vec<_> = items.collect();
    let declares = |item: &ast::Item| match item {
        ast::Item::Enum(it) => it.name().is_some_and(|name| name.text() == owner),
        _ => false,
    };
    if items.iter().filter(|item| declares(item)).count() != 1 {
        return false;
    }
    items.iter().any(|item| match item {
        ast::Item::Enum(it) if declares(item) => has_from(it, variant),
        ast::Item::Impl(it) => is_plain_from(it, owner, variant),
        _ => false,
    })
}

/// `#[derive(Error)] enum E { V(#[from] T) }`
fn has_from(declared: &ast::Enum, variant: &str) -> bool {
    let derives = declared.attrs().any(|it| {
        let text = it.syntax().text().to_string();
        text.starts_with("#[derive(") && has_word(&text, "Error")
    });
    let variants = declared.variant_list().into_iter();
    let mut variants = variants.flat_map(|list| list.variants());
    let own = variants.find(|it| it.name().is_some_and(|name| name.text() == variant));
    let fields = own.and_then(|it| match it.field_list()? {
        ast::FieldList::TupleFieldList(list) => Some(list.fields().collect::<Vec<_>>()),
        ast::FieldList::RecordFieldList(_) => None,
    });
    let Some([only]) = fields.as_deref() else {
        return false;
    };
    let is_from = |it: ast::Attr| it.syntax().text() == "#[from]";
    derives && only.attrs().any(is_from) && only.ty().is_some_and(|ty| is_exact(&ty))
}

/// `impl From<T> for E { fn from(e: T) -> Self { E::V(e) } }`
fn is_plain_from(conversion: &ast::Impl, owner: &str, variant: &str) -> bool {
    let text = |ty: Option<ast::Type>| ty.map(|it| it.syntax().text().to_string());
    let is_of_owner = text(conversion.self_ty()).as_deref() == Some(owner);
    let from = text(conversion.trait_()).unwrap_or_default();
    let is_from = from.starts_with("From<") && conversion.generic_param_list().is_none();
    if !is_of_owner || !is_from {
        return false;
    }
    let items = conversion.assoc_item_list().into_iter();
    let mut items = items.flat_map(|list| list.assoc_items());
    let (Some(ast::AssocItem::Fn(function)), None) = (items.next(), items.next()) else {
        return false;
    };
    let parameters = function.param_list().into_iter().flat_map(|it| it.params());
    let parameters: Vec<_> = parameters.collect();
    let [given] = &parameters[..] else {
        return false;
    };
    let name = match given.pat() {
        Some(ast::Pat::IdentPat(name)) => name.name().map(|it| it.text().to_string()),
        _ => None,
    };
    let body = function
        .body()
        .filter(|it| it.statements().next().is_none());
    let result = body.and_then(|it| it.tail_expr());
    let result = result.map(|it| it.syntax().text().to_string());
    let (Some(name), Some(result)) = (name, result) else {
        return false;
    };
    let is_exact = given.ty().is_some_and(|ty| is_exact(&ty));
    is_exact
        && [owner, "Self"]
            .iter()
            .any(|owner| result == format!("{owner}::{variant}({name})"))
}

/// Whether nothing becomes a value of the type on its way: no trait object and no reference.
fn is_exact(ty: &ast::Type) -> bool {
    let text = ty.syntax().text().to_string();
    !text.contains(['&', '*']) && !has_word(&text, "dyn") && !has_word(&text, "fn")
}

fn has_word(text: &str, word: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|it| it == word)
}
