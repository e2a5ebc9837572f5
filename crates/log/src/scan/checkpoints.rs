//! The ledger's own checkpoints, and those an inspector brings along.

use docket_proof::{Checkpoint, CheckpointError, CheckpointNote, KeyId, LogKeys, RootHash, VerifierKey};
use rayon::prelude::*;

use crate::{
    checkpoint_file::{NOTES_PER_FILE, NotesEnd, longest_frame, read_notes},
    disk::Disk,
    error::{Doing, StoreError},
    files::{CHECKPOINT_HEADER_LEN, Family, HeaderError, check_checkpoint_header},
    identity::{Identity, read_front},
    key_chain::{stated, take_rotation},
};

use super::{
    report::{Cosigner, Finding, Report},
    witnesses::cosigners,
};

/// A checkpoint that an inspector kept.
#[derive(Clone, Debug)]
pub struct GivenCheckpoint {
    /// How the report names it.
    pub name: String,
    /// The note's bytes.
    pub note: Vec<u8>,
}

/// A checkpoint whose signature holds; its root is still to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnCheckpoint {
    pub(crate) size: u64,
    pub(crate) root: RootHash,
    /// Its key; `None` where a trusted checkpoint stands for it.
    pub(crate) key: Option<KeyId>,
    pub(crate) file: u64,
    pub(crate) offset: u64,
}

/// The ledger's own checkpoints.
#[derive(Debug)]
pub(crate) struct OwnCheckpoints {
    /// The keys under which they are signed, as far as each has handed over to the next.
    pub(crate) keys: LogKeys,
    pub(crate) valid: Vec<OwnCheckpoint>,
    /// The last file ends in what may be a note that is being written.
    pub(crate) unsettled: bool,
    pub(crate) newest: Option<(Checkpoint, Vec<u8>)>,
    /// Those under a key to which no record was found that hands over.
    pub(crate) keyless: Vec<Keyless>,
    /// A file, or what leads to a key, could not be read: there may be more than is known here.
    pub(crate) has_gaps: bool,
}

/// A checkpoint under a key to which the checkpoints before do not lead. Perhaps the log does.
#[derive(Clone, Debug)]
pub(crate) struct Keyless {
    pub(crate) size: u64,
    pub(crate) note: CheckpointNote,
    pub(crate) file: u64,
    pub(crate) offset: u64,
    pub(crate) why: String,
    /// It is the last one: then it may be torn.
    pub(crate) may_be_torn: bool,
}

