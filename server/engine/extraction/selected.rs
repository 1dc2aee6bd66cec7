//! Maps a range of source text to statements or an expression.

use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T, ast};

use super::{NotExtracted, selection::NOTHING};
use crate::{
    syntax::{Source, layout, temporaries},
    text::{TextRange, TextSize},
};

/// The code that a range selects.
pub(super) struct Selected {
    /// The block of the statements, or `None` for an expression.
    pub(super) list: Option<ast::StmtList>,
    /// Whole statements, or the expression.
    pub(super) statements: Vec<SyntaxNode>,
    /// Its value, which the surrounding code uses.
    pub(super) value: Option<ast::Expr>,
    /// The range to move, including selected comments around it.
    pub(super) range: TextRange,
    /// The range that the call replaces.
    pub(super) replaced: TextRange,
}

impl Selected {
    pub(super) fn of(
        source: &Source,
        root: &SyntaxNode,
        range: TextRange,
    ) -> Result<Self, NotExtracted> {
        let within = range.intersect(root.text_range()).ok_or(NOTHING)?;
        let around = match root.covering_element(within) {
            NodeOrToken::Node(node) => node,
            NodeOrToken::Token(token) => token.parent().ok_or(NOTHING)?,
        };
        let (first, end) = solid_ends(&around, within).ok_or(NOTHING)?;
        let covered = first.text_range().cover(end.text_range());
        let list = list_around(root, covered)?;
        let touched: Vec<SyntaxNode> = list
            .syntax()
            .children()
            .filter(|child| {
                child
                    .text_range()
                    .intersect(covered)
                    .is_some_and(|it| !it.is_empty())
            })
            .collect();
        let is_whole = |child: &SyntaxNode| covered.contains_range(child.text_range());
        if !touched.iter().all(is_whole) {
            if let [statement] = &*touched
                && let Some(found) = inside_of(source, statement, covered)?
            {
                return Ok(found);
            }
            let is_meant = match &*touched {
                [statement] => lacks_semicolon(statement, covered),
                all => all.iter().all(|it| is_nearly_whole(source, it, covered)),
            };
            if !is_meant {
                return Err(NotExtracted::new(
                    "The selection starts or ends inside a statement.",
                ));
            }
        }
        Self::of_statements(source, list, touched, range)
    }

    fn of_statements(
        source: &Source,
        list: ast::StmtList,
        statements: Vec<SyntaxNode>,
        range: TextRange,
    ) -> Result<Self, NotExtracted> {
        let (Some(first), Some(end)) = (statements.first(), statements.last()) else {
            return Err(NOTHING);
        };
        let start = range_start(source, first, range);
        let range = TextRange::new(start, range_end(source, end, range));
        let tail = list.tail_expr().filter(|tail| tail.syntax() == end);
        let value = tail.filter(|tail| match tail {
            ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) => false,
            ast::Expr::IfExpr(choice) => choice.else_branch().is_some(),
            _ => true,
        });
        Ok(Self {
            list: Some(list),
            value,
            range,
            replaced: range,
            statements,
        })
    }
}

/// The first and the last token of a range, ignoring whitespace and comments.
fn solid_ends(around: &SyntaxNode, range: TextRange) -> Option<(SyntaxToken, SyntaxToken)> {
    let is_in = |token: &SyntaxToken| {
        let common = range.intersect(token.text_range());
        common.is_some_and(|it| !it.is_empty())
    };
    let is_solid = |token: &SyntaxToken| !token.kind().is_trivia();
    let first = around.token_at_offset(range.start()).right_biased();
    let mut forwards = std::iter::successors(first, SyntaxToken::next_token);
    let end = around.token_at_offset(range.end()).left_biased();
    let mut backwards = std::iter::successors(end, SyntaxToken::prev_token);
    let first = forwards.find(is_solid).filter(is_in)?;
    Some((first, backwards.find(is_solid).filter(is_in)?))
}

/// The innermost block with other content besides a range.
fn list_around(root: &SyntaxNode, covered: TextRange) -> Result<ast::StmtList, NotExtracted> {
    let mut around = root.covering_element(covered).ancestors();
    let block = around.find(|node| {
        node.kind() == SyntaxKind::STMT_LIST
            && node.text_range().contains_range(covered)
            && node.text_range() != covered
    });
    block
        .and_then(ast::StmtList::cast)
        .ok_or(NotExtracted::new("The selection isn't inside a function."))
}

/// Whether only the `;` of a statement isn't selected.
fn lacks_semicolon(statement: &SyntaxNode, covered: TextRange) -> bool {
    let whole = statement.text_range();
    let end = statement.last_token().filter(|it| it.kind() == T![;]);
    end.is_some_and(|it| covered == TextRange::new(whole.start(), it.text_range().start()))
}

