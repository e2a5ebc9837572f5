//! Policies: the grammar of C2SP tlog-policy, its limits, and what a quorum misses.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::{fmt::Write as _, fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use docket_proof::{
    Checkpoint, CheckpointError, CheckpointNote, CosigningKey, KeyError, MAX_POLICY_ENTRIES, MAX_POLICY_LEN,
    Note, NoteError, Policy, PolicyError, PolicyLineError, RootHash, Shortfall, SigningKey, sign_checkpoint,
};
use proptest::prelude::*;

const ORIGIN: &str = "ledger.example/office-1";

fn golden(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/golden-log");
    fs::read(root.join(path)).unwrap_or_else(|error| panic!("golden-log/{path}: {error}"))
}

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness(number: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("witness.example/w{number}"), &[100 + number; 32]).unwrap()
}

/// Lines for six witnesses of two organisations, as in the specification's example.
fn two_organisations() -> String {
    let mut text = format!("log {}\n", log_key().verifier());
    for number in 1..=6 {
        let name = if number <= 3 { format!("X{number}") } else { format!("Y{}", number - 3) };
        writeln!(text, "witness {name} {}", witness(number).verifier()).unwrap();
    }
    text + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\n"
}

fn line_error(text: &str) -> (usize, PolicyLineError) {
    match Policy::parse(text.as_bytes()) {
        Err(PolicyError::Line { line, why }) => (line, why),
        other => panic!("{text:?}: {other:?}"),
    }
}

fn note(bytes: &[u8]) -> CheckpointNote {
    CheckpointNote::parse(bytes).unwrap()
}

fn signed(cosigners: &[u8]) -> Vec<u8> {
    let checkpoint = Checkpoint::new(ORIGIN, 42, RootHash::from_bytes([3; 32])).unwrap();
    let mut note = Note::parse(&sign_checkpoint(&checkpoint, &log_key()).unwrap()).unwrap();
    for &number in cosigners {
        note.push_signature(witness(number).cosign(&note, 1_000 + u64::from(number))).unwrap();
    }
    note.to_bytes()
}

#[test]
fn the_golden_policy_is_satisfied_by_the_golden_cosignature_only() {
    let policy = Policy::parse(&golden("witnessed/policy")).unwrap();
    let verdict = policy.check(&note(&golden("witnessed/checkpoint.cosigned")), None).unwrap();
    assert!(verdict.holds());
    assert_eq!(verdict.checkpoint.size(), 700);
    assert_eq!(
        verdict.cosigned.iter().map(|one| (one.witness, one.time)).collect::<Vec<_>>(),
        [(0, 0x6b04_a755)]
    );

    let verdict = policy.check(&note(&golden("checkpoint.700")), None).unwrap();
    assert!(!verdict.holds());
    assert_eq!(verdict.missing[0].to_string(), "w1 has not cosigned");
}

#[test]
fn a_quorum_of_groups_counts_members_not_signatures() {
    let policy = Policy::parse(format!("{}quorum X-and-Y\n", two_organisations()).as_bytes()).unwrap();
    let holds = |cosigners: &[u8]| policy.check(&note(&signed(cosigners)), None).unwrap().holds();
    assert!(holds(&[1, 2, 4]));
    assert!(holds(&[3, 6, 1]));
    assert!(holds(&[1, 2, 3, 4, 5, 6]));
    assert!(!holds(&[1, 4]));
    assert!(!holds(&[1, 2, 3]));
    assert!(!holds(&[4, 5, 6]));
    // Twice the same witness is one witness.
    assert!(!holds(&[1, 1, 4]));
    // A stranger's cosignature is ignored.
    assert!(!holds(&[1, 9, 4]));
    assert!(!holds(&[]));
}

#[test]
fn what_is_missing_is_named_from_the_quorum_down() {
    let policy = Policy::parse(format!("{}quorum X-and-Y\n", two_organisations()).as_bytes()).unwrap();
    let verdict = policy.check(&note(&signed(&[2, 6])), None).unwrap();
    let told: Vec<String> = verdict.missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["X-and-Y needs 2 and has 1: missing X-witnesses", "X-witnesses needs 2 and has 1: missing X1, X3"]
    );
}

