//! The city as it is registered: units, officials, households, and which households are to be visited when.

use docket_domain::UnitLevel;

use crate::{
    days::QUARTER_COUNT,
    draw::{Draw, For},
    scale::Scale,
    share::share,
    totals::Totals,
};

/// The city.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) totals: Totals,
    /// City, districts, their departments, towns, in the order of their ids; the villages' branches come behind `units`.
    pub(crate) seats: Vec<Seat>,
    /// Villages and communities, in the order of their ids, those of a town together.
    pub(crate) units: Vec<Unit>,
    pub(crate) towns: Vec<Town>,
    /// By household, a bit for each quarter in which it is visited.
    visited: Vec<u16>,
}

/// A unit that no household belongs to.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) level: UnitLevel,
    /// Its place among the seats' parents, if it has one.
    pub(crate) parent: Option<u64>,
    pub(crate) officials: Staff,
}

/// Officials of one unit: neighbouring ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staff {
    /// The id of the first.
    pub(crate) first: u64,
    pub(crate) count: u64,
}

impl Staff {
    /// Returns the id of one of them, whatever the number.
    pub(crate) const fn nth(self, number: u64) -> u64 {
        self.first + number % self.count
    }
}

/// A village or community.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Its stream's id.
    pub(crate) id: u64,
    pub(crate) level: UnitLevel,
    /// The place of its town.
    pub(crate) town: u64,
    /// Its team: the secretary first.
    pub(crate) team: Staff,
    /// The place of its first household.
    pub(crate) first_household: u64,
    pub(crate) households: u64,
}

/// A town: what lies in it is recorded by its clerk.
#[derive(Debug)]
pub(crate) struct Town {
    /// The place of its seat.
    pub(crate) seat: u64,
    /// The seat of its district, and of the district's department.
    pub(crate) district: u64,
    pub(crate) department: u64,
    /// Places of its units.
    pub(crate) units: std::ops::Range<u64>,
    /// Its households: the place of the first, and the place behind the last.
    pub(crate) households: std::ops::Range<u64>,
}

/// What becomes of a household.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// It moves to another unit of the town.
    Moves,
    /// It moves away from all, and comes back.
    GoesAndReturns,
    /// It ends, and another comes into its unit: so that the register stays as long as it is.
    Ends,
}

/// Villages and communities of a town, about.
const UNITS_OF_A_TOWN: u64 = 11;
/// Towns of a district, about.
const TOWNS_OF_A_DISTRICT: u64 = 25;
/// The fewest officials of a seat: one records, one approves, one asks.
const FEWEST: u64 = 3;
/// The city's id; seats follow in order.
pub(crate) const CITY: u64 = 0;

/// Returns a vector's place for a number.
pub(crate) fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Plan {
    pub(crate) fn new(scale: Scale, seed: u64) -> Self {
        let totals = Totals::at(scale);
        let towns = totals.units.div_ceil(UNITS_OF_A_TOWN).max(1);
        let districts = towns.div_ceil(TOWNS_OF_A_DISTRICT);
        let mut seats = seats(towns, districts);
        let mut units = units(&totals, towns, seed, seats.len() as u64);
        staff(&mut seats, &mut units, totals.officials);
        let visited = units.iter().flat_map(|unit| visits(unit, &totals, seed)).collect();
        let towns = (0..towns)
            .map(|town| {
                let of = units_of(&totals, town, towns);
                let edge =
                    |unit: u64| units.get(place(unit)).map_or(totals.households, |unit| unit.first_household);
                let district = district_of(town, towns, districts);
                Town {
                    seat: 1 + 2 * districts + town,
                    district: 1 + district,
                    department: 1 + districts + district,
                    households: edge(of.start)..edge(of.end),
                    units: of,
                }
            })
            .collect();
        Self { seed, totals, seats, units, towns, visited }
    }

    /// Says whether a household is visited in a quarter.
    pub(crate) fn is_visited(&self, household: u64, quarter: u64) -> bool {
        self.visited.get(place(household)).is_some_and(|quarters| quarters >> quarter & 1 == 1)
    }

    /// Says whether a household is never visited.
    pub(crate) fn is_never_visited(&self, household: u64) -> bool {
        self.visited.get(place(household)) == Some(&0)
    }

    /// Returns what becomes of a household at the end of the time, of a few of those that are never visited.
    pub(crate) fn turn(&self, household: u64) -> Option<Turn> {
        if !self.is_never_visited(household) {
            return None;
        }
        let mut draw = Draw::new(self.seed, For::Household, household, 64);
        draw.per_mille(100).then(|| match draw.below(10) {
            0..=3 => Turn::Moves,
            4..=5 => Turn::GoesAndReturns,
            _ => Turn::Ends,
        })
    }

    /// Returns a household, or the next of a row of them that stays what it is.
    pub(crate) fn staying(&self, household: u64, row: &std::ops::Range<u64>) -> u64 {
        let others = (household..row.end).chain(row.start..household);
        others.into_iter().find(|other| self.turn(*other).is_none()).unwrap_or(household)
    }

    /// Returns how many members a household has.
    pub(crate) fn members(&self, household: u64) -> u64 {
        Draw::new(self.seed, For::Household, household, 0).within(1, 6)
    }

    /// Returns what of a total falls to a town, by its households.
    pub(crate) fn of_town(&self, total: u64, town: &Town) -> u64 {
        share(total, town.households.start, town.households.end, self.totals.households)
    }

    /// Returns what of a total falls to a unit, by its households.
    pub(crate) fn of_unit(&self, total: u64, unit: &Unit) -> u64 {
        of_unit(&self.totals, total, unit)
    }

    pub(crate) fn seat(&self, place_of: u64) -> Option<&Seat> {
        self.seats.get(place(place_of))
    }
}

