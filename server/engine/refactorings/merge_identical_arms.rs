//! # Merge identical arms
//!
//! ## What it does
//! Merges `match` arms with identical bodies.
//!
//! ## Why
//!
//! Two arms with the same body look like two cases. Merged, they show that they are one, and the body is changed in one
//! place.
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
//! The longer the body, the greater the benefit:
//!
//! ```rust before
//! fn f(shape: &Shape, page: &mut Page) {
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
//!
//! ```rust after
//! fn f(shape: &Shape, page: &mut Page) {
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
//!
//! - Arms with guards or attributes.
//! - An arm that matches everything, because the others list known cases.
//! - Comments that belong to only one of the arms.
//! - Variables whose types can't be shown to be equal by the definition of an `enum` in the same file or by a method of
//!   the standard library.
//!
//! Arms that aren't adjacent are merged if no arm in between matches a value that the later one matches. That is judged
//! by names, so the edit needs review.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::shapes::identical_arms::IdenticalArms;

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
    group.check()?;
    Plan::new(group.span(), move || change(context, &group))
}

fn change(context: &Context<'_>, group: &IdenticalArms) -> Result<Change, Refusal> {
    let source = context.source;
    let rewrites = group.rewrites(&source.text, source.context)?;
    let title = format!("Merge {} identical arms", group.arms.len());
    let change = Change::new(title, group.span(), rewrites)?;
    let (change, order) = if group.is_run {
        (change, "the arms keep their order")
    } else {
        (
            change.to_check("the patterns"),
            "judging by their names, the arms in between match other values",
        )
    };
    Ok(change.checked(&["the bodies are identical", order]))
}

/// The arms identical to the one whose pattern is at the target, or the first such group of the `match` at the target.
fn group_at(context: &Context<'_>, target: Target<'_>) -> Result<IdenticalArms, Refusal> {
    let token = find::token_at(context, target).ok_or(Refusal::NotHere)?;
    if token.kind() == SyntaxKind::MATCH_KW {
        let choice = token.parent().and_then(ast::MatchExpr::cast);
        let list = choice.and_then(|choice| choice.match_arm_list());
        let arms: Vec<_> = list.ok_or(Refusal::NotHere)?.arms().collect();
        let mut groups =
            (0..arms.len()).filter_map(|place| IdenticalArms::around(&arms, place).ok());
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
    IdenticalArms::around(&arms, place.ok_or(Refusal::NotHere)?)
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        *,
    };
    use crate::{
        refactorings::Applicability,
        syntax::{FileContext, Hazard},
    };

    static MERGE: Refactoring = REFACTORING;

    /// A `match` with these arms, one per line.
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
    fn what_a_comment_says_of_one_arm_stays_with_it() {
        refused(
            Hazard::Text,
            "// Seldom.\n$0A => a(),\nB => a(),\nC => c(),",
        );
        becomes(
            "// All.\n\n$0A => a(),\nB => a(),\nC => c(),",
            "// All.\n\nA | B => a(),\nC => c(),",
        );
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
            "// one\n\nE::A(_) => {\n    a();\n    b();\n}\n$0E::B { .. } => {\n    a();\n    b();\n} // three\n_ => {}",
            "// one\n\nE::A(_) | E::B { .. } => {\n    a();\n    b();\n} // three\n_ => {}",
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
        refused(Hazard::Text, "$0Some(_) => b(),\nNone => b(),");
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
    fn numbers_that_follow_each_other_are_a_range() {
        for arms in [
            "$01 => a(),\n2 => a(),\n3 => a(),",
            "$01_u8 => a(),\n2 | 3u8 => a(),",
            "$00x0f => a(),\n0x10 | 0b1_0001 => a(),",
            "$01_000 => a(),\n1_001..=1_005 => a(),",
            "$01..3 => a(),\n3 => a(),",
            "$0..3 => a(),\n3 => a(),",
            "$0-2..=-1 => a(),\n0.. => a(),",
        ] {
            refused(Hazard::Text, &format!("{arms}\n_ => c(),"));
        }
        becomes(
            "$01_u8 => a(),\n2_u8 => a(),\n_ => c(),",
            "1_u8 | 2_u8 => a(),\n_ => c(),",
        );
        becomes(
            "$00x1 => a(),\n0x3 | 0x5 => a(),\n_ => c(),",
            "0x1 | 0x3 | 0x5 => a(),\n_ => c(),",
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
