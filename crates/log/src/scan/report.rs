//! What a scan says.

use std::{collections::BTreeSet, fmt, io};

use docket_proof::{Checkpoint, LogKey, RecordHash, RootHash, TailCut, VerifierKey};

use crate::{error::StoreError, identity::Identity};

/// Findings that a report lists one by one; the rest is counted.
pub const MAX_FINDINGS: usize = 100;

/// The answer to "was this record altered?".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Everything that was asked was checked and holds.
    Intact,
    /// At least one finding.
    Altered,
    /// Something could not be judged, or there was nothing to check.
    Undecided,
}

/// One place where the ledger is not what it must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Which check failed, a stable name: `chain`, `header`, `footer`, `segment-missing`, `record`, `stream`, `batch`,
    /// `system`, `vault`, `checkpoint`, `ledger-toml`, `unknown-file`, `cut`, `witness`, `time`, `key`, `signature`.
    pub check: &'static str,
    /// The file, relative to the ledger's folder, or the name of a checkpoint that was given.
    pub file: String,
    /// The first record that does not follow or is wrong, where the finding is about one.
    pub record: Option<u64>,
    /// Where in the file.
    pub offset: Option<u64>,
    /// What should be there, where that is a hash or a number.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// What is wrong, in words.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            Some(record) => write!(f, "record {record} in {}", self.file)?,
            None => write!(f, "{}", self.file)?,
        }
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        write!(f, ": {}", self.what)?;
        match (&self.expected, &self.found) {
            (Some(expected), Some(found)) => write!(f, " (expected {expected}, found {found})"),
            (None, Some(found)) => write!(f, " (found {found})"),
            (Some(expected), None) => write!(f, " (expected {expected})"),
            (None, None) => Ok(()),
        }
    }
}

/// Something that could not be judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// The file, or the name of a checkpoint that was given.
    pub file: String,
    /// The record concerned, where there is one.
    pub record: Option<u64>,
    /// Why it could not be judged.
    pub why: String,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            Some(record) => write!(f, "record {record} in {}: {}", self.file, self.why),
            None => write!(f, "{}: {}", self.file, self.why),
        }
    }
}

/// A cut that a recovery has recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CutNote {
    /// The TailCut record.
    pub record: u64,
    /// What it says.
    pub cut: TailCut,
}

/// What became of a checkpoint that the inspector brought along.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckpointVerdict {
    /// The name it was given under.
    pub name: String,
    /// What it says, where it can be read.
    pub checkpoint: Option<Checkpoint>,
    /// The ledger's root at that size is the checkpoint's.
    pub holds: bool,
    /// Who of the witnesses asked for has cosigned it.
    pub cosigners: Vec<Cosigner>,
}

/// A witness whose cosignature verifies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cosigner {
    /// The witness.
    pub witness: VerifierKey,
    /// The earliest time that it states, in Unix seconds.
    pub time: u64,
}

/// What a witness has cosigned, by the ledger's own records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WitnessSummary {
    /// The witness. Whether anybody should trust it, the ledger cannot say.
    pub witness: VerifierKey,
    /// Its cosignatures that hold.
    pub cosignatures: u64,
    /// The largest size among them.
    pub size: u64,
    /// The time of that one, in Unix seconds.
    pub time: u64,
}

/// A checkpoint that was brought along and the ledger are two histories.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fork {
    /// The name it was given under.
    pub name: String,
    /// Its size: at it the roots differ.
    pub size: u64,
    /// The root that was kept.
    pub kept: RootHash,
    /// The ledger's root.
    pub found: RootHash,
    /// The largest size at which another checkpoint that was brought along agrees with the ledger; 0 without one. The
    /// two histories part in the records from here on, below `size`. The ledger's own checkpoints say nothing here:
    /// whoever rewrites a ledger signs them anew.
    pub agreed: u64,
}

/// What was not read because a checkpoint stands for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Since {
    /// The name of the checkpoint.
    pub name: String,
    /// Its size: records from here on were read and checked.
    pub size: u64,
    /// The stored hashes of records from here on, below `size`, were read to find the chain and the tree again.
    pub hashes_from: u64,
}

/// The range that was looked at, and what binds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RangeScope {
    /// The first record of the range.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// The size of the largest checkpoint that holds and covers records of the range: with their hashes as computed now
    /// the tree has the root that it signs.
    pub bound_by: Option<u64>,
    /// Cosignatures that records of the range keep. Each is a signature of its witness; whether its checkpoint is of this
    /// history was not asked.
    pub unjudged_cosignatures: u64,
    /// Records at the front whose batch began before the range: what makes it one batch was not judged.
    pub unjudged_batch: u64,
}

impl RangeScope {
    /// A range that nothing binds to the log yet.
    pub(crate) const fn unbound(from: u64, to: u64) -> Self {
        Self { from, to, bound_by: None, unjudged_cosignatures: 0, unjudged_batch: 0 }
    }
}

