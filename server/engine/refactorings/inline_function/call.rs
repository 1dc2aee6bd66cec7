//! The call that the body replaces.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasArgList},
};

use super::{
    super::{Context, Hazard, Refusal},
    callee::{Callee, Parameter},
};
use crate::{
    syntax::{Rewrite, closures, flow, layout, moving_out, purity, temporaries, types_shown},
    text::TextRange,
};

/// The call site and what may replace it.
pub(super) struct Place {
    shape: Shape,
    arguments: Vec<ast::Expr>,
    /// The parameters that need a variable in front of the body.
    bound: Vec<usize>,
    range: TextRange,
}

enum Shape {
    /// Statements without a block around them.
    Statements { closed: bool },
    /// A block that ends where the function ended.
    Block,
    /// The value of a new variable, and where to add its type if it has none.
    Variable { untyped: Option<TextRange> },
    /// A single expression, possibly in parentheses.
    Expression { in_parentheses: bool },
}

impl Place {
    pub(super) fn of(call: &ast::CallExpr, callee: &Callee) -> Result<Self, Refusal> {
        let arguments: Vec<ast::Expr> = call
            .arg_list()
            .into_iter()
            .flat_map(|it| it.args())
            .collect();
        let bound = bound(&arguments, &callee.parameters);
        if !bound
            .iter()
            .all(|at| temporaries::makes_none(&arguments[*at]))
        {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "A temporary of an argument may have to live for the whole call.",
            ));
        }
        let is_single = bound.is_empty() && callee.only_expression().is_some();
        let (shape, range) = match &callee.gives {
            None => statement(call, callee, bound.is_empty())?,
            Some(ty) => value(call, callee, ty, is_single)?,
        };
        Ok(Self {
            shape,
            arguments,
            bound,
            range,
        })
    }

    pub(super) fn range(&self) -> TextRange {
        self.range
    }

    pub(super) fn written<'a>(
        &self,
        context: &'a Context<'_>,
        callee: &Callee,
    ) -> Result<Rewrite<'a>, Refusal> {
        let text = &*context.source.text;
        let ending = layout::first_line_ending(text);
        let indent = layout::indentation(text, self.range.start()).to_owned();
        let deeper = format!("{indent}{}", layout::indent_unit(text));
        let rewrite = context.rewrite(self.range);
        let lines = |rewrite, indent: &str| self.lines(context, callee, rewrite, indent, ending);
        let kept = |ty: &ast::Type| ty.syntax().text_range();
        Ok(match &self.shape {
            Shape::Statements { closed } => {
                let rewrite = lines(rewrite, &indent)?;
                if *closed && wants_semicolon(callee) {
                    rewrite.text(";")
                } else {
                    rewrite
                }
            }
            Shape::Block => {
                let rewrite = rewrite.text(&format!("{{{ending}{deeper}"));
                lines(rewrite, &deeper)?.text(&format!("{ending}{indent}}}"))
            }
            Shape::Variable { untyped } => {
                let mut rewrite = rewrite;
                if let (Some(before), Some(ty)) = (untyped, &callee.gives) {
                    rewrite = rewrite.keep(*before).text(": ").keep(kept(ty)).text(" = ");
                }
                if self.bound.is_empty() && callee.only_expression().is_some() {
                    lines(rewrite, &indent)?
                } else {
                    let rewrite = rewrite.text(&format!("{{{ending}{deeper}"));
                    lines(rewrite, &deeper)?.text(&format!("{ending}{indent}}}"))
                }
            }
            Shape::Expression {
                in_parentheses: false,
            } => lines(rewrite, &indent)?,
            Shape::Expression {
                in_parentheses: true,
            } => lines(rewrite.text("("), &indent)?.text(")"),
        })
    }

    /// Writes the variables for the arguments, followed by the body.
    fn lines<'a>(
        &self,
        context: &'a Context<'_>,
        callee: &Callee,
        mut rewrite: Rewrite<'a>,
        indent: &str,
        ending: &str,
    ) -> Result<Rewrite<'a>, Refusal> {
        for at in &self.bound {
            let Parameter { pattern, ty, .. } = &callee.parameters[*at];
            rewrite = rewrite
                .text("let ")
                .keep(pattern.syntax().text_range())
                .text(": ")
                .keep(ty.syntax().text_range())
                .text(" = ")
                .keep(self.arguments[*at].syntax().text_range())
                .text(&format!(";{ending}{indent}"));
        }
        let text = &*context.source.text;
        let Some(inside) = callee.inside() else {
            return Err(Refusal::because(
                Hazard::Text,
                "The function has no body to inline.",
            ));
        };
        let from = layout::indentation(text, inside.start());
        let code = layout::moved(text, inside, context.source.context.edition, from, indent);
        let code = code.ok_or_else(moving_out::odd_indentation)?;
        Ok(rewrite.keep_as(inside, &code))
    }
}

