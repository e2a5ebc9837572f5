//! Two signed checkpoints that contradict each other: among those brought along, or of the ledger itself.

use docket_log::{GivenCheckpoint, Report};
use docket_proof::{CheckpointNote, Evidence};

use crate::session::Place;

/// Returns evidence against whoever holds the ledger's key, if there is any: two given checkpoints of one size, or a
/// given one and a newer one of the ledger's own. An older own one says nothing about a newer given one.
pub(super) fn find(report: &Report, given: &[GivenCheckpoint], place: &Place) -> Option<Evidence> {
    let notes: Vec<(&str, CheckpointNote)> = given
        .iter()
        .filter_map(|given| Some((given.name.as_str(), CheckpointNote::parse(&given.note).ok()?)))
        .collect();
    for (place, (_, first)) in notes.iter().enumerate() {
        for (_, second) in notes.iter().skip(place + 1) {
            let mut under = report.log_keys().map(|key| Evidence {
                key: key.clone(),
                path: Vec::new(),
                first: first.clone(),
                second: second.clone(),
            });
            // Of two sizes, nothing follows without a path.
            if let Some(evidence) = under.find(|evidence| evidence.verify().is_ok()) {
                return Some(evidence);
            }
        }
    }
    if report.forks.is_empty() {
        return None;
    }
    // A ledger too damaged to be opened has its findings; nothing more can be shown of it.
    let reader = place.reader().ok()?;
    for fork in &report.forks {
        // Under the same key, which may have been retired since.
        let own = match reader.keys().last_size(fork.size) {
            Some(last) => reader.own_checkpoint(last).ok().flatten(),
            None => report.newest.as_ref().and_then(|(_, note)| CheckpointNote::parse(note).ok()),
        };
        let Some(own) = own.filter(|own| fork.size <= own.claimed().size()) else { continue };
        let forked =
            notes.iter().find(|(name, note)| *name == fork.name && note.claimed().size() == fork.size);
        let Some((_, note)) = forked else { continue };
        if let Ok(evidence) = reader.evidence(note, &own)
            && evidence.verify().is_ok()
        {
            return Some(evidence);
        }
    }
    None
}
