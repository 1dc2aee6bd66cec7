//! Allowances in a source text: `// rustassistant: allow(id) reason`, and clippy lints in `#[allow]` and `#[expect]`.
//!
//! The text is searched first, and only matches are looked up in the tree, so files without allowances cost nothing.

use memchr::{memchr2, memmem, memrchr2};
use ra_ap_syntax::{AstNode, AstToken, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use crate::syntax::{Source, attributes};
use crate::text::{TextRange, TextSize, slice};

/// A name that is allowed in part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The range of the name. It may not be the name of anything.
    pub at: TextRange,
    /// The range in which it is allowed.
    pub scope: TextRange,
    pub by: AllowedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedBy {
    /// The name is the id of a smell.
    Comment,
    /// The name is a lint of clippy, written without `clippy::`.
    Attribute,
}

const TOOL: &str = "rustassistant:";
const CLIPPY: &str = "clippy::";

/// All allowed names of a text, in source order.
pub fn allowances(source: &Source) -> Vec<Allowed> {
    let mut found = Vec::new();
    let root = source.root();
    for at in places_of(TOOL, &source.text) {
        if let Some(comment) = token_at(&root, at).filter(|token| token.text_range().start() < at) {
            add_comment(source, &comment, at, &mut found);
        }
    }
    for at in places_of(CLIPPY, &source.text) {
        let token = token_at(&root, at).filter(|token| token.text_range().start() == at);
        let attribute = token.and_then(|token| attribute(&source.text, &token));
        found.extend(attribute.filter(|allowed| !allowed.at.is_empty()));
    }
    found.sort_by_key(|allowed| allowed.at.start());
    found
}

fn places_of<'a>(word: &'a str, text: &'a str) -> impl Iterator<Item = TextSize> + 'a {
    let places = memmem::find_iter(text.as_bytes(), word);
    places.filter_map(|at| TextSize::try_from(at).ok())
}

fn token_at(root: &SyntaxNode, at: TextSize) -> Option<SyntaxToken> {
    crate::syntax::token_behind(root, at)
}

fn add_comment(source: &Source, token: &SyntaxToken, at: TextSize, found: &mut Vec<Allowed>) {
    let Some(comment) = ast::Comment::cast(token.clone()).filter(|comment| !comment.is_doc())
    else {
        return;
    };
    let lead = TextRange::new(token.text_range().start(), at);
    let is_first_word = source.slice(lead).trim_end().len() == comment.prefix().len();
    let rest = TextRange::new(at + TextSize::of(TOOL), token.text_range().end());
    let Some((verb, names)) = directive(source.slice(rest), rest.start()) else {
        return;
    };
    if !is_first_word {
        return;
    }
    let scope = match verb {
        Verb::Allow => scope_of(&source.text, token),
        Verb::AllowFile => TextRange::up_to(TextSize::of(&*source.text)),
    };
    found.extend(names.into_iter().map(|at| Allowed {
        at,
        scope,
        by: AllowedBy::Comment,
    }));
}

enum Verb {
    Allow,
    AllowFile,
}

/// Parses `allow(a, b)` or `allow-file(a, b)`, and returns the ranges of the names.
fn directive(text: &str, start: TextSize) -> Option<(Verb, Vec<TextRange>)> {
    let (verb, rest) = text.split_once('(')?;
    let (names, _) = rest.split_once(')')?;
    let kind = match verb.trim() {
        "allow" => Verb::Allow,
        "allow-file" => Verb::AllowFile,
        _ => return None,
    };
    let mut at = start + TextSize::of(verb) + TextSize::of('(');
    let mut places = Vec::new();
    for part in names.split(',') {
        let name = part.trim();
        let blank = TextSize::of(part) - TextSize::of(part.trim_start());
        if !name.is_empty() {
            places.push(TextRange::at(at + blank, TextSize::of(name)));
        }
        at += TextSize::of(part) + TextSize::of(',');
    }
    Some((kind, places))
}

/// The scope of a comment: its line if it follows code, otherwise the item, statement, arm or expression after it.
fn scope_of(text: &str, comment: &SyntaxToken) -> TextRange {
    let line = line_around(text, comment.text_range().start());
    let ahead = TextRange::new(line.start(), comment.text_range().start());
    let follows_code = !slice(text, ahead).unwrap_or_default().trim().is_empty();
    if follows_code {
        return line;
    }
    let after = std::iter::successors(comment.next_token(), SyntaxToken::next_token)
        .find(|token| !token.kind().is_trivia());
    after
        .and_then(|token| node_that_starts_at(&token))
        .map_or(line, |node| node.text_range())
}

fn line_around(text: &str, at: TextSize) -> TextRange {
    let (ahead, behind) = text.as_bytes().split_at(usize::from(at));
    let first = memrchr2(b'\n', b'\r', ahead).map_or(0, |newline| newline + 1);
    let len = memchr2(b'\n', b'\r', behind).unwrap_or(behind.len());
    let size = |at| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(size(first), at + size(len))
}

/// The largest node that starts with a token and is still a single list entry.
fn node_that_starts_at(token: &SyntaxToken) -> Option<SyntaxNode> {
    let at = token.text_range().start();
    let ancestors = token.parent_ancestors();
    ancestors
        .take_while(|node| !attributes::is_list(node.kind()) && starts_at(node, at))
        .last()
}

/// Whether the code of a node, with or without its attributes, starts at an offset.
fn starts_at(node: &SyntaxNode, at: TextSize) -> bool {
    let mut elements = node
        .children_with_tokens()
        .skip_while(|element| element.kind().is_trivia());
    let first = elements.next();
    let mut behind = elements
        .skip_while(|element| element.kind().is_trivia() || element.kind() == SyntaxKind::ATTR);
    let has_attributes = first
        .as_ref()
        .is_some_and(|first| first.kind() == SyntaxKind::ATTR);
    first.is_some_and(|first| code_start(&first) == Some(at))
        || has_attributes
            && behind
                .next()
                .is_some_and(|next| code_start(&next) == Some(at))
}

/// The start of an element's code, after its comments.
fn code_start(element: &NodeOrToken<SyntaxNode, SyntaxToken>) -> Option<TextSize> {
    let first = match element {
        NodeOrToken::Token(token) => token.clone(),
        NodeOrToken::Node(node) => node.first_token()?,
    };
    let mut tokens = std::iter::successors(Some(first), SyntaxToken::next_token);
    let code = tokens.find(|token| !token.kind().is_trivia())?;
    Some(code.text_range().start())
}

fn attribute(text: &str, clippy: &SyntaxToken) -> Option<Allowed> {
    let meta = ast::TokenTreeMeta::cast(clippy.parent()?.parent()?)?;
    let path = meta.path()?.syntax().text();
    if path != "allow" && path != "expect" {
        return None;
    }
    let attribute = meta.syntax().ancestors().find_map(ast::Attr::cast)?;
    Some(Allowed {
        at: lint_name(text, clippy.text_range().start() + TextSize::of(CLIPPY)),
        scope: annotated(&attribute)?.text_range(),
        by: AllowedBy::Attribute,
    })
}

fn lint_name(text: &str, start: TextSize) -> TextRange {
    let rest = &text[usize::from(start)..];
    let is_inside = |character: char| character.is_alphanumeric() || character == '_';
    let len = rest.find(|character| !is_inside(character));
    TextRange::at(start, TextSize::of(&rest[..len.unwrap_or(rest.len())]))
}

/// The node that an attribute applies to: the next one or, with `#!`, the enclosing one.
fn annotated(attribute: &ast::Attr) -> Option<SyntaxNode> {
    let node = attribute.syntax().parent()?;
    match node.kind() {
        SyntaxKind::ITEM_LIST | SyntaxKind::ASSOC_ITEM_LIST | SyntaxKind::EXTERN_ITEM_LIST => {
            node.parent()
        }
        // Inner attributes of a body apply to the function.
        SyntaxKind::STMT_LIST => {
            let block = node.parent()?;
            let around = block.parent();
            Some(
                around
                    .filter(|node| node.kind() == SyntaxKind::FN)
                    .unwrap_or(block),
            )
        }
        _ => Some(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    /// The allowed names, with the text they are allowed in.
    fn allowed(text: &str) -> Vec<(&str, &str)> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let part = |range| slice(text, range).unwrap();
        let found = allowances(&source).into_iter();
        found
            .map(|allowed| (part(allowed.at), part(allowed.scope)))
            .collect()
    }

    #[test]
    fn a_comment_is_for_what_follows() {
        let text = "// rustassistant: allow(a, b-c) because\n#[x]\nfn f() {\n    // rustassistant:allow(d)\n    let e = 1;\n    g();\n}\n";
        let whole = text.trim_end();
        assert_eq!(
            allowed(text),
            [("a", whole), ("b-c", whole), ("d", "let e = 1;")]
        );
    }

    #[test]
    fn a_comment_between_attributes_and_signature_is_for_the_item() {
        let text = "#[x]\n/* rustassistant: allow(a) */\npub fn f() {}";
        assert_eq!(allowed(text), [("a", text)]);
    }

    #[test]
    fn a_comment_in_a_list_is_for_the_next_entry() {
        let text = "impl S {\n    /// doc\n    // rustassistant: allow(a)\n    fn f() { match b {\n // rustassistant: allow(c)\n D => e,\n F => g } }\n}";
        let method = text[text.find("/// doc").unwrap()..].strip_suffix("\n}");
        assert_eq!(allowed(text), [("a", method.unwrap()), ("c", "D => e,")]);
    }

    #[test]
    fn a_comment_behind_code_is_for_its_line() {
        let text =
            "fn f() { // rustassistant: allow(a)\n    if b {} // rustassistant: allow(c)\r\n}";
        let line = text.lines().next().unwrap();
        assert_eq!(
            allowed(text),
            [("a", line), ("c", "    if b {} // rustassistant: allow(c)")]
        );
    }

    #[test]
    fn a_comment_may_be_for_the_file() {
        let text = "fn f() {\n    // rustassistant: allow-file(a)\n}";
        assert_eq!(allowed(text), [("a", text)]);
    }

    #[test]
    fn other_words_allow_nothing() {
        for text in [
            "/// rustassistant: allow(a)\nfn f() {}",
            "// see rustassistant: allow(a)\nfn f() {}",
            "// rustassistant: allows(a)\nfn f() {}",
            "// rustassistant: allow(a\nfn f() {}",
            "// rustassistant: allow()\nfn f() {}",
            "fn f() { \"rustassistant: allow(a)\" }",
            "#[warn(clippy::a)] fn f() {}",
            "fn f() { clippy::a() }",
            "fn f() { m!(allow(clippy::a)) }",
            "// rustassistant:",
            "#[allow(clippy::",
            "#[allow(unclippy::ä)] fn f() {}",
        ] {
            assert_eq!(allowed(text), [], "{text}");
        }
    }

    #[test]
    fn a_comment_ahead_of_nothing_is_for_its_line() {
        let text = "fn f() {\n    // rustassistant: allow(a)\n}\n// rustassistant: allow(b)";
        assert_eq!(
            allowed(text),
            [
                ("a", "    // rustassistant: allow(a)"),
                ("b", "// rustassistant: allow(b)")
            ]
        );
    }

    #[test]
    fn an_attribute_is_for_its_node() {
        let text = "#[allow(dead_code, clippy::a)]\n#[expect(clippy::b, reason = \"c\")]\nfn f() {\n    #[allow(clippy::d)]\n    if e {}\n}";
        assert_eq!(
            allowed(text),
            [
                ("a", text),
                ("b", text),
                ("d", "#[allow(clippy::d)]\n    if e {}")
            ]
        );
    }

    #[test]
    fn an_attribute_with_a_bang_is_for_what_is_around_it() {
        let text = "#![allow(clippy::a)]\nmod m { #![cfg_attr(x, allow(clippy::b))] fn f() { #![allow(clippy::c)] } }";
        assert_eq!(
            allowed(text),
            [
                ("a", text),
                ("b", text.lines().nth(1).unwrap()),
                ("c", "fn f() { #![allow(clippy::c)] }")
            ]
        );
    }
}
