//! Rows of a file as acts on cases.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    fmt,
};

use csv::StringRecord;
use zeroize::Zeroizing;

use super::{
    civil::{ClaimedTime, Clock},
    mapping::{Choice, Mapping, MappingError, UnitTable, When},
    reject::{Reason, Reject},
    table::{Input, RawRow, Survey, Table, TableError},
};

/// The largest public term, in bytes: what a label of the domain takes.
pub(crate) const TERM_LEN_MAX: usize = 120;

/// A row as a case and what was done about it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MappedRow<'a> {
    /// Its number among the data rows, from 1.
    pub(crate) number: u64,
    /// Its key.
    pub(crate) key: &'a str,
    /// A hash over the cells that the mapping uses, by the mapping's order and not the file's: equal for rows that mean
    /// the same. To compare rows in memory; never to be stored, as it tells a guessed personal value from another.
    pub(crate) content: [u8; 32],
    /// When the case was registered.
    pub(crate) registered: ClaimedTime,
    /// Until when it is due, as the source claims.
    pub(crate) stated_due: Option<ClaimedTime>,
    /// The word for the channel.
    pub(crate) channel: &'a str,
    /// The category.
    pub(crate) category: Option<&'a str>,
    /// The code of the unit where it was raised.
    pub(crate) unit: Option<&'a str>,
    /// Further public terms, by key, ascending.
    pub(crate) labels: Vec<(&'a str, &'a str)>,
    /// Personal values of the registration, by field, ascending.
    pub(crate) personal: Vec<Personal<'a>>,
    /// What was done, in the order of time; at one moment in the order assigned, step, replied, closed.
    pub(crate) acts: Vec<MappedAct<'a>>,
}

/// Something done about a case.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MappedAct<'a> {
    /// When.
    pub(crate) time: ClaimedTime,
    /// What.
    pub(crate) kind: ActKind<'a>,
    /// Its personal values, by field, ascending.
    pub(crate) personal: Vec<Personal<'a>>,
}

/// What was done about a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ActKind<'a> {
    /// It was given to a unit.
    Assigned {
        /// The unit's code.
        unit: &'a str,
    },
    /// A step was taken.
    Step {
        /// The name of the activity.
        activity: &'a str,
    },
    /// The reply was delivered.
    Replied {
        /// The word for what it says.
        outcome: &'a str,
    },
    /// It was closed.
    Closed,
}

/// A field and its personal value.
pub(crate) type Personal<'a> = (&'a str, Zeroizing<String>);

/// What became of a row.
#[derive(Debug)]
pub(crate) enum RowOutcome<'a> {
    /// It can be imported.
    Mapped(MappedRow<'a>),
    /// It says what an earlier row of the file says.
    Duplicate,
    /// It cannot be imported.
    Rejected(Reject),
}

/// One pass over a file: its rows mapped, its repetitions found.
///
/// Holds one row and 40 bytes for each key. A key counts as seen with the first row that can be imported.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    table: Table<'a>,
    mapper: Mapper<'a>,
    seen: HashMap<u128, Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    row: u64,
    content: [u8; 16],
}

/// Why a pass does not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowsError {
    /// The file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The mapping.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

impl<'a> Rows<'a> {
    /// Starts a pass from the file's first byte.
    ///
    /// # Errors
    /// When the file cannot be read, or does not have the mapping's columns.
    pub(crate) fn open(input: &'a mut Input, mapping: &'a Mapping) -> Result<Self, RowsError> {
        let table = input.table()?;
        let mapper = mapping.bind(table.header())?;
        Ok(Self { table, mapper, seen: HashMap::new() })
    }

    /// Returns the columns of the file that the mapping neither uses nor ignores: for a warning.
    pub(crate) fn unmapped(&self) -> &[String] {
        &self.mapper.unmapped
    }

