//! The layout of code: line endings, indentation, and moving code to a different indentation.
//!
//! A line that starts inside a string or a block comment is never moved: its white space belongs to a token.

use ra_ap_syntax::{AstNode, Edition, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use crate::{
    syntax::{FileContext, LineWidth, Shares, tokens, written_in},
    text::{TextRange, TextSize, slice},
};

/// The line ending of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    Lf,
    CrLf,
}

impl LineEnding {
    /// Returns `None` if line endings are mixed. A text without any counts as `\n`.
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

/// The line ending for new lines in a text: that of its first line.
pub fn first_line_ending(text: &str) -> &'static str {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

/// The item of a file that contains a range.
pub fn item_around(root: &SyntaxNode, range: TextRange) -> Option<TextRange> {
    let mut items = root.children().map(|item| item.text_range());
    items.find(|item| item.contains_range(range))
}

/// The range to delete with a statement or an item: its lines with the white space on one side. Returns `None` if it shares its
/// lines, or if a comment directly above would then seem to belong to something else.
pub fn lines_that_go(node: &SyntaxNode, text: &str) -> Option<TextRange> {
    let own = node.text_range();
    let behind = text.get(usize::from(own.end())..)?;
    let ends_line = behind.is_empty() || behind.starts_with(['\n', '\r']);
    if !is_first_on_line(text, own.start()) || !ends_line {
        return None;
    }
    let after = node.next_sibling_or_token();
    let next = after.and_then(|space| space.next_sibling_or_token());
    let next = next.filter(|it| it.kind() != SyntaxKind::R_CURLY);
    let before = node.prev_sibling_or_token();
    let above = before
        .clone()
        .and_then(|space| space.prev_sibling_or_token());
    let (Some(before), Some(above)) = (before, above) else {
        return Some(TextRange::new(own.start(), next?.text_range().start()));
    };
    let space = before.as_token()?.text();
    let is_apart = space.matches('\n').count() > 1;
    let is_told = above.kind() == SyntaxKind::COMMENT && (!is_apart || next.is_none());
    match next {
        _ if is_told => None,
        Some(next) if is_apart || above.kind() == SyntaxKind::L_CURLY => {
            Some(TextRange::new(own.start(), next.text_range().start()))
        }
        // The block becomes empty, and rustfmt would join its braces.
        None if above.kind() == SyntaxKind::L_CURLY => None,
        _ => Some(TextRange::new(before.text_range().start(), own.end())),
    }
}

/// Whether a text contains continuation lines, which rustfmt may break differently elsewhere.
pub fn has_broken_lines(text: &str) -> bool {
    const GOES_ON: [&str; 14] = [
        ".", ")", "]", "})", "&&", "||", "?", "+", "- ", "* ", "/ ", "| ", "as ", "==",
    ];
    text.lines().any(|line| {
        let line = line.trim();
        GOES_ON.iter().any(|start| line.starts_with(start)) && !line.starts_with("//")
            || line.ends_with(['(', '[', '=', '|'])
    })
}

/// The white space at the start of the line that contains `offset`.
pub fn indentation(text: &str, offset: TextSize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether only white space precedes `offset` on its line.
pub fn is_first_on_line(text: &str, offset: TextSize) -> bool {
    let start = line_start(text, offset);
    let before = &text[start..usize::from(offset)];
    before
        .chars()
        .all(|character| matches!(character, ' ' | '\t'))
}

/// Whether a range shares its lines only with white space.
pub fn is_whole_lines(text: &str, range: TextRange) -> bool {
    let behind = text.get(usize::from(range.end())..).unwrap_or_default();
    let rest = behind.lines().next().unwrap_or_default();
    is_first_on_line(text, range.start()) && rest.trim().is_empty()
}

/// The width from the start of the line to `offset`, with tabs as wide as rustfmt counts them.
pub fn column(text: &str, offset: TextSize) -> usize {
    width(&text[line_start(text, offset)..usize::from(offset)])
}

/// The width of a line as rustfmt counts it.
pub fn width(line: &str) -> usize {
    const TAB: usize = 4;
    line.chars()
        .map(|character| if character == '\t' { TAB } else { 1 })
        .sum()
}

/// Columns to spare, as rustfmt breaks some calls that would just fit: it reserves space for code it hasn't formatted yet.
const SLACK: usize = 2;

/// The indentation unit of a text: a tab, or the most frequent increase in spaces after an opening bracket. Comments and
/// strings may be indented arbitrarily. Defaults to four spaces.
pub fn indent_unit(text: &str) -> &str {
    let mut gains: Vec<(&str, usize)> = Vec::new();
    let mut opened: Option<usize> = None;
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        if line.len() == indent.len() {
            continue;
        }
        let gain = opened.and_then(|before| indent.get(before..));
        let unit = gain.and_then(|gain| match gain.as_bytes() {
            [b'\t', ..] => Some("\t"),
            [_, _, ..] => Some(gain),
            _ => None,
        });
        if let Some(unit) = unit {
            match gains.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, times)) => *times += 1,
                None => gains.push((unit, 1)),
            }
        }
        opened = line.ends_with(['{', '(', '[']).then_some(indent.len());
    }
    let most = gains.iter().rev().max_by_key(|(_, times)| *times);
    most.map_or("    ", |(unit, _)| *unit)
}

