//! The three rectifications 三项治理: gifts, vehicles, declarations; violations, finance and inspections.

use docket_domain::{
    Aspect, ControlAttested, ControlAttestedPersonal, DeclarationAmended, DeclarationAmendedPersonal,
    DeclarationFiled, DeclarationFiledPersonal, DeclarationId, DisposalKind, ExpenseApproved,
    ExpenseApprovedPersonal, FindingAnswered, FindingAnsweredPersonal, FindingClosed, FindingIssued,
    FindingIssuedPersonal, GiftHandedIn, GiftHandedInPersonal, GiftId, GiftKind, GiftReceipted, InspectionId,
    InspectionOpened, InterestDeclared, InterestDeclaredPersonal, InterestDivested, InterestDivestedPersonal,
    InterestHolder, InterestKind, Leniency, LeniencyDecided, LiabilityPursued, LiabilityPursuedPersonal,
    NoPersonal, PublicNoticePosted, StatisticCited, TransitionExpired, UnitId, VehicleDisposed,
    VehicleFoundOverStandard, VehicleId, ViolationCorrected, ViolationCorrectedPersonal, ViolationFound,
    ViolationFoundPersonal, ViolationId, ViolationKind,
};

use crate::{
    days::{DAY, LAST, QUARTER_COUNT, at, day, days_of_quarter, number, on, worked, working},
    draw::{Draw, For},
    out::{Out, official, unit},
    plan::{CITY, Plan, Staff, Town, place},
    register::city,
    share::{is_chosen, spread},
    words,
};

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Gift { amount_fen: u64 },
    Receipt { gift: GiftId, handed_in: u32 },
    Decide { gift: GiftId, record: u64, is_in_time: bool },
    Vehicle { kind: DisposalKind },
    Dispose { vehicle: VehicleId, kind: DisposalKind },
    Expire { vehicle: VehicleId },
    Declare { number: u32, has_interest: bool },
    Amend { declaration: DeclarationId },
    Divest { declaration: DeclarationId },
    Violation { is_corrected: bool },
    Correct { violation: ViolationId },
    Quarter { unit: u32, quarter: u8 },
    Again { unit: u32, quarter: u8, aspect: Aspect },
    Pursue { unit: u32, aspect: Aspect },
    Inspection,
    Finding { inspection: InspectionId, number: u16 },
    Answer { inspection: InspectionId, number: u16 },
    Close { inspection: InspectionId, number: u16 },
}

/// A gift is about so large, in fen.
const GIFT_FEN: u64 = 430_000;
/// Of twelve violations that are corrected there is one more that is not.
const UNCORRECTED: u64 = 12;

/// The officials of a town and of what stands above it.
struct People {
    town: Staff,
    district: Staff,
    department: Staff,
}

impl People {
    fn of(plan: &Plan, town: &Town) -> Option<Self> {
        let staff = |seat| plan.seat(seat).map(|seat| seat.officials);
        Some(Self {
            town: staff(town.seat)?,
            district: staff(town.district)?,
            department: staff(town.department)?,
        })
    }
}

