//! The witness's side: a folder with its key, whom it trusts, and what it saw last.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use docket_log::{FileDisk, LockError, WatchedLog, Witness, WitnessError, WriterLock};
use docket_proof::{
    CheckpointNote, Cosignature, CosigningKey, Evidence, MAX_WITNESS_REQUEST_LEN, Refusal, VerifierKey,
    WitnessRequest,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    files,
    handover::{self, Handover},
    output::Output,
    session::{SystemClock, random_bytes},
    text::escape,
    times,
};

use super::Folder;

/// Make a new witness: a folder with a key of its own
#[derive(Debug, clap::Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    folder: Folder,
    /// The witness's name for ever: a URL without a scheme, such as witness.example/w1
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Serve a log: cosign its checkpoints from now on
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    #[command(flatten)]
    folder: Folder,
    /// The log's public key as its office has published it (`public_key` in ledger.toml)
    #[arg(value_name = "VKEY", required_unless_present = "handover", conflicts_with = "handover")]
    log: Option<VerifierKey>,
    /// The log's origin, where its key is not named so
    #[arg(long, value_name = "ORIGIN", conflicts_with = "handover")]
    origin: Option<String>,
    /// A proof that a log that is served was handed over to another key (`docket prove key`): the new key takes the place
    /// of the old one
    #[arg(long, value_name = "FILE")]
    handover: Option<PathBuf>,
}

/// Show the witness's key, the logs it serves, and what it saw of them last
///
/// With an origin, prints the last checkpoint that was cosigned of that log: whoever verifies the log's ledger with
/// `docket verify --checkpoint FILE` sees whether it still is the history that this witness saw.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    folder: Folder,
    /// Print this log's last cosigned checkpoint
    #[arg(value_name = "ORIGIN")]
    origin: Option<String>,
    /// Write it to a new file instead
    #[arg(short, long, value_name = "FILE", requires = "origin")]
    out: Option<PathBuf>,
}

/// Answer a request file: check it against what was seen last, remember it, and cosign
///
/// Exit codes: 0 cosigned; 1 the log shows another history than the one seen; 2 refused for another reason; 3 the folder
/// cannot be used, or the clock cannot be right.
#[derive(Debug, clap::Args)]
pub(crate) struct CosignArgs {
    #[command(flatten)]
    folder: Folder,
    /// What `docket witness request` wrote
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// Write the cosigned checkpoint to a new file instead of printing it
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where the log has signed two checkpoints that contradict each other, write them to a new file that convicts by
    /// itself
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

/// A witness whose folder nobody else has open.
pub(super) struct Keeper {
    pub(super) witness: Witness,
    _lock: WriterLock,
}

impl Keeper {
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        // Before the lock file is made: a folder that is no witness's stays as it is.
        if !folder.join("witness.key").is_file() {
            return Err(Failure::undecided(format!("there is no witness in {}", folder.display()))
                .hint("make one with `docket witness init DIR --name NAME`"));
        }
        let lock = WriterLock::acquire(folder, &format!("process {}", std::process::id()));
        let lock = lock.map_err(|error| match error {
            LockError::Held { holder } => {
                Failure::undecided(format!("the witness's folder is locked by {holder}"))
                    .hint("one process at a time keeps a witness; wait until it is done, or ask it over HTTP")
            }
            error => error.into(),
        })?;
        Ok(Self { witness: Witness::open(Arc::new(FileDisk::new(folder)))?, _lock: lock })
    }
}

pub(super) fn init(args: &InitArgs, output: &mut Output) -> Result<(), Failure> {
    let folder = &args.folder.folder;
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes()?);
    let key = CosigningKey::from_seed(&args.name, &seed).map_err(|error| {
        Failure::usage(error).hint("a name has no space and no plus, such as witness.example/w1")
    })?;
    let disk = FileDisk::create(folder).map_err(|error| {
        Failure::undecided(format!("cannot make the folder {}: {error}", folder.display()))
    })?;
    let _lock = WriterLock::acquire(folder, &format!("process {}", std::process::id()))?;
    Witness::create(&disk, &key)?;
    if output.json {
        return output.object(&Made { key: key.verifier().to_string() });
    }
    output.line(format_args!("made a witness in {}", folder.display()))?;
    output.line(format_args!("public key {}", key.verifier()))
}

#[derive(Serialize)]
struct Made {
    key: String,
}

pub(super) fn trust(args: &TrustArgs, output: &mut Output) -> Result<(), Failure> {
    let keeper = Keeper::open(&args.folder.folder)?;
    if let Some(path) = &args.handover {
        let trusted: Vec<_> = keeper.witness.logs()?.into_iter().flat_map(|log| log.keys).collect();
        let Handover { old, new } = handover::read(path, &trusted)?;
        keeper.witness.hand_over(new.name(), &old, &new)?;
        return output.line(format_args!("serving {} under {new}", escape(new.name())));
    }
    let Some(log) = &args.log else { return Ok(()) };
    let origin = args.origin.as_deref().unwrap_or_else(|| log.name());
    keeper.witness.trust(origin, log)?;
    output.line(format_args!("serving {}", escape(origin)))
}

#[derive(Serialize)]
struct Shown {
    key: String,
    logs: Vec<LogJson>,
}

#[derive(Serialize)]
struct LogJson {
    origin: String,
    keys: Vec<String>,
    last: Option<LastJson>,
}

