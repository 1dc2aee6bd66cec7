//! The nested choices, and how the innermost one ends.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName},
};

use crate::{
    shapes::{
        guard_clause::has_no_items,
        option_call::argument_of,
        question_mark::parts::{Wraps, error_of, wrapped},
    },
    syntax::{
        flow::{self, BodyOf, body_of},
        layout, patterns, scopes,
    },
    text::TextRange,
};

/// Choices that each end the block of the previous one.
pub(super) struct Levels {
    /// The outermost one.
    pub(super) node: SyntaxNode,
    pub(super) keyword: TextRange,
    /// From the outermost choice to the `None` after it.
    pub(super) whole: TextRange,
    pub(super) all: Vec<Level>,
    pub(super) end: End,
    /// The `None` after the outermost choice.
    pub(super) behind: Option<TextRange>,
}

pub(super) struct Level {
    pub(super) node: SyntaxNode,
    /// The choice including the `None` after it.
    pub(super) whole: TextRange,
    keyword: TextRange,
    pub(super) asked: ast::Expr,
    pub(super) wraps: Wraps,
    pub(super) pattern: ast::Pat,
    /// The pattern of the contained value.
    pub(super) held: ast::Pat,
    pub(super) body: ast::BlockExpr,
    other: Other,
}

/// The location of the `None` for the empty case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    Inside,
    Behind(TextRange),
    /// After an enclosing choice.
    Further,
}

/// How the innermost block ends.
pub(super) enum End {
    /// With the function's result.
    Given(ast::Expr),
    /// `return V;`
    Returned {
        statement: TextRange,
        value: ast::Expr,
    },
    /// Without a value, so that `None` is returned. The last expression may be a statement.
    Falls(Option<ast::Expr>),
    /// With just the contained value.
    Itself,
}

impl Levels {
    /// Returns the choices at the end of a function's body.
    pub(super) fn of(node: &SyntaxNode) -> Option<Self> {
        if !is_in_function(node) {
            return None;
        }
        let first = Level::of(node)?;
        let around = block_around(&first)?;
        if !matches!(body_of(&around), Some(BodyOf::Function(_))) {
            return None;
        }
        let (keyword, whole) = (first.keyword, first.whole);
        let behind = match first.other {
            Other::Behind(at) => Some(at),
            _ => None,
        };
        let mut levels = vec![first];
        while let Some(inner) = levels.last().and_then(Level::inner) {
            levels.push(inner);
        }
        let end = end_of(levels.last()?)?;
        if matches!(end, End::Falls(_)) && behind.is_none() {
            return None;
        }
        Some(Self {
            node: node.clone(),
            keyword,
            whole,
            all: levels,
            end,
            behind,
        })
    }

    /// Whether a guard of the same form comes right before: both are attempts, tried in order.
    pub(super) fn has_twin(&self) -> bool {
        let statement = self.node.parent().filter(|_| self.behind.is_some());
        let before = statement.and_then(|it| it.prev_sibling());
        let before = before
            .and_then(ast::ExprStmt::cast)
            .and_then(|it| it.expr());
        match before {
            Some(ast::Expr::IfExpr(choice)) => {
                let then = choice.then_branch();
                choice.else_token().is_none() && then.is_some_and(|then| flow::diverges(&then))
            }
            _ => false,
        }
    }

    /// Whether the body is longer than a closure for a method of `Option` would be.
    pub(super) fn is_worthwhile(&self) -> bool {
        const FEWEST: usize = 2;
        let is_alone = self.all.len() == 1;
        let first = &self.all[0].body;
        let count = first.statements().count() + usize::from(first.tail_expr().is_some());
        match &self.end {
            End::Itself | End::Falls(_) => !is_alone,
            End::Given(tail) => !is_alone || count >= FEWEST || flow::is_block_like(tail),
            End::Returned { .. } => !is_alone || count >= FEWEST,
        }
    }

    /// Whether there is a comment outside of the blocks that stay.
    pub(super) fn loses_comment(&self, text: &str) -> bool {
        let kept = self.all.iter().map(|it| it.body.syntax().text_range());
        let kept: Vec<_> = kept.collect();
        let is_lost = |(number, level): (usize, &Level)| {
            let own = layout::comments_in(&level.node, level.node.text_range());
            let mut own = own.iter().map(ra_ap_syntax::SyntaxToken::text_range);
            own.any(|at| !kept[number].contains_range(at))
        };
        let between = |level: &Level| {
            let behind = TextRange::new(level.node.text_range().end(), level.whole.end());
            let is_dropped = !matches!(self.end, End::Falls(_)) || level.node != self.node;
            let code = crate::text::slice(text, behind).unwrap_or_default();
            is_dropped && (code.contains("//") || code.contains("/*"))
        };
        let is_itself = matches!(self.end, End::Itself);
        let last = self.all.last();
        self.all.iter().enumerate().any(is_lost)
            || self.all.iter().any(between)
            || (is_itself && last.is_some_and(|it| layout::has_comment(&it.node)))
    }

