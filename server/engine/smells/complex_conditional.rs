//! # Complex conditional
//!
//! ## What it does
//! Finds conditions of `if`, `while` and match guards that are put together from many parts, or mix `&&` with `||`.
//!
//! ## Why
//! The parts say how the decision is made, and nobody says what is decided. A name for the whole or for a group of parts says
//! it, and a mixture can be read without remembering which operator binds tighter.
//!
//! ## Example
//! ```rust before
//! fn may_ship(order: &Order) -> u32 {
//!     if order.is_paid && (order.is_local || order.has_papers) && !order.is_held {
//!         return 1;
//!     }
//!     0
//! }
//! ```
//! ```rust after
//! fn may_ship(order: &Order) -> u32 {
//!     let is_cleared = order.is_local || order.has_papers;
//!     if order.is_paid && is_cleared && !order.is_held {
//!         return 1;
//!     }
//!     0
//! }
//! ```
//!
//! ## What it leaves alone
//! - A condition that has a name already: the value of a `let`, or what a function returns.
//! - The `&&` beside a `let`, which only joins a chain of patterns.
//! - Operators in arguments and closures inside the condition.
//!
//! ## Limits
//! Each `&&` or `||` counts one, and so does each level at which one of them stands inside the other. 2 is fine; more is a
//! warning, more than 4 a strong one. It fires 21.7 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! CodeScene's "Complex Conditional"; Qlty's "boolean logic"; Martin Fowler, *Refactoring*, "Decompose Conditional".

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, BinaryOp, LogicOp},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Limits, Look, Sightings, Smell},
    syntax::{Unit, keyword},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(21.7),
    answers: &["name-condition"],
    sees: &[
        SyntaxKind::IF_EXPR,
        SyntaxKind::WHILE_EXPR,
        SyntaxKind::MATCH_ARM,
    ],
    ..Smell::new(
        "complex-conditional",
        Limits::of(2, 4),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for branch in unit.nodes::<ast::IfExpr>() {
        look_at(branch.syntax(), T![if], branch.condition(), sightings);
    }
    for cycle in unit.nodes::<ast::WhileExpr>() {
        look_at(cycle.syntax(), T![while], cycle.condition(), sightings);
    }
    for guard in unit.nodes::<ast::MatchArm>().filter_map(|arm| arm.guard()) {
        look_at(guard.syntax(), T![if], guard.condition(), sightings);
    }
}

