//! What an import came to.

use serde::Serialize;

use crate::{failure::Failure, output::Output};

/// What an import came to: every row is one of added, grown, known, repeated and rejected.
#[derive(Default, Serialize)]
pub(super) struct Counts {
    /// Data rows of the file.
    pub(super) rows: u64,
    /// Rows that were recorded now.
    pub(super) added: u64,
    /// Rows that were in the ledger already and say more now; the rest was recorded.
    pub(super) grown: u64,
    /// Rows that were in the ledger already, with the same content.
    pub(super) known: u64,
    /// Rows that repeat an earlier row of the file.
    pub(super) repeated: u64,
    /// Rows left out.
    pub(super) rejected: u64,
    /// Of these, rows whose key is known with other content.
    pub(super) conflicts: u64,
    /// Records appended.
    pub(super) records: u64,
    /// Nothing was recorded.
    pub(super) dry_run: bool,
}

impl Counts {
    /// Says them.
    pub(super) fn tell(&self, output: &mut Output) -> Result<(), Failure> {
        if output.json {
            return output.object(self);
        }
        let would = if self.dry_run { "dry run, nothing recorded: " } else { "" };
        output.line(format_args!(
            "{would}{} rows: {} added with {} records, {} known already, {} repeated in the file, {} left out",
            self.rows,
            self.added + self.grown,
            self.records,
            self.known,
            self.repeated,
            self.rejected
        ))?;
        if self.grown > 0 {
            output.line(format_args!(
                "{} of those added were known in part: what they say beyond it was added",
                self.grown
            ))?;
        }
        if self.conflicts > 0 {
            output.line(format_args!(
                "{} of those left out have a key that is known with other content",
                self.conflicts
            ))?;
        }
        Ok(())
    }
}
