//! Many tasks at once: random drops and deadlines, answers late, in lumps and out of order. Each answer must
//! reach the request that it belongs to, and in the end nothing may be left.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::peer::{answer, pair};
use super::{never, once, put};
use crate::conn::Conn;
use crate::conn::config::ConnConfig;
use crate::conn::failure::Failure;
use crate::frame::{HEADER, Header, Opcode};

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Answers in a random order, holding back some; all of them when nothing more comes.
async fn serve(stream: TcpStream) {
    let (mut read, mut write) = stream.into_split();
    let mut numbers = Numbers(1);
    let (mut held, mut bytes) = (Vec::new(), Vec::new());
    loop {
        let more =
            tokio::time::timeout(Duration::from_micros(300), read.read_buf(&mut bytes)).await;
        if matches!(more, Ok(Ok(0))) {
            return;
        }
        while let Some(header) = bytes.first_chunk::<HEADER>() {
            let header = Header::parse(header).unwrap();
            let end = HEADER + usize::try_from(header.length).unwrap();
            let Some(body) = bytes.get(HEADER..end) else {
                break;
            };
            held.push(answer(header.stream, Opcode::Result, body));
            bytes.drain(..end);
        }
        let keep = if more.is_err() { 0 } else { numbers.below(16) };
        let mut out = Vec::new();
        while held.len() > keep {
            out.extend(held.swap_remove(numbers.below(held.len())));
        }
        write.write_all(&out).await.unwrap();
    }
}

#[derive(Debug, Default)]
struct Count {
    answered: u32,
    given_up: u32,
    late: u32,
    busy: u32,
}

/// Sends requests one after another, some with hardly any time, some given up.
async fn client(conn: Arc<Conn>, id: u64) -> Count {
    let mut count = Count::default();
    for n in 0..3000_u64 {
        let mut body = (id << 32 | n).to_be_bytes().to_vec();
        body.resize(8 + usize::try_from(n % 700).unwrap(), 7);
        let deadline = match n % 7 {
            0 => conn.deadlines().after(Duration::ZERO),
            _ => never(&conn),
        };
        let mut request = Arc::clone(&conn).request(Opcode::Execute, deadline, put(&body));
        if n % 3 == 0 {
            let mut result = once(&mut request);
            for _ in 0..n % 5 {
                if result.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
                result = once(&mut request);
            }
            if result.is_pending() {
                count.given_up += 1;
                continue;
            }
            check(result.map(Some), &body, &mut count);
        } else {
            let result = request.await;
            check(std::task::Poll::Ready(Some(result)), &body, &mut count);
        }
    }
    count
}

fn check(
    result: std::task::Poll<Option<Result<crate::frame::Frame, Failure>>>,
    body: &[u8],
    count: &mut Count,
) {
    let std::task::Poll::Ready(Some(result)) = result else {
        return;
    };
    match result {
        Ok(frame) => {
            assert!(frame.body[..] == *body, "somebody else's answer");
            count.answered += 1;
        }
        Err(Failure::Timeout { .. }) => count.late += 1,
        Err(Failure::Busy) => count.busy += 1,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_reaches_its_request() {
    let config = ConnConfig {
        in_flight: 64,
        queue: 40,
        ..ConnConfig::default()
    };
    let (conn, peer) = pair(config).await;
    let server = tokio::spawn(serve(peer.0));
    let clients: Vec<_> = (0..16)
        .map(|id| tokio::spawn(client(Arc::clone(&conn), id)))
        .collect();
    let mut total = Count::default();
    for client in clients {
        let count = client.await.unwrap();
        total.answered += count.answered;
        total.given_up += count.given_up;
        total.late += count.late;
        total.busy += count.busy;
    }
    assert!(total.answered > 1000 && total.given_up > 1000, "{total:?}");
    // Waits for all answers that are due: until its deadline, if one were lost.
    let start = std::time::Instant::now();
    conn.close().await;
    let took = start.elapsed();
    assert!(took < ConnConfig::default().drain_timeout, "{took:?}");
    server.await.unwrap();
}
