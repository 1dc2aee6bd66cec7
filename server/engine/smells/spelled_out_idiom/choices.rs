//! A `match` or an `if` that a method, `?`, `matches!` or `&&` replaces.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, LiteralKind},
};

use super::{Found, Idiom, conditions, exits};
use crate::{
    shapes::{
        asserted::Asserted,
        boolean_match::BooleanMatch,
        mapped_default::MappedDefault,
        named_choice::{NamedChoice, has_short_head, has_two_ways, is_plain},
        question_first::only,
        question_tail,
        single_pattern::SinglePattern,
    },
    syntax::{
        Hazard, Refusal, RustVersion, Unit, attributes::has_condition_inside, changes, flow,
        keyword, layout, patterns, scopes,
    },
};

/// Maximum number of lines of the returned error; longer ones are hardly shorter with `ok_or_else`.
const LONGEST_ERROR: usize = 3;

pub(super) fn of(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    if let Some(found) = of_tail(node, unit) {
        return Some(found);
    }
    let found = if let Some(choice) = ast::MatchExpr::cast(node.clone()) {
        of_bool(&choice)
            .or_else(|| exits::of_arms(&choice))
            .or_else(|| of_second_arm(&choice, unit))
    } else {
        let choice = ast::IfExpr::cast(node.clone())?;
        exits::of_cast(&choice)
            .or_else(|| conditions::of_branches(&choice, unit))
            .or_else(|| of_nested(&choice))
            .or_else(|| of_panic(node, unit))
    };
    if found.is_none() && !(has_two_ways(node) && has_short_head(node)) {
        return None;
    }
    let found = found
        .or_else(|| of_name(node, unit))
        .or_else(|| of_matches(node, unit))?;
    // These need no closure, so early exits inside them don't matter.
    let is_anywhere = matches!(found.idiom, Idiom::Assert | Idiom::IfLet);
    let is_fit = (is_anywhere || flow::is_run(node)) && !has_condition_inside(node);
    is_fit.then_some(found)
}

/// A choice at the end of a function that `?` replaces, if rustc confirms the types.
fn of_tail(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let tail = question_tail::of_types(node, unit.text, unit.context)?;
    Some(Found {
        at: tail.keyword,
        whole: tail.rewrite.range(),
        beside: tail.keyword,
        idiom: Idiom::QuestionTail,
    })
}

/// A choice that a method or `?` replaces.
fn of_name(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let named = NamedChoice::of(node, unit.text, unit.context)?;
    let idiom = if named.name == "?" {
        if unit.slice(named.otherwise).lines().count() > LONGEST_ERROR {
            return None;
        }
        Idiom::Question
    } else {
        Idiom::Method(named.name)
    };
    Some(Found {
        at: named.keyword,
        whole: node.text_range(),
        beside: named.otherwise,
        idiom,
    })
}

/// A `match` that `matches!` replaces. Packages without a declared `rust-version` are assumed to support the macro.
fn of_matches(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let keyword = BooleanMatch::outline(node)?;
    let refusal = BooleanMatch::of(node, unit.text, unit.context).err()?;
    let is_old = matches!(
        refusal,
        Refusal::Because {
            hazard: Hazard::Edition,
            ..
        }
    );
    let is_its = is_old && unit.context.supports(RustVersion(42)) && !layout::has_comment(node);
    is_its.then(|| Found {
        at: keyword,
        whole: node.text_range(),
        beside: keyword,
        idiom: Idiom::Matches,
    })
}

/// `match b { true => c, false => false }`
fn of_bool(choice: &ast::MatchExpr) -> Option<Found> {
    let [first, second] = patterns::two_plain_arms(choice)?;
    let of = |arm: &ast::MatchArm| match arm.pat()? {
        ast::Pat::LiteralPat(it) => match it.literal()?.kind() {
            LiteralKind::Bool(value) => Some(Some(value)),
            _ => None,
        },
        ast::Pat::WildcardPat(_) => Some(None),
        _ => None,
    };
    let asks = matches!((of(&first)?, of(&second)?), (Some(one), other) if other != Some(one));
    let gives = [&first, &second].map(|it| it.expr().and_then(|it| conditions::literal(&it)));
    let is_its = asks
        && gives.iter().flatten().count() == 1
        && choice.syntax().text().to_string().lines().count() <= 4;
    let at = choice.match_token()?.text_range();
    is_its.then(|| Found {
        at,
        whole: choice.syntax().text_range(),
        beside: at,
        idiom: Idiom::And,
    })
}

