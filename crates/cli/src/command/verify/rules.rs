//! `docket verify --rules`: could the recorded history have been made by commands at all?

use docket_log::{Report, Verdict};
use docket_projection::{HistoryCheck, check_history};

use crate::{
    output::Output,
    session::{Place, Progress},
};

/// What the rules say of the log.
pub(super) enum RulesVerdict {
    /// They were asked.
    Judged(HistoryCheck),
    /// They could not be.
    NotChecked(String),
}

impl RulesVerdict {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Judged(check) if !check.impossible.is_empty() => Verdict::Altered,
            Self::Judged(check) if check.unknown == 0 => Verdict::Intact,
            _ => Verdict::Undecided,
        }
    }

    /// Returns how many records no command could have made.
    pub(super) fn impossible(&self) -> u64 {
        match self {
            Self::Judged(check) => check.impossible.len() as u64 + check.more,
            Self::NotChecked(_) => 0,
        }
    }

    /// Returns the first of them.
    pub(super) fn first(&self) -> Option<u64> {
        match self {
            Self::Judged(check) => check.impossible.first().map(|first| first.record()),
            Self::NotChecked(_) => None,
        }
    }
}

/// Replays the log through the rules. A log that does not hold is not judged: its records say nothing.
pub(super) fn judge(report: &Report, threads: usize, place: &Place, output: &Output) -> RulesVerdict {
    if report.verdict() != Verdict::Intact {
        return RulesVerdict::NotChecked("the log itself does not hold".to_owned());
    }
    let progress = Progress::new(output, "replaying", Some(report.size));
    let judged = place.reader().map_err(|failure| failure.reason()).and_then(|reader| {
        check_history(&reader, threads, &|record| progress.set(record)).map_err(|error| error.to_string())
    });
    progress.finish();
    match judged {
        Ok(check) => RulesVerdict::Judged(check),
        Err(why) => RulesVerdict::NotChecked(why),
    }
}