/// Maximum bytes of code that are read to detect the indentation.
const ENOUGH_FOR_UNIT: usize = 16_000;

/// The indentation unit of the enclosing function or constant, regardless of the rest of the file.
pub fn indent_unit_around(text: &str, node: &SyntaxNode) -> String {
    let is_unit = |kind| {
        matches!(
            kind,
            SyntaxKind::FN | SyntaxKind::CONST | SyntaxKind::STATIC
        )
    };
    let unit = node.ancestors().filter(|node| is_unit(node.kind())).last();
    let range = unit.unwrap_or_else(|| node.clone()).text_range();
    let code = slice(text, range).unwrap_or_default();
    // The beginning of a long one is sufficient.
    let end = (ENOUGH_FOR_UNIT.min(code.len())..=code.len()).find(|at| code.is_char_boundary(*at));
    let code = &code[..end.unwrap_or(code.len())];
    indent_unit(&format!("{}{code}", indentation(text, range.end()))).to_owned()
}

/// The code in `range` with the indentation `from` of its lines replaced by `to`, except for lines that start in a string or a
/// block comment. The first line is returned without its indentation.
///
/// Lines of a block comment that start with a star are aligned below its first line, as rustfmt does.
///
/// Returns `None` if a line is indented by less than `from` and so can't be moved with the others, or if other lines of a block
/// comment don't start with a star.
pub fn moved(
    text: &str,
    range: TextRange,
    edition: Edition,
    from: &str,
    to: &str,
) -> Option<String> {
    let code = slice(text, range)?;
    if from == to {
        return Some(code.to_owned());
    }
    let fixed = lines_inside_tokens(code, edition);
    let starred = lines_inside_comments(code, edition)?;
    let mut out = String::with_capacity(code.len());
    for (number, line) in code.split_inclusive('\n').enumerate() {
        let is_blank = line.ends_with('\n') && line.trim_end().is_empty();
        if let Some((_, first)) = starred.iter().find(|(inside, _)| *inside == number) {
            out.push_str(to);
            out.push_str(first.strip_prefix(from)?);
            out.push(' ');
            out.push_str(line.trim_start());
            continue;
        }
        if number == 0 || is_blank || fixed.contains(&number) {
            out.push_str(line);
            continue;
        }
        out.push_str(to);
        out.push_str(line.strip_prefix(from)?);
    }
    Some(out)
}

