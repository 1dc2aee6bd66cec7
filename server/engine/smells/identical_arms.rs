//! # Identical arms
//!
//! ## What it does
//! Finds neighbouring `match` arms that have the same long body.
//!
//! ## Why
//! Two arms with one body look like two cases, and readers compare them token by token to see that they are one. When one of
//! them is changed, the other is forgotten.
//!
//! ## Example
//! ```rust before
//! fn draw(shape: &Shape, page: &mut Page) {
//!     match shape {
//!         Shape::Circle => {
//!             page.move_to(shape.center());
//!             page.round(shape.size());
//!         }
//!         Shape::Ball => {
//!             page.move_to(shape.center());
//!             page.round(shape.size());
//!         }
//!         Shape::Point => page.dot(shape.center()),
//!     }
//! }
//! ```
//! ```rust after
//! fn draw(shape: &Shape, page: &mut Page) {
//!     match shape {
//!         Shape::Circle | Shape::Ball => {
//!             page.move_to(shape.center());
//!             page.round(shape.size());
//!         }
//!         Shape::Point => page.dot(shape.center()),
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - Short bodies: a value, a path, a call or two.
//! - Arms of one line that would take several lines once merged.
//! - Arms that are not neighbours, whose order may mean something, and all arms of a `match` in which two bodies recur in
//!   such arms.
//! - What `merge-identical-arms` does not change: guards, attributes, comments that belong to one arm, bindings of different
//!   types.
//! - Arms of a `match` in which other identical arms would remain.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of tokens in the bodies that are removed: 14 are fine, more are a warning, more than 80 a strong
//! one. It fires 0.8 times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! clippy's `match_same_arms`.

use std::collections::HashMap;

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    shapes::identical_arms::{IdenticalArms, do_the_same},
    syntax::{Unit, layout, tokens_of},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.8),
    answers: &["merge-identical-arms"],
    clippy: &["match_same_arms"],
    sees: &[SyntaxKind::MATCH_EXPR],
    ..Smell::new(
        "identical-arms",
        Limits::of(14, 80),
        Look::Function(look),
        say,
    )
};

/// Maximum number of tokens of a body that is treated as a table row.
const ROW: u32 = 14;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for choice in unit.nodes::<ast::MatchExpr>() {
        let arms = choice.match_arm_list();
        let arms: Vec<_> = arms.into_iter().flat_map(|list| list.arms()).collect();
        let (mut seen, mut kept) = (Vec::new(), false);
        let mut place = 0;
        while place < arms.len() {
            let (count, found) = look_at(&arms, place, unit);
            // Joining some arms while other twins stay apart would look inconsistent.
            kept |= found.is_none() && count_of_twins(&arms, place) > 1;
            seen.extend(found);
            place += count.max(1);
        }
        if !kept {
            for (at, words) in seen {
                sightings.push(at, words);
            }
        }
    }
}

/// The number of consecutive arms from `place` on that share the same block.
fn count_of_twins(arms: &[ast::MatchArm], place: usize) -> usize {
    let has_block = matches!(arms[place].expr(), Some(ast::Expr::BlockExpr(it)) if it.statements().next().is_some());
    let twins = arms[place..]
        .iter()
        .take_while(|arm| do_the_same(&arms[place], arm));
    if has_block { twins.count() } else { 0 }
}

/// Examines the run of arms that begins at `place`. Returns its length and, if the arms may be merged, the range to report
/// and the measure.
fn look_at(
    arms: &[ast::MatchArm],
    place: usize,
    unit: &Unit<'_>,
) -> (usize, Option<(TextRange, u32)>) {
    let goes_on = arms
        .get(place + 1)
        .is_some_and(|next| do_the_same(&arms[place], next));
    let words = || arms[place].expr().map_or(0, |body| words_of(&body));
    if !goes_on || words() <= ROW {
        return (1, None);
    }
    let Ok(group) = IdenticalArms::around(arms, place) else {
        return (1, None);
    };
    let count = group.arms.len();
    if !group.is_run {
        return (1, None);
    }
    // If more arms look alike than may be merged, merging only some would break up the list.
    let body = |arm: &ast::MatchArm| arm.expr().map(|body| body.syntax().text().to_string());
    let own = body(&arms[place]);
    if arms.iter().filter(|arm| body(arm) == own).count() > count {
        return (count, None);
    }
    if breaks_rows(&group.arms, unit) || repeats_apart(arms) || group.arms.iter().any(is_padded) {
        return (count, None);
    }
    let is_offered = group.check().is_ok() && group.rewrites(unit.text, unit.context).is_ok();
    let at = head_of(&arms[place]).filter(|_| is_offered);
    let gone = u32::try_from(count - 1).unwrap_or(u32::MAX);
    (count, at.map(|at| (at, words().saturating_mul(gone))))
}

