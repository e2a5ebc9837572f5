//! `docket import`.

mod existing;
mod row;

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use docket_domain::{
    Act, Command, Label, NoPersonal, OccurredAt, Precision, SourceId, SourceRegistered, StreamKind,
    Timestamp, UnitId, UnitLevel, UnitRegistered, View as _,
};
use docket_projection::{Acknowledge, ProjectionError};
use serde::Serialize;

use crate::{
    failure::{Exit, Failure},
    import::{
        ActKind, Input, MappedRow, Mapping, MappingError, Reason, Reject, RejectWriter, RowOutcome, Rows,
        RowsError, Survey, TableError,
    },
    output::Output,
    session::{Place, Progress, SystemClock, Work},
};

use existing::Existing;
use row::Vocabulary;

/// Import cases from a file
///
/// Every row becomes a case with what was done about it, recorded as one batch under an id that is made from the
/// mapping's name and the row's key. So a row that is in the ledger already is never added again, whatever the file is
/// called, however it is sorted, and however much it has grown. A row whose key is there with other content is a conflict.
/// Bad rows are counted and can be listed (--rejects); the good ones go on. Exit code 2 says that rows were left out.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file: CSV in UTF-8, gzipped or not, or - for standard input
    file: PathBuf,
    /// How columns become cases: the name of a mapping that comes with docket (boston311), or a TOML file
    #[arg(long, value_name = "NAME|FILE")]
    mapping: String,
    /// Record nothing: say what an import would do
    #[arg(long)]
    dry_run: bool,
    /// List the rows left out in this new CSV file: row, key, column, reason; no cell, as cells may be personal
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// How often a long import signs a checkpoint.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// What an import came to.
#[derive(Default, Serialize)]
struct Counts {
    /// Data rows of the file.
    rows: u64,
    /// Rows that became cases now.
    added: u64,
    /// Rows that were in the ledger already, with the same content.
    known: u64,
    /// Rows that repeat an earlier row of the file.
    repeated: u64,
    /// Rows left out.
    rejected: u64,
    /// Of these, rows whose key is known with other content.
    conflicts: u64,
    /// Records appended.
    records: u64,
    /// Nothing was recorded.
    dry_run: bool,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    let mapping = mapping(&args.mapping)?;
    let vocabulary = Vocabulary::new(&mapping)?;
    let mut input = Input::open(&args.file).map_err(|error| table_failure(error, &args.file))?;
    // All of the file is read once before anything is written.
    let survey = {
        Rows::open(&mut input, &mapping).map_err(|error| rows_failure(error, &args.file))?;
        input.survey().map_err(|error| table_failure(error, &args.file))?
    };
    let mut rejects = args.rejects.as_deref().map(reject_file).transpose()?;
    let work = place.work(output)?;
    let existing = Existing::new(place.reader()?);
    let progress = Progress::new(output, "importing", Some(survey.rows));
    let mut import = Import {
        office: work,
        vocabulary,
        existing,
        mapping: &mapping,
        survey,
        source: None,
        counts: Counts { rows: survey.rows, dry_run: args.dry_run, ..Counts::default() },
        checkpointed: Instant::now(),
    };
    let mut rows = Rows::open(&mut input, &mapping).map_err(|error| rows_failure(error, &args.file))?;
    if !rows.unmapped().is_empty() {
        let columns =
            rows.unmapped().iter().map(|name| crate::text::escape(name)).collect::<Vec<_>>().join(", ");
        output.note(format_args!("note: columns that the mapping does not name: {columns}"));
    }
    let mut seen = 0;
    while let Some(outcome) = rows.next_row().map_err(|error| table_failure(error, &args.file))? {
        seen += 1;
        progress.set(seen);
        let reject = match outcome {
            RowOutcome::Mapped(row) => import.take(row)?,
            RowOutcome::Duplicate { .. } => {
                import.counts.repeated += 1;
                None
            }
            RowOutcome::Rejected(reject) => Some(reject),
        };
        if let Some(reject) = reject {
            import.leave_out(&reject, rejects.as_mut(), output)?;
        }
    }
    progress.finish();
    let read = rows.finish().map_err(|error| table_failure(error, &args.file))?;
    if read != survey {
        output.note("note: the file was changed while it was read; import it again");
    }
    if let Some(rejects) = rejects {
        let file = rejects
            .finish()
            .map_err(cannot_write)?
            .into_inner()
            .map_err(|error| cannot_write(error.into_error()))?;
        file.sync_all().map_err(cannot_write)?;
    }
    let counts = import.finish(output)?;
    tell(&counts, output)?;
    Ok(if counts.rejected > 0 { Exit::Usage } else { Exit::Done })
}

