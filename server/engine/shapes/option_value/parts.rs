//! The forms of a choice whose value a method gives.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use crate::{
    shapes::{
        option_arms::{self, Arms},
        option_call::argument_of,
    },
    syntax::{negation, scopes},
    text::TextRange,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `if c { Some(v) } else { None }`
    Then,
    /// `Some(x) => Ok(x)`, `None => Err(v)`
    OkOr,
    /// `Some(x) => x`, `None => v`; the same of a `Result`.
    UnwrapOrElse,
    /// `Some(x) => f(x)`, `None => None`; the same of a `Result`.
    AndThen { is_of_result: bool },
    /// `Ok(x) => Ok(f(x))`, `Err(e) => Err(e)`
    Map,
    /// `Ok(x) => Ok(x)`, `Err(e) => Err(f(e))`
    MapErr,
}

impl Form {
    pub(super) fn method(self, is_lazy: bool) -> &'static str {
        match self {
            Self::Then if is_lazy => "then",
            Self::Then => "then_some",
            Self::OkOr if is_lazy => "ok_or_else",
            Self::OkOr => "ok_or",
            Self::UnwrapOrElse => "unwrap_or_else",
            Self::AndThen { .. } => "and_then",
            Self::Map => "map",
            Self::MapErr => "map_err",
        }
    }

    /// Whether there is a method that takes the value itself.
    pub(super) fn may_be_eager(self) -> bool {
        matches!(self, Self::Then | Self::OkOr)
    }

    pub(super) fn is_of_result(self) -> bool {
        matches!(
            self,
            Self::Map | Self::MapErr | Self::AndThen { is_of_result: true }
        )
    }
}

pub(super) struct Parts {
    pub(super) node: SyntaxNode,
    pub(super) keyword: TextRange,
    /// What the method is called on.
    pub(super) receiver: ast::Expr,
    pub(super) form: Form,
    /// What the closure is given, if it uses it; `_` for an error that nobody looks at.
    pub(super) held: Option<String>,
    /// What the closure gives.
    pub(super) value: ast::Expr,
}

impl Parts {
    pub(super) fn of(node: &SyntaxNode) -> Option<Self> {
        let condition = ast::IfExpr::cast(node.clone()).and_then(|choice| choice.condition());
        match condition {
            Some(condition) if !negation::contains_let(&condition) => of_if(node, condition),
            _ => of_arms(node),
        }
    }

    /// The function that could stand in a closure's place, as its value is `F(x)` with the name of a structure or a variant.
    pub(super) fn function(&self) -> Option<ast::Expr> {
        let ast::Expr::CallExpr(call) = &self.value else {
            return None;
        };
        let callee = call.expr()?;
        let held = self.held.as_deref()?;
        let only = argument_of(&self.value, &callee.syntax().text().to_string())?;
        (scopes::as_name(&only)? == held).then_some(callee)
    }

    /// Whether a receiver needs parentheses before a method.
    pub(super) fn is_enclosed(&self) -> bool {
        matches!(
            self.receiver,
            ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_)
        )
    }
}

fn of_if(node: &SyntaxNode, condition: ast::Expr) -> Option<Parts> {
    let choice = ast::IfExpr::cast(node.clone())?;
    let [then, other] = option_arms::branches(&choice)?;
    let value = argument_of(&then, "Some")?;
    let is_simple = match &condition {
        ast::Expr::PathExpr(_)
        | ast::Expr::FieldExpr(_)
        | ast::Expr::MethodCallExpr(_)
        | ast::Expr::CallExpr(_) => true,
        ast::Expr::BinExpr(it) => matches!(it.op_kind(), Some(ast::BinaryOp::CmpOp(_))),
        ast::Expr::PrefixExpr(it) => it.op_kind() == Some(ast::UnaryOp::Not),
        _ => false,
    };
    let is_none = scopes::as_name(&other)? == "None";
    (is_simple && is_none).then_some(Parts {
        node: node.clone(),
        keyword: choice.if_token()?.text_range(),
        receiver: condition,
        form: Form::Then,
        held: None,
        value,
    })
}

