//! Frames on their way in: bytes are read into chunks, and answers are slices of them.
//!
//! A chunk is frozen once per read, and used again when all answers in it are gone. It grows with what has
//! arrived, not with the length that a header claims.
//!
//! In version 5 the answer that opens the conversation is the last that comes as in version 4; what follows it comes in
//! segments.

mod segments;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::conn::agreed::Agreed;
use crate::conn::failure::End;
use crate::conn::inbox::segments::Segments;
use crate::frame::{Frame, HEADER, Header, HeaderError, Opcode};

/// The incoming side of one connection.
#[derive(Debug)]
pub(super) struct Inbox {
    chunk: BytesMut,
    /// Of whole frames in the chunk; kept for its memory.
    headers: Vec<Header>,
    /// The longest body accepted.
    limit: usize,
    /// The chunk was grown for a large frame, and is not kept.
    oversized: bool,
    /// No frame has come yet: it is not known what the server speaks.
    fresh: bool,
    /// What comes now comes in segments.
    segments: Option<Segments>,
}

/// What was cut from the bytes that have arrived.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// By stream id.
    pub(super) answers: Vec<(u16, Frame)>,
    pub(super) events: Vec<Frame>,
}

const CHUNK: usize = 64 << 10;
/// So much of a foreign answer is shown.
const START: usize = 16;
/// With less than this left a chunk is not read into.
const LOW: usize = 8 << 10;

impl Inbox {
    pub(super) fn new(limit: usize) -> Inbox {
        Inbox {
            chunk: BytesMut::new(),
            headers: Vec::new(),
            limit,
            oversized: false,
            fresh: true,
            segments: None,
        }
    }