fn tell(counts: &Counts, output: &mut Output) -> Result<(), Failure> {
    if output.json {
        return output.object(counts);
    }
    let would = if counts.dry_run { "dry run, nothing recorded: " } else { "" };
    output.line(format_args!(
        "{would}{} rows: {} added with {} records, {} known already, {} repeated in the file, {} left out",
        counts.rows, counts.added, counts.records, counts.known, counts.repeated, counts.rejected
    ))?;
    if counts.conflicts > 0 {
        output.line(format_args!(
            "{} of those left out have a key that is known with other content",
            counts.conflicts
        ))?;
    }
    Ok(())
}

struct Import<'m> {
    office: Work,
    vocabulary: Vocabulary,
    existing: Existing,
    mapping: &'m Mapping,
    survey: Survey,
    /// The source that rows point at, once one was needed.
    source: Option<SourceId>,
    counts: Counts,
    checkpointed: Instant,
}

impl Import<'_> {
    /// Takes a row: adds it, knows it, or says why it is left out.
    fn take(&mut self, row: MappedRow<'_>) -> Result<Option<Reject>, Failure> {
        let id = row::command_id(self.mapping.name(), "row", row.key);
        let left_out = |row: &MappedRow<'_>, reason| Reject {
            row: row.number,
            key: Some(row.key.to_owned()),
            column: None,
            reason,
        };
        if let Some(first) = self.office.office.find_command(&id)? {
            let unit = row.unit.and_then(|code| self.unit(code).transpose()).transpose()?;
            if self.existing.is_same(first, &row, unit, &self.vocabulary)? {
                self.counts.known += 1;
                return Ok(None);
            }
            self.counts.conflicts += 1;
            return Ok(Some(left_out(&row, Reason::KnownOtherwise { record: first.0 })));
        }
        let mut before = Vec::new();
        let source = match self.source()? {
            Some(source) => source,
            None => {
                self.begin(self.register_source()?, StreamKind::SOURCE, "source", &mut before, SourceId::new)?
            }
        };
        for act in &row.acts {
            if let ActKind::Assigned { unit } = act.kind {
                self.unit_or_begin(unit, &mut before)?;
            }
        }
        let unit = row.unit.map(|code| self.unit_or_begin(code, &mut before)).transpose()?;
        let (number, key) = (row.number, row.key.to_owned());
        let case = self.office.office.states_of(&[])?.count(StreamKind::CASE) + 1;
        let commands = match self.vocabulary.commands(row, source, unit, case) {
            Ok(commands) => commands,
            Err(reason) => return Ok(Some(Reject { row: number, key: Some(key), column: None, reason })),
        };
        let recorded = if self.counts.dry_run {
            before.extend(commands);
            // Units that only this row began are not in the register for the next.
            self.vocabulary.forget_units();
            self.office.office.decide_all(before).map(|events| events.len() as u64)
        } else {
            let appended = self.office.office.record(id, commands, Acknowledge::Later);
            appended.map(|appended| appended.size - appended.first.0)
        };
        match recorded {
            Ok(records) => {
                self.counts.added += 1;
                self.counts.records += records;
            }
            Err(ProjectionError::Refused(refusal)) => {
                return Ok(Some(Reject {
                    row: number,
                    key: Some(key),
                    column: None,
                    reason: Reason::Refused(refusal.to_string()),
                }));
            }
            Err(error) => return Err(error.into()),
        }
        if !self.counts.dry_run && self.checkpointed.elapsed() > CHECKPOINT_EVERY {
            self.office.office.checkpoint()?;
            self.checkpointed = Instant::now();
        }
        Ok(None)
    }

    /// Records what a row needs before it; a dry run only puts it in front of the row's own commands.
    fn begin<I>(
        &mut self,
        act: Act,
        kind: StreamKind,
        what: &str,
        before: &mut Vec<Command>,
        id: impl Fn(u64) -> Option<I>,
    ) -> Result<I, Failure> {
        let occurred = OccurredAt { at: Timestamp(SystemClock::time()), precision: Precision::Second };
        let command = Command { actor: None, occurred, act };
        let stored = self.office.office.states_of(&[])?.count(kind);
        let waiting = before.iter().filter(|command| command.act.opens() == Some(kind)).count() as u64;
        let number = stored + waiting + 1;
        if self.counts.dry_run {
            before.push(command);
        } else {
            let scope = format!("{}\n{}", crate::text::hex(&self.survey.file_hash), kind.0);
            let command_id = row::command_id(self.mapping.name(), &scope, what);
            let appended = self.office.office.record(command_id, vec![command], Acknowledge::Later)?;
            self.counts.records += appended.size - appended.first.0;
            if kind == StreamKind::SOURCE {
                self.source = SourceId::new(number);
            }
        }
        id(number).ok_or_else(|| Failure::undecided("ids count from 1"))
    }

    /// Returns the source that this very file was registered as, if it was.
    fn source(&mut self) -> Result<Option<SourceId>, Failure> {
        if self.source.is_none() {
            let hash = self.survey.file_hash;
            let name = self.mapping.name();
            let mut sources = self.office.office.states()?.sources();
            self.source = sources
                .find(|(_, source)| source.file_hash == hash && source.mapping.as_str() == name)
                .map(|(id, _)| id);
        }
        Ok(self.source)
    }

    fn register_source(&self) -> Result<Act, Failure> {
        Ok(Act::open(
            SourceRegistered {
                mapping: Label::new(self.mapping.name()).map_err(Failure::usage)?,
                file_hash: self.survey.file_hash,
                rows: self.survey.rows,
                label_names: self.vocabulary.label_names().clone(),
            },
            NoPersonal,
        ))
    }

    /// Returns the unit of a code, if it is in the register.
    fn unit(&mut self, code: &str) -> Result<Option<UnitId>, Failure> {
        if let Some(unit) = self.vocabulary.unit(code) {
            return Ok(Some(unit));
        }
        let mut units = self.office.office.states()?.units();
        let found = units
            .find(|(_, unit)| unit.code.as_ref().is_some_and(|known| known.as_str() == code))
            .map(|(id, _)| id);
        if let Some(unit) = found {
            self.vocabulary.know_unit(code, unit);
        }
        Ok(found)
    }

    /// Returns the unit of a code, entered in the register if it is not there.
    fn unit_or_begin(&mut self, code: &str, before: &mut Vec<Command>) -> Result<UnitId, Failure> {
        if let Some(unit) = self.unit(code)? {
            return Ok(unit);
        }
        let unit = self.begin(self.register_unit(code)?, StreamKind::UNIT, code, before, UnitId::new)?;
        self.vocabulary.know_unit(code, unit);
        Ok(unit)
    }

    fn register_unit(&self, code: &str) -> Result<Act, Failure> {
        let label =
            |text: &str| Label::new(text).map_err(|error| Failure::usage(format!("unit {code:?}: {error}")));
        Ok(Act::open(
            UnitRegistered {
                level: UnitLevel::Department,
                parent: None,
                name: label(self.mapping.unit_name(code).unwrap_or(code))?,
                code: Some(label(code)?),
                origin: None,
            },
            NoPersonal,
        ))
    }

    /// Counts and lists a row that is left out.
    fn leave_out(
        &mut self,
        reject: &Reject,
        file: Option<&mut Rejects>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        self.counts.rejected += 1;
        match file {
            Some(file) => file.write(reject).map_err(cannot_write)?,
            None if self.counts.rejected <= 10 => {
                let column =
                    reject.column.as_deref().map(|name| format!(", column {name}")).unwrap_or_default();
                output.note(format_args!("left out: row {}{column}: {}", reject.row, reject.reason));
            }
            None if self.counts.rejected == 11 => {
                output.note("left out: further rows; --rejects FILE lists all of them");
            }
            None => {}
        }
        Ok(())
    }

    fn finish(self, output: &mut Output) -> Result<Counts, Failure> {
        if self.counts.records > 0 && !self.counts.dry_run {
            self.office.finish(output)?;
        } else {
            self.office.leave(output);
        }
        Ok(self.counts)
    }
}

