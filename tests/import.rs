//! `docket import`: each row once, whatever the file is called; bad rows left out and listed; nobody's words in the log.

use std::{collections::BTreeSet, fs, process::Stdio, thread, time::Duration};

use serde_json::{Value, json};

use crate::support::{Files, Ledger, Run, calls, gzip, repository, run::arg, shared};

fn mapping() -> String {
    arg(&repository("tests/fixtures/hotline.toml")).to_owned()
}

fn csv() -> String {
    fs::read_to_string(repository("tests/fixtures/hotline.csv")).unwrap()
}

/// Words of the fixture's personal columns: each stands in one row.
const PERSONAL: [&str; 4] = ["Quillfeather", "Mossgrove", "Tanglewood", "Brackenbury"];

fn import(ledger: &Ledger, file: &str, more: &[&str]) -> Run {
    ledger.run(&[&["import", file, "--mapping", &mapping()], more].concat())
}

/// Imports, and returns the counts in short.
#[track_caller]
fn counts(ledger: &Ledger, file: &str, code: i32) -> [u64; 5] {
    short(&import(ledger, file, &["--json"]).ends(code).json())
}

/// Added, known, repeated, rejected, conflicts.
fn short(counts: &Value) -> [u64; 5] {
    ["added", "known", "repeated", "rejected", "conflicts"].map(|name| counts[name].as_u64().unwrap())
}

#[test]
fn every_row_becomes_a_case_once_whatever_the_file_is_called() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv());
    let first = import(&ledger, &file, &[]).done();
    // Source and two units, four cases, three of them closed.
    assert_eq!(
        first.stdout,
        "4 rows: 4 added with 10 records, 0 known already, 0 repeated in the file, 0 left out\n"
    );
    let before = ledger.record();
    assert_eq!(counts(&ledger, &file, 0), [0, 4, 0, 0, 0]);
    let renamed = ledger.put("renamed.csv", csv());
    assert_eq!(counts(&ledger, &renamed, 0), [0, 4, 0, 0, 0]);
    let text = csv();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<_> = rows.lines().collect();
    rows.reverse();
    let sorted = ledger.put("sorted.csv", format!("{header}\n{}\n", rows.join("\n")));
    assert_eq!(counts(&ledger, &sorted, 0), [0, 4, 0, 0, 0]);
    assert_eq!(before, ledger.record(), "what is known leaves no trace");

    rows.insert(1, "H-5,2011-07-09,,Road,Web,PW,,Another hole,Nobody,,Open,,");
    let grown = ledger.put("grown.csv", format!("{header}\n{}\n", rows.join("\n")));
    assert_eq!(counts(&ledger, &grown, 0), [1, 4, 0, 0, 0]);
    ledger.verify(0);
    assert_eq!(ledger.run(&["case", "list", "--json"]).done().json_lines().len(), 5);
    ledger.run(&["verify", "--index"]).done();
}

#[test]
fn the_same_key_with_other_content_is_a_conflict_and_the_others_go_on() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv());
    import(&ledger, &file, &[]).done();
    let other = csv().replace("2011-07-03 10:00:00", "2011-07-03 10:00:01")
        + "H-6,2011-07-09,,Road,Web,PW,,Another hole,Nobody,,Open,,\n";
    let other = ledger.put("other.csv", other);
    let rejects = ledger.beside("rejects.csv");
    let run = import(&ledger, &other, &["--json", "--rejects", arg(&rejects)]).ends(2);
    assert_eq!(short(&run.json()), [1, 3, 0, 1, 1]);
    let listed = fs::read_to_string(&rejects).unwrap();
    assert!(listed.starts_with("row,key,column,reason\n1,H-1,,\"the same key as record "), "{listed}");
    assert_eq!(listed.lines().count(), 2);
    // A personal value that differs is another content too.
    let words = ledger.put("words.csv", csv().replace("Otto Mossgrove", "Otto Mossgrave"));
    assert_eq!(counts(&ledger, &words, 2), [0, 3, 0, 1, 1]);
    // Within one file.
    let twice = format!("{}{}", csv(), "H-2,2011-07-02,,Road,Call,PW,,Another,Nobody,,Open,,\n");
    let twice = ledger.put("twice.csv", twice);
    assert_eq!(counts(&ledger, &twice, 2)[3], 1);
    let again = ledger.put("again.csv", csv() + csv().lines().nth(2).unwrap() + "\n");
    assert_eq!(counts(&ledger, &again, 0), [0, 4, 1, 0, 0]);
    ledger.verify(0);
}

