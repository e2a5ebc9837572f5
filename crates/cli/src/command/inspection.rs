//! `docket inspection`.

use docket_domain::{
    Act, FindingAnswered, FindingAnsweredPersonal, FindingClosed, FindingIssued, FindingIssuedPersonal,
    InspectionId, InspectionOpened, NoPersonal, OfficialId, UnitId,
};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record inspections, their findings and the answers
    pub(crate) enum Verb {
        /// Open an inspection of a unit
        Open,
        /// Issue a finding
        Finding,
        /// Answer a finding
        Answer,
        /// Close a finding: its answer is accepted
        Close,
    }
    and {
        /// List the inspections
        List,
    }
}

listing! {
    /// List the inspections
    struct List ("inspection": INSPECTION) by unit: OfUnit;
    states state { "no-finding", "open", "closed" }
    each |states, _asked, take| {
        for (id, inspection) in states.inspections() {
            let open = inspection.findings.iter().filter(|finding| finding.closed.is_none()).count();
            let state = match (inspection.findings.len(), open) {
                (0, _) => "no-finding",
                (_, 0) => "closed",
                _ => "open",
            };
            take(Listed {
                state: Some(state),
                unit: Some(inspection.unit),
                more: vec![
                    ("inspector", json!(inspection.by_unit.to_string())),
                    ("findings", json!(inspection.findings.len())),
                    ("open", json!(open)),
                ],
                ..Listed::new(id, inspection.opened.occurred(), inspection.opened.record())
            });
        }
    }
}

deed! {
    struct Open ("inspection open") {
        /// The unit that is inspected
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The unit that inspects
        #[arg(long, value_name = "U-N")]
        by_unit: Arg<UnitId>,
    }
    act |deed, context| {
        let body = InspectionOpened { unit: deed.unit.0, by_unit: deed.by_unit.0, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct Finding ("inspection finding") {
        /// The inspection
        #[arg(value_name = "I-N")]
        inspection: Arg<InspectionId>,
        /// Its number in the inspection, from 1
        #[arg(long)]
        number: Arg<u16>,
        /// How many calendar days the unit has to answer [default: as the rules say]
        #[arg(long, value_name = "DAYS")]
        term_days: Option<Arg<u32>>,
        /// What it is, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = FindingIssued { number: deed.number.0, term_days: deed.term_days.map(|days| days.0), origin: context.origin.clone() };
        let personal = FindingIssuedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.inspection.0, body, personal)
    }
}

deed! {
    struct Answer ("inspection answer") {
        /// The inspection
        #[arg(value_name = "I-N")]
        inspection: Arg<InspectionId>,
        /// Its number in the inspection
        #[arg(long)]
        number: Arg<u16>,
        /// Who answers [default: who records it]
        #[arg(long, value_name = "O-N")]
        answerer: Option<Arg<OfficialId>>,
        /// The answer, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = FindingAnswered { number: deed.number.0, by: context.official("answerer", deed.answerer)?, origin: context.origin.clone() };
        let personal = FindingAnsweredPersonal { text: Personal::text(deed.text) };
        Act::on(deed.inspection.0, body, personal)
    }
}

deed! {
    struct Close ("inspection close") {
        /// The inspection
        #[arg(value_name = "I-N")]
        inspection: Arg<InspectionId>,
        /// Its number in the inspection
        #[arg(long)]
        number: Arg<u16>,
        /// Who closes it; not who answered [default: who records it]
        #[arg(long, value_name = "O-N")]
        closer: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let body = FindingClosed { number: deed.number.0, by: context.official("closer", deed.closer)?, origin: context.origin.clone() };
        Act::on(deed.inspection.0, body, NoPersonal)
    }
}
