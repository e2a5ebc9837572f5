//! Files of rows: CSV, gzipped or not, of any size, in bounded memory.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
};

use csv::StringRecord;
use flate2::bufread::MultiGzDecoder;

use super::{
    gate::{Gate, RowFault},
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
/// What standard input may hold. It is read more than once and therefore kept in memory, not in a temporary file: the
/// rows are personal.
pub(crate) const STDIN_LEN_MAX: usize = 256 << 20;
/// A gzip file may expand to this size whatever its own, ...
const EXPANSION_FREE: u64 = 64 << 20;
/// ... and beyond it to so many times its size. Tables of cases expand 5 to 50 times; deflate can 1,032 times.
const EXPANSION_MAX: u64 = 200;

/// A file to import. It can be read again and again, and is the same file each time, even when its name is given to
/// another.
#[derive(Debug)]
pub(crate) struct Input(Kind);

#[derive(Debug)]
enum Kind {
    File(File),
    Memory(Vec<u8>),
}

/// What a file holds, found in one pass over all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Survey {
    /// The BLAKE3 hash of the file's bytes as they are, compressed or not.
    pub(crate) file_hash: [u8; 32],
    /// The number of those bytes.
    pub(crate) len: u64,
    /// The number of data rows, good or bad.
    pub(crate) rows: u64,
}

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

