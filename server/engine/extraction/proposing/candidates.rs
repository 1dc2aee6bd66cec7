//! The parts of a function that can become functions: blocks, paragraphs, and long statements.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use crate::{
    syntax::{Source, holds, layout},
    text::{TextRange, TextSize},
};

/// Maximum number of consecutive paragraphs: more are hardly a unit.
const MOST_PARAGRAPHS: usize = 6;

/// Returns every part in a scope, including comments above it. Nested items are excluded.
pub(super) fn candidates(source: &Source, scope: &SyntaxNode) -> Vec<TextRange> {
    let mut found = Vec::new();
    for list in lists(scope) {
        let statements: Vec<SyntaxNode> = list.syntax().children().filter(is_statement).collect();
        if statements.is_empty() {
            continue;
        }
        if !is_body_of(&list, scope) {
            found.push(inside(&list, &statements));
        }
        found.extend(runs(source, &statements));
        for (at, statement) in statements.iter().enumerate() {
            if !source.slice(statement.text_range()).contains('\n') {
                continue;
            }
            found.push(with_comments(source, statement, statement));
            let before = &statements[..at];
            if let Some(first) = before.last().filter(|it| prepares(it, statement)) {
                found.push(with_comments(source, first, statement));
            }
        }
    }
    found.sort_by_key(|range| (range.start(), range.len()));
    found.dedup();
    found
}

fn is_statement(node: &SyntaxNode) -> bool {
    ast::Stmt::can_cast(node.kind()) || ast::Expr::can_cast(node.kind())
}

/// The statement lists, outermost first.
fn lists(scope: &SyntaxNode) -> Vec<ast::StmtList> {
    let mut lists = Vec::new();
    let mut left = vec![scope.clone()];
    while let Some(node) = left.pop() {
        if let Some(list) = ast::StmtList::cast(node.clone()) {
            lists.push(list);
        }
        let is_list = |kind| kind == SyntaxKind::STMT_LIST;
        let parts = node.children().filter(|it| !is_item(it));
        left.extend(parts.filter(|it| is_list(it.kind()) || holds(it, is_list)));
    }
    lists
}

fn is_item(node: &SyntaxNode) -> bool {
    ast::Item::can_cast(node.kind()) && node.kind() != SyntaxKind::MACRO_CALL
}

/// Whether a block is the whole body of a function, whose extraction would only add a name.
fn is_body_of(list: &ast::StmtList, scope: &SyntaxNode) -> bool {
    let around = list.syntax().parent().and_then(|it| it.parent());
    scope.kind() == SyntaxKind::FN && around.as_ref() == Some(scope)
}

/// The code between the braces, including comments.
fn inside(list: &ast::StmtList, statements: &[SyntaxNode]) -> TextRange {
    let whole = list.syntax().text_range();
    let comments = list.syntax().children_with_tokens();
    let comments = comments.filter(|it| it.kind() == SyntaxKind::COMMENT);
    let comments = comments.map(|it| it.text_range());
    let statements = statements.iter().map(SyntaxNode::text_range);
    let all = statements.chain(comments);
    all.reduce(TextRange::cover)
        .unwrap_or_else(|| TextRange::empty(whole.start()))
}

/// Runs of adjacent paragraphs, which are separated by blank lines and comments.
fn runs<'a>(
    source: &'a Source,
    statements: &'a [SyntaxNode],
) -> impl Iterator<Item = TextRange> + 'a {
    let begins = |at: &usize| *at == 0 || begins_paragraph(source, &statements[*at]);
    let starts: Vec<usize> = (0..statements.len()).filter(begins).collect();
    let count = starts.len();
    let pairs = (0..count).flat_map(move |first| {
        let most = (first + MOST_PARAGRAPHS).min(count);
        (first..most).map(move |last| (first, last))
    });
    let is_part = move |pair: &(usize, usize)| *pair != (0, count - 1);
    pairs.filter(is_part).map(move |(first, last)| {
        let end = starts.get(last + 1).copied().unwrap_or(statements.len());
        with_comments(source, &statements[starts[first]], &statements[end - 1])
    })
}

/// Whether a statement declares a variable that the next one fills or uses.
fn prepares(statement: &SyntaxNode, next: &SyntaxNode) -> bool {
    let name = || match ast::LetStmt::cast(statement.clone())?.pat()? {
        ast::Pat::IdentPat(pattern) => Some(pattern.name()?.text().to_string()),
        _ => None,
    };
    name().is_some_and(|name| {
        let mut tokens = next.descendants_with_tokens();
        tokens.any(|it| {
            it.kind() == SyntaxKind::IDENT && it.as_token().is_some_and(|it| it.text() == name)
        })
    })
}

fn begins_paragraph(source: &Source, statement: &SyntaxNode) -> bool {
    let start = statement.text_range().start();
    let before = source.text.get(..usize::from(start)).unwrap_or_default();
    let gap = &before[before.trim_end().len()..];
    gap.matches('\n').count() > 1 || comments_above(source, statement) < start
}

fn with_comments(source: &Source, first: &SyntaxNode, last: &SyntaxNode) -> TextRange {
    let end = last.text_range().end();
    let rest = source.text.get(usize::from(end)..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let has_comment = line.trim_start().starts_with("//");
    let behind = if has_comment { line.trim_end() } else { "" };
    TextRange::new(comments_above(source, first), end + TextSize::of(behind))
}

/// The start of the comments directly above a statement.
fn comments_above(source: &Source, statement: &SyntaxNode) -> TextSize {
    let mut start = statement.text_range().start();
    let mut before = statement.first_token().and_then(|it| it.prev_token());
    while let Some(token) = before {
        let at = token.text_range().start();
        match token.kind() {
            SyntaxKind::COMMENT if layout::is_first_on_line(&source.text, at) => start = at,
            SyntaxKind::WHITESPACE if token.text().matches('\n').count() < 2 => {}
            _ => break,
        }
        before = token.prev_token();
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    fn parts(text: &str) -> Vec<String> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let function = source.root().descendants().find_map(ast::Fn::cast).unwrap();
        let ranges = candidates(&source, function.syntax()).into_iter();
        ranges.map(|range| source.slice(range).to_owned()).collect()
    }

    #[test]
    fn paragraphs_and_their_runs_are_parts() {
        let found = parts("fn f() {\n    a();\n    // Why.\n    b();\n\n    c();\n}\n");
        let expected = [
            "a();",
            "a();\n    // Why.\n    b();",
            "// Why.\n    b();",
            "// Why.\n    b();\n\n    c();",
            "c();",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn blocks_and_long_statements_are_parts() {
        let found = parts(
            "fn f() {\n    for a in b {\n        // Why.\n        g(a);\n    } // Done.\n}\n",
        );
        let expected = [
            "for a in b {\n        // Why.\n        g(a);\n    } // Done.",
            "// Why.\n        g(a);",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_a_loop_fills_goes_with_it() {
        let each = "for a in b {\n        seen.insert(a);\n    }";
        let found = |declared: &str| {
            parts(&format!(
                "fn f() {{\n    g();\n    {declared}\n    {each}\n    h();\n}}\n"
            ))
        };
        let whole = format!("let mut seen = Set::new();\n    {each}");
        assert!(found("let mut seen = Set::new();").contains(&whole));
        let apart = format!("let mut other = Set::new();\n    {each}");
        assert!(!found("let mut other = Set::new();").contains(&apart));
    }

    #[test]
    fn items_have_no_parts() {
        let found = parts("fn f() { fn g() { if a() { b() } } }");
        assert!(found.is_empty(), "{found:?}");
    }
}
