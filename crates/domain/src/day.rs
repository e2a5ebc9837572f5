//! Civil days and their weeks.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{numbered::numbered, plain::Plain};

/// A civil day: days since 1970-01-01 in the Gregorian calendar, also before it was introduced.
///
/// It says nothing of a time zone: which day a moment falls on is a [`Zone`](crate::Zone)'s business. Written and parsed
/// as `2010-02-13`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day(pub i32);

impl Plain for Day {}

impl Day {
    /// Returns the day of a date, or `None` when there is no such date.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<Self> {
        let (month, date) = (i64::from(month), i64::from(day));
        if !(1..=12).contains(&month) || !(1..=31).contains(&date) {
            return None;
        }
        let found = Self(i32::try_from(days_from_date(i64::from(year), month, date)).ok()?);
        // The 31st of a shorter month would be a day of the next one.
        (found.date() == (year, month, date)).then_some(found)
    }

    /// Returns the year.
    pub fn year(self) -> i32 {
        self.date().0
    }

    /// Returns the month, 1 to 12.
    pub fn month(self) -> u8 {
        u8::try_from(self.date().1).unwrap_or(12)
    }

    /// Returns the day of the month, 1 to 31.
    pub fn day_of_month(self) -> u8 {
        u8::try_from(self.date().2).unwrap_or(31)
    }

    /// Returns the day of the week.
    pub fn weekday(self) -> Weekday {
        match (i64::from(self.0) + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// Returns the ISO 8601 week it belongs to.
    pub fn iso_week(self) -> IsoWeek {
        IsoWeek((self.0.saturating_add(3)).div_euclid(7))
    }

    /// Returns the day so many days later, or earlier when negative; never beyond the last that can be written.
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns the day after.
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// Returns year, month, and day of the month.
    fn date(self) -> (i32, i64, i64) {
        // The year counts from March, so that the leap day ends it. 719,468 days lie between 0000-03-01 and 1970-01-01.
        let days = i64::from(self.0) + 719_468;
        let (era, in_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * in_year + 2) / 153;
        let date = in_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (i32::try_from(year).unwrap_or(i32::MAX), month, date)
    }
}

fn days_from_date(year: i64, month: i64, date: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + in_year - 719_468
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, date) = self.date();
        f.pad(&format!("{year:04}-{month:02}-{date:02}"))
    }
}

/// A text that is not a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a day that exists (expected YEAR-MONTH-DAY, such as 2010-02-13)")]
pub struct DayError;

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(DayError);
        };
        let number = |part: &str, len: usize| {
            let is_number = part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { part.parse::<u16>().map_err(|_| DayError) } else { Err(DayError) }
        };
        let two = |part| number(part, 2).and_then(|found| u8::try_from(found).map_err(|_| DayError));
        Self::from_date(i32::from(number(year, 4)?), two(month)?, two(day)?).ok_or(DayError)
    }
}

numbered! {
    /// A day of the week, numbered as in ISO 8601.
    pub enum Weekday ("weekday") {
        /// 星期一
        Monday = 1, "monday";
        /// 星期二
        Tuesday = 2, "tuesday";
        /// 星期三
        Wednesday = 3, "wednesday";
        /// 星期四
        Thursday = 4, "thursday";
        /// 星期五
        Friday = 5, "friday";
        /// 星期六
        Saturday = 6, "saturday";
        /// 星期日
        Sunday = 7, "sunday";
    }
}

/// A week of ISO 8601, Monday to Sunday: weeks since the one of 1970-01-01, which begins on 1969-12-29.
///
/// The numbers are dense, so that weeks can be counted and stand in arrays. Written and parsed as `2010-W07`; a week
/// belongs to the year of its Thursday.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct IsoWeek(pub i32);

impl Plain for IsoWeek {}

impl IsoWeek {
    /// Returns the week with this number in the year, or `None` when the year has no such week.
    pub fn from_year_and_number(year: i32, number: u8) -> Option<Self> {
        // 4 January always lies in week 1.
        let first = Day::from_date(year, 1, 4)?.iso_week();
        let found = Self(first.0.checked_add(i32::from(number))?.checked_sub(1)?);
        (found.year() == year && found.number() == number).then_some(found)
    }

