//! The same events into docket, SQLite and sled, each batch durable before the next; then all of it verified again.

use std::{
    fs::{self, File},
    hint::black_box,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    Fallible,
    bare_sled::BareSled,
    book::Book,
    chain::{Chain, State},
    encoded::Encoded,
    floor::{BareFile, BareTree, Loaded, files},
    measure::{Entry, rate, timed},
    ours::Ours,
    source::{Source, Timed},
    sqlite::Sqlite,
};

/// Events of a batch.
pub(crate) const BATCHES: [usize; 4] = [1, 10, 100, 1_000];
/// Batches of a round at most, and the share of all events that its rounds may use, in hundredths.
const MOST: [usize; 4] = [300, 200, 100, 50];
const SHARES: [u64; 4] = [2, 5, 15, 60];

/// The stores, each with the same records.
pub(crate) struct Stores {
    folder: PathBuf,
    source: Source,
    /// Encodes for those that do not encode themselves.
    chain: Chain,
    ours: Ours,
    sqlite: Sqlite,
    sled: BareSled,
    floors: Floors,
}

/// The same bytes written and synced, the same hashes computed, and both.
struct Floors {
    bare: BareFile,
    hashed: BareFile,
    trees: [BareTree; 2],
}

/// What one round gives to every store.
struct Round {
    batches: Vec<Timed>,
    encoded: Vec<Encoded>,
}

impl Stores {
    /// Makes them in an empty folder, for the events of a ledger.
    pub(crate) fn create(ledger: &Path, folder: &Path) -> Fallible<Self> {
        let source = Source::open(ledger)?;
        let ours = Ours::create(&folder.join("docket"), source.created())?;
        Ok(Self {
            folder: folder.to_owned(),
            source,
            chain: Chain::new(&ours.genesis())?,
            sqlite: Sqlite::create(&folder.join("sqlite.db"), &ours.genesis_record()?, &ours.genesis())?,
            sled: BareSled::create(&folder.join("sled"))?,
            floors: Floors {
                bare: BareFile::create(folder, "bare"),
                hashed: BareFile::create(folder, "hashed"),
                trees: [BareTree::new(), BareTree::new()],
            },
            ours,
        })
    }

    /// Appends batches of each size to all stores, in turn, and compares what they came to.
    pub(crate) fn appends(&mut self, rounds: usize, book: &mut Book) -> Fallible<()> {
        let all = self.source.left();
        for ((len, most), share) in BATCHES.into_iter().zip(MOST).zip(SHARES) {
            // One round more than is counted warms up.
            let fits = all * share / 100 / (len * (rounds + 1)) as u64;
            self.append(rounds, usize::try_from(fits)?.clamp(1, most), len, book)?;
        }
        let sled = self.sled.len() + 1;
        let state = self.agreed()?;
        if sled != state.size {
            return Err(format!("sled holds {sled} records, not {}", state.size).into());
        }
        self.sqlite.settle()?;
        let State { size, head, root } = state;
        book.note(&format!("docket and SQLite agree: {size} records, head {head}, root {root}"));
        for (what, bytes) in [("docket", "docket/log"), ("sqlite", "sqlite.db"), ("sled", "sled")] {
            let bytes = bytes_under(&self.folder.join(bytes))? as f64 / size as f64;
            book.fact("beside-bytes", what, &format!("{what}: bytes on disk"), "bytes/event", bytes);
        }
        Ok(())
    }

