//! Macros and attributes around or inside an edit that would make its effect doubtful.

use std::iter::successors;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs},
};

use super::{Edits, Refusal, text};
use crate::{
    syntax::{attributes, tokens_of},
    text::TextRange,
};

/// Refuses edits inside macro input.
pub(super) fn check_macros(root: &SyntaxNode, range: TextRange) -> Result<(), Refusal> {
    let around = covering_node(root, range);
    if around.ancestors().any(|node| is_inside_macro(&node, range)) {
        return Err(text(
            "The code is macro input, which the macro may interpret differently.",
        ));
    }
    Ok(())
}

/// Refuses edits that touch conditional compilation.
pub(super) fn check_conditions(root: &SyntaxNode, range: TextRange) -> Result<(), Refusal> {
    let mut attributes = touched_attributes(root, range);
    if attributes.any(|attribute| attributes::is_conditional(&attribute)) {
        return Err(text(
            "Part of the code is behind a `#[cfg]`, so the edit would only be correct in some builds.",
        ));
    }
    Ok(())
}

/// The attributes that overlap `range`. Nodes outside the range are skipped.
fn touched_attributes(root: &SyntaxNode, range: TextRange) -> impl Iterator<Item = ast::Attr> {
    let mut open = vec![covering_node(root, range)];
    let touched = std::iter::from_fn(move || {
        let node = open.pop()?;
        let inside = node.text_range().intersect(range).unwrap_or_default();
        if !inside.is_empty() {
            let start = TextRange::at(inside.start(), 1.into());
            let first = node.child_or_token_at_range(start);
            let children = successors(first, SyntaxElement::next_sibling_or_token)
                .take_while(|child| child.text_range().start() < inside.end());
            open.extend(children.filter_map(NodeOrToken::into_node));
        }
        Some((node, inside))
    });
    let touched = touched.filter(|(_, inside)| !inside.is_empty());
    touched.filter_map(|(node, _)| ast::Attr::cast(node))
}

/// Whether `node` is a macro with more source text than `range`. A whole macro call may be moved or wrapped.
fn is_inside_macro(node: &SyntaxNode, range: TextRange) -> bool {
    let is_macro = matches!(
        node.kind(),
        SyntaxKind::MACRO_CALL | SyntaxKind::MACRO_RULES | SyntaxKind::MACRO_DEF
    );
    let whole = node.text_range();
    is_macro && whole.start() < range.start() && range.end() < whole.end()
}

pub(super) fn covering_node(root: &SyntaxNode, range: TextRange) -> SyntaxNode {
    match root.covering_element(range) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent().unwrap_or_else(|| root.clone()),
    }
}

/// The source text of each attribute's tokens, sorted.
pub(super) fn sorted_attributes(root: &SyntaxNode) -> Vec<String> {
    let attributes = root.descendants().filter_map(ast::Attr::cast);
    let mut texts: Vec<String> = attributes
        .map(|attribute| {
            let tokens = tokens_of(attribute.syntax());
            let texts: Vec<String> = tokens.map(|token| token.text().to_owned()).collect();
            texts.join(" ")
        })
        .collect();
    texts.sort();
    texts
}

/// The attributes of a node. For lists, only the leading children are read, however long the list is.
fn attributes_of(node: &SyntaxNode) -> Vec<ast::Attr> {
    if attributes::is_list(node.kind()) {
        return node.children().map_while(ast::Attr::cast).collect();
    }
    let node = ast::AnyHasAttrs::cast(node.clone());
    node.into_iter().flat_map(|node| node.attrs()).collect()
}

/// The `cfg` conditions around a node, innermost first.
pub(super) fn conditions_around(node: &SyntaxNode) -> Vec<String> {
    let around = node.ancestors().skip(1);
    let attributes = around.flat_map(|node| attributes_of(&node));
    let conditions = attributes.filter(attributes::is_conditional);
    conditions.map(|one| attributes::bare(&one)).collect()
}

/// Whether the code is conditionally compiled or annotated with an attribute that isn't built into the language.
pub(super) fn are_doubtful(root: &SyntaxNode, edits: &Edits) -> bool {
    let Some(span) = edits.span() else {
        return false;
    };
    covering_node(root, span)
        .ancestors()
        .flat_map(|node| attributes_of(&node))
        .any(|attribute| is_doubtful(&attributes::bare(&attribute)))
}

/// Whether an attribute is a `cfg` other than `cfg(test)`, or a macro, which may do anything to its item.
fn is_doubtful(bare: &str) -> bool {
    match attributes::name(bare) {
        "cfg" => bare != "cfg(test)",
        "cfg_attr" => arguments(bare)
            .iter()
            .skip(1)
            .any(|inner| is_doubtful(inner)),
        name => is_foreign(name),
    }
}

/// The arguments between the parentheses, split at top-level commas.
fn arguments(bare: &str) -> Vec<&str> {
    let inner = bare.split_once('(').map_or("", |(_, inner)| inner);
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    let mut depth = 0_usize;
    let cuts = inner.split(|character| {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    cuts.filter(|cut| !cut.is_empty()).collect()
}

fn is_foreign(name: &str) -> bool {
    const KNOWN: [&str; 45] = [
        "allow",
        "automatically_derived",
        "bench",
        "cold",
        "crate_name",
        "crate_type",
        "deny",
        "deprecated",
        "derive",
        "doc",
        "expect",
        "export_name",
        "feature",
        "forbid",
        "global_allocator",
        "ignore",
        "inline",
        "link",
        "link_name",
        "link_section",
        "macro_export",
        "macro_use",
        "must_use",
        "no_main",
        "no_mangle",
        "no_std",
        "non_exhaustive",
        "panic_handler",
        "path",
        "proc_macro",
        "proc_macro_attribute",
        "proc_macro_derive",
        "recursion_limit",
        "repr",
        "should_panic",
        "target_feature",
        "test",
        "tokio::main",
        "tokio::test",
        "track_caller",
        "type_length_limit",
        "unsafe",
        "used",
        "warn",
        "windows_subsystem",
    ];
    const TOOLS: [&str; 4] = ["clippy::", "diagnostic::", "rust_analyzer::", "rustfmt::"];
    let is_tool = TOOLS.iter().any(|tool| name.starts_with(tool));
    !is_tool && KNOWN.binary_search(&name).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_foreign_unless_they_are_the_languages_own() {
        for bare in [
            "inline",
            "doc=\"x\"",
            "cfg(test)",
            "clippy::x",
            "tokio::test(a=1)",
        ] {
            assert!(!is_doubtful(bare), "{bare}");
        }
        for bare in [
            "cfg(all(test,unix))",
            "async_trait",
            "a::test",
            "test_case(1)",
        ] {
            assert!(is_doubtful(bare), "{bare}");
        }
    }

    #[test]
    fn what_a_condition_brings_is_judged() {
        assert!(!is_doubtful("cfg_attr(any(a,b),inline,must_use)"));
        assert!(is_doubtful("cfg_attr(any(a,b),inline,other(c,d))"));
    }
}
