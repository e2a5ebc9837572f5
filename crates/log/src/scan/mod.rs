//! Verifies a whole ledger from its bytes: chain, tree, streams, checkpoints, vault (FORMAT.md section 10).
//!
//! Segments are read and hashed on all cores; what runs over all of them (streams, batches, the tree) follows in
//! order behind. A scan only reads, and works while a writer appends.

mod checkpoints;
mod folder;
mod order;
mod range;
mod report;
mod segment_scan;
mod signatures;
mod start;
mod streams;
mod witnesses;

pub use checkpoints::GivenCheckpoint;
pub use range::scan_range;
pub use report::{
    CheckpointVerdict, Cosigner, CutNote, Finding, Fork, MAX_FINDINGS, RangeScope, Report, Since, Undecided,
    Verdict, WitnessSummary,
};
pub use signatures::{ActorKeys, Standing};

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use crate::{
    disk::Disk,
    error::StoreError,
    files::{Family, SEGMENT_RECORDS},
    identity::Identity,
    key_chain::{find_keys, find_keys_below},
    state::MAX_CLOCK_BEHIND_US,
};
use docket_proof::{Checkpoint, ClockKind, LogKeys, VerifierKey};

use checkpoints::{Given, OwnCheckpoints, open_given};
use folder::Noted;
use order::{End, Ordered};
use range::Window;
use segment_scan::{SegmentScan, scan_segment};
use start::Start;

/// Threads beyond the number of cores. While some wait for the disk, the others hash; a disk is fastest when several wait for
/// it. Each holds a segment's steps, a few MiB.
const WAITING: usize = 6;

/// How a scan goes about it.
pub struct ScanOptions<'a> {
    /// Threads that read and hash; at least one.
    pub threads: usize,
    /// How long a file that stopped changing is given before an unfinished tail is called one. FORMAT.md says two
    /// seconds; a test of a ledger that nobody writes needs none.
    pub patience: Duration,
    /// Checkpoints that were kept elsewhere.
    pub given: Vec<GivenCheckpoint>,
    /// A checkpoint that stands for the records below its size: they are not read again.
    pub since: Option<GivenCheckpoint>,
    /// Witnesses whose cosignatures on those count.
    pub witnesses: Vec<VerifierKey>,
    /// How far a recorded time and the time of a cosignature over it may differ.
    pub tolerance: Duration,
    /// Whoever knows whose key is whose. Without, signatures are checked, and whose keys they are is not.
    pub actor_keys: Option<&'a dyn ActorKeys>,
    /// Called from all threads with the number of records done since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl ScanOptions<'_> {
    /// Returns the tolerance in microseconds; `None` where the ledger's times are made up.
    fn tolerance_over(&self, identity: &Identity) -> Option<i64> {
        let tolerance = i64::try_from(self.tolerance.as_micros()).unwrap_or(i64::MAX);
        (identity.genesis.clock == ClockKind::System).then_some(tolerance)
    }
}

impl Default for ScanOptions<'_> {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from).saturating_add(WAITING),
            patience: Duration::from_secs(2),
            given: Vec::new(),
            since: None,
            witnesses: Vec::new(),
            tolerance: DEFAULT_TOLERANCE,
            actor_keys: None,
            progress: &|_| {},
        }
    }
}

/// How far a recorded time and that of a cosignature over it may differ where nothing else is said: as far as a clock may
/// stand behind the last record.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_micros(MAX_CLOCK_BEHIND_US.unsigned_abs());

/// What the workers share.
pub(crate) struct Context<'a> {
    pub(crate) disk: &'a dyn Disk,
    pub(crate) identity: &'a Identity,
    pub(crate) noted: &'a Noted,
    /// Sizes at which roots are wanted, ascending.
    pub(crate) sizes: &'a [u64],
    /// Records below it are not checked again.
    pub(crate) trusted: u64,
    /// The only records that are looked at, where it is not all of them.
    pub(crate) window: Option<&'a Window>,
    /// Event types of records that say something of actors' keys.
    pub(crate) key_events: &'static [u16],
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

