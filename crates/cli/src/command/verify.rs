//! `docket verify`.

mod fork;
mod json;
mod outcome;
mod policy;
mod receipts;
mod reports;
mod rules;

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use docket_log::{
    DEFAULT_TOLERANCE, GivenCheckpoint, Report, ScanOptions, StoreError, Verdict, scan, scan_range,
};
use docket_projection::{IndexCheck, KeyRegister, all_threads, check_index};
use docket_proof::MAX_NOTE_LEN;

use crate::{
    failure::{Exit, Failure},
    files,
    output::Output,
    policy as policies,
    session::{Place, Progress},
};

use outcome::Outcome;
use policy::PolicyVerdict;

/// Prove that no byte of the record was altered
///
/// Reads all of log/, vault/, checkpoints/, cut/ and ledger.toml, and nothing else; writes and locks nothing there, so
/// it works on a copy, over a read-only mount, and while the office records.
///
/// With --from and --to, reads the records of that range, and of the rest only the hashes that bind them to the
/// checkpoints: it takes as long as the range is.
///
/// Exit codes: 0 everything checked holds; 1 altered; 3 undecided (nothing to check, unreadable, a newer version, an
/// unfinished tail, output lost).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A checkpoint that you kept: the ledger must still hold what it signed then
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// A receipt or another proof that was handed out: the ledger must still hold what it proves
    #[arg(long, value_name = "FILE")]
    receipt: Vec<PathBuf>,
    /// A checkpoint that stands for the records below it: only what is new is read, and the verdict says so
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Verify only the records from this one on, against the checkpoints that cover them; the verdict says so
    #[arg(long, value_name = "RECORD")]
    from: Option<u64>,
    /// Verify only the records up to this one
    #[arg(long, value_name = "RECORD")]
    to: Option<u64>,
    /// Where two signed checkpoints contradict each other, write them to a new file that convicts by itself
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Whose cosignatures are needed (C2SP tlog-policy): without its quorum nothing is intact
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How far recorded times may differ from those of cosignatures over them
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TOLERANCE.as_secs())]
    tolerance: u64,
    /// Replay the log through the rules: find what no command could have recorded
    #[arg(long)]
    rules: bool,
    /// Make every published report again and compare its figures
    #[arg(long)]
    reports: bool,
    /// Replay the log and compare the index with it
    #[arg(long)]
    index: bool,
    /// Read and hash on so many threads [default: six more than cores, as some wait for the disk]
    #[arg(long, value_name = "COUNT")]
    threads: Option<std::num::NonZeroUsize>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    let range = range_of(args)?;
    let mut options = ScanOptions::default();
    if let Some(threads) = args.threads {
        options.threads = threads.get();
    }
    for path in &args.checkpoint {
        options.given.push(kept(path)?);
    }
    let receipts = receipts::read(&args.receipt)?;
    options.given.extend(receipts::checkpoints(&receipts));
    options.since = args.since.as_ref().map(|path| kept(path)).transpose()?;
    let policy = args.policy.as_deref().map(policies::read).transpose()?;
    let keys = policy.iter().flat_map(docket_proof::Policy::witnesses);
    options.witnesses = keys.filter_map(|witness| witness.key.clone()).collect();
    options.tolerance = Duration::from_secs(args.tolerance);
    let register = KeyRegister::default();
    options.actor_keys = Some(&register);
    let given: Vec<GivenCheckpoint> = options.given.iter().chain(&options.since).cloned().collect();
    let mut outcome = Outcome::new(scan_shown(place, range, options, output)?);
    if let (Some(path), Some(policy)) = (&args.policy, &policy) {
        outcome.policy = Some(PolicyVerdict::new(path, policy, &outcome.report));
    }
    outcome.receipts = receipts::judge_all(&receipts, &outcome.report, place);
    if args.rules {
        let threads = args.threads.map_or_else(all_threads, std::num::NonZeroUsize::get);
        outcome.rules = Some(rules::judge(&outcome.report, threads, place, output));
    }
    if args.reports {
        outcome.reports = Some(reports::judge(&outcome.report, place, output));
    }
    if args.index {
        outcome.index = Some(compare_index(&outcome.report, place)?);
    }
    outcome.evidence = fork::find(&outcome.report, &given, place);
    if let (Some(path), Some(evidence)) = (&args.evidence, &outcome.evidence) {
        files::write_new(path, &evidence.to_bytes())?;
        outcome.evidence_file = Some(path.display().to_string());
    }
    let told = if output.json { outcome.object(output) } else { outcome.tell(output) };
    match (told, outcome.exit()) {
        // What nobody could read is no verdict, but an alteration stays one.
        (Err(failure), Exit::Altered) => {
            output.failure(&failure);
            Ok(Exit::Altered)
        }
        (told, exit) => told.map(|()| exit),
    }
}

