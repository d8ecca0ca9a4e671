//! Owns requests and answers of HTTP/1.1: as much of it as pages and scrapers need, one request a connection. Does not
//! own: who may ask for what.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 << 10;
const LONGEST_BODY: usize = 4 << 10;
const MOST_HEADERS: usize = 64;
/// A request has to be there after so long.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What was asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Without what follows a `?`.
    pub(super) path: String,
    /// Names in lower case, in the order in which they came.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// A number, its words, and what to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: &'static str,
    kind: &'static str,
    /// Further headers, each with its end of line.
    headers: String,
    body: String,
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json";

impl Request {
    /// The only header of that name; nothing if there are several, for it is not clear which one counts.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether there is such a header at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(header, _)| header == name)
    }

    /// Reads a request; what is none gets an answer that says why.
    pub(super) fn read(stream: &mut impl Read) -> Result<Self, Answer> {
        let began = Instant::now();
        let mut bytes = Vec::with_capacity(1024);
        let (mut request, head, body) = loop {
            if let Some(parsed) = parse(&bytes)? {
                break parsed;
            }
            if bytes.len() > LONGEST_HEAD {
                return Err(Answer::plain("431 Request Header Fields Too Large", "the request is too long"));
            }
            more(stream, &mut bytes, began)?;
        };
        if body > LONGEST_BODY {
            return Err(Answer::plain("413 Content Too Large", "the request is too long"));
        }
        while bytes.len() < head + body {
            more(stream, &mut bytes, began)?;
        }
        request.body = bytes[head..head + body].to_vec();
        Ok(request)
    }
}

fn more(stream: &mut impl Read, bytes: &mut Vec<u8>, began: Instant) -> Result<(), Answer> {
    let mut buffer = [0; 1024];
    let read = if began.elapsed() > PATIENCE {
        Err(io::ErrorKind::TimedOut.into())
    } else {
        stream.read(&mut buffer)
    };
    match read {
        Ok(0) => Err(bad()),
        Ok(n) => {
            bytes.extend_from_slice(&buffer[..n]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        Err(_) => Err(Answer::plain("408 Request Timeout", "the request took too long")),
    }
}

fn bad() -> Answer {
    Answer::plain("400 Bad Request", "this is no request that is understood here")
}

/// A request without its body, how long its head is and how long its body; nothing while the head is not all there.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, Answer> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(bad()),
    };
    let text = |value: &[u8]| std::str::from_utf8(value).map(str::to_owned).map_err(|_| bad());
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().split('?').next().unwrap_or_default().to_owned(),
        ..Request::default()
    };
    for header in parsed.headers.iter() {
        request.headers.push((header.name.to_ascii_lowercase(), text(header.value)?));
    }
    if request.has("transfer-encoding") {
        return Err(Answer::plain("411 Length Required", "say how long the body is"));
    }
    let body = match (request.has("content-length"), request.header("content-length")) {
        (false, _) => 0,
        (true, length) => length.and_then(|length| length.parse().ok()).ok_or_else(bad)?,
    };
    Ok(Some((request, head, body)))
}

impl Answer {
    pub(super) fn new(status: &'static str, kind: &'static str, body: String) -> Self {
        Self { status, kind, headers: String::new(), body }
    }

    pub(super) fn plain(status: &'static str, what: &str) -> Self {
        Self::new(status, TEXT, format!("{what}\n"))
    }

    /// Adds a header.
    pub(super) fn with(mut self, header: &str) -> Self {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }

    /// Sends all of it.
    pub(super) fn send(&self, stream: &mut impl Write) -> io::Result<()> {
        let length = format!("Content-Length: {}\r\n", self.body.len());
        stream.write_all(format!("{}{length}\r\n{}", self.head(), self.body).as_bytes())?;
        stream.flush()
    }

    /// Sends the head of an answer that goes on.
    pub(super) fn begin(&self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(format!("{}\r\n", self.head()).as_bytes())?;
        stream.flush()
    }

    fn head(&self) -> String {
        let Self { status, kind, headers, .. } = self;
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n\
             Cross-Origin-Resource-Policy: same-origin\r\n{headers}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Request, &'static str> {
        Request::read(&mut text.as_bytes()).map_err(|answer| answer.status)
    }

    #[test]
    fn a_request_is_read_with_its_body_and_without_its_query() {
        let request = read("POST /control?x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}rest").unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/control"));
        assert_eq!((request.header("host"), request.body.as_slice()), (Some("a"), b"{}".as_slice()));
        assert_eq!((request.has("origin"), request.header("origin")), (false, None));
    }

    #[test]
    fn what_is_said_twice_is_not_heard() {
        let request = read("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n").unwrap();
        assert_eq!((request.has("host"), request.header("host")), (true, None));
        let lengths = "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc";
        assert_eq!(read(lengths), Err("400 Bad Request"));
    }

    #[test]
    fn what_is_too_long_or_no_request_is_refused() {
        assert_eq!(read("hello\r\n\r\n"), Err("400 Bad Request"));
        assert_eq!(read("GET / HTTP/1.1\r\nHost"), Err("400 Bad Request"), "it ends too early");
        assert_eq!(
            read(&format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(LONGEST_HEAD + 2000))),
            Err("431 Request Header Fields Too Large")
        );
        assert_eq!(
            read("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
            Err("413 Content Too Large")
        );
        assert_eq!(read("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), Err("400 Bad Request"));
        assert_eq!(read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), Err("411 Length Required"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Request::read(&mut bytes.as_slice());
        }

        #[test]
        fn no_headers_make_it_panic(lines in "([A-Za-z-]{1,12}: [ -~]{0,12}\r\n){0,5}") {
            let _ = Request::read(&mut format!("GET / HTTP/1.1\r\n{lines}\r\n").as_bytes());
        }
    }
}
