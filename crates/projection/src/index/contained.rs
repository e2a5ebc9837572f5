//! sled behind one door.

use std::{
    cell::Cell,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    ops::Bound,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use docket_proof::RecordHash;
use serde::{Deserialize, Serialize};

use super::{changes::Changes, ids::CommandId, page::PageKey, quiet::quietly, storing::Entry};

/// Changes with the shape of anything stored in the index; an index of another schema is built again.
const SCHEMA: u32 = 11;
/// sled's page cache, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// The length of a part of sled's file. At every opening sled reads the head of each part, all of the last one, and each large
/// value that the last one names; a value is large from a quarter of a part on.
const SEGMENT_BYTES: usize = 1 << 20;
/// The longest a reader waits for the index before it replays the log instead.
const MAX_WAIT: Duration = Duration::from_secs(2);
const META_KEY: &[u8] = b"m";
/// Under which the changed pages stand: beside what the index says of itself, so that both lie in one page of sled's.
pub(crate) const CHANGES_KEY: &[u8] = b"mc";
const TREE: &str = "docket";
/// The first byte of the keys of pages of command ids.
pub(crate) const IDS_PREFIX: u8 = b'c';
/// The first byte of the keys of kept reports.
pub(crate) const KEPT_PREFIX: u8 = b'r';
/// The first byte of the keys of sums.
pub(crate) const SUMS_PREFIX: u8 = b's';
/// sled's folder in the index's folder.
const SLED: &str = "sled";

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
    /// Its pages have another shape.
    #[error("the index was made by another version")]
    Version,
}

/// How an index was found.
#[derive(Debug)]
pub struct OpenedIndex {
    /// The index; empty where it was new or had to be set aside.
    pub index: Index,
    /// What was wrong with the one before, if it had to be set aside.
    pub set_aside: Option<String>,
    /// There was an index, but nothing in it.
    pub was_empty: bool,
}

/// What happens to an index that is not wanted any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Old {
    /// It goes.
    Remove,
    /// It is kept beside the new one, for whoever wants to know what happened.
    SetAside,
}

/// The open index. Its lock is held until it is dropped.
pub struct Index {
    /// `None` where it could not be opened.
    engine: Option<Engine>,
    /// sled failed or panicked. It is not asked again: what it holds may be anything, and it might wait forever.
    has_failed: Cell<bool>,
    meta: Option<IndexMeta>,
    folder: PathBuf,
    // Let go of last: sled has closed its files by then.
    _lock: File,
}

struct Engine {
    tree: sled::Tree,
    db: sled::Db,
}

impl Index {
    /// Opens the index in `folder`, or makes it. An index that cannot be opened is set aside and begun anew.
    ///
    /// Waits up to two seconds for another process.
    ///
    /// # Errors
    /// [`IndexError::Busy`] when another process has it, and when the folder cannot be used.
    pub fn open(folder: &Path) -> Result<OpenedIndex, IndexError> {
        fs::create_dir_all(folder)?;
        let mut index = Self::locked(folder)?;
        let existed = index.sled().exists();
        match index.open_engine() {
            Ok(()) => {
                let was_empty = existed && index.meta.is_none();
                Ok(OpenedIndex { index, set_aside: None, was_empty })
            }
            Err(IndexError::Busy) => Err(IndexError::Busy),
            Err(error) => {
                index.begin_anew(Old::SetAside)?;
                Ok(OpenedIndex { index, set_aside: Some(error.to_string()), was_empty: false })
            }
        }
    }

    /// Opens the index in `folder`, if there is one; one that cannot be opened stays as it is.
    ///
    /// sled has no way to open for reading only: its files may change, though not what they say.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where that would set it aside.
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, IndexError> {
        if !folder.join(SLED).exists() {
            return Ok(None);
        }
        let mut index = Self::locked(folder)?;
        index.open_engine()?;
        Ok(Some(index))
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
        self.ask(|engine| Ok(engine.tree.get(key.bytes())?.map(|page| page.to_vec())))
    }

    /// Returns the page of command ids that `id` belongs to, with the smallest id it may hold.
    pub(crate) fn ids_page_at(&self, id: &CommandId) -> Result<Option<(CommandId, Vec<u8>)>, IndexError> {
        let range = ids_key(&[0; 16])..=ids_key(id);
        let found = self.ask(|engine| engine.tree.range(range).next_back().transpose())?;
        found.map(|(key, page)| Ok((ids_of(&key)?, page.to_vec()))).transpose()
    }

