//! `docket verify`: what it sees, what it cannot see, and that it says so.

use std::{
    fs,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::{
    ALTERED, Desk, Files, Ledger, Run, record_offsets, register,
    run::{arg, closed_pipe},
    sample, unit,
};

const SEGMENT: &str = "log/00000000.seg";
const NOTES: &str = "checkpoints/00000000.ckp";

/// Verifies with a kept checkpoint.
fn with_checkpoint(ledger: &Ledger, note: &[u8]) -> Run {
    let note = ledger.put("kept.txt", note);
    ledger.run(&["verify", "--checkpoint", &note])
}

/// What the verdict names: files of findings and of what is undecided.
fn named(verdict: &Value) -> Vec<(String, Option<u64>)> {
    let entries = |list: &str| verdict[list].as_array().unwrap().clone();
    let entry = |entry: Value| (entry["file"].as_str().unwrap().to_owned(), entry["record"].as_u64());
    entries("findings").into_iter().chain(entries("undecided")).map(entry).collect()
}

#[test]
fn an_intact_ledger_holds_and_the_verdict_says_what_it_does_not_prove() {
    let ledger = Ledger::of(&sample().whole);
    let before = ledger.files();
    insta::assert_snapshot!(ledger.run(&["verify"]).done().stdout, @r"
    ledger       ledger.example/office-1
    genesis      3046d7898c63f04e0cf68e540eff48032be38473a383f4a5700ddf483da43604
    records      11 in 7 streams
    chain head   4d43dbe30632685c9f5f8fc0fc6cd6b3b87948bd90767dea98c3443df671f2ce
    root         fa493ff5592b2c38cdf471fc5b874d2df4a1949c7c5fefc49196957e33cac76e
    read now     2250 bytes of log/, 613 bytes of vault/ with 8 personal values
    checkpoints  3 of the ledger's own hold, the newest at size 11; keep it elsewhere: docket checkpoint > FILE
    tail cut     record 7: a recovery cut the log to size 7 and kept what it cut in cut/00000000.cut
    not covered  no checkpoint from outside was compared: a full rewrite by whoever holds the key, an old copy put back, or a cut tail with its checkpoints would not show
    not covered  no witness's cosignature was asked for
    not covered  whether the recorded acts follow from each other by the rules (--rules)
    not covered  whether published reports follow from the record (--reports)
    not covered  the index (--index)
    not covered  whether what was recorded is true, and what was never recorded
    verdict: intact: 11 records under root fa493ff5592b2c38cdf471fc5b874d2df4a1949c7c5fefc49196957e33cac76e, 3 own and 0 given checkpoints hold, 0 cosignatures; without a checkpoint kept elsewhere a full rewrite would not show
    ");
    let verdict = ledger.verify(0);
    assert_eq!((&verdict["verdict"], &verdict["size"]), (&"intact".into(), &11.into()));
    assert_eq!((&verdict["findings_total"], &verdict["own_checkpoints"]), (&0.into(), &3.into()));
    assert_eq!(verdict["tail_cuts"][0]["file"], "cut/00000000.cut");
    assert_eq!(before, ledger.files(), "verifying writes nothing");

    let held = with_checkpoint(&ledger, &sample().drawer).done();
    assert!(held.last_line().ends_with("as far as those given reach"), "{}", held.stdout);
    assert!(held.stdout.contains("whether records behind size 7 were rewritten"), "{}", held.stdout);
}

#[test]
fn a_flipped_byte_is_named_in_every_file_of_the_record() {
    let ledger = Ledger::of(&sample().whole);
    let intact = ledger.record();
    for (name, bytes) in &intact.0 {
        for at in (0..bytes.len()).step_by(bytes.len() / 9 + 1).chain([bytes.len() - 1]) {
            let mut altered = bytes.clone();
            altered[at] ^= 4;
            fs::write(ledger.folder().join(name), &altered).unwrap();
            let run = ledger.run(&["verify", "--json"]);
            assert!(matches!(run.code, 1 | 3), "{name}, byte {at}: {}", run.stdout);
            let verdict = run.json();
            let names = named(&verdict);
            // Damage in the genesis is damage of everything that refers to it.
            let is_named = names.iter().any(|(file, record)| file == name || record.is_some());
            assert!(is_named, "{name}, byte {at}: {names:?}");
        }
        fs::write(ledger.folder().join(name), bytes).unwrap();
    }
    ledger.verify(0);
}

#[test]
fn a_finding_names_the_record_and_its_evidence_to_people_and_to_programs() {
    let ledger = Ledger::of(&sample().whole);
    let mut bytes = sample().whole.0[SEGMENT].clone();
    let record = record_offsets(&bytes)[usize::try_from(ALTERED).unwrap()].clone();
    // The claimed time (FORMAT.md section 4).
    bytes[record.start + 20] ^= 1;
    fs::write(ledger.folder().join(SEGMENT), &bytes).unwrap();

    let run = ledger.run(&["verify"]).ends(1);
    assert!(run.last_line().starts_with("verdict: ALTERED: "), "{}", run.stdout);
    assert!(run.last_line().contains("the first at record 5"), "{}", run.stdout);
    let line = run.stdout.lines().find(|line| line.starts_with("ALTERED  ")).unwrap();
    assert!(line.contains("record 5 in log/00000000.seg at byte "), "{line}");
    assert!(line.contains("record 4 is the last that follows"), "{line}");

    let verdict = ledger.verify(1);
    let finding = &verdict["findings"][0];
    assert_eq!(verdict["verdict"], "altered");
    assert_eq!((&finding["check"], &finding["file"]), (&"chain".into(), &SEGMENT.into()));
    assert_eq!((&finding["record"], &finding["offset"]), (&ALTERED.into(), &record.start.into()));
    let hash = |field: &str| finding[field].as_str().unwrap().to_owned();
    assert_eq!((hash("expected").len(), hash("found").len()), (64, 64));
    assert_ne!(hash("expected"), hash("found"));
}

#[test]
fn altered_beats_undecided() {
    let ledger = Ledger::of(&sample().whole);
    let segment = ledger.folder().join(SEGMENT);
    let mut bytes = fs::read(&segment).unwrap();
    bytes.extend_from_slice(&[200, 0, 0, 0, 11]);
    fs::write(&segment, &bytes).unwrap();
    let torn = ledger.verify(3);
    assert_eq!(named(&torn), [(SEGMENT.to_owned(), Some(11))]);
    assert_eq!(torn["verdict"], "undecided");

    fs::write(ledger.folder().join("ledger.toml"), "origin = \"another\"\n").unwrap();
    let verdict = ledger.verify(1);
    assert!(named(&verdict).contains(&("ledger.toml".to_owned(), None)));
}

#[test]
fn records_swapped_doubled_left_out_or_brought_from_another_ledger_are_found() {
    let other = Ledger::nowhere();
    crate::support::office::make(&other.folder(), 9, 1_298_941_200_000_000);
    let mut desk = Desk::open(&other.folder(), 2, 1);
    desk.act(crate::support::unit("Elsewhere"));
    (0..10).for_each(|_| desk.act(register("another road", "Qian Invented")));
    desk.finish();
    let foreign = other.files().0[SEGMENT].clone();
    let foreign_record = foreign[record_offsets(&foreign)[5].clone()].to_vec();

    let bytes = &sample().whole.0[SEGMENT];
    let records = record_offsets(bytes);
    let header = bytes[..records[0].start].to_vec();
    let split: Vec<_> = records.iter().map(|range| bytes[range.clone()].to_vec()).collect();
    let altered = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut split = split.clone();
        change(&mut split);
        [header.clone(), split.concat()].concat()
    };
    let cases = [
        ("swapped", 4, altered(&|split| split.swap(4, 5))),
        ("doubled", 6, altered(&|split| split.insert(5, split[5].clone()))),
        ("left out", 5, altered(&|split| drop(split.remove(5)))),
        ("brought in", 5, altered(&|split| split[5] = foreign_record.clone())),
        ("a whole foreign log", 0, foreign.clone()),
    ];
    let ledger = Ledger::of(&sample().whole);
    for (what, record, bytes) in cases {
        fs::write(ledger.folder().join(SEGMENT), bytes).unwrap();
        let verdict = ledger.verify(1);
        let first = named(&verdict).iter().filter_map(|(_, record)| *record).min();
        // A foreign log follows its own genesis: the checkpoints, the vault and ledger.toml speak against it.
        let expected = if what == "a whole foreign log" { first } else { Some(record) };
        assert_eq!(first, expected, "{what}: {:#}", verdict["findings"]);
    }
}

#[test]
fn a_personal_value_that_is_changed_or_gone_is_found_at_its_record() {
    let ledger = Ledger::of(&sample().whole);
    let vault = ledger.folder().join("vault/00000000.vlt");
    let intact = fs::read(&vault).unwrap();
    let needle = b"Wu Invented";
    let at = intact.windows(needle.len()).position(|window| window == needle).unwrap();
    let mut altered = intact.clone();
    altered[at] = b'L';
    fs::write(&vault, altered).unwrap();
    assert_eq!(named(&ledger.verify(1)), [("vault/00000000.vlt".to_owned(), Some(3))]);
    // Nobody is shown a value that is not the one committed to.
    ledger.run(&["case", "show", "C-1", "--personal"]).fails(1, "record 3, field", "docket verify");

    fs::remove_file(&vault).unwrap();
    let verdict = ledger.verify(1);
    assert!(named(&verdict).iter().all(|(file, _)| file.starts_with("vault/")), "{verdict}");
    ledger.run(&["case", "show", "C-1"]).done();
}

#[test]
fn unknown_files_in_the_log_are_findings() {
    let ledger = Ledger::of(&sample().whole);
    for name in ["log/notes.txt", "log/00000000.seg.bak", "log/0000000A.seg", "log/.hidden"] {
        let path = ledger.folder().join(name);
        fs::write(&path, "x").unwrap();
        assert_eq!(named(&ledger.verify(1)), [(name.to_owned(), None)]);
        fs::remove_file(path).unwrap();
    }
    let dir = ledger.folder().join("log/00000001.seg");
    fs::create_dir(&dir).unwrap();
    assert_eq!(named(&ledger.verify(1))[0].0, "log/00000001.seg");
    fs::remove_dir(dir).unwrap();
    ledger.verify(0);
}

/// What only a checkpoint from outside can show: by itself the ledger is what it says.
#[track_caller]
fn holds_alone_and_says_so(ledger: &Ledger) {
    let alone = ledger.run(&["verify"]).done();
    let said = "no checkpoint from outside was compared: a full rewrite by whoever holds the key, an old copy put back, \
                or a cut tail with its checkpoints would not show";
    assert!(alone.stdout.contains(said), "{}", alone.stdout);
    assert!(
        alone.last_line().ends_with("without a checkpoint kept elsewhere a full rewrite would not show"),
        "{}",
        alone.stdout
    );
}

#[test]
fn a_tail_cut_at_a_batch_with_its_checkpoints_shows_only_against_a_kept_one() {
    let ledger = Ledger::of(&sample().whole);
    let folder = ledger.folder();
    for name in [SEGMENT, "vault/00000000.vlt", NOTES] {
        let file = fs::OpenOptions::new().write(true).open(folder.join(name)).unwrap();
        file.set_len(sample().early.0[name].len() as u64).unwrap();
    }
    // The cut file tells of a record that is gone with the tail.
    fs::remove_file(folder.join("cut/00000000.cut")).unwrap();
    holds_alone_and_says_so(&ledger);
    // Of the first day: nothing below it is missing.
    with_checkpoint(&ledger, &sample().drawer).done();
    let cut = with_checkpoint(&ledger, &sample().newest).ends(1);
    assert!(cut.stdout.contains("size 11 was kept, but the log holds 7"), "{}", cut.stdout);

    // The key's own memory does not sign behind what it has signed.
    ledger.run(&["unit", "add", "--name", "Riverside", "--level", "village"]).fails(
        1,
        "the key has signed size 11",
        "newest copy",
    );
}

#[test]
fn a_tail_cut_below_the_ledgers_own_checkpoints_is_found_without_another() {
    let ledger = Ledger::of(&sample().whole);
    let segment = ledger.folder().join(SEGMENT);
    let records = record_offsets(&sample().whole.0[SEGMENT]);
    let file = fs::OpenOptions::new().write(true).open(&segment).unwrap();
    file.set_len(records[9].end as u64).unwrap();
    let verdict = ledger.verify(1);
    assert!(verdict["findings_total"].as_u64().unwrap() > 0);
    // Nor does the office go on as if nothing had happened.
    let before = ledger.record();
    let run = ledger.run(&["unit", "add", "--name", "Riverside", "--level", "village"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(before, ledger.record());
}

#[test]
fn an_old_copy_put_back_shows_only_against_a_later_checkpoint() {
    let ledger = Ledger::of(&sample().early);
    holds_alone_and_says_so(&ledger);
    with_checkpoint(&ledger, &sample().drawer).done();
    let old = with_checkpoint(&ledger, &sample().newest).ends(1);
    assert!(old.stdout.contains("size 11 was kept, but the log holds 7"), "{}", old.stdout);
    assert!(old.last_line().starts_with("verdict: ALTERED"), "{}", old.stdout);
}

#[test]
fn a_full_rewrite_with_the_real_key_shows_only_against_a_kept_checkpoint() {
    // The same genesis and key, and another history of the same length.
    let ledger = Ledger::of(&sample().newborn);
    let mut desk = Desk::open(&ledger.folder(), 50, 1);
    (0..6).for_each(|_| desk.act(unit("Elsewhere")));
    desk.checkpoint();
    (0..4).for_each(|_| desk.act(unit("Elsewhere")));
    desk.finish();
    holds_alone_and_says_so(&ledger);
    for (note, size) in [(&sample().drawer, 7), (&sample().newest, 11)] {
        let run = with_checkpoint(&ledger, note).ends(1);
        assert!(run.stdout.contains("kept.txt"), "{}", run.stdout);
        assert!(run.last_line().starts_with("verdict: ALTERED"), "size {size}: {}", run.stdout);
    }
}

#[test]
fn a_history_rewritten_from_some_day_on_shows_against_a_checkpoint_behind_that_day_only() {
    let ledger = Ledger::of(&sample().early);
    let mut desk = Desk::open(&ledger.folder(), 51, 24);
    (0..9).for_each(|_| desk.act(unit("Elsewhere")));
    desk.finish();
    holds_alone_and_says_so(&ledger);
    let before = with_checkpoint(&ledger, &sample().drawer).done();
    assert!(before.stdout.contains("whether records behind size 7 were rewritten"), "{}", before.stdout);
    with_checkpoint(&ledger, &sample().newest).ends(1);
    // Both at once: what holds does not outweigh what does not.
    let (early, late) = (ledger.put("early", &sample().drawer), ledger.put("late", &sample().newest));
    let both =
        ledger.run(&["verify", "--json", "--checkpoint", &early, "--checkpoint", &late]).ends(1).json();
    let holds: Vec<_> =
        both["given_checkpoints"].as_array().unwrap().iter().map(|given| &given["holds"]).collect();
    assert_eq!(holds, [&Value::from(true), &false.into()]);
}

#[test]
fn the_key_does_not_sign_a_restored_old_copy_when_its_memory_is_kept_elsewhere() {
    let ledger = Ledger::nowhere();
    let key = ledger.beside("key");
    let at_desk = |args: &[&str]| Run::of(ledger.command().args(["--key", arg(&key)]).args(args));
    at_desk(&["init", "--origin", "ledger.example/x"]).done();
    let old = ledger.files();
    at_desk(&["unit", "add", "--name", "Greenfield", "--level", "village"]).done();
    ledger.put_back(&Files(old.0.into_iter().filter(|(name, _)| !name.starts_with("index/")).collect()));
    ledger.verify(0);
    at_desk(&["unit", "add", "--name", "Elsewhere", "--level", "village"]).fails(
        1,
        "the key has signed",
        "copy",
    );
    assert_eq!(ledger.verify(0)["size"], 1, "nothing was appended to the old copy");
}

#[test]
fn a_file_that_is_no_checkpoint_of_this_ledger_never_counts_as_one() {
    let ledger = Ledger::of(&sample().whole);
    let other = Ledger::init("UTC");
    let foreign = other.run(&["checkpoint"]).done().stdout;
    let mut wrong_root = sample().drawer.clone();
    wrong_root[ORIGIN_AND_SIZE_LEN] ^= 1;
    let cases: [(&str, &[u8]); 6] = [
        ("empty", b""),
        ("garbage", b"\x00\xff\x17 this is no note \n\n"),
        ("cut short", &sample().drawer[..40]),
        (
            "unsigned",
            sample()
                .drawer
                .split_inclusive(|byte| *byte == b'\n')
                .take(3)
                .collect::<Vec<_>>()
                .concat()
                .leak(),
        ),
        ("another ledger's", foreign.as_bytes()),
        ("a changed root", &wrong_root),
    ];
    for (what, note) in cases {
        let run = with_checkpoint(&ledger, note);
        assert!(matches!(run.code, 1 | 3), "{what}: {} {}", run.code, run.stdout);
        assert!(run.stdout.contains("kept.txt"), "{what}: {}", run.stdout);
        assert!(
            run.stdout.contains("0 given checkpoints") || !run.stdout.contains("intact"),
            "{what}: {}",
            run.stdout
        );
    }
    let long = with_checkpoint(&ledger, &vec![b'a'; 4 << 20]);
    assert!(matches!(long.code, 1 | 3), "{}", long.stdout);
    for missing in [arg(&ledger.beside("nothing.txt")), arg(&ledger.folder())] {
        ledger.run(&["verify", "--checkpoint", missing]).fails(3, "cannot read", "docket checkpoint");
    }
    // What holds beside it changes nothing.
    let (good, bad) = (ledger.put("good", &sample().drawer), ledger.put("bad", b"x"));
    let both = ledger.run(&["verify", "--checkpoint", &good, "--checkpoint", &bad]);
    assert!(matches!(both.code, 1 | 3), "{}", both.stdout);
}

/// Of the sample's drawer note: the origin's line, `7` and its line end.
const ORIGIN_AND_SIZE_LEN: usize = "ledger.example/office-1\n7\n".len();

#[test]
fn the_index_is_compared_when_asked_for() {
    let ledger = Ledger::of(&sample().whole);
    let before = ledger.record();
    let index = |code| ledger.run(&["verify", "--index", "--json"]).ends(code).json()["index"].clone();
    let same = index(0);
    assert_eq!((&same["result"], &same["size"]), (&"same".into(), &11.into()));

    // Another history's, right as far as it goes; and bytes turned in sled's own files.
    let rewritten = Ledger::of(&sample().early);
    let mut desk = Desk::open(&rewritten.folder(), 51, 24);
    (0..4).for_each(|_| desk.act(unit("Elsewhere")));
    desk.finish();
    fs::remove_dir_all(ledger.folder().join("index")).unwrap();
    index_of(&rewritten).write(&ledger.folder());
    let differs = ledger.run(&["verify", "--index"]);
    assert!(matches!(differs.code, 1 | 3), "{}", differs.stdout);
    assert!(differs.stdout.contains("index"), "{}", differs.stdout);

    fs::remove_dir_all(ledger.folder().join("index")).unwrap();
    let missing = ledger.run(&["verify", "--index"]).ends(3);
    assert!(missing.last_line().starts_with("verdict: undecided"), "{}", missing.stdout);
    assert_eq!(index(3)["result"], "not-checked");
    ledger.verify(0);

    ledger.run(&["rebuild"]).done();
    assert_eq!(index(0)["result"], "same");
    assert_eq!(before, ledger.record());
}

fn index_of(ledger: &Ledger) -> Files {
    Files(ledger.files().0.into_iter().filter(|(name, _)| name.starts_with("index/")).collect())
}

#[test]
fn a_page_of_the_index_that_was_changed_is_found_by_a_replay() {
    let ledger = Ledger::of(&sample().whole);
    let mut changed = 0;
    for (name, bytes) in &index_of(&ledger).0 {
        let needle = b"Greenfield";
        let Some(at) = bytes.windows(needle.len()).position(|window| window == needle) else { continue };
        let mut altered = bytes.clone();
        altered[at] = b'X';
        fs::write(ledger.folder().join(name), altered).unwrap();
        changed += 1;
    }
    assert!(changed > 0, "the unit's name stands in the index");
    let run = ledger.run(&["verify", "--index"]);
    assert!(matches!(run.code, 1 | 3), "{}", run.stdout);
    ledger.verify(0);
    // And the office's next command does not believe it.
    let list = ledger.run(&["unit", "list"]).done();
    assert!(list.stdout.contains("Greenfield"), "{}{}", list.stdout, list.stderr);
}

/// Runs with nobody listening.
fn unheard(command: &mut Command) -> i32 {
    let child = command.stdout(closed_pipe()).stderr(Stdio::null()).spawn().unwrap();
    child.wait_with_output().unwrap().status.code().unwrap_or(-1)
}

#[test]
fn a_verdict_that_nobody_could_read_is_none_but_an_alteration_stays_one() {
    let ledger = Ledger::of(&sample().whole);
    for args in [&["verify"][..], &["verify", "--json"]] {
        assert_eq!(unheard(ledger.command().args(args)), 3, "{args:?}");
    }
    assert_eq!(unheard(ledger.command().args(["verify", "--quiet"])), 0, "there was nothing to lose");
    for args in [&["log"][..], &["case", "show", "C-1"], &["checkpoint"]] {
        assert_eq!(unheard(ledger.command().args(args)), 3, "{args:?}");
    }
    fs::write(ledger.folder().join("log/one.txt"), "x").unwrap();
    for args in [&["verify"][..], &["verify", "--json"], &["verify", "--quiet"]] {
        assert_eq!(unheard(ledger.command().args(args)), 1, "{args:?}");
    }
    // More findings than fit into a buffer: the pipe breaks in the middle.
    for number in 0..200 {
        let name = format!("log/{}-{number}.txt", "long-name".repeat(20));
        fs::write(ledger.folder().join(name), "x").unwrap();
    }
    for args in [&["verify"][..], &["verify", "--json"]] {
        assert_eq!(unheard(ledger.command().args(args)), 1, "{args:?}");
    }
}

#[test]
fn a_full_disk_behind_the_output_is_said() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    let ledger = Ledger::of(&sample().whole);
    let child = ledger.command().arg("verify").stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: "), "{stderr}");
}

#[test]
fn quiet_says_it_by_the_exit_code_alone() {
    let ledger = Ledger::of(&sample().whole);
    let silent = |code| Run { code, stdout: String::new(), stderr: String::new() };
    assert_eq!(ledger.run(&["verify", "--quiet"]), silent(0));
    assert_eq!(ledger.run(&["-q", "verify"]), silent(0));
    fs::write(ledger.folder().join("log/one.txt"), "x").unwrap();
    assert_eq!(ledger.run(&["verify", "-q"]), silent(1));
    assert_eq!(Ledger::of(&Files::default()).run(&["verify", "-q"]), silent(3));
}

#[test]
fn every_thread_count_gives_the_same_verdict() {
    let ledger = Ledger::of(&sample().whole);
    let one = ledger.run(&["verify", "--threads", "1"]).done();
    assert_eq!(one, ledger.run(&["verify", "--threads", "7"]).done());
    assert_eq!(one, ledger.run(&["verify"]).done());
    ledger.run(&["verify", "--threads", "0"]).ends(2);
}

#[test]
fn colours_are_left_out_where_nobody_wants_them() {
    let ledger = Ledger::of(&sample().whole);
    fs::write(ledger.folder().join("log/one\u{1b}[31m.txt"), "x").unwrap();
    for (variable, args) in
        [("NO_COLOR", &["verify"][..]), ("X", &["verify", "--color", "never"]), ("X", &["verify"])]
    {
        let run = Run::of(ledger.command().env(variable, "1").args(args)).ends(1);
        assert!(!run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
    }
    // A name is not what makes a colour either, wherever it is shown.
    let always = ledger.run(&["verify", "--color", "always"]).ends(1);
    assert!(!always.stdout.contains("\u{1b}[31m.txt"), "{:?}", always.stdout);
}

#[test]
fn a_read_only_copy_without_key_and_index_is_enough() {
    let mut files = sample().whole.clone();
    files.0.retain(|name, _| !name.starts_with("keys/") && !name.starts_with("index/") && name != "lock");
    let ledger = Ledger::of(&files);
    let before = ledger.files();
    ledger.verify(0);
    ledger.run(&["case", "show", "C-1"]).done();
    ledger.run(&["report", "cases"]).done();
    assert_eq!(before, ledger.files());
    // Nothing can be signed without the key, and nothing is written by half.
    ledger.run(&["unit", "add", "--name", "Riverside", "--level", "village"]).fails(3, "key", "--key");
    assert_eq!(ledger.record(), Files::of_record(&Ledger::of(&files).folder()));
}

/// What its own key has signed is not all there: nothing is told of the rest as if it were all, and nothing is recorded.
#[test]
fn a_log_that_ends_before_what_was_signed_is_told_as_altered_by_every_command() {
    let ledger = Ledger::of(&sample().whole);
    let segment = ledger.folder().join(SEGMENT);
    let bytes = fs::read(&segment).unwrap();
    let records = record_offsets(&bytes);
    // Cut off; and changed so that nothing behind it is found.
    let cut = bytes[..records[9].start].to_vec();
    let mut broken = bytes.clone();
    broken[records[4].start] ^= 1;
    for altered in [cut, broken] {
        fs::write(&segment, altered).unwrap();
        for args in [
            &["report", "cases"][..],
            &["case", "list"],
            &["case", "show", "1"],
            &["unit", "add", "--name", "Elsewhere", "--level", "village"],
            &["verify"],
            &["verify", "--from", "1", "--to", "2"],
        ] {
            assert_eq!(ledger.run(args).code, 1, "{args:?}");
        }
    }
    // What follows is shown all the same.
    fs::write(&segment, &bytes[..records[9].start]).unwrap();
    let shown = ledger.run(&["log"]).ends(1);
    assert_eq!(shown.stdout.lines().count(), 9);
    assert!(
        shown.stderr.contains("record 9") && shown.stderr.contains("a checkpoint of size 11"),
        "{}",
        shown.stderr
    );
    ledger.run(&["log", "--count", "3"]).done();
}

/// A file that cannot be read costs the verdict on it, and no other; `ledger.toml` is a folder here.
#[test]
fn what_cannot_be_read_is_said_beside_what_is_altered() {
    let ledger = Ledger::of(&sample().whole);
    let toml = ledger.folder().join("ledger.toml");
    fs::remove_file(&toml).unwrap();
    fs::create_dir(&toml).unwrap();
    let run = ledger.run(&["verify"]).ends(3);
    assert!(run.stdout.contains("UNDECIDED    ledger.toml: cannot open it: "), "{}", run.stdout);
    assert_eq!(ledger.verify(3)["verdict"], "undecided");
    let segment = ledger.folder().join(SEGMENT);
    let mut bytes = fs::read(&segment).unwrap();
    let fifth = record_offsets(&bytes)[5].start;
    bytes[fifth + 80] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let verdict = ledger.verify(1);
    assert!(named(&verdict).contains(&("ledger.toml".to_owned(), None)), "{verdict}");
    assert_eq!(verdict["findings"][0]["record"], 5);
}
