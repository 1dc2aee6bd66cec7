//! Where code stands on its lines: line endings, indentation, and moving code to another indentation.
//!
//! A line that begins inside a string or a block comment is never moved: its white space belongs to a token.

use ra_ap_syntax::{Edition, SyntaxKind, SyntaxNode, SyntaxToken};

use super::tokens;
use crate::text::{TextRange, TextSize, slice};

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    Lf,
    CrLf,
}

impl LineEnding {
    /// Nothing if lines end in different ways. A text without an ending counts as `\n`.
    pub fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut found = None;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let ending = match bytes[at] {
                b'\n' if at > 0 && bytes[at - 1] == b'\r' => continue,
                b'\n' => Self::Lf,
                _ if bytes.get(at + 1) == Some(&b'\n') => Self::CrLf,
                _ => return None,
            };
            if found.is_some_and(|found| found != ending) {
                return None;
            }
            found = Some(ending);
        }
        Some(found.unwrap_or(Self::Lf))
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// The line ending that new lines of a text take: that of its first line.
pub fn first_line_ending(text: &str) -> &'static str {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

/// The white space at the start of the line that holds `offset`.
pub fn indentation(text: &str, offset: TextSize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether nothing but white space stands before `offset` on its line.
pub fn is_first_on_line(text: &str, offset: TextSize) -> bool {
    let start = line_start(text, offset);
    let before = &text[start..usize::from(offset)];
    before
        .chars()
        .all(|character| matches!(character, ' ' | '\t'))
}

/// The characters from the start of its line to `offset`, with a tab as wide as rustfmt counts it.
pub fn column(text: &str, offset: TextSize) -> usize {
    width(&text[line_start(text, offset)..usize::from(offset)])
}

/// How wide rustfmt counts a text of one line.
pub fn width(line: &str) -> usize {
    const TAB: usize = 4;
    line.chars()
        .map(|character| if character == '\t' { TAB } else { 1 })
        .sum()
}

/// The longest line that rustfmt writes unless it is told otherwise.
pub const MAX_WIDTH: usize = 100;

/// One step of indentation in a text: a tab, or the smallest run of spaces that a line gains on the line before. Four spaces
/// where the text doesn't say.
pub fn indent_unit(text: &str) -> &str {
    let mut smallest: Option<&str> = None;
    let mut before = 0;
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        if indent.starts_with('\t') {
            return "\t";
        }
        if line.len() == indent.len() {
            continue;
        }
        let gain = indent.len().saturating_sub(before);
        if gain > 1 && smallest.is_none_or(|unit| gain < unit.len()) {
            smallest = Some(&indent[..gain]);
        }
        before = indent.len();
    }
    smallest.unwrap_or("    ")
}

/// The code in `range` with the indentation `from` of its lines replaced by `to`, where a line begins neither in a string nor
/// in a block comment. The first line is taken as it is, without its indentation.
///
/// Nothing if a line is indented by less than `from`, so that it cannot be moved with the others.
pub fn moved(
    text: &str,
    range: TextRange,
    edition: Edition,
    from: &str,
    to: &str,
) -> Option<String> {
    let code = slice(text, range)?;
    let fixed = lines_inside_tokens(code, edition);
    let mut out = String::with_capacity(code.len());
    for (number, line) in code.split_inclusive('\n').enumerate() {
        let is_blank = line.ends_with('\n') && line.trim_end().is_empty();
        if number == 0 || is_blank || fixed.contains(&number) {
            out.push_str(line);
            continue;
        }
        out.push_str(to);
        out.push_str(line.strip_prefix(from)?);
    }
    Some(out)
}

/// The numbers of the lines that begin inside a token which is not white space.
fn lines_inside_tokens(code: &str, edition: Edition) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut line = 0;
    for (kind, text) in tokens(code, edition) {
        let breaks = text.matches('\n').count();
        if kind != SyntaxKind::WHITESPACE {
            lines.extend(line + 1..=line + breaks);
        }
        line += breaks;
    }
    lines
}

/// Whether a comment stands anywhere in the node, at any depth.
pub fn has_comment(node: &SyntaxNode) -> bool {
    node.descendants_with_tokens()
        .any(|element| element.kind() == SyntaxKind::COMMENT)
}

/// The comments that stand between two places, whatever nodes they are in.
pub fn comments_in(root: &SyntaxNode, range: TextRange) -> Vec<SyntaxToken> {
    let around = match root.covering_element(range) {
        ra_ap_syntax::NodeOrToken::Node(node) => node,
        ra_ap_syntax::NodeOrToken::Token(token) => match token.parent() {
            Some(parent) => parent,
            None => return Vec::new(),
        },
    };
    let tokens = around
        .descendants_with_tokens()
        .filter_map(ra_ap_syntax::NodeOrToken::into_token);
    let inside = tokens.filter(|token| {
        token.kind() == SyntaxKind::COMMENT && range.contains_range(token.text_range())
    });
    inside.collect()
}

fn line_start(text: &str, offset: TextSize) -> usize {
    let before = &text[..usize::from(offset)];
    memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_line_ending_or_none() {
        assert_eq!(LineEnding::of("a"), Some(LineEnding::Lf));
        assert_eq!(LineEnding::of("a\nb\n"), Some(LineEnding::Lf));
        assert_eq!(LineEnding::of("a\r\nb\r\n"), Some(LineEnding::CrLf));
        assert_eq!(LineEnding::of("a\r\nb\n"), None);
        assert_eq!(LineEnding::of("a\nb\r\n"), None);
        assert_eq!(LineEnding::of("a\rb"), None);
    }

    #[test]
    fn the_unit_is_what_lines_gain() {
        assert_eq!(indent_unit("a {\n  b {\n    c\n  }\n}"), "  ");
        assert_eq!(indent_unit("a {\n\tb\n}"), "\t");
        assert_eq!(indent_unit("a {\n        b {\n            c"), "    ");
        assert_eq!(indent_unit("a"), "    ");
    }

    fn moved_all(code: &str, from: &str, to: &str) -> Option<String> {
        let range = TextRange::up_to(TextSize::of(code));
        moved(code, range, Edition::Edition2021, from, to)
    }

    #[test]
    fn lines_move_but_not_the_inside_of_tokens() {
        let code = "a(\n        \"x\n        y\",\n\n        /* b\n        c */ d,\n    );";
        let after = "a(\n    \"x\n        y\",\n\n    /* b\n        c */ d,\n);";
        assert_eq!(moved_all(code, "    ", "").as_deref(), Some(after));
        let raw = "let a = r#\"\n    \"b\"#;\n    c";
        assert_eq!(
            moved_all(raw, "    ", "  ").as_deref(),
            Some("let a = r#\"\n    \"b\"#;\n  c")
        );
    }

    #[test]
    fn a_line_that_is_too_far_left_moves_nothing() {
        assert_eq!(moved_all("a(\n  b)", "    ", ""), None);
        assert_eq!(moved_all("a(\n\tb)", "    ", ""), None);
    }

    #[test]
    fn crlf_is_kept() {
        assert_eq!(
            moved_all("a(\r\n    b,\r\n\r\n    )", "    ", "\t").as_deref(),
            Some("a(\r\n\tb,\r\n\r\n\t)")
        );
    }
}
