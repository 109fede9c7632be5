//! The messages of the CQL protocol, versions 4 and 5: header, requests, responses, and how they are carried.
//!
//! ```text
//! 0        1       2..4         4       5..9         9..
//! version  flags   stream       opcode  length       body
//! ```
//!
//! A message is one file with both directions, because the driver and the embedded server share them:
//! [`request`] holds what a client sends, [`response`] what a server sends. Requests borrow what they are made
//! of and are appended to a buffer; responses keep slices of the bytes they came in, so that a page of rows is
//! never copied. [`segment`] is what version 5 puts around messages, [`Compression`] what version 4 does to bodies.
//!
//! Nothing here panics on foreign bytes or allocates by a length that they claim. What a message looks like
//! can depend on what was negotiated on its connection: [`Features`] says that.

mod compression;
mod consistency;
mod extension;
mod features;
mod header;
mod opcode;
mod params;
mod payload;
mod ty;
mod unreadable;
mod values;

#[cfg(test)]
mod check;
#[cfg(test)]
mod noise;

pub mod request;
pub mod response;
pub mod segment;

use bytes::{Buf, Bytes};

use crate::wire::{Malformed, Reader, TooLong};

pub use compression::Compression;
pub use consistency::{Consistency, UnknownConsistency};
pub use extension::Sharding;
pub use features::{Dialect, Features, TabletRouting};
pub use header::{Flags, Header, HeaderError, Version};
pub use opcode::Opcode;
pub use params::Params;
pub use payload::{Payload, payload_of_request, put_payload};
pub use unreadable::Unreadable;
pub use values::{Value, Values, ValuesIter};

/// Bytes of a frame's header.
pub const HEADER: usize = 9;

/// The longest body that the protocol allows, in bytes. Servers may be configured to less (Apache Cassandra: 16 MiB).
pub const MAX_BODY: usize = 256 << 20;

/// A frame as it was cut from the stream: the body is a slice of what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Says what stands before the message in the body.
    pub flags: Flags,
    /// Says which message it is.
    pub opcode: Opcode,
    /// The stream that it came on.
    pub stream: i16,
    /// What followed the header.
    pub body: Bytes,
}

impl Frame {
    /// The frame with its body as it was before compression, if it is compressed: at most `limit` bytes. Of version 4;
    /// in version 5 it is segments that are compressed.
    ///
    /// # Errors
    /// If it is not compressed as was negotiated, or becomes too long.
    #[inline]
    pub fn decompressed(
        self,
        negotiated: Option<Compression>,
        limit: usize,
    ) -> Result<Frame, Unreadable> {
        match self.flags.has(Flags::COMPRESSED) {
            false => Ok(self),
            true => self.decompress(negotiated, limit),
        }
    }

    fn decompress(
        self,
        negotiated: Option<Compression>,
        limit: usize,
    ) -> Result<Frame, Unreadable> {
        let body = match negotiated {
            Some(compression) => compression.decompress(&self.body, limit),
            None => Err(compression::unexpected()),
        };
        Ok(Frame {
            body: body.map_err(|malformed| unreadable(self.opcode, self.stream, malformed))?,
            flags: Flags(self.flags.0 & !Flags::COMPRESSED.0),
            ..self
        })
    }

    /// Reads the response in it; see [`response::Response::decode`].
    ///
    /// # Errors
    /// If the body is not what the opcode and the flags announce.
    pub fn response(
        self,
        features: &Features,
        known: Option<&response::Columns>,
    ) -> Result<(response::Prefix, response::Response), Unreadable> {
        let (opcode, stream) = (self.opcode, self.stream);
        response::Response::decode(opcode, self.flags, self.body, features, known)
            .map_err(|malformed| unreadable(opcode, stream, malformed))
    }

    /// Reads the RESULT in it, as [`QueryResult::decode_again`](response::QueryResult::decode_again) does, and what
    /// stands before it, which is usually nothing.
    ///
    /// # Errors
    /// If the body is not what the flags announce, or no RESULT.
    #[inline]
    pub fn result(
        mut self,
        features: &Features,
        known: Option<&response::Columns>,
        before: Option<&response::Described>,
    ) -> Result<Answered, Unreadable> {
        let (opcode, stream) = (self.opcode, self.stream);
        let unreadable = |malformed| unreadable(opcode, stream, malformed);
        let (mut prefix, mut length) = (None, 0);
        if self.flags != Flags::NONE {
            let mut reader = Reader::new(&self.body);
            let read = response::Prefix::decode(self.flags, &mut reader);
            prefix = Some(Box::new(read.map_err(unreadable)?));
            length = reader.offset();
            self.body.advance(length);
        }
        let (result, described) =
            response::QueryResult::decode_again(self.body, features, known, before)
                .map_err(|malformed| unreadable(malformed.behind(length)))?;
        Ok(Answered {
            prefix,
            result,
            described,
        })
    }
}

