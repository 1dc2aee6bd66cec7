//! Fields of `self` that the function takes by themselves, where the whole can't be borrowed beside them.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasName},
};

use super::{Known, Selection, passing::Way, selection::receivers};
use crate::text::{Edit, TextRange};

/// A field of `self` in a selection that mentions `self` for its fields alone.
pub(super) struct Field {
    pub(super) name: String,
    mentions: Vec<ast::FieldExpr>,
}

/// The fields, in the order in which they are mentioned; nothing if `self` is mentioned for anything else, or a variable has
/// the name of one.
pub(super) fn fields(function: &ast::Fn, selected: TextRange) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for receiver in receivers(function, selected) {
        let path = receiver.parent_ancestors().find_map(ast::PathExpr::cast)?;
        let around = ast::FieldExpr::cast(path.syntax().parent()?)?;
        let name = around.name_ref()?.text().to_string();
        match fields.iter_mut().find(|it| it.name == name) {
            Some(known) => known.mentions.push(around),
            None => fields.push(Field {
                name,
                mentions: vec![around],
            }),
        }
    }
    let patterns = function.syntax().descendants();
    let patterns = patterns.filter_map(ast::IdentPat::cast);
    let mut names = patterns.filter_map(|it| Some(it.name()?.text().to_string()));
    let is_taken = names.any(|name| fields.iter().any(|it| it.name == name));
    let is_numbered = fields
        .iter()
        .any(|it| it.name.starts_with(char::is_numeric));
    (!is_taken && !is_numbered && !fields.is_empty()).then_some(fields)
}

impl Field {
    /// As an expression of the old function, and what an answer about it is about.
    pub(super) fn path(&self) -> String {
        format!("self.{}", self.name)
    }

    /// How it may be passed, the tightest way first; nothing if its type isn't known.
    pub(super) fn ways(&self, known: &Known) -> Option<Vec<Way>> {
        let ty = known.types.get(&self.path())?;
        super::passing::nameable(&self.name, &ty.text).ok()?;
        let first = if ty.is_copy {
            Way::Value(ty.text.clone())
        } else {
            Way::Shared(ty.text.clone())
        };
        Some(vec![first, Way::Unique(ty.text.clone())])
    }

    /// What its mentions become.
    pub(super) fn edits<'a>(&'a self, way: &'a Way) -> impl Iterator<Item = Edit> + 'a {
        let mentions = self.mentions.iter();
        mentions.map(|mention| way.edit_of_field(mention, &self.name))
    }
}

impl Way {
    fn edit_of_field(&self, mention: &ast::FieldExpr, name: &str) -> Edit {
        let node = mention.syntax();
        let whole = node.text_range();
        let is_reference = matches!(self, Self::Shared(_) | Self::Unique(_));
        let Some(around) = node.parent().filter(|_| is_reference) else {
            return Edit::replace(whole, name);
        };
        let is_first = around.first_child().as_ref() == Some(node);
        match around.kind() {
            SyntaxKind::FIELD_EXPR | SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::INDEX_EXPR
                if is_first =>
            {
                Edit::replace(whole, name)
            }
            SyntaxKind::REF_EXPR => {
                let taken = ast::RefExpr::cast(around.clone());
                let is_mut = taken.is_some_and(|it| it.mut_token().is_some());
                if is_mut == matches!(self, Self::Unique(_)) {
                    return Edit::replace(around.text_range(), name);
                }
                Edit::replace(whole, format!("*{name}"))
            }
            _ => Edit::replace(whole, format!("*{name}")),
        }
    }
}

impl Selection {
    /// The fields of `self` that the compiler is asked about.
    pub(super) fn fields(&self) -> &[Field] {
        self.fields.as_deref().unwrap_or_default()
    }
}
