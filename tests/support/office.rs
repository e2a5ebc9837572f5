//! Small ledgers, made through the library with a clock and "randomness" that are the same in every run.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    Channel, CloseReason, Command, Label, Labels, NoPersonal, OccurredAt, OfficialId, OfficialRegistered,
    OfficialRegisteredPersonal, Outcome, PersonalText, Precision, ReplyDelivered, ReplyDeliveredPersonal,
    Timestamp, UnitId, UnitLevel, UnitRegistered,
};
use docket_log::{CountedEntropy, Disk, FileDisk, KeyFolder, NewLedger, Reader, StepClock, create};
use docket_projection::{Acknowledge, Office};
use docket_proof::{ClockKind, Genesis, SigningKey};
use tempfile::TempDir;

use super::{Files, Run, docket, run::arg};

pub(crate) const ORIGIN: &str = "ledger.example/office-1";
/// 2011-03-01 09:00 in Shanghai.
const START: i64 = 1_298_941_200_000_000;

/// A ledger in a temporary folder.
pub(crate) struct Ledger {
    home: TempDir,
}

impl Ledger {
    /// Names a folder in which there is nothing yet.
    pub(crate) fn nowhere() -> Self {
        Self { home: tempfile::tempdir().expect("there is room for temporary files") }
    }

    /// Makes a ledger of files.
    pub(crate) fn of(files: &Files) -> Self {
        let ledger = Self::nowhere();
        files.write(&ledger.folder());
        ledger
    }

    /// Makes a new ledger by the binary.
    pub(crate) fn init(zone: &str) -> Self {
        let ledger = Self::nowhere();
        ledger.run(&["init", "--origin", ORIGIN, "--zone", zone]).done();
        ledger
    }

    /// Returns the ledger's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("ledger")
    }

    /// Returns a path beside the ledger.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file beside the ledger, and returns its path as an argument.
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.beside(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        arg(&path).to_owned()
    }

    /// Returns the command line so far: the binary and this ledger.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = docket();
        command.arg("--ledger").arg(self.folder());
        command
    }

    /// Runs the binary on this ledger.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command().args(args))
    }

    /// Verifies with `--json`, which must end so, and returns the object.
    #[track_caller]
    pub(crate) fn verify(&self, code: i32) -> serde_json::Value {
        self.run(&["verify", "--json"]).ends(code).json()
    }

    /// Returns the files of the record.
    pub(crate) fn record(&self) -> Files {
        Files::of_record(&self.folder())
    }

    /// Returns all files.
    pub(crate) fn files(&self) -> Files {
        Files::read(&self.folder())
    }

    /// Writes all files of the record anew.
    pub(crate) fn put_back(&self, files: &Files) {
        for name in self.record().0.keys() {
            std::fs::remove_file(self.folder().join(name)).expect("the file can be removed");
        }
        files.write(&self.folder());
    }

    /// Opens the ledger for reading through the library.
    pub(crate) fn reader(&self) -> Reader {
        Reader::open(disk(&self.folder())).expect("the ledger can be read")
    }
}

fn disk(folder: &Path) -> Arc<dyn Disk> {
    Arc::new(FileDisk::new(folder))
}

/// Makes a ledger through the library: record 0, and nothing signed yet.
pub(crate) fn make(folder: &Path, seed: u8, start: i64) {
    let key = SigningKey::from_seed(ORIGIN, &[seed; 32]).expect("an origin as it must be");
    let genesis = Genesis {
        clock: ClockKind::System,
        created: start,
        nonce: [0; 32],
        public_key: [0; 32],
        origin: ORIGIN.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        predecessor: None,
    };
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let keys = KeyFolder::new(disk(folder), "keys");
    create(disk(folder), &keys, NewLedger { genesis, key: &key }, &mut CountedEntropy::new(seed.into()))
        .expect("a ledger can be made in an empty folder");
}

/// An office at work on a ledger. Each act is a batch of its own.
pub(crate) struct Desk {
    office: Office,
    now: i64,
    next: u64,
}

impl Desk {
    /// Sits down `hours` after the ledger was made.
    pub(crate) fn open(folder: &Path, seed: u64, hours: i64) -> Self {
        Self::open_at(folder, seed, START + hours * 3_600_000_000)
    }

    /// Sits down at a time.
    pub(crate) fn open_at(folder: &Path, seed: u64, now: i64) -> Self {
        let office = Office::open(
            disk(folder),
            &KeyFolder::new(disk(folder), "keys"),
            &folder.join("index"),
            Box::new(StepClock::new(now)),
            Box::new(CountedEntropy::new(seed << 32)),
            &|_| {},
        );
        Self { office: office.expect("the ledger can be opened"), now, next: seed << 32 }
    }

