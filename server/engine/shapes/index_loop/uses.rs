//! Uses of the list and the index in the loop's body.

use ra_ap_syntax::{
    AstNode, Direction, Edition, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    algo::skip_trivia_token, ast,
};

use super::Parts;
use crate::syntax::{
    FileNames, Hazard, Refusal,
    known::{Fact, is_known},
    scopes,
    types_shown::is_self_lent,
};

/// The indexed elements.
pub(super) struct Uses {
    pub(super) all: Vec<Use>,
    /// Whether the index is used in any other way.
    pub(super) counts: bool,
}

/// `list[index]`
pub(super) struct Use {
    pub(super) place: ast::IndexExpr,
    pub(super) way: Way,
    pub(super) effect: Effect,
}

pub(super) enum Way {
    Borrowed(ast::RefExpr),
    BorrowedMutably(ast::RefExpr),
    /// The receiver of this method.
    Called(String),
    /// A field or a part of it.
    Part,
    /// A read or write of the whole element.
    Whole,
    /// An expression in which a dereference would need parentheses.
    Other,
}

/// What happens to an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Stays,
    Changes,
    /// A method that may mutate the element is called.
    MayChange,
}

impl Uses {
    pub(super) fn of(parts: &Parts, edition: Edition) -> Result<Self, Refusal> {
        let mut uses = Self {
            all: Vec::new(),
            counts: false,
        };
        let tokens = parts.body.syntax().descendants_with_tokens();
        for token in tokens.filter_map(NodeOrToken::into_token) {
            match token.kind() {
                SyntaxKind::STRING if is_in_macro(&token) => {
                    for name in scopes::captures(token.text()) {
                        uses.counts |= name == parts.index;
                        if name == parts.list_name && !parts.is_field() {
                            return Err(in_macro());
                        }
                    }
                }
                SyntaxKind::IDENT if token.text() == parts.index => {
                    uses.see_index(&token, parts)?;
                }
                SyntaxKind::IDENT if !parts.is_field() && token.text() == parts.list_name => {
                    uses.see_list(&token, parts)?;
                }
                T![self] if parts.is_field() => uses.see_self(&token, parts, edition)?,
                _ => {}
            }
        }
        Ok(uses)
    }

    fn see_index(&mut self, token: &SyntaxToken, parts: &Parts) -> Result<(), Refusal> {
        if is_in_macro(token) {
            if is_between_brackets(token) {
                return Err(in_macro());
            }
            self.counts = true;
            return Ok(());
        }
        let Some(path) = variable(token)? else {
            return Ok(());
        };
        let around = path.syntax().parent().and_then(ast::IndexExpr::cast);
        let around =
            around.filter(|it| it.base().is_none_or(|base| base.syntax() != path.syntax()));
        match around {
            Some(around) if is_its(&around, parts) => Ok(()),
            Some(_) => Err(Refusal::because(
                Hazard::Evaluation,
                "The index is also used for another collection.",
            )),
            None => {
                self.counts = true;
                Ok(())
            }
        }
    }

    fn see_list(&mut self, token: &SyntaxToken, parts: &Parts) -> Result<(), Refusal> {
        if is_in_macro(token) {
            return Err(in_macro());
        }
        match variable(token)? {
            Some(path) => self.take(path.syntax(), parts),
            None => Ok(()),
        }
    }

    /// Checks an occurrence of `self`, if the list is a field of it.
    fn see_self(
        &mut self,
        token: &SyntaxToken,
        parts: &Parts,
        edition: Edition,
    ) -> Result<(), Refusal> {
        let is_lent = is_self_lent(&parts.list);
        if is_in_macro(token) {
            let next =
                |token: &SyntaxToken| skip_trivia_token(token.next_token()?, Direction::Next);
            let field = next(token).and_then(|dot| next(&dot));
            let is_list = field.is_some_and(|it| it.text() == parts.list_name);
            return if is_lent && !is_list {
                Ok(())
            } else {
                Err(in_macro())
            };
        }
        let path = token.parent_ancestors().find_map(ast::PathExpr::cast);
        let field = path
            .and_then(|it| it.syntax().parent())
            .and_then(ast::FieldExpr::cast);
        let name = field.as_ref().and_then(ast::FieldExpr::name_ref);
        let in_closure = || {
            let inside = token
                .parent_ancestors()
                .take_while(|it| it != parts.body.syntax());
            inside
                .into_iter()
                .any(|it| ast::ClosureExpr::can_cast(it.kind()))
        };
        match (field, name) {
            (Some(field), Some(name)) if name.text() == parts.list_name => {
                self.take(field.syntax(), parts)
            }
            _ if is_lent => Ok(()),
            (Some(_), Some(_)) if edition >= Edition::Edition2021 || !in_closure() => Ok(()),
            _ => Err(Refusal::because(
                Hazard::Borrows,
                "The loop uses all of `self` while the collection would be borrowed.",
            )),
        }
    }

    /// Checks an occurrence of the list, which may only be indexed.
    fn take(&mut self, list: &SyntaxNode, parts: &Parts) -> Result<(), Refusal> {
        let around = list.parent().and_then(ast::IndexExpr::cast);
        let Some(place) = around.filter(|it| is_its(it, parts)) else {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The loop uses more of the collection than the element at the index.",
            ));
        };
        let (way, effect) = way_and_effect(&place);
        self.all.push(Use { place, way, effect });
        Ok(())
    }
}

fn in_macro() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The collection is used in macro input, which the macro may interpret differently.",
    )
}

