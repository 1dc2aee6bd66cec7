//! The context that a function needs to be understood: headers of functions that it calls, and fields of types that it names.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, AstToken, SyntaxNode,
    ast::{self, HasName},
};

use crate::{
    syntax::Source,
    text::{TextRange, shortened},
};

/// Maximum number of items to include.
const MOST: usize = 12;
/// Maximum length of each item, in characters.
const LONGEST: usize = 400;

/// Names that refer to items outside of a function.
#[derive(Debug, Default)]
pub struct Needs {
    pub(super) called: BTreeSet<String>,
    pub(super) types: BTreeSet<String>,
}

impl Needs {
    /// Whether source text may declare any of the names, tested without parsing.
    pub fn may_be_met_by(&self, text: &str) -> bool {
        let called = self.called.iter().map(|name| format!("fn {name}"));
        let types = self.types.iter();
        let types = types.flat_map(|name| [format!("struct {name}"), format!("enum {name}")]);
        called.chain(types).any(|words| text.contains(&words))
    }

    /// Returns the headers and types that some sources declare, without documentation and bodies. `own` is the function itself.
    pub fn told(&self, sources: &[&Source], own: TextRange) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for (at, source) in sources.iter().enumerate() {
            for node in source.root().descendants() {
                let is_own = at == 0 && node.text_range().end() == own.end();
                let Some(words) = (!is_own).then(|| self.declared(&node)).flatten() else {
                    continue;
                };
                if !told.contains(&words) {
                    told.push(words);
                }
                if told.len() == MOST {
                    return told;
                }
            }
        }
        told
    }

    fn declared(&self, node: &SyntaxNode) -> Option<String> {
        let is_named = |names: &BTreeSet<String>, name: Option<ast::Name>| {
            name.is_some_and(|name| names.contains(name.text()))
        };
        if let Some(function) = ast::Fn::cast(node.clone()) {
            let is_called = is_named(&self.called, function.name());
            return is_called.then(|| head(&function));
        }
        let item = ast::Adt::cast(node.clone())?;
        let name = item.name();
        is_named(&self.types, name).then(|| without_comments(item.syntax(), None))
    }
}

fn head(function: &ast::Fn) -> String {
    let body = function.body().map(|body| body.syntax().clone());
    without_comments(function.syntax(), body.as_ref())
}

/// The tokens of an item on one line, without its attributes and comments, and without `part`.
fn without_comments(item: &SyntaxNode, part: Option<&SyntaxNode>) -> String {
    let is_left_out = |token: &ra_ap_syntax::SyntaxToken| {
        let mut around = token.parent_ancestors();
        let is_in_attribute = around.any(|it| ast::Attr::can_cast(it.kind()));
        let is_in_part = part.is_some_and(|it| it.text_range().contains_range(token.text_range()));
        is_in_attribute || is_in_part || ast::Comment::can_cast(token.kind())
    };
    let tokens = item.descendants_with_tokens();
    let tokens = tokens.filter_map(ra_ap_syntax::NodeOrToken::into_token);
    let words: String = tokens
        .filter(|token| !is_left_out(token))
        .map(|token| token.text().to_owned())
        .collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    shortened(&words.join(" "), LONGEST).into_owned()
}