    /// Reads once, and says how many bytes. A short read tells tokio that the socket is empty, which saves a second call.
    pub(super) fn poll_read(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<Result<usize, End>> {
        if self.chunk.capacity() - self.chunk.len() < LOW {
            self.chunk.reserve(CHUNK);
        }
        // Made anew in each poll: that loses nothing, `read_buf` is cancel-safe.
        match ready!(pin!(reader.read_buf(&mut self.chunk)).poll(cx)) {
            Ok(0) => Poll::Ready(Err(self.foreign().unwrap_or(End::ByServer))),
            Ok(read) => Poll::Ready(Ok(read)),
            Err(error) => Poll::Ready(Err(End::Io(error))),
        }
    }

    /// Cuts whole frames off. What was cut before an error is good. `agreed` is what version and compression they
    /// have, once that is settled.
    pub(super) fn cut(&mut self, batch: &mut Batch, agreed: Option<&Agreed>) -> Result<(), End> {
        if self.segments.is_none() {
            self.cut_frames(batch, agreed)?;
        }
        if self.segments.is_some() {
            self.cut_segments(batch)?;
        }
        if self.oversized && self.chunk.is_empty() {
            self.chunk = BytesMut::new();
            self.oversized = false;
        }
        Ok(())
    }

    fn cut_frames(&mut self, batch: &mut Batch, agreed: Option<&Agreed>) -> Result<(), End> {
        let (end, result) = self.scan(agreed);
        if end == 0 {
            return result;
        }
        let whole = self.chunk.split_to(end).freeze();
        let dealt = batch.deal(&whole, &mut self.headers);
        self.headers.clear();
        dealt.and(result)
    }

    fn cut_segments(&mut self, batch: &mut Batch) -> Result<(), End> {
        let Inbox {
            segments: Some(segments),
            headers,
            chunk,
            limit,
            ..
        } = self
        else {
            return Ok(());
        };
        let missing = segments.cut(chunk, |run| {
            let read = segments::headers(&run, *limit, headers);
            let dealt = batch.deal(&run, headers);
            headers.clear();
            dealt.and(read)
        })?;
        if missing > 0 {
            self.grow(missing);
        }
        Ok(())
    }

    /// Finds whole frames: notes their headers, returns where the last one ends. Stops behind the one that is the last
    /// before segments begin.
    fn scan(&mut self, agreed: Option<&Agreed>) -> (usize, Result<(), End>) {
        let mut end = 0;
        loop {
            let rest = self.chunk.get(end..).unwrap_or_default();
            let Some(header) = rest.first_chunk() else {
                return (end, Ok(()));
            };
            let header = match accept(header, self.limit) {
                Ok(header) => header,
                Err(error) => return (end, Err(self.foreign().unwrap_or(error))),
            };
            self.fresh = false;
            let (have, need) = (rest.len(), HEADER + length(&header));
            if have < need {
                if end == 0 {
                    self.grow(need - have);
                }
                return (end, Ok(()));
            }
            self.headers.push(header);
            end += need;
            let opens = matches!(header.opcode, Opcode::Ready | Opcode::Authenticate);
            if opens && let Some(form) = agreed.and_then(Agreed::form) {
                self.segments = Some(Segments::new(form, self.limit));
                return (end, Ok(()));
            }
        }
    }

    /// Whether the first bytes are those of a server of something else: they lack the bit that marks an answer.
    fn foreign(&self) -> Option<End> {
        let foreign = self.fresh && self.chunk.first().is_some_and(|first| first & 0x80 == 0);
        foreign.then(|| End::Foreign {
            start: self.chunk.iter().copied().take(START).collect(),
        })
    }

    /// Makes room for the rest of a frame: at most as much as has arrived of it, or a chunk.
    fn grow(&mut self, missing: usize) {
        let more = missing.min(self.chunk.len().max(CHUNK));
        self.oversized |= self.chunk.len() + more > 2 * CHUNK;
        self.chunk.reserve(more);
    }
}

impl Batch {
    /// Adds the frames of a run, whose headers are known.
    #[inline]
    fn deal(&mut self, run: &Bytes, headers: &mut Vec<Header>) -> Result<(), End> {
        let mut at = 0;
        for header in headers.drain(..) {
            let from = at + HEADER;
            at = from + length(&header);
            let frame = Frame {
                flags: header.flags,
                opcode: header.opcode,
                stream: header.stream,
                body: run.slice(from..at),
            };
            match (header.stream, header.opcode) {
                (0.., _) => self.answers.push((header.stream.cast_unsigned(), frame)),
                (-1, Opcode::Event) => self.events.push(frame),
                (stream, _) => return Err(End::Stray { stream }),
            }
        }
        Ok(())
    }
}

/// Reads the header of an answer with a body of at most `limit` bytes.
fn accept(header: &[u8; HEADER], limit: usize) -> Result<Header, End> {
    let header = Header::parse(header).map_err(End::Header)?;
    if !header.response {
        return Err(End::Header(HeaderError::Opcode {
            opcode: header.opcode as u8,
            stream: header.stream,
        }));
    }
    let length = length(&header);
    match length > limit {
        true => Err(End::Oversize { length, limit }),
        false => Ok(header),
    }
}

fn length(header: &Header) -> usize {
    // Never larger than `usize`: `Header::parse` has compared it with the protocol's limit.
    usize::try_from(header.length).unwrap_or(usize::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::frame::Flags;

    pub(in crate::conn::inbox) fn answer(stream: i16, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Header {
            version: 4,
            response: true,
            flags: Flags::NONE,
            stream,
            opcode: if stream < 0 {
                Opcode::Event
            } else {
                Opcode::Result
            },
            length: u32::try_from(body.len()).unwrap(),
        }
        .put(&mut out);
        out.extend_from_slice(body);
        out
    }

    /// Feeds `bytes` in pieces, and returns what was cut and how it ended.
    fn feed(bytes: &[u8], piece: usize, limit: usize) -> (Batch, Option<String>) {
        feed_agreed(bytes, piece, limit, None)
    }

    pub(in crate::conn::inbox) fn feed_agreed(
        bytes: &[u8],
        piece: usize,
        limit: usize,
        agreed: Option<&Agreed>,
    ) -> (Batch, Option<String>) {
        let mut inbox = Inbox::new(limit);
        let mut batch = Batch::default();
        for mut piece in bytes.chunks(piece) {
            let cx = &mut Context::from_waker(std::task::Waker::noop());
            while !piece.is_empty() {
                let read = inbox.poll_read(&mut piece, cx);
                assert!(matches!(read, Poll::Ready(Ok(1..))));
                if let Err(end) = inbox.cut(&mut batch, agreed) {
                    return (batch, Some(end.to_string()));
                }
            }
        }
        assert!(inbox.chunk.is_empty());
        (batch, None)
    }

    #[test]
    fn cuts_the_same_frames_from_any_pieces() {
        let large = vec![7; 300_000];
        let bytes = [
            answer(3, b"three"),
            answer(-1, b"event"),
            answer(0, b""),
            answer(32767, &large),
            answer(1, b"one"),
        ]
        .concat();
        for piece in [1, 2, 8, 9, 10, 100, 65_536, bytes.len()] {
            let (batch, end) = feed(&bytes, piece, 1 << 20);
            assert_eq!(end, None);
            let found: Vec<(u16, &[u8])> = batch
                .answers
                .iter()
                .map(|(id, f)| (*id, &f.body[..]))
                .collect();
            let expected: [(u16, &[u8]); 4] =
                [(3, b"three"), (0, b""), (32767, &large), (1, b"one")];
            assert_eq!(found, expected, "pieces of {piece}");
            assert_eq!(batch.events.len(), 1);
        }
    }

    #[test]
    fn refuses_what_is_no_answer() {
        let check = |bytes: &[u8], expected: &str| {
            let bytes = [&answer(1, b"good"), bytes].concat();
            let (batch, end) = feed(&bytes, bytes.len(), 1000);
            assert_eq!(batch.answers.len(), 1, "what came before is good");
            assert_eq!(end.as_deref(), Some(expected));
        };
        check(
            &answer(-2, b""),
            "the server broke the protocol: an answer on stream -2, which has no request",
        );
        check(
            &answer(2, &[0; 1001]),
            "the server broke the protocol: an answer of 1001 bytes, the limit is 1000",
        );
        check(
            &[4, 0, 0, 0, 5, 0, 0, 0, 0],
            "the server broke the protocol: unexpected opcode 0x05 on stream 0",
        );
        check(
            b"HTTP/1.1 400 Bad Request",
            "the server broke the protocol: unexpected opcode 0x2f on stream 21584",
        );
    }

    #[test]
    fn gives_back_what_a_large_frame_took() {
        let mut inbox = Inbox::new(64 << 20);
        let mut batch = Batch::default();
        let bytes = answer(1, &vec![1; 8 << 20]);
        let mut rest = &bytes[..];
        let cx = &mut Context::from_waker(std::task::Waker::noop());
        while !rest.is_empty() {
            let _ = inbox.poll_read(&mut rest, cx);
            inbox.cut(&mut batch, None).unwrap();
            let arrived = bytes.len() - rest.len();
            assert!(inbox.chunk.capacity() <= 2 * arrived.max(CHUNK) + CHUNK);
        }
        assert_eq!(batch.answers.len(), 1);
        assert_eq!(inbox.chunk.capacity(), 0);
    }
}
