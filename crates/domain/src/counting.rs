//! Counting the days of a term.

use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, DayKind},
    day::Day,
    numbered::numbered,
};

numbered! {
    /// Which days of a term count.
    pub enum Counting ("way of counting") {
        /// All of them.
        Calendar = 1, "calendar";
        /// Working days.
        Working = 2, "working";
    }
}

/// How a rule set counts days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayCounting {
    /// Whether the day on which a term starts is its first day. As a rule the day after is.
    pub first_day_counts: bool,
    /// Whether a term whose last day is not worked goes on to the next working day.
    pub last_day_moves_on: bool,
}

/// The longest term, in days.
pub const MAX_TERM_DAYS: u32 = 3_660;

/// A term, counted: the day it falls due, and how that came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted<'a> {
    calendar: &'a Calendar,
    how: DayCounting,
    counting: Counting,
    start: Day,
    days: u32,
    /// The day that counts as the last, before it moves on.
    last: Day,
    due: Day,
}

/// A day of a term as it was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountedDay<'a> {
    /// The day.
    pub day: Day,
    /// What kind of day it is.
    pub kind: DayKind<'a>,
    /// What became of it.
    pub tally: Tally,
}

/// What became of a day when a term was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tally {
    /// The day on which the term starts; it does not count.
    Start,
    /// Counted, as which day of the term.
    Counted(u32),
    /// Not a working day, and only those count.
    NotCounted,
    /// Behind the term's last day, which is not worked, and not worked either: the term goes on.
    MovedOn,
    /// The working day on which a term that moved on falls due.
    MovedTo,
}

impl Calendar {
    /// Counts a term of `days` days, at most [`MAX_TERM_DAYS`], that starts on a day.
    pub fn add_days(&self, start: Day, days: u32, counting: Counting, how: DayCounting) -> Counted<'_> {
        let days = days.min(MAX_TERM_DAYS);
        let last = match counting {
            Counting::Calendar => last_calendar_day(start, days, how),
            Counting::Working => self.last_working_day(start, days, how),
        };
        let mut due = last;
        while how.last_day_moves_on && !self.is_working(due) && due < due.next() {
            due = due.next();
        }
        Counted { calendar: self, how, counting, start, days, last, due }
    }

    fn last_working_day(&self, start: Day, days: u32, how: DayCounting) -> Day {
        let mut day = start;
        let mut counted = u32::from(how.first_day_counts && self.is_working(day));
        while counted < days && day < day.next() {
            day = day.next();
            counted += u32::from(self.is_working(day));
        }
        day
    }
}

fn last_calendar_day(start: Day, days: u32, how: DayCounting) -> Day {
    let ahead = days.saturating_sub(u32::from(how.first_day_counts));
    start.plus(i32::try_from(ahead).unwrap_or(i32::MAX))
}

impl<'a> Counted<'a> {
    /// Returns the day the term falls due: its last moment is the last in which it can be met.
    pub const fn due(&self) -> Day {
        self.due
    }

    /// Returns the day on which it started.
    pub const fn start(&self) -> Day {
        self.start
    }

    /// Returns how many days the term has.
    pub const fn len(&self) -> u32 {
        self.days
    }

    /// Says whether it has no days.
    pub const fn is_empty(&self) -> bool {
        self.days == 0
    }

    /// Returns which days count.
    pub const fn counting(&self) -> Counting {
        self.counting
    }

    /// Returns a day it depends on whose holidays nobody has published, if there is one: then the due day is provisional.
    pub fn not_covered(&self) -> Option<Day> {
        let first = match self.counting {
            Counting::Working => self.start,
            Counting::Calendar if self.how.last_day_moves_on => self.last,
            // Every day counts, and the last one stays: no calendar is needed.
            Counting::Calendar => return None,
        };
        [self.due, first].into_iter().find(|day| !self.calendar.covers(*day))
    }

    /// Lists the days as they were counted, from the start to the due day.
    ///
    /// At most a few per day of the term: weekends, and holidays of at most
    /// [`Calendar::MAX_HOLIDAY_DAYS`] each, lie between.
    pub fn days(&self) -> impl Iterator<Item = CountedDay<'a>> + use<'a> {
        let term = *self;
        let mut counted = 0;
        (term.start.0..=term.due.0).map(move |number| {
            let day = Day(number);
            let kind = term.calendar.kind(day);
            let tally = term.tally(day, kind, &mut counted);
            CountedDay { day, kind, tally }
        })
    }

    fn tally(&self, day: Day, kind: DayKind<'_>, counted: &mut u32) -> Tally {
        if day == self.start && (!self.how.first_day_counts || self.days == 0) {
            return Tally::Start;
        }
        if day > self.last {
            return if day == self.due { Tally::MovedTo } else { Tally::MovedOn };
        }
        if self.counting == Counting::Working && !kind.is_working() {
            return Tally::NotCounted;
        }
        *counted += 1;
        Tally::Counted(*counted)
    }
}
