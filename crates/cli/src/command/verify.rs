//! `docket verify`.

use std::{
    fs::File,
    io::Read as _,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use anstyle::{AnsiColor, Style};
use docket_log::{Finding, GivenCheckpoint, Report, ScanOptions, Undecided, Verdict, scan};
use docket_projection::{IndexCheck, check_index};
use docket_proof::{ClockKind, MAX_NOTE_LEN};
use serde::Serialize;

use crate::{
    failure::{Exit, Failure},
    output::Output,
    session::{Place, Progress},
    text::escape,
};

/// Prove that no byte of the record was altered
///
/// Reads all of log/, vault/, checkpoints/, cut/ and ledger.toml, and nothing else; writes and locks nothing, so it
/// works on a copy, over a read-only mount, and while the office records.
///
/// Exit codes: 0 everything checked holds; 1 altered; 3 undecided (nothing to check, unreadable, a newer version, an
/// unfinished tail, output lost).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A checkpoint that you kept: the ledger must still hold what it signed then
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Replay the log and compare the index with it
    #[arg(long)]
    index: bool,
    /// Read and hash on so many threads [default: all cores]
    #[arg(long, value_name = "COUNT")]
    threads: Option<std::num::NonZeroUsize>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    let mut options = ScanOptions::default();
    if let Some(threads) = args.threads {
        options.threads = threads.get();
    }
    for path in &args.checkpoint {
        options.given.push(GivenCheckpoint { name: path.display().to_string(), note: read_note(path)? });
    }
    let mut outcome = Outcome { report: scan_shown(place, options, output)?, index: None };
    if args.index {
        outcome.index = Some(compare_index(&outcome.report, place)?);
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
    let outcome = Outcome { report: scan_shown(place, options, output)?, index: None };
    outcome.tell_findings(output)?;
    output.line(outcome.last_line())?;
    Ok(outcome.exit())
}

/// Scans with progress on a terminal.
fn scan_shown(place: &Place, options: ScanOptions<'_>, output: &Output) -> Result<Report, Failure> {
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
    let report = scan(place.disk().as_ref(), &ScanOptions { progress: &tick, ..options })?;
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    Ok(report)
}

/// Reads a note a little beyond its limit, so that a longer file is refused as one.
fn read_note(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let mut note = Vec::new();
    let limit = MAX_NOTE_LEN as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut note));
    read.map_err(|error| {
        Failure::undecided(format!("cannot read {}: {error}", path.display()))
            .hint("a checkpoint is the file that `docket checkpoint` wrote")
    })?;
    Ok(note)
}

/// An index is compared with a log only where there is one to compare it with.
fn compare_index(report: &Report, place: &Place) -> Result<IndexCheck, Failure> {
    if report.verdict() != Verdict::Intact {
        return Ok(IndexCheck::NotChecked("the log itself does not hold".to_owned()));
    }
    Ok(check_index(&place.reader()?, &place.index())?)
}

/// Colours, where the output takes them; every line reads without.
const GOOD: Style = AnsiColor::Green.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Everything the verdict rests on.
struct Outcome {
    report: Report,
    index: Option<IndexCheck>,
}

/// The JSON result, documented field by field in the README's `OUTPUT` section.
#[derive(Serialize)]
struct Json<'a> {
    verdict: &'static str,
    origin: Option<&'a str>,
    genesis: Option<String>,
    clock: Option<&'static str>,
    size: u64,
    chain_head: String,
    root: Option<String>,
    streams: u64,
    log_bytes: u64,
    personal_values: u64,
    vault_bytes: u64,
    own_checkpoints: u64,
    newest_checkpoint: Option<Signed>,
    given_checkpoints: Vec<Given<'a>>,
    cosignatures: u64,
    tail_cuts: Vec<Cut>,
    clock_corrections: &'a [u64],
    held_records: u64,
    index: Option<IndexJson>,
    findings_total: u64,
    findings: Vec<FindingJson<'a>>,
    undecided: Vec<UndecidedJson<'a>>,
    not_covered: Vec<String>,
}

#[derive(Serialize)]
struct Signed {
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct Given<'a> {
    name: &'a str,
    size: Option<u64>,
    root: Option<String>,
    holds: bool,
}

#[derive(Serialize)]
struct Cut {
    record: u64,
    file: String,
    bytes: u64,
}

#[derive(Serialize)]
struct IndexJson {
    result: &'static str,
    size: Option<u64>,
    differences: Vec<String>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    check: &'a str,
    file: &'a str,
    record: Option<u64>,
    offset: Option<u64>,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    what: &'a str,
}

#[derive(Serialize)]
struct UndecidedJson<'a> {
    file: &'a str,
    record: Option<u64>,
    why: &'a str,
}

