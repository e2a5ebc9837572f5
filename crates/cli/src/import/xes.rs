//! Traces of an XES file (IEEE 1849) as cases and what was done about them.

use std::{collections::BTreeSet, fmt, io::BufReader, mem};

use quick_xml::{XmlVersion, events::attributes::Attribute};
use zeroize::Zeroizing;

use super::{
    civil::{ClaimedTime, Clock, ClockError},
    input::{BUFFER_LEN, FileError, Input, Survey, Text},
    reject::{Reason, Reject},
    row::{ActKind, MappedAct, MappedRow, term},
    table::{CELL_LEN_MAX, COLUMN_NAME_LEN_MAX, ROW_LEN_MAX},
    xml::{Tag, TagKind, Tags, XmlFault},
};

/// The name under which traces are known.
pub(crate) const XES: &str = "xes";
/// The word for the channel of every case: a log does not say by which way it came in.
pub(crate) const XES_CHANNEL: &str = "other";
/// The labels that a trace can have: those of its attributes that have such a name.
pub(crate) const XES_LABELS: [&str; 4] = ["department", "priority", "queue", "type"];
/// The personal field of a step.
pub(crate) const XES_STEP_FIELD: &str = "text";
/// The largest number of events of a trace: with the registration, what the log takes as one batch.
pub(crate) const TRACE_EVENTS_MAX: usize = 65_535;

const NAME: &str = "concept:name";
const TIME: &str = "time:timestamp";
const TRANSITION: &str = "lifecycle:transition";
/// The transition that a step without a word for it has.
const COMPLETE: &str = "complete";
const CATEGORY: &str = "category";
/// Who did it. In the order in which they are kept.
const PERSONAL: [&str; 3] = ["org:resource", "org:group", "org:role"];
/// Names of attributes that are kept for a note.
const UNMAPPED_MAX: usize = 100;

/// One pass over the traces of a file.
///
/// Holds one trace. An event is a step, in the order of time and, at one moment, of the file. Its activity is its
/// `concept:name`, with `+` and the `lifecycle:transition` behind it unless that is `complete`, as the standard's
/// classifier has it. Who did it (`org:resource`, `org:group`, `org:role`) is personal. The case is registered with the
/// first event. All other attributes are left out, and those within attributes.
pub(crate) struct Traces<'a> {
    tags: Tags<BufReader<Text<'a>>>,
    clock: Clock,
    number: u64,
    trace: Trace,
    unmapped: BTreeSet<String>,
    has_loose_events: bool,
}

/// The trace that is read.
#[derive(Default)]
struct Trace {
    key: Option<String>,
    category: Option<String>,
    labels: [Option<String>; XES_LABELS.len()],
    event: Event,
    steps: Vec<Step>,
    /// Events begun.
    events: usize,
    /// Bytes kept of its events.
    len: usize,
    fault: Option<(Option<String>, Reason)>,
}

/// The event that is read.
#[derive(Default)]
struct Event {
    is_open: bool,
    name: Option<String>,
    time: Option<ClaimedTime>,
    transition: Option<String>,
    personal: [Option<Zeroizing<String>>; PERSONAL.len()],
}

struct Step {
    time: ClaimedTime,
    activity: String,
    personal: Option<Zeroizing<String>>,
}

impl Input {
    /// Starts a pass over the traces.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn traces(&mut self) -> Result<Traces<'_>, FileError> {
        Ok(Traces {
            tags: Tags::new(BufReader::with_capacity(BUFFER_LEN, self.text()?)),
            clock: clock().expect("the formats read what they write: a test does so"),
            number: 0,
            trace: Trace::default(),
            unmapped: BTreeSet::new(),
            has_loose_events: false,
        })
    }
}

/// The forms of xs:dateTime that name a moment. One without an offset from UTC does not.
fn clock() -> Result<Clock, ClockError> {
    let forms =
        ["%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.fZ"];
    Clock::new("UTC", &forms.map(str::to_owned))
}

