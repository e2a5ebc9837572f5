//! Publishes a log's tree as static files (C2SP tlog-tiles), for any web server or object store.
//!
//! Entries are record hashes: nothing else of a record leaves. Every file is replaced whole and synced, the checkpoint
//! last, so that at any moment, also after a power cut, every tile that the published checkpoint asks for is there.

use std::{collections::BTreeSet, io};

use docket_proof::{
    CheckpointNote, LeafHash, MAX_NOTE_LEN, NodeSource as _, RecordHash, Tile, leaf_hash, put_bundle_entry,
    subtree_root,
};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    files::{Family, SEGMENT_RECORDS},
    reader::Reader,
    replace::{Readers, put_file, read_small},
};

/// The published checkpoint's name.
const CHECKPOINT: &str = "checkpoint";
/// Entries of a full bundle, leaves of a full tile.
const GROUP: usize = 256;

/// What a publication came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Published {
    /// The size published before; 0 for the first time.
    pub before: u64,
    /// The size published now.
    pub size: u64,
    /// Tiles and bundles written.
    pub files: u64,
}

impl Reader {
    /// Writes what `folder` lacks of the tree under a checkpoint of this log, and then the checkpoint.
    ///
    /// `progress` is called with the number of records done.
    ///
    /// # Errors
    /// [`StoreError::Forked`] when what is published already is another history or more than this one: nothing is
    /// written then. When the log cannot be read, or the folder not be written.
    pub fn publish(
        &self,
        checkpoint: &CheckpointNote,
        folder: &dyn Disk,
        progress: &dyn Fn(u64),
    ) -> Result<Published, StoreError> {
        self.check_own("the checkpoint to publish", checkpoint)?;
        let size = checkpoint.claimed().size();
        let before = match read_published(folder)? {
            None => 0,
            Some(published) => {
                self.check_own(CHECKPOINT, &published)?;
                let before = published.claimed().size();
                if before > size {
                    let why = "the checkpoint to publish is older";
                    return Err(StoreError::Forked { signed: before, why });
                }
                if published == *checkpoint {
                    return Ok(Published { before, size, files: 0 });
                }
                before
            }
        };
        let mut shelf = Shelf { folder, dirs: BTreeSet::new(), files: 0 };
        let tiles: Vec<Tile> = Tile::between(before, size).collect();
        let (leaves, upper) = tiles.split_at(tiles.partition_point(|tile| tile.level == 0));
        self.publish_leaves(leaves, &mut shelf, progress)?;
        for tile in upper {
            let mut bytes = Vec::with_capacity(GROUP * 32);
            for index in tile.hashes() {
                bytes.extend_from_slice(self.node(tile.tree_level(), index)?.as_bytes());
            }
            shelf.put(&tile.path(), &bytes)?;
        }
        shelf.sync_dirs()?;
        put_file(folder, CHECKPOINT, &checkpoint.note().to_bytes(), Readers::Anybody)?;
        folder.sync_dir("").doing("sync", "")?;
        // Only now does nobody need the parts of what is whole. Who still has the older checkpoint takes the whole.
        for tile in tiles.iter().filter(|tile| tile.is_full()) {
            remove_parts(folder, &tile.path())?;
            if tile.level == 0 {
                remove_parts(folder, &tile.entries_path())?;
            }
        }
        Ok(Published { before, size, files: shelf.files })
    }

    /// Writes tiles of leaves, which follow each other, and the bundles of their entries.
    fn publish_leaves(
        &self,
        tiles: &[Tile],
        shelf: &mut Shelf<'_>,
        progress: &dyn Fn(u64),
    ) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (tiles.first(), tiles.last()) else { return Ok(()) };
        let mut next = tiles.iter();
        let mut hashes = Vec::with_capacity(GROUP);
        self.for_each(first.hashes().start..last.hashes().end, |record, hash| {
            hashes.push(hash);
            let is_whole = hashes.len() == GROUP || record.index.0 + 1 == last.hashes().end;
            if is_whole && let Some(tile) = next.next() {
                self.publish_group(tile, &hashes, shelf)?;
                hashes.clear();
                progress(tile.hashes().end);
            }
            Ok::<(), StoreError>(())
        })
    }

    fn publish_group(
        &self,
        tile: &Tile,
        hashes: &[RecordHash],
        shelf: &mut Shelf<'_>,
    ) -> Result<(), StoreError> {
        let leaves: Vec<LeafHash> = hashes.iter().map(|hash| leaf_hash(hash.as_bytes())).collect();
        // What is handed out must lead to the checkpoint's root.
        if let Some(root) = subtree_root(&leaves).filter(|_| tile.is_full())
            && root != self.node(8, tile.number)?
        {
            let index = tile.hashes().start;
            let path = Family::Segment.path(index / SEGMENT_RECORDS);
            let why = "the records' hashes are not those of the footer".to_owned();
            return Err(StoreError::Altered { index, path, why });
        }
        let mut bundle = Vec::with_capacity(GROUP * 34);
        hashes.iter().for_each(|hash| put_bundle_entry(&mut bundle, hash.as_bytes()));
        shelf.put(&tile.entries_path(), &bundle)?;
        let tile_bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
        shelf.put(&tile.path(), &tile_bytes)
    }
}

/// Reads what is published already.
fn read_published(folder: &dyn Disk) -> Result<Option<CheckpointNote>, StoreError> {
    let Some(bytes) = read_small(folder, CHECKPOINT, MAX_NOTE_LEN as u64)? else { return Ok(None) };
    let note = CheckpointNote::parse(&bytes);
    note.map(Some).map_err(|source| StoreError::Checkpoint { path: CHECKPOINT.to_owned(), source })
}

/// The folder that is being filled.
struct Shelf<'a> {
    folder: &'a dyn Disk,
    /// Folders that hold new names, or that were made.
    dirs: BTreeSet<String>,
    files: u64,
}

impl Shelf<'_> {
    /// Writes a file; its name is durable after [`sync_dirs`](Self::sync_dirs).
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut dir = path;
        let mut missing = Vec::new();
        while let Some((parent, _)) = dir.rsplit_once('/') {
            if !self.dirs.contains(parent) {
                missing.push(parent);
            }
            dir = parent;
        }
        for parent in missing.into_iter().rev() {
            self.folder.create_dir(parent).doing("create", parent)?;
            self.dirs.insert(parent.to_owned());
        }
        put_file(self.folder, path, bytes, Readers::Anybody)?;
        self.files += 1;
        Ok(())
    }

    fn sync_dirs(&self) -> Result<(), StoreError> {
        for dir in self.dirs.iter().map(String::as_str).chain([""]) {
            self.folder.sync_dir(dir).doing("sync", dir)?;
        }
        Ok(())
    }
}

/// Removes the partial tiles that a full one replaces. The empty folder stays.
fn remove_parts(folder: &dyn Disk, full: &str) -> Result<(), StoreError> {
    let dir = format!("{full}.p");
    let entries = match folder.list(&dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.doing("list", &dir)?,
    };
    for entry in entries.iter().filter(|entry| entry.exact) {
        let path = format!("{dir}/{}", entry.name);
        folder.remove(&path).doing("remove", &path)?;
    }
    Ok(())
}
