//! A relay between driver and cluster that counts frames and sees how connections end.
//!
//! Driver and relay speak over real sockets, so the driver takes the same way as without it. On any target.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join;
use scylla_orm::driver::frame::segment::{Form, Segment};
use scylla_orm::driver::frame::{HEADER, Header, Opcode};
use scylla_orm::driver::socket::{Connector, Socket, Tcp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// A connector that leads every connection over a relay. Clones are the same relay.
#[derive(Debug, Clone, Default)]
pub struct Relay(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    opened: AtomicUsize,
    ended: AtomicUsize,
    reset: AtomicUsize,
    /// Requests and answers, by opcode.
    sent: [AtomicU64; 32],
    answered: [AtomicU64; 32],
    /// Answers are held back while this is true.
    hold: watch::Sender<bool>,
    /// Ends all connections.
    cut: Mutex<Arc<Notify>>,
    refuse: AtomicBool,
    translate: AtomicBool,
}

impl Relay {
    /// Connections that were opened so far.
    pub fn opened(&self) -> usize {
        self.0.opened.load(Relaxed)
    }

    /// Connections that are open now.
    pub fn open(&self) -> usize {
        self.opened() - self.0.ended.load(Relaxed)
    }

    /// Connections that the driver has reset instead of ending them with FIN.
    pub fn reset(&self) -> usize {
        self.0.reset.load(Relaxed)
    }

    /// Requests of that kind that the driver has sent.
    pub fn sent(&self, opcode: Opcode) -> u64 {
        count(&self.0.sent, opcode)
    }

    /// Answers of that kind that servers have sent.
    pub fn answered(&self, opcode: Opcode) -> u64 {
        count(&self.0.answered, opcode)
    }

    /// Holds all answers back until [`release`](Relay::release).
    pub fn hold(&self) {
        self.0.hold.send_replace(true);
    }

    /// Lets answers pass again.
    pub fn release(&self) {
        self.0.hold.send_replace(false);
    }

    /// Ends all connections, on both sides.
    pub fn cut(&self) {
        let mut cut = self.0.cut.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *cut).notify_waiters();
    }

    /// Refuses new connections, or lets them pass again.
    pub fn refuse(&self, refuse: bool) {
        self.0.refuse.store(refuse, Relaxed);
    }

    /// Gives new connections another source port on their way to the server, as address translation does, or no longer.
    pub fn translate(&self, translate: bool) {
        self.0.translate.store(translate, Relaxed);
    }
}

fn count(counters: &[AtomicU64; 32], opcode: Opcode) -> u64 {
    counters
        .get(usize::from(opcode as u8))
        .map_or(0, |c| c.load(Relaxed))
}

impl Connector for Relay {
    fn connect(
        &self,
        to: SocketAddr,
        source_port: Option<u16>,
    ) -> futures_util::future::BoxFuture<'static, io::Result<Socket>> {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            if shared.refuse.load(Relaxed) {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            // Whatever the system chooses instead.
            let source_port = source_port.filter(|_| !shared.translate.load(Relaxed));
            let Socket::Tcp(server) = Tcp::default().connect(to, source_port).await? else {
                return Err(io::ErrorKind::Unsupported.into());
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let client = TcpStream::connect(listener.local_addr()?).await?;
            client.set_nodelay(true)?;
            let (relayed, _) = listener.accept().await?;
            relayed.set_nodelay(true)?;
            shared.opened.fetch_add(1, Relaxed);
            tokio::spawn(relay(shared, relayed, server));
            Ok(Socket::Tcp(client))
        })
    }
}

async fn relay(shared: Arc<Shared>, client: TcpStream, server: TcpStream) {
    let cut = shared
        .cut
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Set by the answer behind which version 5 begins to send segments, before the driver sees that answer.
    let enclosed = AtomicBool::new(false);
    let both = join(
        requests(&shared, &enclosed, from_client, to_server),
        answers(&shared, &enclosed, from_server, to_client),
    );
    tokio::select! {
        (request, answer) = both => {
            if request.is_err() || answer.is_err() {
                shared.reset.fetch_add(1, Relaxed);
            }
        }
        () = cut.notified() => {}
    }
    shared.ended.fetch_add(1, Relaxed);
}

/// Passes requests on. An error is one of the driver's side.
async fn requests(
    shared: &Shared,
    enclosed: &AtomicBool,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
) -> io::Result<()> {
    let (mut buffer, mut frames) = (vec![0; 64 << 10], Frames::default());
    loop {
        let read = from.read(&mut buffer).await?;
        let bytes = buffer.get(..read).unwrap_or_default();
        frames.count(bytes, enclosed, &shared.sent);
        if read == 0 {
            to.shutdown().await.ok();
            return Ok(());
        }
        if to.write_all(bytes).await.is_err() {
            return Ok(());
        }
    }
}

/// Passes answers on. An error is one of the driver's side; servers may end as they like.
async fn answers(
    shared: &Shared,
    enclosed: &AtomicBool,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
) -> io::Result<()> {
    let (mut buffer, mut frames) = (vec![0; 64 << 10], Frames::default());
    let mut hold = shared.hold.subscribe();
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        let bytes = buffer.get(..read).unwrap_or_default();
        frames.count(bytes, enclosed, &shared.answered);
        // The sender lives as long as the relay.
        hold.wait_for(|hold| !hold).await.ok();
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(bytes).await?;
    }
}

/// Finds the frames in a stream of bytes, in segments or not; segments are not compressed here.
#[derive(Debug, Default)]
struct Frames {
    /// Of a segment that is not whole yet.
    segment: Vec<u8>,
    header: Vec<u8>,
    /// Bytes of the body that are still to come.
    body: usize,
}

impl Frames {
    fn count(&mut self, bytes: &[u8], enclosed: &AtomicBool, counters: &[AtomicU64; 32]) {
        if !enclosed.load(Relaxed) {
            return self.count_frames(bytes, enclosed, counters);
        }
        self.segment.extend_from_slice(bytes);
        while let Ok(Some(segment)) = Segment::parse(&self.segment, Form::Plain)
            && self.segment.len() >= segment.length()
        {
            let rest = self.segment.split_off(segment.length());
            let whole = std::mem::replace(&mut self.segment, rest);
            let payload = whole.get(segment.payload()).unwrap_or_default();
            self.count_frames(payload, enclosed, counters);
        }
    }

    fn count_frames(
        &mut self,
        mut bytes: &[u8],
        enclosed: &AtomicBool,
        counters: &[AtomicU64; 32],
    ) {
        while !bytes.is_empty() {
            let skipped = self.body.min(bytes.len());
            self.body -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let missing = (HEADER - self.header.len()).min(bytes.len());
            let (header, rest) = bytes.split_at(missing);
            self.header.extend_from_slice(header);
            bytes = rest;
            let Some(header) = self.header.first_chunk::<HEADER>() else {
                return;
            };
            // What is no frame is not counted: the suites send some on purpose.
            let Ok(header) = Header::parse(header) else {
                return;
            };
            if let Some(counter) = counters.get(usize::from(header.opcode as u8)) {
                counter.fetch_add(1, Relaxed);
            }
            if header.version == 5 && matches!(header.opcode, Opcode::Ready | Opcode::Authenticate)
            {
                enclosed.store(true, Relaxed);
            }
            self.body = usize::try_from(header.length).unwrap_or(usize::MAX);
            self.header.clear();
        }
    }
}