/// Whether an arm's `=>` is aligned with that of another arm.
fn is_padded(arm: &ast::MatchArm) -> bool {
    let arrow = arm.fat_arrow_token();
    let before = arrow.and_then(|arrow| arrow.prev_token());
    before.is_some_and(|it| it.kind() == SyntaxKind::WHITESPACE && it.text() != " ")
}

/// Minimum number of bodies repeated in non-adjacent arms for a list to be treated as a table with its own order.
const TABLE: usize = 2;

fn repeats_apart(arms: &[ast::MatchArm]) -> bool {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, arm) in arms.iter().enumerate() {
        if let Some(body) = arm.expr().filter(|body| words_of(body) > ROW) {
            let text = body.syntax().text().to_string();
            places.entry(text).or_default().push(place);
        }
    }
    let is_apart = |equal: &Vec<usize>| equal.windows(2).any(|pair| pair[1] - pair[0] > 1);
    places.values().filter(|equal| is_apart(equal)).count() >= TABLE
}

/// Whether merging single-line arms would need several lines.
fn breaks_rows(arms: &[ast::MatchArm], unit: &Unit<'_>) -> bool {
    let text = |arm: &ast::MatchArm| unit.slice(arm.syntax().text_range());
    let patterns = arms.iter().filter_map(ast::MatchArm::pat);
    let patterns = patterns.map(|it| layout::width(unit.slice(it.syntax().text_range())));
    // The first arm already contains one pattern; the others are joined with ` | `.
    let added: usize = patterns.skip(1).map(|width| width + " | ".len()).sum();
    let first = arms.first();
    let joined = first.map_or(0, |first| {
        layout::column(unit.text, first.syntax().text_range().start()) + layout::width(text(first))
    });
    !arms.iter().any(|arm| text(arm).contains('\n')) && joined + added > unit.context.width.max()
}

fn words_of(body: &ast::Expr) -> u32 {
    let count = tokens_of(body.syntax()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The range to report: the arm's `=>`, which is on one line whatever the pattern is.
fn head_of(arm: &ast::MatchArm) -> Option<TextRange> {
    Some(arm.fat_arrow_token()?.text_range())
}

fn say(_: &Sighting, _: &str) -> String {
    "this arm has the same body as the next; merge them with `|`".to_owned()
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn seen(arms: &str) -> Vec<(String, u32)> {
        fired(
            "identical-arms",
            &format!("fn f() {{ match x {{ {arms} }} }}"),
        )
    }

    const BODY: &str = "{ a.first(1); a.second(2); }";

    #[test]
    fn long_neighbours_are_seen_once() {
        let arms = format!("A => {BODY} B => {BODY} C => {BODY} D => {{}}");
        assert_eq!(seen(&arms), [("=>".to_owned(), 32)]);
    }

    #[test]
    fn other_arms_are_left_alone() {
        for arms in [
            format!("A => {BODY} B => {{}} C => {BODY}"),
            format!("A if a => {BODY} B => {BODY}"),
            format!("A => {BODY} _ => {BODY}"),
            format!("A => {BODY} /* why */ B => {BODY}"),
            format!("A  => {BODY} Ab => {BODY}"),
            format!("A(b) => {BODY} B(b) => {BODY}"),
            format!("A => {BODY} B => {BODY} C(b) => {BODY}"),
            format!(
                "A => {BODY} B => {BODY} C => {{ c(1, 2, 3); d(1, 2, 3); }} D => {{ d(1, 2, 3); c(1, 2, 3); }} \
                 E => {{ c(1, 2, 3); d(1, 2, 3); }} F => {{ d(1, 2, 3); c(1, 2, 3); }}"
            ),
            // Two others stay apart because they are short.
            format!("A => {BODY} B => {BODY} C => {{ a.b(); }} D => {{ a.b(); }} _ => {{}}"),
            "A => a.b(1), B => a.b(1), _ => {}".to_owned(),
            "A => None, B => None, _ => {}".to_owned(),
        ] {
            assert_eq!(seen(&arms), [], "{arms}");
        }
    }

    #[test]
    fn rows_that_would_take_several_lines_as_one_are_left_alone() {
        let rows = |name: &str| {
            let row = "=> (Kind::Attached(a.b, c.d), Some(Side::Right), 2, e.f(1)),\n";
            format!("\nKind::{name}Underscore {row}Kind::{name}Hat {row}_ => g,\n")
        };
        assert_eq!(seen(&rows("")).len(), 1);
        assert_eq!(seen(&rows("Mathematical")), []);
    }
}
