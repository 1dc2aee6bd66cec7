//! A source text with its lines and its tree.

use std::sync::Arc;

use ra_ap_syntax::SyntaxNode;

use super::{bounds::Unparsable, context::FileContext, tree::Tree};
use crate::text::{Edits, Lines, TextRange, slice};

/// A parsed source text. Immutable: an edit creates a new one.
#[derive(Debug, Clone)]
pub struct Source {
    pub text: Arc<str>,
    pub lines: Lines,
    pub tree: Tree,
    pub context: FileContext,
}

impl Source {
    pub fn parse(text: impl Into<Arc<str>>, context: FileContext) -> Result<Self, Unparsable> {
        let text = text.into();
        let tree = Tree::parse(&text, context.edition)?;
        Ok(Self {
            lines: Lines::new(&text),
            text,
            tree,
            context,
        })
    }

    /// The root of the tree. Each call creates a new one, and nodes of different roots are never equal.
    pub fn root(&self) -> SyntaxNode {
        self.tree.root()
    }

    /// The text of `range`; empty if the range is out of bounds.
    pub fn slice(&self, range: TextRange) -> &str {
        slice(&self.text, range).unwrap_or_default()
    }

    /// The source after `edits`; `None` if they don't apply to the text.
    pub fn edited(&self, edits: &Edits) -> Option<Result<Self, Unparsable>> {
        let text: Arc<str> = edits.apply(&self.text)?.into();
        let tree = match edits.as_slice() {
            [edit] => self.tree.edited(edit, &text, self.context.edition),
            _ => Tree::parse(&text, self.context.edition),
        };
        Some(tree.map(|tree| Self {
            lines: Lines::new(&text),
            text,
            tree,
            context: self.context,
        }))
    }
}
