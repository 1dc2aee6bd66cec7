//! Prunes the file: removes entries that haven't been used for long, then others by policy, in short transactions.

use futures::TryStreamExt;
use sqlx::{Connection, Row};

use super::wire::{Wire, hour};
use crate::{Limits, Policy};

/// Rows removed per transaction, which bounds how long others wait.
const PAGE: i64 = 500;
/// Target size in percent of the limit, so that the file doesn't exceed it again immediately.
const TARGET_PERCENT: i128 = 90;

/// Eviction order as SQL statements: rows with the lowest rank are removed first.
struct Ranking {
    ranks: &'static str,
    page: &'static str,
    delete: &'static str,
}

macro_rules! ranking {
    ($rank:literal) => {
        Ranking {
            ranks: concat!(
                "SELECT ",
                $rank,
                ", sum(length(envelope)) FROM entry GROUP BY 1 ORDER BY 1"
            ),
            page: concat!(
                "SELECT id, length(envelope) FROM entry WHERE ",
                $rank,
                " BETWEEN ?1 AND ?2 AND id > ?3 ORDER BY id LIMIT ?4"
            ),
            delete: concat!(
                "DELETE FROM entry WHERE ",
                $rank,
                " BETWEEN ?1 AND ?2 AND id > ?3 AND id <= ?4"
            ),
        }
    };
}

const AGE: Ranking = ranking!("used");
/// A time in the future was written by a wrong clock. The row's age is unknown, so it is removed early.
const LAST_USE: Ranking = ranking!("iif(used > unixepoch() / 3600, 0, used)");
const CREATION: Ranking = ranking!("iif(created > unixepoch() / 3600, 0, created)");
const SIZE: Ranking = ranking!("-length(envelope)");

impl Ranking {
    fn of(policy: Policy) -> &'static Ranking {
        match policy {
            Policy::LeastRecentlyUsed => &LAST_USE,
            Policy::Oldest => &CREATION,
            Policy::Largest => &SIZE,
        }
    }
}

/// One pass that removes rows in the order of a ranking.
struct Sweep<'a> {
    wire: &'a mut Wire,
    ranking: &'static Ranking,
}

impl Wire {
    /// Removes entries that haven't been used for too long, then others by policy until the rest fits.
    pub(super) async fn prune(&mut self, limits: Limits) -> Result<u64, sqlx::Error> {
        let hours = i64::try_from(limits.age.as_secs() / 3600).unwrap_or(i64::MAX);
        let oldest = hour().saturating_sub(hours);
        let mut removed = self
            .sweep(&AGE)
            .remove((i64::MIN, oldest - 1), i64::MAX)
            .await?;
        let ranking = Ranking::of(limits.policy);
        // The overhead of a row is only estimated, so one round may not be enough.
        loop {
            let excess = self.excess(limits.bytes).await?;
            if excess <= 0 {
                break;
            }
            let more = self.sweep(ranking).remove_first(excess).await?;
            if more == 0 {
                break;
            }
            removed += more;
        }
        if removed > 0 {
            self.give_back().await?;
        }
        Ok(removed)
    }

    fn sweep(&mut self, ranking: &'static Ranking) -> Sweep<'_> {
        Sweep {
            wire: self,
            ranking,
        }
    }

    /// Returns the bytes of envelopes to remove so that the file is well below the limit, or 0.
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
}

impl Sweep<'_> {
    /// Removes rows with the lowest ranks until `excess` bytes are removed.
    async fn remove_first(&mut self, excess: i64) -> Result<u64, sqlx::Error> {
        let Some((last, below)) = self.last_rank(excess).await? else {
            return Ok(0);
        };
        let mut removed = 0;
        if below > 0 {
            removed += self.remove((i64::MIN, last - 1), i64::MAX).await?;
        }
        removed += self.remove((last, last), excess - below).await?;
        Ok(removed)
    }

    /// Returns the rank in which `excess` is reached, and the bytes of all lower ranks.
    async fn last_rank(&mut self, excess: i64) -> Result<Option<(i64, i64)>, sqlx::Error> {
        self.wire.count();
        let mut ranks = sqlx::query(self.ranking.ranks).fetch(&mut self.wire.connection);
        let (mut last, mut below) = (None, 0);
        while let Some(row) = ranks.try_next().await? {
            last = Some((row.try_get(0)?, below));
            below += row.try_get::<i64, _>(1)?;
            if below >= excess {
                break;
            }
        }
        Ok(last)
    }

    /// Removes rows of these ranks in insertion order until `budget` bytes are removed.
    async fn remove(
        &mut self,
        (from, to): (i64, i64),
        mut budget: i64,
    ) -> Result<u64, sqlx::Error> {
        let (mut removed, mut above) = (0, 0);
        while budget > 0 {
            self.wire.count();
            let page = sqlx::query(self.ranking.page)
                .bind(from)
                .bind(to)
                .bind(above)
                .bind(PAGE)
                .fetch_all(&mut self.wire.connection)
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

    /// Checks the ranks again, so that entries used since the page was read are kept.
    async fn remove_between(
        &mut self,
        (above, last): (i64, i64),
        (from, to): (i64, i64),
    ) -> Result<u64, sqlx::Error> {
        let connection = &mut self.wire.connection;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let removed = sqlx::query(self.ranking.delete)
            .bind(from)
            .bind(to)
            .bind(above)
            .bind(last)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        transaction.commit().await?;
        Ok(removed)
    }
}
