//! The forms of a search loop.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasLoopBody, HasName},
};

use crate::{
    syntax::{flow, negation, scopes},
    text::TextRange,
};

/// The result once an element is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    True,
    False,
    Index,
    Element,
}

/// The test for each element.
pub(super) enum Asks {
    Condition(ast::Expr),
    /// `if let`, with a pattern that binds nothing.
    Pattern(ast::LetExpr),
}

impl Asks {
    pub(super) fn node(&self) -> SyntaxNode {
        match self {
            Self::Condition(it) => it.syntax().clone(),
            Self::Pattern(it) => it.syntax().clone(),
        }
    }
}

pub(super) struct Parts {
    pub(super) found: ast::ForExpr,
    pub(super) keyword: TextRange,
    /// The block with the loop and its related statements.
    pub(super) around: SyntaxNode,
    pub(super) whole: TextRange,
    /// The variable of the result, unless the result is the block's.
    pub(super) declares: Option<ast::IdentPat>,
    /// The variable of the result.
    pub(super) variable: Option<ast::IdentPat>,
    /// The counting variable.
    pub(super) index: Option<ast::IdentPat>,
    /// The pattern of the elements.
    pub(super) pattern: ast::Pat,
    pub(super) iterable: ast::Expr,
    pub(super) asks: Asks,
    pub(super) gives: Gives,
}

impl Parts {
    pub(super) fn of(found: &ast::ForExpr) -> Option<Self> {
        if found.label().is_some() || found.attrs().next().is_some() {
            return None;
        }
        let choice = only_if(&found.loop_body()?)?;
        let asks = asked(&choice.condition()?)?;
        let end = End::of(&choice.then_branch()?)?;
        let mut pattern = found.pat()?;
        let mut iterable = found.iterable()?;
        let mut index = None;
        let gives = end.gives(&pattern)?;
        if gives == Gives::Index {
            let (counter, element) = counted(&pattern)?;
            iterable = before_enumerate(&iterable)?;
            pattern = element;
            index = Some(counter);
        }
        if !is_plain(&pattern) {
            return None;
        }
        let statement = found.syntax().parent()?;
        let statement = ast::ExprStmt::cast(statement).filter(|it| it.semicolon_token().is_none());
        let statement = statement.map_or_else(|| found.syntax().clone(), |it| it.syntax().clone());
        let around = statement.parent()?;
        let list = ast::StmtList::cast(around.clone())?;
        let mut parts = Self {
            found: found.clone(),
            keyword: found.for_token()?.text_range(),
            around,
            whole: statement.text_range(),
            declares: None,
            variable: None,
            index,
            pattern,
            iterable,
            asks,
            gives,
        };
        match end.variable {
            None => parts.take_return(&statement, &list)?,
            Some(name) => parts.take_variable(&name, &statement, &list)?,
        }
        Some(parts)
    }

    /// Whether the result is the block's value.
    pub(super) fn is_tail(&self) -> bool {
        self.declares.is_none()
    }

    /// Accepts the other value after the loop, at the end of a function.
    fn take_return(&mut self, statement: &SyntaxNode, list: &ast::StmtList) -> Option<()> {
        let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
        if !flow::gives_result(&block) {
            return None;
        }
        let behind = statement.next_sibling()?;
        if behind.next_sibling().is_some() {
            return None;
        }
        let value = match ast::ExprStmt::cast(behind.clone()) {
            Some(statement) => statement.expr()?,
            None => ast::Expr::cast(behind.clone())?,
        };
        let value = match value {
            ast::Expr::ReturnExpr(it) => it.expr()?,
            value if ast::Expr::can_cast(behind.kind()) => value,
            _ => return None,
        };
        (value.syntax().text() == self.otherwise()).then_some(())?;
        self.whole = self.whole.cover(behind.text_range());
        Some(())
    }

