//! Lists: what there is of a kind, narrowed by whose it is, how it stands, and when it happened and was recorded.
//!
//! A list is a function of the states, or of the log itself, as of one size: from the index, from memory and as of a past
//! day it is the same.

use std::{collections::BTreeSet, ops::Range};

use docket_domain::{
    Event, HouseholdId, OccurredAt, OfficialId, RecordMeta, StreamKind, StreamRef, Timestamp, UnitId,
    View as _,
};
use docket_log::{Reader, StoreError};
use docket_projection::{Desk, FoldError, ProjectionError, States, event_of, units_below};
use docket_proof::RecordIndex;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, SystemClock},
    times,
};

/// When what is listed happened and was recorded, and as of when.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Span {
    /// Only what happened at this time or later
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only what happened at this time or earlier, the whole of a day included
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only what was recorded at this time or later
    #[arg(long, value_name = "TIME")]
    recorded_from: Option<String>,
    /// Only what was recorded at this time or earlier, the whole of a day included
    #[arg(long, value_name = "TIME")]
    recorded_to: Option<String>,
    /// As it was known at this time, by what had been recorded until then
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// List so many at most
    #[arg(short = 'n', long, value_name = "COUNT")]
    count: Option<usize>,
}

/// Whose what is listed is: a unit's.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct OfUnit {
    /// Only what is of this unit, of those merged into it and of those below it
    #[arg(long, value_name = "U-N")]
    pub(crate) unit: Option<UnitId>,
}

/// Whose what is listed is: an official's.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct OfOfficial {
    /// Only what is of this official
    #[arg(long, value_name = "O-N")]
    pub(crate) official: Option<OfficialId>,
}

/// Whose what is listed is: a household's.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct OfHousehold {
    /// Only what is of this household
    #[arg(long, value_name = "H-N")]
    pub(crate) household: Option<HouseholdId>,
}

/// Filters of a list.
pub(crate) trait Filter {
    fn narrow(&self, query: &mut Query<'_>);
}

impl Filter for OfUnit {
    fn narrow(&self, query: &mut Query<'_>) {
        query.unit = self.unit;
    }
}

impl Filter for OfOfficial {
    fn narrow(&self, query: &mut Query<'_>) {
        query.official = self.official;
    }
}

impl Filter for OfHousehold {
    fn narrow(&self, query: &mut Query<'_>) {
        query.household = self.household;
    }
}

/// What is asked of a list.
pub(crate) struct Query<'a> {
    pub(crate) unit: Option<UnitId>,
    pub(crate) official: Option<OfficialId>,
    pub(crate) household: Option<HouseholdId>,
    pub(crate) state: Option<&'a str>,
    span: &'a Span,
}

/// What a list is of.
pub(crate) struct Noun {
    /// The word for one, under which its code stands in JSON.
    pub(crate) name: &'static str,
    /// The kinds of states that a list looks at.
    pub(crate) kinds: &'static [StreamKind],
    /// The states in which one can be; empty where it has none.
    pub(crate) states: &'static [&'static str],
}

/// One line of a list.
pub(crate) struct Listed {
    /// What names it.
    pub(crate) code: String,
    /// How it stands.
    pub(crate) state: Option<&'static str>,
    pub(crate) unit: Option<UnitId>,
    pub(crate) official: Option<OfficialId>,
    pub(crate) household: Option<HouseholdId>,
    /// When it happened, as claimed: its first event.
    pub(crate) at: OccurredAt,
    /// The record of that.
    pub(crate) record: u64,
    /// What else is to be said, by name. What is null is left out.
    pub(crate) more: Vec<(&'static str, Value)>,
}

impl Listed {
    /// Begins a line that names nobody.
    pub(crate) fn new(code: impl ToString, at: OccurredAt, record: u64) -> Self {
        Self {
            code: code.to_string(),
            state: None,
            unit: None,
            official: None,
            household: None,
            at,
            record,
            more: Vec::new(),
        }
    }
}

impl<'a> Query<'a> {
    pub(crate) fn new(span: &'a Span) -> Self {
        Self { unit: None, official: None, household: None, state: None, span }
    }

