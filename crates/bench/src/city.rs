//! The city at one scale: made, measured and asked by cold processes.

use std::{
    ffi::OsStr,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use docket_log::{FileDisk, Reader};
use docket_proof::{Checkpoint, RecordIndex, SigningKey, sign_checkpoint};
use serde_json::Value;

use crate::{
    Fallible,
    beside::{bytes_under, read_all},
    book::Book,
    floor::{Loaded, files},
    measure::{Entry, rate, timed},
    process::{Cold, Runner},
};

/// Programs and folders.
pub(crate) struct Bench {
    pub(crate) runner: Runner,
    /// The release binary.
    pub(crate) docket: PathBuf,
    pub(crate) folder: PathBuf,
}

/// A ledger made by `docket demo`.
pub(crate) struct City<'b> {
    bench: &'b Bench,
    section: String,
    pub(crate) ledger: PathBuf,
    records: u64,
    cases: u64,
    /// A checkpoint of before the last records, which are as many as a large city has in a day.
    yesterday: PathBuf,
    since: u64,
}

/// Records of a day.
const DAY: u64 = 60_000;
/// From so many records on, what reads all of them is done in fewer rounds.
const LARGE: u64 = 2_000_000;
/// From so many on, once: its files are larger than most memories, and each reading waits for the disk.
const HUGE: u64 = 50_000_000;
/// Segments whose bytes are in memory at once for the hash loop.
const SEGMENTS: usize = 32;

impl<'b> City<'b> {
    /// Makes it, which is measured once, and weighs it.
    pub(crate) fn make(bench: &'b Bench, scale: &str, book: &mut Book) -> Fallible<Self> {
        let ledger = bench.folder.join(format!("city-{scale}"));
        let args = ["-l".as_ref(), ledger.as_os_str(), "demo".as_ref(), "--scale".as_ref(), scale.as_ref()];
        let made = bench.runner.run(&bench.docket, &[args.as_slice(), &["--json".as_ref()]].concat())?;
        let said: Value = serde_json::from_str(&made.stdout)?;
        let number = |at: &str| {
            said.pointer(at).and_then(Value::as_u64).ok_or_else(|| format!("docket demo does not say {at}"))
        };
        let (events, records, cases) = (number("/events")?, number("/size")?, number("/totals/issues")?);
        let root = said.pointer("/root").and_then(Value::as_str).unwrap_or_default();
        let section = format!("{CITY}{scale}");
        book.note(&format!("\n  docket demo --scale {scale}: {events} events, root {root}"));
        let mut fact =
            |what: &str, name: &str, unit, value: f64| book.fact(&section, what, name, unit, value);
        fact("records", "records", "records", records as f64);
        fact(
            "write",
            "written: rules, chain, tree, vault, index, durable",
            "events/s",
            rate(events, made.wall),
        );
        fact("write-peak", "  peak memory", "MiB", mib(made.peak_bytes));
        for (what, name) in [("log", "log"), ("vault", "vault"), ("index", "index")] {
            let bytes = bytes_under(&ledger.join(what))? as f64 / records as f64;
            fact(&format!("{what}-bytes"), &format!("bytes of {name}"), "bytes/event", bytes);
        }
        // The index is left to the system, which writes it down when it likes: not while somebody reads for a measurement.
        nix::unistd::sync();
        let (yesterday, since) = sign_yesterday(&ledger, bench.folder.join(format!("yesterday-{scale}")))?;
        Ok(Self { bench, section, ledger, records, cases, yesterday, since })
    }

