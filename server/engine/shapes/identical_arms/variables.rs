//! Whether the variables of two arms have the same types, as far as the file shows.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName},
};

use crate::syntax::{
    Hazard, Refusal,
    known::{Fact, is_known},
    patterns, tokens_of,
};

/// A variable in a pattern: its name, binding mode and written type.
type Variable = (String, String, Vec<String>);

/// Checks that two patterns can be alternatives of one arm: they bind nothing, or the same names with the same types.
pub(super) fn check(arm: &ast::MatchArm, one: &ast::Pat, other: &ast::Pat) -> Result<(), Refusal> {
    if patterns::binds_nothing(one) && patterns::binds_nothing(other) {
        return Ok(());
    }
    if gives_places(arm) && are_results(one, other) {
        return Ok(());
    }
    match (variables(one), variables(other)) {
        (Some(one), Some(other)) if one == other && !one.is_empty() => Ok(()),
        _ => Err(Refusal::because(
            Hazard::Types,
            "It can't be shown that the variables bound by the arms have equal types.",
        )),
    }
}

/// Whether the scrutinee is a search, which returns an index in both cases.
fn gives_places(arm: &ast::MatchArm) -> bool {
    let choice = arm.syntax().ancestors().find_map(ast::MatchExpr::cast);
    let Some(ast::Expr::MethodCallExpr(call)) = choice.and_then(|choice| choice.expr()) else {
        return false;
    };
    is_known(&call, Fact::Search)
}

/// Whether the patterns are `Ok(x)` and `Err(x)` with the same name.
fn are_results(one: &ast::Pat, other: &ast::Pat) -> bool {
    let parts = |pattern: &ast::Pat| -> Option<(String, String)> {
        let ast::Pat::TupleStructPat(pattern) = pattern else {
            return None;
        };
        let mut fields = pattern.fields();
        let (Some(ast::Pat::IdentPat(name)), None) = (fields.next(), fields.next()) else {
            return None;
        };
        Some((
            pattern.path()?.syntax().text().to_string(),
            name.syntax().text().to_string(),
        ))
    };
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => {
            let is_result = |name: &str| name == "Ok" || name == "Err";
            is_result(&one.0) && is_result(&other.0) && one.1 == other.1
        }
        _ => false,
    }
}

/// The variables of a pattern, sorted by name, if all its alternatives bind the same ones.
fn variables(pattern: &ast::Pat) -> Option<Vec<Variable>> {
    let alternatives = patterns::alternatives(pattern);
    let mut all = alternatives.iter().map(variables_of_variant);
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first))
        .then_some(first)
}

/// The variables that a pattern of one variant binds directly to its fields.
fn variables_of_variant(pattern: &ast::Pat) -> Option<Vec<Variable>> {
    let path = match pattern {
        ast::Pat::TupleStructPat(pattern) => pattern.path()?,
        ast::Pat::RecordPat(pattern) => pattern.path()?,
        _ => return None,
    };
    let variant = definition(pattern.syntax(), &path)?;
    let mut found = match (pattern, variant.field_list()?) {
        (ast::Pat::TupleStructPat(pattern), ast::FieldList::TupleFieldList(fields)) => {
            tuple_variables(pattern, &fields)?
        }
        (ast::Pat::RecordPat(pattern), ast::FieldList::RecordFieldList(fields)) => {
            record_variables(pattern, &fields)?
        }
        _ => return None,
    };
    found.sort();
    Some(found)
}

fn tuple_variables(
    pattern: &ast::TupleStructPat,
    definition: &ast::TupleFieldList,
) -> Option<Vec<Variable>> {
    let mut found = Vec::new();
    let mut types = definition.fields();
    for field in pattern.fields() {
        if matches!(field, ast::Pat::RestPat(_)) {
            let rest_is_last = pattern.fields().last().as_ref() == Some(&field);
            return rest_is_last.then_some(found);
        }
        let ty = types.next()?.ty()?;
        add_variable(&mut found, &field, &ty)?;
    }
    types.next().is_none().then_some(found)
}

fn record_variables(
    pattern: &ast::RecordPat,
    definition: &ast::RecordFieldList,
) -> Option<Vec<Variable>> {
    let mut found = Vec::new();
    for field in pattern.record_pat_field_list()?.fields() {
        let name = field.field_name()?.text().to_string();
        let mut fields = definition.fields();
        let defined = fields.find(|field| field.name().is_some_and(|own| own.text() == name))?;
        add_variable(&mut found, &field.pat()?, &defined.ty()?)?;
    }
    Some(found)
}

