//! The engine of one run, with its cache.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use super::output::say;
use crate::{
    analysis::{Engine, Workers},
    cache::{Mode, TieredCache, TieredStats},
    compiler::Known,
    config::CacheOptions,
};

/// Maximum time for flushing the last reports. A working disk never needs it.
const LONGEST_FLUSH: Duration = Duration::from_mins(1);

pub(super) struct Work {
    runtime: Runtime,
    pub(super) engine: Engine,
}

impl Work {
    /// Opens the cache with these options.
    pub(super) fn with_cache(options: &CacheOptions) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .context("The program can't start")?;
        let engine = Engine::open(options, Mode::CommandLine, Workers::default());
        Ok(Self { runtime, engine })
    }

    /// Opens a cache in memory only.
    pub(super) fn in_memory() -> anyhow::Result<Self> {
        Self::with_cache(&CacheOptions::default())
    }

    pub(super) fn store(&self) -> &TieredCache {
        self.engine.store()
    }

    /// Returns cached verdicts of rustc from other runs.
    pub(super) fn known(&self) -> Known {
        Known::new(
            Arc::clone(self.engine.store()),
            self.runtime.handle().clone(),
        )
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Flushes the cache and prints its warnings.
    pub(super) fn finish(&self) -> TieredStats {
        let store = self.store();
        if !self.runtime.block_on(store.close(LONGEST_FLUSH)) {
            say(
                "warning",
                "Some reports were not cached; they will be computed again.",
            );
        }
        for warning in store.warnings() {
            say("warning", &warning);
        }
        store.stats()
    }
}