impl Context<'_> {
    /// Returns the first record of a segment that is looked at, and the index behind the last one.
    pub(crate) fn looked_at(&self, segment: u64) -> (u64, u64) {
        let (start, end) = (segment * SEGMENT_RECORDS, (segment + 1) * SEGMENT_RECORDS);
        self.window
            .map_or((start, end), |window| (start.max(window.records.start), end.min(window.records.end)))
    }

    /// Returns the sizes wanted in `(start, end]`.
    pub(crate) fn sizes_in(&self, start: u64, end: u64) -> &[u64] {
        let from = self.sizes.partition_point(|size| *size <= start);
        let to = self.sizes.partition_point(|size| *size <= end);
        self.sizes.get(from..to).unwrap_or_default()
    }
}

/// Verifies the ledger on `disk`.
///
/// What is wrong with the ledger stands in the report; an error means that the disk could not be read.
///
/// # Errors
/// When a file or folder that is there cannot be read.
pub fn scan(disk: &dyn Disk, options: &ScanOptions<'_>) -> Result<Report, StoreError> {
    let mut report = Report::default();
    // In this order, so that whatever is seen first is covered by what is seen later: checkpoints cover records that
    // are in the log already, and values are in the vault before their records are in the log.
    let identity = match Identity::read(disk) {
        Ok(identity) => identity,
        Err(error) => {
            let checkpoint_files =
                folder::numbered(disk, Family::Checkpoint, &mut report).unwrap_or_default();
            let noted = Noted::read(disk, &mut report);
            folder::judge_unreadable_start(disk, &error, &noted, &checkpoint_files, &mut report);
            folder::judge_temporaries(disk, options.patience, &mut report);
            return Ok(report);
        }
    };
    let open = |given: &GivenCheckpoint, keys: &LogKeys, report: &mut Report| {
        open_given(given, keys, &options.witnesses, report)
    };
    let since = match &options.since {
        None => None,
        Some(given) => {
            let mut opened = open(given, &identity.first_keys(), &mut report);
            if opened.unknown().is_some() {
                // Under a later key, which the checkpoints lead to.
                let numbers =
                    folder::numbered(disk, Family::Checkpoint, &mut Report::default()).unwrap_or_default();
                if let Some(keys) = report.heard(find_keys(disk, &identity, &numbers))? {
                    opened = open(given, &keys, &mut report);
                }
            }
            Some((given, opened))
        }
    };
    let trusted = match &since {
        Some((_, Given::Opened(checkpoint, _))) => checkpoint.size(),
        // Of no use: then everything is read.
        _ => 0,
    };
    let own = read_own_checkpoints(disk, &identity, trusted, options.patience, &mut report)?;
    let mut noted = Noted::read(disk, &mut report);
    if noted.segments().is_empty() {
        // Its first record could be read a moment ago: through a link, which is a finding, or it was taken away.
        report.undecide(Family::Segment.dir(), None, "there is no segment".to_owned());
        return Ok(report);
    }
    let mut given: Vec<(&GivenCheckpoint, Given)> =
        options.given.iter().map(|given| (given, open(given, &own.keys, &mut report))).collect();
    given.extend(since);
    let start = Start::find(disk, &noted, trusted, &mut report);
    let Some(start) = report.heard(start)?.flatten() else {
        report.identity = Some(identity);
        return Ok(report);
    };
    let mut sizes: Vec<u64> = own.valid.iter().map(|own| own.size).collect();
    let keyless = own.keyless.iter().map(|keyless| keyless.size);
    sizes.extend(given.iter().filter_map(|(_, given)| given.opened()).map(Checkpoint::size));
    let signed = sizes.iter().copied().max().unwrap_or(0);
    // Perhaps of a key that the log names, and no checkpoint of its own does.
    sizes.extend(keyless.filter(|size| *size > 0));
    sizes.extend(given.iter().filter_map(|(_, given)| given.unknown()).map(Checkpoint::size));
    sizes.sort_unstable();
    sizes.dedup();

    report.since = options.since.as_ref().filter(|_| trusted > 0).map(|given| Since {
        name: given.name.clone(),
        size: trusted,
        hashes_from: start.segment * SEGMENT_RECORDS,
    });
    let keys = match trusted {
        0 => None,
        _ => report.heard(find_keys_below(disk, &identity, trusted))?,
    };
    let keys = keys.as_ref().unwrap_or(&own.keys);
    let mut ordered = Ordered::new(&identity, signed, &start, keys, options.tolerance_over(&identity));
    ordered.expect(&own);
    // Keys that were registered in what is not read are not known: nobody is asked then.
    let actor_keys = options.actor_keys.filter(|_| trusted == 0);
    ordered.ask(actor_keys);
    let old_sizes = given.iter().filter_map(|(_, given)| given.opened()).map(Checkpoint::size);
    ordered.find_old_roots(old_sizes, &start, disk, &mut report)?;
    let mut held_back = None;
    {
        let context = Context {
            disk,
            identity: &identity,
            noted: &noted,
            sizes: &sizes,
            trusted,
            window: None,
            key_events: ordered.key_events(),
            progress: options.progress,
        };
        each_segment(&context, start.segment, options.threads.max(1), &mut |scan| {
            if scan.number + 1 == noted.next_segment() {
                held_back = Some(scan);
            } else {
                ordered.take(scan, End::Sealed, disk, &mut report)?;
            }
            Ok(())
        })?;
    }
    // The last segment may be growing under our eyes: it counts once it is read to the end of a batch.
    let deadline = Instant::now() + options.patience;
    follow_tail(
        disk,
        &identity,
        &sizes,
        options,
        &mut noted,
        held_back,
        deadline,
        &mut ordered,
        &mut report,
    )?;
    // Again, now that all keys are known: which of them may have signed a size, the log says.
    for (kept, given) in &mut given {
        let mut heard = Report::default();
        let was_unknown = given.unknown().is_some();
        *given = open(kept, ordered.keys(), &mut heard);
        if was_unknown {
            report.absorb(heard);
        }
    }
    let is_damaged = ordered.is_damaged();
    ordered.finish(&own, &given, disk, &noted, &mut report)?;
    folder::check_ledger_toml(disk, &identity, &mut report)?;
    folder::check_cuts(disk, &identity, is_damaged, &mut report)?;
    folder::judge_temporaries(disk, options.patience, &mut report);
    // An old one's signature was not checked; the trusted one's was.
    report.newest = own.newest.filter(|(checkpoint, _)| checkpoint.size() >= trusted).or_else(|| {
        given.last().and_then(|(given, opened)| match opened {
            Given::Opened(checkpoint, _) if trusted > 0 => Some((checkpoint.clone(), given.note.clone())),
            _ => None,
        })
    });
    report.identity = Some(identity);
    Ok(report)
}

