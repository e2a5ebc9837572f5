//! A small office for tests: a ledger on a simulated disk, and acts to record in it.
#![allow(dead_code, unreachable_pub, reason = "a module of several test programs, each of which uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

pub mod forge;

use std::{sync::Arc, time::Duration};

use docket_log::{
    Batch, CountedEntropy, Disk, GivenCheckpoint, HeadTable, KeyFolder, NewLedger, NewRecord, NewValue,
    Reader, Recovered, Report, ScanOptions, SimDisk, StepClock, StoreError, Writer, create, scan,
};
use docket_proof::{ClockKind, Genesis, Precision, SigningKey, StreamRef};
use zeroize::Zeroizing;

pub const ORIGIN: &str = "ledger.example/office-1";
pub const START: i64 = 1_262_304_000_000_000;

pub fn genesis() -> Genesis {
    Genesis {
        clock: ClockKind::System,
        created: START,
        nonce: [0; 32],
        public_key: [0; 32],
        origin: ORIGIN.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        predecessor: None,
    }
}

pub fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn keys(disk: &SimDisk) -> KeyFolder {
    KeyFolder::new(shared(disk), "keys")
}

pub fn shared(disk: &SimDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}

pub fn create_on(disk: &SimDisk, seed: u64) -> Result<Recovered, StoreError> {
    disk.create_dir("keys").map_err(|source| StoreError::Io {
        doing: "create",
        path: "keys".into(),
        source,
    })?;
    let new = NewLedger { genesis: genesis(), key: &key() };
    create(shared(disk), &keys(disk), new, &mut CountedEntropy::new(seed))
}

pub fn writer_of(recovered: Recovered, disk: &SimDisk, seed: u64) -> Result<Writer, StoreError> {
    let reader = Reader::open(shared(disk))?;
    let heads: HeadTable = reader.heads(recovered.size())?;
    recovered.into_writer(
        Box::new(heads),
        Box::new(StepClock::new(START + 1)),
        Box::new(CountedEntropy::new(seed << 32)),
    )
}

pub fn new_ledger(disk: &SimDisk, seed: u64) -> Writer {
    writer_of(create_on(disk, seed).unwrap(), disk, seed).unwrap()
}

pub fn open(disk: &SimDisk, seed: u64) -> Result<Writer, StoreError> {
    let recovered = Recovered::open(shared(disk), &keys(disk))?;
    writer_of(recovered, disk, seed)
}

pub fn record(kind: u16, id: u64, body: &[u8], values: &[&str]) -> NewRecord {
    NewRecord {
        stream: StreamRef { kind, id },
        occurred_at: START,
        precision: Precision::Minute,
        event_type: 300,
        schema_version: 1,
        body: body.to_vec(),
        personal: (1..)
            .zip(values)
            .map(|(field, value)| NewValue { field, value: Zeroizing::new(value.as_bytes().to_vec()) })
            .collect(),
    }
}

pub fn batch(number: u64, records: Vec<NewRecord>) -> Batch {
    let mut command_id = [0; 16];
    command_id[..8].copy_from_slice(&number.to_be_bytes());
    Batch { command_id, actor: 1, records }
}

pub fn verify(disk: &SimDisk) -> Report {
    verify_with(disk, Vec::new())
}

pub fn verify_with(disk: &SimDisk, given: Vec<GivenCheckpoint>) -> Report {
    let options = ScanOptions { threads: 2, patience: Duration::ZERO, given, ..ScanOptions::default() };
    scan(disk, &options).unwrap()
}

/// A batch of one record in a new or known stream of kind 4.
pub fn single(number: u64, id: u64, body: &[u8], values: &[&str]) -> Batch {
    batch(number, vec![record(4, id, body, values)])
}

pub fn given(name: &str, note: &[u8]) -> GivenCheckpoint {
    GivenCheckpoint { name: name.to_owned(), note: note.to_vec() }
}

/// Scans on one thread, without patience.
pub fn look(disk: &dyn Disk, given: Vec<GivenCheckpoint>) -> Report {
    let options = ScanOptions { threads: 1, patience: Duration::ZERO, given, ..ScanOptions::default() };
    scan(disk, &options).unwrap()
}

/// Opens a ledger with a clock that the caller sets.
pub fn open_at(disk: &SimDisk, seed: u64, clock: &StepClock) -> Result<Writer, StoreError> {
    let recovered = Recovered::open(shared(disk), &keys(disk))?;
    let heads: HeadTable = Reader::open(shared(disk))?.heads(recovered.size())?;
    recovered.into_writer(Box::new(heads), Box::new(clock.clone()), Box::new(CountedEntropy::new(seed << 32)))
}

/// Splits the records of one segment file, footer excluded: each with its offset, without its stored hash.
pub fn split_records(segment: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut records = Vec::new();
    let mut at = SEGMENT_HEADER;
    while let Some(frame) = segment.get(at..).and_then(docket_proof::Frame::take) {
        records.push((at, frame.record.to_vec()));
        at += frame.stored_len();
        if records.len() == 65_536 {
            break;
        }
    }
    records
}

/// Length of a segment's header.
pub const SEGMENT_HEADER: usize = 96;
