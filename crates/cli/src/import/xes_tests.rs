//! Traces: small invented logs, hostile ones, and every byte of one changed.

use std::io::{BufReader, Read as _, Seek as _, Write as _};

use flate2::{Compression, write::GzEncoder};

use super::{
    ActKind, FileError, Format, Input, Precision, Reason, Reject, RowOutcome, Rows, RowsError, Survey,
    civil::CivilError,
    xes::TRACE_EVENTS_MAX,
    xml::{TAG_LEN_MAX, Tags, XmlFault},
};

fn input(bytes: impl AsRef<[u8]>) -> Input {
    Input::from_pipe(bytes.as_ref()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn survey(bytes: impl AsRef<[u8]>) -> Result<Survey, FileError> {
    match Format::Xes.survey(&mut input(bytes)) {
        Ok(survey) => Ok(survey),
        Err(RowsError::File(error)) => Err(error),
        Err(RowsError::Mapping(error)) => panic!("{error}"),
    }
}

fn fault(bytes: impl AsRef<[u8]>) -> XmlFault {
    match survey(bytes).unwrap_err() {
        FileError::Xml { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

fn log(traces: &[&str]) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<log>\n{}\n</log>\n", traces.join("\n"))
}

fn string(key: &str, value: &str) -> String {
    format!("<string key=\"{key}\" value=\"{value}\"/>")
}

fn event(name: &str, time: &str) -> String {
    format!("<event>{}<date key='time:timestamp' value='{time}'/></event>", string("concept:name", name))
}

fn trace(key: &str, inner: &str) -> String {
    format!("<trace>{}{inner}</trace>", string("concept:name", key))
}

const NINE: &str = "2011-07-01T09:00:00+02:00";
const TEN: &str = "2011-07-01T10:00:00+02:00";

/// One word for each trace, and the rejects.
fn outcomes(bytes: impl AsRef<[u8]>) -> (Vec<String>, Vec<Reject>) {
    let mut input = input(bytes);
    let survey = Format::Xes.survey(&mut input).unwrap();
    let mut rows = Rows::open(&mut input, Format::Xes).unwrap();
    let (mut words, mut rejects) = (Vec::new(), Vec::new());
    while let Some(outcome) = rows.next_row().unwrap() {
        words.push(match outcome {
            RowOutcome::Mapped(row) => row.key.to_owned(),
            RowOutcome::Duplicate => "repeated".into(),
            RowOutcome::Rejected(reject) => {
                rejects.push(reject);
                "reject".into()
            }
        });
    }
    assert_eq!(rows.finish().unwrap(), survey);
    assert_eq!(words.len() as u64, survey.rows);
    (words, rejects)
}

/// The column and reason for which a trace is left out; the one behind it is not.
#[track_caller]
fn rejected(bad: &str) -> (String, Reason) {
    let (words, mut rejects) = outcomes(log(&[bad, &trace("good", &event("a", NINE))]));
    assert_eq!(words, ["reject", "good"]);
    let Reject { row: 1, column, reason, .. } = rejects.remove(0) else { panic!("another row") };
    (column.unwrap_or_default(), reason)
}

/// Activities, times and personal values of the only trace.
fn steps(text: &str) -> Vec<(String, i64, Precision, Option<String>)> {
    let mut input = input(text);
    let mut rows = Rows::open(&mut input, Format::Xes).unwrap();
    let Some(RowOutcome::Mapped(row)) = rows.next_row().unwrap() else { panic!("not mapped") };
    assert_eq!(row.registered, row.acts[0].time, "the case begins with its first event");
    let steps = row.acts.iter().map(|act| {
        let ActKind::Step { activity } = act.kind else { panic!("{act:?}") };
        let personal = act.personal.first().map(|(field, text)| {
            assert_eq!(*field, "text");
            text.to_string()
        });
        (activity.to_owned(), act.time.at_us, act.time.precision, personal)
    });
    steps.collect()
}

#[test]
fn an_event_becomes_a_step_in_the_order_of_time_and_then_of_the_file() {
    let events =
        [event("third", TEN), event("first", NINE), event("fourth", TEN), event("second", NINE)].concat();
    let steps = steps(&log(&[&trace("1", &events)]));
    let names: Vec<_> = steps.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third", "fourth"]);
    // 09:00 at +02:00 is 07:00Z.
    assert_eq!((steps[0].1, steps[0].2), (1_309_503_600_000_000, Precision::Second));
}

#[test]
fn a_transition_other_than_complete_stands_behind_the_name() {
    let with = |transition: &str| {
        let inner = [string("concept:name", "Check"), string("lifecycle:transition", transition)].concat();
        let event = format!("<event>{inner}<date key='time:timestamp' value='{NINE}'/></event>");
        steps(&log(&[&trace("1", &event)])).remove(0).0
    };
    assert_eq!([with("start"), with("complete"), with("COMPLETE")], ["Check+start", "Check", "Check"]);
}

#[test]
fn who_did_it_is_personal_and_is_not_shown() {
    let inner = [
        string("org:group", " North &amp; South "),
        string("org:resource", "Wanda Quillfeather"),
        string("org:role", ""),
    ]
    .concat();
    let text = log(&[&trace("1", &event("a", NINE).replace("</event>", &(inner + "</event>")))]);
    let personal = steps(&text).remove(0).3;
    assert_eq!(personal.as_deref(), Some("org:resource=Wanda Quillfeather\norg:group= North & South "));
    let mut input = input(&text);
    let mut rows = Rows::open(&mut input, Format::Xes).unwrap();
    let shown = format!("{:?}", rows.next_row().unwrap());
    assert!(!shown.contains("Quillfeather"), "{shown}");
    assert_eq!(rows.unmapped(), [""; 0]);
}

#[test]
fn attributes_of_a_trace_with_the_names_of_labels_are_labels_and_others_are_named() {
    let inner = [
        string("type", "Garage"),
        string("category", " Building "),
        string("amount", "35.0"),
        string("priority", ""),
        event("a", NINE),
    ]
    .concat();
    let text = log(&[&trace("1", &inner), "<event/>"]);
    let mut input = input(text);
    let mut rows = Rows::open(&mut input, Format::Xes).unwrap();
    let Some(RowOutcome::Mapped(row)) = rows.next_row().unwrap() else { panic!("not mapped") };
    assert_eq!((row.category, row.channel, row.unit), (Some("Building"), "other", None));
    assert_eq!(row.labels, [("type", "Garage")]);
    assert!(rows.next_row().unwrap().is_none());
    assert_eq!(rows.unmapped(), ["amount", "events outside of any trace"]);
}

#[test]
fn what_lies_within_attributes_is_theirs() {
    let nested = "<string key='note' value='x'><string key='concept:name' value='inner'/>\
                  <date key='time:timestamp' value='never'/></string>\
                  <list key='l'><values><string key='concept:name' value='inner'/></values></list>";
    let inside = event("a", NINE).replace("</event>", &format!("{nested}</event>"));
    let text = log(&[&trace("1", &format!("{nested}{inside}"))]);
    assert_eq!(steps(&text)[0].0, "a");
    assert_eq!(outcomes(text).0, ["1"]);
}

#[test]
fn texts_comments_sections_and_instructions_are_passed_over() {
    let around = "text > & <!-- <trace> -- > ' --><?x <trace> ' ?>";
    let noise = format!("{around}<![CDATA[ <trace> ]] > ]]>");
    let event = event("a", NINE).replace("<date", &format!("{noise}<date"));
    let inner = format!("{noise}{}{noise}", trace("1", &event));
    assert_eq!(outcomes(format!("\u{feff}{around}<xes:log>{inner}</xes:log >{around}")).0, ["1"]);
}

#[test]
fn a_moment_needs_its_offset_from_utc() {
    let at = |time: &str| rejected(&trace("1", &event("a", time)));
    let read = |time: &str| {
        let (_, at, precision, _) = steps(&log(&[&trace("1", &event("a", time))])).remove(0);
        (at, precision)
    };
    assert_eq!(read("2011-07-01T07:00:00Z"), (1_309_503_600_000_000, Precision::Second));
    assert_eq!(read("2011-07-01T03:00:00.25-04:00"), (1_309_503_600_250_000, Precision::Microsecond));
    assert_eq!(read(" 2011-07-01T07:00:00.000001Z "), (1_309_503_600_000_001, Precision::Microsecond));
    for time in ["2011-07-01T09:00:00", "2011-07-01T09:00:00.123"] {
        assert_eq!(at(time), ("time:timestamp of event 1".into(), Reason::NoOffset));
    }
    for (time, len) in [("2011-07-01", 10), ("Wanda Quillfeather", 18)] {
        let reason = Reason::Time(CivilError::OtherForm { len });
        assert_eq!(at(time), ("time:timestamp of event 1".into(), reason));
    }
    let never = "2011-02-30T09:00:00+02:00";
    assert_eq!(at(never).1, Reason::Time(CivilError::NoSuchTime { value: never.into() }));
}

#[test]
fn a_bad_trace_is_rejected_with_its_reason_and_the_next_is_whole() {
    let good = event("a", NINE);
    let name = |reason: Reason| ("concept:name".to_owned(), reason);
    let of = |name: &str, reason: Reason| (format!("{name} of event 2"), reason);
    let second = |inner: &str| rejected(&trace("1", &format!("{good}<event>{inner}</event>")));
    let time = format!("<date key='time:timestamp' value='{NINE}'/>");
    let named = string("concept:name", "b");

    assert_eq!(rejected(&format!("<trace>{good}</trace>")), name(Reason::Empty));
    assert_eq!(rejected(&trace(" ", &good)), name(Reason::Empty));
    assert_eq!(rejected("<trace/>"), name(Reason::Empty));
    assert_eq!(rejected(&trace("1", "")), (String::new(), Reason::NoEvent));
    assert_eq!(rejected(&trace("1\n2&#10;3", &good)), name(Reason::ControlCharacter));
    assert_eq!(rejected(&trace(&"k".repeat(121), &good)), name(Reason::TermTooLong { len: 121 }));
    assert_eq!(rejected(&trace("1", &(string("concept:name", "2") + &good))), name(Reason::StatedTwice));
    assert_eq!(rejected(&trace("&who;", &good)), name(Reason::UnknownReference));
    assert_eq!(rejected(&trace("1", "<event/>")), ("concept:name of event 1".into(), Reason::Empty));

    assert_eq!(second(&time), of("concept:name", Reason::Empty));
    assert_eq!(second(&named), of("time:timestamp", Reason::Empty));
    assert_eq!(second(&format!("{time}{time}{named}")), of("time:timestamp", Reason::StatedTwice));
    assert_eq!(second("<string key=concept:name value='x'/>").1, Reason::MalformedTag);
    assert_eq!(second("<string key='a' key='b' value='x'/>").1, Reason::MalformedTag);
    assert_eq!(second(&string("org:resource", "&#0;")), of("org:resource", Reason::UnknownReference));
    let long = format!(
        "{time}{}{}",
        string("concept:name", &"b".repeat(118)),
        string("lifecycle:transition", "start")
    );
    assert_eq!(second(&long), of("lifecycle:transition", Reason::TermTooLong { len: 124 }));
    // The first fault is the one that is told.
    assert_eq!(rejected(&trace("1", "<event/><event>&lt;</event>")).0, "concept:name of event 1");
}

#[test]
fn no_reason_shows_a_value_that_may_be_personal() {
    for value in ["Wanda Quillfeather", "Wanda&#7;", &"Wanda".repeat(40), "&Wanda;"] {
        for key in ["time:timestamp", "lifecycle:transition", "org:resource", "type", "Wanda"] {
            let at_event = event("a", NINE).replace("<date", &format!("{}<date", string(key, value)));
            let at_trace = string(key, value) + &event("a", NINE);
            for inner in [at_event, at_trace] {
                for reject in outcomes(log(&[&trace("1", &inner)])).1 {
                    let shown = format!("{reject:?} {}", reject.reason);
                    assert!(!shown.contains("Wanda"), "{shown}");
                }
            }
        }
    }
}

#[test]
fn the_same_key_twice_is_a_repetition_or_a_conflict() {
    let (one, other) = (trace("1", &event("a", NINE)), trace("1", &event("a", TEN)));
    let grown = trace("1", &(event("a", NINE) + &event("b", TEN)));
    // What is left out makes no difference.
    let more = one.replace("</trace>", "<string key='x' value='y'/></trace>");
    let (words, rejects) = outcomes(log(&["<trace/>", &one, &more, &other, &grown]));
    assert_eq!(words, ["reject", "1", "repeated", "reject", "reject"]);
    assert_eq!((rejects[1].row, &rejects[1].reason), (4, &Reason::Conflict { first: 2 }));
    assert_eq!((rejects[2].row, &rejects[2].reason), (5, &Reason::Conflict { first: 2 }));
    // Who did it belongs to the content.
    let by = |who: &str| one.replace("</event>", &(string("org:resource", who) + "</event>"));
    assert_eq!(outcomes(log(&[&by("R-1"), &by("R-2")])).0, ["1", "reject"]);
}

#[test]
fn a_file_that_is_no_well_formed_log_is_refused_before_any_trace() {
    let good = log(&[&trace("1", &event("a", NINE))]);
    for (bytes, expected) in [
        (String::new(), XmlFault::Empty),
        ("no,opened,due\n1,2,3\n".into(), XmlFault::Empty),
        ("<!-- nothing -->".into(), XmlFault::Empty),
        ("<html></html>".into(), XmlFault::NotXes),
        ("<trace/>".into(), XmlFault::NotXes),
        (good.replace("</trace>", "</event>"), XmlFault::Mismatch),
        (good.replace("</trace>", "</trace x='1'>"), XmlFault::Mismatch),
        (good.replace("</trace>", "</trace></trace>"), XmlFault::Mismatch),
        (good.replace("<trace>", "<>"), XmlFault::Name),
        (good.replace("<trace>", "< trace>"), XmlFault::Name),
        (good.replace("trace", &"t".repeat(201)), XmlFault::Name),
        (format!("{good}<log/>"), XmlFault::SecondRoot),
        (format!("{good}<!-- cut"), XmlFault::CutShort),
        (good.replace("UTF-8", "ISO-8859-1"), XmlFault::Encoding),
        (format!("<log>{}", "<a>".repeat(100)), XmlFault::TooDeep),
        (format!("<log>{}{}</log>", "<a>".repeat(64), "</a>".repeat(64)), XmlFault::TooDeep),
    ] {
        assert_eq!(fault(&bytes), expected, "{bytes}");
    }
    assert!(survey(format!("<log>{}{}</log>", "<a>".repeat(63), "</a>".repeat(63))).is_ok());
    assert!(survey("<log/>").is_ok());
    assert!(survey(good.replace("UTF-8", "us-ascii")).is_ok());
    assert!(matches!(survey(b"\xff\xfe<\0l\0"), Err(FileError::OtherKind(_))));
}

#[test]
fn a_document_type_declaration_is_refused_wherever_it_stands() {
    let bomb = "<!DOCTYPE log [<!ENTITY a \"Wanda\"><!ENTITY b \"&a;&a;&a;\">]>";
    let good = log(&[&trace("&b;", &event("a", NINE))]);
    for (at, with) in [("<log>", format!("{bomb}<log>")), ("<trace>", format!("<trace>{bomb}"))] {
        assert_eq!(fault(good.replace(at, &with)), XmlFault::Declaration);
    }
    assert_eq!(fault("<!doctype html><html></html>"), XmlFault::Declaration);
    assert_eq!(fault("<![CDATA[ outside ]]><log/>"), XmlFault::Declaration);
    let error = survey(format!("{bomb}<log/>")).unwrap_err().to_string();
    assert_eq!(
        error,
        "cannot read the file as XES: at byte 3, a document type or other declaration, which is never read"
    );
}

#[test]
fn the_five_references_of_xml_are_read_however_many() {
    let text = "&lt;&gt;&amp;&apos;&quot;&#65;&#x42;".repeat(200);
    let named = event("a", NINE).replace("<date", &format!("{}<date", string("org:resource", &text)));
    let personal = steps(&log(&[&trace("1", &named)])).remove(0).3.unwrap();
    assert_eq!(personal, format!("org:resource={}", "<>&'\"AB".repeat(200)));
}

#[test]
fn a_log_cut_anywhere_is_refused_before_any_trace() {
    let text = log(&[&trace("1", &event("a", NINE)), &trace("2", &event("b", TEN))]);
    let whole = text.trim_end();
    for len in 0..whole.len() {
        assert!(matches!(survey(&whole[..len]), Err(FileError::Xml { .. })), "{len}");
    }
    let packed = gzip(whole.as_bytes());
    assert_eq!(survey(&packed).unwrap().rows, 2);
    for len in 2..packed.len() {
        assert!(matches!(survey(&packed[..len]), Err(FileError::Gzip(_))), "{len}");
    }
}

#[test]
fn tags_are_the_same_wherever_a_buffer_ends() {
    let text = "<?xml version='1.0'?><log a='>' b=\"'/>\"><!-- -- > --><x/><y></y ><![CDATA[ ]>]]>\
                <z q='a\nb'/>text</log>";
    let tags = |capacity: usize| {
        let mut tags = Tags::new(BufReader::with_capacity(capacity, text.as_bytes()));
        let mut found = Vec::new();
        while let Some(tag) = tags.next_tag().unwrap() {
            let attributes = tag.attributes().unwrap();
            let values: Vec<_> = attributes.map(|attribute| attribute.unwrap().value.into_owned()).collect();
            found.push(format!("{} {:?} {} {values:?}", tag.name.escape_ascii(), tag.kind, tag.depth));
        }
        found
    };
    assert_eq!(
        tags(1_000),
        [
            r#"log Start 0 [">", "'/>"]"#,
            "x Empty 1 []",
            "y Start 1 []",
            "y End 1 []",
            r#"z Empty 1 ["a\nb"]"#,
            "log End 0 []"
        ]
    );
    for capacity in 1..60 {
        assert_eq!(tags(capacity), tags(1_000));
    }
}

#[test]
fn any_byte_changed_leaves_every_trace_accounted_for() {
    let inner = event("a &amp; b", NINE).replace("<date", &format!("{}<date", string("org:group", "村")));
    let text = log(&[&trace("1", &inner), "<!-- x -->", &trace("2", &event("b", TEN))]);
    let mut read = 0;
    for place in 0..text.len() {
        for byte in *b"<>/!?'\"& a\0\xff" {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = byte;
            if survey(&bytes).is_ok() {
                // It compares the number of outcomes with the survey's.
                outcomes(&bytes);
                read += 1;
            }
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn a_long_element_leaves_out_its_trace_and_the_next_is_whole() {
    let with = |key: &str, len: usize| {
        let value = string(key, &"x".repeat(len));
        trace("1", &event("a", NINE).replace("<date", &format!("{value}<date")))
    };
    let at = |reason| ("event 1".to_owned(), reason);
    assert_eq!(rejected(&with("anything", 5 << 20)), at(Reason::TagTooLong));
    assert_eq!(rejected(&with("org:resource", TAG_LEN_MAX)), at(Reason::TagTooLong));
    assert_eq!(rejected(&with("org:resource", 1 << 20)), at(Reason::CellTooLong));
    assert_eq!(outcomes(log(&[&with("org:resource", (1 << 20) - 13)])).0, ["1"]);
    // Not a value, but a thousand thousand of them; the cut falls between two.
    let many = format!("<string {}/>", "a='>' ".repeat(1 << 20));
    let many = trace("1", &event("a", NINE).replace("<date", &format!("{many}<date")));
    assert_eq!(rejected(&many), at(Reason::TagTooLong));
    // Texts and comments are passed over, however long.
    let text = "x".repeat(5 << 20);
    assert_eq!(outcomes(log(&[&text, &trace("1", &event("a", NINE)), &format!("<!--{text}-->")])).0, ["1"]);
}

#[test]
fn a_trace_of_too_many_events_or_bytes_is_left_out() {
    let events = event("a", NINE).repeat(TRACE_EVENTS_MAX);
    assert_eq!(outcomes(log(&[&trace("1", &events)])).0, ["1"]);
    let more = events + &event("a", NINE);
    assert_eq!(rejected(&trace("1", &more)), (String::new(), Reason::TooManyEvents));
    let value = string("org:resource", &"x".repeat(1_000_000));
    let long = event("a", NINE).replace("<date", &format!("{value}<date")).repeat(5);
    assert_eq!(rejected(&trace("1", &long)), (String::new(), Reason::TraceTooLong));
}

#[test]
fn limits_of_traces_are_those_of_the_log() {
    assert_eq!(TRACE_EVENTS_MAX + 1, docket_log::MAX_BATCH_RECORDS);
}

/// `cargo test --release -p docket-cli --bin docket -- --ignored --nocapture gibibyte`
#[test]
#[ignore = "reads 4 GiB; watch the peak of memory"]
fn a_value_of_two_gibibytes_is_rejected() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"<log><trace><string key='concept:name' value='1'/><event><string key='x' value='")
        .unwrap();
    // A hole: no disk, but zeros to read.
    file.as_file().set_len(2 << 30).unwrap();
    file.seek(std::io::SeekFrom::End(0)).unwrap();
    write!(file, "'/></event></trace>{}</log>", trace("2", &event("a", NINE))).unwrap();
    let mut input = Input::open(file.path()).unwrap();
    assert_eq!(Format::Xes.survey(&mut input).unwrap().rows, 2);
    let mut rows = Rows::open(&mut input, Format::Xes).unwrap();
    let Some(RowOutcome::Rejected(reject)) = rows.next_row().unwrap() else { panic!("taken") };
    assert_eq!((reject.key.as_deref(), reject.reason), (Some("1"), Reason::TagTooLong));
    assert!(matches!(rows.next_row().unwrap(), Some(RowOutcome::Mapped(row)) if row.key == "2"));
    let mut status = String::new();
    std::fs::File::open("/proc/self/status").unwrap().read_to_string(&mut status).unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no peak known"));
}
