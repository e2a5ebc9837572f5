//! `docket verify --reports`: does every figure that a unit published follow from the record?

use docket_log::{Report, Verdict};
use docket_projection::{PublishedCheck, check_published};

use crate::{
    output::Output,
    session::{Place, Progress},
};

/// What became of the published reports.
pub(super) enum ReportsVerdict {
    /// They were made again.
    Made {
        /// How their figures compare.
        check: PublishedCheck,
        /// Reports whose JSON this version prints to the byte as it was handed out.
        same_bytes: u64,
    },
    /// They could not be.
    NotChecked(String),
}

impl ReportsVerdict {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Made { check, .. } if !check.differing.is_empty() => Verdict::Altered,
            Self::Made { check, .. } if check.unknown.is_empty() => Verdict::Intact,
            _ => Verdict::Undecided,
        }
    }

    /// Returns how many figures do not follow from the record.
    pub(super) fn differing(&self) -> u64 {
        match self {
            Self::Made { check, .. } => check.differing.len() as u64 + check.more,
            Self::NotChecked(_) => 0,
        }
    }

    /// Returns the first record that published one of them.
    pub(super) fn first(&self) -> Option<u64> {
        match self {
            Self::Made { check, .. } => check.differing.iter().map(|figure| figure.record).min(),
            Self::NotChecked(_) => None,
        }
    }
}

/// Makes the reports again. Of a log that does not hold, nothing follows.
pub(super) fn judge(report: &Report, place: &Place, output: &Output) -> ReportsVerdict {
    if report.verdict() != Verdict::Intact {
        return ReportsVerdict::NotChecked("the log itself does not hold".to_owned());
    }
    let progress = Progress::new(output, "making reports again", Some(report.size));
    let mut same_bytes = 0;
    let made = place.reader().map_err(|failure| failure.reason()).and_then(|reader| {
        let mut seen = |_, claim: &_, report: &_| {
            same_bytes += u64::from(crate::command::report::is_published_json(claim, report));
        };
        check_published(&reader, &|record| progress.set(record), &mut seen).map_err(|error| {
            let failure: crate::failure::Failure = error.into();
            failure.reason()
        })
    });
    progress.finish();
    match made {
        Ok(check) => ReportsVerdict::Made { check, same_bytes },
        Err(why) => ReportsVerdict::NotChecked(why),
    }
}
