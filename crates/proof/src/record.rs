//! The record: its bytes, how they are written and how they are taken apart (FORMAT.md section 4).

use std::fmt;

use crate::{
    bytes::Fields,
    command_signature::ActorSignature,
    commitment::Commitment,
    hash::{RecordHash, RecordKey},
};

/// Bytes of a record without anything optional.
pub const MIN_RECORD_LEN: usize = 88;
/// The largest record, its stored hash not included. Leaves room above what this version can write.
pub const MAX_RECORD_LEN: usize = 69_632;
/// The largest body.
pub const MAX_BODY_LEN: usize = 65_536;
/// The largest number of commitments of one record.
pub const MAX_COMMITMENTS: usize = 32;
/// Bytes of an actor's key and signature.
const SIGNATURE_LEN: usize = 96;
/// Bytes of a stored hash.
pub const HASH_LEN: usize = 32;
/// The largest event type of a system record.
pub const MAX_SYSTEM_TYPE: u16 = 255;
/// The kind of the ledger's own stream.
pub const SYSTEM_KIND: u16 = 0;

/// A record's place in the log, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct RecordIndex(pub u64);

impl fmt::Display for RecordIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The stream a record belongs to: a kind, and an id counted from 1 within the kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamRef {
    /// Numbered by the field's own register of kinds; 0 is the ledger's own stream.
    pub kind: u16,
    /// Dense within the kind, in order of first record.
    pub id: u64,
}

impl StreamRef {
    /// The ledger's own stream.
    pub const SYSTEM: Self = Self { kind: SYSTEM_KIND, id: 1 };
}

/// How exactly the claimed time of an act is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Precision {
    /// Only the day.
    Day = 0,
    /// To the minute.
    Minute = 1,
    /// To the second.
    Second = 2,
    /// To the microsecond.
    #[default]
    Microsecond = 3,
}

impl Precision {
    /// Returns the precision of a number, if there is one.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Day),
            1 => Some(Self::Minute),
            2 => Some(Self::Second),
            3 => Some(Self::Microsecond),
            _ => None,
        }
    }
}

/// The flags of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags(u16);

impl Flags {
    /// The first record of its batch; a command id follows.
    pub const FIRST: Self = Self(1);
    /// The last record of its batch; `durable_to` follows.
    pub const LAST: Self = Self(2);
    /// The clock stood behind the record before, whose time was kept.
    pub const HELD: Self = Self(4);
    /// The actor has signed the batch; on all of its records. Key and signature follow on the last one.
    pub const SIGNED: Self = Self(8);

    /// Returns both sets of flags together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Says whether all of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn is_known(self) -> bool {
        self.0 & !15 == 0
    }
}

/// A record to be written. [`encode`](Self::encode) makes its bytes.
#[derive(Clone, Debug)]
pub struct RecordDraft<'a> {
    /// Place in the log.
    pub index: RecordIndex,
    /// The ledger's clock, microseconds UTC.
    pub recorded_at: i64,
    /// When it happened, as claimed, microseconds UTC.
    pub occurred_at: i64,
    /// How exactly `occurred_at` is known.
    pub precision: Precision,
    /// Who recorded it; 0 for nobody named.
    pub actor: u64,
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// Its position there, from 0.
    pub position: u32,
    /// The stream's previous record; `None` at position 0.
    pub previous: Option<RecordIndex>,
    /// What the body means.
    pub event_type: u16,
    /// The shape of the body.
    pub schema_version: u16,
    /// The clock stood behind the record before.
    pub held: bool,
    /// 16 random bytes.
    pub blind: [u8; 16],
    /// Present on the first record of a batch.
    pub command_id: Option<[u8; 16]>,
    /// Offset of the first vault entry; meaningful only with commitments.
    pub vault_offset: u64,
    /// Field numbers, strictly ascending, and their commitments.
    pub commitments: &'a [(u16, Commitment)],
    /// The body.
    pub body: &'a [u8],
    /// Present on the last record of a batch.
    pub durable_to: Option<u64>,
    /// The actor signs the batch.
    pub is_signed: bool,
    /// The signature, on the last record of a batch that is signed.
    pub signature: Option<ActorSignature>,
}