    /// Records an act that the rules allow.
    pub(crate) fn act(&mut self, act: Act) {
        self.batch(vec![act], Acknowledge::Now);
    }

    /// Records acts as one batch.
    pub(crate) fn batch(&mut self, acts: Vec<Act>, acknowledge: Acknowledge) {
        self.next += 1;
        let occurred = OccurredAt { at: Timestamp(self.now), precision: Precision::Minute };
        let commands = acts.into_iter().map(|act| Command { actor: None, occurred, act }).collect();
        self.office
            .record(u128::from(self.next).to_be_bytes(), commands, acknowledge)
            .expect("the act is allowed");
    }

    /// Signs a checkpoint.
    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        self.office.checkpoint().expect("the history can be signed").1
    }

    /// Ends the work, and returns the checkpoint that was signed over it.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.office.finish().expect("the history can be signed").1
    }
}

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).expect("a short term")
}

fn words(text: &str) -> Option<PersonalText> {
    Some(PersonalText::new(text.to_owned()).expect("a short text"))
}

pub(crate) fn unit(name: &str) -> Act {
    let (level, name) = (UnitLevel::Village, label(name));
    Act::open(UnitRegistered { level, parent: None, name, code: None, origin: None }, NoPersonal)
}

pub(crate) fn register(title: &str, petitioner: &str) -> Act {
    let body = CaseRegistered {
        unit: UnitId::new(1),
        channel: Channel::Reception,
        category: Some(label("road")),
        labels: Labels::default(),
        stated_due: None,
        ambiguous_due: false,
        anonymous: false,
        source_record: None,
        origin: None,
    };
    let personal = CaseRegisteredPersonal {
        title: words(title),
        petitioner: words(petitioner),
        ..CaseRegisteredPersonal::default()
    };
    Act::open(body, personal)
}

fn first(number: u64) -> (CaseId, UnitId, Option<OfficialId>) {
    let ids = (CaseId::new(number), UnitId::new(1));
    (ids.0.expect("from 1"), ids.1.expect("from 1"), OfficialId::new(1))
}

/// A ledger with a past: what the tests alter, each a copy of its own.
pub(crate) struct SampleLedger {
    /// Record 0 and its checkpoint.
    pub(crate) newborn: Files,
    /// The first day: 7 records.
    pub(crate) early: Files,
    /// The checkpoint that an inspector kept on the first day.
    pub(crate) drawer: Vec<u8>,
    /// The second day: 11 records, of which one is a TailCut with its file in `cut/`.
    pub(crate) whole: Files,
    /// The checkpoint of the second day.
    pub(crate) newest: Vec<u8>,
}

/// The record that tests alter: the reply. Further records and two checkpoints follow it.
pub(crate) const ALTERED: u64 = 5;

/// Returns the sample. It is made once.
pub(crate) fn sample() -> &'static SampleLedger {
    static SAMPLE: OnceLock<SampleLedger> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let ledger = Ledger::nowhere();
        let folder = ledger.folder();
        make(&folder, 7, START);
        Desk::open(&folder, 1, 0).finish();
        let newborn = ledger.files();

        let drawer = first_day(&folder);
        let early = ledger.files();

        // A crash tore a batch: its first bytes are all that is there.
        let segment = folder.join("log/00000000.seg");
        let mut bytes = std::fs::read(&segment).expect("the segment can be read");
        bytes.extend_from_slice(&[200, 0, 0, 0, 7, 0, 0, 0]);
        std::fs::write(&segment, bytes).expect("the segment can be written");

        let mut desk = Desk::open(&folder, 3, 24);
        desk.act(register("the well is dry", "Zhao Invented"));
        desk.act(register("no light at the bridge", "Sun Invented"));
        desk.act(unit("Hillside"));
        let newest = desk.finish();
        SampleLedger { newborn, early, drawer, whole: ledger.files(), newest }
    })
}

/// Records 1 to 6.
fn first_day(folder: &Path) -> Vec<u8> {
    let mut desk = Desk::open(folder, 2, 1);
    let (case, at, handler) = first(1);
    desk.act(unit("Greenfield"));
    desk.act(Act::open(
        OfficialRegistered { unit: at, rank: None, code: None, origin: None },
        OfficialRegisteredPersonal { name: words("Li Invented"), contact: None },
    ));
    desk.act(register("the road to the mill is washed out", "Wu Invented"));
    desk.act(Act::on(case, CaseAssigned { unit: at, handler, origin: None }, NoPersonal));
    desk.act(Act::on(
        case,
        ReplyDelivered { outcome: Outcome::Supported, approver: None, origin: None },
        ReplyDeliveredPersonal { text: words("the road is mended since Monday") },
    ));
    desk.act(Act::on(
        case,
        CaseClosed { reason: CloseReason::Replied, origin: None },
        CaseClosedPersonal { reason: None },
    ));
    desk.finish()
}
