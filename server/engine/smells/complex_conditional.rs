//! # Complex conditional
//!
//! ## What it does
//! Finds conditions of `if`, `while` and match guards that combine many parts, mix `&&` with `||`, or contain a whole
//! `match`.
//!
//! ## Why
//! The parts show how the decision is made, but not what is decided. A name for the condition or for a group of its parts
//! says so, and nobody has to remember which operator binds tighter.
//!
//! ## Example
//! ```rust before
//! fn fee(order: &Order) -> u32 {
//!     if order.total > 0 && (order.land == HOME || order.papers.contains(&order.land) && order.fits(9)) {
//!         return 1;
//!     }
//!     0
//! }
//! ```
//! ```rust after
//! fn fee(order: &Order) -> u32 {
//!     let is_cleared = order.papers.contains(&order.land) && order.fits(9);
//!     if order.total > 0 && (order.land == HOME || is_cleared) {
//!         return 1;
//!     }
//!     0
//! }
//! ```
//!
//! ## What it leaves alone
//! - A condition that already has a name: the value of a `let`, unless it has more than 8 operators, or the return value of a
//!   function.
//! - A function that is little more than the condition, because its name says what is decided.
//! - A condition whose parts have comments.
//! - The `&&` next to a `let`, which only joins a chain of patterns.
//! - Operators in arguments and closures inside the condition.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! Each operand counts 1, a simple one (a name, a field, a call without arguments) one half. Several comparisons of one value
//! with constants, such as `c == 'a' || c == 'b'`, count as one operand. The measure is the sum minus 1, plus 1 for each
//! level at which `&&` and `||` are nested in each other; a chain of a single operator counts half. A `match` of four or more
//! lines with statements in an arm counts 5. 4 is fine, more is a warning, more than 6 a strong one.
//!
//! By default only conditions with such a `match` are reported: of the others 6 of 15 findings were worth acting on in a
//! blind review. It fires 0.7 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! CodeScene's "Complex Conditional"; Qlty's "boolean logic"; Martin Fowler, *Refactoring*, "Decompose Conditional".

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, BinaryOp, CmpOp, HasArgList, LogicOp},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, keyword},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} operators",
    rate: Some(0.7),
    calm: Calm::Chosen(has_choice),
    sees: &[
        SyntaxKind::IF_EXPR,
        SyntaxKind::WHILE_EXPR,
        SyntaxKind::MATCH_ARM,
        SyntaxKind::LET_STMT,
    ],
    ..Smell::new(
        "complex-conditional",
        Limits::of(4, 6),
        Look::Function(look),
        say,
    )
};

/// Minimum number of lines of a `match` that is more than a test.
const FEWEST_LINES_OF_CHOICE: u32 = 4;
/// The number of operators that such a `match` counts as.
const CHOICE: u32 = 5;
/// Maximum number of operators of a condition that has a name.
const NAMED_OPERATORS: usize = 8;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for branch in unit.nodes::<ast::IfExpr>() {
        if !is_whole_body(&branch) {
            look_at(unit, branch.syntax(), T![if], branch.condition(), sightings);
        }
    }
    for cycle in unit.nodes::<ast::WhileExpr>() {
        look_at(
            unit,
            cycle.syntax(),
            T![while],
            cycle.condition(),
            sightings,
        );
    }
    for guard in unit.nodes::<ast::MatchArm>().filter_map(|arm| arm.guard()) {
        look_at(unit, guard.syntax(), T![if], guard.condition(), sightings);
    }
    for named in unit.nodes::<ast::LetStmt>() {
        let logic = named
            .initializer()
            .map(|it| Logic::of(unit, it))
            .unwrap_or_default();
        if logic.operators.len() > NAMED_OPERATORS {
            sightings.push_with_parts(
                keyword(named.syntax(), T![let]),
                logic.measure(),
                logic.parts(),
            );
        }
    }
}

/// Whether the function consists only of this `if`, whose branches just name the outcome.
fn is_whole_body(branch: &ast::IfExpr) -> bool {
    let list = branch.syntax().parent().and_then(ast::StmtList::cast);
    let is_only = list.is_some_and(|list| list.statements().next().is_none());
    let blocks = branch.syntax().children().filter_map(ast::BlockExpr::cast);
    let is_value = |block: ast::BlockExpr| {
        block.statements().next().is_none()
            && matches!(
                block.tail_expr(),
                Some(ast::Expr::Literal(_) | ast::Expr::PathExpr(_))
            )
    };
    is_only && branch.else_branch().is_some() && blocks.into_iter().all(is_value)
}

fn look_at(
    unit: &Unit<'_>,
    node: &SyntaxNode,
    kind: SyntaxKind,
    condition: Option<ast::Expr>,
    sightings: &mut Sightings,
) {
    let Some(condition) = condition.filter(|condition| !explains_itself(condition)) else {
        return;
    };
    let logic = Logic::of(unit, condition);
    let measure = logic.measure();
    if sightings.keeps(measure) {
        sightings.push_with_parts(keyword(node, kind), measure, logic.parts());
    }
}

