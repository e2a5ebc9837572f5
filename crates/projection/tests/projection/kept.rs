//! Reports that the index keeps: the same as a replay's, of this very log or not shown, and compared by the check.

use docket_projection::{Desk, FigureName, IndexCheck, Report, ReportName, Scope, Value, rebuild};

use crate::support::{Ledger, case, tamper};

fn all_of(desk: &mut Desk) -> Vec<Report> {
    let scope = desk.scope().unwrap();
    desk.reports(ReportName::ALL, &scope).unwrap()
}

fn registered(desk: &mut Desk) -> Value {
    let scope = desk.scope().unwrap();
    let reports = desk.reports(&[ReportName::Cases], &scope).unwrap();
    reports[0].figure(FigureName::Registered).unwrap().value
}

/// What is kept under a report's name.
fn kept(ledger: &Ledger, name: &str) -> Option<Vec<u8>> {
    let mut found = None;
    tamper(&ledger.sled(), |tree| found = tree.get([b"r", name.as_bytes()].concat()).unwrap());
    found.map(|bytes| bytes.to_vec())
}

/// Writes what is kept under a report's name.
fn keep(ledger: &Ledger, name: &str, bytes: &[u8]) {
    tamper(&ledger.sled(), |tree| drop(tree.insert([b"r", name.as_bytes()].concat(), bytes).unwrap()));
}

#[test]
fn what_is_kept_is_what_a_replay_gives() {
    let ledger = Ledger::with_cases(300);
    let replayed = all_of(&mut ledger.replay());
    for name in ReportName::ALL {
        assert!(
            kept(&ledger, name.term().name).is_some(),
            "{name:?} is kept by the session that had all of it"
        );
    }
    assert_eq!(all_of(&mut ledger.desk()), replayed);
    ledger.assert_same();
    // As an index built anew keeps it, byte for byte.
    let before = kept(&ledger, "cases");
    rebuild(&ledger.reader(), &ledger.index(), &|_| {}).unwrap();
    assert_eq!(kept(&ledger, "cases"), before);
}

#[test]
fn a_stale_report_is_made_again_and_kept() {
    let mut ledger = Ledger::with_cases(3);
    let before = kept(&ledger, "cases").unwrap();
    ledger.session([vec![case()]]);
    // A session that loads only what it needs does not go through everything for reports.
    assert_eq!(kept(&ledger, "cases").unwrap(), before);
    assert_eq!(registered(&mut ledger.desk()), Value::Count(4));
    let after = kept(&ledger, "cases").unwrap();
    assert_ne!(after, before);
    assert_eq!(registered(&mut ledger.desk()), Value::Count(4));
    // The others stay behind, and are no difference: nobody is shown them.
    ledger.assert_same();
    // Put back, it is as stale as before.
    keep(&ledger, "cases", &before);
    assert_eq!(registered(&mut ledger.desk()), Value::Count(4));
}

#[test]
fn a_narrower_report_is_neither_kept_nor_taken_from_there() {
    let ledger = Ledger::with_cases(3);
    let before = kept(&ledger, "cases");
    for narrow in [
        |scope| Scope { period: Some((0, 1)), ..scope },
        |scope| Scope { by_unit: true, ..scope },
        |scope| Scope { explained: Some(FigureName::Registered), ..scope },
        |scope: Scope| Scope { as_of_size: scope.as_of_size - 1, ..scope },
    ] {
        let mut desk = ledger.desk();
        let scope = narrow(desk.scope().unwrap());
        let reports = desk.reports(&[ReportName::Cases], &scope).unwrap();
        assert_eq!(reports[0].scope, scope);
        assert_eq!(reports, ledger.replay().reports(&[ReportName::Cases], &scope).unwrap());
        drop(desk);
        assert_eq!(kept(&ledger, "cases"), before);
    }
}

#[test]
fn a_tampered_report_is_found_and_an_unreadable_one_is_made_again() {
    let ledger = Ledger::with_cases(3);
    let good = kept(&ledger, "cases").unwrap();
    let differs = || match ledger.check() {
        IndexCheck::Differs(found) => found.join("\n"),
        other => panic!("{other:?}"),
    };
    // Three cases were registered: the count stands behind its name and its words.
    let word = b"registered";
    let place = good.windows(word.len()).position(|window| window == word).unwrap();
    let count = good.iter().skip(place).position(|byte| *byte == 3).unwrap();
    let mut bad = good.clone();
    bad[place + count] = 2;
    keep(&ledger, "cases", &bad);
    assert_eq!(
        registered(&mut ledger.desk()),
        Value::Count(2),
        "the index is believed, as any of its pages is"
    );
    assert!(differs().contains("the kept report cases is not what the log gives"), "{}", differs());
    // Another report's, a longer one, half of one, nothing.
    let other = kept(&ledger, "overview").unwrap();
    for bad in [other, [good.as_slice(), &[0]].concat(), good[..good.len() / 2].to_vec(), Vec::new()] {
        keep(&ledger, "cases", &bad);
        assert!(differs().contains("the kept report cases cannot be read"), "{}", differs());
        assert_eq!(registered(&mut ledger.desk()), Value::Count(3));
        assert_eq!(kept(&ledger, "cases").unwrap(), good, "made again");
    }
    assert!(matches!(ledger.check(), IndexCheck::Same { .. }));
    keep(&ledger, "nonsense", &good);
    assert!(differs().contains("a report of an unknown name is kept"), "{}", differs());
}
