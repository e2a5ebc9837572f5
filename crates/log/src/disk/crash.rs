//! What a power cut leaves of a simulated disk: pure functions of what was synced, what was not, and a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;
use std::sync::Arc;

/// The unit in which unsynced writes survive or are lost, counted from the start of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tear {
    /// Any byte for itself: worse than hardware.
    Byte = 1,
    /// 512 bytes, what a drive writes whole.
    Sector = 512,
    /// 4,096 bytes, what a page cache writes whole.
    Page = 4096,
}

impl Tear {
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Sector => 512,
            Self::Page => 4096,
        }
    }
}

/// How sure it is that a change outlives a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// A later sync makes it certain.
    Pending,
    /// A sync failed over it: no later one makes it certain.
    Doubtful,
    /// Synced, but behind a doubtful one, so that it cannot be folded into what is stored yet.
    Certain,
}

/// A change of one file's bytes.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The number of the operation.
    pub(super) at: u64,
    pub(super) standing: Standing,
    /// The power was cut in the middle of it.
    pub(super) in_flight: bool,
    pub(super) kind: ChangeKind,
}

#[derive(Clone, Debug)]
pub(super) enum ChangeKind {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

/// A change of names.
#[derive(Clone, Debug)]
pub(super) struct NameChange {
    pub(super) at: u64,
    pub(super) standing: Standing,
    pub(super) in_flight: bool,
    /// The folders whose sync it still waits for.
    pub(super) waiting: BTreeSet<String>,
    pub(super) kind: NameChangeKind,
}

#[derive(Clone, Debug)]
pub(super) enum NameChangeKind {
    Create { path: String, file: usize },
    CreateDir { path: String },
    Rename { from: String, to: String, file: usize },
    Remove { path: String, file: usize },
}

/// What has a name: a folder, or the file with that number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Node {
    Dir,
    File(usize),
}

pub(super) type Names = BTreeMap<String, Node>;

/// What happens to unsynced changes. The first six are the same for all files; which one a seed takes is documented at
/// `SimDisk::after_crash`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Nothing,
    Everything,
    /// All operations below this number, and the first units of the one with it.
    Ordered(u64),
    /// Of each file the last unit written, in its place; before it zeros, or what was there.
    LastUnit,
    /// Of each file all units but one.
    AllButOne,
    /// All lengths, no bytes.
    LengthOnly,
    /// Each unit with this chance in eight, and any length between.
    Scattered(u64),
    /// Each file has a fate of its own.
    Mixed,
}

impl Fate {
    /// Chooses the disk's fate; `operations` are the numbers of all that is not certain.
    pub(super) fn of_disk(seed: u64, operations: &BTreeSet<u64>, random: &mut Random) -> Self {
        match seed % 8 {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 => Self::ordered(operations, random),
            3 => Self::LastUnit,
            4 => Self::AllButOne,
            5 => Self::LengthOnly,
            6 => Self::scattered(random),
            _ => Self::Mixed,
        }
    }

    fn of_file(changes: &[Change], random: &mut Random) -> Self {
        match random.below(7) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 => Self::ordered(
                &changes.iter().filter(|change| change.uncertain()).map(|change| change.at).collect(),
                random,
            ),
            3 => Self::LastUnit,
            4 => Self::AllButOne,
            5 => Self::LengthOnly,
            _ => Self::scattered(random),
        }
    }

    fn ordered(operations: &BTreeSet<u64>, random: &mut Random) -> Self {
        let cut = random.below_len(operations.len() + 1);
        Self::Ordered(operations.iter().nth(cut).copied().unwrap_or(u64::MAX))
    }

    fn scattered(random: &mut Random) -> Self {
        Self::Scattered(match random.below(3) {
            0 => 1,
            1 => 4,
            _ => 7,
        })
    }
}

impl Change {
    pub(super) fn uncertain(&self) -> bool {
        self.standing != Standing::Certain
    }

    /// Does to `bytes` what the change does.
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        match &self.kind {
            ChangeKind::Write { offset, data } => put(bytes, *offset, data),
            ChangeKind::SetLen(len) => bytes.resize(*len, 0),
        }
    }

    fn units(&self, unit: usize) -> impl Iterator<Item = Range<usize>> {
        let (offset, len) = match &self.kind {
            ChangeKind::Write { offset, data } => (*offset, data.len()),
            ChangeKind::SetLen(_) => (0, 0),
        };
        let mut start = 0;
        iter::from_fn(move || {
            let range = start..len.min(start + unit - (offset + start) % unit);
            start = range.end;
            (!range.is_empty()).then_some(range)
        })
    }

    fn unit_count(&self, unit: usize) -> usize {
        let ChangeKind::Write { offset, data } = &self.kind else { return 0 };
        if data.is_empty() { 0 } else { (offset + data.len()).div_ceil(unit) - offset / unit }
    }
}

