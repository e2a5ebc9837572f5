//! Compares the index with what the log says: every page, every head, every command id.

use std::{collections::BTreeMap, path::Path};

use docket_log::Reader;

use crate::{
    error::ProjectionError,
    follow::{Folded, mismatch},
    index::{CommandId, Index, IndexError, IndexMeta, Waiting, entries},
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
/// # Errors
/// When the log cannot be read or folded.
pub fn check_index(reader: &Reader, folder: &Path) -> Result<IndexCheck, ProjectionError> {
    if !folder.join("sled").is_dir() {
        return Ok(IndexCheck::NotChecked("there is no index".to_owned()));
    }
    let opened = match Index::open(folder, Waiting::Briefly) {
        Ok(opened) => opened,
        Err(error) => return Ok(IndexCheck::NotChecked(error.to_string())),
    };
    if let Some(why) = opened.set_aside {
        return Ok(IndexCheck::Differs(vec![format!("the index cannot be opened and was set aside: {why}")]));
    }
    let index = opened.index;
    let Some(meta) = index.meta().cloned() else {
        return Ok(IndexCheck::NotChecked("the index is empty".to_owned()));
    };
    if let Some(why) = mismatch(&meta, reader)? {
        return Ok(IndexCheck::Differs(vec![format!("the index is not of this log: {why}")]));
    }
    let mut folded = Folded::default();
    folded.follow(reader, meta.size, &|_| {})?;
    compare(&index, &meta, &mut folded)
}

fn compare(index: &Index, meta: &IndexMeta, folded: &mut Folded) -> Result<IndexCheck, ProjectionError> {
    let mut differences = Differences::default();
    let expected_meta = IndexMeta::new(
        &meta.genesis(),
        meta.size,
        &meta.head(),
        folded.heads.streams(),
        folded.states.unknown(),
    );
    if *meta != expected_meta {
        differences.add("the numbers of streams are not those of the log".to_owned());
    }
    let mut expected: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for (key, page) in folded.heads.pages(true).into_iter().chain(folded.states.pages(true)) {
        expected.insert(key.bytes().to_vec(), page);
    }
    let pages = expected.len() as u64;
    index.each_page(&mut |key, page| match expected.remove(key) {
        Some(replayed) if replayed == page => {}
        Some(_) => differences.add(format!("page {} is not what the log gives", name(key))),
        None => differences.add(format!("page {} is not in the log", name(key))),
    })?;
    for key in expected.keys() {
        differences.add(format!("page {} is missing", name(key)));
    }
    compare_commands(index, folded, &mut differences)?;
    Ok(match differences.0.is_empty() {
        true => IndexCheck::Same { size: meta.size, pages },
        false => IndexCheck::Differs(differences.0),
    })
}

fn compare_commands(index: &Index, folded: &Folded, differences: &mut Differences) -> Result<(), IndexError> {
    let mut expected = folded.commands.iter();
    let mut previous: Option<CommandId> = None;
    index.each_ids_page(&mut |page| {
        for (id, found) in entries(page) {
            if previous.is_some_and(|previous| previous >= *id) || expected.next() != Some((id, &found)) {
                differences.add(format!("the command id of record {} is not that of the log", found.0));
            }
            previous = Some(*id);
        }
    })?;
    if expected.next().is_some() {
        differences.add("command ids are missing".to_owned());
    }
    Ok(())
}

/// Returns a page's key in words.
fn name(key: &[u8]) -> String {
    let parts = (|| {
        let (_, rest) = key.split_first()?;
        let (family, rest) = rest.split_first()?;
        let (kind, number) = rest.split_first_chunk::<2>()?;
        let number = u64::from_be_bytes(number.try_into().ok()?);
        let what = if *family == 0 { "heads" } else { "states" };
        Some(format!("{number} of the {what} of kind {}", u16::from_be_bytes(*kind)))
    })();
    parts.unwrap_or_else(|| "with an unknown key".to_owned())
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
