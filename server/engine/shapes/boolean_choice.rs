//! Branches that only return `bool`s, which their conditions express already.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, CmpOp, LogicOp},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        conditions, flow, layout, moving_out,
        negation::{self, Negated},
        patterns, scopes, temporaries,
        types_shown::{self, Ground},
    },
    text::TextRange,
};

mod parts;
mod questions;
mod writing;

use parts::{Ask, Asked, Last, Parts, Place};

/// `if c { return true; } false`, `if a { b } else { false }` and similar forms.
#[derive(Debug, Clone)]
pub struct BooleanChoice {
    /// From the first `if` to the final value.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// Whether a negated condition is known to be the exact opposite.
    pub ground: Ground,
    /// Number of lines saved.
    pub saved: usize,
    pub worth: Worth,
}

/// Whether a reviewer would suggest the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Reported by Clippy's `needless_bool`.
    OfClippy,
    /// A special case handled up front, or a step that reports whether it was done. Both read well as they are.
    Aside,
    Saying,
}

/// One operand of the new condition.
enum Term {
    Kept(ast::Expr),
    Opposite(ast::Expr, Negated),
    /// A scrutinee and the pattern to match it against.
    Match(ast::Expr, ast::Pat),
}

/// A chain of one operator, or a single condition.
struct Joined {
    operator: Option<LogicOp>,
    terms: Vec<Term>,
}

/// Maximum number of conditions to join: more are hard to read on one line.
const MOST: usize = 3;

impl BooleanChoice {
    /// Returns the shape at an `if` and its replacement.
    pub fn of<'a>(
        choice: &ast::IfExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(choice).ok_or(Refusal::NotHere)?;
        check_text(&parts)?;
        let joined = Joined::of(&parts)?;
        joined.check()?;
        check_temporaries(&parts, &joined, context)?;
        let rewrite =
            writing::rewrite(&parts, &joined, text, context).ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: parts.whole,
            keyword: parts.keyword,
            ground: joined.ground(),
            saved: rewrite.saved_lines(),
            worth: joined.worth(&parts),
        };
        Ok((shape, rewrite))
    }
}

impl Joined {
    fn of(parts: &Parts) -> Result<Self, Refusal> {
        let mut joined = Self {
            operator: None,
            terms: Vec::new(),
        };
        if let Last::Value(value) = &parts.last {
            joined.operator = conditions::top_operator(value);
            joined.terms.push(Term::Kept(value.clone()));
        }
        for ask in parts.asks.iter().rev() {
            joined.put_before(ask)?;
        }
        Ok(joined)
    }

    fn put_before(&mut self, ask: &Ask) -> Result<(), Refusal> {
        let (term, own) = match &ask.asked {
            Asked::Condition(condition) if ask.is_negated => {
                let opposite = negation::negated(condition)?;
                let own = operator_of(&opposite.text);
                (Term::Opposite(condition.clone(), opposite), own)
            }
            Asked::Condition(condition) => {
                let own = conditions::top_operator(condition);
                (Term::Kept(condition.clone()), own)
            }
            Asked::Pattern(value, pattern) => (Term::Match(value.clone(), pattern.clone()), None),
        };
        if self.terms.is_empty() {
            self.operator = own;
        } else {
            let is_mixed = |other: Option<LogicOp>| other.is_some_and(|it| it != ask.operator);
            if is_mixed(own) || is_mixed(self.operator) {
                return Err(Refusal::because(
                    Hazard::Text,
                    "The combined condition would mix `&&` and `||`.",
                ));
            }
            self.operator = Some(ask.operator);
        }
        self.terms.insert(0, term);
        Ok(())
    }

    fn is_chain(&self) -> bool {
        self.terms.len() > 1
    }

    fn worth(&self, parts: &Parts) -> Worth {
        if parts.is_of_clippy {
            return Worth::OfClippy;
        }
        let is_denied = |term: &Term| match term {
            Term::Opposite(_, opposite) => operator_of(&opposite.text).is_some(),
            Term::Kept(_) | Term::Match(..) => false,
        };
        let asks = |term: &Term| term.expr().is_none_or(questions::asks_only);
        let is_aside = self.terms.iter().any(is_denied)
            || (self.is_chain() && (parts.is_guarded || !self.terms.iter().all(asks)));
        if is_aside {
            Worth::Aside
        } else {
            Worth::Saying
        }
    }

    fn ground(&self) -> Ground {
        let grounds = self.terms.iter().map(|term| match term {
            Term::Opposite(_, opposite) => opposite.ground,
            Term::Kept(_) | Term::Match(..) => Ground::Shown,
        });
        grounds.max().unwrap_or_default()
    }

