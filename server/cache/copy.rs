//! Copies entries between any two caches; shared by restoring, migrating and filling a team's cache.
//!
//! Pages are copied in key order, and the next page is read while one is written. Entries that the target already has aren't
//! written again, so an interrupted copy can simply be restarted; [`Resume`] only avoids checking finished entries again. An
//! entry counts as copied after it was read back and compared.
//!
//! Entries added to the source before the page that is being copied are left for the next copy.

mod resume;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::fault::Remedy;
use super::{Cache, Entry, Fault, FaultKind, Key, Lookup, Page};
pub use resume::Resume;

/// Maximum entries of a page. The first page is smaller, because the entries' size isn't known yet.
const PAGE: usize = 500;
const FIRST_PAGE: usize = 100;
/// Target payload of a page in bytes; a few pages are in memory at once.
const PAGE_BYTES: usize = 4 << 20;
/// Delays before retries of transient faults.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// What to copy, and how to report progress.
#[derive(Default)]
pub struct CopyOptions<'a> {
    /// Only copies these keys; `None` copies everything.
    pub keys: Option<Vec<Key>>,
    /// Only copies keys after this one.
    pub after: Option<Key>,
    /// Progress of an earlier copy between the same two caches.
    pub resume: Option<Resume>,
    /// Called after every page with the progress so far.
    pub progress: Option<&'a (dyn Fn(&Copied) + Send + Sync)>,
    /// Stops the copy immediately; a half-finished page counts as not done.
    pub cancel: CancellationToken,
}

/// Progress of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Copied {
    /// Entries that were written, read back and verified.
    pub copied: u64,
    /// Payload of the copied entries in bytes.
    pub bytes: u64,
    /// Entries that the target already had.
    pub skipped: u64,
    /// Entries of the source that are damaged or whose seals can't be trusted.
    pub damaged: u64,
    /// Entries that are too large for the target.
    pub too_large: u64,
    /// Entries that differ in the target, which keeps its version.
    pub differing: u64,
    /// Private entries, which aren't copied to a shared target.
    pub private: u64,
    /// Everything up to this key is done.
    #[serde(skip)]
    pub last: Option<Key>,
}

impl Copied {
    /// Number of entries examined.
    pub fn seen(&self) -> u64 {
        let done = self.copied + self.skipped + self.private;
        done + self.damaged + self.too_large + self.differing
    }

    fn add(&mut self, page: &Copied) {
        self.copied += page.copied;
        self.bytes += page.bytes;
        self.skipped += page.skipped;
        self.damaged += page.damaged;
        self.too_large += page.too_large;
        self.differing += page.differing;
        self.private += page.private;
        self.last = page.last;
    }
}

/// A copy that stopped early.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Stopped {
    /// Progress until then, which is kept.
    pub so_far: Copied,
    #[source]
    pub why: Why,
}

/// Why a copy stopped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Why {
    #[error("cancelled")]
    Cancelled,
    #[error("reading: {0}")]
    Source(Fault),
    #[error("writing: {0}")]
    Target(Fault),
    /// Reading back returned something other than what was written.
    #[error("entry {0} was written, but reading it back from the target returns something else")]
    Different(Key),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.why)?;
        match self.so_far.last {
            Some(last) => write!(
                f,
                "; stopped after {} entries, the last with key {last}; run the command again to continue, existing \
                 entries are skipped",
                self.so_far.seen()
            ),
            None => write!(f, "; nothing was copied"),
        }
    }
}

/// Copies entries. Fails when either cache does; entries copied until then are kept.
pub async fn copy(
    from: &dyn Cache,
    to: &dyn Cache,
    options: CopyOptions<'_>,
) -> Result<Copied, Stopped> {
    let mut keys = options.keys;
    if let Some(keys) = &mut keys {
        keys.sort_unstable();
        keys.dedup();
    }
    let ends = Ends {
        from,
        to,
        keys,
        cancel: options.cancel.clone(),
    };
    let mut so_far = Copied {
        last: options.after,
        ..Copied::default()
    };
    let mut resume = options.resume;
    let told = |copied: &Copied| options.progress.iter().for_each(|tell| tell(copied));
    let work = ends.copy(&mut so_far, &mut resume, &told);
    let outcome = options.cancel.run_until_cancelled(work).await;
    match outcome.unwrap_or(Err(Why::Cancelled)) {
        Ok(()) => Ok(so_far),
        Err(why) => Err(Stopped { so_far, why }),
    }
}

