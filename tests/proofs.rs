//! What leaves the building: proofs, receipts, the published tree, and how others check them.

use std::{collections::BTreeSet, fs, path::Path};

use ct_merkle::{RootHash, mem_backed_tree::MemoryBackedTree};
use docket_proof::{TlogProof, VerifierKey};
use serde_json::Value;
use sha2::Sha256;
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Hash, HashReader as _, TileHashReader, TileReader};

use crate::support::{
    Desk, Files, Ledger, Run, docket, office, register, repository, run::arg, sample, unit,
};

/// Returns the ledger's public key, as the office would publish it.
fn vkey(ledger: &Ledger) -> String {
    ledger.reader().identity().verifier.to_string()
}

/// Checks a file under a key, in a folder in which there is no ledger.
fn check(ledger: &Ledger, bytes: &[u8], key: &str) -> Run {
    let file = ledger.put("shown.txt", bytes);
    Run::of(docket().args(["check", &file, "--vkey", key, "--json"]))
}

fn made(ledger: &Ledger, args: &[&str]) -> Vec<u8> {
    ledger.run(args).done().stdout.into_bytes()
}

/// Every kind of file that a ledger hands out.
fn files(ledger: &Ledger) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("record proof", made(ledger, &["prove", "record", "5"])),
        ("stream proof", made(ledger, &["prove", "case", "C-1"])),
        ("consistency proof", made(ledger, &["prove", "consistency", "7"])),
        ("receipt", made(ledger, &["receipt", "1"])),
        ("checkpoint", made(ledger, &["checkpoint", "--no-sign"])),
    ]
}

#[test]
fn every_file_holds_under_the_ledgers_key_alone() {
    let (ledger, other) = (Ledger::of(&sample().whole), Ledger::init("UTC"));
    for (kind, bytes) in files(&ledger) {
        let holds = check(&ledger, &bytes, &vkey(&ledger)).done().json();
        assert_eq!((&holds["kind"], &holds["verdict"]), (&kind.into(), &"holds".into()));
        check(&ledger, &bytes, &vkey(&other)).ends(1);
        let file = ledger.put("shown.txt", &bytes);
        let open = Run::of(docket().args(["check", &file])).ends(3);
        assert!(open.last_line().starts_with("verdict: undecided: "), "{}", open.stdout);
        // The same, by the key in a file.
        let key = ledger.put("key.txt", vkey(&ledger) + "\n");
        Run::of(docket().args(["check", &file, "--vkey", &key])).done();
    }
}

#[test]
fn no_truncated_edited_swapped_or_empty_file_passes() {
    let ledger = Ledger::of(&sample().whole);
    let key = vkey(&ledger);
    let refused = |bytes: &[u8], what: &str| {
        let run = check(&ledger, bytes, &key);
        assert!(matches!(run.code, 1 | 3), "{what}: {}{}", run.stdout, run.stderr);
    };
    for (kind, bytes) in files(&ledger) {
        for step in 0..20 {
            let at = step * bytes.len() / 20;
            refused(&bytes[..at], &format!("{kind} cut to {at}"));
            let mut edited = bytes.clone();
            edited[at] ^= 2;
            refused(&edited, &format!("{kind}, byte {at}"));
            let swapped = [&bytes[at..], &bytes[..at]].concat();
            if at > 0 {
                refused(&swapped, &format!("{kind} turned at {at}"));
            }
        }
    }
    let missing = Run::of(docket().args(["check", "/nowhere/at/all", "--vkey", &key])).ends(3);
    assert!(missing.stderr.starts_with("error: cannot read "), "{}", missing.stderr);
    // One bad file among good ones decides.
    let good = ledger.put("good.txt", &sample().newest);
    let empty = ledger.put("empty.txt", "");
    Run::of(docket().args(["check", &good, &empty, "--vkey", &key])).ends(3);
}

