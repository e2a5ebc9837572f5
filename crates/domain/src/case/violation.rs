//! What stands against an act on a case, beside its status.

use crate::{
    case::status::CaseStatus,
    day::Day,
    id::{CaseId, OfficialId, UnitId},
    label::Label,
    rule_set::{Approver, Clock},
};

/// A rule about cases that an event breaks. Never holds personal content.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseViolation {
    /// The rules in force do not know the term, or it does not run.
    #[error("{case}: no term \"{clock}\" runs under {} (its rules, or another act, would be needed)", set(.rules.as_ref()))]
    NoTerm {
        /// The case.
        case: CaseId,
        /// The clock.
        clock: Clock,
        /// The rule set in force.
        rules: Option<Label>,
    },
    /// The term is over.
    #[error("{case}: the term \"{clock}\", which began with record {record}, ended on {due}")]
    TermEnded {
        /// The case.
        case: CaseId,
        /// The clock.
        clock: Clock,
        /// Its last day.
        due: Day,
        /// The record it began with.
        record: u64,
    },
    /// An assignment to which the unit can object needs somebody who gave it.
    #[error("{case} cannot be assigned by nobody: under {rules} the unit can object, and the sender decides")]
    SenderUnknown {
        /// The case.
        case: CaseId,
        /// The rule set in force.
        rules: Label,
    },
    /// An objection is decided by the sender.
    #[error(
        "{case} was not sent by {by}'s unit, but by record {record}: only the sender decides on the objection"
    )]
    NotTheSender {
        /// The case.
        case: CaseId,
        /// Who would decide.
        by: OfficialId,
        /// The assignment.
        record: u64,
    },
    /// A case goes to another unit than the one that has it.
    #[error("{case} is with {unit} already, by record {record}: name another unit")]
    SameUnit {
        /// The case.
        case: CaseId,
        /// The unit.
        unit: UnitId,
        /// The record that gave it to them.
        record: u64,
    },
    /// The acceptance tells the petitioner, unless nobody is named.
    #[error("{case} names a petitioner, by record {record}: the acceptance must be told to them")]
    NoticeOwed {
        /// The case.
        case: CaseId,
        /// The registration.
        record: u64,
    },
    /// Registered as anonymous although somebody is named.
    #[error("the case names whom to tell: it is not anonymous")]
    NotAnonymous,
    /// The case is handled and replied to only after its acceptance.
    #[error("{case} is not accepted since its assignment by record {record}: accept or decline it first")]
    NotAccepted {
        /// The case.
        case: CaseId,
        /// The assignment.
        record: u64,
    },
    /// A reply is approved.
    #[error("{case}: the reply needs an approver, who is not its handler")]
    NoApprover {
        /// The case.
        case: CaseId,
        /// The case's status.
        status: CaseStatus,
    },
    /// The rules do not let this term be extended.
    #[error("{case}: the term \"{clock}\" cannot be extended under {rules}")]
    NotExtendable {
        /// The case.
        case: CaseId,
        /// The clock.
        clock: Clock,
        /// The rule set it runs by.
        rules: Label,
    },
    /// The term was extended as often as the rules let it.
    #[error("{case}: the term \"{clock}\" was extended by record {record} already (allowed: {times})")]
    ExtendedAlready {
        /// The case.
        case: CaseId,
        /// The clock.
        clock: Clock,
        /// How often it may be.
        times: u16,
        /// The last extension.
        record: u64,
    },
    /// The extension is longer than the rules let it be, or none.
    #[error("{case}: an extension has 1 to {max} days, not {days}")]
    ExtensionLength {
        /// The case.
        case: CaseId,
        /// The days asked for.
        days: u32,
        /// The most.
        max: u32,
    },
    /// The extension is granted by somebody the rules do not name.
    #[error("{case}: {approver} cannot grant an extension (allowed: {allowed})")]
    WrongApprover {
        /// The case.
        case: CaseId,
        /// Who would grant it.
        approver: OfficialId,
        /// Who may.
        allowed: Approver,
    },
    /// The rules list no such ground for a suspension.
    #[error("{case} cannot be suspended on the ground \"{ground}\" under {} (listed: {listed})", set(.rules.as_ref()))]
    NoGround {
        /// The case.
        case: CaseId,
        /// The ground.
        ground: Label,
        /// The rule set in force.
        rules: Option<Label>,
        /// The grounds it lists.
        listed: String,
    },
    /// It needs a body of another unit than those that handle the case.
    #[error("{case} is handled by {unit}, by record {record}: {act} needs another unit")]
    OwnUnit {
        /// The case.
        case: CaseId,
        /// The unit.
        unit: UnitId,
        /// What needs another.
        act: &'static str,
        /// The record that made it handle the case.
        record: u64,
    },
    /// The official does not belong to the unit.
    #[error("{official} does not belong to {unit}, by record {record}")]
    NotOfUnit {
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record that says where they belong.
        record: u64,
    },
    /// No supervision waits for an answer.
    #[error("{case}: no supervision by {unit} waits for an answer")]
    NoSupervision {
        /// The case.
        case: CaseId,
        /// The unit.
        unit: UnitId,
    },
    /// The reply was reviewed already, or the review re-checked.
    #[error("{case} was reviewed already, as record {record} asked")]
    ReviewedAlready {
        /// The case.
        case: CaseId,
        /// The request.
        record: u64,
    },
    /// A re-check follows a review.
    #[error("{case} has no decided review of its reply since record {record}: ask for the review first")]
    NotReviewed {
        /// The case.
        case: CaseId,
        /// The record that set its status.
        record: u64,
    },
    /// Whoever decides has not decided before.
    #[error("{case}: {by} decided in an earlier stage, by record {record}: somebody else decides now")]
    DecidedEarlier {
        /// The case.
        case: CaseId,
        /// Who.
        by: OfficialId,
        /// The record of the earlier decision.
        record: u64,
    },
    /// The decision is made one level up.
    #[error("{case} was decided on by {below}, by record {record}: {} decides now, not {unit}", level(*.above))]
    NotOneLevelUp {
        /// The case.
        case: CaseId,
        /// The unit that would decide.
        unit: UnitId,
        /// The unit whose decision it is about.
        below: UnitId,
        /// The unit above it.
        above: Option<UnitId>,
        /// The record of that decision.
        record: u64,
    },
    /// A case cannot be merged into itself.
    #[error("{case} cannot be merged into itself")]
    IntoItself {
        /// The case.
        case: CaseId,
    },
    /// Its target is no longer live.
    #[error("{into} is {status} since record {record}: nothing can be merged into it, or split off it")]
    NotLive {
        /// The case named.
        into: CaseId,
        /// Its status.
        status: CaseStatus,
        /// The record that set it.
        record: u64,
    },
    /// Other petitioners still wait for a reply.
    #[error(
        "{case} answers for {merged} too, merged into it by record {record}: reply to every petitioner first"
    )]
    ReplyOwed {
        /// The case.
        case: CaseId,
        /// A case merged into it.
        merged: CaseId,
        /// The last record of the case.
        record: u64,
    },
    /// Whoever approves a voiding does not record it.
    #[error("{case}: {approver} records the voiding and cannot approve it too")]
    VoidedByOne {
        /// The case.
        case: CaseId,
        /// Who.
        approver: OfficialId,
    },
    /// The moment lies before what it follows from.
    #[error("{case}: {what} was later than that, by record {record}")]
    BeforeCause {
        /// The case.
        case: CaseId,
        /// What it follows from.
        what: &'static str,
        /// Its record.
        record: u64,
    },
}

