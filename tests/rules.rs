//! `docket verify --rules`: histories whose hashes are right and that no command could have made.

use docket_domain::{
    CaseAssigned, CaseClosed, CloseReason, DisposalKind, Event, EventBody, Label, OfficialId, UnitId,
    VehicleDisposed, VehicleFoundOverStandard,
};

use crate::support::{Forged, Ledger, forge_event};

/// Appends an event past every rule, on 2011-03-13.
fn forge<B: EventBody + Into<Event>>(ledger: &Ledger, stream: u64, body: B) {
    forge_event(ledger, Forged { stream, occurred_at: 1_300_000_000_000_000, ..Forged::default() }, body);
}

fn village() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    for args in [
        &["unit", "add", "--name", "Greenfield", "--level", "village", "--at", "2010-01-01"][..],
        &["official", "add", "--name", "Lin Yue", "--unit", "U-1", "--at", "2010-01-01"],
        &["case", "register", "--unit", "U-1", "--title", "no water", "--at", "2010-02-01"],
    ] {
        ledger.run(args).done();
    }
    ledger
}

#[test]
fn a_possible_history_is_said_to_be_one_and_only_when_asked() {
    let ledger = village();
    let plain = ledger.run(&["verify"]).done().stdout;
    assert!(
        plain
            .contains("not covered  whether the recorded acts follow from each other by the rules (--rules)")
    );
    let judged = ledger.run(&["verify", "--rules"]).done().stdout;
    assert!(judged.contains("rules        4 records follow from each other by the rules"), "{judged}");
    assert!(!judged.contains("(--rules)"));
    let json = ledger.run(&["verify", "--rules", "--json"]).done().json();
    assert_eq!((&json["rules"]["result"], &json["rules"]["size"]), (&"possible".into(), &4.into()));
}

#[test]
fn an_impossible_record_is_found_with_its_rule_although_every_hash_is_right() {
    let unit = UnitId::new(1).unwrap();
    let handler = OfficialId::new(9);
    let case = village();
    forge(&case, 1, CaseClosed { reason: CloseReason::Replied, origin: None });
    let missing = village();
    forge(&missing, 2, CaseClosed { reason: CloseReason::Replied, origin: None });
    let nobody = village();
    forge(&nobody, 1, CaseAssigned { unit, handler, origin: None });
    let vehicle = village();
    let code = Label::new("V-100").unwrap();
    forge(&vehicle, 1, VehicleFoundOverStandard { unit, code, self_checked: true, origin: None });
    let auction = VehicleDisposed {
        kind: DisposalKind::Auctioned,
        approver: None,
        until: None,
        to: None,
        proceeds_fen: Some(100),
        origin: None,
    };
    forge(&vehicle, 1, auction.clone());
    forge(&vehicle, 1, auction);
    for (ledger, record, rule) in [
        (&case, 4, "close-needs-reply"),
        (&missing, 4, "stream-exists"),
        (&nobody, 4, "subject-exists"),
        (&vehicle, 6, "one-live-disposal"),
    ] {
        // The log itself is as its key signed it.
        ledger.run(&["verify"]).done();
        let found = ledger.run(&["verify", "--rules"]).ends(1);
        let line = format!("record {record}: impossible ");
        assert!(found.stdout.contains(&line) && found.stdout.contains(rule), "{rule}: {}", found.stdout);
        assert!(
            found.last_line().contains(&format!("the first at record {record}")),
            "{}",
            found.last_line()
        );
        let json = ledger.run(&["verify", "--rules", "--json"]).ends(1).json();
        assert_eq!(json["rules"]["impossible"][0]["record"], record);
        assert_eq!(json["rules"]["impossible"][0]["rule"], rule);
    }
}

#[test]
fn a_log_that_does_not_hold_is_not_judged() {
    let ledger = village();
    let segment = ledger.folder().join("log/00000000.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let run = ledger.run(&["verify", "--rules"]).ends(1);
    assert!(run.stdout.contains("rules: the log itself does not hold"), "{}", run.stdout);
}