    /// Returns the key of the page of command ids behind the one at `start`.
    pub(crate) fn next_ids_page(&self, start: &CommandId) -> Result<Option<CommandId>, IndexError> {
        let range = (Bound::Excluded(ids_key(start)), Bound::Included(ids_key(&[0xff; 16])));
        let found = self.ask(|engine| engine.tree.range(range).next().transpose())?;
        found.map(|(key, _)| ids_of(&key)).transpose()
    }

    /// Stores all of these or, after a crash, none; with `meta`, what the index belongs to from now on, and
    /// which of its pages changed.
    ///
    /// # Errors
    /// When sled cannot. The index is then not to be used any more.
    pub(super) fn store(
        &mut self,
        entries: impl IntoIterator<Item = Entry>,
        meta: Option<(IndexMeta, &Changes)>,
    ) -> Result<(), IndexError> {
        let mut batch = sled::Batch::default();
        entries.into_iter().for_each(|(key, page)| batch.insert(key, page));
        if let Some((meta, changes)) = &meta {
            batch.insert(CHANGES_KEY, changes.to_bytes()?);
            let bytes = bincode::serde::encode_to_vec(meta, bincode::config::standard())
                .map_err(|_| IndexError::Damaged("what it says of itself cannot be encoded"))?;
            batch.insert(META_KEY, bytes);
        }
        self.ask(|engine| engine.tree.apply_batch(batch))?;
        if let Some((meta, _)) = meta {
            self.meta = Some(meta);
        }
        Ok(())
    }

    /// Says of the index that it belongs to nothing, whatever it holds.
    ///
    /// # Errors
    /// When sled cannot. The index is then not to be used any more.
    pub(super) fn belong_to_nothing(&mut self) -> Result<(), IndexError> {
        self.meta = None;
        self.ask(|engine| engine.tree.remove(META_KEY))?;
        self.flush()
    }

    /// Returns what is kept of something that is made from the pages.
    ///
    /// # Errors
    /// When sled cannot.
    pub(crate) fn find(&self, derived: Derived<'_>) -> Result<Option<Vec<u8>>, IndexError> {
        self.ask(|engine| Ok(engine.tree.get(derived.key())?.map(|bytes| bytes.to_vec())))
    }

