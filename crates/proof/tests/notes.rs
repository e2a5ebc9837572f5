//! Signed notes, keys and checkpoints: one encoding each, the verifier's rules, and bytes from anybody.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use docket_proof::{
    Checkpoint, CheckpointError, CosigningKey, KeyError, KeyKind, MAX_NOTE_LEN, MAX_ORIGIN_LEN,
    MAX_SIGNATURES, MAX_VERIFIER_KEY_LEN, Note, NoteError, NoteSignature, RootHash, SigningKey, VerifierKey,
    is_valid_origin, open_checkpoint, sign_checkpoint,
};
use proptest::prelude::*;

const ORIGIN: &str = "ledger.example/office-1";

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn stranger(name: &str) -> SigningKey {
    SigningKey::from_seed(name, &[2; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(ORIGIN, 42, RootHash::from_bytes([3; 32])).unwrap()
}

fn signed(text: &str, keys: &[&SigningKey]) -> Note {
    let mut note = Note::new(text).unwrap();
    for key in keys {
        note.push_signature(key.sign(&note)).unwrap();
    }
    note
}

fn verifiers(keys: &[&SigningKey]) -> Vec<VerifierKey> {
    keys.iter().map(|key| key.verifier().clone()).collect()
}

#[test]
fn the_text_ends_at_the_last_blank_line() {
    let text = "a\n\n\u{2014} not a signature\n\n\nb\n\n";
    let note = signed(text, &[&log_key()]);
    let parsed = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(parsed.text(), text);
    assert_eq!(parsed, note);
    assert_eq!(parsed.verify(&verifiers(&[&log_key()])).unwrap().len(), 1);
}

#[test]
fn a_text_must_be_made_of_lines_without_control_characters() {
    assert_eq!(Note::new("a"), Err(NoteError::Shape));
    assert_eq!(Note::new(""), Err(NoteError::Shape));
    assert_eq!(Note::new("a\tb\n"), Err(NoteError::Control { offset: 1 }));
    assert_eq!(Note::new("ab\r\n"), Err(NoteError::Control { offset: 2 }));
    assert_eq!(Note::new(&"\n".repeat(MAX_NOTE_LEN + 1)), Err(NoteError::TooLong { len: MAX_NOTE_LEN + 1 }));
}

#[test]
fn malformed_notes_are_refused() {
    let note = String::from_utf8(signed("text\n", &[&log_key()]).to_bytes()).unwrap();
    let parse = |text: &str| Note::parse(text.as_bytes()).map(|_| ()).unwrap_err();
    parse(&note[..note.len() - 1]);
    assert_eq!(parse(""), NoteError::Shape);
    assert_eq!(parse("\n"), NoteError::Shape);
    assert_eq!(parse("\n\n"), NoteError::Shape);
    assert_eq!(parse("text\n\n\n"), NoteError::Shape);
    assert_eq!(parse(&format!("{note}\n")), NoteError::Shape);
    assert_eq!(parse(&format!("{note}more\n")), NoteError::SignatureLine { line: 2 });
    assert_eq!(parse(&note.replace('\n', "\r\n")), NoteError::Control { offset: 4 });
    assert_eq!(parse(&note.replace('\u{2014}', "-")), NoteError::SignatureLine { line: 1 });
    assert_eq!(parse(&note.replace("\u{2014} ", "\u{2014}  ")), NoteError::SignatureLine { line: 1 });
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\u{3000}b", "a\u{2028}b"] {
        assert_eq!(parse(&note.replace(ORIGIN, name)), NoteError::SignatureLine { line: 1 }, "{name:?}");
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteError::Utf8));
}

