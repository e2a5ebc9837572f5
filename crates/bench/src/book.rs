//! All that was measured: said as it comes, kept as text and as raw numbers.

use std::{cell::RefCell, fmt::Write as _, io::Write as _, rc::Rc};

use crate::{
    Fallible,
    measure::{Entry, Series, Table},
};

/// One thing that was measured, a value a round.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) section: String,
    pub(crate) what: String,
    pub(crate) unit: String,
    pub(crate) series: Series,
}

/// Raw numbers, found by section and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows(Vec<Row>);

impl Rows {
    pub(crate) fn get(&self, section: &str, what: &str) -> Option<&Series> {
        let mut rows = self.0.iter();
        rows.find(|row| row.section == section && row.what == what).map(|row| &row.series)
    }

    /// Returns a median.
    pub(crate) fn median(&self, section: &str, what: &str) -> Option<f64> {
        self.get(section, what).map(|series| series.summary().0)
    }

    /// Divides round by round.
    pub(crate) fn ratio(&self, section: &str, over: &str, under: &str) -> Option<Series> {
        Some(self.get(section, over)?.over(self.get(section, under)?))
    }

    /// Returns the sections whose names begin so, in the order in which they were measured, without that beginning.
    pub(crate) fn sections<'r>(&'r self, prefix: &'r str) -> Vec<&'r str> {
        let mut names: Vec<&str> = self.0.iter().filter_map(|row| row.section.strip_prefix(prefix)).collect();
        names.dedup();
        names
    }

    /// Writes a line a value.
    pub(crate) fn to_csv(&self) -> String {
        let mut text = format!("{CSV_HEAD}\n");
        for Row { section, what, unit, series } in &self.0 {
            for (round, value) in series.0.iter().enumerate() {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{section},{what},{unit},{round},{value}");
            }
        }
        text
    }

    /// Reads what [`to_csv`](Self::to_csv) wrote.
    pub(crate) fn from_csv(text: &str) -> Fallible<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(CSV_HEAD) {
            return Err(format!("the first line is not {CSV_HEAD}").into());
        }
        let mut rows = Self::default();
        for line in lines {
            let mut fields = line.split(',');
            let mut field = || fields.next().ok_or_else(|| format!("a field is missing: {line}"));
            let (section, what, unit, _round) = (field()?, field()?, field()?, field()?);
            let value = field()?.parse()?;
            match rows.0.last_mut().filter(|row| row.section == section && row.what == what) {
                Some(row) => row.series.0.push(value),
                None => rows.push(section, what, unit, Series(vec![value])),
            }
        }
        Ok(rows)
    }

    fn push(&mut self, section: &str, what: &str, unit: &str, series: Series) {
        let (section, what, unit) = (section.to_owned(), what.to_owned(), unit.to_owned());
        self.0.push(Row { section, what, unit, series });
    }
}

const CSV_HEAD: &str = "section,what,unit,round,value";

/// Measures, prints, keeps.
pub(crate) struct Book {
    table: Table,
    text: Rc<RefCell<String>>,
    rows: Rows,
}

impl Book {
    /// Begins with what stands above the table.
    pub(crate) fn begin(head: &[String]) -> Self {
        let text = Rc::new(RefCell::new(String::new()));
        let into = text.clone();
        let say = move |line: &str| {
            let mut text = into.borrow_mut();
            text.push_str(line);
            text.push('\n');
            // Whoever closed the output still gets the files.
            let _ = writeln!(std::io::stdout(), "{line}");
        };
        head.iter().for_each(|line| say(line));
        Self { table: Table::begin(say), text, rows: Rows::default() }
    }

    /// Measures entries in turn, each under the name that it is found by.
    pub(crate) fn measure(
        &mut self,
        section: &str,
        title: &str,
        rounds: usize,
        unit: &'static str,
        entries: Vec<(&str, Entry<'_>)>,
    ) {
        let (names, entries): (Vec<&str>, Vec<Entry<'_>>) = entries.into_iter().unzip();
        let all = self.table.measure(title, rounds, entries);
        self.keep(section, unit, &names, all);
    }

    /// As [`measure`](Self::measure), once, and with no round unseen before it.
    pub(crate) fn measure_once(
        &mut self,
        section: &str,
        title: &str,
        unit: &'static str,
        entries: Vec<(&str, Entry<'_>)>,
    ) {
        let (names, entries): (Vec<&str>, Vec<Entry<'_>>) = entries.into_iter().unzip();
        let all = self.table.measure_cold(title, 1, entries);
        self.keep(section, unit, &names, all);
    }

    fn keep(&mut self, section: &str, unit: &str, names: &[&str], all: Vec<Series>) {
        for (name, series) in names.iter().zip(all) {
            self.rows.push(section, name, unit, series);
        }
    }

    /// Prints the ratio of two things measured, round by round.
    pub(crate) fn ratio(&mut self, section: &str, name: &str, over: &str, under: &str, target: Option<&str>) {
        if let (Some(over), Some(under)) = (self.rows.get(section, over), self.rows.get(section, under)) {
            self.table.ratio(name, over, under, target);
        }
    }

    /// Keeps and prints a value that is the same in every round, or that was measured once.
    pub(crate) fn fact(&mut self, section: &str, what: &str, name: &str, unit: &'static str, value: f64) {
        let series = Series(vec![value]);
        self.table.row(name, &series, unit);
        self.rows.push(section, what, unit, series);
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.table.note(text);
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Ends the table and returns all of its text, and the raw numbers.
    pub(crate) fn end(self) -> (String, Rows) {
        self.table.end();
        let text = self.text.borrow().clone();
        (text, self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_numbers_come_back_from_their_csv() {
        let mut rows = Rows::default();
        rows.push("append-1", "docket", "events/s", Series(vec![1.5, 2.0, 1e9]));
        rows.push("append-1", "sqlite", "events/s", Series(vec![0.1 + 0.2]));
        assert_eq!(Rows::from_csv(&rows.to_csv()).unwrap(), rows);
        assert!(Rows::from_csv("section,what\n").is_err());
        assert!(Rows::from_csv(&format!("{CSV_HEAD}\na,b,c,0\n")).is_err());
        assert!(Rows::from_csv(&format!("{CSV_HEAD}\na,b,c,0,many\n")).is_err());
    }
}
