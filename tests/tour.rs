//! The tour is the README's first screen: it runs, it is the same every time, and the README shows what it says.

use crate::support::{Ledger, Run, docket, repository, run::arg};

fn tour() -> Run {
    Run::of(docket().arg("tour")).done()
}

#[test]
fn the_tour_says_what_the_readme_shows() {
    let Ok(readme) = std::fs::read_to_string(repository("README.md")) else {
        println!("skipped: there is no README.md");
        return;
    };
    let (_, behind) = readme.split_once("<!-- tour -->").expect("README.md marks the tour's output");
    let (block, _) =
        behind.split_once("<!-- /tour -->").expect("README.md marks where the tour's output ends");
    let shown = block.trim().strip_prefix("```text\n").and_then(|text| text.strip_suffix("```"));
    // Written by: cargo run --release -- tour
    assert_eq!(shown.expect("a block of text"), tour().stdout);
}

#[test]
fn the_tour_is_the_same_every_time_and_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let run = |temporary: &std::path::Path| Run::of(docket().arg("tour").env("TMPDIR", temporary)).done();
    let (first, second) = (run(temporary.path()), run(temporary.path()));
    assert_eq!(first, second);
    assert_eq!(first.stderr, "");
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn a_kept_tour_can_be_verified_by_hand() {
    let beside = Ledger::nowhere();
    let kept = beside.beside("tour");
    Run::of(docket().args(["tour", "--keep", arg(&kept)])).done();
    let verify = |ledger: &str, note: &str| {
        let (ledger, note) = (kept.join(ledger), kept.join(note));
        Run::of(docket().args(["-l", arg(&ledger), "verify", "--checkpoint", arg(&note)]))
    };
    verify("ledger", "drawer.txt").ends(0);
    verify("ledger", "newer.txt").ends(0);
    verify("old-copy", "drawer.txt").ends(0);
    verify("old-copy", "newer.txt").ends(1);
    // A second tour does not write over the first.
    Run::of(docket().args(["tour", "--keep", arg(&kept)])).fails(3, "cannot make the folder", "--keep");
}