/// The parameters that need a variable: all but those whose argument is a variable of the same name and type that is `Copy`
/// and not modified along the way.
fn bound(arguments: &[ast::Expr], parameters: &[Parameter]) -> Vec<usize> {
    let is_bound = |at: &usize| !is_same(&arguments[*at], &parameters[*at]);
    let all = 0..arguments.len();
    let bound: Vec<usize> = all.clone().filter(is_bound).collect();
    if bound.iter().all(|at| purity::is_pure(&arguments[*at])) {
        return bound;
    }
    all.collect()
}

fn is_same(argument: &ast::Expr, parameter: &Parameter) -> bool {
    let ast::Expr::PathExpr(path) = argument else {
        return false;
    };
    let ty = parameter.ty.syntax().text().to_string();
    let bindings = types_shown::bindings_of(path);
    let has_type = |binding: &ast::IdentPat| {
        let declared = binding.syntax().parent();
        let written = declared.and_then(|it| match it.kind() {
            SyntaxKind::PARAM => ast::Param::cast(it)?.ty(),
            SyntaxKind::LET_STMT => ast::LetStmt::cast(it)?.ty(),
            _ => None,
        });
        written.is_some_and(|it| it.syntax().text() == ty.as_str()) && binding.ref_token().is_none()
    };
    argument.syntax().text() == parameter.name.as_str()
        && !parameter.is_mutable
        && closures::is_copied_type(&ty)
        && !bindings.is_empty()
        && bindings.iter().all(has_type)
}

/// A call of a function without a result.
fn statement(
    call: &ast::CallExpr,
    callee: &Callee,
    is_free: bool,
) -> Result<(Shape, TextRange), Refusal> {
    let parent = call.syntax().parent().ok_or(Refusal::NotHere)?;
    let (list, range) = match parent.kind() {
        SyntaxKind::EXPR_STMT => (parent.parent(), parent.text_range()),
        SyntaxKind::STMT_LIST => (Some(parent), call.syntax().text_range()),
        _ => return Err(inside_of_expression()),
    };
    let list = list
        .and_then(ast::StmtList::cast)
        .ok_or_else(inside_of_expression)?;
    let ends_block = list
        .tail_expr()
        .is_none_or(|tail| tail.syntax() == call.syntax())
        && list
            .statements()
            .all(|it| it.syntax().text_range().end() <= range.end());
    let tail = callee.body.tail_expr();
    let leaves_none = tail.as_ref().is_none_or(temporaries::makes_none);
    let is_free = is_free && !callee.has_locals();
    let is_choice = tail.as_ref().is_some_and(flow::is_block_like);
    // Temporaries of the tail expression would outlive the caller's variables.
    if ends_block && !leaves_none && (!is_free || (is_choice && has_locals_around(call))) {
        return Err(Refusal::because(
            Hazard::Temporaries,
            "Temporaries of the last expression would be dropped later.",
        ));
    }
    if is_free || ends_block {
        return Ok((Shape::Statements { closed: true }, range));
    }
    Ok((Shape::Block, range))
}

fn has_locals_around(call: &ast::CallExpr) -> bool {
    let scope = call.syntax().ancestors().find(flow::is_own_scope);
    let mut nodes = scope.into_iter().flat_map(|scope| scope.descendants());
    nodes.any(|node| node.kind() == SyntaxKind::LET_STMT)
}

