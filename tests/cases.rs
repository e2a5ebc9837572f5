//! Cases under a rule set: their clocks, as listed and explained, and what is said of them.

use crate::support::{Ledger, Run};

/// A district, a town and a village under the rules of 2005, and C-1, raised in the village and assigned on 2010-02-02.
fn district() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    at(&ledger, "2009-01-01", &["unit", "add", "--name", "Riverside", "--level", "district"]);
    at(&ledger, "2009-01-01", &["unit", "add", "--name", "Greenfield", "--level", "town", "--parent", "U-1"]);
    at(&ledger, "2009-01-01", &["unit", "add", "--name", "Shiping", "--level", "village", "--parent", "U-2"]);
    for unit in ["U-3", "U-3", "U-2"] {
        at(&ledger, "2009-01-01", &["official", "add", "--name", "Wu Invented", "--unit", unit]);
    }
    at(&ledger, "2009-01-01", &["rules", "adopt", "cn-2005", "--from", "2009-01-01"]);
    at(&ledger, "2010-02-01", &["case", "register", "--unit", "U-3", "--petitioner", "Qian Invented"]);
    at(&ledger, "2010-02-02", &["case", "assign", "C-1", "--unit", "U-3", "--handler", "O-1"]);
    ledger
}

fn at(ledger: &Ledger, day: &str, args: &[&str]) -> Run {
    ledger.run(&[args, &["--at", day]].concat()).done()
}

fn refused(ledger: &Ledger, day: &str, args: &[&str], why: &str) {
    ledger.run(&[args, &["--at", day]].concat()).fails(2, why, "nothing was recorded");
}

