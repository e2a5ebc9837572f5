//! The report on stays 三进三同: how often officials stayed in a village, and who stayed as long as is owed.

use docket_domain::{Day, OccurredAt, OfficialState, Precision, StayState, View as _, stay_standing};

use super::{
    lens::Lens,
    names::ReportName,
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Stays {
        stays: figure Stays, PersonTimes, Occurred;
        ended: ratio StaysEnded, PersonTimes, Occurred;
        certified: ratio StaysCertified, PersonTimes, Occurred;
        attainment: ratio StayAttainment, OfficialYears, FellDue;
    }
}

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Stays>::new(lens);
    for (_, stay) in lens.states.stays() {
        if lens.has(stay.started.occurred().at) && lens.takes_official(Some(stay.official)) {
            tallies.of_both(Some(stay.unit), Some(stay.official), |counts| counts.add(lens, &stay));
        }
    }
    each_year(lens, |year| {
        tallies.ruled_by(year.rules);
        tallies.of_both(year.unit, Some(year.official), |counts| {
            counts.attainment.ask(year.is_met, year.record);
        });
    });
    tallies.report(ReportName::Stays, &[])
}

/// A year of an official who owed a stay in it.
struct OfficialYear<'a> {
    rules: &'a docket_domain::RulesState,
    unit: Option<docket_domain::UnitId>,
    official: docket_domain::OfficialId,
    is_met: bool,
    record: u64,
}

/// Goes through the years that ended in the period, each with the officials in service on its last day, and by the rules
/// in force then.
fn each_year(lens: &Lens<'_>, mut each: impl FnMut(OfficialYear<'_>)) {
    for (id, official) in lens.states.officials().filter(|(id, _)| lens.takes_official(Some(*id))) {
        let begun = lens.zone().day_of(official.registered.at);
        let years = lens.first_day(begun).max(begun).year()..=lens.last_day().year();
        for year in years {
            let Some(last) = Day::from_date(year, 12, 31).filter(|last| lens.fell_due(*last)) else {
                continue;
            };
            let then = OccurredAt { at: lens.zone().start_of(last), precision: Precision::Day };
            let Some(rules) = lens.states.rules_at(then.at) else { continue };
            let Some(duty) = rules.rules.stay.filter(|_| official.is_in_service(then)) else { continue };
            let standing = stay_standing(stays_of(lens, &official), year, duty, lens.zone());
            let record = standing.records.last().copied().unwrap_or(official.record);
            let unit = lens.unit_of(id, then);
            each(OfficialYear { rules, unit, official: id, is_met: standing.is_met(), record });
        }
    }
}

fn stays_of<'a>(lens: &Lens<'a>, official: &'a OfficialState) -> impl Iterator<Item = &'a StayState> {
    let states = lens.states;
    official.stays().iter().filter_map(|tie| states.stay(tie.stay))
}

impl Stays {
    fn add(&mut self, lens: &Lens<'_>, stay: &StayState) {
        let started = stay.started.record();
        self.stays.add(started);
        let ended = stay.ended.filter(|mark| lens.knows(*mark));
        self.ended.ask(ended.is_some(), ended.map_or(started, |mark| mark.record()));
        if let Some(ended) = ended {
            let certified = stay.certified.map(|(_, mark)| mark).filter(|mark| lens.knows(*mark));
            self.certified.ask(certified.is_some(), certified.map_or(ended.record(), |mark| mark.record()));
        }
    }
}
