//! How the TCP connections on the loopback end, seen from outside of both ends: who sends a reset, counted on the wire.
//!
//! A packet socket sees each segment once. The kernel hands on those alone that open, end or reset a connection, so a
//! flood of others cannot push one of them out.

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::Socket;

/// Watches the connections of this machine's loopback, of version 4 of the protocol, until it is dropped.
#[derive(Debug)]
pub struct Watch {
    seen: Arc<Mutex<Vec<Segment>>>,
    over: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// A segment that opens, ends or resets a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    from: SocketAddrV4,
    to: SocketAddrV4,
    flags: u8,
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// What has become of the connections to some servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Connections that were opened.
    pub opened: usize,
    /// Those that have not ended yet: no reset, and no FIN of both sides.
    pub open: usize,
    /// Resets that the clients sent.
    pub by_client: usize,
    /// Resets that the servers sent.
    pub by_server: usize,
}

impl Watch {
    /// Begins to watch.
    ///
    /// # Errors
    /// If this process has no right to open a packet socket, or the system has none.
    pub fn start() -> io::Result<Watch> {
        let mut socket = open()?;
        // Looked at `over` so often, for the end of the thread.
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let (seen, over) = (
            Arc::<Mutex<Vec<_>>>::default(),
            Arc::<AtomicBool>::default(),
        );
        let reader = std::thread::spawn({
            let (seen, over) = (Arc::clone(&seen), Arc::clone(&over));
            move || {
                let mut buffer = [0; 256];
                while !over.load(Relaxed) {
                    let read = socket.read(&mut buffer).unwrap_or(0);
                    if let Some(segment) = buffer.get(..read).and_then(Segment::parse) {
                        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                        seen.push(segment);
                    }
                }
            }
        });
        Ok(Watch {
            seen,
            over,
            reader: Some(reader),
        })
    }

    /// What has become of the connections to servers at these addresses, since the start.
    pub fn tally(&self, is_server: impl Fn(SocketAddr) -> bool) -> Tally {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        tally(&seen, is_server)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        if let Some(reader) = self.reader.take() {
            reader.join().ok();
        }
    }
}

/// The two sides of a connection that have said that they send no more.
#[derive(Debug, Default)]
struct Sides {
    client: bool,
    server: bool,
}

fn tally(segments: &[Segment], is_server: impl Fn(SocketAddr) -> bool) -> Tally {
    let mut tally = Tally::default();
    let mut open: HashMap<(SocketAddrV4, SocketAddrV4), Sides> = HashMap::new();
    for segment in segments {
        let by_client = is_server(segment.to.into());
        let (client, server) = match by_client {
            true => (segment.from, segment.to),
            false => (segment.to, segment.from),
        };
        if !by_client && !is_server(server.into()) {
            continue;
        }
        if segment.has(SYN) && !segment.has(ACK) {
            // Sent again if the server was slow to accept it.
            open.entry((client, server)).or_insert_with(|| {
                tally.opened += 1;
                Sides::default()
            });
        }
        let mut ended = segment.has(RST);
        match (segment.has(RST), by_client) {
            (true, true) => tally.by_client += 1,
            (true, false) => tally.by_server += 1,
            (false, _) => {}
        }
        if let Some(sides) = open.get_mut(&(client, server)) {
            sides.client |= segment.has(FIN) && by_client;
            sides.server |= segment.has(FIN) && !by_client;
            ended |= sides.client && sides.server;
        }
        if ended {
            open.remove(&(client, server));
        }
    }
    tally.open = open.len();
    tally
}

