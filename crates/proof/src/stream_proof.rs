//! The whole history of one stream as a file that proves itself (PROOFS.md section 3).

use crate::{
    chained::ChainedRecord,
    checkpoint::{CheckpointNote, OpenedCheckpoint},
    hash::RecordHash,
    lines::{Lines, ProofFileError, base64_of, put_checkpoint, put_hashes, put_line},
    note::{KeyKind, MAX_NOTE_LEN, VerifierKey},
    proof::verify_inclusion,
    record::{RecordIndex, StreamRef},
    system::{Genesis, SystemRecord},
    tree::{NodeHash, leaf_hash},
    unproven::Unproven,
};

/// The longest stream proof, in bytes.
pub const MAX_STREAM_PROOF_LEN: usize = 16 * 1024 * 1024 + MAX_NOTE_LEN;

/// The first line.
pub const STREAM_PROOF_HEADER: &str = "docket stream proof v1";

/// A record and the hashes that lead from it to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludedRecord {
    /// The record.
    pub record: ChainedRecord,
    /// The hashes up to the root, the one next to the leaf first.
    pub hashes: Vec<NodeHash>,
}

impl IncludedRecord {
    fn verify(&self, hash: RecordHash, opened: &OpenedCheckpoint) -> Result<(), Unproven> {
        let index = self.record.view().index.0;
        let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_inclusion(index, size, leaf_hash(hash.as_bytes()), &self.hashes, root)
            .map_err(|source| Unproven::Inclusion { index, source })
    }
}

/// The history of a stream from its first record on, the genesis record, and the checkpoint that covers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamProof {
    /// The stream.
    pub stream: StreamRef,
    /// Record 0: it names the ledger, and its hash keys all others.
    pub genesis: IncludedRecord,
    /// The stream's records, oldest first, without gaps.
    pub records: Vec<IncludedRecord>,
    /// The checkpoint.
    pub checkpoint: CheckpointNote,
}

/// What a stream proof has proven.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ProvenStream {
    /// The checkpoint. That the stream has no further record below its size needs the whole log.
    pub opened: OpenedCheckpoint,
    /// Who the ledger is.
    pub genesis: Genesis,
    /// The hash of record 0.
    pub genesis_hash: RecordHash,
}

impl StreamProof {
    /// Takes a file apart. Checks no hash and no signature.
    ///
    /// # Errors
    /// Where the bytes are no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes, MAX_STREAM_PROOF_LEN)?;
        lines.literal(STREAM_PROOF_HEADER)?;
        let stream = lines.take("stream, its kind and its id", parse_stream)?;
        let genesis = lines.take("genesis and record 0 in canonical base64", |line| {
            let bytes = base64_of(line.strip_prefix("genesis ")?)?;
            let record = ChainedRecord::new(RecordHash::ZERO, bytes).ok()?;
            (record.view().index == RecordIndex(0)).then_some(record)
        })?;
        let genesis = IncludedRecord { record: genesis, hashes: lines.hashes()? };
        let mut records = Vec::new();
        while lines.peek().is_some_and(|line| !line.is_empty()) || records.is_empty() {
            let record = lines.take("record, the hash before it and its bytes", parse_record)?;
            records.push(IncludedRecord { record, hashes: lines.hashes()? });
        }
        lines.literal("")?;
        let checkpoint = lines.checkpoint()?;
        lines.end()?;
        Ok(Self { stream, genesis, records, checkpoint })
    }

    /// Returns the bytes that [`StreamProof::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let StreamRef { kind, id } = self.stream;
        let mut out = format!("{STREAM_PROOF_HEADER}\nstream {kind} {id}\n");
        put_line(&mut out, "genesis", &[self.genesis.record.bytes()]);
        put_hashes(&mut out, &self.genesis.hashes);
        for included in &self.records {
            let record = &included.record;
            put_line(&mut out, "record", &[record.previous().as_bytes(), record.bytes()]);
            put_hashes(&mut out, &included.hashes);
        }
        put_checkpoint(&mut out, &self.checkpoint);
        out.into_bytes()
    }

    /// Returns what record 0 says, and its hash.
    ///
    /// # Errors
    /// When it is no genesis record.
    pub fn genesis(&self) -> Result<(Genesis, RecordHash), Unproven> {
        let view = self.genesis.record.view();
        match SystemRecord::decode(view.event_type, view.schema_version, view.body)? {
            SystemRecord::Genesis(genesis) => {
                Ok((genesis, RecordHash::of_genesis(self.genesis.record.bytes())))
            }
            _ => Err(Unproven::Genesis),
        }
    }

    /// Returns the key that the file itself names, in record 0. Anybody can make a file that names a key of his own:
    /// whether it is the ledger's must be known from elsewhere.
    ///
    /// # Errors
    /// When it is no genesis record, or its key is none.
    pub fn named_key(&self) -> Result<VerifierKey, Unproven> {
        let (genesis, _) = self.genesis()?;
        VerifierKey::new(&genesis.origin, KeyKind::Ed25519, &genesis.public_key)
            .map_err(|_| Unproven::Genesis)
    }

    /// Checks that the log of one of `keys` holds these records, and that they are the stream's from its first on,
    /// without a gap.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<ProvenStream, Unproven> {
        let opened = self.checkpoint.open(keys)?;
        let (genesis, genesis_hash) = self.genesis()?;
        if genesis.origin != opened.checkpoint.origin() {
            let checkpoint = opened.checkpoint.origin().to_owned();
            return Err(Unproven::OtherOrigin { checkpoint, genesis: genesis.origin });
        }
        self.genesis.verify(genesis_hash, &opened)?;
        let mut before: Option<RecordIndex> = None;
        for (position, included) in (0..).zip(&self.records) {
            included.verify(included.record.hash(&genesis_hash), &opened)?;
            let view = included.record.view();
            let gap = |what| Unproven::Gap { index: view.index, what };
            if view.stream != self.stream {
                return Err(Unproven::OtherStream { index: view.index });
            }
            if view.position != position {
                return Err(gap("its position leaves a gap"));
            }
            if view.previous != before {
                return Err(gap("its back-link leads elsewhere"));
            }
            if before.is_some_and(|before| before >= view.index) {
                return Err(gap("it stands before the record it follows"));
            }
            before = Some(view.index);
        }
        Ok(ProvenStream { opened, genesis, genesis_hash })
    }
}

fn parse_stream(line: &str) -> Option<StreamRef> {
    let (kind, id) = line.strip_prefix("stream ")?.split_once(' ')?;
    let stream = StreamRef { kind: kind.parse().ok()?, id: id.parse().ok()? };
    // One way to write it: no sign, no leading zero.
    (format!("{} {}", stream.kind, stream.id) == line.strip_prefix("stream ")?).then_some(stream)
}

fn parse_record(line: &str) -> Option<ChainedRecord> {
    let (previous, bytes) = line.strip_prefix("record ")?.split_once(' ')?;
    let previous = RecordHash::from_bytes(base64_of(previous)?.try_into().ok()?);
    ChainedRecord::new(previous, base64_of(bytes)?).ok()
}
