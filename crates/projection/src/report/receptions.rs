//! The report on receptions 书记接访: how many were held and who came, and in which weeks they were owed.

use std::collections::BTreeMap;

use docket_domain::{
    IsoWeek, Office, OfficialId, ReceptionStanding, ReceptionWeek, ReceptionWeeks, UnitId, UnitState,
    View as _,
};

use super::{
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Receptions {
        held: figure Receptions, Receptions, Occurred;
        by_secretary: figure ReceptionsBySecretary, Receptions, Occurred;
        by_substitute: figure ReceptionsBySubstitute, Receptions, Occurred;
        persons: figure PersonsReceived, PersonTimes, Occurred;
        attainment: ratio ReceptionAttainment, UnitWeeks, FellDue;
        weeks: figure ReceptionWeeks, UnitWeeks, FellDue;
        met: figure ReceptionWeeksMet, UnitWeeks, FellDue;
        missed: figure ReceptionWeeksMissed, UnitWeeks, FellDue;
        excused: figure ReceptionWeeksExcused, UnitWeeks, FellDue;
        only_substitute: figure ReceptionWeeksBySubstitute, UnitWeeks, FellDue;
        cancelled: figure ReceptionsCancelled, UnitWeeks, FellDue;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (FigureName::Receptions, &[FigureName::ReceptionsBySecretary, FigureName::ReceptionsBySubstitute]),
    (
        FigureName::ReceptionWeeks,
        &[FigureName::ReceptionWeeksMet, FigureName::ReceptionWeeksMissed, FigureName::ReceptionWeeksExcused],
    ),
];

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Receptions>::new(lens);
    let (first, last) = lens.days();
    let (from, until) = lens.days_over();
    let weeks = ReceptionWeeks::due_within(lens.states, from, until);
    let secretaries = lens.scope.by_official.then(|| Secretaries::find(lens));
    for (id, unit) in lens.states.units().filter(|(id, _)| lens.takes(Some(*id))) {
        for week in weeks.of(&unit) {
            weeks.rules(week.week).into_iter().for_each(|rules| tallies.ruled_by(rules));
        }
        tallies.of(Some(id), |counts| {
            for held in unit.receptions_within(first, last) {
                counts.held.add(held.record);
                let by = if held.substitute { &mut counts.by_substitute } else { &mut counts.by_secretary };
                by.add(held.record);
                counts.persons.add_some(u64::from(held.persons), held.record);
            }
            for cancelled in unit.receptions.iter().flat_map(|receptions| &receptions.cancelled) {
                if (from..=until).contains(&cancelled.week.last_day()) {
                    counts.cancelled.add(cancelled.record);
                }
            }
            if secretaries.is_none() {
                weeks.of(&unit).for_each(|week| counts.add_week(&unit, &week));
            }
        });
        for (secretaries, week) in
            secretaries.iter().flat_map(|them| weeks.of(&unit).map(move |week| (them, week)))
        {
            let secretary = secretaries.of(lens, id, week.week);
            tallies.of_both(Some(id), secretary, |counts| counts.add_week(&unit, &week));
        }
    }
    tallies.report(ReportName::Receptions, SUMS)
}

/// Who was ever a unit's secretary: a week's receptions are owed by whoever was on its last day.
struct Secretaries(BTreeMap<UnitId, Vec<OfficialId>>);

impl Secretaries {
    fn find(lens: &Lens<'_>) -> Self {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, official) in lens.states.officials() {
            let secretary = official.changes.iter().filter(|change| change.office == Some(Office::Secretary));
            for unit in secretary.filter_map(|change| change.unit) {
                found.entry(unit).or_default().push(id);
            }
        }
        Self(found)
    }

    fn of(&self, lens: &Lens<'_>, unit: UnitId, week: IsoWeek) -> Option<OfficialId> {
        let then = lens.morning(week.last_day());
        let held = |id: &OfficialId| {
            let official = lens.states.official(*id);
            official.is_some_and(|official| official.holds(unit, Office::Secretary, then).is_some())
        };
        self.0.get(&unit)?.iter().copied().find(held)
    }
}

impl Receptions {
    /// Counts a week for which receptions were owed. One in which nobody received is known by the unit's registration.
    fn add_week(&mut self, unit: &UnitState, week: &ReceptionWeek) {
        let record = week.record.unwrap_or(unit.record);
        self.weeks.add(record);
        match week.standing {
            ReceptionStanding::Met => self.met.add(record),
            ReceptionStanding::Excused => return self.excused.add(record),
            ReceptionStanding::Missed => {
                self.missed.add(record);
                // There was a reception, and none that counts: the rules do not let a substitute receive.
                if week.held == 0 && week.record.is_some() {
                    self.only_substitute.add(record);
                }
            }
        }
        self.attainment.ask(week.standing == ReceptionStanding::Met, record);
    }
}
