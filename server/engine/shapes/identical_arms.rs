//! Arms of a `match` that have the same body and can be merged.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxToken,
    ast::{self, HasAttrs},
};

use crate::{
    syntax::{FileContext, Hazard, Refusal, Rewrite, layout, patterns, purity, same_words},
    text::TextRange,
};

mod numbers;
mod variables;
mod writing;

/// Two or more arms with the same body, in source order.
#[derive(Debug, Clone)]
pub struct IdenticalArms {
    pub arms: Vec<ast::MatchArm>,
    /// Whether the arms are adjacent.
    pub is_run: bool,
}

impl IdenticalArms {
    /// Returns the run of identical arms around one arm, or else the arm and the nearest identical one that it can be merged
    /// with.
    pub fn around(arms: &[ast::MatchArm], place: usize) -> Result<Self, Refusal> {
        let arm = &arms[place];
        let equal: Vec<usize> = (0..arms.len())
            .filter(|other| *other == place || do_the_same(arm, &arms[*other]))
            .collect();
        if equal.len() < 2 {
            return Err(Refusal::NotHere);
        }
        let joins = |other: usize| other == place || can_join(arm, &arms[other]).is_ok();
        let before = (0..place)
            .rev()
            .take_while(|other| equal.contains(other) && joins(*other));
        let behind =
            (place + 1..arms.len()).take_while(|other| equal.contains(other) && joins(*other));
        let (first, last) = (place - before.count(), place + behind.count());
        if first < last {
            return Ok(Self {
                arms: arms[first..=last].to_vec(),
                is_run: true,
            });
        }
        distant(arms, place, &equal)
    }

    /// Checks that merging loses nothing and that no other form would be better.
    pub fn check(&self) -> Result<(), Refusal> {
        numbers::check(&self.arms)?;
        let mut patterns = self.arms.iter().filter_map(ast::MatchArm::pat);
        if self.is_whole() && patterns.all(|it| patterns::binds_nothing(&it)) {
            return Err(Refusal::because(
                Hazard::Text,
                "All arms are identical, so no `match` is needed.",
            ));
        }
        let patterns = self.arms.iter().filter_map(ast::MatchArm::pat);
        let mut texts = patterns.map(|pattern| pattern.syntax().text().to_string());
        if texts.any(|text| text.lines().any(|line| line.ends_with('|'))) {
            return Err(Refusal::because(
                Hazard::Text,
                "The alternatives have trailing `|`s, which would become leading ones.",
            ));
        }
        self.check_comments()
    }

    /// Whether these are all the arms.
    fn is_whole(&self) -> bool {
        let list = self.arms.first().and_then(|arm| arm.syntax().parent());
        let list = list.and_then(ast::MatchArmList::cast);
        list.is_some_and(|list| list.arms().count() == self.arms.len())
    }

    /// Merges the arms into one, formatted as by rustfmt.
    pub fn rewrites<'a>(
        &self,
        text: &'a str,
        context: FileContext,
    ) -> Result<Vec<Rewrite<'a>>, Refusal> {
        writing::rewrites(self, text, context).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "The layout of the arms can't be kept in one arm.",
            )
        })
    }

    pub fn span(&self) -> TextRange {
        let ranges = self.arms.iter().map(|arm| arm.syntax().text_range());
        ranges.reduce(TextRange::cover).unwrap_or_default()
    }

    /// A comment above or between the arms, or in a pattern, would apply to the wrong code or be lost. Comments in the bodies
    /// are identical.
    fn check_comments(&self) -> Result<(), Refusal> {
        let root = self
            .arms
            .first()
            .and_then(|arm| arm.syntax().ancestors().last());
        let root = root.ok_or(Refusal::NotHere)?;
        let bodies: Vec<TextRange> = self
            .arms
            .iter()
            .filter_map(|arm| Some(arm.expr()?.syntax().text_range()))
            .collect();
        let ranges = writing::touched(self).ok_or(Refusal::NotHere)?;
        let mut comments = ranges
            .into_iter()
            .flat_map(|range| layout::comments_in(&root, range));
        let is_lost = |comment: &SyntaxToken| {
            let at = comment.text_range();
            !bodies.iter().any(|body| body.contains_range(at))
        };
        let heads_one = self.arms.first().is_some_and(has_comment_above);
        if heads_one || comments.any(|comment| is_lost(&comment)) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment belongs to only one of the arms.",
            ));
        }
        Ok(())
    }
}

