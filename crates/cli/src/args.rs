//! The command line: global options, and one struct a command in the command's own file.

use std::path::PathBuf;

use clap::{Parser, Subcommand, builder::styling};

use crate::command::{
    aid, apply, campaign, case, check, checkpoint, clock, completions, control, correction, declaration,
    demo, diary, difficulty, dossier, gift, household, import, init, inspection, key, log, official, pairing,
    project, prove, publish, rebuild, receipt, reception, record, report, rules, statistic, stay, stream,
    survey, tour, unit, vehicle, verify, violation, visit, witness,
};

/// Record what an office did, and let anybody check that nobody changed it afterwards
///
/// A ledger is a folder. Every act is an event in an append-only, hash-chained log; every state and report is a replay
/// of that log; `docket verify` proves, offline, that no byte was altered.
///
/// Exit codes: 0 done, or everything asked was checked and holds; 1 altered; 2 wrong usage, or refused by the rules;
/// 3 undecided (nothing to check, unreadable, unknown version, unfinished tail, output lost).
#[derive(Debug, Parser)]
#[command(name = "docket", version = crate::VERSION, propagate_version = true, max_term_width = 100, styles = STYLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The ledger's folder
    #[arg(
        short,
        long,
        global = true,
        value_name = "DIR",
        env = "DOCKET_LEDGER",
        default_value = ".",
        hide_env_values = true
    )]
    pub(crate) ledger: PathBuf,
    /// The folder of the signing key and its memory, best on another disk [default: keys/ in the ledger]
    #[arg(long, global = true, value_name = "DIR", env = "DOCKET_KEY", hide_env_values = true)]
    pub(crate) key: Option<PathBuf>,
    /// Sign what is recorded with an official's key: the file that `docket key new` made
    #[arg(long, global = true, value_name = "FILE", env = "DOCKET_SIGN_WITH", hide_env_values = true)]
    pub(crate) sign_with: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Tour(tour::Args),
    Demo(demo::Args),
    Init(init::Args),
    #[command(subcommand)]
    Unit(unit::Verb),
    #[command(subcommand)]
    Official(official::Verb),
    #[command(subcommand)]
    Household(household::Verb),
    #[command(subcommand)]
    Reception(reception::Verb),
    #[command(subcommand)]
    Visit(visit::Verb),
    #[command(subcommand)]
    Diary(diary::Verb),
    #[command(subcommand)]
    Dossier(dossier::Verb),
    #[command(subcommand)]
    Case(case::Verb),
    #[command(subcommand)]
    Survey(survey::Verb),
    #[command(subcommand)]
    Campaign(campaign::Verb),
    #[command(subcommand)]
    Stay(stay::Verb),
    #[command(subcommand)]
    Pairing(pairing::Verb),
    #[command(subcommand)]
    Aid(aid::Verb),
    #[command(subcommand)]
    Project(project::Verb),
    #[command(subcommand)]
    Difficulty(difficulty::Verb),
    #[command(subcommand)]
    Gift(gift::Verb),
    #[command(subcommand)]
    Vehicle(vehicle::Verb),
    #[command(subcommand)]
    Declaration(declaration::Verb),
    #[command(subcommand)]
    Violation(violation::Verb),
    #[command(subcommand)]
    Control(control::Verb),
    #[command(subcommand)]
    Inspection(inspection::Verb),
    #[command(subcommand)]
    Statistic(statistic::Verb),
    #[command(subcommand)]
    Correction(correction::Verb),
    Import(import::Args),
    Apply(apply::Args),
    #[command(subcommand)]
    Rules(rules::Verb),
    Report(report::Args),
    Log(log::Args),
    Record(record::Args),
    Stream(stream::Args),
    Checkpoint(checkpoint::Args),
    Verify(verify::Args),
    #[command(subcommand)]
    Prove(prove::Verb),
    Receipt(receipt::Args),
    Check(check::Args),
    Publish(publish::Args),
    #[command(subcommand)]
    Witness(witness::Verb),
    #[command(subcommand)]
    Key(key::Verb),
    #[command(subcommand)]
    Clock(clock::Verb),
    Rebuild(rebuild::Args),
    #[command(hide = true)]
    Completions(completions::Args),
    #[command(hide = true)]
    Man(completions::ManArgs),
}
