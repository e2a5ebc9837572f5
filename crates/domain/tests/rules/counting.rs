use docket_domain::{
    Calendar, CalendarParts, Counted, Counting, Day, DayCounting, DayKind, DayRange, Holiday, Label,
    MAX_TERM_DAYS, Tally, Timestamp, Weekday, Zone,
};
use proptest::prelude::*;

use crate::{day, shipped};

const USUAL: DayCounting = DayCounting { first_day_counts: false, last_day_moves_on: true };

fn due(rules: &str, start: &str, days: u32, counting: Counting) -> String {
    shipped(rules).calendar.add_days(day(start), days, counting, USUAL).due().to_string()
}

/// Day and tally in one line each.
fn listed(counted: &Counted<'_>) -> Vec<String> {
    counted
        .days()
        .map(|counted| {
            let kind = match counted.kind {
                DayKind::Working => "working".to_owned(),
                DayKind::MakeUp => "make-up".to_owned(),
                DayKind::Weekend => "weekend".to_owned(),
                DayKind::Holiday(holiday) => holiday.name.to_string(),
            };
            let tally = match counted.tally {
                Tally::Start => "start".to_owned(),
                Tally::Counted(number) => number.to_string(),
                Tally::NotCounted => "-".to_owned(),
                Tally::MovedOn => "on".to_owned(),
                Tally::MovedTo => "due".to_owned(),
            };
            format!("{} {kind} {tally}", counted.day)
        })
        .collect()
}

#[test]
fn five_working_days_over_the_chinese_new_year_of_2010_count_its_make_up_days() {
    let rules = shipped("cn-2005");
    let counted = rules.calendar.add_days(day("2010-02-11"), 5, Counting::Working, USUAL);
    assert_eq!(
        listed(&counted),
        [
            "2010-02-11 working start",
            "2010-02-12 working 1",
            "2010-02-13 Spring Festival -",
            "2010-02-14 Spring Festival -",
            "2010-02-15 Spring Festival -",
            "2010-02-16 Spring Festival -",
            "2010-02-17 Spring Festival -",
            "2010-02-18 Spring Festival -",
            "2010-02-19 Spring Festival -",
            "2010-02-20 make-up 2",
            "2010-02-21 make-up 3",
            "2010-02-22 working 4",
            "2010-02-23 working 5",
        ]
    );
    assert_eq!(counted.due(), day("2010-02-23"));
    assert_eq!(counted.not_covered(), None);
}

#[test]
fn a_last_day_on_a_holiday_moves_on_to_the_next_working_day() {
    let rules = shipped("cn-2005");
    // The 15th day is 2010-02-17; the first day worked after it is a Saturday.
    let counted = rules.calendar.add_days(day("2010-02-02"), 15, Counting::Calendar, USUAL);
    assert_eq!(
        listed(&counted)[14..],
        [
            "2010-02-16 Spring Festival 14",
            "2010-02-17 Spring Festival 15",
            "2010-02-18 Spring Festival on",
            "2010-02-19 Spring Festival on",
            "2010-02-20 make-up due",
        ]
    );
    let stays = DayCounting { last_day_moves_on: false, ..USUAL };
    let counted = rules.calendar.add_days(day("2010-02-02"), 15, Counting::Calendar, stays);
    assert_eq!(counted.due(), day("2010-02-17"));
    // A weekend behind the last day, too.
    assert_eq!(due("cn-2005", "2010-03-05", 15, Counting::Calendar), "2010-03-22");
}

#[test]
fn sixty_days_and_thirty_more_end_where_a_calendar_says() {
    let rules = shipped("cn-2005");
    let handle = rules.term(docket_domain::Clock::Handle).unwrap();
    assert_eq!(rules.count(day("2010-01-04"), handle, 0).due(), day("2010-03-05"));
    // 2010-04-04 lies in Qingming.
    assert_eq!(rules.count(day("2010-01-04"), handle, 30).due(), day("2010-04-06"));
    assert_eq!(rules.count(day("2010-01-04"), handle, 30).len(), 90);
}

