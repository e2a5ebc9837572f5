//! `docket dossier`.

use docket_domain::{
    Act, DossierClosed, DossierClosedPersonal, DossierId, DossierOpened, DossierOpenedPersonal,
    DossierUpdated, DossierUpdatedPersonal, HouseholdId, UnitId,
};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    failure::Failure,
    list::{Listed, listing},
    output::Output,
    session::Place,
};

verbs! {
    /// Keep dossiers on households
    pub(crate) enum Verb {
        /// Open a dossier on a range of households
        Open,
        /// Bring a dossier up to date
        Update,
        /// Close a dossier
        Close,
    }
    and {
        /// List the dossiers
        List,
        /// Show a dossier and its updates
        Show,
    }
}

deed! {
    struct Open ("dossier open") {
        /// The unit that keeps it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The first household, which belongs to the unit
        #[arg(long, value_name = "H-N")]
        first: Arg<HouseholdId>,
        /// The last household, which belongs to the unit too [default: the first]
        #[arg(long, value_name = "H-N")]
        last: Option<Arg<HouseholdId>>,
        /// What it says: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let first = deed.first.0;
        let last = deed.last.map_or(first, |last| last.0);
        let body = DossierOpened { unit: deed.unit.0, first, last, origin: context.origin.clone() };
        Act::open(body, DossierOpenedPersonal { text: Personal::text(deed.text) })
    }
}

deed! {
    struct Update ("dossier update") {
        /// The dossier
        #[arg(value_name = "D-N")]
        dossier: Arg<DossierId>,
        /// What it says from then on: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = DossierUpdated { origin: context.origin.clone() };
        Act::on(deed.dossier.0, body, DossierUpdatedPersonal { text: Personal::text(deed.text) })
    }
}

deed! {
    struct Close ("dossier close") {
        /// The dossier
        #[arg(value_name = "D-N")]
        dossier: Arg<DossierId>,
        /// Why, in words: a personal value
        #[arg(long)]
        reason: Option<Personal>,
    }
    act |deed, context| {
        let body = DossierClosed { origin: context.origin.clone() };
        Act::on(deed.dossier.0, body, DossierClosedPersonal { reason: Personal::text(deed.reason) })
    }
}

listing! {
    /// List the dossiers
    struct List ("dossier": DOSSIER) by unit: OfUnit, household: OfHousehold;
    states state { "open", "closed" }
    each |states, asked, take| {
        for (id, dossier) in states.dossiers() {
            take(Listed {
                state: Some(if dossier.closed.is_some() { "closed" } else { "open" }),
                unit: Some(dossier.unit),
                household: asked.query.household.filter(|household| dossier.covers(*household)),
                more: vec![
                    ("first", json!(dossier.first.to_string())),
                    ("last", json!(dossier.last.to_string())),
                    ("updates", json!(dossier.updates.len())),
                ],
                ..Listed::new(id, dossier.opened.occurred(), dossier.opened.record())
            });
        }
    }
}

/// Show a dossier and its updates
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The dossier
    #[arg(value_name = "D-N")]
    dossier: DossierId,
    /// Show what it says too: personal values, each checked against its commitment
    #[arg(long)]
    personal: bool,
}

impl Show {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        super::stream::show(self.dossier.stream(), &[], self.personal, place, output)
    }
}