    /// Keeps what was made from the pages, all of it or nothing.
    ///
    /// # Errors
    /// When sled cannot. The index is then not to be used any more.
    pub(crate) fn keep(&self, made: &[(Derived<'_>, Vec<u8>)]) -> Result<(), IndexError> {
        let mut batch = sled::Batch::default();
        for (derived, bytes) in made {
            batch.insert(derived.key(), bytes.as_slice());
        }
        self.ask(|engine| engine.tree.apply_batch(batch))
    }

    /// Returns which pages changed; `None` where that is not known.
    ///
    /// # Errors
    /// When sled cannot.
    pub(crate) fn changes(&self) -> Result<Option<Changes>, IndexError> {
        let bytes = self.ask(|engine| engine.tree.get(CHANGES_KEY))?;
        Ok(bytes.and_then(|bytes| Changes::read(&bytes)))
    }

    /// Shows everything the index holds beside what it says of itself, in the order of the keys.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), IndexError> {
        self.ask(|engine| {
            for entry in engine.tree.iter() {
                let (key, value) = entry?;
                if key != META_KEY {
                    visit(&key, &value);
                }
            }
            Ok(())
        })
    }

    /// Hands everything to the system. No fsync: a crash may cost the index, which is then built again.
    ///
    /// # Errors
    /// When sled cannot.
    pub fn flush(&self) -> Result<(), IndexError> {
        self.ask(|engine| engine.db.flush()).map(|_| ())
    }

    /// Begins again with an empty index, whatever state the one before is in.
    ///
    /// # Errors
    /// When its files cannot be moved or made.
    pub(crate) fn begin_anew(&mut self, old: Old) -> Result<(), IndexError> {
        self.close();
        let (path, aside) = (self.sled(), self.folder.join("sled.set-aside"));
        // The one set aside before goes: one is enough to look at.
        remove(&aside)?;
        match old {
            Old::Remove => remove(&path)?,
            Old::SetAside => fs::rename(&path, aside)?,
        }
        self.open_engine()
    }

    /// Takes the lock of the index in `folder`. Nothing is opened yet.
    fn locked(folder: &Path) -> Result<Self, IndexError> {
        let lock = lock(folder)?;
        let folder = folder.to_owned();
        Ok(Self { engine: None, has_failed: Cell::new(false), meta: None, folder, _lock: lock })
    }

    fn sled(&self) -> PathBuf {
        self.folder.join(SLED)
    }

    fn open_engine(&mut self) -> Result<(), IndexError> {
        remove_torn_snapshots(&self.sled())?;
        self.engine = Some(open_sled(&self.sled())?);
        self.has_failed.set(false);
        let meta = self.ask(|engine| engine.tree.get(META_KEY))?;
        self.meta = meta.map(|bytes| read_meta(&bytes)).transpose()?;
        if self.meta.is_none() && !self.ask(|engine| Ok(engine.tree.is_empty()))? {
            return Err(IndexError::Damaged("it does not say what it belongs to"));
        }
        Ok(())
    }

    /// Asks sled something; a panic of its becomes an error, and the last thing it was asked.
    fn ask<T>(&self, ask: impl FnOnce(&Engine) -> sled::Result<T>) -> Result<T, IndexError> {
        let Some(engine) = self.engine.as_ref().filter(|_| !self.has_failed.get()) else {
            return Err(IndexError::Damaged("its engine gave up"));
        };
        guarded(|| ask(engine)).inspect_err(|_| self.has_failed.set(true))
    }

    fn close(&mut self) {
        self.meta = None;
        let Some(engine) = self.engine.take() else { return };
        if self.has_failed.get() {
            // Dropping it would have it write what it holds, and it may wait forever for itself.
            std::mem::forget(engine);
        } else if quietly(|| drop(engine)).is_err() {
            self.has_failed.set(true);
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("meta", &self.meta).finish_non_exhaustive()
    }
}

/// Something that is made from the pages, and kept beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Derived<'a> {
    /// The report of this name.
    Report(&'a str),
    /// What the sums of a kind belong to.
    SumsOf(u16),
    /// A block of the sums of a kind.
    Sums(u16, u32),
}

impl Derived<'_> {
    /// Returns sled's key.
    pub(crate) fn key(self) -> Vec<u8> {
        match self {
            Self::Report(name) => [&[KEPT_PREFIX], name.as_bytes()].concat(),
            Self::SumsOf(kind) => [&[SUMS_PREFIX][..], &kind.to_be_bytes()].concat(),
            Self::Sums(kind, block) => {
                [&[SUMS_PREFIX][..], &kind.to_be_bytes(), &block.to_be_bytes()].concat()
            }
        }
    }
}

pub(super) fn ids_key(id: &CommandId) -> [u8; 17] {
    let mut key = [IDS_PREFIX; 17];
    key.iter_mut().skip(1).zip(id).for_each(|(to, from)| *to = *from);
    key
}

fn ids_of(key: &[u8]) -> Result<CommandId, IndexError> {
    let id = key.get(1..).and_then(|id| id.try_into().ok());
    id.ok_or(IndexError::Damaged("a key has the wrong length"))
}

fn read_meta(bytes: &[u8]) -> Result<IndexMeta, IndexError> {
    // The schema comes first, whatever follows.
    let config = bincode::config::standard().with_limit::<65_536>();
    match bincode::serde::decode_from_slice::<u32, _>(bytes, config) {
        Ok((SCHEMA, _)) => {}
        Ok(_) => return Err(IndexError::Version),
        Err(_) => return Err(UNREADABLE),
    }
    let (meta, read) = bincode::serde::decode_from_slice(bytes, config).map_err(|_| UNREADABLE)?;
    if read == bytes.len() { Ok(meta) } else { Err(UNREADABLE) }
}

const UNREADABLE: IndexError = IndexError::Damaged("what it says of itself cannot be read");

/// Does something with sled; a panic of its becomes an error.
fn guarded<T>(ask: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexError> {
    match quietly(ask) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(IndexError::Engine(error.to_string())),
        Err(_) => Err(IndexError::Damaged("its engine gave up")),
    }
}

fn open_sled(path: &Path) -> Result<Engine, IndexError> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE_BYTES)
        .segment_size(SEGMENT_BYTES)
        .flush_every_ms(None)
        .print_profile_on_drop(false);
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        let opened = guarded(|| {
            let db = config.open()?;
            Ok(Engine { tree: db.open_tree(TREE)?, db })
        });
        match opened {
            // With our lock taken, only a thread of sled's own can still have its files, from the session before.
            Err(IndexError::Engine(why)) if why.contains("could not acquire lock") => {
                if Instant::now() >= deadline {
                    return Err(IndexError::Busy);
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            // Its parts had another length.
            Err(IndexError::Engine(why)) if why.contains("io buffer size") => {
                return Err(IndexError::Version);
            }
            opened => return opened,
        }
    }
}

/// Takes our own lock before sled's: ours can be waited for, and says nothing about files on failure.
fn lock(folder: &Path) -> Result<File, IndexError> {
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))?;
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Err(IndexError::Busy),
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
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file or a folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
