//! The worked examples of FORMAT.md section 13: a small ledger is made, taken apart field by field, hashed without the
//! library's help, and compared with the page. The page changes only when the bytes do, which they must not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a panic fails the test, and its counts are for who reads along"
)]

mod support;

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use docket_log::{
    CountedEntropy, Disk, HeadTable, KeyFolder, NewLedger, Reader, SimDisk, StepClock, Verdict, create,
};
use docket_proof::{ActorKey, CosigningKey, Note, SigningKey, leaf_hash, node_hash};
use support::{START, batch, genesis, key, look, record};

const FORMAT: &str = include_str!("../FORMAT.md");

fn witness() -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1", &[9; 32]).unwrap()
}

fn next_key() -> SigningKey {
    SigningKey::from_seed(support::ORIGIN, &[11; 32]).unwrap()
}

fn actor() -> ActorKey {
    ActorKey::from_seed(&[13; 32])
}

/// Six records, one value, three checkpoints, one cosignature, one handover, one signed batch; everything random replaced by a count.
fn ledger() -> BTreeMap<String, Vec<u8>> {
    let sim = SimDisk::new();
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let new = NewLedger { genesis: genesis(), key: &key() };
    let keys = KeyFolder::new(disk.clone(), "keys");
    let recovered = create(disk.clone(), &keys, new, &mut CountedEntropy::new(0)).unwrap();
    let heads: HeadTable = Reader::open(disk).unwrap().heads(1).unwrap();
    let clock = StepClock::new(START);
    let writer = recovered
        .into_writer(Box::new(heads), Box::new(clock), Box::new(CountedEntropy::new(0x100)))
        .unwrap();
    let mut both =
        batch(1, vec![record(4, 1, b"opened", &["an invented name"]), record(4, 1, b"closed", &[])]);
    both.command_id = [0xc1; 16];
    writer.append(&both).unwrap();
    let (_, note) = writer.checkpoint().unwrap();
    let mut note = Note::parse(&note).unwrap();
    note.push_signature(witness().cosign(&note, 1_262_304_008)).unwrap();
    writer.record_cosignature(&note.to_bytes(), witness().verifier()).unwrap();
    writer.rotate_key(next_key()).unwrap();
    let mut signed = batch(2, vec![record(4, 1, b"signed", &[])]);
    signed.command_id = [0xc2; 16];
    writer.append_signed(&signed, Some(&actor())).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_eq!(look(&sim, Vec::new()).verdict(), Verdict::Intact);
    sim.files()
}

/// Writes bytes as rows of hex, each field with its name behind it.
struct Rows<'a, 'o> {
    rest: &'a [u8],
    out: &'o mut String,
}

