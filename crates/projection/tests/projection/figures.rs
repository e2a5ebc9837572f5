//! Figures; run with `cargo test --release -p docket-projection -- --ignored --nocapture figures`.

use std::time::{Duration, Instant};

use docket_domain::View as _;
use docket_projection::{Acknowledge, Desk};

use crate::support::{Ledger, assign, case, case_id, close, command, official, unit};

#[test]
#[ignore = "a measurement"]
fn how_fast_a_million_events_fold() {
    let mut ledger = Ledger::new();
    let mut office = ledger.office();
    let first = vec![command(unit(None)), command(official(1))];
    office.record(ledger.next_command_id(), first, Acknowledge::Later).unwrap();
    const CASES: u64 = 333_333;
    for number in 1..=CASES {
        let acts = [case(), assign(number, 1, Some(1)), close(number)].map(command).to_vec();
        office.record(ledger.next_command_id(), acts, Acknowledge::Later).unwrap();
    }
    let since = Instant::now();
    office.finish().unwrap();
    println!("finish: {:?}", since.elapsed());
    let events = ledger.reader().size() as f64;
    for _ in 0..3 {
        let since = Instant::now();
        let desk = ledger.replay();
        let seconds = since.elapsed().as_secs_f64();
        println!("replay: {events} events in {seconds:.3} s, {:.2} million/s", events / seconds / 1e6);
        drop(desk);
        let since = Instant::now();
        let reader = ledger.reader();
        let mut bytes = 0;
        reader
            .for_each(0..reader.size(), |record, _| {
                bytes += record.body.len();
                Ok::<(), docket_log::StoreError>(())
            })
            .unwrap();
        println!("  of it reading: {:.3} s, bodies of {bytes} bytes", since.elapsed().as_secs_f64());
    }
    for _ in 0..3 {
        let since = Instant::now();
        let office = ledger.office();
        println!("office over its index: {:?}", since.elapsed());
        drop(office);
    }
    std::fs::remove_dir_all(ledger.index()).unwrap();
    let since = Instant::now();
    drop(ledger.office());
    println!("office, index built: {:?}", since.elapsed());
    let since = Instant::now();
    println!("check: {:?} in {:?}", ledger.check(), since.elapsed());
}

#[test]
#[ignore = "a measurement"]
fn how_fast_one_case_of_58_000_is_shown() {
    let ledger = Ledger::with_cases(58_000);
    let index = ledger.index();
    let sled: u64 = crate::support::files(&index).values().map(|bytes| bytes.len() as u64).sum();
    println!("{sled} bytes");
    let (mut best_log, mut best) = (Duration::MAX, Duration::MAX);
    for _ in 0..8 {
        let since = Instant::now();
        drop(ledger.reader());
        let read = since.elapsed();
        let since = Instant::now();
        let mut desk = Desk::open(ledger.disk(), &index).unwrap();
        let opened = since.elapsed();
        let case = case_id(31_415);
        assert!(desk.states_of(&[case.stream()]).unwrap().case(case).is_some());
        let asked = since.elapsed();
        drop(desk);
        println!("log {read:?}; opened {opened:?}, with one state {asked:?}, closed {:?}", since.elapsed());
        (best_log, best) = (best_log.min(read), best.min(asked));
    }
    // Opening the log costs what the log and its disk cost; the rest is the projection's.
    let own = best.saturating_sub(best_log);
    println!("beside the log: {own:?}");
}
