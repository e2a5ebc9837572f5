//! `verify` beside a writer: what is being written is never called altered.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use docket_projection::Acknowledge;

use crate::support::{Desk, Ledger, calls, office, register, repository, run::arg, unit};

/// Verifies again and again until the work is done, at least three times, and returns how often it did and how often
/// it could not tell.
fn verify_while(ledger: &Ledger, work: impl FnOnce() + Send) -> (u64, u64) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            work();
            done.store(true, Ordering::Release);
        });
        let (mut looks, mut open) = (0, 0);
        // A worker that fails ends the loop too.
        while !(done.load(Ordering::Acquire) || worker.is_finished()) || looks < 3 {
            let run = ledger.run(&["verify", "--json"]);
            assert!(matches!(run.code, 0 | 3), "look {looks}: {} {}{}", run.code, run.stdout, run.stderr);
            looks += 1;
            open += u64::from(run.code == 3);
        }
        worker.join().expect("the work is done");
        (looks, open)
    })
}

#[track_caller]
fn import_is_never_called_altered(rows: u64) {
    let ledger = Ledger::init("America/New_York");
    let mapping = repository("tests/fixtures/hotline.toml");
    let file = ledger.put("calls.csv", calls(rows));
    let (looks, open) = verify_while(&ledger, || {
        ledger.run(&["import", &file, "--mapping", arg(&mapping)]).done();
    });
    println!("{looks} looks beside the import, {open} of them undecided");
    let verdict = ledger.verify(0);
    // Genesis, source, unit, and two events a row.
    assert_eq!(verdict["size"], 3 + 2 * rows);
}

#[test]
fn verify_beside_an_import_is_never_a_false_alarm() {
    import_is_never_called_altered(6_000);
}

/// The run the project promises: `cargo test --release --test end_to_end beside_an_import_of_200_000 -- --ignored`
#[test]
#[ignore = "takes longer than a test should"]
fn verify_beside_an_import_of_200_000_events_is_never_a_false_alarm() {
    import_is_never_called_altered(100_000);
}

/// Small batches, each synced, checkpoints in between: what a busy office does.
#[test]
fn verify_beside_an_office_at_work_is_never_a_false_alarm() {
    let ledger = Ledger::nowhere();
    let folder = ledger.folder();
    office::make(&folder, 7, 1_298_941_200_000_000);
    let mut desk = Desk::open(&folder, 1, 1);
    desk.act(unit("Greenfield"));
    desk.checkpoint();
    let (looks, open) = verify_while(&ledger, || {
        for number in 0..4_000_u32 {
            let acts = (0..=number % 3).map(|_| register("a road", "Wu Invented")).collect();
            let acknowledge = if number % 4 == 0 { Acknowledge::Now } else { Acknowledge::Later };
            desk.batch(acts, acknowledge);
            if number % 100 == 0 {
                desk.checkpoint();
            }
        }
        desk.finish();
    });
    println!("{looks} looks beside the office, {open} of them undecided");
    // Genesis, unit, and 1, 2, 3, 1, 2, ... records.
    assert_eq!(ledger.verify(0)["size"], 2 + 7_999);
}

/// Readers of the index wait, or replay: their answers are right while the office works.
#[test]
fn questions_beside_an_office_at_work_are_answered() {
    let ledger = Ledger::nowhere();
    let folder = ledger.folder();
    office::make(&folder, 7, 1_298_941_200_000_000);
    let mut desk = Desk::open(&folder, 1, 1);
    desk.act(unit("Greenfield"));
    desk.act(register("a road", "Wu Invented"));
    // The desk holds the index all the time.
    let list = ledger.run(&["case", "list", "--json"]).done();
    assert_eq!(list.json_lines().len(), 1);
    desk.act(register("a well", "Sun Invented"));
    let list = ledger.run(&["case", "list", "--json"]).done();
    assert_eq!(list.json_lines().len(), 2);
    assert!(list.stderr.starts_with("note: "), "{}", list.stderr);
    desk.finish();
    let list = ledger.run(&["case", "list", "--json"]).done();
    assert_eq!((list.json_lines().len(), list.stderr.as_str()), (2, ""));
}