    /// What reads the whole ledger: verification and all reports, beside the hash loop and a plain read.
    pub(crate) fn whole(&self, rounds: usize, book: &mut Book) {
        let records = self.records;
        let rounds = if records < LARGE { rounds } else { rounds.div_ceil(3) };
        let (mut verify_peak, mut replay_peak, mut streams) = (0, 0, 0);
        let per_second = move |taken: Duration| rate(records, taken);
        let everything: Vec<PathBuf> =
            ["log", "vault"].iter().flat_map(|folder| files(&self.ledger.join(folder))).collect();
        let entries = vec![
            (
                VERIFY,
                Entry::new("docket verify: log and vault", "records/s", || {
                    let cold = self.docket(&["verify", "--json"]);
                    verify_peak = verify_peak.max(cold.peak_bytes);
                    let said: Value = serde_json::from_str(&cold.stdout).expect("it answers in JSON");
                    streams = said.get("streams").and_then(Value::as_u64).unwrap_or(0);
                    per_second(cold.wall)
                }),
            ),
            (
                HASHES,
                Entry::new("floor: the hash loop over the same bytes, two threads", "records/s", || {
                    per_second(self.hash_loop(|loaded| loaded.hash_all(2)))
                }),
            ),
            (
                AT_ONCE,
                Entry::new("floor: the same hashes, 64 at once, two threads", "records/s", || {
                    per_second(self.hash_loop(|loaded| loaded.hash_all_at_once(2)))
                }),
            ),
            (
                READ,
                Entry::new("floor: one sequential read", "records/s", || {
                    per_second(timed(|| read_all(&everything).expect("its files can be read")))
                }),
            ),
            (
                REPLAY,
                Entry::new("all reports rebuilt from the log", "records/s", || {
                    let cold = self.bench.runner.own(&["replay".as_ref(), self.ledger.as_os_str()]);
                    let cold = cold.expect("all reports can be made");
                    replay_peak = replay_peak.max(cold.peak_bytes);
                    per_second(cold.wall)
                }),
            ),
        ];
        let title = format!("{}: all of its {records} records", self.section);
        if records < HUGE {
            book.measure(&self.section, &title, rounds, "records/s", entries);
        } else {
            book.measure_once(&self.section, &title, "records/s", entries);
        }
        book.ratio(&self.section, "verify / hash loop", VERIFY, HASHES, Some(">= 0.7"));
        book.ratio(&self.section, "verify / the same hashes, 64 at once", VERIFY, AT_ONCE, None);
        book.fact(&self.section, "streams", "streams", "streams", streams as f64);
        book.fact(&self.section, "verify-peak", "peak memory of verify", "MiB", mib(verify_peak));
        book.fact(&self.section, "replay-peak", "peak memory of all reports", "MiB", mib(replay_peak));
    }

    /// Single commands, each a cold process.
    pub(crate) fn commands(&self, rounds: usize, book: &mut Book) {
        let (yesterday, cases) = (self.yesterday.to_str().unwrap_or_default(), self.cases);
        let (mut some_case, mut some_record) = (spread(), spread());
        let mut peaks = [0; 3];
        let [show_peak, report_peak, prove_peak] = &mut peaks;
        let millis = |cold: &Cold| cold.wall.as_secs_f64() * 1e3;
        let entries = vec![
            (
                "case-show",
                Entry::new("docket case show", "ms", || {
                    let cold = self.docket(&["case", "show", &format!("C-{}", some_case(cases) + 1)]);
                    *show_peak = cold.peak_bytes.max(*show_peak);
                    millis(&cold)
                }),
            ),
            (
                "report",
                Entry::new("docket report cases, from the index", "ms", || {
                    let cold = self.docket(&["report", "cases"]);
                    *report_peak = cold.peak_bytes.max(*report_peak);
                    millis(&cold)
                }),
            ),
            (
                "prove-record",
                Entry::new("docket prove record", "ms", || {
                    let cold = self.docket(&["prove", "record", &some_record(self.records).to_string()]);
                    *prove_peak = cold.peak_bytes.max(*prove_peak);
                    millis(&cold)
                }),
            ),
            (
                "prove-consistency",
                Entry::new("docket prove consistency", "ms", || {
                    millis(&self.docket(&["prove", "consistency", yesterday]))
                }),
            ),
            (
                "since",
                Entry::new("docket verify --since yesterday", "ms", || {
                    millis(&self.docket(&["verify", "--since", yesterday]))
                }),
            ),
            (
                "open",
                Entry::new("opening for write", "ms", || {
                    let cold = self.bench.runner.own(&["open".as_ref(), self.ledger.as_os_str()]);
                    let nanos: f64 = cold.expect("it can be opened").stdout.trim().parse().expect("a number");
                    nanos / 1e6
                }),
            ),
        ];
        let title = format!("{}: single commands, {} new records since yesterday", self.section, self.since);
        book.measure(&self.section, &title, rounds, "ms", entries);
        let names = ["docket case show", "docket report cases", "docket prove record"];
        for ((what, name), peak) in
            ["case-show-peak", "report-peak", "prove-peak"].iter().zip(names).zip(peaks)
        {
            book.fact(&self.section, what, &format!("peak memory of {name}"), "MiB", mib(peak));
        }
        let reply = Entry::new("docket case reply: recorded, durable, signed", "ms", || {
            let case = self.registered();
            millis(&self.docket(&["case", "reply", &case, "--text", "seen to", "--approver", "O-1"]))
        });
        let title = format!("{}: a reply to a new case, and the first reports after it", self.section);
        let after = |name: &'static str| move || millis(&self.docket(&["report", name]));
        let cases = Entry::new("docket report cases, after one more record", "ms", after("cases"));
        let overview = Entry::new("docket report overview, after one more record", "ms", after("overview"));
        let entries = vec![("case-reply", reply), ("report-after", cases), ("overview-after", overview)];
        book.measure(&self.section, &title, rounds, "ms", entries);
    }

