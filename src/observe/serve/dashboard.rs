//! Owns the live page: the report's page, its figures sent as server-sent events, and a way to steer the run.

use super::super::page;
use super::control;
use super::guard::{Token, check_place, check_token};
use super::http::{Answer, JSON, Request};
use super::live::Live;
use super::server::{Server, Stop};
use crate::engine::Controller;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Figures are sent this often.
const PERIOD: Duration = Duration::from_millis(500);
/// How long they have to listen: on a busy machine a browser is slow.
const FAREWELL: Duration = Duration::from_secs(5);
/// How often the end of the server is looked for.
const GLANCE: Duration = Duration::from_millis(100);
/// The page may load nothing but what it brings, and its figures from where it came from.
const POLICY: &str = "Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline'; \
                      style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The live page of a run, served until this is dropped. Reading is open to whoever reaches the address, under a name of
/// ours only; steering needs the token.
///
/// ```
/// # use pipeline_images::{engine::{Pipeline, Stage}, observe::{Dashboard, Live, Recorder}};
/// # use std::sync::Arc;
/// let handle = Pipeline::source("numbers", 0u32..10, |n| n.to_string()).sink("done", |_| ()).spawn()?;
/// let live = Arc::new(Live::new(Arc::new(Recorder::new())));
/// let dashboard = Dashboard::serve("127.0.0.1:0".parse()?, live, handle.controller())?;
/// println!("open {}", dashboard.url()); // http://127.0.0.1:41234/#token=…
/// handle.wait()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Dashboard {
    server: Server,
    token: Token,
}

impl Dashboard {
    /// Serves at this address; port 0 takes any that is free.
    ///
    /// # Errors
    /// If nobody can listen there.
    pub fn serve(address: SocketAddr, live: Arc<Live>, controller: Controller) -> io::Result<Self> {
        let token = Token::random();
        let site = Site { live, controller, token: token.clone() };
        let handler = move |request: &Request, stream: &mut TcpStream, stop: &Stop| {
            let bound = stream.local_addr()?;
            site.answer(request, stream, bound, stop)
        };
        Ok(Self { server: Server::listen(address, "dashboard", Arc::new(handler))?, token })
    }

    /// Where it is, with the token behind the `#`, which browsers keep to themselves.
    pub fn url(&self) -> String {
        format!("http://{}/#token={}", self.server.address(), self.token.text())
    }

    /// Ends, when those who look at it have been told that the run is over, or did not listen.
    pub fn end(self) {
        self.server.linger(FAREWELL);
    }

    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        self.server.address().ip().is_loopback()
    }
}

struct Site {
    live: Arc<Live>,
    controller: Controller,
    token: Token,
}

impl Site {
    fn answer(
        &self,
        request: &Request,
        stream: &mut TcpStream,
        bound: SocketAddr,
        stop: &Stop,
    ) -> io::Result<()> {
        if let Err(refused) = check_place(request, bound) {
            return refused.send(stream);
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/") => self.page().send(stream),
            ("GET", "/report.json") => {
                Answer::new("200 OK", JSON, self.live.report().to_string()).send(stream)
            }
            ("GET", "/events") => self.events(stream, stop),
            ("POST", "/control") => self.control(request).send(stream),
            (_, "/" | "/report.json" | "/events" | "/control") => {
                Answer::plain("405 Method Not Allowed", "not like this").send(stream)
            }
            _ => Answer::plain("404 Not Found", "there is nothing here").send(stream),
        }
    }

    fn page(&self) -> Answer {
        Answer::new("200 OK", "text/html; charset=utf-8", page::live_page(&self.live.report())).with(POLICY)
    }

    fn control(&self, request: &Request) -> Answer {
        match check_token(request, &self.token) {
            Ok(()) => control::obey(request, &self.controller),
            Err(refused) => refused,
        }
    }

