//! `docket import --mapping xes`: each trace once, however it is named, sorted or packed; what it says later is added.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ledger, Run, gzip, repository, run::arg, shared};

fn permits() -> String {
    fs::read_to_string(repository("tests/fixtures/permits.xes")).unwrap()
}

fn import(ledger: &Ledger, file: &str, more: &[&str]) -> Run {
    ledger.run(&[&["import", file, "--mapping", "xes"], more].concat())
}

/// Imports, and returns the counts in short.
#[track_caller]
fn counts(ledger: &Ledger, file: &str, code: i32) -> [u64; 7] {
    short(&import(ledger, file, &["--json"]).ends(code).json())
}

/// Added, grown, known, repeated, rejected, conflicts, records.
fn short(counts: &Value) -> [u64; 7] {
    ["added", "grown", "known", "repeated", "rejected", "conflicts", "records"]
        .map(|name| counts[name].as_u64().unwrap())
}

fn case(ledger: &Ledger, case: &str) -> Value {
    ledger.run(&["case", "show", case, "--personal", "--json"]).done().json()
}

/// The traces of the fixture, each with its tags.
fn traces(text: &str) -> Vec<String> {
    text.split_inclusive("</trace>")
        .filter_map(|part| Some(part[part.find("<trace>")?..].to_owned()))
        .collect()
}

fn log(traces: &[String]) -> String {
    format!("<log>{}</log>", traces.concat())
}

#[test]
fn every_trace_becomes_a_case_once_whatever_the_file_is_called() {
    let ledger = Ledger::init("Europe/Rome");
    let file = ledger.put("permits.xes", permits());
    let first = import(&ledger, &file, &[]).done();
    // The source, three cases, six steps.
    assert_eq!(
        first.stdout,
        "3 rows: 3 added with 10 records, 0 known already, 0 repeated in the file, 0 left out\n"
    );
    assert_eq!(first.stderr, "note: in the file, and not named by the mapping: fee\n");
    let before = ledger.record();
    assert_eq!(counts(&ledger, &file, 0), [0, 0, 3, 0, 0, 0, 0]);
    let packed = ledger.put("renamed.gz", gzip(permits().as_bytes()));
    assert_eq!(counts(&ledger, &packed, 0), [0, 0, 3, 0, 0, 0, 0]);
    let mut sorted = traces(&permits());
    sorted.reverse();
    sorted.push(sorted[0].clone());
    let sorted = ledger.put("sorted.xes", log(&sorted));
    assert_eq!(counts(&ledger, &sorted, 0), [0, 0, 3, 1, 0, 0, 0]);
    assert_eq!(before, ledger.record(), "what is known leaves no trace");
    ledger.verify(0);
    ledger.run(&["verify", "--index"]).done();
}

