//! Verdicts that are remembered from one run to the next.
//!
//! That a change is clean is a fact about all that rustc would read and be told, and its key is a hash of that. Nothing else
//! is kept: what stands against a change is heard from rustc alone, and no text is ever made of what was kept. A fault is a miss.

use std::{path::Path, sync::Arc};

use tokio::runtime::Handle;

use super::inputs::State;
use crate::cache::{Entry, Key, Lookup, TieredCache};

/// All that is ever kept under a key.
const CLEAN: &[u8] = b"clean";

/// What was asked of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether what it is built of has an error.
    Verdict,
    /// Whether it or what uses it has an error or a warning that is new.
    Complaints,
}

impl Question {
    /// The key of a change in a state. It is private: nobody else's cache is given it or asked for it.
    pub(super) fn key(self, state: &State, home: &Path, change: &blake3::Hash) -> Key {
        let kind = match self {
            Self::Verdict => "clean verdict",
            Self::Complaints => "no complaints",
        };
        let home = home.as_os_str().as_encoded_bytes();
        Key::private(kind, &state.digest, &[home], change.as_bytes())
    }
}

/// The cache that verdicts are kept in.
#[derive(Clone)]
pub struct Known {
    store: Arc<TieredCache>,
    runtime: Handle,
}

impl Known {
    /// The runtime is one that somebody drives, on another thread than those that ask.
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
