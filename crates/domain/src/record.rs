//! What a record says about an event beside its body.

use crate::{
    event::Event,
    id::{OfficialId, StreamRef},
    time::{OccurredAt, Timestamp},
};

/// The header of a record, as far as the field needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordMeta {
    /// The record's place in the log, from 0.
    pub index: u64,
    /// The ledger's clock.
    pub recorded_at: Timestamp,
    /// When it happened, as claimed.
    pub occurred: OccurredAt,
    /// Who recorded it; `None` (0 in the record) when nobody is named.
    pub actor: Option<OfficialId>,
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// Its position there, from 0.
    pub position: u32,
}

/// A recorded event, with what the record says about it.
#[derive(Clone, Copy, Debug)]
pub struct EventRef<'a> {
    /// The decoded body.
    pub event: &'a Event,
    /// The record's header.
    pub meta: &'a RecordMeta,
    /// The field numbers of the record's commitments, ascending. Whether the values are still there does not matter.
    pub personal: &'a [u16],
}
