//! # Toggle enumerate
//!
//! ## What it does
//! Adds `enumerate()` and an index to a `for` loop, or removes both if the index is unused.
//!
//! ## Why
//!
//! An index is often wanted while a loop is being written, and often left behind when it is no longer needed. Both edits
//! change two places that belong together.
//!
//! ## Example
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     $0for (_, line) in lines.iter().enumerate() {
//!         log.tell(line);
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     for line in lines {
//!         log.tell(line);
//!     }
//! }
//! ```
//!
//! In the other direction, the edit is a draft: the new index still has to be used.
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     $0for line in lines {
//!         log.tell(line);
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     for (i, line) in lines.iter().enumerate() {
//!         log.tell(line);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An index that is used.
//! - Expressions that can't be shown to be an iterator or a collection.
//! - A loop header with comments or several lines.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasArgList, HasLoopBody, HasName},
};

use super::{
    Allows, Also, Applicability, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal,
    Target, find,
};
use crate::{
    shapes::loop_source::{Source, Wraps, in_head, iterates},
    syntax::{
        FileNames, Rewrite, attributes,
        layout::{self, width},
        scopes::{self, Names},
        types_shown::{Ground, Held, collection},
    },
    text::{TextRange, slice},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "toggle-enumerate",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::FOR_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "enumerate into_iter iter iter_mut mut",
        "_ enumerate mut",
        &[Also::AddsFreshName, Also::AddsCopies, Also::DropsPattern],
    ),
    plan,
};

/// Maximum width of a chain that rustfmt keeps on one line.
const WIDEST: usize = 60;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let found = find::loop_at(context, target).ok_or(Refusal::NotHere)?;
    let (pattern, iterable) = found.pat().zip(found.iterable()).ok_or(Refusal::NotHere)?;
    let head = pattern
        .syntax()
        .text_range()
        .cover(iterable.syntax().text_range());
    check_place(context, &found, head)?;
    match Counted::of(&pattern, &iterable) {
        Some(counted) => plan_removal(context, &found, &counted, head),
        None => plan_addition(context, &found, head),
    }
}

fn check_place(
    context: &Context<'_>,
    found: &ast::ForExpr,
    head: TextRange,
) -> Result<(), Refusal> {
    let text = slice(&context.source.text, head).unwrap_or_default();
    let has_comment = !layout::comments_in(&context.root, head).is_empty();
    if text.contains('\n') || has_comment {
        return Err(Refusal::of_layout());
    }
    if FileNames::around(found).has_method("enumerate") {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `enumerate`.",
        ));
    }
    if found
        .pat()
        .is_some_and(|it| attributes::has_condition_inside(it.syntax()))
    {
        return Err(Refusal::of_layout());
    }
    Ok(())
}

/// `(index, element) in source.enumerate()`
struct Counted {
    index: ast::Pat,
    element: ast::Pat,
    source: ast::Expr,
}

impl Counted {
    fn of(pattern: &ast::Pat, iterable: &ast::Expr) -> Option<Self> {
        let (ast::Pat::TuplePat(pair), ast::Expr::MethodCallExpr(call)) = (pattern, iterable)
        else {
            return None;
        };
        let mut fields = pair.fields();
        let (Some(index), Some(element), None) = (fields.next(), fields.next(), fields.next())
        else {
            return None;
        };
        let is_enumerate =
            call.name_ref()?.text() == "enumerate" && call.arg_list()?.args().next().is_none();
        let is_rest =
            matches!(&index, ast::Pat::RestPat(_)) || matches!(&element, ast::Pat::RestPat(_));
        (is_enumerate && !is_rest).then_some(Self {
            index,
            element,
            source: call.receiver()?,
        })
    }
}

fn plan_removal<'a>(
    context: &'a Context<'_>,
    found: &ast::ForExpr,
    counted: &Counted,
    head: TextRange,
) -> Result<Plan<'a>, Refusal> {
    let is_unused = match &counted.index {
        ast::Pat::WildcardPat(_) => true,
        ast::Pat::IdentPat(index) => {
            let is_plain = index.ref_token().is_none() && index.at_token().is_none();
            let body = found.loop_body().map(|body| Names::in_node(body.syntax()));
            let name = index.name().ok_or(Refusal::NotHere)?;
            is_plain && body.is_some_and(|body| !body.has(name.text()))
        }
        _ => false,
    };
    if !is_unused {
        return Err(Refusal::NotHere);
    }
    let (mark, source) = in_head(&counted.source, context.source.context.edition);
    let is_simple = matches!(
        source,
        ast::Expr::MethodCallExpr(_)
            | ast::Expr::RangeExpr(_)
            | ast::Expr::PathExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::CallExpr(_)
    );
    if !is_simple {
        return Err(Refusal::NotHere);
    }
    let is_shown = iterates(&counted.source).is_some();
    let (element, source) = (
        counted.element.syntax().text_range(),
        source.syntax().text_range(),
    );
    Plan::new(head, move || {
        let rewrite = context
            .rewrite(head)
            .keep(element)
            .text(&format!(" in {mark}"))
            .keep(source);
        let change = Change::new("Remove unused `enumerate`", head, vec![rewrite])?;
        let change = if is_shown {
            change
        } else {
            change.to_check("the types")
        };
        Ok(change.checked(&["nothing in the loop mentions the index"]))
    })
}

