//! The days on which a household was visited, packed.

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// A visit that was made, or a call in vain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visit {
    /// On which day.
    pub day: Day,
    /// The record.
    pub record: u64,
}

/// All visits to a household, or all calls on it in vain, days ascending. Tens of millions are kept: one costs about six bytes.
///
/// The last lies open. Each earlier one is packed as its distance from the one after it, so that a new last one is added
/// in constant time, and the bytes are read from their end: days as a varint of seven bits a byte, records the same way
/// in zigzag (what was recorded later may have happened earlier), each with its lowest bits last.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct VisitDays {
    earlier: Box<[u8]>,
    record: u64,
    day: Option<Day>,
}

impl VisitDays {
    /// Iterates over the visits, the last day first.
    pub fn newest_first(&self) -> impl Iterator<Item = Visit> {
        let mut next = self.last();
        let mut bytes = self.earlier.iter().rev().copied();
        std::iter::from_fn(move || {
            let found = next?;
            next = before(found, &mut bytes);
            Some(found)
        })
    }

    /// Iterates over the visits of the days `[first, last]`, the last day first.
    pub fn within(&self, first: Day, last: Day) -> impl Iterator<Item = Visit> {
        let until_then = self.newest_first().skip_while(move |visit| visit.day > last);
        until_then.take_while(move |visit| visit.day >= first)
    }

    /// Returns the visit of the last day.
    pub fn last(&self) -> Option<Visit> {
        self.day.map(|day| Visit { day, record: self.record })
    }

    /// Returns the visit on a day, if there was one.
    pub fn on(&self, day: Day) -> Option<Visit> {
        self.newest_first().take_while(|visit| visit.day >= day).find(|visit| visit.day == day)
    }

    /// Enters a visit behind those of its day and before.
    pub(crate) fn enter(&mut self, visit: Visit) {
        if self.last().is_none_or(|last| last.day <= visit.day) {
            return self.push(visit);
        }
        // Recorded out of order, which is rare: packed again.
        let mut all: Vec<_> = self.newest_first().collect();
        all.reverse();
        let behind = all.partition_point(|other| other.day <= visit.day);
        all.insert(behind, visit);
        *self = Self::default();
        all.into_iter().for_each(|visit| self.push(visit));
    }

    /// Adds a visit whose day is not before the last.
    fn push(&mut self, visit: Visit) {
        if let Some(last) = self.last() {
            let mut bytes = std::mem::take(&mut self.earlier).into_vec();
            let days = u64::from(visit.day.0.abs_diff(last.day.0));
            let records = zigzag(visit.record.wrapping_sub(last.record).cast_signed());
            // Exactly as long as it must be: nothing lies idle in ten million of these.
            bytes.reserve_exact(len(records) + len(days));
            write(&mut bytes, records);
            write(&mut bytes, days);
            self.earlier = bytes.into_boxed_slice();
        }
        (self.day, self.record) = (Some(visit.day), visit.record);
    }
}

/// Reads the visit before `visit`, if the bytes hold one.
fn before(visit: Visit, bytes: &mut impl Iterator<Item = u8>) -> Option<Visit> {
    let days = u32::try_from(read(bytes)?).ok()?;
    let records = unzigzag(read(bytes)?).cast_unsigned();
    Some(Visit {
        day: Day(visit.day.0.checked_sub_unsigned(days)?),
        record: visit.record.wrapping_sub(records),
    })
}

const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Returns how many bytes a number takes, seven bits each.
fn len(number: u64) -> usize {
    let bits = u64::BITS - number.leading_zeros();
    usize::try_from(bits.div_ceil(7).max(1)).unwrap_or(usize::MAX)
}

/// Adds a number, its highest bits first. All bytes but the first, which is read last, have the highest bit.
fn write(bytes: &mut Vec<u8>, number: u64) {
    for place in (0..len(number)).rev() {
        let seven = u8::try_from(number >> (7 * place) & 0x7f).unwrap_or(0);
        let ends = place + 1 == len(number);
        bytes.push(if ends { seven } else { seven | 0x80 });
    }
}

/// Reads a number whose lowest bits come first. A damaged one is `None`.
fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn visit() -> impl Strategy<Value = Visit> {
        let day = prop_oneof![9 => 14_000_i32..16_000, 1 => any::<i32>()];
        let record = prop_oneof![9 => 0_u64..60_000_000, 1 => any::<u64>()];
        (day, record).prop_map(|(day, record)| Visit { day: Day(day), record })
    }

    proptest! {
        #[test]
        fn visits_come_back_in_the_order_of_days(visits in prop::collection::vec(visit(), 0..40)) {
            let mut packed = VisitDays::default();
            let mut plain: Vec<Visit> = Vec::new();
            for visit in visits {
                packed.enter(visit);
                plain.push(visit);
                plain.sort_by_key(|visit| visit.day);
                let mut found: Vec<_> = packed.newest_first().collect();
                found.reverse();
                prop_assert_eq!(&found, &plain);
                prop_assert_eq!(packed.on(visit.day).map(|found| found.day), Some(visit.day));
            }
        }

        #[test]
        fn damaged_bytes_are_read_without_panic(bytes: Vec<u8>, record: u64, day: i32) {
            let earlier = bytes.into_boxed_slice();
            let _ = VisitDays { earlier, record, day: Some(Day(day)) }.newest_first().count();
        }
    }

    #[test]
    fn five_visits_take_few_bytes() {
        let mut visits = VisitDays::default();
        for number in 0..5 {
            visits.enter(Visit {
                day: Day(14_600 + 180 * number),
                record: 20_000_000 * u64::from(number.unsigned_abs()),
            });
        }
        assert!(visits.earlier.len() <= 24, "{}", visits.earlier.len());
        assert!(size_of::<VisitDays>() <= 32);
    }
}
