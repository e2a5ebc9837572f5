//! Officials sign what they record: whose key it is, what a rule set asks for, and signatures that were moved.

use docket_proof::{Flags, RecordView};

use crate::support::{Ledger, Run, forge, office::make, repository, run::arg};

const SEED: u8 = 3;

/// A ledger with two officials, of whom the first has a key; the key's file.
fn office() -> (Ledger, String) {
    let ledger = Ledger::nowhere();
    make(&ledger.folder(), SEED, 1_298_941_200_000_000);
    ledger.run(&["unit", "add", "--name", "Village 1", "--level", "village"]).done();
    for name in ["Lin Yue", "Ma Jun"] {
        ledger.run(&["official", "add", "--name", name, "--unit", "U-1"]).done();
    }
    let (file, public) = new_key(&ledger, "lin.key");
    ledger.run(&["official", "register-key", "O-1", "--public", &public]).done();
    (ledger, file)
}

fn new_key(ledger: &Ledger, name: &str) -> (String, String) {
    let file = arg(&ledger.beside(name)).to_owned();
    let public = ledger.run(&["key", "new", &file]).done().stdout.trim().to_owned();
    assert_eq!(ledger.run(&["key", "public", &file]).done().stdout.trim(), public);
    (file, public)
}

fn grow(ledger: &Ledger, name: &str, more: &[&str]) -> Run {
    ledger.run(&[&["unit", "add", "--name", name, "--level", "village"], more].concat())
}

#[test]
fn what_an_official_signs_is_theirs_and_nobody_elses() {
    let (ledger, file) = office();
    grow(&ledger, "Village 2", &["--by", "O-1", "--sign-with", &file]).done();
    let verdict = ledger.verify(0);
    assert_eq!((&verdict["signatures"], &verdict["size"]), (&1.into(), &6.into()));
    let told = ledger.run(&["verify"]).done().stdout;
    assert!(told.contains("signatures   1 commands are signed by their actors"), "{told}");
    assert!(ledger.run(&["log"]).done().stdout.lines().last().unwrap().ends_with(" signed"));
    let record = ledger.run(&["--json", "record", "5"]).done().json();
    assert!(record.to_string().contains("signed_with"), "{record}");

    // Neither for another, nor for nobody, nor with a key that was never entered.
    let refused = |more: &[&str], why| grow(&ledger, "Village 3", more).fails(2, why, "register-key");
    refused(&["--by", "O-2", "--sign-with", &file], "not the one in force for O-2");
    refused(&["--sign-with", &file], "for nobody");
    let (next, public) = new_key(&ledger, "next.key");
    refused(&["--by", "O-1", "--sign-with", &next], "not the one in force for O-1");
    // Replaced, and revoked: what was signed before stays good.
    ledger
        .run(&["official", "rotate-key", "O-1", "--public", &public, "--by", "O-1", "--sign-with", &file])
        .done();
    refused(&["--by", "O-1", "--sign-with", &file], "not the one in force for O-1");
    grow(&ledger, "Village 3", &["--by", "O-1", "--sign-with", &next]).done();
    ledger.run(&["official", "revoke-key", "O-1"]).done();
    refused(&["--by", "O-1", "--sign-with", &next], "not the one in force for O-1");
    grow(&ledger, "Village 4", &["--by", "O-1"]).done();
    assert_eq!(ledger.verify(0)["signatures"], 3);
    ledger.run(&["verify", "--rules"]).done();
    let since = arg(&ledger.beside("since")).to_owned();
    ledger.run(&["checkpoint", "--out", &since]).done();
    ledger.run(&["verify", "--since", &since]).done();
}

#[test]
fn a_key_file_is_its_owners_and_is_never_overwritten() {
    let (ledger, file) = office();
    ledger.run(&["key", "new", &file]).fails(3, "cannot write", "does not exist yet");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    for bad in ["", "docket official key v1\n", "docket official key v1\nzz\n", "\0"] {
        let file = ledger.put("bad.key", bad);
        grow(&ledger, "Village", &["--by", "O-1", "--sign-with", &file]).fails(
            3,
            "no official's key",
            "key new",
        );
    }
    let small_order = "0".repeat(64);
    for public in ["", "12", &"Z".repeat(64), &small_order] {
        ledger.run(&["official", "register-key", "O-2", "--public", public]).ends(2);
    }
}

