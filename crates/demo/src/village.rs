//! What happens in a village or community: receptions, visits, and the cases that come of them.

use docket_domain::{
    AttemptReason, CaseId, Channel, DiaryEntryWritten, DiaryEntryWrittenPersonal, HouseholdAbsent,
    HouseholdAbsentPersonal, HouseholdId, NoPersonal, Office, OfficialAppointed, OfficialLeft,
    PersonReceived, PersonReceivedPersonal, ReceptionCancelReason, ReceptionCancelled,
    ReceptionCancelledPersonal, ReceptionHeld, VisitAttempted, VisitAttemptedPersonal, VisitMade,
    VisitMadePersonal,
};

use crate::{
    care::TURNING,
    case::{Desk, Open, Raised, Step},
    days::{
        DAY, FIRST, LAST, QUARTER_COUNT, WEEKS, at, day as civil_day, days_of_quarter, quarter,
        visiting_days, weekday,
    },
    draw::{Draw, For},
    out::{Out, official, unit},
    plan::{Plan, Town, Unit, place},
    share::{is_chosen, spread},
    words,
};

/// A unit as it lives on.
#[derive(Debug, Default)]
pub(crate) struct Village {
    /// The weeks in which people are received.
    held: Vec<u64>,
    /// How many of them are over.
    over: u64,
    week: Week,
    visits: Round,
    /// Cases registered, and visits made.
    cases: u64,
    made: u64,
    /// The case that another may be merged into.
    target: Option<CaseId>,
}

/// What is planned for a week.
#[derive(Clone, Copy, Debug, Default)]
struct Week {
    /// The weekday of the reception, if there is one.
    reception: Option<u64>,
    persons: u64,
    /// Cases that people raise at the reception, and on each weekday.
    at_reception: u64,
    cases: [u64; 7],
}

/// The way through all households in a quarter.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    quarter: Option<u64>,
    /// The next household to look at.
    next: u64,
    /// Visits of the quarter.
    all: u64,
    /// Visiting days that are over.
    days: u64,
}

/// Of a thousand weeks so many go by without a reception, and of those around the Spring Festival.
const MISSED: u64 = 55;
const MISSED_FESTIVAL: u64 = 500;
const FESTIVALS: [u64; 4] = [11, 12, 67, 118];
/// The longest way through visits of a day, in minutes.
const VISITING: u64 = 9 * 60;

/// Returns who is the unit's secretary on a day: in some, the next of the team follows in the course of time.
pub(crate) fn secretary(plan: &Plan, village: &Unit, day: u64) -> u64 {
    let has_changed = succession(plan, village).is_some_and(|from| day >= from);
    village.team.nth(u64::from(has_changed))
}

/// Returns the Monday on which a unit gets another secretary, if it does.
pub(crate) fn succession(plan: &Plan, village: &Unit) -> Option<u64> {
    let mut draw = Draw::new(plan.seed, For::Team, village.id, 1);
    draw.per_mille(80).then(|| FIRST + 7 * draw.within(20, 120))
}

/// The next of the team becomes secretary, and the one before goes to the town.
fn succeed(town: &Town, village: &Unit, day: u64, out: &mut Out) {
    let (before, next) = (official(village.team.nth(0)), official(village.team.nth(1)));
    let (of, at) = (unit(village.id), at(day * DAY + 8 * 60));
    let body = OfficialAppointed { unit: of, office: Office::Secretary, rank: None, origin: None };
    out.on(next, at, body, NoPersonal);
    out.on(before, at, OfficialLeft { unit: Some(of), origin: None }, NoPersonal);
    let body =
        OfficialAppointed { unit: unit(town.seat + 1), office: Office::Staff, rank: None, origin: None };
    out.on(before, at, body, NoPersonal);
}

impl Village {
    pub(crate) fn new(plan: &Plan, village: &Unit) -> Self {
        let held = (0..WEEKS).filter(|week| {
            let share = if FESTIVALS.contains(week) { MISSED_FESTIVAL } else { MISSED };
            !Draw::new(plan.seed, For::Week, village.id, *week).per_mille(share)
        });
        Self { held: held.collect(), ..Self::default() }
    }

    pub(crate) fn target(&mut self) -> &mut Option<CaseId> {
        &mut self.target
    }

    /// Puts down a day.
    pub(crate) fn day(
        &mut self,
        plan: &Plan,
        town: &Town,
        number: u64,
        day: u64,
        later: &mut impl FnMut(u64, Open, Step),
        out: &mut Out,
    ) {
        let Some(village) = plan.units.get(place(number)) else { return };
        if weekday(day) == 0 {
            self.plan_week(plan, village, day, out);
        }
        if succession(plan, village) == Some(day) {
            succeed(town, village, day, out);
        }
        let mut raised = Vec::new();
        if self.week.reception == Some(weekday(day)) {
            self.receive(plan, village, day, &mut raised, out);
        }
        let made = self.visit(plan, village, day, out);
        let cases = usize::try_from(weekday(day)).ok().and_then(|day| self.week.cases.get(day)).copied();
        for case in 0..cases.unwrap_or(0) {
            raised.push(elsewhere(plan, village, day, case, made.get(place(case)).copied()));
        }
        let unit = u32::try_from(number).unwrap_or(u32::MAX);
        let mut desk = Desk { plan, town, target: &mut self.target, later, out };
        for case in raised {
            desk.register(unit, self.cases, case);
            self.cases += 1;
        }
    }

