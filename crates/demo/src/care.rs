//! Three enters and pairing 三进三同、结穷亲: stays, pairings, aid, projects, difficulties.

use docket_domain::{
    AidDelivered, AidDeliveredPersonal, AidId, AidKind, AidReceiptConfirmed, DifficultyKind,
    DifficultyResolved, DifficultyResolvedPersonal, DossierClosed, DossierClosedPersonal, DossierId,
    DossierOpened, DossierOpenedPersonal, DossierUpdated, DossierUpdatedPersonal, HouseholdCloseReason,
    HouseholdClosed, HouseholdClosedPersonal, HouseholdId, HouseholdMoved, HouseholdMovedPersonal,
    HouseholdRegistered, HouseholdRegisteredPersonal, NoPersonal, OfficialId, PairingEndReason, PairingEnded,
    PairingEndedPersonal, PairingEstablished, PairingId, ProjectId, ProjectStarted, ProjectVerified,
    StayCertified, StayEnded, StayId, StayStarted, StreamKind,
};

use crate::{
    days::{DAY, FIRST, LAST, at, number, working},
    draw::{Draw, For},
    out::{Out, official, unit},
    plan::{CITY, Plan, Staff, Town, Turn, Unit, place},
    register::rank,
    share::{is_chosen, share, spread},
    words,
};

/// What is to be done. Households and officials by number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Stay { official: u32, unit: u32 },
    StayEnd { stay: StayId, official: u32, unit: u32 },
    StayCertified { stay: StayId, unit: u32 },
    Pair { official: u32, household: u32 },
    Part { pairing: PairingId, official: u32, household: u32 },
    Aid { household: u32, unit: u32, members: u8, amount_fen: u32, and: And },
    Receipt { aid: AidId, household: u32, is_difficulty: bool },
    Difficulty { aid: AidId, household: u32 },
    Project { unit: u32, amount_fen: u32, difficulties: u8 },
    Verify { project: ProjectId, unit: u32, amount_fen: u32, difficulties: u8 },
    Solved { project: ProjectId, unit: u32, difficulties: u8 },
    Dossier { unit: u32, first: u32, last: u32 },
    Update { dossier: DossierId },
    Shelve { dossier: DossierId },
    Turn { household: u32, unit: u32, turn: Turn },
    Return { household: u32, unit: u32 },
}

/// What follows from aid that is delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum And {
    /// Nobody ever confirms it.
    Nothing,
    Confirmed,
    /// It is confirmed, and a difficulty is resolved by it.
    Resolved,
}

/// Of a hundred fen of aid so many are spent in projects; the others go to households.
const OF_PROJECTS: u64 = 60;
/// Of ten difficulties so many are resolved by aid to the household; the others by projects.
const BY_AID: u64 = 6;
/// The first day on which households move: all aid to them is received by then, and no difficulty is left.
pub(crate) const TURNING: u64 = LAST - 80;
/// Of a thousand deliveries there are so many more that nobody confirms.
const UNCONFIRMED: u64 = 20;

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn household(place: u32) -> HouseholdId {
    HouseholdId::new(u64::from(place) + 1).expect("counted from 1")
}

/// Notes what will happen in a town in three years.
pub(crate) fn note(plan: &Plan, town: &Town, note: &mut impl FnMut(u64, Step)) {
    let mut draw = Draw::new(plan.seed, For::Duty, town.seat, 1);
    stays(plan, town, &mut draw, note);
    pairings(plan, town, &mut draw, note);
    for number in town.units.clone() {
        if let Some(unit) = plan.units.get(place(number)) {
            aid(plan, unit, number, &mut draw, note);
            dossiers(plan, unit, number, &mut draw, note);
            turns(plan, unit, number, &mut draw, note);
        }
    }
}