#[test]
fn signatures_are_canonical_base64_of_an_id_and_at_least_one_byte() {
    let line = |base64: &str| NoteSignature::parse_line(&format!("\u{2014} name {base64}"));
    let signature = line("AQIDBAU=").unwrap();
    assert_eq!((signature.id().as_bytes(), signature.bytes()), (&[1, 2, 3, 4], &[5][..]));
    assert_eq!(signature.to_string(), "\u{2014} name AQIDBAU=");
    // Set padding bits, missing, short or excess padding, spaces, the other alphabet, only an id, nothing.
    for wrong in [
        "AQIDBAV=",
        "AQIDBAU",
        "AQIDBA=",
        "AQIDBAU==",
        "AQIDBAU= ",
        " AQIDBAU=",
        "AQID BAU=",
        "AQIDBA_=",
        "AQIDBA==",
        "",
        "=",
    ] {
        assert_eq!(line(wrong), None, "{wrong:?}");
    }
    // The em dash, one space, and nothing else in front.
    assert_eq!(NoteSignature::parse_line("- name AQIDBAU="), None);
    assert_eq!(NoteSignature::parse_line("\u{2014} nameAQIDBAU="), None);
    assert_eq!(NoteSignature::parse_line(" \u{2014} name AQIDBAU="), None);
    assert_eq!(NoteSignature::parse_line("\u{2014} name AQIDBAU=\n"), None);
}

#[test]
fn the_limits_are_the_documented_ones() {
    let key = log_key();
    let full = signed("text\n", &vec![&key; MAX_SIGNATURES]);
    assert_eq!(
        Note::parse(&full.to_bytes()).unwrap().verify(&verifiers(&[&key])).unwrap().len(),
        MAX_SIGNATURES
    );
    assert_eq!(full.clone().push_signature(key.sign(&full)), Err(NoteError::TooManySignatures));
    let mut bytes = full.to_bytes();
    bytes.extend(format!("{}\n", key.sign(&full)).bytes());
    assert_eq!(Note::parse(&bytes), Err(NoteError::TooManySignatures));

    let around = signed("\n", &[&key]).to_bytes().len() - 1;
    let note = |len: usize| signed(&format!("{}\n", "a".repeat(len - around - 1)), &[&key]).to_bytes();
    assert_eq!(note(MAX_NOTE_LEN).len(), MAX_NOTE_LEN);
    assert!(Note::parse(&note(MAX_NOTE_LEN)).is_ok());
    assert_eq!(Note::parse(&note(MAX_NOTE_LEN + 1)), Err(NoteError::TooLong { len: MAX_NOTE_LEN + 1 }));

    let long = "a".repeat(MAX_VERIFIER_KEY_LEN + 1);
    assert_eq!(long.parse::<VerifierKey>(), Err(KeyError::TooLong { len: long.len() }));
    assert_eq!(long[1..].parse::<VerifierKey>(), Err(KeyError::Shape));
}

#[test]
fn only_a_signature_of_a_known_key_counts_and_a_bad_one_rejects() {
    let (log, other) = (log_key(), stranger("other.example"));
    let note = signed("text\n", &[&other, &log]);
    let verify = |keys: &[&SigningKey]| {
        note.verify(&verifiers(keys))
            .map(|found| found.iter().map(|signature| signature.key).collect::<Vec<_>>())
    };
    assert_eq!(verify(&[&log, &other]), Ok(vec![1, 0]));
    assert_eq!(verify(&[&log]), Ok(vec![0]));
    assert_eq!(verify(&[&log, &log]), Ok(vec![0]));
    assert_eq!(verify(&[]), Err(NoteError::NoKnownSignature));
    // The same key under another name, another key under the same name.
    assert_eq!(verify(&[&stranger("else.example")]), Err(NoteError::NoKnownSignature));
    assert_eq!(verify(&[&stranger(ORIGIN)]), Err(NoteError::NoKnownSignature));

    // A good signature of one known key does not make up for a bad one of another.
    let bytes = String::from_utf8(note.to_bytes()).unwrap();
    let bad = BASE64_STANDARD.encode([other.verifier().id().as_bytes().as_slice(), &[9; 64]].concat());
    let line = note.signatures()[0].to_string();
    let altered =
        Note::parse(bytes.replace(&line, &format!("\u{2014} other.example {bad}")).as_bytes()).unwrap();
    assert_eq!(altered.verify(&verifiers(&[&log])).unwrap().len(), 1);
    let id = other.verifier().id();
    assert_eq!(altered.verify(&verifiers(&[&log, &other])), Err(NoteError::BadSignature { line: 1, id }));
    // Also when that key has signed well elsewhere in the note.
    let mut twice = altered;
    twice.push_signature(other.sign(&twice)).unwrap();
    assert!(twice.verify(&verifiers(&[&other])).is_err());
}

