//! Budgets of the key holders: keys that grant `main` share the team's budget, and all others have one per pattern, so that a
//! key for any number of namespaces doesn't get a budget for each of them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::storage::StoragePlace;
use crate::ledger::{Limits, PostgresLedger, SqliteLedger, TokenLedger, WindowStatus, clock};
use crate::{Fault, FaultKind, Namespace, Schema};

/// Located beside the namespaces' files, none of which has such a name.
const FILE: &str = "tokens.ledger";

/// Budget of the server's clients.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub limits: Limits,
    /// Migrations of the ledger's file.
    pub schema: Schema,
}

pub(super) struct Ledgers {
    books: Books,
    budget: Option<Budget>,
    open: Mutex<HashMap<String, Arc<dyn TokenLedger>>>,
}

/// Where the ledger is stored.
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
            // Detects a storage that isn't ready.
            ledgers.of(Namespace::default().as_str()).await?;
        }
        Ok(ledgers)
    }

    /// Returns the budget of a scope. In a database, an administrator may have set it.
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

    /// Returns the usage of the scopes used since the server started; failures are skipped.
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