#[test]
fn a_dry_run_says_what_an_import_would_do_and_does_nothing() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv() + "H-9,2011-02-30,,Road,Web,PW,,Never,Nobody,,Open,,\n");
    let before = ledger.record();
    let dry = import(&ledger, &file, &["--dry-run", "--json"]).ends(2).json();
    assert_eq!(before, ledger.record());
    let real = import(&ledger, &file, &["--json"]).ends(2).json();
    assert_eq!(short(&dry), short(&real));
    assert_eq!((&dry["dry_run"], &real["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(short(&real), [4, 0, 0, 1, 0]);
    // Behind it, too: what is known is known, and nothing is to be done.
    let (size, before) = (ledger.verify(0)["size"].clone(), ledger.record());
    assert_eq!(short(&import(&ledger, &file, &["--dry-run", "--json"]).ends(2).json()), [0, 4, 0, 1, 0]);
    assert_eq!((ledger.verify(0)["size"].clone(), ledger.record()), (size, before));
}

#[test]
fn bad_rows_are_listed_with_their_reason_and_without_their_words() {
    let ledger = Ledger::init("America/New_York");
    let bad = [
        &b"B-1,2011-02-30 08:00:00,,Road,Web,PW,,Title of Fenwick,Ada Fenwick,,Open,,\n"[..],
        b"B-2,2011-03-13 02:30:00,,Road,Web,PW,,Title of Fenwick,Ada Fenwick,,Open,,\n",
        b"B-3,2011-07-01,,Road,Pigeon of Fenwick,PW,,Title,Ada,,Open,,\n",
        b"B-4,2011-07-01,,Road,Web,PW,,Title of \xff Fenwick,Ada,,Open,,\n",
        b"B-5,2011-07-01,,Road,Web,PW,,Title of Fenwick,Ada Fenwick,,Closed,,\n",
        b"B-6,2011-07-05,,Road,Web,PW,,Title of Fenwick,Ada Fenwick,2011-07-01,Closed,,\n",
        b"B-7,too,few\n",
        b",2011-07-01,,Road,Web,PW,,Title of Fenwick,Ada,,Open,,\n",
    ]
    .concat();
    let file = ledger.put("bad.csv", [csv().as_bytes(), &bad].concat());
    let rejects = ledger.beside("rejects.csv");
    let run = import(&ledger, &file, &["--rejects", arg(&rejects)]).ends(2);
    assert_eq!(
        run.stdout,
        "12 rows: 4 added with 10 records, 0 known already, 0 repeated in the file, 8 left out\n"
    );
    let listed = fs::read_to_string(&rejects).unwrap();
    insta::assert_snapshot!(listed, @r#"
row,key,column,reason
5,B-1,opened,no such date or time: 2011-02-30 08:00:00
6,B-2,opened,"no such time in America/New_York, where the clocks were set forward over it: 2011-03-13 02:30:00"
7,B-3,source,a value of 17 bytes that the mapping does not know
8,,title,invalid UTF-8
9,B-5,closed,"no time, although the column status says that it happened"
10,B-6,closed,a time before the case was registered
11,,,3 cells where the header has 13
12,,no,no value
"#);
    assert!(!listed.contains("Fenwick") && !run.stderr.contains("Fenwick"));

    // Without a list the first ones are said.
    let said = import(&ledger, &file, &[]).ends(2);
    assert!(said.stderr.contains("left out: row 5, column opened: "), "{}", said.stderr);
    assert!(!said.stderr.contains("Fenwick"), "{}", said.stderr);
    // A list is never written over.
    let before = ledger.record();
    import(&ledger, &file, &["--rejects", arg(&rejects)]).fails(3, "cannot create", "--rejects");
    assert_eq!((fs::read_to_string(&rejects).unwrap(), ledger.record()), (listed, before));
    ledger.verify(0);
}

#[test]
fn gzip_standard_input_and_a_byte_order_mark_are_the_same_rows() {
    let ledger = Ledger::init("America/New_York");
    let packed = ledger.put("calls.csv.gz", gzip(csv().as_bytes()));
    assert_eq!(counts(&ledger, &packed, 0), [4, 0, 0, 0, 0]);
    let mapping = mapping();
    let piped = |bytes: &[u8]| {
        let mut command = ledger.command();
        let run = Run::with_input(command.args(["import", "-", "--json", "--mapping", &mapping]), bytes);
        short(&run.done().json())
    };
    assert_eq!(piped(csv().as_bytes()), [0, 4, 0, 0, 0]);
    assert_eq!(piped(&gzip(csv().as_bytes())), [0, 4, 0, 0, 0]);
    assert_eq!(piped(format!("\u{feff}{}", csv()).as_bytes()), [0, 4, 0, 0, 0]);
    assert_eq!(piped(csv().replace('\n', "\r\n").as_bytes()), [0, 4, 0, 0, 0]);
}

#[test]
fn a_repeated_hour_takes_the_earlier_offset_and_the_record_says_so() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv());
    import(&ledger, &file, &[]).done();
    let case = ledger.run(&["case", "show", "C-3", "--json"]).done().json();
    assert_eq!(case["registered_at"], "2011-11-06T05:30:00.000000Z");
    let record = case["records"][0]["index"].to_string();
    let shown = ledger.run(&["record", &record]).done().stdout;
    assert!(shown.contains("ambiguous_time: true"), "{shown}");
    let plain = ledger.run(&["case", "show", "C-1", "--json"]).done().json();
    let record = plain["records"][0]["index"].to_string();
    assert!(ledger.run(&["record", &record]).done().stdout.contains("ambiguous_time: false"));
    // A day is a day: its precision is kept.
    let day = ledger.run(&["case", "show", "C-2", "--json"]).done().json();
    assert_eq!(day["records"][0]["precision"], "day");
}

#[test]
fn the_columns_become_what_the_mapping_says() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv());
    let run = import(&ledger, &file, &[]).done();
    assert_eq!(run.stderr, "", "every column is named by the mapping");
    let case = ledger.run(&["case", "show", "C-1", "--json"]).done().json();
    for (field, value) in [
        ("state", "closed"),
        ("channel", "hotline"),
        ("category", "Street Lights"),
        ("raised_at", "U-1"),
        ("registered_at", "2011-07-01T12:00:00.000000Z"),
        ("stated_due", "2011-07-05T12:00:00.000000Z"),
        ("stated_timeliness", "closed by it"),
        ("closed_at", "2011-07-03T14:00:00.000000Z"),
    ] {
        assert_eq!(case[field], value, "{field}");
    }
    let timeliness =
        |case: &str| ledger.run(&["case", "show", case, "--json"]).done().json()["stated_timeliness"].clone();
    assert_eq!(["C-2", "C-3", "C-4"].map(timeliness), ["none stated", "closed after it", "closed after it"]);
    let units = ledger.run(&["unit", "list", "--json"]).done().json_lines();
    let names: Vec<_> = units.iter().map(|unit| (&unit["name"], &unit["code"])).collect();
    assert_eq!(names, [(&json!("Public Works"), &json!("PW")), (&json!("ISD"), &json!("ISD"))]);
}

