//! Whole histories rewritten by somebody who holds the key: what `verify` alone cannot know, and what a checkpoint or
//! a receipt that somebody kept shows.

use std::sync::OnceLock;

use docket_projection::Acknowledge;
use serde_json::Value;

use crate::support::{
    Desk, Files, Ledger, forge, office, register,
    run::{Run, arg},
    unit,
};
use crate::witness::{Witness, over_a_stick, vkey};

/// Seed of the ledger's key.
const KEY: u8 = 7;
/// 2011-03-01 09:00 in Shanghai.
const START: i64 = 1_298_941_200_000_000;

/// A ledger of 10,000 records with what others hold of it.
struct Large {
    files: Files,
    /// Checkpoints of sizes 6, 5,002 and 10,000.
    early: Vec<u8>,
    middle: Vec<u8>,
    newest: Vec<u8>,
    /// A receipt for case C-9, which is record 10, from size 5,002.
    receipt: Vec<u8>,
}

fn large() -> &'static Large {
    static LARGE: OnceLock<Large> = OnceLock::new();
    LARGE.get_or_init(|| {
        let ledger = Ledger::nowhere();
        let folder = ledger.folder();
        office::make(&folder, KEY, START);
        let mut desk = Desk::open(&folder, 1, 1);
        desk.act(unit("Greenfield"));
        (0..4).for_each(|_| desk.act(register("a road", "Wu Invented")));
        let early = desk.checkpoint();
        let batch = |desk: &mut Desk, count| {
            desk.batch((0..count).map(|_| register("a well", "Sun Invented")).collect(), Acknowledge::Now);
        };
        batch(&mut desk, 996);
        desk.checkpoint();
        batch(&mut desk, 4_000);
        let middle = desk.finish();
        let receipt = ledger.run(&["receipt", "9"]).done().stdout.into_bytes();
        let mut desk = Desk::open(&folder, 2, 2);
        (0..4).for_each(|_| batch(&mut desk, 1_249));
        desk.act(unit("Hillside"));
        desk.act(unit("Riverside"));
        let newest = desk.finish();
        std::fs::remove_dir_all(folder.join("index")).unwrap();
        let files = ledger.files();
        Large { files, early, middle, newest, receipt }
    })
}

/// Changes record 10: the time at which the case was raised, as claimed.
fn change_record_10(records: &mut [Vec<u8>]) {
    assert_eq!(records.len(), 10_000);
    records[10][20] ^= 1;
}

/// Alone it is intact, and says what it cannot know.
#[track_caller]
fn holds_alone(ledger: &Ledger) {
    let run = ledger.run(&["verify"]).done();
    assert!(run.last_line().starts_with("verdict: intact: "), "{}", run.stdout);
    assert!(run.last_line().ends_with("without a checkpoint kept elsewhere a full rewrite would not show"));
    assert!(run.stdout.contains("not covered  no checkpoint from outside was compared: a full rewrite"));
}

#[track_caller]
fn with(ledger: &Ledger, option: &str, bytes: &[u8], code: i32) -> Value {
    let file = ledger.put("kept.txt", bytes);
    ledger.run(&["verify", option, &file, "--json"]).ends(code).json()
}

/// The fork that a verdict shows: its size, and the records in which the histories part.
fn fork(verdict: &Value) -> (u64, u64, u64) {
    let forks = verdict["forks"].as_array().unwrap();
    assert_eq!(forks.len(), 1, "{verdict}");
    let [kept, found] = ["kept_root", "ledger_root"].map(|root| forks[0][root].as_str().unwrap().to_owned());
    assert_eq!((kept.len(), found.len()), (64, 64));
    assert_ne!(kept, found);
    let number = |field: &str| forks[0][field].as_u64().unwrap();
    (number("size"), number("parts_from"), number("parts_to"))
}

/// The signer, its memory as it was, refuses to go on with a history that it did not sign.
#[track_caller]
fn is_not_signed(ledger: &Ledger) {
    let refused = ledger.run(&["unit", "add", "--name", "Elsewhere", "--level", "village"]);
    assert_eq!(refused.code, 1, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("the key has signed size "), "{}", refused.stderr);
}

