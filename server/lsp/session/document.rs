//! One version of one open document.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};

use lsp_types::{Position, Range};
use serde::Deserialize;
use tokio::sync::watch;

use super::{memo::Memo, written::WrittenUnits};
use crate::{
    analysis::{Accepted, OpenFile},
    config::{ModelChoice, Rules},
    lsp::{
        locks::lock,
        wire::uri::{DocumentKind, DocumentName},
    },
    syntax::FileContext,
    text::{Encoding, LineColumn, TextRange, TextSize, common_ends},
};

/// Immutable, except for memoized results.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) key: String,
    /// The client's spelling.
    pub(crate) uri: String,
    pub(crate) version: i32,
    kind: DocumentKind,
    text: Text,
    surroundings: Arc<watch::Sender<Option<Surroundings>>>,
    /// The source text with its file context, which is only known shortly after a document was opened.
    fitted: Mutex<Option<Arc<OpenFile>>>,
    hash: OnceLock<String>,
    pub(crate) memo: Memo,
    pub(crate) written: Arc<WrittenUnits>,
}

#[derive(Debug, Clone)]
enum Text {
    Known(Arc<OpenFile>),
    /// The client changed a location outside the known source text. The actual text is unknown, and nothing is reported until
    /// the client sends it in full.
    Desynced,
}

/// Properties of a document that depend on other files.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) context: FileContext,
    pub(crate) rules: Arc<Rules>,
    /// Whether the file is analysed at all. False for dependencies, build output and excluded files.
    pub(crate) is_served: bool,
    /// The folder that must contain new files; `None` for a buffer without a file.
    pub(crate) root: Option<PathBuf>,
    /// Whether to show measures above functions.
    pub(crate) code_lens: bool,
    /// Whether rustc may be run on the user's request.
    pub(crate) compiler: bool,
    /// Whether rustc may be run in advance, if configured.
    pub(crate) ahead: Option<bool>,
    /// The language model that may be queried.
    #[cfg_attr(
        not(feature = "model"),
        allow(dead_code, reason = "nobody asks one then")
    )]
    pub(crate) model: ModelChoice,
    /// Findings of this file suppressed by the project's baseline.
    pub(crate) accepted: Option<Arc<Accepted>>,
    /// Generation of the options it was derived from, because results may arrive out of order.
    pub(crate) generation: u64,
}

/// One change of a source text; replaces everything if there is no range.
#[derive(Debug, Deserialize)]
pub(crate) struct ContentChange {
    range: Option<Range>,
    text: String,
}

pub(crate) struct Opening {
    pub(crate) name: DocumentName,
    pub(crate) uri: String,
    pub(crate) version: i32,
    pub(crate) text: String,
}

impl Document {
    pub(crate) fn open(opening: Opening) -> Self {
        let file = OpenFile::new(opening.text, FileContext::default());
        Self {
            key: opening.name.key,
            uri: opening.uri,
            version: opening.version,
            kind: opening.name.kind,
            text: Text::Known(file),
            surroundings: Arc::new(watch::Sender::new(None)),
            fitted: Mutex::default(),
            hash: OnceLock::new(),
            memo: Memo::default(),
            written: Arc::default(),
        }
    }

    /// Returns the next version after `changes`; desynced if they don't fit.
    pub(crate) fn changed(
        &self,
        version: i32,
        changes: Vec<ContentChange>,
        encoding: Encoding,
    ) -> Self {
        let last = changes.into_iter().fold(self.file(), |file, change| {
            self.with_change(file, change, encoding)
        });
        match last {
            Some(file) => self.next(version, Text::Known(file)),
            None => self.next(version, self.text_lost()),
        }
    }

    pub(crate) fn desynced(&self) -> Self {
        self.next(self.version, self.text_lost())
    }

    /// Returns `None` while the document is desynced.
    pub(crate) fn file(&self) -> Option<Arc<OpenFile>> {
        let known = self.surroundings.borrow().as_ref().map(|it| it.context);
        match (known, &self.text) {
            (Some(context), _) => self.file_in(context),
            (None, Text::Known(file)) => Some(Arc::clone(file)),
            (None, Text::Desynced) => None,
        }
    }

