//! The signing key and the memory of what it signed last, kept together (FORMAT.md section 2).
//!
//! The memory is what keeps a restored old copy from being signed as if nothing had happened: it is written, and
//! synced, before a checkpoint leaves the house. It belongs on another disk than the ledger.

use std::{io, sync::Arc};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use docket_proof::{Checkpoint, SigningKey, VerifierKey, open_checkpoint, sign_checkpoint};
use zeroize::Zeroizing;

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
};

const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";
/// The signed-note type of a key.
const ED25519: u8 = 0x01;
const KEY_FILE: &str = "log.key";
const MEMORY_FILE: &str = "signed";
const MEMORY_TEMPORARY: &str = "signed.tmp";
/// The longest key or memory file that is read.
const MAX_FILE_LEN: u64 = 4_096;

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
        if self.dir.is_empty() { name.to_owned() } else { format!("{}/{name}", self.dir) }
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
        let text = private_text(key);
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
        let Some(text) = self.read(&path)? else {
            return Err(StoreError::Key { why: "there is no log.key in the key folder" });
        };
        let text = std::str::from_utf8(&text).map_err(|_| StoreError::Key { why: "log.key is not text" })?;
        let key = parse_private_text(text.trim_end())
            .ok_or(StoreError::Key { why: "log.key is not a private key of the signed-note form" })?;
        if key.verifier() != verifier {
            return Err(StoreError::Key { why: "log.key is another ledger's" });
        }
        let path = self.path(MEMORY_FILE);
        let memory = match self.read(&path)? {
            None => None,
            Some(note) => Some(
                open_checkpoint(&note, std::slice::from_ref(verifier))
                    .map(|opened| opened.checkpoint)
                    .map_err(|source| StoreError::Checkpoint { path, source })?,
            ),
        };
        Ok(Signer { folder: self.clone(), key, memory })
    }

    fn read(&self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let file = match self.disk.open_read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.doing("open", path)?,
        };
        let len = file.len().doing("measure", path)?;
        if len > MAX_FILE_LEN {
            return Err(StoreError::Limit { what: "the key folder's file", found: len, limit: MAX_FILE_LEN });
        }
        let mut bytes = Zeroizing::new(vec![0; usize::try_from(len).unwrap_or_default()]);
        file.read_exact_at(&mut bytes, 0).doing("read", path)?;
        Ok(Some(bytes))
    }
}

/// Returns the form in which signed-note tools keep a private key: `PRIVATE+KEY+name+id+base64(0x01 || seed)`.
fn private_text(key: &SigningKey) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(vec![ED25519]);
    secret.extend_from_slice(key.seed().as_slice());
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(secret.as_slice()));
    Zeroizing::new(format!("{PRIVATE_PREFIX}{}+{}+{}\n", key.name(), key.verifier().id(), encoded.as_str()))
}

fn parse_private_text(text: &str) -> Option<SigningKey> {
    // Base64 may hold a `+` too, a name and an id may not.
    let mut parts = text.strip_prefix(PRIVATE_PREFIX)?.splitn(3, '+');
    let (name, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    let secret = Zeroizing::new(BASE64_STANDARD.decode(secret).ok()?);
    let (&ED25519, seed) = secret.split_first()? else { return None };
    let key = SigningKey::from_seed(name, seed.try_into().ok()?).ok()?;
    (key.verifier().id().to_string() == id).then_some(key)
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
        let KeyFolder { disk, dir } = &self.folder;
        let (temporary, path) = (self.folder.path(MEMORY_TEMPORARY), self.folder.path(MEMORY_FILE));
        match disk.remove(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other.doing("remove", &temporary)?,
        }
        let file = disk.create_new_private(&temporary).doing("create", &temporary)?;
        file.write_all_at(&note, 0).doing("write", &temporary)?;
        // A crash before the rename is durable leaves the old memory, and the note unseen by anybody.
        file.sync_data().doing("sync", &temporary)?;
        disk.rename(&temporary, &path).doing("rename", &temporary)?;
        disk.sync_dir(dir).doing("sync", dir)?;
        self.memory = Some(checkpoint.clone());
        Ok(note)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("remembered", &self.memory).finish_non_exhaustive()
    }
}
