//! `docket key`: the log's own key, and officials' keys.

use std::path::PathBuf;

use clap::Subcommand;
use docket_proof::{ActorKey, SigningKey};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    actor_key,
    failure::Failure,
    output::Output,
    session::{Place, random_bytes},
    text::hex,
};

/// Keep the log's key, and make keys for officials
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Hand the log over to a new key
    ///
    /// Makes a new key, records that the log is handed over to it (signed by both keys), lets the old key sign its last
    /// checkpoint, which ends with that record, and puts the new key in its place in the key folder. The old private key
    /// is overwritten: nothing needs it any more, and without it nobody can sign another history of what came before.
    ///
    /// What was signed before stays verifiable. Publish the new key beside the old one, and give `docket prove key` to
    /// whoever keeps the old one: it leads from there to the new key.
    Rotate,
    /// Show the keys that the log has had
    Show,
    /// Make a key for an official to sign commands with, in a file of its own
    ///
    /// Keep it where nobody else can read it, and not in the ledger's folder. It counts once it is entered:
    /// `docket official register-key O-N --public KEY`.
    New(FileArgs),
    /// Print the public key of an official's key file
    Public(FileArgs),
}

/// An official's key file.
#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct PublicJson {
    public_key: String,
}

#[derive(Serialize)]
struct KeyJson {
    key: String,
    record: u64,
    last_size: Option<u64>,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Rotate => rotate(place, output),
        Verb::Show => show(place, output),
        Verb::New(args) => {
            let seed: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes()?);
            public(&actor_key::create(&args.file, &seed)?, output)
        }
        Verb::Public(args) => public(&actor_key::read(&args.file)?, output),
    }
}

fn public(key: &ActorKey, output: &mut Output) -> Result<(), Failure> {
    let public_key = hex(&key.public_key());
    if output.json { output.object(&PublicJson { public_key }) } else { output.line(public_key) }
}

fn rotate(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let origin = docket_log::Identity::read(place.disk().as_ref())?.genesis.origin;
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes()?);
    let key = SigningKey::from_seed(&origin, &seed).map_err(Failure::undecided)?;
    let verifier = key.verifier().clone();
    let mut work = place.work(output)?;
    let appended = work.office.rotate_key(key)?;
    work.finish(output)?;
    let record = appended.first.0;
    if output.json {
        return output.object(&KeyJson { key: verifier.to_string(), record, last_size: None });
    }
    output.line(format_args!("record {record}: the log was handed over to a new key"))?;
    output.line(format_args!("public key {verifier}"))?;
    output.note(format_args!(
        "note: publish it, and give whoever keeps the old key what `docket prove key {record}` writes"
    ));
    Ok(())
}

fn show(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let reader = place.reader()?;
    let keys = reader.all_keys()?;
    for key in keys.iter() {
        let last_size = keys.last_size(key.record.0 + 2);
        if output.json {
            let (record, key) = (key.record.0, key.verifier.to_string());
            output.object(&KeyJson { key, record, last_size })?;
        } else {
            let until = last_size.map_or_else(|| "in force".to_owned(), |size| format!("up to size {size}"));
            output.line(format_args!("record {:<8} {until:<20} {}", key.record, key.verifier))?;
        }
    }
    Ok(())
}
