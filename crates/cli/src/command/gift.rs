//! `docket gift`.

use docket_domain::{
    Act, GiftHandedIn, GiftHandedInPersonal, GiftId, GiftKind, GiftReceipted, Label, Leniency,
    LeniencyDecided, NoPersonal, OfficialId,
};
use docket_projection::unit_of_official;
use serde_json::json;

use crate::{
    deed::{Arg, Personal, Yuan, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record gifts handed in, their receipts, and what was decided on them
    pub(crate) enum Verb {
        /// Note that an official handed in a gift
        HandIn,
        /// Give a receipt for a gift
        Receipt,
        /// Decide whether the official is treated leniently
        Decide,
    }
    and {
        /// List the gifts handed in
        List,
    }
}

listing! {
    /// List the gifts handed in
    struct List ("gift": GIFT, OFFICIAL) by unit: OfUnit, official: OfOfficial;
    states state { "handed-in", "receipted", "lenient", "strict" }
    each |states, _asked, take| {
        for (id, gift) in states.gifts() {
            let handed_in = gift.handed_in;
            let state = match (&gift.decision, &gift.receipt) {
                (Some(decision), _) => decision.decision.name(),
                (None, Some(_)) => "receipted",
                (None, None) => "handed-in",
            };
            let receipt = gift.receipt.as_ref().map(|receipt| receipt.number.as_str());
            take(Listed {
                state: Some(state),
                unit: unit_of_official(states, gift.official, handed_in.occurred()),
                official: Some(gift.official),
                more: vec![
                    ("kind", json!(gift.kind.name())),
                    ("amount_fen", json!(gift.amount_fen)),
                    ("receipt", json!(receipt)),
                ],
                ..Listed::new(id, handed_in.occurred(), handed_in.record())
            });
        }
    }
}

deed! {
    struct HandIn ("gift hand-in") {
        /// The official who hands it in
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// cash, securities, goods or other
        #[arg(long, default_value = "cash")]
        #[serde(default = "cash")]
        kind: Arg<GiftKind>,
        /// What it is worth, in yuan
        #[arg(long, value_name = "YUAN")]
        amount: Arg<Yuan>,
        /// Who gave it: a personal value
        #[arg(long)]
        giver: Option<Personal>,
        /// What it was for, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = GiftHandedIn {
            official: deed.official.0,
            kind: deed.kind.0,
            amount_fen: deed.amount.0.fen,
            origin: context.origin.clone(),
        };
        let personal =
            GiftHandedInPersonal { name: Personal::text(deed.giver), text: Personal::text(deed.text) };
        Act::open(body, personal)
    }
}

fn cash() -> Arg<GiftKind> {
    Arg(GiftKind::Cash)
}

deed! {
    struct Receipt ("gift receipt") {
        /// The gift
        #[arg(value_name = "G-N")]
        gift: Arg<GiftId>,
        /// The receipt's number, which no other has
        #[arg(long)]
        number: Arg<Label>,
        /// Who received it [default: who records it]
        #[arg(long, value_name = "O-N")]
        receiver: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let by = context.official("receiver", deed.receiver)?;
        let body = GiftReceipted { number: deed.number.0, by, origin: context.origin.clone() };
        Act::on(deed.gift.0, body, NoPersonal)
    }
}

deed! {
    struct Decide ("gift decide") {
        /// The gift
        #[arg(value_name = "G-N")]
        gift: Arg<GiftId>,
        /// lenient or strict
        #[arg(long)]
        decision: Arg<Leniency>,
        /// The record of the handing in, or of the receipt, on which the decision rests
        #[arg(long, value_name = "RECORD")]
        cites: Arg<u64>,
        /// Who decides [default: who records it]
        #[arg(long, value_name = "O-N")]
        decider: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let by = context.official("decider", deed.decider)?;
        let body = LeniencyDecided {
            decision: deed.decision.0,
            cites: deed.cites.0,
            by,
            origin: context.origin.clone(),
        };
        Act::on(deed.gift.0, body, NoPersonal)
    }
}