#[test]
fn personal_values_stand_in_the_vault_and_nowhere_else() {
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", csv());
    let first = import(&ledger, &file, &[]).done();
    let again = import(&ledger, &file, &["--dry-run"]).done();
    let all = ledger.files();
    for word in PERSONAL {
        let holding: BTreeSet<_> =
            all.0.keys().filter(|name| has(&all, name, word)).map(String::as_str).collect();
        assert_eq!(holding, BTreeSet::from(["vault/00000000.vlt"]), "{word}");
        for run in [&first, &again] {
            assert!(!run.stdout.contains(word) && !run.stderr.contains(word));
        }
    }
    // A term that is public does stand there: the search finds what there is.
    assert!(has(&all, "log/00000000.seg", "Northside"));

    let shown = ledger.run(&["case", "show", "C-1", "--personal", "--json"]).done().json();
    let values: Vec<_> = shown["personal"].as_array().unwrap().iter().map(|value| &value["value"]).collect();
    for value in
        ["Lamp out at Quillfeather Lane 7", "Wanda Quillfeather", "The lamp of Quillfeather was replaced"]
    {
        assert!(values.contains(&&json!(value)), "{values:?}");
    }
    for args in [
        &["case", "show", "C-1"][..],
        &["case", "show", "C-1", "--json"],
        &["log", "--json"],
        &["record", "4"],
    ] {
        let run = ledger.run(args).done();
        assert!(!run.stdout.contains("Quillfeather"), "{args:?}: {}", run.stdout);
    }
}

