//! Text in lines, taken apart strictly: one way to write a thing, and nothing that is not asked for (PROOFS.md).

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::{CheckpointError, CheckpointNote, parse_size},
    tree::NodeHash,
};

/// The most hashes of one inclusion or consistency proof: a tree of 64-bit size is no higher. One more stands in
/// evidence.
pub(crate) const MAX_PATH_LEN: usize = 64;

/// Why bytes are no file of the kind they are taken for. Nothing is said about what they would prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofFileError {
    /// Longer than such a file can be.
    #[error("file is too long: {len} bytes, at most {limit}")]
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("file is not UTF-8")]
    Utf8,
    /// A line is not what belongs there, or there is none.
    #[error("line {line} is not {expected}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What belongs there.
        expected: &'static str,
    },
    /// More than the format allows.
    #[error("line {line}: too many {what}")]
    TooMany {
        /// The first that is too much, from 1.
        line: usize,
        /// Of what.
        what: &'static str,
    },
    /// What stands where a signed checkpoint belongs is none.
    #[error("no signed checkpoint at line {line}")]
    Checkpoint {
        /// Its first line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: CheckpointError,
    },
}

/// A cursor over lines, each ended by one newline.
pub(crate) struct Lines<'a> {
    rest: &'a str,
    /// Number of the next line, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8], limit: usize) -> Result<Self, ProofFileError> {
        // Before anything is read of it: the bytes may come from anybody.
        if bytes.len() > limit {
            return Err(ProofFileError::TooLong { len: bytes.len(), limit });
        }
        let rest = std::str::from_utf8(bytes).map_err(|_| ProofFileError::Utf8)?;
        Ok(Self { rest, number: 1 })
    }

    /// Returns what says that the next line is not what belongs there.
    pub(crate) fn expected(&self, expected: &'static str) -> ProofFileError {
        ProofFileError::Line { line: self.number, expected }
    }

    /// Returns the next line without taking it; `None` where no whole line is left.
    pub(crate) fn peek(&self) -> Option<&'a str> {
        self.rest.split_once('\n').map(|(line, _)| line)
    }

    fn advance(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.number += 1;
    }

    /// Takes the line that reads exactly so.
    pub(crate) fn literal(&mut self, line: &'static str) -> Result<(), ProofFileError> {
        let what = if line.is_empty() { "empty" } else { line };
        self.take(what, |found| (found == line).then_some(()))
    }

    /// Takes the next line for what `parse` makes of it.
    pub(crate) fn take<T>(
        &mut self,
        expected: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, ProofFileError> {
        let taken = self.peek().and_then(parse).ok_or(self.expected(expected))?;
        self.advance();
        Ok(taken)
    }

    /// Takes a proof's hashes, one a line, up to the first line that is empty or has a space in it.
    pub(crate) fn hashes(&mut self) -> Result<Vec<NodeHash>, ProofFileError> {
        let mut hashes = Vec::new();
        while self.peek().is_some_and(|line| !line.is_empty() && !line.contains(' ')) {
            if hashes.len() == MAX_PATH_LEN {
                return Err(ProofFileError::TooMany { line: self.number, what: "hashes" });
            }
            hashes.push(self.take("canonical base64 of a hash", node_hash_of)?);
        }
        Ok(hashes)
    }

    /// Takes a signed checkpoint: three lines, an empty one, and signatures up to the next empty line or the end.
    pub(crate) fn checkpoint(&mut self) -> Result<CheckpointNote, ProofFileError> {
        let (line, start) = (self.number, self.rest);
        while self.peek().is_some_and(|line| !line.is_empty()) {
            self.advance();
        }
        self.literal("")?;
        while self.peek().is_some_and(|line| !line.is_empty()) {
            self.advance();
        }
        let taken = start.len() - self.rest.len();
        let note = start.as_bytes().get(..taken).unwrap_or_default();
        CheckpointNote::parse(note).map_err(|source| ProofFileError::Checkpoint { line, source })
    }

    /// Says that nothing follows.
    pub(crate) fn end(&self) -> Result<(), ProofFileError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.expected("the end of the file")) }
    }
}

fn node_hash_of(line: &str) -> Option<NodeHash> {
    Some(NodeHash::from_bytes(base64_of(line)?.try_into().ok()?))
}

/// Decodes base64 as it must be written: standard alphabet, padded, no bit to spare.
pub(crate) fn base64_of(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

/// Reads `<word> <decimal>`.
pub(crate) fn number_of(line: &str, word: &str) -> Option<u64> {
    parse_size(line.strip_prefix(word)?.strip_prefix(' ')?)
}

/// Writes a line: a word, and values in base64 behind it.
pub(crate) fn put_line(out: &mut String, word: &str, values: &[&[u8]]) {
    out.push_str(word);
    for value in values {
        out.push(' ');
        BASE64_STANDARD.encode_string(value, out);
    }
    out.push('\n');
}

/// Writes a proof's hashes, one a line.
pub(crate) fn put_hashes(out: &mut String, hashes: &[NodeHash]) {
    for hash in hashes {
        BASE64_STANDARD.encode_string(hash.as_bytes(), out);
        out.push('\n');
    }
}

/// Writes an empty line and a signed checkpoint.
pub(crate) fn put_checkpoint(out: &mut String, checkpoint: &CheckpointNote) {
    out.push('\n');
    out.push_str(&String::from_utf8_lossy(&checkpoint.note().to_bytes()));
}
