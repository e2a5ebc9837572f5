//! Working days: weekends, public holidays, and weekends worked to make up for them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    day::{Day, DayError, Weekday},
    label::Label,
    worded,
};

/// Which days are working days.
///
/// A day named in `make_up` is worked, whatever else it is; a day of a holiday is not; a weekday named in `weekend` is
/// not; every other day is. Holidays and make-up days are known within `covers` only: outside it, weekends are all that
/// is known, and whoever counts there should say so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "CalendarParts", into = "CalendarParts")]
pub struct Calendar {
    parts: CalendarParts,
    /// Bit `n` is the weekday with the number `n`.
    weekend: u8,
}

/// What a [`Calendar`] is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarParts {
    /// Who has published it.
    #[serde(default)]
    pub sources: Vec<Label>,
    /// The weekdays that are not worked.
    #[serde(with = "worded::list")]
    pub weekend: Vec<Weekday>,
    /// The days for which holidays are known; without it, no calendar has been published.
    #[serde(default, with = "worded::option")]
    pub covers: Option<DayRange>,
    /// In ascending order, apart from each other, within `covers`.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Weekend days that are worked, ascending, within `covers`.
    #[serde(default, with = "worded::list")]
    pub make_up: Vec<Day>,
}

/// Days off, under one name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The days.
    #[serde(with = "worded")]
    pub days: DayRange,
    /// Its name.
    pub name: Label,
    /// Its name in Chinese.
    #[serde(default)]
    pub name_zh: Option<Label>,
}

/// Days from the first to the last, both included. Written and parsed as `2010-02-13..2010-02-19`, or as one day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DayRange {
    first: Day,
    last: Day,
}

/// What kind of day a day is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayKind<'a> {
    /// Worked as usual.
    Working,
    /// A weekend day that is worked to make up for a holiday 调休.
    MakeUp,
    /// A weekend day.
    Weekend,
    /// A public holiday.
    Holiday(&'a Holiday),
}

impl DayKind<'_> {
    /// Says whether people work.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::MakeUp)
    }
}

impl Calendar {
    /// The most holidays and the most make-up days a calendar holds.
    pub const MAX_ENTRIES: usize = 1_024;
    /// The most days of one holiday.
    pub const MAX_HOLIDAY_DAYS: i32 = 31;

    /// Returns the calendar.
    ///
    /// # Errors
    /// When no weekday is worked, days are out of order or lie outside `covers`, or a make-up day is no weekend day.
    pub fn new(parts: CalendarParts) -> Result<Self, CalendarError> {
        let weekend = parts.weekend.iter().fold(0, |bits, weekday| bits | bit(*weekday));
        if weekend == 0b1111_1110 {
            return Err(CalendarError::NothingWorked);
        }
        check_holidays(&parts)?;
        check_make_up(&parts, weekend)?;
        Ok(Self { parts, weekend })
    }

    /// Returns what it is made of.
    pub const fn parts(&self) -> &CalendarParts {
        &self.parts
    }

    /// Says what kind of day a day is.
    pub fn kind(&self, day: Day) -> DayKind<'_> {
        if self.parts.make_up.binary_search(&day).is_ok() {
            return DayKind::MakeUp;
        }
        let behind = self.parts.holidays.partition_point(|holiday| holiday.days.first <= day);
        let holiday = behind.checked_sub(1).and_then(|index| self.parts.holidays.get(index));
        match holiday {
            Some(holiday) if holiday.days.contains(day) => DayKind::Holiday(holiday),
            _ if self.weekend & bit(day.weekday()) != 0 => DayKind::Weekend,
            _ => DayKind::Working,
        }
    }

    /// Says whether a day is worked.
    pub fn is_working(&self, day: Day) -> bool {
        self.kind(day).is_working()
    }

    /// Says whether the holidays of a day's time are known.
    pub fn covers(&self, day: Day) -> bool {
        self.parts.covers.is_some_and(|covers| covers.contains(day))
    }
}

fn bit(weekday: Weekday) -> u8 {
    1 << weekday.number()
}

fn check_holidays(parts: &CalendarParts) -> Result<(), CalendarError> {
    if parts.holidays.len() > Calendar::MAX_ENTRIES {
        return Err(CalendarError::TooMany { what: "holidays" });
    }
    let mut before: Option<DayRange> = None;
    for Holiday { days, .. } in &parts.holidays {
        if days.count() > Calendar::MAX_HOLIDAY_DAYS {
            return Err(CalendarError::TooLong { days: *days });
        }
        if before.is_some_and(|before| before.last >= days.first) {
            return Err(CalendarError::OutOfOrder { what: "holiday", days: *days });
        }
        check_covered(parts, "holiday", *days)?;
        before = Some(*days);
    }
    Ok(())
}

