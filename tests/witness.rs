//! Witnesses end to end: an office and a witness over a stick and over HTTP, and a log that shows two histories.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use crate::support::{Ledger, Run, docket, run::arg};

/// A witness in a folder beside a ledger.
pub(crate) struct Witness {
    folder: PathBuf,
    pub(crate) key: String,
}

impl Witness {
    fn new(ledger: &Ledger, name: &str) -> Self {
        let folder = ledger.beside(name);
        let made = Run::of(
            docket()
                .args(["--json", "witness", "init", arg(&folder), "--name"])
                .arg(format!("witness.example/{name}")),
        );
        Self { key: made.done().json()["key"].as_str().unwrap().to_owned(), folder }
    }

    pub(crate) fn trusting(ledger: &Ledger, name: &str) -> Self {
        let witness = Self::new(ledger, name);
        witness.run("trust", &[&vkey(ledger)]).done();
        witness
    }

    pub(crate) fn run(&self, verb: &str, args: &[&str]) -> Run {
        Run::of(docket().args(["witness", verb, arg(&self.folder)]).args(args))
    }
}

/// The ledger's public key, from its own `ledger.toml`.
pub(crate) fn vkey(ledger: &Ledger) -> String {
    let text = std::fs::read_to_string(ledger.folder().join("ledger.toml")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("public_key = ")).unwrap();
    line.trim_matches('"').to_owned()
}

/// A ledger with a few records.
fn office() -> Ledger {
    let ledger = Ledger::init("Asia/Shanghai");
    for number in 1..=3 {
        grow(&ledger, &format!("Village {number}"));
    }
    ledger
}

fn grow(ledger: &Ledger, name: &str) {
    ledger.run(&["unit", "add", "--name", name, "--level", "village"]).done();
}

fn request(ledger: &Ledger, witness: &Witness, file: &str) -> String {
    let path = ledger.beside(file);
    ledger.run(&["witness", "request", "--witness", &witness.key, "--out", arg(&path)]).done();
    arg(&path).to_owned()
}

/// The whole way over a stick. Returns the cosigned checkpoint's path.
pub(crate) fn over_a_stick(ledger: &Ledger, witness: &Witness, round: &str) -> String {
    let asked = request(ledger, witness, &format!("request-{round}"));
    let cosigned = ledger.beside(&format!("cosigned-{round}"));
    witness.run("cosign", &[&asked, "--out", arg(&cosigned)]).done();
    ledger.run(&["witness", "import", arg(&cosigned), "--witness", &witness.key]).done();
    arg(&cosigned).to_owned()
}

/// A copy of the whole ledger, its key and the key's memory among it.
fn copy(ledger: &Ledger) -> Ledger {
    Ledger::of(&ledger.files())
}

#[test]
fn an_office_and_a_witness_work_together_over_a_stick() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    over_a_stick(&ledger, &witness, "1");
    grow(&ledger, "Village 4");
    let cosigned = over_a_stick(&ledger, &witness, "2");
    ledger.verify(0);
    // Again: nothing new is recorded.
    let size = ledger.reader().size();
    let again = ledger.run(&["witness", "import", &cosigned, "--witness", &witness.key]).done();
    assert!(again.stdout.contains("known already"), "{}", again.stdout);
    assert_eq!(ledger.reader().size(), size);
    // What the witness keeps is what it gave.
    let kept = witness.run("show", &["ledger.example/office-1"]).done();
    assert_eq!(kept.stdout.as_bytes(), std::fs::read(&cosigned).unwrap());
    ledger.run(&["verify", "--checkpoint", &cosigned]).done();
}

