//! The table: the measured figure, the bare one, the claim in the decision record, the limit, and whether it is met.

use std::time::Duration;

/// Maximum ratio to the bare call.
pub(crate) const RATIO: f64 = 1.5;

pub(crate) struct Table {
    limits: usize,
    missed: Vec<String>,
}

impl Table {
    pub(crate) fn start() -> Table {
        println!(
            "{:<38} {:>12} {:>11} {:>6} {:>10} {:>20}",
            "", "ours", "bare sqlx", "ratio", "record", "limit"
        );
        Table {
            limits: 0,
            missed: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, line: Line) {
        let verdict = match line.met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        let text = format!(
            "{:<38} {:>12} {:>11} {:>6} {:>10} {:>20} {verdict}",
            line.what, line.ours, line.bare, line.ratio, line.record, line.limit
        );
        println!("{}", text.trim_end());
        self.limits += usize::from(line.met.is_some());
        if line.met == Some(false) {
            self.missed.push(line.what);
        }
    }

    pub(crate) fn end(self) {
        let met = self.limits - self.missed.len();
        println!("\n{met} of {} limits met", self.limits);
        for what in self.missed {
            println!("not met: {}", what.trim());
        }
    }
}

#[derive(Default)]
pub(crate) struct Line {
    what: String,
    ours: String,
    bare: String,
    ratio: String,
    record: String,
    limit: String,
    met: Option<bool>,
    time: Duration,
    times: f64,
}

impl Line {
    pub(crate) fn new(what: &str, ours: impl Into<String>) -> Line {
        Line {
            what: what.to_owned(),
            ours: ours.into(),
            ..Line::default()
        }
    }

    pub(crate) fn time(what: &str, time: Duration) -> Line {
        Line {
            time,
            ..Line::new(what, text(time))
        }
    }

    pub(crate) fn beside(self, bare: Duration) -> Line {
        let times = self.time.as_secs_f64() / bare.as_secs_f64();
        Line {
            bare: text(bare),
            ratio: format!("{times:.2}"),
            times,
            ..self
        }
    }

    /// The claim in the decision record, which must be undercut.
    pub(crate) fn record(self, claim: Duration) -> Line {
        let below = self.time < claim;
        Line {
            record: text(claim),
            ..self
        }
        .and(below)
    }

    /// A claim in the decision record that isn't a duration.
    pub(crate) fn record_says(self, claim: &str) -> Line {
        Line {
            record: claim.to_owned(),
            ..self
        }
    }

    pub(crate) fn within_ratio(self) -> Line {
        let within = self.times <= RATIO;
        self.must(&format!("{RATIO} x bare"), within)
    }

    pub(crate) fn within(self, limit: Duration) -> Line {
        let within = self.time <= limit;
        self.must(&text(limit), within)
    }

    pub(crate) fn must(self, limit: &str, met: bool) -> Line {
        Line {
            limit: limit.to_owned(),
            ..self
        }
        .and(met)
    }

    fn and(self, met: bool) -> Line {
        let met = Some(met && self.met.unwrap_or(true));
        Line { met, ..self }
    }
}

pub(crate) fn middle(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

pub(crate) fn mean(times: &[Duration]) -> Duration {
    times.iter().sum::<Duration>() / count(times.len())
}

pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).expect("thousands at most")
}

fn text(time: Duration) -> String {
    match time.as_nanos() {
        0..10_000 => format!("{} ns", time.as_nanos()),
        10_000..1_000_000 => format!("{:.1} µs", time.as_secs_f64() * 1e6),
        _ => format!("{:.1} ms", time.as_secs_f64() * 1e3),
    }
}
