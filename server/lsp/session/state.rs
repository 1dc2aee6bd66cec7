//! State shared by the transport and the handlers.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

use super::{
    ahead::Ahead, documents::Documents, folders::Folders, tasks::CompilerTurns, twins::Twins,
};
use crate::{config::Environment, lsp::wire::profile::Profile};

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) documents: Documents,
    pub(crate) folders: Folders,
    pub(crate) twins: Twins,
    pub(crate) compiler: CompilerTurns,
    pub(crate) ahead: Ahead,
    profile: OnceLock<Profile>,
    shut_down: AtomicBool,
}

impl Session {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            folders: Folders::new(environment),
            ..Self::default()
        }
    }

    /// Keeps the first profile; a second `initialize` is rejected.
    pub(crate) fn begin(&self, profile: Profile) {
        self.folders.begin(&profile.folders, &profile.options);
        let _ = self.profile.set(profile);
    }

    /// Returns the client's profile; before `initialize`, one without any capabilities.
    pub(crate) fn profile(&self) -> &Profile {
        self.profile.get_or_init(|| Profile::read(&Value::Null))
    }

    pub(crate) fn set_shut_down(&self) {
        self.shut_down.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::SeqCst)
    }
}