/// The officials of a town stay in its villages, in turns, each for about a week; the turns lie behind each other, so
/// that nobody is in two villages at once.
fn stays(plan: &Plan, town: &Town, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let Some(seat) = plan.seat(town.seat) else { return };
    let (stays, pool) = (plan.of_town(plan.totals.stays, town), seat.officials);
    let (from, until) = (number(2009, 6, 15), LAST - 12);
    let turns = stays.div_ceil(pool.count).max(1);
    let villages = town.units.end - town.units.start;
    for stay in 0..stays {
        let (turn, who) = (stay / pool.count, stay % pool.count);
        let (first, next) =
            (from + (until - from) * turn / turns, from + (until - from) * (turn + 1) / turns);
        let room = (next - first).saturating_sub(11);
        let unit = town.units.start + (who + turn * 3) % villages.max(1);
        let step = Step::Stay { official: small(pool.first + who), unit: small(unit) };
        note((first + draw.below(room.max(1))) * DAY + draw.within(9 * 60, 12 * 60), step);
    }
}

/// Those who owe pairings of their own take as many as their rank asks for, and each branch takes one; some less.
fn pairings(plan: &Plan, town: &Town, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let number_of = |town: &Town| town.units.start;
    let before = plan.towns.iter().take_while(|other| number_of(other) < number_of(town)).last();
    let is_first_of_district = before.is_none_or(|before| before.district != town.district);
    let mut owe: Vec<(u64, u64)> = Vec::new();
    let leaders = [(CITY, before.is_none()), (town.district, is_first_of_district)];
    for (seat, _) in leaders.into_iter().filter(|(_, is_theirs)| *is_theirs) {
        let Some(seat) = plan.seat(seat) else { continue };
        for number in 0..seat.officials.count {
            let quota = match rank(plan, seat.level, number) {
                1 => 3,
                2 => 2,
                _ => 1,
            };
            owe.push((seat.officials.nth(number), quota));
        }
    }
    let branches = [(town.seat, true), (town.department, is_first_of_district)];
    let staff = branches.into_iter().filter(|(_, is_theirs)| *is_theirs);
    let staff = staff.filter_map(|(seat, _)| plan.seat(seat).map(|seat| seat.officials));
    let teams = town.units.clone().filter_map(|unit| plan.units.get(place(unit))).map(|unit| unit.team);
    owe.extend(staff.chain(teams).map(|staff| (staff.nth(2), 1)));
    for (who, quota) in owe {
        let kept = if draw.per_mille(960) { quota } else { quota - 1 };
        let from = draw.below((town.households.end - town.households.start).max(1));
        for pairing in 0..kept {
            let households = (town.households.end - town.households.start).max(1);
            let household = town.households.start + (from + pairing * 17) % households;
            let household = plan.staying(household, &town.households);
            let step = Step::Pair { official: small(who), household: small(household) };
            note(working(draw, number(2009, 6, 1), (0, 300)), step);
        }
    }
}

/// Returns a step through so many places that comes by each of them.
fn stride(count: u64) -> u64 {
    [7, 11, 13, 17, 19, 23].into_iter().find(|step| !count.is_multiple_of(*step)).unwrap_or(1)
}

fn aid(plan: &Plan, village: &Unit, unit: u64, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let totals = &plan.totals;
    let money = plan.of_unit(totals.aid_fen, village);
    let projects = plan.of_unit(totals.projects, village);
    let project_fen = if projects == 0 { 0 } else { share(money, 0, OF_PROJECTS, 100) };
    let aided = aided(plan, village, plan.of_unit(totals.beneficiaries, village));
    let difficulties = plan.of_unit(totals.difficulties, village);
    let many = aided.len() as u64;
    let by_aid = if projects == 0 { difficulties } else { (difficulties * BY_AID / 10).min(many) };
    for (number, (who, members)) in (0..).zip(&aided) {
        let amount_fen = spread(money - project_fen, number, many, plan.seed, village.id);
        let and = if is_chosen(by_aid, number, many) { And::Resolved } else { And::Confirmed };
        let amount_fen = small(amount_fen);
        let step =
            Step::Aid { household: small(*who), unit: small(unit), members: *members, amount_fen, and };
        note(aid_time(draw), step);
        if draw.per_mille(UNCONFIRMED) {
            let and = And::Nothing;
            let more = Step::Aid { household: small(*who), unit: small(unit), members: 1, amount_fen, and };
            note(aid_time(draw), more);
        }
    }
    for number in 0..projects {
        let amount_fen = small(spread(project_fen, number, projects, plan.seed, village.id << 20));
        let solved = share(difficulties - by_aid, number, number + 1, projects);
        let difficulties = u8::try_from(solved).unwrap_or(u8::MAX);
        note(aid_time(draw), Step::Project { unit: small(unit), amount_fen, difficulties });
    }
}

