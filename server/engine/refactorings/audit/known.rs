//! Caches what the audits of one context learn about unchanged files and items.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use ra_ap_syntax::SyntaxNode;

use super::{check_file, regions::Part};
use crate::{
    syntax::{LineEnding, Refusal, Source},
    text::{FileId, TextRange},
};

#[derive(Default)]
pub(in crate::refactorings) struct Known {
    files: RefCell<HashMap<FileId, Result<LineEnding, Refusal>>>,
    /// `None` if the item has a syntax error.
    items: RefCell<HashMap<ItemPlace, Option<Rc<Part>>>>,
}

type ItemPlace = (FileId, TextRange);

/// A file that a change touches.
#[derive(Clone, Copy)]
pub(super) struct AuditedFile<'a> {
    pub id: FileId,
    pub source: &'a Source,
    pub root: &'a SyntaxNode,
}

impl Known {
    /// Returns the file's line ending, if the file may be changed at all.
    pub(super) fn checked(&self, file: AuditedFile<'_>) -> Result<LineEnding, Refusal> {
        let mut files = self.files.borrow_mut();
        let checked = files.entry(file.id);
        checked
            .or_insert_with(|| check_file(file.source, file.root))
            .clone()
    }

    pub(super) fn item(
        &self,
        place: ItemPlace,
        parse: impl FnOnce() -> Option<Part>,
    ) -> Option<Rc<Part>> {
        let mut items = self.items.borrow_mut();
        let item = items.entry(place);
        item.or_insert_with(|| parse().map(Rc::new)).clone()
    }
}
