//! `docket apply`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use docket_domain::Command;
use docket_projection::{Acknowledge, CommandId};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    deed::{self, Context, When},
    failure::{Exit, Failure},
    output::Output,
    session::{Place, Progress, Work},
};

/// The longest line that is read, in bytes.
const LINE_LEN_MAX: u64 = 2 << 20;
/// How often a long run signs a checkpoint.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// Record commands from lines of JSON, for scripts and other programs
///
/// A line is an object: `command` is a noun and a verb as on the command line, `at` and `by` say when and by whom, `id`
/// is a UUID under which it is recorded once, and every other field is an option of that command by its long name:
///
///   {"command": "unit add", "name": "Greenfield", "level": "village", "at": "2010-01-01"}
///
/// An array of such objects is recorded as one batch, all or none. A line without an id is known by its content and by
/// how often the same line stood before it in the file: applying a file again adds nothing, and a grown file adds only
/// its new lines. The first line that is refused ends the run, unless --keep-going is given; what was recorded before it
/// stays. `docket apply --list` names all commands and their fields.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file, or - for standard input
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
    /// Go on behind a line that is refused, and exit with 2 at the end
    #[arg(long)]
    keep_going: bool,
    /// Record nothing: say what would be refused
    #[arg(long)]
    dry_run: bool,
    /// List the commands and their fields
    #[arg(long, conflicts_with_all = ["file", "keep_going", "dry_run"])]
    list: bool,
}

#[derive(Serialize)]
struct LineJson<'a> {
    line: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct CommandJson {
    command: &'static str,
    fields: Vec<FieldJson>,
}

#[derive(Serialize)]
struct FieldJson {
    field: String,
    required: bool,
    help: String,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<Exit, Failure> {
    let Some(path) = args.file.as_deref().filter(|_| !args.list) else { return list(output) };
    let mut lines = Lines::open(path)?;
    let mut run = Run::new(args.dry_run, place, output)?;
    let progress = Progress::new(output, "applying", None);
    let mut failed = None;
    while let Some((number, line)) = lines.next()? {
        progress.set(number);
        match run.take(&line) {
            Ok(outcome) => outcome.tell(number, output)?,
            Err(failure) => {
                let failure = failure.at(format!("line {number}"));
                let goes_on = args.keep_going && failure.exit == Exit::Usage;
                run.refused += 1;
                if output.json {
                    let error = failure.reason();
                    let outcome = "refused";
                    output.object(&LineJson { line: number, outcome, record: None, error: Some(&error) })?;
                }
                if !goes_on {
                    failed = Some(failure);
                    break;
                }
                output.failure(&failure);
            }
        }
    }
    progress.finish();
    // What was recorded before a failure stays, and is acknowledged.
    let refused = run.finish(output)?;
    match failed {
        Some(failure) => Err(failure),
        None if refused > 0 => Ok(Exit::Usage),
        None => Ok(Exit::Done),
    }
}

fn list(output: &mut Output) -> Result<Exit, Failure> {
    for kind in deed::ALL {
        let columns = kind.columns();
        if output.json {
            let field = |column: deed::Column| FieldJson {
                field: column.name,
                required: column.is_required,
                help: column.help,
            };
            let fields = columns.into_iter().map(field).collect();
            output.object(&CommandJson { command: kind.name, fields })?;
        } else {
            output.line(kind.name)?;
            for column in columns {
                let required = if column.is_required { " (required)" } else { "" };
                output.line(format_args!("    {:<14} {}{required}", column.name, column.help))?;
            }
        }
    }
    Ok(Exit::Done)
}

/// A run over the lines.
struct Run {
    zone: jiff::tz::TimeZone,
    work: Work,
    dry_run: bool,
    /// How often each line without an id was there before, by its hash.
    seen: BTreeMap<CommandId, u64>,
    applied: u64,
    known: u64,
    refused: u64,
    checkpointed: Instant,
}

/// What became of a line.
enum Outcome {
    Applied { record: Option<u64> },
    Known { record: u64 },
    Empty,
}

impl Outcome {
    fn tell(&self, line: u64, output: &mut Output) -> Result<(), Failure> {
        let (outcome, record) = match self {
            Self::Applied { record } => ("applied", *record),
            Self::Known { record } => ("known", Some(*record)),
            Self::Empty => return Ok(()),
        };
        if output.json {
            output.object(&LineJson { line, outcome, record, error: None })?;
        }
        Ok(())
    }
}

impl Run {
    fn new(dry_run: bool, place: &Place, output: &mut Output) -> Result<Self, Failure> {
        Ok(Self {
            zone: place.zone()?,
            work: place.work(output)?,
            dry_run,
            seen: BTreeMap::new(),
            applied: 0,
            known: 0,
            refused: 0,
            checkpointed: Instant::now(),
        })
    }