impl CaseViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoTerm { .. } => "term-runs",
            Self::TermEnded { .. } => "within-term",
            Self::SenderUnknown { .. } => "sender-known",
            Self::NotTheSender { .. } => "objection-decided-by-sender",
            Self::SameUnit { .. } => "transfer-to-another-unit",
            Self::NoticeOwed { .. } => "acceptance-is-told",
            Self::NotAnonymous => "anonymous-names-nobody",
            Self::NotAccepted { .. } => "accepted-first",
            Self::NoApprover { .. } => "reply-approved",
            Self::NotExtendable { .. } => "term-extendable",
            Self::ExtendedAlready { .. } => "extension-times",
            Self::ExtensionLength { .. } => "extension-days",
            Self::WrongApprover { .. } => "extension-approver",
            Self::NoGround { .. } => "suspension-ground",
            Self::OwnUnit { .. } => "another-unit",
            Self::NotOfUnit { .. } => "official-of-unit",
            Self::NoSupervision { .. } => "supervision-open",
            Self::ReviewedAlready { .. } => "reviewed-once",
            Self::NotReviewed { .. } => "recheck-needs-review",
            Self::DecidedEarlier { .. } => "decider-is-new",
            Self::NotOneLevelUp { .. } => "decided-one-level-up",
            Self::IntoItself { .. } => "merge-into-another",
            Self::NotLive { .. } => "merge-target-live",
            Self::ReplyOwed { .. } => "every-petitioner-replied",
            Self::VoidedByOne { .. } => "void-approved-by-another",
            Self::BeforeCause { .. } => "not-before-what-it-follows",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::TermEnded { record, .. }
            | Self::NotTheSender { record, .. }
            | Self::SameUnit { record, .. }
            | Self::NoticeOwed { record, .. }
            | Self::NotAccepted { record, .. }
            | Self::ExtendedAlready { record, .. }
            | Self::OwnUnit { record, .. }
            | Self::NotOfUnit { record, .. }
            | Self::ReviewedAlready { record, .. }
            | Self::NotReviewed { record, .. }
            | Self::DecidedEarlier { record, .. }
            | Self::NotOneLevelUp { record, .. }
            | Self::NotLive { record, .. }
            | Self::ReplyOwed { record, .. }
            | Self::BeforeCause { record, .. } => Some(*record),
            _ => None,
        }
    }
}

fn set(rules: Option<&Label>) -> &str {
    rules.map_or("no rule set", Label::as_str)
}

fn level(above: Option<UnitId>) -> String {
    above.map_or_else(|| "another unit".to_owned(), |above| above.to_string())
}
