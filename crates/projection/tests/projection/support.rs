//! An office for tests: a ledger on a simulated disk, its index in a real folder, and acts to record.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf, sync::Arc};

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    Channel, CloseReason, Command, EventRef, Label, Labels, Memory, NoPersonal, OccurredAt, OfficialId,
    OfficialRegistered, OfficialRegisteredPersonal, PersonalText, Precision, SourceId, SourceRegistered,
    SourceRow, Timestamp, UnitId, UnitLevel, UnitRegistered, apply,
};
use docket_log::{
    CountedEntropy, Disk, KeyFolder, NewLedger, Reader, Recovered, SimDisk, StepClock, StoreError, Writer,
    create,
};
use docket_projection::{
    Acknowledge, CommandId, Desk, IndexCheck, Office, ProjectionError, ReportName, Scope, States,
    check_index, event_of,
};
use docket_proof::{ClockKind, Genesis, SigningKey};
use tempfile::TempDir;

const ORIGIN: &str = "ledger.example/office-1";
const START: i64 = 1_262_304_000_000_000;

/// A ledger and the folder of its index, which does not exist at first.
pub(crate) struct Ledger {
    disk: SimDisk,
    clock: StepClock,
    folder: TempDir,
    sessions: u64,
    commands: u64,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self::with_seed(1)
    }

    pub(crate) fn with_seed(seed: u64) -> Self {
        let disk = SimDisk::new();
        disk.create_dir("keys").unwrap();
        let genesis = Genesis {
            clock: ClockKind::System,
            created: START,
            nonce: [0; 32],
            public_key: [0; 32],
            origin: ORIGIN.to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            predecessor: None,
        };
        let new = NewLedger { genesis, key: &SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap() };
        let keys = KeyFolder::new(Arc::new(disk.clone()), "keys");
        let _ = create(Arc::new(disk.clone()), &keys, new, &mut CountedEntropy::new(seed)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { disk, clock: StepClock::new(START + 1), folder, sessions: seed << 16, commands: 0 }
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        Arc::new(self.disk.clone())
    }

    pub(crate) fn clock(&self) -> &StepClock {
        &self.clock
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// A folder in which no index is.
    pub(crate) fn nowhere(&self) -> PathBuf {
        self.folder.path().join("nowhere")
    }

    /// A folder for whatever a test puts by.
    pub(crate) fn aside(&self) -> PathBuf {
        self.folder.path().join("aside")
    }

    pub(crate) fn sled(&self) -> PathBuf {
        self.index().join("sled")
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(self.disk()).unwrap()
    }

    pub(crate) fn try_office(&mut self) -> Result<Office, ProjectionError> {
        let keys = KeyFolder::new(self.disk(), "keys");
        self.sessions += 1;
        let entropy = Box::new(CountedEntropy::new(self.sessions << 32));
        Office::open(self.disk(), &keys, &self.index(), Box::new(self.clock.clone()), entropy, &|_| {})
    }

    pub(crate) fn office(&mut self) -> Office {
        self.try_office().unwrap()
    }

    /// A writer that knows no rules: for records that no command of this version makes.
    pub(crate) fn writer(&mut self) -> Writer {
        let keys = KeyFolder::new(self.disk(), "keys");
        let recovered = Recovered::open(self.disk(), &keys).unwrap();
        let heads = self.reader().heads(recovered.size()).unwrap();
        self.sessions += 1;
        let entropy = CountedEntropy::new(self.sessions << 32);
        recovered.into_writer(Box::new(heads), Box::new(self.clock.clone()), Box::new(entropy)).unwrap()
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk::open(self.disk(), &self.index()).unwrap()
    }

    /// A desk that asks no index.
    pub(crate) fn replay(&self) -> Desk {
        let desk = Desk::open(self.disk(), &self.nowhere()).unwrap();
        assert!(desk.notices().is_empty());
        desk
    }

    pub(crate) fn as_of(&self, size: u64) -> Desk {
        Desk::open_at(self.disk(), |_| Ok(size)).unwrap()
    }

    pub(crate) fn check(&self) -> IndexCheck {
        check_index(&self.reader(), &self.index()).unwrap()
    }

    pub(crate) fn next_command_id(&mut self) -> CommandId {
        self.commands += 1;
        command_id(self.commands)
    }

    /// Records acts as one batch each, in one session.
    pub(crate) fn session(&mut self, batches: impl IntoIterator<Item = Vec<Act>>) -> Vec<String> {
        let mut office = self.office();
        for acts in batches {
            let commands = acts.into_iter().map(command).collect();
            office.record(self.next_command_id(), commands, Acknowledge::Later).unwrap();
        }
        office.finish().unwrap().2
    }

    /// A unit, an official and `cases` cases, in one session.
    pub(crate) fn with_cases(cases: u64) -> Self {
        let mut ledger = Self::new();
        let people = vec![unit(None), official(1)];
        let cases = (0..cases).map(|_| case()).collect::<Vec<_>>();
        let batches = cases.chunks(1_000).map(<[Act]>::to_vec);
        assert_eq!(ledger.session([people].into_iter().chain(batches)), Vec::<String>::new());
        ledger
    }

    /// Says that the index, the log and a replay without the projection's own fold all agree.
    pub(crate) fn assert_same(&self) {
        let found = self.check();
        assert!(matches!(found, IndexCheck::Same { .. }), "{found:?}");
        let (mut desk, mut replay) = (self.desk(), self.replay());
        assert_eq!(desk.notices(), Vec::<String>::new());
        let expected = reference(&self.reader());
        assert_eq!(all(desk.states().unwrap()), expected);
        assert_eq!(all(replay.states().unwrap()), expected);
    }

    /// Says that the answers are right, whatever became of the index.
    pub(crate) fn assert_answers(&self) -> Vec<String> {
        let mut desk = self.desk();
        let case = CaseId::new(1).unwrap();
        let expected = self.replay().states().unwrap().clone();
        assert!(desk.states_of(&[case.stream()]).unwrap().cases().any(|(id, _)| id == case));
        assert_eq!(all(desk.states().unwrap()), all(&expected));
        let stream = docket_proof::StreamRef { kind: 4, id: 1 };
        let indices = |desk: &Desk| -> Vec<_> {
            desk.history(stream).unwrap().iter().map(|record| record.view().index).collect()
        };
        assert_eq!(indices(&desk), indices(&self.replay()));
        desk.notices().to_vec()
    }
}

/// All states, in words.
pub(crate) fn all(states: &States) -> String {
    let units: Vec<_> = states.units().collect();
    let officials: Vec<_> = states.officials().collect();
    let sources: Vec<_> = states.sources().collect();
    let cases: Vec<_> = states.cases().collect();
    format!("{units:?}\n{officials:?}\n{sources:?}\n{cases:?}")
}

/// The same from the log, through the domain's own store.
pub(crate) fn reference(reader: &Reader) -> String {
    let mut memory = Memory::new(std::sync::Arc::new(docket_domain::Zone::default()));
    reader
        .for_each(0..reader.size(), |record, _| {
            if let Some((event, meta)) = event_of(&record).unwrap() {
                let personal: Vec<u16> = record.commitments.iter().map(|(field, _)| field).collect();
                apply(&mut memory, &EventRef { event: &event, meta: &meta, personal: &personal }).unwrap();
            }
            Ok::<(), StoreError>(())
        })
        .unwrap();
    let units: Vec<_> = memory.units().collect();
    let officials: Vec<_> = memory.officials().collect();
    let sources: Vec<_> = memory.sources().collect();
    let cases: Vec<_> = memory.cases().collect();
    format!("{units:?}\n{officials:?}\n{sources:?}\n{cases:?}")
}

/// The report on cases, as bytes.
pub(crate) fn report(desk: &mut Desk) -> Vec<u8> {
    let scope = Scope { by_unit: true, ..desk.scope().unwrap() };
    let report = ReportName::Cases.make(desk.states().unwrap(), &scope);
    format!("{report:?}").into_bytes()
}

/// Opens sled past the projection. A thread of its own may still be about to let go of the files, from the session before.
fn open(sled: &Path) -> sled::Db {
    for _ in 0..200 {
        match sled::Config::new().path(sled).segment_size(1 << 20).open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("somebody holds {}", sled.display());
}

/// Everything in an index, read past the projection.
pub(crate) fn dump(sled: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let tree = open(sled).open_tree("docket").unwrap();
    tree.iter().map(|entry| entry.unwrap()).map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

/// Changes an index past the projection.
pub(crate) fn tamper(sled: &Path, change: impl FnOnce(&sled::Tree)) {
    let db = open(sled);
    change(&db.open_tree("docket").unwrap());
    db.flush().unwrap();
}

/// The files in a folder and below, with their bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

pub(crate) fn command_id(number: u64) -> CommandId {
    // Spread over the range, as an import's hashes are.
    (u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes()
}

pub(crate) fn at(second: i64) -> OccurredAt {
    OccurredAt { at: Timestamp(second * 1_000_000), precision: Precision::Second }
}

pub(crate) fn command(act: Act) -> Command {
    Command { actor: None, occurred: at(1_000), act }
}

pub(crate) fn text(text: &str) -> Option<PersonalText> {
    Some(PersonalText::new(text.to_owned()).unwrap())
}

pub(crate) fn unit_id(number: u64) -> UnitId {
    UnitId::new(number).unwrap()
}

pub(crate) fn official_id(number: u64) -> OfficialId {
    OfficialId::new(number).unwrap()
}

pub(crate) fn case_id(number: u64) -> CaseId {
    CaseId::new(number).unwrap()
}

pub(crate) fn row(row: u64) -> SourceRow {
    let key = Some(Label::new(&format!("key-{row}")).unwrap());
    SourceRow { source: SourceId::new(1).unwrap(), row, key, ambiguous_time: false }
}

pub(crate) fn unit(parent: Option<UnitId>) -> Act {
    let name = Label::new("Shiping").unwrap();
    Act::open(
        UnitRegistered { level: UnitLevel::Village, parent, name, code: None, origin: None },
        NoPersonal,
    )
}

pub(crate) fn official(unit: u64) -> Act {
    let body = OfficialRegistered { unit: unit_id(unit), rank: None, code: None, origin: None };
    Act::open(body, OfficialRegisteredPersonal { name: text("Zhou"), contact: None })
}

pub(crate) fn source() -> Act {
    let mapping = Label::new("boston311").unwrap();
    let label_names = Labels::default();
    Act::open(SourceRegistered { mapping, file_hash: [7; 32], rows: 10, label_names }, NoPersonal)
}

pub(crate) fn case() -> Act {
    case_from(None, None, None)
}

pub(crate) fn case_from(unit: Option<UnitId>, due: Option<i64>, origin: Option<SourceRow>) -> Act {
    let body = CaseRegistered {
        unit,
        channel: Channel::Letter,
        category: None,
        labels: Labels::default(),
        stated_due: due.map(|second| at(second).at),
        ambiguous_due: false,
        anonymous: false,
        source_record: None,
        origin,
    };
    Act::open(body, CaseRegisteredPersonal::default())
}

pub(crate) fn assign(case: u64, unit: u64, handler: Option<u64>) -> Act {
    let handler = handler.map(official_id);
    Act::on(case_id(case), CaseAssigned { unit: unit_id(unit), handler, origin: None }, NoPersonal)
}

pub(crate) fn close(case: u64) -> Act {
    let body = CaseClosed { reason: CloseReason::Unreachable, origin: None };
    Act::on(case_id(case), body, CaseClosedPersonal { reason: text("moved away") })
}