    /// Narrows by a filter.
    pub(crate) fn by(mut self, filter: &impl Filter) -> Self {
        filter.narrow(&mut self);
        self
    }

    /// Narrows by how something stands.
    pub(crate) fn in_state(mut self, state: Option<&'a str>) -> Self {
        self.state = state;
        self
    }

    /// Opens the ledger as the query asks for it, with the states of these kinds, and of the units where one is asked for.
    pub(crate) fn open(
        self,
        kinds: &[StreamKind],
        place: &Place,
        output: &mut Output,
    ) -> Result<Asked<'a>, Failure> {
        let zone = place.zone()?;
        let (mut desk, until) = match &self.span.as_of {
            None => (place.desk(output)?, SystemClock::time()),
            Some(text) => {
                let until = times::end_of(times::parse(text, &zone)?, &zone) - 1;
                let size = |reader: &Reader| reader.size_at(until).map_err(ProjectionError::from);
                (Desk::open_at(place.disk(), size)?, until)
            }
        };
        let mut kinds = kinds.to_vec();
        if self.unit.is_some() {
            kinds.push(StreamKind::UNIT);
        }
        let states = desk.states_of_kinds(&kinds)?;
        let named = [
            self.unit.map(UnitId::stream),
            self.official.map(OfficialId::stream),
            self.household.map(HouseholdId::stream),
        ];
        if let Some(stream) = named.into_iter().flatten().find(|stream| stream.id > states.count(stream.kind))
        {
            return Err(Failure::usage(format!("there is no {stream} in what is known then"))
                .hint("unit list, official list and household list show which there are"));
        }
        let units = self.unit.map(|unit| units_below(states, unit));
        let occurred = moments(self.span.from.as_deref(), self.span.to.as_deref(), &zone)?;
        let recorded = moments(self.span.recorded_from.as_deref(), self.span.recorded_to.as_deref(), &zone)?;
        let reader = desk.reader();
        // Times of recording never go back: what was recorded in a time is a range of records.
        let size_before = |moment: i64| match moment {
            i64::MIN => Ok(0),
            moment => reader.size_at(moment - 1),
        };
        let records = size_before(recorded.start)?..size_before(recorded.end)?.min(desk.size());
        Ok(Asked { desk, zone, until: Timestamp(until), units, occurred, records, query: self })
    }
}

/// A ledger, opened to be listed from.
pub(crate) struct Asked<'a> {
    pub(crate) desk: Desk,
    pub(crate) zone: TimeZone,
    /// What is known, is known at this moment.
    pub(crate) until: Timestamp,
    pub(crate) query: Query<'a>,
    units: Option<BTreeSet<UnitId>>,
    occurred: Range<i64>,
    records: Range<u64>,
}

