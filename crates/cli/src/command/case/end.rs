//! How a case ends, goes on, and is looked at again.

use std::path::PathBuf;

use docket_domain::{
    Act, CaseClosed, CaseClosedPersonal, CaseId, CaseMerged, CaseReopened, CaseReopenedPersonal, CaseSplit,
    CaseSplitPersonal, CaseVoided, CaseVoidedPersonal, CaseWithdrawn, CaseWithdrawnPersonal, CloseReason,
    Label, NoPersonal, OfficialId, RecheckDecided, RecheckDecidedPersonal, RecheckRequested,
    RecheckRequestedPersonal, ReopenGround, ReviewDecided, ReviewDecidedPersonal, ReviewOutcome,
    ReviewRequested, ReviewRequestedPersonal, UnitId,
};

use crate::deed::{Arg, Personal, deed, one_or_many, words};

deed! {
    struct Close ("case close") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// replied, anonymous, unreachable or other; all but the first need words
        #[arg(long, default_value = "replied")]
        #[serde(default = "replied")]
        reason: Arg<CloseReason>,
        /// Why, in words: a personal value
        #[arg(long, conflicts_with = "text_file")]
        text: Option<Personal>,
        /// A file with the words, or - for standard input
        #[arg(long, value_name = "FILE")]
        #[serde(skip)]
        text_file: Option<PathBuf>,
    }
    act |deed, context| {
        let body = CaseClosed { reason: deed.reason.0, origin: context.origin.clone() };
        let personal = CaseClosedPersonal { reason: words(deed.text, deed.text_file.as_deref())? };
        Act::on(deed.case.0, body, personal)
    }
}

fn replied() -> Arg<CloseReason> {
    Arg(CloseReason::Replied)
}

deed! {
    struct Reopen ("case reopen") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// not-solved, new-facts or wrong-reply
        #[arg(long)]
        ground: Arg<ReopenGround>,
        /// In words: a personal value
        #[arg(long, conflicts_with = "text_file")]
        text: Option<Personal>,
        /// A file with the words, or - for standard input
        #[arg(long, value_name = "FILE")]
        #[serde(skip)]
        text_file: Option<PathBuf>,
    }
    act |deed, context| {
        let body = CaseReopened { ground: deed.ground.0, origin: context.origin.clone() };
        let personal = CaseReopenedPersonal { text: words(deed.text, deed.text_file.as_deref())? };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Withdraw ("case withdraw") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// What the petitioner said: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = CaseWithdrawn { origin: context.origin.clone() };
        let personal = CaseWithdrawnPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Void ("case void") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// Who approved it: not who records it
        #[arg(long, value_name = "O-N")]
        approver: Option<Arg<OfficialId>>,
        /// Why it should never have been entered, in words: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = CaseVoided { approver: deed.approver.map(|approver| approver.0), origin: context.origin.clone() };
        let personal = CaseVoidedPersonal { reason: Some(deed.text.0) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Merge ("case merge") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The case that answers for it from then on
        #[arg(long, value_name = "CASE")]
        into: Arg<CaseId>,
    }
    act |deed, context| {
        let body = CaseMerged { into: deed.into.0, origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

deed! {
    struct Review ("case review") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// What the petitioner asks: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ReviewRequested { origin: context.origin.clone() };
        let personal = ReviewRequestedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct DecideReview ("case decide-review") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that decides
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official of that unit who decides [default: who records it]
        #[arg(long, value_name = "O-N")]
        decider: Option<Arg<OfficialId>>,
        /// upheld or set-aside
        #[arg(long)]
        outcome: Arg<ReviewOutcome>,
        /// The decision, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ReviewDecided { unit: deed.unit.0, by: context.official("decider", deed.decider)?, outcome: deed.outcome.0, origin: context.origin.clone() };
        let personal = ReviewDecidedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Recheck ("case recheck") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// What the petitioner asks: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = RecheckRequested { origin: context.origin.clone() };
        let personal = RecheckRequestedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct DecideRecheck ("case decide-recheck") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that decides
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official of that unit who decides [default: who records it]
        #[arg(long, value_name = "O-N")]
        decider: Option<Arg<OfficialId>>,
        /// upheld or set-aside
        #[arg(long)]
        outcome: Arg<ReviewOutcome>,
        /// The decision, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = RecheckDecided { unit: deed.unit.0, by: context.official("decider", deed.decider)?, outcome: deed.outcome.0, origin: context.origin.clone() };
        let personal = RecheckDecidedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Split ("case split") {
        /// The case from which another one is split off
        #[arg(value_name = "CASE")]
        parent: Arg<CaseId>,
        /// The kind of matter of the new case, a public term
        #[arg(long)]
        category: Option<Arg<Label>>,
        /// A further public term, such as neighborhood=Greenfield
        #[arg(long = "label", value_name = "KEY=TERM")]
        #[serde(rename = "label", default, deserialize_with = "one_or_many")]
        labels: Vec<String>,
        /// What the new case is about, in a line: a personal value
        #[arg(long)]
        title: Option<Personal>,
        /// What the new case is about, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = CaseSplit {
            parent: deed.parent.0,
            category: deed.category.map(|category| category.0),
            labels: super::enter::labels(&deed.labels)?,
            origin: context.origin.clone(),
        };
        let personal = CaseSplitPersonal { title: Personal::text(deed.title), text: Personal::text(deed.text) };
        Act::open(body, personal)
    }
}
