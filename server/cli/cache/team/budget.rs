//! What a team may spend on a language model, as commands are told.

use crate::{cache::ledger::Limits, config};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Tokens that may be spent on a language model each day, as in 200k or 2M; 0 is nothing
    #[arg(long, value_name = "TOKENS", value_parser = tokens)]
    budget_day: Option<u64>,
    /// Tokens that may be spent on a language model each month
    #[arg(long, value_name = "TOKENS", value_parser = tokens)]
    budget_month: Option<u64>,
}

impl Arguments {
    /// The budget, if there is to be one.
    pub(super) fn limits(&self) -> Option<Limits> {
        let limits = Limits {
            day: self.budget_day,
            month: self.budget_month,
        };
        (limits != Limits::default()).then_some(limits)
    }
}

fn tokens(text: &str) -> Result<u64, &'static str> {
    config::tokens(text).ok_or("tokens are a whole number, as in 200k, 2M or 0")
}
