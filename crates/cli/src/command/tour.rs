//! `docket tour`.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseRegistered, CaseRegisteredPersonal, Channel,
    CloseReason, Command, Label, NoPersonal, OccurredAt, OfficialRegistered, OfficialRegisteredPersonal,
    Outcome, PersonalText, Precision, ReplyDelivered, ReplyDeliveredPersonal, Timestamp, UnitLevel,
    UnitRegistered,
};
use docket_log::{Clock, GivenCheckpoint};
use docket_projection::Acknowledge;
use docket_proof::ClockKind;
use zeroize::Zeroizing;

use crate::{
    failure::{Exit, Failure},
    output::Output,
    session::{Place, SystemEntropy, random_bytes},
    text::hex,
};

use super::{init, report, verify};

/// See it work: make a ledger, verify it, alter one byte, see it found
///
/// Makes a small ledger in a temporary folder, with a simulated clock and invented names, keeps a checkpoint aside, and
/// shows what `docket verify` says of it: untouched, with one byte altered, and put back to an older copy.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Make the ledger in this new folder and keep it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

const ORIGIN: &str = "tour.example/office-1";
/// 2011-03-01 09:00 in Shanghai.
const START: i64 = 1_298_941_200_000_000;
const MINUTE: i64 = 60_000_000;
/// Nothing here is secret: the tour is the same every time.
const SEED: [u8; 32] = *b"docket tour: no secret whatever.";

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let folder = match &args.keep {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("docket-tour-{}", hex(&random_bytes::<8>()?))),
    };
    fs::create_dir(&folder).map_err(|error| {
        Failure::undecided(format!("cannot make the folder {}: {error}", folder.display()))
            .hint("--keep needs a folder that does not exist yet")
    })?;
    let walked = walk(&folder, output);
    if args.keep.is_some() {
        output.note(format_args!("note: the tour's files are kept in {}", folder.display()));
    } else {
        let _ = fs::remove_dir_all(&folder);
    }
    walked
}

/// The tour itself. Ends with success only if every step showed what it is there to show.
fn walk(folder: &Path, output: &mut Output) -> Result<Exit, Failure> {
    let place = Place::of_folder(folder.join("ledger"));
    let mut expected = true;

    output
        .line("1. An office makes a ledger and records a case: registered, assigned, replied to, closed.")?;
    make(&place)?;
    record(&place, first_case(), output)?;
    super::log::run(&super::log::Args::all(), &place, output)?;

    output.line("")?;
    output.line("2. An inspector keeps the signed checkpoint in a drawer. The office goes on recording.")?;
    let drawer = newest(&place)?;
    fs::write(folder.join("drawer.txt"), &drawer).map_err(cannot)?;
    output.raw(&drawer)?;
    let old = Place::of_folder(folder.join("old-copy"));
    copy_ledger(&place.folder, &old.folder)?;
    record(&place, second_case(), output)?;

    output.line("")?;
    output.line("3. Later he verifies: docket verify --checkpoint drawer.txt")?;
    expected &= check(&place, "drawer.txt", &drawer, output)? == Exit::Done;

    output.line("")?;
    let offset = alter(&place)?;
    output.line(format_args!(
        "4. Somebody turns one bit of log/00000000.seg, at byte {offset}: the time of the reply, record {ALTERED}."
    ))?;
    expected &= check(&place, "drawer.txt", &drawer, output)? == Exit::Altered;
    alter(&place)?;

    output.line("")?;
    output.line(
        "5. Or puts an older copy back, whole. By itself it looks good; a newer checkpoint shows it:",
    )?;
    output.line("   docket verify, then docket verify --checkpoint newer.txt")?;
    let newer = newest(&place)?;
    fs::write(folder.join("newer.txt"), &newer).map_err(cannot)?;
    expected &= verify::summary(Vec::new(), &old, output)? == Exit::Done;
    expected &= check(&old, "newer.txt", &newer, output)? == Exit::Altered;

    output.line("")?;
    output.line("6. Every report is a replay of the record: docket report cases")?;
    report::run(&report::Args::cases(), &place, output)?;
    if expected {
        Ok(Exit::Done)
    } else {
        Err(Failure::undecided("a step of the tour did not show what it should"))
    }
}

fn newest(place: &Place) -> Result<Vec<u8>, Failure> {
    let reader = place.reader()?;
    let newest = reader.newest_checkpoint().map(|(_, note)| note.clone());
    newest.ok_or_else(|| Failure::undecided("the ledger has no checkpoint"))
}

fn cannot(error: io::Error) -> Failure {
    Failure::undecided(format!("the tour's folder cannot be used: {error}"))
}

/// Verifies with a kept checkpoint.
fn check(place: &Place, name: &str, note: &[u8], output: &mut Output) -> Result<Exit, Failure> {
    let given = GivenCheckpoint { name: name.to_owned(), note: note.to_vec() };
    verify::summary(vec![given], place, output)
}

/// A minute passes at each look.
struct TourClock(i64);

