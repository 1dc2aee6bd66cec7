//! Functions that are tables: one `match` with many short arms is looked up, not read from top to bottom.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasLoopBody},
};

use crate::syntax::{Function, Unit};

/// A table has so many arms.
const FEWEST_ARMS: usize = 8;
/// Its arms have at most so many lines on average, and nine in ten of them at most twice as many.
const MEAN_LINES: u32 = 6;
/// A longer arm is code of its own.
const LONGEST_ARM: u32 = 24;
/// So many hundredths of a function's lines stand in its table.
const LEAST_SHARE: u32 = 70;

/// Whether most of a function is one `match` with many short arms. Errs towards no.
pub fn is_table(unit: &Unit<'_>, function: &Function) -> bool {
    let lines = function.metrics.lines;
    let mut expressions = top_level_expressions(&function.body);
    expressions.any(|expression| {
        let ast::Expr::MatchExpr(table) = in_loop(expression) else {
            return false;
        };
        let own = unit.code_lines(table.syntax().text_range());
        own.saturating_mul(100) >= lines.saturating_mul(LEAST_SHARE) && has_short_arms(unit, &table)
    })
}

/// The expressions that a block's statements consist of, without what is merely wrapped around them: `Some(match … {})`.
pub fn top_level_expressions(body: &ast::BlockExpr) -> impl Iterator<Item = ast::Expr> {
    let statements = body.statements().filter_map(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => statement.expr(),
        ast::Stmt::LetStmt(statement) => statement.initializer(),
        ast::Stmt::Item(_) => None,
    });
    let expressions = statements.chain(body.tail_expr());
    expressions.filter_map(unwrapped)
}

fn unwrapped(mut expression: ast::Expr) -> Option<ast::Expr> {
    loop {
        expression = match expression {
            ast::Expr::CallExpr(call) => call.arg_list()?.args().next()?,
            ast::Expr::RefExpr(reference) => reference.expr()?,
            ast::Expr::ReturnExpr(jump) => jump.expr()?,
            other => return Some(other),
        };
    }
}

/// The last expression of a loop, as in `while let Some(token) = next() { match token { … } }`; anything else itself.
fn in_loop(expression: ast::Expr) -> ast::Expr {
    let body = match &expression {
        ast::Expr::ForExpr(cycle) => cycle.loop_body(),
        ast::Expr::LoopExpr(cycle) => cycle.loop_body(),
        ast::Expr::WhileExpr(cycle) => cycle.loop_body(),
        _ => None,
    };
    let last = body.and_then(|body| top_level_expressions(&body).last());
    last.unwrap_or(expression)
}

fn has_short_arms(unit: &Unit<'_>, table: &ast::MatchExpr) -> bool {
    let arms = table.match_arm_list().into_iter();
    let arms = arms.flat_map(|list| list.arms());
    let lines: Vec<u32> = arms
        .map(|arm| unit.code_lines(arm.syntax().text_range()))
        .collect();
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let long = lines
        .iter()
        .filter(|lines| **lines > 2 * MEAN_LINES)
        .count();
    lines.len() >= FEWEST_ARMS
        && lines.iter().all(|lines| *lines <= LONGEST_ARM)
        && lines.iter().sum::<u32>() <= count.saturating_mul(MEAN_LINES)
        && long * 10 <= lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source, outline};

    fn table(text: &str) -> bool {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let outline = outline(&source.root());
        let unit = Unit::new(text, &outline.places[0], source.context);
        is_table(&unit, &unit.functions[0])
    }

    fn arms(count: usize, lines: usize) -> String {
        let body = "a();\n".repeat(lines);
        let arms = (0..count).map(|arm| format!("{arm} => {{\n{body}}}\n"));
        arms.collect()
    }

    #[test]
    fn many_short_arms_are_a_table() {
        for text in [
            format!("fn f() {{\nmatch x {{\n{}}}\n}}", arms(8, 3)),
            format!("fn f() {{\nlet y = match x {{\n{}}};\ny\n}}", arms(20, 1)),
            format!("fn f() {{\nOk(match x {{\n{}}})\n}}", arms(9, 4)),
            format!(
                "fn f() {{\nwhile let Some(x) = y {{\nlet z = 1;\nmatch x {{\n{}}}\n}}\n}}",
                arms(9, 4)
            ),
            format!(
                "fn f() {{\nmatch x {{\n{}{}}}\n}}",
                arms(12, 1),
                arms(1, 20)
            ),
        ] {
            assert!(table(&text), "{text}");
        }
    }

    #[test]
    fn other_code_is_none() {
        for text in [
            "fn f() { a(); }".to_owned(),
            format!("fn f() {{\nmatch x {{\n{}}}\n}}", arms(7, 1)),
            format!("fn f() {{\nmatch x {{\n{}}}\n}}", arms(12, 6)),
            format!(
                "fn f() {{\nmatch x {{\n{}{}}}\n}}",
                arms(12, 1),
                arms(2, 14)
            ),
            format!(
                "fn f() {{\nmatch x {{\n{}{}}}\n}}",
                arms(30, 1),
                arms(1, 25)
            ),
            format!(
                "fn f() {{\n{}match x {{\n{}}}\n}}",
                "a();\n".repeat(30),
                arms(12, 1)
            ),
        ] {
            assert!(!table(&text), "{text}");
        }
    }
}
