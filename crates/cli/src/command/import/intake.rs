//! Takes the rows of a file into the ledger, each once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use docket_domain::{
    Act, Command, Label, Labels, NoPersonal, OccurredAt, Precision, SourceId, SourceRegistered, StreamKind,
    Timestamp, UnitId, UnitLevel, UnitRegistered, View as _,
};
use docket_projection::{Acknowledge, ProjectionError};
use docket_proof::RecordIndex;

use crate::{
    failure::Failure,
    import::{Reason, Reject, RowOutcome, Survey},
    output::Output,
    session::{Progress, SystemClock, Work},
};

use super::{
    counts::Counts,
    draft::{Draft, Drafts, Ids, command_id, row_id},
    existing::{Existing, Held},
    rejects::Rejects,
};

/// How often a long import signs a checkpoint.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// What the rows come from.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    /// The name under which rows are known.
    pub(super) mapping: &'a str,
    /// The file.
    pub(super) survey: Survey,
    /// Words for the label keys that are the mapping's own.
    pub(super) label_names: &'a Labels,
}

/// Takes rows: each is added, known, or left out with its reason.
///
/// A row is recorded as one batch under an id made from the mapping's name and the row's key, so it is found again
/// whatever its file is called. What is found is compared; it is never recorded twice. One that says more than the ledger
/// holds is continued, where its kind allows that, in a further batch.
pub(super) struct Intake<'a> {
    work: Work,
    existing: Existing,
    of: Origin<'a>,
    rejects: Rejects,
    counts: Counts,
    /// The source that rows point at, once one was needed.
    source: Option<SourceId>,
    /// It was looked for among those that are registered.
    has_looked: bool,
    units: BTreeMap<String, UnitId>,
    /// What a dry run has counted of what it would begin.
    counted: BTreeSet<String>,
    checkpointed: Instant,
}

impl<'a> Intake<'a> {
    pub(super) fn new(
        work: Work,
        existing: Existing,
        of: Origin<'a>,
        rejects: Rejects,
        dry_run: bool,
    ) -> Self {
        Self {
            work,
            existing,
            of,
            rejects,
            counts: Counts { rows: of.survey.rows, dry_run, ..Counts::default() },
            source: None,
            has_looked: false,
            units: BTreeMap::new(),
            counted: BTreeSet::new(),
            checkpointed: Instant::now(),
        }
    }

    /// Takes all rows that are left.
    pub(super) fn take_all(
        &mut self,
        rows: &mut impl Drafts,
        progress: &Progress,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let mut seen = 0;
        while let Some(outcome) = rows.next_draft()? {
            seen += 1;
            progress.set(seen);
            let reject = match outcome {
                RowOutcome::Mapped(draft) => self.take(&draft)?.map(|reason| Reject {
                    row: draft.number(),
                    key: Some(draft.key().to_owned()),
                    column: None,
                    reason,
                }),
                RowOutcome::Duplicate => {
                    self.counts.repeated += 1;
                    None
                }
                RowOutcome::Rejected(reject) => Some(reject),
            };
            if let Some(reject) = reject {
                self.counts.rejected += 1;
                self.rejects.add(&reject, output)?;
            }
        }
        Ok(())
    }

    /// Makes everything durable, with a signed checkpoint over it.
    pub(super) fn finish(self, output: &mut Output) -> Result<Counts, Failure> {
        self.rejects.finish()?;
        if self.counts.records > 0 && !self.counts.dry_run {
            self.work.finish(output)?;
        } else {
            self.work.leave(output);
        }
        Ok(self.counts)
    }

    /// Takes a row: adds it, knows it, or says why it is left out.
    fn take(&mut self, draft: &impl Draft) -> Result<Option<Reason>, Failure> {
        let id = row_id(self.of.mapping, draft.key(), 0);
        let found = match self.existing.follows(&id)? {
            None => self.work.office.find_command(&id)?,
            found => found,
        };
        let Some(first) = found else {
            let states = self.work.office.states_of(&[])?;
            let opened = draft.opens().map_or(0, |kind| states.count(kind) + 1);
            return self.record(draft, opened, 0);
        };
        match self.held(draft, first)? {
            Held::Whole => {
                self.counts.known += 1;
                Ok(None)
            }
            Held::Begun { opened, held } => self.record(draft, opened, held),
            Held::Other => {
                self.counts.conflicts += 1;
                Ok(Some(Reason::KnownOtherwise { record: first.0 }))
            }
        }
    }

    /// Compares a row with what the ledger holds under its key.
    fn held(&mut self, draft: &impl Draft, first: RecordIndex) -> Result<Held, Failure> {
        for (code, _) in draft.units() {
            // A row whose unit is not in the register cannot be in the ledger as it is.
            if self.unit(code)?.is_none() {
                return Ok(Held::Other);
            }
        }
        // Which one it came from does not matter; that of this very file makes equal events equal.
        let source = match self.known_source()? {
            Some(source) => source,
            None => SourceId::new(1).ok_or_else(no_id)?,
        };
        let ids = Ids { source, opened: 0, held: 0, units: &self.units };
        self.existing.compare(&mut self.work.office, self.of.mapping, first, draft, ids)
    }

