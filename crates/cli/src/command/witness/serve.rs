//! `docket witness serve`: C2SP tlog-witness over HTTP.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use docket_log::{Witness, WitnessError};
use docket_proof::{MAX_WITNESS_REQUEST_LEN, Refusal, WitnessRequest};

use crate::{failure::Failure, output::Output, text::escape};

use super::{
    Folder,
    http::{Connection, Request, Response, Trouble},
    keeper::{Keeper, unix_time},
};

/// Answer requests over HTTP (C2SP tlog-witness), until it is stopped
///
/// POST PREFIX/add-checkpoint, and nothing else. It speaks plain HTTP: keep it on the loopback address, behind a proxy
/// that speaks TLS. What it answered is durable, so it may be stopped at any time.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    folder: Folder,
    /// The address to listen on; port 0 for any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8734")]
    listen: SocketAddr,
    /// What stands before /add-checkpoint in the path, such as /w1
    #[arg(long, value_name = "PATH", default_value = "")]
    prefix: String,
}

/// Connections served at once; who comes beyond them is asked to come again.
const MAX_CONNECTIONS: usize = 32;
/// Requests of one connection.
const MAX_REQUESTS: usize = 1_000;

pub(super) fn run(args: &Args, output: &mut Output) -> Result<(), Failure> {
    let keeper = Keeper::open(&args.folder.folder)?;
    let cannot = |error| Failure::undecided(format!("cannot listen on {}: {error}", args.listen));
    let listener = TcpListener::bind(args.listen).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    output.line(format_args!("witness {}", keeper.witness.verifier()))?;
    output.line(format_args!("listening on http://{address}{}", args.prefix))?;
    output.finish()?;
    if !address.ip().is_loopback() {
        output
            .note("note: this is plain HTTP on an address that others reach; put a proxy with TLS before it");
    }
    let path = format!("{}/add-checkpoint", args.prefix.trim_end_matches('/'));
    let service = Service { witness: &keeper.witness, path: &path };
    std::thread::scope(|scope| {
        // The streams of the terminal belong to this thread; the others tell it what to say.
        let (say, said) = mpsc::channel::<String>();
        scope.spawn(move || accept(&listener, service, &say));
        said.iter().for_each(|line| output.note(line));
    });
    Ok(())
}

/// What the threads share.
#[derive(Clone, Copy)]
struct Service<'a> {
    witness: &'a Witness,
    path: &'a str,
}

fn accept(listener: &TcpListener, service: Service<'_>, say: &mpsc::Sender<String>) {
    let open = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            let Ok(stream) = stream else {
                // Out of descriptors, or the other side has gone already: no reason to stop, nor to spin.
                std::thread::sleep(std::time::Duration::from_millis(10));
                continue;
            };
            let place = Place::take(&open);
            let say = say.clone();
            scope.spawn(move || {
                serve(stream, place.is_some(), service, &say);
                drop(place);
            });
        }
    });
}

/// One of the connections that are served at once, given back when it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let taken = open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
            (count < MAX_CONNECTIONS).then_some(count + 1)
        });
        taken.ok().map(|_| Self(open.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn serve(stream: TcpStream, has_place: bool, service: Service<'_>, say: &mpsc::Sender<String>) {
    let Ok(mut connection) = Connection::new(stream, MAX_WITNESS_REQUEST_LEN) else { return };
    if !has_place {
        let _ = connection.write(&Response::text(503, "too many connections, come again\n"), false);
        return;
    }
    for _ in 0..MAX_REQUESTS {
        let request = match connection.read() {
            Ok(request) => request,
            Err(Trouble::Gone) => return,
            Err(Trouble::Refused(response)) => {
                let _ = say.send(format!("{} {}", response.status, response.body.trim_end()));
                let _ = connection.write(&response, false);
                return;
            }
        };
        let (response, line) = answer(service, &request);
        let _ = say.send(line);
        if connection.write(&response, request.keeps_alive).is_err() || !request.keeps_alive {
            return;
        }
    }
}

/// Answers a request, and says in a line what it was.
fn answer(service: Service<'_>, request: &Request) -> (Response, String) {
    if request.target != service.path {
        return logged(Response::text(404, "there is nothing here\n"), "");
    }
    if request.method != "POST" {
        return logged(Response::text(405, "add-checkpoint is a POST\n"), "");
    }
    let parsed = match WitnessRequest::parse(&request.body) {
        Ok(parsed) => parsed,
        Err(error) => return logged(refusal_response(&error.into()), ""),
    };
    let (origin, size) = (escape(parsed.checkpoint().origin()), parsed.checkpoint().size());
    let about = format!(" {origin} size {size}");
    match service.witness.cosign(&parsed, unix_time()) {
        Ok(cosignature) => logged(Response::text(200, format!("{}\n", cosignature.signature)), &about),
        Err(WitnessError::Refused(refusal)) => logged(refusal_response(&refusal), &about),
        Err(error) => {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            let response = Response::text(500, "the witness cannot store what it saw\n");
            (response, format!("500{about}: {error}{cause}"))
        }
    }
}

fn refusal_response(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::NotTheLast { last } => {
            Response { status: 409, content_type: "text/x.tlog.size", body: format!("{last}\n") }
        }
        refusal => Response::text(refusal.status(), format!("{refusal}\n")),
    }
}

fn logged(response: Response, about: &str) -> (Response, String) {
    let why = if response.status == 200 { "" } else { response.body.trim_end() };
    let colon = if why.is_empty() { "" } else { ": " };
    let line = format!("{}{about}{colon}{}", response.status, escape(why));
    (response, line)
}
