//! What a policy says about the ledger: up to which size a quorum of witnesses vouches for its history (WITNESS.md).

use std::path::Path;

use docket_log::{Report, Verdict};
use docket_proof::{Policy, VerifierKey};

/// A policy, held against what was found.
pub(super) struct PolicyVerdict {
    pub(super) name: String,
    /// The policy lists logs, and this ledger's key is none of them.
    pub(super) is_of_another_log: bool,
    /// It asks for no witness.
    pub(super) asks_for_nobody: bool,
    /// The largest size that a quorum has cosigned, or a larger one.
    pub(super) size: Option<u64>,
    /// What the quorum misses where there is no such size.
    pub(super) missing: Vec<String>,
    /// The policy's witnesses, and the largest size of this history that each has cosigned.
    pub(super) witnesses: Vec<(String, Option<u64>)>,
}

impl PolicyVerdict {
    pub(super) fn new(path: &Path, policy: &Policy, report: &Report) -> Self {
        let cosigned: Vec<Option<u64>> = policy
            .witnesses()
            .iter()
            .map(|witness| witness.key.as_ref().and_then(|key| largest(report, key)))
            .collect();
        let missing_at = |size: u64| {
            let has_cosigned = |place: usize| cosigned.get(place).copied().flatten() >= Some(size);
            policy.missing(&has_cosigned)
        };
        let mut sizes: Vec<u64> = cosigned.iter().flatten().copied().collect();
        sizes.sort_unstable_by(|one, other| other.cmp(one));
        let size = sizes.into_iter().find(|size| !policy.asks_for_nobody() && missing_at(*size).is_empty());
        let missing = match size {
            Some(_) => Vec::new(),
            // Any cosignature at all counts for what is said to be missing.
            None => missing_at(1).iter().map(ToString::to_string).collect(),
        };
        let names = policy.witnesses().iter().map(|witness| witness.name.clone());
        Self {
            name: path.display().to_string(),
            is_of_another_log: report
                .identity
                .as_ref()
                .is_some_and(|_| !report.log_keys().any(|key| policy.accepts_log(key))),
            asks_for_nobody: policy.asks_for_nobody(),
            size,
            missing,
            witnesses: names.zip(cosigned).collect(),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        if self.is_of_another_log {
            Verdict::Altered
        } else if self.size.is_some() || self.asks_for_nobody {
            Verdict::Intact
        } else {
            Verdict::Undecided
        }
    }

    /// Says what is missing; the quorum first.
    pub(super) fn shortfall(&self) -> String {
        format!("the policy's quorum has not cosigned this history: {}", self.missing.join("; "))
    }

    /// Says up to where it holds.
    pub(super) fn standing(&self) -> String {
        match self.size {
            _ if self.is_of_another_log => "names other logs".to_owned(),
            None if self.asks_for_nobody => "asks for no witness".to_owned(),
            None => "does not hold".to_owned(),
            Some(size) => format!("holds up to size {size}"),
        }
    }
}

/// Returns the largest size of the ledger's history that a witness has cosigned, by the ledger's records and by the
/// checkpoints that were brought along.
fn largest(report: &Report, key: &VerifierKey) -> Option<u64> {
    let recorded = report.witnesses.iter().filter(|seen| seen.witness == *key).map(|seen| seen.size);
    let given = report.given.iter().filter(|given| given.holds);
    let given = given.filter(|given| given.cosigners.iter().any(|cosigner| cosigner.witness == *key));
    // A cosignature of the empty tree vouches for nothing.
    recorded
        .chain(given.filter_map(|given| given.checkpoint.as_ref().map(docket_proof::Checkpoint::size)))
        .filter(|size| *size > 0)
        .max()
}
