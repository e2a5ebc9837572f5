//! The demonstration's time: days, weeks and quarters, counted from the first day of its preparation.

use docket_domain::{Day, OccurredAt, Precision, Timestamp};

use crate::draw::Draw;

/// 2008-10-06, a Monday: units, officials and households are registered from then on. Day 0.
pub(crate) const PREPARATION: Day = Day(14_158);
/// 2008-11-03, a Monday: receptions and visits begin.
pub(crate) const FIRST: u64 = 28;
/// 2011-06-30, a Thursday: the last day.
pub(crate) const LAST: u64 = 997;
/// Weeks from the first to the last day, the last of which ends after it.
pub(crate) const WEEKS: u64 = 139;
/// Minutes of a day.
pub(crate) const DAY: u64 = 1_440;

const MINUTE_MICROS: i64 = 60_000_000;
const DAY_MICROS: i64 = 86_400_000_000;
/// Shanghai is eight hours ahead of UTC, and was all the time.
const AHEAD_MICROS: i64 = 8 * 60 * MINUTE_MICROS;

/// The first days of the quarters from the fourth of 2008 on, and the day after the last.
const QUARTERS: [u64; 12] = [28, 87, 177, 268, 360, 452, 542, 633, 725, 817, 907, 998];
/// How many there are.
pub(crate) const QUARTER_COUNT: u64 = 11;

/// Returns the moment of a minute, counted from the beginning of day 0.
pub(crate) fn moment(minute: u64) -> i64 {
    let minutes = i64::try_from(minute).unwrap_or(i64::MAX / MINUTE_MICROS);
    i64::from(PREPARATION.0) * DAY_MICROS - AHEAD_MICROS + minutes * MINUTE_MICROS
}

/// Returns a claimed time that is known to the minute.
pub(crate) fn at(minute: u64) -> OccurredAt {
    OccurredAt { at: Timestamp(moment(minute)), precision: Precision::Minute }
}

/// Returns a claimed time of which only the day is known.
pub(crate) fn on(day: u64) -> OccurredAt {
    OccurredAt { at: Timestamp(moment(day * DAY)), precision: Precision::Day }
}

/// Returns a day by its number.
pub(crate) fn day(number: u64) -> Day {
    PREPARATION.plus(i32::try_from(number).unwrap_or(i32::MAX))
}

/// Returns the number of a date's day.
pub(crate) fn number(year: i32, month: u8, date: u8) -> u64 {
    let found = Day::from_date(year, month, date).unwrap_or(PREPARATION);
    u64::try_from(found.0 - PREPARATION.0).unwrap_or(0)
}

/// Returns the weekday, 0 for Monday.
pub(crate) const fn weekday(day: u64) -> u64 {
    day % 7
}

/// Says whether an office works on that day. Holidays are left out: who visits households does so on holidays too.
pub(crate) const fn is_worked(day: u64) -> bool {
    weekday(day) < 5
}

/// Returns the same day where it is worked, else the next Monday.
pub(crate) const fn worked(day: u64) -> u64 {
    if is_worked(day) { day } else { day + 7 - weekday(day) }
}

/// A moment in the working hours of a day that lies so many days behind another.
pub(crate) fn working(draw: &mut Draw, day: u64, (first, last): (u64, u64)) -> u64 {
    worked(day + draw.within(first, last)) * DAY + draw.within(9 * 60, 17 * 60)
}

/// Returns the quarter that a day lies in, counted from the fourth of 2008.
pub(crate) fn quarter(day: u64) -> u64 {
    QUARTERS.iter().filter(|first| **first <= day).count().saturating_sub(1) as u64
}

/// Returns the first day of a quarter and the day after its last.
pub(crate) fn days_of_quarter(quarter: u64) -> (u64, u64) {
    let first = |number: u64| {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        QUARTERS.get(place).copied().unwrap_or(LAST + 1)
    };
    (first(quarter), first(quarter + 1))
}

/// Returns the days of `[from, to)` on which households are visited: all but Sundays.
pub(crate) const fn visiting_days(from: u64, to: u64) -> u64 {
    upto(to) - upto(from)
}

/// Returns the visiting days before a day.
const fn upto(day: u64) -> u64 {
    day / 7 * 6 + if weekday(day) > 6 { 6 } else { weekday(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(PREPARATION.to_string(), "2008-10-06");
        assert_eq!(day(FIRST).to_string(), "2008-11-03");
        assert_eq!(day(LAST).to_string(), "2011-06-30");
        assert_eq!((LAST - FIRST) / 7 + 1, WEEKS);
        assert_eq!(number(2010, 6, 10), number(2010, 6, 9) + 1);
        assert_eq!(day(number(2010, 6, 10)).to_string(), "2010-06-10");
    }

    #[test]
    fn quarters_begin_on_their_first_days() {
        for quarter in 1..QUARTER_COUNT {
            let (first, next) = days_of_quarter(quarter);
            assert_eq!(day(first).day_of_month(), 1, "{}", day(first));
            assert_eq!(day(first).month() % 3, 1, "{}", day(first));
            assert!(first < next);
        }
        assert_eq!(days_of_quarter(QUARTER_COUNT - 1).1, LAST + 1);
        assert_eq!((quarter(FIRST), quarter(LAST)), (0, 10));
    }

    #[test]
    fn no_household_is_visited_on_a_sunday() {
        assert_eq!(visiting_days(0, 7), 6);
        assert_eq!(visiting_days(5, 8), 2);
        assert_eq!(visiting_days(6, 7), 0);
        assert_eq!(worked(5), 7);
        assert_eq!(worked(4), 4);
    }

    #[test]
    fn local_midnight_is_sixteen_hundred_the_day_before() {
        assert_eq!(moment(0), 1_223_222_400_000_000);
    }
}
