//! Histories that no command could have made: each is refused when it is asked for, with the reason and the record that
//! stands against it, and found with its rule when it is forged into a log whose hashes are right.

use docket_domain::{
    CaseId, CaseMerged, CaseRegistered, Channel, CorrectionRecorded, DiaryEntryWritten, DisposalKind,
    ExtensionGranted, HouseholdRegistered, Labels, OfficialId, OfficialRegistered, Outcome, PersonReceived,
    ReplyDelivered, UnitId, UnitMerged, VehicleDisposed, VisitMade,
};

use crate::support::{Forged, Ledger, forge_event};

/// A legal history. The record of each line is its number.
const HISTORY: &str = r#"{"command":"unit add","name":"Riverside","level":"district","at":"2009-01-01"}
{"command":"unit add","name":"Greenfield","level":"village","parent":"U-1","at":"2009-01-01"}
{"command":"unit add","name":"Shiping","level":"village","parent":"U-1","at":"2009-01-01"}
{"command":"unit add","name":"Mill","level":"village","parent":"U-1","at":"2009-01-01"}
{"command":"rules adopt","rules":"cn-2005","from":"2009-01-01","at":"2009-01-01"}
{"command":"official add","name":"Lin Yue","unit":"U-2","rank":9,"at":"2009-01-02"}
{"command":"official add","name":"Ma Jun","unit":"U-2","rank":9,"at":"2009-01-02"}
{"command":"official add","name":"Qiu Shan","unit":"U-1","rank":3,"at":"2009-01-02"}
{"command":"official appoint","official":"O-1","unit":"U-2","office":"secretary","at":"2009-01-03"}
{"command":"official appoint","official":"O-2","unit":"U-2","office":"team-member","at":"2009-01-03"}
{"command":"household add","unit":"U-2","members":4,"name":"Wang","at":"2009-01-05"}
{"command":"household add","unit":"U-2","members":2,"name":"Zhou","at":"2009-01-05"}
{"command":"household move","household":"H-2","at":"2010-03-01"}
{"command":"case register","unit":"U-2","petitioner":"Wang","at":"2010-04-01"}
{"command":"case assign","case":"C-1","unit":"U-2","handler":"O-2","at":"2010-04-02","by":"O-3"}
{"command":"case accept","case":"C-1","at":"2010-04-05"}
{"command":"case register","unit":"U-2","petitioner":"Wang","at":"2010-04-06"}
{"command":"case merge","case":"C-2","into":"C-1","at":"2010-04-07"}
{"command":"vehicle find","unit":"U-2","code":"A-1","self-checked":true,"at":"2010-05-01"}
{"command":"vehicle dispose","vehicle":"V-1","kind":"auctioned","proceeds":"100","at":"2010-05-02"}
{"command":"visit make","household":"H-1","visitor":"O-1","at":"2010-05-10 10:00"}
{"command":"reception hold","unit":"U-2","receiver":"O-1","at":"2010-05-11 09:00"}
{"command":"unit merge","unit":"U-4","into":"U-3","at":"2010-06-01"}
"#;

/// Numbers of personal fields.
const REASON: u16 = 10;

fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    let file = ledger.put("history.jsonl", HISTORY);
    ledger.run(&["apply", &file]).done();
    ledger.run(&["verify", "--rules"]).done();
    ledger
}

/// Returns a moment of a day in Shanghai, at ten in the morning.
fn ten(date: &str) -> i64 {
    let day: docket_domain::Day = date.parse().unwrap();
    (i64::from(day.0) * 86_400 + 2 * 3_600) * 1_000_000
}

fn unit(number: u64) -> UnitId {
    UnitId::new(number).unwrap()
}

fn official(number: u64) -> OfficialId {
    OfficialId::new(number).unwrap()
}

fn case(number: u64) -> CaseId {
    CaseId::new(number).unwrap()
}

fn registered(channel: Channel, source_record: u64) -> CaseRegistered {
    CaseRegistered {
        unit: Some(unit(2)),
        channel,
        category: None,
        labels: Labels::default(),
        stated_due: None,
        ambiguous_due: false,
        anonymous: false,
        source_record: Some(source_record),
        origin: None,
    }
}

/// One thing that cannot have happened.
struct Illegal {
    /// How it is asked for.
    command: &'static [&'static str],
    /// What the refusal says: the reason, with the record that stands against it.
    refusal: &'static str,
    /// The rule by which it is found.
    rule: &'static str,
    /// Appends it past the rules.
    forge: fn(&Ledger),
}

fn forge_on<B: docket_domain::EventBody + Into<docket_domain::Event>>(
    ledger: &Ledger,
    stream: u64,
    date: &str,
    body: B,
) {
    forge_event(ledger, Forged { stream, occurred_at: ten(date), ..Forged::default() }, body);
}

fn reply(approver: u64) -> ReplyDelivered {
    ReplyDelivered { outcome: Outcome::Supported, approver: Some(official(approver)), origin: None }
}

