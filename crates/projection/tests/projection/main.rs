//! Sessions over ledgers, their index, and what becomes of both.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests stop at the first surprise, and some say what they found"
)]

mod contained;
mod figures;
mod forged;
mod history;
mod kept;
mod sessions;
mod support;
mod threads;
