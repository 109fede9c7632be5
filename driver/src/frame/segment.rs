//! Segments: how version 5 carries messages after the handshake, with checksums and, if negotiated, LZ4.
//!
//! ```text
//! plain  payload length, flag: 3 bytes          CRC24: 3   payload   CRC32: 4
//! LZ4    two lengths, flag: 5 bytes             CRC24: 3   payload   CRC32: 4
//! ```
//!
//! All of it is little-endian. A message with its header, here called an envelope, shares a segment with others, or is
//! spread over several if it does not fit into one.
//!
//! Writing puts whole batches of envelopes into segments when they go to the socket, by a [`Writer`]; reading leaves the
//! payloads of the plain form where they are.

mod checksum;
#[cfg(feature = "lz4")]
mod lz4;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;

pub use write::Writer;
#[cfg(test)]
pub(crate) use write::raw;

use super::{Compression, Version};
use checksum::{crc24, crc32};

/// The longest payload of one segment, in bytes.
pub const MAX_PAYLOAD: usize = (1 << 17) - 1;

/// Bytes of the checksum behind a payload.
const TRAILER: usize = 4;
/// Bytes of the checksum of a header, its last.
const HEADER_CHECKSUM: usize = 3;

/// Which of the two forms the segments of a connection have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Payloads as they are.
    Plain,
    /// Payloads compressed with LZ4, where that makes them shorter.
    #[cfg(feature = "lz4")]
    Lz4,
}

/// A segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    form: Form,
    /// Whether the payload is whole envelopes. Else it is a part of one that is longer than a segment.
    pub self_contained: bool,
    /// Bytes of the payload as it is on the wire.
    length: usize,
    /// Bytes of the payload once it is decompressed; 0 if it is not compressed.
    inflated: usize,
}

/// A segment that cannot be accepted. The connection is of no use after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentError {
    /// The header is damaged.
    Header,
    /// The payload is damaged.
    Payload,
    /// The payload cannot be decompressed, or not to the length that the header tells.
    Compressed,
    /// What the segment says of its envelopes is not true: one ends elsewhere than it should.
    Envelope,
}

impl Form {
    /// The form in a version, with a compression that it [has](Compression::is_of); `None` in version 4.
    pub fn of(version: Version, compression: Option<Compression>) -> Option<Form> {
        match (version, compression) {
            (Version::V4, _) => None,
            #[cfg(feature = "lz4")]
            (Version::V5, Some(Compression::Lz4)) => Some(Form::Lz4),
            (Version::V5, _) => Some(Form::Plain),
        }
    }

    /// Bytes of a header, its checksum included.
    fn header(self) -> usize {
        match self {
            Form::Plain => 6,
            #[cfg(feature = "lz4")]
            Form::Lz4 => 8,
        }
    }

    /// The bit of a header that says that the payload is whole envelopes.
    fn flag(self) -> u32 {
        match self {
            Form::Plain => 17,
            #[cfg(feature = "lz4")]
            Form::Lz4 => 34,
        }
    }
}

impl Segment {
    /// Reads the header at the start of `bytes`; `None` if they are too few.
    ///
    /// # Errors
    /// If its checksum is wrong.
    pub fn parse(bytes: &[u8], form: Form) -> Result<Option<Segment>, SegmentError> {
        let Some(header) = bytes.get(..form.header()) else {
            return Ok(None);
        };
        let (fields, checksum) = header.split_at(header.len() - HEADER_CHECKSUM);
        if number(checksum) != u64::from(crc24(fields)) {
            return Err(SegmentError::Header);
        }
        Ok(Some(Segment::of(number(fields), form)))
    }

    fn of(fields: u64, form: Form) -> Segment {
        // 17 bits, which every `usize` can hold.
        let field = |shift: u32| usize::try_from(fields >> shift & 0x1_ffff).unwrap_or(0);
        let flag = fields >> form.flag() & 1 == 1;
        match form {
            Form::Plain => Segment {
                form,
                self_contained: flag,
                length: field(0),
                inflated: 0,
            },
            #[cfg(feature = "lz4")]
            Form::Lz4 => Segment {
                form,
                self_contained: flag,
                length: field(0),
                inflated: field(17),
            },
        }
    }

    /// Bytes of the whole segment: header, payload and checksum.
    pub fn length(&self) -> usize {
        self.form.header() + self.length + TRAILER
    }

    /// Where the payload lies in the segment.
    pub fn payload(&self) -> std::ops::Range<usize> {
        let from = self.form.header();
        from..from + self.length
    }

    /// Compares the payload with its checksum. `segment` begins with the header.
    ///
    /// # Errors
    /// If they differ, or if `segment` is not whole.
    pub fn check(&self, segment: &[u8]) -> Result<(), SegmentError> {
        let payload = segment.get(self.payload());
        let checksum = segment.get(self.payload().end..self.length());
        match (payload, checksum) {
            (Some(payload), Some(checksum)) if number(checksum) == u64::from(crc32(payload)) => {
                Ok(())
            }
            _ => Err(SegmentError::Payload),
        }
    }

    /// Whether the payload has to be decompressed.
    pub fn is_compressed(&self) -> bool {
        self.inflated > 0
    }

    /// Appends the payload as it was before compression. `payload` is that of the wire.
    ///
    /// # Errors
    /// If it cannot be decompressed, or not to the length that the header tells; `out` is then as it was.
    pub fn inflate(&self, payload: &[u8], out: &mut bytes::BytesMut) -> Result<(), SegmentError> {
        match self.form {
            _ if !self.is_compressed() => {
                out.extend_from_slice(payload);
                Ok(())
            }
            Form::Plain => Err(SegmentError::Compressed),
            #[cfg(feature = "lz4")]
            Form::Lz4 => lz4::inflate(payload, self.inflated, out),
        }
    }
}

/// A little-endian number of any width up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    let digits = bytes.iter().rev();
    digits.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SegmentError::Header => "a segment whose header does not fit its checksum",
            SegmentError::Payload => "a segment whose payload does not fit its checksum",
            SegmentError::Compressed => "a segment that cannot be decompressed",
            SegmentError::Envelope => "a segment that ends elsewhere than its messages",
        })
    }
}

impl std::error::Error for SegmentError {}
