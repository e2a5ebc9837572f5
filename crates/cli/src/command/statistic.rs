//! `docket statistic`.

use docket_domain::{Act, Label, NoPersonal, StatisticCited, UnitId};

use crate::deed::{Arg, deed, verbs};

verbs! {
    /// Cite figures from outside, which are never computed here
    pub(crate) enum Verb {
        /// Cite a figure from outside
        Cite,
    }
}

deed! {
    struct Cite ("statistic cite") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// What it is
        #[arg(long)]
        name: Arg<Label>,
        /// Its value is this many
        #[arg(long, value_name = "NUMBER")]
        numerator: Arg<i64>,
        /// of so many; 10000 for a percentage with two decimals [default: 1]
        #[arg(long, value_name = "NUMBER")]
        denominator: Option<Arg<u64>>,
        /// What is counted: the word for it
        #[arg(long)]
        counted_in: Arg<Label>,
        /// What time it is about, as its source has it
        #[arg(long)]
        period: Arg<Label>,
        /// Who says so
        #[arg(long)]
        source: Arg<Label>,
    }
    act |deed, context| {
        let body = StatisticCited { name: deed.name.0, numerator: deed.numerator.0, denominator: deed.denominator.map_or(1, |denominator| denominator.0), counted_in: deed.counted_in.0, period: deed.period.0, source: deed.source.0, origin: context.origin.clone() };
        Act::on(deed.unit.0, body, NoPersonal)
    }
}
