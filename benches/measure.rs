//! Measuring things in turn, and the table of what came out.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::machine::Ticks;

/// Runs a work once and returns how long it took. Its result is dropped outside the time.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work());
    let taken = start.elapsed();
    drop(result);
    taken
}

/// How many of `count` things fit into a second.
pub(crate) fn rate(count: u64, taken: Duration) -> f64 {
    count as f64 / taken.as_secs_f64()
}

/// Something to be measured: a name, a unit, and a work that returns one value.
pub(crate) struct Entry<'a> {
    name: String,
    unit: &'static str,
    work: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, work: impl FnMut() -> f64 + 'a) -> Self {
        Self { name: name.into(), unit, work: Box::new(work) }
    }
}

/// The values of one entry, a round each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series(pub(crate) Vec<f64>);

impl Series {
    /// Divides round by round, so that what slows both down cancels out.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }

    /// Returns the median, the smallest and the largest.
    pub(crate) fn summary(&self) -> (f64, f64, f64) {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
        (median, sorted[0], sorted[sorted.len() - 1])
    }
}

/// Hands out its lines as it goes.
pub(crate) struct Table {
    started: Instant,
    out: Box<dyn FnMut(&str)>,
}

impl Table {
    pub(crate) fn begin(out: impl FnMut(&str) + 'static) -> Self {
        let mut table = Self { started: Instant::now(), out: Box::new(out) };
        table.line(&format!("{:<62} {:>13} {:>13} {:>13}  unit", "what", "median", "min", "max"));
        table
    }

    fn line(&mut self, line: &str) {
        (self.out)(line);
    }

    /// Measures all entries in turn, forwards and backwards by turns, and prints them.
    pub(crate) fn measure(&mut self, title: &str, rounds: usize, mut entries: Vec<Entry<'_>>) -> Vec<Series> {
        // One round unseen: caches, files and the processor's clock come up.
        entries.iter_mut().for_each(|entry| {
            (entry.work)();
        });
        self.measure_cold(title, rounds, entries)
    }

    /// As [`measure`](Self::measure), from the first round on: of what is too large for any cache.
    pub(crate) fn measure_cold(
        &mut self,
        title: &str,
        rounds: usize,
        mut entries: Vec<Entry<'_>>,
    ) -> Vec<Series> {
        let ticks = Ticks::now();
        let mut series: Vec<Series> = entries.iter().map(|_| Series(Vec::with_capacity(rounds))).collect();
        for round in 0..rounds {
            for place in 0..entries.len() {
                let place = if round % 2 == 0 { place } else { entries.len() - 1 - place };
                let value = (entries[place].work)();
                series[place].0.push(value);
            }
        }
        let others = ticks.and_then(Ticks::others_since).map_or_else(String::new, |others| {
            format!("; other processes used {:.0} % of the processors", others * 100.0)
        });
        self.line(&format!("\n{title} ({rounds} rounds{others})"));
        for (entry, series) in entries.iter().zip(&series) {
            self.row(&entry.name, series, entry.unit);
        }
        series
    }

    /// Prints the ratio of two series, round by round.
    pub(crate) fn ratio(&mut self, name: &str, over: &Series, under: &Series, target: Option<&str>) {
        let target = target.map_or_else(String::new, |target| format!(", target {target}"));
        self.row(&format!("  = {name}"), &over.over(under), &format!("ratio{target}"));
    }

    /// Prints one series.
    pub(crate) fn row(&mut self, name: &str, series: &Series, unit: &str) {
        let (median, min, max) = series.summary();
        let (median, min, max) = (number(median), number(min), number(max));
        self.line(&format!("{name:<62} {median:>13} {min:>13} {max:>13}  {unit}"));
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.line(&format!("  {text}"));
    }

    pub(crate) fn end(mut self) {
        let taken = self.started.elapsed().as_secs_f64();
        self.line(&format!("\n{taken:.0} s in all"));
    }
}

/// Three or more digits that say something.
pub(crate) fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.3}");
    }
    if value < 1_000.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
