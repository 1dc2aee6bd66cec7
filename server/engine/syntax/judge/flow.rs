//! Control flow: early exits from code, and code that diverges.
//!
//! Closures, async and const blocks, and items are separate scopes: nothing jumps from them into the surrounding code. Macros
//! are opaque, except for the few in the standard library that never return.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{self, BlockModifier, ElseBranch, HasLoopBody},
};

use crate::syntax::{FileNames, holds};

/// An early exit from a piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Escape {
    Return,
    /// `?`
    Try,
    /// With its label, if any.
    Break(Option<String>),
    Continue(Option<String>),
    Await,
    Yield,
}

/// All early exits of `node` in source order.
pub fn escapes(node: &SyntaxNode) -> Vec<Escape> {
    exits(node).into_iter().map(|(_, escape)| escape).collect()
}

/// All early exits of `node` with their expressions.
pub fn exits(node: &SyntaxNode) -> Vec<(SyntaxNode, Escape)> {
    let mut walk = node.preorder();
    let mut inside = Inside::default();
    let mut found = Vec::new();
    while let Some(event) = walk.next() {
        match event {
            WalkEvent::Enter(here) if here != *node && is_own_scope(&here) => {
                walk.skip_subtree();
            }
            WalkEvent::Enter(here) => {
                inside.enter(&here);
                if !holds(&here, is_escape) {
                    walk.skip_subtree();
                }
                let escape = escape(&here).filter(|escape| inside.lets_out(escape));
                found.extend(escape.map(|escape| (here, escape)));
            }
            WalkEvent::Leave(here) => inside.leave(&here),
        }
    }
    found
}

/// The loops, labels and `try` blocks around an expression.
#[derive(Default)]
struct Inside {
    loops: usize,
    tries: usize,
    labels: Vec<Option<String>>,
}

impl Inside {
    fn enter(&mut self, node: &SyntaxNode) {
        if is_loop(node) {
            self.loops += 1;
        }
        if is_try_block(node) {
            self.tries += 1;
        }
        if may_have_label(node) {
            self.labels.push(own_label(node));
        }
    }

    fn leave(&mut self, node: &SyntaxNode) {
        if is_loop(node) {
            self.loops -= 1;
        }
        if is_try_block(node) {
            self.tries -= 1;
        }
        if may_have_label(node) {
            self.labels.pop();
        }
    }

    fn lets_out(&self, escape: &Escape) -> bool {
        match escape {
            Escape::Break(None) | Escape::Continue(None) => self.loops == 0,
            Escape::Break(label) | Escape::Continue(label) => !self.labels.contains(label),
            Escape::Try => self.tries == 0,
            Escape::Return | Escape::Await | Escape::Yield => true,
        }
    }
}

fn is_escape(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::RETURN_EXPR
            | SyntaxKind::BECOME_EXPR
            | SyntaxKind::YEET_EXPR
            | SyntaxKind::TRY_EXPR
            | SyntaxKind::AWAIT_EXPR
            | SyntaxKind::YIELD_EXPR
            | SyntaxKind::BREAK_EXPR
            | SyntaxKind::CONTINUE_EXPR
    )
}

fn escape(node: &SyntaxNode) -> Option<Escape> {
    match node.kind() {
        SyntaxKind::RETURN_EXPR | SyntaxKind::BECOME_EXPR | SyntaxKind::YEET_EXPR => {
            Some(Escape::Return)
        }
        SyntaxKind::TRY_EXPR => Some(Escape::Try),
        SyntaxKind::AWAIT_EXPR => Some(Escape::Await),
        SyntaxKind::YIELD_EXPR => Some(Escape::Yield),
        SyntaxKind::BREAK_EXPR => Some(Escape::Break(named_label(node))),
        SyntaxKind::CONTINUE_EXPR => Some(Escape::Continue(named_label(node))),
        _ => None,
    }
}

fn named_label(jump: &SyntaxNode) -> Option<String> {
    let lifetime = jump.children().find_map(ast::Lifetime::cast)?;
    Some(lifetime.syntax().text().to_string())
}

