//! # Merge identical arms
//!
//! ## What it does
//! Merges arms of a `match` that do the same.
//!
//! ## Why
//!
//! Two arms with one body look like two cases. Joined, they say that they are one, and the body can change in one place only.
//!
//! ## Example
//!
//! ```rust before
//! fn f(order: Ordering, seen: &mut usize) {
//!     match order {
//!         $0Ordering::Less => *seen += 1,
//!         Ordering::Equal => *seen += 1,
//!         // There is nothing behind the end.
//!         Ordering::Greater => {}
//!     }
//!     *seen -= 1;
//! }
//! ```
//!
//! ```rust after
//! fn f(order: Ordering, seen: &mut usize) {
//!     match order {
//!         Ordering::Less | Ordering::Equal => *seen += 1,
//!         // There is nothing behind the end.
//!         Ordering::Greater => {}
//!     }
//!     *seen -= 1;
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! Arms with guards or attributes; an arm that matches everything, because the others say what is known; comments that belong to
//! one of the arms. Variables are merged only where their types are shown to be equal: by the definition of the `enum` in the same
//! file, or by a method of the standard library.
//!
//! Arms that are not neighbours are merged if no value that the later one matches is matched between them. That is judged by
//! names, so a person has to look at it.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{layout, patterns, purity, tokens_of},
    text::TextRange,
};

mod variables;
mod writing;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "merge-identical-arms",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::MATCH_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let group = group_at(context, target)?;
    check_numbers(&group)?;
    check_comments(context, &group)?;
    Plan::new(group.span(), move || change(context, &group))
}

fn change(context: &Context<'_>, group: &Group) -> Result<Change, Refusal> {
    let rewrites = writing::rewrites(context, group).ok_or_else(|| {
        Refusal::because(
            Hazard::Text,
            "The arms are laid out in a way that one arm could not take over.",
        )
    })?;
    let title = format!("Merge {} identical arms", group.arms.len());
    let change = Change::new(title, group.span(), rewrites)?;
    let (change, order) = if group.is_run {
        (change, "the arms keep their order")
    } else {
        (
            change.to_check("the patterns"),
            "the arms between match other values, judged by their names",
        )
    };
    Ok(change.checked(&["the bodies are equal, word for word", order]))
}

/// Arms that do the same, in the order of the text. At least two.
struct Group {
    arms: Vec<ast::MatchArm>,
    /// Whether nothing stands between them.
    is_run: bool,
}

impl Group {
    fn span(&self) -> TextRange {
        let ranges = self.arms.iter().map(|arm| arm.syntax().text_range());
        ranges.reduce(TextRange::cover).unwrap_or_default()
    }
}

/// The arms that go with the one whose pattern is at the target, or the first that go together in the `match` whose keyword is.
fn group_at(context: &Context<'_>, target: Target<'_>) -> Result<Group, Refusal> {
    let token = find::token_at(context, target).ok_or(Refusal::NotHere)?;
    if token.kind() == SyntaxKind::MATCH_KW {
        let choice = token.parent().and_then(ast::MatchExpr::cast);
        let list = choice.and_then(|choice| choice.match_arm_list());
        let arms: Vec<_> = list.ok_or(Refusal::NotHere)?.arms().collect();
        let mut groups = (0..arms.len()).filter_map(|place| group_of(&arms, place).ok());
        return groups.next().ok_or(Refusal::NotHere);
    }
    let arm = find::around::<ast::MatchArm>(context, target).next();
    let arm = arm.ok_or(Refusal::NotHere)?;
    let pattern = arm.pat().ok_or(Refusal::NotHere)?;
    let end = arm.fat_arrow_token().ok_or(Refusal::NotHere)?;
    let head = pattern.syntax().text_range().cover(end.text_range());
    if !head.contains_range(token.text_range()) {
        return Err(Refusal::NotHere);
    }
    let list = arm.syntax().parent().ok_or(Refusal::NotHere)?;
    let arms: Vec<_> = list.children().filter_map(ast::MatchArm::cast).collect();
    let place = arms.iter().position(|other| *other == arm);
    group_of(&arms, place.ok_or(Refusal::NotHere)?)
}

