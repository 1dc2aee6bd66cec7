//! Negates conditions without the pitfalls: `!(a < b)` isn't `a >= b` if one of them is NaN, and `!a` isn't always the negation
//! of `a` if `a` is a reference.

mod comparison;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxToken,
    ast::{self, HasArgList, LiteralKind, LogicOp, UnaryOp, prec::ExprPrecedence},
};

use super::{
    conditions, inference_order,
    refusal::{Hazard, Refusal},
    types_shown::{self, Ground},
};

/// A negated condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Negated {
    pub text: String,
    /// The tokens that were added and dropped, as code.
    pub added: String,
    pub dropped: String,
    /// How certain it is that the types allow the negation.
    pub ground: Ground,
    /// Whether the result is unidiomatic: `!(a && b)`, `!(a < b)`, `!a.is_none()`.
    pub is_awkward: bool,
}

impl Negated {
    fn plain(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    fn join(mut self, between: &str, other: &Self) -> Self {
        self.text = [&self.text, between, &other.text].concat();
        self.added = [&self.added, " ", &other.added].concat();
        self.dropped = [&self.dropped, " ", &other.dropped].concat();
        self.ground = self.ground.max(other.ground);
        self.is_awkward |= other.is_awkward;
        self
    }

    fn on(mut self, ground: Ground) -> Self {
        self.ground = ground;
        self
    }
}

/// Negates `condition`; the result is usable as a condition.
pub fn negated(condition: &ast::Expr) -> Result<Negated, Refusal> {
    if contains_let(condition) {
        return Err(Refusal::because(
            Hazard::Negation,
            "A condition with `let` can't be negated.",
        ));
    }
    let condition = without_parens(condition);
    if let Some(operand) = negated_operand(&condition) {
        return without_bang(&operand);
    }
    if let Some(opposite) = flipped(&condition).or_else(|| by_de_morgan(&condition)) {
        return Ok(opposite);
    }
    if is_clumsy_with_bang(&condition) {
        return Err(Refusal::because(
            Hazard::Negation,
            "The negation would be a `!` in front of comparisons or negations, which is harder to read than the current code.",
        ));
    }
    if asks_what_is_there(&condition) {
        return Err(Refusal::because(
            Hazard::Negation,
            "The method has a named opposite, but it can't be shown that this type has it.",
        ));
    }
    let Some(ground) = inference_order::known_before(&condition) else {
        return Err(Refusal::because(
            Hazard::Types,
            "The type of the condition is only inferred from being a condition, and `!` needs to know it earlier.",
        ));
    };
    Ok(with_bang(&condition).on(ground))
}

/// Whether the condition itself contains a `let` pattern.
pub fn contains_let(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::LetExpr(_) => true,
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| contains_let(&inner)),
        ast::Expr::BinExpr(chain) => [chain.lhs(), chain.rhs()]
            .into_iter()
            .flatten()
            .any(|operand| contains_let(&operand)),
        _ => false,
    }
}

fn without_parens(expr: &ast::Expr) -> ast::Expr {
    let mut expr = expr.clone();
    while let ast::Expr::ParenExpr(parens) = &expr {
        match parens.expr() {
            Some(inner) if can_stand_bare(&inner) => expr = inner,
            _ => break,
        }
    }
    expr
}

/// Whether an expression can be a condition without parentheses: no brace in it could be taken for the start of the block.
fn can_stand_bare(expr: &ast::Expr) -> bool {
    let has_brace = expr.syntax().descendants_with_tokens().any(|element| {
        matches!(
            element.kind(),
            SyntaxKind::RECORD_EXPR | SyntaxKind::L_CURLY | SyntaxKind::COMMENT
        )
    });
    let is_jump = precedence_of(expr) == ExprPrecedence::Jump;
    !has_brace && !is_jump && !contains_let(expr)
}

fn negated_operand(expr: &ast::Expr) -> Option<ast::Expr> {
    match expr {
        ast::Expr::PrefixExpr(prefix) if prefix.op_kind() == Some(UnaryOp::Not) => prefix.expr(),
        _ => None,
    }
}

