//! System records: what the log says about itself (FORMAT.md section 7).

use crate::{
    bytes::Fields, checkpoint::is_valid_origin, key_rotated::KeyRotated, tree::RootHash,
    witness_seen::WitnessSeen,
};

/// The format version this crate reads and writes.
pub const FORMAT_VERSION: u16 = 1;
/// The schema version of all system records of this format version.
pub const SYSTEM_SCHEMA_VERSION: u16 = 1;
/// The longest time zone name, in bytes.
pub const MAX_TIME_ZONE_LEN: usize = 64;

/// Microseconds of 0001-01-01T00:00:00Z and of the last one of year 9999: `created` lies between.
const CREATED_MIN: i64 = -62_135_596_800_000_000;
const CREATED_MAX: i64 = 253_402_300_799_999_999;

/// A record of the ledger's own stream.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SystemRecord {
    /// Record 0: what this ledger is.
    Genesis(Genesis),
    /// A recovery cut a torn tail off.
    TailCut(TailCut),
    /// Somebody confirmed that the clock, far behind the last record, is right.
    ClockCorrected {
        /// The clock's time when this was recorded.
        clock: i64,
    },
    /// The log's key gave way to another one.
    KeyRotated(KeyRotated),
    /// A witness has cosigned a checkpoint of this ledger.
    WitnessSeen(WitnessSeen),
}

/// Where recorded times come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ClockKind {
    /// The machine's clock.
    System = 0,
    /// A demonstration or a benchmark: times are made up, and every verdict says so.
    Simulated = 1,
}

impl ClockKind {
    /// Returns its name in `ledger.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Simulated => "simulated",
        }
    }
}

/// What record 0 says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    /// Where recorded times come from.
    pub clock: ClockKind,
    /// When the ledger was made, microseconds UTC.
    pub created: i64,
    /// Makes two ledgers of one origin differ.
    pub nonce: [u8; 32],
    /// The log's Ed25519 public key.
    pub public_key: [u8; 32],
    /// The log's name: a schema-less URL.
    pub origin: String,
    /// IANA name of the zone in which the office's days begin.
    pub time_zone: String,
    /// The ledger that this one continues.
    pub predecessor: Option<Predecessor>,
}

/// The ledger that a new one continues, after a restore, a rollover or a lost key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Predecessor {
    /// Its origin.
    pub origin: String,
    /// Its size.
    pub size: u64,
    /// Its root at that size.
    pub root: RootHash,
}

/// What a recovery cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TailCut {
    /// Counts the cuts of this ledger from 0 and names the file.
    pub number: u64,
    /// The size that the log was cut to.
    pub size: u64,
    /// Length of the cut file, in bytes.
    pub file_len: u64,
    /// BLAKE3 of the cut file.
    pub file_hash: [u8; 32],
}

/// Why a system record's body cannot be taken at its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SystemError {
    /// A type or schema version that this version does not know: a newer writer.
    #[error("unknown system record type {event_type} version {version}")]
    Unknown {
        /// The record's event type.
        event_type: u16,
        /// Its schema version.
        version: u16,
    },
    /// A format version that this version does not know.
    #[error("unknown format version {version}")]
    UnknownFormat {
        /// The version in the genesis record.
        version: u16,
    },
    /// The body ends early, runs on, or holds what the format does not allow.
    #[error("system record is malformed: {field}")]
    Malformed {
        /// The field at fault.
        field: &'static str,
    },
}

impl SystemRecord {
    /// Returns the event type.
    pub const fn event_type(&self) -> u16 {
        match self {
            Self::Genesis(_) => 0,
            Self::TailCut(_) => 1,
            Self::ClockCorrected { .. } => 2,
            Self::KeyRotated(_) => KeyRotated::EVENT_TYPE,
            Self::WitnessSeen(_) => 4,
        }
    }

