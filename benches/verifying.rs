//! Verifying a large ledger, and opening it for writing.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use docket_log::{ScanOptions, Verdict, scan};

use crate::{
    acts::Acts,
    bed::Bed,
    floor::Loaded,
    measure::{Entry, Table, rate, timed},
    scale::Scale,
};

fn verify_on(bed: &Bed, threads: usize) {
    let options = ScanOptions { threads, patience: Duration::ZERO, ..ScanOptions::default() };
    let report = scan(bed.disk.as_ref(), &options).unwrap();
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
}

/// Verifies on one thread and on two, and hashes the same bytes in memory.
pub(crate) fn verify(scale: &Scale, table: &mut Table) {
    for with_values in [false, true] {
        let bed = Bed::filled(scale.records, with_values);
        let loaded = Loaded::read(bed.path());
        let megabytes = (bed.bytes("log") + bed.bytes("vault")) as f64 / 1e6;
        let entries = vec![
            Entry::new("verify, one thread", "records/s", || {
                rate(scale.records, timed(|| verify_on(&bed, 1)))
            }),
            Entry::new("verify, two threads", "records/s", || {
                rate(scale.records, timed(|| verify_on(&bed, 2)))
            }),
            Entry::new("floor: the same hashes in memory, one thread", "records/s", || {
                rate(scale.records, timed(|| loaded.hash_all(1)))
            }),
            Entry::new("the same hashes, two threads", "records/s", || {
                rate(scale.records, timed(|| loaded.hash_all(2)))
            }),
        ];
        let title =
            if with_values { "Verify, one personal value a record" } else { "Verify, no personal value" };
        let series = table.measure(title, scale.large_rounds, entries);
        table.ratio("one thread / hash loop", &series[0], &series[2], Some(">= 0.7"));
        table.ratio("two threads / one", &series[1], &series[0], Some(">= 1.7"));
        table.ratio("two threads / hash loop on one", &series[1], &series[2], None);
        table.ratio("hash loop on two / one: what the machine gives", &series[3], &series[2], None);
        table.note(&format!(
            "{} records, {megabytes:.0} MB with the vault: {:.0} bytes a record",
            scale.records,
            megabytes * 1e6 / scale.records as f64
        ));
    }
}

fn opened_in(bed: &Bed, heads: &docket_log::HeadTable) -> f64 {
    let heads = Box::new(heads.clone());
    timed(|| bed.open(heads)).as_secs_f64() * 1e3
}

/// Opens a ledger for writing: as it is, with a last segment all but full, and with a tail that no checkpoint covers.
pub(crate) fn open(scale: &Scale, table: &mut Table) {
    let bed = Bed::filled(scale.records, false);
    let heads = bed.heads();
    let title = format!("Open for writing, {} records (heads prepared)", scale.records);
    let clean = Entry::new("last segment part full, target < 40", "ms", || opened_in(&bed, &heads));
    let cold = Entry::new("heads from a replay of the log, where no index is", "ms", || {
        timed(|| bed.heads()).as_secs_f64() * 1e3
    });
    table.measure(&title, scale.rounds, vec![clean, cold]);

    let segment = docket_log::SEGMENT_RECORDS;
    let full = scale.records.next_multiple_of(segment) - 1;
    let writer = bed.open(Box::new(bed.heads()));
    // Record 0 is the genesis.
    let mut acts = Acts::continuing(scale.records - 1);
    while writer.size() < full {
        let wanted = (full - writer.size()).min(1_000) as usize;
        writer.append_deferred(acts.batch(wanted)).unwrap();
    }
    writer.checkpoint().unwrap();
    drop(writer);
    let heads = bed.heads();
    let worst =
        Entry::new("last segment full but for one record, target < 40", "ms", || opened_in(&bed, &heads));
    table.measure(&format!("Open for writing, {full} records"), scale.rounds, vec![worst]);

    let writer = bed.open(Box::new(bed.heads()));
    writer.append(&acts.batch(1)).unwrap();
    writer.append(&acts.batch(1)).unwrap();
    drop(writer);
    let heads = bed.heads();
    let unclean =
        Entry::new("after a crash: no checkpoint over the last records", "ms", || opened_in(&bed, &heads));
    table.measure(&format!("Open for writing, {} records", full + 2), scale.rounds, vec![unclean]);
}

/// What criterion measures of it.
pub(crate) fn criterion(criterion: &mut Criterion, scale: &Scale) {
    let bed = Bed::filled(scale.records, false);
    let loaded = Loaded::read(bed.path());
    let heads = bed.heads();
    let mut group = criterion.benchmark_group("large");
    group.sample_size(10).throughput(Throughput::Elements(scale.records));
    group.bench_function("verify, one thread", |bench| bench.iter(|| verify_on(&bed, 1)));
    group.bench_function("verify, two threads", |bench| bench.iter(|| verify_on(&bed, 2)));
    group.bench_function("hash loop", |bench| bench.iter(|| loaded.hash_all(1)));
    group.bench_function("open for writing", |bench| {
        bench.iter_batched(
            || Box::new(heads.clone()),
            |heads| bed.open(heads),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}
