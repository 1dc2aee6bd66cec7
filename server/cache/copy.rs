//! Copying entries from one cache into another, whatever they are: what restoring, migrating and filling a team's cache
//! have in common.
//!
//! Pages go over in the order of their keys, and the next is read while one is written. What the target has is not
//! written again, so a copy that was stopped is simply started again; [`Resume`] only spares it looking at what it had
//! done. What was written is read back and compared before it counts.
//!
//! What is added to the source behind the page that is being copied waits for the next copy.

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

/// Entries of a page at most, and of the first, as nobody knows yet how large they are.
const PAGE: usize = 500;
const FIRST_PAGE: usize = 100;
/// Payload that a page should have at most; a few pages are in memory at once.
const PAGE_BYTES: usize = 4 << 20;
/// How long to wait before trying again what may pass by itself.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// What to copy, and who is told.
#[derive(Default)]
pub struct CopyOptions<'a> {
    /// Only these, otherwise everything.
    pub keys: Option<Vec<Key>>,
    /// Only what comes after this key.
    pub after: Option<Key>,
    /// Where an earlier copy between the same two got to.
    pub resume: Option<Resume>,
    /// Told after every page what is done so far.
    pub progress: Option<&'a (dyn Fn(&Copied) + Send + Sync)>,
    /// Stops the copy at once; what is half done counts as not done.
    pub cancel: CancellationToken,
}

/// What a copy has done.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Copied {
    /// Entries that were written, read back and found right.
    pub copied: u64,
    /// Their payload.
    pub bytes: u64,
    /// Entries that the target had.
    pub skipped: u64,
    /// Entries of the source that are damaged, or whose seals can't be believed.
    pub damaged: u64,
    /// Entries that are larger than the target takes.
    pub too_large: u64,
    /// Entries for which the target has something else that it keeps.
    pub differing: u64,
    /// Entries that stay where they are, because others read the target.
    pub private: u64,
    /// Everything up to this key is done.
    #[serde(skip)]
    pub last: Option<Key>,
}

impl Copied {
    /// Entries that were looked at.
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

/// A copy that did not get to its end.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Stopped {
    /// What stays done.
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
    /// What was read back is not what was written.
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

/// Copies entries. Fails where either cache does; what was copied until then stays.
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
    /// In their order; `None` stands for all.
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

    /// Whether the target still has the entry, which it hasn't if it was emptied meanwhile.
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

    /// Writes what the target hasn't; what became of each entry.
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

    /// Leaves in `missing` what was stored; how many entries were too large for it.
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
                // A team's rows are never replaced, also not those that nobody believes.
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

/// What the target hasn't, and what it has instead.
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

/// As many entries as a page should have if they are as large as these.
fn next_size(entries: &[(Key, Entry)]) -> usize {
    let bytes: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
    let average = bytes / entries.len().max(1);
    (PAGE_BYTES / average.max(1)).clamp(1, PAGE)
}

/// Answers that concern single entries only; whatever concerns the whole cache is a fault.
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

/// Tries again what may pass by itself, a few times.
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