#[test]
fn two_known_keys_that_share_name_and_id_are_not_told_apart_by_luck() {
    // Found by trying seeds: a key id has 32 bits only.
    let [first, second] = [22_123_u32, 44_291].map(|number| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_le_bytes());
        SigningKey::from_seed(ORIGIN, &seed).unwrap()
    });
    let id = first.verifier().id();
    assert_eq!(id, second.verifier().id());
    let note = signed("text\n", &[&first]);
    assert!(note.verify(&verifiers(&[&first])).is_ok());
    assert_eq!(note.verify(&verifiers(&[&first, &second])), Err(NoteError::AmbiguousKey { id }));
    assert_eq!(note.verify(&verifiers(&[&second])), Err(NoteError::BadSignature { line: 1, id }));
}

#[test]
fn a_signature_of_the_wrong_length_is_a_bad_one() {
    let key = log_key();
    let good = key.sign(&Note::new("text\n").unwrap());
    for len in [1, 8, 63, 65, 72] {
        let mut bytes = [good.id().as_bytes().as_slice(), good.bytes()].concat();
        bytes.resize(4 + len, 0);
        let line = format!("\u{2014} {ORIGIN} {}", BASE64_STANDARD.encode(bytes));
        let mut note = Note::new("text\n").unwrap();
        note.push_signature(NoteSignature::parse_line(&line).unwrap()).unwrap();
        let bad = NoteError::BadSignature { line: 1, id: good.id() };
        assert_eq!(note.verify(&verifiers(&[&key])), Err(bad), "{len} bytes");
    }
}

#[test]
fn verifier_keys_have_one_spelling() {
    let text = log_key().verifier().to_string();
    assert_eq!(text.parse::<VerifierKey>().unwrap(), *log_key().verifier());
    let (head, base64) = text.rsplit_once('+').unwrap();
    let (name, id) = head.split_once('+').unwrap();
    for (wrong, error) in [
        (format!("{name}+{base64}"), None),
        (format!("+{id}+{base64}"), Some(KeyError::Name)),
        (format!("a b+{id}+{base64}"), Some(KeyError::Name)),
        (format!("{name}+{}+{base64}", id.to_uppercase()), None),
        (format!("{name}+{}+{base64}", &id[1..]), None),
        (format!("{name}+0{id}+{base64}"), None),
        (format!("{name}x+{id}+{base64}"), None),
        (format!("{name}+{id}+{base64}="), Some(KeyError::Base64)),
        (format!("{name}+{id}+"), None),
        (format!("{name}+{id}+{}", &base64[4..]), None),
        (format!("{text}\n"), Some(KeyError::Base64)),
        (format!(" {text}"), Some(KeyError::Name)),
    ] {
        let found = wrong.parse::<VerifierKey>().unwrap_err();
        assert!(error.is_none_or(|error| found == error), "{wrong:?}: {found}");
    }
}

#[test]
fn keys_of_unknown_type_are_told_apart_from_malformed_ones() {
    let computed = |key: &[u8]| {
        let text = format!("name+00000000+{}", BASE64_STANDARD.encode(key));
        match text.parse::<VerifierKey>() {
            Err(KeyError::Id { computed }) => format!("name+{computed}+{}", BASE64_STANDARD.encode(key)),
            other => panic!("{other:?}"),
        }
    };
    let mldsa = computed(&[6; 1313]).parse::<VerifierKey>();
    assert_eq!(mldsa, Err(KeyError::UnknownKind { kind: 6 }));
    assert_eq!(computed(&[1; 32]).parse::<VerifierKey>(), Err(KeyError::PublicKey));
    assert_eq!(computed(&[1; 34]).parse::<VerifierKey>(), Err(KeyError::PublicKey));
    assert_eq!(computed(&[]).parse::<VerifierKey>(), Err(KeyError::Shape));
}

