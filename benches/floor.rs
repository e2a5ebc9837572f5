//! What the hardware allows: the same bytes written and synced, the same hashes computed, and nothing else.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use docket_log::{FileDisk, Identity};
use docket_proof::{Commitment, Frame, NodeHash, RecordHash, RecordKey, leaf_hash, node_hash};

/// Returns the files of a folder in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

/// A file that bytes are added to at its end.
pub(crate) struct BareFile(File);

impl BareFile {
    /// Makes one, with its name durable.
    pub(crate) fn create(folder: &Path, name: &str) -> Self {
        let file = File::create(folder.join(name)).unwrap();
        file.sync_all().unwrap();
        File::open(folder).unwrap().sync_all().unwrap();
        Self(file)
    }

    /// Writes and syncs (`fdatasync` on Linux).
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
        self.0.sync_data().unwrap();
    }
}

/// A streaming tree as a binary counter: one node for each set bit of the number of leaves.
pub(crate) struct BareTree {
    size: u64,
    nodes: [NodeHash; 64],
}

impl BareTree {
    pub(crate) fn new() -> Self {
        Self { size: 0, nodes: [NodeHash::from_bytes([0; 32]); 64] }
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: &[u8; 32]) {
        let mut node = leaf_hash(entry).into();
        let level = self.size.trailing_ones() as usize;
        for left in &self.nodes[..level] {
            node = node_hash(*left, node);
        }
        self.nodes[level] = node;
        self.size += 1;
    }
}

/// A ledger's bytes in memory, and where its records and openings stand in them.
pub(crate) struct Loaded {
    pub(crate) key: [u8; 32],
    genesis: RecordHash,
    pub(crate) segments: Vec<LoadedSegment>,
}

/// One segment and its vault file.
pub(crate) struct LoadedSegment {
    log: Vec<u8>,
    /// Start and end of each record but the genesis; 32 bytes before the start lies the hash before.
    records: Vec<(usize, usize)>,
    /// Where the footer starts and its check, which covers what is before, if the segment is sealed.
    footer: Option<(usize, usize)>,
    vault: Vec<u8>,
    /// Start and end of `salt || field || value` of each entry.
    openings: Vec<(usize, usize)>,
}

const SEGMENT_HEADER_LEN: usize = 96;
const VAULT_HEADER_LEN: usize = 64;
const ENTRY_HEAD_LEN: usize = 50;
const OPENING_AT: usize = 16;
const HASH_LEN: usize = 32;

impl Loaded {
    /// Reads a ledger whole.
    pub(crate) fn read(ledger: &Path) -> Self {
        Self::read_some(ledger, 0, usize::MAX)
    }

    /// Reads `count` segments from the one numbered `first` on.
    pub(crate) fn read_some(ledger: &Path, first: usize, count: usize) -> Self {
        let vaults = files(&ledger.join("vault"));
        let logs = files(&ledger.join("log"));
        let segments = logs
            .iter()
            .skip(first)
            .take(count)
            .map(|path| {
                let vault = vaults.iter().find(|vault| vault.file_stem() == path.file_stem());
                LoadedSegment::new(
                    fs::read(path).unwrap(),
                    vault.map(|vault| fs::read(vault).unwrap()).unwrap_or_default(),
                )
            })
            .collect();
        let genesis = Identity::read(&FileDisk::new(ledger)).unwrap().hash;
        Self { key: blake3::derive_key("docket 2026 record v1", genesis.as_bytes()), genesis, segments }
    }

    /// Computes every hash that a verification needs, one after the other, on `threads` threads, and returns one that depends
    /// on them.
    pub(crate) fn hash_all(&self, threads: usize) -> u8 {
        self.each(threads, |segment| segment.hash_all(&self.key))
    }

    /// As [`hash_all`](Self::hash_all), several at once.
    #[allow(dead_code, reason = "one of the benchmarks that share this compares it")]
    pub(crate) fn hash_all_at_once(&self, threads: usize) -> u8 {
        let key = RecordKey::new(&self.genesis);
        self.each(threads, |segment| segment.hash_all_at_once(&key))
    }

