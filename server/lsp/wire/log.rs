//! Logging to standard error, which editors keep, or to a file; standard output is used by the protocol.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Sets the log level: a level, or targets with levels (`warn,rustassistant=debug`).
const VARIABLE: &str = "RUSTASSISTANT_LOG";

/// Maximum number of queued messages.
const WAITING: usize = 1_000;
/// Time to flush messages at the end of the session.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Starts the log. It never blocks: messages that aren't read in time are dropped and counted.
pub(crate) fn start(file: Option<&Path>) -> Log {
    let opened = file.map(|path| File::options().create(true).append(true).open(path));
    let (lines, log) = match opened {
        Some(Ok(file)) => written_to(file),
        _ => written_to(io::stderr()),
    };
    let layer = tracing_subscriber::fmt::layer().with_ansi(false);
    let layer = layer.with_writer(lines).with_filter(filter());
    // A program that embeds the server may have set its own subscriber.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    report_panics();
    log
}

/// Keeps the log running. On drop, queued messages get a moment to be written.
pub(crate) struct Log(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    lines: AtomicUsize,
    dropped: AtomicUsize,
}

impl Drop for Log {
    fn drop(&mut self) {
        let start = Instant::now();
        while self.0.lines.load(Ordering::Acquire) > 0 && start.elapsed() < LAST_WORDS {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn written_to(output: impl Write + Send + 'static) -> (Lines, Log) {
    let waiting = Arc::new(Waiting::default());
    let (sender, receiver) = sync_channel(WAITING);
    let counted = Arc::clone(&waiting);
    let write = move || write_all(output, &receiver, &counted);
    // Without a thread all messages are dropped.
    let _ = thread::Builder::new().name("log".to_owned()).spawn(write);
    let lines = Lines {
        sender,
        waiting: Arc::clone(&waiting),
    };
    (lines, Log(waiting))
}

fn write_all(mut output: impl Write, lines: &Receiver<Vec<u8>>, waiting: &Waiting) {
    for line in lines {
        // If the other end is closed, this can't be reported either.
        let _ = output.write_all(&line);
        let dropped = waiting.dropped.swap(0, Ordering::AcqRel);
        if dropped > 0 {
            let _ = writeln!(
                output,
                "{dropped} messages were dropped: the client did not read them in time"
            );
        }
        waiting.lines.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Lines {
    sender: SyncSender<Vec<u8>>,
    waiting: Arc<Waiting>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            lines: self,
            text: Vec::new(),
        }
    }
}

/// One message, queued when it is complete.
struct Line<'a> {
    lines: &'a Lines,
    text: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let Lines { sender, waiting } = self.lines;
        waiting.lines.fetch_add(1, Ordering::AcqRel);
        if sender.try_send(std::mem::take(&mut self.text)).is_err() {
            waiting.lines.fetch_sub(1, Ordering::AcqRel);
            waiting.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }
}

fn filter() -> Targets {
    let asked = std::env::var(VARIABLE).unwrap_or_default();
    // A notification at the end of the session is late, which the transport logs if it matters.
    let default = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("tower_lsp::service::client", LevelFilter::OFF);
    if asked.is_empty() {
        return default;
    }
    asked.parse().unwrap_or(default)
}

/// Panics are caught where they occur and only affect one call; this logs their location.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic
            .payload_as_str()
            .unwrap_or("a panic without a message");
        if message.contains("receiver already dropped") {
            return;
        }
        let trace = std::backtrace::Backtrace::force_capture();
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "{message}\n{trace}");
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Blocks while its lock is held.
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_notification_that_comes_after_the_end_is_no_error() {
        let filter = filter();
        assert!(!filter.would_enable("tower_lsp::service::client", &tracing::Level::ERROR));
        assert!(filter.would_enable("tower_lsp::transport", &tracing::Level::ERROR));
    }

    #[test]
    fn who_reads_nothing_holds_up_nobody() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let (lines, log) = written_to(Output(Arc::clone(&written)));
        let held = written.lock().unwrap();
        for _ in 0..WAITING + 100 {
            lines.make_writer().write_all(b"said\n").unwrap();
        }
        drop(held);
        while log.0.lines.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let kept = text.matches("said").count();
        assert!(kept >= WAITING, "{kept}");
        let dropped = WAITING + 100 - kept;
        assert!(
            text.contains(&format!("{dropped} messages were dropped")),
            "{text}"
        );
    }
}
