//! Scans one segment and its vault file: everything about them that needs no other segment.

use std::io;

use docket_proof::{
    Flags, HASH_LEN, LeafHash, MIN_RECORD_LEN, NodeHash, RecordError, RecordHash, RecordIndex, RecordView,
    StreamRef, SystemError, SystemRecord, leaf_hash,
};

use crate::{
    disk::DiskFile,
    files::{Family, HeaderError, SEGMENT_HEADER_LEN, SEGMENT_RECORDS, VAULT_HEADER_LEN, check_vault_header},
    footer::FooterBuilder,
    identity::{read_front, read_segment_header},
    room::is_room,
    segment::{Break, Chain, Followed, Go, walk},
    tail::{NO_RECORD, Place, describe},
    vault::{EntryCheck, VaultWalk},
};

use super::{
    Context, if_exists,
    report::{Finding, unreadable},
    signatures::SegmentSignatures,
};

/// What a segment holds, for the checks that run over all segments in order.
pub(crate) struct SegmentScan {
    pub(crate) number: u64,
    /// What the header says was before; `None` where the header is wrong.
    pub(crate) previous: Option<RecordHash>,
    /// Index behind the last record that follows.
    pub(crate) next_index: u64,
    pub(crate) last_hash: Option<RecordHash>,
    pub(crate) first_recorded_at: Option<i64>,
    pub(crate) first_is_held: bool,
    pub(crate) last_recorded_at: i64,
    /// One for each record that follows and can be taken apart.
    pub(crate) steps: Vec<RecordStep>,
    /// What the last records of batches among them say was durable.
    pub(crate) durable: Vec<u64>,
    pub(crate) systems: Vec<SystemStep>,
    pub(crate) signatures: SegmentSignatures,
    /// The tree over this segment's records at the sizes asked for.
    pub(crate) at_sizes: Vec<AtSize>,
    /// The tree over all of them.
    pub(crate) parts: Vec<(u8, NodeHash)>,
    /// The leaves of the records that are looked at, where a range does not take the segment as one.
    pub(crate) leaves: Vec<LeafHash>,
    pub(crate) damage: Option<SegmentDamage>,
    pub(crate) is_sealed: bool,
    /// A batch is open behind the last record: it does not end in this segment.
    pub(crate) batch_open: bool,
    /// Bytes behind the last vault entry, up to the length noted.
    pub(crate) vault_trailing: bool,
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<(Option<u64>, &'static str, String)>,
    pub(crate) values: u64,
    pub(crate) held: u64,
    pub(crate) log_bytes: u64,
    pub(crate) vault_bytes: u64,
    pub(crate) has_vault_header_error: Option<HeaderError>,
    /// Why the vault file cannot be read.
    pub(crate) unreadable_vault: Option<io::Error>,
    pub(crate) commitments: u64,
}

/// Where and why records stop following.
#[derive(Clone, Debug)]
pub(crate) struct SegmentDamage {
    pub(crate) index: u64,
    pub(crate) at: Place,
    pub(crate) check: &'static str,
    pub(crate) why: String,
    pub(crate) broken: Option<Break>,
    /// A newer writer's header, or a file that cannot be read: nothing to judge.
    pub(crate) is_open: bool,
}

/// A place inside a segment at which a root is wanted.
pub(crate) struct AtSize {
    pub(crate) size: u64,
    pub(crate) parts: Vec<(u8, NodeHash)>,
    /// The batch of the record before does not end there.
    pub(crate) in_batch: bool,
    /// The time of the record before.
    pub(crate) recorded_at: i64,
}

/// A record of the ledger's own stream.
pub(crate) struct SystemStep {
    pub(crate) index: u64,
    pub(crate) recorded_at: i64,
    /// The hash of the record before.
    pub(crate) previous: RecordHash,
    pub(crate) record: Result<SystemRecord, SystemError>,
}

/// What the checks over all segments need of a record.
///
/// A segment's lie in memory at once, for each segment that is read ahead.
#[derive(Clone, Copy)]
pub(crate) struct RecordStep {
    id: u64,
    /// Of no meaning at position 0.
    previous: RecordIndex,
    pub(crate) position: u32,
    kind: u16,
    pub(crate) flags: Flags,
}

impl RecordStep {
    #[inline]
    fn new(view: &RecordView<'_>) -> Self {
        let RecordView { stream, position, previous, flags, .. } = *view;
        Self { id: stream.id, previous: previous.unwrap_or_default(), position, kind: stream.kind, flags }
    }

