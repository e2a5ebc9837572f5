//! A forger who holds the ledger's key: changes records, and then makes hashes, footers and checkpoints right again.
//!
//! What it makes differs from an honest ledger in the records that the test changed, and in nothing else.

use std::collections::BTreeMap;

use docket_log::{Identity, SimDisk};
use docket_proof::{
    Checkpoint, Commitment, Frontier, NodeHash, RecordHash, RecordKey, SigningKey, leaf_hash,
    sign_checkpoint, subtree_root,
};

use super::{ORIGIN, SEGMENT_HEADER, key, split_records};

/// A ledger's files, taken apart into records.
pub struct Forge {
    pub files: BTreeMap<String, Vec<u8>>,
    pub records: Vec<Vec<u8>>,
    /// The sizes of the ledger's own checkpoints; all in one file.
    pub signed: Vec<u64>,
    /// Records that hand the log over, and the keys that they name.
    pub rotated: Vec<(u64, SigningKey)>,
}

/// Where fields stand in a record (FORMAT.md section 4).
pub mod at {
    pub const INDEX: usize = 4;
    pub const RECORDED_AT: usize = 12;
    pub const STREAM_ID: usize = 36;
    pub const PREVIOUS: usize = 44;
    pub const POSITION: usize = 52;
    pub const KIND: usize = 56;
    pub const EVENT_TYPE: usize = 58;
    pub const SCHEMA: usize = 60;
    pub const FLAGS: usize = 62;
    pub const PRECISION: usize = 64;
    pub const COMMITMENT_COUNT: usize = 65;
    pub const RESERVED: usize = 66;
    pub const BODY_LEN: usize = 68;
    pub const OPTIONAL: usize = 88;
}

const SEGMENT_RECORDS: usize = 65_536;

