//! Every deed can be recorded, and every one is tried here.

use std::collections::BTreeSet;

use crate::support::Ledger;

/// An office with one case.
fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    ledger.run(&["case", "register", "--title", "no water", "--at", "2009-02-01"]).done();
    ledger
}

/// A legal history in which each command of `docket apply --list` occurs.
const HISTORY: &str = include_str!("fixtures/history.jsonl");

#[test]
fn a_history_of_all_deeds_is_recorded_and_verifies() {
    let ledger = office();
    let file = ledger.put("history.jsonl", HISTORY);
    let run = ledger.run(&["apply", &file]).done();
    let lines = HISTORY.lines().count();
    assert_eq!(run.stdout, format!("{lines} applied, 0 known already, 0 refused\n"));
    ledger.run(&["verify", "--rules", "--index"]).done();

    let used: BTreeSet<String> = HISTORY
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["command"].as_str().unwrap().to_owned()
        })
        .collect();
    let known: BTreeSet<String> = ledger
        .run(&["apply", "--list", "--json"])
        .done()
        .json_lines()
        .iter()
        .map(|command| command["command"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(used, known);
}

#[test]
fn every_deed_is_a_command_of_the_command_line() {
    let ledger = Ledger::init("Asia/Shanghai");
    for command in ledger.run(&["apply", "--list", "--json"]).done().json_lines() {
        let words: Vec<_> = command["command"].as_str().unwrap().split(' ').collect();
        let help = ledger.run(&[&words[..], &["--help"]].concat()).done().stdout;
        for field in command["fields"].as_array().unwrap() {
            let name = field["field"].as_str().unwrap();
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_described = plain(&help).contains(&plain(field["help"].as_str().unwrap()));
            let is_there = is_described || help.contains(&format!("--{name}"));
            assert!(is_there, "{words:?} has no {name} in {help}");
        }
    }
}

#[test]
fn what_stands_against_a_deed_is_named_with_its_record() {
    let ledger = office();
    let file = ledger.put("history.jsonl", HISTORY);
    ledger.run(&["apply", &file]).done();
    for (args, reason) in [
        // A second live disposal.
        (&["vehicle", "dispose", "V-2", "--kind", "auctioned", "--proceeds", "3.50"][..], "record"),
        // Money with three decimals.
        (
            &[
                "aid",
                "deliver",
                "--household",
                "H-1",
                "--unit",
                "U-3",
                "--deliverer",
                "O-1",
                "--kind",
                "cash",
                "--amount",
                "1.005",
                "--voucher",
                "A-9",
            ],
            "two decimals",
        ),
        // A voucher that was used.
        (
            &[
                "aid",
                "deliver",
                "--household",
                "H-1",
                "--unit",
                "U-3",
                "--deliverer",
                "O-1",
                "--kind",
                "cash",
                "--amount",
                "1",
                "--voucher",
                "A-1",
            ],
            "taken by record",
        ),
        // A date before the unit existed.
        (&["household", "add", "--unit", "U-3", "--at", "1999-01-01"], "record"),
        // An unknown word.
        (
            &["gift", "hand-in", "--official", "O-1", "--kind", "house", "--amount", "1"],
            "unknown kind of gift",
        ),
        // A stay that was certified.
        (&["stay", "certify", "T-1", "--certifier", "O-2"], "was certified by record"),
    ] {
        let run = ledger.run(args).ends(2);
        assert!(run.stderr.contains(reason), "{args:?}: {}", run.stderr);
    }
}