    /// Returns the record's stream.
    #[inline]
    pub(crate) const fn stream(&self) -> StreamRef {
        StreamRef { kind: self.kind, id: self.id }
    }

    /// Returns the stream's record before: a record has one exactly where its position is not 0.
    #[inline]
    pub(crate) fn previous(&self) -> Option<RecordIndex> {
        (self.position > 0).then_some(self.previous)
    }
}

/// Scans segment `number`. A live last segment is read to the first end of a batch that accounts for all bytes noted.
pub(crate) fn scan_segment(context: &Context<'_>, number: u64, is_last: bool) -> io::Result<SegmentScan> {
    let path = Family::Segment.path(number);
    let file = context.disk.open_once(&path)?;
    let start = number * SEGMENT_RECORDS;
    let mut scan = SegmentScan::new(number, start);
    scan.signatures = SegmentSignatures::new(context.key_events);
    match read_segment_header(file.as_ref(), number)? {
        Ok(header) if header.genesis == context.identity.hash => scan.previous = Some(header.previous),
        Ok(_) => {
            scan.break_at(start, 0, "header", "the genesis hash in the header is another ledger's".to_owned())
        }
        Err(error) => {
            scan.break_at(start, 0, "header", format!("segment header: {error}"));
            if let (Some(damage), HeaderError::UnknownFormat { .. }) = (&mut scan.damage, error) {
                damage.is_open = true;
            }
        }
    }
    if scan.damage.is_some() {
        return Ok(scan);
    }

    let vault = match open_vault(context, number) {
        Ok(vault) => vault,
        Err(error) => {
            scan.unreadable_vault = Some(error);
            None
        }
    };
    let (first, until) = context.looked_at(number);
    let is_part = context.window.is_some() && (first > start || until < start + SEGMENT_RECORDS);
    let keeps_leaves = context.window.is_some_and(|window| is_part || window.divides(number));
    let is_trusted = start < context.trusted || first > start;
    let mut vault_check = vault.as_deref().map(|file| VaultCheck::new(file, is_trusted));
    let noted_log = context.noted.segment_len(number);
    let noted_vault = context.noted.vault_len(number);
    let mut footer = FooterBuilder::new();
    let mut sizes = context.sizes_in(start, start + SEGMENT_RECORDS);
    let chain = Chain { key: &context.identity.key, trusted_below: context.trusted.max(first) };
    let end = file.len()?;
    let records = end / (MIN_RECORD_LEN + HASH_LEN) as u64;
    scan.steps.reserve_exact(usize::try_from(records.min(SEGMENT_RECORDS)).unwrap_or_default());
    let ended = walk(file.as_ref(), chain, start, SEGMENT_HEADER_LEN as u64, end, &mut |record| {
        (scan.next_index, scan.log_bytes) = (record.index + 1, record.offset + record.stored_len as u64);
        if record.index < first {
            // Only its stored hash is of use: the next record follows it.
            scan.last_hash = Some(record.hash);
            return Ok(Go::On);
        }
        if !is_part {
            footer.push(record.stored_len, &record.hash);
        }
        if keeps_leaves {
            scan.leaves.push(leaf_hash(record.hash.as_bytes()));
        }
        let previous = scan.last_hash.replace(record.hash).or(scan.previous).unwrap_or(RecordHash::ZERO);
        let reached = record.offset + record.stored_len as u64;
        let is_old = record.index < context.trusted;
        match &record.view {
            Ok(view) if is_old => scan.pass(view),
            view => {
                scan.take(&record, previous, &path, &context.identity.genesis.origin);
                if let Ok(view) = view {
                    scan.signatures.take(view, &context.identity.hash, previous);
                }
            }
        }
        if sizes.first() == Some(&(record.index + 1)) {
            let (size, parts) = (record.index + 1, footer.parts().collect());
            let (in_batch, recorded_at) = (scan.batch_open, scan.last_recorded_at);
            scan.at_sizes.push(AtSize { size, parts, in_batch, recorded_at });
            sizes = sizes.get(1..).unwrap_or_default();
        }
        match (&record.view, &mut vault_check) {
            (Ok(_), _) if is_old => {}
            (Ok(view), vault) => {
                if let Err(error) = scan.check_values(view, vault) {
                    scan.unreadable_vault.get_or_insert(error);
                }
            }
            // What it has in the vault is as unknown as the record.
            (Err(_), Some(vault)) => vault.lost = true,
            (Err(_), None) => {}
        }
        if record.index % 8_192 == 0 {
            (context.progress)(8_192);
        }
        let accounted = reached >= noted_log
            && !scan.batch_open
            && (scan.unreadable_vault.is_some()
                || vault_check.as_ref().is_none_or(|vault| vault.lost || vault.end() >= noted_vault));
        let is_done = is_last && accounted || record.index + 1 == until;
        Ok(if is_done { Go::Stop } else { Go::On })
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            // What follows up to there is judged.
            scan.parts = footer.parts().collect();
            scan.break_unread(scan.next_index, scan.log_bytes, &error);
            return Ok(scan);
        }
    };
    scan.next_index = ended.next_index;
    if first > start {
        // What time the record before kept is not known.
        scan.first_is_held = false;
    }
    scan.parts = footer.parts().collect();
    scan.log_bytes = ended.offset;
    if let Some(broken) = ended.broken {
        scan.break_at(ended.next_index, ended.offset, "chain", describe(&broken));
        if let Some(damage) = &mut scan.damage {
            damage.broken = Some(broken);
        }
    } else if ended.next_index == start {
        scan.break_at(start, ended.offset, "chain", NO_RECORD.to_owned());
    } else if footer.is_full() && context.window.is_none_or(|window| number < window.sealed) {
        let checked = scan.check_footer(file.as_ref(), &footer, ended.offset, &context.identity.key, is_last);
        checked.unwrap_or_else(|error| scan.break_unread(ended.next_index, ended.offset, &error));
    }
    scan.finish_vault(vault_check, noted_vault, is_trusted);
    // What is behind the range belongs to records that are not looked at.
    scan.vault_trailing &= !is_part;
    Ok(scan)
}

fn open_vault(context: &Context<'_>, number: u64) -> io::Result<Option<Box<dyn DiskFile>>> {
    if_exists(context.disk.open_once(&Family::Vault.path(number)))
}

/// What is wrong with a record that has HELD and a time of its own.
pub(crate) const NOT_HELD: &str = "the time is not that of the record before, which HELD says was kept";

/// Follows a vault file beside its segment.
struct VaultCheck<'f> {
    walk: VaultWalk<'f>,
    /// The entry before was wrong, or not read: where the next one starts is taken from its record.
    lost: bool,
    /// Where the first entry that was read starts; the file's beginning where all are.
    from: Option<u64>,
}

