//! The office's index: what a replay of the log rebuilds and a clerk's command needs at once, kept in sled.
//!
//! Everything here is derived. It says which log it belongs to (genesis), up to where (size) and which history (head),
//! and on any doubt it is set aside and built again. sled 0.34.7 is contained in this module, because of what it does
//! not promise: its `flush` is no fsync; it has no read-only open and locks for one process; it can refuse to open, or
//! panic, over files torn by a crash; it can open empty where files are missing; and it keeps old bytes after a delete.
//! So no personal value ever enters it, and nothing that it says is believed before (size, head) agree with the log.

mod changes;
mod contained;
mod ids;
mod page;
mod quiet;
mod storing;

pub(crate) use changes::Changes;
pub(crate) use contained::{CHANGES_KEY, Derived, IDS_PREFIX, KEPT_PREFIX, Old, SUMS_PREFIX};
pub use contained::{Index, IndexError, IndexMeta, OpenedIndex};
pub use ids::CommandId;
pub(crate) use ids::{entries, is_ids_page};
pub use page::{PAGE_ITEMS, PageKey};
pub(crate) use storing::Storing;
