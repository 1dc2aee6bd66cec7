//! # Invert `if`
//!
//! ## What it does
//! Swaps the blocks of an `if` with `else` and negates its condition.
//!
//! ## Why
//! The important or the shorter case reads better first, and a condition without `!` reads better than one with it.
//!
//! ## Example
//! ```rust before
//! fn greet(user: &User) {
//!     $0if !user.is_known() {
//!         // Nobody has seen them before.
//!         introduce(user);
//!     } else {
//!         welcome(user);
//!     }
//! }
//! ```
//! ```rust after
//! fn greet(user: &User) {
//!     if user.is_known() {
//!         welcome(user);
//!     } else {
//!         // Nobody has seen them before.
//!         introduce(user);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - An `if` with `else if`, and conditions with a pattern.
//! - Conditions that can only be negated as `!( … )`, such as `a < b` for numbers that may be NaN.
//!
//! ## What it checks
//! The condition is evaluated once, as before. Both blocks are moved unchanged, with their comments. No variable's type
//! is inferred in one block and used in the other.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Reverse Conditional"; rust-analyzer's `invert_if`.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, ElseBranch},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    shapes::guard_clause::has_comment_outside_blocks,
    syntax::{
        flow::diverges,
        inference_order, layout,
        negation::{Negated, negated},
        types_shown::Ground,
    },
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "invert-if",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "", &[Also::Negates]),
    plan,
};

/// Maximum width of an `if` expression that rustfmt puts on one line.
const ONE_LINE: usize = 50;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let choice = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let parts = Parts::of(&choice).ok_or(Refusal::NotHere)?;
    if has_comment_outside_blocks(&choice) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment next to the condition or the `else` would be lost.",
        ));
    }
    if parts.would_meet_its_like(&choice) {
        return Err(Refusal::because(
            Hazard::Text,
            "The preceding branch is identical to this `else`, and the two would become adjacent.",
        ));
    }
    let opposite = negated(&parts.condition)?;
    if opposite.is_awkward && matches!(target, Target::Answer(_)) {
        return Err(Refusal::because(
            Hazard::Negation,
            "The condition can only be negated with a `!` in front of all of it.",
        ));
    }
    parts.check_types(&choice)?;
    parts.check_layout(context, &choice, &opposite)?;
    let range = choice.syntax().text_range();
    Plan::new(range, move || {
        let [condition, then, other] = parts.ranges();
        let rewrites = vec![
            context
                .rewrite(condition)
                .negate(condition, &opposite, &opposite.text),
            context.rewrite(then).keep(other),
            context.rewrite(other).keep(then),
        ];
        let change = Change::new("Invert `if`", range, rewrites)?;
        let change = match opposite.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the type"),
        };
        Ok(change.checked(&[
            "the condition has an exact negation",
            "both blocks are moved unchanged",
            "no type is inferred from their order",
        ]))
    })
}

struct Parts {
    condition: ast::Expr,
    then: ast::BlockExpr,
    other: ast::BlockExpr,
}

impl Parts {
    fn of(choice: &ast::IfExpr) -> Option<Self> {
        let Some(ElseBranch::Block(other)) = choice.else_branch() else {
            return None;
        };
        Some(Self {
            condition: choice.condition()?,
            then: choice.then_branch()?,
            other,
        })
    }

    fn ranges(&self) -> [TextRange; 3] {
        let parts = [
            self.condition.syntax(),
            self.then.syntax(),
            self.other.syntax(),
        ];
        parts.map(SyntaxNode::text_range)
    }

    fn blocks(&self) -> [&ast::BlockExpr; 2] {
        [&self.then, &self.other]
    }

    /// Whether the preceding branch of an `else if` chain equals the block that would come first.
    fn would_meet_its_like(&self, choice: &ast::IfExpr) -> bool {
        let before = choice.syntax().parent().and_then(ast::IfExpr::cast);
        let before = before.and_then(|before| before.then_branch());
        before.is_some_and(|before| before.syntax().text() == self.other.syntax().text())
    }