    /// Registers a case that a reply may follow.
    fn registered(&self) -> String {
        let args =
            ["case", "register", "--unit", "U-1", "--channel", "hotline", "--title", "the lamp is out"];
        let said = self.docket(&args).stdout;
        let case = said.split(':').next().unwrap_or_default().to_owned();
        self.docket(&["case", "assign", &case, "--unit", "U-1"]);
        self.docket(&["case", "accept", &case]);
        case
    }

    /// Runs a command of docket on this ledger.
    fn docket(&self, args: &[&str]) -> Cold {
        let args = args.iter().map(OsStr::new);
        let args: Vec<&OsStr> = [OsStr::new("-l"), self.ledger.as_os_str()].into_iter().chain(args).collect();
        self.bench.runner.run(&self.bench.docket, &args).expect("docket does what it is asked")
    }

    /// Computes all hashes of the ledger, a part of it after the other; reading is outside the time.
    fn hash_loop(&self, hash: impl Fn(&Loaded) -> u8) -> Duration {
        let segments = files(&self.ledger.join("log")).len();
        let parts = (0..segments).step_by(SEGMENTS).map(|first| {
            let loaded = Loaded::read_some(&self.ledger, first, SEGMENTS);
            timed(|| {
                black_box(hash(&loaded));
            })
        });
        parts.sum()
    }
}

pub(crate) const CITY: &str = "city-";
pub(crate) const VERIFY: &str = "verify";
pub(crate) const HASHES: &str = "hashes";
const AT_ONCE: &str = "hashes-at-once";
pub(crate) const READ: &str = "read";
pub(crate) const REPLAY: &str = "replay";

/// Yields numbers below a limit, far from one another, the same in every run.
fn spread() -> impl FnMut(u64) -> u64 {
    let mut round = 0;
    move |limit| {
        round += 1;
        round * 1_000_003 % limit
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Signs a checkpoint of some time ago with the ledger's own key, as somebody would have kept it then. Returns its file,
/// and how many records followed.
fn sign_yesterday(ledger: &Path, into: PathBuf) -> Fallible<(PathBuf, u64)> {
    let reader = Reader::open(Arc::new(FileDisk::new(ledger)))?;
    let mut size = reader.size() - DAY.min(reader.size() / 2);
    // Checkpoints cover whole batches.
    while reader.record(RecordIndex(size - 1))?.view().durable_to.is_none() {
        size -= 1;
    }
    let origin = &reader.identity().genesis.origin;
    let secret = fs::read_to_string(ledger.join("keys/log.key"))?;
    // PRIVATE+KEY+name+id+base64(type || seed), and base64 may hold a `+` too.
    let secret = secret.trim_end().splitn(5, '+').nth(4).ok_or("log.key is no key")?;
    let secret = BASE64_STANDARD.decode(secret)?;
    let (_, seed) = secret.split_first().ok_or("log.key is no key")?;
    let key = SigningKey::from_seed(origin, seed.try_into()?)?;
    let checkpoint = Checkpoint::new(origin, size, reader.root_at(size)?)?;
    fs::write(&into, sign_checkpoint(&checkpoint, &key)?)?;
    Ok((into, reader.size() - size))
}
