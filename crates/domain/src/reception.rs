//! Reception 书记接访: a unit's secretary receives people, in each ISO week.

mod duty;
mod events;
mod state;
mod violation;

pub use duty::{ReceptionAttainment, ReceptionStanding, ReceptionWeek, ReceptionWeeks};
pub use events::{
    PersonReceived, PersonReceivedPersonal, ReceptionCancelReason, ReceptionCancelled,
    ReceptionCancelledPersonal, ReceptionHeld,
};
pub use state::{CancelledWeek, Reception, UnitReceptions};
pub use violation::ReceptionViolation;

pub(crate) use duty::last_moment;