fn check_make_up(parts: &CalendarParts, weekend: u8) -> Result<(), CalendarError> {
    if parts.make_up.len() > Calendar::MAX_ENTRIES {
        return Err(CalendarError::TooMany { what: "make-up days" });
    }
    let mut before = None;
    for day in &parts.make_up {
        let days = DayRange::from(*day);
        if before.is_some_and(|before| before >= *day) {
            return Err(CalendarError::OutOfOrder { what: "make-up day", days });
        }
        check_covered(parts, "make-up day", days)?;
        if weekend & bit(day.weekday()) == 0 {
            return Err(CalendarError::NotAWeekend { day: *day });
        }
        if parts.holidays.iter().any(|holiday| holiday.days.contains(*day)) {
            return Err(CalendarError::BothWorkedAndOff { day: *day });
        }
        before = Some(*day);
    }
    Ok(())
}

fn check_covered(parts: &CalendarParts, what: &'static str, days: DayRange) -> Result<(), CalendarError> {
    let inside = |covers: DayRange| covers.contains(days.first) && covers.contains(days.last);
    if parts.covers.is_some_and(inside) { Ok(()) } else { Err(CalendarError::NotCovered { what, days }) }
}

/// Why days make no calendar.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// Every weekday is a weekend day.
    #[error("`weekend` names all seven days: nothing would ever fall due")]
    NothingWorked,
    /// More than [`Calendar::MAX_ENTRIES`].
    #[error("more than {} {what}", Calendar::MAX_ENTRIES)]
    TooMany {
        /// Of what.
        what: &'static str,
    },
    /// More than [`Calendar::MAX_HOLIDAY_DAYS`].
    #[error("holiday {days}: more than {} days", Calendar::MAX_HOLIDAY_DAYS)]
    TooLong {
        /// Its days.
        days: DayRange,
    },
    /// Before, or within, the one written before it.
    #[error("{what} {days}: not after the one before it (write them in order, each once)")]
    OutOfOrder {
        /// What it is.
        what: &'static str,
        /// Its days.
        days: DayRange,
    },
    /// Outside the days the calendar says it covers.
    #[error("{what} {days}: outside `covers`")]
    NotCovered {
        /// What it is.
        what: &'static str,
        /// Its days.
        days: DayRange,
    },
    /// Worked anyway.
    #[error("make-up day {day}: not a weekend day")]
    NotAWeekend {
        /// The day.
        day: Day,
    },
    /// A make-up day within a holiday.
    #[error("make-up day {day}: also a holiday")]
    BothWorkedAndOff {
        /// The day.
        day: Day,
    },
}

impl TryFrom<CalendarParts> for Calendar {
    type Error = CalendarError;

    fn try_from(parts: CalendarParts) -> Result<Self, CalendarError> {
        Self::new(parts)
    }
}

impl From<Calendar> for CalendarParts {
    fn from(calendar: Calendar) -> Self {
        calendar.parts
    }
}

impl DayRange {
    /// Returns the days from `first` to `last`, or `None` when the last comes first.
    pub fn new(first: Day, last: Day) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// Returns the first day.
    pub const fn first(self) -> Day {
        self.first
    }

    /// Returns the last day.
    pub const fn last(self) -> Day {
        self.last
    }

    /// Returns how many days they are.
    pub const fn count(self) -> i32 {
        self.last.0.saturating_sub(self.first.0).saturating_add(1)
    }

    /// Says whether a day is one of them.
    pub fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl From<Day> for DayRange {
    fn from(day: Day) -> Self {
        Self { first: day, last: day }
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return self.first.fmt(f);
        }
        f.pad(&format!("{}..{}", self.first, self.last))
    }
}

/// A text that is no range of days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DayRangeError {
    /// One of its ends is no day.
    #[error("not a day, or days as FIRST..LAST, that exist (such as 2010-02-13..2010-02-19)")]
    NotDays,
    /// Its last day comes first.
    #[error("days that end ({last}) before they begin ({first})")]
    Backwards {
        /// Where it begins.
        first: Day,
        /// Where it ends.
        last: Day,
    },
}

impl From<DayError> for DayRangeError {
    fn from(_: DayError) -> Self {
        Self::NotDays
    }
}

impl FromStr for DayRange {
    type Err = DayRangeError;

    fn from_str(text: &str) -> Result<Self, DayRangeError> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (first.parse()?, last.parse()?);
        Self::new(first, last).ok_or(DayRangeError::Backwards { first, last })
    }
}
