//! Opens the ledger that the command line names: for questions, or for work.

use std::{
    cell::RefCell,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use docket_log::{Clock, Disk, Entropy, FileDisk, KeyFolder, Reader, WriterLock};
use docket_projection::{Acknowledge, Desk, Office, ProjectionError};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use zeroize::Zeroizing;

use crate::{actor_key, args::Global, failure::Failure, output::Output};

/// The ledger's folder and what lies in it.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    key: Option<PathBuf>,
    /// The key file of whoever signs what is recorded.
    sign_with: Option<PathBuf>,
}

impl Place {
    pub(crate) fn new(global: &Global) -> Self {
        Self { folder: global.ledger.clone(), key: global.key.clone(), sign_with: global.sign_with.clone() }
    }

    /// Names a folder whose key lies in it.
    pub(crate) fn of_folder(folder: PathBuf) -> Self {
        Self { folder, key: None, sign_with: None }
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        Arc::new(FileDisk::new(&self.folder))
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.join("index")
    }

    pub(crate) fn keys(&self) -> KeyFolder {
        match &self.key {
            Some(folder) => KeyFolder::new(Arc::new(FileDisk::new(folder)), ""),
            None => KeyFolder::new(self.disk(), "keys"),
        }
    }

    /// Returns the folder of a key that lies elsewhere.
    pub(crate) fn key_folder(&self) -> Option<&PathBuf> {
        self.key.as_ref()
    }

    /// Returns the zone of the ledger's days.
    pub(crate) fn zone(&self) -> Result<jiff::tz::TimeZone, Failure> {
        let identity = docket_log::Identity::read(self.disk().as_ref())?;
        crate::times::zone(&identity.genesis.time_zone)
    }

    pub(crate) fn reader(&self) -> Result<Reader, Failure> {
        Ok(Reader::open(self.disk())?)
    }

    /// Opens the ledger for questions, and says what there is to say about it.
    pub(crate) fn desk(&self, output: &mut Output) -> Result<Desk, Failure> {
        let desk = Desk::open(self.disk(), &self.index())?;
        say(desk.notices(), 0, output);
        Ok(desk)
    }

    /// Opens the ledger for reports, and says what there is to say about it.
    pub(crate) fn desk_for_figures(&self, threads: usize, output: &mut Output) -> Result<Desk, Failure> {
        let desk = Desk::open_for_figures(self.disk(), &self.index(), threads)?;
        say(desk.notices(), 0, output);
        Ok(desk)
    }

    pub(crate) fn lock(&self) -> Result<WriterLock, Failure> {
        // Before the lock file is made: a folder that is no ledger stays as it is.
        docket_log::Identity::read(self.disk().as_ref())?;
        Ok(WriterLock::acquire(&self.folder, &format!("process {}", std::process::id()))?)
    }

    /// Opens the ledger for work.
    pub(crate) fn work(&self, output: &mut Output) -> Result<Work, Failure> {
        self.work_with(Box::new(SystemClock), Box::new(SystemEntropy::new()?), output)
    }

    /// Opens the ledger for work with a clock and randomness of the caller's.
    pub(crate) fn work_with(
        &self,
        clock: Box<dyn Clock>,
        entropy: Box<dyn Entropy>,
        output: &mut Output,
    ) -> Result<Work, Failure> {
        let signer = self.sign_with.as_deref().map(actor_key::read).transpose()?;
        let lock = self.lock()?;
        let progress = Progress::new(output, "bringing the index up to the log", None);
        let mut office = Office::open(self.disk(), &self.keys(), &self.index(), clock, entropy, &|record| {
            progress.set(record)
        })?;
        progress.finish();
        if let Some(signer) = signer {
            office.sign_with(signer);
        }
        let said = say(office.notices(), 0, output);
        Ok(Work { office, said, _lock: lock })
    }
}

/// A ledger open for work, with its lock.
pub(crate) struct Work {
    pub(crate) office: Office,
    /// How many of its notices have been said.
    said: usize,
    _lock: WriterLock,
}

