//! What the columns of a file mean.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    civil::{Clock, ClockError},
    mapper::Mapper,
    xes::XES,
};

/// The mappings that come with the program, by name.
const SHIPPED: [(&str, &str); 1] = [("boston311", include_str!("../../mappings/boston311.toml"))];

/// What the columns of a file of cases mean: one row is one case. A TOML file:
///
/// ```toml
/// name = "hotline"                     # rows are known by mapping name and key: keep it
/// zone = "Asia/Shanghai"               # IANA name; the civil times of the file are of this zone
/// times = ["%Y-%m-%d %H:%M:%S"]        # strptime, tried in order; the smallest unit is the precision
/// key = "case_no"                      # the column that names the row for good; public, never a person's
/// ignored = ["remarks"]                # columns left out on purpose; any other one not named here is a warning
///
/// [case]
/// registered = "opened"                # when the case was registered; required
/// stated_due = "due"                   # the source's own target, a claim; where empty, there is none
/// category = "kind"                    # the term that reports go by
///
/// [channel]                            # by which way it came in; a word of the domain for each value
/// column = "source"
/// values = { "12345" = "hotline", "WeChat" = "online" }
/// default = "other"                    # for values not listed and for none; without it they are rejected
///
/// [unit]                               # the unit where it was raised, by its code; units are made as codes occur
/// column = "office"
/// names = { "PW" = "Public Works" }    # where the code is not the name
/// none = ["n/a"]                       # values that name no unit; an empty cell never does
///
/// [labels]                             # public terms: key = column
/// neighborhood = "area"
///
/// [personal]                           # personal values of the registration: field = column
/// title = "subject"
/// location = "address"
///
/// [assigned]                           # given to a unit; skipped in rows whose unit is empty or none
/// at = "assigned_on"
/// unit = "assigned_to"
///
/// [[step]]                             # any number of them
/// at = "inspected_on"
/// activity = "inspected"               # the term; or activity_column = "..."
/// personal = { text = "inspection_note" }
///
/// [replied]
/// at = "replied_on"
/// outcome = { column = "result", values = { "solved" = "supported" }, default = "explained" }
/// personal = { text = "reply" }
///
/// [closed]
/// at = "closed_on"
/// when = { column = "status", is = ["Closed"] }
/// personal = { reason = "closing_note" }
/// ```
///
/// An act without `when` happened where its time is not empty. With `when` it happened where that column has one of the
/// values; the time must then be there, and elsewhere it does not count.
///
/// Public cells and times are read without the white space at their ends; a personal value is kept as written, and is
/// absent where there is nothing but white space. Values are compared exactly. A column that is personal is nothing
/// else: the mapping is refused when it is also a key, a time or a term.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(super) file: MappingFile,
    pub(super) clock: Clock,
}

/// The mapping as it stands in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    pub(super) name: String,
    zone: String,
    times: Vec<String>,
    pub(super) key: String,
    #[serde(default)]
    pub(super) ignored: Vec<String>,
    pub(super) case: CaseTable,
    pub(super) channel: Choice,
    pub(super) unit: Option<UnitTable>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) personal: BTreeMap<String, String>,
    pub(super) assigned: Option<AssignedTable>,
    #[serde(default)]
    pub(super) step: Vec<StepTable>,
    pub(super) replied: Option<RepliedTable>,
    pub(super) closed: Option<ClosedTable>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseTable {
    pub(super) registered: String,
    pub(super) stated_due: Option<String>,
    pub(super) category: Option<String>,
}

