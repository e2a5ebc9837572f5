//! All events, by their numbers.

use crate::{
    adoption::RulesAdopted,
    aid::{AidDelivered, AidReceiptConfirmed, DifficultyResolved, ProjectStarted, ProjectVerified},
    body::EventBody,
    breach::{ViolationCorrected, ViolationFound},
    campaign::{BacklogListed, CampaignClosed, CampaignOpened, CaseAssignedToLeader},
    case::{
        AssignmentObjected, CaseAccepted, CaseAssigned, CaseClosed, CaseCoassigned, CaseDeclined,
        CaseEscalated, CaseMerged, CaseRegistered, CaseRegisteredV1, CaseReopened, CaseResumed, CaseSplit,
        CaseSuspended, CaseTransferred, CaseVoided, CaseWithdrawn, ExtensionGranted, FollowUpMade,
        ObjectionDecided, RecheckDecided, RecheckRequested, ReplyDelivered, ReviewDecided, ReviewRequested,
        StepTaken, SupervisionAnswered, SupervisionOrdered,
    },
    cited::Cited,
    codec::{self, DecodeError, EncodeError},
    correction::CorrectionRecorded,
    declaration::{DeclarationAmended, DeclarationFiled, InterestDeclared, InterestDivested},
    diary::DiaryEntryWritten,
    dossier::{DossierClosed, DossierOpened, DossierUpdated},
    finance::{ControlAttested, ExpenseApproved, LiabilityPursued, PublicNoticePosted},
    gift::{GiftHandedIn, GiftReceipted},
    household::{HouseholdAbsent, HouseholdClosed, HouseholdMoved, HouseholdRegistered},
    id::StreamKind,
    inspection::{FindingAnswered, FindingClosed, FindingIssued, InspectionOpened},
    key::UniqueKey,
    leniency::LeniencyDecided,
    official::{
        BranchMembershipChanged, OfficialAppointed, OfficialKeyRegistered, OfficialKeyRevoked,
        OfficialKeyRotated, OfficialLeft, OfficialRegistered, OfficialRegisteredV1,
    },
    pairing::{PairingEnded, PairingEstablished},
    papers::{ReportPublished, ReportPublishedV1, StatisticCited},
    personal::PersonalField,
    reception::{PersonReceived, ReceptionCancelled, ReceptionHeld},
    record::RecordMeta,
    rules::{Place, Rules, admit, claims},
    satisfaction::{SatisfactionAnswered, SatisfactionSurveyed},
    source::SourceRegistered,
    stay::{StayCertified, StayEnded, StayStarted},
    subject::Subject,
    unit::{UnitClosed, UnitMerged, UnitRegistered, UnitRegisteredV1},
    vehicle::{TransitionExpired, VehicleDisposed, VehicleFoundOverStandard},
    view::{Store, View},
    violation::Violation,
    visit::{VisitAttempted, VisitMade},
};

