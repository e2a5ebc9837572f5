//! Small invented files, hostile files, and the real one where it is present.

use std::{
    collections::BTreeMap,
    io::{Read, Seek, Write},
    path::PathBuf,
    time::Instant,
};

use flate2::{Compression, write::GzEncoder};

use super::{
    ActKind, FileError, Format, Input, Mapping, MappingError, Precision, Reason, Reject, RowOutcome, Rows,
    RowsError, Survey,
    civil::{CivilError, ClockError},
};

const MAPPING: &str = r#"
    name = "hotline"
    zone = "America/New_York"
    times = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]
    key = "no"
    ignored = ["remarks"]

    [case]
    registered = "opened"
    stated_due = "due"
    category = "kind"

    [channel]
    column = "source"
    values = { "Call" = "hotline", "Web" = "online" }

    [unit]
    column = "office"
    names = { "PW" = "Public Works" }
    none = ["n/a"]

    [labels]
    neighborhood = "area"

    [personal]
    title = "title"

    [assigned]
    at = "assigned"
    unit = "office"

    [[step]]
    at = "inspected"
    activity = "inspection"
    personal = { text = "note" }

    [replied]
    at = "replied"
    outcome = { column = "result", values = { "solved" = "supported" }, default = "explained" }

    [closed]
    at = "closed"
    when = { column = "status", is = ["Closed"] }
    personal = { reason = "note" }
"#;

const HEADER: &str =
    "no,opened,due,kind,source,office,area,title,assigned,inspected,note,replied,result,closed,status";

fn mapping() -> Mapping {
    Mapping::parse(MAPPING).unwrap()
}

fn input(bytes: impl AsRef<[u8]>) -> Input {
    Input::from_pipe(bytes.as_ref()).unwrap()
}

fn surveyed(input: &mut Input) -> Result<Survey, FileError> {
    input.table()?.finish()
}

