//! Files as they are given: plain or gzipped, from a disk or a pipe, hashed as they are read.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;

use super::xml::XmlFault;

/// What standard input may hold. It is read more than once and therefore kept in memory, not in a temporary file: the
/// rows are personal.
pub(crate) const STDIN_LEN_MAX: usize = 256 << 20;
/// A gzip file may expand to this size whatever its own, ...
const EXPANSION_FREE: u64 = 64 << 20;
/// ... and beyond it to so many times its size. Files of cases expand 5 to 60 times; deflate can 1,032 times.
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

/// Why a file is not read. Never holds a cell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The file cannot be opened or read.
    #[error("cannot read the file")]
    Io(#[source] io::Error),
    /// The gzip stream is damaged.
    #[error("the gzip stream is damaged or cut short")]
    Gzip(#[source] io::Error),
    /// A small file that expands without end.
    #[error("the gzip stream expands more than {EXPANSION_MAX} times: no file of cases does")]
    Expansion,
    /// Standard input, a pipe or the like is too long.
    #[error("more than {} MiB by a pipe", STDIN_LEN_MAX >> 20)]
    PipeTooLong,
    /// The file has no header row.
    #[error("the file is empty: it has no header row")]
    Empty,
    /// The file is something else.
    #[error("not a file of cases in UTF-8, but {0}")]
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
    /// What is wrong with a file of XML.
    #[error("cannot read the file as XES: at byte {byte}, {fault}")]
    Xml {
        /// How many bytes of it were read, unpacked.
        byte: u64,
        /// What is wrong.
        fault: XmlFault,
    },
    /// The parser's own error.
    #[error("cannot read the file as CSV")]
    Csv(#[source] csv::Error),
}

impl Input {
    /// Opens a file; `-` is standard input. What is not a regular file is read into memory at once.
    ///
    /// # Errors
    /// When it cannot be opened, or a pipe holds more than [`STDIN_LEN_MAX`].
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        if path.as_os_str() == "-" {
            return Self::from_pipe(io::stdin().lock());
        }
        let file = File::open(path).map_err(FileError::Io)?;
        if file.metadata().map_err(FileError::Io)?.is_file() {
            Ok(Self(Kind::File(file)))
        } else {
            Self::from_pipe(file)
        }
    }

    /// Reads what can be read only once.
    pub(crate) fn from_pipe(pipe: impl Read) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(STDIN_LEN_MAX).unwrap_or(u64::MAX);
        pipe.take(limit + 1).read_to_end(&mut bytes).map_err(FileError::Io)?;
        if bytes.len() > STDIN_LEN_MAX {
            return Err(FileError::PipeTooLong);
        }
        Ok(Self(Kind::Memory(bytes)))
    }

    /// Starts a pass from the first byte.
    ///
    /// # Errors
    /// When the file cannot be read, or begins like something else than a text in UTF-8.
    pub(super) fn text(&mut self) -> Result<Text<'_>, FileError> {
        let source = match &mut self.0 {
            Kind::File(file) => {
                file.rewind().map_err(FileError::Io)?;
                Source::File(file)
            }
            Kind::Memory(bytes) => Source::Memory(bytes),
        };
        Text::new(source)
    }
}

/// The decoder reports damage as an error of reading, and so do we the expansion: sorted apart again here.
pub(super) fn read_error(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => FileError::Expansion,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            FileError::Gzip(error)
        }
        _ => FileError::Io(error),
    }
}

/// The decompressed bytes of a file, without byte order mark.
pub(super) struct Text<'a> {
    start: Cursor<Vec<u8>>,
    bytes: Bytes<'a>,
    len: u64,
}

enum Bytes<'a> {
    Plain(Box<BufReader<Hashed<'a>>>),
    Gzip(Box<MultiGzDecoder<BufReader<Hashed<'a>>>>),
}

impl<'a> Text<'a> {
    fn new(source: Source<'a>) -> Result<Self, FileError> {
        let hashed = Hashed { source, hasher: blake3::Hasher::new(), len: 0 };
        let mut file = BufReader::with_capacity(BUFFER_LEN, hashed);
        let is_gzip = file.fill_buf().map_err(FileError::Io)?.starts_with(&[0x1f, 0x8b]);
        let mut bytes = if is_gzip {
            Bytes::Gzip(Box::new(MultiGzDecoder::new(file)))
        } else {
            Bytes::Plain(Box::new(file))
        };
        let mut start = Vec::new();
        Read::take(&mut bytes, 4).read_to_end(&mut start).map_err(read_error)?;
        if let Some(kind) = other_kind(&start) {
            return Err(FileError::OtherKind(kind));
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
        }
        Ok(Self { start: Cursor::new(start), bytes, len: 0 })
    }

    /// Says what the file was, once all of it is read.
    pub(super) fn survey(&mut self, rows: u64) -> Survey {
        let hashed = self.hashed();
        Survey { file_hash: hashed.hasher.finalize().into(), len: hashed.len, rows }
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

pub(super) const BUFFER_LEN: usize = 64 * 1024;
