//! Rows of docket's own tables: each is one deed.

use std::path::Path;

use docket_domain::{Command, KeyKind, Label, SourceRow, StreamKind, UniqueKey};
use docket_log::Reader;
use docket_projection::Office;
use docket_proof::RecordIndex;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::{
    deed::{self, Context, DeedKind, When},
    failure::Failure,
    import::{Occurrence, RawRow, Reason, Reject, RowOutcome, Seen, Table},
    output::Output,
};

use super::{
    draft::{Draft, Drafts, Ids},
    file_failure,
};

/// The tables, and the deed that a row of each is.
pub(super) const TABLES: &[(&str, &str)] = &[
    ("units", "unit add"),
    ("officials", "official add"),
    ("appointments", "official appoint"),
    ("households", "household add"),
    ("receptions", "reception hold"),
    ("persons", "reception person"),
    ("visits", "visit make"),
    ("cases", "case register"),
    ("replies", "case reply"),
    ("pairings", "pairing establish"),
    ("aid", "aid deliver"),
    ("gifts", "gift hand-in"),
    ("vehicles", "vehicle find"),
    ("disposals", "vehicle dispose"),
    ("declarations", "declaration file"),
    ("diaries", "diary write"),
    ("dossiers", "dossier open"),
    ("surveys", "survey ask"),
    ("answers", "survey answer"),
];

/// Columns that name something by its code in a register, instead of by its id.
const CODES: &[(&str, &str, KeyKind)] = &[
    ("unit-code", "unit", KeyKind::UnitCode),
    ("parent-code", "parent", KeyKind::UnitCode),
    ("household-code", "household", KeyKind::HouseholdCode),
    ("official-code", "official", KeyKind::OfficialCode),
    ("by-code", "by", KeyKind::OfficialCode),
    ("handler-code", "handler", KeyKind::OfficialCode),
    ("approver-code", "approver", KeyKind::OfficialCode),
    ("visitor-code", "visitor", KeyKind::OfficialCode),
    ("receiver-code", "receiver", KeyKind::OfficialCode),
    ("deliverer-code", "deliverer", KeyKind::OfficialCode),
    ("writer-code", "writer", KeyKind::OfficialCode),
    ("surveyor-code", "surveyor", KeyKind::OfficialCode),
    ("vehicle-code", "vehicle", KeyKind::VehicleCode),
];

/// Columns of every table.
const KEY: &str = "key";
const AT: &str = "at";
const BY: &str = "by";

/// Finds a table's deed.
pub(super) fn kind_of(table: &str) -> Result<DeedKind, Failure> {
    let name = TABLES.iter().find(|(name, _)| *name == table).map(|(_, deed)| *deed);
    let kind = name.and_then(|name| deed::ALL.iter().find(|kind| kind.name == name));
    kind.copied().ok_or_else(|| {
        let known: Vec<_> = TABLES.iter().map(|(name, _)| *name).collect();
        Failure::usage(format!("there is no table {table:?}"))
            .hint(format!("the tables are {}", known.join(", ")))
    })
}

/// Prints an empty table: its header, and nothing else on standard output.
pub(super) fn template(table: &str, output: &mut Output) -> Result<(), Failure> {
    let kind = kind_of(table)?;
    let columns = kind.columns();
    let mut header = vec![KEY.to_owned(), AT.to_owned(), BY.to_owned()];
    header.extend(columns.iter().map(|column| column.name.clone()));
    output.line(header.join(","))?;
    output.note("key: what the row is known by, once and for all; without the column the code is the key");
    output.note("at: when it happened, in the ledger's zone (needed)");
    output.note("by: the official who records it (or by-code: by the code in the staff register)");
    for column in columns {
        let required = if column.is_required { " (needed)" } else { "" };
        output.note(format_args!("{}: {}{required}", column.name, column.help));
    }
    Ok(())
}

/// How the columns of a file make deeds.
#[derive(Debug)]
pub(super) struct Binding {
    kind: DeedKind,
    key: usize,
    names: Vec<String>,
}

impl Binding {
    /// Compares a header with the table's columns.
    pub(super) fn new(kind: DeedKind, header: &[String]) -> Result<Self, Failure> {
        let columns = kind.columns();
        let hint = "`docket import --template TABLE` prints the table's columns";
        for name in header {
            let is_known = [KEY, AT, BY].contains(&name.as_str())
                || columns.iter().any(|column| column.name == *name)
                || CODES.iter().any(|(code, field, _)| {
                    code == name && (*field == BY || columns.iter().any(|column| column.name == *field))
                });
            if !is_known {
                return Err(Failure::usage(format!("the table has no column {name:?}")).hint(hint));
            }
        }
        let has = |wanted: &str| header.iter().position(|name| name == wanted);
        for column in columns.iter().filter(|column| column.is_required) {
            let by_code = CODES.iter().find(|(_, field, _)| *field == column.name).map(|(code, ..)| *code);
            if has(&column.name).is_none() && by_code.is_none_or(|code| has(code).is_none()) {
                return Err(Failure::usage(format!("the column {:?} is missing", column.name)).hint(hint));
            }
        }
        if has(AT).is_none() {
            return Err(Failure::usage("the column \"at\" is missing").hint(hint));
        }
        let key = has(KEY).or_else(|| has("code")).ok_or_else(|| {
            Failure::usage("the column \"key\" is missing")
                .hint(format!("a row is known again by its key; {hint}"))
        })?;
        Ok(Self { kind, key, names: header.to_vec() })
    }
}

