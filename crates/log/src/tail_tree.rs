//! `tree/tail`: the upper hashes of the segment that has no footer yet, as of the newest checkpoint.
//!
//! A proof needs them all, and hashing a nearly full segment takes longer than everything else about it. Derived and
//! never trusted: a reader takes them only where they lead to the root of a checkpoint that the ledger's key has
//! signed, and hashes the segment otherwise. Nothing is synced, and what goes wrong here is let go.

use std::io;

use docket_proof::{Checkpoint, Fields, NodeHash};

use crate::{disk::Disk, files::SEGMENT_RECORDS, tail::Tail};

const DIR: &str = "tree";
const FILE: KeptFile = KeptFile { path: "tree/tail", temporary: "tree/tail.tmp" };
const MAGIC: &[u8; 8] = b"DOCKETTT";
/// Groups below which hashing them is cheaper than a file.
const MIN_GROUPS: usize = 16;
/// Groups of a segment.
const MAX_GROUPS: usize = 256;

/// A derived file, and the name that it is written under.
#[derive(Clone, Copy)]
pub(crate) struct KeptFile {
    pub(crate) path: &'static str,
    pub(crate) temporary: &'static str,
}

/// Puts bytes in the place of what a derived file held. Nothing is synced.
pub(crate) fn keep(disk: &dyn Disk, file: KeptFile, bytes: &[u8]) -> io::Result<()> {
    disk.create_dir(DIR)?;
    match disk.remove(file.temporary) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => other?,
    }
    disk.create_new(file.temporary)?.write_all_at(bytes, 0)?;
    disk.rename(file.temporary, file.path)
}

/// Keeps the level-8 hashes of a segment's full groups.
pub(crate) fn store(disk: &dyn Disk, segment: u64, level8: &[NodeHash]) {
    if level8.len() >= MIN_GROUPS {
        // Without the file a proof is slower, and nothing else.
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&segment.to_le_bytes());
        level8.iter().for_each(|hash| bytes.extend_from_slice(hash.as_bytes()));
        let _ = keep(disk, FILE, &bytes);
    }
}

/// Returns the hashes of the full groups of the log's last segment, where they are kept and lead to the root of a
/// checkpoint, which somebody has signed.
pub(crate) fn find(disk: &dyn Disk, tail: &Tail, signed: &Checkpoint) -> Option<Vec<NodeHash>> {
    let count = signed.size().checked_sub(tail.segment * SEGMENT_RECORDS)?;
    let level8 = load(disk, tail.segment)?;
    (tail.footer.root_with(&tail.sealed, &level8, count)? == signed.root()).then_some(level8)
}

/// Returns what is kept for a segment, right or wrong.
fn load(disk: &dyn Disk, segment: u64) -> Option<Vec<NodeHash>> {
    const LONGEST: usize = MAGIC.len() + 8 + MAX_GROUPS * 32;
    let file = disk.open_read(FILE.path).ok()?;
    let len = usize::try_from(file.len().ok()?).ok().filter(|len| *len <= LONGEST)?;
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let mut fields = Fields::new(&bytes);
    if fields.array::<8>()? != MAGIC || fields.u64()? != segment {
        return None;
    }
    let (hashes, rest) = fields.rest().as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| NodeHash::from_bytes(*hash)).collect())
}
