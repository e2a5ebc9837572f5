//! `docket pairing`.

use docket_domain::{
    Act, HouseholdId, NoPersonal, OfficialId, PairingEndReason, PairingEnded, PairingEndedPersonal,
    PairingEstablished, PairingId,
};

use crate::deed::{Arg, Personal, deed, verbs};

verbs! {
    /// Pair officials with households
    pub(crate) enum Verb {
        /// Pair an official with a household
        Establish,
        /// End a pairing
        End,
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