/// Whether there are comments between the parts.
fn explains_itself(condition: &ast::Expr) -> bool {
    let mut tokens = condition.syntax().descendants_with_tokens();
    tokens.any(|token| token.kind() == SyntaxKind::COMMENT)
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    if has_choice(sighting) {
        return format!(
            "the condition of this `{keyword}` contains a whole `match`; give its result a name"
        );
    }
    let operators = sighting.parts.iter().map(|part| slice(text, part.at));
    let mut operators: Vec<_> = operators.collect();
    let count = operators.len();
    operators.sort_unstable();
    operators.dedup();
    if operators.len() > 1 {
        format!(
            "this `{keyword}` mixes `&&` and `||` ({count} operators); give part of the condition a name"
        )
    } else {
        format!(
            "this `{keyword}` combines {} conditions; give some of them a name",
            count + 1
        )
    }
}

fn has_choice(sighting: &Sighting) -> bool {
    sighting.parts.iter().any(|part| part.measure == CHOICE)
}

/// The operators of a condition and the operands between them.
#[derive(Default)]
struct Logic {
    operators: Vec<TextRange>,
    /// The keywords of `if`s and `match`es inside the condition.
    choices: Vec<TextRange>,
    /// Twice the sum of the operands' weights.
    halves: u32,
    /// Values that are compared with constants; each counts only once.
    subjects: BTreeSet<String>,
    /// The number of alternations between `&&` and `||` on the way to the deepest operand.
    changes: u32,
}

impl Logic {
    fn of(unit: &Unit<'_>, condition: ast::Expr) -> Self {
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
                        logic.add_comparison(&binary);
                        continue;
                    };
                    let is_change = around.is_some_and(|around| around != operator);
                    let changes = changes + u32::from(is_change);
                    logic.changes = logic.changes.max(changes);
                    let operands = binary.lhs().into_iter().chain(binary.rhs());
                    open.extend(operands.map(|operand| (operand, Some(operator), changes)));
                }
                ast::Expr::LetExpr(_) => {}
                ast::Expr::MatchExpr(choice) if is_decision(unit, &choice) => {
                    logic.choices.push(keyword(choice.syntax(), T![match]));
                }
                operand if is_plain(&operand) => logic.halves += 1,
                _ => logic.halves += 2,
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

    fn add_comparison(&mut self, binary: &ast::BinExpr) {
        let with_constant = matches!(binary.op_kind(), Some(BinaryOp::CmpOp(CmpOp::Eq { .. })))
            && binary.rhs().is_some_and(|value| is_constant(&value));
        let subject = binary.lhs().filter(|_| with_constant);
        let is_new = subject.is_none_or(|value| self.subjects.insert(value.to_string()));
        self.halves += 2 * u32::from(is_new);
    }

    fn measure(&self) -> u32 {
        let choices = u32::try_from(self.choices.len()).unwrap_or(u32::MAX);
        self.of_operators()
            .saturating_add(choices.saturating_mul(CHOICE))
    }

    fn of_operators(&self) -> u32 {
        if self.operators.is_empty() {
            return 0;
        }
        let operators = self.halves.div_ceil(2).saturating_sub(1);
        if self.changes == 0 {
            operators / 2
        } else {
            operators.saturating_add(self.changes)
        }
    }

    fn parts(self) -> Vec<Part> {
        let operators = self.operators.into_iter().map(|at| Part { at, measure: 1 });
        let choices = self.choices.into_iter();
        let choices = choices.map(|at| Part {
            at,
            measure: CHOICE,
        });
        let mut parts: Vec<Part> = operators.chain(choices).collect();
        parts.sort_by_key(|part| part.at.start());
        parts
    }
}

/// Whether a `match` spans several lines and does something in one of its arms.
fn is_decision(unit: &Unit<'_>, choice: &ast::MatchExpr) -> bool {
    let arms = choice.match_arm_list().into_iter();
    let mut bodies = arms
        .flat_map(|list| list.arms())
        .filter_map(|arm| arm.expr());
    let does_something = |body: ast::Expr| matches!(body, ast::Expr::BlockExpr(block) if block.statements().next().is_some());
    unit.code_lines(choice.syntax().text_range()) >= FEWEST_LINES_OF_CHOICE
        && bodies.any(does_something)
}

/// Whether an operand is simple: a name, a field, or a call without arguments.
fn is_plain(operand: &ast::Expr) -> bool {
    match operand {
        ast::Expr::PathExpr(_) | ast::Expr::Literal(_) => true,
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|inner| is_plain(&inner)),
        ast::Expr::MethodCallExpr(call) => {
            let has_arguments = call
                .arg_list()
                .is_some_and(|list| list.args().next().is_some());
            !has_arguments && call.receiver().is_some_and(|inner| is_plain(&inner))
        }
        _ => false,
    }
}

