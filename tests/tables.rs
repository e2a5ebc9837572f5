//! `docket import --as`: docket's own tables.

use crate::support::{Ledger, run::arg};

fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    let units = ledger.put(
        "units.csv",
        "at,name,level,code\n2010-01-01,Greenfield,village,500-1\n2010-01-01,Riverside,village,500-2\n",
    );
    ledger.run(&["import", &units, "--as", "units"]).done();
    ledger
}

#[test]
fn rows_name_others_by_their_codes_and_are_added_once() {
    let ledger = office();
    let rows = "key,at,unit-code,members,code,name\n\
                r1,2010-02-01,500-1,3,H001,Wang\n\
                r2,2010-02-01,500-9,3,H002,Li\n\
                r3,2010-02-01,500-1,40,H003,Zhou\n\
                r4,2010-02-01,500-1,2,H001,Zhou\n\
                ,2010-02-01,500-1,2,H004,Zhou\n\
                r6,soon,500-1,2,H006,Zhou\n\
                r1,2010-02-01,500-1,3,H001,Wang\n\
                r1,2010-02-01,500-1,4,H001,Wang\n";
    let file = ledger.put("households.csv", rows);
    let rejects = ledger.beside("rejects.csv");
    let run = ledger.run(&["import", &file, "--as", "households", "--rejects", arg(&rejects)]).ends(2);
    assert_eq!(
        run.stdout,
        "8 rows: 1 added with 2 records, 0 known already, 1 repeated in the file, 6 left out\n"
    );
    let listed = std::fs::read_to_string(&rejects).unwrap();
    for reason in [
        "2,r2,,nothing has that unit code",
        "3,r3,,a household of 40 members (1 to 32)",
        "4,r4,,the household code H001 is taken by record",
        "5,,key,no value",
        "6,r6,,",
        "8,r1,,\"the same key as row 1, with other content\"",
    ] {
        assert!(listed.contains(reason), "{reason} in {listed}");
    }
    assert!(!listed.contains("Zhou"));
    // Again, sorted otherwise and with a row more.
    let grown = "at,members,code,name,unit-code,key\n\
                 2010-03-01,1,H009,Chen,500-2,r9\n\
                 2010-02-01,3,H001,Wang,500-1,r1\n";
    let file = ledger.put("households-2.csv", grown);
    let run = ledger.run(&["import", &file, "--as", "households"]).done();
    assert_eq!(
        run.stdout,
        "2 rows: 1 added with 2 records, 1 known already, 0 repeated in the file, 0 left out\n"
    );
    // The same key with other content is a conflict with the record that has it.
    let other = "key,at,unit-code,members,code,name\nr1,2010-02-01,500-1,3,H001,Wong\n";
    let file = ledger.put("households-3.csv", other);
    let run = ledger.run(&["import", &file, "--as", "households"]).ends(2);
    assert!(run.stderr.contains("the same key as record"), "{}", run.stderr);
    ledger.run(&["verify"]).done();
}

#[test]
fn a_template_has_the_columns_that_an_import_takes() {
    let ledger = office();
    let template = ledger.run(&["import", "--template", "households"]).done();
    assert_eq!(template.stdout, "key,at,by,unit,members,code,name,contact,address\n");
    assert!(template.stderr.contains("members: How many members it has"));
    let file = ledger.put("households.csv", format!("{}r1,2010-02-01,,U-1,2,,,,\n", template.stdout));
    ledger.run(&["import", &file, "--as", "households"]).done();
}

#[test]
fn a_table_with_other_columns_is_refused_before_anything_is_recorded() {
    let ledger = office();
    for (header, error) in [
        ("key,at,unit,colour", "the table has no column \"colour\""),
        ("key,at,members", "the column \"unit\" is missing"),
        ("key,unit", "the column \"at\" is missing"),
        ("at,unit", "the column \"key\" is missing"),
    ] {
        let file = ledger.put("households.csv", format!("{header}\n1,2,3,4\n"));
        let run = ledger.run(&["import", &file, "--as", "households"]);
        run.fails(2, error, "--template");
    }
    let file = ledger.put("weather.csv", "key\n");
    ledger.run(&["import", &file, "--as", "weather"]).fails(2, "there is no table", "households");
}

/// The page about imports.
const IMPORT_MD: &str = include_str!("../crates/cli/IMPORT.md");