    /// Records what a row says beyond the events that are held of it.
    fn record(&mut self, draft: &impl Draft, opened: u64, held: usize) -> Result<Option<Reason>, Failure> {
        let mut before = Vec::new();
        let source = self.source_or_begin(&mut before)?;
        for (code, name) in draft.units() {
            self.unit_or_begin(code, name, &mut before)?;
        }
        let ids = Ids { source, opened, held, units: &self.units };
        let commands = match draft.commands(&ids, &mut self.work.office) {
            Ok(commands) => commands.into_iter().skip(held),
            Err(reason) => return Ok(Some(reason)),
        };
        let recorded = if self.counts.dry_run {
            let begun = before.len() as u64;
            before.extend(commands);
            // Units that only this row began are not in the register for the next.
            self.units.clear();
            self.work.office.decide_all(before).map(|events| events.len() as u64 - begun)
        } else {
            let id = row_id(self.of.mapping, draft.key(), held);
            let appended = self.work.office.record(id, commands.collect(), Acknowledge::Later);
            appended.map(|appended| appended.size - appended.first.0)
        };
        match recorded {
            Ok(records) => self.counts.records += records,
            Err(ProjectionError::Refused(refusal)) => return Ok(Some(Reason::Refused(refusal.to_string()))),
            Err(error) => return Err(error.into()),
        }
        match held {
            0 => self.counts.added += 1,
            _ => self.counts.grown += 1,
        }
        self.checkpoint()?;
        Ok(None)
    }

    fn checkpoint(&mut self) -> Result<(), Failure> {
        if !self.counts.dry_run && self.checkpointed.elapsed() > CHECKPOINT_EVERY {
            self.work.office.checkpoint()?;
            self.checkpointed = Instant::now();
        }
        Ok(())
    }

    /// Records what a row needs before it; a dry run only puts it in front of the row's own commands.
    fn begin(
        &mut self,
        act: Act,
        kind: StreamKind,
        what: &str,
        before: &mut Vec<Command>,
    ) -> Result<u64, Failure> {
        let occurred = OccurredAt { at: Timestamp(SystemClock::time()), precision: Precision::Second };
        let command = Command { actor: None, occurred, act };
        let stored = self.work.office.states_of(&[])?.count(kind);
        let waiting = before.iter().filter(|command| command.act.opens() == Some(kind)).count() as u64;
        let scope = format!("{}\n{}", crate::text::hex(&self.of.survey.file_hash), kind.0);
        if self.counts.dry_run {
            before.push(command);
            self.counts.records += u64::from(self.counted.insert(format!("{}\n{what}", kind.0)));
        } else {
            let id = command_id(self.of.mapping, &scope, what);
            let appended = self.work.office.record(id, vec![command], Acknowledge::Later)?;
            self.counts.records += appended.size - appended.first.0;
        }
        Ok(stored + waiting + 1)
    }

    /// Returns the source that this very file is registered as, if it is.
    fn known_source(&mut self) -> Result<Option<SourceId>, Failure> {
        if self.source.is_none() && !self.has_looked {
            let Origin { mapping, survey, .. } = self.of;
            let mut sources = self.work.office.states_of_kinds(&[StreamKind::SOURCE])?.sources();
            self.source = sources
                .find(|(_, source)| {
                    source.file_hash == survey.file_hash && source.mapping.as_str() == mapping
                })
                .map(|(id, _)| id);
            self.has_looked = true;
        }
        Ok(self.source)
    }

    /// Returns the source that this very file is registered as, registered if it was not.
    fn source_or_begin(&mut self, before: &mut Vec<Command>) -> Result<SourceId, Failure> {
        if let Some(source) = self.known_source()? {
            return Ok(source);
        }
        let Origin { mapping, .. } = self.of;
        let act = Act::open(
            SourceRegistered {
                mapping: Label::new(mapping).map_err(Failure::usage)?,
                file_hash: self.of.survey.file_hash,
                rows: self.of.survey.rows,
                label_names: self.of.label_names.clone(),
            },
            NoPersonal,
        );
        let number = self.begin(act, StreamKind::SOURCE, "source", before)?;
        let source = SourceId::new(number).ok_or_else(no_id)?;
        if !self.counts.dry_run {
            self.source = Some(source);
        }
        Ok(source)
    }

    /// Returns the unit of a code, if it is in the register.
    fn unit(&mut self, code: &str) -> Result<Option<UnitId>, Failure> {
        if let Some(unit) = self.units.get(code) {
            return Ok(Some(*unit));
        }
        let mut units = self.work.office.states_of_kinds(&[StreamKind::UNIT])?.units();
        let found = units
            .find(|(_, unit)| unit.code.as_ref().is_some_and(|known| known.as_str() == code))
            .map(|(id, _)| id);
        if let Some(unit) = found {
            self.units.insert(code.to_owned(), unit);
        }
        Ok(found)
    }

    /// Enters a unit in the register if it is not there.
    fn unit_or_begin(&mut self, code: &str, name: &str, before: &mut Vec<Command>) -> Result<(), Failure> {
        if self.unit(code)?.is_some() {
            return Ok(());
        }
        let label =
            |text: &str| Label::new(text).map_err(|error| Failure::usage(format!("unit {code:?}: {error}")));
        let act = Act::open(
            UnitRegistered {
                level: UnitLevel::Department,
                parent: None,
                name: label(name)?,
                code: Some(label(code)?),
                origin: None,
            },
            NoPersonal,
        );
        let number = self.begin(act, StreamKind::UNIT, code, before)?;
        self.units.insert(code.to_owned(), UnitId::new(number).ok_or_else(no_id)?);
        Ok(())
    }
}

fn no_id() -> Failure {
    Failure::undecided("ids count from 1")
}
