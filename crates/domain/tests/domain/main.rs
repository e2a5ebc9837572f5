//! The events as EVENTS.md has them, and the rules, from outside.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop at the first surprise")]

mod adoption;
mod aid;
mod campaign;
mod cases;
mod clocks;
mod codec;
mod diary;
mod golden;
mod guards;
mod history;
mod receptions;
mod rectification;
mod registers;
mod supervision;
mod support;
mod visits;
