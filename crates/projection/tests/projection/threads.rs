//! The same states, figures and findings on any number of threads.

use docket_log::Batch;
use docket_projection::{Desk, ReportName, Scope, check_history};

use crate::{
    forged::closing,
    support::{Ledger, all, assign, close},
};

/// More records than several threads read ahead.
const CASES: u64 = 21_000;

#[test]
fn any_number_of_threads_comes_to_the_same() {
    let mut ledger = Ledger::with_cases(CASES);
    ledger.session((1..=CASES).step_by(50).map(|number| vec![assign(number, 1, Some(1)), close(number)]));
    let size = ledger.reader().size();
    let mut desk = ledger.replay();
    let expected = all(desk.states().unwrap());
    let mut reports = Vec::new();
    for threads in [1, 2, 3, 7] {
        let mut desk = Desk::open_for_figures(ledger.disk(), &ledger.nowhere(), threads).unwrap();
        assert_eq!(desk.size(), size);
        assert_eq!(all(desk.states().unwrap()), expected, "{threads} threads");
        let scope = Scope { by_unit: true, ..desk.scope().unwrap() };
        reports.push(desk.reports(ReportName::ALL, &scope).unwrap());
        // Where a stream stands is not kept for figures, and found all the same.
        let stream = docket_proof::StreamRef { kind: 4, id: 51 };
        assert_eq!(desk.history(stream).unwrap().len(), 3);
        let found = check_history(&ledger.reader(), threads, &|_| {}).unwrap();
        assert_eq!((found.size, found.impossible.len()), (size, 0));
        // As of the middle: a stretch that ends where none of theirs does.
        let middle = Desk::open_at_for_figures(ledger.disk(), threads, |_| Ok(size / 2)).unwrap();
        assert_eq!(middle.count(docket_domain::StreamKind::CASE), size / 2 - 3);
    }
    assert!(reports.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn what_cannot_be_folded_stops_every_number_of_threads_at_the_same_record() {
    let mut ledger = Ledger::with_cases(CASES);
    ledger.session([vec![close(1)]]);
    // A writer that knows no rules closes it again, and again.
    let forged = ledger.reader().size();
    let id = ledger.next_command_id();
    let writer = ledger.writer();
    for _ in 0..20 {
        let batch = Batch { command_id: id, actor: 0, records: vec![closing(); 1_000] };
        writer.append_deferred(batch).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    for threads in [1, 2, 3, 7] {
        let opened = Desk::open_for_figures(ledger.disk(), &ledger.nowhere(), threads).map(drop);
        let error = std::error::Error::source(&opened.unwrap_err()).unwrap().to_string();
        assert!(error.contains(&format!("record {forged}")), "{threads} threads: {error}");
        let found = check_history(&ledger.reader(), threads, &|_| {}).unwrap();
        assert_eq!(found.impossible[0].record(), forged, "{threads} threads");
    }
}
