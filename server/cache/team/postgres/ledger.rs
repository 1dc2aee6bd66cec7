//! The team's ledger in the database: the functions in `migrations/postgres` make all decisions, under the lock of one row and
//! by the database's clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::connections::{Connections, Errand};
use crate::ledger::{
    Account, HoldId, Limits, MOST, Reservation, TokenLedger, Window, WindowStatus, integer, tokens,
};
use crate::{Fault, FaultKind, Remote};

/// The budget of one scope: a namespace, or several that share a key of the server.
pub struct PostgresLedger {
    connections: Arc<Connections>,
    scope: Arc<str>,
}

impl PostgresLedger {
    /// Returns the budget of the remote's namespace. Reads the settings and secrets, and connects lazily.
    pub async fn new(remote: &Remote) -> Result<PostgresLedger, Fault> {
        Ok(PostgresLedger {
            connections: Connections::new(remote).await?,
            scope: remote.namespace.as_str().into(),
        })
    }

    /// Returns another scope of the same database, which shares the connections.
    #[must_use]
    pub fn with_scope(&self, scope: &str) -> PostgresLedger {
        PostgresLedger {
            connections: Arc::clone(&self.connections),
            scope: scope.into(),
        }
    }

    /// Sets the limits; `None` leaves a window's limit unchanged. Only owners and servers have the right.
    pub async fn set_limits(&self, limits: Limits) -> Result<(), Fault> {
        self.ask(Question::SetLimits(limits)).await.map(drop)
    }

    async fn ask(&self, question: Question) -> Result<Option<Stand>, Fault> {
        let ask = Ask {
            scope: &self.scope,
            question,
        };
        self.connections.run(&ask).await
    }

    async fn ask_stand(&self, question: Question) -> Result<Stand, Fault> {
        let stand = self.ask(question).await?;
        stand.ok_or_else(|| self.fault(FaultKind::Malformed))
    }

    fn fault(&self, kind: FaultKind) -> Fault {
        self.connections.note(kind.into())
    }
}

#[async_trait]
impl TokenLedger for PostgresLedger {
    async fn reserve(
        &self,
        id: HoldId,
        estimate: u64,
        ttl: Duration,
    ) -> Result<Reservation, Fault> {
        if estimate > MOST {
            return Err(self.fault(FaultKind::TooManyTokens));
        }
        let stand = self.ask_stand(Question::Reserve(id, estimate, ttl)).await?;
        match stand.outcome {
            0 => Ok(Reservation::Reserved),
            1 => match stand.account.refusal(estimate, stand.limits) {
                Some(refusal) => Ok(Reservation::Refused(refusal)),
                None => Err(self.fault(FaultKind::Malformed)),
            },
            _ => Err(self.fault(FaultKind::HoldOver)),
        }
    }

    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault> {
        self.ask(Question::Settle(id, actual)).await.map(drop)
    }

    async fn release(&self, id: HoldId) -> Result<(), Fault> {
        self.ask(Question::Release(id)).await.map(drop)
    }

    async fn status(&self) -> Result<Vec<WindowStatus>, Fault> {
        let stand = self.ask_stand(Question::Status).await?;
        Ok(stand.account.status(stand.limits).into())
    }
}

struct Ask<'a> {
    scope: &'a str,
    question: Question,
}

/// A call of a ledger function. All of them may be repeated.
#[derive(Clone, Copy)]
enum Question {
    SetLimits(Limits),
    Reserve(HoldId, u64, Duration),
    Settle(HoldId, u64),
    Release(HoldId),
    Status,
}

struct Stand {
    outcome: i32,
    account: Account,
    limits: Limits,
}

#[async_trait]
impl Errand for Ask<'_> {
    type Answer = Option<Stand>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Option<Stand>, sqlx::Error> {
        let statement = match self.question {
            Question::SetLimits(_) => "SELECT rustassistant.set_budget($1, $2, $3)",
            Question::Reserve(..) => "SELECT * FROM rustassistant.reserve($1, $2, $3, $4)",
            Question::Settle(..) => "SELECT rustassistant.settle($1, $2, $3)",
            Question::Release(_) => "SELECT rustassistant.release($1, $2)",
            Question::Status => "SELECT * FROM rustassistant.budget_stand($1)",
        };
        let query = sqlx::query(statement).bind(self.scope);
        let bytes = |id: HoldId| id.as_bytes().to_vec();
        let (query, has_stand) = match self.question {
            Question::SetLimits(limits) => {
                let query = query.bind(limits.day.map(integer));
                (query.bind(limits.month.map(integer)), false)
            }
            Question::Reserve(id, estimate, ttl) => {
                let query = query.bind(bytes(id)).bind(integer(estimate));
                (query.bind(ttl.as_secs_f64()), true)
            }
            Question::Settle(id, actual) => (query.bind(bytes(id)).bind(integer(actual)), false),
            Question::Release(id) => (query.bind(bytes(id)), false),
            Question::Status => (query, true),
        };
        let row = query.fetch_one(connection).await?;
        has_stand.then(|| Stand::of(&row)).transpose()
    }
}

impl Stand {
    fn of(row: &PgRow) -> Result<Stand, sqlx::Error> {
        let window = |number: &str, used: &str| {
            Ok::<_, sqlx::Error>(Window {
                number: u32::try_from(row.try_get::<i32, _>(number)?).unwrap_or_default(),
                used: tokens(row.try_get(used)?),
            })
        };
        let limit = |name: &str| {
            let limit: Option<i64> = row.try_get(name)?;
            // Negative limits are impossible, and count as zero.
            Ok::<_, sqlx::Error>(limit.map(|limit| u64::try_from(limit).unwrap_or_default()))
        };
        Ok(Stand {
            outcome: row.try_get("outcome")?,
            account: Account {
                day: window("day", "day_used")?,
                month: window("month", "month_used")?,
                held: tokens(row.try_get("held")?),
            },
            limits: Limits {
                day: limit("day_limit")?,
                month: limit("month_limit")?,
            },
        })
    }
}