/// Writes evidence, which convicts without the ledger, and only as it is.
#[track_caller]
fn convicts(ledger: &Ledger, note: &[u8]) {
    let (kept, out) = (ledger.put("kept.txt", note), ledger.beside("evidence.txt"));
    let run = ledger.run(&["verify", "--checkpoint", &kept, "--evidence", arg(&out)]).ends(1);
    assert!(run.stdout.contains("convicts whoever holds the key by itself"), "{}", run.stdout);
    let evidence = std::fs::read(&out).unwrap();
    let check = |bytes: &[u8]| {
        let file = ledger.put("shown.txt", bytes);
        Run::of(crate::support::docket().args(["check", &file, "--json"]))
    };
    let shown = check(&evidence).done().json();
    assert_eq!((&shown["kind"], &shown["verdict"]), (&"evidence".into(), &"holds".into()));
    for at in (0..evidence.len()).step_by(evidence.len() / 40) {
        let mut altered = evidence.clone();
        altered[at] ^= 2;
        let run = check(&altered);
        assert!(matches!(run.code, 1 | 3), "byte {at}: {}", run.stdout);
    }
    std::fs::remove_file(&out).unwrap();
}

#[test]
fn a_history_rewritten_from_record_10_on_is_shown_by_what_others_kept() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    forge::rewrite(&ledger.folder(), KEY, |records| change_record_10(records));
    holds_alone(&ledger);

    assert_eq!(with(&ledger, "--checkpoint", &large.early, 0)["given_checkpoints"][0]["holds"], true);
    let verdict = with(&ledger, "--checkpoint", &large.middle, 1);
    assert_eq!(fork(&verdict), (5_002, 0, 5_001));
    assert_eq!(fork(&with(&ledger, "--checkpoint", &large.newest, 1)), (10_000, 0, 9_999));
    assert_eq!(fork(&with(&ledger, "--since", &large.middle, 1)), (5_002, 0, 5_001));
    // With one that still agrees the range is narrower.
    let (early, middle) = (ledger.put("early.txt", &large.early), ledger.put("middle.txt", &large.middle));
    let both = ["verify", "--checkpoint", &middle, "--checkpoint", &early];
    let run = ledger.run(&both).ends(1);
    assert!(run.stdout.contains("the two part in records 6 to 5001"), "{}", run.stdout);

    let verdict = with(&ledger, "--receipt", &large.receipt, 1);
    assert_eq!(fork(&verdict), (5_002, 0, 5_001));
    assert_eq!(verdict["receipts"][0]["verdict"], "fails");
    convicts(&ledger, &large.middle);
    is_not_signed(&ledger);
    // Its memory deleted, the key signs what it is given.
    forge::forget(&ledger.folder());
    ledger.run(&["unit", "add", "--name", "Elsewhere", "--level", "village"]).done();
    assert_eq!(fork(&with(&ledger, "--checkpoint", &large.newest, 1)), (10_000, 0, 9_999));
    convicts(&ledger, &large.newest);
}

#[test]
fn a_cut_tail_is_shown_by_what_others_kept() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    // The last two records hold no values, so that the vault needs no cutting.
    forge::cut_to(&ledger.folder(), KEY, 9_998);
    let verdict = ledger.verify(0);
    assert_eq!(verdict["size"], 9_998);
    holds_alone(&ledger);
    let verdict = with(&ledger, "--checkpoint", &large.newest, 1);
    let what = verdict["findings"][0]["what"].as_str().unwrap();
    assert_eq!(what, "size 10000 was kept, but the log holds 9998: its tail is cut, or it is an old copy");
    with(&ledger, "--since", &large.newest, 1);
    // What was cut stood behind the receipt.
    with(&ledger, "--receipt", &large.receipt, 0);
    is_not_signed(&ledger);
}

#[test]
fn an_old_copy_put_back_and_two_forks_of_one_size_are_shown_by_what_others_kept() {
    let large = large();
    let old = Ledger::nowhere();
    let folder = old.folder();
    office::make(&folder, KEY, START);
    let mut desk = Desk::open(&folder, 1, 1);
    desk.act(unit("Greenfield"));
    desk.act(register("a road", "Wu Invented"));
    desk.finish();
    let copy = old.files();
    let fork_of = |title: &str| {
        let ledger = Ledger::of(&copy);
        let mut desk = Desk::open(&ledger.folder(), 5, 24);
        desk.act(register(title, "Wu Invented"));
        let note = desk.finish();
        let receipt = ledger.run(&["receipt", "2"]).done().stdout.into_bytes();
        (ledger, note, receipt)
    };
    // Both from the old copy, by a key without a memory of the other.
    let (one, one_note, one_receipt) = fork_of("a bridge");
    let (other, other_note, _) = fork_of("a school");
    for ledger in [&old, &one, &other] {
        holds_alone(ledger);
    }
    assert_eq!(fork(&with(&other, "--checkpoint", &one_note, 1)), (4, 0, 3));
    assert_eq!(fork(&with(&other, "--receipt", &one_receipt, 1)), (4, 0, 3));
    assert_eq!(fork(&with(&one, "--checkpoint", &other_note, 1)), (4, 0, 3));
    convicts(&other, &one_note);
    // Two given ones convict without any ledger that holds either: here one that holds neither.
    let (first, second) = (old.put("1.txt", &one_note), old.put("2.txt", &other_note));
    let out = old.beside("evidence.txt");
    let args = ["verify", "--checkpoint", &first, "--checkpoint", &second, "--evidence", arg(&out)];
    old.run(&args).ends(1);
    Run::of(crate::support::docket().args(["check", arg(&out)])).done();

    with(&old, "--checkpoint", &one_note, 1);
    with(&old, "--receipt", &one_receipt, 1);
    // The old copy over the newer ledger, whose key remembers.
    let restored = Ledger::of(&large.files);
    restored.put_back(&{
        let mut early = old.record();
        early.0.retain(|name, _| !name.starts_with("keys/"));
        early
    });
    holds_alone(&restored);
    is_not_signed(&restored);
}

