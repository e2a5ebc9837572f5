//! A small ledger in memory: what the log would keep, kept in arrays.

use std::sync::Arc;

use docket_domain::{
    Act, CampaignId, CaseAssigned, CaseClosed, CaseId, CaseRegistered, CaseRegisteredPersonal, CaseReopened,
    Channel, CloseReason, Command, Day, Event, EventBody, EventRef, HouseholdId, HouseholdRegistered, Label,
    Labels, Memory, NewEvent, NoPersonal, OccurredAt, OfficialId, OfficialRegistered,
    OfficialRegisteredPersonal, Outcome, PersonalText, Precision, RecordMeta, Refusal, ReopenGround,
    ReplayError, ReplyDelivered, SourceId, SourceRegistered, SourceRow, StepTaken, StreamRef, Timestamp,
    UnitId, UnitLevel, UnitRegistered, View, Violation, Zone, apply, decide,
};

pub(crate) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(crate) fn text(text: &str) -> Option<PersonalText> {
    Some(PersonalText::new(text.to_owned()).unwrap())
}

pub(crate) fn unit_id(number: u64) -> UnitId {
    UnitId::new(number).unwrap()
}

pub(crate) fn official_id(number: u64) -> OfficialId {
    OfficialId::new(number).unwrap()
}

pub(crate) fn household_id(number: u64) -> HouseholdId {
    HouseholdId::new(number).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn case_id(number: u64) -> CaseId {
    CaseId::new(number).unwrap()
}

pub(crate) fn source_id(number: u64) -> SourceId {
    SourceId::new(number).unwrap()
}

pub(crate) fn campaign_id(number: u64) -> CampaignId {
    CampaignId::new(number).unwrap()
}

pub(crate) fn at(second: i64) -> OccurredAt {
    OccurredAt { at: Timestamp(second * 1_000_000), precision: Precision::Second }
}

pub(crate) fn row(row: u64) -> SourceRow {
    SourceRow { source: source_id(1), row, key: None, ambiguous_time: false }
}

pub(crate) fn unit(parent: Option<UnitId>) -> UnitRegistered {
    UnitRegistered { level: UnitLevel::Village, parent, name: label("Shiping"), code: None, origin: None }
}

pub(crate) fn official(unit: UnitId) -> OfficialRegistered {
    OfficialRegistered { unit, rank: None, code: None, origin: None }
}

pub(crate) fn household(unit: UnitId) -> HouseholdRegistered {
    HouseholdRegistered { unit, code: None, members: 3, origin: None }
}

pub(crate) fn source() -> SourceRegistered {
    SourceRegistered {
        mapping: label("boston311"),
        file_hash: [7; 32],
        rows: 10,
        label_names: Labels::default(),
    }
}

pub(crate) fn case() -> CaseRegistered {
    CaseRegistered {
        unit: None,
        channel: Channel::Letter,
        category: None,
        labels: Labels::default(),
        stated_due: None,
        ambiguous_due: false,
        anonymous: false,
        source_record: None,
        origin: None,
    }
}

pub(crate) fn assigned(unit: u64) -> CaseAssigned {
    CaseAssigned { unit: unit_id(unit), handler: None, origin: None }
}

pub(crate) fn step() -> StepTaken {
    StepTaken { activity: label("site visit"), origin: None }
}

pub(crate) fn reply() -> ReplyDelivered {
    ReplyDelivered { outcome: Outcome::Explained, approver: None, origin: None }
}

pub(crate) fn closed(reason: CloseReason) -> CaseClosed {
    CaseClosed { reason, origin: None }
}

pub(crate) fn reopened() -> CaseReopened {
    CaseReopened { ground: ReopenGround::NewFacts, origin: None }
}

/// A record without its hash.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) event_type: u16,
    pub(crate) version: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) meta: RecordMeta,
    pub(crate) personal: Vec<u16>,
}

impl Recorded {
    pub(crate) fn apply(&self, states: &mut Memory) -> Result<(), ReplayError> {
        let event = Event::decode(self.event_type, self.version, &self.body).unwrap();
        apply(states, &EventRef { event: &event, meta: &self.meta, personal: &self.personal })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(crate) states: Memory,
    pub(crate) records: Vec<Recorded>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { states: Memory::new(Arc::new(Zone::default())), records: Vec::new() }
    }
}

