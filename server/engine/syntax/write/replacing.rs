//! Whether rustfmt keeps lines as they are when a name replaces longer or shorter code.

use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxKind, SyntaxNode, ast};

use super::layout::{self, width};
use crate::{
    syntax::FileContext,
    text::{TextRange, TextSize, slice},
};

/// Ranges that are replaced with a name of this width.
#[derive(Debug, Clone, Copy)]
pub struct Replaced<'a> {
    pub places: &'a [TextRange],
    pub width: usize,
}

/// Maximum width of an `if` that is a value, and of a `let … else`, on one line.
const CHOICE: usize = 50;
/// The same for the fields of a struct.
const FIELDS: usize = 18;
/// Maximum width of array elements that share a line.
const ELEMENT: usize = 10;

impl Replaced<'_> {
    /// Whether all lines stay the same except for the name. Errs towards `false`. `root` is any node of the tree.
    pub fn keeps_layout(&self, root: &SyntaxNode, text: &str, context: FileContext) -> bool {
        let Some(root) = root.ancestors().last() else {
            return false;
        };
        self.places.iter().all(|place| {
            let element = root.covering_element(*place);
            let node = element.ancestors().find(|it| it.text_range() == *place);
            node.is_some_and(|node| self.keeps(&node, text, context))
        })
    }

    /// Whether multi-line function signatures still don't fit on one line.
    pub fn keeps_heads(&self, root: &SyntaxNode, text: &str, context: FileContext) -> bool {
        self.places.iter().all(|place| {
            let element = root.covering_element(*place);
            let function = element.ancestors().find_map(ast::Fn::cast);
            let head = function.and_then(|function| {
                let whole = function.syntax().text_range();
                let start = function.fn_token()?.text_range().start();
                let end = function.body().map(|it| it.syntax().text_range().start());
                Some(TextRange::new(start, end.unwrap_or(whole.end())))
            });
            let Some(head) = head.filter(|head| head.contains_range(*place)) else {
                return true;
            };
            let is_on_one_line = slice(text, head).is_some_and(|it| !it.trim().contains('\n'));
            let column = layout::column(text, head.start());
            is_on_one_line || column + self.width_after(head, text) > context.width.max()
        })
    }

    fn keeps(&self, node: &SyntaxNode, text: &str, context: FileContext) -> bool {
        let max = context.width.max();
        let (line, frame) = line_of(node);
        let whole = line.text_range();
        let column = layout::column(text, whole.start());
        let before = slice(text, whole).map_or(0, width);
        let after = self.width_after(whole, text);
        if after > before {
            let end = rest_of_line(text, whole.end());
            let fits = column + after + end <= max && after <= context.width.share(CHOICE);
            let has_fields = line.descendants().any(|it| {
                it.kind() == SyntaxKind::RECORD_EXPR_FIELD_LIST
                    && it.text_range().contains_range(node.text_range())
            });
            return fits && !has_fields;
        }
        let Some(frame) = frame else {
            return true;
        };
        self.keeps_frame(&line, &frame, text, context)
    }

    /// The width that single-line code will have.
    fn width_after(&self, range: TextRange, text: &str) -> usize {
        let code = slice(text, range).map_or_else(String::new, layout::on_one_line);
        let inside = self
            .places
            .iter()
            .filter(|place| range.contains_range(**place));
        let goes: usize = inside
            .clone()
            .map(|place| slice(text, *place).map_or(0, width))
            .sum();
        (width(&code) + inside.count() * self.width).saturating_sub(goes)
    }

    /// Whether the code around a line keeps its line breaks after the line has become shorter.
    fn keeps_frame(
        &self,
        line: &SyntaxNode,
        frame: &SyntaxNode,
        text: &str,
        context: FileContext,
    ) -> bool {
        let range = frame.text_range();
        let column = layout::column(text, range.start());
        let fits = || column + self.width_after(range, text) <= context.width.max();
        match frame.kind() {
            SyntaxKind::STMT_LIST => self.keeps_block(line, frame, text, context),
            SyntaxKind::MATCH_ARM_LIST
            | SyntaxKind::SOURCE_FILE
            | SyntaxKind::ITEM_LIST
            | SyntaxKind::ASSOC_ITEM_LIST
            | SyntaxKind::FN
            | SyntaxKind::CLOSURE_EXPR => true,
            // The fields of a struct are on separate lines; those of a variant only if they are long.
            SyntaxKind::RECORD_FIELD_LIST => {
                let parent = frame.parent();
                parent.is_some_and(|it| it.kind() != SyntaxKind::VARIANT) || !fits()
            }
            SyntaxKind::RECORD_FIELD => {
                let own = without_comments(frame);
                let column = layout::column(text, own.start());
                column + self.width_after(own, text) + 1 > context.width.max()
            }
            SyntaxKind::RECORD_EXPR_FIELD_LIST => {
                self.width_after(range, text) > context.width.share(FIELDS) + width("{  }")
            }
            SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR => {
                is_followed_by_brace(text, line.text_range().end())
                    && self.keeps_choice(frame, text, context)
            }
            SyntaxKind::MATCH_EXPR => is_followed_by_brace(text, line.text_range().end()),
            SyntaxKind::LET_STMT if has_block(frame) => {
                is_followed_by_else(text, line.text_range().end())
                    && self.width_after(range, text) > context.width.share(CHOICE) + 1
            }
            SyntaxKind::ARRAY_EXPR => self.width > ELEMENT && !fits(),
            SyntaxKind::ARG_LIST => {
                let last = frame.children().last();
                let is_open = last.is_some_and(|it| it.text().contains_char('\n'));
                !is_open && !fits()
            }
            _ => !fits(),
        }
    }

    /// The only expression of a block may replace the block.
    fn keeps_block(
        &self,
        line: &SyntaxNode,
        list: &SyntaxNode,
        text: &str,
        context: FileContext,
    ) -> bool {
        let is_alone = list.children().count() == 1 && ast::Expr::can_cast(line.kind());
        let owner = list.parent().and_then(|block| block.parent());
        let Some(owner) = owner.filter(|_| is_alone) else {
            return true;
        };
        match owner.kind() {
            SyntaxKind::MATCH_ARM | SyntaxKind::CLOSURE_EXPR => {
                let end = list.text_range().start();
                let head = TextRange::new(owner.text_range().start(), end);
                let head = slice(text, head).map_or(0, width);
                let column = layout::column(text, owner.text_range().start());
                let room = context.width.max();
                let after = self.width_after(line.text_range(), text);
                let before = slice(text, line.text_range()).map_or(0, width);
                column + head + before + 3 <= room || column + head + after > room
            }
            SyntaxKind::IF_EXPR => self.keeps_choice(&owner, text, context),
            _ => true,
        }
    }

    /// A short `if` with an `else` is on one line if it is a value.
    fn keeps_choice(&self, choice: &SyntaxNode, text: &str, context: FileContext) -> bool {
        let has_else =
            ast::IfExpr::cast(choice.clone()).is_some_and(|it| it.else_token().is_some());
        !has_else || self.width_after(choice.text_range(), text) > context.width.share(CHOICE)
    }
}