impl Clock for TourClock {
    fn now(&mut self) -> i64 {
        self.0 += MINUTE;
        self.0
    }
}

fn make(place: &Place) -> Result<(), Failure> {
    let making = init::Making {
        predecessor: None,
        kind: ClockKind::Simulated,
        created: START,
        seed: Zeroizing::new(SEED),
        clock: Box::new(TourClock(START)),
        entropy: Box::new(SystemEntropy::seeded(&SEED)),
    };
    init::make(place, ORIGIN, "Asia/Shanghai", making).map(drop)
}

fn record(place: &Place, acts: Vec<Act>, output: &mut Output) -> Result<(), Failure> {
    let size = place.reader()?.size();
    let mut seed = SEED;
    // Another stream of bytes for each session.
    seed.iter_mut().zip(size.to_le_bytes()).for_each(|(byte, count)| *byte ^= count);
    let since = i64::try_from(size).unwrap_or_default() * 60 * MINUTE;
    let clock = Box::new(TourClock(START + since));
    let mut work = place.work_with(clock, Box::new(SystemEntropy::seeded(&seed)), output)?;
    for (number, act) in (size..).zip(acts) {
        let occurred = OccurredAt { at: Timestamp(START + since), precision: Precision::Minute };
        let mut id = [0; 16];
        id.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, count)| *byte = count);
        work.office.record(id, vec![Command { actor: None, occurred, act }], Acknowledge::Now)?;
    }
    work.finish(output)?;
    Ok(())
}

fn label(text: &str) -> Label {
    Label::new(text).expect("a short term of the tour's own")
}

fn words(text: &str) -> Option<PersonalText> {
    PersonalText::new(text.to_owned()).ok()
}

fn id<T>(id: Option<T>) -> T {
    id.expect("ids of the tour count from 1")
}

fn first_case() -> Vec<Act> {
    let unit = id(docket_domain::UnitId::new(1));
    let handler = docket_domain::OfficialId::new(1);
    let case = id(docket_domain::CaseId::new(1));
    vec![
        Act::open(
            UnitRegistered {
                level: UnitLevel::Village,
                parent: None,
                name: label("Greenfield"),
                code: None,
                origin: None,
            },
            NoPersonal,
        ),
        Act::open(
            OfficialRegistered { unit, rank: None, code: None, origin: None },
            OfficialRegisteredPersonal { name: words("Li Invented"), contact: None },
        ),
        register(Channel::Reception, "road", "the road to the mill is washed out", "Wu Invented"),
        Act::on(case, CaseAssigned { unit, handler, origin: None }, NoPersonal),
        Act::on(
            case,
            ReplyDelivered { outcome: Outcome::Supported, approver: None, origin: None },
            ReplyDeliveredPersonal { text: words("the road is mended since Monday") },
        ),
        Act::on(
            case,
            CaseClosed { reason: CloseReason::Replied, origin: None },
            CaseClosedPersonal { reason: None },
        ),
    ]
}

fn second_case() -> Vec<Act> {
    vec![register(Channel::Visit, "water", "the well is dry", "Zhao Invented")]
}

fn register(channel: Channel, category: &str, title: &str, petitioner: &str) -> Act {
    let body = CaseRegistered {
        unit: docket_domain::UnitId::new(1),
        channel,
        category: Some(label(category)),
        labels: docket_domain::Labels::default(),
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

/// The record that the tour alters: the reply.
const ALTERED: u64 = 5;

/// Turns a bit of the reply's claimed time, and returns where it stands. Twice leaves all as it was.
fn alter(place: &Place) -> Result<u64, Failure> {
    let path = place.folder.join("log/00000000.seg");
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(cannot)?;
    // A record starts with its length, here under 256, and its index (FORMAT.md section 4).
    let is_start = |record: &[u8]| matches!(record, [88..=255, 0, 0, 0, index @ ..] if index.first_chunk() == Some(&ALTERED.to_le_bytes()));
    let start = (0..bytes.len()).find(|at| bytes.get(*at..).is_some_and(is_start));
    let offset = start.ok_or_else(|| Failure::undecided("the tour does not find its record"))? + OCCURRED_AT;
    let altered = bytes.get(offset).map_or(0, |byte| byte ^ 1);
    file.seek(SeekFrom::Start(offset as u64)).map_err(cannot)?;
    file.write_all(&[altered]).map_err(cannot)?;
    Ok(offset as u64)
}

/// Where the claimed time stands in a record.
const OCCURRED_AT: usize = 20;

/// Copies what an inspector gets: everything but keys and index.
fn copy_ledger(from: &Path, to: &Path) -> Result<(), Failure> {
    for dir in ["", "log", "vault", "checkpoints", "cut"] {
        fs::create_dir_all(to.join(dir)).map_err(cannot)?;
        for entry in fs::read_dir(from.join(dir)).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            if entry.file_type().map_err(cannot)?.is_file() {
                fs::copy(entry.path(), to.join(dir).join(entry.file_name())).map_err(cannot)?;
            }
        }
    }
    Ok(())
}
