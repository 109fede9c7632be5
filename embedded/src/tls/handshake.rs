//! The beginning of a connection in TLS, from the server's side.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::{HandshakeKind, ProtocolVersion};
use tokio_rustls::server::TlsStream;

use crate::tls::Server;

/// The first byte of TLS: a record of a handshake.
const HANDSHAKE: u8 = 0x16;

/// How long a client may take for its part.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client that was refused may go on sending.
const LINGER: Duration = Duration::from_millis(200);

/// A client that came in TLS, as [`Cluster::handshakes`](crate::Cluster::handshakes) tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The node, counted from 0 in the order of the contact points.
    pub node: usize,
    /// The name that the client asked for (SNI); `None` if it went by an address.
    pub server_name: Option<String>,
    /// Whether it showed a certificate.
    pub client_certificate: bool,
    /// Whether it went on with a session of before, which saves half the work.
    pub resumed: bool,
    /// Whether the version was 1.3, else 1.2.
    pub is_tls13: bool,
    /// Whether the client has ended the connection as TLS wants it (close_notify), not just as TCP does.
    pub farewell: bool,
}

/// How a client speaks.
pub(crate) enum Greeted {
    Tls(Box<TlsStream<TcpStream>>, Farewell),
    Plain(TcpStream),
}

/// Says that a client has said farewell.
pub(crate) struct Farewell {
    server: Server,
    number: usize,
}

impl Farewell {
    pub(crate) fn said(&self) {
        self.server.authority.farewell(self.number);
    }
}

impl Server {
    /// Makes TLS of a client's connection. One that speaks without is served where that is allowed, and counts as no
    /// handshake.
    ///
    /// # Errors
    /// If the client does not do its part. It has been told, and its connection is closed.
    pub(crate) async fn greet(&self, tcp: TcpStream) -> io::Result<Greeted> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        if self.authority.settings.optional {
            let mut first = [0];
            timeout(PATIENCE, tcp.peek(&mut first))
                .await
                .map_err(late)??;
            if first != [HANDSHAKE] {
                return Ok(Greeted::Plain(tcp));
            }
        }
        let accepted = self.acceptor.accept(tcp).into_fallible();
        let stream = match timeout(PATIENCE, accepted).await.map_err(late)? {
            Ok(stream) => stream,
            Err((error, tcp)) => {
                dismiss(tcp).await;
                return Err(error);
            }
        };
        let connection = stream.get_ref().1;
        let number = self.authority.note(Handshake {
            node: self.node,
            server_name: connection.server_name().map(str::to_owned),
            client_certificate: connection.peer_certificates().is_some(),
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            is_tls13: connection.protocol_version() == Some(ProtocolVersion::TLSv1_3),
            farewell: false,
        });
        let server = self.clone();
        Ok(Greeted::Tls(Box::new(stream), Farewell { server, number }))
    }
}

/// FIN, not RST: the client shall read why it was refused.
async fn dismiss(mut tcp: TcpStream) {
    tcp.shutdown().await.ok();
    let mut past = [0; 4096];
    let read = async { while matches!(tcp.read(&mut past).await, Ok(1..)) {} };
    timeout(LINGER, read).await.ok();
}
