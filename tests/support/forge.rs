//! A forger who holds the ledger's key: rewrites a history, makes every hash right again, and signs it.

use std::{fs, path::Path, sync::Arc};

use docket_domain::{Event, EventBody};
use docket_log::{
    Batch, CountedEntropy, Disk, FileDisk, KeyFolder, NewRecord, NewValue, Reader, Recovered, StepClock,
};
use docket_proof::{
    Checkpoint, Frontier, MAX_NOTE_LEN, Precision, RecordHash, RecordKey, SigningKey, StreamRef, leaf_hash,
    sign_checkpoint,
};

use super::{Ledger, ORIGIN, record_offsets};

const SEGMENT: &str = "log/00000000.seg";
const NOTES: &str = "checkpoints/00000000.ckp";
/// FORMAT.md section 6.
const NOTES_HEADER_LEN: usize = 48;

/// Changes records of a ledger of one unsealed segment, recomputes all hashes behind them, and signs every checkpoint
/// anew. The signer's memory is left as it is.
pub(crate) fn rewrite(folder: &Path, seed: u8, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let path = folder.join(SEGMENT);
    let segment = fs::read(&path).expect("the segment can be read");
    let ranges = record_offsets(&segment);
    let header = ranges.first().expect("there is a genesis").start;
    let mut records: Vec<Vec<u8>> =
        ranges.iter().map(|range| segment[range.start..range.end - 32].to_vec()).collect();
    change(&mut records);

    let genesis = RecordHash::of_genesis(&records[0]);
    let key = RecordKey::new(&genesis);
    let (mut previous, mut tree) = (genesis, Frontier::new());
    let mut roots = Vec::new();
    let mut bytes = segment[..header].to_vec();
    for (index, record) in records.iter().enumerate() {
        let chained = [previous.as_bytes(), record.as_slice()].concat();
        previous = if index == 0 { genesis } else { key.hash_chained(&chained) };
        bytes.extend_from_slice(record);
        bytes.extend_from_slice(previous.as_bytes());
        tree.push(leaf_hash(previous.as_bytes()));
        roots.push(tree.root());
    }
    fs::write(&path, bytes).expect("the segment can be written");

    let signer = SigningKey::from_seed(ORIGIN, &[seed; 32]).expect("an origin as it must be");
    let notes = fs::read(folder.join(NOTES)).expect("the checkpoints can be read");
    let mut signed = notes[..NOTES_HEADER_LEN].to_vec();
    for size in sizes(&notes).into_iter().filter(|size| *size <= roots.len()) {
        let checkpoint = Checkpoint::new(ORIGIN, size as u64, roots[size - 1]).expect("an origin");
        let note = sign_checkpoint(&checkpoint, &signer).expect("its own key");
        signed.extend_from_slice(&u32::try_from(note.len()).expect("short").to_le_bytes());
        signed.extend_from_slice(&note);
    }
    fs::write(folder.join(NOTES), signed).expect("the checkpoints can be written");
}

/// Cuts the last records off a ledger without values behind them, with the checkpoints that covered them.
pub(crate) fn cut_to(folder: &Path, seed: u8, size: usize) {
    rewrite(folder, seed, |records| records.truncate(size));
}

/// Makes the signer forget what it signed last.
pub(crate) fn forget(folder: &Path) {
    fs::remove_file(folder.join("keys/signed")).expect("there is a memory");
}

/// Returns the sizes of a ledger's own checkpoints.
fn sizes(notes: &[u8]) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut rest = &notes[NOTES_HEADER_LEN..];
    while let Some((len, tail)) = rest.split_first_chunk() {
        let len = u32::from_le_bytes(*len) as usize;
        assert!(len < MAX_NOTE_LEN);
        let text = std::str::from_utf8(&tail[..len]).expect("a note is text");
        sizes.push(
            text.lines().nth(1).and_then(|line| line.parse().ok()).expect("the second line is the size"),
        );
        rest = &tail[len..];
    }
    sizes
}

/// Where and how a forged event stands.
#[derive(Default)]
pub(crate) struct Forged<'a> {
    pub(crate) stream: u64,
    pub(crate) occurred_at: i64,
    pub(crate) actor: u64,
    /// Personal values, by the numbers of their fields.
    pub(crate) personal: &'a [(u16, &'a str)],
}

/// Appends an event past every rule, with hashes and a checkpoint as right as any other's.
pub(crate) fn forge_event<B: EventBody + Into<Event>>(ledger: &Ledger, forged: Forged<'_>, body: B) {
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::new(ledger.folder()));
    let keys = KeyFolder::new(disk.clone(), "keys");
    let recovered = Recovered::open(disk.clone(), &keys).expect("the ledger can be opened");
    let heads = Reader::open(disk).and_then(|reader| reader.heads(recovered.size())).expect("it can be read");
    let clock = StepClock::new(4_000_000_000_000_000);
    let entropy = CountedEntropy::new(recovered.size() << 20);
    let writer =
        recovered.into_writer(Box::new(heads), Box::new(clock), Box::new(entropy)).expect("no one else");
    let event: Event = body.into();
    let value =
        |(field, text): &(u16, &str)| NewValue { field: *field, value: text.as_bytes().to_vec().into() };
    let record = NewRecord {
        stream: StreamRef { kind: B::STREAM.0, id: forged.stream },
        occurred_at: forged.occurred_at,
        precision: Precision::Second,
        event_type: event.event_type(),
        schema_version: event.version(),
        body: event.encode().expect("a short body"),
        personal: forged.personal.iter().map(value).collect(),
    };
    let id = [u8::try_from(writer.size() % 251).expect("small"); 16];
    writer
        .append(&Batch { command_id: id, actor: forged.actor, records: vec![record] })
        .expect("the log asks no rule");
    writer.checkpoint().expect("its own key");
}