impl Segment {
    /// A packet of IPv4 from its first byte on; `None` if it is none of TCP that opens, ends or resets.
    fn parse(packet: &[u8]) -> Option<Segment> {
        const TCP: u8 = 6;
        let (first, protocol) = (*packet.first()?, *packet.get(9)?);
        let header = usize::from(first & 15) * 4;
        let ports = packet.get(header..)?.first_chunk::<4>()?;
        let flags = *packet.get(header + 13)?;
        if first >> 4 != 4 || protocol != TCP || flags & (FIN | SYN | RST) == 0 {
            return None;
        }
        let address = |at: usize| Some(Ipv4Addr::from(*packet.get(at..)?.first_chunk::<4>()?));
        let port = |at: usize| u16::from_be_bytes([ports[at], ports[at + 1]]);
        Some(Segment {
            from: SocketAddrV4::new(address(12)?, port(0)),
            to: SocketAddrV4::new(address(16)?, port(2)),
            flags,
        })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A socket for one protocol gets what arrives and not, as one for all protocols, also what leaves: on the loopback
/// that would be everything twice.
#[cfg(target_os = "linux")]
fn open() -> io::Result<Socket> {
    use socket2::{Domain, Protocol, SockFilter, Type};

    /// Classic BPF on the packet from the IP header on: TCP with FIN, SYN or RST passes.
    const FILTER: [SockFilter; 7] = [
        SockFilter::new(0x30, 0, 0, 9),   // load the protocol
        SockFilter::new(0x15, 0, 4, 6),   // not TCP: to the end
        SockFilter::new(0xb1, 0, 0, 0),   // the length of the IP header
        SockFilter::new(0x50, 0, 0, 13),  // load the flags behind it
        SockFilter::new(0x45, 0, 1, 0x7), // none of the three: to the end
        SockFilter::new(0x06, 0, 0, 128), // pass so many bytes
        SockFilter::new(0x06, 0, 0, 0),
    ];
    const IPV4: u16 = 0x0800;
    /// Room for what hundreds of connections say when they end at once, before a busy machine lets the reader run. The
    /// system may give less.
    const ROOM: usize = 4 << 20;
    let socket = Socket::new(
        Domain::PACKET,
        Type::DGRAM,
        Some(Protocol::from(i32::from(IPV4.to_be()))),
    )?;
    socket.attach_filter(&FILTER)?;
    socket.set_recv_buffer_size(ROOM)?;
    Ok(socket)
}

#[cfg(not(target_os = "linux"))]
fn open() -> io::Result<Socket> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(from: u16, to: u16, flags: u8) -> Segment {
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        Segment {
            from: at(from),
            to: at(to),
            flags,
        }
    }

    fn check(segments: &[(u16, u16, u8)], expected: [usize; 4]) {
        let segments: Vec<_> = segments
            .iter()
            .map(|(from, to, flags)| segment(*from, *to, *flags))
            .collect();
        let Tally {
            opened,
            open,
            by_client,
            by_server,
        } = tally(&segments, |address| address.port() == 9042);
        assert_eq!(
            [opened, open, by_client, by_server],
            expected,
            "{segments:?}"
        );
    }

    #[test]
    fn sides_are_told_apart() {
        let opening = [(5, 9042, SYN), (9042, 5, SYN | ACK)];
        let then = |rest: &[(u16, u16, u8)]| [&opening[..], rest].concat();
        check(&opening, [1, 1, 0, 0]);
        check(&then(&[(5, 9042, RST)]), [1, 0, 1, 0]);
        check(&then(&[(9042, 5, RST | ACK)]), [1, 0, 0, 1]);
        check(&then(&[(5, 9042, FIN | ACK)]), [1, 1, 0, 0]);
        check(
            &then(&[(5, 9042, FIN | ACK), (9042, 5, FIN | ACK)]),
            [1, 0, 0, 0],
        );
        // Refused, sent again, from a port that was used before, and somebody else's.
        check(&[(5, 9042, SYN), (9042, 5, RST | ACK)], [1, 0, 0, 1]);
        check(&then(&opening), [1, 1, 0, 0]);
        check(&then(&[(9042, 5, RST), (5, 9042, SYN)]), [2, 1, 0, 1]);
        check(&[(5, 7000, SYN), (5, 7000, RST)], [0, 0, 0, 0]);
    }

    #[test]
    fn packets_are_read_as_the_standards_lay_them_out() {
        // RFC 791 and RFC 9293: 127.0.0.1:40000 resets 127.0.0.2:9042; 6 words of IP header, options among them.
        let mut packet = vec![
            0x46, 0, 0, 44, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2,
        ];
        packet.extend([1, 1, 1, 1]);
        packet.extend([
            0x9c, 0x40, 0x23, 0x52, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, RST, 0, 0,
        ]);
        let found = Segment::parse(&packet).unwrap();
        assert_eq!(found.from.to_string(), "127.0.0.1:40000");
        assert_eq!(found.to.to_string(), "127.0.0.2:9042");
        assert_eq!(found.flags, RST);
        for cut in 0..38 {
            assert_eq!(Segment::parse(&packet[..cut]), None);
        }
        packet[37] = ACK;
        assert_eq!(Segment::parse(&packet), None);
    }
}