type Rejects = RejectWriter<BufWriter<File>>;

fn reject_file(path: &Path) -> Result<Rejects, Failure> {
    let file = File::create_new(path).map_err(|error| {
        Failure::undecided(format!("cannot create {}: {error}", path.display()))
            .hint("--rejects needs a file that does not exist yet")
    })?;
    RejectWriter::new(BufWriter::new(file)).map_err(cannot_write)
}

fn cannot_write(error: std::io::Error) -> Failure {
    Failure::undecided(format!("cannot write the list of rows left out: {error}"))
}

/// Finds a mapping by its name among those that come with docket, or as a file.
fn mapping(name: &str) -> Result<Mapping, Failure> {
    let is_file = name.contains(['/', '.']);
    let parsed = if is_file {
        let text = std::fs::read_to_string(name).map_err(|error| {
            Failure::undecided(format!("cannot read the mapping {name}: {error}"))
                .hint("name a mapping that comes with docket, such as boston311, or a TOML file")
        })?;
        Mapping::parse(&text)
    } else {
        Mapping::shipped(name)
    };
    parsed.map_err(mapping_failure)
}

fn mapping_failure(error: MappingError) -> Failure {
    Failure::usage(error).hint(
        "a mapping names the file's columns; `boston311` comes with docket, and its file shows the form",
    )
}

fn table_failure(error: TableError, path: &Path) -> Failure {
    Failure::undecided(InFile { path: path.display().to_string(), source: error })
        .hint("nothing of this file was recorded by half: every row in the ledger is whole")
}

fn rows_failure(error: RowsError, path: &Path) -> Failure {
    match error {
        RowsError::Table(error) => table_failure(error, path),
        RowsError::Mapping(error) => mapping_failure(error),
    }
}

/// Names the file in front of what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{path}")]
struct InFile {
    path: String,
    #[source]
    source: TableError,
}
