//! Looking at the tree without making nodes, which costs more than what is looked for.

use ra_ap_syntax::{GreenNode, NodeOrToken, SyntaxKind, SyntaxNode};

type Green = <GreenNode as std::ops::Deref>::Target;

pub fn has_child(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    has_child_of(node, |child| child == kind)
}

pub fn has_child_of(node: &SyntaxNode, is_wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    let green = node.green();
    let mut children = green.children().filter_map(NodeOrToken::into_node);
    children.any(|child| is_wanted(SyntaxKind::from(child.kind().0)))
}

/// Whether a node of such a kind is anywhere inside of a node. Input of macros has none.
pub fn holds(node: &SyntaxNode, is_wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    let green: &Green = node.green();
    holds_any(green, &is_wanted)
}

/// No tree is deeper than a stack allows.
fn holds_any(green: &Green, is_wanted: &impl Fn(SyntaxKind) -> bool) -> bool {
    let mut children = green.children().filter_map(NodeOrToken::into_node);
    children.any(|child| {
        let kind = SyntaxKind::from(child.kind().0);
        is_wanted(kind) || kind != SyntaxKind::TOKEN_TREE && holds_any(child, is_wanted)
    })
}

/// Whether a brace stands anywhere in a node.
pub(super) fn has_brace(node: &SyntaxNode) -> bool {
    let green: &Green = node.green();
    tokens(green).any(|(kind, _)| kind == SyntaxKind::L_CURLY)
}

/// The text of a node.
pub fn text_of(node: &SyntaxNode) -> String {
    let green: &Green = node.green();
    let mut text = String::with_capacity(green.text_len().into());
    text.extend(tokens(green).map(|(_, token)| token));
    text
}

/// Every token in the order of the text.
pub(super) fn tokens(green: &Green) -> impl Iterator<Item = (SyntaxKind, &str)> {
    let mut open = Vec::with_capacity(16);
    open.push(green.children());
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

#[cfg(test)]
mod tests {
    use ra_ap_syntax::{AstNode, ast};

    use super::*;
    use crate::syntax::{FileContext, Source};

    fn constant(text: &str) -> SyntaxNode {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let constant = source.root().children().find_map(ast::Const::cast);
        constant.unwrap().syntax().clone()
    }

    #[test]
    fn the_text_is_whole() {
        let text = "const A: &[(u8, &str)] = &[(1, \"a\"), /* b */ (2, r\"c\")];";
        assert_eq!(text_of(&constant(text)), text);
    }

    #[test]
    fn what_is_inside_is_found_but_in_macros() {
        let array = constant("const A: &[u8] = &[(1, b(2))];");
        let holds = |kind: SyntaxKind| holds(&array, |it| it == kind);
        assert!(holds(SyntaxKind::LITERAL) && holds(SyntaxKind::ARG_LIST));
        assert!(!holds(SyntaxKind::CONST) && !holds(SyntaxKind::IF_EXPR));
        let input = constant("const A: u8 = b![(1)];");
        let is_input = |it| it == SyntaxKind::TOKEN_TREE;
        assert!(super::holds(&input, is_input) && !super::holds(&input, ast::Literal::can_cast));
    }

    #[test]
    fn children_and_braces_are_seen() {
        let block = constant("const A: u8 = [{ 1 }][0];");
        assert!(has_brace(&block) && has_child(&block, SyntaxKind::NAME));
        let plain = constant("const A: u8 = [1][0];");
        assert!(!has_brace(&plain) && !has_child(&plain, SyntaxKind::ATTR));
    }
}