impl OwnCheckpoints {
    /// Reads and checks all checkpoint files (`None` where it is not known which there are); signatures, of those not below
    /// the `trusted` size, on all cores.
    pub(crate) fn read(
        disk: &dyn Disk,
        numbers: Option<&[u64]>,
        identity: &Identity,
        trusted: u64,
        report: &mut Report,
    ) -> Result<Self, StoreError> {
        let has_gaps = numbers.is_none();
        let numbers = numbers.unwrap_or_default();
        let Identity { hash: genesis, verifier, .. } = identity;
        let mut own = Self {
            keys: identity.first_keys(),
            valid: Vec::new(),
            unsettled: false,
            newest: None,
            keyless: Vec::new(),
            has_gaps,
        };
        // The size that the note before states: where the key changes, its last record names the next one.
        let mut before = None;
        // Keys follow each other: where one does not lead to the next, no later one is looked for.
        let mut lost = false;
        for (expected, &number) in (0..).zip(numbers) {
            let path = Family::Checkpoint.path(number);
            let is_last = expected + 1 == numbers.len() as u64;
            if number != expected {
                report.find(Finding::new(
                    "checkpoint",
                    &Family::Checkpoint.path(expected),
                    "the file is missing",
                ));
            }
            let Some(NoteFile { front, notes, end }) = report.heard(NoteFile::read(disk, &path))? else {
                own.has_gaps = true;
                continue;
            };
            let header = front
                .map_or(Err(HeaderError::Short), |bytes| check_checkpoint_header(&bytes, number, genesis));
            let stated_of: Vec<_> = notes.par_iter().map(|(_, note)| stated(note)).collect();
            for (size, id) in stated_of.into_iter().flatten() {
                if let Some(before) = before
                    && !lost
                    && id != own.keys.newest().verifier.id()
                {
                    let taken = report.heard(take_rotation(disk, identity, &mut own.keys, before))?;
                    own.has_gaps |= taken.is_none();
                    lost = taken != Some(true);
                }
                before = Some(size);
            }
            let keys = &own.keys;
            let opened: Vec<_> = notes.par_iter().map(|(_, note)| open_own(note, keys, trusted)).collect();
            // What a crash may leave, or a writer may be at: in the last file, from the first note that is none on,
            // no more than one frame.
            let broken = notes.iter().zip(&opened).find(|(_, opened)| opened.is_err());
            let good_to = broken.map_or(end.offset, |((offset, _), _)| *offset);
            let rest = end.len.saturating_sub(good_to);
            let may_be_torn = is_last && rest <= longest_frame(verifier.name());
            match header {
                Err(error @ HeaderError::UnknownFormat { .. }) => {
                    report.undecide(&path, None, error.to_string());
                    continue;
                }
                Err(error) if may_be_torn && end.count == 0 => {
                    own.unsettled = true;
                    report.undecide(&path, None, format!("{error}: its creation was interrupted"));
                    continue;
                }
                Err(error) => report.find(Finding::new("checkpoint", &path, format!("header: {error}"))),
                Ok(()) => {}
            }
            for ((offset, note), opened) in notes.into_iter().zip(opened) {
                match opened {
                    Ok(checkpoint) => {
                        own.take(checkpoint, note, number, offset, report);
                    }
                    Err(NotOpened { why, keyless: Some(parsed), .. }) => {
                        own.unsettled |= may_be_torn;
                        let (size, note) = (parsed.claimed().size(), *parsed);
                        own.keyless.push(Keyless { size, note, file: number, offset, why, may_be_torn });
                    }
                    // A crash leaves no signature that verifies.
                    Err(NotOpened { is_retired: false, why, .. }) if may_be_torn => {
                        own.unsettled = true;
                        report.undecide(&path, None, torn(&why));
                        break;
                    }
                    Err(NotOpened { why, .. }) => {
                        let what = format!("a signed checkpoint does not verify: {why}");
                        report.find(Finding::new("checkpoint", &path, what).offset(offset));
                    }
                }
            }
            if end.torn && end.count == NOTES_PER_FILE {
                report.find(
                    Finding::new("checkpoint", &path, "bytes follow the last note of a full file")
                        .offset(end.offset),
                );
            } else if end.torn && may_be_torn {
                own.unsettled = true;
                report.undecide(&path, None, "the last note is torn".to_owned());
            } else if end.torn && is_last {
                let what = "a note is broken, and more follows than a crash leaves";
                report.find(Finding::new("checkpoint", &path, what).offset(end.offset));
            } else if end.torn || (!is_last && end.count != NOTES_PER_FILE) {
                let what = "the file ends early, but another follows";
                report.find(Finding::new("checkpoint", &path, what).offset(end.offset));
            }
        }
        Ok(own)
    }

    fn take(
        &mut self,
        (checkpoint, key): (Checkpoint, Option<KeyId>),
        note: Vec<u8>,
        file: u64,
        offset: u64,
        report: &mut Report,
    ) {
        let size = checkpoint.size();
        let before = self.valid.last().map_or(0, |own| own.size);
        if size <= before {
            let what = "checkpoint sizes do not ascend";
            let finding = Finding::new("checkpoint", &Family::Checkpoint.path(file), what).offset(offset);
            report.find(finding.values(format!("more than {before}"), size));
            return;
        }
        self.valid.push(OwnCheckpoint { size, root: checkpoint.root(), key, file, offset });
        self.newest = Some((checkpoint, note));
    }
}

/// Says of the last note that it does not verify.
pub(crate) fn torn(why: &str) -> String {
    format!("the last note does not verify, torn or altered: {why}")
}

/// What a checkpoint file holds.
struct NoteFile {
    /// Its header; `None` where the file is shorter.
    front: Option<[u8; CHECKPOINT_HEADER_LEN]>,
    /// Each with its offset.
    notes: Vec<(u64, Vec<u8>)>,
    end: NotesEnd,
}

