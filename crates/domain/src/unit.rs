//! Units: villages, communities, branches, and what stands above them.

mod events;
mod level;
mod levels;
mod state;
mod violation;

pub use events::{UnitClosed, UnitClosedPersonal, UnitMerged, UnitRegistered};
pub use level::UnitLevel;
pub use levels::UnitLevels;
pub use state::{Absorbed, UnitEnd, UnitState};
pub use violation::UnitViolation;

pub(crate) use events::UnitRegisteredV1;
pub(crate) use state::alive_at;
