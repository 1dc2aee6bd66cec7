//! Duplicates across files of the workspace: the index, updated as source texts change.
//!
//! An open document counts with its contents in the editor, every other file with its contents when it was last read. Analysing
//! a document adds it, so this never walks or reads files; [`Twins::stale`] returns other documents that are affected.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{Notify, watch};

use super::comparisons::Comparisons;
use crate::{
    analysis::{Copies, Files, OpenFile, ReadFile, duplicates_led_by, duplicates_of},
    facts::SmellId,
    index::{Code, Duplicate, FileId, Index, Origin},
    lsp::locks::lock,
    survey::{FileSurvey, Names},
    syntax::Presence,
    text::{Lines, TextRange},
    workspace::{self, PackagePlace},
};

/// Maximum number of cached source texts of files that aren't open, needed by other files' diagnostics.
const MOST_TEXTS: usize = 64;
/// Maximum attempts to read source texts before the rest is skipped.
const MOST_READS: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Twins {
    state: Mutex<State>,
    /// Notified when the index changes, so that diagnostics of other documents may be outdated.
    pub(crate) changed: Notify,
    /// Incremented when the index hasn't changed for a while.
    pub(crate) rested: watch::Sender<u64>,
    is_filled: AtomicBool,
}

/// A file with its names in the index.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    pub(crate) key: String,
    pub(crate) uri: String,
    pub(crate) path: Option<PathBuf>,
    /// Displayed to users.
    pub(crate) shown: String,
    pub(crate) package: Option<PackagePlace>,
    /// Computed when the file is compared with another, because it requires reading the files that declare it.
    pub(crate) presence: Arc<OnceLock<Presence>>,
}

#[derive(Debug, Default)]
struct State {
    index: Index,
    ids: HashMap<String, FileId>,
    files: Vec<KnownFile>,
    packages: HashMap<String, u32>,
    folders: HashMap<PathBuf, u32>,
    /// Source texts of files that aren't open; `None` for one that has changed on disk since it was surveyed.
    texts: HashMap<FileId, Option<Arc<ReadFile>>>,
    comparisons: Comparisons,
}

/// Duplicates of a file that isn't open.
pub(crate) enum Closed {
    /// There are none, or the file is open.
    Silent,
    /// Unchanged since `before`.
    Same,
    Said(Box<ClosedCopies>),
}

/// The duplicates of a file that isn't open.
pub(crate) struct ClosedCopies {
    pub(crate) named: NamedFile,
    pub(crate) text: Arc<str>,
    pub(crate) found: Vec<Duplicate>,
    pub(crate) copies: Vec<Copies>,
}

/// A file to compare with another, whose source text isn't cached.
struct UnreadFile {
    id: FileId,
    named: NamedFile,
    hash: blake3::Hash,
}

#[derive(Debug)]
struct KnownFile {
    named: NamedFile,
    survey: Arc<FileSurvey>,
    /// Hash of the surveyed source text on disk; `None` if it was open, because that isn't compared with the disk.
    hash: Option<blake3::Hash>,
    open: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    file: Arc<OpenFile>,
    read: Arc<ReadFile>,
    /// The last result.
    said: Option<(Vec<Duplicate>, Arc<Vec<Copies>>)>,
    /// The last result for this version that was sent to the client.
    told: Option<Arc<Vec<Copies>>>,
}

impl Twins {
    /// Whether the whole workspace is indexed, or is about to be.
    pub(crate) fn is_filled(&self) -> bool {
        self.is_filled.load(Ordering::SeqCst)
    }

    pub(crate) fn set_filled(&self, is_filled: bool) {
        self.is_filled.store(is_filled, Ordering::SeqCst);
    }

    /// Adds a file as it is on disk, unless it is open.
    pub(crate) fn set_saved(&self, named: NamedFile, text: &str, survey: &Arc<FileSurvey>) {
        let mut state = lock(&self.state);
        if state.is_open(&named.key) {
            return;
        }
        let hash = blake3::hash(text.as_bytes());
        state.set(named, survey, Some(hash), None);
        self.changed.notify_one();
    }

    /// Removes a file that can't be read any more.
    pub(crate) fn remove(&self, key: &str) {
        let mut state = lock(&self.state);
        if state.is_open(key) {
            return;
        }
        if let Some(id) = state.ids.get(key).copied() {
            state.index.remove(id);
            state.texts.remove(&id);
            self.changed.notify_one();
        }
    }

    /// Marks a document as closed, so that its file counts as it is on disk. Returns whether it was known.
    pub(crate) fn close(&self, key: &str) -> bool {
        let mut state = lock(&self.state);
        let Some(id) = state.ids.get(key).copied() else {
            return false;
        };
        state.files[id.0 as usize].open = None;
        state.index.remove(id);
        self.changed.notify_one();
        true
    }

