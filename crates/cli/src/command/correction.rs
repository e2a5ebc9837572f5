//! `docket correction`.

use docket_domain::{Act, CorrectionId, CorrectionRecorded, CorrectionRecordedPersonal, OfficialId};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    failure::Failure,
    list::{Listed, listing},
    output::Output,
    session::Place,
};

verbs! {
    /// Say what an earlier record has wrong; the record itself stays
    pub(crate) enum Verb {
        /// Correct a record
        Record,
    }
    and {
        /// List the corrections
        List,
        /// Show a correction
        Show,
    }
}

deed! {
    struct Record ("correction record") {
        /// The record that is corrected
        #[arg(value_name = "RECORD")]
        record: Arg<u64>,
        /// Who approved it, who is not the one who records it
        #[arg(long, value_name = "O-N")]
        approver: Arg<OfficialId>,
        /// What is wrong, and what is right: a personal value
        #[arg(long)]
        reason: Personal,
    }
    act |deed, context| {
        let record = deed.record.0;
        let Some(stream) = context.office.stream_of_record(record)? else {
            return Err(Failure::usage(format!("there is no record {record} to be corrected"))
                .hint("nothing was recorded; `docket log` lists the records"));
        };
        let body = CorrectionRecorded {
            record,
            stream_kind: stream.kind.0,
            stream_id: stream.id,
            approver: deed.approver.0,
            origin: context.origin.clone(),
        };
        Act::open(body, CorrectionRecordedPersonal { reason: Some(deed.reason.0) })
    }
}

listing! {
    /// List the corrections, by who made them
    struct List ("correction": CORRECTION) by official: OfOfficial;
    each |states, _asked, take| {
        for (id, correction) in states.corrections() {
            take(Listed {
                official: Some(correction.by),
                more: vec![
                    ("corrects", json!(correction.record)),
                    ("stream", json!(correction.stream().to_string())),
                    ("approver", json!(correction.approver.to_string())),
                ],
                ..Listed::new(id, correction.corrected.occurred(), correction.corrected.record())
            });
        }
    }
}

/// Show a correction
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The correction
    #[arg(value_name = "K-N")]
    correction: CorrectionId,
    /// Show what it says too: a personal value, checked against its commitment
    #[arg(long)]
    personal: bool,
}

impl Show {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        super::stream::show(self.correction.stream(), &[], self.personal, place, output)
    }
}
