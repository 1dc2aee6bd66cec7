//! Budget of language models: tokens are reserved before a request is sent, and charged when the response arrives.
//!
//! **Never exceeds the limit.** A request is admitted only if the tokens used, the tokens held for others and its estimate stay
//! within the limits of the day and the month, checked under one lock. Any failure is a [`Fault`], and a fault admits nothing.
//!
//! **Nothing is lost.** A hold that expires unsettled is charged at its estimate, because the request may have been sent. If it
//! is settled later, only the excess over the estimate is charged. So a crash between sending and settling costs the estimate
//! at most, and usage never decreases within a window.
//!
//! **Windows** are days and months of UTC. A scope only moves to later windows: if the clock is set back, it stays in the
//! window that was reached. A hold counts in the current window, and is charged to the one in which it ends.

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

/// Maximum tokens of one hold or charge; more must be a mistake.
pub(crate) const MOST: u64 = 1 << 40;
/// Maximum duration of a hold.
const LONGEST: Duration = Duration::from_hours(1);

/// Returns the current time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Returns the clock of this machine.
pub fn clock() -> Clock {
    Arc::new(SystemTime::now)
}

/// Identifies a hold, and can't be guessed by other requests.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HoldId([u8; 16]);

impl HoldId {
    /// Generates an id with the system's random number generator.
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

/// The text isn't the id of a hold.
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

/// Limits in tokens: `Some(0)` allows nothing, `None` is unlimited.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limits {
    pub day: Option<u64>,
    pub month: Option<u64>,
}

/// Result of a reservation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[must_use = "what is refused must not be sent"]
pub enum Reservation {
    Reserved,
    Refused(Refusal),
}

/// Reason for a refusal: the window that would be exceeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    pub window: WindowKind,
    pub used: u64,
    pub held: u64,
    pub limit: u64,
    /// In seconds since 1970.
    pub resets_at: u64,
}

/// Usage of a window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct WindowStatus {
    pub kind: WindowKind,
    pub used: u64,
    pub held: u64,
    pub limit: Option<u64>,
    /// In seconds since 1970.
    pub resets_at: u64,
}

/// Budget of one scope. Every call is safe to cancel and to repeat.
#[async_trait]
pub trait TokenLedger: Send + Sync {
    /// Holds `estimate` tokens, which are charged if the hold isn't settled within `ttl` (at most an hour). The id of a
    /// finished hold isn't admitted again.
    async fn reserve(&self, id: HoldId, estimate: u64, ttl: Duration)
    -> Result<Reservation, Fault>;
    /// Charges the request's actual cost. Only the first call counts, even if the hold has expired or was never made.
    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault>;
    /// Releases the hold of a request that wasn't sent. Charges aren't refunded.
    async fn release(&self, id: HoldId) -> Result<(), Fault>;
    /// Returns the usage of the day and the month.
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

/// Tables enforce valid numbers; a negative one was tampered with, and counts as the maximum.
pub(crate) fn tokens(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(crate) fn integer(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
