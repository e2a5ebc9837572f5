//! Officials 干部: the offices they hold, their ranks, and their branches, each with dates.

mod events;
mod state;
mod violation;

pub use events::{
    BranchMembershipChanged, OfficialAppointed, OfficialLeft, OfficialRegistered, OfficialRegisteredPersonal,
};
pub use state::{BranchMembership, Office, OfficialState, Post, PostChange};
pub use violation::OfficialViolation;

pub(crate) use events::OfficialRegisteredV1;
