//! What a new function takes over from the signature of the old one: generics, bounds and the result's kind.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasGenericArgs, HasGenericParams, HasTypeBounds},
};

use super::{NotExtracted, selection::tokens};

/// The generics that some code needs, as they are declared, and the bounds that stand behind the signature.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Generics {
    pub(super) declared: Vec<String>,
    pub(super) bounds: Vec<String>,
    /// Whether the parameters don't tell all of them.
    pub(super) arguments: Option<Vec<String>>,
}

impl Generics {
    /// Those of a function that `types` and `body` mention.
    pub(super) fn needed(function: &ast::Fn, types: &str, body: &str) -> Self {
        let Some(list) = function.generic_param_list() else {
            return Self::default();
        };
        let params: Vec<(String, String)> = list
            .generic_params()
            .filter_map(|param| {
                let name = match &param {
                    ast::GenericParam::LifetimeParam(it) => {
                        it.lifetime()?.syntax().text().to_string()
                    }
                    other => words(&other.syntax().text().to_string()).find(|it| it != "const")?,
                };
                Some((name, param.syntax().text().to_string()))
            })
            .collect();
        let bounds: Vec<String> = function
            .where_clause()
            .into_iter()
            .flat_map(|clause| clause.predicates())
            .filter(|it| it.type_bound_list().is_some())
            .map(|it| it.syntax().text().to_string())
            .collect();
        let mut needed: Vec<bool> = params
            .iter()
            .map(|(name, _)| words(types).chain(words(body)).any(|it| it == *name))
            .collect();
        // A bound of one may mention another.
        for _ in 0..params.len() {
            for at in 0..params.len() {
                let is_meant = params.iter().zip(&needed).any(|((name, text), is_needed)| {
                    let own = bounds
                        .iter()
                        .filter(|it| words(it).next().as_ref() == Some(name));
                    let all: String = own
                        .cloned()
                        .chain([text.clone()])
                        .collect::<Vec<_>>()
                        .join(" ");
                    *is_needed && words(&all).any(|it| it == params[at].0)
                });
                needed[at] |= is_meant;
            }
        }
        let kept = || {
            params
                .iter()
                .zip(&needed)
                .filter(|(_, is_needed)| **is_needed)
        };
        let is_known = |word: &str| {
            let is_param = params.iter().any(|(name, _)| name == word);
            !is_param || kept().any(|((name, _), _)| name == word)
        };
        let is_told = |name: &String| name.starts_with('\'') || words(types).any(|it| it == *name);
        let are_told = kept().all(|((name, _), _)| is_told(name));
        let names = kept().map(|((name, _), _)| name.clone());
        Self {
            arguments: (!are_told).then(|| names.filter(|it| !it.starts_with('\'')).collect()),
            declared: kept().map(|((_, text), _)| text.clone()).collect(),
            bounds: bounds
                .into_iter()
                .filter(|bound| {
                    let first = words(bound).next().unwrap_or_default();
                    let is_about_needed = kept().any(|((name, _), _)| *name == first);
                    is_about_needed && words(bound).all(|word| is_known(&word))
                })
                .collect(),
        }
    }
}

/// The names and lifetimes in some code.
pub(super) fn words(code: &str) -> impl Iterator<Item = String> {
    let parts = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'');
    parts.filter(|it| !it.is_empty()).map(str::to_owned)
}

/// The result that `?` can leave with, around another value, and what makes one of a value.
pub(super) fn tried(
    function: &ast::Fn,
    value: &str,
) -> Result<(String, &'static str), NotExtracted> {
    const WHY: NotExtracted = NotExtracted::new(
        "A `?` leaves the selection, and the function's result doesn't show how.",
    );
    let written = function.ret_type().and_then(|it| it.ty()).ok_or(WHY)?;
    let ast::Type::PathType(path) = &written else {
        return Err(WHY);
    };
    let segment = path.path().and_then(|it| it.segment()).ok_or(WHY)?;
    let maker = match segment
        .name_ref()
        .map(|it| it.text().to_string())
        .as_deref()
    {
        Some("Result") => "Ok",
        Some("Option") => "Some",
        _ => return Err(WHY),
    };
    let text = written.syntax().text().to_string();
    let Some(arguments) = segment.generic_arg_list() else {
        // A name for a whole result, which is most often about nothing.
        if value != "()" && text.ends_with("fmt::Result") {
            let text = format!("::core::result::Result<{value}, ::core::fmt::Error>");
            return Ok((text, maker));
        }
        return if value == "()" {
            Ok((text, maker))
        } else {
            Err(WHY)
        };
    };
    let first = arguments.generic_args().next().ok_or(WHY)?;
    let start = written.syntax().text_range().start();
    let at = first.syntax().text_range() - start;
    let mut text = text;
    text.replace_range(usize::from(at.start())..usize::from(at.end()), value);
    Ok((text, maker))
}

/// `const` and `async`, as the new function has to say them.
pub(super) fn qualifiers(function: &ast::Fn, awaits: bool) -> String {
    let mut words = String::new();
    if function.const_token().is_some() {
        words.push_str("const ");
    }
    if awaits {
        words.push_str("async ");
    }
    words
}

/// Whether `Self` is meant in a node.
pub(super) fn mentions_self_type(node: &ra_ap_syntax::SyntaxNode) -> bool {
    tokens(node).any(|token| token.kind() == SyntaxKind::SELF_TYPE_KW)
}
