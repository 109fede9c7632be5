//! The bytes of a connection: frames as they are, since the end of a handshake in version 5 within segments.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::BytesMut;
use scylla_orm::driver::frame::segment::{Form, Segment, Writer};
use scylla_orm::driver::frame::{HEADER, Header};

use crate::tape::Tape;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection as bytes.
pub(crate) struct Wire {
    stream: TcpStream,
    /// Of the segments, once there are some.
    form: Option<Form>,
    /// Frames that have come in segments.
    arrived: BytesMut,
}

impl Wire {
    pub(crate) fn connect(node: SocketAddr) -> io::Result<Wire> {
        let stream = TcpStream::connect(node)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Wire {
            stream,
            form: None,
            arrived: BytesMut::new(),
        })
    }

    /// From now on there are segments.
    pub(crate) fn begin_segments(&mut self, form: Option<Form>) {
        self.form = form;
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, frame: &[u8], tape: &mut Tape) -> io::Result<()> {
        let Some(form) = self.form else {
            tape.sent(frame);
            return self.stream.write_all(frame);
        };
        let (mut writer, mut segments, mut from) = (Writer::new(form), Vec::new(), 0);
        while from < frame.len() {
            from += writer.write(&frame[from..], &mut segments);
        }
        tape.sent_segments(&segments);
        tape.sent(frame);
        self.stream.write_all(&segments)
    }

    /// Reads a frame.
    pub(crate) fn receive(&mut self, tape: &mut Tape) -> io::Result<(Header, Vec<u8>)> {
        let mut frame = self.take(HEADER, tape)?;
        let head = frame.first_chunk::<HEADER>().expect("nine bytes were read");
        let header = Header::parse(head).map_err(io::Error::other)?;
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        frame.extend_from_slice(&self.take(length, tape)?);
        tape.received(&frame);
        Ok((header, frame))
    }

    /// Whether more has come, or comes at once.
    pub(crate) fn has_more(&mut self) -> io::Result<bool> {
        if !self.arrived.is_empty() {
            return Ok(true);
        }
        self.stream
            .set_read_timeout(Some(Duration::from_millis(50)))?;
        let more = self.stream.peek(&mut [0]).is_ok_and(|n| n > 0);
        self.stream.set_read_timeout(Some(PATIENCE))?;
        Ok(more)
    }

    fn take(&mut self, length: usize, tape: &mut Tape) -> io::Result<Vec<u8>> {
        let Some(form) = self.form else {
            return self.read(length);
        };
        while self.arrived.len() < length {
            self.segment(form, tape)?;
        }
        Ok(self.arrived.split_to(length).to_vec())
    }

    fn segment(&mut self, form: Form, tape: &mut Tape) -> io::Result<()> {
        let mut bytes = Vec::new();
        let segment = loop {
            bytes.extend(self.read(1)?);
            if let Some(segment) = Segment::parse(&bytes, form).map_err(io::Error::other)? {
                break segment;
            }
        };
        bytes.extend(self.read(segment.length() - bytes.len())?);
        segment.check(&bytes).map_err(io::Error::other)?;
        tape.received_segment(&bytes);
        let payload = &bytes[segment.payload()];
        let inflated = segment.inflate(payload, &mut self.arrived);
        inflated.map_err(io::Error::other)
    }

    fn read(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
