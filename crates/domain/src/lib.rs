//! The field: units, officials, cases, and the rules of handling them. Pure: no files, no clock, no hashing.
//!
//! In scope: what may stand in an event and how it is written ([`Event`], [`events_md`]), what may follow what
//! ([`decide`], [`apply`]), and the states that follow from a history ([`CaseState`] and its like).
//!
//! Out of scope: how records are kept (`docket-log`), hashed and proven (`docket-proof`), and how states are stored and
//! reported (`docket-projection`).
//!
//! Free text, names, addresses and contacts are [`PersonalText`] and never enter a body: forgetting it does not compile
//! (see [`event!`]).
//!
//! ```
//! use std::sync::Arc;
//!
//! use docket_domain::{
//!     Act, Command, EventRef, Label, Memory, NoPersonal, OccurredAt, Precision, RecordMeta, Timestamp, UnitLevel, UnitRegistered, Zone, apply,
//!     decide,
//! };
//!
//! let mut states = Memory::new(Arc::new(Zone::named("Asia/Shanghai")?));
//! let occurred = OccurredAt { at: Timestamp(1_300_000_000_000_000), precision: Precision::Day };
//! let unit = UnitRegistered {
//!     level: UnitLevel::Village,
//!     parent: None,
//!     name: Label::new("Shiping")?,
//!     code: None,
//!     origin: None,
//! };
//! let command = Command { actor: None, occurred, act: Act::open(unit, NoPersonal) };
//! for (index, new) in (1..).zip(decide(&states, command)?) {
//!     let body = new.event.encode()?; // goes into the log, with the commitments to `new.personal`
//!     # assert!(!body.is_empty());
//!     let meta = RecordMeta {
//!         index,
//!         recorded_at: occurred.at,
//!         occurred,
//!         actor: new.actor,
//!         stream: new.stream,
//!         position: 0,
//!     };
//!     apply(&mut states, &EventRef { event: &new.event, meta: &meta, personal: &new.personal_fields() })?;
//! }
//! assert_eq!(states.units().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adoption;
mod aid;
mod apply;
mod body;
mod breach;
mod calendar;
mod campaign;
mod case;
mod cited;
mod codec;
mod command;
mod correction;
mod counting;
mod day;
mod decide;
mod declaration;
mod diary;
mod dossier;
mod entity;
mod event;
mod few;
mod finance;
mod gift;
mod household;
mod id;
mod inspection;
mod key;
mod label;
mod labels;
mod leniency;
mod mark;
mod memory;
mod numbered;
mod official;
mod pairing;
mod papers;
mod personal;
mod plain;
mod public_text;
mod ratio;
mod reception;
mod record;
mod room;
mod rule_set;
mod rules;
mod satisfaction;
mod source;
mod span;
mod stay;
mod subject;
mod time;
mod too_early;
mod unit;
mod upcoming;
mod vehicle;
mod view;
mod violation;
mod visit;
mod worded;
mod zone;

#[doc = include_str!("../EVENTS.md")]
pub mod events_md {}

#[doc = include_str!("../RULES.md")]
pub mod rules_md {}