fn own_label(node: &SyntaxNode) -> Option<String> {
    let label = node.children().find_map(ast::Label::cast)?;
    Some(label.lifetime()?.syntax().text().to_string())
}

fn may_have_label(node: &SyntaxNode) -> bool {
    is_loop(node) || (node.kind() == SyntaxKind::BLOCK_EXPR && !is_own_scope(node))
}

fn is_loop(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR
    )
}

fn is_try_block(node: &SyntaxNode) -> bool {
    let block = ast::BlockExpr::cast(node.clone());
    block.is_some_and(|block| matches!(block.modifier(), Some(BlockModifier::Try { .. })))
}

/// Whether nothing inside the node can jump to the surrounding code.
pub fn is_own_scope(node: &SyntaxNode) -> bool {
    if node.kind() == SyntaxKind::CLOSURE_EXPR || ast::Item::can_cast(node.kind()) {
        return node.kind() != SyntaxKind::MACRO_CALL;
    }
    let block = ast::BlockExpr::cast(node.clone());
    let modifier = block.and_then(|block| block.modifier());
    matches!(
        modifier,
        Some(
            BlockModifier::Async(_)
                | BlockModifier::Const(_)
                | BlockModifier::Gen(_)
                | BlockModifier::AsyncGen(_)
        )
    )
}

/// Whether the code is executed at run time: it is in a function or closure, and not in a `const fn`, a constant or another
/// kind of block.
pub fn is_run(node: &SyntaxNode) -> bool {
    let scope = node.ancestors().skip(1).find(is_own_scope);
    match scope.map(|scope| (scope.kind(), ast::Fn::cast(scope))) {
        Some((_, Some(function))) => function.const_token().is_none(),
        Some((kind, None)) => kind == SyntaxKind::CLOSURE_EXPR,
        None => false,
    }
}

/// What a block is the body of, as relevant to a jump at its end.
#[derive(Debug, Clone)]
pub enum BodyOf {
    Function(ast::Fn),
    Closure(ast::ClosureExpr),
    Loop(SyntaxNode),
}

/// What `block` is directly the body of; `None` for any other block.
pub fn body_of(block: &ast::BlockExpr) -> Option<BodyOf> {
    if block.modifier().is_some() {
        return None;
    }
    let parent = block.syntax().parent()?;
    match parent.kind() {
        SyntaxKind::FN => ast::Fn::cast(parent).map(BodyOf::Function),
        SyntaxKind::CLOSURE_EXPR => ast::ClosureExpr::cast(parent).map(BodyOf::Closure),
        SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR => {
            (loop_body(&parent).as_ref() == Some(block)).then_some(BodyOf::Loop(parent))
        }
        _ => None,
    }
}

/// The body of a loop, as opposed to its condition or iterated expression, which may be blocks too.
fn loop_body(node: &SyntaxNode) -> Option<ast::BlockExpr> {
    if let Some(it) = ast::ForExpr::cast(node.clone()) {
        return it.loop_body();
    }
    if let Some(it) = ast::WhileExpr::cast(node.clone()) {
        return it.loop_body();
    }
    ast::LoopExpr::cast(node.clone())?.loop_body()
}

/// Whether the value of a block is the result of its function: the body, or a branch in tail position.
pub fn gives_result(block: &ast::BlockExpr) -> bool {
    match body_of(block) {
        Some(BodyOf::Loop(_)) => return false,
        Some(_) => return true,
        None if block.modifier().is_some() || block.label().is_some() => return false,
        None => {}
    }
    let Some(mut choice) = choice_of(block) else {
        return false;
    };
    while let Some(outer) = choice.parent().and_then(ast::IfExpr::cast) {
        let other = outer.else_branch();
        if !matches!(other, Some(ast::ElseBranch::IfExpr(next)) if *next.syntax() == choice) {
            return false;
        }
        choice = outer.syntax().clone();
    }
    let list = choice.parent().and_then(ast::StmtList::cast);
    let Some(list) = list else {
        return false;
    };
    let is_tail = list
        .tail_expr()
        .is_some_and(|tail| *tail.syntax() == choice);
    let around = list.syntax().parent().and_then(ast::BlockExpr::cast);
    is_tail && around.is_some_and(|around| gives_result(&around))
}

