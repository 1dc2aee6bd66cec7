//! Conditions: their operands, and their layout by rustfmt.

use ra_ap_syntax::{
    SyntaxKind,
    ast::{
        self, BinaryOp, LogicOp,
        prec::{ExprPrecedence, precedence},
    },
};

use crate::syntax::layout::width;

/// The operands of the top-level `&&` chain of a condition in evaluation order, or the condition itself. A parenthesized chain
/// is one operand.
pub fn conjuncts(condition: &ast::Expr) -> Vec<ast::Expr> {
    operands(condition, LogicOp::And)
}

/// The operands of the top-level chain of one operator.
pub fn operands(condition: &ast::Expr, operator: LogicOp) -> Vec<ast::Expr> {
    let mut rest = condition.clone();
    let mut found = Vec::new();
    while let ast::Expr::BinExpr(binary) = &rest {
        let (Some(lhs), Some(rhs)) = (binary.lhs(), binary.rhs()) else {
            break;
        };
        if binary.op_kind() != Some(BinaryOp::LogicOp(operator)) {
            break;
        }
        found.push(rhs);
        rest = lhs;
    }
    found.push(rest);
    found.reverse();
    found
}

/// The top-level lazy operator of a condition, if any.
pub fn top_operator(condition: &ast::Expr) -> Option<LogicOp> {
    match condition {
        ast::Expr::BinExpr(binary) => match binary.op_kind() {
            Some(BinaryOp::LogicOp(operator)) => Some(operator),
            _ => None,
        },
        _ => None,
    }
}

/// The source text of an operator.
pub fn sign(operator: LogicOp) -> &'static str {
    match operator {
        LogicOp::And => "&&",
        LogicOp::Or => "||",
    }
}

/// Whether an operand must be parenthesized in a chain of `&&`.
pub fn needs_parentheses(operand: &ast::Expr) -> bool {
    !matches!(operand, ast::Expr::LetExpr(_))
        && (binds_looser_than_and(operand) || swallows_what_follows(operand))
}

/// Whether the expression of a `let` in a chain ends before the next operator.
pub fn is_chainable_let(part: &ast::LetExpr) -> bool {
    part.expr().is_some_and(|scrutinee| {
        precedence(&scrutinee) > ExprPrecedence::LAnd && !swallows_what_follows(&scrutinee)
    })
}

fn binds_looser_than_and(operand: &ast::Expr) -> bool {
    precedence(operand) < ExprPrecedence::LAnd || matches!(operand, ast::Expr::ClosureExpr(_))
}

/// Whether the last operand extends as far to the right as possible.
fn swallows_what_follows(expression: &ast::Expr) -> bool {
    let last = match expression {
        ast::Expr::BinExpr(binary) => binary.rhs(),
        ast::Expr::PrefixExpr(prefix) => prefix.expr(),
        ast::Expr::RefExpr(reference) => reference.expr(),
        ast::Expr::LetExpr(part) => part.expr(),
        _ => None,
    };
    last.is_some_and(|last| binds_looser_than_and(&last) || swallows_what_follows(&last))
}

/// A chain of one operator, ready to be formatted.
#[derive(Debug, Clone)]
pub struct Chain {
    pub operator: &'static str,
    /// The operands with their parentheses. Continuation lines are already indented as in the chain.
    pub operands: Vec<String>,
    /// Whether a `let` forces line breaks, which every one does except the second of two operands after a plain name.
    pub is_broken_by_let: bool,
}

impl Chain {
    /// The chain on one line, if it is allowed there and at most `room` columns wide.
    pub fn on_one_line(&self, room: usize) -> Option<String> {
        if self.is_broken_by_let || self.operands.iter().any(|operand| operand.contains('\n')) {
            return None;
        }
        let line = self.operands.join(&format!(" {} ", self.operator));
        (width(&line) <= room).then_some(line)
    }

    /// The chain with one operand per line, indented by `deeper`; the first operand starts at `column`. Like rustfmt, keeps the
    /// next operand on the same line if the previous one ends before the operators' column.
    pub fn on_lines(&self, line_ending: &str, deeper: &str, column: usize) -> String {
        let mut out = String::new();
        for operand in &self.operands {
            if out.is_empty() {
                out.push_str(operand);
                continue;
            }
            let (before, last) = match out.rsplit_once('\n') {
                Some((_, last)) => (0, last),
                None => (column, &*out),
            };
            let separator = if before + width(last) <= width(deeper) {
                " ".to_owned()
            } else {
                format!("{line_ending}{deeper}")
            };
            out = format!("{out}{separator}{} {operand}", self.operator);
        }
        out
    }
}

