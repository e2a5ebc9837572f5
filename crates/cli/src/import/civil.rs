//! Civil times of a named zone, as a file writes them.

use jiff::{
    civil::DateTime,
    fmt::strtime::{self, BrokenDownTime},
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};

/// Reads the times of a file: its formats, its zone.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    formats: Vec<Format>,
}

/// When something happened, as the file claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ClaimedTime {
    /// Microseconds since 1970-01-01T00:00:00Z. Of a day: its first moment in the file's zone.
    pub(crate) at_us: i64,
    /// The clocks were set back over it, so that it occurred twice; this is the first of the two.
    pub(crate) is_ambiguous: bool,
    /// How exactly it is known.
    pub(crate) precision: Precision,
}

/// How exactly a time is known: the smallest unit that its format has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Precision {
    /// To the day.
    Day,
    /// To the minute.
    Minute,
    /// To the second.
    Second,
    /// To the microsecond.
    Microsecond,
}

impl Precision {
    /// Returns how many microseconds a time of this precision covers.
    pub(crate) const fn span_us(self) -> i64 {
        match self {
            Self::Day => 86_400_000_000,
            Self::Minute => 60_000_000,
            Self::Second => 1_000_000,
            Self::Microsecond => 1,
        }
    }
}

impl ClaimedTime {
    /// Says whether its last possible moment lies before the other's first.
    pub(crate) const fn is_certainly_before(self, other: Self) -> bool {
        self.at_us.saturating_add(self.precision.span_us() - 1) < other.at_us
    }
}

/// Why a text is no time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum CivilError {
    /// It has another form. It may be anything, a person's name by a shifted cell: it is not shown.
    #[error("a text of {len} bytes that is not a time in the mapping's format")]
    OtherForm {
        /// Its length in bytes.
        len: usize,
    },
    /// It has the form, and names a date or hour that no calendar has.
    #[error("no such date or time: {value}")]
    NoSuchTime {
        /// As written.
        value: String,
    },
    /// The clocks were set forward over it.
    #[error("no such time in {zone}, where the clocks were set forward over it: {value}")]
    InGap {
        /// As written.
        value: String,
        /// The zone.
        zone: String,
    },
}

