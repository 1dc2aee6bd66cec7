//! Values that are also patterns, for which comparing and matching are equivalent.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasAttrs, HasName, LiteralKind, RangeItem, RangeOp, UnaryOp},
};

use super::enum_of;
use crate::syntax::{FileNames, attributes};

/// A value, or an inclusive range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::shapes) enum Value {
    /// An integer or a character.
    Number {
        kind: Kind,
        from: i128,
        to: i128,
        text: String,
    },
    Text(String),
    /// A variant of an `enum` in the file.
    Variant {
        of: String,
        name: String,
        text: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shapes) enum Kind {
    Integer,
    Byte,
    Character,
}

impl Value {
    pub(in crate::shapes) fn of(expr: &ast::Expr) -> Option<Self> {
        match expr {
            ast::Expr::Literal(it) if matches!(it.kind(), LiteralKind::String(_)) => {
                let text = it.syntax().text().to_string();
                let is_plain = text.starts_with('"') && !text.contains(['\\', '\n']);
                is_plain.then_some(Self::Text(text))
            }
            ast::Expr::PathExpr(path) => variant(path),
            _ => {
                let (kind, value) = number(expr)?;
                Some(Self::Number {
                    kind,
                    from: value,
                    to: value,
                    text: expr.syntax().text().to_string(),
                })
            }
        }
    }

    /// The value as a pattern.
    pub(in crate::shapes) fn text(&self) -> &str {
        match self {
            Self::Number { text, .. } | Self::Text(text) | Self::Variant { text, .. } => text,
        }
    }

    /// Whether the values don't overlap, and may have the same type.
    fn is_apart_from(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Number { kind, from, to, .. },
                Self::Number {
                    kind: other_kind,
                    from: other_from,
                    to: other_to,
                    ..
                },
            ) => {
                let is_one_type = (*kind == Kind::Character) == (*other_kind == Kind::Character);
                is_one_type && (to < other_from || other_to < from)
            }
            (Self::Text(one), Self::Text(other)) => one != other,
            (
                Self::Variant { of, name, .. },
                Self::Variant {
                    of: other_of,
                    name: other_name,
                    ..
                },
            ) => of == other_of && name != other_name,
            _ => false,
        }
    }

    fn is_range(&self) -> bool {
        matches!(self, Self::Number { from, to, .. } if from < to)
    }
}

/// Whether the values don't overlap, and aren't all ranges, which have methods like `is_ascii_digit`.
pub(in crate::shapes) fn are_apart(values: &[Value]) -> bool {
    let mut pairs = (1..values.len()).flat_map(|at| values[..at].iter().map(move |it| (it, at)));
    !values.iter().all(Value::is_range) && pairs.all(|(it, at)| it.is_apart_from(&values[at]))
}

/// Whether three or more integers are consecutive, which a range expresses.
pub(in crate::shapes) fn are_a_range(values: &[Value]) -> bool {
    let integers = values.iter().map(|value| match value {
        Value::Number {
            kind: Kind::Integer | Kind::Byte,
            from,
            to,
            ..
        } if from == to => Some(*from),
        _ => None,
    });
    let Some(mut integers) = integers.collect::<Option<Vec<i128>>>() else {
        return false;
    };
    integers.sort_unstable();
    integers.len() > 2 && integers.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

/// `('a'..='z').contains(&x)`
pub(in crate::shapes) fn within(call: &ast::MethodCallExpr) -> Option<(ast::Expr, Value)> {
    let is_named = call
        .name_ref()
        .is_some_and(|name| name.text() == "contains");
    let mut arguments = call.arg_list()?.args();
    let (Some(ast::Expr::RefExpr(argument)), None) = (arguments.next(), arguments.next()) else {
        return None;
    };
    let ast::Expr::ParenExpr(parens) = call.receiver()? else {
        return None;
    };
    let ast::Expr::RangeExpr(range) = parens.expr()? else {
        return None;
    };
    let mut ends = range.syntax().children().filter_map(ast::Expr::cast);
    let ends = (ends.next()?, ends.next()?);
    let ((kind, from), (other, to)) = (number(&ends.0)?, number(&ends.1)?);
    let is_closed = range.op_kind() == Some(RangeOp::Inclusive);
    let is_lent = argument.mut_token().is_none();
    if !is_named || !is_closed || !is_lent || kind != other || from >= to {
        return None;
    }
    let value = Value::Number {
        kind,
        from,
        to,
        text: range.syntax().text().to_string(),
    };
    Some((argument.expr()?, value))
}

fn number(expr: &ast::Expr) -> Option<(Kind, i128)> {
    match expr {
        ast::Expr::Literal(it) => match it.kind() {
            LiteralKind::IntNumber(it) => {
                let value = i128::try_from(it.value().ok()?).ok()?;
                Some((Kind::Integer, value))
            }
            LiteralKind::Byte(it) => Some((Kind::Byte, it.value().ok()?.into())),
            LiteralKind::Char(it) => Some((Kind::Character, u32::from(it.value().ok()?).into())),
            _ => None,
        },
        ast::Expr::PrefixExpr(it) if it.op_kind() == Some(UnaryOp::Neg) => match it.expr()? {
            ast::Expr::Literal(inner) => match number(&inner.into())? {
                (Kind::Integer, value) if it.syntax().text().len() > 1.into() => {
                    Some((Kind::Integer, -value))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// `E::A`, if the file declares `E` with a derived `PartialEq`.
fn variant(path: &ast::PathExpr) -> Option<Value> {
    let whole = path.path()?;
    let name = whole.segment()?.name_ref()?.text().to_string();
    let of = whole.qualifier()?.as_single_name_ref()?;
    let of = if of.text() == "Self" {
        let own = path.syntax().ancestors().find_map(ast::Impl::cast)?;
        own.self_ty()?.syntax().text().to_string()
    } else {
        of.text().to_string()
    };
    let declared = FileNames::around(path);
    if declared.imports(&of) || declared.types(&of).len() != 1 || !declared.aliases(&of).is_empty()
    {
        return None;
    }
    let found = enum_of(path, &of)?;
    let is_derived = found.attrs().any(|attribute| {
        let bare = attributes::bare(&attribute);
        attributes::name(&bare) == "derive" && derives_equality(&bare)
    });
    let mut variants = found.variant_list()?.variants();
    let is_its = variants.any(|it| {
        let is_named = it.name().is_some_and(|it| it.text() == name);
        is_named && it.field_list().is_none()
    });
    (is_derived && is_its).then(|| Value::Variant {
        of,
        name,
        text: path.syntax().text().to_string(),
    })
}

fn derives_equality(derive: &str) -> bool {
    let mut words = derive.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "PartialEq")
}
