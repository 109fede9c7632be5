//! All orders in which callers, the I/O task and the sweeper can meet, tried by a model checker.
//!
//! The lock and the atomics are loom's, and so are the threads; the state, the requests and the I/O task are those of
//! every connection. The stream ids are so few that a lost one is missed by the next request: it would wait for ever,
//! as would one whose wake-up got lost, and loom reports threads of which none can go on.
//!
//! ```text
//! RUSTFLAGS="--cfg scylla_orm_loom" cargo test -p scylla-orm-driver --lib loom
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

use super::peer::answer;
use super::{never, once, put, sweep};
use crate::clock::SystemClock;
use crate::clock::deadlines::{Deadlines, Tick};
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::conn::failure::{End, Failure};
use crate::conn::handshake::Greeting;
use crate::conn::link::Link;
use crate::conn::task::{Side, Task};
use crate::frame::{HEADER, Header, Opcode};

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
    let deadlines = Deadlines::new(Arc::new(SystemClock));
    let (test, orders) = (Arc::new(test), Arc::new(AtomicUsize::new(0)));
    let tried = Arc::clone(&orders);
    let mut model = ::loom::model::Builder::new();
    model.preemption_bound = Some(PREEMPTIONS);
    model.check(move || {
        tried.fetch_add(1, Relaxed);
        let (deadlines, test) = (Arc::clone(&deadlines), Arc::clone(&test));
        // The first thread's stack is a small one.
        spawn(move || run(ids, answers, deadlines, &*test))
            .join()
            .unwrap();
    });
    println!("{} orders", orders.load(Relaxed));
}

fn run(ids: u16, answers: usize, deadlines: Arc<Deadlines>, test: &impl Fn(&Arc<Conn>)) {
    let config = Arc::new(ConnConfig {
        in_flight: ids,
        ..ConnConfig::default()
    });
    let link = Link::new(config, deadlines, None);
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

/// A request that is answered with its own body, or fails.
fn ask(conn: &Arc<Conn>, body: &'static [u8], deadline: Tick) -> Result<(), Failure> {
    let request = Arc::clone(conn).request(Opcode::Execute, deadline, put(body));
    let frame = block_on(request)?;
    assert_eq!(&frame.body[..], body, "somebody else's answer");
    Ok(())
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
    spawn(move || {
        let mut request = Arc::clone(&conn).request(Opcode::Execute, never(&conn), put(body));
        assert!(once(&mut request).is_pending());
        drop(request);
    })
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
        let other = asking(conn, b"other", never(conn));
        ask(conn, b"kept", never(conn)).unwrap();
        dropped.join().unwrap();
        other.join().unwrap().unwrap();
    });
}

/// The id that gets free goes to a request of the queue that is just given up, and on to the next.
#[test]
fn cancel_and_hand_over() {
    check(1, usize::MAX, |conn| {
        let first = asking(conn, b"first", never(conn));
        let dropped = giving_up(conn, b"dropped");
        ask(conn, b"kept", never(conn)).unwrap();
        first.join().unwrap().unwrap();
        dropped.join().unwrap();
    });
}

/// The deadline ends the wait, and not the debt of the server.
#[test]
fn deadline_and_answer() {
    check(1, usize::MAX, |conn| {
        let late = asking(conn, b"late", Tick::default());
        sweep(conn, never(conn));
        match late.join().unwrap() {
            Ok(()) | Err(Failure::Timeout { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        ask(conn, b"next", never(conn)).unwrap();
    });
}

/// A deadline passes in the slot and in the queue, while the one is answered and the other is given up.
#[test]
fn deadline_cancel_and_answer() {
    check(1, usize::MAX, |conn| {
        let dropped = giving_up(conn, b"dropped");
        let late = asking(conn, b"late", Tick::default());
        sweep(conn, never(conn));
        dropped.join().unwrap();
        match late.join().unwrap() {
            Ok(()) | Err(Failure::Timeout { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        ask(conn, b"next", never(conn)).unwrap();
    });
}

/// Closing refuses what was not sent, and waits for the answers of what was.
#[test]
fn close_and_requests() {
    check(1, usize::MAX, |conn| {
        let asked = [
            asking(conn, b"one", never(conn)),
            asking(conn, b"two", never(conn)),
        ];
        conn.start_close();
        for asked in asked {
            match asked.join().unwrap() {
                Ok(()) => {}
                Err(Failure::Ended { why, sent: false }) => {
                    assert!(matches!(*why, End::Closed), "{why}")
                }
                Err(other) => panic!("{other}"),
            }
        }
    });
}

/// Closing does not wait for the answer of nobody longer than for that of somebody.
#[test]
fn close_cancel_and_answer() {
    check(1, usize::MAX, |conn| {
        let conn_ = Arc::clone(conn);
        let closing = spawn(move || conn_.start_close());
        let request = Arc::clone(conn).request(Opcode::Execute, never(conn), put(b"dropped"));
        let mut request = request;
        // Refused, or under way.
        let _ = once(&mut request);
        drop(request);
        closing.join().unwrap();
    });
}

/// The server ends the connection instead of answering: each request is told so once, whatever it is doing.
#[test]
fn end_cancel_and_wait() {
    check(2, 1, |conn| {
        let dropped = {
            let conn = Arc::clone(conn);
            spawn(move || {
                let mut request =
                    Arc::clone(&conn).request(Opcode::Execute, never(&conn), put(b"dropped"));
                let _ = once(&mut request);
            })
        };
        let other = asking(conn, b"other", never(conn));
        for result in [ask(conn, b"kept", never(conn)), other.join().unwrap()] {
            match result {
                Ok(()) => {}
                Err(Failure::Ended { why, .. }) => assert!(matches!(*why, End::ByServer), "{why}"),
                Err(other) => panic!("{other}"),
            }
        }
        dropped.join().unwrap();
    });
}