/// Why a mapping's zone or format cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum ClockError {
    /// No zone has this name.
    #[error("unknown time zone: {0}")]
    Zone(String),
    /// There is no format.
    #[error("no time format")]
    NoFormat,
    /// The format is not one of strptime.
    #[error("time format {format}: {reason}")]
    Format {
        /// As written.
        format: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Clock {
    /// Takes a zone of the bundled IANA database and one or more strptime formats, tried in their order.
    ///
    /// # Errors
    /// When the zone is unknown, or a format does not read back what it writes, has no date, or has an hour without
    /// minutes.
    pub(crate) fn new(zone: &str, formats: &[String]) -> Result<Self, ClockError> {
        // Not the machine's database: the same file must give the same times everywhere.
        let zone = TimeZoneDatabase::bundled().get(zone).map_err(|_| ClockError::Zone(zone.into()))?;
        let formats = formats.iter().map(|text| Format::new(text)).collect::<Result<Vec<_>, _>>()?;
        if formats.is_empty() { Err(ClockError::NoFormat) } else { Ok(Self { zone, formats }) }
    }

    /// Reads a time, without white space at its ends.
    ///
    /// A civil time that occurred twice is its first occurrence, and flagged. A format with an offset (`%z`) is exact.
    ///
    /// # Errors
    /// When no format fits, or there is no such time.
    pub(crate) fn read(&self, text: &str) -> Result<ClaimedTime, CivilError> {
        let mut error = CivilError::OtherForm { len: text.len() };
        for format in &self.formats {
            match self.read_as(format, text) {
                Ok(time) => return Ok(time),
                // A text of the right form that is no time says more than one of another form.
                Err(CivilError::OtherForm { .. }) => {}
                Err(better) => error = better,
            }
        }
        Err(error)
    }

    fn read_as(&self, format: &Format, text: &str) -> Result<ClaimedTime, CivilError> {
        let unread = || {
            if format.has_form(text) {
                CivilError::NoSuchTime { value: text.into() }
            } else {
                CivilError::OtherForm { len: text.len() }
            }
        };
        let parts = BrokenDownTime::parse(&format.text, text).map_err(|_| unread())?;
        let civil = parts.to_datetime().map_err(|_| unread())?;
        let precision = format.precision;
        let (moment, is_ambiguous) = match parts.offset() {
            Some(offset) => (offset.to_timestamp(civil), false),
            None => {
                let moment = self.zone.to_ambiguous_timestamp(civil);
                match (moment.offset(), precision) {
                    // A day begins with its first moment, also where that is not midnight.
                    (_, Precision::Day) => (moment.compatible(), false),
                    (AmbiguousOffset::Unambiguous { .. }, _) => (moment.unambiguous(), false),
                    (AmbiguousOffset::Fold { .. }, _) => (moment.earlier(), true),
                    (AmbiguousOffset::Gap { .. }, _) => {
                        return Err(if format.has_form(text) {
                            CivilError::InGap {
                                value: text.into(),
                                zone: self.zone.iana_name().unwrap_or_default().into(),
                            }
                        } else {
                            unread()
                        });
                    }
                }
            }
        };
        let moment = moment.map_err(|_| unread())?;
        Ok(ClaimedTime { at_us: moment.as_microsecond(), is_ambiguous, precision })
    }
}

#[derive(Clone, Debug)]
struct Format {
    text: String,
    precision: Precision,
    form: Vec<u8>,
}

impl Format {
    /// Takes a format that reads back what it writes.
    fn new(text: &str) -> Result<Self, ClockError> {
        let error = |reason: String| ClockError::Format { format: text.into(), reason };
        let sample = SAMPLE
            .to_zoned_datetime(TimeZone::UTC)
            .map_err(|_| error("cannot be tried".into()))
            .and_then(|sample| strtime::format(text, &sample).map_err(|cause| error(cause.to_string())))?;
        let parts = BrokenDownTime::parse(text, &sample).map_err(|cause| error(cause.to_string()))?;
        let read = parts.to_datetime().map_err(|cause| error(cause.to_string()))?;
        if read.date() != SAMPLE.date() {
            return Err(error("it does not keep the date".into()));
        }
        if parts.iana_time_zone().is_some() {
            return Err(error("a zone in each value is not supported".into()));
        }
        let precision = match (parts.hour(), parts.minute(), parts.second(), parts.subsec_nanosecond()) {
            (None, ..) => Precision::Day,
            (Some(_), None, ..) => return Err(error("an hour without minutes".into())),
            (_, Some(_), None, _) => Precision::Minute,
            (_, _, Some(_), None) => Precision::Second,
            (_, _, _, Some(_)) => Precision::Microsecond,
        };
        if parts.hour().is_some() && read.hour() != SAMPLE.hour() {
            return Err(error("it does not keep the hour; %I needs %p".into()));
        }
        Ok(Self { text: text.into(), precision, form: form(&sample).collect() })
    }

    /// Says whether a text that may be shown looks like a time of this format: digits where it has digits, the same
    /// separators, no letters but those of AM, PM, T and Z. A number alone may be a telephone's: it has no separators.
    fn has_form(&self, text: &str) -> bool {
        form(text).eq(self.form.iter().copied())
            && text.bytes().any(|byte| matches!(byte, b'-' | b'/' | b':' | b'.'))
            && text.bytes().all(|byte| !byte.is_ascii_alphabetic() || b"AMPTZampz".contains(&byte))
            && text.is_ascii()
    }
}

fn form(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| match byte {
        b'0'..=b'9' => b'9',
        b'a'..=b'z' | b'A'..=b'Z' => b'a',
        other => other,
    })
}