impl Forge {
    pub fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        let mut records = Vec::new();
        for (path, bytes) in &files {
            if path.starts_with("log/") {
                records.extend(split_records(bytes).into_iter().map(|(_, record)| record));
            }
        }
        let signed = notes_of(&files["checkpoints/00000000.ckp"])
            .iter()
            .map(|(_, note)| String::from_utf8_lossy(note).lines().nth(1).unwrap().parse().unwrap())
            .collect();
        Self { files, records, signed, rotated: Vec::new() }
    }

    /// Overwrites bytes of a record.
    pub fn put(&mut self, record: usize, at: usize, bytes: &[u8]) {
        self.records[record][at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Puts bytes in the place of a stretch of a record, and makes its length right.
    pub fn splice(&mut self, record: usize, range: std::ops::Range<usize>, bytes: &[u8]) {
        self.records[record].splice(range, bytes.iter().copied());
        let len = u32::try_from(self.records[record].len()).unwrap();
        self.put(record, 0, &len.to_le_bytes());
    }

    /// Gives every record the index of its place.
    pub fn renumber(&mut self) {
        for (index, record) in (0_u64..).zip(&mut self.records) {
            record[at::INDEX..at::INDEX + 8].copy_from_slice(&index.to_le_bytes());
        }
    }

    /// Returns the vault entries of segment 0 as `(offset, bytes)`.
    pub fn entries(&self) -> Vec<(usize, Vec<u8>)> {
        entries_of(&self.files["vault/00000000.vlt"])
    }

    /// Puts a vault entry in place of another of the same length, and makes the commitment in its record right.
    pub fn commit(&mut self, record: usize, commitment: usize, entry: &[u8]) {
        let first = self.records[record][at::FLAGS] & 1 == 1;
        let from = at::OPTIONAL + if first { 16 } else { 0 } + 8 + 34 * commitment + 2;
        let commitment = Commitment::of_opening(&entry[16..]);
        self.put(record, from, commitment.as_bytes());
    }

    /// Builds the ledger again: hashes, footers and the checkpoints at the sizes signed.
    pub fn disk(&self) -> SimDisk {
        let mut files = self.files.clone();
        files.retain(|path, _| !path.starts_with("log/"));
        let genesis = RecordHash::of_genesis(&self.records[0]);
        let record_key = RecordKey::new(&genesis);
        let mut tree = Frontier::new();
        let mut roots = BTreeMap::new();
        let mut previous = RecordHash::ZERO;
        for (number, records) in (0_u32..).zip(self.records.chunks(SEGMENT_RECORDS)) {
            let mut header = self.files["log/00000000.seg"][..SEGMENT_HEADER].to_vec();
            header[12..16].copy_from_slice(&number.to_le_bytes());
            header[16..24].copy_from_slice(&(u64::from(number) * 65_536).to_le_bytes());
            header[24..56].copy_from_slice(genesis.as_bytes());
            header[64..96].copy_from_slice(previous.as_bytes());
            let mut segment = header;
            let mut footer = Footer::default();
            for record in records {
                let hash = if tree.size() == 0 {
                    genesis
                } else {
                    record_key.hash_chained(&[previous.as_bytes().as_slice(), record].concat())
                };
                footer.offsets.push(segment.len() as u64);
                footer.hashes.push(hash);
                segment.extend_from_slice(record);
                segment.extend_from_slice(hash.as_bytes());
                tree.push(leaf_hash(hash.as_bytes()));
                roots.insert(tree.size(), tree.root());
                previous = hash;
            }
            if records.len() == SEGMENT_RECORDS {
                let footer = footer.bytes(number);
                segment.extend_from_slice(&footer);
                segment.extend_from_slice(&record_key.hash_bytes(&footer));
            }
            files.insert(format!("log/{number:08}.seg"), segment);
        }
        for (path, bytes) in &mut files {
            if path.starts_with("vault/") {
                bytes[16..48].copy_from_slice(genesis.as_bytes());
            }
        }
        if let Ok(identity) = Identity::of(&self.records[0]) {
            files.insert("ledger.toml".into(), identity.ledger_toml().into_bytes());
        }
        let notes = self.signed.iter().filter_map(|size| {
            let checkpoint = Checkpoint::new(ORIGIN, *size, *roots.get(size)?).unwrap();
            let in_force = self.rotated.iter().rfind(|(record, _)| record + 1 < *size);
            let first = key();
            Some(sign_checkpoint(&checkpoint, in_force.map_or(&first, |(_, key)| key)).unwrap())
        });
        let mut checkpoints = self.files["checkpoints/00000000.ckp"][..48].to_vec();
        checkpoints[16..48].copy_from_slice(genesis.as_bytes());
        for note in notes {
            checkpoints.extend_from_slice(&u32::try_from(note.len()).unwrap().to_le_bytes());
            checkpoints.extend_from_slice(&note);
        }
        files.insert("checkpoints/00000000.ckp".into(), checkpoints);
        SimDisk::from_files(files)
    }
}

/// Makes a footer's keyed hash right again.
pub fn reseal(segment: &mut [u8], genesis: &[u8]) {
    let key = RecordKey::new(&RecordHash::of_genesis(genesis));
    let end = segment.len() - 32;
    let check = key.hash_bytes(&segment[end + 32 - FOOTER_LEN..end]);
    segment[end..].copy_from_slice(&check);
}

pub const FOOTER_LEN: usize = 272_464;

#[derive(Default)]
struct Footer {
    offsets: Vec<u64>,
    hashes: Vec<RecordHash>,
}

impl Footer {
    /// As FORMAT.md section 3 says, written without a look at how the library does it.
    fn bytes(&self, segment: u32) -> Vec<u8> {
        let mut out = b"DOCKETFT".to_vec();
        out.extend_from_slice(&segment.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        for (number, offset) in self.offsets.iter().enumerate() {
            let relative = offset - self.offsets[number / 256 * 256];
            out.extend_from_slice(&u32::try_from(relative).unwrap().to_le_bytes());
        }
        for offset in self.offsets.iter().step_by(256) {
            out.extend_from_slice(&offset.to_le_bytes());
        }
        let leaves: Vec<NodeHash> =
            self.hashes.iter().map(|hash| leaf_hash(hash.as_bytes()).into()).collect();
        for group in leaves.chunks(256) {
            out.extend_from_slice(subtree_root(group).unwrap().as_bytes());
        }
        out.extend_from_slice(subtree_root(&leaves).unwrap().as_bytes());
        out
    }
}

/// The notes of a checkpoint file, each with the offset of its length field.
pub fn notes_of(file: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut notes = Vec::new();
    let mut at = 48;
    while at < file.len() {
        let len = u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        notes.push((at, file[at + 4..at + 4 + len].to_vec()));
        at += 4 + len;
    }
    notes
}

/// The entries of a vault file, each with its offset.
pub fn entries_of(file: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut entries = Vec::new();
    let mut at = 64;
    while at < file.len() {
        let len = 50 + u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        entries.push((at, file[at..at + len].to_vec()));
        at += len;
    }
    entries
}
