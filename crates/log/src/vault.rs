//! Vault entries: the values and salts that records commit to (FORMAT.md section 9).

use std::io;

use docket_proof::{Commitment, Fields, MAX_VALUE_LEN, RecordView};
use zeroize::Zeroizing;

use crate::{
    ahead::{AT_ONCE, Ahead},
    disk::DiskFile,
    frames::WINDOW,
};

/// Bytes of an entry in front of its value.
pub(crate) const ENTRY_HEAD_LEN: usize = 50;
/// Where the salt stands in an entry; from there on an entry is the opening of its commitment.
const OPENING_AT: usize = 16;
const STATE_PRESENT: u16 = 0;

/// Appends an entry and returns the commitment that the record carries for it.
pub(crate) fn put_entry(
    out: &mut Vec<u8>,
    record: u64,
    field: u16,
    salt: &[u8; 32],
    value: &[u8],
) -> Commitment {
    assert!(value.len() <= MAX_VALUE_LEN, "limit checked where values enter");
    let start = out.len() + OPENING_AT;
    out.extend_from_slice(&u32::try_from(value.len()).expect("limit checked above").to_le_bytes());
    out.extend_from_slice(&STATE_PRESENT.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(&record.to_le_bytes());
    out.extend_from_slice(salt);
    out.extend_from_slice(&field.to_le_bytes());
    out.extend_from_slice(value);
    Commitment::of_opening(out.get(start..).unwrap_or_default())
}

/// An entry as it lies in the vault, compared with what a record says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryCheck {
    /// The value is there and is the one committed to.
    Holds,
    /// The bytes are not those that were committed to.
    Differs,
    /// The vault ends before the entry does.
    Missing,
    /// A state of a newer writer.
    UnknownState(u16),
}

/// Reads entries of one vault file in order, in large plain reads.
pub(crate) struct VaultWalk<'f> {
    file: &'f dyn DiskFile,
    // Zeroized: personal values pass through.
    buffer: Zeroizing<Vec<u8>>,
    /// So much of the buffer was read.
    filled: usize,
    /// Where in the buffer the next entry starts.
    at: usize,
    offset: u64,
    /// What the next entries in the window commit to.
    commitments: Ahead<Commitment>,
}

impl<'f> VaultWalk<'f> {
    pub(crate) fn new(file: &'f dyn DiskFile, offset: u64) -> Self {
        let (buffer, commitments) = (Zeroizing::new(Vec::new()), Ahead::new());
        Self { file, buffer, filled: 0, at: 0, offset, commitments }
    }

    /// Goes on at another entry.
    pub(crate) fn seek(&mut self, offset: u64) {
        (self.filled, self.at, self.offset) = (0, 0, offset);
        self.commitments.forget();
    }

    /// Returns the file offset of the next entry.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Checks the next entry against its commitment and steps over it when it holds.
    pub(crate) fn check(
        &mut self,
        record: u64,
        field: u16,
        commitment: &Commitment,
    ) -> io::Result<EntryCheck> {
        if !self.ensure(ENTRY_HEAD_LEN)? {
            return Ok(EntryCheck::Missing);
        }
        let Some(len) = self.window().and_then(entry_len) else { return Ok(EntryCheck::Differs) };
        if !self.ensure(len)? {
            return Ok(EntryCheck::Missing);
        }
        let window = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let computed = self.commitments.next(|ready| commit_entries(window, ready));
        let entry = window.get(..len).unwrap_or_default();
        let check = check_entry(entry, record, field, commitment, computed);
        if check == EntryCheck::Holds {
            self.at += len;
            self.offset += len as u64;
        } else {
            self.commitments.forget();
        }
        Ok(check)
    }

    fn window(&self) -> Option<&[u8]> {
        self.buffer.get(self.at..self.filled)
    }

    /// Makes `len` bytes of the window available; `false` where the file ends before.
    fn ensure(&mut self, len: usize) -> io::Result<bool> {
        if self.filled - self.at >= len {
            return Ok(true);
        }
        // The buffer is made once, and again only for an entry that is longer.
        self.buffer.copy_within(self.at..self.filled, 0);
        let held = self.filled - self.at;
        (self.at, self.filled) = (0, held);
        // An offset that lies may be anywhere.
        let left = self.file.len()?.saturating_sub(self.offset.saturating_add(held as u64));
        let wanted = held + usize::try_from(left).map_or(WINDOW, |left| left.min(len.max(WINDOW)));
        if self.buffer.len() < wanted {
            // Not resized in place: that would leave a copy behind that nobody overwrites.
            let mut larger = Zeroizing::new(vec![0; wanted]);
            larger.iter_mut().zip(self.buffer.iter().take(held)).for_each(|(to, from)| *to = *from);
            self.buffer = larger;
        }
        while let Some(free) = self.buffer.get_mut(self.filled..wanted).filter(|free| !free.is_empty()) {
            match self.file.read_at(free, self.offset + self.filled as u64)? {
                0 => break,
                read => self.filled += read,
            }
        }
        Ok(self.filled >= len)
    }
}

