//! Owns the listening socket and a thread for each connection, a bounded number of them. All end when it is dropped.

use super::http::{Answer, PATIENCE, Request};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Connections at once.
const MOST: usize = 32;

/// Answers a request, and may go on for as long as `Stop` says that nobody has ended it.
pub(super) type Handler = dyn Fn(&Request, &mut TcpStream, &Stop) -> io::Result<()> + Send + Sync;

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

/// Whether the server has ended, and how many connections there are.
#[derive(Debug, Default)]
pub(super) struct Stop {
    stopped: AtomicBool,
    open: AtomicUsize,
}

impl Stop {
    pub(super) fn is_over(&self) -> bool {
        self.stopped.load(SeqCst)
    }
}

impl Server {
    /// Listens there; port 0 takes any that is free.
    pub(super) fn listen(address: SocketAddr, name: &str, handler: Arc<Handler>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(Stop::default());
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || accept(&listener, &stopped, &handler))?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Waits until nobody is connected any more, but not longer than `most`.
    pub(super) fn linger(&self, most: Duration) {
        let began = Instant::now();
        while self.stop.open.load(SeqCst) > 0 && began.elapsed() < most {
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.stopped.store(true, SeqCst);
        // A connection wakes the thread that waits for one.
        let here: IpAddr = match self.address.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        if TcpStream::connect_timeout(&SocketAddr::new(here, self.address.port()), PATIENCE).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, stop: &Arc<Stop>, handler: &Arc<Handler>) {
    for stream in listener.incoming() {
        if stop.is_over() {
            break;
        }
        let Ok(mut stream) = stream else {
            // Out of file descriptors: those that are open now are needed by the run.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let timeouts = stream.set_read_timeout(Some(PATIENCE)).and(stream.set_write_timeout(Some(PATIENCE)));
        if timeouts.is_err() {
            continue;
        }
        if stop.open.fetch_add(1, SeqCst) >= MOST {
            stop.open.fetch_sub(1, SeqCst);
            let _ = Answer::plain("503 Service Unavailable", "too many connections").send(&mut stream);
            continue;
        }
        let (stop, handler) = (Arc::clone(stop), Arc::clone(handler));
        let counted = Counted(stop);
        let serve = move || {
            let stop = &counted.0;
            // Who went away does not want to know.
            let _ = match Request::read(&mut stream) {
                Ok(request) => handler(&request, &mut stream, stop),
                Err(answer) => answer.send(&mut stream),
            };
        };
        // Without a thread for it the connection is closed.
        let _ = thread::Builder::new().name("connection".to_owned()).spawn(serve);
    }
}

/// One connection; counted until it is dropped.
struct Counted(Arc<Stop>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, SeqCst);
    }
}
