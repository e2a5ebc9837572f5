//! What `docket verify` found, in words: the facts, the findings, and the verdict with its scope.

use anstyle::{AnsiColor, Style};
use docket_log::{RangeScope, Report, Verdict};
use docket_projection::IndexCheck;
use docket_proof::{ClockKind, Evidence};

use crate::{
    failure::{Exit, Failure},
    judge::Standing,
    output::Output,
    text::escape,
};

use super::{policy::PolicyVerdict, receipts::ReceiptVerdict, reports::ReportsVerdict, rules::RulesVerdict};

/// Colours, where the output takes them; every line reads without.
const GOOD: Style = AnsiColor::Green.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Everything the verdict rests on.
pub(super) struct Outcome {
    pub(super) report: Report,
    pub(super) rules: Option<RulesVerdict>,
    pub(super) reports: Option<ReportsVerdict>,
    pub(super) index: Option<IndexCheck>,
    pub(super) receipts: Vec<ReceiptVerdict>,
    pub(super) policy: Option<PolicyVerdict>,
    /// Two checkpoints under the ledger's key that contradict each other.
    pub(super) evidence: Option<Evidence>,
    /// Where they were written.
    pub(super) evidence_file: Option<String>,
}

impl Outcome {
    /// Rests on a scan alone, so far.
    pub(super) fn new(report: Report) -> Self {
        Self {
            report,
            rules: None,
            reports: None,
            index: None,
            receipts: Vec::new(),
            policy: None,
            evidence: None,
            evidence_file: None,
        }
    }

    fn failed_receipts(&self) -> u64 {
        let fails = |receipt: &&ReceiptVerdict| matches!(receipt.standing, Standing::Fails(_));
        self.receipts.iter().filter(fails).count() as u64
    }

    pub(super) fn verdict(&self) -> Verdict {
        let index = match &self.index {
            Some(IndexCheck::Differs(_)) => Verdict::Altered,
            Some(IndexCheck::NotChecked(_)) => Verdict::Undecided,
            _ => Verdict::Intact,
        };
        let receipts = self.receipts.iter().map(|receipt| match receipt.standing {
            Standing::Holds => Verdict::Intact,
            Standing::Fails(_) => Verdict::Altered,
            Standing::Open(_) => Verdict::Undecided,
        });
        let rules = self.rules.as_ref().map_or(Verdict::Intact, RulesVerdict::verdict);
        let policy = self.policy.as_ref().map_or(Verdict::Intact, PolicyVerdict::verdict);
        let reports = self.reports.as_ref().map_or(Verdict::Intact, ReportsVerdict::verdict);
        let all = receipts.chain([rules, reports, index, policy, self.report.verdict()]);
        all.fold(Verdict::Intact, |worst, verdict| match (worst, verdict) {
            (Verdict::Altered, _) | (_, Verdict::Altered) => Verdict::Altered,
            (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
            _ => Verdict::Intact,
        })
    }

    pub(super) fn exit(&self) -> Exit {
        match self.verdict() {
            Verdict::Intact => Exit::Done,
            Verdict::Altered => Exit::Altered,
            Verdict::Undecided => Exit::Undecided,
        }
    }

    /// Cosignatures that hold: those that the ledger has recorded, and those on checkpoints brought along.
    pub(super) fn cosignatures(&self) -> u64 {
        let given = self.report.given.iter().filter(|given| given.holds);
        self.report.cosignatures + given.map(|given| given.cosigners.len() as u64).sum::<u64>()
    }

    /// The size below which a quorum of the policy's witnesses vouches for the history.
    fn vouched(&self) -> Option<u64> {
        self.policy.as_ref().and_then(|policy| policy.size)
    }

    pub(super) fn verdict_name(&self) -> &'static str {
        match self.verdict() {
            Verdict::Intact => "intact",
            Verdict::Altered => "altered",
            Verdict::Undecided => "undecided",
        }
    }

    /// Names the checkpoints that hold and cover records of a range: the ledger's own newest, and those brought along.
    fn binding(&self, range: &RangeScope) -> String {
        let covers = |size: u64| size > range.from;
        let own = self.report.newest.iter().map(|(newest, _)| newest.size()).filter(|size| covers(*size));
        let own = own.map(|size| format!("the ledger's own checkpoint of size {size}"));
        let given = self.report.given.iter().filter(|given| given.holds);
        let given = given.filter_map(|given| {
            let size = given.checkpoint.as_ref()?.size();
            covers(size).then(|| format!("{} of size {size}", escape(&given.name)))
        });
        let names: Vec<String> = own.chain(given).collect();
        if names.is_empty() { "no checkpoint".to_owned() } else { names.join(" and ") }
    }

