//! Violations of discipline 违规: found, then corrected.
//!
//! Not to be taken for a [`Violation`] of the rules of this crate, which stands against an event.

use serde::{Deserialize, Serialize};

use crate::{
    id::{OfficialId, StreamRef, UnitId, ViolationId},
    mark::Mark,
    numbered::numbered,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// What a violation of discipline concerns.
    pub enum ViolationKind ("kind of violation") {
        /// 红包礼金
        Gift = 1, "gift";
        /// 超标车
        Vehicle = 2, "vehicle";
        /// 经商办企业
        Interest = 3, "interest";
        /// 财务
        Finance = 4, "finance";
        /// 履职
        Duty = 5, "duty";
        /// 其他
        Other = 9, "other";
    }
}

crate::event! {
    /// A violation of discipline was found. What it is, in words, is a personal field.
    pub struct ViolationFound {
        /// The unit where it was found.
        pub unit: UnitId,
        /// The official whose violation it is.
        pub official: Option<OfficialId>,
        /// What it concerns.
        pub kind: ViolationKind,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 896, version 1, opens ViolationId;
    personal ViolationFoundPersonal { text: Text } requires [];
}

crate::event! {
    /// A violation was corrected.
    pub struct ViolationCorrected {
        /// Who confirms it; not the official whose violation it was.
        pub by: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 897, version 1, continues ViolationId;
    personal ViolationCorrectedPersonal { text: Text } requires [];
}

/// What is known of a violation of discipline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ViolationState {
    /// The unit where it was found.
    pub unit: UnitId,
    /// The official whose violation it is.
    pub official: Option<OfficialId>,
    /// What it concerns.
    pub kind: ViolationKind,
    /// When it was found.
    pub found: Mark,
    /// When it was corrected.
    pub corrected: Option<Mark>,
    /// Who confirmed the correction.
    pub confirmed_by: Option<OfficialId>,
}

/// What stands against an event about a violation of discipline.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BreachViolation {
    /// It was corrected before.
    #[error("{breach} was corrected by record {record}")]
    Corrected {
        /// The violation.
        breach: ViolationId,
        /// The record.
        record: u64,
    },
    /// The official whose violation it is confirms that it is corrected.
    #[error(
        "{breach} was found with {official} by record {record}: somebody else has to confirm that it is corrected"
    )]
    OwnConfirmation {
        /// The violation.
        breach: ViolationId,
        /// The official.
        official: OfficialId,
        /// The record that found it.
        record: u64,
    },
}

impl BreachViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Corrected { .. } => "violation-corrected-once",
            Self::OwnConfirmation { .. } => "violation-confirmed-by-another",
        }
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Corrected { record, .. } | Self::OwnConfirmation { record, .. } => Some(*record),
        }
    }
}

impl Rules for ViolationFound {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ConcernedUnit, self.unit.stream());
        if let Some(official) = self.official {
            name(Role::Concerned, official.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        alive_at(view, Role::ConcernedUnit, self.unit, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_violation(ViolationState {
            unit: self.unit,
            official: self.official,
            kind: self.kind,
            found: Mark::of(meta),
            corrected: None,
            confirmed_by: None,
        });
        Ok(())
    }
}

impl Rules for ViolationCorrected {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(by) = self.by {
            name(Role::ConfirmedBy, by.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (breach, state) = own::<Self>(view, place.stream)?;
        state.found.precedes(place.occurred, place.stream, "was found")?;
        if let Some(corrected) = state.corrected {
            return Err(BreachViolation::Corrected { breach, record: corrected.record() }.into());
        }
        match self.by {
            Some(official) if state.official == Some(official) => {
                Err(BreachViolation::OwnConfirmation { breach, official, record: state.found.record() }
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let state = own_mut::<Self>(store, meta.stream)?;
        state.corrected = Some(Mark::of(meta));
        state.confirmed_by = self.by;
        Ok(())
    }
}
