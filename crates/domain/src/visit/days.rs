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

/// All visits to a household, or all calls on it in vain, days ascending. Tens of millions are kept: one costs about six
/// bytes, and as many as most households have lie in place.
///
/// The last lies open. Each earlier one is packed as its distance from the one after it, so that a new last one is added
/// in constant time, and the bytes are read from their end: days as a varint of seven bits a byte, records the same way
/// in zigzag (what was recorded later may have happened earlier), each with its lowest bits last.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct VisitDays(Option<Kept>);

/// How many bytes of packed visits lie in place.
const IN_PLACE: usize = 29;

/// Visits, at least one. The same visits are kept in one way only.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Kept {
    /// As long as the earlier ones fit, and the last record into five bytes.
    Few {
        /// How many of the bytes are filled.
        filled: u8,
        record: [u8; 5],
        day: Day,
        /// Zeros behind those that are filled.
        earlier: [u8; IN_PLACE],
    },
    Many {
        earlier: Box<[u8]>,
        record: u64,
        day: Day,
    },
}

/// Visits as the index has them.
#[derive(Serialize, Deserialize)]
struct Written {
    earlier: Box<[u8]>,
    record: u64,
    day: Option<Day>,
}

impl From<Written> for VisitDays {
    fn from(Written { earlier, record, day }: Written) -> Self {
        Self(day.map(|day| Kept::new(earlier.into_vec(), Visit { day, record })))
    }
}

impl From<VisitDays> for Written {
    fn from(VisitDays(kept): VisitDays) -> Self {
        let last = kept.as_ref().map(Kept::last);
        Self {
            earlier: kept.as_ref().map_or(&[][..], Kept::earlier).into(),
            record: last.map_or(0, |last| last.record),
            day: last.map(|last| last.day),
        }
    }
}

impl Kept {
    fn new(earlier: Vec<u8>, last: Visit) -> Self {
        let Visit { day, record } = last;
        let few = short(record).zip(u8::try_from(earlier.len()).ok());
        let mut in_place = [0; IN_PLACE];
        match (few, in_place.get_mut(..earlier.len())) {
            (Some((record, filled)), Some(bytes)) => {
                bytes.copy_from_slice(&earlier);
                Self::Few { filled, record, day, earlier: in_place }
            }
            _ => Self::Many { earlier: earlier.into_boxed_slice(), record, day },
        }
    }

    fn last(&self) -> Visit {
        match *self {
            Self::Few { record, day, .. } => Visit { day, record: long(record) },
            Self::Many { record, day, .. } => Visit { day, record },
        }
    }

    fn earlier(&self) -> &[u8] {
        match self {
            Self::Few { filled, earlier, .. } => earlier.get(..usize::from(*filled)).unwrap_or(earlier),
            Self::Many { earlier, .. } => earlier,
        }
    }

    /// Adds a visit whose day is not before the last.
    fn push(&mut self, visit: Visit) {
        let last = self.last();
        let days = u64::from(visit.day.0.abs_diff(last.day.0));
        let records = zigzag(visit.record.wrapping_sub(last.record).cast_signed());
        let added = septets(records).chain(septets(days));
        let len = self.earlier().len() + len(records) + len(days);
        match (self, short(visit.record)) {
            (Self::Few { filled, record, day, earlier }, Some(short)) if len <= IN_PLACE => {
                let behind = usize::from(*filled);
                earlier.iter_mut().skip(behind).zip(added).for_each(|(slot, byte)| *slot = byte);
                *filled = u8::try_from(len).unwrap_or(u8::MAX);
                (*record, *day) = (short, visit.day);
            }
            (kept, _) => {
                // Exactly as long as it must be: nothing lies idle in millions of these.
                let mut bytes = match kept {
                    Self::Many { earlier, .. } => std::mem::take(earlier).into_vec(),
                    Self::Few { .. } => Vec::new(),
                };
                let few = if bytes.is_empty() { kept.earlier() } else { &[] };
                bytes.reserve_exact(len - bytes.len());
                bytes.extend_from_slice(few);
                bytes.extend(added);
                *kept = Self::new(bytes, visit);
            }
        }
    }
}