    /// What nobody may read into a verdict on a range.
    fn not_covered_by_range(&self, range: &RangeScope, open: &mut Vec<String>) {
        let RangeScope { from, to, bound_by, unjudged_cosignatures, unjudged_batch } = range;
        open.push(format!(
            "every record of the {} in the log but {from} to {to}, with what the vault holds for them; of the log's files, the ledger's other checkpoints, ledger.toml and cut/, nothing else was looked at",
            self.report.size
        ));
        if let Some(size) = bound_by.filter(|size| size <= to) {
            open.push(format!(
                "records {size} to {to}: they follow those before, but no checkpoint that was compared covers them"
            ));
        }
        if *unjudged_batch > 0 {
            open.push(format!(
                "whether the first {unjudged_batch} records are a whole batch, and who signed it: it began before record {from}"
            ));
        }
        if *from > 0 {
            open.push(format!(
                "whether the first record of the range in each stream follows the stream's last one below {from}, and the time of record {from} the one before (their links are checked among themselves)"
            ));
        }
        if *unjudged_cosignatures > 0 {
            open.push(format!(
                "whether the {unjudged_cosignatures} cosignatures that records of the range keep are of this history, and the bounds they set to recorded times"
            ));
        }
        if *from > 0 && self.report.signatures > 0 {
            open.push("whether the keys that actors signed with are theirs: that stands in the records that were not read".to_owned());
        }
    }

    /// What nobody may read into the verdict.
    pub(super) fn not_covered(&self) -> Vec<String> {
        let mut open = Vec::new();
        if let Some(range) = &self.report.range {
            self.not_covered_by_range(range, &mut open);
        }
        if let Some(since) = &self.report.since {
            open.push(format!(
                "records 0 to {}, and the personal values in the vault that they commit to, were not read: {} stands for them",
                since.size - 1, since.name
            ));
            if self.report.signatures > 0 {
                open.push("whether the keys that actors signed with are theirs: that stands in the records that were not read".to_owned());
            }
            open.push(format!(
                "whether records from {} on follow the last old one of each stream (their links are checked among themselves), and the ledger's own checkpoints below that size",
                since.size
            ));
        }
        let held = self.report.given.iter().filter(|given| given.holds).count();
        if held == 0 && self.vouched().is_none() {
            open.push(
                "no checkpoint from outside was compared: a full rewrite by whoever holds the key, an old copy put back, or a cut tail with its checkpoints would not show"
                    .to_owned(),
            );
        }
        let signed = self.report.newest.as_ref().map_or(0, |(checkpoint, _)| checkpoint.size());
        let behind = self.report.size.checked_sub(signed).filter(|behind| *behind > 0 && signed > 0);
        if let Some(behind) = behind.filter(|_| self.report.range.is_none()) {
            open.push(format!("the last {behind} records are chained but no checkpoint covers them yet"));
        }
        if let Some(largest) = self
            .report
            .given
            .iter()
            .filter(|given| given.holds)
            .filter_map(|given| Some(given.checkpoint.as_ref()?.size()))
            .max()
            && largest < self.report.size
        {
            open.push(format!(
                "whether records behind size {largest} were rewritten or cut since that checkpoint was kept"
            ));
        }
        match (self.vouched(), &self.policy) {
            (Some(size), _) if size < self.report.size => open.push(format!(
                "whether records behind size {size} were rewritten or cut: no quorum of the policy has cosigned them"
            )),
            (None, None) => open.push("no witness's cosignature was asked for".to_owned()),
            _ => {}
        }
        let genesis = self.report.identity.as_ref().map(|identity| &identity.genesis);
        if let Some(before) = genesis.and_then(|genesis| genesis.predecessor.as_ref()) {
            open.push(format!(
                "the {} records of {}, which this ledger continues: verify that ledger too; its root at that size must be the one above",
                before.size, before.origin
            ));
        }
        if self.rules.is_none() {
            open.push("whether the recorded acts follow from each other by the rules (--rules)".to_owned());
        }
        if self.reports.is_none() {
            open.push("whether published reports follow from the record (--reports)".to_owned());
        }
        if self.index.is_none() {
            open.push("the index (--index)".to_owned());
        }
        open.push("whether what was recorded is true, and what was never recorded".to_owned());
        open
    }

