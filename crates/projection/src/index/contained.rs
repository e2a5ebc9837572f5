//! sled behind one door.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use docket_proof::RecordHash;
use serde::{Deserialize, Serialize};

use super::{ids::CommandId, page::PageKey};

/// Changes with the shape of anything stored in the index; an index of another schema is built again.
const SCHEMA: u32 = 1;
/// sled's page cache, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// The longest a reader waits for the index before it replays the log instead.
const MAX_WAIT: Duration = Duration::from_secs(2);
const META_KEY: &[u8] = b"m";
const TREE: &str = "docket";

/// What the index says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IndexMeta {
    schema: u32,
    genesis: [u8; 32],
    /// Records of the log that are in the index.
    pub size: u64,
    head: [u8; 32],
    /// Streams of each kind, by kind.
    pub streams: Vec<(u16, u64)>,
    /// Records whose event was not known to the version that read them.
    pub unknown: u64,
}

impl IndexMeta {
    /// Describes an index over the first `size` records of a log.
    pub fn new(
        genesis: &RecordHash,
        size: u64,
        head: &RecordHash,
        streams: Vec<(u16, u64)>,
        unknown: u64,
    ) -> Self {
        Self { schema: SCHEMA, genesis: *genesis.as_bytes(), size, head: *head.as_bytes(), streams, unknown }
    }

    /// Returns the genesis hash of the ledger it belongs to.
    pub fn genesis(&self) -> RecordHash {
        RecordHash::from_bytes(self.genesis)
    }

    /// Returns the hash of the last record in the index.
    pub fn head(&self) -> RecordHash {
        RecordHash::from_bytes(self.head)
    }
}

/// Why the index cannot be used. The log is untouched by any of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The folder or a file in it.
    #[error("the index's folder cannot be used")]
    Io(#[from] io::Error),
    /// Another process has it.
    #[error("the index is in use by another process")]
    Busy,
    /// What sled says.
    #[error("the index cannot be read: {0}")]
    Engine(String),
    /// A page that is not what was stored, or a question sled panicked over.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
}

/// How an index was found.
#[derive(Debug)]
pub struct OpenedIndex {
    /// The index; empty where it was new or had to be set aside.
    pub index: Index,
    /// What was wrong with the one before, if it had to be set aside.
    pub set_aside: Option<String>,
}

/// Whether to wait for another process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// Up to two seconds.
    Briefly,
    /// Not at all.
    No,
}

/// The open index. Its lock is held until it is dropped.
pub struct Index {
    tree: sled::Tree,
    db: sled::Db,
    meta: Option<IndexMeta>,
    // Dropped last: sled has let go of its files by then.
    _lock: File,
}

impl Index {
    /// Opens the index in `folder`, or makes it. An index that cannot be opened is set aside and begun anew.
    ///
    /// # Errors
    /// [`IndexError::Busy`] when another process has it, and when the folder cannot be used.
    pub fn open(folder: &Path, waiting: Waiting) -> Result<OpenedIndex, IndexError> {
        fs::create_dir_all(folder)?;
        let lock = lock(folder, waiting)?;
        let path = folder.join("sled");
        remove_torn_snapshots(&path)?;
        match open_engine(&path) {
            Ok((db, tree, meta)) => {
                Ok(OpenedIndex { index: Self { tree, db, meta, _lock: lock }, set_aside: None })
            }
            Err(error) => {
                let why = error.to_string();
                set_aside(folder, &path)?;
                let (db, tree, meta) = open_engine(&path)?;
                Ok(OpenedIndex { index: Self { tree, db, meta, _lock: lock }, set_aside: Some(why) })
            }
        }
    }

