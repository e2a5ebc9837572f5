//! What is owed to a household in a year, and what came of it.

use super::{Visit, VisitDays};
use crate::{
    adoption::RulesState,
    calendar::DayRange,
    day::Day,
    household::{Home, HouseholdState},
    id::UnitId,
    reception::last_moment,
    rule_set::VisitDuty,
    view::View,
    zone::Zone,
};

/// A calendar year, and what the rules ask in it for each household.
///
/// The rule set in force at the year's end decides about all of it. Made once for a year, then asked about any number of
/// households.
#[derive(Clone, Debug)]
pub struct VisitYear<'v> {
    zone: &'v Zone,
    days: DayRange,
    rules: Option<&'v RulesState>,
}

/// What is owed to a household in a year, and what came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VisitCount {
    /// On how many days of the year it was on the register of some unit of the ledger.
    pub days: u16,
    /// How many visits were owed; 0 where the rules ask for none, or for none in so short a time.
    pub due: u16,
    /// How many visits count. Several on one day are one, where the rules ask for different days.
    pub made: u16,
}

impl VisitCount {
    /// Says whether it was on the register in that year: the whole that coverage is measured against.
    pub const fn is_on_register(self) -> bool {
        self.days > 0
    }

    /// Says whether it was visited at least once.
    pub const fn is_covered(self) -> bool {
        self.made > 0
    }

    /// Says whether there were as many visits as were owed. Where nothing was owed, there were.
    pub const fn is_met(self) -> bool {
        self.made >= self.due
    }
}

/// What is owed to a household in a year, and the visits of that year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HouseholdVisits {
    /// The figures.
    pub count: VisitCount,
    /// The visits, days ascending.
    pub visits: Vec<Visit>,
}

impl<'v> VisitYear<'v> {
    /// Returns a year, or `None` when it is beyond the days that can be written.
    pub fn of(view: &'v impl View, year: i32) -> Option<Self> {
        let days = DayRange::new(Day::from_date(year, 1, 1)?, Day::from_date(year, 12, 31)?)?;
        let zone = view.zone();
        let rules = view.rules_at(last_moment(zone, days.last()));
        Some(Self { zone, days, rules })
    }

    /// Returns its days.
    pub const fn days(&self) -> DayRange {
        self.days
    }

    /// Returns what the rules ask for in that year.
    pub fn duty(&self) -> Option<VisitDuty> {
        self.rules?.rules.visits
    }

    /// Returns what is owed to a household, and its visits.
    pub fn visits(&self, household: &HouseholdState) -> HouseholdVisits {
        let mut visits: Vec<_> = self.within(&household.visits).collect();
        visits.reverse();
        HouseholdVisits { count: self.count(household), visits }
    }

    /// Returns what is owed to a household, and how often it was visited. Costs little: for ten million of them.
    pub fn count(&self, household: &HouseholdState) -> VisitCount {
        let (on_register, away) = self.days_of(household);
        let duty = self.duty();
        let owing = match duty {
            Some(duty) if duty.absence_excuses => on_register.saturating_sub(away),
            _ => on_register,
        };
        let in_year = u16::try_from(self.days.count()).unwrap_or(u16::MAX);
        let due = duty.map_or(0, |duty| duty.due(owing, in_year));
        let once_a_day = duty.is_none_or(|duty| duty.different_days);
        let mut last = None;
        let counted = self.within(&household.visits).filter(|visit| {
            let again = last.replace(visit.day) == Some(visit.day);
            !(once_a_day && again)
        });
        VisitCount { days: on_register, due, made: u16::try_from(counted.count()).unwrap_or(u16::MAX) }
    }

    /// Returns the last unit on whose register a household was in that year.
    pub fn unit(&self, household: &HouseholdState) -> Option<UnitId> {
        if household.moves().is_empty() {
            return household.unit;
        }
        let in_year = household.homes().filter(|home| {
            self.zone.day_of(home.since.at) <= self.days.last()
                && home.until.is_none_or(|until| self.days.first() <= self.zone.day_of(until.at))
        });
        in_year.filter_map(|home| home.unit).last()
    }

    /// Returns the rule set that decides about the year.
    pub const fn rules(&self) -> Option<&'v RulesState> {
        self.rules
    }

    /// Iterates over the visits of the year, the last day first.
    fn within<'s>(&self, visits: &'s VisitDays) -> impl Iterator<Item = Visit> + use<'s> {
        visits.within(self.days.first(), self.days.last())
    }

    /// Counts the days of the year on which the household was on the register, and those of them on which it was away.
    fn days_of(&self, household: &HouseholdState) -> (u16, u16) {
        let (mut on_register, mut away) = (0, 0);
        let mut from = self.days.first();
        let end = household.end().map(|end| self.zone.day_of(end.at.at));
        let last = end.map_or(self.days.last(), |end| end.min(self.days.last()));
        if household.moves().is_empty() && household.absences().is_empty() {
            // So it is with nearly all.
            let begins = self.zone.day_of(household.registered().at).max(from);
            return (if household.unit.is_some() && begins <= last { days(begins, last) } else { 0 }, 0);
        }
        for Home { unit, since, until, .. } in household.homes() {
            let begins = self.zone.day_of(since.at).max(from);
            let ends = until.map_or(last, |until| self.zone.day_of(until.at).min(last));
            if unit.is_none() || begins > ends {
                continue;
            }
            on_register += days(begins, ends);
            for absence in household.absences() {
                let back = absence.until.map_or(ends, |until| until.min(ends));
                away += days(absence.from.max(begins), back);
            }
            // The day of a move belongs to both homes, and counts once.
            from = ends.next();
        }
        (on_register, away)
    }
}

/// Counts the days `[from, until]`, at most those of a year.
fn days(from: Day, until: Day) -> u16 {
    let days = until.0.saturating_sub(from.0).saturating_add(1);
    u16::try_from(days).unwrap_or(0)
}
