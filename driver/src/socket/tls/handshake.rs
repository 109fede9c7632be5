//! From a connection to TLS. However it ends, it ends in order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::socket::Socket;
use crate::socket::tls::explain::explained;
use crate::socket::tls::stream::Secured;

/// How long a handshake that nobody waits for any more may go on: who waits has a deadline of his own, which is shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a server has to close its side.
const LINGER: Duration = Duration::from_secs(2);

/// Makes TLS of a connection, in a task of its own: one that is given up half-way would reset the connection, as what
/// the server says to it would be left unread.
pub(super) async fn secure(
    tcp: TcpStream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> io::Result<Socket> {
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let connecting = TlsConnector::from(config)
            .connect(name, tcp)
            .into_fallible();
        match timeout(PATIENCE, connecting).await {
            Ok(Ok(stream)) => {
                if let Err(Ok(unwanted)) = tell.send(Ok(Secured(Box::new(stream)))) {
                    close(unwanted).await;
                }
            }
            Ok(Err((error, tcp))) => {
                // Who waits may have gone.
                tell.send(Err(explained(error))).ok();
                close(tcp).await;
            }
            Err(_) => {}
        }
    });
    match told.await {
        Ok(stream) => stream.map(Socket::other),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Says that no more comes, and reads to the end.
async fn close(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let closing = async {
        // Fails only if the connection is gone already.
        stream.shutdown().await.ok();
        let mut trash = [0; 4096];
        while matches!(stream.read(&mut trash).await, Ok(1..)) {}
    };
    timeout(LINGER, closing).await.ok();
}
