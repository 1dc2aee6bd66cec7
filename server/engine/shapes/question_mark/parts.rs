//! The forms that are equivalent to `?`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasAttrs},
};

use super::name_of;
use crate::{
    syntax::{flow, patterns, scopes},
    text::TextRange,
};

/// The variant that a value is unwrapped from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shapes) enum Wraps {
    Some,
    Ok,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A `match` that returns the value.
    Value,
    /// An `if let` that returns the value.
    IfValue,
    /// A `match` or `if let` that only handles the error.
    Unit,
    /// `let … else`.
    Let,
}

pub(super) struct Parts {
    /// The `match`, the `if` or the `let`.
    pub(super) node: SyntaxNode,
    pub(super) keyword: TextRange,
    pub(super) form: Form,
    pub(super) scrutinee: ast::Expr,
    pub(super) wraps: Wraps,
    /// Whether the contained value is a reference to copy from, as in `Some(&x)`.
    pub(super) copies: bool,
    /// The variable that a `let … else` declares.
    pub(super) variable: Option<ast::IdentPat>,
    /// The name of the error, if it has one.
    pub(super) error: Option<String>,
    /// The returned value and its wrapper: the `V` in `return Err(V)`.
    pub(super) returned: ast::Expr,
    pub(super) returns: Wraps,
}

impl Parts {
    pub(super) fn of(node: &SyntaxNode) -> Option<Self> {
        let parts = match node.kind() {
            SyntaxKind::MATCH_EXPR => of_match(&ast::MatchExpr::cast(node.clone())?)?,
            SyntaxKind::IF_EXPR => of_if(&ast::IfExpr::cast(node.clone())?)?,
            SyntaxKind::LET_STMT => of_let(&ast::LetStmt::cast(node.clone())?)?,
            _ => return None,
        };
        takes_question_mark(&parts.scrutinee).then_some(parts)
    }

    /// Whether there is a comment outside of the scrutinee, which stays unchanged.
    pub(super) fn has_comment_beside(&self) -> bool {
        let kept = self.scrutinee.syntax().text_range();
        let tokens = self.node.descendants_with_tokens();
        let mut comments = tokens.filter(|it| it.kind() == SyntaxKind::COMMENT);
        comments.any(|comment| !kept.contains_range(comment.text_range()))
    }
}

/// Whether a `?` after the expression applies to the whole of it.
pub(in crate::shapes) fn takes_question_mark(scrutinee: &ast::Expr) -> bool {
    match scrutinee {
        ast::Expr::PathExpr(path) => path
            .path()
            .is_some_and(|it| it.as_single_name_ref().is_some()),
        ast::Expr::MethodCallExpr(_)
        | ast::Expr::AwaitExpr(_)
        | ast::Expr::TryExpr(_)
        | ast::Expr::MacroExpr(_) => true,
        ast::Expr::CallExpr(call) => matches!(call.expr(), Some(ast::Expr::PathExpr(_))),
        _ => false,
    }
}

fn of_match(choice: &ast::MatchExpr) -> Option<Parts> {
    let [first, second] = patterns::two_plain_arms(choice)?;
    let leaves = |arm: &ast::MatchArm| arm.expr().is_some_and(|body| flow::expr_diverges(&body));
    let (staying, leaving) = match (leaves(&first), leaves(&second)) {
        (false, true) => (&first, &second),
        (true, false) => (&second, &first),
        _ => return None,
    };
    let (wraps, inner) = wrapped(&staying.pat()?)?;
    let body = without_block(&staying.expr()?);
    let other = leaving.pat()?;
    // A leading `_` would match everything.
    if matches!(other, ast::Pat::WildcardPat(_)) && *leaving == first {
        return None;
    }
    let (returns, returned) = returned(&leaving.expr()?)?;
    let form = form_of(inner.as_ref(), body.as_ref())?;
    Some(Parts {
        node: choice.syntax().clone(),
        keyword: choice.match_token()?.text_range(),
        form,
        scrutinee: choice.expr()?,
        wraps,
        copies: is_reference(inner.as_ref()),
        variable: None,
        error: Some(error_of(&other, wraps)?).filter(|name| name != "_"),
        returned,
        returns,
    })
}

