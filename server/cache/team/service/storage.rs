//! Storage of the server: one shelf per namespace, opened on demand.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::file_shelf::FileShelf;
use super::private;
use crate::PostgresShelf;
use crate::locks::lock;
use crate::{Fault, FaultKind, Key, Limits, Namespace, Remote, Schema, Shelf};

/// Maximum open namespaces. Each has up to three connections, with a thread for each.
const OPEN: usize = 32;

/// Location of the entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoragePlace {
    /// A folder with one SQLite file per namespace.
    Folder(PathBuf),
    /// A database that has been set up for the cache. Its namespace is ignored.
    Postgres(Box<Remote>),
}

pub(super) enum Storage {
    Folder(Folder),
    Postgres(Database),
}

impl Storage {
    pub(super) async fn open(place: &StoragePlace, schema: Schema) -> Result<Storage, Fault> {
        match place {
            StoragePlace::Folder(path) => Folder::open(path, schema).map(Storage::Folder),
            StoragePlace::Postgres(remote) => Database::open(remote).await.map(Storage::Postgres),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Storage::Folder(_) => "sqlite",
            Storage::Postgres(_) => "postgres",
        }
    }

    pub(super) fn shelf(&self, namespace: &Namespace) -> Arc<dyn Shelf> {
        match self {
            Storage::Folder(folder) => folder.shelf(namespace),
            Storage::Postgres(database) => database.shelf(namespace),
        }
    }

    /// Returns the namespaces to include in metrics.
    pub(super) fn in_use(&self) -> Vec<Namespace> {
        match self {
            Storage::Folder(folder) => folder.in_use(),
            Storage::Postgres(database) => database.in_use(),
        }
    }

    /// Prunes if due; returns how many entries were removed. A database is left to its administrator, because others may share
    /// it.
    pub(super) async fn upkeep(&self, limits: Limits) -> Result<u64, Fault> {
        match self {
            Storage::Folder(folder) => folder.upkeep(limits).await,
            Storage::Postgres(_) => Ok(0),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Storage::Folder(folder) => folder.close().await,
            // Every statement is atomic, so a connection may end at any time.
            Storage::Postgres(_) => {}
        }
    }
}

/// A database with all namespaces in one table.
pub(super) struct Database {
    any: PostgresShelf,
    /// The most recently used namespaces.
    used: Mutex<VecDeque<Namespace>>,
}

impl Database {
    /// Sends a query, to detect a database that isn't ready.
    async fn open(remote: &Remote) -> Result<Database, Fault> {
        let any = PostgresShelf::new(remote).await?;
        let fetched = any.fetch(&[Key::from([0; Key::LENGTH])]).await;
        if let Some(Err(kind)) = fetched.first() {
            return Err(any.last_fault(*kind));
        }
        Ok(Database {
            any,
            used: Mutex::default(),
        })
    }

    fn shelf(&self, namespace: &Namespace) -> Arc<dyn Shelf> {
        let mut used = lock(&self.used);
        if !used.contains(namespace) {
            used.truncate(OPEN - 1);
            used.push_front(namespace.clone());
        }
        Arc::new(self.any.with_namespace(namespace.clone()))
    }

    fn in_use(&self) -> Vec<Namespace> {
        let used = lock(&self.used);
        used.iter().cloned().collect()
    }
}

/// A folder of cache files, which only one server may use: in memory, it ensures that the first to store wins.
pub(super) struct Folder {
    path: PathBuf,
    schema: Schema,
    open: Mutex<HashMap<Namespace, OpenedShelf>>,
    _lock: File,
}

struct OpenedShelf {
    shelf: Arc<FileShelf>,
    used: Instant,
}

