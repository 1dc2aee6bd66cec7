//! Sibling expressions of the same form.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode,
    ast::{self, HasLoopBody},
};

/// The values of the statements directly before and after that of `node` which have the same form, such as a `let` of an `if`
/// next to another, or a one-step loop next to another. Changing only one of them would make the pair inconsistent.
pub fn alike(node: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    let own = form(node);
    let (statement, role) = statement_of(node).unzip();
    let neighbours = [Direction::Prev, Direction::Next]
        .into_iter()
        .filter_map(move |direction| statement.as_ref()?.siblings(direction).nth(1));
    neighbours
        .filter_map(move |statement| value_of(&statement, role?))
        .filter(move |value| form(value) == own)
}

/// How a statement contains its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InStatement {
    Let,
    Alone,
}

/// The statement whose whole value is this node.
fn statement_of(node: &SyntaxNode) -> Option<(SyntaxNode, InStatement)> {
    let around = node.parent()?;
    match around.kind() {
        SyntaxKind::LET_STMT => Some((around, InStatement::Let)),
        SyntaxKind::EXPR_STMT => Some((around, InStatement::Alone)),
        SyntaxKind::STMT_LIST => Some((node.clone(), InStatement::Alone)),
        _ => None,
    }
}

fn value_of(statement: &SyntaxNode, role: InStatement) -> Option<SyntaxNode> {
    let value = match role {
        InStatement::Let => ast::LetStmt::cast(statement.clone())?.initializer()?,
        InStatement::Alone => match ast::ExprStmt::cast(statement.clone()) {
            Some(statement) => statement.expr()?,
            None => ast::Expr::cast(statement.clone())?,
        },
    };
    Some(value.syntax().clone())
}

/// The kinds of a node's components, and the number of statements in its first block.
fn form(node: &SyntaxNode) -> (Vec<SyntaxKind>, usize) {
    let block = match ast::Expr::cast(node.clone()) {
        Some(ast::Expr::IfExpr(it)) => it.then_branch(),
        Some(ast::Expr::ForExpr(it)) => it.loop_body(),
        _ => None,
    };
    let steps = block.map_or(0, |it| {
        it.statements().count() + usize::from(it.tail_expr().is_some())
    });
    let parts = node.children().map(|part| part.kind());
    let kinds = std::iter::once(node.kind()).chain(parts);
    (kinds.collect(), steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    /// The number of siblings of the last value of this kind in a body.
    fn beside(kind: SyntaxKind, body: &str) -> usize {
        let text = format!("fn f() {{ {body} }}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let mut all = source.root().descendants();
        let node = all.find(|node| node.kind() == kind).unwrap();
        alike(&node).count()
    }

    #[test]
    fn values_of_one_form_in_a_row() {
        let choice = |body| beside(SyntaxKind::IF_EXPR, body);
        assert_eq!(
            choice("let a = if b { c } else { d }; let e = if b { f } else { g() };"),
            1
        );
        assert_eq!(
            choice("let a = if b { c } else { d }; let e = if let Some(b) = b { f } else { g };"),
            0
        );
        assert_eq!(
            choice("let a = if b { c } else { d }; h(); let e = if b { f } else { g };"),
            0
        );
        assert_eq!(
            choice("let a = if b { c } else { d }; if b { f } else { g }"),
            0
        );
        let looped = |body| beside(SyntaxKind::FOR_EXPR, body);
        assert_eq!(
            looped("for a in b { if a { return c; } } for a in d { if e { return c; } } f"),
            1
        );
        assert_eq!(
            looped("for a in b { if a { return c; } } for a in d { e(); f(); }"),
            0
        );
    }
}
