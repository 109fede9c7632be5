//! The server's end of one connection: reads requests, writes what a test wants.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::clock::SystemClock;
use crate::clock::deadlines::Deadlines;
use crate::conn::config::ConnConfig;
use crate::conn::{Conn, Dialer, dial};
use crate::frame::response::{Ready, Response, Supported};
use crate::frame::{Features, Flags, Frame, HEADER, Header, Opcode};
use crate::socket::{Connector, Socket, Stream, Tcp};

/// The server's end.
pub(crate) struct Peer<S = TcpStream>(pub(crate) S);

/// A request as the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) stream: i16,
    pub(crate) opcode: Opcode,
    pub(crate) body: Vec<u8>,
}

/// The bytes of an answer.
pub(crate) fn answer(stream: i16, opcode: Opcode, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let header = Header {
        version: 4,
        response: true,
        flags: Flags::NONE,
        stream,
        opcode,
        length: u32::try_from(body.len()).unwrap(),
    };
    header.put(&mut out);
    out.extend_from_slice(body);
    out
}

impl<S: Stream> Peer<S> {
    /// The next request.
    pub(crate) async fn asked(&mut self) -> Asked {
        self.next().await.expect("the client has closed")
    }

    /// The next request; `None` when the client has closed its side in an orderly way.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        let mut header = [0; HEADER];
        match self.0.read_exact(&mut header).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => panic!("the client did not close in an orderly way: {error}"),
        }
        let header = Header::parse(&header).unwrap();
        let mut body = vec![0; usize::try_from(header.length).unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        Some(Asked {
            stream: header.stream,
            opcode: header.opcode,
            body,
        })
    }

    /// Answers with a RESULT of these bytes.
    pub(crate) async fn answer(&mut self, stream: i16, body: &[u8]) {
        self.send(&answer(stream, Opcode::Result, body)).await;
    }

    pub(crate) async fn respond(&mut self, stream: i16, response: &Response) {
        let mut body = Vec::new();
        response.encode(&Features::default(), &mut body).unwrap();
        self.send(&answer(stream, response.opcode(), &body)).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Does its part of a handshake without authentication.
    pub(crate) async fn greet(&mut self, supported: &Supported) {
        let options = self.asked().await;
        assert_eq!(options.opcode, Opcode::Options);
        self.respond(options.stream, &Response::Supported(supported.clone()))
            .await;
        let startup = self.asked().await;
        assert_eq!(startup.opcode, Opcode::Startup);
        self.respond(startup.stream, &Response::Ready(Ready)).await;
    }

    /// Answers everything with its own body, until the client closes.
    pub(crate) async fn echo(mut self) {
        while let Some(asked) = self.next().await {
            let opcode = match asked.opcode {
                Opcode::Options => Opcode::Supported,
                _ => Opcode::Result,
            };
            let body = match opcode {
                Opcode::Supported => vec![0, 0],
                _ => asked.body,
            };
            self.send(&answer(asked.stream, opcode, &body)).await;
        }
    }
}

/// What connections with these settings have in common.
pub(crate) fn dialer(connector: impl Connector, config: ConnConfig) -> Arc<Dialer> {
    Arc::new(Dialer {
        connector: Arc::new(connector),
        deadlines: Deadlines::new(Arc::new(SystemClock)),
        config: Arc::new(config),
        counters: Arc::default(),
    })
}

/// An open TCP connection without a handshake, and its other end.
pub(crate) async fn pair(config: ConnConfig) -> (Arc<Conn>, Peer) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let dialer = dialer(Tcp::default(), config);
    let conn = dial::start(&dialer, address, Socket::Tcp(stream), None);
    (conn, Peer(listener.accept().await.unwrap().0))
}

/// The same over a pipe in memory that holds `size` bytes. Works with a paused clock.
pub(crate) fn pipe(
    config: ConnConfig,
    size: usize,
    events: Option<mpsc::Sender<Frame>>,
) -> (Arc<Conn>, Peer<DuplexStream>) {
    let (client, server) = tokio::io::duplex(size);
    let (dialer, _) = pipes(config);
    let address = SocketAddr::from(([127, 0, 0, 1], 9042));
    let conn = dial::start(&dialer, address, Socket::other(client), events);
    (conn, Peer(server))
}

/// A network of pipes: the other ends of what is connected come out of the receiver.
pub(crate) fn pipes(
    config: ConnConfig,
) -> (Arc<Dialer>, mpsc::UnboundedReceiver<Peer<DuplexStream>>) {
    let (accepted, server) = mpsc::unbounded_channel();
    (dialer(Pipes(accepted), config), server)
}

#[derive(Clone)]
struct Pipes(mpsc::UnboundedSender<Peer<DuplexStream>>);

impl Debug for Pipes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pipes")
    }
}

impl Connector for Pipes {
    fn connect(&self, _: SocketAddr, _: Option<u16>) -> BoxFuture<'static, io::Result<Socket>> {
        let (client, server) = tokio::io::duplex(1 << 16);
        let refused = self.0.send(Peer(server)).is_err();
        Box::pin(async move {
            match refused {
                true => Err(io::ErrorKind::ConnectionRefused.into()),
                false => Ok(Socket::other(client)),
            }
        })
    }
}
