//! Whether the code needs another change than a guard, which would get in the way.

use ra_ap_syntax::{
    AstNode, Direction, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, CmpOp, ElseBranch, HasLoopBody, HasName, LogicOp},
};

use super::lines_between_braces;
use crate::syntax::{
    conditions::{conjuncts, operands},
    flow::{BodyOf, body_of},
};

/// Minimum number of branches of a chain that reads like a table.
const FEWEST_OF_TABLE: usize = 4;

/// Whether a reviewer would rather suggest another change to the `if`, which ends `block` and contains `then`.
pub(super) fn is_wanted(
    choice: &ast::IfExpr,
    block: &ast::BlockExpr,
    then: &ast::BlockExpr,
) -> bool {
    is_asked_again_inside(choice, then)
        || is_table(then)
        || is_match_on_it(choice, then)
        || wants_while_let(choice, block)
        || is_bound_for_it(choice)
        || is_named_to_be_asked(choice)
        || declares_again(choice, block, then)
}

/// Whether the condition is just an ordering comparison: its negation is another bound instead of the other case.
pub(super) fn compares_by_order(choice: &ast::IfExpr) -> bool {
    let condition = choice.condition();
    let compares = |part: ast::Expr| match part {
        ast::Expr::BinExpr(binary) => {
            matches!(binary.op_kind(), Some(BinaryOp::CmpOp(CmpOp::Ord { .. })))
        }
        _ => false,
    };
    condition.is_some_and(|it| conjuncts(&it).into_iter().all(compares))
}

/// Whether the code is `if a || b { if a { … } if b { … } }`, where the outer `if` is redundant.
fn is_asked_again_inside(choice: &ast::IfExpr, then: &ast::BlockExpr) -> bool {
    let condition = choice.condition();
    let asked = condition.iter().flat_map(|it| operands(it, LogicOp::Or));
    let asked: Vec<_> = asked.map(|it| it.syntax().text().to_string()).collect();
    let asks = |inner: ast::Expr| match inner {
        ast::Expr::IfExpr(inner) if inner.else_branch().is_none() => inner
            .condition()
            .is_some_and(|it| asked.contains(&it.syntax().text().to_string())),
        _ => false,
    };
    let mut statements = then.statements().map(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => statement.expr(),
        _ => None,
    });
    asked.len() > 1
        && statements.all(|statement| statement.is_some_and(asks))
        && then.tail_expr().is_none_or(asks)
}

/// Whether the block is a single chain of branches, one per value. Its problem is the repetition instead of the nesting.
fn is_table(then: &ast::BlockExpr) -> bool {
    let only = match (then.statements().next(), then.tail_expr()) {
        (None, tail) => tail,
        _ => None,
    };
    let Some(ast::Expr::IfExpr(first)) = only else {
        return false;
    };
    let rest = std::iter::successors(Some(first), |branch| match branch.else_branch() {
        Some(ElseBranch::IfExpr(next)) => Some(next),
        _ => None,
    });
    rest.count() >= FEWEST_OF_TABLE
}

/// Whether the code is `let a = b; if a.c() { let a = d; … }`: two variables of the same name would share a scope.
fn declares_again(choice: &ast::IfExpr, block: &ast::BlockExpr, then: &ast::BlockExpr) -> bool {
    let inner = declared_in(then.statements());
    let start = choice.syntax().text_range().start();
    let before = block
        .statements()
        .take_while(|it| it.syntax().text_range().end() <= start);
    !inner.is_empty() && declared_in(before).iter().any(|name| inner.contains(name))
}

fn declared_in(statements: impl Iterator<Item = ast::Stmt>) -> Vec<String> {
    let patterns = statements.filter_map(|statement| match statement {
        ast::Stmt::LetStmt(statement) => statement.pat(),
        _ => None,
    });
    let names = patterns.flat_map(|it| {
        let names = it.syntax().descendants().filter_map(ast::Name::cast);
        names
            .map(|name| name.text().to_string())
            .collect::<Vec<_>>()
    });
    names.collect()
}

