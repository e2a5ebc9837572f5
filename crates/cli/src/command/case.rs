//! `docket case`.

mod list;
mod show;

use std::{fs::File, io::Read as _, path::PathBuf};

use clap::Subcommand;
use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    CaseReopened, CaseReopenedPersonal, Channel, CloseReason, Command, Label, LabelKey, Labels, NoPersonal,
    OccurredAt, OfficialId, Outcome, PersonalText, Precision, ReopenGround, ReplyDelivered,
    ReplyDeliveredPersonal, StepTaken, StepTakenPersonal, Timestamp, UnitId,
};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, SystemClock},
    times,
};

/// Register, handle and look up cases
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter a case that somebody raised
    Register(Box<Register>),
    /// Give a case to the unit responsible for it
    Assign(Assign),
    /// Note a step of the handling
    Step(Step),
    /// Deliver the reply
    Reply(Reply),
    /// Close a case
    Close(Close),
    /// Take a closed case up again
    Reopen(Reopen),
    /// Show a case and its history
    Show(show::Args),
    /// List cases, by state or unit
    List(list::Args),
}

/// Who records an act, and when it happened.
#[derive(Debug, clap::Args)]
pub(crate) struct When {
    /// When it happened, in the ledger's zone: 2011-07-01, or 2011-07-01 13:30 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Who records it
    #[arg(long, value_name = "O-N")]
    by: Option<OfficialId>,
}