    /// Adds an open document and returns its duplicates. `None` for a version for which `is_current` is false. Needs a large
    /// stack.
    pub(crate) fn look_at(
        &self,
        named: impl FnOnce() -> NamedFile,
        key: &str,
        file: &Arc<OpenFile>,
        is_current: &dyn Fn() -> bool,
    ) -> Option<Arc<Vec<Copies>>> {
        let survey = file.survey();
        let known = self.named(key);
        let named = known.unwrap_or_else(named);
        // Computed before taking the lock.
        named.presence();
        let mut state = lock(&self.state);
        if !is_current() {
            return None;
        }
        if !state.has_open(key, file) {
            state.set(named, survey, None, Some(file));
            self.changed.notify_one();
        }
        drop(state);
        self.copies_of(key, file)
    }

    /// Returns the keys of known files that aren't open.
    pub(crate) fn closed(&self) -> Vec<String> {
        let state = lock(&self.state);
        let keys = state.ids.keys().filter(|key| !state.is_open(key));
        let mut keys: Vec<String> = keys.cloned().collect();
        keys.sort_unstable();
        keys
    }

    /// Returns the duplicates that are reported for a file that isn't open, because it contains their first location. `Same` if
    /// they equal `before`. Needs a large stack.
    pub(crate) fn copies_of_closed(&self, key: &str, before: &[Duplicate]) -> Closed {
        for reads in 0..=MOST_READS {
            let mut state = lock(&self.state);
            let Some(id) = state.ids.get(key).copied().filter(|_| !state.is_open(key)) else {
                return Closed::Silent;
            };
            let found = state.index.of(id);
            if found.is_empty() {
                return Closed::Silent;
            }
            if found == before {
                return Closed::Same;
            }
            let unread = state.unread(&found);
            if unread.is_empty() || reads == MOST_READS {
                let copies = duplicates_led_by(id, &found, &*state);
                let read = state.file(id);
                let known = state.files.get(id.0 as usize);
                return match (read, known) {
                    (Some(read), Some(known)) => Closed::Said(Box::new(ClosedCopies {
                        named: known.named.clone(),
                        text: Arc::clone(&read.text),
                        found,
                        copies,
                    })),
                    _ => Closed::Silent,
                };
            }
            drop(state);
            self.read(unread);
        }
        Closed::Silent
    }

    fn named(&self, key: &str) -> Option<NamedFile> {
        let state = lock(&self.state);
        state.known(key).map(|known| known.named.clone())
    }

    /// Reads source texts to compare without blocking others. They may be outdated afterwards, so the index is queried again;
    /// after a few attempts the rest is skipped until something changes.
    fn copies_of(&self, key: &str, file: &Arc<OpenFile>) -> Option<Arc<Vec<Copies>>> {
        for reads in 0..=MOST_READS {
            let mut state = lock(&self.state);
            // The results of another version have other locations.
            if !state.has_open(key, file) {
                return None;
            }
            let id = *state.ids.get(key)?;
            let found = state.index.of(id);
            if let Some(copies) = state.said_of(id, &found) {
                return Some(copies);
            }
            let unread = state.unread(&found);
            if unread.is_empty() || reads == MOST_READS {
                return state.say_of(id, found);
            }
            drop(state);
            self.read(unread);
        }
        None
    }

    fn read(&self, unread: Vec<UnreadFile>) {
        let read = unread.into_iter().map(UnreadFile::read);
        let read: Vec<_> = read.collect();
        lock(&self.state).keep_texts(read);
    }

    /// Records what was sent to the client for a document.
    pub(crate) fn tell(&self, key: &str, copies: Arc<Vec<Copies>>) {
        let mut state = lock(&self.state);
        let id = state.ids.get(key).copied();
        let known = id.and_then(|id| state.files.get_mut(id.0 as usize));
        if let Some(opened) = known.and_then(|known| known.open.as_mut()) {
            let is_last = opened
                .said
                .as_ref()
                .is_some_and(|(_, said)| Arc::ptr_eq(said, &copies));
            opened.told = Some(copies);
            if !is_last {
                self.changed.notify_one();
            }
        }
    }

    /// Returns the keys of open documents whose duplicates differ from what was sent to the client.
    pub(crate) fn stale(&self) -> Vec<String> {
        let state = lock(&self.state);
        let open = state.ids.iter().filter(|(_, id)| {
            let opened = state.files[id.0 as usize].open.as_ref();
            opened.is_some_and(|opened| opened.is_stale(|| state.index.of(**id)))
        });
        open.map(|(key, _)| key.clone()).collect()
    }
}

impl Opened {
    fn is_stale(&self, found: impl FnOnce() -> Vec<Duplicate>) -> bool {
        let (Some(told), Some((said, copies))) = (&self.told, &self.said) else {
            return false;
        };
        !Arc::ptr_eq(told, copies) || *said != found()
    }
}

