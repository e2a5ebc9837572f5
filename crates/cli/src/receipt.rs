//! A receipt: lines to read, and the stream proof from which they follow (PROOFS.md section 6).

use docket_domain::{Event, StreamKind};
use docket_proof::{RecordView, STREAM_PROOF_HEADER, StreamProof};

use crate::{
    command::show::{IntoDomain as _, event_name, stream_code},
    failure::Failure,
    times,
};

/// The first line.
pub(crate) const RECEIPT_HEADER: &str = "docket receipt v1";

/// Returns the receipt that a stream proof makes.
pub(crate) fn write(proof: &StreamProof) -> Result<Vec<u8>, Failure> {
    let mut bytes = words(proof)?.into_bytes();
    bytes.push(b'\n');
    bytes.extend(proof.to_bytes());
    Ok(bytes)
}

/// Splits a receipt into its lines to read and its proof; `None` where there is no proof in it.
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let border = format!("\n\n{STREAM_PROOF_HEADER}\n");
    let at = bytes.windows(border.len()).position(|window| window == border.as_bytes())?;
    Some((bytes.get(..=at)?, bytes.get(at + 2..)?))
}

/// Returns the lines to read that follow from a proof.
pub(crate) fn words(proof: &StreamProof) -> Result<String, Failure> {
    let (genesis, _) = proof.genesis().map_err(Failure::undecided)?;
    let zone = times::zone(&genesis.time_zone)?;
    let what = if proof.stream.kind == StreamKind::CASE.0 { "case" } else { "stream" };
    let mut words = format!(
        "{RECEIPT_HEADER}\nledger {}\n{what} {}\nrecords {} up to size {}\n",
        genesis.origin,
        stream_code(proof.stream),
        proof.records.len(),
        proof.checkpoint.claimed().size(),
    );
    for included in &proof.records {
        let view = included.record.view();
        words.push_str(&format!(
            "{}  {}  occurred {}  record {}\n",
            times::show_with_offset(view.recorded_at, &zone),
            event_name(&view),
            times::show(view.occurred_at, view.precision.into_domain(), &zone),
            view.index,
        ));
    }
    words.push_str(
        "to check it: docket check THIS-FILE --vkey KEY, with the key that the office has published\n",
    );
    Ok(words)
}

/// What is to be said of a receipt's lines.
pub(crate) enum Words {
    /// They are what the records say.
    Right,
    /// They are not: the first line that differs, and what it should be.
    Wrong { line: usize, expected: String },
    /// They name an event that this version does not know.
    Unknown { index: u64 },
}

/// Compares a receipt's lines with its proof, which must hold.
pub(crate) fn compare(words_found: &[u8], proof: &StreamProof) -> Result<Words, Failure> {
    let expected = words(proof)?;
    if expected.as_bytes() == words_found {
        return Ok(Words::Right);
    }
    if let Some(unknown) =
        proof.records.iter().map(|included| included.record.view()).find(|view| !is_known(view))
    {
        return Ok(Words::Unknown { index: unknown.index.0 });
    }
    let found = String::from_utf8_lossy(words_found);
    let differs = |(number, expected): (usize, &str)| {
        let same = found.lines().nth(number).is_some_and(|found| found == expected);
        (!same).then(|| Words::Wrong { line: number + 1, expected: expected.to_owned() })
    };
    let behind = Words::Wrong { line: expected.lines().count() + 1, expected: String::new() };
    Ok(expected.lines().enumerate().find_map(differs).unwrap_or(behind))
}

fn is_known(view: &RecordView<'_>) -> bool {
    Event::ALL.iter().any(|(number, ..)| *number == view.event_type)
}
