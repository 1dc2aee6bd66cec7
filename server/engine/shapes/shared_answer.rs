//! An `if` in an `if`, or in its `else`, with a branch identical to one of the outer `if`: a joined condition covers both.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, ElseBranch, HasAttrs, LogicOp},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        conditions::{self, Chain},
        layout,
        negation::{self, Negated},
        patterns, same_words,
        scopes::Names,
        temporaries,
        types_shown::Ground,
    },
    text::TextRange,
};

/// Maximum number of operands of the joined condition: more are no easier to read than two conditions.
const MOST_OPERANDS: usize = 4;

/// Two conditions that can be joined, which leaves one copy of the shared branch.
#[derive(Debug, Clone)]
pub struct SharedAnswer {
    pub whole: TextRange,
    /// Whether a negated condition is known to be the exact opposite.
    pub ground: Ground,
    /// Whether the value that a pattern binds may now be dropped before the shared branch instead of after it.
    pub may_drop_earlier: bool,
}

struct Parts {
    outer: ast::IfExpr,
    terms: [Term; 2],
    /// The branch for when both conditions hold.
    body: ast::BlockExpr,
    /// The branch otherwise.
    other: ast::BlockExpr,
    /// The duplicate to remove.
    goes: ast::BlockExpr,
}

struct Term {
    condition: ast::Expr,
    is_negated: bool,
}

impl SharedAnswer {
    /// Returns the shape at the outer `if` and its replacement.
    pub fn of<'a>(
        outer: &ast::IfExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(outer).ok_or(Refusal::NotHere)?;
        parts.check_text()?;
        parts.check_patterns(context)?;
        let opposites = parts.opposites()?;
        let writer = Writer {
            parts: &parts,
            opposites: &opposites,
            text,
            context,
            indent: layout::indentation(text, outer.syntax().text_range().start()),
        };
        let rewrite = writer.rewrite().ok_or_else(Refusal::of_layout)?;
        let grounds = opposites.iter().flatten().map(|it| it.ground);
        let shape = Self {
            whole: outer.syntax().text_range(),
            ground: grounds.max().unwrap_or_default(),
            may_drop_earlier: parts.first_values().any(|it| !is_lent(&it)),
        };
        Ok((shape, rewrite))
    }
}

impl Parts {
    fn of(outer: &ast::IfExpr) -> Option<Self> {
        let then = outer.then_branch()?;
        match outer.else_branch()? {
            ElseBranch::IfExpr(inner) => Self::behind_else(outer, then, &inner),
            ElseBranch::Block(other) => match (only_if(&then), only_if(&other)) {
                (Some(inner), None) => Self::inside(outer, &inner, other),
                (None, Some(inner)) => Self::behind_else(outer, then, &inner),
                _ => None,
            },
        }
    }

    /// `if a { if b { X } else { Y } } else { Y }`, or with `X` and `Y` swapped inside.
    fn inside(outer: &ast::IfExpr, inner: &ast::IfExpr, other: ast::BlockExpr) -> Option<Self> {
        let (then, last) = (inner.then_branch()?, block_behind(inner)?);
        let is_negated = match (are_same(&then, &other), are_same(&last, &other)) {
            (false, true) => false,
            (true, false) => true,
            _ => return None,
        };
        let (body, goes) = if is_negated {
            (last, then)
        } else {
            (then, last)
        };
        Some(Self {
            outer: outer.clone(),
            terms: [
                Term::of(outer.condition()?, false),
                Term::of(inner.condition()?, is_negated),
            ],
            body,
            other,
            goes,
        })
    }

    /// `if a { Y } else if b { X } else { Y }`
    fn behind_else(outer: &ast::IfExpr, then: ast::BlockExpr, inner: &ast::IfExpr) -> Option<Self> {
        let (body, other) = (inner.then_branch()?, block_behind(inner)?);
        // Clippy reports adjacent identical branches.
        let is_its = are_same(&then, &other) && !are_same(&then, &body);
        is_its.then_some(Self {
            outer: outer.clone(),
            terms: [
                Term::of(outer.condition()?, true),
                Term::of(inner.condition()?, false),
            ],
            body,
            other,
            goes: then,
        })
    }

