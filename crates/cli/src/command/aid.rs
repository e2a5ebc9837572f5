//! `docket aid`.

use docket_domain::{
    Act, AidDelivered, AidDeliveredPersonal, AidId, AidKind, AidReceiptConfirmed, HouseholdId, Label,
    NoPersonal, OfficialId, UnitId,
};
use serde_json::json;

use crate::{
    deed::{Arg, Members, Personal, Yuan, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record aid to households and its receipt
    pub(crate) enum Verb {
        /// Note that aid was handed to a household
        Deliver,
        /// Confirm that aid was received: only then it counts
        Confirm,
    }
    and {
        /// List the deliveries of aid
        List,
    }
}

listing! {
    /// List the deliveries of aid
    struct List ("aid": AID) by unit: OfUnit, official: OfOfficial, household: OfHousehold;
    states state { "delivered", "confirmed" }
    each |states, _asked, take| {
        for (id, aid) in states.aids() {
            take(Listed {
                state: Some(if aid.confirmed.is_some() { "confirmed" } else { "delivered" }),
                unit: Some(aid.unit),
                official: Some(aid.by),
                household: Some(aid.household),
                more: vec![("kind", json!(aid.kind.name())), ("amount_fen", json!(aid.amount_fen))],
                ..Listed::new(id, aid.delivered.occurred(), aid.delivered.record())
            });
        }
    }
}

deed! {
    struct Deliver ("aid deliver") {
        /// The household
        #[arg(long, value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit that gives
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Who handed it over [default: who records it]
        #[arg(long, value_name = "O-N")]
        deliverer: Option<Arg<OfficialId>>,
        /// cash, goods, medical, tuition, housing, labour or other
        #[arg(long)]
        kind: Arg<AidKind>,
        /// What it is worth, in yuan
        #[arg(long, value_name = "YUAN")]
        amount: Arg<Yuan>,
        /// The number of its voucher, which no other has
        #[arg(long)]
        voucher: Arg<Label>,
        /// The members it is for, by number: 1,2 [default: 1]
        #[arg(long, value_name = "LIST")]
        members: Option<Arg<Members>>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = AidDelivered { household: deed.household.0, unit: deed.unit.0, by: context.official("deliverer", deed.deliverer)?, kind: deed.kind.0, amount_fen: deed.amount.0.fen, voucher: deed.voucher.0, members: deed.members.map_or(1, |members| members.0.0), origin: context.origin.clone() };
        let personal = AidDeliveredPersonal { text: Personal::text(deed.text) };
        Act::open(body, personal)
    }
}

deed! {
    struct Confirm ("aid confirm") {
        /// The aid
        #[arg(value_name = "A-N")]
        aid: Arg<AidId>,
        /// The household that received it
        #[arg(long, value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The official who confirms it; not the deliverer [default: the household itself]
        #[arg(long, value_name = "O-N")]
        confirmer: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let body = AidReceiptConfirmed { household: deed.household.0, by: deed.confirmer.map(|confirmer| confirmer.0), origin: context.origin.clone() };
        Act::on(deed.aid.0, body, NoPersonal)
    }
}
