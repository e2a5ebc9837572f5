//! Durable appends: single, from eight threads, in batches of 1,000.

use std::cell::RefCell;

use criterion::{Criterion, Throughput};
use docket_log::Writer;
use docket_proof::Commitment;

use crate::{
    acts::{Acts, single},
    bed::{Bed, folder},
    floor::{BareFile, BareTree, Loaded},
    measure::{Entry, Table, rate, timed},
    scale::Scale,
};

const THREADS: u64 = 8;
const BATCH: usize = 1_000;
/// Bytes that stand in a vault entry in front of its opening.
const ENTRY_PREFIX: [u8; 16] = [0; 16];

/// A ledger with a few streams to continue, and how many bytes a single append adds to its log and its vault.
fn small(with_value: bool) -> (Bed, Writer, usize, usize) {
    let (bed, writer) = Bed::create();
    for id in 1..=THREADS {
        writer.append(&single(id, with_value)).unwrap();
    }
    let before = (bed.bytes("log"), bed.bytes("vault"));
    writer.append(&single(1, with_value)).unwrap();
    let log = (bed.bytes("log") - before.0) as usize;
    let vault = (bed.bytes("vault") - before.1) as usize;
    (bed, writer, log, vault)
}

fn append(writer: &Writer, batch: &docket_log::Batch) {
    writer.append(batch).unwrap();
}

/// Single durable appends from one thread.
pub(crate) fn singles(scale: &Scale, table: &mut Table) {
    let count = scale.singles;
    for with_value in [false, true] {
        let (bed, writer, log, vault) = small(with_value);
        let batch = single(1, with_value);
        let (log_bytes, both_bytes) = (vec![0; log], vec![0; log + vault]);
        let vault_bytes = vec![0; vault];
        let mut one = BareFile::create(bed.path(), "floor");
        let mut two = BareFile::create(bed.path(), "floor-log");
        let mut two_vault = BareFile::create(bed.path(), "floor-vault");
        let mut entries = vec![
            Entry::new("single durable append", "appends/s", || {
                rate(count as u64, timed(|| (0..count).for_each(|_| append(&writer, &batch))))
            }),
            Entry::new(format!("floor: write {} bytes, fdatasync", log + vault), "appends/s", || {
                rate(count as u64, timed(|| (0..count).for_each(|_| one.append(&both_bytes))))
            }),
        ];
        if with_value {
            entries.push(Entry::new(
                "floor with the vault's own write and fdatasync first",
                "appends/s",
                || {
                    let taken = timed(|| {
                        for _ in 0..count {
                            two_vault.append(&vault_bytes);
                            two.append(&log_bytes);
                        }
                    });
                    rate(count as u64, taken)
                },
            ));
        }
        let title =
            if with_value { "Single, one personal value of 64 bytes" } else { "Single, no personal value" };
        let series = table.measure(title, scale.rounds, entries);
        let target = if with_value { ">= 0.45" } else { ">= 0.8" };
        table.ratio("append / floor", &series[0], &series[1], Some(target));
        if with_value {
            table.ratio("append / floor with two fdatasyncs", &series[0], &series[2], None);
        }
    }
}

/// Single durable appends from eight threads against one.
pub(crate) fn threads(scale: &Scale, table: &mut Table) {
    for with_value in [false, true] {
        let (_bed, writer, ..) = small(with_value);
        let count = scale.singles;
        let batch = single(1, with_value);
        let entries = vec![
            Entry::new("one thread", "appends/s", || {
                rate(count as u64, timed(|| (0..count).for_each(|_| append(&writer, &batch))))
            }),
            Entry::new(format!("{THREADS} threads"), "appends/s", || {
                rate(THREADS * count as u64, timed(|| append_from_threads(&writer, count, with_value)))
            }),
        ];
        let title = if with_value {
            "Threads, each append with one personal value"
        } else {
            "Threads, no personal value"
        };
        let series = table.measure(title, scale.rounds, entries);
        table.ratio("8 threads / one", &series[1], &series[0], Some(">= 4"));
    }
}

fn append_from_threads(writer: &Writer, count: usize, with_value: bool) {
    std::thread::scope(|scope| {
        for id in 1..=THREADS {
            scope.spawn(move || {
                let batch = single(id, with_value);
                (0..count).for_each(|_| append(writer, &batch));
            });
        }
    });
}

