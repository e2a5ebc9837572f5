use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    label::Label,
    numbered::numbered,
    unit::UnitLevels,
    worded::{self, Keyed},
};

/// The days by which something had to be done.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cutoffs {
    /// Whether what happens on the day itself is still in time.
    pub inclusive: bool,
    /// Handing in gifts of money, for leniency.
    #[serde(default, with = "worded::option")]
    pub gifts: Option<Day>,
    /// Checking one's own vehicles.
    #[serde(default, with = "worded::option")]
    pub vehicles: Option<Day>,
    /// Rectifying declared business interests.
    #[serde(default, with = "worded::option")]
    pub declarations: Option<Day>,
}

impl Cutoffs {
    /// Says whether a day is in time for one of these.
    pub fn is_in_time(&self, day: Day, cutoff: Day) -> bool {
        day < cutoff || (self.inclusive && day == cutoff)
    }
}

/// Reception 书记接访: the unit's secretary receives people, in each ISO week.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceptionDuty {
    /// So many times a week.
    #[serde(deserialize_with = "worded::within::<1, 7, _, _>")]
    pub per_week: u16,
    /// By units of which levels.
    #[serde(default)]
    pub levels: UnitLevels,
    /// Whether a substitute may receive in the secretary's place.
    pub substitute: bool,
    /// Whether it is owed in a week through which the unit existed only in part.
    pub part_weeks: bool,
    /// Whether a cancellation excuses.
    pub cancellation_excuses: bool,
}

/// Visits 成员走访: each household, in each calendar year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitDuty {
    /// So many times a year.
    #[serde(deserialize_with = "worded::within::<1, 366, _, _>")]
    pub per_year: u16,
    /// Whether they must lie on different days.
    pub different_days: bool,
    /// What is owed to a household that was on the register for a part of the year.
    #[serde(with = "worded")]
    pub proration: Proration,
    /// Whether a recorded absence excuses for as long as it lasts.
    pub absence_excuses: bool,
    /// Whether any official may visit, and not only members of the unit's team.
    #[serde(default)]
    pub any_official: bool,
}

impl VisitDuty {
    /// Returns how many visits are owed to a household that was on the register for so many days of a year.
    pub fn due(&self, days_registered: u16, days_in_year: u16) -> u16 {
        let (full, year) = (u32::from(self.per_year), u32::from(days_in_year.max(1)));
        let days = u32::from(days_registered).min(year);
        if days == 0 {
            return 0;
        }
        let due = match self.proration {
            Proration::Full => full,
            Proration::Down => full * days / year,
            Proration::Nearest => (2 * full * days + year) / (2 * year),
            Proration::Up => (full * days).div_ceil(year),
        };
        u16::try_from(due).unwrap_or(self.per_year)
    }
}

numbered! {
    /// What is owed for a part of a period.
    pub enum Proration ("way of proration") {
        /// What is owed for all of it.
        Full = 1, "full";
        /// Its share, rounded down.
        Down = 2, "down";
        /// Its share, rounded to the nearest, a half up.
        Nearest = 3, "nearest";
        /// Its share, rounded up.
        Up = 4, "up";
    }
}

/// A rank of officials, and what is owed by those who hold it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// Its number, which stands in the officials' records. A smaller number is a higher rank.
    #[serde(deserialize_with = "worded::within::<1, 65_535, _, _>")]
    pub number: u16,
    /// What it is called.
    pub name: Label,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Label>,
    /// The poor households to be paired with 结穷亲; without it, none.
    #[serde(default)]
    pub pairing: Option<PairingQuota>,
}

impl Keyed for Rank {
    fn key(&self) -> impl fmt::Display + PartialEq + '_ {
        self.number
    }
}

/// How many households are to be paired with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairingQuota {
    /// So many.
    #[serde(deserialize_with = "worded::within::<1, 1_000, _, _>")]
    pub households: u16,
    /// By whom together.
    #[serde(with = "worded")]
    pub per: QuotaBearer,
}

numbered! {
    /// Who meets a quota.
    pub enum QuotaBearer ("bearer of a quota") {
        /// Each person.
        Person = 1, "person";
        /// The members of a branch 支部 together.
        Branch = 2, "branch";
    }
}

/// Stays 三进三同: officials eat, live and work in a village.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayDuty {
    /// So many days a year.
    #[serde(deserialize_with = "worded::within::<1, 366, _, _>")]
    pub days_per_year: u16,
}

numbered! {
    /// What is measured (each as a numerator and a denominator).
    pub enum Measure ("measure") {
        /// Contacted in term, of those due for contact 响应率.
        ResponseRate = 1, "response-rate";
        /// Told in term, of those due 及时受理率.
        AcceptanceInTime = 2, "acceptance-in-time";
        /// Closed, of those accepted 办结率.
        ClosureRate = 3, "closure-rate";
        /// Replied in (extended) term, of those that fell due 按期办结率.
        InTermRate = 4, "in-term-rate";
        /// Solved, as the petitioner says, of those asked who answered 解决率.
        SolvedRate = 5, "solved-rate";
        /// Satisfied, of those who answered 满意率.
        Satisfaction = 6, "satisfaction";
        /// Those who answered, of those asked 参评率.
        AnswerRate = 7, "answer-rate";
        /// The same person and matter again, of all 重复率.
        RepeatRate = 8, "repeat-rate";
        /// Unit-weeks with a reception, of those due.
        ReceptionAttainment = 9, "reception-attainment";
        /// Households visited at least once, of those on the register.
        VisitCoverage = 10, "visit-coverage";
        /// Households with the visits owed, of those on the register.
        VisitAttainment = 11, "visit-attainment";
        /// Duty-holders whose quota of pairings is met, of all.
        PairingAttainment = 12, "pairing-attainment";
        /// Officials with the days of stay owed, of all who owe them.
        StayAttainment = 13, "stay-attainment";
    }
}

/// What a measure is worth in an assessment 考核: `weight` points times its share, or what is missing from one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The measure.
    #[serde(with = "worded")]
    pub measure: Measure,
    /// Its points.
    #[serde(deserialize_with = "worded::within::<1, 10_000, _, _>")]
    pub weight: u16,
    /// Whether less of it is better.
    #[serde(default)]
    pub less_is_better: bool,
}

impl Keyed for Weight {
    fn key(&self) -> impl fmt::Display + PartialEq + '_ {
        self.measure
    }
}
