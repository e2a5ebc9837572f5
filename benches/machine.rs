//! What else the machine did meanwhile: a ratio is only as good as the quiet it was measured in.

use std::fs;

/// Processor time so far, in ticks: all of the machine's, its idle part, and this process's with its
/// children's.
#[derive(Clone, Copy)]
pub(crate) struct Ticks {
    all: u64,
    idle: u64,
    own: u64,
}

impl Ticks {
    /// Reads the counters; `None` where the system has none.
    pub(crate) fn now() -> Option<Self> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        let machine: Vec<u64> =
            stat.lines().next()?.split_whitespace().skip(1).take(8).map_while(|n| n.parse().ok()).collect();
        let own = fs::read_to_string("/proc/self/stat").ok()?;
        let own: Vec<&str> = own.rsplit(')').next()?.split_whitespace().collect();
        // In user and in kernel mode, its own and that of children that have ended.
        let own = own.get(11..15)?.iter().map_while(|ticks| ticks.parse::<u64>().ok()).sum();
        // Idle and waiting for the disk.
        Some(Self { all: machine.iter().sum(), idle: machine.get(3)? + machine.get(4)?, own })
    }

    /// Returns the share of the machine's processors that others used since, from 0 to 1.
    pub(crate) fn others_since(self) -> Option<f64> {
        let now = Self::now()?;
        let all = now.all.checked_sub(self.all).filter(|all| *all > 0)?;
        let used = all.saturating_sub(now.idle.saturating_sub(self.idle));
        Some(used.saturating_sub(now.own.saturating_sub(self.own)) as f64 / all as f64)
    }
}