/// Verifies and says only what differs from ledger to ledger: findings, and the verdict.
pub(crate) fn summary(
    given: Vec<GivenCheckpoint>,
    place: &Place,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let options = ScanOptions { given, ..ScanOptions::default() };
    let outcome = Outcome::new(scan_shown(place, None, options, output)?);
    outcome.tell_findings(output)?;
    output.line(outcome.last_line())?;
    Ok(outcome.exit())
}

/// The records asked for; `None` for all of them.
#[derive(Clone, Copy)]
struct Asked {
    from: u64,
    /// To the end where nothing is said.
    to: Option<u64>,
}

/// Takes the range that was asked for, and refuses what says nothing about a range.
fn range_of(args: &Args) -> Result<Option<Asked>, Failure> {
    let asked = match (args.from, args.to) {
        (None, None) => return Ok(None),
        (from, to) => Asked { from: from.unwrap_or(0), to },
    };
    if let Some(to) = asked.to.filter(|to| *to < asked.from) {
        return Err(Failure::usage(format!("--from {} lies behind --to {to}", asked.from))
            .hint("name the first record, then the last; both are verified"));
    }
    let whole = [("--rules", args.rules), ("--reports", args.reports), ("--index", args.index)];
    if let Some((option, _)) = whole.iter().find(|(_, given)| *given) {
        return Err(Failure::usage(format!(
            "{option} replays the log from record 0 on: it says nothing about a range of it"
        ))
        .hint(format!("run `docket verify {option}` without --from and --to")));
    }
    if args.since.is_some() {
        return Err(Failure::usage(
            "--since and --from or --to both say which records are read: they cannot be used together",
        )
        .hint("a kept checkpoint is compared with a range by --checkpoint"));
    }
    Ok(Some(asked))
}

/// Verifies a range. What does not lie in the log cannot be judged; where the log cannot even be opened, all of it is.
fn scan_asked(place: &Place, asked: Asked, options: &ScanOptions<'_>) -> Result<Report, Failure> {
    let Ok(reader) = place.reader() else { return Ok(scan(place.disk().as_ref(), options)?) };
    let last = reader.size().saturating_sub(1);
    let to = asked.to.unwrap_or(last.max(asked.from));
    match scan_range(&reader, asked.from, to, options) {
        // What stands behind the last record that follows may be the range: all of it is judged.
        Err(StoreError::NoSuchRecord { .. }) if reader.has_unfinished_tail() => {
            Ok(scan(place.disk().as_ref(), options)?)
        }
        Err(StoreError::NoSuchRecord { size, .. }) => Err(Failure::undecided(format!(
            "records {} to {to} are not all in the log, which holds {size}: nothing was verified",
            asked.from
        ))
        .hint(format!(
            "its last record is {last}; whether a tail was cut, `docket verify --checkpoint FILE` says"
        ))),
        other => Ok(other?),
    }
}

/// Scans with progress on a terminal.
fn scan_shown(
    place: &Place,
    range: Option<Asked>,
    options: ScanOptions<'_>,
    output: &Output,
) -> Result<Report, Failure> {
    if !place.folder.is_dir() {
        return Err(Failure::undecided(format!("there is no folder {}", place.folder.display()))
            .hint("name the ledger's folder with --ledger DIR (or DOCKET_LEDGER)"));
    }
    let done = AtomicU64::new(0);
    let progress = Mutex::new(Progress::new(output, "verifying", None));
    let tick = |count| {
        let total = done.fetch_add(count, Ordering::Relaxed) + count;
        if let Ok(progress) = progress.try_lock() {
            progress.set(total);
        }
    };
    let options = ScanOptions { progress: &tick, ..options };
    let report = match range {
        Some(asked) => scan_asked(place, asked, &options)?,
        None => scan(place.disk().as_ref(), &options)?,
    };
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    Ok(report)
}

/// Reads a checkpoint that somebody kept.
fn kept(path: &Path) -> Result<GivenCheckpoint, Failure> {
    let note = files::read(path, MAX_NOTE_LEN)
        .map_err(|failure| failure.hint("a checkpoint is the file that `docket checkpoint` wrote"))?;
    Ok(GivenCheckpoint { name: path.display().to_string(), note })
}

/// An index is compared with a log only where there is one to compare it with.
fn compare_index(report: &Report, place: &Place) -> Result<IndexCheck, Failure> {
    if report.verdict() != Verdict::Intact {
        return Ok(IndexCheck::NotChecked("the log itself does not hold".to_owned()));
    }
    Ok(check_index(&place.reader()?, &place.index())?)
}
