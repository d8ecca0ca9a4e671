//! Owns how people write where to listen: on this machine only unless they name another address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// `9464`, `:9464`, `localhost:9464`, `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::new(loopback, port));
    }
    text.parse()
        .map_err(|_| "write a port, or an address and a port: 8080, 127.0.0.1:8080, [::1]:8080".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_this_machine_only() {
        for text in ["8080", ":8080", "localhost:8080", "127.0.0.1:8080"] {
            assert_eq!(address(text).unwrap().to_string(), "127.0.0.1:8080", "{text}");
        }
        assert_eq!(address("0.0.0.0:80").unwrap().to_string(), "0.0.0.0:80");
        assert_eq!(address("[::1]:80").unwrap().to_string(), "[::1]:80");
        for wrong in ["", "x", "127.0.0.1", "example.org:80", "99999", "::1:80:", "1.2.3.4:99999"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
