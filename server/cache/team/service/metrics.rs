//! Metrics for Prometheus. Labels have few values: namespaces, keys or addresses don't create series, except for the open
//! namespaces.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::ledger::WindowStatus;
use crate::{FaultKind, Holdings, Namespace};

/// Content type of [`ServiceMetrics::text`].
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) struct ServiceMetrics {
    registry: Registry,
    requests: Family<AnswerLabels, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    pub(super) hits: Counter,
    pub(super) misses: Counter,
    pub(super) stored: Counter,
    pub(super) reserved: Counter,
    pub(super) refused: Counter,
    pub(super) received: Counter,
    pub(super) sent: Counter,
    pub(super) connections: Gauge,
    pub(super) connections_refused: Counter,
    faults: Family<FaultLabels, Counter>,
    entries: Family<NamespaceLabels, Gauge>,
    bytes: Family<NamespaceLabels, Gauge<f64, AtomicU64>>,
    used: Family<WindowLabels, Gauge>,
    held: Family<WindowLabels, Gauge>,
    limit: Family<WindowLabels, Gauge>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct AnswerLabels {
    route: String,
    status: u32,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct FaultLabels {
    kind: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct NamespaceLabels {
    namespace: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct WindowLabels {
    scope: String,
    window: String,
}

impl ServiceMetrics {
    pub(super) fn new() -> ServiceMetrics {
        let mut metrics = ServiceMetrics {
            registry: Registry::with_prefix("rustassistant_cache"),
            requests: Family::default(),
            // From 50 µs to 1.6 s.
            seconds: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(5e-5, 2.0, 16))
            }),
            hits: Counter::default(),
            misses: Counter::default(),
            stored: Counter::default(),
            reserved: Counter::default(),
            refused: Counter::default(),
            received: Counter::default(),
            sent: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            faults: Family::default(),
            entries: Family::default(),
            bytes: Family::default(),
            used: Family::default(),
            held: Family::default(),
            limit: Family::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests", self.requests.clone());
        registry.register_with_unit(
            "request",
            "Time from a request's headers to its response's",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register("hits", "Entries that were found", self.hits.clone());
        registry.register("misses", "Entries that were not found", self.misses.clone());
        registry.register("stored", "Entries that were new", self.stored.clone());
        for (name, help, counter) in [
            ("received", "Size of request bodies", &self.received),
            ("sent", "Size of response bodies", &self.sent),
        ] {
            registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
        }
        let connections = self.connections.clone();
        registry.register("connections", "Open connections", connections);
        registry.register(
            "connections_refused",
            "Connections rejected above the limit",
            self.connections_refused.clone(),
        );
        registry.register(
            "storage_faults",
            "Faults of the storage",
            self.faults.clone(),
        );
        let entries = self.entries.clone();
        registry.register("entries", "Entries of open namespaces", entries);
        registry.register_with_unit(
            "stored_on_disk",
            "Size of open namespaces",
            Unit::Bytes,
            self.bytes.clone(),
        );
        self.register_budgets();
    }

    fn register_budgets(&mut self) {
        let registry = &mut self.registry;
        for (name, help, counter) in [
            (
                "reserved",
                "Reservations that were admitted",
                &self.reserved,
            ),
            ("refused", "Reservations above a budget", &self.refused),
        ] {
            registry.register(name, help, counter.clone());
        }
        for (name, help, gauge) in [
            ("tokens_used", "Tokens that were spent", &self.used),
            (
                "tokens_held",
                "Tokens reserved for running requests",
                &self.held,
            ),
            ("tokens_limit", "Token budget", &self.limit),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    pub(super) fn answered(&self, route: &str, status: u16, took: Duration) {
        let answer = AnswerLabels {
            route: route.to_owned(),
            status: status.into(),
        };
        self.requests.get_or_create(&answer).inc();
        let route = Route {
            route: answer.route,
        };
        let seconds = self.seconds.get_or_create(&route);
        seconds.observe(took.as_secs_f64());
    }

    pub(super) fn failed(&self, kind: FaultKind) {
        let kind = super::kind_name(kind);
        self.faults.get_or_create(&FaultLabels { kind }).inc();
    }

    /// Returns the metrics with only these holdings and budgets.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the number of bytes is too large"
    )]
    pub(super) fn text(
        &self,
        holdings: &[(Namespace, Holdings)],
        budgets: &[(String, Vec<WindowStatus>)],
    ) -> String {
        self.entries.clear();
        self.bytes.clear();
        self.set_budgets(budgets);
        for (namespace, holdings) in holdings {
            let of = NamespaceLabels {
                namespace: namespace.to_string(),
            };
            let entries = i64::try_from(holdings.entries).unwrap_or(i64::MAX);
            self.entries.get_or_create(&of).set(entries);
            let bytes = self.bytes.get_or_create(&of);
            bytes.set(holdings.disk_bytes as f64);
        }
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = encode(&mut text, &self.registry);
        text
    }

    fn set_budgets(&self, budgets: &[(String, Vec<WindowStatus>)]) {
        for gauge in [&self.used, &self.held, &self.limit] {
            gauge.clear();
        }
        for (scope, window) in budgets
            .iter()
            .flat_map(|(scope, windows)| windows.iter().map(move |window| (scope, window)))
        {
            let of = WindowLabels {
                scope: scope.clone(),
                window: window.kind.to_string(),
            };
            let set = |gauge: &Family<WindowLabels, Gauge>, tokens: u64| {
                let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
                gauge.get_or_create(&of).set(tokens);
            };
            set(&self.used, window.used);
            set(&self.held, window.held);
            if let Some(limit) = window.limit {
                set(&self.limit, limit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::WindowKind;

    #[test]
    fn what_is_counted_is_said() {
        let metrics = ServiceMetrics::new();
        metrics.answered("/v1/status", 200, Duration::from_millis(1));
        metrics.failed(FaultKind::ReadOnly);
        metrics.received.inc_by(7);
        let holdings = Holdings {
            entries: 3,
            ..Holdings::default()
        };
        let day = WindowStatus {
            kind: WindowKind::Day,
            used: 5,
            held: 2,
            limit: Some(9),
            resets_at: 0,
        };
        let budgets = [("pr-*".to_owned(), vec![day])];
        let text = metrics.text(&[("main".parse().unwrap(), holdings)], &budgets);
        for line in [
            "rustassistant_cache_requests_total{route=\"/v1/status\",status=\"200\"} 1",
            "rustassistant_cache_request_seconds_count{route=\"/v1/status\"} 1",
            "rustassistant_cache_storage_faults_total{kind=\"read-only\"} 1",
            "rustassistant_cache_received_bytes_total 7",
            "rustassistant_cache_entries{namespace=\"main\"} 3",
            "rustassistant_cache_tokens_used{scope=\"pr-*\",window=\"day\"} 5",
            "rustassistant_cache_tokens_held{scope=\"pr-*\",window=\"day\"} 2",
            "rustassistant_cache_tokens_limit{scope=\"pr-*\",window=\"day\"} 9",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let none = metrics.text(&[], &[]);
        assert!(!none.contains("namespace=") && !none.contains("scope="));
    }
}
