//! The team's budget for language models, as command line arguments.

use crate::{cache::ledger::Limits, config};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Daily token budget for language models, such as 200k or 2M; 0 allows nothing
    #[arg(long, value_name = "TOKENS", value_parser = tokens)]
    budget_day: Option<u64>,
    /// Monthly token budget for language models
    #[arg(long, value_name = "TOKENS", value_parser = tokens)]
    budget_month: Option<u64>,
}

impl Arguments {
    /// Returns the budget, if there is one.
    pub(super) fn limits(&self) -> Option<Limits> {
        let limits = Limits {
            day: self.budget_day,
            month: self.budget_month,
        };
        (limits != Limits::default()).then_some(limits)
    }
}

fn tokens(text: &str) -> Result<u64, &'static str> {
    config::tokens(text).ok_or("expected a whole number of tokens, such as 200k, 2M or 0")
}