#[test]
fn a_trace_is_registered_with_its_first_event_and_each_event_is_a_step() {
    let ledger = Ledger::init("Europe/Rome");
    let file = ledger.put("permits.xes", permits());
    import(&ledger, &file, &[]).done();
    let shown = case(&ledger, "C-1");
    for (field, value) in [
        ("state", json!("registered")),
        ("channel", json!("other")),
        ("category", json!("Building")),
        ("registered_at", json!("2011-07-01T07:00:00.000000Z")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(steps(&ledger, "C-1"), ["Apply", "Inspect+start", "Grant"]);
    // Its events stand in the file the other way round.
    assert_eq!(steps(&ledger, "C-2"), ["Apply", "Refuse"]);
    assert_eq!(case(&ledger, "C-2")["registered_at"], "2011-07-02T10:00:00.000000Z");
    // The row is the trace's number, and the key stands on the first event that comes from it.
    let record = |place: usize| {
        let index = shown["records"][place]["index"].to_string();
        ledger.run(&["record", &index]).done().stdout
    };
    assert!(record(0).contains("P-1"), "{}", record(0));
    assert!(!record(1).contains("P-1"), "{}", record(1));
}

/// The activities of a case, in the order of its records.
fn steps(ledger: &Ledger, shown: &str) -> Vec<String> {
    let records = case(ledger, shown)["records"].clone();
    let activity = |record: &Value| {
        let shown = ledger.run(&["record", &record["index"].to_string()]).done().stdout;
        let (_, activity) = shown.split_once("activity: ")?;
        let activity = activity.trim_start_matches("Label(").trim_start_matches('"');
        Some(activity[..activity.find(['"', ',', '\n'])?].to_owned())
    };
    records.as_array().unwrap().iter().filter_map(activity).collect()
}

#[test]
fn who_did_a_step_stands_in_the_vault_and_nowhere_else() {
    let ledger = Ledger::init("Europe/Rome");
    let file = ledger.put("permits.xes", permits());
    let first = import(&ledger, &file, &[]).done();
    let again = import(&ledger, &file, &["--dry-run"]).done();
    let files = ledger.files();
    for word in ["Quillfeather", "Mossgrove"] {
        for (name, bytes) in &files.0 {
            let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert_eq!(is_there, name == "vault/00000000.vlt", "{word} in {name}");
        }
        for run in [&first, &again] {
            assert!(!run.stdout.contains(word) && !run.stderr.contains(word));
        }
    }
    let personal = case(&ledger, "C-1")["personal"].clone();
    let values: Vec<_> = personal.as_array().unwrap().iter().map(|value| &value["value"]).collect();
    assert_eq!(values, ["org:resource=Wanda Quillfeather\norg:group=Desk of Quillfeather"]);
}

const LATER: &str = "<event><string key='concept:name' value='Appeal'/>\
    <date key='time:timestamp' value='2011-08-01T12:00:00+02:00'/>\
    <string key='org:resource' value='Otto Mossgrove'/></event>";

fn grow(text: &str, event: &str) -> String {
    text.replace("</trace>", &format!("{event}</trace>"))
}

#[test]
fn a_trace_that_has_grown_adds_only_its_new_steps_and_only_once() {
    let ledger = Ledger::init("Europe/Rome");
    let file = ledger.put("permits.xes", permits());
    import(&ledger, &file, &[]).done();
    let later = ledger.put("later.xes", grow(&permits(), LATER));
    // A dry run says so and does nothing.
    let before = ledger.record();
    let dry = import(&ledger, &later, &["--dry-run", "--json"]).done().json();
    assert_eq!(short(&dry), [0, 3, 0, 0, 0, 0, 4]);
    assert_eq!(before, ledger.record());
    let run = import(&ledger, &later, &[]).done();
    assert_eq!(
        run.stdout,
        "3 rows: 3 added with 4 records, 0 known already, 0 repeated in the file, 0 left out\n\
         3 of those added were known in part: what they say beyond it was added\n"
    );
    assert_eq!(steps(&ledger, "C-1"), ["Apply", "Inspect+start", "Grant", "Appeal"]);
    assert_eq!(counts(&ledger, &later, 0), [0, 0, 3, 0, 0, 0, 0]);
    // Grown again, from two files ago: a third batch.
    let last = grow(&grow(&permits(), LATER), &LATER.replace("Appeal", "Hear").replace("-08-", "-09-"));
    let last = ledger.put("last.xes", last);
    assert_eq!(counts(&ledger, &last, 0), [0, 3, 0, 0, 0, 0, 4]);
    assert_eq!(counts(&ledger, &last, 0), [0, 0, 3, 0, 0, 0, 0]);
    assert_eq!(steps(&ledger, "C-3"), ["Apply", "Appeal", "Hear"]);
    assert_eq!(ledger.run(&["case", "list", "--json"]).done().json_lines().len(), 3);
    ledger.verify(0);
    ledger.run(&["verify", "--index"]).done();
}

#[test]
fn a_trace_that_says_otherwise_or_less_is_a_conflict_and_the_others_go_on() {
    let ledger = Ledger::init("Europe/Rome");
    let file = ledger.put("later.xes", grow(&permits(), LATER));
    import(&ledger, &file, &[]).done();
    let record = ledger.record();
    // Less than the ledger holds: an older file, or one from which something was taken.
    assert_eq!(counts(&ledger, &ledger.put("older.xes", permits()), 2), [0, 0, 0, 0, 3, 3, 0]);
    let earlier = LATER.replace("-08-01", "-06-01");
    let whole = grow(&permits(), LATER);
    for (name, from, to) in [
        ("name.xes", "\"Grant\"", "\"Deny\""),
        ("time.xes", "08:00:00Z", "08:00:01Z"),
        ("who.xes", "Desk of", "Desk for"),
        ("category.xes", "\"Building\"", "\"Trade\""),
        ("label.xes", "\"Garage\"", "\"Shed\""),
        ("between.xes", "<string key=\"category\"", &format!("{earlier}<string key=\"category\"")),
    ] {
        assert!(whole.contains(from), "{from}");
        let file = ledger.put(name, whole.replacen(from, to, 1));
        assert_eq!(counts(&ledger, &file, 2), [0, 0, 2, 0, 1, 1, 0], "{name}");
    }
    assert_eq!(record, ledger.record());
    let rejects = ledger.beside("rejects.csv");
    let file = ledger.put("other.xes", whole.replace("P-3", "P-4").replace("\"Grant\"", "\"Deny\""));
    import(&ledger, &file, &["--rejects", arg(&rejects)]).ends(2);
    let listed = fs::read_to_string(&rejects).unwrap();
    assert!(listed.starts_with("row,key,column,reason\n1,P-1,,\"the same key as record "), "{listed}");
    assert_eq!(listed.lines().count(), 2);
    assert_eq!(ledger.run(&["case", "list", "--json"]).done().json_lines().len(), 4);
    ledger.verify(0);
}

#[test]
fn bad_traces_are_listed_with_their_reason_and_without_their_words() {
    let ledger = Ledger::init("Europe/Rome");
    let event =
        |inner: &str| format!("<trace><string key='concept:name' value='B'/><event>{inner}</event></trace>");
    let name = "<string key='concept:name' value='Apply'/>";
    let bad = [
        "<trace><event/></trace>".to_owned(),
        "<trace><string key='concept:name' value='B'/></trace>".to_owned(),
        event(name),
        event(&format!("{name}<date key='time:timestamp' value='2011-07-01T09:00:00'/>")),
        event(&format!("{name}<date key='time:timestamp' value='Wanda Fenwick'/>")),
        event(&format!("{name}<string key='org:resource' value='&fenwick;'/>")),
        event(&format!("<string key='concept:name' value='{}'/>", "Fenwick ".repeat(20))),
        event(&format!("{name}<string key='x' value='{}'/>", "Fenwick ".repeat(200_000))),
    ];
    let file = ledger.put("bad.xes", log(&[bad.to_vec(), traces(&permits())].concat()));
    let rejects = ledger.beside("rejects.csv");
    let dry = import(&ledger, &file, &["--dry-run", "--json"]).ends(2).json();
    let run = import(&ledger, &file, &["--rejects", arg(&rejects), "--json"]).ends(2);
    assert_eq!(short(&run.json()), [3, 0, 0, 0, 8, 0, 10]);
    assert_eq!(short(&dry), short(&run.json()), "a dry run counts the same");
    let listed = fs::read_to_string(&rejects).unwrap();
    insta::assert_snapshot!(listed, @r#"
row,key,column,reason
1,,concept:name of event 1,no value
2,B,,"no event, so no time at which the case began"
3,B,time:timestamp of event 1,no value
4,B,time:timestamp of event 1,"a time without its offset from UTC, which is several moments"
5,B,time:timestamp of event 1,a text of 13 bytes that is not a time in the mapping's format
6,B,org:resource of event 1,a reference that XML does not define by itself
7,B,concept:name of event 1,a public term of more than 120 bytes (159)
8,B,event 1,an element of more than 1052672 bytes
"#);
    assert!(!listed.contains("enwick") && !run.stderr.contains("enwick"));
    ledger.verify(0);
}

#[test]
fn a_file_that_is_damaged_or_no_log_is_refused_before_anything_is_recorded() {
    let ledger = Ledger::init("Europe/Rome");
    let before = ledger.record();
    let text = permits();
    let packed = gzip(text.as_bytes());
    let table = fs::read(repository("tests/fixtures/hotline.csv")).unwrap();
    for (name, bytes, error) in [
        ("cut.xes", &text.as_bytes()[..1_200], "cut short"),
        ("cut.gz", &packed[..packed.len() - 9], "the gzip stream is damaged or cut short"),
        ("crossed.xes", text.replacen("</event>", "</trace>", 1).as_bytes(), "an end tag that does not end"),
        (
            "entities.xes",
            text.replace("<log", "<!DOCTYPE log [<!ENTITY a 'b'>]><log").as_bytes(),
            "never read",
        ),
        ("table.csv", &table, "no element"),
    ] {
        let file = ledger.put(name, bytes);
        import(&ledger, &file, &[]).fails(3, error, "nothing of this file was recorded by half");
    }
    assert_eq!(before, ledger.record());
}

#[test]
fn a_mapping_of_ones_own_is_not_called_xes() {
    let ledger = Ledger::init("Europe/Rome");
    let text = fs::read_to_string(repository("tests/fixtures/hotline.toml")).unwrap();
    let mapping = ledger.put("own.toml", text.replace("\"hotline\"\nzone", "\"xes\"\nzone"));
    let file = ledger.put("permits.xes", permits());
    ledger.run(&["import", &file, "--mapping", &mapping]).fails(2, "xes is that of XES files", "mapping");
}

#[test]
fn the_log_of_traffic_fines_is_imported_whole_once() {
    let Some(file) = shared("data/road_traffic_fines.xes.gz") else { return };
    let ledger = Ledger::init("Europe/Rome");
    // 150,370 cases and 561,470 steps behind the source.
    assert_eq!(counts(&ledger, arg(&file), 0), [150_370, 0, 0, 0, 0, 0, 1 + 150_370 + 561_470]);
    let verdict = ledger.verify(0);
    assert_eq!(verdict["size"], 1 + 1 + 150_370 + 561_470);
    assert_eq!(verdict["personal_values"], 150_925, "one for each org:resource");
    assert_eq!(counts(&ledger, arg(&file), 0), [0, 0, 150_370, 0, 0, 0, 0]);
    assert_eq!(ledger.verify(0)["size"], verdict["size"]);
    ledger.run(&["verify", "--index"]).done();
}
