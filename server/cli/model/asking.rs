//! The model that a command may ask.

use std::{future::Future, pin::Pin, sync::Arc};

use anyhow::{Context, bail};

use crate::{
    cli::{settings::Settings, work::Work},
    config::{CacheOptions, Config, ModelChoice, ModelOptions},
    model::Asker,
    os::{Signal, Signals},
};

/// The model that is configured, or why none is asked.
pub(super) fn chosen(config: &Config) -> anyhow::Result<Arc<ModelOptions>> {
    match &config.model {
        ModelChoice::Chosen(options) => Ok(Arc::clone(options)),
        ModelChoice::SwitchedOff => bail!(
            "`model.enabled` is `false` here, so no model is asked; `rustassistant config show` says where that stands."
        ),
        ModelChoice::Nothing => bail!(
            "No model is configured, so none is asked. `[model]` with `provider` and `model` in your own config.toml names one."
        ),
    }
}

/// Whoever asks it, with what was answered before.
pub(super) fn asker(
    options: &ModelOptions,
    cache: &CacheOptions,
    settings: &Settings,
    work: &Work,
) -> Asker {
    let environment = settings.environment();
    let asker = work.block_on(Asker::open(options, environment, cache));
    asker.with_memory(work.engine.store(), environment)
}

/// Waits for work that a person may stop; `job` is told when.
pub(super) fn stoppable<T, F: Future<Output = T>>(
    work: &Work,
    job: impl FnOnce(Pin<Box<dyn Future<Output = ()>>>) -> F,
) -> anyhow::Result<T> {
    work.block_on(async {
        let mut signals = Signals::new().context("Signals can't be heard")?;
        let stopped = async move { while signals.next().await != Signal::End {} };
        Ok(job(Box::pin(stopped)).await)
    })
}
