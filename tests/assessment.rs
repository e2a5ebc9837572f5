//! `docket report assessment`: a score that follows from the events, by the weights of the rule set in force.

use serde_json::Value;

use crate::support::Ledger;

/// Two villages under rules that weigh four measures; in one everything owed was done, in the other not.
const HISTORY: &str = r#"{"command":"unit add","name":"Eastbank","level":"district","at":"2009-12-01"}
{"command":"unit add","name":"Greenfield","level":"village","parent":"U-1","at":"2009-12-01"}
{"command":"unit add","name":"Riverside","level":"village","parent":"U-1","at":"2009-12-01"}
{"command":"official add","name":"Lin Yue","unit":"U-2","rank":9,"at":"2009-12-02"}
{"command":"official add","name":"Ma Jun","unit":"U-3","rank":9,"at":"2009-12-02"}
{"command":"official add","name":"Qiu Shan","unit":"U-1","rank":3,"at":"2009-12-02"}
{"command":"official appoint","official":"O-1","unit":"U-2","office":"secretary","at":"2009-12-03"}
{"command":"official appoint","official":"O-2","unit":"U-3","office":"secretary","at":"2009-12-03"}
{"command":"rules adopt","rules":"cn-2005","from":"2010-01-01","at":"2010-01-01"}
{"command":"reception hold","unit":"U-2","receiver":"O-1","at":"2010-02-02 09:00"}
{"command":"reception hold","unit":"U-2","receiver":"O-1","at":"2010-02-09 09:00"}
{"command":"reception hold","unit":"U-3","receiver":"O-2","at":"2010-02-02 09:00"}
{"command":"case register","unit":"U-2","petitioner":"Wang","at":"2010-02-01"}
{"command":"case assign","case":"C-1","unit":"U-2","handler":"O-1","at":"2010-02-01","by":"O-3"}
{"command":"case accept","case":"C-1","at":"2010-02-02"}
{"command":"case register","unit":"U-3","petitioner":"Zhou","at":"2010-02-01"}
{"command":"case assign","case":"C-2","unit":"U-3","handler":"O-2","at":"2010-02-01","by":"O-3"}
"#;

/// The first two weeks of February 2010, and what falls due until the 28th.
const FEBRUARY: &[&str] = &["report", "assessment", "--period", "2010-02-01..2010-02-28"];

fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    let file = ledger.put("history.jsonl", HISTORY);
    ledger.run(&["apply", &file]).done();
    ledger
}

fn ask(ledger: &Ledger, more: &[&str]) -> Value {
    ledger.run(&[FEBRUARY, more, &["--json"]].concat()).done().json()
}

/// Returns a figure as numerator and denominator; of a count, the value and 0.
fn share(figures: &Value, name: &str) -> (u64, u64) {
    let figure = figures.as_array().unwrap().iter().find(|figure| figure["name"] == name);
    let figure = figure.unwrap_or_else(|| panic!("no {name} in {figures}"));
    match figure["value"].as_u64() {
        Some(value) => (value, 0),
        None => (figure["numerator"].as_u64().unwrap(), figure["denominator"].as_u64().unwrap()),
    }
}

#[test]
fn a_units_score_is_the_sum_of_its_measures_by_their_weights() {
    let ledger = office();
    let report = ask(&ledger, &["--by-unit"]);
    assert_eq!(report["rules"][0]["name"], "cn-2005");
    let row = |unit: &str| {
        let rows = report["by_unit"].as_array().unwrap();
        rows.iter().find(|row| row["unit"] == unit).unwrap()["figures"].clone()
    };
    let (good, bad) = (row("U-2"), row("U-3"));
    // Four weeks fell due: two receptions of four against one of four, of 15 points.
    assert_eq!(share(&good, "reception_attainment"), (2, 4));
    assert_eq!(share(&good, "points_reception_attainment"), (750, 1_500));
    assert_eq!(share(&bad, "points_reception_attainment"), (375, 1_500));
    // One petitioner was told in term, the other never.
    assert_eq!(share(&good, "points_acceptance_in_time"), (1_500, 1_500));
    assert_eq!(share(&bad, "points_acceptance_in_time"), (0, 1_500));
    // Nobody was surveyed, no reply fell due: their weights are left out, and said to be.
    assert_eq!(share(&good, "points_satisfaction"), (0, 0));
    assert_eq!(share(&good, "score"), (2_250, 3_000));
    assert_eq!(share(&bad, "score"), (375, 3_000));
    assert_eq!(
        (share(&good, "score_measured"), share(&good, "score_not_measured")),
        ((3_000, 0), (7_000, 0))
    );
    assert_eq!(share(&report["figures"], "score_weights"), (10_000, 0));
    assert_eq!(report["checks"][0]["holds"], true);
    // The measures are those of their own reports.
    let receptions = ledger.run(&["report", "receptions", FEBRUARY[2], FEBRUARY[3], "--json"]).done().json();
    assert_eq!(
        share(&receptions["figures"], "reception_attainment"),
        share(&report["figures"], "reception_attainment")
    );
    let records = ask(&ledger, &["--explain", "reception_attainment"]);
    assert_eq!(records["figures"][0]["evidence"]["counted"].as_array().unwrap().len(), 3);
}

#[test]
fn an_officials_score_is_of_what_they_owed_themselves() {
    let ledger = office();
    let report = ask(&ledger, &["--by-official"]);
    let rows = report["by_official"].as_array().unwrap();
    let row =
        |official: &str| rows.iter().find(|row| row["official"] == official).unwrap()["figures"].clone();
    assert_eq!(share(&row("O-1"), "points_reception_attainment"), (750, 1_500));
    assert_eq!(share(&row("O-2"), "points_acceptance_in_time"), (0, 1_500));
    // An official of the district owes a pairing of their own, and has none.
    assert_eq!(share(&row("O-3"), "points_pairing_attainment"), (0, 1_000));
    assert_eq!(share(&row("O-3"), "score"), (0, 1_000));
    // One official's assessment is their row.
    assert_eq!(ask(&ledger, &["--official", "O-1"])["figures"], row("O-1"));
    let nothing = ask(&ledger, &["--official", "O-3", "--unit", "U-2"]);
    assert_eq!(share(&nothing["figures"], "score"), (0, 0));
    ledger.run(&["report", "visits", "--by-official"]).fails(2, "not known by official", "--by-unit");
}

#[test]
fn an_assessment_is_told_in_points_in_both_languages_and_as_csv() {
    let ledger = office();
    let told = ledger.run(&[FEBRUARY, &["--unit", "U-2"]].concat()).done().stdout;
    assert!(told.contains("         22.50 points  score, of what could be measured, of 30.00"), "{told}");
    assert!(told.contains("by the rules cn-2005 (record 9)"), "{told}");
    let told = ledger.run(&[FEBRUARY, &["--lang", "zh", "--by-official"]].concat()).done().stdout;
    assert!(told.contains("分  考核得分"), "{told}");
    let csv = ledger.run(&[FEBRUARY, &["--csv", "--by-official"]].concat()).done().stdout;
    assert!(csv.lines().any(|line| line.starts_with("assessment,O-1,,score,")), "{csv}");
    // Without rules nothing is weighed.
    let empty = Ledger::init("Asia/Shanghai");
    let report = empty.run(&["report", "assessment", "--json"]).done().json();
    assert_eq!(share(&report["figures"], "score"), (0, 0));
}
