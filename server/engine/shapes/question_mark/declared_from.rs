//! Error conversions by a `From` in the file, which `?` calls.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasGenericArgs, HasGenericParams, HasModuleItem, HasName},
};

use crate::syntax::FileNames;

/// Whether `E::V(e)` is what the `From` for `E` in the file returns for `e`. This is an `impl` without other effects, or a
/// variant's `#[from]`, from which `thiserror` generates it.
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

/// The `E` and `V` in `E::V`.
fn owner_and_name(path: &ast::Path) -> Option<(String, String)> {
    let owner = path.qualifier()?;
    let is_single = owner.qualifier().is_none() && owner.segment()?.generic_arg_list().is_none();
    let owner = owner.segment()?.name_ref()?.text().to_string();
    let name = path.segment()?.name_ref()?.text().to_string();
    is_single.then_some((owner, name))
}

/// Whether the file declares a single `E` and a single `From` for it, both next to the function and without `#[cfg]`.
fn file_converts(node: &SyntaxNode, owner: &str, variant: &str) -> bool {
    let Some(file) = node.ancestors().last().and_then(ast::SourceFile::cast) else {
        return false;
    };
    let declared = FileNames::around_node(node);
    if !is_beside(node) || declared.imports("From") || declares_trait(&file) {
        return false;
    }
    let items: Vec<_> = file.items().collect();
    let own: Vec<_> = items.iter().filter(|item| declares(item, owner)).collect();
    let conversions = items.iter().filter_map(|item| match item {
        ast::Item::Impl(it) if converts(it, owner) => Some(it),
        _ => None,
    });
    let conversions: Vec<_> = conversions.collect();
    match (&own[..], &conversions[..]) {
        ([ast::Item::Enum(own)], []) => has_from(own, variant),
        ([_], [only]) => is_plain_from(only, owner, variant),
        _ => false,
    }
}

/// Whether the enclosing function is at the top level of the file or in an `impl` there, and declares no items.
fn is_beside(node: &SyntaxNode) -> bool {
    let mut around = node.ancestors();
    let Some(function) = around.find_map(ast::Fn::cast) else {
        return false;
    };
    let is_outer = around.all(|it| {
        !matches!(
            it.kind(),
            SyntaxKind::MODULE | SyntaxKind::FN | SyntaxKind::BLOCK_EXPR
        )
    });
    let mut inside = function.syntax().descendants().skip(1);
    is_outer
        && !inside.any(|it| ast::Item::can_cast(it.kind()) && !ast::MacroCall::can_cast(it.kind()))
}

fn declares(item: &ast::Item, owner: &str) -> bool {
    let name = match item {
        ast::Item::Enum(it) => it.name(),
        ast::Item::Struct(it) => it.name(),
        ast::Item::TypeAlias(it) => it.name(),
        ast::Item::Union(it) => it.name(),
        _ => None,
    };
    name.is_some_and(|name| name.text() == owner)
}

fn declares_trait(file: &ast::SourceFile) -> bool {
    file.items().any(|item| match item {
        ast::Item::Trait(it) => it.name().is_some_and(|name| name.text() == "From"),
        _ => false,
    })
}

/// Whether an `impl` is any `From` for `E`.
fn converts(conversion: &ast::Impl, owner: &str) -> bool {
    let text = |ty: Option<ast::Type>| ty.map(|it| it.syntax().text().to_string());
    let from = text(conversion.trait_()).unwrap_or_default();
    text(conversion.self_ty()).as_deref() == Some(owner) && from.contains("From<")
}

/// `#[derive(Error)] enum E { V(#[from] T) }`
fn has_from(declared: &ast::Enum, variant: &str) -> bool {
    let derives = declared.attrs().any(|it| {
        let text = it.syntax().text().to_string();
        text.starts_with("#[derive(") && has_word(&text, "Error")
    });
    // A single `#[from]` can't be ambiguous.
    let from = declared.syntax().text().to_string();
    if from.matches("#[from]").count() != 1 || from.contains("cfg") {
        return false;
    }
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
    let from = conversion.trait_().map(|it| it.syntax().text().to_string());
    let is_from = from.is_some_and(|it| it.starts_with("From<"));
    let is_plain = conversion.generic_param_list().is_none()
        && !conversion.syntax().text().to_string().contains("cfg");
    if !is_from || !is_plain {
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

/// Whether a type is an error, judging by its name, that needs no coercion and has no alias.
fn is_exact(ty: &ast::Type) -> bool {
    const OF_STD: [&str; 9] = [
        "AddrParseError",
        "FromUtf8Error",
        "ParseBoolError",
        "ParseCharError",
        "ParseFloatError",
        "ParseIntError",
        "SystemTimeError",
        "TryFromIntError",
        "Utf8Error",
    ];
    let text = ty.syntax().text().to_string();
    let is_path = text
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == ':');
    let (module, name) = text.rsplit_once("::").unwrap_or(("", &text));
    let root = module.split("::").next().unwrap_or_default();
    let is_own = matches!(root, "crate" | "self" | "super" | "Self");
    let declared = FileNames::around_node(ty.syntax());
    is_path
        && declared.types(name).is_empty()
        && match module {
            "" => OF_STD.contains(&name),
            _ => !is_own && name.ends_with("Error"),
        }
}

fn has_word(text: &str, word: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|it| it == word)
}
