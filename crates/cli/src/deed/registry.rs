//! All deeds, by their names: for lines of JSON and for rows of tables.

use docket_domain::Act;
use serde_json::{Map, Value};

use super::{Context, Deed};
use crate::failure::Failure;

/// A deed of whatever kind, read and about to be recorded.
pub(crate) trait AnyDeed {
    /// Returns what is to be recorded.
    fn act(self: Box<Self>, context: &mut Context<'_>) -> Result<Act, Failure>;
}

impl<D: Deed> AnyDeed for D {
    fn act(self: Box<Self>, context: &mut Context<'_>) -> Result<Act, Failure> {
        Deed::act(*self, context)
    }
}

/// A kind of deed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeedKind {
    /// Noun and verb, as on the command line.
    pub(crate) name: &'static str,
    read: fn(Value) -> Result<Box<dyn AnyDeed>, serde_json::Error>,
    columns: fn() -> Vec<Column>,
}

/// A field of a deed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    /// Its name, as that of the option.
    pub(crate) name: String,
    /// It cannot be left out.
    pub(crate) is_required: bool,
    /// What it is.
    pub(crate) help: String,
}

impl DeedKind {
    pub(crate) const fn of<D: Deed + 'static>() -> Self {
        Self { name: D::NAME, read: read::<D>, columns: columns::<D> }
    }

    /// Reads a deed from its fields. An unknown field, a missing one and a value that is none are refused by name.
    pub(crate) fn read(&self, fields: Map<String, Value>) -> Result<Box<dyn AnyDeed>, serde_json::Error> {
        (self.read)(Value::Object(fields))
    }

    /// Returns its fields.
    pub(crate) fn columns(&self) -> Vec<Column> {
        (self.columns)()
    }
}

fn read<D: Deed + 'static>(fields: Value) -> Result<Box<dyn AnyDeed>, serde_json::Error> {
    serde_json::from_value::<D>(fields).map(|deed| Box::new(deed) as Box<dyn AnyDeed>)
}

fn columns<D: Deed>() -> Vec<Column> {
    let command = D::augment_args(clap::Command::new("deed"));
    let column = |argument: &clap::Arg| Column {
        name: argument.get_long().map_or_else(|| argument.get_id().to_string(), str::to_owned),
        is_required: argument.is_required_set(),
        help: argument.get_help().map(ToString::to_string).unwrap_or_default(),
    };
    // A file of words is for the command line only: a line and a row hold the words themselves.
    command.get_arguments().filter(|argument| argument.get_id() != "text_file").map(column).collect()
}

