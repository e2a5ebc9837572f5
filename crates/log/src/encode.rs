//! Encoding: what was appended becomes the bytes of log and vault, each record hashed behind the one before.

use std::borrow::Borrow;

use docket_proof::{
    CommandDigest, CommandPlace, Commitment, RecordDraft, RecordHash, RecordIndex, SignedEvent,
};

use crate::{
    batch::{Batch, NewRecord},
    commit::Piece,
    files::{SEGMENT_RECORDS, SegmentHeader, VAULT_HEADER_LEN, encode_vault_header},
    footer::FooterBuilder,
    identity::Identity,
    sources::{CommandSigner, Entropy},
    tail::Tail,
    vault::put_entry,
};

/// Position in the stream and back-link.
pub(crate) type Place = (u32, Option<RecordIndex>);

/// A batch that has its time and its places: nothing can be refused any more.
pub(crate) struct Placed<B> {
    pub(crate) batch: B,
    pub(crate) recorded_at: i64,
    pub(crate) held: bool,
    pub(crate) durable_to: u64,
    /// Of each record.
    pub(crate) places: Vec<Place>,
}

/// A command on the way to its signature, and who makes it once the last record is there.
pub(crate) struct Signed<'a> {
    digest: CommandDigest,
    signer: &'a dyn CommandSigner,
}

impl<'a> Signed<'a> {
    /// Begins the signature of a placed batch, which follows the record with the hash `previous`.
    pub(crate) fn begin<B: Borrow<Batch>>(
        identity: &Identity,
        previous: RecordHash,
        placed: &Placed<B>,
        signer: &'a dyn CommandSigner,
    ) -> Self {
        let batch: &Batch = placed.batch.borrow();
        let place = CommandPlace {
            genesis: identity.hash,
            previous,
            command_id: batch.command_id,
            actor: batch.actor,
            recorded_at: placed.recorded_at,
        };
        Self { digest: CommandDigest::new(&place), signer }
    }
}

/// What a record gets beside its content.
struct Envelope {
    actor: u64,
    recorded_at: i64,
    held: bool,
    position: u32,
    previous: Option<RecordIndex>,
    command_id: Option<[u8; 16]>,
    durable_to: Option<u64>,
}

/// Where the log and the vault end, and what the next record needs of what lies before it.
pub(crate) struct Encoder {
    pub(crate) tail: Tail,
    pub(crate) vault_len: u64,
    pub(crate) entropy: Box<dyn Entropy>,
}

impl Encoder {
    /// Encodes a batch behind the last one: into the last of `pieces` as long as that is of the same segment.
    pub(crate) fn encode<B: Borrow<Batch>>(
        &mut self,
        identity: &Identity,
        placed: &Placed<B>,
        mut signed: Option<&mut Signed<'_>>,
        pieces: &mut Vec<Piece>,
        spare: &mut Vec<Piece>,
    ) {
        let batch: &Batch = placed.batch.borrow();
        let last = batch.records.len().saturating_sub(1);
        for (number, (record, &(position, previous))) in batch.records.iter().zip(&placed.places).enumerate()
        {
            let segment = self.tail.segment;
            if pieces.last().is_none_or(|piece| piece.segment != segment) {
                pieces.push(self.new_piece(identity, spare.pop()));
            }
            let Some(piece) = pieces.last_mut() else { return };
            let envelope = Envelope {
                actor: batch.actor,
                recorded_at: placed.recorded_at,
                held: placed.held,
                position,
                previous,
                command_id: (number == 0).then_some(batch.command_id),
                durable_to: (number == last).then_some(placed.durable_to),
            };
            self.record(identity, record, &envelope, signed.as_deref_mut(), piece);
        }
    }