    /// Checks types, because the first block determines the expected type of the second one.
    fn check_types(&self, choice: &ast::IfExpr) -> Result<(), Refusal> {
        let has_value = self
            .blocks()
            .iter()
            .all(|block| block.tail_expr().is_some());
        let may_leave = self.blocks().iter().any(|block| diverges(block));
        let is_statement = choice
            .syntax()
            .parent()
            .is_some_and(|parent| parent.kind() == SyntaxKind::EXPR_STMT);
        let unsettles_type = has_value && !may_leave && !is_statement && self.borrows_or_captures();
        if unsettles_type {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the second block may be inferred from the first block's value.",
            ));
        }
        if inference_order::are_settled_by_order(choice, &self.then, &self.other) {
            return Err(Refusal::because(
                Hazard::Types,
                "The first block may determine the type of a variable that the second block uses.",
            ));
        }
        Ok(())
    }

    /// Mutable references are reborrowed and closures coerced to function pointers only in the second block.
    fn borrows_or_captures(&self) -> bool {
        self.blocks().iter().any(|block| match block.tail_expr() {
            Some(ast::Expr::RefExpr(reference)) => reference.mut_token().is_some(),
            Some(ast::Expr::ClosureExpr(_)) => true,
            _ => false,
        })
    }

    fn check_layout(
        &self,
        context: &Context<'_>,
        choice: &ast::IfExpr,
        opposite: &Negated,
    ) -> Result<(), Refusal> {
        let text = &context.source.text;
        let start = layout::column(text, self.condition.syntax().text_range().start());
        let lines: Vec<&str> = opposite.text.lines().collect();
        let mut widths = lines.iter().map(|line| layout::width(line));
        let first = start + widths.next().unwrap_or_default();
        let last = if lines.len() == 1 { " {".len() } else { 0 };
        let longest = context.source.context.width;
        if first + last > longest.max() || widths.any(|width| width > longest.max()) {
            return Err(layout_changes());
        }
        let whole = choice.syntax().text();
        let is_value = !choice.syntax().parent().is_some_and(|parent| {
            matches!(parent.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::IF_EXPR)
        });
        let is_one_line = !whole.contains_char('\n');
        let column = layout::column(text, choice.syntax().text_range().start());
        let room = longest
            .share(ONE_LINE)
            .min(longest.max().saturating_sub(column + ";".len()));
        let moves_lines =
            (is_value || is_one_line) && self.fits_one_line(&opposite.text, room) != is_one_line;
        if moves_lines {
            return Err(layout_changes());
        }
        Ok(())
    }

    /// Whether rustfmt would write the inverted `if` on one line.
    fn fits_one_line(&self, condition: &str, room: usize) -> bool {
        let is_simple = |block: &&ast::BlockExpr| {
            block.statements().next().is_none() && !layout::has_comment(block.syntax())
        };
        let inside = |block: &ast::BlockExpr| {
            let tail = block
                .tail_expr()
                .map(|tail| tail.syntax().text().to_string());
            tail.unwrap_or_default()
        };
        let text = format!(
            "if {condition} {{ {} }} else {{ {} }}",
            inside(&self.other),
            inside(&self.then)
        );
        let is_short = !text.contains('\n') && layout::width(&text) <= room;
        is_short && self.blocks().iter().all(is_simple)
    }
}

fn layout_changes() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The lines would be wrapped differently, and their layout can't be predicted.",
    )
}

#[cfg(test)]
mod tests {
    use super::REFACTORING;
    use crate::refactorings::{
        Hazard,
        fixture::{assert_becomes, assert_not_here, assert_refused},
    };

    #[test]
    fn blocks_are_swapped_with_their_comments() {
        assert_becomes(
            &REFACTORING,
            "fn f() -> u8 {\n    $0if a == 1 {\n        // 1\n        b();\n        2 // 3\n    } else {\n        c(\"x\n    y\") /* 4 */\n    }\n}\n",
            "fn f() -> u8 {\n    if a != 1 {\n        c(\"x\n    y\") /* 4 */\n    } else {\n        // 1\n        b();\n        2 // 3\n    }\n}\n",
        );
    }