fn look_at(
    node: &SyntaxNode,
    kind: SyntaxKind,
    condition: Option<ast::Expr>,
    sightings: &mut Sightings,
) {
    let Some(condition) = condition else {
        return;
    };
    let logic = Logic::of(condition);
    let measure = logic.measure();
    if sightings.keeps(measure) {
        sightings.push_with_parts(keyword(node, kind), measure, logic.parts());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    let operators = sighting.parts.len();
    if sighting.measure as usize > operators {
        format!("the condition of this `{keyword}` mixes {operators} `&&` and `||`")
    } else {
        format!(
            "the condition of this `{keyword}` joins {} parts",
            operators + 1
        )
    }
}

/// The operators of a condition.
#[derive(Default)]
struct Logic {
    operators: Vec<TextRange>,
    /// How often one operator stands inside the other, on the way to the deepest place.
    changes: u32,
}

impl Logic {
    fn of(condition: ast::Expr) -> Self {
        let mut logic = Self::default();
        let mut open = vec![(condition, None, 0)];
        while let Some((expression, around, changes)) = open.pop() {
            match expression {
                ast::Expr::ParenExpr(paren) => {
                    open.extend(paren.expr().map(|inner| (inner, around, changes)));
                }
                ast::Expr::PrefixExpr(not) if not.op_kind() == Some(ast::UnaryOp::Not) => {
                    open.extend(not.expr().map(|inner| (inner, around, changes)));
                }
                ast::Expr::BinExpr(binary) => {
                    let Some(operator) = logic.add(&binary) else {
                        continue;
                    };
                    let is_change = around.is_some_and(|around| around != operator);
                    let changes = changes + u32::from(is_change);
                    logic.changes = logic.changes.max(changes);
                    let operands = binary.lhs().into_iter().chain(binary.rhs());
                    open.extend(operands.map(|operand| (operand, Some(operator), changes)));
                }
                _ => {}
            }
        }
        logic.operators.sort_by_key(|at| at.start());
        logic
    }

    fn add(&mut self, binary: &ast::BinExpr) -> Option<LogicOp> {
        let (token, BinaryOp::LogicOp(operator)) = binary.op_details()? else {
            return None;
        };
        if !joins_pattern(binary) {
            self.operators.push(token.text_range());
        }
        Some(operator)
    }

    fn measure(&self) -> u32 {
        let operators = u32::try_from(self.operators.len()).unwrap_or(u32::MAX);
        operators.saturating_add(self.changes)
    }

    fn parts(self) -> Vec<Part> {
        let part = |at| Part { at, measure: 1 };
        self.operators.into_iter().map(part).collect()
    }
}

/// Whether a `let` stands at either side of the operator.
fn joins_pattern(binary: &ast::BinExpr) -> bool {
    let left = match binary.lhs() {
        Some(ast::Expr::BinExpr(inner)) => inner.rhs(),
        left => left,
    };
    [left, binary.rhs()]
        .into_iter()
        .flatten()
        .any(|operand| matches!(operand, ast::Expr::LetExpr(_)))
}

#[cfg(test)]
mod tests {
    use crate::{
        smells::fixture::{fired, seen},
        text::slice,
    };

    fn measures(condition: &str) -> Vec<u32> {
        let text = format!("fn f() {{ if {condition} {{}} }}");
        let found = fired("complex-conditional", &text).into_iter();
        found.map(|(_, measure)| measure).collect()
    }

    #[test]
    fn a_mixture_is_seen() {
        // From `serde_json` 1.0.154, `src/value/mod.rs` (MIT OR Apache-2.0).
        let text = r"
fn parse_index(s: &str) -> Option<usize> {
    if s.starts_with('+') || (s.starts_with('0') && s.len() != 1) {
        return None;
    }
    s.parse().ok()
}
";
        assert_eq!(fired("complex-conditional", text), [("if".to_owned(), 3)]);
    }

    #[test]
    fn many_parts_are_seen_in_every_condition() {
        // From `ignore` 0.4.34, `src/dir.rs` (Unlicense OR MIT).
        let text = r"
fn add_parents(&self) {
    while !self.inner.opts.parents
        && !self.inner.opts.git_ignore
        && !self.inner.opts.git_exclude
        && !self.inner.opts.git_global
    {
    }
}
";
        assert_eq!(
            fired("complex-conditional", text),
            [("while".to_owned(), 3)]
        );
        let parts = &seen("complex-conditional", text)[0].parts;
        let operators = parts.iter().map(|part| slice(text, part.at));
        assert_eq!(operators.collect::<Vec<_>>(), [Some("&&"); 3]);
        let guard = "fn f() { match x { A if a && b && c && d => {} _ if a => {} } }";
        assert_eq!(fired("complex-conditional", guard), [("if".to_owned(), 3)]);
    }

    #[test]
    fn mixtures_count_by_their_depth() {
        assert_eq!(measures("(a || b) && (c || d)"), [4]);
        assert_eq!(measures("a && !(b || c)"), [3]);
        assert_eq!(measures("a && (b || c && d)"), [5]);
        assert!(measures("a && (b && c)").is_empty());
    }

    #[test]
    fn two_operators_of_one_kind_are_left_alone() {
        assert!(measures("a && b == c && d < e").is_empty());
        assert!(measures("(a || b || c)").is_empty());
    }

    #[test]
    fn a_chain_of_patterns_is_left_alone() {
        assert!(measures("let A(b) = a && let B(c) = b && let C = c && c.d && c.e").is_empty());
        assert_eq!(measures("let A(b) = a && b && c && d && e"), [3]);
    }

    #[test]
    fn a_named_condition_is_left_alone() {
        let text = "fn f() -> bool { let g = a && b || c && d; if g {} a && b || c && d }";
        assert!(fired("complex-conditional", text).is_empty());
    }

    #[test]
    fn arguments_and_closures_are_left_alone() {
        assert!(measures("x.any(|a| a && b || c && d) && f(a && b || c)").is_empty());
    }
}