/// Returns the bytes of a record below 2^40.
const fn short(record: u64) -> Option<[u8; 5]> {
    match record.to_le_bytes() {
        [a, b, c, d, e, 0, 0, 0] => Some([a, b, c, d, e]),
        _ => None,
    }
}

const fn long([a, b, c, d, e]: [u8; 5]) -> u64 {
    u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
}

impl VisitDays {
    /// Iterates over the visits, the last day first.
    pub fn newest_first(&self) -> impl Iterator<Item = Visit> {
        let mut next = self.last();
        let earlier = self.0.as_ref().map_or(&[][..], Kept::earlier);
        let mut bytes = earlier.iter().rev().copied();
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
        self.0.as_ref().map(Kept::last)
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
        match &mut self.0 {
            Some(kept) => kept.push(visit),
            none => *none = Some(Kept::new(Vec::new(), visit)),
        }
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

/// Iterates over the bytes of a number, its highest bits first. All but the first, which is read last, have the highest
/// bit.
fn septets(number: u64) -> impl Iterator<Item = u8> {
    let len = len(number);
    (0..len).rev().map(move |place| {
        let seven = u8::try_from(number >> (7 * place) & 0x7f).unwrap_or(0);
        if place + 1 == len { seven } else { seven | 0x80 }
    })
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
                let config = bincode::config::standard();
                let bytes = bincode::serde::encode_to_vec(&packed, config).unwrap();
                let read: (VisitDays, usize) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
                prop_assert_eq!(&read.0, &packed);
            }
        }

        #[test]
        fn damaged_bytes_are_read_without_panic(bytes: Vec<u8>, record: u64, day: i32) {
            let mut visits = VisitDays(Some(Kept::new(bytes, Visit { day: Day(day), record })));
            let _ = visits.newest_first().count();
            visits.enter(Visit { day: Day(day), record: 7 });
            prop_assert_eq!(visits.last(), Some(Visit { day: Day(day), record: 7 }));
        }
    }

    fn visits(count: i32, records: u64) -> VisitDays {
        let mut visits = VisitDays::default();
        for number in 0..count {
            let record = records + 20_000_000 * u64::from(number.unsigned_abs());
            visits.enter(Visit { day: Day(14_600 + 120 * number), record });
        }
        visits
    }

    #[test]
    fn six_visits_lie_in_place() {
        let earlier = |visits: &VisitDays| visits.0.as_ref().unwrap().earlier().len();
        assert_eq!(earlier(&visits(6, 0)), 25);
        assert!(matches!(visits(6, 0).0, Some(Kept::Few { .. })));
        assert!(matches!(visits(7, 0).0, Some(Kept::Many { .. })));
        assert_eq!((size_of::<VisitDays>(), align_of::<VisitDays>()), (40, 8));
    }

    #[test]
    fn records_that_take_more_than_five_bytes_are_kept_as_they_are() {
        for record in [0, (1 << 40) - 1, 1 << 40, u64::MAX] {
            let mut visits = VisitDays::default();
            let days = [i32::MIN, -719_162, -1, 0, i32::MAX];
            days.into_iter().for_each(|day| visits.enter(Visit { day: Day(day), record }));
            let found: Vec<_> = visits.newest_first().map(|visit| (visit.day.0, visit.record)).collect();
            let mut expected = days.map(|day| (day, record));
            expected.reverse();
            assert_eq!(found, expected);
            // A small one behind it, and all are kept in the one way there is.
            visits.enter(Visit { day: Day(i32::MAX), record: 3 });
            assert_eq!(visits.newest_first().count(), 6);
            let earlier = visits.0.as_ref().unwrap().earlier();
            assert_eq!(visits.0, Some(Kept::new(earlier.to_vec(), visits.last().unwrap())));
        }
    }
}