fn is_constant(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Literal(_) => true,
        ast::Expr::PathExpr(path) => {
            let name = path.path().and_then(|path| path.segment()?.name_ref());
            name.is_some_and(|name| {
                name.text()
                    .starts_with(|first: char| first.is_ascii_uppercase())
            })
        }
        _ => false,
    }
}

/// Whether an operand of the operator is a `let`.
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
        // From `regex-automata` 0.4.18, `src/util/determinize/mod.rs` (MIT OR Apache-2.0).
        let text = r"
fn f() {
    if nfa.look_set_any().contains_anchor_crlf()
        && ((rev && unit.is_byte(b'\n')) || (!rev && unit.is_byte(b'\r')))
    {
        builder.set_is_half_crlf();
    }
}
";
        assert_eq!(fired("complex-conditional", text), [("if".to_owned(), 5)]);
    }

    #[test]
    fn a_whole_match_is_seen() {
        let choice = "match a {\n    B => c(),\n    D => {\n        e();\n        f()\n    }\n    _ => false,\n}";
        assert_eq!(measures(choice), [5]);
        assert_eq!(measures(&format!("!f && {choice}")), [5]);
        assert!(measures(&choice.replace('\n', "")).is_empty());
        assert!(measures(&choice.replace("e();", "")).is_empty());
        assert!(measures(&format!("g(|a| {choice})")).is_empty());
        let named = format!("fn f() {{ let g = {choice}; if g {{}} }}");
        assert!(
            fired("complex-conditional", &named)
                .iter()
                .all(|(word, _)| word != "if")
        );
    }

    #[test]
    fn many_parts_are_seen_in_every_condition() {
        let text = r"
fn f(next: &Span, span: &Span) {
    while next.start.line == span.start.line
        && next.start.char == span.start.char
        && next.end.line == span.end.line
        && next.end.char == span.end.char
        && next.text.len() < span.text.len()
        && next.note != span.note
        && next.file == span.file
        && next.kind < span.kind
        && next.tab == span.tab
        && next.base == span.base
        && !next.covers(3)
    {
    }
}
";
        assert_eq!(
            fired("complex-conditional", text),
            [("while".to_owned(), 5)]
        );
        let parts = &seen("complex-conditional", text)[0].parts;
        let operators = parts.iter().map(|part| slice(text, part.at));
        assert_eq!(operators.collect::<Vec<_>>(), [Some("&&"); 10]);
        let guard = "fn f() { match x { A if a(1) && (b(1) || c(1) && d(1)) => {} _ if a => {} } }";
        assert_eq!(fired("complex-conditional", guard), [("if".to_owned(), 5)]);
    }

    #[test]
    fn mixtures_count_by_their_depth() {
        assert_eq!(measures("(a(1) || b(1)) && (c(1) || d(1)) && e(1)"), [5]);
        assert_eq!(measures("a(1) && (b(1) || c(1) && d(1))"), [5]);
        assert!(measures("a(1) && !(b(1) || c(1))").is_empty());
        assert!(measures("a(1) && (b(1) && c(1))").is_empty());
    }

    #[test]
    fn plain_operands_weigh_half() {
        assert!(measures("!self.a || !self.b.c || d.is_some() || e.f.is_some() || g").is_empty());
        assert!(measures("a && (b || c.d()) && !e.f").is_empty());
    }

    #[test]
    fn one_value_compared_with_constants_is_one_operand() {
        assert!(measures("c == 'a' || c == 'b' || c == 'c' || c == 'd' || c == 'e'").is_empty());
        assert_eq!(
            measures("x(1) && (a == 1 || b == 2 || c == 3 || d == 4)"),
            [5]
        );
        assert!(measures("x(1) && (a == 1 || a == 2 || a == 3 || a == 4)").is_empty());
    }

    #[test]
    fn a_chain_of_patterns_is_left_alone() {
        assert!(measures("let A(b) = a && let B(c) = b && let C = c && c.d && c.e").is_empty());
        assert_eq!(
            measures("let A(b) = a && b(1) && (c(1) || d(1) || e(1) && f(1))"),
            [6]
        );
    }

    #[test]
    fn a_named_condition_is_left_alone_unless_it_is_huge() {
        let chain = "a(1) && b(1) || c(1) && d(1) || e(1)";
        let text = format!("fn f() -> bool {{ let g = {chain}; if g {{}} {chain} }}");
        assert!(fired("complex-conditional", &text).is_empty());
        let text = format!("fn f() {{ let g = {chain} || {chain}; }}");
        assert_eq!(fired("complex-conditional", &text).len(), 1);
        let text = format!("fn f() -> u8 {{ if {chain} {{ 1 }} else {{ A::B }} }}");
        assert!(fired("complex-conditional", &text).is_empty());
    }

    #[test]
    fn parts_with_comments_of_their_own_are_left_alone() {
        assert!(measures("a(1) && b(1) // why\n || c(1) && d(1) || e(1)").is_empty());
    }

    #[test]
    fn arguments_and_closures_are_left_alone() {
        assert!(measures("x.any(|a| a && b || c && d) && f(a && b || c)").is_empty());
    }
}