/// A row of each table that an office with a unit, an official, a household, a reception and a case can have, and what is
/// wrong with the row behind it.
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("units", "u1,2010-02-01,,Mill,village,,", "u2,2010-02-01,,Hill,hamlet,,", "unknown unit level"),
    ("officials", "o1,2010-02-01,,Hu Bo,,U-1,9,", "o2,2010-02-01,,Xu An,,U-9,9,", "there is no U-9"),
    ("appointments", "a1,2010-02-01,,O-1,U-2,staff,", "a2,2010-02-01,,O-1,U-2,chief,", "unknown office"),
    ("households", "h1,2010-02-01,,U-1,3,,,,", "h2,2009-01-01,,U-1,3,,,,", "by record"),
    ("receptions", "r1,2010-03-02,,U-1,O-1,,60", "r2,2010-03-02,,U-1,O-7,,60", "there is no O-7"),
    ("persons", "p1,2010-02-09,,U-1,9,Wang,,", "p2,2010-02-09,,U-1,1,Wang,,", "is no reception"),
    ("visits", "v1,2010-02-10,,H-1,U-1,O-1,,20,", "v2,2010-02-10,,H-1,U-1,O-1,,20,", "record"),
    (
        "cases",
        "c1,2010-02-01,,letter,U-1,,,,,,a lamp,,Zhou,,,",
        "c2,2010-02-01,,carrier,U-1,,,,,,,,,,,",
        "unknown channel",
    ),
    (
        "replies",
        "e1,2010-02-20,,C-1,supported,,done",
        "e2,2010-02-20,,C-9,supported,,done",
        "there is no C-9",
    ),
    ("pairings", "p1,2010-02-01,,O-1,H-1", "p2,2010-02-01,,O-1,H-1", "record"),
    (
        "aid",
        "i1,2010-02-01,,H-1,U-1,O-1,cash,12.50,A-1,,",
        "i2,2010-02-01,,H-1,U-1,O-1,cash,1.005,A-2,,",
        "two decimals",
    ),
    ("gifts", "g1,2010-02-01,,O-1,cash,200,,", "g2,2010-02-01,,O-1,house,200,,", "unknown kind of gift"),
    ("vehicles", "v1,2010-02-01,,U-1,A-1,yes", "v2,2010-02-01,,U-1,A-1,yes", "taken by record"),
    ("disposals", "d1,2010-02-12,,V-1,auctioned,,,,900", "d2,2010-02-12,,V-1,auctioned,,,,900", "record"),
    ("declarations", "l1,2010-02-01,,O-1,2010,", "l2,2010-02-01,,O-1,2010,", "taken by record"),
    ("diaries", "y1,2010-02-10,,O-1,9,,U-1,2,a page", "y2,2010-02-10,,O-1,1,,U-1,2,a page", "record 1 is"),
    ("dossiers", "s1,2010-02-10,,U-1,H-1,H-1,", "s2,2010-02-10,,U-2,H-1,H-1,", "record"),
    ("surveys", "q1,2010-02-21,,C-1,O-1", "q2,2010-02-21,,C-9,O-1", "there is no C-9"),
    ("answers", "w1,2010-02-22,,C-1,satisfied,yes,", "w2,2010-02-22,,C-1,happy,yes,", "unknown satisfaction"),
];

#[test]
fn every_table_is_on_the_page_with_its_columns_and_takes_a_row_and_leaves_a_bad_one_out() {
    let ledger = office();
    for args in [
        &["official", "add", "--name", "Lin Yue", "--unit", "U-1", "--at", "2010-01-02"][..],
        &["official", "appoint", "O-1", "--unit", "U-1", "--office", "secretary", "--at", "2010-01-03"],
        &["household", "add", "--unit", "U-1", "--members", "3", "--at", "2010-01-04"],
        &["case", "register", "--unit", "U-2", "--petitioner", "Wang", "--at", "2010-01-05"],
        &["case", "assign", "C-1", "--unit", "U-2", "--at", "2010-01-06"],
        &["reception", "hold", "U-1", "--receiver", "O-1", "--at", "2010-02-09"],
    ] {
        ledger.run(args).done();
    }
    for (table, good, bad, why) in ROWS {
        let header = ledger.run(&["import", "--template", table]).done().stdout;
        let header = header.trim_end();
        let line = IMPORT_MD.lines().find(|line| line.starts_with(&format!("| `{table}` |")));
        assert!(line.is_some_and(|line| line.contains(&format!("| `{header}` |"))), "{table}: {header}");
        assert_eq!(good.split(',').count(), header.split(',').count(), "{table}: {header}");
        let file = ledger.put(&format!("{table}.csv"), format!("{header}\n{good}\n{bad}\n"));
        let import = |more: &[&str]| ledger.run(&[&["import", &file, "--as", table], more].concat());
        let before = ledger.record();
        // It judges each row by the ledger as it is: that the second follows the first, it cannot know.
        let dry = import(&["--dry-run"]);
        let said = ["nothing recorded: 2 rows: 1 added", "nothing recorded: 2 rows: 2 added"];
        assert!(said.iter().any(|said| dry.stdout.contains(said)), "{table}: {}", dry.stdout);
        assert_eq!(before, ledger.record(), "{table}: a dry run records nothing");
        let rejects = ledger.beside(&format!("{table}-rejects.csv"));
        let run = import(&["--rejects", arg(&rejects)]).ends(2);
        assert!(
            run.stdout.contains("1 added") && run.stdout.contains("1 left out"),
            "{table}: {}",
            run.stdout
        );
        let listed = std::fs::read_to_string(&rejects).unwrap();
        assert!(listed.contains(why) && listed.lines().count() == 2, "{table}: {listed}");
        let again = import(&[]).ends(2);
        assert!(
            again.stdout.contains("0 added") && again.stdout.contains("1 known"),
            "{table}: {}",
            again.stdout
        );
    }
    let tables: Vec<_> =
        IMPORT_MD.lines().filter(|line| line.starts_with("| `") && line.contains("| `key,at,by,")).collect();
    assert_eq!(tables.len(), ROWS.len());
    ledger.run(&["verify", "--rules"]).done();
}
