//! The signing key and the memory of what it signed last, kept together (FORMAT.md section 2).
//!
//! The memory is what keeps a restored old copy from being signed as if nothing had happened: it is written, and
//! synced, before a checkpoint leaves the house. It belongs on another disk than the ledger.

use std::{io, sync::Arc};

use docket_proof::{
    Checkpoint, CheckpointNote, KeyRotated, LogKeys, RecordHash, SigningKey, VerifierKey, open_checkpoint,
    sign_checkpoint,
};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    private_key::{self, MAX_KEY_FILE_LEN},
    replace::{join, read_small, replace_small},
};

/// The signed-note type of a key.
const ED25519: u8 = 0x01;
const KEY_FILE: &str = "log.key";
/// A key that the log is about to be handed over to.
const NEXT_FILE: &str = "next.key";
const MEMORY_FILE: &str = "signed";

/// A folder that holds a ledger's key: the ledger's own `keys/`, or better one on another disk.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    disk: Arc<dyn Disk>,
    dir: String,
}

impl KeyFolder {
    /// Names the folder `dir` on a disk; empty for the disk's own folder.
    pub fn new(disk: Arc<dyn Disk>, dir: &str) -> Self {
        Self { disk, dir: dir.to_owned() }
    }

    fn path(&self, name: &str) -> String {
        join(&self.dir, name)
    }

    /// Stores a new key, readable by its owner alone. Durable on return.
    ///
    /// # Errors
    /// When there is a key already, or the disk says no.
    pub fn create(&self, key: &SigningKey) -> Result<(), StoreError> {
        if !self.dir.is_empty() {
            self.disk.create_dir(&self.dir).doing("create", &self.dir)?;
        }
        let path = self.path(KEY_FILE);
        let file = match self.disk.create_new_private(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Key { why: "there is one in the folder already" });
            }
            other => other.doing("create", &path)?,
        };
        let text = private_key::to_text(key.verifier(), ED25519, &key.seed());
        file.write_all_at(text.as_bytes(), 0).doing("write", &path)?;
        file.sync_data().doing("sync", &path)?;
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)
    }

    /// Loads the key of the log that has had `keys`, and what was signed last.
    ///
    /// Whether the key is the one in force is for the log to say: [`Signer::is`].
    ///
    /// # Errors
    /// When there is no key, another ledger's, or a memory that no such key signed.
    pub(crate) fn load(&self, keys: &LogKeys) -> Result<Signer, StoreError> {
        let unreadable = "log.key is not a private key of the signed-note form";
        let Some(key) = self.read_key(KEY_FILE, unreadable)? else {
            return Err(StoreError::Key { why: "there is no log.key in the key folder" });
        };
        if key.name() != keys.newest().verifier.name() {
            return Err(StoreError::Key { why: "log.key is another ledger's" });
        }
        let next = self.read_key(NEXT_FILE, "next.key is not a private key of the signed-note form")?;
        let path = self.path(MEMORY_FILE);
        let mut is_ahead = false;
        let memory = match read_small(self.disk.as_ref(), &path, MAX_KEY_FILE_LEN)? {
            None => None,
            Some(note) => {
                let opened = CheckpointNote::parse(&note).and_then(|note| keys.open(&note));
                let opened = opened.or_else(|error| {
                    // A key that this copy of the log knows nothing of yet: the copy is old, or another ledger's.
                    is_ahead = true;
                    open_checkpoint(&note, &[key.verifier().clone()]).map_err(|_| error)
                });
                Some(opened.map_err(|source| StoreError::Checkpoint { path, source })?.checkpoint)
            }
        };
        Ok(Signer { folder: self.clone(), key, next, memory, is_ahead })
    }

    fn read_key(&self, name: &str, unreadable: &'static str) -> Result<Option<SigningKey>, StoreError> {
        let Some(text) = read_small(self.disk.as_ref(), &self.path(name), MAX_KEY_FILE_LEN)? else {
            return Ok(None);
        };
        let make = |name: &str, seed: &[u8; 32]| {
            let key = SigningKey::from_seed(name, seed).ok()?;
            let id = key.verifier().id().to_string();
            Some((key, id))
        };
        private_key::from_text(&text, ED25519, make).map(Some).ok_or(StoreError::Key { why: unreadable })
    }
}

/// The key, and the newest checkpoint that it ever signed.
pub struct Signer {
    folder: KeyFolder,
    key: SigningKey,
    /// A key that was made for a handover.
    next: Option<SigningKey>,
    memory: Option<Checkpoint>,
    /// The memory is under a key of its own, which the log does not name.
    is_ahead: bool,
}