impl Folder {
    fn open(path: &Path, schema: Schema) -> Result<Folder, Fault> {
        let at = |error| Fault::from(error).at(path);
        private::folder(path).map_err(at)?;
        let lock = private::file(&path.join("serve.lock")).map_err(at)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Fault::new(FaultKind::Busy)
                    .at(path)
                    .because("another server uses this directory"));
            }
            Err(TryLockError::Error(error)) => return Err(at(error)),
        }
        Ok(Folder {
            path: path.to_owned(),
            schema,
            open: Mutex::default(),
            _lock: lock,
        })
    }

    fn shelf(&self, namespace: &Namespace) -> Arc<dyn Shelf> {
        self.file_shelf(namespace)
    }

    fn file_shelf(&self, namespace: &Namespace) -> Arc<FileShelf> {
        let mut open = lock(&self.open);
        if let Some(known) = open.get_mut(namespace) {
            known.used = Instant::now();
            return Arc::clone(&known.shelf);
        }
        if open.len() >= OPEN {
            let_go(&mut open);
        }
        let made = Arc::new(FileShelf::at(
            self.path.join(file_name(namespace)),
            self.schema,
        ));
        let first = OpenedShelf {
            shelf: Arc::clone(&made),
            used: Instant::now(),
        };
        open.insert(namespace.clone(), first);
        made
    }

    fn in_use(&self) -> Vec<Namespace> {
        let open = lock(&self.open);
        open.keys().cloned().collect()
    }

    async fn upkeep(&self, limits: Limits) -> Result<u64, Fault> {
        let mut removed = 0;
        let mut last = Ok(());
        for namespace in self.on_disk()? {
            // An error in one file doesn't prevent pruning the others.
            match self.file_shelf(&namespace).upkeep(limits).await {
                Ok(count) => removed += count,
                Err(fault) => last = Err(fault),
            }
        }
        last.map(|()| removed)
    }

    fn on_disk(&self) -> Result<Vec<Namespace>, Fault> {
        let files = fs::read_dir(&self.path).map_err(|error| Fault::from(error).at(&self.path))?;
        let names = files.flatten().filter_map(|file| {
            let name = file.file_name();
            let namespace = name.to_str()?.strip_suffix(".db")?.replace('~', ".");
            namespace.parse().ok()
        });
        Ok(names.collect())
    }

    async fn close(&self) {
        let open = {
            let mut open = lock(&self.open);
            std::mem::take(&mut *open)
        };
        for opened in open.into_values() {
            if let Err(fault) = opened.shelf.close().await {
                tracing::warn!(%fault, "the entries' last uses could not be recorded");
            }
        }
    }
}

/// Closes the least recently used namespace. One in use must remain, because two shelves over one file wouldn't know each
/// other.
fn let_go(open: &mut HashMap<Namespace, OpenedShelf>) {
    let idle = open
        .iter()
        .filter(|(_, opened)| Arc::strong_count(&opened.shelf) == 1);
    let oldest = idle.min_by_key(|(_, opened)| opened.used);
    let Some(namespace) = oldest.map(|(namespace, _)| namespace.clone()) else {
        return;
    };
    if let Some(opened) = open.remove(&namespace) {
        // Another shelf may open the file already: exclusive access only matters for storing, and this one stores nothing more.
        tokio::spawn(async move { opened.shelf.close().await });
    }
}

/// Contains no further dot, so that no namespace's file is mistaken for a file beside another's.
fn file_name(namespace: &Namespace) -> String {
    format!("{}.db", namespace.as_str().replace('.', "~"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    fn namespace(text: &str) -> Namespace {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn few_namespaces_are_open_and_none_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Folder::open(folder.path(), &crate::SQLITE).unwrap();
        let held = storage.shelf(&namespace("pr-0"));
        for number in 0..3 * OPEN {
            let shelf = storage.shelf(&namespace(&format!("pr-{number}")));
            let row = (Key::from([1; 32]), number.to_le_bytes().to_vec());
            assert_eq!(shelf.store(&[row]).await, Ok(1));
        }
        assert!(storage.in_use().len() <= OPEN);
        let again = storage.shelf(&namespace("pr-0"));
        assert!(std::ptr::addr_eq(Arc::as_ptr(&held), Arc::as_ptr(&again)));
        for number in 0..3 * OPEN {
            let shelf = storage.shelf(&namespace(&format!("pr-{number}")));
            let fetched = shelf.fetch(&[Key::from([1; 32])]).await;
            assert_eq!(fetched, [Ok(Some(number.to_le_bytes().to_vec()))]);
        }
        assert_eq!(storage.on_disk().unwrap().len(), 3 * OPEN);
        storage.close().await;
    }

    #[test]
    fn a_folder_has_one_server() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::open(folder.path(), &crate::SQLITE).unwrap();
        let second = Folder::open(folder.path(), &crate::SQLITE).err().unwrap();
        assert_eq!(second.kind(), FaultKind::Busy);
        drop(first);
        assert!(Folder::open(folder.path(), &crate::SQLITE).is_ok());
    }

    #[test]
    fn names_of_files_lead_back_to_namespaces() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Folder::open(folder.path(), &crate::SQLITE).unwrap();
        for text in ["main", "release_1.2", "x.db.new-1"] {
            let name = file_name(&namespace(text));
            assert_eq!(name.matches('.').count(), 1);
            File::create(folder.path().join(name)).unwrap();
        }
        File::create(folder.path().join("main.db-wal")).unwrap();
        let mut names = storage.on_disk().unwrap();
        names.sort();
        let names: Vec<_> = names.iter().map(Namespace::as_str).collect();
        assert_eq!(names, ["main", "release_1.2", "x.db.new-1"]);
    }
}
