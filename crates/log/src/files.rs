//! Names and headers of the ledger's files (FORMAT.md sections 2, 3, 6, 7 and 9).

use docket_proof::{FORMAT_VERSION, Fields, RecordHash};

/// Records of a segment.
pub const SEGMENT_RECORDS: u64 = 65_536;
/// Segments of a ledger: what eight digits can name.
pub const MAX_SEGMENTS: u64 = 100_000_000;

pub(crate) const LOG_DIR: &str = "log";
pub(crate) const VAULT_DIR: &str = "vault";
pub(crate) const CHECKPOINT_DIR: &str = "checkpoints";
pub(crate) const CUT_DIR: &str = "cut";
pub(crate) const LEDGER_TOML: &str = "ledger.toml";

/// The four numbered families of files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Segment,
    Vault,
    Checkpoint,
    Cut,
}

/// What a name in one of the four folders stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// A file of the format.
    Numbered(u64),
    /// Left by an interrupted writer; holds nothing that counts.
    Temporary,
}

impl Family {
    pub(crate) const ALL: [Self; 4] = [Self::Segment, Self::Vault, Self::Checkpoint, Self::Cut];

    pub(crate) const fn dir(self) -> &'static str {
        match self {
            Self::Segment => LOG_DIR,
            Self::Vault => VAULT_DIR,
            Self::Checkpoint => CHECKPOINT_DIR,
            Self::Cut => CUT_DIR,
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Segment => "seg",
            Self::Vault => "vlt",
            Self::Checkpoint => "ckp",
            Self::Cut => "cut",
        }
    }

    const fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Segment => b"DOCKETLG",
            Self::Vault => b"DOCKETVT",
            Self::Checkpoint => b"DOCKETCP",
            Self::Cut => b"DOCKETCT",
        }
    }

    /// Returns the path of file `number`.
    pub(crate) fn path(self, number: u64) -> String {
        format!("{}/{number:08}.{}", self.dir(), self.extension())
    }

    /// Returns the path under which file `number` is made before it is renamed.
    pub(crate) fn temporary_path(self, number: u64) -> String {
        format!("{}.tmp", self.path(number))
    }

    /// Returns what `name` stands for in this family's folder, or `None` where it is unknown there.
    pub(crate) fn recognise(self, name: &str) -> Option<Known> {
        let (digits, rest) = name.split_at_checked(8)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let rest = rest.strip_prefix('.')?.strip_prefix(self.extension())?;
        match rest {
            "" => digits.parse().ok().map(Known::Numbered),
            ".tmp" => Some(Known::Temporary),
            _ => None,
        }
    }
}

/// Why a header is not the one that belongs at the front of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file ends inside its header.
    #[error("the file ends inside its header")]
    Short,
    /// A newer writer's.
    #[error("unknown format version {version}")]
    UnknownFormat {
        /// The version found.
        version: u16,
    },
    /// A field is not what it must be.
    #[error("{field} is wrong")]
    Field {
        /// The field's name in FORMAT.md.
        field: &'static str,
    },
}

/// The front of a header, alike in all families: magic, version, reserved, number.
fn put_front(out: &mut Vec<u8>, family: Family, number: u32) {
    out.extend_from_slice(family.magic());
    out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Checks the front of a header and returns the number in it.
fn take_front(fields: &mut Fields<'_>, family: Family) -> Result<u32, HeaderError> {
    let short = HeaderError::Short;
    if fields.array::<8>().ok_or(short)? != family.magic() {
        return Err(HeaderError::Field { field: "magic" });
    }
    let version = fields.u16().ok_or(short)?;
    let reserved = fields.u16().ok_or(short)?;
    let number = fields.u32().ok_or(short)?;
    if version != FORMAT_VERSION {
        return Err(HeaderError::UnknownFormat { version });
    }
    if reserved != 0 {
        return Err(HeaderError::Field { field: "reserved" });
    }
    Ok(number)
}

fn expect(holds: bool, field: &'static str) -> Result<(), HeaderError> {
    if holds { Ok(()) } else { Err(HeaderError::Field { field }) }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("file numbers have eight digits")
}

/// Length of a segment's header.
pub(crate) const SEGMENT_HEADER_LEN: usize = 96;

/// What a segment's header says beside its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentHeader {
    pub(crate) genesis: RecordHash,
    pub(crate) previous: RecordHash,
}

impl SegmentHeader {
    pub(crate) fn encode(&self, segment: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEADER_LEN);
        put_front(&mut out, Family::Segment, small(segment));
        out.extend_from_slice(&(segment * SEGMENT_RECORDS).to_le_bytes());
        out.extend_from_slice(self.genesis.as_bytes());
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(self.previous.as_bytes());
        out
    }

    /// Takes a header apart and checks all of it that needs no other record.
    pub(crate) fn parse(bytes: &[u8], segment: u64) -> Result<Self, HeaderError> {
        let short = HeaderError::Short;
        let mut fields = Fields::new(bytes);
        let number = take_front(&mut fields, Family::Segment)?;
        let first = fields.u64().ok_or(short)?;
        let genesis = RecordHash::from_bytes(*fields.array().ok_or(short)?);
        let reserved = fields.u64().ok_or(short)?;
        let previous = RecordHash::from_bytes(*fields.array().ok_or(short)?);
        expect(u64::from(number) == segment, "segment number")?;
        expect(first == segment * SEGMENT_RECORDS, "first index")?;
        expect(reserved == 0, "reserved")?;
        expect(segment != 0 || previous == RecordHash::ZERO, "previous hash")?;
        Ok(Self { genesis, previous })
    }
}

