//! What `docket verify --json` prints.

use docket_log::{Finding, Fork, Undecided, Verdict, WitnessSummary};
use docket_projection::IndexCheck;
use serde::Serialize;

use crate::{failure::Failure, judge::Standing, output::Output};

use super::{
    outcome::Outcome, policy::PolicyVerdict, receipts::ReceiptVerdict, reports::ReportsVerdict,
    rules::RulesVerdict,
};

/// The JSON result, documented field by field in the README.
#[derive(Serialize)]
struct Json<'a> {
    verdict: &'static str,
    origin: Option<&'a str>,
    genesis: Option<String>,
    clock: Option<&'static str>,
    size: u64,
    chain_head: String,
    root: Option<String>,
    streams: u64,
    log_bytes: u64,
    personal_values: u64,
    vault_bytes: u64,
    own_checkpoints: u64,
    newest_checkpoint: Option<Signed>,
    given_checkpoints: Vec<Given<'a>>,
    receipts: Vec<ReceiptJson<'a>>,
    since: Option<SinceJson<'a>>,
    range: Option<RangeJson>,
    forks: Vec<ForkJson<'a>>,
    evidence: Option<EvidenceJson<'a>>,
    signatures: u64,
    cosignatures: u64,
    witnesses: Vec<WitnessJson<'a>>,
    policy: Option<PolicyJson<'a>>,
    predecessor: Option<PredecessorJson<'a>>,
    key_rotations: Vec<KeyJson>,
    tail_cuts: Vec<Cut>,
    clock_corrections: &'a [u64],
    held_records: u64,
    rules: Option<RulesJson>,
    reports: Option<ReportsJson>,
    index: Option<IndexJson>,
    findings_total: u64,
    findings: Vec<FindingJson<'a>>,
    undecided: Vec<UndecidedJson<'a>>,
    not_covered: Vec<String>,
}

#[derive(Serialize)]
struct RulesJson {
    result: &'static str,
    size: Option<u64>,
    unknown: u64,
    /// The first record of these.
    first_unknown: Option<u64>,
    /// Records that do not follow without what these say.
    open: u64,
    impossible_total: u64,
    impossible: Vec<ImpossibleJson>,
    why: Option<String>,
}

#[derive(Serialize)]
struct ReportsJson {
    result: &'static str,
    published: u64,
    same_figures: u64,
    same_bytes: u64,
    differing_total: u64,
    differing: Vec<DifferingJson>,
    unknown: Vec<UnknownJson>,
    why: Option<String>,
}

#[derive(Serialize)]
struct DifferingJson {
    record: u64,
    report: String,
    figure: String,
    as_of_size: u64,
    published: String,
    found: String,
}

#[derive(Serialize)]
struct UnknownJson {
    record: u64,
    why: String,
}

#[derive(Serialize)]
struct ImpossibleJson {
    record: u64,
    rule: &'static str,
    what: String,
}

#[derive(Serialize)]
struct WitnessJson<'a> {
    name: &'a str,
    key: String,
    cosignatures: u64,
    size: u64,
    time: u64,
}

#[derive(Serialize)]
struct PolicyJson<'a> {
    name: &'a str,
    verdict: &'static str,
    size: Option<u64>,
    missing: &'a [String],
    witnesses: Vec<PolicyWitnessJson<'a>>,
}

#[derive(Serialize)]
struct PolicyWitnessJson<'a> {
    name: &'a str,
    size: Option<u64>,
}

#[derive(Serialize)]
struct Signed {
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct Given<'a> {
    name: &'a str,
    size: Option<u64>,
    root: Option<String>,
    holds: bool,
}

#[derive(Serialize)]
struct PredecessorJson<'a> {
    origin: &'a str,
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct KeyJson {
    record: u64,
    key: String,
}

#[derive(Serialize)]
struct Cut {
    record: u64,
    file: String,
    bytes: u64,
}

#[derive(Serialize)]
struct IndexJson {
    result: &'static str,
    size: Option<u64>,
    differences: Vec<String>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    check: &'a str,
    file: &'a str,
    record: Option<u64>,
    offset: Option<u64>,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    what: &'a str,
}

#[derive(Serialize)]
struct UndecidedJson<'a> {
    file: &'a str,
    record: Option<u64>,
    why: &'a str,
}