/// All kinds of deeds that lines and tables can hold.
pub(crate) const ALL: &[DeedKind] = &[
    DeedKind::of::<crate::command::unit::Add>(),
    DeedKind::of::<crate::command::unit::Merge>(),
    DeedKind::of::<crate::command::unit::Close>(),
    DeedKind::of::<crate::command::official::Add>(),
    DeedKind::of::<crate::command::official::Appoint>(),
    DeedKind::of::<crate::command::official::Leave>(),
    DeedKind::of::<crate::command::official::Branch>(),
    DeedKind::of::<crate::command::official::RegisterKey>(),
    DeedKind::of::<crate::command::official::RotateKey>(),
    DeedKind::of::<crate::command::official::RevokeKey>(),
    DeedKind::of::<crate::command::household::Add>(),
    DeedKind::of::<crate::command::household::Move>(),
    DeedKind::of::<crate::command::household::Absent>(),
    DeedKind::of::<crate::command::household::Close>(),
    DeedKind::of::<crate::command::gift::HandIn>(),
    DeedKind::of::<crate::command::gift::Receipt>(),
    DeedKind::of::<crate::command::gift::Decide>(),
    DeedKind::of::<crate::command::vehicle::Find>(),
    DeedKind::of::<crate::command::vehicle::Dispose>(),
    DeedKind::of::<crate::command::vehicle::Expire>(),
    DeedKind::of::<crate::command::declaration::File>(),
    DeedKind::of::<crate::command::declaration::Amend>(),
    DeedKind::of::<crate::command::declaration::Interest>(),
    DeedKind::of::<crate::command::declaration::Divest>(),
    DeedKind::of::<crate::command::violation::Find>(),
    DeedKind::of::<crate::command::violation::Correct>(),
    DeedKind::of::<crate::command::control::Attest>(),
    DeedKind::of::<crate::command::control::Expense>(),
    DeedKind::of::<crate::command::control::Notice>(),
    DeedKind::of::<crate::command::control::Liability>(),
    DeedKind::of::<crate::command::inspection::Open>(),
    DeedKind::of::<crate::command::inspection::Finding>(),
    DeedKind::of::<crate::command::inspection::Answer>(),
    DeedKind::of::<crate::command::inspection::Close>(),
    DeedKind::of::<crate::command::statistic::Cite>(),
    DeedKind::of::<crate::command::campaign::Open>(),
    DeedKind::of::<crate::command::campaign::List>(),
    DeedKind::of::<crate::command::campaign::Close>(),
    DeedKind::of::<crate::command::campaign::Lead>(),
    DeedKind::of::<crate::command::stay::Start>(),
    DeedKind::of::<crate::command::stay::End>(),
    DeedKind::of::<crate::command::stay::Certify>(),
    DeedKind::of::<crate::command::pairing::Establish>(),
    DeedKind::of::<crate::command::pairing::End>(),
    DeedKind::of::<crate::command::aid::Deliver>(),
    DeedKind::of::<crate::command::aid::Confirm>(),
    DeedKind::of::<crate::command::project::Start>(),
    DeedKind::of::<crate::command::project::Verify>(),
    DeedKind::of::<crate::command::difficulty::Resolve>(),
    DeedKind::of::<crate::command::reception::Hold>(),
    DeedKind::of::<crate::command::reception::Person>(),
    DeedKind::of::<crate::command::reception::Cancel>(),
    DeedKind::of::<crate::command::visit::Make>(),
    DeedKind::of::<crate::command::visit::Attempt>(),
    DeedKind::of::<crate::command::diary::Write>(),
    DeedKind::of::<crate::command::dossier::Open>(),
    DeedKind::of::<crate::command::dossier::Update>(),
    DeedKind::of::<crate::command::dossier::Close>(),
    DeedKind::of::<crate::command::survey::Ask>(),
    DeedKind::of::<crate::command::survey::Answer>(),
    DeedKind::of::<crate::command::correction::Record>(),
    DeedKind::of::<crate::command::case::Register>(),
    DeedKind::of::<crate::command::case::Assign>(),
    DeedKind::of::<crate::command::case::Transfer>(),
    DeedKind::of::<crate::command::case::Object>(),
    DeedKind::of::<crate::command::case::DecideObjection>(),
    DeedKind::of::<crate::command::case::Accept>(),
    DeedKind::of::<crate::command::case::Decline>(),
    DeedKind::of::<crate::command::case::Step>(),
    DeedKind::of::<crate::command::case::Extend>(),
    DeedKind::of::<crate::command::case::Suspend>(),
    DeedKind::of::<crate::command::case::Resume>(),
    DeedKind::of::<crate::command::case::Coassign>(),
    DeedKind::of::<crate::command::case::Escalate>(),
    DeedKind::of::<crate::command::case::Supervise>(),
    DeedKind::of::<crate::command::case::AnswerSupervision>(),
    DeedKind::of::<crate::command::case::Reply>(),
    DeedKind::of::<crate::command::case::FollowUp>(),
    DeedKind::of::<crate::command::case::Close>(),
    DeedKind::of::<crate::command::case::Reopen>(),
    DeedKind::of::<crate::command::case::Review>(),
    DeedKind::of::<crate::command::case::DecideReview>(),
    DeedKind::of::<crate::command::case::Recheck>(),
    DeedKind::of::<crate::command::case::DecideRecheck>(),
    DeedKind::of::<crate::command::case::Merge>(),
    DeedKind::of::<crate::command::case::Split>(),
    DeedKind::of::<crate::command::case::Withdraw>(),
    DeedKind::of::<crate::command::case::Void>(),
    DeedKind::of::<crate::command::rules::Adopt>(),
];
