//! Folds the events of a docket ledger into current states, and states into reports.
//!
//! In scope: the one fold and its stores (in memory for a batch replay, sled for daily work, as of any past size), the
//! sessions over a ledger (an [`Office`] that records, a [`Desk`] that answers), reports. Out of scope: how records are
//! hashed and kept (`docket-proof`, `docket-log`), what is allowed (`docket-domain`), arguments and wording for a
//! terminal (`docket-cli`).
//!
//! The index is derived: it may be deleted at any time, holds no personal value, and is believed only as far as its
//! (size, head) agree with the log.

mod actor_keys;
mod ahead;
mod check;
mod cited;
mod desk;
mod error;
mod follow;
mod heads;
mod history;
mod index;
mod kept;
mod keys;
mod office;
mod overlay;
mod published;
mod rebuild;
mod report;
mod states;
mod sums;
mod table;

pub use actor_keys::KeyRegister;
pub use ahead::all_threads;
pub use check::{IndexCheck, check_index};
pub use desk::Desk;
pub use error::ProjectionError;
pub use follow::event_of;
pub use heads::PagedHeads;
pub use history::{HistoryCheck, Impossible, check_history};
pub use index::{CommandId, Index, IndexError, IndexMeta, OpenedIndex, PAGE_ITEMS, PageKey};
pub use office::{Acknowledge, Office};
pub use published::{DifferingFigure, PublishedCheck, UnknownFigure, check_published};
pub use rebuild::{Rebuilt, rebuild};
pub use report::{
    Basis, Check, Citation, Doubt, Evidence, Figure, FigureName, Filter, Language, Report, ReportName, Row,
    RulesInForce, Scope, Term, UnitOfCount, Value, make_reports, unit_of_official, units_below,
};
pub use states::{FoldError, States, meta_of};