impl Signer {
    /// Returns the newest checkpoint signed, as far as is remembered.
    pub fn remembered(&self) -> Option<&Checkpoint> {
        self.memory.as_ref()
    }

    /// Says whether this is the private side of `verifier`.
    pub(crate) fn is(&self, verifier: &VerifierKey) -> bool {
        self.key.verifier() == verifier
    }

    /// Returns the public side of the key.
    pub(crate) const fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Says whether the memory is under this key and the log did not name it when it was loaded.
    pub(crate) const fn is_ahead(&self) -> bool {
        self.is_ahead
    }

    /// Says whether the private side of `verifier` lies ready to take over.
    pub(crate) fn has_next(&self, verifier: &VerifierKey) -> bool {
        self.next.as_ref().is_some_and(|next| next.verifier() == verifier)
    }

    /// Says whether a key lies ready to take over.
    pub(crate) const fn is_changing(&self) -> bool {
        self.next.is_some()
    }

    /// Lays a key ready, which signs nothing yet. Durable on return; one that lay there and was not taken is replaced.
    pub(crate) fn prepare(&mut self, next: SigningKey) -> Result<(), StoreError> {
        let text = private_key::to_text(next.verifier(), ED25519, &next.seed());
        replace_small(self.folder.disk.as_ref(), &self.folder.dir, NEXT_FILE, text.as_bytes())?;
        self.next = Some(next);
        Ok(())
    }

    /// Signs the handover to the key that lies ready; `None` where none does.
    pub(crate) fn hand_over(
        &self,
        genesis: &RecordHash,
        previous: &RecordHash,
        size: u64,
    ) -> Option<KeyRotated> {
        let next = self.next.as_ref()?;
        Some(KeyRotated::sign(&self.key, next, genesis, previous, size))
    }

    /// Puts the key that lies ready in the place of the old one, which is overwritten. Durable on return.
    ///
    /// The caller has seen to it that the handover is recorded, and the old key's last checkpoint stored.
    pub(crate) fn take_over(&mut self) -> Result<(), StoreError> {
        let Some(next) = self.next.take() else { return Ok(()) };
        let KeyFolder { disk, dir } = &self.folder;
        let (old, new) = (self.folder.path(KEY_FILE), self.folder.path(NEXT_FILE));
        let file = disk.open(&old).doing("open", &old)?;
        let len = file.len().doing("measure", &old)?.min(MAX_KEY_FILE_LEN);
        // A crash before the rename is durable leaves both keys where they were, and the next opening comes here again.
        disk.rename(&new, &old).doing("rename", &new)?;
        disk.sync_dir(dir).doing("sync", dir)?;
        // Through the handle that is left of it: as far as a disk forgets what is overwritten, the old key is gone.
        let zeros = vec![0; usize::try_from(len).unwrap_or_default()];
        file.write_all_at(&zeros, 0).doing("overwrite", &old)?;
        file.sync_data().doing("sync", &old)?;
        self.key = next;
        Ok(())
    }

    /// Takes up a checkpoint that carries this key's signature but is newer than the memory.
    pub(crate) fn remind(&mut self, checkpoint: &Checkpoint) {
        if self.memory.as_ref().is_none_or(|memory| memory.size() < checkpoint.size()) {
            self.memory = Some(checkpoint.clone());
        }
    }

    /// Signs a checkpoint that the caller has shown to extend [`remembered`](Self::remembered). The memory is durable
    /// before the note is returned.
    pub(crate) fn sign(&mut self, checkpoint: &Checkpoint) -> Result<Vec<u8>, StoreError> {
        match &self.memory {
            Some(memory) if memory.size() > checkpoint.size() => {
                return Err(StoreError::Forked { signed: memory.size(), why: "the log is shorter" });
            }
            Some(memory) if memory.size() == checkpoint.size() && memory.root() != checkpoint.root() => {
                return Err(StoreError::Forked {
                    signed: memory.size(),
                    why: "the log's root at that size is another",
                });
            }
            _ => {}
        }
        let note = sign_checkpoint(checkpoint, &self.key)
            .map_err(|_| StoreError::Key { why: "its name is not the ledger's origin" })?;
        // A crash before the rename is durable leaves the old memory, and the note unseen by anybody.
        let KeyFolder { disk, dir } = &self.folder;
        replace_small(disk.as_ref(), dir, MEMORY_FILE, &note)?;
        self.memory = Some(checkpoint.clone());
        Ok(note)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("remembered", &self.memory).finish_non_exhaustive()
    }
}