fn of_unit(totals: &Totals, total: u64, unit: &Unit) -> u64 {
    share(total, unit.first_household, unit.first_household + unit.households, totals.households)
}

fn units_of(totals: &Totals, town: u64, towns: u64) -> std::ops::Range<u64> {
    let edge = |town: u64| share(totals.units, 0, town, towns);
    edge(town)..edge(town + 1)
}

fn district_of(town: u64, towns: u64, districts: u64) -> u64 {
    (town * districts / towns.max(1)).min(districts - 1)
}

/// Lays out the city, its districts, a department of each, and the towns.
fn seats(towns: u64, districts: u64) -> Vec<Seat> {
    let seat = |level, parent| Seat { level, parent, officials: Staff { first: 0, count: 0 } };
    let mut seats = vec![seat(UnitLevel::City, None)];
    seats.extend((0..districts).map(|_| seat(UnitLevel::District, Some(CITY))));
    seats.extend((0..districts).map(|district| seat(UnitLevel::Department, Some(1 + district))));
    seats.extend((0..towns).map(|town| seat(UnitLevel::Town, Some(1 + district_of(town, towns, districts)))));
    seats
}

/// Lays out villages and communities, and divides the households among them.
fn units(totals: &Totals, towns: u64, seed: u64, seats: u64) -> Vec<Unit> {
    let weight = |unit: u64| Draw::new(seed, For::Size, unit, 0).within(650, 1_350);
    let whole: u64 = (0..totals.units).map(weight).sum();
    let mut weighed = 0;
    let mut units = Vec::with_capacity(place(totals.units));
    for town in 0..towns {
        for unit in units_of(totals, town, towns) {
            let (from, to) = (weighed, weighed + weight(unit));
            weighed = to;
            let is_community = share(totals.communities, unit, unit + 1, totals.units) > 0;
            units.push(Unit {
                id: seats + unit + 1,
                level: if is_community { UnitLevel::Community } else { UnitLevel::Village },
                town,
                team: Staff { first: 0, count: Draw::new(seed, For::Team, unit, 0).within(4, 7) },
                first_household: share(totals.households, 0, from, whole),
                households: share(totals.households, from, to, whole),
            });
        }
    }
    units
}

/// Divides the officials: teams first, three for each seat, and the rest by the seats' weight.
fn staff(seats: &mut [Seat], units: &mut [Unit], officials: u64) {
    let teams: u64 = units.iter().map(|unit| unit.team.count).sum();
    let fixed = teams + FEWEST * seats.len() as u64;
    let rest = officials.saturating_sub(fixed);
    let towns = seats.iter().filter(|seat| seat.level == UnitLevel::Town).count() as u64;
    let districts = seats.iter().filter(|seat| seat.level == UnitLevel::District).count() as u64;
    // Of a hundred officials above the villages one serves the city, 29 their district, 10 its department, 60 a town.
    let weight = |seat: &Seat| match seat.level {
        UnitLevel::City => towns * districts,
        UnitLevel::District => 29 * towns,
        UnitLevel::Department => 10 * towns,
        _ => 60 * districts,
    };
    let whole = 100 * towns * districts;
    let (mut next, mut weighed) = (1, 0);
    for seat in seats.iter_mut() {
        let (from, to) = (weighed, weighed + weight(seat));
        weighed = to;
        seat.officials = Staff { first: next, count: FEWEST + share(rest, from, to, whole) };
        next += seat.officials.count;
    }
    for unit in units {
        unit.team.first = next;
        next += unit.team.count;
    }
}