    pub(super) fn tell(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        if let Some(identity) = &report.identity {
            output.line(format_args!("ledger       {}", escape(&identity.genesis.origin)))?;
            if identity.genesis.clock == ClockKind::Simulated {
                output.line(
                    "clock        SIMULATED: made for a demonstration or a benchmark, its times are made up",
                )?;
            }
            output.line(format_args!("genesis      {}", identity.hash))?;
            if let Some(before) = &identity.genesis.predecessor {
                output.line(format_args!(
                    "predecessor  {}, size {}, root {}",
                    escape(&before.origin),
                    before.size,
                    before.root
                ))?;
            }
        }
        if let Some(range) = &report.range {
            output.line(format_args!(
                "records      {} to {} of {}, in {} streams",
                range.from, range.to, report.size, report.streams
            ))?;
            output.line(format_args!("hash of {:<4} {}", range.to, report.head))?;
            output.line(format_args!("against      {}", self.binding(range)))?;
        } else if let Some(since) = report.since.as_ref().filter(|_| report.size > 0) {
            let new = report.size.saturating_sub(since.size);
            output.line(format_args!(
                "records      {}, of which {new} from {} on were read, in {} streams",
                report.size, since.size, report.streams
            ))?;
            output.line(format_args!("chain head   {}", report.head))?;
        } else if report.size > 0 {
            output.line(format_args!("records      {} in {} streams", report.size, report.streams))?;
            output.line(format_args!("chain head   {}", report.head))?;
        }
        if let Some(root) = report.root {
            output.line(format_args!("root         {root}"))?;
        }
        output.line(format_args!(
            "read now     {} bytes of log/, {} bytes of vault/ with {} personal values",
            report.log_bytes, report.vault_bytes, report.values
        ))?;
        if let Some((checkpoint, _)) = report.newest.as_ref().filter(|_| report.range.is_none()) {
            output.line(format_args!(
                "checkpoints  {} of the ledger's own hold, the newest at size {}; keep it elsewhere: docket checkpoint > FILE",
                report.own_checkpoints,
                checkpoint.size()
            ))?;
        }
        for given in &report.given {
            let size = given
                .checkpoint
                .as_ref()
                .map_or_else(|| "?".to_owned(), |checkpoint| checkpoint.size().to_string());
            let holds = if given.holds { "holds" } else { "does not hold" };
            output.line(format_args!("given        {}: size {size}: {holds}", escape(&given.name)))?;
        }
        if let Some(policy) = &self.policy {
            output.line(format_args!("policy       {}: {}", escape(&policy.name), policy.standing()))?;
            for (name, size) in &policy.witnesses {
                let size = size.map_or_else(|| "nothing".to_owned(), |size| format!("size {size}"));
                output.line(format_args!("witness      {}: has cosigned {size}", escape(name)))?;
            }
        }
        for receipt in &self.receipts {
            output.line(format_args!("{:<12} {}: {}", "receipt", escape(&receipt.name), receipt.line()))?;
        }
        for note in &report.cuts {
            output.line(format_args!(
                "tail cut     record {}: a recovery cut the log to size {} and kept what it cut in cut/{:08}.cut",
                note.record, note.cut.size, note.cut.number
            ))?;
        }
        if report.signatures > 0 {
            let from = report.range.as_ref().map_or(0, |range| range.from);
            let under = match report.since {
                None if from == 0 => ", each under the key in force for them",
                _ => "",
            };
            output.line(format_args!(
                "signatures   {} commands are signed by their actors{under}",
                report.signatures
            ))?;
        }
        for key in &report.rotations {
            output.line(format_args!(
                "key          record {}: the log was handed over to {}",
                key.record, key.verifier
            ))?;
        }
        for record in &report.clock_corrections {
            output
                .line(format_args!("clock        record {record}: somebody confirmed a clock far behind"))?;
        }
        self.tell_findings(output)?;
        self.tell_evidence(output)?;
        let not_covered = self.not_covered();
        for open in &not_covered {
            output.line(format_args!("not covered  {open}"))?;
        }
        output.line(self.last_line())
    }

