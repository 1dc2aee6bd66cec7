//! Functions that are tables: one `match` with many short arms is looked up rather than read top to bottom.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasLoopBody},
};

use crate::syntax::{Function, Unit, inside};

/// Minimum number of arms in a table.
const FEWEST_ARMS: usize = 8;
/// Maximum median and mean number of lines between the braces of an arm.
const MEDIAN_LINES: u32 = 5;
const MEAN_LINES: u32 = 8;
/// Maximum lines of an arm; longer ones are code in their own right.
const LONGEST_ARM: u32 = 22;
/// Minimum percentage of a function's lines that its table makes up.
const LEAST_SHARE: u32 = 70;

/// Whether most of a function is a single `match` with many short arms. Errs towards `false`.
pub fn is_table(unit: &Unit<'_>, function: &Function) -> bool {
    let lines = function.metrics.lines;
    is_mostly_table(unit, &function.body, lines.saturating_mul(LEAST_SHARE))
}

/// Whether a body is a `match` preceded by at most two statements.
pub fn ends_in_match(body: &ast::BlockExpr) -> bool {
    const BEFORE: usize = 2;
    let Some(statements) = body.stmt_list() else {
        return false;
    };
    let all: Vec<SyntaxNode> = statements.syntax().children().collect();
    let Some((end, before)) = all.split_last() else {
        return false;
    };
    let end = match ast::ExprStmt::cast(end.clone()) {
        Some(statement) => statement.expr().map(|it| it.syntax().clone()),
        None => Some(end.clone()),
    };
    before.len() <= BEFORE && end.is_some_and(|end| end.kind() == SyntaxKind::MATCH_EXPR)
}

/// Whether a table makes up the given number of lines (in hundredths) of a block, including inside loops and conditions.
fn is_mostly_table(unit: &Unit<'_>, block: &ast::BlockExpr, hundredths: u32) -> bool {
    top_level_expressions(block).any(|expression| {
        let own = unit.code_lines(expression.syntax().text_range());
        if own.saturating_mul(100) < hundredths {
            return false;
        }
        match expression {
            ast::Expr::MatchExpr(table) => has_short_arms(unit, &table),
            other => body_of(&other).is_some_and(|body| is_mostly_table(unit, &body, hundredths)),
        }
    })
}

fn body_of(expression: &ast::Expr) -> Option<ast::BlockExpr> {
    match expression {
        ast::Expr::ForExpr(cycle) => cycle.loop_body(),
        ast::Expr::IfExpr(choice) => choice.then_branch(),
        ast::Expr::LoopExpr(cycle) => cycle.loop_body(),
        ast::Expr::WhileExpr(cycle) => cycle.loop_body(),
        _ => None,
    }
}

/// The expressions of a block's statements, without mere wrappers: `Some(match … {})`.
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

fn has_short_arms(unit: &Unit<'_>, table: &ast::MatchExpr) -> bool {
    let arms = table.match_arm_list().into_iter();
    let bodies = arms
        .flat_map(|list| list.arms())
        .filter_map(|arm| arm.expr());
    let mut lines: Vec<u32> = bodies.map(|body| lines_of(unit, &body)).collect();
    lines.sort_unstable();
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    lines.len() >= FEWEST_ARMS
        && lines.last().is_some_and(|most| *most <= LONGEST_ARM)
        && lines[lines.len() / 2] <= MEDIAN_LINES
        && lines.iter().sum::<u32>() <= count.saturating_mul(MEAN_LINES)
}

fn lines_of(unit: &Unit<'_>, body: &ast::Expr) -> u32 {
    unit.code_lines(match body {
        ast::Expr::BlockExpr(block) => inside(block),
        other => other.syntax().text_range(),
    })
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
                "fn f() {{\nif let Some(x) = y {{\nlet z = match x {{\n{}}};\nz\n}} else {{ 1 }}\n}}",
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
            format!("fn f() {{\nmatch x {{\n{}{}}}\n}}", arms(8, 1), arms(9, 9)),
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
