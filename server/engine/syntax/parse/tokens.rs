//! Tokens of a text without a tree, and of a node without white space.

use ra_ap_parser::{Edition, LexedStr, SyntaxKind};
use ra_ap_syntax::{NodeOrToken, SyntaxNode, SyntaxToken};

/// The tokens of a text in order, including white space and comments. Punctuation is split into single characters.
pub fn tokens(text: &str, edition: Edition) -> Vec<(SyntaxKind, &str)> {
    let lexed = LexedStr::new(edition, text);
    let mut at = 0;
    let tokens = (0..lexed.len()).map(|number| {
        let start = at;
        at += lexed.text_len(number);
        (lexed.kind(number), &text[start..at])
    });
    tokens.collect()
}

/// The tokens of a node in order, including comments but not white space.
pub fn tokens_of(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
}

/// All tokens of a node, including white space, at a fraction of the cost.
pub fn written_in(node: &SyntaxNode) -> impl Iterator<Item = (SyntaxKind, &str)> {
    let mut open = Vec::with_capacity(16);
    open.push(node.green().children());
    std::iter::from_fn(move || {
        while let Some(children) = open.last_mut() {
            match children.next() {
                Some(NodeOrToken::Node(child)) => open.push(child.children()),
                Some(NodeOrToken::Token(token)) => {
                    return Some((SyntaxKind::from(token.kind().0), token.text()));
                }
                None => {
                    open.pop();
                }
            }
        }
        None
    })
}

/// Whether two nodes differ only in white space.
pub fn same_words(left: &SyntaxNode, right: &SyntaxNode) -> bool {
    let words = |node| {
        let words = written_in(node).filter(|(kind, _)| *kind != SyntaxKind::WHITESPACE);
        words.map(|(_, text): (_, &str)| text.trim_end())
    };
    words(left).eq(words(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_in_a_token() {
        let text = "#!/bin/x\nfn ä() { \"b\" /* c */ -> 'd }";
        let tokens = tokens(text, Edition::Edition2021);
        let whole: String = tokens.iter().map(|(_, text)| *text).collect();
        assert_eq!(whole, text);
        assert!(tokens.contains(&(SyntaxKind::IDENT, "ä")));
    }
}