fn is_reference(inner: Option<&ast::Pat>) -> bool {
    matches!(inner, Some(ast::Pat::RefPat(_)))
}

/// `x` for `x`, and for `&x`.
fn variable_in(pattern: &ast::Pat) -> Option<ast::IdentPat> {
    match pattern {
        ast::Pat::IdentPat(variable) => Some(variable.clone()),
        ast::Pat::RefPat(reference) if reference.mut_token().is_none() => match reference.pat()? {
            ast::Pat::IdentPat(variable) => Some(variable),
            _ => None,
        },
        _ => None,
    }
}

/// The form of an arm: `x` for `Some(x) => x`, or nothing inside for `Ok(()) => {}`.
fn form_of(inner: Option<&ast::Pat>, body: Option<&ast::Expr>) -> Option<Form> {
    let is_unit = |body: Option<&ast::Expr>| {
        body.is_none_or(
            |body| matches!(body, ast::Expr::TupleExpr(it) if it.fields().next().is_none()),
        )
    };
    match inner? {
        pattern @ (ast::Pat::IdentPat(_) | ast::Pat::RefPat(_)) => {
            let variable = variable_in(pattern)?;
            // The declarations in the file are the costliest check.
            let is_given = scopes::as_name(body?)? == name_of(&variable)?;
            let is_plain = || is_plain_variable(&variable) && variable.mut_token().is_none();
            (is_given && is_plain()).then_some(Form::Value)
        }
        ast::Pat::WildcardPat(_) => is_unit(body).then_some(Form::Unit),
        ast::Pat::TuplePat(tuple) if tuple.fields().next().is_none() => {
            is_unit(body).then_some(Form::Unit)
        }
        _ => None,
    }
}

pub(in crate::shapes) fn is_plain_variable(variable: &ast::IdentPat) -> bool {
    variable.ref_token().is_none()
        && variable.at_token().is_none()
        && patterns::is_binding(variable)
}

fn of_if(choice: &ast::IfExpr) -> Option<Parts> {
    let ast::Expr::LetExpr(condition) = choice.condition()? else {
        return None;
    };
    if choice.attrs().next().is_some() {
        return None;
    }
    let pattern = condition.pat()?;
    let then = ast::Expr::BlockExpr(choice.then_branch()?);
    let inner = wrapped(&pattern).and_then(|(_, inner)| inner);
    let base = |form, wraps, error, (returns, returned)| {
        Some(Parts {
            node: choice.syntax().clone(),
            keyword: choice.if_token()?.text_range(),
            form,
            scrutinee: condition.expr()?,
            wraps,
            copies: is_reference(inner.as_ref()),
            variable: None,
            error,
            returned,
            returns,
        })
    };
    match choice.else_branch() {
        None if matches!(pattern, ast::Pat::WildcardPat(_)) => None,
        None => {
            let leaving = returned(&then)?;
            let error = error_of(&pattern, Wraps::Ok)?;
            let error = Some(error).filter(|name| name != "_");
            base(Form::Unit, Wraps::Ok, error, leaving)
        }
        Some(ast::ElseBranch::Block(other)) => {
            let (wraps, _) = wrapped(&pattern)?;
            let body = without_block(&then);
            let form = form_of(inner.as_ref(), body.as_ref())?;
            if form == Form::Unit {
                return None;
            }
            let leaving = returned(&ast::Expr::BlockExpr(other))?;
            base(Form::IfValue, wraps, None, leaving)
        }
        Some(ast::ElseBranch::IfExpr(_)) => None,
    }
}

