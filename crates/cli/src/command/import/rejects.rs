//! Where rows that are left out are listed.

use std::{fs::File, io::BufWriter, path::Path};

use crate::{
    failure::Failure,
    import::{Reject, RejectWriter},
    output::Output,
};

/// The list of rows left out: in a file, or the first of them as notes.
pub(super) struct Rejects {
    file: Option<RejectWriter<BufWriter<File>>>,
    count: u64,
}

/// Rows that are said where there is no file to list them.
const SAID_MAX: u64 = 10;

impl Rejects {
    /// Begins a list, in a file that must not exist yet.
    pub(super) fn new(path: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self { file: path.map(create).transpose()?, count: 0 })
    }

    /// Lists a row.
    pub(super) fn add(&mut self, reject: &Reject, output: &mut Output) -> Result<(), Failure> {
        self.count += 1;
        match &mut self.file {
            Some(file) => file.write(reject).map_err(cannot_write)?,
            None if self.count <= SAID_MAX => {
                let column =
                    reject.column.as_deref().map(|name| format!(", column {name}")).unwrap_or_default();
                output.note(format_args!("left out: row {}{column}: {}", reject.row, reject.reason));
            }
            None if self.count == SAID_MAX + 1 => {
                output.note("left out: further rows; --rejects FILE lists all of them");
            }
            None => {}
        }
        Ok(())
    }

    /// Ends the list: it is on the disk.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some(file) = self.file else { return Ok(()) };
        let file = file.finish().map_err(cannot_write)?;
        file.into_inner().map_err(|error| cannot_write(error.into_error()))?.sync_all().map_err(cannot_write)
    }
}

fn create(path: &Path) -> Result<RejectWriter<BufWriter<File>>, Failure> {
    let file = File::create_new(path).map_err(|error| {
        Failure::undecided(format!("cannot create {}: {error}", path.display()))
            .hint("--rejects needs a file that does not exist yet")
    })?;
    RejectWriter::new(BufWriter::new(file)).map_err(cannot_write)
}

fn cannot_write(error: std::io::Error) -> Failure {
    Failure::undecided(format!("cannot write the list of rows left out: {error}"))
}