/// The `if` or `match` that has the block as a branch.
fn choice_of(block: &ast::BlockExpr) -> Option<SyntaxNode> {
    let parent = block.syntax().parent()?;
    if let Some(arm) = ast::MatchArm::cast(parent.clone()) {
        let is_body = arm.expr()?.syntax() == block.syntax();
        return is_body.then(|| parent.ancestors().nth(2))?;
    }
    let choice = ast::IfExpr::cast(parent)?;
    let is_condition = choice.condition()?.syntax() == block.syntax();
    (!is_condition).then(|| choice.syntax().clone())
}

/// Whether an expression is a statement without a `;`.
pub fn is_block_like(expr: &ast::Expr) -> bool {
    matches!(
        expr,
        ast::Expr::IfExpr(_)
            | ast::Expr::MatchExpr(_)
            | ast::Expr::ForExpr(_)
            | ast::Expr::WhileExpr(_)
            | ast::Expr::LoopExpr(_)
            | ast::Expr::BlockExpr(_)
    )
}

/// The expression of an expression statement, or the node itself.
pub fn without_semicolon(statement: SyntaxNode) -> SyntaxNode {
    let inside = ast::ExprStmt::cast(statement.clone()).and_then(|it| it.expr());
    inside.map_or(statement, |it| it.syntax().clone())
}

/// Whether a block diverges, judged by its last statement.
pub fn diverges(block: &ast::BlockExpr) -> bool {
    if !matches!(block.modifier(), None | Some(BlockModifier::Unsafe(_))) {
        return false;
    }
    if let Some(tail) = block.tail_expr() {
        return expr_diverges(&tail);
    }
    let last = block
        .statements()
        .filter(|statement| !matches!(statement, ast::Stmt::Item(_)))
        .last();
    match last {
        Some(ast::Stmt::ExprStmt(statement)) => {
            statement.expr().is_some_and(|expr| expr_diverges(&expr))
        }
        _ => false,
    }
}

/// Whether an expression diverges, as far as its syntax shows.
pub fn expr_diverges(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::ReturnExpr(_)
        | ast::Expr::BreakExpr(_)
        | ast::Expr::ContinueExpr(_)
        | ast::Expr::BecomeExpr(_)
        | ast::Expr::YeetExpr(_) => true,
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| expr_diverges(&inner)),
        ast::Expr::MacroExpr(call) => call.macro_call().is_some_and(|call| never_returns(&call)),
        ast::Expr::CallExpr(call) => ends_process(call),
        ast::Expr::BlockExpr(block) => diverges(block),
        ast::Expr::IfExpr(choice) => if_diverges(choice),
        ast::Expr::MatchExpr(choice) => match_diverges(choice),
        _ => false,
    }
}

fn if_diverges(choice: &ast::IfExpr) -> bool {
    let then = choice.then_branch().is_some_and(|block| diverges(&block));
    then && match choice.else_branch() {
        Some(ElseBranch::Block(block)) => diverges(&block),
        Some(ElseBranch::IfExpr(next)) => if_diverges(&next),
        None => false,
    }
}

fn match_diverges(choice: &ast::MatchExpr) -> bool {
    let Some(arms) = choice.match_arm_list() else {
        return false;
    };
    let mut arms = arms.arms().peekable();
    arms.peek().is_some() && arms.all(|arm| arm.expr().is_some_and(|expr| expr_diverges(&expr)))
}

fn never_returns(call: &ast::MacroCall) -> bool {
    const MACROS: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];
    let Some(path) = call.path() else {
        return false;
    };
    let path = path.syntax().text().to_string();
    let name = path
        .strip_prefix("std::")
        .or_else(|| path.strip_prefix("core::"))
        .unwrap_or(&path);
    MACROS.contains(&name) && (name != path || !FileNames::around(call).has_macro(name))
}