/// Whether a chain with a `let` must be broken into lines.
pub fn is_broken_by_let(operands: &[ast::Expr]) -> bool {
    let is_let = |operand: &ast::Expr| matches!(operand, ast::Expr::LetExpr(_));
    match operands {
        [_] => false,
        [first, second] if is_let(second) => !is_plain(first),
        _ => operands.iter().any(is_let),
    }
}

fn is_plain(expression: &ast::Expr) -> bool {
    let inner = match expression {
        ast::Expr::PathExpr(path) => {
            let path = path.path();
            return path.is_some_and(|path| path.as_single_segment().is_some());
        }
        ast::Expr::Literal(literal) => {
            let kind = literal.token().kind();
            return matches!(kind, SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW);
        }
        ast::Expr::PrefixExpr(prefix) => prefix.expr(),
        ast::Expr::RefExpr(reference) => reference.expr(),
        ast::Expr::ParenExpr(inner) => inner.expr(),
        ast::Expr::CastExpr(cast) => cast.expr(),
        _ => None,
    };
    inner.is_some_and(|inner| is_plain(&inner))
}

/// The separator between a chain and its block's brace. rustfmt puts the brace on its own line if the chain spans several lines
/// or leaves no room.
pub fn before_brace(chain: &str, room: usize, line_ending: &str, indent: &str) -> String {
    if chain.contains('\n') || width(chain) + " {".len() > room {
        format!("{line_ending}{indent}")
    } else {
        " ".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::AstNode;

    use super::*;
    use crate::syntax::{Edition, Tree};

    fn condition(text: &str) -> ast::Expr {
        let text = format!("fn f() {{ if {text} {{}} }}");
        let tree = Tree::parse(&text, Edition::Edition2024).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let found = tree.root().descendants().find_map(ast::IfExpr::cast);
        found.unwrap().condition().unwrap()
    }

    fn texts(operands: &[ast::Expr]) -> Vec<String> {
        let texts = operands.iter().map(|operand| operand.syntax().to_string());
        texts.collect()
    }

    #[test]
    fn conjuncts_are_those_of_the_top() {
        assert_eq!(
            texts(&conjuncts(&condition("a && b == c && !(d && e)"))),
            ["a", "b == c", "!(d && e)"]
        );
        assert_eq!(
            texts(&conjuncts(&condition("a || b && c"))),
            ["a || b && c"]
        );
        assert_eq!(
            texts(&conjuncts(&condition("let Some(a) = b && c"))),
            ["let Some(a) = b", "c"]
        );
    }

    #[test]
    fn what_binds_looser_gets_parentheses() {
        for text in ["a || b", "a = b", "a..b"] {
            assert!(needs_parentheses(&condition(text)), "{text}");
        }
        for text in [
            "a",
            "a && b",
            "a == b",
            "!a",
            "(a || b)",
            "a as bool",
            "let A = b",
        ] {
            assert!(!needs_parentheses(&condition(text)), "{text}");
        }
    }

    fn chain(operands: &[&str]) -> Chain {
        Chain {
            operator: "&&",
            operands: operands.iter().map(|&it| it.to_owned()).collect(),
            is_broken_by_let: false,
        }
    }

    #[test]
    fn a_chain_takes_one_line_if_it_fits() {
        assert_eq!(chain(&["a", "b"]).on_one_line(6).as_deref(), Some("a && b"));
        assert_eq!(chain(&["a", "b"]).on_one_line(5), None);
        assert_eq!(chain(&["a(\n)", "b"]).on_one_line(50), None);
    }

    #[test]
    fn a_chain_on_lines_leaves_no_operand_too_short_to_be_seen() {
        let lines = |operands: &[&str]| chain(operands).on_lines("\n", "    ", 3);
        assert_eq!(lines(&["ab", "c", "d"]), "ab\n    && c\n    && d");
        assert_eq!(lines(&["a", "b", "c"]), "a && b\n    && c");
        assert_eq!(lines(&["a(\n    b,\n)", "c"]), "a(\n    b,\n) && c");
    }

    #[test]
    fn a_let_breaks_a_chain_unless_it_follows_a_name() {
        let breaks = |text: &str| is_broken_by_let(&conjuncts(&condition(text)));
        assert!(breaks("let A = b && c"));
        assert!(breaks("a.b() && let C = d"));
        assert!(breaks("a && let B = c && d"));
        assert!(!breaks("!a && let B = c"));
        assert!(!breaks("a && b && c"));
    }
}
