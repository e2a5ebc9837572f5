//! The rules every event obeys. `decide` and `apply` both come through [`admit`], so that they cannot drift apart.

use crate::{
    body::EventBody,
    cited::Cited,
    event::Event,
    id::{EntityId, OfficialId, SourceId, StreamRef},
    key::{KeyKind, UniqueKey},
    label::Label,
    personal::PersonalField,
    record::RecordMeta,
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    view::{HasState, Store, View},
    violation::Violation,
};

/// Where an event is to stand, or stands: what the rules look at beside its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) stream: StreamRef,
    pub(crate) actor: Option<OfficialId>,
    pub(crate) occurred: OccurredAt,
    /// Numbers of the personal fields, ascending.
    pub(crate) personal: &'a [u16],
}

impl Place<'_> {
    pub(crate) fn has(&self, field: PersonalField) -> bool {
        self.personal.contains(&field.number())
    }
}

/// What each event adds to [`EventBody`]: whom it names, what it demands, what it does.
pub(crate) trait Rules: EventBody {
    /// Names the subjects in the body. That each exists is checked for all events alike.
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef));

    /// The row it was imported from.
    fn origin(&self) -> Option<&SourceRow> {
        None
    }

    /// Names the keys that it claims, each once in the ledger. That they are free is checked for all events alike.
    fn claims(&self, _claim: &mut impl FnMut(KeyKind, &Label)) {}

    /// Names the records that it names by number and whose kind states do not tell. Whoever has the log checks them.
    fn cites(&self, _cite: &mut impl FnMut(Cited)) {}

    /// Checks what only this event demands. Its stream exists, or is about to be opened, as it should be.
    fn check(&self, _view: &impl View, _place: &Place<'_>) -> Result<(), Violation> {
        Ok(())
    }

    /// Changes the states. Only called after [`admit`]; changes nothing when it fails.
    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation>;
}

/// Checks whether `body` may stand at `place`, given what came before.
pub(crate) fn admit<B: Rules>(body: &B, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
    check_stream::<B>(view, place.stream)?;
    let mut missing = None;
    let mut exists = |role, stream: StreamRef| {
        if missing.is_none() && !(1..=view.count(stream.kind)).contains(&stream.id) {
            missing = Some(Violation::NoSuchSubject { role, subject: stream });
        }
    };
    if let Some(actor) = place.actor {
        exists(Role::Actor, actor.stream());
    }
    body.subjects(&mut exists);
    if let Some(violation) = missing {
        return Err(violation);
    }
    check_personal::<B>(place.personal)?;
    for key in claims(body) {
        if let Some(record) = view.claimed(&key) {
            return Err(Violation::KeyTaken { kind: key.kind, text: key.text, record });
        }
    }
    if let Some(row) = body.origin() {
        check_row(view, row)?;
    }
    body.check(view, place)
}

/// Returns the id of the stream that the event `B` opens.
pub(crate) fn opened<B: EventBody>(stream: StreamRef) -> Result<B::Id, Violation> {
    B::Id::of(stream).ok_or(Violation::WrongStream { event: B::NAME, stream, expected: B::STREAM })
}

/// Returns id and state of the stream that the event `B` continues.
pub(crate) fn own<B: EventBody<Id: HasState>>(
    view: &impl View,
    stream: StreamRef,
) -> Result<(B::Id, &<B::Id as HasState>::State), Violation> {
    let found = B::Id::of(stream).and_then(|id| Some((id, id.state(view)?)));
    found.ok_or(Violation::NoSuchStream { event: B::NAME, stream })
}

/// As [`own`], the state to be changed.
pub(crate) fn own_mut<B: EventBody<Id: HasState>>(
    store: &mut impl Store,
    stream: StreamRef,
) -> Result<&mut <B::Id as HasState>::State, Violation> {
    let found = B::Id::of(stream).and_then(|id| id.state_mut(store));
    found.ok_or(Violation::NoSuchStream { event: B::NAME, stream })
}

/// Returns the state of a subject that an event names.
pub(crate) fn subject<I: HasState>(view: &impl View, role: Role, id: I) -> Result<&I::State, Violation> {
    id.state(view).ok_or_else(|| Violation::NoSuchSubject { role, subject: id.into() })
}

/// As [`subject`], to be changed.
pub(crate) fn subject_mut<I: HasState>(
    store: &mut impl Store,
    role: Role,
    id: I,
) -> Result<&mut I::State, Violation> {
    id.state_mut(store).ok_or_else(|| Violation::NoSuchSubject { role, subject: id.into() })
}

/// Returns the keys that an event claims.
pub(crate) fn claims<B: Rules>(body: &B) -> Vec<UniqueKey> {
    let mut keys = Vec::new();
    body.claims(&mut |kind, text| keys.push(UniqueKey { kind, text: text.clone() }));
    keys
}

fn check_stream<B: EventBody>(view: &impl View, stream: StreamRef) -> Result<(), Violation> {
    if stream.kind != B::STREAM {
        return Err(Violation::WrongStream { event: B::NAME, stream, expected: B::STREAM });
    }
    let count = view.count(B::STREAM);
    if B::OPENS {
        // Ids without gaps: no case number can vanish.
        match count.checked_add(1) {
            Some(next) if next == stream.id && B::Id::of(stream).is_some() => Ok(()),
            Some(next) if next == stream.id => Err(Violation::NoMoreIds { event: B::NAME }),
            _ => Err(Violation::NotTheNextId { event: B::NAME, stream, count }),
        }
    } else if (1..=count).contains(&stream.id) {
        Ok(())
    } else {
        Err(Violation::NoSuchStream { event: B::NAME, stream })
    }
}

fn check_personal<B: EventBody>(personal: &[u16]) -> Result<(), Violation> {
    for number in personal {
        if !B::PERSONAL.iter().any(|field| field.number() == *number) {
            return Err(Violation::ForeignPersonalField { event: B::NAME, field: *number });
        }
    }
    for field in B::REQUIRED {
        if !personal.contains(&field.number()) {
            return Err(Violation::MissingPersonalField { event: B::NAME, field: *field });
        }
    }
    Ok(())
}

fn check_row(view: &impl View, row: &SourceRow) -> Result<(), Violation> {
    let source: SourceId = row.source;
    let state = subject(view, Role::Origin, source)?;
    if (1..=state.rows).contains(&row.row) {
        Ok(())
    } else {
        Err(Violation::NoSuchRow { source_id: source, row: row.row, rows: state.rows, record: state.record })
    }
}

impl Event {
    /// Returns the streams whose states the rules may look at, or change, when this event is recorded: its own (unless it
    /// opens it), its actor, and the subjects of its body. Ascending, each once.
    pub fn reads(&self, stream: Option<StreamRef>, actor: Option<OfficialId>) -> Vec<StreamRef> {
        let mut reads: Vec<_> = stream
            .filter(|_| !self.opens())
            .into_iter()
            .chain(actor.map(OfficialId::stream))
            .chain(self.subjects().into_iter().map(|subject| subject.stream))
            .collect();
        reads.sort_unstable();
        reads.dedup();
        reads
    }
}
