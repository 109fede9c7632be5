//! Bytes to and from a client, plain or in TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

#[cfg(feature = "tls")]
use crate::tls::{self, Farewell, Greeted};

/// How a node speaks with its clients.
#[derive(Debug, Clone)]
pub(crate) enum Security {
    Plain,
    #[cfg(feature = "tls")]
    Tls(tls::Server),
}

/// What a client is spoken to by.
pub(crate) enum Socket {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>, Farewell),
}

impl Security {
    /// # Errors
    /// If the client does not do its part of TLS. Its connection is closed then.
    pub(crate) async fn greet(&self, tcp: TcpStream) -> io::Result<Socket> {
        match self {
            Security::Plain => Ok(Socket::Plain(tcp)),
            #[cfg(feature = "tls")]
            Security::Tls(server) => Ok(match server.greet(tcp).await? {
                Greeted::Tls(stream, farewell) => Socket::Tls(stream, farewell),
                Greeted::Plain(tcp) => Socket::Plain(tcp),
            }),
        }
    }
}

impl Socket {
    /// The connection itself.
    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Socket::Plain(tcp) => tcp,
            #[cfg(feature = "tls")]
            Socket::Tls(stream, _) => stream.get_ref().0,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            #[cfg(feature = "tls")]
            Socket::Tls(stream, farewell) => {
                let before = buf.filled().len();
                let read = Pin::new(stream).poll_read(cx, buf);
                // Without the farewell it is an error.
                if let Poll::Ready(Ok(())) = read
                    && buf.filled().len() == before
                {
                    farewell.said();
                }
                read
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            #[cfg(feature = "tls")]
            Socket::Tls(stream, _) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            #[cfg(feature = "tls")]
            Socket::Tls(stream, _) => Pin::new(stream).poll_flush(cx),
        }
    }

    /// In TLS with the farewell that says that no more comes.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Socket::Tls(stream, _) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
