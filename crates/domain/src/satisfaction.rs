//! Satisfaction 满意度: what petitioners said when somebody asked them who did not handle the case.

use serde::{Deserialize, Serialize};

use crate::{
    case::CaseState,
    few::Few,
    id::{CaseId, OfficialId, StreamRef, UnitId},
    mark::Mark,
    numbered::numbered,
    official::in_service,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    too_early::TooEarly,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// How satisfied a petitioner is.
    pub enum Satisfaction ("satisfaction") {
        /// 满意
        Satisfied = 1, "satisfied";
        /// 基本满意
        FairlySatisfied = 2, "fairly-satisfied";
        /// 不满意
        Dissatisfied = 3, "dissatisfied";
    }
}

crate::event! {
    /// The petitioner of a case was asked whether they are satisfied.
    pub struct SatisfactionSurveyed {
        /// Who asked; not the case's handler, and not of the team of the unit that handles it.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 640, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// The petitioner of a case answered whether they are satisfied.
    pub struct SatisfactionAnswered {
        /// How satisfied they are.
        pub answer: Satisfaction,
        /// Whether they say that it is solved; nothing where they did not say.
        pub solved: Option<bool>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 641, version 1, continues CaseId;
    personal SatisfactionAnsweredPersonal { text: Text } requires [];
}

/// The surveys of a case: each counts in its own period. Most cases have none or one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Surveys {
    /// The last one.
    pub last: Survey,
    /// Those before it, in the order of their records.
    pub earlier: Few<Survey>,
}

/// A survey of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Survey {
    /// Who asked.
    pub by: OfficialId,
    /// The unit that answered for the case then.
    pub unit: Option<UnitId>,
    /// Whether who asked was of another unit than that one, as the register had it when the survey was recorded.
    pub is_by_others: bool,
    /// When.
    pub asked: Mark,
    /// The answer, once there is one.
    pub answer: Option<SurveyAnswer>,
}

/// What a petitioner answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SurveyAnswer {
    /// How satisfied they are.
    pub satisfaction: Satisfaction,
    /// Whether they say that it is solved.
    pub solved: Option<bool>,
    /// When they answered.
    pub answered: Mark,
}

impl CaseState {
    /// Returns the last survey.
    pub fn last_survey(&self) -> Option<&Survey> {
        self.surveys.as_deref().map(|surveys| &surveys.last)
    }

    /// Iterates over its surveys, in the order of their records.
    pub fn surveys(&self) -> impl Iterator<Item = &Survey> {
        let surveys = self.surveys.as_deref().into_iter();
        surveys.flat_map(|surveys| surveys.earlier.iter().chain([&surveys.last]))
    }

    fn ask(&mut self, survey: Survey) {
        match &mut self.surveys {
            Some(surveys) => {
                surveys.earlier.push(surveys.last);
                surveys.last = survey;
            }
            None => self.surveys = Some(Box::new(Surveys { last: survey, earlier: Few::default() })),
        }
    }
}

/// What stands against a survey or its answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SatisfactionViolation {
    /// There is nothing yet to be satisfied with.
    #[error("{case} is neither replied to nor closed since record {record}: a survey comes after that")]
    NothingToAskAbout {
        /// The case.
        case: CaseId,
        /// The record that set its status.
        record: u64,
    },
    /// The handler asks.
    #[error("{official} handles {case} by record {record}: somebody else has to ask")]
    AskedByHandler {
        /// The case.
        case: CaseId,
        /// The official.
        official: OfficialId,
        /// The record of the assignment.
        record: u64,
    },
    /// Somebody of the unit's team asks.
    #[error(
        "{official} is of the team of {unit}, which handles {case}, by record {record}: somebody else has to ask"
    )]
    AskedByTeam {
        /// The case.
        case: CaseId,
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record of the appointment.
        record: u64,
    },
    /// It is answered since the case was replied to or closed.
    #[error(
        "{case} was asked about and answered by record {record}: a new survey needs a new reply or closing"
    )]
    Answered {
        /// The case.
        case: CaseId,
        /// The record of the answer.
        record: u64,
    },
    /// Nobody asked.
    #[error("nobody asked about {case} (registered by record {record}): a survey comes before an answer")]
    NotAsked {
        /// The case.
        case: CaseId,
        /// The record of the registration.
        record: u64,
    },
}

