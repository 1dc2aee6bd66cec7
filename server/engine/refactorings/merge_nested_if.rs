//! # Merge nested `if`
//!
//! ## What it does
//! Merges an `if` with another `if` that is the only content of its block.
//!
//! ## Why
//!
//! Two conditions that guard one block are one condition. Merged, they need one level of nesting less, and nobody has to
//! look for the missing `else`.
//!
//! ## Example
//!
//! ```rust before
//! fn f(queue: &mut Vec<u8>, limit: usize) {
//!     $0if queue.len() > limit {
//!         if !queue.is_empty() || limit == 0 {
//!             // Everything is too much then.
//!             queue.clear();
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn f(queue: &mut Vec<u8>, limit: usize) {
//!     if queue.len() > limit && (!queue.is_empty() || limit == 0) {
//!         // Everything is too much then.
//!         queue.clear();
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An `if` with an `else`, or with anything besides the inner `if`.
//! - Conditions with `let` before edition 2024 and Rust 1.88.
//! - An inner `if` with an attribute.
//! - A comment between the two conditions that isn't on its own line. One that is stays above the inner condition.
//!
//! The temporaries of each condition live as long as before: those of plain operands end with the operand, those of a
//! `let` with the block.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{shapes::collapsible_if::CollapsibleIf, syntax::Rewrite};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "merge-nested-if",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "if", &[]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let found = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrites) = shape_at(&found, context)?;
    if matches!(target, Target::Answer(_)) && !shape.is_worthwhile() {
        return Err(Refusal::because(
            Hazard::Text,
            "The separate conditions are easier to read.",
        ));
    }
    let range = shape.outer.syntax().text_range();
    Plan::new(range, move || {
        Ok(
            Change::new("Merge nested `if`", range, rewrites)?.checked(&[
                "neither `if` has an `else`",
                "the conditions are evaluated in the same order",
                "temporaries live as long as before",
            ]),
        )
    })
}