/// Why a file is not read. Never holds a cell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    /// The file cannot be opened or read.
    #[error("cannot read the file")]
    Io(#[source] io::Error),
    /// The gzip stream is damaged.
    #[error("the gzip stream is damaged or cut short")]
    Gzip(#[source] io::Error),
    /// A small file that expands without end.
    #[error("the gzip stream expands more than {EXPANSION_MAX} times: no table of cases does")]
    Expansion,
    /// Standard input, a pipe or the like is too long.
    #[error("more than {} MiB by a pipe", STDIN_LEN_MAX >> 20)]
    PipeTooLong,
    /// The file has no header row.
    #[error("the file is empty: it has no header row")]
    Empty,
    /// The file is something else.
    #[error("not a CSV file in UTF-8, but {0}")]
    OtherKind(&'static str),
    /// A column has no name.
    #[error("column {number} has no name in the header row")]
    UnnamedColumn {
        /// From 1.
        number: usize,
    },
    /// Two columns have one name.
    #[error("columns {first} and {second} have the same name: {name}")]
    DuplicateColumn {
        /// The name.
        name: String,
        /// From 1.
        first: usize,
        /// From 1.
        second: usize,
    },
    /// The first row cannot be a header.
    #[error("the first row is no header: {0}")]
    Header(&'static str),
    /// The parser's own error.
    #[error("cannot read the file as CSV")]
    Csv(#[source] csv::Error),
}

impl Input {
    /// Opens a file; `-` is standard input. What is not a regular file is read into memory at once.
    ///
    /// # Errors
    /// When it cannot be opened, or a pipe holds more than [`STDIN_LEN_MAX`].
    pub(crate) fn open(path: &Path) -> Result<Self, TableError> {
        if path.as_os_str() == "-" {
            return Self::from_pipe(io::stdin().lock());
        }
        let file = File::open(path).map_err(TableError::Io)?;
        if file.metadata().map_err(TableError::Io)?.is_file() {
            Ok(Self(Kind::File(file)))
        } else {
            Self::from_pipe(file)
        }
    }

    /// Reads what can be read only once.
    pub(crate) fn from_pipe(pipe: impl Read) -> Result<Self, TableError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(STDIN_LEN_MAX).unwrap_or(u64::MAX);
        pipe.take(limit + 1).read_to_end(&mut bytes).map_err(TableError::Io)?;
        if bytes.len() > STDIN_LEN_MAX {
            return Err(TableError::PipeTooLong);
        }
        Ok(Self(Kind::Memory(bytes)))
    }

    /// Starts a pass from the first byte.
    ///
    /// # Errors
    /// When the file cannot be read, is no CSV, or its header cannot be one.
    pub(crate) fn table(&mut self) -> Result<Table<'_>, TableError> {
        let source = match &mut self.0 {
            Kind::File(file) => {
                file.rewind().map_err(TableError::Io)?;
                Source::File(file)
            }
            Kind::Memory(bytes) => Source::Memory(bytes),
        };
        Table::new(Text::new(source)?)
    }

    /// Reads the whole file once: its hash, its rows, and that it can be read to the end. Cells are not looked at.
    ///
    /// # Errors
    /// As [`table`](Self::table), and when anything in the file stands against reading all of it. A file that passes
    /// has no error left but in single rows.
    pub(crate) fn survey(&mut self) -> Result<Survey, TableError> {
        self.table()?.finish()
    }
}

impl<'a> Table<'a> {
    fn new(text: Text<'a>) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_LEN)
            .from_reader(Gate::new(text, ROW_LEN_MAX));
        let mut record = StringRecord::new();
        let read = reader.read_record(&mut record);
        match reader.get_mut().fault(1) {
            None => {}
            Some(RowFault::TooLong) => return Err(TableError::Header("it is longer than a row may be")),
            Some(RowFault::UnclosedQuote) => {
                return Err(TableError::Header("a quotation mark is not closed"));
            }
        }
        match read {
            Ok(true) => {}
            Ok(false) => return Err(TableError::Empty),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                return Err(TableError::OtherKind("a text in another encoding or a binary file"));
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
    pub(crate) fn next_row(&mut self) -> Result<Option<RawRow<'_>>, TableError> {
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
    pub(crate) fn finish(mut self) -> Result<Survey, TableError> {
        let gate = self.reader.get_mut();
        gate.drain().map_err(read_error)?;
        let rows = gate.rows().saturating_sub(1);
        let hashed = gate.input_mut().hashed();
        Ok(Survey { file_hash: hashed.hasher.finalize().into(), len: hashed.len, rows })
    }
}

impl fmt::Debug for Table<'_> {
    /// Without the current row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("header", &self.header).field("row", &self.row).finish_non_exhaustive()
    }
}

fn header(record: &StringRecord) -> Result<Vec<String>, TableError> {
    if record.len() > COLUMNS_MAX {
        return Err(TableError::Header("it has more than 1,000 columns"));
    }
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (place, name) in record.iter().map(str::trim).enumerate() {
        if name.is_empty() {
            return Err(TableError::UnnamedColumn { number: place + 1 });
        }
        if name.len() > COLUMN_NAME_LEN_MAX {
            return Err(TableError::Header("it has a column name of more than 200 bytes"));
        }
        if let Some(first) = names.iter().position(|known| known == name) {
            return Err(TableError::DuplicateColumn {
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

fn file_error(error: csv::Error) -> TableError {
    if !error.is_io_error() {
        return TableError::Csv(error);
    }
    match error.into_kind() {
        csv::ErrorKind::Io(error) => read_error(error),
        other => TableError::Io(io::Error::other(format!("{other:?}"))),
    }
}

/// The decoder reports damage as an error of reading, and so do we the expansion: sorted apart again here.
fn read_error(error: io::Error) -> TableError {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => TableError::Expansion,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            TableError::Gzip(error)
        }
        _ => TableError::Io(error),
    }
}

/// The decompressed bytes of a file, without byte order mark.
struct Text<'a> {
    start: Cursor<Vec<u8>>,
    bytes: Bytes<'a>,
    len: u64,
}

enum Bytes<'a> {
    Plain(Box<BufReader<Hashed<'a>>>),
    Gzip(Box<MultiGzDecoder<BufReader<Hashed<'a>>>>),
}

impl<'a> Text<'a> {
    fn new(source: Source<'a>) -> Result<Self, TableError> {
        let hashed = Hashed { source, hasher: blake3::Hasher::new(), len: 0 };
        let mut file = BufReader::with_capacity(BUFFER_LEN, hashed);
        let is_gzip = file.fill_buf().map_err(TableError::Io)?.starts_with(&[0x1f, 0x8b]);
        let mut bytes = if is_gzip {
            Bytes::Gzip(Box::new(MultiGzDecoder::new(file)))
        } else {
            Bytes::Plain(Box::new(file))
        };
        let mut start = Vec::new();
        Read::take(&mut bytes, 4).read_to_end(&mut start).map_err(read_error)?;
        if let Some(kind) = other_kind(&start) {
            return Err(TableError::OtherKind(kind));
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
        }
        Ok(Self { start: Cursor::new(start), bytes, len: 0 })
    }

    fn hashed(&mut self) -> &mut Hashed<'a> {
        match &mut self.bytes {
            Bytes::Plain(file) => file.get_mut(),
            Bytes::Gzip(file) => file.get_mut().get_mut(),
        }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = match self.start.read(buffer)? {
            0 => self.bytes.read(buffer)?,
            len => len,
        };
        self.len += u64::try_from(len).unwrap_or(u64::MAX);
        let is_gzip = matches!(self.bytes, Bytes::Gzip(_));
        if is_gzip && self.len > EXPANSION_FREE && self.len / EXPANSION_MAX > self.hashed().len {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        Ok(len)
    }
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Gzip(file) => file.read(buffer),
        }
    }
}

/// What people give for a CSV, by its first bytes.
fn other_kind(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("a text in UTF-16; save it as UTF-8"),
        [b'P', b'K', 3, 4, ..] => Some("a spreadsheet or zip archive; save the sheet as CSV"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some("an old spreadsheet; save the sheet as CSV"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd; decompress it, or use gzip"),
        [0xfd, b'7', b'z', b'X', ..] => Some("xz; decompress it, or use gzip"),
        [0x1f, 0x8b, ..] => Some("gzip within gzip; decompress it once"),
        _ => None,
    }
}

/// Hashes the file's own bytes as they are read.
struct Hashed<'a> {
    source: Source<'a>,
    hasher: blake3::Hasher,
    len: u64,
}

enum Source<'a> {
    File(&'a File),
    Memory(&'a [u8]),
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = match &mut self.source {
            Source::File(file) => file.read(buffer)?,
            Source::Memory(bytes) => bytes.read(buffer)?,
        };
        self.hasher.update(buffer.get(..len).unwrap_or_default());
        self.len += u64::try_from(len).unwrap_or(u64::MAX);
        Ok(len)
    }
}

const BUFFER_LEN: usize = 64 * 1024;