    fn append(&mut self, rounds: usize, count: usize, len: usize, book: &mut Book) -> Fallible<()> {
        let mut work = Vec::with_capacity(rounds + 1);
        for _ in 0..=rounds {
            let batches = self.source.batches(count, len)?;
            if batches.len() < count {
                return Err("the ledger has too few events for so many rounds: take a larger one".into());
            }
            let encoded = batches.iter().map(|batch| Encoded::new(batch, &mut self.chain));
            work.push(Round { encoded: encoded.collect::<Fallible<_>>()?, batches });
        }
        let (work, key, events) = (work.as_slice(), self.chain.key(), (count * len) as u64);
        let Self { ours, sqlite, sled, floors, .. } = self;
        let Floors { bare, hashed, trees: [tree, hashed_tree] } = floors;
        let entries = vec![
            entry(DOCKET, "docket", events, work, |round| {
                round.batches.iter().try_for_each(|batch| ours.append(batch))
            }),
            entry(SQLITE, "SQLite, same chain and tree", events, work, |round| {
                round.batches.iter().try_for_each(|batch| sqlite.append(batch))
            }),
            entry(SLED, "sled, neither chain nor tree", events, work, |round| {
                round.encoded.iter().try_for_each(|batch| sled.append(batch))
            }),
            entry(BARE, "floor: bare write + fdatasync of the same bytes", events, work, |round| {
                round.encoded.iter().for_each(|batch| bare.append(batch.bytes()));
                Ok(())
            }),
            entry(HASHES, "floor: the hash loop over the same bytes", events, work, |round| {
                round.encoded.iter().for_each(|batch| batch.hash(&key, tree));
                Ok(())
            }),
            entry(BOTH, "floor: the hash loop, then write + fdatasync", events, work, |round| {
                for batch in &round.encoded {
                    batch.hash(&key, hashed_tree);
                    hashed.append(batch.bytes());
                }
                Ok(())
            }),
        ];
        let section = format!("append-{len}");
        let title = match len {
            1 => format!("Single durable appends, {count} a round"),
            _ => format!("Durable batches of {len}, {count} a round"),
        };
        book.measure(&section, &title, rounds, "events/s", entries);
        book.ratio(&section, "docket / SQLite", DOCKET, SQLITE, Some(">= 1.5"));
        book.ratio(&section, "docket / sled", DOCKET, SLED, Some(">= 8"));
        book.ratio(&section, "docket / bare write + fdatasync", DOCKET, BARE, None);
        book.ratio(&section, "docket / hash loop, then write + fdatasync", DOCKET, BOTH, None);
        Ok(())
    }

    /// Appends what is left of the events, and verifies all of them in docket and in SQLite.
    pub(crate) fn verification(&mut self, rounds: usize, book: &mut Book) -> Fallible<()> {
        loop {
            let batches = self.source.batches(1, 1_000)?;
            let Some(batch) = batches.first() else { break };
            self.ours.append(batch)?;
            self.sqlite.append(batch)?;
            self.chain.extend(batch, |_| Ok(()))?;
        }
        let expected = self.agreed()?;
        self.sqlite.settle()?;
        let loaded = Loaded::read(self.ours.folder());
        let log = files(&self.ours.folder().join("log"));
        let (ours, sqlite, size) = (&self.ours, &self.sqlite, expected.size);
        let same = |state: Fallible<State>| {
            let state = state.expect("what was appended verifies");
            assert_eq!(state, expected, "everybody comes to the same head and root");
        };
        let entries = vec![
            whole("docket-2", "docket scan, two threads", size, || same(ours.verify(2))),
            whole("docket-1", "docket scan, one thread", size, || same(ours.verify(1))),
            whole("sqlite-2", "SQLite: rows and tree, two threads", size, || same(sqlite.verify(2))),
            whole("sqlite-1", "SQLite: rows and tree, one thread", size, || same(sqlite.verify(1))),
            whole("hashes-2", "floor: the hash loop over the same bytes, two threads", size, || {
                black_box(loaded.hash_all(2));
            }),
            whole("hashes-1", "floor: the hash loop, one thread", size, || {
                black_box(loaded.hash_all(1));
            }),
            whole("read", "floor: one sequential read of the log", size, || {
                read_all(&log).expect("the log can be read");
            }),
        ];
        let title = format!("Full verification of {size} records without personal values");
        book.measure(VERIFY, &title, rounds, "records/s", entries);
        book.ratio(VERIFY, "docket / SQLite, two threads each", "docket-2", "sqlite-2", Some(">= 1.5"));
        book.ratio(VERIFY, "docket / SQLite, one thread each", "docket-1", "sqlite-1", None);
        book.ratio(VERIFY, "docket / hash loop, two threads each", "docket-2", "hashes-2", None);
        let State { size, head, root } = expected;
        book.note(&format!("every verification came to {size} records, head {head}, root {root}"));
        Ok(())
    }

