//! Messages of backups, migrations and uploads, during copying and afterwards.

use std::{
    future::Future,
    io::{self, IsTerminal, Write},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::{
    cache::{Copied, FaultKind, Stopped, Why},
    cli::{ExitStatus, Output, output::say},
};

/// Number of entries between progress lines without a terminal.
const LINE_EVERY: u64 = 10_000;

/// Shows progress of a copy: a bar on a terminal, lines elsewhere.
pub(super) struct EntryProgress {
    bar: Option<ProgressBar>,
    /// Number of entries at which the next line is printed.
    next: AtomicU64,
}

impl EntryProgress {
    /// `entries` is the total, if known.
    pub(super) fn over(entries: Option<u64>) -> Self {
        let bar = io::stderr().is_terminal().then(|| bar(entries));
        Self {
            bar,
            next: AtomicU64::new(LINE_EVERY),
        }
    }

    pub(super) fn tell(&self, copied: &Copied) {
        let seen = copied.seen();
        if let Some(bar) = &self.bar {
            bar.set_position(seen);
            return;
        }
        if seen >= self.next.load(Ordering::Relaxed) {
            say("note", &format!("{seen} entries so far"));
            self.next.store(seen + LINE_EVERY, Ordering::Relaxed);
        }
    }
}

impl Drop for EntryProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(entries: Option<u64>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(entries, target);
    let template = match entries {
        Some(_) => "Copying [{bar:30}] {pos}/{len} entries, {eta} left",
        None => "Copying {spinner} {pos} entries",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> ").tick_chars("|/-\\ "));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Stops the copy when the user interrupts the program, so that progress is reported.
pub(super) async fn interruptible<T>(
    cancel: CancellationToken,
    copy: impl Future<Output = T>,
) -> T {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
        std::future::pending().await
    };
    tokio::select! {
        copied = copy => copied,
        never = interrupt => never,
    }
}

/// Reports the result of a copy. Skipped entries are an error, even if everything else was copied.
pub(super) fn report(copied: &Copied, out: &mut Output) -> anyhow::Result<ExitStatus> {
    writeln!(out, "entries copied: {}", copied.copied)?;
    writeln!(out, "bytes copied: {}", copied.bytes)?;
    writeln!(out, "entries already there: {}", copied.skipped)?;
    if copied.private > 0 {
        writeln!(out, "entries private to this machine: {}", copied.private)?;
    }
    let left_out = [
        (
            copied.damaged,
            "are unusable at the source: they are damaged, or their signatures are not trusted",
        ),
        (copied.too_large, "are larger than the target accepts"),
        (
            copied.differing,
            "differ from the target's entries, which are kept; `rustassistant cache check` tells more",
        ),
    ];
    let mut verdict = ExitStatus::Fine;
    for (count, why) in left_out {
        if count == 0 {
            continue;
        }
        say(
            "warning",
            &format!("{count} entries were skipped: they {why}."),
        );
        verdict = ExitStatus::Trouble;
    }
    Ok(verdict)
}

/// Explains why a copy stopped, and what to do. `from` is the source.
pub(super) fn stopped(stopped: &Stopped, from: &str) -> anyhow::Error {
    match &stopped.why {
        Why::Source(fault) if fault.kind() == FaultKind::Unsupported => anyhow::anyhow!(
            "{from} can't list its entries, so it can't be copied; fill the other cache with `rustassistant cache \
             warm PATH` instead"
        ),
        _ => anyhow::anyhow!("{stopped}"),
    }
}