    pub(super) fn tell_findings(&self, output: &mut Output) -> Result<(), Failure> {
        let report = &self.report;
        self.tell_rules(output)?;
        self.tell_reports(output)?;
        match &self.index {
            None => {}
            Some(IndexCheck::Same { size, pages }) => {
                output.line(format_args!(
                    "index        {pages} pages are what a replay of {size} records gives"
                ))?;
            }
            Some(IndexCheck::Differs(differences)) => {
                for difference in differences {
                    output.line(format_args!(
                        "{BAD}ALTERED{BAD:#}      index: {difference} (`docket rebuild` builds it again)"
                    ))?;
                }
            }
            Some(IndexCheck::NotChecked(why)) => {
                output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    index: {why}"))?
            }
        }
        for receipt in &self.receipts {
            if let Standing::Fails(why) = &receipt.standing {
                let (name, why) = (escape(&receipt.name), escape(why));
                output.line(format_args!("{BAD}ALTERED{BAD:#}      {name}: {}: {why}", receipt.kind))?;
            }
        }
        if let Some(policy) = &self.policy {
            let name = escape(&policy.name);
            match policy.verdict() {
                Verdict::Altered => output.line(format_args!(
                    "{BAD}ALTERED{BAD:#}      {name}: the policy names other logs: this ledger's key is none of them"
                ))?,
                Verdict::Undecided => output.line(format_args!(
                    "{OPEN}UNDECIDED{OPEN:#}    {name}: {}",
                    escape(&policy.shortfall())
                ))?,
                Verdict::Intact => {}
            }
        }
        for finding in &report.findings {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      {}", escape(&finding.to_string())))?;
        }
        if let Some(more) =
            report.findings_total.checked_sub(report.findings.len() as u64).filter(|more| *more > 0)
        {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      and {more} findings more"))?;
        }
        for undecided in &report.undecided {
            output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    {}", escape(&undecided.to_string())))?;
        }
        Ok(())
    }

    fn tell_rules(&self, output: &mut Output) -> Result<(), Failure> {
        let check = match &self.rules {
            None => return Ok(()),
            Some(RulesVerdict::NotChecked(why)) => {
                return output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    rules: {}", escape(why)));
            }
            Some(RulesVerdict::Judged(check)) => check,
        };
        for impossible in &check.impossible {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      {}", escape(&impossible.to_string())))?;
        }
        if check.more > 0 {
            output
                .line(format_args!("{BAD}ALTERED{BAD:#}      and {} impossible records more", check.more))?;
        }
        if check.unknown > 0 {
            output.line(format_args!(
                "{OPEN}UNDECIDED{OPEN:#}    rules: {} records hold events of a newer version, the first is record {}: they were not judged",
                check.unknown,
                check.first_unknown.unwrap_or_default()
            ))?;
        }
        if let Some(first) = &check.first_open {
            output.line(format_args!(
                "{OPEN}UNDECIDED{OPEN:#}    rules: {} records do not follow without what these say, the first: {}",
                check.open,
                escape(&first.to_string())
            ))?;
        }
        if check.impossible.is_empty() && check.open == 0 {
            output.line(format_args!(
                "rules        {} records follow from each other by the rules",
                check.size - check.unknown
            ))?;
        }
        Ok(())
    }

    fn tell_reports(&self, output: &mut Output) -> Result<(), Failure> {
        let (check, same_bytes) = match &self.reports {
            None => return Ok(()),
            Some(ReportsVerdict::NotChecked(why)) => {
                return output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    reports: {}", escape(why)));
            }
            Some(ReportsVerdict::Made { check, same_bytes }) => (check, same_bytes),
        };
        for figure in &check.differing {
            output.line(format_args!("{BAD}ALTERED{BAD:#}      {}", escape(&figure.to_string())))?;
        }
        if check.more > 0 {
            output
                .line(format_args!("{BAD}ALTERED{BAD:#}      and {} published figures more", check.more))?;
        }
        for unknown in &check.unknown {
            output.line(format_args!("{OPEN}UNDECIDED{OPEN:#}    {}", escape(&unknown.to_string())))?;
        }
        output.line(format_args!(
            "reports      {} published, {} figures of them follow from the record, {same_bytes} printed to the byte as handed out",
            check.published, check.same
        ))
    }