/// Whether the code is `if let Some(a) = b { match a { … } }`, which a single `match` on `b` covers.
fn is_match_on_it(choice: &ast::IfExpr, then: &ast::BlockExpr) -> bool {
    let (Some(ast::Expr::MatchExpr(inner)), Some(ast::Expr::LetExpr(matched))) =
        (only(then), choice.condition())
    else {
        return false;
    };
    let asked = inner.expr().map(|it| it.syntax().text().to_string());
    let asked = asked.unwrap_or_default();
    let asked = asked.trim_start_matches(['&', '*']);
    let mut bound = matched.syntax().descendants().filter_map(ast::Name::cast);
    bound.any(|name| name.text() == asked)
}

/// Whether the code is `loop { if let Ok(a) = next() { … } }`, which loops forever on a mismatch and needs `while let` or a
/// `break`.
fn wants_while_let(choice: &ast::IfExpr, block: &ast::BlockExpr) -> bool {
    let is_loop = match body_of(block) {
        Some(BodyOf::Loop(around)) => ast::LoopExpr::can_cast(around.kind()),
        _ => false,
    };
    let is_all = block.statements().next().is_none();
    is_loop && is_all && matches!(choice.condition(), Some(ast::Expr::LetExpr(_)))
}

/// Whether the code is `let a = b(); if let Some(c) = a { … }` without another use of `a`, which should be inlined first.
fn is_bound_for_it(choice: &ast::IfExpr) -> bool {
    let Some((name, _)) = bound_before(choice) else {
        return false;
    };
    let scrutinee = match choice.condition() {
        Some(ast::Expr::LetExpr(matched)) => matched.expr(),
        _ => None,
    };
    let is_asked = scrutinee.is_some_and(|it| it.syntax().text() == name.as_str());
    let branches = [
        choice.then_branch().map(|it| it.syntax().clone()),
        else_of(choice),
    ];
    let matched = choice.condition().map(|it| it.syntax().clone());
    let hides = matched.is_some_and(|matched| {
        let mut names = matched.descendants().filter_map(ast::Name::cast);
        names.any(|it| it.text() == &*name)
    });
    let mut branches = branches.into_iter().flatten();
    is_asked && (hides || !branches.any(|branch| reads(&branch, &name)))
}

/// Whether the code is `let a = b == c; if a { … }` without another use of `a`: a guard would test `b != c` without the
/// variable.
fn is_named_to_be_asked(choice: &ast::IfExpr) -> bool {
    let Some((name, ast::Expr::BinExpr(value))) = bound_before(choice) else {
        return false;
    };
    if !matches!(value.op_kind(), Some(BinaryOp::CmpOp(_))) {
        return false;
    }
    let condition = choice.condition();
    let is_asked = condition.is_some_and(|it| it.syntax().text() == name.as_str());
    let then = choice.then_branch().map(|it| it.syntax().clone());
    let mut branches = then.into_iter().chain(else_of(choice));
    is_asked && !branches.any(|branch| reads(&branch, &name))
}

/// Whether the statement before only prepares for the code after a guard, so that the guard belongs above it.
pub(super) fn is_prepared_before(choice: &ast::IfExpr, rest: &ast::BlockExpr) -> bool {
    let Some((name, value)) = bound_before(choice) else {
        return false;
    };
    let condition = choice.condition().map(|it| it.syntax().clone());
    let other = match choice.then_branch() {
        Some(then) if then == *rest => else_of(choice),
        then => then.map(|it| it.syntax().clone()),
    };
    let mut beside = condition.into_iter().chain(other);
    !matches!(value, ast::Expr::Literal(_) | ast::Expr::PathExpr(_))
        && reads(rest.syntax(), &name)
        && !beside.any(|part| reads(&part, &name))
}

/// Whether the `if` is the whole body of a loop in a `match` arm, and another arm has such a loop whose block is too short for
/// a guard.
pub(super) fn is_like_other_arms(choice: &ast::IfExpr, least: u32) -> bool {
    let around = choice.syntax().ancestors();
    let mut around = around.take_while(|node| !ast::Fn::can_cast(node.kind()));
    let own = around.find_map(ast::MatchArm::cast);
    let others = own.iter().flat_map(|arm| {
        let arms = arm.syntax().siblings(Direction::Next);
        arms.chain(arm.syntax().siblings(Direction::Prev))
    });
    let mut others = others.filter_map(ast::MatchArm::cast);
    others.any(|arm| {
        let asks = || only_question(&only_loop(&arm)?.loop_body()?);
        Some(&arm) != own.as_ref() && asks().is_some_and(|then| lines_between_braces(&then) < least)
    })
}

