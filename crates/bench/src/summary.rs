//! What it comes to: how it grows, and a table of what was wanted and what was seen.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    Fallible,
    beside::{BATCHES, DOCKET, SLED, SQLITE, VERIFY},
    book::{Book, Rows},
    city::{self, CITY},
    measure::{Series, number},
};

/// Says for each step from one size to the next what it costs: 1 is straight, less is better.
pub(crate) fn growth(book: &mut Book) {
    let rows = book.rows().clone();
    let cities = rows.sections(CITY);
    let mut steps = Vec::new();
    for (small, large) in cities.iter().zip(cities.iter().skip(1)) {
        let (from, to) = (format!("{CITY}{small}"), format!("{CITY}{large}"));
        let times = |what: &str| Some(rows.median(&to, what)? / rows.median(&from, what)?);
        let Some(records) = times("records") else { continue };
        for (what, name) in [("write", "writing"), (city::VERIFY, "verify"), (city::REPLAY, "all reports")] {
            steps
                .extend(times(what).map(|rate| (what, format!("{name}, time an event"), 1.0 / rate, *large)));
        }
        let commands = [
            "case-show",
            "case-reply",
            "report",
            "report-after",
            "overview-after",
            "prove-record",
            "prove-consistency",
            "since",
            "open",
        ];
        for what in commands.into_iter().chain(["write-peak", "verify-peak", "replay-peak"]) {
            let name = what.replace("-peak", ", peak memory").replace('-', " ");
            steps.extend(times(what).map(|more| (what, format!("{name}, an event"), more / records, *large)));
        }
    }
    if !steps.is_empty() {
        book.note("\n  Growth: cost an event against the size before. 1 is straight, less is better");
    }
    for (what, name, ratio, scale) in steps {
        book.fact(
            "growth",
            &format!("{what}-{scale}"),
            &format!("{name}, at {scale}"),
            "ratio, at most 1",
            ratio,
        );
    }
}

/// A thing that was wanted.
struct Wanted {
    what: String,
    limit: f64,
    is_least: bool,
    unit: &'static str,
    seen: Series,
}

/// Returns a table in Markdown: wanted, seen, conditions. `head` are the lines above the results.
pub(crate) fn markdown(rows: &Rows, head: &str) -> String {
    let mut text = String::new();
    for (file, words) in [
        ("beside.svg", "Durable appends and full verification, beside SQLite and sled"),
        ("growth.svg", "Time, single commands and memory at growing sizes"),
    ] {
        put_line(&mut text, format_args!("![{words}](benches/{file})"));
    }
    put_line(&mut text, format_args!("\n| what | wanted | median | min to max | |\n|---|---|---|---|---|"));
    for Wanted { what, limit, is_least, unit, seen } in wanted(rows) {
        let (median, min, max) = seen.summary();
        let holds = if is_least { median >= limit } else { median <= limit };
        let (bound, verdict) = (if is_least { "≥" } else { "≤" }, if holds { "met" } else { "**missed**" });
        let spread = match seen.0.len() {
            1 => "once".to_owned(),
            _ => format!("{} to {}", number(min), number(max)),
        };
        put_line(
            &mut text,
            format_args!(
                "| {what} | {bound} {} {unit} | {} | {spread} | {verdict} |",
                short(limit),
                number(median)
            ),
        );
    }
    put_line(&mut text, format_args!(""));
    for line in head.lines().take_while(|line| !line.is_empty()) {
        put_line(&mut text, format_args!("{}{line}", if line.starts_with(' ') { "" } else { "- " }));
    }
    text
}

