//! Ends with a reason before the system's limit of memory is reached.
//!
//! Where the allocator gets nothing more it aborts the process: nobody is told what to do, nor that nothing is lost. Whoever
//! set a limit (`ulimit -v`) is told so a moment before. To end at any moment is safe: what was acknowledged is durable, and
//! the rest is as after a crash.

use std::{
    env,
    os::unix::process::CommandExt as _,
    process::{self, Command},
    thread,
    time::Duration,
};

use rustix::{
    param::page_size,
    process::{Resource, getrlimit},
    stdio::stderr,
};

use crate::failure::Failure;

/// From one look to the next: what is allocated meanwhile must fit into the reserve.
const PAUSE: Duration = Duration::from_millis(2);
/// The least that is kept back, in bytes: what it takes to end.
const MIN_RESERVE: u64 = 16 << 20;
/// How many heaps glibc makes (mallopt(3)). It reads this when a program begins.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Watches the memory of this process from now on, if it has a limit.
pub(crate) fn watch() {
    let Some(limit) = getrlimit(Resource::As).current else { return };
    if env::var_os(HEAPS).is_none() {
        begin_with_one_heap();
    }
    // Without a thread it is as if there were no limit: the allocator ends what goes beyond.
    let _ = thread::Builder::new().name("memory".to_owned()).stack_size(1 << 18).spawn(move || {
        while let Some(taken) = taken() {
            if is_short(taken, limit) {
                end(&shortage(limit));
            }
            thread::sleep(PAUSE);
        }
    });
}

/// Begins anew, with one heap for all threads. Each thread would set aside 64 MiB of address space for itself, which the
/// others cannot use: a limit would be reached while most of it lay idle. Comes back where the system does not do it.
fn begin_with_one_heap() {
    if let Ok(program) = env::current_exe() {
        let mut args = env::args_os();
        let name = args.next().unwrap_or_else(|| program.clone().into());
        let _ = Command::new(program).arg0(name).args(args).env(HEAPS, "1").exec();
    }
}

/// Ends the process, whatever its other threads are at.
#[expect(clippy::exit, reason = "the other threads are not to take what is left")]
fn end(failure: &Failure) -> ! {
    // Past the lock of the standard error, which the main thread holds for as long as it has something to say.
    let _ = rustix::io::write(stderr(), format!("{}\n", failure.message()).as_bytes());
    process::exit(failure.exit as i32)
}

/// Returns the address space that this process takes, in bytes, where the system tells (proc(5), `statm`).
fn taken() -> Option<u64> {
    let said = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = said.split(' ').next()?.parse().ok()?;
    pages.checked_mul(page_size() as u64)
}

fn is_short(taken: u64, limit: u64) -> bool {
    taken.saturating_add(MIN_RESERVE.max(limit / 16)) > limit
}

fn shortage(limit: u64) -> Failure {
    let limit = limit >> 10;
    Failure::undecided(format!("the system grants this process no more memory: its limit is {limit} KiB"))
        .hint("give it more (`ulimit -v`) and repeat the command; what was recorded is durable, and an import goes on behind it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_known_and_a_reserve_is_kept() {
        let taken = taken().unwrap();
        assert!(taken > 1 << 20, "{taken}");
        assert!(!is_short(taken, u64::MAX));
        assert!(is_short(taken, taken));
        assert!(is_short(taken, taken + MIN_RESERVE - 1));
        assert!(!is_short(100 << 20, 116 << 20));
        assert!(is_short(961 << 20, 1 << 30) && !is_short(960 << 20, 1025 << 20));
        assert!(shortage(614_400_000).message().contains("600000 KiB"));
    }
}