impl Work {
    /// Records one command and ends the work. The acknowledgement is durable, and covered by a signed checkpoint.
    pub(crate) fn record_one(
        mut self,
        command: docket_domain::Command,
        output: &mut Output,
    ) -> Result<RecordedOne, Failure> {
        let event = command.act.event().name();
        let appended = self.office.record(new_command_id()?, vec![command], Acknowledge::Now)?;
        let stream = self.office.stream_of_record(appended.first.0)?;
        let stream = stream.ok_or_else(|| Failure::undecided("the record that was appended is not there"))?;
        self.finish(output)?;
        Ok(RecordedOne { appended, stream, event })
    }

    /// Ends the work with a signed checkpoint, says what came up meanwhile, and returns the checkpoint's note.
    pub(crate) fn finish(self, output: &mut Output) -> Result<Vec<u8>, Failure> {
        let (_, note, notices) = self.office.finish()?;
        say(&notices, self.said, output);
        Ok(note)
    }

    /// Ends work in which nothing was recorded: there is nothing to sign.
    pub(crate) fn leave(self, output: &mut Output) {
        say(self.office.notices(), self.said, output);
    }
}

/// What became of one command.
pub(crate) struct RecordedOne {
    pub(crate) appended: docket_log::Appended,
    /// The stream of its first record.
    pub(crate) stream: docket_domain::StreamRef,
    /// What its first record says.
    pub(crate) event: &'static str,
}

/// Says the notices behind the first `said`, and returns how many are said then.
fn say(notices: &[String], said: usize, output: &mut Output) -> usize {
    notices.iter().skip(said).for_each(|notice| output.note(format_args!("note: {notice}")));
    notices.len()
}

impl From<ProjectionError> for Failure {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Store(error) => error.into(),
            ProjectionError::Refused(refusal) => {
                Self::usage(refusal).hint("nothing was recorded; `docket case show CASE` and `docket log` show what stands")
            }
            ProjectionError::Unsigned { .. } => Self::usage(error)
                .hint("nothing was recorded; sign with --sign-with FILE (or DOCKET_SIGN_WITH)"),
            ProjectionError::OthersKey { .. } => Self::usage(error).hint(
                "nothing was recorded; name the actor with --by, and enter their key with `docket official register-key`",
            ),
            ProjectionError::Encode(error) => Self::usage(error),
            ProjectionError::Fold(_) => Self::undecided(error)
                .hint("`docket verify` tells whether the record was altered; if not, a newer version may have written it"),
            other => Self::undecided(other),
        }
    }
}

/// The machine's clock.
pub(crate) struct SystemClock;

impl SystemClock {
    /// Returns the time now, microseconds UTC.
    pub(crate) fn time() -> i64 {
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => micros(since),
            Err(before) => -micros(before.duration()),
        }
    }
}

impl Clock for SystemClock {
    fn now(&mut self) -> i64 {
        Self::time()
    }
}

/// ChaCha20 seeded by the system: blinds and salts are many, and nobody may guess one.
pub(crate) struct SystemEntropy(ChaCha20Rng);

impl SystemEntropy {
    pub(crate) fn new() -> Result<Self, Failure> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes()?);
        Ok(Self::seeded(&seed))
    }

    /// Draws from a seed: for a demonstration, whose ledger is to be the same every time.
    pub(crate) fn seeded(seed: &[u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(*seed))
    }
}

impl Entropy for SystemEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// Returns bytes from the system's random source.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::undecided(format!("no random bytes from the system: {error}")))?;
    Ok(bytes)
}

/// Returns a new command id: a UUID of version 7.
pub(crate) fn new_command_id() -> Result<[u8; 16], Failure> {
    let millis = u64::try_from(SystemClock::time() / 1_000).unwrap_or(0);
    let random = random_bytes()?;
    Ok(*uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().as_bytes())
}

/// Progress on standard error, for what takes longer than a quarter of a second.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    since: std::time::Instant,
    shown: RefCell<bool>,
}

impl Progress {
    pub(crate) fn new(output: &Output, what: &'static str, total: Option<u64>) -> Self {
        let bar = output.wants_progress().then(|| {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
            let template = match total {
                Some(_) => "{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta} left",
                None => "{msg} {human_pos} {per_sec}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.with_message(what)
        });
        Self { bar, since: std::time::Instant::now(), shown: RefCell::new(false) }
    }

    pub(crate) fn set(&self, position: u64) {
        let Some(bar) = &self.bar else { return };
        if !*self.shown.borrow() && self.since.elapsed() > Duration::from_millis(250) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            self.shown.replace(true);
        }
        bar.set_position(position);
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
