//! What the ledger's own stream tells a writer that opens.

use std::sync::Arc;

use docket_proof::{StreamRef, SystemRecord};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    heads::{HEADS, Heads},
    reader::Reader,
};

/// What a writer needs of it.
#[derive(Default)]
pub(crate) struct SystemHistory {
    /// TailCut records there are.
    pub(crate) recorded_cuts: u64,
    /// The clock's time that was confirmed since the last record's time is held.
    pub(crate) clock_confirmed: Option<i64>,
}

impl SystemHistory {
    /// Walks the stream back as far as it must, which mostly is not at all.
    pub(crate) fn read(
        disk: &Arc<dyn Disk>,
        heads: &mut dyn Heads,
        mut want_cuts: bool,
        mut want_clock: bool,
        recorded_at: i64,
    ) -> Result<Self, StoreError> {
        let mut history = Self::default();
        if !want_cuts && !want_clock {
            return Ok(history);
        }
        let reader = Reader::open(disk.clone())?;
        let mut next = heads.head(StreamRef::SYSTEM).doing("read", HEADS)?.map(|head| head.last);
        while let Some(index) = next.filter(|_| want_cuts || want_clock) {
            let record = reader.record(index)?;
            let view = record.view();
            let system = SystemRecord::decode(view.event_type, view.schema_version, view.body)
                .map_err(|source| StoreError::System { index: index.0, source })?;
            want_clock &= view.recorded_at == recorded_at;
            match system {
                SystemRecord::TailCut(cut) if want_cuts => {
                    history.recorded_cuts = cut.number + 1;
                    want_cuts = false;
                }
                SystemRecord::ClockCorrected { clock } if want_clock => {
                    history.clock_confirmed = Some(clock);
                    want_clock = false;
                }
                _ => {}
            }
            next = view.previous;
        }
        Ok(history)
    }
}
