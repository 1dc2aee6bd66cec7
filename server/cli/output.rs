//! Output: reports to stdout, everything else to stderr.

use std::{
    env,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    sync::atomic::{AtomicUsize, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    os::TERMINALS_DIFFER,
    report::{Characters, Colour, Look, Reader},
    text::printable,
};

/// Buffered stdout. After a broken pipe, further output is dropped silently.
pub(super) struct Output {
    out: BufWriter<StdoutLock<'static>>,
    is_gone: bool,
}

impl Output {
    pub(super) fn stdout() -> Self {
        const BUFFER: usize = 1 << 16;
        Self {
            out: BufWriter::with_capacity(BUFFER, io::stdout().lock()),
            is_gone: false,
        }
    }

    fn unless_gone<T: Default>(&mut self, result: io::Result<T>) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(T::default())
            }
            result => result,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_gone {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        let written = self.unless_gone(written)?;
        Ok(if self.is_gone { bytes.len() } else { written })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_gone {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.unless_gone(flushed)
    }
}

/// Writes one line to stderr, ignoring errors.
pub(super) fn say(word: &str, message: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{word}: {}", printable(message));
}

/// Number of caught panics. Each skipped one smell or one refactoring at one location.
static PANICS: AtomicUsize = AtomicUsize::new(0);

pub(super) fn caught_panics() -> usize {
    PANICS.load(Ordering::Relaxed)
}

/// Logs warnings to stderr, or what `RUSTASSISTANT_LOG` sets: a level, or targets with levels.
pub(super) fn keep_log() {
    // The cache's warnings are printed once, at the end of the run.
    let default = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("rustassistant_cache", LevelFilter::ERROR);
    let asked = env::var("RUSTASSISTANT_LOG").unwrap_or_default();
    let filter = match asked.parse() {
        Ok(filter) if !asked.is_empty() => filter,
        _ => default,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_filter(filter);
    // A program that embeds this one may have set a subscriber.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        tracing::warn!(place, "internal error, some work was skipped: {message}");
    }));
}

/// Capabilities of stdout.
pub(super) fn look() -> Look {
    let plain = Look {
        characters: characters(),
        ..Look::default()
    };
    let is_terminal = io::stdout().is_terminal();
    if !is_terminal {
        return plain;
    }
    Look {
        colour: colour(),
        reader: Reader::Person,
        width: width().unwrap_or(plain.width),
        ..plain
    }
}

/// Whether to use colours on a terminal.
fn colour() -> Colour {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = TERMINALS_DIFFER && env::var_os("TERM").is_none_or(|term| term == "dumb");
    if is_unwanted || is_dumb {
        Colour::Plain
    } else {
        Colour::Ansi
    }
}

/// Returns the locale's characters, on systems with a locale.
fn characters() -> Characters {
    if !TERMINALS_DIFFER {
        return Characters::Unicode;
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os);
    let locale = set.into_iter().flatten().find(|value| !value.is_empty());
    let name = locale.unwrap_or_default().to_string_lossy().to_lowercase();
    if name.contains("utf-8") || name.contains("utf8") {
        Characters::Unicode
    } else {
        Characters::Ascii
    }
}

/// Returns the terminal width that the shell exports, if it is usable.
fn width() -> Option<usize> {
    let columns = env::var("COLUMNS").ok()?.parse().ok()?;
    (40..=400).contains(&columns).then_some(columns)
}

/// Shows progress over files on stderr, if that is a terminal.
pub(super) struct FileProgress(Option<ProgressBar>);

impl FileProgress {
    pub(super) fn over(files: usize) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(Some(files as u64), target);
        let style = ProgressStyle::with_template("Analysing [{bar:30}] {pos}/{len} files");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(Some(bar))
    }

    pub(super) fn set(&self, done: usize) {
        if let Some(bar) = &self.0 {
            bar.set_position(done as u64);
        }
    }
}

impl Drop for FileProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
