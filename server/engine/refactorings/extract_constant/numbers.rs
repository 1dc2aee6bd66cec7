//! Derives a number's type and name from what it is compared with or passed to.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, ArithOp, BinaryOp, CmpOp, HasArgList, HasName, LogicOp, Ordering},
};

use super::naming::screaming;
use crate::syntax::{FileNames, flow, types_shown};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) ty: String,
    pub(super) name: String,
}

impl Number {
    pub(super) fn of(literal: &ast::Literal) -> Option<Self> {
        let parent = literal.syntax().parent()?;
        if let Some(operation) = ast::BinExpr::cast(parent.clone()) {
            return of_comparison(literal, &operation).or_else(|| of_unit(literal, &operation));
        }
        let arguments = ast::ArgList::cast(parent)?;
        of_argument(literal, &arguments)
    }
}

/// `if name.len() > 250 { return … }`: a limit above which the function returns.
fn of_comparison(literal: &ast::Literal, comparison: &ast::BinExpr) -> Option<Number> {
    let is_left = comparison.lhs()?.syntax() == literal.syntax();
    let other = if is_left {
        comparison.rhs()?
    } else {
        comparison.lhs()?
    };
    let Some(BinaryOp::CmpOp(CmpOp::Ord { ordering, .. })) = comparison.op_kind() else {
        return None;
    };
    let choice = choice_of(comparison)?;
    let leaves = flow::diverges(&choice.then_branch()?);
    let is_too_much = (ordering == Ordering::Greater) != is_left;
    let limit = if is_too_much { "MAX" } else { "MIN" };
    let subject = subject(&other)?;
    let ty = types_shown::number_type(&other)?;
    let name = screaming(&format!("{limit}_{subject}"))?;
    (leaves && fits(literal, &ty)).then_some(Number { ty, name })
}

/// The `if` that the comparison decides, alone or as one operand of `||`.
fn choice_of(comparison: &ast::BinExpr) -> Option<ast::IfExpr> {
    let mut around = comparison.syntax().ancestors().skip(1);
    let is_enough = |node: &SyntaxNode| match ast::BinExpr::cast(node.clone()) {
        Some(it) => it.op_kind() == Some(BinaryOp::LogicOp(LogicOp::Or)),
        None => ast::ParenExpr::can_cast(node.kind()),
    };
    around
        .find(|node| !is_enough(node))
        .and_then(ast::IfExpr::cast)
}

/// Names of numbers by their value, if words nearby indicate the unit.
const UNITS: [(u128, &str, &[&str]); 3] = [
    (86_400, "SECS_PER_DAY", &["sec", "day"]),
    (86_400_000, "MILLIS_PER_DAY", &["milli", "day", "ms"]),
    (1_000_000_000, "NANOS_PER_SEC", &["nano", "nsec", "_ns"]),
];

/// `nanos / 1_000_000_000`: a conversion between well-known units.
fn of_unit(literal: &ast::Literal, operation: &ast::BinExpr) -> Option<Number> {
    let ast::LiteralKind::IntNumber(number) = literal.kind() else {
        return None;
    };
    let value = number.value().ok()?;
    let (_, name, words) = UNITS.iter().find(|(known, ..)| *known == value)?;
    let reckons = matches!(
        operation.op_kind(),
        Some(BinaryOp::ArithOp(
            ArithOp::Mul | ArithOp::Div | ArithOp::Rem
        ))
    );
    let other = [operation.lhs()?, operation.rhs()?]
        .into_iter()
        .find(|it| it.syntax() != literal.syntax())?;
    let ty = types_shown::number_type(&other)?;
    let statement = operation
        .syntax()
        .ancestors()
        .find(|it| ast::Stmt::can_cast(it.kind()));
    let beside = statement
        .unwrap_or_else(|| operation.syntax().clone())
        .text()
        .to_string();
    let is_said = words
        .iter()
        .any(|word| beside.to_lowercase().contains(word));
    (reckons && is_said && fits(literal, &ty)).then(|| Number {
        ty,
        name: (*name).to_owned(),
    })
}

/// A number passed to a function of the file.
fn of_argument(literal: &ast::Literal, arguments: &ast::ArgList) -> Option<Number> {
    let at = arguments
        .args()
        .position(|it| it.syntax() == literal.syntax())?;
    let call = arguments.syntax().parent()?;
    let (name, has_receiver) = called(&call)?;
    let function = declared(&call, &name)?;
    let list = function.param_list()?;
    if list.self_param().is_some() != has_receiver {
        return None;
    }
    let parameter = list.params().nth(at)?;
    let ast::Pat::IdentPat(binding) = parameter.pat()? else {
        return None;
    };
    let ty = parameter.ty()?.syntax().text().to_string();
    let name = screaming(binding.name()?.text().trim_start_matches('_'))?;
    (is_number(&ty) && fits(literal, &ty) && is_telling(&name)).then_some(Number { ty, name })
}

/// The name of the called function or method, and whether there is a receiver.
fn called(call: &SyntaxNode) -> Option<(String, bool)> {
    if let Some(call) = ast::MethodCallExpr::cast(call.clone()) {
        return Some((call.name_ref()?.text().to_string(), true));
    }
    let ast::Expr::PathExpr(path) = ast::CallExpr::cast(call.clone())?.expr()? else {
        return None;
    };
    Some((path.path()?.as_single_name_ref()?.text().to_string(), false))
}

/// The only function with this name in the file.
fn declared(call: &SyntaxNode, name: &str) -> Option<ast::Fn> {
    let known = FileNames::around_node(call);
    if known.called(name).count() != 1 || known.imports(name) {
        return None;
    }
    let root = call.ancestors().last()?;
    let mut functions = root.descendants().filter_map(ast::Fn::cast);
    functions.find(|it| it.name().is_some_and(|own| own.text() == name))
}

fn subject(expression: &ast::Expr) -> Option<String> {
    let name = match expression {
        ast::Expr::ParenExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::PrefixExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::PathExpr(path) => path.path()?.as_single_name_ref()?.text().to_string(),
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::MethodCallExpr(call) => {
            let method = call.name_ref()?;
            let is_length = method.text() == "len" && call.arg_list()?.args().next().is_none();
            let owner = subject(&call.receiver()?)?;
            return is_length.then(|| format!("{owner}_len"));
        }
        _ => return None,
    };
    (is_telling(&name) && name != "self").then_some(name)
}

fn is_telling(name: &str) -> bool {
    const EMPTY: [&str; 12] = [
        "arg", "count", "data", "index", "input", "len", "num", "number", "res", "size", "tmp",
        "val",
    ];
    let lower = name.to_lowercase();
    name.len() > 2 && lower != "value" && !EMPTY.contains(&&*lower)
}

/// Whether a literal can have this declared type.
fn fits(literal: &ast::Literal, ty: &str) -> bool {
    let text = literal.syntax().text().to_string();
    let is_float = matches!(literal.kind(), ast::LiteralKind::FloatNumber(_));
    let has_suffix = match literal.kind() {
        ast::LiteralKind::IntNumber(it) => it.suffix().is_some(),
        ast::LiteralKind::FloatNumber(it) => it.suffix().is_some(),
        _ => true,
    };
    !has_suffix && is_number(ty) && is_float == ty.starts_with('f') && !text.is_empty()
}

fn is_number(ty: &str) -> bool {
    types_shown::is_number(ty)
}
