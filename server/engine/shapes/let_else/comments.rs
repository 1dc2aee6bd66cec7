//! Where the comments of a `match` or `if let` move when it becomes a `let … else`.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextSize,
    ast::{self, HasAttrs},
};

use super::Parts;
use crate::{
    syntax::{Hazard, Refusal},
    text::TextRange,
};

#[derive(Default)]
pub(super) struct Comments {
    pub(super) beside_pattern: Vec<SyntaxToken>,
    pub(super) otherwise: Vec<SyntaxToken>,
}

enum Beside {
    Pattern,
    Otherwise,
}

impl Parts {
    /// The comments outside of the code that stays unchanged.
    pub(super) fn comments(&self, statement: &ast::LetStmt) -> Result<Comments, Refusal> {
        let mut sorted = Comments::default();
        let kept = [
            self.pattern.syntax(),
            self.scrutinee.syntax(),
            self.otherwise.syntax(),
        ]
        .map(SyntaxNode::text_range);
        let tokens = statement
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .filter(|token| token.kind() == SyntaxKind::COMMENT);
        for comment in tokens {
            let at = comment.text_range();
            if kept.iter().any(|range| range.contains_range(at)) {
                continue;
            }
            let place = self.place_of(&comment);
            match place.filter(|_| can_stand_on_its_own(&comment)) {
                Some(Beside::Pattern) => sorted.beside_pattern.push(comment),
                Some(Beside::Otherwise) => sorted.otherwise.push(comment),
                None => {
                    return Err(Refusal::because(
                        Hazard::Text,
                        "A comment has no place in the new code.",
                    ));
                }
            }
        }
        let has_attributes = statement.attrs().next().is_some();
        if has_attributes && !sorted.beside_pattern.is_empty() {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment would have to move above the attributes of the statement.",
            ));
        }
        Ok(sorted)
    }

    /// A comment belongs to the arm that it is in or that it follows on the same line, or else to the next one.
    fn place_of(&self, comment: &SyntaxToken) -> Option<Beside> {
        let at = comment.text_range();
        let Some(staying) = &self.arm else {
            let then = self.repeated.syntax().parent()?.text_range();
            return then.contains_range(at).then_some(Beside::Pattern);
        };
        let list = staying.syntax().parent()?;
        if !list.text_range().contains_range(at) {
            return None;
        }
        let arms: Vec<_> = list.children().filter_map(ast::MatchArm::cast).collect();
        let is_behind = |arm: &&ast::MatchArm| {
            let end = arm.syntax().text_range().end();
            end <= at.start() && !breaks_line_between(&list, end, at)
        };
        let is_ahead = |arm: &&ast::MatchArm| {
            let pattern = arm.pat().map(|pattern| pattern.syntax().text_range());
            pattern.is_some_and(|pattern| at.end() <= pattern.start())
        };
        let behind = arms.iter().rfind(is_behind);
        let ahead = arms.iter().find(is_ahead);
        let is_inside = arms
            .iter()
            .any(|arm| arm.syntax().text_range().contains_range(at) && !is_ahead(&arm));
        if is_inside && !ends_arm(&arms, at) {
            return None;
        }
        let arm = behind.or(ahead).or(arms.last())?;
        Some(if arm == staying {
            Beside::Pattern
        } else {
            Beside::Otherwise
        })
    }
}

/// Whether the comment is in an arm but after its value.
fn ends_arm(arms: &[ast::MatchArm], at: TextRange) -> bool {
    arms.iter().any(|arm| {
        let value = arm.expr().map(|value| value.syntax().text_range());
        arm.syntax().text_range().contains_range(at)
            && value.is_some_and(|value| value.end() <= at.start())
    })
}

fn can_stand_on_its_own(comment: &SyntaxToken) -> bool {
    let text = comment.text();
    let is_doc = ["///", "//!", "/**", "/*!"]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    !is_doc && !text.contains('\n')
}

fn breaks_line_between(list: &SyntaxNode, from: TextSize, comment: TextRange) -> bool {
    let start = list.text_range().start();
    let range = TextRange::new(from, comment.start());
    let text = list.text().slice(range - start);
    text.contains_char('\n')
}