#[test]
fn all_clocks_are_shown_and_explained_day_by_day() {
    let ledger = district();
    let due = ["case", "due", "C-1", "--as-of", "2010-02-20"];
    insta::assert_snapshot!(ledger.run(&due).done().stdout, @r"
    assign             due 2010-02-20  met by record 9; from 2010-02-01 (record 8), rules cn-2005
    tell-petitioner    due 2010-02-20  running; from 2010-02-02 (record 9), rules cn-2005
    ");
    let explained = ledger.run(&[&due[..], &["--explain"]].concat()).done().stdout;
    let (_, told) = explained.split_once("tell-petitioner").unwrap();
    let days: Vec<_> = told.lines().skip(14).collect();
    insta::assert_snapshot!(days.join("\n"), @r"
    2010-02-15  13       holiday: Spring Festival
    2010-02-16  14       holiday: Spring Festival
    2010-02-17  15       holiday: Spring Festival
    2010-02-18  moves on holiday: Spring Festival
    2010-02-19  moves on holiday: Spring Festival
    2010-02-20  due      make-up working day
    ");
    // On the day after, it is over.
    let over = ledger.run(&["case", "due", "1", "--as-of", "2010-02-21", "--json"]).done().json();
    let clock = &over["clocks"][1];
    assert_eq!((&clock["clock"], &clock["standing"]), (&"tell-petitioner".into(), &"overdue".into()));
    assert_eq!((&clock["days_over"], &clock["due"]), (&1.into(), &"2010-02-20".into()));
}

#[test]
fn a_term_runs_on_by_the_rules_it_began_under_and_ends_behind_a_holiday() {
    let ledger = district();
    at(&ledger, "2010-02-03", &["case", "accept", "C-1"]);
    // Other rules come into force in the middle of the term, with other days and another calendar.
    at(&ledger, "2010-03-01", &["rules", "adopt", "uk-complaints", "--from", "2010-03-01"]);
    let due = ["case", "due", "C-1", "--explain", "--as-of", "2010-03-20"];
    let told = ledger.run(&due).done().stdout;
    let handle: Vec<_> = told.lines().skip_while(|line| !line.starts_with("handle ")).collect();
    assert!(handle[0].contains("due 2010-04-06  running; from 2010-02-03"), "{}", handle[0]);
    assert!(handle[0].ends_with("rules cn-2005"), "{}", handle[0]);
    insta::assert_snapshot!(handle[60..].join("\n"), @r"
    2010-04-03  59       holiday: Qingming
    2010-04-04  60       holiday: Qingming
    2010-04-05  moves on holiday: Qingming
    2010-04-06  due      working day
    ");
}

#[test]
fn what_is_overdue_is_listed() {
    let ledger = district();
    at(&ledger, "2010-02-10", &["case", "register", "--unit", "U-2", "--petitioner", "Sun Invented"]);
    // Nobody assigned C-2, nor accepted C-1, ever since.
    let codes = |args: &[&str]| {
        let lines =
            ledger.run(&[&["case", "list", "--overdue", "--json"], args].concat()).done().json_lines();
        lines.iter().map(|case| case["case"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["C-1", "C-2"]);
    assert_eq!(codes(&["--unit", "U-3"]), ["C-1"]);
    assert_eq!(codes(&["--state", "registered"]), ["C-2"]);
    at(&ledger, "2010-02-11", &["case", "withdraw", "C-2"]);
    assert_eq!(codes(&[]), ["C-1"]);
    // Before anything was recorded, nothing was known to be late.
    assert_eq!(codes(&["--as-of", "2010-12-31"]), Vec::<String>::new());
}

#[test]
fn a_case_is_shown_with_its_extension_its_suspension_and_its_reviews() {
    let ledger = district();
    at(&ledger, "2010-02-03", &["case", "accept", "C-1"]);
    at(&ledger, "2010-02-04", &["case", "coassign", "C-1", "--unit", "U-1"]);
    at(
        &ledger,
        "2010-02-05",
        &["case", "suspend", "C-1", "--ground", "force-majeure", "--text", "the flood"],
    );
    at(&ledger, "2010-02-09", &["case", "resume", "C-1"]);
    let extend = ["case", "extend", "C-1", "--text", "a survey", "--approver", "O-2", "--days"];
    refused(&ledger, "2010-03-01", &[&extend[..], &["31"]].concat(), "an extension has 1 to 30 days, not 31");
    refused(&ledger, "2010-04-10", &[&extend[..], &["30"]].concat(), "ended on 2010-04-08");
    at(&ledger, "2010-03-01", &[&extend[..], &["30"]].concat());
    refused(&ledger, "2010-03-02", &["case", "reply", "C-1"], "the reply needs an approver");
    at(&ledger, "2010-03-02", &["case", "reply", "C-1", "--approver", "O-2"]);
    at(&ledger, "2010-03-10", &["case", "review", "C-1"]);
    let decide = ["case", "decide-review", "C-1", "--outcome", "upheld"];
    let own = [&decide[..], &["--unit", "U-3", "--decider", "O-1"]].concat();
    refused(&ledger, "2010-03-20", &own, "O-1 decided in an earlier stage");
    at(&ledger, "2010-03-20", &[&decide[..], &["--unit", "U-2", "--decider", "O-3"]].concat());
    let shown = ledger.run(&["case", "show", "C-1"]).done().stdout;
    let (told, _) = shown.split_once("  record  recorded").unwrap();
    insta::assert_snapshot!(told, @r"
    case        C-1
    state       closed
    came by     other
    raised at   U-3 Shiping
    assigned to U-3 Shiping, O-1
    registered  2010-02-01
    accepted    2010-02-03
    also with   U-1
    extended    2010-03-01, handle by 30 days
    suspended   2010-02-05 to 2010-02-09, force-majeure
    review      2010-03-10 to 2010-03-20, upheld by O-3 of U-2
    replied     2010-03-02, explained
    closed      2010-03-20, replied
    ");
    let json = ledger.run(&["case", "show", "C-1", "--json"]).done().json();
    assert_eq!(json["review"]["what"], "upheld by O-3 of U-2");
    assert_eq!((&json["co_units"][0], &json["anonymous"]), (&"U-1".into(), &false.into()));
    assert_eq!(json["extensions"][0]["record"], 14);
}

#[test]
fn merged_and_split_cases_name_each_other() {
    let ledger = district();
    at(&ledger, "2010-02-03", &["case", "register", "--unit", "U-3", "--petitioner", "Sun Invented"]);
    at(&ledger, "2010-02-04", &["case", "merge", "C-2", "--into", "C-1"]);
    at(&ledger, "2010-02-05", &["case", "split", "C-1", "--category", "water"]);
    let show = |case| ledger.run(&["case", "show", case, "--json"]).done().json();
    assert_eq!(show("C-2")["merged_into"], "C-1");
    let (first, third) = (show("C-1"), show("C-3"));
    assert_eq!((&first["merged"][0], &first["children"][0]), (&"C-2".into(), &"C-3".into()));
    assert_eq!((&third["split_from"], &third["unit"]), (&"C-1".into(), &"U-3".into()));
    refused(&ledger, "2010-02-06", &["case", "withdraw", "C-1"], "reply to every petitioner first");
}

#[test]
fn rule_sets_are_adopted_listed_and_printed() {
    let ledger = district();
    at(&ledger, "2022-05-01", &["rules", "adopt", "cn-2022", "--from", "2022-05-01"]);
    let listed = ledger.run(&["rules", "list", "--json"]).done().json_lines();
    let names: Vec<_> = listed.iter().map(|rules| rules["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cn-2005", "cn-2022"]);
    let printed = ledger.run(&["rules", "print", "cn-2005"]).done().stdout;
    assert_eq!(ledger.run(&["rules", "show", "R-1"]).done().stdout, printed);
    ledger.run(&["rules", "adopt", "cn-1995", "--from", "2000-01-01"]).fails(
        2,
        "no rule set",
        "come with docket",
    );
    let own = ledger.beside("own.toml");
    std::fs::write(&own, printed.replacen("title =", "signatures = [\"ReplyGiven\"]\ntitle =", 1)).unwrap();
    let adopt = ["rules", "adopt", own.to_str().unwrap(), "--from", "2000-01-01"];
    let said = ledger.run(&adopt).ends(2).stderr;
    assert!(said.contains("signatures names \"ReplyGiven\", which is no event"), "{said}");
}
