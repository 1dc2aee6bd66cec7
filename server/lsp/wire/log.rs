//! Logs. They go to standard error, which editors keep, or to a file; standard output belongs to the protocol.

use std::{fs::File, path::Path, sync::Mutex};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Says how much is logged: a level, or targets with levels (`warn,rustassistant=debug`).
const VARIABLE: &str = "RUSTASSISTANT_LOG";

pub(crate) fn start(file: Option<&Path>) {
    let opened = file.map(|path| File::options().create(true).append(true).open(path));
    let layer = tracing_subscriber::fmt::layer().with_ansi(false);
    let layer = match opened {
        Some(Ok(file)) => layer.with_writer(Mutex::new(file)).boxed(),
        _ => layer.with_writer(std::io::stderr).boxed(),
    };
    // A program that embeds the server may have set its own subscriber.
    let _ = tracing_subscriber::registry()
        .with(layer.with_filter(filter()))
        .try_init();
    report_panics();
}

fn filter() -> Targets {
    let asked = std::env::var(VARIABLE).unwrap_or_default();
    let default = Targets::new().with_default(LevelFilter::WARN);
    if asked.is_empty() {
        return default;
    }
    asked.parse().unwrap_or(default)
}

/// A panic is caught where it happens, and costs one call; what is left to do is to say where it was.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("a panic without words");
        if message.contains("receiver already dropped") {
            return;
        }
        let trace = std::backtrace::Backtrace::force_capture();
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "{message}\n{trace}");
    }));
}
