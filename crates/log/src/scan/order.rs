//! The checks that run over all segments in order: the chain across them, batches, streams, the tree, system records.

use docket_proof::{
    CheckpointError, Flags, Frontier, LogKeys, ProveError, RecordHash, RecordIndex, RootHash, RotationError,
    SystemError, SystemRecord, empty_root, evidence_path, older_root,
};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    files::{Family, HeaderError, SEGMENT_RECORDS},
    footer::FooterBuilder,
    identity::Identity,
    key_chain::stated,
    reader::Reader,
    segment::Break,
    tail::{Evidence, Place, evidence, numbers},
    tree::LogTree,
};

use super::{
    checkpoints::{Given, GivenCheckpoint, Keyless, OwnCheckpoint, OwnCheckpoints, torn},
    folder::{Noted, numbered},
    report::{CheckpointVerdict, CutNote, Finding, Fork, Report, unreadable},
    segment_scan::{NOT_HELD, SegmentDamage, SegmentScan, SystemStep},
    signatures::{ActorKeys, Signatures},
    start::Start,
    streams::Streams,
    witnesses::{KnownSize, Witnesses},
};

/// Records whose streams are looked up together.
const TOGETHER: usize = 16;
const NO_CHECKPOINT: &str = "no valid checkpoint: nothing that the ledger's key signed vouches for the log";

/// How a segment ends.
pub(crate) enum End {
    /// Another one stands behind it: it does not change any more.
    Sealed,
    /// It is the last one, and this speaks against a crash where it is damaged.
    Last(Option<Evidence>),
    /// Another one may stand behind it, and nothing behind record `until` is looked at.
    Within {
        /// The index behind the last record that is.
        until: u64,
    },
}

/// What is known behind the segments taken so far.
pub(crate) struct Ordered<'a> {
    identity: &'a Identity,
    /// The largest size that a valid checkpoint covers.
    signed: u64,
    /// Records below it are not judged again.
    trusted: u64,
    /// The first segment that is read.
    first_segment: u64,
    next_segment: u64,
    size: u64,
    head: RecordHash,
    recorded_at: i64,
    tree: Frontier,
    streams: Streams,
    /// The log's keys, as far as followed.
    keys: LogKeys,
    /// The ledger's own checkpoints under keys that only the log leads to.
    keyless: Vec<Keyless>,
    /// The sizes of all of its own, ascending.
    own_sizes: Vec<u64>,
    /// The log at the sizes asked for, ascending.
    roots: Vec<KnownSize>,
    witnesses: Witnesses,
    signatures: Signatures<'a>,
    /// The first record of the batch that is open, if one is.
    batch_start: Option<u64>,
    /// A batch may be under way that began before what is read.
    joins: bool,
    /// Records that belong to it.
    joined: u64,
    /// Cosignatures in records of a range.
    range_cosignatures: Option<u64>,
    durable_to: u64,
    /// A record that cannot be taken apart was met: what batches and streams are from there on cannot be said.
    opaque: bool,
    /// The first damage; what comes behind it is searched for more, but not followed.
    damage: Option<u64>,
    /// The vault file of this segment may end in bytes of no record.
    trailing_vault: Option<u64>,
}

impl<'a> Ordered<'a> {
    /// `signing` are the keys that the ledger's own checkpoints are signed with: those that records below a trusted size
    /// put in force are taken from there.
    pub(crate) fn new(
        identity: &'a Identity,
        signed: u64,
        start: &Start,
        signing: &LogKeys,
        tolerance: Option<i64>,
    ) -> Self {
        Self {
            keys: signing.below(start.trusted),
            identity,
            signed,
            trusted: start.trusted,
            first_segment: start.segment,
            next_segment: start.segment,
            size: start.segment * SEGMENT_RECORDS,
            head: RecordHash::ZERO,
            recorded_at: i64::MIN,
            tree: start.tree(),
            streams: Streams::new(start.trusted),
            keyless: Vec::new(),
            own_sizes: Vec::new(),
            roots: Vec::new(),
            witnesses: Witnesses::new(tolerance),
            signatures: Signatures::new(None),
            batch_start: None,
            joins: false,
            joined: 0,
            range_cosignatures: None,
            durable_to: 0,
            opaque: false,
            damage: None,
            trailing_vault: None,
        }
    }