/// Durable batches of 1,000 against the bare loop over the same bytes.
pub(crate) fn batches(scale: &Scale, table: &mut Table) {
    for with_values in [false, true] {
        let (_bed, writer) = Bed::create();
        let mut acts = Acts::new(with_values);
        let model = Bed::filled((scale.batches * BATCH) as u64, with_values);
        let loaded = Loaded::read(model.path());
        let folder = folder();
        let floors = RefCell::new(BatchFloor::new(&loaded, folder.path()));
        let events = (scale.batches * BATCH) as u64;
        let entries = vec![
            Entry::new("durable batches of 1,000", "events/s", || {
                let batches: Vec<_> = (0..scale.batches).map(|_| acts.batch(BATCH)).collect();
                rate(events, timed(|| batches.iter().for_each(|batch| append(&writer, batch))))
            }),
            Entry::new("floor: chain + tree + one write + fdatasync a batch", "events/s", || {
                rate(events, timed(|| floors.borrow_mut().run(scale.batches, false)))
            }),
            Entry::new("floor with the vault's own write and fdatasync first", "events/s", || {
                rate(events, timed(|| floors.borrow_mut().run(scale.batches, with_values)))
            }),
            Entry::new("the floor's hashes alone", "events/s", || {
                rate(events, timed(|| floors.borrow_mut().hash(scale.batches)))
            }),
        ];
        let title = if with_values {
            "Batches of 1,000, one personal value a record (the floor commits to it too)"
        } else {
            "Batches of 1,000, no personal value"
        };
        let series = table.measure(title, scale.rounds, entries);
        let target = ">= 0.6 or 1,000,000 events/s";
        table.ratio("batches / floor", &series[0], &series[1], Some(target));
        if with_values {
            table.ratio("batches / floor with two fdatasyncs", &series[0], &series[2], None);
        }
    }
}

/// The bare loop: chain, tree and commitments over bytes that are there already, then write and sync.
struct BatchFloor<'l, I> {
    key: &'l [u8; 32],
    records: I,
    tree: BareTree,
    one: BareFile,
    two: BareFile,
    /// 32 bytes of the hash before, then records and their hashes.
    log: Vec<u8>,
    vault: Vec<u8>,
}

impl<'l> BatchFloor<'l, ()> {
    fn new(
        loaded: &'l Loaded,
        folder: &std::path::Path,
    ) -> BatchFloor<'l, impl Iterator<Item = (&'l [u8], Option<&'l [u8]>)>> {
        BatchFloor {
            key: &loaded.key,
            records: loaded.cycle(),
            tree: BareTree::new(),
            one: BareFile::create(folder, "floor"),
            two: BareFile::create(folder, "floor-vault"),
            log: vec![0; 32],
            vault: Vec::new(),
        }
    }
}

impl<'l, I: Iterator<Item = (&'l [u8], Option<&'l [u8]>)>> BatchFloor<'l, I> {
    fn run(&mut self, batches: usize, apart: bool) {
        for _ in 0..batches {
            self.encode();
            if apart {
                self.two.append(&self.vault);
            } else {
                self.log.extend_from_slice(&self.vault);
            }
            self.one.append(&self.log[32..]);
        }
    }

    fn hash(&mut self, batches: usize) -> u8 {
        (0..batches).for_each(|_| self.encode());
        self.log[self.log.len() - 1]
    }

    fn encode(&mut self) {
        self.log.truncate(32);
        self.vault.clear();
        for (record, opening) in self.records.by_ref().take(BATCH) {
            if let Some(opening) = opening {
                self.vault.extend_from_slice(&ENTRY_PREFIX);
                self.vault.extend_from_slice(opening);
                std::hint::black_box(Commitment::of_opening(opening));
            }
            let start = self.log.len() - 32;
            self.log.extend_from_slice(record);
            let hash = blake3::keyed_hash(self.key, &self.log[start..]);
            self.log.extend_from_slice(hash.as_bytes());
            self.tree.push(hash.as_bytes());
        }
    }
}

/// What criterion measures of it.
pub(crate) fn criterion(criterion: &mut Criterion, scale: &Scale) {
    let mut group = criterion.benchmark_group("append");
    group.sample_size(20);
    for with_value in [false, true] {
        let name = if with_value { "one value" } else { "no value" };
        let (bed, writer, log, vault) = small(with_value);
        let batch = single(1, with_value);
        group.bench_function(format!("single, {name}"), |bench| {
            bench.iter(|| writer.append(&batch).unwrap());
        });
        let bytes = vec![0; log + vault];
        let mut file = BareFile::create(bed.path(), "floor");
        group.bench_function(format!("single, {name}, floor"), |bench| bench.iter(|| file.append(&bytes)));
        group.bench_function(format!("8 threads, {name}"), |bench| {
            bench.iter_custom(|appends| {
                let each = appends.div_ceil(THREADS);
                let taken = timed(|| append_from_threads(&writer, each as usize, with_value));
                taken.mul_f64(appends as f64 / (each * THREADS) as f64)
            });
        });
        let (_bed, writer) = Bed::create();
        let mut acts = Acts::new(with_value);
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function(format!("batch of 1,000, {name}"), |bench| {
            bench.iter_batched(
                || acts.batch(BATCH),
                |batch| writer.append(&batch).unwrap(),
                criterion::BatchSize::PerIteration,
            );
        });
        let model = Bed::filled((scale.batches * BATCH) as u64, with_value);
        let loaded = Loaded::read(model.path());
        let folder = folder();
        let mut floor = BatchFloor::new(&loaded, folder.path());
        group.bench_function(format!("batch of 1,000, {name}, floor"), |bench| {
            bench.iter(|| floor.run(1, false));
        });
    }
    group.finish();
}