/// Whether a statement only extends beyond the selection on the selection's first and last line.
fn is_nearly_whole(source: &Source, statement: &SyntaxNode, covered: TextRange) -> bool {
    let line = |at: TextSize| source.lines.line(at);
    let whole = statement.text_range();
    (whole.start() >= covered.start() || line(whole.start()) == line(covered.start()))
        && (whole.end() <= covered.end() || line(whole.end()) == line(covered.end()))
}

/// The expression at a range inside of a statement.
fn inside_of(
    source: &Source,
    statement: &SyntaxNode,
    covered: TextRange,
) -> Result<Option<Selected>, NotExtracted> {
    let Some(found) = expression_at(statement, covered) else {
        return Ok(None);
    };
    let node = found.syntax().clone();
    let is_all = node.parent().as_ref() == Some(statement);
    if is_all && statement.kind() == SyntaxKind::EXPR_STMT {
        // Only the `;` isn't selected.
        return Ok(None);
    }
    if let Some(body) = arm_body(&found) {
        return inside_of_block(source, body);
    }
    check_expression(&found)?;
    Ok(Some(Selected {
        list: None,
        range: node.text_range(),
        replaced: node.text_range(),
        statements: vec![node],
        value: Some(found),
    }))
}

/// The whole content of a block, or `None` if comments would be left.
fn inside_of_block(source: &Source, body: ast::StmtList) -> Result<Option<Selected>, NotExtracted> {
    let statements: Vec<SyntaxNode> = body.syntax().children().collect();
    let range = body.syntax().text_range();
    let comments = layout::comments_in(body.syntax(), range);
    let selected = Selected::of_statements(source, body, statements, range)?;
    let mut comments = comments.iter().map(SyntaxToken::text_range);
    Ok(comments
        .all(|it| selected.range.contains_range(it))
        .then_some(selected))
}

/// The outermost expression at a range, ignoring a trailing comma.
fn expression_at(statement: &SyntaxNode, covered: TextRange) -> Option<ast::Expr> {
    let covered = covered.intersect(statement.text_range())?;
    let mut last = statement.token_at_offset(covered.end()).left_biased()?;
    let mut end = covered.end();
    if last.kind() == T![,] {
        last = last.prev_token()?;
        while last.kind().is_trivia() {
            last = last.prev_token()?;
        }
        end = last.text_range().end();
    }
    let range = TextRange::new(covered.start(), end);
    let same = statement
        .covering_element(range)
        .ancestors()
        .take_while(|node| node.text_range() == range);
    same.filter_map(ast::Expr::cast).last()
}

/// The content of a plain block that is the body of a match arm.
fn arm_body(expr: &ast::Expr) -> Option<ast::StmtList> {
    let ast::Expr::BlockExpr(block) = expr else {
        return None;
    };
    let is_arm = block.syntax().parent()?.kind() == SyntaxKind::MATCH_ARM;
    let is_plain = block.modifier().is_none() && block.label().is_none();
    block.stmt_list().filter(|_| is_arm && is_plain)
}

fn check_expression(expr: &ast::Expr) -> Result<(), NotExtracted> {
    let node = expr.syntax();
    match expr {
        ast::Expr::PathExpr(_) | ast::Expr::Literal(_) | ast::Expr::UnderscoreExpr(_) => {
            return Err(NotExtracted::at(node, "There is nothing to extract"));
        }
        ast::Expr::ReturnExpr(_) | ast::Expr::BreakExpr(_) | ast::Expr::ContinueExpr(_) => {
            return Err(NotExtracted::at(node, "A jump alone can't be extracted"));
        }
        _ if temporaries::is_place(expr) && !is_read(node) => {
            let why =
                "The selection is a place expression, of which a function would return a copy";
            return Err(NotExtracted::at(node, why));
        }
        _ => {}
    }
    let is_callee = node.parent().and_then(ast::CallExpr::cast);
    if is_callee.is_some_and(|call| call.expr().as_ref() == Some(expr)) {
        return Err(NotExtracted::at(
            node,
            "Only the callee of a call is selected",
        ));
    }
    let lets = node.descendants().filter_map(ast::LetExpr::cast);
    for condition in lets {
        let mut around = condition.syntax().ancestors();
        let holder = around.find(|it| {
            matches!(
                it.kind(),
                SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::MATCH_GUARD
            )
        });
        let range = node.text_range();
        if holder.is_none_or(|it| !range.contains_range(it.text_range())) {
            let why = "A `let` condition is selected without the code that uses its bindings";
            return Err(NotExtracted::at(node, why));
        }
    }
    Ok(())
}