    /// Returns what docket, SQLite and the chain beside them have all come to.
    fn agreed(&self) -> Fallible<State> {
        let (ours, sqlite, chain) = (self.ours.checkpoint()?, self.sqlite.state()?, self.chain.state()?);
        if ours != chain || sqlite != chain {
            return Err(
                format!("not the same: docket {ours:?}, SQLite {sqlite:?}, expected {chain:?}").into()
            );
        }
        Ok(chain)
    }
}

pub(crate) const DOCKET: &str = "docket";
pub(crate) const SQLITE: &str = "sqlite";
pub(crate) const SLED: &str = "sled";
pub(crate) const BARE: &str = "bare";
pub(crate) const HASHES: &str = "hashes";
pub(crate) const BOTH: &str = "both";
pub(crate) const VERIFY: &str = "verify";

/// A store that goes through the rounds by itself; all are given the same ones.
fn entry<'a>(
    what: &'static str,
    name: &str,
    events: u64,
    work: &'a [Round],
    mut step: impl FnMut(&Round) -> Fallible<()> + 'a,
) -> (&'static str, Entry<'a>) {
    let mut rounds = work.iter();
    let entry = Entry::new(name, "events/s", move || {
        let round = rounds.next().expect("as many rounds as were prepared");
        let mut done = Ok(());
        let taken = timed(|| done = step(round));
        done.expect("every store takes every batch");
        rate(events, taken)
    });
    (what, entry)
}

/// Something that goes through all records.
fn whole<'a>(
    what: &'static str,
    name: &str,
    size: u64,
    mut work: impl FnMut() + 'a,
) -> (&'static str, Entry<'a>) {
    (what, Entry::new(name, "records/s", move || rate(size, timed(&mut work))))
}

/// Reads files one after the other.
pub(crate) fn read_all(files: &[PathBuf]) -> Fallible<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut read = 0;
    for path in files {
        let mut file = File::open(path)?;
        loop {
            let len = file.read(&mut buffer)?;
            if len == 0 {
                break;
            }
            read += len as u64;
        }
    }
    Ok(read)
}

/// Returns the bytes of a file, or of all files below a folder.
pub(crate) fn bytes_under(path: &Path) -> Fallible<u64> {
    let metadata = fs::metadata(path)?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    fs::read_dir(path)?.map(|entry| bytes_under(&entry?.path())).sum()
}

#[cfg(test)]
mod tests {
    use docket_log::{Batch, NewRecord, NewValue};
    use docket_proof::{Precision, StreamRef};
    use rusqlite::Connection;

    use super::*;

    /// A ledger of three streams of two kinds, some of its records with a personal value.
    fn ledger(folder: &Path, events: u64) -> PathBuf {
        let ledger = folder.join("source");
        let ours = Ours::create(&ledger, 1_000).unwrap();
        let records: Vec<NewRecord> = (0..events).map(event).collect();
        for (at, records) in (1_000..).zip(records.chunks(100)) {
            let batch = Batch { command_id: [1; 16], actor: 7, records: records.to_vec() };
            ours.append(&Timed { at, batch }).unwrap();
        }
        ours.checkpoint().unwrap();
        ledger
    }