    /// Encodes a record behind the last one, and closes its segment when it is full.
    fn record(
        &mut self,
        identity: &Identity,
        record: &NewRecord,
        envelope: &Envelope,
        signed: Option<&mut Signed<'_>>,
        piece: &mut Piece,
    ) {
        let (index, segment) = (self.tail.size, self.tail.segment);
        let mut commitments: Vec<(u16, Commitment)> = Vec::with_capacity(record.personal.len());
        let vault_start = piece.vault.len();
        let mut first_entry = self.vault_len;
        if !record.personal.is_empty() && first_entry == 0 {
            piece.vault.extend_from_slice(&encode_vault_header(segment, &identity.hash));
            first_entry = VAULT_HEADER_LEN as u64;
        }
        for value in &record.personal {
            let mut salt = [0; 32];
            self.entropy.fill(&mut salt);
            let commitment = put_entry(&mut piece.vault, index, value.field, &salt, &value.value);
            commitments.push((value.field, commitment));
        }
        self.vault_len += (piece.vault.len() - vault_start) as u64;

        let mut blind = [0; 16];
        self.entropy.fill(&mut blind);
        let is_signed = signed.is_some();
        let signature = signed.and_then(|Signed { digest, signer }| {
            let event = SignedEvent {
                stream: record.stream,
                position: envelope.position,
                occurred_at: record.occurred_at,
                precision: record.precision,
                event_type: record.event_type,
                schema_version: record.schema_version,
                body: &record.body,
            };
            digest.push(&event.digest(commitments.iter().copied()));
            envelope.durable_to.is_some().then(|| signer.sign(digest))
        });
        let draft = RecordDraft {
            is_signed,
            signature,
            index: RecordIndex(index),
            recorded_at: envelope.recorded_at,
            occurred_at: record.occurred_at,
            precision: record.precision,
            actor: envelope.actor,
            stream: record.stream,
            position: envelope.position,
            previous: envelope.previous,
            event_type: record.event_type,
            schema_version: record.schema_version,
            held: envelope.held,
            blind,
            command_id: envelope.command_id,
            vault_offset: first_entry,
            commitments: &commitments,
            body: &record.body,
            durable_to: envelope.durable_to,
        };
        // The hash covers the hash before and the record, one behind the other, as they lie on disk. In front of the
        // first record of a piece the hash before lies in the file already.
        let log_start = piece.log.len();
        draft.encode(&mut piece.log);
        let record_bytes = piece.log.get(log_start..).unwrap_or_default();
        let hash = match log_start.checked_sub(32).and_then(|from| piece.log.get(from..)) {
            Some(preceded) => identity.key.hash_chained(preceded),
            None => identity.key.hash_chained(&[self.tail.head.as_bytes().as_slice(), record_bytes].concat()),
        };
        piece.log.extend_from_slice(hash.as_bytes());

        self.tail.footer.push(piece.log.len() - log_start, &hash);
        self.tail.head = hash;
        self.tail.size += 1;
        self.tail.recorded_at = envelope.recorded_at;
        if self.tail.footer.is_full() {
            let (footer, level16) = self.tail.footer.finish(segment, &identity.key);
            piece.log.extend_from_slice(&footer);
            piece.is_last = true;
            self.tail.sealed.push(level16);
            self.tail.footer = FooterBuilder::new();
            self.tail.segment += 1;
            self.vault_len = 0;
        }
        debug_assert_eq!(self.tail.size, self.tail.segment * SEGMENT_RECORDS + self.tail.footer.count());
    }

    /// Begins the bytes of the current segment that are not written yet, in buffers that were used before.
    fn new_piece(&self, identity: &Identity, spare: Option<Piece>) -> Piece {
        let segment = self.tail.segment;
        let (mut log, mut vault) = spare.map_or_else(Default::default, |piece| (piece.log, piece.vault));
        log.clear();
        vault.clear();
        let is_new = self.tail.footer.count() == 0;
        if is_new {
            let header = SegmentHeader { genesis: identity.hash, previous: self.tail.head };
            log.extend_from_slice(&header.encode(segment));
        }
        let log_at = if is_new { 0 } else { self.tail.footer.end() };
        Piece { segment, log_at, log, vault_at: self.vault_len, vault, is_last: false }
    }
}
