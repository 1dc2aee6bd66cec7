//! Fields that are passed separately, if their owner can't be borrowed or moved as a whole.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxToken, ast};

use super::{
    Known,
    bindings::Bindings,
    passing::{Way, is_taken_by_reference_too},
    selection::Capture,
    views::{means_same, view},
};
use crate::text::{Edit, TextRange};

/// A field of a variable that is only mentioned for its fields.
pub(super) struct Field {
    /// The owner: `self`, or a variable.
    pub(super) of: String,
    pub(super) name: String,
    pub(super) mentions: Vec<ast::FieldExpr>,
}

/// The fields of `self` and of captured variables, in order of mention. Owners with other uses are excluded, and so are
/// those with a field named like a visible variable.
pub(super) fn fields(
    receivers: &[SyntaxToken],
    captures: &[Capture],
    bindings: &Bindings,
) -> Vec<Field> {
    let of_self = fields_of("self", receivers);
    let of_others = captures
        .iter()
        .filter_map(|it| fields_of(&it.name, &it.mentions));
    let all: Vec<Vec<Field>> = of_self.into_iter().chain(of_others).collect();
    let names: Vec<String> = all.iter().flatten().map(|it| it.name.clone()).collect();
    let is_free = |field: &Field| {
        let is_hidden = |it: &ast::FieldExpr| {
            let at = it.syntax().text_range().start();
            bindings.meant(&field.name, at).is_some()
        };
        names.iter().filter(|it| **it == field.name).count() == 1
            && captures.iter().all(|it| it.name != field.name)
            && !field.name.starts_with(char::is_numeric)
            && !field.mentions.iter().any(is_hidden)
    };
    let all = all.into_iter().filter(|some| some.iter().all(is_free));
    all.flatten().collect()
}

fn fields_of(of: &str, mentions: &[SyntaxToken]) -> Option<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for mention in mentions {
        let path = mention.parent_ancestors().find_map(ast::PathExpr::cast)?;
        if path.syntax().text_range() != mention.text_range() {
            return None;
        }
        let around = ast::FieldExpr::cast(path.syntax().parent()?)?;
        let name = around.name_ref()?.text().to_string();
        match fields.iter_mut().find(|it| it.name == name) {
            Some(known) => known.mentions.push(around),
            None => fields.push(Field {
                of: of.to_owned(),
                name,
                mentions: vec![around],
            }),
        }
    }
    Some(fields)
}

impl Field {
    /// The field as an expression in the old function, which is also its subject for probes.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.of, self.name)
    }

    /// The ways to pass it, the most restrictive first, or `None` if its type is unknown.
    pub(super) fn ways(&self, known: &Known) -> Option<Vec<Way>> {
        let ty = known.types.get(&self.path())?;
        super::passing::nameable(&self.name, &ty.text).ok()?;
        if ty.is_copy {
            return Some(vec![
                Way::Value(ty.text.clone()),
                Way::Unique(ty.text.clone()),
            ]);
        }
        if known.moved.contains(&self.path()) {
            return Some(vec![
                Way::Value(ty.text.clone()),
                Way::MutValue(ty.text.clone()),
            ]);
        }
        let same = |it: &ast::FieldExpr| means_same(it.syntax(), ty.text.starts_with("Box<"));
        let view = view(&ty.text).filter(|_| self.mentions.iter().all(same));
        let shared = view.clone().map(Way::Shared).into_iter();
        let shared = shared.chain([Way::Shared(ty.text.clone())]);
        let unique = view.map(Way::Unique).into_iter();
        let unique = unique.chain([Way::Unique(ty.text.clone())]);
        // Which field is moved isn't always reported.
        let is_moved = known.moved.contains(&self.of);
        let owned = is_moved.then(|| Way::Value(ty.text.clone()));
        Some(shared.chain(unique).chain(owned).collect())
    }

    /// The edits of its mentions.
    pub(super) fn edits<'a>(&'a self, way: &'a Way) -> impl Iterator<Item = Edit> + 'a {
        let mentions = self.mentions.iter();
        mentions.map(|mention| way.edit_of_field(mention, &self.name))
    }
}

impl Field {
    /// Statements that would only bind a variable to itself, up to the next statement.
    pub(super) fn idle_statements<'a>(
        &'a self,
        way: &'a Way,
    ) -> impl Iterator<Item = TextRange> + 'a {
        self.mentions.iter().filter_map(|mention| {
            let edit = way.edit_of_field(mention, &self.name);
            let statement = mention.syntax().ancestors().find_map(ast::LetStmt::cast)?;
            let value = statement.initializer()?.syntax().text_range();
            let is_all = edit.delete == value && *edit.insert == *self.name;
            let Some(ast::Pat::IdentPat(pattern)) = statement.pat() else {
                return None;
            };
            let is_same = pattern.syntax().text() == self.name.as_str();
            let behind = statement.syntax().last_token()?.next_token()?;
            let is_plain = statement.ty().is_none() && behind.kind() == SyntaxKind::WHITESPACE;
            let range = statement.syntax().text_range().cover(behind.text_range());
            (is_all && is_same && is_plain).then_some(range)
        })
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
        let is_unique = matches!(self, Self::Unique(_));
        let last = node.last_token();
        if last.is_some_and(|it| is_taken_by_reference_too(&it, is_unique)) {
            return Edit::replace(whole, format!("(*{name})"));
        }
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
