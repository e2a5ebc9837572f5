//! Reading and writing bodies: on any bytes, the one right form or an error.

use docket_domain::{
    CaseAssigned, CaseClosed, CaseRegistered, CaseReopened, Channel, CloseReason, DecodeError, Event, Label,
    LabelKey, Labels, MAX_BODY_LEN, OfficialId, OfficialRegistered, Outcome, ReopenGround, ReplyDelivered,
    SourceId, SourceRegistered, SourceRow, StepTaken, Timestamp, UnitId, UnitLevel, UnitRegistered,
};
use proptest::{collection, option, prelude::*, sample::select};

use crate::golden::examples;

fn label() -> impl Strategy<Value = Label> {
    "[a-zA-Z0-9村_/&]{1,30}".prop_map(|text| Label::new(&text).unwrap())
}

fn labels() -> impl Strategy<Value = Labels> {
    collection::btree_map(1_u16.., label(), 0..6).prop_map(|map| {
        Labels::new(map.into_iter().map(|(key, label)| (LabelKey(key), label)).collect()).unwrap()
    })
}

fn unit() -> impl Strategy<Value = UnitId> {
    (1..=docket_domain::MAX_ID).prop_map(|number| UnitId::new(number).unwrap())
}

fn official() -> impl Strategy<Value = OfficialId> {
    (1..=docket_domain::MAX_ID).prop_map(|number| OfficialId::new(number).unwrap())
}

fn origin() -> impl Strategy<Value = Option<SourceRow>> {
    let row = (1..=docket_domain::MAX_ID, any::<u64>(), option::of(label()), any::<bool>());
    option::of(row.prop_map(|(source, row, key, ambiguous_time)| SourceRow {
        source: SourceId::new(source).unwrap(),
        row,
        key,
        ambiguous_time,
    }))
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (select(UnitLevel::ALL), option::of(unit()), label(), option::of(label()), origin()).prop_map(
            |(level, parent, name, code, origin)| UnitRegistered { level, parent, name, code, origin }.into()
        ),
        (unit(), any::<Option<u16>>(), option::of(label()), origin())
            .prop_map(|(unit, rank, code, origin)| OfficialRegistered { unit, rank, code, origin }.into()),
        (label(), any::<[u8; 32]>(), any::<u64>(), labels()).prop_map(
            |(mapping, file_hash, rows, label_names)| {
                SourceRegistered { mapping, file_hash, rows, label_names }.into()
            }
        ),
        (
            option::of(unit()),
            select(Channel::ALL),
            option::of(label()),
            labels(),
            any::<Option<i64>>(),
            any::<(bool, bool, Option<u64>)>(),
            origin()
        )
            .prop_map(|(unit, channel, category, labels, due, rest, origin)| {
                let (ambiguous_due, anonymous, source_record) = rest;
                CaseRegistered {
                    unit,
                    channel,
                    category,
                    labels,
                    stated_due: due.map(Timestamp),
                    ambiguous_due,
                    anonymous,
                    source_record,
                    origin,
                }
                .into()
            }),
        (unit(), option::of(official()), origin()).prop_map(|(unit, handler, origin)| CaseAssigned {
            unit,
            handler,
            origin
        }
        .into()),
        (label(), origin()).prop_map(|(activity, origin)| StepTaken { activity, origin }.into()),
        (select(Outcome::ALL), option::of(official()), origin())
            .prop_map(|(outcome, approver, origin)| ReplyDelivered { outcome, approver, origin }.into()),
        (select(CloseReason::ALL), origin())
            .prop_map(|(reason, origin)| CaseClosed { reason, origin }.into()),
        (select(ReopenGround::ALL), origin())
            .prop_map(|(ground, origin)| CaseReopened { ground, origin }.into()),
        select(examples()),
    ]
}

/// Decodes, and if that succeeds, demands the same bytes back.
fn rejects_or_identical(event_type: u16, body: &[u8]) {
    let (_, newest, _) = Event::ALL.iter().find(|(number, ..)| *number == event_type).unwrap();
    if let Ok(event) = Event::decode(event_type, *newest, body) {
        assert_eq!(event.event_type(), event_type);
        assert_eq!(event.encode().unwrap(), body);
    }
}

