//! A figure: a count with everything one must know to compare it with another.

use serde::{Deserialize, Serialize};

use super::{names::FigureName, term::terms};

terms! {
    /// What a figure counts. Figures of different units must not be mixed.
    pub enum UnitOfCount {
        Cases = "cases", "cases", "件";
        PersonTimes = "person-times", "person-times", "人次";
        Persons = "persons", "persons", "人";
        HouseholdTimes = "household-times", "household-times", "户次";
        Households = "households", "households", "户";
        Units = "units", "units", "个单位";
        UnitWeeks = "unit-weeks", "unit-weeks", "单位周次";
        HouseholdYears = "household-years", "household-years", "户年";
        Calls = "calls", "calls", "次";
        Surveys = "surveys", "surveys", "次调查";
        Entries = "entries", "entries", "篇";
        Campaigns = "campaigns", "campaigns", "次活动";
        ListedCases = "listed-cases", "listed cases", "件次";
        Updates = "updates", "updates", "次更新";
        UnitQuarters = "unit-quarters", "unit-quarters", "单位季次";
        Receptions = "receptions", "receptions", "次";
        Officials = "officials", "officials", "名干部";
        DutyHolders = "duty-holders", "duty-holders", "个责任主体";
        Pages = "pages", "pages", "页";
        Volumes = "volumes", "volumes", "册";
        Projects = "projects", "projects", "个项目";
        Difficulties = "difficulties", "difficulties", "个难题";
        Vehicles = "vehicles", "vehicles", "辆";
        Declarations = "declarations", "declarations", "份";
        Gifts = "gifts", "gifts", "件";
        Clocks = "clocks", "clocks", "个时限";
        Pairings = "pairings", "pairings", "对";
        Deliveries = "deliveries", "deliveries", "次";
        OfficialYears = "official-years", "official-years", "人年";
        Violations = "violations", "violations", "起";
        Findings = "findings", "findings", "项";
        PointHundredths = "hundredths-of-a-point", "hundredths of a point", "百分之一分";
        Fen = "fen", "fen", "分钱";
        Records = "records", "records", "条";
    }
}

terms! {
    /// Which of what there is counts in a period.
    pub enum Basis {
        AsOf = "as-of", "as of the end", "截至期末";
        Occurred = "occurred", "occurred in the period", "期内发生";
        Registered = "registered", "registered in the period", "期内登记";
        Accepted = "accepted", "accepted in the period", "期内受理";
        FellDue = "fell-due", "fell due in the period", "期内到期";
        Closed = "closed", "closed in the period", "期内办结";
        Asked = "asked", "asked in the period", "期内调查";
        Given = "given", "as given by a source, never computed", "引用数据";
    }
}

/// The value of a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Value {
    /// So many.
    Count(u64),
    /// One of the other.
    Ratio {
        /// Those of the denominator for which it is true.
        numerator: u64,
        /// All that count.
        denominator: u64,
    },
}

impl Value {
    /// Returns a ratio in hundredths of a percent, half of one rounded up; `None` for a count and for a ratio of nothing.
    pub fn basis_points(self) -> Option<u64> {
        let Self::Ratio { numerator, denominator } = self else { return None };
        let twice = u128::from(denominator) * 2;
        let points = (u128::from(numerator) * 20_000 + u128::from(denominator)).checked_div(twice)?;
        u64::try_from(points).ok()
    }
}

terms! {
    /// Why a figure is not to be taken at its word.
    pub enum Doubt {
        TooFewPages = "too-few-pages", "less than a page for a hundred visits and receptions", "每百次走访接访不足一页";
    }
}

/// One figure of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub name: FigureName,
    /// What it counts; of a ratio, both of its parts.
    pub unit_of_count: UnitOfCount,
    /// Which of them count.
    pub basis: Basis,
    /// How many.
    pub value: Value,
    /// A reason not to take it at its word.
    pub doubt: Option<Doubt>,
    /// The records behind it, where they were asked for.
    pub evidence: Option<Evidence>,
}

/// The records behind a figure.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// One for each that counts; of a ratio, those of the numerator.
    pub counted: Vec<u64>,
    /// Of a ratio, one for each of the denominator that is not in the numerator.
    pub missed: Vec<u64>,
    /// How many more there are than are listed.
    pub more: u64,
}

impl Evidence {
    /// Records listed at most, of each kind.
    pub const MAX: usize = 10_000;

    fn note(&mut self, record: u64, is_missed: bool) {
        let list = if is_missed { &mut self.missed } else { &mut self.counted };
        if list.len() < Self::MAX {
            list.push(record);
        } else {
            self.more += 1;
        }
    }

