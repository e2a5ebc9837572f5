//! `docket visit`.

use docket_domain::{
    Act, AttemptReason, HouseholdId, OfficialId, UnitId, VisitAttempted, VisitAttemptedPersonal, VisitMade,
    VisitMadePersonal,
};

use crate::deed::{Arg, Officials, Personal, deed, verbs};

verbs! {
    /// Record visits to households
    pub(crate) enum Verb {
        /// Note that a household was visited
        Make,
        /// Note that somebody called on a household in vain
        Attempt,
    }
}

deed! {
    struct Make ("visit make") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit it belongs to [default: the one it belongs to now]
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// Who visited it [default: who records it]
        #[arg(long, value_name = "O-N")]
        visitor: Option<Arg<OfficialId>>,
        /// Who came along, at most 8 others
        #[arg(long, value_name = "O-N,O-N")]
        companions: Option<Arg<Officials>>,
        /// How many minutes it lasted
        #[arg(long)]
        minutes: Option<Arg<u16>>,
        /// The note of the visit: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = VisitMade { unit: context.unit_of(deed.household.0, deed.unit)?, by: context.official("visitor", deed.visitor)?, companions: deed.companions.map(|companions| companions.0.0).unwrap_or_default(), minutes: deed.minutes.map(|minutes| minutes.0), origin: context.origin.clone() };
        let personal = VisitMadePersonal { text: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}

deed! {
    struct Attempt ("visit attempt") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit it belongs to [default: the one it belongs to now]
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// Who called [default: who records it]
        #[arg(long, value_name = "O-N")]
        visitor: Option<Arg<OfficialId>>,
        /// Why it came to no visit
        #[arg(long)]
        reason: Arg<AttemptReason>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = VisitAttempted { unit: context.unit_of(deed.household.0, deed.unit)?, by: context.official("visitor", deed.visitor)?, reason: deed.reason.0, origin: context.origin.clone() };
        let personal = VisitAttemptedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}