#[test]
fn a_leap_day_counts() {
    assert_eq!(due("cn-2005", "2012-02-14", 15, Counting::Calendar), "2012-02-29");
    assert_eq!(due("cn-2005", "2011-02-14", 15, Counting::Calendar), "2011-03-01");
    assert_eq!(due("uk-complaints", "2024-02-27", 2, Counting::Working), "2024-02-29");
}

#[test]
fn ten_working_days_over_christmas_skip_the_bank_holidays_and_their_substitutes() {
    // 24, 29, 30, 31 December; 27 and 28 are substitutes, 1 January falls on a Saturday, 3 January is its substitute.
    assert_eq!(due("uk-complaints", "2010-12-23", 4, Counting::Working), "2010-12-31");
    assert_eq!(due("uk-complaints", "2010-12-23", 10, Counting::Working), "2011-01-11");
    assert_eq!(due("uk-complaints", "2011-04-20", 5, Counting::Working), "2011-05-03");
}

#[test]
fn a_first_day_that_counts_is_day_one_if_it_is_worked() {
    let rules = shipped("cn-2005");
    let counts = DayCounting { first_day_counts: true, ..USUAL };
    let due = |start, days, counting| rules.calendar.add_days(day(start), days, counting, counts).due();
    assert_eq!(due("2010-03-01", 1, Counting::Calendar), day("2010-03-01"));
    assert_eq!(due("2010-03-01", 5, Counting::Working), day("2010-03-05"));
    assert_eq!(due("2010-03-06", 1, Counting::Working), day("2010-03-08"));
    let counted = rules.calendar.add_days(day("2010-03-06"), 1, Counting::Working, counts);
    assert_eq!(listed(&counted), ["2010-03-06 weekend -", "2010-03-07 weekend -", "2010-03-08 working 1"]);
}

#[test]
fn a_term_ends_with_a_day_however_long_the_day_is() {
    for (name, start, expected, hours) in [
        // Ten days over each clock change; 240 hours are one less, or one more.
        ("America/New_York", "2011-03-08T15:00:00Z", "2011-03-18", 239),
        ("America/New_York", "2011-10-31T15:00:00Z", "2011-11-10", 241),
        ("Europe/London", "2010-03-22T12:00:00Z", "2010-04-01", 239),
        ("Europe/London", "2010-10-25T12:00:00Z", "2010-11-04", 241),
    ] {
        let zone = Zone::named(name).unwrap();
        let moment = start.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        let start = zone.day_of(Timestamp(moment));
        let rules = shipped("uk-complaints");
        let counted = rules.calendar.add_days(start, 10, Counting::Calendar, USUAL);
        assert_eq!(counted.due(), day(expected), "{name}");
        let length = zone.start_of(counted.due()).0 - zone.start_of(start).0;
        assert_eq!(length / 3_600_000_000, hours, "{name}");
    }
}

#[test]
fn a_due_day_that_no_published_calendar_covers_says_so() {
    let rules = shipped("cn-2005");
    let count = |start, days, counting| rules.calendar.add_days(day(start), days, counting, USUAL);
    assert_eq!(count("2012-12-01", 60, Counting::Calendar).not_covered(), Some(day("2013-01-30")));
    assert_eq!(count("2012-12-01", 30, Counting::Calendar).not_covered(), None);
    assert_eq!(count("2008-12-30", 5, Counting::Working).not_covered(), Some(day("2008-12-30")));
    let stays = DayCounting { last_day_moves_on: false, ..USUAL };
    let counted = rules.calendar.add_days(day("2020-01-01"), 60, Counting::Calendar, stays);
    assert_eq!(counted.not_covered(), None);
}