impl<'f> VaultCheck<'f> {
    /// Starts at the first entry, or, where old ones are not to be read, at that of the first new record.
    fn new(file: &'f dyn DiskFile, is_trusted: bool) -> Self {
        let walk = VaultWalk::new(file, VAULT_HEADER_LEN as u64);
        Self { walk, lost: is_trusted, from: (!is_trusted).then_some(0) }
    }

    fn end(&self) -> u64 {
        self.walk.offset()
    }
}

impl SegmentScan {
    fn new(number: u64, start: u64) -> Self {
        Self {
            number,
            previous: None,
            next_index: start,
            last_hash: None,
            first_recorded_at: None,
            first_is_held: false,
            last_recorded_at: i64::MIN,
            steps: Vec::new(),
            durable: Vec::new(),
            systems: Vec::new(),
            signatures: SegmentSignatures::default(),
            at_sizes: Vec::new(),
            parts: Vec::new(),
            leaves: Vec::new(),
            damage: None,
            is_sealed: false,
            batch_open: false,
            vault_trailing: false,
            findings: Vec::new(),
            undecided: Vec::new(),
            values: 0,
            held: 0,
            log_bytes: 0,
            vault_bytes: 0,
            has_vault_header_error: None,
            unreadable_vault: None,
            commitments: 0,
        }
    }

    /// What is to be said of a segment that cannot be read.
    pub(crate) fn unreadable(number: u64, why: &io::Error) -> Self {
        let start = number * SEGMENT_RECORDS;
        let mut scan = Self::new(number, start);
        scan.break_unread(start, 0, why);
        scan
    }

    /// Nothing can be said of the segment from there on.
    fn break_unread(&mut self, index: u64, offset: u64, why: &io::Error) {
        self.break_at(index, offset, "chain", unreadable("read", why));
        self.damage.iter_mut().for_each(|damage| damage.is_open = true);
    }

