//! What a proof file proves, under the keys that the user trusts: for `docket check`, and `docket verify --receipt`.

use docket_proof::{Checkpoint, RecordView, StreamProof, TlogProof, Unproven, VerifierKey, leaf_hash};
use jiff::tz::TimeZone;

use crate::{
    artifact::{Artifact, with_causes},
    command::show::{RecordJson, line, stream_code},
    failure::{Exit, Failure},
    receipt::{self, Words},
    times,
};

/// What becomes of a file.
pub(crate) enum Standing {
    Holds,
    /// Well-formed, and not true.
    Fails(String),
    /// Nothing is known.
    Open(String),
}

impl Standing {
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Holds => Exit::Done,
            Self::Fails(_) => Exit::Altered,
            Self::Open(_) => Exit::Undecided,
        }
    }
}

/// What a file says, and whether it holds.
pub(crate) struct Judged {
    pub(crate) standing: Standing,
    /// Labels and what stands behind them, for people.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Lines about records, for people.
    pub(crate) lines: Vec<String>,
    pub(crate) records: Vec<RecordJson>,
    /// The checkpoints in it, the one that it leads to last.
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) key: Option<VerifierKey>,
    /// Witnesses by the policy's names, and when each has cosigned.
    pub(crate) cosigned: Vec<(String, String)>,
    pub(crate) not_covered: Vec<String>,
}

const TRUTH: &str = "whether what was recorded is true, and what was never recorded";

impl Judged {
    fn new(checkpoints: Vec<Checkpoint>) -> Self {
        Self {
            standing: Standing::Open("no key was given to check it with".to_owned()),
            facts: Vec::new(),
            lines: Vec::new(),
            records: Vec::new(),
            checkpoints,
            key: None,
            cosigned: Vec::new(),
            not_covered: Vec::new(),
        }
    }

    /// Says of a file that could not be read what can be said.
    pub(crate) fn unreadable(why: String) -> Self {
        let mut judged = Self::new(Vec::new());
        judged.standing = Standing::Open(why);
        judged
    }

    fn fact(&mut self, label: &'static str, fact: impl Into<String>) {
        self.facts.push((label, fact.into()));
    }

    /// Takes the outcome of a check under `keys`; without keys it stays open, unless it failed anyway.
    fn settle<T>(&mut self, keys: &[VerifierKey], result: Result<T, Unproven>) {
        match result {
            Err(_) if keys.is_empty() => {}
            Err(error) => self.standing = Standing::Fails(with_causes(&error)),
            Ok(_) => self.standing = Standing::Holds,
        }
    }
}

/// Judges a file. `entry` is what a proof without a record of its own is about.
pub(crate) fn judge(
    artifact: &Artifact,
    keys: &[VerifierKey],
    entry: Option<&[u8]>,
) -> Result<Judged, Failure> {
    match artifact {
        Artifact::Record(proof) => Ok(judge_record(proof, keys, entry)),
        Artifact::Stream(proof) => judge_stream(proof, keys),
        Artifact::Receipt { words, proof } => {
            let mut judged = judge_stream(proof, keys)?;
            if !matches!(judged.standing, Standing::Fails(_)) {
                judge_words(words, proof, &mut judged)?;
            }
            Ok(judged)
        }
        Artifact::Consistency(proof) => {
            let (older, newer) = (proof.older.claimed().clone(), proof.newer.claimed().clone());
            let mut judged = Judged::new(vec![older.clone(), newer.clone()]);
            judged.fact("ledger", newer.origin());
            judged.fact("older", signed(&older));
            judged.fact("newer", signed(&newer));
            judged.settle(keys, proof.verify(keys));
            judged
                .not_covered
                .push("the records themselves, and whether the ledger is still that one".to_owned());
            Ok(judged)
        }
        Artifact::Evidence(evidence) => {
            let (first, second) = (evidence.first.claimed().clone(), evidence.second.claimed().clone());
            let mut judged = Judged::new(vec![first.clone(), second.clone()]);
            judged.fact("key", evidence.key.to_string());
            judged.fact("signed", signed(&first));
            judged.fact("and signed", signed(&second));
            judged.key = Some(evidence.key.clone());
            judged.standing = match evidence.verify() {
                Err(error) => Standing::Fails(with_causes(&error)),
                Ok(_) if !keys.is_empty() && !keys.contains(&evidence.key) => {
                    Standing::Fails("it is about another key than the one given".to_owned())
                }
                Ok(conviction) => {
                    let says = format!("size {} with root {}", first.size(), conviction.second_says);
                    judged.fact("which means", says);
                    Standing::Holds
                }
            };
            if keys.is_empty() {
                judged.not_covered.push(
                    "whose key it is: compare it with what the office has published (or give that with --vkey)"
                        .to_owned(),
                );
            }
            judged.not_covered.push("which of the two histories is the true one".to_owned());
            Ok(judged)
        }
        Artifact::Checkpoint(note) => {
            let mut judged = Judged::new(vec![note.claimed().clone()]);
            judged.fact("ledger", note.claimed().origin());
            judged.fact("signed", signed(note.claimed()));
            judged.settle(keys, note.open(keys).map_err(Unproven::from));
            judged.not_covered.push("the records under it: docket verify --checkpoint FILE".to_owned());
            Ok(judged)
        }
    }
}