fn file(rows: &[&str]) -> String {
    [&[HEADER], rows].concat().join("\n") + "\n"
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One word for each row, and the rejects.
fn outcomes(bytes: impl AsRef<[u8]>) -> (Vec<String>, Vec<Reject>) {
    let (mut input, mapping) = (input(bytes), mapping());
    let survey = surveyed(&mut input).unwrap();
    let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
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
    assert_eq!(u64::try_from(words.len()).unwrap(), survey.rows);
    (words, rejects)
}

fn only_reject(row: &str) -> Reject {
    let good = "good,2024-05-01 08:00:00,,,Call,,,,,,,,,,Open";
    let (words, mut rejects) = outcomes(file(&[row, good]));
    assert_eq!(words, ["reject", "good"]);
    rejects.remove(0)
}

fn file_error(bytes: impl AsRef<[u8]>) -> FileError {
    surveyed(&mut input(bytes)).unwrap_err()
}

#[test]
fn a_row_becomes_a_case_and_its_acts_in_order_of_time() {
    let text = file(&[concat!(
        " 17 ,2024-05-01 08:00:00,2024-06-01,Lights,Web,PW,North, Lamp out at Wang's ,",
        "2024-05-02,2024-05-04 10:00:00,\" two lamps, one pole\",2024-05-03 09:00:00,solved,2024-05-05 00:00:00,Closed"
    )]);
    let (mut input, mapping) = (input(text), mapping());
    let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
    let Some(RowOutcome::Mapped(row)) = rows.next_row().unwrap() else { panic!("not mapped") };
    assert_eq!((row.number, row.key, row.channel, row.category), (1, "17", "online", Some("Lights")));
    assert_eq!((row.unit, row.labels.as_slice()), (Some("PW"), [("neighborhood", "North")].as_slice()));
    // 08:00 EDT is 12:00Z.
    assert_eq!((row.registered.at_us, row.registered.precision), (1_714_564_800_000_000, Precision::Second));
    assert_eq!(row.stated_due.unwrap().precision, Precision::Day);
    // Personal values are kept as written.
    assert_eq!((row.personal[0].0, row.personal[0].1.as_str()), ("title", " Lamp out at Wang's "));
    let kinds: Vec<_> = row.acts.iter().map(|act| act.kind).collect();
    let [assigned, replied, step] = [
        ActKind::Assigned { unit: "PW" },
        ActKind::Replied { outcome: "supported" },
        ActKind::Step { activity: "inspection" },
    ];
    assert_eq!(kinds, [assigned, replied, step, ActKind::Closed]);
    assert_eq!(
        (row.acts[3].personal[0].0, row.acts[3].personal[0].1.as_str()),
        ("reason", " two lamps, one pole")
    );
    assert!(row.acts.is_sorted_by_key(|act| act.time.at_us));
    let shown = format!("{row:?}");
    assert!(!shown.contains("Wang") && !shown.contains("lamps"), "{shown}");
}

#[test]
fn empty_cells_are_absent() {
    let (mut input, mapping) =
        (input(file(&["1,2024-05-01 08:00:00, , ,Call,n/a,, ,2024-05-02,,  ,,,,Open"])), mapping());
    let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
    let Some(RowOutcome::Mapped(row)) = rows.next_row().unwrap() else { panic!("not mapped") };
    assert_eq!(
        (row.stated_due, row.category, row.unit, row.labels.len(), row.personal.len()),
        (None, None, None, 0, 0)
    );
    // Assigned, but to no unit.
    assert_eq!(row.acts.len(), 0);
}

#[test]
fn a_time_does_not_count_where_the_condition_does_not_hold() {
    let (words, _) = outcomes(file(&["1,2024-05-01 08:00:00,,,Call,,,,,,,,,2024-05-05 00:00:00,Open"]));
    assert_eq!(words, ["1"]);
    let reject = only_reject("1,2024-05-01 08:00:00,,,Call,,,,,,,,,,Closed");
    assert_eq!(reject.column.as_deref(), Some("closed"));
    assert_eq!(reject.reason, Reason::NoTime { condition: "status".into() });
}

#[test]
fn a_bad_row_is_rejected_with_its_reason_and_the_good_go_on() {
    let rejected = |row: &str| {
        let Reject { row: 1, key, column, reason } = only_reject(row) else { panic!("another row") };
        (key.unwrap_or_default(), column.unwrap_or_default(), reason)
    };
    let at = |column: &str, reason| ("1".to_owned(), column.to_owned(), reason);
    assert_eq!(
        rejected("1,2024-02-30 08:00:00,,,Call,,,,,,,,,,Open"),
        at("opened", Reason::Time(CivilError::NoSuchTime { value: "2024-02-30 08:00:00".into() }))
    );
    assert!(matches!(
        rejected("1,2024-03-10 02:30:00,,,Call,,,,,,,,,,Open").2,
        Reason::Time(CivilError::InGap { .. })
    ));
    assert_eq!(
        rejected("1,Wang Xiaoming,,,Call,,,,,,,,,,Open"),
        at("opened", Reason::Time(CivilError::OtherForm { len: 13 }))
    );
    assert_eq!(rejected("1,,,,Call,,,,,,,,,,Open"), at("opened", Reason::Empty));
    assert_eq!(rejected("1,2024-05-01,,,Fax,,,,,,,,,,Open"), at("source", Reason::UnknownValue { len: 3 }));
    assert_eq!(rejected("1,2024-05-01,,\"a\nb\",Call,,,,,,,,,,Open"), at("kind", Reason::ControlCharacter));
    assert_eq!(
        rejected(&format!("1,2024-05-01,,{},Call,,,,,,,,,,Open", "x".repeat(121))),
        at("kind", Reason::TermTooLong { len: 121 })
    );
    assert_eq!(
        rejected("1,2024-05-02 08:00:00,,,Call,,,,,,,,,2024-05-02 07:59:59,Closed"),
        at("closed", Reason::BeforeRegistration)
    );
    // Known to the day: not certainly before.
    assert_eq!(outcomes(file(&["1,2024-05-02 08:00:00,,,Call,,,,,,,,,2024-05-02,Closed"])).0, ["1"]);
    assert_eq!(rejected(" ,2024-05-01,,,Call,,,,,,,,,,Open"), (String::new(), "no".into(), Reason::Empty));
    let ragged = (String::new(), String::new(), Reason::OtherWidth { cells: 2, columns: 15 });
    assert_eq!(rejected("1,2024-05-01"), ragged);
}

#[test]
fn no_reason_shows_a_cell_that_may_be_personal() {
    // The same name in every column in turn, as a shift of cells would put it there.
    let good = "1,2024-05-01 08:00:00,2024-05-03,Lights,Call,PW,North,Lamp,2024-05-02,2024-05-02,note,2024-05-02,solved,2024-05-05,Closed";
    let mut rejected = 0;
    for name in ["Wang Xiaoming", "Wang\u{7}Xiaoming", "617-555-1234", &"Wang".repeat(40)] {
        for place in 0..15 {
            let mut cells: Vec<&str> = good.split(',').collect();
            cells[place] = name;
            for reject in outcomes(file(&[&cells.join(",")])).1 {
                rejected += 1;
                let shown = format!("{reject:?} {}", reject.reason);
                // The key is public by the mapping's word: there, and only there, it is shown.
                assert!(!shown.contains("Wang") && !shown.contains("617"), "{shown}");
            }
        }
    }
    assert_eq!(rejected, 36);
}

#[test]
fn invalid_utf8_is_rejected_with_row_and_column() {
    let mut bytes = file(&["1,2024-05-01,,,Call,,,", "2,2024-05-01,,,Call,,,,,,,,,,Open"]).into_bytes();
    let place = bytes.windows(8).position(|window| window == b"Call,,,\n").unwrap() + 7;
    bytes.splice(place..place, *b"W\xffng,,,,,,,Open");
    let (words, rejects) = outcomes(bytes);
    assert_eq!(words, ["reject", "2"]);
    let expected = Reject { row: 1, key: None, column: Some("title".into()), reason: Reason::InvalidUtf8 };
    assert_eq!(rejects, [expected]);
}

#[test]
fn the_same_key_twice_is_a_duplicate_or_a_conflict() {
    let a = "1,2024-05-01,,,Call,,,Lamp,,,,,,,Open";
    let b = "1,2024-05-01,,,Call,,,Lamps,,,,,,,Open";
    let bad = "2,2024-05-33,,,Call,,,Lamp,,,,,,,Open";
    let good = "2,2024-05-03,,,Call,,,Lamp,,,,,,,Open";
    let (words, rejects) = outcomes(file(&[a, bad, a, b, good, good]));
    assert_eq!(words, ["1", "reject", "repeated", "reject", "2", "repeated"]);
    assert_eq!((rejects[1].row, rejects[1].key.as_deref()), (4, Some("1")));
    assert_eq!(rejects[1].reason, Reason::Conflict { first: 1 });
}

#[test]
fn content_is_that_of_the_mapped_columns_in_any_order() {
    let content = |text: &str| {
        let (mut input, mapping) = (input(text), mapping());
        let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
        match rows.next_row().unwrap() {
            Some(RowOutcome::Mapped(row)) => row.content,
            other => panic!("{other:?}"),
        }
    };
    let cells = "1,2024-05-01,,,Call,PW,North,Lamp,,,,,,,Open";
    let one = content(&format!("{HEADER}\n{cells}\n"));
    let mut columns: Vec<(&str, &str)> = HEADER.split(',').zip(cells.split(',')).collect();
    columns.reverse();
    columns.push(("remarks", "other"));
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    assert_eq!(content(&format!("{}\n{}\n", names.join(","), values.join(","))), one);
    assert_ne!(content(&format!("{HEADER}\n{}\n", cells.replace("Lamp", "Lamps"))), one);
    // What moves to the next column (by name: note, office) is another content.
    let row = |unit: &str, note: &str| {
        content(&format!("{HEADER}\n1,2024-05-01,,,Call,{unit},North,Lamp,,,{note},,,,Open\n"))
    };
    assert_ne!(row("PW", "x"), row("W", "xP"));
}

#[test]
fn gzip_is_told_by_content_and_a_byte_order_mark_is_no_name() {
    let text = file(&["1,2024-05-01,,,Call,,,,,,,,,,Open"]);
    let marked = format!("\u{feff}{text}");
    let crlf = text.replace('\n', "\r\n");
    for bytes in [
        text.as_bytes(),
        marked.as_bytes(),
        crlf.as_bytes(),
        &gzip(text.as_bytes()),
        &gzip(marked.as_bytes()),
    ] {
        assert_eq!(outcomes(bytes).0, ["1"]);
        // The hash is that of the file as it is.
        let survey = surveyed(&mut input(bytes)).unwrap();
        assert_eq!(survey.file_hash, *blake3::hash(bytes).as_bytes());
        assert_eq!((survey.len, survey.rows), (u64::try_from(bytes.len()).unwrap(), 1));
    }
    // The mark does not hide a quotation mark behind it.
    for mark in ["", "\u{feff}"] {
        assert_eq!(surveyed(&mut input(format!("{mark}\"a\nb\",c\n1,2\n"))).unwrap().rows, 1);
    }
    // Two members, as `cat a.gz b.gz` makes.
    let members = [gzip(text.as_bytes()), gzip(b"2,2024-05-01,,,Call,,,,,,,,,,Open\n")].concat();
    assert_eq!(outcomes(members).0, ["1", "2"]);
}

#[test]
fn a_file_is_read_again_though_its_name_is_given_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.csv");
    std::fs::write(&path, file(&["1,2024-05-01,,,Call,,,,,,,,,,Open"])).unwrap();
    let mut input = Input::open(&path).unwrap();
    let survey = surveyed(&mut input).unwrap();
    std::fs::rename(&path, folder.path().join("other")).unwrap();
    std::fs::write(&path, "x\n").unwrap();
    assert_eq!(surveyed(&mut input).unwrap(), survey);
    // Changed in place is found by the hash.
    let mut other = std::fs::OpenOptions::new().append(true).open(folder.path().join("other")).unwrap();
    other.write_all(b"\n").unwrap();
    assert_ne!(surveyed(&mut input).unwrap().file_hash, survey.file_hash);
    assert!(matches!(Input::open(&folder.path().join("none")).unwrap_err(), FileError::Io(_)));
    assert!(matches!(Input::open(folder.path()).unwrap_err(), FileError::Io(_)));
}

