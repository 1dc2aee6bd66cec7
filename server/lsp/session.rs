//! What the transport and the handlers share.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

use super::{documents::Documents, folders::Folders, profile::Profile};
use crate::config::Environment;

#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) documents: Documents,
    pub(super) folders: Folders,
    profile: OnceLock<Profile>,
    shut_down: AtomicBool,
}

impl Session {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            folders: Folders::new(environment),
            ..Self::default()
        }
    }

    /// Keeps the first; a second `initialize` is refused.
    pub(super) fn begin(&self, profile: Profile) {
        self.folders.begin(&profile.folders, &profile.options);
        let _ = self.profile.set(profile);
    }

    /// Before `initialize`, that of a client that can do nothing.
    pub(super) fn profile(&self) -> &Profile {
        self.profile.get_or_init(|| Profile::read(&Value::Null))
    }

    pub(super) fn set_shut_down(&self) {
        self.shut_down.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::SeqCst)
    }
}
