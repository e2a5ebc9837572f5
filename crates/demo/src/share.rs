//! Wholes divided among places and times, so that the parts always add up.

use crate::draw::{Draw, For};

/// Returns how much of `total` falls to what lies between `from` and `to` of a line that is `whole` long.
///
/// Neighbouring pieces that cover the line add up to `total`.
pub(crate) fn share(total: u64, from: u64, to: u64, whole: u64) -> u64 {
    upto(total, to, whole) - upto(total, from, whole)
}

fn upto(total: u64, at: u64, whole: u64) -> u64 {
    let share = (u128::from(total) * u128::from(at)).checked_div(u128::from(whole)).unwrap_or(0);
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// Says whether the `index`-th of `whole` things is one of `total` that are spread evenly among them.
pub(crate) fn is_chosen(total: u64, index: u64, whole: u64) -> bool {
    share(total, index, index + 1, whole) > 0
}

/// Parts of the unit in which edges between slots are moved.
const GRAIN: u64 = 1_024;

/// Returns how much of `total` falls into the `slot`-th of `slots`, unevenly: the edges between slots are moved by up to
/// almost half a slot. `key` names what is divided.
pub(crate) fn spread(total: u64, slot: u64, slots: u64, seed: u64, key: u64) -> u64 {
    let edge = |number: u64| {
        if number == 0 || number >= slots {
            return number.min(slots) * GRAIN;
        }
        number * GRAIN + Draw::new(seed, For::Jitter, key, number).below(GRAIN) - GRAIN / 2
    };
    share(total, edge(slot), edge(slot + 1), slots * GRAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_whatever_the_pieces() {
        for (total, whole) in [(10, 3), (7, 100), (0, 5), (46_220_000, 10_913), (1, 1)] {
            assert_eq!((0..whole).map(|at| share(total, at, at + 1, whole)).sum::<u64>(), total);
        }
    }

    #[test]
    fn a_spread_adds_up_and_is_uneven() {
        let parts: Vec<_> = (0..139).map(|slot| spread(470, slot, 139, 1, 99)).collect();
        assert_eq!(parts.iter().sum::<u64>(), 470);
        assert!(parts.iter().max() > Some(&4) && parts.iter().min() < Some(&3), "{parts:?}");
    }

    #[test]
    fn as_many_are_chosen_as_are_to_be() {
        assert_eq!((0..97).filter(|index| is_chosen(31, *index, 97)).count(), 31);
    }
}
