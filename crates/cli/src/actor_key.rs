//! The file of an official's key: a line that says what it is, and the seed in hex. Its owner's alone.

use std::{
    fs::OpenOptions,
    io::{Read as _, Write as _},
    path::Path,
};

use docket_proof::ActorKey;
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    text::{bytes_of, hex},
};

const HEADER: &str = "docket official key v1";
/// Longer than any key file.
const MAX_LEN: u64 = 256;

/// Makes a key of a seed in a new file that its owner alone can read. Durable on return.
pub(crate) fn create(path: &Path, seed: &[u8; 32]) -> Result<ActorKey, Failure> {
    let encoded = Zeroizing::new(hex(seed));
    let text = Zeroizing::new(format!("{HEADER}\n{}\n", encoded.as_str()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        Failure::undecided(format!("cannot write {}: {error}", path.display()))
            .hint("name a file that does not exist yet, outside the ledger's folder")
    })?;
    Ok(ActorKey::from_seed(seed))
}

/// Reads a key.
pub(crate) fn read(path: &Path) -> Result<ActorKey, Failure> {
    let mut text = Zeroizing::new(String::new());
    let opened = std::fs::File::open(path).and_then(|file| file.take(MAX_LEN).read_to_string(&mut text));
    opened.map_err(|error| Failure::undecided(format!("cannot read {}: {error}", path.display())))?;
    let seed = text.strip_prefix(HEADER).and_then(|rest| bytes_of(rest.strip_prefix('\n')?.trim_end()));
    let seed = seed.map(Zeroizing::new);
    let seed = seed.ok_or_else(|| {
        Failure::undecided(format!("{} is no official's key", path.display()))
            .hint("make one with `docket key new FILE`")
    })?;
    Ok(ActorKey::from_seed(&seed))
}
