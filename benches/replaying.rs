//! Folding a log of cases into states, and opening its office.

use std::sync::Arc;

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    Channel, CloseReason, Command, Label, Labels, NoPersonal, OccurredAt, Outcome, PersonalText, Precision,
    ReplyDelivered, ReplyDeliveredPersonal, StepTaken, StepTakenPersonal, Timestamp, UnitId, UnitLevel,
    UnitRegistered,
};
use docket_projection::{Acknowledge, Office, States, event_of};

use crate::{
    bed::{Bed, ChaCha, WallClock},
    measure::{Entry, Table, rate, timed},
    scale::Scale,
};

const UNITS: u64 = 50;
/// Cases of a batch; five events each.
const CASES: u64 = 200;

/// Reads, decodes and folds the log of an office.
pub(crate) fn replay(scale: &Scale, table: &mut Table) {
    let bed = Bed::create_closed();
    let mut recorded = 0.0;
    let events = UNITS + scale.cases * 5;
    let taken = timed(|| fill(&bed, scale.cases));
    recorded += rate(events, taken);
    let reader = bed.reader();
    let all = 0..reader.size();
    let entries = vec![
        Entry::new("replay: read, decode, fold", "events/s", || {
            let taken = timed(|| {
                let mut states = States::new(Arc::new(docket_domain::Zone::default()));
                let folded = reader.for_each(all.clone(), |record, _| {
                    states.fold(&record).unwrap();
                    Ok::<(), docket_log::StoreError>(())
                });
                folded.unwrap();
                assert_eq!(states.cases().count() as u64, scale.cases);
                states
            });
            rate(events, taken)
        }),
        Entry::new("floor: read and decode", "events/s", || {
            let taken = timed(|| {
                let read = reader.for_each(all.clone(), |record, _| {
                    std::hint::black_box(event_of(&record).unwrap());
                    Ok::<(), docket_log::StoreError>(())
                });
                read.unwrap();
            });
            rate(events, taken)
        }),
        Entry::new("read alone", "events/s", || {
            let taken = timed(|| {
                let read = reader.for_each(all.clone(), |record, _| {
                    std::hint::black_box(record.body.len());
                    Ok::<(), docket_log::StoreError>(())
                });
                read.unwrap();
            });
            rate(events, taken)
        }),
    ];
    let title = format!("Replay, {} cases, {events} events", scale.cases);
    let series = table.measure(&title, scale.large_rounds, entries);
    table.ratio("replay / read and decode", &series[0], &series[1], None);
    table.ratio("replay / read alone", &series[0], &series[2], None);
    table.note(&format!("recorded at {recorded:.0} events/s: decided, appended, folded, indexed, signed"));
    drop(reader);

    let title = format!("Open the office for work, {events} events (with its index)");
    let open = Entry::new("open, target < 40", "ms", || timed(|| office(&bed)).as_secs_f64() * 1e3);
    table.measure(&title, scale.large_rounds, vec![open]);
}

fn office(bed: &Bed) -> Office {
    let index = bed.path().join("index");
    let (clock, entropy) = (Box::new(WallClock), Box::new(ChaCha::seeded()));
    Office::open(bed.disk.clone(), &bed.keys, &index, clock, entropy, &|_| {}).unwrap()
}

/// Records cases from registration to closing, the five acts of each in one batch with those of 199 others.
fn fill(bed: &Bed, cases: u64) {
    let mut office = office(bed);
    let units = (1..=UNITS).map(|unit| {
        Act::open(
            UnitRegistered {
                level: UnitLevel::Village,
                parent: None,
                name: Label::new(&format!("Village {unit}")).unwrap(),
                code: None,
                origin: None,
            },
            NoPersonal,
        )
    });
    office.record(id(0), units.map(command).collect(), Acknowledge::Later).unwrap();
    let mut first = 1;
    while first <= cases {
        let last = cases.min(first + CASES - 1);
        let mut commands = Vec::new();
        // Register all, assign all, ...: as in an office, the acts of a case do not follow each other at once.
        commands.extend((first..=last).map(register).map(command));
        for step in 0..4 {
            commands.extend((first..=last).map(|case| command(next_act(case, step))));
        }
        office.record(id(first), commands, Acknowledge::Later).unwrap();
        first = last + 1;
    }
    office.finish().unwrap();
}

fn id(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

fn command(act: Act) -> Command {
    let occurred = OccurredAt { at: Timestamp(1_300_000_000_000_000), precision: Precision::Minute };
    Command { actor: None, occurred, act }
}

fn register(case: u64) -> Act {
    let body = CaseRegistered {
        unit: UnitId::new(case % UNITS + 1),
        channel: Channel::Hotline,
        category: Some(Label::new(["road", "water", "land", "light"][(case % 4) as usize]).unwrap()),
        labels: Labels::default(),
        stated_due: Some(Timestamp(1_301_000_000_000_000)),
        ambiguous_due: false,
        anonymous: false,
        source_record: None,
        origin: None,
    };
    let title = PersonalText::new(format!("invented request number {case}")).unwrap();
    let personal = CaseRegisteredPersonal { title: Some(title), ..CaseRegisteredPersonal::default() };
    Act::open(body, personal)
}

fn next_act(case: u64, step: u64) -> Act {
    let unit = UnitId::new(case % UNITS + 1).unwrap();
    let id = CaseId::new(case).unwrap();
    match step {
        0 => Act::on(id, CaseAssigned { unit, handler: None, origin: None }, NoPersonal),
        1 => {
            let step = StepTaken { activity: Label::new("visited").unwrap(), origin: None };
            Act::on(id, step, StepTakenPersonal::default())
        }
        2 => {
            let reply = ReplyDelivered { outcome: Outcome::Supported, approver: None, origin: None };
            Act::on(id, reply, ReplyDeliveredPersonal::default())
        }
        _ => {
            let closed = CaseClosed { reason: CloseReason::Replied, origin: None };
            Act::on(id, closed, CaseClosedPersonal::default())
        }
    }
}
