//! The pictures: docket beside others, and how it grows. All axes begin at zero, but for sizes ten times apart.

use crate::{
    beside::{BARE, BATCHES, DOCKET, SLED, SQLITE, VERIFY},
    book::Rows,
    city::CITY,
    svg::{Anchor, Svg, WIDTH},
};

/// Returns each picture and the name of its file. What was not measured is not drawn.
pub(crate) fn all(rows: &Rows) -> Vec<(&'static str, String)> {
    let mut pictures = Vec::new();
    pictures.extend(beside(rows).map(|svg| ("beside.svg", svg)));
    pictures.extend(growth(rows).map(|svg| ("growth.svg", svg)));
    pictures
}

/// Appends and verification, docket beside SQLite, sled and the floors.
fn beside(rows: &Rows) -> Option<String> {
    let mut svg = Svg::new();
    let mut groups = Vec::new();
    for len in BATCHES {
        let section = format!("append-{len}");
        let bars = [(DOCKET, "docket", 0), (SQLITE, "SQLite", 1), (SLED, "sled, no hashes", 2)];
        let bars = bars.iter().filter_map(|(what, name, colour)| {
            let share = rows.ratio(&section, what, BARE)?.summary().0;
            let label = format!("{}/s", short(rows.median(&section, what)?));
            Some(Bar { name, value: share * 100.0, label, colour: *colour })
        });
        let name = if len == 1 { "one by one".to_owned() } else { format!("batches of {len}") };
        groups.push(Group { name, bars: bars.collect() });
    }
    if groups.iter().all(|group| group.bars.is_empty()) {
        return None;
    }
    heading(
        &mut svg,
        "Durable appends",
        "events a second, as % of a bare write + fdatasync of the same bytes",
    );
    bars(&mut svg, &groups, "% of the bare write + fdatasync");
    let threads = |name: &str, suffix: &str| {
        let bars = [("docket", "docket", 0), ("sqlite", "SQLite", 1), ("hashes", "hash loop alone", 3)];
        let bars = bars.iter().filter_map(|(what, name, colour)| {
            let value = rows.median(VERIFY, &format!("{what}-{suffix}"))?;
            Some(Bar { name, value: value / 1e6, label: format!("{}/s", short(value)), colour: *colour })
        });
        Group { name: name.to_owned(), bars: bars.collect() }
    };
    svg.take(18.0);
    heading(&mut svg, "Full verification", "chain and tree of the same records, none with personal values");
    bars(&mut svg, &[threads("two threads", "2"), threads("one thread", "1")], "million records a second");
    Some(svg.finish("docket beside SQLite and sled: durable appends and full verification"))
}

/// Time and memory against size.
fn growth(rows: &Rows) -> Option<String> {
    let cities = rows.sections(CITY);
    let sections: Vec<String> = cities.iter().map(|scale| format!("{CITY}{scale}")).collect();
    let sizes: Vec<f64> = sections.iter().filter_map(|section| rows.median(section, "records")).collect();
    if sizes.len() < 2 {
        return None;
    }
    let curve = |name: &'static str, what: &'static str, value: &dyn Fn(f64) -> f64| Curve {
        name,
        points: sections
            .iter()
            .filter_map(|section| {
                Some((rows.median(section, "records")?, value(rows.median(section, what)?)))
            })
            .collect(),
    };
    let mut svg = Svg::new();
    heading(&mut svg, "Time for a million events", "flat is straight growth; falling is better");
    let seconds = |rate: f64| 1e6 / rate;
    let times = [
        curve("written (rules, chain, vault, index)", "write", &seconds),
        curve("verified, with the vault", "verify", &seconds),
        curve("all reports rebuilt", "replay", &seconds),
    ];
    lines(&mut svg, &times, "seconds", Across::Tenfold);
    svg.take(18.0);
    heading(&mut svg, "Single commands", "each a cold process");
    let plain = |value: f64| value;
    let commands = [
        curve("case show", "case-show", &plain),
        curve("case reply", "case-reply", &plain),
        curve("report cases", "report", &plain),
        curve("report cases, after a record", "report-after", &plain),
        curve("prove record", "prove-record", &plain),
        curve("verify --since yesterday", "since", &plain),
    ];
    lines(&mut svg, &commands, "milliseconds", Across::Tenfold);
    svg.take(18.0);
    heading(&mut svg, "Peak memory", "of the process");
    let memory = [
        curve("writing", "write-peak", &plain),
        curve("verify", "verify-peak", &plain),
        curve("all reports", "replay-peak", &plain),
    ];
    lines(&mut svg, &memory, "MiB", Across::Evenly);
    Some(svg.finish("docket at growing sizes: time, single commands and memory"))
}

