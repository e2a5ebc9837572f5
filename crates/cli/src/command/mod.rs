//! The commands, a file each.

pub(crate) mod aid;
pub(crate) mod apply;
pub(crate) mod campaign;
pub(crate) mod case;
pub(crate) mod check;
pub(crate) mod checkpoint;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod control;
pub(crate) mod correction;
pub(crate) mod declaration;
pub(crate) mod demo;
pub(crate) mod diary;
pub(crate) mod difficulty;
pub(crate) mod dossier;
pub(crate) mod gift;
pub(crate) mod household;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod inspection;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod official;
pub(crate) mod pairing;
pub(crate) mod project;
pub(crate) mod prove;
pub(crate) mod publish;
pub(crate) mod rebuild;
pub(crate) mod receipt;
pub(crate) mod reception;
pub(crate) mod record;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod show;
pub(crate) mod statistic;
pub(crate) mod stay;
pub(crate) mod stream;
pub(crate) mod survey;
pub(crate) mod tour;
pub(crate) mod unit;
pub(crate) mod vehicle;
pub(crate) mod verify;
pub(crate) mod violation;
pub(crate) mod visit;
pub(crate) mod witness;

use crate::{
    args::{Cli, Command},
    failure::{Exit, Failure},
    output::Output,
    session::Place,
};

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli, output: &mut Output) -> Result<Exit, Failure> {
    let place = Place::new(&cli.global);
    let done = |result: Result<(), Failure>| result.map(|()| Exit::Done);
    match &cli.command {
        Command::Tour(args) => tour::run(args, output),
        Command::Demo(args) => done(demo::run(args, &place, output)),
        Command::Init(args) => done(init::run(args, &place, output)),
        Command::Unit(verb) => done(unit::run(verb, &place, output)),
        Command::Official(verb) => done(official::run(verb, &place, output)),
        Command::Household(verb) => done(household::run(verb, &place, output)),
        Command::Case(verb) => done(case::run(verb, &place, output)),
        Command::Apply(args) => apply::run(args, &place, output),
        Command::Vehicle(verb) => done(vehicle::run(verb, &place, output)),
        Command::Declaration(verb) => done(declaration::run(verb, &place, output)),
        Command::Violation(verb) => done(violation::run(verb, &place, output)),
        Command::Control(verb) => done(control::run(verb, &place, output)),
        Command::Inspection(verb) => done(inspection::run(verb, &place, output)),
        Command::Statistic(verb) => done(statistic::run(verb, &place, output)),
        Command::Campaign(verb) => done(campaign::run(verb, &place, output)),
        Command::Stay(verb) => done(stay::run(verb, &place, output)),
        Command::Pairing(verb) => done(pairing::run(verb, &place, output)),
        Command::Aid(verb) => done(aid::run(verb, &place, output)),
        Command::Project(verb) => done(project::run(verb, &place, output)),
        Command::Difficulty(verb) => done(difficulty::run(verb, &place, output)),
        Command::Reception(verb) => done(reception::run(verb, &place, output)),
        Command::Visit(verb) => done(visit::run(verb, &place, output)),
        Command::Diary(verb) => done(diary::run(verb, &place, output)),
        Command::Dossier(verb) => done(dossier::run(verb, &place, output)),
        Command::Survey(verb) => done(survey::run(verb, &place, output)),
        Command::Correction(verb) => done(correction::run(verb, &place, output)),
        Command::Rules(verb) => done(rules::run(verb, &place, output)),
        Command::Gift(verb) => done(gift::run(verb, &place, output)),
        Command::Import(args) => import::run(args, &place, output),
        Command::Report(args) => done(report::run(args, &place, output)),
        Command::Log(args) => done(log::run(args, &place, output)),
        Command::Record(args) => done(record::run(args, &place, output)),
        Command::Stream(args) => done(stream::run(args, &place, output)),
        Command::Checkpoint(args) => done(checkpoint::run(args, &place, output)),
        Command::Verify(args) => verify::run(args, &place, output),
        Command::Prove(verb) => done(prove::run(verb, &place, output)),
        Command::Receipt(args) => done(receipt::run(args, &place, output)),
        Command::Check(args) => check::run(args, output),
        Command::Publish(args) => done(publish::run(args, &place, output)),
        Command::Witness(verb) => done(witness::run(verb, &place, output)),
        Command::Clock(verb) => done(clock::run(verb, &place, output)),
        Command::Key(verb) => done(key::run(verb, &place, output)),
        Command::Rebuild(args) => done(rebuild::run(args, &place, output)),
        Command::Completions(args) => done(completions::run(args, output)),
        Command::Man(args) => done(completions::man(args, output)),
    }
}