#[test]
fn what_is_no_table_is_refused() {
    assert!(matches!(file_error(""), FileError::Empty));
    assert!(matches!(file_error("\n\r\n"), FileError::Empty));
    assert!(matches!(file_error(gzip(b"")), FileError::Empty));
    assert!(matches!(file_error("a,,c\n"), FileError::UnnamedColumn { number: 2 }));
    assert_eq!(file_error("a,b, a\n").to_string(), "columns 1 and 3 have the same name: a");
    assert!(matches!(file_error(format!("a,{}\n", "b".repeat(201))), FileError::Header(_)));
    assert!(matches!(file_error("a,".repeat(1_000) + "a\n"), FileError::Header(_)));
    assert!(matches!(file_error("a,\"b\nc,d\n"), FileError::Header(_)));
    assert!(matches!(file_error("x".repeat(5 << 20)), FileError::Header(_)));
    for bytes in [&b"PK\x03\x04..."[..], b"\xff\xfea\0", b"\xfe\xff\0a", b"\x28\xb5\x2f\xfd...", b"a,\xe9\n"]
    {
        assert!(matches!(file_error(bytes), FileError::OtherKind(_)), "{}", bytes.escape_ascii());
    }
    assert!(matches!(file_error(gzip(&gzip(b"a\n1\n"))), FileError::OtherKind(_)));
}

