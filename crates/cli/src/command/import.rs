//! `docket import`.

mod case_row;
mod counts;
mod draft;
mod existing;
mod intake;
mod rejects;
mod table_rows;

use std::path::{Path, PathBuf};

use docket_domain::Labels;

use crate::{
    failure::{Exit, Failure},
    import::{FileError, Format, Input, Mapping, MappingError, Rows, RowsError, Seen, Survey, XES},
    output::Output,
    session::{Place, Progress},
};

pub(crate) use draft::command_id;

use case_row::{CaseRows, Vocabulary};
use draft::Drafts;
use existing::Existing;
use intake::{Intake, Origin};
use rejects::Rejects;
use table_rows::{Binding, TableRows};

/// Import cases from a file
///
/// Every row becomes a case with what was done about it, recorded as one batch under an id that is made from the
/// mapping's name and the row's key. So a row that is in the ledger already is never added again, whatever the file is
/// called, however it is sorted, and however much it has grown. A row whose key is there with other content is a conflict.
/// Bad rows are counted and can be listed (--rejects); the good ones go on. Exit code 2 says that rows were left out.
///
/// With `--mapping xes` the file is a log of traces (XES, IEEE 1849): a trace is a row, and each of its events a step. A
/// trace that has grown since adds its new events only. Who did a step (org:resource, org:group, org:role) is a personal
/// value and stands in the vault.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file: CSV or XES in UTF-8, gzipped or not, or - for standard input
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
    /// How columns become cases: the name of a mapping that comes with docket (boston311), a TOML file, or xes
    #[arg(long, value_name = "NAME|FILE", required_unless_present_any = ["table", "template"])]
    mapping: Option<String>,
    /// What the rows are: a table of docket's own, such as households or visits
    #[arg(long = "as", id = "table", value_name = "TABLE", conflicts_with = "mapping")]
    table: Option<String>,
    /// Print the columns of a table of docket's own
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["file", "mapping", "table"])]
    template: Option<String>,
    /// Record nothing: say what an import would do
    #[arg(long)]
    dry_run: bool,
    /// List the rows left out in this new CSV file: row, key, column, reason; no cell, as cells may be personal
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(table) = &args.template {
        return table_rows::template(table, output).map(|()| Exit::Done);
    }
    match (&args.file, &args.mapping, &args.table) {
        (Some(file), Some(name), _) => mapped(args, file, name, place, output),
        (Some(file), None, Some(table)) => tabled(args, file, table, place, output),
        _ => Err(Failure::usage("nothing says what the file is").hint("--mapping NAME, or --as TABLE")),
    }
}

/// Imports cases by a mapping.
fn mapped(args: &Args, file: &Path, name: &str, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    let mapping = match name {
        XES => None,
        name => Some(mapping(name)?),
    };
    let format = mapping.as_ref().map_or(Format::Xes, Format::Csv);
    let vocabulary = Vocabulary::new(format)?;
    let mut input = Input::open(file).map_err(|error| file_failure(error, file))?;
    // All of the file is read once before anything is written.
    let survey = format.survey(&mut input).map_err(|error| rows_failure(error, file))?;
    let of = Origin { mapping: format.name(), survey, label_names: vocabulary.label_names() };
    let mut intake = begin(args, of, place, output)?;
    let rows = Rows::open(&mut input, format).map_err(|error| rows_failure(error, file))?;
    let mut rows = CaseRows { rows, vocabulary: &vocabulary, path: file };
    take(&mut intake, &mut rows, survey, output)?;
    let unmapped: Vec<_> = rows.rows.unmapped().into_iter().map(crate::text::escape).collect();
    if !unmapped.is_empty() {
        output.note(format_args!("note: in the file, and not named by the mapping: {}", unmapped.join(", ")));
    }
    let read = rows.rows.finish().map_err(|error| file_failure(error, file))?;
    end(intake, survey, read, output)
}

/// Imports a table of docket's own.
fn tabled(
    args: &Args,
    file: &Path,
    table: &str,
    place: &Place,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let kind = table_rows::kind_of(table)?;
    let failed = |error| file_failure(error, file);
    let mut input = Input::open(file).map_err(failed)?;
    let surveyed = input.table().map_err(failed)?;
    let binding = Binding::new(kind, surveyed.header())?;
    let survey = surveyed.finish().map_err(failed)?;
    let label_names = Labels::default();
    let name = format!("table:{table}");
    let of = Origin { mapping: &name, survey, label_names: &label_names };
    let mut intake = begin(args, of, place, output)?;
    let (zone, reader) = (place.zone()?, place.reader()?);
    let table = input.table().map_err(failed)?;
    let mut rows =
        TableRows { table, binding, seen: Seen::default(), zone: &zone, reader: &reader, path: file };
    take(&mut intake, &mut rows, survey, output)?;
    let read = rows.table.finish().map_err(failed)?;
    end(intake, survey, read, output)
}

fn begin<'a>(args: &Args, of: Origin<'a>, place: &Place, output: &mut Output) -> Result<Intake<'a>, Failure> {
    let rejects = Rejects::new(args.rejects.as_deref())?;
    let work = place.work(output)?;
    let existing = Existing::new(place.reader()?);
    Ok(Intake::new(work, existing, of, rejects, args.dry_run))
}

fn take(
    intake: &mut Intake<'_>,
    rows: &mut impl Drafts,
    survey: Survey,
    output: &mut Output,
) -> Result<(), Failure> {
    let progress = Progress::new(output, "importing", Some(survey.rows));
    intake.take_all(rows, &progress, output)?;
    progress.finish();
    Ok(())
}

fn end(intake: Intake<'_>, survey: Survey, read: Survey, output: &mut Output) -> Result<Exit, Failure> {
    if read != survey {
        output.note("note: the file was changed while it was read; import it again");
    }
    let counts = intake.finish(output)?;
    counts.tell(output)?;
    Ok(if counts.rejected > 0 { Exit::Usage } else { Exit::Done })
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

fn file_failure(error: FileError, path: &Path) -> Failure {
    Failure::undecided(InFile { path: path.display().to_string(), source: error })
        .hint("nothing of this file was recorded by half: every row in the ledger is whole")
}

fn rows_failure(error: RowsError, path: &Path) -> Failure {
    match error {
        RowsError::File(error) => file_failure(error, path),
        RowsError::Mapping(error) => mapping_failure(error),
    }
}

/// Names the file in front of what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{path}")]
struct InFile {
    path: String,
    #[source]
    source: FileError,
}