    pub(super) fn has_no_items(&self) -> bool {
        let mut blocks = self.all.iter().map(|it| &it.body);
        blocks.all(|it| has_no_items(it) && it.modifier().is_none())
    }

    pub(super) fn moved_lines(&self) -> usize {
        let body = self.all[0].body.syntax().text().to_string();
        body.lines().count().saturating_sub(2)
    }
}

impl Level {
    fn of(node: &SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::IF_EXPR => of_if(&ast::IfExpr::cast(node.clone())?),
            SyntaxKind::MATCH_EXPR => of_match(&ast::MatchExpr::cast(node.clone())?),
            _ => None,
        }
    }

    /// The choice at the end of this one's block, if it ends in the same way.
    fn inner(&self) -> Option<Self> {
        let steps = self.body.stmt_list()?;
        let tail = steps.tail_expr();
        if self.other == Other::Inside {
            let last = match &tail {
                Some(tail) if is_none(tail) => last_choice(&steps)?,
                Some(tail) => tail.syntax().clone(),
                None => return None,
            };
            let found = Self::of(&last)?;
            return (found.other != Other::Further).then_some(found);
        }
        let last = match tail {
            Some(tail) => tail.syntax().clone(),
            None => last_choice(&steps)?,
        };
        Self::of(&last).filter(|it| it.other == Other::Further)
    }

    /// The operand of the `?`, and the method called on it.
    pub(super) fn called(&self) -> (ast::Expr, &'static str) {
        let view = |is_changed: bool| if is_changed { ".as_mut()" } else { ".as_ref()" };
        if let ast::Expr::RefExpr(lent) = &self.asked {
            let value = lent.expr().unwrap_or_else(|| self.asked.clone());
            return (value, view(lent.mut_token().is_some()));
        }
        let call = match (&self.held, self.wraps) {
            (ast::Pat::IdentPat(it), _) if it.ref_token().is_some() => {
                view(it.mut_token().is_some())
            }
            (_, Wraps::Some) => "",
            (_, Wraps::Ok) => ".ok()",
        };
        (self.asked.clone(), call)
    }

    /// The range of the declared pattern.
    pub(super) fn declared(&self) -> TextRange {
        match &self.held {
            ast::Pat::IdentPat(it) if it.ref_token().is_some() => {
                let name = it.name().map(|name| name.syntax().text_range());
                name.unwrap_or_else(|| it.syntax().text_range())
            }
            held => held.syntax().text_range(),
        }
    }
}

fn of_if(choice: &ast::IfExpr) -> Option<Level> {
    let ast::Expr::LetExpr(condition) = choice.condition()? else {
        return None;
    };
    let node = choice.syntax();
    let other = match choice.else_branch() {
        None if choice.else_token().is_some() => return None,
        None => match none_behind(node) {
            Some(at) => Other::Behind(at),
            None => Other::Further,
        },
        Some(ast::ElseBranch::Block(block)) => {
            let is_its = gives_none(&ast::Expr::BlockExpr(block));
            is_its.then_some(Other::Inside)?
        }
        Some(ast::ElseBranch::IfExpr(_)) => return None,
    };
    let has_attributes = choice.attrs().next().is_some() || condition.attrs().next().is_some();
    if has_attributes {
        return None;
    }
    let asked = (condition.pat()?, condition.expr()?);
    let keyword = choice.if_token()?.text_range();
    level(node, keyword, asked, choice.then_branch()?, other)
}

fn of_match(choice: &ast::MatchExpr) -> Option<Level> {
    let [first, second] = patterns::two_plain_arms(choice)?;
    let is_rest = |arm: &ast::MatchArm| arm.expr().is_some_and(|it| gives_none(&it));
    // A leading `_` would match everything.
    let is_any = matches!(first.pat(), Some(ast::Pat::WildcardPat(_)));
    let (good, rest) = match (is_rest(&first), is_rest(&second)) {
        (false, true) => (first, second),
        (true, false) if !is_any => (second, first),
        _ => return None,
    };
    let ast::Expr::BlockExpr(body) = good.expr()? else {
        return None;
    };
    let pattern = good.pat()?;
    let (wraps, _) = wrapped(&pattern)?;
    let error = error_of(&rest.pat()?, wraps)?;
    if !(error == "_" || error.starts_with('_')) {
        return None;
    }
    let asked = (pattern, choice.expr()?);
    let keyword = choice.match_token()?.text_range();
    level(choice.syntax(), keyword, asked, body, Other::Inside)
}

fn level(
    node: &SyntaxNode,
    keyword: TextRange,
    (pattern, asked): (ast::Pat, ast::Expr),
    body: ast::BlockExpr,
    other: Other,
) -> Option<Level> {
    let (wraps, held) = wrapped(&pattern)?;
    let held = held?;
    let is_lent = matches!(asked, ast::Expr::RefExpr(_)) || is_by_reference(&held);
    let is_plain = body.modifier().is_none() && body.attrs().next().is_none();
    let is_fit = is_plain && is_taken(&held, &asked) && !(is_lent && wraps == Wraps::Ok);
    let whole = match other {
        Other::Behind(at) => node.text_range().cover(at),
        Other::Inside | Other::Further => node.text_range(),
    };
    is_fit.then(|| Level {
        node: node.clone(),
        whole,
        keyword,
        asked,
        wraps,
        pattern,
        held,
        body,
        other,
    })
}

