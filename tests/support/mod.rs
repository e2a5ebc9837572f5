//! Runs the built binary as a user would, on ledgers that are the same in every run.

pub(crate) mod files;
pub(crate) mod forge;
pub(crate) mod office;
pub(crate) mod run;

pub(crate) use files::{Files, calls, gzip, record_offsets, repository, shared};
pub(crate) use forge::{Forged, forge_event};
pub(crate) use office::{ALTERED, Desk, Ledger, ORIGIN, register, sample, unit};
pub(crate) use run::{Run, docket};
