//! Ledgers on a real disk, with a real clock and real randomness.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use docket_log::{
    Clock, Disk, Entropy, FileDisk, HeadTable, Heads, KeyFolder, NewLedger, Reader, Recovered, Writer, create,
};
use docket_proof::{ClockKind, Genesis, SigningKey};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use tempfile::TempDir;

use crate::{acts::Acts, floor::files};

const ORIGIN: &str = "ledger.example/bench";

/// A folder on the disk that Cargo builds on, which is no memory file system.
pub(crate) fn folder() -> TempDir {
    tempfile::Builder::new().prefix("ledger").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A ledger in a folder that vanishes with it.
pub(crate) struct Bed {
    folder: TempDir,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) keys: KeyFolder,
}

impl Bed {
    /// Makes a ledger and opens it.
    pub(crate) fn create() -> (Self, Writer) {
        let bed = Self::create_closed();
        let writer = bed.open(Box::new(bed.heads()));
        (bed, writer)
    }

    /// Makes a ledger with a first checkpoint.
    pub(crate) fn create_closed() -> Self {
        let folder = folder();
        let disk: Arc<dyn Disk> = Arc::new(FileDisk::new(folder.path()));
        let keys = KeyFolder::new(disk.clone(), "keys");
        let genesis = Genesis {
            clock: ClockKind::System,
            created: WallClock.now(),
            nonce: [0; 32],
            public_key: [0; 32],
            origin: ORIGIN.to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            predecessor: None,
        };
        let key = SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap();
        let recovered =
            create(disk.clone(), &keys, NewLedger { genesis, key: &key }, &mut ChaCha::seeded()).unwrap();
        let bed = Self { folder, disk, keys };
        let heads = Box::new(bed.heads());
        let writer = recovered.into_writer(heads, Box::new(WallClock), Box::new(ChaCha::seeded())).unwrap();
        writer.checkpoint().unwrap();
        bed
    }

    /// Makes a ledger of about `records` acts, in batches of 1,000, with a checkpoint over all of them.
    pub(crate) fn filled(records: u64, with_values: bool) -> Self {
        let (bed, writer) = Self::create();
        let mut acts = Acts::new(with_values);
        while writer.size() < records {
            let wanted = (records - writer.size()).min(1_000) as usize;
            writer.append_deferred(acts.batch(wanted)).unwrap();
        }
        writer.checkpoint().unwrap();
        bed
    }

    /// Opens it for writing; `heads` are those of all its records.
    pub(crate) fn open(&self, heads: Box<dyn Heads>) -> Writer {
        let recovered = Recovered::open(self.disk.clone(), &self.keys).unwrap();
        recovered.into_writer(heads, Box::new(WallClock), Box::new(ChaCha::seeded())).unwrap()
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(self.disk.clone()).unwrap()
    }

    pub(crate) fn heads(&self) -> HeadTable {
        let reader = self.reader();
        reader.heads(reader.size()).unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the length of all files of a folder: `log` or `vault`.
    pub(crate) fn bytes(&self, dir: &str) -> u64 {
        files(&self.path().join(dir)).iter().map(|path| fs::metadata(path).unwrap().len()).sum()
    }
}

/// The machine's clock, as the command line uses it.
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&mut self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros().try_into().unwrap()
    }
}

/// The generator that the command line uses, so that blinds and salts cost what they cost there.
pub(crate) struct ChaCha(ChaCha20Rng);

impl ChaCha {
    pub(crate) fn seeded() -> Self {
        Self(ChaCha20Rng::from_seed([3; 32]))
    }
}

impl Entropy for ChaCha {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
