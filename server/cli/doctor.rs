//! The command `doctor`: checks the installation, and explains how to fix problems.

#[cfg(not(feature = "team"))]
mod no_team;
#[cfg(feature = "team")]
mod team;

#[cfg(not(feature = "team"))]
use no_team as team;

use std::{
    io::{ErrorKind, Write},
    path::Path,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context;

use super::{
    ExitStatus, Output,
    config::found_word,
    model,
    settings::{self, Settings},
    work::Work,
};
use crate::{
    cache::Holdings,
    compiler::{self, Kept, Stop, in_words},
    config::{Config, FileState, Loaded},
    report::counted,
};

/// One line of the result.
struct Check {
    state: State,
    what: &'static str,
    words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// Missing, but optional.
    Note,
    Problem,
}

/// The end of 2025 since 1970; a correct clock can't be earlier.
const RELEASED: Duration = Duration::from_hours(24 * 20_454);
/// Tolerance for clocks of file servers.
const SLACK: Duration = Duration::from_hours(1);

const MADE_LATER: &str = "the first run creates it";

pub(super) fn run(out: &mut Output) -> anyhow::Result<ExitStatus> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let settings = Settings::new(&settings::Arguments::default());
    let loaded = settings.look_up(&here);
    let mut checks = vec![version()];
    checks.push(home(settings.environment().home.as_deref()));
    checks.push(cache(&loaded.config));
    checks.extend(team::examine(&loaded));
    checks.push(clock(&loaded.config));
    checks.push(Check::ok("model", model::in_words(&loaded.config.model)));
    checks.extend(configuration(&loaded));
    let outside = here.ancestors().last().unwrap_or(&here);
    checks.extend(["cargo", "rustc"].map(|program| toolchain(program, outside)));
    checks.extend(compiler_here(&here, &loaded.config));
    for Check { state, what, words } in &checks {
        let word = match state {
            State::Ok => "OK",
            State::Note => "NOTE",
            State::Problem => "PROBLEM",
        };
        writeln!(out, "{word:8} {what}: {words}")?;
    }
    if checks.iter().any(|check| check.state == State::Problem) {
        return Ok(ExitStatus::Trouble);
    }
    Ok(ExitStatus::Fine)
}

impl Check {
    fn ok(what: &'static str, words: impl Into<String>) -> Self {
        Self {
            state: State::Ok,
            what,
            words: words.into(),
        }
    }

    fn note(what: &'static str, words: impl Into<String>) -> Self {
        Self {
            state: State::Note,
            what,
            words: words.into(),
        }
    }

    fn problem(what: &'static str, words: impl Into<String>) -> Self {
        Self {
            state: State::Problem,
            what,
            words: words.into(),
        }
    }
}

fn version() -> Check {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    Check::ok(
        "version",
        format!("{} on {os} {arch}", env!("CARGO_PKG_VERSION")),
    )
}

fn home(home: Option<&Path>) -> Check {
    const WHAT: &str = "home";
    let Some(home) = home else {
        return Check::problem(
            WHAT,
            "there is none, so nothing is cached between runs; set RUSTASSISTANT_HOME or HOME",
        );
    };
    let shown = home.display();
    match home.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => absent_home(home),
        Err(error) => Check::problem(WHAT, format!("{shown} can't be read: {error}")),
        Ok(metadata) if !metadata.is_dir() => Check::problem(
            WHAT,
            format!("{shown} is not a directory; move it away, or set RUSTASSISTANT_HOME"),
        ),
        Ok(_) => match tempfile::NamedTempFile::new_in(home) {
            Ok(_) => Check::ok(WHAT, format!("{shown} is writable")),
            Err(error) => Check::problem(
                WHAT,
                format!("{shown} is not writable ({error}); change its permissions"),
            ),
        },
    }
}

fn absent_home(home: &Path) -> Check {
    const WHAT: &str = "home";
    let shown = home.display();
    if home.parent().is_some_and(Path::is_dir) {
        return Check::ok(WHAT, format!("{shown} does not exist yet; {MADE_LATER}"));
    }
    let words =
        format!("{shown} can't be created, because its parent directory does not exist; create it");
    Check::problem(WHAT, words)
}