#[test]
fn keys_under_which_anything_verifies_are_refused() {
    // The neutral element, and a point of order 2.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut order_2 = [0xff; 32];
    (order_2[0], order_2[31]) = (0xec, 0x7f);
    for weak in [neutral, order_2, [0; 32]] {
        assert_eq!(VerifierKey::new("name", KeyKind::Ed25519, &weak), Err(KeyError::PublicKey));
    }
}

#[test]
fn the_secret_is_not_printed() {
    let seed = [0xab; 32];
    let printed = [
        format!("{:?}", SigningKey::from_seed("name", &seed).unwrap()),
        format!("{:?}", CosigningKey::from_seed("name", &seed).unwrap()),
    ];
    for text in printed {
        assert!(text.contains("name") && text.len() < 40, "{text}");
        assert!(!text.contains("abab") && !text.contains("171"), "{text}");
    }
}

#[test]
fn cosignatures_state_a_time_and_are_no_logs_signature() {
    let witness = CosigningKey::from_seed("witness.example", &[5; 32]).unwrap();
    let mut note = Note::parse(&sign_checkpoint(&checkpoint(), &log_key()).unwrap()).unwrap();
    note.push_signature(witness.cosign(&note, 1_700_000_000)).unwrap();
    note.push_signature(witness.cosign(&note, 1_700_000_060)).unwrap();
    let keys = [witness.verifier().clone(), log_key().verifier().clone()];
    let opened = open_checkpoint(&note.to_bytes(), &keys).unwrap();
    let found: Vec<_> = opened.signatures.iter().map(|signature| (signature.key, signature.time)).collect();
    assert_eq!(found, [(1, None), (0, Some(1_700_000_000)), (0, Some(1_700_000_060))]);

    // A cosigner that calls itself by the log's name still is not the log.
    let impostor = CosigningKey::from_seed(ORIGIN, &[1; 32]).unwrap();
    let mut note = Note::new(&checkpoint().to_text()).unwrap();
    note.push_signature(impostor.cosign(&note, 1)).unwrap();
    let opened = open_checkpoint(&note.to_bytes(), &[impostor.verifier().clone()]);
    assert_eq!(opened, Err(CheckpointError::NotSignedByLog));
}

#[test]
fn a_checkpoint_counts_only_under_a_key_named_as_its_origin() {
    let other = stranger("other.example/office-2");
    assert_eq!(sign_checkpoint(&checkpoint(), &other), Err(CheckpointError::KeyName));
    let note = signed(&checkpoint().to_text(), &[&other]);
    let opened = open_checkpoint(&note.to_bytes(), &verifiers(&[&other, &log_key()]));
    assert_eq!(opened, Err(CheckpointError::NotSignedByLog));
}