    fn check_text(&self) -> Result<(), Refusal> {
        let node = self.outer.syntax();
        let kept = self.kept();
        let comments = layout::comments_in(node, node.text_range());
        let is_lost = |range: TextRange| !kept.iter().any(|kept| kept.contains_range(range));
        if comments.iter().any(|it| is_lost(it.text_range())) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment has no place in the new code.",
            ));
        }
        let mut inside = node.descendants();
        let asks_build = |it: &Term| it.condition.syntax().text().to_string().contains("cfg!");
        if self.terms.iter().any(asks_build) {
            return Err(Refusal::because(
                Hazard::Text,
                "Separate `cfg!` conditions are easier to read.",
            ));
        }
        if self.outer.attrs().next().is_some()
            || has_condition_inside(node)
            || inside.any(|it| ast::Attr::can_cast(it.kind()))
        {
            return Err(Refusal::because(
                Hazard::Text,
                "An attribute has no place in the new code.",
            ));
        }
        Ok(())
    }

    /// The ranges that stay unchanged.
    fn kept(&self) -> Vec<TextRange> {
        let conditions = self.terms.iter().map(|it| it.condition.syntax());
        let blocks = [self.body.syntax(), self.other.syntax()];
        conditions
            .chain(blocks)
            .map(SyntaxNode::text_range)
            .collect()
    }

    /// The scrutinees of the patterns in the first condition.
    fn first_values(&self) -> impl Iterator<Item = ast::Expr> + use<> {
        let [first, _] = &self.terms;
        let parts = conditions::conjuncts(&first.condition).into_iter();
        parts.filter_map(|it| ast::LetExpr::cast(it.syntax().clone())?.expr())
    }

    fn operands(&self) -> Vec<ast::Expr> {
        let all = self.terms.iter();
        all.flat_map(|it| conditions::conjuncts(&it.condition))
            .collect()
    }

    fn check_patterns(&self, context: FileContext) -> Result<(), Refusal> {
        let operands = self.operands();
        if operands.len() > MOST_OPERANDS {
            return Err(Refusal::because(
                Hazard::Text,
                "The combined condition would be too long to read easily.",
            ));
        }
        // Since Rust 1.68, the operands of such a chain drop their own temporaries.
        let [first, _] = &self.terms;
        let leaves_nothing = match &first.condition {
            ast::Expr::LetExpr(it) => it.expr().is_some_and(|it| temporaries::makes_none(&it)),
            condition => context.supports(RustVersion(68)) || temporaries::makes_none(condition),
        };
        let holds = |it: ast::Expr| !is_lent(&it) && may_be_guard(&it);
        if !leaves_nothing || self.first_values().any(holds) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the first condition would be dropped at a different time.",
            ));
        }
        let lets: Vec<_> = operands
            .iter()
            .filter_map(|it| ast::LetExpr::cast(it.syntax().clone()))
            .collect();
        if lets.is_empty() {
            return Ok(());
        }
        if !context.allows_let_chains() || lets.iter().any(|it| !conditions::is_chainable_let(it)) {
            return Err(Refusal::because(
                Hazard::Edition,
                "Let chains need edition 2024, Rust 1.88 and a scrutinee that doesn't absorb the rest.",
            ));
        }
        let names = Names::in_node(self.goes.syntax());
        let bound = lets
            .iter()
            .filter_map(ast::LetExpr::pat)
            .map(|it| patterns::bindings(&it));
        let is_hidden = |bound: Option<Vec<ast::IdentPat>>| {
            bound.is_none_or(|all| {
                all.iter()
                    .any(|it| names.has(&it.syntax().text().to_string()))
            })
        };
        if bound.into_iter().any(is_hidden) {
            return Err(Refusal::because(
                Hazard::Scope,
                "One of the identical branches may use a binding of the pattern.",
            ));
        }
        Ok(())
    }

    fn opposites(&self) -> Result<[Option<Negated>; 2], Refusal> {
        let [first, second] = &self.terms;
        let opposites = [first.opposite()?, second.opposite()?];
        let is_odd = |it: &Negated| it.is_awkward || it.text.contains(" || ");
        if opposites.iter().flatten().any(is_odd) {
            return Err(Refusal::because(
                Hazard::Negation,
                "The negated condition would be harder to read than the current code.",
            ));
        }
        Ok(opposites)
    }
}

