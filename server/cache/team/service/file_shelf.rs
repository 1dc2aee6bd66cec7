//! Storage of a small team: one namespace in one ordinary cache file, whose entries are the sealed bytes.
//!
//! The robustness of the local file applies here as well: checksums, recreating a damaged file, and noticing a replaced file.

use std::collections::HashSet;
use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::{
    Cache, Entry, Fault, FaultKind, Fetched, Holdings, Key, Limits, Lookup, Schema, Shelf,
    SqliteCache,
};

pub(super) struct FileShelf {
    cache: SqliteCache,
    /// Held while checking for a row and storing it, because the file itself would overwrite the row.
    turn: Mutex<()>,
}

impl FileShelf {
    /// Doesn't open anything yet; a missing file is created by the first store.
    pub(super) fn at(path: PathBuf, schema: Schema) -> FileShelf {
        FileShelf {
            cache: SqliteCache::at(path, schema),
            turn: Mutex::default(),
        }
    }

    /// Writes when rows were last used, and prunes at most once a day.
    pub(super) async fn upkeep(&self, limits: Limits) -> Result<u64, Fault> {
        self.cache.settle().await?;
        self.cache.upkeep(limits).await
    }

    /// Closes the file, so that it is complete.
    pub(super) async fn close(&self) -> Result<(), Fault> {
        let settled = self.cache.settle().await;
        self.cache.close().await;
        settled
    }

    /// Looks up keys; replaces a damaged file immediately, instead of on the next write.
    async fn look_up(&self, keys: &[Key]) -> Vec<Lookup> {
        let lookups = self.cache.get_many(keys).await;
        let is_damaged = lookups.contains(&Lookup::Fault(FaultKind::Corrupt));
        if is_damaged && self.refresh().await.is_ok() {
            return self.cache.get_many(keys).await;
        }
        lookups
    }

    /// Ensures that the file at the path is sound, and that it is the one that is open.
    async fn refresh(&self) -> Result<(), Fault> {
        self.cache.put_many(&[]).await
    }
}

#[async_trait]
impl Shelf for FileShelf {
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched> {
        let lookups = self.look_up(keys).await.into_iter();
        let fetched = lookups.map(|lookup| match lookup {
            Lookup::Hit(entry, _) => Ok(Some(entry.to_vec())),
            // The row is removed by the next write, so it counts as missing.
            Lookup::Miss | Lookup::Fault(FaultKind::Checksum) => Ok(None),
            Lookup::Fault(kind) => Err(kind),
        });
        fetched.collect()
    }

    async fn store(&self, rows: &[(Key, Vec<u8>)]) -> Result<u64, Fault> {
        let _turn = self.turn.lock().await;
        self.refresh().await?;
        let keys: Vec<Key> = rows.iter().map(|(key, _)| *key).collect();
        let lookups = self.look_up(&keys).await;
        let mut seen = HashSet::new();
        let mut fresh = Vec::new();
        for ((key, sealed), lookup) in rows.iter().zip(lookups) {
            match lookup {
                Lookup::Hit(..) => {}
                Lookup::Miss | Lookup::Fault(FaultKind::Checksum) => {
                    if seen.insert(*key) {
                        fresh.push((*key, Entry::from(sealed.as_slice())));
                    }
                }
                Lookup::Fault(kind) => return Err(self.cache.last_fault(kind)),
            }
        }
        self.cache.put_many(&fresh).await?;
        Ok(fresh.len() as u64)
    }

    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault> {
        self.cache.remove(keys).await
    }

    async fn list(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault> {
        let mut after = after;
        let mut rows = Vec::new();
        // A page without its damaged entries is shorter, but not necessarily the last.
        while rows.len() < limit {
            let page = self.cache.entries(after, limit - rows.len()).await?;
            let Some((last, _)) = page.last() else {
                break;
            };
            after = Some(*last);
            rows.extend(page.into_iter().map(|(key, entry)| (key, entry.to_vec())));
        }
        Ok(rows)
    }

    async fn prune(&self, limits: Limits) -> Result<u64, Fault> {
        self.cache.settle().await?;
        self.cache.prune(limits).await
    }

    async fn clear(&self) -> Result<u64, Fault> {
        self.cache.clear().await
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        match self.cache.stats().await {
            Err(fault) if fault.kind() == FaultKind::Corrupt => {
                self.refresh().await?;
                self.cache.stats().await
            }
            other => other,
        }
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        self.cache.last_fault(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> Key {
        Key::from([seed; Key::LENGTH])
    }

    fn shelf() -> (tempfile::TempDir, FileShelf) {
        let folder = tempfile::tempdir().unwrap();
        let shelf = FileShelf::at(folder.path().join("main.db"), &crate::SQLITE);
        (folder, shelf)
    }

    #[tokio::test]
    async fn the_first_to_store_wins() {
        let (_folder, shelf) = shelf();
        let put = |byte: u8| {
            let shelf = &shelf;
            async move { shelf.store(&[(key(1), vec![byte; 40])]).await.unwrap() }
        };
        let stored = futures::future::join_all((0..8).map(put)).await;
        assert_eq!(stored.iter().sum::<u64>(), 1);
        let winner = stored.iter().position(|stored| *stored == 1).unwrap();
        let fetched = shelf.fetch(&[key(1)]).await;
        assert_eq!(fetched, [Ok(Some(vec![u8::try_from(winner).unwrap(); 40]))]);
        let twice = [(key(2), b"first".to_vec()), (key(2), b"second".to_vec())];
        assert_eq!(shelf.store(&twice).await, Ok(1));
        assert_eq!(shelf.fetch(&[key(2)]).await, [Ok(Some(b"first".to_vec()))]);
    }

    #[tokio::test]
    async fn reading_creates_nothing() {
        let (folder, shelf) = shelf();
        assert_eq!(shelf.fetch(&[key(1)]).await, [Ok(None)]);
        assert_eq!(shelf.list(None, 10).await, Ok(Vec::new()));
        assert_eq!(shelf.stats().await, Ok(Holdings::default()));
        assert!(!folder.path().join("main.db").exists());
    }

    #[tokio::test]
    async fn a_page_is_as_long_as_was_asked() {
        let (_folder, shelf) = shelf();
        let rows: Vec<_> = (0..10).map(|seed| (key(seed), vec![seed])).collect();
        shelf.store(&rows).await.unwrap();
        assert_eq!(shelf.list(None, 4).await.unwrap(), rows[..4]);
        assert_eq!(shelf.list(Some(key(6)), 10).await.unwrap(), rows[7..]);
    }

    #[tokio::test]
    async fn reading_alone_repairs_a_damaged_file() {
        let (folder, shelf) = shelf();
        shelf.store(&[(key(1), vec![1; 40])]).await.unwrap();
        shelf.close().await.unwrap();
        std::fs::write(folder.path().join("main.db"), vec![7; 8192]).unwrap();
        assert_eq!(shelf.fetch(&[key(1)]).await, [Ok(None)]);
        assert!(folder.path().join("main.db.corrupt").exists());
    }

    #[tokio::test]
    async fn what_is_stored_after_a_deletion_is_there() {
        let (folder, shelf) = shelf();
        let rows = [(key(1), vec![1; 40])];
        shelf.store(&rows).await.unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let path = folder.path().join(format!("main.db{suffix}"));
            std::fs::remove_file(path).ok();
        }
        assert_eq!(shelf.store(&rows).await, Ok(1));
        assert_eq!(shelf.fetch(&[key(1)]).await, [Ok(Some(vec![1; 40]))]);
    }
}
