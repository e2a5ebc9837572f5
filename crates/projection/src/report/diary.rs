//! The report on diaries 民情日志 and dossiers 民情档案: what was written after visits and receptions.

use docket_domain::{DossierState, OfficialId, OfficialState};

use super::{
    figure::{Doubt, Figure, Value},
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
    visits,
};

tally! {
    struct Diary {
        entries: figure DiaryEntries, Entries, Occurred;
        pages: figure DiaryPages, Pages, Occurred;
        writers: figure DiaryWriters, Officials, Occurred;
        dossiers: figure Dossiers, Volumes, Occurred;
        kept: figure DossiersKept, Volumes, Occurred;
        closed: figure DossiersClosed, Volumes, Occurred;
        updates: figure DossierUpdates, Updates, Occurred;
    }
}

const SUMS: &[(FigureName, &[FigureName])] =
    &[(FigureName::Dossiers, &[FigureName::DossiersKept, FigureName::DossiersClosed])];

/// Makes the report: with the visits and receptions that the diaries are about, so that one sees how much was written.
pub(super) fn report(making: &Making<'_>) -> Report {
    let mut report = own(&making.lens);
    if making.lens.scope.official.is_none() {
        report.take(visits::made(making), &[FigureName::Visits]);
        report.take(making.report(ReportName::Receptions).clone(), &[FigureName::Receptions]);
        doubt(&mut report);
    }
    report
}

/// Counts what was written.
pub(super) fn own(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Diary>::new(lens);
    for (id, official) in lens.states.officials().filter(|(id, _)| lens.takes_official(Some(*id))) {
        entries(lens, id, &official, &mut tallies);
    }
    if lens.scope.official.is_none() {
        for (_, dossier) in lens.states.dossiers() {
            tallies.of(Some(dossier.unit), |counts| counts.add_dossier(lens, &dossier));
        }
    }
    tallies.report(ReportName::Diary, SUMS)
}

/// Counts the entries of an official, each for the unit to which they belonged on that morning.
fn entries(lens: &Lens<'_>, id: OfficialId, official: &OfficialState, tallies: &mut Tallies<'_, Diary>) {
    let (first, last) = lens.days();
    let mut wrote = false;
    for entry in official.diary_within(first, last) {
        let is_first = !std::mem::replace(&mut wrote, true);
        tallies.of(lens.unit_of(id, lens.morning(entry.day)), |counts| {
            counts.entries.add(entry.record);
            counts.pages.add_some(u64::from(entry.pages), entry.record);
            if is_first {
                counts.writers.add(entry.record);
            }
        });
    }
}

impl Diary {
    fn add_dossier(&mut self, lens: &Lens<'_>, dossier: &DossierState) {
        if lens.has(dossier.opened.occurred().at) {
            self.dossiers.add(dossier.opened.record());
            match dossier.closed.filter(|closed| lens.knows(*closed)) {
                Some(closed) => self.closed.add(closed.record()),
                None => self.kept.add(dossier.opened.record()),
            }
        }
        let (first, last) = lens.days();
        for update in dossier.updates.iter().filter(|update| (first..=last).contains(&update.day)) {
            self.updates.add(update.record);
        }
    }
}

/// A page of a diary is expected for so many visits and receptions at the latest.
const A_PAGE_FOR: u64 = 100;

/// Marks the pages of diaries where they are too few for the visits and receptions that the same figures tell of. They are
/// printed as they are.
pub(super) fn doubt(report: &mut Report) {
    mark(&mut report.figures);
    report.rows.iter_mut().for_each(|row| mark(&mut row.figures));
}

fn mark(figures: &mut [Figure]) {
    let count = |name| {
        let found = figures.iter().find(|figure| figure.name == name).map(|figure| figure.value);
        found.map_or(0, |value| if let Value::Count(count) = value { count } else { 0 })
    };
    let told = count(FigureName::Visits).saturating_add(count(FigureName::Receptions));
    let pages = count(FigureName::DiaryPages);
    if pages < told / A_PAGE_FOR {
        let found = figures.iter_mut().find(|figure| figure.name == FigureName::DiaryPages);
        found.into_iter().for_each(|figure| figure.doubt = Some(Doubt::TooFewPages));
    }
}