/// The quarters of 2009 and 2010 in pairs of which each gets a visit, by a household that is visited as it should be.
const FULL: [(u64, u64); 2] = [(1, 4), (5, 8)];

/// Says for each household of a unit in which quarters it is visited: in sum exactly as often as it should be, and
/// exactly as many of them at all.
fn visits(unit: &Unit, totals: &Totals, seed: u64) -> Vec<u16> {
    let (covered, visits) = (of_unit(totals, totals.covered, unit), of_unit(totals, totals.visits, unit));
    let mut quarters: Vec<u16> = (0..unit.households)
        .map(|number| {
            if share(covered, number, number + 1, unit.households) == 0 {
                return 0;
            }
            let draw = Draw::new(seed, For::Visits, unit.first_household + number, 0);
            if draw.clone().per_mille(560) { diligent(draw) } else { scarce(draw) }
        })
        .collect();
    settle(&mut quarters, visits, Draw::new(seed, For::Visits, unit.id, 1));
    quarters
}

/// Two visits in each full year, one in the last half, and now and then one at the beginning.
fn diligent(mut draw: Draw) -> u16 {
    draw.per_mille(0);
    let mut quarters = 0;
    for (first, last) in FULL {
        let one = draw.within(first, last);
        let other = first + (one - first + draw.within(1, 3)) % 4;
        quarters |= 1 << one | 1 << other;
    }
    quarters |= 1 << draw.within(9, 10);
    quarters | u16::from(draw.per_mille(400))
}

/// One to six visits, whenever it suited.
fn scarce(mut draw: Draw) -> u16 {
    draw.per_mille(0);
    let many = draw.within(1, 6);
    (0..many).fold(0, |quarters, _| quarters | 1 << draw.below(QUARTER_COUNT))
}

/// Adds or takes away visits until there are as many as should be, at least one of each household that has any.
fn settle(quarters: &mut [u16], wanted: u64, mut draw: Draw) {
    let mut have: u64 = quarters.iter().map(|visited| u64::from(visited.count_ones())).sum();
    let count = quarters.len() as u64;
    let all = (1 << QUARTER_COUNT) - 1;
    let room: u64 = quarters.iter().filter(|visited| **visited != 0).count() as u64;
    while have != wanted && (room..=room * QUARTER_COUNT).contains(&wanted) {
        let bit = 1 << draw.below(QUARTER_COUNT);
        let Some(visited) = quarters.get_mut(place(draw.below(count))).filter(|visited| **visited != 0)
        else {
            continue;
        };
        if have < wanted && *visited != all && *visited & bit == 0 {
            *visited |= bit;
            have += 1;
        } else if have > wanted && visited.count_ones() > 1 && *visited & bit != 0 {
            *visited &= !bit;
            have -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(scale: &str) -> Plan {
        Plan::new(scale.parse().unwrap(), 1)
    }

    #[test]
    fn the_parts_of_the_city_add_up_at_every_scale() {
        for scale in ["0.0001", "0.00037", "0.001", "0.0123", "0.1"] {
            let plan = plan(scale);
            let totals = plan.totals;
            assert_eq!(plan.units.len() as u64, totals.units, "{scale}");
            let communities = plan.units.iter().filter(|unit| unit.level == UnitLevel::Community).count();
            assert_eq!(communities as u64, totals.communities, "{scale}");
            assert_eq!(plan.units.iter().map(|unit| unit.households).sum::<u64>(), totals.households);
            let seats: u64 = plan.seats.iter().map(|seat| seat.officials.count).sum();
            let teams: u64 = plan.units.iter().map(|unit| unit.team.count).sum();
            assert_eq!(seats + teams, totals.officials, "{scale}");
            let visits: u64 = plan.visited.iter().map(|quarters| u64::from(quarters.count_ones())).sum();
            assert_eq!(visits, totals.visits, "{scale}");
            let covered = plan.visited.iter().filter(|quarters| **quarters != 0).count() as u64;
            assert_eq!(covered, totals.covered, "{scale}");
            let towns: u64 = plan.towns.iter().map(|town| plan.of_town(totals.issues, town)).sum();
            assert_eq!(towns, totals.issues, "{scale}");
        }
    }

    #[test]
    fn a_good_part_of_the_register_misses_the_two_visits_a_year() {
        let plan = plan("0.001");
        let twice = |quarters: u16, first: u64| (quarters >> first & 0b1111).count_ones() >= 2;
        let both =
            plan.visited.iter().filter(|quarters| twice(**quarters, 1) && twice(**quarters, 5)).count();
        assert!((5_000..8_000).contains(&both), "{both} of 10000");
    }
}
