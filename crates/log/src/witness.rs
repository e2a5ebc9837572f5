//! A witness's folder: its key, the logs it serves, and the last checkpoint that it cosigned of each.
//!
//! Only the last step of [`Witness::cosign`] gives a cosignature out, and what it vouches for is durable by then. So
//! whatever ends a witness in between, it never cosigns two checkpoints of which neither extends the other.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use docket_proof::{
    Cosignature, CosigningKey, KeyKind, LastSeen, MAX_NOTE_LEN, MAX_ORIGIN_LEN, Refusal, VerifierKey,
    WitnessRequest, WitnessedLog, cosign_request,
};

use crate::{
    disk::{Disk, EntryKind},
    error::{Doing, StoreError},
    private_key::{self, MAX_KEY_FILE_LEN},
    replace::{read_small, replace_small},
};

/// The signed-note type of a witness's key.
const COSIGNATURE_V1: u8 = 0x04;
const KEY_FILE: &str = "witness.key";
const LOGS_DIR: &str = "logs";
/// What names the file that says whom to trust, behind the hash of the origin.
const TRUST: &str = ".trust";
/// What names the file that keeps the last checkpoint cosigned.
const SEEN: &str = ".seen";
/// Keys of one log: an old one and a new one, and room.
const MAX_KEYS: usize = 16;
/// The longest file that says whom to trust.
const MAX_TRUST_LEN: u64 = 131_072;

/// A witness over its folder. Threads share it by reference; the caller holds the folder's lock, so that no other
/// process has it.
pub struct Witness {
    disk: Arc<dyn Disk>,
    key: CosigningKey,
    /// Held from the look at what was seen last until the new state is stored. True after a write or sync that failed:
    /// what the disk holds is unknown then.
    storing: Mutex<bool>,
}

/// A log that a witness serves.
#[derive(Clone, Debug)]
pub struct WatchedLog {
    /// Its origin.
    pub origin: String,
    /// The keys of which one must have signed.
    pub keys: Vec<VerifierKey>,
    /// What was cosigned last, with the note that keeps it.
    pub last: Option<(LastSeen, Vec<u8>)>,
}

/// Why a witness does not answer with a cosignature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// It decided not to.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Its folder could not be read or written.
    #[error("the witness's folder")]
    Store(#[from] StoreError),
}

impl Witness {
    /// Makes a witness of a folder. Durable on return.
    ///
    /// # Errors
    /// When there is a witness already, or the disk says no.
    pub fn create(disk: &dyn Disk, key: &CosigningKey) -> Result<(), StoreError> {
        if disk.file_len(KEY_FILE).doing("look for", KEY_FILE)?.is_some() {
            return Err(StoreError::Key { why: "there is one in the folder already" });
        }
        disk.create_dir(LOGS_DIR).doing("create", LOGS_DIR)?;
        let text = private_key::to_text(key.verifier(), COSIGNATURE_V1, &key.seed());
        replace_small(disk, "", KEY_FILE, text.as_bytes())
    }

    /// Opens a witness's folder.
    ///
    /// # Errors
    /// When there is no witness's key in it, or the disk says no.
    pub fn open(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let text = read_small(disk.as_ref(), KEY_FILE, MAX_KEY_FILE_LEN)?
            .ok_or(StoreError::Key { why: "there is no witness.key in the folder" })?;
        let make = |name: &str, seed: &[u8; 32]| {
            let key = CosigningKey::from_seed(name, seed).ok()?;
            let id = key.verifier().id().to_string();
            Some((key, id))
        };
        let key = private_key::from_text(&text, COSIGNATURE_V1, make)
            .ok_or(StoreError::Key { why: "witness.key is not a private key of a witness" })?;
        Ok(Self { disk, key, storing: Mutex::new(false) })
    }

    /// Returns the key under which this witness's cosignatures verify.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Serves the log `origin` from now on where `new` has signed, and no longer where `old` has. Durable on return. The
    /// caller has been shown that the old key handed over.
    ///
    /// # Errors
    /// When the old key is not trusted for this log, or the disk says no.
    pub fn hand_over(&self, origin: &str, old: &VerifierKey, new: &VerifierKey) -> Result<(), StoreError> {
        let mut failed = self.storing.lock().unwrap_or_else(PoisonError::into_inner);
        let name = file_name(origin);
        let mut keys = self.read_trust(&name)?.map_or_else(Vec::new, |(_, keys)| keys);
        let Some(place) = keys.iter_mut().find(|key| *key == old) else {
            return Err(StoreError::Key { why: "the key that hands over is not trusted for this log" });
        };
        *place = new.clone();
        self.store_trust(&name, origin, &keys, &mut failed)
    }

