//! Bounded parsing, and incremental reparsing of only the edited block.

use std::cell::Cell;

use ra_ap_parser::{LexedStr, Output, Reparser, StrStep, SyntaxKind, T, TopEntryPoint};
use ra_ap_syntax::{
    AstNode, Edition, GreenNode, SyntaxElement, SyntaxNode, SyntaxToken, SyntaxTreeBuilder,
    ast::SourceFile,
};

use super::bounds::{self, Unparsable};
use crate::text::{Edit, TextRange, TextSize};

/// A lossless tree of a source text. It covers any text, however broken.
///
/// The tree can be shared between threads; the nodes obtained from it can't.
#[derive(Debug, Clone)]
pub struct Tree {
    green: GreenNode,
    /// The ranges of lexer and parser errors. Errors found only by validating the whole tree are absent: validation takes a
    /// third of the parsing time.
    errors: Vec<TextRange>,
}

/// A part of a tree. Versions of a text share the parts that weren't edited.
#[derive(Debug, Clone)]
pub struct Subtree(GreenNode);

impl Subtree {
    pub fn of(node: &SyntaxNode) -> Self {
        Self(node.green().to_owned())
    }

    /// Equal for the same part, as long as it is alive.
    pub fn address(&self) -> usize {
        std::ptr::from_ref(&*self.0).addr()
    }
}

impl Tree {
    pub fn parse(text: &str, edition: Edition) -> Result<Self, Unparsable> {
        let lexed = LexedStr::new(edition, text);
        bounds::check(&lexed)?;
        let output = TopEntryPoint::SourceFile.parse(&lexed.to_input(edition));
        build(&lexed, &output)
    }

    /// The tree after `edit`, which resulted in `text`. Equal to `Tree::parse(text)`, but much faster if the edit is within a
    /// block.
    pub fn edited(&self, edit: &Edit, text: &str, edition: Edition) -> Result<Self, Unparsable> {
        if let Some(block) = self.block_around(edit.delete)
            && let Some(tree) = self.with_block_parsed_again(&block, edit, text, edition)
        {
            return tree;
        }
        Self::parse(text, edition)
    }

    pub fn root(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
    }

    /// The whole file as a typed node.
    pub fn file(&self) -> Option<SourceFile> {
        SourceFile::cast(self.root())
    }

    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    pub fn errors(&self) -> &[TextRange] {
        &self.errors
    }

    fn block_around(&self, range: TextRange) -> Option<SyntaxNode> {
        let root = self.root();
        if !root.text_range().contains_range(range) {
            return None;
        }
        let node = match root.covering_element(range) {
            SyntaxElement::Node(node) => node,
            SyntaxElement::Token(token) => token.parent()?,
        };
        node.ancestors().find(|node| reparser(node).is_some())
    }

    /// Returns `None` if the edit extends beyond the block, so that the whole text must be parsed.
    fn with_block_parsed_again(
        &self,
        block: &SyntaxNode,
        edit: &Edit,
        text: &str,
        edition: Edition,
    ) -> Option<Result<Self, Unparsable>> {
        let before = block.text_range();
        let length = before.len() - edit.delete.len() + TextSize::of(&edit.insert);
        let after = TextRange::at(before.start(), length);
        let lexed = LexedStr::new(edition, crate::text::slice(text, after)?);
        if !is_block(&lexed) {
            return None;
        }
        // The brackets around the block are unknown here, so each part gets half of the bound.
        if let Err(reason) = bounds::check(&lexed) {
            return Some(Err(reason));
        }
        if block.ancestors().count() > bounds::DEPTH / 2 {
            return None;
        }
        let output = reparser(block)?.parse(&lexed.to_input(edition));
        let part = match build(&lexed, &output) {
            Ok(part) => part,
            Err(reason) => return Some(Err(reason)),
        };
        if part.root().kind() != block.kind() || part.root().text_range().len() != length {
            return None;
        }
        let errors = self.errors_around(before, length, &part);
        Some(Ok(Self {
            green: block.replace_with(part.green),
            errors,
        }))
    }

