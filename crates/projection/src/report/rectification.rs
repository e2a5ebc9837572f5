//! The report on the three rectifications 三项治理 and what was found beside: gifts, vehicles, declarations, violations,
//! inspections.

use docket_domain::{
    DeclarationState, Disposal, DisposalKind, FindingStanding, GiftState, InspectionState, Leniency, Mark,
    Rectification, VehicleStanding, VehicleState, View as _, ViolationState,
};

use super::{
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Rectified {
        gifts: figure Gifts, Gifts, Occurred;
        gifts_fen: figure GiftsFen, Fen, Occurred;
        receipted: ratio GiftsReceipted, Gifts, Occurred;
        in_time: ratio GiftsInTime, Gifts, Occurred;
        lenient: figure GiftsLenient, Gifts, Occurred;
        strict: figure GiftsStrict, Gifts, Occurred;
        undecided: figure GiftsUndecided, Gifts, Occurred;
        vehicles: figure Vehicles, Vehicles, Occurred;
        transitional: figure VehiclesTransitional, Vehicles, Occurred;
        reassigned: figure VehiclesReassigned, Vehicles, Occurred;
        auctioned: figure VehiclesAuctioned, Vehicles, Occurred;
        standing: figure VehiclesOpen, Vehicles, Occurred;
        overrun: figure VehiclesOverrun, Vehicles, Occurred;
        proceeds: figure VehicleProceedsFen, Fen, Occurred;
        self_checked: ratio VehiclesSelfChecked, Vehicles, Occurred;
        declarations: figure Declarations, Declarations, Occurred;
        filed_in_time: ratio DeclarationsInTime, Declarations, Occurred;
        interested: figure DeclarationsWithInterest, Declarations, Occurred;
        nothing: figure DeclarationsWithoutInterest, Declarations, Occurred;
        rectified: figure InterestsRectified, Declarations, Occurred;
        rectified_late: figure InterestsRectifiedLate, Declarations, Occurred;
        unrectified: figure InterestsOpen, Declarations, Occurred;
        overdue: figure InterestsOverdue, Declarations, Occurred;
        violations: figure Violations, Violations, Occurred;
        corrected: figure ViolationsCorrected, Violations, Occurred;
        uncorrected: figure ViolationsUncorrected, Violations, Occurred;
        findings: figure Findings, Findings, Occurred;
        answered: ratio FindingsAnsweredInTerm, Findings, FellDue;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (FigureName::Gifts, &[FigureName::GiftsLenient, FigureName::GiftsStrict, FigureName::GiftsUndecided]),
    (FigureName::Vehicles, VEHICLES),
    (
        FigureName::Declarations,
        &[FigureName::DeclarationsWithInterest, FigureName::DeclarationsWithoutInterest],
    ),
    (
        FigureName::DeclarationsWithInterest,
        &[
            FigureName::InterestsRectified,
            FigureName::InterestsRectifiedLate,
            FigureName::InterestsOpen,
            FigureName::InterestsOverdue,
        ],
    ),
    (FigureName::Violations, &[FigureName::ViolationsCorrected, FigureName::ViolationsUncorrected]),
];

/// How the vehicles are divided.
const VEHICLES: &[FigureName] = &[
    FigureName::VehiclesTransitional,
    FigureName::VehiclesReassigned,
    FigureName::VehiclesAuctioned,
    FigureName::VehiclesOpen,
];

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Rectified>::new(lens);
    gifts(lens, &mut tallies);
    vehicles(lens, &mut tallies);
    declarations(lens, &mut tallies);
    for (_, violation) in lens.states.violations() {
        if lens.has(violation.found.occurred().at) && lens.takes_official(violation.official) {
            tallies.of(Some(violation.unit), |counts| counts.add_violation(lens, &violation));
        }
    }
    if lens.scope.official.is_none() {
        for (_, inspection) in lens.states.inspections() {
            findings(lens, &mut tallies, &inspection);
        }
    }
    tallies.report(ReportName::Rectification, SUMS)
}

fn gifts(lens: &Lens<'_>, tallies: &mut Tallies<'_, Rectified>) {
    for (id, gift) in lens.states.gifts() {
        if !lens.has(gift.handed_in.occurred().at) || !lens.takes_official(Some(gift.official)) {
            continue;
        }
        let rules = lens.states.rules_at(gift.handed_in.occurred().at);
        let cutoffs = rules.map(|rules| &rules.rules.cutoffs).filter(|cutoffs| cutoffs.gifts.is_some());
        if let (Some(rules), Some(_)) = (rules, cutoffs) {
            tallies.ruled_by(rules);
        }
        let in_time = cutoffs.map(|cutoffs| gift.in_time(id, cutoffs, lens.zone()).is_ok());
        let unit = lens.unit_of(gift.official, gift.handed_in.occurred());
        tallies.of(unit, |counts| counts.add_gift(lens, &gift, in_time));
    }
}

fn vehicles(lens: &Lens<'_>, tallies: &mut Tallies<'_, Rectified>) {
    if lens.scope.official.is_some() {
        return;
    }
    for (_, vehicle) in lens.states.vehicles() {
        if !lens.has(vehicle.found.occurred().at) {
            continue;
        }
        let rules = lens.states.rules_at(vehicle.found.occurred().at);
        let self_checked =
            rules.and_then(|rules| vehicle.self_checked_in_time(&rules.rules.cutoffs, lens.zone()));
        if let (Some(rules), Some(_)) = (rules, self_checked) {
            tallies.ruled_by(rules);
        }
        tallies.of(Some(vehicle.unit), |counts| counts.add_vehicle(lens, &vehicle, self_checked));
    }
}