fn plan_addition<'a>(
    context: &'a Context<'_>,
    found: &ast::ForExpr,
    head: TextRange,
) -> Result<Plan<'a>, Refusal> {
    let (pattern, iterable) = found.pat().zip(found.iterable()).ok_or(Refusal::NotHere)?;
    let is_index = matches!(&iterable, ast::Expr::RangeExpr(range)
        if ast::RangeItem::start(range).is_some_and(|it| it.syntax().text() == "0"));
    if is_index {
        return Err(Refusal::because(
            Hazard::Text,
            "The loop already iterates over indices.",
        ));
    }
    let index = index_for(found)?;
    let (written, ground) = iterator(context, &iterable)?;
    let written = written.text(".enumerate()");
    let before = layout::column(&context.source.text, head.start());
    let pattern = pattern.syntax().text_range();
    let whole =
        width(&index) + width("(, ) in  {") + usize::from(pattern.len()) + width(written.written());
    let width_of_lines = context.source.context.width;
    if before + whole > width_of_lines.max()
        || width(written.written()) > width_of_lines.share(WIDEST)
    {
        return Err(Refusal::of_layout());
    }
    Plan::new(head, move || {
        let rewrite = context
            .rewrite(head)
            .text(&format!("({index}, "))
            .keep(pattern)
            .text(") in ")
            .put(written);
        let title = format!("Add `enumerate` with index `{index}`");
        let change = Change::new(title, head, vec![rewrite])?.with(Applicability::Draft);
        let checked: &[&'static str] = match ground {
            Ground::Shown => &[
                "the loop iterates over an iterator or a collection",
                "nothing in the loop has the name of the index",
            ],
            Ground::Likely => &["nothing in the loop has the name of the index"],
        };
        Ok(change.checked(checked))
    })
}

/// An index name that is unused in the loop.
fn index_for(found: &ast::ForExpr) -> Result<String, Refusal> {
    let names = Names::in_node(found.syntax());
    let wishes = ["i", "index", "at"].map(str::to_owned);
    let mut free = wishes
        .into_iter()
        .filter(|wish| names.is_free(wish) && !scopes::is_constant_around(found.syntax(), wish));
    free.next().ok_or_else(|| {
        Refusal::because(
            Hazard::Scope,
            "The usual index names are all in use in the loop.",
        )
    })
}

/// The collection that a loop borrows mutably.
fn lent_mutably(iterable: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::RefExpr(reference) = iterable else {
        return None;
    };
    let list = reference.mut_token().and(reference.expr())?;
    let is_place = matches!(list, ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_));
    (is_place && collection(&list) == Some(Held::Itself)).then_some(list)
}

