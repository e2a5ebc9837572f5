//! Quarters of calendar years.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// A quarter of a calendar year between 1 and 9999: four times the year, and its place in it from 0.
///
/// The numbers are dense, so that quarters can be counted. Written and parsed as `2010-Q2`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Quarter(u16);

impl Quarter {
    /// Returns a quarter, 1 to 4, of a year, or `None` when there is no such quarter.
    pub const fn new(year: u16, quarter: u8) -> Option<Self> {
        if year == 0 || year > 9_999 || quarter == 0 || quarter > 4 {
            return None;
        }
        Some(Self(year * 4 + quarter as u16 - 1))
    }

    /// Returns the quarter that a day lies in, or `None` outside the years that have quarters.
    pub fn of(day: Day) -> Option<Self> {
        Self::new(u16::try_from(day.year()).ok()?, (day.month() - 1) / 3 + 1)
    }

    /// Returns the year.
    pub const fn year(self) -> u16 {
        self.0 / 4
    }

    /// Returns its number in the year, 1 to 4.
    pub const fn number(self) -> u8 {
        match self.0 % 4 {
            0 => 1,
            1 => 2,
            2 => 3,
            _ => 4,
        }
    }

    /// Returns the quarter after, or `None` after the last.
    pub const fn next(self) -> Option<Self> {
        if self.0 >= 9_999 * 4 + 3 { None } else { Some(Self(self.0 + 1)) }
    }

    /// Returns its first day.
    pub fn first_day(self) -> Day {
        let month = (self.number() - 1) * 3 + 1;
        // Every year that has quarters has its months.
        Day::from_date(i32::from(self.year()), month, 1).unwrap_or(Day(i32::MAX))
    }

    /// Returns its last day.
    pub fn last_day(self) -> Day {
        let (month, day) = match self.number() {
            1 => (3, 31),
            2 => (6, 30),
            3 => (9, 30),
            _ => (12, 31),
        };
        Day::from_date(i32::from(self.year()), month, day).unwrap_or(Day(i32::MAX))
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-Q{}", self.year(), self.number()))
    }
}

/// A text that is not a quarter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a quarter (expected YEAR-QNUMBER, such as 2010-Q2)")]
pub struct QuarterError;

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Self, QuarterError> {
        let (year, number) = text.split_once("-Q").ok_or(QuarterError)?;
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 1) {
            return Err(QuarterError);
        }
        let year = year.parse().map_err(|_| QuarterError)?;
        let number = number.parse().map_err(|_| QuarterError)?;
        Self::new(year, number).ok_or(QuarterError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_quarter_goes_from_its_first_day_to_its_last() {
        for (text, first, last) in [
            ("2010-Q1", "2010-01-01", "2010-03-31"),
            ("2010-Q2", "2010-04-01", "2010-06-30"),
            ("2012-Q3", "2012-07-01", "2012-09-30"),
            ("9999-Q4", "9999-10-01", "9999-12-31"),
        ] {
            let quarter: Quarter = text.parse().unwrap();
            assert_eq!((quarter.first_day(), quarter.last_day()), (day(first), day(last)));
            assert_eq!((Quarter::of(day(first)), Quarter::of(day(last))), (Some(quarter), Some(quarter)));
            assert_eq!(quarter.next(), Quarter::of(day(last).next()), "{text}");
            assert_eq!(quarter.to_string(), text);
        }
        assert_eq!(Quarter::of(Day(i32::MIN)), None);
    }

    #[test]
    fn what_is_no_quarter_is_refused() {
        for text in ["2010-Q0", "2010-Q5", "0000-Q1", "2010-Q", "10-Q1", "2010-Q11", "2010-+1", "2010Q1"] {
            assert_eq!(text.parse::<Quarter>(), Err(QuarterError), "{text}");
        }
        assert_eq!(Quarter::new(10_000, 1), None);
    }
}
