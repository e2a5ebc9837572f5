//! `docket init`.

use std::{fs, io, sync::Arc};

use docket_log::{Clock, Disk, Entropy, FileDisk, NewLedger, WriterLock, create};
use docket_proof::{ClockKind, Genesis, SigningKey};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, SystemClock, SystemEntropy, random_bytes},
    times,
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
}

#[derive(Serialize)]
struct Made<'a> {
    origin: &'a str,
    genesis: String,
    public_key: String,
    size: u64,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let making = Making {
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
    if place.key_folder().is_none() {
        output.note("note: the signing key lies in the ledger's own keys/; better keep it on another disk (--key DIR)");
    }
    Ok(())
}

/// What a new ledger is made from, beside its name.
pub(crate) struct Making {
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
        predecessor: None,
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
