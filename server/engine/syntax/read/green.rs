//! Inspects the green tree without creating nodes, which would cost more than the search itself.

use ra_ap_syntax::{GreenNode, NodeOrToken, SyntaxKind, SyntaxNode, WalkEvent};

use crate::syntax::written_in;

type Green = <GreenNode as std::ops::Deref>::Target;

pub fn has_child(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    has_child_of(node, |child| child == kind)
}

pub fn has_child_of(node: &SyntaxNode, is_wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    let green = node.green();
    let mut children = green.children().filter_map(NodeOrToken::into_node);
    children.any(|child| is_wanted(SyntaxKind::from(child.kind().0)))
}

/// Whether a node contains a descendant of a wanted kind. Macro input contains none.
pub fn holds(node: &SyntaxNode, is_wanted: impl Fn(SyntaxKind) -> bool) -> bool {
    let green: &Green = node.green();
    holds_any(green, &is_wanted)
}

/// The descendants of the wanted kinds in source order. Subtrees without any are skipped without creating nodes.
pub fn nodes_inside(
    node: &SyntaxNode,
    is_wanted: impl Fn(SyntaxKind) -> bool,
) -> impl Iterator<Item = SyntaxNode> {
    let mut walk = node.preorder();
    let whole = node.clone();
    std::iter::from_fn(move || {
        while let Some(event) = walk.next() {
            let WalkEvent::Enter(here) = event else {
                continue;
            };
            if !holds(&here, &is_wanted) {
                walk.skip_subtree();
            }
            if is_wanted(here.kind()) && here != whole {
                return Some(here);
            }
        }
        None
    })
}

/// Recursion is safe, as trees are bounded in depth.
fn holds_any(green: &Green, is_wanted: &impl Fn(SyntaxKind) -> bool) -> bool {
    let mut children = green.children().filter_map(NodeOrToken::into_node);
    children.any(|child| {
        let kind = SyntaxKind::from(child.kind().0);
        is_wanted(kind) || kind != SyntaxKind::TOKEN_TREE && holds_any(child, is_wanted)
    })
}

/// Whether a node contains a brace.
pub(super) fn has_brace(node: &SyntaxNode) -> bool {
    written_in(node).any(|(kind, _)| kind == SyntaxKind::L_CURLY)
}

/// The text of a node.
pub fn text_of(node: &SyntaxNode) -> String {
    let mut text = String::with_capacity(node.text_range().len().into());
    text.extend(written_in(node).map(|(_, token)| token));
    text
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
        let literals = nodes_inside(&array, ast::Literal::can_cast);
        assert_eq!(
            literals.map(|it| it.text().to_string()).collect::<Vec<_>>(),
            ["1", "2"]
        );
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
