//! `docket check`.

use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::{
    artifact::{Artifact, MAX_ARTIFACT_LEN},
    failure::{Exit, Failure},
    files,
    judge::{Judged, Standing, judge},
    output::Output,
    text::escape,
    trust::{Trust, TrustArgs},
};

use super::show::RecordJson;

/// Check proofs, receipts, evidence and checkpoints, offline
///
/// Takes any file that `docket prove`, `receipt`, `checkpoint` or `verify --evidence` wrote, and any C2SP .tlog-proof.
/// Needs no ledger: only the file, and the key that the office has published, or a policy that lists it. Without that
/// key nothing holds: whoever makes a file can sign it with a key of his own. Evidence names its key and convicts
/// whoever holds it.
///
/// Exit codes: 0 every file holds; 1 one does not; 3 undecided (not of its form, no key given, output lost).
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
    /// What a .tlog-proof without a record of docket's is about: the entry's bytes
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
}

#[derive(Serialize)]
struct Json<'a> {
    file: String,
    kind: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    checkpoints: Vec<Signed>,
    cosigned: Vec<Cosigned<'a>>,
    records: &'a [RecordJson],
    not_covered: &'a [String],
}

#[derive(Serialize)]
struct Cosigned<'a> {
    witness: &'a str,
    time: &'a str,
}

#[derive(Serialize)]
struct Signed {
    size: u64,
    root: String,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let trust = Trust::new(&args.trust)?;
    let entry = args.entry.as_ref().map(|path| files::read(path, MAX_ARTIFACT_LEN)).transpose()?;
    let mut exit = Exit::Done;
    for path in &args.files {
        let name = path.display().to_string();
        let (kind, judged) = match files::read(path, MAX_ARTIFACT_LEN) {
            Err(failure) => {
                output.failure(&failure);
                exit = exit.worse(failure.exit);
                continue;
            }
            Ok(bytes) => match Artifact::parse(&bytes) {
                Ok(artifact) => {
                    let mut judged = judge(&artifact, &trust.keys, entry.as_deref())?;
                    trust.ask_witnesses(&artifact, &mut judged);
                    (artifact.kind(), judged)
                }
                Err(unreadable) => {
                    let why = format!("not of the form of a {}: {}", unreadable.kind, unreadable.why);
                    (unreadable.kind, Judged::unreadable(why))
                }
            },
        };
        exit = exit.worse(judged.standing.exit());
        let told = if output.json {
            object(&name, kind, &judged, output)
        } else {
            tell(&name, kind, &judged, output)
        };
        match told {
            // What nobody could read is no verdict, but what does not hold stays so.
            Err(failure) if exit == Exit::Altered => {
                output.failure(&failure);
                return Ok(exit);
            }
            told => told?,
        }
    }
    Ok(exit)
}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

fn tell(name: &str, kind: &str, judged: &Judged, output: &mut Output) -> Result<(), Failure> {
    output.line(format_args!("file         {}: {kind}", escape(name)))?;
    if !judged.facts.is_empty() && !matches!(judged.standing, Standing::Holds) {
        output.line("unproven     what follows is only what the file says")?;
    }
    for (label, fact) in &judged.facts {
        output.line(format_args!("{label:<12} {}", escape(fact)))?;
    }
    for (witness, time) in &judged.cosigned {
        output.line(format_args!("cosigned     by {} at {time}", escape(witness)))?;
    }
    for line in &judged.lines {
        output.line(escape(line))?;
    }
    for open in &judged.not_covered {
        output.line(format_args!("not covered  {open}"))?;
    }
    let name = escape(name);
    match &judged.standing {
        Standing::Holds => output.line(format_args!("verdict: {GOOD}holds{GOOD:#}: {name}")),
        Standing::Fails(why) => {
            output.line(format_args!("verdict: {BAD}DOES NOT HOLD{BAD:#}: {name}: {}", escape(why)))
        }
        Standing::Open(why) => {
            output.line(format_args!("verdict: {OPEN}undecided{OPEN:#}: {name}: {}", escape(why)))
        }
    }
}

fn object(name: &str, kind: &str, judged: &Judged, output: &mut Output) -> Result<(), Failure> {
    let (verdict, why) = match &judged.standing {
        Standing::Holds => ("holds", None),
        Standing::Fails(why) => ("fails", Some(why.as_str())),
        Standing::Open(why) => ("undecided", Some(why.as_str())),
    };
    let signed = |checkpoint: &docket_proof::Checkpoint| Signed {
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
    };
    output.object(&Json {
        file: name.to_owned(),
        kind,
        verdict,
        why,
        origin: judged.checkpoints.last().map(docket_proof::Checkpoint::origin),
        key: judged.key.as_ref().map(ToString::to_string),
        checkpoints: judged.checkpoints.iter().map(signed).collect(),
        cosigned: judged.cosigned.iter().map(|(witness, time)| Cosigned { witness, time }).collect(),
        records: &judged.records,
        not_covered: &judged.not_covered,
    })
}
