//! `docket project`.

use docket_domain::{Act, Label, NoPersonal, OfficialId, ProjectId, ProjectStarted, ProjectVerified, UnitId};

use crate::deed::{Arg, Yuan, deed, verbs};

verbs! {
    /// Record projects and their verification
    pub(crate) enum Verb {
        /// Start a project
        Start,
        /// Verify that a project is done
        Verify,
    }
}

deed! {
    struct Start ("project start") {
        /// The unit that runs it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Who answers for it [default: who records it]
        #[arg(long, value_name = "O-N")]
        responsible: Option<Arg<OfficialId>>,
        /// Its name, which is public
        #[arg(long)]
        name: Arg<Label>,
        /// What it may cost, in yuan
        #[arg(long, value_name = "YUAN")]
        budget: Arg<Yuan>,
    }
    act |deed, context| {
        let body = ProjectStarted { unit: deed.unit.0, by: context.official("responsible", deed.responsible)?, name: deed.name.0, budget_fen: deed.budget.0.fen, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct Verify ("project verify") {
        /// The project
        #[arg(value_name = "J-N")]
        project: Arg<ProjectId>,
        /// Who verifies it; not who answers for it [default: who records it]
        #[arg(long, value_name = "O-N")]
        verifier: Option<Arg<OfficialId>>,
        /// What it cost, in yuan
        #[arg(long, value_name = "YUAN")]
        spent: Arg<Yuan>,
        /// How many persons it serves
        #[arg(long)]
        beneficiaries: Arg<u32>,
    }
    act |deed, context| {
        let body = ProjectVerified { by: context.official("verifier", deed.verifier)?, spent_fen: deed.spent.0.fen, beneficiaries: deed.beneficiaries.0, origin: context.origin.clone() };
        Act::on(deed.project.0, body, NoPersonal)
    }
}