#[test]
fn a_receipt_reads_what_the_records_say_and_nothing_else() {
    let ledger = Ledger::of(&sample().whole);
    let receipt = String::from_utf8(made(&ledger, &["receipt", "C-1"])).unwrap();
    let (words, _) = receipt.split_once("\n\ndocket stream proof v1\n").unwrap();
    insta::assert_snapshot!(words, @r"
docket receipt v1
ledger ledger.example/office-1
case C-1
records 4 up to size 11
2011-03-01 10:00:03 +08:00  CaseRegistered  occurred 2011-03-01 10:00  record 3
2011-03-01 10:00:04 +08:00  CaseAssigned  occurred 2011-03-01 10:00  record 4
2011-03-01 10:00:05 +08:00  ReplyDelivered  occurred 2011-03-01 10:00  record 5
2011-03-01 10:00:06 +08:00  CaseClosed  occurred 2011-03-01 10:00  record 6
to check it: docket check THIS-FILE --vkey KEY, with the key that the office has published
");
    let key = vkey(&ledger);
    for (from, to) in [
        ("case C-1", "case C-2"),
        ("ReplyDelivered", "CaseReopened"),
        ("records 4", "records 3"),
        ("+08:00", "+09:00"),
        ("2011-03-01", "2011-02-01"),
        ("to check it: ", ""),
        ("docket check", "trust"),
    ] {
        let edited = receipt.replacen(from, to, 1);
        assert_ne!(edited, receipt);
        let run = check(&ledger, edited.as_bytes(), &key).ends(1);
        assert!(
            run.json()["why"].as_str().unwrap().contains("is not what the records say"),
            "{}",
            run.stdout
        );
    }
    let more = receipt.replacen("\n\n", "\n2011-03-09 10:00:00 +08:00  CaseClosed\n\n", 1);
    check(&ledger, more.as_bytes(), &key).ends(1);
    // Another case's words over this case's proof.
    let other = String::from_utf8(made(&ledger, &["receipt", "C-2"])).unwrap();
    let (_, proof) = receipt.split_once("\n\n").unwrap();
    let moved = format!("{}\n\n{proof}", other.split_once("\n\n").unwrap().0);
    check(&ledger, moved.as_bytes(), &key).ends(1);
}

#[test]
fn the_ledger_of_today_still_holds_an_old_receipt_and_tells_what_it_left_out() {
    let ledger = Ledger::of(&sample().early);
    let receipt = made(&ledger, &["receipt", "1"]);
    let proof = made(&ledger, &["prove", "record", "5"]);
    Files(sample().whole.0.clone()).write(&ledger.folder());
    let (receipt_file, proof_file) =
        (ledger.put("receipt.txt", &receipt), ledger.put("5.tlog-proof", &proof));
    let run = ledger.run(&["verify", "--receipt", &receipt_file, "--receipt", &proof_file]).done();
    assert_eq!(run.stdout.matches("the ledger still holds it").count(), 2, "{}", run.stdout);
    assert!(run.last_line().contains("2 given checkpoints hold"), "{}", run.stdout);

    // A receipt that ends early holds by itself; with the log it shows.
    let text = String::from_utf8(receipt).unwrap();
    let short = {
        let (_, proof) = text.split_once("\n\n").unwrap();
        let cut = proof.rfind("\nrecord ").unwrap();
        let (_, note) = proof.split_once("\n\n").unwrap();
        format!("{}\n\n{note}", &proof[..cut])
    };
    check(&ledger, short.as_bytes(), &vkey(&ledger)).done();
    let short = ledger.put("short.txt", &short);
    let run = ledger.run(&["verify", "--receipt", &short]).ends(1);
    assert!(run.stdout.contains("it leaves out 1 later records of C-1"), "{}", run.stdout);
    let torn = ledger.put("torn.txt", &text[..text.len() / 2]);
    ledger.run(&["verify", "--receipt", &torn]).ends(3);
}

#[test]
fn what_cannot_be_proven_is_refused_with_the_next_step() {
    let ledger = Ledger::of(&sample().whole);
    ledger.run(&["prove", "record", "11"]).fails(2, "no record 11", "docket log");
    ledger.run(&["prove", "case", "99"]).fails(2, "there is no case C-99", "docket case list");
    ledger.run(&["receipt", "99"]).fails(2, "there is no case C-99", "docket case list");
    ledger.run(&["prove", "consistency", "5"]).fails(2, "no signed checkpoint of size 5", "name a size");
    ledger.run(&["prove", "consistency", "11", "7"]).fails(
        2,
        "size 11 is not older",
        "older checkpoint first",
    );
    let kept = ledger.put("drawer.txt", &sample().drawer);
    let behind = ledger.run(&["prove", "record", "8", "--checkpoint", &kept]);
    behind.fails(2, "record 8 stands behind the checkpoint of size 7", "docket checkpoint");
    let proof = made(&ledger, &["prove", "record", "5", "--checkpoint", &kept]);
    assert!(proof.ends_with(&sample().drawer), "it leads to the checkpoint that was named");
    let there = ledger.put("there.txt", "something");
    ledger.run(&["prove", "record", "5", "--out", &there]).fails(3, "cannot write", "does not exist yet");
    ledger.run(&["check", &kept, "--vkey", "nonsense"]).fails(2, "no verifier key", "name+id+base64");
}

/// C2SP .tlog-proof files of another program's log, checked against their entries.
#[test]
fn proof_files_of_a_golden_log_are_checked_with_their_entries() {
    let golden = repository("tests/vectors/golden-log");
    let (key, name) = (golden.join("log.vkey"), golden.join("rec/123.json.tlog-proof"));
    let with = |entry: &str| {
        let entry = golden.join("rec").join(entry);
        let args = ["check", arg(&name), "--vkey", arg(&key), "--entry", arg(&entry)];
        Run::of(docket().args(args))
    };
    with("123.json").done();
    with("0.json").ends(1);
    let alone = Run::of(docket().args(["check", arg(&name), "--vkey", arg(&key)])).ends(3);
    assert!(alone.last_line().contains("--entry"), "{}", alone.stdout);
}

/// With a policy the log's key alone is not enough.
#[test]
fn a_policy_decides_whose_cosignatures_a_file_needs() {
    let golden = repository("tests/vectors/golden-log");
    let (entry, policy) = (golden.join("rec/123.json"), golden.join("witnessed/policy"));
    let with = |name: &str, policy: &Path| {
        let name = golden.join(name);
        Run::of(docket().args([
            "check",
            arg(&name),
            "--policy",
            arg(policy),
            "--entry",
            arg(&entry),
            "--json",
        ]))
    };
    let cosigned = with("witnessed/123.tlog-proof", &policy).done().json();
    assert_eq!(cosigned["cosigned"].as_array().unwrap().len(), 1, "{cosigned}");
    let alone = with("rec/123.json.tlog-proof", &policy).ends(3).json();
    assert!(alone["why"].as_str().unwrap().contains("has not cosigned"), "{alone}");
    // A policy that lists another log accepts no other, whatever key is given beside it.
    let ledger = Ledger::of(&sample().whole);
    let receipt = ledger.put("receipt.txt", made(&ledger, &["receipt", "1"]));
    let args = ["check", &receipt, "--policy", arg(&policy), "--vkey", &vkey(&ledger)];
    Run::of(docket().args(args)).ends(1);
    let accepts = ledger.put("policy.txt", format!("log {}\nquorum none\n", vkey(&ledger)));
    Run::of(docket().args(["check", &receipt, "--policy", &accepts])).done();
    let unknown = ledger.put("bad.txt", format!("log {}\nquorum nobody\n", vkey(&ledger)));
    Run::of(docket().args(["check", &receipt, "--policy", &unknown])).ends(3);
}

/// The published tree, as `tlog_tiles` reads it.
struct Published<'a>(&'a Path);