/// Words that may concern a person: they go to the vault, and the record only commits to them.
#[derive(Debug, clap::Args)]
pub(crate) struct Words {
    /// The words
    #[arg(long, conflicts_with = "text_file")]
    text: Option<String>,
    /// A file with the words, or - for standard input
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Register {
    /// How it reached the office: reception, visit, letter, hotline, online, backlog or other
    #[arg(long, default_value = "other")]
    channel: Channel,
    /// The unit where it was raised
    #[arg(long, value_name = "U-N")]
    unit: Option<UnitId>,
    /// The kind of matter, a public term
    #[arg(long)]
    category: Option<Label>,
    /// A further public term, such as neighborhood=Greenfield
    #[arg(long = "label", value_name = "KEY=TERM")]
    labels: Vec<String>,
    /// A due date that the source claims
    #[arg(long, value_name = "TIME")]
    stated_due: Option<String>,
    /// What it is about, in a line: a personal value
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// Who raised it: a personal value
    #[arg(long)]
    petitioner: Option<String>,
    /// How to reach who raised it: a personal value
    #[arg(long)]
    contact: Option<String>,
    /// Where who raised it lives: a personal value
    #[arg(long)]
    address: Option<String>,
    /// Where the matter is: a personal value
    #[arg(long)]
    location: Option<String>,
    #[command(flatten)]
    when: When,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Assign {
    /// The case
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// The unit that is to handle it
    #[arg(long, value_name = "U-N")]
    unit: UnitId,
    /// The official who is to handle it
    #[arg(long, value_name = "O-N")]
    handler: Option<OfficialId>,
    #[command(flatten)]
    when: When,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Step {
    /// The case
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// What was done, a public term
    #[arg(long)]
    activity: Label,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    when: When,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reply {
    /// The case
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// supported, explained or not-supported
    #[arg(long, default_value = "explained")]
    outcome: Outcome,
    /// Who approved it: not the handler
    #[arg(long, value_name = "O-N")]
    approver: Option<OfficialId>,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    when: When,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Close {
    /// The case
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// replied, anonymous, unreachable or other; all but the first need words
    #[arg(long, default_value = "replied")]
    reason: CloseReason,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    when: When,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reopen {
    /// The case
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// not-solved, new-facts or wrong-reply
    #[arg(long)]
    ground: ReopenGround,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    when: When,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Register(register) => self::register(register, place, output),
        Verb::Assign(assign) => {
            let body = CaseAssigned { unit: assign.unit, handler: assign.handler, origin: None };
            assign.when.record(Act::on(assign.case, body, NoPersonal), place, output)
        }
        Verb::Step(step) => {
            let body = StepTaken { activity: step.activity.clone(), origin: None };
            let personal = StepTakenPersonal { text: step.words.read()? };
            step.when.record(Act::on(step.case, body, personal), place, output)
        }
        Verb::Reply(reply) => {
            let body = ReplyDelivered { outcome: reply.outcome, approver: reply.approver, origin: None };
            let personal = ReplyDeliveredPersonal { text: reply.words.read()? };
            reply.when.record(Act::on(reply.case, body, personal), place, output)
        }
        Verb::Close(close) => {
            let body = CaseClosed { reason: close.reason, origin: None };
            let personal = CaseClosedPersonal { reason: close.words.read()? };
            close.when.record(Act::on(close.case, body, personal), place, output)
        }
        Verb::Reopen(reopen) => {
            let body = CaseReopened { ground: reopen.ground, origin: None };
            let personal = CaseReopenedPersonal { text: reopen.words.read()? };
            reopen.when.record(Act::on(reopen.case, body, personal), place, output)
        }
        Verb::Show(args) => show::run(args, place, output),
        Verb::List(args) => list::run(args, place, output),
    }
}

fn register(args: &Register, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let mut labels = Vec::with_capacity(args.labels.len());
    for label in &args.labels {
        let parsed = label
            .split_once('=')
            .and_then(|(key, term)| Some((LabelKey::from_name(key)?, Label::new(term).ok()?)));
        labels.push(parsed.ok_or_else(|| {
            Failure::usage(format!("{label:?} is not a label"))
                .hint("write KEY=TERM with a key such as type, subject, neighborhood, ward or priority, and a short public term")
        })?);
    }
    let stated_due = match &args.stated_due {
        None => None,
        Some(text) => Some(place.time(text)?.at),
    };
    let body = CaseRegistered {
        unit: args.unit,
        channel: args.channel,
        category: args.category.clone(),
        labels: Labels::new(labels).map_err(Failure::usage)?,
        stated_due,
        ambiguous_due: false,
        anonymous: false,
        source_record: None,
        origin: None,
    };
    let words = CaseRegisteredPersonal {
        contact: personal("--contact", args.contact.as_ref())?,
        address: personal("--address", args.address.as_ref())?,
        title: personal("--title", args.title.as_ref())?,
        text: args.words.read()?,
        petitioner: personal("--petitioner", args.petitioner.as_ref())?,
        location: personal("--location", args.location.as_ref())?,
        ..CaseRegisteredPersonal::default()
    };
    args.when.record(Act::open(body, words), place, output)
}

/// Takes a personal value off the command line. The message never repeats it.
pub(crate) fn personal(option: &str, text: Option<&String>) -> Result<Option<PersonalText>, Failure> {
    let taken = text.map(|text| PersonalText::new(text.clone())).transpose();
    taken.map_err(|error| Failure::usage(format!("{option}: {error}")))
}

impl Words {
    fn read(&self) -> Result<Option<PersonalText>, Failure> {
        let Some(path) = &self.text_file else { return personal("--text", self.text.as_ref()) };
        // A byte beyond the limit, so that a longer text is refused as one.
        let limit = PersonalText::MAX_LEN as u64 + 1;
        let mut text = String::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().lock().take(limit).read_to_string(&mut text)
        } else {
            File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
        };
        read.map_err(|error| Failure::undecided(format!("cannot read {}: {error}", path.display())))?;
        let taken = PersonalText::new(text)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        Ok(Some(taken))
    }
}

/// What a recorded act answers.
#[derive(Serialize)]
struct Recorded {
    code: String,
    record: u64,
    size: u64,
}

impl When {
    /// Records one act.
    pub(crate) fn record(&self, act: Act, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let occurred = match &self.at {
            Some(text) => place.time(text)?,
            None => OccurredAt { at: Timestamp(SystemClock::time()), precision: Precision::Second },
        };
        let command = Command { actor: self.by, occurred, act };
        let appended = place.work(output)?.record_one(command, output)?;
        let stored = place.reader()?.record(appended.first)?;
        let code = super::show::stream_code(stored.view().stream);
        if output.json {
            return output.object(&Recorded { code, record: appended.first.0, size: appended.size });
        }
        output.line(format_args!(
            "{code}: {} recorded as record {}",
            super::show::event_name(&stored.view()),
            appended.first
        ))
    }
}

impl Place {
    /// Takes a time that a person typed, in the ledger's zone.
    pub(crate) fn time(&self, text: &str) -> Result<OccurredAt, Failure> {
        times::parse(text, &self.zone()?)
    }
}
