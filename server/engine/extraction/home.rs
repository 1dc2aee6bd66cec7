//! The location of the new function, and how it is called there.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasGenericParams, HasName, HasTypeBounds},
};

use super::{
    Passing, Selection,
    signature::{mentions_self_type, words},
};
use crate::{syntax::layout, text::TextSize};

/// The location of the new function.
pub(super) struct Home {
    /// The offset that it is written after.
    pub(super) after: TextSize,
    /// The code that opens and closes around it.
    pub(super) around: Option<(String, String)>,
    pub(super) indent: String,
    /// The prefix of its name in a call.
    pub(super) call: &'static str,
    /// The type of `self`, if it becomes a regular parameter.
    pub(super) this: Option<String>,
    /// The name and bounds of a type parameter for the trait's implementor.
    pub(super) implementor: Option<(String, String)>,
    /// The items whose generics it has to repeat.
    pub(super) declaring: Vec<SyntaxNode>,
    /// The items whose `cfg` and lint attributes are repeated.
    pub(super) gated_by: Vec<SyntaxNode>,
}

/// The locations for a function, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Beside,
    /// In an inherent `impl` of the type.
    Inherent,
    /// Inside of the old function, next to an item in it.
    Within,
    /// Outside of any `impl`.
    Free,
    /// Outside of any `impl`, generic over the trait's implementor.
    FreeForTrait,
}

/// The possible locations of a selection's function.
pub(super) fn places(selection: &Selection) -> Vec<Place> {
    if selection.item.is_some() {
        return vec![Place::Within];
    }
    let Some(owner) = owner(selection) else {
        return vec![Place::Beside];
    };
    if selection.is_free {
        return vec![Place::Free];
    }
    let implementation = ast::Impl::cast(owner);
    let uses_self = uses_self_type(selection);
    match implementation {
        Some(it) if it.trait_().is_none() => vec![Place::Beside],
        Some(_) if selection.receivers.is_empty() && !uses_self => {
            vec![Place::Free, Place::Inherent]
        }
        Some(_) if uses_self => vec![Place::Inherent],
        Some(_) => vec![Place::Inherent, Place::Free],
        None if selection.receivers.is_empty() && !uses_self => {
            vec![Place::Free, Place::FreeForTrait]
        }
        None => vec![Place::FreeForTrait],
    }
}

pub(super) fn uses_self_type(selection: &Selection) -> bool {
    selection.statements.iter().any(mentions_self_type)
}

/// The `impl` or trait around the old function.
pub(super) fn owner(selection: &Selection) -> Option<SyntaxNode> {
    let list = selection.scope.function.syntax().parent()?;
    let is_of_type = list.kind() == SyntaxKind::ASSOC_ITEM_LIST;
    list.parent().filter(|_| is_of_type)
}

impl Home {
    pub(super) fn new(selection: &Selection, passing: &Passing, text: &str, newline: &str) -> Self {
        let place = passing.place();
        let has_receiver = passing.receiver.is_some();
        let function = selection.scope.function.syntax().clone();
        let owner = owner(selection).filter(|_| place != Place::Within);
        let indent_of = |node: &SyntaxNode| {
            let start = node.text_range().start();
            layout::indentation(text, start).to_owned()
        };
        let call = match (&owner, has_receiver) {
            (None, _) => "",
            (_, true) => "self.",
            (_, false) => "Self::",
        };
        let beside = Self {
            after: function.text_range().end(),
            around: None,
            indent: indent_of(&function),
            call,
            this: None,
            implementor: None,
            declaring: vec![function.clone()],
            gated_by: vec![function.clone()],
        };
        if let Some(item) = &selection.item {
            return Self {
                after: item.text_range().end(),
                indent: indent_of(item),
                around: Some((newline.to_owned(), blank_behind(text, item, newline))),
                gated_by: Vec::new(),
                ..beside
            };
        }
        let Some(owner) = owner.filter(|_| place != Place::Beside) else {
            return beside;
        };
        let implementation = ast::Impl::cast(owner.clone());
        let gated_by = vec![owner.clone(), function.clone()];
        if place == Place::FreeForTrait {
            let implementor = ast::Trait::cast(owner.clone()).and_then(|it| {
                let selected = &selection.scope.function;
                implementor(&it, selected)
            });
            return Self {
                after: owner.text_range().end(),
                indent: indent_of(&owner),
                call: "",
                this: implementor
                    .as_ref()
                    .filter(|_| has_receiver)
                    .map(|(name, _)| name.clone()),
                implementor,
                declaring: vec![owner, function],
                gated_by,
                ..beside
            };
        }
        if place == Place::Free {
            let of = implementation.and_then(|it| it.self_ty());
            let this = of.map(|it| it.syntax().text().to_string());
            return Self {
                after: owner.text_range().end(),
                indent: indent_of(&owner),
                call: "",
                this: this.filter(|_| has_receiver),
                declaring: vec![owner, function],
                gated_by,
                ..beside
            };
        }
        let known = implementation.as_ref().and_then(inherent_of_same);
        if let Some(last) = known {
            return Self {
                after: last.text_range().end(),
                indent: indent_of(&last),
                gated_by,
                ..beside
            };
        }
        let outer = indent_of(&owner);
        let head = implementation.map(|it| head(&it)).unwrap_or_default();
        Self {
            after: owner.text_range().end(),
            around: Some((
                format!("{newline}{newline}{outer}{head} {{"),
                format!("{newline}{outer}}}"),
            )),
            gated_by,
            ..beside
        }
    }
}