struct Ends<'a> {
    from: &'a dyn Cache,
    to: &'a dyn Cache,
    /// Sorted; `None` means all.
    keys: Option<Vec<Key>>,
    cancel: CancellationToken,
}

impl Ends<'_> {
    async fn copy(
        &self,
        so_far: &mut Copied,
        resume: &mut Option<Resume>,
        told: &(dyn Fn(&Copied) + Sync),
    ) -> Result<(), Why> {
        if let Some(after) = resume.as_ref().and_then(Resume::after)
            && self.has(after).await?
        {
            so_far.last = Some(after);
        }
        let mut page = self.read(so_far.last, FIRST_PAGE).await?;
        while let Some(last) = page.last {
            let size = next_size(&page.entries);
            let (next, written) = futures::join!(self.read(Some(last), size), self.write(page));
            so_far.add(&written?);
            let is_last = matches!(&next, Ok(next) if next.last.is_none());
            if let (Some(resume), false) = (resume.as_mut(), is_last) {
                resume.save(last).await;
            }
            told(so_far);
            if !is_last && self.cancel.is_cancelled() {
                return Err(Why::Cancelled);
            }
            page = next?;
        }
        if let Some(resume) = resume {
            resume.forget();
        }
        Ok(())
    }

    /// Whether the target still has the entry; it may have been cleared meanwhile.
    async fn has(&self, key: Key) -> Result<bool, Why> {
        let keys = [key];
        let lookups = patiently(|| look_up(self.to, &keys)).await;
        let lookups = lookups.map_err(Why::Target)?;
        Ok(matches!(lookups[..], [Lookup::Hit(..)]))
    }

    async fn read(&self, after: Option<Key>, limit: usize) -> Result<Page, Why> {
        let page = match &self.keys {
            None => patiently(|| self.from.page(after, limit)).await,
            Some(keys) => self.read_chosen(keys, after, limit).await,
        };
        page.map_err(Why::Source)
    }

    async fn read_chosen(
        &self,
        keys: &[Key],
        after: Option<Key>,
        limit: usize,
    ) -> Result<Page, Fault> {
        let done = keys.partition_point(|key| Some(*key) <= after);
        let keys: Vec<Key> = keys[done..].iter().take(limit).copied().collect();
        let lookups = patiently(|| look_up(self.from, &keys)).await?;
        let mut page = Page {
            last: keys.last().copied(),
            ..Page::default()
        };
        for (key, lookup) in keys.into_iter().zip(lookups) {
            match lookup {
                Lookup::Hit(entry, _) => page.entries.push((key, entry)),
                Lookup::Miss => {}
                Lookup::Fault(_) => page.damaged += 1,
            }
        }
        Ok(page)
    }

    /// Writes the entries that the target is missing and counts the outcomes.
    async fn write(&self, page: Page) -> Result<Copied, Why> {
        let mut done = Copied {
            damaged: page.damaged,
            last: page.last,
            ..Copied::default()
        };
        let mut entries = page.entries;
        let before = entries.len();
        entries.retain(|(key, _)| self.to.takes(key));
        done.private = (before - entries.len()) as u64;
        let mut missing = self.missing(entries, &mut done).await?;
        done.too_large = self.put(&mut missing).await.map_err(Why::Target)?;
        self.verify(&missing, &mut done).await?;
        Ok(done)
    }

    async fn missing(
        &self,
        entries: Vec<(Key, Entry)>,
        done: &mut Copied,
    ) -> Result<Vec<Missing>, Why> {
        let keys: Vec<Key> = entries.iter().map(|(key, _)| *key).collect();
        let found = patiently(|| look_up(self.to, &keys)).await;
        let mut missing = Vec::new();
        for (entry, found) in entries.into_iter().zip(found.map_err(Why::Target)?) {
            match found {
                Lookup::Hit(there, _) if there == entry.1 => done.skipped += 1,
                Lookup::Hit(..) => {
                    tracing::warn!(key = %entry.0, "the target has a different entry, which it keeps");
                    done.differing += 1;
                }
                Lookup::Miss => missing.push(Missing::Nothing(entry)),
                Lookup::Fault(_) => missing.push(Missing::Damaged(entry)),
            }
        }
        Ok(missing)
    }

    /// Stores the entries, keeps those stored in `missing`, and returns how many were too large.
    async fn put(&self, missing: &mut Vec<Missing>) -> Result<u64, Fault> {
        if missing.is_empty() {
            return Ok(0);
        }
        let rows: Vec<(Key, Entry)> = missing.iter().map(|row| row.entry().clone()).collect();
        match patiently(|| self.to.put_many(&rows)).await {
            Err(fault) if fault.kind() == FaultKind::TooLarge => {}
            other => return other.map(|()| 0),
        }
        let mut stored = Vec::new();
        for (row, entry) in missing.drain(..).zip(&rows) {
            match patiently(|| self.to.put_many(std::slice::from_ref(entry))).await {
                Ok(()) => stored.push(row),
                Err(fault) if fault.kind() == FaultKind::TooLarge => {}
                Err(fault) => return Err(fault),
            }
        }
        *missing = stored;
        Ok((rows.len() - missing.len()) as u64)
    }

    async fn verify(&self, rows: &[Missing], done: &mut Copied) -> Result<(), Why> {
        let keys: Vec<Key> = rows.iter().map(|row| row.entry().0).collect();
        let found = patiently(|| look_up(self.to, &keys)).await;
        for (row, found) in rows.iter().zip(found.map_err(Why::Target)?) {
            let (key, entry) = row.entry();
            match (row, found) {
                (_, Lookup::Hit(there, _)) if there == *entry => {
                    done.copied += 1;
                    done.bytes += entry.len() as u64;
                }
                // A team's rows are never replaced, even if they can't be trusted.
                (Missing::Damaged(_), Lookup::Fault(kind)) => {
                    tracing::warn!(%key, %kind, "the target has an unusable entry, which it keeps");
                    done.differing += 1;
                }
                _ => return Err(Why::Different(*key)),
            }
        }
        Ok(())
    }
}

