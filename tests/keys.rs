//! The log's key changes, is lost, and is asked for by people who keep an old one: end to end.

use crate::{
    support::{Ledger, Run, docket, run::arg},
    witness::{Witness, over_a_stick, vkey},
};

fn grow(ledger: &Ledger, name: &str) {
    ledger.run(&["unit", "add", "--name", name, "--level", "village"]).done();
}

/// A ledger with a record before and one behind a rotation; the new key.
fn rotated() -> (Ledger, String) {
    let ledger = Ledger::init("Asia/Shanghai");
    grow(&ledger, "Village 1");
    let new = rotate(&ledger);
    grow(&ledger, "Village 2");
    (ledger, new)
}

fn rotate(ledger: &Ledger) -> String {
    let made = ledger.run(&["--json", "key", "rotate"]).done().json();
    made["key"].as_str().unwrap().to_owned()
}

fn out(ledger: &Ledger, name: &str, args: &[&str]) -> String {
    let path = arg(&ledger.beside(name)).to_owned();
    ledger.run(&[args, &["--out", &path]].concat()).done();
    path
}

fn check(args: &[&str]) -> Run {
    Run::of(docket().arg("check").args(args))
}

#[test]
fn what_an_old_key_has_signed_stays_verifiable_and_the_new_one_goes_on() {
    let ledger = Ledger::init("Asia/Shanghai");
    grow(&ledger, "Village 1");
    let before = out(&ledger, "before", &["checkpoint"]);
    let record = out(&ledger, "record", &["prove", "record", "1"]);
    let new = rotate(&ledger);
    grow(&ledger, "Village 2");
    let behind = out(&ledger, "behind", &["checkpoint"]);
    let run = ledger.run(&["verify", "--checkpoint", &before, "--checkpoint", &behind, "--receipt", &record]);
    assert!(run.done().stdout.contains(&format!("key          record 2: the log was handed over to {new}")));
    let verdict = ledger.verify(0);
    assert_eq!(verdict["key_rotations"][0]["record"], 2);
    assert_eq!(verdict["key_rotations"][0]["key"], new.as_str());
    let since = ledger.run(&["--json", "verify", "--since", &behind]).done().json();
    assert_eq!(since["key_rotations"][0]["record"], 2);
    // Each under its own key, and the proof from the one to the other.
    let old = vkey(&ledger);
    check(&[&record, &before, "--vkey", &old]).done();
    check(&[&behind, "--vkey", &old]).ends(1);
    check(&[&behind, "--vkey", &new]).done();
    let handover = out(&ledger, "handover", &["prove", "key"]);
    let shown = check(&[&handover, "--vkey", &old]).done().stdout;
    assert!(shown.contains(&format!("hands over   to {new}")), "{shown}");
    check(&[&behind, &before, &handover, "--vkey", &old, "--handover", &handover]).done();
    check(&[&behind, "--vkey", &new, "--handover", &handover]).ends(1);
    check(&[&behind, "--vkey", &old, "--handover", &record]).ends(3);
    let shown = ledger.run(&["key", "show"]).done().stdout;
    assert!(shown.contains("up to size 3") && shown.contains("in force"), "{shown}");
    let log = ledger.run(&["log"]).done().stdout;
    assert!(log.contains("KeyRotated"), "{log}");
}

#[test]
fn several_handovers_lead_on_one_by_one() {
    let (ledger, _) = rotated();
    let last = rotate(&ledger);
    grow(&ledger, "Village 3");
    let newest = out(&ledger, "newest", &["checkpoint"]);
    let first = out(&ledger, "first", &["prove", "key", "2"]);
    let second = out(&ledger, "second", &["prove", "key"]);
    let old = vkey(&ledger);
    check(&[&newest, "--vkey", &old, "--handover", &first, "--handover", &second]).done();
    check(&[&newest, "--vkey", &old, "--handover", &second]).ends(1);
    check(&[&newest, "--vkey", &last]).done();
    ledger.run(&["prove", "key", "1"]).fails(2, "no such record", "docket key show");
    // A policy that names the first key accepts what it leads to, and one that names another log nothing.
    let policy = ledger.put("policy", format!("log {old}\nquorum none\n"));
    check(&[&newest, "--policy", &policy, "--handover", &first, "--handover", &second]).done();
    check(&[&newest, "--policy", &policy]).ends(1);
    for key in [&old, &last] {
        let policy = ledger.put("policy", format!("log {key}\nquorum none\n"));
        ledger.run(&["verify", "--policy", &policy]).done();
    }
    let other = Ledger::init("UTC");
    let policy = ledger.put("policy", format!("log {}\nquorum none\n", vkey(&other)));
    ledger.run(&["verify", "--policy", &policy]).ends(1);
}