/// `let Some(x) = … else { return None };`. Other return values read well as they are.
fn of_let(statement: &ast::LetStmt) -> Option<Parts> {
    let other = statement.let_else()?.block_expr()?;
    if statement.ty().is_some() || statement.attrs().next().is_some() {
        return None;
    }
    let (wraps, inner) = wrapped(&statement.pat()?)?;
    let variable = variable_in(inner.as_ref()?)?;
    let (returns, returned) = returned(&ast::Expr::BlockExpr(other))?;
    let is_same = (wraps, returns) == (Wraps::Some, Wraps::Some);
    (is_same && is_plain_variable(&variable)).then_some(Parts {
        node: statement.syntax().clone(),
        keyword: statement.let_token()?.text_range(),
        form: Form::Let,
        scrutinee: statement.initializer()?,
        wraps,
        copies: is_reference(inner.as_ref()),
        variable: Some(variable),
        error: None,
        returned,
        returns,
    })
}

/// The pattern of the value in `Some` or `Ok`.
pub(in crate::shapes) fn wrapped(pattern: &ast::Pat) -> Option<(Wraps, Option<ast::Pat>)> {
    let ast::Pat::TupleStructPat(variant) = pattern else {
        return None;
    };
    let wraps = match &*variant.path()?.syntax().text().to_string() {
        "Some" => Wraps::Some,
        "Ok" => Wraps::Ok,
        _ => return None,
    };
    let mut fields = variant.fields();
    let inner = fields.next();
    fields.next().is_none().then_some((wraps, inner))
}

/// The name of the error in the other pattern, or `_` if it has none. Returns `None` for any other pattern.
pub(in crate::shapes) fn error_of(pattern: &ast::Pat, wraps: Wraps) -> Option<String> {
    let nameless = || "_".to_owned();
    match (pattern, wraps) {
        (ast::Pat::WildcardPat(_), _) => Some(nameless()),
        (ast::Pat::IdentPat(name), Wraps::Some) => (name.syntax().text() == "None").then(nameless),
        (ast::Pat::TupleStructPat(variant), Wraps::Ok) => {
            let is_error = variant.path()?.syntax().text() == "Err";
            let mut fields = variant.fields();
            let (Some(field), None) = (fields.next(), fields.next()) else {
                return None;
            };
            match field {
                ast::Pat::WildcardPat(_) => is_error.then(nameless),
                ast::Pat::IdentPat(name) => {
                    let is_plain = is_plain_variable(&name) && name.mut_token().is_none();
                    (is_error && is_plain).then(|| name_of(&name))?
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value that code only returns: `None`, or the one in `Err(…)`.
fn returned(body: &ast::Expr) -> Option<(Wraps, ast::Expr)> {
    match body {
        ast::Expr::ReturnExpr(jump) if jump.attrs().next().is_none() => match jump.expr()? {
            ast::Expr::PathExpr(path) if path.syntax().text() == "None" => {
                Some((Wraps::Some, ast::Expr::PathExpr(path)))
            }
            ast::Expr::CallExpr(call) => {
                let mut arguments = call.arg_list()?.args();
                let (only, None) = (arguments.next()?, arguments.next()) else {
                    return None;
                };
                (call.expr()?.syntax().text() == "Err").then_some((Wraps::Ok, only))
            }
            _ => None,
        },
        ast::Expr::BlockExpr(block) => returned(&only_value(block)?),
        _ => None,
    }
}

/// The expression of a block, if there is only one.
fn only_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    if block.modifier().is_some() || block.attrs().next().is_some() {
        return None;
    }
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        _ => None,
    }
}

/// The value of a block without statements, or `None` for an empty one. Any other expression is returned unchanged.
fn without_block(expression: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = expression else {
        return Some(expression.clone());
    };
    let is_bare = block.modifier().is_none() && block.attrs().next().is_none();
    if is_bare && block.statements().next().is_none() {
        return block.tail_expr();
    }
    Some(expression.clone())
}