/// Adds the variable that a field is bound to, if any. Returns `None` for nested patterns with bindings.
fn add_variable(found: &mut Vec<Variable>, pattern: &ast::Pat, ty: &ast::Type) -> Option<()> {
    let ast::Pat::IdentPat(binding) = pattern else {
        return patterns::binds_nothing(pattern).then_some(());
    };
    if !patterns::is_binding(binding) {
        return Some(());
    }
    if binding.pat().is_some() {
        return None;
    }
    let name = binding.name()?.text().to_string();
    let form = binding.syntax().text().to_string();
    let words = tokens_of(ty.syntax()).map(|token| token.text().to_owned());
    found.push((name, form, words.collect()));
    Some(())
}

/// The variant that a path names, if its `enum` is defined in a module around `node` and the name is unique in the file.
fn definition(node: &SyntaxNode, path: &ast::Path) -> Option<ast::Variant> {
    let qualifier = type_name(&path.qualifier()?, node)?;
    let root = node.ancestors().last()?;
    let mut named = root.descendants().filter(|node| names(node, &qualifier));
    let (Some(only), None) = (named.next(), named.next()) else {
        return None;
    };
    let found = ast::Enum::cast(only)?;
    let home = found.syntax().parent()?;
    let is_near = node.ancestors().any(|around| around == home) && is_module(&home);
    let has_conditions = found
        .syntax()
        .descendants()
        .filter_map(ast::Attr::cast)
        .any(|attribute| crate::syntax::attributes::is_conditional(&attribute));
    if !is_near || has_conditions || found.attrs().next().is_some_and(|it| is_macro(&it)) {
        return None;
    }
    let variant = path.segment()?.name_ref()?.text().to_string();
    let mut variants = found.variant_list()?.variants();
    variants.find(|own| own.name().is_some_and(|name| name.text() == variant))
}

/// Whether an attribute may rewrite the definition, which any but derives and lints may do.
fn is_macro(attribute: &ast::Attr) -> bool {
    let known = [
        "allow",
        "derive",
        "deny",
        "doc",
        "expect",
        "must_use",
        "non_exhaustive",
        "repr",
        "warn",
    ];
    let bare = crate::syntax::attributes::bare(attribute);
    !known.contains(&crate::syntax::attributes::name(&bare))
}

fn is_module(node: &SyntaxNode) -> bool {
    matches!(node.kind(), SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST)
}

/// Whether a node introduces a type called `name` in some scope.
fn names(node: &SyntaxNode, name: &str) -> bool {
    let is_named = |own: Option<ast::Name>| own.is_some_and(|own| own.text() == name);
    match node.kind() {
        SyntaxKind::ENUM => is_named(ast::Enum::cast(node.clone()).and_then(|it| it.name())),
        SyntaxKind::STRUCT => is_named(ast::Struct::cast(node.clone()).and_then(|it| it.name())),
        SyntaxKind::UNION => is_named(ast::Union::cast(node.clone()).and_then(|it| it.name())),
        SyntaxKind::TRAIT => is_named(ast::Trait::cast(node.clone()).and_then(|it| it.name())),
        SyntaxKind::MODULE => is_named(ast::Module::cast(node.clone()).and_then(|it| it.name())),
        SyntaxKind::TYPE_ALIAS => {
            is_named(ast::TypeAlias::cast(node.clone()).and_then(|it| it.name()))
        }
        SyntaxKind::TYPE_PARAM => {
            is_named(ast::TypeParam::cast(node.clone()).and_then(|it| it.name()))
        }
        SyntaxKind::USE_TREE => {
            ast::UseTree::cast(node.clone()).is_some_and(|tree| imports(&tree, name))
        }
        _ => false,
    }
}

fn imports(tree: &ast::UseTree, name: &str) -> bool {
    if let Some(rename) = tree.rename() {
        return rename.name().is_some_and(|own| own.text() == name);
    }
    let segment = tree.path().and_then(|path| path.segment());
    let last = segment.and_then(|segment| segment.name_ref());
    let is_leaf = tree.use_tree_list().is_none() && tree.star_token().is_none();
    is_leaf && last.is_some_and(|last| last.text() == name)
}

/// The type that a single-segment qualifier refers to, with `Self` resolved.
fn type_name(qualifier: &ast::Path, node: &SyntaxNode) -> Option<String> {
    let segment = qualifier.as_single_segment()?;
    if let Some(name) = segment.name_ref()
        && name.text() != "Self"
    {
        return Some(name.text().to_string());
    }
    let block = node.ancestors().find_map(ast::Impl::cast)?;
    let ast::Type::PathType(own) = block.self_ty()? else {
        return None;
    };
    let name = own.path()?.as_single_segment()?.name_ref()?;
    Some(name.text().to_string())
}
