//! Rows of CSV, of any size, in bounded memory.

use std::{fmt, io};

use csv::StringRecord;

use super::{
    gate::{Gate, RowFault},
    input::{BUFFER_LEN, FileError, Input, Survey, Text, read_error},
    reject::Reason,
};

/// The largest cell: what the vault keeps as one value.
pub(crate) const CELL_LEN_MAX: usize = 1 << 20;
/// The largest row as it stands in the file.
pub(crate) const ROW_LEN_MAX: usize = 4 << 20;
/// The largest number of columns.
pub(crate) const COLUMNS_MAX: usize = 1_000;
/// The largest column name, in bytes.
pub(crate) const COLUMN_NAME_LEN_MAX: usize = 200;

/// One pass over the rows of a file.
pub(crate) struct Table<'a> {
    reader: csv::Reader<Gate<Text<'a>>>,
    header: Vec<String>,
    record: StringRecord,
    row: u64,
}

/// A data row.
#[derive(Debug)]
pub(crate) struct RawRow<'a> {
    /// Its number, from 1 for the first row after the header. Empty lines are no rows.
    pub(crate) number: u64,
    /// Its cells, as many as there are columns; or what is wrong with it, and in which column (from 0).
    pub(crate) cells: Result<&'a StringRecord, (Option<usize>, Reason)>,
}

impl Input {
    /// Starts a pass over the rows.
    ///
    /// # Errors
    /// When the file cannot be read, is no CSV, or its header cannot be one.
    pub(crate) fn table(&mut self) -> Result<Table<'_>, FileError> {
        Table::new(self.text()?)
    }
}

impl<'a> Table<'a> {
    fn new(text: Text<'a>) -> Result<Self, FileError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_LEN)
            .from_reader(Gate::new(text, ROW_LEN_MAX));
        let mut record = StringRecord::new();
        let read = reader.read_record(&mut record);
        match reader.get_mut().fault(1) {
            None => {}
            Some(RowFault::TooLong) => return Err(FileError::Header("it is longer than a row may be")),
            Some(RowFault::UnclosedQuote) => {
                return Err(FileError::Header("a quotation mark is not closed"));
            }
        }
        match read {
            Ok(true) => {}
            Ok(false) => return Err(FileError::Empty),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                return Err(FileError::OtherKind("a text in another encoding or a binary file"));
            }
            Err(error) => return Err(file_error(error)),
        }
        let header = header(&record)?;
        Ok(Self { reader, header, record, row: 0 })
    }

    /// Returns the names of the columns: at least one, each once, without white space at the ends.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further. What is wrong with a single row stands in the row.
    pub(crate) fn next_row(&mut self) -> Result<Option<RawRow<'_>>, FileError> {
        let utf8_fault = match self.reader.read_record(&mut self.record) {
            Ok(true) => None,
            Ok(false) => return Ok(None),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { err, .. } => Some(err.field()),
                _ => return Err(file_error(error)),
            },
        };
        self.row += 1;
        let cells = match self.reader.get_mut().fault(self.row + 1) {
            Some(RowFault::TooLong) => Err((None, Reason::RowTooLong)),
            Some(RowFault::UnclosedQuote) => Err((None, Reason::UnclosedQuote)),
            None => match utf8_fault {
                Some(column) => Err((Some(column), Reason::InvalidUtf8)),
                None => check(&self.record, self.header.len()),
            },
        };
        Ok(Some(RawRow { number: self.row, cells }))
    }

    /// Reads what is left of the file and says what it was. After a pass over a file surveyed before: another result
    /// means that the file was changed in between.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub(crate) fn finish(mut self) -> Result<Survey, FileError> {
        let gate = self.reader.get_mut();
        gate.drain().map_err(read_error)?;
        let rows = gate.rows().saturating_sub(1);
        Ok(gate.input_mut().survey(rows))
    }
}

impl fmt::Debug for Table<'_> {
    /// Without the current row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("header", &self.header).field("row", &self.row).finish_non_exhaustive()
    }
}

fn header(record: &StringRecord) -> Result<Vec<String>, FileError> {
    if record.len() > COLUMNS_MAX {
        return Err(FileError::Header("it has more than 1,000 columns"));
    }
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (place, name) in record.iter().map(str::trim).enumerate() {
        if name.is_empty() {
            return Err(FileError::UnnamedColumn { number: place + 1 });
        }
        if name.len() > COLUMN_NAME_LEN_MAX {
            return Err(FileError::Header("it has a column name of more than 200 bytes"));
        }
        if let Some(first) = names.iter().position(|known| known == name) {
            return Err(FileError::DuplicateColumn {
                name: name.into(),
                first: first + 1,
                second: place + 1,
            });
        }
        names.push(name.into());
    }
    Ok(names)
}

fn check(record: &StringRecord, columns: usize) -> Result<&StringRecord, (Option<usize>, Reason)> {
    if record.len() != columns {
        return Err((None, Reason::OtherWidth { cells: record.len(), columns }));
    }
    // A row shorter than a cell may be has no longer cell.
    if record.as_slice().len() > CELL_LEN_MAX
        && let Some(column) = record.iter().position(|cell| cell.len() > CELL_LEN_MAX)
    {
        return Err((Some(column), Reason::CellTooLong));
    }
    Ok(record)
}

fn file_error(error: csv::Error) -> FileError {
    if !error.is_io_error() {
        return FileError::Csv(error);
    }
    match error.into_kind() {
        csv::ErrorKind::Io(error) => read_error(error),
        other => FileError::Io(io::Error::other(format!("{other:?}"))),
    }
}
