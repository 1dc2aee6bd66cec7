//! Derives a name for a condition from what the condition checks.
//!
//! A name that only describes what happens when the condition holds, or that it holds, explains nothing. So no name is
//! invented: if the operands don't suggest one, there is none.

use ra_ap_syntax::ast::{self, BinaryOp, CmpOp, HasArgList, LogicOp, Ordering, UnaryOp};

use crate::syntax::conditions;

/// Maximum length of a name in bytes; longer ones repeat the condition instead of naming it.
const LONGEST: usize = 32;

/// A name for the condition: `is_open_and_ready` for `a.is_open() && b.is_ready()`.
pub(super) fn telling_name(condition: &ast::Expr) -> Option<String> {
    let operator = conditions::top_operator(condition)?;
    let operands = conditions::operands(condition, operator);
    let [left, right] = operands.as_slice() else {
        return None;
    };
    let name = range(left, right, operator).or_else(|| joined(left, right, operator))?;
    (name.len() <= LONGEST).then_some(name)
}

fn joined(left: &ast::Expr, right: &ast::Expr, operator: LogicOp) -> Option<String> {
    let (left, right) = (question(left)?, question(right)?);
    if left == right {
        return None;
    }
    let link = match operator {
        LogicOp::And => "and",
        LogicOp::Or => "or",
    };
    let right = match (prefix(&left), prefix(&right)) {
        (Some(one), Some(other)) if one == other => right[other.len()..].to_owned(),
        _ => right,
    };
    Some(format!("{left}_{link}_{right}"))
}

/// `is_width_in_range` for `low <= width && width < high`, in any order of the comparisons.
fn range(left: &ast::Expr, right: &ast::Expr, operator: LogicOp) -> Option<String> {
    let ((lower, above_low), (upper, below_high)) = (bound(left)?, bound(right)?);
    if lower != upper || above_low == below_high {
        return None;
    }
    match (operator, above_low) {
        (LogicOp::And, true) => Some(format!("is_{lower}_in_range")),
        (LogicOp::Or, false) => Some(format!("is_{lower}_out_of_range")),
        _ => None,
    }
}

/// The subject of an ordering, and whether it is the larger side.
fn bound(operand: &ast::Expr) -> Option<(String, bool)> {
    let (left, is_less, right) = ordering(operand)?;
    match (subject(&left), subject(&right)) {
        (Some(subject), None) => Some((subject, !is_less)),
        (None, Some(subject)) => Some((subject, is_less)),
        _ => None,
    }
}

fn ordering(operand: &ast::Expr) -> Option<(ast::Expr, bool, ast::Expr)> {
    let ast::Expr::BinExpr(binary) = unparenthesised(operand) else {
        return None;
    };
    let Some(BinaryOp::CmpOp(CmpOp::Ord { ordering, .. })) = binary.op_kind() else {
        return None;
    };
    Some((binary.lhs()?, ordering == Ordering::Less, binary.rhs()?))
}

/// What an operand checks: `is_open` for `door.is_open()`, `has_lines` for `!lines.is_empty()`, `is_over_limit` for
/// `size > limit`.
fn question(operand: &ast::Expr) -> Option<String> {
    let operand = unparenthesised(operand);
    match &operand {
        ast::Expr::PrefixExpr(not) if not.op_kind() == Some(UnaryOp::Not) => {
            negated(&unparenthesised(&not.expr()?))
        }
        ast::Expr::MethodCallExpr(call) => of_call(call),
        ast::Expr::BinExpr(binary) => of_comparison(binary),
        _ => asked_name(&operand),
    }
}

fn negated(inner: &ast::Expr) -> Option<String> {
    if let ast::Expr::MethodCallExpr(call) = inner {
        let opposite = match call.name_ref()?.text() {
            "is_empty" | "is_none" => Some("has"),
            "is_some" => Some("lacks"),
            _ => None,
        };
        if let Some(verb) = opposite {
            return Some(format!("{verb}_{}", subject(&call.receiver()?)?));
        }
    }
    let name = asked_name(inner)?;
    let prefix = prefix(&name)?;
    Some(format!("{prefix}not_{}", &name[prefix.len()..]))
}

fn of_call(call: &ast::MethodCallExpr) -> Option<String> {
    let receiver = || subject(&call.receiver()?);
    match call.name_ref()?.text() {
        "is_some" => Some(format!("has_{}", receiver()?)),
        "is_none" => Some(format!("lacks_{}", receiver()?)),
        "is_empty" => Some(format!("is_{}_empty", receiver()?)),
        "contains" | "contains_key" => {
            let mut arguments = call.arg_list()?.args();
            let wanted = subject(&without_reference(&arguments.next()?))?;
            Some(format!("contains_{wanted}"))
        }
        _ => asked_name(&ast::Expr::MethodCallExpr(call.clone())),
    }
}

/// `is_over_limit` for `size > limit`, `is_last_index` for `index == last`, `has_errors` for `errors > 0`.
fn of_comparison(binary: &ast::BinExpr) -> Option<String> {
    let Some(BinaryOp::CmpOp(operator)) = binary.op_kind() else {
        return None;
    };
    let (left, right) = (binary.lhs()?, binary.rhs()?);
    let is_zero = is_literal(&right, "0");
    match operator {
        CmpOp::Eq { negated: true }
        | CmpOp::Ord {
            ordering: Ordering::Greater,
            strict: true,
        } if is_zero => Some(format!("has_{}", count(&left)?)),
        CmpOp::Eq { negated: false } if is_zero => Some(format!("is_{}_zero", subject(&left)?)),
        CmpOp::Ord { ordering, .. } => {
            let limit = limit(&right)?;
            let side = if ordering == Ordering::Greater {
                "over"
            } else {
                "under"
            };
            Some(format!("is_{side}_{limit}"))
        }
        CmpOp::Eq { .. } => None,
    }
}