impl Traces<'_> {
    /// Returns the names of what was found so far and is left out: the first hundred, each shortened.
    pub(crate) fn unmapped(&self) -> Vec<&str> {
        let loose = self.has_loose_events.then_some("events outside of any trace");
        self.unmapped.iter().map(String::as_str).chain(loose).collect()
    }

    /// Reads the next trace; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub(crate) fn next_trace(&mut self) -> Result<Option<Result<MappedRow<'_>, Reject>>, FileError> {
        match self.find_trace()? {
            None => return Ok(None),
            Some(TagKind::Start) => self.read_trace()?,
            Some(_) => self.trace = Trace::default(),
        }
        self.trace.close();
        Ok(Some(self.trace.mapped(self.number)))
    }

    /// Reads what is left of the file and says what it was; see [`super::table::Table::finish`].
    ///
    /// # Errors
    /// When the rest cannot be read, or is not well-formed.
    pub(crate) fn finish(mut self) -> Result<Survey, FileError> {
        while self.find_trace()?.is_some() {}
        Ok(self.tags.into_input().into_inner().survey(self.number))
    }

    /// Goes to the next trace, and counts it.
    fn find_trace(&mut self) -> Result<Option<TagKind>, FileError> {
        while let Some(tag) = self.tags.next_tag()? {
            let is_log = tag.name == b"log";
            match (tag.depth, tag.kind, tag.name) {
                (0, TagKind::Start | TagKind::Empty, _) if !is_log => {
                    return Err(self.tags.fault(XmlFault::NotXes));
                }
                (1, kind @ (TagKind::Start | TagKind::Empty), b"trace") => {
                    self.number += 1;
                    return Ok(Some(kind));
                }
                (1, TagKind::Start | TagKind::Empty, b"event") => self.has_loose_events = true,
                _ => {}
            }
        }
        Ok(None)
    }

    fn read_trace(&mut self) -> Result<(), FileError> {
        let Self { tags, clock, trace, unmapped, .. } = self;
        *trace = Trace::default();
        while let Some(tag) = tags.next_tag()? {
            match (tag.depth, tag.kind, tag.name) {
                (1, TagKind::End, _) => break,
                (2, TagKind::Start, b"event") => trace.begin_event(),
                (2, TagKind::Empty, b"event") => {
                    trace.begin_event();
                    trace.end_event();
                }
                (2, TagKind::End, b"event") => trace.end_event(),
                (2, TagKind::Start | TagKind::Empty, _) => trace.attribute(&tag, unmapped),
                (3, TagKind::Start | TagKind::Empty, _) if trace.event.is_open => {
                    trace.event_attribute(&tag, clock, unmapped);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Trace {
    fn begin_event(&mut self) {
        self.event = Event { is_open: true, ..Event::default() };
        self.events += 1;
        if self.events > TRACE_EVENTS_MAX {
            self.fail(None, Reason::TooManyEvents);
        }
    }

    fn end_event(&mut self) {
        let event = mem::take(&mut self.event);
        if self.fault.is_some() {
            return;
        }
        match event.step() {
            Ok(step) => {
                self.len += step.activity.len() + step.personal.as_ref().map_or(0, |text| text.len());
                if self.len > ROW_LEN_MAX {
                    self.fail(None, Reason::TraceTooLong);
                } else {
                    self.steps.push(step);
                }
            }
            Err((name, reason)) => self.fail_event(name, reason),
        }
    }

    /// Takes an attribute of the trace.
    fn attribute(&mut self, tag: &Tag<'_>, unmapped: &mut BTreeSet<String>) {
        let taken = Pair::of(tag).and_then(|pair| {
            let slot = match &*pair.key {
                NAME => &mut self.key,
                CATEGORY => &mut self.category,
                key => match XES_LABELS.iter().position(|label| *label == key) {
                    Some(label) => self.labels.get_mut(label).ok_or(Reason::MalformedTag)?,
                    None => {
                        note(key, unmapped);
                        return Ok(());
                    }
                },
            };
            pair.set_term(slot)
        });
        if let Err(reason) = taken {
            let name = Pair::of(tag).ok().and_then(|pair| wanted(&pair.key));
            self.fail(name.map(str::to_owned), reason);
        }
    }

    /// Takes an attribute of the event.
    fn event_attribute(&mut self, tag: &Tag<'_>, clock: &Clock, unmapped: &mut BTreeSet<String>) {
        if self.fault.is_some() {
            return;
        }
        let event = &mut self.event;
        let taken = Pair::of(tag).and_then(|pair| match &*pair.key {
            NAME => pair.set_term(&mut event.name),
            TRANSITION => pair.set_term(&mut event.transition),
            TIME => pair.set_time(&mut event.time, clock),
            key => match PERSONAL.iter().position(|name| *name == key) {
                Some(place) => pair.set_personal(event.personal.get_mut(place).ok_or(Reason::MalformedTag)?),
                None => {
                    note(key, unmapped);
                    Ok(())
                }
            },
        });
        if let Err(reason) = taken {
            let name = Pair::of(tag).ok().and_then(|pair| wanted(&pair.key));
            self.fail_event(name, reason);
        }
    }

    fn fail_event(&mut self, name: Option<&str>, reason: Reason) {
        let name = name.map(|name| format!("{name} of event {}", self.events));
        self.fail(name.or_else(|| Some(format!("event {}", self.events))), reason);
    }

    /// Keeps the first fault, and nothing else: a trace that is not taken needs no memory.
    fn fail(&mut self, name: Option<String>, reason: Reason) {
        if self.fault.is_none() {
            self.fault = Some((name, reason));
            self.steps = Vec::new();
        }
    }

    /// Ends the trace: its steps in the order of time.
    fn close(&mut self) {
        if self.key.is_none() {
            self.fail(Some(NAME.into()), Reason::Empty);
        } else if self.events == 0 {
            self.fail(None, Reason::NoEvent);
        }
        self.steps.sort_by_key(|step| step.time.at_us);
    }

    fn mapped(&self, number: u64) -> Result<MappedRow<'_>, Reject> {
        let (registered, key) = match (&self.fault, self.steps.first(), self.key.as_deref()) {
            (None, Some(first), Some(key)) => (first.time, key),
            (fault, _, key) => {
                let (column, reason) = fault.clone().unwrap_or((None, Reason::NoEvent));
                return Err(Reject { row: number, key: key.map(str::to_owned), column, reason });
            }
        };
        let labels = XES_LABELS.into_iter().zip(&self.labels);
        Ok(MappedRow {
            number,
            key,
            content: self.content(),
            registered,
            stated_due: None,
            channel: XES_CHANNEL,
            category: self.category.as_deref(),
            unit: None,
            labels: labels.filter_map(|(name, term)| Some((name, term.as_deref()?))).collect(),
            personal: Vec::new(),
            acts: self.steps.iter().map(Step::mapped).collect(),
        })
    }

    /// A hash over what is taken, to compare traces of one file.
    fn content(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: Option<&[u8]>| {
            // The length first: parts must not flow into one another.
            let len = part.map_or(u64::MAX, |part| u64::try_from(part.len()).unwrap_or(u64::MAX));
            hasher.update(&len.to_le_bytes()).update(part.unwrap_or_default());
        };
        add(self.category.as_deref().map(str::as_bytes));
        self.labels.iter().for_each(|label| add(label.as_deref().map(str::as_bytes)));
        for step in &self.steps {
            add(Some(&step.time.at_us.to_le_bytes()));
            add(Some(&step.time.precision.span_us().to_le_bytes()));
            add(Some(step.activity.as_bytes()));
            add(step.personal.as_ref().map(|text| text.as_bytes()));
        }
        hasher.finalize().into()
    }
}

impl Event {
    fn step(self) -> Result<Step, (Option<&'static str>, Reason)> {
        let mut activity = self.name.ok_or((Some(NAME), Reason::Empty))?;
        let time = self.time.ok_or((Some(TIME), Reason::Empty))?;
        if let Some(transition) = self.transition.filter(|word| !word.eq_ignore_ascii_case(COMPLETE)) {
            activity = format!("{activity}+{transition}");
            term(&activity).map_err(|reason| (Some(TRANSITION), reason))?;
        }
        let mut personal = Zeroizing::new(String::new());
        for (name, value) in PERSONAL.iter().zip(&self.personal) {
            let Some(value) = value else { continue };
            let line_end = if personal.is_empty() { "" } else { "\n" };
            // In one allocation: a string that grows leaves its old bytes behind.
            *personal = [personal.as_str(), line_end, name, "=", value].concat();
        }
        if personal.len() > CELL_LEN_MAX {
            return Err((None, Reason::CellTooLong));
        }
        Ok(Step { time, activity, personal: (!personal.is_empty()).then_some(personal) })
    }
}

impl Step {
    fn mapped(&self) -> MappedAct<'_> {
        MappedAct {
            time: self.time,
            kind: ActKind::Step { activity: &self.activity },
            personal: self.personal.iter().map(|text| (XES_STEP_FIELD, text.clone())).collect(),
        }
    }
}

/// The key and the value of an attribute of XES, which is an element.
struct Pair<'a> {
    key: std::borrow::Cow<'a, str>,
    value: Option<Attribute<'a>>,
}

impl<'a> Pair<'a> {
    fn of(tag: &Tag<'a>) -> Result<Self, Reason> {
        let (mut key, mut value) = (None, None);
        for attribute in tag.attributes()? {
            let attribute = attribute.map_err(|_| Reason::MalformedTag)?;
            let slot = match attribute.key.as_ref() {
                "key" => &mut key,
                "value" => &mut value,
                _ => continue,
            };
            if slot.replace(attribute).is_some() {
                return Err(Reason::MalformedTag);
            }
        }
        // An element without a key, such as a list's <values>, is no attribute.
        let key = key.map(|key| text(&key)).transpose()?.unwrap_or_default();
        Ok(Self { key, value })
    }

    fn text(&self) -> Result<std::borrow::Cow<'a, str>, Reason> {
        self.value.as_ref().map(text).transpose().map(Option::unwrap_or_default)
    }

    fn set_term(&self, slot: &mut Option<String>) -> Result<(), Reason> {
        let text = self.text()?;
        match (term(&text)?, slot.is_some()) {
            (_, true) => Err(Reason::StatedTwice),
            (Some(term), false) => {
                *slot = Some(term.to_owned());
                Ok(())
            }
            (None, false) => Ok(()),
        }
    }

    fn set_time(&self, slot: &mut Option<ClaimedTime>, clock: &Clock) -> Result<(), Reason> {
        let text = self.text()?;
        if slot.is_some() {
            return Err(Reason::StatedTwice);
        }
        if !text.trim().is_empty() {
            let time = clock.read(text.trim());
            *slot = Some(time.map_err(|error| match clock.read(&format!("{}Z", text.trim())) {
                Ok(_) => Reason::NoOffset,
                Err(_) => error.into(),
            })?);
        }
        Ok(())
    }

    fn set_personal(&self, slot: &mut Option<Zeroizing<String>>) -> Result<(), Reason> {
        let text = Zeroizing::new(self.text()?.into_owned());
        if slot.is_some() {
            return Err(Reason::StatedTwice);
        }
        if !text.trim().is_empty() {
            *slot = Some(text);
        }
        Ok(())
    }
}

/// Reads an XML attribute's value: references to characters and the five names that XML knows by itself.
fn text<'a>(attribute: &Attribute<'a>) -> Result<std::borrow::Cow<'a, str>, Reason> {
    attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Reason::UnknownReference)
}

/// Returns the name of an attribute that is taken: public, and known before the file is.
fn wanted(key: &str) -> Option<&'static str> {
    let names = [NAME, TIME, TRANSITION, CATEGORY].into_iter().chain(XES_LABELS).chain(PERSONAL);
    names.into_iter().find(|name| *name == key)
}

/// Remembers the name of an attribute that is left out.
fn note(key: &str, unmapped: &mut BTreeSet<String>) {
    if unmapped.len() < UNMAPPED_MAX && !key.is_empty() && !unmapped.contains(key) {
        unmapped.insert(key.chars().take(COLUMN_NAME_LEN_MAX).collect());
    }
}

impl fmt::Debug for Traces<'_> {
    /// Without the current trace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").field("number", &self.number).finish_non_exhaustive()
    }
}
