//! `docket ... list`: what there is, by whose it is, how it stands, and both times; the same from index, memory and as of a day.

use std::fs;

use serde_json::Value;

use crate::support::{Desk, Ledger, Run, office::make, register, unit};

/// A district with a town and two villages, an official in each, and what they did.
const HISTORY: &str = r#"{"command":"unit add","name":"Eastbank","level":"district","at":"2009-01-01"}
{"command":"unit add","name":"Willow","level":"town","parent":"U-1","at":"2009-01-01"}
{"command":"unit add","name":"Greenfield","level":"village","parent":"U-2","at":"2009-01-01"}
{"command":"unit add","name":"Riverside","level":"village","parent":"U-1","at":"2009-01-01"}
{"command":"rules adopt","rules":"cn-2005","from":"2009-01-01","at":"2009-01-01"}
{"command":"official add","name":"Lin Yue","unit":"U-3","rank":9,"at":"2009-01-02"}
{"command":"official add","name":"Ma Jun","unit":"U-3","rank":9,"at":"2009-01-02"}
{"command":"official add","name":"Qiu Shan","unit":"U-1","rank":3,"at":"2009-01-02"}
{"command":"official appoint","official":"O-1","unit":"U-3","office":"secretary","at":"2009-01-03"}
{"command":"official appoint","official":"O-2","unit":"U-3","office":"team-member","at":"2009-01-03"}
{"command":"household add","unit":"U-3","members":4,"name":"Wang","at":"2009-01-05"}
{"command":"household add","unit":"U-3","members":2,"name":"Zhou","at":"2009-01-05"}
{"command":"household add","unit":"U-4","members":1,"name":"Chen","at":"2009-01-05"}
{"command":"visit make","household":"H-1","visitor":"O-1","companions":"O-2","minutes":30,"at":"2010-02-01 10:00"}
{"command":"visit make","household":"H-2","visitor":"O-1","at":"2010-02-02 10:00"}
{"command":"visit attempt","household":"H-2","visitor":"O-2","reason":"nobody-home","at":"2010-03-02 10:00"}
{"command":"reception hold","unit":"U-3","receiver":"O-1","at":"2010-03-01 09:00"}
{"command":"reception person","unit":"U-3","reception":17,"name":"Wang","at":"2010-03-01 09:10"}
{"command":"case register","unit":"U-3","channel":"visit","source-record":14,"petitioner":"Wang","title":"the road","at":"2010-02-01"}
{"command":"case assign","case":"C-1","unit":"U-3","handler":"O-2","at":"2010-02-02","by":"O-3"}
{"command":"case register","unit":"U-4","channel":"letter","petitioner":"Chen","title":"the well","at":"2010-05-02"}
{"command":"diary write","writer":"O-1","about":14,"household":"H-1","pages":2,"text":"all are well","at":"2010-02-01"}
{"command":"diary write","writer":"O-2","pages":1,"text":"a quiet day","at":"2010-02-03"}
{"command":"dossier open","unit":"U-3","first":"H-1","last":"H-2","text":"the upper lane","at":"2010-04-01"}
{"command":"vehicle find","unit":"U-3","code":"A-1","self-checked":true,"at":"2010-05-01"}
{"command":"vehicle find","unit":"U-4","code":"A-2","at":"2010-05-02"}
{"command":"vehicle dispose","vehicle":"V-1","kind":"auctioned","proceeds":"9000","at":"2010-05-20"}
{"command":"pairing establish","official":"O-3","household":"H-3","at":"2010-04-11"}
{"command":"pairing establish","official":"O-1","household":"H-1","at":"2010-04-11"}
{"command":"pairing end","pairing":"P-1","official":"O-3","reason":"out-of-poverty","at":"2011-01-11"}
{"command":"gift hand-in","official":"O-2","amount":"120","at":"2010-05-03"}
{"command":"stay start","official":"O-3","unit":"U-3","at":"2010-04-01"}
{"command":"correction record","record":14,"approver":"O-3","reason":"it was at eleven","at":"2010-06-01","by":"O-1"}
"#;

fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    let file = ledger.put("history.jsonl", HISTORY);
    ledger.run(&["apply", &file]).done();
    ledger
}

/// Runs a list and returns, of each line, what stands under `name`.
fn listed(ledger: &Ledger, args: &[&str], name: &str) -> Vec<String> {
    let lines = ledger.run(&[args, &["--json"]].concat()).done().json_lines();
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    lines.iter().map(|line| word(&line[name])).collect()
}

#[test]
fn a_list_is_narrowed_by_whose_it_is_how_it_stands_and_when_it_happened() {
    let ledger = office();
    for (args, name, expected) in [
        (&["unit", "list", "--unit", "U-2"][..], "unit", &["U-2", "U-3"][..]),
        (&["unit", "list", "--state", "closed"], "unit", &[]),
        (&["official", "list", "--unit", "U-1", "--rank", "9"], "official", &["O-1", "O-2"]),
        (&["official", "list", "--office", "secretary"], "official", &["O-1"]),
        (&["household", "list", "--unit", "U-2"], "household", &["H-1", "H-2"]),
        (&["household", "list", "--unit", "U-1"], "visits", &["1", "1", "0"]),
        (&["visit", "list", "--household", "H-2"], "state", &["made", "attempted"]),
        (&["visit", "list", "--official", "O-2"], "household", &["H-1", "H-2"]),
        (
            &["visit", "list", "--state", "made", "--from", "2010-02-02", "--to", "2010-02-02"],
            "household",
            &["H-2"],
        ),
        (&["visit", "list", "--from", "2010-02-02 10:01"], "state", &["attempted"]),
        (&["reception", "list", "--unit", "U-1"], "persons", &["1"]),
        (&["reception", "list", "--unit", "U-4"], "persons", &[]),
        (&["case", "list", "--official", "O-2"], "case", &["C-1"]),
        (&["case", "list", "--household", "H-1"], "case", &["C-1"]),
        (&["case", "list", "--household", "H-2"], "case", &[]),
        (&["case", "list", "--unit", "U-1", "--overdue", "--state", "assigned"], "case", &["C-1"]),
        (&["case", "list", "--from", "2010-03-01", "--to", "2010-12-31"], "case", &["C-2"]),
        (&["case", "list", "-n", "1"], "case", &["C-1"]),
        (&["diary", "list", "--household", "H-1"], "pages", &["2"]),
        (&["diary", "list", "--official", "O-2"], "pages", &["1"]),
        (&["diary", "list", "--unit", "U-3"], "official", &["O-1", "O-2"]),
        (&["dossier", "list", "--household", "H-2"], "dossier", &["D-1"]),
        (&["dossier", "list", "--household", "H-3"], "dossier", &[]),
        (&["vehicle", "list", "--state", "auctioned"], "code", &["A-1"]),
        (&["vehicle", "list", "--unit", "U-4", "--state", "open"], "code", &["A-2"]),
        (&["pairing", "list", "--state", "live"], "pairing", &["P-2"]),
        (&["pairing", "list", "--official", "O-3", "--household", "H-3"], "reason", &["out-of-poverty"]),
        (&["pairing", "list", "--unit", "U-2"], "pairing", &["P-2"]),
        (&["gift", "list", "--unit", "U-3"], "amount_fen", &["12000"]),
        (&["stay", "list", "--state", "lasting"], "stay", &["T-1"]),
        (&["correction", "list", "--official", "O-1"], "corrects", &["14"]),
    ] {
        assert_eq!(listed(&ledger, args, name), expected, "{args:?}");
    }
}

#[test]
fn a_list_that_asks_for_what_is_not_there_says_so() {
    let ledger = office();
    for (args, error, hint) in [
        (&["vehicle", "list", "--unit", "U-9"][..], "there is no U-9", "unit list"),
        (&["vehicle", "list", "--state", "sold"], "no vehicle is in a state", "auctioned"),
        (&["case", "list", "--from", "2010-02-01", "--to", "2010-01-01"], "ends before it begins", "from"),
        (&["visit", "list", "--household", "H-77"], "there is no H-77", "household list"),
    ] {
        ledger.run(args).fails(2, error, hint);
    }
}