/// A word for each value of a column, or one word for all rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    pub(super) column: Option<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    pub(super) default: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitTable {
    pub(super) column: String,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) none: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) column: String,
    pub(super) is: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignedTable {
    pub(super) at: String,
    pub(super) when: Option<When>,
    pub(super) unit: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepTable {
    pub(super) at: String,
    pub(super) when: Option<When>,
    pub(super) activity: Option<String>,
    pub(super) activity_column: Option<String>,
    #[serde(default)]
    pub(super) personal: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepliedTable {
    pub(super) at: String,
    pub(super) when: Option<When>,
    pub(super) outcome: Choice,
    #[serde(default)]
    pub(super) personal: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosedTable {
    pub(super) at: String,
    pub(super) when: Option<When>,
    #[serde(default)]
    pub(super) personal: BTreeMap<String, String>,
}

/// Why a mapping cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum MappingError {
    /// Not TOML, an unknown key, a missing one.
    #[error("mapping, line {line}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// No mapping of this name comes with the program.
    #[error("unknown mapping: {name} (there is {}, {XES})", SHIPPED.map(|(name, _)| name).join(", "))]
    NotShipped {
        /// The name asked for.
        name: String,
    },
    /// The name is no plain word.
    #[error("mapping name: 1 to 64 of a-z, 0-9, - and _ ({0:?})")]
    Name(String),
    /// The name under which the traces of XES files are known.
    #[error("mapping name: {XES} is that of XES files; choose another")]
    Reserved,
    /// The zone or a format.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A table of values that decides nothing.
    #[error("mapping, {place}: {problem}")]
    Table {
        /// Where in the mapping.
        place: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A column whose values would be erasable and not erasable.
    #[error("mapping: column {column} is personal and cannot be {used_as} too")]
    PersonalAndPublic {
        /// The column.
        column: String,
        /// Its other use.
        used_as: String,
    },
    /// A column that is ignored and used.
    #[error("mapping: column {column} is ignored and cannot be {used_as} too")]
    IgnoredAndUsed {
        /// The column.
        column: String,
        /// Its use.
        used_as: String,
    },
    /// The file has no such column.
    #[error("the file has no column {} (mapping {mapping}); it has {}", columns.join(", "), file_has.join(", "))]
    UnknownColumns {
        /// The mapping's name.
        mapping: String,
        /// The columns that the file lacks.
        columns: Vec<String>,
        /// The columns that it has.
        file_has: Vec<String>,
    },
}

impl Mapping {
    /// Returns a mapping that comes with the program.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(crate) fn shipped(name: &str) -> Result<Self, MappingError> {
        let (_, text) = SHIPPED
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| MappingError::NotShipped { name: name.into() })?;
        Self::parse(text)
    }

    /// Reads a mapping.
    ///
    /// # Errors
    /// With the line where the text is not one, or with what contradicts itself in it.
    pub(crate) fn parse(text: &str) -> Result<Self, MappingError> {
        let file: MappingFile = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if !(1..=64).contains(&file.name.len()) || !file.name.bytes().all(is_name) {
            return Err(MappingError::Name(file.name));
        }
        if file.name == XES {
            return Err(MappingError::Reserved);
        }
        let clock = Clock::new(&file.zone, &file.times)?;
        file.check_tables()?;
        file.check_columns()?;
        Ok(Self { file, clock })
    }

    /// Returns the name under which rows are known.
    pub(crate) fn name(&self) -> &str {
        &self.file.name
    }

    /// Returns the name of a unit by its code, where the mapping gives one.
    pub(crate) fn unit_name(&self, code: &str) -> Option<&str> {
        self.file.unit.as_ref()?.names.get(code).map(String::as_str)
    }

    /// Returns the words for channels that rows can have, for the domain to know before the first row.
    pub(crate) fn channels(&self) -> BTreeSet<&str> {
        self.file.channel.words()
    }

    /// Returns the words for outcomes of replies that rows can have.
    pub(crate) fn outcomes(&self) -> BTreeSet<&str> {
        self.file.replied.iter().flat_map(|table| table.outcome.words()).collect()
    }

    /// Returns the keys of the labels that rows can have.
    pub(crate) fn label_keys(&self) -> BTreeSet<&str> {
        self.file.labels.keys().map(String::as_str).collect()
    }

    /// Returns the personal fields that rows can have, each with the act it belongs to: `registered`, `step`, `replied`
    /// or `closed`.
    pub(crate) fn personal_fields(&self) -> BTreeSet<(&'static str, &str)> {
        let file = &self.file;
        let tables = [("registered", &file.personal)]
            .into_iter()
            .chain(file.step.iter().map(|table| ("step", &table.personal)))
            .chain(file.replied.iter().map(|table| ("replied", &table.personal)))
            .chain(file.closed.iter().map(|table| ("closed", &table.personal)));
        tables.flat_map(|(act, fields)| fields.keys().map(move |field| (act, field.as_str()))).collect()
    }

    /// Binds the mapping to the columns of a file.
    ///
    /// # Errors
    /// When the file lacks columns that the mapping uses: all of them are named. An ignored column may be missing.
    pub(crate) fn bind(&self, header: &[String]) -> Result<Mapper<'_>, MappingError> {
        let used: BTreeSet<&str> = self.file.uses().into_iter().map(|used| used.column).collect();
        let missing: Vec<String> = used
            .iter()
            .filter(|column| !header.iter().any(|name| name == *column))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            return Err(MappingError::UnknownColumns {
                mapping: self.file.name.clone(),
                columns: missing,
                file_has: header.iter().map(|name| shorten(name)).collect(),
            });
        }
        let unmapped = header
            .iter()
            .filter(|name| !used.contains(name.as_str()) && !self.file.ignored.contains(name))
            .cloned()
            .collect();
        Ok(Mapper::new(self, header, &used, unmapped))
    }
}

/// One use of a column.
struct Used<'a> {
    column: &'a str,
    purpose: String,
    is_personal: bool,
}