#[derive(Serialize)]
struct LastJson {
    size: u64,
    root: String,
    time: u64,
}

pub(super) fn show(args: &ShowArgs, output: &mut Output) -> Result<(), Failure> {
    // Reading needs no lock: a file is replaced whole.
    let witness = Witness::open(Arc::new(FileDisk::new(&args.folder.folder)))?;
    let logs = witness.logs()?;
    if let Some(origin) = &args.origin {
        let last = logs.iter().find(|log| log.origin == *origin).and_then(|log| log.last.as_ref());
        let (_, note) = last.ok_or_else(|| {
            Failure::undecided(format!("nothing of {origin} was cosigned yet"))
                .hint("`docket witness show DIR` lists the logs that are served")
        })?;
        return files::hand_over(args.out.as_deref(), note, output);
    }
    if output.json {
        let logs = logs.into_iter().map(log_json).collect();
        return output.object(&Shown { key: witness.verifier().to_string(), logs });
    }
    output.line(format_args!("witness  {}", witness.verifier()))?;
    for log in &logs {
        let seen = match &log.last {
            None => "nothing cosigned yet".to_owned(),
            Some((last, _)) => format!("size {}, cosigned {}", last.checkpoint.size(), shown(last.time)),
        };
        output.line(format_args!("log      {}: {seen}", escape(&log.origin)))?;
    }
    Ok(())
}

fn log_json(log: WatchedLog) -> LogJson {
    LogJson {
        origin: log.origin,
        keys: log.keys.iter().map(ToString::to_string).collect(),
        last: log.last.map(|(last, _)| LastJson {
            size: last.checkpoint.size(),
            root: last.checkpoint.root().to_string(),
            time: last.time,
        }),
    }
}

pub(super) fn cosign(args: &CosignArgs, output: &mut Output) -> Result<(), Failure> {
    let bytes = files::read(&args.request, MAX_WITNESS_REQUEST_LEN)?;
    let request = WitnessRequest::parse(&bytes).map_err(|error| {
        Failure::usage(error).hint("a request is the file that `docket witness request` wrote")
    })?;
    let keeper = Keeper::open(&args.folder.folder)?;
    match keeper.witness.cosign(&request, unix_time()) {
        Ok(Cosignature { note, .. }) => files::hand_over(args.out.as_deref(), &note.to_bytes(), output),
        Err(WitnessError::Refused(refusal)) => {
            let evidence = evidence(&keeper.witness, &request, &refusal)?;
            if let (Some(path), Some(evidence)) = (&args.evidence, &evidence) {
                files::write_new(path, &evidence.to_bytes())?;
                output.note(format_args!("wrote {}: both checkpoints", path.display()));
            }
            Err(refused(refusal, evidence.is_some() && args.evidence.is_none()))
        }
        Err(WitnessError::Store(error)) => Err(error.into()),
        Err(error) => Err(Failure::undecided(error)),
    }
}

/// The time now, in Unix seconds; 0, which no witness states, before 1970.
pub(super) fn unix_time() -> u64 {
    u64::try_from(SystemClock::time() / 1_000_000).unwrap_or(0)
}

fn shown(seconds: u64) -> String {
    times::rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000))
}

/// Returns the two checkpoints where what was refused contradicts what was cosigned.
fn evidence(
    witness: &Witness,
    request: &WitnessRequest,
    refusal: &Refusal,
) -> Result<Option<Evidence>, Failure> {
    let Refusal::Inconsistent(_) = refusal else { return Ok(None) };
    let logs = witness.logs()?;
    let Some(log) = logs.into_iter().find(|log| log.origin == request.checkpoint().origin()) else {
        return Ok(None);
    };
    let parse = |note: &[u8]| CheckpointNote::parse(note).ok();
    let (Some((_, seen)), Some(second)) = (log.last, parse(&request.note().to_bytes())) else {
        return Ok(None);
    };
    let Some(first) = parse(&seen) else { return Ok(None) };
    let mut candidates = log.keys.into_iter().map(|key| Evidence {
        key,
        path: request.proof().to_vec(),
        first: first.clone(),
        second: second.clone(),
    });
    Ok(candidates.find(|evidence| evidence.verify().is_ok()))
}

/// Says why a witness refuses, and what to do about it.
pub(super) fn refused(refusal: Refusal, has_evidence: bool) -> Failure {
    let failure = match refusal {
        Refusal::Inconsistent(_) => Failure::altered(refusal),
        Refusal::Clock { .. } => Failure::undecided(refusal),
        _ => Failure::usage(refusal),
    };
    match refusal {
        Refusal::Inconsistent(_) if has_evidence => failure.hint(
            "the log has signed two histories: repeat with --evidence FILE to write down both checkpoints",
        ),
        Refusal::Inconsistent(_) => {
            failure.hint("compare with `docket witness show DIR ORIGIN`: the log may have been rewritten")
        }
        Refusal::NotTheLast { last } => {
            failure.hint(format!("the office repeats its request with `docket witness request --old {last}`"))
        }
        Refusal::UnknownOrigin => failure.hint("serve it with `docket witness trust DIR VKEY`"),
        Refusal::NotSigned(_) => {
            failure.hint("was the log's key replaced? `docket witness show DIR --json` lists those trusted")
        }
        Refusal::Clock { .. } => failure.hint("set the clock of the witness's machine"),
        _ => failure.hint("a request is the file that `docket witness request` wrote"),
    }
}
