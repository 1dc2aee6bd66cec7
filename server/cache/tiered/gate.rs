//! Circuit breakers of the tiers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::fault::Remedy;
use crate::locks::lock;
use crate::{Fault, FaultKind};

/// How a circuit breaker opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// For a file: opens after the first fault, for longer each time; then everyone retries.
    File,
    /// For a server, whose faults take time: opens after three in a row; then one caller retries.
    Server,
}

/// Number of transient faults in a row that count as a permanent one.
const PATIENCE: u32 = 3;
const SHORTEST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_mins(10);
const SERVER_REST: Duration = Duration::from_secs(30);

/// The circuit breaker of one kind of access to a tier.
pub(super) struct Gate {
    rule: Rule,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shut: Option<Shut>,
    in_a_row: u32,
    rest: Duration,
}

#[derive(Clone, Copy)]
struct Shut {
    kind: FaultKind,
    /// `None` means forever.
    until: Option<Instant>,
}

/// State of a circuit breaker, for display.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// Lookups are made.
    #[default]
    Working,
    /// Disabled for a while after faults.
    Resting(FaultKind),
    /// Disabled for the rest of the process.
    Off(FaultKind),
}

/// Whether to warn the user about a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Consequence {
    PassesByItself,
    LeftAlone,
}

impl Gate {
    pub(super) fn new(rule: Rule) -> Gate {
        Gate {
            rule,
            state: Mutex::default(),
        }
    }

    /// Whether the tier may be used now; if not, returns the fault that disabled it.
    pub(super) fn open(&self) -> Result<(), FaultKind> {
        let mut state = self.state();
        let Some(Shut { kind, until }) = state.shut else {
            return Ok(());
        };
        let now = Instant::now();
        if until.is_none_or(|until| now < until) {
            return Err(kind);
        }
        if self.rule == Rule::Server {
            // The current caller is the probe; the others wait for its result.
            state.shut = Some(Shut {
                kind,
                until: Some(now + SERVER_REST),
            });
        }
        Ok(())
    }

    pub(super) fn passed(&self) {
        *self.state() = State::default();
    }

    pub(super) fn failed(&self, fault: &Fault) -> Consequence {
        let kind = fault.kind();
        let mut state = self.state();
        match (kind.remedy(), self.rule) {
            (Remedy::Entry, _) | (Remedy::Recreate, Rule::File) => {
                return Consequence::PassesByItself;
            }
            (Remedy::Stop, _) => state.shut = Some(Shut { kind, until: None }),
            (_, Rule::File) => {
                let rest = (state.rest * 2).clamp(SHORTEST_REST, LONGEST_REST);
                state.rest_for(kind, rest);
            }
            // A failed probe follows many faults.
            (_, Rule::Server) if state.in_a_row + 1 >= PATIENCE => {
                state.rest_for(kind, SERVER_REST);
            }
            (_, Rule::Server) => {}
        }
        state.in_a_row += 1;
        let passes = kind.remedy() == Remedy::Wait || self.rule == Rule::Server;
        if passes && kind.remedy() != Remedy::Stop && state.in_a_row < PATIENCE {
            return Consequence::PassesByItself;
        }
        Consequence::LeftAlone
    }

    pub(super) fn stands(&self) -> GateState {
        match self.state().shut {
            None => GateState::Working,
            Some(Shut { kind, until: None }) => GateState::Off(kind),
            Some(Shut { kind, .. }) => GateState::Resting(kind),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn rest_for(&mut self, kind: FaultKind, rest: Duration) {
        self.rest = rest;
        self.shut = Some(Shut {
            kind,
            until: Some(Instant::now() + rest),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Gate {
        Gate::new(Rule::File)
    }

    #[test]
    fn what_passes_by_itself_is_told_the_third_time_only() {
        let gate = file();
        let busy = Fault::new(FaultKind::Busy);
        assert_eq!(gate.failed(&busy), Consequence::PassesByItself);
        assert_eq!(gate.open(), Err(FaultKind::Busy));
        assert_eq!(gate.failed(&busy), Consequence::PassesByItself);
        assert_eq!(gate.failed(&busy), Consequence::LeftAlone);
    }

    #[test]
    fn a_success_forgets_the_faults_before_it() {
        let gate = file();
        for _ in 0..2 {
            gate.failed(&Fault::new(FaultKind::Busy));
        }
        gate.passed();
        assert_eq!(gate.open(), Ok(()));
        assert_eq!(
            gate.failed(&Fault::new(FaultKind::Busy)),
            Consequence::PassesByItself
        );
    }

    #[test]
    fn a_damaged_entry_shuts_nothing() {
        for gate in [file(), Gate::new(Rule::Server)] {
            for _ in 0..5 {
                gate.failed(&Fault::new(FaultKind::Checksum));
                gate.failed(&Fault::new(FaultKind::BadSignature));
            }
            assert_eq!(gate.open(), Ok(()));
        }
        let gate = file();
        gate.failed(&Fault::new(FaultKind::Corrupt));
        assert_eq!(gate.open(), Ok(()));
    }

    #[test]
    fn another_program_s_file_shuts_for_ever() {
        let gate = file();
        assert_eq!(
            gate.failed(&Fault::new(FaultKind::Foreign)),
            Consequence::LeftAlone
        );
        assert_eq!(gate.stands(), GateState::Off(FaultKind::Foreign));
    }

    #[test]
    fn rests_grow_up_to_a_bound() {
        let gate = file();
        let mut before = Duration::ZERO;
        for _ in 0..20 {
            gate.failed(&Fault::new(FaultKind::Full));
            let rest = gate.state().rest;
            assert!(rest > before || rest == LONGEST_REST);
            before = rest;
        }
        assert_eq!(before, LONGEST_REST);
    }

    #[test]
    fn a_server_is_left_alone_after_three_faults_in_a_row() {
        let gate = Gate::new(Rule::Server);
        for kind in [FaultKind::Timeout, FaultKind::Server] {
            assert_eq!(gate.failed(&kind.into()), Consequence::PassesByItself);
            assert_eq!(gate.open(), Ok(()));
        }
        let third = FaultKind::Unreachable;
        assert_eq!(gate.failed(&third.into()), Consequence::LeftAlone);
        assert_eq!(gate.open(), Err(third));
        assert_eq!(gate.stands(), GateState::Resting(third));
    }

    #[test]
    fn one_caller_alone_tries_a_server_again() {
        let gate = Gate::new(Rule::Server);
        for _ in 0..3 {
            gate.failed(&FaultKind::Timeout.into());
        }
        let past = Instant::now().checked_sub(Duration::from_secs(1));
        gate.state().shut.as_mut().unwrap().until = past;
        assert_eq!(gate.open(), Ok(()));
        assert_eq!(gate.open(), Err(FaultKind::Timeout));
        gate.failed(&FaultKind::Timeout.into());
        assert_eq!(gate.open(), Err(FaultKind::Timeout));
        gate.passed();
        assert_eq!((gate.open(), gate.open()), (Ok(()), Ok(())));
    }

    #[test]
    fn a_server_that_does_not_let_us_in_is_not_asked_again() {
        let gate = Gate::new(Rule::Server);
        let denied = FaultKind::Denied;
        assert_eq!(gate.failed(&denied.into()), Consequence::LeftAlone);
        assert_eq!(gate.open(), Err(denied));
        assert_eq!(gate.stands(), GateState::Off(denied));
    }
}