impl NamedFile {
    fn presence(&self) -> Presence {
        let read = || self.path.as_deref().map(workspace::presence_of);
        *self.presence.get_or_init(|| read().unwrap_or_default())
    }
}

impl State {
    fn known(&self, key: &str) -> Option<&KnownFile> {
        let id = self.ids.get(key)?;
        self.files.get(id.0 as usize)
    }

    fn is_open(&self, key: &str) -> bool {
        self.known(key).is_some_and(|known| known.open.is_some())
    }

    fn has_open(&self, key: &str, file: &Arc<OpenFile>) -> bool {
        let opened = self.known(key).and_then(|known| known.open.as_ref());
        opened.is_some_and(|opened| Arc::ptr_eq(&opened.file, file))
    }

    fn set(
        &mut self,
        named: NamedFile,
        survey: &Arc<FileSurvey>,
        hash: Option<blake3::Hash>,
        open: Option<&Arc<OpenFile>>,
    ) {
        let origin = self.origin(named.package.as_ref());
        let opened = open.map(|file| Opened {
            file: Arc::clone(file),
            read: Arc::new(read_file(&named, file.text(), file.lines().clone())),
            said: None,
            told: None,
        });
        let next = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let id = *self.ids.entry(named.key.clone()).or_insert(FileId(next));
        let known = KnownFile {
            named,
            survey: Arc::clone(survey),
            hash,
            open: opened,
        };
        match self.files.get_mut(id.0 as usize) {
            Some(before) => *before = known,
            None => self.files.push(known),
        }
        self.texts.remove(&id);
        self.index.set(id, origin, survey);
    }

    fn origin(&mut self, package: Option<&PackagePlace>) -> Origin {
        let Some(package) = package else {
            return Origin::default();
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (name, folder) = (number(self.packages.len()), number(self.folders.len()));
        Origin {
            package: Some(*self.packages.entry(package.name.clone()).or_insert(name)),
            folder: *self.folders.entry(package.folder.clone()).or_insert(folder),
        }
    }

    /// Returns the files of the duplicates whose source texts aren't cached.
    fn unread(&mut self, found: &[Duplicate]) -> Vec<UnreadFile> {
        let places = found.iter().flat_map(|duplicate| &duplicate.places);
        let wanted: HashSet<FileId> = places.map(|place| place.file).collect();
        if self.texts.len() + wanted.len() > MOST_TEXTS {
            self.texts.retain(|id, _| wanted.contains(id));
        }
        let unread = wanted.into_iter().filter_map(|id| {
            let known = self.files.get(id.0 as usize)?;
            let is_here = known.open.is_some() || self.texts.contains_key(&id);
            let hash = known.hash.filter(|_| !is_here)?;
            Some(UnreadFile {
                id,
                named: known.named.clone(),
                hash,
            })
        });
        unread.collect()
    }

    /// Caches the source texts of files that haven't changed since they were read.
    fn keep_texts(&mut self, read: Vec<(UnreadFile, Option<Arc<ReadFile>>)>) {
        for (file, text) in read {
            let known = self.files.get(file.id.0 as usize);
            if known.is_some_and(|known| known.open.is_none() && known.hash == Some(file.hash)) {
                self.texts.insert(file.id, text);
            }
        }
    }

    /// Returns the same object as long as the result is the same.
    fn said_of(&self, id: FileId, found: &[Duplicate]) -> Option<Arc<Vec<Copies>>> {
        let opened = self.files.get(id.0 as usize)?.open.as_ref()?;
        let (said, copies) = opened.said.as_ref()?;
        (*said == found).then(|| Arc::clone(copies))
    }

    fn say_of(&mut self, id: FileId, found: Vec<Duplicate>) -> Option<Arc<Vec<Copies>>> {
        let copies = Arc::new(duplicates_of(id, &found, self));
        let opened = self.files.get_mut(id.0 as usize)?.open.as_mut()?;
        opened.said = Some((found, Arc::clone(&copies)));
        Some(copies)
    }
}

impl Files for State {
    fn file(&self, id: FileId) -> Option<Arc<ReadFile>> {
        let known = self.files.get(id.0 as usize)?;
        if let Some(opened) = &known.open {
            return Some(Arc::clone(&opened.read));
        }
        self.texts.get(&id).cloned().flatten()
    }

    fn allowed(&self, id: FileId) -> &[(SmellId, TextRange)] {
        let known = self.files.get(id.0 as usize);
        known.map_or(&[], |known| &known.survey.allowed)
    }

