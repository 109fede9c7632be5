//! All orders in which callers, the I/O task and the sweeper can meet, tried by a model checker.
//!
//! The lock and the atomics are loom's, and so are the threads; the state, the requests and the I/O task are those of
//! every connection. The stream ids are so few that a lost one is missed by the next request: it would wait for ever,
//! as would one whose wake-up got lost, and loom reports threads of which none can go on.
//!
//! ```text
//! RUSTFLAGS="--cfg scylla_orm_loom" cargo test --release -p scylla-orm-driver --lib --target-dir target/loom loom::
//! ```

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use ::loom::future::block_on;
use ::loom::thread::{self, JoinHandle};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::peer::{answer, dialer};
use super::{never, once, put, sweep};
use crate::clock::deadlines::Tick;
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};
use crate::conn::handshake::Greeting;
use crate::conn::link::Link;
use crate::conn::task::{Side, Task};
use crate::conn::{Conn, Dialer};
use crate::frame::{Frame, HEADER, Header, Opcode};
use crate::socket::Tcp;

/// How often a thread may be stopped where it could go on. Known bugs of this kind need one or two.
const PREEMPTIONS: usize = 2;

/// Words of stack per thread.
const STACK: usize = 1 << 15;

/// Runs `test` on connections with so many stream ids, in all orders. The echo ends after so many answers.
fn check(ids: u16, answers: usize, test: impl Fn(&Arc<Conn>) + Send + Sync + 'static) {
    // Never run: it is there for those who ask for a handle.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let config = ConnConfig {
        in_flight: ids,
        ..ConnConfig::default()
    };
    let (dialer, test) = (dialer(Tcp::default(), config), Arc::new(test));
    let orders = Arc::new(AtomicUsize::new(0));
    let tried = Arc::clone(&orders);
    let mut model = ::loom::model::Builder::new();
    model.preemption_bound = Some(PREEMPTIONS);
    model.check(move || {
        tried.fetch_add(1, Relaxed);
        let (dialer, test) = (Arc::clone(&dialer), Arc::clone(&test));
        // The first thread's stack is a small one.
        let connection = spawn(move || run(&dialer, answers, &*test));
        connection.join().unwrap();
    });
    println!("{} orders", orders.load(Relaxed));
}

/// The life of one connection.
fn run(dialer: &Dialer, answers: usize, test: &impl Fn(&Arc<Conn>)) {
    let link = Link::new(dialer, None);
    let task = Task::new(Arc::clone(&link), None);
    let echo = Echo {
        answers,
        ..Echo::default()
    };
    let io = spawn(move || block_on(task.run(Side::Other(Box::new(echo)))));
    let conn = Arc::new(Conn {
        link,
        address: SocketAddr::from(([127, 0, 0, 1], 9042)),
        greeting: Greeting::default(),
    });
    test(&conn);
    // Ends only when no answer is due any more: the deadline of closing never comes here.
    conn.start_close();
    io.join().unwrap();
    assert_eq!((conn.load(), conn.orphans()), (0, 0));
}

/// A thread with as much stack as debug builds need.
fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    thread::Builder::new().stack_size(STACK).spawn(run).unwrap()
}

/// A server in the stream itself: answers each request with its own body.
#[derive(Default)]
struct Echo {
    requests: Vec<u8>,
    out: Vec<u8>,
    answers: usize,
    closed: bool,
}

impl AsyncWrite for Echo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.requests.extend_from_slice(bytes);
        while let Some(header) = self.requests.first_chunk::<HEADER>() {
            let header = Header::parse(header).unwrap();
            let end = HEADER + usize::try_from(header.length).unwrap();
            let request: Vec<u8> = self.requests.drain(..end).collect();
            if self.answers == 0 {
                self.closed = true;
                continue;
            }
            self.answers -= 1;
            let answer = answer(header.stream, Opcode::Result, &request[HEADER..]);
            self.out.extend(answer);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.closed = true;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Echo {
    /// Whoever writes reads next, so nobody has to be woken.
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.out.is_empty() && !self.closed {
            return Poll::Pending;
        }
        into.put_slice(&self.out);
        self.out.clear();
        Poll::Ready(Ok(()))
    }
}

fn request(
    conn: &Arc<Conn>,
    body: &'static [u8],
    deadline: Tick,
) -> impl Future<Output = Result<Frame, Failure>> + Unpin + use<> {
    Arc::clone(conn).request(Opcode::Execute, deadline, put(body))
}

/// An answer is the request's own.
fn own(result: Result<Frame, Failure>, body: &[u8]) -> Result<(), Failure> {
    assert_eq!(&result?.body[..], body, "somebody else's answer");
    Ok(())
}

/// Sends a request and waits for its answer.
fn ask(conn: &Arc<Conn>, body: &'static [u8], deadline: Tick) -> Result<(), Failure> {
    own(block_on(request(conn, body, deadline)), body)
}

