//! Reports over random legal histories of every event.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "tests stop at the first surprise; the domain's tests and the ledgers are used in part"
)]

// The domain's own random commands: what is added there is reported on here.
#[path = "../../../domain/tests/domain/aid.rs"]
mod aid;
#[path = "../../../domain/tests/domain/campaign.rs"]
mod campaign;
#[path = "../../../domain/tests/domain/cases.rs"]
mod cases;
#[path = "../../../domain/tests/domain/diary.rs"]
mod diary;
#[path = "../../../domain/tests/domain/receptions.rs"]
mod receptions;
#[path = "../../../domain/tests/domain/rectification.rs"]
mod rectification;
#[path = "../../../domain/tests/domain/registers.rs"]
mod registers;
#[path = "../../../domain/tests/domain/supervision.rs"]
mod supervision;
#[path = "../../../domain/tests/domain/support.rs"]
mod support;
#[path = "../../../domain/tests/domain/visits.rs"]
mod visits;

mod answered;
mod answers;
mod fieldwork;
#[path = "../projection/support.rs"]
mod office;
mod replayed;
mod summed;
