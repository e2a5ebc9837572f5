//! What `docket case show` says of what only some cases have: extensions, suspensions, reviews, and other cases.

use docket_domain::{Appeal, CaseState, Mark, RunRare};
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::{failure::Failure, output::Output, text::escape, times};

/// Nothing of it is written where a case has none.
#[derive(Serialize, Default)]
pub(super) struct More {
    #[serde(rename = "accepted_at", skip_serializing_if = "Option::is_none", serialize_with = "moment_of")]
    accepted: Option<Mark>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    co_units: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    escalated: Vec<Dated>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supervisions: Vec<Dated>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<Dated>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suspensions: Vec<Dated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    followed_up: Option<Dated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<Dated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recheck: Option<Dated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<String>,
}

/// What began with a record, and how it ended.
#[derive(Serialize)]
struct Dated {
    what: String,
    #[serde(serialize_with = "moment")]
    at: Mark,
    record: u64,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment_of")]
    ended: Option<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_record: Option<u64>,
}

fn moment<S: Serializer>(mark: &Mark, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&times::rfc3339(mark.at().0))
}

fn moment_of<S: Serializer>(mark: &Option<Mark>, serializer: S) -> Result<S::Ok, S::Error> {
    mark.map(|mark| times::rfc3339(mark.at().0)).serialize(serializer)
}

fn dated(what: String, at: Mark, ended: Option<Mark>) -> Dated {
    Dated { what, at, record: at.record(), ended, end_record: ended.map(Mark::record) }
}

impl More {
    pub(super) fn of(case: &CaseState) -> Self {
        let accepted = case.accepted;
        let followed_up = case.followed_up.map(|mark| dated("by another unit".to_owned(), mark, None));
        let Some(rare) = case.rare() else { return Self { accepted, followed_up, ..Self::default() } };
        let appeal = |appeal: &Appeal| {
            let what = match appeal.decision {
                Some(made) => format!("{} by {} of {}", made.outcome, made.by, made.unit),
                None => "not decided".to_owned(),
            };
            dated(what, appeal.requested, appeal.decision.map(|made| made.decided))
        };
        let RunRare { extensions, suspensions, review, recheck } = &rare.run;
        let supervision =
            |order: &docket_domain::Supervision| dated(order.unit.to_string(), order.ordered, order.answered);
        let extension = |granted: &docket_domain::ExtensionTime| {
            dated(format!("{} by {} days", granted.clock, granted.days), granted.granted, None)
        };
        Self {
            accepted,
            co_units: codes(&rare.co_units),
            escalated: rare
                .escalated
                .iter()
                .map(|(unit, mark)| dated(unit.to_string(), *mark, None))
                .collect(),
            supervisions: rare.supervisions.iter().map(supervision).collect(),
            extensions: extensions.iter().map(extension).collect(),
            suspensions: suspensions
                .iter()
                .map(|time| dated(time.ground.to_string(), time.from, time.until))
                .collect(),
            followed_up,
            review: review.as_deref().map(appeal),
            recheck: recheck.as_deref().map(appeal),
            merged_into: rare.merged_into.map(|case| case.to_string()),
            merged: codes(&rare.merged),
            split_from: rare.split_from.map(|case| case.to_string()),
            children: codes(&rare.children),
        }
    }

    pub(super) fn tell(&self, zone: &TimeZone, output: &mut Output) -> Result<(), Failure> {
        let show = |mark: Mark| times::show_occurred(mark.occurred(), zone);
        if let Some(mark) = self.accepted {
            output.line(format_args!("accepted    {}", show(mark)))?;
        }
        let lists =
            [("also with", &self.co_units), ("merged in", &self.merged), ("split off", &self.children)];
        for (what, codes) in lists {
            if !codes.is_empty() {
                output.line(format_args!("{what:<11} {}", codes.join(", ")))?;
            }
        }
        for (what, code) in [("merged into", &self.merged_into), ("split from", &self.split_from)] {
            if let Some(code) = code {
                output.line(format_args!("{what:<11} {code}"))?;
            }
        }
        let dated = [
            ("escalated", &self.escalated[..]),
            ("supervised", &self.supervisions),
            ("extended", &self.extensions),
            ("suspended", &self.suspensions),
            ("followed up", self.followed_up.as_slice()),
            ("review", self.review.as_slice()),
            ("re-check", self.recheck.as_slice()),
        ];
        for (what, entries) in dated {
            for entry in entries {
                let until = entry.ended.map(|end| format!(" to {}", show(end))).unwrap_or_default();
                output.line(format_args!("{what:<11} {}{until}, {}", show(entry.at), escape(&entry.what)))?;
            }
        }
        Ok(())
    }
}

fn codes(ids: &[impl ToString]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