fn only_loop(arm: &ast::MatchArm) -> Option<ast::ForExpr> {
    match arm.expr()? {
        ast::Expr::ForExpr(each) => Some(each),
        ast::Expr::BlockExpr(block) => match only(&block)? {
            ast::Expr::ForExpr(each) => Some(each),
            _ => None,
        },
        _ => None,
    }
}

/// The block of an `if` without `else` that is the whole of another block.
fn only_question(block: &ast::BlockExpr) -> Option<ast::BlockExpr> {
    match only(block)? {
        ast::Expr::IfExpr(choice) if choice.else_branch().is_none() => choice.then_branch(),
        _ => None,
    }
}

/// The expression of a block, if there is only one.
fn only(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        _ => None,
    }
}

/// Whether a block only panics, which `assert!` expresses in one line.
pub(super) fn only_panics(block: &ast::BlockExpr) -> bool {
    let text = block.syntax().text().to_string();
    let inside = text.trim_start_matches('{').trim_start();
    let panics = ["panic!", "todo!", "unimplemented!", "unreachable!"];
    let starts = panics.iter().any(|panic| inside.starts_with(panic));
    starts && block.statements().count() + usize::from(block.tail_expr().is_some()) == 1
}

/// The variable that the preceding statement declares by name, with its value.
fn bound_before(choice: &ast::IfExpr) -> Option<(String, ast::Expr)> {
    let whole = choice.syntax().parent().and_then(ast::ExprStmt::cast);
    let whole = whole.map_or_else(|| choice.syntax().clone(), |it| it.syntax().clone());
    let before = ast::LetStmt::cast(whole.prev_sibling()?)?;
    let Some(ast::Pat::IdentPat(pattern)) = before.pat() else {
        return None;
    };
    Some((pattern.name()?.text().to_string(), before.initializer()?))
}

fn else_of(choice: &ast::IfExpr) -> Option<SyntaxNode> {
    Some(match choice.else_branch()? {
        ElseBranch::Block(block) => block.syntax().clone(),
        ElseBranch::IfExpr(next) => next.syntax().clone(),
    })
}