/// Lists the events. What depends on which event it is lies here, once; what an event means lies in its concept's file.
///
/// Older schema versions stand behind their event, each with the struct that reads it and turns `Into` the newest.
macro_rules! events {
    ($( $event:ident $({ $($old:literal => $Old:ty),+ })? ),+ $(,)?) => {
        /// An event: its body. EVENTS.md describes each.
        #[derive(Clone, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Event {
            $(
                #[doc = concat!("[`", stringify!($event), "`].")]
                $event($event),
            )+
        }

        impl Event {
            /// Numbers, newest versions and names of all events, in the order of their numbers.
            pub const ALL: &'static [(u16, u16, &'static str)] =
                &[$( (<$event as EventBody>::TYPE, <$event as EventBody>::VERSION, <$event as EventBody>::NAME) ),+];

            /// Reads a body. One of an older version is turned into the newest.
            ///
            /// # Errors
            /// When type or version is not known ([`DecodeError::is_unknown`]), and when the bytes are not exactly those
            /// that this version of the event was written with.
            pub fn decode(event_type: u16, version: u16, body: &[u8]) -> Result<Self, DecodeError> {
                match (event_type, version) {
                    (0..=255, _) => Err(DecodeError::System { event_type }),
                    $(
                        (<$event as EventBody>::TYPE, <$event as EventBody>::VERSION) => {
                            codec::decode(body).map(Self::$event)
                        }
                        $($(
                            (<$event as EventBody>::TYPE, $old) => {
                                codec::decode_as::<$Old>(<$event as EventBody>::NAME, body)
                                    .map(|old| Self::$event(old.into()))
                            }
                        )+)?
                        (<$event as EventBody>::TYPE, _) => Err(DecodeError::UnknownVersion {
                            event: <$event as EventBody>::NAME,
                            version,
                            newest: <$event as EventBody>::VERSION,
                        }),
                    )+
                    _ => Err(DecodeError::UnknownType { event_type }),
                }
            }

            /// Writes the body.
            ///
            /// # Errors
            /// When it is longer than [`MAX_BODY_LEN`](crate::MAX_BODY_LEN).
            pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
                match self {
                    $( Self::$event(body) => codec::encode(body), )+
                }
            }

            /// Returns the event type.
            pub const fn event_type(&self) -> u16 {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::TYPE, )+
                }
            }

            /// Returns the schema version that is written.
            pub const fn version(&self) -> u16 {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::VERSION, )+
                }
            }

            /// Returns the event's name, such as `CaseRegistered`.
            pub const fn name(&self) -> &'static str {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::NAME, )+
                }
            }

            /// Returns the kind of stream it belongs to.
            pub const fn stream_kind(&self) -> StreamKind {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::STREAM, )+
                }
            }

            /// Says whether it is the first event of its stream, and only that.
            pub const fn opens(&self) -> bool {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::OPENS, )+
                }
            }

            /// Returns the personal fields it may have, numbers ascending.
            pub const fn personal_fields(&self) -> &'static [PersonalField] {
                match self {
                    $( Self::$event(_) => <$event as EventBody>::PERSONAL, )+
                }
            }

            /// Returns the subjects its body names, with their roles, in the order of its fields. Its own stream and the
            /// actor stand in the record's header and are not among them.
            pub fn subjects(&self) -> Vec<Subject> {
                let mut subjects = Vec::new();
                let mut name = |role, stream| subjects.push(Subject { role, stream });
                match self {
                    $( Self::$event(body) => body.subjects(&mut name), )+
                }
                subjects
            }

            /// Returns the unique keys that it claims.
            pub fn claims(&self) -> Vec<UniqueKey> {
                match self {
                    $( Self::$event(body) => claims(body), )+
                }
            }

            /// Returns the records that it names by number and whose kind states do not tell:
            /// [`Cited::judge`](crate::Cited::judge) asks the log.
            pub fn cites(&self) -> Vec<Cited> {
                let mut cites = Vec::new();
                match self {
                    $( Self::$event(body) => body.cites(&mut |cited| cites.push(cited)), )+
                }
                cites
            }

            pub(crate) fn admit(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
                match self {
                    $( Self::$event(body) => admit(body, view, place), )+
                }
            }

            pub(crate) fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
                match self {
                    $( Self::$event(body) => body.fold(store, meta), )+
                }
            }
        }

        impl serde::Serialize for Event {
            /// Writes the fields of the body by their names, for people and programs that read no bytes.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$event(body) => body.serialize(serializer), )+
                }
            }
        }

        $(
            impl From<$event> for Event {
                fn from(body: $event) -> Self {
                    Self::$event(body)
                }
            }
        )+
    };
}

events! {
    UnitRegistered { 1 => UnitRegisteredV1 },
    UnitMerged,
    UnitClosed,
    OfficialRegistered { 1 => OfficialRegisteredV1 },
    OfficialAppointed,
    OfficialLeft,
    BranchMembershipChanged,
    OfficialKeyRegistered,
    OfficialKeyRotated,
    OfficialKeyRevoked,
    SourceRegistered,
    HouseholdRegistered,
    HouseholdMoved,
    HouseholdAbsent,
    HouseholdClosed,
    CaseRegistered { 1 => CaseRegisteredV1 },
    CaseAssigned,
    StepTaken,
    ReplyDelivered,
    CaseClosed,
    CaseReopened,
    CaseTransferred,
    AssignmentObjected,
    ObjectionDecided,
    CaseAccepted,
    CaseDeclined,
    ExtensionGranted,
    CaseSuspended,
    CaseResumed,
    CaseCoassigned,
    CaseEscalated,
    SupervisionOrdered,
    FollowUpMade,
    ReviewRequested,
    ReviewDecided,
    RecheckRequested,
    RecheckDecided,
    CaseMerged,
    CaseSplit,
    CaseWithdrawn,
    CaseVoided,
    SupervisionAnswered,
    ReceptionHeld,
    PersonReceived,
    ReceptionCancelled,
    VisitMade,
    VisitAttempted,
    DiaryEntryWritten,
    DossierOpened,
    DossierUpdated,
    DossierClosed,
    SatisfactionSurveyed,
    SatisfactionAnswered,
    CampaignOpened,
    BacklogListed,
    CampaignClosed,
    CaseAssignedToLeader,
    StayStarted,
    StayEnded,
    StayCertified,
    PairingEstablished,
    PairingEnded,
    AidDelivered,
    AidReceiptConfirmed,
    ProjectStarted,
    ProjectVerified,
    DifficultyResolved,
    GiftHandedIn,
    GiftReceipted,
    LeniencyDecided,
    VehicleFoundOverStandard,
    VehicleDisposed,
    TransitionExpired,
    DeclarationFiled,
    DeclarationAmended,
    InterestDeclared,
    InterestDivested,
    ViolationFound,
    ViolationCorrected,
    ControlAttested,
    ExpenseApproved,
    PublicNoticePosted,
    LiabilityPursued,
    InspectionOpened,
    FindingIssued,
    FindingAnswered,
    FindingClosed,
    StatisticCited,
    ReportPublished { 1 => ReportPublishedV1 },
    RulesAdopted,
    CorrectionRecorded,
}
