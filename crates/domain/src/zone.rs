//! Time zones: from moments to civil days and back.

use std::fmt;

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use crate::{day::Day, time::Timestamp};

/// A time zone of the bundled IANA data: the same on every machine, whatever its own settings.
///
/// Moments between 1900 and 2200 are looked up in a table; moments far outside the years that can be written take the
/// offset of the nearest that can.
#[derive(Clone)]
pub struct Zone {
    name: Box<str>,
    time_zone: TimeZone,
    /// The offset before the table begins is never needed: the first entry lies at [`TABLE_START`].
    changes: Box<[Change]>,
    /// For each [`BUCKET_MICROS`] of the table's span, which change is in force at its beginning.
    buckets: Box<[u16]>,
}

/// From `at` on, until the next one, local time is UTC plus `offset`. Both in microseconds.
#[derive(Clone, Copy, Debug)]
struct Change {
    at: i64,
    offset: i64,
}

/// Hour and minute of a moment, as a clock on the wall shows them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CivilTime {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// A name that no time zone has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown time zone {name:?}")]
pub struct ZoneError {
    /// The name, cut after 64 characters.
    pub name: String,
}

impl Zone {
    /// Returns the zone with this IANA name, such as `Asia/Shanghai`.
    ///
    /// # Errors
    /// When the bundled data has no such zone.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        let time_zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| ZoneError { name: name.chars().take(64).collect() })?;
        let changes = changes(&time_zone);
        let buckets = buckets(&changes);
        // As the data spell it: names are found whatever their case.
        let name = time_zone.iana_name().unwrap_or(name).into();
        Ok(Self { name, time_zone, changes, buckets })
    }

    /// Returns its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the civil day a moment falls on.
    pub fn day_of(&self, at: Timestamp) -> Day {
        let days = self.local_micros(at).div_euclid(DAY_MICROS);
        Day(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Returns the hour and minute a clock there shows.
    pub fn civil(&self, at: Timestamp) -> CivilTime {
        let minutes = self.local_micros(at).rem_euclid(DAY_MICROS) / MINUTE_MICROS;
        let part = |number| u8::try_from(number).unwrap_or(0);
        CivilTime { hour: part(minutes / 60), minute: part(minutes % 60) }
    }

    /// Returns the first moment of a civil day.
    ///
    /// Where midnight is skipped it is the moment the clock was set forward; where it comes twice, the first. A day that
    /// the zone skipped altogether (Samoa, 2011-12-30) begins when the next one does.
    pub fn start_of(&self, day: Day) -> Timestamp {
        let midnight = i64::from(day.0).saturating_mul(DAY_MICROS);
        let Some(civil) = civil_midnight(day) else {
            return Timestamp(midnight.saturating_sub(self.offset_outside(Timestamp(midnight))));
        };
        let back = |offset: jiff::tz::Offset| midnight.saturating_sub(micros(offset));
        Timestamp(match self.time_zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => back(offset),
            // The offset before is the larger one: it gives the earlier of the two.
            AmbiguousOffset::Fold { before, .. } => back(before),
            // The gap need not begin at midnight (Toronto, 1919-03-30, 23:30): the day begins where it ends.
            AmbiguousOffset::Gap { before, .. } => self.change_until(back(before)).unwrap_or(back(before)),
        })
    }

    /// Returns the last change of offset at or before a moment.
    fn change_until(&self, at: i64) -> Option<i64> {
        let behind = jiff::Timestamp::from_microsecond(at.saturating_add(1)).ok()?;
        Some(self.time_zone.preceding(behind).next()?.timestamp().as_microsecond())
    }

    fn local_micros(&self, at: Timestamp) -> i64 {
        let offset = match self.change_at(at) {
            Some(change) => change.offset,
            None => self.offset_outside(at),
        };
        at.0.saturating_add(offset)
    }

    fn change_at(&self, at: Timestamp) -> Option<Change> {
        if !(TABLE_START..TABLE_END).contains(&at.0) {
            return None;
        }
        let bucket = usize::try_from((at.0 - TABLE_START) >> BUCKET_SHIFT).ok()?;
        let first = usize::from(*self.buckets.get(bucket)?);
        // A bucket rarely holds more than one change.
        let (mut found, rest) = self.changes.get(first..)?.split_first()?;
        for change in rest {
            if change.at > at.0 {
                break;
            }
            found = change;
        }
        Some(*found)
    }

    #[cold]
    fn offset_outside(&self, at: Timestamp) -> i64 {
        let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
        let nearest = at.0.clamp(first.as_microsecond(), last.as_microsecond());
        jiff::Timestamp::from_microsecond(nearest).map_or(0, |at| micros(self.time_zone.to_offset(at)))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.name).finish()
    }
}