/// Returns the length of the entry at the front of `bytes`, if the value's length lies in its limits.
fn entry_len(bytes: &[u8]) -> Option<usize> {
    let value_len = usize::try_from(Fields::new(bytes).u32()?).ok()?;
    (value_len <= MAX_VALUE_LEN).then_some(ENTRY_HEAD_LEN + value_len)
}

/// Commits to the entries at the front of a window.
fn commit_entries(mut window: &[u8], commitments: &mut Vec<Commitment>) {
    let mut openings = Vec::with_capacity(AT_ONCE);
    while openings.len() < AT_ONCE
        && let Some(opening) = entry_len(window).and_then(|len| window.get(OPENING_AT..len))
    {
        openings.push(opening);
        window = window.get(OPENING_AT + opening.len()..).unwrap_or_default();
    }
    commitments.resize(openings.len(), Commitment::from_bytes([0; 32]));
    Commitment::of_each_opening(&openings, commitments);
}

/// Compares an entry with what a record says of it. `computed` is what it commits to, as far as somebody has computed it: where
/// that is not the right one, or nothing, it is computed here.
fn check_entry(
    entry: &[u8],
    record: u64,
    field: u16,
    commitment: &Commitment,
    computed: Option<Commitment>,
) -> EntryCheck {
    let parsed = (|| {
        let mut fields = Fields::new(entry);
        let (_, state, reserved, found_record) = (fields.u32()?, fields.u16()?, fields.u16()?, fields.u64()?);
        fields.array::<32>()?;
        Some((state, reserved, found_record, fields.u16()?))
    })();
    match parsed {
        Some((state, 0, found_record, found_field)) if found_record == record && found_field == field => {
            if state != STATE_PRESENT {
                return EntryCheck::UnknownState(state);
            }
            let opening = entry.get(OPENING_AT..).unwrap_or_default();
            if computed == Some(*commitment) || Commitment::of_opening(opening) == *commitment {
                EntryCheck::Holds
            } else {
                EntryCheck::Differs
            }
        }
        _ => EntryCheck::Differs,
    }
}

/// Returns where the entries of a record end, or `None` where one of them is not the one committed to.
pub(crate) fn entries_end(file: &dyn DiskFile, record: &RecordView<'_>) -> io::Result<Option<u64>> {
    let mut walk = VaultWalk::new(file, record.vault_offset);
    for (field, commitment) in record.commitments.iter() {
        if walk.check(record.index.0, field, &commitment)? != EntryCheck::Holds {
            return Ok(None);
        }
    }
    Ok(Some(walk.offset()))
}

/// A value, and where the next entry starts.
type ReadValue = (Zeroizing<Vec<u8>>, u64);

/// Bytes that are read of an entry whose length is not known yet.
const GUESS: usize = 512;

/// Reads the value of one entry at `offset`, checked against its commitment, and where the next entry starts.
pub(crate) fn read_entry(
    file: &dyn DiskFile,
    offset: u64,
    record: u64,
    field: u16,
    commitment: &Commitment,
) -> io::Result<Result<ReadValue, EntryCheck>> {
    // Most values are short: one reading gets all of it.
    let mut entry = Zeroizing::new(vec![0; GUESS]);
    let mut filled = file.read_up_to(&mut entry, offset)?;
    let Some(head) = entry.get(..filled.min(ENTRY_HEAD_LEN)).filter(|head| head.len() == ENTRY_HEAD_LEN)
    else {
        return Ok(Err(EntryCheck::Missing));
    };
    let Some(len) = entry_len(head) else { return Ok(Err(EntryCheck::Differs)) };
    if len > GUESS {
        // A new one: growing it would leave what was read behind.
        entry = Zeroizing::new(vec![0; len]);
        filled = file.read_up_to(&mut entry, offset)?;
    }
    if filled < len {
        return Ok(Err(EntryCheck::Missing));
    }
    entry.truncate(len);
    Ok(match check_entry(&entry, record, field, commitment, None) {
        EntryCheck::Holds => {
            entry.drain(..ENTRY_HEAD_LEN);
            Ok((entry, offset + len as u64))
        }
        wrong => Err(wrong),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_flipped_bit_of_an_entry_is_found() {
        let mut entry = Vec::new();
        let commitment = put_entry(&mut entry, 77, 5, &[1; 32], b"an invented name");
        assert_eq!(entry.len(), ENTRY_HEAD_LEN + 16);
        assert_eq!(check_entry(&entry, 77, 5, &commitment, None), EntryCheck::Holds);
        for bit in 32..entry.len() * 8 {
            let mut bad = entry.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(check_entry(&bad, 77, 5, &commitment, None), EntryCheck::Holds, "bit {bit}");
        }
    }
}
