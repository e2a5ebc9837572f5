//! `docket survey`.

use docket_domain::{
    Act, CaseId, NoPersonal, OfficialId, Satisfaction, SatisfactionAnswered, SatisfactionAnsweredPersonal,
    SatisfactionSurveyed,
};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, YesNo, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Ask petitioners whether they are satisfied, and note what they answer
    pub(crate) enum Verb {
        /// Note that the petitioner of a case was asked
        Ask,
        /// Note what the petitioner answered
        Answer,
    }
    and {
        /// List the surveys
        List,
    }
}

deed! {
    struct Ask ("survey ask") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// Who asked, who did not handle it [default: who records it]
        #[arg(long, value_name = "O-N")]
        surveyor: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let by = context.official("surveyor", deed.surveyor)?;
        Act::on(deed.case.0, SatisfactionSurveyed { by, origin: context.origin.clone() }, NoPersonal)
    }
}

deed! {
    struct Answer ("survey answer") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// satisfied, fairly-satisfied or dissatisfied
        #[arg(long)]
        answer: Arg<Satisfaction>,
        /// Whether the petitioner says that it is solved: yes or no [default: did not say]
        #[arg(long, value_name = "YES|NO")]
        solved: Option<Arg<YesNo>>,
        /// What the petitioner said, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = SatisfactionAnswered {
            answer: deed.answer.0,
            solved: deed.solved.map(|solved| solved.0.0),
            origin: context.origin.clone(),
        };
        Act::on(deed.case.0, body, SatisfactionAnsweredPersonal { text: Personal::text(deed.text) })
    }
}

listing! {
    /// List the surveys, by who asked
    struct List ("case": CASE) by unit: OfUnit, official: OfOfficial;
    states state { "asked", "satisfied", "fairly-satisfied", "dissatisfied" }
    each |states, _asked, take| {
        for (id, case) in states.cases() {
            for survey in case.surveys() {
                let answer = survey.answer;
                take(Listed {
                    state: Some(answer.map_or("asked", |answer| answer.satisfaction.name())),
                    unit: survey.unit,
                    official: Some(survey.by),
                    more: vec![("solved", json!(answer.and_then(|answer| answer.solved)))],
                    ..Listed::new(id, survey.asked.occurred(), survey.asked.record())
                });
            }
        }
    }
}
