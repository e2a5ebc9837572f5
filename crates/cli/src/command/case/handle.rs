//! How a case is handled and replied to.

use std::path::PathBuf;

use docket_domain::{
    Act, CaseCoassigned, CaseEscalated, CaseEscalatedPersonal, CaseId, CaseResumed, CaseSuspended,
    CaseSuspendedPersonal, ExtensionGranted, ExtensionGrantedPersonal, FollowUpMade, FollowUpMadePersonal,
    Label, NoPersonal, OfficialId, Outcome, ReplyDelivered, ReplyDeliveredPersonal, StepTaken,
    StepTakenPersonal, SupervisionAnswered, SupervisionAnsweredPersonal, SupervisionOrdered,
    SupervisionOrderedPersonal, UnitId,
};

use crate::deed::{Arg, Personal, deed, words};

deed! {
    struct Step ("case step") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// What was done, a public term
        #[arg(long)]
        activity: Arg<Label>,
        /// What was done, in words: a personal value
        #[arg(long, conflicts_with = "text_file")]
        text: Option<Personal>,
        /// A file with the words, or - for standard input
        #[arg(long, value_name = "FILE")]
        #[serde(skip)]
        text_file: Option<PathBuf>,
    }
    act |deed, context| {
        let body = StepTaken { activity: deed.activity.0, origin: context.origin.clone() };
        let personal = StepTakenPersonal { text: words(deed.text, deed.text_file.as_deref())? };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Extend ("case extend") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// By how many days
        #[arg(long, value_name = "DAYS")]
        days: Arg<u32>,
        /// Who grants it; not the handler
        #[arg(long, value_name = "O-N")]
        approver: Arg<OfficialId>,
        /// Why, in words, as the petitioner was told: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = ExtensionGranted { days: deed.days.0, approver: deed.approver.0, origin: context.origin.clone() };
        let personal = ExtensionGrantedPersonal { reason: Some(deed.text.0) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Suspend ("case suspend") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The ground, a word of the rules in force
        #[arg(long)]
        ground: Arg<Label>,
        /// The evidence, in words: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = CaseSuspended { ground: deed.ground.0, origin: context.origin.clone() };
        let personal = CaseSuspendedPersonal { reason: Some(deed.text.0) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Resume ("case resume") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
    }
    act |deed, context| {
        let body = CaseResumed { origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

deed! {
    struct Coassign ("case coassign") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The further unit
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
    }
    act |deed, context| {
        let body = CaseCoassigned { unit: deed.unit.0, origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

deed! {
    struct Escalate ("case escalate") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit above
        #[arg(long, value_name = "U-N")]
        to: Arg<UnitId>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = CaseEscalated { to: deed.to.0, origin: context.origin.clone() };
        let personal = CaseEscalatedPersonal { reason: Some(deed.text.0) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Supervise ("case supervise") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that orders it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// What is asked, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = SupervisionOrdered { unit: deed.unit.0, origin: context.origin.clone() };
        let personal = SupervisionOrderedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct AnswerSupervision ("case answer-supervision") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that ordered it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The answer, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = SupervisionAnswered { unit: deed.unit.0, origin: context.origin.clone() };
        let personal = SupervisionAnsweredPersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}

deed! {
    struct Reply ("case reply") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// supported, explained or not-supported
        #[arg(long, default_value = "explained")]
        #[serde(default = "explained")]
        outcome: Arg<Outcome>,
        /// Who approved it: not the handler
        #[arg(long, value_name = "O-N")]
        approver: Option<Arg<OfficialId>>,
        /// The reply: a personal value
        #[arg(long, conflicts_with = "text_file")]
        text: Option<Personal>,
        /// A file with the words, or - for standard input
        #[arg(long, value_name = "FILE")]
        #[serde(skip)]
        text_file: Option<PathBuf>,
    }
    act |deed, context| {
        let body = ReplyDelivered { outcome: deed.outcome.0, approver: deed.approver.map(|approver| approver.0), origin: context.origin.clone() };
        let personal = ReplyDeliveredPersonal { text: words(deed.text, deed.text_file.as_deref())? };
        Act::on(deed.case.0, body, personal)
    }
}

fn explained() -> Arg<Outcome> {
    Arg(Outcome::Explained)
}

deed! {
    struct FollowUp ("case follow-up") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that followed up
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official who did
        #[arg(long, value_name = "O-N")]
        asker: Option<Arg<OfficialId>>,
        /// What was said: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = FollowUpMade { unit: deed.unit.0, by: deed.asker.map(|asker| asker.0), origin: context.origin.clone() };
        let personal = FollowUpMadePersonal { text: Personal::text(deed.text) };
        Act::on(deed.case.0, body, personal)
    }
}