/// `if c { panic!("…") }`
fn of_panic(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let asserted = Asserted::of(node, unit.text, unit.context).ok()?;
    Some(Found {
        at: asserted.keyword,
        whole: asserted.rewrite.range(),
        beside: asserted.message,
        idiom: Idiom::Assert,
    })
}

/// `a.map(f).unwrap_or(false)`
pub(super) fn of_mapped(call: &ast::MethodCallExpr, unit: &Unit<'_>) -> Option<Found> {
    let mapped = MappedDefault::of(call, unit.text, unit.context).ok()?;
    let changed = call
        .receiver()
        .filter(|it| changes::changes_lent(it.syntax()));
    // An expression with side effects isn't a plain test, whatever it returns.
    if changed.is_some() {
        return None;
    }
    Some(Found {
        at: mapped.keyword,
        whole: mapped.rewrite.range(),
        beside: mapped.otherwise,
        idiom: Idiom::Method(mapped.method),
    })
}

/// `match a() { Ok(()) => {} Err(e) => … }`; clippy reports only the reverse order.
fn of_second_arm(choice: &ast::MatchExpr, unit: &Unit<'_>) -> Option<Found> {
    let pattern = SinglePattern::of_second(choice).filter(|it| !it.is_handed_on())?;
    pattern.rewrite(unit.text, unit.context).ok()?;
    let at = pattern.keyword()?;
    Some(Found {
        at,
        whole: pattern.whole(),
        beside: at,
        idiom: Idiom::IfLet,
    })
}

/// `if let Some(a) = b { if let Ok(c) = d { return c; } } e`
fn of_nested(choice: &ast::IfExpr) -> Option<Found> {
    let pattern_of = |choice: &ast::IfExpr| match choice.condition()? {
        ast::Expr::LetExpr(it) if choice.else_token().is_none() => held(&it.pat()?),
        _ => None,
    };
    let outer = pattern_of(choice)?;
    let ast::Expr::IfExpr(inner) = only(&choice.then_branch()?)? else {
        return None;
    };
    let held = pattern_of(&inner)?;
    let ast::Expr::ReturnExpr(leave) = only(&inner.then_branch()?)? else {
        return None;
    };
    let given = scopes::as_name(&leave.expr()?)?;
    if given != held || layout::has_comment(choice.syntax()) || outer.is_empty() {
        return None;
    }
    let statement = choice.syntax().parent().and_then(ast::ExprStmt::cast)?;
    let list = statement.syntax().parent().and_then(ast::StmtList::cast)?;
    let tail = list.tail_expr()?;
    let is_last = statement.syntax().next_sibling().as_ref() == Some(tail.syntax());
    let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
    let is_its =
        is_last && flow::gives_result(&block) && is_plain(&tail) && !flow::is_block_like(&tail);
    let whole = choice
        .syntax()
        .text_range()
        .cover(tail.syntax().text_range());
    is_its.then(|| Found {
        at: keyword(choice.syntax(), SyntaxKind::IF_KW),
        whole,
        beside: tail.syntax().text_range(),
        idiom: Idiom::AndThen,
    })
}

/// The variable in `Some(x)` or `Ok(x)`.
fn held(pattern: &ast::Pat) -> Option<String> {
    let ast::Pat::TupleStructPat(variant) = pattern else {
        return None;
    };
    let name = variant.path()?.syntax().text().to_string();
    let mut fields = variant.fields();
    let (Some(ast::Pat::IdentPat(only)), None) = (fields.next(), fields.next()) else {
        return None;
    };
    let is_its = matches!(&*name, "Some" | "Ok");
    is_its.then(|| only.syntax().text().to_string())
}
