//! The registers: rules, units, officials with their offices and branches, households.

use docket_domain::{
    BranchMembershipChanged, HouseholdRegistered, HouseholdRegisteredPersonal, NoPersonal, Office,
    OfficialAppointed, OfficialRegistered, OfficialRegisteredPersonal, PublicText, RuleSet, RulesAdopted,
    Timestamp, UnitId, UnitLevel, UnitRegistered,
};

use crate::{
    days::{DAY, FIRST, moment, on},
    draw::{Draw, For},
    out::{Out, official, unit},
    plan::{CITY, Plan, Seat, Staff, Town, Unit, place},
    words,
};

/// The rules of the source's time.
const RULES: &str = "cn-2005";
/// Before noon.
const MORNING: u64 = 9 * 60;
/// The day after the last on which households are registered.
const REGISTERED: u64 = FIRST - 2;
/// The first of those days.
const HOUSEHOLDS_FROM: u64 = 4;

/// Adopts the rules: the first event of all.
pub(crate) fn rules(out: &mut Out) {
    let text = RuleSet::shipped(RULES).unwrap_or_default();
    let Ok(text) = PublicText::new(text) else { return };
    out.begin(MORNING, None);
    out.open(on(0), RulesAdopted { text, in_force_from: Timestamp(moment(0)) }, NoPersonal);
}

/// Registers all units: those above the villages, villages and communities, and the branch of each where officials of no
/// rank of their own belong to.
pub(crate) fn units(plan: &Plan, out: &mut Out) {
    out.begin(MORNING + 10, None);
    for (number, seat) in (1..).zip(&plan.seats) {
        let parent = seat.parent.map(|parent| unit(parent + 1));
        register(plan, out, seat.level, parent, number);
    }
    for village in &plan.units {
        register(plan, out, village.level, seat_of(plan, village.town), village.id);
    }
    for of in with_branch(plan).chain(plan.units.iter().map(|village| village.id)) {
        let number = out.count(docket_domain::StreamKind::UNIT) + 1;
        register(plan, out, UnitLevel::Branch, Some(unit(of)), number);
    }
    for number in old_offices(plan) {
        register(plan, out, UnitLevel::Department, Some(unit(CITY + 1)), number);
    }
}

/// Returns the numbers of the seats whose officials have a branch.
fn with_branch(plan: &Plan) -> impl Iterator<Item = u64> {
    (1..).zip(&plan.seats).filter(|(_, seat)| has_branch(seat)).map(|(number, _)| number)
}

/// Returns the ids of two offices that the city had before, and that end in the first winter: the last of all units.
pub(crate) fn old_offices(plan: &Plan) -> [u64; 2] {
    let branches = with_branch(plan).count() + plan.units.len();
    let others = (plan.seats.len() + plan.units.len() + branches) as u64;
    [others + 1, others + 2]
}

fn register(plan: &Plan, out: &mut Out, level: UnitLevel, parent: Option<UnitId>, number: u64) {
    let mut draw = Draw::new(plan.seed, For::Item, 0, number);
    let place = words::place(&mut draw);
    let name = match level {
        UnitLevel::Village => format!("{place} Village"),
        UnitLevel::Community => format!("{place} Community"),
        UnitLevel::Town => format!("{place} Town"),
        UnitLevel::District => format!("{place} District"),
        UnitLevel::City => format!("{place} City"),
        UnitLevel::Department => format!("{place} Petition Office"),
        UnitLevel::Branch => format!("{place} Branch"),
    };
    let body = UnitRegistered {
        level,
        parent,
        name: words::label(&name),
        code: Some(words::label(&format!("N-{number:05}"))),
        origin: None,
    };
    out.open(on(0), body, NoPersonal);
}

/// Returns the unit of a town.
pub(crate) fn seat_of(plan: &Plan, town: u64) -> Option<UnitId> {
    plan.towns.get(place(town)).map(|town| unit(town.seat + 1))
}

