//! What only some cases have: kept apart, so that the others stay small.

use serde::{Deserialize, Serialize};

use crate::{
    case::{
        reason::ReviewOutcome,
        state::{CaseClosure, CaseReply, CaseState},
        status::CaseStatus,
    },
    few::Few,
    id::{CaseId, OfficialId, UnitId},
    label::Label,
    mark::Mark,
    rule_set::Clock,
};

/// What only some cases have.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CaseRare {
    /// The first assignment, where there was another one later.
    pub(crate) first_assigned: Option<Box<Mark>>,
    /// The last objection to an assignment.
    pub(crate) objected: Option<Box<Mark>>,
    /// When a case that was declined, withdrawn, merged, voided or finally decided came to that end.
    pub ended: Option<Mark>,
    /// The status from which it was suspended, while it is.
    pub suspended_from: Option<CaseStatus>,
    /// The units that handle it too.
    pub co_units: Few<UnitId>,
    /// The units it was brought before.
    pub escalated: Few<(UnitId, Mark)>,
    /// Orders of supervision.
    pub supervisions: Few<Supervision>,
    /// The cases merged into it.
    pub merged: Few<CaseId>,
    /// The case it was merged into.
    pub merged_into: Option<CaseId>,
    /// The case it was split off.
    pub split_from: Option<CaseId>,
    /// The cases split off it.
    pub children: Few<CaseId>,
    /// The earliest starts, of the cases merged into it and of the one it was split off.
    pub(crate) earliest: Option<Box<Starts>>,
    /// What only some runs have, of the current one.
    pub run: RunRare,
    /// The runs that ended when the case was taken up again, oldest first.
    pub past: Few<PastRun>,
}

impl CaseRare {
    /// Returns the first assignment, where there was another one later.
    pub fn first_assigned(&self) -> Option<Mark> {
        self.first_assigned.as_deref().copied()
    }

    /// Returns the last objection to an assignment.
    pub fn objected(&self) -> Option<Mark> {
        self.objected.as_deref().copied()
    }

    /// Returns the earliest starts, of the cases merged into it and of the one it was split off.
    pub fn earliest(&self) -> Starts {
        self.earliest.as_deref().copied().unwrap_or_default()
    }
}

/// What only some runs of a case have.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RunRare {
    /// Extensions of its terms.
    pub extensions: Few<ExtensionTime>,
    /// Times through which it was suspended.
    pub suspensions: Few<Suspension>,
    /// The review of its reply.
    pub review: Option<Box<Appeal>>,
    /// The re-check of that review.
    pub recheck: Option<Box<Appeal>>,
}

/// A run that ended when the case was taken up again: it stays in the statistics.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PastRun {
    /// The last assignment.
    pub assigned: Option<Mark>,
    /// The acceptance, or the beginning of the run.
    pub accepted: Option<Mark>,
    /// The reply.
    pub reply: Option<CaseReply>,
    /// The closing.
    pub closure: Option<CaseClosure>,
    /// The follow-up on the reply.
    pub followed_up: Option<Mark>,
    /// What only some runs have.
    pub rare: RunRare,
}

/// An extension of a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExtensionTime {
    /// When it was granted.
    pub granted: Mark,
    /// Of which clock.
    pub clock: Clock,
    /// By how many days.
    pub days: u32,
}

/// A time through which a case was suspended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Suspension {
    /// Since when.
    pub from: Mark,
    /// Until when; `None` while it lasts.
    pub until: Option<Mark>,
    /// The ground: a word of the rule set in force when it began.
    pub ground: Label,
}

/// A supervision 督办.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Supervision {
    /// Who ordered it.
    pub unit: UnitId,
    /// When it was ordered.
    pub ordered: Mark,
    /// When it was answered.
    pub answered: Option<Mark>,
}

/// A review 复查 or a re-check 复核.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Appeal {
    /// When it was asked for.
    pub requested: Mark,
    /// What was decided.
    pub decision: Option<AppealDecision>,
}

/// The decision of a review or a re-check.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AppealDecision {
    /// When it was decided.
    pub decided: Mark,
    /// What.
    pub outcome: ReviewOutcome,
    /// The unit that decided.
    pub unit: UnitId,
    /// The unit above that one, as the register had it then.
    pub above: Option<UnitId>,
    /// The official who decided.
    pub by: OfficialId,
}

/// When things began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Starts {
    /// The registration.
    pub registered: Option<Mark>,
    /// The assignment.
    pub assigned: Option<Mark>,
    /// The acceptance.
    pub accepted: Option<Mark>,
}

impl Starts {
    /// Takes the earlier of each.
    pub(crate) fn take(&mut self, other: Self) {
        for (own, other) in [
            (&mut self.registered, other.registered),
            (&mut self.assigned, other.assigned),
            (&mut self.accepted, other.accepted),
        ] {
            *own = earlier(*own, other);
        }
    }
}

/// Returns the earlier of two marks, or the one that is there.
pub(crate) fn earlier(one: Option<Mark>, other: Option<Mark>) -> Option<Mark> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.earlier(other)),
        (one, other) => one.or(other),
    }
}

impl CaseState {
    /// Returns what only some cases have, if this one has any of it.
    pub fn rare(&self) -> Option<&CaseRare> {
        self.rare.as_deref()
    }

    /// Returns what only some runs have, of the current one.
    pub fn run_rare(&self) -> Option<&RunRare> {
        self.rare().map(|rare| &rare.run)
    }

    /// Returns the review of the current run.
    pub fn review(&self) -> Option<&Appeal> {
        self.run_rare()?.review.as_deref()
    }

    /// Returns the re-check of the current run.
    pub fn recheck(&self) -> Option<&Appeal> {
        self.run_rare()?.recheck.as_deref()
    }

    /// Returns the units that handle it too.
    pub fn co_units(&self) -> &[UnitId] {
        self.rare().map_or(&[], |rare| &rare.co_units)
    }

    /// Returns the cases merged into it. The reply to it answers their petitioners too.
    pub fn merged(&self) -> &[CaseId] {
        self.rare().map_or(&[], |rare| &rare.merged)
    }

    pub(crate) fn rare_mut(&mut self) -> &mut CaseRare {
        self.rare.get_or_insert_default()
    }

    /// Returns when it began, with what was merged into it and what it was split off.
    pub(crate) fn starts(&self) -> Starts {
        let mut starts =
            Starts { registered: Some(self.registration), assigned: self.assigned, accepted: self.accepted };
        starts.take(self.rare().map(CaseRare::earliest).unwrap_or_default());
        starts
    }

    /// Ends the current run, which stays in the statistics, and begins another.
    pub(crate) fn begin_run(&mut self, mark: Mark) {
        let past = PastRun {
            assigned: self.assigned,
            accepted: self.accepted,
            reply: self.reply.take(),
            closure: self.closure.take(),
            followed_up: self.followed_up.take(),
            rare: self.rare.as_mut().map(|rare| std::mem::take(&mut rare.run)).unwrap_or_default(),
        };
        self.runs = self.runs.saturating_add(1);
        self.accepted = Some(mark);
        self.rare_mut().past.push(past);
    }
}
