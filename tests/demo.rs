//! The demonstration: it passes the rules, it is the same every time, and it adds up to what the source published.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, LazyLock},
};

use docket_domain::{DisposalKind, Event, Leniency, Satisfaction, UnitLevel};
use docket_log::{FileDisk, Reader, StoreError};
use docket_proof::RecordView;
use serde_json::Value;

use crate::support::{Files, Run, docket, run::arg, shared};

fn demo(folder: &Path, scale: &str, seed: &str) -> Run {
    Run::of(docket().args(["-l", arg(folder), "demo", "--json", "--scale", scale, "--seed", seed]))
}

/// One demonstration that several tests look at.
struct Made {
    _folder: tempfile::TempDir,
    answer: Value,
    seen: Seen,
    verified: Run,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let answer = demo(&ledger, "0.001", "1").done().json();
    let verified = Run::of(docket().args(["-l", arg(&ledger), "verify"]));
    Made { seen: Seen::read(&ledger), _folder: folder, answer, verified }
});

const DAY: i64 = 86_400_000_000;

/// What stands in the log of a demonstration, counted from the events alone.
#[derive(Default)]
struct Seen {
    events: u64,
    of: BTreeMap<&'static str, u64>,
    levels: BTreeMap<&'static str, u64>,
    /// Days of the visits of each household that was visited.
    visited: BTreeMap<u64, BTreeSet<i64>>,
    visits_with_a_note: u64,
    /// By case: whether it is settled by a reply.
    settled: BTreeMap<u64, bool>,
    /// By case: days from acceptance to the first reply.
    accepted: BTreeMap<u64, i64>,
    overdue: u64,
    satisfied: u64,
    pages: u64,
    /// By delivery: household, members, fen.
    delivered: BTreeMap<u64, (u64, u32, u64)>,
    benefited: BTreeMap<u64, u32>,
    aid_fen: u64,
    gifts_fen: u64,
    disposals: BTreeMap<u64, DisposalKind>,
    interested: BTreeSet<u64>,
    lenient: u64,
    /// By unit, the weeks in which people were received.
    weeks: BTreeSet<(u64, i64)>,
    recorded_late: u64,
    recorded_at: i64,
}

