//! Bodies to bytes and back (EVENTS.md section 1).

use bincode::{
    config::{Configuration, Limit, LittleEndian, Varint},
    enc::write::Writer,
    error::EncodeError as BincodeEncodeError,
    serde::{borrow_decode_from_slice, encode_into_writer, encode_to_vec},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::body::EventBody;

/// The largest body, in bytes.
pub const MAX_BODY_LEN: usize = 65_536;

/// Little endian, integers of variable length, never more than [`MAX_BODY_LEN`] bytes claimed.
const CONFIG: Configuration<LittleEndian, Varint, Limit<MAX_BODY_LEN>> = bincode::config::standard()
    .with_little_endian()
    .with_variable_int_encoding()
    .with_limit::<MAX_BODY_LEN>();

/// Why an event has no body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// More than [`MAX_BODY_LEN`] bytes.
    #[error("{event}: a body of more than {MAX_BODY_LEN} bytes ({len})")]
    TooLong {
        /// The event.
        event: &'static str,
        /// The body's length.
        len: usize,
    },
    /// The serializer refused it.
    #[error("{event}: body cannot be written")]
    Body {
        /// The event.
        event: &'static str,
        /// Why.
        #[source]
        source: BincodeEncodeError,
    },
}

/// Why a body is no event. Never holds content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// An event type of the log's own records (0 to 255).
    #[error("event type {event_type} belongs to the log")]
    System {
        /// The number.
        event_type: u16,
    },
    /// An event type this version does not know: written by a newer one. To be kept and counted, never skipped silently.
    #[error("unknown event type {event_type}")]
    UnknownType {
        /// The number.
        event_type: u16,
    },
    /// A schema version this version does not know: written by a newer one. To be kept and counted, never skipped silently.
    #[error("{event}: unknown schema version {version} (newest known: {newest})")]
    UnknownVersion {
        /// The event.
        event: &'static str,
        /// The number.
        version: u16,
        /// The newest this version knows.
        newest: u16,
    },
    /// More than [`MAX_BODY_LEN`] bytes.
    #[error("{event}: a body of more than {MAX_BODY_LEN} bytes ({len})")]
    TooLong {
        /// The event.
        event: &'static str,
        /// The body's length.
        len: usize,
    },
    /// Bytes that are not this event's fields.
    #[error("{event}: malformed body")]
    Malformed {
        /// The event.
        event: &'static str,
        /// Why.
        #[source]
        source: bincode::error::DecodeError,
    },
    /// Bytes after the last field.
    #[error("{event}: body goes on after its last field (body {len} bytes, read {read})")]
    Trailing {
        /// The event.
        event: &'static str,
        /// The body's length.
        len: usize,
        /// How much of it the fields fill.
        read: usize,
    },
    /// The fields can be read, but would have been written with other bytes.
    #[error("{event}: body is not written in the one way it can be")]
    NotCanonical {
        /// The event.
        event: &'static str,
    },
}

impl DecodeError {
    /// Says whether a newer version may be able to read it: undecided rather than wrong.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::UnknownType { .. } | Self::UnknownVersion { .. })
    }
}

pub(crate) fn encode<B: EventBody>(body: &B) -> Result<Vec<u8>, EncodeError> {
    let bytes = encode_to_vec(body, CONFIG).map_err(|source| EncodeError::Body { event: B::NAME, source })?;
    if bytes.len() > MAX_BODY_LEN {
        return Err(EncodeError::TooLong { event: B::NAME, len: bytes.len() });
    }
    Ok(bytes)
}

pub(crate) fn decode<B: EventBody>(bytes: &[u8]) -> Result<B, DecodeError> {
    decode_as(B::NAME, bytes)
}

/// Reads the body of some version of an event.
pub(crate) fn decode_as<B: Serialize + DeserializeOwned>(
    event: &'static str,
    bytes: &[u8],
) -> Result<B, DecodeError> {
    if bytes.len() > MAX_BODY_LEN {
        return Err(DecodeError::TooLong { event, len: bytes.len() });
    }
    let (body, read) = borrow_decode_from_slice::<B, _>(bytes, CONFIG)
        .map_err(|source| DecodeError::Malformed { event, source })?;
    if read != bytes.len() {
        return Err(DecodeError::Trailing { event, len: bytes.len(), read });
    }
    // bincode reads a small number also from the longer forms of integers; a body has one form only.
    let mut same = SameBytes { rest: bytes };
    if encode_into_writer(&body, &mut same, CONFIG).is_err() || !same.rest.is_empty() {
        return Err(DecodeError::NotCanonical { event });
    }
    Ok(body)
}

/// Compares what is written with bytes at hand, without keeping it.
struct SameBytes<'a> {
    rest: &'a [u8],
}

impl Writer for SameBytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BincodeEncodeError> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(BincodeEncodeError::UnexpectedEnd)?;
        Ok(())
    }
}
