//! Decisions on a scope, independent of how it is stored.

use super::calendar::{self, Moment};
use super::{Limits, Refusal, WindowKind, WindowStatus};

/// State of a scope: its windows, and the tokens held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Account {
    pub(crate) day: Window,
    pub(crate) month: Window,
    pub(crate) held: u64,
}

/// A window, by its number since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    pub(crate) number: u32,
    pub(crate) used: u64,
}

impl Account {
    /// Advances to the windows of `now` if they are later.
    pub(super) fn roll(&mut self, now: Moment) {
        self.day.roll(now.window(WindowKind::Day));
        self.month.roll(now.window(WindowKind::Month));
    }

    pub(super) fn charge(&mut self, tokens: u64) {
        self.day.used = self.day.used.saturating_add(tokens);
        self.month.used = self.month.used.saturating_add(tokens);
    }

    /// Returns why `estimate` can't be held. If both windows are full, reports the month, which resets last.
    pub(crate) fn refusal(&self, estimate: u64, limits: Limits) -> Option<Refusal> {
        let mut windows = self.status(limits).into_iter().rev();
        windows.find_map(|window| window.refusal(estimate))
    }

    pub(crate) fn status(&self, limits: Limits) -> [WindowStatus; 2] {
        [
            (WindowKind::Day, self.day, limits.day),
            (WindowKind::Month, self.month, limits.month),
        ]
        .map(|(kind, window, limit)| WindowStatus {
            kind,
            used: window.used,
            held: self.held,
            limit,
            resets_at: calendar::end(kind, window.number),
        })
    }
}

impl Window {
    fn roll(&mut self, number: u32) {
        if self.number < number {
            *self = Window { number, used: 0 };
        }
    }
}

impl WindowStatus {
    fn refusal(self, estimate: u64) -> Option<Refusal> {
        let limit = self.limit?;
        let wanted = self
            .used
            .saturating_add(self.held)
            .saturating_add(estimate.max(1));
        (wanted > limit).then_some(Refusal {
            window: self.kind,
            used: self.used,
            held: self.held,
            limit,
            resets_at: self.resets_at,
        })
    }
}