/// Notes what will happen in a town in three years.
pub(crate) fn note(plan: &Plan, town: &Town, note: &mut impl FnMut(u64, Step)) {
    let mut draw = Draw::new(plan.seed, For::Duty, town.seat, 0);
    let totals = &plan.totals;
    let (cutoff, last) = (number(2010, 6, 10), number(2011, 3, 24));
    let gifts_fen = plan.of_town(totals.gifts_fen, town);
    let gifts = gifts_fen.div_ceil(GIFT_FEN);
    for gift in 0..gifts {
        let amount_fen = spread(gifts_fen, gift, gifts, plan.seed, town.seat);
        let from_to = if draw.per_mille(750) { (cutoff - 100, cutoff) } else { (cutoff + 1, last) };
        let handed_in = draw.within(from_to.0, from_to.1);
        if amount_fen > 0 {
            note(handed_in * DAY + draw.within(9 * 60, 17 * 60), Step::Gift { amount_fen });
        }
    }
    let kinds = [
        (DisposalKind::Transitional, totals.vehicles_transitional),
        (DisposalKind::Reassigned, totals.vehicles_reassigned),
        (DisposalKind::Auctioned, totals.vehicles_auctioned),
    ];
    for (kind, total) in kinds {
        for _ in 0..plan.of_town(total, town) {
            let late = if draw.per_mille(40) { 90 } else { 0 };
            let found = draw.within(cutoff - 60, cutoff) + late;
            note(working(&mut draw, found, (0, 0)), Step::Vehicle { kind });
        }
    }
    declarations(plan, town, &mut draw, note);
    let corrected = plan.of_town(totals.violations_corrected, town);
    let more = plan.of_town(totals.violations_corrected / UNCORRECTED, town);
    for violation in 0..corrected + more {
        let found = draw.within(number(2009, 3, 1), LAST - 120);
        note(working(&mut draw, found, (0, 0)), Step::Violation { is_corrected: violation < corrected });
    }
    quarters(town, &mut draw, note);
    for year in 2009..=2011 {
        let opened = number(year, 2, 1) + draw.below(60);
        note(working(&mut draw, opened, (0, 0)), Step::Inspection);
    }
}

fn declarations(plan: &Plan, town: &Town, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let filed = plan.of_town(plan.totals.declarations, town);
    let interests = plan.of_town(plan.totals.interests, town);
    for declaration in 0..filed {
        let day = if draw.per_mille(30) {
            draw.within(number(2010, 10, 8), number(2010, 12, 20))
        } else {
            draw.within(number(2010, 3, 15), number(2010, 6, 30))
        };
        let step = Step::Declare {
            number: u32::try_from(declaration).unwrap_or(u32::MAX),
            has_interest: is_chosen(interests, declaration, filed),
        };
        note(working(draw, day, (0, 0)), step);
    }
}

/// Finance is attested after the end of each quarter, by the town and its villages; now and then a quarter is missed.
fn quarters(town: &Town, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let units = town.units.clone().map(|unit| u32::try_from(unit + 1).unwrap_or(u32::MAX));
    // 0 is the town itself.
    for unit in std::iter::once(0).chain(units) {
        for quarter in 0..QUARTER_COUNT - 1 {
            let (_, next) = days_of_quarter(quarter);
            let day = next + draw.within(3, 24);
            if !draw.per_mille(30) {
                let quarter = u8::try_from(quarter).unwrap_or(0);
                note(working(draw, day, (0, 0)), Step::Quarter { unit, quarter });
            }
        }
    }
}

