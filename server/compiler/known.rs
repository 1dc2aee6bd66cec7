//! Caches verdicts between runs.
//!
//! That a change is clean follows from all inputs of rustc, and the key is a hash of them. Nothing else is cached: errors
//! always come from rustc itself, and no source text is derived from the cache. A fault is a miss.

use std::{path::Path, sync::Arc};

use tokio::runtime::Handle;

use super::inputs::State;
use crate::cache::{Entry, Key, Lookup, TieredCache};

/// The only value that is ever stored.
const CLEAN: &[u8] = b"clean";

/// What was checked about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether the changed units have errors.
    Verdict,
    /// Whether they or their dependents have new errors or warnings.
    Complaints,
}

impl Question {
    /// Returns the key of a change in a state. It is private, so it is never exchanged with a team's cache.
    pub(super) fn key(self, state: &State, home: &Path, change: &blake3::Hash) -> Key {
        let kind = match self {
            Self::Verdict => "clean verdict",
            Self::Complaints => "no complaints",
        };
        let home = home.as_os_str().as_encoded_bytes();
        Key::private(kind, &state.digest, &[home], change.as_bytes())
    }
}

/// The cache of verdicts.
#[derive(Clone)]
pub struct Known {
    store: Arc<TieredCache>,
    runtime: Handle,
}

impl Known {
    /// The runtime must be driven on another thread than the callers'.
    pub fn new(store: Arc<TieredCache>, runtime: Handle) -> Self {
        Self { store, runtime }
    }

    pub(super) fn is_clean(&self, key: Key) -> bool {
        let near = || {
            let found = self.runtime.block_on(self.store.get_near(&[key]));
            found.into_iter().next().and_then(Lookup::entry)
        };
        let entry = self.store.get(&key).or_else(near);
        entry.is_some_and(|entry| *entry == *CLEAN)
    }

    pub(super) fn keep(&self, key: Key) {
        self.store.put(key, Entry::from(CLEAN));
    }
}
