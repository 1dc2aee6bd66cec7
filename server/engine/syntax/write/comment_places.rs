//! Finds positions for comments.

use ra_ap_syntax::{SyntaxKind, SyntaxNode};

use super::layout::is_first_on_line;
use crate::{
    syntax::{Source, attributes, token_behind},
    text::{TextRange, TextSize},
};

/// The start of the innermost item, statement, arm, field or variant around `at` that starts a line: a comment on its own line
/// before it applies to it, and rustfmt leaves such a comment in place. Returns `None` if there is none, or if the adjacent
/// lines belong to something else, such as a string.
pub fn place_for_comment(source: &Source, at: TextRange) -> Option<TextSize> {
    let token = token_behind(&source.root(), at.start())?;
    let entries = token.parent_ancestors().filter(is_entry);
    let mut starts = entries
        .filter(|entry| entry.text_range().contains_range(at))
        .filter_map(|entry| code_start(&entry));
    starts.find(|start| {
        // The first line may start with a byte order mark.
        let ahead = &source.text[..usize::from(*start)];
        ahead == "\u{feff}" || is_first_on_line(&source.text, *start)
    })
}

fn is_entry(node: &SyntaxNode) -> bool {
    node.parent().is_some_and(|parent| {
        attributes::is_list(parent.kind())
            || matches!(
                parent.kind(),
                SyntaxKind::RECORD_FIELD_LIST | SyntaxKind::VARIANT_LIST
            )
    })
}

/// The start of the code after its comments.
fn code_start(entry: &SyntaxNode) -> Option<TextSize> {
    let tokens = entry.descendants_with_tokens();
    let mut tokens = tokens.filter_map(ra_ap_syntax::NodeOrToken::into_token);
    let first = tokens.find(|token| !token.kind().is_trivia())?;
    Some(first.text_range().start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    /// The text from the position of a comment for `what` to the end of the line.
    fn place<'a>(text: &'a str, what: &str) -> Option<&'a str> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let at = TextSize::try_from(text.find(what).unwrap()).unwrap();
        let start = place_for_comment(&source, TextRange::at(at, TextSize::of(what)))?;
        text[usize::from(start)..].lines().next()
    }

    #[test]
    fn a_comment_stands_ahead_of_the_innermost_entry_that_begins_its_line() {
        let text = "/// doc\n#[x]\npub fn f() {\n    let a = g(|| {\n        if b { c } else if d {}\n    });\n    \
                    match e {\n        F if {\n            g\n        } => h,\n        _ => { i; } }\n}\n";
        for (what, expected) in [
            ("f()", "#[x]"),
            ("a =", "let a = g(|| {"),
            ("d {}", "if b { c } else if d {}"),
            ("h,", "F if {"),
            ("i;", "_ => { i; } }"),
        ] {
            assert_eq!(place(text, what), Some(expected), "{what}");
        }
        assert_eq!(
            place("struct A {\n    a: u8,\n}\n", "a: u8"),
            Some("a: u8,")
        );
        assert_eq!(place("enum A {\n    B,\n}\n", "B"), Some("B,"));
    }

    #[test]
    fn what_begins_in_the_middle_of_a_line_is_left_to_what_is_around_it() {
        assert_eq!(place("fn f() { g() } fn h() { i() }", "i"), None);
        assert_eq!(
            place("fn f() { if a { b() } }", "b"),
            Some("fn f() { if a { b() } }")
        );
        assert_eq!(place("/* x */ fn f() {}", "f()"), None);
    }
}
