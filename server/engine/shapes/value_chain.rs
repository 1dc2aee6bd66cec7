//! Branches that each compare the same place with their own values.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs, LogicOp},
};

use super::equality_chain::{
    asked, enum_of, ground,
    values::{self, Value},
};
use crate::{
    syntax::{
        FileContext, Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        conditions, is_else_if,
        layout::{self, keeps_braces},
        temporaries,
        types_shown::Ground,
    },
    text::TextRange,
};

mod writing;

/// `if x == A { … } else if x == B || x == C { … } else { … }`
#[derive(Debug, Clone)]
pub struct ValueChain {
    /// The whole choice.
    pub whole: TextRange,
    /// Whether the type of the place is known.
    pub ground: Ground,
    /// Number of comparing branches.
    pub branches: usize,
}

struct Chain {
    choice: ast::IfExpr,
    place: ast::Expr,
    branches: Vec<Branch>,
    otherwise: Option<ast::BlockExpr>,
}

struct Branch {
    values: Vec<Value>,
    block: ast::BlockExpr,
}

/// Minimum number of branches: fewer read well as they are.
const LEAST: usize = 3;

impl ValueChain {
    /// Returns the shape at the first `if` of a chain and its replacement.
    pub fn of<'a>(
        choice: &ast::IfExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let chain = Chain::of(choice).ok_or(Refusal::NotHere)?;
        chain.check(text)?;
        let ground = ground(choice, &chain.place, chain.values().next())?;
        let rewrite = writing::rewrite(&chain, text, context).ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: choice.syntax().text_range(),
            ground,
            branches: chain.branches.len(),
        };
        Ok((shape, rewrite))
    }
}

impl Chain {
    fn of(choice: &ast::IfExpr) -> Option<Self> {
        if is_else_if(choice.syntax()) || !stands_alone(choice.syntax()) {
            return None;
        }
        let mut branches = Vec::new();
        let mut next = choice.clone();
        let mut place: Option<ast::Expr> = None;
        let otherwise = loop {
            let (own, values) = compared(&next.condition()?)?;
            let first = place.get_or_insert_with(|| own.clone());
            if first.syntax().text() != own.syntax().text() {
                return None;
            }
            let block = next.then_branch()?;
            branches.push(Branch { values, block });
            match next.else_branch() {
                Some(ast::ElseBranch::IfExpr(other)) => next = other,
                Some(ast::ElseBranch::Block(last)) => break Some(last),
                None => break None,
            }
        };
        let count = branches.len() + usize::from(otherwise.is_some());
        (branches.len() > 1 && count >= LEAST).then_some(Self {
            choice: choice.clone(),
            place: place?,
            branches,
            otherwise,
        })
    }

    fn values(&self) -> impl Iterator<Item = &Value> {
        self.branches.iter().flat_map(|branch| &branch.values)
    }

    fn blocks(&self) -> impl Iterator<Item = &ast::BlockExpr> {
        let compared = self.branches.iter().map(|branch| &branch.block);
        compared.chain(&self.otherwise)
    }

    fn check(&self, text: &str) -> Result<(), Refusal> {
        let is_odd = |block: &ast::BlockExpr| {
            let has_attributes = block.attrs().next().is_some()
                || block
                    .stmt_list()
                    .is_none_or(|list| list.attrs().next().is_some());
            has_attributes || block.modifier().is_some()
        };
        let choice = self.choice.syntax();
        let comments = layout::comments_in(choice, choice.text_range());
        let is_inside = |at: TextRange| {
            let mut blocks = self.blocks();
            blocks.any(|block| block.syntax().text_range().contains_range(at))
        };
        if self.blocks().any(is_odd)
            || has_condition_inside(choice)
            || !comments.iter().all(|it| is_inside(it.text_range()))
        {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or an attribute has no place in the new code.",
            ));
        }
        if self.blocks().any(|it| ends_in_comment_of_next(it, text)) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment at the end of a branch describes the next one.",
            ));
        }
        if !temporaries::is_place(&self.place) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The compared expression would be evaluated only once, and might not always have the same value.",
            ));
        }
        let is_range = |branch: &Branch| values::are_a_range(&branch.values);
        if self.blocks().all(is_bool) || self.branches.iter().any(is_range) {
            return Err(Refusal::because(
                Hazard::Text,
                "This `match` would be shorter as a condition or with a range.",
            ));
        }
        let all: Vec<Value> = self.values().cloned().collect();
        if !values::are_apart(&all) || self.has_all_variants(&all) {
            return Err(Refusal::because(
                Hazard::Text,
                "One value is repeated, they are not of the same kind, or nothing would be left for `_`.",
            ));
        }
        Ok(())
    }

    fn has_all_variants(&self, values: &[Value]) -> bool {
        let Some(Value::Variant { of, .. }) = values.first() else {
            return false;
        };
        let list = enum_of(&self.choice, of).and_then(|it| it.variant_list());
        list.is_none_or(|list| list.variants().count() <= values.len())
    }
}

/// Whether a block consists of just `true` or `false`.
fn is_bool(block: &ast::BlockExpr) -> bool {
    let tail = block.tail_expr().map(|it| it.syntax().text().to_string());
    let is_alone = block.statements().next().is_none();
    is_alone && matches!(tail.as_deref(), Some("true" | "false"))
}

/// Whether the last comment of a block is indented like its brace.
fn ends_in_comment_of_next(block: &ast::BlockExpr, text: &str) -> bool {
    let brace = block.stmt_list().and_then(|list| list.r_curly_token());
    let lead = brace.as_ref().and_then(SyntaxToken::prev_token);
    let last = lead.as_ref().and_then(SyntaxToken::prev_token);
    let (Some(brace), Some(last)) = (brace, last) else {
        return false;
    };
    last.kind() == SyntaxKind::COMMENT
        && layout::is_first_on_line(text, last.text_range().start())
        && layout::indentation(text, last.text_range().start())
            == layout::indentation(text, brace.text_range().start())
}

/// The place and the values that a condition compares it with.
fn compared(condition: &ast::Expr) -> Option<(ast::Expr, Vec<Value>)> {
    let operands = conditions::operands(condition, LogicOp::Or);
    let mut all = operands.iter().map(|operand| asked(operand, false));
    let (place, first) = all.next()??;
    let mut values = vec![first];
    for one in all {
        let (own, value) = one?;
        if own.syntax().text() != place.syntax().text() {
            return None;
        }
        values.push(value);
    }
    Some((place, values))
}

/// Whether an `if` is a statement, the tail expression of a block, or a whole value.
fn stands_alone(choice: &SyntaxNode) -> bool {
    choice.parent().is_some_and(|parent| match parent.kind() {
        SyntaxKind::STMT_LIST => keeps_braces(&parent, choice.text_range()),
        SyntaxKind::EXPR_STMT => parent
            .parent()
            .is_some_and(|list| keeps_braces(&list, parent.text_range())),
        SyntaxKind::LET_STMT | SyntaxKind::RETURN_EXPR => true,
        _ => false,
    })
}
