//! What lies in the ledger's folder: names, lengths, `ledger.toml`, cut files.

use std::{
    collections::BTreeMap,
    io,
    time::{Duration, Instant},
};

use docket_proof::TailCut;

use crate::{
    cut::{has_whole_parts, hash_file},
    disk::{Disk, EntryKind},
    error::{Doing, StoreError},
    files::{CUT_HEADER_LEN, Family, HeaderError, Known, LEDGER_TOML, SEGMENT_HEADER_LEN, parse_cut_header},
    identity::{Identity, read_front},
};

use super::{
    PAUSE, if_exists,
    report::{Finding, Report, unreadable},
};

/// The longest `ledger.toml` that is compared.
const MAX_TOML_LEN: u64 = 65_536;

/// The lengths of the log's and the vault's files as they were noted, vault first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Noted {
    vaults: BTreeMap<u64, u64>,
    segments: BTreeMap<u64, u64>,
}

/// Whether files changed since they were noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    Changed,
    Same,
}

impl Noted {
    pub(crate) fn read(disk: &dyn Disk, report: &mut Report) -> Self {
        let vaults = lengths(disk, Family::Vault, report).unwrap_or_default();
        let segments = lengths(disk, Family::Segment, report).unwrap_or_default();
        Self { vaults, segments }
    }

    /// Notes everything again.
    pub(crate) fn refresh(&mut self, disk: &dyn Disk, report: &mut Report) -> Change {
        // Unknown names were reported the first time.
        let mut unheard = Report::default();
        let now = Self::read(disk, &mut unheard);
        let change = if now == *self { Change::Same } else { Change::Changed };
        if now.segments.is_empty() {
            report.undecide(
                Family::Segment.dir(),
                None,
                "the segments disappeared while they were read".to_owned(),
            );
        } else {
            *self = now;
        }
        change
    }

    pub(crate) fn segments(&self) -> Vec<u64> {
        self.segments.keys().copied().collect()
    }

    /// Returns the number behind the last segment.
    pub(crate) fn next_segment(&self) -> u64 {
        self.segments.keys().next_back().map_or(0, |last| last + 1)
    }

    pub(crate) fn segment_len(&self, number: u64) -> u64 {
        self.segments.get(&number).copied().unwrap_or(0)
    }

    pub(crate) fn vault_len(&self, number: u64) -> u64 {
        self.vaults.get(&number).copied().unwrap_or(0)
    }

    pub(crate) fn vaults_behind(&self, segment: u64) -> impl Iterator<Item = u64> + '_ {
        self.vaults.range(segment + 1..).map(|(number, _)| *number)
    }

    pub(crate) fn has_vault_behind(&self, segment: u64) -> bool {
        self.vaults_behind(segment).next().is_some()
    }
}

/// Returns the lengths of a family's files by number, and reports what else lies in its folder; `None` where it cannot be
/// listed.
fn lengths(disk: &dyn Disk, family: Family, report: &mut Report) -> Option<BTreeMap<u64, u64>> {
    let dir = family.dir();
    let mut files = BTreeMap::new();
    let entries = match if_exists(disk.list(dir)) {
        Ok(entries) => entries.unwrap_or_default(),
        Err(error) => {
            report.undecide(dir, None, unreadable("list", &error));
            return None;
        }
    };
    for entry in entries {
        let path = format!("{dir}/{}", entry.name);
        let known = family.recognise(&entry.name).filter(|_| entry.exact && entry.kind == EntryKind::File);
        match known {
            // One that is gone by now was a writer's to remove.
            Some(Known::Numbered(number)) => match disk.file_len(&path) {
                Ok(Some(len)) => drop(files.insert(number, len)),
                Ok(None) => {}
                Err(error) => report.undecide(&path, None, unreadable("measure", &error)),
            },
            Some(Known::Temporary) => drop(report.temporaries.insert(path)),
            None => report.find(Finding::new("unknown-file", &path, "not a file of the format")),
        }
    }
    Some(files)
}

/// Returns the numbers of a family's files; `None` where the folder cannot be listed.
pub(crate) fn numbered(disk: &dyn Disk, family: Family, report: &mut Report) -> Option<Vec<u64>> {
    lengths(disk, family, report).map(|files| files.into_keys().collect())
}

