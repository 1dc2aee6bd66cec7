//! Backups: copies a file in use consistently, and reads files that must not change.
//!
//! A file in use is never replaced: a backup is a new file, and restoring copies entries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::Mutex;

use super::SqliteCache;
use super::connection::{self, Purpose};
use super::place;
use super::vault::{self, Medium};
use super::wire::Wire;
use crate::copy::{Copied, CopyOptions, Stopped, Why, copy};
use crate::envelope::Decoder;
use crate::{Cache, Entry, Fault, FaultKind, Holdings, Key, Limits, Lookup, Page, Schema};

impl SqliteCache {
    /// Writes a consistent snapshot into a new file while others read and write, and returns its size in bytes. The new file
    /// appears atomically.
    pub async fn backup(&self, target: &Path) -> Result<u64, Fault> {
        let target = std::path::absolute(target).map_err(|error| Fault::from(error).at(target))?;
        let place = target.clone();
        let aside = place::off_thread(move || vault::create_vacant(&place)).await?;
        self.vacuum_into(&aside).await?;
        place::off_thread(move || aside.publish(&target)).await
    }

    async fn vacuum_into(&self, aside: &vault::Aside) -> Result<(), Fault> {
        let Some(name) = aside.path().to_str() else {
            let fault = Fault::new(FaultKind::Io).because("SQLite needs a path in UTF-8");
            return Err(fault.at(aside.path()));
        };
        let Some(mut held) = self.open(Purpose::Write).await? else {
            return Err(Fault::new(FaultKind::Absent).at(&self.path));
        };
        held.wire.count();
        let written = sqlx::query("VACUUM INTO ?1")
            .bind(name)
            .execute(&mut held.wire.connection)
            .await;
        let mut held = Some(held);
        let written = written.map_err(|error| self.failed(error, &mut held));
        super::close(&mut held).await;
        written.map(drop)
    }

    /// Copies missing entries from another file, such as a backup, which is only read.
    pub async fn restore(
        &self,
        source: &Path,
        options: CopyOptions<'_>,
    ) -> Result<Copied, Stopped> {
        let source = Archive::open(source, self.schema)
            .await
            .map_err(|fault| Stopped {
                so_far: Copied::default(),
                why: Why::Source(fault),
            })?;
        copy(&source, self, options).await
    }
}

/// A cache's file that is read and never changed: a backup, a file on a read-only medium, or one that others have open.
pub struct Archive {
    path: PathBuf,
    reader: Mutex<(Wire, Decoder)>,
    /// Contains the copy to read if reading the file itself would change it.
    _copy: Option<TempDir>,
}

impl Archive {
    /// Opens the file and checks its whole structure. Fails if it isn't a sound file of this version.
    pub async fn open(path: &Path, schema: Schema) -> Result<Archive, Fault> {
        let path = std::path::absolute(path).map_err(|error| Fault::from(error).at(path))?;
        match Archive::examined(&path, schema).await {
            Ok(archive) => Ok(archive),
            Err(fault) if fault.kind() == FaultKind::Corrupt => {
                Err(fault.with_kind(FaultKind::Unusable).at(&path))
            }
            Err(fault) => Err(fault.at(&path)),
        }
    }

    async fn examined(path: &Path, schema: Schema) -> Result<Archive, Fault> {
        let place = path.to_owned();
        let purpose = match place::off_thread(move || vault::medium(&place)).await? {
            Medium::Still => Purpose::ReadStill,
            Medium::InUse => Purpose::ReadBeside,
            Medium::Unfinished => return Archive::of_copy(path, schema).await,
        };
        match Archive::connect((path, purpose, schema), path, None).await {
            // The file can't be read without writing to it first.
            Err(fault) if fault.kind() == FaultKind::ReadOnly => {
                Archive::of_copy(path, schema).await
            }
            other => other,
        }
    }

    async fn of_copy(path: &Path, schema: Schema) -> Result<Archive, Fault> {
        let place = path.to_owned();
        let (folder, copy) = place::off_thread(move || vault::private_copy(&place)).await?;
        Archive::connect((&copy, Purpose::Write, schema), path, Some(folder)).await
    }

    async fn connect(
        (at, purpose, schema): (&Path, Purpose, Schema),
        path: &Path,
        copy: Option<TempDir>,
    ) -> Result<Archive, Fault> {
        let mut connection = connection::connect(at, purpose, schema).await?;
        let fault = match connection::examine(&mut connection).await {
            Ok(problems) => problems
                .first()
                .map(|problem| Fault::new(FaultKind::Unusable).because(problem)),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            connection::close(connection).await;
            return Err(fault);
        }
        let wire = Wire {
            connection,
            statements: Arc::default(),
        };
        Ok(Archive {
            path: path.to_owned(),
            reader: Mutex::new((wire, Decoder::default())),
            _copy: copy,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, error: sqlx::Error) -> Fault {
        connection::fault(error).at(&self.path)
    }

    fn unchangeable<T>(&self) -> Result<T, Fault> {
        Err(Fault::new(FaultKind::Unsupported)
            .because("it is only read")
            .at(&self.path))
    }
}

#[async_trait]
impl Cache for Archive {
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let mut reader = self.reader.lock().await;
        let (wire, decoder) = &mut *reader;
        let (mut answers, error) = wire.select(decoder, keys).await;
        if let Some(error) = error {
            let fault = Lookup::Fault(connection::fault(error).kind());
            let open = answers.lookups.iter_mut();
            open.filter(|lookup| **lookup == Lookup::Miss)
                .for_each(|lookup| *lookup = fault.clone());
        }
        answers.lookups
    }

    async fn put_many(&self, _: &[(Key, Entry)]) -> Result<(), Fault> {
        self.unchangeable()
    }

    async fn remove(&self, _: &[Key]) -> Result<u64, Fault> {
        self.unchangeable()
    }

    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault> {
        let mut reader = self.reader.lock().await;
        let (wire, decoder) = &mut *reader;
        let page = wire.page(decoder, after, limit).await;
        page.map_err(|error| self.failed(error))
    }

    async fn prune(&self, _: Limits) -> Result<u64, Fault> {
        self.unchangeable()
    }

    async fn clear(&self) -> Result<u64, Fault> {
        self.unchangeable()
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        let totals = self.reader.lock().await.0.totals().await;
        let (entries, bytes) = totals.map_err(|error| self.failed(error))?;
        Ok(Holdings {
            entries: entries.unsigned_abs(),
            envelope_bytes: bytes.unsigned_abs(),
            disk_bytes: place::bytes(&self.path),
        })
    }
}