impl Asked<'_> {
    /// Says whether a line is of what was asked for.
    pub(crate) fn takes(&self, listed: &Listed) -> bool {
        let Query { official, household, state, .. } = self.query;
        self.records.contains(&listed.record)
            && self.occurred.contains(&listed.at.at.0)
            && state.is_none_or(|state| listed.state == Some(state))
            && official.is_none_or(|asked| listed.official == Some(asked))
            && household.is_none_or(|asked| listed.household == Some(asked))
            && self.units.as_ref().is_none_or(|units| listed.unit.is_some_and(|unit| units.contains(&unit)))
    }

    /// Writes the lines that were asked for, as `each` comes by them. Returns how many.
    pub(crate) fn write(
        &self,
        noun: &'static str,
        output: &mut Output,
        each: impl FnOnce(&States, &mut dyn FnMut(Listed)),
    ) -> Result<usize, Failure> {
        let mut lines = Lines { asked: self, noun, output, written: 0, failed: None };
        each(self.desk.loaded(), &mut |listed| lines.take(&listed));
        let Lines { written, failed, .. } = lines;
        failed.map_or(Ok(written), Err)
    }

    /// Writes the lines of events of these types, in the order of their records. A household's are read from its own
    /// stream, those of others from the whole log.
    pub(crate) fn write_events(
        &self,
        noun: &'static str,
        types: &[u16],
        stream: Option<StreamRef>,
        output: &mut Output,
        mut each: impl FnMut(&States, &Event, &RecordMeta) -> Option<Listed>,
    ) -> Result<usize, Failure> {
        let states = self.desk.loaded();
        let mut lines = Lines { asked: self, noun, output, written: 0, failed: None };
        let mut take = |record: docket_proof::RecordView<'_>| -> Result<(), FoldError> {
            if types.contains(&record.event_type)
                && self.records.contains(&record.index.0)
                && let Some((event, meta)) = event_of(&record)?
                && let Some(listed) = each(states, &event, &meta)
            {
                lines.take(&listed);
            }
            Ok(())
        };
        match stream {
            Some(stream) => {
                let stream = docket_proof::StreamRef { kind: stream.kind.0, id: stream.id };
                let history = self.desk.history(stream)?;
                history.iter().try_for_each(|stored| take(stored.view())).map_err(ProjectionError::from)?;
            }
            None => self
                .desk
                .reader()
                .for_each(self.records.clone(), |record, _| take(record).map_err(ProjectionError::from))?,
        }
        let Lines { written, failed, .. } = lines;
        failed.map_or(Ok(written), Err)
    }
}

/// Where lines go.
struct Lines<'a, 'q> {
    asked: &'a Asked<'q>,
    noun: &'static str,
    output: &'a mut Output,
    written: usize,
    failed: Option<Failure>,
}

impl Lines<'_, '_> {
    fn take(&mut self, listed: &Listed) {
        let is_full = self.asked.query.span.count.is_some_and(|count| self.written >= count);
        if is_full || self.failed.is_some() || !self.asked.takes(listed) {
            return;
        }
        self.written += 1;
        self.failed = self.write(listed).err();
    }

    fn write(&mut self, listed: &Listed) -> Result<(), Failure> {
        if self.output.json {
            let recorded_at = self.asked.recorded_at(listed.record)?;
            return self.output.object(&ListedJson { noun: self.noun, listed, recorded_at });
        }
        let code = |id: Option<String>| id.unwrap_or_default();
        let mut line = format!("{:<9} ", listed.code);
        if let Some(state) = listed.state {
            line += &format!("{state:<12} ");
        }
        let whose = [
            code(listed.unit.map(|unit| unit.to_string()).filter(|_| self.noun != "unit")),
            code(listed.official.map(|official| official.to_string()).filter(|_| self.noun != "official")),
            code(
                listed.household.map(|household| household.to_string()).filter(|_| self.noun != "household"),
            ),
        ];
        whose.iter().filter(|code| !code.is_empty()).for_each(|code| line += &format!("{code:<7} "));
        line += &format!("{:<16}", times::show_occurred(listed.at, &self.asked.zone));
        for (name, value) in &listed.more {
            let value = match value {
                Value::Null => continue,
                Value::String(text) => crate::text::escape(text).to_string(),
                value => value.to_string(),
            };
            line += &format!("  {} {value}", name.replace('_', " "));
        }
        self.output.line(line.trim_end())
    }
}

impl Asked<'_> {
    fn recorded_at(&self, record: u64) -> Result<String, StoreError> {
        let stored = self.desk.reader().record(RecordIndex(record))?;
        Ok(times::rfc3339(stored.view().recorded_at))
    }
}

/// A line in JSON: what names it, then whose it is, then the rest.
struct ListedJson<'a> {
    noun: &'static str,
    listed: &'a Listed,
    recorded_at: String,
}