/// Whether a node mentions a name, in macro input too.
fn reads(node: &SyntaxNode, name: &str) -> bool {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut words = tokens.filter(|token| !token.kind().is_trivia());
    words.any(|token| match token.kind() {
        SyntaxKind::IDENT => token.text() == name,
        SyntaxKind::STRING => token.text().contains(&format!("{{{name}")),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::block_ended_by, *};
    use crate::syntax::{FileContext, Source};

    fn first_of(body: &str) -> ast::IfExpr {
        let text = format!("fn f() {{ {body} }}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let mut choices = source.root().descendants().filter_map(ast::IfExpr::cast);
        choices.next().unwrap()
    }

    fn wants_other(body: &str) -> bool {
        let choice = first_of(body);
        let block = block_ended_by(&choice).unwrap();
        is_wanted(&choice, &block, &choice.then_branch().unwrap())
    }

    #[test]
    fn what_is_asked_again_inside() {
        assert!(wants_other("if a() || b { if b { c(); } if a() { d(); } }"));
        for other in [
            "if a() || b { if b { c(); } d(); }",
            "if a() || b { if b { c(); } else { d(); } }",
            "if a() || b { if e { c(); } if a() { d(); } }",
            "if a() { if a() { c(); } }",
            "if a() || b { let c = b; }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_table_of_branches() {
        let chain = |count: usize| vec!["if a == 1 { b(); }"; count].join(" else ");
        assert!(wants_other(&format!(
            "if let Some(a) = c {{ {} }}",
            chain(4)
        )));
        assert!(!wants_other(&format!(
            "if let Some(a) = c {{ {} }}",
            chain(3)
        )));
        assert!(!wants_other(&format!(
            "if let Some(a) = c {{ d(); {} }}",
            chain(4)
        )));
    }

    #[test]
    fn a_loop_that_only_waits_for_a_value() {
        assert!(wants_other("loop { if let Ok(a) = b() { c(a); } }"));
        for other in [
            "loop { d(); if let Ok(a) = b() { c(a); } }",
            "loop { if a() { c(); } }",
            "for e in f { if let Ok(a) = b(e) { c(a); } }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn an_arm_among_others_of_its_form() {
        let is_like = |other: &str| {
            let arm = "for c in b { if let Some(d) = c {\ne(d);\nf();\ng();\n} }";
            let choice = first_of(&format!(
                "match a {{ A(b) => {{ {arm} }} B(b) => {other} C => {{}} }}"
            ));
            is_like_other_arms(&choice, 3)
        };
        assert!(is_like("for c in b { if c.d() { e(c); } }"));
        assert!(is_like("{ for c in b { if let Some(d) = c { e(d); } } }"));
        assert!(!is_like("{ for c in b { e(c); } }"));
        assert!(!is_like("{ for c in b {\nif c {\na();\nb();\nc();\n}\n} }"));
    }

    #[test]
    fn a_variable_for_the_question_alone() {
        assert!(wants_other("let a = b(); if let Some(c) = a { d(c); }"));
        assert!(wants_other("let a = b(); if let Some(a) = a { d(a); }"));
        for other in [
            "let a = b(); if let Some(c) = a { d(c, a); }",
            "let a = b(); if let Some(c) = a { d(c); } else { e(a); }",
            "let a = b(); f(); if let Some(c) = a { d(c); }",
            "let a = b(); if let Some(c) = a.g() { d(c); }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_variable_that_is_declared_again() {
        assert!(wants_other(
            "let a = b(); c(); if a.d() { let a = e(); f(a); }"
        ));
        for other in [
            "let a = b(); c(); if a.d() { let e = e(); f(e); }",
            "let a = b(); c(); if a.d() { if c { let a = e(); f(a); } }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_variable_that_is_asked_once() {
        assert!(wants_other("let a = b == c; if a { d(); }"));
        for other in [
            "let a = b == c; if a { d(a); }",
            "let a = b == c; if a { d(); } else { e(a); }",
            "let a = b == c; if a && f { d(); }",
            "let a = b == c; f(a); if a { d(); }",
            "let a = b.c(); if a { d(); }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_match_on_what_is_bound() {
        assert!(wants_other(
            "if let Some(a) = b { match a { C => c(), _ => d() } }"
        ));
        assert!(wants_other(
            "if let Some(a) = b { match &a { C => c(), _ => d() } }"
        ));
        for other in [
            "if let Some(a) = b { match a.e() { C => c(), _ => d() } }",
            "if let Some(a) = b { match e { C => c(a), _ => d() } }",
            "if let Some(a) = b { e(); match a { C => c(), _ => d() } }",
            "if b { match a { C => c(), _ => d() } }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_variable_for_what_follows_alone() {
        let is_prepared = |body: &str| {
            let choice = first_of(body);
            is_prepared_before(&choice, &choice.then_branch().unwrap())
        };
        assert!(is_prepared("let a = b(); if c { d(a); } else { return; }"));
        for other in [
            "let a = b(); if a.c() { d(a); } else { return; }",
            "let a = b(); if c { d(a); } else { e(a); return; }",
            "let a = b(); if c { d(); } else { return; }",
            "let a = 1; if c { d(a); } else { return; }",
            "let a = b(); if c { d(a); } else { return format!(\"{a}\"); }",
        ] {
            assert!(!is_prepared(other), "{other}");
        }
    }

    #[test]
    fn a_block_that_only_panics() {
        let panics = |body: &str| only_panics(&first_of(body).then_branch().unwrap());
        assert!(panics("if a { unreachable!(\"b\") }"));
        assert!(panics("if a { panic!(); }"));
        assert!(!panics("if a { b(); panic!(); }"));
        assert!(!panics("if a { return; }"));
    }

    #[test]
    fn comparisons_by_order() {
        for (condition, expected) in [
            ("a > b", true),
            ("b < c && a <= 1 + b", true),
            ("c && a <= 1 + b", false),
            ("a == b", false),
            ("a.is_some() && c != d", false),
            ("f(a > b)", false),
        ] {
            let choice = first_of(&format!("if {condition} {{ g(); }}"));
            assert_eq!(compares_by_order(&choice), expected, "{condition}");
        }
    }
}