    /// Reads the next row; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub(crate) fn next_row(&mut self) -> Result<Option<RowOutcome<'_>>, TableError> {
        let Some(raw) = self.table.next_row()? else { return Ok(None) };
        let row = match self.mapper.map(raw) {
            Ok(row) => row,
            Err(reject) => return Ok(Some(RowOutcome::Rejected(reject))),
        };
        // Half of a hash is enough against chance and against a file made to collide (2^64 trials).
        let seen = Seen { row: row.number, content: first_half(row.content) };
        Ok(Some(
            match self.seen.entry(u128::from_le_bytes(first_half(blake3::hash(row.key.as_bytes()).into()))) {
                Entry::Vacant(place) => {
                    place.insert(seen);
                    RowOutcome::Mapped(row)
                }
                Entry::Occupied(place) => {
                    let first = *place.get();
                    if first.content == seen.content {
                        RowOutcome::Duplicate
                    } else {
                        let reason = Reason::Conflict { first: first.row };
                        let key = Some(row.key.to_owned());
                        RowOutcome::Rejected(Reject { row: row.number, key, column: None, reason })
                    }
                }
            },
        ))
    }

    /// Reads what is left and says what the file was; see [`Table::finish`].
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub(crate) fn finish(self) -> Result<Survey, TableError> {
        self.table.finish()
    }
}

/// A mapping bound to the columns of a file.
#[derive(Debug)]
pub(crate) struct Mapper<'m> {
    header: Vec<String>,
    unmapped: Vec<String>,
    clock: &'m Clock,
    /// The places of all columns in use, in the order of their names.
    used: Vec<usize>,
    key: usize,
    registered: usize,
    stated_due: Option<usize>,
    category: Option<usize>,
    channel: BoundChoice<'m>,
    unit: Option<(usize, &'m UnitTable)>,
    labels: Fields<'m>,
    personal: Fields<'m>,
    acts: Vec<BoundAct<'m>>,
}

/// Names and the places of their columns.
type Fields<'m> = Vec<(&'m str, usize)>;

#[derive(Debug)]
struct BoundChoice<'m> {
    column: Option<usize>,
    choice: &'m Choice,
}

#[derive(Debug)]
struct BoundAct<'m> {
    at: usize,
    when: Option<(usize, &'m When)>,
    kind: BoundKind<'m>,
    personal: Fields<'m>,
}

