//! Benchmarks of the ledger, each beside its physical floor.
//!
//! `cargo bench -p docket-cli --bench ledger -- --ratios` measures each thing and its floor in turn and prints one
//! table: ratios within one run are what counts. A section's name (`singles`, `threads`, `batches`, `verify`, `open`, `proofs`,
//! `replay`) behind it measures that one only. Without `--ratios`, criterion measures a selection by itself.
//! Under `cargo test` everything runs once on tiny ledgers. Results and conditions stand in `RESULTS.md`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a benchmark stops at the first surprise, and prints what it measured"
)]

mod acts;
mod appending;
mod bed;
mod floor;
mod machine;
mod measure;
mod proving;
mod replaying;
mod scale;
mod verifying;

use criterion::Criterion;

use crate::{measure::Table, scale::Scale};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| args.iter().any(|arg| arg == wanted);
    // Cargo passes `--bench` under `cargo bench` alone.
    let is_test = !has("--bench") || has("--test");
    let scale = if is_test { Scale::TINY } else { Scale::FULL };
    if (is_test || has("--ratios")) && !has("--list") {
        let sections: Vec<&str> =
            args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
        ratios(&scale, if has("--ratios") { &sections } else { &[] });
    }
    if !has("--ratios") {
        let mut criterion = Criterion::default().configure_from_args();
        appending::criterion(&mut criterion, &scale);
        verifying::criterion(&mut criterion, &scale);
        criterion.final_summary();
    }
}

type Section = (&'static str, fn(&Scale, &mut Table));

const SECTIONS: &[Section] = &[
    ("singles", appending::singles),
    ("threads", appending::threads),
    ("batches", appending::batches),
    ("verify", verifying::verify),
    ("open", verifying::open),
    ("proofs", proving::proofs),
    ("replay", replaying::replay),
];

/// One table from one run: all sections, or those named.
fn ratios(scale: &Scale, wanted: &[&str]) {
    let mut table = Table::begin(|line| println!("{line}"));
    for (name, section) in SECTIONS {
        if wanted.is_empty() || wanted.contains(name) {
            section(scale, &mut table);
        }
    }
    table.end();
}
