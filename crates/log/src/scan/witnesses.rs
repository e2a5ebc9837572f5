//! What witnesses say about the ledger: their cosignatures, and the bounds that these set to recorded times
//! (FORMAT.md section 10).

use std::collections::BTreeMap;

use docket_proof::{RootHash, VerifierKey, WitnessSeen};
use jiff::Timestamp;

use crate::files::{Family, SEGMENT_RECORDS};

use super::{
    checkpoints::OwnCheckpoints,
    report::{Cosigner, Finding, MAX_FINDINGS, Report, WitnessSummary},
};

/// Witnesses that a report lists. Who names more is not listed, so nobody can count on them.
const MAX_WITNESSES: usize = 1_000;
/// Cosignatures of checkpoints that were signed while the scan ran.
const MAX_LATER: usize = 4_096;

/// What is known of the log at a size.
#[derive(Clone, Copy)]
pub(crate) struct KnownSize {
    pub(crate) size: u64,
    pub(crate) root: RootHash,
    /// The size lies in the middle of a batch.
    pub(crate) in_batch: bool,
    /// The time of the record before it.
    pub(crate) recorded_at: i64,
}

/// Follows cosignatures through the log.
pub(crate) struct Witnesses {
    /// How far a recorded time and a witness's may differ, in microseconds; `None` where recorded times are made up.
    tolerance: Option<i64>,
    known: BTreeMap<String, WitnessSummary>,
    /// Records whose checkpoint was not among those read first.
    later: Vec<(u64, u64, RootHash)>,
    /// Records that claim a later time than a cosignature over them allows.
    late: Vec<LateClaim>,
    /// For each clock that was confirmed: what it said, and the time that records kept.
    corrections: Vec<(i64, i64)>,
}

struct LateClaim {
    file: String,
    record: u64,
    claimed: i64,
    time: u64,
    witness: String,
}

impl Witnesses {
    pub(crate) fn new(tolerance: Option<i64>) -> Self {
        Self {
            tolerance,
            known: BTreeMap::new(),
            later: Vec::new(),
            late: Vec::new(),
            corrections: Vec::new(),
        }
    }

    /// Takes a record by which a clock was confirmed.
    pub(crate) fn correct(&mut self, clock: i64, recorded_at: i64) {
        self.corrections.push((clock, recorded_at));
    }

    /// Judges what a record with a cosignature says by itself: that it came after it. Says whether the cosignature can be one.
    pub(crate) fn judge(
        &self,
        index: u64,
        recorded_at: i64,
        seen: &WitnessSeen,
        report: &mut Report,
    ) -> bool {
        let (path, name) = (Family::Segment.path(index / SEGMENT_RECORDS), seen.witness.name());
        if seen.size > index {
            let what = format!("the cosignature of {name} is over records behind itself");
            report.find(Finding::new("witness", &path, what).record(index));
            return false;
        }
        if let Some(tolerance) = self.tolerance
            && recorded_at < micros(seen.time).saturating_sub(tolerance)
        {
            let what =
                format!("the record claims a time before that of the cosignature of {name} that it holds");
            let finding = Finding::new("time", &path, what).record(index);
            report
                .find(finding.values(format!("not before {}", shown(micros(seen.time))), shown(recorded_at)));
        }
        true
    }

    /// Takes a cosignature that verifies, from record `index`. `known` is the log at its size, where that is known.
    pub(crate) fn take(
        &mut self,
        index: u64,
        recorded_at: i64,
        seen: &WitnessSeen,
        known: Option<KnownSize>,
        report: &mut Report,
    ) {
        let path = Family::Segment.path(index / SEGMENT_RECORDS);
        let name = seen.witness.name();
        if !self.judge(index, recorded_at, seen, report) {
            return;
        }
        match known {
            None => {
                if self.later.len() < MAX_LATER {
                    self.later.push((index, seen.size, seen.root));
                } else {
                    report.undecide(
                        &path,
                        Some(index),
                        "more cosignatures of unknown checkpoints".to_owned(),
                    );
                }
            }
            Some(known) if known.root != seen.root => {
                let what = format!(
                    "{name} has cosigned another history: the root at size {} is not the one it saw",
                    seen.size
                );
                report.find(Finding::new("witness", &path, what).record(index).values(seen.root, known.root));
            }
            Some(known) => {
                report.cosignatures += 1;
                self.note(seen);
                self.bound(known, seen.time, name, None, report);
            }
        }
    }