/// The loop's source as an iterator.
fn iterator<'a>(
    context: &Context<'a>,
    iterable: &ast::Expr,
) -> Result<(Rewrite<'a>, Ground), Refusal> {
    let part = Rewrite::part(&context.source.text);
    if let Some(list) = lent_mutably(iterable) {
        let kept = list.syntax().text_range();
        return Ok((part.keep(kept).text(".iter_mut()"), Ground::Shown));
    }
    if let ast::Expr::MethodCallExpr(call) = iterable
        && let Some(ground) = iterates(iterable)
    {
        return Ok((part.keep(call.syntax().text_range()), ground));
    }
    let source = Source::of(iterable, context.source.context)?;
    let kept = source.kept.syntax().text_range();
    let written = match source.wraps {
        Wraps::Nothing => part.keep(kept),
        Wraps::Parentheses => part.text("(").keep(kept).text(")"),
        Wraps::Iter => part.keep(kept).text(".iter()"),
        Wraps::IntoIter => part.keep(kept).text(".into_iter()"),
    };
    Ok((written, source.ground))
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        *,
    };
    use crate::syntax::FileContext;

    static TOGGLE: Refactoring = REFACTORING;

    fn text(head: &str, body: &str) -> String {
        format!(
            "fn f(xs: &[u8], mut own: Vec<A>, n: usize, other: Other) {{\n    $0for {head} {{\n        {body}\n    }}\n}}\n"
        )
    }

    fn becomes(before: &str, after: &str) {
        let body = "g(a);";
        assert_becomes(
            &TOGGLE,
            &text(before, body),
            &text(after, body).replace("$0", ""),
        );
    }

    #[test]
    fn an_index_comes() {
        for (before, after) in [
            ("a in xs", "(i, a) in xs.iter().enumerate()"),
            ("&a in xs", "(i, &a) in xs.iter().enumerate()"),
            ("a in &own", "(i, a) in own.iter().enumerate()"),
            ("a in &mut own", "(i, a) in own.iter_mut().enumerate()"),
            ("a in own", "(i, a) in own.into_iter().enumerate()"),
            ("a in 1..n", "(i, a) in (1..n).enumerate()"),
            (
                "a in xs.iter().rev()",
                "(i, a) in xs.iter().rev().enumerate()",
            ),
            (
                "(a, b) in xs.iter().zip(&own)",
                "(i, (a, b)) in xs.iter().zip(&own).enumerate()",
            ),
            ("a in own.drain(..)", "(i, a) in own.drain(..).enumerate()"),
            ("a in other.lines()", "(i, a) in other.lines().enumerate()"),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn the_name_of_an_index_is_free() {
        assert_becomes(
            &TOGGLE,
            &text("a in xs", "g(i, a);"),
            &text("(index, a) in xs.iter().enumerate()", "g(i, a);").replace("$0", ""),
        );
        assert_refused(
            &TOGGLE,
            Hazard::Scope,
            &text("a in xs", "println!(\"{i} {index}\", at);"),
        );
    }

    #[test]
    fn what_comes_is_for_a_person_to_use() {
        let offer = offered(FileContext::default(), &TOGGLE, &text("a in xs", "g(a);")).unwrap();
        assert_eq!(offer.change().applicability, Applicability::Draft);
        let text = text("(_, a) in xs.iter().enumerate()", "g(a);");
        let offer = offered(FileContext::default(), &TOGGLE, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::Safe);
        let other = text.replace("xs.iter()", "other");
        let offer = offered(FileContext::default(), &TOGGLE, &other).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn an_index_that_is_not_used_goes() {
        for (before, after) in [
            ("(_, a) in xs.iter().enumerate()", "a in xs"),
            ("(i, a) in own.iter().enumerate()", "a in &own"),
            ("(_i, &a) in xs.iter().enumerate()", "&a in xs"),
            (
                "(_, (a, b)) in own.drain(..).enumerate()",
                "(a, b) in own.drain(..)",
            ),
            ("(_, a) in own.iter_mut().enumerate()", "a in &mut own"),
            ("(_, a) in (0..n).enumerate()", "a in 0..n"),
            ("(_, a) in other.enumerate()", "a in other"),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn what_is_used_stays() {
        for body in ["g(i, a);", "println!(\"{i}\");", "m!(i);", "a[i] = 1;"] {
            assert_not_here(&TOGGLE, &text("(i, a) in xs.iter().enumerate()", body));
        }
        assert_not_here(
            &TOGGLE,
            &text("((i, j), a) in xs.iter().enumerate()", "g(a);"),
        );
        assert_not_here(&TOGGLE, &text("(0, a) in xs.iter().enumerate()", "g(a);"));
    }

    #[test]
    fn what_counts_already_stays() {
        assert_refused(&TOGGLE, Hazard::Text, &text("a in 0..n", "g(a);"));
    }

    #[test]
    fn what_may_be_no_iterator_stays() {
        for head in [
            "a in other",
            "a in other.items()",
            "a in &other",
            "a in &mut xs",
            "a in g()",
        ] {
            assert_refused(&TOGGLE, Hazard::Types, &text(head, "g(a);"));
        }
    }

    #[test]
    fn comments_and_other_methods_stay() {
        assert_refused(
            &TOGGLE,
            Hazard::Text,
            &text("(_, a) in xs.iter() /* c */ .enumerate()", "g(a);"),
        );
        assert_refused(&TOGGLE, Hazard::Text, &text("a /* c */ in xs", "g(a);"));
        let own = format!(
            "trait T {{ fn enumerate(&self); }} {}",
            text("a in xs", "g(a);")
        );
        assert_refused(&TOGGLE, Hazard::Scope, &own);
    }
}
