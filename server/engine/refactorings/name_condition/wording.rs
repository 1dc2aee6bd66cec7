//! Words for a condition: from what it asks, or else from what is done when it holds.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, LogicOp, UnaryOp},
};

use crate::syntax::conditions;

/// Longer names than this say the condition again instead of naming it.
const LONGEST: usize = 32;

/// Names for the condition of an `if`, the best first. At least one.
pub(super) fn wishes(found: &ast::IfExpr, condition: &ast::Expr) -> Vec<String> {
    let mut wishes = Vec::new();
    wishes.extend(from_operands(condition));
    wishes.extend(from_block(found));
    wishes.push("condition_holds".to_owned());
    wishes
}

/// `is_open_and_ready` of `a.is_open() && b.is_ready()`, where both operands ask by name.
fn from_operands(condition: &ast::Expr) -> Option<String> {
    let operator = conditions::top_operator(condition)?;
    let operands = conditions::operands(condition, operator);
    let [left, right] = operands.as_slice() else {
        return None;
    };
    let (left, right) = (question(left)?, question(right)?);
    let link = match operator {
        LogicOp::And => "and",
        LogicOp::Or => "or",
    };
    let right = match (prefix(&left), prefix(&right)) {
        (Some(one), Some(other)) if one == other => right[other.len()..].to_owned(),
        _ => right,
    };
    let name = format!("{left}_{link}_{right}");
    (name.len() <= LONGEST && left != right).then_some(name)
}

/// What an operand asks, if it asks by a name: `is_open` of `door.is_open()`.
fn question(operand: &ast::Expr) -> Option<String> {
    let (inner, is_negated) = match operand {
        ast::Expr::PrefixExpr(not) if not.op_kind() == Some(UnaryOp::Not) => (not.expr()?, true),
        _ => (operand.clone(), false),
    };
    let name = match &inner {
        ast::Expr::MethodCallExpr(call) => call.name_ref()?.text().to_string(),
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::PathExpr(path) => path.path()?.as_single_name_ref()?.text().to_string(),
        ast::Expr::CallExpr(call) => {
            let ast::Expr::PathExpr(path) = call.expr()? else {
                return None;
            };
            path.path()?.segment()?.name_ref()?.text().to_string()
        }
        _ => return None,
    };
    let prefix = prefix(&name)?;
    if is_negated {
        return Some(format!("{prefix}not_{}", &name[prefix.len()..]));
    }
    Some(name)
}

/// The part of a name that makes it a question.
fn prefix(name: &str) -> Option<&'static str> {
    let prefixes = [
        "is_", "has_", "can_", "should_", "needs_", "was_", "allows_",
    ];
    prefixes
        .into_iter()
        .find(|prefix| name.starts_with(prefix) && name.len() > prefix.len())
}

/// `should_sort` where the block sorts.
fn from_block(found: &ast::IfExpr) -> Option<String> {
    let block = found.then_branch()?;
    let first = block.statements().find_map(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => statement.expr(),
        _ => None,
    });
    let verb = verb(&first.or_else(|| block.tail_expr())?)?;
    let name = format!("should_{verb}");
    (name.len() <= LONGEST).then_some(name)
}

/// What an expression does, in a word.
fn verb(expression: &ast::Expr) -> Option<String> {
    let name = match expression {
        ast::Expr::ContinueExpr(_) => "skip".to_owned(),
        ast::Expr::BreakExpr(_) => "stop".to_owned(),
        ast::Expr::ReturnExpr(jump) => of_return(jump),
        ast::Expr::MethodCallExpr(call) => call.name_ref()?.text().to_string(),
        ast::Expr::CallExpr(call) => {
            let ast::Expr::PathExpr(path) = call.expr()? else {
                return None;
            };
            path.path()?.segment()?.name_ref()?.text().to_string()
        }
        ast::Expr::TryExpr(inner) => return verb(&inner.expr()?),
        ast::Expr::AwaitExpr(inner) => return verb(&inner.expr()?),
        ast::Expr::BinExpr(binary) => return of_assignment(binary),
        ast::Expr::MacroExpr(call) => {
            let path = call.macro_call()?.path()?;
            return of_macro(path.segment()?.name_ref()?.text());
        }
        _ => return None,
    };
    let is_word = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_word.then_some(name)
}

fn of_return(jump: &ast::ReturnExpr) -> String {
    let fails = jump
        .expr()
        .is_some_and(|value| value.syntax().text().to_string().starts_with("Err("));
    if fails { "fail" } else { "return" }.to_owned()
}

fn of_macro(name: &str) -> Option<String> {
    let verb = match name {
        "panic" | "unreachable" | "bail" | "ensure" => "fail",
        "print" | "println" | "eprint" | "eprintln" => "print",
        "write" | "writeln" => "write",
        "trace" | "debug" | "info" | "warn" | "error" => "log",
        _ => return None,
    };
    Some(verb.to_owned())
}

/// `set_length` of `self.length = 1`.
fn of_assignment(binary: &ast::BinExpr) -> Option<String> {
    let Some(BinaryOp::Assignment { .. }) = binary.op_kind() else {
        return None;
    };
    let place = match binary.lhs()? {
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::PathExpr(path) => path.path()?.as_single_name_ref()?.text().to_string(),
        _ => return None,
    };
    let is_name = place.starts_with(|first: char| first.is_ascii_lowercase());
    is_name.then(|| format!("set_{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    fn first_wish(code: &str) -> String {
        let text = format!("fn f() {{ {code} }}");
        let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
        let found = tree.root().descendants().find_map(ast::IfExpr::cast);
        let found = found.unwrap();
        wishes(&found, &found.condition().unwrap()).swap_remove(0)
    }

    #[test]
    fn questions_are_joined() {
        assert_eq!(
            first_wish("if a.is_open() && b.is_ready() {}"),
            "is_open_and_ready"
        );
        assert_eq!(first_wish("if is_a || self.has_b {}"), "is_a_or_has_b");
        assert_eq!(
            first_wish("if !a.is_empty() && m::is_b(1) {}"),
            "is_not_empty_and_b"
        );
    }

    #[test]
    fn else_the_block_says_what_should_be_done() {
        for (code, name) in [
            ("if a == 1 && b { continue; }", "should_skip"),
            ("if a == 1 && b { let c = 1; break }", "should_stop"),
            ("if a == 1 && b { return Err(c); }", "should_fail"),
            ("if a == 1 && b { return }", "should_return"),
            (
                "if a == 1 && b { self.queue.flush(1).await?; }",
                "should_flush",
            ),
            ("if a == 1 && b { self.size += 1; }", "should_set_size"),
            ("if a == 1 && b { m::Variant(1) }", "condition_holds"),
            ("if a == 1 && b { log::warn!(\"c\") }", "should_log"),
            ("if a == 1 && b {}", "condition_holds"),
            (
                "if a.is_a_very_long_name_for_a_question() && b.is_another_one() { c() }",
                "should_c",
            ),
        ] {
            assert_eq!(first_wish(code), name, "{code}");
        }
    }
}