    /// Serves the log `origin` from now on where `key` has signed. Durable on return. A log may have several keys.
    ///
    /// # Errors
    /// When the key is no log's, when there are too many, or the disk says no.
    pub fn trust(&self, origin: &str, key: &VerifierKey) -> Result<(), StoreError> {
        if key.kind() != KeyKind::Ed25519 {
            return Err(StoreError::Key { why: "a log signs with a key of type 0x01" });
        }
        if !(1..=MAX_ORIGIN_LEN).contains(&origin.len()) || origin.contains(|c: char| c < ' ') {
            return Err(StoreError::Key { why: "the origin is empty, too long or has a control character" });
        }
        let mut failed = self.storing.lock().unwrap_or_else(PoisonError::into_inner);
        let name = file_name(origin);
        let mut keys = self.read_trust(&name)?.map_or_else(Vec::new, |(_, keys)| keys);
        if keys.contains(key) {
            return Ok(());
        }
        if keys.len() == MAX_KEYS {
            return Err(StoreError::Limit {
                what: "the keys of a log",
                found: keys.len() as u64 + 1,
                limit: MAX_KEYS as u64,
            });
        }
        keys.push(key.clone());
        self.store_trust(&name, origin, &keys, &mut failed)
    }

    fn store_trust(
        &self,
        name: &str,
        origin: &str,
        keys: &[VerifierKey],
        failed: &mut bool,
    ) -> Result<(), StoreError> {
        let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
        self.store(failed, &format!("{name}{TRUST}"), format!("{origin}\n{lines}").as_bytes())
    }

    /// Returns the logs that are served, by origin.
    ///
    /// # Errors
    /// When a file of the folder cannot be read or is not what this witness wrote.
    pub fn logs(&self) -> Result<Vec<WatchedLog>, StoreError> {
        let mut logs = BTreeMap::new();
        for entry in self.disk.list(LOGS_DIR).doing("list", LOGS_DIR)? {
            let name = entry.name.strip_suffix(TRUST).filter(|_| entry.kind == EntryKind::File);
            if let Some(name) = name
                && let Some((origin, keys)) = self.read_trust(name)?
            {
                let last = self.read_seen(name)?;
                logs.insert(origin.clone(), WatchedLog { origin, keys, last });
            }
        }
        Ok(logs.into_values().collect())
    }

    /// Decides on a request, and stores what was seen before it returns the cosignature. `time` is the clock's, in Unix
    /// seconds.
    ///
    /// # Errors
    /// [`WitnessError::Refused`] with the reason; [`WitnessError::Store`] when the disk says no: nothing is given out
    /// then, and after a failed write nothing more until the folder is opened again.
    pub fn cosign(&self, request: &WitnessRequest, time: u64) -> Result<Cosignature, WitnessError> {
        let origin = request.checkpoint().origin();
        let name = file_name(origin);
        let mut failed = self.storing.lock().unwrap_or_else(PoisonError::into_inner);
        // A name is a hash: it is the same log only if the origin is.
        let log = match self.read_trust(&name)? {
            Some((found, keys)) if found == origin => {
                Some(WitnessedLog { keys, last: self.read_seen(&name)?.map(|(last, _)| last) })
            }
            _ => None,
        };
        let cosignature = cosign_request(log.as_ref(), request, time, &self.key)?;
        // The same checkpoint again, too: what the disk holds of the last answer may hang on a sync that failed.
        self.store(&mut failed, &format!("{name}{SEEN}"), &cosignature.note.to_bytes())?;
        Ok(cosignature)
    }

    fn store(&self, failed: &mut bool, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        if *failed {
            return Err(StoreError::Poisoned);
        }
        replace_small(self.disk.as_ref(), LOGS_DIR, name, bytes).inspect_err(|_| *failed = true)
    }

    /// Reads which origin and keys a file of the folder says to trust: the origin and the keys, a line each.
    fn read_trust(&self, name: &str) -> Result<Option<(String, Vec<VerifierKey>)>, StoreError> {
        let path = format!("{LOGS_DIR}/{name}{TRUST}");
        let Some(bytes) = read_small(self.disk.as_ref(), &path, MAX_TRUST_LEN)? else { return Ok(None) };
        let parsed = std::str::from_utf8(&bytes).ok().and_then(|text| {
            let mut lines = text.strip_suffix('\n')?.split('\n');
            let origin = lines.next()?.to_owned();
            let keys: Option<Vec<VerifierKey>> = lines.map(|line| line.parse().ok()).collect();
            (file_name(&origin) == name).then_some((origin, keys?))
        });
        let why = "it is not an origin and the keys of its log";
        parsed.ok_or(StoreError::AlteredFile { path, why }).map(Some)
    }

    fn read_seen(&self, name: &str) -> Result<Option<(LastSeen, Vec<u8>)>, StoreError> {
        let path = format!("{LOGS_DIR}/{name}{SEEN}");
        let Some(note) = read_small(self.disk.as_ref(), &path, MAX_NOTE_LEN as u64)? else { return Ok(None) };
        let seen = LastSeen::from_note(&note, self.verifier())
            .ok()
            .filter(|seen| file_name(seen.checkpoint.origin()) == name);
        let why = "it is not a checkpoint that this witness has cosigned";
        let seen = seen.ok_or(StoreError::AlteredFile { path, why })?;
        Ok(Some((seen, note.to_vec())))
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Witness({})", self.verifier())
    }
}

/// Names the files of a log: an origin may hold what a file name may not.
fn file_name(origin: &str) -> String {
    blake3::hash(origin.as_bytes()).to_hex().to_string()
}