/// The run of equal arms around one arm; where there is none, the arm and the nearest equal one that it may be joined with.
fn group_of(arms: &[ast::MatchArm], place: usize) -> Result<Group, Refusal> {
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
    let behind = (place + 1..arms.len()).take_while(|other| equal.contains(other) && joins(*other));
    let (first, last) = (place - before.count(), place + behind.count());
    if first < last {
        return Ok(Group {
            arms: arms[first..=last].to_vec(),
            is_run: true,
        });
    }
    distant(arms, place, &equal)
}

fn distant(arms: &[ast::MatchArm], place: usize, equal: &[usize]) -> Result<Group, Refusal> {
    let mut refusal = Refusal::NotHere;
    let behind = equal.iter().filter(|other| **other > place);
    let before = equal.iter().rev().filter(|other| **other < place);
    for &other in behind.chain(before) {
        let (first, last) = (place.min(other), place.max(other));
        let joined = can_join(&arms[first], &arms[last])
            .and_then(|()| can_move_up(&arms[first + 1..last], &arms[last]));
        match joined {
            Ok(()) => {
                return Ok(Group {
                    arms: vec![arms[first].clone(), arms[last].clone()],
                    is_run: false,
                });
            }
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

fn do_the_same(left: &ast::MatchArm, right: &ast::MatchArm) -> bool {
    match (left.expr(), right.expr()) {
        (Some(left), Some(right)) => words_of(left.syntax()).eq(words_of(right.syntax())),
        _ => false,
    }
}

/// Whether two arms with equal bodies may be one, wherever they stand.
fn can_join(left: &ast::MatchArm, right: &ast::MatchArm) -> Result<(), Refusal> {
    if left.guard().is_some() || right.guard().is_some() {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "An arm has a guard, which would hold for both.",
        ));
    }
    if left.attrs().chain(right.attrs()).next().is_some() {
        return Err(Refusal::because(
            Hazard::Text,
            "An attribute stands on an arm and would hold for both.",
        ));
    }
    let body = left.expr();
    if body
        .as_ref()
        .is_some_and(|body| layout::has_comment(body.syntax()))
    {
        return Err(Refusal::because(
            Hazard::Text,
            "The bodies have a comment each, and one would be lost.",
        ));
    }
    if body.is_some_and(|body| purity::holds_state(body.syntax())) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "The bodies hold a state each, or say where they stand, so they are not the same.",
        ));
    }
    let (Some(one), Some(other)) = (left.pat(), right.pat()) else {
        return Err(Refusal::NotHere);
    };
    if patterns::may_match_all(&one) || patterns::may_match_all(&other) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "One arm matches everything, and the other says what is known.",
        ));
    }
    variables::check(left, &one, &other)
}

/// Refuses what would be a run of numbers, of which clippy says that it is a range.
fn check_numbers(group: &Group) -> Result<(), Refusal> {
    let patterns = group.arms.iter().filter_map(ast::MatchArm::pat);
    let text: Vec<String> = patterns
        .map(|pattern| pattern.syntax().text().to_string())
        .collect();
    let numbers: Option<Vec<_>> = text
        .iter()
        .flat_map(|text| text.split('|'))
        .map(number)
        .collect();
    let Some(mut numbers) = numbers else {
        return Ok(());
    };
    let has_range = numbers.iter().any(|(first, last)| first != last);
    numbers.sort_unstable();
    let is_run = numbers
        .windows(2)
        .all(|pair| pair[1].0 <= pair[0].1.saturating_add(1));
    if is_run && (has_range || numbers.len() > 2) {
        return Err(Refusal::because(
            Hazard::Text,
            "The numbers would follow each other, which is a range and not a list.",
        ));
    }
    Ok(())
}

