//! The report on satisfaction 满意度: who was asked, who answered, and what. Each rate has a denominator of its own.

use docket_domain::{CaseState, Satisfaction, Survey, SurveyAnswer};

use super::{
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Surveys {
        asked: figure Surveys, Surveys, Asked;
        answered: figure SurveysAnswered, Surveys, Asked;
        unanswered: figure SurveysUnanswered, Surveys, Asked;
        answer_rate: ratio AnswerRate, Surveys, Asked;
        satisfied: figure AnswersSatisfied, Surveys, Asked;
        fairly: figure AnswersFairlySatisfied, Surveys, Asked;
        dissatisfied: figure AnswersDissatisfied, Surveys, Asked;
        satisfaction: ratio SatisfactionRate, Surveys, Asked;
        at_least_fair: ratio FairSatisfactionRate, Surveys, Asked;
        solved: figure AnswersSolved, Surveys, Asked;
        unsolved: figure AnswersUnsolved, Surveys, Asked;
        unsaid: figure AnswersWithoutSolved, Surveys, Asked;
        solved_rate: ratio SolvedRate, Surveys, Asked;
        by_others: ratio SurveysByOthers, Surveys, Asked;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (FigureName::Surveys, &[FigureName::SurveysAnswered, FigureName::SurveysUnanswered]),
    (
        FigureName::SurveysAnswered,
        &[FigureName::AnswersSatisfied, FigureName::AnswersFairlySatisfied, FigureName::AnswersDissatisfied],
    ),
    (
        FigureName::SurveysAnswered,
        &[FigureName::AnswersSolved, FigureName::AnswersUnsolved, FigureName::AnswersWithoutSolved],
    ),
];

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    making.cases().surveys.report(ReportName::Satisfaction, SUMS)
}

/// Counts the surveys of a case: each when it was asked, for the unit that answered for the case then.
pub(super) fn count_case(tallies: &mut Tallies<'_, Surveys>, lens: &Lens<'_>, case: &CaseState) {
    for survey in case.surveys().filter(|survey| lens.has(survey.asked.occurred().at)) {
        tallies.of_both(survey.unit, case.handler, |counts| counts.add(lens, survey));
    }
}

impl Surveys {
    fn add(&mut self, lens: &Lens<'_>, survey: &Survey) {
        let asked = survey.asked.record();
        self.asked.add(asked);
        self.by_others.ask(survey.is_by_others, asked);
        let answer = survey.answer.filter(|answer| lens.knows(answer.answered));
        self.answer_rate.ask(answer.is_some(), answer.map_or(asked, |answer| answer.answered.record()));
        match answer {
            Some(answer) => self.add_answer(answer),
            None => self.unanswered.add(asked),
        }
    }

    fn add_answer(&mut self, SurveyAnswer { satisfaction, solved, answered }: SurveyAnswer) {
        let record = answered.record();
        self.answered.add(record);
        let by_answer = match satisfaction {
            Satisfaction::Satisfied => &mut self.satisfied,
            Satisfaction::FairlySatisfied => &mut self.fairly,
            Satisfaction::Dissatisfied => &mut self.dissatisfied,
        };
        by_answer.add(record);
        self.satisfaction.ask(satisfaction == Satisfaction::Satisfied, record);
        self.at_least_fair.ask(satisfaction != Satisfaction::Dissatisfied, record);
        let by_solved = match solved {
            Some(true) => &mut self.solved,
            Some(false) => &mut self.unsolved,
            None => &mut self.unsaid,
        };
        by_solved.add(record);
        self.solved_rate.ask(solved == Some(true), record);
    }
}
