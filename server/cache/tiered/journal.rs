//! Statistics of earlier processes: a file beside the local one, with a line of JSON per run.
//!
//! It isn't part of the database, so it remains available if the database fails. Failed writes and unreadable lines are
//! ignored.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::statistics::TierStats;
use crate::Tier;
use rustassistant_os as os;

/// Size in bytes above which the file is rotated; one older file is kept.
const LONGEST: u64 = 256 << 10;

/// Statistics of the runs in a period.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct History {
    /// Seconds since 1970 at which the first and the last run ended.
    pub from: u64,
    pub until: u64,
    pub runs: u64,
    pub tiers: BTreeMap<Tier, TierStats>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: u64,
    tiers: BTreeMap<Tier, TierStats>,
}

/// Returns the statistics of runs with this local file that ended within `age`.
pub fn history(local: &Path, age: Duration) -> History {
    let oldest = now().saturating_sub(age.as_secs());
    let mut history = History::default();
    for file in [older(local), file(local)] {
        let text = text(&file).unwrap_or_default();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        for line in lines.filter(|line: &Line| line.at >= oldest) {
            history.add(line);
        }
    }
    history
}

impl History {
    /// Adds an unfinished run, unless it has no statistics.
    pub(super) fn with(mut self, tiers: BTreeMap<Tier, TierStats>) -> Self {
        if !tiers.is_empty() {
            self.add(Line { at: now(), tiers });
        }
        self
    }

    fn add(&mut self, line: Line) {
        if self.runs == 0 {
            self.from = line.at;
        }
        self.runs += 1;
        self.until = self.until.max(line.at);
        for (tier, stats) in line.tiers {
            self.tiers.entry(tier).or_default().add(&stats);
        }
    }
}

/// Appends statistics, provided the folder exists.
pub(super) fn append(local: &Path, tiers: BTreeMap<Tier, TierStats>) -> io::Result<()> {
    let file = file(local);
    if fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.len() > LONGEST) {
        // If two processes rotate at once, one moves a short file, and a few lines are lost.
        fs::rename(&file, older(local))?;
    }
    let mut line = serde_json::to_vec(&Line { at: now(), tiers })?;
    line.push(b'\n');
    let mut options = OpenOptions::new();
    os::private_file(options.create(true).append(true));
    let mut file = os::open_own(&mut options, &file)?;
    // A single call, so that two processes don't interleave their lines.
    file.write_all(&line)
}

/// Rejects a file that is far larger than any journal.
fn text(file: &Path) -> io::Result<String> {
    let file = os::open_own(OpenOptions::new().read(true), file)?;
    let bytes = os::read_bounded(file, 4 * LONGEST)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn file(local: &Path) -> PathBuf {
    beside(local, ".stats")
}

fn older(local: &Path) -> PathBuf {
    beside(local, ".stats.old")
}

/// Returns the path beside the local file with this suffix.
pub(super) fn beside(local: &Path, ending: &str) -> PathBuf {
    let mut name = local.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn now() -> u64 {
    let elapsed = SystemTime::UNIX_EPOCH.elapsed();
    elapsed.map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(hits: u64) -> BTreeMap<Tier, TierStats> {
        let stats = TierStats {
            hits,
            ..TierStats::default()
        };
        BTreeMap::from([(Tier::Local, stats)])
    }

    #[test]
    fn runs_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("cache.db");
        append(&local, run(1)).unwrap();
        append(&local, run(2)).unwrap();
        let history = history(&local, Duration::from_hours(1));
        assert_eq!((history.runs, history.tiers[&Tier::Local].hits), (2, 3));
        assert!(history.from > 0 && history.from <= history.until);
    }

    #[test]
    fn what_is_no_line_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("cache.db");
        let hour = Duration::from_hours(1);
        assert_eq!(history(&local, hour), History::default());
        fs::write(file(&local), "garbage\n{\"at\":1,\"tiers\":{}}\n").unwrap();
        append(&local, run(4)).unwrap();
        assert_eq!(history(&local, hour).runs, 1);
        fs::write(file(&local), [0xff; 10]).unwrap();
        assert_eq!(history(&local, hour), History::default());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_file_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("cache.db");
        let other = folder.path().join("other");
        fs::write(&other, "").unwrap();
        std::os::unix::fs::symlink(&other, file(&local)).unwrap();
        assert!(append(&local, run(1)).is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "");
        fs::write(&other, "{\"at\":99999999999,\"tiers\":{}}\n").unwrap();
        assert_eq!(history(&local, Duration::from_hours(1)), History::default());
    }

    #[test]
    fn the_files_stay_short() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("cache.db");
        for hits in 0..6_000 {
            append(&local, run(hits)).unwrap();
        }
        let length = |file: PathBuf| file.metadata().unwrap().len();
        assert!(length(file(&local)) <= LONGEST + 1_000);
        assert!(length(older(&local)) <= LONGEST + 1_000);
        assert!(history(&local, Duration::from_hours(1)).runs > 500);
    }
}
