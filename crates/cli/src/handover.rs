//! From a key that is trusted to the one that the log was handed over to: the proof of a KeyRotated record.

use std::path::Path;

use docket_proof::{MAX_TLOG_PROOF_LEN, TlogProof, VerifierKey};

use crate::{artifact::with_causes, failure::Failure, files};

/// A log's key, and the next one.
pub(crate) struct Handover {
    pub(crate) old: VerifierKey,
    pub(crate) new: VerifierKey,
}

/// Reads a proof that one of `keys` has handed its log over.
pub(crate) fn read(path: &Path, keys: &[VerifierKey]) -> Result<Handover, Failure> {
    let name = path.display();
    let form = |why: String| {
        Failure::undecided(format!("{name} is no proof of a handover: {why}"))
            .hint("it is the file that `docket prove key` wrote")
    };
    let proof = TlogProof::parse(&files::read(path, MAX_TLOG_PROOF_LEN)?)
        .map_err(|error| form(with_causes(&error)))?;
    let extra = match proof.record() {
        Some(Ok(extra)) => extra,
        Some(Err(error)) => return Err(form(with_causes(&error))),
        None => return Err(form("there is no record in it".to_owned())),
    };
    let origin = proof.checkpoint.claimed().origin();
    let mut why = format!("none of the keys given is one of {origin}");
    for old in keys.iter().filter(|key| key.name() == origin) {
        match (proof.verify_record(&extra, std::slice::from_ref(old)), extra.handed_over(old)) {
            (Ok(_), Some(Ok(new))) => return Ok(Handover { old: old.clone(), new }),
            (_, None) => return Err(form("its record is not one by which a log's key changes".to_owned())),
            (Err(error), _) => why = with_causes(&error),
            (_, Some(Err(error))) => why = with_causes(&error),
        }
    }
    Err(Failure::altered(format!("{name} does not hand over: {why}"))
        .hint("give the key that the log had before (and where there were several changes, the proofs in their order)"))
}
