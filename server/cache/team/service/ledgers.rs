//! What those who hold keys may spend: all whose keys open `main` have one budget, the team's, and all others one for each
//! pattern of their keys, so that nobody who may use any number of namespaces has a budget in each of them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::storage::StoragePlace;
use crate::ledger::{Limits, PostgresLedger, SqliteLedger, TokenLedger, WindowStatus, clock};
use crate::{Fault, FaultKind, Namespace, Schema};

/// Beside the files of the namespaces, none of which has such a name.
const FILE: &str = "tokens.ledger";

/// What a server lets its clients spend.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub limits: Limits,
    /// The tables of the file that says what was spent.
    pub schema: Schema,
}

pub(super) struct Ledgers {
    books: Books,
    budget: Option<Budget>,
    open: Mutex<HashMap<String, Arc<dyn TokenLedger>>>,
}

/// Where it is written down.
enum Books {
    None,
    File(SqliteLedger),
    Database(PostgresLedger),
}

impl Ledgers {
    pub(super) async fn open(
        place: &StoragePlace,
        budget: Option<Budget>,
    ) -> Result<Ledgers, Fault> {
        let books = match (place, budget) {
            (StoragePlace::Postgres(remote), _) => {
                Books::Database(PostgresLedger::new(remote).await?)
            }
            (StoragePlace::Folder(_), None) => Books::None,
            (StoragePlace::Folder(folder), Some(Budget { limits, schema })) => {
                let path = folder.join(FILE);
                Books::File(SqliteLedger::open(path, limits, schema, clock()).await?)
            }
        };
        let ledgers = Ledgers {
            books,
            budget,
            open: Mutex::default(),
        };
        if budget.is_some() {
            // A place that isn't ready is found now.
            ledgers.of(Namespace::default().as_str()).await?;
        }
        Ok(ledgers)
    }

    /// The budget of a scope. A database may have one that an administrator has set.
    pub(super) async fn of(&self, scope: &str) -> Result<Arc<dyn TokenLedger>, Fault> {
        let mut open = self.open.lock().await;
        if let Some(known) = open.get(scope) {
            return Ok(Arc::clone(known));
        }
        let limits = self.budget.map(|budget| budget.limits);
        let ledger: Arc<dyn TokenLedger> = match (&self.books, limits) {
            (Books::None, _) | (Books::File(_), None) => return Err(FaultKind::NoBudget.into()),
            (Books::File(file), Some(limits)) => Arc::new(file.scoped(scope, limits).await?),
            (Books::Database(database), limits) => {
                let ledger = database.with_scope(scope);
                if let Some(limits) = limits {
                    ledger.set_limits(limits).await?;
                }
                Arc::new(ledger)
            }
        };
        open.insert(scope.to_owned(), Arc::clone(&ledger));
        Ok(ledger)
    }

    /// How the scopes stand that were asked for since the server began; what can't be said is left out.
    pub(super) async fn stand(&self) -> Vec<(String, Vec<WindowStatus>)> {
        let open: Vec<_> = {
            let open = self.open.lock().await;
            let pairs = open.iter();
            pairs
                .map(|(scope, ledger)| (scope.clone(), Arc::clone(ledger)))
                .collect()
        };
        let mut all = Vec::new();
        for (scope, ledger) in open {
            let status = tokio::time::timeout(super::STORAGE_TIME, ledger.status());
            if let Ok(Ok(windows)) = status.await {
                all.push((scope, windows));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    pub(super) async fn close(&self) {
        if let Books::File(file) = &self.books {
            file.close().await;
        }
    }
}