#[test]
fn the_earliest_time_of_a_witness_counts() {
    let text = format!("witness w {}\nquorum w\n", witness(1).verifier());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let mut cosigned = Note::parse(&signed(&[])).unwrap();
    for time in [500, 300, 400] {
        cosigned.push_signature(witness(1).cosign(&cosigned, time)).unwrap();
    }
    let verdict = policy.check(&note(&cosigned.to_bytes()), Some(log_key().verifier())).unwrap();
    assert_eq!(verdict.cosigned.iter().map(|one| one.time).collect::<Vec<_>>(), [300]);
}

#[test]
fn a_checkpoint_of_a_log_that_the_policy_does_not_accept_is_refused() {
    let other = SigningKey::from_seed("ledger.example/office-2", &[2; 32]).unwrap();
    let text = format!("log {}\nwitness w {}\nquorum w\n", other.verifier(), witness(1).verifier());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(!policy.accepts_log(log_key().verifier()));
    // Known from elsewhere does not help: the policy says which logs are meant.
    for known in [None, Some(log_key().verifier())] {
        assert_eq!(policy.check(&note(&signed(&[1])), known).unwrap_err(), CheckpointError::NotSignedByLog);
    }
    let open = Policy::parse(format!("witness w {}\nquorum w\n", witness(1).verifier()).as_bytes()).unwrap();
    assert!(open.check(&note(&signed(&[1])), Some(log_key().verifier())).unwrap().holds());
    assert_eq!(open.check(&note(&signed(&[1])), None).unwrap_err(), CheckpointError::NotSignedByLog);
}

#[test]
fn a_bad_cosignature_of_a_named_witness_rejects_the_note() {
    let policy = Policy::parse(format!("{}quorum none\n", two_organisations()).as_bytes()).unwrap();
    let text = String::from_utf8(signed(&[1, 4])).unwrap();
    let altered = text.replace("\n42\n", "\n43\n");
    let error = policy.check(&note(altered.as_bytes()), None).unwrap_err();
    assert!(matches!(error, CheckpointError::Note(NoteError::BadSignature { line: 1, .. })), "{error:?}");
    let line = Note::parse(text.as_bytes()).unwrap().signatures()[1].to_string();
    let (prefix, base64) = line.rsplit_once(' ').unwrap();
    let mut bytes = BASE64_STANDARD.decode(base64).unwrap();
    bytes[20] ^= 1;
    let altered = text.replace(&line, &format!("{prefix} {}", BASE64_STANDARD.encode(bytes)));
    let error = policy.check(&note(altered.as_bytes()), None).unwrap_err();
    assert!(matches!(error, CheckpointError::Note(NoteError::BadSignature { line: 2, .. })), "{error:?}");
}

#[test]
fn quorum_none_asks_for_nobody_but_still_for_the_log() {
    let policy = Policy::parse(format!("log {}\nquorum none\n", log_key().verifier()).as_bytes()).unwrap();
    assert!(policy.asks_for_nobody());
    assert!(policy.check(&note(&signed(&[])), None).unwrap().holds());
    let mut unsigned =
        Note::new("ledger.example/office-1\n42\nAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n").unwrap();
    unsigned.push_signature(witness(1).cosign(&unsigned, 1)).unwrap();
    assert!(policy.check(&note(&unsigned.to_bytes()), None).is_err());
}

