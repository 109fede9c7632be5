//! A connection whose server says anything: during the handshake, or after a good one while requests are under way.
//!
//! Every request ends, with an answer or an error, and so does the connection.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::segments::segmented;
use scylla_orm_driver::clock::SystemClock;
use scylla_orm_driver::clock::deadlines::Deadlines;
use scylla_orm_driver::conn::config::{ConnConfig, Credentials};
use scylla_orm_driver::conn::failure::Failure;
use scylla_orm_driver::conn::{Conn, Dialer};
use scylla_orm_driver::frame::response::{Ready, Response, Supported};
use scylla_orm_driver::frame::segment::Form;
use scylla_orm_driver::frame::{
    self, Compression, Features, Flags, Frame, HEADER, Header, Opcode, Version,
};
use scylla_orm_driver::socket::{Connector, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};

/// Bits of the first byte of an input: a good handshake comes first; in version 5; what the server says comes in segments
/// that are in order; compressed by one of the ways there are.
const GREETS: u8 = 1;
const V5: u8 = 2;
const SEGMENTS: u8 = 4;
const COMPRESSED: u8 = 8;
const SNAPPY: u8 = 16;

/// The bits above, the size of the pieces, then what the server says.
pub(crate) fn run(data: &[u8]) {
    let [choice, piece, said @ ..] = data else {
        return;
    };
    let compression = match choice & (COMPRESSED | SNAPPY) {
        COMPRESSED => Compression::named("lz4"),
        SNAPPY => Compression::named("snappy"),
        _ => None,
    };
    let form = Form::of(Version::V5, compression).filter(|_| choice & SEGMENTS != 0);
    let said = form.map_or(said.to_vec(), |form| segmented(said, form));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (client, server) = tokio::io::duplex(1 << 16);
    let server = serve(server, *choice, usize::from(*piece).max(1), &said);
    let both = async { tokio::join!(use_it(client, compression), server) };
    let done = runtime.block_on(async { tokio::time::timeout(PATIENCE, both).await });
    assert!(done.is_ok(), "the connection hangs");
}

/// Far longer than anything here takes, on however busy a machine: the server closes its side after its last byte.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request whose connection does not end with what the server says runs out of this.
const DEADLINE: Duration = Duration::from_secs(20);

/// What a client asks: enough to have several streams open.
const REQUESTS: usize = 3;

async fn use_it(stream: DuplexStream, compression: Option<Compression>) {
    let (events, mut heard) = tokio::sync::mpsc::channel(4);
    let conn = match connect(stream, Some(events), compression).await {
        Ok(conn) => conn,
        Err(failure) => return drop(failure.to_string()),
    };
    let features = *conn.features();
    for answer in ask(&conn, REQUESTS).await {
        match answer {
            Ok(frame) => drop(frame.response(&features, None).map_err(|e| e.to_string())),
            Err(failure) => drop(failure.to_string()),
        }
    }
    conn.gone().await;
    while let Some(event) = heard.recv().await {
        drop(event.response(&features, None));
    }
}

/// A connection over this stream, handshake included.
pub(crate) async fn connect(
    stream: DuplexStream,
    events: Option<tokio::sync::mpsc::Sender<Frame>>,
    compression: Option<Compression>,
) -> Result<Arc<Conn>, Failure> {
    let dialer = Arc::new(Dialer {
        connector: Arc::new(Once(Mutex::new(Some(stream)))),
        deadlines: Deadlines::new(Arc::new(SystemClock)),
        counters: Arc::default(),
        config: Arc::new(ConnConfig {
            max_frame: 1 << 20,
            compression,
            credentials: Some(Credentials::new("user", "password")),
            ..ConnConfig::default()
        }),
    });
    let address = SocketAddr::from(([127, 0, 0, 1], 9042));
    Conn::open(&dialer, address, None, events).await
}

/// Sends so many requests at once, and waits for all their answers.
pub(crate) async fn ask(conn: &Arc<Conn>, requests: usize) -> Vec<Result<Frame, Failure>> {
    let request = |_| {
        let deadline = conn.deadlines().after(DEADLINE);
        let body = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"any body");
            Ok(())
        };
        Arc::clone(conn).request(Opcode::Query, deadline, body)
    };
    futures_util::future::join_all((0..requests).map(request)).await
}

async fn serve(stream: DuplexStream, choice: u8, piece: usize, said: &[u8]) {
    let (mut from, mut to) = tokio::io::split(stream);
    if choice & GREETS != 0 {
        // The client may find fault with nothing here, so the pipe is open.
        let v5 = choice & V5 != 0;
        greet(&mut from, &mut to, v5).await.expect("a handshake");
        from.read_u8().await.ok();
    }
    let drain = async { while from.read(&mut [0; 512]).await.is_ok_and(|n| n > 0) {} };
    let speak = async {
        for piece in said.chunks(piece) {
            if to.write_all(piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        to.shutdown().await.ok();
    };
    tokio::join!(drain, speak);
}

/// OPTIONS and STARTUP, answered as they should be.
pub(crate) async fn greet(
    from: &mut ReadHalf<DuplexStream>,
    to: &mut WriteHalf<DuplexStream>,
    v5: bool,
) -> io::Result<()> {
    let versions: &[&str] = match v5 {
        false => &["3/v3", "4/v4"],
        true => &["3/v3", "4/v4", "5/v5"],
    };
    for _ in 0..2 {
        let asked = request(from).await?;
        let response = match asked.opcode {
            Opcode::Options => Response::Supported(Supported::cassandra(versions)),
            _ => Response::Ready(Ready),
        };
        let mut out = Vec::new();
        let version = Version::try_from(asked.version).unwrap_or_default();
        let at = frame::begin(
            &mut out,
            version,
            response.opcode(),
            asked.stream,
            Flags::NONE,
        );
        response
            .encode(&Features::default(), &mut out)
            .map_err(io::Error::other)?;
        frame::finish(&mut out, at).map_err(io::Error::other)?;
        to.write_all(&out).await?;
    }
    Ok(())
}

/// The header of the next request in a frame of its own; its body is read, and dropped.
pub(crate) async fn request(from: &mut ReadHalf<DuplexStream>) -> io::Result<Header> {
    let mut header = [0; HEADER];
    from.read_exact(&mut header).await?;
    let header = Header::parse(&header).map_err(io::Error::other)?;
    let mut body = vec![0; usize::try_from(header.length).unwrap_or(0)];
    from.read_exact(&mut body).await?;
    Ok(header)
}

/// A network of one pipe.
#[derive(Debug)]
struct Once(Mutex<Option<DuplexStream>>);

impl Connector for Once {
    fn connect(
        &self,
        _: SocketAddr,
        _: Option<u16>,
    ) -> Pin<Box<dyn Future<Output = io::Result<Socket>> + Send>> {
        let stream = self.0.lock().ok().and_then(|mut stream| stream.take());
        Box::pin(async {
            match stream {
                Some(stream) => Ok(Socket::other(stream)),
                None => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        })
    }
}
