//! `docket reception`.

use docket_domain::{
    Act, Event, EventBody as _, IsoWeek, NoPersonal, OfficialId, PersonReceived, PersonReceivedPersonal,
    ReceptionCancelReason, ReceptionCancelled, ReceptionCancelledPersonal, ReceptionHeld, StreamKind, UnitId,
    View as _,
};
use serde_json::{Value, json};

use crate::{
    deed::{Arg, Personal, deed, flag, verbs},
    failure::Failure,
    list::{Listed, OfOfficial, OfUnit, Query, Span},
    output::Output,
    session::Place,
};

verbs! {
    /// Record receptions and who came
    pub(crate) enum Verb {
        /// Note that a unit received people
        Hold,
        /// Note that a person came to a reception
        Person,
        /// Note that the reception of a week was cancelled
        Cancel,
    }
    and {
        /// List receptions, and how many came
        List,
    }
}

/// List receptions, and how many came
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    unit: OfUnit,
    #[command(flatten)]
    official: OfOfficial,
    #[command(flatten)]
    span: Span,
}

impl List {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let query = Query::new(&self.span).by(&self.unit).by(&self.official);
        let asked = query.open(&[StreamKind::UNIT], place, output)?;
        let types = [ReceptionHeld::TYPE];
        asked
            .write_events("reception", &types, None, output, |states, event, meta| {
                let Event::ReceptionHeld(held) = event else { return None };
                let unit = UnitId::from_stream(meta.stream)?;
                let day = states.zone().day_of(meta.occurred.at);
                let on_the_day = states.unit(unit).map(|unit| unit.receptions_on(day)).unwrap_or_default();
                let persons = on_the_day.iter().find(|other| other.record == meta.index)?.persons;
                Some(Listed {
                    unit: Some(unit),
                    official: Some(held.by),
                    more: vec![
                        ("persons", json!(persons)),
                        ("substitute", if held.substitute { json!(true) } else { Value::Null }),
                        ("minutes", json!(held.minutes)),
                    ],
                    ..Listed::new(meta.index, meta.occurred, meta.index)
                })
            })
            .map(drop)
    }
}

deed! {
    struct Hold ("reception hold") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Who received them [default: who records it]
        #[arg(long, value_name = "O-N")]
        receiver: Option<Arg<OfficialId>>,
        /// It was a substitute for the secretary
        #[arg(long)]
        #[serde(default, deserialize_with = "flag")]
        substitute: bool,
        /// How many minutes it lasted
        #[arg(long)]
        minutes: Option<Arg<u16>>,
    }
    act |deed, context| {
        let body = ReceptionHeld { by: context.official("receiver", deed.receiver)?, substitute: deed.substitute, minutes: deed.minutes.map(|minutes| minutes.0), origin: context.origin.clone() };
        Act::on(deed.unit.0, body, NoPersonal)
    }
}

deed! {
    struct Person ("reception person") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The record of the reception, of the same unit and day
        #[arg(long, value_name = "RECORD")]
        reception: Arg<u64>,
        /// Who came: a personal value
        #[arg(long)]
        name: Option<Personal>,
        /// How to reach them: a personal value
        #[arg(long)]
        contact: Option<Personal>,
        /// What they said: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = PersonReceived { reception: deed.reception.0, origin: context.origin.clone() };
        let personal = PersonReceivedPersonal { name: Personal::text(deed.name), contact: Personal::text(deed.contact), text: Personal::text(deed.text) };
        Act::on(deed.unit.0, body, personal)
    }
}

deed! {
    struct Cancel ("reception cancel") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The week, such as 2010-W07
        #[arg(long, value_name = "WEEK")]
        week: Arg<IsoWeek>,
        /// Why
        #[arg(long)]
        reason: Arg<ReceptionCancelReason>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ReceptionCancelled { week: deed.week.0, reason: deed.reason.0, origin: context.origin.clone() };
        let personal = ReceptionCancelledPersonal { reason: Personal::text(deed.text) };
        Act::on(deed.unit.0, body, personal)
    }
}