impl SatisfactionViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NothingToAskAbout { .. } => "survey-after-reply-or-closing",
            Self::AskedByHandler { .. } => "survey-not-by-handler",
            Self::AskedByTeam { .. } => "survey-not-by-team",
            Self::Answered { .. } => "survey-answered-once",
            Self::NotAsked { .. } => "answer-follows-survey",
        }
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NothingToAskAbout { record, .. }
            | Self::AskedByHandler { record, .. }
            | Self::AskedByTeam { record, .. }
            | Self::Answered { record, .. }
            | Self::NotAsked { record, .. } => Some(*record),
        }
    }
}

impl Rules for SatisfactionSurveyed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Surveyor, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (case, state) = own::<Self>(view, place.stream)?;
        let official = self.by;
        let Some((since, record)) = replied_or_closed(state) else {
            return Err(SatisfactionViolation::NothingToAskAbout { case, record: state.status_record }.into());
        };
        if place.occurred.is_certainly_before(since) {
            return Err(TooEarly { subject: place.stream, was: "was replied to or closed", record }.into());
        }
        let answer = state.last_survey().and_then(|survey| survey.answer);
        let answer = answer.map(|answer| answer.answered.record());
        if let Some(answered) = answer.filter(|answered| *answered > record) {
            return Err(SatisfactionViolation::Answered { case, record: answered }.into());
        }
        if state.handler == Some(official) {
            let record = state.assigned.map_or(state.registered_record(), |assigned| assigned.record());
            return Err(SatisfactionViolation::AskedByHandler { case, official, record }.into());
        }
        let surveyor = in_service(view, Role::Surveyor, official, place.occurred)?;
        let mut posts = surveyor.posts_at(place.occurred).filter(|post| post.office.is_of_team());
        match posts.find(|post| Some(post.unit) == state.responsible()) {
            Some(post) => {
                let (unit, record) = (post.unit, post.record);
                Err(SatisfactionViolation::AskedByTeam { case, official, unit, record }.into())
            }
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let asker = store.official(self.by).map(|official| official.unit_at(meta.occurred));
        let case = own_mut::<Self>(store, meta.stream)?;
        let unit = case.responsible();
        let is_by_others = unit.is_none() || asker != unit;
        case.ask(Survey { by: self.by, unit, is_by_others, asked: Mark::of(meta), answer: None });
        case.count(meta);
        Ok(())
    }
}

impl Rules for SatisfactionAnswered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (case, state) = own::<Self>(view, place.stream)?;
        let Some(survey) = state.last_survey() else {
            return Err(SatisfactionViolation::NotAsked { case, record: state.registered_record() }.into());
        };
        if let Some(answer) = survey.answer {
            return Err(SatisfactionViolation::Answered { case, record: answer.answered.record() }.into());
        }
        Ok(survey.asked.precedes(place.occurred, place.stream, "was asked about")?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = own_mut::<Self>(store, meta.stream)?;
        if let Some(surveys) = &mut case.surveys {
            let (satisfaction, solved) = (self.answer, self.solved);
            surveys.last.answer = Some(SurveyAnswer { satisfaction, solved, answered: Mark::of(meta) });
        }
        case.count(meta);
        Ok(())
    }
}

/// Returns when the case was replied to in its current run, or else closed, and the record.
fn replied_or_closed(case: &CaseState) -> Option<(OccurredAt, u64)> {
    let replied = case.reply.map(|reply| reply.mark);
    let mark = replied.or(case.closure.map(|closure| closure.mark))?;
    Some((mark.occurred(), mark.record()))
}
