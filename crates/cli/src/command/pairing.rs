//! `docket pairing`.

use docket_domain::{
    Act, HouseholdId, NoPersonal, OfficialId, PairingEndReason, PairingEnded, PairingEndedPersonal,
    PairingEstablished, PairingId,
};
use docket_projection::unit_of_official;
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    list::{Listed, listing},
    times,
};

verbs! {
    /// Pair officials with households
    pub(crate) enum Verb {
        /// Pair an official with a household
        Establish,
        /// End a pairing
        End,
    }
    and {
        /// List the pairings
        List,
    }
}

listing! {
    /// List the pairings
    struct List ("pairing": PAIRING, OFFICIAL) by unit: OfUnit, official: OfOfficial, household: OfHousehold;
    states state { "live", "ended" }
    each |states, _asked, take| {
        for (id, pairing) in states.pairings() {
            let established = pairing.established;
            let (reason, ended) = pairing.ended.map_or((None, None), |(reason, stamp)| {
                (Some(reason.name()), Some(times::rfc3339(stamp.occurred().at.0)))
            });
            take(Listed {
                state: Some(if pairing.ended.is_some() { "ended" } else { "live" }),
                unit: unit_of_official(states, pairing.official, established.occurred()),
                official: Some(pairing.official),
                household: Some(pairing.household),
                more: vec![("ended_at", json!(ended)), ("reason", json!(reason))],
                ..Listed::new(id, established.occurred(), established.record())
            });
        }
    }
}

deed! {
    struct Establish ("pairing establish") {
        /// The official
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The household
        #[arg(long, value_name = "H-N")]
        household: Arg<HouseholdId>,
    }
    act |deed, context| {
        let body = PairingEstablished { official: deed.official.0, household: deed.household.0, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct End ("pairing end") {
        /// The pairing
        #[arg(value_name = "P-N")]
        pairing: Arg<PairingId>,
        /// The official whose pairing it is
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// out-of-poverty, household-gone, official-gone, reassigned or other
        #[arg(long)]
        reason: Arg<PairingEndReason>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = PairingEnded { official: deed.official.0, reason: deed.reason.0, origin: context.origin.clone() };
        let personal = PairingEndedPersonal { reason: Personal::text(deed.text) };
        Act::on(deed.pairing.0, body, personal)
    }
}
