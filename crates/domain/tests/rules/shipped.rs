use docket_domain::{
    Approver, CalendarParts, Clock, Counting, DayKind, Decider, HandleTerm, Label, Measure, QuotaBearer,
    RedFlags, RuleSet, SHIPPED, TermStart,
};

use crate::{day, shipped};

const CONFIG: bincode::config::Configuration = bincode::config::standard();

/// Days, counting, start, days of the one extension.
type Line = (Clock, u32, Counting, TermStart, Option<u32>);

fn lines(rules: &RuleSet) -> Vec<Line> {
    let extension = |term: &docket_domain::Term| {
        term.extension.as_ref().map(|extension| {
            assert_eq!(extension.times, 1);
            extension.days
        })
    };
    rules
        .terms
        .iter()
        .map(|(clock, term)| (*clock, term.days, term.count, term.starts, extension(term)))
        .collect()
}

#[test]
fn the_terms_of_2005_are_those_of_the_regulation() {
    use {Clock::*, Counting::Calendar, TermStart as From};
    let rules = shipped("cn-2005");
    assert_eq!(
        lines(&rules),
        [
            (Assign, 15, Calendar, From::Registered, None),
            (TellPetitioner, 15, Calendar, From::Assigned, None),
            (Handle, 60, Calendar, From::Accepted, Some(30)),
            (ReviewWindow, 30, Calendar, From::ReplyDelivered, None),
            (ReviewDecide, 30, Calendar, From::ReviewRequested, None),
            (RecheckWindow, 30, Calendar, From::ReviewDecided, None),
            (RecheckDecide, 30, Calendar, From::RecheckRequested, None),
            (SupervisionAnswer, 30, Calendar, From::SupervisionOrdered, None),
            (FindingAnswer, 30, Calendar, From::FindingIssued, None),
        ]
    );
    let extension = rules.term(Handle).unwrap().extension.as_ref().unwrap();
    assert_eq!(extension.approver, Approver::Head);
    let deciders: Vec<_> = rules.stages.iter().map(|stage| (stage.clock, stage.decider)).collect();
    assert_eq!(
        deciders,
        [
            (Handle, Decider::Handler),
            (ReviewDecide, Decider::OneLevelUp),
            (RecheckDecide, Decider::OneLevelUp)
        ]
    );
    let hearing = rules.ground(&Label::new("hearing").unwrap()).unwrap();
    assert!(hearing.stops(RecheckDecide) && !hearing.stops(Handle));
    assert_eq!(rules.ground(&Label::new("holiday").unwrap()), None);
}

#[test]
fn the_terms_of_2022_are_those_of_2005_with_an_objection_in_five_working_days() {
    let mut expected = lines(&shipped("cn-2005"));
    expected.push((Clock::Object, 5, Counting::Working, TermStart::Assigned, None));
    expected.sort_by_key(|line| line.0);
    assert_eq!(lines(&shipped("cn-2022")), expected);
}

#[test]
fn the_terms_of_uk_complaints_are_those_of_the_code() {
    use {Clock::*, Counting::Working, TermStart as From};
    let rules = shipped("uk-complaints");
    assert_eq!(
        lines(&rules),
        [
            (Acknowledge, 5, Working, From::Registered, None),
            (Handle, 10, Working, From::Accepted, Some(10)),
            (ReviewDecide, 20, Working, From::ReviewRequested, Some(20)),
        ]
    );
    let stages: Vec<_> = rules.stages.iter().map(|stage| (stage.name.as_str(), stage.decider)).collect();
    assert_eq!(stages, [("stage 1", Decider::Handler), ("stage 2", Decider::AnotherPerson)]);
}

