//! `docket vehicle`.

use docket_domain::{
    Act, Day, DisposalKind, Label, NoPersonal, OfficialId, TransitionExpired, UnitId, VehicleDisposed,
    VehicleFoundOverStandard, VehicleId, View as _,
};
use serde_json::json;

use crate::{
    deed::{Arg, Yuan, deed, flag, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record over-standard vehicles and what became of them
    pub(crate) enum Verb {
        /// Enter a vehicle found over the standard
        Find,
        /// Note how a vehicle was disposed of
        Dispose,
        /// Note that the transition of a vehicle expired
        Expire,
    }
    and {
        /// List the vehicles over standard
        List,
    }
}

listing! {
    /// List the vehicles over standard
    struct List ("vehicle": VEHICLE) by unit: OfUnit;
    states state { "open", "transitional", "overrun", "reassigned", "auctioned" }
    each |states, asked, take| {
        let today = states.zone().day_of(asked.until);
        for (id, vehicle) in states.vehicles() {
            let until = vehicle.disposal.as_ref().and_then(|disposal| disposal.until);
            take(Listed {
                state: Some(vehicle.standing(today).name()),
                unit: Some(vehicle.unit),
                more: vec![
                    ("code", json!(vehicle.code.as_str())),
                    ("self_checked", json!(vehicle.self_checked)),
                    ("until", json!(until.map(|until| until.to_string()))),
                ],
                ..Listed::new(id, vehicle.found.occurred(), vehicle.found.record())
            });
        }
    }
}

deed! {
    struct Find ("vehicle find") {
        /// The unit that has it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Its number in the vehicle register
        #[arg(long)]
        code: Arg<Label>,
        /// The unit found it by checking itself
        #[arg(long)]
        #[serde(default, deserialize_with = "flag")]
        self_checked: bool,
    }
    act |deed, context| {
        let body = VehicleFoundOverStandard { unit: deed.unit.0, code: deed.code.0, self_checked: deed.self_checked, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct Dispose ("vehicle dispose") {
        /// The vehicle
        #[arg(value_name = "V-N")]
        vehicle: Arg<VehicleId>,
        /// transitional, reassigned or auctioned
        #[arg(long)]
        kind: Arg<DisposalKind>,
        /// Who approved it; a transition needs somebody
        #[arg(long, value_name = "O-N")]
        approver: Option<Arg<OfficialId>>,
        /// The last day of a transition
        #[arg(long, value_name = "DAY")]
        until: Option<Arg<Day>>,
        /// The unit it was given to
        #[arg(long, value_name = "U-N")]
        to: Option<Arg<UnitId>>,
        /// What it brought, in yuan
        #[arg(long, value_name = "YUAN")]
        proceeds: Option<Arg<Yuan>>,
    }
    act |deed, context| {
        let body = VehicleDisposed { kind: deed.kind.0, approver: deed.approver.map(|approver| approver.0), until: deed.until.map(|until| until.0), to: deed.to.map(|to| to.0), proceeds_fen: deed.proceeds.map(|proceeds| proceeds.0.fen), origin: context.origin.clone() };
        Act::on(deed.vehicle.0, body, NoPersonal)
    }
}

deed! {
    struct Expire ("vehicle expire") {
        /// The vehicle
        #[arg(value_name = "V-N")]
        vehicle: Arg<VehicleId>,
    }
    act |deed, context| {
        let body = TransitionExpired { origin: context.origin.clone() };
        Act::on(deed.vehicle.0, body, NoPersonal)
    }
}
