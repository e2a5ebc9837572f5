//! `tree/tail`: the full groups of the segment that has no footer yet, as of the newest checkpoint: where they end, and
//! their hashes.
//!
//! Who opens a log starts behind them, and a proof needs their hashes; reading and hashing a nearly full segment takes
//! longer than everything else about it. Derived and never trusted: they count only where they lead to the root of a
//! checkpoint that the ledger's key has signed, and the segment is followed from its first record otherwise. Nothing is
//! synced, and what goes wrong here is let go.

use std::io;

use docket_proof::{Fields, NodeHash};

use crate::{disk::Disk, footer::Group};

const DIR: &str = "tree";
const FILE: KeptFile = KeptFile { path: "tree/tail", temporary: "tree/tail.tmp" };
const MAGIC: &[u8; 8] = b"DOCKETTG";
/// Groups below which following them is cheaper than a file.
const MIN_GROUPS: usize = 16;
/// Groups of a segment.
const MAX_GROUPS: usize = 256;
/// A group's hash, and where it ends.
const GROUP_LEN: usize = 40;

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

/// Keeps the full groups of a segment.
pub(crate) fn store(disk: &dyn Disk, segment: u64, groups: &[Group]) {
    if groups.len() >= MIN_GROUPS {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&segment.to_le_bytes());
        for group in groups {
            bytes.extend_from_slice(group.hash.as_bytes());
            bytes.extend_from_slice(&group.end.to_le_bytes());
        }
        // Without the file opening is slower, and nothing else.
        let _ = keep(disk, FILE, &bytes);
    }
}

/// Returns what is kept for a segment, right or wrong; nothing where there is nothing.
pub(crate) fn load(disk: &dyn Disk, segment: u64) -> Vec<Group> {
    try_load(disk, segment).unwrap_or_default()
}

fn try_load(disk: &dyn Disk, segment: u64) -> Option<Vec<Group>> {
    const LONGEST: usize = MAGIC.len() + 8 + MAX_GROUPS * GROUP_LEN;
    let file = disk.open_read(FILE.path).ok()?;
    let len = usize::try_from(file.len().ok()?).ok().filter(|len| *len <= LONGEST)?;
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let mut fields = Fields::new(&bytes);
    if fields.array::<8>()? != MAGIC || fields.u64()? != segment {
        return None;
    }
    let (groups, rest) = fields.rest().as_chunks::<GROUP_LEN>();
    rest.is_empty().then(|| groups.iter().filter_map(group).collect())
}

fn group(bytes: &[u8; GROUP_LEN]) -> Option<Group> {
    let mut fields = Fields::new(bytes);
    Some(Group { hash: NodeHash::from_bytes(*fields.array()?), end: fields.u64()? })
}
