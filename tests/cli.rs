//! The command line itself: help, the life of a case by commands, the same answers with and without an index.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ledger, Run, docket};

fn help(args: &[&str]) -> String {
    let run = Run::of(docket().args(args)).done();
    assert_eq!(run.stderr, "");
    run.stdout
}

#[test]
fn help_of_docket() {
    insta::assert_snapshot!(help(&["--help"]), @r"
    Record what an office did, and let anybody check that nobody changed it afterwards

    A ledger is a folder. Every act is an event in an append-only, hash-chained log; every state and
    report is a replay of that log; `docket verify` proves, offline, that no byte was altered.

    Exit codes: 0 done, or everything asked was checked and holds; 1 altered; 2 wrong usage, or refused
    by the rules; 3 undecided (nothing to check, unreadable, unknown version, unfinished tail, output
    lost).

    Usage: docket [OPTIONS] <COMMAND>

    Commands:
      tour         See it work: make a ledger, verify it, alter one byte, see it found
      demo         Make a whole city's ledger: invented, in the shape of the source's, at any scale
      init         Make a new ledger
      unit         Keep the register of units
      official     Keep the register of officials
      household    Keep the register of households
      reception    Record receptions and who came
      visit        Record visits to households
      diary        Keep the diaries of officials
      dossier      Keep dossiers on households
      case         Register, handle and look up cases
      survey       Ask petitioners whether they are satisfied, and note what they answer
      campaign     Run a campaign to settle old cases
      stay         Record stays of officials in villages
      pairing      Pair officials with households
      aid          Record aid to households and its receipt
      project      Record projects and their verification
      difficulty   Record difficulties of households that were resolved
      gift         Record gifts handed in, their receipts, and what was decided on them
      vehicle      Record over-standard vehicles and what became of them
      declaration  Record the declarations of officials and their interests
      violation    Record violations of discipline and their correction
      control      Record how the finance rules are kept
      inspection   Record inspections, their findings and the answers
      statistic    Cite figures from outside, which are never computed here
      correction   Say what an earlier record has wrong; the record itself stays
      import       Import cases from a file
      apply        Record commands from lines of JSON, for scripts and other programs
      rules        Adopt rule sets, and read those that bind
      report       Rebuild a report from the record
      log          List the records of the log
      record       Show one record
      stream       List the records of one stream, oldest first
      checkpoint   Print the newest signed checkpoint, to be kept elsewhere
      verify       Prove that no byte of the record was altered
      prove        Write proofs that others check without the ledger
      receipt      Write a receipt for whoever raised a case
      check        Check proofs, receipts, evidence and checkpoints, offline
      publish      Publish the tree as static files for any web server or object store
      witness      Let others vouch for the ledger: cosign checkpoints, and collect cosignatures
      key          Keep the log's key, and make keys for officials
      clock        Say that the clock is right although it stands behind the last record
      rebuild      Drop the index and build it again from the log
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
      -l, --ledger <DIR>
              The ledger's folder
              
              [env: DOCKET_LEDGER]
              [default: .]

          --key <DIR>
              The folder of the signing key and its memory, best on another disk [default: keys/ in the
              ledger]
              
              [env: DOCKET_KEY]

          --sign-with <FILE>
              Sign what is recorded with an official's key: the file that `docket key new` made
              
              [env: DOCKET_SIGN_WITH]

          --json
              Print results as JSON

      -q, --quiet
              Print nothing but errors

          --color <WHEN>
              When to use colours
              
              [default: auto]
              [possible values: auto, always, never]
    ");
}

#[test]
fn help_of_verify() {
    insta::assert_snapshot!(help(&["verify", "--help"]), @r"
    Prove that no byte of the record was altered

    Reads all of log/, vault/, checkpoints/, cut/ and ledger.toml, and nothing else; writes and locks
    nothing there, so it works on a copy, over a read-only mount, and while the office records.

    With --from and --to, reads the records of that range, and of the rest only the hashes that bind
    them to the checkpoints: it takes as long as the range is.

    Exit codes: 0 everything checked holds; 1 altered; 3 undecided (nothing to check, unreadable, a
    newer version, an unfinished tail, output lost).

    Usage: docket verify [OPTIONS]

    Options:
          --checkpoint <FILE>
              A checkpoint that you kept: the ledger must still hold what it signed then

          --receipt <FILE>
              A receipt or another proof that was handed out: the ledger must still hold what it proves

          --since <FILE>
              A checkpoint that stands for the records below it: only what is new is read, and the
              verdict says so

          --from <RECORD>
              Verify only the records from this one on, against the checkpoints that cover them; the
              verdict says so

          --to <RECORD>
              Verify only the records up to this one

          --evidence <FILE>
              Where two signed checkpoints contradict each other, write them to a new file that convicts
              by itself

          --policy <FILE>
              Whose cosignatures are needed (C2SP tlog-policy): without its quorum nothing is intact

          --tolerance <SECONDS>
              How far recorded times may differ from those of cosignatures over them
              
              [default: 300]

          --rules
              Replay the log through the rules: find what no command could have recorded

          --reports
              Make every published report again and compare its figures

          --index
              Replay the log and compare the index with it

          --threads <COUNT>
              Read and hash on so many threads [default: six more than cores, as some wait for the disk]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
      -l, --ledger <DIR>
              The ledger's folder
              
              [env: DOCKET_LEDGER]
              [default: .]

          --key <DIR>
              The folder of the signing key and its memory, best on another disk [default: keys/ in the
              ledger]
              
              [env: DOCKET_KEY]

          --sign-with <FILE>
              Sign what is recorded with an official's key: the file that `docket key new` made
              
              [env: DOCKET_SIGN_WITH]

          --json
              Print results as JSON

      -q, --quiet
              Print nothing but errors

          --color <WHEN>
              When to use colours
              
              [default: auto]
              [possible values: auto, always, never]
    ");
}

#[test]
fn help_of_import() {
    insta::assert_snapshot!(help(&["import", "--help"]), @r"
    Import cases from a file

    Every row becomes a case with what was done about it, recorded as one batch under an id that is made
    from the mapping's name and the row's key. So a row that is in the ledger already is never added
    again, whatever the file is called, however it is sorted, and however much it has grown. A row whose
    key is there with other content is a conflict. Bad rows are counted and can be listed (--rejects);
    the good ones go on. Exit code 2 says that rows were left out.

    With `--mapping xes` the file is a log of traces (XES, IEEE 1849): a trace is a row, and each of its
    events a step. A trace that has grown since adds its new events only. Who did a step (org:resource,
    org:group, org:role) is a personal value and stands in the vault.

    Usage: docket import [OPTIONS] [FILE]

    Arguments:
      [FILE]
              The file: CSV or XES in UTF-8, gzipped or not, or - for standard input

    Options:
          --mapping <NAME|FILE>
              How columns become cases: the name of a mapping that comes with docket (boston311), a TOML
              file, or xes

          --as <TABLE>
              What the rows are: a table of docket's own, such as households or visits

          --template <TABLE>
              Print the columns of a table of docket's own

          --dry-run
              Record nothing: say what an import would do

          --rejects <FILE>
              List the rows left out in this new CSV file: row, key, column, reason; no cell, as cells
              may be personal

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
      -l, --ledger <DIR>
              The ledger's folder
              
              [env: DOCKET_LEDGER]
              [default: .]

          --key <DIR>
              The folder of the signing key and its memory, best on another disk [default: keys/ in the
              ledger]
              
              [env: DOCKET_KEY]

          --sign-with <FILE>
              Sign what is recorded with an official's key: the file that `docket key new` made
              
              [env: DOCKET_SIGN_WITH]

          --json
              Print results as JSON

      -q, --quiet
              Print nothing but errors

          --color <WHEN>
              When to use colours
              
              [default: auto]
              [possible values: auto, always, never]
    ");
}

#[test]
fn help_of_case_register() {
    insta::assert_snapshot!(help(&["case", "register", "--help"]), @r"
    Enter a case that somebody raised

    Usage: docket case register [OPTIONS]

    Options:
          --channel <CHANNEL>        How it reached the office: reception, visit, letter, hotline,
                                     online, backlog or other [default: other]
          --unit <U-N>               The unit where it was raised
          --category <CATEGORY>      The kind of matter, a public term
          --label <KEY=TERM>         A further public term, such as neighborhood=Greenfield
          --stated-due <TIME>        A due date that the source claims
          --source-record <RECORD>   The record of the reception or visit from which it came
          --anonymous                Nobody is named whom one could tell or reply to
          --title <TITLE>            What it is about, in a line: a personal value
          --text <TEXT>              What it is about, in words: a personal value
          --text-file <FILE>         A file with the words, or - for standard input
          --petitioner <PETITIONER>  Who raised it: a personal value
          --contact <CONTACT>        How to reach who raised it: a personal value
          --address <ADDRESS>        Where who raised it lives: a personal value
          --location <LOCATION>      Where the matter is: a personal value
          --at <TIME>                When it happened, in the ledger's zone: 2011-07-01, or 2011-07-01
                                     13:30 [default: now]
          --by <O-N>                 Who records it
      -h, --help                     Print help
      -V, --version                  Print version

    Global options:
      -l, --ledger <DIR>      The ledger's folder [env: DOCKET_LEDGER] [default: .]
          --key <DIR>         The folder of the signing key and its memory, best on another disk
                              [default: keys/ in the ledger] [env: DOCKET_KEY]
          --sign-with <FILE>  Sign what is recorded with an official's key: the file that `docket key
                              new` made [env: DOCKET_SIGN_WITH]
          --json              Print results as JSON
      -q, --quiet             Print nothing but errors
          --color <WHEN>      When to use colours [default: auto] [possible values: auto, always, never]
    ");
}

#[test]
fn every_command_has_help_that_says_what_it_does() {
    for command in [
        "tour",
        "init",
        "unit add",
        "unit list",
        "official add",
        "official list",
        "case assign",
        "case step",
        "case reply",
        "case close",
        "case reopen",
        "case show",
        "case list",
        "report",
        "log",
        "record",
        "stream",
        "checkpoint",
        "clock confirm",
        "rebuild",
        "completions",
        "man",
    ] {
        let mut args: Vec<_> = command.split(' ').collect();
        args.push("-h");
        let text = help(&args);
        let first = text.lines().next().unwrap();
        assert!(first.len() > 10 && !first.ends_with('.'), "{command}: {first}");
        assert!(text.contains(&format!("Usage: docket {command}")), "{command}: {text}");
    }
}

#[test]
fn version_completions_and_the_manual_page_are_there() {
    assert_eq!(help(&["--version"]), concat!("docket ", env!("CARGO_PKG_VERSION"), "\n"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = help(&["completions", shell]);
        assert!(script.contains("docket") && script.contains("checkpoint"), "{shell}");
    }
    let page = help(&["man"]);
    assert!(page.contains(".TH docket"), "{page}");
    assert!(page.contains("docket\\-verify"), "{page}");
}

/// Runs commands, each of which must be done, and returns what the last one said.
#[track_caller]
fn office(ledger: &Ledger, commands: &[&[&str]]) -> Run {
    let mut said = None;
    for args in commands {
        said = Some(ledger.run(args).done());
    }
    said.expect("there is a command")
}

/// An office with two villages, an official and three cases.
fn village() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    office(
        &ledger,
        &[
            &[
                "unit",
                "add",
                "--name",
                "Riverside Town",
                "--level",
                "town",
                "--code",
                "T1",
                "--at",
                "2024-01-01",
            ],
            &[
                "unit",
                "add",
                "--name",
                "Greenfield",
                "--level",
                "village",
                "--parent",
                "U-1",
                "--at",
                "2024-01-01",
            ],
            &[
                "official",
                "add",
                "--name",
                "Li Invented",
                "--unit",
                "U-2",
                "--rank",
                "3",
                "--at",
                "2024-01-01",
            ],
            &["official", "add", "--name", "Bai Invented", "--unit", "U-1", "--at", "2024-01-01"],
            &[
                "case",
                "register",
                "--channel",
                "reception",
                "--unit",
                "U-2",
                "--category",
                "road",
                "--label",
                "priority=high",
                "--stated-due",
                "2024-05-20",
                "--title",
                "the road is washed out",
                "--petitioner",
                "Wu Invented",
                "--at",
                "2024-05-01 09:30",
                "--by",
                "O-1",
            ],
            &[
                "case",
                "register",
                "--unit",
                "U-1",
                "--category",
                "water",
                "--title",
                "no water",
                "--at",
                "2024-06-01",
            ],
            &["case", "register", "--channel", "hotline", "--at", "2024-06-02 08:00:00"],
        ],
    );
    ledger
}

/// The case without what differs from run to run: hashes, ids, the clock.
fn stable(mut case: Value) -> Value {
    for record in case["records"].as_array_mut().unwrap() {
        let record = record.as_object_mut().unwrap();
        for field in ["hash", "recorded_at", "command_id", "body"] {
            assert!(record.remove(field).is_some(), "{field}");
        }
    }
    case
}

#[test]
fn a_case_lives_by_commands() {
    let ledger = village();
    let said = office(
        &ledger,
        &[&[
            "case",
            "assign",
            "C-1",
            "--unit",
            "U-2",
            "--handler",
            "O-1",
            "--at",
            "2024-05-02",
            "--by",
            "O-2",
        ]],
    );
    assert_eq!(said.stdout, "C-1: CaseAssigned recorded as record 8\n");
    // Nobody approves a reply of his own.
    let own = ["case", "reply", "C-1", "--approver", "O-1", "--text", "it is mended", "--at", "2024-05-06"];
    assert!(ledger.run(&own).ends(2).stderr.contains("O-1 handles it by record 8"));
    let note = ledger.put("note.txt", "two holes, one culvert\n");
    let said = office(
        &ledger,
        &[
            &["case", "step", "C-1", "--activity", "inspected", "--text-file", &note, "--at", "2024-05-04"],
            &[
                "case",
                "reply",
                "C-1",
                "--outcome",
                "supported",
                "--approver",
                "O-2",
                "--text",
                "it is mended",
                "--at",
                "2024-05-06 10:00",
            ],
            &["case", "close", "C-1", "--at", "2024-05-07", "--json"],
        ],
    );
    let recorded = said.json();
    assert_eq!(recorded, json!({"schema_version": 1, "code": "C-1", "record": 11, "size": 12}));
    office(
        &ledger,
        &[&["case", "reopen", "C-1", "--ground", "not-solved", "--text", "it rained", "--at", "2024-05-09"]],
    );
    let case = stable(ledger.run(&["case", "show", "C-1", "--json"]).done().json());
    insta::assert_snapshot!(serde_json::to_string_pretty(&case).unwrap(), @r#"
    {
      "accepted_at": "2024-05-08T16:00:00.000000Z",
      "anonymous": false,
      "case": "C-1",
      "category": "road",
      "channel": "reception",
      "closed_at": null,
      "handler": "O-1",
      "raised_at": "U-2",
      "records": [
        {
          "actor": "O-1",
          "clock_held": false,
          "durable_to": 5,
          "event": "CaseRegistered",
          "event_type": 384,
          "event_version": 2,
          "index": 5,
          "occurred_at": "2024-05-01T01:30:00.000000Z",
          "personal_fields": [
            8,
            16
          ],
          "position": 0,
          "precision": "minute",
          "stream": "C-1"
        },
        {
          "actor": "O-2",
          "clock_held": false,
          "durable_to": 8,
          "event": "CaseAssigned",
          "event_type": 385,
          "event_version": 1,
          "index": 8,
          "occurred_at": "2024-05-01T16:00:00.000000Z",
          "personal_fields": [],
          "position": 1,
          "precision": "day",
          "previous": 5,
          "stream": "C-1"
        },
        {
          "clock_held": false,
          "durable_to": 9,
          "event": "StepTaken",
          "event_type": 386,
          "event_version": 1,
          "index": 9,
          "occurred_at": "2024-05-03T16:00:00.000000Z",
          "personal_fields": [
            9
          ],
          "position": 2,
          "precision": "day",
          "previous": 8,
          "stream": "C-1"
        },
        {
          "clock_held": false,
          "durable_to": 10,
          "event": "ReplyDelivered",
          "event_type": 387,
          "event_version": 1,
          "index": 10,
          "occurred_at": "2024-05-06T02:00:00.000000Z",
          "personal_fields": [
            9
          ],
          "position": 3,
          "precision": "minute",
          "previous": 9,
          "stream": "C-1"
        },
        {
          "clock_held": false,
          "durable_to": 11,
          "event": "CaseClosed",
          "event_type": 388,
          "event_version": 1,
          "index": 11,
          "occurred_at": "2024-05-06T16:00:00.000000Z",
          "personal_fields": [],
          "position": 4,
          "precision": "day",
          "previous": 10,
          "stream": "C-1"
        },
        {
          "clock_held": false,
          "durable_to": 12,
          "event": "CaseReopened",
          "event_type": 389,
          "event_version": 1,
          "index": 12,
          "occurred_at": "2024-05-08T16:00:00.000000Z",
          "personal_fields": [
            9
          ],
          "position": 5,
          "precision": "day",
          "previous": 11,
          "stream": "C-1"
        }
      ],
      "registered_at": "2024-05-01T01:30:00.000000Z",
      "replied_at": null,
      "runs": 2,
      "schema_version": 1,
      "state": "in-progress",
      "stated_due": "2024-05-19T16:00:00.000000Z",
      "stated_timeliness": "still open",
      "unit": "U-2"
    }
    "#);

    let personal = ledger.run(&["case", "show", "C-1", "--personal"]).done().stdout;
    for words in
        ["the road is washed out", "Wu Invented", "two holes, one culvert", "it is mended", "it rained"]
    {
        assert!(personal.contains(words), "{personal}");
    }
    let list: Vec<_> = ledger.run(&["case", "list", "--json"]).done().json_lines();
    let states: Vec<_> = list.iter().map(|case| (&case["case"], &case["state"])).collect();
    assert_eq!(states.len(), 3);
    assert_eq!(states[1], (&json!("C-2"), &json!("registered")));
    let only = |args: &[&str]| ledger.run(&[&["case", "list"], args].concat()).done().stdout.lines().count();
    // U-2 lies below U-1.
    assert_eq!((only(&["--state", "registered"]), only(&["--unit", "U-1"]), only(&["-n", "1"])), (2, 2, 1));
    assert_eq!(only(&["--unit", "U-2"]), 1);
    ledger.verify(0);
    ledger.run(&["verify", "--index"]).done();
}

#[test]
fn log_record_and_stream_show_the_same_records() {
    let ledger = village();
    office(&ledger, &[&["case", "assign", "C-1", "--unit", "U-2", "--at", "2024-05-02"]]);
    let log = ledger.run(&["log", "--json"]).done().json_lines();
    let events: Vec<_> = log.iter().map(|record| record["event"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        [
            "Genesis",
            "UnitRegistered",
            "UnitRegistered",
            "OfficialRegistered",
            "OfficialRegistered",
            "CaseRegistered",
            "CaseRegistered",
            "CaseRegistered",
            "CaseAssigned",
        ]
    );
    assert!(log.iter().enumerate().all(|(index, record)| record["index"] == index));
    let stream = ledger.run(&["stream", "C-1", "--json"]).done().json_lines();
    assert_eq!(stream, [log[5].clone(), log[8].clone()]);
    assert_eq!(ledger.run(&["record", "8", "--json"]).done().json(), log[8]);
    assert_eq!((&log[8]["previous"], &log[8]["position"]), (&json!(5), &json!(1)));
    let part = ledger.run(&["log", "--from", "3", "-n", "2", "--json"]).done().json_lines();
    assert_eq!(part, log[3..5]);
    assert_eq!(ledger.run(&["log", "--from", "99"]).done().stdout, "");
    assert_eq!(ledger.run(&["log", "--as-of", "2011-01-01"]).done().stdout, "");
    assert_eq!(ledger.run(&["stream", "ledger", "--json"]).done().json_lines(), log[..1]);
    let lines = ledger.run(&["log"]).done().stdout;
    assert_eq!(lines.lines().count(), 9);
}

fn figure(report: &Value, name: &str) -> u64 {
    let figures = report["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["name"] == name).unwrap()["value"].as_u64().unwrap()
}

#[test]
fn a_report_is_by_unit_by_period_and_as_of_a_day() {
    let ledger = village();
    office(
        &ledger,
        &[&["case", "close", "C-3", "--reason", "anonymous", "--text", "no name", "--at", "2024-06-03"]],
    );
    let report = |args: &[&str]| ledger.run(&[&["report", "cases", "--json"], args].concat()).done().json();
    let all = report(&[]);
    assert_eq!(
        (figure(&all, "registered"), figure(&all, "closed"), all["as_of_size"].as_u64()),
        (3, 1, Some(9))
    );
    let may = report(&["--period", "2024-05-01..2024-05-31"]);
    assert_eq!((figure(&may, "registered"), figure(&may, "with_stated_due")), (1, 1));
    // The last day counts whole, in the ledger's zone.
    assert_eq!(figure(&report(&["--period", "2024-06-01..2024-06-02"]), "registered"), 2);
    assert_eq!(figure(&report(&["--period", "2024-06-01..2024-06-01"]), "registered"), 1);
    // Recorded today, whatever day it is told to have happened on.
    let then = report(&["--as-of", "2024-06-30"]);
    assert_eq!((figure(&then, "registered"), &then["as_of_size"]), (0, &json!(0)));
    let units = report(&["--by-unit", "--as-of", "2999-01-01", "--period", "2024-01-01..2024-12-31"]);
    let rows: Vec<_> = units["by_unit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["unit"].clone(), figure(row, "registered"), figure(row, "closed")))
        .collect();
    assert_eq!(rows, [(json!("U-1"), 1, 0), (json!("U-2"), 1, 0), (Value::Null, 1, 1)]);
    let said = ledger.run(&["report", "cases", "--by-unit"]).done().stdout;
    assert!(said.starts_with("cases: all time, as known now (log of 9 records)\n"), "{said}");
}

#[test]
fn a_report_is_narrowed_by_what_it_can_be_narrowed_by() {
    let ledger = village();
    let report = |args: &[&str]| ledger.run(&[&["report"], args].concat());
    let one = report(&["cases", "--unit", "U-2", "--state", "registered", "--json"]).done().json();
    assert_eq!(one["filters"], json!({ "unit": "U-2", "state": "registered" }));
    assert_eq!(figure(&one, "registered"), 1);
    assert_eq!(figure(&report(&["cases", "--unit", "U-2", "--json"]).done().json(), "registered"), 1);
    assert_eq!(figure(&report(&["cases", "--unit", "U-1", "--json"]).done().json(), "registered"), 2);
    assert_eq!(figure(&report(&["cases", "--official", "O-2", "--json"]).done().json(), "registered"), 0);
    report(&["finance", "--state", "closed"]).fails(
        2,
        "the report finance cannot be narrowed by --state",
        "it takes --unit",
    );
    report(&["cases", "--unit", "U-99"]).fails(
        2,
        "there is no U-99 in what is known then",
        "docket unit list",
    );
    // Every report in every form, in both languages.
    for name in ["overview", "cases", "timeliness", "pairing", "aid", "stays", "rectification", "finance"] {
        let found = report(&[name, "--json", "--by-unit"]).done().json();
        assert_eq!(found["report"], name);
        let figures = found["figures"].as_array().unwrap().len();
        let rows = found["by_unit"].as_array().unwrap().len();
        let lines = report(&[name, "--csv", "--by-unit"]).done().stdout;
        assert_eq!(lines.lines().count(), 1 + figures * (1 + rows), "{name}");
        assert!(report(&[name, "--lang", "zh"]).done().stdout.contains("按现在已知"), "{name}");
    }
}

/// Every question that an index could answer wrongly.
fn answers(ledger: &Ledger) -> Vec<String> {
    [
        &["case", "show", "C-1", "--json"][..],
        &["case", "show", "C-2", "--personal"],
        &["case", "show", "C-3"],
        &["case", "list", "--json"],
        &["case", "list", "--unit", "U-1", "--overdue", "--json"],
        &["unit", "list", "--json"],
        &["official", "list", "--unit", "U-1", "--json"],
        &["stream", "C-1", "--json"],
        &["report", "cases", "--by-unit", "--json"],
    ]
    .iter()
    .map(|args| ledger.run(args).done().stdout)
    .collect()
}

#[test]
fn answers_are_the_same_with_an_index_a_new_one_and_none() {
    let ledger = village();
    office(&ledger, &[&["case", "assign", "C-1", "--unit", "U-2", "--handler", "O-1", "--at", "2024-05-02"]]);
    let (with, record) = (answers(&ledger), ledger.record());
    let rebuilt = office(&ledger, &[&["rebuild"]]);
    assert_eq!(rebuilt.stdout, "built the index from 9 records\n");
    assert_eq!(with, answers(&ledger));
    fs::remove_dir_all(ledger.folder().join("index")).unwrap();
    assert_eq!(with, answers(&ledger));
    assert!(!ledger.folder().join("index").exists(), "a question makes no index");
    // Damaged: sled's files are cut in the middle.
    office(&ledger, &[&["rebuild", "--json"]]);
    for file in ["index/sled/db", "index/sled/conf"] {
        let path = ledger.folder().join(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    assert_eq!(with, answers(&ledger));
    assert_eq!(record, ledger.record(), "no question touches the record");
    office(&ledger, &[&["case", "step", "C-2", "--activity", "visited", "--at", "2024-06-05"]]);
    ledger.run(&["verify", "--index"]).done();
}

#[test]
fn a_checkpoint_is_a_note_that_verify_takes() {
    let ledger = village();
    let note = ledger.run(&["checkpoint"]).done().stdout;
    let lines: Vec<_> = note.lines().collect();
    assert_eq!((lines[0], lines[1], lines[3]), (crate::support::ORIGIN, "8", ""), "{note}");
    assert!(lines[4].starts_with("\u{2014} ledger.example/office-1 "), "{note}");
    let file = ledger.beside("drawer.txt");
    let file = file.to_str().unwrap();
    ledger.run(&["checkpoint", "--out", file]).done();
    assert_eq!(fs::read_to_string(file).unwrap(), note);
    ledger.run(&["verify", "--checkpoint", file]).done();
    // A kept one is not written over.
    assert_eq!(ledger.run(&["checkpoint", "--out", file]).code, 3);
    assert_eq!(ledger.run(&["checkpoint", "--no-sign"]).done().stdout, note);
}

#[test]
fn the_ledger_is_named_by_an_option_a_variable_or_the_folder() {
    let ledger = village();
    let by_option = ledger.run(&["log"]).done();
    let by_variable = Run::of(docket().arg("log").env("DOCKET_LEDGER", ledger.folder())).done();
    let by_folder = Run::of(docket().arg("log").current_dir(ledger.folder())).done();
    assert_eq!(by_option, by_variable);
    assert_eq!(by_option, by_folder);
}

#[test]
fn words_that_would_steer_a_terminal_are_shown_not_sent() {
    let ledger = village();
    let steering = "a\u{1b}[2Jb\u{202e}c\u{7}d";
    office(&ledger, &[&["case", "register", "--title", steering, "--at", "2024-06-07"]]);
    let shown = ledger.run(&["case", "show", "C-4", "--personal"]).done().stdout;
    for sign in ['\u{1b}', '\u{202e}', '\u{7}'] {
        assert!(!shown.contains(sign), "{shown:?}");
    }
    // For programs it is as it was.
    let json = ledger.run(&["case", "show", "C-4", "--personal", "--json"]).done().json();
    assert_eq!(json["personal"][0]["value"], steering);
}
