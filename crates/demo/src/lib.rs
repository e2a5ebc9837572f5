//! A made-up city in the shape of the source's: what `docket demo` records.
//!
//! A [`Demo`] is planned as a whole, small, from a [`Scale`] and a seed, and put down session by session in the order of
//! time: commands like any clerk's, which the rules may refuse. Every total is the published figure times the scale
//! ([`Totals`]). It knows no files, no clock and no other chance than its seed. Writing is the caller's.
//!
//! ```
//! let demo = docket_demo::Demo::new("0.0001".parse().unwrap(), 7, 1);
//! assert_eq!(demo.totals().visits, 4_622);
//! let sessions: Vec<_> = demo.collect();
//! assert!(sessions.is_sorted_by_key(|session| session.recorded_at));
//! ```

mod agenda;
mod care;
mod case;
mod city;
mod clean;
mod days;
mod demo;
mod draw;
mod out;
mod plan;
mod register;
mod scale;
mod share;
mod totals;
mod town;
mod village;
mod words;

pub use demo::Demo;
pub use out::Session;
pub use scale::{Scale, ScaleError};
pub use totals::Totals;