#[test]
fn damaged_gzip_is_refused_before_any_row() {
    let text = file(&["1,2024-05-01,,,Call,,,,,,,,,,Open"; 99]);
    let whole = gzip(text.as_bytes());
    for len in 2..whole.len() {
        assert!(matches!(file_error(&whole[..len]), FileError::Gzip(_)), "{len}");
    }
    // The check sum at the end.
    let mut flipped = whole.clone();
    let place = flipped.len() - 6;
    flipped[place] ^= 1;
    assert!(matches!(file_error(&flipped), FileError::Gzip(_)));
    assert!(matches!(file_error([&whole[..], b"more"].concat()), FileError::Gzip(_)));
}

#[test]
fn a_gzip_bomb_is_refused_without_expanding_it() {
    // 512 MiB of one row. It is given up at 64 MiB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"a\n").unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..512 {
        encoder.write_all(&zeros).unwrap();
    }
    assert!(matches!(file_error(encoder.finish().unwrap()), FileError::Expansion));
}

#[test]
fn a_long_cell_or_row_is_rejected_and_the_next_row_is_whole() {
    let good = "2,2024-05-01,,,Call,,,Lamp,,,,,,,Open";
    let row = |title: &str| format!("1,2024-05-01,,,Call,,,{title},,,,,,,Open");
    let megabyte = "x".repeat(1 << 20);
    assert_eq!(outcomes(file(&[&row(&megabyte), good])).0, ["1", "2"]);
    let reason = |title: &str| {
        let (words, rejects) = outcomes(file(&[&row(title), good]));
        assert_eq!(words, ["reject", "2"]);
        rejects.into_iter().map(|reject| (reject.column, reject.reason)).next().unwrap()
    };
    assert_eq!(reason(&(megabyte.clone() + "x")), (Some("title".into()), Reason::CellTooLong));
    assert_eq!(reason(&megabyte.repeat(5)), (None, Reason::RowTooLong));
    assert_eq!(reason(&format!("\"a\n{}\"", megabyte.repeat(5))), (None, Reason::RowTooLong));
    // The cut falls into a character.
    assert_eq!(reason(&"村".repeat(3 << 20)), (None, Reason::RowTooLong));
    assert_eq!(reason(&"村".repeat((4 << 20) / 3 + 1)), (None, Reason::RowTooLong));
}

