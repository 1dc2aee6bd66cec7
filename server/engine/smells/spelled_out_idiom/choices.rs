//! A `match` or an `if` that a method, `?`, `matches!` or `&&` says.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, LiteralKind},
};

use super::{Found, Idiom, conditions, exits};
use crate::{
    shapes::{
        Outline, boolean_match::BooleanMatch, option_question::OptionQuestion,
        option_value::OptionValue, question_mark::QuestionMark,
    },
    syntax::{
        Hazard, Refusal, RustVersion, Unit, attributes::has_condition_inside, closures, flow,
        keyword, layout, patterns, scopes,
    },
};

pub(super) fn of(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let found = if let Some(choice) = ast::MatchExpr::cast(node.clone()) {
        of_bool(&choice).or_else(|| exits::of_arms(&choice))
    } else {
        let choice = ast::IfExpr::cast(node.clone())?;
        exits::of_cast(&choice)
            .or_else(|| conditions::of_branches(&choice, unit))
            .or_else(|| of_nested(&choice))
    };
    if found.is_none() && !(has_two_ways(node) && has_short_head(node)) {
        return None;
    }
    let found = found
        .or_else(|| of_question(node, unit))
        .or_else(|| of_value(node, unit))
        .or_else(|| of_question_mark(node, unit))
        .or_else(|| of_matches(node, unit))?;
    let is_fit = flow::is_run(node) && !has_condition_inside(node);
    is_fit.then_some(found)
}

/// Whether a choice asks one pattern, or several for one answer: the least look, since there are many.
fn has_two_ways(node: &SyntaxNode) -> bool {
    if let Some(choice) = ast::MatchExpr::cast(node.clone()) {
        let arms = choice.match_arm_list().map(|it| it.arms());
        let (count, last) = arms
            .into_iter()
            .flatten()
            .fold((0, None), |(n, _), it| (n + 1, Some(it)));
        let is_rest = last.and_then(|it| it.pat());
        return count == 2 || matches!(is_rest, Some(ast::Pat::WildcardPat(_)));
    }
    let choice = ast::IfExpr::cast(node.clone());
    let condition = choice.and_then(|it| it.condition());
    matches!(condition, Some(ast::Expr::LetExpr(_)))
}

/// Whether a method can stand behind what is asked, in its last line, and nothing is chained to the choice.
fn has_short_head(node: &SyntaxNode) -> bool {
    const LONGEST: usize = 3;
    let is_short = asked_of(node).is_some_and(|it| lines(&it) <= LONGEST);
    let parent = node.parent().map(|it| it.kind());
    is_short && parent != Some(SyntaxKind::IF_EXPR)
}

/// What a choice or a guard matches.
fn asked_of(node: &SyntaxNode) -> Option<ast::Expr> {
    match node.kind() {
        SyntaxKind::MATCH_EXPR => ast::MatchExpr::cast(node.clone())?.expr(),
        SyntaxKind::LET_STMT => ast::LetStmt::cast(node.clone())?.initializer(),
        _ => match ast::IfExpr::cast(node.clone())?.condition()? {
            ast::Expr::LetExpr(it) => it.expr(),
            condition => Some(condition),
        },
    }
}

fn lines(expr: &ast::Expr) -> usize {
    expr.syntax().text().to_string().matches('\n').count() + 1
}

/// Whether only a person sees what has to be written: the types, or where a comment belongs.
fn is_for_a_person(refusal: &Refusal, node: &SyntaxNode) -> bool {
    match refusal {
        Refusal::Because { hazard, .. } => match hazard {
            Hazard::Types | Hazard::Temporaries | Hazard::Evaluation => true,
            Hazard::Text => layout::has_comment(node),
            _ => false,
        },
        Refusal::NotHere => false,
    }
}

fn of_question(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let (outline, version) = OptionQuestion::outline(node)?;
    let refusal = OptionQuestion::of(node, unit.text, unit.context).err()?;
    let is_known = unit.context.supports(version);
    let borrows = matches!(
        refusal,
        Refusal::Because {
            hazard: Hazard::Borrows,
            ..
        }
    );
    let is_free = || {
        let asked = asked_of(node);
        asked.is_some_and(|it| !closures::conflict(&it, &outline.value, unit.context.edition))
    };
    let is_reason = is_for_a_person(&refusal, node) || (borrows && is_free());
    let is_its = is_known && is_reason && is_plain(&outline.value);
    is_its.then(|| Found {
        at: outline.keyword,
        whole: node.text_range(),
        beside: outline.otherwise,
        idiom: Idiom::Method(outline.method),
    })
}