    /// Accepts a variable that is declared before the loop with the other value.
    fn take_variable(
        &mut self,
        name: &str,
        statement: &SyntaxNode,
        list: &ast::StmtList,
    ) -> Option<()> {
        let declared = statement.prev_sibling().and_then(ast::LetStmt::cast)?;
        let ast::Pat::IdentPat(variable) = declared.pat()? else {
            return None;
        };
        let is_its = variable.name()?.text() == name
            && variable.mut_token().is_some()
            && variable.ref_token().is_none()
            && variable.pat().is_none();
        let is_plain = declared.ty().is_none()
            && declared.let_else().is_none()
            && declared.attrs().next().is_none();
        let is_other = declared.initializer()?.syntax().text() == self.otherwise();
        if !is_its || !is_plain || !is_other || is_changed(&variable, self.whole)? {
            return None;
        }
        self.whole = self.whole.cover(declared.syntax().text_range());
        let tail = list.tail_expr();
        let next = statement.next_sibling()?;
        match tail.filter(|tail| *tail.syntax() == next) {
            Some(tail) if scopes::as_name(&tail).as_deref() == Some(name) => {
                self.whole = self.whole.cover(next.text_range());
            }
            _ => self.declares = Some(variable.clone()),
        }
        self.variable = Some(variable);
        Some(())
    }

    fn otherwise(&self) -> &'static str {
        match self.gives {
            Gives::True => "false",
            Gives::False => "true",
            Gives::Index | Gives::Element => "None",
        }
    }
}

/// The statements that end the loop.
struct End {
    value: ast::Expr,
    /// The variable that the value is assigned to.
    variable: Option<String>,
}

impl End {
    fn of(block: &ast::BlockExpr) -> Option<Self> {
        if block.modifier().is_some() || block.label().is_some() {
            return None;
        }
        let list = block.stmt_list()?;
        let mut all: Vec<ast::Expr> = Vec::new();
        for statement in list.statements() {
            match statement {
                ast::Stmt::ExprStmt(it) => all.push(it.expr()?),
                _ => return None,
            }
        }
        all.extend(list.tail_expr());
        match all.as_slice() {
            [ast::Expr::ReturnExpr(it)] => Some(Self {
                value: it.expr()?,
                variable: None,
            }),
            [ast::Expr::BinExpr(set), ast::Expr::BreakExpr(leave)] => {
                let is_set = matches!(set.op_kind(), Some(ast::BinaryOp::Assignment { op: None }));
                let is_bare = leave.lifetime().is_none() && leave.expr().is_none();
                if !is_set || !is_bare {
                    return None;
                }
                Some(Self {
                    value: set.rhs()?,
                    variable: Some(scopes::as_name(&set.lhs()?)?),
                })
            }
            _ => None,
        }
    }

    fn gives(&self, pattern: &ast::Pat) -> Option<Gives> {
        if let ast::Expr::Literal(_) = &self.value {
            return match &*self.value.syntax().text().to_string() {
                "true" => Some(Gives::True),
                "false" => Some(Gives::False),
                _ => None,
            };
        }
        let ast::Expr::CallExpr(call) = &self.value else {
            return None;
        };
        if call.expr()?.syntax().text() != "Some" {
            return None;
        }
        let mut arguments = call.arg_list()?.args();
        let (given, None) = (scopes::as_name(&arguments.next()?)?, arguments.next()) else {
            return None;
        };
        if let Some((index, _)) = counted(pattern) {
            return (index.name()?.text() == given).then_some(Gives::Index);
        }
        let ast::Pat::IdentPat(element) = pattern else {
            return None;
        };
        // Returning it directly is covered by Clippy's `manual_find`.
        let is_its = element.name()?.text() == given && element.mut_token().is_none();
        (is_its && self.variable.is_some()).then_some(Gives::Element)
    }
}

fn only_if(block: &ast::BlockExpr) -> Option<ast::IfExpr> {
    if block.modifier().is_some() || block.label().is_some() {
        return None;
    }
    let list = block.stmt_list()?;
    let mut statements = list.statements();
    let choice = match (statements.next(), list.tail_expr()) {
        (None, Some(ast::Expr::IfExpr(it))) => it,
        (Some(ast::Stmt::ExprStmt(statement)), None) => match statement.expr()? {
            ast::Expr::IfExpr(it) => it,
            _ => return None,
        },
        _ => return None,
    };
    let is_alone = statements.next().is_none()
        && choice.else_branch().is_none()
        && choice.attrs().next().is_none()
        && list.attrs().next().is_none();
    is_alone.then_some(choice)
}

