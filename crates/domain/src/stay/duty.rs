//! What of the duty to stay is done.

use super::StayState;
use crate::{day::Day, rule_set::StayDuty, zone::Zone};

/// How an official stands to the duty to stay in a year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StayStanding {
    /// How many nights are due.
    pub due: u32,
    /// How many were stayed and certified.
    pub nights: u32,
    /// How many were stayed but are not certified; they do not count.
    pub uncertified: u32,
    /// The records that certified what counts, and those that ended what does not.
    pub records: Vec<u64>,
}

impl StayStanding {
    /// Says whether the duty is met.
    pub const fn is_met(&self) -> bool {
        self.nights >= self.due
    }
}

impl StayState {
    /// Returns how many of its nights belong to a year: from each civil day of the stay to the next, counted to the year
    /// of the earlier one. A stay that still lasts has none yet.
    pub fn nights_in(&self, year: i32, zone: &Zone) -> u32 {
        let year_begins = |year| Day::from_date(year, 1, 1).map_or(i32::MAX, |day| day.0);
        let Some(ended) = self.ended else { return 0 };
        let first = zone.day_of(self.started.occurred().at).0.max(year_begins(year));
        let last = zone.day_of(ended.occurred().at).0.min(year_begins(year.saturating_add(1)));
        u32::try_from(i64::from(last) - i64::from(first)).unwrap_or(0)
    }
}

/// Says how an official stands to the duty to stay in a year, from their stays.
pub fn stay_standing<'s>(
    stays: impl IntoIterator<Item = &'s StayState>,
    year: i32,
    duty: StayDuty,
    zone: &Zone,
) -> StayStanding {
    let due = u32::from(duty.days_per_year);
    let mut standing = StayStanding { due, nights: 0, uncertified: 0, records: Vec::new() };
    for stay in stays {
        let nights = stay.nights_in(year, zone);
        let Some(ended) = stay.ended.filter(|_| nights > 0) else { continue };
        match stay.certified {
            Some((_, certified)) => {
                standing.nights = standing.nights.saturating_add(nights);
                standing.records.push(certified.record());
            }
            None => {
                standing.uncertified = standing.uncertified.saturating_add(nights);
                standing.records.push(ended.record());
            }
        }
    }
    standing
}
