//! What the intake needs to know of a row, whatever file it stands in.

use std::collections::BTreeMap;

use docket_domain::{Command, SourceId, StreamKind, UnitId};
use docket_projection::{CommandId, Office};

use crate::{
    failure::Failure,
    import::{Reason, RowOutcome},
};

/// The rows of a file, one after the other.
pub(super) trait Drafts {
    /// Reads the next row; `None` at the end.
    fn next_draft(&mut self) -> Result<Option<RowOutcome<impl Draft>>, Failure>;
}

/// A row that can be recorded once the ids it needs are known.
pub(super) trait Draft {
    /// Its number among the file's rows, from 1.
    fn number(&self) -> u64;

    /// What it is known by, under the mapping's name.
    fn key(&self) -> &str;

    /// The units that it names, by code and name. Those that the register lacks are entered before it.
    fn units(&self) -> Vec<(&str, &str)>;

    /// The kind of stream that its first command opens, where the ones behind it continue that.
    fn opens(&self) -> Option<StreamKind>;

    /// Whether it may say more in a later file, behind what it says now.
    fn may_grow(&self) -> bool;

    /// Returns its commands, the oldest first. Each yields one event.
    fn commands(&self, ids: &Ids<'_>, office: &mut Office) -> Result<Vec<Command>, Reason>;
}

/// The ids that a row needs.
#[derive(Clone, Copy)]
pub(super) struct Ids<'a> {
    /// The file it stands in.
    pub(super) source: SourceId,
    /// The stream that it opens.
    pub(super) opened: u64,
    /// How many of its commands the ledger holds already. The first one behind them carries the key.
    pub(super) held: usize,
    /// Units by their codes.
    pub(super) units: &'a BTreeMap<String, UnitId>,
}

/// Returns the id under which something of a mapping is recorded: a UUID of version 8, by hash.
///
/// The same mapping and key give the same id in every ledger, so that a row is known again.
pub(crate) fn command_id(mapping: &str, scope: &str, key: &str) -> CommandId {
    let mut hasher = blake3::Hasher::new_derive_key("docket 2026 import command v1");
    for part in [mapping, scope, key] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    *uuid::Builder::from_custom_bytes(id).into_uuid().as_bytes()
}

/// Returns the id of a row's batch that begins behind what the ledger holds of it.
pub(super) fn row_id(mapping: &str, key: &str, held: usize) -> CommandId {
    match held {
        0 => command_id(mapping, "row", key),
        held => command_id(mapping, &format!("row from {held}"), key),
    }
}
