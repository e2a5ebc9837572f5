//! Row limits for a CSV stream, enforced before the parser sees it.

use std::{
    cell::Cell,
    collections::VecDeque,
    io::{self, Read},
};

/// Passes CSV bytes through and cuts what is longer than a row may be, so that the parser behind it never grows its
/// buffers beyond the limit, whatever the input.
///
/// Within the limit no byte is touched: the parser alone decides on content. A longer row arrives cut, with its quote
/// closed and its line end, and is listed as a fault; the rows after it arrive whole. To find the ends of rows the gate
/// follows the same automaton as the `csv` crate with its defaults: comma, doubled quotes, a quote opens a cell only as
/// its first byte, a row ends in CR, LF or CRLF, empty lines are no rows. A test holds the two together.
pub(super) struct Gate<R> {
    input: R,
    row_len_max: usize,
    at: At,
    rows: u64,
    row_len: usize,
    is_cutting: bool,
    faults: VecDeque<(u64, RowFault)>,
}

/// What is wrong with a row before its cells are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowFault {
    /// Longer than a row may be; only its beginning passed.
    TooLong,
    /// The input ends inside quotation marks.
    UnclosedQuote,
}

/// Where in a row the last byte was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    RowStart,
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl<R: Read> Gate<R> {
    /// Rows may have `row_len_max` bytes as they stand in the file, quotes and commas included, without the line end.
    pub(super) fn new(input: R, row_len_max: usize) -> Self {
        Self {
            input,
            row_len_max,
            at: At::RowStart,
            rows: 0,
            row_len: 0,
            is_cutting: false,
            faults: VecDeque::new(),
        }
    }

    pub(super) fn input_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Returns how many rows have begun, the header among them.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns what is wrong with a row, counted from 1 with the header, and forgets the rows before it.
    ///
    /// The list stays short: every fault but the last stands for a whole `row_len_max` of bytes that passed, and the
    /// parser asks row by row.
    pub(super) fn fault(&mut self, row: u64) -> Option<RowFault> {
        while self.faults.front().is_some_and(|(faulty, _)| *faulty < row) {
            self.faults.pop_front();
        }
        self.faults.front().filter(|(faulty, _)| *faulty == row).map(|(_, fault)| *fault)
    }

    /// Reads to the end for the sake of counting.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        while self.read(&mut buffer)? > 0 {
            self.faults.clear();
        }
        Ok(())
    }

    /// Follows the rows through the buffer, closing the gaps of what is cut. Returns how many bytes are kept.
    fn pass(&mut self, buffer: &mut [u8]) -> usize {
        // Nearly always no row can reach the limit within the buffer.
        if !self.is_cutting && self.row_len.saturating_add(buffer.len()) <= self.row_len_max {
            self.follow(buffer);
            return buffer.len();
        }
        self.cut(buffer)
    }

    /// Follows rows that are within the limit.
    fn follow(&mut self, buffer: &[u8]) {
        let mut at = self.at;
        let mut row_start = None;
        for (place, byte) in buffer.iter().enumerate() {
            // Most bytes are in the middle of a cell.
            if at == At::Plain && !matches!(byte, b',' | b'\n' | b'\r') || at == At::Quoted && *byte != b'"' {
                continue;
            }
            let before = at;
            at = next(before, *byte);
            if before == At::RowStart && at != At::RowStart {
                self.rows += 1;
                row_start = Some(place);
            }
        }
        self.at = at;
        self.row_len = match (at, row_start) {
            (At::RowStart, _) => 0,
            (_, Some(start)) => buffer.len() - start,
            (_, None) => self.row_len.saturating_add(buffer.len()),
        };
    }

    /// Follows rows of which one may be too long.
    fn cut(&mut self, buffer: &mut [u8]) -> usize {
        let cells = Cell::from_mut(buffer).as_slice_of_cells();
        // At most one byte is written for each that was read, so this never overtakes.
        let mut kept = cells.iter();
        for cell in cells {
            let byte = cell.get();
            let before = self.at;
            self.at = next(before, byte);
            if self.at == At::RowStart {
                if before != At::RowStart {
                    self.is_cutting = false;
                    self.row_len = 0;
                }
            } else {
                if before == At::RowStart {
                    self.rows += 1;
                }
                self.row_len = self.row_len.saturating_add(1);
            }
            if self.is_cutting {
                continue;
            }
            let byte = if self.row_len > self.row_len_max {
                self.is_cutting = true;
                self.faults.push_back((self.rows, RowFault::TooLong));
                if before != At::Quoted {
                    continue;
                }
                b'"'
            } else {
                byte
            };
            if let Some(place) = kept.next() {
                place.set(byte);
            }
        }
        cells.len() - kept.len()
    }
}