/// Returns what of a file is on the disk when the power comes back.
///
/// Every certain change is there, in order. Of the others each unit is kept or lost; the length lies between the last
/// certain one and the largest that an uncertain change gave it. A cut of the length is kept or lost as a whole.
pub(super) fn surviving_bytes(
    stored: &Arc<Vec<u8>>,
    changes: &[Change],
    fate: Fate,
    tear: Tear,
    random: &mut Random,
) -> Arc<Vec<u8>> {
    if changes.is_empty() {
        return Arc::clone(stored);
    }
    let fate = if fate == Fate::Mixed { Fate::of_file(changes, random) } else { fate };
    let unit = tear.len();
    let uncertain_units: usize =
        changes.iter().filter(|change| change.uncertain()).map(|change| change.unit_count(unit)).sum();
    let chosen_unit = match fate {
        Fate::AllButOne => random.below_len(uncertain_units.max(1)),
        _ => uncertain_units.saturating_sub(1),
    };

    let mut bytes = Arc::clone(stored);
    let (mut len_min, mut len_max) = (stored.len(), stored.len());
    let mut serial = 0;
    for change in changes {
        let torn = change.in_flight || fate == Fate::Ordered(change.at);
        match &change.kind {
            _ if !change.uncertain() => {
                change.apply(Arc::make_mut(&mut bytes));
                match &change.kind {
                    ChangeKind::Write { offset, data } => {
                        len_min = len_min.max(offset + data.len());
                        len_max = len_max.max(len_min);
                    }
                    ChangeKind::SetLen(len) => (len_min, len_max) = (*len, *len),
                }
            }
            ChangeKind::SetLen(len) => {
                let kept = match fate {
                    Fate::Nothing => false,
                    Fate::Everything | Fate::LengthOnly => !torn || random.chance(4),
                    Fate::Ordered(cut) => change.at < cut && (!torn || random.chance(4)),
                    Fate::Scattered(chance) => random.chance(chance),
                    Fate::LastUnit | Fate::AllButOne | Fate::Mixed => random.chance(4),
                };
                if kept {
                    Arc::make_mut(&mut bytes).resize(*len, 0);
                    (len_min, len_max) = (*len, *len);
                }
            }
            ChangeKind::Write { offset, data } => {
                let count = change.unit_count(unit);
                let begun = match fate {
                    Fate::Nothing => 0,
                    Fate::Ordered(cut) if change.at > cut => 0,
                    _ if torn => random.below_len(count + 1),
                    _ => count,
                };
                for (range, serial) in change.units(unit).take(begun).zip(serial..) {
                    len_max = len_max.max(offset + range.end);
                    let kept = match fate {
                        Fate::Nothing | Fate::LengthOnly => false,
                        Fate::Everything | Fate::Ordered(_) => true,
                        Fate::LastUnit => serial == chosen_unit,
                        Fate::AllButOne => serial != chosen_unit,
                        Fate::Scattered(chance) => random.chance(chance),
                        Fate::Mixed => random.chance(4),
                    };
                    if kept {
                        let data = data.get(range.clone()).expect("units lie in their write");
                        put(Arc::make_mut(&mut bytes), offset + range.start, data);
                    }
                }
                serial += count;
            }
        }
    }
    let len = match fate {
        Fate::Scattered(_) | Fate::Mixed => match random.below(4) {
            0 => len_min,
            1 => len_max,
            _ => len_min + random.below_len(len_max - len_min + 1),
        },
        _ => len_max,
    };
    if bytes.len() != len {
        Arc::make_mut(&mut bytes).resize(len, 0);
    }
    bytes
}

/// Returns the names that are on the disk when the power comes back: each change that is not certain is kept or lost,
/// but none is kept that builds on a lost one.
pub(super) fn surviving_names(
    stored: &Names,
    changes: &[NameChange],
    fate: Fate,
    random: &mut Random,
) -> Names {
    let chance = match fate {
        Fate::Scattered(chance) => chance,
        _ => 4,
    };
    let mut names = stored.clone();
    let mut lost: BTreeSet<&str> = BTreeSet::new();
    for change in changes {
        let paths = change.kind.paths();
        let kept = change.standing == Standing::Certain || {
            let possible = !paths.clone().any(|path| lineage(path).any(|path| lost.contains(path)));
            let kept = match fate {
                Fate::Nothing => false,
                Fate::Ordered(cut) => change.at < cut,
                Fate::Scattered(_) | Fate::Mixed => random.chance(chance),
                Fate::Everything | Fate::LastUnit | Fate::AllButOne | Fate::LengthOnly => true,
            };
            possible && kept && (!change.in_flight || random.chance(4))
        };
        if kept {
            change.kind.apply(&mut names);
        } else {
            lost.extend(paths);
        }
    }
    // What is synced in a folder that is itself lost.
    let reachable = |path: &String| lineage(path).skip(1).all(|folder| names.get(folder) == Some(&Node::Dir));
    names.iter().filter(|(path, _)| reachable(path)).map(|(path, node)| (path.clone(), *node)).collect()
}

impl NameChangeKind {
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> + Clone {
        let (path, other) = match self {
            Self::Create { path, .. } | Self::CreateDir { path } | Self::Remove { path, .. } => (path, None),
            Self::Rename { from, to, .. } => (from, Some(to)),
        };
        iter::once(path.as_str()).chain(other.map(String::as_str))
    }

    /// Does to `names` what the change does. It goes by the file, not by its old name, so that a change that is certain
    /// holds also where an earlier one in doubt was lost; a file never has two names.
    pub(super) fn apply(&self, names: &mut Names) {
        match self {
            Self::Create { path, file } => {
                names.insert(path.clone(), Node::File(*file));
            }
            Self::CreateDir { path } => {
                names.insert(path.clone(), Node::Dir);
            }
            Self::Rename { to, file, .. } => {
                names.retain(|_, node| *node != Node::File(*file));
                names.insert(to.clone(), Node::File(*file));
            }
            Self::Remove { file, .. } => names.retain(|_, node| *node != Node::File(*file)),
        }
    }
}

/// Returns the folder that holds `path`.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns `path` and the folders above it, without the disk's own.
pub(super) fn lineage(path: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(path), |path| Some(parent(path))).take_while(|path| !path.is_empty())
}

/// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `bound`, which is not 0.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn below_len(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("lengths fit into 64 bits");
        usize::try_from(self.below(bound)).expect("below a usize")
    }

    /// Says yes `eighths` times in eight.
    fn chance(&mut self, eighths: u64) -> bool {
        self.below(8) < eighths
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes.get_mut(offset..end).expect("made long enough").copy_from_slice(data);
}
