//! Cold processes: how long a command takes from its start to its end, and the most memory that it held.

use std::{
    ffi::{OsStr, OsString},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::sys::resource::{UsageWho, getrusage};

use crate::Fallible;

/// What a command took, and what it printed.
pub(crate) struct Cold {
    pub(crate) wall: Duration,
    pub(crate) peak_bytes: u64,
    pub(crate) stdout: String,
}

/// Programs, each run in a process that it is the only child of.
///
/// Linux counts what a process held before `exec` as its own, so the child of a large process seems as large as its
/// parent. Between this program and what it measures stands a small one: this program again, as `timed`.
pub(crate) struct Runner {
    between: PathBuf,
}

impl Runner {
    /// Takes this program for the one in between.
    pub(crate) fn new() -> Fallible<Self> {
        Ok(Self { between: std::env::current_exe()? })
    }

    /// Runs this program itself, with arguments that only it knows.
    pub(crate) fn own(&self, args: &[&OsStr]) -> Fallible<Cold> {
        self.run(&self.between, args)
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it cannot be run or does not end well, with what it said.
    pub(crate) fn run(&self, program: &Path, args: &[&OsStr]) -> Fallible<Cold> {
        let mut command = Command::new(&self.between);
        command.arg("timed").arg("--").arg(program).args(args).stdin(Stdio::null());
        let output = command.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{} {args:?}: {}: {said}", program.display(), output.status).into());
        }
        let printed = String::from_utf8(output.stdout)?;
        let (head, stdout) = printed.split_once('\n').ok_or("no measurement came back")?;
        let (wall, peak) = head.split_once(' ').ok_or("half a measurement came back")?;
        Ok(Cold {
            wall: Duration::from_nanos(wall.parse()?),
            peak_bytes: peak.parse()?,
            stdout: stdout.to_owned(),
        })
    }
}

/// The process in between: runs a command, and prints nanoseconds and bytes in front of what that printed.
pub(crate) fn timed(command: &[OsString]) -> Fallible<()> {
    let (program, args) = command.split_first().ok_or("there is nothing to run")?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output()?;
    let wall = start.elapsed();
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss().unsigned_abs() * RSS_UNIT;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{}: {said}", output.status).into());
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{} {peak}", wall.as_nanos())?;
    stdout.write_all(&output.stdout)?;
    Ok(stdout.flush()?)
}

/// Apple's kernel counts bytes, others KiB.
const RSS_UNIT: u64 = if cfg!(target_vendor = "apple") { 1 } else { 1_024 };
