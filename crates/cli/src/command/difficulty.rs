//! `docket difficulty`.

use docket_domain::{
    Act, AidId, DifficultyKind, DifficultyResolved, DifficultyResolvedPersonal, HouseholdId, ProjectId,
};

use crate::deed::{Arg, Personal, deed, verbs};

verbs! {
    /// Record difficulties of households that were resolved
    pub(crate) enum Verb {
        /// Note that a difficulty of a household was resolved
        Resolve,
    }
}

deed! {
    struct Resolve ("difficulty resolve") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// water, roads, housing, medical, schooling, employment or livelihood
        #[arg(long)]
        kind: Arg<DifficultyKind>,
        /// The verified project that resolved it
        #[arg(long, value_name = "J-N")]
        project: Option<Arg<ProjectId>>,
        /// The confirmed aid that resolved it
        #[arg(long, value_name = "A-N")]
        aid: Option<Arg<AidId>>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = DifficultyResolved { kind: deed.kind.0, project: deed.project.map(|project| project.0), aid: deed.aid.map(|aid| aid.0), origin: context.origin.clone() };
        let personal = DifficultyResolvedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}
