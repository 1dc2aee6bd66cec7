//! The subjects of patterns, expressions and conditions, as words of a name.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, HasArgList, HasName, RangeItem},
};

use super::phrases;

/// The case that a pattern matches: `key_press` for `Event::KeyPress { .. }`, `add` for `"add"`.
pub(super) fn case(pattern: &ast::Pat) -> Option<String> {
    let path = match pattern {
        ast::Pat::TupleStructPat(it) => it.path()?,
        ast::Pat::RecordPat(it) => it.path()?,
        ast::Pat::PathPat(it) => it.path()?,
        ast::Pat::RefPat(it) => return case(&it.pat()?),
        ast::Pat::ParenPat(it) => return case(&it.pat()?),
        ast::Pat::OrPat(it) => return case_of_all(it),
        ast::Pat::LiteralPat(it) => return phrases::of_literal(&it.syntax().text().to_string()),
        ast::Pat::RangePat(it) => {
            let first = it.start()?.syntax().text().to_string();
            return phrases::of_range(&first).map(str::to_owned);
        }
        ast::Pat::TuplePat(it) => return it.fields().find_map(|field| case(&field)),
        _ => return None,
    };
    let name = path.segment()?.name_ref()?.text().to_string();
    if matches!(&*name, "Some" | "Ok" | "Err" | "None") {
        let ast::Pat::TupleStructPat(it) = pattern else {
            return None;
        };
        return case(&it.fields().next()?);
    }
    of_type(&name)
}

/// The first of two alternatives represents both. Three or more have nothing in common that the first would show.
fn case_of_all(pattern: &ast::OrPat) -> Option<String> {
    let ways: Vec<ast::Pat> = pattern.pats().collect();
    match &*ways {
        [first, _] => case(first),
        _ => None,
    }
}

/// The name of a type or a variant, if it is meaningful.
pub(super) fn of_type(name: &str) -> Option<String> {
    let name = phrases::in_snake_case(name)?;
    (!phrases::is_vague_case(&name)).then_some(name)
}

/// The only variable of a pattern.
pub(super) fn bound(pattern: &ast::Pat) -> Option<String> {
    let names = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let names: Vec<ast::IdentPat> = names.collect();
    let name = match &*names {
        [one] => one,
        // A number, and the counted element.
        [_, one] if matches!(pattern, ast::Pat::TuplePat(_)) => one,
        _ => return None,
    };
    telling(name.name()?.text())
}

/// The name of an expression: the last segment in `&self.queue.entries` and in `headers.iter()`, and the object of
/// `read_header(..)`.
pub(super) fn of_expr(of: &ast::Expr) -> Option<String> {
    match of {
        ast::Expr::PathExpr(it) => {
            let name = it.path()?.segment()?.name_ref()?.text().to_string();
            telling(&name)
        }
        ast::Expr::FieldExpr(it) => match it.name_ref().and_then(|it| telling(it.text())) {
            Some(name) => Some(name),
            None => of_expr(&it.expr()?),
        },
        ast::Expr::RefExpr(it) => of_expr(&it.expr()?),
        ast::Expr::ParenExpr(it) => of_expr(&it.expr()?),
        ast::Expr::TryExpr(it) => of_expr(&it.expr()?),
        ast::Expr::AwaitExpr(it) => of_expr(&it.expr()?),
        ast::Expr::PrefixExpr(it) => of_expr(&it.expr()?),
        ast::Expr::IndexExpr(it) => of_expr(&it.base()?),
        ast::Expr::MethodCallExpr(it) => of_method(it),
        ast::Expr::CallExpr(it) => given_by(&callee(it)?),
        _ => None,
    }
}

fn of_method(call: &ast::MethodCallExpr) -> Option<String> {
    let method = call.name_ref()?.text().to_string();
    if let Some(given) = given_by(&method) {
        return Some(given);
    }
    let is_getter = call.arg_list().is_none_or(|it| it.args().next().is_none());
    if is_getter && !phrases::is_view(&method) && phrases::verb_of(&method).is_none() {
        return telling(&method);
    }
    of_expr(&call.receiver()?)
}

/// The result of a function judging by its name: `header` for `read_header`.
fn given_by(function: &str) -> Option<String> {
    let (verb, given) = function.split_once('_')?;
    let given = given.split("_or_").next().unwrap_or(given);
    let is_told = matches!(verb, "get" | "next" | "peek") || phrases::gives_something(verb);
    if is_told { telling(given) } else { None }
}

/// The last segment of the callee's path.
pub(super) fn callee(call: &ast::CallExpr) -> Option<String> {
    let ast::Expr::PathExpr(path) = call.expr()? else {
        return None;
    };
    Some(path.path()?.segment()?.name_ref()?.text().to_string())
}

fn telling(name: &str) -> Option<String> {
    let name = name.trim_start_matches("r#").trim_matches('_');
    let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!phrases::says_nothing(name) && name.chars().all(is_snake)).then(|| name.to_owned())
}