    #[test]
    fn an_if_may_be_a_value_or_the_end_of_a_chain() {
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    let b = if $0a.pop().is_some() { 1 } else { 2 };\n}\n",
            "fn f() {\n    let b = if a.pop().is_none() { 2 } else { 1 };\n}\n",
        );
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    if a {\n        b();\n    $0} else if c {\n        d();\n    } else {\n        e();\n    }\n}\n",
            "fn f() {\n    if a {\n        b();\n    } else if !c {\n        e();\n    } else {\n        d();\n    }\n}\n",
        );
    }

    #[test]
    fn numbers_that_may_be_no_number_keep_their_order() {
        assert_refused(
            &REFACTORING,
            Hazard::Negation,
            "fn f(x: f64) {\n    $0if x < 1.0 {\n        a();\n    } else {\n        b();\n    }\n}\n",
        );
    }

    #[test]
    fn conditions_without_an_opposite_are_refused() {
        let of = |condition: &str| {
            format!(
                "fn f(q: &bool) {{\n    $0if {condition} {{\n        a();\n    }} else {{\n        b();\n    }}\n}}\n"
            )
        };
        assert_refused(&REFACTORING, Hazard::Negation, &of("let Some(c) = d"));
        assert_refused(&REFACTORING, Hazard::Negation, &of("c && let Some(d) = e"));
        assert_refused(&REFACTORING, Hazard::Types, &of("!q"));
    }

    #[test]
    fn types_that_the_order_may_settle_are_refused() {
        assert_refused(
            &REFACTORING,
            Hazard::Types,
            "fn f() {\n    let mut v = Vec::new();\n    $0if a {\n        v.push(1u8);\n    } else {\n        v[0].count_ones();\n    }\n}\n",
        );
        assert_refused(
            &REFACTORING,
            Hazard::Types,
            "fn f() {\n    let mut n = 0;\n    $0if a {\n        n += b.len();\n    } else {\n        n = n.pow(2);\n    }\n}\n",
        );
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    let mut n = 0;\n    $0if a {\n        n += b.len();\n    } else {\n        n += 1;\n    }\n}\n",
            "fn f() {\n    let mut n = 0;\n    if !a {\n        n += 1;\n    } else {\n        n += b.len();\n    }\n}\n",
        );
        assert_refused(
            &REFACTORING,
            Hazard::Types,
            "fn f() {\n    let b = $0if a { &mut c } else { d };\n}\n",
        );
    }

    #[test]
    fn what_would_have_no_place_is_refused() {
        for text in [
            "fn f() {\n    $0if a {\n        b();\n    } // 1\n    else {\n        c();\n    }\n}\n",
            "fn f() {\n    $0if a /* 1 */ {\n        b();\n    } else {\n        c();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        #[cfg(unix)]\n        b();\n    } else {\n        c();\n    }\n}\n",
            "fn f() {\n    let b = $0if aaaaaaaaaaaaaaaa { bbbbbbbb } else { cccccccc };\n}\n",
        ] {
            assert_refused(&REFACTORING, Hazard::Text, text);
        }
    }

    #[test]
    fn equal_branches_are_not_brought_together() {
        let text = |last: &str| {
            format!(
                "fn f() {{\n    if a {{\n        b();\n    }} else $0if c {{\n        d();\n    }} else {{\n        {last}();\n    }}\n}}\n"
            )
        };
        assert_refused(&REFACTORING, Hazard::Text, &text("b"));
        assert_becomes(
            &REFACTORING,
            &text("e"),
            "fn f() {\n    if a {\n        b();\n    } else if !c {\n        e();\n    } else {\n        d();\n    }\n}\n",
        );
    }

    #[test]
    fn an_if_without_two_blocks_is_left_alone() {
        for text in [
            "fn f() {\n    $0if a {\n        b();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        b();\n    } else if c {\n        d();\n    }\n}\n",
            "fn f() {\n    if a {\n        $0b();\n    } else {\n        c();\n    }\n}\n",
        ] {
            assert_not_here(&REFACTORING, text);
        }
    }
}
