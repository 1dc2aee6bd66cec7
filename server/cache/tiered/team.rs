//! A team's cache after the local file: connected lazily, and not asked twice for keys it doesn't have.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::quarantine;
use crate::locks::lock;
use crate::{
    Access, Cache, CacheBackend, Entry, Fault, FaultKind, Key, KeyId, Lookup, Patience, Schema,
};

/// Time for which a missing key isn't requested again.
const ABSENCE: Duration = Duration::from_mins(1);
/// Maximum number of missing keys to remember.
const MOST_ABSENT: usize = 50_000;

pub(super) struct Team {
    backend: CacheBackend,
    schema: Schema,
    opened: tokio::sync::OnceCell<Arc<dyn Cache>>,
    absent: Mutex<HashMap<Key, Instant>>,
    /// The file of distrusted signers.
    quarantine: Option<PathBuf>,
    notices: Mutex<Vec<String>>,
}

impl Team {
    pub(super) fn new(backend: CacheBackend, schema: Schema, quarantine: Option<PathBuf>) -> Team {
        Team {
            backend,
            schema,
            opened: tokio::sync::OnceCell::new(),
            absent: Mutex::default(),
            quarantine,
            notices: Mutex::default(),
        }
    }

    /// Who waits for this cache.
    pub(super) fn patience(&self) -> Patience {
        match &self.backend {
            CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => remote.patience,
            CacheBackend::Sqlite(_) => Patience::Person,
        }
    }

    /// Whether computed entries are written to it.
    pub(super) fn is_written(&self) -> bool {
        match &self.backend {
            CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => {
                matches!(remote.access, Access::Write(_))
            }
            CacheBackend::Sqlite(_) => true,
        }
    }

    pub(super) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Lookup>, Fault> {
        let asked = self.without_absent(keys);
        if asked.is_empty() {
            return Ok(vec![Lookup::Miss; keys.len()]);
        }
        let wanted: Vec<Key> = asked.iter().map(|place| keys[*place]).collect();
        let found = self.cache().await?.get_many(&wanted).await;
        self.keep_absent(&wanted, &found);
        let mut answers = vec![Lookup::Miss; keys.len()];
        for (place, answer) in asked.into_iter().zip(found) {
            answers[place] = answer;
        }
        Ok(answers)
    }

    pub(super) async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        self.cache().await?.put_many(entries).await?;
        let mut absent = self.absent();
        for (key, _) in entries {
            absent.remove(key);
        }
        Ok(())
    }

    pub(super) fn last_fault(&self, kind: FaultKind) -> Fault {
        match self.opened.get() {
            Some(cache) => cache.last_fault(kind),
            None => kind.into(),
        }
    }

    pub(super) fn is_sample(&self, key: &Key) -> bool {
        self.opened.get().is_some_and(|cache| cache.is_sample(key))
    }

    /// Distrusts the signer of this key's entry, in this run and later ones.
    pub(super) fn distrust(&self, key: &Key) -> Option<KeyId> {
        let signer = self.opened.get()?.distrust(key)?;
        let kept = match &self.quarantine {
            Some(file) => match quarantine::add(file, signer) {
                Ok(()) => format!(
                    "this lasts until its line is removed from {}",
                    file.display()
                ),
                Err(error) => format!("{} can't be written: {error}", file.display()),
            },
            None => "this lasts until this program ends".to_owned(),
        };
        let notice = format!(
            "the key {signer} has signed an entry of the team's cache that doesn't match the source text: its \
             entries are no longer trusted, and the local cache is cleared; {kept}. Inform the administrator of the \
             team's cache"
        );
        tracing::error!("{notice}");
        lock(&self.notices).push(notice);
        Some(signer)
    }

    pub(super) fn notices(&self) -> Vec<String> {
        lock(&self.notices).clone()
    }

    async fn cache(&self) -> Result<&Arc<dyn Cache>, Fault> {
        let open = || async {
            let cache: Arc<dyn Cache> = self.backend.connect(self.schema).await?.into();
            for signer in self
                .quarantine
                .as_deref()
                .map(quarantine::read)
                .unwrap_or_default()
            {
                cache.quarantine(signer);
            }
            Ok(cache)
        };
        self.opened.get_or_try_init(open).await
    }

    /// Returns the indices of the keys that aren't known to be missing.
    fn without_absent(&self, keys: &[Key]) -> Vec<usize> {
        let absent = self.absent();
        let is_asked = |key: &Key| {
            absent
                .get(key)
                .is_none_or(|since| since.elapsed() > ABSENCE)
        };
        let places = keys.iter().enumerate().filter(|(_, key)| is_asked(key));
        places.map(|(place, _)| place).collect()
    }

    fn keep_absent(&self, keys: &[Key], answers: &[Lookup]) {
        let mut absent = self.absent();
        if absent.len() + keys.len() > MOST_ABSENT {
            absent.clear();
        }
        let now = Instant::now();
        for (key, answer) in keys.iter().zip(answers) {
            if *answer == Lookup::Miss {
                absent.insert(*key, now);
            }
        }
    }

    fn absent(&self) -> MutexGuard<'_, HashMap<Key, Instant>> {
        lock(&self.absent)
    }
}

#[cfg(all(test, feature = "team"))]
impl Team {
    /// Wraps a cache that is already connected.
    pub(super) fn over(
        cache: Arc<dyn Cache>,
        quarantine: Option<PathBuf>,
        is_written: bool,
    ) -> Team {
        for signer in quarantine
            .as_deref()
            .map(quarantine::read)
            .unwrap_or_default()
        {
            cache.quarantine(signer);
        }
        let mut remote = crate::Remote::at("https://cache.example");
        if is_written {
            remote.access = Access::Write(crate::Secret::text(""));
        }
        let mut team = Team::new(CacheBackend::Http(remote), &crate::SQLITE, quarantine);
        team.opened = tokio::sync::OnceCell::new_with(Some(cache));
        team
    }
}
