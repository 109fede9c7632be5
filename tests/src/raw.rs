//! A client that sends what it is told to.

use std::io;
use std::time::Duration;

use scylla_orm::driver::frame::{HEADER, Header, Opcode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::poll::within;

/// No answer may take longer.
const SOON: Duration = Duration::from_secs(5);

/// A connection without a driver.
#[derive(Debug)]
pub struct Client(TcpStream);

/// An answer as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The version of the protocol.
    pub version: u8,
    /// The stream of the request.
    pub stream: i16,
    /// What it is.
    pub opcode: Opcode,
    /// What follows the header.
    pub body: Vec<u8>,
}

impl Client {
    /// Connects, and sends nothing.
    ///
    /// # Panics
    /// If nobody listens there.
    pub async fn connect(address: &str) -> Client {
        Client(TcpStream::connect(address).await.unwrap())
    }

    /// Connects and opens the conversation.
    ///
    /// # Panics
    /// If it is not answered READY.
    pub async fn ready(address: &str) -> Client {
        let mut client = Client::connect(address).await;
        client.send(&startup()).await;
        assert_eq!(client.answer().await.unwrap().opcode, Opcode::Ready);
        client
    }

    /// Sends these bytes.
    ///
    /// # Panics
    /// If the connection is gone.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Sends what the server may not want any more.
    pub async fn try_send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.ok();
    }

    /// Sends FIN.
    pub async fn end(&mut self) {
        self.0.shutdown().await.ok();
    }

    /// The next answer; `None` when the server has ended the connection with FIN.
    ///
    /// # Panics
    /// If it takes longer than any answer may, or is no frame.
    pub async fn answer(&mut self) -> Option<Answer> {
        within(SOON, "an answer", self.read()).await.unwrap()
    }

    async fn read(&mut self) -> io::Result<Option<Answer>> {
        let mut header = [0; HEADER];
        let first = self.0.read(&mut header).await?;
        if first == 0 {
            return Ok(None);
        }
        self.0.read_exact(&mut header[first..]).await?;
        let header = Header::parse(&header).unwrap();
        assert!(header.response, "{header:?}");
        let mut body = vec![0; usize::try_from(header.length).unwrap()];
        self.0.read_exact(&mut body).await?;
        Ok(Some(Answer {
            version: header.version,
            stream: header.stream,
            opcode: header.opcode,
            body,
        }))
    }

    /// Reads to the end, whatever comes and however it ends. How many bytes came.
    pub async fn rest(&mut self) -> usize {
        let mut trash = Vec::new();
        within(SOON, "the end", self.0.read_to_end(&mut trash))
            .await
            .ok();
        trash.len()
    }

    /// The code and the text of the next answer, which is an error.
    ///
    /// # Panics
    /// If it is none.
    pub async fn error(&mut self) -> (i16, i32, String) {
        let (_, stream, code, text) = self.versioned_error().await;
        (stream, code, text)
    }

    /// The same, behind the version that it has.
    ///
    /// # Panics
    /// If it is no error.
    pub async fn versioned_error(&mut self) -> (u8, i16, i32, String) {
        let answer = self.answer().await.expect("an error before the end");
        assert_eq!(answer.opcode, Opcode::Error);
        let (code, rest) = answer.body.split_first_chunk::<4>().unwrap();
        let (length, rest) = rest.split_first_chunk::<2>().unwrap();
        let text = &rest[..usize::from(u16::from_be_bytes(*length))];
        let text = String::from_utf8(text.to_vec()).unwrap();
        (
            answer.version,
            answer.stream,
            i32::from_be_bytes(*code),
            text,
        )
    }

    /// It answers a query as if nothing had been.
    ///
    /// # Panics
    /// If it does not.
    pub async fn works(&mut self) {
        self.send(&query("SELECT key FROM system.local")).await;
        let answer = self.answer().await.unwrap();
        assert_eq!((answer.stream, answer.opcode), (7, Opcode::Result));
    }
}

/// A frame of version 4.
///
/// # Panics
/// If the body is longer than a frame can be.
pub fn frame(stream: i16, opcode: u8, body: &[u8]) -> Vec<u8> {
    let [s0, s1] = stream.to_be_bytes();
    let mut out = vec![4, 0, s0, s1, opcode];
    out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
    out.extend_from_slice(body);
    out
}

/// STARTUP on stream 1.
pub fn startup() -> Vec<u8> {
    frame(1, 1, b"\x00\x01\x00\x0bCQL_VERSION\x00\x053.0.0")
}

/// QUERY at consistency ONE, on stream 7.
///
/// # Panics
/// If the statement is longer than a frame can be.
pub fn query(cql: &str) -> Vec<u8> {
    let mut body = u32::try_from(cql.len()).unwrap().to_be_bytes().to_vec();
    body.extend_from_slice(cql.as_bytes());
    body.extend_from_slice(&[0, 1, 0]);
    frame(7, 7, &body)
}
