//! Addresses where no server answers, each in its own way.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// A connect that takes longer on the loopback gets no answer at all.
const SWALLOWED: Duration = Duration::from_millis(200);

/// An address that refuses connections.
///
/// # Errors
/// If no port can be had.
pub async fn refusing() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").await?.local_addr()
}

/// Something that accepts connections, and never says a word.
///
/// # Errors
/// If no port can be had.
pub async fn silent() -> io::Result<Silent> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok(Silent {
        address,
        _listener: listener,
    })
}

/// See [`silent`]. It ends when it is dropped.
#[derive(Debug)]
pub struct Silent {
    address: SocketAddr,
    // The kernel accepts as many as its backlog holds; nobody has to take them.
    _listener: TcpListener,
}

impl Silent {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Something that swallows all packets of a connection: its backlog is full, and nobody takes from it.
///
/// # Errors
/// If `address` cannot be had.
pub async fn swallowing(address: SocketAddr) -> io::Result<Swallowing> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(1)?;
    let address = listener.local_addr()?;
    let mut full = Vec::new();
    while let Ok(stream) = tokio::time::timeout(SWALLOWED, TcpStream::connect(address)).await {
        full.push(stream?);
    }
    Ok(Swallowing {
        address,
        _listener: listener,
        _full: full,
    })
}

/// See [`swallowing`]. It ends when it is dropped.
#[derive(Debug)]
pub struct Swallowing {
    address: SocketAddr,
    _listener: TcpListener,
    _full: Vec<TcpStream>,
}

impl Swallowing {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