impl TileReader for Published<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        // Its paths name the height of tiles, which C2SP fixes and leaves out.
        let path = |tile: &tlog_tiles::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        let read = |tile| {
            fs::read(self.0.join(path(tile))).unwrap_or_else(|error| panic!("{}: {error}", path(tile)))
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// Reads all entries back from the bundles.
fn entries(folder: &Path, size: u64) -> Vec<[u8; 32]> {
    let mut entries = Vec::new();
    for number in 0..size.div_ceil(256) {
        let width = (size - number * 256).min(256);
        let name = if width == 256 { format!("{number:03}") } else { format!("{number:03}.p/{width}") };
        let bundle = fs::read(folder.join("tile/entries").join(name)).unwrap();
        assert_eq!(bundle.len() as u64, width * 34);
        for entry in bundle.chunks(34) {
            assert_eq!(entry[..2], [0, 32]);
            entries.push(entry[2..].try_into().unwrap());
        }
    }
    entries
}

/// Checks a published tree with programs that docket did not write.
fn others_agree(ledger: &Ledger, folder: &Path) {
    // signed_note: the signature.
    let note = fs::read(folder.join("checkpoint")).unwrap();
    let verifier = StandardVerifier::new(&vkey(ledger)).unwrap();
    let opened = Note::from_bytes(&note).unwrap();
    let (verified, _) = opened.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!(verified.len(), 1);
    // tlog_tiles: the checkpoint, the tiles, and proofs from them.
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(opened.text()).unwrap();
    let (size, root) = (checkpoint.size(), *checkpoint.hash());
    let reader = Published(folder);
    let tiles = TileHashReader::new(size, root, &reader);
    assert_eq!(tlog_tiles::tree_hash(size, &tiles).unwrap(), root);
    let entries = entries(folder, size);
    assert_eq!(entries.len() as u64, size);
    for index in [0, 1, size / 3, size / 2, size - 1] {
        let leaf = tlog_tiles::record_hash(&entries[usize::try_from(index).unwrap()]);
        let proof = tlog_tiles::prove_record(size, index, &tiles).unwrap();
        tlog_tiles::check_record(&proof, size, root, index, leaf).unwrap();
        // docket's own proof is the same, hash by hash.
        let file = made(ledger, &["prove", "record", &index.to_string()]);
        let ours: Vec<_> =
            TlogProof::parse(&file).unwrap().hashes.iter().map(|hash| Hash(*hash.as_bytes())).collect();
        assert_eq!(ours, proof);
        assert!(tiles.read_hashes(&[tlog_tiles::stored_hash_index(0, index)]).is_ok());
    }
    // ct-merkle: the root over the entries.
    let mut tree = MemoryBackedTree::<Sha256, [u8; 32]>::new();
    entries.iter().for_each(|entry| tree.push(*entry));
    let theirs: RootHash<Sha256> = tree.root();
    assert_eq!(theirs.as_bytes().as_slice(), root.0);
    // And they are the hashes of the records.
    let listed: Vec<Value> = ledger.run(&["log", "--json"]).done().json_lines();
    for (record, entry) in listed.iter().zip(&entries) {
        let hex: String = entry.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(record["hash"].as_str().unwrap(), hex);
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    Files::read(folder).0.into_keys().collect()
}

#[test]
fn the_published_tree_is_read_back_by_programs_of_others() {
    let ledger = Ledger::nowhere();
    let folder = ledger.folder();
    office::make(&folder, 7, 1_298_941_200_000_000);
    let mut desk = Desk::open(&folder, 1, 1);
    desk.act(unit("Greenfield"));
    let mut size = 2;
    drop(desk);
    let out = ledger.beside("public");
    // Across the borders of tiles, step by step and in one go.
    for next in [3, 255, 256, 257, 700] {
        let mut desk = Desk::open(&folder, next, i64::try_from(next).unwrap());
        let acts = (size..next).map(|_| register("a road", "Wu Invented")).collect();
        desk.batch(acts, docket_projection::Acknowledge::Now);
        desk.finish();
        size = next;
        let told = ledger.run(&["publish", arg(&out), "--json"]).done().json();
        assert_eq!(told["size"], size);
        others_agree(&ledger, &out);
    }
    let again = ledger.run(&["publish", arg(&out), "--json"]).done().json();
    assert_eq!((&again["size_before"], &again["files_written"]), (&700.into(), &0.into()));
    let at_once = ledger.beside("at-once");
    ledger.run(&["publish", arg(&at_once)]).done();
    // What grew step by step has older partial tiles beside, and nothing else.
    let (grown, whole) = (Files::read(&out), Files::read(&at_once));
    assert!(whole.0.iter().all(|(name, bytes)| grown.0.get(name) == Some(bytes)));
    let extra: Vec<_> = names(&out).difference(&names(&at_once)).cloned().collect();
    assert!(extra.iter().all(|name| name.contains(".p/")), "{extra:?}");
    let expected = [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/188",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/188",
    ];
    assert_eq!(names(&at_once).iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn another_history_is_never_published_over_the_one_that_is_out() {
    let ledger = Ledger::of(&sample().whole);
    let out = ledger.beside("public");
    ledger.run(&["publish", arg(&out)]).done();
    let published = Files::read(&out);
    let old = Ledger::of(&sample().early);
    old.run(&["publish", arg(&out)]).fails(
        1,
        "the key has signed size 11, but the log is shorter",
        "newest copy",
    );
    let kept = ledger.put("drawer.txt", &sample().drawer);
    let refused = ledger.run(&["publish", arg(&out), "--checkpoint", &kept]);
    refused.fails(1, "the checkpoint to publish is older", "newest copy");
    let other = Ledger::init("UTC");
    other.run(&["publish", arg(&out)]).ends(3);
    assert_eq!(published, Files::read(&out), "what is out stays as it is");
    let _: VerifierKey = vkey(&ledger).parse().unwrap();
}