#[test]
fn a_witness_follows_a_handover_and_nothing_else() {
    let ledger = Ledger::init("Asia/Shanghai");
    grow(&ledger, "Village 1");
    let witness = Witness::trusting(&ledger, "w1");
    over_a_stick(&ledger, &witness, "1");
    rotate(&ledger);
    grow(&ledger, "Village 2");
    let asked = arg(&ledger.beside("asked")).to_owned();
    ledger.run(&["witness", "request", "--witness", &witness.key, "--out", &asked]).done();
    witness.run("cosign", &[&asked]).fails(2, "has not signed", "docket witness show");
    let handover = out(&ledger, "handover", &["prove", "key"]);
    let other = Ledger::init("UTC");
    let stranger = Witness::trusting(&other, "w2");
    stranger.run("trust", &["--handover", &handover]).ends(1);
    witness.run("trust", &["--handover", &handover]).done();
    over_a_stick(&ledger, &witness, "2");
    ledger.verify(0);
    // The old key is trusted no longer.
    witness.run("trust", &["--handover", &handover]).ends(1);
}

#[test]
fn a_fork_under_an_old_key_convicts_by_itself() {
    let ledger = Ledger::init("Asia/Shanghai");
    grow(&ledger, "Village 1");
    let files = ledger.files();
    let other = Ledger::of(&files);
    grow(&other, "Another village");
    let kept = out(&other, "kept", &["checkpoint"]);
    grow(&ledger, "Village 2");
    rotate(&ledger);
    grow(&ledger, "Village 3");
    let evidence = arg(&ledger.beside("evidence")).to_owned();
    ledger.run(&["verify", "--checkpoint", &kept, "--evidence", &evidence]).ends(1);
    check(&[&evidence, "--vkey", &vkey(&ledger)]).done();
}

#[test]
fn the_key_on_another_disk_changes_there() {
    let ledger = Ledger::nowhere();
    let folder = ledger.beside("key-disk");
    let with_key = |args: &[&str]| Run::of(ledger.command().args(["--key", arg(&folder)]).args(args));
    with_key(&["init", "--origin", crate::support::ORIGIN, "--zone", "UTC"]).done();
    let old = std::fs::read(folder.join("log.key")).unwrap();
    with_key(&["key", "rotate"]).done();
    assert_ne!(std::fs::read(folder.join("log.key")).unwrap(), old);
    with_key(&["unit", "add", "--name", "Village", "--level", "village"]).done();
    ledger.verify(0);
    // Without the key folder nothing is signed.
    std::fs::write(folder.join("log.key"), old).unwrap();
    let run = with_key(&["unit", "add", "--name", "Village 2", "--level", "village"]);
    run.fails(3, "handed over to another key", "--key");
    ledger.verify(0);
}

#[test]
fn a_lost_key_has_a_successor() {
    let ledger = Ledger::init("Asia/Shanghai");
    grow(&ledger, "Village 1");
    let kept = out(&ledger, "kept", &["checkpoint"]);
    std::fs::remove_dir_all(ledger.folder().join("keys")).unwrap();
    ledger.run(&["unit", "add", "--name", "Village 2", "--level", "village"]).fails(
        3,
        "no log.key",
        "--successor-of",
    );
    let before = ledger.verify(0);
    let (size, root) = (before["size"].clone(), before["root"].clone());

    let old_folder = ledger.folder();
    let next = Ledger::nowhere();
    let origin = "ledger.example/office-1/2";
    let made = next.run(&["init", "--origin", origin, "--successor-of", arg(&old_folder)]).done().stdout;
    assert!(made.contains(&format!("continues  ledger.example/office-1, size {size}")), "{made}");
    let verdict = next.verify(0);
    assert_eq!(verdict["predecessor"]["origin"], crate::support::ORIGIN);
    assert_eq!((&verdict["predecessor"]["size"], &verdict["predecessor"]["root"]), (&size, &root));
    let told = next.run(&["verify"]).done().stdout;
    assert!(told.contains("predecessor  ledger.example/office-1, size 2, root "), "{told}");
    assert!(told.contains("not covered  the 2 records of ledger.example/office-1"), "{told}");

    // Where the folder is gone, a kept checkpoint names it; under its key only.
    let vkey = vkey(&ledger);
    let from = |args: &[&str]| {
        let ledger = Ledger::nowhere();
        let run = ledger.run(&[&["init", "--origin", origin, "--successor-of"], args].concat());
        assert_eq!(run.code == 0, ledger.folder().join("ledger.toml").exists());
        run
    };
    from(&[&kept, "--vkey", &vkey]).done();
    from(&[&kept]).fails(2, "whose checkpoint", "--vkey");
    let strange = crate::witness::vkey(&next);
    from(&[&kept, "--vkey", &strange]).ends(1);
    let nothing = ledger.put("nothing", "nothing");
    from(&[&nothing, "--vkey", &vkey]).ends(3);
    // An altered ledger is not continued.
    let segment = old_folder.join("log/00000000.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[300] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    from(&[arg(&old_folder)]).fails(1, "altered", "docket -l");
}
