//! Tallies: what a report counts, over everything and by unit, declared once.

use std::collections::BTreeMap;

use docket_domain::{OfficialId, RulesState, UnitId, View as _};

use super::{
    figure::Figure,
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::{Check, Report, Row, RulesInForce},
    sum::Part,
};

/// What a report counts of one subject.
pub(super) trait Tally {
    /// Begins at nothing; lists the records of the figure that is to be explained.
    fn new(explained: Option<FigureName>) -> Self;

    /// Adds what was counted elsewhere, behind what was counted here.
    fn merge(&mut self, other: &Self);

    /// Returns what was counted, in the order of the figures.
    fn numbers(&self) -> Vec<(u64, u64)>;

    /// Adds what was counted elsewhere, in that order.
    fn add_numbers(&mut self, numbers: &[(u64, u64)]);

    /// Makes the figures, in the order in which they are shown.
    fn figures(&self) -> Vec<Figure>;
}

/// Declares a tally: a counter a figure, each with the way its figure is made, its name, its unit of count and its basis.
macro_rules! tally {
    (
        $(#[$attr:meta])*
        struct $tally:ident { $( $field:ident: $make:ident $name:ident, $unit:ident, $basis:ident; )+ }
    ) => {
        $(#[$attr])*
        #[derive(Clone)]
        pub(super) struct $tally { $( $field: $crate::report::figure::Counter, )+ }

        impl $crate::report::tally::Tally for $tally {
            fn new(explained: Option<$crate::report::names::FigureName>) -> Self {
                let counter = |name| $crate::report::figure::Counter::new(explained == Some(name));
                Self { $( $field: counter($crate::report::names::FigureName::$name), )+ }
            }

            fn merge(&mut self, other: &Self) {
                $( self.$field.merge(&other.$field); )+
            }

            fn numbers(&self) -> Vec<(u64, u64)> {
                vec![$( self.$field.numbers(), )+]
            }

            fn add_numbers(&mut self, numbers: &[(u64, u64)]) {
                let mut numbers = numbers.iter();
                $( self.$field.add_numbers(numbers.next().copied().unwrap_or_default()); )+
            }

            fn figures(&self) -> Vec<$crate::report::figure::Figure> {
                vec![$( self.$field.$make(
                    $crate::report::names::FigureName::$name,
                    $crate::report::figure::UnitOfCount::$unit,
                    $crate::report::figure::Basis::$basis,
                ), )+]
            }
        }
    };
}

pub(super) use tally;

/// Whose something is: whether nobody's, the unit, or the official.
type Subject = (bool, Option<UnitId>, Option<OfficialId>);

/// The tallies of a report while it is made.
#[derive(Clone)]
pub(super) struct Tallies<'a, T> {
    lens: Lens<'a>,
    total: T,
    /// By unit, or by official. What is of none comes last: `None` is turned into the largest key.
    rows: BTreeMap<Subject, T>,
    rules: BTreeMap<u64, String>,
}

impl<'a, T: Tally> Tallies<'a, T> {
    pub(super) fn new(lens: &Lens<'a>) -> Self {
        let total = T::new(lens.scope.explained);
        Self { lens: lens.clone(), total, rows: BTreeMap::new(), rules: BTreeMap::new() }
    }

    /// Counts something of a unit and of no official, unless other units were asked for.
    #[inline]
    pub(super) fn of(&mut self, unit: Option<UnitId>, count: impl FnMut(&mut T)) {
        self.of_both(unit, None, count);
    }

    /// Counts something of a unit and of an official, unless other units were asked for.
    #[inline]
    pub(super) fn of_both(
        &mut self,
        unit: Option<UnitId>,
        official: Option<OfficialId>,
        mut count: impl FnMut(&mut T),
    ) {
        if !self.lens.takes(unit) {
            return;
        }
        count(&mut self.total);
        let scope = self.lens.scope;
        let subject = match (scope.by_official, scope.by_unit) {
            (true, _) => (official.is_none(), None, official),
            (false, true) => (unit.is_none(), unit, None),
            (false, false) => return,
        };
        count(self.rows.entry(subject).or_insert_with(|| T::new(scope.explained)));
    }

    /// Notes that a rule set decided something.
    #[inline]
    pub(super) fn ruled_by(&mut self, rules: &RulesState) {
        self.rules.entry(rules.record).or_insert_with(|| rules.rules.name.to_string());
    }

    /// Adds what was counted elsewhere, behind what was counted here.
    pub(super) fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        let explained = self.lens.scope.explained;
        for (subject, tally) in &other.rows {
            self.rows.entry(*subject).or_insert_with(|| T::new(explained)).merge(tally);
        }
        for (record, name) in &other.rules {
            self.rules.entry(*record).or_insert_with(|| name.clone());
        }
    }

    /// Returns what was counted over everything, to be kept.
    pub(super) fn part(&self) -> Part {
        Part { numbers: self.total.numbers(), rules: self.rules.keys().copied().collect() }
    }

    /// Adds what was kept.
    pub(super) fn add_part(&mut self, part: &Part) {
        self.total.add_numbers(&part.numbers);
        let states = self.lens.states;
        let sets = states.rule_sets().filter(|(_, rules)| part.rules.contains(&rules.record));
        self.rules.extend(sets.map(|(_, rules)| (rules.record, rules.rules.name.to_string())));
    }

    /// Makes the report. `sums` must hold: each a whole and its parts.
    pub(super) fn report(&self, name: ReportName, sums: &[(FigureName, &[FigureName])]) -> Report {
        let states = self.lens.states;
        let figures = self.total.figures();
        let rows = self.rows.iter().map(|(&(_, unit, official), tally)| Row {
            unit,
            official,
            name: unit.and_then(|unit| states.unit(unit)).map(|unit| unit.name.to_string()),
            figures: tally.figures(),
        });
        Report {
            name,
            scope: self.lens.scope.clone(),
            checks: sums.iter().filter_map(|(whole, parts)| Check::of(&figures, *whole, parts)).collect(),
            rules: self
                .rules
                .iter()
                .map(|(&record, name)| RulesInForce { name: name.clone(), record })
                .collect(),
            rows: rows.collect(),
            figures,
            citations: Vec::new(),
        }
    }
}