/// Whether rustfmt may join lines of code after it was moved outwards by `gained` columns, because they now fit on one line.
/// The first line of `code` follows `indent`; the others are already indented.
pub fn may_be_joined(code: &str, context: FileContext, indent: &str, gained: usize) -> bool {
    let fixed = lines_inside_tokens(code, context.edition);
    let room = Room {
        width: context.width,
        gained,
    };
    let text = format!("{indent}{code}");
    let lines: Vec<&str> = text.lines().collect();
    (0..lines.len()).any(|first| joins(&lines, first, &fixed, room))
}

/// Whether rustfmt keeps a whole `let … else` on one line, whose `let` follows `indent`.
pub fn is_short_let_else(line: &str, width_of_lines: LineWidth, indent: &str) -> bool {
    const LONGEST: usize = 50;
    let length = width(line);
    !line.contains('\n')
        && length <= width_of_lines.share(LONGEST)
        && width(indent) + length <= width_of_lines.max()
}

/// Code of several lines as rustfmt would write it with unlimited width.
pub fn on_one_line(code: &str) -> String {
    let mut lines = code.lines();
    let mut joined = lines.next().unwrap_or_default().trim_end().to_owned();
    for line in lines {
        join(&mut joined, line.trim());
    }
    joined
}

/// The maximum line width, and the number of columns that lines have gained.
#[derive(Clone, Copy)]
struct Room {
    width: LineWidth,
    gained: usize,
}

impl Room {
    /// The width of a line, or of its value on the next line if rustfmt prefers to keep it whole there; `None` if neither fits.
    fn widest_that_fits(self, line: &str) -> Option<usize> {
        let whole = width(line);
        if whole <= self.width.max() {
            return Some(whole);
        }
        (self.width.shares == Shares::Whole).then(|| self.width_below(line))?
    }

    /// The width of a line's value on the next line, if it fits there.
    fn width_below(self, line: &str) -> Option<usize> {
        let (head, value) = line.split_once(" = ")?;
        let indent = width(head) - width(head.trim_start());
        let below = indent + STEP + width(value);
        (below <= self.width.max()).then_some(below)
    }
}

/// The usual indentation unit in columns.
const STEP: usize = 4;

/// The tokens with which rustfmt starts continuation lines of a binary expression.
const OPERATORS: [&str; 18] = [
    "+ ", "- ", "* ", "/ ", "% ", "& ", "| ", "^ ", "&& ", "|| ", "== ", "!= ", "< ", "> ", "<= ",
    ">= ", "<< ", ">> ",
];

/// Whether a run of lines that starts with `first` fits on one line after being moved.
fn joins(lines: &[&str], first: usize, fixed: &[usize], room: Room) -> bool {
    let mut joined = lines[first].trim_end().to_owned();
    if !may_begin_run(&joined) {
        return false;
    }
    let mut is_operation = true;
    for (number, line) in lines.iter().enumerate().skip(first + 1) {
        let part = line.trim();
        let is_text = part.is_empty() || part.contains("//") || fixed.contains(&number);
        let arm = joined.strip_suffix("=> {").map(str::len);
        let opens_block = joined.ends_with('{') && arm.is_none();
        if is_text || opens_block {
            return false;
        }
        // The block of an arm is removed if its only expression fits next to the pattern.
        if let Some(arm) = arm {
            joined.truncate(arm + "=>".len());
            if part.ends_with([';', '{', ',']) {
                return false;
            }
        }
        join(&mut joined, part);
        // rustfmt prefers a whole binary expression on the line below its `=` to one line per operand.
        is_operation &= OPERATORS.iter().any(|operator| part.starts_with(operator));
        let below = || room.width_below(&joined).filter(|_| is_operation);
        let Some(width) = room.widest_that_fits(&joined).or_else(below) else {
            if is_operation {
                continue;
            }
            return false;
        };
        if width + room.gained + SLACK > room.width.max() && are_brackets_closed(&joined) {
            return true;
        }
    }
    false
}

