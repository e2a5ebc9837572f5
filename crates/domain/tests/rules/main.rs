//! Calendars and rule sets as RULES.md has them, from outside.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop at the first surprise")]

mod counting;
mod refused;
mod shipped;

use docket_domain::{Day, RuleSet};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn shipped(name: &str) -> RuleSet {
    RuleSet::parse(RuleSet::shipped(name).unwrap()).unwrap()
}