/// Whether a pattern binds the whole contained value by name.
fn is_taken(held: &ast::Pat, asked: &ast::Expr) -> bool {
    let is_variable = |pattern: &ast::Pat| match pattern {
        ast::Pat::IdentPat(it) => {
            it.ref_token().is_none() && it.at_token().is_none() && patterns::is_binding(it)
        }
        _ => false,
    };
    let is_place = matches!(asked, ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_));
    let is_call = !is_place && !matches!(asked, ast::Expr::RefExpr(_));
    match held {
        ast::Pat::IdentPat(it) if is_place && it.ref_token().is_some() => it.at_token().is_none(),
        ast::Pat::TuplePat(tuple) if is_call => {
            tuple.fields().count() > 0 && tuple.fields().all(|field| is_variable(&field))
        }
        held => is_variable(held),
    }
}

fn is_by_reference(held: &ast::Pat) -> bool {
    matches!(held, ast::Pat::IdentPat(it) if it.ref_token().is_some())
}

/// Whether an arm or a branch just returns `None`.
fn gives_none(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::BlockExpr(block) => {
            let is_plain = block.modifier().is_none() && block.attrs().next().is_none();
            let is_alone = block.statements().next().is_none();
            is_plain && is_alone && block.tail_expr().is_some_and(|it| is_none(&it))
        }
        expr => is_none(expr),
    }
}

fn is_none(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::PathExpr(_)) && expr.syntax().text() == "None"
}

/// The `None` that ends a block right after its last statement, the choice.
fn none_behind(node: &SyntaxNode) -> Option<TextRange> {
    let statement = node.parent().and_then(ast::ExprStmt::cast)?;
    let list = statement.syntax().parent().and_then(ast::StmtList::cast)?;
    let tail = list.tail_expr().filter(is_none)?;
    let is_last = list.statements().last()? == ast::Stmt::ExprStmt(statement);
    is_last.then(|| tail.syntax().text_range())
}

/// The choice in a block's last statement.
fn last_choice(list: &ast::StmtList) -> Option<SyntaxNode> {
    match list.statements().last()? {
        ast::Stmt::ExprStmt(it) if it.semicolon_token().is_none() => {
            Some(it.expr()?.syntax().clone())
        }
        _ => None,
    }
}

/// Whether a choice is directly in the block of a function. This check comes first as it is the cheapest.
fn is_in_function(node: &SyntaxNode) -> bool {
    let kinds = node.ancestors().skip(1).map(|it| it.kind());
    let mut kinds = kinds.skip_while(|kind| *kind == SyntaxKind::EXPR_STMT);
    let around = [(); 3].map(|()| kinds.next());
    let (list, block) = (SyntaxKind::STMT_LIST, SyntaxKind::BLOCK_EXPR);
    around == [list, block, SyntaxKind::FN].map(Some)
}

/// The block that ends with a choice, including the `None` that may follow it.
fn block_around(level: &Level) -> Option<ast::BlockExpr> {
    let parent = level.node.parent()?;
    let list = match level.other {
        Other::Inside => ast::StmtList::cast(parent)?,
        Other::Behind(_) => ast::StmtList::cast(parent.parent()?)?,
        Other::Further => return None,
    };
    let is_end = match level.other {
        Other::Inside => list.tail_expr()?.syntax() == &level.node,
        _ => true,
    };
    let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
    is_end.then_some(block)
}

fn end_of(level: &Level) -> Option<End> {
    let steps = level.body.stmt_list()?;
    let tail = steps.tail_expr();
    let is_alone = steps.statements().next().is_none();
    if level.other == Other::Inside {
        let tail = tail?;
        let is_itself = is_alone && gives_held(&tail, level);
        return Some(if is_itself {
            End::Itself
        } else {
            End::Given(tail)
        });
    }
    let (last_expr, statement, count) = match (&tail, steps.statements().last()) {
        (Some(tail), _) => (Some(tail.clone()), tail.syntax().text_range(), 0),
        (None, Some(ast::Stmt::ExprStmt(it))) => (it.expr(), it.syntax().text_range(), 1),
        (None, Some(it)) => (None, it.syntax().text_range(), 1),
        (None, None) => return None,
    };
    let Some(ast::Expr::ReturnExpr(leaving)) = last_expr else {
        return Some(End::Falls(tail));
    };
    let value = leaving
        .expr()
        .filter(|_| leaving.attrs().next().is_none())?;
    if gives_held(&value, level) && steps.statements().count() == count {
        return Some(End::Itself);
    }
    Some(End::Returned { statement, value })
}

/// Whether a value is `Some(x)` with the contained value.
fn gives_held(value: &ast::Expr, level: &Level) -> bool {
    let ast::Pat::IdentPat(variable) = &level.held else {
        return false;
    };
    let name = argument_of(value, "Some").and_then(|it| scopes::as_name(&it));
    name.is_some_and(|name| variable.syntax().text() == name.as_str())
}
