//! Published reports: a figure is a claim, and `docket verify --reports` makes it again from the record.

use docket_domain::{EventBody as _, Label, PublishedFigure, ReportPublished};
use serde_json::Value;

use crate::support::{Forged, Ledger, forge_event};

/// A village that received people and handled a case, and its overview of 2010, published.
fn published() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    for args in [
        &["unit", "add", "--name", "Greenfield", "--level", "village", "--at", "2009-01-01"][..],
        &["official", "add", "--name", "Lin Yue", "--unit", "U-1", "--at", "2009-01-02"],
        &["household", "add", "--unit", "U-1", "--members", "3", "--at", "2009-01-03"],
        &["case", "register", "--unit", "U-1", "--title", "no water", "--at", "2010-02-01"],
    ] {
        ledger.run(args).done();
    }
    ledger
}

const OVERVIEW: &[&str] = &["report", "overview", "--period", "2010-01-01..2010-12-31"];

fn publish(ledger: &Ledger, more: &[&str]) -> Value {
    let args = [OVERVIEW, &["--publish", "U-1", "--by", "O-1", "--json"], more].concat();
    ledger.run(&args).done().json()
}

#[test]
fn a_published_report_is_made_again_and_holds() {
    let ledger = published();
    let report = publish(&ledger, &[]);
    assert_eq!(report["published"]["record"], 5);
    let narrowed = publish(&ledger, &["--unit", "U-1"]);
    assert_eq!(narrowed["published"]["record"], 6);
    // What happens later changes nothing of what was said then.
    ledger.run(&["case", "register", "--unit", "U-1", "--title", "no light", "--at", "2010-03-01"]).done();
    let told = ledger.run(&["verify", "--reports"]).done().stdout;
    let figures = report["figures"].as_array().unwrap();
    let shares = figures.iter().filter(|figure| figure["denominator"] != 0).count();
    let line =
        format!("reports      2 published, {} figures of them follow from the record, 2 printed", 2 * shares);
    assert!(told.contains(&line), "{told}");
    let json = ledger.run(&["verify", "--reports", "--rules", "--json"]).done().json();
    assert_eq!((&json["reports"]["result"], &json["reports"]["published"]), (&"same".into(), &2.into()));
    assert_eq!(json["rules"]["result"], "possible");

    // Whoever has the report makes it again from the same records, and gets the bytes that were hashed.
    let again = ledger.run(&[OVERVIEW, &["--as-of-size", "5", "--json"]].concat()).done().stdout;
    let hash = blake3::hash(again.trim_end().as_bytes()).to_string();
    assert_eq!(report["published"]["digest"], hash);
    let without: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(without["figures"], report["figures"]);
    let plain = ledger.run(&["verify"]).done().stdout;
    assert!(plain.contains("not covered  whether published reports follow from the record (--reports)"));
}

#[test]
fn a_figure_that_does_not_replay_is_named_with_its_record() {
    let ledger = published();
    let label = |text: &str| Label::new(text).unwrap();
    let figure = |name: &str, numerator| PublishedFigure { name: label(name), numerator, denominator: 1 };
    let claim = |name: &str, figures| ReportPublished {
        name: label(name),
        from: None,
        until: None,
        as_of_size: 5,
        unit: None,
        official: None,
        household: None,
        state: None,
        digest: [0; 32],
        figures,
        origin: None,
    };
    let at = 4_000_000_000_000_000;
    let forge =
        |claim| forge_event(&ledger, Forged { stream: 1, occurred_at: at, ..Forged::default() }, claim);
    forge(claim(
        "overview",
        vec![figure("units", 1), figure("issues_collected", 40), figure("households", 1)],
    ));
    // The log and the rules know nothing against it.
    ledger.run(&["verify", "--rules"]).done();
    let run = ledger.run(&["verify", "--reports"]).ends(1);
    let named = "record 5: the figure issues_collected of the report overview was published as 40, and the first 5 records give 1";
    assert!(run.stdout.contains(named), "{}", run.stdout);
    assert!(run.last_line().contains("1 finding, the first at record 5"), "{}", run.last_line());
    let json = ledger.run(&["verify", "--reports", "--json"]).ends(1).json();
    let reports = &json["reports"];
    assert_eq!((&reports["result"], &reports["same_figures"]), (&"differs".into(), &2.into()));
    let first = &reports["differing"][0];
    assert_eq!((&first["record"], &first["figure"]), (&5.into(), &"issues_collected".into()));
    assert_eq!((&first["published"], &first["found"]), (&"40".into(), &"1".into()));
}

#[test]
fn what_this_version_cannot_make_again_is_undecided() {
    let ledger = published();
    let label = |text| Label::new(text).unwrap();
    let claim = ReportPublished {
        name: label("harvest"),
        from: None,
        until: None,
        as_of_size: 5,
        unit: None,
        official: None,
        household: None,
        state: None,
        digest: [0; 32],
        figures: Vec::new(),
        origin: None,
    };
    let at = 4_000_000_000_000_000;
    forge_event(&ledger, Forged { stream: 1, occurred_at: at, ..Forged::default() }, claim);
    let run = ledger.run(&["verify", "--reports"]).ends(3);
    assert!(run.stdout.contains("record 5: this version has no report harvest"), "{}", run.stdout);
    assert_eq!(ReportPublished::VERSION, 2);
}

#[test]
fn only_whole_days_are_published_by_a_unit_that_stands() {
    let ledger = published();
    let args = ["report", "overview", "--period", "2010-01-01 08:00..2010-12-31", "--publish", "U-1"];
    ledger.run(&args).fails(2, "whole days", "2010-01-01..2010-12-31");
    ledger.run(&["report", "overview", "--publish", "U-9"]).fails(2, "there is no U-9", "");
    ledger.run(&["report", "overview", "--as-of-size", "99"]).fails(2, "never held 99 records", "it holds 5");
    ledger.run(&["report", "overview", "--publish", "U-1", "--by-unit"]).ends(2);
    ledger.run(&["report", "overview", "--by", "O-1"]).ends(2);
}