/// A unit's households are divided among its dossiers, which are begun in the first year.
fn dossiers(plan: &Plan, village: &Unit, unit: u64, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    let volumes = plan.of_unit(plan.totals.dossiers, village);
    for volume in 0..volumes {
        let edge = |volume| village.first_household + share(village.households, 0, volume, volumes);
        let (first, next) = (edge(volume), edge(volume + 1));
        let (first, last) = (small(first), small(next.max(first + 1) - 1));
        note(working(draw, FIRST, (0, 330)), Step::Dossier { unit: small(unit), first, last });
    }
}

/// In the last weeks, behind all aid, a few households move, come and go.
fn turns(plan: &Plan, village: &Unit, unit: u64, draw: &mut Draw, note: &mut impl FnMut(u64, Step)) {
    for of in village.first_household..village.first_household + village.households {
        if let Some(turn) = plan.turn(of) {
            let step = Step::Turn { household: small(of), unit: small(unit), turn };
            note(working(draw, TURNING, (0, 50)), step);
        }
    }
}

/// Aid begins with the three enters, and ends early enough to be confirmed.
fn aid_time(draw: &mut Draw) -> u64 {
    working(draw, number(2009, 6, 1), (0, LAST - number(2009, 6, 1) - 180))
}

/// Returns the households of a unit that aid reaches, with the members it reaches: so many persons in all.
fn aided(plan: &Plan, village: &Unit, persons: u64) -> Vec<(u64, u8)> {
    let (mut left, step) = (persons, stride(village.households));
    let mut aided = Vec::new();
    for number in 0..village.households {
        if left == 0 {
            break;
        }
        let who = village.first_household + number * step % village.households;
        let members = plan.members(who).min(left);
        left -= members;
        aided.push((who, u8::try_from((1_u32 << members) - 1).unwrap_or(1)));
    }
    aided
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
    let mut draw =
        Draw::new(plan.seed, For::Item, town.seat << 1 | 1, minute << 8 | out.count(StreamKind::AID) & 255);
    let draw = &mut draw;
    match step {
        Step::Stay { .. } | Step::StayEnd { .. } | Step::StayCertified { .. } => {
            stay(plan, step, minute, draw, later, out);
        }
        Step::Pair { .. } | Step::Part { .. } => pair(plan, town, step, minute, draw, later, out),
        Step::Aid { .. } | Step::Receipt { .. } | Step::Difficulty { .. } => {
            deliver(plan, town, step, minute, draw, later, out);
        }
        Step::Project { .. } | Step::Verify { .. } | Step::Solved { .. } => {
            project(plan, town, step, minute, draw, later, out);
        }
        Step::Dossier { unit, first, last } => {
            let (first, last) = (household(first), household(last));
            let body = DossierOpened { unit: village(plan, unit), first, last, origin: None };
            let (dossier, _) = out.open(at(minute), body, DossierOpenedPersonal::default());
            later(working(draw, minute / DAY, (100, 300)), Step::Update { dossier });
        }
        Step::Update { dossier } => {
            let personal = DossierUpdatedPersonal { text: words::visit_note(*draw) };
            out.on(dossier, at(minute), DossierUpdated { origin: None }, personal);
            if minute / DAY + 300 < LAST && draw.per_mille(700) {
                later(working(draw, minute / DAY, (150, 280)), Step::Update { dossier });
            } else if minute / DAY + 100 < LAST && draw.per_mille(60) {
                later(working(draw, minute / DAY, (30, 90)), Step::Shelve { dossier });
            }
        }
        Step::Shelve { dossier } => {
            out.on(dossier, at(minute), DossierClosed { origin: None }, DossierClosedPersonal::default());
        }
        Step::Turn { .. } | Step::Return { .. } => turn(plan, town, step, minute, draw, later, out),
    }
}

