//! Who a ledger is: its genesis record, and what follows from it. Also the text of `ledger.toml`.

use docket_proof::{
    Frame, Genesis, HASH_LEN, KeyKind, MAX_RECORD_LEN, RecordHash, RecordKey, RecordView, SystemRecord,
    VerifierKey,
};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{Family, HeaderError, SEGMENT_HEADER_LEN, SegmentHeader},
    frames::{FrameWalk, Step},
};

/// What record 0 makes of a ledger.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What record 0 says.
    pub genesis: Genesis,
    /// Its hash.
    pub hash: RecordHash,
    /// The key that its further records are hashed under.
    pub key: RecordKey,
    /// The key that its checkpoints are signed with.
    pub verifier: VerifierKey,
}

impl Identity {
    /// Takes a genesis record's bytes for a ledger's identity.
    ///
    /// # Errors
    /// When the bytes are no genesis record of this format.
    pub fn of(record: &[u8]) -> Result<Self, StoreError> {
        let view = RecordView::parse(record).map_err(|source| StoreError::Record { index: 0, source })?;
        let system = SystemRecord::decode(view.event_type, view.schema_version, view.body)
            .map_err(|source| StoreError::System { index: 0, source })?;
        let SystemRecord::Genesis(genesis) = system else {
            return Err(StoreError::NotALedger { missing: "the genesis record" });
        };
        let hash = RecordHash::of_genesis(record);
        let verifier = VerifierKey::new(&genesis.origin, KeyKind::Ed25519, &genesis.public_key)
            .map_err(|source| StoreError::PublicKey { source })?;
        Ok(Self { key: RecordKey::new(&hash), verifier, hash, genesis })
    }

    /// Reads the identity of the ledger in a folder, from the first segment alone.
    ///
    /// # Errors
    /// When there is no ledger, a newer one, or one whose first record is damaged.
    pub fn read(disk: &dyn Disk) -> Result<Self, StoreError> {
        let path = Family::Segment.path(0);
        if disk.file_len(&path).doing("look for", &path)?.is_none() {
            return Err(StoreError::NotALedger { missing: "log/00000000.seg" });
        }
        let file = disk.open_read(&path).doing("open", &path)?;
        let header = read_segment_header(file.as_ref(), 0)
            .doing("read", &path)?
            .map_err(|source| StoreError::Header { path: path.clone(), source })?;
        // No more than one record can take.
        let reach = (SEGMENT_HEADER_LEN + MAX_RECORD_LEN + HASH_LEN) as u64;
        let end = file.len().doing("measure", &path)?.min(reach);
        let mut frames = FrameWalk::new(file.as_ref(), SEGMENT_HEADER_LEN as u64, end);
        let altered = |why: &str| StoreError::Altered { index: 0, path: path.clone(), why: why.to_owned() };
        match frames.next().doing("read", &path)? {
            Step::Frame { frame, .. } => {
                let identity = Self::of_frame(&frame)?;
                if identity.hash == header.genesis {
                    Ok(identity)
                } else {
                    Err(altered("it is not the header's genesis"))
                }
            }
            Step::End | Step::Broken => Err(altered("the file ends inside it")),
        }
    }

    fn of_frame(frame: &Frame<'_>) -> Result<Self, StoreError> {
        if RecordHash::of_genesis(frame.record) != frame.stored_hash {
            let why = "its hash is not the stored one".to_owned();
            return Err(StoreError::Altered { index: 0, path: Family::Segment.path(0), why });
        }
        Self::of(frame.record)
    }

    /// Returns the exact text of the ledger's `ledger.toml` (FORMAT.md section 8).
    pub fn ledger_toml(&self) -> String {
        let Genesis { clock, created, origin, time_zone, predecessor, .. } = &self.genesis;
        // The genesis record's limits keep `created` within years 1 to 9999. A moment of jiff's ends a day before they do.
        let created = jiff::civil::date(1970, 1, 1)
            .at(0, 0, 0, 0)
            .checked_add(jiff::SignedDuration::from_micros(*created))
            .map(|created| created.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
            .unwrap_or_default();
        let mut text = format!(
            "# A docket ledger. This repeats what record 0 of the log says; `docket verify` checks that it still does.\n\
             format = 1\norigin = {}\ntime_zone = \"{time_zone}\"\nclock = \"{}\"\ncreated = \"{created}\"\n\
             public_key = {}\ngenesis = \"{}\"\n",
            quoted(origin),
            clock.name(),
            quoted(&self.verifier.to_string()),
            self.hash,
        );
        if let Some(before) = predecessor {
            let named = format!("{} {} {}", before.origin, before.size, before.root);
            text.push_str(&format!("predecessor = {}\n", quoted(&named)));
        }
        text
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads and parses a segment's header; a file too short for one is [`HeaderError::Short`].
pub(crate) fn read_segment_header(
    file: &dyn DiskFile,
    segment: u64,
) -> std::io::Result<Result<SegmentHeader, HeaderError>> {
    Ok(read_front::<SEGMENT_HEADER_LEN>(file)?
        .map_or(Err(HeaderError::Short), |bytes| SegmentHeader::parse(&bytes, segment)))
}

/// Reads the first `N` bytes, or `None` where the file is shorter.
pub(crate) fn read_front<const N: usize>(file: &dyn DiskFile) -> std::io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact_at(&mut bytes, 0) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
