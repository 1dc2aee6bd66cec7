//! The ways to pass a variable, a field and `self`, the most restrictive first, and the code for each.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxToken, ast};

use super::mentions::{
    is_taken_by_reference_too, is_wanted_behind_reference, means_same_behind, without_star,
};
use crate::{
    extraction::{
        Known, NotExtracted, Selection, closures,
        fields::Field,
        selection::Capture,
        views::{means_same, view},
    },
    text::{Edit, TextRange},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extraction) struct Ways {
    pub(in crate::extraction) name: String,
    pub(super) ways: Vec<Way>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extraction) struct Receivers(pub(super) Vec<String>);

/// How a variable is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extraction) enum Way {
    /// Unchanged: copied, moved or reborrowed.
    Value(String),
    /// Like `Value`, as a `mut` parameter.
    MutValue(String),
    /// `&x`, with the type of the referent.
    Shared(String),
    /// A shared reborrow of a variable that is a `&mut` already.
    Reborrowed(String),
    /// `&mut x`, with the type of the referent.
    Unique(String),
    /// The referent of a shared reference, with the prefix of the name in a call.
    Behind(String, &'static str),
}

impl Ways {
    pub(in crate::extraction) fn tightest(&self) -> &Way {
        &self.ways[0]
    }
}

impl Receivers {
    pub(in crate::extraction) fn tightest(&self) -> &str {
        &self.0[0]
    }
}

/// The type of a string literal.
const LASTING: &str = "&'static str";

pub(super) fn ways(
    capture: &Capture,
    known: &Known,
    may_be_moved: bool,
) -> Result<Vec<Way>, NotExtracted> {
    let name = &capture.name;
    let known_type = known.types.get(name);
    let written = capture.written.clone();
    if let Some(described) = closures::described(capture, known) {
        let shared = Way::Shared(format!("impl Fn{described}"));
        let unique = Way::Unique(format!("impl FnMut{described}"));
        let is_mut = capture.mut_word.is_some();
        let unique = is_mut.then_some(unique);
        return Ok(std::iter::once(shared).chain(unique).collect());
    }
    let text = written.or_else(|| known_type.map(|it| it.text.clone()));
    let Some(text) = text else {
        return Err(NotExtracted(
            format!("The type of `{name}` is unknown.").into(),
        ));
    };
    if capture.written.is_none() {
        givable(name, &text)?;
    }
    let value = Way::Value(text.clone());
    let is_copy = known_type.is_some_and(|it| it.is_copy);
    // A type alias hides that the reference can be reborrowed.
    let is_unique = known_type.is_some_and(|it| it.text.starts_with("&mut "));
    if is_unique && !text.starts_with('&') {
        return Ok(vec![value]);
    }
    if let Some(inner) = behind_named(&text).filter(|_| !is_copy) {
        let tight = Way::Reborrowed(inner.to_owned());
        let is_moved = known.moved.contains(name);
        return Ok((!is_moved)
            .then_some(tight)
            .into_iter()
            .chain([value])
            .collect());
    }
    if let Some(inner) = text.strip_prefix("&mut ").filter(|_| !is_copy) {
        let view = capture.view(inner);
        let mut ways = Vec::new();
        if !known.moved.contains(name) {
            ways.extend(view.clone().map(Way::Reborrowed));
            ways.push(Way::Reborrowed(inner.to_owned()));
        }
        ways.extend(view.map(|view| Way::Value(format!("&mut {view}"))));
        ways.push(value);
        return Ok(ways);
    }
    if is_copy {
        if capture.mut_word.is_some() {
            let loose = if capture.is_used_after {
                Way::Unique(text)
            } else {
                Way::MutValue(text)
            };
            return Ok(vec![value, loose]);
        }
        let view = value.owner_behind().and_then(|owner| capture.view(owner));
        let view = view.map(|view| Way::Value(format!("&{view}")));
        let tight = view.or_else(|| value.behind(capture));
        let lasting = (capture.is_text && text == "&str").then_some(Way::Value(LASTING.to_owned()));
        return Ok(tight.into_iter().chain([value]).chain(lasting).collect());
    }
    if known.moved.contains(name) {
        let loose = Way::MutValue(text);
        return Ok(if capture.mut_word.is_some() {
            vec![value, loose]
        } else {
            vec![value]
        });
    }
    let mut ways = referring(capture, text.clone(), known.behind(name).is_some());
    if may_be_moved && !capture.is_used_after {
        // A variable that is moved on an early exit isn't used after the selection.
        let is_mut = capture.mut_word.is_some();
        ways.push(Way::Value(text.clone()));
        ways.extend(is_mut.then_some(Way::MutValue(text)));
    }
    if ways.is_empty() {
        return Err(NotExtracted(
            format!("`{name}` would have to be passed as a reference to a `Box`.").into(),
        ));
    }
    Ok(ways)
}