pub use adoption::{RulesAdopted, RulesState};
pub use aid::{
    AidDelivered, AidDeliveredPersonal, AidKind, AidReceiptConfirmed, AidState, AidViolation, DifficultyKind,
    DifficultyResolved, DifficultyResolvedPersonal, ProjectStarted, ProjectState, ProjectVerified,
    ResolvedDifficulty, Verification,
};
pub use apply::{apply, apply_decided};
pub use body::EventBody;
pub use breach::{
    BreachViolation, ViolationCorrected, ViolationCorrectedPersonal, ViolationFound, ViolationFoundPersonal,
    ViolationKind, ViolationState,
};
pub use calendar::{Calendar, CalendarError, CalendarParts, DayKind, DayRange, DayRangeError, Holiday};
pub use campaign::{
    Backlog, BacklogListed, BacklogOutcome, BacklogStanding, CampaignClosed, CampaignOpened, CampaignState,
    CampaignViolation, CaseAssignedToLeader, Listing,
};
pub use case::{
    Appeal, AppealDecision, AssignmentObjected, AssignmentObjectedPersonal, CaseAccepted,
    CaseAcceptedPersonal, CaseAct, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseClosure, CaseCoassigned,
    CaseDeclined, CaseDeclinedPersonal, CaseEscalated, CaseEscalatedPersonal, CaseMerged, CaseRare,
    CaseRegistered, CaseRegisteredPersonal, CaseReopened, CaseReopenedPersonal, CaseReply, CaseResumed,
    CaseSplit, CaseSplitPersonal, CaseState, CaseStatus, CaseSuspended, CaseSuspendedPersonal,
    CaseTransferred, CaseViolation, CaseVoided, CaseVoidedPersonal, CaseWithdrawn, CaseWithdrawnPersonal,
    Channel, CloseReason, DeclineGround, ExtensionGranted, ExtensionGrantedPersonal, ExtensionTime,
    FollowUpMade, FollowUpMadePersonal, Notice, ObjectionDecided, ObjectionDecidedPersonal, ObjectionOutcome,
    Outcome, PastRun, RecheckDecided, RecheckDecidedPersonal, RecheckRequested, RecheckRequestedPersonal,
    ReopenGround, ReplyDelivered, ReplyDeliveredPersonal, ReviewDecided, ReviewDecidedPersonal,
    ReviewOutcome, ReviewRequested, ReviewRequestedPersonal, RunRare, RunningClock, Standing, Starts,
    StepTaken, StepTakenPersonal, Supervision, SupervisionAnswered, SupervisionAnsweredPersonal,
    SupervisionOrdered, SupervisionOrderedPersonal, Suspension, Timeliness, clocks, clocks_stay_until,
    overdue,
};
pub use cited::{Cited, CitedViolation, EventType};
pub use codec::{DecodeError, EncodeError, MAX_BODY_LEN};
pub use command::{Act, Command};
pub use correction::{CorrectionRecorded, CorrectionRecordedPersonal, CorrectionState, CorrectionViolation};
pub use counting::{Counted, CountedDay, Counting, DayCounting, MAX_TERM_DAYS, Tally};
pub use day::{Day, DayError, IsoWeek, IsoWeekError, Weekday};
pub use decide::{NewEvent, decide};
pub use declaration::{
    DeclarationAmended, DeclarationAmendedPersonal, DeclarationFiled, DeclarationFiledPersonal,
    DeclarationState, DeclarationViolation, Interest, InterestDeclared, InterestDeclaredPersonal,
    InterestDivested, InterestDivestedPersonal, InterestHolder, InterestKind, Rectification,
};
pub use diary::{
    Diary, DiaryEntry, DiaryEntryWritten, DiaryEntryWrittenPersonal, DiaryTally, DiaryViolation,
};
pub use dossier::{
    DossierClosed, DossierClosedPersonal, DossierOpened, DossierOpenedPersonal, DossierState, DossierUpdate,
    DossierUpdated, DossierUpdatedPersonal, DossierViolation,
};
pub use event::Event;
pub use few::Few;
pub use finance::{
    Aspect, Attestation, AttestationRow, Attested, ControlAttested, ControlAttestedPersonal, ExpenseApproved,
    ExpenseApprovedPersonal, FinanceQuarter, FinanceViolation, LiabilityPursued, LiabilityPursuedPersonal,
    PublicNoticePosted, Quarter, QuarterError, UnitFinance, attestation_matrix,
};
pub use gift::{
    GiftHandedIn, GiftHandedInPersonal, GiftKind, GiftReceipt, GiftReceipted, GiftState, GiftViolation,
};
pub use household::{
    Absence, Home, HouseholdAbsent, HouseholdAbsentPersonal, HouseholdCloseReason, HouseholdClosed,
    HouseholdClosedPersonal, HouseholdEnd, HouseholdMoved, HouseholdMovedPersonal, HouseholdRegistered,
    HouseholdRegisteredPersonal, HouseholdState, HouseholdViolation, Move,
};
pub use id::{
    AidId, CampaignId, CaseId, CorrectionId, DeclarationId, DossierId, EntityId, GiftId, HouseholdId,
    IdError, InspectionId, MAX_ID, OfficialId, PairingId, ProjectId, RulesId, SourceId, StayId, StreamKind,
    StreamRef, UnitId, VehicleId, ViolationId,
};
pub use inspection::{
    Finding, FindingAnswer, FindingAnswered, FindingAnsweredPersonal, FindingClosed, FindingIssued,
    FindingIssuedPersonal, FindingStanding, InspectionOpened, InspectionState, InspectionViolation,
};
pub use key::{KeyKind, UniqueKey};
pub use label::{Label, LabelError};
pub use labels::{LabelKey, Labels, LabelsError};
pub use leniency::{Leniency, LeniencyDecided, LeniencyDecision, LeniencyViolation};
pub use mark::Mark;
pub use memory::Memory;
pub use numbered::UnknownWord;
pub use official::{
    BranchMembership, BranchMembershipChanged, Office, OfficialAppointed, OfficialKey, OfficialKeyRegistered,
    OfficialKeyRevoked, OfficialKeyRotated, OfficialLeft, OfficialRegistered, OfficialRegisteredPersonal,
    OfficialState, OfficialViolation, PairingTie, Post, PostChange, StayTie, Ties,
};
pub use pairing::{
    PairingBearer, PairingDuties, PairingDuty, PairingEndReason, PairingEnded, PairingEndedPersonal,
    PairingEstablished, PairingState, PairingViolation, pairing_duties,
};
pub use papers::{
    CitedStatistic, MAX_PUBLISHED_FIGURES, PaperViolation, PublishedFigure, PublishedReport, ReportPublished,
    StatisticCited, UnitPapers,
};
pub use personal::{NoPersonal, PersonalField, PersonalText, PersonalTextError, PersonalValue};
pub use plain::Plain;
pub use public_text::{PublicText, PublicTextError};
pub use ratio::{Ratio, RatioError};
pub use reception::{
    CancelledWeek, PersonReceived, PersonReceivedPersonal, Reception, ReceptionAttainment,
    ReceptionCancelReason, ReceptionCancelled, ReceptionCancelledPersonal, ReceptionHeld, ReceptionStanding,
    ReceptionViolation, ReceptionWeek, ReceptionWeeks, UnitReceptions,
};
pub use record::{EventRef, RecordMeta};
pub use rule_set::{
    Approver, Categories, Clock, Cutoffs, Decider, Extension, HandleTerm, Measure, PairingQuota, Proration,
    QuotaBearer, Rank, ReceptionDuty, RedFlagParameter, RedFlags, RuleSet, RuleSetError, SHIPPED, Stage,
    StayDuty, SuspensionGround, Term, TermStart, VisitDuty, Weight,
};
pub use satisfaction::{
    Satisfaction, SatisfactionAnswered, SatisfactionAnsweredPersonal, SatisfactionSurveyed,
    SatisfactionViolation, Survey, SurveyAnswer, Surveys,
};
pub use source::{SourceRegistered, SourceRow, SourceState};
pub use span::Span;
pub use too_early::TooEarly;

pub use stay::{
    StayCertified, StayEnded, StayStanding, StayStarted, StayState, StayViolation, stay_standing,
};
pub use subject::{Role, Subject};
pub use time::{OccurredAt, Precision, Timestamp};
pub use unit::{
    Absorbed, UnitClosed, UnitClosedPersonal, UnitEnd, UnitLevel, UnitLevels, UnitMerged, UnitRegistered,
    UnitState, UnitViolation,
};
pub use upcoming::upcoming;
pub use vehicle::{
    Disposal, DisposalKind, TransitionExpired, VehicleDisposed, VehicleFoundOverStandard, VehicleStanding,
    VehicleState, VehicleViolation,
};
pub use view::{Store, View};
pub use violation::{Refusal, ReplayError, Violation};
pub use visit::{
    AttemptReason, HouseholdVisits, Visit, VisitAttempted, VisitAttemptedPersonal, VisitCount, VisitDays,
    VisitMade, VisitMadePersonal, VisitViolation, VisitYear,
};
pub use zone::{CivilTime, Zone, ZoneError};