/// Length of a vault file's header; the first entry stands behind it.
pub(crate) const VAULT_HEADER_LEN: usize = 64;

pub(crate) fn encode_vault_header(segment: u64, genesis: &RecordHash) -> Vec<u8> {
    let mut out = Vec::with_capacity(VAULT_HEADER_LEN);
    put_front(&mut out, Family::Vault, small(segment));
    out.extend_from_slice(genesis.as_bytes());
    out.extend_from_slice(&[0; 16]);
    out
}

pub(crate) fn check_vault_header(
    bytes: &[u8],
    segment: u64,
    genesis: &RecordHash,
) -> Result<(), HeaderError> {
    let mut fields = Fields::new(bytes);
    let number = take_front(&mut fields, Family::Vault)?;
    let found = fields.array::<32>().ok_or(HeaderError::Short)?;
    let reserved = fields.array::<16>().ok_or(HeaderError::Short)?;
    expect(u64::from(number) == segment, "segment number")?;
    expect(found == genesis.as_bytes(), "genesis hash")?;
    expect(reserved == &[0; 16], "reserved")
}

/// Length of a checkpoint file's header; the first note stands behind it.
pub(crate) const CHECKPOINT_HEADER_LEN: usize = 48;

pub(crate) fn encode_checkpoint_header(file: u64, genesis: &RecordHash) -> Vec<u8> {
    let mut out = Vec::with_capacity(CHECKPOINT_HEADER_LEN);
    put_front(&mut out, Family::Checkpoint, small(file));
    out.extend_from_slice(genesis.as_bytes());
    out
}

pub(crate) fn check_checkpoint_header(
    bytes: &[u8],
    file: u64,
    genesis: &RecordHash,
) -> Result<(), HeaderError> {
    let mut fields = Fields::new(bytes);
    let number = take_front(&mut fields, Family::Checkpoint)?;
    let found = fields.array::<32>().ok_or(HeaderError::Short)?;
    expect(u64::from(number) == file, "file number")?;
    expect(found == genesis.as_bytes(), "genesis hash")
}

/// Length of a cut file's header; the first part stands behind it.
pub(crate) const CUT_HEADER_LEN: usize = 56;

pub(crate) fn encode_cut_header(parts: u32, size: u64, genesis: &RecordHash) -> Vec<u8> {
    let mut out = Vec::with_capacity(CUT_HEADER_LEN);
    put_front(&mut out, Family::Cut, parts);
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(genesis.as_bytes());
    out
}

/// Checks a cut file's header and returns its number of parts and the size it was cut to.
pub(crate) fn parse_cut_header(bytes: &[u8], genesis: &RecordHash) -> Result<(u32, u64), HeaderError> {
    let mut fields = Fields::new(bytes);
    let parts = take_front(&mut fields, Family::Cut)?;
    let size = fields.u64().ok_or(HeaderError::Short)?;
    let found = fields.array::<32>().ok_or(HeaderError::Short)?;
    expect(found == genesis.as_bytes(), "genesis hash")?;
    Ok((parts, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_pattern_are_known() {
        assert_eq!(Family::Segment.recognise("00000012.seg"), Some(Known::Numbered(12)));
        assert_eq!(Family::Segment.recognise("00000012.seg.tmp"), Some(Known::Temporary));
        for name in ["0000012.seg", "000000012.seg", "00000012.vlt", "00000012.seg~", "+0000012.seg", "x", ""]
        {
            assert_eq!(Family::Segment.recognise(name), None, "{name}");
        }
        assert_eq!(Family::Vault.path(3), "vault/00000003.vlt");
    }

    #[test]
    fn any_flipped_bit_of_a_header_is_refused() {
        let genesis = RecordHash::from_bytes([9; 32]);
        let segment = SegmentHeader { genesis, previous: RecordHash::from_bytes([8; 32]) };
        let good = segment.encode(5);
        assert_eq!(SegmentHeader::parse(&good, 5), Ok(segment));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(SegmentHeader::parse(&bad, 5), Ok(segment), "bit {bit}");
        }
        for (good, check) in [
            (encode_vault_header(5, &genesis), check_vault_header as fn(&[u8], u64, &RecordHash) -> _),
            (encode_checkpoint_header(5, &genesis), check_checkpoint_header),
        ] {
            assert_eq!(check(&good, 5, &genesis), Ok(()));
            for bit in 0..good.len() * 8 {
                let mut bad = good.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert!(check(&bad, 5, &genesis).is_err(), "bit {bit}");
            }
        }
    }
}