/// The ways to pass fields, if all fields of the same owner are known.
pub(super) fn fields(selection: &Selection, known: &Known) -> Vec<(String, Ways)> {
    let ways = |field: &Field| {
        let ways = Ways {
            name: field.name.clone(),
            ways: field.ways(known)?,
        };
        Some((field.of.clone(), ways))
    };
    let all = selection.fields.iter();
    let is_known = |of: &str| {
        let mut same = selection.fields.iter().filter(|it| it.of == of);
        same.all(|it| ways(it).is_some())
    };
    all.filter(|it| is_known(&it.of)).filter_map(ways).collect()
}

/// The referent of a `&'a mut`.
fn behind_named(text: &str) -> Option<&str> {
    let (_, behind) = text.strip_prefix("&'")?.split_once(' ')?;
    behind.strip_prefix("mut ")
}

/// The ways to pass a variable that apparently is neither `Copy` nor moved.
fn referring(capture: &Capture, owner: String, is_hidden: bool) -> Vec<Way> {
    let view = capture.view(&owner);
    let mut ways: Vec<Way> = view.clone().map(Way::Shared).into_iter().collect();
    if !owner.starts_with("Box<") {
        ways.push(Way::Shared(owner.clone()));
    }
    if is_hidden {
        // A use after the selection doesn't show whether it was moved.
        ways.push(Way::Value(owner));
    } else if capture.mut_word.is_some() {
        ways.extend(view.map(Way::Unique));
        ways.push(Way::Unique(owner));
    }
    ways
}

impl Capture {
    /// The borrowed view of an owner, if every mention of the variable allows it.
    fn view(&self, owner: &str) -> Option<String> {
        let is_box = owner.starts_with("Box<");
        let paths = self.mentions.iter();
        let mut paths = paths.filter_map(|it| it.parent_ancestors().find_map(ast::PathExpr::cast));
        view(owner).filter(|_| paths.all(|it| means_same(it.syntax(), is_box)))
    }
}

/// Checks that a type has a name, or only has to be described.
pub(in crate::extraction) fn givable(name: &str, text: &str) -> Result<(), NotExtracted> {
    nameable(name, text.strip_prefix("impl ").unwrap_or(text))
}

pub(in crate::extraction) fn nameable(name: &str, text: &str) -> Result<(), NotExtracted> {
    let signs = ["{", "impl ", "_>::"];
    let is_hole = text
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'')
        .any(|it| it == "_");
    if is_hole || signs.iter().any(|sign| text.contains(sign)) {
        let is_closure = text.contains("{closure");
        let text = if is_closure { "a closure" } else { text };
        let why = format!("The type of `{name}` can't be written: {text}.");
        return Err(NotExtracted(why.into()));
    }
    Ok(())
}

pub(super) fn receivers(selection: &Selection, known: &Known) -> Option<Receivers> {
    if selection.receivers.is_empty() {
        return None;
    }
    let list = selection
        .scope
        .function
        .param_list()
        .and_then(|list| list.self_param());
    let written = list
        .map(|it| it.syntax().text().to_string())
        .unwrap_or_default();
    let ways: &[&str] = match written.as_str() {
        "&self" => &["&self"],
        "self" if known.moved.iter().any(|it| it == "self") => &["self"],
        "mut self" if known.moved.iter().any(|it| it == "self") => &["self", "mut self"],
        "&mut self" | "mut self" => &["&self", "&mut self"],
        "self" => &["&self", "self"],
        other => &[other],
    };
    let ways = ways.iter().map(|&way| way.to_owned()).collect();
    Some(Receivers(ways))
}

