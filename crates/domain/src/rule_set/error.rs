use crate::public_text::PublicText;

/// Why a text is no rule set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleSetError {
    /// More than [`PublicText::MAX_LEN`] bytes: it could not be adopted.
    #[error("rule set: a text of more than {} bytes ({len})", PublicText::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Something in it is not as RULES.md has it.
    #[error("rule set, line {line}{}: {reason}", in_key(key))]
    Text {
        /// The line, counted from 1.
        line: usize,
        /// The key with the tables it stands in, such as `terms.handle.days`; empty when it is not TOML at all.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

impl RuleSetError {
    pub(super) fn in_text(text: &str, mut error: toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        let reason = shorten(&error.message().replace('\n', " "));
        Self::Text { line, key: shorten(&key_of(&mut error)), reason }
    }
}

/// The parser tells the key only when it does not draw the text.
fn key_of(error: &mut toml::de::Error) -> String {
    error.set_input(None);
    let drawn = error.to_string();
    let key = drawn.trim_end().rsplit_once("in `").and_then(|(_, key)| key.strip_suffix('`'));
    key.unwrap_or_default().to_owned()
}

fn in_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", key `{key}`") }
}

/// A key can be as long as the text.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

const SHOWN_MAX: usize = 400;