/// The negation of `!operand`.
fn without_bang(operand: &ast::Expr) -> Result<Negated, Refusal> {
    let bare = without_parens(operand);
    let Some(ground) = types_shown::boolean(&bare) else {
        return Err(Refusal::because(
            Hazard::Types,
            format!(
                "Without its `!`, `{}` may be a `&bool`, which isn't a condition.",
                shortened(&bare)
            ),
        ));
    };
    Ok(Negated::plain(bare.syntax().text().to_string()).on(ground))
}

fn shortened(expr: &ast::Expr) -> String {
    const LENGTH: usize = 30;
    let text = expr.syntax().text().to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The negation of an expression that has a dedicated one.
fn flipped(expr: &ast::Expr) -> Option<Negated> {
    match expr {
        ast::Expr::Literal(literal) => flipped_literal(literal),
        ast::Expr::BinExpr(comparison) => {
            let flipped = Negated::plain(comparison::flipped(comparison)?);
            Some(Negated {
                is_awkward: comparison::asks_for_an_answer(comparison),
                ..flipped
            })
        }
        ast::Expr::MethodCallExpr(call) => flipped_call(call),
        _ => None,
    }
}

fn flipped_literal(literal: &ast::Literal) -> Option<Negated> {
    let LiteralKind::Bool(value) = literal.kind() else {
        return None;
    };
    Some(Negated {
        text: (!value).to_string(),
        added: (!value).to_string(),
        dropped: value.to_string(),
        ground: Ground::Shown,
        is_awkward: false,
    })
}

/// Whether a `!` would precede a parenthesized comparison or another `!`: clippy prefers a shorter form, or warns about
/// partially ordered comparisons.
fn is_clumsy_with_bang(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::ParenExpr(parens) => parens.expr().is_some_and(|it| is_clumsy_with_bang(&it)),
        ast::Expr::BinExpr(binary) => match binary.op_kind() {
            Some(ast::BinaryOp::CmpOp(_)) => true,
            Some(ast::BinaryOp::LogicOp(_)) => {
                let mut operands = binary.lhs().into_iter().chain(binary.rhs());
                operands.any(|it| negated_operand(&it).is_some() || is_clumsy_with_bang(&it))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether one of the joined conditions is a method with a named opposite, which clippy prefers to `!`.
fn asks_what_is_there(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::ParenExpr(parens) => parens.expr().is_some_and(|it| asks_what_is_there(&it)),
        ast::Expr::BinExpr(binary)
            if matches!(binary.op_kind(), Some(ast::BinaryOp::LogicOp(_))) =>
        {
            let mut operands = binary.lhs().into_iter().chain(binary.rhs());
            operands.any(|operand| asks_what_is_there(&operand))
        }
        ast::Expr::MethodCallExpr(call) => {
            let arguments = call.arg_list().map_or(0, |list| list.args().count());
            let name = call.name_ref();
            name.is_some_and(|name| match name.text() {
                "is_some" | "is_none" | "is_ok" | "is_err" => arguments == 0,
                "is_some_and" | "is_none_or" => arguments == 1,
                _ => false,
            })
        }
        _ => false,
    }
}

fn flipped_call(call: &ast::MethodCallExpr) -> Option<Negated> {
    let name = call.name_ref()?;
    let opposite = opposite_name(name.text())?;
    // Other types may have one of the methods but not its opposite.
    let is_known = types_shown::is_option_or_result(&call.receiver()?);
    if !is_known || call.arg_list()?.args().next().is_some() {
        return None;
    }
    let whole = call.syntax().text().to_string();
    let at = name.syntax().text_range() - call.syntax().text_range().start();
    let (from, to) = (usize::from(at.start()), usize::from(at.end()));
    Some(Negated {
        text: [&whole[..from], opposite, &whole[to..]].concat(),
        added: opposite.to_owned(),
        dropped: name.text().to_string(),
        ground: Ground::Shown,
        is_awkward: false,
    })
}

/// Applies De Morgan's law to a one-line chain of one operator, if the result is no longer than a `!` before the whole chain.
fn by_de_morgan(expr: &ast::Expr) -> Option<Negated> {
    let operator = conditions::top_operator(expr)?;
    let breaks = |element: NodeOrToken<_, SyntaxToken>| {
        element
            .as_token()
            .is_some_and(|token| token.kind() == SyntaxKind::COMMENT || token.text().contains('\n'))
    };
    if expr.syntax().descendants_with_tokens().any(breaks) {
        return None;
    }
    let between = match operator {
        LogicOp::And => " || ",
        LogicOp::Or => " && ",
    };
    let operands = conditions::operands(expr, operator);
    let opposites: Option<Vec<_>> = operands.iter().map(opposite_operand).collect();
    let opposite = opposites?
        .into_iter()
        .reduce(|left, right| left.join(between, &right))?;
    let is_short = opposite.text.len() <= with_bang(expr).text.len();
    is_short.then_some(opposite)
}

fn opposite_operand(operand: &ast::Expr) -> Option<Negated> {
    if let Some(inner) = negated_operand(operand) {
        let is_simple = precedence_of(&inner) >= ExprPrecedence::Postfix;
        if !is_simple || matches!(inner, ast::Expr::ParenExpr(_)) {
            return None;
        }
        return without_bang(&inner).ok();
    }
    if let Some(negated) = flipped(operand) {
        return Some(negated);
    }
    if asks_what_is_there(operand) {
        return None;
    }
    let is_plain = matches!(
        operand,
        ast::Expr::PathExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::IndexExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::MacroExpr(_)
    );
    let ground = inference_order::known_before(operand).filter(|_| is_plain)?;
    Some(with_bang(operand).on(ground))
}

fn with_bang(expr: &ast::Expr) -> Negated {
    let text = expr.syntax().text();
    if precedence_of(expr) < ExprPrecedence::Prefix {
        return Negated {
            is_awkward: true,
            ..Negated::plain(format!("!({text})"))
        };
    }
    Negated {
        is_awkward: has_opposite_name(expr)
            || compares_each(expr)
            || matches!(expr, ast::Expr::ParenExpr(_)),
        ..Negated::plain(format!("!{text}"))
    }
}

/// Whether the expression calls a method with a named opposite in the standard library.
fn has_opposite_name(expr: &ast::Expr) -> bool {
    let ast::Expr::MethodCallExpr(call) = expr else {
        return false;
    };
    let name = call.name_ref();
    name.is_some_and(|name| opposite_name(name.text()).is_some())
}

/// Whether each element is compared: `any` with the opposite comparison is idiomatic for `!….all(…)`, and vice versa.
fn compares_each(expr: &ast::Expr) -> bool {
    let ast::Expr::MethodCallExpr(call) = expr else {
        return false;
    };
    let asks_each = call
        .name_ref()
        .is_some_and(|name| matches!(name.text(), "all" | "any"));
    let mut asked = call.arg_list().into_iter().flat_map(|list| list.args());
    asks_each
        && asked.any(|argument| match argument {
            ast::Expr::ClosureExpr(closure) => closure.body().is_some_and(|body| {
                matches!(&body, ast::Expr::BinExpr(_)) || negated_operand(&body).is_some()
            }),
            _ => false,
        })
}

fn opposite_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "is_some" => "is_none",
        "is_none" => "is_some",
        "is_ok" => "is_err",
        "is_err" => "is_ok",
        _ => return None,
    })
}