fn turn(
    plan: &Plan,
    town: &Town,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    let moved = |from, to| HouseholdMoved { from, to, origin: None };
    match step {
        Step::Turn { household: of, unit, turn: Turn::Moves } => {
            let next = u64::from(unit) + 1;
            let next = if next < town.units.end { next } else { town.units.start };
            if next != u64::from(unit) {
                let body = moved(Some(village(plan, unit)), Some(village(plan, small(next))));
                out.on(household(of), at(minute), body, HouseholdMovedPersonal::default());
            }
        }
        Step::Turn { household: of, unit, turn: Turn::GoesAndReturns } => {
            let body = moved(Some(village(plan, unit)), None);
            out.on(household(of), at(minute), body, HouseholdMovedPersonal::default());
            later(working(draw, minute / DAY, (6, 20)), Step::Return { household: of, unit });
        }
        Step::Turn { household: of, unit, turn: Turn::Ends } => {
            let body = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
            out.on(household(of), at(minute), body, HouseholdClosedPersonal::default());
            let members = u8::try_from(draw.within(1, 5)).unwrap_or(1);
            let body = HouseholdRegistered { unit: village(plan, unit), code: None, members, origin: None };
            let personal =
                HouseholdRegisteredPersonal { name: words::person(*draw), contact: None, address: None };
            out.open(at(minute + 5), body, personal);
        }
        Step::Return { household: of, unit } => {
            let body = moved(None, Some(village(plan, unit)));
            out.on(household(of), at(minute), body, HouseholdMovedPersonal::default());
        }
        _ => {}
    }
}

fn team(plan: &Plan, number: u32) -> Staff {
    let found = plan.units.get(place(u64::from(number)));
    found.map_or(Staff { first: 1, count: 1 }, |unit| unit.team)
}

fn who(number: u32) -> OfficialId {
    official(u64::from(number))
}

fn village(plan: &Plan, number: u32) -> docket_domain::UnitId {
    unit(plan.units.get(place(u64::from(number))).map_or(1, |unit| unit.id))
}

fn stay(
    plan: &Plan,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    match step {
        Step::Stay { official, unit } => {
            let body = StayStarted { official: who(official), unit: village(plan, unit), origin: None };
            let (stay, _) = out.open(at(minute), body, NoPersonal);
            let nights = if draw.per_mille(750) { draw.within(7, 9) } else { draw.within(3, 6) };
            let ended = (minute / DAY + nights) * DAY + draw.within(14 * 60, 17 * 60);
            later(ended, Step::StayEnd { stay, official, unit });
        }
        Step::StayEnd { stay, official, unit } => {
            out.on(stay, at(minute), StayEnded { official: who(official), origin: None }, NoPersonal);
            if draw.per_mille(950) {
                later(minute + draw.within(10, 50), Step::StayCertified { stay, unit });
            }
        }
        Step::StayCertified { stay, unit } => {
            let by = crate::out::official(team(plan, unit).nth(2));
            out.on(stay, at(minute), StayCertified { by, origin: None }, NoPersonal);
        }
        _ => {}
    }
}

fn pair(
    plan: &Plan,
    town: &Town,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    match step {
        Step::Pair { official, household: of } => {
            let body = PairingEstablished { official: who(official), household: household(of), origin: None };
            let (pairing, _) = out.open(at(minute), body, NoPersonal);
            if draw.per_mille(60) && minute / DAY + 400 < LAST {
                let parted = working(draw, minute / DAY, (120, 380));
                later(parted, Step::Part { pairing, official, household: of });
            }
        }
        Step::Part { pairing, official, household: of } => {
            let reason = PairingEndReason::OutOfPoverty;
            let body = PairingEnded { official: who(official), reason, origin: None };
            out.on(pairing, at(minute), body, PairingEndedPersonal::default());
            // Most find another household; some leave it at that.
            if draw.per_mille(800) {
                let households = (town.households.end - town.households.start).max(1);
                let next = (u64::from(of) - town.households.start + 29) % households;
                let next = plan.staying(town.households.start + next, &town.households);
                let next = Step::Pair { official, household: small(next) };
                later(working(draw, minute / DAY, (3, 20)), next);
            }
        }
        _ => {}
    }
}

