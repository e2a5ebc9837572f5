//! Reports that are kept in the index: what a replay of ten million households came to, for who asks again.
//!
//! A report on everything, unfiltered, is a pure function of the log. It is kept with the (size, head) of the log that it
//! was made from, and shown only while these are the index's own and the log's: after one more record it is stale, and is
//! made again. `verify --index` makes each anew and compares.

use docket_proof::RecordHash;
use serde::{Deserialize, Serialize};

use crate::{
    index::IndexMeta,
    report::{Report, ReportName, Scope},
};

/// Rises with each change of what a report says of the same log: one that an older version kept, or its
/// sums, are not shown then.
const REVISION: u32 = 2;
/// The longest report that is kept, in bytes.
const MAX_LEN: usize = 1 << 20;

/// Who made what is kept: another version may count otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Maker {
    revision: u32,
    version: String,
}

impl Maker {
    /// Returns this version.
    pub(crate) fn this() -> Self {
        Self { revision: REVISION, version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// What a kept report begins with.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    maker: Maker,
    size: u64,
    head: [u8; 32],
}

impl Label {
    fn of(size: u64, head: &RecordHash) -> Self {
        Self { maker: Maker::this(), size, head: *head.as_bytes() }
    }
}

/// Returns the bytes to be kept of a report on everything in the first `size` records; `None` for any other, and for one
/// that is too long.
pub(crate) fn to_bytes(report: &Report, size: u64, head: &RecordHash) -> Option<Vec<u8>> {
    if !is_kept(&report.scope) || report.scope.as_of_size != size {
        return None;
    }
    let bytes =
        bincode::serde::encode_to_vec((Label::of(size, head), report), bincode::config::standard()).ok()?;
    (bytes.len() <= MAX_LEN).then_some(bytes)
}

/// Says whether reports of this scope are kept.
pub(crate) fn is_kept(scope: &Scope) -> bool {
    *scope == Scope::all(scope.as_of_size, scope.known_until)
}

/// What was kept under a report's name.
pub(crate) enum Kept {
    /// Of this very log.
    Current(Box<Report>),
    /// Of another size or history of it, or by another version: of no use.
    Stale,
    /// No report.
    Unreadable,
}

impl Kept {
    /// Reads what was kept under the name of a report, in an index that says this of itself.
    pub(crate) fn read(name: ReportName, bytes: &[u8], meta: &IndexMeta) -> Self {
        let config = bincode::config::standard().with_limit::<{ 4 * MAX_LEN }>();
        let Ok((label, used)) = bincode::serde::decode_from_slice::<Label, _>(bytes, config) else {
            return Self::Unreadable;
        };
        if label != Label::of(meta.size, &meta.head()) {
            return Self::Stale;
        }
        let rest = bytes.get(used..).unwrap_or_default();
        match bincode::serde::decode_from_slice::<Report, _>(rest, config) {
            Ok((report, read))
                if read == rest.len()
                    && report.name == name
                    && report.scope.as_of_size == meta.size
                    && is_kept(&report.scope) =>
            {
                Self::Current(Box::new(report))
            }
            _ => Self::Unreadable,
        }
    }
}
