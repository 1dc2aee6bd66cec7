//! Leftovers of deriving that the compiler would warn about.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasVisibility},
};

use super::{Fields, Own, OwnField, StdNames};
use crate::syntax::{Hazard, Refusal, tokens_of};

pub(super) fn check(
    block: &ast::Impl,
    own: &Own,
    name: &str,
    names: &StdNames,
) -> Result<(), Refusal> {
    let root = block.syntax().tree_top();
    if leaves_import(block, &root, name, names) {
        return Err(Refusal::because(
            Hazard::References,
            "An import would become unused.",
        ));
    }
    // The compiler ignores uses in these derives.
    if matches!(name, "Clone" | "Debug") && !own.is_read_elsewhere(block, &root) {
        return Err(Refusal::because(
            Hazard::References,
            "A field may be read nowhere else, so rustc would warn about it.",
        ));
    }
    Ok(())
}

/// Whether an imported name is used only in the block.
fn leaves_import(block: &ast::Impl, root: &SyntaxNode, name: &str, names: &StdNames) -> bool {
    let is_name = |token: &SyntaxToken| token.kind() == SyntaxKind::IDENT;
    let inside = tokens_of(block.syntax()).filter(is_name);
    let mut imported = inside.filter(|it| it.text() != name && names.imports(it.text()));
    let own = block.syntax().text_range();
    imported.any(|one| {
        let mut others = tokens_of(root).filter(|it| it.text() == one.text());
        !others.any(|it| {
            let is_import = it
                .parent_ancestors()
                .any(|node| node.kind() == SyntaxKind::USE);
            !own.contains_range(it.text_range()) && !is_import
        })
    })
}

impl Own {
    fn is_read_elsewhere(&self, block: &ast::Impl, root: &SyntaxNode) -> bool {
        let Fields::Of(fields) = &self.fields else {
            return true;
        };
        let is_public = self.item.visibility().is_some();
        let outside = |token: &SyntaxToken| {
            let at = token.text_range();
            let own = [block.syntax().text_range(), self.item.syntax().text_range()];
            !own.iter().any(|it| it.contains_range(at))
        };
        let read: Vec<_> = tokens_of(root)
            .filter(|token| outside(token) && is_read(token))
            .map(|token| token.text().to_owned())
            .collect();
        let is_used = |field: &OwnField| {
            (is_public && field.is_public)
                || field.name.starts_with('_')
                || read.contains(&field.name)
        };
        fields.iter().all(is_used)
    }
}

/// Whether a name follows a dot, or is in a pattern.
fn is_read(token: &SyntaxToken) -> bool {
    let is_behind_dot = token.prev_token().is_some_and(|it| it.kind() == T![.]);
    let is_in_pattern = || {
        let mut around = token.parent_ancestors().take(4);
        around.any(|node| node.kind() == SyntaxKind::RECORD_PAT_FIELD)
    };
    is_behind_dot || is_in_pattern()
}
