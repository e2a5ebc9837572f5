//! Cases: what is raised, handled, replied to and closed (DOMAIN section 3).

mod act;
mod appeal;
mod clocks;
mod ending;
mod handling;
mod intake;
mod joining;
mod rare;
mod reason;
mod reply;
mod state;
mod status;
mod violation;

pub use appeal::{
    RecheckDecided, RecheckDecidedPersonal, RecheckRequested, RecheckRequestedPersonal, ReviewDecided,
    ReviewDecidedPersonal, ReviewRequested, ReviewRequestedPersonal,
};
pub use clocks::{RunningClock, Standing, clocks, clocks_stay_until, overdue};
pub use ending::{
    CaseClosed, CaseClosedPersonal, CaseReopened, CaseReopenedPersonal, CaseVoided, CaseVoidedPersonal,
    CaseWithdrawn, CaseWithdrawnPersonal,
};
pub use handling::{
    CaseCoassigned, CaseEscalated, CaseEscalatedPersonal, CaseResumed, CaseSuspended, CaseSuspendedPersonal,
    ExtensionGranted, ExtensionGrantedPersonal, StepTaken, StepTakenPersonal, SupervisionAnswered,
    SupervisionAnsweredPersonal, SupervisionOrdered, SupervisionOrderedPersonal,
};
pub use intake::{
    AssignmentObjected, AssignmentObjectedPersonal, CaseAccepted, CaseAcceptedPersonal, CaseAssigned,
    CaseDeclined, CaseDeclinedPersonal, CaseRegistered, CaseRegisteredPersonal, CaseTransferred,
    ObjectionDecided, ObjectionDecidedPersonal,
};
pub use joining::{CaseMerged, CaseSplit, CaseSplitPersonal};
pub use rare::{
    Appeal, AppealDecision, CaseRare, ExtensionTime, PastRun, RunRare, Starts, Supervision, Suspension,
};
pub use reason::{
    Channel, CloseReason, DeclineGround, Notice, ObjectionOutcome, Outcome, ReopenGround, ReviewOutcome,
};
pub use reply::{FollowUpMade, FollowUpMadePersonal, ReplyDelivered, ReplyDeliveredPersonal};
pub use state::{CaseClosure, CaseReply, CaseState, Timeliness};
pub use status::{CaseAct, CaseStatus};
pub use violation::CaseViolation;

pub(crate) use intake::CaseRegisteredV1;