#[test]
fn an_end_inside_quotes_rejects_the_last_row() {
    let (words, rejects) =
        outcomes(file(&["1,2024-05-01,,,Call,,,Lamp,,,,,,,Open", "2,2024-05-01,,,Call,,,\"Lamp,,,,,,,Open"]));
    assert_eq!(words, ["1", "reject"]);
    assert_eq!(rejects[0].reason, Reason::UnclosedQuote);
}

#[test]
fn columns_that_are_missing_or_new_are_named() {
    let mapping = mapping();
    let mut renamed = input(HEADER.replace("opened", "open_dt").replace("office", "dept") + "\n");
    let Err(RowsError::Mapping(error)) = Rows::open(&mut renamed, Format::Csv(&mapping)) else {
        panic!("bound")
    };
    assert_eq!(
        error.to_string(),
        "the file has no column office, opened (mapping hotline); it has no, open_dt, due, kind, source, dept, area, \
         title, assigned, inspected, note, replied, result, closed, status"
    );
    let mut grown = input(format!("{HEADER},remarks,phone\n"));
    assert_eq!(Rows::open(&mut grown, Format::Csv(&mapping)).unwrap().unmapped(), ["phone"]);
}

#[test]
fn a_mapping_that_contradicts_itself_is_refused() {
    let error = |from: &str, to: &str| {
        assert!(MAPPING.contains(from), "{from}");
        Mapping::parse(&MAPPING.replacen(from, to, 1)).unwrap_err()
    };
    let message = |from: &str, to: &str| error(from, to).to_string();
    assert_eq!(
        message("category =", "categry ="),
        "mapping, line 11: unknown field `categry`, expected one of `registered`, `stated_due`, `category`"
    );
    assert_eq!(message("key = \"no\"", ""), "mapping, line 1: missing field `key`");
    assert!(matches!(error("[case]", "[case"), MappingError::Syntax { line: 8, .. }));
    assert_eq!(
        message("\"hotline\"", "\"Hot line\""),
        "mapping name: 1 to 64 of a-z, 0-9, - and _ (\"Hot line\")"
    );
    assert_eq!(error("New_York", "Boston"), MappingError::Clock(ClockError::Zone("America/Boston".into())));
    assert_eq!(
        message("neighborhood = \"area\"", "neighborhood = \"title\""),
        "mapping: column title is personal and cannot be labels.neighborhood too"
    );
    assert_eq!(
        message("\"remarks\"", "\"due\""),
        "mapping: column due is ignored and cannot be case.stated_due too"
    );
    assert!(matches!(error("activity = \"inspection\"", ""), MappingError::Table { .. }));
    assert!(matches!(error("is = [\"Closed\"]", "is = []"), MappingError::Table { .. }));
    assert!(matches!(error("column = \"source\"", ""), MappingError::Table { .. }));
    assert!(matches!(
        error("values = { \"Call\" = \"hotline\", \"Web\" = \"online\" }", ""),
        MappingError::Table { .. }
    ));
    assert_eq!(
        Mapping::shipped("boston").unwrap_err().to_string(),
        "unknown mapping: boston (there is boston311, xes)"
    );
}