impl<'a> Rows<'a, '_> {
    fn field(&mut self, len: usize, name: &str) -> &'a [u8] {
        let (field, rest) = self.rest.split_at(len);
        self.rest = rest;
        let mut name = name;
        for row in field.chunks(16) {
            let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(self.out, "{:<48}# {name}", hex.join(" ")).unwrap();
            name = "...";
        }
        field
    }

    fn fields(&mut self, fields: &[(usize, &str)]) {
        for (len, name) in fields {
            self.field(*len, name);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Builds the section from the ledger's bytes.
fn section() -> String {
    let files = ledger();
    let (segment, vault) = (&files["log/00000000.seg"], &files["vault/00000000.vlt"]);
    let checkpoints = &files["checkpoints/00000000.ckp"];
    let mut out = String::from(
        "All of one ledger: a genesis, a batch of two records, the first with one value, the cosignature of a witness, a handover to another key, and a batch that its actor has signed. \
         Its first key is that of the Ed25519 seed of 32 bytes 07, the witness's that of 32 bytes 09, its next one that of 32 bytes 0b, the actor's that of 32 bytes 0d. A verifier of this page finds all of it right; one that reads bodies finds record 5 altered, as no event here registers the actor's key. What is random elsewhere is counted here:\nnonce, blinds and salts are little-endian \
         u64 counts, as shown; the command id of the first batch is 16 bytes c1, that of the signed one 16 bytes c2. The three files are given completely, in hex, with the \
         fields' names behind `#`.\nThe tests build the same bytes and compare.\n",
    );

    out.push_str("\n### log/00000000.seg\n\n```text\n");
    let mut rows = Rows { rest: segment, out: &mut out };
    rows.fields(&[
        (8, "magic"),
        (2, "format version"),
        (2, "reserved"),
        (4, "segment number"),
        (8, "first index"),
        (32, "genesis hash"),
        (8, "reserved"),
        (32, "previous hash: none"),
    ]);
    let mut records: Vec<(&[u8], &[u8])> = Vec::new();
    for index in 0..6 {
        writeln!(rows.out).unwrap();
        let start = rows.rest;
        let len = u32::from_le_bytes(start[..4].try_into().unwrap()) as usize;
        let (flags, commitments) = (start[62], start[65]);
        let body = u32::from_le_bytes(start[68..72].try_into().unwrap()) as usize;
        rows.field(4, &format!("record {index}: length {len}"));
        rows.fields(&[
            (8, "index"),
            (8, "recorded_at"),
            (8, "occurred_at"),
            (8, "actor"),
            (8, "stream id"),
            (8, "previous"),
            (4, "position"),
            (2, "stream kind"),
            (2, "event type"),
            (2, "schema version"),
            (
                2,
                [
                    "flags: none",
                    "flags: FIRST",
                    "flags: LAST",
                    "flags: FIRST, LAST",
                    "flags: FIRST, LAST, SIGNED",
                ][usize::from(flags.min(4))],
            ),
            (1, "precision"),
            (1, "commitment count"),
            (2, "reserved"),
        ]);
        rows.field(4, &format!("body length {body}"));
        rows.field(16, "blind");
        if flags & 1 == 1 {
            rows.field(16, "command id");
        }
        if commitments > 0 {
            rows.fields(&[(8, "vault offset"), (2, "field number"), (32, "commitment")]);
        }
        if index == 0 {
            rows.fields(&[
                (2, "body: format version"),
                (1, "body: clock, system"),
                (1, "body: predecessor, none"),
                (8, "body: created, 2010-01-01T00:00:00Z"),
                (32, "body: nonce"),
                (32, "body: public key"),
                (2, "body: origin length"),
                (23, "body: origin, ledger.example/office-1"),
                (2, "body: time zone length"),
                (13, "body: time zone, Asia/Shanghai"),
            ]);
        } else if index == 3 {
            rows.fields(&[
                (8, "body: size of the checkpoint"),
                (32, "body: its root"),
                (8, "body: time, 2010-01-01T00:00:08Z"),
                (32, "body: public key of the witness"),
                (64, "body: signature"),
                (2, "body: name length"),
                (18, "body: name, witness.example/w1"),
            ]);
        } else if index == 4 {
            rows.fields(&[
                (8, "body: size, this record's index"),
                (32, "body: new public key"),
                (64, "body: signature by the old key"),
                (64, "body: signature by the new key"),
            ]);
        } else {
            rows.field(body, ["", "body: opened", "body: closed", "", "", "body: signed"][index]);
        }
        if flags & 2 == 2 {
            rows.field(8, "durable_to");
        }
        if flags & 8 == 8 {
            rows.fields(&[(32, "the actor's public key"), (64, "the actor's signature")]);
        }
        let stored = rows.field(32, &format!("hash of record {index}"));
        records.push((&start[..len], stored));
    }
    assert!(rows.rest.is_empty());
    out.push_str("```\n");

    out.push_str("\n### vault/00000000.vlt\n\n```text\n");
    let mut rows = Rows { rest: vault, out: &mut out };
    rows.fields(&[
        (8, "magic"),
        (2, "format version"),
        (2, "reserved"),
        (4, "segment number"),
        (32, "genesis hash"),
        (16, "reserved"),
    ]);
    writeln!(rows.out).unwrap();
    rows.fields(&[
        (4, "value length 16"),
        (2, "state: present"),
        (2, "reserved"),
        (8, "index of the record"),
        (32, "salt"),
        (2, "field number"),
        (16, "value: an invented name"),
    ]);
    assert!(rows.rest.is_empty());
    out.push_str("```\n");

    out.push_str("\n### checkpoints/00000000.ckp\n\n```text\n");
    let mut rows = Rows { rest: checkpoints, out: &mut out };
    rows.fields(&[
        (8, "magic"),
        (2, "format version"),
        (2, "reserved"),
        (4, "file number"),
        (32, "genesis hash"),
    ]);
    writeln!(rows.out).unwrap();
    let mut notes: Vec<&[u8]> = Vec::new();
    while !rows.rest.is_empty() {
        let len = u32::from_le_bytes(rows.rest[..4].try_into().unwrap()) as usize;
        rows.field(4, &format!("length of the note: {len}"));
        notes.push(rows.field(len, "the note, as text below"));
        if !rows.rest.is_empty() {
            writeln!(rows.out).unwrap();
        }
    }
    out.push_str("```\n");

    out.push_str("\n### What follows from these bytes\n\n```text\n");
    derive(&mut out, &records, vault, &notes);
    out
}

/// Computes every hash with BLAKE3 alone, the tree with SHA-256, and compares them with what is stored.
fn derive(out: &mut String, records: &[(&[u8], &[u8])], vault: &[u8], notes: &[&[u8]]) {
    let mut line = |name: &str, bytes: &[u8]| writeln!(out, "{name:<18}{}", hex(bytes)).unwrap();
    let genesis = blake3::derive_key("docket 2026 genesis v1", records[0].0);
    line("genesis hash", &genesis);
    let record_key = blake3::derive_key("docket 2026 record v1", &genesis);
    line("record key", &record_key);
    let mut hashes = vec![genesis];
    for (number, (record, _)) in records.iter().enumerate().skip(1) {
        let preceded = [hashes[number - 1].as_slice(), record].concat();
        hashes.push(*blake3::keyed_hash(&record_key, &preceded).as_bytes());
        line(&format!("hash of record {number}"), &hashes[number]);
    }
    for ((_, stored), hash) in records.iter().zip(&hashes) {
        assert_eq!(*stored, hash);
    }
    let commitment = blake3::derive_key("docket 2026 commitment v1", &vault[64 + 16..]);
    line("commitment", &commitment);
    assert!(records[1].0.windows(32).any(|window| window == commitment));
    let leaves: Vec<_> = hashes.iter().map(|hash| leaf_hash(hash)).collect();
    for (number, leaf) in leaves.iter().enumerate() {
        line(&format!("leaf {number}"), leaf.as_bytes());
    }
    let left = node_hash(leaves[0].into(), leaves[1].into());
    line("node of 0 and 1", left.as_bytes());
    let right = node_hash(leaves[2].into(), leaves[3].into());
    line("node of 2 and 3", right.as_bytes());
    let root = node_hash(left, leaves[2].into());
    line("root at size 3", root.as_bytes());
    let later = node_hash(node_hash(left, right), leaves[4].into());
    line("root at size 5", later.as_bytes());
    let pair = node_hash(leaves[4].into(), leaves[5].into());
    let last = node_hash(node_hash(left, right), pair);
    line("root at size 6", last.as_bytes());
    // The signed batch, without a look at how the library does it.
    let signed = records[5].0;
    let at = |range: std::ops::Range<usize>| &signed[range];
    let event = [at(56..58), at(36..44), at(52..56), at(20..28), at(64..65), at(58..62), &[0; 8], b"signed"];
    let event = blake3::derive_key("docket 2026 signed event v1", &event.concat());
    line("digest of event 5", &event);
    let command = [&genesis, hashes[4].as_slice(), at(88..104), at(28..36), at(12..20), &event].concat();
    let command = blake3::derive_key("docket 2026 signed command v1", &command);
    line("of the command", &command);
    let message = [b"docket 2026 command signature v1\0", command.as_slice()].concat();
    let public_key = ed25519_dalek::VerifyingKey::from_bytes(signed[118..150].try_into().unwrap()).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&signed[150..]).unwrap();
    public_key.verify_strict(&message, &signature).unwrap();
    assert_eq!(public_key.as_bytes(), &actor().public_key());
    line("key id", key().verifier().id().as_bytes());
    line("next key's id", next_key().verifier().id().as_bytes());
    let notes: Vec<&str> = notes.iter().map(|note| std::str::from_utf8(note).unwrap()).collect();
    for (note, root) in notes.iter().zip([root, later, last]) {
        let signed_root = BASE64_STANDARD.decode(note.lines().nth(2).unwrap()).unwrap();
        assert_eq!(signed_root, root.as_bytes());
    }
    let note = notes[0];
    // The handover, without a look at how the library signs it.
    let body = &records[4].0[88 + 16..records[4].0.len() - 8];
    let message =
        [b"docket 2026 key rotation v1\0", genesis.as_slice(), &hashes[3], &body[..8], &body[8..40]].concat();
    for (key, signature) in [(key(), &body[40..104]), (next_key(), &body[104..168])] {
        let public_key = ed25519_dalek::VerifyingKey::from_bytes(key.verifier().public_key()).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
        public_key.verify_strict(&message, &signature).unwrap();
    }
    let (witness, seen) = (witness(), records[3].0);
    line("witness's key id", witness.verifier().id().as_bytes());
    // The cosigned message, and the line, without a look at how the library makes them.
    let body = &seen[88 + 16..seen.len() - 8];
    let (time, signature) = (&body[40..48], &body[80..144]);
    let time = u64::from_le_bytes(time.try_into().unwrap());
    let (text, _) = note.split_once("\n\n").unwrap();
    let message = format!("cosignature/v1\ntime {time}\n{text}\n");
    let public_key = ed25519_dalek::VerifyingKey::from_bytes(witness.verifier().public_key()).unwrap();
    let ed25519 = ed25519_dalek::Signature::from_slice(signature).unwrap();
    public_key.verify_strict(message.as_bytes(), &ed25519).unwrap();
    let id = witness.verifier().id();
    let line = [id.as_bytes().as_slice(), &time.to_be_bytes(), signature].concat();
    let line = format!("\u{2014} {} {}\n", witness.verifier().name(), BASE64_STANDARD.encode(line));
    writeln!(
        out,
        "```\n\nThe notes, and the first one cosigned:\n\n```text\n{}```\n\n```text\n{note}{line}```",
        notes.join("```\n\n```text\n"),
    )
    .unwrap();
    let keys = [key().verifier().clone(), witness.verifier().clone()];
    assert_eq!(
        docket_proof::open_checkpoint(format!("{note}{line}").as_bytes(), &keys).unwrap().signatures.len(),
        2
    );
}

#[test]
fn the_worked_examples_are_what_the_code_writes() {
    let (_, written) = FORMAT.split_once("## 13. Worked examples\n\n").unwrap();
    let section = section();
    let same = written.lines().zip(section.lines()).take_while(|(written, built)| written == built).count();
    assert!(
        written == section,
        "line {} of section 13 is {:?}; the whole section should be:\n{section}",
        same + 1,
        written.lines().nth(same)
    );
}

#[test]
fn the_hex_of_the_worked_examples_is_a_ledger() {
    let mut files = BTreeMap::new();
    let (_, section) = FORMAT.split_once("## 13. Worked examples\n\n").unwrap();
    for block in section.split("\n### ").skip(1) {
        let (path, block) = block.split_once('\n').unwrap();
        let bytes: Vec<u8> = block
            .lines()
            .filter_map(|line| line.split_once(" # "))
            .flat_map(|(hex, _)| hex.split_whitespace())
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect();
        if path.contains('/') {
            files.insert(path.to_owned(), bytes);
        }
    }
    assert_eq!(files.len(), 3);
    let mut written = ledger();
    files.insert("ledger.toml".into(), written["ledger.toml"].clone());
    let report = look(&SimDisk::from_files(files.clone()), Vec::new());
    assert_eq!((report.verdict(), report.size, report.values), (Verdict::Intact, 6, 1));
    assert_eq!((report.cosignatures, report.signatures), (1, 1));
    written.retain(|path, _| !path.starts_with("keys/"));
    assert_eq!(files, written);
}