/// The largest enclosing node on the same line, and its parent.
fn line_of(node: &SyntaxNode) -> (SyntaxNode, Option<SyntaxNode>) {
    let mut line = node.clone();
    while let Some(parent) = line.parent() {
        if is_broken(&parent) {
            return (line, Some(parent));
        }
        line = parent;
    }
    (line, None)
}

/// Whether a node spans several lines, apart from its attributes.
fn is_broken(node: &SyntaxNode) -> bool {
    let elements = node.children_with_tokens();
    let own = elements.skip_while(|it| {
        let kind = it.kind();
        kind == SyntaxKind::ATTR || kind.is_trivia()
    });
    own.into_iter().any(|it| match it {
        NodeOrToken::Node(node) => node.text().contains_char('\n'),
        NodeOrToken::Token(token) => token.text().contains('\n'),
    })
}

/// The range of a node without its comments and attributes.
fn without_comments(node: &SyntaxNode) -> TextRange {
    let mut own = node.children_with_tokens().skip_while(|it| {
        let kind = it.kind();
        kind == SyntaxKind::ATTR || kind.is_trivia()
    });
    let start = own.next().map(|it| it.text_range().start());
    let whole = node.text_range();
    TextRange::new(start.unwrap_or(whole.start()), whole.end())
}

fn has_block(statement: &SyntaxNode) -> bool {
    let statement = ast::LetStmt::cast(statement.clone());
    statement.is_some_and(|it| it.let_else().is_some())
}

fn is_followed_by_brace(text: &str, at: TextSize) -> bool {
    text[usize::from(at)..].starts_with(" {")
}

fn is_followed_by_else(text: &str, at: TextSize) -> bool {
    text[usize::from(at)..].starts_with(" else {")
}

/// The width of the text after an offset on its line.
fn rest_of_line(text: &str, at: TextSize) -> usize {
    let rest = &text[usize::from(at)..];
    width(rest.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    /// Whether lines are kept when the code between two `|` is replaced with a name of this width.
    fn keeps(code: &str, width: usize) -> bool {
        let parts: Vec<&str> = code.split('|').collect();
        let text = parts.concat();
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let start = TextSize::of(parts[0]);
        let places = [TextRange::at(start, TextSize::of(parts[1]))];
        let replaced = Replaced {
            places: &places,
            width,
        };
        replaced.keeps_layout(&source.root(), &text, source.context)
    }

    #[test]
    fn lines_by_themselves_stay() {
        for code in [
            "fn f() {\n    g(|\"some text\"|);\n}\n",
            "fn f() {\n    if g(|\"some text\"|) {\n        h();\n    }\n}\n",
            "fn f() {\n    S {\n        #[cfg(x)]\n        a: g(|\"some text\"|),\n        b: cccccccccccccccccccc,\n    }\n}\n",
        ] {
            assert!(keeps(code, 9), "{code}");
        }
    }

    #[test]
    fn what_could_be_joined_or_broken_does_not() {
        for (code, width) in [
            (
                "fn f() {\n    g(\n        |\"some text\"|,\n        b,\n    );\n}\n",
                9,
            ),
            ("fn f() {\n    let a =\n        g(|\"some text\"|);\n}\n", 9),
            (
                "fn f() {\n    let a = if b {\n        |\"some text\"|\n    } else {\n        c\n    };\n}\n",
                9,
            ),
            ("fn f() {\n    g(a, |7|, b);\n}\n", 60),
            ("fn f() {\n    S { a: |7|, b: 2 };\n}\n", 9),
        ] {
            assert!(!keeps(code, width), "{code}");
        }
    }
}
