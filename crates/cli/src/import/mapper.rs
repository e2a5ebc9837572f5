//! Rows of a table as acts on cases.

use std::collections::{BTreeMap, BTreeSet};

use csv::StringRecord;
use zeroize::Zeroizing;

use super::{
    civil::{ClaimedTime, Clock},
    mapping::{Choice, Mapping, UnitTable, When},
    reject::{Reason, Reject},
    row::{ActKind, MappedAct, MappedRow, Personal, term},
    table::RawRow,
};

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

    /// Returns the columns of the file that the mapping neither uses nor ignores.
    pub(super) fn unmapped(&self) -> &[String] {
        &self.unmapped
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
        term(self.raw(column)).map_err(|reason| (column, reason))
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