impl NoteFile {
    fn read(disk: &dyn Disk, path: &str) -> Result<Self, StoreError> {
        let file = disk.open_read(path).doing("open", path)?;
        let mut notes = Vec::new();
        let end = read_notes(file.as_ref(), &mut |offset, note| {
            notes.push((offset, note.to_vec()));
            Ok(())
        })
        .doing("read", path)?;
        let front = read_front(file.as_ref()).doing("read", path)?;
        Ok(Self { front, notes, end })
    }
}

/// Why a note of the ledger's own is none.
struct NotOpened {
    why: String,
    /// Another of the log's keys has signed it than the one in force at its size.
    is_retired: bool,
    /// The note, where a key is named on it that is none of the log's as far as they are known.
    keyless: Option<Box<CheckpointNote>>,
}

impl From<String> for NotOpened {
    fn from(why: String) -> Self {
        Self { why, is_retired: false, keyless: None }
    }
}

/// Opens a note of the ledger's own: signed by the key in force, and by nobody else in there. Below the trusted size only
/// its form is checked.
fn open_own(note: &[u8], keys: &LogKeys, trusted: u64) -> Result<(Checkpoint, Option<KeyId>), NotOpened> {
    let parsed = CheckpointNote::parse(note).map_err(|error| with_cause(&error))?;
    if parsed.claimed().size() < trusted {
        return Ok((parsed.claimed().clone(), None));
    }
    let opened = keys.open(&parsed).map_err(|error| {
        let signer = parsed.note().signatures().first().map(|signature| signature.id());
        let is_known = keys.iter().any(|key| Some(key.verifier.id()) == signer);
        NotOpened {
            why: with_cause(&error),
            is_retired: matches!(error, CheckpointError::RetiredKey),
            keyless: (!is_known && signer.is_some()).then(|| Box::new(parsed.clone())),
        }
    })?;
    if parsed.note().signatures().len() != 1 {
        return Err("more than the ledger's own signature stands on it".to_owned().into());
    }
    let key = keys.at(opened.checkpoint.size()).verifier.id();
    Ok((opened.checkpoint, Some(key)))
}

fn with_cause(error: &CheckpointError) -> String {
    match error {
        CheckpointError::Note(cause) => format!("{error}: {cause}"),
        other => other.to_string(),
    }
}

/// What can be said of a given checkpoint before the log is read.
pub(crate) enum Given {
    /// Signed by the ledger's key, and by these witnesses; its root is still to be compared.
    Opened(Checkpoint, Vec<Cosigner>),
    /// Another key, another ledger, or a broken signature.
    Foreign(Checkpoint, String),
    /// No checkpoint at all.
    Unreadable(String),
}

impl Given {
    /// Returns the checkpoint where the log's key has signed it.
    pub(crate) const fn opened(&self) -> Option<&Checkpoint> {
        match self {
            Self::Opened(checkpoint, _) => Some(checkpoint),
            _ => None,
        }
    }

    /// Returns the checkpoint where no key of the log that is known has signed it.
    pub(crate) const fn unknown(&self) -> Option<&Checkpoint> {
        match self {
            Self::Foreign(checkpoint, _) => Some(checkpoint),
            _ => None,
        }
    }
}

pub(crate) fn open_given(
    given: &GivenCheckpoint,
    keys: &LogKeys,
    witnesses: &[VerifierKey],
    report: &mut Report,
) -> Given {
    let note = match CheckpointNote::parse(&given.note) {
        Ok(note) => note,
        Err(error) => return Given::Unreadable(with_cause(&error)),
    };
    let checkpoint = note.claimed().clone();
    match keys.open(&note) {
        Ok(opened) => {
            let (cosigners, bad) = cosigners(&given.note, witnesses);
            bad.into_iter().for_each(|why| report.undecide(&given.name, None, why));
            Given::Opened(opened.checkpoint, cosigners)
        }
        Err(error) => {
            let origin = keys.newest().verifier.name();
            let why = if checkpoint.origin() == origin {
                format!("the ledger's key has not signed it: {error}")
            } else {
                format!("it is a checkpoint of {}, not of {origin}", checkpoint.origin())
            };
            Given::Foreign(checkpoint, why)
        }
    }
}