struct Group {
    name: String,
    bars: Vec<Bar>,
}

struct Bar {
    name: &'static str,
    value: f64,
    label: String,
    colour: usize,
}

struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// How sizes stand on their axis.
#[derive(Clone, Copy)]
enum Across {
    /// Each ten times the size the same step on.
    Tenfold,
    /// From zero on.
    Evenly,
}

const LEFT: f64 = 16.0;
const RIGHT: f64 = WIDTH - 16.0;

fn heading(svg: &mut Svg, title: &str, under: &str) {
    let top = svg.take(44.0);
    svg.text(LEFT, top + 16.0, Anchor::Start, "title", title);
    svg.text(LEFT, top + 34.0, Anchor::Start, "soft", under);
}

/// Draws groups of bars, each with its name on the left and its value behind it.
fn bars(svg: &mut Svg, groups: &[Group], unit: &str) {
    const BAR: f64 = 17.0;
    const NAMES: f64 = 122.0;
    const LABELS: f64 = 74.0;
    let (left, right) = (LEFT + NAMES, RIGHT - LABELS);
    let largest = groups.iter().flat_map(|group| &group.bars).map(|bar| bar.value).fold(0.0, f64::max);
    let ticks = ticks(largest);
    let end = ticks.last().copied().unwrap_or(1.0);
    let at = |value: f64| left + value / end * (right - left);
    let rows: usize = groups.iter().map(|group| group.bars.len()).sum();
    let height = rows as f64 * BAR + groups.len() as f64 * (BAR + 10.0);
    let top = svg.take(height + 38.0);
    for tick in &ticks {
        let x = at(*tick);
        svg.line((x, top), (x, top + height), if *tick == 0.0 { "axis" } else { "grid" });
        svg.text(x, top + height + 15.0, Anchor::Middle, "soft", plain(*tick));
    }
    svg.text((left + right) / 2.0, top + height + 32.0, Anchor::Middle, "soft", unit);
    let mut y = top;
    for group in groups {
        svg.text(LEFT, y + BAR, Anchor::Start, "", &group.name);
        y += BAR + 6.0;
        for bar in &group.bars {
            svg.text(left - 8.0, y + BAR - 5.0, Anchor::End, "soft", bar.name);
            svg.rect(left, y + 1.0, at(bar.value) - left, BAR - 3.0, &format!("c{}", bar.colour));
            svg.text(at(bar.value) + 5.0, y + BAR - 5.0, Anchor::Start, "", &bar.label);
            y += BAR;
        }
        y += 4.0;
    }
}