/// An entry to write, and the state of its row in the target.
enum Missing {
    Nothing((Key, Entry)),
    Damaged((Key, Entry)),
}

impl Missing {
    fn entry(&self) -> &(Key, Entry) {
        match self {
            Missing::Nothing(entry) | Missing::Damaged(entry) => entry,
        }
    }
}

/// Returns the number of entries per page for which the payload meets the target, estimated from these.
fn next_size(entries: &[(Key, Entry)]) -> usize {
    let bytes: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
    let average = bytes / entries.len().max(1);
    (PAGE_BYTES / average.max(1)).clamp(1, PAGE)
}

/// Looks up keys; faults that concern the whole cache become an error, those of single entries don't.
fn look_up<'a>(cache: &'a dyn Cache, keys: &'a [Key]) -> BoxFuture<'a, Result<Vec<Lookup>, Fault>> {
    Box::pin(async move {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let lookups = cache.get_many(keys).await;
        let fault = lookups.iter().find_map(|lookup| match lookup {
            Lookup::Fault(kind) => {
                let is_whole = !matches!(kind.remedy(), Remedy::Entry | Remedy::Recreate);
                is_whole.then_some(*kind)
            }
            _ => None,
        });
        fault.map_or(Ok(lookups), |kind| Err(cache.last_fault(kind)))
    })
}

/// Retries transient faults a few times.
async fn patiently<'a, T>(
    attempt: impl Fn() -> BoxFuture<'a, Result<T, Fault>>,
) -> Result<T, Fault> {
    for pause in PAUSES {
        match attempt().await {
            Err(fault) if may_pass(fault.kind()) => tokio::time::sleep(pause).await,
            other => return other,
        }
    }
    attempt().await
}

fn may_pass(kind: FaultKind) -> bool {
    matches!(kind.remedy(), Remedy::Wait | Remedy::Break) && kind != FaultKind::Malformed
}
