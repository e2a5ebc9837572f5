//! Households 户: the register that coverage is measured against.

mod events;
mod state;
mod violation;

pub use events::{
    HouseholdAbsent, HouseholdAbsentPersonal, HouseholdCloseReason, HouseholdClosed, HouseholdClosedPersonal,
    HouseholdMoved, HouseholdMovedPersonal, HouseholdRegistered, HouseholdRegisteredPersonal,
};
pub use state::{Absence, Home, HouseholdEnd, HouseholdState, Move};
pub use violation::HouseholdViolation;

pub(crate) use state::on_register_at;
