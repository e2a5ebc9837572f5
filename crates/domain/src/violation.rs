//! What stands against an event: for the user as a refusal, in a history as a replay error.

use crate::{
    aid::AidViolation,
    breach::BreachViolation,
    campaign::CampaignViolation,
    case::{CaseAct, CaseStatus, CaseViolation},
    cited::CitedViolation,
    correction::CorrectionViolation,
    declaration::DeclarationViolation,
    diary::DiaryViolation,
    dossier::DossierViolation,
    finance::FinanceViolation,
    gift::GiftViolation,
    household::HouseholdViolation,
    id::{CaseId, MAX_ID, OfficialId, SourceId, StreamKind, StreamRef},
    inspection::InspectionViolation,
    key::KeyKind,
    label::Label,
    leniency::LeniencyViolation,
    official::OfficialViolation,
    pairing::PairingViolation,
    papers::PaperViolation,
    personal::PersonalField,
    reception::ReceptionViolation,
    satisfaction::SatisfactionViolation,
    stay::StayViolation,
    subject::Role,
    too_early::TooEarly,
    unit::UnitViolation,
    vehicle::VehicleViolation,
    visit::VisitViolation,
};

/// A rule that an event breaks. Never holds personal content.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The event does not belong to streams of this kind.
    #[error("{event} does not belong to stream {stream}")]
    WrongStream {
        /// The event.
        event: &'static str,
        /// Where it stands.
        stream: StreamRef,
        /// Where it belongs.
        expected: StreamKind,
    },
    /// The event opens a stream, but not with the next id.
    #[error("{event} opens {stream}, but there are {count} before it")]
    NotTheNextId {
        /// The event.
        event: &'static str,
        /// The stream it stands in.
        stream: StreamRef,
        /// How many of the kind there are.
        count: u64,
    },
    /// The event would open a stream, but every id of its kind is given.
    #[error(
        "{event} cannot open another stream: all {MAX_ID} ids of its kind are given; begin a further ledger for what comes next"
    )]
    NoMoreIds {
        /// The event.
        event: &'static str,
    },
    /// The event continues a stream that is not there.
    #[error("there is no {stream}")]
    NoSuchStream {
        /// The event.
        event: &'static str,
        /// The missing stream.
        stream: StreamRef,
    },
    /// The event, or its record, names a subject that is not there.
    #[error("there is no {subject} (named as {role})")]
    NoSuchSubject {
        /// In what role.
        role: Role,
        /// The missing subject.
        subject: StreamRef,
    },
    /// The row an event claims to come from is not in the file.
    #[error("{source_id} has no row {row} (rows: {rows}, by record {record})")]
    NoSuchRow {
        /// The imported file.
        source_id: SourceId,
        /// The row claimed.
        row: u64,
        /// How many it has.
        rows: u64,
        /// The record that says so.
        record: u64,
    },
    /// A key that may be taken once is taken.
    #[error("the {kind} {text} is taken by record {record}")]
    KeyTaken {
        /// What it is a key of.
        kind: KeyKind,
        /// The key.
        text: Label,
        /// The record that has it.
        record: u64,
    },
    /// The text of a rule set says nothing that can be followed.
    #[error("the rule set cannot be read: {why}")]
    RulesUnreadable {
        /// The line, the key and the reason.
        why: String,
    },
    /// The record commits to a personal field the event does not have.
    #[error("{event} has no personal field {field}")]
    ForeignPersonalField {
        /// The event.
        event: &'static str,
        /// The field's number.
        field: u16,
    },
    /// A personal field the event must have is missing.
    #[error("{event} needs the personal field {field}")]
    MissingPersonalField {
        /// The event.
        event: &'static str,
        /// The field.
        field: PersonalField,
    },
    /// The act does not follow from the case's status.
    #[error("{case} is {status} since record {record}: it cannot be {} (allowed: {})", act.participle(), list(*status))]
    NotAllowed {
        /// The case.
        case: CaseId,
        /// The act.
        act: CaseAct,
        /// The case's status.
        status: CaseStatus,
        /// The record that set it.
        record: u64,
    },
    /// It happened before the case was registered.
    #[error("{case} was registered later than that, by record {record}")]
    BeforeRegistration {
        /// The case.
        case: CaseId,
        /// The record of the registration.
        record: u64,
    },
    /// Closed as replied to, without a reply.
    #[error(
        "{case} has no reply since record {record}: it can be closed with another reason, in words, or replied to first"
    )]
    NoReply {
        /// The case.
        case: CaseId,
        /// The case's status.
        status: CaseStatus,
        /// The record that set it.
        record: u64,
    },
    /// Closed for a reason that must be told in words, without words.
    #[error("{case} cannot be closed without the reason in words")]
    NoReasonInWords {
        /// The case.
        case: CaseId,
        /// The case's status.
        status: CaseStatus,
    },
    /// Closed as its source states, without naming the source.
    #[error("{case} cannot be closed as stated by a source that is not named")]
    NoOrigin {
        /// The case.
        case: CaseId,
        /// The case's status.
        status: CaseStatus,
    },
    /// A reply is approved by another person than its handler.
    #[error("{case}: {approver} handles it by record {record} and cannot approve the reply")]
    ApproverIsHandler {
        /// The case.
        case: CaseId,
        /// The official.
        approver: OfficialId,
        /// The record that made them the handler.
        record: u64,
    },
    /// A rule about cases.
    #[error(transparent)]
    Case(#[from] CaseViolation),
    /// It happened before what it follows from.
    #[error(transparent)]
    TooEarly(#[from] TooEarly),
    /// A gift stands against it.
    #[error(transparent)]
    Gift(#[from] GiftViolation),
    /// A gift does not permit the decision.
    #[error(transparent)]
    Leniency(#[from] LeniencyViolation),
    /// A vehicle stands against it.
    #[error(transparent)]
    Vehicle(#[from] VehicleViolation),
    /// A declaration stands against it.
    #[error(transparent)]
    Declaration(#[from] DeclarationViolation),
    /// A violation of discipline stands against it.
    #[error(transparent)]
    Breach(#[from] BreachViolation),
    /// The rules of finance stand against it.
    #[error(transparent)]
    Finance(#[from] FinanceViolation),
    /// What is cited or published is not sound.
    #[error(transparent)]
    Paper(#[from] PaperViolation),
    /// An inspection stands against it.
    #[error(transparent)]
    Inspection(#[from] InspectionViolation),
    /// A correction may not be made so.
    #[error(transparent)]
    Correction(#[from] CorrectionViolation),
    /// A record is named that is not what it is taken for.
    #[error(transparent)]
    Cited(#[from] CitedViolation),
    /// A rule of diaries.
    #[error(transparent)]
    Diary(#[from] DiaryViolation),
    /// A rule of dossiers.
    #[error(transparent)]
    Dossier(#[from] DossierViolation),
    /// A rule of asking whether petitioners are satisfied.
    #[error(transparent)]
    Satisfaction(#[from] SatisfactionViolation),
    /// A rule of campaigns.
    #[error(transparent)]
    Campaign(#[from] CampaignViolation),
    /// A rule of stays.
    #[error(transparent)]
    Stay(#[from] StayViolation),
    /// A rule of pairings.
    #[error(transparent)]
    Pairing(#[from] PairingViolation),
    /// A rule of aid.
    #[error(transparent)]
    Aid(#[from] AidViolation),
    /// A rule about units.
    #[error(transparent)]
    Unit(#[from] UnitViolation),
    /// A rule about officials.
    #[error(transparent)]
    Official(#[from] OfficialViolation),
    /// A rule about households.
    #[error(transparent)]
    Household(#[from] HouseholdViolation),
    /// A rule of receptions.
    #[error(transparent)]
    Reception(#[from] ReceptionViolation),
    /// A rule of visits.
    #[error(transparent)]
    Visit(#[from] VisitViolation),
}

impl Violation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::WrongStream { .. } => "stream-kind",
            Self::NotTheNextId { .. } => "ids-without-gaps",
            Self::NoMoreIds { .. } => "ids-within-range",
            Self::NoSuchStream { .. } => "stream-exists",
            Self::NoSuchSubject { .. } => "subject-exists",
            Self::NoSuchRow { .. } => "row-exists",
            Self::KeyTaken { .. } => "key-taken-once",
            Self::RulesUnreadable { .. } => "rules-readable",
            Self::ForeignPersonalField { .. } => "personal-field-known",
            Self::MissingPersonalField { .. } => "personal-field-required",
            Self::NotAllowed { .. } => "case-transition",
            Self::BeforeRegistration { .. } => "not-before-registration",
            Self::NoReply { .. } => "close-needs-reply",
            Self::NoReasonInWords { .. } => "close-needs-reason",
            Self::NoOrigin { .. } => "close-needs-origin",
            Self::ApproverIsHandler { .. } => "approver-is-not-handler",
            Self::Case(violation) => violation.rule(),
            Self::TooEarly(violation) => violation.rule(),
            Self::Gift(violation) => violation.rule(),
            Self::Leniency(violation) => violation.rule(),
            Self::Vehicle(violation) => violation.rule(),
            Self::Declaration(violation) => violation.rule(),
            Self::Breach(violation) => violation.rule(),
            Self::Finance(violation) => violation.rule(),
            Self::Paper(violation) => violation.rule(),
            Self::Inspection(violation) => violation.rule(),
            Self::Correction(violation) => violation.rule(),
            Self::Cited(violation) => violation.rule(),
            Self::Diary(violation) => violation.rule(),
            Self::Dossier(violation) => violation.rule(),
            Self::Satisfaction(violation) => violation.rule(),
            Self::Campaign(violation) => violation.rule(),
            Self::Stay(violation) => violation.rule(),
            Self::Pairing(violation) => violation.rule(),
            Self::Aid(violation) => violation.rule(),
            Self::Unit(violation) => violation.rule(),
            Self::Official(violation) => violation.rule(),
            Self::Household(violation) => violation.rule(),
            Self::Reception(violation) => violation.rule(),
            Self::Visit(violation) => violation.rule(),
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NoSuchRow { record, .. }
            | Self::KeyTaken { record, .. }
            | Self::NotAllowed { record, .. }
            | Self::BeforeRegistration { record, .. }
            | Self::NoReply { record, .. }
            | Self::ApproverIsHandler { record, .. } => Some(*record),
            Self::Case(violation) => violation.against(),
            Self::TooEarly(violation) => violation.against(),
            Self::Gift(violation) => violation.against(),
            Self::Leniency(violation) => violation.against(),
            Self::Vehicle(violation) => violation.against(),
            Self::Declaration(violation) => violation.against(),
            Self::Breach(violation) => violation.against(),
            Self::Finance(violation) => violation.against(),
            Self::Paper(violation) => violation.against(),
            Self::Inspection(violation) => violation.against(),
            Self::Correction(violation) => violation.against(),
            Self::Cited(violation) => violation.against(),
            Self::Dossier(violation) => violation.against(),
            Self::Satisfaction(violation) => violation.against(),
            Self::Campaign(violation) => violation.against(),
            Self::Stay(violation) => violation.against(),
            Self::Pairing(violation) => violation.against(),
            Self::Aid(violation) => violation.against(),
            Self::Unit(violation) => violation.against(),
            Self::Official(violation) => violation.against(),
            Self::Household(violation) => violation.against(),
            Self::Reception(violation) => violation.against(),
            Self::Visit(violation) => violation.against(),
            _ => None,
        }
    }

    /// Returns what could be done with the case instead; nothing where no case's status is concerned.
    pub fn allowed(&self) -> Vec<CaseAct> {
        match self {
            Self::NotAllowed { status, .. }
            | Self::NoReply { status, .. }
            | Self::NoReasonInWords { status, .. }
            | Self::NoOrigin { status, .. } => status.allowed(),
            _ => Vec::new(),
        }
    }
}

/// Why a command was refused. Nothing was recorded.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Refusal(pub Violation);

/// A recorded event that the rules do not admit: a defect, or a forged history.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {record}: impossible {event} (rule {})", violation.rule())]
pub struct ReplayError {
    /// The record.
    pub record: u64,
    /// The event's name.
    pub event: &'static str,
    /// The rule it breaks, and how.
    #[source]
    pub violation: Violation,
}

fn list(status: CaseStatus) -> String {
    let acts: Vec<_> = status.allowed().into_iter().map(CaseAct::name).collect();
    if acts.is_empty() { "nothing".to_owned() } else { acts.join(", ") }
}