#[test]
fn a_mapping_tells_its_words_before_the_first_row() {
    let mapping = mapping();
    assert_eq!(mapping.name(), "hotline");
    assert_eq!(Vec::from_iter(mapping.channels()), ["hotline", "online"]);
    assert_eq!(Vec::from_iter(mapping.outcomes()), ["explained", "supported"]);
    assert_eq!(Vec::from_iter(mapping.label_keys()), ["neighborhood"]);
    let fields = [("closed", "reason"), ("registered", "title"), ("step", "text")];
    assert_eq!(Vec::from_iter(mapping.personal_fields()), fields);
    assert_eq!((mapping.unit_name("PW"), mapping.unit_name("XX")), (Some("Public Works"), None));
}

/// The real file, or `None` with a line that says so.
fn boston() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/boston311_2011.csv.gz");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: shared/data/boston311_2011.csv.gz is not beside the repository");
    None
}

#[test]
fn the_whole_boston_file_is_mapped() {
    let Some(path) = boston() else { return };
    let mut input = Input::open(&path).unwrap();
    let survey = surveyed(&mut input).unwrap();
    assert_eq!((survey.rows, survey.len), (58_251, 3_392_174));
    let mapping = Mapping::shipped("boston311").unwrap();
    let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
    assert_eq!(rows.unmapped(), [""; 0]);
    let (mut due, mut closed, mut ambiguous) = (0, 0, Vec::new());
    let (mut in_time, mut late, mut open) = (0, 0, 0);
    let mut personal = BTreeMap::<String, u32>::new();
    let mut units = BTreeMap::<String, u32>::new();
    while let Some(outcome) = rows.next_row().unwrap() {
        let RowOutcome::Mapped(row) = outcome else { panic!("{outcome:?}") };
        *units.entry(row.unit.unwrap_or("none").into()).or_default() += 1;
        due += u32::from(row.stated_due.is_some());
        let times = [Some(row.registered), row.stated_due].into_iter().flatten();
        if times.chain(row.acts.iter().map(|act| act.time)).any(|time| time.is_ambiguous) {
            ambiguous.push(row.key.to_owned());
        }
        let closing = row.acts.iter().find(|act| act.kind == ActKind::Closed);
        closed += u32::from(closing.is_some());
        match (row.stated_due, closing) {
            (Some(due), Some(closing)) if closing.time.at_us <= due.at_us => in_time += 1,
            (Some(_), Some(_)) => late += 1,
            (Some(_), None) => open += 1,
            (None, _) => {}
        }
        for (field, _) in row.personal.iter().chain(row.acts.iter().flat_map(|act| &act.personal)) {
            *personal.entry((*field).into()).or_default() += 1;
        }
    }
    assert_eq!(rows.finish().unwrap(), survey);
    assert_eq!((due, closed), (47_270, 54_570));
    assert_eq!((in_time, late, open), (35_591, 8_230, 3_449));
    assert_eq!(ambiguous, ["101000350980", "101000350986", "101000350987", "101000350989"]);
    let count = |field: &str| personal[field];
    assert_eq!([count("title"), count("location"), count("street")], [58_251, 55_422, 55_418]);
    assert_eq!((units.len(), units["PWDx"], units["none"]), (11, 36_977, 1));
    println!("closing reasons: {}", count("reason"));
}