/// Puts down what happens at its minute, and notes what follows from it.
pub(crate) fn happen(
    plan: &Plan,
    town: &Town,
    step: Step,
    minute: u64,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let Some(people) = People::of(plan, town) else { return };
    let mut draw = Draw::new(plan.seed, For::Item, town.seat, minute << 8 | out.count(kind_of(step)) & 255);
    let seat = unit(town.seat + 1);
    match step {
        Step::Gift { .. } | Step::Receipt { .. } | Step::Decide { .. } => {
            gift(&people, step, minute, &mut draw, later, out);
        }
        Step::Vehicle { .. } | Step::Dispose { .. } | Step::Expire { .. } => {
            vehicle(town, &people, step, minute, &mut draw, later, out);
        }
        Step::Declare { number, has_interest } => {
            let declarer = declarer(plan, town, &people, u64::from(number));
            declare(declarer, has_interest, minute, &mut draw, later, out);
        }
        Step::Amend { declaration } => {
            let personal = DeclarationAmendedPersonal { text: words::said(draw) };
            out.on(declaration, at(minute), DeclarationAmended { origin: None }, personal);
        }
        Step::Divest { declaration } => {
            let body = InterestDivested { number: 1, origin: None };
            out.on(declaration, at(minute), body, InterestDivestedPersonal::default());
        }
        Step::Violation { is_corrected } => {
            let kinds = ViolationKind::ALL;
            let kind = usize::try_from(draw.below(kinds.len() as u64)).ok().and_then(|kind| kinds.get(kind));
            let official = Some(official(people.town.nth(draw.within(2, 40))));
            let kind = kind.copied().unwrap_or(ViolationKind::Other);
            let body = ViolationFound { unit: seat, official, kind, origin: None };
            let (violation, _) =
                out.open(at(minute), body, ViolationFoundPersonal { text: words::said(draw) });
            if is_corrected {
                later(working(&mut draw, minute / DAY, (5, 84)), Step::Correct { violation });
            }
        }
        Step::Correct { violation } => {
            let by = Some(official(people.department.nth(draw.below(40))));
            let body = ViolationCorrected { by, origin: None };
            out.on(violation, at(minute), body, ViolationCorrectedPersonal::default());
        }
        Step::Quarter { unit, quarter } => {
            attest(plan, town, &people, (unit, quarter), minute, &mut draw, later, out);
        }
        Step::Again { unit, quarter, aspect } => {
            let by = official(people.department.nth(draw.below(20)));
            let (of, _) = treasury(plan, town, &people, unit);
            control(of, quarter, aspect, true, by, minute, out);
        }
        Step::Pursue { unit, aspect } => {
            let (of, staff) = treasury(plan, town, &people, unit);
            let official = official(staff.nth(draw.below(2)));
            let body = LiabilityPursued { official, ground: aspect, origin: None };
            out.on(of, at(minute), body, LiabilityPursuedPersonal::default());
        }
        Step::Inspection => {
            let body = InspectionOpened { unit: seat, by_unit: unit(town.department + 1), origin: None };
            let (inspection, _) = out.open(at(minute), body, NoPersonal);
            for number in 1..=u16::try_from(draw.below(4)).unwrap_or(0) {
                let issued = minute / DAY + 2 + 3 * u64::from(number);
                later(working(&mut draw, issued, (0, 0)), Step::Finding { inspection, number });
            }
        }
        Step::Finding { .. } | Step::Answer { .. } | Step::Close { .. } => {
            finding(&people, step, minute, &mut draw, later, out);
        }
    }
}

/// What is counted to tell draws of one minute apart.
const fn kind_of(step: Step) -> docket_domain::StreamKind {
    match step {
        Step::Gift { .. } | Step::Receipt { .. } | Step::Decide { .. } => docket_domain::StreamKind::GIFT,
        Step::Vehicle { .. } | Step::Dispose { .. } | Step::Expire { .. } => {
            docket_domain::StreamKind::VEHICLE
        }
        Step::Declare { .. } | Step::Amend { .. } | Step::Divest { .. } => {
            docket_domain::StreamKind::DECLARATION
        }
        _ => docket_domain::StreamKind::VIOLATION,
    }
}

fn gift(
    people: &People,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let cutoff = number(2010, 6, 10);
    match step {
        Step::Gift { amount_fen } => {
            let giver = official(people.town.nth(draw.within(2, 200)));
            let kind = if draw.per_mille(800) { GiftKind::Cash } else { GiftKind::Securities };
            let body = GiftHandedIn { official: giver, kind, amount_fen, origin: None };
            let (gift, _) = out.open(at(minute), body, GiftHandedInPersonal::default());
            let delay = if draw.per_mille(850) { draw.within(1, 200) } else { draw.within(1, 4) * DAY };
            let handed_in = u32::try_from(minute / DAY).unwrap_or(u32::MAX);
            later(minute + delay, Step::Receipt { gift, handed_in });
        }
        Step::Receipt { gift, handed_in } => {
            let by = official(people.department.nth(draw.below(20)));
            let number = words::label(&format!("G-{:07}", gift.number()));
            let record = out.on(gift, at(minute), GiftReceipted { number, by, origin: None }, NoPersonal);
            let is_in_time = u64::from(handed_in) <= cutoff && minute / DAY <= cutoff;
            let decided = working(draw, minute / DAY, (10, 40));
            later(decided, Step::Decide { gift, record, is_in_time });
        }
        Step::Decide { gift, record, is_in_time } => {
            let decision = if is_in_time { Leniency::Lenient } else { Leniency::Strict };
            let by = official(people.district.nth(draw.below(20)));
            out.on(
                gift,
                at(minute),
                LeniencyDecided { decision, cites: record, by, origin: None },
                NoPersonal,
            );
        }
        _ => {}
    }
}

