//! `docket case`.

mod due;
mod end;
mod enter;
mod handle;
mod list;
mod more;
mod show;

use clap::Subcommand;

use crate::{deed::Recorded, failure::Failure, output::Output, session::Place};

pub(crate) use end::{
    Close, DecideRecheck, DecideReview, Merge, Recheck, Reopen, Review, Split, Void, Withdraw,
};
pub(crate) use enter::{Accept, Assign, DecideObjection, Decline, Object, Register, Transfer};
pub(crate) use handle::{
    AnswerSupervision, Coassign, Escalate, Extend, FollowUp, Reply, Resume, Step, Supervise, Suspend,
};

/// Register, handle and look up cases
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter a case that somebody raised
    Register(Box<Recorded<Register>>),
    /// Give a case to the unit responsible for it
    Assign(Recorded<Assign>),
    /// Pass a case on to another unit
    Transfer(Recorded<Transfer>),
    /// Object to an assignment: another body is competent
    Object(Recorded<Object>),
    /// Decide on an objection
    DecideObjection(Recorded<DecideObjection>),
    /// Accept a case, and tell the petitioner
    Accept(Recorded<Accept>),
    /// Decline a case, and say where to go with it
    Decline(Recorded<Decline>),
    /// Note a step of the handling
    Step(Recorded<Step>),
    /// Extend the running term
    Extend(Recorded<Extend>),
    /// Suspend what is under way
    Suspend(Recorded<Suspend>),
    /// Go on with what was suspended
    Resume(Recorded<Resume>),
    /// Give a case to a further unit; the first stays responsible
    Coassign(Recorded<Coassign>),
    /// Bring a case before a unit above
    Escalate(Recorded<Escalate>),
    /// Order supervision
    Supervise(Recorded<Supervise>),
    /// Answer a supervision
    AnswerSupervision(Recorded<AnswerSupervision>),
    /// Deliver the reply
    Reply(Recorded<Reply>),
    /// Follow up on the reply
    FollowUp(Recorded<FollowUp>),
    /// Close a case
    Close(Recorded<Close>),
    /// Take a closed case up again
    Reopen(Recorded<Reopen>),
    /// Note that the petitioner asked for a review
    Review(Recorded<Review>),
    /// Decide a review
    DecideReview(Recorded<DecideReview>),
    /// Note that the petitioner asked for a re-check
    Recheck(Recorded<Recheck>),
    /// Decide a re-check, which is final
    DecideRecheck(Recorded<DecideRecheck>),
    /// Merge a case into another, which answers for it from then on
    Merge(Recorded<Merge>),
    /// Split a case off another; it keeps the other's start
    Split(Box<Recorded<Split>>),
    /// Note that the petitioner withdrew a case
    Withdraw(Recorded<Withdraw>),
    /// Void a case that should never have been entered
    Void(Recorded<Void>),
    /// Show a case and its history
    Show(show::Args),
    /// Show the clocks of a case, and when each falls due
    Due(due::Args),
    /// List cases, by state, unit, or what is overdue
    List(list::Args),
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Register(deed) => deed.run(place, output),
        Verb::Assign(deed) => deed.run(place, output),
        Verb::Transfer(deed) => deed.run(place, output),
        Verb::Object(deed) => deed.run(place, output),
        Verb::DecideObjection(deed) => deed.run(place, output),
        Verb::Accept(deed) => deed.run(place, output),
        Verb::Decline(deed) => deed.run(place, output),
        Verb::Step(deed) => deed.run(place, output),
        Verb::Extend(deed) => deed.run(place, output),
        Verb::Suspend(deed) => deed.run(place, output),
        Verb::Resume(deed) => deed.run(place, output),
        Verb::Coassign(deed) => deed.run(place, output),
        Verb::Escalate(deed) => deed.run(place, output),
        Verb::Supervise(deed) => deed.run(place, output),
        Verb::AnswerSupervision(deed) => deed.run(place, output),
        Verb::Reply(deed) => deed.run(place, output),
        Verb::FollowUp(deed) => deed.run(place, output),
        Verb::Close(deed) => deed.run(place, output),
        Verb::Reopen(deed) => deed.run(place, output),
        Verb::Review(deed) => deed.run(place, output),
        Verb::DecideReview(deed) => deed.run(place, output),
        Verb::Recheck(deed) => deed.run(place, output),
        Verb::DecideRecheck(deed) => deed.run(place, output),
        Verb::Merge(deed) => deed.run(place, output),
        Verb::Split(deed) => deed.run(place, output),
        Verb::Withdraw(deed) => deed.run(place, output),
        Verb::Void(deed) => deed.run(place, output),
        Verb::Show(args) => show::run(args, place, output),
        Verb::Due(args) => due::run(args, place, output),
        Verb::List(args) => list::run(args, place, output),
    }
}
