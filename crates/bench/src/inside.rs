//! What is measured in a cold process of its own but is no command of docket: this program, asked for one thing.

use std::{
    hint::black_box,
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use docket_log::{Clock, Disk, FileDisk, KeyFolder};
use docket_projection::{Desk, Office, ReportName};

use crate::{Fallible, ours::Blinds};

/// Replays the log from its first record, without the index, and makes every report of it, as `docket report all` does
/// where there is no index.
pub(crate) fn replay(ledger: &Path) -> Fallible<()> {
    let threads = std::thread::available_parallelism()?.get();
    let disk = Arc::new(FileDisk::new(ledger));
    let mut desk = Desk::open_at_for_figures(disk, threads, |reader| Ok(reader.size()))?;
    let scope = desk.scope()?;
    black_box(desk.reports(ReportName::ALL, &scope)?);
    Ok(())
}

/// Opens a ledger for work, and prints how many nanoseconds that took.
pub(crate) fn open(ledger: &Path) -> Fallible<()> {
    let start = Instant::now();
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::new(ledger));
    let keys = KeyFolder::new(disk.clone(), "keys");
    let (clock, entropy) = (Box::new(WallClock), Box::new(Blinds::new()));
    let office = Office::open(disk, &keys, &ledger.join("index"), clock, entropy, &|_| {})?;
    let taken = start.elapsed();
    black_box(&office);
    Ok(writeln!(std::io::stdout(), "{}", taken.as_nanos())?)
}

struct WallClock;

impl Clock for WallClock {
    fn now(&mut self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}
