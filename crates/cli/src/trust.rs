//! What a file is checked under: keys that the user knows from elsewhere.

use std::path::Path;

use docket_proof::{MAX_VERIFIER_KEY_LEN, VerifierKey};

use crate::{failure::Failure, files};

/// Whose signatures count.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    /// The ledger's public key as the office has published it (name+id+base64), or a file that holds it
    #[arg(long, value_name = "VKEY|FILE")]
    vkey: Vec<String>,
}

/// The keys that count.
pub(crate) struct Trust {
    pub(crate) keys: Vec<VerifierKey>,
}

impl Trust {
    pub(crate) fn new(args: &TrustArgs) -> Result<Self, Failure> {
        let keys = args.vkey.iter().map(|given| read_key(given)).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }
}

/// Takes a key as it is written, or the file that holds it.
fn read_key(given: &str) -> Result<VerifierKey, Failure> {
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