impl Outcome {
    fn verdict(&self) -> Verdict {
        match (self.report.verdict(), &self.index) {
            (Verdict::Altered, _) | (_, Some(IndexCheck::Differs(_))) => Verdict::Altered,
            (Verdict::Undecided, _) | (_, Some(IndexCheck::NotChecked(_))) => Verdict::Undecided,
            (Verdict::Intact, _) => Verdict::Intact,
        }
    }

    fn exit(&self) -> Exit {
        match self.verdict() {
            Verdict::Intact => Exit::Done,
            Verdict::Altered => Exit::Altered,
            Verdict::Undecided => Exit::Undecided,
        }
    }

    fn verdict_name(&self) -> &'static str {
        match self.verdict() {
            Verdict::Intact => "intact",
            Verdict::Altered => "altered",
            Verdict::Undecided => "undecided",
        }
    }

    /// What nobody may read into the verdict.
    fn not_covered(&self) -> Vec<String> {
        let mut open = Vec::new();
        let held = self.report.given.iter().filter(|given| given.holds).count();
        if held == 0 {
            open.push(
                "no checkpoint from outside was compared: a full rewrite by whoever holds the key, an old copy put back, or a cut tail with its checkpoints would not show"
                    .to_owned(),
            );
        }
        let signed = self.report.newest.as_ref().map_or(0, |(checkpoint, _)| checkpoint.size());
        if let Some(behind) = self.report.size.checked_sub(signed).filter(|behind| *behind > 0 && signed > 0)
        {
            open.push(format!("the last {behind} records are chained but no checkpoint covers them yet"));
        }
        if let Some(largest) = self
            .report
            .given
            .iter()
            .filter(|given| given.holds)
            .filter_map(|given| Some(given.checkpoint.as_ref()?.size()))
            .max()
            && largest < self.report.size
        {
            open.push(format!(
                "whether records behind size {largest} were rewritten or cut since that checkpoint was kept"
            ));
        }
        open.push("no witness's cosignature was asked for".to_owned());
        if self.index.is_none() {
            open.push("the index (--index)".to_owned());
        }
        open.push("whether what was recorded is true, and what was never recorded".to_owned());
        open
    }

    fn object(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        let genesis = report.identity.as_ref().map(|identity| &identity.genesis);
        output.object(&Json {
            verdict: self.verdict_name(),
            origin: genesis.map(|genesis| genesis.origin.as_str()),
            genesis: report.identity.as_ref().map(|identity| identity.hash.to_string()),
            clock: genesis.map(|genesis| genesis.clock.name()),
            size: report.size,
            chain_head: report.head.to_string(),
            root: report.root.map(|root| root.to_string()),
            streams: report.streams,
            log_bytes: report.log_bytes,
            personal_values: report.values,
            vault_bytes: report.vault_bytes,
            own_checkpoints: report.own_checkpoints,
            newest_checkpoint: report.newest.as_ref().map(|(checkpoint, _)| Signed {
                size: checkpoint.size(),
                root: checkpoint.root().to_string(),
            }),
            given_checkpoints: report
                .given
                .iter()
                .map(|given| Given {
                    name: &given.name,
                    size: given.checkpoint.as_ref().map(docket_proof::Checkpoint::size),
                    root: given.checkpoint.as_ref().map(|checkpoint| checkpoint.root().to_string()),
                    holds: given.holds,
                })
                .collect(),
            cosignatures: 0,
            tail_cuts: report
                .cuts
                .iter()
                .map(|note| Cut {
                    record: note.record,
                    file: format!("cut/{:08}.cut", note.cut.number),
                    bytes: note.cut.file_len,
                })
                .collect(),
            clock_corrections: &report.clock_corrections,
            held_records: report.held,
            index: self.index.as_ref().map(index_json),
            findings_total: report.findings_total,
            findings: report.findings.iter().map(finding_json).collect(),
            undecided: report.undecided.iter().map(undecided_json).collect(),
            not_covered: self.not_covered(),
        })
    }

    fn tell(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        if let Some(identity) = &report.identity {
            output.line(format_args!("ledger       {}", escape(&identity.genesis.origin)))?;
            if identity.genesis.clock == ClockKind::Simulated {
                output.line(
                    "clock        SIMULATED: made for a demonstration or a benchmark, its times are made up",
                )?;
            }
            output.line(format_args!("genesis      {}", identity.hash))?;
        }
        if report.size > 0 {
            output.line(format_args!("records      {} in {} streams", report.size, report.streams))?;
            output.line(format_args!("chain head   {}", report.head))?;
        }
        if let Some(root) = report.root {
            output.line(format_args!("root         {root}"))?;
        }
        output.line(format_args!(
            "read now     {} bytes of log/, {} bytes of vault/ with {} personal values",
            report.log_bytes, report.vault_bytes, report.values
        ))?;
        if let Some((checkpoint, _)) = &report.newest {
            output.line(format_args!(
                "checkpoints  {} of the ledger's own hold, the newest at size {}; keep it elsewhere: docket checkpoint > FILE",
                report.own_checkpoints,
                checkpoint.size()
            ))?;
        }
        for given in &report.given {
            let size = given
                .checkpoint
                .as_ref()
                .map_or_else(|| "?".to_owned(), |checkpoint| checkpoint.size().to_string());
            let holds = if given.holds { "holds" } else { "does not hold" };
            output.line(format_args!("given        {}: size {size}: {holds}", escape(&given.name)))?;
        }
        for note in &report.cuts {
            output.line(format_args!(
                "tail cut     record {}: a recovery cut the log to size {} and kept what it cut in cut/{:08}.cut",
                note.record, note.cut.size, note.cut.number
            ))?;
        }
        for record in &report.clock_corrections {
            output
                .line(format_args!("clock        record {record}: somebody confirmed a clock far behind"))?;
        }
        self.tell_findings(output)?;
        let not_covered = self.not_covered();
        for open in &not_covered {
            output.line(format_args!("not covered  {open}"))?;
        }
        output.line(self.last_line())
    }

    fn tell_findings(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        match &self.index {
            None => {}
            Some(IndexCheck::Same { size, pages }) => {
                output.line(format_args!(
                    "index        {pages} pages are what a replay of {size} records gives"
                ))?;
            }
            Some(IndexCheck::Differs(differences)) => {
                for difference in differences {
                    output.line(format_args!(
                        "{BAD}ALTERED{BAD:#}      index: {difference} (`docket rebuild` builds it again)"
                    ))?;
                }
            }
            Some(IndexCheck::NotChecked(why)) => {
                output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    index: {why}"))?
            }
        }
        for finding in &report.findings {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      {}", escape(&finding.to_string())))?;
        }
        if let Some(more) =
            report.findings_total.checked_sub(report.findings.len() as u64).filter(|more| *more > 0)
        {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      and {more} findings more"))?;
        }
        for undecided in &report.undecided {
            output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    {}", escape(&undecided.to_string())))?;
        }
        Ok(())
    }

    /// The verdict and its scope, in one line.
    fn last_line(&self) -> String {
        let report = &self.report;
        let held = report.given.iter().filter(|given| given.holds).count();
        match self.verdict() {
            Verdict::Intact => format!(
                "verdict: {GOOD}intact{GOOD:#}: {} records under root {}, {} own and {held} given checkpoints hold, 0 cosignatures; {}",
                report.size,
                report.root.map(|root| root.to_string()).unwrap_or_default(),
                report.own_checkpoints,
                if held == 0 {
                    "without a checkpoint kept elsewhere a full rewrite would not show"
                } else {
                    "as far as those given reach"
                },
            ),
            Verdict::Altered => {
                let total: u64 = report.findings_total
                    + self.index.as_ref().map_or(0, |index| match index {
                        IndexCheck::Differs(differences) => differences.len() as u64,
                        _ => 0,
                    });
                let findings = if total == 1 { "finding" } else { "findings" };
                let first = report.findings.iter().filter_map(|finding| finding.record).min();
                let at = first.map_or_else(String::new, |record| format!(", the first at record {record}"));
                format!(
                    "verdict: {BAD}ALTERED{BAD:#}: {total} {findings}{at}; {} records follow from record 0 on",
                    report.size
                )
            }
            Verdict::Undecided if report.size == 0 => {
                "verdict: undecided: there is nothing that could be checked".to_owned()
            }
            Verdict::Undecided => {
                let count = report.undecided.len()
                    + usize::from(matches!(self.index, Some(IndexCheck::NotChecked(_))));
                format!(
                    "verdict: {OPEN}undecided{OPEN:#}: {} records follow, but {count} things could not be judged",
                    report.size
                )
            }
        }
    }
}

fn index_json(index: &IndexCheck) -> IndexJson {
    match index {
        IndexCheck::Same { size, .. } => {
            IndexJson { result: "same", size: Some(*size), differences: Vec::new() }
        }
        IndexCheck::Differs(differences) => {
            IndexJson { result: "differs", size: None, differences: differences.clone() }
        }
        IndexCheck::NotChecked(why) => {
            IndexJson { result: "not-checked", size: None, differences: vec![why.clone()] }
        }
    }
}

fn finding_json(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        check: finding.check,
        file: &finding.file,
        record: finding.record,
        offset: finding.offset,
        expected: finding.expected.as_deref(),
        found: finding.found.as_deref(),
        what: &finding.what,
    }
}

fn undecided_json(undecided: &Undecided) -> UndecidedJson<'_> {
    UndecidedJson { file: &undecided.file, record: undecided.record, why: &undecided.why }
}
