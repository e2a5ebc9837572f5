//! As much of HTTP/1.1 as a witness needs: bounded in length and time, whatever comes in.
//!
//! Heads are parsed by `httparse`. The usual small servers set no limit to how slowly a request may come, so the reading
//! is here.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// The longest head, in bytes.
pub(super) const MAX_HEAD_LEN: usize = 16_384;
/// The most header fields of a request.
const MAX_HEADERS: usize = 64;
/// How long a whole request, head and body, may take to come in, and an idle connection to ask again.
const REQUEST_TIME: Duration = Duration::from_secs(20);
/// How long writing an answer may stand still.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// A request, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// The target as it was sent, with its query if it has one.
    pub(super) target: String,
    pub(super) body: Vec<u8>,
    pub(super) keeps_alive: bool,
}

/// What is sent back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl Response {
    /// An answer in words.
    pub(super) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: body.into() }
    }
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The other side has gone, or was too slow.
    Gone,
    /// What came is answered so, and the connection closed.
    Refused(Response),
}

impl From<io::Error> for Trouble {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// A connection, and what was read of it beyond the last request.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    max_body: usize,
}

/// What a head says.
struct Head {
    request: Request,
    len: usize,
    body_len: usize,
    expects_continue: bool,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, max_body: usize) -> io::Result<Self> {
        stream.set_write_timeout(Some(WRITE_TIME))?;
        Ok(Self { stream, buffer: Vec::new(), max_body })
    }

    /// Reads the next request. Keeps no more of it than a head and a body of the limit.
    pub(super) fn read(&mut self) -> Result<Request, Trouble> {
        let deadline = Instant::now() + REQUEST_TIME;
        let head = loop {
            if let Some(head) = take_head(&self.buffer, self.max_body).map_err(Trouble::Refused)? {
                break head;
            }
            if self.buffer.len() >= MAX_HEAD_LEN {
                return Err(Trouble::Refused(Response::text(431, "the head is too long\n")));
            }
            self.fill(MAX_HEAD_LEN, deadline)?;
        };
        if head.expects_continue && self.buffer.len() < head.len + head.body_len {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let end = head.len + head.body_len;
        while self.buffer.len() < end {
            self.fill(end, deadline)?;
        }
        let rest = self.buffer.split_off(end);
        let mut taken = std::mem::replace(&mut self.buffer, rest);
        Ok(Request { body: taken.split_off(head.len), ..head.request })
    }

    /// Reads some more, up to `limit` bytes in the buffer.
    fn fill(&mut self, limit: usize, deadline: Instant) -> Result<(), Trouble> {
        let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        self.stream.set_read_timeout(Some(left.ok_or(Trouble::Gone)?))?;
        let mut chunk = [0; 8_192];
        let wanted = limit.saturating_sub(self.buffer.len()).min(chunk.len());
        let free = chunk.get_mut(..wanted).unwrap_or_default();
        match self.stream.read(free) {
            Ok(0) => Err(Trouble::Gone),
            Ok(read) => {
                self.buffer.extend_from_slice(free.get(..read).unwrap_or_default());
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn write(&mut self, response: &Response, keeps_alive: bool) -> io::Result<()> {
        let Response { status, content_type, body } = response;
        let (reason, connection) = (reason(*status), if keeps_alive { "keep-alive" } else { "close" });
        let allow = if *status == 405 { "Allow: POST\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{allow}Connection: {connection}\r\n\r\n",
            body.len()
        );
        self.stream.write_all(head.as_bytes())?;
        self.stream.write_all(body.as_bytes())?;
        self.stream.flush()
    }
}

/// Takes the head off the front of what came; `None` where it is not all there.
fn take_head(bytes: &[u8], max_body: usize) -> Result<Option<Head>, Response> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let len = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Response::text(431, "too many header fields\n")),
        Err(error) => return Err(Response::text(400, format!("not a request: {error}\n"))),
    };
    let mut body_len = None;
    let (mut closes, mut keeps, mut expects_continue) = (false, false, false);
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_ascii_lowercase();
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                let bad = || Response::text(400, "the content length is not one number\n");
                if !is_number || body_len.is_some() {
                    return Err(bad());
                }
                // Digits that are too many are a length that is too long.
                body_len = Some(value.parse::<usize>().unwrap_or(usize::MAX));
            }
            "transfer-encoding" => return Err(Response::text(501, "only bodies with a content length\n")),
            "connection" => {
                closes |= value.split(',').any(|token| token.trim() == "close");
                keeps |= value.split(',').any(|token| token.trim() == "keep-alive");
            }
            "expect" => expects_continue = value == "100-continue",
            _ => {}
        }
    }
    let method = parsed.method.unwrap_or_default().to_owned();
    if method == "POST" && body_len.is_none() {
        return Err(Response::text(411, "a content length is needed\n"));
    }
    let body_len = body_len.unwrap_or(0);
    if body_len > max_body {
        return Err(Response::text(413, format!("the body is longer than {max_body} bytes\n")));
    }
    let keeps_alive = if parsed.version == Some(1) { !closes } else { keeps && !closes };
    let target = parsed.path.unwrap_or_default().to_owned();
    let request = Request { method, target, body: Vec::new(), keeps_alive };
    Ok(Some(Head { request, len, body_len, expects_continue }))
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, u16> {
        take_head(text.as_bytes(), 100).map_err(|response| response.status)
    }

    #[test]
    fn heads_are_taken_whole_or_not_at_all() {
        let text = "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbody";
        let taken = head(text).unwrap().unwrap();
        assert_eq!((taken.len, taken.body_len), (text.len() - 4, 100));
        assert_eq!(
            (taken.request.method.as_str(), taken.request.target.as_str()),
            ("POST", "/add-checkpoint")
        );
        for len in 0..text.len() - 4 {
            assert!(matches!(head(&text[..len]), Ok(None)), "{len} bytes");
        }
    }

    #[test]
    fn what_is_no_request_is_refused_with_a_status() {
        let post = |fields: &str| head(&format!("POST / HTTP/1.1\r\n{fields}\r\n")).err();
        assert_eq!(post(""), Some(411));
        assert_eq!(post("Content-Length: 101\r\n"), Some(413));
        assert_eq!(post("Content-Length: 99999999999999999999999\r\n"), Some(413));
        assert_eq!(post("Content-Length: 1\r\nContent-Length: 1\r\n"), Some(400));
        for wrong in ["", "-1", "+1", "0x1", "1 1", "1,1"] {
            assert_eq!(post(&format!("Content-Length: {wrong}\r\n")), Some(400), "{wrong:?}");
        }
        assert_eq!(post("Transfer-Encoding: chunked\r\n"), Some(501));
        assert_eq!(post(&"a: b\r\n".repeat(65)), Some(431));
        for garbage in ["\u{0}\u{1}\u{2}", "GET\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/9.9\r\n\r\n"] {
            assert_eq!(head(garbage).err(), Some(400), "{garbage:?}");
        }
    }

    #[test]
    fn a_connection_is_kept_as_its_version_and_the_client_say() {
        let keeps = |text: &str| head(text).unwrap().unwrap().request.keeps_alive;
        assert!(keeps("GET / HTTP/1.1\r\n\r\n"));
        assert!(!keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        assert!(!keeps("GET / HTTP/1.1\r\nConnection: Upgrade, Close\r\n\r\n"));
        assert!(!keeps("GET / HTTP/1.0\r\n\r\n"));
        assert!(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    }
}
