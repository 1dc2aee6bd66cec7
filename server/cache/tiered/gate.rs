//! When to leave a broken tier alone, and for how long.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cache::fault::Remedy;
use crate::cache::{Fault, FaultKind};

/// Faults in a row that pass by themselves before they count as one that doesn't.
const PATIENCE: u32 = 3;
const SHORTEST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_mins(10);

/// Stands before one kind of access to a tier. After a fault it stays shut for a while, longer each time.
#[derive(Default)]
pub(super) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    shut: Option<Shut>,
    in_a_row: u32,
    rest: Duration,
}

#[derive(Clone, Copy)]
struct Shut {
    kind: FaultKind,
    /// For ever, if there is none.
    until: Option<Instant>,
}

/// Whether a fault is worth a word to the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    PassesByItself,
    MemoryOnly,
}

impl Gate {
    /// Whether the tier may be asked now; if not, what shut it.
    pub(super) fn open(&self) -> Result<(), FaultKind> {
        match self.state().shut {
            Some(Shut { kind, until: None }) => Err(kind),
            Some(Shut {
                kind,
                until: Some(until),
            }) if Instant::now() < until => Err(kind),
            _ => Ok(()),
        }
    }

    pub(super) fn passed(&self) {
        *self.state() = State::default();
    }

    pub(super) fn failed(&self, fault: &Fault) -> Verdict {
        let kind = fault.kind();
        let mut state = self.state();
        match kind.remedy() {
            Remedy::Entry | Remedy::Recreate => return Verdict::PassesByItself,
            Remedy::Stop => state.shut = Some(Shut { kind, until: None }),
            Remedy::Wait | Remedy::Break | Remedy::Rest => {
                state.rest = (state.rest * 2).clamp(SHORTEST_REST, LONGEST_REST);
                state.shut = Some(Shut {
                    kind,
                    until: Some(Instant::now() + state.rest),
                });
            }
        }
        state.in_a_row += 1;
        if kind.remedy() == Remedy::Wait && state.in_a_row < PATIENCE {
            return Verdict::PassesByItself;
        }
        Verdict::MemoryOnly
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_the_third_time_only() {
        let gate = Gate::default();
        let busy = Fault::new(FaultKind::Busy);
        assert_eq!(gate.failed(&busy), Verdict::PassesByItself);
        assert_eq!(gate.open(), Err(FaultKind::Busy));
        assert_eq!(gate.failed(&busy), Verdict::PassesByItself);
        assert_eq!(gate.failed(&busy), Verdict::MemoryOnly);
    }

    #[test]
    fn a_success_forgets_the_faults_before_it() {
        let gate = Gate::default();
        for _ in 0..2 {
            gate.failed(&Fault::new(FaultKind::Busy));
        }
        gate.passed();
        assert_eq!(gate.open(), Ok(()));
        assert_eq!(
            gate.failed(&Fault::new(FaultKind::Busy)),
            Verdict::PassesByItself
        );
    }

    #[test]
    fn a_damaged_entry_shuts_nothing() {
        let gate = Gate::default();
        gate.failed(&Fault::new(FaultKind::Checksum));
        gate.failed(&Fault::new(FaultKind::Corrupt));
        assert_eq!(gate.open(), Ok(()));
    }

    #[test]
    fn another_program_s_file_shuts_for_ever() {
        let gate = Gate::default();
        assert_eq!(
            gate.failed(&Fault::new(FaultKind::Foreign)),
            Verdict::MemoryOnly
        );
        assert!(gate.state().shut.is_some_and(|shut| shut.until.is_none()));
    }

    #[test]
    fn rests_grow_up_to_a_bound() {
        let gate = Gate::default();
        let mut before = Duration::ZERO;
        for _ in 0..20 {
            gate.failed(&Fault::new(FaultKind::Full));
            let rest = gate.state().rest;
            assert!(rest > before || rest == LONGEST_REST);
            before = rest;
        }
        assert_eq!(before, LONGEST_REST);
    }
}