fn vehicle(
    town: &Town,
    people: &People,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let today = minute / DAY;
    match step {
        Step::Vehicle { kind } => {
            let code = words::label(&format!("V-{:05}", out.count(docket_domain::StreamKind::VEHICLE) + 1));
            let self_checked = today <= number(2010, 6, 10);
            let body =
                VehicleFoundOverStandard { unit: unit(town.seat + 1), code, self_checked, origin: None };
            let (vehicle, _) = out.open(at(minute), body, NoPersonal);
            later(working(draw, today, (10, 160)), Step::Dispose { vehicle, kind });
        }
        Step::Dispose { vehicle, kind } => {
            // Most transitions end after the demonstration; the others are prolonged when they have ended.
            let ends = if draw.per_mille(930) { LAST + draw.within(30, 400) } else { today + 60 };
            let body = VehicleDisposed {
                kind,
                approver: Some(official(people.district.nth(0))),
                until: (kind == DisposalKind::Transitional).then(|| day(ends)),
                to: (kind == DisposalKind::Reassigned).then(|| unit(town.department + 1)),
                proceeds_fen: (kind == DisposalKind::Auctioned).then(|| draw.within(2_000_000, 20_000_000)),
                origin: None,
            };
            out.on(vehicle, at(minute), body, NoPersonal);
            if kind == DisposalKind::Transitional && ends + 10 < LAST {
                later(worked(ends + 1) * DAY + 10 * 60, Step::Expire { vehicle });
            }
        }
        Step::Expire { vehicle } => {
            out.on(vehicle, at(minute), TransitionExpired { origin: None }, NoPersonal);
            later(minute + 60, Step::Dispose { vehicle, kind: DisposalKind::Transitional });
        }
        _ => {}
    }
}

/// Returns the official of a town and its villages who files the so-many-th declaration.
fn declarer(plan: &Plan, town: &Town, people: &People, number: u64) -> u64 {
    let teams = plan.units.get(place(town.units.start)).map_or(people.town.first, |unit| unit.team.first);
    match number.checked_sub(people.town.count) {
        None => people.town.first + number,
        Some(behind) => teams + behind,
    }
}

fn declare(
    declarer: u64,
    has_interest: bool,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let body = DeclarationFiled { official: official(declarer), year: 2010, origin: None };
    let (declaration, _) = out.open(at(minute), body, DeclarationFiledPersonal::default());
    let today = minute / DAY;
    if has_interest {
        let of = if draw.per_mille(600) { InterestHolder::Spouse } else { InterestHolder::Child };
        let kind = if draw.per_mille(500) { InterestKind::Business } else { InterestKind::Shares };
        let body = InterestDeclared { number: 1, kind, of, origin: None };
        out.on(declaration, at(minute), body, InterestDeclaredPersonal::default());
        let divested = if draw.per_mille(850) {
            Some(draw.within(today + 5, today.max(number(2010, 9, 23)) + 5))
        } else if draw.per_mille(500) {
            Some(draw.within(today.max(number(2010, 10, 8)) + 1, LAST - 60))
        } else {
            None
        };
        if let Some(day) = divested {
            later(working(draw, day, (0, 0)), Step::Divest { declaration });
        }
    }
    if draw.per_mille(50) {
        later(working(draw, today, (20, 80)), Step::Amend { declaration });
    }
}

/// Returns the unit whose finance is meant, and who leads and who serves in it: 0 is the town itself.
fn treasury(plan: &Plan, town: &Town, people: &People, number: u32) -> (UnitId, Staff) {
    let village = u64::from(number).checked_sub(1).and_then(|number| plan.units.get(place(number)));
    village.map_or((unit(town.seat + 1), people.town), |village| (unit(village.id), village.team))
}

