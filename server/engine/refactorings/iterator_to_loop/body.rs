//! Differences between the body of a closure and that of a loop.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, T,
    ast::{self, HasArgList},
};

use super::Parts;
use crate::{
    syntax::{
        FileNames, Hazard, Refusal,
        flow::{self, Escape},
        scopes,
    },
    text::TextRange,
};

/// The `return`s of the closure itself, all of them without a value.
pub(super) fn returns(body: &ast::Expr) -> Result<Vec<TextRange>, Refusal> {
    let mut found = Vec::new();
    for (node, escape) in flow::exits(body.syntax()) {
        let is_bare = node.kind() == SyntaxKind::RETURN_EXPR && node.first_child().is_none();
        let around = node.ancestors().take_while(|it| it != body.syntax());
        let is_in_loop = around.into_iter().any(|it| {
            matches!(
                it.kind(),
                SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
            )
        });
        if escape != Escape::Return || !is_bare || is_in_loop {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The closure returns a value, or returns from within an inner loop.",
            ));
        }
        found.push(node.text_range());
    }
    Ok(found)
}

/// What macros may hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opaque {
    Nothing,
    /// An unknown macro may return from the closure.
    MayReturn,
}

pub(super) fn opaque(body: &ast::Expr) -> Result<Opaque, Refusal> {
    const KNOWN: [&str; 24] = [
        "assert",
        "assert_eq",
        "assert_ne",
        "dbg",
        "debug",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "eprint",
        "eprintln",
        "error",
        "format",
        "info",
        "matches",
        "panic",
        "print",
        "println",
        "todo",
        "trace",
        "unreachable",
        "vec",
        "warn",
        "write",
        "writeln",
    ];
    let declared = FileNames::around(body);
    let mut found = Opaque::Nothing;
    for call in body.syntax().descendants().filter_map(ast::MacroCall::cast) {
        let name = call.path().and_then(|it| it.segment()?.name_ref());
        let name = name.map(|it| it.text().to_string()).unwrap_or_default();
        let tokens = call
            .token_tree()
            .map(|tree| tree.syntax().descendants_with_tokens());
        let mut tokens = tokens
            .into_iter()
            .flatten()
            .filter_map(NodeOrToken::into_token);
        if tokens.any(|token| token.kind() == T![return])
            || declared.macro_mentions(&name, &["return"])
        {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "A macro in the closure returns from the closure.",
            ));
        }
        if declared.defines_macro(&name) || !KNOWN.contains(&&*name) {
            found = Opaque::MayReturn;
        }
    }
    Ok(found)
}

/// Refuses loops that clippy would complain about.
pub(super) fn check_lints(parts: &Parts) -> Result<(), Refusal> {
    let asks_pattern = |it: ast::Expr| match it {
        ast::Expr::IfExpr(it) => {
            it.else_branch().is_none() && matches!(it.condition(), Some(ast::Expr::LetExpr(_)))
        }
        _ => false,
    };
    let flattens = only_of(&parts.body).is_some_and(asks_pattern);
    let ends_at_once = match &parts.body {
        ast::Expr::BlockExpr(block) => flow::diverges(block),
        body => flow::expr_diverges(body),
    };
    let is_other = flattens || ends_at_once || fills(parts) || pushes_same(parts);
    if is_other
        || is_of_one(&parts.source)
        || counts(&parts.body)
        || drops_half(&parts.pattern)
        || indexes(parts)
    {
        return Err(Refusal::because(
            Hazard::Text,
            "Clippy would report the resulting loop.",
        ));
    }
    Ok(())
}

/// The only statement of a block, or the expression itself.
fn only_of(body: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = body else {
        return Some(body.clone());
    };
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        _ => None,
    }
}

/// Whether every element is set to an unrelated value.
fn fills(parts: &Parts) -> bool {
    let Some(ast::Expr::BinExpr(operation)) = only_of(&parts.body) else {
        return false;
    };
    let sets = matches!(
        operation.op_kind(),
        Some(ast::BinaryOp::Assignment { op: None })
    );
    let element = format!("*{}", parts.pattern.syntax().text());
    sets && operation
        .lhs()
        .is_some_and(|it| it.syntax().text() == element.as_str())
}

/// Whether the body only pushes a value unrelated to the element.
fn pushes_same(parts: &Parts) -> bool {
    let Some(ast::Expr::MethodCallExpr(call)) = only_of(&parts.body) else {
        return false;
    };
    let pushes = call.name_ref().is_some_and(|it| it.text() == "push");
    pushes && matches!(parts.pattern, ast::Pat::WildcardPat(_))
}

/// `[a].iter()`
fn is_of_one(source: &ast::Expr) -> bool {
    let mut first = source.syntax().descendants();
    let list = first.find_map(ast::ArrayExpr::cast);
    list.is_some_and(|list| {
        list.syntax().text_range().start() == source.syntax().text_range().start()
            && list.exprs().count() == 1
    })
}

/// Whether a statement of the body counts iterations, as `enumerate` does.
fn counts(body: &ast::Expr) -> bool {
    let ast::Expr::BlockExpr(block) = body else {
        return false;
    };
    let steps = block.statements().filter_map(|statement| match statement {
        ast::Stmt::ExprStmt(it) => it.expr(),
        _ => None,
    });
    steps.chain(block.tail_expr()).any(|step| match step {
        ast::Expr::BinExpr(it) => {
            let adds = ast::BinaryOp::Assignment {
                op: Some(ast::ArithOp::Add),
            };
            it.op_kind() == Some(adds) && it.rhs().is_some_and(|by| by.syntax().text() == "1")
        }
        _ => false,
    })
}

/// `(_, value)`, for which maps offer `values`.
fn drops_half(pattern: &ast::Pat) -> bool {
    let ast::Pat::TuplePat(pair) = pattern else {
        return false;
    };
    pair.fields()
        .any(|field| field.syntax().text().to_string().starts_with('_'))
}

/// Whether the source is a range whose numbers are used as indices.
fn indexes(parts: &Parts) -> bool {
    let ast::Pat::IdentPat(_) = &parts.pattern else {
        return false;
    };
    let counter = parts.pattern.syntax().text().to_string();
    let mut indices = parts
        .body
        .syntax()
        .descendants()
        .filter_map(ast::IndexExpr::cast);
    let is_range = match &parts.source {
        ast::Expr::ParenExpr(_) => true,
        ast::Expr::MethodCallExpr(call) => {
            call.arg_list().is_some() && matches!(call.receiver(), Some(ast::Expr::ParenExpr(_)))
        }
        _ => false,
    };
    is_range
        && indices.any(|it| it.index().and_then(|it| scopes::as_name(&it)) == Some(counter.clone()))
}