fn declarations(lens: &Lens<'_>, tallies: &mut Tallies<'_, Rectified>) {
    for (_, declaration) in lens.states.declarations() {
        let filed = declaration.filed.occurred();
        if !lens.has(filed.at) || !lens.takes_official(Some(declaration.official)) {
            continue;
        }
        let rules = lens.states.rules_at(filed.at);
        if let Some(rules) = rules.filter(|rules| rules.rules.cutoffs.declarations.is_some()) {
            tallies.ruled_by(rules);
        }
        let cutoffs = rules.map(|rules| rules.rules.cutoffs.clone()).unwrap_or_default();
        let in_time = declaration.filed_in_time(&cutoffs, lens.zone());
        let standing = declaration.rectification(&cutoffs, lens.zone(), lens.last_day());
        let unit = lens.unit_of(declaration.official, filed);
        tallies.of(unit, |counts| counts.add_declaration(&declaration, in_time, standing));
    }
}

fn findings(lens: &Lens<'_>, tallies: &mut Tallies<'_, Rectified>, inspection: &InspectionState) {
    for finding in &inspection.findings {
        let issued = finding.issued;
        let rules = lens.states.rules_at(issued.occurred().at);
        let due = finding.due(rules.map(|rules| &rules.rules), lens.zone());
        if let (Some(rules), Some(_)) = (rules, due) {
            tallies.ruled_by(rules);
        }
        let standing = finding.standing(rules.map(|rules| &rules.rules), lens.zone(), lens.last_day());
        let record = finding.answer.map_or(issued.record(), |answer| answer.answered.record());
        tallies.of(Some(inspection.unit), |counts| {
            if lens.has(issued.occurred().at) {
                counts.findings.add(issued.record());
            }
            if due.is_some_and(|due| lens.fell_due(due)) {
                counts.answered.ask(standing == FindingStanding::InTerm, record);
            }
        });
    }
}

impl Rectified {
    fn add_gift(&mut self, lens: &Lens<'_>, gift: &GiftState, in_time: Option<bool>) {
        let record = gift.handed_in.record();
        self.gifts.add(record);
        self.gifts_fen.add_many(gift.amount_fen, record);
        let receipt =
            gift.receipt.as_ref().map(|receipt| receipt.receipted).filter(|stamp| lens.knows(*stamp));
        self.receipted.ask(receipt.is_some(), receipt.map_or(record, |stamp| stamp.record()));
        if let Some(in_time) = in_time {
            self.in_time.ask(in_time, receipt.map_or(record, |stamp| stamp.record()));
        }
        match gift.decision.filter(|decision| lens.knows(decision.decided)) {
            None => self.undecided.add(record),
            Some(decision) if decision.decision == Leniency::Lenient => {
                self.lenient.add(decision.decided.record());
            }
            Some(decision) => self.strict.add(decision.decided.record()),
        }
    }

    fn add_vehicle(&mut self, lens: &Lens<'_>, vehicle: &VehicleState, self_checked: Option<bool>) {
        let record = vehicle.found.record();
        self.vehicles.add(record);
        if let Some(in_time) = self_checked {
            self.self_checked.ask(in_time, record);
        }
        match vehicle.disposal.filter(|disposal| lens.knows(disposal.disposed)) {
            None => self.standing.add(record),
            Some(Disposal { kind, disposed, proceeds_fen, .. }) => {
                let by_kind = match kind {
                    DisposalKind::Transitional => &mut self.transitional,
                    DisposalKind::Reassigned => &mut self.reassigned,
                    DisposalKind::Auctioned => &mut self.auctioned,
                };
                by_kind.add(disposed.record());
                if vehicle.standing(lens.last_day()) == VehicleStanding::Overrun {
                    self.overrun.add(disposed.record());
                }
                if let Some(proceeds) = proceeds_fen {
                    self.proceeds.add_many(proceeds, disposed.record());
                }
            }
        }
    }

    fn add_declaration(
        &mut self,
        declaration: &DeclarationState,
        in_time: Option<bool>,
        standing: Rectification,
    ) {
        let record = declaration.filed.record();
        self.declarations.add(record);
        if let Some(in_time) = in_time {
            self.filed_in_time.ask(in_time, record);
        }
        let last: Option<Mark> = declaration
            .interests
            .iter()
            .map(|interest| interest.divested.unwrap_or(interest.declared))
            .max_by_key(|stamp| stamp.record());
        let record = last.map_or(record, |stamp| stamp.record());
        let by_standing = match standing {
            Rectification::NothingDeclared => return self.nothing.add(record),
            Rectification::InTime => &mut self.rectified,
            Rectification::Late => &mut self.rectified_late,
            Rectification::Open => &mut self.unrectified,
            Rectification::Overdue => &mut self.overdue,
        };
        by_standing.add(record);
        self.interested.add(declaration.filed.record());
    }

    fn add_violation(&mut self, lens: &Lens<'_>, violation: &ViolationState) {
        self.violations.add(violation.found.record());
        match violation.corrected.filter(|stamp| lens.knows(*stamp)) {
            Some(corrected) => self.corrected.add(corrected.record()),
            None => self.uncorrected.add(violation.found.record()),
        }
    }
}
