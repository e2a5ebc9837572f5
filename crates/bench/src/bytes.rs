//! What a record costs on disk, by the type of its event.

use std::{collections::BTreeMap, io::Write as _, path::Path, sync::Arc};

use docket_domain::Event;
use docket_log::{FileDisk, Reader};
use docket_proof::RecordIndex;

use crate::Fallible;

/// Bytes of a record's stored hash, behind it (FORMAT.md section 3).
const HASH: u64 = 32;
/// Bytes of a vault entry in front of its value (FORMAT.md section 9).
const ENTRY_HEAD: u64 = 50;

#[derive(Default)]
struct Cost {
    records: u64,
    log: u64,
    values: u64,
    vault: u64,
}

impl Cost {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.log += other.log;
        self.values += other.values;
        self.vault += other.vault;
    }

    fn line(&self, name: &str, all: &Self) -> String {
        let each = |bytes: u64| bytes as f64 / self.records.max(1) as f64;
        let share = 100.0 * (self.log + self.vault) as f64 / (all.log + all.vault).max(1) as f64;
        let (log, values, vault) = (each(self.log), each(self.values), each(self.vault));
        format!("| {name} | {} | {log:.1} | {values:.2} | {vault:.1} | {share:.1} % |", self.records)
    }
}

/// Prints a table in Markdown: of each type how many records there are, what one takes in the log with its hash, how many
/// personal values it has, what these take in the vault, and how much of all that is.
pub(crate) fn table(ledger: &Path) -> Fallible<()> {
    let reader = Reader::open(Arc::new(FileDisk::new(ledger)))?;
    let mut costs: BTreeMap<u16, Cost> = BTreeMap::new();
    for index in 0..reader.size() {
        let stored = reader.record(RecordIndex(index))?;
        let view = stored.view();
        let values = reader.values(&view)?;
        let vault = values.iter().map(|value| ENTRY_HEAD + value.value.len() as u64).sum();
        costs.entry(view.event_type).or_default().add(&Cost {
            records: 1,
            log: stored.bytes().len() as u64 + HASH,
            values: values.len() as u64,
            vault,
        });
    }
    let mut all = Cost::default();
    costs.values().for_each(|cost| all.add(cost));
    let mut costs: Vec<_> = costs.into_iter().collect();
    costs.sort_by_key(|(_, cost)| std::cmp::Reverse(cost.log + cost.vault));
    let mut out = std::io::stdout().lock();
    writeln!(out, "| event | records | log bytes each | values each | vault bytes each | of all bytes |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for (event_type, cost) in costs {
        let known = Event::ALL.iter().find(|(number, ..)| *number == event_type);
        let name = known
            .map_or_else(|| format!("the ledger's own, type {event_type}"), |(.., name)| (*name).to_owned());
        writeln!(out, "{}", cost.line(&name, &all))?;
    }
    Ok(writeln!(out, "{}", all.line("all", &all))?)
}