#[test]
fn the_end_of_all_days_ends_every_term() {
    let rules = shipped("cn-2005");
    for start in [Day(i32::MAX), Day(i32::MAX - 3), Day(i32::MIN)] {
        for counting in [Counting::Calendar, Counting::Working] {
            let counted = rules.calendar.add_days(start, u32::MAX, counting, USUAL);
            assert_eq!(counted.len(), MAX_TERM_DAYS);
            assert!(counted.due() >= start);
            assert!(counted.days().count() > 0);
        }
    }
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let weekend = proptest::collection::vec(1..=7_u16, 0..6);
    let holidays = proptest::collection::vec((1..40_i32, 1..12_i32), 0..20);
    (weekend, holidays, any::<u64>()).prop_map(|(weekend, holidays, worked)| {
        let weekend: Vec<_> = weekend.into_iter().filter_map(Weekday::from_number).collect();
        let mut next = Day(0);
        let mut parts = CalendarParts { weekend, ..CalendarParts::default() };
        for (gap, len) in holidays {
            let first = next.plus(gap);
            let last = first.plus(len - 1);
            let days = DayRange::new(first, last).unwrap();
            let name = Label::new("feast").unwrap();
            // Some of the weekend days between two holidays are worked.
            let between = (next.0..first.0).map(Day).filter(|day| parts.weekend.contains(&day.weekday()));
            parts.make_up.extend(between.filter(|day| worked >> (day.0 % 64) & 1 == 1));
            parts.holidays.push(Holiday { days, name, name_zh: None });
            next = last.next();
        }
        parts.covers = DayRange::new(Day(0), next);
        Calendar::new(parts).unwrap()
    })
}

fn ways() -> impl Strategy<Value = (Counting, DayCounting)> {
    let counting = prop_oneof![Just(Counting::Calendar), Just(Counting::Working)];
    (counting, any::<bool>(), any::<bool>()).prop_map(|(counting, first_day_counts, last_day_moves_on)| {
        (counting, DayCounting { first_day_counts, last_day_moves_on })
    })
}

proptest! {
    #[test]
    fn a_longer_or_later_term_never_ends_earlier(
        calendar in calendars(), (counting, how) in ways(), start in -20..400_i32, days in 1..120_u32,
    ) {
        let due = |start, days| calendar.add_days(Day(start), days, counting, how).due();
        prop_assert!(due(start, days) <= due(start, days + 1));
        prop_assert!(due(start, days) <= due(start + 1, days));
    }

    #[test]
    fn the_days_listed_are_the_days_counted(
        calendar in calendars(), (counting, how) in ways(), start in -20..400_i32, days in 0..120_u32,
    ) {
        let counted = calendar.add_days(Day(start), days, counting, how);
        let listed: Vec<_> = counted.days().collect();
        let tallies = listed.iter().filter_map(|day| match day.tally {
            Tally::Counted(number) => Some(number),
            _ => None,
        });
        prop_assert!(tallies.eq(1..=days), "each number once, in order");
        prop_assert_eq!(listed.first().map(|day| day.day), Some(Day(start)));
        prop_assert_eq!(listed.last().map(|day| day.day), Some(counted.due()));
        for day in &listed {
            prop_assert_eq!(day.kind, calendar.kind(day.day));
            match day.tally {
                Tally::Counted(_) if counting == Counting::Working => prop_assert!(day.kind.is_working()),
                Tally::NotCounted | Tally::MovedOn => prop_assert!(!day.kind.is_working()),
                Tally::MovedTo => prop_assert!(day.kind.is_working() && day.day == counted.due()),
                Tally::Start | Tally::Counted(_) => {}
            }
        }
        if how.last_day_moves_on {
            prop_assert!(calendar.is_working(counted.due()));
        }
    }

    #[test]
    fn a_due_day_is_the_one_a_slow_count_finds(
        calendar in calendars(), (counting, how) in ways(), start in -20..400_i32, days in 1..120_u32,
    ) {
        let mut left = days;
        let mut day = Day(start);
        if !how.first_day_counts {
            day = day.next();
        }
        loop {
            if counting == Counting::Calendar || calendar.is_working(day) {
                left -= 1;
            }
            if left == 0 {
                break;
            }
            day = day.next();
        }
        while how.last_day_moves_on && !calendar.is_working(day) {
            day = day.next();
        }
        prop_assert_eq!(calendar.add_days(Day(start), days, counting, how).due(), day);
    }
}