    fn plan_week(&mut self, plan: &Plan, village: &Unit, day: u64, out: &mut Out) {
        let week = (day - FIRST) / 7;
        let mut draw = Draw::new(plan.seed, For::Week, village.id, week | 1 << 32);
        // The last week ends on a Thursday.
        let last = if day + 6 > LAST { LAST - day } else { 5 };
        self.week = Week::default();
        let mut cases = spread(plan.of_unit(plan.totals.issues, village), week, WEEKS, plan.seed, village.id);
        if self.held.get(place(self.over)) == Some(&week) {
            let (persons, weeks) =
                (plan.of_unit(plan.totals.persons_received, village), self.held.len() as u64);
            self.week.persons = spread(persons, self.over, weeks, plan.seed, village.id | 1 << 40);
            self.week.reception = Some(draw.within(0, last.min(4)));
            self.week.at_reception = (cases * 6).div_ceil(10).min(self.week.persons);
            cases -= self.week.at_reception;
            self.over += 1;
        } else if draw.per_mille(400) {
            let body = ReceptionCancelled {
                week: civil_day(day).iso_week(),
                reason: if FESTIVALS.contains(&week) {
                    ReceptionCancelReason::Holiday
                } else {
                    ReceptionCancelReason::Emergency
                },
                origin: None,
            };
            let personal = ReceptionCancelledPersonal::default();
            out.on(unit(village.id), at(day * DAY + 9 * 60), body, personal);
        }
        for _ in 0..cases {
            if let Some(slot) = self.week.cases.get_mut(place(draw.within(0, last))) {
                *slot += 1;
            }
        }
    }

    fn receive(&mut self, plan: &Plan, village: &Unit, day: u64, raised: &mut Vec<Raised>, out: &mut Out) {
        let mut draw = Draw::new(plan.seed, For::Reception, village.id, day);
        let persons = self.week.persons;
        let begun = day * DAY + draw.within(8 * 60 + 20, 9 * 60 + 40);
        let each = (180 / persons.max(1)).clamp(3, 20);
        let body = ReceptionHeld {
            by: official(secretary(plan, village, day)),
            substitute: false,
            minutes: u16::try_from(each * persons + draw.within(20, 90)).ok(),
            origin: None,
        };
        let reception = out.on(unit(village.id), at(begun), body, NoPersonal);
        for person in 0..persons {
            let minute = begun + each * person + draw.below(3);
            let personal = PersonReceivedPersonal {
                name: None,
                contact: None,
                text: words::said(Draw::new(plan.seed, For::Person, village.id << 32 | day, person)),
            };
            let body = PersonReceived { reception, origin: None };
            let record = out.on(unit(village.id), at(minute), body, personal);
            if person < self.week.at_reception {
                raised.push(Raised { channel: Channel::Reception, record: Some(record), minute: minute + 3 });
            }
        }
    }

    /// Visits the households whose turn it is. Returns the first records with their minutes.
    fn visit(&mut self, plan: &Plan, village: &Unit, day: u64, out: &mut Out) -> Vec<(u64, u64)> {
        let now = quarter(day);
        if self.visits.quarter != Some(now) {
            let all = (0..village.households)
                .filter(|number| plan.is_visited(village.first_household + number, now))
                .count() as u64;
            self.visits = Round { quarter: Some(now), next: 0, all, days: 0 };
        }
        if weekday(day) == 6 {
            return Vec::new();
        }
        let (first, next) = days_of_quarter(now);
        let days = visiting_days(first, next);
        let many = spread(self.visits.all, self.visits.days, days, plan.seed, village.id << 8 | now);
        self.visits.days += 1;
        let mut made = Vec::new();
        let mut slots = Slots::new(plan, village, day, many);
        for _ in 0..many {
            let Some(household) = self.next_household(plan, village, day, &mut slots, out) else { break };
            let slot = slots.next();
            let record = enter(plan, village, household, &slot, out);
            let (pages, visits) =
                (plan.of_unit(plan.totals.diary_pages, village), plan.of_unit(plan.totals.visits, village));
            if is_chosen(pages, self.made, visits) {
                write(plan, household, &slot, record, out);
            }
            self.made += 1;
            made.push((record, slot.minute + slot.minutes));
        }
        made
    }

    /// Goes on to the next household that is visited in the quarter. Those that never are, are tried on the way.
    fn next_household(
        &mut self,
        plan: &Plan,
        village: &Unit,
        day: u64,
        slots: &mut Slots,
        out: &mut Out,
    ) -> Option<u64> {
        let now = quarter(day);
        while self.visits.next < village.households {
            let household = village.first_household + self.visits.next;
            self.visits.next += 1;
            if plan.is_visited(household, now) {
                return Some(household);
            }
            if plan.is_never_visited(household) {
                try_at(plan, village, household, day, slots, out);
            }
        }
        None
    }
}