/// A RESULT as it was read from a frame.
#[derive(Debug)]
pub struct Answered {
    /// What stands before it.
    pub prefix: Option<Box<response::Prefix>>,
    /// The message.
    pub result: response::QueryResult,
    /// How the columns of its rows are described, if not as before.
    pub described: Option<response::Described>,
}

#[cold]
fn unreadable(opcode: Opcode, stream: i16, malformed: Malformed) -> Unreadable {
    Unreadable {
        opcode,
        stream,
        malformed,
    }
}

/// Appends a header whose length is not known yet, and returns where it starts: to be given to [`finish`] once
/// the body is there. Whether it is a request or a response follows from the opcode.
pub fn begin(
    out: &mut Vec<u8>,
    version: Version,
    opcode: Opcode,
    stream: i16,
    flags: Flags,
) -> usize {
    let at = out.len();
    Header {
        version: version.number(),
        response: opcode.is_response(),
        flags,
        stream,
        opcode,
        length: 0,
    }
    .put(out);
    at
}

/// Writes the length of the body into the header that [`begin`] appended at `at`.
///
/// # Errors
/// If the body is longer than [`MAX_BODY`]; the caller then takes the frame back (`out.truncate(at)`).
pub fn finish(out: &mut [u8], at: usize) -> Result<(), TooLong> {
    let length = out.len().saturating_sub(at + HEADER);
    let too_long = TooLong {
        field: "body",
        length,
    };
    let field = u32::try_from(length).map_err(|_| too_long)?;
    if length > MAX_BODY {
        return Err(too_long);
    }
    if let Some(place) = out.get_mut(at + 5..at + HEADER) {
        place.copy_from_slice(&field.to_be_bytes());
    }
    Ok(())
}

/// Writes the stream id into a frame that was made before its id was known. Does nothing to fewer than four bytes.
pub fn set_stream(frame: &mut [u8], stream: i16) {
    if let Some(place) = frame.get_mut(2..4) {
        place.copy_from_slice(&stream.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::check::{digits, hex};
    use super::request::{Query, Request};
    use super::*;

    /// QUERY "select key from system.local" with consistency ONE on stream 2.
    const QUERY: &str = "04000002 07 00000023
        0000001c 73656c656374206b65792066726f6d2073797374656d2e6c6f63616c 0001 00";

    #[test]
    fn a_frame_is_begun_written_and_finished() {
        let query = Query {
            text: "select key from system.local",
            params: Params {
                consistency: Consistency::One,
                ..Params::default()
            },
        };
        let features = Features::default();
        let mut out = b"before".to_vec();
        let at = begin(&mut out, Version::V4, Query::OPCODE, 0, Flags::NONE);
        query.encode(&features, &mut out).unwrap();
        finish(&mut out, at).unwrap();
        set_stream(&mut out[at..], 2);
        assert_eq!(digits(&out[at..]), digits(&hex(QUERY)));

        let (header, body) = out[at..].split_first_chunk::<HEADER>().unwrap();
        let header = Header::parse(header).unwrap();
        assert_eq!(header.stream, 2);
        assert_eq!(usize::try_from(header.length), Ok(body.len()));
        let read = Request::decode(header.opcode, header.flags, body, &features);
        assert_eq!(read, Ok(Request::Query(query)));
    }

    #[test]
    #[cfg_attr(miri, ignore = "fills 256 MiB")]
    fn a_frame_over_the_limit_is_refused() {
        let mut out = Vec::new();
        let at = begin(&mut out, Version::V4, Opcode::Query, 0, Flags::NONE);
        out.resize(HEADER + MAX_BODY, 0);
        assert_eq!(finish(&mut out, at), Ok(()));
        out.push(0);
        let length = MAX_BODY + 1;
        let field = "body";
        assert_eq!(finish(&mut out, at), Err(TooLong { field, length }));
    }
}
