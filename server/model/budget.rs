//! Budgets: every ledger has to approve a request before it is sent, and is told its cost afterwards.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::client::{Cost, NoAnswer};
use crate::cache::{
    Fault,
    ledger::{HoldId, Refusal, Reservation, TokenLedger, WindowStatus},
};

/// Time a request may exceed its deadline by before it is charged as if it had been sent.
const SLACK: Duration = Duration::from_mins(2);

/// The owner of a token budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    Machine,
    Team,
}

/// A ledger, or why it can't be opened.
pub type OpenLedger = Result<Box<dyn TokenLedger>, Fault>;

/// The ledgers that have to approve.
#[derive(Default)]
pub struct Budget {
    ledgers: Vec<(Purse, OpenLedger)>,
}

/// The status of a ledger's windows.
pub type Spent = (Purse, Result<Vec<WindowStatus>, Fault>);

/// Tokens reserved for one request.
pub(super) struct Held<'a> {
    budget: &'a Budget,
    id: HoldId,
    estimate: u64,
}

impl Budget {
    /// Adds a ledger; one that can't be opened admits nothing.
    #[must_use]
    pub fn with(mut self, purse: Purse, ledger: OpenLedger) -> Self {
        self.ledgers.push((purse, ledger));
        self
    }

    /// The status of all ledgers.
    pub async fn spent(&self) -> Vec<Spent> {
        let mut all = Vec::new();
        for (purse, ledger) in &self.ledgers {
            let status = match ledger {
                Ok(ledger) => ledger.status().await,
                Err(fault) => Err(fault.clone()),
            };
            all.push((*purse, status));
        }
        all
    }

    /// Reserves an estimate in all ledgers; without any ledger, nothing may be spent.
    pub(super) async fn hold(&self, estimate: u64, time: Duration) -> Result<Held<'_>, NoAnswer> {
        if self.ledgers.is_empty() {
            let why = "there is no ledger for counting tokens, so nothing is sent; set RUSTASSISTANT_HOME or HOME";
            return Err(NoAnswer::OverBudget(why.to_owned()));
        }
        let id = HoldId::fresh().map_err(|fault| uncounted(&fault))?;
        for (at, (purse, ledger)) in self.ledgers.iter().enumerate() {
            let reserved = match ledger {
                Ok(ledger) => ledger.reserve(id, estimate, time + SLACK).await,
                Err(fault) => Err(fault.clone()),
            };
            let why = match reserved {
                Ok(Reservation::Reserved) => continue,
                Ok(Reservation::Refused(refusal)) => in_words(*purse, estimate, &refusal),
                Err(fault) => uncounted(&fault),
            };
            for held in self.ledgers[..=at]
                .iter()
                .filter_map(|(_, it)| it.as_ref().ok())
            {
                // A hold that can't be released expires by itself, and is charged.
                let _ = held.release(id).await;
            }
            return Err(why);
        }
        Ok(Held {
            budget: self,
            id,
            estimate,
        })
    }
}

impl Held<'_> {
    /// Charges the actual cost of the request and returns it.
    pub(super) async fn settle(self, cost: Cost) -> u64 {
        let tokens = match cost {
            Cost::Nothing => 0,
            Cost::Unknown => self.estimate,
            Cost::Tokens(tokens) => tokens,
        };
        for ledger in self
            .budget
            .ledgers
            .iter()
            .filter_map(|(_, it)| it.as_ref().ok())
        {
            let settled = match cost {
                Cost::Nothing => ledger.release(self.id).await,
                Cost::Unknown | Cost::Tokens(_) => ledger.settle(self.id, tokens).await,
            };
            if let Err(fault) = settled {
                tracing::warn!(
                    "tokens couldn't be counted, so the estimate is charged: {}",
                    fault.of_ledger()
                );
            }
        }
        tokens
    }
}

fn uncounted(fault: &Fault) -> NoAnswer {
    NoAnswer::OverBudget(format!(
        "tokens can't be counted, so nothing is sent: {}",
        fault.of_ledger()
    ))
}

/// The message when a limit on this machine is 0.
pub(super) fn nothing_allowed(window: &str) -> String {
    format!("`model.budget.{window}` is 0, so nothing may be spent. Nothing was sent.")
}

fn in_words(purse: Purse, estimate: u64, refusal: &Refusal) -> NoAnswer {
    let Refusal {
        window,
        used,
        held,
        limit,
        resets_at,
    } = refusal;
    let whose = match purse {
        Purse::Machine => "the budget",
        Purse::Team => "the team's budget",
    };
    if *limit == 0 {
        return NoAnswer::OverBudget(match purse {
            Purse::Machine => nothing_allowed(&window.to_string()),
            Purse::Team => format!(
                "the team's budget of the {window} is 0, so nothing may be spent. Nothing was sent."
            ),
        });
    }
    let held = match held {
        0 => String::new(),
        held => format!(" and {held} are reserved"),
    };
    let in_time = until(*resets_at);
    NoAnswer::OverBudget(format!(
        "{whose} of the {window} doesn't allow about {estimate} tokens: {used} of {limit} are used{held}; the next \
         {window} begins {in_time}. Nothing was sent."
    ))
}

/// The time until a reset: "in 3 h 20 min".
pub fn until(resets_at: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let minutes = resets_at
        .saturating_sub(now.unwrap_or_default().as_secs())
        .div_ceil(60);
    match (minutes / (24 * 60), minutes / 60, minutes % 60) {
        (0, 0, minutes) => format!("in {minutes} min"),
        (0, hours, minutes) => format!("in {hours} h {minutes} min"),
        (1, ..) => "in a day".to_owned(),
        (days, ..) => format!("in {days} days"),
    }
}