    /// Says whether the first thing that is wrong here is the first thing that is wrong in another scan of it.
    pub(crate) fn has_trouble_of(&self, other: &Self) -> bool {
        let damaged_at = |scan: &Self| scan.damage.as_ref().map(|damage| damage.index);
        damaged_at(self) == damaged_at(other) && self.findings.first() == other.findings.first()
    }

    fn break_at(&mut self, index: u64, offset: u64, check: &'static str, why: String) {
        let at = Place { segment: self.number, offset };
        self.damage = Some(SegmentDamage { index, at, check, why, broken: None, is_open: false });
    }

    fn find(&mut self, finding: Finding) {
        // A report lists a hundred; a segment full of them need not be held in memory.
        if self.findings.len() <= super::report::MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Finds something in the vault file. Its path is put together only here: most records have nothing to be found.
    fn find_in_vault(&mut self, what: &str, more: impl FnOnce(Finding) -> Finding) {
        self.find(more(Finding::new("vault", &Family::Vault.path(self.number), what)));
    }

    /// Passes a record that a checkpoint stands for: only what the next ones are measured by is noted.
    #[inline]
    fn pass(&mut self, view: &RecordView<'_>) {
        self.first_recorded_at.get_or_insert(view.recorded_at);
        self.last_recorded_at = self.last_recorded_at.max(view.recorded_at);
        self.batch_open = !view.flags.has(Flags::LAST);
        self.step(view);
    }

    #[inline]
    fn step(&mut self, view: &RecordView<'_>) {
        self.steps.push(RecordStep::new(view));
        self.durable.extend(view.durable_to);
    }

    /// Takes what a record says about itself.
    #[inline]
    fn take(&mut self, record: &Followed<'_>, previous: RecordHash, path: &str, origin: &str) {
        let view = match &record.view {
            Ok(view) => view,
            Err(error @ RecordError::UnknownFlags { .. }) => {
                // Whether its batch ends here is not known either.
                self.batch_open = false;
                self.undecided.push((Some(record.index), "log", error.to_string()));
                return;
            }
            Err(error) => {
                let what = format!("the record is malformed: {error}");
                self.find(Finding::new("record", path, what).record(record.index).offset(record.offset));
                return;
            }
        };
        if view.recorded_at < self.last_recorded_at {
            let finding = Finding::new("record", path, "recorded_at runs back").record(record.index);
            self.find(finding.values(format!("at least {}", self.last_recorded_at), view.recorded_at));
        }
        let is_held = view.flags.has(Flags::HELD);
        if self.first_recorded_at.is_none() {
            self.first_recorded_at = Some(view.recorded_at);
            self.first_is_held = is_held;
        } else if is_held && view.recorded_at > self.last_recorded_at {
            self.find(Finding::new("record", path, NOT_HELD).record(record.index));
        }
        self.last_recorded_at = self.last_recorded_at.max(view.recorded_at);
        self.held += u64::from(is_held);
        self.batch_open = !view.flags.has(Flags::LAST);
        self.step(view);
        if view.stream.kind == StreamRef::SYSTEM.kind {
            let mut decoded = SystemRecord::decode(view.event_type, view.schema_version, view.body);
            if view.stream.id != StreamRef::SYSTEM.id || !view.commitments.is_empty() {
                decoded = Err(SystemError::Malformed { field: "stream id or commitments" });
            }
            if view.flags.has(Flags::SIGNED) {
                decoded = Err(SystemError::Malformed { field: "flags: no actor signs a system record" });
            }
            if let Ok(SystemRecord::Genesis(genesis)) = &decoded {
                let as_written = view.index.0 == 0
                    && view.recorded_at == genesis.created
                    && view.occurred_at == genesis.created
                    && view.precision == docket_proof::Precision::Microsecond
                    && view.actor == 0
                    && view.flags == Flags::FIRST.with(Flags::LAST)
                    && view.durable_to == Some(0);
                if !as_written {
                    decoded = Err(SystemError::Malformed { field: "genesis" });
                }
            }
            if let Ok(SystemRecord::ClockCorrected { clock }) = &decoded
                && *clock >= view.recorded_at
            {
                decoded = Err(SystemError::Malformed { field: "clock" });
            }
            if let Ok(SystemRecord::WitnessSeen(seen)) = &decoded
                && seen.verify(origin).is_err()
            {
                decoded = Err(SystemError::Malformed { field: "cosignature" });
            }
            let (index, recorded_at) = (view.index.0, view.recorded_at);
            self.systems.push(SystemStep { index, recorded_at, previous, record: decoded });
        }
    }

    /// Compares a record's commitments with the vault.
    fn check_values(&mut self, view: &RecordView<'_>, vault: &mut Option<VaultCheck<'_>>) -> io::Result<()> {
        if view.commitments.is_empty() {
            return Ok(());
        }
        let index = view.index.0;
        self.commitments += view.commitments.len() as u64;
        if self.unreadable_vault.is_some() {
            return Ok(());
        }
        let Some(vault) = vault else {
            let what = "the record commits to values, but the file is missing";
            self.find_in_vault(what, |finding| finding.record(index));
            return Ok(());
        };
        if vault.lost {
            vault.walk.seek(view.vault_offset);
            vault.from.get_or_insert(view.vault_offset);
            vault.lost = false;
        } else if view.vault_offset != vault.walk.offset() {
            let what = "the vault offset is not where the entries before end";
            self.find_in_vault(what, |finding| {
                finding.record(index).values(vault.walk.offset(), view.vault_offset)
            });
            vault.lost = true;
            return Ok(());
        }
        for (field, commitment) in view.commitments.iter() {
            let offset = vault.walk.offset();
            let what = match vault.walk.check(index, field, &commitment)? {
                EntryCheck::Holds => {
                    self.values += 1;
                    continue;
                }
                EntryCheck::Differs => format!("field {field}: the entry is not the one committed to"),
                EntryCheck::Missing => format!("field {field}: the file ends before the entry does"),
                EntryCheck::UnknownState(state) => {
                    self.undecided.push((
                        Some(index),
                        "vault",
                        format!("field {field}: unknown state {state}"),
                    ));
                    vault.lost = true;
                    break;
                }
            };
            self.find_in_vault(&what, |finding| finding.record(index).offset(offset));
            vault.lost = true;
            break;
        }
        Ok(())
    }

    /// Looks at the front and the end of the vault file.
    fn finish_vault(&mut self, vault: Option<VaultCheck<'_>>, noted: u64, is_trusted: bool) {
        let Some(vault) = vault.filter(|_| self.unreadable_vault.is_none()) else { return };
        if self.commitments > 0 {
            self.vault_trailing = noted > vault.end() && !vault.lost;
            self.vault_bytes = vault.end() - vault.from.unwrap_or(0).min(vault.end());
        } else {
            // Entries of old records may lie there.
            self.vault_trailing = noted > 0 && !is_trusted;
        }
    }

    /// Checks the vault file's header.
    pub(crate) fn check_vault_header(&mut self, context: &Context<'_>) {
        let front = || -> io::Result<_> {
            let Some(file) = open_vault(context, self.number)? else { return Ok(None) };
            Ok(Some(read_front::<VAULT_HEADER_LEN>(file.as_ref())?))
        };
        match front() {
            Ok(None) => {}
            Ok(Some(front)) => {
                let header = front.map_or(Err(HeaderError::Short), |bytes| {
                    check_vault_header(&bytes, self.number, &context.identity.hash)
                });
                self.has_vault_header_error = header.err();
            }
            Err(error) => drop(self.unreadable_vault.get_or_insert(error)),
        }
    }

    /// Compares the footer with what the records say it must be.
    fn check_footer(
        &mut self,
        file: &dyn DiskFile,
        footer: &FooterBuilder,
        at: u64,
        key: &docket_proof::RecordKey,
        is_last: bool,
    ) -> io::Result<()> {
        let (expected, level16) = footer.finish(self.number, key);
        let next = (self.number + 1) * SEGMENT_RECORDS;
        let len = file.len()?;
        let mut found = vec![0; expected.len()];
        let whole = len == at + expected.len() as u64 && {
            file.read_exact_at(&mut found, at)?;
            found == expected
        };
        if whole {
            self.is_sealed = true;
            self.parts = vec![(16, level16)];
            self.log_bytes = len;
        } else if !(is_last && (len == at || is_room(file, at, len)?)) {
            let first = found.iter().zip(&expected).position(|(found, expected)| found != expected);
            let offset = at + first.unwrap_or(0) as u64;
            self.break_at(
                next,
                offset,
                "footer",
                "the footer is not that of the segment's records".to_owned(),
            );
        }
        Ok(())
    }
}
