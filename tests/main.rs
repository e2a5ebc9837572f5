//! End-to-end tests of the built binary: what a user types, what he reads, and what is on the disk afterwards.
//!
//! What a crate can show by itself is tested there. The slow ones are ignored by default; each says how it is run.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise, and says when it skips"
)]

mod apply;
mod assessment;
mod bad_input;
mod beside;
mod cases;
mod cli;
mod deeds;
mod demo;
mod forks;
mod illegal;
mod import;
mod keys;
mod lists;
mod proofs;
mod published;
mod rules;
mod signing;
mod support;
mod tables;
mod tour;
mod verify;
mod witness;
mod xes;

/// A file that no `mod` names is never compiled, and its tests never run.
#[test]
fn every_file_of_tests_is_wired() {
    let main = std::fs::read_to_string(support::repository("tests/main.rs")).unwrap();
    for entry in std::fs::read_dir(support::repository("tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "main" {
            assert!(main.lines().any(|line| line == format!("mod {name};")), "{name}.rs is not in main.rs");
        }
    }
}
