//! Rows that are not imported, and the file that lists them.

use std::io;

use super::{
    civil::CivilError,
    table::{CELL_LEN_MAX, ROW_LEN_MAX},
    xes::TRACE_EVENTS_MAX,
    xml::TAG_LEN_MAX,
};

/// A row that is not imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reject {
    /// Its number among the data rows, from 1.
    pub(crate) row: u64,
    /// Its key, where the row could be read so far. Public by the mapping's word.
    pub(crate) key: Option<String>,
    /// The name of the column at fault; `None` where the row as a whole is.
    pub(crate) column: Option<String>,
    /// What is wrong.
    pub(crate) reason: Reason,
}

/// Why a row is not imported. Shows no cell but a time of its column's format: any other may be personal, if only by a
/// shift of cells.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Reason {
    /// More or fewer cells than columns.
    #[error("{cells} cells where the header has {columns}")]
    OtherWidth {
        /// Found.
        cells: usize,
        /// Expected.
        columns: usize,
    },
    /// A cell that is not UTF-8.
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// A cell above [`CELL_LEN_MAX`].
    #[error("a cell of more than {CELL_LEN_MAX} bytes")]
    CellTooLong,
    /// A row above [`ROW_LEN_MAX`].
    #[error("a row of more than {ROW_LEN_MAX} bytes; perhaps a quotation mark is not closed")]
    RowTooLong,
    /// The file ends within quotation marks.
    #[error("the file ends inside quotation marks: cut short, or a quotation mark is not closed")]
    UnclosedQuote,
    /// A cell that must have a value.
    #[error("no value")]
    Empty,
    /// A public term that is too long.
    #[error("a public term of more than {} bytes ({len})", super::row::TERM_LEN_MAX)]
    TermTooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A public term with a line break or the like.
    #[error("a public term with a control character")]
    ControlCharacter,
    /// A value that the mapping's table does not have.
    #[error("a value of {len} bytes that the mapping does not know")]
    UnknownValue {
        /// Its length in bytes.
        len: usize,
    },
    /// Not a time.
    #[error(transparent)]
    Time(#[from] CivilError),
    /// A time of day without the place.
    #[error("a time without its offset from UTC, which is several moments")]
    NoOffset,
    /// The row says that something happened, but not when.
    #[error("no time, although the column {condition} says that it happened")]
    NoTime {
        /// The column of the condition.
        condition: String,
    },
    /// Something happened to the case before there was a case.
    #[error("a time before the case was registered")]
    BeforeRegistration,
    /// A tag above [`TAG_LEN_MAX`].
    #[error("an element of more than {TAG_LEN_MAX} bytes")]
    TagTooLong,
    /// A tag whose attributes cannot be told apart.
    #[error("an element whose attributes are not well-formed")]
    MalformedTag,
    /// A reference to an entity, or to no character.
    #[error("a reference that XML does not define by itself")]
    UnknownReference,
    /// An attribute that can have one value has two.
    #[error("stated twice")]
    StatedTwice,
    /// A trace that says nothing.
    #[error("no event, so no time at which the case began")]
    NoEvent,
    /// A trace above [`TRACE_EVENTS_MAX`].
    #[error("more than {TRACE_EVENTS_MAX} events")]
    TooManyEvents,
    /// A trace that says more than [`ROW_LEN_MAX`].
    #[error("more than {ROW_LEN_MAX} bytes in the trace")]
    TraceTooLong,
    /// The ledger holds the key with other content.
    #[error("the same key as record {record} of the ledger, with other content")]
    KnownOtherwise {
        /// The first record under the key.
        record: u64,
    },
    /// The rules refuse it, for a reason that shows no personal value.
    #[error("{0}")]
    Refused(String),
    /// An earlier row of this file has the same key and says something else.
    #[error("the same key as row {first}, with other content")]
    Conflict {
        /// The row that was taken.
        first: u64,
    },
}

/// Writes rejects as CSV with the columns `row`, `key`, `column`, `reason`.
///
/// The cells of the rejected rows are not repeated: they are personal, and this file would be a copy of them outside
/// the vault, which no erasure reaches. The row's number and key find the row in the source file.
pub(crate) struct RejectWriter<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> RejectWriter<W> {
    /// Writes the header row.
    pub(crate) fn new(output: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(["row", "key", "column", "reason"])?;
        Ok(Self(writer))
    }

    /// Writes a row.
    pub(crate) fn write(&mut self, reject: &Reject) -> io::Result<()> {
        let key = reject.key.as_deref().map(guard).unwrap_or_default();
        let column = reject.column.as_deref().map(guard).unwrap_or_default();
        self.0.write_record([&reject.row.to_string(), &key, &column, &reject.reason.to_string()])?;
        Ok(())
    }

    /// Writes what is buffered and returns the output.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Keeps a spreadsheet from taking a cell for a formula.
fn guard(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reject_is_a_line_of_four_cells() {
        let mut writer = RejectWriter::new(Vec::new()).unwrap();
        let reject = |key: Option<&str>, column: Option<&str>, reason| Reject {
            row: 7,
            key: key.map(Into::into),
            column: column.map(Into::into),
            reason,
        };
        writer.write(&reject(None, None, Reason::OtherWidth { cells: 3, columns: 29 })).unwrap();
        writer.write(&reject(Some("=1+1"), Some("@sum"), Reason::Empty)).unwrap();
        writer.write(&reject(Some("a,b"), None, Reason::Conflict { first: 2 })).unwrap();
        assert_eq!(
            String::from_utf8(writer.finish().unwrap()).unwrap(),
            "row,key,column,reason\n\
             7,,,3 cells where the header has 29\n\
             7,'=1+1,'@sum,no value\n\
             7,\"a,b\",,\"the same key as row 2, with other content\"\n"
        );
    }
}