    /// Reports until the run ends or nobody reads them any more.
    fn events(&self, stream: &mut TcpStream, stop: &Stop) -> io::Result<()> {
        Answer::new("200 OK", "text/event-stream", String::new()).begin(stream)?;
        loop {
            let sent = Instant::now();
            let over = self.live.wait_over(Duration::ZERO);
            let name = if over { "end" } else { "report" };
            // JSON has no line breaks of its own when it is written in one line.
            write!(stream, "event: {name}\ndata: {}\n\n", self.live.report())?;
            stream.flush()?;
            if over {
                return Ok(());
            }
            while sent.elapsed() < PERIOD && !self.live.wait_over(GLANCE) {
                if stop.is_over() {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::recorder::Recorder;
    use super::super::super::view::{Totals, View};
    use super::*;
    use crate::engine::{Handle, Pipeline, Stage};
    use std::convert::Infallible;
    use std::io::{BufRead, BufReader, Read};

    struct Served {
        handle: Handle,
        live: Arc<Live>,
        dashboard: Dashboard,
    }

    fn served() -> Served {
        let handle = Pipeline::source("numbers", 0u32.., |n| n.to_string())
            .stage(Stage::map("same", Ok::<u32, Infallible>))
            .sink("done", |_| ())
            .spawn()
            .unwrap();
        handle.controller().pause();
        let live = Arc::new(Live::new(Arc::new(Recorder::new())));
        let dashboard =
            Dashboard::serve("127.0.0.1:0".parse().unwrap(), Arc::clone(&live), handle.controller()).unwrap();
        assert!(dashboard.is_local());
        let served = Served { handle, live, dashboard };
        served.show(Live::update);
        served
    }

    impl Served {
        fn show(&self, how: fn(&Live, &View<'_>)) {
            let (report, totals) = (self.handle.snapshot(), Totals::default());
            how(&self.live, &View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None });
        }

        fn connect(&self, head: &str, body: &str) -> TcpStream {
            let address = self.dashboard.server.address();
            let mut stream = TcpStream::connect(address).unwrap();
            let length = body.len();
            write!(stream, "{head}\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
            stream
        }

        fn ask(&self, head: &str, body: &str) -> String {
            let mut text = String::new();
            self.connect(head, body).read_to_string(&mut text).unwrap();
            text
        }

        fn control(&self, body: &str) -> String {
            let token = self.dashboard.token.text();
            self.ask(
                &format!("POST /control HTTP/1.1\r\nContent-Type: {JSON}\r\nAuthorization: Bearer {token}"),
                body,
            )
        }
    }

    fn status(answer: &str) -> &str {
        answer.get(9..12).unwrap_or_default()
    }

    #[test]
    fn the_page_and_the_report_are_served_and_nothing_else_is() {
        let served = served();
        let page = served.ask("GET / HTTP/1.1", "");
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
        assert!(page.contains("Content-Security-Policy: default-src 'none'"));
        let report = served.ask("GET /report.json HTTP/1.1", "");
        let report: serde_json::Value =
            serde_json::from_str(report.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(report["stages"][1]["name"], "same");
        for path in ["/etc/passwd", "/../src/lib.rs", "//", "/index.html"] {
            assert_eq!(status(&served.ask(&format!("GET {path} HTTP/1.1"), "")), "404", "{path}");
        }
        assert_eq!(status(&served.ask("DELETE / HTTP/1.1", "")), "405");
        assert_eq!(status(&served.ask("GET /control HTTP/1.1", "")), "405");
        assert_eq!(status(&served.ask("GET / HTTP/1.1\r\nOrigin: http://evil.example", "")), "403");
    }

    #[test]
    fn with_the_token_worker_counts_change_and_the_run_pauses_resumes_and_drains() {
        let served = served();
        let workers = r#"{"action":"workers","stage":"same","workers":3}"#;
        let json = format!("POST /control HTTP/1.1\r\nContent-Type: {JSON}");
        assert_eq!(status(&served.ask(&json, workers)), "401", "no token");
        assert_eq!(
            status(&served.ask(&format!("{json}\r\nAuthorization: Bearer {}", "0".repeat(32)), workers)),
            "401"
        );
        assert_eq!(served.handle.snapshot().stages[1].workers, 1);
        assert_eq!(status(&served.control(workers)), "200");
        assert_eq!(served.handle.snapshot().stages[1].workers, 3);
        for wrong in [
            r#"{"action":"workers","stage":"none","workers":3}"#,
            r#"{"action":"workers","stage":"same","workers":0}"#,
            r#"{"action":"workers","stage":"same","workers":-1}"#,
            r#"{"action":"explode"}"#,
            "[",
        ] {
            let answer = served.control(wrong);
            assert!(status(&answer) == "400" && answer.contains("\"why\":"), "{answer}");
        }
        assert!(served.handle.snapshot().paused);
        assert_eq!(status(&served.control(r#"{"action":"resume"}"#)), "200");
        assert!(!served.handle.snapshot().paused);
        assert_eq!(status(&served.control(r#"{"action":"pause"}"#)), "200");
        assert!(served.handle.snapshot().paused);
        assert_eq!(status(&served.control(r#"{"action":"drain"}"#)), "200");
        assert!(served.handle.wait_timeout(Duration::from_secs(30)));
    }

    #[test]
    fn events_go_on_until_the_run_ends() {
        let served = served();
        let mut events = BufReader::new(served.connect("GET /events HTTP/1.1", "")).lines();
        let mut next = |wanted: &str| {
            let line = events.find(|line| line.as_ref().unwrap().starts_with(wanted)).unwrap().unwrap();
            line[wanted.len()..].to_owned()
        };
        assert_eq!(next("event: "), "report");
        let report: serde_json::Value = serde_json::from_str(&next("data: ")).unwrap();
        assert_eq!(report["paused"], true);
        served.show(Live::finish);
        while next("event: ") != "end" {}
        assert!(next("data: ").starts_with('{'));
        assert!(events.all(|line| line.unwrap().is_empty()), "nothing follows the end");
    }
}