#[expect(clippy::too_many_arguments, reason = "what happens, where, when, and what follows")]
fn attest(
    plan: &Plan,
    town: &Town,
    people: &People,
    (number, quarter): (u32, u8),
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let (of, staff) = treasury(plan, town, people, number);
    let by = official(people.department.nth(draw.below(20)));
    for aspect in Aspect::ALL.iter().copied() {
        if draw.per_mille(10) {
            continue;
        }
        let fulfilled = !draw.per_mille(40);
        control(of, quarter, aspect, fulfilled, by, minute, out);
        if !fulfilled && draw.per_mille(600) {
            let again = working(draw, minute / DAY, (20, 60));
            later(again, Step::Again { unit: number, quarter, aspect });
        }
        if !fulfilled && draw.per_mille(120) {
            later(working(draw, minute / DAY, (10, 50)), Step::Pursue { unit: number, aspect });
        }
    }
    let (year, quarter) = named(quarter);
    if draw.per_mille(920) {
        let topic = words::label("accounts of the quarter");
        out.on(of, at(minute), PublicNoticePosted { year, quarter, topic, origin: None }, NoPersonal);
    }
    for applicant in 1..=draw.below(3) {
        let (applicant, approver) = (official(staff.nth(applicant)), official(staff.nth(0)));
        let amount_fen = draw.within(10_000, 800_000);
        let body = ExpenseApproved { amount_fen, applicant, approver, origin: None };
        out.on(of, at(minute), body, ExpenseApprovedPersonal::default());
    }
}

/// Returns year and number of a quarter that is counted from the fourth of 2008.
fn named(quarter: u8) -> (u16, u8) {
    (2008 + u16::from(quarter.div_ceil(4)), (quarter + 3) % 4 + 1)
}

fn control(
    of: UnitId,
    quarter: u8,
    aspect: Aspect,
    fulfilled: bool,
    by: docket_domain::OfficialId,
    minute: u64,
    out: &mut Out,
) {
    let (year, quarter) = named(quarter);
    let body = ControlAttested { aspect, year, quarter, fulfilled, by, origin: None };
    out.on(of, at(minute), body, ControlAttestedPersonal::default());
}

fn finding(
    people: &People,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let today = minute / DAY;
    match step {
        Step::Finding { inspection, number } => {
            let body = FindingIssued { number, term_days: None, origin: None };
            let personal = FindingIssuedPersonal { text: words::said(*draw) };
            out.on(inspection, at(minute), body, personal);
            let answered = if draw.per_mille(880) { (5, 27) } else { (32, 60) };
            if !draw.per_mille(30) {
                later(working(draw, today, answered), Step::Answer { inspection, number });
            }
        }
        Step::Answer { inspection, number } => {
            let body = FindingAnswered { number, by: official(people.town.nth(0)), origin: None };
            out.on(inspection, at(minute), body, FindingAnsweredPersonal::default());
            if draw.per_mille(900) {
                later(working(draw, today, (3, 18)), Step::Close { inspection, number });
            }
        }
        Step::Close { inspection, number } => {
            let by = official(people.department.nth(draw.below(20)));
            out.on(inspection, at(minute), FindingClosed { number, by, origin: None }, NoPersonal);
        }
        _ => {}
    }
}

/// The day on which the city cites the statistics of the year before.
pub(crate) const CITED: u64 = 864;

/// Cites what the source cites: it cannot be derived here.
pub(crate) fn cite(plan: &Plan, out: &mut Out) {
    let Some(city) = city(plan) else { return };
    out.begin(CITED * DAY + 9 * 60, Some(official(city.nth(1))));
    let body = StatisticCited {
        name: words::label("growth of farmers' net income"),
        numerator: 1_783,
        denominator: 10_000,
        counted_in: words::label("per cent"),
        period: words::label("2010"),
        source: words::label("the city's bureau of statistics"),
        origin: None,
    };
    out.on(unit(CITY + 1), on(CITED), body, NoPersonal);
}
