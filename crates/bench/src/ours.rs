//! docket's own writer, with a clock and blinds that others can repeat.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use docket_log::{
    Clock, Disk, Entropy, FileDisk, HeadTable, KeyFolder, NewLedger, Reader, ScanOptions, Verdict, Writer,
    create, scan,
};
use docket_proof::{ClockKind, Genesis, RecordHash, RecordIndex, SigningKey};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use crate::{Fallible, chain::State, source::Timed};

/// A ledger that is written.
pub(crate) struct Ours {
    folder: PathBuf,
    writer: Writer,
    time: Arc<AtomicI64>,
}

impl Ours {
    /// Makes a ledger at a time, microseconds UTC.
    pub(crate) fn create(folder: &Path, created: i64) -> Fallible<Self> {
        fs::create_dir_all(folder)?;
        let disk: Arc<dyn Disk> = Arc::new(FileDisk::new(folder));
        let keys = KeyFolder::new(disk.clone(), "keys");
        let genesis = Genesis {
            clock: ClockKind::Simulated,
            created,
            nonce: [0; 32],
            public_key: [0; 32],
            origin: ORIGIN.to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            predecessor: None,
        };
        let key = SigningKey::from_seed(ORIGIN, &[7; 32])?;
        let recovered = create(disk.clone(), &keys, NewLedger { genesis, key: &key }, &mut Blinds::new())?;
        let heads: HeadTable = Reader::open(disk)?.heads(recovered.size())?;
        let time = Arc::new(AtomicI64::new(created));
        let clock = Box::new(GivenClock(time.clone()));
        let writer = recovered.into_writer(Box::new(heads), clock, Box::new(Blinds::new()))?;
        Ok(Self { folder: folder.to_owned(), writer, time })
    }

    /// Returns the hash of record 0.
    pub(crate) fn genesis(&self) -> RecordHash {
        self.writer.identity().hash
    }

    /// Returns the bytes of record 0.
    pub(crate) fn genesis_record(&self) -> Fallible<Vec<u8>> {
        let reader = Reader::open(Arc::new(FileDisk::new(&self.folder)))?;
        Ok(reader.record(RecordIndex(0))?.bytes().to_vec())
    }

    /// Appends a batch. Durable on return.
    pub(crate) fn append(&self, timed: &Timed) -> Fallible<()> {
        self.time.store(timed.at, Ordering::Relaxed);
        self.writer.append(&timed.batch)?;
        Ok(())
    }

    /// Signs a checkpoint and returns what it covers.
    pub(crate) fn checkpoint(&self) -> Fallible<State> {
        let (checkpoint, _) = self.writer.checkpoint()?;
        Ok(State { size: checkpoint.size(), head: self.writer.head(), root: checkpoint.root() })
    }

    /// Verifies all of it from its files and returns what was found, which is intact.
    pub(crate) fn verify(&self, threads: usize) -> Fallible<State> {
        let report = scan(&FileDisk::new(&self.folder), &ScanOptions { threads, ..ScanOptions::default() })?;
        match (report.verdict(), report.root) {
            (Verdict::Intact, Some(root)) => Ok(State { size: report.size, head: report.head, root }),
            _ => Err(format!("not intact: {:?} {:?}", report.findings, report.undecided).into()),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

const ORIGIN: &str = "ledger.example/beside";

/// The time that the next batch is recorded at.
struct GivenClock(Arc<AtomicI64>);

impl Clock for GivenClock {
    fn now(&mut self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The generator that the command line uses, from a seed that everybody here begins with.
pub(crate) struct Blinds(ChaCha20Rng);

impl Blinds {
    pub(crate) fn new() -> Self {
        Self(ChaCha20Rng::from_seed([3; 32]))
    }
}

impl Entropy for Blinds {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
