//! Comments inside a function that are statements once the slashes are removed.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasModuleItem},
};

use crate::{
    syntax::{
        Edition, FileContext, Hazard, Refusal, Rewrite, Source,
        flow::{self, BodyOf},
        layout, tokens_of,
    },
    text::{TextRange, TextSize, slice},
};

/// Consecutive lines that contain only a comment.
#[derive(Debug, Clone)]
pub struct CommentLines<'a> {
    /// The first line's comment.
    pub at: TextRange,
    /// From the first line's comment to the end of the last one's.
    pub whole: TextRange,
    /// The lines without slashes and without blank ones.
    code: Vec<&'a str>,
}

impl<'a> CommentLines<'a> {
    /// Returns the runs in a range judging by lines alone: apparent comments may be part of a string literal.
    pub fn in_range(text: &'a str, range: TextRange) -> Vec<Self> {
        let code = slice(text, range).unwrap_or_default();
        let mut found: Vec<Self> = Vec::new();
        if !code.contains("//") {
            return found;
        }
        let mut start = range.start();
        let mut goes_on = false;
        for line in code.split_inclusive('\n') {
            let bare = line.trim();
            match comment(bare) {
                Some(code) => {
                    let from = start + TextSize::of(line) - TextSize::of(line.trim_start());
                    let at = TextRange::at(from, TextSize::of(bare));
                    if !goes_on {
                        found.push(Self {
                            at,
                            whole: at,
                            code: Vec::new(),
                        });
                    }
                    if let Some(run) = found.last_mut() {
                        run.whole = run.whole.cover(at);
                        run.code.extend((!code.is_empty()).then_some(code));
                    }
                    goes_on = true;
                }
                None => goes_on = false,
            }
            start += TextSize::of(line);
        }
        found
    }

    /// Number of lines of code.
    pub fn count(&self) -> usize {
        self.code.len()
    }

    /// Whether most lines end as code does.
    pub fn look_like_code(&self) -> bool {
        look_like_code(&self.code)
    }

    /// Whether the lines parse as complete statements.
    pub fn are_code(&self, context: FileContext) -> bool {
        are_statements(&self.code, context)
    }

    /// Whether the parser sees a comment here too, outside of macro input.
    pub fn are_comments(&self, around: &SyntaxNode) -> bool {
        let token = around.token_at_offset(self.at.start()).right_biased();
        let is_plain = |token: SyntaxToken| {
            let is_input = |node: SyntaxNode| node.kind() == SyntaxKind::TOKEN_TREE;
            token.kind() == SyntaxKind::COMMENT && !token.parent_ancestors().any(is_input)
        };
        token.is_some_and(is_plain)
    }
}

/// Whether source text consists of line comments only, which form statements together.
pub fn is_dead_code(text: &str, edition: Edition) -> bool {
    let context = FileContext {
        edition,
        ..FileContext::default()
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let code: Option<Vec<&str>> = lines.map(comment).collect();
    let code = code.map(|mut lines| {
        lines.retain(|line| !line.is_empty());
        lines
    });
    code.is_some_and(|lines| are_statements(&lines, context))
}

/// Removes the lines from a block, along with blank lines that no longer separate anything.
pub fn without<'a>(
    run: &CommentLines<'_>,
    list: &ast::StmtList,
    text: &'a str,
) -> Result<Rewrite<'a>, Refusal> {
    check_rest(list, run)?;
    let open = list.l_curly_token().ok_or(Refusal::NotHere)?.text_range();
    let close = list.r_curly_token().ok_or(Refusal::NotHere)?.text_range();
    let before = slice(text, TextRange::new(open.end(), run.whole.start()));
    let behind = slice(text, TextRange::new(run.whole.end(), close.start()));
    let (before, behind) = before.zip(behind).ok_or(Refusal::NotHere)?;
    let code = before.trim_end();
    let blank = &behind[..behind.len() - behind.trim_start().len()];
    let is_first = code.is_empty();
    let is_last = blank == behind;
    let head = if is_last && !is_first {
        before[code.len()..].find('\n').map(|at| code.len() + at)
    } else {
        before.rfind('\n')
    };
    let is_parted = is_first || before[code.len()..].matches('\n').count() > 1;
    let tail = if is_parted {
        blank.rfind('\n')
    } else {
        blank.find('\n')
    };
    let (head, tail) = head.zip(tail).ok_or_else(Refusal::of_layout)?;
    let start = open.end() + TextSize::of(&before[..=head]);
    let end = run.whole.end() + TextSize::of(&behind[..=tail]);
    Ok(Rewrite::of(text, TextRange::new(start, end)))
}

