//! `docket household`.

use clap::Subcommand;
use docket_domain::{
    Act, Day, HouseholdAbsent, HouseholdAbsentPersonal, HouseholdCloseReason, HouseholdClosed,
    HouseholdClosedPersonal, HouseholdId, HouseholdMoved, HouseholdMovedPersonal, HouseholdRegistered,
    HouseholdRegisteredPersonal, Label, UnitId, View as _,
};
use serde_json::{Value, json};

use crate::{
    deed::{Arg, Context, Personal, Recorded, deed},
    failure::Failure,
    list::{Listed, listing},
    output::Output,
    session::Place,
};

/// Keep the register of households
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter a household
    Add(Recorded<Add>),
    /// Note that a household moved
    Move(Recorded<Move>),
    /// Note that a household is away
    Absent(Recorded<Absent>),
    /// Take a household off the register
    Close(Recorded<Close>),
    /// List the households, without their names
    List(List),
}

deed! {
    struct Add ("household add") {
        /// The unit it belongs to
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// How many members it has, 1 to 32
        #[arg(long, default_value = "1")]
        #[serde(default = "one")]
        members: Arg<u8>,
        /// Its number in the household register
        #[arg(long)]
        code: Option<Arg<Label>>,
        /// The name of its head: a personal value
        #[arg(long)]
        name: Option<Personal>,
        /// How to reach it: a personal value
        #[arg(long)]
        contact: Option<Personal>,
        /// Where it lives: a personal value
        #[arg(long)]
        address: Option<Personal>,
    }
    act |deed, context| {
        let body = HouseholdRegistered {
            unit: deed.unit.0,
            code: deed.code.map(|code| code.0),
            members: deed.members.0,
            origin: context.origin.clone(),
        };
        let personal = HouseholdRegisteredPersonal {
            name: Personal::text(deed.name),
            contact: Personal::text(deed.contact),
            address: Personal::text(deed.address),
        };
        Act::open(body, personal)
    }
}

fn one() -> Arg<u8> {
    Arg(1)
}

deed! {
    struct Move ("household move") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit it belonged to [default: the one it belongs to now]
        #[arg(long, value_name = "U-N")]
        from: Option<Arg<UnitId>>,
        /// The unit it belongs to from then on [default: none, it moved away]
        #[arg(long, value_name = "U-N")]
        to: Option<Arg<UnitId>>,
        /// Where it lives now: a personal value
        #[arg(long)]
        address: Option<Personal>,
    }
    act |deed, context| {
        let household = deed.household.0;
        let from = match deed.from {
            Some(from) => Some(from.0),
            None => context.home(household)?,
        };
        let body =
            HouseholdMoved { from, to: deed.to.map(|to| to.0), origin: context.origin.clone() };
        Act::on(household, body, HouseholdMovedPersonal { address: Personal::text(deed.address) })
    }
}

deed! {
    struct Absent ("household absent") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The first day away
        #[arg(long, value_name = "DAY")]
        from: Arg<Day>,
        /// The last day away, as far as is known
        #[arg(long, value_name = "DAY")]
        until: Option<Arg<Day>>,
        /// Why, in words: a personal value
        #[arg(long)]
        reason: Option<Personal>,
    }
    act |deed, context| {
        let body = HouseholdAbsent {
            from: deed.from.0,
            until: deed.until.map(|until| until.0),
            origin: context.origin.clone(),
        };
        let personal = HouseholdAbsentPersonal { reason: Personal::text(deed.reason) };
        Act::on(deed.household.0, body, personal)
    }
}

deed! {
    struct Close ("household close") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// joined, extinct, duplicate or other
        #[arg(long)]
        reason: Arg<HouseholdCloseReason>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = HouseholdClosed { reason: deed.reason.0, origin: context.origin.clone() };
        let personal = HouseholdClosedPersonal { reason: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}

listing! {
    /// List the households, without their names
    struct List ("household": HOUSEHOLD) by unit: OfUnit;
    states state { "on-register", "moved-away", "closed" }
    each |states, asked, take| {
        let today = states.zone().day_of(asked.until);
        for (id, household) in states.households() {
            let state = match (household.end(), household.unit) {
                (Some(_), _) => "closed",
                (None, None) => "moved-away",
                (None, Some(_)) => "on-register",
            };
            let away = household.absences().iter().any(|absence| absence.overlaps(today, Some(today)));
            let visits = household.visits.newest_first().count();
            take(Listed {
                state: Some(state),
                unit: household.unit,
                household: Some(id),
                more: vec![
                    ("members", json!(household.members)),
                    ("visits", json!(visits)),
                    ("last_visit", json!(household.visits.last().map(|visit| visit.day.to_string()))),
                    ("absent", if away { json!(true) } else { Value::Null }),
                ],
                ..Listed::new(id, household.registered(), household.record())
            });
        }
    }
}

impl Context<'_> {
    /// Returns the unit that a household belongs to. In a table it must be named: a row must mean the same whenever it
    /// is read.
    pub(crate) fn home(&mut self, household: HouseholdId) -> Result<Option<UnitId>, Failure> {
        if self.is_import {
            return Err(Failure::usage("the unit is not named"));
        }
        let states = self.office.states_of(&[household.stream()])?;
        Ok(states.household(household).and_then(|household| household.unit))
    }
}

impl Context<'_> {
    /// Returns the unit of a field: the one that is named, or else the one that a household belongs to.
    pub(crate) fn unit_of(
        &mut self,
        household: HouseholdId,
        named: Option<Arg<UnitId>>,
    ) -> Result<UnitId, Failure> {
        if let Some(Arg(unit)) = named {
            return Ok(unit);
        }
        let home = self.home(household)?;
        home.ok_or_else(|| {
            Failure::usage(format!("{household} belongs to no unit")).hint("name a unit with unit")
        })
    }
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Add(add) => add.run(place, output),
        Verb::Move(moved) => moved.run(place, output),
        Verb::Absent(absent) => absent.run(place, output),
        Verb::Close(close) => close.run(place, output),
        Verb::List(list) => list.run(place, output),
    }
}