    fn errors_around(&self, before: TextRange, length: TextSize, part: &Tree) -> Vec<TextRange> {
        let ahead = self
            .errors
            .iter()
            .copied()
            .filter(|error| error.end() <= before.start());
        let inside = part.errors.iter().map(|error| *error + before.start());
        let behind = self
            .errors
            .iter()
            .filter(|error| error.start() >= before.end());
        let behind = behind.map(|error| *error - before.len() + length);
        ahead.chain(inside).chain(behind).collect()
    }
}

fn reparser(node: &SyntaxNode) -> Option<Reparser> {
    let first = node.first_child_or_token().map(|child| child.kind());
    let parent = node.parent().map(|parent| parent.kind());
    Reparser::for_node(node.kind(), first, parent)
}

/// The token that contains `offset` or starts there; the last one at the end of the text. Takes logarithmic time in the number
/// of children, unlike a linear search.
pub fn token_behind(root: &SyntaxNode, offset: TextSize) -> Option<SyntaxToken> {
    let whole = root.text_range();
    if offset >= whole.end() {
        return (offset == whole.end()).then(|| root.last_token()).flatten();
    }
    let first_byte = TextRange::at(offset, 1.into());
    root.covering_element(first_byte).into_token()
}

/// Whether the tokens form one block in braces, so that nothing inside can end it early or extend past it.
fn is_block(lexed: &LexedStr<'_>) -> bool {
    let len = lexed.len();
    if len < 2 || lexed.kind(0) != T!['{'] || lexed.kind(len - 1) != T!['}'] {
        return false;
    }
    let mut open = 0_usize;
    for at in 1..len - 1 {
        match lexed.kind(at) {
            T!['{'] => open += 1,
            T!['}'] if open == 0 => return false,
            T!['}'] => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// Builds a tree, omitting nodes beyond the maximum depth.
struct Sink {
    builder: SyntaxTreeBuilder,
    depth: usize,
    deepest: usize,
    errors: Vec<TextRange>,
}

impl Sink {
    fn step(&mut self, step: &StrStep<'_>) {
        match *step {
            StrStep::Token { kind, text } => self.builder.token(kind, text),
            StrStep::Enter { kind } => self.enter(kind),
            StrStep::Exit => {
                self.depth -= 1;
                if self.depth < bounds::DEPTH {
                    self.builder.finish_node();
                }
            }
            StrStep::Error { pos, .. } => {
                let at = TextSize::try_from(pos).unwrap_or_default();
                self.errors.push(TextRange::empty(at));
            }
        }
    }

    fn enter(&mut self, kind: SyntaxKind) {
        // A tree that is too deep is discarded, so its deeper nodes are omitted before they can overflow the stack.
        if self.depth < bounds::DEPTH {
            self.builder.start_node(kind);
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }
}

/// The number of tokens parsed by this thread, a machine-independent measure of work.
pub fn tokens_parsed() -> u64 {
    PARSED.get()
}

thread_local! {
    static PARSED: Cell<u64> = const { Cell::new(0) };
}

fn build(lexed: &LexedStr<'_>, output: &Output) -> Result<Tree, Unparsable> {
    let tokens = u64::try_from(lexed.len()).unwrap_or(u64::MAX);
    PARSED.set(PARSED.get().saturating_add(tokens));
    let mut sink = Sink {
        builder: SyntaxTreeBuilder::default(),
        depth: 0,
        deepest: 0,
        errors: Vec::new(),
    };
    lexed.intersperse_trivia(output, &mut |step| sink.step(&step));
    if sink.deepest > bounds::DEPTH {
        return Err(Unparsable::TooDeep);
    }
    let mut errors = sink.errors;
    errors.extend(lexed.errors().map(|(token, _)| range_of(lexed, token)));
    let root = sink.builder.finish().syntax_node();
    Ok(Tree {
        green: root.green().to_owned(),
        errors,
    })
}

fn range_of(lexed: &LexedStr<'_>, token: usize) -> TextRange {
    let range = lexed.text_range(token);
    let size = |at| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(size(range.start), size(range.end))
}

/// Dumps a tree to a string for comparison in tests.
#[cfg(test)]
fn dump(tree: &Tree) -> String {
    use std::fmt::Write;

    let mut out = String::new();
    for event in tree.root().preorder_with_tokens() {
        let ra_ap_syntax::WalkEvent::Enter(element) = event else {
            continue;
        };
        let text = match &element {
            ra_ap_syntax::NodeOrToken::Node(_) => String::new(),
            ra_ap_syntax::NodeOrToken::Token(token) => format!("{:?}", token.text()),
        };
        let _ = writeln!(
            out,
            "{:?}@{:?} {text}",
            element.kind(),
            element.text_range()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EDITION: Edition = Edition::Edition2021;
    const TEXT: &str = "mod m { fn f(x: u8) { if x > 1 { g(\"a\\\"b\", 'c'); } /* d */ } }\n\
                        impl S { fn h(&self) -> T { match self { A { a } => m![{ b }], _ => 1 } } }\n";

    fn assert_edit_is_like_parsing(text: &str, start: usize, end: usize, insert: &str) {
        let size = |at: usize| TextSize::try_from(at).unwrap();
        let edit = Edit::replace(TextRange::new(size(start), size(end)), insert);
        let after = format!("{}{insert}{}", &text[..start], &text[end..]);
        let edited = Tree::parse(text, EDITION)
            .unwrap()
            .edited(&edit, &after, EDITION)
            .unwrap();
        let parsed = Tree::parse(&after, EDITION).unwrap();
        assert_eq!(
            dump(&edited),
            dump(&parsed),
            "{start}..{end} became {insert:?} in {text:?}"
        );
        assert_eq!(edited.root().text().to_string(), after);
    }

    #[test]
    fn an_edit_anywhere_is_like_parsing() {
        let inserts = [
            "", " ", "x", "{", "}", "\"", "/*", "'", "//", "\n", "r#\"", "else {}", ")", ";", "=>",
        ];
        for start in 0..TEXT.len() {
            for end in [
                start,
                (start + 1).min(TEXT.len()),
                (start + 7).min(TEXT.len()),
            ] {
                for insert in inserts {
                    assert_edit_is_like_parsing(TEXT, start, end, insert);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_tree_that_keeps_it(text in "\\PC{0,200}") {
            prop_assert_eq!(Tree::parse(&text, EDITION).unwrap().root().text().to_string(), text);
        }
    }

    #[test]
    fn chains_make_no_tree_that_is_too_deep_to_drop() {
        for link in [" + a", ".a()", "?", "[0]", " as u8", "::a"] {
            let text = format!("fn f() {{ a{} }}", link.repeat(100_000));
            assert_eq!(
                Tree::parse(&text, EDITION).err(),
                Some(Unparsable::TooDeep),
                "{link}"
            );
        }
        let text = format!("fn f() {{ a{} }}", " + a".repeat(1_000));
        assert!(!Tree::parse(&text, EDITION).unwrap().has_errors());
    }

    #[test]
    fn the_token_behind_a_place_is_found_like_by_looking_at_all() {
        for text in [TEXT, "", "a", "// ä"] {
            let root = Tree::parse(text, EDITION).unwrap().root();
            for at in 0..=text.len() {
                let at = TextSize::try_from(at).unwrap();
                let expected = root.token_at_offset(at).right_biased();
                assert_eq!(token_behind(&root, at), expected, "{text:?} {at:?}");
            }
        }
    }

    #[test]
    fn errors_move_with_the_text() {
        let text = "fn a() { let = ; }\nfn b() { c() }\nfn d() { let = ; }\n";
        let at = TextSize::try_from(text.find("c()").unwrap()).unwrap();
        let after = text.replace("c()", "let cc()");
        let edit = Edit::insert(at, "let c");
        let edited = Tree::parse(text, EDITION)
            .unwrap()
            .edited(&edit, &after, EDITION)
            .unwrap();
        let mut expected = Tree::parse(&after, EDITION).unwrap().errors;
        let mut errors = edited.errors;
        expected.sort_by_key(|error| error.start());
        errors.sort_by_key(|error| error.start());
        assert_eq!(errors, expected);
    }
}