    fn event(number: u64) -> NewRecord {
        let stream = match number % 3 {
            0 => StreamRef { kind: 4, id: 1 },
            1 => StreamRef { kind: 4, id: 2 },
            _ => StreamRef { kind: 5, id: 1 },
        };
        let value = NewValue { field: 1, value: b"a name".to_vec().into() };
        NewRecord {
            stream,
            occurred_at: 900,
            precision: Precision::Minute,
            event_type: 300,
            schema_version: 1,
            body: number.to_le_bytes().to_vec(),
            personal: number.is_multiple_of(2).then_some(value).into_iter().collect(),
        }
    }

    fn stores(folder: &Path, events: u64) -> Stores {
        let ledger = ledger(folder, events);
        let into = folder.join("stores");
        fs::create_dir(&into).unwrap();
        Stores::create(&ledger, &into).unwrap()
    }

    fn filled(folder: &Path, events: u64) -> (Stores, State) {
        let mut stores = stores(folder, events);
        // Batches that end within groups of 256 and at their ends.
        for len in [1, 255, 256, 100, 1] {
            for batch in stores.source.batches(1, len).unwrap() {
                stores.ours.append(&batch).unwrap();
                stores.sqlite.append(&batch).unwrap();
                stores.chain.extend(&batch, |_| Ok(())).unwrap();
            }
        }
        let state = stores.agreed().unwrap();
        stores.sqlite.settle().unwrap();
        (stores, state)
    }

    #[test]
    fn docket_and_sqlite_come_to_the_same_head_and_root_on_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let (stores, state) = filled(folder.path(), 700);
        assert_eq!(state.size, 614, "the genesis and all batches");
        for threads in 1..=4 {
            assert_eq!(stores.sqlite.verify(threads).unwrap(), state, "{threads} threads");
            assert_eq!(stores.ours.verify(usize::try_from(threads).unwrap()).unwrap(), state);
        }
    }

    #[test]
    fn sqlites_verification_finds_what_was_changed() {
        for change in [
            "UPDATE records SET record = zeroblob(length(record)) WHERE idx = 300",
            "UPDATE records SET hash = zeroblob(32) WHERE idx = 511",
            "UPDATE records SET record = (SELECT record FROM records WHERE idx = 301) WHERE idx = 300",
            "DELETE FROM records WHERE idx = 300",
            "DELETE FROM records WHERE idx = 613",
            "UPDATE subtrees SET hash = zeroblob(32) WHERE idx = 1",
            "DELETE FROM subtrees WHERE idx = 0",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let (stores, _) = filled(folder.path(), 700);
            Connection::open(folder.path().join("stores/sqlite.db")).unwrap().execute(change, []).unwrap();
            for threads in 1..=3 {
                assert!(stores.sqlite.verify(threads).is_err(), "{change}, {threads} threads");
            }
        }
    }

    #[test]
    fn stores_that_differ_are_not_taken_for_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (mut stores, _) = filled(folder.path(), 700);
        let batch = stores.source.batches(1, 3).unwrap().remove(0);
        stores.ours.append(&batch).unwrap();
        assert!(stores.agreed().is_err());
    }

    #[test]
    fn a_small_run_measures_everything() {
        let folder = tempfile::tempdir().unwrap();
        let mut stores = stores(folder.path(), 5_000);
        let mut book = Book::begin(&[]);
        stores.appends(1, &mut book).unwrap();
        stores.verification(1, &mut book).unwrap();
        let (text, rows) = book.end();
        for len in BATCHES {
            for what in [DOCKET, SQLITE, SLED, BARE, HASHES, BOTH] {
                let median = rows.median(&format!("append-{len}"), what);
                assert!(median.is_some_and(|median| median > 0.0), "{what}, batches of {len}: {median:?}");
            }
        }
        assert!(text.contains("docket and SQLite agree: "), "{text}");
        // What fills no batch of 1,000 is left out.
        assert!(text.contains("every verification came to 4941 records"), "{text}");
    }

    #[test]
    fn too_few_events_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut stores = stores(folder.path(), 500);
        let error = stores.appends(1, &mut Book::begin(&[])).unwrap_err();
        assert!(error.to_string().contains("too few events"), "{error}");
    }
}