/// Adopts a rule set that asks for signatures on units.
fn adopt(ledger: &Ledger) {
    let text = std::fs::read_to_string(repository("crates/domain/rules/sla.toml")).unwrap();
    let file =
        ledger.put("rules.toml", text.replacen("title = ", "signatures = [\"UnitRegistered\"]\ntitle = ", 1));
    ledger.run(&["rules", "adopt", &file, "--from", "2011-03-02"]).done();
}

#[test]
fn where_the_rules_ask_for_a_signature_nothing_is_recorded_without() {
    let (ledger, file) = office();
    adopt(&ledger);
    let size = ledger.reader().size();
    grow(&ledger, "Village 2", &["--by", "O-1"]).fails(
        2,
        "asks for the actor's signature on UnitRegistered",
        "--sign-with",
    );
    // To say that it happened before does not help.
    grow(&ledger, "Village 2", &["--by", "O-1", "--at", "2011-03-01"]).ends(2);
    assert_eq!(ledger.reader().size(), size);
    grow(&ledger, "Village 2", &["--by", "O-1", "--sign-with", &file]).done();
    ledger.run(&["verify", "--rules"]).done();
    // Whoever holds the log's key takes the signature off again.
    forge::rewrite(&ledger.folder(), SEED, |records| {
        let last = records.last_mut().unwrap();
        assert!(RecordView::parse(last).unwrap().flags.has(Flags::SIGNED));
        last[62] &= !8;
        let len = last.len() - 96;
        last.truncate(len);
        last[..4].copy_from_slice(&u32::try_from(len).unwrap().to_le_bytes());
    });
    assert_eq!(ledger.verify(0)["signatures"], 0);
    let told = ledger.run(&["verify", "--rules"]).ends(1).stdout;
    assert!(told.contains("record 6: UnitRegistered is not signed"), "{told}");
}

#[test]
fn a_signature_moved_or_a_key_changed_by_whoever_holds_the_logs_key_is_found() {
    let prepared = || {
        let (ledger, file) = office();
        grow(&ledger, "Village 2", &["--by", "O-1", "--sign-with", &file]).done();
        grow(&ledger, "Village 3", &["--by", "O-1", "--sign-with", &file]).done();
        ledger
    };
    let found = |change: &dyn Fn(&mut Vec<Vec<u8>>), record: u64, what: &str| {
        let ledger = prepared();
        forge::rewrite(&ledger.folder(), SEED, change);
        let verdict = ledger.verify(1);
        let hit = |finding: &serde_json::Value| {
            finding["check"] == "signature"
                && finding["record"] == record
                && finding["what"].as_str().unwrap().contains(what)
        };
        assert!(verdict["findings"].as_array().unwrap().iter().any(hit), "{verdict:#}");
    };
    let not_over = "not one over this batch";
    // To another command, in another's name, to another time.
    let swap = |records: &mut Vec<Vec<u8>>| {
        let trailer = |record: &[u8]| record[record.len() - 96..].to_vec();
        let (five, six) = (trailer(&records[5]), trailer(&records[6]));
        let (at5, at6) = (records[5].len() - 96, records[6].len() - 96);
        records[5][at5..].copy_from_slice(&six);
        records[6][at6..].copy_from_slice(&five);
    };
    found(&swap, 5, not_over);
    found(&swap, 6, not_over);
    found(&|records| records[5][28] = 2, 5, not_over);
    found(&|records| records[5][20] ^= 1, 5, not_over);
    // Another key is entered for the official, or the event is another official's.
    let other = docket_proof::ActorKey::from_seed(&[9; 32]).public_key();
    found(&|records| records[4][104..136].copy_from_slice(&other), 5, "was not the actor's");
}