#[test]
fn a_witness_does_not_cosign_a_log_that_it_does_not_know_or_that_has_not_signed() {
    let ledger = office();
    let witness = Witness::new(&ledger, "w1");
    let asked = request(&ledger, &witness, "request");
    witness.run("cosign", &[&asked]).fails(2, "does not know the log", "docket witness trust");
    witness.run("trust", &[&vkey(&ledger)]).done();
    let text = std::fs::read_to_string(&asked).unwrap();
    let forged = ledger.put("forged", text.replacen("\n4\n", "\n5\n", 1));
    witness.run("cosign", &[&forged]).fails(2, "has not signed", "key");
    let line = format!("{}\n", text.lines().last().unwrap());
    for (count, why) in [(5_000, "more than 100 signatures"), (10_000, "too long")] {
        let flooded = ledger.put("flooded", text.clone() + &line.repeat(count));
        witness.run("cosign", &[&flooded]).fails(2, why, "request");
    }
    for (from, to, why) in [
        ("old 0\n", "old 00\n", "old size"),
        ("old 0\n", "", "not an old size"),
        ("\n4\n", "\n04\n", "size of the checkpoint"),
    ] {
        let bad = ledger.put("bad", text.replacen(from, to, 1));
        witness.run("cosign", &[&bad]).fails(2, why, "docket witness request");
    }
    witness.run("cosign", &[&asked]).done();
}

#[test]
fn a_fork_is_refused_and_convicted() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    over_a_stick(&ledger, &witness, "1");
    let fork = copy(&ledger);
    grow(&ledger, "Village 4");
    grow(&fork, "Another village");
    over_a_stick(&ledger, &witness, "2");
    // The copy asks from where it knows the witness to be, which is behind what it saw.
    let asked = request(&fork, &witness, "request");
    witness.run("cosign", &[&asked]).fails(2, "the last checkpoint cosigned has size 6", "--old 6");
    // From there, with a proof of its own history.
    let path = fork.beside("request-6");
    fork.run(&["witness", "request", "--old", "6", "--out", arg(&path)]).done();
    let evidence = fork.beside("evidence");
    let refused = witness.run("cosign", &[arg(&path)]).ends(1);
    assert!(refused.stderr.contains("--evidence"), "{}", refused.stderr);
    witness.run("cosign", &[arg(&path), "--evidence", arg(&evidence)]).ends(1);
    let written = std::fs::read(&evidence).unwrap();
    let evidence = docket_proof::Evidence::parse(&written).unwrap();
    assert_eq!(evidence.verify().unwrap().first.size(), 6);
    // An import of what the witness said about the other history shows the fork as well.
    let cosigned = ledger.beside("cosigned-2");
    fork.run(&["witness", "import", arg(&cosigned), "--witness", &witness.key]).ends(1);
    let found = fork.run(&["verify", "--json", "--checkpoint", arg(&cosigned)]).ends(1).json();
    assert_eq!(found["verdict"], "altered");
}

#[test]
fn an_old_copy_that_is_put_back_cannot_ask_again() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    let old = copy(&ledger);
    grow(&ledger, "Village 4");
    over_a_stick(&ledger, &witness, "1");
    old.run(&["witness", "request", "--old", "5"]).fails(1, "the witness has seen size 5", "old copy");
    let asked = request(&old, &witness, "request");
    witness.run("cosign", &[&asked]).fails(2, "has size 5", "--old 5");
}

#[test]
fn one_process_keeps_a_witness() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    let asked = request(&ledger, &witness, "request");
    let server = Server::start(&witness, &[]);
    witness.run("cosign", &[&asked]).fails(3, "locked by process", "one process at a time");
    // Looking needs no lock.
    witness.run("show", &[]).done();
    drop(server);
    witness.run("cosign", &[&asked]).done();
}

#[test]
fn folders_that_hold_no_witness_stay_as_they_are() {
    let ledger = office();
    let folder = ledger.beside("nobody");
    std::fs::create_dir(&folder).unwrap();
    let witness = Witness { folder: folder.clone(), key: String::new() };
    let asked = ledger.put("request", "old 0\n");
    witness.run("cosign", &[&asked]).ends(2);
    witness.run("trust", &[&vkey(&ledger)]).fails(3, "there is no witness in", "docket witness init");
    witness.run("show", &[]).ends(3);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    let made = Witness::new(&ledger, "w1");
    made.run("init", &["--name", "again"]).ends(3);
    made.run("trust", &[&made.key]).ends(3);
}