/// Puts down a visit with its note.
fn enter(plan: &Plan, village: &Unit, household: u64, slot: &Slot, out: &mut Out) -> u64 {
    let body = VisitMade {
        unit: unit(village.id),
        by: official(slot.by),
        companions: slot.companion.map(official).into_iter().collect(),
        minutes: u16::try_from(slot.minutes).ok(),
        origin: None,
    };
    let note = words::visit_note(Draw::new(plan.seed, For::Visit, household, slot.minute));
    out.on(id(household), at(slot.minute), body, VisitMadePersonal { text: note })
}

/// Puts down a page of the diary about a visit.
fn write(plan: &Plan, household: u64, slot: &Slot, record: u64, out: &mut Out) {
    let body = DiaryEntryWritten {
        about: Some(record),
        household: Some(id(household)),
        unit: None,
        pages: 1,
        origin: None,
    };
    let text = words::diary(Draw::new(plan.seed, For::Visit, household, slot.minute | 1 << 32));
    let evening = (slot.minute / DAY) * DAY + 17 * 60 + 30;
    out.on(official(slot.by), at(evening), body, DiaryEntryWrittenPersonal { text });
}

fn id(household: u64) -> HouseholdId {
    HouseholdId::new(household + 1).expect("counted from 1")
}

/// Nobody opens. After a year of that the household counts as away, or some of them do.
fn try_at(plan: &Plan, village: &Unit, household: u64, day: u64, slots: &mut Slots, out: &mut Out) {
    if day >= TURNING && plan.turn(household).is_some() {
        return;
    }
    let now = quarter(day);
    let mut draw = Draw::new(plan.seed, For::Household, household, 2 + now);
    if now < QUARTER_COUNT && draw.per_mille(350) {
        let slot = slots.next();
        let reason = if draw.per_mille(900) { AttemptReason::NobodyHome } else { AttemptReason::Refused };
        let body = VisitAttempted { unit: unit(village.id), by: official(slot.by), reason, origin: None };
        out.on(id(household), at(slot.minute), body, VisitAttemptedPersonal::default());
    }
    let is_away = now == 4 && draw.per_mille(400);
    if is_away {
        let body = HouseholdAbsent { from: civil_day(day), until: None, origin: None };
        out.on(id(household), at(day * DAY + 17 * 60), body, HouseholdAbsentPersonal::default());
    }
}

/// Returns how a case comes in that nobody raised at a reception: often at a visit of the day.
fn elsewhere(plan: &Plan, village: &Unit, day: u64, number: u64, visit: Option<(u64, u64)>) -> Raised {
    let mut draw = Draw::new(plan.seed, For::Day, village.id << 8 | number, day);
    match visit {
        Some((record, minute)) if draw.per_mille(800) => {
            Raised { channel: Channel::Visit, record: Some(record), minute }
        }
        _ => {
            let channel = match draw.below(10) {
                0..=3 => Channel::Letter,
                4..=7 => Channel::Hotline,
                8 => Channel::Online,
                _ => Channel::Other,
            };
            Raised { channel, record: None, minute: day * DAY + draw.within(9 * 60, 17 * 60) }
        }
    }
}

/// When a visit begins, how long it takes and who goes.
struct Slot {
    minute: u64,
    minutes: u64,
    by: u64,
    companion: Option<u64>,
}

/// The members of a team go out one after the other, and again: nobody is in two houses at once.
struct Slots {
    begun: u64,
    members: u64,
    first: u64,
    /// The time from one visit of a member to the next.
    every: u64,
    many: u64,
    number: u64,
    draw: Draw,
}

impl Slots {
    fn new(plan: &Plan, village: &Unit, day: u64, many: u64) -> Self {
        let mut draw = Draw::new(plan.seed, For::VisitDay, village.id, day);
        // The secretary stays in the office, where people come.
        let members = village.team.count - 1;
        // Some houses are tried in vain on the way.
        let each = (many + 3).div_ceil(members) + 1;
        let every = (VISITING / each).min(90);
        let begun = day * DAY + draw.within(8 * 60 + 10, 8 * 60 + 50);
        Self { begun, members, first: village.team.first + 1, every, many, number: 0, draw }
    }

    fn next(&mut self) -> Slot {
        let (turn, member) = (self.number / self.members, self.number % self.members);
        let late = self.draw.below((self.every / 3).max(1));
        let minutes = (self.every / 2).clamp(3, self.every.max(3));
        let minutes = minutes.saturating_sub(self.draw.below(minutes / 2 + 1)).max(3);
        // Whoever has nothing else to do goes along now and then.
        let is_idle = self.many + 3 < self.members && turn == 0;
        let companion = (is_idle && self.draw.per_mille(150)).then(|| self.first + self.members - 1);
        let slot = Slot {
            minute: self.begun + turn * self.every + late,
            minutes,
            by: self.first + member,
            companion,
        };
        self.number += 1;
        Slot { companion: slot.companion.filter(|other| *other != slot.by), ..slot }
    }
}
