//! Shows stored records: the header, and the event in it as far as this version knows it.

use docket_domain::{Event, StreamKind};
use docket_projection::event_of;
use docket_proof::{Flags, Precision, RecordHash, RecordView, StreamRef, SystemRecord};
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{text::hex, times};

/// A record in JSON. Times are RFC 3339 in UTC; hashes are lowercase hex.
#[derive(Serialize)]
pub(crate) struct RecordJson {
    pub(crate) index: u64,
    hash: String,
    recorded_at: String,
    occurred_at: String,
    precision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    stream: String,
    position: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<u64>,
    event_type: u16,
    /// The schema version of its body; that of this line stands in front.
    event_version: u16,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    durable_to: Option<u64>,
    clock_held: bool,
    /// The public key that the actor signed its batch with, on the batch's last record.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_with: Option<String>,
    /// Numbers of the personal fields that it commits to.
    personal_fields: Vec<u16>,
    body: String,
}

impl RecordJson {
    pub(crate) fn new(record: &RecordView<'_>, hash: RecordHash) -> Self {
        Self {
            index: record.index.0,
            hash: hash.to_string(),
            recorded_at: times::rfc3339(record.recorded_at),
            occurred_at: times::rfc3339(record.occurred_at),
            precision: precision_name(record.precision),
            actor: (record.actor != 0).then(|| format!("O-{}", record.actor)),
            stream: stream_code(record.stream),
            position: record.position,
            previous: record.previous.map(|index| index.0),
            event_type: record.event_type,
            event_version: record.schema_version,
            event: event_name(record),
            command_id: record.command_id.map(|id| uuid::Uuid::from_bytes(*id).to_string()),
            durable_to: record.durable_to,
            clock_held: record.flags.has(Flags::HELD),
            signed_with: record.signature.map(|signature| hex(&signature.key)),
            personal_fields: record.commitments.iter().map(|(field, _)| field).collect(),
            body: hex(record.body),
        }
    }
}

const fn precision_name(precision: Precision) -> &'static str {
    match precision {
        Precision::Day => "day",
        Precision::Minute => "minute",
        Precision::Second => "second",
        Precision::Microsecond => "microsecond",
    }
}

/// Returns a stream's code, such as `C-1024`; `kind/id` for a kind without a letter.
pub(crate) fn stream_code(stream: StreamRef) -> String {
    match StreamKind(stream.kind).letter() {
        Some(letter) => format!("{letter}-{}", stream.id),
        None if stream == StreamRef::SYSTEM => "ledger".to_owned(),
        None => format!("{}/{}", stream.kind, stream.id),
    }
}

/// Takes a code such as `C-1024`, `ledger`, or `kind/id`.
pub(crate) fn parse_stream(code: &str) -> Option<StreamRef> {
    if code == "ledger" {
        return Some(StreamRef::SYSTEM);
    }
    if let Some((kind, id)) = code.split_once('/') {
        return Some(StreamRef { kind: kind.parse().ok()?, id: id.parse().ok()? });
    }
    let (letter, id) = code.split_once('-')?;
    let kind = StreamKind::ALL
        .iter()
        .find(|kind| kind.letter().is_some_and(|known| letter.eq_ignore_ascii_case(known)))?;
    Some(StreamRef { kind: kind.0, id: id.parse().ok()? })
}

/// Returns the name of what happened.
pub(crate) fn event_name(record: &RecordView<'_>) -> String {
    if record.stream.kind == StreamRef::SYSTEM.kind {
        let system = SystemRecord::decode(record.event_type, record.schema_version, record.body);
        return match system {
            Ok(SystemRecord::Genesis(_)) => "Genesis".to_owned(),
            Ok(SystemRecord::TailCut(_)) => "TailCut".to_owned(),
            Ok(SystemRecord::ClockCorrected { .. }) => "ClockCorrected".to_owned(),
            Ok(SystemRecord::KeyRotated(_)) => "KeyRotated".to_owned(),
            Ok(SystemRecord::WitnessSeen(_)) => "WitnessSeen".to_owned(),
            _ => format!("system type {}", record.event_type),
        };
    }
    let known = Event::ALL.iter().find(|(number, ..)| *number == record.event_type);
    known.map_or_else(|| format!("event type {}", record.event_type), |(_, _, name)| (*name).to_owned())
}

/// Returns one line about a record.
pub(crate) fn line(record: &RecordView<'_>, zone: &TimeZone) -> String {
    let held = if record.flags.has(Flags::HELD) { " held" } else { "" };
    let signed = if record.flags.has(Flags::SIGNED) { " signed" } else { "" };
    format!(
        "{:>8}  {}  {:<10} {:<20} {}{held}{signed}",
        record.index,
        times::show(record.recorded_at, Precision::Second.into_domain(), zone),
        stream_code(record.stream),
        event_name(record),
        times::show(record.occurred_at, record.precision.into_domain(), zone),
    )
}

/// Returns the event in words for a person: what its fields hold. No personal value is among them.
pub(crate) fn event_debug(record: &RecordView<'_>) -> String {
    match event_of(record) {
        Ok(Some((event, _))) => format!("{event:#?}"),
        Ok(None) => format!("body {}", hex(record.body)),
        Err(error) => error.to_string(),
    }
}

/// The two crates name precision each for itself: neither may know the other.
pub(crate) trait IntoDomain {
    fn into_domain(self) -> docket_domain::Precision;
}

impl IntoDomain for Precision {
    fn into_domain(self) -> docket_domain::Precision {
        match self {
            Self::Day => docket_domain::Precision::Day,
            Self::Minute => docket_domain::Precision::Minute,
            Self::Second => docket_domain::Precision::Second,
            Self::Microsecond => docket_domain::Precision::Microsecond,
        }
    }
}