#[test]
fn comments_blank_lines_tabs_and_urls_are_taken() {
    let text = format!(
        "# who watches\n\n \t \n\t log\t{}   https://ledger.example/log \n  # indented\nwitness \t w {} https://witness.example/\nquorum w\n#end\n",
        log_key().verifier(),
        witness(1).verifier()
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://ledger.example/log"));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://witness.example/"));
    assert_eq!(policy.witnesses()[0].name, "w");
}

#[test]
fn names_are_compared_byte_by_byte_and_may_be_of_any_script() {
    let text = format!(
        "witness K {}\nwitness \u{212a} {}\ngroup 见证人 all K \u{212a}\nquorum 见证人\n",
        witness(1).verifier(),
        witness(2).verifier()
    );
    assert_eq!(Policy::parse(text.as_bytes()).unwrap().witnesses().len(), 2);
}

#[test]
fn malformed_lines_are_refused_with_their_number_and_reason() {
    let (log, one, two) = (log_key(), witness(1), witness(2));
    let (log, w1, w2) = (log.verifier(), one.verifier(), two.verifier());
    let unknown = |name: &str| PolicyLineError::UnknownName { name: name.to_owned() };
    let taken = |name: &str| PolicyLineError::NameTaken { name: name.to_owned() };
    for (text, line, why) in [
        ("quorum nobody\n".to_owned(), 1, unknown("nobody")),
        (format!("group g any w1\nwitness w1 {w1}\nquorum g\n"), 1, unknown("w1")),
        (format!("quorum w1\nwitness w1 {w1}\n"), 1, unknown("w1")),
        (format!("witness w1 {w1}\ngroup g any g\n"), 2, unknown("g")),
        (format!("witness w1 {w1}\ngroup g any none\n"), 2, unknown("none")),
        (format!("witness none {w1}\n"), 1, taken("none")),
        (format!("witness w1 {w1}\nwitness w1 {w2}\n"), 2, taken("w1")),
        (format!("witness w1 {w1}\nwitness w2 {w2}\ngroup w1 any w2\n"), 3, taken("w1")),
        (format!("witness w1 {w1}\ngroup none any w1\n"), 2, taken("none")),
        (format!("witness w1 {w1}\nwitness w2 {w1}\n"), 2, PolicyLineError::KeyTaken),
        (format!("log {log}\nlog {log} url\n"), 2, PolicyLineError::KeyTaken),
        (
            format!("witness w1 {w1}\ngroup g any w1 w1\n"),
            2,
            PolicyLineError::GroupedTwice { name: "w1".into() },
        ),
        (
            format!("witness w1 {w1}\ngroup g any w1\ngroup h any w1\n"),
            3,
            PolicyLineError::GroupedTwice { name: "w1".into() },
        ),
        (format!("witness w1 {w1}\ngroup g 0 w1\n"), 2, PolicyLineError::Threshold),
        (format!("witness w1 {w1}\ngroup g 2 w1\n"), 2, PolicyLineError::Threshold),
        (format!("witness w1 {w1}\ngroup g 01 w1\n"), 2, PolicyLineError::Threshold),
        (format!("witness w1 {w1}\ngroup g +1 w1\n"), 2, PolicyLineError::Threshold),
        (format!("witness w1 {w1}\ngroup g most w1\n"), 2, PolicyLineError::Threshold),
        (format!("witness w1 {w1}\ngroup g 99999999999999999999 w1\n"), 2, PolicyLineError::Threshold),
        ("group g any\n".to_owned(), 1, PolicyLineError::Threshold),
        ("group g all\n".to_owned(), 1, PolicyLineError::Threshold),
        ("group g\n".to_owned(), 1, PolicyLineError::Items),
        ("log\n".to_owned(), 1, PolicyLineError::Items),
        (format!("log {log} url more\n"), 1, PolicyLineError::Items),
        (format!("witness {w1}\n"), 1, PolicyLineError::Items),
        ("quorum\n".to_owned(), 1, PolicyLineError::Items),
        ("quorum none none\n".to_owned(), 1, PolicyLineError::Items),
        ("quorum none\nquorum none\n".to_owned(), 2, PolicyLineError::SecondQuorum),
        ("Log x\n".to_owned(), 1, PolicyLineError::Keyword),
        ("\u{a0}quorum none\n".to_owned(), 1, PolicyLineError::Keyword),
        ("quorum none\r\n".to_owned(), 1, PolicyLineError::Control),
        ("# \u{7}\nquorum none\n".to_owned(), 1, PolicyLineError::Control),
        (format!("log {w1}\n"), 1, PolicyLineError::KeyKind),
        (format!("witness w {log}\n"), 1, PolicyLineError::KeyKind),
        ("log x\n".to_owned(), 1, PolicyLineError::Key(KeyError::Shape)),
    ] {
        assert_eq!(line_error(&text), (line, why), "{text:?}");
    }
    for (text, error) in [
        ("", PolicyError::LastLine),
        ("quorum none", PolicyError::LastLine),
        ("\n", PolicyError::NoQuorum),
        ("# quorum none\n", PolicyError::NoQuorum),
    ] {
        assert_eq!(Policy::parse(text.as_bytes()).unwrap_err(), error, "{text:?}");
    }
    assert_eq!(Policy::parse(b"# \xff\nquorum none\n").unwrap_err(), PolicyError::Utf8);
}

#[test]
fn the_limits_are_the_documented_ones() {
    let witnesses = |count: usize| {
        let mut text = String::new();
        for number in 0..count {
            let mut seed = [7; 32];
            seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
            let key = CosigningKey::from_seed("witness.example", &seed).unwrap();
            writeln!(text, "witness w{number} {}", key.verifier()).unwrap();
        }
        text + "quorum w0\n"
    };
    assert!(Policy::parse(witnesses(MAX_POLICY_ENTRIES).as_bytes()).is_ok());
    let over = line_error(&witnesses(MAX_POLICY_ENTRIES + 1));
    assert_eq!(over, (MAX_POLICY_ENTRIES + 1, PolicyLineError::TooMany));
    let long = |len: usize| format!("{}\nquorum none\n", "#".repeat(len - "\nquorum none\n".len()));
    assert!(Policy::parse(long(MAX_POLICY_LEN).as_bytes()).is_ok());
    let error = Policy::parse(long(MAX_POLICY_LEN + 1).as_bytes()).unwrap_err();
    assert_eq!(error, PolicyError::TooLong { len: MAX_POLICY_LEN + 1 });
}

#[test]
fn groups_in_groups_to_the_limit_need_no_deep_stack() {
    let mut text = format!("witness g0 {}\n", witness(1).verifier());
    for number in 1..MAX_POLICY_ENTRIES {
        writeln!(text, "group g{number} any g{}", number - 1).unwrap();
    }
    writeln!(text, "quorum g{}", MAX_POLICY_ENTRIES - 1).unwrap();
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(policy.missing(&|_| true).is_empty());
    assert_eq!(policy.missing(&|_| false).len(), MAX_POLICY_ENTRIES - 1);
}

#[test]
fn a_witness_with_a_key_of_an_unknown_type_stands_in_a_policy_but_never_counts() {
    // The id of an ML-DSA-44 key, asked for by giving a wrong one.
    let encoded = BASE64_STANDARD.encode([6; 1313]);
    let computed = match format!("big.example+00000000+{encoded}").parse::<docket_proof::VerifierKey>() {
        Err(KeyError::Id { computed }) => computed,
        other => panic!("{other:?}"),
    };
    let text = format!(
        "witness big big.example+{computed}+{encoded}\nwitness w {}\ngroup g all big w\nquorum g\n",
        witness(1).verifier()
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    let missing = policy.missing(&|_| true);
    let unknown = Shortfall::Witness { name: "big".to_owned(), is_unknown_kind: true };
    assert_eq!(missing.len(), 2);
    assert!(missing.contains(&unknown), "{missing:?}");
    // The same key under another name is still the same key.
    let other =
        text.replace("witness w ", &format!("witness big2 big.example+{computed}+{encoded}\nwitness w "));
    assert_eq!(line_error(&other), (2, PolicyLineError::KeyTaken));
}

proptest! {
    #[test]
    fn any_text_is_refused_or_evaluated(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("group g 2 w1 w2".to_owned()), Just("group h any g w3".to_owned()), Just("quorum g".to_owned()),
                Just("quorum h".to_owned()), Just("quorum none".to_owned()), Just("quorum w1".to_owned()),
                (1_u8..4).prop_map(|n| format!("witness w{n} {}", witness(n).verifier())), "\\PC{0,12}",
            ],
            0..10,
        ),
        have in proptest::collection::vec(any::<bool>(), 8),
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        if let Ok(policy) = Policy::parse(text.as_bytes()) {
            let names: Vec<&str> = policy.witnesses().iter().map(|witness| witness.name.as_str()).collect();
            let has = |place: usize| have[place];
            // The same by hand: who has what, from the lines.
            let one = |name: &str| names.iter().position(|other| *other == name).is_some_and(has);
            let g = one("w1") && one("w2");
            let quorum = lines.iter().rev().find_map(|line| line.strip_prefix("quorum ")).unwrap();
            let expected = match quorum {
                "g" => g,
                "h" => g || one("w3"),
                "w1" => one("w1"),
                _ => true,
            };
            prop_assert_eq!(policy.missing(&has).is_empty(), expected, "{}", text);
        }
    }
}
