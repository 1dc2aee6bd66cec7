//! The model that a command may ask, with its ledger and what was answered before.

use std::{future::Future, path::Path, pin::Pin, sync::Arc};

use anyhow::{Context, bail};

use crate::{
    cache::ledger::{Limits, SqliteLedger, TokenLedger, clock},
    cli::{settings::Settings, work::Work},
    config::{CacheOptions, Config, Environment, ModelChoice, ModelOptions},
    migrations,
    model::{Asker, Budget, Memory, Purse, Savings},
    os::{Signal, Signals},
};

/// The task of `refactor plan`.
pub(super) const CHOOSE: &str = "choose";

/// The model that is configured, or why none is asked.
pub(super) fn chosen(config: &Config) -> anyhow::Result<Arc<ModelOptions>> {
    match &config.model {
        ModelChoice::Chosen(options) => Ok(Arc::clone(options)),
        ModelChoice::SwitchedOff => {
            bail!(
                "`model.enabled` is `false` here, so no model is asked; `rustassistant config show` says where that stands."
            )
        }
        ModelChoice::Nothing => bail!(
            "No model is configured, so none is asked. `[model]` with `provider` and `model` in your own config.toml names one."
        ),
    }
}

/// Whoever asks it, within the budget of this machine.
pub(super) fn asker(
    options: &ModelOptions,
    cache: &CacheOptions,
    settings: &Settings,
    work: &Work,
) -> Asker {
    let environment = settings.environment();
    let savings = environment.home.as_deref().map(savings);
    let budget = work.block_on(budget(options, (environment, cache)));
    let memory = Memory::new(Arc::clone(work.engine.store()));
    Asker::new(options.clone(), budget).remembering(memory, savings)
}

/// What kept answers have saved.
pub(super) fn savings(home: &Path) -> Savings {
    Savings::in_file(home.join("model-saved"))
}

/// The ledgers that count: this machine's, and the team's where there is one.
async fn budget(
    options: &ModelOptions,
    (environment, cache): (&Environment, &CacheOptions),
) -> Budget {
    let Some(path) = environment.ledger_file() else {
        return Budget::default();
    };
    let limits = Limits {
        day: Some(options.budget.day),
        month: Some(options.budget.month),
    };
    let ledger = SqliteLedger::open(path, limits, &migrations::LEDGER, clock()).await;
    let ledger = ledger.map(|ledger| Box::new(ledger) as Box<dyn TokenLedger>);
    let budget = Budget::default().with(Purse::Machine, ledger);
    let Some(team) = &cache.team else {
        return budget;
    };
    match team.ledger().await.transpose() {
        Some(ledger) => budget.with(Purse::Team, ledger),
        None => budget,
    }
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