/// Everything a scan has to say.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Report {
    /// Who the ledger is, where its first record can be read.
    pub identity: Option<Identity>,
    /// Records that follow from record 0 on.
    pub size: u64,
    /// The hash of the last of them.
    pub head: RecordHash,
    /// The root over them.
    pub root: Option<RootHash>,
    /// Checkpoints in the ledger whose signature and root hold.
    pub own_checkpoints: u64,
    /// The newest of them, and its note.
    pub newest: Option<(Checkpoint, Vec<u8>)>,
    /// The checkpoints that were brought along.
    pub given: Vec<CheckpointVerdict>,
    /// Those of them that are another history than the ledger.
    pub forks: Vec<Fork>,
    /// What was not read.
    pub since: Option<Since>,
    /// The range that was looked at, where it was not the whole log. Then [`size`](Self::size) is what opening the log
    /// found, [`head`](Self::head) the hash of the range's last record, and there is no [`root`](Self::root).
    pub range: Option<RangeScope>,
    /// Batches that their actors have signed.
    pub signatures: u64,
    /// The keys that the log was handed over to, and the records that say so.
    pub rotations: Vec<LogKey>,
    /// Cosignatures that the ledger's records keep and that hold.
    pub cosignatures: u64,
    /// Who made them: at most a thousand, by name.
    pub witnesses: Vec<WitnessSummary>,
    /// Personal values that were compared with their commitments.
    pub values: u64,
    /// Bytes read in `log/`.
    pub log_bytes: u64,
    /// Bytes read in `vault/`.
    pub vault_bytes: u64,
    /// Streams; where old records were not read, those that new ones belong to.
    pub streams: u64,
    /// Cuts of torn tails.
    pub cuts: Vec<CutNote>,
    /// Records by which somebody confirmed a clock far behind.
    pub clock_corrections: Vec<u64>,
    /// Records whose time was held because the clock stood behind.
    pub held: u64,
    /// What is altered: the first [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings there are.
    pub findings_total: u64,
    /// What could not be judged.
    pub undecided: Vec<Undecided>,
    /// Temporary files that were there at some time of the scan.
    pub(crate) temporaries: BTreeSet<String>,
}

impl Report {
    /// Returns the keys that the log has had: the one in its genesis, and those that it was handed over to. Each of them
    /// has signed that it is this ledger's.
    pub fn log_keys(&self) -> impl Iterator<Item = &VerifierKey> {
        let first = self.identity.iter().map(|identity| &identity.verifier);
        first.chain(self.rotations.iter().map(|key| &key.verifier))
    }

    /// Returns the verdict: altered beats undecided, and nothing checked is never intact.
    pub fn verdict(&self) -> Verdict {
        if self.findings_total > 0 {
            Verdict::Altered
        } else if !self.undecided.is_empty() || self.size == 0 || self.newest.is_none() {
            Verdict::Undecided
        } else {
            Verdict::Intact
        }
    }

    pub(crate) fn find(&mut self, finding: Finding) {
        self.findings_total += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Takes over what another report has to complain of.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.findings_total += other.findings_total;
        self.findings.extend(other.findings);
        self.findings.truncate(MAX_FINDINGS);
        self.undecided.extend(other.undecided);
        self.undecided.truncate(MAX_FINDINGS);
        self.temporaries.extend(other.temporaries);
    }

    /// Returns what could be read. Where a file could not be, that is noted, and everything else is judged all the same; what
    /// is altered there is found.
    ///
    /// # Errors
    /// Those that say nothing about a file.
    pub(crate) fn heard<T>(&mut self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => return Ok(Some(read)),
            Err(StoreError::Io { doing, path, source }) => {
                self.undecide(&path, None, unreadable(doing, &source))
            }
            Err(StoreError::Altered { index, path, why }) => {
                self.find(Finding::new("chain", &path, why).record(index));
            }
            Err(StoreError::AlteredFile { path, why }) => self.find(Finding::new("checkpoint", &path, why)),
            Err(other) => return Err(other),
        }
        Ok(None)
    }

    /// Notes what could not be judged; the list is capped like the findings.
    pub(crate) fn undecide(&mut self, file: &str, record: Option<u64>, why: String) {
        if self.undecided.len() < MAX_FINDINGS {
            self.undecided.push(Undecided { file: file.to_owned(), record, why });
        }
    }
}

/// Says in words that something could not be done with a file.
pub(crate) fn unreadable(doing: &str, why: &io::Error) -> String {
    format!("cannot {doing} it: {why}")
}

impl Finding {
    pub(crate) fn new(check: &'static str, file: &str, what: impl Into<String>) -> Self {
        Self {
            check,
            file: file.to_owned(),
            record: None,
            offset: None,
            expected: None,
            found: None,
            what: what.into(),
        }
    }

    pub(crate) fn record(mut self, index: u64) -> Self {
        self.record = Some(index);
        self
    }

    pub(crate) fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(crate) fn values(mut self, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }
}