    /// Returns the file with this context.
    pub(crate) fn file_in(&self, context: FileContext) -> Option<Arc<OpenFile>> {
        let Text::Known(file) = &self.text else {
            return None;
        };
        if context == file.context() {
            return Some(Arc::clone(file));
        }
        let mut fitted = lock(&self.fitted);
        if let Some(fitted) = fitted.as_ref().filter(|file| file.context() == context) {
            return Some(Arc::clone(fitted));
        }
        let file = file.with_context(context);
        *fitted = Some(Arc::clone(&file));
        Some(file)
    }

    /// Returns the hash of the source text; empty while the document is desynced.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_or_init(|| match &self.text {
            Text::Known(file) => hash(file.text()),
            Text::Desynced => String::new(),
        })
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.kind.path()
    }

    /// Waits until the surroundings have been read.
    pub(crate) async fn surroundings(&self) -> Option<Surroundings> {
        let mut receiver = self.surroundings.subscribe();
        let known = receiver.wait_for(Option::is_some).await.ok()?;
        known.clone()
    }

    /// Sets the surroundings of all versions of the document, unless newer ones are known.
    pub(crate) fn set_surroundings(&self, surroundings: Surroundings) {
        self.surroundings.send_if_modified(|known| {
            let is_news = known
                .as_ref()
                .is_none_or(|known| known.generation <= surroundings.generation);
            if is_news {
                *known = Some(surroundings);
            }
            is_news
        });
    }

    fn next(&self, version: i32, text: Text) -> Self {
        Self {
            key: self.key.clone(),
            uri: self.uri.clone(),
            version,
            kind: self.kind.clone(),
            text,
            surroundings: Arc::clone(&self.surroundings),
            fitted: Mutex::default(),
            hash: OnceLock::new(),
            memo: Memo::default(),
            written: Arc::clone(&self.written),
        }
    }

    fn text_lost(&self) -> Text {
        if let Text::Known(_) = self.text {
            tracing::warn!(
                uri = self.uri,
                version = self.version,
                "the editor sent a change outside the document; the document is ignored until its full text is sent"
            );
        }
        Text::Desynced
    }

    fn with_change(
        &self,
        file: Option<Arc<OpenFile>>,
        change: ContentChange,
        encoding: Encoding,
    ) -> Option<Arc<OpenFile>> {
        match (file, change.range) {
            (Some(file), Some(range)) => {
                file.changed(range_of(&file, range, encoding)?, &change.text)
            }
            (Some(file), None) => replaced(&file, &change.text),
            (None, Some(_)) => None,
            (None, None) => Some(OpenFile::new(change.text, self.context())),
        }
    }

    fn context(&self) -> FileContext {
        let known = self.surroundings.borrow();
        known
            .as_ref()
            .map(|surroundings| surroundings.context)
            .unwrap_or_default()
    }
}

/// Hashes a source text for use in actions.
pub(crate) fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

fn range_of(file: &OpenFile, range: Range, encoding: Encoding) -> Option<TextRange> {
    let start = offset_of(file, range.start, encoding)?;
    let end = offset_of(file, range.end, encoding)?;
    (start <= end).then(|| TextRange::new(start, end))
}

fn offset_of(file: &OpenFile, position: Position, encoding: Encoding) -> Option<TextSize> {
    let is_just_behind = position.line as usize == file.lines().count() && position.character == 0;
    if is_just_behind {
        // Clients that think in rows use this position for the end of the text.
        return Some(TextSize::of(&**file.text()));
    }
    let at = LineColumn {
        line: position.line,
        column: position.character,
    };
    file.lines().offset(file.text(), at, encoding)
}

/// Converts a full replacement to a change of the differing part, so that other results remain valid.
fn replaced(file: &Arc<OpenFile>, text: &str) -> Option<Arc<OpenFile>> {
    let old = &**file.text();
    let (prefix, suffix) = common_ends(old, text);
    let start = TextSize::of(&old[..prefix]);
    let length = TextSize::of(&old[prefix..old.len() - suffix]);
    file.changed(
        TextRange::at(start, length),
        &text[prefix..text.len() - suffix],
    )
}