/// The blank line to add after a nested function.
fn blank_behind(text: &str, item: &SyntaxNode, newline: &str) -> String {
    let behind = &text[usize::from(item.text_range().end())..];
    let is_blank = behind.starts_with(&newline.repeat(2)) || behind.trim_start().starts_with('}');
    if is_blank {
        String::new()
    } else {
        newline.to_owned()
    }
}

/// A type parameter for a trait's implementor, with the bounds that the function needs.
fn implementor(owner: &ast::Trait, function: &ast::Fn) -> Option<(String, String)> {
    let text = owner.syntax().text().to_string();
    let is_taken = |name: &&str| words(&text).any(|it| it == **name);
    let name = ["T", "S", "V", "I"].into_iter().find(|it| !is_taken(it))?;
    let trait_name = owner.name()?.text().to_string();
    let params = owner.generic_param_list();
    let params = params
        .iter()
        .flat_map(ast::GenericParamList::generic_params);
    let arguments = params.filter_map(|param| match param {
        ast::GenericParam::LifetimeParam(it) => Some(it.lifetime()?.syntax().text().to_string()),
        ast::GenericParam::TypeParam(it) => Some(it.name()?.text().to_string()),
        ast::GenericParam::ConstParam(it) => Some(it.name()?.text().to_string()),
    });
    let arguments: Vec<String> = arguments.collect();
    let arguments = match &*arguments {
        [] => String::new(),
        some => format!("<{}>", some.join(", ")),
    };
    let clauses = [owner.where_clause(), function.where_clause()];
    let predicates = clauses.into_iter().flatten();
    let predicates = predicates.flat_map(|it| it.predicates().collect::<Vec<_>>());
    let of_self = predicates.filter(|it| it.ty().is_some_and(|it| it.syntax().text() == "Self"));
    let lists = of_self.filter_map(|it| it.type_bound_list());
    let more = lists.flat_map(|it| it.bounds().collect::<Vec<_>>());
    let more: Vec<String> = more.map(|it| it.syntax().text().to_string()).collect();
    let own = owner.type_bound_list();
    let mut own = own.iter().flat_map(ast::TypeBoundList::bounds);
    let is_sized = more.iter().any(|it| it == "Sized")
        || own.any(|it| matches!(&*it.syntax().text().to_string(), "Sized" | "Copy" | "Clone"));
    let mut bounds = vec![format!("{trait_name}{arguments}")];
    bounds.extend(more.into_iter().filter(|it| it != "Sized"));
    bounds.extend((!is_sized).then(|| "?Sized".to_owned()));
    Some((name.to_owned(), bounds.join(" + ")))
}

/// The last function of an inherent `impl` of the same type, in the same module.
fn inherent_of_same(implementation: &ast::Impl) -> Option<SyntaxNode> {
    let head_of = head(implementation);
    let siblings = implementation.syntax().parent()?.children();
    let mut same = siblings
        .filter_map(ast::Impl::cast)
        .filter(|it| it.trait_().is_none() && head(it) == head_of);
    let items = same.find_map(|it| it.assoc_item_list()?.syntax().children().last());
    items.filter(|it| it.kind() == SyntaxKind::FN)
}

/// `impl<T: Bound> Type<T> where …`, without the trait.
pub(super) fn head(implementation: &ast::Impl) -> String {
    let part = |node: Option<SyntaxNode>| node.map(|it| it.text().to_string());
    let generics = implementation.generic_param_list();
    let generics = part(generics.map(|it| it.syntax().clone())).unwrap_or_default();
    let of = part(implementation.self_ty().map(|it| it.syntax().clone())).unwrap_or_default();
    let bounds = part(implementation.where_clause().map(|it| it.syntax().clone()));
    let bounds = bounds.map_or_else(String::new, |it| format!(" {it}"));
    format!("impl{generics} {of}{bounds}")
}