impl Term {
    fn of(condition: ast::Expr, is_negated: bool) -> Self {
        Self {
            condition,
            is_negated,
        }
    }

    fn opposite(&self) -> Result<Option<Negated>, Refusal> {
        if !self.is_negated {
            return Ok(None);
        }
        negation::negated(&self.condition).map(Some)
    }
}

/// Whether a value is a place, or an `Option` of a reference into one: dropping it has no effect.
fn is_lent(value: &ast::Expr) -> bool {
    const LENDS: [&str; 9] = [
        "as_deref",
        "as_ref",
        "back",
        "first",
        "front",
        "get",
        "last",
        "strip_prefix",
        "strip_suffix",
    ];
    match value {
        ast::Expr::RefExpr(it) => it.expr().is_some_and(|it| temporaries::is_place(&it)),
        ast::Expr::MethodCallExpr(call) => call.name_ref().is_some_and(|name| {
            LENDS.contains(&name.text()) && !FileNames::around(call).has_method(name.text())
        }),
        value => temporaries::is_place(value),
    }
}

/// Whether a value may be a guard whose drop matters, judging by the names of the functions that return it.
fn may_be_guard(value: &ast::Expr) -> bool {
    const NAMES: [&str; 6] = ["lock", "read", "write", "borrow", "guard", "enter"];
    let names = value.syntax().descendants().filter_map(ast::NameRef::cast);
    let mut names = names.map(|it| it.text().to_string());
    FileNames::around(value).has_drop()
        || names.any(|name| NAMES.iter().any(|it| name.contains(it)) && name != "read_to_string")
}

struct Writer<'a, 'p> {
    parts: &'p Parts,
    opposites: &'p [Option<Negated>; 2],
    text: &'a str,
    context: FileContext,
    /// The indentation of the outer `if`.
    indent: &'a str,
}

