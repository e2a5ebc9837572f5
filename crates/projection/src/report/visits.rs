//! The report on visits 成员走访: how many were made, which households were visited at all, and which as often as is owed.
//!
//! Coverage and attainment are two questions. A household visited once is covered; what is owed, in each calendar year, is
//! more.

use docket_domain::{Day, HouseholdState, VisitCount, VisitDays, VisitYear};

use super::{
    figure::Counter,
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Visits {
        visits: figure Visits, HouseholdTimes, Occurred;
        attempts: figure VisitAttempts, Calls, Occurred;
        households: figure Households, Households, AsOf;
        coverage: ratio VisitCoverage, Households, AsOf;
        attainment: ratio VisitAttainment, HouseholdYears, FellDue;
        year_coverage: ratio VisitYearCoverage, HouseholdYears, FellDue;
        years: figure HouseholdYears, HouseholdYears, FellDue;
        met: figure HouseholdYearsMet, HouseholdYears, FellDue;
        missed: figure HouseholdYearsMissed, HouseholdYears, FellDue;
        not_owed: figure HouseholdYearsNotOwed, HouseholdYears, FellDue;
    }
}

const YEARS: &[FigureName] =
    &[FigureName::HouseholdYearsMet, FigureName::HouseholdYearsMissed, FigureName::HouseholdYearsNotOwed];

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    making.households().visits().report(ReportName::Visits, &[(FigureName::HouseholdYears, YEARS)])
}

/// Returns the visits alone.
pub(super) fn made(making: &Making<'_>) -> Report {
    making.households().made.report(ReportName::Visits, &[])
}

/// Counts a household, in these years too.
pub(super) fn count_household(
    tallies: &mut Tallies<'_, Visits>,
    lens: &Lens<'_>,
    household: &HouseholdState,
    years: &[VisitYear<'_>],
) {
    let days = lens.days();
    calls(lens, household, &household.visits, days, tallies, |counts| &mut counts.visits);
    if let Some(attempts) = household.attempts() {
        calls(lens, household, attempts, days, tallies, |counts| &mut counts.attempts);
    }
    if let Some(home) = lens.home_of(household) {
        let latest = household.visits.within(days.0, days.1).next();
        tallies.of(Some(home), |counts| {
            counts.households.add(household.record());
            counts.coverage.ask(latest.is_some(), latest.map_or(household.record(), |visit| visit.record));
        });
    }
    let explains = lens.scope.explained.is_some();
    for year in years {
        let count = year.count(household);
        if count.is_on_register() {
            // Only what is explained needs the record.
            let record = if explains { last_record(household, year) } else { household.record() };
            tallies.of(year.unit(household), |counts| counts.add_year(record, count));
        }
    }
}

/// Counts the visits to a household alone.
pub(super) fn count_made(tallies: &mut Tallies<'_, Visits>, lens: &Lens<'_>, household: &HouseholdState) {
    calls(lens, household, &household.visits, lens.days(), tallies, |counts| &mut counts.visits);
}

/// Counts the calls on a household in the period, each for the unit to which the household belonged on that morning.
fn calls(
    lens: &Lens<'_>,
    household: &HouseholdState,
    calls: &VisitDays,
    (first, last): (Day, Day),
    tallies: &mut Tallies<'_, Visits>,
    counter: impl Fn(&mut Visits) -> &mut Counter,
) {
    if household.moves().is_empty() {
        // So it is with nearly all: the unit's counts are looked up once.
        return tallies.of(household.unit, |counts| {
            let counter = counter(counts);
            calls.within(first, last).for_each(|call| counter.add(call.record));
        });
    }
    for call in calls.within(first, last) {
        let unit = lens.unit_of_household(household, lens.morning(call.day));
        tallies.of(unit, |counts| counter(counts).add(call.record));
    }
}

/// Returns the record of a household's last visit in a year, or else of its registration.
fn last_record(household: &HouseholdState, year: &VisitYear<'_>) -> u64 {
    let last = household.visits.within(year.days().first(), year.days().last()).next();
    last.map_or(household.record(), |visit| visit.record)
}

impl Visits {
    /// Counts a household in a year.
    fn add_year(&mut self, record: u64, count: VisitCount) {
        self.years.add(record);
        self.year_coverage.ask(count.is_covered(), record);
        if count.due == 0 {
            return self.not_owed.add(record);
        }
        self.attainment.ask(count.is_met(), record);
        if count.is_met() { self.met.add(record) } else { self.missed.add(record) }
    }
}
