//! What a language model may cost: tokens are held before a request is sent, and charged when it has been answered.
//!
//! **Never more than the limit.** A request is admitted only if what is used, what is held for others and its own
//! estimate stay within the limit of the day and of the month, under one lock. Whatever fails is a [`Fault`], and a fault
//! admits nothing.
//!
//! **Nothing is forgotten.** A hold whose time runs out without having been settled is charged at its estimate: the request
//! may have been sent. Settled afterwards, it is charged what it cost beyond that. So a crash between sending and settling
//! costs the estimate, never more, and what is used never goes down inside a window.
//!
//! **Windows.** They are days and months of UTC. A scope goes to a later one and never back: a clock that is set back
//! stays in the window that was reached. A hold counts in the window that is current, and is charged to the one in which
//! it ends.

mod account;
mod calendar;
mod sqlite;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

#[cfg(feature = "team")]
pub use crate::team::{http::HttpLedger, postgres::PostgresLedger};
use crate::trust::hexadecimal;
use crate::{Fault, FaultKind};
#[cfg(feature = "team")]
pub(crate) use account::{Account, Window};
pub use sqlite::SqliteLedger;

/// What one hold or one charge can be at most; more is somebody's mistake.
pub(crate) const MOST: u64 = 1 << 40;
/// The longest time for which anything is held.
const LONGEST: Duration = Duration::from_hours(1);

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The clock of this machine.
pub fn clock() -> Clock {
    Arc::new(SystemTime::now)
}

/// What is held for one request. Whoever doesn't know it can't touch it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HoldId([u8; 16]);

impl HoldId {
    /// A new one, of the system's randomness.
    pub fn fresh() -> Result<HoldId, Fault> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| {
            Fault::new(FaultKind::Io).because("the operating system provides no randomness")
        })?;
        Ok(HoldId(bytes))
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<[u8; 16]> for HoldId {
    fn from(bytes: [u8; 16]) -> HoldId {
        HoldId(bytes)
    }
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no id of a hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the id of a reservation is 32 hexadecimal digits")]
pub struct NoHoldId;

impl FromStr for HoldId {
    type Err = NoHoldId;

    fn from_str(text: &str) -> Result<HoldId, NoHoldId> {
        crate::trust::bytes_of(text).map(HoldId).ok_or(NoHoldId)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WindowKind {
    Day,
    Month,
}

impl fmt::Display for WindowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WindowKind::Day => "day",
            WindowKind::Month => "month",
        })
    }
}

/// What may be spent, in tokens: `Some(0)` is nothing, `None` no limit of this kind.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limits {
    pub day: Option<u64>,
    pub month: Option<u64>,
}

/// The answer to a request that wants to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[must_use = "what is refused must not be sent"]
pub enum Reservation {
    Reserved,
    Refused(Refusal),
}

/// Why nothing may be sent: this window would be passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    pub window: WindowKind,
    pub used: u64,
    pub held: u64,
    pub limit: u64,
    /// In seconds since 1970.
    pub resets_at: u64,
}

/// How a window stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct WindowStatus {
    pub kind: WindowKind,
    pub used: u64,
    pub held: u64,
    pub limit: Option<u64>,
    /// In seconds since 1970.
    pub resets_at: u64,
}

/// What is spent within one scope. Every call may be dropped half way, and every call may be repeated.
#[async_trait]
pub trait TokenLedger: Send + Sync {
    /// Holds `estimate` tokens, which are charged if nothing is heard of them within `ttl` (an hour at most). An id that is
    /// over is not admitted again.
    async fn reserve(&self, id: HoldId, estimate: u64, ttl: Duration)
    -> Result<Reservation, Fault>;
    /// Charges what the request has cost. The first call counts; one after the hold has run out, or was never made, too.
    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault>;
    /// Holds nothing any more, for a request that was not sent. What was charged stays charged.
    async fn release(&self, id: HoldId) -> Result<(), Fault>;
    /// The day and the month.
    async fn status(&self) -> Result<Vec<WindowStatus>, Fault>;
}

#[async_trait]
impl TokenLedger for Box<dyn TokenLedger> {
    async fn reserve(
        &self,
        id: HoldId,
        estimate: u64,
        ttl: Duration,
    ) -> Result<Reservation, Fault> {
        (**self).reserve(id, estimate, ttl).await
    }

    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault> {
        (**self).settle(id, actual).await
    }

    async fn release(&self, id: HoldId) -> Result<(), Fault> {
        (**self).release(id).await
    }

    async fn status(&self) -> Result<Vec<WindowStatus>, Fault> {
        (**self).status().await
    }
}

/// Numbers are checked by the tables; one that is negative all the same was tampered with, and costs everything.
pub(crate) fn tokens(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(crate) fn integer(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
