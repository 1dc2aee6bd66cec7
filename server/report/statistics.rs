//! Statistics of a cache as JSON, for `cache stats --json` and for editors.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    cache::{Access, CacheBackend, History, Holdings, Remote, Tier, TierStats},
    config::CacheOptions,
};

/// `holdings` are the contents of the local file, or the reason why they can't be determined.
pub fn cache_statistics(
    cache: &CacheOptions,
    holdings: &Result<Holdings, String>,
    history: &History,
) -> Value {
    let tiers = history.tiers.iter();
    let tiers: BTreeMap<_, _> = tiers
        .map(|(tier, stats)| (tier_word(*tier), of_tier(stats)))
        .collect();
    json!({
        "path": cache.path.as_ref().map(|path| path.display().to_string()),
        "holdings": holdings.as_ref().ok(),
        "fault": holdings.as_ref().err(),
        "limit_bytes": cache.disk,
        "team": team(cache).map(|remote| json!({
            "address": remote.address.to_string(),
            "namespace": remote.namespace.as_str(),
            "writes": matches!(remote.access, Access::Write(_)),
        })),
        "runs": history.runs,
        "from": history.from,
        "until": history.until,
        "tiers": tiers,
    })
}

/// Returns the team's cache, if one is configured.
pub fn team(cache: &CacheOptions) -> Option<&Remote> {
    match cache.team.as_ref()? {
        CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => Some(remote),
        CacheBackend::Sqlite(_) => None,
    }
}

/// Returns the name of a tier, the same in every format.
pub fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Memory => "memory",
        Tier::Local => "local",
        Tier::Remote => "team",
    }
}

fn of_tier(stats: &TierStats) -> Value {
    let micros = |percent| {
        let bound = stats.latencies.percentile(percent);
        bound.map(|bound| u64::try_from(bound.as_micros()).unwrap_or(u64::MAX))
    };
    json!({
        "hits": stats.hits,
        "misses": stats.misses,
        "faults": stats.faults,
        "write_faults": stats.write_faults,
        "written": stats.written,
        "dropped": stats.dropped,
        "bytes_read": stats.bytes_read,
        "bytes_written": stats.bytes_written,
        "latency_us": {"p50": micros(50), "p99": micros(99)},
        "breaker": {"reads": stats.reads, "writes": stats.writes},
        "last_fault": stats.last_fault,
    })
}