fn ends_process(call: &ast::CallExpr) -> bool {
    const FUNCTIONS: [&str; 4] = [
        "process::exit",
        "std::process::exit",
        "process::abort",
        "std::process::abort",
    ];
    let callee = call.expr().map(|callee| callee.syntax().text().to_string());
    callee.is_some_and(|callee| {
        // The file's declarations are checked last, as there are many calls.
        let is_ours =
            || !callee.starts_with("std") && FileNames::around(call).has_module("process");
        FUNCTIONS.contains(&callee.as_str()) && !is_ours()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn body(code: &str) -> ast::BlockExpr {
        let text = format!("fn f() {{ {code} }}");
        let root = Tree::parse(&text, FileContext::default().edition)
            .unwrap()
            .root();
        root.descendants().find_map(ast::BlockExpr::cast).unwrap()
    }

    fn out(code: &str) -> Vec<Escape> {
        escapes(body(code).syntax())
    }

    #[test]
    fn jumps_leave_unless_their_target_is_inside() {
        assert_eq!(out("return; a?; b.await;").len(), 3);
        assert_eq!(
            out("break; loop { break; continue; }"),
            [Escape::Break(None)]
        );
        assert_eq!(
            out("loop { while a { break 'outer; } }"),
            [Escape::Break(Some("'outer".to_owned()))]
        );
        assert_eq!(out("'a: loop { loop { continue 'a; } }"), []);
        assert_eq!(out("'a: { loop { break 'a; } }"), []);
        assert_eq!(
            out("'a: { break 'a; } continue 'a;"),
            [Escape::Continue(Some("'a".to_owned()))]
        );
        assert_eq!(out("'a: { break; }"), [Escape::Break(None)]);
    }

    #[test]
    fn scopes_of_their_own_hold_their_jumps() {
        assert_eq!(out("let c = || { return a?; };"), []);
        assert_eq!(out("async { a?.await; return 1; };"), []);
        assert_eq!(out("const { return };"), []);
        assert_eq!(out("fn g() { return a?; }"), []);
        assert_eq!(out("unsafe { a? };"), [Escape::Try]);
        assert_eq!(out("|| (); a?;"), [Escape::Try]);
    }

    #[test]
    fn what_never_comes_to_its_end() {
        for code in [
            "return",
            "return 1;",
            "a(); break 'x;",
            "continue;",
            "panic!(\"a\")",
            "std::unreachable!();",
            "process::exit(1)",
            "if a { return } else if b { todo!() } else { break }",
            "match a { b => return, c => { d(); continue } }",
            "unsafe { return; }",
            "return; fn g() {}",
        ] {
            assert!(diverges(&body(code)), "{code}");
        }
        for code in [
            "",
            "return; a()",
            "if a { return }",
            "if a { return } else { b() }",
            "match a {}",
            "match a { b => return, c => d() }",
            "loop {}",
            "'a: { break 'a }",
            "|| return",
            "bail!()",
            "let a = return;",
            "exit(1)",
        ] {
            assert!(!diverges(&body(code)), "{code}");
        }
    }

    #[test]
    fn only_the_body_itself_is_a_body() {
        let of = |code: &str, nth: usize| {
            let block = body(code);
            let inner = block
                .syntax()
                .descendants()
                .filter_map(ast::BlockExpr::cast);
            body_of(&inner.collect::<Vec<_>>()[nth])
        };
        assert!(matches!(of("", 0), Some(BodyOf::Function(_))));
        assert!(matches!(of("loop {}", 1), Some(BodyOf::Loop(_))));
        assert!(matches!(of("for a in { b } {}", 2), Some(BodyOf::Loop(_))));
        assert!(of("for a in { b } {}", 1).is_none());
        assert!(matches!(of("|| {};", 1), Some(BodyOf::Closure(_))));
        assert!(of("|| async {};", 1).is_none());
        assert!(of("'a: {}", 1).is_none());
        assert!(of("if a {}", 1).is_none());
    }
}