    fn each(&self, threads: usize, hash: impl Fn(&LoadedSegment) -> u8 + Sync) -> u8 {
        if threads == 1 {
            return self.segments.iter().fold(0, |all, segment| all ^ hash(segment));
        }
        let hash = &hash;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|first| {
                    let mine = self.segments.iter().skip(first).step_by(threads);
                    scope.spawn(move || mine.fold(0, |all, segment| all ^ hash(segment)))
                })
                .collect();
            workers.into_iter().fold(0, |all, worker| all ^ worker.join().unwrap())
        })
    }

    /// Returns the records and their openings, as many as are taken, again from the first behind the last.
    pub(crate) fn cycle(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let all = self.segments.iter().flat_map(|segment| {
            let openings = segment.openings.iter().map(|&(start, end)| Some(&segment.vault[start..end]));
            let records = segment.records.iter().map(|&(start, end)| &segment.log[start..end]);
            records.zip(openings.chain(std::iter::repeat(None)))
        });
        all.cycle()
    }
}

impl LoadedSegment {
    fn new(log: Vec<u8>, vault: Vec<u8>) -> Self {
        let (mut at, mut records, mut taken) = (SEGMENT_HEADER_LEN, Vec::new(), 0);
        let is_first = log[16..24] == [0; 8];
        while taken < docket_log::SEGMENT_RECORDS
            && let Some(frame) = Frame::take(&log[at..])
        {
            if !is_first || taken > 0 {
                records.push((at, at + frame.record.len()));
            }
            at += frame.stored_len();
            taken += 1;
        }
        let footer = (at < log.len()).then(|| (at, log.len() - HASH_LEN));
        let (mut at, mut openings) = (VAULT_HEADER_LEN, Vec::new());
        while at < vault.len() {
            let len = u32::from_le_bytes(vault[at..at + 4].try_into().unwrap()) as usize;
            openings.push((at + OPENING_AT, at + ENTRY_HEAD_LEN + len));
            at += ENTRY_HEAD_LEN + len;
        }
        Self { log, records, footer, vault, openings }
    }

    fn hash_all(&self, key: &[u8; 32]) -> u8 {
        let mut tree = BareTree::new();
        for &(start, end) in &self.records {
            let hash = blake3::keyed_hash(key, &self.log[start - HASH_LEN..end]);
            tree.push(hash.as_bytes());
        }
        let mut last = tree.nodes[0].as_bytes()[0];
        for &(start, end) in &self.openings {
            last ^= Commitment::of_opening(&self.vault[start..end]).as_bytes()[0];
        }
        if let Some((start, end)) = self.footer {
            last ^= blake3::keyed_hash(key, &self.log[start..end]).as_bytes()[0];
        }
        last
    }

    fn hash_all_at_once(&self, key: &RecordKey) -> u8 {
        const AT_ONCE: usize = 64;
        let mut tree = BareTree::new();
        for some in self.records.chunks(AT_ONCE) {
            let preceded: Vec<&[u8]> =
                some.iter().map(|&(start, end)| &self.log[start - HASH_LEN..end]).collect();
            let mut hashes = [RecordHash::ZERO; AT_ONCE];
            key.hash_each_chained(&preceded, &mut hashes);
            hashes.iter().take(some.len()).for_each(|hash| tree.push(hash.as_bytes()));
        }
        let mut last = tree.nodes[0].as_bytes()[0];
        for some in self.openings.chunks(AT_ONCE) {
            let openings: Vec<&[u8]> = some.iter().map(|&(start, end)| &self.vault[start..end]).collect();
            let mut commitments = [Commitment::from_bytes([0; 32]); AT_ONCE];
            Commitment::of_each_opening(&openings, &mut commitments);
            last = commitments.iter().take(some.len()).fold(last, |last, one| last ^ one.as_bytes()[0]);
        }
        if let Some((start, end)) = self.footer {
            last ^= key.hash_bytes(&self.log[start..end])[0];
        }
        last
    }
}
