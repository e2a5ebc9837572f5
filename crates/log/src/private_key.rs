//! How private keys are kept: the form of signed-note tools, `PRIVATE+KEY+name+id+base64(type || seed)`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use docket_proof::VerifierKey;
use zeroize::Zeroizing;

const PREFIX: &str = "PRIVATE+KEY+";

/// The longest key file that is read.
pub(crate) const MAX_KEY_FILE_LEN: u64 = 4_096;

/// Returns the line that keeps a key of signed-note type `kind`.
pub(crate) fn to_text(verifier: &VerifierKey, kind: u8, seed: &[u8; 32]) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(vec![kind]);
    secret.extend_from_slice(seed);
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(secret.as_slice()));
    Zeroizing::new(format!("{PREFIX}{}+{}+{}\n", verifier.name(), verifier.id(), encoded.as_str()))
}

/// Takes a key of signed-note type `kind` from its line. `make` makes it from name and seed and says its id, which must
/// be the one in the line.
pub(crate) fn from_text<K>(
    text: &[u8],
    kind: u8,
    make: impl FnOnce(&str, &[u8; 32]) -> Option<(K, String)>,
) -> Option<K> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    // Base64 may hold a `+` too, a name and an id may not.
    let mut parts = text.strip_prefix(PREFIX)?.splitn(3, '+');
    let (name, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    let secret = Zeroizing::new(BASE64_STANDARD.decode(secret).ok()?);
    let (found, seed) = secret.split_first()?;
    let (key, computed) = make(name, seed.try_into().ok()?)?;
    (*found == kind && computed == id).then_some(key)
}