const ILLEGAL: &[Illegal] = &[
    Illegal {
        command: &["case", "reply", "C-1", "--approver", "O-1", "--at", "2010-03-01"],
        refusal: "C-1 was registered later than that, by record 14",
        rule: "not-before-registration",
        forge: |ledger| forge_on(ledger, 1, "2010-03-01", reply(1)),
    },
    Illegal {
        command: &["case", "reply", "C-3", "--approver", "O-1", "--at", "2010-05-01"],
        refusal: "there is no C-3",
        rule: "stream-exists",
        forge: |ledger| forge_on(ledger, 3, "2010-05-01", reply(1)),
    },
    Illegal {
        command: &["case", "reply", "C-1", "--approver", "O-2", "--at", "2010-05-01"],
        refusal: "O-2 handles it by record 15 and cannot approve the reply",
        rule: "approver-is-not-handler",
        forge: |ledger| forge_on(ledger, 1, "2010-05-01", reply(2)),
    },
    Illegal {
        command: &[
            "vehicle",
            "dispose",
            "V-1",
            "--kind",
            "auctioned",
            "--proceeds",
            "3",
            "--at",
            "2010-06-01",
        ],
        refusal: "record 20",
        rule: "one-live-disposal",
        forge: |ledger| {
            let body = VehicleDisposed {
                kind: DisposalKind::Auctioned,
                approver: None,
                until: None,
                to: None,
                proceeds_fen: Some(300),
                origin: None,
            };
            forge_on(ledger, 1, "2010-06-01", body);
        },
    },
    Illegal {
        command: &[
            "case",
            "extend",
            "C-1",
            "--days",
            "10",
            "--approver",
            "O-1",
            "--text",
            "rain",
            "--at",
            "2010-07-01",
        ],
        refusal: "record 16",
        rule: "within-term",
        forge: |ledger| {
            let body = ExtensionGranted { days: 10, approver: official(1), origin: None };
            let personal = &[(REASON, "rain")];
            forge_event(
                ledger,
                Forged { stream: 1, occurred_at: ten("2010-07-01"), personal, actor: 0 },
                body,
            );
        },
    },
    Illegal {
        command: &["visit", "make", "H-2", "--unit", "U-2", "--visitor", "O-1", "--at", "2010-04-01"],
        refusal: "record 13",
        rule: "household-not-moved-away",
        forge: |ledger| forge_on(ledger, 2, "2010-04-01", visit()),
    },
    Illegal {
        command: &["visit", "make", "H-1", "--visitor", "O-1", "--at", "2010-05-10 15:00"],
        refusal: "record 21",
        rule: "one-visit-a-day",
        forge: |ledger| forge_on(ledger, 1, "2010-05-10", visit()),
    },
    Illegal {
        command: &["unit", "merge", "U-3", "--into", "U-4", "--at", "2010-07-01"],
        refusal: "by record 23",
        rule: "unit-merge-cycle",
        forge: |ledger| forge_on(ledger, 3, "2010-07-01", UnitMerged { into: unit(4), origin: None }),
    },
    Illegal {
        command: &["case", "merge", "C-1", "--into", "C-2", "--at", "2010-05-01"],
        refusal: "record 18",
        rule: "merge-target-live",
        forge: |ledger| forge_on(ledger, 1, "2010-05-01", CaseMerged { into: case(2), origin: None }),
    },
    Illegal {
        command: &[
            "official",
            "add",
            "--name",
            "Hu Bo",
            "--unit",
            "U-2",
            "--rank",
            "77",
            "--at",
            "2010-01-01",
        ],
        refusal: "the rules cn-2005, adopted by record 5, know no rank 77",
        rule: "rank-of-the-rules",
        forge: |ledger| {
            let body = OfficialRegistered { unit: unit(2), rank: Some(77), code: None, origin: None };
            forge_event(
                ledger,
                Forged { stream: 4, occurred_at: ten("2010-01-01"), personal: &[(1, "Hu Bo")], actor: 0 },
                body,
            );
        },
    },
    Illegal {
        command: &["household", "add", "--unit", "U-2", "--at", "1999-01-01"],
        refusal: "record 2",
        rule: "not-before-what-it-follows",
        forge: |ledger| {
            let body = HouseholdRegistered { unit: unit(2), code: None, members: 1, origin: None };
            forge_on(ledger, 3, "1999-01-01", body);
        },
    },
    Illegal {
        command: &["case", "register", "--unit", "U-2", "--at", "1999-01-01"],
        refusal: "U-2 was registered later than that, by record 2",
        rule: "not-before-what-it-follows",
        forge: |ledger| {
            let body = CaseRegistered { source_record: None, ..registered(Channel::Letter, 0) };
            forge_on(ledger, 3, "1999-01-01", body);
        },
    },
    Illegal {
        command: &["reception", "person", "U-2", "--reception", "21", "--at", "2010-05-11"],
        refusal: "record 21 is no reception of U-2",
        rule: "reception-exists",
        forge: |ledger| forge_on(ledger, 2, "2010-05-11", PersonReceived { reception: 21, origin: None }),
    },
    Illegal {
        command: &[
            "case",
            "register",
            "--unit",
            "U-2",
            "--channel",
            "reception",
            "--source-record",
            "21",
            "--at",
            "2010-05-12",
        ],
        refusal: "record 21 is VisitMade, not ReceptionHeld or PersonReceived",
        rule: "cited-record-fits",
        forge: |ledger| forge_on(ledger, 3, "2010-05-12", registered(Channel::Reception, 21)),
    },
    Illegal {
        command: &[
            "case",
            "register",
            "--unit",
            "U-2",
            "--channel",
            "visit",
            "--source-record",
            "24",
            "--at",
            "2010-05-12",
        ],
        refusal: "there is no record 24 before this one",
        rule: "cited-record-exists",
        forge: |ledger| forge_on(ledger, 3, "2010-05-12", registered(Channel::Visit, 24)),
    },
    Illegal {
        command: &["diary", "write", "--writer", "O-1", "--about", "6", "--at", "2010-05-12"],
        refusal: "record 6 is OfficialRegistered",
        rule: "cited-record-fits",
        forge: |ledger| {
            let body =
                DiaryEntryWritten { about: Some(6), household: None, unit: None, pages: 1, origin: None };
            forge_on(ledger, 1, "2010-05-12", body);
        },
    },
    Illegal {
        command: &["correction", "record", "24", "--approver", "O-3", "--reason", "x", "--by", "O-1"],
        refusal: "there is no record 24 to be corrected",
        rule: "cited-record-exists",
        forge: |ledger| correct(ledger, 24, 1),
    },
    Illegal {
        // A command fills in the stream: only a forger can name a wrong one. He who approves is refused instead.
        command: &["correction", "record", "14", "--approver", "O-1", "--reason", "x", "--by", "O-1"],
        refusal: "has to be approved by somebody else",
        rule: "cited-record-of-the-stream",
        forge: |ledger| correct(ledger, 14, 2),
    },
];

