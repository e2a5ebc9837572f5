//! `docket prove`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use docket_domain::CaseId;
use docket_log::Reader;
use docket_proof::{Checkpoint, CheckpointNote, MAX_NOTE_LEN, RecordIndex, StreamProof, StreamRef};
use serde::Serialize;

use crate::{failure::Failure, files, output::Output, session::Place};

/// Write proofs that others check without the ledger
///
/// Each is one file, checked offline with `docket check FILE --vkey KEY`. It holds records as they were stored:
/// commitments, but no personal value.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Prove that a record is in the ledger, as a C2SP .tlog-proof
    Record(Record),
    /// Prove a case's history from its first record on, without gaps
    Case(Case),
    /// Prove that the ledger only grew between two of its checkpoints
    Consistency(Consistency),
    /// Prove, to whoever keeps an old key of the log, which key it was handed over to
    Key(Key),
}

/// Which checkpoint a proof leads to, and where it goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// Lead to this checkpoint of the ledger, such as one with cosignatures [default: its newest]
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Write to a new file instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Record {
    /// The record's index
    index: u64,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Case {
    /// The case: C-1024 or 1024
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Consistency {
    /// The older checkpoint: a file, or a size at which the ledger has signed one
    #[arg(value_name = "SIZE|FILE")]
    older: String,
    /// The newer one [default: the ledger's newest]
    #[arg(value_name = "SIZE|FILE")]
    newer: Option<String>,
    /// Write to a new file instead
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    /// The record that hands over [default: the last one that does]
    index: Option<u64>,
    /// Write to a new file instead
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What was proven, in JSON.
#[derive(Serialize)]
pub(crate) struct Proof<'a> {
    kind: &'a str,
    size: u64,
    root: String,
    records: u64,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Record(args) => {
            let reader = place.reader()?;
            let checkpoint = args.target.checkpoint(&reader)?;
            // Before the proof: the log may hold the record, but not the checkpoint.
            if args.index >= checkpoint.claimed().size() && args.index < reader.size() {
                return Err(behind(&format!("record {}", args.index), checkpoint.claimed()));
            }
            let proof = reader.prove_record(RecordIndex(args.index), &checkpoint)?;
            give("record", &checkpoint, 1, &proof.to_bytes(), args.target.out.as_deref(), output)
        }
        Verb::Case(args) => {
            let proof = args.target.prove_case(args.case, place, output)?;
            let records = proof.records.len() as u64;
            let out = args.target.out.as_deref();
            give("stream", &proof.checkpoint, records, &proof.to_bytes(), out, output)
        }
        Verb::Consistency(args) => {
            let reader = place.reader()?;
            let older = checkpoint_of(&args.older, &reader)?;
            let newer =
                args.newer.as_ref().map_or_else(|| newest(&reader), |newer| checkpoint_of(newer, &reader))?;
            let (first, second) = (older.claimed().size(), newer.claimed().size());
            if first > second {
                return Err(Failure::usage(format!("size {first} is not older than size {second}"))
                    .hint("name the older checkpoint first"));
            }
            let proof = reader.prove_consistency(&older, &newer)?;
            give("consistency", &newer, 0, &proof.to_bytes(), args.out.as_deref(), output)
        }
        Verb::Key(args) => {
            let reader = place.reader()?;
            let keys = reader.all_keys()?;
            let wanted = |record: u64| args.index.is_none_or(|index| index == record);
            let handover =
                keys.rotations().iter().rev().map(|key| key.record.0).find(|record| wanted(*record));
            let Some(index) = handover else {
                return Err(Failure::usage("no such record hands the log over to another key")
                    .hint("`docket key show` lists the keys that the log has had"));
            };
            // Under the last checkpoint of the key before, which ends with the record.
            let checkpoint = checkpoint_of(&(index + 1).to_string(), &reader)?;
            let proof = reader.prove_record(RecordIndex(index), &checkpoint)?;
            give("key", &checkpoint, 1, &proof.to_bytes(), args.out.as_deref(), output)
        }
    }
}

/// Hands a proof over.
pub(crate) fn give(
    kind: &str,
    checkpoint: &CheckpointNote,
    records: u64,
    bytes: &[u8],
    out: Option<&Path>,
    output: &mut Output,
) -> Result<(), Failure> {
    if !output.json {
        return files::hand_over(out, bytes, output);
    }
    if let Some(path) = out {
        files::write_new(path, bytes)?;
    }
    let claimed = checkpoint.claimed();
    output.object(&Proof {
        kind,
        size: claimed.size(),
        root: claimed.root().to_string(),
        records,
        bytes: bytes.len(),
        wrote: out.map(|path| path.display().to_string()),
        text: out.is_none().then(|| String::from_utf8_lossy(bytes).into_owned()),
    })
}

impl Target {
    /// Returns the checkpoint that a proof is to lead to.
    fn checkpoint(&self, reader: &Reader) -> Result<CheckpointNote, Failure> {
        self.checkpoint.as_ref().map_or_else(|| newest(reader), |path| given(path, reader))
    }

    /// Returns the proof of a case.
    pub(crate) fn prove_case(
        &self,
        case: CaseId,
        place: &Place,
        output: &mut Output,
    ) -> Result<StreamProof, Failure> {
        let desk = place.desk(output)?;
        let named = case.stream();
        let stream = StreamRef { kind: named.kind.0, id: named.id };
        let history = desk.history(stream)?;
        let Some(first) = history.first() else {
            return Err(
                Failure::usage(format!("there is no case {case}")).hint("`docket case list` lists the cases")
            );
        };
        let checkpoint = self.checkpoint(desk.reader())?;
        if first.view().index.0 >= checkpoint.claimed().size() {
            return Err(behind(&format!("case {case}"), checkpoint.claimed()));
        }
        Ok(desk.reader().prove_stream(stream, &history, &checkpoint)?)
    }
}

fn behind(what: &str, checkpoint: &Checkpoint) -> Failure {
    Failure::usage(format!("{what} stands behind the checkpoint of size {}", checkpoint.size()))
        .hint("`docket checkpoint` signs what no checkpoint covers yet")
}

/// Returns the ledger's newest checkpoint.
pub(crate) fn newest(reader: &Reader) -> Result<CheckpointNote, Failure> {
    let (_, note) = reader.newest_checkpoint().ok_or_else(|| {
        Failure::undecided("the ledger has no signed checkpoint").hint("`docket checkpoint` signs one")
    })?;
    CheckpointNote::parse(note).map_err(Failure::undecided)
}

/// Reads a checkpoint of this ledger from a file.
pub(crate) fn given(path: &Path, reader: &Reader) -> Result<CheckpointNote, Failure> {
    let note = CheckpointNote::parse(&files::read(path, MAX_NOTE_LEN)?).map_err(|error| {
        Failure::undecided(format!("{} is not a signed checkpoint: {error}", path.display()))
            .hint("a checkpoint is the file that `docket checkpoint` wrote")
    })?;
    reader.check_own(&path.display().to_string(), &note)?;
    Ok(note)
}

/// Takes a size for the checkpoint that the ledger has signed there, and anything else for a file.
fn checkpoint_of(text: &str, reader: &Reader) -> Result<CheckpointNote, Failure> {
    let Ok(size) = text.parse() else { return given(Path::new(text), reader) };
    reader.own_checkpoint(size)?.ok_or_else(|| {
        Failure::usage(format!("the ledger keeps no signed checkpoint of size {size}"))
            .hint("name a size at which it signed, or a file with the checkpoint that somebody kept")
    })
}