/// Returns all that was wanted and measured; what depends on the size, at the largest.
fn wanted(rows: &Rows) -> Vec<Wanted> {
    let mut all = Vec::new();
    let mut add = |what: String, limit, is_least, unit, seen: Option<Series>| {
        all.extend(seen.map(|seen| Wanted { what, limit, is_least, unit, seen }));
    };
    let scale = rows.sections(CITY).last().copied().unwrap_or_default().to_owned();
    let city = format!("{CITY}{scale}");
    let at = |what: &str| format!("{what}, scale {scale}");
    let of = |what| rows.get(&city, what).cloned();
    add(at("the whole demo: rules, chain, tree, vault, durable"), 400_000.0, true, "events/s", of("write"));
    let ratio = rows.ratio(&city, city::VERIFY, city::HASHES);
    add(at("`verify`, log and vault, against the hash loop on two cores"), 0.7, true, "x", ratio);
    add(at("all reports rebuilt from the log"), 2e6, true, "events/s", of(city::REPLAY));
    // Where each stream stands must be known: 16 bytes.
    let heads = rows.median(&city, "streams").unwrap_or(0.0) * 16.0 / f64::from(1 << 20);
    let verify_limit = (256.0 + heads).floor();
    add(
        at("peak memory of `verify`: 256 MiB and 16 bytes a stream"),
        verify_limit,
        false,
        "MiB",
        of("verify-peak"),
    );
    add(at("peak memory of all reports"), 2_048.0, false, "MiB", of("replay-peak"));
    for (what, name, limit) in [
        ("case-show", "`case show`", 30.0),
        ("case-reply", "`case reply`", 40.0),
        ("report", "`report` from the index", 200.0),
        ("report-after", "`report cases`, the first after one more record", 200.0),
        ("prove-record", "inclusion proof", 10.0),
        ("prove-consistency", "consistency proof", 10.0),
        ("since", "`verify --since` yesterday", 200.0),
        ("open", "opening for write", 40.0),
    ] {
        add(at(name), limit, false, "ms", of(what));
    }
    add(at("log bytes an event"), 192.0, false, "bytes", of("log-bytes"));
    let verification = rows.ratio(VERIFY, "docket-2", "sqlite-2");
    add("full verification against SQLite, two threads each".to_owned(), 1.5, true, "x", verification);
    for (other, name, limit) in [(SQLITE, "SQLite", 1.5), (SLED, "sled", 8.0)] {
        for len in BATCHES.into_iter().rev() {
            let ratio = rows.ratio(&format!("append-{len}"), DOCKET, other);
            add(format!("durable batches of {len} against {name}"), limit, true, "x", ratio);
        }
    }
    all
}

/// A limit without digits that say nothing.
fn short(limit: f64) -> String {
    if limit >= 1_000.0 { number(limit) } else { limit.to_string() }
}

/// Writes what is measured between the marks of a document, in place of what stands there.
pub(crate) fn put(path: &Path, block: &str) -> Fallible<()> {
    let text = fs::read_to_string(path)?;
    let put = replaced(&text, block)
        .ok_or_else(|| format!("{}: {BEGIN} and {END} are not there", path.display()))?;
    Ok(fs::write(path, put)?)
}

const BEGIN: &str = "<!-- bench -->\n";
const END: &str = "<!-- /bench -->";

fn replaced(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{block}{END}{after}"))
}

fn put_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_all_but_what_stands_between_its_marks() {
        let text = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n";
        let put = replaced(text, "new\n").unwrap();
        assert_eq!(put, "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n");
        assert_eq!(replaced(&put, "new\n").unwrap(), put);
        assert_eq!(replaced("no marks", "new\n"), None);
    }

    #[test]
    fn the_table_says_what_was_missed() {
        let csv = "section,what,unit,round,value\n\
                   append-1000,docket,events/s,0,30\nappend-1000,docket,events/s,1,40\n\
                   append-1000,sqlite,events/s,0,10\nappend-1000,sqlite,events/s,1,20\n\
                   append-1000,sled,events/s,0,10\nappend-1000,sled,events/s,1,10\n\
                   city-0.01,case-show,ms,0,9\n";
        let text = markdown(&Rows::from_csv(csv).unwrap(), "machine: two cores\n  more\n\nwhat\n");
        let lines = [
            "| `case show`, scale 0.01 | ≤ 30 ms | 9.000 | once | met |",
            "| durable batches of 1000 against SQLite | ≥ 1.5 x | 2.500 | 2.000 to 3.000 | met |",
            "| durable batches of 1000 against sled | ≥ 8 x | 3.500 | 3.000 to 4.000 | **missed** |",
            "- machine: two cores\n  more\n",
        ];
        for line in lines {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(!text.contains("what\n"), "{text}");
    }
}
