//! Times on the command line and on the screen, in the ledger's own zone.

use docket_domain::{OccurredAt, Precision, Timestamp};
use jiff::{
    civil,
    tz::{AmbiguousOffset, TimeZone},
};

use crate::failure::Failure;

/// Returns the ledger's zone by its IANA name, from the bundled data.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::usage(format!("unknown time zone {name:?}"))
            .hint("use an IANA name such as Asia/Shanghai or America/New_York")
    })
}

/// Takes what a person typed: `2011-07-01`, `2011-07-01 01:32`, with seconds, or RFC 3339 with an offset.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Result<OccurredAt, Failure> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Ok(OccurredAt { at: Timestamp(moment.as_microsecond()), precision: Precision::Microsecond });
    }
    let text = text.trim();
    let (civil, precision) = if let Ok(date) = civil::Date::strptime("%Y-%m-%d", text) {
        (date.at(0, 0, 0, 0), Precision::Day)
    } else if let Some(found) =
        ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"].iter().find_map(|f| civil::DateTime::strptime(f, text).ok())
    {
        (found, Precision::Minute)
    } else if let Some(found) = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|f| civil::DateTime::strptime(f, text).ok())
    {
        (found, Precision::Second)
    } else {
        return Err(Failure::usage(format!("{text:?} is not a time that exists")).hint(
            "write 2011-07-01, 2011-07-01 13:30 (in the ledger's zone), or 2011-07-01T13:30:00+08:00",
        ));
    };
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let in_gap = precision != Precision::Day && matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    // A day whose midnight was skipped begins right behind the gap.
    let moment = if in_gap { None } else { ambiguous.compatible().ok() };
    let moment = moment.ok_or_else(|| {
        Failure::usage(format!(
            "{text:?} does not exist in the ledger's zone: the clock was set forward over it"
        ))
        .hint("write a time with its offset, such as 2011-07-01T13:30:00+08:00")
    })?;
    Ok(OccurredAt { at: Timestamp(moment.as_microsecond()), precision })
}

/// Returns a moment in the ledger's zone, as exactly as it is known.
pub(crate) fn show(at: i64, precision: Precision, zone: &TimeZone) -> String {
    let Ok(moment) = jiff::Timestamp::from_microsecond(at) else { return format!("{at} us") };
    let format = match precision {
        Precision::Day => "%Y-%m-%d",
        Precision::Minute => "%Y-%m-%d %H:%M",
        Precision::Second => "%Y-%m-%d %H:%M:%S",
        Precision::Microsecond => "%Y-%m-%d %H:%M:%S%.6f",
    };
    jiff::ZonedDateTime::new(moment, zone.clone()).strftime(format).to_string()
}

/// Returns a moment in the ledger's zone, to the second, with the offset that was in force there.
pub(crate) fn show_with_offset(at: i64, zone: &TimeZone) -> String {
    let Ok(moment) = jiff::Timestamp::from_microsecond(at) else { return format!("{at} us") };
    jiff::ZonedDateTime::new(moment, zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// Returns a claimed time in the ledger's zone, as exactly as it is known.
pub(crate) fn show_occurred(occurred: OccurredAt, zone: &TimeZone) -> String {
    show(occurred.at.0, occurred.precision, zone)
}

/// Returns a moment as RFC 3339 in UTC, to the microsecond.
pub(crate) fn rfc3339(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        .unwrap_or_else(|_| format!("{at} us"))
}

/// Takes a day for the moment at which it ends.
pub(crate) fn end_of(occurred: OccurredAt, zone: &TimeZone) -> i64 {
    if occurred.precision != Precision::Day {
        return occurred.at.0;
    }
    let next = jiff::Timestamp::from_microsecond(occurred.at.0)
        .and_then(|moment| jiff::ZonedDateTime::new(moment, zone.clone()).date().tomorrow())
        .and_then(|day| zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible());
    next.map_or(occurred.at.0, jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_hour_is_refused_and_a_repeated_one_is_the_first() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert!(parse("2011-03-13 02:30", &zone).is_err());
        assert!(parse("2011-02-30", &zone).is_err());
        let first = parse("2011-11-06 01:30", &zone).unwrap();
        assert_eq!(rfc3339(first.at.0), "2011-11-06T05:30:00.000000Z");
        assert_eq!(show(first.at.0, first.precision, &zone), "2011-11-06 01:30");
        let day = parse("2011-11-06", &zone).unwrap();
        assert_eq!((end_of(day, &zone) - day.at.0) / 3_600_000_000, 25);
    }
}