/// The variable that a name refers to, or `None` for a field or a method.
fn variable(token: &SyntaxToken) -> Result<Option<ast::PathExpr>, Refusal> {
    let parent = token
        .parent()
        .filter(|it| it.kind() == SyntaxKind::NAME_REF);
    let around = parent.and_then(|it| it.parent());
    let path = around.as_ref().and_then(|it| {
        let path = ast::PathSegment::cast(it.clone())?.syntax().parent()?;
        ast::PathExpr::cast(path.parent()?)
            .filter(|it| scopes::as_name(&it.clone().into()).is_some())
    });
    let of_others = [
        SyntaxKind::FIELD_EXPR,
        SyntaxKind::METHOD_CALL_EXPR,
        SyntaxKind::RECORD_EXPR_FIELD,
    ];
    match around {
        _ if path.is_some() => Ok(path),
        Some(around) if of_others.contains(&around.kind()) => Ok(None),
        _ => Err(Refusal::because(
            Hazard::Scope,
            "The loop shadows the collection or the index.",
        )),
    }
}

fn is_its(place: &ast::IndexExpr, parts: &Parts) -> bool {
    let is_list = place
        .base()
        .is_some_and(|base| base.syntax().text() == parts.list.syntax().text());
    let index = place.index().and_then(|it| scopes::as_name(&it));
    is_list && index.as_deref() == Some(&*parts.index)
}

fn is_in_macro(token: &SyntaxToken) -> bool {
    token
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE)
}

fn is_between_brackets(token: &SyntaxToken) -> bool {
    let before = token.prev_token().map(|it| it.kind());
    let after = token.next_token().map(|it| it.kind());
    before == Some(T!['[']) && after == Some(T![']'])
}

fn way_and_effect(place: &ast::IndexExpr) -> (Way, Effect) {
    let node = place.syntax();
    let Some(parent) = node.parent() else {
        return (Way::Other, Effect::Stays);
    };
    let effect = effect_on(node);
    let way = match parent.kind() {
        SyntaxKind::REF_EXPR => match ast::RefExpr::cast(parent) {
            Some(it) if it.raw_token().is_some() => Way::Other,
            Some(it) if it.mut_token().is_some() => Way::BorrowedMutably(it),
            Some(it) => Way::Borrowed(it),
            None => Way::Other,
        },
        SyntaxKind::FIELD_EXPR => Way::Part,
        SyntaxKind::INDEX_EXPR if is_first_child(node, &parent) => Way::Part,
        SyntaxKind::METHOD_CALL_EXPR => {
            let name = ast::MethodCallExpr::cast(parent).and_then(|it| it.name_ref());
            name.map_or(Way::Other, |name| Way::Called(name.text().to_string()))
        }
        SyntaxKind::TRY_EXPR
        | SyntaxKind::CALL_EXPR
        | SyntaxKind::AWAIT_EXPR
        | SyntaxKind::PAREN_EXPR
        | SyntaxKind::RANGE_EXPR => Way::Other,
        _ => Way::Whole,
    };
    (way, effect)
}

fn is_first_child(node: &SyntaxNode, parent: &SyntaxNode) -> bool {
    parent.first_child().as_ref() == Some(node)
}

/// The effect on the element that a place expression refers to, in whole or in part.
fn effect_on(place: &SyntaxNode) -> Effect {
    let Some(parent) = place.parent() else {
        return Effect::Stays;
    };
    match parent.kind() {
        SyntaxKind::FIELD_EXPR | SyntaxKind::PAREN_EXPR => effect_on(&parent),
        SyntaxKind::INDEX_EXPR if is_first_child(place, &parent) => effect_on(&parent),
        SyntaxKind::REF_EXPR => match ast::RefExpr::cast(parent) {
            Some(it) if it.mut_token().is_none() => Effect::Stays,
            _ => Effect::Changes,
        },
        SyntaxKind::BIN_EXPR => {
            let operation = ast::BinExpr::cast(parent.clone()).and_then(|it| it.op_kind());
            let assigns = matches!(operation, Some(ast::BinaryOp::Assignment { .. }));
            if assigns && is_first_child(place, &parent) {
                Effect::Changes
            } else {
                Effect::Stays
            }
        }
        SyntaxKind::METHOD_CALL_EXPR => {
            ast::MethodCallExpr::cast(parent).map_or(Effect::MayChange, |it| effect_of_call(&it))
        }
        SyntaxKind::LET_STMT if !parent.text().to_string().contains("ref ") => Effect::Stays,
        // Patterns may borrow mutably from the scrutinee.
        SyntaxKind::LET_STMT
        | SyntaxKind::MATCH_EXPR
        | SyntaxKind::LET_EXPR
        | SyntaxKind::FOR_EXPR => Effect::MayChange,
        _ => Effect::Stays,
    }
}

fn effect_of_call(call: &ast::MethodCallExpr) -> Effect {
    const CHANGES: [&str; 17] = [
        "append", "clear", "extend", "fill", "get_mut", "insert", "iter_mut", "pop", "push",
        "push_str", "remove", "resize", "retain", "reverse", "sort", "swap", "truncate",
    ];
    let name = call
        .name_ref()
        .map(|it| it.text().to_string())
        .unwrap_or_default();
    let is_own = FileNames::around(call).has_method(&name);
    if !is_own && CHANGES.contains(&&*name) {
        return Effect::Changes;
    }
    let is_copy = matches!(
        &*name,
        "abs"
            | "clone"
            | "cmp"
            | "eq"
            | "iter"
            | "powi"
            | "sqrt"
            | "to_owned"
            | "to_string"
            | "to_vec"
    );
    // On types from elsewhere, a `get` or a `first` may mutate.
    let asks = ["as_", "contains", "ends_with", "is_", "len", "starts_with"];
    let is_asked = is_known(call, Fact::Looks) && asks.iter().any(|it| name.starts_with(it));
    if is_asked || (!is_own && is_copy) {
        Effect::Stays
    } else {
        Effect::MayChange
    }
}