fn deliver(
    plan: &Plan,
    town: &Town,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    match step {
        Step::Aid { household: to, unit, members, amount_fen, and } => {
            let kinds = AidKind::ALL;
            let kind = usize::try_from(draw.below(kinds.len() as u64)).ok().and_then(|kind| kinds.get(kind));
            // Cash that is not an amount is none.
            let kind = kind.copied().filter(|_| amount_fen > 0).unwrap_or(AidKind::Labour);
            let body = AidDelivered {
                household: household(to),
                unit: village(plan, unit),
                by: official(team(plan, unit).nth(draw.within(1, 3))),
                kind,
                amount_fen: u64::from(amount_fen),
                voucher: words::label(&format!("A-{:08}", out.count(StreamKind::AID) + 1)),
                members: u32::from(members),
                origin: None,
            };
            let (aid, _) = out.open(at(minute), body, AidDeliveredPersonal::default());
            if and != And::Nothing {
                let is_difficulty = and == And::Resolved;
                let confirmed = working(draw, minute / DAY, (1, 25));
                later(confirmed, Step::Receipt { aid, household: to, is_difficulty });
            }
        }
        Step::Receipt { aid, household: to, is_difficulty } => {
            let seat = plan.seat(town.seat).map(|seat| official(seat.officials.nth(2)));
            let by = seat.filter(|_| draw.per_mille(300));
            let body = AidReceiptConfirmed { household: household(to), by, origin: None };
            out.on(aid, at(minute), body, NoPersonal);
            if is_difficulty {
                later(working(draw, minute / DAY, (5, 60)), Step::Difficulty { aid, household: to });
            }
        }
        Step::Difficulty { aid, household: to } => {
            let body =
                DifficultyResolved { kind: difficulty(draw), project: None, aid: Some(aid), origin: None };
            out.on(household(to), at(minute), body, DifficultyResolvedPersonal::default());
        }
        _ => {}
    }
}

fn difficulty(draw: &mut Draw) -> DifficultyKind {
    let kinds = DifficultyKind::ALL;
    let kind = usize::try_from(draw.below(kinds.len() as u64)).ok().and_then(|kind| kinds.get(kind));
    kind.copied().unwrap_or(DifficultyKind::Other)
}

fn project(
    plan: &Plan,
    town: &Town,
    step: Step,
    minute: u64,
    draw: &mut Draw,
    later: &mut impl FnMut(u64, Step),
    out: &mut Out,
) {
    match step {
        Step::Project { unit, amount_fen, difficulties } => {
            let matter = words::matter(draw).0;
            let body = ProjectStarted {
                unit: village(plan, unit),
                by: official(team(plan, unit).nth(draw.within(0, 3))),
                name: words::label(matter),
                budget_fen: u64::from(amount_fen) / 1_000 * 1_000 + draw.below(50) * 1_000,
                origin: None,
            };
            let (project, _) = out.open(at(minute), body, NoPersonal);
            let verified = working(draw, minute / DAY, (30, 140));
            later(verified, Step::Verify { project, unit, amount_fen, difficulties });
        }
        Step::Verify { project, unit, amount_fen, difficulties } => {
            let by = plan.seat(town.seat).map_or(1, |seat| seat.officials.nth(2));
            let body = ProjectVerified {
                by: official(by),
                spent_fen: u64::from(amount_fen),
                beneficiaries: small(draw.within(5, 400)),
                origin: None,
            };
            out.on(project, at(minute), body, NoPersonal);
            if difficulties > 0 {
                let solved = working(draw, minute / DAY, (1, 20));
                later(solved, Step::Solved { project, unit, difficulties });
            }
        }
        Step::Solved { project, unit, difficulties } => {
            let Some(village) = plan.units.get(place(u64::from(unit))) else { return };
            let row = village.first_household..village.first_household + village.households;
            let from = row.start + draw.below(village.households);
            // Each of another household.
            let solved = (from..row.end).chain(row.start..from).filter(|of| plan.turn(*of).is_none());
            for of in solved.take(usize::from(difficulties)) {
                let kind = difficulty(draw);
                let body = DifficultyResolved { kind, project: Some(project), aid: None, origin: None };
                out.on(household(small(of)), at(minute), body, DifficultyResolvedPersonal::default());
            }
        }
        _ => {}
    }
}
