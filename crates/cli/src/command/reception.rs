//! `docket reception`.

use docket_domain::{
    Act, IsoWeek, NoPersonal, OfficialId, PersonReceived, PersonReceivedPersonal, ReceptionCancelReason,
    ReceptionCancelled, ReceptionCancelledPersonal, ReceptionHeld, UnitId,
};

use crate::deed::{Arg, Personal, deed, flag, verbs};

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