fn has(files: &Files, name: &str, word: &str) -> bool {
    files.0[name].windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn two_ledgers_of_one_file_have_no_hash_in_common() {
    let ledgers = [Ledger::init("America/New_York"), Ledger::init("America/New_York")];
    let [one, two] = ledgers.each_ref().map(|ledger| {
        let file = ledger.put("calls.csv", csv());
        import(ledger, &file, &[]).done();
        hashes(ledger)
    });
    assert!(one.1.len() >= 11, "{}", one.1.len());
    assert!(one.0.is_disjoint(&two.0), "record hashes");
    assert!(one.1.is_disjoint(&two.1), "commitments");
}

type Hashes = BTreeSet<[u8; 32]>;

/// All record hashes and all commitments of a ledger.
fn hashes(ledger: &Ledger) -> (Hashes, Hashes) {
    let (mut records, mut commitments) = (Hashes::new(), Hashes::new());
    let reader = ledger.reader();
    reader
        .for_each(0..reader.size(), |record, hash| {
            records.insert(*hash.as_bytes());
            commitments.extend(record.commitments.iter().map(|(_, commitment)| *commitment.as_bytes()));
            Ok::<_, docket_log::StoreError>(())
        })
        .unwrap();
    (records, commitments)
}

#[test]
fn boston_2011_is_imported_whole_once_and_counted() {
    let Some(file) = shared("data/boston311_2011.csv.gz") else { return };
    let file = arg(&file);
    let ledger = Ledger::init("America/New_York");
    let boston = |ledger: &Ledger, file: &str| {
        short(&ledger.run(&["import", file, "--mapping", "boston311", "--json"]).done().json())
    };
    assert_eq!(boston(&ledger, file), [58_251, 0, 0, 0, 0]);
    let verdict = ledger.verify(0);
    let report = ledger.run(&["report", "cases", "--json"]).done().json();
    let figures: Vec<_> = [
        "registered",
        "closed",
        "with_stated_due",
        "closed_by_stated_due",
        "closed_after_stated_due",
        "open_with_stated_due",
        "without_stated_due",
    ]
    .map(|name| {
        let figures = report["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].as_u64().unwrap()
    })
    .to_vec();
    assert_eq!(figures, [58_251, 54_570, 47_270, 35_591, 8_230, 3_449, 10_981]);

    assert_eq!(boston(&ledger, file), [0, 58_251, 0, 0, 0]);
    let sorted = ledger.put("renamed.csv", resorted(file));
    assert_eq!(boston(&ledger, &sorted), [0, 58_251, 0, 0, 0]);
    assert_eq!(ledger.verify(0)["size"], verdict["size"]);
    ledger.run(&["verify", "--index"]).done();

    let other = Ledger::init("America/New_York");
    assert_eq!(boston(&other, file), [58_251, 0, 0, 0, 0]);
    let (one, two) = (hashes(&ledger), hashes(&other));
    assert_eq!(one.1.len() as u64, verdict["personal_values"].as_u64().unwrap(), "none occurs twice");
    assert!(one.0.is_disjoint(&two.0) && one.1.is_disjoint(&two.1));
}

/// Returns the rows in reverse, unpacked.
fn resorted(file: &str) -> Vec<u8> {
    let unpacked = flate2::read::MultiGzDecoder::new(fs::File::open(file).unwrap());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(unpacked);
    let mut rows: Vec<_> = reader.byte_records().map(Result::unwrap).collect();
    rows[1..].reverse();
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_byte_record(row).unwrap());
    writer.into_inner().unwrap()
}

/// Returns how long the files of the log are together.
fn log_len(ledger: &Ledger) -> u64 {
    let entries = fs::read_dir(ledger.folder().join("log")).unwrap();
    entries.map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

/// Imports, and kills the process once the log has so many bytes. Says whether it was killed before it ended.
fn killed_at(ledger: &Ledger, file: &str, bytes: u64) -> bool {
    let mut command = ledger.command();
    command.args(["import", file, "--mapping", &mapping()]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if log_len(ledger) >= bytes {
            child.kill().unwrap();
            return child.wait().unwrap().code().is_none();
        }
        thread::sleep(Duration::from_micros(200));
    }
    false
}

#[test]
fn an_import_that_is_killed_goes_on_and_comes_to_the_same() {
    const ROWS: u64 = 30_000;
    let whole = Ledger::init("America/New_York");
    let file = whole.put("calls.csv", calls(ROWS));
    assert_eq!(counts(&whole, &file, 0), [ROWS, 0, 0, 0, 0]);

    let ledger = Ledger::init("America/New_York");
    let mut kills = 0;
    // Before the first rows are there, among them, and while the index is stored.
    for percent in [0, 30, 60, 100] {
        kills += u64::from(killed_at(&ledger, &file, log_len(&whole) * percent / 100));
        let verified = ledger.run(&["verify"]);
        assert!(matches!(verified.code, 0 | 3), "torn at most: {} {}", verified.stdout, verified.stderr);
    }
    assert!(kills >= 2, "killed {kills} times");
    let [added, known, rest @ ..] = counts(&ledger, &file, 0);
    assert_eq!((added + known, rest), (ROWS, [0; 3]));
    assert!(known > 0, "what was durable is known");
    assert_eq!(counts(&ledger, &file, 0), [0, ROWS, 0, 0, 0]);

    ledger.run(&["verify", "--index"]).done();
    assert_eq!(ledger.verify(0)["streams"], whole.verify(0)["streams"]);
    let figures =
        |ledger: &Ledger| ledger.run(&["report", "cases", "--json"]).done().json()["figures"].clone();
    assert_eq!(figures(&ledger), figures(&whole));
}

/// Imports with so many KiB of address space.
#[cfg(target_os = "linux")]
fn import_within(ledger: &Ledger, file: &str, limit: u64) -> Run {
    let whole = ledger.command();
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", r#"ulimit -v "$0" && exec "$@""#, &limit.to_string()]);
    limited.arg(whole.get_program()).args(whole.get_args());
    limited.args(["import", file, "--mapping", &mapping(), "--json"]).env_clear();
    Run::of(&mut limited)
}

#[test]
#[cfg(target_os = "linux")]
fn an_import_that_gets_no_more_memory_says_so_and_goes_on_with_more() {
    const ROWS: u64 = 40_000;
    let ledger = Ledger::init("America/New_York");
    let file = ledger.put("calls.csv", calls(ROWS));
    let (mut refused, mut limit) = (0, 64 << 10);
    let imported = loop {
        let run = import_within(&ledger, &file, limit);
        if run.code == 0 {
            break run.json();
        }
        assert!(limit < 4 << 20, "{}", run.stderr);
        run.fails(3, &format!("no more memory: its limit is {limit} KiB"), "repeat the command");
        let verified = ledger.run(&["verify"]);
        assert!(matches!(verified.code, 0 | 3), "torn at most: {} {}", verified.stdout, verified.stderr);
        (refused, limit) = (refused + 1, limit + (4 << 10));
    };
    assert!(refused >= 2, "refused {refused} times");
    let [added, known, rest @ ..] = short(&imported);
    assert_eq!((added + known, rest), (ROWS, [0; 3]));
    assert!(known > 0, "what was durable is known");
    assert_eq!(counts(&ledger, &file, 0), [0, ROWS, 0, 0, 0]);
    ledger.run(&["verify", "--index"]).done();
}
