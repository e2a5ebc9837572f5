//! `docket violation`.

use docket_domain::{
    Act, OfficialId, UnitId, ViolationCorrected, ViolationCorrectedPersonal, ViolationFound,
    ViolationFoundPersonal, ViolationId, ViolationKind,
};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record violations of discipline and their correction
    pub(crate) enum Verb {
        /// Enter a violation that was found
        Find,
        /// Note that a violation was corrected
        Correct,
    }
    and {
        /// List the violations
        List,
    }
}

listing! {
    /// List the violations
    struct List ("violation": VIOLATION) by unit: OfUnit, official: OfOfficial;
    states state { "found", "corrected" }
    each |states, _asked, take| {
        for (id, violation) in states.violations() {
            take(Listed {
                state: Some(if violation.corrected.is_some() { "corrected" } else { "found" }),
                unit: Some(violation.unit),
                official: violation.official,
                more: vec![("kind", json!(violation.kind.name()))],
                ..Listed::new(id, violation.found.occurred(), violation.found.record())
            });
        }
    }
}

deed! {
    struct Find ("violation find") {
        /// The unit where it was found
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Whose violation it is
        #[arg(long, value_name = "O-N")]
        official: Option<Arg<OfficialId>>,
        /// gift, vehicle, interest, finance, duty or other
        #[arg(long)]
        kind: Arg<ViolationKind>,
        /// What it is, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ViolationFound { unit: deed.unit.0, official: deed.official.map(|official| official.0), kind: deed.kind.0, origin: context.origin.clone() };
        let personal = ViolationFoundPersonal { text: Personal::text(deed.text) };
        Act::open(body, personal)
    }
}

deed! {
    struct Correct ("violation correct") {
        /// The violation
        #[arg(value_name = "X-N")]
        violation: Arg<ViolationId>,
        /// Who confirms it; not the official whose violation it was
        #[arg(long, value_name = "O-N")]
        confirmer: Option<Arg<OfficialId>>,
        /// How, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ViolationCorrected { by: deed.confirmer.map(|confirmer| confirmer.0), origin: context.origin.clone() };
        let personal = ViolationCorrectedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.violation.0, body, personal)
    }
}