fn visit() -> VisitMade {
    VisitMade { unit: unit(2), by: official(1), companions: Vec::new(), minutes: None, origin: None }
}

/// Forges a correction by O-1 of a record that is said to be of the case `stream`.
fn correct(ledger: &Ledger, record: u64, stream: u64) {
    let kind = docket_domain::StreamKind::CASE.0;
    let body = CorrectionRecorded {
        record,
        stream_kind: kind,
        stream_id: stream,
        approver: official(3),
        origin: None,
    };
    let personal = &[(REASON, "it was another day")];
    forge_event(ledger, Forged { stream: 1, occurred_at: ten("2010-06-02"), actor: 1, personal }, body);
}

#[test]
fn an_illegal_history_is_refused_and_found_where_it_is_forged() {
    for illegal in ILLEGAL {
        let Illegal { command, refusal, rule, forge } = illegal;
        let ledger = office();
        let before = ledger.record();
        let refused = ledger.run(command).ends(2);
        assert!(refused.stderr.contains(refusal), "{command:?}: {}", refused.stderr);
        assert_eq!(before, ledger.record(), "{command:?}: nothing is recorded");
        forge(&ledger);
        // Every hash is right.
        ledger.run(&["verify"]).done();
        let found = ledger.run(&["verify", "--rules"]).ends(1);
        let named = found.stdout.lines().find(|line| line.contains("record 24: impossible"));
        assert!(
            named.is_some_and(|line| line.contains(&format!("(rule {rule})"))),
            "{rule}: {}",
            found.stdout
        );
        let json = ledger.run(&["verify", "--rules", "--json"]).ends(1).json();
        let first = &json["rules"]["impossible"][0];
        assert_eq!((&first["record"], &first["rule"]), (&24.into(), &(*rule).into()), "{command:?}");
    }
}

/// What no log can hold, as its fields cannot say it.
#[test]
fn money_with_three_decimals_and_unknown_codes_are_refused_by_name() {
    let ledger = office();
    for (line, error) in [
        (
            r#"{"command":"gift hand-in","official":"O-1","amount":"1.005"}"#,
            "line 1: money has at most two decimals",
        ),
        (
            r#"{"command":"visit make","household":"H-1","visitor":"O-1","colour":"red"}"#,
            "line 1: unknown field `colour`",
        ),
        (r#"{"command":"unit add","name":"x","level":"hamlet"}"#, "line 1: unknown unit level"),
        (r#"{"command":"survey answer","case":"C-1","answer":"happy"}"#, "line 1: unknown satisfaction"),
        (
            r#"{"command":"survey answer","case":"C-1","answer":"satisfied","solved":"perhaps"}"#,
            "line 1: expected yes or no",
        ),
        (r#"{"command":"diary write","writer":"O-1","pages":"many"}"#, "line 1: "),
        (
            r#"{"command":"correction record","record":4,"approver":"O-3","by":"O-1"}"#,
            "line 1: missing field `reason`",
        ),
    ] {
        let file = ledger.put("line.jsonl", line);
        let run = ledger.run(&["apply", &file]).ends(2);
        assert!(run.stderr.contains(error), "{line}: {}", run.stderr);
    }
}
