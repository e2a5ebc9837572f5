//! Proofs from a large ledger: making them, and checking them from the file alone.

use docket_log::Reader;
use docket_proof::{CheckpointNote, ConsistencyFile, RecordExtra, RecordIndex, TlogProof};

use crate::{
    acts::Acts,
    bed::Bed,
    measure::{Entry, Table, timed},
    scale::Scale,
};

/// Proves and checks one record, and that one checkpoint extends another.
pub(crate) fn proofs(scale: &Scale, table: &mut Table) {
    let bed = Bed::filled(scale.records, false);
    let older = newest(&bed);
    let writer = bed.open(Box::new(bed.heads()));
    let mut acts = Acts::continuing(scale.records - 1);
    writer.append(&acts.batch(100)).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    let newer = newest(&bed);
    let reader = Reader::open(bed.disk.clone()).unwrap();
    let key = reader.identity().verifier.clone();
    let index = RecordIndex(scale.records / 3);
    let record = reader.prove_record(index, &newer).unwrap().to_bytes();
    let consistency = reader.prove_consistency(&older, &newer).unwrap().to_bytes();
    let ms = |work: &dyn Fn()| timed(work).as_secs_f64() * 1e3;
    let keys = std::slice::from_ref(&key);
    let check_record = || {
        let proof = TlogProof::parse(&record).unwrap();
        let extra = RecordExtra::parse(proof.extra.as_deref().unwrap()).unwrap().unwrap();
        assert_eq!(proof.verify_record(&extra, keys).unwrap().checkpoint.size(), newer.claimed().size());
    };
    let check_consistency = || {
        let (first, second) = ConsistencyFile::parse(&consistency).unwrap().verify(keys).unwrap();
        assert!(first.checkpoint.size() < second.checkpoint.size());
    };
    let entries = vec![
        Entry::new("prove a record, open reader", "ms", || {
            ms(&|| drop(reader.prove_record(index, &newer).unwrap()))
        }),
        Entry::new("prove consistency, open reader", "ms", || {
            ms(&|| drop(reader.prove_consistency(&older, &newer).unwrap()))
        }),
        Entry::new("check a record's proof, target < 1", "ms", || ms(&check_record)),
        Entry::new("check a consistency proof, target < 1", "ms", || ms(&check_consistency)),
    ];
    table.measure(&format!("Proofs, {} records", scale.records), scale.rounds, entries);
    table.note(&format!(
        "a record's proof is {} bytes with its record, a consistency proof {}",
        record.len(),
        consistency.len()
    ));
}

fn newest(bed: &Bed) -> CheckpointNote {
    let reader = Reader::open(bed.disk.clone()).unwrap();
    CheckpointNote::parse(&reader.newest_checkpoint().unwrap().1).unwrap()
}
