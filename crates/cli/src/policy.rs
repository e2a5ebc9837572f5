//! What a policy file says about what was found.

use std::path::Path;

use docket_proof::{MAX_POLICY_LEN, Policy};

use crate::{failure::Failure, files};

/// Reads a policy.
pub(crate) fn read(path: &Path) -> Result<Policy, Failure> {
    Policy::parse(&files::read(path, MAX_POLICY_LEN)?).map_err(|error| {
        Failure::undecided(format!("{}: {error}", path.display())).hint(
            "a policy is in the form of C2SP tlog-policy: log, witness and group lines, and one quorum line",
        )
    })
}
