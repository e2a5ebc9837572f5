//! What an official is tied to: the stays they made, the households they are paired with.

use serde::{Deserialize, Serialize};

use crate::{
    id::{HouseholdId, PairingId, StayId},
    span::Span,
};

/// Stays and pairings of an official, in the order of their records.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ties {
    /// Stays.
    pub stays: Vec<StayTie>,
    /// Pairings, ended ones too.
    pub pairings: Vec<PairingTie>,
}

/// A stay of an official.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StayTie {
    /// Which.
    pub stay: StayId,
    /// From when until when.
    pub span: Span,
}

/// A pairing of an official.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PairingTie {
    /// Which.
    pub pairing: PairingId,
    /// The household.
    pub household: HouseholdId,
    /// From when until when.
    pub span: Span,
}