/// Whether a place is only read where it is.
fn is_read(node: &SyntaxNode) -> bool {
    let Some(around) = node.parent() else {
        return false;
    };
    match around.kind() {
        SyntaxKind::ARG_LIST
        | SyntaxKind::RECORD_EXPR_FIELD
        | SyntaxKind::TUPLE_EXPR
        | SyntaxKind::ARRAY_EXPR
        | SyntaxKind::RETURN_EXPR => true,
        SyntaxKind::BIN_EXPR => {
            let operation = ast::BinExpr::cast(around);
            operation.is_some_and(|it| {
                let is_assigned = matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
                !is_assigned || it.rhs().is_some_and(|it| it.syntax() == node)
            })
        }
        SyntaxKind::LET_STMT => {
            let pattern = ast::LetStmt::cast(around).and_then(|it| it.pat());
            matches!(pattern, Some(ast::Pat::IdentPat(it)) if it.ref_token().is_none())
        }
        _ => false,
    }
}

/// The start of the selected comments above the first statement.
fn range_start(source: &Source, first: &SyntaxNode, range: TextRange) -> TextSize {
    let mut start = first.text_range().start();
    let mut before = first.first_token().and_then(|token| token.prev_token());
    while let Some(token) = before {
        let is_selected = range.start() <= token.text_range().start();
        match token.kind() {
            SyntaxKind::COMMENT if is_selected => {
                let own_line = layout::is_first_on_line(&source.text, token.text_range().start());
                if !own_line {
                    break;
                }
                start = token.text_range().start();
            }
            SyntaxKind::WHITESPACE => {}
            _ => break,
        }
        before = token.prev_token();
    }
    start
}

/// The end of the selected comment after the last statement, on its line.
fn range_end(source: &Source, last: &SyntaxNode, range: TextRange) -> TextSize {
    let end = last.text_range().end();
    let mut behind = last.last_token().and_then(|token| token.next_token());
    while let Some(token) = behind {
        let at = token.text_range();
        let is_on_line = source.lines.line(at.start()) == source.lines.line(end);
        match token.kind() {
            SyntaxKind::COMMENT if is_on_line && at.end() <= range.end() => return at.end(),
            SyntaxKind::WHITESPACE if is_on_line => behind = token.next_token(),
            _ => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    /// The code selected by the range between `«` and `»`.
    fn meant(marked: &str) -> Result<String, NotExtracted> {
        let start = marked.find('«').unwrap();
        let text = marked.replacen('«', "", 1);
        let end = text.find('»').unwrap();
        let text = text.replacen('»', "", 1);
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let at = |at: usize| TextSize::try_from(at).unwrap();
        let found = Selected::of(&source, &source.root(), TextRange::new(at(start), at(end)))?;
        let kind = match (&found.list, &found.value) {
            (Some(_), Some(_)) => "tail",
            (Some(_), None) => "statements",
            (None, _) => "expression",
        };
        Ok(format!("{kind}: {}", &text[found.range]))
    }

    #[test]
    fn statements_tails_and_expressions_are_told_apart() {
        for (text, expected) in [
            (
                "fn f() {\n    «a();\n    b();»\n}",
                "statements: a();\n    b();",
            ),
            ("fn f() {\n    «a()»;\n}", "statements: a();"),
            (
                "fn f() {\n    let «a = 1;\n    b(a)»;\n}",
                "statements: let a = 1;\n    b(a);",
            ),
            (
                "fn f() -> u8 {\n    «a();\n    b()»\n}",
                "tail: a();\n    b()",
            ),
            ("fn f() {\n    «if a() {}»\n}", "statements: if a() {}"),
            ("fn f() {\n    a(«b(c + 1),» d);\n}", "expression: b(c + 1)"),
            ("fn f() {\n    let a = «b * c» + d;\n}", "expression: b * c"),
            (
                "fn f() {\n    match a {\n        B => «{ c(); }»\n    }\n}",
                "statements: c();",
            ),
            (
                "fn f() {\n    «a(); // why»\n    b();\n}",
                "statements: a(); // why",
            ),
            ("fn f() {\n    «a();» // why\n}", "statements: a();"),
        ] {
            assert_eq!(meant(text).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_cut_or_gives_nothing_new_is_refused() {
        for text in [
            "fn f() { let a = b * «c + d»; }",
            "fn f() {\n    if a {\n        «b();\n    }\n    c();»\n}",
            "fn f() { «a.b» += 1; }",
            "fn f() { a(&mut «b.c»); }",
            "fn f() { let a = «b»; }",
            "fn f() { «a.b»(1); }",
            "fn f() { if «let Some(a) = b() && c()» { d(a); } }",
            "fn f() { match a { _ => «return 1», }; }",
        ] {
            assert!(meant(text).is_err(), "{text}");
        }
    }
}