/// The name of what a number counts: `lines` for `lines.len()`, `retries` for `self.retries`.
fn count(number: &ast::Expr) -> Option<String> {
    let name = match number {
        ast::Expr::MethodCallExpr(call) if call.name_ref()?.text() == "len" => {
            subject(&call.receiver()?)?
        }
        other => subject(other)?,
    };
    let is_plural = name.ends_with('s') && !name.ends_with("ss");
    is_plural.then_some(name)
}

/// A bound whose name marks it as one.
fn limit(bound: &ast::Expr) -> Option<String> {
    let name = match bound {
        ast::Expr::PathExpr(path) => path.path()?.segment()?.name_ref()?.text().to_lowercase(),
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        _ => return None,
    };
    let mut words = name.split('_');
    let is_limit = words.any(|word| {
        matches!(
            word,
            "limit" | "max" | "maximum" | "min" | "minimum" | "threshold" | "capacity" | "budget"
        )
    });
    is_limit.then_some(name)
}

/// The name of a value: a variable, a field, or a getter without arguments.
fn subject(value: &ast::Expr) -> Option<String> {
    let name = match unparenthesised(value) {
        ast::Expr::PathExpr(path) => path.path()?.as_single_name_ref()?.text().to_string(),
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::MethodCallExpr(call) => {
            let has_arguments = call.arg_list()?.args().next().is_some();
            let name = call.name_ref()?.text().to_string();
            let is_conversion = ["as_", "to_", "into_"]
                .iter()
                .any(|it| name.starts_with(it));
            if has_arguments || is_conversion || name == "len" {
                return None;
            }
            name
        }
        _ => return None,
    };
    is_word(&name).then_some(name)
}

/// A name that is a predicate by itself: a flag, getter or function called `is_…`, `has_…` and so on.
fn asked_name(operand: &ast::Expr) -> Option<String> {
    let name = match operand {
        ast::Expr::MethodCallExpr(call) => call.name_ref()?.text().to_string(),
        ast::Expr::CallExpr(call) => {
            let ast::Expr::PathExpr(path) = call.expr()? else {
                return None;
            };
            path.path()?.segment()?.name_ref()?.text().to_string()
        }
        other => subject(other)?,
    };
    prefix(&name)?;
    is_word(&name).then_some(name)
}

/// The predicate prefix of a name.
fn prefix(name: &str) -> Option<&'static str> {
    let prefixes = [
        "is_",
        "has_",
        "can_",
        "should_",
        "needs_",
        "was_",
        "allows_",
        "contains_",
        "lacks_",
    ];
    prefixes
        .into_iter()
        .find(|prefix| name.starts_with(prefix) && name.len() > prefix.len())
}

/// Whether a name is in snake case and has more than two letters, so that it is descriptive.
fn is_word(name: &str) -> bool {
    let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() > 2 && name != "self" && name.chars().all(is_snake)
}

fn is_literal(value: &ast::Expr, text: &str) -> bool {
    matches!(value, ast::Expr::Literal(literal) if literal.to_string() == text)
}

fn without_reference(value: &ast::Expr) -> ast::Expr {
    match value {
        ast::Expr::RefExpr(reference) => reference.expr().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

fn unparenthesised(value: &ast::Expr) -> ast::Expr {
    match value {
        ast::Expr::ParenExpr(inner) => inner
            .expr()
            .map_or_else(|| value.clone(), |inner| unparenthesised(&inner)),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::AstNode;

    use super::*;
    use crate::syntax::{Edition, Tree};

    fn name_of(condition: &str) -> Option<String> {
        let text = format!("fn f() {{ if {condition} {{}} }}");
        let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
        let found = tree.root().descendants().find_map(ast::IfExpr::cast);
        telling_name(&found.unwrap().condition().unwrap())
    }

    #[test]
    fn questions_are_joined() {
        for (condition, name) in [
            ("a.is_open() && b.is_ready()", "is_open_and_ready"),
            ("is_local || self.has_route", "is_local_or_has_route"),
            ("!a.is_sorted() && m::is_new(1)", "is_not_sorted_and_new"),
            (
                "!args.is_empty() && cmd.is_strict()",
                "has_args_and_is_strict",
            ),
            (
                "self.lines.is_empty() || (size > self.max_size)",
                "is_lines_empty_or_over_max_size",
            ),
            (
                "errors.len() > 0 && port.is_none()",
                "has_errors_and_lacks_port",
            ),
            (
                "seen.contains(&name) || retries == 0",
                "contains_name_or_is_retries_zero",
            ),
        ] {
            assert_eq!(name_of(condition).as_deref(), Some(name), "{condition}");
        }
    }

    #[test]
    fn two_bounds_of_one_subject_are_a_range() {
        for (condition, name) in [
            ("0 < width && width <= 10", "is_width_in_range"),
            ("self.width >= 3 && self.width < 10", "is_width_in_range"),
            ("width < 3 || 10 < width", "is_width_out_of_range"),
        ] {
            assert_eq!(name_of(condition).as_deref(), Some(name), "{condition}");
        }
    }

    #[test]
    fn what_does_not_tell_gets_no_name() {
        for condition in [
            "a.is_open()",
            "a == 1 && b",
            "is_a && is_b && is_c",
            "is_open && (is_new || is_old)",
            "x > 3 && y < 4",
            "kind == 'a' || kind == 'b'",
            "a.starts_with(b) || is_open",
            "width > 3 || 10 < width",
            "is_open && a.is_open()",
            "a.is_a_very_long_name_for_a_question() && b.is_another_one()",
        ] {
            assert_eq!(name_of(condition), None, "{condition}");
        }
    }
}
