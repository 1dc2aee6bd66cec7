//! A `for` loop that a method of iterators or slices replaces.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxNode,
    ast::{self, ArithOp, BinaryOp, CmpOp, HasArgList, HasAttrs, HasLoopBody, HasName},
};

use super::{Found, Idiom};
use crate::{
    shapes::{collect_loop::CollectLoop, question_first::only, search_loop::SearchLoop},
    syntax::{
        Unit,
        attributes::has_condition_inside,
        changes::changes_lent,
        flow, layout, negation,
        scopes::{self, Names},
    },
    text::TextRange,
};

/// Maximum number of lines of the added value; longer ones have steps of their own.
const LONGEST: usize = 6;

pub(super) fn of(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<Found> {
    let body = found.loop_body()?;
    if found.label().is_some() || found.attrs().next().is_some() {
        return None;
    }
    let step = only(&body)?;
    let (idiom, beside) = of_search(found, unit)
        .or_else(|| of_elements(found, &step))
        .or_else(|| of_collection(found, unit))
        .or_else(|| of_number(found, &step))?;
    let node = found.syntax();
    let is_fit = flow::is_run(node)
        && flow::escapes(found.iterable()?.syntax()).is_empty()
        && !layout::has_comment(node)
        && !has_condition_inside(node);
    is_fit.then(|| Found {
        at: found
            .for_token()
            .map_or(node.text_range(), |it| it.text_range()),
        whole: node.text_range(),
        beside,
        idiom,
    })
}

fn of_search(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<(Idiom, TextRange)> {
    let (asked, method) = SearchLoop::outline(found)?;
    SearchLoop::of(found, unit.text, unit.context).err()?;
    let is_plain = flow::escapes(&asked).is_empty()
        && !changes(&asked)
        && !changes(found.iterable()?.syntax());
    is_plain.then(|| (Idiom::Search(method), asked.text_range()))
}

fn of_collection(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<(Idiom, TextRange)> {
    // Adding elements a fixed number of times regardless of the counter is what `vec![…; count]` is for.
    if matches!(found.pat()?, ast::Pat::WildcardPat(_)) {
        return None;
    }
    let (variable, added) = CollectLoop::outline(found)?;
    let name = variable.descendants().find_map(ast::Name::cast)?;
    let is_plain = added.iter().all(|it| {
        let code = it.syntax();
        flow::escapes(code).is_empty()
            && !changes(code)
            && !changes_lent(code)
            && code.text().to_string().matches('\n').count() < LONGEST
            && !Names::in_node(code).has(name.text())
    });
    let is_offered = CollectLoop::of(found, unit.text, unit.context).is_ok();
    (is_plain && !is_offered && !CollectLoop::filters_and_maps(found))
        .then(|| (Idiom::Collect, variable.text_range()))
}

/// Whether the code assigns to something or borrows it mutably.
fn changes(code: &SyntaxNode) -> bool {
    code.descendants().any(|node| {
        if let Some(it) = ast::BinExpr::cast(node.clone()) {
            return matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
        }
        if let Some(it) = ast::MethodCallExpr::cast(node.clone()) {
            let name = it.name_ref();
            return name.is_some_and(|name| {
                name.text().ends_with("_mut")
                    || name.text().starts_with("read_")
                    || matches!(
                        name.text(),
                        "insert" | "next" | "pop" | "push" | "remove" | "replace" | "take"
                    )
            });
        }
        ast::RefExpr::cast(node).is_some_and(|it| it.mut_token().is_some())
    })
}

/// Elements that are copied, moved or set by index.
fn of_elements(found: &ast::ForExpr, step: &ast::Expr) -> Option<(Idiom, TextRange)> {
    let ast::Expr::RangeExpr(_) = found.iterable()? else {
        return None;
    };
    let counter = name_of(&found.pat()?)?;
    match step {
        ast::Expr::MethodCallExpr(call) if call.name_ref()?.text() == "push" => {
            let mut arguments = call.arg_list()?.args();
            let ast::Expr::IndexExpr(element) = arguments.next()? else {
                return None;
            };
            let is_its = scopes::as_name(&element.index()?)? == counter
                && !mentions(element.base()?.syntax(), &counter)
                && call.receiver()?.syntax().text() != element.base()?.syntax().text();
            is_its.then(|| (Idiom::ToVec, element.syntax().text_range()))
        }
        ast::Expr::BinExpr(set) => {
            let is_set = matches!(set.op_kind(), Some(BinaryOp::Assignment { op: None }));
            let ast::Expr::IndexExpr(target) = set.lhs()? else {
                return None;
            };
            if !is_set || mentions(target.base()?.syntax(), &counter) {
                return None;
            }
            let value = set.rhs()?;
            let idiom = of_set(&target, &value, &counter)?;
            Some((idiom, value.syntax().text_range()))
        }
        _ => None,
    }
}

fn of_set(target: &ast::IndexExpr, value: &ast::Expr, counter: &str) -> Option<Idiom> {
    let index = scopes::as_name(&target.index()?)?;
    if index != counter {
        return None;
    }
    match value {
        ast::Expr::IndexExpr(source) => {
            let is_same = source.base()?.syntax().text() == target.base()?.syntax().text();
            let ast::Expr::BinExpr(moved) = source.index()? else {
                return None;
            };
            let is_added = moved.op_kind() == Some(BinaryOp::ArithOp(ArithOp::Add));
            let sides = [moved.lhs()?, moved.rhs()?];
            let mentioned = sides
                .iter()
                .filter(|it| mentions(it.syntax(), counter))
                .count();
            let is_plain = sides
                .iter()
                .any(|it| scopes::as_name(it).as_deref() == Some(counter));
            (is_same && is_added && is_plain && mentioned == 1).then_some(Idiom::CopyWithin)
        }
        ast::Expr::Literal(_) => Some(Idiom::Fill),
        _ => None,
    }
}

/// A number declared right before the loop.
fn of_number(found: &ast::ForExpr, step: &ast::Expr) -> Option<(Idiom, TextRange)> {
    let (name, idiom) = accumulated(step)?;
    let statement = found.syntax().parent().and_then(ast::ExprStmt::cast)?;
    let declared = statement
        .syntax()
        .prev_sibling()
        .and_then(ast::LetStmt::cast)?;
    let ast::Pat::IdentPat(variable) = declared.pat()? else {
        return None;
    };
    let is_its = variable.name()?.text() == name && variable.mut_token().is_some();
    let first = declared.initializer()?;
    let is_zero = || {
        let text = first.syntax().text().to_string();
        let number = text.trim_end_matches(|c: char| c.is_alphanumeric() && c != '0');
        matches!(number, "0" | "0." | "0.0")
    };
    let is_first = match idiom {
        Idiom::Sum | Idiom::Count => is_zero(),
        _ => !flow::is_block_like(&first),
    };
    // If more is added below, this loop is only one part of the sum.
    let adds = format!("{name} +=");
    let mut below = statement.syntax().siblings(Direction::Next).skip(1);
    let goes_on = idiom == Idiom::Sum && below.any(|it| it.text().to_string().contains(&adds));
    (is_its && is_first && !goes_on).then(|| (idiom, variable.syntax().text_range()))
}

fn accumulated(step: &ast::Expr) -> Option<(String, Idiom)> {
    match step {
        ast::Expr::BinExpr(set) => {
            let name = scopes::as_name(&set.lhs()?)?;
            let value = set.rhs()?;
            let plain = flow::escapes(value.syntax()).is_empty() && !changes(value.syntax());
            match set.op_kind()? {
                BinaryOp::Assignment {
                    op: Some(ArithOp::Add),
                } => {
                    // A macro may contain a `return`, which a closure can't do for the function.
                    let is_opaque = value
                        .syntax()
                        .descendants()
                        .any(|it| ast::MacroCall::can_cast(it.kind()));
                    let is_told = mentions(value.syntax(), &name) || is_literal(&value);
                    let is_sum = plain && !is_told && !is_opaque;
                    is_sum.then_some((name, Idiom::Sum))
                }
                BinaryOp::Assignment { op: None } => {
                    let idiom = extreme(&value, &name).filter(|_| plain)?;
                    Some((name, idiom))
                }
                _ => None,
            }
        }
        ast::Expr::IfExpr(choice) if choice.else_token().is_none() => of_choice(choice),
        _ => None,
    }
}

fn is_literal(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::Literal(_))
}

/// `if c { n += 1; }` or `if x > m { m = x; }`
fn of_choice(choice: &ast::IfExpr) -> Option<(String, Idiom)> {
    let condition = choice.condition()?;
    let asked = condition.syntax();
    if negation::contains_let(&condition) || !flow::escapes(asked).is_empty() || changes(asked) {
        return None;
    }
    let ast::Expr::BinExpr(set) = only(&choice.then_branch()?)? else {
        return None;
    };
    let name = scopes::as_name(&set.lhs()?)?;
    let value = set.rhs()?;
    match set.op_kind()? {
        BinaryOp::Assignment {
            op: Some(ArithOp::Add),
        } => {
            let is_one = value.syntax().text() == "1" && !mentions(asked, &name);
            is_one.then_some((name, Idiom::Count))
        }
        BinaryOp::Assignment { op: None } => {
            let ast::Expr::BinExpr(compared) = condition else {
                return None;
            };
            let BinaryOp::CmpOp(CmpOp::Ord { ordering, .. }) = compared.op_kind()? else {
                return None;
            };
            let sides = [compared.lhs()?, compared.rhs()?].map(|it| it.syntax().text().to_string());
            let wanted = [value.syntax().text().to_string(), name.clone()];
            let is_its = wanted.iter().all(|it| sides.contains(it));
            let larger = match ordering {
                ast::Ordering::Greater => &sides[0],
                ast::Ordering::Less => &sides[1],
            };
            let idiom = if *larger == wanted[0] {
                Idiom::Largest
            } else {
                Idiom::Smallest
            };
            is_its.then_some((name, idiom))
        }
        _ => None,
    }
}

/// `m.max(x)` or `max(m, x)`
fn extreme(value: &ast::Expr, name: &str) -> Option<Idiom> {
    let named = |it: &str| match it {
        "max" => Some(Idiom::Largest),
        "min" => Some(Idiom::Smallest),
        _ => None,
    };
    let is_name =
        |it: Option<ast::Expr>| it.and_then(|it| scopes::as_name(&it)).as_deref() == Some(name);
    match value {
        ast::Expr::MethodCallExpr(call) => {
            let idiom = named(call.name_ref()?.text())?;
            is_name(call.receiver()).then_some(idiom)
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr()?.syntax().text().to_string();
            let idiom = callee.rsplit("::").next().and_then(named)?;
            let mut arguments = call.arg_list()?.args();
            arguments.any(|it| is_name(Some(it))).then_some(idiom)
        }
        _ => None,
    }
}

fn name_of(pattern: &ast::Pat) -> Option<String> {
    match pattern {
        ast::Pat::IdentPat(it) if it.mut_token().is_none() => {
            it.name().map(|name| name.text().to_string())
        }
        _ => None,
    }
}

fn mentions(code: &SyntaxNode, name: &str) -> bool {
    let mut tokens = code
        .descendants_with_tokens()
        .filter_map(ra_ap_syntax::NodeOrToken::into_token);
    tokens.any(|token| token.text() == name)
}

/// `while i < n { …; i += 1; }`, if nothing else changes the counter and it isn't used afterwards.
pub(super) fn of_while(found: &ast::WhileExpr, unit: &Unit<'_>) -> Option<Found> {
    let ast::Expr::BinExpr(compared) = found.condition()? else {
        return None;
    };
    let is_less = matches!(
        compared.op_kind()?,
        BinaryOp::CmpOp(CmpOp::Ord {
            ordering: ast::Ordering::Less,
            ..
        })
    );
    let name = scopes::as_name(&compared.lhs()?)?;
    let steps = found.loop_body()?.stmt_list()?;
    let last = steps
        .statements()
        .last()
        .filter(|_| steps.tail_expr().is_none())?;
    if !is_less || found.label().is_some() || !steps_by_one(&last, &name) {
        return None;
    }
    let end = compared.rhs()?;
    let parent = found.syntax().parent()?;
    let is_statement = ast::ExprStmt::can_cast(parent.kind());
    let statement = if is_statement {
        parent
    } else {
        found.syntax().clone()
    };
    let below = statement.siblings(Direction::Next).skip(1);
    let is_asked_later = below.into_iter().any(|it| mentions(&it, &name));
    let declared = declares(&statement, &name)?;
    let is_fit = !is_asked_later
        && !is_set_elsewhere(steps.syntax(), &name, last.syntax())
        && !may_change(steps.syntax(), &end)
        && flow::is_run(found.syntax())
        && unit
            .slice(steps.syntax().text_range())
            .find("continue")
            .is_none();
    is_fit.then(|| Found {
        at: found
            .while_token()
            .map_or(found.syntax().text_range(), |it| it.text_range()),
        // The body may contain more code.
        whole: compared.syntax().text_range(),
        beside: declared,
        idiom: Idiom::Range,
    })
}

fn steps_by_one(statement: &ast::Stmt, name: &str) -> bool {
    let ast::Stmt::ExprStmt(it) = statement else {
        return false;
    };
    let Some(ast::Expr::BinExpr(set)) = it.expr() else {
        return false;
    };
    let is_added = matches!(
        set.op_kind(),
        Some(BinaryOp::Assignment {
            op: Some(ArithOp::Add)
        })
    );
    let is_one = set.rhs().is_some_and(|it| it.syntax().text() == "1");
    is_added && is_one && set.lhs().and_then(|it| scopes::as_name(&it)).as_deref() == Some(name)
}

/// The declaration of a counter right before its loop, with at most other declarations in between.
fn declares(statement: &SyntaxNode, name: &str) -> Option<TextRange> {
    let before = statement.siblings(Direction::Prev).skip(1);
    let mut declared = before.map_while(ast::LetStmt::cast);
    let found = declared.find_map(|it| match it.pat()? {
        ast::Pat::IdentPat(variable) => {
            let is_its = variable.name()?.text() == name && variable.mut_token().is_some();
            is_its.then_some(variable)
        }
        _ => None,
    })?;
    Some(found.syntax().text_range())
}

fn is_set_elsewhere(body: &SyntaxNode, name: &str, last: &SyntaxNode) -> bool {
    let own = last.text_range();
    body.descendants().any(|node| {
        if own.contains_range(node.text_range()) {
            return false;
        }
        if let Some(it) = ast::BinExpr::cast(node.clone()) {
            let is_set = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            return is_set && it.lhs().and_then(|it| scopes::as_name(&it)).as_deref() == Some(name);
        }
        let lent = ast::RefExpr::cast(node).filter(|it| it.mut_token().is_some());
        lent.and_then(|it| it.expr())
            .and_then(|it| scopes::as_name(&it))
            .as_deref()
            == Some(name)
    })
}

/// Whether the body may change the end of the loop: a number that is assigned, or a list that grows or shrinks.
fn may_change(body: &SyntaxNode, end: &ast::Expr) -> bool {
    if let ast::Expr::Literal(_) = end {
        return false;
    }
    let names = Names::in_node(end.syntax());
    body.descendants().any(|node| {
        let root = |it: Option<ast::Expr>| {
            let root = it.and_then(|it| scopes::root_of(&it));
            root.and_then(|it| scopes::as_name(&it.into()))
                .is_some_and(|it| names.has(&it))
        };
        if let Some(it) = ast::BinExpr::cast(node.clone()) {
            let is_set = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            return is_set && !matches!(it.lhs(), Some(ast::Expr::IndexExpr(_))) && root(it.lhs());
        }
        if let Some(it) = ast::RefExpr::cast(node.clone()) {
            return it.mut_token().is_some() && root(it.expr());
        }
        ast::MethodCallExpr::cast(node).is_some_and(|it| {
            let looks = it.name_ref().is_some_and(|name| {
                matches!(
                    name.text(),
                    "len" | "get" | "iter" | "is_empty" | "as_slice" | "width" | "height"
                )
            });
            !looks && root(it.receiver())
        })
    })
}