    fn is_equal(&self, one: &Code<'_>, other: &Code<'_>, names: Names) -> bool {
        self.comparisons.is_equal(one, other, names)
    }
}

impl UnreadFile {
    /// Reads the source text from disk, if it is the one that was surveyed.
    fn read(self) -> (Self, Option<Arc<ReadFile>>) {
        let path = self.named.path.as_deref();
        let text = path.and_then(|path| workspace::read(path).ok());
        let surveyed = text.filter(|text| blake3::hash(text.as_bytes()) == self.hash);
        let read = surveyed.map(|text| Arc::new(read_file(&self.named, &text, Lines::new(&text))));
        (self, read)
    }
}

fn read_file(named: &NamedFile, text: &Arc<str>, lines: Lines) -> ReadFile {
    ReadFile {
        shown: named.shown.clone(),
        uri: named.uri.clone(),
        lines,
        text: Arc::clone(text),
        presence: named.presence(),
    }
}

/// Returns a path for display, relative to the workspace folder that contains it.
pub(crate) fn shown(path: &Path, root: Option<&Path>) -> String {
    let inside = root.and_then(|root| path.strip_prefix(root).ok());
    let parts = inside.unwrap_or(path).iter();
    match inside {
        Some(_) => parts
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join("/"),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    const FUNCTION: &str = "fn one(start: usize, rows: &[Row]) -> usize { let mut sum = start; for row in rows { \
        if row.is_empty() { continue; } sum += row.len() * weight(row); } let rest = sum % 7; note(rest, sum); \
        if rest > 3 { sum - rest } else { sum + rest } }\n";

    fn named(key: &str) -> NamedFile {
        NamedFile {
            key: key.to_owned(),
            uri: key.to_owned(),
            path: None,
            shown: key.to_owned(),
            package: None,
            presence: Arc::default(),
        }
    }

    fn look_at(twins: &Twins, key: &str, file: &Arc<OpenFile>) -> Arc<Vec<Copies>> {
        let copies = twins.look_at(|| named(key), key, file, &|| true).unwrap();
        twins.tell(key, Arc::clone(&copies));
        copies
    }

    #[test]
    fn what_was_worked_out_and_not_told_is_stale() {
        let twins = Twins::default();
        let file = || OpenFile::new(FUNCTION, FileContext::default());
        let (one, other) = (file(), file());
        look_at(&twins, "a", &one);
        look_at(&twins, "b", &other);
        twins.look_at(|| named("a"), "a", &one, &|| true).unwrap();
        assert_eq!(twins.stale(), ["a"]);
    }

    #[test]
    fn what_is_said_stays_the_same_until_it_changes() {
        let twins = Twins::default();
        let file = |text: &str| OpenFile::new(text, FileContext::default());
        let (one, other) = (file(FUNCTION), file(FUNCTION));
        assert!(look_at(&twins, "a", &one).is_empty());
        let found = look_at(&twins, "b", &other);
        assert_eq!(found.len(), 1);
        assert_eq!(twins.stale(), ["a"]);
        assert_eq!(look_at(&twins, "a", &one)[0].others[0].file.shown, "b");
        assert_eq!(twins.stale(), [""; 0]);
        assert!(Arc::ptr_eq(&found, &look_at(&twins, "b", &other)));
        let edited = other
            .changed(TextRange::empty(0.into()), "// Words.\n")
            .unwrap();
        look_at(&twins, "b", &edited);
        assert_eq!(twins.stale(), ["a"], "the other place moved");
        twins.close("b");
        assert_eq!(twins.stale(), ["a"]);
        assert!(look_at(&twins, "a", &one).is_empty());
    }

    #[test]
    fn files_that_are_not_open_are_read_once_and_believed_as_they_were_surveyed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.rs");
        std::fs::write(&path, FUNCTION).unwrap();
        let twins = Twins::default();
        let saved = || NamedFile {
            path: Some(path.clone()),
            ..named("b")
        };
        let on_disk = OpenFile::new(FUNCTION, FileContext::default());
        twins.set_saved(saved(), FUNCTION, on_disk.survey());
        let open = OpenFile::new(FUNCTION, FileContext::default());
        assert_eq!(look_at(&twins, "a", &open)[0].others[0].file.shown, "b");
        assert_eq!(lock(&twins.state).texts.len(), 1);

        std::fs::write(&path, "fn other() {}\n").unwrap();
        twins.set_saved(saved(), FUNCTION, on_disk.survey());
        let later = OpenFile::new(format!("\n{FUNCTION}"), FileContext::default());
        assert!(look_at(&twins, "a", &later).is_empty());
        let known = lock(&twins.state)
            .texts
            .values()
            .cloned()
            .collect::<Vec<_>>();
        assert!(matches!(known[..], [None]));
    }

    #[test]
    fn an_older_version_changes_nothing() {
        let twins = Twins::default();
        let file = OpenFile::new(FUNCTION, FileContext::default());
        let found = twins.look_at(|| named("a"), "a", &file, &|| false);
        assert!(found.is_none());
        assert!(lock(&twins.state).files.is_empty());
    }
}
