//! How bytes reach a server: streams, and names that become addresses.
//!
//! Both are traits, so that a test can put a simulated network, and a product its own transport, in their
//! place. [`Tcp`] and [`SystemResolver`] are what a session uses unless it is told otherwise.

/// TLS by rustls.
#[cfg(feature = "tls")]
pub mod tls;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};

/// Opens streams to servers.
pub trait Connector: fmt::Debug + Send + Sync + 'static {
    /// Connects to `to`, from `source_port` if one is given: a shard-aware port of ScyllaDB gives the
    /// connection to the shard `source_port % shards`.
    ///
    /// The caller puts a deadline on it and may drop the future at any time. A source port that is taken
    /// is reported as [`io::ErrorKind::AddrInUse`] or [`io::ErrorKind::AddrNotAvailable`]; another is tried then.
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>>;

    /// Whether its streams are in TLS, for which ScyllaDB has a shard-aware port of its own. False unless it says so.
    fn is_tls(&self) -> bool {
        false
    }
}

/// Turns names into addresses.
pub trait Resolver: fmt::Debug + Send + Sync + 'static {
    /// All addresses of `host`, each with `port`, best first. An empty list means that the name exists
    /// without an address.
    fn resolve(&self, host: &str, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

    /// The name of an address. Only [`Ec2MultiRegion`](crate::policy::address::Ec2MultiRegion) asks for it; a resolver that
    /// does not say otherwise cannot do it.
    fn reverse(&self, ip: IpAddr) -> BoxFuture<'static, io::Result<String>> {
        let unsupported = format!("this resolver does not look up the name of {ip}");
        let error = io::Error::new(io::ErrorKind::Unsupported, unsupported);
        Box::pin(std::future::ready(Err(error)))
    }
}

/// A connected stream.
#[non_exhaustive]
pub enum Socket {
    /// A plain TCP stream: a lone request is written to it by its caller, without waking a task.
    Tcp(TcpStream),
    /// Any other stream (TLS, a pipe in memory, a simulation): only the connection's own task touches it.
    Other(Box<dyn Stream>),
}

/// What a [`Socket::Other`] must be able to do; every type that can has it.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

impl Socket {
    /// Wraps any stream.
    pub fn other(stream: impl Stream) -> Socket {
        Socket::Other(Box::new(stream))
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Socket {
        Socket::Tcp(stream)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Socket::Tcp(stream) => f.debug_tuple("Tcp").field(stream).finish(),
            Socket::Other(_) => f.write_str("Other(..)"),
        }
    }
}

/// TCP by tokio: no Nagle delay, keepalive probes against middle boxes that forget idle connections.
#[derive(Debug, Clone)]
pub struct Tcp {
    /// Idle time before the kernel's first keepalive probe; `None` sends none. 60 s by default.
    ///
    /// A dead peer is found by the driver's own heartbeats long before. These probes only keep the way open.
    pub keepalive: Option<Duration>,
}

impl Default for Tcp {
    fn default() -> Tcp {
        Tcp {
            keepalive: Some(Duration::from_secs(60)),
        }
    }
}

impl Connector for Tcp {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> BoxFuture<'static, io::Result<Socket>> {
        let keepalive = self.keepalive;
        Box::pin(async move {
            let socket = match to {
                SocketAddr::V4(_) => TcpSocket::new_v4()?,
                SocketAddr::V6(_) => TcpSocket::new_v6()?,
            };
            if let Some(port) = source_port {
                // Without it a port stays blocked for a minute after its last connection was closed by us.
                socket.set_reuseaddr(true)?;
                socket.bind(match to {
                    SocketAddr::V4(_) => (std::net::Ipv4Addr::UNSPECIFIED, port).into(),
                    SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, port).into(),
                })?;
            }
            socket.set_nodelay(true)?;
            if let Some(idle) = keepalive {
                let probes = socket2::TcpKeepalive::new().with_time(idle);
                socket2::SockRef::from(&socket).set_tcp_keepalive(&probes)?;
            }
            Ok(Socket::Tcp(socket.connect(to).await?))
        })
    }
}

/// The operating system's resolver, asked on a thread for blocking work. An address is its own answer; one of version 6
/// may name the interface that it is meant on, by name or number (`fe80::1%eth0`).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        // `[::1]` is how people write an address of version 6 before a port.
        let host = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host)
            .to_owned();
        Box::pin(async move {
            // The system knows interfaces by name; the number of one it would look up as a name.
            if let Ok(scoped) = format!("[{host}]:{port}").parse::<SocketAddrV6>() {
                return Ok(vec![SocketAddr::V6(scoped)]);
            }
            Ok(tokio::net::lookup_host((host, port)).await?.collect())
        })
    }

    fn reverse(&self, ip: IpAddr) -> BoxFuture<'static, io::Result<String>> {
        Box::pin(async move {
            let looking = tokio::task::spawn_blocking(move || dns_lookup::lookup_addr(&ip));
            Ok(looking.await.map_err(io::Error::other)??)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn connects_from_the_source_port_it_was_given() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = listener.local_addr().unwrap();
        let tcp = Tcp::default();
        let mut taken = None;
        for port in 52_000..52_200 {
            match tcp.connect(to, Some(port)).await {
                Ok(socket) => {
                    taken = Some((port, socket));
                    break;
                }
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::AddrInUse),
            }
        }
        let (port, _socket) = taken.unwrap();
        assert_eq!(listener.accept().await.unwrap().1.port(), port);
        let again = tcp.connect(to, Some(port)).await.unwrap_err().kind();
        assert!(
            matches!(
                again,
                io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable
            ),
            "{again:?}"
        );
    }

    #[tokio::test]
    async fn resolves_literals_with_and_without_brackets() {
        let check = async |host: &str, expected: &str| {
            let found = SystemResolver.resolve(host, 9042).await.unwrap();
            assert_eq!(found, [expected.parse::<SocketAddr>().unwrap()], "{host}");
        };
        check("127.0.0.2", "127.0.0.2:9042").await;
        check("::1", "[::1]:9042").await;
        check("[::1]", "[::1]:9042").await;
        check("fe80::1%7", "[fe80::1%7]:9042").await;
        // Whatever its name is: the system was asked, and the test does not depend on what it knows.
        let local = SystemResolver.reverse([127, 0, 0, 1].into()).await;
        assert!(local.is_err() || local.is_ok_and(|name| !name.is_empty()));
        // The first interface of every system.
        let lo = SystemResolver.resolve("fe80::1%lo", 9042).await;
        if let Ok(found) = lo {
            assert_eq!(found, ["[fe80::1%1]:9042".parse::<SocketAddr>().unwrap()]);
        }
    }
}
