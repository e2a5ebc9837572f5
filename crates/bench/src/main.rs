//! docket at growing sizes, and beside SQLite, sled and what the hardware allows: one command, one run.
//!
//! For each scale the demonstration ledger is made by the release binary, weighed, and asked by cold processes. Then the
//! same events, without their personal values, go into docket, SQLite and sled in turn. What comes out is a table, raw
//! numbers, two plots and a summary for the README. Nothing here asserts a time; that all stores come to the same
//! hashes is asserted in every round.

mod bare_sled;
mod beside;
mod book;
mod bytes;
mod chain;
mod city;
mod encoded;
mod host;
mod inside;
mod options;
mod ours;
mod plot;
mod process;
mod source;
mod sqlite;
mod summary;
mod svg;

// What the benchmarks inside the workspace are made of.
#[path = "../../../benches/floor.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "shared: a part of it is used here, and it stops at the first surprise"
)]
mod floor;
#[path = "../../../benches/machine.rs"]
mod machine;
#[path = "../../../benches/measure.rs"]
#[allow(clippy::indexing_slicing, reason = "shared with benchmarks that stop at the first surprise")]
mod measure;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::Parser as _;

use crate::{
    beside::Stores,
    book::{Book, Rows},
    city::{Bench, City},
    options::{Inside, Options},
    process::Runner,
};

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.inside {
        Some(Inside::Timed { command }) => process::timed(command),
        Some(Inside::Bytes { ledger }) => bytes::table(ledger),
        Some(Inside::Replay { ledger }) => inside::replay(ledger),
        Some(Inside::Open { ledger }) => inside::open(ledger),
        Some(Inside::Redraw { csv, head }) => redraw(csv, head, &options),
        None => run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code says it.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything that was asked for, and writes it down.
fn run(options: &Options) -> Fallible<()> {
    let folder = options.folder.clone().unwrap_or_else(|| here().join("target/ledgers"));
    fs::create_dir_all(&folder)?;
    let docket = options.docket.clone().map_or_else(build, Ok)?;
    // Of this run alone, and gone with it.
    let folder = fs::canonicalize(folder)?.join(format!("run-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let bench = Bench { runner: Runner::new()?, docket, folder };
    let done = measure_all(options, &bench);
    if !options.keep {
        fs::remove_dir_all(&bench.folder)?;
    }
    let (text, rows) = done?;
    write_down(options, &text, &rows)
}

fn measure_all(options: &Options, bench: &Bench) -> Fallible<(String, Rows)> {
    let mut book = Book::begin(&head(options, bench));
    for scale in &options.scales {
        let city = City::make(bench, scale, &mut book)?;
        city.whole(options.rounds.into(), &mut book);
        city.commands(options.rounds.into(), &mut book);
        if !options.keep && *scale != options.beside {
            fs::remove_dir_all(&city.ledger)?;
        }
    }
    if !options.no_beside {
        let ledger = source_ledger(options, bench)?;
        let folder = bench.folder.join("beside");
        fs::create_dir(&folder)?;
        let mut stores = Stores::create(&ledger, &folder)?;
        stores.appends(options.rounds.into(), &mut book)?;
        stores.verification(options.rounds.into(), &mut book)?;
    }
    summary::growth(&mut book);
    Ok(book.end())
}

/// Returns the ledger whose events all stores are given: one measured already, or one made for it.
fn source_ledger(options: &Options, bench: &Bench) -> Fallible<PathBuf> {
    let ledger = bench.folder.join(format!("city-{}", options.beside));
    if !ledger.exists() {
        let args = ["-l".as_ref(), ledger.as_os_str(), "-q".as_ref(), "demo".as_ref(), "--scale".as_ref()];
        let scale = options.beside.as_ref();
        bench.runner.run(&bench.docket, &[args.as_slice(), &[scale]].concat())?;
    }
    Ok(ledger)
}

/// Says what was measured, on what, and how.
fn head(options: &Options, bench: &Bench) -> Vec<String> {
    let mut lines = host::describe(&root(), &bench.folder);
    let Options { scales, rounds, beside, .. } = options;
    let args = format!("--scales {} --beside {beside} --rounds {rounds}", scales.join(","));
    lines.push(format!("command: cargo run --release --manifest-path crates/bench/Cargo.toml -- {args}"));
    lines.extend(CONDITIONS.map(str::to_owned));
    lines.push(String::new());
    lines
}

const CONDITIONS: [&str; 5] = [
    "cities: every value is a process of its own, from its start to its end; its memory is what the kernel counted; files",
    "  in the page cache as far as they fit; peaks are the largest of all rounds",
    "beside: the same events without personal values, every batch durable before the next; SQLite in WAL, FULL, prepared",
    "  statements, one transaction a batch, docket's record as one blob a row; sled with one batch and one flush a batch;",
    "  all in turn, forwards and backwards by turns; ratios round by round",
];

/// Writes text, numbers, plots and summary; with `--record` also to where the repository keeps them.
fn write_down(options: &Options, text: &str, rows: &Rows) -> Fallible<()> {
    let out = options.out.clone().unwrap_or_else(|| here().join("target/results"));
    fs::create_dir_all(&out)?;
    let summary = summary::markdown(rows, text);
    let plots = plot::all(rows);
    fs::write(out.join("results.txt"), text)?;
    fs::write(out.join("results.csv"), rows.to_csv())?;
    fs::write(out.join("summary.md"), &summary)?;
    for (name, svg) in &plots {
        fs::write(out.join(name), svg)?;
    }
    writeln!(std::io::stderr(), "wrote {}", out.display())?;
    if options.record {
        let benches = root().join("benches");
        fs::write(benches.join("scale.csv"), rows.to_csv())?;
        for (name, svg) in &plots {
            fs::write(benches.join(name), svg)?;
        }
        summary::put(&benches.join("RESULTS.md"), &format!("```text\n{}\n```\n", text.trim_end()))?;
        summary::put(&root().join("README.md"), &summary)?;
        writeln!(std::io::stderr(), "wrote README.md and benches/")?;
    }
    Ok(())
}

/// Draws and sums up again what was measured earlier.
fn redraw(csv: &Path, head: &Path, options: &Options) -> Fallible<()> {
    write_down(options, &fs::read_to_string(head)?, &Rows::from_csv(&fs::read_to_string(csv)?)?)
}

/// Builds the release binary that is measured.
fn build() -> Fallible<PathBuf> {
    let target = root().join("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "-p", "docket-cli", "--target-dir"]).arg(&target);
    if !cargo.current_dir(root()).status()?.success() {
        return Err("docket could not be built; name its binary with --docket".into());
    }
    Ok(target.join("release").join(format!("docket{}", std::env::consts::EXE_SUFFIX)))
}

/// Returns the folder of this crate.
fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the repository's folder.
fn root() -> PathBuf {
    here().join("../..")
}