fn cache(config: &Config) -> Check {
    const WHAT: &str = "cache";
    let Some(path) = &config.cache.path else {
        return Check::note(WHAT, "in memory only");
    };
    let shown = path.display();
    if !path.exists() {
        return Check::ok(WHAT, format!("{shown} does not exist yet; {MADE_LATER}"));
    }
    match holdings(config) {
        Ok(Holdings {
            entries,
            disk_bytes,
            ..
        }) => Check::ok(
            WHAT,
            format!("{shown} holds {entries} entries in {disk_bytes} bytes"),
        ),
        Err(error) => Check::problem(WHAT, format!("{shown} can't be used: {error:#}")),
    }
}

fn holdings(config: &Config) -> anyhow::Result<Holdings> {
    let work = Work::with_cache(&config.cache)?;
    let holdings = work.block_on(work.store().holdings());
    work.finish();
    Ok(holdings?)
}

/// Signatures don't depend on the time, but certificates and the age of entries do.
fn clock(config: &Config) -> Check {
    const WHAT: &str = "clock";
    let now = SystemTime::now();
    if now.duration_since(UNIX_EPOCH).unwrap_or_default() < RELEASED {
        let words = "it is earlier than this version's release, so certificates will be rejected; set the system time";
        return Check::problem(WHAT, words);
    }
    let path = config.cache.path.as_ref();
    let written = path.and_then(|path| path.metadata().ok()?.modified().ok());
    let ahead = written.and_then(|written| written.duration_since(now).ok());
    if ahead.is_some_and(|ahead| ahead > SLACK) {
        let words = "the cache was written in the future, so ages are wrong; check the system time";
        return Check::problem(WHAT, words);
    }
    Check::ok(WHAT, "no problem found")
}

fn configuration(loaded: &Loaded) -> Vec<Check> {
    const WHAT: &str = "configuration";
    let mut checks: Vec<Check> = Vec::new();
    for file in &loaded.looked_at {
        if file.found != FileState::Refused {
            let words = format!("{} ({})", file.path.display(), found_word(file.found));
            checks.push(Check::ok(WHAT, words));
        }
    }
    let warnings = loaded.warnings.iter().chain(&loaded.advice);
    checks.extend(warnings.map(|warning| Check::note(WHAT, warning.as_str())));
    let problems = loaded.problems.iter();
    checks.extend(problems.map(|problem| Check::problem(WHAT, problem.to_string())));
    checks
}

/// Checks whether rustc can be run here, and what earlier checks have left behind.
fn compiler_here(here: &Path, config: &Config) -> Vec<Check> {
    const WHAT: &str = "compiler";
    if !config.compiler {
        let words = "`compiler.enabled` is `false` here, so rustc is not used";
        return vec![Check::note(WHAT, words)];
    }
    if !compiler::is_found() {
        let words = "changes can't be checked with rustc, because cargo was not found";
        return vec![Check::note(WHAT, words)];
    }
    match compiler::kept(here, &Stop::default()) {
        Ok(None) => vec![Check::note(
            WHAT,
            "there is no Cargo.toml here; rustc checks each file as its own crate",
        )],
        Err(why) => vec![Check::note(WHAT, why.to_string())],
        Ok(Some(kept)) => left_behind(WHAT, &kept),
    }
}

fn left_behind(what: &'static str, kept: &Kept) -> Vec<Check> {
    let Kept {
        bytes, units, free, ..
    } = kept;
    let folder = kept.folder.display();
    let words = match units {
        0 => format!("no build yet; the first check builds in {folder}"),
        _ => format!(
            "built ({}), {} in {folder}; `rustassistant compiler clear` deletes it",
            counted(*units, "unit"),
            in_words(*bytes)
        ),
    };
    let mut checks = vec![Check::ok(what, words)];
    let short = kept.missing_room().zip(*free);
    checks.extend(short.map(|(needed, free)| {
        let (needed, free) = (in_words(needed), in_words(free));
        Check::note(
            what,
            format!(
                "{free} of disk space are free, and a check may need {needed}; free some space"
            ),
        )
    }));
    checks
}

/// The analysis needs no toolchain, but building and testing after refactoring does. It is started `outside` of the project,
/// which may specify a toolchain that the user hasn't agreed to.
fn toolchain(program: &'static str, outside: &Path) -> Check {
    let mut command = Command::new(program);
    let version = command.arg("--version").current_dir(outside).output();
    match version {
        Ok(output) if output.status.success() => {
            let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Check::ok(program, words)
        }
        _ => Check::note(program, "not found on PATH; analysis works without it"),
    }
}