fn event_types() -> impl Strategy<Value = u16> {
    select(Event::ALL).prop_map(|(number, ..)| number)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(event in event()) {
        let body = event.encode().unwrap();
        prop_assert_eq!(Event::decode(event.event_type(), event.version(), &body).unwrap(), event);
    }

    #[test]
    fn a_cut_or_lengthened_body_is_refused(event in event(), extra in any::<u8>()) {
        let body = event.encode().unwrap();
        for len in 0..body.len() {
            prop_assert!(Event::decode(event.event_type(), event.version(), &body[..len]).is_err());
        }
        let longer = [&body[..], &[extra]].concat();
        let refused = Event::decode(event.event_type(), event.version(), &longer);
        assert!(matches!(refused, Err(DecodeError::Trailing { .. })));
    }

    #[test]
    fn any_bytes_are_refused_or_identical(event_type in event_types(), body in collection::vec(any::<u8>(), 0..80)) {
        rejects_or_identical(event_type, &body);
    }

    #[test]
    fn altered_bodies_are_refused_or_identical(event in event(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = event.encode().unwrap();
        let place = place.index(body.len());
        body[place] = byte;
        rejects_or_identical(event.event_type(), &body);
    }
}

#[test]
fn longer_forms_of_numbers_are_refused() {
    // U-12 without handler and origin, in the one form, and with 12 as a u16, a u32 and a u64.
    assert!(Event::decode(385, 1, &[12, 0, 0]).is_ok());
    for body in [&[0xfb, 12, 0, 0, 0][..], &[0xfc, 12, 0, 0, 0, 0, 0], &[0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    {
        assert!(matches!(
            Event::decode(385, 1, body),
            Err(DecodeError::NotCanonical { event: "CaseAssigned" })
        ));
    }
}

#[test]
fn numbers_that_stand_for_nothing_are_refused() {
    // Close reasons 0 and 6; a case assigned to U-0; an option tag 2; a bool 2.
    for (event_type, body) in [
        (388, &[0, 0][..]),
        (388, &[6, 0]),
        (385, &[0, 0, 0]),
        (385, &[12, 2, 0]),
        (388, &[2, 1, 3, 1, 0, 2]),
    ] {
        let refused = Event::decode(event_type, 1, body);
        assert!(matches!(refused, Err(DecodeError::Malformed { .. })), "{event_type} {body:?}: {refused:?}");
    }
}

#[test]
fn labels_in_bodies_obey_their_limits() {
    // StepTaken: activity, origin.
    for activity in [&[0][..], &[1, b'\n'], &[1, b' '], &[1, 0xff], &[2, b'a']] {
        let body = [activity, &[0]].concat();
        assert!(Event::decode(386, 1, &body).is_err(), "{body:?}");
    }
    let mut long = vec![121];
    long.extend([b'a'; 121]);
    long.push(0);
    assert!(Event::decode(386, 1, &long).is_err());
    // CaseRegistered with labels of keys 2 and 1: the wrong order.
    assert!(Event::decode(384, 2, &[0, 7, 0, 2, 1, 1, b'a', 2, 1, b'b', 0, 0, 0, 0, 0]).is_ok());
    assert!(Event::decode(384, 2, &[0, 7, 0, 2, 2, 1, b'a', 1, 1, b'b', 0, 0, 0, 0, 0]).is_err());
}

#[test]
fn a_huge_claimed_length_is_refused() {
    let huge = [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(Event::decode(386, 1, &huge).is_err());
    assert!(Event::decode(384, 2, &[&[0, 7, 0][..], &huge].concat()).is_err());
}

#[test]
fn a_body_over_the_limit_is_refused_by_its_length() {
    let body = vec![0; MAX_BODY_LEN + 1];
    assert!(matches!(Event::decode(385, 1, &body), Err(DecodeError::TooLong { len: 65_537, .. })));
    assert!(!matches!(Event::decode(385, 1, &body[1..]), Err(DecodeError::TooLong { .. })));
}

#[test]
fn unknown_types_and_versions_are_told_apart_from_wrong_ones() {
    let unknown = Event::decode(40_000, 1, &[]).unwrap_err();
    assert!(unknown.is_unknown() && matches!(unknown, DecodeError::UnknownType { event_type: 40_000 }));
    let newer = Event::decode(389, 2, &[1, 0]).unwrap_err();
    assert!(newer.is_unknown());
    assert_eq!(newer.to_string(), "CaseReopened: unknown schema version 2 (newest known: 1)");
    assert!(Event::decode(389, 0, &[1, 0]).unwrap_err().is_unknown());
    let system = Event::decode(255, 1, &[]).unwrap_err();
    assert!(!system.is_unknown() && matches!(system, DecodeError::System { event_type: 255 }));
    assert!(!Event::decode(389, 1, &[9, 0]).unwrap_err().is_unknown());
}
