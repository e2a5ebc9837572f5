//! `docket demo`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    time::Instant,
};

use docket_demo::{Demo, Scale, Session};
use docket_log::Clock;
use docket_projection::Acknowledge;
use docket_proof::ClockKind;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, Progress, SystemEntropy, Work},
};

use super::init;

/// Make a whole city's ledger: invented, in the shape of the source's, at any scale
///
/// Units, officials and households are registered; people are received, households visited, issues handled and replied
/// to, aid given, gifts and vehicles accounted for, from November 2008 to June 2011. Each total is the published figure
/// times the scale, rounded to whole units, a half up; a whole that the source divides is the sum of its rounded parts.
/// Everything passes through the rules like any command.
///
/// The ledger's clock is simulated, and every verdict on it says so. One scale and one seed give the same ledger byte for
/// byte: its blinds, its salts and its signing key come from the seed too, so it hides nothing and vouches for nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How much of the city: 1 is all of it, about a hundred million events
    #[arg(long, value_name = "FACTOR", default_value = "0.001")]
    scale: Scale,
    /// What chance is drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

const ORIGIN: &str = "demo.example/city";
/// So many records are covered by a checkpoint on the way.
const CHECKPOINT_EVERY: u64 = 4 << 20;
/// Sessions that are put down ahead of the one that is recorded.
const AHEAD: usize = 64;

#[derive(Serialize)]
struct Made {
    scale: String,
    seed: u64,
    events: u64,
    size: u64,
    root: String,
    totals: std::collections::BTreeMap<&'static str, u64>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let key = seed_of(args);
    let making = init::Making {
        predecessor: None,
        kind: ClockKind::Simulated,
        created: Demo::CREATED,
        seed: key.clone(),
        clock: Box::new(DemoClock(Arc::new(AtomicI64::new(Demo::CREATED)))),
        entropy: Box::new(SystemEntropy::seeded(&key)),
    };
    init::make(place, ORIGIN, Demo::ZONE, making)?;
    let size = place.reader()?.size();
    let demo = Demo::new(args.scale, args.seed, size);
    let totals = demo.totals().named();
    let time = Arc::new(AtomicI64::new(Demo::CREATED));
    let mut seed = key;
    // Another stream of bytes than the one the ledger was made with.
    seed.iter_mut().for_each(|byte| *byte ^= 0xff);
    let entropy = Box::new(SystemEntropy::seeded(&seed));
    let mut work = place.work_with(Box::new(DemoClock(time.clone())), entropy, output)?;
    let since = Instant::now();
    let expected = demo.expected();
    let progress = Progress::new(output, "recording", Some(expected));
    let events = record(demo, args.seed, &mut work, &time, &progress)?;
    progress.finish();
    let took = since.elapsed();
    let note = work.finish(output)?;
    let root = std::str::from_utf8(&note).ok().and_then(|note| note.lines().nth(2)).unwrap_or_default();
    if output.json {
        let (scale, root) = (args.scale.to_string(), root.to_owned());
        let totals = totals.into_iter().collect();
        return output.object(&Made { scale, seed: args.seed, events, size: size + events, root, totals });
    }
    output.line(format_args!("made the ledger {ORIGIN} in {}", place.folder.display()))?;
    output.line(format_args!("scale {}, seed {}: {events} events", args.scale, args.seed))?;
    for (name, total) in totals {
        output.line(format_args!("{total:>15} {}", name.replace('_', " ")))?;
    }
    let rate = u128::from(events) * 1_000 / took.as_millis().max(1);
    output.note(format_args!("note: {rate} events a second"));
    output.note("note: its clock is simulated, and its key comes from the seed: it vouches for nothing");
    Ok(())
}

/// Makes the bytes that blinds, salts and the key are drawn from.
fn seed_of(args: &Args) -> Zeroizing<[u8; 32]> {
    let name = format!("{} {}", args.scale, args.seed);
    Zeroizing::new(blake3::derive_key("docket 2026 demo seed v1", name.as_bytes()))
}

/// Records all sessions, while the next ones are put down on another thread. Returns the number of events.
///
/// Where the log is made durable is counted in events, not left to the disk's speed: each batch says how much was durable
/// before it, and one seed gives one ledger.
fn record(
    demo: Demo,
    seed: u64,
    work: &mut Work,
    time: &Arc<AtomicI64>,
    progress: &Progress,
) -> Result<u64, Failure> {
    let (sender, receiver) = mpsc::sync_channel::<Session>(AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for session in demo {
                // Nobody listens any more once recording has failed.
                if sender.send(session).is_err() {
                    return;
                }
            }
        });
        let (mut events, mut signed) = (0, 0);
        for Session { recorded_at, first, commands } in receiver {
            // Nothing is recorded before it happens.
            let latest = commands.iter().map(|command| command.occurred.at.0).max().unwrap_or(recorded_at);
            time.store(recorded_at.max(latest), Ordering::Relaxed);
            let appended = work.office.record(command_id(seed, first), commands, Acknowledge::Later)?;
            if appended.first.0 != first {
                return Err(Failure::undecided("a record stands elsewhere than the demonstration planned"));
            }
            events += appended.size - first;
            if events - signed >= CHECKPOINT_EVERY {
                work.office.checkpoint()?;
                signed = events;
            }
            progress.set(events);
        }
        Ok(events)
    })
}

/// Returns the id of a session's command: its own for each record it begins with.
fn command_id(seed: u64, first: u64) -> [u8; 16] {
    let mut id = [0; 16];
    let bytes = seed.to_be_bytes().into_iter().chain(first.to_be_bytes());
    id.iter_mut().zip(bytes).for_each(|(byte, of)| *byte = of);
    id
}

/// The time of the session that is recorded.
struct DemoClock(Arc<AtomicI64>);

impl Clock for DemoClock {
    fn now(&mut self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}
