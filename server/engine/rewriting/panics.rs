//! Replies that may not return: loops without an exit, recursive helpers, and operations that may panic where the function had
//! none.

use std::collections::BTreeSet;

use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxKind, SyntaxNode, T, ast};

use super::{NotRewritten, reply::Reply};

pub(super) fn check(old: &SyntaxNode, reply: &Reply) -> Result<(), NotRewritten> {
    let bodies = reply.functions().iter().map(|it| it.body.syntax());
    let new: usize = bodies.map(endless_loops).sum();
    if new > endless_loops(old) {
        return Err(NotRewritten::new("The reply contains an infinite loop."));
    }
    let indexes = |code: &SyntaxNode| {
        let mut nodes = code.descendants();
        nodes.any(|node| node.kind() == SyntaxKind::INDEX_EXPR)
    };
    let mut bodies = reply.functions().iter().map(|it| it.body.syntax());
    if bodies.any(indexes) && !indexes(old) {
        let why = "The reply uses indexing, which the function doesn't.";
        return Err(NotRewritten::new(why));
    }
    if let Some(name) = circle(reply) {
        return Err(NotRewritten::new(format!(
            "The helper `{name}` is recursive."
        )));
    }
    Ok(())
}

/// Number of loops without an exit, including those in macro input, where exits are unknown.
fn endless_loops(code: &SyntaxNode) -> usize {
    let loops = code.descendants().filter(|node| match node.kind() {
        SyntaxKind::LOOP_EXPR => !has_way_out(node),
        SyntaxKind::WHILE_EXPR => is_always(node) && !has_way_out(node),
        _ => false,
    });
    let tokens = code
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let hidden = tokens.filter(|token| {
        let is_loop = matches!(token.kind(), T![loop] | T![while]);
        is_loop
            && token
                .parent()
                .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE)
    });
    loops.count() + hidden.count()
}

fn is_always(node: &SyntaxNode) -> bool {
    let condition = ast::WhileExpr::cast(node.clone()).and_then(|it| it.condition());
    condition.is_some_and(|it| it.syntax().text() == "true")
}

/// Whether a loop contains an exit. An inner loop's exit counts for the outer one too, as that is left for rustc's warnings and
/// the tests to find.
fn has_way_out(node: &SyntaxNode) -> bool {
    let mut inside = node.descendants();
    inside.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::BREAK_EXPR | SyntaxKind::RETURN_EXPR | SyntaxKind::TRY_EXPR
        )
    })
}

/// A helper that calls itself, directly or indirectly.
fn circle(reply: &Reply) -> Option<&str> {
    let helpers = reply.helper_functions();
    let named = |at: usize| -> Vec<usize> {
        let names: BTreeSet<String> = helpers[at]
            .body
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .filter(|token| token.kind() == SyntaxKind::IDENT)
            .map(|token| token.text().to_owned())
            .collect();
        let others = helpers.iter().enumerate();
        let others = others.filter(|(_, other)| names.contains(&other.name));
        others.map(|(at, _)| at).collect()
    };
    (0..helpers.len()).find_map(|start| {
        let (mut seen, mut open) = (BTreeSet::new(), named(start));
        while let Some(at) = open.pop() {
            if at == start {
                return Some(helpers[start].name.as_str());
            }
            if seen.insert(at) {
                open.extend(named(at));
            }
        }
        None
    })
}