impl<'a> Writer<'a, '_> {
    fn rewrite(&self) -> Option<Rewrite<'a>> {
        let outer = self.parts.outer.syntax().text_range();
        let from = self.parts.outer.condition()?.syntax().text_range().start();
        let column = layout::column(self.text, from);
        let condition = self.condition(column)?;
        let room = self.context.width.max().saturating_sub(column);
        let ending = layout::first_line_ending(self.text);
        let brace = conditions::before_brace(&condition, room, ending, self.indent);
        let (body, other) = (
            self.block(&self.parts.body)?,
            self.block(&self.parts.other)?,
        );
        if self.is_short(&condition, column) {
            return None;
        }
        let mut part = Rewrite::part(self.text);
        for (term, opposite) in self.parts.terms.iter().zip(self.opposites) {
            let range = term.condition.syntax().text_range();
            part = match opposite {
                Some(opposite) => part.negate(range, opposite, ""),
                None => part.keep_as(range, ""),
            };
        }
        let rewrite = Rewrite::of(self.text, TextRange::new(from, outer.end()))
            .put_as(part, &condition)
            .text(&brace)
            .keep_as(self.parts.body.syntax().text_range(), &body)
            .text(" else ")
            .keep_as(self.parts.other.syntax().text_range(), &other);
        Some(rewrite)
    }

    fn condition(&self, column: usize) -> Option<String> {
        let unit = layout::indent_unit_around(self.text, self.parts.outer.syntax());
        let deeper = format!("{}{unit}", self.indent);
        let mut texts = Vec::new();
        for (term, opposite) in self.parts.terms.iter().zip(self.opposites) {
            if let Some(opposite) = opposite {
                texts.push(opposite.text.clone());
                continue;
            }
            for operand in conditions::conjuncts(&term.condition) {
                let code = operand.syntax().text().to_string();
                let is_enclosed = conditions::needs_parentheses(&operand)
                    || conditions::top_operator(&operand) == Some(LogicOp::Or);
                texts.push(if is_enclosed {
                    format!("({code})")
                } else {
                    code
                });
            }
        }
        if texts.iter().any(|text| text.contains('\n')) {
            return None;
        }
        let chain = Chain {
            operator: "&&",
            operands: texts,
            is_broken_by_let: conditions::is_broken_by_let(&self.parts.operands()),
        };
        let room = self.context.width.max().saturating_sub(column);
        let whole = chain.on_one_line(room);
        let ending = layout::first_line_ending(self.text);
        Some(whole.unwrap_or_else(|| chain.on_lines(ending, &deeper, column)))
    }

    /// A block moved one level out, if it has to move.
    fn block(&self, block: &ast::BlockExpr) -> Option<String> {
        let range = block.syntax().text_range();
        let own = layout::indentation(self.text, range.start());
        let moved = layout::moved(self.text, range, self.context.edition, own, self.indent)?;
        let gained = layout::width(own).saturating_sub(layout::width(self.indent));
        let is_joined =
            gained > 0 && layout::may_be_joined(&moved, self.context, self.indent, gained);
        (moved.contains('\n') && !is_joined).then_some(moved)
    }

    /// Whether rustfmt would format the whole on one line.
    fn is_short(&self, condition: &str, column: usize) -> bool {
        const LONGEST: usize = 50;
        let value = |block: &ast::BlockExpr| {
            let is_alone =
                block.statements().next().is_none() && !layout::has_comment(block.syntax());
            let value = block.tail_expr().filter(|_| is_alone)?;
            Some(value.syntax().text().to_string())
        };
        let (Some(body), Some(other)) = (value(&self.parts.body), value(&self.parts.other)) else {
            return false;
        };
        let line = format!("if {condition} {{ {body} }} else {{ {other} }}");
        let parent = self.parts.outer.syntax().parent();
        let is_statement = parent.is_some_and(|it| {
            ast::ExprStmt::can_cast(it.kind())
                || (ast::StmtList::can_cast(it.kind()) && !self.context.edition.at_least_2024())
        });
        let length = layout::width(&line);
        !is_statement
            && !line.contains('\n')
            && length <= self.context.width.share(LONGEST)
            && column + length <= self.context.width.max()
    }
}

fn block_behind(choice: &ast::IfExpr) -> Option<ast::BlockExpr> {
    match choice.else_branch()? {
        ElseBranch::Block(block) => Some(block),
        ElseBranch::IfExpr(_) => None,
    }
}

fn are_same(one: &ast::BlockExpr, other: &ast::BlockExpr) -> bool {
    let is_empty =
        |it: &ast::BlockExpr| it.statements().next().is_none() && it.tail_expr().is_none();
    !is_empty(one) && same_words(one.syntax(), other.syntax())
}

/// The `if` that a block consists of.
fn only_if(block: &ast::BlockExpr) -> Option<ast::IfExpr> {
    if block.modifier().is_some() || block.attrs().next().is_some() {
        return None;
    }
    let mut statements = block.statements();
    let only = match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, Some(tail)) => tail,
        (Some(ast::Stmt::ExprStmt(it)), None, None) if it.semicolon_token().is_none() => {
            it.expr()?
        }
        _ => return None,
    };
    match only {
        ast::Expr::IfExpr(choice) => Some(choice),
        _ => None,
    }
}
