//! Compares the index with what the log says: every page, every head, every command id.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use docket_domain::StreamKind;
use docket_log::Reader;

use crate::{
    error::ProjectionError,
    follow::{Folded, Mismatch, Purpose, mismatch, scope_of, zone_of},
    index::{
        CHANGES_KEY, Changes, CommandId, Derived, IDS_PREFIX, Index, IndexError, IndexMeta, KEPT_PREFIX,
        PageKey, SUMS_PREFIX, entries, is_ids_page,
    },
    kept::Kept,
    report::{ReportName, SUMMED, Scope, Summing},
    states::States,
    sums::{Block, Label, decode},
    table::Pages,
};

/// What a comparison of the index with the log came to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub enum IndexCheck {
    /// Everything in the index is what a replay of its records gives.
    Same {
        /// Records that the index covers.
        size: u64,
        /// Pages compared.
        pages: u64,
    },
    /// The index says something else than the log.
    Differs(Vec<String>),
    /// There is no index, or it is in use: nothing was compared.
    NotChecked(String),
}

/// Replays the log in memory and compares all of the index with it.
///
/// Makes no index, and leaves one that cannot be opened as it is. sled may tidy the files of one that it opens.
///
/// # Errors
/// When the log cannot be read or folded.
pub fn check_index(reader: &Reader, folder: &Path) -> Result<IndexCheck, ProjectionError> {
    let index = match Index::open_existing(folder) {
        Ok(Some(index)) => index,
        Ok(None) => return Ok(IndexCheck::NotChecked("there is no index".to_owned())),
        Err(error @ (IndexError::Engine(_) | IndexError::Damaged(_))) => {
            return Ok(IndexCheck::Differs(vec![error.to_string()]));
        }
        Err(error) => return Ok(IndexCheck::NotChecked(error.to_string())),
    };
    let Some(meta) = index.meta() else {
        return Ok(IndexCheck::NotChecked("the index is empty".to_owned()));
    };
    match mismatch(meta, reader)? {
        None => {}
        // A session may have ended since the log was opened here.
        Some(Mismatch::Ahead) => {
            let (index, log) = (meta.size, reader.size());
            let why = format!("the index covers {index} records, and the log held {log} when it was opened");
            return Ok(IndexCheck::NotChecked(why));
        }
        Some(why) => return Ok(IndexCheck::Differs(vec![format!("the index is not of this log: {why}")])),
    }
    let mut folded = Folded::empty(Purpose::Record, zone_of(reader)?);
    folded.follow(reader, meta.size, &|_| {})?;
    let scope = scope_of(reader, meta.size)?;
    Ok(compare(&index, meta, &mut folded, &scope))
}

fn compare(index: &Index, meta: &IndexMeta, folded: &mut Folded, scope: &Scope) -> IndexCheck {
    let mut differences = Differences::default();
    let (genesis, head) = (meta.genesis(), meta.head());
    let unknown = folded.states.unknown();
    if *meta != IndexMeta::new(&genesis, meta.size, &head, folded.heads.streams(), unknown) {
        differences.add("what it says of itself is not what the log gives".to_owned());
    }
    let mut missing: BTreeSet<PageKey> = folded.page_keys(Pages::Loaded).into_iter().collect();
    let count = missing.len() as u64;
    let mut ids = Ids { previous: None, left: std::mem::take(&mut folded.commands) };
    let mut sums = KeptSums::default();
    let read = index.each(&mut |key, value| match (key.split_first(), PageKey::of(key)) {
        (_, Some(key)) if missing.remove(&key) => {
            if folded.page(key).is_none_or(|page| page != value) {
                differences.add(format!("page {} is not what the log gives", name(key)));
            }
        }
        (_, Some(key)) => differences.add(format!("page {} is not in the log", name(key))),
        (Some((&KEPT_PREFIX, name)), None) => {
            if let Some(what) = difference_of_kept(name, value, meta, &folded.states, scope) {
                differences.add(what);
            }
        }
        (Some((&SUMS_PREFIX, _)), None) => drop(sums.kept.insert(key.to_vec(), value.to_vec())),
        _ if key == CHANGES_KEY => {
            sums.changes = Changes::read(value);
            if sums.changes.is_none() {
                differences.add("the list of changed pages cannot be read".to_owned());
            }
        }
        (Some((&IDS_PREFIX, first)), None) => ids.compare(first, value, &mut differences),
        _ => differences.add("page with an unknown key is not in the log".to_owned()),
    });
    if let Err(error) = read {
        differences.add(error.to_string());
    }
    sums.compare(meta.size, &folded.states, scope, &mut differences);
    for key in missing {
        differences.add(format!("page {} is missing", name(key)));
    }
    for record in ids.left.values() {
        differences.add(format!("the command id of record {} is missing", record.0));
    }
    match differences.0.is_empty() {
        true => IndexCheck::Same { size: meta.size, pages: count },
        false => IndexCheck::Differs(differences.0),
    }
}

