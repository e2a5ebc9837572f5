//! `tree/sealed`: the level-16 hashes of the sealed segments, one behind the other.
//!
//! They stand in the segments' footers as well; but a log of a city has fifteen hundred of these, and opening it would
//! open every one. Derived and never trusted: they count where they lead to the root of a checkpoint that the ledger's key
//! has signed, and the footers are read otherwise. Nothing is synced, and what goes wrong here is let go.

use docket_proof::{Fields, NodeHash};

use crate::{
    disk::Disk,
    files::MAX_SEGMENTS,
    tail_tree::{KeptFile, keep},
};

const FILE: KeptFile = KeptFile { path: "tree/sealed", temporary: "tree/sealed.tmp" };
const MAGIC: &[u8; 8] = b"DOCKETTS";

fn len_of(segments: usize) -> u64 {
    (MAGIC.len() + 32 * segments) as u64
}

/// Says whether as many hashes are kept as there are sealed segments.
pub(crate) fn has(disk: &dyn Disk, segments: usize) -> bool {
    segments == 0 || disk.file_len(FILE.path).is_ok_and(|len| len == Some(len_of(segments)))
}

/// Keeps the hashes of all sealed segments.
pub(crate) fn store(disk: &dyn Disk, sealed: &[NodeHash]) {
    let mut bytes = MAGIC.to_vec();
    sealed.iter().for_each(|hash| bytes.extend_from_slice(hash.as_bytes()));
    // Without the file opening is slower, and nothing else.
    let _ = keep(disk, FILE, &bytes);
}

/// Returns what is kept, right or wrong; nothing where there is nothing.
pub(crate) fn load(disk: &dyn Disk) -> Vec<NodeHash> {
    try_load(disk).unwrap_or_default()
}

fn try_load(disk: &dyn Disk) -> Option<Vec<NodeHash>> {
    let file = disk.open_read(FILE.path).ok()?;
    let len = file.len().ok().filter(|len| *len <= MAGIC.len() as u64 + 32 * MAX_SEGMENTS)?;
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let mut fields = Fields::new(&bytes);
    if fields.array::<8>()? != MAGIC {
        return None;
    }
    let (hashes, rest) = fields.rest().as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| NodeHash::from_bytes(*hash)).collect())
}

/// Lets go of what is kept, which was wrong: the next checkpoint keeps it anew.
pub(crate) fn forget(disk: &dyn Disk) {
    let _ = disk.remove(FILE.path);
}
