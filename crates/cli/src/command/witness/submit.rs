//! `docket witness submit`: asks witnesses over HTTP (C2SP tlog-witness), and keeps their cosignatures.

use std::{path::PathBuf, time::Duration};

use docket_log::Reader;
use docket_proof::{Note, NoteSignature, VerifierKey};

use crate::{
    command::checkpoint,
    failure::{Exit, Failure},
    output::Output,
    policy,
    session::Place,
    text::escape,
};

use super::office;

/// Have the newest checkpoint cosigned over HTTP, and record the cosignatures
///
/// Any witness that speaks C2SP tlog-witness will do. Where it has seen another size than this ledger knows of, it is
/// asked again from there.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The witness's submission prefix: a URL, to which /add-checkpoint is added
    #[arg(long, value_name = "URL", requires = "witness", required_unless_present = "policy")]
    url: Option<String>,
    /// The witness's public key
    #[arg(long, value_name = "VKEY", requires = "url")]
    witness: Option<VerifierKey>,
    /// Ask all witnesses of this policy that have a URL in it
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    policy: Option<PathBuf>,
    /// Wait so many seconds for a witness
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u32,
}

/// The longest answer that is read, in bytes.
const MAX_ANSWER_LEN: u64 = 65_536;
/// How often a witness is asked from the size that it names.
const MAX_TRIES: usize = 3;

struct Target {
    witness: VerifierKey,
    url: String,
}

pub(super) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let targets = targets(args)?;
    let note = checkpoint::newest(place, output)?;
    let reader = place.reader()?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(args.timeout.max(1).into())))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into();
    let mut cosigned = Note::parse(&note).map_err(Failure::undecided)?;
    let (mut answered, mut failures) = (Vec::new(), Vec::new());
    for target in &targets {
        let asked = ask(&agent, target, &reader, &note).and_then(|lines| {
            lines.into_iter().try_for_each(|line| cosigned.push_signature(line)).map_err(Failure::undecided)
        });
        match asked {
            Ok(()) => answered.push(target.witness.clone()),
            Err(failure) => failures.push((target, failure)),
        }
    }
    if !answered.is_empty() {
        office::record(&cosigned.to_bytes(), &answered, place, output)?;
    }
    // The gravest is the answer; the others are said.
    failures.sort_by_key(|(_, failure)| failure.exit != Exit::Altered);
    let mut failures = failures.into_iter();
    let gravest = failures.next();
    for (target, failure) in failures {
        output.note(format_args!("{}: {}", escape(target.witness.name()), failure.message()));
    }
    gravest.map_or(Ok(()), |(_, failure)| Err(failure))
}

fn targets(args: &Args) -> Result<Vec<Target>, Failure> {
    if let (Some(url), Some(witness)) = (&args.url, &args.witness) {
        return Ok(vec![Target { witness: witness.clone(), url: url.clone() }]);
    }
    let Some(path) = &args.policy else { return Ok(Vec::new()) };
    let policy = policy::read(path)?;
    let with_url = policy
        .witnesses()
        .iter()
        .filter_map(|witness| Some(Target { witness: witness.key.clone()?, url: witness.url.clone()? }));
    let targets: Vec<Target> = with_url.collect();
    if targets.is_empty() {
        return Err(Failure::usage(format!("{} names no witness with a URL", path.display()))
            .hint("a witness line reads: witness <name> <vkey> <url>"));
    }
    Ok(targets)
}

/// Asks a witness, and returns the lines of its answer that are in its name. They are verified when they are recorded.
fn ask(
    agent: &ureq::Agent,
    target: &Target,
    reader: &Reader,
    note: &[u8],
) -> Result<Vec<NoteSignature>, Failure> {
    let url = format!("{}/add-checkpoint", target.url.trim_end_matches('/'));
    let shown = escape(&url);
    let mut old = office::last_cosigned(reader, &target.witness)?;
    for _ in 0..MAX_TRIES {
        let request = office::make_request(reader, note, old)?;
        let (status, body) = post(agent, &url, &request.to_bytes()).map_err(|error| {
            let failure = Failure::undecided(format!("cannot ask {shown}: {error}"));
            if url.starts_with("https:") && !cfg!(feature = "tls") {
                failure.hint(
                    "this docket was built without TLS: build it with --features tls, or use a local proxy",
                )
            } else {
                failure.hint(
                    "is the witness running? the checkpoint is signed, and can be submitted at any time",
                )
            }
        })?;
        match status {
            200 => return lines_of(&body, &target.witness, &shown),
            409 => {
                old = parse_size(&body).ok_or_else(|| {
                    Failure::undecided(format!("{shown} answered 409 without the size that it saw last"))
                })?;
            }
            422 => {
                return Err(Failure::altered(format!(
                    "{shown} has seen another history of this ledger: {}",
                    escape(body.trim_end())
                ))
                .hint("`docket witness show DIR ORIGIN` there gives the checkpoint it saw: verify --checkpoint it"));
            }
            _ => {
                let why = escape(body.trim_end());
                let failure = Failure::undecided(format!("{shown} answered {status}: {why}"));
                return Err(match status {
                    404 => failure.hint("the witness serves this log after `docket witness trust DIR VKEY`"),
                    _ => failure.hint("ask whoever keeps the witness"),
                });
            }
        }
    }
    Err(Failure::undecided(format!("{shown} names another size each time"))
        .hint("does another copy of this ledger ask the same witness?"))
}

fn post(agent: &ureq::Agent, url: &str, body: &[u8]) -> Result<(u16, String), ureq::Error> {
    let mut response = agent.post(url).content_type("text/plain; charset=utf-8").send(body)?;
    let status = response.status().as_u16();
    let bytes = response.body_mut().with_config().limit(MAX_ANSWER_LEN).read_to_vec()?;
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

fn lines_of(body: &str, witness: &VerifierKey, url: &str) -> Result<Vec<NoteSignature>, Failure> {
    let lines: Option<Vec<NoteSignature>> = body.lines().map(NoteSignature::parse_line).collect();
    let mut lines = lines.ok_or_else(|| {
        Failure::undecided(format!("{url} answered with something else than signature lines"))
            .hint("is it a witness (C2SP tlog-witness)?")
    })?;
    // Others' are ignored, as the specification asks.
    lines.retain(|line| line.id() == witness.id() && line.name() == witness.name());
    if lines.is_empty() {
        return Err(Failure::undecided(format!("{url} has not signed under the key {witness}"))
            .hint("is it the right witness's key?"));
    }
    Ok(lines)
}

/// Reads the size in an answer 409: a decimal without leading zeros, and a newline.
fn parse_size(body: &str) -> Option<u64> {
    let digits = body.strip_suffix('\n')?;
    let size: u64 = digits.parse().ok()?;
    (size.to_string() == digits).then_some(size)
}
