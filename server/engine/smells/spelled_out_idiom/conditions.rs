//! Branches and guards that only say whether some conditions hold.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, ElseBranch, HasName, LiteralKind},
};

use super::{Found, Idiom, choices::only};
use crate::{
    shapes::boolean_choice::BooleanChoice,
    syntax::{RustVersion, Unit, flow, keyword, layout, negation},
    text::TextRange,
};

/// More conditions are hard to read in one.
const MOST: usize = 4;
const LONGEST: usize = 80;

/// Nested branches of which each gives `true`, `false` or a condition.
pub(super) fn of_branches(choice: &ast::IfExpr, unit: &Unit<'_>) -> Option<Found> {
    choice.else_token()?;
    let is_inside = choice.syntax().parent().is_some_and(|it| ast::IfExpr::can_cast(it.kind()));
    if is_inside {
        return None;
    }
    let mut tree = Tree::default();
    tree.add(choice)?;
    let is_its = tree.questions > 1 && tree.literals > 1 && tree.questions + tree.values <= MOST;
    if !is_its || BooleanChoice::of(choice, unit.text, unit.context).is_ok() {
        return None;
    }
    let at = choice.if_token()?.text_range();
    Some(Found {
        at,
        whole: choice.syntax().text_range(),
        beside: at,
        idiom: Idiom::And,
    })
}

#[derive(Default)]
struct Tree {
    questions: usize,
    literals: usize,
    values: usize,
}

impl Tree {
    fn add(&mut self, choice: &ast::IfExpr) -> Option<()> {
        let condition = choice.condition()?;
        if negation::contains_let(&condition) || !is_short(&condition) {
            return None;
        }
        self.questions += 1;
        self.add_value(&only_value(&choice.then_branch()?)?)?;
        match choice.else_branch()? {
            ElseBranch::Block(other) => self.add_value(&only_value(&other)?),
            ElseBranch::IfExpr(next) => self.add(&next),
        }
    }

    fn add_value(&mut self, value: &ast::Expr) -> Option<()> {
        match value {
            ast::Expr::IfExpr(inner) => return self.add(inner),
            ast::Expr::Literal(_) => {
                literal(value)?;
                self.literals += 1;
            }
            value if flow::is_block_like(value) || !is_short(value) => return None,
            _ => self.values += 1,
        }
        Some(())
    }
}

fn only_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let is_alone = block.statements().next().is_none() && block.modifier().is_none();
    block.tail_expr().filter(|_| is_alone)
}

fn is_short(expr: &ast::Expr) -> bool {
    let text = expr.syntax().text();
    !text.contains_char('\n')
        && usize::from(text.len()) <= LONGEST
        && flow::escapes(expr.syntax()).is_empty()
}

pub(super) fn literal(value: &ast::Expr) -> Option<bool> {
    match value {
        ast::Expr::Literal(it) => match it.kind() {
            LiteralKind::Bool(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// `let Some(x) = e else { return false; }; c`, perhaps behind one more such guard.
pub(super) fn of_let(statement: &ast::LetStmt, unit: &Unit<'_>) -> Option<Found> {
    let gives = returned(&statement.let_else()?.block_expr()?)?;
    let ast::Pat::TupleStructPat(pattern) = statement.pat()? else {
        return None;
    };
    let list = statement.syntax().parent().and_then(ast::StmtList::cast)?;
    let tail = list.tail_expr()?;
    let is_last = statement.syntax().next_sibling().as_ref() == Some(tail.syntax());
    let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
    let function = block.syntax().parent().and_then(ast::Fn::cast)?;
    let is_bool = function.ret_type()?.ty()?.syntax().text() == "bool";
    let version = match (&*pattern.path()?.syntax().text().to_string(), gives) {
        ("Some" | "Ok", false) => 70,
        ("Some", true) => 82,
        _ => return None,
    };
    let holds_name = matches!(pattern.fields().next()?, ast::Pat::IdentPat(it) if it.name().is_some());
    let is_fit = is_last && is_bool && holds_name && unit.context.supports(RustVersion(version));
    if !is_fit || flow::is_block_like(&tail) || !is_short(&tail) || !is_short(&statement.initializer()?) {
        return None;
    }
    let (before, count) = guards_before(statement.syntax(), gives);
    let is_alone = count <= 1 && before.is_none_or(|it| ast::LetStmt::cast(it).is_some_and(|it| it.let_else().is_none()));
    if !is_alone || layout::has_comment(block.syntax()) || function.const_token().is_some() {
        return None;
    }
    Some(Found {
        at: keyword(statement.syntax(), ra_ap_syntax::SyntaxKind::LET_KW),
        whole: TextRange::new(
            statement.syntax().text_range().start(),
            tail.syntax().text_range().end(),
        ),
        beside: tail.syntax().text_range(),
        idiom: Idiom::AskedOfHeld,
    })
}

/// What stands before the guards that return the same, and how many there are.
fn guards_before(statement: &SyntaxNode, gives: bool) -> (Option<SyntaxNode>, usize) {
    let mut count = 0;
    let mut before = statement.prev_sibling();
    while let Some(node) = &before {
        let guard = ast::ExprStmt::cast(node.clone()).and_then(|it| it.expr());
        let Some(ast::Expr::IfExpr(choice)) = guard else {
            break;
        };
        let gives_same = choice.then_branch().and_then(|it| returned(&it)) == Some(gives);
        if choice.else_token().is_some() || !gives_same {
            break;
        }
        count += 1;
        before = node.prev_sibling();
    }
    (before, count)
}

/// The `bool` that a block does nothing but return.
fn returned(block: &ast::BlockExpr) -> Option<bool> {
    match only(block)? {
        ast::Expr::ReturnExpr(it) => literal(&it.expr()?),
        _ => None,
    }
}
