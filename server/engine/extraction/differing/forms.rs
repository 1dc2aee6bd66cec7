//! The values that may differ at a position, judging by syntax: those that can become a parameter.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::functions;
use crate::syntax::{Constant, FileNames};

/// The kind of a value, judging by syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extraction) enum Form {
    Literal,
    /// A constant, a static, a variant or a unit struct.
    Path,
    /// A local variable.
    Local,
    /// A field of a variable or of `self`.
    Field,
    /// A function in the file, as a callee.
    Function,
}

impl Form {
    /// Whether it refers to something that may change.
    pub(in crate::extraction) fn is_place(self) -> bool {
        matches!(self, Self::Local | Self::Field)
    }
}

/// The form of a node, if it is an expression without side effects that can become a parameter.
pub(super) fn form(node: &SyntaxNode) -> Option<Form> {
    let expr = ast::Expr::cast(node.clone())?;
    if is_called(node) {
        return functions::may_be_given(node).then_some(Form::Function);
    }
    if must_be_constant(node) || is_label(node) {
        return None;
    }
    match expr {
        ast::Expr::Literal(_) => Some(Form::Literal),
        ast::Expr::PrefixExpr(it) => {
            let is_negative = it.op_kind() == Some(ast::UnaryOp::Neg);
            let is_literal = matches!(it.expr(), Some(ast::Expr::Literal(_)));
            (is_negative && is_literal).then_some(Form::Literal)
        }
        ast::Expr::PathExpr(it) => form_of_path(&it),
        ast::Expr::FieldExpr(it) => is_field(&it).then_some(Form::Field),
        _ => None,
    }
}

fn form_of_path(expr: &ast::PathExpr) -> Option<Form> {
    let path = expr.path()?;
    let has_arguments = path
        .syntax()
        .descendants()
        .any(|it| it.kind() == SyntaxKind::GENERIC_ARG_LIST);
    let name = path.segment()?.name_ref()?;
    let is_capital = name.text().starts_with(char::is_uppercase);
    match path.qualifier() {
        _ if has_arguments || name.self_token().is_some() => None,
        _ if is_capital => is_constant(&path).then_some(Form::Path),
        None => Some(Form::Local),
        Some(_) => None,
    }
}

/// Whether a path refers to a constant, a variant or a unit struct, and not to a mutable `static`. Items in other files are
/// judged by their name. Whether they are `Copy`, and so immutable, is checked by rustc.
fn is_constant(path: &ast::Path) -> bool {
    let name = |path: &ast::Path| Some(path.segment()?.name_ref()?.text().to_string());
    let Some(own) = name(path) else {
        return false;
    };
    let declared = FileNames::around_node(path.syntax());
    let is_type =
        |name: &str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    let is_of_type = path.qualifier().and_then(|owner| name(&owner));
    if is_of_type.is_some_and(|owner| is_type(&owner)) {
        return true;
    }
    if is_type(&own) {
        return path.qualifier().is_some() || declared.constants(&own).is_empty();
    }
    is_declared_constant(&own, &declared) || is_constant_elsewhere(&own, path.syntax(), &declared)
}

pub(super) fn is_declared_constant(name: &str, declared: &FileNames) -> bool {
    let all = declared.constants(name);
    !all.is_empty() && all.iter().all(|it| matches!(it, Constant::Const(_)))
}

/// Whether a name is in uppercase, isn't declared in the file, and isn't in an `unsafe` context that could read a `static mut`.
pub(super) fn is_constant_elsewhere(name: &str, node: &SyntaxNode, declared: &FileNames) -> bool {
    let is_shouted = name.len() > 1
        && !name.contains(char::is_lowercase)
        && name.starts_with(char::is_uppercase);
    let around = || node.ancestors();
    let is_unsafe = |it: SyntaxNode| match ast::Fn::cast(it.clone()) {
        Some(function) => function.unsafe_token().is_some(),
        None => ast::BlockExpr::cast(it).is_some_and(|it| it.unsafe_token().is_some()),
    };
    let variables = || {
        let function = around().filter_map(ast::Fn::cast).last();
        let inside = function
            .into_iter()
            .flat_map(|it| it.syntax().descendants());
        let patterns = inside.filter_map(ast::IdentPat::cast);
        patterns.filter_map(|it| it.name())
    };
    is_shouted
        && declared.constants(name).is_empty()
        && !around().any(is_unsafe)
        && !variables().any(|it| it.text() == name)
}

/// Whether it is a possibly nested field of a variable or of `self`.
fn is_field(expr: &ast::FieldExpr) -> bool {
    match expr.expr() {
        Some(ast::Expr::FieldExpr(inner)) => is_field(&inner),
        Some(ast::Expr::PathExpr(inner)) => {
            let name = inner.path().and_then(|it| it.as_single_name_ref());
            name.is_some_and(|it| !it.text().starts_with(char::is_uppercase))
        }
        _ => false,
    }
}

/// The variable at the start of a value.
pub(super) fn root(node: &SyntaxNode) -> Option<String> {
    let first = node.first_token()?;
    (first.kind() == SyntaxKind::IDENT).then(|| first.text().to_owned())
}

/// Whether a node is a field shorthand.
fn is_label(node: &SyntaxNode) -> bool {
    let field = node.parent().and_then(ast::RecordExprField::cast);
    field.is_some_and(|it| it.colon_token().is_none())
}

/// Whether a node is a callee.
fn is_called(node: &SyntaxNode) -> bool {
    let call = node.parent().and_then(ast::CallExpr::cast);
    let callee = call.and_then(|it| it.expr());
    callee.is_some_and(|it| it.syntax() == node)
}

/// Whether the language requires a constant or a pattern here.
fn must_be_constant(node: &SyntaxNode) -> bool {
    let mut around = node.ancestors().skip(1);
    let list = node.parent().and_then(ast::ArrayExpr::cast);
    let is_length = list.is_some_and(|it| {
        let has_length = it.semicolon_token().is_some();
        has_length && it.syntax().children().last().as_ref() == Some(node)
    });
    is_length
        || around.any(|it| {
            ast::Pat::can_cast(it.kind())
                || ast::Type::can_cast(it.kind())
                || matches!(
                    it.kind(),
                    SyntaxKind::CONST_ARG | SyntaxKind::GENERIC_ARG_LIST | SyntaxKind::ATTR
                )
                || ast::BlockExpr::cast(it).is_some_and(|it| it.const_token().is_some())
        })
}
