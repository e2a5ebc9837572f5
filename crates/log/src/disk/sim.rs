//! A [`Disk`] in memory that can lose its power.

use super::crash::{
    Change, ChangeKind, Fate, NameChange, NameChangeKind, Names, Node, Random, Standing, Tear, lineage,
    parent, surviving_bytes, surviving_names,
};
use super::{DirEntry, Disk, DiskFile, EntryKind, advance, check_dir_path, check_path};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};

/// A disk in memory, for tests: it keeps apart what was synced from what was not, so that it can tell what a power cut
/// [may leave](Self::after_crash). Clones are handles of the same disk.
///
/// Every call that may change something (create, create a folder, rename, remove, sync a folder, write, set a length,
/// sync a file) is one **operation**, numbered from 0, also when it is refused. The same calls and the same seed give
/// the same result.
///
/// ```
/// use docket_log::{Disk, DiskFile, SimDisk, Tear};
///
/// let disk = SimDisk::new();
/// let file = disk.create_new("a")?;
/// disk.sync_dir("")?;
/// file.write_all_at(b"kept", 0)?;
/// file.sync_data()?;
/// file.write_all_at(b", or not", 4)?;
/// for seed in 0..100 {
///     let left = disk.after_crash(seed, Tear::Byte).files();
///     assert!(left["a"].starts_with(b"kept"));
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

/// How a write goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteFault {
    /// Only so many bytes are written, and that is what the call returns.
    Short(usize),
    /// Nothing is written: the disk is full.
    NoSpace,
    /// Nothing is written: an error of the device.
    Device,
}

#[derive(Clone, Default)]
struct State {
    /// By file number; a file without a name stays, because a handle or a lost removal may still lead to it.
    files: Vec<SimFile>,
    names: Names,
    stored_names: Names,
    name_changes: Vec<NameChange>,
    operations: u64,
    syncs: u64,
    writes: u64,
    crash_at: Option<u64>,
    crashed: bool,
    failing_syncs: BTreeSet<u64>,
    failing_writes: BTreeMap<u64, WriteFault>,
    capacity: Option<u64>,
    trace: Vec<String>,
}

#[derive(Clone, Default)]
struct SimFile {
    /// The name it has or had, for the trace.
    path: String,
    private: bool,
    /// What reading shows.
    bytes: Arc<Vec<u8>>,
    /// What is certain to outlive a power cut, before `changes`.
    stored: Arc<Vec<u8>>,
    /// In order of time; what leads from `stored` to `bytes`.
    changes: Vec<Change>,
    unreadable: Option<Range<u64>>,
}

struct SimHandle {
    state: Arc<Mutex<State>>,
    file: usize,
    writable: bool,
}

/// An operation that has its number.
#[derive(Clone, Copy)]
struct Step {
    at: u64,
    in_flight: bool,
}

impl SimDisk {
    /// Makes an empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a disk that holds these files and the folders they need, all durable.
    ///
    /// # Panics
    /// When a name is not a path as [`Disk`] wants it, or stands for a file and a folder.
    #[must_use]
    pub fn from_files(files: BTreeMap<String, Vec<u8>>) -> Self {
        let mut state = State::default();
        for (path, bytes) in files {
            check_path(&path).expect("a plain relative path");
            for folder in lineage(&path).skip(1) {
                let before = state.names.insert(folder.to_owned(), Node::Dir);
                assert!(matches!(before, None | Some(Node::Dir)), "{folder} is a file and a folder");
            }
            let before = state.names.insert(path.clone(), Node::File(state.files.len()));
            assert!(before.is_none(), "{path} is a file and a folder");
            state.files.push(SimFile::durable(path, Arc::new(bytes), false));
        }
        state.stored_names.clone_from(&state.names);
        Self::with(state)
    }