/// The `if` at the cursor, merged with the one inside it or the one around it.
fn shape_at<'a>(
    found: &ast::IfExpr,
    context: &Context<'a>,
) -> Result<(CollapsibleIf, Vec<Rewrite<'a>>), Refusal> {
    let source = context.source;
    let of = |outer: &ast::IfExpr| CollapsibleIf::of(outer, &source.text, source.context);
    match of(found) {
        Err(Refusal::NotHere) => {
            let mut around = found.syntax().ancestors().skip(1);
            let outer = around.find_map(ast::IfExpr::cast);
            let shape = of(&outer.ok_or(Refusal::NotHere)?)?;
            if shape.0.inner != *found {
                return Err(Refusal::NotHere);
            }
            Ok(shape)
        }
        shape => shape,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{
            assert_becomes, assert_becomes_in, assert_not_here, assert_refused, assert_refused_in,
        },
        *,
    };
    use crate::syntax::{Edition, FileContext, Hazard, LineWidth, RustVersion};

    static MERGE: Refactoring = REFACTORING;

    fn in_2024(rust_version: Option<u32>) -> FileContext {
        FileContext {
            edition: Edition::Edition2024,
            rust_version: rust_version.map(RustVersion),
            ..FileContext::default()
        }
    }

    #[test]
    fn plain_conditions_become_one() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    $0if a {\n        if b {\n            c();\n\n            /* x\n             * y */\n        }\n    }\n}\n",
            "fn f() {\n    if a && b {\n        c();\n\n        /* x\n         * y */\n    }\n}\n",
        );
    }

    #[test]
    fn the_inner_one_is_a_cursor_too() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    if a {\n        i$0f b {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    if a && b {\n        c();\n    }\n}\n",
        );
    }

    #[test]
    fn looser_operands_get_parentheses() {
        for loose in ["b || c", "x = y", "b..c"] {
            assert_becomes(
                &MERGE,
                &format!(
                    "fn f() {{\n    $0if a {{\n        if {loose} {{\n            d();\n        }}\n    }}\n}}\n"
                ),
                &format!("fn f() {{\n    if a && ({loose}) {{\n        d();\n    }}\n}}\n"),
            );
        }
        assert_becomes(
            &MERGE,
            "fn f() {\n    $0if a || b {\n        if c == d && !e {\n            d();\n        }\n    }\n}\n",
            "fn f() {\n    if (a || b) && c == d && !e {\n        d();\n    }\n}\n",
        );
    }

    #[test]
    fn the_last_branch_of_a_chain_can_be_merged() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    if z {\n        y();\n    $0} else if a {\n        if b {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    if z {\n        y();\n    } else if a && b {\n        c();\n    }\n}\n",
        );
    }

    #[test]
    fn a_long_condition_takes_a_line_for_each_operand() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    $0if self.first_long_condition_of_this_test(1) && self.second_long_condition() {\n        if self.third_long_condition(\n            \"a string that is long enough to take the call over a hundred columns\",\n            2,\n        ) {\n            d();\n        }\n    }\n}\n",
            "fn f() {\n    if self.first_long_condition_of_this_test(1)\n        && self.second_long_condition()\n        && self.third_long_condition(\n            \"a string that is long enough to take the call over a hundred columns\",\n            2,\n        )\n    {\n        d();\n    }\n}\n",
        );
        assert_becomes(
            &MERGE,
            "fn f() {\n    $0if ab {\n        if self.first_long_condition_of_this_test(1)\n            && self.second_long_condition(2)\n            && self.third_long_condition_of_this()\n        {\n            d();\n        }\n    }\n}\n",
            "fn f() {\n    if ab\n        && self.first_long_condition_of_this_test(1)\n        && self.second_long_condition(2)\n        && self.third_long_condition_of_this()\n    {\n        d();\n    }\n}\n",
        );
    }

    #[test]
    fn a_line_is_as_long_as_the_package_says() {
        let before = "fn f() {\n    $0if self.first_condition_of_this_test(1) {\n        if self.second_condition_of_this() {\n            d();\n        }\n    }\n}\n";
        let broken = "fn f() {\n    if self.first_condition_of_this_test(1)\n        && self.second_condition_of_this()\n    {\n        d();\n    }\n}\n";
        let full = "fn f() {\n    if self.first_condition_of_this_test(1) && self.second_condition_of_this()\n    {\n        d();\n    }\n}\n";
        let whole = "fn f() {\n    if self.first_condition_of_this_test(1) && self.second_condition_of_this() {\n        d();\n    }\n}\n";
        for (width, after) in [
            (60, broken),
            (77, broken),
            (78, full),
            (79, full),
            (80, whole),
        ] {
            let context = FileContext {
                width: LineWidth::of(width),
                ..FileContext::default()
            };
            assert_becomes_in(context, &MERGE, before, after);
        }
    }

    #[test]
    fn comments_stay_with_what_they_explain() {
        assert_becomes(
            &MERGE,
            "fn f() {\n    // one\n    $0if a {\n        if b {\n            c(); // four\n        }\n    }\n}\n",
            "fn f() {\n    // one\n    if a && b {\n        c(); // four\n    }\n}\n",
        );
        assert_becomes(
            &MERGE,
            "fn f() {\n    // one\n    $0if a {\n        // two\n        // three\n        if b {\n            c(); // four\n        }\n    }\n}\n",
            "fn f() {\n    // one\n    if a\n        // two\n        // three\n        && b\n    {\n        c(); // four\n    }\n}\n",
        );
        assert_becomes(
            &MERGE,
            "fn f() {\n    if z {\n        y();\n    } else $0if a && d {\n        // why\n        if b || c {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    if z {\n        y();\n    } else if a\n        && d\n        // why\n        && (b || c)\n    {\n        c();\n    }\n}\n",
        );
    }

    #[test]
    fn lets_are_chained_where_the_edition_allows_it() {
        assert_becomes_in(
            in_2024(None),
            &MERGE,
            "fn f() {\n    $0if let Some(a) = b {\n        if a > c {\n            d();\n        }\n    }\n}\n",
            "fn f() {\n    if let Some(a) = b\n        && a > c\n    {\n        d();\n    }\n}\n",
        );
        assert_becomes_in(
            in_2024(Some(88)),
            &MERGE,
            "fn f() {\n    $0if !a {\n        if let Some(b) = c {\n            d();\n        }\n    }\n}\n",
            "fn f() {\n    if !a && let Some(b) = c {\n        d();\n    }\n}\n",
        );
        let nested = "fn f() {\n    $0if let Some(a) = b {\n        if a {\n            d();\n        }\n    }\n}\n";
        assert_refused(&MERGE, Hazard::Edition, nested);
        assert_refused_in(in_2024(Some(87)), &MERGE, Hazard::Edition, nested);
    }

    #[test]
    fn more_than_one_if_is_left_alone() {
        for inside in [
            "if b { c() } else { d() }",
            "if b { c() } e();",
            "e(); if b { c() }",
            "if b { c() };",
            "if b { c() } if d { e() }",
            "match b { _ => {} }",
        ] {
            assert_not_here(&MERGE, &format!("fn f() {{ $0if a {{ {inside} }} }}"));
        }
        assert_not_here(&MERGE, "fn f() { $0if a { if b { c() } } else { d() } }");
        assert_not_here(
            &MERGE,
            "fn f() { $0if z { y() } else if a { if b { c() } } }",
        );
        assert_not_here(&MERGE, "fn f() { if a { if b { $0c() } } }");
    }

    #[test]
    fn comments_without_a_place_and_attributes_are_refused() {
        for text in [
            "fn f() {\n    $0if a {\n        if b {\n            c();\n        } // end\n    }\n}\n",
            "fn f() {\n    $0if a {\n        if b {\n            c();\n        }\n        // end\n    }\n}\n",
            "fn f() {\n    $0if a {\n        if b /* why */ {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    $0if a { // why\n        if b {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    $0if a {\n        /* why */\n        if b {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    $0if a {\n        #[cfg(x)]\n        if b {\n            c();\n        }\n    }\n}\n",
            "fn f() {\n    $0if a {\n        if b {\n            c();\n      d();\n        }\n    }\n}\n",
            "fn f() {\n    $0if a {\n        if b {\n            c();\n            /* x\n            y */\n        }\n    }\n}\n",
        ] {
            assert_refused(&MERGE, Hazard::Text, text);
        }
    }
}
