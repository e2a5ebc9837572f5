//! `docket stay`.

use docket_domain::{Act, NoPersonal, OfficialId, StayCertified, StayEnded, StayId, StayStarted, UnitId};

use crate::deed::{Arg, deed, verbs};

verbs! {
    /// Record stays of officials in villages
    pub(crate) enum Verb {
        /// Note that an official began to stay in a unit
        Start,
        /// Note that a stay ended
        End,
        /// Certify a stay that ended
        Certify,
    }
}

deed! {
    struct Start ("stay start") {
        /// The official
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The unit where they stay
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
    }
    act |deed, context| {
        let body = StayStarted { official: deed.official.0, unit: deed.unit.0, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct End ("stay end") {
        /// The stay
        #[arg(value_name = "T-N")]
        stay: Arg<StayId>,
        /// The official whose stay it is
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
    }
    act |deed, context| {
        let body = StayEnded { official: deed.official.0, origin: context.origin.clone() };
        Act::on(deed.stay.0, body, NoPersonal)
    }
}

deed! {
    struct Certify ("stay certify") {
        /// The stay
        #[arg(value_name = "T-N")]
        stay: Arg<StayId>,
        /// The official of the unit; not the one who stayed [default: who records it]
        #[arg(long, value_name = "O-N")]
        certifier: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let body = StayCertified { by: context.official("certifier", deed.certifier)?, origin: context.origin.clone() };
        Act::on(deed.stay.0, body, NoPersonal)
    }
}