#[test]
fn the_words_of_the_shipped_mapping_are_those_of_the_domain() {
    use docket_domain::{Channel, LabelKey, PersonalField};
    let mapping = Mapping::shipped("boston311").unwrap();
    for word in mapping.channels() {
        assert!(word.parse::<Channel>().is_ok(), "{word}");
    }
    for key in mapping.label_keys() {
        assert!(LabelKey::from_name(key).is_some(), "{key}");
    }
    for (_, field) in mapping.personal_fields() {
        assert!(field.parse::<PersonalField>().is_ok(), "{field}");
    }
    assert_eq!(
        (mapping.channels().len(), mapping.label_keys().len(), mapping.personal_fields().len()),
        (3, 6, 4)
    );
    assert_eq!(mapping.unit_name("ISD"), Some("Inspectional Services"));
}

#[test]
fn limits_are_those_of_the_domain() {
    assert_eq!(super::row::TERM_LEN_MAX, docket_domain::Label::MAX_LEN);
    assert_eq!(super::table::CELL_LEN_MAX, docket_domain::PersonalText::MAX_LEN);
}

/// `cargo test --release -p docket-cli --bin docket -- --ignored --nocapture import`
#[test]
#[ignore = "measures; run it in release"]
fn how_fast_the_boston_file_is_mapped() {
    let Some(path) = boston() else { return };
    let mapping = Mapping::shipped("boston311").unwrap();
    let mut input = Input::open(&path).unwrap();
    for _ in 0..5 {
        let start = Instant::now();
        let clock = &mapping.clock;
        for second in 0..3 * 58_251_u32 {
            let text = format!("2011-07-{:02} 01:{:02}:{:02}", second % 30 + 1, second % 59, second % 60);
            clock.read(&text).unwrap();
        }
        println!("{} times in {:.0?}", 3 * 58_251, start.elapsed());
        let start = Instant::now();
        let survey = surveyed(&mut input).unwrap();
        let surveyed = start.elapsed();
        let start = Instant::now();
        let mut rows = Rows::open(&mut input, Format::Csv(&mapping)).unwrap();
        let mut acts = 0;
        while let Some(outcome) = rows.next_row().unwrap() {
            let RowOutcome::Mapped(row) = outcome else { panic!("{outcome:?}") };
            acts += row.acts.len();
        }
        println!(
            "{} rows: surveyed in {surveyed:.0?}, read and mapped in {:.0?}, {acts} acts",
            survey.rows,
            start.elapsed()
        );
    }
}

/// `cargo test --release -p docket-cli --bin docket -- --ignored --nocapture gibibyte`
#[test]
#[ignore = "reads 2 GiB; watch the peak of memory"]
fn a_cell_of_two_gibibytes_is_rejected() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"a,b\n1,\"").unwrap();
    // A hole: no disk, but zeros to read.
    file.as_file().set_len((2 << 30) + 7).unwrap();
    file.seek(std::io::SeekFrom::End(0)).unwrap();
    file.write_all(b"\"\n2,x\n").unwrap();
    let mut input = Input::open(file.path()).unwrap();
    let mut table = input.table().unwrap();
    let mut faults = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        faults.push((row.number, row.cells.err().map(|(_, reason)| reason)));
    }
    assert_eq!(faults, [(1, Some(Reason::RowTooLong)), (2, None)]);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no peak known"));
}

#[test]
fn a_pipe_that_never_ends_is_refused() {
    assert!(matches!(
        Input::from_pipe(std::io::repeat(b'a').take(u64::MAX)).unwrap_err(),
        FileError::PipeTooLong
    ));
}
