//! What was measured on, and what was measured.

use std::{fs, path::Path, process::Command};

/// Returns lines that say what machine, system and versions a result belongs to.
pub(crate) fn describe(root: &Path, folder: &Path) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| UNKNOWN.to_owned());
    let memory =
        memory.strip_suffix(" kB").and_then(|kib| kib.parse::<u64>().ok()).map_or(memory.clone(), gib);
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| UNKNOWN.to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| UNKNOWN.to_owned());
    vec![
        format!("machine: {cores} cores, {cpu}; {memory} of memory; {}", filesystem(folder)),
        format!(
            "system: {} {}; {}",
            std::env::consts::OS,
            kernel.trim(),
            said("rustc", &["--version"], root)
        ),
        format!(
            "versions: docket at {}, SQLite {}, sled {SLED}",
            said("git", &["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], root),
            rusqlite::version()
        ),
    ]
}

/// Pinned in Cargo.toml.
pub(crate) const SLED: &str = "0.34.7";
const UNKNOWN: &str = "unknown";

fn gib(kib: u64) -> String {
    format!("{:.1} GiB", kib as f64 / f64::from(1 << 20))
}

/// Returns the first value of a name in a file of `name : value` lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Returns the file system that a folder lies on: the mount whose path is the longest prefix of its own.
fn filesystem(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (at, kind) = (words.next()?, words.next()?);
        folder.starts_with(at).then_some((at.len(), kind))
    });
    mounts.max_by_key(|(len, _)| *len).map_or(UNKNOWN, |(_, kind)| kind).to_owned()
}

fn said(program: &str, args: &[&str], folder: &Path) -> String {
    let output = Command::new(program).args(args).current_dir(folder).output();
    let text = output.ok().filter(|output| output.status.success());
    text.map_or_else(
        || UNKNOWN.to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