/// A guard before the last question of a function.
pub(super) fn of_guard(statement: &ast::LetStmt, unit: &Unit<'_>) -> Option<Found> {
    statement.let_else()?;
    of_question(statement.syntax(), unit).filter(|_| flow::is_run(statement.syntax()))
}

fn of_value(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let outline = OptionValue::outline(node)?;
    if matches!(outline.method, "map_or" | "then" | "then_some") {
        return None;
    }
    let refusal = OptionValue::of(node, unit.text, unit.context).err()?;
    let is_fit = match outline.method {
        "unwrap_or_else" => is_made_anew(&outline.value),
        "map" => !matches!(outline.value, ast::Expr::PrefixExpr(_)),
        _ => true,
    };
    let is_its = is_fit && !layout::has_comment(node) && is_for_a_person(&refusal, node);
    (is_its && is_plain(&outline.value)).then(|| Found {
        at: outline.keyword,
        whole: node.text_range(),
        beside: outline.otherwise,
        idiom: Idiom::Method(outline.method),
    })
}

/// Whether a stand-in is made of nothing that the value may have borrowed, and is not lent itself.
fn is_made_anew(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::CallExpr(call) => call
            .expr()
            .is_some_and(|it| !it.syntax().text().to_string().ends_with("exit")),
        ast::Expr::MethodCallExpr(call) => {
            let root = scopes::root_of(value).and_then(|root| scopes::as_name(&root.into()));
            let takes_none = call.arg_list().is_some_and(|it| it.args().next().is_none());
            let leaves = call.name_ref().is_some_and(|it| it.text() == "exit");
            takes_none && !leaves && root.as_deref() != Some("self")
        }
        _ => !matches!(value, ast::Expr::RefExpr(_)),
    }
}

fn of_question_mark(node: &SyntaxNode, unit: &Unit<'_>) -> Option<Found> {
    let outline = QuestionMark::outline(node)?;
    let refusal = QuestionMark::of(node, unit.text, unit.context).err()?;
    let Refusal::Because { hazard, .. } = refusal else {
        return None;
    };
    let is_reason = matches!(
        hazard,
        Hazard::Types | Hazard::Temporaries | Hazard::Text | Hazard::Drops
    );
    let is_its = is_reason
        && !layout::has_comment(node)
        && is_plain(&outline.value)
        && !moves_more(&outline);
    is_its.then(|| Found {
        at: outline.keyword,
        whole: node.text_range(),
        beside: outline.otherwise,
        idiom: Idiom::Question,
    })
}

/// Whether the error takes a variable with it that only this way has to give up.
fn moves_more(outline: &Outline) -> bool {
    let arguments = outline
        .value
        .syntax()
        .descendants()
        .filter_map(ast::ArgList::cast);
    let mut names = arguments
        .flat_map(|it| it.args())
        .filter_map(|it| scopes::as_name(&it));
    names.any(|name| name.len() > 1 && !matches!(&*name, "err" | "error" | "source" | "self"))
}

/// Packages that promise no compiler build with those that know the macro.
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

/// Whether a closure can do it, in few lines, and nothing changes on the way.
fn is_plain(value: &ast::Expr) -> bool {
    const LONGEST: usize = 5;
    let node = value.syntax();
    let changes = |node: SyntaxNode| match node.kind() {
        SyntaxKind::REF_EXPR => ast::RefExpr::cast(node).is_some_and(|it| it.mut_token().is_some()),
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(node)
            .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))),
        SyntaxKind::MACRO_CALL => ast::MacroCall::cast(node).is_some_and(|it| !is_plain_macro(&it)),
        _ => false,
    };
    lines(value) <= LONGEST
        && flow::escapes(node).is_empty()
        && !flow::expr_diverges(value)
        && !node.descendants().any(changes)
}

/// Whether a macro is known to give a value and to do nothing else.
fn is_plain_macro(call: &ast::MacroCall) -> bool {
    let name = call.path().map(|it| it.syntax().text().to_string());
    matches!(name.as_deref(), Some("format" | "matches" | "vec"))
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
        && lines(&ast::Expr::MatchExpr(choice.clone())) <= 4;
    let at = choice.match_token()?.text_range();
    is_its.then(|| Found {
        at,
        whole: choice.syntax().text_range(),
        beside: at,
        idiom: Idiom::And,
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

/// The only expression in a block.
pub(super) fn only(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(it)), None, None) => it.expr(),
        _ => None,
    }
}
