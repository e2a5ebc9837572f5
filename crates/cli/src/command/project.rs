//! `docket project`.

use docket_domain::{Act, Label, NoPersonal, OfficialId, ProjectId, ProjectStarted, ProjectVerified, UnitId};
use serde_json::json;

use crate::{
    deed::{Arg, Yuan, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record projects and their verification
    pub(crate) enum Verb {
        /// Start a project
        Start,
        /// Verify that a project is done
        Verify,
    }
    and {
        /// List the projects
        List,
    }
}

listing! {
    /// List the projects
    struct List ("project": PROJECT) by unit: OfUnit, official: OfOfficial;
    states state { "started", "verified" }
    each |states, _asked, take| {
        for (id, project) in states.projects() {
            let verified = project.verified.as_ref();
            take(Listed {
                state: Some(if verified.is_some() { "verified" } else { "started" }),
                unit: Some(project.unit),
                official: Some(project.by),
                more: vec![
                    ("name", json!(project.name.as_str())),
                    ("budget_fen", json!(project.budget_fen)),
                    ("spent_fen", json!(verified.map(|verified| verified.spent_fen))),
                ],
                ..Listed::new(id, project.started.occurred(), project.started.record())
            });
        }
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
