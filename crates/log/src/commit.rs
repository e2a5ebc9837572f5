//! Making appended bytes durable, many batches at once (group commit).

use std::{
    io,
    time::{Duration, Instant},
};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{Family, LOG_DIR, VAULT_DIR},
    room::Room,
};

/// The longest that a commit is put off, however slow the disk: threads that are coming back need far less.
const MAX_GATHERING: Duration = Duration::from_millis(1);

/// Bytes of one segment that wait to be written.
pub(crate) struct Piece {
    pub(crate) segment: u64,
    pub(crate) log_at: u64,
    pub(crate) log: Vec<u8>,
    pub(crate) vault_at: u64,
    pub(crate) vault: Vec<u8>,
    /// The segment's footer is in it.
    pub(crate) is_last: bool,
}

/// The files that a commit writes to.
#[derive(Default)]
pub(crate) struct OpenFiles {
    log: Option<(u64, Box<dyn DiskFile>)>,
    vault: Option<(u64, Box<dyn DiskFile>)>,
    room: Room,
}

impl OpenFiles {
    /// Writes and syncs pieces in order. After each sync a crash leaves a prefix of whole batches, and perhaps a torn
    /// rest that the next opening cuts.
    pub(crate) fn commit(&mut self, disk: &dyn Disk, pieces: &[Piece]) -> Result<(), StoreError> {
        for piece in pieces {
            if !piece.vault.is_empty() {
                let path = Family::Vault.path(piece.segment);
                let is_new = piece.vault_at == 0;
                let file = open_for(disk, &mut self.vault, piece.segment, &path, is_new)?;
                file.write_all_at(&piece.vault, piece.vault_at).doing("write", &path)?;
                // Values are durable before any record that commits to them is written.
                file.sync_data().doing("sync", &path)?;
                if is_new {
                    disk.sync_dir(VAULT_DIR).doing("sync", VAULT_DIR)?;
                }
            }
            let path = Family::Segment.path(piece.segment);
            let is_new = piece.log_at == 0;
            // A segment is created only after the one before, its footer included, was synced by the piece before.
            let file = open_for(disk, &mut self.log, piece.segment, &path, is_new)?;
            file.write_all_at(&piece.log, piece.log_at).doing("write", &path)?;
            let end = piece.log_at + piece.log.len() as u64;
            if piece.is_last {
                self.room.close(file, end).doing("cut", &path)?;
            } else {
                self.room.follow(file, piece.log_at, end).doing("write", &path)?;
            }
            file.sync_data().doing("sync", &path)?;
            if is_new {
                disk.sync_dir(LOG_DIR).doing("sync", LOG_DIR)?;
            }
        }
        Ok(())
    }

    /// Leaves a segment file that ends with its last record. Not synced: room that a crash brings back says the same.
    pub(crate) fn leave(&mut self) {
        if let Some((_, file)) = &self.log {
            let _ = self.room.leave(file.as_ref());
        }
    }
}

fn open_for<'f>(
    disk: &dyn Disk,
    slot: &'f mut Option<(u64, Box<dyn DiskFile>)>,
    segment: u64,
    path: &str,
    is_new: bool,
) -> Result<&'f dyn DiskFile, StoreError> {
    if slot.as_ref().is_none_or(|(open, _)| *open != segment) {
        let opened = if is_new { disk.create_new(path) } else { disk.open(path) };
        *slot = Some((segment, opened.doing("open", path)?));
    }
    match slot {
        Some((_, file)) => Ok(&**file),
        None => Err(io::Error::from(io::ErrorKind::NotFound)).doing("open", path),
    }
}

/// Decides when waiting threads are enough for a commit.
///
/// Whom a commit has served is mostly back with the next batch within a fraction of a sync. If the first of them
/// committed at once, the others would wait for that sync and then for one of their own; so the last of those expected
/// commits for all, or the first whose patience ends: half of what the commit before took, which is what PostgreSQL
/// recommends for its `commit_delay`. Nobody is expected but who was there last time, so a lone thread never waits.
#[derive(Debug)]
pub(crate) struct Gathering {
    /// Threads that wait and that no ended commit has served.
    waiting: usize,
    /// How many of them the next commit is for.
    expected: usize,
    /// When it begins at the latest.
    until: Instant,
}