/// Every list, narrowed in several ways at once.
const QUESTIONS: &[&[&str]] = &[
    &["unit", "list"],
    &["official", "list", "--unit", "U-2"],
    &["household", "list", "--unit", "U-1", "--state", "on-register"],
    &["visit", "list", "--unit", "U-2", "--official", "O-1"],
    &["reception", "list", "--official", "O-1", "--unit", "U-1"],
    &["case", "list", "--unit", "U-1", "--overdue", "--from", "2010-01-01"],
    &["case", "list", "--official", "O-2", "--household", "H-1"],
    &["diary", "list", "--unit", "U-2", "--from", "2010-02-02"],
    &["dossier", "list", "--unit", "U-1", "--state", "open"],
    &["survey", "list"],
    &["vehicle", "list", "--unit", "U-1", "--to", "2010-05-01"],
    &["pairing", "list", "--unit", "U-1", "--state", "live"],
    &["stay", "list", "--unit", "U-1"],
    &["aid", "list"],
    &["project", "list"],
    &["gift", "list", "--official", "O-2"],
    &["declaration", "list"],
    &["violation", "list"],
    &["inspection", "list"],
    &["correction", "list"],
];

fn answers(ledger: &Ledger, more: &[&str]) -> Vec<String> {
    let ask = |question: &&[&str]| {
        let plain: Run = ledger.run(&[*question, more].concat()).done();
        let json = ledger.run(&[*question, more, &["--json"]].concat()).done();
        plain.stdout + &json.stdout
    };
    QUESTIONS.iter().map(ask).collect()
}

#[test]
fn lists_are_the_same_from_the_index_from_memory_and_as_of_a_day() {
    let ledger = office();
    let indexed = answers(&ledger, &[]);
    assert!(indexed.iter().filter(|answer| !answer.is_empty()).count() >= 14);
    // As of a day far ahead, everything is known: by replay, whatever the index says.
    let replayed: Vec<_> = answers(&ledger, &["--as-of", "2100-01-01"]);
    assert_eq!(indexed, replayed);
    fs::remove_dir_all(ledger.folder().join("index")).unwrap();
    assert_eq!(indexed, answers(&ledger, &[]));
}

#[test]
fn a_list_as_of_a_day_is_that_of_a_ledger_that_ended_then() {
    let ledger = Ledger::nowhere();
    make(&ledger.folder(), 3, 1_298_941_200_000_000);
    // On 2011-03-01, and ten days later.
    let mut desk = Desk::open(&ledger.folder(), 1, 0);
    desk.act(unit("Greenfield"));
    desk.act(register("the road", "Wu Invented"));
    desk.finish();
    let ended = Ledger::of(&ledger.files());
    let mut desk = Desk::open(&ledger.folder(), 2, 240);
    desk.act(unit("Riverside"));
    desk.act(register("the well", "Sun Invented"));
    desk.finish();
    for question in
        [&["unit", "list"][..], &["case", "list", "--overdue"], &["case", "list", "--unit", "U-1"]]
    {
        let as_of = [question, &["--as-of", "2011-03-02", "--json"]].concat();
        assert_eq!(ledger.run(&as_of).done(), ended.run(&as_of).done(), "{question:?}");
    }
    let cases = |args: &[&str]| listed(&ledger, &[&["case", "list"], args].concat(), "case");
    assert_eq!(cases(&["--as-of", "2011-03-02"]), ["C-1"]);
    assert_eq!(cases(&["--recorded-to", "2011-03-02"]), ["C-1"]);
    assert_eq!(cases(&["--recorded-from", "2011-03-02"]), ["C-2"]);
    assert_eq!(
        cases(&["--recorded-from", "2011-03-02", "--recorded-to", "2011-03-10"]),
        Vec::<String>::new()
    );
    assert_eq!(
        cases(&["--recorded-from", "2011-03-01", "--recorded-to", "2011-03-11", "--from", "2011-03-11"]),
        ["C-2"]
    );
}