    fn take(&mut self, line: &str) -> Result<Outcome, Failure> {
        if line.trim().is_empty() {
            return Ok(Outcome::Empty);
        }
        // serde_json says where in the line, and never repeats a value.
        let value: Value = serde_json::from_str(line).map_err(Failure::usage)?;
        let objects = match value {
            Value::Object(object) => vec![object],
            Value::Array(parts) => parts.into_iter().map(object).collect::<Result<_, _>>()?,
            _ => return Err(not_an_object()),
        };
        let (id, commands) = self.read(line, objects)?;
        if let Some(first) = self.work.office.find_command(&id)? {
            self.known += 1;
            return Ok(Outcome::Known { record: first.0 });
        }
        if self.dry_run {
            self.work.office.decide_all(commands).map_err(Failure::from)?;
            self.applied += 1;
            return Ok(Outcome::Applied { record: None });
        }
        let appended = self.work.office.record(id, commands, Acknowledge::Later).map_err(Failure::from)?;
        self.applied += 1;
        if self.checkpointed.elapsed() > CHECKPOINT_EVERY {
            self.work.office.checkpoint()?;
            self.checkpointed = Instant::now();
        }
        Ok(Outcome::Applied { record: Some(appended.first.0) })
    }

    /// Reads the commands of a line, and the id under which they are recorded.
    fn read(
        &mut self,
        line: &str,
        objects: Vec<Map<String, Value>>,
    ) -> Result<(CommandId, Vec<Command>), Failure> {
        let mut given = None;
        let mut commands = Vec::with_capacity(objects.len());
        for mut object in objects {
            if let Some(id) = text_field(&mut object, "id")? {
                given = Some(uuid::Uuid::parse_str(&id).map_err(|_| Failure::usage("id is not a UUID"))?);
            }
            let when = When {
                at: text_field(&mut object, "at")?,
                by: match text_field(&mut object, "by")? {
                    Some(by) => Some(by.parse().map_err(|error| Failure::usage(format!("by: {error}")))?),
                    None => None,
                },
            };
            let name = text_field(&mut object, "command")?.ok_or_else(|| {
                Failure::usage("the field command is missing").hint("such as \"command\": \"unit add\"")
            })?;
            let kind = deed::ALL.iter().find(|kind| kind.name == name).ok_or_else(|| {
                Failure::usage(format!("there is no command {name:?}"))
                    .hint("`docket apply --list` names all of them")
            })?;
            let deed = kind.read(object).map_err(Failure::usage)?;
            let mut context = Context {
                office: &mut self.work.office,
                zone: &self.zone,
                actor: when.by,
                origin: None,
                is_import: false,
            };
            let act = deed.act(&mut context)?;
            commands.push(when.command(act, &self.zone)?);
        }
        if commands.is_empty() {
            return Err(Failure::usage("an empty batch records nothing"));
        }
        let id = match given {
            Some(id) => *id.as_bytes(),
            None => self.id_of(line),
        };
        Ok((id, commands))
    }

    /// Makes the id of a line: from its content, and how often the same one was there before.
    fn id_of(&mut self, line: &str) -> CommandId {
        let content = crate::command::import::command_id("apply", "line", line.trim());
        let before = self.seen.entry(content).or_default();
        let id = match *before {
            0 => content,
            before => {
                crate::command::import::command_id("apply", &format!("line again {before}"), line.trim())
            }
        };
        *before += 1;
        id
    }

    /// Makes everything durable and says what it came to. Returns how many lines were refused.
    fn finish(self, output: &mut Output) -> Result<u64, Failure> {
        let Self { applied, known, refused, dry_run, work, .. } = self;
        if dry_run || applied == 0 {
            work.leave(output);
        } else {
            work.finish(output)?;
        }
        if !output.json {
            let would = if dry_run { "dry run, nothing recorded: " } else { "" };
            output
                .line(format_args!("{would}{applied} applied, {known} known already, {refused} refused"))?;
        }
        Ok(refused)
    }
}

fn object(value: Value) -> Result<Map<String, Value>, Failure> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(not_an_object()),
    }
}

fn not_an_object() -> Failure {
    Failure::usage("not a JSON object, nor an array of them")
}

/// Takes a text out of an object.
fn text_field(object: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Failure> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Failure::usage(format!("{name} is not a text"))),
    }
}

/// The lines of a file, none longer than a limit.
struct Lines {
    input: Box<dyn BufRead>,
    name: String,
    number: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            let file = File::open(path)
                .map_err(|error| Failure::undecided(format!("cannot read {name}: {error}")))?;
            Box::new(BufReader::new(file))
        };
        Ok(Self { input, name, number: 0 })
    }

    fn next(&mut self) -> Result<Option<(u64, String)>, Failure> {
        let mut line = Vec::new();
        let read = self.input.by_ref().take(LINE_LEN_MAX + 1).read_until(b'\n', &mut line);
        let read = read.map_err(|error| Failure::undecided(format!("cannot read {}: {error}", self.name)))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if line.len() as u64 > LINE_LEN_MAX {
            return Err(Failure::usage(format!("line {number} is longer than {LINE_LEN_MAX} bytes")));
        }
        let line = String::from_utf8(line).map_err(|_| {
            Failure::usage(format!("line {number} is not UTF-8")).hint("save the file as UTF-8")
        })?;
        Ok(Some((number, line)))
    }
}
