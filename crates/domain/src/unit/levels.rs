//! Sets of levels of units.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::UnitLevel;
use crate::worded;

/// The levels of units that something is owed by. In text a list of their words, none twice; never empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnitLevels(u16);

impl UnitLevels {
    /// Villages and communities: the units under the Three Systems 三项制度.
    pub const UNDER_THE_SYSTEMS: Self = Self::of(&[UnitLevel::Village, UnitLevel::Community]);

    /// Returns a set.
    pub const fn of(levels: &[UnitLevel]) -> Self {
        let (mut bits, mut rest) = (0, levels);
        while let [first, others @ ..] = rest {
            bits |= 1 << first.number();
            rest = others;
        }
        Self(bits)
    }

    /// Says whether a level is one of them.
    pub const fn has(self, level: UnitLevel) -> bool {
        self.0 >> level.number() & 1 == 1
    }

    /// Iterates over them, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = UnitLevel> {
        UnitLevel::ALL.iter().copied().filter(move |level| self.has(*level))
    }
}

impl Default for UnitLevels {
    fn default() -> Self {
        Self::UNDER_THE_SYSTEMS
    }
}

impl Serialize for UnitLevels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        worded::list::serialize(&self.iter().collect::<Vec<_>>(), serializer)
    }
}

impl<'de> Deserialize<'de> for UnitLevels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut levels = Self(0);
        for level in worded::list::deserialize::<UnitLevel, D>(deserializer)? {
            if levels.has(level) {
                return Err(de::Error::custom(format_args!("{level} stands twice")));
            }
            levels.0 |= Self::of(&[level]).0;
        }
        if levels.0 == 0 {
            return Err(de::Error::custom("expected one level or more: without the table nothing is owed"));
        }
        Ok(levels)
    }
}