impl RecordDraft<'_> {
    /// Returns the length of the record's bytes.
    pub const fn encoded_len(&self) -> usize {
        let mut len = MIN_RECORD_LEN + self.body.len();
        if self.command_id.is_some() {
            len += 16;
        }
        if !self.commitments.is_empty() {
            len += 8 + 34 * self.commitments.len();
        }
        if self.durable_to.is_some() {
            len += 8;
        }
        if self.signature.is_some() {
            len += SIGNATURE_LEN;
        }
        len
    }

    /// Appends the record's bytes to `out`, without its hash.
    ///
    /// # Panics
    /// When a documented limit is exceeded; callers check limits where values enter.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(self.body.len() <= MAX_BODY_LEN, "body over its limit");
        assert!(self.commitments.len() <= MAX_COMMITMENTS, "commitments over their limit");
        debug_assert!(self.commitments.is_sorted_by(|a, b| a.0 < b.0), "fields ascend");
        assert_eq!(
            self.signature.is_some(),
            self.is_signed && self.durable_to.is_some(),
            "the last one carries the signature"
        );
        let mut flags = Flags::default();
        for (set, flag) in [
            (self.command_id.is_some(), Flags::FIRST),
            (self.durable_to.is_some(), Flags::LAST),
            (self.held, Flags::HELD),
            (self.is_signed, Flags::SIGNED),
        ] {
            if set {
                flags = flags.with(flag);
            }
        }
        let len = u32::try_from(self.encoded_len()).expect("limits checked above");
        let body_len = u32::try_from(self.body.len()).expect("limit checked above");
        let commitment_count = u8::try_from(self.commitments.len()).expect("limit checked above");
        let mut fixed = [0_u8; MIN_RECORD_LEN];
        fixed[0..4].copy_from_slice(&len.to_le_bytes());
        fixed[4..12].copy_from_slice(&self.index.0.to_le_bytes());
        fixed[12..20].copy_from_slice(&self.recorded_at.to_le_bytes());
        fixed[20..28].copy_from_slice(&self.occurred_at.to_le_bytes());
        fixed[28..36].copy_from_slice(&self.actor.to_le_bytes());
        fixed[36..44].copy_from_slice(&self.stream.id.to_le_bytes());
        fixed[44..52].copy_from_slice(&self.previous.map_or(NO_PREVIOUS, |index| index.0).to_le_bytes());
        fixed[52..56].copy_from_slice(&self.position.to_le_bytes());
        fixed[56..58].copy_from_slice(&self.stream.kind.to_le_bytes());
        fixed[58..60].copy_from_slice(&self.event_type.to_le_bytes());
        fixed[60..62].copy_from_slice(&self.schema_version.to_le_bytes());
        fixed[62..64].copy_from_slice(&flags.0.to_le_bytes());
        fixed[64] = self.precision as u8;
        fixed[65] = commitment_count;
        fixed[68..72].copy_from_slice(&body_len.to_le_bytes());
        fixed[72..88].copy_from_slice(&self.blind);
        out.extend_from_slice(&fixed);
        if let Some(command_id) = &self.command_id {
            out.extend_from_slice(command_id);
        }
        if !self.commitments.is_empty() {
            out.extend_from_slice(&self.vault_offset.to_le_bytes());
            for (field, commitment) in self.commitments {
                out.extend_from_slice(&field.to_le_bytes());
                out.extend_from_slice(commitment.as_bytes());
            }
        }
        out.extend_from_slice(self.body);
        if let Some(durable_to) = self.durable_to {
            out.extend_from_slice(&durable_to.to_le_bytes());
        }
        if let Some(ActorSignature { key, signature }) = &self.signature {
            out.extend_from_slice(key);
            out.extend_from_slice(signature);
        }
    }
}

/// Stands in `previous` where there is none.
const NO_PREVIOUS: u64 = u64::MAX;