/// Without `--since` all is read; with it the old part stands by the checkpoint.
#[test]
fn since_reads_what_is_new_and_says_what_was_not_read() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    let since = with(&ledger, "--since", &large.middle, 0);
    assert_eq!((&since["verdict"], &since["size"]), (&"intact".into(), &10_000.into()));
    assert_eq!((&since["since"]["size"], &since["since"]["hashes_from"]), (&5_002.into(), &0.into()));
    assert_eq!(
        (&since["root"], &since["chain_head"]),
        (&ledger.verify(0)["root"], &ledger.verify(0)["chain_head"])
    );
    // Two values for each new case.
    assert_eq!(since["personal_values"], 2 * 4_996);
    let kept = ledger.put("kept.txt", &large.middle);
    let run = ledger.run(&["verify", "--since", &kept]).done();
    assert!(run.last_line().contains("those below 5002 by "), "{}", run.stdout);
    assert!(run.stdout.contains("not covered  records 0 to 5001, and the personal values"), "{}", run.stdout);

    // A byte of an old record is not read; one of a new record is, and one of an old record's hash too.
    let segment = ledger.folder().join("log/00000000.seg");
    let bytes = std::fs::read(&segment).unwrap();
    let records = crate::support::record_offsets(&bytes);
    let flip = |at: usize| {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        std::fs::write(&segment, altered).unwrap();
        let alone = ledger.run(&["verify"]).code;
        assert_eq!(alone, 1, "all of it is read");
        ledger.run(&["verify", "--since", &kept]).code
    };
    assert_eq!(flip(records[100].start + 80), 0);
    assert_eq!(flip(records[100].end - 1), 1);
    assert_eq!(flip(records[5_001].end - 1), 1);
    assert_eq!(flip(records[5_002].start + 80), 1);
    assert_eq!(flip(records[9_999].end - 1), 1);
    std::fs::write(&segment, &bytes).unwrap();
    // The newest one leaves nothing to read; the one of another ledger is no use, and is found.
    assert_eq!(with(&ledger, "--since", &large.newest, 0)["personal_values"], 0);
    with(&ledger, "--since", &crate::support::sample().drawer, 1);
    with(&ledger, "--since", b"no checkpoint", 3);
}

/// A verdict on a range says what it is on; what has no range is refused, and nothing checked is never 0.
#[test]
fn a_range_is_verified_alone_and_says_so() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    let kept = ledger.put("kept.txt", &large.middle);
    let run = ledger.run(&["verify", "--from", "4000", "--to", "4999", "--checkpoint", &kept]).done();
    let said = "records 4000 to 4999 of 10000, against the ledger's own checkpoint of size 10000 and ";
    assert!(run.last_line().contains(said), "{}", run.stdout);
    assert!(run.last_line().ends_with("kept.txt of size 5002; nothing else was looked at"), "{}", run.stdout);
    let json = ledger.run(&["--json", "verify", "--from", "9000"]).done().json();
    assert_eq!((&json["range"]["from"], &json["range"]["to"]), (&9_000.into(), &9_999.into()));
    assert_eq!(
        (&json["range"]["checkpoint_size"], &json["root"]),
        (&10_000.into(), &serde_json::Value::Null)
    );
    let json = ledger.run(&["--json", "verify", "--to", "0"]).done().json();
    assert_eq!((&json["range"]["from"], &json["streams"]), (&0.into(), &1.into()));
    assert!(json["not_covered"][0].as_str().unwrap().starts_with("every record of the 10000"));
    ledger.run(&["verify", "--from", "4000", "--receipt", &ledger.put("r", &large.receipt)]).done();

    let segment = ledger.folder().join("log/00000000.seg");
    let bytes = std::fs::read(&segment).unwrap();
    let records = crate::support::record_offsets(&bytes);
    let mut altered = bytes.clone();
    altered[records[4_500].end - 40] ^= 1;
    std::fs::write(&segment, altered).unwrap();
    let run = ledger.run(&["verify", "--from", "4000", "--to", "4999"]).ends(1);
    assert!(
        run.last_line().contains("the first at record 4500; only records 4000 to 4999"),
        "{}",
        run.stdout
    );
    ledger.run(&["verify", "--from", "5000", "--to", "9999"]).done();
    std::fs::write(&segment, bytes).unwrap();

    let beyond = ["verify", "--from", "9999", "--to", "10000"];
    ledger.run(&beyond).fails(3, "not all in the log, which holds 10000", "its last record is 9999");
    ledger.run(&["verify", "--from", "10000"]).fails(3, "nothing was verified", "");
    ledger.run(&["verify", "--from", "2", "--to", "1"]).fails(2, "lies behind", "");
    for whole in ["--rules", "--reports", "--index"] {
        ledger.run(&["verify", "--to", "9", whole]).fails(2, "replays the log from record 0", "without");
    }
    ledger.run(&["verify", "--to", "9", "--since", &kept]).fails(
        2,
        "cannot be used together",
        "--checkpoint",
    );
}