/// Whether other lines may continue the line, and the line itself isn't a continuation.
fn may_begin_run(line: &str) -> bool {
    const CONTINUES: [&str; 10] = [".", "?", "&&", "||", "|", "+", ")", "]", "}", "#"];
    let is_whole = line.is_empty() || line.ends_with([';', ',', '}']) || line.contains("//");
    let code = line.trim_start();
    !is_whole && !CONTINUES.iter().any(|start| code.starts_with(start))
}

/// Appends a line as rustfmt would with unlimited width.
fn join(joined: &mut String, part: &str) {
    let closes = part.starts_with([')', ']']);
    if closes && joined.ends_with(',') {
        joined.pop();
    }
    let is_tight = closes || part.starts_with(['.', '?', '[']) || joined.ends_with(['(', '[']);
    if !is_tight {
        joined.push(' ');
    }
    joined.push_str(part);
}

/// Whether all brackets are balanced, except for a block's brace at the end.
fn are_brackets_closed(line: &str) -> bool {
    let line = line.strip_suffix('{').unwrap_or(line);
    let is_even =
        |open: char, close: char| line.matches(open).count() == line.matches(close).count();
    is_even('(', ')') && is_even('[', ']') && is_even('{', '}')
}

/// The indices of the lines that start inside a block comment, with the indentation of its first line. Returns `None` if one of
/// them doesn't start with a star, or if something precedes the comment.
fn lines_inside_comments(code: &str, edition: Edition) -> Option<Vec<(usize, &str)>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for (kind, text) in tokens(code, edition) {
        let end = at + text.len();
        if kind == SyntaxKind::COMMENT && text.contains('\n') {
            let start = memchr::memrchr(b'\n', &code.as_bytes()[..at])? + 1;
            let indent = &code[start..at];
            let are_starred = text
                .lines()
                .skip(1)
                .all(|line| line.trim_start().starts_with('*'));
            if !are_starred || !indent.trim().is_empty() {
                return None;
            }
            let first = code[..at].matches('\n').count();
            let count = text.matches('\n').count();
            lines.extend((first + 1..=first + count).map(|line| (line, indent)));
        }
        at = end;
    }
    Some(lines)
}

/// Whether rustfmt's style edition 2024 writes the tail expression of a block on one line: a short `if` with this condition,
/// starting at `column`.
pub fn is_short_last_if(
    choice: &ast::IfExpr,
    condition: &str,
    column: usize,
    context: FileContext,
) -> bool {
    const LONGEST: usize = 50;
    let value = |block: Option<ast::BlockExpr>| {
        let block = block
            .filter(|block| block.statements().next().is_none() && !has_comment(block.syntax()))?;
        Some(block.tail_expr()?.syntax().text().to_string())
    };
    let Some(ast::ElseBranch::Block(other)) = choice.else_branch() else {
        return false;
    };
    let (Some(then), Some(other)) = (value(choice.then_branch()), value(Some(other))) else {
        return false;
    };
    let line = format!("if {condition} {{ {then} }} else {{ {other} }}");
    let length = width(&line);
    context.edition.at_least_2024()
        && !line.contains('\n')
        && length <= context.width.share(LONGEST)
        && column + length <= context.width.max()
}

/// The indices of the lines that start inside a token other than white space.
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

/// The links of a method chain after its root, each including a following `?`.
pub fn links(chain: &ast::Expr) -> Vec<TextRange> {
    let mut links = Vec::new();
    let mut at = chain.clone();
    let mut end = at.syntax().text_range().end();
    loop {
        let inner = match &at {
            ast::Expr::TryExpr(it) => it.expr(),
            ast::Expr::MethodCallExpr(it) => it.receiver(),
            ast::Expr::FieldExpr(it) => it.expr(),
            ast::Expr::AwaitExpr(it) => it.expr(),
            _ => None,
        };
        let Some(inner) = inner else {
            break;
        };
        if !matches!(at, ast::Expr::TryExpr(_)) {
            let start = inner.syntax().text_range().end();
            links.push(TextRange::new(start, end));
            end = start;
        }
        at = inner;
    }
    links.reverse();
    links
}