/// A record's fields, borrowed from its bytes.
#[derive(Clone, Copy, Debug)]
pub struct RecordView<'a> {
    /// Place in the log.
    pub index: RecordIndex,
    /// The ledger's clock, microseconds UTC.
    pub recorded_at: i64,
    /// When it happened, as claimed, microseconds UTC.
    pub occurred_at: i64,
    /// How exactly `occurred_at` is known.
    pub precision: Precision,
    /// Who recorded it; 0 for nobody named.
    pub actor: u64,
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// Its position there, from 0.
    pub position: u32,
    /// The stream's previous record; `None` at position 0.
    pub previous: Option<RecordIndex>,
    /// What the body means.
    pub event_type: u16,
    /// The shape of the body.
    pub schema_version: u16,
    /// FIRST, LAST, HELD.
    pub flags: Flags,
    /// 16 random bytes.
    pub blind: &'a [u8; 16],
    /// The id of the command, on the first record of a batch.
    pub command_id: Option<&'a [u8; 16]>,
    /// Offset of the first vault entry; 0 without commitments.
    pub vault_offset: u64,
    /// Commitments to personal values.
    pub commitments: Commitments<'a>,
    /// The body.
    pub body: &'a [u8],
    /// The size that was durable when this batch was written, on the last record of a batch.
    pub durable_to: Option<u64>,
    /// The actor's signature over the batch, on the last record of one that is signed.
    pub signature: Option<ActorSignature>,
}

/// The commitments of a record: field numbers, strictly ascending.
#[derive(Clone, Copy)]
pub struct Commitments<'a>(&'a [u8]);

impl<'a> Commitments<'a> {
    /// Returns how many there are.
    pub const fn len(&self) -> usize {
        self.0.len() / 34
    }

    /// Says whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the fields and their commitments in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, Commitment)> + use<'a> {
        let (chunks, _) = self.0.as_chunks::<34>();
        chunks.iter().map(|chunk| {
            let [low, high, commitment @ ..] = chunk;
            (u16::from_le_bytes([*low, *high]), Commitment::from_bytes(*commitment))
        })
    }
}

impl fmt::Debug for Commitments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} commitments", self.len())
    }
}

/// Why bytes are no record of this format version.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Fewer or more bytes than the fields need.
    #[error("length {found} is not the sum of its parts")]
    Length {
        /// The number of bytes given.
        found: usize,
    },
    /// A field is outside what the format allows.
    #[error("{field} is out of its limits")]
    Field {
        /// The field's name in FORMAT.md.
        field: &'static str,
    },
    /// A flag of a newer writer. Such a record can follow the chain; what it says is undecided.
    #[error("unknown flag in {flags:#06x}")]
    UnknownFlags {
        /// The flags as found.
        flags: u16,
    },
}

impl<'a> RecordView<'a> {
    /// Takes a record apart. `bytes` are exactly the record, without its stored hash.
    ///
    /// # Errors
    /// When the bytes are no record of this format. Never allocates.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let length = RecordError::Length { found: bytes.len() };
        let field = |field| RecordError::Field { field };
        let (fixed, rest) = bytes.split_first_chunk::<MIN_RECORD_LEN>().ok_or(length)?;
        let mut fixed = Fields::new(fixed);
        let parsed = (|| {
            Some((
                fixed.u32()?,
                fixed.u64()?,
                fixed.i64()?,
                fixed.i64()?,
                fixed.u64()?,
                fixed.u64()?,
                fixed.u64()?,
                fixed.u32()?,
                fixed.u16()?,
                (
                    fixed.u16()?,
                    fixed.u16()?,
                    fixed.u16()?,
                    fixed.u8()?,
                    fixed.u8()?,
                    fixed.u16()?,
                    fixed.u32()?,
                ),
                fixed.array::<16>()?,
            ))
        })();
        let (len, index, recorded_at, occurred_at, actor, stream_id, previous, position, kind, small, blind) =
            parsed.ok_or(length)?;
        let (event_type, schema_version, flags, precision, commitment_count, reserved, body_len) = small;