impl Ledger {
    /// A ledger with two units, two officials, a source of ten rows, and C-1, registered at second 1,000 by record 5.
    pub(crate) fn with_a_case() -> Self {
        let mut ledger = Self::default();
        for act in [
            Act::open(unit(None), NoPersonal),
            Act::open(unit(Some(unit_id(1))), NoPersonal),
            Act::open(official(unit_id(2)), OfficialRegisteredPersonal { name: text("Chen"), contact: None }),
            Act::open(official(unit_id(1)), OfficialRegisteredPersonal { name: text("Liu"), contact: None }),
            Act::open(source(), NoPersonal),
            Act::open(case(), CaseRegisteredPersonal { title: text("water"), ..Default::default() }),
        ] {
            ledger.run(act, 1_000).unwrap();
        }
        ledger
    }

    pub(crate) fn run(&mut self, act: Act, second: i64) -> Result<(), Refusal> {
        self.command(Command { actor: None, occurred: at(second), act })
    }

    pub(crate) fn command(&mut self, command: Command) -> Result<(), Refusal> {
        for new in decide(&self.states, command)? {
            let record = self.record(new);
            record.apply(&mut self.states).expect("what decide yields can be applied");
            self.records.push(record);
        }
        Ok(())
    }

    /// What the next record would be, whether or not the rules admit it.
    pub(crate) fn record(&self, new: NewEvent) -> Recorded {
        let index = u64::try_from(self.records.len()).unwrap();
        Recorded {
            event_type: new.event.event_type(),
            version: new.event.version(),
            body: new.event.encode().unwrap(),
            personal: new.personal_fields(),
            meta: RecordMeta {
                index,
                recorded_at: Timestamp(2_000_000_000),
                occurred: new.occurred,
                actor: new.actor,
                stream: new.stream,
                position: 0,
            },
        }
    }

    /// Demands that the event is refused, that the same event forged into the history is found, and that neither changes
    /// anything. Returns the violation, the same for both. `id` names the stream, but for an event that opens one.
    pub(crate) fn refused<B>(
        &self,
        id: Option<B::Id>,
        body: B,
        personal: B::Personal,
        second: i64,
    ) -> Violation
    where
        B: EventBody + Into<Event>,
    {
        self.refused_to(None, id, body, personal, second)
    }

    /// As [`refused`](Self::refused), recorded by an official.
    pub(crate) fn refused_to<B>(
        &self,
        actor: Option<OfficialId>,
        id: Option<B::Id>,
        body: B,
        personal: B::Personal,
        second: i64,
    ) -> Violation
    where
        B: EventBody + Into<Event>,
    {
        let next = || StreamRef { kind: B::STREAM, id: self.states.count(B::STREAM) + 1 };
        let stream = id.map_or_else(next, Into::into);
        let event: Event = body.clone().into();
        let act = match id {
            Some(id) => Act::on(id, body, personal),
            None => Act::open(body, personal),
        };
        let fields: Vec<_> = act.clone().into_parts().1.iter().map(|value| value.field.number()).collect();
        let refusal = decide(&self.states, Command { actor, occurred: at(second), act }).unwrap_err();
        let mut forged = self.forged(stream, second, event, &fields);
        forged.meta.actor = actor;
        let mut states = self.states.clone();
        let error = forged.apply(&mut states).unwrap_err();
        assert_eq!(error.violation, refusal.0);
        assert_eq!(states, self.states);
        refusal.0
    }

    /// A record of `event` that no command made.
    pub(crate) fn forged(
        &self,
        stream: StreamRef,
        second: i64,
        event: impl Into<Event>,
        personal: &[u16],
    ) -> Recorded {
        let mut record = self.record(NewEvent {
            stream,
            actor: None,
            occurred: at(second),
            event: event.into(),
            personal: Vec::new(),
        });
        record.personal = personal.to_vec();
        record
    }
}

/// Demands that the command is refused, that the same event forged into the history is found, and that neither changes
/// anything. Returns the violation, the same for both.
pub(crate) fn both(
    ledger: &Ledger,
    act: Act,
    second: i64,
    stream: StreamRef,
    event: impl Into<Event>,
    personal: &[u16],
) -> Violation {
    let command = Command { actor: None, occurred: at(second), act };
    let refusal = decide(&ledger.states, command).unwrap_err();
    let forged = ledger.forged(stream, second, event, personal);
    let mut states = ledger.states.clone();
    let error = forged.apply(&mut states).unwrap_err();
    assert_eq!(error.violation, refusal.0);
    assert_eq!(error.record, forged.meta.index);
    assert_eq!(states, ledger.states);
    refusal.0
}
