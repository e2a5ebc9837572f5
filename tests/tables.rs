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