    /// Takes cosignatures on a checkpoint that was brought along and holds.
    pub(crate) fn take_given(
        &mut self,
        file: &str,
        known: Option<KnownSize>,
        cosigners: &[Cosigner],
        report: &mut Report,
    ) {
        for cosigner in cosigners {
            if let Some(known) = known {
                self.bound(known, cosigner.time, cosigner.witness.name(), Some(file), report);
            }
        }
    }

    /// What a cosignature covers existed when it was made.
    fn bound(&mut self, known: KnownSize, time: u64, name: &str, given: Option<&str>, report: &mut Report) {
        let Some(tolerance) = self.tolerance else { return };
        if known.recorded_at <= micros(time).saturating_add(tolerance) {
            return;
        }
        let record = known.size.saturating_sub(1);
        if self.late.len() >= MAX_FINDINGS {
            let why = format!("{name}: more times to compare than are kept");
            report.undecide(&Family::Segment.path(record / SEGMENT_RECORDS), Some(record), why);
            return;
        }
        let file =
            given.map_or_else(|| Family::Segment.path(record / SEGMENT_RECORDS), |given| given.to_owned());
        let witness = name.to_owned();
        self.late.push(LateClaim { file, record, claimed: known.recorded_at, time, witness });
    }

    fn note(&mut self, seen: &WitnessSeen) {
        let key = seen.witness.to_string();
        if let Some(summary) = self.known.get_mut(&key) {
            summary.cosignatures += 1;
            if seen.size >= summary.size {
                summary.time = if seen.size > summary.size { seen.time } else { seen.time.max(summary.time) };
                summary.size = seen.size;
            }
        } else if self.known.len() < MAX_WITNESSES {
            let summary = WitnessSummary {
                witness: seen.witness.clone(),
                cosignatures: 1,
                size: seen.size,
                time: seen.time,
            };
            self.known.insert(key, summary);
        }
    }

    /// Says whether the checkpoints must be looked at again.
    pub(crate) fn has_later(&self) -> bool {
        !self.later.is_empty()
    }

    /// Closes the report. `own` are the ledger's checkpoints as they are now.
    pub(crate) fn finish(self, own: &OwnCheckpoints, report: &mut Report) {
        for (index, size, root) in self.later {
            let signed = own.valid.binary_search_by_key(&size, |own| own.size).ok();
            let signed = signed.and_then(|place| own.valid.get(place));
            // The log's key has signed that root: what the root really is, is for the next scan to say.
            if signed.is_none_or(|signed| signed.root != root) {
                let path = Family::Segment.path(index / SEGMENT_RECORDS);
                let what = format!("no checkpoint of the ledger's own has size {size} and the root cosigned");
                if signed.is_none() && own.has_gaps {
                    report.undecide(&path, Some(index), format!("{what}, of those that can be read"));
                } else {
                    report.find(Finding::new("witness", &path, what).record(index));
                }
            }
        }
        for late in self.late {
            // The ledger itself says that these times are wrong, and since when.
            let is_admitted = |(clock, kept): &(i64, i64)| *clock < late.claimed && late.claimed <= *kept;
            if self.corrections.iter().any(is_admitted) {
                continue;
            }
            let what = format!("the record claims a time after {} had cosigned it", late.witness);
            let finding = Finding::new("time", &late.file, what).record(late.record);
            let expected = format!("not after {}", shown(micros(late.time)));
            report.find(finding.values(expected, shown(late.claimed)));
        }
        report.witnesses = self.known.into_values().collect();
    }
}

/// Finds which of these witnesses have cosigned a checkpoint that was brought along, and whose cosignatures are bad.
pub(crate) fn cosigners(note: &[u8], witnesses: &[VerifierKey]) -> (Vec<Cosigner>, Vec<String>) {
    let (mut cosigners, mut bad) = (Vec::new(), Vec::new());
    let Ok(note) = docket_proof::Note::parse(note) else { return (cosigners, bad) };
    for witness in witnesses {
        match note.verify(std::slice::from_ref(witness)) {
            Ok(found) => {
                let earliest = found.iter().filter_map(|one| one.time).min();
                cosigners.extend(earliest.map(|time| Cosigner { witness: witness.clone(), time }));
            }
            Err(docket_proof::NoteError::NoKnownSignature) => {}
            Err(error) => bad.push(format!("the cosignature of {}: {error}", witness.name())),
        }
    }
    (cosigners, bad)
}

fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

/// Writes a time for people, UTC.
fn shown(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}