    /// Returns its Monday.
    pub const fn first_day(self) -> Day {
        Day(self.0.saturating_mul(7).saturating_sub(3))
    }

    /// Returns its Sunday.
    pub const fn last_day(self) -> Day {
        self.first_day().plus(6)
    }

    /// Returns the year it belongs to.
    pub fn year(self) -> i32 {
        self.thursday().year()
    }

    /// Returns its number in the year, 1 to 53.
    pub fn number(self) -> u8 {
        let thursday = self.thursday();
        let new_year = days_from_date(i64::from(thursday.year()), 1, 1);
        u8::try_from((i64::from(thursday.0) - new_year) / 7 + 1).unwrap_or(53)
    }

    /// Returns the week after.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    const fn thursday(self) -> Day {
        self.first_day().plus(3)
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-W{:02}", self.year(), self.number()))
    }
}

/// A text that is not a week.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a week that exists (expected YEAR-WWEEK, such as 2010-W07)")]
pub struct IsoWeekError;

impl FromStr for IsoWeek {
    type Err = IsoWeekError;

    fn from_str(text: &str) -> Result<Self, IsoWeekError> {
        let (year, number) = text.split_once("-W").ok_or(IsoWeekError)?;
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 2) {
            return Err(IsoWeekError);
        }
        let year = year.parse().map_err(|_| IsoWeekError)?;
        let number = number.parse().map_err(|_| IsoWeekError)?;
        Self::from_year_and_number(year, number).ok_or(IsoWeekError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_those_of_the_library_from_year_0_to_9999() {
        let mut at = jiff::civil::date(0, 1, 1);
        let mut number = day("0000-01-01");
        while at < jiff::civil::Date::MAX {
            assert_eq!(number.to_string(), at.to_string());
            assert_eq!(day(&at.to_string()), number);
            assert_eq!(
                number.weekday().number(),
                u16::try_from(at.weekday().to_monday_one_offset()).unwrap()
            );
            let week = at.iso_week_date();
            assert_eq!(number.iso_week().year(), i32::from(week.year()), "{at}");
            assert_eq!(number.iso_week().number(), u8::try_from(week.week()).unwrap(), "{at}");
            // Every 11th day: all months, weekdays and leap days come up.
            at = at.saturating_add(jiff::Span::new().days(11));
            number = number.plus(11);
        }
    }

    #[test]
    fn a_week_comes_back_from_its_text() {
        for number in -80_000..80_000 {
            let week = IsoWeek(number);
            assert_eq!(week.first_day().iso_week(), week);
            assert_eq!(week.last_day().iso_week(), week);
            if (0..=9999).contains(&week.year()) {
                assert_eq!(week.to_string().parse(), Ok(week));
            }
        }
        assert_eq!(day("1970-01-01").iso_week(), IsoWeek(0));
        assert_eq!(IsoWeek(0).first_day(), day("1969-12-29"));
        assert_eq!(day("2010-02-15").iso_week().to_string(), "2010-W07");
        assert_eq!(day("2010-01-03").iso_week().to_string(), "2009-W53");
    }

    #[test]
    fn what_is_no_day_or_week_is_refused() {
        for text in [
            "",
            "2010-02-29",
            "2010-2-13",
            "10-02-13",
            "2010-02-13 ",
            "+010-02-13",
            "2010-13-01",
            "2010-02-00",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
        assert_eq!(day("2012-02-29").next(), day("2012-03-01"));
        for text in ["2010-W53", "2010-W00", "2010-07", "2010-W7", "2010-W+7", "-W07"] {
            assert_eq!(text.parse::<IsoWeek>(), Err(IsoWeekError), "{text}");
        }
    }

    #[test]
    fn the_ends_of_all_days_do_not_overflow() {
        for day in [Day(i32::MIN), Day(i32::MAX)] {
            let _ = (day.to_string(), day.weekday(), day.iso_week().to_string(), day.plus(1), day.plus(-1));
        }
        for week in [IsoWeek(i32::MIN), IsoWeek(i32::MAX)] {
            let _ = (week.to_string(), week.first_day(), week.last_day(), week.next());
        }
        assert_eq!(Day::from_date(i32::MAX, 1, 1), None);
    }
}