fn asked(condition: &ast::Expr) -> Option<Asks> {
    if let ast::Expr::LetExpr(it) = condition {
        let inside = it.pat()?.syntax().descendants();
        let binds_none = !inside
            .into_iter()
            .any(|it| ast::IdentPat::can_cast(it.kind()));
        let text = it.pat()?.syntax().text().to_string();
        // Each has a method that tests for it.
        let is_std = ["Some(", "Ok(", "Err(", "None"]
            .iter()
            .any(|start| text.starts_with(start));
        return (binds_none && !is_std).then(|| Asks::Pattern(it.clone()));
    }
    let is_block = flow::is_block_like(condition);
    let is_other = matches!(
        condition,
        ast::Expr::ParenExpr(_) | ast::Expr::Literal(_) | ast::Expr::ClosureExpr(_)
    );
    let is_fit = !is_block && !is_other && !negation::contains_let(condition);
    is_fit.then(|| Asks::Condition(condition.clone()))
}

/// `(index, element)`.
fn counted(pattern: &ast::Pat) -> Option<(ast::IdentPat, ast::Pat)> {
    let ast::Pat::TuplePat(tuple) = pattern else {
        return None;
    };
    let mut fields = tuple.fields();
    let (Some(ast::Pat::IdentPat(index)), Some(element), None) =
        (fields.next(), fields.next(), fields.next())
    else {
        return None;
    };
    let is_bare =
        index.mut_token().is_none() && index.ref_token().is_none() && index.pat().is_none();
    is_bare.then_some((index, element))
}

fn before_enumerate(iterable: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::MethodCallExpr(call) = iterable else {
        return None;
    };
    (call.name_ref()?.text() == "enumerate").then(|| call.receiver())?
}

/// Whether a pattern can be a closure parameter unchanged. A loop that ignores its elements only counts.
fn is_plain(pattern: &ast::Pat) -> bool {
    if matches!(pattern, ast::Pat::WildcardPat(_)) {
        return false;
    }
    let is_other = |node: SyntaxNode| {
        matches!(
            ast::Pat::cast(node),
            Some(ast::Pat::MacroPat(_) | ast::Pat::OrPat(_))
        )
    };
    !pattern.syntax().descendants().any(is_other)
}

/// Whether the variable may be mutated outside of the loop, which is at `inside`.
fn is_changed(variable: &ast::IdentPat, inside: TextRange) -> Option<bool> {
    const CHANGE: [&str; 9] = [
        "as_deref_mut",
        "as_mut",
        "get_or_insert",
        "get_or_insert_with",
        "insert",
        "iter_mut",
        "replace",
        "take",
        "take_if",
    ];
    let name = variable.name()?;
    let body = scopes::whole_body(variable.syntax())?;
    let is_it = |expr: Option<ast::Expr>| {
        expr.and_then(|expr| scopes::as_name(&expr)).as_deref() == Some(name.text())
    };
    let mut nodes = body.descendants().filter(|node| {
        let at = node.text_range();
        !inside.contains_range(at)
    });
    Some(nodes.any(|node| {
        if let Some(it) = ast::BinExpr::cast(node.clone()) {
            return matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))
                && is_it(it.lhs());
        }
        if let Some(it) = ast::RefExpr::cast(node.clone()) {
            return it.mut_token().is_some() && is_it(it.expr());
        }
        if let Some(it) = ast::MethodCallExpr::cast(node.clone()) {
            let is_known = it
                .name_ref()
                .is_some_and(|name| CHANGE.contains(&name.text()));
            return is_known && is_it(it.receiver());
        }
        if let Some(it) = ast::IdentPat::cast(node.clone()) {
            return it.ref_token().is_some() && it.mut_token().is_some();
        }
        let Some(call) = ast::MacroCall::cast(node) else {
            return false;
        };
        let input = call.token_tree().map(|tree| tree.syntax().to_string());
        let input = input.unwrap_or_default();
        let words = input.split(|c: char| !c.is_alphanumeric() && c != '_');
        let is_named = words.into_iter().any(|word| word == name.text());
        let is_set = input.contains(&format!("{} =", name.text()))
            && !input.contains(&format!("{} ==", name.text()));
        is_named && (is_set || input.contains("mut "))
    }))
}