fn signed(checkpoint: &Checkpoint) -> String {
    format!("size {}, root {}", checkpoint.size(), checkpoint.root())
}

fn judge_record(proof: &TlogProof, keys: &[VerifierKey], entry: Option<&[u8]>) -> Judged {
    let mut judged = Judged::new(vec![proof.checkpoint.claimed().clone()]);
    judged.fact("ledger", proof.checkpoint.claimed().origin());
    judged.fact("signed", signed(proof.checkpoint.claimed()));
    match (proof.record(), entry) {
        (_, Some(entry)) => {
            judged.fact("entry", format!("number {}, {} bytes, as given", proof.index, entry.len()));
            judged.settle(keys, proof.verify(leaf_hash(entry), keys));
        }
        (None, None) => {
            judged.fact("entry", format!("number {}", proof.index));
            judged.standing = Standing::Open(
                "it carries no record of docket's: give what it is about with --entry".to_owned(),
            );
        }
        (Some(Err(error)), None) => {
            judged.standing = Standing::Fails(format!("the record in it is none: {}", with_causes(&error)));
        }
        (Some(Ok(extra)), None) => {
            let view = extra.record.view();
            let zone = TimeZone::UTC;
            judged.fact("record", format!("{} of {}, times in UTC", view.index, stream_code(view.stream)));
            judged.lines.push(line(&view, &zone));
            judged.records.push(RecordJson::new(&view, extra.hash()));
            judged.settle(keys, proof.verify_record(&extra, keys));
            if let Some(new) = keys.iter().filter_map(|key| extra.handed_over(key)?.ok()).next() {
                judged.fact("hands over", format!("to {new}"));
            }
        }
    }
    judged.not_covered.push(TRUTH.to_owned());
    judged
}

fn judge_stream(proof: &StreamProof, keys: &[VerifierKey]) -> Result<Judged, Failure> {
    let mut judged = Judged::new(vec![proof.checkpoint.claimed().clone()]);
    let size = proof.checkpoint.claimed().size();
    let code = stream_code(proof.stream);
    judged.fact("ledger", proof.checkpoint.claimed().origin());
    judged.fact("signed", signed(proof.checkpoint.claimed()));
    let (genesis, genesis_hash) = match proof.genesis() {
        Ok(genesis) => genesis,
        Err(error) => {
            judged.standing = Standing::Fails(with_causes(&error));
            return Ok(judged);
        }
    };
    let zone = times::zone(&genesis.time_zone)?;
    judged.fact("genesis", genesis_hash.to_string());
    if keys.is_empty() {
        judged.standing = without_a_key(proof);
    } else {
        judged.settle(keys, proof.verify(keys));
    }
    let last = proof.records.len().saturating_sub(1);
    judged.fact("history", format!("{code}, positions 0 to {last}, without a gap"));
    for included in &proof.records {
        let view: RecordView<'_> = included.record.view();
        judged.lines.push(line(&view, &zone));
        judged.records.push(RecordJson::new(&view, included.record.hash(&genesis_hash)));
    }
    judged.not_covered.push(format!(
        "whether {code} has further records below size {size}: that takes the whole log (docket verify --receipt FILE)"
    ));
    judged.not_covered.push(TRUTH.to_owned());
    Ok(judged)
}

/// A file that is right under the key that it names itself proves nothing yet; one that is wrong even so is wrong.
fn without_a_key(proof: &StreamProof) -> Standing {
    match proof.named_key().and_then(|key| proof.verify(std::slice::from_ref(&key)).map(|_| key)) {
        Err(error) => Standing::Fails(with_causes(&error)),
        Ok(key) => Standing::Open(format!(
            "it fits together, but under a key that the file itself names, and anybody can make such a file: {key}"
        )),
    }
}

fn judge_words(words: &[u8], proof: &StreamProof, judged: &mut Judged) -> Result<(), Failure> {
    match receipt::compare(words, proof)? {
        Words::Right => {}
        Words::Wrong { line, expected } => {
            judged.standing =
                Standing::Fails(format!("line {line} is not what the records say, which is {expected:?}"));
        }
        Words::Unknown { index } => {
            judged.standing = Standing::Open(format!(
                "record {index} is of a type that this version does not know: its line cannot be compared"
            ));
        }
    }
    Ok(())
}
