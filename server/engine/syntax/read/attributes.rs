//! What attributes imply about the code they apply to.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::green::{holds, text_of};

/// Whether part of the node is compiled conditionally, or has a conditional attribute.
pub fn has_condition_inside(node: &SyntaxNode) -> bool {
    let has_any = ast::Attr::can_cast(node.kind()) || holds(node, ast::Attr::can_cast);
    let nodes = has_any.then(|| node.descendants()).into_iter().flatten();
    let mut attributes = nodes.filter_map(ast::Attr::cast);
    attributes.any(|attribute| is_conditional(&attribute))
}

pub fn is_conditional(attribute: &ast::Attr) -> bool {
    matches!(name(&bare(attribute)), "cfg" | "cfg_attr")
}

/// Whether the attribute restricts code to tests: `cfg(test)`, `cfg(all(test, unix))`.
pub fn is_only_for_tests(attribute: &ast::Attr) -> bool {
    let bare = bare(attribute);
    let all = bare
        .strip_prefix("cfg(all(")
        .and_then(|rest| rest.strip_suffix("))"));
    bare == "cfg(test)" || all.is_some_and(|all| conditions(all).any(|one| one == "test"))
}

/// Whether it is a list of items, statements or arms, which may start with inner attributes.
pub fn is_list(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::SOURCE_FILE
            | SyntaxKind::ITEM_LIST
            | SyntaxKind::ASSOC_ITEM_LIST
            | SyntaxKind::EXTERN_ITEM_LIST
            | SyntaxKind::STMT_LIST
            | SyntaxKind::MATCH_ARM_LIST
    )
}

/// The conditions in a list, including nested ones.
fn conditions(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    list.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
}

/// The text of an attribute between its brackets, without white space.
pub fn bare(attribute: &ast::Attr) -> String {
    let text = text_of(attribute.syntax());
    let inner = text.trim_start_matches(['#', '!', ' ']);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    if inner.contains(char::is_whitespace) {
        inner.split_whitespace().collect()
    } else {
        inner.to_owned()
    }
}

/// The path of an attribute whose text is in the form returned by [`bare`].
pub fn name(bare: &str) -> &str {
    let end = bare.find(['(', '[', '{', '=']).unwrap_or(bare.len());
    &bare[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    #[test]
    fn what_is_only_for_tests_is_known() {
        let is_only_for_tests = |attribute: &str| {
            let text = format!("{attribute} mod m {{}}");
            let root = Tree::parse(&text, FileContext::default().edition).map(|it| it.root());
            let attributes = root.unwrap().descendants().filter_map(ast::Attr::cast);
            attributes.map(|it| is_only_for_tests(&it)).eq([true])
        };
        for attribute in ["#[cfg(test)]", "# [ cfg( all(unix, test) ) ]"] {
            assert!(is_only_for_tests(attribute), "{attribute}");
        }
        for attribute in [
            "#[cfg(not(test))]",
            "#[cfg(any(test, unix))]",
            "#[cfg(all(not(test), unix))]",
            "#[cfg(all(any(unix, test), windows))]",
            "#[cfg(feature = \"test\")]",
            "#[test]",
        ] {
            assert!(!is_only_for_tests(attribute), "{attribute}");
        }
    }

    #[test]
    fn conditions_are_found_at_any_depth() {
        let root = |text| Tree::parse(text, FileContext::default().edition).map(|it| it.root());
        for text in [
            "fn f() { # [cfg(unix)] a(); }",
            "fn f() { match a { #[cfg_attr(unix, cold)] b => {} } }",
            "fn f() { #![cfg(unix)] }",
        ] {
            assert!(has_condition_inside(&root(text).unwrap()), "{text}");
        }
        assert!(!has_condition_inside(
            &root("#[inline] fn f() { if cfg!(unix) {} }").unwrap()
        ));
    }
}
