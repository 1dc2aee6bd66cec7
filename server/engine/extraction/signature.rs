//! The parts of the old signature that a new function needs: generics, bounds and the kind of result.

use std::ops::Range;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName, HasTypeBounds},
};

use super::{NotExtracted, Passing, Selection, selection::tokens};

/// The generics that some code needs, as declared, and the bounds in the `where` clause.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Generics {
    pub(super) declared: Vec<String>,
    pub(super) bounds: Vec<String>,
    /// The generics that a call may have to specify.
    pub(super) names: Vec<String>,
    /// The explicit arguments, if the parameters don't determine all generics.
    pub(super) arguments: Option<Vec<String>>,
}

impl Generics {
    /// Returns the generics of these items that `types` and `body` mention.
    pub(super) fn needed(items: &[SyntaxNode], types: &str, body: &str) -> Self {
        let declared = Declared::of(items);
        let kept = declared.kept(types, body);
        let names: Vec<&str> = kept.iter().map(|it| it.name.as_str()).collect();
        let is_told = |name: &&str| name.starts_with('\'') || words(types).any(|it| it == **name);
        let are_told = names.iter().all(is_told);
        let stated = names.iter().filter(|it| !it.starts_with('\''));
        let stated: Vec<String> = stated.map(|&it| it.to_owned()).collect();
        let is_known = |word: &str| {
            let is_param = declared.params.iter().any(|it| it.name == word);
            !is_param || names.contains(&word)
        };
        let bounds = declared.bounds.iter().filter(|bound| {
            let first = words(bound).next().unwrap_or_default();
            names.contains(&&*first) && words(bound).all(|word| is_known(&word))
        });
        Self {
            arguments: (!are_told).then(|| stated.clone()),
            names: stated,
            declared: kept.iter().map(|it| it.text.clone()).collect(),
            bounds: bounds.cloned().collect(),
        }
    }
}

/// The generics and `where` clauses of a function.
struct Declared {
    params: Vec<Parameter>,
    bounds: Vec<String>,
}

struct Parameter {
    name: String,
    text: String,
}

impl Declared {
    fn of(items: &[SyntaxNode]) -> Self {
        let parts = || items.iter().flat_map(SyntaxNode::children);
        let lists = parts().filter_map(ast::GenericParamList::cast);
        let params = lists.flat_map(|list| list.generic_params().collect::<Vec<_>>());
        let params = params.filter_map(|param| {
            let text = param.syntax().text().to_string();
            let name = match &param {
                ast::GenericParam::LifetimeParam(it) => it.lifetime()?.syntax().text().to_string(),
                _ => words(&text).find(|it| it != "const")?,
            };
            Some(Parameter { name, text })
        });
        let clauses = parts().filter_map(ast::WhereClause::cast);
        let bounds = clauses.flat_map(|clause| clause.predicates().collect::<Vec<_>>());
        let bounds = bounds.filter(|it| it.type_bound_list().is_some());
        Self {
            params: params.collect(),
            bounds: bounds.map(|it| it.syntax().text().to_string()).collect(),
        }
    }

    /// The parameters that code mentions, and those in their bounds.
    fn kept(&self, types: &str, body: &str) -> Vec<&Parameter> {
        let mentioned: Vec<String> = words(types).chain(words(body)).collect();
        let mut kept: Vec<bool> = self
            .params
            .iter()
            .map(|it| mentioned.contains(&it.name))
            .collect();
        for _ in 0..self.params.len() {
            let meant: Vec<&Parameter> = filtered(&self.params, &kept);
            let words: Vec<String> = meant.iter().flat_map(|it| self.bounding(it)).collect();
            for (is_kept, param) in kept.iter_mut().zip(&self.params) {
                *is_kept |= words.contains(&param.name);
            }
        }
        filtered(&self.params, &kept)
    }

    /// The words in the bounds of a parameter.
    fn bounding(&self, param: &Parameter) -> Vec<String> {
        let own = self
            .bounds
            .iter()
            .filter(|it| words(it).next().as_ref() == Some(&param.name));
        let all = own.chain([&param.text]);
        all.flat_map(|it| words(it)).collect()
    }
}

