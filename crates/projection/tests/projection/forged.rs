//! Histories that no command could have made, in a log whose hashes are all right.

use docket_domain::{CaseClosed, CloseReason, Event};
use docket_log::{Batch, NewRecord};
use docket_projection::check_history;
use docket_proof::{Precision, StreamRef};

use crate::support::{Ledger, case, close, unit};

/// The closing of the first case, as a writer that knows no rules would append it.
pub(crate) fn closing() -> NewRecord {
    let closed = Event::from(CaseClosed { reason: CloseReason::Replied, origin: None });
    NewRecord {
        stream: StreamRef { kind: 4, id: 1 },
        occurred_at: 0,
        precision: Precision::Day,
        event_type: closed.event_type(),
        schema_version: closed.version(),
        body: closed.encode().unwrap(),
        personal: Vec::new(),
    }
}

/// A writer that knows no rules closes a case a second time, and another one that does not exist yet is replied to.
#[test]
fn a_forged_history_is_found_at_the_record_with_the_rule() {
    let mut ledger = Ledger::new();
    ledger.session([vec![unit(None)], vec![case()], vec![close(1)]]);
    let legal = check_history(&ledger.reader(), 1, &|_| {}).unwrap();
    assert_eq!((legal.size, legal.impossible.len(), legal.unknown), (4, 0, 0));

    let record = closing();
    let garbage = NewRecord { body: vec![0xff], ..record.clone() };
    let id = ledger.next_command_id();
    let writer = ledger.writer();
    writer.append(&Batch { command_id: id, actor: 0, records: vec![record, garbage] }).unwrap();
    drop(writer);

    let found = check_history(&ledger.reader(), 1, &|_| {}).unwrap();
    let named: Vec<_> = found.impossible.iter().map(|one| (one.record(), one.rule())).collect();
    assert_eq!(named, [(4, "case-transition"), (5, "body-readable")]);
    let said = found.impossible[0].to_string();
    assert_eq!(
        said,
        "record 4: impossible CaseClosed (rule case-transition): C-1 is closed since record 3: it cannot be closed (allowed: reopen, review, recheck)"
    );
}

/// The number does not fit an id: it is not taken for nobody, nor for somebody else.
#[test]
fn an_actor_beyond_all_ids_is_nobody_who_could_have_recorded_it() {
    let mut ledger = Ledger::new();
    ledger.session([vec![unit(None)], vec![case()]]);
    let id = ledger.next_command_id();
    let actor = docket_domain::MAX_ID + 2;
    let writer = ledger.writer();
    writer.append(&Batch { command_id: id, actor, records: vec![closing()] }).unwrap();
    drop(writer);

    let found = check_history(&ledger.reader(), 1, &|_| {}).unwrap();
    let said: Vec<_> = found.impossible.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["record 3: impossible CaseClosed (rule subject-exists): there is no O-4294967297 (named as actor)"]
    );
}

/// What a newer version recorded may have opened, or changed, anything: what does not follow without it is not called
/// impossible. What is no body at all is.
#[test]
fn behind_an_event_that_is_not_known_nothing_is_called_impossible() {
    let mut ledger = Ledger::new();
    ledger.session([vec![unit(None)], vec![case()], vec![close(1)]]);
    let newer = NewRecord { event_type: 450, ..closing() };
    let garbage = NewRecord { body: vec![0xff], ..closing() };
    let id = ledger.next_command_id();
    let writer = ledger.writer();
    writer.append(&Batch { command_id: id, actor: 0, records: vec![newer, closing(), garbage] }).unwrap();
    drop(writer);
    let found = check_history(&ledger.reader(), 1, &|_| {}).unwrap();
    assert_eq!((found.unknown, found.first_unknown, found.open), (1, Some(4), 1));
    assert_eq!(found.first_open.as_ref().map(|one| (one.record(), one.rule())), Some((5, "case-transition")));
    let named: Vec<_> = found.impossible.iter().map(|one| (one.record(), one.rule())).collect();
    assert_eq!(named, [(6, "body-readable")]);
}