    fn check(&self) -> Result<(), Refusal> {
        let is_awkward = |term: &Term| match term {
            Term::Opposite(_, opposite) => opposite.is_awkward,
            Term::Kept(_) | Term::Match(..) => false,
        };
        if self.terms.iter().any(is_awkward) {
            return Err(Refusal::because(
                Hazard::Negation,
                "The negated condition would be harder to read than the current code.",
            ));
        }
        if self.terms.first().is_some_and(Term::begins_block) {
            return Err(Refusal::because(
                Hazard::Text,
                "The condition can't start a statement without parentheses.",
            ));
        }
        if self.is_chain() {
            return self.check_chain();
        }
        match self.terms.first() {
            Some(term) if term.is_name() => Err(Refusal::because(
                Hazard::Text,
                "Only the tested variable would be left.",
            )),
            Some(_) => Ok(()),
            None => Err(Refusal::NotHere),
        }
    }

    fn check_chain(&self) -> Result<(), Refusal> {
        let exprs: Vec<_> = self.terms.iter().filter_map(Term::expr).collect();
        let is_odd = |expr: &&ast::Expr| {
            conditions::needs_parentheses(expr)
                || flow::is_block_like(expr)
                || matches!(expr, ast::Expr::ParenExpr(_))
                || flow::expr_diverges(expr)
        };
        let operators = |expr: &&ast::Expr| {
            let inner = expr.syntax().descendants().filter_map(ast::BinExpr::cast);
            inner
                .filter(|it| matches!(it.op_kind(), Some(BinaryOp::LogicOp(_))))
                .count()
        };
        let count = exprs.len() + exprs.iter().map(operators).sum::<usize>();
        if count > MOST || exprs.iter().any(is_odd) {
            return Err(Refusal::because(
                Hazard::Text,
                "The combined condition would be too long to read easily.",
            ));
        }
        if is_range(&exprs) {
            return Err(Refusal::because(
                Hazard::Text,
                "The two bounds have a shorter form: `(a..b).contains(&x)`.",
            ));
        }
        Ok(())
    }
}

impl Term {
    /// The expression behind the term.
    fn expr(&self) -> Option<&ast::Expr> {
        match self {
            Self::Kept(expr) | Self::Opposite(expr, _) => Some(expr),
            Self::Match(..) => None,
        }
    }

    fn is_name(&self) -> bool {
        match self {
            Self::Kept(expr) => {
                scopes::as_name(expr).is_some() || matches!(expr, ast::Expr::Literal(_))
            }
            Self::Opposite(_, opposite) => {
                let mut characters = opposite.text.chars();
                characters.all(|c| c.is_alphanumeric() || c == '_')
            }
            Self::Match(..) => false,
        }
    }

    /// Whether a statement would start with a block, a macro in braces or parentheses.
    fn begins_block(&self) -> bool {
        let Some(expr) = self.expr() else {
            return false;
        };
        let first = expr.syntax().first_token().map(|token| token.kind());
        let is_block = matches!(
            first,
            Some(
                SyntaxKind::L_CURLY
                    | SyntaxKind::L_PAREN
                    | SyntaxKind::IF_KW
                    | SyntaxKind::MATCH_KW
                    | SyntaxKind::UNSAFE_KW
                    | SyntaxKind::LOOP_KW
                    | SyntaxKind::WHILE_KW
                    | SyntaxKind::FOR_KW
            )
        );
        let mut inside = expr.syntax().descendants();
        let has_braces = |node: SyntaxNode| {
            ast::MacroExpr::can_cast(node.kind()) && node.text().to_string().ends_with('}')
        };
        is_block || inside.any(has_braces)
    }
}

/// The operator in the source text of a negated condition, if it is a chain.
fn operator_of(opposite: &str) -> Option<LogicOp> {
    if opposite.contains(" || ") {
        Some(LogicOp::Or)
    } else {
        opposite.contains(" && ").then_some(LogicOp::And)
    }
}

/// Whether one value is compared with two bounds by order, for which Clippy suggests a range.
fn is_range(exprs: &[&ast::Expr]) -> bool {
    let operands = exprs.iter().flat_map(|expr| {
        let operator = conditions::top_operator(expr);
        operator.map_or_else(
            || vec![(*expr).clone()],
            |operator| conditions::operands(expr, operator),
        )
    });
    let mut seen: Vec<String> = Vec::new();
    for operand in operands {
        let ast::Expr::BinExpr(comparison) = operand else {
            continue;
        };
        if !matches!(
            comparison.op_kind(),
            Some(BinaryOp::CmpOp(CmpOp::Ord { .. }))
        ) {
            continue;
        }
        let sides = [comparison.lhs(), comparison.rhs()].into_iter().flatten();
        let sides: Vec<_> = sides.map(|side| side.syntax().text().to_string()).collect();
        if sides.iter().any(|side| seen.contains(side)) {
            return true;
        }
        seen.extend(sides);
    }
    false
}

