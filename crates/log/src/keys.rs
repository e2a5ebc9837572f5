//! The signing key and the memory of what it signed last, kept together (FORMAT.md section 2).
//!
//! The memory is what keeps a restored old copy from being signed as if nothing had happened: it is written, and
//! synced, before a checkpoint leaves the house. It belongs on another disk than the ledger.

use std::{io, sync::Arc};

use docket_proof::{Checkpoint, SigningKey, VerifierKey, open_checkpoint, sign_checkpoint};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    private_key::{self, MAX_KEY_FILE_LEN},
    replace::{join, read_small, replace_small},
};

/// The signed-note type of a key.
const ED25519: u8 = 0x01;
const KEY_FILE: &str = "log.key";
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

    /// Loads the key of the ledger that `verifier` belongs to, and what it signed last.
    ///
    /// # Errors
    /// When there is no key, another ledger's, or a memory that this key did not sign.
    pub fn load(&self, verifier: &VerifierKey) -> Result<Signer, StoreError> {
        let path = self.path(KEY_FILE);
        let Some(text) = read_small(self.disk.as_ref(), &path, MAX_KEY_FILE_LEN)? else {
            return Err(StoreError::Key { why: "there is no log.key in the key folder" });
        };
        let make = |name: &str, seed: &[u8; 32]| {
            let key = SigningKey::from_seed(name, seed).ok()?;
            let id = key.verifier().id().to_string();
            Some((key, id))
        };
        let key = private_key::from_text(&text, ED25519, make)
            .ok_or(StoreError::Key { why: "log.key is not a private key of the signed-note form" })?;
        if key.verifier() != verifier {
            return Err(StoreError::Key { why: "log.key is another ledger's" });
        }
        let path = self.path(MEMORY_FILE);
        let memory = match read_small(self.disk.as_ref(), &path, MAX_KEY_FILE_LEN)? {
            None => None,
            Some(note) => Some(
                open_checkpoint(&note, std::slice::from_ref(verifier))
                    .map(|opened| opened.checkpoint)
                    .map_err(|source| StoreError::Checkpoint { path, source })?,
            ),
        };
        Ok(Signer { folder: self.clone(), key, memory })
    }
}

/// The key, and the newest checkpoint that it ever signed.
pub struct Signer {
    folder: KeyFolder,
    key: SigningKey,
    memory: Option<Checkpoint>,
}

impl Signer {
    /// Returns the newest checkpoint signed, as far as is remembered.
    pub fn remembered(&self) -> Option<&Checkpoint> {
        self.memory.as_ref()
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