        if u64::from(len) != bytes.len() as u64 || bytes.len() > MAX_RECORD_LEN {
            return Err(length);
        }
        // A newer writer's record may be laid out otherwise from here on.
        let known = Flags(flags);
        if !known.is_known() {
            return Err(RecordError::UnknownFlags { flags });
        }
        if reserved != 0 {
            return Err(field("reserved"));
        }
        let precision = Precision::from_number(precision).ok_or(field("precision"))?;
        let commitment_count = usize::from(commitment_count);
        if commitment_count > MAX_COMMITMENTS {
            return Err(field("commitment count"));
        }
        let body_len = usize::try_from(body_len).map_err(|_| field("body length"))?;
        if body_len > MAX_BODY_LEN {
            return Err(field("body length"));
        }
        if stream_id == 0 {
            return Err(field("stream id"));
        }
        if (kind == SYSTEM_KIND) != (event_type <= MAX_SYSTEM_TYPE) {
            return Err(field("event type"));
        }
        let previous = match (position, previous) {
            (0, NO_PREVIOUS) => None,
            (0, _) | (_, NO_PREVIOUS) => return Err(field("previous")),
            (_, before) => Some(RecordIndex(before)),
        };

        let mut rest = Fields::new(rest);
        let command_id = if known.has(Flags::FIRST) { Some(rest.array::<16>().ok_or(length)?) } else { None };
        let (vault_offset, commitments) = if commitment_count == 0 {
            (0, Commitments(&[]))
        } else {
            let offset = rest.u64().ok_or(length)?;
            (offset, Commitments(rest.slice(34 * commitment_count).ok_or(length)?))
        };
        let body = rest.slice(body_len).ok_or(length)?;
        let durable_to = if known.has(Flags::LAST) { Some(rest.u64().ok_or(length)?) } else { None };
        let signature = if known.has(Flags::LAST.with(Flags::SIGNED)) {
            let key = *rest.array().ok_or(length)?;
            Some(ActorSignature { key, signature: *rest.array().ok_or(length)? })
        } else {
            None
        };
        if !rest.is_empty() {
            return Err(length);
        }
        if commitments.len() > 1 {
            let ascending = commitments.iter().map(|(number, _)| number).is_sorted_by(|a, b| a < b);
            if !ascending {
                return Err(field("commitments"));
            }
        }
        Ok(Self {
            index: RecordIndex(index),
            recorded_at,
            occurred_at,
            precision,
            actor,
            stream: StreamRef { kind, id: stream_id },
            position,
            previous,
            event_type,
            schema_version,
            flags: known,
            blind,
            command_id,
            vault_offset,
            commitments,
            body,
            durable_to,
            signature,
        })
    }
}

/// A record as framed on disk: its bytes and the hash stored behind them, neither checked yet.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The record's bytes.
    pub record: &'a [u8],
    /// The hash stored behind them.
    pub stored_hash: RecordHash,
}

impl<'a> Frame<'a> {
    /// Returns the frame at the front of `bytes`, or `None` where they are too short for what the length field says,
    /// or the length is out of its limits.
    #[inline]
    pub fn take(bytes: &'a [u8]) -> Option<Self> {
        let len = Self::record_len(bytes)?;
        let record = bytes.get(..len)?;
        let stored = bytes.get(len..)?.first_chunk::<HASH_LEN>()?;
        Some(Self { record, stored_hash: RecordHash::from_bytes(*stored) })
    }

    /// Returns the length that the record at the front of `bytes` claims, if it lies in its limits.
    #[inline]
    pub fn record_len(bytes: &[u8]) -> Option<usize> {
        let len = usize::try_from(Fields::new(bytes).u32()?).ok()?;
        (MIN_RECORD_LEN..=MAX_RECORD_LEN).contains(&len).then_some(len)
    }

    /// Returns the index that the record claims.
    #[inline]
    pub fn claimed_index(&self) -> Option<RecordIndex> {
        self.record.get(4..)?.first_chunk().map(|bytes| RecordIndex(u64::from_le_bytes(*bytes)))
    }

    /// Returns the number of bytes it takes on disk.
    pub const fn stored_len(&self) -> usize {
        self.record.len() + HASH_LEN
    }

    /// Says whether the stored hash is right given the hash of the record before.
    ///
    /// `preceded` are the 32 bytes before the record and the record, as they lie on disk.
    #[inline]
    pub fn is_intact(&self, key: &RecordKey, preceded: &[u8]) -> bool {
        key.hash_chained(preceded) == self.stored_hash
    }
}