/// Says whether officials of a seat have a branch: leaders of city and district stand for themselves.
pub(crate) fn has_branch(seat: &Seat) -> bool {
    matches!(seat.level, UnitLevel::Town | UnitLevel::Department)
}

/// The rank of an official: their place among their unit's, and the unit's level, say which.
pub(crate) fn rank(plan: &Plan, level: UnitLevel, number: u64) -> u16 {
    match level {
        // 30 leaders of the whole city, and at least one.
        UnitLevel::City if number <= plan.totals.officials / 10_000 => 1,
        UnitLevel::City => 2,
        UnitLevel::District if number < 12 => 2,
        UnitLevel::District => 3,
        _ => 9,
    }
}

/// Registers all officials, with the office each holds and the branch each belongs to.
pub(crate) fn officials(plan: &Plan, out: &mut Out) {
    out.begin(DAY + MORNING, None);
    let mut branch = plan.seats.len() as u64 + plan.units.len() as u64;
    for (number, seat) in (1..).zip(&plan.seats) {
        branch += u64::from(has_branch(seat));
        let of = has_branch(seat).then(|| unit(branch));
        staff(plan, out, unit(number), seat.level, seat.officials, of);
    }
    for village in &plan.units {
        branch += 1;
        staff(plan, out, unit(village.id), village.level, village.team, Some(unit(branch)));
    }
}

fn staff(plan: &Plan, out: &mut Out, of: UnitId, level: UnitLevel, staff: Staff, branch: Option<UnitId>) {
    let in_village = matches!(level, UnitLevel::Village | UnitLevel::Community);
    for number in 0..staff.count {
        let rank = Some(rank(plan, level, number));
        let name = words::person(Draw::new(plan.seed, For::Official, staff.first + number, 0));
        let body = OfficialRegistered { unit: of, rank, code: None, origin: None };
        let (id, _) = out.open(on(1), body, OfficialRegisteredPersonal { name, contact: None });
        let office = match number {
            0 => Office::Secretary,
            1..=6 if in_village => Office::TeamMember,
            1..=4 => Office::TeamMember,
            _ => Office::Staff,
        };
        out.on(id, on(1), OfficialAppointed { unit: of, office, rank: None, origin: None }, NoPersonal);
        if branch.is_some() {
            out.on(id, on(1), BranchMembershipChanged { branch, origin: None }, NoPersonal);
        }
    }
}

/// Registers the households of a town: its clerk does.
pub(crate) fn households(plan: &Plan, town: &Town, out: &mut Out) {
    let days = REGISTERED - HOUSEHOLDS_FROM;
    // Towns one after the other, so that neighbours have neighbouring numbers.
    let minute = town.households.end * days * DAY / plan.totals.households.max(1);
    let minute = HOUSEHOLDS_FROM * DAY + minute;
    let Some(clerk) = clerk(plan, town) else { return };
    out.begin(minute, Some(official(clerk)));
    for village in town.units.clone().filter_map(|unit| plan.units.get(place(unit))) {
        for number in village.first_household..village.first_household + village.households {
            household(plan, village, number, minute, out);
        }
    }
}

fn household(plan: &Plan, village: &Unit, number: u64, minute: u64, out: &mut Out) {
    let body = HouseholdRegistered {
        unit: unit(village.id),
        code: None,
        members: u8::try_from(plan.members(number)).unwrap_or(1),
        origin: None,
    };
    let name = words::person(Draw::new(plan.seed, For::Household, number, 1));
    let personal = HouseholdRegisteredPersonal { name, contact: None, address: None };
    out.open(on(minute / DAY - 1), body, personal);
}

/// Returns the official who records what happens in a town.
pub(crate) fn clerk(plan: &Plan, town: &Town) -> Option<u64> {
    plan.seat(town.seat).map(|seat| seat.officials.nth(1))
}

/// Returns the officials of the city.
pub(crate) fn city(plan: &Plan) -> Option<Staff> {
    plan.seat(CITY).map(|seat| seat.officials)
}