    /// Says which checkpoints the ledger has of its own.
    pub(crate) fn expect(&mut self, own: &OwnCheckpoints) {
        self.keyless.clone_from(&own.keyless);
        let keyless = own.keyless.iter().map(|keyless| keyless.size);
        self.own_sizes = own.valid.iter().map(|own| own.size).chain(keyless).collect();
        self.own_sizes.sort_unstable();
    }

    /// Lets somebody say whose the keys are that actors sign with.
    pub(crate) fn ask(&mut self, keys: Option<&'a dyn ActorKeys>) {
        self.signatures = Signatures::new(keys);
    }

    /// Begins at a range: where it does not begin with the log, a batch may be under way, and nothing is known of what
    /// witnesses saw.
    pub(crate) fn join(&mut self) {
        self.range_cosignatures = Some(0);
        if self.trusted > 0 {
            self.joins = true;
            self.signatures.join();
        }
    }

    /// Says whether records stopped following.
    pub(crate) const fn is_damaged(&self) -> bool {
        self.damage.is_some()
    }

    /// Returns the types of the events that say it.
    pub(crate) fn key_events(&self) -> &'static [u16] {
        self.signatures.key_events()
    }

    /// Returns the log's keys, as far as it was followed.
    pub(crate) const fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// Returns the size below which records are not judged again.
    pub(crate) const fn trusted(&self) -> u64 {
        self.trusted
    }

    /// Finds the roots at sizes within the segments that are not read. What is stored there is believed only as far as
    /// it leads to the tree over those segments, which the trusted checkpoint vouches for.
    pub(crate) fn find_old_roots(
        &mut self,
        sizes: impl Iterator<Item = u64>,
        start: &Start,
        disk: &dyn Disk,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let (end, root) = (self.tree.size(), self.tree.root());
        let mut sizes: Vec<u64> = sizes.filter(|size| (1..=end).contains(size)).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let none = FooterBuilder::new();
        let tree = LogTree { disk, sealed: &start.sealed, footer: &none };
        for size in sizes {
            let path = match evidence_path(size, end, &tree) {
                Ok(path) => path,
                Err(ProveError::Source(error)) => return Err(error),
                Err(_) => continue,
            };
            match older_root(size, end, root, &path) {
                // When the record before it was recorded is not known: it was not read.
                Ok(root) => {
                    self.roots.push(KnownSize { size, root, in_batch: false, recorded_at: i64::MIN });
                }
                Err(error) => {
                    let path = Family::Segment.path((size - 1) / SEGMENT_RECORDS);
                    let what = format!("the stored tree does not lead to its own upper hashes: {error}");
                    report.find(Finding::new("footer", &path, what));
                }
            }
        }
        Ok(())
    }

    /// Says whether waiting is of no use, whatever becomes of the damage in the last segment.
    pub(crate) fn is_altered(&self, scan: &SegmentScan) -> bool {
        let in_batch = scan.damage.is_none() && scan.batch_open;
        self.damage.is_some() || !scan.findings.is_empty() || in_batch && self.signed > self.open_batch(scan)
    }

    /// Notes as damage that a segment does not follow the one before.
    pub(crate) fn link(&self, scan: &mut SegmentScan) {
        if self.damage.is_none()
            && scan.number == self.next_segment
            && let Some(previous) = scan.previous
            && scan.number > self.first_segment
            && previous != self.head
        {
            let index = scan.number * SEGMENT_RECORDS;
            let at = Place { segment: scan.number, offset: 64 };
            let why = "the previous hash in the header is not that of the record before".to_owned();
            let broken = Some(Break::Hash { computed: self.head, stored: previous });
            scan.damage = Some(SegmentDamage { index, at, check: "header", why, broken, is_open: false });
        }
    }

    /// Returns the first record of the batch that is open behind a segment.
    fn open_batch(&self, scan: &SegmentScan) -> u64 {
        let start = scan.number * SEGMENT_RECORDS;
        let firsts = (start..).zip(&scan.steps).filter(|(_, step)| step.flags.has(Flags::FIRST));
        firsts.last().map_or(self.batch_start.unwrap_or(start), |(index, _)| index)
    }

    /// Looks for what excludes that a crash left the damage in a segment, if there is damage.
    pub(crate) fn evidence(
        &self,
        scan: &SegmentScan,
        disk: &dyn Disk,
    ) -> Result<Option<Evidence>, StoreError> {
        match &scan.damage {
            Some(damage) if !damage.is_open => self.evidence_behind(damage, disk),
            _ => Ok(None),
        }
    }

    fn evidence_behind(
        &self,
        damage: &SegmentDamage,
        disk: &dyn Disk,
    ) -> Result<Option<Evidence>, StoreError> {
        let segments = numbers(disk, Family::Segment)?;
        evidence(disk, self.identity, &segments, damage.at, damage.index, self.signed)
            .doing("read", &Family::Segment.path(damage.at.segment))
    }

    /// Takes the next segment.
    pub(crate) fn take(
        &mut self,
        mut scan: SegmentScan,
        end: End,
        disk: &dyn Disk,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let start = scan.number * SEGMENT_RECORDS;
        let first = self.first_of(scan.number);
        let until = match end {
            End::Within { until } => until,
            _ => start + SEGMENT_RECORDS,
        };
        let path = Family::Segment.path(scan.number);
        let is_last = matches!(end, End::Last(_));
        report.log_bytes += scan.log_bytes;
        report.vault_bytes += scan.vault_bytes;
        report.values += scan.values;
        report.held += scan.held;
        if scan.number != self.next_segment && self.damage.is_none() {
            let missing = Family::Segment.path(self.next_segment);
            let what = "the segment is missing, but a later one exists";
            report.find(
                Finding::new("segment-missing", &missing, what).record(self.next_segment * SEGMENT_RECORDS),
            );
            self.damage = Some(self.next_segment * SEGMENT_RECORDS);
        }
        self.link(&mut scan);
        self.next_segment = scan.number + 1;
        report_local(&mut scan, is_last, report);
        if self.damage.is_none() && scan.damage.as_ref().is_none_or(|damage| damage.index > first) {
            self.follow(&mut scan, &path, report);
        }
        if let Some(damage) = &scan.damage {
            self.judge(damage, &path, &end, disk, report)?;
        } else if is_last {
            self.judge_end(&scan, &path, report);
        } else if scan.next_index < until && self.damage.is_none() {
            // Ends cleanly, but too early: another segment stands behind it.
            let at = Place { segment: scan.number, offset: scan.log_bytes };
            let why = "the segment ends early".to_owned();
            let damage = SegmentDamage {
                index: scan.next_index,
                at,
                check: "chain",
                why,
                broken: None,
                is_open: false,
            };
            self.judge(&damage, &path, &end, disk, report)?;
        }
        if scan.vault_trailing {
            if is_last && self.damage.is_none() {
                self.trailing_vault = Some(scan.number);
            } else if !is_last && self.damage.is_none() {
                let vault = Family::Vault.path(scan.number);
                report.find(Finding::new(
                    "vault",
                    &vault,
                    "bytes follow that belong to no record of the segment",
                ));
            }
        }
        Ok(())
    }

    /// Returns the first record of a segment that has a step: in a range, those before it have none.
    fn first_of(&self, segment: u64) -> u64 {
        let start = segment * SEGMENT_RECORDS;
        if self.range_cosignatures.is_some() { start.max(self.trusted) } else { start }
    }

    /// Follows streams, batches and the tree through a segment.
    fn follow(&mut self, scan: &mut SegmentScan, path: &str, report: &mut Report) {
        let start = self.first_of(scan.number);
        if scan.first_recorded_at.is_some_and(|first| first < self.recorded_at) {
            report.find(Finding::new("record", path, "recorded_at runs back").record(start));
        }
        if scan.first_is_held && scan.first_recorded_at.is_some_and(|first| first > self.recorded_at) {
            report.find(Finding::new("record", path, NOT_HELD).record(start));
        }
        self.recorded_at = self.recorded_at.max(scan.last_recorded_at);
        // A record that could not be taken apart has no step; then indexes and steps no longer match.
        self.opaque |= scan.steps.len() as u64 != scan.next_index - start;
        if !self.opaque {
            let mut durable = scan.durable.iter().copied();
            let mut indexes = start..;
            for steps in scan.steps.chunks(TOGETHER) {
                steps.iter().for_each(|step| self.streams.fetch(step.stream()));
                for (step, index) in steps.iter().zip(indexes.by_ref()) {
                    let durable_to = if step.flags.has(Flags::LAST) { durable.next() } else { None };
                    if index < self.trusted {
                        continue;
                    }
                    let advanced = self.streams.advance(
                        step.stream(),
                        step.position,
                        step.previous(),
                        RecordIndex(index),
                    );
                    if let Err(error) = advanced {
                        report.find(Finding::new("stream", path, error.to_string()).record(index));
                    }
                    self.follow_batch(index, step.flags, durable_to, path, report);
                }
            }
        }
        for at in &scan.at_sizes {
            let mut tree = self.tree.clone();
            push_parts(&mut tree, &at.parts);
            let (size, in_batch, recorded_at) = (at.size, at.in_batch, at.recorded_at);
            self.roots.push(KnownSize { size, root: tree.root(), in_batch, recorded_at });
        }
        if !self.opaque {
            self.signatures.take(scan.number, std::mem::take(&mut scan.signatures), report);
        }
        // Behind the roots: a cosignature is of a checkpoint before it.
        for step in &scan.systems {
            self.follow_system(step, path, report);
        }
        push_parts(&mut self.tree, &scan.parts);
        self.size = scan.next_index;
        if let Some(hash) = scan.last_hash {
            self.head = hash;
        }
    }

    #[inline]
    fn follow_batch(
        &mut self,
        index: u64,
        flags: Flags,
        durable_to: Option<u64>,
        path: &str,
        report: &mut Report,
    ) {
        let first = flags.has(Flags::FIRST);
        if self.joins && !first {
            self.joined += 1;
            self.joins = !flags.has(Flags::LAST);
            self.durable_to = durable_to.unwrap_or(0).min(index);
            if durable_to.is_some_and(|durable_to| durable_to > index) {
                let what = "durable_to is out of its limits";
                report.find(Finding::new("batch", path, what).record(index));
            }
            return;
        }
        self.joins = false;
        if first == self.batch_start.is_some() {
            let what = if first { "a batch starts inside another" } else { "the record belongs to no batch" };
            report.find(Finding::new("batch", path, what).record(index));
        }
        let batch = if first { index } else { self.batch_start.unwrap_or(index) };
        self.batch_start = Some(batch);
        if index - batch >= crate::batch::MAX_BATCH_RECORDS as u64 {
            report.find(Finding::new("batch", path, "the batch is longer than its limit").record(index));
        }
        if let Some(durable_to) = durable_to {
            if durable_to > batch || durable_to < self.durable_to {
                let what = "durable_to is out of its limits";
                let finding = Finding::new("batch", path, what).record(index);
                report.find(finding.values(format!("{} to {batch}", self.durable_to), durable_to));
            }
            self.durable_to = self.durable_to.max(durable_to);
            self.batch_start = None;
        }
    }

    fn follow_system(&mut self, step: &SystemStep, path: &str, report: &mut Report) {
        let index = step.index;
        match &step.record {
            Ok(SystemRecord::TailCut(cut)) => {
                // Where old records were not read, the first cut met is taken at its word.
                let first = report.cuts.first().map_or(cut.number, |note| note.cut.number);
                let first = if self.trusted == 0 { 0 } else { first };
                if cut.number != first + report.cuts.len() as u64 || cut.size > index {
                    let what = "the TailCut record is out of order or cuts beyond itself";
                    report.find(Finding::new("system", path, what).record(index));
                }
                report.cuts.push(CutNote { record: index, cut: *cut });
            }
            Ok(SystemRecord::ClockCorrected { clock }) => {
                self.witnesses.correct(*clock, step.recorded_at);
                report.clock_corrections.push(index);
            }
            Ok(SystemRecord::KeyRotated(rotation)) => {
                match self.keys.rotate(RecordIndex(index), &step.previous, rotation) {
                    Ok(_) => {
                        // What is signed under the new key is evidence from here on.
                        let signed =
                            self.keyless.iter().filter(|keyless| self.keys.open(&keyless.note).is_ok());
                        self.signed = signed.map(|keyless| keyless.size).fold(self.signed, u64::max);
                    }
                    // Who handed over to that key may stand in what is not read.
                    Err(error @ (RotationError::OldKey | RotationError::Known)) if self.trusted > 0 => {
                        let why =
                            format!("whether the log's key was handed over here cannot be said: {error}");
                        report.undecide(path, Some(index), why);
                    }
                    Err(error) => {
                        let what = format!("the log's key was not handed over here: {error}");
                        report.find(Finding::new("key", path, what).record(index));
                    }
                }
            }
            Ok(SystemRecord::WitnessSeen(seen)) => {
                if let Some(kept) = &mut self.range_cosignatures {
                    *kept += 1;
                    self.witnesses.judge(index, step.recorded_at, seen, report);
                    return;
                }
                // One that somebody brings along does not stand for the ledger's own.
                let is_own = self.own_sizes.binary_search(&seen.size).is_ok();
                let known = self.known(seen.size).filter(|_| is_own);
                self.witnesses.take(index, step.recorded_at, seen, known, report);
            }
            Ok(_) => {}
            Err(error @ (SystemError::Unknown { .. } | SystemError::UnknownFormat { .. })) => {
                report.undecide(path, Some(index), error.to_string());
            }
            Err(error) => report.find(Finding::new("system", path, error.to_string()).record(index)),
        }
    }

    /// Decides whether damage is an alteration or an unfinished tail.
    fn judge(
        &mut self,
        damage: &SegmentDamage,
        path: &str,
        end: &End,
        disk: &dyn Disk,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let is_first = self.damage.is_none();
        self.damage.get_or_insert(damage.index);
        if damage.is_open {
            report.undecide(path, Some(damage.index), damage.why.clone());
            return Ok(());
        }
        let evidence = match end {
            End::Last(evidence) => *evidence,
            End::Sealed | End::Within { .. } => report.heard(self.evidence_behind(damage, disk))?.flatten(),
        };
        match evidence {
            Some(evidence) => {
                let follows = match damage.index.checked_sub(1) {
                    Some(last) if is_first => format!("record {last} is the last that follows; "),
                    _ => String::new(),
                };
                let why = match &damage.broken {
                    // Both hashes stand in the finding's own fields.
                    Some(Break::Hash { .. }) if damage.check == "chain" => "its hash is not the stored one",
                    _ => damage.why.as_str(),
                };
                let what = format!("{why}; {follows}no crash explains it: {evidence}");
                let mut finding =
                    Finding::new(damage.check, path, what).record(damage.index).offset(damage.at.offset);
                if let Some(Break::Hash { computed, stored }) = &damage.broken {
                    finding = finding.values(computed, stored);
                }
                report.find(finding);
            }
            None => {
                let why =
                    format!("unfinished tail: {}; nothing behind it was acknowledged or signed", damage.why);
                report.undecide(path, Some(damage.index), why);
            }
        }
        Ok(())
    }

    /// Judges a log that ends without damage.
    fn judge_end(&mut self, scan: &SegmentScan, path: &str, report: &mut Report) {
        if self.damage.is_some() {
            return;
        }
        if let Some(batch) = self.batch_start.filter(|_| !self.opaque) {
            self.damage = Some(batch);
            if self.signed > batch {
                let what = format!(
                    "the log ends inside the batch, but a checkpoint of size {} covers it",
                    self.signed
                );
                report.find(Finding::new("chain", path, what).record(batch));
            } else {
                report.undecide(path, Some(batch), "unfinished tail: the batch does not end".to_owned());
            }
        } else if !scan.is_sealed && scan.next_index == (scan.number + 1) * SEGMENT_RECORDS {
            let index = scan.next_index;
            if self.signed >= index {
                let what = "the footer of a full segment is missing, but a checkpoint covers its records";
                report.find(Finding::new("footer", path, what).record(index));
            } else {
                report.undecide(path, Some(index), "the footer of a full segment is missing".to_owned());
            }
        }
    }

    /// Compares checkpoints, and closes the report.
    pub(crate) fn finish(
        mut self,
        own: &OwnCheckpoints,
        given: &[(&GivenCheckpoint, Given)],
        disk: &dyn Disk,
        noted: &Noted,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        report.size = self.size;
        report.head = self.head;
        report.root = (self.size > 0).then(|| self.tree.root());
        report.streams = self.streams.count();
        report.rotations = self.keys.rotations().to_vec();
        let late = self.judge_keyless(own, report);
        self.judge_handovers(own, &late, report);
        for checkpoint in own.valid.iter().chain(&late).filter(|own| own.size >= self.trusted) {
            let path = Family::Checkpoint.path(checkpoint.file);
            let in_force = self.keys.at(checkpoint.size).verifier.id();
            if checkpoint.size <= self.size && checkpoint.key.is_some_and(|key| key != in_force) {
                let what = format!("the key that signed size {} was not in force there", checkpoint.size);
                report.find(Finding::new("key", &path, what).offset(checkpoint.offset));
                continue;
            }
            match self.compare(checkpoint.size, checkpoint.root) {
                Compared::Same { in_batch: false } => report.own_checkpoints += 1,
                Compared::Same { in_batch: true } => {
                    let what = format!("size {} lies in the middle of a batch", checkpoint.size);
                    report.find(Finding::new("checkpoint", &path, what).offset(checkpoint.offset));
                }
                Compared::Other(found) => {
                    let what = format!("the root at size {} is not the signed one", checkpoint.size);
                    let finding = Finding::new("checkpoint", &path, what).offset(checkpoint.offset);
                    report.find(finding.values(checkpoint.root, found));
                }
                Compared::Longer => {
                    let what =
                        format!("size {} was signed, but the log holds {}", checkpoint.size, self.size);
                    report.find(Finding::new("checkpoint", &path, what).offset(checkpoint.offset));
                }
                // The damage is reported as such, with this checkpoint for evidence.
                Compared::BehindDamage => {}
            }
        }
        let agreed: Vec<u64> = given
            .iter()
            .filter_map(|(_, opened)| opened.opened())
            .map(|checkpoint| (checkpoint.size(), checkpoint.root()))
            .filter(|(size, root)| matches!(self.compare(*size, *root), Compared::Same { .. }))
            .map(|(size, _)| size)
            .collect();
        for (given, opened) in given {
            self.finish_given(given, opened, &agreed, report);
        }
        if own.valid.is_empty() && late.is_empty() {
            report.undecide(Family::Checkpoint.dir(), None, NO_CHECKPOINT.to_owned());
        }
        let (identity, witnesses) =
            (self.identity, std::mem::replace(&mut self.witnesses, Witnesses::new(None)));
        if witnesses.has_later() {
            // Signed and cosigned while the log was read, or taken away: as they are now.
            let unheard = &mut Report::default();
            let numbers = numbered(disk, Family::Checkpoint, unheard);
            let own = OwnCheckpoints::read(disk, numbers.as_deref(), identity, 0, unheard)?;
            witnesses.finish(&own, report);
        } else {
            witnesses.finish(own, report);
        }
        self.finish_vaults(disk, noted, report);
        Ok(())
    }

    /// Judges the checkpoints under keys that were not known when they were read, and returns those that hold so far.
    fn judge_keyless(&self, own: &OwnCheckpoints, report: &mut Report) -> Vec<OwnCheckpoint> {
        let mut late = Vec::new();
        for Keyless { size, note, file, offset, why, may_be_torn } in &own.keyless {
            let (path, size) = (Family::Checkpoint.path(*file), *size);
            match self.keys.open(note) {
                Ok(opened) => {
                    let key = Some(self.keys.at(size).verifier.id());
                    let root = opened.checkpoint.root();
                    late.push(OwnCheckpoint { size, root, key, file: *file, offset: *offset });
                }
                Err(error @ CheckpointError::RetiredKey) => {
                    let what = format!("a signed checkpoint does not verify: {error}");
                    report.find(Finding::new("checkpoint", &path, what).offset(*offset));
                }
                Err(_) if *may_be_torn => report.undecide(&path, None, torn(why)),
                // The record that names its key may stand behind the damage.
                Err(_) if self.damage.is_some() && size > self.size => {}
                Err(_) if own.has_gaps => {
                    report.undecide(
                        &path,
                        None,
                        format!("the key of a checkpoint could not be found: {why}"),
                    );
                }
                Err(_) => {
                    let what = format!("a signed checkpoint does not verify: {why}");
                    report.find(Finding::new("checkpoint", &path, what).offset(*offset));
                }
            }
        }
        late
    }

    /// Checks that each key has signed its last checkpoint, which hands over, where anything is signed behind it.
    fn judge_handovers(&self, own: &OwnCheckpoints, late: &[OwnCheckpoint], report: &mut Report) {
        let sizes = || own.valid.iter().chain(late).map(|own| own.size);
        for rotation in self.keys.rotations() {
            let size = rotation.record.0 + 1;
            if size <= self.trusted || sizes().all(|other| other < size) || sizes().any(|other| other == size)
            {
                continue;
            }
            let dir = Family::Checkpoint.dir();
            let what = format!("the checkpoint of size {size}, by which a key hands over, is missing");
            if own.has_gaps {
                report.undecide(dir, Some(rotation.record.0), what);
            } else {
                report.find(Finding::new("checkpoint", dir, what).record(rotation.record.0));
            }
        }
    }

    /// Compares the checkpoints with the roots that the tree has with the hashes of a range, and closes the report.
    pub(crate) fn finish_range(
        mut self,
        reader: &Reader,
        keys: &LogKeys,
        roots: Vec<(u64, RootHash)>,
        given: &[(&GivenCheckpoint, Given)],
        report: &mut Report,
    ) {
        report.size = reader.size();
        report.head = self.head;
        report.streams = self.streams.count();
        report.rotations = keys.rotations().to_vec();
        self.size = reader.size();
        let known = |(size, root)| KnownSize { size, root, in_batch: false, recorded_at: i64::MIN };
        self.roots = roots.into_iter().map(known).collect();
        let mut held = 0;
        let dir = Family::Checkpoint.dir();
        if let Some((newest, note)) = reader.newest_checkpoint() {
            let size = newest.size();
            if is_retired(&[keys, &self.keys], note, size) {
                let what = format!("the key that signed size {size} was not in force there");
                report.find(Finding::new("key", dir, what));
            }
            match self.compare(size, newest.root()) {
                Compared::Same { .. } => {
                    held = size;
                    report.own_checkpoints = 1;
                    report.newest = Some((newest.clone(), note.clone()));
                }
                Compared::Other(found) => {
                    let what = format!(
                        "the tree, with the hashes of the range as they are, does not have the root signed at size {size}: \
                         a record of the range was altered with its hashes, or hashes outside it were; `docket verify` without \
                         a range says which"
                    );
                    report.find(Finding::new("checkpoint", dir, what).values(newest.root(), found));
                }
                Compared::Longer => {
                    let what = format!("size {size} was signed, but the log holds {}", self.size);
                    report.find(Finding::new("checkpoint", dir, what));
                }
                Compared::BehindDamage => {}
            }
        } else {
            report.undecide(dir, None, NO_CHECKPOINT.to_owned());
        }
        let agreed: Vec<u64> = given
            .iter()
            .filter_map(|(_, opened)| opened.opened())
            .filter(|kept| matches!(self.compare(kept.size(), kept.root()), Compared::Same { .. }))
            .map(docket_proof::Checkpoint::size)
            .collect();
        held = agreed.iter().copied().fold(held, u64::max);
        for (given, opened) in given {
            self.finish_given(given, opened, &agreed, report);
        }
        let Some(range) = &mut report.range else { return };
        range.bound_by = Some(held).filter(|held| *held > range.from);
        range.unjudged_cosignatures = self.range_cosignatures.unwrap_or(0);
        range.unjudged_batch = self.joined;
        if range.bound_by.is_none() && report.findings_total == 0 {
            let why = format!(
                "no checkpoint covers a record from {} on: nothing that was signed binds them to the log",
                range.from
            );
            report.undecide(dir, None, why);
        }
    }

    /// Returns the log at a size that was asked for.
    fn known(&self, size: u64) -> Option<KnownSize> {
        if size == 0 {
            return Some(KnownSize { size, root: empty_root(), in_batch: false, recorded_at: i64::MIN });
        }
        let place = self.roots.binary_search_by_key(&size, |known| known.size).ok()?;
        self.roots.get(place).copied()
    }

    fn compare(&self, size: u64, root: RootHash) -> Compared {
        match self.known(size) {
            Some(known) if known.root != root => Compared::Other(known.root),
            Some(known) => Compared::Same { in_batch: known.in_batch },
            None if self.damage.is_some() => Compared::BehindDamage,
            None => Compared::Longer,
        }
    }

    fn finish_given(&mut self, given: &GivenCheckpoint, opened: &Given, agreed: &[u64], report: &mut Report) {
        let mut holds = false;
        let mut cosigned = Vec::new();
        let checkpoint = match opened {
            Given::Opened(checkpoint, cosigners) => {
                let size = checkpoint.size();
                cosigned.clone_from(cosigners);
                match self.compare(size, checkpoint.root()) {
                    Compared::Same { .. } => {
                        holds = true;
                        let known = self.known(size);
                        self.witnesses.take_given(&given.name, known, cosigners, report);
                    }
                    Compared::Other(found) => {
                        let kept = checkpoint.root();
                        let agreed = agreed.iter().copied().filter(|at| *at < size).max().unwrap_or(0);
                        let what = format!(
                            "the ledger is another history: its root at size {size} is not the one kept; the two part in records {agreed} to {}",
                            size.saturating_sub(1)
                        );
                        report.find(Finding::new("checkpoint", &given.name, what).values(kept, found));
                        report.forks.push(Fork { name: given.name.clone(), size, kept, found, agreed });
                    }
                    Compared::Longer => {
                        let what = format!(
                            "size {size} was kept, but the log holds {}: its tail is cut, or it is an old copy",
                            self.size
                        );
                        report.find(Finding::new("checkpoint", &given.name, what));
                    }
                    Compared::BehindDamage => {
                        let what =
                            format!("the records up to size {size}, which it covers, are not all there");
                        report.find(Finding::new("checkpoint", &given.name, what));
                    }
                }
                Some(checkpoint.clone())
            }
            Given::Foreign(checkpoint, why) => {
                report.find(Finding::new("checkpoint", &given.name, why.clone()));
                Some(checkpoint.clone())
            }
            Given::Unreadable(why) => {
                report.undecide(&given.name, None, format!("not a checkpoint: {why}"));
                None
            }
        };
        report.given.push(CheckpointVerdict {
            name: given.name.clone(),
            checkpoint,
            holds,
            cosigners: cosigned,
        });
    }

    /// Judges vault bytes that belong to no record.
    fn finish_vaults(&self, _disk: &dyn Disk, noted: &Noted, report: &mut Report) {
        if self.damage.is_some() {
            return;
        }
        if let Some(number) = self.trailing_vault {
            let why = "bytes follow that belong to no record: a crash came between vault and log, or they were appended";
            report.undecide(&Family::Vault.path(number), None, why.to_owned());
        }
        for number in noted.vaults_behind(self.next_segment.saturating_sub(1)) {
            let path = Family::Vault.path(number);
            if number == self.next_segment {
                report.undecide(&path, None, "the file belongs to a segment that was not begun".to_owned());
            } else {
                report.find(Finding::new(
                    "vault",
                    &path,
                    "the file belongs to a segment far behind the log's end",
                ));
            }
        }
    }
}