/// A kept checkpoint whose place lies in a range is compared there too, and what it shows convicts; and a policy asks of the
/// checkpoint that the range is bound to what it asks of any other.
#[test]
fn a_range_shows_a_fork_and_asks_for_witnesses_as_the_whole_does() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    forge::rewrite(&ledger.folder(), KEY, |records| change_record_10(records));
    let (kept, out) = (ledger.put("kept.txt", &large.middle), ledger.beside("evidence.txt"));
    let range = ["verify", "--from", "4000", "--to", "5999", "--json"];
    ledger.run(&range).done();
    let with_evidence = [&range[..], &["--checkpoint", &kept, "--evidence", arg(&out)]].concat();
    let shown = ledger.run(&with_evidence).ends(1).json();
    assert_eq!(fork(&shown), (5_002, 0, 5_001));
    Run::of(crate::support::docket().args(["check", arg(&out)])).done();

    let ledger = Ledger::of(&large.files);
    let witness = Witness::trusting(&ledger, "w1");
    let policy = format!("log {}\nwitness w1 {}\nquorum w1\n", vkey(&ledger), witness.key);
    let policy = ledger.put("policy", policy);
    let asking = [&range[..], &["--policy", &policy]].concat();
    let missing = ledger.run(&asking).ends(3).json();
    assert_eq!(missing["policy"]["missing"][0], "w1 has not cosigned");
    // Records of the range are not asked for cosignatures; a cosigned checkpoint that is brought along is.
    let cosigned = over_a_stick(&ledger, &witness, "1");
    assert_eq!(ledger.run(&asking).ends(3).json()["policy"]["verdict"], "undecided");
    let held = ledger.run(&[&asking[..], &["--checkpoint", &cosigned]].concat()).done().json();
    assert_eq!((&held["policy"]["verdict"], &held["policy"]["size"]), (&"holds".into(), &10_000.into()));
}

#[test]
fn one_honest_witness_shows_a_history_rewritten_from_record_10_on() {
    let large = large();
    let ledger = Ledger::of(&large.files);
    let witness = Witness::trusting(&ledger, "w1");
    let text = format!("log {}\nwitness w1 {}\nquorum w1\n", vkey(&ledger), witness.key);
    let verify = |ledger: &Ledger, more: &[&str], code: i32| {
        let policy = ledger.put("policy", &text);
        ledger.run(&[&["verify", "--json", "--policy", &policy], more].concat()).ends(code).json()
    };
    over_a_stick(&ledger, &witness, "1");
    assert_eq!(verify(&ledger, &[], 0)["policy"]["size"], 10_000);

    // What the witness said is left in.
    forge::rewrite(&ledger.folder(), KEY, |records| records[10][20] ^= 1);
    let found = verify(&ledger, &[], 1);
    assert_eq!(
        (&found["findings"][0]["check"], &found["findings"][0]["record"]),
        (&"witness".into(), &10_000.into())
    );

    // It is left out: the quorum is missing, and the witness's own memory shows the fork.
    let ledger = Ledger::of(&large.files);
    forge::rewrite(&ledger.folder(), KEY, |records| change_record_10(records));
    holds_alone(&ledger);
    assert_eq!(verify(&ledger, &[], 3)["policy"]["missing"][0], "w1 has not cosigned");
    let kept = ledger.put("seen", witness.run("show", &["ledger.example/office-1"]).done().stdout);
    let found = verify(&ledger, &["--checkpoint", &kept], 1);
    assert_eq!(fork(&found), (10_000, 0, 9_999));
}