#[test]
fn under_sla_the_stated_moment_is_the_term() {
    let rules = shipped("sla");
    let pothole = Label::new("Pothole Repair").unwrap();
    assert_eq!(rules.handle_term(Some(&pothole), true), Some(HandleTerm::Stated));
    assert_eq!(rules.handle_term(Some(&pothole), false), None);
    // Elsewhere it binds nobody.
    let rules = shipped("cn-2005");
    let general = rules.term(Clock::Handle).map(HandleTerm::Days);
    assert!(general.is_some());
    assert_eq!(rules.handle_term(Some(&pothole), true), general);

    let text = RuleSet::shipped("sla").unwrap().to_owned()
        + "[categories.terms.\"Pothole Repair\"]\ndays = 2\ncount = \"working\"\nstarts = \"registered\"\n";
    let rules = RuleSet::parse(&text).unwrap();
    let Some(HandleTerm::Days(term)) = rules.handle_term(Some(&pothole), true) else {
        panic!("a category's own term comes first")
    };
    assert_eq!((term.days, term.count), (2, Counting::Working));
    assert_eq!(rules.handle_term(None, true), Some(HandleTerm::Stated));
}

#[test]
fn the_duties_are_those_of_the_three_systems() {
    let rules = shipped("cn-2005");
    let reception = rules.reception.unwrap();
    assert_eq!((reception.per_week, reception.substitute), (1, false));
    let visits = rules.visits.unwrap();
    assert_eq!((visits.per_year, visits.different_days), (2, true));
    assert_eq!(rules.stay.unwrap().days_per_year, 7);
    let quotas: Vec<_> = rules
        .ranks
        .iter()
        .map(|rank| {
            let pairing = rank.pairing.unwrap();
            (rank.number, rank.name_zh.as_ref().unwrap().as_str(), pairing.households, pairing.per)
        })
        .collect();
    assert_eq!(
        quotas,
        [
            (1, "市领导", 3, QuotaBearer::Person),
            (2, "市管干部", 2, QuotaBearer::Person),
            (3, "区县干部", 1, QuotaBearer::Person),
            (9, "普通干部", 1, QuotaBearer::Branch),
        ]
    );
    assert_eq!(rules.rank(4), None);
    assert_eq!(rules.assessment.iter().map(|weight| u32::from(weight.weight)).sum::<u32>(), 100);
    assert!(rules.assessment.iter().any(|weight| weight.measure == Measure::VisitAttainment));
    assert!(!rules.requires_signature("ReplyDelivered"));

    let cutoffs = &rules.cutoffs;
    assert_eq!(cutoffs.gifts, Some(day("2010-06-10")));
    assert_eq!(cutoffs.vehicles, Some(day("2010-06-10")));
    assert_eq!(cutoffs.declarations, Some(day("2010-09-30")));
    assert!(cutoffs.is_in_time(day("2010-06-10"), day("2010-06-10")));
    assert!(!cutoffs.is_in_time(day("2010-06-11"), day("2010-06-10")));
    let strict = docket_domain::Cutoffs { inclusive: false, ..cutoffs.clone() };
    assert!(!strict.is_in_time(day("2010-06-10"), day("2010-06-10")));
}

#[test]
fn a_household_of_half_a_year_is_owed_what_the_proration_says() {
    let visits = shipped("cn-2005").visits.unwrap();
    assert_eq!(visits.due(365, 365), 2);
    assert_eq!(visits.due(366, 366), 2);
    assert_eq!(visits.due(364, 365), 1);
    assert_eq!(visits.due(183, 365), 1);
    assert_eq!(visits.due(182, 365), 0);
    use docket_domain::{Proration::*, VisitDuty};
    let due = |proration, days| VisitDuty { proration, ..visits }.due(days, 365);
    assert_eq!((due(Full, 1), due(Full, 0)), (2, 0));
    assert_eq!((due(Nearest, 91), due(Nearest, 92), due(Nearest, 274)), (0, 1, 2));
    assert_eq!((due(Up, 1), due(Up, 182), due(Up, 183)), (1, 1, 2));
}