/// How long a scan waits before it looks again at what changes.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// Reads the ledger's own checkpoints, again while the last one may be being written.
fn read_own_checkpoints(
    disk: &dyn Disk,
    identity: &Identity,
    trusted: u64,
    patience: Duration,
    report: &mut Report,
) -> Result<OwnCheckpoints, StoreError> {
    let deadline = Instant::now() + patience;
    loop {
        let mut heard = Report::default();
        let numbers = folder::numbered(disk, Family::Checkpoint, &mut heard);
        let own = OwnCheckpoints::read(disk, numbers.as_deref(), identity, trusted, &mut heard)?;
        if !own.unsettled || Instant::now() >= deadline {
            report.absorb(heard);
            return Ok(own);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Scans the last segment again while it changes, and those that appear behind it.
#[expect(clippy::too_many_arguments, reason = "one step of `scan`, split off for its length")]
fn follow_tail(
    disk: &dyn Disk,
    identity: &Identity,
    sizes: &[u64],
    options: &ScanOptions<'_>,
    noted: &mut Noted,
    first_try: Option<SegmentScan>,
    mut deadline: Instant,
    ordered: &mut Ordered<'_>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let Some(mut last) = first_try else { return Ok(()) };
    loop {
        ordered.link(&mut last);
        let ends_well = last.damage.is_none()
            && !last.batch_open
            && !last.vault_trailing
            && last.has_vault_header_error.is_none()
            && last.findings.is_empty()
            && !noted.has_vault_behind(last.number)
            && (last.is_sealed || last.next_index < (last.number + 1) * SEGMENT_RECORDS);
        if ends_well {
            return ordered.take(last, End::Last(None), disk, report);
        }
        // Evidence against a crash was written after the place in question was synced. A writer may have gone on
        // between the look at the place and the look for evidence, so the place is looked at again behind it.
        let evidence = report.heard(ordered.evidence(&last, disk))?.flatten();
        let is_altered = evidence.is_some() || ordered.is_altered(&last);
        let now = noted.refresh(disk, report);
        let next = last.number + 1;
        if !is_altered && noted.next_segment() > next {
            // Another segment was begun: this one is sealed now.
            let context = Context {
                disk,
                identity,
                noted,
                sizes,
                trusted: ordered.trusted(),
                window: None,
                key_events: ordered.key_events(),
                progress: options.progress,
            };
            let sealed = scan_one(&context, last.number, false);
            ordered.take(sealed, End::Sealed, disk, report)?;
            last = scan_one(&context, next, true);
            continue;
        }
        if now == folder::Change::Changed {
            deadline = Instant::now() + options.patience;
        }
        let is_final = is_altered || now == folder::Change::Same && Instant::now() >= deadline;
        if !is_final {
            std::thread::sleep(PAUSE.min(options.patience));
        }
        let context = Context {
            disk,
            identity,
            noted,
            sizes,
            trusted: ordered.trusted(),
            window: None,
            key_events: ordered.key_events(),
            progress: options.progress,
        };
        let mut again = scan_one(&context, last.number, true);
        ordered.link(&mut again);
        if is_final && again.has_trouble_of(&last) {
            return ordered.take(again, End::Last(evidence), disk, report);
        }
        last = again;
    }
}

fn scan_one(context: &Context<'_>, number: u64, is_last: bool) -> SegmentScan {
    match scan_segment(context, number, is_last) {
        Ok(mut scan) => {
            // Whose entries are not looked at says nothing of those that are.
            if context.window.is_none() || scan.commitments > 0 {
                scan.check_vault_header(context);
            }
            scan
        }
        Err(error) => SegmentScan::unreadable(number, &error),
    }
}

/// Scans all segments on several threads and hands them on in order. Few are held at a time.
fn each_segment(
    context: &Context<'_>,
    first: u64,
    threads: usize,
    take: &mut dyn FnMut(SegmentScan) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut numbers = context.noted.segments();
    numbers.retain(|number| *number >= first && context.window.is_none_or(|window| window.touches(*number)));
    // Whatever of a range lies in the last segment is there to stay.
    let last = context.window.is_none().then(|| context.noted.next_segment() - 1);
    let next = AtomicU64::new(0);
    let stopped = AtomicBool::new(false);
    let taken = Mutex::new(0_u64);
    let advanced = Condvar::new();
    let ahead = threads as u64 + 1;
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads.min(numbers.len()) {
            let sender = sender.clone();
            let (next, stopped, taken, advanced, numbers) = (&next, &stopped, &taken, &advanced, &numbers);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&number) = usize::try_from(place).ok().and_then(|place| numbers.get(place))
                    else {
                        return;
                    };
                    let mut done = taken.lock().unwrap_or_else(PoisonError::into_inner);
                    while place >= *done + ahead && !stopped.load(Ordering::Relaxed) {
                        done = advanced.wait(done).unwrap_or_else(PoisonError::into_inner);
                    }
                    drop(done);
                    if stopped.load(Ordering::Relaxed)
                        || sender.send((place, scan_one(context, number, Some(number) == last))).is_err()
                    {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut expected = 0;
        let mut outcome = Ok(());
        for (place, scanned) in &receiver {
            waiting.insert(place, scanned);
            while let Some(scanned) = waiting.remove(&expected) {
                expected += 1;
                outcome = outcome.and_then(|()| take(scanned));
                *taken.lock().unwrap_or_else(PoisonError::into_inner) = expected;
                if outcome.is_err() {
                    stopped.store(true, Ordering::Relaxed);
                }
                advanced.notify_all();
            }
        }
        outcome
    })
}

/// A read that failed for want of the file is an answer, not an error.
fn if_exists<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}
