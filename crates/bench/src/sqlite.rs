//! The same ledger in SQLite: one row a record, the same chain, the same tree, one transaction a batch.
//!
//! As its documentation recommends for durable writes: write-ahead log, `synchronous = FULL`, prepared statements,
//! ascending row ids. A row holds docket's record as one blob, ready to be hashed, which is the cheapest that it can be:
//! a column a field would cost more to write, and to put together again for a verification. What docket keeps in memory
//! (the last record of each stream, the right edge of the tree) is kept in memory here too.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use docket_proof::{NodeHash, RecordHash, RecordKey};
use rusqlite::{Connection, OpenFlags, params};

use crate::{
    Fallible,
    chain::{Chain, GROUP, State, Tree},
    source::Timed,
};

/// A database that is written.
pub(crate) struct Sqlite {
    path: PathBuf,
    db: Connection,
    chain: Chain,
}

impl Sqlite {
    /// Makes a database that begins with a ledger's record 0.
    pub(crate) fn create(path: &Path, genesis: &[u8], hash: &RecordHash) -> Fallible<Self> {
        let db = Connection::open(path)?;
        let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(format!("SQLite's journal mode is {mode}").into());
        }
        db.execute_batch(
            "PRAGMA synchronous = FULL;
             CREATE TABLE records (idx INTEGER PRIMARY KEY, record BLOB NOT NULL, hash BLOB NOT NULL);
             CREATE TABLE subtrees (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL);",
        )?;
        db.execute(INSERT_RECORD, params![0, genesis, hash.as_bytes()])?;
        Ok(Self { path: path.to_owned(), db, chain: Chain::new(hash)? })
    }

    /// Appends a batch. Durable on return.
    pub(crate) fn append(&mut self, timed: &Timed) -> Fallible<()> {
        let transaction = self.db.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT_RECORD)?;
            let mut complete = transaction.prepare_cached(INSERT_SUBTREE)?;
            self.chain.extend(timed, |link| {
                insert.execute(params![link.index.cast_signed(), link.record, link.hash.as_bytes()])?;
                if let Some(node) = link.subtree {
                    complete.execute(params![(link.index / GROUP).cast_signed(), node.as_bytes()])?;
                }
                Ok(())
            })?;
        }
        Ok(transaction.commit()?)
    }

    /// Brings what the write-ahead log holds into the database, as reading is at its best then.
    pub(crate) fn settle(&self) -> Fallible<()> {
        let busy: i64 = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err("SQLite's write-ahead log is in use".into()) }
    }

    /// Returns what has been appended.
    pub(crate) fn state(&self) -> Fallible<State> {
        self.chain.state()
    }

    /// Reads all rows again, recomputes every hash and the tree, and compares each with what is stored.
    ///
    /// Every hash is stored, so threads can share the work as docket's do: each takes a run of whole subtrees and begins
    /// with the hash before it.
    pub(crate) fn verify(&self, threads: u64) -> Fallible<State> {
        let size = self.chain.state()?.size;
        let each = size.div_ceil(threads).next_multiple_of(GROUP);
        let runs = (0..threads).map(|run| (run * each).min(size)..((run + 1) * each).min(size));
        let (path, key) = (self.path.as_path(), self.chain.key());
        let done: Vec<Fallible<Run>> = std::thread::scope(|scope| {
            let workers: Vec<_> = runs.map(|run| scope.spawn(move || verify_run(path, key, run))).collect();
            workers.into_iter().map(|worker| worker.join().map_err(|_| "a thread broke off")?).collect()
        });
        let mut tree = Tree::default();
        let (mut rows, mut head) = (0, None);
        for run in done {
            let run = run?;
            if run.rows == 0 {
                continue;
            }
            rows += run.rows;
            head = Some(run.head);
            for node in run.groups {
                tree.push_group(node)?;
            }
            tree.take_rest(run.rest);
        }
        let head = head.filter(|_| rows == size).ok_or("rows are missing")?;
        Ok(State { size, head, root: tree.root()? })
    }
}

const INSERT_RECORD: &str = "INSERT INTO records VALUES (?1, ?2, ?3)";
const INSERT_SUBTREE: &str = "INSERT INTO subtrees VALUES (?1, ?2)";

/// What one thread found.
struct Run {
    rows: u64,
    head: RecordHash,
    groups: Vec<NodeHash>,
    rest: Tree,
}

fn verify_run(path: &Path, key: RecordKey, run: Range<u64>) -> Fallible<Run> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // Reading through a mapping spares it the copy into its own cache.
    db.execute_batch("PRAGMA mmap_size = 1073741824")?;
    let mut head = RecordHash::ZERO;
    if run.start > 0 {
        let before = (run.start - 1).cast_signed();
        head = db.query_row("SELECT hash FROM records WHERE idx = ?1", [before], |row| {
            row.get(0).map(RecordHash::from_bytes)
        })?;
    }
    let mut subtrees = db.prepare("SELECT hash FROM subtrees WHERE idx >= ?1 ORDER BY idx")?;
    let mut subtrees = subtrees.query([(run.start / GROUP).cast_signed()])?;
    let mut records =
        db.prepare("SELECT idx, record, hash FROM records WHERE idx >= ?1 AND idx < ?2 ORDER BY idx")?;
    let mut records = records.query([run.start.cast_signed(), run.end.cast_signed()])?;
    let (mut tree, mut groups, mut index) = (Tree::default(), Vec::new(), run.start);
    let mut scratch = Vec::new();
    while let Some(row) = records.next()? {
        if row.get::<_, i64>(0)? != index.cast_signed() {
            return Err(format!("row {index} is missing").into());
        }
        let record = row.get_ref(1)?.as_blob()?;
        let hash = if index == 0 {
            RecordHash::of_genesis(record)
        } else {
            scratch.clear();
            scratch.extend_from_slice(head.as_bytes());
            scratch.extend_from_slice(record);
            key.hash_chained(&scratch)
        };
        if row.get_ref(2)?.as_blob()? != hash.as_bytes() {
            return Err(format!("row {index}: its hash is not the stored one").into());
        }
        if let Some(node) = tree.push(&hash)? {
            let stored = subtrees.next()?.ok_or("a subtree is missing")?;
            if stored.get_ref(0)?.as_blob()? != node.as_bytes() {
                return Err(format!("the subtree up to row {index} is not the stored one").into());
            }
            groups.push(node);
        }
        head = hash;
        index += 1;
    }
    Ok(Run { rows: index - run.start, head, groups, rest: tree })
}
