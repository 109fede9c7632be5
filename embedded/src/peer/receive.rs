//! Bytes that have come, cut into requests.

use std::mem;

use bytes::{Buf, BytesMut};
use scylla_orm_driver::frame::response::{ServerError, ServerErrorKind};
use scylla_orm_driver::frame::{Flags, HEADER, Header, HeaderError, Unreadable};
use scylla_orm_driver::wire::{Malformed, Why};

use crate::flavor::Flavor;
use crate::peer::answer::Answer;
use crate::peer::{Peer, Then};

impl Peer {
    /// Answers what has come, in segments or not.
    pub(super) fn take_in(&mut self, read: &mut BytesMut, write: &mut Vec<u8>) -> Then {
        if !self.segments.have_begun() {
            let then = self.answer_all(read, write);
            if then != Then::Continue || !self.segments.have_begun() {
                return then;
            }
        }
        if let Err(error) = self.segments.take_out(read) {
            return self.refuse(&error, 0, write);
        }
        let mut messages = mem::take(&mut self.segments.messages);
        let then = self.answer_all(&mut messages, write);
        self.segments.messages = messages;
        then
    }

    /// Answers each request that is there as a whole, until one of them is stopped, or what follows comes in segments.
    fn answer_all(&mut self, read: &mut BytesMut, write: &mut Vec<u8>) -> Then {
        let enclosed = self.segments.have_begun();
        while self.stopped.is_none() && self.segments.have_begun() == enclosed {
            let skipped = self.skip.min(read.len());
            read.advance(skipped);
            self.skip -= skipped;
            let Some(header) = read.first_chunk::<HEADER>() else {
                return Then::Continue;
            };
            let header = match Header::parse(header) {
                Ok(header) => header,
                Err(HeaderError::Version { version }) => {
                    let error = self.unsupported(version, Flags::NONE);
                    return self.refuse_version(error, version, read, write);
                }
                Err(error) => return self.refuse(&error, stream_of(&error), write),
            };
            if let Err(error) = self.accept_version(&header) {
                return self.refuse_version(error, header.version, read, write);
            }
            let length = usize::try_from(header.length).unwrap_or(usize::MAX);
            if length > self.shared.max_body {
                read.advance(HEADER);
                self.skip = length;
                Answer::error(self.too_large(length)).put(header.stream, &self.format, write);
                continue;
            }
            if read.len() < HEADER + length {
                return Then::Continue;
            }
            let frame = read.split_to(HEADER + length);
            let frame = match self.decompressed(header, frame) {
                Ok(frame) => frame,
                Err(error) => {
                    Answer::error(error).put(header.stream, &self.format, write);
                    continue;
                }
            };
            let then = match self.is_watched() {
                true => self.answer_watched(header, frame, write),
                false => self.answer(header, frame.get(HEADER..).unwrap_or_default(), write),
            };
            if then != Then::Continue {
                return then;
            }
        }
        Then::Continue
    }

    /// The frame as it was before compression. In version 5, where segments are compressed, the flag means nothing.
    fn decompressed(&self, header: Header, frame: BytesMut) -> Result<BytesMut, ServerError> {
        if !header.flags.has(Flags::COMPRESSED) || self.segments.have_begun() {
            return Ok(frame);
        }
        let (head, body) = frame.split_at(HEADER.min(frame.len()));
        let body = match self.format.compression {
            Some(compression) => compression.decompress(body, self.shared.max_body),
            None => Err(Malformed {
                offset: 0,
                field: "compressed body",
                why: Why::Compression,
            }),
        };
        let body = body.map_err(|malformed| unreadable(header, malformed))?;
        Ok([head, &body].concat().as_slice().into())
    }

    fn refuse(&self, error: &dyn std::error::Error, stream: i16, write: &mut Vec<u8>) -> Then {
        let error = ServerError::new(ServerErrorKind::Protocol, error.to_string());
        Answer::error(error).put(stream, &self.format, write);
        Then::Close
    }

    fn too_large(&self, length: usize) -> ServerError {
        let limit = self.shared.max_body;
        let (kind, text) = match self.shared.flavor {
            Flavor::Scylla => (
                ServerErrorKind::Overloaded,
                format!(
                    "request size too large (request size estimate {length}, largest allowed {limit})"
                ),
            ),
            Flavor::Cassandra => (
                ServerErrorKind::Invalid,
                match self.segments.have_begun() {
                    false => format!(
                        "Request is too big: length {length} exceeds maximum allowed length {limit}."
                    ),
                    true => format!(
                        "CQL Message of size {length} bytes exceeds allowed maximum of {limit} bytes"
                    ),
                },
            ),
        };
        ServerError::new(kind, text)
    }
}

fn stream_of(error: &HeaderError) -> i16 {
    match error {
        HeaderError::Opcode { stream, .. } | HeaderError::Length { stream, .. } => *stream,
        _ => 0,
    }
}

/// The error of a request that cannot be read.
pub(super) fn unreadable(header: Header, malformed: Malformed) -> ServerError {
    let error = Unreadable {
        opcode: header.opcode,
        stream: header.stream,
        malformed,
    };
    ServerError::new(ServerErrorKind::Protocol, error.to_string())
}
