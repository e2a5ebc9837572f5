//! The demonstration: it passes the rules, it is the same every time, and it adds up to what the source published.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, LazyLock},
};

use docket_domain::{DisposalKind, Event, Leniency, Satisfaction, UnitId, UnitLevel};
use docket_log::{FileDisk, Reader, StoreError};
use docket_projection::{Desk, ReportName, Scope};
use docket_proof::RecordView;
use serde_json::Value;

use crate::support::{Files, Run, docket, run::arg, shared};

fn demo(folder: &Path, scale: &str, seed: &str) -> Run {
    Run::of(docket().args(["-l", arg(folder), "demo", "--json", "--scale", scale, "--seed", seed]))
}

/// One demonstration that several tests look at.
struct Made {
    folder: tempfile::TempDir,
    answer: Value,
    seen: Seen,
    verified: Run,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let answer = demo(&ledger, "0.001", "1").done().json();
    let verified = Run::of(docket().args(["-l", arg(&ledger), "verify"]));
    Made { seen: Seen::read(&ledger), folder, answer, verified }
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
        // As many come as go.
        ("ten million", 10_000_000, seen.count("HouseholdRegistered") - seen.count("HouseholdClosed")),
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
    // And the other way round: each number of the column of figures, but for what the page itself adds to one.
    // 7 are the rows of the finance matrix, no figure of the overview.
    let beside = ["41.68", "17.83", "2010", "7"];
    let rows = domain
        .lines()
        .skip_while(|line| !line.starts_with("## 1."))
        .take_while(|line| !line.starts_with("## 2."));
    let figures = rows.filter(|line| line.starts_with('|')).filter_map(|line| line.rsplit('|').nth(1));
    let mut found = 0;
    for word in figures.flat_map(str::split_whitespace) {
        let number = word.trim_matches(|sign: char| !sign.is_ascii_digit());
        if number.chars().any(|sign| !matches!(sign, '0'..='9' | ',' | '.')) || number.is_empty() {
            continue;
        }
        let is_listed = SOURCE.iter().any(|(written, _, _)| *written == number);
        assert!(is_listed || beside.contains(&number), "{number} is in the source, and not in the table");
        found += 1;
    }
    assert!(found >= SOURCE.len() - 2, "{found} numbers found");
}

/// The figures of DOMAIN.md section 1: as it writes them, in numbers, and where the overview has them.
const SOURCE: &[(&str, u64, Shown)] = &[
    ("10,913", 10_913, Shown::Count("units")),
    ("8,605", 8_605, Shown::Count("villages")),
    ("2,308", 2_308, Shown::Count("communities")),
    ("300,000", 300_000, Shown::Count("officials")),
    ("4,766,000", 4_766_000, Shown::Count("persons_received")),
    ("46,220,000", 46_220_000, Shown::Count("visits")),
    ("97.8", 9_780_000, Shown::Of("visit_coverage", 10_000_000)),
    ("3,664,000", 3_664_000, Shown::Count("issues_collected")),
    ("3,080,000", 3_080_000, Shown::Count("issues_resolved")),
    ("4,168", 4_168, Shown::Doubtful("diary_pages")),
    ("216,000", 216_000, Shown::Count("dossiers")),
    // Of two million who answered: how many did is not in the source.
    ("96.5", 1_930_000, Shown::Of("satisfaction", 2_000_000)),
    ("300,000", 300_000, Shown::Count("stays")),
    ("211,000", 211_000, Shown::Count("projects_verified")),
    ("1.8", 180_000_000_000, Shown::Count("aid_money_fen")),
    ("834,000", 834_000, Shown::Count("difficulties")),
    ("4,300,000", 4_300_000, Shown::Count("beneficiaries")),
    ("86,030,000", 8_603_000_000, Shown::Count("gifts_fen")),
    ("6,327", 6_327, Shown::Count("vehicles")),
    ("5,302", 5_302, Shown::Count("vehicles_transitional")),
    ("921", 921, Shown::Count("vehicles_reassigned")),
    ("104", 104, Shown::Count("vehicles_auctioned")),
    ("46,000", 46_000, Shown::Count("declarations")),
    ("1,252", 1_252, Shown::Count("declarations_with_interest")),
    ("255", 255, Shown::Count("violations_corrected")),
];