#[derive(Debug)]
enum BoundKind<'m> {
    Assigned { unit: usize },
    Step { activity: &'m str },
    StepOfColumn { activity: usize },
    Replied { outcome: BoundChoice<'m> },
    Closed,
}

/// What is wrong in which column.
type Fault = (usize, Reason);

impl<'m> Mapper<'m> {
    /// Binds a mapping to a header that has all its columns.
    pub(super) fn new(
        mapping: &'m Mapping,
        header: &[String],
        used: &BTreeSet<&str>,
        unmapped: Vec<String>,
    ) -> Self {
        let file = &mapping.file;
        let place = |column: &String| {
            header
                .iter()
                .position(|name| name == column)
                .expect("Mapping::bind found every column that is used")
        };
        let optional = |column: &Option<String>| column.as_ref().map(place);
        let fields = |table: &'m BTreeMap<String, String>| -> Fields<'m> {
            table.iter().map(|(field, column)| (field.as_str(), place(column))).collect()
        };
        let choice = |choice: &'m Choice| BoundChoice { column: optional(&choice.column), choice };
        let when = |when: &'m Option<When>| when.as_ref().map(|when| (place(&when.column), when));

        let mut acts = Vec::new();
        if let Some(table) = &file.assigned {
            let kind = BoundKind::Assigned { unit: place(&table.unit) };
            acts.push(BoundAct { at: place(&table.at), when: when(&table.when), kind, personal: Vec::new() });
        }
        for table in &file.step {
            let kind = match (&table.activity, &table.activity_column) {
                (Some(activity), _) => BoundKind::Step { activity },
                (None, Some(column)) => BoundKind::StepOfColumn { activity: place(column) },
                (None, None) => continue,
            };
            let personal = fields(&table.personal);
            acts.push(BoundAct { at: place(&table.at), when: when(&table.when), kind, personal });
        }
        if let Some(table) = &file.replied {
            let kind = BoundKind::Replied { outcome: choice(&table.outcome) };
            let personal = fields(&table.personal);
            acts.push(BoundAct { at: place(&table.at), when: when(&table.when), kind, personal });
        }
        if let Some(table) = &file.closed {
            let personal = fields(&table.personal);
            acts.push(BoundAct {
                at: place(&table.at),
                when: when(&table.when),
                kind: BoundKind::Closed,
                personal,
            });
        }
        Self {
            header: header.to_vec(),
            unmapped,
            clock: &mapping.clock,
            used: used.iter().filter_map(|column| header.iter().position(|name| name == column)).collect(),
            key: place(&file.key),
            registered: place(&file.case.registered),
            stated_due: optional(&file.case.stated_due),
            category: optional(&file.case.category),
            channel: choice(&file.channel),
            unit: file.unit.as_ref().map(|table| (place(&table.column), table)),
            labels: fields(&file.labels),
            personal: fields(&file.personal),
            acts,
        }
    }

    /// Maps a row.
    ///
    /// # Errors
    /// With what is wrong, in the first column in which something is.
    pub(crate) fn map<'a>(&'a self, raw: RawRow<'a>) -> Result<MappedRow<'a>, Reject> {
        let reject = |key: Option<&str>, column: Option<usize>, reason| Reject {
            row: raw.number,
            key: key.map(str::to_owned),
            column: column.and_then(|place| self.header.get(place)).cloned(),
            reason,
        };
        let cells = Cells(raw.cells.map_err(|(column, reason)| reject(None, column, reason))?);
        // A key that is none is not shown: it may be a cell of another column.
        let key =
            cells.required_term(self.key).map_err(|(column, reason)| reject(None, Some(column), reason))?;
        self.map_cells(raw.number, key, cells)
            .map_err(|(column, reason)| reject(Some(key), Some(column), reason))
    }

    fn map_cells<'a>(&'a self, number: u64, key: &'a str, cells: Cells<'a>) -> Result<MappedRow<'a>, Fault> {
        let registered = self.time(cells, self.registered)?.ok_or((self.registered, Reason::Empty))?;
        let stated_due = match self.stated_due {
            Some(column) => self.time(cells, column)?,
            None => None,
        };
        let category = match self.category {
            Some(column) => cells.term(column)?,
            None => None,
        };
        let unit = match self.unit {
            Some((column, _)) => cells.term(column)?.filter(|code| self.is_unit(code)),
            None => None,
        };
        let mut labels = Vec::with_capacity(self.labels.len());
        for (label, column) in &self.labels {
            if let Some(term) = cells.term(*column)? {
                labels.push((*label, term));
            }
        }
        let mut acts = Vec::with_capacity(self.acts.len());
        for act in &self.acts {
            if let Some(act) = self.act(cells, act, registered)? {
                acts.push(act);
            }
        }
        acts.sort_by_key(|act| act.time.at_us);
        Ok(MappedRow {
            number,
            key,
            content: self.content(cells),
            registered,
            stated_due,
            channel: self.channel.word(cells)?,
            category,
            unit,
            labels,
            personal: cells.personal(&self.personal),
            acts,
        })
    }

    fn act<'a>(
        &'a self,
        cells: Cells<'a>,
        act: &'a BoundAct<'m>,
        registered: ClaimedTime,
    ) -> Result<Option<MappedAct<'a>>, Fault> {
        if let Some((column, when)) = act.when {
            let value = cells.trimmed(column);
            if !when.is.iter().any(|expected| expected == value) {
                return Ok(None);
            }
        }
        let Some(time) = self.time(cells, act.at)? else {
            return match act.when {
                Some((_, when)) => Err((act.at, Reason::NoTime { condition: when.column.clone() })),
                None => Ok(None),
            };
        };
        if time.is_certainly_before(registered) {
            return Err((act.at, Reason::BeforeRegistration));
        }
        let kind = match &act.kind {
            BoundKind::Assigned { unit } => match cells.term(*unit)?.filter(|code| self.is_unit(code)) {
                Some(unit) => ActKind::Assigned { unit },
                None => return Ok(None),
            },
            BoundKind::Step { activity } => ActKind::Step { activity },
            BoundKind::StepOfColumn { activity } => {
                ActKind::Step { activity: cells.required_term(*activity)? }
            }
            BoundKind::Replied { outcome } => ActKind::Replied { outcome: outcome.word(cells)? },
            BoundKind::Closed => ActKind::Closed,
        };
        Ok(Some(MappedAct { time, kind, personal: cells.personal(&act.personal) }))
    }

    fn time(&self, cells: Cells<'_>, column: usize) -> Result<Option<ClaimedTime>, Fault> {
        let text = cells.trimmed(column);
        if text.is_empty() {
            return Ok(None);
        }
        self.clock.read(text).map(Some).map_err(|error| (column, error.into()))
    }

    fn is_unit(&self, code: &str) -> bool {
        self.unit.is_none_or(|(_, table)| !table.none.iter().any(|none| none == code))
    }

    fn content(&self, cells: Cells<'_>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for column in &self.used {
            let cell = cells.raw(*column);
            // The length first: cells must not flow into one another.
            hasher.update(&u64::try_from(cell.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(cell.as_bytes());
        }
        hasher.finalize().into()
    }
}