/// Every part differs from every other and from zero, and the hour from itself on a clock of twelve.
const SAMPLE: DateTime = jiff::civil::datetime(2001, 2, 3, 16, 5, 6, 789_012_000);

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, format: &str) -> Clock {
        Clock::new(zone, &[format.into()]).unwrap()
    }

    fn boston() -> Clock {
        clock("America/New_York", "%Y-%m-%d %H:%M:%S")
    }

    fn second(at: i64, is_ambiguous: bool) -> ClaimedTime {
        ClaimedTime { at_us: at * 1_000_000, is_ambiguous, precision: Precision::Second }
    }

    #[test]
    fn a_civil_time_becomes_a_moment_of_its_zone() {
        // 2011-07-01 05:32:33Z and 2011-12-31 05:00:00Z.
        assert_eq!(boston().read("2011-07-01 01:32:33"), Ok(second(1_309_498_353, false)));
        assert_eq!(boston().read("2011-12-31 00:00:00"), Ok(second(1_325_307_600, false)));
    }

    #[test]
    fn an_hour_that_occurs_twice_is_its_first_and_flagged() {
        // 01:30 EDT is 05:30Z; the second, EST, would be 06:30Z.
        assert_eq!(boston().read("2011-11-06 01:30:00"), Ok(second(1_320_557_400, true)));
        assert_eq!(boston().read("2011-11-06 00:59:59"), Ok(second(1_320_555_599, false)));
        assert_eq!(boston().read("2011-11-06 02:00:00"), Ok(second(1_320_562_800, false)));
    }

    #[test]
    fn an_hour_that_never_was_is_refused() {
        let error = boston().read("2011-03-13 02:30:00").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no such time in America/New_York, where the clocks were set forward over it: 2011-03-13 02:30:00"
        );
        assert!(boston().read("2011-03-13 03:00:00").is_ok());
    }

    #[test]
    fn dates_and_hours_of_no_calendar_are_refused_and_shown() {
        for value in
            ["2011-02-30 00:00:00", "2011-02-29 10:00:00", "2011-13-01 00:00:00", "2011-01-01 24:00:00"]
        {
            assert_eq!(boston().read(value), Err(CivilError::NoSuchTime { value: value.into() }));
        }
        assert!(boston().read("2012-02-29 10:00:00").is_ok());
    }

    #[test]
    fn what_is_not_of_the_form_is_not_shown() {
        for value in [
            "Wang Xiaoming",
            "617-555-1234",
            "",
            "2011-07-01",
            "2011-07-01 01:32:33 called",
            "2011-07-01 01:32:3村",
        ] {
            assert_eq!(boston().read(value), Err(CivilError::OtherForm { len: value.len() }), "{value}");
        }
        // Eight digits are a date here, and elsewhere a telephone number.
        assert_eq!(clock("UTC", "%Y%m%d").read("67135402"), Err(CivilError::OtherForm { len: 8 }));
        assert_eq!(clock("UTC", "%b %d, %Y.").read("Bob 44, 2001."), Err(CivilError::OtherForm { len: 13 }));
    }

    #[test]
    fn the_format_decides_the_precision() {
        let precision = |format: &str, value: &str| clock("Asia/Shanghai", format).read(value).unwrap();
        let day = precision("%Y-%m-%d", "2024-05-01");
        // Midnight in Shanghai is 16:00Z of the day before.
        assert_eq!((day.at_us, day.precision), (1_714_492_800_000_000, Precision::Day));
        assert_eq!(precision("%Y年%m月%d日 %H:%M", "2024年05月01日 08:30").precision, Precision::Minute);
        let micro = precision("%Y-%m-%dT%H:%M:%S%.f", "2024-05-01T00:00:00.000001");
        assert_eq!((micro.at_us, micro.precision), (1_714_492_800_000_001, Precision::Microsecond));
    }

    #[test]
    fn a_clock_of_twelve_hours_and_an_offset_are_read() {
        let time = clock("America/New_York", "%m/%d/%Y %I:%M:%S %p").read("07/01/2011 01:32:33 PM").unwrap();
        assert_eq!(time, second(1_309_498_353 + 12 * 3600, false));
        // The ambiguous hour with its offset is not ambiguous.
        let time = clock("America/New_York", "%Y-%m-%dT%H:%M:%S%z").read("2011-11-06T01:30:00-0500").unwrap();
        assert_eq!(time, second(1_320_561_000, false));
    }

    #[test]
    fn a_day_that_does_not_begin_at_midnight_begins_with_its_first_moment() {
        // São Paulo set its clocks from 00:00 to 01:00 (03:00Z) on 2018-11-04.
        let day = clock("America/Sao_Paulo", "%Y-%m-%d").read("2018-11-04").unwrap();
        assert_eq!((day.at_us, day.is_ambiguous), (1_541_300_400_000_000, false));
    }

    #[test]
    fn formats_are_tried_in_their_order() {
        let clock = Clock::new("UTC", &["%d.%m.%Y".into(), "%Y-%m-%d".into()]).unwrap();
        assert_eq!(clock.read("02.01.1970").unwrap().at_us, 86_400_000_000);
        assert_eq!(clock.read("1970-01-02").unwrap().at_us, 86_400_000_000);
        assert_eq!(clock.read("1970-02-30"), Err(CivilError::NoSuchTime { value: "1970-02-30".into() }));
    }

    #[test]
    fn unusable_zones_and_formats_are_refused() {
        let new = |zone: &str, format: &str| Clock::new(zone, &[format.into()]).map(drop);
        assert_eq!(new("Europe/Boston", "%F"), Err(ClockError::Zone("Europe/Boston".into())));
        for format in
            ["%H:%M", "%Y-%m-%d %H", "%Y-%m-%d %I:%M", "%Y-%m", "%Y-%m-%d %!", "%Y-%m-%d %H:%M [%Q]", "x"]
        {
            assert!(matches!(new("UTC", format), Err(ClockError::Format { .. })), "{format}");
        }
        assert_eq!(Clock::new("UTC", &[]).map(drop), Err(ClockError::NoFormat));
    }

    #[test]
    fn a_day_is_not_before_a_moment_within_it() {
        let day = ClaimedTime { at_us: 0, is_ambiguous: false, precision: Precision::Day };
        let noon = ClaimedTime { at_us: 43_200_000_000, is_ambiguous: false, precision: Precision::Second };
        assert!(!day.is_certainly_before(noon));
        assert!(day.is_certainly_before(ClaimedTime { at_us: 86_400_000_000, ..noon }));
        assert!(!noon.is_certainly_before(noon));
    }
}
