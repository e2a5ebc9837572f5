//! How a case enters the office, and where it goes.

use std::path::PathBuf;

use docket_domain::{
    Act, AssignmentObjected, AssignmentObjectedPersonal, CaseAccepted, CaseAcceptedPersonal, CaseAssigned,
    CaseDeclined, CaseDeclinedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal, CaseTransferred,
    Channel, DeclineGround, Label, LabelKey, Labels, NoPersonal, Notice, ObjectionDecided,
    ObjectionDecidedPersonal, ObjectionOutcome, OfficialId, UnitId,
};

use crate::{
    deed::{Arg, Personal, deed, flag, one_or_many, words},
    failure::Failure,
};

deed! {
    struct Register ("case register") {
        /// How it reached the office: reception, visit, letter, hotline, online, backlog or other
        #[arg(long, default_value = "other")]
        #[serde(default = "other")]
        channel: Arg<Channel>,
        /// The unit where it was raised
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// The kind of matter, a public term
        #[arg(long)]
        category: Option<Arg<Label>>,
        /// A further public term, such as neighborhood=Greenfield
        #[arg(long = "label", value_name = "KEY=TERM")]
        #[serde(rename = "label", default, deserialize_with = "one_or_many")]
        labels: Vec<String>,
        /// A due date that the source claims
        #[arg(long, value_name = "TIME")]
        stated_due: Option<String>,
        /// The record of the reception or visit from which it came
        #[arg(long, value_name = "RECORD")]
        source_record: Option<Arg<u64>>,
        /// Nobody is named whom one could tell or reply to
        #[arg(long)]
        #[serde(default, deserialize_with = "flag")]
        anonymous: bool,
        /// What it is about, in a line: a personal value
        #[arg(long)]
        title: Option<Personal>,
        /// What it is about, in words: a personal value
        #[arg(long, conflicts_with = "text_file")]
        text: Option<Personal>,
        /// A file with the words, or - for standard input
        #[arg(long, value_name = "FILE")]
        #[serde(skip)]
        text_file: Option<PathBuf>,
        /// Who raised it: a personal value
        #[arg(long)]
        petitioner: Option<Personal>,
        /// How to reach who raised it: a personal value
        #[arg(long)]
        contact: Option<Personal>,
        /// Where who raised it lives: a personal value
        #[arg(long)]
        address: Option<Personal>,
        /// Where the matter is: a personal value
        #[arg(long)]
        location: Option<Personal>,
    }
    act |deed, context| {
        let body = CaseRegistered {
            unit: deed.unit.map(|unit| unit.0),
            channel: deed.channel.0,
            category: deed.category.map(|category| category.0),
            labels: labels(&deed.labels)?,
            stated_due: match &deed.stated_due {
                Some(text) => Some(context.time(text)?.at),
                None => None,
            },
            ambiguous_due: false,
            anonymous: deed.anonymous,
            source_record: deed.source_record.map(|record| record.0),
            origin: context.origin.clone(),
        };
        let personal = CaseRegisteredPersonal {
            contact: Personal::text(deed.contact),
            address: Personal::text(deed.address),
            title: Personal::text(deed.title),
            text: words(deed.text, deed.text_file.as_deref())?,
            petitioner: Personal::text(deed.petitioner),
            location: Personal::text(deed.location),
            ..CaseRegisteredPersonal::default()
        };
        Act::open(body, personal)
    }
}

fn other() -> Arg<Channel> {
    Arg(Channel::Other)
}

/// Reads further terms.
pub(super) fn labels(given: &[String]) -> Result<Labels, Failure> {
    let mut labels = Vec::with_capacity(given.len());
    for label in given {
        let parsed = label
            .split_once('=')
            .and_then(|(key, term)| Some((LabelKey::from_name(key)?, Label::new(term).ok()?)));
        labels.push(parsed.ok_or_else(|| {
            Failure::usage(format!("{label:?} is not a label"))
                .hint("write KEY=TERM with a key such as type, subject, neighborhood, ward or priority, and a short public term")
        })?);
    }
    Labels::new(labels).map_err(Failure::usage)
}

deed! {
    struct Assign ("case assign") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that is to handle it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official who is to handle it
        #[arg(long, value_name = "O-N")]
        handler: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let handler = deed.handler.map(|handler| handler.0);
        let body = CaseAssigned { unit: deed.unit.0, handler, origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

deed! {
    struct Transfer ("case transfer") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The unit that is to handle it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official who is to handle it
        #[arg(long, value_name = "O-N")]
        handler: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let handler = deed.handler.map(|handler| handler.0);
        let body = CaseTransferred { unit: deed.unit.0, handler, origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

deed! {
    struct Object ("case object") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// Why another body is competent, in words: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = AssignmentObjected { origin: context.origin.clone() };
        Act::on(deed.case.0, body, AssignmentObjectedPersonal { reason: Some(deed.text.0) })
    }
}

deed! {
    struct DecideObjection ("case decide-objection") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// upheld or rejected
        #[arg(long)]
        outcome: Arg<ObjectionOutcome>,
        /// Who decides, of the unit that sent it [default: who records it]
        #[arg(long, value_name = "O-N")]
        decider: Option<Arg<OfficialId>>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let by = context.official("decider", deed.decider)?;
        let body = ObjectionDecided { outcome: deed.outcome.0, by, origin: context.origin.clone() };
        Act::on(deed.case.0, body, ObjectionDecidedPersonal { reason: Personal::text(deed.text) })
    }
}

deed! {
    struct Accept ("case accept") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// given, or anonymous where nobody could be told
        #[arg(long, default_value = "given")]
        #[serde(default = "given")]
        notice: Arg<Notice>,
        /// What the petitioner was told: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = CaseAccepted { notice: deed.notice.0, origin: context.origin.clone() };
        Act::on(deed.case.0, body, CaseAcceptedPersonal { text: Personal::text(deed.text) })
    }
}

fn given() -> Arg<Notice> {
    Arg(Notice::Given)
}

deed! {
    struct Decline ("case decline") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// not-competent, other-procedure, decided-finally, in-handling or other
        #[arg(long)]
        ground: Arg<DeclineGround>,
        /// Where to go with it: a body, an office, a procedure; public
        #[arg(long)]
        refer_to: Arg<Label>,
        /// Why, in words: a personal value
        #[arg(long)]
        text: Personal,
    }
    act |deed, context| {
        let body = CaseDeclined {
            ground: deed.ground.0,
            refer_to: deed.refer_to.0,
            origin: context.origin.clone(),
        };
        Act::on(deed.case.0, body, CaseDeclinedPersonal { reason: Some(deed.text.0) })
    }
}