fn filtered<'a>(params: &'a [Parameter], kept: &[bool]) -> Vec<&'a Parameter> {
    let both = params.iter().zip(kept);
    both.filter(|(_, is_kept)| **is_kept)
        .map(|(param, _)| param)
        .collect()
}

/// The names and lifetimes in some code.
pub(super) fn words(code: &str) -> impl Iterator<Item = String> {
    let parts = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'');
    parts.filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Replaces the value type of a result type.
pub(super) fn tried(result: Option<String>, value: &str) -> Result<String, NotExtracted> {
    const WHY: NotExtracted = NotExtracted::new(
        "The selection contains `?`, and the return type of the function isn't a known `Result` or `Option`.",
    );
    let mut text = result.ok_or(WHY)?;
    if let Some(first) = first_argument_of(&text) {
        text.replace_range(first, value);
        return Ok(text);
    }
    // An alias for a whole result type, mostly with the value `()`.
    match value {
        "()" => Ok(text),
        _ if text.ends_with("fmt::Result") => Ok(format!(
            "::core::result::Result<{value}, ::core::fmt::Error>"
        )),
        _ => Err(WHY),
    }
}

/// Resolves associated types such as `Self::Error` in a type, if the enclosing trait `impl` defines them.
pub(super) fn with_own_types(function: &ast::Fn, text: String) -> String {
    let around = function
        .syntax()
        .ancestors()
        .skip(1)
        .find_map(ast::Impl::cast);
    let list = around
        .filter(|it| it.trait_().is_some())
        .and_then(|it| it.assoc_item_list());
    let items = list.into_iter().flat_map(|list| list.assoc_items());
    items.fold(text, |text, item| {
        let ast::AssocItem::TypeAlias(alias) = item else {
            return text;
        };
        let (Some(name), Some(meant)) = (alias.name(), alias.ty()) else {
            return text;
        };
        let meant = meant.syntax().text().to_string();
        super::qualified_as(&text, &format!("Self::{}", name.text()), &meant)
    })
}

/// The value type of a result type.
pub(super) fn first_argument(result: &str) -> Option<&str> {
    result.get(first_argument_of(result)?)
}

/// The range of the first generic argument in a type.
fn first_argument_of(text: &str) -> Option<Range<usize>> {
    let start = text.find('<')? + 1;
    // A type that starts with punctuation isn't a path with arguments.
    text.starts_with(char::is_alphabetic).then_some(())?;
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text[start..].char_indices() {
        let is_end = depth == 0 && (c == ',' || (c == '>' && before != '-'));
        if is_end {
            return Some(start..start + at);
        }
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        before = c;
    }
    None
}

/// The `const`, `async` and `unsafe` keywords that the new function needs.
pub(super) fn qualifiers(selection: &Selection, passing: &Passing) -> String {
    let scope = &selection.scope;
    let mut words = String::new();
    if scope.inner.is_none() && scope.function.const_token().is_some() {
        words.push_str("const ");
    }
    if selection.exits.awaits {
        words.push_str("async ");
    }
    if passing.is_unsafe {
        words.push_str("unsafe ");
    }
    words
}

/// Whether a node mentions `Self`.
pub(super) fn mentions_self_type(node: &SyntaxNode) -> bool {
    tokens(node).any(|token| token.kind() == SyntaxKind::SELF_TYPE_KW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_argument_is_what_a_result_is_of() {
        for (text, first) in [
            ("Result<(), Error>", Some("()")),
            ("io::Result<Vec<u8>>", Some("Vec<u8>")),
            (
                "Option<Box<dyn Fn(u8) -> Vec<u8>>>",
                Some("Box<dyn Fn(u8) -> Vec<u8>>"),
            ),
            ("Result<HashMap<K, V>, E>", Some("HashMap<K, V>")),
            ("fmt::Result", None),
            ("<A as B<C>>::D", None),
        ] {
            assert_eq!(first_argument(text), first, "{text}");
        }
    }
}