    /// Returns what the index says of itself; `None` when it is empty.
    pub fn meta(&self) -> Option<&IndexMeta> {
        self.meta.as_ref()
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When sled cannot.
    pub fn page(&self, key: PageKey) -> Result<Option<Vec<u8>>, IndexError> {
        guarded(|| self.tree.get(key.bytes())).map(|page| page.map(|page| page.to_vec()))
    }

    /// Returns the page of command ids that `id` belongs to, with the smallest id it may hold.
    pub(crate) fn ids_page_at(&self, id: &CommandId) -> Result<Option<(CommandId, Vec<u8>)>, IndexError> {
        let found = guarded(|| self.tree.range(ids_key(&[0; 16])..=ids_key(id)).next_back().transpose())?;
        found.map(|(key, page)| Ok((ids_of(&key)?, page.to_vec()))).transpose()
    }

    /// Returns the key of the page of command ids behind the one at `start`.
    pub(crate) fn next_ids_page(&self, start: &CommandId) -> Result<Option<CommandId>, IndexError> {
        let range =
            (std::ops::Bound::Excluded(ids_key(start)), std::ops::Bound::Included(ids_key(&[0xff; 16])));
        let found = guarded(|| self.tree.range(range).next().transpose())?;
        found.map(|(key, _)| ids_of(&key)).transpose()
    }

    /// Stores pages together with what they belong to: all of it or, after a crash, none.
    ///
    /// # Errors
    /// When sled cannot. The index is then not to be used any more.
    pub fn commit(
        &mut self,
        pages: impl IntoIterator<Item = (PageKey, Vec<u8>)>,
        ids: Vec<(CommandId, Vec<u8>)>,
        meta: IndexMeta,
    ) -> Result<(), IndexError> {
        let mut batch = sled::Batch::default();
        for (key, page) in pages {
            batch.insert(key.bytes().as_slice(), page);
        }
        for (key, page) in ids {
            batch.insert(ids_key(&key).as_slice(), page);
        }
        let bytes = bincode::serde::encode_to_vec(&meta, bincode::config::standard())
            .map_err(|_| IndexError::Damaged("what it says of itself cannot be encoded"))?;
        batch.insert(META_KEY, bytes);
        guarded(|| self.tree.apply_batch(batch))?;
        self.meta = Some(meta);
        Ok(())
    }

    /// Shows every page of states and heads, in the order of their keys.
    pub(crate) fn each_page(&self, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), IndexError> {
        guarded(|| {
            for entry in self.tree.scan_prefix(b"p") {
                let (key, page) = entry?;
                visit(&key, &page);
            }
            Ok(())
        })
    }

    /// Shows every page of command ids, in the order of the ids.
    pub(crate) fn each_ids_page(&self, visit: &mut dyn FnMut(&[u8])) -> Result<(), IndexError> {
        guarded(|| {
            for entry in self.tree.scan_prefix(b"c") {
                visit(&entry?.1);
            }
            Ok(())
        })
    }

    /// Hands everything to the system. No fsync: a crash may cost the index, which is then built again.
    ///
    /// # Errors
    /// When sled cannot.
    pub fn flush(&self) -> Result<(), IndexError> {
        guarded(|| self.db.flush()).map(|_| ())
    }

    /// Empties the index.
    ///
    /// # Errors
    /// When sled cannot.
    pub fn clear(&mut self) -> Result<(), IndexError> {
        self.meta = None;
        guarded(|| self.tree.clear())
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("meta", &self.meta).finish_non_exhaustive()
    }
}

fn ids_key(id: &CommandId) -> [u8; 17] {
    let mut key = [b'c'; 17];
    key.iter_mut().skip(1).zip(id).for_each(|(to, from)| *to = *from);
    key
}

fn ids_of(key: &[u8]) -> Result<CommandId, IndexError> {
    let id = key.get(1..).and_then(|id| id.try_into().ok());
    id.ok_or(IndexError::Damaged("a key has the wrong length"))
}

/// Asks sled something; a panic of its becomes an error.
fn guarded<T>(ask: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(IndexError::Engine(error.to_string())),
        Err(_) => Err(IndexError::Damaged("its engine gave up")),
    }
}

fn open_engine(path: &Path) -> Result<(sled::Db, sled::Tree, Option<IndexMeta>), IndexError> {
    let db = guarded(|| {
        sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .print_profile_on_drop(false)
            .open()
    })?;
    let tree = guarded(|| db.open_tree(TREE))?;
    let meta = guarded(|| tree.get(META_KEY))?;
    let meta = match meta {
        None => None,
        Some(bytes) => {
            let config = bincode::config::standard().with_limit::<65_536>();
            let decoded = bincode::serde::decode_from_slice::<IndexMeta, _>(&bytes, config);
            let (meta, _) =
                decoded.map_err(|_| IndexError::Damaged("what it says of itself cannot be read"))?;
            if meta.schema != SCHEMA {
                return Err(IndexError::Damaged("it was made by another version"));
            }
            Some(meta)
        }
    };
    Ok((db, tree, meta))
}

/// Takes our own lock before sled's: ours can be waited for, and says nothing about files on failure.
fn lock(folder: &Path, waiting: Waiting) -> Result<File, IndexError> {
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))?;
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if waiting == Waiting::No || Instant::now() >= deadline => {
                return Err(IndexError::Busy);
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// A kill while sled opens can leave a half-made snapshot, over which it then refuses to open.
fn remove_torn_snapshots(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Moves a broken index out of the way; the one set aside before goes.
fn set_aside(folder: &Path, path: &Path) -> io::Result<()> {
    let aside: PathBuf = folder.join("sled.set-aside");
    match fs::remove_dir_all(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(path, aside)
}