/// How the overview shows a figure.
#[derive(Clone, Copy)]
enum Shown {
    Count(&'static str),
    /// Printed as it is, and marked.
    Doubtful(&'static str),
    /// The numerator of a share of so many.
    Of(&'static str, u64),
}

/// A published figure at the scale of a thousandth, a half rounded up.
const fn scaled(published: u64) -> u64 {
    (published + 500) / 1_000
}

fn report(name: &str) -> Value {
    let ledger = MADE.folder.path().join("ledger");
    Run::of(docket().args(["-l", arg(&ledger), "report", name, "--json"])).done().json()
}

fn figure<'a>(report: &'a Value, name: &str) -> &'a Value {
    let figures = report["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["name"] == name).unwrap_or_else(|| panic!("no figure {name}"))
}

fn of(report: &Value, name: &str) -> u64 {
    let figure = figure(report, name);
    figure["value"].as_u64().or_else(|| figure["numerator"].as_u64()).unwrap()
}

#[test]
fn the_overview_shows_every_figure_of_the_source() {
    let overview = report("overview");
    for (written, published, shown) in SOURCE {
        let expected = scaled(*published);
        let (name, is_doubtful) = match *shown {
            Shown::Count(name) => (name, false),
            Shown::Doubtful(name) => (name, true),
            Shown::Of(name, whole) => {
                let figure = figure(&overview, name);
                assert_eq!(figure["denominator"], scaled(whole), "{written}: {name}");
                assert_eq!(figure["percent"].as_str().unwrap().trim_end_matches('0'), *written);
                (name, false)
            }
        };
        assert_eq!(of(&overview, name), expected, "{written}: {name}");
        let doubtful = figure(&overview, name)["doubtful"].as_bool().unwrap_or(false);
        assert_eq!(doubtful, is_doubtful, "{written}: {name}");
    }
    let doubtful = overview["figures"].as_array().unwrap().iter().filter(|figure| figure["doubtful"] == true);
    assert_eq!(doubtful.count(), 1, "nothing else is doubtful");
    // 308 of 366.4, and farmers' income, which is cited and not computed.
    assert_eq!(figure(&overview, "issues_resolved_rate")["percent"], "84.06");
    let cited = &overview["citations"][0];
    assert_eq!((&cited["numerator"], &cited["denominator"]), (&1_783.into(), &10_000.into()));
    let checks = overview["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["holds"] == true), "{checks:?}");
    for whole in ["units", "issues_collected", "vehicles", "backlog_listed"] {
        assert!(checks.iter().any(|check| check["whole"] == whole), "{whole} is divided");
    }
    for name in ["backlog_listed", "backlog_resolved", "backlog_terminated", "backlog_carried_over"] {
        assert!(of(&overview, name) > 0, "{name}");
    }
}

#[test]
fn coverage_and_attainment_are_both_shown_and_different() {
    let overview = report("overview");
    let (coverage, attainment) = (figure(&overview, "visit_coverage"), figure(&overview, "visit_attainment"));
    assert_eq!(
        (coverage["unit_of_count"].as_str(), coverage["basis"].as_str()),
        (Some("households"), Some("as-of"))
    );
    assert_eq!(
        (attainment["unit_of_count"].as_str(), attainment["basis"].as_str()),
        (Some("household-years"), Some("fell-due"))
    );
    // Two years of ten thousand households; a good part of them misses the two visits a year.
    assert_eq!(attainment["denominator"], 20_000);
    let days = |first: i64| {
        let twice = |days: &&BTreeSet<i64>| days.range(first..first + 365).count() >= 2;
        MADE.seen.visited.values().filter(twice).count() as u64
    };
    assert_eq!(attainment["numerator"], days(14_245) + days(14_610));
    assert_ne!(coverage["percent"], attainment["percent"]);
}

#[test]
fn reports_count_what_the_log_holds() {
    let seen = &MADE.seen;
    let receptions = report("receptions");
    let units = seen.levels["villages"] + seen.levels["communities"];
    // From the week of 2008-11-03 to that which ended on 2011-06-26; the villages were registered four weeks before.
    assert_eq!(figure(&receptions, "reception_attainment")["denominator"], units * (138 + 4));
    assert_eq!(of(&receptions, "receptions"), seen.count("ReceptionHeld"));
    assert_eq!(of(&receptions, "receptions_cancelled"), seen.count("ReceptionCancelled"));
    let last_week = 2_027 + 138;
    let met = seen.weeks.iter().filter(|(_, week)| *week < last_week).count() as u64;
    assert_eq!(of(&receptions, "reception_weeks_met"), met);
    let visits = report("visits");
    assert_eq!(of(&visits, "visit_attempts"), seen.count("VisitAttempted"));
    // Those of 2008, of which the register saw the last weeks only.
    assert_eq!(of(&visits, "household_years_not_owed"), 10_000);
    let surveys = report("satisfaction");
    assert_eq!(of(&surveys, "surveys"), seen.count("SatisfactionSurveyed"));
    assert_eq!(of(&surveys, "answer_rate"), seen.count("SatisfactionAnswered"));
    assert_eq!(of(&surveys, "surveys_by_others"), seen.count("SatisfactionSurveyed"));
    let diary = report("diary");
    assert_eq!(of(&diary, "dossiers_closed"), seen.count("DossierClosed"));
    assert_eq!(of(&diary, "dossier_updates"), seen.count("DossierUpdated"));
    assert_eq!(figure(&diary, "diary_pages")["doubtful"], true);
    let campaigns = report("campaigns");
    assert_eq!(of(&campaigns, "backlog_listed"), seen.count("BacklogListed"));
    assert_eq!(of(&campaigns, "backlog_led"), seen.count("CaseAssignedToLeader"));
    let cases = report("cases");
    for (name, event) in [
        ("registered", "CaseRegistered"),
        ("cases_withdrawn", "CaseWithdrawn"),
        ("cases_declined", "CaseDeclined"),
        ("cases_merged", "CaseMerged"),
        ("cases_void", "CaseVoided"),
        ("cases_accepted", "CaseAccepted"),
    ] {
        assert_eq!(of(&cases, name), seen.count(event), "{name}");
    }
    for report in [receptions, visits, surveys, diary, campaigns, cases] {
        let checks = report["checks"].as_array().unwrap();
        assert!(!checks.is_empty() && checks.iter().all(|check| check["holds"] == true), "{report}");
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
        "DossierClosed",
        "UnitMerged",
        "UnitClosed",
        "HouseholdMoved",
        "HouseholdClosed",
        "CampaignOpened",
        "BacklogListed",
        "CaseAssignedToLeader",
        "CampaignClosed",
        "LiabilityPursued",
        "CorrectionRecorded",
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

#[test]
fn reports_are_the_same_bytes_from_the_index_and_from_replays_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    demo(&ledger, "0.001", "2").done();
    let report =
        |args: &[&str]| Run::of(docket().args(["-l", arg(&ledger), "report"]).args(args)).done().stdout;
    let ways: [&[&str]; 3] = [&["all"], &["all", "--json"], &["all", "--csv", "--lang", "zh"]];
    // Kept by the session that made the ledger.
    let kept = ways.map(report);
    std::fs::rename(ledger.join("index"), folder.path().join("index")).unwrap();
    for threads in ["1", "2", "5"] {
        for (way, kept) in ways.iter().zip(&kept) {
            assert_eq!(&report(&[way, &["--threads", threads][..]].concat()), kept, "{way:?} on {threads}");
        }
    }
    // All of them are each of them, once, in the order asked for.
    let lines: Vec<_> = kept[1].lines().collect();
    assert!(lines.len() > 8);
    let one = |place: usize| {
        let json: Value = serde_json::from_str(lines[place]).unwrap();
        json["report"].as_str().unwrap().to_owned()
    };
    assert_eq!(report(&[&one(1), &one(0), &one(1), "--json"]), format!("{}\n{}\n", lines[1], lines[0]));
    // A history that no command could have made would end here; this one is judged the same by any number of threads.
    for threads in ["1", "3"] {
        let verified =
            Run::of(docket().args(["-l", arg(&ledger), "verify", "--rules", "--threads", threads])).done();
        assert!(verified.stdout.contains("records follow from each other by the rules"));
    }
}

#[test]
fn a_report_from_the_kinds_that_it_loads_of_the_index_is_that_of_a_replay() {
    let ledger = MADE.folder.path().join("ledger");
    let disk = Arc::new(FileDisk::new(&ledger));
    let mut replay = Desk::open_at_for_figures(disk.clone(), 2, |reader| Ok(reader.size())).unwrap();
    let everything = replay.scope().unwrap();
    let by_unit = Scope { by_unit: true, ..everything.clone() };
    let by_official = Scope { by_official: true, ..everything.clone() };
    let of_a_unit = Scope { unit: UnitId::new(2), ..everything };
    for scope in [by_unit, by_official, of_a_unit] {
        for name in ReportName::ALL.iter().filter(|name| !scope.by_official || name.is_by_official()) {
            let mut desk = Desk::open_for_figures(disk.clone(), &ledger.join("index"), 1).unwrap();
            assert_eq!(desk.notices(), [] as [String; 0], "the index is there");
            let found = desk.reports(&[*name], &scope).unwrap();
            assert_eq!(found, replay.reports(&[*name], &scope).unwrap(), "{name:?} {scope:?}");
        }
    }
}