    /// Adds the records of another list behind these.
    fn append(&mut self, other: &Self) {
        for (is_missed, records) in [(false, &other.counted), (true, &other.missed)] {
            records.iter().for_each(|record| self.note(*record, is_missed));
        }
        self.more += other.more;
    }
}

/// Counts what a figure is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter {
    numerator: u64,
    denominator: u64,
    evidence: Option<Box<Evidence>>,
}

impl Counter {
    /// Begins at nothing; lists the records where they are asked for.
    pub(crate) fn new(explains: bool) -> Self {
        Self { evidence: explains.then(Box::default), ..Self::default() }
    }

    /// Counts one, known by its record.
    #[inline]
    pub(crate) fn add(&mut self, record: u64) {
        self.numerator += 1;
        if let Some(evidence) = &mut self.evidence {
            evidence.note(record, false);
        }
    }

    /// Counts so many, known by one record.
    #[inline]
    pub(crate) fn add_many(&mut self, many: u64, record: u64) {
        self.numerator = self.numerator.saturating_add(many);
        if let Some(evidence) = &mut self.evidence {
            evidence.note(record, false);
        }
    }

    /// As [`add_many`](Self::add_many), where there are any.
    pub(crate) fn add_some(&mut self, many: u64, record: u64) {
        if many > 0 {
            self.add_many(many, record);
        }
    }

    /// Counts one of the denominator, and of the numerator where it is true.
    #[inline]
    pub(crate) fn ask(&mut self, is_true: bool, record: u64) {
        self.numerator += u64::from(is_true);
        self.denominator += 1;
        if let Some(evidence) = &mut self.evidence {
            evidence.note(record, !is_true);
        }
    }

    /// Adds what was counted elsewhere, behind what was counted here.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.add_numbers(other.numbers());
        if let (Some(evidence), Some(other)) = (&mut self.evidence, &other.evidence) {
            evidence.append(other);
        }
    }

    /// Returns what was counted: of a count, the second is 0.
    pub(crate) const fn numbers(&self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// Adds what was counted elsewhere, whose records nobody knows.
    pub(crate) fn add_numbers(&mut self, (numerator, denominator): (u64, u64)) {
        self.numerator = self.numerator.saturating_add(numerator);
        self.denominator = self.denominator.saturating_add(denominator);
    }

    /// Makes the figure of a count.
    pub(crate) fn figure(&self, name: FigureName, unit_of_count: UnitOfCount, basis: Basis) -> Figure {
        let value = Value::Count(self.numerator);
        let evidence = self.evidence.as_deref().cloned();
        Figure { name, unit_of_count, basis, value, doubt: None, evidence }
    }

    /// Makes the figure of a ratio.
    pub(crate) fn ratio(&self, name: FigureName, unit_of_count: UnitOfCount, basis: Basis) -> Figure {
        let value = Value::Ratio { numerator: self.numerator, denominator: self.denominator };
        Figure { value, ..self.figure(name, unit_of_count, basis) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_rounded_half_up_in_hundredths_of_a_percent() {
        let points = |numerator, denominator| Value::Ratio { numerator, denominator }.basis_points();
        assert_eq!(points(308, 366), Some(8_415));
        assert_eq!(points(3_080, 3_664), Some(8_406));
        assert_eq!(points(1, 3), Some(3_333));
        assert_eq!(points(2, 3), Some(6_667));
        assert_eq!(points(1, 20_000), Some(1));
        assert_eq!(points(0, 0), None);
        assert_eq!(points(u64::MAX, u64::MAX), Some(10_000));
    }

    #[test]
    fn what_is_explained_names_both_sides_of_a_ratio() {
        let mut counter = Counter::new(true);
        counter.ask(true, 4);
        counter.ask(false, 5);
        let figure = counter.ratio(FigureName::Closed, UnitOfCount::Cases, Basis::AsOf);
        assert_eq!(figure.value, Value::Ratio { numerator: 1, denominator: 2 });
        assert_eq!(figure.evidence, Some(Evidence { counted: vec![4], missed: vec![5], more: 0 }));
    }

    #[test]
    fn the_list_of_records_is_bounded() {
        let mut counter = Counter::new(true);
        (0..10_005).for_each(|record| counter.add(record));
        let evidence = counter.figure(FigureName::Closed, UnitOfCount::Cases, Basis::AsOf).evidence.unwrap();
        assert_eq!((evidence.counted.len(), evidence.more), (Evidence::MAX, 5));
    }
}