impl Way {
    pub(super) fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Value(text)
            | Self::MutValue(text)
            | Self::Shared(text)
            | Self::Reborrowed(text)
            | Self::Unique(text)
            | Self::Behind(text, _) => text,
        }
    }

    /// The parameter's type, and the prefix of its name.
    pub(in crate::extraction) fn parameter(&self, name: &str) -> String {
        match self {
            Self::Value(text) | Self::Behind(text, _) => format!("{name}: {text}"),
            Self::MutValue(text) => format!("mut {name}: {text}"),
            Self::Shared(text) | Self::Reborrowed(text) => format!("{name}: &{text}"),
            Self::Unique(text) => format!("{name}: &mut {text}"),
        }
    }

    /// The referent of a shared reference, if functions should take it directly: a number, or another reference.
    pub(super) fn behind(&self, capture: &Capture) -> Option<Self> {
        const PLAIN: [&str; 16] = [
            "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
            "u32", "u64", "u128", "usize",
        ];
        let text = self.owner_behind()?;
        let is_reference = text.starts_with('&') && !text.starts_with("&mut");
        if !PLAIN.contains(&text) && !is_reference {
            return None;
        }
        let sign = if is_reference { "" } else { "*" };
        let mut mentions = capture.mentions.iter();
        let is_same = mentions.all(|it| means_same_behind(it, sign));
        is_same.then(|| Self::Behind(text.to_owned(), sign))
    }

    /// The referent of a shared reference.
    pub(super) fn owner_behind(&self) -> Option<&str> {
        match self {
            Self::Value(text) => text.strip_prefix('&'),
            _ => None,
        }
    }

    /// The type of a parameter that the function owns.
    pub(in crate::extraction) fn owned(&self) -> Option<&str> {
        match self {
            Self::Value(text) | Self::MutValue(text) if !text.starts_with('&') => Some(text),
            _ => None,
        }
    }

    /// Whether a copy or a moved value is passed.
    pub(in crate::extraction) fn is_value(&self) -> bool {
        matches!(self, Self::Value(_) | Self::MutValue(_))
    }

    /// Whether the argument is passed unchanged.
    pub(in crate::extraction) fn is_kept(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// Whether the referent is passed instead of a reference.
    pub(in crate::extraction) fn is_behind(&self) -> bool {
        matches!(self, Self::Behind(..))
    }

    pub(in crate::extraction) fn argument(&self, name: &str) -> String {
        match self {
            Self::Value(_) | Self::MutValue(_) | Self::Reborrowed(_) => name.to_owned(),
            Self::Shared(_) => format!("&{name}"),
            Self::Unique(_) => format!("&mut {name}"),
            Self::Behind(_, sign) => format!("{sign}{name}"),
        }
    }

    /// The edit of a mention of the variable.
    pub(in crate::extraction) fn edit(&self, mention: &SyntaxToken) -> Option<Edit> {
        if matches!(self, Self::Behind(..)) {
            return without_star(mention);
        }
        if !matches!(self, Self::Shared(_) | Self::Unique(_))
            || mention.kind() == SyntaxKind::STRING
        {
            return None;
        }
        let at = mention.text_range();
        let name = mention.text();
        let star = Some(Edit::insert(at.start(), "*"));
        let is_unique = matches!(self, Self::Unique(_));
        if is_taken_by_reference_too(mention, is_unique) {
            return Some(Edit::replace(at, format!("(*{name})")));
        }
        let parent = mention.parent()?;
        if parent.kind() == SyntaxKind::TOKEN_TREE {
            return is_wanted_behind_reference(mention)
                .then_some(star)
                .flatten();
        }
        let path = mention.parent_ancestors().find_map(ast::PathExpr::cast)?;
        let around = path.syntax().parent()?;
        match around.kind() {
            SyntaxKind::FIELD_EXPR
            | SyntaxKind::CALL_EXPR
            | SyntaxKind::METHOD_CALL_EXPR
            | SyntaxKind::INDEX_EXPR
                if around.first_child().as_ref() == Some(path.syntax()) =>
            {
                None
            }
            SyntaxKind::RECORD_EXPR_FIELD if around.first_token().as_ref() == Some(mention) => {
                Some(Edit::replace(at, format!("{name}: *{name}")))
            }
            SyntaxKind::REF_EXPR => {
                let taken = ast::RefExpr::cast(around.clone())?;
                let is_same = taken.mut_token().is_some() == matches!(self, Self::Unique(_));
                if is_same {
                    let whole = TextRange::new(around.text_range().start(), at.end());
                    return Some(Edit::replace(whole, name));
                }
                star
            }
            _ => star,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_without_a_name_are_told() {
        for text in [
            "{closure@a.rs:1:2}",
            "Vec<_>",
            "impl Iterator<Item = u8>",
            "fn(u8) {f}",
        ] {
            assert!(nameable("x", text).is_err(), "{text}");
        }
        for text in ["Cow<'_, str>", "fn(u8) -> u8", "Vec<a_b>", "(u8, [u8; 2])"] {
            assert!(nameable("x", text).is_ok(), "{text}");
        }
    }
}
