//! `docket init`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use docket_log::{Clock, Disk, Entropy, FileDisk, NewLedger, ScanOptions, Verdict, WriterLock, create, scan};
use docket_proof::{CheckpointNote, ClockKind, Genesis, MAX_NOTE_LEN, Predecessor, SigningKey};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    artifact::with_causes,
    failure::Failure,
    files,
    output::Output,
    session::{Place, SystemClock, SystemEntropy, random_bytes},
    text::escape,
    times,
    trust::read_key,
};

/// Make a new ledger
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ledger's name for ever: a URL without a scheme, such as ledger.example/office-1
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,
    /// The zone in which the office's days begin
    #[arg(long, value_name = "IANA", default_value = "UTC")]
    pub(crate) zone: String,
    /// Continue another ledger, after its key was lost, a restore or a rollover: its folder, or, where that is gone, a
    /// signed checkpoint of it
    ///
    /// Record 0 names the other ledger's origin, size and root for ever, and every verdict repeats them. A folder is
    /// verified first, and named as it stands.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) successor_of: Option<PathBuf>,
    /// The key that has signed that checkpoint (name+id+base64), or a file that holds it
    #[arg(long, value_name = "VKEY|FILE", requires = "successor_of")]
    vkey: Vec<String>,
}

#[derive(Serialize)]
struct Made<'a> {
    origin: &'a str,
    genesis: String,
    public_key: String,
    size: u64,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let predecessor = args.successor_of.as_deref().map(|path| predecessor(path, args)).transpose()?;
    let making = Making {
        predecessor,
        kind: ClockKind::System,
        created: SystemClock::time(),
        seed: Zeroizing::new(random_bytes()?),
        clock: Box::new(SystemClock),
        entropy: Box::new(SystemEntropy::new()?),
    };
    let made = make(place, &args.origin, &args.zone, making)?;
    if output.json {
        return output.object(&Made {
            origin: &args.origin,
            genesis: made.hash.to_string(),
            public_key: made.verifier.to_string(),
            size: 1,
        });
    }
    output.line(format_args!("made the ledger {} in {}", args.origin, place.folder.display()))?;
    output.line(format_args!("genesis    {}", made.hash))?;
    output.line(format_args!("public key {}", made.verifier))?;
    if let Some(before) = &made.genesis.predecessor {
        output.line(format_args!(
            "continues  {}, size {}, root {}",
            escape(&before.origin),
            before.size,
            before.root
        ))?;
    }
    if place.key_folder().is_none() {
        output.note("note: the signing key lies in the ledger's own keys/; better keep it on another disk (--key DIR)");
    }
    Ok(())
}

/// Finds out what the ledger that a new one continues was in the end.
fn predecessor(path: &Path, args: &Args) -> Result<Predecessor, Failure> {
    if path.is_dir() {
        if !args.vkey.is_empty() {
            return Err(Failure::usage("a ledger's folder needs no --vkey: its own records name its keys"));
        }
        return of_ledger(path);
    }
    let note = CheckpointNote::parse(&files::read(path, MAX_NOTE_LEN)?).map_err(|error| {
        Failure::undecided(format!("{} is not a signed checkpoint: {error}", path.display()))
            .hint("name the folder of the ledger to be continued, or a file that `docket checkpoint` wrote")
    })?;
    let keys = args.vkey.iter().map(|given| read_key(given)).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(Failure::usage("nobody knows yet whose checkpoint that is")
            .hint("give the key that the other ledger's office has published with --vkey"));
    }
    let opened = note.open(&keys).map_err(|error| {
        Failure::altered(format!("{}: {}", path.display(), with_causes(&error)))
            .hint("the checkpoint must be signed by the key given with --vkey")
    })?;
    let checkpoint = opened.checkpoint;
    Ok(Predecessor {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        root: checkpoint.root(),
    })
}

/// Verifies a ledger and names it as it stands.
fn of_ledger(folder: &Path) -> Result<Predecessor, Failure> {
    let report = scan(Place::of_folder(folder.to_owned()).disk().as_ref(), &ScanOptions::default())?;
    let refused = |failure: Failure| failure.hint(format!("see `docket -l {} verify`", folder.display()));
    match (report.verdict(), &report.identity, report.root) {
        (Verdict::Intact, Some(identity), Some(root)) => {
            Ok(Predecessor { origin: identity.genesis.origin.clone(), size: report.size, root })
        }
        (Verdict::Altered, ..) => {
            Err(refused(Failure::altered("the ledger to be continued is altered: nothing was made")))
        }
        _ => {
            Err(refused(Failure::undecided("the ledger to be continued cannot be judged: nothing was made")))
        }
    }
}

/// What a new ledger is made from, beside its name.
pub(crate) struct Making {
    pub(crate) predecessor: Option<Predecessor>,
    pub(crate) kind: ClockKind,
    pub(crate) created: i64,
    pub(crate) seed: Zeroizing<[u8; 32]>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) entropy: Box<dyn Entropy>,
}

/// Makes a ledger with its first checkpoint.
pub(crate) fn make(
    place: &Place,
    origin: &str,
    zone: &str,
    mut making: Making,
) -> Result<docket_log::Identity, Failure> {
    times::zone(zone)?;
    let key = SigningKey::from_seed(origin, &making.seed).map_err(|error| {
        Failure::usage(error).hint("an origin has no space and no plus, such as ledger.example/office-1")
    })?;
    fs::create_dir_all(&place.folder).map_err(|error| cannot_make(&place.folder, error))?;
    let disk: Arc<dyn Disk> = place.disk();
    if let Some(folder) = place.key_folder() {
        FileDisk::create(folder).map_err(|error| cannot_make(folder, error))?;
    }
    let genesis = Genesis {
        clock: making.kind,
        created: making.created,
        nonce: [0; 32],
        public_key: [0; 32],
        origin: origin.to_owned(),
        time_zone: zone.to_owned(),
        predecessor: making.predecessor,
    };
    let _lock = WriterLock::acquire(&place.folder, &format!("process {}", std::process::id()))?;
    let recovered = create(disk, &place.keys(), NewLedger { genesis, key: &key }, making.entropy.as_mut())?;
    let identity = recovered.identity().clone();
    let heads = Box::new(place.reader()?.heads(1)?);
    recovered.into_writer(heads, making.clock, making.entropy)?.checkpoint()?;
    Ok(identity)
}

fn cannot_make(folder: &std::path::Path, error: io::Error) -> Failure {
    Failure::undecided(format!("cannot make the folder {}: {error}", folder.display()))
}
