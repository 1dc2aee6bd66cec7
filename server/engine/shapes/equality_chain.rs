//! A place expression that is compared with several values, which `matches!` names only once.

use ra_ap_syntax::{
    AstNode, Edition,
    ast::{self, BinaryOp, CmpOp, HasName, LogicOp, UnaryOp},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        conditions, layout, temporaries,
        types_shown::{self, Ground},
    },
    text::TextRange,
};

pub(super) mod values;
mod writing;

use values::Value;

/// `x == A || x == B || x == C`, or `x != A && x != B && x != C`.
#[derive(Debug, Clone)]
pub struct EqualityChain {
    /// The range to replace.
    pub whole: TextRange,
    /// The range to highlight: the first occurrence of the place expression.
    pub at: TextRange,
    /// Whether the type of the place expression is known.
    pub ground: Ground,
    /// Number of values.
    pub values: usize,
    /// Whether the comparisons are part of a longer list of similar lines.
    pub is_listed: bool,
}

/// Adjacent comparisons of one place expression in a chain.
struct Run {
    chain: ast::Expr,
    place: ast::Expr,
    values: Vec<Value>,
    /// From the first comparison to the last one.
    range: TextRange,
    /// Whether the place must equal none of the values.
    is_negated: bool,
    /// Whether the chain consists of nothing else.
    is_whole: bool,
}

/// Minimum number of comparisons that justify a macro.
const LEAST: usize = 3;

impl EqualityChain {
    /// Returns the shape at a whole chain and its replacement.
    pub fn of<'a>(
        chain: &ast::BinExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let run = Run::of(chain).ok_or(Refusal::NotHere)?;
        run.check(context)?;
        let ground = ground(&run.chain, &run.place, run.values.first())?;
        let rewrite = writing::rewrite(&run, text, context).ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: rewrite.range(),
            at: run.place.syntax().text_range(),
            ground,
            values: run.values.len(),
            is_listed: run.is_listed(),
        };
        Ok((shape, rewrite))
    }
}

impl Run {
    /// The longest run in the chain.
    fn of(chain: &ast::BinExpr) -> Option<Self> {
        let Some(BinaryOp::LogicOp(operator)) = chain.op_kind() else {
            return None;
        };
        let around = chain.syntax().parent().and_then(ast::BinExpr::cast);
        if around.is_some_and(|around| around.op_kind() == chain.op_kind()) {
            return None;
        }
        let is_negated = operator == LogicOp::And;
        let chain = ast::Expr::BinExpr(chain.clone());
        let operands = conditions::operands(&chain, operator);
        let asked: Vec<_> = operands.iter().map(|it| asked(it, is_negated)).collect();
        let places = asked
            .iter()
            .map(|it| Some(it.as_ref()?.0.syntax().text().to_string()));
        let places: Vec<Option<String>> = places.collect();
        let runs = (0..places.len()).map(|start| {
            let same = places[start..]
                .iter()
                .take_while(|it| **it == places[start]);
            start..start + same.count()
        });
        let longest = runs
            .filter(|run| places[run.start].is_some() && run.len() >= LEAST)
            .max_by_key(|run| (run.len(), std::cmp::Reverse(run.start)))?;
        let found: Vec<_> = asked[longest.clone()].iter().flatten().collect();
        let first = operands[longest.start].syntax().text_range();
        let last = operands[longest.end - 1].syntax().text_range();
        Some(Self {
            chain,
            place: found.first()?.0.clone(),
            values: found.iter().map(|(_, value)| value.clone()).collect(),
            range: first.cover(last),
            is_negated,
            is_whole: longest.len() == operands.len(),
        })
    }

    fn is_listed(&self) -> bool {
        let has_lines = self.chain.syntax().text().contains_char('\n');
        has_lines && !self.is_whole && !self.is_negated
    }

    fn check(&self, context: FileContext) -> Result<(), Refusal> {
        let is_old = context.edition < Edition::Edition2018 && context.rust_version.is_none();
        if is_old || !context.supports(RustVersion(42)) {
            return Err(Refusal::because(
                Hazard::Edition,
                "The package's minimum Rust version doesn't have `matches!`.",
            ));
        }
        if FileNames::around(&self.chain).has_macro("matches") {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `matches!`.",
            ));
        }
        if layout::has_comment(self.chain.syntax()) || has_condition_inside(self.chain.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a `#[cfg]` has no place in the new code.",
            ));
        }
        if !temporaries::is_place(&self.place) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The compared expression would be evaluated only once, and might not always have the same value.",
            ));
        }
        if values::are_a_range(&self.values) {
            return Err(Refusal::because(
                Hazard::Text,
                "The values are consecutive; a range is shorter.",
            ));
        }
        if !values::are_apart(&self.values) {
            return Err(Refusal::because(
                Hazard::Text,
                "One of the values is repeated, or they are not of the same kind.",
            ));
        }
        Ok(())
    }
}

/// How certain it is that the type of a place allows the values as patterns. All values are of the first one's kind.
pub(super) fn ground(
    around: &impl AstNode,
    place: &ast::Expr,
    first: Option<&Value>,
) -> Result<Ground, Refusal> {
    let declared = FileNames::around(around);
    let is_other = match first {
        Some(Value::Text(_)) => !types_shown::is_text(place),
        // The compared value is created for the comparison, and dropped.
        Some(Value::Variant { .. }) => {
            declared.implements("PartialEq") || declared.implements("Drop")
        }
        Some(Value::Number { .. }) => {
            declared.implements_with_number("PartialEq") || types_shown::is_of_other_type(place)
        }
        None => true,
    };
    if is_other {
        return Err(Refusal::because(
            Hazard::Types,
            "It can't be shown that the values are patterns of the compared type.",
        ));
    }
    let is_shown = match first {
        Some(Value::Variant { of, .. }) => types_shown::is_written_as(place, of),
        Some(Value::Number { .. }) => types_shown::integer(place).is_some(),
        _ => true,
    };
    Ok(if is_shown {
        Ground::Shown
    } else {
        Ground::Likely
    })
}

/// The two sides of a comparison: the place expression and the value.
pub(super) fn asked(operand: &ast::Expr, is_negated: bool) -> Option<(ast::Expr, Value)> {
    match operand {
        ast::Expr::BinExpr(it) => {
            let wanted = BinaryOp::CmpOp(CmpOp::Eq {
                negated: is_negated,
            });
            let is_equation = it.op_kind() == Some(wanted);
            let value = Value::of(&it.rhs().filter(|_| is_equation)?)?;
            Some((it.lhs()?, value))
        }
        ast::Expr::MethodCallExpr(call) if !is_negated => values::within(call),
        ast::Expr::PrefixExpr(it) if is_negated && it.op_kind() == Some(UnaryOp::Not) => {
            match it.expr()? {
                ast::Expr::MethodCallExpr(call) => values::within(&call),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The only `enum` with this name in the file.
pub(super) fn enum_of(node: &impl AstNode, name: &str) -> Option<ast::Enum> {
    let root = node.syntax().ancestors().last()?;
    let enums = root.descendants().filter_map(ast::Enum::cast);
    let mut own = enums.filter(|it| it.name().is_some_and(|it| it.text() == name));
    let found = own.next()?;
    own.next().is_none().then_some(found)
}