#[derive(Serialize)]
struct ReceiptJson<'a> {
    name: &'a str,
    kind: &'a str,
    verdict: &'static str,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct SinceJson<'a> {
    name: &'a str,
    size: u64,
    hashes_from: u64,
}

#[derive(Serialize)]
struct RangeJson {
    from: u64,
    to: u64,
    checkpoint_size: Option<u64>,
    unjudged_batch_records: u64,
    unjudged_cosignatures: u64,
}

#[derive(Serialize)]
struct ForkJson<'a> {
    name: &'a str,
    size: u64,
    kept_root: String,
    ledger_root: String,
    parts_from: u64,
    parts_to: u64,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    wrote: Option<&'a str>,
}

impl Outcome {
    pub(super) fn object(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        let genesis = report.identity.as_ref().map(|identity| &identity.genesis);
        output.object(&Json {
            verdict: self.verdict_name(),
            origin: genesis.map(|genesis| genesis.origin.as_str()),
            genesis: report.identity.as_ref().map(|identity| identity.hash.to_string()),
            clock: genesis.map(|genesis| genesis.clock.name()),
            size: report.size,
            chain_head: report.head.to_string(),
            root: report.root.map(|root| root.to_string()),
            streams: report.streams,
            log_bytes: report.log_bytes,
            personal_values: report.values,
            vault_bytes: report.vault_bytes,
            own_checkpoints: report.own_checkpoints,
            newest_checkpoint: report.newest.as_ref().map(|(checkpoint, _)| Signed {
                size: checkpoint.size(),
                root: checkpoint.root().to_string(),
            }),
            given_checkpoints: report
                .given
                .iter()
                .map(|given| Given {
                    name: &given.name,
                    size: given.checkpoint.as_ref().map(docket_proof::Checkpoint::size),
                    root: given.checkpoint.as_ref().map(|checkpoint| checkpoint.root().to_string()),
                    holds: given.holds,
                })
                .collect(),
            receipts: self.receipts.iter().map(receipt_json).collect(),
            since: report.since.as_ref().map(|since| SinceJson {
                name: &since.name,
                size: since.size,
                hashes_from: since.hashes_from,
            }),
            range: report.range.as_ref().map(|range| RangeJson {
                from: range.from,
                to: range.to,
                checkpoint_size: range.bound_by,
                unjudged_batch_records: range.unjudged_batch,
                unjudged_cosignatures: range.unjudged_cosignatures,
            }),
            forks: report.forks.iter().map(fork_json).collect(),
            evidence: self.evidence.as_ref().map(|_| EvidenceJson { wrote: self.evidence_file.as_deref() }),
            signatures: report.signatures,
            cosignatures: self.cosignatures(),
            witnesses: report.witnesses.iter().map(witness_json).collect(),
            policy: self.policy.as_ref().map(policy_json),
            predecessor: genesis.and_then(|genesis| genesis.predecessor.as_ref()).map(|before| {
                PredecessorJson { origin: &before.origin, size: before.size, root: before.root.to_string() }
            }),
            key_rotations: report
                .rotations
                .iter()
                .map(|key| KeyJson { record: key.record.0, key: key.verifier.to_string() })
                .collect(),
            tail_cuts: report
                .cuts
                .iter()
                .map(|note| Cut {
                    record: note.record,
                    file: format!("cut/{:08}.cut", note.cut.number),
                    bytes: note.cut.file_len,
                })
                .collect(),
            clock_corrections: &report.clock_corrections,
            held_records: report.held,
            rules: self.rules.as_ref().map(rules_json),
            reports: self.reports.as_ref().map(reports_json),
            index: self.index.as_ref().map(index_json),
            findings_total: report.findings_total,
            findings: report.findings.iter().map(finding_json).collect(),
            undecided: report.undecided.iter().map(undecided_json).collect(),
            not_covered: self.not_covered(),
        })
    }
}