/// A witness that serves, stopped when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(witness: &Witness, args: &[&str]) -> Self {
        let mut command = docket();
        command.args(["witness", "serve", arg(&witness.folder), "--listen", "127.0.0.1:0"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url =
            lines.find_map(|line| line.unwrap().strip_prefix("listening on ").map(str::to_owned)).unwrap();
        Self { child, url }
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap().split('/').next().unwrap()
    }

    /// Sends bytes and reads until the server closes.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server that has seen enough may close before all is sent.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn post(&self, path: &str, body: &str) -> String {
        let len = body.len();
        self.send(
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len}\r\n\r\n{body}"
            )
            .as_bytes(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

#[test]
fn a_checkpoint_is_submitted_over_http_and_the_cosignature_recorded() {
    let ledger = office();
    let (one, two) = (Witness::trusting(&ledger, "w1"), Witness::trusting(&ledger, "w2"));
    let (first, second) = (Server::start(&one, &[]), Server::start(&two, &["--prefix", "/w2"]));
    let submit = |url: &str, witness: &Witness| {
        ledger.run(&["witness", "submit", "--url", url, "--witness", &witness.key])
    };
    submit(&first.url, &one).done();
    grow(&ledger, "Village 4");
    // Both, by a policy that says where they are.
    let policy = ledger.put(
        "policy",
        format!(
            "log {}\nwitness w1 {} {}\nwitness w2 {} {}/\ngroup both all w1 w2\nquorum both\n",
            vkey(&ledger),
            one.key,
            first.url,
            two.key,
            second.url
        ),
    );
    let told = ledger.run(&["witness", "submit", "--policy", &policy]).done();
    assert_eq!(told.stdout.lines().count(), 2, "{}", told.stdout);
    ledger.verify(0);
    // The witness has seen more than this ledger knows of: told so by 409, the office proves from there.
    drop(first);
    grow(&ledger, "Village 5");
    let asked = request(&ledger, &one, "request");
    one.run("cosign", &[&asked]).done();
    grow(&ledger, "Village 6");
    let again = Server::start(&one, &[]);
    submit(&again.url, &one).done();
    ledger.verify(0);
    // Another history, asked for from there: 422, and nothing is recorded.
    let fork = copy(&ledger);
    grow(&fork, "Another village");
    grow(&ledger, "Village 7");
    submit(&again.url, &one).done();
    fork.run(&["witness", "submit", "--url", &again.url, "--witness", &one.key]).fails(
        1,
        "another history",
        "verify --checkpoint",
    );
    // Under another key than the one asked for.
    submit(&again.url, &two).fails(3, "has not signed under the key", "right witness");
    // Nobody is there.
    drop(again);
    submit("http://127.0.0.1:1", &one).fails(3, "cannot ask", "is the witness running");
}

#[test]
fn the_server_answers_as_the_specification_says() {
    let ledger = office();
    let witness = Witness::new(&ledger, "w1");
    let asked = std::fs::read_to_string(request(&ledger, &witness, "request")).unwrap();
    let server = Server::start(&witness, &[]);
    assert_eq!(status(&server.post("/add-checkpoint", &asked)), "404");
    drop(server);
    witness.run("trust", &[&vkey(&ledger)]).done();
    let server = Server::start(&witness, &[]);
    let post = |body: &str| server.post("/add-checkpoint", body);
    let answer = post(&asked);
    assert_eq!(status(&answer), "200");
    assert!(answer.ends_with('\n') && answer.contains("\r\n\r\n\u{2014} witness.example/w1 "), "{answer}");
    let answer = post(&asked);
    assert_eq!(status(&answer), "409");
    assert!(
        answer.contains("Content-Type: text/x.tlog.size\r\n") && answer.ends_with("\r\n\r\n4\n"),
        "{answer}"
    );
    assert_eq!(status(&post(&asked.replace("old 0", "old 5"))), "400");
    assert_eq!(status(&post(&asked.replace("\n4\n", "\n5\n"))), "403");
    assert_eq!(status(&post(&asked.replace("office-1", "office-2"))), "404");
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    assert_eq!(status(&post(&asked.replace("old 0\n", &format!("old 4\n{hash}")))), "422");
    assert_eq!(status(&post(&asked.replace("old 0\n", &format!("old 4\n{}", hash.repeat(64))))), "400");
    assert_eq!(status(&post("")), "400");
    assert_eq!(status(&server.post("/", &asked)), "404");
    assert_eq!(status(&server.send(b"GET /add-checkpoint HTTP/1.1\r\nConnection: close\r\n\r\n")), "405");
}

#[test]
fn garbage_does_not_stop_the_server() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    let asked = std::fs::read_to_string(request(&ledger, &witness, "request")).unwrap();
    let server = Server::start(&witness, &[]);
    let mut seed = 7_u64;
    let mut random = |len: usize| -> Vec<u8> {
        (0..len)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                seed.to_le_bytes()[7]
            })
            .collect()
    };
    for round in 0..40 {
        server.send(&random(round * 50));
        let mut body =
            format!("POST /add-checkpoint HTTP/1.1\r\nContent-Length: {}\r\n\r\n", round * 20).into_bytes();
        body.extend(random(round * 20));
        let answer = server.send(&body);
        assert!(answer.is_empty() || status(&answer) == "400", "{answer}");
    }
    // A body that is announced but never comes, one that is too long, heads without an end.
    assert_eq!(server.send(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nold"), "");
    assert_eq!(
        status(&server.send(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")),
        "413"
    );
    assert_eq!(
        status(
            &server
                .send(&b"POST / HTTP/1.1\r\n".iter().copied().chain(vec![b'a'; 20_000]).collect::<Vec<u8>>())
        ),
        "431"
    );
    assert_eq!(status(&server.send(b"\x16\x03\x01\x02\x00\x01\x00")), "400");
    // Two requests on one connection; connections that say nothing stay open beside it.
    let idle: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let one = format!("POST /add-checkpoint HTTP/1.1\r\nContent-Length: {}\r\n\r\n{asked}", asked.len());
    let both = server.send(format!("{one}{one}").as_bytes());
    assert_eq!(both.matches("HTTP/1.1 ").count(), 2, "{both}");
    assert_eq!(status(&both), "200");
    drop(idle);
    assert!(Path::new(&witness.folder).join("logs").is_dir());
}

#[test]
fn importing_needs_a_witness_that_is_trusted() {
    let ledger = office();
    let witness = Witness::trusting(&ledger, "w1");
    let asked = request(&ledger, &witness, "request");
    let cosigned = ledger.beside("cosigned");
    witness.run("cosign", &[&asked, "--out", arg(&cosigned)]).done();
    let stranger = Witness::new(&ledger, "w2");
    ledger.run(&["witness", "import", arg(&cosigned)]).ends(2);
    ledger.run(&["witness", "import", arg(&cosigned), "--witness", &stranger.key]).fails(
        2,
        "none of the witnesses named",
        "right key",
    );
    let policy = ledger.put("policy", format!("witness w1 {}\nquorum nobody\n", witness.key));
    ledger.run(&["witness", "import", arg(&cosigned), "--policy", &policy]).fails(
        3,
        "no earlier line defines nobody",
        "tlog-policy",
    );
    let policy =
        ledger.put("policy", format!("witness w1 {}\nwitness w2 {}\nquorum w1\n", witness.key, stranger.key));
    let size = ledger.reader().size();
    ledger.run(&["witness", "import", arg(&cosigned), "--policy", &policy]).done();
    assert_eq!(ledger.reader().size(), size + 1);
    let text = std::fs::read_to_string(&cosigned).unwrap();
    for (name, bad) in [
        ("cut", text[..text.len() - 10].to_owned()),
        ("empty", String::new()),
        ("edited", text.replace("\n4\n", "\n3\n")),
    ] {
        let bad = ledger.put(name, bad);
        ledger.run(&["witness", "import", &bad, "--witness", &witness.key]).fails(
            2,
            "does not hold",
            "unchanged",
        );
    }
}

#[test]
fn a_policy_decides_what_a_verdict_needs() {
    let ledger = office();
    let [one, two, three] = ["w1", "w2", "w3"].map(|name| Witness::trusting(&ledger, name));
    let lines = format!(
        "log {}\nwitness w1 {}\nwitness w2 {}\nwitness w3 {}\ngroup two 2 w1 w2 w3\n",
        vkey(&ledger),
        one.key,
        two.key,
        three.key
    );
    let policy = ledger.put("policy", format!("{lines}quorum two\n"));
    let verify = |code: i32| {
        let run = ledger.run(&["verify", "--policy", &policy, "--json"]).ends(code);
        run.json()
    };
    let found = verify(3);
    assert_eq!((&found["verdict"], &found["policy"]["verdict"]), (&"undecided".into(), &"undecided".into()));
    assert_eq!(found["policy"]["missing"][0], "two needs 2 and has 0: missing w1, w2, w3");
    over_a_stick(&ledger, &one, "1");
    assert_eq!(verify(3)["policy"]["missing"][0], "two needs 2 and has 1: missing w2, w3");
    let told = ledger.run(&["verify", "--policy", &policy]).ends(3);
    assert!(told.stdout.contains("UNDECIDED") && told.stdout.contains("missing w2, w3"), "{}", told.stdout);
    // The second one cosigns a later checkpoint: up to the first one's size both vouch.
    grow(&ledger, "Village 4");
    over_a_stick(&ledger, &two, "2");
    let held = verify(0);
    assert_eq!((&held["policy"]["verdict"], &held["policy"]["size"]), (&"holds".into(), &4.into()));
    assert_eq!(held["cosignatures"], 2);
    let behind = held["not_covered"].as_array().unwrap().iter();
    assert!(
        behind.clone().any(|open| open.as_str().unwrap().starts_with("whether records behind size 4 were"))
    );
    assert!(behind.clone().all(|open| !open.as_str().unwrap().contains("no checkpoint from outside")));
    let told = ledger.run(&["verify", "--policy", &policy]).done();
    assert!(told.last_line().contains("no rewrite below size 4 without a quorum"), "{}", told.last_line());
    // A cosigned checkpoint brought along counts like a recorded one.
    let asked = request(&ledger, &one, "request-3");
    let brought = ledger.beside("cosigned-3");
    one.run("cosign", &[&asked, "--out", arg(&brought)]).done();
    let both =
        ledger.run(&["verify", "--policy", &policy, "--checkpoint", arg(&brought), "--json"]).done().json();
    assert_eq!((&both["policy"]["size"], &both["cosignatures"]), (&6.into(), &3.into()));

    // Another log's policy, one that asks for nobody, and those that are none.
    let other = Ledger::init("UTC");
    let foreign = ledger.put("foreign", format!("log {}\nquorum none\n", vkey(&other)));
    let refused = ledger.run(&["verify", "--policy", &foreign]).ends(1);
    assert!(refused.stdout.contains("this ledger's key is none of them"), "{}", refused.stdout);
    let nobody = ledger.put("nobody", "quorum none\n");
    assert!(ledger.run(&["verify", "--policy", &nobody]).done().stdout.contains("asks for no witness"));
    let unknown = ledger.put("unknown", format!("{lines}quorum three\n"));
    ledger.run(&["verify", "--policy", &unknown]).fails(
        3,
        "line 6 of the policy: no earlier line defines three",
        "tlog-policy",
    );
}
