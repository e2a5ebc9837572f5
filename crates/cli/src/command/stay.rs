//! `docket stay`.

use docket_domain::{Act, NoPersonal, OfficialId, StayCertified, StayEnded, StayId, StayStarted, UnitId};
use serde_json::json;

use crate::{
    deed::{Arg, deed, verbs},
    list::{Listed, listing},
    times,
};

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
    and {
        /// List the stays
        List,
    }
}

listing! {
    /// List the stays
    struct List ("stay": STAY) by unit: OfUnit, official: OfOfficial;
    states state { "lasting", "ended", "certified" }
    each |states, _asked, take| {
        for (id, stay) in states.stays() {
            let state = match (stay.ended, stay.certified) {
                (_, Some(_)) => "certified",
                (Some(_), None) => "ended",
                (None, None) => "lasting",
            };
            let ended = stay.ended.map(|ended| times::rfc3339(ended.occurred().at.0));
            take(Listed {
                state: Some(state),
                unit: Some(stay.unit),
                official: Some(stay.official),
                more: vec![("ended_at", json!(ended))],
                ..Listed::new(id, stay.started.occurred(), stay.started.record())
            });
        }
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