fn precedence_of(expr: &ast::Expr) -> ExprPrecedence {
    ast::prec::precedence(expr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn opposite(condition: &str) -> Result<Negated, Refusal> {
        let text = format!("fn f(p: bool, q: &bool) {{ if {condition} {{}} }}");
        let root = Tree::parse(&text, FileContext::default().edition)
            .unwrap()
            .root();
        let choice = root.descendants().find_map(ast::IfExpr::cast).unwrap();
        negated(&choice.condition().unwrap())
    }

    #[test]
    fn conditions_have_these_opposites() {
        for (condition, expected) in [
            ("a", "!a"),
            ("a.b(c)?.d", "!a.b(c)?.d"),
            ("(a)", "!a"),
            ("true", "false"),
            ("a == b", "a != b"),
            ("a != 1.0", "a == 1.0"),
            ("a < 1", "a >= 1"),
            ("0 <= a", "0 > a"),
            ("a > b.len()", "a <= b.len()"),
            ("a < b + 1", "a >= b + 1"),
            ("a >= b as u8", "a < b as u8"),
            ("a as u8 > 1", "a as u8 <= 1"),
            ("a.get(b).is_some()", "a.get(b).is_none()"),
            ("a.parse::<u8>().is_err()", "a.parse::<u8>().is_ok()"),
            ("a.get(b).is_some(c)", "!a.get(b).is_some(c)"),
            ("a.is_empty()", "!a.is_empty()"),
            ("!a.is_empty()", "a.is_empty()"),
            ("!p", "p"),
            ("!(a && b)", "a && b"),
            ("!(a == B {})", "(a == B {})"),
            ("a && b", "!a || !b"),
            ("a && b && c && d", "!(a && b && c && d)"),
            (
                "a == b && c.next().is_none()",
                "a != b || c.next().is_some()",
            ),
            ("!p || a == b || !c.d()", "p && a != b && c.d()"),
            ("a.b() && !p", "!a.b() || p"),
            ("a[b] || !c.d() || e!(f)", "!a[b] && c.d() && !e!(f)"),
            ("a && b == c", "!a || b != c"),
            ("matches!(a, b)", "!matches!(a, b)"),
            ("!matches!(a, b)", "matches!(a, b)"),
            ("a as bool", "!(a as bool)"),
            ("a | b", "!(a | b)"),
            ("*a", "!*a"),
        ] {
            let text = opposite(condition).map(|negated| negated.text);
            assert_eq!(text.as_deref(), Ok(expected), "of {condition}");
        }
    }

    #[test]
    fn some_conditions_have_none() {
        for condition in [
            "let a = b",
            "a && let b = c",
            // A `!` would precede comparisons or another `!`, and operands may be NaN.
            "x < 1.0",
            "x < 1f32",
            "a < b",
            "a as u8 >= b",
            "a + b as usize >= c.len()",
            "a == /* b */ b && !p",
            "!p && b.parse().unwrap()",
            "!p && (a || b)",
            "a == b || c < d",
            "a == b || c && d",
            "a == b && !q",
            // Clippy prefers `is_some`, which the `Match` of ignore 0.4.34 doesn't have.
            "a.matched(b).is_none()",
            "p && a.matched(b).is_none()",
            "a.matched(b).is_some_and(c)",
            "!q",
            "!a",
            "!a.unwrap()",
            "a.parse().unwrap()",
        ] {
            assert!(opposite(condition).is_err(), "{condition}");
        }
    }

    #[test]
    fn what_nobody_would_write_is_told() {
        for (condition, is_awkward) in [
            ("a", false),
            ("a && b", false),
            ("!p || a == b", false),
            ("a < 1", false),
            ("a && b && c && d", true),
            ("a.b() == Some(true)", true),
            ("a.b() != Some(true)", false),
            ("a.b() == Some(c)", false),
            ("a.iter().all(|b| *b == 0)", true),
            ("a.iter().any(|b| !b.c())", true),
            ("a.iter().any(|b| b.is_empty())", false),
        ] {
            let opposite = opposite(condition).unwrap();
            assert_eq!(opposite.is_awkward, is_awkward, "{condition}");
        }
    }

    #[test]
    fn changed_words_are_told() {
        let negated = opposite("a.get(b).is_some() && b.parse().is_ok()").unwrap();
        assert_eq!(negated.added.trim(), "is_none is_err");
        assert_eq!(negated.dropped.trim(), "is_some is_ok");
        assert_eq!(opposite("a == b").unwrap().added, "");
    }
}