/// Draws curves over sizes, with a legend above.
fn lines(svg: &mut Svg, curves: &[Curve], unit: &str, across: Across) {
    const HEIGHT: f64 = 170.0;
    const LEGEND: f64 = 19.0;
    let (left, right) = (LEFT + 44.0, RIGHT - 20.0);
    for (number, curve) in curves.iter().enumerate() {
        let y = svg.take(LEGEND) + 11.0;
        svg.curve(&[(left, y), (left + 30.0, y)], &format!("c{number}"));
        svg.text(left + 40.0, y + 4.5, Anchor::Start, "", curve.name);
    }
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (least, most) = points().fold((f64::MAX, 0.0_f64), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let ticks = ticks(points().map(|(_, y)| *y).fold(0.0, f64::max));
    let end = ticks.last().copied().unwrap_or(1.0);
    let top = svg.take(HEIGHT + 58.0) + 24.0;
    let x = |size: f64| {
        let part = match across {
            Across::Tenfold => (size / least).ln() / (most / least).ln(),
            Across::Evenly => size / most,
        };
        left + part * (right - left)
    };
    let y = |value: f64| top + HEIGHT - value / end * HEIGHT;
    svg.text(LEFT, top - 8.0, Anchor::Start, "soft", unit);
    for tick in &ticks {
        svg.line((left, y(*tick)), (right, y(*tick)), if *tick == 0.0 { "axis" } else { "grid" });
        svg.text(left - 7.0, y(*tick) + 4.5, Anchor::End, "soft", plain(*tick));
    }
    let mut sizes: Vec<f64> = points().map(|(size, _)| *size).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    sizes.dedup();
    let mut free = f64::MIN;
    for size in sizes {
        svg.line((x(size), top + HEIGHT), (x(size), top + HEIGHT + 4.0), "axis");
        // What would stand on the one before is left out.
        if x(size) - 22.0 >= free {
            svg.text(x(size), top + HEIGHT + 18.0, Anchor::Middle, "soft", short(size));
            free = x(size) + 26.0;
        }
    }
    svg.text((left + right) / 2.0, top + HEIGHT + 33.0, Anchor::Middle, "soft", "events in the ledger");
    for (number, curve) in curves.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            curve.points.iter().map(|(size, value)| (x(*size), y(*value))).collect();
        svg.curve(&points, &format!("c{number}"));
    }
}