impl<R: Read> Read for Gate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let len = self.input.read(buffer)?;
            if len == 0 {
                if self.at == At::Quoted && !self.is_cutting && !buffer.is_empty() {
                    self.faults.push_back((self.rows, RowFault::UnclosedQuote));
                    self.at = At::QuoteInQuoted;
                }
                return Ok(0);
            }
            let kept = self.pass(buffer.get_mut(..len).unwrap_or_default());
            // Nothing kept is not the end: the middle of a row that is being cut.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

fn next(at: At, byte: u8) -> At {
    match (at, byte) {
        (At::Quoted, b'"') => At::QuoteInQuoted,
        (At::Quoted, _) | (At::RowStart | At::CellStart | At::QuoteInQuoted, b'"') => At::Quoted,
        (_, b'\n' | b'\r') => At::RowStart,
        (_, b',') => At::CellStart,
        _ => At::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Sips<'a>(&'a [u8], usize);

    impl Read for Sips<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn through(input: &[u8], row_len_max: usize, sip: usize) -> (Vec<u8>, u64, Vec<(u64, RowFault)>) {
        let mut gate = Gate::new(Sips(input, sip), row_len_max);
        let mut output = Vec::new();
        gate.read_to_end(&mut output).unwrap();
        (output, gate.rows(), gate.faults.into())
    }

    #[test]
    fn a_long_row_is_cut_and_the_next_is_whole() {
        for sip in 1..12 {
            let (output, rows, faults) = through(b"a,b\n123456789,x\nc,d\n", 5, sip);
            assert_eq!(String::from_utf8(output).unwrap(), "a,b\n12345\nc,d\n");
            assert_eq!((rows, faults), (3, vec![(2, RowFault::TooLong)]));
        }
    }

    #[test]
    fn a_cut_inside_quotes_closes_them() {
        for sip in 1..12 {
            let (output, rows, faults) = through(b"a,\"12\n34\n\"\"56\",z\r\nc,d", 6, sip);
            assert_eq!(String::from_utf8(output).unwrap(), "a,\"12\n\"\r\nc,d");
            assert_eq!((rows, faults), (2, vec![(1, RowFault::TooLong)]));
        }
        // The limit falls between the two halves of a doubled quote: the first half closes.
        let (output, _, _) = through(b"\"123\"\"4\",z\nc\n", 5, 64);
        assert_eq!(String::from_utf8(output).unwrap(), "\"123\"\nc\n");
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert_eq!(through(b"12345\n", 5, 64).2, []);
        assert_eq!(through(b"123456\n", 5, 64).2, [(1, RowFault::TooLong)]);
    }

    #[test]
    fn a_row_that_ends_with_a_buffer_does_not_count_for_the_next() {
        let mut gate = Gate::new(&[][..], 8);
        for buffer in [&b"abcd"[..], b"efg\n", b"12345678"] {
            assert_eq!(gate.pass(&mut buffer.to_vec()), buffer.len());
        }
        assert_eq!(gate.faults, []);
    }

    #[test]
    fn an_end_inside_quotes_is_a_fault_of_the_last_row() {
        assert_eq!(through(b"a\n\"b\nc\n", 99, 3).2, [(2, RowFault::UnclosedQuote)]);
        assert_eq!(through(b"a\n\"b\"", 99, 3).2, []);
    }

    #[test]
    fn finds_the_same_rows_as_the_csv_crate() {
        // Every text of seven bytes over the five that matter: where the two automata could disagree, they would here.
        let mut texts = vec![Vec::new()];
        for _ in 0..7 {
            texts = texts
                .iter()
                .flat_map(|text| b"a,\"\n\r".map(|byte| [text.as_slice(), &[byte]].concat()))
                .collect();
        }
        for text in texts {
            let (output, rows, _) = through(&text, 99, 99);
            assert_eq!(output, text);
            let mut reader = csv::ReaderBuilder::new();
            let mut reader =
                reader.has_headers(false).flexible(true).buffer_capacity(16).from_reader(&text[..]);
            let parsed = u64::try_from(reader.byte_records().count()).unwrap();
            assert_eq!(rows, parsed, "{}", text.escape_ascii());
            // The way that can cut finds the same.
            let mut gate = Gate::new(&[][..], 99);
            assert_eq!(gate.cut(&mut text.clone()), text.len());
            assert_eq!(gate.rows(), parsed, "{}", text.escape_ascii());
        }
    }
}