/// Whether rustfmt keeps the braces around statements if the contents of `whole` become a single expression.
pub fn keeps_braces(statements: &SyntaxNode, whole: TextRange) -> bool {
    let owner = statements.parent().and_then(|block| block.parent());
    let is_kept = owner.is_none_or(|owner| {
        !matches!(
            owner.kind(),
            SyntaxKind::CLOSURE_EXPR | SyntaxKind::IF_EXPR | SyntaxKind::MATCH_ARM
        )
    });
    let mut others = statements.children();
    is_kept || others.any(|child| !whole.contains_range(child.text_range()))
}

/// Whether the node contains a comment at any depth.
pub fn has_comment(node: &SyntaxNode) -> bool {
    written_in(node).any(|(kind, _)| kind == SyntaxKind::COMMENT)
}

/// Whether the node contains a multi-line literal, whose lines wouldn't move with the surrounding code.
pub fn has_text_of_lines(node: &SyntaxNode) -> bool {
    written_in(node).any(|(kind, text)| kind == SyntaxKind::STRING && text.contains('\n'))
}

/// The comments in a range, regardless of their nodes.
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
    use crate::syntax::Tree;

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
        assert_eq!(
            indent_unit("// a\n//\n   b\na {\n    b {\n        c"),
            "    "
        );
        assert_eq!(indent_unit("r(\n   b\nc {\n    d\n}\ne {\n    f"), "    ");
        assert_eq!(indent_unit("a"), "    ");
        // A single deviating line is ignored, and so are comments.
        assert_eq!(
            indent_unit("a {\n\tb {\n    }\n}\nc {\n    d {\n        e"),
            "    "
        );
        assert_eq!(indent_unit("/*\n * a\n * b\n * c\n */\na {\n\tb"), "\t");
    }

    #[test]
    fn a_statement_goes_with_the_white_space_on_one_side() {
        let without = |code: &str| {
            let text = format!("fn f() {{\n{code}}}\n");
            let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
            let mut statements = tree.root().descendants().filter_map(ast::LetStmt::cast);
            let goes = lines_that_go(statements.next().unwrap().syntax(), &text)?;
            let mut rest = text.clone();
            rest.replace_range(usize::from(goes.start())..usize::from(goes.end()), "");
            let rest = rest.strip_prefix("fn f() {\n")?.strip_suffix("}\n")?;
            Some(rest.to_owned())
        };
        for (code, rest) in [
            ("    let a;\n    b();\n", "    b();\n"),
            ("    let a;\n\n    // c\n    b();\n", "    // c\n    b();\n"),
            (
                "    b();\n    let a;\n\n    c();\n",
                "    b();\n\n    c();\n",
            ),
            (
                "    b();\n\n    let a;\n    c();\n",
                "    b();\n\n    c();\n",
            ),
            (
                "    // b\n\n    let a;\n    c();\n",
                "    // b\n\n    c();\n",
            ),
            ("    b();\n    let a;\n", "    b();\n"),
        ] {
            assert_eq!(without(code).as_deref(), Some(rest), "{code}");
        }
        for code in [
            "    // b\n    let a;\n    c();\n",
            "    let a; // b\n    c();\n",
            "    b(); let a;\n    c();\n",
            "    let a;\n",
        ] {
            assert_eq!(without(code), None, "{code}");
        }
    }

    fn moved_all(code: &str, from: &str, to: &str) -> Option<String> {
        let range = TextRange::up_to(TextSize::of(code));
        moved(code, range, Edition::Edition2021, from, to)
    }

    #[test]
    fn lines_move_but_not_the_inside_of_tokens() {
        let code = "a(\n        \"x\n        y\",\n\n        d,\n    );";
        let after = "a(\n    \"x\n        y\",\n\n    d,\n);";
        assert_eq!(moved_all(code, "    ", "").as_deref(), Some(after));
        let raw = "let a = r#\"\n    \"b\"#;\n    c";
        assert_eq!(
            moved_all(raw, "    ", "  ").as_deref(),
            Some("let a = r#\"\n    \"b\"#;\n  c")
        );
    }

    #[test]
    fn the_stars_of_a_block_comment_are_aligned() {
        let code = "a;\n    /* b\n     * c\n     */\n    d";
        let after = "a;\n/* b\n * c\n */\nd";
        assert_eq!(moved_all(code, "    ", "").as_deref(), Some(after));
        for code in [
            "a;\n    /* b\n    c */\n    d",
            "a; /* b\n     * c */\n    d",
        ] {
            assert_eq!(moved_all(code, "    ", ""), None, "{code}");
            assert_eq!(moved_all(code, "    ", "    ").as_deref(), Some(code));
        }
    }

    #[test]
    fn an_operation_that_fits_below_its_equals_sign() {
        let joined = |summand: usize| {
            let summand = "s".repeat(summand);
            let code = format!("let a = {summand}\n        + {summand}\n        + {summand};");
            may_be_joined(&code, FileContext::default(), "    ", 4)
        };
        assert!(joined(28));
        assert!(!joined(20) && !joined(32));
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

    #[test]
    fn values_that_fit_below_since_they_were_moved() {
        let joined = |shares| {
            let context = FileContext {
                width: LineWidth {
                    columns: 79,
                    shares,
                },
                ..FileContext::default()
            };
            let code = "let mask = eqa1\n        .movemask()\n        .or(eqa2.movemask().or(eqa4.movemask()))\n        .or(eqa30);";
            may_be_joined(code, context, "    ", 4)
        };
        assert!(joined(Shares::Whole));
        assert!(!joined(Shares::Scaled));
    }

    #[test]
    fn broken_lines_are_seen() {
        for text in [
            "a\n    .b()",
            "let a =\n    b;",
            "f(\n    a,\n)",
            "a\n    && b",
            "m(|a| {\n    b\n})",
        ] {
            assert!(has_broken_lines(text), "{text}");
        }
        for text in [
            "if a {\n    b();\n}\n\nc(d);",
            "// a\nlet Some(a) = b else {\n    return;\n};",
        ] {
            assert!(!has_broken_lines(text), "{text}");
        }
    }

    #[test]
    fn an_item_is_found_around_a_range() {
        let text = "use a;\nfn f() {\n    g();\n}\n";
        let root = Tree::parse(text, FileContext::default().edition)
            .unwrap()
            .root();
        let at = |from: u32, to: u32| item_around(&root, TextRange::new(from.into(), to.into()));
        assert_eq!(at(20, 22), Some(TextRange::new(7.into(), 26.into())));
        assert_eq!(at(2, 22), None);
    }

    #[test]
    fn lines_that_fit_since_they_were_moved() {
        let joined = |code: &str| may_be_joined(code, FileContext::default(), "    ", 4);
        let long = |width: usize| "x".repeat(width);
        let call =
            |width: usize| format!("f(\n        {},\n    );", long(width - "    f();".len()));
        assert!(joined(&call(95)) && joined(&call(100)));
        assert!(!joined(&call(94)), "it fitted before");
        assert!(!joined(&call(101)), "it doesn't fit now");
        let rest = 97 - "    a".len();
        for code in [
            format!("a\n        .{};", long(rest - 2)),
            format!("a =\n        {};", long(rest - 4)),
            format!("a && b\n        && {}\n    {{", long(rest - 11)),
            format!("a => {{\n        {}\n    }}", long(rest - 4)),
            format!("a.b()\n        [{}];", long(rest - 7)),
        ] {
            assert!(joined(&code), "{code}");
        }
        for code in [
            format!("a {{\n        {}\n    }}", long(rest - 6)),
            format!("a // b\n        .{};", long(rest - 2)),
            format!("a,\n        {};", long(rest - 3)),
            format!("f(\"\n{}\");", long(rest)),
        ] {
            assert!(!joined(&code), "{code}");
        }
    }
}