fn of_arms(node: &SyntaxNode) -> Option<Parts> {
    let arms = Arms::of(node)?;
    let held = option_arms::variable(&arms.pattern)?;
    let is_held = |expr: &ast::Expr| scopes::as_name(expr).as_ref() == Some(&held);
    let (form, name, value) = match &*arms.holds {
        "Some" => {
            let rest = arms.rest.as_ref().map(|it| it.syntax().text().to_string());
            if !matches!(rest.as_deref(), None | Some("_" | "None")) {
                return None;
            }
            if is_held(&arms.given) {
                (Form::UnwrapOrElse, None, arms.otherwise.clone())
            } else if let Some(value) = argument_of(&arms.otherwise, "Err") {
                is_held(&argument_of(&arms.given, "Ok")?).then_some(())?;
                (Form::OkOr, None, value)
            } else {
                let is_none = scopes::as_name(&arms.otherwise)? == "None";
                let is_other = is_none && is_asked_of(&arms.given, &held);
                is_other.then_some(())?;
                let form = Form::AndThen {
                    is_of_result: false,
                };
                (form, Some(held.clone()), arms.given.clone())
            }
        }
        "Ok" => of_result(&arms, &held)?,
        _ => return None,
    };
    Some(Parts {
        node: node.clone(),
        keyword: arms.keyword,
        receiver: arms.value,
        form,
        held: name,
        value,
    })
}

fn of_result(arms: &Arms, held: &str) -> Option<(Form, Option<String>, ast::Expr)> {
    let error = match &arms.rest {
        None | Some(ast::Pat::WildcardPat(_)) => None,
        Some(ast::Pat::TupleStructPat(pattern)) if pattern.path()?.syntax().text() == "Err" => {
            let mut fields = pattern.fields();
            let (Some(only), None) = (fields.next(), fields.next()) else {
                return None;
            };
            match only {
                ast::Pat::WildcardPat(_) => None,
                named => Some(option_arms::variable(&named)?),
            }
        }
        Some(_) => return None,
    };
    let is = |expr: Option<ast::Expr>, name: &str| {
        expr.and_then(|expr| scopes::as_name(&expr)).as_deref() == Some(name)
    };
    if is(Some(arms.given.clone()), held) {
        let name = error.unwrap_or_else(|| "_".to_owned());
        return Some((Form::UnwrapOrElse, Some(name), arms.otherwise.clone()));
    }
    let failure = argument_of(&arms.otherwise, "Err")?;
    let is_same = error
        .as_deref()
        .is_some_and(|error| is(Some(failure.clone()), error));
    let good = argument_of(&arms.given, "Ok");
    match good {
        Some(good) if is(Some(good.clone()), held) && !is_same => {
            let name = error.unwrap_or_else(|| "_".to_owned());
            Some((Form::MapErr, Some(name), failure))
        }
        Some(good) if is_same => Some((Form::Map, Some(held.to_owned()), good)),
        None if is_same && is_asked_of(&arms.given, held) => {
            let form = Form::AndThen { is_of_result: true };
            Some((form, Some(held.to_owned()), arms.given.clone()))
        }
        _ => None,
    }
}

/// Whether an expression is a method of what is held, or a function that is called with it and more.
fn is_asked_of(given: &ast::Expr, held: &str) -> bool {
    let is_held = |expr: &ast::Expr| scopes::as_name(expr).as_deref() == Some(held);
    match given {
        ast::Expr::MethodCallExpr(_) => {
            let root = scopes::root_of(given);
            root.is_some_and(|root| is_held(&root.into()))
        }
        ast::Expr::CallExpr(call) => {
            let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
            let arguments: Vec<_> = arguments.collect();
            arguments.len() > 1 && arguments.iter().any(is_held)
        }
        _ => false,
    }
}

/// Whether a name stands anywhere in some code.
pub(super) fn mentions(code: &SyntaxNode, name: &str) -> bool {
    code.descendants_with_tokens()
        .any(|it| match it.into_token() {
            Some(token) => {
                token.text() == name
                    || (token.kind() == SyntaxKind::STRING && token.text().contains(name))
            }
            None => false,
        })
}
