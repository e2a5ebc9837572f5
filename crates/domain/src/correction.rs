//! Corrections: records that say what an earlier record has wrong. Nothing is edited.

use serde::{Deserialize, Serialize};

use crate::{
    cited::Cited,
    id::{OfficialId, StreamKind, StreamRef},
    mark::Mark,
    record::RecordMeta,
    rules::{Place, Rules},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A record was corrected: this one points at it and says, in a personal field, what is wrong and what is right.
    pub struct CorrectionRecorded {
        /// The record that is corrected.
        pub record: u64,
        /// The kind of the stream in which that record stands.
        pub stream_kind: u16,
        /// The id of that stream.
        pub stream_id: u64,
        /// Who approved it; not the one who records it.
        pub approver: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 1088, version 1, opens CorrectionId;
    personal CorrectionRecordedPersonal { reason: Reason } requires [Reason];
}

/// What is known of a correction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CorrectionState {
    /// The record that is corrected.
    pub record: u64,
    /// The kind of the stream in which that record stands.
    pub stream_kind: u16,
    /// The id of that stream.
    pub stream_id: u64,
    /// Who recorded the correction.
    pub by: OfficialId,
    /// Who approved it.
    pub approver: OfficialId,
    /// When it was made.
    pub corrected: Mark,
}

/// What stands against a correction.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionViolation {
    /// Nobody is named who makes it.
    #[error("the correction of record {record} names nobody who makes it")]
    NoActor {
        /// The record to be corrected.
        record: u64,
    },
    /// Who makes it also approves it.
    #[error(
        "the correction of record {record} is made by {official} and has to be approved by somebody else"
    )]
    OwnApproval {
        /// The record to be corrected.
        record: u64,
        /// The official.
        official: OfficialId,
    },
}

impl CorrectionViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoActor { .. } => "correction-names-its-maker",
            Self::OwnApproval { .. } => "correction-approved-by-another",
        }
    }

    /// Returns the record that stands against the event: nothing recorded does.
    pub const fn against(&self) -> Option<u64> {
        None
    }
}

impl CorrectionRecorded {
    /// Returns the stream in which the corrected record stands.
    pub const fn stream(&self) -> StreamRef {
        StreamRef { kind: StreamKind(self.stream_kind), id: self.stream_id }
    }

    /// Returns who makes it, if that is somebody else than who approves it.
    fn maker(&self, actor: Option<OfficialId>) -> Result<OfficialId, CorrectionViolation> {
        match actor {
            None => Err(CorrectionViolation::NoActor { record: self.record }),
            Some(official) if official == self.approver => {
                Err(CorrectionViolation::OwnApproval { record: self.record, official })
            }
            Some(official) => Ok(official),
        }
    }
}

impl CorrectionState {
    /// Returns the stream in which the corrected record stands.
    pub const fn stream(&self) -> StreamRef {
        StreamRef { kind: StreamKind(self.stream_kind), id: self.stream_id }
    }
}

impl Rules for CorrectionRecorded {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Corrected, self.stream());
        name(Role::Approver, self.approver.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn cites(&self, cite: &mut impl FnMut(Cited)) {
        cite(Cited { record: self.record, stream: Some(self.stream()), events: &[] });
    }

    fn check(&self, _view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        self.maker(place.actor)?;
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_correction(CorrectionState {
            record: self.record,
            stream_kind: self.stream_kind,
            stream_id: self.stream_id,
            by: self.maker(meta.actor)?,
            approver: self.approver,
            corrected: Mark::of(meta),
        });
        Ok(())
    }
}
