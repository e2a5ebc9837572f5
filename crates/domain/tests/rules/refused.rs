use docket_domain::{RuleSet, RuleSetError, UnitLevel, UnitLevels};

const GOOD: &str = r#"name = "test"
title = "A test"

[counting]
first_day_counts = false
last_day_moves_on = true

[terms.handle]
days = 60
count = "calendar"
starts = "accepted"
extension = { days = 30, times = 1, approver = "head" }

[visits]
per_year = 2
different_days = true
proration = "down"
absence_excuses = false

[[ranks]]
number = 1
name = "leader"

[calendar]
weekend = ["saturday", "sunday"]
covers = "2010-01-01..2010-12-31"
holidays = [
    { days = "2010-02-13..2010-02-19", name = "Spring Festival" },
    { days = "2010-10-01", name = "National Day" },
]
make_up = ["2010-02-20"]

[red_flags]
late_visit_hours = 48
period_end_share = "1/3"
"#;

/// Replaces one text in [`GOOD`] and returns the line, the key and the whole message of the refusal.
fn refused(good: &str, bad: &str) -> (usize, String, String) {
    assert_eq!(GOOD.matches(good).count(), 1, "{good}");
    let error = RuleSet::parse(&GOOD.replace(good, bad)).unwrap_err();
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    match error {
        RuleSetError::Text { line, key, .. } => (line, key, message),
        other => panic!("{other}"),
    }
}

#[test]
fn the_text_the_others_are_made_of_is_good() {
    let rules = RuleSet::parse(GOOD).unwrap();
    assert_eq!(rules.red_flags.late_visit_hours, 48);
    assert_eq!(rules.red_flags.late_reply_hours, 24, "what is left out has its default");
}

#[test]
fn every_bad_value_is_refused_with_its_line_and_key() {
    for (good, bad, line, key, says) in [
        // Numbers.
        ("days = 60", "days = 60.0", 9, "terms.handle.days", "floating point"),
        ("days = 60", "days = -60", 9, "terms.handle.days", "from 1 to 3660"),
        ("days = 60", "days = 0", 9, "terms.handle.days", "from 1 to 3660"),
        ("days = 60", "days = 3661", 9, "terms.handle.days", "from 1 to 3660"),
        ("days = 60", "days = 18446744073709551616", 9, "terms.handle.days", ""),
        ("days = 60", "days = \"60\"", 9, "terms.handle.days", "string"),
        ("days = 30, times = 1", "days = 30, times = 11", 12, "terms.handle.extension.times", "from 1 to 10"),
        ("per_year = 2", "per_year = 367", 15, "visits.per_year", "from 1 to 366"),
        ("number = 1", "number = 65536", 21, "ranks.number", "from 1 to 65535"),
        ("late_visit_hours = 48", "late_visit_hours = 0", 34, "red_flags.late_visit_hours", "from 1 to"),
        (
            "period_end_share = \"1/3\"",
            "period_end_share = 0.33",
            35,
            "red_flags.period_end_share",
            "floating",
        ),
        ("\"1/3\"", "\"1/0\"", 35, "red_flags.period_end_share", "ratio"),
        // Words.
        ("\"calendar\"", "\"moon\"", 10, "terms.handle.count", "calendar, working"),
        ("\"accepted\"", "\"birth\"", 11, "terms.handle.starts", "registered, assigned"),
        ("\"head\"", "\"anyone\"", 12, "terms.handle.extension.approver", "head, one-level-up"),
        ("\"sunday\"", "\"domingo\"", 25, "calendar.weekend", "weekday"),
        ("[terms.handle]", "[terms.hurry]", 8, "terms", "unknown clock"),
        ("= \"A test\"", "= \" A test\"", 2, "title", "white space"),
        // Days.
        ("\"2010-10-01\"", "\"2010-02-29\"", 29, "calendar.holidays.days", "exist"),
        ("\"2010-10-01\"", "2010-10-01", 29, "calendar.holidays.days", "in quotes"),
        (
            "2010-02-13..2010-02-19",
            "2010-02-19..2010-02-13",
            28,
            "calendar.holidays.days",
            "end (2010-02-13) before they begin (2010-02-19)",
        ),
        // The calendar as a whole.
        ("\"2010-10-01\"", "\"2010-02-19\"", 24, "calendar", "holiday 2010-02-19: not after the one before"),
        ("\"2010-10-01\"", "\"2010-10-01..2010-11-01\"", 24, "calendar", "more than 31 days"),
        ("\"2010-10-01\"", "\"2011-10-01\"", 24, "calendar", "holiday 2011-10-01: outside `covers`"),
        ("\"2010-02-20\"", "\"2010-02-22\"", 24, "calendar", "2010-02-22: not a weekend day"),
        ("\"2010-02-20\"", "\"2010-02-14\"", 24, "calendar", "2010-02-14: also a holiday"),
        ("\"2010-02-20\"", "\"2010-02-20\", \"2010-02-20\"", 24, "calendar", "2010-02-20: not after"),
        (
            "[\"saturday\", \"sunday\"]",
            "[\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"]",
            24,
            "calendar",
            "all seven days",
        ),
        // Keys.
        ("per_year = 2\n", "", 14, "visits", "missing field `per_year`"),
        (
            "name = \"leader\"",
            "name = \"leader\"\n[[ranks]]\nnumber = 1\nname = \"chief\"",
            20,
            "ranks",
            "1 stands twice",
        ),
        ("title = \"A test\"", "", 1, "", "missing field `title`"),
        ("days = 60", "days = 60\ndays = 61", 10, "", "duplicate key"),
        ("[counting]", "[counting", 4, "", ""),
    ] {
        let (found, at, message) = refused(good, bad);
        assert_eq!((found, at.as_str()), (line, key), "{bad}: {message}");
        assert!(message.contains(says), "{bad}: {message}");
    }
}