/// The subject of a loop or a branch, by the case that its pattern names.
pub(super) fn element(node: &SyntaxNode) -> Option<String> {
    case(&pattern(node)?)
}

/// The variable that a loop or a branch binds.
pub(super) fn bound_in(node: &SyntaxNode) -> Option<String> {
    bound(&pattern(node)?)
}

fn pattern(node: &SyntaxNode) -> Option<ast::Pat> {
    if let Some(each) = ast::ForExpr::cast(node.clone()) {
        return each.pat();
    }
    if let Some(arm) = ast::MatchArm::cast(node.clone()) {
        return arm.pat();
    }
    match condition(node)? {
        ast::Expr::LetExpr(asked) => asked.pat(),
        _ => None,
    }
}

/// The condition of a branch or a loop.
pub(super) fn condition(node: &SyntaxNode) -> Option<ast::Expr> {
    match ast::WhileExpr::cast(node.clone()) {
        Some(it) => it.condition(),
        None => ast::IfExpr::cast(node.clone())?.condition(),
    }
}

/// The case that a condition selects: `comma` for `token == Token::Comma`, `whitespace` for `c.is_whitespace()`.
pub(super) fn asked(condition: &ast::Expr) -> Option<String> {
    match condition {
        ast::Expr::ParenExpr(it) => asked(&it.expr()?),
        ast::Expr::BinExpr(it) => match it.op_kind()? {
            ast::BinaryOp::LogicOp(ast::LogicOp::And) => {
                let (left, right) = (it.lhs()?, it.rhs()?);
                // None of several conditions describes the whole.
                let is_long = matches!(&left, ast::Expr::BinExpr(inner)
                    if matches!(inner.op_kind(), Some(ast::BinaryOp::LogicOp(_))));
                if is_long {
                    return None;
                }
                asked(&right).or_else(|| asked(&left))
            }
            ast::BinaryOp::CmpOp(ast::CmpOp::Eq { negated: false }) => constant(&it.rhs()?),
            _ => None,
        },
        ast::Expr::LetExpr(it) => case(&it.pat()?),
        ast::Expr::MethodCallExpr(it) => of_question(it),
        ast::Expr::CallExpr(it) => quality(&callee(it)?),
        ast::Expr::PathExpr(it) => {
            let name = it.path()?.as_single_name_ref()?.text().to_string();
            quality(&name)
        }
        ast::Expr::FieldExpr(it) => quality(it.name_ref()?.text()),
        ast::Expr::MacroExpr(it) => matched(&it.macro_call()?),
        _ => None,
    }
}

/// The subject of a predicate: `digit` for `c.is_ascii_digit()`, `empty_name` for `name.is_empty()`.
fn of_question(call: &ast::MethodCallExpr) -> Option<String> {
    let method = call.name_ref()?.text().to_string();
    let of = || of_expr(&call.receiver()?);
    match &*method {
        "is_empty" => Some(format!("empty_{}", of()?)),
        "is_none" => Some(format!("missing_{}", of()?)),
        "is_zero" => Some(format!("zero_{}", of()?)),
        "starts_with" | "ends_with" | "eq_ignore_ascii_case" => {
            constant(&call.arg_list()?.args().next()?)
        }
        _ => quality(&method),
    }
}

/// The quality that a predicate tests: `quoted` for `is_quoted`.
fn quality(name: &str) -> Option<String> {
    let (verb, rest) = name.split_once('_')?;
    let rest = rest.trim_start_matches("ascii_");
    let is_told = matches!(verb, "is" | "has" | "needs") && !phrases::is_vague_quality(rest);
    if is_told && rest.len() > 3 && rest.split('_').count() < 3 {
        telling(rest)
    } else {
        None
    }
}

/// The name of a constant value.
fn constant(value: &ast::Expr) -> Option<String> {
    match value {
        ast::Expr::PathExpr(it) => {
            let name = it.path()?.segment()?.name_ref()?.text().to_string();
            let is_constant = name.starts_with(char::is_uppercase);
            if is_constant { of_type(&name) } else { None }
        }
        ast::Expr::RefExpr(it) => constant(&it.expr()?),
        ast::Expr::Literal(it) => phrases::of_literal(&it.syntax().text().to_string()),
        _ => None,
    }
}

/// The pattern in `matches!(token, Token::Comma)`.
fn matched(call: &ast::MacroCall) -> Option<String> {
    let is_matches = call.path()?.syntax().text() == "matches";
    if !is_matches {
        return None;
    }
    let tree = call.token_tree()?;
    let tokens = super::super::selection::tokens(tree.syntax());
    let behind = tokens.skip_while(|token| token.kind() != T![,]);
    let names = behind.take_while(|token| !matches!(token.kind(), T!['('] | T!['{'] | T![|]));
    let names = names.filter(|token| token.kind() == SyntaxKind::IDENT);
    let last = names.last()?;
    let is_case = last.text().starts_with(char::is_uppercase);
    if is_case { of_type(last.text()) } else { None }
}
