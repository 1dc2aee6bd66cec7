//! Lifetimes for the references of the new function. The alternatives are tried in order, the shortest first.

use ra_ap_syntax::{AstNode, ast};

use super::Selection;

/// How the lifetimes of references are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lifetime {
    Elided,
    /// One of the function's own, in the result.
    Own(String),
    /// Several of the function's own, used in turn in the result.
    OwnInTurn(Vec<String>),
    /// One of the function's own, also in the parameters' innermost references.
    OwnForInner(String),
    /// One of the function's own, also in the parameters.
    OwnForShared(String),
    /// A new one, for the innermost references.
    FreshForInner(String),
    /// A new one, for shared references.
    Fresh(String),
    /// A new one, for all references.
    FreshForAll(String),
    /// `'static`, in the result.
    Static,
}

/// Maximum number of pairs of lifetimes to try in turn.
const MOST_PAIRS: usize = 2;

/// Elision first, then lifetimes of the parameters or the `impl`, then a new one.
pub(super) fn lifetimes(selection: &Selection) -> Vec<Lifetime> {
    let around = selection.scope.function.syntax().ancestors();
    let lists = around.filter_map(|node| node.children().find_map(ast::GenericParamList::cast));
    let params = lists.flat_map(|list| {
        let params = list
            .syntax()
            .children()
            .filter_map(ast::LifetimeParam::cast);
        params.collect::<Vec<_>>()
    });
    let names: Vec<String> = params
        .filter_map(|param| Some(param.lifetime()?.syntax().text().to_string()))
        .collect();
    let mut fresh = ["'a", "'b", "'c", "'d"].into_iter();
    let fresh = fresh.find(|it| !names.iter().any(|name| name == it));
    let own = names.iter().cloned().map(Lifetime::Own);
    let mut all = vec![Lifetime::Elided];
    all.extend(own);
    let pairs = names.iter().flat_map(|first| {
        let others = names.iter().filter(move |it| *it != first);
        others.map(move |other| vec![first.clone(), other.clone()])
    });
    all.extend(pairs.take(MOST_PAIRS).map(Lifetime::OwnInTurn));
    all.extend(names.iter().cloned().map(Lifetime::OwnForInner));
    all.extend(names.iter().cloned().map(Lifetime::OwnForShared));
    if let Some(fresh) = fresh {
        all.push(Lifetime::FreshForInner(fresh.to_owned()));
        all.push(Lifetime::Fresh(fresh.to_owned()));
        all.push(Lifetime::FreshForAll(fresh.to_owned()));
    }
    all.push(Lifetime::Static);
    all
}

impl Lifetime {
    pub(super) fn fresh(&self) -> Option<&str> {
        match self {
            Self::FreshForInner(name) | Self::Fresh(name) | Self::FreshForAll(name) => Some(name),
            Self::Elided
            | Self::Own(_)
            | Self::OwnInTurn(_)
            | Self::OwnForInner(_)
            | Self::OwnForShared(_)
            | Self::Static => None,
        }
    }

    pub(super) fn of_parameter(&self, text: &str) -> String {
        match self {
            Self::FreshForInner(name) | Self::OwnForInner(name) => named_inside(text, name),
            Self::Fresh(name) | Self::OwnForShared(name) => named(text, name),
            Self::FreshForAll(name) => named_all(text, name),
            Self::Elided | Self::Own(_) | Self::OwnInTurn(_) | Self::Static => text.to_owned(),
        }
    }

    pub(super) fn of_result(&self, text: &str) -> String {
        match self {
            Self::Elided => text.to_owned(),
            Self::Fresh(name) | Self::FreshForInner(name) => named(text, name),
            Self::Own(name)
            | Self::OwnForInner(name)
            | Self::OwnForShared(name)
            | Self::FreshForAll(name) => named_all(text, name),
            Self::OwnInTurn(names) => named_in_turn(text, names),
            Self::Static => named_all(text, "'static"),
        }
    }
}

/// Names the lifetimes of shared references in a type.
fn named(text: &str, name: &str) -> String {
    let text = text.replace("'_", name);
    let mut parts = text.split('&');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let is_left = part.starts_with('\'') || part.starts_with("mut ");
        let name = if is_left {
            String::new()
        } else {
            format!("{name} ")
        };
        format!("{out}&{name}{part}")
    })
}

/// Names the lifetimes of shared references in a type in turn.
fn named_in_turn(text: &str, names: &[String]) -> String {
    let mut names = names.iter().cycle();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\'']) {
        let (before, behind) = (&rest[..at], &rest[at + 1..]);
        out.push_str(before);
        let name = names.next().map_or("'_", String::as_str);
        if rest[at..].starts_with("'_") {
            out.push_str(name);
            rest = &rest[at + 2..];
            continue;
        }
        let is_named = rest[at..].starts_with('\'') || behind.starts_with('\'');
        out.push_str(&rest[at..=at]);
        if !is_named {
            out.push_str(name);
            out.push(' ');
        }
        rest = behind;
    }
    out + rest
}

/// Names the lifetimes of shared references in a type, except for references to types that contain references.
fn named_inside(text: &str, name: &str) -> String {
    let text = text.replace("'_", name);
    let mut out = String::new();
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        let behind = &rest[at + 1..];
        let is_left = behind.starts_with('\'') || behind.starts_with("mut ");
        out.push_str(&rest[..=at]);
        if !is_left && !referent(behind).contains(['&', '\'']) {
            out.push_str(name);
            out.push(' ');
        }
        rest = behind;
    }
    out + rest
}

/// The referent of the reference at the start of a type.
fn referent(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, c)| match c {
        '<' | '(' | '[' => {
            depth += 1;
            false
        }
        '>' | ')' | ']' if depth > 0 => {
            depth -= 1;
            false
        }
        '>' | ')' | ']' => true,
        ',' => depth == 0,
        _ => false,
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// Names the lifetimes of all references in a type.
fn named_all(text: &str, name: &str) -> String {
    named(text, name).replace("&mut ", &format!("&{name} mut "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_gets_the_name() {
        for (text, expected) in [
            ("&str", "&'a str"),
            ("&mut Vec<&str>", "&mut Vec<&'a str>"),
            ("Cow<'_, str>", "Cow<'a, str>"),
            ("&'b [&T]", "&'b [&'a T]"),
            ("u8", "u8"),
        ] {
            assert_eq!(named(text, "'a"), expected);
        }
    }

    #[test]
    fn several_names_are_given_in_turn() {
        let names = ["'b".to_owned(), "'a".to_owned()];
        let in_turn = |text| named_in_turn(text, &names);
        assert_eq!(in_turn("(&str, Cow<'_, str>)"), "(&'b str, Cow<'a, str>)");
        assert_eq!(in_turn("u8"), "u8");
    }

    #[test]
    fn only_the_innermost_gets_the_name() {
        for (text, expected) in [
            ("&&str", "&&'a str"),
            ("(&[&str], &u8)", "(&[&'a str], &'a u8)"),
            ("&Wrapper<'_>", "&Wrapper<'a>"),
            ("&mut Vec<&str>", "&mut Vec<&'a str>"),
        ] {
            assert_eq!(named_inside(text, "'a"), expected);
        }
    }
}