fn rules_json(rules: &RulesVerdict) -> RulesJson {
    let impossible_total = rules.impossible();
    match rules {
        RulesVerdict::NotChecked(why) => RulesJson {
            result: "not-checked",
            size: None,
            unknown: 0,
            first_unknown: None,
            open: 0,
            impossible_total,
            impossible: Vec::new(),
            why: Some(why.clone()),
        },
        RulesVerdict::Judged(check) => RulesJson {
            result: match rules.verdict() {
                docket_log::Verdict::Intact => "possible",
                docket_log::Verdict::Altered => "impossible",
                docket_log::Verdict::Undecided => "undecided",
            },
            size: Some(check.size),
            unknown: check.unknown,
            first_unknown: check.first_unknown,
            open: check.open,
            impossible_total,
            impossible: check
                .impossible
                .iter()
                .map(|one| ImpossibleJson { record: one.record(), rule: one.rule(), what: one.to_string() })
                .collect(),
            why: None,
        },
    }
}

fn reports_json(reports: &ReportsVerdict) -> ReportsJson {
    let differing_total = reports.differing();
    let (check, same_bytes) = match reports {
        ReportsVerdict::NotChecked(why) => {
            return ReportsJson {
                result: "not-checked",
                published: 0,
                same_figures: 0,
                same_bytes: 0,
                differing_total,
                differing: Vec::new(),
                unknown: Vec::new(),
                why: Some(why.clone()),
            };
        }
        ReportsVerdict::Made { check, same_bytes } => (check, *same_bytes),
    };
    let differing = check.differing.iter().map(|figure| DifferingJson {
        record: figure.record,
        report: figure.report.to_string(),
        figure: figure.figure.to_string(),
        as_of_size: figure.size,
        published: figure.published_text(),
        found: figure.found_text(),
    });
    ReportsJson {
        result: match reports.verdict() {
            docket_log::Verdict::Intact => "same",
            docket_log::Verdict::Altered => "differs",
            docket_log::Verdict::Undecided => "undecided",
        },
        published: check.published,
        same_figures: check.same,
        same_bytes,
        differing_total,
        differing: differing.collect(),
        unknown: check
            .unknown
            .iter()
            .map(|unknown| UnknownJson { record: unknown.record, why: unknown.why.clone() })
            .collect(),
        why: None,
    }
}

fn witness_json(seen: &WitnessSummary) -> WitnessJson<'_> {
    WitnessJson {
        name: seen.witness.name(),
        key: seen.witness.to_string(),
        cosignatures: seen.cosignatures,
        size: seen.size,
        time: seen.time,
    }
}

fn policy_json(policy: &PolicyVerdict) -> PolicyJson<'_> {
    let verdict = match policy.verdict() {
        Verdict::Intact => "holds",
        Verdict::Altered => "fails",
        Verdict::Undecided => "undecided",
    };
    PolicyJson {
        name: &policy.name,
        verdict,
        size: policy.size,
        missing: &policy.missing,
        witnesses: policy
            .witnesses
            .iter()
            .map(|(name, size)| PolicyWitnessJson { name, size: *size })
            .collect(),
    }
}

fn index_json(index: &IndexCheck) -> IndexJson {
    match index {
        IndexCheck::Same { size, .. } => {
            IndexJson { result: "same", size: Some(*size), differences: Vec::new() }
        }
        IndexCheck::Differs(differences) => {
            IndexJson { result: "differs", size: None, differences: differences.clone() }
        }
        IndexCheck::NotChecked(why) => {
            IndexJson { result: "not-checked", size: None, differences: vec![why.clone()] }
        }
    }
}

fn finding_json(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        check: finding.check,
        file: &finding.file,
        record: finding.record,
        offset: finding.offset,
        expected: finding.expected.as_deref(),
        found: finding.found.as_deref(),
        what: &finding.what,
    }
}

fn undecided_json(undecided: &Undecided) -> UndecidedJson<'_> {
    UndecidedJson { file: &undecided.file, record: undecided.record, why: &undecided.why }
}

fn receipt_json(receipt: &ReceiptVerdict) -> ReceiptJson<'_> {
    let (verdict, why) = match &receipt.standing {
        Standing::Holds => ("holds", None),
        Standing::Fails(why) => ("fails", Some(why.as_str())),
        Standing::Open(why) => ("undecided", Some(why.as_str())),
    };
    ReceiptJson { name: &receipt.name, kind: receipt.kind, verdict, why }
}

fn fork_json(fork: &Fork) -> ForkJson<'_> {
    ForkJson {
        name: &fork.name,
        size: fork.size,
        kept_root: fork.kept.to_string(),
        ledger_root: fork.found.to_string(),
        parts_from: fork.agreed,
        parts_to: fork.size.saturating_sub(1),
    }
}
