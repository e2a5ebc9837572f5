//! Bad input: a clear error with a next step, the right exit code, and nothing written by half.

use std::{
    fs,
    io::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use docket_log::WriterLock;

use crate::support::{
    Desk, Files, Ledger, Run, docket, gzip, office, register, repository, run::arg, sample, unit,
};

/// Runs a command that must fail so, and must leave the record as it was.
#[track_caller]
fn refused(ledger: &Ledger, args: &[&str], code: i32, error: &str, hint: &str) -> Run {
    let before = ledger.record();
    let run = ledger.run(args).fails(code, error, hint);
    assert_eq!(run.stdout, "", "an error is no result");
    assert_eq!(before, ledger.record(), "{args:?} changed the record");
    run
}

/// One command of each manner to open a ledger: reading, reading through the index, working.
const COMMANDS: [&[&str]; 5] = [
    &["log"],
    &["case", "list"],
    &["report", "cases"],
    &["unit", "add", "--name", "Riverside", "--level", "village"],
    &["rebuild"],
];

#[test]
fn a_folder_that_is_no_ledger_is_said_and_stays_as_it_is() {
    let ledger = Ledger::nowhere();
    // Missing.
    for args in COMMANDS {
        ledger.run(args).fails(3, "not a ledger", "docket init");
        assert!(!ledger.folder().exists(), "{args:?} made a folder");
    }
    ledger.run(&["verify"]).fails(3, "there is no folder", "--ledger");
    // Empty.
    fs::create_dir(ledger.folder()).unwrap();
    for args in COMMANDS {
        ledger.run(args).fails(3, "not a ledger", "docket init");
    }
    let empty = ledger.run(&["verify"]).ends(3);
    assert_eq!(empty.last_line(), "verdict: undecided: there is nothing that could be checked");
    assert_eq!(fs::read_dir(ledger.folder()).unwrap().count(), 0);
    // Something else.
    fs::write(ledger.folder().join("letter.txt"), "Dear office").unwrap();
    for args in COMMANDS {
        ledger.run(args).fails(3, "not a ledger", "docket init");
    }
    ledger.run(&["verify"]).ends(3);
    assert_eq!(fs::read_dir(ledger.folder()).unwrap().count(), 1);
    // A file.
    let file = ledger.put("file", "x");
    for args in COMMANDS.iter().chain([&["verify"][..]].iter()) {
        let run = Run::of(docket().args(["-l", &file]).args(*args));
        assert_eq!(run.code, 3, "{args:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_ledger_is_never_made_over_another() {
    let ledger = Ledger::of(&sample().whole);
    refused(
        &ledger,
        &["init", "--origin", "ledger.example/new"],
        2,
        "there is a ledger here already",
        "empty folder",
    );
    for origin in ["two words", "a+b", ""] {
        let ledger = Ledger::nowhere();
        ledger.run(&["init", "--origin", origin]).ends(2);
        assert!(!ledger.folder().join("log").exists(), "{origin:?}");
    }
    let ledger = Ledger::nowhere();
    ledger.run(&["init", "--origin", "ledger.example/x", "--zone", "Mars/Olympus"]).fails(
        2,
        "unknown time zone",
        "IANA",
    );
    assert!(!ledger.folder().exists());
}

#[test]
fn a_newer_format_is_undecided_and_left_alone() {
    let ledger = Ledger::of(&sample().whole);
    let segment = ledger.folder().join("log/00000000.seg");
    let mut bytes = fs::read(&segment).unwrap();
    assert_eq!(&bytes[8..12], [1, 0, 0, 0], "the version stands behind the magic (FORMAT.md section 3)");
    bytes[8] = 2;
    fs::write(&segment, &bytes).unwrap();
    for args in COMMANDS {
        refused(&ledger, args, 3, "log/00000000.seg", "newer version");
    }
    let before = ledger.record();
    let verdict = ledger.verify(3);
    assert_eq!(verdict["verdict"], "undecided");
    assert!(verdict["undecided"][0]["why"].as_str().unwrap().contains("newer version"), "{verdict}");
    assert_eq!(before, ledger.record());
}

#[test]
fn a_file_that_cannot_be_read_is_never_passed_over() {
    // A folder where a file should be: whoever runs this may read every file.
    for name in ["log/00000000.seg", "vault/00000000.vlt", "checkpoints/00000000.ckp", "ledger.toml"] {
        let ledger = Ledger::of(&sample().whole);
        fs::remove_file(ledger.folder().join(name)).unwrap();
        fs::create_dir(ledger.folder().join(name)).unwrap();
        let before = ledger.record();
        let run = ledger.run(&["verify"]);
        assert!(matches!(run.code, 1 | 3), "{name}: {} {}", run.code, run.stdout);
        assert!(run.stdout.contains(name) || run.stderr.contains(name), "{name}: {run:?}");
        assert_eq!(before, ledger.record());
    }
}

#[test]
#[cfg(unix)]
fn a_file_without_permission_to_read_is_undecided() {
    use std::os::unix::fs::PermissionsExt as _;
    let ledger = Ledger::of(&sample().whole);
    let segment = ledger.folder().join("log/00000000.seg");
    fs::set_permissions(&segment, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&segment).is_ok() {
        println!("skipped: whoever runs this may read every file");
        return;
    }
    let run = ledger.run(&["verify"]).ends(3);
    assert!(run.stdout.contains("log/00000000.seg") || run.stderr.contains("log/00000000.seg"), "{run:?}");
    ledger.run(&["log"]).fails(3, "cannot open log/00000000.seg", "read");
}

#[test]
fn the_index_of_another_ledger_is_not_believed() {
    let ledgers = [7, 8].map(|seed| {
        let ledger = Ledger::nowhere();
        office::make(&ledger.folder(), seed, 1_298_941_200_000_000);
        let mut desk = Desk::open(&ledger.folder(), 2, 1);
        desk.act(unit(&format!("Village {seed}")));
        desk.act(register("a road", "Wu Invented"));
        (7..seed).for_each(|_| desk.act(register("a well", "Sun Invented")));
        desk.finish();
        ledger
    });
    let [one, two] = &ledgers;
    let answers = |ledger: &Ledger| {
        [&["unit", "list"][..], &["case", "list"], &["report", "cases"]].map(|args| ledger.run(args).done())
    };
    let right = [answers(one), answers(two)];
    assert_ne!(right[0], right[1]);
    let (from, to, aside) = (one.folder().join("index"), two.folder().join("index"), one.beside("aside"));
    fs::rename(&from, &aside).unwrap();
    fs::rename(&to, &from).unwrap();
    fs::rename(&aside, &to).unwrap();
    for (ledger, right) in [(one, &right[0]), (two, &right[1])] {
        for (now, right) in answers(ledger).iter().zip(right) {
            assert_eq!(now.stdout, right.stdout);
            assert!(now.stderr.starts_with("note: "), "{}", now.stderr);
        }
        let before = ledger.record();
        let verdict = ledger.run(&["verify", "--index", "--json"]);
        assert!(matches!(verdict.code, 1 | 3), "{}", verdict.stdout);
        assert_ne!(verdict.json()["index"]["result"], "same");
        assert_eq!(before, ledger.record());
        // The next work sets it right, and says so, once.
        let work = ledger.run(&["case", "register", "--unit", "U-1", "--title", "a bridge"]).done();
        assert_eq!(work.stderr.matches("note: ").count(), 1, "{}", work.stderr);
        ledger.run(&["verify", "--index"]).done();
        assert_eq!(ledger.run(&["unit", "list"]).done().stderr, "");
    }
}

#[test]
fn a_locked_ledger_names_who_holds_it_and_can_be_read() {
    let ledger = Ledger::of(&sample().whole);
    let lock = WriterLock::acquire(&ledger.folder(), "process 4711 at the front desk").unwrap();
    for args in [
        &["unit", "add", "--name", "Riverside", "--level", "village"][..],
        &["rebuild"],
        &["clock", "confirm"],
    ] {
        refused(
            &ledger,
            args,
            3,
            "the ledger is locked by process 4711 at the front desk",
            "wait until it is done",
        );
    }
    let fixture = repository("tests/fixtures/hotline.csv");
    let mapping = repository("tests/fixtures/hotline.toml");
    let import = ["import", arg(&fixture), "--mapping", arg(&mapping)];
    refused(&ledger, &import, 3, "locked by process 4711", "wait");
    ledger.verify(0);
    for args in [&["case", "show", "C-1"][..], &["log"], &["report", "cases"], &["checkpoint"]] {
        ledger.run(args).done();
    }
    drop(lock);
    ledger.run(&["unit", "add", "--name", "Riverside", "--level", "village"]).done();
    ledger.verify(0);
}

#[test]
fn the_lock_of_a_process_that_is_gone_holds_nobody_up() {
    let ledger = Ledger::of(&sample().whole);
    drop(WriterLock::acquire(&ledger.folder(), "process 4711").unwrap());
    assert!(fs::read_to_string(ledger.folder().join("lock")).unwrap().contains("4711"));
    ledger.run(&["rebuild"]).done();
}

#[test]
fn what_is_not_there_is_said() {
    let ledger = Ledger::of(&sample().whole);
    refused(&ledger, &["case", "show", "C-77"], 2, "there is no case C-77", "docket case list");
    refused(&ledger, &["case", "close", "C-77"], 2, "there is no C-77", "");
    refused(&ledger, &["record", "99"], 2, "no record 99: the log holds 11", "docket log");
    refused(&ledger, &["stream", "C-77"], 2, "no stream C-77", "docket log");
    refused(&ledger, &["stream", "X"], 2, "names no stream", "C-1024");
    refused(&ledger, &["case", "register", "--unit", "U-9"], 2, "there is no U-9", "");
    refused(&ledger, &["case", "register", "--label", "name=Wu"], 2, "is not a label", "KEY=TERM");
    refused(
        &ledger,
        &["report", "cases", "--period", "2011"],
        2,
        "is not a period",
        "2011-01-01..2011-06-30",
    );
    refused(
        &ledger,
        &["report", "cases", "--period", "2011-02-01..2011-01-01"],
        2,
        "ends before it begins",
        "",
    );
}

#[test]
fn what_the_rules_refuse_is_said_with_what_they_allow() {
    let ledger = Ledger::of(&sample().whole);
    let closed = refused(
        &ledger,
        &["case", "step", "C-1", "--activity", "visit"],
        2,
        "C-1 is closed since record 6",
        "",
    );
    assert!(closed.stderr.contains("(allowed: reopen, review, recheck)"), "{}", closed.stderr);
    let open = ["case", "reopen", "C-2", "--ground", "not-solved"];
    let open = refused(&ledger, &open, 2, "C-2 is registered since record ", "");
    assert!(open.stderr.contains("(allowed: assign, transfer, decline, step, "), "{}", open.stderr);
    refused(&ledger, &["case", "close", "C-2"], 2, "with another reason, in words, or replied to first", "");
    refused(
        &ledger,
        &["case", "close", "C-2", "--reason", "anonymous"],
        2,
        "without the reason in words",
        "",
    );
    refused(
        &ledger,
        &["case", "assign", "C-2", "--unit", "U-1", "--at", "2010-01-01"],
        2,
        "was registered later",
        "",
    );
}

#[test]
fn a_day_or_an_hour_that_does_not_exist_is_refused() {
    let ledger = Ledger::init("America/New_York");
    let at = |time| ["case", "register", "--title", "a road", "--at", time];
    for time in ["2011-02-30", "2011-13-01", "yesterday", "2011-07-01 25:00", "", "2011-7-1x"] {
        refused(&ledger, &at(time), 2, "is not a time that exists", "write 2011-07-01");
    }
    // The night on which the clock was set forward.
    refused(&ledger, &at("2011-03-13 02:30"), 2, "does not exist in the ledger's zone", "");
    refused(
        &ledger,
        &["case", "register", "--stated-due", "2011-02-30"],
        2,
        "is not a time that exists",
        "write",
    );
    ledger.run(&at("2011-03-13 03:30")).done();
}

#[test]
fn wrong_usage_ends_with_2() {
    let ledger = Ledger::of(&sample().whole);
    let before = ledger.record();
    for args in [
        &[][..],
        &["nonsense"],
        &["verify", "--no-such-option"],
        &["case", "assign", "C-1"],
        &["case", "show"],
        &["case", "show", "U-1"],
        &["case", "show", "C-0"],
        &["case", "register", "--channel", "pigeon"],
        &["case", "register", "--category", "two\nlines"],
        &["unit", "add", "--name", "X", "--level", "empire"],
        &["record", "-1"],
        &["record", "18446744073709551616"],
        &["report", "weather"],
        &["verify", "--threads", "many"],
        &["--color", "blue", "verify"],
        &["case", "register", "--text", "x", "--text-file", "y"],
        &["completions", "tortoise"],
    ] {
        let run = ledger.run(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
    assert_eq!(before, ledger.record());
}

#[test]
fn a_personal_value_that_is_refused_is_not_repeated() {
    let ledger = Ledger::of(&sample().whole);
    let long = format!("Fenwick {}", "x".repeat(1 << 20));
    let file = ledger.put("long.txt", &long);
    let before = ledger.record();
    for args in [
        &["case", "register", "--text-file", &file][..],
        &["case", "register", "--title", ""],
        &["official", "add", "--unit", "U-1", "--name", "Fen\0wick"[..3].trim()],
    ] {
        let run = ledger.run(args);
        assert!(!run.stderr.contains("Fenwick"), "{}", run.stderr.len());
        if run.code != 0 {
            assert_eq!(before, ledger.record());
        }
    }
    let bytes = ledger.put("bytes.txt", b"\xff\xfe Fenwick");
    let run = ledger.run(&["case", "register", "--text-file", &bytes]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(!run.stderr.contains("Fenwick"), "{}", run.stderr);
}

#[test]
fn a_mapping_that_does_not_fit_is_refused_before_anything_is_written() {
    let ledger = Ledger::init("America/New_York");
    let csv = arg(&repository("tests/fixtures/hotline.csv")).to_owned();
    let text = fs::read_to_string(repository("tests/fixtures/hotline.toml")).unwrap();
    let import =
        |mapping: &str| vec!["import".to_owned(), csv.clone(), "--mapping".to_owned(), mapping.to_owned()];
    let refused = |mapping: &str, code, error: &str, hint: &str| {
        let args = import(mapping);
        refused(&ledger, &args.iter().map(String::as_str).collect::<Vec<_>>(), code, error, hint)
    };
    refused("nonsense", 2, "unknown mapping: nonsense (there is boston311, xes)", "boston311");
    refused("boston311", 2, "the file has no column case_enquiry_id", "mapping");
    refused("./no-such-mapping.toml", 3, "cannot read the mapping ./no-such-mapping.toml", "");

    let wrong = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        ledger.put("wrong.toml", text.replace(from, to))
    };
    let column =
        refused(&wrong("\"opened\"", "\"opend\""), 2, "the file has no column opend (mapping hotline)", "");
    assert!(column.stderr.contains("it has no, opened, due"), "{}", column.stderr);
    refused(&wrong("title = ", "tilte = "), 2, "tilte", "");
    refused(&wrong("title = \"title\"", "title = \"kind\""), 2, "column kind is personal and cannot be", "");
    refused(&wrong("Web\" = \"online\"", "Web\" = \"smoke\""), 2, "smoke", "");
    refused(&wrong("America/New_York", "Mars/Olympus"), 2, "Mars/Olympus", "");
    refused(&wrong("key = \"no\"", "key = no"), 2, "mapping, line 6", "");
    refused(&wrong("[case]", "[kase]"), 2, "mapping, line ", "");
    assert_eq!(ledger.verify(0)["size"], 1);
}

#[test]
fn a_file_that_is_no_table_is_refused_before_anything_is_written() {
    let ledger = Ledger::init("America/New_York");
    let mapping = arg(&repository("tests/fixtures/hotline.toml")).to_owned();
    let csv = fs::read(repository("tests/fixtures/hotline.csv")).unwrap();
    let mut cut = gzip(&csv);
    cut.truncate(cut.len() / 2);
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(csv.iter().flat_map(|byte| [*byte, 0]));
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.csv", b"", "the file is empty"),
        ("utf16.csv", &utf16, "UTF-16"),
        ("book.xlsx", b"PK\x03\x04rest of a zip archive", "a spreadsheet or zip archive"),
        ("cut.csv.gz", &cut, "the gzip stream is damaged or cut short"),
        ("twice.csv", b"no,no,opened\n1,2,3\n", "columns 1 and 2 have the same name"),
        ("latin1.csv", b"no,\xe9t\xe9\n1,2\n", "another encoding"),
    ];
    for (name, bytes, error) in cases {
        let file = ledger.put(name, bytes);
        let before = ledger.record();
        let run = ledger.run(&["import", &file, "--mapping", &mapping]);
        assert!(matches!(run.code, 2 | 3), "{name}: {}", run.code);
        assert!(run.stderr.contains(error) && run.stderr.contains("\nhint: "), "{name}: {}", run.stderr);
        assert_eq!(before, ledger.record(), "{name}");
    }
    let missing = arg(&ledger.beside("missing.csv")).to_owned();
    refused(&ledger, &["import", &missing, "--mapping", &mapping], 3, "cannot read the file", "");
    let folder = arg(&ledger.folder()).to_owned();
    refused(&ledger, &["import", &folder, "--mapping", &mapping], 3, "cannot read the file", "");
}

/// A table with a good row, one with a cell of `cell`, and another good one.
fn with_cell(cell: &[u8]) -> Vec<u8> {
    let header = b"no,opened,due,kind,source,office,area,title,caller,closed,status,note,remarks\n";
    let good = |key: &str| format!("{key},2011-07-01,,Road,Web,PW,,A title,Somebody,,Open,,\n").into_bytes();
    let bad = [b"L-2,2011-07-01,,Road,Web,PW,,", cell, b",Somebody,,Open,,\n"].concat();
    [&header[..], &good("L-1"), &bad, &good("L-3")].concat()
}

#[test]
fn a_huge_cell_leaves_out_its_row_and_nothing_else() {
    let ledger = Ledger::init("America/New_York");
    let mapping = arg(&repository("tests/fixtures/hotline.toml")).to_owned();
    for (number, len) in [(1_u64 << 20) + 1, 5 << 20, 64 << 20].into_iter().enumerate() {
        let cell = vec![b'x'; usize::try_from(len).unwrap()];
        let file = ledger.put("huge.csv", with_cell(&cell));
        let run = ledger.run(&["import", &file, "--mapping", &mapping, "--json"]).ends(2);
        let counts = run.json();
        assert_eq!(counts["rejected"], 1, "{counts}");
        assert_eq!(counts["added"], if number == 0 { 2 } else { 0 }, "{counts}");
        assert!(run.stderr.contains("left out: row 2"), "{}", run.stderr);
        assert!(run.stderr.len() < 1_000, "the cell is not repeated");
    }
    // As large as it may be.
    let file = ledger.put("large.csv", with_cell(&vec![b'x'; 1 << 20]));
    ledger.run(&["import", &file, "--mapping", &mapping]).done();
    ledger.verify(0);
}

#[test]
fn a_small_file_that_unpacks_to_two_gibibytes_is_refused() {
    let ledger = Ledger::init("America/New_York");
    let mapping = arg(&repository("tests/fixtures/hotline.toml")).to_owned();
    // A gzip file may be several, one behind the other: 2 GiB in 2 MiB.
    let member = gzip(&vec![b'x'; 16 << 20]);
    let mut file = gzip(&with_cell(b"\"")[..120]);
    (0..128).for_each(|_| file.extend_from_slice(&member));
    let file = ledger.put("bomb.csv.gz", file);
    refused(
        &ledger,
        &["import", &file, "--mapping", &mapping],
        3,
        "expands more than",
        "nothing of this file",
    );
}

/// About a quarter of a minute: `cargo test --release --test end_to_end two_gibibytes -- --ignored`
#[test]
#[ignore = "reads 2 GiB several times"]
fn a_cell_of_two_gibibytes_leaves_out_its_row_and_nothing_else() {
    let ledger = Ledger::init("America/New_York");
    let mapping = arg(&repository("tests/fixtures/hotline.toml")).to_owned();
    let table = with_cell(b"MIDDLE");
    let middle = table.windows(6).position(|window| window == b"MIDDLE").unwrap();
    let path = ledger.beside("huge.csv");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&table[..middle]).unwrap();
    let block = vec![b'x'; 1 << 20];
    (0..2_048).for_each(|_| file.write_all(&block).unwrap());
    file.write_all(&table[middle + 6..]).unwrap();
    drop(file);
    let run = ledger.run(&["import", arg(&path), "--mapping", &mapping, "--json"]).ends(2);
    let counts = run.json();
    assert_eq!((&counts["added"], &counts["rejected"]), (&2.into(), &1.into()));
    ledger.verify(0);
}

#[test]
fn a_clock_six_minutes_behind_is_refused_until_it_is_confirmed() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let ahead = i64::try_from(now.as_micros()).unwrap() + 390 * 1_000_000;
    let ledger = Ledger::nowhere();
    office::make(&ledger.folder(), 7, ahead);
    let mut desk = Desk::open_at(&ledger.folder(), 1, ahead);
    desk.act(unit("Greenfield"));
    desk.finish();

    let add = ["unit", "add", "--name", "Riverside", "--level", "village"];
    let run = refused(&ledger, &add, 3, "seconds behind record 1", "docket clock confirm");
    assert!(run.stderr.contains("set the machine's clock"), "{}", run.stderr);
    let fixture = repository("tests/fixtures/hotline.csv");
    let mapping = repository("tests/fixtures/hotline.toml");
    refused(&ledger, &["import", arg(&fixture), "--mapping", arg(&mapping)], 3, "behind record 1", "clock");
    // Reading asks no clock.
    assert_eq!(ledger.verify(0)["clock_corrections"], serde_json::json!([]));

    ledger.run(&["clock", "confirm"]).done();
    ledger.run(&add).done();
    let verdict = ledger.verify(0);
    assert_eq!(verdict["clock_corrections"], serde_json::json!([2]));
    assert!(verdict["held_records"].as_u64().unwrap() >= 1, "{verdict}");
    let said = ledger.run(&["verify"]).done().stdout;
    assert!(said.contains("clock"), "{said}");
    ledger.run(&["record", "2"]).done();
    assert!(ledger.run(&["log"]).done().stdout.contains("ClockCorrected"));
}

#[test]
fn a_clock_that_is_right_needs_no_confirmation() {
    let ledger = Ledger::of(&sample().whole);
    let before = ledger.record();
    let run = ledger.run(&["clock", "confirm"]).ends(2);
    assert!(run.stderr.contains("the clock is not behind the last record"), "{}", run.stderr);
    assert_eq!(before, ledger.record());
}

#[test]
fn a_key_that_is_missing_or_anothers_signs_nothing() {
    let ledger = Ledger::of(&sample().whole);
    let add = ["unit", "add", "--name", "Riverside", "--level", "village"];
    let key = ledger.folder().join("keys/log.key");
    let own = fs::read(&key).unwrap();
    let other = Ledger::init("UTC");
    fs::copy(other.folder().join("keys/log.key"), &key).unwrap();
    refused(&ledger, &add, 3, "log.key is another ledger's", "--key");
    fs::write(&key, "no key at all").unwrap();
    let run = refused(&ledger, &add, 3, "the signing key cannot be used", "--key");
    assert!(!run.stderr.contains("no key at all"), "{}", run.stderr);
    fs::remove_file(&key).unwrap();
    refused(&ledger, &add, 3, "the signing key cannot be used", "--key");
    fs::write(&key, own).unwrap();
    ledger.run(&add).done();
    assert_ne!(ledger.files(), Files::default());
}