/// Says what is wrong with a kept report. One that is not of this very log is never shown, and so not compared.
fn difference_of_kept(
    name: &[u8],
    bytes: &[u8],
    meta: &IndexMeta,
    states: &States,
    scope: &Scope,
) -> Option<String> {
    let Some(name) = ReportName::ALL.iter().find(|report| report.term().name.as_bytes() == name) else {
        return Some("a report of an unknown name is kept".to_owned());
    };
    let word = name.term().name;
    match Kept::read(*name, bytes, meta) {
        Kept::Stale => None,
        Kept::Current(report) if *report == name.make(states, scope) => None,
        Kept::Current(_) => Some(format!("the kept report {word} is not what the log gives")),
        Kept::Unreadable => Some(format!("the kept report {word} cannot be read")),
    }
}

/// The sums that are kept, by their keys, and the list of changed pages that they are brought up to date by.
#[derive(Default)]
struct KeptSums {
    kept: BTreeMap<Vec<u8>, Vec<u8>>,
    changes: Option<Changes>,
}

impl KeptSums {
    /// Compares those that a report would take. The others are made again, and so not compared.
    fn compare(mut self, size: u64, states: &States, scope: &Scope, differences: &mut Differences) {
        let summing = Summing::new(states, scope);
        for kind in SUMMED {
            let what = if kind == StreamKind::CASE { "cases" } else { "households" };
            let blocks = states.summed_pages(kind).div_ceil(Block::PAGES);
            let label = self.kept.remove(&Derived::SumsOf(kind.0).key());
            let blocks: Vec<_> =
                (0..blocks).map(|number| self.kept.remove(&Block::key(kind, number).key())).collect();
            let Some(label) = label else { continue };
            let Some(label) = decode::<Label>(&label) else {
                differences.add(format!("what the sums of {what} belong to cannot be read"));
                continue;
            };
            let now = Label::of(kind, &summing, size);
            let Some(stale) = label.stale_pages(kind, &now, self.changes.as_ref(), size) else { continue };
            let nothing = summing.nothing(kind);
            for (number, bytes) in blocks.iter().enumerate() {
                let pages = Block::pages(number, states.summed_pages(kind));
                // One that is not there is made when a report needs it.
                let Some(bytes) = bytes else { continue };
                let Some(block) = Block::decode(bytes, &nothing) else {
                    differences.add(format!("the sums of {what} cannot be read"));
                    continue;
                };
                for (page, sum) in pages.clone().zip(block.still(&stale, &pages, &summing)) {
                    if sum.is_some_and(|sum| states.sum_loaded(kind, page, &summing) != sum) {
                        differences.add(format!("sum {page} of the {what} is not what the log gives"));
                    }
                }
            }
        }
        if !self.kept.is_empty() {
            differences.add("sums of what is not in the log are kept".to_owned());
        }
    }
}

/// Command ids, as their pages come in order.
struct Ids {
    previous: Option<CommandId>,
    /// Those that no page has shown yet.
    left: BTreeMap<CommandId, docket_proof::RecordIndex>,
}

impl Ids {
    /// Compares a page under the smallest id it may hold. One under a wrong key would not be found, whatever it says.
    fn compare(&mut self, first: &[u8], page: &[u8], differences: &mut Differences) {
        let is_first = self.previous.is_none();
        let Ok(first) = CommandId::try_from(first) else {
            return differences.add("page with an unknown key is not in the log".to_owned());
        };
        if !is_ids_page(page) || is_first && first != [0; 16] || self.previous >= Some(first) {
            differences.add("a page of command ids does not stand where it is looked for".to_owned());
        }
        for (number, (id, found)) in entries(page).enumerate() {
            let is_in_order = if number == 0 { *id >= first } else { self.previous < Some(*id) };
            if self.left.remove(id) != Some(found) || !is_in_order {
                differences.add(format!("a command id of record {} is not that of the log", found.0));
            }
            self.previous = Some(*id);
        }
    }
}

/// Returns a page's key in words.
fn name(key: PageKey) -> String {
    let what = if key.family == 0 { "heads" } else { "states" };
    format!("{} of the {what} of kind {}", key.number, key.kind)
}

/// The first differences, in words; a thoroughly wrong index need not be listed whole.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    const MAX: usize = 20;

    fn add(&mut self, what: String) {
        if self.0.len() < Self::MAX {
            self.0.push(what);
        }
    }
}
