//! Files that are handed over: read with a limit, written only where there is nothing yet.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

use crate::{failure::Failure, output::Output};

/// Reads a file a little beyond its limit, so that a longer one is refused as such by whoever parses it.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::undecided(format!("cannot read {}: {error}", path.display())))?;
    Ok(bytes)
}

/// Writes a new file. Durable on return.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| {
        let failure = Failure::undecided(format!("cannot write {}: {error}", path.display()));
        match error.kind() {
            io::ErrorKind::AlreadyExists => failure.hint("name a file that does not exist yet"),
            _ => failure,
        }
    })
}

/// Hands bytes over: to a new file where one is named, else to standard output.
pub(crate) fn hand_over(path: Option<&Path>, bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    match path {
        None => output.raw(bytes),
        Some(path) => {
            write_new(path, bytes)?;
            output.line(format_args!("wrote {}", path.display()))
        }
    }
}