/// The rows of a table.
pub(super) struct TableRows<'a, 'f> {
    pub(super) table: Table<'f>,
    pub(super) binding: Binding,
    pub(super) seen: Seen,
    pub(super) zone: &'a TimeZone,
    pub(super) reader: &'a Reader,
    pub(super) path: &'a Path,
}

/// A row.
struct TableRow<'a> {
    number: u64,
    key: String,
    fields: Map<String, Value>,
    kind: DeedKind,
    zone: &'a TimeZone,
    reader: &'a Reader,
}

impl Drafts for TableRows<'_, '_> {
    fn next_draft(&mut self) -> Result<Option<RowOutcome<impl Draft>>, Failure> {
        let raw = self.table.next_row().map_err(|error| file_failure(error, self.path))?;
        let Some(RawRow { number, cells }) = raw else { return Ok(None) };
        let reject = |key: Option<String>, column: Option<usize>, reason| {
            let column = column.and_then(|column| self.binding.names.get(column).cloned());
            RowOutcome::Rejected(Reject { row: number, key, column, reason })
        };
        let cells = match cells {
            Ok(cells) => cells,
            Err((column, reason)) => return Ok(Some(reject(None, column, reason))),
        };
        let key = cells.get(self.binding.key).unwrap_or_default().trim().to_owned();
        if let Err(error) = Label::new(&key) {
            let reason = if key.is_empty() { Reason::Empty } else { Reason::Refused(error.to_string()) };
            return Ok(Some(reject(None, Some(self.binding.key), reason)));
        }
        let mut content = blake3::Hasher::new();
        let mut fields = Map::new();
        for (name, cell) in self.binding.names.iter().zip(cells) {
            content.update(&(cell.len() as u64).to_le_bytes()).update(cell.as_bytes());
            // An empty cell says nothing, as if the column were not there.
            if !cell.is_empty() && name != KEY {
                fields.insert(name.clone(), Value::String(cell.to_owned()));
            }
        }
        Ok(Some(match self.seen.meet(number, &key, content.finalize().into()) {
            Occurrence::New => RowOutcome::Mapped(TableRow {
                number,
                key,
                fields,
                kind: self.binding.kind,
                zone: self.zone,
                reader: self.reader,
            }),
            Occurrence::Repeated => RowOutcome::Duplicate,
            Occurrence::Conflict(first) => reject(Some(key), None, Reason::Conflict { first }),
        }))
    }
}

impl Draft for TableRow<'_> {
    fn number(&self) -> u64 {
        self.number
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn units(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn opens(&self) -> Option<StreamKind> {
        None
    }

    fn may_grow(&self) -> bool {
        false
    }

    fn commands(&self, ids: &Ids<'_>, office: &mut Office) -> Result<Vec<Command>, Reason> {
        self.command(ids, office)
            .map(|command| vec![command])
            .map_err(|failure| Reason::Refused(failure.reason()))
    }
}

impl TableRow<'_> {
    fn command(&self, ids: &Ids<'_>, office: &mut Office) -> Result<Command, Failure> {
        let mut fields = self.fields.clone();
        for (code, field, kind) in CODES {
            if let Some(Value::String(text)) = fields.remove(*code) {
                let id = self.find(*kind, &text, office)?;
                fields.insert((*field).to_owned(), Value::from(id));
            }
        }
        let mut take = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => Some(text),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let (at, by) = (take(AT), take(BY));
        let at = Some(at.ok_or_else(|| Failure::usage("at: no value"))?);
        let by = match by {
            Some(by) => Some(by.parse().map_err(|error| Failure::usage(format!("by: {error}")))?),
            None => None,
        };
        let deed = self.kind.read(fields).map_err(Failure::usage)?;
        let key = Some(Label::new(&self.key).map_err(Failure::usage)?);
        let origin = SourceRow { source: ids.source, row: self.number, key, ambiguous_time: false };
        let mut context =
            Context { office, zone: self.zone, actor: by, origin: Some(origin), is_import: true };
        let act = deed.act(&mut context)?;
        When { at, by }.command(act, self.zone)
    }

    /// Finds what has a code in a register: its id.
    fn find(&self, kind: KeyKind, code: &str, office: &mut Office) -> Result<u64, Failure> {
        let text = Label::new(code).map_err(|error| Failure::usage(format!("{kind}: {error}")))?;
        let record = office.find_key(&UniqueKey { kind, text })?;
        let record = record.ok_or_else(|| Failure::usage(format!("nothing has that {kind}")))?;
        Ok(self.reader.record(RecordIndex(record))?.view().stream.id)
    }
}
