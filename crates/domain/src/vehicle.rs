//! Vehicles over standard 超标车: found, and disposed of, one live disposal each.

mod events;
mod state;
mod violation;

pub use events::{TransitionExpired, VehicleDisposed, VehicleFoundOverStandard};
pub use state::{Disposal, DisposalKind, VehicleStanding, VehicleState};
pub use violation::VehicleViolation;