#[test]
fn a_key_nobody_knows_is_refused_in_every_table() {
    for (table, line, key) in [
        ("name = \"test\"", 2, ""),
        ("[counting]", 5, "counting"),
        ("[terms.handle]", 9, "terms.handle"),
        ("[visits]", 15, "visits"),
        ("[[ranks]]", 21, "ranks"),
        ("[calendar]", 25, "calendar"),
        ("[red_flags]", 34, "red_flags"),
    ] {
        let (found, at, message) = refused(table, &format!("{table}\ncolour = 1"));
        assert_eq!((found, at.as_str()), (line, key), "{message}");
        assert!(message.contains("unknown field `colour`"), "{message}");
    }
    for table in ["cutoffs", "reception", "stay", "categories", "stages", "suspension", "assessment"] {
        let list = ["stages", "suspension", "assessment"].contains(&table);
        let header = if list { format!("[[{table}]]") } else { format!("[{table}]") };
        let (_, at, message) = refused("[counting]", &format!("{header}\ncolour = 1\n[counting]"));
        assert!(at == table && message.contains("unknown field `colour`"), "{message}");
    }
    for (good, bad) in [
        ("times = 1", "times = 1, colour = 1"),
        ("name = \"National Day\"", "name = \"National Day\", colour = 1"),
        (
            "name = \"leader\"",
            "name = \"leader\"\npairing = { households = 1, per = \"person\", colour = 1 }",
        ),
    ] {
        let (_, _, message) = refused(good, bad);
        assert!(message.contains("unknown field `colour`"), "{message}");
    }
}

#[test]
fn ten_megabytes_are_refused_before_they_are_read() {
    let text = format!("{GOOD}# {}", "x".repeat(10 << 20));
    assert_eq!(RuleSet::parse(&text), Err(RuleSetError::TooLong { len: text.len() }));
    let longest = format!("{GOOD}# {}", "x".repeat(49_152 - GOOD.len() - 2));
    assert!(RuleSet::parse(&longest).is_ok());
}

#[test]
fn a_hostile_text_has_a_short_answer() {
    let deep = format!("{GOOD}a = {}", "[".repeat(45_000));
    let long_key = format!("{GOOD}{} = 1", "k".repeat(45_000));
    let long_word = GOOD.replace("\"calendar\"", &format!("\"{}\"", "w".repeat(45_000)));
    for text in [deep, long_key, long_word, "\u{feff}\0".to_owned(), String::new()] {
        let message = RuleSet::parse(&text).unwrap_err().to_string();
        assert!(message.len() < 2_000, "{}", message.len());
    }
}

#[test]
fn levels_are_known_words_each_once_and_never_none() {
    let with = |levels: &str| {
        let table = format!(
            "[reception]\nper_week = 1\nlevels = {levels}\nsubstitute = false\npart_weeks = false\n\
             cancellation_excuses = false\n\n[visits]"
        );
        RuleSet::parse(&GOOD.replace("[visits]", &table))
    };
    for (levels, why) in [
        ("[]", "expected one level or more"),
        (r#"["village", "village"]"#, "village stands twice"),
        (r#"["hamlet"]"#, "unknown unit level"),
    ] {
        let message = with(levels).unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
    }
    let duty = with(r#"["town", "village"]"#).unwrap().reception.unwrap();
    assert_eq!(duty.levels, UnitLevels::of(&[UnitLevel::Village, UnitLevel::Town]));
    assert!(!duty.levels.has(UnitLevel::Community));
}
