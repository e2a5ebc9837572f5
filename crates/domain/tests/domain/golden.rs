//! The examples of EVENTS.md, byte for byte.

use docket_domain::{
    BranchMembershipChanged, CaseAssigned, CaseClosed, CaseRegistered, CaseReopened, Channel, CloseReason,
    DecodeError, Event, HouseholdAbsent, HouseholdCloseReason, HouseholdClosed, HouseholdMoved,
    HouseholdRegistered, LabelKey, Labels, Office, OfficialAppointed, OfficialKeyRegistered,
    OfficialKeyRevoked, OfficialKeyRotated, OfficialLeft, OfficialRegistered, Outcome, PublicText,
    ReopenGround, ReplyDelivered, RulesAdopted, SourceRegistered, SourceRow, StepTaken, Timestamp,
    UnitClosed, UnitLevel, UnitMerged, UnitRegistered,
};

use crate::{
    aid, campaign, cases, diary, receptions, rectification, supervision,
    support::{day, label, official_id, source_id, unit_id},
    visits,
};

const EVENTS_MD: &str = include_str!("../../EVENTS.md");

/// One event of every type, in the order of their numbers.
pub(crate) fn examples() -> Vec<Event> {
    let row = |row, key: Option<&str>| SourceRow {
        source: source_id(3),
        row,
        key: key.map(label),
        ambiguous_time: false,
    };
    let mut examples = vec![
        UnitRegistered {
            level: UnitLevel::Village,
            parent: Some(unit_id(3)),
            name: label("石坪村"),
            code: Some(label("500112-07")),
            origin: None,
        }
        .into(),
        UnitMerged { into: unit_id(13), origin: None }.into(),
        UnitClosed { origin: None }.into(),
        OfficialRegistered {
            unit: unit_id(12),
            rank: Some(4),
            code: Some(label("500112-G-0031")),
            origin: None,
        }
        .into(),
        OfficialAppointed { unit: unit_id(12), office: Office::Secretary, rank: Some(3), origin: None }
            .into(),
        OfficialLeft { unit: Some(unit_id(12)), origin: None }.into(),
        BranchMembershipChanged { branch: Some(unit_id(14)), origin: None }.into(),
        OfficialKeyRegistered {
            key: std::array::from_fn(|place| u8::try_from(place).unwrap()),
            origin: None,
        }
        .into(),
        OfficialKeyRotated {
            key: std::array::from_fn(|place| 31 - u8::try_from(place).unwrap()),
            origin: None,
        }
        .into(),
        OfficialKeyRevoked { origin: None }.into(),
        SourceRegistered {
            mapping: label("boston311"),
            file_hash: std::array::from_fn(|place| u8::try_from(place).unwrap()),
            rows: 58_251,
            label_names: Labels::new(vec![(LabelKey(128), label("photo"))]).unwrap(),
        }
        .into(),
        HouseholdRegistered { unit: unit_id(12), code: Some(label("H-07-0113")), members: 4, origin: None }
            .into(),
        HouseholdMoved { from: Some(unit_id(12)), to: Some(unit_id(13)), origin: None }.into(),
        HouseholdAbsent { from: day("2010-02-13"), until: Some(day("2010-03-05")), origin: None }.into(),
        HouseholdClosed { reason: HouseholdCloseReason::Joined, origin: None }.into(),
        CaseRegistered {
            unit: Some(unit_id(12)),
            channel: Channel::Hotline,
            category: Some(label("Street Lights")),
            labels: Labels::new(vec![
                (LabelKey::TYPE, label("Street Light Outages")),
                (LabelKey::WARD, label("Ward 17")),
            ])
            .unwrap(),
            stated_due: Some(Timestamp(1_310_707_952_000_000)),
            ambiguous_due: false,
            anonymous: false,
            source_record: None,
            origin: Some(row(1, Some("101000295613"))),
        }
        .into(),
        CaseAssigned { unit: unit_id(12), handler: Some(official_id(300)), origin: None }.into(),
        StepTaken {
            activity: label("Send Fine"),
            origin: Some(SourceRow { ambiguous_time: true, ..row(70_000, None) }),
        }
        .into(),
        ReplyDelivered { outcome: Outcome::Explained, approver: Some(official_id(17)), origin: None }.into(),
        CaseClosed { reason: CloseReason::AsStatedBySource, origin: Some(row(1, None)) }.into(),
        CaseReopened { ground: ReopenGround::NotSolved, origin: None }.into(),
        RulesAdopted {
            text: PublicText::new("name = 1").unwrap(),
            in_force_from: Timestamp(1_310_707_952_000_000),
        }
        .into(),
    ];
    examples.extend(rectification::examples());
    examples.extend(supervision::examples());
    examples.extend(receptions::examples());
    examples.extend(visits::examples());
    examples.extend(aid::examples());
    examples.extend(campaign::examples());
    examples.extend(cases::examples());
    examples.extend(diary::examples());
    examples.sort_by_key(Event::event_type);
    examples
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn bodies_are_those_of_the_page() {
    let mut missing = String::new();
    for event in examples() {
        let body = event.encode().unwrap();
        let line = format!("\n{} {}\n", event.name(), hex(&body));
        if !EVENTS_MD.contains(&line) {
            missing.push_str(&line);
        }
        assert_eq!(Event::decode(event.event_type(), event.version(), &body).unwrap(), event);
    }
    assert!(missing.is_empty(), "EVENTS.md has other examples than{missing}");
}

#[test]
fn bodies_of_older_versions_are_read_as_the_newest() {
    let older = [
        ("UnitRegistered", 256, 1),
        ("OfficialRegistered", 288, 1),
        ("CaseRegistered", 384, 1),
        ("ReportPublished", 1024, 1),
    ];
    let read = older.map(|(name, number, version)| {
        let (_, rest) = EVENTS_MD.split_once(&format!("\n{name}/{version} ")).unwrap();
        let body = bytes(rest.lines().next().unwrap());
        for len in 0..body.len() {
            assert!(Event::decode(number, version, &body[..len]).is_err());
        }
        format!("{:?}", Event::decode(number, version, &body).unwrap())
    });
    insta::assert_snapshot!(read.join("\n"), @r#"
    UnitRegistered(UnitRegistered { level: Village, parent: Some(UnitId(3)), name: "石坪村", code: Some("500112-07"), origin: None })
    OfficialRegistered(OfficialRegistered { unit: UnitId(12), rank: Some(4), code: None, origin: None })
    CaseRegistered(CaseRegistered { unit: Some(UnitId(12)), channel: Hotline, category: Some("Street Lights"), labels: Labels([(LabelKey(1), "Street Light Outages"), (LabelKey(7), "Ward 17")]), stated_due: Some(Timestamp(1310707952000000)), ambiguous_due: false, anonymous: false, source_record: None, origin: Some(SourceRow { source: SourceId(3), row: 1, key: Some("101000295613"), ambiguous_time: false }) })
    ReportPublished(ReportPublished { name: "overview", from: Some(Day(14610)), until: Some(Day(14974)), as_of_size: 70000, unit: None, official: None, household: None, state: None, digest: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31], figures: [PublishedFigure { name: "units", numerator: 10913, denominator: 1 }], origin: None })
    "#);
    // Branches are of version 2: in a body of version 1, their number stands for nothing.
    assert!(Event::decode(256, 2, &[7, 0, 1, b'x', 0, 0]).is_ok());
    assert!(matches!(Event::decode(256, 1, &[7, 0, 1, b'x', 0, 0]), Err(DecodeError::Malformed { .. })));
    // Nor is the longer form of a number a body of any version.
    let longer = [0xfb, 12, 0, 0, 0];
    assert!(matches!(Event::decode(288, 1, &longer), Err(DecodeError::NotCanonical { .. })));
    assert!(Event::decode(256, 3, &[]).unwrap_err().is_unknown());
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn every_event_has_its_section_and_example() {
    let examples = examples();
    assert_eq!(examples.len(), Event::ALL.len());
    for ((number, version, name), event) in Event::ALL.iter().zip(&examples) {
        assert_eq!((*number, *version, *name), (event.event_type(), event.version(), event.name()));
        let heading = format!("\n### {number} {name}\n");
        let (_, section) = EVENTS_MD.split_once(&heading).unwrap_or_else(|| panic!("no section{heading}"));
        let section = section.split("\n##").next().unwrap();
        assert!(section.contains(&format!("Schema version {version}, since ")), "{name}");
        let fields: Vec<_> = event.personal_fields().iter().map(|field| field.number().to_string()).collect();
        let (_, listed) = section.split_once("Personal fields: ").unwrap();
        let listed = listed.split('.').next().unwrap();
        let listed: Vec<_> = listed
            .split(", ")
            .filter_map(|field| field.split(' ').next())
            .filter(|first| *first != "none")
            .collect();
        assert_eq!(listed, fields, "{name}");
    }
    assert!(Event::ALL.is_sorted_by_key(|(number, ..)| number));
    // And the other way round: no section is about an event that nobody writes.
    let sections: Vec<_> = EVENTS_MD.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let known: Vec<_> = Event::ALL.iter().map(|(number, _, name)| format!("{number} {name}")).collect();
    assert_eq!(sections, known);
}

#[test]
fn enums_have_the_numbers_of_the_page() {
    fn list(all: &[(u16, &str)]) -> Vec<String> {
        all.iter().map(|(number, word)| format!("{number} {word}")).collect()
    }
    macro_rules! numbers {
        ($name:ident) => {
            list(&docket_domain::$name::ALL.iter().map(|one| (one.number(), one.name())).collect::<Vec<_>>())
        };
    }
    let enums = [
        list(&UnitLevel::ALL.iter().map(|level| (level.number(), level.name())).collect::<Vec<_>>()),
        numbers!(Office),
        numbers!(HouseholdCloseReason),
        numbers!(ReceptionCancelReason),
        numbers!(AttemptReason),
        list(&Channel::ALL.iter().map(|channel| (channel.number(), channel.name())).collect::<Vec<_>>()),
        list(&Outcome::ALL.iter().map(|outcome| (outcome.number(), outcome.name())).collect::<Vec<_>>()),
        list(&CloseReason::ALL.iter().map(|reason| (reason.number(), reason.name())).collect::<Vec<_>>()),
        list(&ReopenGround::ALL.iter().map(|ground| (ground.number(), ground.name())).collect::<Vec<_>>()),
        numbers!(Notice),
        numbers!(DeclineGround),
        numbers!(ObjectionOutcome),
        numbers!(ReviewOutcome),
        list(
            &docket_domain::CaseStatus::ALL
                .iter()
                .map(|status| (status.number(), status.name()))
                .collect::<Vec<_>>(),
        ),
        numbers!(GiftKind),
        numbers!(Leniency),
        numbers!(DisposalKind),
        numbers!(InterestKind),
        numbers!(InterestHolder),
        numbers!(ViolationKind),
        numbers!(Aspect),
        numbers!(BacklogOutcome),
        numbers!(PairingEndReason),
        numbers!(AidKind),
        numbers!(DifficultyKind),
        numbers!(Satisfaction),
    ];
    let (_, section) = EVENTS_MD.split_once("\n## 4. Enums\n").unwrap();
    let rows: Vec<_> =
        section.lines().filter(|line| line.starts_with("| ")).skip(1).take(enums.len()).collect();
    assert_eq!(rows.len(), enums.len());
    for (row, expected) in rows.iter().zip(enums) {
        let numbers = row.split('|').nth(2).unwrap().trim();
        // The Chinese term after the word is for readers of the page.
        let found: Vec<_> =
            numbers.split(", ").map(|entry| entry.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn label_keys_have_the_numbers_of_the_page() {
    let (_, section) = EVENTS_MD.split_once("\n## 5. Label keys\n").unwrap();
    let line = section.trim_start().split(". ").next().unwrap();
    for entry in line.split(", ") {
        let mut words = entry.split(' ');
        let key = LabelKey(words.next().unwrap().parse().unwrap());
        assert_eq!(key.name(), words.next(), "{entry}");
    }
    assert_eq!(line.split(", ").count(), 12);
    assert_eq!(LabelKey(13).name(), None);
}

#[test]
fn subjects_are_named_with_their_roles() {
    let named: Vec<_> = examples()
        .iter()
        .map(|event| {
            let subjects: Vec<_> = event
                .subjects()
                .iter()
                .map(|subject| format!("{} {}", subject.role, subject.stream))
                .collect();
            if subjects.is_empty() {
                event.name().to_owned()
            } else {
                format!("{}: {}", event.name(), subjects.join(", "))
            }
        })
        .collect();
    insta::assert_snapshot!(named.join("\n"), @r"
    UnitRegistered: parent U-3
    UnitMerged: into U-13
    UnitClosed
    OfficialRegistered: member U-12
    OfficialAppointed: post U-12
    OfficialLeft: post U-12
    BranchMembershipChanged: branch U-14
    OfficialKeyRegistered
    OfficialKeyRotated
    OfficialKeyRevoked
    SourceRegistered
    HouseholdRegistered: home U-12
    HouseholdMoved: moved-from U-12, moved-to U-13
    HouseholdAbsent
    HouseholdClosed
    CaseRegistered: raised-at U-12, origin S-3
    CaseAssigned: responsible U-12, handler O-300
    StepTaken: origin S-3
    ReplyDelivered: approver O-17
    CaseClosed: origin S-3
    CaseReopened
    CaseTransferred: responsible U-13
    AssignmentObjected
    ObjectionDecided: decided-by O-17
    CaseAccepted
    CaseDeclined
    ExtensionGranted: approver O-17
    CaseSuspended
    CaseResumed
    CaseCoassigned: co-handling U-13
    CaseEscalated: escalated-to U-3
    SupervisionOrdered: supervised-by U-3
    FollowUpMade: followed-up-by U-3, asked-by O-18
    ReviewRequested
    ReviewDecided: deciding-unit U-3, decided-by O-18
    RecheckRequested
    RecheckDecided: deciding-unit U-2, decided-by O-19
    CaseMerged: merged-into C-1000
    CaseSplit: split-from C-1000
    CaseWithdrawn
    CaseVoided: approver O-17
    SupervisionAnswered: supervised-by U-3
    ReceptionHeld: received-by O-17
    PersonReceived
    ReceptionCancelled
    VisitMade: home U-12, visited-by O-17, companion O-300
    VisitAttempted: home U-12, visited-by O-17
    DiaryEntryWritten: written-about H-113, written-about-unit U-12
    DossierOpened: keeper U-12, first-household H-113, last-household H-152
    DossierUpdated
    DossierClosed
    SatisfactionSurveyed: surveyor O-17
    SatisfactionAnswered
    CampaignOpened: organiser U-4
    BacklogListed: listed C-1024, earlier-campaign B-1
    CampaignClosed
    CaseAssignedToLeader: campaign B-2, leader O-17
    StayStarted: staying O-300, host U-12
    StayEnded: staying O-300
    StayCertified: certifier O-17
    PairingEstablished: paired-official O-300, paired-household H-70000
    PairingEnded: paired-official O-300
    AidDelivered: aided H-70000, giver U-12, deliverer O-300
    AidReceiptConfirmed: aided H-70000
    ProjectStarted: organiser U-12, answerable O-300
    ProjectVerified: verifier O-17
    DifficultyResolved: project J-2
    GiftHandedIn: concerned O-300, origin S-3
    GiftReceipted: receipted-by O-17
    LeniencyDecided: decided-by O-17
    VehicleFoundOverStandard: concerned-unit U-12
    VehicleDisposed: approver O-17
    TransitionExpired
    DeclarationFiled: concerned O-300
    DeclarationAmended
    InterestDeclared
    InterestDivested
    ViolationFound: concerned-unit U-12, concerned O-300
    ViolationCorrected: confirmed-by O-17
    ControlAttested: attested-by O-17
    ExpenseApproved: applicant O-300, approver O-17
    PublicNoticePosted
    LiabilityPursued: concerned O-300
    InspectionOpened: concerned-unit U-12, inspector U-3
    FindingIssued
    FindingAnswered: answered-by O-300
    FindingClosed: closed-by O-17
    StatisticCited
    ReportPublished: concerned-unit U-12
    RulesAdopted
    CorrectionRecorded: corrected C-1024, approver O-17
    ");
}
