//! # Identical branches
//!
//! ## What it does
//! Finds nested conditions in which an inner and an outer branch are identical, and branches that make the same call with one
//! different argument.
//!
//! ## Why
//! Readers follow three paths to find that there are two. One condition, or one pattern with a guard, shows what makes the
//! difference, and the shared branch is written once.
//!
//! ## Example
//! ```rust before
//! fn fee(order: &Order) -> Fee {
//!     if order.is_paid() {
//!         if order.sum() > order.limit() {
//!             Fee::free()
//!         } else {
//!             Fee::flat(order.weight())
//!         }
//!     } else {
//!         Fee::flat(order.weight())
//!     }
//! }
//! ```
//! ```rust after
//! fn fee(order: &Order) -> Fee {
//!     if order.is_paid() && order.sum() > order.limit() {
//!         Fee::free()
//!     } else {
//!         Fee::flat(order.weight())
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Consecutive branches of a chain, which clippy's `if_same_then_else` reports; a `match` with more than two arms, which is
//!   a table; empty branches.
//! - Branches with comments, which give different reasons; panics; branches that use a variable of their own pattern;
//!   attributes; an inner condition with statements before it.
//! - Calls of different functions, calls that differ in more than one token, and short ones.
//! - Chains whose last branch is the same as the first, where one of the two conditions is a pattern.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of identical branches: 1 is fine, more is a warning, more than 3 a strong one. It fires 11.6
//! times in 100,000 lines of well-kept code. In a blind review 12 of 20 findings were worth acting on. Reported in the `full`
//! profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Consolidate Conditional Expression".

mod alike;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, ElseBranch, HasName},
};

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    syntax::{Unit, keyword, layout, same_words, scopes::Names},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(11.6),
    calm: Calm::Never,
    answers: &["merge-identical-branches"],
    clippy: &["if_same_then_else", "match_same_arms"],
    sees: &[SyntaxKind::IF_EXPR, SyntaxKind::MATCH_EXPR],
    measured: "{} branches",
    ..Smell::new(
        "identical-branches",
        Limits::of(1, 3),
        Look::Function(look),
        say,
    )
};

/// Maximum length of a shared branch that is quoted in the message.
const LONGEST_NAME: usize = 32;

/// A choice between two branches, each of which may be a choice itself.
struct Question {
    branches: [Branch; 2],
}