    /// Returns the body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Genesis(genesis) => genesis.encode(&mut out),
            Self::TailCut(cut) => {
                for number in [cut.number, cut.size, cut.file_len] {
                    out.extend_from_slice(&number.to_le_bytes());
                }
                out.extend_from_slice(&cut.file_hash);
            }
            Self::ClockCorrected { clock } => out.extend_from_slice(&clock.to_le_bytes()),
            Self::KeyRotated(rotation) => rotation.encode(&mut out),
            Self::WitnessSeen(seen) => seen.encode(&mut out),
        }
        out
    }

    /// Takes a body apart.
    ///
    /// # Errors
    /// For what this version does not know (undecided) and for what no version writes (altered).
    pub fn decode(event_type: u16, version: u16, body: &[u8]) -> Result<Self, SystemError> {
        if !matches!(event_type, 0..=4) || version != SYSTEM_SCHEMA_VERSION {
            return Err(SystemError::Unknown { event_type, version });
        }
        let malformed = SystemError::Malformed { field: "body length" };
        let mut fields = Fields::new(body);
        let record = match event_type {
            0 => Self::Genesis(Genesis::decode(&mut fields)?),
            1 => (|| {
                let (number, size, file_len) = (fields.u64()?, fields.u64()?, fields.u64()?);
                Some(Self::TailCut(TailCut { number, size, file_len, file_hash: *fields.array()? }))
            })()
            .ok_or(malformed)?,
            2 => Self::ClockCorrected { clock: fields.i64().ok_or(malformed)? },
            3 => Self::KeyRotated(KeyRotated::decode(&mut fields)?),
            _ => Self::WitnessSeen(WitnessSeen::decode(&mut fields)?),
        };
        if fields.is_empty() { Ok(record) } else { Err(malformed) }
    }
}

impl Genesis {
    /// Checks what a ledger about to be made says of itself.
    ///
    /// # Errors
    /// [`SystemError::Malformed`] with the field that breaks its limits.
    pub fn check(&self) -> Result<(), SystemError> {
        let malformed = |field| Err(SystemError::Malformed { field });
        if !is_valid_origin(&self.origin) {
            return malformed("origin");
        }
        if !is_valid_time_zone(&self.time_zone) {
            return malformed("time zone");
        }
        if !(CREATED_MIN..=CREATED_MAX).contains(&self.created) {
            return malformed("created");
        }
        match &self.predecessor {
            Some(predecessor) if !is_valid_origin(&predecessor.origin) => malformed("predecessor"),
            _ => Ok(()),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.push(self.clock as u8);
        out.push(u8::from(self.predecessor.is_some()));
        out.extend_from_slice(&self.created.to_le_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.public_key);
        put_text(out, &self.origin);
        put_text(out, &self.time_zone);
        if let Some(predecessor) = &self.predecessor {
            put_text(out, &predecessor.origin);
            out.extend_from_slice(&predecessor.size.to_le_bytes());
            out.extend_from_slice(predecessor.root.as_bytes());
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Result<Self, SystemError> {
        let malformed = |field| SystemError::Malformed { field };
        let version = fields.u16().ok_or(malformed("body length"))?;
        if version != FORMAT_VERSION {
            return Err(SystemError::UnknownFormat { version });
        }
        let clock = match fields.u8() {
            Some(0) => ClockKind::System,
            Some(1) => ClockKind::Simulated,
            _ => return Err(malformed("clock")),
        };
        let has_predecessor = match fields.u8() {
            Some(0) => false,
            Some(1) => true,
            _ => return Err(malformed("predecessor")),
        };
        let created = fields.i64().ok_or(malformed("created"))?;
        let nonce = *fields.array().ok_or(malformed("nonce"))?;
        let public_key = *fields.array().ok_or(malformed("public key"))?;
        let origin = take_text(fields).ok_or(malformed("origin"))?;
        let time_zone = take_text(fields).ok_or(malformed("time zone"))?;
        let predecessor = if has_predecessor { Some(take_predecessor(fields)?) } else { None };
        let genesis = Self { clock, created, nonce, public_key, origin, time_zone, predecessor };
        genesis.check()?;
        Ok(genesis)
    }
}

fn take_predecessor(fields: &mut Fields<'_>) -> Result<Predecessor, SystemError> {
    (|| {
        let origin = take_text(fields)?;
        let size = fields.u64()?;
        Some(Predecessor { origin, size, root: RootHash::from_bytes(*fields.array()?) })
    })()
    .ok_or(SystemError::Malformed { field: "predecessor" })
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let len = u16::try_from(text.len()).expect("checked: origins and zones are short");
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn take_text(fields: &mut Fields<'_>) -> Option<String> {
    let len = usize::from(fields.u16()?);
    std::str::from_utf8(fields.slice(len)?).ok().map(str::to_owned)
}

fn is_valid_time_zone(name: &str) -> bool {
    (1..=MAX_TIME_ZONE_LEN).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_/-+".contains(&byte))
}
