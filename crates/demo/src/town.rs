//! What happens in a town, day by day, and when its clerk records it.

use crate::{
    agenda::Agenda,
    care,
    case::{self, Desk},
    clean,
    days::{DAY, FIRST, LAST, is_worked},
    draw::{Draw, For},
    out::{Out, official},
    plan::{Plan, Town, place},
    register::clerk,
    village::Village,
};

/// What is to be done in a town.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Todo {
    Clean(clean::Step),
    Care(care::Step),
    Case(case::Open, case::Step),
}

/// A town as it lives on.
#[derive(Debug)]
pub(crate) struct Life {
    /// The first day of which nothing is recorded.
    unrecorded: u64,
    agenda: Agenda<Todo>,
    villages: Vec<Village>,
}

impl Life {
    pub(crate) fn new(plan: &Plan, town: &Town) -> Self {
        let mut agenda = Agenda::default();
        clean::note(plan, town, &mut |minute, step| agenda.note(minute, Todo::Clean(step)));
        care::note(plan, town, &mut |minute, step| agenda.note(minute, Todo::Care(step)));
        let villages = town.units.clone().filter_map(|number| plan.units.get(place(number)));
        let villages = villages.map(|village| Village::new(plan, village)).collect();
        Self { unrecorded: FIRST, agenda, villages }
    }

    /// Records what happened since the clerk last did, if the clerk does on that day.
    pub(crate) fn record(&mut self, plan: &Plan, town: &Town, day: u64, minute: u64, out: &mut Out) {
        if !records(plan, town, day) {
            return;
        }
        let Some(clerk) = clerk(plan, town) else { return };
        out.begin(minute, Some(official(clerk)));
        for day in self.unrecorded..=day {
            self.day(plan, town, day, out);
        }
        self.unrecorded = day + 1;
    }

    fn day(&mut self, plan: &Plan, town: &Town, day: u64, out: &mut Out) {
        let Self { agenda, villages, .. } = self;
        for (number, village) in town.units.clone().zip(villages.iter_mut()) {
            let mut later = |minute, open, step| agenda.note(minute, Todo::Case(open, step));
            village.day(plan, town, number, day, &mut later, out);
        }
        while let Some((minute, todo)) = agenda.next_before((day + 1) * DAY) {
            match todo {
                Todo::Clean(step) => {
                    let mut later = |minute, step| agenda.note(minute, Todo::Clean(step));
                    clean::happen(plan, town, step, minute, &mut later, out);
                }
                Todo::Case(open, step) => {
                    let village = u64::from(open.unit).checked_sub(town.units.start);
                    let Some(village) = village.and_then(|at| villages.get_mut(place(at))) else { continue };
                    let later = |minute, open, step| agenda.note(minute, Todo::Case(open, step));
                    Desk { plan, town, target: village.target(), later, out }.happen(open, step, minute);
                }
                Todo::Care(step) => {
                    let mut later = |minute, step| agenda.note(minute, Todo::Care(step));
                    care::happen(plan, town, step, minute, &mut later, out);
                }
            }
        }
    }
}

/// Says whether the clerk of a town records on a day: on four of five working days, in some weeks on none.
fn records(plan: &Plan, town: &Town, day: u64) -> bool {
    if day == LAST {
        return true;
    }
    let is_idle = Draw::new(plan.seed, For::Session, town.seat, day / 7 * 2 + 1).per_mille(40);
    let share = if is_worked(day) { 800 } else { 100 };
    !is_idle && Draw::new(plan.seed, For::Session, town.seat, day * 2).per_mille(share)
}