    /// Returns all files as reading shows them, by path.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.lock();
        state.named_files().map(|(path, file)| (path.to_owned(), file.bytes.to_vec())).collect()
    }

    /// Returns all folders, sorted, without the disk's own.
    #[must_use]
    pub fn dirs(&self) -> Vec<String> {
        let state = self.lock();
        state.names.iter().filter(|(_, node)| **node == Node::Dir).map(|(path, _)| path.clone()).collect()
    }

    /// Copies the disk as it runs, with what is and is not synced and with the faults to come. Cheap: bytes are shared
    /// until one of the two writes.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self::with(self.lock().clone())
    }

    /// Copies all folders and files to another disk and syncs them there.
    ///
    /// # Errors
    /// Whatever the other disk reports.
    pub fn copy_to(&self, other: &dyn Disk) -> io::Result<()> {
        let dirs = self.dirs();
        dirs.iter().try_for_each(|path| other.create_dir(path))?;
        for (path, bytes) in self.files() {
            let file = if self.is_private(&path) {
                other.create_new_private(&path)
            } else {
                other.create_new(&path)
            }?;
            file.write_all_at(&bytes, 0)?;
            file.sync_data()?;
        }
        dirs.iter().map(String::as_str).chain([""]).try_for_each(|path| other.sync_dir(path))
    }

    /// Changes a file's bytes behind everybody's back, and durably. It is no operation.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn alter(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.lock();
        let file = state.names.get(path).copied();
        let Some(Node::File(file)) = file else { panic!("no file {path}") };
        let file = state.file_mut(file);
        file.changes.clear();
        change(Arc::make_mut(&mut file.bytes));
        file.stored = Arc::clone(&file.bytes);
    }

    /// Returns whether only its owner may read the file.
    #[must_use]
    pub fn is_private(&self, path: &str) -> bool {
        self.lock().named_files().any(|(name, file)| name == path && file.private)
    }

    /// Returns how many operations there were. Once the power is cut they are no longer counted.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Returns how many syncs there were, of files and folders.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.lock().syncs
    }

    /// Returns how many writes there were.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    /// Returns a line for each operation so far: its number, what it was and on what.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        self.lock().trace.clone()
    }

    /// Cuts the power in the middle of operation `n`, which counts from 0 over the disk's whole life: it may take
    /// effect, partly or not, and it and every call after it fails, reads too.
    pub fn crash_at(&self, n: u64) {
        self.lock().crash_at = Some(n);
    }

    /// Returns whether the power is cut.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.lock().crashed
    }

    /// Makes the n-th sync fail, which counts from 0 over the disk's whole life, files and folders together. What it
    /// should have made durable still reads as written, but no later sync makes it so. May be called for several.
    pub fn fail_nth_sync(&self, n: u64) {
        self.lock().failing_syncs.insert(n);
    }

    /// Makes the n-th write fail or fall short; see [`fail_nth_sync`](Self::fail_nth_sync).
    pub fn fail_nth_write(&self, n: u64, fault: WriteFault) {
        self.lock().failing_writes.insert(n, fault);
    }

    /// Limits the length of all files together, `None` for no limit. The write that crosses the limit falls short, the
    /// next finds no space; a [`set_len`](DiskFile::set_len) beyond it is refused.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.lock().capacity = bytes;
    }

    /// Makes reading fail wherever it touches these bytes of a file.
    ///
    /// # Panics
    /// When there is no such file.
    pub fn fail_reads(&self, path: &str, bytes: Range<u64>) {
        let mut state = self.lock();
        let file = state.names.get(path).copied();
        let Some(Node::File(file)) = file else { panic!("no file {path}") };
        state.file_mut(file).unreadable = Some(bytes);
    }

    /// Returns what a power cut now, or the one there was, may leave: a new disk, all durable, without faults to come.
    ///
    /// What was synced is there. Of the rest `seed % 8` chooses, so that eight seeds in a row show each kind:
    ///
    /// | | bytes and lengths | names |
    /// |---|---|---|
    /// | 0 | nothing | nothing |
    /// | 1 | everything | everything |
    /// | 2 | all operations before a chosen one, and a part of that one | the same |
    /// | 3 | of each file, only the last unit written, in its place | everything |
    /// | 4 | of each file, all but one unit | everything |
    /// | 5 | the lengths, but no bytes: zeros | everything |
    /// | 6 | each unit by chance, any length between the synced one and the current one | each by chance |
    /// | 7 | for each file one of these | each by chance |
    ///
    /// A unit is as long as `tear` says, at a multiple of that in its file. A lost one reads as what was there before,
    /// or as zeros behind the old end. A cut of a length, a rename and so on is kept or lost as a whole, but no change of
    /// names is kept that builds on a lost one. The operation that the power cut interrupted may be torn anywhere.
    #[must_use]
    pub fn after_crash(&self, seed: u64, tear: Tear) -> Self {
        let state = self.lock();
        let mut random = Random::new(seed);
        let uncertain = state
            .files
            .iter()
            .flat_map(|file| &file.changes)
            .filter(|change| change.uncertain())
            .map(|change| change.at)
            .chain(
                state
                    .name_changes
                    .iter()
                    .filter(|change| change.standing != Standing::Certain)
                    .map(|change| change.at),
            )
            .collect();
        let fate = Fate::of_disk(seed, &uncertain, &mut random);
        let mut names = surviving_names(&state.stored_names, &state.name_changes, fate, &mut random);
        let mut files = Vec::new();
        for (path, node) in &mut names {
            let Node::File(number) = node else { continue };
            let file = state.file(*number);
            let bytes = surviving_bytes(&file.stored, &file.changes, fate, tear, &mut random);
            *number = files.len();
            files.push(SimFile::durable(path.clone(), bytes, file.private));
        }
        Self::with(State { files, stored_names: names.clone(), names, ..State::default() })
    }

    fn with(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn handle(&self, file: usize, writable: bool) -> Box<dyn DiskFile> {
        Box::new(SimHandle { state: Arc::clone(&self.state), file, writable })
    }

    fn open_as(&self, path: &str, writable: bool) -> io::Result<Box<dyn DiskFile>> {
        check_path(path)?;
        let state = self.lock();
        state.powered()?;
        Ok(self.handle(state.existing_file(path)?, writable))
    }

    fn create(&self, path: &str, private: bool) -> io::Result<Box<dyn DiskFile>> {
        check_path(path)?;
        let mut state = self.lock();
        let step = state.begin(|_| format!("create {path}"))?;
        if state.find(path)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = state.files.len();
        state.files.push(SimFile { private, ..SimFile::default() });
        state.change_names(step, NameChangeKind::Create { path: path.to_owned(), file });
        step.end(self.handle(file, true))
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open_as(path, true)
    }

    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open_as(path, false)
    }

    fn create_new(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.create(path, false)
    }

    fn create_new_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.create(path, true)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        check_path(from)?;
        check_path(to)?;
        let mut state = self.lock();
        let step = state.begin(|_| format!("rename {from} to {to}"))?;
        let file = state.existing_file(from)?;
        if state.find(to)? == Some(Node::Dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        state.change_names(step, NameChangeKind::Rename { from: from.to_owned(), to: to.to_owned(), file });
        step.end(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        let mut state = self.lock();
        let step = state.begin(|_| format!("remove {path}"))?;
        let file = state.existing_file(path)?;
        state.change_names(step, NameChangeKind::Remove { path: path.to_owned(), file });
        step.end(())
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        let mut state = self.lock();
        let step = state.begin(|_| format!("create folder {path}"))?;
        match state.find(path)? {
            Some(Node::File(_)) => return Err(io::ErrorKind::AlreadyExists.into()),
            Some(Node::Dir) => {}
            None => state.change_names(step, NameChangeKind::CreateDir { path: path.to_owned() }),
        }
        step.end(())
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        check_dir_path(path)?;
        let mut state = self.lock();
        let step = state.begin(|_| format!("sync folder {path:?}"))?;
        state.existing_dir(path)?;
        if step.in_flight {
            return step.end(());
        }
        let sync = state.sync_begins();
        state.sync_names(path, if sync.is_ok() { Standing::Certain } else { Standing::Doubtful });
        sync
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        check_dir_path(path)?;
        let state = self.lock();
        state.powered()?;
        state.existing_dir(path)?;
        // In the order of the names, which within one folder is that of the paths.
        let held = state.names.iter().filter(|(name, _)| parent(name) == path);
        Ok(held
            .map(|(name, node)| {
                let kind = match node {
                    Node::Dir => EntryKind::Dir,
                    Node::File(_) => EntryKind::File,
                };
                let name = name.rsplit_once('/').map_or(name.as_str(), |(_, name)| name).to_owned();
                DirEntry { name, exact: true, kind }
            })
            .collect())
    }

    fn file_len(&self, path: &str) -> io::Result<Option<u64>> {
        check_path(path)?;
        let state = self.lock();
        state.powered()?;
        match state.existing_file(path) {
            Ok(file) => Ok(Some(state.file(file).len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl DiskFile for SimHandle {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = lock(&self.state);
        state.powered()?;
        let file = state.file(self.file);
        if let Some(unreadable) = &file.unreadable
            && unreadable.start < advance(offset, buf.len())?
            && offset < unreadable.end
        {
            return Err(device_error());
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let there = file.bytes.get(start..).unwrap_or_default();
        let len = there.len().min(buf.len());
        buf.iter_mut().zip(there).for_each(|(to, from)| *to = *from);
        Ok(len)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = lock(&self.state);
        let step = state.begin(|state| {
            format!("write {} at {offset}, {} bytes", state.file(self.file).path, buf.len())
        })?;
        self.check_writable()?;
        let end = usize::try_from(advance(offset, buf.len())?).ok().filter(|end| *end <= MAX_LEN);
        let offset = end.ok_or(io::ErrorKind::FileTooLarge)? - buf.len();
        let buf = state.write_begins(buf)?;
        let buf = state.fitting(self.file, offset, buf)?;
        if !buf.is_empty() {
            state.change_file(self.file, step, ChangeKind::Write { offset, data: buf.to_vec() });
        }
        step.end(buf.len())
    }

    fn len(&self) -> io::Result<u64> {
        let state = lock(&self.state);
        state.powered()?;
        Ok(state.file(self.file).len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = lock(&self.state);
        let step = state.begin(|state| format!("set length of {} to {len}", state.file(self.file).path))?;
        self.check_writable()?;
        let new =
            usize::try_from(len).ok().filter(|len| *len <= MAX_LEN).ok_or(io::ErrorKind::FileTooLarge)?;
        let old = state.file(self.file).len();
        if state.free().is_some_and(|free| len.saturating_sub(old) > free) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if len != old {
            state.change_file(self.file, step, ChangeKind::SetLen(new));
        }
        step.end(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = lock(&self.state);
        let step = state.begin(|state| format!("sync {}", state.file(self.file).path))?;
        if step.in_flight {
            return step.end(());
        }
        let sync = state.sync_begins();
        state.file_mut(self.file).sync(if sync.is_ok() { Standing::Certain } else { Standing::Doubtful });
        sync
    }
}

impl SimHandle {
    fn check_writable(&self) -> io::Result<()> {
        if self.writable { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}

impl State {
    fn powered(&self) -> io::Result<()> {
        if self.crashed { Err(power_cut()) } else { Ok(()) }
    }

    /// Numbers an operation, and cuts the power when it is the one.
    fn begin(&mut self, what: impl FnOnce(&Self) -> String) -> io::Result<Step> {
        self.powered()?;
        let at = self.operations;
        self.operations += 1;
        self.crashed = self.crash_at.is_some_and(|crash_at| at >= crash_at);
        let end = if self.crashed { ": power cut" } else { "" };
        let line = format!("{at} {}{end}", what(self));
        self.trace.push(line);
        Ok(Step { at, in_flight: self.crashed })
    }

    /// Counts a sync, and says whether it works.
    fn sync_begins(&mut self) -> io::Result<()> {
        let sync = self.syncs;
        self.syncs += 1;
        if self.failing_syncs.remove(&sync) { Err(device_error()) } else { Ok(()) }
    }

    /// Counts a write, and returns as much of it as works.
    fn write_begins<'b>(&mut self, buf: &'b [u8]) -> io::Result<&'b [u8]> {
        let write = self.writes;
        self.writes += 1;
        match self.failing_writes.remove(&write) {
            None => Ok(buf),
            Some(WriteFault::Short(len)) => Ok(buf.get(..len).unwrap_or(buf)),
            Some(WriteFault::NoSpace) => Err(io::ErrorKind::StorageFull.into()),
            Some(WriteFault::Device) => Err(device_error()),
        }
    }

    /// Returns as much of a write as there is space for.
    fn fitting<'b>(&self, file: usize, offset: usize, buf: &'b [u8]) -> io::Result<&'b [u8]> {
        let Some(free) = self.free() else { return Ok(buf) };
        let free = usize::try_from(free).unwrap_or(usize::MAX);
        let end_max = self.file(file).bytes.len().saturating_add(free);
        let fits = buf.get(..end_max.saturating_sub(offset)).unwrap_or(buf);
        if fits.is_empty() && !buf.is_empty() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(fits) }
    }

    /// Returns how many bytes more there is space for, `None` without a limit.
    fn free(&self) -> Option<u64> {
        let capacity = self.capacity?;
        let used: u64 = self.named_files().map(|(_, file)| file.len()).sum();
        Some(capacity.saturating_sub(used))
    }

    fn file(&self, number: usize) -> &SimFile {
        self.files.get(number).expect("files are never forgotten")
    }

    fn file_mut(&mut self, number: usize) -> &mut SimFile {
        self.files.get_mut(number).expect("files are never forgotten")
    }

    fn named_files(&self) -> impl Iterator<Item = (&str, &SimFile)> {
        self.names.iter().filter_map(|(path, node)| match node {
            Node::Dir => None,
            Node::File(file) => Some((path.as_str(), self.file(*file))),
        })
    }

    /// Returns what has this name.
    fn find(&self, path: &str) -> io::Result<Option<Node>> {
        let mut folders: Vec<&str> = lineage(path).skip(1).collect();
        folders.reverse();
        for folder in folders {
            match self.names.get(folder) {
                Some(Node::Dir) => {}
                Some(Node::File(_)) => return Err(io::ErrorKind::NotADirectory.into()),
                None => return Err(io::ErrorKind::NotFound.into()),
            }
        }
        Ok(self.names.get(path).copied())
    }

    fn existing_file(&self, path: &str) -> io::Result<usize> {
        match self.find(path)? {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn existing_dir(&self, path: &str) -> io::Result<()> {
        match if path.is_empty() { Some(Node::Dir) } else { self.find(path)? } {
            Some(Node::Dir) => Ok(()),
            Some(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn change_file(&mut self, file: usize, step: Step, kind: ChangeKind) {
        let file = self.file_mut(file);
        let change = Change { at: step.at, standing: Standing::Pending, in_flight: step.in_flight, kind };
        change.apply(Arc::make_mut(&mut file.bytes));
        file.changes.push(change);
    }

    fn change_names(&mut self, step: Step, kind: NameChangeKind) {
        kind.apply(&mut self.names);
        if let NameChangeKind::Create { path, file } | NameChangeKind::Rename { to: path, file, .. } = &kind {
            self.file_mut(*file).path.clone_from(path);
        }
        let waiting = kind.paths().map(|path| parent(path).to_owned()).collect();
        let Step { at, in_flight } = step;
        self.name_changes.push(NameChange { at, standing: Standing::Pending, in_flight, waiting, kind });
    }

    fn sync_names(&mut self, folder: &str, standing: Standing) {
        for change in self.name_changes.iter_mut().filter(|change| change.standing == Standing::Pending) {
            let waited = change.waiting.remove(folder);
            if waited && (standing == Standing::Doubtful || change.waiting.is_empty()) {
                change.standing = standing;
            }
        }
        let certain =
            self.name_changes.iter().take_while(|change| change.standing == Standing::Certain).count();
        for change in self.name_changes.drain(..certain) {
            change.kind.apply(&mut self.stored_names);
        }
    }
}

impl SimFile {
    fn durable(path: String, bytes: Arc<Vec<u8>>, private: bool) -> Self {
        Self { path, private, stored: Arc::clone(&bytes), bytes, changes: Vec::new(), unreadable: None }
    }

    fn len(&self) -> u64 {
        u64::try_from(self.bytes.len()).expect("lengths fit into 64 bits")
    }

    fn sync(&mut self, standing: Standing) {
        for change in self.changes.iter_mut().filter(|change| change.standing == Standing::Pending) {
            change.standing = standing;
        }
        let certain = self.changes.iter().take_while(|change| !change.uncertain()).count();
        for change in self.changes.drain(..certain) {
            change.apply(Arc::make_mut(&mut self.stored));
        }
    }
}

impl Step {
    fn end<T>(self, value: T) -> io::Result<T> {
        if self.in_flight { Err(power_cut()) } else { Ok(value) }
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("SimDisk")
            .field("operations", &state.operations)
            .field("crashed", &state.crashed)
            .field("files", &state.named_files().map(|(path, file)| (path, file.len())).collect::<Vec<_>>())
            .finish()
    }
}

impl fmt::Debug for SimHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimHandle")
            .field("file", &self.file)
            .field("writable", &self.writable)
            .finish_non_exhaustive()
    }
}

/// A test that panicked in one thread must not hide behind a poisoned lock in another.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn power_cut() -> io::Error {
    io::Error::other("simulated power cut")
}

fn device_error() -> io::Error {
    io::Error::other("simulated device error")
}

/// A file beyond this is a test's mistake, and would fill the memory.
const MAX_LEN: usize = 1 << 30;
