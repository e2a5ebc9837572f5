//! Cases: what is raised, handled, replied to and closed (DOMAIN section 3).

mod events;
mod reason;
mod state;
mod status;

pub use events::{
    CaseAssigned, CaseClosed, CaseClosedPersonal, CaseRegistered, CaseRegisteredPersonal, CaseReopened,
    CaseReopenedPersonal, ReplyDelivered, ReplyDeliveredPersonal, StepTaken, StepTakenPersonal,
};
pub use reason::{Channel, CloseReason, Outcome, ReopenGround};
pub use state::{CaseClosure, CaseReply, CaseState, Timeliness};
pub use status::{CaseAct, CaseStatus};