impl Seen {
    fn read(folder: &Path) -> Self {
        let reader = Reader::open(Arc::new(FileDisk::new(folder))).unwrap();
        let mut seen = Self::default();
        reader
            .for_each(1..reader.size(), |record, _| {
                seen.take(&record);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        seen
    }

    fn take(&mut self, record: &RecordView<'_>) {
        let event = Event::decode(record.event_type, record.schema_version, record.body).unwrap();
        let (stream, day) = (record.stream.id, (record.occurred_at + DAY / 3).div_euclid(DAY));
        assert!(record.recorded_at >= self.recorded_at, "the clock runs forward");
        assert!(
            record.recorded_at >= record.occurred_at,
            "nothing is recorded before it happens: {} {} {}",
            event.name(),
            record.recorded_at,
            record.occurred_at
        );
        self.recorded_at = record.recorded_at;
        self.recorded_late += u64::from(record.recorded_at - record.occurred_at > 3 * DAY);
        self.events += 1;
        *self.of.entry(event.name()).or_default() += 1;
        match event {
            Event::UnitRegistered(unit) => *self.levels.entry(name_of(unit.level)).or_default() += 1,
            Event::VisitMade(_) => {
                assert!(self.visited.entry(stream).or_default().insert(day), "one visit a day");
                self.visits_with_a_note += u64::from(record.commitments.iter().count() == 1);
            }
            Event::ReceptionHeld(_) => assert!(self.weeks.insert((stream, (day + 3).div_euclid(7)))),
            Event::CaseAccepted(_) => drop(self.accepted.insert(stream, day)),
            Event::ReplyDelivered(_) => {
                let took = self.accepted.remove(&stream).map_or(0, |accepted| day - accepted);
                self.overdue += u64::from(took > 62);
                self.settled.insert(stream, true);
            }
            Event::CaseReopened(_) => drop(self.settled.insert(stream, false)),
            Event::SatisfactionAnswered(answered) => {
                self.satisfied += u64::from(answered.answer == Satisfaction::Satisfied);
            }
            Event::DiaryEntryWritten(entry) => self.pages += u64::from(entry.pages),
            Event::AidDelivered(aid) => {
                let aid = (aid.household.number(), aid.members, aid.amount_fen);
                self.delivered.insert(stream, aid);
            }
            Event::AidReceiptConfirmed(_) => {
                let (household, members, fen) = self.delivered[&stream];
                *self.benefited.entry(household).or_default() |= members;
                self.aid_fen += fen;
            }
            Event::ProjectVerified(project) => self.aid_fen += project.spent_fen,
            Event::GiftHandedIn(gift) => self.gifts_fen += gift.amount_fen,
            Event::LeniencyDecided(made) => self.lenient += u64::from(made.decision == Leniency::Lenient),
            Event::VehicleDisposed(disposed) => {
                assert!(self.disposals.insert(stream, disposed.kind).is_none(), "one live disposal");
            }
            Event::TransitionExpired(_) => drop(self.disposals.remove(&stream)),
            Event::InterestDeclared(_) => drop(self.interested.insert(stream)),
            _ => {}
        }
    }

    fn count(&self, event: &str) -> u64 {
        self.of.get(event).copied().unwrap_or(0)
    }

    fn disposed(&self, kind: DisposalKind) -> u64 {
        self.disposals.values().filter(|disposed| **disposed == kind).count() as u64
    }
}

fn name_of(level: UnitLevel) -> &'static str {
    match level {
        UnitLevel::Village => "villages",
        UnitLevel::Community => "communities",
        _ => "others",
    }
}

/// The figures of DOMAIN.md section 1, as it writes them, and what the log of the demonstration comes to.
fn table(seen: &Seen) -> Vec<(&'static str, u64, u64)> {
    let level = |name| seen.levels.get(name).copied().unwrap_or(0);
    let settled = seen.settled.values().filter(|is_settled| **is_settled).count() as u64;
    let persons: u64 = seen.benefited.values().map(|members| u64::from(members.count_ones())).sum();
    vec![
        ("8,605", 8_605, level("villages")),
        ("2,308", 2_308, level("communities")),
        ("300,000", 300_000, seen.count("OfficialRegistered")),
        ("ten million", 10_000_000, seen.count("HouseholdRegistered")),
        ("97.8 %", 9_780_000, seen.visited.len() as u64),
        ("46,220,000", 46_220_000, seen.count("VisitMade")),
        ("4,766,000", 4_766_000, seen.count("PersonReceived")),
        ("3,664,000", 3_664_000, seen.count("CaseRegistered")),
        ("3,080,000", 3_080_000, settled),
        ("4,168", 4_168, seen.pages),
        ("216,000", 216_000, seen.count("DossierOpened")),
        ("96.5 %", 1_930_000, seen.satisfied),
        ("nearly 300,000", 300_000, seen.count("StayStarted")),
        ("211,000", 211_000, seen.count("ProjectVerified")),
        ("1.8 billion yuan", 180_000_000_000, seen.aid_fen),
        ("834,000", 834_000, seen.count("DifficultyResolved")),
        ("4,300,000", 4_300_000, persons),
        ("86,030,000 yuan", 8_603_000_000, seen.gifts_fen),
        ("5,302", 5_302, seen.disposed(DisposalKind::Transitional)),
        ("921", 921, seen.disposed(DisposalKind::Reassigned)),
        ("104", 104, seen.disposed(DisposalKind::Auctioned)),
        ("46,000", 46_000, seen.count("DeclarationFiled")),
        ("1,252", 1_252, seen.interested.len() as u64),
        ("255", 255, seen.count("ViolationCorrected")),
    ]
}

#[test]
fn each_total_is_the_published_figure_times_the_scale() {
    let Made { seen, .. } = &*MADE;
    for (written, published, found) in table(seen) {
        // A half is rounded up.
        assert_eq!(found, (published + 500) / 1_000, "{written}");
    }
    assert_eq!(seen.count("SatisfactionAnswered") * 965, seen.satisfied * 1_000);
    assert_eq!(seen.count("VehicleFoundOverStandard"), seen.disposals.len() as u64);
}

#[test]
fn the_table_has_every_figure_of_the_source() {
    let Some(domain) = shared("DOMAIN.md").and_then(|path| std::fs::read_to_string(path).ok()) else {
        println!("skipped: ../shared/DOMAIN.md is not there");
        return;
    };
    let ours = ["ten million", "96.5 %"];
    for (written, _, _) in table(&Seen::default()).into_iter().filter(|row| !ours.contains(&row.0)) {
        assert!(domain.contains(written), "{written} is not in the source");
    }
}

#[test]
fn the_answer_is_what_the_log_holds() {
    let Made { answer, seen, .. } = &*MADE;
    assert_eq!(answer["events"], seen.events);
    for (name, found) in [
        ("visits", seen.count("VisitMade")),
        ("persons_received", seen.count("PersonReceived")),
        ("issues", seen.count("CaseRegistered")),
        ("beneficiaries", table(seen)[16].2),
        ("units", seen.levels["villages"] + seen.levels["communities"]),
        ("vehicles", seen.disposals.len() as u64),
    ] {
        assert_eq!(answer["totals"][name], found, "{name}");
    }
}

#[test]
fn a_demonstration_verifies_and_says_that_its_clock_is_simulated() {
    let verified = MADE.verified.clone().done();
    assert!(verified.last_line().starts_with("verdict: intact"), "{}", verified.stdout);
    assert!(verified.stdout.contains("SIMULATED"), "{}", verified.stdout);
}

#[test]
fn every_visit_has_a_note_in_the_vault() {
    assert_eq!(MADE.seen.visits_with_a_note, MADE.seen.count("VisitMade"));
}

#[test]
fn late_and_missing_work_is_there() {
    let Made { seen, .. } = &*MADE;
    let year = |first: i64| {
        let twice = |days: &&BTreeSet<i64>| days.range(first..first + 365).count() >= 2;
        seen.visited.values().filter(twice).count() as u64
    };
    // Days since 1970 of the first of January.
    for (name, attained) in [("2009", year(14_245)), ("2010", year(14_610))] {
        assert!((5_000..9_000).contains(&attained), "{attained} households had their visits of {name}");
    }
    let (units, weeks) = (seen.levels["villages"] + seen.levels["communities"], 139);
    let met = seen.weeks.len() as u64;
    assert!(met * 100 > units * weeks * 88 && met < units * weeks, "{met} unit-weeks with a reception");
    assert!(seen.overdue > 20, "{} replies overdue", seen.overdue);
    assert!(seen.recorded_late > 100 && seen.recorded_late < seen.events / 5, "{}", seen.recorded_late);
    let decided = seen.count("LeniencyDecided");
    assert!(seen.lenient > 0 && seen.lenient < decided, "{} of {decided} lenient", seen.lenient);
    for event in [
        "VisitAttempted",
        "HouseholdAbsent",
        "ExtensionGranted",
        "CaseReopened",
        "CaseWithdrawn",
        "CaseDeclined",
        "ReviewDecided",
        "PairingEstablished",
        "FindingAnswered",
        "ControlAttested",
        "StatisticCited",
        "DossierUpdated",
    ] {
        assert!(seen.count(event) > 0, "no {event}");
    }
}

#[test]
fn one_seed_gives_one_ledger_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, seed: &str| {
        let ledger = folder.path().join(name);
        demo(&ledger, "0.0002", seed).done();
        Files::of_record(&ledger)
    };
    let (first, again, other) = (make("first", "7"), make("again", "7"), make("other", "8"));
    assert!(first == again, "two ledgers of one seed differ");
    assert!(first != other, "two seeds give one ledger");
}

#[test]
fn a_demonstration_is_never_made_over_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    demo(&ledger, "0.0001", "1").done();
    let before = Files::of_record(&ledger);
    assert_ne!(demo(&ledger, "0.0001", "1").code, 0);
    assert!(Files::of_record(&ledger) == before, "it was changed");
}

#[test]
fn what_is_no_scale_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for scale in ["0", "-1", "1e3", "5", "0.00001", "x", ""] {
        let run = demo(&folder.path().join("ledger"), scale, "1");
        assert_eq!(run.code, 2, "{scale:?}: {}", run.stderr);
        assert!(!folder.path().join("ledger").exists(), "{scale:?} made something");
    }
}