impl BoundChoice<'_> {
    fn word(&self, cells: Cells<'_>) -> Result<&str, Fault> {
        let default = self.choice.default.as_deref();
        let Some(column) = self.column else {
            return Ok(default.expect("the mapping is checked: without a column there is a default"));
        };
        let value = cells.trimmed(column);
        match (self.choice.values.get(value), default) {
            (Some(word), _) => Ok(word),
            (None, Some(word)) => Ok(word),
            (None, None) if value.is_empty() => Err((column, Reason::Empty)),
            (None, None) => Err((column, Reason::UnknownValue { len: value.len() })),
        }
    }
}

/// The cells of a row that has one for each column.
#[derive(Clone, Copy)]
struct Cells<'a>(&'a StringRecord);

impl<'a> Cells<'a> {
    fn raw(self, column: usize) -> &'a str {
        self.0.get(column).unwrap_or_default()
    }

    fn trimmed(self, column: usize) -> &'a str {
        self.raw(column).trim()
    }

    fn term(self, column: usize) -> Result<Option<&'a str>, Fault> {
        let term = self.trimmed(column);
        if term.len() > TERM_LEN_MAX {
            Err((column, Reason::TermTooLong { len: term.len() }))
        } else if term.chars().any(char::is_control) {
            Err((column, Reason::ControlCharacter))
        } else {
            Ok((!term.is_empty()).then_some(term))
        }
    }

    fn required_term(self, column: usize) -> Result<&'a str, Fault> {
        self.term(column)?.ok_or((column, Reason::Empty))
    }

    fn personal<'f>(self, fields: &Fields<'f>) -> Vec<Personal<'f>> {
        let values = fields.iter().map(|(field, column)| (*field, self.raw(*column)));
        let present = values.filter(|(_, value)| !value.trim().is_empty());
        present.map(|(field, value)| (field, Zeroizing::new(value.to_owned()))).collect()
    }
}

fn first_half(hash: [u8; 32]) -> [u8; 16] {
    let [half, _] = hash.as_chunks::<16>().0 else { unreachable!("32 bytes are two chunks of 16") };
    *half
}

impl fmt::Debug for MappedRow<'_> {
    /// Without personal values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRow")
            .field("number", &self.number)
            .field("key", &self.key)
            .field("registered", &self.registered)
            .field("acts", &self.acts)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MappedAct<'_> {
    /// Without personal values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedAct")
            .field("time", &self.time)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
