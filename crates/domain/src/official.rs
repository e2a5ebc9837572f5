//! Officials 干部: the offices they hold, their ranks, and their branches, each with dates.

mod events;
mod keys;
mod state;
mod ties;
mod violation;

pub use events::{
    BranchMembershipChanged, OfficialAppointed, OfficialLeft, OfficialRegistered, OfficialRegisteredPersonal,
};
pub use keys::{OfficialKey, OfficialKeyRegistered, OfficialKeyRevoked, OfficialKeyRotated};
pub use state::{BranchMembership, Office, OfficialState, Post, PostChange};
pub use ties::{PairingTie, StayTie, Ties};
pub use violation::OfficialViolation;

pub(crate) use events::OfficialRegisteredV1;
pub(crate) use state::in_service;
