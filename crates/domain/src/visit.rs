//! Visits 成员走访: members of a unit's team call on its households.

mod days;
mod duty;
mod events;
mod violation;

pub use days::{Visit, VisitDays};
pub use duty::{HouseholdVisits, VisitCount, VisitYear};
pub use events::{AttemptReason, VisitAttempted, VisitAttemptedPersonal, VisitMade, VisitMadePersonal};
pub use violation::VisitViolation;
