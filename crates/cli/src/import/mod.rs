//! Files of cases: read, and mapped to what they say. Knows nothing of the domain's types, the log or the ledger.
//!
//! An import reads a file twice. [`Format::survey`] reads all of it for its hash, its number of rows and anything that
//! stands against reading it to the end; only then is something written. [`Rows`] then yields row by row, in memory that
//! a file of any size does not change, but for 40 bytes for each key. [`Rows::finish`] must return what the survey
//! returned, or the file was changed in between.
//!
//! A row is a row of a CSV file, or a trace of an XES file. Whatever is wrong with a single row is a [`Reject`] and
//! leaves the others alone; what is wrong with the file or the mapping is an error. Neither shows a personal value.

mod civil;
mod gate;
mod input;
mod mapper;
mod mapping;
mod reject;
mod row;
mod rows;
mod seen;
mod table;
mod xes;
mod xml;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod xes_tests;

pub(crate) use civil::{ClaimedTime, Precision};
pub(crate) use input::{FileError, Input, Survey};
pub(crate) use mapping::{Mapping, MappingError};
pub(crate) use reject::{Reason, Reject, RejectWriter};
pub(crate) use row::{ActKind, MappedAct, MappedRow};
pub(crate) use rows::{Format, RowOutcome, Rows, RowsError};
pub(crate) use seen::{Occurrence, Seen};
pub(crate) use table::{RawRow, Table};
pub(crate) use xes::{XES, XES_LABELS};