/// The contents of a branch without its braces.
#[derive(Clone)]
struct Branch {
    /// The whole branch with its comments.
    whole: SyntaxNode,
    value: ast::Expr,
    is_else_if: bool,
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let mut choices: Vec<SyntaxNode> = unit.choices().collect();
    choices.sort_by_key(|choice| choice.text_range().start());
    let mut told = TextRange::default();
    for choice in choices {
        if told.contains_range(choice.text_range()) {
            continue;
        }
        let places: Vec<TextRange> = match shared_branches(&choice) {
            Some(shared) => {
                let values = shared.iter().map(|branch| branch.value.syntax());
                values.map(SyntaxNode::text_range).collect()
            }
            None => alike::differing_words(&choice),
        };
        if places.is_empty() {
            continue;
        }
        told = choice.text_range();
        let parts = places.into_iter().map(|at| Part { at, measure: 1 });
        let parts: Vec<Part> = parts.collect();
        let word = match choice.kind() {
            SyntaxKind::MATCH_EXPR => SyntaxKind::MATCH_KW,
            _ => SyntaxKind::IF_KW,
        };
        let measure = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        sightings.push_with_parts(keyword(&choice, word), measure, parts);
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let count = sighting.parts.len();
    let keyword = slice(text, sighting.at).unwrap_or_default();
    let at = |part: &Part| slice(text, part.at);
    let shared = sighting.parts.first().and_then(at).unwrap_or_default();
    let last = sighting.parts.last().and_then(at).unwrap_or_default();
    if alike::is_word(shared) && alike::is_word(last) && shared != last {
        return format!(
            "the branches of this `{keyword}` differ only in `{shared}` and `{last}`; choose between these and write the rest once"
        );
    }
    let same = if shared.len() <= LONGEST_NAME && !shared.contains('\n') {
        format!("evaluate to `{shared}`")
    } else {
        "are identical".to_owned()
    };
    format!("{count} branches of this `{keyword}` {same}; combine their conditions or patterns")
}

/// The branches shared between a choice and the choices nested in it: at least one of each.
fn shared_branches(choice: &SyntaxNode) -> Option<Vec<Branch>> {
    let outer = Question::of(choice)?;
    let [one, other] = &outer.branches;
    let (leaf, nested) = match (is_question(&one.value), is_question(&other.value)) {
        (false, true) => (one, other),
        (true, false) => (other, one),
        _ => return None,
    };
    let is_empty = |branch: &Branch| branch.value.syntax().text().len() <= 2.into();
    if is_empty(leaf) || is_panic(leaf) || has_attribute(choice) {
        return None;
    }
    let inner = Question::of(nested.value.syntax())?;
    let is_in_chain = || {
        choice
            .parent()
            .is_some_and(|it| ast::IfExpr::can_cast(it.kind()))
    };
    if nested.is_else_if && (is_in_chain() || !closes_chain(&inner, leaf)) {
        return None;
    }
    let mut shared = vec![leaf.clone()];
    collect(&inner, leaf, &mut shared);
    let with_reasons = shared
        .iter()
        .filter(|branch| layout::has_comment(&branch.whole));
    let differ = with_reasons.count() > 1 || shared.len() < 2;
    // All branches would be the same.
    let are_all = inner.branches.iter().all(|branch| is_same(branch, leaf));
    shared.sort_by_key(|branch| branch.whole.text_range().start());
    (!differ && !are_all).then_some(shared)
}

/// Whether a chain ends as it begins. Clippy reports adjacent equal branches, and a longer chain is a table.
fn closes_chain(inner: &Question, first: &Branch) -> bool {
    let [middle, last] = &inner.branches;
    let asks_pattern = |branch: &Branch| {
        let parent = branch.whole.parent().and_then(ast::IfExpr::cast);
        let condition = parent.and_then(|choice| choice.condition());
        condition.is_some_and(|it| {
            let mut inside = it.syntax().descendants();
            inside.any(|node| ast::LetExpr::can_cast(node.kind()))
        })
    };
    let is_plain = !asks_pattern(first) && !asks_pattern(middle);
    is_plain && !is_question(&middle.value) && !is_same(middle, first) && is_same(last, first)
}

fn is_panic(branch: &Branch) -> bool {
    let text = branch.value.syntax().text().to_string();
    let panics = ["panic!", "todo!", "unimplemented!", "unreachable!"];
    panics.iter().any(|name| text.starts_with(name))
}

fn collect(question: &Question, leaf: &Branch, shared: &mut Vec<Branch>) {
    for branch in &question.branches {
        if is_same(branch, leaf) {
            shared.push(branch.clone());
        } else if let Some(inner) = Question::of(branch.value.syntax()) {
            collect(&inner, leaf, shared);
        }
    }
}

fn is_same(one: &Branch, other: &Branch) -> bool {
    same_words(one.value.syntax(), other.value.syntax())
        && !reads_its_pattern(one)
        && !reads_its_pattern(other)
}

/// Whether a `match` arm uses bindings of its own pattern, which may differ between arms.
fn reads_its_pattern(branch: &Branch) -> bool {
    let arm = branch.whole.parent().and_then(ast::MatchArm::cast);
    let pattern = arm.and_then(|arm| arm.pat());
    let given = pattern.into_iter().flat_map(|it| {
        let names = it.syntax().descendants().filter_map(ast::IdentPat::cast);
        names.filter_map(|it| it.name()).collect::<Vec<_>>()
    });
    let names = Names::in_node(branch.value.syntax());
    let mut given = given.filter(|name| name.text().starts_with(char::is_lowercase));
    given.any(|name| names.has(name.text()))
}

fn is_question(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_))
}

fn has_attribute(choice: &SyntaxNode) -> bool {
    choice
        .descendants()
        .any(|node| ast::Attr::can_cast(node.kind()))
}

impl Question {
    fn of(choice: &SyntaxNode) -> Option<Self> {
        if let Some(choice) = ast::IfExpr::cast(choice.clone()) {
            let then = Branch::of(&ast::Expr::BlockExpr(choice.then_branch()?));
            let other = match choice.else_branch()? {
                ElseBranch::Block(block) => Branch::of(&ast::Expr::BlockExpr(block)),
                ElseBranch::IfExpr(next) => Branch {
                    whole: next.syntax().clone(),
                    value: ast::Expr::IfExpr(next),
                    is_else_if: true,
                },
            };
            return Some(Self {
                branches: [then, other],
            });
        }
        let choice = ast::MatchExpr::cast(choice.clone())?;
        let mut arms = choice.match_arm_list()?.arms();
        let (first, second) = (arms.next()?, arms.next()?);
        let is_guarded = first.guard().is_some() || second.guard().is_some();
        if arms.next().is_some() || is_guarded {
            return None;
        }
        Some(Self {
            branches: [Branch::of(&first.expr()?), Branch::of(&second.expr()?)],
        })
    }
}