    fn tell_evidence(&self, output: &mut Output) -> Result<(), Failure> {
        match (&self.evidence, &self.evidence_file) {
            (None, _) => Ok(()),
            (Some(_), Some(file)) => output.line(format_args!(
                "evidence     {} convicts whoever holds the key by itself: docket check {0}",
                escape(file)
            )),
            (Some(_), None) => output.line(
                "evidence     two signed checkpoints contradict each other: --evidence FILE writes them to a file that convicts by itself",
            ),
        }
    }

    /// The verdict and its scope, in one line.
    pub(super) fn last_line(&self) -> String {
        let report = &self.report;
        let held = report.given.iter().filter(|given| given.holds).count();
        if let (Verdict::Intact, Some(range)) = (self.verdict(), &report.range) {
            return format!(
                "verdict: {GOOD}intact{GOOD:#}: records {} to {} of {}, against {}; nothing else was looked at{}",
                range.from,
                range.to,
                report.size,
                self.binding(range),
                if held == 0 {
                    "; without a checkpoint kept elsewhere a full rewrite would not show"
                } else {
                    ""
                }
            );
        }
        match self.verdict() {
            Verdict::Intact => format!(
                "verdict: {GOOD}intact{GOOD:#}: {} records under root {}{}, {} own and {held} given checkpoints hold, {} cosignatures; {}",
                report.size,
                report.root.map(|root| root.to_string()).unwrap_or_default(),
                report.since.as_ref().map_or_else(String::new, |since| {
                    format!(", those below {} by {} alone and not read", since.size, escape(&since.name))
                }),
                report.own_checkpoints,
                self.cosignatures(),
                match self.vouched() {
                    Some(size) => format!("no rewrite below size {size} without a quorum of the policy's"),
                    None if held == 0 =>
                        "without a checkpoint kept elsewhere a full rewrite would not show".to_owned(),
                    None => "as far as those given reach".to_owned(),
                },
            ),
            Verdict::Altered => {
                let total: u64 = report.findings_total
                    + self.failed_receipts()
                    + u64::from(self.policy.as_ref().is_some_and(|policy| policy.is_of_another_log))
                    + self.rules.as_ref().map_or(0, RulesVerdict::impossible)
                    + self.reports.as_ref().map_or(0, ReportsVerdict::differing)
                    + self.index.as_ref().map_or(0, |index| match index {
                        IndexCheck::Differs(differences) => differences.len() as u64,
                        _ => 0,
                    });
                let findings = if total == 1 { "finding" } else { "findings" };
                let impossible = self.rules.as_ref().and_then(RulesVerdict::first);
                let published = self.reports.as_ref().and_then(ReportsVerdict::first);
                let first = report.findings.iter().filter_map(|finding| finding.record);
                let first = first.chain(impossible).chain(published).min();
                let at = first.map_or_else(String::new, |record| format!(", the first at record {record}"));
                if let Some(range) = &report.range {
                    return format!(
                        "verdict: {BAD}ALTERED{BAD:#}: {total} {findings}{at}; only records {} to {} of {} were looked at",
                        range.from, range.to, report.size
                    );
                }
                let from = report.since.as_ref().map_or(0, |since| since.size);
                format!(
                    "verdict: {BAD}ALTERED{BAD:#}: {total} {findings}{at}; {} records follow from record {from} on",
                    report.size.saturating_sub(from)
                )
            }
            Verdict::Undecided if report.size == 0 => {
                "verdict: undecided: there is nothing that could be checked".to_owned()
            }
            Verdict::Undecided => {
                let is_short = |policy: &PolicyVerdict| policy.verdict() == Verdict::Undecided;
                let count = report.undecided.len()
                    + usize::from(self.policy.as_ref().is_some_and(is_short))
                    + usize::from(matches!(self.index, Some(IndexCheck::NotChecked(_))))
                    + usize::from(
                        self.rules.as_ref().is_some_and(|rules| rules.verdict() == Verdict::Undecided),
                    )
                    + usize::from(
                        self.reports.as_ref().is_some_and(|made| made.verdict() == Verdict::Undecided),
                    )
                    + self
                        .receipts
                        .iter()
                        .filter(|receipt| matches!(receipt.standing, Standing::Open(_)))
                        .count();
                let records = match &report.range {
                    Some(range) => format!("of records {} to {} of {}", range.from, range.to, report.size),
                    None => format!("{} records follow, but", report.size),
                };
                format!("verdict: {OPEN}undecided{OPEN:#}: {records} {count} things could not be judged")
            }
        }
    }
}