impl MappingFile {
    /// Returns every use of a column.
    fn uses(&self) -> Vec<Used<'_>> {
        let mut uses = Vec::new();
        let mut add = |column, purpose: String, is_personal| uses.push(Used { column, purpose, is_personal });
        add(self.key.as_str(), "the key".into(), false);
        add(&self.case.registered, "case.registered".into(), false);
        for (column, purpose) in
            [(&self.case.stated_due, "case.stated_due"), (&self.case.category, "case.category")]
        {
            if let Some(column) = column {
                add(column, purpose.into(), false);
            }
        }
        if let Some(column) = &self.channel.column {
            add(column, "channel".into(), false);
        }
        if let Some(unit) = &self.unit {
            add(&unit.column, "unit".into(), false);
        }
        for (key, column) in &self.labels {
            add(column, format!("labels.{key}"), false);
        }
        for (field, column) in &self.personal {
            add(column, format!("personal.{field}"), true);
        }
        for act in self.acts() {
            add(act.at, format!("{}.at", act.name), false);
            if let Some(when) = act.when {
                add(&when.column, format!("{}.when", act.name), false);
            }
            for (column, purpose) in act.terms {
                add(column, format!("{}.{purpose}", act.name), false);
            }
            for (field, column) in act.personal.into_iter().flatten() {
                add(column, format!("{}.personal.{field}", act.name), true);
            }
        }
        uses
    }

    /// Returns what all acts have alike, in the order in which acts of one moment happen.
    fn acts(&self) -> Vec<ActTable<'_>> {
        let mut acts = Vec::new();
        if let Some(table) = &self.assigned {
            let terms = vec![(&*table.unit, "unit")];
            acts.push(ActTable {
                name: "assigned",
                at: &table.at,
                when: table.when.as_ref(),
                terms,
                personal: None,
            });
        }
        for table in &self.step {
            let terms = table
                .activity_column
                .as_deref()
                .map(|column| (column, "activity_column"))
                .into_iter()
                .collect();
            let personal = Some(&table.personal);
            acts.push(ActTable { name: "step", at: &table.at, when: table.when.as_ref(), terms, personal });
        }
        if let Some(table) = &self.replied {
            let terms =
                table.outcome.column.as_deref().map(|column| (column, "outcome")).into_iter().collect();
            let personal = Some(&table.personal);
            acts.push(ActTable {
                name: "replied",
                at: &table.at,
                when: table.when.as_ref(),
                terms,
                personal,
            });
        }
        if let Some(table) = &self.closed {
            let personal = Some(&table.personal);
            acts.push(ActTable {
                name: "closed",
                at: &table.at,
                when: table.when.as_ref(),
                terms: Vec::new(),
                personal,
            });
        }
        acts
    }

    fn check_tables(&self) -> Result<(), MappingError> {
        let error = |place: &str, problem| Err(MappingError::Table { place: place.into(), problem });
        let choices = [
            ("channel", Some(&self.channel)),
            ("replied.outcome", self.replied.as_ref().map(|r| &r.outcome)),
        ];
        for (place, choice) in choices {
            let Some(choice) = choice else { continue };
            match (&choice.column, choice.values.is_empty(), &choice.default) {
                (None, true, None) => return error(place, "a column with values, or a default, is needed"),
                (None, false, _) => return error(place, "values without a column"),
                (Some(_), true, _) => return error(place, "a column without values"),
                _ => {}
            }
        }
        for step in &self.step {
            if step.activity.is_some() == step.activity_column.is_some() {
                return error("step", "either activity or activity_column is needed");
            }
        }
        match self.acts().iter().find(|act| act.when.is_some_and(|when| when.is.is_empty())) {
            Some(act) => error(act.name, "`when` without values"),
            None => Ok(()),
        }
    }

    fn check_columns(&self) -> Result<(), MappingError> {
        let uses = self.uses();
        let personal: BTreeSet<&str> =
            uses.iter().filter(|used| used.is_personal).map(|used| used.column).collect();
        for used in &uses {
            let column = || used.column.to_owned();
            let used_as = || used.purpose.clone();
            if self.ignored.iter().any(|name| name == used.column) {
                return Err(MappingError::IgnoredAndUsed { column: column(), used_as: used_as() });
            }
            if !used.is_personal && personal.contains(used.column) {
                return Err(MappingError::PersonalAndPublic { column: column(), used_as: used_as() });
            }
        }
        Ok(())
    }
}

struct ActTable<'a> {
    name: &'static str,
    at: &'a str,
    when: Option<&'a When>,
    terms: Vec<(&'a str, &'static str)>,
    personal: Option<&'a BTreeMap<String, String>>,
}

impl Choice {
    fn words(&self) -> BTreeSet<&str> {
        self.values.values().chain(&self.default).map(String::as_str).collect()
    }
}

/// One line, where the parser's own message draws the text.
fn syntax(text: &str, error: &toml::de::Error) -> MappingError {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    MappingError::Syntax { line, message: error.message().replace('\n', " ") }
}

/// A file without a header row has data where the names should be.
fn shorten(name: &str) -> String {
    let mut short: String = name.chars().take(COLUMN_NAME_SHOWN_MAX).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

const COLUMN_NAME_SHOWN_MAX: usize = 40;
