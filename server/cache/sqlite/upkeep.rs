//! Keeping the file small: what was used long ago goes first, in short transactions.

use sqlx::{Connection, Row};

use super::wire::{Wire, hour};
use crate::cache::Limits;

/// Rows removed in one transaction; nobody waits for more than that.
const PAGE: i64 = 500;
/// Above the limit the file is brought to this share of it, so that it isn't above it again at once.
const TARGET_PERCENT: i128 = 90;

impl Wire {
    /// Removes entries that weren't used for too long, then the least recently used ones until the rest fits.
    pub(super) async fn prune(&mut self, limits: Limits) -> Result<u64, sqlx::Error> {
        let oldest =
            hour().saturating_sub(i64::try_from(limits.age.as_secs() / 3600).unwrap_or(i64::MAX));
        let mut removed = self.sweep((i64::MIN, oldest - 1), i64::MAX).await?;
        let excess = self.excess(limits.bytes).await?;
        if excess > 0 {
            removed += self.sweep_least_used(excess).await?;
        }
        if removed > 0 {
            self.give_back().await?;
        }
        Ok(removed)
    }

    /// Bytes of envelopes that have to go for the file to be well below the limit, or 0.
    async fn excess(&mut self, limit: u64) -> Result<i64, sqlx::Error> {
        self.count();
        let (pages, free, size): (i64, i64, i64) = sqlx::query_as(
            "SELECT page_count, freelist_count, page_size \
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        )
        .fetch_one(&mut self.connection)
        .await?;
        let used = i128::from((pages - free).saturating_mul(size));
        let limit = i128::from(limit);
        if used <= limit {
            return Ok(0);
        }
        let (_, bytes) = self.totals().await?;
        let keep = i128::from(bytes) * limit * TARGET_PERCENT / 100 / used;
        Ok(bytes - i64::try_from(keep).unwrap_or(bytes))
    }

    async fn sweep_least_used(&mut self, mut excess: i64) -> Result<u64, sqlx::Error> {
        self.count();
        let hours: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT used, sum(length(envelope)) FROM entry GROUP BY used ORDER BY used",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let mut removed = 0;
        for (used, bytes) in hours {
            if excess <= 0 {
                break;
            }
            removed += self.sweep((used, used), excess).await?;
            excess -= bytes;
        }
        Ok(removed)
    }

    /// Removes rows last used in these hours, the oldest rows first, until `budget` bytes are gone.
    async fn sweep(&mut self, (from, to): (i64, i64), mut budget: i64) -> Result<u64, sqlx::Error> {
        let (mut removed, mut above) = (0, 0);
        while budget > 0 {
            self.count();
            let page = sqlx::query(
                "SELECT id, length(envelope) FROM entry WHERE id > ?1 AND used BETWEEN ?2 AND ?3 ORDER BY id LIMIT ?4",
            )
            .bind(above)
            .bind(from)
            .bind(to)
            .bind(PAGE)
            .fetch_all(&mut self.connection)
            .await?;
            let mut last = above;
            for row in &page {
                if budget <= 0 {
                    break;
                }
                last = row.try_get(0)?;
                budget -= row.try_get::<i64, _>(1)?;
            }
            if last == above {
                break;
            }
            removed += self.remove_between((above, last), (from, to)).await?;
            above = last;
        }
        Ok(removed)
    }

    /// Asks for the hours again: what was used since the page was read stays.
    async fn remove_between(
        &mut self,
        (above, last): (i64, i64),
        (from, to): (i64, i64),
    ) -> Result<u64, sqlx::Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let removed =
            sqlx::query("DELETE FROM entry WHERE id > ?1 AND id <= ?2 AND used BETWEEN ?3 AND ?4")
                .bind(above)
                .bind(last)
                .bind(from)
                .bind(to)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
        transaction.commit().await?;
        Ok(removed)
    }
}