/// The first and the last value of a pattern that is a number or a closed range of them.
fn number(pattern: &str) -> Option<(i128, i128)> {
    let (first, last) = pattern.split_once("..=").unwrap_or((pattern, pattern));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

/// Whether an arm takes no value from the arms that it would pass.
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

/// A comment between the arms, or in a pattern, would lose what it speaks of. Comments in the bodies are equal.
fn check_comments(context: &Context<'_>, group: &Group) -> Result<(), Refusal> {
    let bodies: Vec<TextRange> = group
        .arms
        .iter()
        .filter_map(|arm| Some(arm.expr()?.syntax().text_range()))
        .collect();
    let ranges = writing::touched(group).ok_or(Refusal::NotHere)?;
    let mut comments = ranges
        .into_iter()
        .flat_map(|range| layout::comments_in(&context.root, range));
    let is_lost = |comment: &ra_ap_syntax::SyntaxToken| {
        let at = comment.text_range();
        !bodies.iter().any(|body| body.contains_range(at))
    };
    if comments.any(|comment| is_lost(&comment)) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment belongs to one of the arms alone.",
        ));
    }
    Ok(())
}

/// The tokens of some code without white space.
fn words_of(node: &SyntaxNode) -> impl Iterator<Item = String> {
    tokens_of(node).map(|token| token.text().trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        *,
    };
    use crate::{refactorings::Applicability, syntax::FileContext};

    static MERGE: Refactoring = REFACTORING;

    /// Arms, one to a line.
    fn matching(arms: &str) -> String {
        let lines = arms.lines().map(|line| format!("        {line}\n"));
        format!(
            "fn f() {{\n    match x {{\n{}    }}\n}}\n",
            lines.collect::<String>()
        )
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&MERGE, &matching(before), &matching(after));
    }

    fn refused(hazard: Hazard, arms: &str) {
        assert_refused(&MERGE, hazard, &matching(arms));
    }

    #[test]
    fn neighbours_become_one() {
        becomes(
            "$0A => a(),\nB => a(),\nC => c(),",
            "A | B => a(),\nC => c(),",
        );
        becomes(
            "A => a(),\n$0B | C => a(),\n1 | 2 => a(),\n_ => c(),",
            "A | B | C | 1 | 2 => a(),\n_ => c(),",
        );
        becomes(
            "// one\nE::A(_) => {\n    a();\n    b();\n}\n$0E::B { .. } => {\n    a();\n    b();\n} // three\n_ => {}",
            "// one\nE::A(_) | E::B { .. } => {\n    a();\n    b();\n} // three\n_ => {}",
        );
        assert_becomes(
            &MERGE,
            "fn f() {\n    $0match x {\n        A => 1,\n        B => 2,\n        C => 2,\n    }\n}\n",
            "fn f() {\n    match x {\n        A => 1,\n        B | C => 2,\n    }\n}\n",
        );
    }

    #[test]
    fn long_patterns_take_lines() {
        becomes(
            "$0Kind::TheFirstOfTheseKindsWithALongName => a(),\nKind::TheSecondOfTheseKindsWithALongName => a(),\nKind::Third => a(),\n_ => {}",
            "Kind::TheFirstOfTheseKindsWithALongName\n| Kind::TheSecondOfTheseKindsWithALongName\n| Kind::Third => a(),\n_ => {}",
        );
        becomes(
            "$0'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' => a(),\n'n' | 'o' | 'p' | 'q' => a(),\n_ => {}",
            "'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' | 'n' | 'o'\n| 'p' | 'q' => a(),\n_ => {}",
        );
        becomes(
            "$0Kind::TheFirstOfTheseKinds => a_call_with_some(arguments, of_length),\nKind::TheSecondOfTheseKinds => a_call_with_some(arguments, of_length),\n_ => {}",
            "Kind::TheFirstOfTheseKinds | Kind::TheSecondOfTheseKinds => {\n    a_call_with_some(arguments, of_length)\n}\n_ => {}",
        );
    }

    #[test]
    fn distant_arms_are_joined_if_nothing_between_overlaps() {
        becomes(
            "$0E::One => a(),\nE::Two(_) => b(),\nE::Three => a(),\nE::Four => d(),",
            "E::One | E::Three => a(),\nE::Two(_) => b(),\nE::Four => d(),",
        );
        becomes(
            "1 => a(),\n2 => b(),\n$03 => a(),\n_ => d(),",
            "1 | 3 => a(),\n2 => b(),\n_ => d(),",
        );
        let text = matching("$0E::One => a(),\nE::Two(_) => b(),\nE::Three => a(),");
        let offer = offered(FileContext::default(), &MERGE, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
        refused(
            Hazard::Evaluation,
            "$0E::One => a(),\n(_, 1) => b(),\nE::Three => a(),\n_ => c(),",
        );
        refused(
            Hazard::Evaluation,
            "$0E::One => a(),\nE::Two if c => b(),\nE::MAX => a(),\n_ => c(),",
        );
        refused(
            Hazard::Evaluation,
            "$0E::One => a(),\nE::Two(1) => b(),\nE::Two(_) => a(),\n_ => c(),",
        );
    }

    #[test]
    fn variables_of_one_type_are_merged() {
        let with = |arms: &str| {
            format!(
                "enum E<T> {{\n    A(Vec<T>, u8),\n    B {{ a: Vec<T> }},\n    C(Vec<T>),\n    D(u8),\n}}\n{}",
                matching(arms)
            )
        };
        assert_becomes(
            &MERGE,
            &with("$0E::A(a, _) => b(a),\nE::B { a } => b(a),\nE::C(a) => b(a),\nE::D(_) => {}"),
            &with("E::A(a, _) | E::B { a } | E::C(a) => b(a),\nE::D(_) => {}"),
        );
        assert_refused(
            &MERGE,
            Hazard::Types,
            &with("$0E::C(a) => b(a),\nE::D(a) => b(a),\n_ => {}"),
        );
        assert_refused(
            &MERGE,
            Hazard::Types,
            &with("$0E::C(a) => b(a),\nE::C(ref a) => b(a),\n_ => {}"),
        );
        assert_refused(
            &MERGE,
            Hazard::Types,
            &with("$0E::C(a) => b(a),\nE::Z(a) => b(a),\n_ => {}"),
        );
        refused(Hazard::Types, "$0Ok(a) => b(a),\nErr(a) => b(a),");
        refused(Hazard::Types, "$0A(a) => b(a),\nB(c) => b(a),");
    }

    #[test]
    fn both_results_of_a_search_are_places() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    match a.binary_search(&b) {\n        $0Ok(at) => c(at),\n        Err(at) => c(at),\n    }\n}\n",
            "fn f() {\n    match a.binary_search(&b) {\n        Ok(at) | Err(at) => c(at),\n    }\n}\n",
        );
    }

    #[test]
    fn what_belongs_to_one_arm_is_refused() {
        refused(
            Hazard::Evaluation,
            "$0A if b => a(),\nB if b => a(),\n_ => c(),",
        );
        refused(Hazard::Evaluation, "$0A => a(),\n_ => a(),");
        refused(Hazard::Text, "#[cfg(x)]\n$0A => a(),\nB => a(),\n_ => c(),");
        refused(Hazard::Text, "$0A => a(),\n// why\nB => a(),\n_ => c(),");
        refused(Hazard::Text, "$0A => a(), // why\nB => a(),\n_ => c(),");
        refused(Hazard::Text, "$0A => a(),\nB /* why */ => a(),\n_ => c(),");
        refused(
            Hazard::Text,
            "$0E::One => a(),\nE::Two => b(),\n// why\nE::Three => a(),\n_ => c(),",
        );
        refused(
            Hazard::Text,
            "$0E::One => a(),\nE::Two => b(),\nE::Three => a(), // why\n_ => c(),",
        );
    }

    #[test]
    fn different_bodies_are_left_alone() {
        for arms in [
            "$0A => a(),\nB => b(),",
            "$0A => {\n    // one\n    a()\n}\nB => {\n    // two\n    a()\n}",
            "A => $0a(),\nB => a(),",
            "$0A => a(),",
        ] {
            assert_not_here(&MERGE, &matching(arms));
        }
    }
}
