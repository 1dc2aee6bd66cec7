//! The few statements of a block, or arms of a `match`, that a change touches.
//!
//! A parser at the start of a statement has no memory of what came before, and what follows can only affect how a statement
//! ends. So it is enough to parse the touched ones with one neighbour on each side: if both neighbours parse as before, so
//! does everything beyond them, and the cost of a change in a long function depends only on what it touches.

use ra_ap_syntax::{Edition, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode};

use super::{regions::parsed_alone, surroundings::covering_node};
use crate::text::{TextRange, TextSize};

/// Maximum nesting depth of a stretch. Anything deeper is audited with its whole item, so that the bounded parser sees all
/// its brackets.
const MOST_LEVELS: usize = 400;

pub(super) struct Stretch {
    pub range: TextRange,
    frame: Frame,
    has_neighbour: Sides,
}

/// Code put around the stretch so that it parses as it does in place.
#[derive(Clone, Copy)]
struct Frame {
    list: SyntaxKind,
    open: &'static str,
    close: &'static str,
}

#[derive(Clone, Copy)]
struct Sides {
    ahead: bool,
    behind: bool,
}

const FRAMES: [Frame; 2] = [
    Frame {
        list: SyntaxKind::STMT_LIST,
        open: "fn f() {",
        close: "}",
    },
    Frame {
        list: SyntaxKind::MATCH_ARM_LIST,
        open: "fn f() { match x {",
        close: "}}",
    },
];

/// A stretch parsed within its frame.
pub(super) struct Framed {
    /// The root of the parsed frame.
    pub root: SyntaxNode,
    list: SyntaxNode,
    range: TextRange,
}

impl Stretch {
    /// The stretch around a range inside an item. Returns `None` if it extends beyond one block.
    pub(super) fn around(root: &SyntaxNode, item: &SyntaxNode, span: TextRange) -> Option<Self> {
        let around = covering_node(root, span);
        let mut inside = around.ancestors().take_while(|node| node != item);
        let (list, frame) = inside.find_map(|node| {
            let frame = FRAMES.iter().find(|frame| frame.list == node.kind())?;
            Some((node, *frame))
        })?;
        let inner = inner_range(&list)?;
        if !inner.contains_range(span) || list.ancestors().count() > MOST_LEVELS {
            return None;
        }
        let ahead = neighbour(
            element_at(&list, span.start() - TextSize::new(1))?,
            SyntaxElement::prev_sibling_or_token,
        );
        let behind = neighbour(
            element_at(&list, span.end())?,
            SyntaxElement::next_sibling_or_token,
        );
        let start = ahead.as_ref().map(|node| node.text_range().start());
        let end = behind.as_ref().map(|node| node.text_range().end());
        Some(Self {
            range: TextRange::new(start.unwrap_or(inner.start()), end.unwrap_or(inner.end())),
            frame,
            has_neighbour: Sides {
                ahead: ahead.is_some(),
                behind: behind.is_some(),
            },
        })
    }

    /// Parses the stretch before or after a change; returns `None` if it isn't part of one block or has a syntax error.
    pub(super) fn parsed(&self, code: &str, edition: Edition) -> Option<Framed> {
        let Frame { list, open, close } = self.frame;
        let root = parsed_alone(&[open, code, close].concat(), edition)?;
        let range = TextRange::at(TextSize::of(open), TextSize::of(code));
        let brace = TextRange::empty(range.start());
        let found = covering_node(&root, brace).ancestors();
        let list = found.into_iter().find(|node| node.kind() == list)?;
        (inner_range(&list)? == range).then_some(Framed { root, list, range })
    }

    /// Whether the neighbours at both ends parse as before.
    pub(super) fn keeps_neighbours(&self, before: &Framed, after: &Framed) -> bool {
        let Sides { ahead, behind } = self.has_neighbour;
        let (first, last) = (Framed::first, Framed::last);
        let ends = |framed: &Framed| Some((first(framed)?.end(), last(framed)?.start()));
        let is_apart = !(ahead && behind) || ends(after).is_some_and(|(end, start)| end <= start);
        is_apart
            && (!ahead || is_same(before.list.first_child(), after.list.first_child()))
            && (!ahead || first(after).is_some_and(|at| at.start() == after.range.start()))
            && (!behind || is_same(before.list.last_child(), after.list.last_child()))
            && (!behind || last(after).is_some_and(|at| at.end() == after.range.end()))
    }
}

impl Framed {
    fn first(&self) -> Option<TextRange> {
        self.list.first_child().map(|node| node.text_range())
    }

    fn last(&self) -> Option<TextRange> {
        self.list.last_child().map(|node| node.text_range())
    }
}

fn is_same(before: Option<SyntaxNode>, after: Option<SyntaxNode>) -> bool {
    matches!((before, after), (Some(before), Some(after)) if before.green() == after.green())
}

/// The range between the braces of a list.
fn inner_range(list: &SyntaxNode) -> Option<TextRange> {
    let open = list.first_child_or_token()?;
    let close = list.last_child_or_token()?;
    let is_closed = open.kind() == SyntaxKind::L_CURLY && close.kind() == SyntaxKind::R_CURLY;
    is_closed.then(|| TextRange::new(open.text_range().end(), close.text_range().start()))
}

/// The child that contains the byte after `at`, found by binary search.
fn element_at(list: &SyntaxNode, at: TextSize) -> Option<SyntaxElement> {
    list.child_or_token_at_range(TextRange::at(at, 1.into()))
}

/// The nearest node next to the touched element.
fn neighbour(
    touched: SyntaxElement,
    next: fn(&SyntaxElement) -> Option<SyntaxElement>,
) -> Option<SyntaxNode> {
    let first = match touched {
        NodeOrToken::Node(_) => next(&touched)?,
        NodeOrToken::Token(_) => touched,
    };
    std::iter::successors(Some(first), next).find_map(NodeOrToken::into_node)
}