impl Default for Zone {
    /// Returns UTC.
    fn default() -> Self {
        let time_zone = TimeZone::UTC;
        let changes = changes(&time_zone);
        let buckets = buckets(&changes);
        Self { name: "UTC".into(), time_zone, changes, buckets }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

fn micros(offset: jiff::tz::Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000_000
}

fn civil_midnight(day: Day) -> Option<jiff::civil::DateTime> {
    let year = i16::try_from(day.year()).ok()?;
    let (month, date) = (i8::try_from(day.month()).ok()?, i8::try_from(day.day_of_month()).ok()?);
    Some(jiff::civil::Date::new(year, month, date).ok()?.to_datetime(jiff::civil::Time::midnight()))
}

fn changes(time_zone: &TimeZone) -> Box<[Change]> {
    let Ok(start) = jiff::Timestamp::from_microsecond(TABLE_START) else { return Box::default() };
    let first = Change { at: TABLE_START, offset: micros(time_zone.to_offset(start)) };
    let following = time_zone.following(start).map(|transition| Change {
        at: transition.timestamp().as_microsecond(),
        offset: micros(transition.offset()),
    });
    let mut changes: Vec<_> =
        std::iter::once(first).chain(following.take_while(|change| change.at < TABLE_END)).collect();
    // Some transitions only change the zone's abbreviation.
    changes.dedup_by_key(|change| change.offset);
    changes.into()
}

fn buckets(changes: &[Change]) -> Box<[u16]> {
    let begin = (TABLE_START..TABLE_END).step_by(1 << BUCKET_SHIFT);
    begin
        .map(|begin| changes.partition_point(|change| change.at <= begin).saturating_sub(1))
        .map_while(|index| u16::try_from(index).ok())
        .collect()
}

const MINUTE_MICROS: i64 = 60_000_000;
const DAY_MICROS: i64 = 86_400_000_000;
/// 1900-01-01T00:00:00Z.
const TABLE_START: i64 = -25_567 * DAY_MICROS;
/// 2200-01-01T00:00:00Z.
const TABLE_END: i64 = 84_006 * DAY_MICROS;
/// About 51 days.
const BUCKET_SHIFT: u32 = 42;

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: [&str; 10] = [
        "Asia/Shanghai",
        "America/New_York",
        "Europe/London",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "America/St_Johns",
        "America/Toronto",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "UTC",
    ];

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn utc(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_moment_falls_on_the_day_the_library_says() {
        for name in ZONES {
            let zone = zone(name);
            // Every 7 hours and a bit from 1890 to 2210, and each side of every change.
            let steps = (-30_000 * DAY_MICROS..88_000 * DAY_MICROS).step_by(25_300_000_007);
            let edges = zone.changes.iter().flat_map(|change| [change.at - 1, change.at, change.at + 1]);
            for at in steps.chain(edges).chain([TABLE_START - 1, TABLE_END - 1, TABLE_END]) {
                let civil = zone.time_zone.to_datetime(jiff::Timestamp::from_microsecond(at).unwrap());
                assert_eq!(zone.day_of(Timestamp(at)).to_string(), civil.date().to_string(), "{name} {at}");
                let found = zone.civil(Timestamp(at));
                assert_eq!(
                    (i8::try_from(found.hour), i8::try_from(found.minute)),
                    (Ok(civil.hour()), Ok(civil.minute()))
                );
            }
        }
    }

    #[test]
    fn every_day_from_1900_to_2200_begins_on_itself() {
        for name in ZONES {
            let zone = zone(name);
            for number in -25_567..84_006 {
                let start = zone.start_of(Day(number));
                assert_eq!(zone.day_of(start), Day(number), "{name} {}", Day(number));
                let before = zone.day_of(Timestamp(start.0 - 1));
                assert_eq!(before, Day(number - 1), "{name}: no moment of {} lies earlier", Day(number));
            }
        }
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_where_the_gap_ends() {
        for (name, text, first) in [
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            ("Asia/Beirut", "2021-03-28", "2021-03-27T22:00:00Z"),
            ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),
        ] {
            let zone = zone(name);
            assert_eq!(zone.start_of(day(text)), utc(first), "{name}");
            assert_ne!(zone.civil(utc(first)), CivilTime { hour: 0, minute: 0 }, "{name}");
        }
        assert_eq!(zone("Asia/Beirut").civil(utc("2021-03-27T22:00:00Z")).to_string(), "01:00");
    }

    #[test]
    fn days_of_a_clock_change_have_23_and_25_hours() {
        let hours = |name: &str, text: &str| {
            let (zone, day) = (zone(name), day(text));
            (zone.start_of(day.next()).0 - zone.start_of(day).0) / (60 * MINUTE_MICROS)
        };
        assert_eq!(hours("America/New_York", "2011-03-13"), 23);
        assert_eq!(hours("America/New_York", "2011-11-06"), 25);
        assert_eq!(hours("Europe/London", "2010-03-28"), 23);
        assert_eq!(hours("Europe/London", "2010-10-31"), 25);
        assert_eq!(hours("Asia/Shanghai", "2010-03-28"), 24);
    }

    #[test]
    fn a_day_that_a_zone_skipped_begins_with_the_next() {
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.start_of(day("2011-12-30")), apia.start_of(day("2011-12-31")));
        assert_eq!(apia.start_of(day("2011-12-31")), utc("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        for name in ZONES {
            let zone = zone(name);
            for at in [i64::MIN, i64::MAX] {
                let _ = (zone.civil(Timestamp(at)), zone.day_of(Timestamp(at)));
            }
            for number in [i32::MIN, i32::MAX] {
                let _ = zone.start_of(Day(number));
            }
        }
    }

    #[test]
    fn a_name_that_no_zone_has_is_refused() {
        for name in ["", "Mars/Olympus", "../etc/passwd", "Asia"] {
            assert!(Zone::named(name).is_err(), "{name}");
        }
        assert_eq!(zone("asia/SHANGHAI"), zone("Asia/Shanghai"));
        assert_eq!(zone("asia/SHANGHAI").name(), "Asia/Shanghai");
        let long = Zone::named(&"x".repeat(100_000)).unwrap_err();
        assert_eq!(long.name.len(), 64);
    }
}
