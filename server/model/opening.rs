//! Opens a model with its ledgers and the cache of answers.

use std::{path::Path, sync::Arc};

use super::{
    asker::Asker,
    budget::{Budget, Purse},
    kept::Memory,
    savings::Savings,
};
use crate::{
    cache::{
        TieredCache,
        ledger::{Limits, SqliteLedger, TokenLedger, clock},
    },
    config::{CacheOptions, Environment, ModelOptions},
    migrations,
};

/// The savings through cached answers, for all users of this home directory.
pub fn savings(home: &Path) -> Savings {
    Savings::in_file(home.join("model-saved"))
}

impl Asker {
    /// Opens this model, within the budget of this machine and of the team whose cache is in `cache`.
    pub async fn open(
        options: &ModelOptions,
        environment: &Environment,
        cache: &CacheOptions,
    ) -> Self {
        Self::new(options.clone(), budget(options, environment, cache).await)
    }

    /// Enables the cache of answers in `store`.
    #[must_use]
    pub fn with_memory(self, store: &Arc<TieredCache>, environment: &Environment) -> Self {
        let savings = environment.home.as_deref().map(savings);
        self.remembering(Memory::new(Arc::clone(store)), savings)
    }
}

async fn budget(options: &ModelOptions, environment: &Environment, cache: &CacheOptions) -> Budget {
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
