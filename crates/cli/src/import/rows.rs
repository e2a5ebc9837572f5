//! The rows of a file: CSV or XES, each a case and what was done about it.

use super::{
    input::{FileError, Input, Survey},
    mapper::Mapper,
    mapping::{Mapping, MappingError},
    reject::{Reason, Reject},
    row::MappedRow,
    seen::{Occurrence, Seen},
    table::Table,
    xes::{Traces, XES},
};

/// What a file of cases is, and how it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format<'m> {
    /// A table, read by a mapping of its columns.
    Csv(&'m Mapping),
    /// A log of traces.
    Xes,
}

/// What became of a row.
#[derive(Debug)]
pub(crate) enum RowOutcome<T> {
    /// It can be imported.
    Mapped(T),
    /// It says what an earlier row of the file says.
    Duplicate,
    /// It cannot be imported.
    Rejected(Reject),
}

/// One pass over a file: its rows mapped, its repetitions found.
///
/// Holds one row and 40 bytes for each key. A key counts as seen with the first row that can be imported.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    source: Source<'a>,
    seen: Seen,
}

#[derive(Debug)]
enum Source<'a> {
    Csv(Box<(Table<'a>, Mapper<'a>)>),
    Xes(Box<Traces<'a>>),
}

/// Why a pass does not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowsError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The mapping.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

impl Format<'_> {
    /// Returns the name under which rows are known.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Csv(mapping) => mapping.name(),
            Self::Xes => XES,
        }
    }

    /// Reads the whole file once: its hash, its rows, and that it can be read to the end. Cells are not looked at.
    ///
    /// # Errors
    /// When the file is not of this format, lacks what the mapping uses, or anything in it stands against reading all
    /// of it. A file that passes has no error left but in single rows.
    pub(crate) fn survey(self, input: &mut Input) -> Result<Survey, RowsError> {
        Ok(Rows::open(input, self)?.finish()?)
    }
}

impl<'a> Rows<'a> {
    /// Starts a pass from the file's first byte.
    ///
    /// # Errors
    /// When the file cannot be read, is not of this format, or does not have the mapping's columns.
    pub(crate) fn open(input: &'a mut Input, format: Format<'a>) -> Result<Self, RowsError> {
        let source = match format {
            Format::Csv(mapping) => {
                let table = input.table()?;
                let mapper = mapping.bind(table.header())?;
                Source::Csv(Box::new((table, mapper)))
            }
            Format::Xes => Source::Xes(Box::new(input.traces()?)),
        };
        Ok(Self { source, seen: Seen::default() })
    }

    /// Returns what was found in the file and is in no row, for a note: columns that the mapping neither uses nor
    /// ignores; attributes that are not taken, as far as the file was read.
    pub(crate) fn unmapped(&self) -> Vec<&str> {
        match &self.source {
            Source::Csv(csv) => csv.1.unmapped().iter().map(String::as_str).collect(),
            Source::Xes(traces) => traces.unmapped(),
        }
    }

    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub(crate) fn next_row(&mut self) -> Result<Option<RowOutcome<MappedRow<'_>>>, FileError> {
        let row = match &mut self.source {
            Source::Csv(csv) => {
                let (table, mapper) = &mut **csv;
                let Some(raw) = table.next_row()? else { return Ok(None) };
                mapper.map(raw)
            }
            Source::Xes(traces) => match traces.next_trace()? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        let row = match row {
            Ok(row) => row,
            Err(reject) => return Ok(Some(RowOutcome::Rejected(reject))),
        };
        Ok(Some(match self.seen.meet(row.number, row.key, row.content) {
            Occurrence::New => RowOutcome::Mapped(row),
            Occurrence::Repeated => RowOutcome::Duplicate,
            Occurrence::Conflict(first) => {
                let (number, key) = (row.number, Some(row.key.to_owned()));
                let reason = Reason::Conflict { first };
                RowOutcome::Rejected(Reject { row: number, key, column: None, reason })
            }
        }))
    }

    /// Reads what is left of the file and says what it was. After a pass over a file surveyed before: another result
    /// means that the file was changed in between.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub(crate) fn finish(self) -> Result<Survey, FileError> {
        match self.source {
            Source::Csv(csv) => csv.0.finish(),
            Source::Xes(traces) => traces.finish(),
        }
    }
}