/// Returns round numbers from zero to at least `most`, four to six of them.
fn ticks(most: f64) -> Vec<f64> {
    let most = if most > 0.0 { most } else { 1.0 };
    let power = 10_f64.powf((most / 5.0).log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let step = step.into_iter().find(|step| most / step <= 5.0).unwrap_or(most);
    let mut ticks = vec![0.0];
    let mut number = 0.0;
    while number * step < most {
        number += 1.0;
        ticks.push(number * step);
    }
    ticks
}

/// A tick as people write it.
fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Three digits and a letter.
fn short(value: f64) -> String {
    let (value, letter) = match value {
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    match value {
        value if value >= 100.0 || letter.is_empty() => format!("{value:.0}{letter}"),
        value if value >= 10.0 => format!("{value:.1}{letter}"),
        value => format!("{value:.2}{letter}"),
    }
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;

    /// Numbers as a run brings them.
    fn rows() -> Rows {
        let mut csv = "section,what,unit,round,value\n".to_owned();
        let mut put = |section: &str, what: &str, value: f64| {
            csv += &format!("{section},{what},unit,0,{value}\n");
        };
        for len in BATCHES {
            for (what, value) in [(DOCKET, 0.7), (SQLITE, 0.3), (SLED, 0.1), (BARE, 1.0)] {
                put(&format!("append-{len}"), what, value * len as f64 * 5_000.0);
            }
        }
        for what in ["docket-2", "docket-1", "sqlite-2", "sqlite-1", "hashes-2", "hashes-1"] {
            put(VERIFY, what, 1.9e6);
        }
        for (scale, records) in [("0.001", 98_305.0), ("0.01", 981_114.0), ("0.1", 9_800_000.0)] {
            let section = format!("{CITY}{scale}");
            put(&section, "records", records);
            for what in
                ["write", "verify", "replay", "case-show", "case-reply", "report", "prove-record", "since"]
            {
                put(&section, what, 400_000.0);
            }
            for what in ["write-peak", "verify-peak", "replay-peak"] {
                put(&section, what, records / 1e4);
            }
        }
        Rows::from_csv(&csv).unwrap()
    }

    /// Reads a picture to its end, and returns its elements with their attributes that are numbers.
    fn elements(svg: &str) -> Vec<(String, Vec<(String, f64)>)> {
        let mut reader = Reader::from_str(svg);
        reader.config_mut().check_end_names = true;
        let mut elements = Vec::new();
        loop {
            match reader.read_event().expect("well-formed XML") {
                Event::Start(tag) | Event::Empty(tag) => {
                    let attributes = tag.attributes().map(|attribute| attribute.expect("well-formed"));
                    let numbers = attributes.filter_map(|attribute| {
                        let name = attribute.key.as_ref().to_owned();
                        let value = attribute.value.parse().ok()?;
                        Some((name, value))
                    });
                    let numbers = numbers.collect();
                    elements.push((tag.name().as_ref().to_owned(), numbers));
                }
                Event::Eof => return elements,
                _ => {}
            }
        }
    }

    #[test]
    fn pictures_are_well_formed_and_nothing_leaves_the_page() {
        let pictures = all(&rows());
        assert_eq!(pictures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["beside.svg", "growth.svg"]);
        for (name, svg) in pictures {
            let elements = elements(&svg);
            let (_, page) = elements.iter().find(|(name, _)| name == "svg").unwrap();
            let side = |wanted: &str| page.iter().find(|(name, _)| name == wanted).unwrap().1;
            let (width, height) = (side("width"), side("height"));
            assert!(elements.len() > 60, "{name}: {} elements", elements.len());
            for (element, numbers) in &elements {
                for (attribute, value) in numbers {
                    let most = if attribute.contains('y') || attribute == "height" { height } else { width };
                    assert!((0.0..=most).contains(value), "{name}: {element} {attribute}={value}");
                }
            }
        }
    }

    #[test]
    fn a_longer_bar_is_a_larger_value_from_zero_on() {
        let mut svg = Svg::new();
        let bar = |value| Bar { name: "a", value, label: String::new(), colour: 0 };
        bars(&mut svg, &[Group { name: "g".to_owned(), bars: vec![bar(10.0), bar(40.0)] }], "unit");
        let elements = elements(&svg.finish("title"));
        let widths: Vec<f64> = elements
            .iter()
            .filter(|(name, numbers)| name == "rect" && !numbers.is_empty() && numbers.len() == 4)
            .map(|(_, numbers)| numbers.iter().find(|(name, _)| name == "width").unwrap().1)
            .collect();
        assert_eq!(widths.len(), 2, "{widths:?}");
        assert!((widths[1] / widths[0] - 4.0).abs() < 0.01, "{widths:?}");
    }

    #[test]
    fn words_that_mean_something_in_xml_are_escaped() {
        let mut svg = Svg::new();
        svg.text(1.0, 1.0, Anchor::Start, "soft", "a < b & \"c\"");
        let text = svg.finish("1 > 0");
        assert!(
            text.contains("a &lt; b &amp; &quot;c&quot;") && text.contains("<title>1 &gt; 0</title>"),
            "{text}"
        );
        elements(&text);
    }

    #[test]
    fn ticks_are_round_and_reach_the_largest_value() {
        for most in [0.0, 0.03, 1.0, 7.3, 99.0, 100.0, 101.0, 2.5e6] {
            let ticks = ticks(most);
            assert_eq!(ticks[0], 0.0);
            assert!(*ticks.last().unwrap() >= most, "{most}: {ticks:?}");
            assert!((2..=6).contains(&ticks.len()), "{most}: {ticks:?}");
        }
        assert_eq!(ticks(99.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(plain(2.5), "2.5");
        assert_eq!(plain(20.0), "20");
        assert_eq!([short(950.0), short(9_800_000.0), short(98_305.0)], ["950", "9.80M", "98.3k"]);
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        assert!(all(&Rows::default()).is_empty());
    }
}