/// Waits for temporary files to go, which a writer that opens has for a moment, and reports those that stay.
pub(crate) fn judge_temporaries(disk: &dyn Disk, patience: Duration, report: &mut Report) {
    let deadline = Instant::now() + patience;
    for path in std::mem::take(&mut report.temporaries) {
        while !matches!(disk.file_len(&path), Ok(None)) {
            if Instant::now() >= deadline {
                report.undecide(&path, None, "left by a writer that was interrupted".to_owned());
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Says what it means that the first record cannot be read.
pub(crate) fn judge_unreadable_start(
    disk: &dyn Disk,
    error: &StoreError,
    noted: &Noted,
    checkpoint_files: &[u64],
    report: &mut Report,
) {
    let path = Family::Segment.path(0);
    let newer = matches!(
        error,
        StoreError::Header { source: HeaderError::UnknownFormat { .. }, .. }
            | StoreError::System {
                source: docket_proof::SystemError::UnknownFormat { .. }
                    | docket_proof::SystemError::Unknown { .. },
                ..
            }
            | StoreError::Record { source: docket_proof::RecordError::UnknownFlags { .. }, .. }
    );
    let mut cause = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        cause = format!("{cause}: {source}");
    }
    if newer {
        report.undecide(&path, Some(0), format!("{cause}: made by a newer version"));
        return;
    }
    if let StoreError::Io { source, .. } = error
        && source.kind() != io::ErrorKind::NotFound
    {
        report.undecide(&path, Some(0), cause);
        return;
    }
    let mut evidence = None;
    for number in checkpoint_files {
        let file = Family::Checkpoint.path(*number);
        if disk.file_len(&file).is_ok_and(|len| len.unwrap_or(0) > 0) {
            evidence = Some("a checkpoint was written");
        }
    }
    // More than a header and one record of the largest size.
    let only_genesis = (SEGMENT_HEADER_LEN + docket_proof::MAX_RECORD_LEN + docket_proof::HASH_LEN) as u64;
    if noted.next_segment() > 1 || noted.segment_len(0) > only_genesis {
        evidence = Some("further records were written");
    }
    match evidence {
        Some(evidence) => {
            report.find(
                Finding::new("header", &path, format!("{cause}; no crash explains it: {evidence}")).record(0),
            );
        }
        None => report.undecide(&path, Some(0), cause),
    }
}

/// Compares `ledger.toml` with what record 0 says.
pub(crate) fn check_ledger_toml(
    disk: &dyn Disk,
    identity: &Identity,
    report: &mut Report,
) -> Result<(), StoreError> {
    let expected = identity.ledger_toml();
    let Some(found) = report.heard(read_ledger_toml(disk))? else { return Ok(()) };
    let Some(found) = found else {
        report.find(Finding::new("ledger-toml", LEDGER_TOML, "the file is missing"));
        return Ok(());
    };
    if found != expected.as_bytes() {
        let same =
            found.iter().zip(expected.as_bytes()).take_while(|(found, expected)| found == expected).count();
        let finding = Finding::new("ledger-toml", LEDGER_TOML, "the file does not say what record 0 says");
        report.find(finding.offset(same as u64));
    }
    Ok(())
}

/// Returns the bytes of `ledger.toml`, as far as they are compared; `None` where there is no such file.
fn read_ledger_toml(disk: &dyn Disk) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(file) = if_exists(disk.open_read(LEDGER_TOML)).doing("open", LEDGER_TOML)? else {
        return Ok(None);
    };
    let len = file.len().doing("measure", LEDGER_TOML)?.min(MAX_TOML_LEN);
    let mut bytes = vec![0; usize::try_from(len).unwrap_or_default()];
    file.read_exact_at(&mut bytes, 0).doing("read", LEDGER_TOML)?;
    Ok(Some(bytes))
}

/// Says what is wrong with the file of a recorded cut.
fn wrong_cut(
    disk: &dyn Disk,
    path: &str,
    identity: &Identity,
    cut: &TailCut,
) -> Result<Option<&'static str>, StoreError> {
    let Some(file) = if_exists(disk.open_read(path)).doing("open", path)? else {
        return Ok(Some("the file of a recorded cut is missing"));
    };
    if hash_file(file.as_ref()).doing("read", path)? != (cut.file_len, cut.file_hash) {
        return Ok(Some("the file is not the one that was recorded"));
    }
    // Right by its hash; what it says must also fit the record, and the file.
    let header = read_front::<CUT_HEADER_LEN>(file.as_ref()).doing("read", path)?;
    let parsed = header.map_or(Err(HeaderError::Short), |bytes| parse_cut_header(&bytes, &identity.hash));
    let Some((parts, _)) = parsed.ok().filter(|(_, size)| *size == cut.size) else {
        return Ok(Some("its header contradicts its record"));
    };
    let holds = has_whole_parts(file.as_ref(), parts).doing("read", path)?;
    Ok((!holds).then_some("it does not consist of as many whole parts as its header says"))
}

/// Compares cut files with the records that tell of them. Of those that no record tells of nothing is said where the log is
/// damaged.
pub(crate) fn check_cuts(
    disk: &dyn Disk,
    identity: &Identity,
    is_damaged: bool,
    report: &mut Report,
) -> Result<(), StoreError> {
    let files = lengths(disk, Family::Cut, report).unwrap_or_default();
    let notes = report.cuts.clone();
    for note in &notes {
        let path = Family::Cut.path(note.cut.number);
        let wrong = report.heard(wrong_cut(disk, &path, identity, &note.cut))?.flatten();
        if let Some(what) = wrong {
            report.find(Finding::new("cut", &path, what).record(note.record));
        }
    }
    if is_damaged {
        // Its record may stand behind the damage.
        return Ok(());
    }
    // Where old records were not read, and no new one tells of a cut, nothing is known of the files.
    let first = notes.first().map(|note| note.cut.number);
    let known = match first {
        None if report.since.is_some() => return Ok(()),
        first => first.unwrap_or(0) + notes.len() as u64,
    };
    for number in files.into_keys().filter(|number| *number >= known) {
        let why =
            "no record tells of it: a recovery was not finished; opening the ledger for writing finishes it";
        report.undecide(&Family::Cut.path(number), None, why.to_owned());
    }
    Ok(())
}