/// The same in a thread of its own.
fn asking(
    conn: &Arc<Conn>,
    body: &'static [u8],
    deadline: Tick,
) -> JoinHandle<Result<(), Failure>> {
    let conn = Arc::clone(conn);
    spawn(move || ask(&conn, body, deadline))
}

/// A thread that sends a request and gives it up.
fn giving_up(conn: &Arc<Conn>, body: &'static [u8]) -> JoinHandle<()> {
    let conn = Arc::clone(conn);
    spawn(move || drop(once(&mut request(&conn, body, never(&conn)))))
}

/// A thread that closes the connection.
fn closing(conn: &Arc<Conn>) -> JoinHandle<()> {
    let conn = Arc::clone(conn);
    spawn(move || conn.start_close())
}

fn in_time_or_late(result: Result<(), Failure>) {
    match result {
        Ok(()) | Err(Failure::Timeout { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}

/// Whoever gives up while the answer comes leaves the id to the next, and not the answer.
#[test]
fn cancel_and_answer() {
    check(1, usize::MAX, |conn| {
        let dropped = giving_up(conn, b"dropped");
        ask(conn, b"kept", never(conn)).unwrap();
        dropped.join().unwrap();
        ask(conn, b"next", never(conn)).unwrap();
    });
}

/// With two ids they may be taken in any order, and the queue is not needed.
#[test]
fn cancel_and_answer_of_two() {
    check(2, usize::MAX, |conn| {
        let dropped = giving_up(conn, b"dropped");
        let mut other = request(conn, b"other", never(conn));
        assert!(once(&mut other).is_pending());
        ask(conn, b"kept", never(conn)).unwrap();
        own(block_on(other), b"other").unwrap();
        dropped.join().unwrap();
        ask(conn, b"next", never(conn)).unwrap();
    });
}

/// The id that gets free goes to a request of the queue that is just given up, and on to the next.
#[test]
fn cancel_and_hand_over() {
    check(1, usize::MAX, |conn| {
        let mut first = request(conn, b"first", never(conn));
        assert!(once(&mut first).is_pending());
        let dropped = giving_up(conn, b"dropped");
        own(block_on(first), b"first").unwrap();
        ask(conn, b"kept", never(conn)).unwrap();
        dropped.join().unwrap();
    });
}

/// The deadline ends the wait, and not the debt of the server.
#[test]
fn deadline_and_answer() {
    check(1, usize::MAX, |conn| {
        let late = asking(conn, b"late", Tick::default());
        sweep(conn, never(conn));
        in_time_or_late(late.join().unwrap());
        ask(conn, b"next", never(conn)).unwrap();
    });
}

/// A deadline passes in the slot and in the queue, while the one is answered and the other is given up.
#[test]
fn deadline_cancel_and_answer() {
    check(1, usize::MAX, |conn| {
        let mut late = request(conn, b"late", Tick::default());
        assert!(once(&mut late).is_pending());
        let dropped = giving_up(conn, b"dropped");
        sweep(conn, never(conn));
        in_time_or_late(own(block_on(late), b"late"));
        ask(conn, b"next", never(conn)).unwrap();
        dropped.join().unwrap();
    });
}

/// Closing refuses what was not sent, and waits for the answers of what was.
#[test]
fn close_and_requests() {
    check(1, usize::MAX, |conn| {
        let closing = closing(conn);
        let mut first = request(conn, b"first", never(conn));
        let mut second = request(conn, b"second", never(conn));
        let early = [once(&mut first), once(&mut second)];
        for (early, late, body) in [(0, first, b"first".as_slice()), (1, second, b"second")]
            .map(|(at, late, body)| (&early[at], late, body))
        {
            let result = match early {
                Poll::Ready(result) => own(result.clone(), body),
                Poll::Pending => own(block_on(late), body),
            };
            match result {
                Ok(()) => {}
                Err(Failure::Ended { why, sent: false }) => {
                    assert!(matches!(*why, End::Closed), "{why}");
                }
                Err(other) => panic!("{other}"),
            }
        }
        closing.join().unwrap();
    });
}

/// Closing waits for the answer of nobody, too, and ends.
#[test]
fn close_cancel_and_answer() {
    check(1, usize::MAX, |conn| {
        let closing = closing(conn);
        let mut dropped = request(conn, b"dropped", never(conn));
        // Refused, or under way.
        let _ = once(&mut dropped);
        drop(dropped);
        closing.join().unwrap();
    });
}

/// The server ends the connection in the place of the second answer: each request is told so once, whatever it is doing.
#[test]
fn end_cancel_and_wait() {
    check(2, 1, |conn| {
        let dropped = giving_up(conn, b"dropped");
        for _ in 0..2 {
            match ask(conn, b"kept", never(conn)) {
                Ok(()) => {}
                Err(Failure::Ended { why, .. }) => assert!(matches!(*why, End::ByServer), "{why}"),
                Err(other) => panic!("{other}"),
            }
        }
        dropped.join().unwrap();
    });
}
