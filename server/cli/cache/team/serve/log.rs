//! The server's log on standard error: one machine-readable line per event.

use std::{collections::BTreeMap, env, fmt, io};

use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Format of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// `key=value`
    #[default]
    Logfmt,
    /// One JSON object
    Json,
}

/// Logs requests and errors, or what `RUSTASSISTANT_LOG` sets.
pub(super) fn start(format: Format) {
    let default = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("rustassistant_cache::service", LevelFilter::INFO)
        .with_target("rustassistant::cli", LevelFilter::INFO);
    let asked = env::var("RUSTASSISTANT_LOG").unwrap_or_default();
    let filter = match asked.parse() {
        Ok(filter) if !asked.is_empty() => filter,
        _ => default,
    };
    let layer = tracing_subscriber::fmt::layer()
        .event_format(format)
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_filter(filter);
    // A program that embeds this one may have set a subscriber.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a request failed: {message}");
    }));
}

impl<S, N> FormatEvent<S, N> for Format
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = event.metadata().level().as_str().to_lowercase();
        let head = [("time", time.into()), ("level", level.into())];
        let fields = head.into_iter().chain(fields.0);
        match self {
            Format::Logfmt => write_logfmt(&mut writer, fields),
            Format::Json => {
                let object: BTreeMap<_, _> = fields.collect();
                let line = serde_json::to_string(&object).map_err(|_| fmt::Error)?;
                writeln!(writer, "{line}")
            }
        }
    }
}

fn write_logfmt(
    writer: &mut Writer<'_>,
    fields: impl Iterator<Item = (&'static str, Value)>,
) -> fmt::Result {
    for (index, (name, value)) in fields.enumerate() {
        let space = if index == 0 { "" } else { " " };
        match value {
            Value::String(text) if is_plain(&text) => write!(writer, "{space}{name}={text}")?,
            // As JSON, a string is quoted, and line breaks are escaped.
            value => write!(writer, "{space}{name}={value}")?,
        }
    }
    writeln!(writer)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"=\"\\".contains(&byte))
}

/// The fields of an event, in order.
#[derive(Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), value.into()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.into()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}").into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logfmt(fields: Vec<(&'static str, Value)>) -> String {
        let mut line = String::new();
        write_logfmt(&mut Writer::new(&mut line), fields.into_iter()).unwrap();
        line
    }

    #[test]
    fn a_line_stays_a_line() {
        let line = logfmt(vec![
            ("route", "/v1/cache/{namespace}".into()),
            ("status", 200.into()),
            ("said", "a \"b\"\nlevel=error".into()),
            ("empty", "".into()),
        ]);
        assert_eq!(
            line,
            "route=/v1/cache/{namespace} status=200 said=\"a \\\"b\\\"\\nlevel=error\" empty=\"\"\n"
        );
    }
}