/// Whether there is a comment on its own line directly above an arm.
fn has_comment_above(arm: &ast::MatchArm) -> bool {
    let mut before = arm.syntax().prev_sibling_or_token();
    if let Some(space) = before
        .clone()
        .filter(|it| it.kind() == SyntaxKind::WHITESPACE)
    {
        let lines = space
            .as_token()
            .map_or(0, |it| it.text().matches('\n').count());
        if lines > 1 {
            return false;
        }
        before = space.prev_sibling_or_token();
    }
    let comment = before.filter(|it| it.kind() == SyntaxKind::COMMENT);
    let ahead = comment.and_then(|it| it.prev_sibling_or_token());
    ahead.is_some_and(|it| it.to_string().contains('\n'))
}

fn distant(
    arms: &[ast::MatchArm],
    place: usize,
    equal: &[usize],
) -> Result<IdenticalArms, Refusal> {
    let mut refusal = Refusal::NotHere;
    let behind = equal.iter().filter(|other| **other > place);
    let before = equal.iter().rev().filter(|other| **other < place);
    for &other in behind.chain(before) {
        let (first, last) = (place.min(other), place.max(other));
        let joined = can_join(&arms[first], &arms[last])
            .and_then(|()| can_move_up(&arms[first + 1..last], &arms[last]));
        match joined {
            Ok(()) => {
                return Ok(IdenticalArms {
                    arms: vec![arms[first].clone(), arms[last].clone()],
                    is_run: false,
                });
            }
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// Whether the bodies of two arms are equal.
pub fn do_the_same(left: &ast::MatchArm, right: &ast::MatchArm) -> bool {
    match (left.expr(), right.expr()) {
        (Some(left), Some(right)) => same_words(left.syntax(), right.syntax()),
        _ => false,
    }
}

/// Whether two arms with identical bodies can be merged, regardless of their position.
fn can_join(left: &ast::MatchArm, right: &ast::MatchArm) -> Result<(), Refusal> {
    if left.guard().is_some() || right.guard().is_some() {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "An arm has a guard, which would apply to both.",
        ));
    }
    if left.attrs().chain(right.attrs()).next().is_some() {
        return Err(Refusal::because(
            Hazard::Text,
            "An arm has an attribute, which would apply to both.",
        ));
    }
    let body = left.expr();
    if body
        .as_ref()
        .is_some_and(|body| layout::has_comment(body.syntax()))
    {
        return Err(Refusal::because(
            Hazard::Text,
            "Both bodies have comments, and one would be lost.",
        ));
    }
    if body.is_some_and(|body| purity::holds_state(body.syntax())) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "The bodies keep state or use their own location, so they are not equivalent.",
        ));
    }
    let (Some(one), Some(other)) = (left.pat(), right.pat()) else {
        return Err(Refusal::NotHere);
    };
    if patterns::may_match_all(&one) || patterns::may_match_all(&other) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "One arm matches everything, and the other lists known values.",
        ));
    }
    variables::check(left, &one, &other)
}

/// Whether an arm can move past others without matching their values.
fn can_move_up(between: &[ast::MatchArm], arm: &ast::MatchArm) -> Result<(), Refusal> {
    let Some(moved) = arm.pat() else {
        return Err(Refusal::NotHere);
    };
    let mut passed = between.iter().filter_map(ast::MatchArm::pat);
    if passed.all(|pattern| patterns::are_disjoint(&pattern, &moved)) {
        return Ok(());
    }
    Err(Refusal::because(
        Hazard::Evaluation,
        "An arm between the two may match the same values.",
    ))
}