#[test]
fn checkpoint_texts_have_one_spelling() {
    let text = checkpoint().to_text();
    assert_eq!(Checkpoint::parse_text(&text).unwrap(), checkpoint());
    let with_size = |size: &str| Checkpoint::parse_text(&text.replace("\n42\n", &format!("\n{size}\n")));
    assert_eq!(with_size("0").unwrap().size(), 0);
    assert_eq!(with_size("18446744073709551615").unwrap().size(), u64::MAX);
    for size in [
        "",
        "042",
        "00",
        "+42",
        "-42",
        "-0",
        "42 ",
        " 42",
        "4 2",
        "0x2a",
        "4_2",
        "18446744073709551616",
        "٤٢",
    ] {
        assert_eq!(with_size(size), Err(CheckpointError::Size), "{size:?}");
    }
    let base64 = text.lines().nth(2).unwrap();
    let with_root = |root: &str| Checkpoint::parse_text(&text.replace(base64, root));
    let shorter = BASE64_STANDARD.encode([3; 31]);
    let longer = BASE64_STANDARD.encode([3; 33]);
    // The last digit before the padding carries two bits that must be zero.
    let set_bits = base64.replace("M=", "N=");
    assert_ne!(set_bits, base64);
    let unpadded = base64.trim_end_matches('=').to_owned();
    for root in
        [String::new(), shorter, longer, set_bits, unpadded, format!("{base64} "), format!("{base64}=")]
    {
        assert_eq!(with_root(&root), Err(CheckpointError::Root), "{root:?}");
    }
    for wrong in [
        "",
        "\n",
        "\n\n",
        "\n\n\n",
        text.trim_end(),
        &format!("{text}extension\n"),
        &format!("{text}\n"),
        &format!("\n{text}"),
    ] {
        assert!(Checkpoint::parse_text(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn origins_are_short_and_plain() {
    assert!(is_valid_origin("a"));
    assert!(is_valid_origin("登记.example/办公室-1"));
    assert!(is_valid_origin(&"a".repeat(MAX_ORIGIN_LEN)));
    for wrong in
        ["", " ", "a b", "a+b", "a\tb", "a\nb", "a\0b", "a\u{7f}b", "a\u{85}b", "a\u{9b}b", "a\u{3000}b"]
    {
        assert!(!is_valid_origin(wrong), "{wrong:?}");
        let made = Checkpoint::new(wrong, 0, RootHash::from_bytes([0; 32]));
        assert_eq!(made, Err(CheckpointError::Origin));
    }
    assert!(!is_valid_origin(&"a".repeat(MAX_ORIGIN_LEN + 1)));
    assert!(!is_valid_origin(&"é".repeat(128)));
}

/// Bytes near a signed checkpoint: pieces of notes in any order.
fn note_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just("\u{2014} ".as_bytes().to_vec()),
        Just("\u{2014} name AQIDBAU=\n".as_bytes().to_vec()),
        Just("\u{2014}".as_bytes().get(..2).unwrap().to_vec()),
        Just(b"42\n".to_vec()),
        Just(sign_checkpoint(&checkpoint(), &log_key()).unwrap()),
        Just(checkpoint().to_text().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_written_back_identically(
        bytes in prop_oneof![note_like(), proptest::collection::vec(any::<u8>(), 0..200)],
    ) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_bytes(), bytes.clone());
        }
        if let Ok(opened) = open_checkpoint(&bytes, &verifiers(&[&log_key()])) {
            prop_assert_eq!(opened.checkpoint, checkpoint());
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(checkpoint) = Checkpoint::parse_text(&text) {
            prop_assert_eq!(checkpoint.to_text(), text.as_ref());
        }
        for line in text.lines() {
            if let Some(signature) = NoteSignature::parse_line(line) {
                prop_assert_eq!(signature.to_string(), line);
            }
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text.as_ref());
        }
    }

    #[test]
    fn altered_verifier_keys_are_refused_or_written_back_identically(at: prop::sample::Index, by in "\\PC{0,2}") {
        let mut text = log_key().verifier().to_string();
        let at = at.index(text.len());
        text.replace_range(at..=at, &by);
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        text in "[^\\p{Cc}]{0,20}(\n[^\\p{Cc}]{0,20}){0,3}\n", bit: prop::sample::Index,
    ) {
        let key = log_key();
        let bytes = signed(&text, &[&key]).to_bytes();
        let note = Note::parse(&bytes).unwrap();
        prop_assert_eq!(note.text(), &text);
        prop_assert!(note.verify(&verifiers(&[&key])).is_ok());
        let mut altered = bytes;
        let bit = bit.index(altered.len() * 8);
        altered[bit / 8] ^= 1 << (bit % 8);
        let verdict = Note::parse(&altered).and_then(|note| note.verify(&verifiers(&[&key])));
        prop_assert!(verdict.is_err(), "bit {}", bit);
    }
}