/// Every day off work that is not a weekend, and every weekend day worked.
fn exceptions(parts: &CalendarParts, year: i32) -> (usize, usize) {
    let off = parts
        .holidays
        .iter()
        .map(|holiday| holiday.days)
        .flat_map(|days| (days.first().0..=days.last().0).map(docket_domain::Day));
    let is_weekend = |day: &docket_domain::Day| parts.weekend.contains(&day.weekday());
    (
        off.filter(|day| day.year() == year && !is_weekend(day)).count(),
        parts.make_up.iter().filter(|day| day.year() == year).count(),
    )
}

/// From 2008 on the law gives 11 days off a year, and the same number again for each that falls on a weekend: so the
/// weekdays off, less the weekend days worked, are 11. New Year's schedule can reach into the year before.
#[test]
fn the_chinese_schedules_give_eleven_days_a_year() {
    let parts = shipped("cn-2005");
    let years: Vec<_> = (2009..=2012).map(|year| exceptions(parts.calendar.parts(), year)).collect();
    let net: Vec<_> = years.iter().map(|(off, worked)| off - worked).collect();
    // 2011-12-31 was worked for the New Year of 2012.
    assert_eq!(net, [11, 11, 10, 12]);
    let parts = shipped("cn-2022");
    let years: Vec<_> = (2022..=2024).map(|year| exceptions(parts.calendar.parts(), year)).collect();
    let net: Vec<_> = years.iter().map(|(off, worked)| off - worked).collect();
    assert_eq!(net, [11, 11, 11]);
}

#[test]
fn england_and_wales_have_eight_bank_holidays_a_year_and_nine_or_ten_in_royal_ones() {
    let rules = shipped("uk-complaints");
    for year in 2009..=2026 {
        let expected = match year {
            2011 | 2012 | 2023 => 9,
            2022 => 10,
            _ => 8,
        };
        // A weekday each: one that falls on a weekend has a substitute.
        assert_eq!(exceptions(rules.calendar.parts(), year), (expected, 0), "{year}");
    }
}

#[test]
fn make_up_days_are_worked_and_holidays_are_not() {
    let rules = shipped("cn-2005");
    let kind = |text| rules.calendar.kind(day(text));
    assert!(matches!(kind("2010-02-12"), DayKind::Working));
    for text in ["2010-02-13", "2010-02-15", "2010-02-19"] {
        assert!(
            matches!(kind(text), DayKind::Holiday(holiday) if holiday.name_zh.as_ref().unwrap().as_str() == "春节"),
            "{text}"
        );
    }
    assert_eq!(kind("2010-02-20"), DayKind::MakeUp);
    assert_eq!(kind("2010-02-21"), DayKind::MakeUp);
    assert_eq!(kind("2010-02-27"), DayKind::Weekend);
    assert!(rules.calendar.covers(day("2012-12-31")) && !rules.calendar.covers(day("2013-01-01")));
}

#[test]
fn what_is_stored_comes_back_and_is_small() {
    for (name, text) in SHIPPED {
        let rules = RuleSet::parse(text).unwrap();
        assert_eq!(rules.name.as_str(), *name);
        assert!(docket_domain::PublicText::new(text).is_ok());
        let bytes = bincode::serde::encode_to_vec(&rules, CONFIG).unwrap();
        assert!(bytes.len() < text.len(), "{name}: {} bytes of {}", bytes.len(), text.len());
        let (back, read): (RuleSet, _) = bincode::serde::decode_from_slice(&bytes, CONFIG).unwrap();
        assert_eq!((back, read), (rules, bytes.len()));
    }
    assert_eq!(RuleSet::shipped("cn-1995"), None);
}

#[test]
fn every_red_flag_parameter_stands_in_the_document_with_its_default() {
    let document = include_str!("../../RULES.md");
    for parameter in RedFlags::ALL {
        let row = format!("| `{}` | {} |{} |", parameter.name, parameter.default, parameter.meaning);
        assert!(document.contains(&row), "{row}");
    }
}
