//! Owns who may ask. A page of any other site can make a browser send requests here, so the name under which it was asked
//! (`Host`) and the site that asks (`Origin`) have to be ours, and whoever changes something has to know the token.

use super::http::{Answer, Request};
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::net::{IpAddr, SocketAddr};

/// The secret that was printed at start.
#[derive(Debug, Clone)]
pub(super) struct Token(String);

impl Token {
    /// 128 random bits.
    pub(super) fn random() -> Self {
        let mut bytes = [0u8; 16];
        let filled = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
        if filled.is_err() {
            // Keyed at random by the standard library; this is for systems without that file.
            let half = |n: u64| RandomState::new().hash_one(n).to_ne_bytes();
            bytes[..8].copy_from_slice(&half(1));
            bytes[8..].copy_from_slice(&half(2));
        }
        Self(bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Takes as long for a wrong guess as for a right one.
    fn is(&self, guess: &str) -> bool {
        let differ = self.0.bytes().zip(guess.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
        guess.len() == self.0.len() && differ == 0
    }
}

/// Refuses who asks under a foreign name or from a foreign site. `bound` is where we listen.
pub(super) fn check_place(request: &Request, bound: SocketAddr) -> Result<(), Answer> {
    let host = request.header("host").unwrap_or_default();
    if !is_ours(host, bound) {
        return Err(Answer::plain(
            "403 Forbidden",
            "this name is not served; open the address that was printed at start",
        ));
    }
    if request.has("origin") && request.header("origin") != Some(&format!("http://{host}")) {
        return Err(Answer::plain("403 Forbidden", "other sites may not ask"));
    }
    Ok(())
}

/// Refuses who does not know the token.
pub(super) fn check_token(request: &Request, token: &Token) -> Result<(), Answer> {
    let given = request.header("authorization").and_then(|given| given.strip_prefix("Bearer "));
    match given {
        Some(given) if token.is(given) => Ok(()),
        _ => Err(Answer::plain("401 Unauthorized", "the token is missing or wrong; it was printed at start")
            .with("WWW-Authenticate: Bearer")),
    }
}

/// Whether it is a name of ours: one that no name server can make point here for somebody else.
fn is_ours(host: &str, bound: SocketAddr) -> bool {
    let name = match bound.port() {
        80 => host.strip_suffix(":80").unwrap_or(host),
        port => match host.strip_suffix(&format!(":{port}")) {
            Some(name) => name,
            None => return false,
        },
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let address: Option<IpAddr> = match bare {
        Some(bare) => bare.parse().ok().filter(IpAddr::is_ipv6),
        None => name.parse().ok().filter(IpAddr::is_ipv4),
    };
    address.is_some_and(|address| address.is_loopback() || !bound.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &str) -> Request {
        Request::read(&mut format!("GET / HTTP/1.1\r\n{headers}\r\n").as_bytes()).unwrap()
    }

    fn passes(headers: &str, bound: &str) -> bool {
        check_place(&request(headers), bound.parse().unwrap()).is_ok()
    }

    #[test]
    fn only_names_of_ours_are_served() {
        let here = "127.0.0.1:8080";
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "127.0.0.2:8080", "[::1]:8080"] {
            assert!(passes(&format!("Host: {host}\r\n"), here), "{host}");
        }
        for host in [
            "",
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "10.0.0.1:8080",
            "localhost.evil:8080",
            "::1:8080",
            "127.0.0.1:8080:8080",
        ] {
            assert!(!passes(&format!("Host: {host}\r\n"), here), "{host}");
        }
        assert!(!passes("", here), "no name at all");
        assert!(!passes("Host: localhost:8080\r\nHost: evil:8080\r\n", here));
        assert!(passes("Host: localhost\r\n", "127.0.0.1:80"));
        assert!(
            passes("Host: 10.0.0.1:8080\r\n", "0.0.0.0:8080"),
            "told to be open, an address is no foreign name"
        );
        assert!(!passes("Host: evil.example:8080\r\n", "0.0.0.0:8080"));
    }

    #[test]
    fn other_sites_are_refused() {
        let from =
            |origin: &str| passes(&format!("Host: localhost:8080\r\nOrigin: {origin}\r\n"), "127.0.0.1:8080");
        assert!(from("http://localhost:8080"));
        for origin in [
            "null",
            "",
            "http://evil.example",
            "https://localhost:8080",
            "http://localhost:8081",
            "http://127.0.0.1:8080",
        ] {
            assert!(!from(origin), "{origin}");
        }
    }

    #[test]
    fn only_the_whole_token_counts() {
        let token = Token::random();
        assert_eq!(token.text().len(), 32);
        assert_ne!(token.text(), Token::random().text());
        let with =
            |given: &str| check_token(&request(&format!("Authorization: {given}\r\n")), &token).is_ok();
        assert!(with(&format!("Bearer {}", token.text())));
        assert!(!with(token.text()));
        assert!(!with("Bearer "));
        assert!(!with(&format!("Bearer {}", &token.text()[1..])));
        assert!(!with(&format!("Bearer {}0", token.text())));
        assert!(check_token(&request(""), &token).is_err());
    }
}
