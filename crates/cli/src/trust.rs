//! What a file is checked under: keys that the user knows from elsewhere, and whose cosignatures he asks for.

use std::path::{Path, PathBuf};

use docket_proof::{MAX_VERIFIER_KEY_LEN, Policy, VerifierKey};

use crate::{
    artifact::{Artifact, with_causes},
    failure::Failure,
    files,
    handover::{self, Handover},
    judge::{Judged, Standing},
    policy, times,
};

/// Whose signatures count.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    /// The ledger's public key as the office has published it (name+id+base64), or a file that holds it
    #[arg(long, value_name = "VKEY|FILE")]
    vkey: Vec<String>,
    /// A proof that the log of a key that counts was handed over to another one (`docket prove key`), which counts then
    /// too; where there are several, the oldest first
    #[arg(long, value_name = "FILE")]
    handover: Vec<PathBuf>,
    /// A C2SP tlog-policy: the logs that count, and whose cosignatures a checkpoint needs
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// The keys that count, and the policy.
pub(crate) struct Trust {
    /// Keys of logs: those given, and those that the policy lists.
    pub(crate) keys: Vec<VerifierKey>,
    policy: Option<Policy>,
}

impl Trust {
    pub(crate) fn new(args: &TrustArgs) -> Result<Self, Failure> {
        let given = args.vkey.iter().map(|given| read_key(given)).collect::<Result<Vec<_>, _>>()?;
        let mut policy = args.policy.as_deref().map(policy::read).transpose()?;
        let listed = policy.iter().flat_map(Policy::logs).filter_map(|log| log.key.clone());
        let mut keys: Vec<_> = match &policy {
            // A policy that lists logs accepts no other.
            Some(policy) => given.into_iter().filter(|key| policy.accepts_log(key)).chain(listed).collect(),
            None => given,
        };
        for path in &args.handover {
            let Handover { new, .. } = handover::read(path, &keys)?;
            if let Some(policy) = &mut policy {
                policy.accept_log(&new);
            }
            keys.push(new);
        }
        Ok(Self { keys, policy })
    }

    /// Holds a file that holds so far against the policy: without the cosignatures that it asks for, nothing is shown.
    pub(crate) fn ask_witnesses(&self, artifact: &Artifact, judged: &mut Judged) {
        let (Some(policy), Some(note)) = (&self.policy, artifact.checkpoint()) else { return };
        if !matches!(judged.standing, Standing::Holds) {
            return;
        }
        // Of one name there may be several: an old key of the log and a new one.
        let log = self.keys.iter().find(|key| note.open(std::slice::from_ref(*key)).is_ok());
        match policy.check(note, log) {
            Err(error) => judged.standing = Standing::Fails(with_causes(&error)),
            Ok(verdict) => {
                for one in &verdict.cosigned {
                    let Some(witness) = policy.witnesses().get(one.witness) else { continue };
                    let at = i64::try_from(one.time).unwrap_or(i64::MAX).saturating_mul(1_000_000);
                    judged.cosigned.push((witness.name.clone(), times::rfc3339(at)));
                }
                if !verdict.holds() {
                    let missing: Vec<_> = verdict.missing.iter().map(ToString::to_string).collect();
                    judged.standing = Standing::Open(format!(
                        "the log has signed it, but the policy asks for more: {}",
                        missing.join("; ")
                    ));
                }
            }
        }
    }
}

/// Takes a key as it is written, or the file that holds it.
pub(crate) fn read_key(given: &str) -> Result<VerifierKey, Failure> {
    let refused = |error| {
        Failure::usage(format!("{given} is no verifier key: {error}"))
            .hint("a key reads name+id+base64; `public_key` in a ledger's ledger.toml is one")
    };
    let path = Path::new(given);
    match given.parse() {
        Ok(key) => Ok(key),
        Err(_) if path.is_file() => {
            let bytes = files::read(path, MAX_VERIFIER_KEY_LEN)?;
            String::from_utf8_lossy(&bytes).trim().parse().map_err(refused)
        }
        Err(error) => Err(refused(error)),
    }
}
