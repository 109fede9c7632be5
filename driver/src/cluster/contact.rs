//! Where to begin: an address or a name, with a port.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// A server to begin with. The others are learned from it.
///
/// Made from text (`"db1.example.com"`, `"10.0.0.1:9042"`, `"[::1]:9042"`, `"[fe80::1%eth0]:9042"`; port 9042 if none
/// is given) or from an address. Text is looked at when the session connects. Each address of a name is tried.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContactPoint(Box<str>);

/// The port that CQL is served on unless it is said otherwise.
pub(crate) const PORT: u16 = 9042;

impl ContactPoint {
    /// Host and port; `None` if the text is neither.
    pub(crate) fn parts(&self) -> Option<(&str, u16)> {
        let text = self.0.trim();
        if text.is_empty() || text.contains(char::is_whitespace) || text.contains('/') {
            return None;
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (host, after) = rest.split_once(']')?;
            let port = match after {
                "" => PORT,
                _ => port_of(after.strip_prefix(':')?)?,
            };
            return is_address(host).then_some((host, port));
        }
        if is_address(text) {
            return Some((text, PORT));
        }
        match text.rsplit_once(':') {
            None => Some((text, PORT)),
            Some((host, port)) if !host.is_empty() && !host.contains(':') => {
                Some((host, port_of(port)?))
            }
            Some(_) => None,
        }
    }
}

fn port_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port != 0)
}

/// An address of version 6 may name the interface that it is meant on: `fe80::1%eth0`.
fn is_address(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

impl fmt::Display for ContactPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ContactPoint {
    fn from(text: &str) -> ContactPoint {
        ContactPoint(text.into())
    }
}

impl From<&String> for ContactPoint {
    fn from(text: &String) -> ContactPoint {
        ContactPoint(text.as_str().into())
    }
}

impl From<String> for ContactPoint {
    fn from(text: String) -> ContactPoint {
        ContactPoint(text.into())
    }
}

impl From<SocketAddr> for ContactPoint {
    fn from(address: SocketAddr) -> ContactPoint {
        ContactPoint(address.to_string().into())
    }
}

impl From<IpAddr> for ContactPoint {
    fn from(address: IpAddr) -> ContactPoint {
        SocketAddr::new(address, PORT).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_addresses() {
        for (text, expected) in [
            ("db1", Some(("db1", 9042))),
            ("db1:19042", Some(("db1", 19042))),
            (" 10.0.0.1 ", Some(("10.0.0.1", 9042))),
            ("10.0.0.1:1", Some(("10.0.0.1", 1))),
            ("::1", Some(("::1", 9042))),
            ("[::1]", Some(("::1", 9042))),
            ("[::1]:7", Some(("::1", 7))),
            ("fe80::1%eth0", Some(("fe80::1%eth0", 9042))),
            ("[fe80::1%2]:7", Some(("fe80::1%2", 7))),
            ("[fe80::1%]:7", None),
            ("[10.0.0.1%2]:7", None),
            ("db1:0", None),
            ("db1:x", None),
            ("db1:99999", None),
            (":9042", None),
            ("[db1]:9042", None),
            ("cql://db1", None),
            ("", None),
        ] {
            assert_eq!(ContactPoint::from(text).parts(), expected, "{text}");
        }
        let address: SocketAddr = ([127, 0, 0, 1], 9042).into();
        assert_eq!(ContactPoint::from(address), "127.0.0.1:9042".into());
        let local: SocketAddr = "[fe80::1%3]:9042".parse().unwrap();
        assert_eq!(ContactPoint::from(local).parts(), Some(("fe80::1%3", 9042)));
    }
}
