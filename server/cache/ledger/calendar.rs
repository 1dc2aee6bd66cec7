//! Days and months of UTC, counted since 1970.

use std::time::{Duration, SystemTime};

use super::WindowKind;

const DAY: u64 = 24 * 60 * 60;
/// End of the year 9999 in milliseconds; a clock beyond it is wrong.
const END: u64 = 253_402_300_799_000;

/// A time in milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Moment(u64);

impl Moment {
    /// Clamps times before 1970 to 1970.
    pub(super) fn of(time: SystemTime) -> Moment {
        let since = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Moment::after(0, since)
    }

    pub(super) fn and(self, time: Duration) -> Moment {
        Moment::after(self.0, time)
    }

    fn after(start: u64, time: Duration) -> Moment {
        let time = u64::try_from(time.as_millis()).unwrap_or(END);
        Moment(start.saturating_add(time).min(END))
    }

    pub(super) fn milliseconds(self) -> i64 {
        self.0.cast_signed()
    }

    pub(super) fn window(self, kind: WindowKind) -> u32 {
        // Never saturates, because of `END`.
        let days = u32::try_from(self.0 / 1000 / DAY).unwrap_or(u32::MAX);
        match kind {
            WindowKind::Day => days,
            WindowKind::Month => month_of(days),
        }
    }
}

/// Returns the second in which the next window begins.
pub(super) fn end(kind: WindowKind, window: u32) -> u64 {
    let next = window.saturating_add(1);
    let day = match kind {
        WindowKind::Day => next,
        WindowKind::Month => first_day(next),
    };
    u64::from(day) * DAY
}

fn month_of(day: u32) -> u32 {
    // A lower bound, because no month is longer than 31 days; few are shorter.
    let mut month = day / 31;
    while first_day(month + 1) <= day {
        month += 1;
    }
    month
}

fn first_day(month: u32) -> u32 {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let (year, month) = (1970 + month / 12, (month % 12) as usize);
    let is_leap = |year: u32| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let leaps = |year: u32| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    years + BEFORE[month] + u32::from(month > 1 && is_leap(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        for (second, day, month) in [
            (0, 0, 0),
            (31 * DAY - 1, 30, 0),
            (31 * DAY, 31, 1),
            // 2000-02-29 and the following day.
            (951_782_400, 11_016, 30 * 12 + 1),
            (951_868_800, 11_017, 30 * 12 + 2),
            // 2026-11-30T23:59:59 and the following second.
            (1_796_083_199, 20_787, 56 * 12 + 10),
            (1_796_083_200, 20_788, 56 * 12 + 11),
        ] {
            assert_eq!(at(second).window(WindowKind::Day), day, "{second}");
            assert_eq!(at(second).window(WindowKind::Month), month, "{second}");
        }
    }

    #[test]
    fn every_month_ends_where_the_next_begins() {
        for month in 0..1200 {
            let end = end(WindowKind::Month, month);
            assert_eq!(at(end - 1).window(WindowKind::Month), month);
            assert_eq!(at(end).window(WindowKind::Month), month + 1);
        }
        assert_eq!(end(WindowKind::Day, 0), DAY);
    }

    #[test]
    fn clocks_that_are_wrong_are_read_too() {
        let before = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1));
        assert_eq!(Moment::of(before.unwrap()), Moment(0));
        let far = at(u64::from(u32::MAX) * 200).and(Duration::MAX);
        assert_eq!(far, Moment(END));
        assert_eq!(far.window(WindowKind::Month), 8030 * 12 - 1);
    }
}