impl Gathering {
    pub(crate) fn new(now: Instant) -> Self {
        Self { waiting: 0, expected: 0, until: now }
    }

    /// Takes note of a thread that waits from now on, until a commit has served it.
    pub(crate) fn join(&mut self) {
        self.waiting += 1;
    }

    /// Returns how long the next commit is still put off, `None` when it is due.
    pub(crate) fn patience(&self, now: Instant) -> Option<Duration> {
        if self.waiting >= self.expected {
            return None;
        }
        self.until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// Begins a commit for all who wait.
    pub(crate) fn begin(&self, now: Instant) -> Group {
        Group { threads: self.waiting, is_whole: self.waiting >= self.expected, began: now }
    }

    /// Ends a commit: whom it was for waits no longer.
    pub(crate) fn end(&mut self, group: &Group, now: Instant) {
        // Who came meanwhile is one of those who keep coming. But where the last ones expected stayed away, the next
        // commit does not wait for them again.
        self.expected = if group.is_whole { self.waiting } else { group.threads };
        self.waiting -= group.threads;
        self.until = now + (now.saturating_duration_since(group.began) / 2).min(MAX_GATHERING);
    }
}

/// The threads that one commit serves.
#[derive(Debug)]
pub(crate) struct Group {
    threads: usize,
    /// All who were expected had come.
    is_whole: bool,
    began: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNC: Duration = Duration::from_micros(200);

    /// Lets `before` threads join, commits, lets `meanwhile` join before the commit ends, and returns that time.
    fn commit(gathering: &mut Gathering, before: usize, meanwhile: usize, now: Instant) -> Instant {
        (0..before).for_each(|_| gathering.join());
        let group = gathering.begin(now);
        (0..meanwhile).for_each(|_| gathering.join());
        gathering.end(&group, now + SYNC);
        now + SYNC
    }

    #[test]
    fn a_lone_thread_never_waits() {
        let mut now = Instant::now();
        let mut gathering = Gathering::new(now);
        for _ in 0..3 {
            gathering.join();
            assert_eq!(gathering.patience(now), None);
            now = commit(&mut gathering, 0, 0, now);
        }
    }

    #[test]
    fn the_last_thread_of_those_that_were_there_commits_for_all() {
        let start = Instant::now();
        let mut gathering = Gathering::new(start);
        // The first commits alone, and seven come meanwhile.
        let now = commit(&mut gathering, 1, 7, start);
        assert_eq!(gathering.patience(now), Some(SYNC / 2));
        gathering.join();
        assert_eq!(gathering.patience(now), None, "the eighth is back");
        let now = commit(&mut gathering, 0, 0, now);
        for _ in 1..8 {
            gathering.join();
            assert_eq!(gathering.patience(now), Some(SYNC / 2));
        }
        gathering.join();
        assert_eq!(gathering.patience(now), None);
    }

    #[test]
    fn threads_that_stay_away_are_waited_for_once_and_not_for_long() {
        let start = Instant::now();
        let mut gathering = Gathering::new(start);
        let now = commit(&mut gathering, 8, 0, start);
        gathering.join();
        assert!(gathering.patience(now).is_some());
        let later = now + SYNC / 2;
        assert_eq!(gathering.patience(later), None, "patience ends");
        let now = commit(&mut gathering, 0, 0, later);
        gathering.join();
        assert_eq!(gathering.patience(now), None, "they are not expected again");
    }

    #[test]
    fn patience_is_short_on_a_slow_disk_too() {
        let start = Instant::now();
        let mut gathering = Gathering::new(start);
        (0..2).for_each(|_| gathering.join());
        let group = gathering.begin(start);
        let now = start + Duration::from_secs(1);
        gathering.end(&group, now);
        gathering.join();
        assert_eq!(gathering.patience(now), Some(MAX_GATHERING));
    }
}
