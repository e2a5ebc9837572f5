//! Times through which something lasts, and that must not overlap.

use serde::{Deserialize, Serialize};

use crate::{day::Day, mark::Mark, time::OccurredAt, zone::Zone};

/// A time through which something lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// Since when, as claimed.
    pub from: OccurredAt,
    /// Until when, as claimed; `None` while it lasts.
    pub until: Option<OccurredAt>,
    /// The record that began it.
    pub record: u64,
}

impl Span {
    pub(crate) fn begun(mark: Mark) -> Self {
        Self { from: mark.occurred(), until: None, record: mark.record() }
    }

    /// Says whether nothing of the kind can begin then: this still lasts, or lasted then.
    pub(crate) const fn bars_beginning(&self, then: OccurredAt) -> bool {
        match self.until {
            None => true,
            Some(until) => !then.is_certainly_before(self.from) && then.is_certainly_before(until),
        }
    }

    /// Says whether what began at `from` cannot have lasted until then, because this began in between.
    pub(crate) const fn bars_ending(&self, from: OccurredAt, then: OccurredAt) -> bool {
        from.at.0 < self.from.at.0 && self.from.is_certainly_before(then)
    }

    /// Says whether it lasts on a day: from the day it began to the day before it ended.
    pub fn lasts_on(&self, day: Day, zone: &Zone) -> bool {
        zone.day_of(self.from.at) <= day && self.until.is_none_or(|until| day < zone.day_of(until.at))
    }
}