/// A call whose result is used.
fn value(
    call: &ast::CallExpr,
    callee: &Callee,
    ty: &ast::Type,
    is_single: bool,
) -> Result<(Shape, TextRange), Refusal> {
    let parent = call.syntax().parent().ok_or(Refusal::NotHere)?;
    let range = call.syntax().text_range();
    if let Some(declared) = ast::LetStmt::cast(parent.clone()) {
        return variable(&declared, ty, range);
    }
    let tail = callee.body.tail_expr().ok_or_else(inside_of_expression)?;
    if ends_function_of(call, ty) {
        if !temporaries::makes_none(&tail) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the last expression would be dropped later.",
            ));
        }
        return Ok((Shape::Statements { closed: false }, range));
    }
    if !is_single
        || ty.syntax().text() != "bool"
        || tail
            .syntax()
            .descendants()
            .any(|it| it.kind() == SyntaxKind::RECORD_EXPR)
    {
        return Err(inside_of_expression());
    }
    if !temporaries::makes_none(&tail) {
        return Err(Refusal::because(
            Hazard::Temporaries,
            "Temporaries of the expression would be dropped later.",
        ));
    }
    let stands_alone = matches!(
        parent.kind(),
        SyntaxKind::IF_EXPR
            | SyntaxKind::WHILE_EXPR
            | SyntaxKind::ARG_LIST
            | SyntaxKind::RETURN_EXPR
    );
    let is_closed = matches!(
        tail,
        ast::Expr::CallExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::MacroExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::PathExpr(_)
    );
    let is_operand = matches!(
        parent.kind(),
        SyntaxKind::BIN_EXPR | SyntaxKind::PREFIX_EXPR
    );
    if !stands_alone && !is_operand {
        return Err(inside_of_expression());
    }
    Ok((
        Shape::Expression {
            in_parentheses: is_operand && !is_closed,
        },
        range,
    ))
}

/// The call as the whole value of a `let`.
fn variable(
    declared: &ast::LetStmt,
    ty: &ast::Type,
    call: TextRange,
) -> Result<(Shape, TextRange), Refusal> {
    let Some(ast::Pat::IdentPat(pattern)) = declared.pat() else {
        return Err(inside_of_expression());
    };
    if pattern.ref_token().is_some() || pattern.pat().is_some() || declared.let_else().is_some() {
        return Err(inside_of_expression());
    }
    let written = declared.ty();
    // `Vec<_>` leaves to inference what the function's signature states.
    if written
        .as_ref()
        .is_some_and(|it| it.syntax().text() != ty.syntax().text())
    {
        return Err(inside_of_expression());
    }
    // Nothing coerces to `bool`, so no annotation is needed.
    if written.is_some() || ty.syntax().text() == "bool" {
        return Ok((Shape::Variable { untyped: None }, call));
    }
    let before = pattern.syntax().text_range();
    let range = TextRange::new(before.start(), call.end());
    Ok((
        Shape::Variable {
            untyped: Some(before),
        },
        range,
    ))
}

/// Whether the call is the tail expression of a function with the same return type, as written.
fn ends_function_of(call: &ast::CallExpr, ty: &ast::Type) -> bool {
    let list = call.syntax().parent().and_then(ast::StmtList::cast);
    let block = list
        .and_then(|it| it.syntax().parent())
        .and_then(ast::BlockExpr::cast);
    let Some(flow::BodyOf::Function(function)) = block.as_ref().and_then(flow::body_of) else {
        return false;
    };
    let gives = function.ret_type().and_then(|it| it.ty());
    gives.is_some_and(|gives| gives.syntax().text() == ty.syntax().text())
}

/// Whether the tail expression needs a `;` as a statement.
fn wants_semicolon(callee: &Callee) -> bool {
    let tail = callee.body.tail_expr();
    tail.is_some_and(|tail| !flow::is_block_like(&tail))
}

fn inside_of_expression() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The result is used in another expression, which might change its type.",
    )
}
