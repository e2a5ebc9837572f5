//! `docket apply`: commands as lines of JSON.

use serde_json::{Value, json};

use crate::support::{Ledger, Run, docket, run::arg};

const LINES: &str = r#"{"command":"unit add","name":"Greenfield","level":"village","code":"500-1","at":"2010-01-01"}
[{"command":"official add","name":"Lin Yue","unit":"U-1","rank":9,"at":"2010-01-02"},{"command":"official add","name":"Ma Jun","unit":"U-1","at":"2010-01-02"}]

{"command":"gift hand-in","official":"O-2","amount":"1200.50","giver":"a trader","at":"2010-05-03","by":"O-1"}
{"command":"gift receipt","gift":1,"number":"R-1","at":"2010-05-03","by":"O-1"}
"#;

fn outcomes(run: &Run) -> Vec<(u64, String, Option<u64>)> {
    let one = |line: &Value| {
        (
            line["line"].as_u64().unwrap(),
            line["outcome"].as_str().unwrap().to_owned(),
            line["record"].as_u64(),
        )
    };
    run.json_lines().iter().map(one).collect()
}

fn named(outcomes: &[(u64, &str, Option<u64>)]) -> Vec<(u64, String, Option<u64>)> {
    outcomes.iter().map(|(line, outcome, record)| (*line, (*outcome).to_owned(), *record)).collect()
}

#[test]
fn lines_are_applied_once_and_a_grown_file_adds_what_is_new() {
    let ledger = Ledger::init("Asia/Shanghai");
    let file = ledger.put("commands.jsonl", LINES);
    let apply = |args: &[&str]| ledger.run(&[&["apply", &file, "--json"], args].concat());
    let dry = apply(&["--dry-run"]);
    assert_eq!(ledger.run(&["log", "--json"]).done().json_lines().len(), 1, "a dry run records nothing");
    // Later lines need what earlier ones would have recorded: a dry run says which.
    assert_eq!(outcomes(&dry)[0], (1, "applied".to_owned(), None));

    let first = apply(&[]).done();
    let applied =
        [(1, "applied", Some(1)), (2, "applied", Some(2)), (4, "applied", Some(4)), (5, "applied", Some(5))];
    assert_eq!(outcomes(&first), named(&applied));
    let again = apply(&[]).done();
    assert!(outcomes(&again).iter().all(|(_, outcome, _)| outcome == "known"));
    // The same line a second time is a second deed, and is known again as such.
    let grown = format!("{LINES}{}", LINES.lines().nth(3).unwrap());
    std::fs::write(&file, &grown).unwrap();
    assert_eq!(outcomes(&apply(&[]).done()).last(), named(&[(6, "applied", Some(6))]).last());
    assert_eq!(outcomes(&apply(&[]).done()).last(), named(&[(6, "known", Some(6))]).last());
    ledger.run(&["verify"]).done();
}

#[test]
fn a_bad_line_is_named_with_its_field_and_ends_the_run() {
    let ledger = Ledger::init("Asia/Shanghai");
    let refusals = [
        (
            r#"{"command":"unit add","name":"x","colour":"red","level":"village"}"#,
            "line 2: unknown field `colour`",
        ),
        (r#"{"command":"unit add","level":"village"}"#, "line 2: missing field `name`"),
        (r#"{"command":"unit add","name":"x","level":"hamlet"}"#, "line 2: unknown unit level"),
        (r#"{"command":"unit fly","name":"x"}"#, "line 2: there is no command \"unit fly\""),
        (r#"{"name":"x"}"#, "line 2: the field command is missing"),
        (r#"{"command":"unit add""#, "line 2: EOF while parsing"),
        ("[]", "line 2: an empty batch"),
        ("7", "line 2: not a JSON object"),
        (
            r#"{"command":"gift hand-in","official":"O-1","amount":12.345}"#,
            "line 2: money has at most two decimals",
        ),
        (r#"{"command":"gift hand-in","official":"O-1","amount":"12"}"#, "line 2: there is no O-1"),
        (r#"{"command":"unit add","name":"x","level":"village","id":"7"}"#, "line 2: id is not a UUID"),
    ];
    for (number, (line, error)) in (1..).zip(refusals) {
        let good = format!(r#"{{"command":"unit add","name":"Unit {number}","level":"village"}}"#);
        let file = ledger.put("commands.jsonl", format!("{good}\n{line}\n{good}\n"));
        let run = ledger.run(&["apply", &file]).ends(2);
        assert!(run.stderr.contains(error), "{line}: {}", run.stderr);
        assert_eq!(run.stdout, "1 applied, 0 known already, 1 refused\n");
        // What stood before it stays; what stands behind it waits.
        assert_eq!(ledger.run(&["unit", "list"]).done().stdout.lines().count(), number * 2 - 1, "{line}");
        let run = ledger.run(&["apply", &file, "--keep-going"]).ends(2);
        assert_eq!(run.stdout, "1 applied, 1 known already, 1 refused\n");
    }
}

#[test]
fn a_personal_value_that_cannot_be_one_is_not_repeated() {
    let ledger = Ledger::init("Asia/Shanghai");
    let secret = "13800138000";
    let line = format!(r#"{{"command":"official add","name":["{secret}"],"unit":"U-1"}}"#);
    let run = Run::with_input(docket().args(["-l", arg(&ledger.folder()), "apply", "-"]), line.as_bytes());
    let run = run.ends(2);
    assert!(!run.stderr.contains(secret), "{}", run.stderr);
}

#[test]
fn all_commands_and_their_fields_are_listed() {
    let ledger = Ledger::init("Asia/Shanghai");
    let list = ledger.run(&["apply", "--list", "--json"]).done().json_lines();
    let add = list.iter().find(|command| command["command"] == "unit add").unwrap();
    let name = &add["fields"][0];
    assert_eq!((&name["field"], &name["required"]), (&json!("name"), &json!(true)));
}