/// Checks what is left: a block that would be empty is explained by the comment, and one with a single expression may be
/// formatted differently.
fn check_rest(list: &ast::StmtList, run: &CommentLines<'_>) -> Result<(), Refusal> {
    let start = run.whole.start();
    let is_cut = |part: &SyntaxNode| {
        let first = tokens_of(part).find(|token| !token.kind().is_trivia());
        let is_ahead = first.is_some_and(|first| first.text_range().start() < start);
        part.text_range().contains(start) && is_ahead
    };
    let parts: Vec<SyntaxNode> = list.syntax().children().collect();
    if parts.iter().any(is_cut) {
        return Err(Refusal::because(
            Hazard::Text,
            "The comment is inside a statement, whose layout would change.",
        ));
    }
    let comments = layout::comments_in(list.syntax(), list.syntax().text_range());
    let is_other = |comment: &SyntaxToken| !run.whole.contains_range(comment.text_range());
    if parts.len() > 1 || comments.iter().any(is_other) {
        return Ok(());
    }
    let owner = list.syntax().parent().and_then(ast::BlockExpr::cast);
    let body = owner.as_ref().and_then(flow::body_of);
    let is_body = matches!(body, Some(BodyOf::Function(_) | BodyOf::Loop(_)));
    let around = owner.and_then(|owner| owner.syntax().parent());
    let is_way_out = around.is_some_and(|it| it.kind() == SyntaxKind::LET_ELSE);
    if parts.is_empty() {
        return Err(Refusal::because(
            Hazard::Text,
            "The block would be empty, and the comment may explain why it does nothing.",
        ));
    }
    if is_way_out || list.tail_expr().is_some() && !is_body {
        return Err(Refusal::because(
            Hazard::Text,
            "The block would contain only one expression and be written differently.",
        ));
    }
    Ok(())
}

/// The content of a comment that isn't documentation.
fn comment(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("//")?;
    (!rest.starts_with(['/', '!'])).then(|| rest.trim())
}

fn look_like_code(lines: &[&str]) -> bool {
    let ends = |line: &&&str| line.ends_with([';', '{', '}', ',', '(', ')']);
    lines.iter().filter(ends).count() * 2 > lines.len()
}

fn are_statements(lines: &[&str], context: FileContext) -> bool {
    let ends_one = lines.last().is_some_and(|last| last.ends_with([';', '}']));
    if !look_like_code(lines) || !ends_one {
        return false;
    }
    let text = format!("fn f() {{\n{}\n}}\n", lines.join("\n"));
    let Ok(source) = Source::parse(text, context) else {
        return false;
    };
    // Prose in the commented-out code means that it is more than dead code.
    if layout::has_comment(&source.root()) {
        return false;
    }
    let file = ast::SourceFile::cast(source.root());
    let mut items = file.iter().flat_map(HasModuleItem::items);
    let is_one = matches!((items.next(), items.next()), (Some(ast::Item::Fn(_)), None));
    is_one && !source.tree.has_errors()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_statements_are_dead_code() {
        let is_dead = |text| is_dead_code(text, Edition::Edition2021);
        assert!(is_dead("    // a();\n    //\n    // b();\n"));
        for text in [
            "// a();\n// Words.\n",
            "// // Words.\n// a();\n// b();\n",
            "// a(); // Words.\n// b();\n",
            "/// a();\n/// b();\n",
            "// a();\nb();\n",
            "/* a(); */\n",
            "// a();\n// if b {\n",
            "",
        ] {
            assert!(!is_dead(text), "{text}");
        }
    }

    #[test]
    fn runs_are_parted_by_code_and_blank_lines() {
        let text = "{\n    // a();\n    //b();\n\n    // c();\n    d(); // e\n    /// f\n}";
        let all = CommentLines::in_range(text, TextRange::up_to(TextSize::of(text)));
        let all = all
            .iter()
            .map(|run| (slice(text, run.whole).unwrap(), run.count()));
        let expected = [("// a();\n    //b();", 2), ("// c();", 1)];
        assert_eq!(all.collect::<Vec<_>>(), expected);
    }
}