/// What became of a checkpoint's root.
enum Compared {
    Same {
        /// The size lies in the middle of a batch.
        in_batch: bool,
    },
    Other(RootHash),
    /// Larger than the log.
    Longer,
    /// Not to be computed: records are missing before.
    BehindDamage,
}

/// Says whether the key that signed a checkpoint was replaced below its size, as far as these know.
pub(crate) fn is_retired(known: &[&LogKeys], note: &[u8], size: u64) -> bool {
    let Some((_, signer)) = stated(note) else { return false };
    known.iter().any(|keys| {
        let place = keys.iter().position(|key| key.verifier.id() == signer);
        let next = place.and_then(|place| keys.iter().nth(place + 1));
        next.is_some_and(|next| next.record.0 + 1 < size)
    })
}

fn push_parts(tree: &mut Frontier, parts: &[(u8, docket_proof::NodeHash)]) {
    for (level, node) in parts {
        // Aligned as long as every segment before was full; behind damage nothing is pushed any more.
        let _ = tree.push_subtree(*level, *node);
    }
}

/// Reports what a segment's scan found by itself.
fn report_local(scan: &mut SegmentScan, is_last: bool, report: &mut Report) {
    let vault = Family::Vault.path(scan.number);
    for finding in scan.findings.drain(..) {
        report.find(finding);
    }
    for (record, file, why) in scan.undecided.drain(..) {
        let path = if file == "vault" { vault.clone() } else { Family::Segment.path(scan.number) };
        report.undecide(&path, record, why);
    }
    if let Some(error) = &scan.unreadable_vault {
        report.undecide(&vault, None, unreadable("read", error));
        return;
    }
    match scan.has_vault_header_error {
        None => {}
        Some(error @ HeaderError::UnknownFormat { .. }) => report.undecide(&vault, None, error.to_string()),
        Some(error) if scan.commitments > 0 => {
            report.find(Finding::new("vault", &vault, format!("header: {error}")));
        }
        Some(error) if is_last => report.undecide(&vault, None, format!("header: {error}")),
        Some(error) => report.find(Finding::new("vault", &vault, format!("header: {error}"))),
    }
}