impl Branch {
    fn of(body: &ast::Expr) -> Self {
        let value = match body {
            ast::Expr::BlockExpr(block) => {
                let has_statements = block.statements().next().is_some();
                let is_alone = !has_statements && block.modifier().is_none();
                block.tail_expr().filter(|_| is_alone)
            }
            _ => None,
        };
        Self {
            whole: body.syntax().clone(),
            value: value.unwrap_or_else(|| body.clone()),
            is_else_if: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn measures(body: &str) -> Vec<u32> {
        let fired = fired("identical-branches", &format!("fn f() -> A {{ {body} }}"));
        fired.into_iter().map(|(_, measure)| measure).collect()
    }

    #[test]
    fn an_inner_answer_that_is_the_outer_is_seen() {
        for body in [
            "if a { if b { x() } else { y() } } else { y() }",
            "if a { y() } else { if b { x() } else { y() } }",
            "if a { y() } else if b { x() } else { y() }",
            "if let Some(a) = a { if a { x() } else { y() } } else { y() }",
            "match a { Some(a) => match a { Ok(a) => x(a), Err(_) => y() }, None => y() }",
            "if a { if b { z(); x() } else { z(); y() } } else { z(); y() }",
        ] {
            assert_eq!(measures(body), [2], "{body}");
        }
    }

    /// `eza` 0.23.5, `src/fs/file.rs` (EUPL 1.2), in other words.
    #[test]
    fn three_levels_are_one_finding() {
        let body = "match a { Some(b) => match &b.c { None => E::N, Some(d) => match g(d) { Ok(d) => E::S(d), Err(_) => E::N } }, None => E::N }";
        assert_eq!(measures(body), [3]);
        let text = format!("fn f() -> A {{ {body} }}");
        let seen = seen("identical-branches", &text);
        assert_eq!(
            (by_name("identical-branches").unwrap().say)(&seen[0], &text),
            "3 branches of this `match` evaluate to `E::N`; combine their conditions or patterns"
        );
    }

    #[test]
    fn calls_that_differ_in_one_word_are_seen() {
        let text = "fn f() -> A { if a { b::new(c.d(), &e).with(g.h) } else { b::new(c.d(), &e).with(g.k) } }";
        let seen = seen("identical-branches", text);
        assert_eq!(
            (by_name("identical-branches").unwrap().say)(&seen[0], text),
            "the branches of this `if` differ only in `h` and `k`; choose between these and write the rest once"
        );
        for other in [
            text.replace("with(g.k)", "set(g.h)"),
            text.replace("g.k", "g.k()"),
            text.replace("(c.d(), &e).with(g.k)", "(c.d(), &f).with(g.k)"),
            text.replace("c.d(), &e", ""),
            text.replace("else {", "else { /* why */"),
            text.replace("else {", "else if c { z() } else {"),
        ] {
            assert!(fired("identical-branches", &other).is_empty(), "{other}");
        }
    }

    #[test]
    fn one_reason_may_be_given() {
        let with = |one: &str, other: &str| {
            measures(&format!(
                "if a {{ if b {{ x() }} else {{ {one} y() }} }} else {{ {other} y() }}"
            ))
        };
        assert_eq!(with("/* why */", ""), [2]);
        assert!(with("/* why */", "/* too */").is_empty());
    }

    #[test]
    fn other_choices_are_left_alone() {
        for body in [
            "if a { if b { x() } else { y() } } else { z() }",
            "if a { y() } else if b { y() } else { x() }",
            "if a { x() } else if b { y() } else if c { z() } else { x() }",
            "if a { if b { x() } else {} } else {}",
            "if a { let c = d(); if c { x() } else { y() } } else { y() }",
            "if a { if b { y() } else { y() } } else { y() }",
            "if a { if b { x() } else { y() } } else if c { y() } else { z() }",
            "match a { A => if b { x() } else { y() }, B => y(), C => z() }",
            "match a { A if c => if b { x() } else { y() }, _ => y() }",
            "if a { if b { #[cfg(c)] x() } else { y() } } else { y() }",
            "match a { Ok(a) => match a { Ok(a) => x(a), Err(e) => y(e) }, Err(e) => y(e) }",
            "match a { Ok(a) => match a { Ok(a) => x(a), _ => unreachable!() }, _ => unreachable!() }",
            "if a { y() } else if let Some(b) = c { x(b) } else { y() }",
            "if z { w() } else if a { y() } else if b { x() } else { y() }",
        ] {
            assert!(measures(body).is_empty(), "{body}");
        }
        let test = "#[test] fn f() { if a { if b { x() } else { y() } } else { y() } }";
        assert!(fired("identical-branches", test).is_empty());
    }
}