impl Serialize for ListedJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { noun, listed, recorded_at } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(noun, &listed.code)?;
        if let Some(state) = listed.state {
            map.serialize_entry("state", state)?;
        }
        for (name, code) in [
            ("unit", listed.unit.map(|id| id.to_string())),
            ("official", listed.official.map(|id| id.to_string())),
            ("household", listed.household.map(|id| id.to_string())),
        ] {
            // What it is of itself is its name already.
            if let Some(code) = code.filter(|_| name != *noun) {
                map.serialize_entry(name, &code)?;
            }
        }
        map.serialize_entry("occurred_at", &times::rfc3339(listed.at.at.0))?;
        map.serialize_entry("recorded_at", recorded_at)?;
        map.serialize_entry("record", &listed.record)?;
        for (name, value) in listed.more.iter().filter(|(_, value)| !value.is_null()) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Lists what has states.
pub(crate) fn run(
    noun: &Noun,
    query: Query<'_>,
    place: &Place,
    output: &mut Output,
    each: impl FnOnce(&States, &Asked<'_>, &mut dyn FnMut(Listed)),
) -> Result<(), Failure> {
    if let Some(state) = query.state.filter(|state| !noun.states.contains(state)) {
        return Err(Failure::usage(format!("no {} is in a state {state:?}", noun.name))
            .hint(format!("the states are {}", noun.states.join(", "))));
    }
    let asked = query.open(noun.kinds, place, output)?;
    asked.write(noun.name, output, |states, take| each(states, &asked, take)).map(drop)
}

/// Returns the moments of a time that begins and ends as a person typed it, either end open without a word.
fn moments(from: Option<&str>, to: Option<&str>, zone: &TimeZone) -> Result<Range<i64>, Failure> {
    let from_moment = from.map_or(Ok(i64::MIN), |text| times::parse(text, zone).map(|time| time.at.0))?;
    let to_moment =
        to.map_or(Ok(i64::MAX), |text| last_moment(text, zone).map(|last| last.saturating_add(1)))?;
    if from_moment >= to_moment {
        return Err(Failure::usage("a time that ends before it begins holds nothing")
            .hint("write the earlier time with from, the later one with to"));
    }
    Ok(from_moment..to_moment)
}

/// Returns the last moment that a time means: that of the day where no hour is said, else of the second or minute said.
fn last_moment(text: &str, zone: &TimeZone) -> Result<i64, Failure> {
    let time = times::parse(text, zone)?;
    Ok(match time.precision {
        docket_domain::Precision::Day => times::end_of(time, zone) - 1,
        precision => time.at.0.saturating_add(precision.span_micros() - 1),
    })
}

/// Declares a list of what has states: its filters, the states one can be in, and how one becomes a line.
macro_rules! listing {
    (
        $(#[$attr:meta])*
        struct $name:ident ($noun:literal: $($KIND:ident),+) by $($filter:ident: $Filter:ident),*;
        $( states $state:ident { $($word:literal),+ } )?
        each |$states:ident, $asked:ident, $take:ident| $each:block
    ) => {
        $(#[$attr])*
        #[derive(Debug, clap::Args)]
        pub(crate) struct $name {
            $( #[command(flatten)] $filter: $crate::list::$Filter, )*
            $(
                #[doc = concat!("Only those in this state:" $(, " ", $word)+)]
                #[arg(long)]
                $state: Option<String>,
            )?
            #[command(flatten)]
            span: $crate::list::Span,
        }

        impl $name {
            pub(crate) fn run(
                &self,
                place: &$crate::session::Place,
                output: &mut $crate::output::Output,
            ) -> Result<(), $crate::failure::Failure> {
                const NOUN: $crate::list::Noun = $crate::list::Noun {
                    name: $noun,
                    kinds: &[$( docket_domain::StreamKind::$KIND ),+],
                    states: &[$($( $word ),+)?],
                };
                let query = $crate::list::Query::new(&self.span)
                    $( .by(&self.$filter) )*
                    $( .in_state(self.$state.as_deref()) )?;
                $crate::list::run(&NOUN, query, place, output, |$states, $asked, $take| $each)
            }
        }
    };
}

pub(crate) use listing;