fn check_text(parts: &Parts) -> Result<(), Refusal> {
    let node = parts.choice.syntax();
    let root = node.ancestors().last();
    let comments = root.map(|root| layout::comments_in(&root, parts.whole));
    if comments.is_none_or(|comments| !comments.is_empty()) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment has no place in the new code.",
        ));
    }
    let mut inside = parts.around.descendants();
    let has_attribute = inside.any(|node| {
        node.kind() == SyntaxKind::ATTR && parts.whole.contains_range(node.text_range())
    });
    if has_attribute || has_condition_inside(&parts.around) {
        return Err(Refusal::because(
            Hazard::Text,
            "An attribute has no place in the new code.",
        ));
    }
    let asks_pattern = |ask: &Ask| matches!(ask.asked, Asked::Pattern(..));
    if parts.asks.iter().any(asks_pattern) && FileNames::around(&parts.choice).has_macro("matches")
    {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `matches!`.",
        ));
    }
    if parts.place == Place::Tail && !layout::keeps_braces(&parts.around, parts.whole) {
        return Err(Refusal::because(
            Hazard::Text,
            "The braces around the `if` might become redundant.",
        ));
    }
    Ok(())
}

/// Temporaries of a condition are dropped at once, those of a block's tail expression aren't.
fn check_temporaries(parts: &Parts, joined: &Joined, context: FileContext) -> Result<(), Refusal> {
    let is_free = |expr: &ast::Expr| keeps_nothing(expr) || moving_out::is_free_tail(expr, context);
    let mut exprs = joined.terms.iter().filter_map(Term::expr);
    if exprs.all(is_free) {
        return Ok(());
    }
    // Since Rust 1.68, the operands of such a chain drop their own temporaries.
    let is_own = joined.is_chain() && context.supports(RustVersion(68));
    let declared = FileNames::around(&parts.choice);
    let is_late = parts.place == Place::Tail && has_variables(&parts.around);
    if (is_own && !(is_late && declared.has_drop())) || (!is_late && !joined.is_chain()) {
        return Ok(());
    }
    Err(Refusal::because(
        Hazard::TailTemporaries,
        "Temporaries of the condition would be dropped after the variables of the function.",
    ))
}

/// Whether a block declares variables.
fn has_variables(list: &SyntaxNode) -> bool {
    let block = list.parent().and_then(ast::BlockExpr::cast);
    block.is_none_or(|block| {
        let mut statements = block.statements();
        statements.any(|it| matches!(it, ast::Stmt::LetStmt(_)))
            || moving_out::has_macro_that_may_declare(&block)
    })
}

/// Whether evaluating a condition creates only numbers, `bool`s and references as temporaries.
fn keeps_nothing(condition: &ast::Expr) -> bool {
    let of = |part: Option<ast::Expr>| part.is_some_and(|part| keeps_nothing(&part));
    match condition {
        ast::Expr::BinExpr(it) => match it.op_kind() {
            Some(BinaryOp::LogicOp(_)) => of(it.lhs()) && of(it.rhs()),
            Some(BinaryOp::CmpOp(_)) => {
                let is_number = |operand: &ast::Expr| {
                    let is_literal = matches!(operand, ast::Expr::Literal(_));
                    let is_integer = types_shown::integer(operand).is_some();
                    is_literal || (is_integer && temporaries::makes_none(operand))
                };
                let operands = [it.lhs(), it.rhs()].into_iter().flatten();
                let mut operands = operands.map(|it| is_number(&it) || temporaries::is_place(&it));
                operands.all(|is_free| is_free)
            }
            _ => false,
        },
        ast::Expr::PrefixExpr(it) => of(it.expr()),
        ast::Expr::ParenExpr(it) => of(it.expr()),
        _ => temporaries::makes_none(condition),
    }
}

/// Whether a method of `Option`, `Result` or `Poll` tests for the pattern by name.
fn has_method(pattern: &ast::Pat) -> bool {
    let text = pattern.syntax().text().to_string();
    let last = text.rsplit("::").next().unwrap_or_default();
    let name = last.trim_end_matches("(_)").trim_end_matches("(..)");
    matches!(name, "Some" | "None" | "Ok" | "Err" | "Ready" | "Pending")
        || patterns::may_match_all(pattern)
}
